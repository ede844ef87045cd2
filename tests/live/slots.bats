#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The gate of files is told of a slot before the client has it, or it has none:
# cup-intercept --upload, before Prosody and ejabberd. In the gate's place is
# one who writes down what it is told.
# shellcheck disable=SC2030,SC2031

load ../lib/helpers
load ../lib/servers
load ../lib/files

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	local server
	for server in prosody ejabberd; do
		mkdir "$BATS_FILE_TMPDIR/$server"
		cd "$BATS_FILE_TMPDIR/$server" || return
		SERVER=$server ARCHIVE='' GATE=9 start_files alice
		echo "$C2S" >c2s
	done
	cd "$BATS_FILE_TMPDIR" || return
	make_certificate acme.localhost
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	STARTED=()
	cp "$BATS_FILE_TMPDIR"/acme.localhost.* .
}

teardown() {
	cat node.log 2>/dev/null || :
	stop_all
}

# before SERVER [OPTION...]: a node with --upload.
before() {
	C2S=$(cat "$BATS_FILE_TMPDIR/$1/c2s")
	start_node --tls optional --upload "unix:$PWD/slots" "${@:2}"
	# From 1.10 on slixmpp does not log in without TLS.
	file_client alice acme.localhost.crt
}

# gate: it listens, and writes down what it is told.
gate() {
	socat -u "UNIX-LISTEN:$PWD/slots,unlink-early" \
		"OPEN:$PWD/told,creat,append" 2>/dev/null 3>&- &
	GATE_PID=$!
	STARTED+=("$GATE_PID")
	eventually 5 test -S slots
}

# told_as_granted: the gate has the slot that the client has, field by field.
told_as_granted() {
	local put get jid
	read -r _ put get < <(grep '^slot ' alice.said)
	jid=$(sed -n 's/^in //p' alice.said)
	eventually 5 test -s told
	run -0 cat told
	assert_equal "$(cut -f 1-4 told)" \
		"$(printf 'slot\t%s\t%s\t%s' "${put//%/%25}" "${get//%/%25}" "$jid")"
	assert_equal "$(cut -f 6-8 told)" "$(printf '%s\t%s\t%s' "$@")"
	run -0 cup-search --event login journal
	assert_output --partial "$(cut -f 5 told)"
}

grants() {
	gate
	before "$@"
	eventually 5 status_is gate up
	tell alice slot a%20b-ü.txt 5 text/plain
	answered alice '^(slot|error) '
	told_as_granted a%2520b-ü.txt 5 text/plain
	assert_equal "$(status slots)" 1
}

@test "Prosody's slot is told before it is granted" {
	grants prosody
}

@test "ejabberd's as well" {
	grants ejabberd
}

@test "and where iq stanzas are not judged" {
	grants prosody --events message,login,logout
}

@test "a slot that a policy refuses is not told" {
	gate
	write_policy >policy
	sed -i '1i reject exe kind iq file name *.exe text "no programs"' policy
	before prosody
	eventually 5 status_is gate up
	tell alice slot x.exe 5 text/plain
	answered alice '^error cancel policy-violation no programs$'
	tell alice slot x.txt 5 text/plain
	answered alice '^slot '
	run -0 cat told
	assert_equal "${#lines[@]}" 1
	assert_output --partial x.txt
}

@test "without a gate nobody has a slot, and with one again somebody does" {
	before ejabberd
	status_is gate down
	tell alice slot a.txt 5 text/plain
	answered alice '^error wait resource-constraint files cannot be taken for now$'
	grep -q 'a slot for a file is not granted: the gate is away' node.log
	gate
	eventually 10 status_is gate up
	tell alice slot a.txt 5 text/plain
	answered alice '^slot '
	stop "$GATE_PID" || :
	eventually 10 status_is gate down
	tell alice slot b.txt 5 text/plain
	answered_times alice '^error ' 2
	assert_equal "$(grep -c '^slot' told)" 1
}

@test "a gate that does not read is told no more than there is room for" {
	/usr/bin/python3 - "$PWD/slots" <<-'EOF' 3>&- &
		import socket, sys, time
		s = socket.socket(socket.AF_UNIX)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
		s.bind(sys.argv[1])
		s.listen()
		c, _ = s.accept()
		time.sleep(600)
	EOF
	STARTED+=($!)
	eventually 5 test -S slots
	before prosody
	eventually 5 status_is gate up
	tell alice many 32
	answered alice '^slot '
	while ! grep -q '^error ' alice.said; do
		tell alice many 32
		eventually 30 answers_are "$((${n:=0} + 32))"
		n=$((n + 32))
		[ "$n" -lt 4000 ] || fail "it reads for ever"
	done
	answered alice '^error wait resource-constraint '
	assert_equal "$(status slots)" "$(grep -c '^slot ' alice.said)"
}

# answers_are COUNT: or more.
answers_are() {
	[ "$(grep -cE '^(slot|error) ' alice.said)" -ge "$1" ]
}

@test "what is asked for at once is granted to who asked" {
	gate
	before ejabberd
	eventually 5 status_is gate up
	tell alice many 32
	eventually 30 answers_are 32
	assert_equal "$(grep -c '^slot' alice.said)" 32
	run -0 bash -c "cut -f 6 told | sort -n | tr '\n' ' '"
	assert_output "$(printf '%s.txt ' {0..31})"
}

@test "--upload takes a unix: address" {
	run -64 cup-intercept --listen tcp:127.0.0.1:0 --server tcp:127.0.0.1:9 \
		--upload tcp:127.0.0.1:9 -c cat
	assert_output --partial "option '--upload': only unix: is spoken there"
}
