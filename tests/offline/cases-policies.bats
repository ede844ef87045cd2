#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# What people have, judged: the inputs of tests/cases, each with its right
# value.

load ../lib/helpers

CASES=$BATS_TEST_DIRNAME/../cases

setup() {
	common_setup
}

# judge FILE POLICY: "ID VERDICT RULE[: TEXT]" for each stanza, in order
judge() {
	cup-intercept --events all --domain example.com --domain acme.example "$CASES/$1" |
		cup-filter "$2" >judged
	cup-print -f stanza-id,verdict,reason judged |
		sed -E 's/@[0-9a-f]{8}//g; s/\t/ /g'
}

@test "addresses are compared as servers compare them, in every spelling" {
	run -0 judge jids.xml "$CASES/jid.policy"
	assert_output - <<-'EOT'
		idn reject bad-to
		puny reject bad-to
		PUNY reject bad-to
		puny2 reject bad-to
		idndot reject bad-to
		fulldot reject bad-to
		traildot reject bad-to
		up reject bad-to
		fw reject bad-to
		esc reject bad-to
		esc5c pass ours
		v6 reject bad-to
		v6long reject bad-to
		v6up reject bad-to
		emoji reject bad-from
		emojiin pass in
		emojinew pass in
		fancy pass in
		emojires reject bad-from
		emojinick pass ours
		nickslash pass in
		spacelocal reject bad-to: cannot be judged
		selfbare pass ours
		dom pass ours
		underscore pass ours
		noto pass ours
		emptyto reject bad-to: cannot be judged
	EOT
}

@test "account and card numbers are taken out whole, and nothing else" {
	run -0 judge dlp.xml "$POLICIES/finance.policy"
	for id in uuid msts msts2 longid migr phone tracking glued fpiban ssn; do
		assert_line "$id pass to-us"
	done
	for id in visa visa- visadot visanb visafw visazw visaendash visaar visa2sp visanl amex gluedund; do
		assert_line "$id pass cards: 1 redacted; to-us"
	done
	for id in ibande ibanlow ibangb ibangbdash ibannl ibanfr ibancaps ibanno; do
		assert_line "$id pass accounts: 1 redacted; to-us"
	done
	run -0 cup-print -f stanza-id,body judged
	assert_line $'visa\tcard [card] exp 12/28'
	assert_line $'visanl\tcard [card]'
	assert_line $'gluedund\tcard_[card]'
	assert_line $'ibanlow\tpay to [account]'
	assert_line $'ibancaps\tpay [account] ASAP THANKS'
	refute_line --regexp '[0-9]{4}.*\[(card|account)|\[(card|account)[^ ]* [0-9]{4}'
}

# finance BODY: what becomes of it
finance() {
	record send - "$(message alice@example.com/d bob@example.com "$1")" |
		cup-filter "$POLICIES/finance.policy" | cup-print -f verdict,body
}

@test "so are numbers in other groups, and numbers of other things let be" {
	local digits
	for digits in '4111/1111/1111/1111' '4111—1111—1111—1111' '5500 - 0000 - 0000 - 0004' \
		'_4111 1111 1111 1111_' '41111111 11111111' '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1' \
		'3714-496353-98431' '3056 930902 5904' '6304 0000 0000 0000 000'; do
		run -0 finance "to $digits."
		assert_output --regexp $'^pass\tto _?\[card\]_?\\.$'
	done
	for digits in 'be71 0961 2345 6769' 'SE45–5000–0000–0583–9825–7466' 'DE89 370 400 44 0532013000' \
		'MT84MALT011000012345MTLCAST001S' '*CH93 0076 2011 6238 5295 7*' 'PL61&#xA;1090&#xA;1014&#xA;0000&#xA;0712&#xA;1981&#xA;2874'; do
		run -0 finance "to $digits."
		assert_output --regexp $'^pass\tto \\*?\[account\]\\*?\\.$'
	done
	for digits in '4006381333931' '2026-11-28T10:15:30.123456' 'no 12 people came today' \
		'4dfc5179-9330-4259-8666-123412341234' '1764324000123456' '+4915112345678' \
		'10.20.30.40 10.20.30.41' 'ISBN 978-3-16-148410-0' 'XX12 ABCD 7890 1234 5678'; do
		run -0 finance "to $digits."
		assert_output "pass	to $digits."
	done
}

