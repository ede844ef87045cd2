// SPDX-License-Identifier: ISC

// What cup-seal and cup-verify write, read by Go's own checksum database code:
//
//	tlog open VKEY... <CHECKPOINT           its text, if all of them signed
//	tlog record VKEY PROOF RECORD SEQ      whether that is a proof of it
//	tlog extends VKEY OLD NEW.extends      whether NEW extends OLD
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "tlog:", err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	must(err)
	return data
}

// A witness's key, which package note does not know (c2sp.org/tlog-cosignature).
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }
func (w witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(w.key, append([]byte(head), msg...), sig[8:])
}

func verifier(vkey string) note.Verifier {
	part := strings.SplitN(vkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(part[len(part)-1])
	must(err)
	if len(part) == 3 && len(key) == 33 && key[0] == 4 {
		sum := sha256.Sum256([]byte(part[0] + "\n" + string(key)))
		return witness{part[0], binary.BigEndian.Uint32(sum[:]), key[1:]}
	}
	v, err := note.NewVerifier(vkey)
	must(err)
	return v
}

func open(msg []byte, vkeys ...string) string {
	var all []note.Verifier
	for _, vkey := range vkeys {
		all = append(all, verifier(vkey))
	}
	n, err := note.Open(msg, note.VerifierList(all...))
	must(err)
	if len(n.Sigs) != len(vkeys) {
		must(fmt.Errorf("%d of %d have signed", len(n.Sigs), len(vkeys)))
	}
	return n.Text
}

func head(text string) (size int64, root tlog.Hash) {
	line := strings.Split(text, "\n")
	_, err := fmt.Sscan(line[1], &size)
	must(err)
	root, err = tlog.ParseHash(line[2])
	must(err)
	return
}

func hashes(lines string) (all []tlog.Hash) {
	for _, line := range strings.Fields(lines) {
		h, err := tlog.ParseHash(line)
		must(err)
		all = append(all, h)
	}
	return
}

// A first line of words and a number, the hashes, and the note.
func split(file []byte) (n int64, proof []tlog.Hash, msg []byte) {
	before, msg, _ := bytes.Cut(file, []byte("\n\n"))
	text := strings.TrimPrefix(string(before), "c2sp.org/tlog-proof@v1\n")
	first, rest, _ := strings.Cut(text, "\n")
	_, err := fmt.Sscanf(first[strings.Index(first, " ")+1:], "%d", &n)
	must(err)
	return n, hashes(rest), msg
}

func main() {
	arg := os.Args[2:]
	switch os.Args[1] {
	case "open":
		msg, err := io.ReadAll(os.Stdin)
		must(err)
		fmt.Print(open(msg, arg...))
	case "record":
		index, proof, msg := split(read(arg[1]))
		size, root := head(open(msg, arg[0]))
		sum := sha256.Sum256(bytes.TrimSuffix(read(arg[2]), []byte("\n")))
		leaf := fmt.Sprintf("%s\t%x", arg[3], sum)
		must(tlog.CheckRecord(proof, size, root, index, tlog.RecordHash([]byte(leaf))))
	case "extends":
		size, root := head(open(read(arg[1]), arg[0]))
		old, proof, msg := split(read(arg[2]))
		if old != size {
			must(fmt.Errorf("it extends %d", old))
		}
		now, top := head(open(msg, arg[0]))
		must(tlog.CheckTree(proof, now, top, size, root))
	}
}
