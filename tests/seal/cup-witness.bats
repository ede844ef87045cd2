#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# cup-witness: what it answers, what it remembers, and that it never cosigns
# two histories.

load ../lib/helpers
load ../lib/journal
load ../lib/seal

setup_file() {
	seal_setup_file
}

setup() {
	seal_setup
}

teardown() {
	seal_teardown
}

# seal_witnessed: j, with this witness.
seal_witnessed() {
	cup-seal --key seal.key --witness "$AT $WKEY" j
}

# request OLD [FILE]: what cup-seal would ask of the newest checkpoint.
request() {
	printf 'old %s\n' "$1"
	sed -n '2,/^$/p' "${NEW%checkpoint}extends"
	cat "${2-$NEW}"
}

@test "cup-witness conducts itself as all programs do" {
	conducts_itself cup-witness --listen tcp:127.0.0.1:0
	run --separate-stderr -64 cup-witness --key witness.key --state w \
		--log "$VKEY"
	run --separate-stderr -64 cup-witness --key witness.key --state w \
		--listen tcp:127.0.0.1:0 --log "$WKEY"
	run --separate-stderr -64 cup-witness --key witness.key --state w \
		--listen tls:127.0.0.1:0 --log "$VKEY"
	run --separate-stderr -74 cup-witness --key witness.key --state none \
		--listen tcp:127.0.0.1:0 --log "$VKEY"
	run --separate-stderr -78 cup-witness --key seal.key --state j \
		--listen tcp:127.0.0.1:0 --log "$VKEY"
	run -0 cup-witness --key witness.key --public
	assert_output "$WKEY"
	start_witness
	run --separate-stderr -75 cup-witness --key witness.key --state w \
		--listen tcp:127.0.0.1:0 --log "$VKEY"
	stop_witness
}

@test "it cosigns with the time, as Go and cup-verify find" {
	start_witness
	run --separate-stderr -0 seal_witnessed
	assert_equal "$stderr" ""
	tlog open "$VKEY" "$WKEY" <"$NEW"
	run -0 cup-verify --key "$VKEY" --witness-key "$WKEY" --quorum 1 \
		--max-age 1m j
	assert_output --regexp ', whole, sealed up to [0-9]+, cosigned by 1 at 20'
	sed 's/^\(— w.*\)[A-Za-z]/\1/' "$NEW" >altered
	run -1 tlog open "$VKEY" "$WKEY" <altered
	sed '5s/.$/x/' "$NEW" >altered
	run --separate-stderr -1 cup-verify --key "$VKEY" --checkpoint altered j
	run --separate-stderr -1 cup-verify --key "$VKEY" \
		--witness-key "$WKEY" --quorum 1 --checkpoint "$OLD" j
	assert_regex "$stderr" 'is cosigned by 0 witnesses, not by 1'
}

@test "its answers are those of C2SP's tlog-witness" {
	start_witness
	local was now
	was=$(sed -n 2p "$OLD")
	now=$(sed -n 2p "$NEW")
	# Unknown as yet: a request from a size that it has not seen.
	request "$was" >r
	assert_equal "$(ask_witness r)" "409 text/x.tlog.size"
	assert_equal "$(<body)" 0
	{ printf 'old 0\n\n'; cat "$OLD"; } >r
	assert_regex "$(ask_witness r)" '^200 '
	assert_regex "$(<body)" '^— w\.example [A-Za-z0-9+/=]+$'
	request "$was" | sed '2d' >r
	assert_regex "$(ask_witness r)" '^422 '
	request "$was" >r
	assert_regex "$(ask_witness r)" '^200 '
	assert_equal "$(ask_witness r)" "409 text/x.tlog.size"
	assert_equal "$(<body)" "$now"
	# The same once more is no other history.
	{ printf 'old %s\n\n' "$now"; cat "$NEW"; } >r
	assert_regex "$(ask_witness r)" '^200 '
	sed '/^— /s/..........$/AAAAAAAAA=/' r >forged
	assert_regex "$(ask_witness forged)" '^403 '
	sed 's|^acme.example/n1/|other.example/|' r >other
	assert_regex "$(ask_witness other)" '^404 '
	{ printf 'old %s\n\n' $((now + 1)); cat "$NEW"; } >r
	assert_regex "$(ask_witness r)" '^400 '
	echo 'what is this' >r
	assert_regex "$(ask_witness r)" '^400 '
	head -c 100000 /dev/zero | tr '\0' a >r
	assert_regex "$(ask_witness r)" '^413 '
	run curl -s -o /dev/null -w '%{http_code}' "$AT/add-checkpoint"
	assert_output 405
	run curl -s -o /dev/null -w '%{http_code}' "$AT/"
	assert_output 404
}

@test "it never cosigns a fork, not when it was killed and began anew either" {
	start_witness
	seal_witnessed >out
	kill -KILL "$WITNESS"
	wait "$WITNESS" || :
	# The same journal up to OLD, and then another one.
	rm -r j/checkpoints
	local last
	last=$(find j -name '*.log' | sort | tail -1)
	sed -i '$d' "$last"
	rm j/lock
	tail -1 records | sed 's/^0/d/' | cup-log --compress no j >out
	tail -2 records | sed 's/^0/c/' | cup-log --compress no j >out
	start_witness
	run --separate-stderr -0 seal_witnessed
	assert_regex "$stderr" "witness 'w.example' answers 422"
	run --separate-stderr -1 cup-verify --key "$VKEY" \
		--witness-key "$WKEY" --quorum 1 j
}

