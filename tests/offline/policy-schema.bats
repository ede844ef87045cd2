#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# The condition schema, and the schema that is shipped.

load ../lib/helpers

setup() {
	common_setup
	printf 'reject unknown schema !"%s/im.rng"\npass rest\n' "$POLICIES" >p
}

with() {
	printf '<message xmlns="jabber:client" from="ann@x" to="bob@x" type="chat">%s</message>' "$1" |
		sed -E 's|^(<message [^<>]*)></message>$|\1/>|'
}

# verdicts: of the records on stdin, a letter each
verdicts() {
	cup-filter "${1:-p}" | cut -f 6 | cut -c 1 | tr -d '\n'
}

# schema NAME PATTERN...: a schema of a message with the patterns in it
schema() {
	local name=$1
	shift
	printf '<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="jabber:client"\n datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes"><start>\n<element name="message">%s\n<zeroOrMore><attribute ns=""><anyName/></attribute></zeroOrMore></element></start></grammar>\n' "$*" >"$name"
}

@test "a schema is met by what is valid, and !schema by what is not" {
	schema s.rng '<element name="body"><text/></element>'
	printf 'pass valid schema "s.rng"\nhold other schema !"s.rng"\n' >q
	run verdicts q < <(
		record send - "$(with '<body>hi</body>')"
		record send - "$(with '<body>hi</body><body/>')"
		record send - "$(with '')"
		record send - "$(with '<body>again</body>')"
		record send - "$(with '')"
		record send - '<presence xmlns="jabber:client"/>'
	)
	assert_output phhphh
}

@test "text where there may be none is not told by a blank before it" {
	schema s.rng '<element name="a"><empty/></element>'
	printf 'pass valid schema "s.rng"\nhold other schema !"s.rng"\n' >q
	run verdicts q < <(
		for text in ' ' '&#x9;' '&#xA; &#xD;' x ' ' '&#x9;x' ' x'; do
			record send - "$(with "<a>$text</a>")"
		done
	)
	assert_output ppphphh
}

@test "a schema that looks at values is asked each time" {
	schema s.rng '<element name="n"><data type="integer"/></element>'
	printf 'pass valid schema "s.rng"\nhold other schema !"s.rng"\n' >q
	run verdicts q < <(
		for n in 1 one 2 ''; do
			record send - "$(with "<n>$n</n>" | sed 's|<n></n>|<n/>|')"
		done
	)
	assert_output phph
}

@test "a schema is in the tag, and read beside the policy" {
	mkdir d
	schema d/s.rng '<text/>'
	printf 'reject a schema "s.rng"\nreject b schema !"s.rng"\n' >d/q
	run --separate-stderr -0 cup-filter --check d/q
	assert_equal "$stderr" ''
	assert_output --partial "tag $(cat d/q d/s.rng | sha256sum | cut -c 1-8)"
}

@test "a policy is read again with its schemas as they were" {
	mkdir d
	schema d/s.rng '<element name="body"><text/></element>'
	printf 'hold other schema !"s.rng"\npass rest\n' >d/q
	run -0 cup-filter --check --save snapshot d/q
	rm -r d
	run -0 cup-filter --snapshot snapshot d/q < <(record send - "$(with '<x/>')")
	assert_equal "$(column 6 <<<"$output")" hold
}

@test "a schema that is none is a mistake in its own line" {
	printf 'reject a schema !"s.rng"\n' >q
	run --separate-stderr -78 cup-filter --check q
	assert_equal "$stderr" "cup-filter: q:1: cannot read 's.rng': No such file or directory"
	schema s.rng $'\n<ref name="nobody"/>'
	run --separate-stderr -78 cup-filter --check q
	assert_regex "$stderr" '^cup-filter: s.rng:[0-9]+: schema: .*nobody'
	schema s.rng $'\n\n<externalRef href="other.rng"/>'
	run --separate-stderr -78 cup-filter --check q
	assert_equal "$stderr" 'cup-filter: s.rng:5: schema: a schema has to be in one file'
	printf '<grammar>\n<start>\n</grammar>\n' >s.rng
	run --separate-stderr -78 cup-filter --check q
	assert_regex "$stderr" '^cup-filter: s.rng:[34]: schema: '
	printf '<!DOCTYPE a [<!ENTITY b SYSTEM "/etc/passwd">]>\n<a>&b;</a>\n' >s.rng
	run --separate-stderr -78 cup-filter --check q
	assert_regex "$stderr" '^cup-filter: s.rng(:[0-9]+)?: schema: '
	printf 'reject a schema s.rng\n' >q
	run --separate-stderr -78 cup-filter --check q
	assert_equal "$stderr" "cup-filter: q:1: expected the path of a schema in quotes, not 's.rng'"
}

