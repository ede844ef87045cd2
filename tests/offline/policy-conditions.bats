#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# Conditions on time, on what is encrypted, on files and on how often; and
# tables that hold tables or come from CSV.

load ../lib/helpers

setup() {
	common_setup
	HELLO=$(message ann@x bob@x hello)
}

# how ACTION CONDITIONS STANZA [EVENT]: HOW is what a rule of that verdict with
# these conditions does to the stanza: "yes", "no", or "cannot be judged".
how() {
	printf '%s hit %s\n' "$1" "$2" >how.policy
	record "${4:-send}" - "$3" >how.in
	cup-filter how.policy <how.in >how.out || :
	IFS=$'\t' read -r _ _ _ _ _ _ HOW _ <how.out || :
	if [[ $HOW =~ ^hit@[0-9a-f]{8}(': '[0-9]+' redacted; '.*)?$ ]]; then
		HOW=yes
	elif [[ $HOW == no-rule@* ]]; then
		HOW=no
	elif [[ $HOW =~ ^hit@[0-9a-f]{8}': ' ]]; then
		HOW=${HOW#*: }
	fi
}

# is WORD ACTION CONDITIONS STANZA [EVENT]
is() {
	local expected=$1
	shift
	how "$@"
	assert_equal "$1 $2: $HOW" "$1 $2: $expected"
}

# at TIME WORD CONDITIONS
at() {
	TIME=$1 is "$2" reject "$3" "$HELLO"
}

# canon: an empty element has one tag.
canon() {
	sed -E 's|<([^<>/][^<>]*[^<>/]\|[a-z])></[a-z0-9]+(-[a-z]+)*>|<\1/>|g'
}

with() {
	printf '<message xmlns="jabber:client" from="ann@x" to="bob@x" type="chat">%s</message>' "$1" | canon
}

iq() {
	printf '<iq xmlns="jabber:client" from="ann@x/desk" to="x" type="set" id="i">%s</iq>' "$1" | canon
}

# refuses 'LINE: REASON' POLICY
refuses() {
	printf '%s\n' "$2" >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" "cup-filter: p:$1"
}

@test "time is a part of the day, over midnight too, without its last minute" {
	at 2026-11-22T22:00:00.000000Z yes 'time 22:00-06:00'
	at 2026-11-22T21:59:59.999999Z no 'time 22:00-06:00'
	at 2026-11-22T05:59:59.999999Z yes 'time 22:00-06:00'
	at 2026-11-22T06:00:00.000000Z no 'time 22:00-06:00'
	at 2026-11-22T06:00:00.000000Z yes 'time !22:00-06:00'
	at 2026-11-22T23:59:00.000000Z yes 'time 18:00-24:00'
	at 2026-11-22T00:00:00.000000Z no 'time 18:00-24:00'
	at 2026-11-22T12:30:00.000000Z yes 'time { 08:00-09:00, 12:00-13:00 }'
	at 2026-11-22T12:30:00.000000Z no 'time !{ 08:00-09:00, 12:00-13:00 }'
	at 2026-11-22T00:00:00.000000Z yes 'time 00:00-24:00'
}

@test "a day is that of the record, not of now" {
	at 2026-11-22T12:00:00.000000Z yes 'day sun'
	at 2026-11-23T12:00:00.000000Z no 'day { sat sun }'
	at 2026-11-23T12:00:00.000000Z yes 'day !{ sat sun }'
	at 1969-12-31T12:00:00.000000Z yes 'day wed'
	at 2024-02-29T23:59:59.999999Z yes 'day thu'
}

@test "a zone sets the clocks, with summer and winter" {
	at 2026-07-01T16:30:00.000000Z yes 'time 18:00-19:00 zone "Europe/Berlin"'
	at 2026-12-01T17:30:00.000000Z yes 'time 18:00-19:00 zone "Europe/Berlin"'
	at 2026-12-01T16:30:00.000000Z no 'time 18:00-19:00 zone "Europe/Berlin"'
	at 2026-03-29T00:59:59.000000Z yes 'time 01:59-02:00 zone "Europe/Berlin"'
	at 2026-03-29T01:00:00.000000Z yes 'time 03:00-03:01 zone "Europe/Berlin"'
	at 2026-11-22T20:00:00.000000Z yes 'zone "Asia/Kathmandu" time 01:45-01:46 day mon'
	at 2026-11-22T20:00:00.000000Z yes 'zone "UTC" time 20:00-20:01 day sun'
}

@test "a zone of the policy is that of the rules below it" {
	printf 'reject a time 10:00-11:00\nzone "America/New_York"\nreject b time 10:00-11:00\nreject c zone "UTC" time 16:00-17:00\npass rest\n' >p
	run -0 cup-filter p < <(
		for hour in 10 15 16; do
			TIME=2026-11-22T$hour:30:00.000000Z record send - "$HELLO"
		done
	)
	assert_equal "$(column 7 <<<"$output" | sed 's/@.*//' | tr '\n' ' ')" 'a b c '
}

@test "a rule begins and lapses by its dates" {
	at 2026-11-30T23:59:59.999999Z no 'from 2026-12-01 until 2027-01-01'
	at 2026-12-01T00:00:00.000000Z yes 'from 2026-12-01 until 2027-01-01'
	at 2026-12-31T23:59:59.999999Z yes 'from 2026-12-01 until 2027-01-01'
	at 2027-01-01T00:00:00.000000Z no 'from 2026-12-01 until 2027-01-01'
	at 2026-11-30T23:00:00.000000Z yes 'from 2026-12-01 zone "Europe/Berlin"'
	at 2026-11-30T22:59:59.000000Z no 'from 2026-12-01 zone "Europe/Berlin"'
	at 2026-12-01T08:29:59.000000Z yes 'until 2026-12-01T08:30'
	at 2026-12-01T08:30:00.000000Z no 'until 2026-12-01T08:30'
	at 2026-12-01T06:30:00.000000Z yes 'from 2026-12-01T08:30:00+02:00'
	at 2026-12-01T06:29:59.000000Z no 'from 2026-12-01T08:30:00+02:00'
	at 2026-12-01T06:29:59.000000Z yes 'from ann@x from 2026-01-01 to bob@x'
	at 2026-12-01T06:29:59.000000Z no 'from bob@x from 2026-01-01'
}

@test "times that are none are mistakes" {
	for bad in 22:00 22:00-22:00 24:00-06:00 22:00-24:01 9:00-10:00 22:60-23:00 22:00-06:00x; do
		refuses "1: '$bad' is no time HH:MM-HH:MM" "reject a time $bad"
	done
	refuses "1: unknown day 'Sunday'" 'reject a day Sunday'
	refuses "1: '2026-02-30' is no date" 'reject a from 2026-02-30'
	refuses "1: '2026-02-01T25:00' is no date" 'reject a from 2026-02-01T25:00'
	refuses "1: 'tomorrow' is no date" 'reject a until tomorrow'
	refuses "1: expected no date behind '!', not '2026-02-01'" 'reject a from !2026-02-01'
	refuses "1: the rule lapses before it begins" 'reject a from 2026-12-01 until 2026-12-01'
	for bad in Europe/Atlantis ../zoneinfo/UTC /etc/localtime '' tzdata.zi; do
		refuses "1: no time zone '$bad' on this system" "zone \"$bad\""
	done
	refuses "1: expected a time zone in quotes, not 'UTC'" 'reject a zone UTC day sun'
	printf 'reject a until 2020-01-01\npass b\n' >p
	run --separate-stderr -0 cup-filter --check p
	assert_equal "$stderr" "cup-filter: p:1: warning: the rule 'a' has lapsed"
}

@test "encrypted: each scheme, wherever it is in the stanza" {
	local otr_tag=$' \t  \t\t\t\t \t \t \t  '
	for one in '<encrypted xmlns="eu.siacs.conversations.axolotl"><header sid="1"></header></encrypted>' \
		'<encrypted xmlns="urn:xmpp:omemo:1"></encrypted>' \
		'<encrypted xmlns="urn:xmpp:omemo:2"></encrypted>' \
		'<openpgp xmlns="urn:xmpp:openpgp:0">x</openpgp>' \
		'<x xmlns="jabber:x:encrypted">x</x>' \
		'<encryption xmlns="urn:xmpp:eme:0" namespace="x"></encryption>' \
		'<body>?OTRv23?</body>' '<body>?OTR?v2?</body>' '<body>?OTR:AAIDabc.</body>' \
		'<body>?OTR,1,2,x,</body>' '<body>?OTR|1|2,1,2,x,</body>' \
		'<body>say ?OTR:AAID</body>' "<body>hi${otr_tag//$'\t'/\&#x9;}</body>" \
		'<body>aesgcm://x/y#00</body>' '<body>AESGCM://x/y#00</body>' \
		'<x xmlns="jabber:x:oob"><url>aesgcm://x/y</url></x>' \
		'<body>-----BEGIN PGP MESSAGE-----</body>' \
		'<e2e xmlns="urn:ietf:params:xml:ns:xmpp-e2e">x</e2e>' \
		'<forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client"><x xmlns="jabber:x:encrypted">x</x></message></forwarded>'; do
		is yes reject encrypted "$(with "$one")"
		is no pass 'encrypted !content' "$(with "$one")"
	done
	for one in '<security xmlns="urn:xmpp:jingle:jet:0" cipher="x"></security>' \
		'<fingerprint xmlns="urn:xmpp:jingle:apps:dtls:0">x</fingerprint>' \
		'<encryption xmlns="urn:xmpp:jingle:apps:rtp:1"><crypto></crypto></encryption>'; do
		is yes reject encrypted "$(iq "<jingle xmlns=\"urn:xmpp:jingle:1\" action=\"session-initiate\" sid=\"a\"><content name=\"c\" creator=\"initiator\">$one</content></jingle>")"
	done
}

