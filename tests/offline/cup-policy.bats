#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# What the conditions of a policy's rules mean.

load ../lib/helpers

setup() {
	common_setup
	TABLES='table left { ann@left.example, *@sales.example }
table right { bob@right.example, cy@right.example }
table ours { left.example right.example }
table words { merger, "inside information", /q[1-4]\b/i }
namespace c "jabber:client"
namespace omemo "eu.siacs.conversations.axolotl"'
	TO_BOB=$(message ann@left.example/desk bob@right.example hello)
}

# how ACTION CONDITIONS STANZA [EVENT]: what a rule of that verdict with these
# conditions does to the stanza: "yes", "no", or "cannot be judged".
how() {
	printf '%s\n%s hit %s\n' "$TABLES" "$1" "$2" >how.policy
	record "${4:-send}" - "$3" | cup-filter how.policy | cut -f 7 |
		sed -E 's/^hit@[0-9a-f]{8}(: [0-9]+ redacted; .*)?$/yes/
			s/^no-rule@.*/no/; s/^hit@[0-9a-f]{8}: //'
}

# is WORD ACTION CONDITIONS STANZA [EVENT]
is() {
	local expected=$1
	shift
	assert_equal "$1 $2: $(how "$@")" "$1 $2: $expected"
}

wrap() {
	printf '<message xmlns="jabber:client" from="%s" to="%s">%s</message>' "$1" "$2" "$3"
}

forwarded() {
	printf '<received xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">%s</forwarded></received>' "$1"
}

@test "event, kind and type are words and lists of words" {
	is yes reject 'event send' "$TO_BOB"
	is no reject 'event { recv, login }' "$TO_BOB"
	is yes reject 'event !{ recv login }' "$TO_BOB"
	is no reject 'event !send' "$TO_BOB"
	is yes reject 'kind { message iq }' "$TO_BOB"
	is no reject 'kind presence' "$TO_BOB"
	is yes reject 'type chat' "$TO_BOB"
	is no reject 'type !{ chat }' "$TO_BOB"
}

@test "a stanza without a type has the one XMPP gives it" {
	is yes pass 'kind message type normal' '<message xmlns="jabber:client"/>'
	is yes pass 'kind presence type available' '<presence xmlns="jabber:client"/>'
	is yes pass 'kind iq type none' '<iq xmlns="jabber:client"/>'
	is yes pass 'type normal' '<message xmlns="jabber:client" type="cHat"/>'
	is yes pass 'type other' '<presence xmlns="jabber:client" type="groupchat"/>'
	is yes pass 'type other' '<iq xmlns="jabber:client" type="put"/>'
}

@test "cup's own elements are sessions, and are from whose they are" {
	local s='<session xmlns="urn:cup:session:1" jid="ann@left.example/desk"/>'
	is yes pass 'event login kind session type none from <left>' "$s" login
	is no pass 'from <right>' "$s" login
	is no pass 'to <left>' "$s" logout
	is yes pass 'kind session event done' '<done xmlns="urn:cup:session:1" ref="x" outcome="late"/>' "done"
}

