#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Policies over files that users send by HTTP, and over links to them.
# shellcheck disable=SC2154

load ../lib/helpers
load ../lib/files

URL=https://files.acme.example/up

setup() {
	common_setup
	stored store "$URL/1/plan.pdf" granted plan.pdf 81920 application/pdf application/pdf
	stored store "$URL/2/holiday%20in%20rome.jpg" granted "holiday in rome.jpg" 500 \
		image/jpeg image/jpeg
	stored store "$URL/3/setup.txt" refused setup.txt 700 text/plain application/x-dosexec
	stored store "$URL/4/(a).txt" granted "(a).txt" 5 text/plain text/plain
}

# sha NAME: the digest of the stored file of that name.
sha() {
	printf '%s' "$1" | sha256sum | cut -d ' ' -f 1
}

# by POLICY: what cup-filter makes of the records on standard input.
by() {
	printf '%s\n' "$1" >policy
	cup-filter --files store --file-url "$URL/" policy
}

# verdicts POLICY TEXT...: of messages with these texts, each on a line.
verdicts() {
	local policy=$1 text
	shift
	for text; do
		record send - "$(message a@acme.localhost/x b@acme.localhost "$text")"
	done | by "$policy" | column 6 | tr '\n' ' '
}

# upload ATTRIBUTES TEXT: a record of a file that comes.
upload() {
	local end=/\>
	[ -z "${2-}" ] || end="><text>$2</text></file>"
	record upload - "<file xmlns=\"urn:cup:file:1\" from=\"a@acme.localhost/x\" $1 url=\"$URL/9/f\" path=\"/s/content/aa/bb\"$end"
}

@test "a link to a file that is known has its digest, size and name behind it" {
	record send - "$(message a@acme.localhost b@acme.localhost "see $URL/2/holiday%20in%20rome.jpg!")" |
		by 'pass all' >out
	assert_equal "$(column 6 <out)" pass
	assert_equal "$(cut -f 11- out)" \
		"file=$(sha "holiday in rome.jpg") 500 holiday%20in%20rome.jpg"
}

@test "other fields behind the tenth stay, and a second filter adds nothing" {
	record send - "$(message a@acme.localhost b@acme.localhost "$URL/1/plan.pdf $URL/3/setup.txt")" |
		sed 's/$/\tmine=1/' | by 'pass all' >out
	assert_equal "$(cut -f 11- out)" "$(printf 'mine=1\tfile=%s 81920 plan.pdf\tfile=%s 700 setup.txt' \
		"$(sha plan.pdf)" "$(sha setup.txt)")"
	by 'pass all' <out >again
	cmp out again
	# Nor does one that has no store take them away.
	cup-filter policy <out >again
	cmp out again
}

@test "file unknown: a link to our host that leads to no file that went through" {
	run -0 verdicts 'reject it file unknown
		pass all' "$URL/1/plan.pdf" "$URL/1/other.pdf" "$URL/3/setup.txt" \
		"hello" "https://elsewhere.example/up/1" \
		"($URL/1/plan.pdf)." "$URL/4/(a).txt" "$URL/1/plan.pdf и" \
		"$URL/1/plan.pdf $URL/x"
	assert_output "pass reject reject pass pass pass pass pass reject "
}

@test "however it is written, as clients make a link of it" {
	run -0 verdicts 'reject it file unknown
		pass all' "HTTPS://Files.ACME.example/up/x" "files.acme.example/up/x" \
		"http://files.acme.example/up/x" "aesgcm://files.acme.example:443/up/x#k" \
		"https://me@files.acme.example/up/x" "&lt;$URL/x>" \
		"my-files.acme.example/up/x" "files.acme.example.org/up/x" \
		"HTTPS://Files.acme.example:443/up/1/plan.pdf"
	assert_output "reject reject reject reject reject reject pass pass pass "
}

