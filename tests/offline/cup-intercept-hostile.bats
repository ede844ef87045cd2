#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-intercept on what an enemy or an accident makes of XML: said with its
# byte, left out, and the good stanzas around it come out.
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	ONE='<message id="1"/>' TWO='<message id="2"/>'
}

# survives BYTE REASON [FILE]: what is on stdin, between two good stanzas, has
# that fault at that byte of its own, and no other.
survives() {
	local at
	{ printf %s "$ONE"; cat; printf %s "$TWO"; } >in
	at=$((${#ONE} + $1))
	run --separate-stderr -65 cup-intercept --as a@x in
	assert_equal "$stderr" "cup-intercept: in: byte $at: $2"
	assert_equal "$(grep -oE ' id="[^"]*"' <<<"$output" | tr -dc 12)" 12
	assert_equal "$(wc -l <<<"$output")" 2
}

@test "comments" {
	survives 0 comment <<<'<!-- <message/> -->'
	survives 9 comment <<<'<message><!-- </message> --><body/></message>'
}

@test "processing instructions" {
	survives 0 'processing instruction' <<<'<?php > <message/> ?>'
	survives 9 'processing instruction' <<<'<message><?x </message> ?></message>'
}

@test "document types and entity definitions" {
	survives 0 'document type declaration' <<<'<!DOCTYPE message SYSTEM "http://x/>">'
	survives 0 'document type declaration' <<'DTD'
<!DOCTYPE m [ <!-- don't ]> --> <!ENTITY a "]>"> <?x ]> ?>
<!ENTITY b SYSTEM 'file:///etc/passwd'> ]>
DTD
	survives 9 'document type declaration' <<<'<message><!DOCTYPE x></message>'
}

@test "entities other than the five" {
	survives 15 'reference to an entity' <<<'<message><body>&lol;</body></message>'
	survives 12 'reference to an entity' <<<'<message a="&nbsp;"/>'
	survives 9 'reference to an entity' <<<'<message>&AMP;</message>'
	survives 9 'bad reference' <<<'<message>&amp</message>'
	survives 9 'bad reference' <<<'<message>& </message>'
	survives 13 'reference to no character' <<<'<message>&#0;</message>'
	survives 17 'reference to no character' <<<'<message>&#xD800;</message>'
}

@test "undeclared prefixes, and names that namespaces forbid" {
	survives 10 'undeclared prefix' <<<'<p:message/>'
	survives 16 'undeclared prefix' <<<'<message p:a="1"/>'
	survives 13 'bad colon in a name' <<<'<message><a:b:c/></message>'
	survives 19 'bad namespace declaration' <<<'<message xmlns:p=""/>'
}

@test "duplicate attributes" {
	survives 20 'duplicate attribute' <<<'<message a="1" a="2"/>'
	survives 46 'duplicate attribute' <<<'<message xmlns:p="u" xmlns:q="u" p:a="" q:a=""/>'
}

@test "attributes with quotes that do not match, or none" {
	survives 17 "'<' inside an attribute" <<<"<message a=\"1'/>"
	survives 13 "'<' inside an attribute" <<<'<message a="><body/></message>'
	survives 11 'attribute without quotes' <<<'<message a=1/>'
	survives 10 'attribute without a value' <<<'<message a/>'
	survives 14 'no space between attributes' <<<'<message a="1"b="2"/>'
}

@test "tags that do not match, or are not ended" {
	survives 15 'end tag does not match' <<<'<message><body></message>'
	survives 15 'end tag does not match' <<<'<message><body></bodi></body></message>'
	survives 15 'end tag does not match' <<<'<message><body></stream:stream>'
	survives 0 'end tag without a start' <<<'</message>'
	survives 9 "'<' inside a tag" <<<'<message <body/></message>'
	survives 8 "'/' inside a tag" <<<'<message/ >'
	survives 19 'bad end tag' <<<'<message></message x="1">'
	survives 0 "'<' that begins no tag" <<<'<>'
	survives 11 "'<' that begins no tag" <<<'<message>1 < 2</message>'
	survives 9 "'<!' that begins no markup" <<<'<message><!x></message>'
}

@test "bytes that are not UTF-8, NUL and control characters" {
	for b in '\xff' '\xc0\x80' '\xed\xa0\x80' '\xf4\x90\x80\x80' '\xe2\x82'; do
		survives 10 'not UTF-8' < <(printf '<message>x%b</message>' "$b")
	done
	survives 9 'no XML character' < <(printf '<message>\xef\xbf\xbe</message>')
	survives 9 'control character' < <(printf '<message>\x01</message>')
	survives 9 NUL < <(printf '<message>\0</message>')
	survives 4 NUL < <(printf '<mes\0sage/>')
	survives 0 'NUL outside of a stanza' < <(printf '\0')
}

@test "text outside of stanzas" {
	survives 1 'text outside of a stanza' <<<' hello & goodbye '
	survives 0 'text outside of a stanza' <<<'<![CDATA[<message/>]]>'
	survives 9 "']]>' in text" <<<'<message>]]></message>'
}

@test "XML declarations that are not of UTF-8, or where they do not belong" {
	survives 0 'encoding is not UTF-8' <<<'<?xml version="1.0" encoding="ISO-8859-1"?>'
	survives 0 'XML version is not 1.0' <<<'<?xml version="1.1"?>'
	survives 0 'bad XML declaration' <<<'<?xml encoding="UTF-8"?>'
	survives 15 'XML declaration in a stanza' <<<'<message><body><?xml version="1.0"?>'
}

@test "a byte order mark" {
	run --separate-stderr -65 cup-intercept --as a@x < <(printf '\xef\xbb\xbf%s' "$ONE")
	assert_equal "$stderr" 'cup-intercept: stdin: byte 0: byte order mark'
	assert_equal "$(column 5 <<<"$output")" send
	run --separate-stderr -65 cup-intercept < <(printf '\xef\xbb')
}

@test "elements in one another, 10,000 deep; 128 are allowed" {
	deep() {
		printf '<message>'
		printf '<a>%.0s' $(seq "$1")
		printf '</a>%.0s' $(seq "$1")
		printf '</message>'
	}
	survives 390 'nested deeper than 128 elements' < <(deep 10000)
	survives 390 'nested deeper than 128 elements' < <(deep 128)
	deep 127 >in
	run --separate-stderr -0 cup-intercept --as a@x in
	assert_equal "$stderr" ''
}

@test "1,000,000 attributes; 256 are allowed, with the sender" {
	many() {
		printf '<message'
		seq -f ' a%.0f=""' "$1"
		printf '/>'
	}
	survives 1954 'more than 256 attributes in a tag' < <(many 1000000 | tr -d '\n')
	survives 0 'more than 256 attributes in a tag' < <(many 255 | tr -d '\n')
	many 254 >in # and xmlns, and from
	run --separate-stderr -0 cup-intercept --as a@x in
}

@test "one attribute of 10 MiB" {
	{
		printf '%s<message to="b@x" a="' "$ONE"
		head -c 10485760 /dev/zero | tr '\0' x
		printf '"><body>hi</body></message>%s' "$TWO"
	} >in
	run --separate-stderr -0 cup-intercept --as a@x in
	assert_equal "$stderr" 'cup-intercept: in: byte 17: stanza of 10485808 bytes exceeds the limit of 262144'
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" '- reject - '
	assert_equal "$(sed -n 2p <<<"$output" | column 9 | cut -c 1-150)" \
		"<message xmlns=\"jabber:client\" from=\"a@x\"><oversize xmlns=\"urn:cup:session:1\" bytes=\"10485808\" sha256=\"$(tail -c +18 in | head -c 10485808 | sha256sum | cut -c 1-47)"
}

@test "a stanza over the limit between good ones is recorded as refused" {
	body=$(head -c 2000 /dev/zero | tr '\0' x)
	big="<message to='b@x' from='a@x/r'><body>$body</body></message>"
	run --separate-stderr -0 cup-intercept --as a@x/r --max-size 1024 < <(printf %s "$ONE$big$TWO")
	assert_equal "$stderr" 'cup-intercept: stdin: byte 17: stanza of 2054 bytes exceeds the limit of 1024'
	assert_equal "$(column 6,7 <<<"$output")" "$(printf -- '-\t-\nreject\tpacket-size@node: stanza of 2054 bytes exceeds the limit of 1024\n-\t-')"
	assert_equal "$(sed -n 2p <<<"$output" | column 9)" \
		"<message xmlns=\"jabber:client\" to=\"b@x\" from=\"a@x/r\"><oversize xmlns=\"urn:cup:session:1\" bytes=\"2054\" sha256=\"$(printf %s "$big" | sha256sum | cut -d ' ' -f 1)\">&lt;message to='b@x' from='a@x/r'>&lt;body>${body:0:987}</oversize></message>"
}

@test "the limit is exact, and the canonical form is measured, too" {
	for n in 1024 1025; do
		printf '<message xmlns="jabber:client" from="a@x">%s</message>' \
			"$(head -c $((n - 52)) /dev/zero | tr '\0' x)" >"$n"
		assert_equal "$(wc -c <"$n")" "$n"
	done
	run --separate-stderr -0 cup-intercept --as a@x --max-size 1K 1024 1025
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" '- reject '
	printf '<message>%s</message>' "$(printf '\t%.0s' {1..300})" >tabbed
	run --separate-stderr -0 cup-intercept --as a@x --max-size 1K tabbed
	assert_equal "$(column 6 <<<"$output")" reject
}

@test "what is shown of a large stanza is cut at a character, bad bytes marked" {
	printf '<message>%s\xff\x01%s</message>' "$(printf 'é%.0s' {1..300})" \
		"$(printf '€%.0s' {1..900})" >in
	run --separate-stderr -0 cup-intercept --as a@x --max-size 1K in
	assert_output --partial "é$(printf '\xef\xbf\xbd\xef\xbf\xbd')€"
	assert_output --regexp '€</oversize></message>	-$'
}

@test "a large presence is recorded where it could be a join" {
	printf '<presence to="r@c/n">%s</presence>' "$(head -c 2000 /dev/zero | tr '\0' x)" >in
	run --separate-stderr -0 cup-intercept --as a@x --max-size 1K in
	assert_equal "$(column 6 <<<"$output")" reject
	run --separate-stderr -0 cup-intercept --as a@x --max-size 1K --events message in
	assert_output ''
}

@test "an input that is cut in a stanza: all before it comes out" {
	run --separate-stderr -65 cup-intercept --as a@x < <(printf '%s<message><body>Hel' "$ONE$TWO")
	assert_equal "$(wc -l <<<"$output")" 2
	assert_equal "$stderr" 'cup-intercept: stdin: byte 34: cut off before its end'
}

@test "a recording cut anywhere gives what came before, and the logout" {
	file=$STANZAS/prosody-alice.s2c.xml
	cup-intercept --events all "$file" | column 9 | grep -v '^<session' >whole
	for ((n = 7; n < 15000; n += 997)); do
		run --separate-stderr cup-intercept --events all < <(head -c "$n" "$file")
		((status == 0 || status == 65)) || fail "at $n: $status"
		((status == 0)) || assert_regex "$stderr" 'stdin: byte [0-9]+: cut off before its end$'
		printf '%s' "$output" | column 9 | grep -v '^<session' >part || true
		assert_equal "$(cat part)" "$(head -n "$(wc -l <part)" whole)"
		assert_equal "$(grep -c logout <<<"$output")" "$(grep -c login <<<"$output")"
	done
}

@test "whatever the sizes of the reads, the outcome is the same" {
	cat "$STANZAS"/*.s2c.xml >in
	printf '<message a="&x;" <b></c>' >>in
	cat "$STANZAS"/prosody-bob.c2s.xml >>in
	cup-intercept --events all in 2>whole.err | column 5-9 >whole || true
	for size in 1 7 4096; do
		dd if=in bs=$size status=none | cup-intercept --events all 2>parts.err |
			column 5-9 >parts || true
		assert_equal "$(cat parts)" "$(cat whole)"
		assert_equal "$(sed s/stdin/in/ parts.err)" "$(cat whole.err)"
	done
}

@test "a header that is none is told, and what follows is read on" {
	survives 0 "no stream's header" <<<"<stream xmlns='urn:x'>"
	survives 14 'undeclared prefix' <<<'<stream:stream>'
}

@test "memory does not grow with the input, its names or its faults" {
	[ "$CUP_BIN" = "$TOP/bin" ] || skip "checked with the plain build"
	for what in '<message><a%d b%d=""/></message>' '<message><!--%d%d--></message>' \
		'<presence to="r%d@c/n"><x xmlns="http://jabber.org/protocol/muc">%d</x></presence>' \
		'<s:stream xmlns:s="http://etherx.jabber.org/streams" xmlns="a%d" xmlns:b="b%d">'; do
		awk -v what="$what" 'BEGIN { for (i = 0; i < 100000; i++) printf what, i, i }' >in
		run bash -c 'ulimit -v 80000; cup-intercept --as a@x in 2>/dev/null >out'
		assert [ "$status" -eq 0 ] || assert [ "$status" -eq 65 ]
	done
}
