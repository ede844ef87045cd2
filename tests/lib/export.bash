# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Records to export, and readers of what was exported.

ALICE=alice@acme.example/desk
BOB=bob@acme.example
ROOM=dev@conf.example

# said FROM TO ID CONTENT [TYPE]: a message of elements.
said() {
	printf '<message xmlns="jabber:client" from="%s" to="%s" id="%s" type="%s">%s</message>' \
		"$1" "$2" "$3" "${5:-chat}" "$4"
}

# at HH:MM:SS EVENT VERDICT STANZA [REASON]: a record of that time.
at() {
	TIME="${DAY:-2026-11-22}T$1.000001Z" record "${@:2}"
}

# A day of two people, of a room, and what was archived years ago.
exported_records() {
	local hello='<body>Grüße, &lt;script>alert(1)&lt;/script>&#xA;From here on</body>'
	at 10:00:00 send pass "$(said "$ALICE" "$BOB" m1 "$hello")"
	at 10:00:01 recv pass "$(said "$ALICE" "$BOB" m1 "$hello")"
	at 10:01:00 send reject "$(said "$BOB/pc" alice@acme.example m2 '<body>project heron</body>')" \
		'wall@ab12: ethical wall'
	at 10:02:00 send pass "$(said "$ALICE" "$BOB" m3 '<body>Hello, corrected</body><replace xmlns="urn:xmpp:message-correct:0" id="m1"/>')"
	at 10:03:00 send pass "$(said "$BOB/pc" alice@acme.example m4 '<reactions xmlns="urn:xmpp:reactions:0" id="m1"><reaction>👍</reaction></reactions>')"
	at 10:04:00 send hold "$(said "$ALICE" carl@other.example m5 '<body>see plan</body>')" \
		'outside@ab12: to be looked at' |
		sed "s/\$/\tfile=$(printf 'the plan' | sha256sum | cut -c1-64) 8 plan%20ü.pdf/"
	at 10:05:00 send pass "$(said "$ALICE" $ROOM r1 '<body>room words</body>' groupchat)"
	at 10:05:01 recv pass "$(said $ROOM/Al "$ALICE" r1 '<body>room words</body><stanza-id xmlns="urn:xmpp:sid:0" id="S1" by="dev@conf.example"/>' groupchat)"
	at 10:06:00 recv pass "$(said $ROOM/Bo "$ALICE" r2 '<reactions xmlns="urn:xmpp:reactions:0" id="S1"><reaction>🎉</reaction><reaction>👍</reaction></reactions>' groupchat)"
	at 10:07:00 recv pass "$(said $ROOM/Bo "$ALICE" r3 '<body>日本語のテキスト</body>' groupchat)"
	at 10:08:00 recv pass "$(said $ROOM/Bo "$ALICE" r4 '<retract xmlns="urn:xmpp:message-retract:1" id="r3"/>' groupchat)"
	at 10:09:00 recv pass '<message xmlns="jabber:client" from="alice@acme.example" to="alice@acme.example/desk"><result xmlns="urn:xmpp:mam:2" id="x"><forwarded xmlns="urn:xmpp:forward:0"><delay xmlns="urn:xmpp:delay" stamp="2019-07-10T09:00:00Z"/><message xmlns="jabber:client" from="bob@acme.example/x" to="alice@acme.example" type="chat" id="old"><body>archived words</body></message></forwarded></result></message>'
	at 10:10:00 send pass "$(said "$ALICE" "$BOB" m6 '<composing xmlns="http://jabber.org/protocol/chatstates"/>')"
}

# The store that has the plan.
exported_store() {
	local sha
	sha=$(printf 'the plan' | sha256sum | cut -c1-64)
	mkdir -p "store/content/${sha:0:2}"
	printf 'the plan' >"store/content/${sha:0:2}/$sha"
}

# read_back KIND FILE...: by other software than ours, with complaints.
read_back() {
	local kind=$1
	shift
	[ "$kind" = mail ] || set -- "$TOP/tests/export/$kind.schema.json" "$@"
	/usr/bin/python3 "$TOP/tests/clients/exported.py" "$kind" "$@"
}