@test "size counts the bytes of the stanza" {
	local n=${#TO_BOB}
	for op in '= '$n "<= $n" ">= $n" "< $((n + 1))" "> $((n - 1))" "!= 1" '< 1K' '<1M'; do
		is yes reject "size $op" "$TO_BOB"
	done
	for op in "!=$n" "< $n" "> $n" "= 1" '> 1K' '>= 1M'; do
		is no reject "size $op" "$TO_BOB"
	done
	n=$(message a@x b@x "$(printf '%0900d' 0)")
	n=$(message a@x b@x "$(printf '%0*d' $((900 + 1024 - ${#n})) 0)")
	is yes reject 'size = 1K' "$n"
}

@test "a bare JID is all its resources, a full one itself alone" {
	is yes reject 'from ann@left.example' "$TO_BOB"
	is yes reject 'from ann@left.example/desk' "$TO_BOB"
	is no reject 'from ann@left.example/Desk' "$TO_BOB"
	is no reject 'to bob@right.example/x' "$TO_BOB"
	is no reject 'from bann@left.example' "$TO_BOB"
}

@test "a domain is itself and its users, but no subdomain" {
	is yes reject 'from left.example' "$TO_BOB"
	is yes reject 'from left.example' "$(message left.example bob@x hi)"
	is no reject 'from left.example' "$(message a@b.left.example bob@x hi)"
	is no reject 'from left.example' "$(message a@notleft.example bob@x hi)"
	is no reject 'from example' "$TO_BOB"
}

@test "patterns: hashed ones and others mean what they say" {
	is yes reject 'from *@left.example' "$TO_BOB"
	is no reject 'from *@left.example' "$(message left.example b@x hi)"
	is yes reject 'from *.example' "$TO_BOB"
	is yes reject 'from *.example' "$(message left.example b@x hi)"
	is yes reject 'from *.left.example' "$(message u@a.b.left.example/r b@x hi)"
	is no reject 'from *.left.example' "$TO_BOB"
	is yes reject 'from *@*.example' "$TO_BOB"
	is no reject 'from *@*.example' "$(message left.example b@x hi)"
	is yes reject 'from a?n@[k-m]eft.*' "$TO_BOB"
	is no reject 'from a?n@[!k-m]eft.*' "$TO_BOB"
	is no reject 'from ann@left' "$TO_BOB"
	is yes reject 'from *@conference.*' "$(message r@conference.x/nick b@x hi)"
	is yes reject 'from */d?sk' "$TO_BOB"
	is no reject 'from */d?sk' "$(message ann@left.example bob@x hi)"
	is yes reject 'from ?nn@*' "$(message 'änn@x' bob@x hi)"
	is yes reject 'from *' "$TO_BOB"
}

@test "addresses are compared prepared, on both sides" {
	is yes reject 'from ANN@Left.Example' "$TO_BOB"
	is yes reject 'from <left>' "$(message ANN@LEFT.example./x b@x hi)"
	is yes reject 'from straße@x' "$(message STRASSE@x b@x hi)"
	is yes reject 'from ann@x' "$(message 'ａｎｎ@x' b@x hi)"
	is yes reject 'from o\27hara@x' "$(message 'O\27Hara@x' b@x hi)"
}

@test "a list in a rule and a table are the same thing" {
	is yes reject 'from { <right>, ann@left.example }' "$TO_BOB"
	is yes reject 'from { nobody@x <left> }' "$TO_BOB"
	is no reject 'from { <right> nobody@x }' "$TO_BOB"
	is no reject 'from !{ <left> <right> }' "$TO_BOB"
	is yes reject 'from !<right> to !<left>' "$TO_BOB"
}

@test "a refusing rule needs any address, a passing one all" {
	local both
	both=$(wrap ann@left.example bob@right.example '<addresses xmlns="http://jabber.org/protocol/address"><address type="cc" jid="eve@else.example"/></addresses>')
	for action in reject hold drop; do
		is yes $action 'to <ours>' "$both"
		is yes $action 'to !<ours>' "$both"
		is yes $action 'to eve@else.example' "$both"
	done
	is no pass 'to <ours>' "$both"
	is no pass 'to !<ours>' "$both"
	is yes pass 'to { <ours> else.example }' "$both"
	is yes pass 'to !nobody@x' "$both"
	is yes pass 'to <ours>' "$TO_BOB"
}

@test "without an address a condition on it is not met either way" {
	for action in reject pass; do
		is no $action 'from <left>' '<presence xmlns="jabber:client"/>'
		is no $action 'from !<left>' '<presence xmlns="jabber:client"/>'
		is no $action 'to !<left>' '<presence xmlns="jabber:client" from="a@x"/>'
	done
}

@test "what is no JID cannot be judged, and meets no passing rule" {
	for bad in 'a b@@x' '@x' 'a@' '' 'ann＠left.example' 'left.example／x' "$(printf '%01100d' 0)@x"; do
		local s
		s=$(message "$bad" bob@right.example hi)
		is 'cannot be judged' reject 'from { <left>, *, left.example }' "$s"
		is 'cannot be judged' hold 'from !<left>' "$s"
		is no reject 'from <left> to nobody.example' "$s"
		is no pass 'from <left>' "$s"
		is no pass 'from !<left>' "$s"
	done
	s=$(wrap 'a b@x' c@x '<addresses xmlns="http://jabber.org/protocol/address"><address type="ofrom" jid="ann@left.example"/></addresses>')
	is yes reject 'from <left>' "$s"
}

@test "a resource that no server can prepare does not hide the account" {
	local bad s
	for bad in '' 'אabc' 'a&#x9;b' "$(printf '%01100d' 0)" '🫨'; do
		s=$(message "ann@left.example/$bad" bob@right.example hi)
		is yes reject 'from <left>' "$s"
		is yes reject 'from left.example' "$s"
		is no reject 'from !<left>' "$s"
		is yes pass 'from <left>' "$s"
		is yes reject 'from "*@*.example/*"' "$s"
		is no pass 'from ann@left.example/desk' "$s"
	done
	is yes reject 'from "ann@left.example/אabc"' \
		"$(message 'ann@left.example/אabc' bob@right.example hi)"
}

@test "a domain is one in all its spellings" {
	local one other
	for one in bücher.example xn--bcher-kva.example BÜCHER.example. 'bücher。example'; do
		for other in bücher.example XN--BCHER-KVA.example 'ｂücher．example'; do
			is yes reject "to { \"x@$one\" }" "$(message a@x "x@$other/r" hi)"
			is yes pass "to { \"*@$one\" }" "$(message a@x "x@$other" hi)"
			is yes reject "to { \"*.${one%.}\" }" "$(message a@x "x@b.$other" hi)"
			is no pass "to !{ \"$one\" }" "$(message a@x "$other" hi)"
		done
	done
	is yes reject 'to "a@[2001:db8::1]"' "$(message a@x 'a@[2001:DB8:0::0:1]/r' hi)"
	is yes reject 'to "[::ffff:192.0.2.1]"' "$(message a@x 'a@[::FFFF:C000:201]' hi)"
	is no reject 'to "a@[2001:db8::1]"' "$(message a@x 'a@[2001:db8::2]' hi)"
	# Two servers, and either may take this to be one of them.
	is yes reject 'to a@strasse.example' "$(message a@x 'a@straße.example' hi)"
	is yes reject 'to a@xn--strae-oqa.example' "$(message a@x 'a@straße.example' hi)"
	is no reject 'to a@strasse.example' "$(message a@x a@xn--strae-oqa.example hi)"
}

@test "a message or iq sent without to is to the sender's account" {
	local s='xmlns="jabber:client" from="ann@left.example/desk"'
	is yes pass 'to ann@left.example' "<iq $s/>"
	is no pass 'to ann@left.example/desk' "<message $s/>"
	is no pass 'to ann@left.example' "<iq $s/>" recv
	is no reject 'to *' "<presence $s/>"
}

@test "from and to look into what is forwarded, however deep" {
	local inner carbon
	inner=$(message ann@left.example/a bob@right.example/b x)
	carbon=$(wrap u@own.example u@own.example/r "$(forwarded "$inner")")
	is yes reject 'from <left> to <right>' "$carbon" recv
	is no pass 'from own.example' "$carbon" recv
	is yes pass 'from { own.example <left> } to { <right> own.example }' "$carbon" recv
	carbon=$(wrap u@own.example u@own.example/r "$(forwarded "$(wrap a@x b@x "$(forwarded "$inner")")")")
	is yes reject 'from <left> to <right>' "$carbon" recv
	# Some clients do not look at the namespace.
	carbon=$(wrap u@own.example u@own.example/r "$(forwarded '<message from="ann@left.example" to="bob@right.example"/>')")
	is yes reject 'from <left> to <right>' "$carbon" recv
}

@test "invitations and further addressees count" {
	local muc='http://jabber.org/protocol/muc#user'
	is yes reject 'to <right>' "$(wrap ann@left.example r@conf.example "<x xmlns=\"$muc\"><invite to=\"bob@right.example\"><reason>come</reason></invite></x>")"
	is yes reject 'from <left>' "$(wrap r@conf.example bob@x "<x xmlns=\"$muc\"><invite from=\"ann@left.example/x\"/></x>")" recv
	is yes reject 'from <left>' "$(wrap r@conf.example bob@x "<x xmlns=\"$muc\"><decline from=\"ann@left.example\"/></x>")" recv
	is yes reject 'to *@rooms.example' "$(wrap a@x b@x '<x xmlns="jabber:x:conference" jid="lair@rooms.example"/>')"
	local ext='<addresses xmlns="http://jabber.org/protocol/address"><address type="%s" jid="ann@left.example"/></addresses>'
	# shellcheck disable=SC2059
	for type in to cc bcc; do
		is yes reject 'to <left>' "$(wrap a@x b@x "$(printf "$ext" $type)")"
	done
	# shellcheck disable=SC2059
	is no reject 'to <left>' "$(wrap a@x b@x "$(printf "$ext" replyto)")"
	# shellcheck disable=SC2059
	is yes reject 'from <left>' "$(wrap a@x b@x "$(printf "$ext" ofrom)")"
}