@test "wherever in a message it is" {
	local x
	for x in "<x xmlns=\"jabber:x:oob\"><url>$URL/x</url></x>" \
		"<reference xmlns=\"urn:xmpp:reference:0\" type=\"data\" uri=\"$URL/x\"/>" \
		"<file-sharing xmlns=\"urn:xmpp:sfs:0\"><sources><url-data xmlns=\"http://jabber.org/protocol/url-data\" target=\"$URL/x\"/></sources></file-sharing>" \
		"<html xmlns=\"http://jabber.org/protocol/xhtml-im\"><body xmlns=\"http://www.w3.org/1999/xhtml\"><img src=\"$URL/x\"/></body></html>"; do
		record recv - "<message xmlns=\"jabber:client\" from=\"b@acme.localhost\" to=\"a@acme.localhost\"><body>look</body>$x</message>"
	done | by 'reject it file unknown
		pass all' >out
	run -0 column 6 <out
	assert_output "$(printf 'reject\nreject\nreject\nreject')"
}

@test "more links than are looked up are not known" {
	local text
	text=$(for ((i = 0; i < 70; i++)); do printf '%s ' "$URL/1/plan.pdf?$i"; done)
	run -0 verdicts 'reject it file unknown
		pass all' "${text//\/1\/plan.pdf\?/\/1\/plan.pdf }" "$text"
	assert_output "pass reject "
}

@test "name, type, size and digest of a file are known by its link" {
	local word=$URL/3/setup.txt
	run -0 verdicts 'reject it file name setup.*
		pass all' "$word" "$URL/1/plan.pdf"
	assert_output "reject pass "
	run -0 verdicts 'reject it file type application/x-dosexec
		pass all' "$word" "$URL/1/plan.pdf"
	assert_output "reject pass "
	run -0 verdicts 'reject it file size > 80K
		pass all' "$URL/1/plan.pdf" "$URL/2/holiday%20in%20rome.jpg"
	assert_output "pass pass "
	run -0 verdicts 'reject it file size >= 80K
		pass all' "$URL/1/plan.pdf" "$URL/2/holiday%20in%20rome.jpg"
	assert_output "reject pass "
	sha plan.pdf >digests
	run -0 verdicts 'table bad file "digests"
		reject it file sha256 <bad>
		pass all' "$URL/1/plan.pdf" "$URL/2/holiday%20in%20rome.jpg" hello
	assert_output "reject pass pass "
}

@test "a pass rule needs all files, and to know all of them" {
	sha plan.pdf | tr a-f A-F >digests
	run -0 verdicts 'table good file "digests"
		pass it file sha256 <good>' "$URL/1/plan.pdf" \
		"$URL/1/plan.pdf $URL/2/holiday%20in%20rome.jpg" \
		"$URL/1/plan.pdf $URL/x" hello
	assert_output "pass reject reject reject "
	run -0 verdicts 'pass it file !any' hello "$URL/1/plan.pdf" "$URL/x"
	assert_output "pass reject reject "
	record send - "<message xmlns=\"jabber:client\" from=\"a@acme.localhost\" to=\"b@acme.localhost\"><body>$URL/2/holiday%20in%20rome.jpg</body><x xmlns=\"jabber:x:oob\"><url>$URL/2/holiday%20in%20rome.jpg</url></x></message>" |
		by 'pass it kind message file type image/*' >out
	assert_equal "$(column 6 <out)" pass
}