@test "encrypted: what only looks like it is not" {
	for one in '<body>what is ?OTR</body>' '<body>?OTR Error: x</body>' '<body>?OTRv2</body>' '<body>?OTRvalue?</body>' '<body>aesgcm</body>' \
		'<body>a tab &#x9; and  blanks</body>' '<encrypted xmlns="jabber:client"></encrypted>' \
		'<x xmlns="jabber:x:signed">x</x>' '<x xmlns="jabber:x:oob"><url>https://x/aesgcm.png</url></x>'; do
		is no reject encrypted "$(with "$one")"
		is yes pass 'encrypted !content' "$(with "$one")"
	done
	is no reject encrypted "$(iq '<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="urn:xmpp:omemo:2:devices"></items></pubsub>')"
}

@test "encrypted device-list: what clients tell each other that they can" {
	for node in eu.siacs.conversations.axolotl.devicelist eu.siacs.conversations.axolotl.bundles:1 \
		urn:xmpp:omemo:2:devices urn:xmpp:omemo:2:bundles urn:xmpp:openpgp:0:public-keys; do
		for verb in publish items retract subscribe; do
			is yes reject 'encrypted device-list' "$(iq "<pubsub xmlns=\"http://jabber.org/protocol/pubsub\"><$verb node=\"$node\"></$verb></pubsub>")"
		done
		is yes reject 'encrypted device-list' "$(with "<event xmlns=\"http://jabber.org/protocol/pubsub#event\"><items node=\"$node\"></items></event>")"
		is yes reject 'encrypted { content device-list }' "$(with "<event xmlns=\"http://jabber.org/protocol/pubsub#event\"><items node=\"$node\"></items></event>")"
		is no reject 'encrypted device-list' "$(iq "<query xmlns=\"http://jabber.org/protocol/disco#items\"><item jid=\"ann@x\" node=\"$node\"></item></query>")"
	done
	is yes reject 'encrypted device-list' "$(with '<list xmlns="eu.siacs.conversations.axolotl"><device id="1"></device></list>')"
	is no reject 'encrypted device-list' "$(with '<encrypted xmlns="urn:xmpp:omemo:2"></encrypted>')"
	is no reject 'encrypted device-list' "$(iq '<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="urn:xmpp:bookmarks:1"></items></pubsub>')"
	is no reject 'encrypted device-list' "$(iq '<query xmlns="http://jabber.org/protocol/disco#info"><feature var="eu.siacs.conversations.axolotl.devicelist+notify"></feature></query>')"
	refuses "1: unknown encrypted 'keys'" 'reject a encrypted !keys'
}