@test "body matches any text for refusing, every text for passing" {
	local two
	two=$(wrap a@x b@x '<body xml:lang="en">the merger</body><subject>lunch</subject>')
	is yes reject 'body matches <words>' "$two"
	is yes reject 'body matches lunch' "$two"
	is no reject 'body matches { dinner, /mergers/ }' "$two"
	is no reject 'body matches !<words>' "$two"
	is yes reject 'body matches !dinner' "$two"
	is no pass 'body matches <words>' "$two"
	is yes pass 'body matches { <words> lunch }' "$two"
	is no pass 'body matches !<words>' "$two"
	is yes pass 'body matches !dinner' "$two"
}

@test "what a person reads is a text, wherever it stands" {
	local x s
	for x in '<x xmlns="urn:x" filename="plan merger.pdf"/>' \
		'<a xmlns="http://www.w3.org/1999/xhtml" href="https://x/the%20merger"/>' \
		'<reference xmlns="urn:xmpp:reference:0" uri="xmpp:a@b?message;body=merger"/>' \
		'<json xmlns="urn:xmpp:json:0">{"t":"m\u0065rg\u0065r"}</json>' \
		'<body>mer&#xD;ger</body>' '<body>inside&#xD;information</body>' \
		'<x xmlns="http://jabber.org/protocol/muc#user"><item nick="merger"/></x>' \
		'<x xmlns="http://jabber.org/protocol/muc#user"><invite to="a@b"><reason>merger</reason></invite></x>' \
		'<query xmlns="jabber:iq:roster"><item jid="a@b" name="Mr Merger"><group>x</group></item></query>' \
		'<thread>merger</thread>'; do
		is yes reject 'body matches <words>' "$(wrap a@x b@x "$x")"
	done
	s='<message xmlns="jabber:client" type="groupchat" from="room@muc.example/THE MERGER" to="a@b/c"/>'
	is yes reject 'body matches <words>' "$s" recv
	is yes hold 'body matches <words>' '<presence xmlns="jabber:client" from="a@b/c" to="room@muc.example/merger"/>'
	is no reject 'body matches <words>' '<message xmlns="jabber:client" from="a@b/c" to="b@muc.example/merger"/>'
}