@test "what is encrypted, what is a file and what calls is refused" {
	run -0 judge xeps.xml "$POLICIES/finance.policy"
	for id in omemo1 omemo2 omemo1b eme mls otr4 pgpbody; do
		assert_line "$id reject encrypted: encrypted messages are not allowed"
	done
	for id in ibbmsg ibbiq bob si oobiq data-uri; do
		assert_line "$id reject files: sending files is not allowed"
	done
	assert_line "jmi reject call: calls and file transfers are not allowed"
	for id in corr reply xhtmlsplit xhtmlhref subject formval err json jsonu geoattr; do
		assert_line --regexp "^$id hold lexicon: .* read as "
	done
	for id in retr retr-nobody react nostore cs; do
		assert_line "$id pass to-us"
	done
}

@test "also in other namespaces and places, and nothing that is neither" {
	local s
	for s in '<encrypted xmlns="urn:xmpp:omemo:3"/>' \
		'<body>x</body><openpgp xmlns="urn:xmpp:openpgp:0">QUJD</openpgp>' \
		'<body>?OTR,00001,00002,QUJD,</body>' '<body>?OTRv23?&#xA;I would like to</body>' \
		'<rtt xmlns="urn:xmpp:rtt:0" seq="1"><t>keep</t></rtt>' \
		'<open xmlns="http://jabber.org/protocol/ibb" sid="s" block-size="4096"/>' \
		'<body>see data:text/plain;base64,aGk=</body>' \
		'<x xmlns="urn:x" picture=" DATA:image/png;base64,aGk="/>' \
		'<jingle xmlns="urn:xmpp:jingle:1" action="session-initiate" sid="s"/>' \
		'<sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="a@example.com" to="b@example.com"><data xmlns="urn:xmpp:bob" cid="c">QUJD</data></message></forwarded></sent>'; do
		record send - "<message xmlns=\"jabber:client\" from=\"a@example.com/d\" to=\"b@example.com\">$s</message>"
	done | cup-filter "$POLICIES/finance.policy" | column 6 | uniq -c >out
	run -0 cat out
	assert_output --regexp '^ +10 reject$'
	run -0 finance 'what does ?OTR mean, and the metadata:a,b'
	assert_output --regexp '^pass'
	run -0 finance '_move to signal_'
	assert_output --regexp '^hold'
	run -0 finance 'let us *talk* over _whatsapp_'
	assert_output --regexp '^hold'
	run -0 finance 'remove it on signal'
	assert_output --regexp '^pass'
}

@test "what is copied, fetched, addressed or invited to in a stanza counts" {
	run -0 judge forward.xml "$CASES/wall.policy"
	for id in m1 h1; do
		assert_line "$id reject from-research"
	done
	for id in c2 i1 i2 mc; do
		assert_line "$id reject to-research"
	done
	for id in sp1 c1 pm1 s1 smil; do
		assert_line "$id pass rest"
	done
}