sfs() {
	printf '<file-sharing xmlns="urn:xmpp:sfs:0"><file xmlns="urn:xmpp:file:metadata:0">%s</file><sources><url-data xmlns="http://jabber.org/protocol/url-data" target="https://x/%s"></url-data></sources></file-sharing>' "$1" "${2:-a.png}"
}

@test "file: every way to send or offer one, or to point to one" {
	for one in '<x xmlns="jabber:x:oob"><url>https://x/y</url></x>' \
		'<query xmlns="jabber:iq:oob"><url>https://x/y</url></query>' \
		'<media-sharing xmlns="urn:xmpp:sims:1"><file xmlns="urn:xmpp:jingle:apps:file-transfer:5"></file></media-sharing>' \
		"$(sfs '')" '<data xmlns="urn:xmpp:bob" cid="x" type="image/png">eA==</data>' \
		'<data xmlns="http://jabber.org/protocol/ibb" seq="0" sid="i">eA==</data>' \
		'<open xmlns="http://jabber.org/protocol/ibb" block-size="4096" sid="i"></open>' \
		'<si xmlns="http://jabber.org/protocol/si" id="a"></si>' \
		'<query xmlns="http://jabber.org/protocol/bytestreams" sid="a"></query>' \
		'<description xmlns="urn:xmpp:jingle:apps:file-transfer:5"><file></file></description>' \
		'<request xmlns="urn:xmpp:http:upload:0" filename="a" size="1"></request>' \
		'<request xmlns="urn:xmpp:http:upload"><filename>a</filename><size>1</size></request>' \
		'<slot xmlns="urn:xmpp:http:upload:0"><put url="https://x/y"></put><get url="https://x/y"></get></slot>' \
		'<media xmlns="urn:xmpp:media-element"><uri type="image/png">https://x/y</uri></media>' \
		'<html xmlns="http://jabber.org/protocol/xhtml-im"><body xmlns="http://www.w3.org/1999/xhtml"><img src="https://x/y"></img></body></html>'; do
		is yes reject file "$(with "$one")"
		is yes reject 'file any' "$(iq "$one")"
		is no pass 'file !any' "$(with "<forwarded xmlns=\"urn:xmpp:forward:0\">$(with "$one")</forwarded>")"
	done
	is no reject file "$HELLO"
	is yes pass 'kind message file !any' "$HELLO"
}

