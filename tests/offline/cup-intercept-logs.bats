#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-intercept on what people have: debug logs, consoles, packet dumps. Which
# way each stanza went is told, and what is not ended loses nothing behind it.
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	CASES=$TOP/tests/cases
	BOT=bot@acme.example/ha
	BIND='urn:ietf:params:xml:ns:xmpp-bind'
	CLIENT="<stream:stream to='acme.example' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
}

# reads STATUS OPTION...: stdin or a file; one line "EVENT FROM ID" a stanza.
reads() {
	local code=$1
	shift
	run --separate-stderr -"$code" cup-intercept --events message "$@"
	[ -z "$output" ] || output=$(cup-print -f event,from,stanza-id <<<"$output" | tr '\t' ' ')
}

# quiet OPTION...: the same, with nothing to be said.
quiet() {
	reads 0 "$@"
	assert_equal "$stderr" ''
}

bound() {
	printf "<iq type='result' id='b'><bind xmlns='%s'><jid>%s</jid></bind></iq>" "$BIND" "$1"
}

@test "what an account's own server writes to its client is received" {
	run --separate-stderr -0 cup-intercept --events all --as alice@example.com/gajim "$CASES/gajim-carbon.xml"
	assert_equal "$(cup-print -f event,from,stanza-id <<<"$output")" "recv	alice@example.com	cc1
recv	alice@example.com	cc2
recv	alice@example.com	r"
	quiet "$CASES/gajim-carbon.xml"
	assert_output $'recv alice@example.com cc1\nrecv alice@example.com cc2'
	run --separate-stderr -0 cup-intercept --events all --as alice@example.com/gajim <<-'EOF'
		<iq to="alice@example.com/gajim" type="result" id="1"/>
		<message to="alice@example.com/gajim" id="2"><result xmlns="urn:xmpp:mam:2"/></message>
		<iq from="example.com" to="alice@example.com/gajim" type="get" id="3"/>
		<presence from="alice@example.com/gajim" to="alice@example.com/gajim" id="4"/>
		<message from="alice@example.com/phone" to="alice@example.com/gajim" id="5"/>
		<message from="alice@example.com/gajim" to="alice@example.com/phone" id="6"/>
		<message from="alice@example.com" to="bob@example.com" id="7"/>
	EOF
	assert_equal "$(cup-print -f event,from,stanza-id <<<"$output")" "recv	alice@example.com	1
recv	alice@example.com	2
recv	example.com	3
recv	alice@example.com/gajim	4
recv	alice@example.com/phone	5
send	alice@example.com/gajim	6
send	alice@example.com	7"
}

@test "an answer without a sender goes the other way than what was asked" {
	run --separate-stderr -0 cup-intercept --events iq --as a@x/r <<-'EOF'
		<iq type="get" id="1"/><iq type="result" id="1"/>
		<iq type="get" from="x" to="a@x/r" id="2"/><iq type="result" id="2"/>
	EOF
	assert_equal "$(cup-print -f event,from <<<"$output" | paste -sd ' ')" \
		"send	a@x/r recv	a@x recv	x send	a@x/r"
	run --separate-stderr -65 cup-intercept --events iq --as a@x/r <<<'<iq type="result" id="9"/>'
	assert_output ''
	assert_equal "$stderr" 'cup-intercept: stdin: byte 0: left out: nothing tells who sent it: see --as'
}

@test "under a header of one side there are stanzas of both" {
	for as in "--as=$BOT" --events=message; do
		quiet "$as" "$CASES/twosided-clienthdr.log"
		assert_output "send $BOT s1
recv bob@acme.example/desk s3"
		quiet "$as" "$CASES/twosided-plain.xml"
		assert_output "send $BOT s1
recv bob@acme.example/desk s3"
	done
	quiet <<<"${CLIENT/to=/id=\'9\' from=}$(bound "$BOT")<message to='bob@acme.example' id='1'/><message from='x@y' to='$BOT' id='2'/>"
	assert_output "send $BOT 1
recv x@y 2"
}