@test "so do those at other depths, and in what other protocols carry" {
	local s
	# A carbon in an archive's result, XEP-0033 to and ofrom, a declined
	# invitation, an invitation's thread on its way, a room's destruction.
	for s in '<message from="alice@example.com" to="alice@example.com/b" id="deep"><result xmlns="urn:xmpp:mam:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="alice@example.com" to="alice@example.com/b"><received xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="bob@research.example.com/x" to="alice@example.com"><body>x</body></message></forwarded></received></message></forwarded></result></message>' \
		'<message from="carol@example.com/c" to="alice@example.com/b" id="ofrom"><addresses xmlns="http://jabber.org/protocol/address"><address type="ofrom" jid="BOB@Research.Example.com"/></addresses><body>x</body></message>' \
		'<message from="carol@example.com/c" to="alice@example.com/b" id="forward"><body>see</body><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="bob@research.example.com/x" to="carol@example.com"><body>x</body></message></forwarded></message>' \
		'<message from="room@muc.example.com" to="alice@example.com/b" id="invited"><x xmlns="http://jabber.org/protocol/muc#user"><invite from="bob@research.example.com/x"/></x></message>'; do
		record recv - "${s/<message /<message xmlns=\"jabber:client\" }"
	done | cup-filter "$CASES/wall.policy" >in
	for s in '<message from="alice@example.com/b" to="multicast.example.com" id="cc"><addresses xmlns="http://jabber.org/protocol/address"><address type="to" jid="carol@example.com"/><address type="cc" jid="bob@research.example.com/x"/></addresses><body>x</body></message>' \
		'<message from="alice@example.com/b" to="room@muc.example.com" id="both"><x xmlns="http://jabber.org/protocol/muc#user"><invite to="carol@example.com"/><invite to="bob@research.example.com"/></x></message>'; do
		record send - "${s/<message /<message xmlns=\"jabber:client\" }"
	done | cup-filter "$CASES/wall.policy" >out
	run -0 cup-print -f stanza-id,rule in out
	assert_output - <<-'EOT'
		deep	from-research
		ofrom	from-research
		forward	from-research
		invited	from-research
		cc	to-research
		both	to-research
	EOT
}

@test "a word list as Windows writes it is one, and what it leaves out is named" {
	run -0 judge win.xml "$CASES/windows.policy"
	for id in 0 1 2 3 4 7 8 9 10 13 14 15; do
		assert_line "$id reject l: l"
	done
	for id in 5 6 11 12; do
		assert_line "$id pass rest"
	done
	run -0 cup-filter --check "$CASES/windows.policy"
	assert_line "cup-filter: $CASES/lexicon-windows.txt:6: warning: '#metoo' is a comment, as it begins with '#'"
	refute_output --regexp ':(7|8): '
	printf '# words\n#!x\n##\n #one two\n#três\r\nmerger\n' >list
	printf 'table l file "list"\nreject l body matches <l>\npass rest\n' >p
	run -0 cup-filter --check p
	assert_line "cup-filter: list:4: warning: ' #one two' is a comment, as it begins with '#'"
	assert_line "cup-filter: list:5: warning: '#três' is a comment, as it begins with '#'"
	assert_equal "$(grep -c warning <<<"$output")" 2
	printf '#ann@x\nbob@x\n' >list
	printf 'table l file "list"\nreject l from <l>\npass rest\n' >p
	run -0 cup-filter --check p
	refute_output --partial warning
}

@test "policies with other ends of lines and a mark in front are read" {
	for name in crlf bom; do
		run -0 judge win.xml "$CASES/$name.policy"
		assert_line '1 reject a'
		assert_line '2 pass rest'
	done
	run -78 cup-filter --check "$CASES/latin1.policy"
	assert_output --partial "latin1.txt:1: not UTF-8"
}

@test "a list of names of servers and people refuses just these" {
	local from
	for from in a@exploit.im b@BLACKJABBER.cc c@0nl1ne.at/x d@jabber.cz spam@good.example xn--abc.example; do
		record recv - "$(message "$from" bob@example.com hi)"
	done | cup-filter "$CASES/spam.policy" >out
	assert_equal "$(column 6 <out | sort -u)" reject
	for from in a@x.exploit.im ham@good.example b@abc.example; do
		record recv - "$(message "$from" bob@example.com hi)"
	done | cup-filter "$CASES/spam.policy" >out
	assert_equal "$(column 6 <out | sort -u)" pass
}