@test "fields for machines are looked at, but excuse nothing and pass nothing" {
	local s
	s=$(wrap a@x b@x '<thread>merger</thread>')
	is yes reject 'body matches <words>' "$s"
	is yes reject 'body matches !<words>' "$s"
	is no pass 'body matches <words>' "$s"
	is no pass 'body matches !<words>' "$s"
	s=$(wrap a@x b@x '<body>merger</body><thread>t</thread>')
	is no pass 'body matches merger' "$s"
	is no reject 'body matches !merger' "$s"
}

@test "where there is no text, only a negated body condition is met" {
	is no reject 'body matches /./' '<presence xmlns="jabber:client"/>'
	is no pass 'body matches /./' '<presence xmlns="jabber:client"/>'
	is yes pass 'body matches !/./' '<presence xmlns="jabber:client"/>'
}

@test "words, phrases and regular expressions come from tables and rules" {
	is yes reject 'body matches <words>' "$(message a@x b@x 'have INSIDE, information')"
	is yes reject 'body matches <words>' "$(message a@x b@x 'sell in Q3')"
	is no reject 'body matches <words>' "$(message a@x b@x 'emerger')"
	is yes reject 'body matches "a \"b\" c"' "$(message a@x b@x 'a b c')"
	is yes reject 'body matches /a\/b|\}/' "$(message a@x b@x 'a/b')"
	is yes reject 'body matches { /x, y/, z }' "$(message a@x b@x 'x, y')"
}