@test "file name: of all that is said, or of the end of a link, in any disguise" {
	local one
	for one in invoice.exe INVOICE.EXE 'invoice.ｅｘｅ' 'invoice.e&#x200b;xe' 'invoice&#x202e;fdp.exe' 'invoice.exe. .'; do
		one=${one//&#x200b;/$'\u200b'}
		one=${one//&#x202e;/$'\u202e'}
		is yes reject 'file name "*.exe"' "$(with "$(sfs "<name>$one</name>")")"
		is yes reject 'file name { *.scr, *.exe }' "$(iq "<request xmlns=\"urn:xmpp:http:upload:0\" filename=\"$one\" size=\"1\"></request>")"
	done
	for one in https://x/a.exe 'https://x/a.exe?b=c.txt' 'https://x/a.%65xe#x' 'https://x/a%2eEXE'; do
		is yes reject 'file name "*.exe"' "$(with "<x xmlns=\"jabber:x:oob\"><url>$one</url></x>")"
	done
	is yes reject 'file name "*.exe"' "$(with "$(sfs '<name>photo.png</name>' a.exe)")"
	is yes reject 'file name "*.exe"' "$(with "$(sfs '<name>photo.png</name><name>x.exe</name>')")"
	is yes reject 'file name "*.exe"' "$(iq '<si xmlns="http://jabber.org/protocol/si" id="a"><file xmlns="http://jabber.org/protocol/si/profile/file-transfer" name="x.exe" size="1"></file></si>')"
	is no reject 'file name "*.exe"' "$(with "$(sfs '<name>exe.png</name>')")"
	is no reject 'file name "*.exe"' "$(with '<x xmlns="jabber:x:oob"><url>https://x.exe/%ff%zz%</url></x>')"
	is no reject 'file name "*.exe"' "$HELLO"
	is yes reject 'file name !"*.png"' "$(with "$(sfs '')")"
	is no reject 'file name !"*.png"' "$HELLO"
}