@test "--explain says what is not valid" {
	run -0 cup-filter --explain p < <(record send - "$(with '<body>x</body><x xmlns="urn:y"/>')")
	assert_line --regexp 'schema !".*/im.rng", and it is "Element message has extra content: '
	run -0 cup-filter --explain p < <(record send - "$(with '<body>x</body>')")
	assert_line --partial ', and it is valid'
}

@test "im.rng: every recorded session of real clients and servers is in it" {
	local f who
	for f in "$STANZAS"/*.xml; do
		who=${f##*/*-}
		cup-intercept --as "${who%%.*}@acme.localhost/desk" --events all "$f"
	done >in
	run -0 cup-filter p <in
	assert_equal "$(column 6 <<<"$output" | sort -u)" pass
	[ "$(wc -l <in)" -gt 200 ]
}

@test "im.rng: so are cup's own records" {
	run verdicts < <(
		record login - '<session xmlns="urn:cup:session:1" jid="ann@x/y" peer="1.2.3.4" tls="TLSv1.3" cipher="c" resumable="true" resumed="x"><software>S</software><device>D</device></session>'
		record logout - '<session xmlns="urn:cup:session:1" jid="ann@x/y" reason="connection lost"/>'
		record "done" - '<done xmlns="urn:cup:session:1" ref="x" outcome="late"/>'
	)
	assert_output ppp
}

@test "im.rng: what clients of today send" {
	# Gajim, Conversations, Dino, Profanity and Movim, by the XEPs' examples
	run verdicts < <(
		for one in '<body>hi</body><origin-id xmlns="urn:xmpp:sid:0" id="1"/><request xmlns="urn:xmpp:receipts"/><markable xmlns="urn:xmpp:chat-markers:0"/><active xmlns="http://jabber.org/protocol/chatstates"/>' \
			'<encrypted xmlns="eu.siacs.conversations.axolotl"><header sid="1"><key rid="2" prekey="true">a</key><iv>b</iv></header><payload>c</payload></encrypted><encryption xmlns="urn:xmpp:eme:0" name="OMEMO" namespace="eu.siacs.conversations.axolotl"/><body>x</body><store xmlns="urn:xmpp:hints"/>' \
			'<reactions xmlns="urn:xmpp:reactions:0" id="1"><reaction>👍</reaction></reactions>' \
			'<body>> a&#xA;b</body><reply xmlns="urn:xmpp:reply:0" to="ann@x" id="1"/><fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:reply:0"><body start="0" end="4"/></fallback>' \
			'<x xmlns="jabber:x:oob"><url>https://x/y</url></x><body>https://x/y</body>' \
			'<file-sharing xmlns="urn:xmpp:sfs:0" disposition="inline"><file xmlns="urn:xmpp:file:metadata:0"><media-type>image/png</media-type><name>a.png</name><size>1</size><hash xmlns="urn:xmpp:hashes:2" algo="sha-256">x</hash><thumbnail xmlns="urn:xmpp:thumbs:1" uri="cid:x" media-type="image/png" width="1" height="1"/></file><sources><url-data xmlns="http://jabber.org/protocol/url-data" target="https://x/y"/></sources></file-sharing>' \
			'<event xmlns="http://jabber.org/protocol/pubsub#event"><items node="http://jabber.org/protocol/tune"><item id="current"><tune xmlns="http://jabber.org/protocol/tune"><artist>a</artist><title>b</title></tune></item></items></event>' \
			'<event xmlns="http://jabber.org/protocol/pubsub#event"><items node="urn:xmpp:bookmarks:1"><item id="r@x"><conference xmlns="urn:xmpp:bookmarks:1" name="R" autojoin="true"><nick>n</nick></conference></item></items></event>' \
			'<propose xmlns="urn:xmpp:jingle-message:0" id="1"><description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"/></propose><store xmlns="urn:xmpp:hints"/>' \
			'<x xmlns="http://jabber.org/protocol/muc#user"><invite from="ann@x"><reason>come</reason></invite></x><x xmlns="jabber:x:conference" jid="r@x" reason="come"/>'; do
			record send - "$(with "$one")"
		done
		record send - '<presence xmlns="jabber:client" from="ann@x/y" xml:lang="en"><show>away</show><status>x</status><priority>1</priority><c xmlns="http://jabber.org/protocol/caps" hash="sha-1" node="n" ver="v"/><idle xmlns="urn:xmpp:idle:1" since="t"/><x xmlns="vcard-temp:x:update"><photo>a</photo></x><nick xmlns="http://jabber.org/protocol/nick">n</nick></presence>'
		record send - '<iq xmlns="jabber:client" type="set" id="1" from="ann@x/y"><pubsub xmlns="http://jabber.org/protocol/pubsub"><publish node="urn:xmpp:avatar:metadata"><item id="a"><metadata xmlns="urn:xmpp:avatar:metadata"><info bytes="1" id="a" type="image/png" height="1" width="1"/></metadata></item></publish><publish-options><x xmlns="jabber:x:data" type="submit"><field var="FORM_TYPE" type="hidden"><value>v</value></field></x></publish-options></pubsub></iq>'
		record send - '<iq xmlns="jabber:client" type="set" id="1" to="bob@x/y"><jingle xmlns="urn:xmpp:jingle:1" action="session-initiate" sid="a" initiator="ann@x/y"><group xmlns="urn:xmpp:jingle:apps:grouping:0" semantics="BUNDLE"><content name="0"/></group><content creator="initiator" name="0" senders="both"><description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"><payload-type id="111" name="opus" clockrate="48000" channels="2"><parameter name="useinbandfec" value="1"/><rtcp-fb xmlns="urn:xmpp:jingle:apps:rtp:rtcp-fb:0" type="transport-cc"/></payload-type><rtp-hdrext xmlns="urn:xmpp:jingle:apps:rtp:rtp-hdrext:0" id="1" uri="u"/><rtcp-mux/></description><transport xmlns="urn:xmpp:jingle:transports:ice-udp:1" ufrag="u" pwd="p"><fingerprint xmlns="urn:xmpp:jingle:apps:dtls:0" hash="sha-256" setup="actpass">F</fingerprint><candidate component="1" foundation="1" generation="0" id="c" ip="1.2.3.4" network="0" port="1" priority="1" protocol="udp" type="host"/></transport></content></jingle></iq>'
		record send - '<iq xmlns="jabber:client" type="set" id="1"><vCard xmlns="vcard-temp"><FN>Ann</FN><N><FAMILY>A</FAMILY></N><PHOTO><TYPE>image/png</TYPE><BINVAL>eA==</BINVAL></PHOTO></vCard></iq>'
		record send - '<iq xmlns="jabber:client" type="error" id="1"><error type="cancel"><item-not-found xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">t</text></error></iq>'
	)
	assert_output ppppppppppppppp
}