@test "every body counts, in whatever language, place and spelling" {
	printf 'reject m body matches merger\npass rest\n' >p
	run -0 judge bodies.xml p
	for id in b1 b2 b3 b4 b5 b9 b10 b11 b12 b13 after; do
		assert_line "$id reject m"
	done
}

@test "a new policy is tried on what an old one has decided" {
	local p
	judge conv.xml "$CASES/old.policy" >/dev/null
	cup-log journal <judged >/dev/null
	run -0 cup-print -f stanza-id,verdict judged
	assert_line '2	reject' # to take out a link from its own element
	assert_line '3	reject'
	for p in old new; do
		cup-search journal | cup-filter --anew "$CASES/$p.policy" |
			cup-print -f stanza-id,verdict,rule >$p.txt
	done
	run -0 cat new.txt
	assert_line '2	hold	links'
	assert_line '3	pass	rest'
	run -1 diff old.txt new.txt
	assert_line '< 3	reject	hi'
	assert_equal "$(grep -c '^[<>]' <<<"$output")" 4
}

@test "what is refused and held is said so to its sender, in its words" {
	judge conv-recv.xml "$CASES/rej.policy" >/dev/null
	run -0 --separate-stderr sh -c 'cup-log j <judged | cup-deliver --errors e && cat e'
	assert_output --partial 'to="alice@acme.example/d" id="1" type="error"'
	assert_output --partial '>no &lt;b> &amp; " </text>'
	judge conv.xml "$CASES/hold.policy" >/dev/null
	run -0 --separate-stderr sh -c 'cup-log j2 <judged | cup-deliver --errors e2 && cat e2'
	assert_line --partial 'id="2" type="error"'
	assert_line --partial '>held</text>'
	assert_line --regexp '^<message .*type="chat" id="1"'
}

@test "so is that of one in another language, of a room, and of what answers" {
	printf 'hold h body matches vertrag text "gehalten – 持つ"\nreject r body matches /./ text "nicht \\"so\\""\npass rest\n' >p
	for s in '<message from="alice@example.com/b" to="room@muc.example.com" type="groupchat" id="g" xml:lang="de"><body>Der Vertrag</body></message>' \
		'<message from="alice@example.com/b" to="bob@example.com" id="n"><subject>x</subject><body xml:lang="en">hi</body></message>' \
		'<message from="alice@example.com/b" to="bob@example.com" type="error" id="e"><body>hi</body></message>'; do
		record send - "${s/<message /<message xmlns=\"jabber:client\" }"
	done | cup-filter p | cup-log j3 >in
	cup-deliver --errors e3 <in >delivered
	assert_equal "$(wc -c <delivered)" 0
	run -0 cat e3
	assert_line --regexp '^<message .*from="room@muc.example.com" to="alice@example.com/b" .*id="g".*>gehalten – 持つ</text>'
	assert_line --regexp '^<message .*from="bob@example.com" to="alice@example.com/b" .*id="n".*>nicht "so"</text>'
	# Nothing ever answers an error.
	assert_equal "${#lines[@]}" 2
}

@test "a word is found whatever its case, its form and what is unseen in it" {
	run -0 judge lexicon.xml "$CASES/lex.policy"
	for id in plain ZWJ ZWSP SHY WJ BOM CGJ VS16 TAG HANGULFILL MVS LRM FULLW MATHBOLD \
		CIRCLED UNDERSC UNDERSC2 MDBOLD EMOJI POSS NL HYPH NBSP SLASH UNDPH TR_I TRup \
		ss SHARPS kitap kitap2 sir sir2 sigma sigma2 apos nbh LIG ROMAN SUPER INVSEP \
		IFILL INTER KHMER; do
		assert_line "$id reject lex"
	done
	for id in rxzw rxfull rxund; do
		assert_line "$id reject rx"
	done
}