@test "a file that comes: the event upload, and what it is" {
	local file
	file="name=\"Report.PDF\" size=\"3221225472\" type=\"application/pdf\" content=\"application/x-dosexec\" sha256=\"$(sha x)\""
	upload "$file" | by 'pass it event upload kind upload type none from a@acme.localhost' |
		column 6 | grep -qx pass
	sha x >digests
	local rule
	for rule in "file name *.pdf" "file type application/pdf" \
		"file type application/x-dosexec" "file size >= 3G" \
		"file sha256 <bad>" "file" "!session"; do
		rule=${rule/#!/kind !}
		upload "$file" | by "table bad file \"digests\"
			reject it $rule
			pass all" | column 6 | grep -qx reject || fail "$rule"
	done
	for rule in "file size > 3G" "file unknown" "kind session" "event send" \
		"file name *.txt"; do
		upload "$file" | by "reject it $rule
			pass all" | column 6 | grep -qx pass || fail "$rule"
	done
}

@test "the text that a stage found in a file is a body" {
	local file
	file="name=\"r.pdf\" size=\"3\" type=\"-\" content=\"text/plain\" sha256=\"$(sha x)\""
	{ upload "$file" "the merger is on" && upload "$file" "nothing" && upload "$file"; } |
		by 'reject mnpi body matches "merger" text "not this"
		pass all' >out
	run -0 column 6 <out
	assert_output "$(printf 'reject\npass\npass')"
	run -0 column 7 <out
	assert_line --index 0 --regexp '^mnpi@[0-9a-f]{8}: not this$'
}

@test "what would be redacted in a file is refused: the file itself cannot be" {
	local file
	file="name=\"r.pdf\" size=\"3\" type=\"-\" content=\"text/plain\" sha256=\"$(sha x)\""
	{ upload "$file" "card 4111 1111 1111 1111" && upload "$file" "none"; } |
		by 'redact cards body has card with "[card]"
		pass all' >out
	run -0 column 6 <out
	assert_output "$(printf 'reject\npass')"
	run -0 column 7 <out
	assert_line --index 0 --regexp '^cards@[0-9a-f]{8}: cannot be redacted$'
}

@test "--explain shows what it was" {
	record send - "$(message a@acme.localhost b@acme.localhost "$URL/x and $URL/1/plan.pdf")" >in
	printf 'reject a file unknown\n' >policy
	run -0 cup-filter --explain --files store --file-url "$URL/" policy <in
	assert_output --partial "$URL/x"
	printf 'reject a file sha256 %s\n' "$(sha y)" >policy
	run -0 cup-filter --explain --files store --file-url "$URL/" policy <in
	assert_output --partial "file sha256 $(sha y | cut -c 1-20)"
	assert_output --partial "\"$(sha plan.pdf | cut -c 1-60)\""
}

@test "a store that is away: no link is known" {
	run -0 verdicts 'reject it file unknown
		pass all' "$URL/1/plan.pdf"
	assert_output "pass "
	rm -r store
	run -0 verdicts 'reject it file unknown
		pass all' "$URL/1/plan.pdf"
	assert_output "reject "
}

@test "mistakes: what is no digest, an unknown word, half of the options" {
	printf 'reject a file sha256 { abc "%s" }\n' "$(sha x)z" >policy
	run --separate-stderr -78 cup-filter --check policy
	assert_regex "$stderr" "policy:1: 'abc'.* is no SHA-256 digest"
	run -0 grep -c "is no SHA-256 digest" <<<"$stderr"
	assert_output 2
	printf 'reject a file ! name x\n' >policy
	run --separate-stderr -78 cup-filter --check policy
	assert_regex "$stderr" "expected 'any' or 'unknown'"
	printf 'reject a file unknown\npass all\n' >policy
	run --separate-stderr -0 cup-filter --check policy
	assert_regex "$stderr" "policy:1: warning: no link is known to lead to a file"
	run --separate-stderr -0 cup-filter --check --files store --file-url "$URL/" policy
	assert_equal "$stderr" ""
	run -64 cup-filter --files store policy
	assert_output --partial "--files and --file-url go together"
	run -64 cup-filter --file-url "$URL" policy
	run -64 cup-filter --files store --file-url ftp://x/ policy
	assert_output --partial "'ftp://x/' is neither http:// nor https://"
	run -64 cup-filter --files store --file-url https:///x policy
	assert_output --partial "has no host"
}