@test "im.rng: 200 strangers are not" {
	local i
	grep -oE "xmlns='[^']+'" -h "$STANZAS"/*.xml | cut -d "'" -f 2 |
		sort -u | grep -v '^jabber:client$\|stream\|sasl\|urn:xmpp:sm:' >spaces
	mapfile -t spaces <spaces
	for ((i = 0; i < 200; i++)); do
		local ns=${spaces[i % ${#spaces[@]}]} name=zz$((i * 7919 % 1000))
		case $((i % 8)) in
		0) record send - "$(with "<body>hi</body><$name xmlns=\"$ns\"/>")" ;;
		1) record send - "$(with "<x xmlns=\"$ns:$i\"/>")" ;;
		2) record send - "$(with "<body $name=\"$i\">hi</body>")" ;;
		3) record send - "$(with "<body>hi<$name/></body>")" ;;
		4) record send - "<iq xmlns=\"jabber:client\" type=\"set\" id=\"i\"><query xmlns=\"$ns$name\"/></iq>" ;;
		5) record send - "<presence xmlns=\"jabber:client\"><$name xmlns=\"$ns\">x</$name></presence>" ;;
		6) record send - "$(with "<forwarded xmlns=\"urn:xmpp:forward:0\">$(with "<$name xmlns=\"$ns\"/>")</forwarded>")" ;;
		7) record send - "$(with "<event xmlns=\"http://jabber.org/protocol/pubsub#event\"><items node=\"$ns\"><item><$name xmlns=\"$ns\"/></item></items></event>")" ;;
		esac
	done >strangers
	assert_equal "$(cup-filter p <strangers | cut -f 6 | uniq -c | awk '{ print $1, $2 }')" '200 reject'
}

@test "im.rng: each element is under the document that it is from" {
	# every <div> of a namespace has a comment before it
	run awk '/<div ns=/ && !seen { print; bad = 1 }
		{ seen = /<!-- (RFC|XEP-|cup-record|Gajim|Prosody)/ }
		END { exit bad }' "$POLICIES/im.rng"
	assert_success
}

@test "what is deep, wide or of many attributes costs no more than a moment" {
	local deep='<body>x</body>' i
	for ((i = 0; i < 40; i++)); do
		deep="<forwarded xmlns=\"urn:xmpp:forward:0\"><delay xmlns=\"urn:xmpp:delay\" stamp=\"s\" from=\"f\"/><message xmlns=\"jabber:client\" from=\"ann@x\" to=\"bob@x\" id=\"i\" type=\"chat\" xml:lang=\"en\">$deep</message></forwarded>"
	done
	record send - "$(with "$deep")" >in
	record send - "$(with "$(printf '<x xmlns="jabber:x:oob"><url>%d</url></x>' {1..900})")" >>in
	record send - "$(with "$(printf '<x xmlns="jabber:x:oob"><url>%d</url></x>' {1..4000})")" >>in
	run -0 timeout 20 cup-filter p <in
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'pass pass reject '
	assert_output --partial 'cannot be judged'
}
