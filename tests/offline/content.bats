#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What --events content, the default, takes for content.

load ../lib/helpers

setup() {
	common_setup
}

# wrap IN STANZAS: as a client's stream.
recorded() {
	printf "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='x' version='1.0'>%s" "$1" |
		cup-intercept --as a@x "${@:2}"
}

# taken and left read a stanza a line.
taken() {
	while IFS= read -r stanza; do
		run -0 recorded "$stanza"
		[ "${#lines[@]}" -eq 1 ] || fail "not taken: $stanza"
	done
}

left() {
	while IFS= read -r stanza; do
		run -0 recorded "$stanza"
		assert_output "" || fail "taken: $stanza"
		run -0 recorded "$stanza" --events all
		[ "${#lines[@]}" -eq 1 ] || fail "no stanza: $stanza"
	done
}

@test "every message is content, and who joins a room" {
	taken <<-'EOT'
		<message/>
		<message to='b@x' type='error'/>
		<message><composing xmlns='http://jabber.org/protocol/chatstates'/></message>
		<presence to='r@c/n'><x xmlns='http://jabber.org/protocol/muc'/></presence>
	EOT
}

@test "presence that says that somebody is there is none" {
	left <<-'EOT'
		<presence/>
		<presence to='b@x'/>
		<presence type='unavailable'/>
		<presence type='probe' to='b@x'/>
		<presence id='p1' xml:lang='en'><show>away</show><priority>-1</priority></presence>
		<presence><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://a.example' ver='q07IKJEyjvHSyhy//CH0CxmKi8w='/></presence>
		<presence><x xmlns='vcard-temp:x:update'><photo>sha1hash</photo></x></presence>
		<presence><idle xmlns='urn:xmpp:idle:1' since='2026-11-22T21:33:38Z'/></presence>
		<presence type='error' to='b@x'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>
	EOT
}

@test "presence with words, or what may be some, is content" {
	taken <<-'EOT'
		<presence><status>buy at noon</status></presence>
		<presence><status/></presence>
		<presence>buy at noon</presence>
		<presence><show>buy</show></presence>
		<presence><show>away</show><show>a<b/></show></presence>
		<presence><priority>12345</priority></presence>
		<presence><priority>a</priority></presence>
		<presence><nick xmlns='http://jabber.org/protocol/nick'>buy</nick></presence>
		<presence><c xmlns='http://jabber.org/protocol/caps' node='buy at noon'/></presence>
		<presence><c xmlns='http://jabber.org/protocol/caps' node='a'>buy</c></presence>
		<presence><c xmlns='http://jabber.org/protocol/caps'><b xmlns='urn:b'/></c></presence>
		<presence><x xmlns='urn:x'/></presence>
		<presence say='buy'/>
		<presence id='buy at noon'/>
		<presence type='subscribe' to='b@x'/>
		<presence type='hello'/>
		<presence type='error' to='b@x'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>buy</text></error></presence>
	EOT
}

@test "iq stanzas of mere protocol are none" {
	left <<-'EOT'
		<iq type='result' id='1'/>
		<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>
		<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>
		<iq type='result' id='1'><query xmlns='jabber:iq:roster' ver='1'><item jid='b@x' subscription='both'/></query></iq>
		<iq type='get' id='1' to='x'><query xmlns='http://jabber.org/protocol/disco#info' node='n#1'/></iq>
		<iq type='result' id='1' to='x'><query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:ping'/></query></iq>
		<iq type='set' id='1'><enable xmlns='urn:xmpp:carbons:2'/></iq>
		<iq type='set' id='1'><query xmlns='urn:xmpp:mam:2' queryid='q'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field><field var='with'><value>b@x</value></field></x><set xmlns='http://jabber.org/protocol/rsm'><max>20</max><before/></set></query></iq>
		<iq type='get' id='1' to='b@x'><vCard xmlns='vcard-temp'/></iq>
		<iq type='set' id='1'><block xmlns='urn:xmpp:blocking'><item jid='b@x'/></block></iq>
		<iq type='get' id='1' to='b@x'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:avatar:metadata'/></pubsub></iq>
		<iq type='error' id='1' to='b@x'><ping xmlns='urn:xmpp:ping'/><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>
	EOT
}

@test "an iq with words, a file, or what is not known is content" {
	taken <<-'EOT'
		<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'>buy</ping></iq>
		<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/><b xmlns='urn:b'/></iq>
		<iq type='set' id='1'><ping xmlns='urn:xmpp:ping'/></iq>
		<iq type='result' id='1'><query xmlns='jabber:iq:roster'><item jid='b@x' name='buy'/></query></iq>
		<iq type='result' id='1'><query xmlns='jabber:iq:roster'><item jid='b@x'><group>buy</group></item></query></iq>
		<iq type='set' id='1'><query xmlns='jabber:iq:roster'><item jid='b@x'/></query></iq>
		<iq type='set' id='1'><query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'><field var='withtext'><value>buy</value></field></x></query></iq>
		<iq type='set' id='1'><query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'><field var='with'><value>buy at noon</value></field></x></query></iq>
		<iq type='set' id='1'><vCard xmlns='vcard-temp'><FN>buy</FN></vCard></iq>
		<iq type='set' id='1'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='http://jabber.org/protocol/mood'><item><mood xmlns='http://jabber.org/protocol/mood'><text>buy</text></mood></item></publish></pubsub></iq>
		<iq type='set' id='1' to='b@x/y'><open xmlns='http://jabber.org/protocol/ibb' block-size='4096' sid='s'/></iq>
		<iq type='set' id='1' to='b@x/y'><data xmlns='http://jabber.org/protocol/ibb' seq='0' sid='s'>YnV5</data></iq>
		<iq type='set' id='1' to='x'><query xmlns='jabber:iq:register'><username>buy</username></query></iq>
		<iq type='set' id='1' to='b@x/y'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'/></iq>
		<iq type='result' id='1'><query xmlns='jabber:iq:version'><name>buy</name></query></iq>
		<iq type='hello' id='1'/>
		<iq type='error' id='1'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>buy</text></error></iq>
	EOT
}