@test "xpath sees the stanza as its context node" {
	is yes reject 'xpath "@type = '"'chat'"'"' "$TO_BOB"
	is yes reject 'xpath "/c:message/c:body[. = \"hello\"]"' "$TO_BOB"
	is no reject 'xpath "//omemo:encrypted"' "$TO_BOB"
	is yes reject 'xpath !"//omemo:encrypted"' "$TO_BOB"
	is yes reject 'xpath "//omemo:encrypted"' "$(wrap a@x b@x '<e:encrypted xmlns:e="eu.siacs.conversations.axolotl"/>')"
	is yes pass 'xpath "count(c:body) = 1 and string-length(c:body) * 2 = 10"' "$TO_BOB"
}

@test "what cannot be judged is rejected, unless the rule plainly does not apply" {
	local s slow
	slow=$(message a@x b@x "$(printf 'a%.0s' {1..3000})")
	for action in pass drop hold 'redact'; do
		is 'cannot be judged' "$action" 'body matches /(a+)+(b|a+c)+$/' "$slow"
	done
	is no pass 'to <left> body matches /(a+)+(b|a+c)+$/' "$slow"
	is no pass 'body matches /(a+)+(b|a+c)+$/ xpath "false()"' "$slow"
	s=$(wrap a@x b@x "$(printf '<a xmlns="u"/>%.0s' {1..3000})")
	is 'cannot be judged' pass 'xpath "count(//*[count(//*) > 1]) > 0"' "$s"
	is no pass 'xpath "count(//*[count(//*) > 1]) > 0" kind iq' "$s"
}

@test "xpath prints nothing of a stanza whose xml:id is no name or comes twice" {
	printf 'reject hit xpath "//c:body[. = \\"x\\"]"\nnamespace c "jabber:client"\n' >id.policy
	record send - "$(wrap a@x b@x '<body xml:id="1 2">x</body><y xml:id="a"/><y xml:id="a"/>')" >in
	run --separate-stderr -0 cup-filter id.policy <in
	assert_output --partial 'hit@'
	assert_equal "$stderr" ''
}

@test "an expression that may cost the square of the stanza sees small ones only" {
	local light wide deep small
	wide=$(wrap a@x b@x "$(printf '<a/>%.0s' {1..20000})")
	deep=$(wrap a@x b@x "$(printf '<a>%.0s' {1..120})x$(printf '</a>%.0s' {1..120})")
	small=$(wrap a@x b@x '<a><b/></a>')
	for light in '//c:zz' 'count(//c:a[c:b]/c:b/@x) > 70000' "//c:a[.//c:b = 'x']" "'x' = //c:b or c:c/c:d"; do
		is no reject "xpath \"$light\"" "$wide"
	done
	for heavy in 'count(c:a//c:b)' '//c:a | //c:b' '//c:a != //c:b' '//c:a/..' 'c:a/following-sibling::c:b'; do
		is 'cannot be judged' reject "xpath \"$heavy = -7\"" "$wide"
		is no reject "xpath \"$heavy = -7\"" "$small"
	done
	is yes reject 'xpath "count(//c:a//c:a) = 119"' "$deep"
}

@test "a text that expands beyond measure cannot be judged, and takes no time" {
	# 250 KiB of U+FDFA, which is 18 characters in compatibility form.
	printf -v text '\xef\xb7\xba%.0s' {1..83000}
	record send - "$(message a@x b@x "$text")" >in
	{
		echo 'reject w body matches { insider }'
		for i in {1..20}; do
			printf 'reject r%d body matches /\\bsecret%d\\b/i\n' "$i" "$i"
		done
		echo 'pass all'
	} >p
	run -0 timeout 2 cup-filter p <in
	assert_equal "$(column 6 <<<"$output")" reject
	assert_equal "$(column 7 <<<"$output" | cut -d@ -f1)" w
	assert_output --partial ": cannot be judged"
	# A few are text like any.
	record send - "$(message a@x b@x "${text:0:100}")" >in
	run -0 cup-filter p <in
	assert_equal "$(column 6 <<<"$output")" pass
}