@test "file type and size: where they are said" {
	local png='<name>a.png</name><media-type>Image/PNG</media-type><size>1048577</size>'
	is yes reject 'file type "image/*"' "$(with "$(sfs "$png")")"
	is no reject 'file type "video/*"' "$(with "$(sfs "$png")")"
	is yes reject 'file type !"video/*"' "$(with "$(sfs "$png")")"
	is yes reject 'file type !"video/*"' "$(with "$(sfs '')")"
	is yes reject 'file size > 1M' "$(with "$(sfs "$png")")"
	is no reject 'file size <= 1M' "$(with "$(sfs "$png")")"
	is no reject 'file size > 1M' "$(with "$(sfs '')")"
	is yes reject 'file size > 1M' "$(with "$(sfs '<size>99999999999999999999999</size>')")"
	is 'cannot be judged' reject 'file size > 1M' "$(with "$(sfs '<size>1e9</size>')")"
	is yes reject 'file size > 1' "$(with '<data xmlns="urn:xmpp:bob" cid="x">eHh4eHg=</data>')"
	is yes reject 'file size = 5 file type text/plain' "$(iq '<request xmlns="urn:xmpp:http:upload:0" filename="a" size="5" content-type="text/plain"></request>')"
}

@test "file: a rule that lets through wants it of all files" {
	local png='<media-type>image/png</media-type><size>10</size>' oob='<x xmlns="jabber:x:oob"><url>https://x/a.png</url></x>'
	is yes pass 'file type "image/*" file size < 1M file name *.png' "$(with "$(sfs "$png<name>a.png</name>")$oob")"
	is no pass 'file type "image/*"' "$(with "$(sfs "$png")$(sfs '')")"
	is no pass 'file type "image/*"' "$(with "$(sfs "$png")${oob/a.png/b.png}")"
	is no pass 'file size < 1M' "$(with "$oob")"
	is no pass 'file size < 1M' "$(with "$(sfs '<size>1</size><size>x</size>')")"
	is no pass 'file type !"video/*"' "$(with "$oob")"
	is no pass 'file name "*.png"' "$(with "$(sfs "<name>a.png</name>" a.exe)")"
	is no pass 'file name "*"' "$HELLO"
}

@test "file: names may be in tables, and are patterns" {
	printf '*.exe\n*.[sp]cr\n' >programs
	printf 'table programs file "programs"\ntable more { <programs> "*.bat" }\nreject hit file name { <more> x }\npass rest\n' >p
	run -0 cup-filter p < <(
		for name in a.exe a.scr a.bat x a.txt; do
			record send - "$(with "$(sfs "<name>$name</name>" "$name")")"
		done
	)
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'reject reject reject reject pass '
	refuses "1: '*.[x': '[' is not closed" 'reject a file name "*.[x"'
	refuses "1: expected 'any' or 'unknown', not 'name'" 'reject a file !name x'
	refuses "1: expected one of < <= > >= = !=, not '5'" 'reject a file size 5'
	refuses "1: '/x/': a regular expression is no pattern of names" 'reject a file name /x/'
}

# burst RATE PER ACTION: verdicts, one letter each, of messages "SECOND FROM TO".
burst() {
	printf '%s hit kind message rate %s per %s\n%s rest\n' "${3:-reject}" "$1" "$2" \
		"$([ "${3:-reject}" = pass ] && echo reject || echo pass)" >p
	while read -r second from to; do
		TIME=$(printf '2026-11-22T21:%02d:%02d.000000Z' $((second / 60)) $((second % 60))) \
			record send - "$(message "$from" "$to" hi)"
	done | cup-filter p | cut -f 6 | cut -c 1 | tr -d '\n'
}

@test "rate: more than so many in a window that slides" {
	run burst 2/10s from <<-EOF
		0 ann@x bob@x
		1 ann@x bob@x
		2 ann@x/other cy@x
		9 ann@x bob@x
		11 ann@x bob@x
		30 ann@x bob@x
	EOF
	assert_output pprrrp
	run burst 1/10s from <<-EOF
		0 ann@x bob@x
		10 ann@x bob@x
		19 ANN@X bob@x
	EOF
	assert_output ppr
}

@test "rate: per sender, recipient or both" {
	local in='0 ann@x bob@x
1 cy@x bob@x
2 ann@x dan@x
3 ann@x bob@x'
	run burst 1/10s from <<<"$in"
	assert_output pprr
	run burst 1/10s to <<<"$in"
	assert_output prpr
	run burst 1/10s pair <<<"$in"
	assert_output pppr
}

