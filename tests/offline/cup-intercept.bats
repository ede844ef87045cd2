#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-intercept on recordings: what is recorded, as whose, in which direction.
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	ALICE=alice@acme.localhost/desk
	CLIENT="<stream:stream to='acme' version='1.0' xmlns='jabber:client'
		xmlns:stream='http://etherx.jabber.org/streams'>"
	SERVER=${CLIENT/to=/id=\'1\' from=}
	END='</stream:stream>'
	MUC="<x xmlns='http://jabber.org/protocol/muc'/>"
	BIND='urn:ietf:params:xml:ns:xmpp-bind'
}

# reads XML OPTION...: its records, as "EVENT STANZA"; nothing on stderr.
reads() {
	local xml=$1
	shift
	run --separate-stderr -0 cup-intercept "$@" < <(printf %s "$xml")
	assert_equal "$stderr" ''
	output=$(column 5,9 <<<"$output" | tr '\t' ' ')
}

message_of() {
	printf '<message xmlns="jabber:client"%s/>' "$1"
}

@test "it conducts itself like the other programs" {
	conducts_itself cup-intercept
}

@test "a wrong call is told in one line, with 64" {
	for call in '--events=foo' '--events=' '--events=message,' '--as=@x' \
		'--domain=a@b' '--domain=' '--node=a b' '--node=' '--node=-' \
		'--max-size=1023' '--max-size=4M' '--max-size=x' \
		'--format=foo' '--zone=CET' '--zone=+25:00' '--day=2026-13-01' '--day=-1d'; do
		run --separate-stderr -64 cup-intercept "$call" </dev/null
		assert_output ''
		assert_regex "$stderr" "^cup-intercept: option '${call%%=*}': "
		assert_equal "$(wc -l <<<"$stderr")" 1
	done
}

@test "empty input is no record and no fault" {
	reads ''
	assert_output ''
	reads "$CLIENT"
	assert_output ''
}

@test "a record has ten fields, as cup-record(5) says" {
	run --separate-stderr -0 cup-intercept --node n1 --as a@x <<<'<message/>'
	assert_output --regexp "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}	20[0-9-]{8}T[0-9:]{8}\.[0-9]{6}Z	n1	[0-9a-z]{16}	send	-	-	-	<message[^	]*	-$"
}

@test "the node is named for the host, up to its first dot" {
	run -0 cup-intercept --as a@x <<<'<message/>'
	assert_equal "$(column 3 <<<"$output")" "$(uname -n | cut -d . -f 1)"
}

@test "ids are unique and records are in the order of the stanzas" {
	for n in {1..3000}; do printf '<message id="%d"/>' "$n"; done >in
	run -0 cup-intercept --as a@x in
	assert_equal "$(column 1 <<<"$output" | sort -u | wc -l)" 3000
	assert_equal "$(grep -oE ' id="[0-9]+"' <<<"$output" | tr -dc '0-9\n')" "$(seq 3000)"
}