@test "a log with both headers has two streams in one" {
	server=${CLIENT/to=/id=\'9\' from=}
	run --separate-stderr -0 cup-intercept <<-EOF
		$CLIENT
		$server
		$(bound "$BOT")
		<message to='bob@acme.example' id='1'/><message from='bob@acme.example/d' to='$BOT' id='2'/>
		</stream:stream>
		<message from='bob@acme.example/d' to='$BOT' id='3'/>
		</stream:stream>
		$CLIENT$server$(bound "${BOT}2")<message to='bob@acme.example' id='4'/>
	EOF
	assert_equal "$stderr" ''
	assert_equal "$(cup-print -f event,from <<<"$output")" "login	$BOT
send	$BOT
recv	bob@acme.example/d
recv	bob@acme.example/d
logout	$BOT
login	${BOT}2
send	${BOT}2
logout	${BOT}2"
}

@test "no sender is ever replaced; whose it cannot be is left out" {
	reads 65 --as alice@x/r <<<"$CLIENT<message from='boss@x' to='bob@x' id='1'/><message from='ALICE@x/r' to='bob@x' id='2'/>"
	assert_output 'send ALICE@x/r 2'
	assert_equal "$stderr" "cup-intercept: stdin: byte ${#CLIENT}: left out: neither from nor to whose recording it is"
	reads 65 --as alice@x/r <<-'EOF'
		SENT: <message from='boss@x' to='bob@x' id='1'/>
		SENT: <message from='bob@x' to='alice@x/r' id='2'/>
		RECV: <message from='alice@x/r' to='bob@x' id='3'/>
	EOF
	assert_output 'send alice@x/r 3' # a server's log, after all
	assert_equal "$(grep -c 'left out' <<<"$stderr")" 2
}

@test "nobody can have another's name bound by a stanza" {
	quiet <<<"$(bound "$BOT")<iq type='result' from='evil@y/z' to='$BOT'><bind xmlns='$BIND'><jid>ceo@acme.example/x</jid></bind></iq><message to='b@x' id='1'/>"
	assert_output "send $BOT 1"
}

@test "the marks of consoles tell which way, and whose they are" {
	quiet "$CASES/gajim-console.xml"
	assert_output $'recv bob@acme.example/desk g1\nsend alice@acme.example g2'
	quiet --as alice@acme.example/psi "$CASES/psi-console.txt"
	assert_output $'recv bob@acme.example/desk p1\nsend alice@acme.example/psi p2'
	quiet --as alice@acme.example/profanity.x "$CASES/profanity-console.txt"
	assert_output $'send alice@acme.example/profanity.x pf1\nrecv bob@acme.example/desk pf2'
	quiet --as alice@acme.example/phone "$CASES/smack-logcat.txt"
	assert_output $'send alice@acme.example/phone AB1\nrecv bob@acme.example/desk AB2'
	quiet <<-'EOF' # Swift, Dino, libpurple
		<!-- OUT 2026-11-11T12:00:00 a@x/r -->
		<message to='b@x' id='1'/><message to='b@x' id='2'/>
		<!-- IN -->
		<message from='b@x' to='a@x/r' id='3'/>
		XMPP OUT [a@x/r stream:0x55 thread:0x7f 2026-11-11T12:00:01]
		<message to='b@x' id='4'/>
		(12:00:02) jabber: Recv (ssl)(120): <message from='b@x' to='a@x/r' id='5'/>
	EOF
	assert_output 'send a@x/r 1
send a@x/r 2
recv b@x 3
send a@x/r 4
recv b@x 5'
	quiet --as a@x/r <<<$'<-- <message from="b@x" to="a@x/r" id="1"/>\n--> <message to="b@x" id="2"/>'
	assert_output $'recv b@x 1\nsend a@x/r 2'
}

@test "what stands in a mark's or a log's way is still malformed" {
	reads 65 --as a@x <<<$'<!-- In love -->\n<!-- <message/> -->\n<message id="1"/>'
	assert_equal "$(grep -c ': comment$' <<<"$stderr")" 1
	reads 65 --as a@x --format stream <<<$'12:00:00 SENT: <message id="1"/>'
	assert_output 'send a@x 1'
	assert_equal "$stderr" 'cup-intercept: stdin: byte 0: text outside of a stanza'
	quiet --as a@x --format log <<<$'nothing known <0> & <message id="1"/> more'
	assert_output 'send a@x 1'
}

@test "the debug logs of libraries and servers are read, each from its side" {
	reads 65 --as "$BOT" "$CASES/slixmpp.log"
	assert_output "send $BOT s2
recv bob@acme.example/desk s3"
	assert_equal "$stderr" "cup-intercept: $CASES/slixmpp.log: byte 810: '<' that begins no tag"
	quiet "$CASES/ejabberd-debug.log"
	assert_output $'send alice@acme.example/desk e1\nrecv bob@acme.example e2'
	reads 65 --domain acme.example "$CASES/prosody-debug.log"
	assert_output "send alice@acme.example/mobile m1
send alice@acme.example/mobile m2
recv alice@acme.example/mobile m1"
	assert_equal "$stderr" "cup-intercept: $CASES/prosody-debug.log: byte 777: not ended: 44 bytes are lost"
}

@test "sessions of a server's log are kept apart" {
	quiet <<-EOF
		Oct 07 04:09:48 c2s55aa01 debug SEND(100): $(bound alice@x/1)
		Oct 07 04:09:49 c2s55bb02 debug SEND(100): $(bound bob@x/2)
		Oct 07 04:09:50 c2s55aa01 debug RECV(50): <message to='carol@x' id='1'/>
		Oct 07 04:09:51 c2s55bb02 debug RECV(50): <message to='carol@x' id='2'/>
	EOF
	assert_output $'send alice@x/1 1\nsend bob@x/2 2'
	quiet <<-EOF
		2026-10-30 10:00:02.1 [debug] (tls|<0.512.0>) Send XML on stream = <<"$(bound alice@x/1)">>
		2026-10-30 10:00:02.2 [debug] (tls|<0.513.0>) Send XML on stream = <<"$(bound bob@x/2)">>
		2026-10-30 10:00:02.3 [debug] (tls|<0.512.0>) Received XML on stream = <<"<message to='carol@x' id='1'/>">>
	EOF
	assert_output 'send alice@x/1 1'
	quiet <<-'EOF'
		2026-10-30 10:00:02.1 [debug] Send XML on stream = <<"<message to='a@x/1' from='b@x' id='1'/>">>
		<message to='a@x/1' from='b@x' id='2'/>
	EOF
	assert_output $'recv b@x 1\nrecv b@x 2'
	reads 65 <<<"$(bound alice@x/1)$(bound bob@x/2)<message to='carol@x' id='1'/>"
	assert_output ''
	assert_regex "$stderr" 'left out: nothing tells who sent it'
}

@test "a tag that is not ended loses nothing behind it" {
	reads 65 "$CASES/unclosed-nonstanza.xml"
	assert_output $'send alice@acme.example/m -\nsend alice@acme.example/m -'
	assert_equal "$stderr" "cup-intercept: $CASES/unclosed-nonstanza.xml: byte 0: no wrapper that is known, or not ended: 31 bytes are lost"
	reads 65 "$CASES/prosody-toptag.log"
	assert_output $'send alice@acme.example/mobile m9\nsend alice@acme.example/mobile m10'
	assert_equal "$(grep -c 'bytes are lost' <<<"$stderr")" 3
	reads 65 --as alice@acme.example/d "$CASES/tcpdump-A.txt"
	assert_output $'send alice@acme.example/d t1\nsend alice@acme.example/d t2'
	reads 65 <<<$'Module <foo> of <bar x=1> loaded\n<message from="a@x" id="1"/>\n<a b="c>\n<message from="a@x" id="2"/><resume h="1">\n<?xml version="1.0"?><message from="a@x" id="3"/>'
	assert_output $'send a@x 1\nsend a@x 2\nsend a@x 3'
}

@test "a stanza that is not ended ends where another one begins" {
	reads 65 <<<$'<message from="a@x" id="1"><body>cut\n<message from="a@x" id="2"><body>whole</body></message>\n<presence from="a@x">\n<message from="a@x" id="3"/>'
	assert_output $'send a@x 2\nsend a@x 3'
	assert_equal "$stderr" "cup-intercept: stdin: byte 0: not ended: 37 bytes are lost
cup-intercept: stdin: byte 93: not ended: 22 bytes are lost"
	reads 65 <<<$'<message from="a@x" id="1"><x>\nOct 07 04:09:52 c2s55aa01 debug SEND(9): <message from="b@x" to="a@x/r" id="2"/>\n</y></message>'
	assert_output $'recv b@x 2'
}

@test "what is whole is one stanza, whatever is in it" {
	inner='<message xmlns="jabber:client" from="ceo@x" to="a@x/r" id="9"><body>forged</body></message>'
	for mallory in "$inner" "<x xmlns='urn:x'>$inner</x>" \
		$'\n'"Oct 07 04:09:52 c2s55aa01 debug SEND(120): $inner"$'\n'; do
		quiet --as a@x/r <<<"<message from='mallory@y' to='a@x/r' id='1'>$mallory</message><message id='2'/>"
		assert_output $'recv mallory@y 1\nsend a@x/r 2'
	done
	body=$(head -c 3000 /dev/zero | tr '\0' x)
	run --separate-stderr -0 cup-intercept --as a@x/r --max-size 1K <<<"<message from='mallory@y' to='a@x/r' id='1'>$body$inner</message>"
	assert_equal "$(cup-print -f verdict,from <<<"$output")" $'reject\tmallory@y'
}

@test "a stanza that is never ended is given up at four times --max-size" {
	mkfifo in
	cup-intercept --max-size 1K <in >out 2>err &
	pid=$!
	exec {in}>in
	printf '<message from="a@x" id="0">\n' >&"$in"
	for n in {1..60}; do
		printf '<message from="a@x" id="%d"><body>%070d</body></message>\n' "$n" 0
	done >&"$in"
	eventually 5 grep -q 'id="60"' out
	exec {in}>&-
	wait "$pid" || status=$?
	assert_equal "$status" 65
	assert_equal "$(wc -l <out)" 60
	assert_equal "$(cat err)" 'cup-intercept: stdin: byte 0: not ended: 28 bytes are lost'
}

@test "what is not ended is told at once, and what follows comes at once" {
	mkfifo in
	cup-intercept <in >out 2>err &
	pid=$!
	exec {in}>in
	cat "$CASES/unclosed-then-many.xml" >&"$in"
	eventually 5 grep -q 'id="n6"' out
	assert_equal "$(cat err)" 'cup-intercept: stdin: byte 42: not ended: 44 bytes are lost'
	printf '</body></message><r xmlns="urn:xmpp:sm:3">\n<message from="a@x" id="last"/>' >&"$in"
	eventually 5 grep -q 'id="last"' out
	eventually 5 grep -q 'not ended: 26 bytes' err
	exec {in}>&-
	wait "$pid" || status=$?
	assert_equal "$status" 65
	assert_equal "$(wc -l <out)" 9
}

@test "a stanza that is not ended while the input stands still is given up" {
	mkfifo in
	cup-intercept <in >out 2>err &
	pid=$!
	exec {in}>in
	printf '<message from="a@x" id="0">\n<message from="a@x" id="1"/>\n<presence>\n<message from="a@x" id="2"/>\n' >&"$in"
	eventually 10 grep -q 'id="2"' out
	assert_equal "$(cat err)" 'cup-intercept: stdin: byte 0: not ended: 28 bytes are lost
cup-intercept: stdin: byte 57: not ended: 11 bytes are lost'
	exec {in}>&-
	wait "$pid" || status=$?
	assert_equal "$status" 65
	assert_equal "$(wc -l <out)" 2
}

@test "what is no stanza is told of at --max-size" {
	{ printf '<log-of-sorts>'; head -c 5000 /dev/zero | tr '\0' x; printf '\n<message from="a@x" id="1"/>'; } >in
	reads 65 --max-size 1K in
	assert_output 'send a@x 1'
	assert_regex "$stderr" 'byte 0: no wrapper that is known, or not ended: more than 1024 bytes are lost$'
}

@test "bad bytes are named, all good stanzas come" {
	reads 65 "$CASES/badutf8.xml"
	assert_output 'send alice@example.com/d l3'
	assert_equal "$stderr" "cup-intercept: $CASES/badutf8.xml: byte 90: not UTF-8
cup-intercept: $CASES/badutf8.xml: byte 206: not UTF-8"
	reads 65 "$CASES/bodies.xml"
	assert_equal "$(cut -d ' ' -f 3 <<<"$output" | paste -sd ' ')" 'b1 b2 b3 b4 b5 b9 b10 b11 b12 b13 after'
}

@test "the sizes of the reads change nothing" {
	cat "$CASES"/*.log "$CASES"/*.txt "$CASES"/gajim-console.xml >in
	cup-intercept --events all in 2>whole.err | column 5,6,7,9 >whole || true
	assert [ "$(wc -l <whole)" -gt 20 ]
	for size in 1 7 100; do
		dd if=in bs=$size status=none | cup-intercept --events all 2>parts.err | column 5,6,7,9 >parts || true
		assert_equal "$(cat parts)" "$(cat whole)"
		assert_equal "$(sed s/stdin/in/ parts.err)" "$(cat whole.err)"
	done
}

@test "what Erlang prints with escapes is read as what was sent" {
	# shellcheck disable=SC2028
	printf '%s\n' '2026-10-30 10:00:02.000001+00:00 [debug] Send XML on stream = <<"<message to='\''alice@acme.example'\'' from='\''bob@acme.example'\''><body>gr\303\274n\n C:\\x \"so\" \t.\s\x</body></message>">>' \
		'2026-10-30 10:00:03.000001+00:00 [debug] Send XML on stream = <<"<message to='\''alice@acme.example'\'' from='\''bob@acme.example'\''><body>\360\237\230\200</body></message>">>' \
		"<message to='alice@acme.example' from='bob@acme.example'><body>C:\\new</body></message>" >log
	run -0 sh -c 'cup-intercept --domain acme.example log | cup-print -f body -o json'
	assert_line --index 0 '{"body":"grün\n C:\\x \"so\" \t. x"}'
	assert_line --index 1 '{"body":"😀"}'
	assert_line --index 2 '{"body":"C:\\new"}'
}