@test "an old journal that is sealed anew is behind what it has seen" {
	start_witness
	seal_witnessed >out
	rm -r j
	mkdir j
	cp -r "$BATS_FILE_TMPDIR/j" .
	rm -r j/checkpoints j/lock
	local last
	last=$(find j -name '*.log' | sort | tail -1)
	rm "$last" "${last%log}tree" 2>/dev/null || :
	run --separate-stderr -0 seal_witnessed
	assert_regex "$stderr" 'has seen [0-9]+ lines sealed: these are only'
}

@test "an old checkpoint that is shown as the newest is found by its time" {
	start_witness
	seal_witnessed >out
	run -0 cup-verify --key "$VKEY" --witness-key "$WKEY" --quorum 1 \
		--max-age 1h --checkpoint "$NEW" j
	old() {
		run --separate-stderr cup-verify --key "$VKEY" \
			--witness-key "$WKEY" --quorum 1 --max-age 1s \
			--checkpoint "$NEW" j
		[ "$status" -eq 1 ]
	}
	eventually 10 old
	assert_regex "$stderr" 'is old: witnesses saw it [0-9]+ seconds ago'
}

@test "what it remembers is not forgotten where it cannot be read" {
	start_witness
	seal_witnessed >out
	local kept
	kept=$(find w -type f ! -name lock)
	echo garbage >"$kept"
	{ printf 'old 0\n\n'; cat "$NEW"; } >r
	assert_regex "$(ask_witness r)" '^500 '
	assert_regex "$(<body)" 'cannot be read'
}

@test "without its witness a journal is sealed, and cosigned once it is back" {
	run --separate-stderr -0 cup-seal --key seal.key \
		--witness "http://127.0.0.1:9 $WKEY" j
	assert_output "$NEW"
	assert_regex "$stderr" "witness 'w.example' .*onnect"
	start_witness
	run --separate-stderr -0 seal_witnessed
	assert_equal "$stderr" ""
	tlog open "$VKEY" "$WKEY" <"$NEW"
}

@test "of an idle journal the witness gives its word again, and it is newer" {
	start_witness
	seal_witnessed >out
	cp "$NEW" first
	aged() {
		run --separate-stderr cup-verify --key "$VKEY" \
			--witness-key "$WKEY" --quorum 1 --max-age 1s j
		[ "$status" -eq 1 ]
	}
	eventually 10 aged
	assert_regex "$stderr" 'is old'
	# It is soon enough by default.
	seal_witnessed >out
	assert_file_not_exists "${NEW%checkpoint}renewed"
	run --separate-stderr -0 cup-seal --key seal.key \
		--witness "$AT $WKEY" --renew 1s j
	assert_output "$NEW"
	assert_equal "$stderr" ""
	cmp first "$NEW"
	run -0 cup-verify --key "$VKEY" --witness-key "$WKEY" --quorum 1 \
		--max-age 1m --checkpoint "${NEW%checkpoint}renewed" j
	run -0 cup-verify --key "$VKEY" --witness-key "$WKEY" --quorum 1 j
	assert_output --partial 'cosigned by 1'
	tlog open "$VKEY" "$WKEY" <"${NEW%checkpoint}renewed"
	# A proof has the newer word as well, before the first one.
	cup-verify --proof "$(sed -n 5p records | cut -f 1)" j >p.tlog-proof
	assert_equal "$(grep -c '^— w.example ' p.tlog-proof)" 2
	assert_equal "$(grep -m 1 '^— w.example ' p.tlog-proof)" \
		"$(grep '^— w.example ' "${NEW%checkpoint}renewed")"
	journal_lines j | grep "	$(sed -n 5p records | cut -f 1)	" >record
	run -0 cup-verify --key "$VKEY" --witness-key "$WKEY" --quorum 1 \
		--max-age 1m p.tlog-proof record
}

@test "what is changed of a renewed checkpoint or its cosignatures is found" {
	local file at size
	start_witness
	seal_witnessed >out
	older() {
		cup-seal --key seal.key --witness "$AT $WKEY" --renew 1s j >out
		[ -e "${NEW%checkpoint}renewed" ]
	}
	eventually 10 older
	file=${NEW%checkpoint}renewed
	cp "$file" kept
	size=$(grep -b '^— w' "$file" | cut -d : -f 1)
	for ((at = 0; at < size; at += 11)); do
		flip "$file" "$at"
		run --separate-stderr -1 cup-verify --key "$VKEY" \
			--witness-key "$WKEY" --quorum 1 j
		cp kept "$file"
	done
	run -0 cup-verify --key "$VKEY" --witness-key "$WKEY" --quorum 1 j
	sed '$s/..........$/AAAAAAAAA=/' kept >"$file"
	run --separate-stderr -1 cup-verify --key "$VKEY" \
		--witness-key "$WKEY" j
	assert_regex "$stderr" 'has a cosignature that is forged'
	sed '2s/^/1/' kept >"$file"
	run --separate-stderr -1 cup-verify --key "$VKEY" j
	assert_regex "$stderr" 'has cosignatures that are not of it'
}