@test "the recorded sessions of two servers are read whole" {
	for f in "$STANZAS"/*-*.c2s.xml; do
		who=$(basename "$f" .c2s.xml)
		reads "$(cat "$f")" --as "${who#*-}@acme.localhost/desk" --events all
		assert_equal "$(grep -c '^send' <<<"$output")" \
			"$(grep -oE '<(message|presence|iq)[ >]' "$f" | wc -l | awk '{ print $1 - 1 }')"
		assert_equal "$(grep -v '^send' <<<"$output" | cut -d ' ' -f 1,4)" \
			"login jid=\"${who#*-}@acme.localhost/desk\"/>"$'\n'"logout jid=\"${who#*-}@acme.localhost/desk\"/>" ||
			fail "$f"
	done
}

@test "what a server says to a client is recv, from login to logout" {
	for f in "$STANZAS"/*-*.s2c.xml; do
		reads "$(cat "$f")"
		assert_equal "$(cut -d ' ' -f 1 <<<"$output" | uniq | tr '\n' ' ')" 'login recv logout '
	done
}

@test "making the canonical form again changes nothing" {
	cat "$STANZAS"/*.xml | cup-intercept --events all --as a@x | column 9 |
		grep -v '^<session' >once
	assert [ "$(wc -l <once)" -gt 150 ]
	reads "$(cat once)" --events all
	assert_equal "$(cut -d ' ' -f 2- <<<"$output")" "$(cat once)"
}

@test "SASL and other elements that are no stanzas leave no trace" {
	run --separate-stderr -0 cup-intercept --events all --as a@x "$STANZAS"/prosody-bob.c2s.xml
	refute_output --partial 'xmpp-sasl'
	refute_output --partial 'urn:xmpp:sm'
	assert_equal "$stderr" ''
}

@test "the canonical form is what cup-record(5) says" {
	reads "<?xml version='1.0' encoding='utf-8'?>
<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns='jabber:client'
 xmlns:p='urn:p' xmlns:q='urn:q' xml:lang='de'><message  to = 'b@x'
 note='&#38;&lt;&gt;&quot;&apos;&#9;&#10;&#13;	.' xmlns:a='urn:a' ><body
>a&#x26;b <![CDATA[<&>]]>]]&gt; > &#9;
	&quot;&apos;</body><a:b></a:b><p:c p:d='1'/></message>" --as a@x
	assert_output "send <message xmlns=\"jabber:client\" xmlns:a=\"urn:a\" xmlns:p=\"urn:p\" to=\"b@x\" note=\"&amp;&lt;>&quot;'&#x9;&#xA;&#xD; .\" xml:lang=\"de\" from=\"a@x\"><body>a&amp;b &lt;&amp;>]]&gt; > &#x9;&#xA;&#x9;\"'</body><a:b/><p:c p:d=\"1\"/></message>"
}

@test "bare stanzas are read as of a client's stream" {
	reads '<message/> <message xmlns="jabber:server"/> <body/>' --as a@x
	assert_output "send $(message_of ' from="a@x"')
send <message xmlns=\"jabber:server\" from=\"a@x\"/>"
}

@test "only stanzas of XMPP's own namespaces are events" {
	reads '<message xmlns="urn:x"/><p:iq xmlns:p="urn:x"/><x:message xmlns:x="jabber:client"/>' --as a@x --events all
	assert_output 'send <x:message xmlns="jabber:client" xmlns:x="jabber:client" from="a@x"/>'
}

@test "in a client's stream, too, a sender stays what it is" {
	reads "$CLIENT<message from='boss@x' to='$ALICE'/>" --as "$ALICE" --domain x
	assert_output "recv $(message_of " from=\"boss@x\" to=\"$ALICE\"")"
	reads "$CLIENT<message from='alice@acme.localhost' to='b@x'/>" --as "$ALICE"
	assert_output "send $(message_of " from=\"alice@acme.localhost\" to=\"b@x\"")"
}

@test "what a server sends without a sender comes from the account" {
	bound="<iq type='result'><bind xmlns='$BIND'><jid>$ALICE</jid></bind></iq>"
	reads "$SERVER$bound<message/>" --events message
	assert_output "recv $(message_of ' from="alice@acme.localhost"')"
	reads "$SERVER<message/>" --as "$ALICE"
	assert_output "recv $(message_of ' from="alice@acme.localhost"')"
}

@test "without a header --as decides the direction by the addresses" {
	reads "<message to='b@x'/>" --as "$ALICE"
	assert_output "send $(message_of " to=\"b@x\" from=\"$ALICE\"")"
	reads "<message from='ALICE@acme.localhost/phone' to='b@x'/>" --as "$ALICE"
	assert_output "send $(message_of ' from="ALICE@acme.localhost/phone" to="b@x"')"
	reads "<message from='alice@acme.localhost/phone' to='b@x'/>" --as alice@acme.localhost
	assert_output "send $(message_of " from=\"alice@acme.localhost/phone\" to=\"b@x\"")"
	reads "<message to='alice@ACME.localhost'/>" --as "$ALICE"
	assert_output "recv $(message_of ' to="alice@ACME.localhost" from="alice@acme.localhost"')"
	reads "<message from='b@x' to='alice@acme.localhost/phone'/>" --as "$ALICE"
	assert_output "recv $(message_of ' from="b@x" to="alice@acme.localhost/phone"')"
}

@test "without a header --domain decides, sender first" {
	reads "<message from='a@X.' to='b@x'/><message from='a@q' to='b@y/r'/>" --domain x --domain y
	assert_output "send $(message_of ' from="a@X." to="b@x"')
recv $(message_of ' from="a@q" to="b@y/r"')"
}

@test "what is neither from nor to the domains is left out, with 65" {
	run --separate-stderr -65 cup-intercept --domain x <<<"<message from='a@x'/><message from='a@sub.x' to='b@q'/>"
	assert_equal "$(column 9 <<<"$output")" "$(message_of ' from="a@x"')"
	assert_equal "$stderr" "cup-intercept: stdin: byte 21: neither from nor to this node's domains"
}

@test "in a stream between servers --domain decides before the header" {
	s2s=${CLIENT/jabber:client/jabber:server}
	reads "$s2s<message from='a@q' to='b@x'/><message from='b@x' to='a@q'/><message from='q' to='q'/>" --domain x
	assert_equal "$(cut -d ' ' -f 1 <<<"$output" | tr '\n' ' ')" 'recv send send '
}

@test "a sender that nobody can know is told once, and the record is made" {
	printf '%s<message/><message/>' "$CLIENT" >in
	run --separate-stderr -0 cup-intercept in in
	assert_equal "$(column 9 <<<"$output" | uniq)" "$(message_of '')"
	assert_equal "$(grep -c 'no sender: use --as' <<<"$stderr")" 2
}

@test "a login is the bind result, or with --as the client's request" {
	ask="<iq id='1' type='set'><bind xmlns='$BIND'><resource>r</resource></bind></iq>"
	reads "$CLIENT$ask" --as "$ALICE" --events all
	assert_output "login <session xmlns=\"urn:cup:session:1\" jid=\"$ALICE\"/>
logout <session xmlns=\"urn:cup:session:1\" jid=\"$ALICE\"/>"
	reads "$CLIENT$ask" --events all
	assert_output ''
	reads "$SERVER<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>a@x/&amp;'&quot;</authorization-identifier></success>" --events login
	assert_output "login <session xmlns=\"urn:cup:session:1\" jid=\"a@x/&amp;'&quot;\"/>"
	reads "$SERVER<resumed xmlns='urn:xmpp:sm:3'/>" --as "$ALICE" --events login
	assert_output --partial "login <session"
}

@test "each stream has a session of its own, that ends with it" {
	bound="<iq type='result'><bind xmlns='$BIND'><jid>a@x/r</jid></bind></iq>"
	one="$SERVER$bound<message/>"
	for between in "$END" '' "$END<?xml version='1.0'?>"; do
		run --separate-stderr -0 cup-intercept < <(printf '%s\n' "$one$between$one")
		assert_equal "$(column 5 <<<"$output" | tr '\n' ' ')" 'login recv logout login recv logout '
		assert_equal "$(column 4 <<<"$output" | uniq | wc -l)" 2
	done
}

@test "joining and leaving rooms are events, other presence is not" {
	reads "$CLIENT<presence/><presence to='r@c/n'>$MUC</presence><presence to='b@x' type='unavailable'/><presence to='R@c/n' type='unavailable'/><presence to='r@c/n' type='unavailable'/>" --as a@x --events muc
	assert_equal "$(grep -oE 'to="[^"]*"' <<<"$output" | tr '\n' ' ')" 'to="r@c/n" to="R@c/n" '
	reads "$SERVER<presence from='r@c/n'><x xmlns='http://jabber.org/protocol/muc#user'/></presence><presence from='b@x'/>" --as a@x
	assert_equal "$(grep -c . <<<"$output")" 1
}

@test "--events takes what it names and nothing else" {
	all="$CLIENT<message/><presence/><presence to='r@c/n'>$MUC</presence><iq/>"
	for pair in message=message muc=presence presence=presence,presence \
		iq=iq message,iq=message,iq login= \
		all=message,presence,presence,iq; do
		reads "$all" --as a@x --events "${pair%=*}"
		assert_equal "$(cut -d ' ' -f 2 <<<"$output" | tr -d '<' | paste -sd ,)" "${pair#*=}"
	done
}

@test "several files are read one after another, - is standard input" {
	echo '<message id="1"/>' >one
	echo '<message id="3"/>' >three
	run --separate-stderr -0 cup-intercept --as a@x one - three <<<'<message id="2"/>'
	assert_equal "$(grep -oE 'id="[0-9]"' <<<"$output" | tr -dc 0-9)" 123
}

@test "a file that cannot be read is told, the others are read" {
	echo '<message/>' >one
	run --separate-stderr -74 cup-intercept --as a@x nofile . one
	assert_equal "$(column 5 <<<"$output")" send
	assert_equal "$stderr" "cup-intercept: cannot open 'nofile': No such file or directory
cup-intercept: cannot read '.': Is a directory"
}

@test "a stanza flows through at once while the input stays open" {
	mkfifo in
	cup-intercept --as a@x <in >out &
	exec {in}>in
	printf '%s<message id="1"/><mess' "$CLIENT" >&"$in"
	eventually 5 grep -q 'id="1"' out
	printf 'age id="2"/>' >&"$in"
	eventually 5 grep -q 'id="2"' out
	exec {in}>&-
	wait $!
}

@test "SIGTERM in the middle leaves whole records behind" {
	mkfifo in
	cup-intercept --as a@x <in >out &
	pid=$!
	exec {in}>in
	printf '<message id="1"/><message id="2"><bo' >&"$in"
	eventually 5 grep -q 'id="1"' out
	kill -TERM $pid
	wait $pid || status=$?
	assert_equal "$status" 143
	assert_equal "$(tail -c 1 out | od -An -c | tr -d ' ')" '\n'
	assert_equal "$(wc -l <out)" 1
}

@test "a full disk ends it with 74" {
	run --separate-stderr -74 bash -c "echo '<message/>' | cup-intercept --as a@x >/dev/full"
	assert_equal "$stderr" 'cup-intercept: cannot write to standard output: No space left on device'
}

@test "a reader that has gone ends it" {
	yes '<message/>' | head -n 100000 >in
	# shellcheck disable=SC2016
	run -0 bash -c 'cup-intercept --as a@x in | head -n 1 | cut -f 5; echo "${PIPESTATUS[0]}"'
	assert_output $'send\n141'
}

@test "a password that is changed is not in the record, other texts are" {
	cat >change.xml <<-'EOF'
		<iq type='set' id='p1' to='acme.example'><query xmlns='jabber:iq:register'><username>alice</username><password>hunter2</password></query></iq>
		<iq type='set' id='p2'><query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>jabber:iq:register:changepassword</value></field><field var='password'><value>hunter2</value></field></x></query></iq>
		<iq type='set' id='p3' to='bob@acme.example'><query xmlns='jabber:iq:register'><password>tell bob</password></query></iq>
	EOF
	run -0 cup-intercept --as alice@acme.example/x --events iq change.xml
	refute_output --partial hunter2
	assert_line --index 0 --partial '<username>alice</username><password>***</password>'
	assert_line --index 1 --partial '<value>jabber:iq:register:changepassword</value></field><field var="password"><value>***</value>'
	assert_line --index 2 --partial '<password>tell bob</password>'
}