@test "rate: turned round it is what is within, for rules that let through" {
	run burst '!2/10s' from pass <<-EOF
		0 ann@x bob@x
		1 ann@x bob@x
		2 ann@x bob@x
		20 ann@x bob@x
	EOF
	assert_output pprp
}

@test "rate: only what meets the rule's other conditions is counted" {
	printf 'hold hit rate 1/1h per from body matches offer kind message\npass rest\n' >p
	run -0 cup-filter p < <(
		for text in offer hello hello offer hello; do
			record send - "$(message ann@x bob@x $text)"
		done
		record send - '<presence xmlns="jabber:client" from="ann@x"><status>offer</status></presence>'
	)
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'pass pass pass hold pass pass '
}

@test "rate: every further addressee counts" {
	local cc='<addresses xmlns="http://jabber.org/protocol/address"><address type="cc" jid="cy@x"></address></addresses>'
	printf 'reject hit rate 1/1h per to\npass rest\n' >p
	run -0 cup-filter p < <(
		record send - "$(with "$cc")"
		record send - "$(message dan@x cy@x hi)"
	)
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'pass reject '
}

@test "rate: with the memory full a refusing rule holds, a passing one does not" {
	# shellcheck disable=SC2016
	local many='BEGIN { for (i = 0; i < 65540; i++) printf \
		"019aac21-0000-7000-8000-%012d\t2026-11-22T21:33:38.%06dZ\tn\ts\tsend\t-\t-\t-\t<message xmlns=\"jabber:client\" from=\"u%d@x\" to=\"b@x\"/>\t-\n", i, i, i }'
	printf 'reject hit rate 5/1h per from\npass rest\n' >p
	mawk "$many" | cup-filter p | cut -f 6 | uniq -c | awk '{ print $1, $2 }' >out
	assert_equal "$(cat out)" $'65536 pass\n4 reject'
	printf 'pass hit rate !5/1h per from\n' >p
	mawk "$many" | cup-filter p | cut -f 6 | uniq -c | awk '{ print $1, $2 }' >out
	assert_equal "$(cat out)" $'65536 pass\n4 reject'
	printf 'reject hit rate 5/100ms per from\npass rest\n' >p
	mawk "$many" | awk -F'\t' -v OFS='\t' '{ $2 = sprintf("2026-11-22T21:%02d:%02d.000000Z", NR / 6000, NR / 100 % 60); print }' |
		cup-filter p | cut -f 6 | uniq -c | awk '{ print $1, $2 }' >out
	assert_equal "$(cat out)" '65540 pass'
}

@test "rate: a clock that is set back does not lock anybody out" {
	printf 'reject hit rate 1/1m per from\npass rest\n' >p
	run -0 cup-filter p < <(
		for time in 2030-01-01T00:00:00.000000Z 2026-11-22T21:33:38.000000Z 2026-11-22T21:33:39.000000Z 2026-11-22T21:33:30.000000Z; do
			TIME=$time record send - "$HELLO"
		done
	)
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'pass pass reject reject '
}

@test "rates that are none are mistakes" {
	for bad in 5 0/1m 10001/1m 5/0s 5/8d 5/x -5/1m; do
		refuses "1: '$bad' is no rate N/DURATION (N: 1 to 10000, DURATION: at most 7d)" "reject a rate $bad per from"
	done
	refuses "1: expected 'per', not the end of the line" 'reject a rate 5/1m'
	refuses "1: expected 'from', 'to' or 'pair', not 'user'" 'reject a rate 5/1m per user'
}

@test "tables hold tables, for addresses and for words" {
	printf 'table a { ann@x }\ntable b file "b"\ntable c { <a> <b> carol@x }\ntable d { <c> <a> }\nreject hit from <d>\npass rest\n' >p
	echo bob@x >b
	run -0 cup-filter p < <(
		for who in ann bob carol dan; do
			record send - "$(message $who@x eve@x hi)"
		done
	)
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'reject reject reject pass '
	printf 'table a { apple }\ntable c { pear <a> }\nreject hit body matches { <c> plum }\npass rest\n' >p
	run -0 cup-filter p < <(
		for what in apple pear plum grape; do
			record send - "$(message ann@x eve@x $what)"
		done
	)
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'reject reject reject pass '
	run --separate-stderr -0 cup-filter --check p
	assert_equal "$stderr" ''
}

@test "tables that hold themselves, or none, are mistakes" {
	refuses "1: the table 'a' holds itself" $'table a { x <a> }\nreject r from <a>'
	refuses "4: the table 'a' holds itself, by way of others" $'table a { <b> }\ntable b { <c> }\ntable c { y\n<a> }\nreject r from <a>'
	refuses "1: no table 'none'" $'table a { <none> }\nreject r from <a>'
	{
		for ((i = 0; i < 70; i++)); do
			echo "table t$i { <t$((i + 1))> }"
		done
		printf 'table t70 { ann@x }\nreject r from <t0>\n'
	} >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" "cup-filter: p:64: more than 64 tables in one another"
}

@test "a table in CSV is its first column" {
	printf 'ann@x,Ann,"a, b"\r\n"bob@x","B ""Bob"" B"\r\n\r\n cy@x ,\r\n"d""d@x"\r\n' >t.csv
	printf 'table t file "t.csv"\nreject hit from <t>\npass rest\n' >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" "cup-filter: t.csv:5: 'd\"d@x': is no address"
	sed -i 's/^"d"".*/"d"d@x/' t.csv
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" "cup-filter: t.csv:5: a quote ends in the middle of a value"
	sed -i '$d' t.csv
	run -0 cup-filter p < <(
		for who in ann bob cy dan Ann; do
			record send - "$(message $who@x eve@x hi)"
		done
	)
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'reject reject reject pass reject '
}

@test "a table in CSV: headers, other separators, words with signs" {
	printf '\xef\xbb\xbf"word";"who";"when"\n#metoo;x,y;1\n"price, fixing";z;2\n"two\nlines";;3\n' >T.CSV
	printf 'table t file "T.CSV" header\nreject hit body matches <t>\npass rest\n' >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" 'cup-filter: T.CSV:4: an entry on several lines'
	sed -i '4,$d' T.CSV
	run -0 cup-filter p < <(
		for what in 'the word' metoo 'price fixing' who; do
			record send - "$(message ann@x eve@x "$what")"
		done
	)
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'pass reject reject pass '
	printf '"a\nb,c\n' >u.csv
	printf 'table t file "u.csv"\nreject hit from <t>\n' >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" 'cup-filter: u.csv:1: the quote is never closed'
	echo ann@x >names
	refuses "1: 'header' is for files whose name ends in .csv" $'table t file "names" header\nreject hit from <t>'
}

@test "--explain says what each of them saw" {
	cat >p <<-'EOF'
		pass a time 08:00-18:00 zone "Europe/Berlin"
		pass b day { sat sun } zone "Pacific/Auckland"
		pass c from 2027-01-01
		pass d encrypted !content
		pass e encrypted device-list
		reject f file type "text/*"
		reject g file size > 1M
		reject h file name *.exe
		hold i rate !1/1m per from
	EOF
	run -0 cup-filter --explain p < <(record send - "$(with '<x xmlns="jabber:x:encrypted">x</x><file xmlns="urn:xmpp:file:metadata:0"><name>A.png</name><size>7</size></file>')")
	assert_line '    a          no: time 08:00-18:00, and it is 22:33 in Europe/Berlin'
	assert_line '    b          no: day { sat sun }, and it is mon in Pacific/Auckland'
	assert_line '    c          no: from 2027-01-01, and it is 2026-11-22T21:33 in UTC'
	assert_line '    d          no: encrypted !content, and it is PGP'
	assert_line '    e          no: encrypted device-list, and it is not'
	assert_line '    f          no: file type "text/*", and it is not said'
	assert_line '    g          no: file size > 1M, and it is 7'
	assert_line '    h          no: file name *.exe, and it is "a.png"'
	assert_line '                 rate !1/1m per from, and it is within it'
}

@test "the words for these may still be rules' names, but no rule is only one" {
	printf 'reject file size > 1M\nreject encrypted encrypted\nreject rate kind iq\npass day\n' >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" "cup-filter: p:4: expected the rule's name before 'day'"
	sed -i 's/^pass day/& day !sun/' p
	run -0 cup-filter --check p
	refuses "1: expected a condition, 'text' or 'with', not '22:00-06:00'" 'reject time 22:00-06:00'
	refuses "1: expected the rule's name before 'encrypted'" 'reject encrypted text "no"'
}
