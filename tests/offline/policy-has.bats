#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# body has RECOGNISER: what each takes, and what it lets be.

load ../lib/helpers

setup() {
	common_setup
}

# left_each KIND: what is left of each text on standard input when each place is
# made a '#'.
left_each() {
	local text stanza
	printf 'redact r body has %s with "#"\npass p\n' "$1" >p
	while IFS= read -r text; do
		printf -v stanza '<message xmlns="jabber:client" from="a@x" to="b@x"><body>%s</body></message>' "$text"
		record send - "$stanza"
	done | cup-filter p | cut -f 9 |
		sed 's/.*<body>//; s/<.body>.*//; s/<body\/>//'
}

# left KIND TEXT
left() {
	left_each "$1" <<<"$2"
}

# takes KIND TEXT...: each is taken as a whole, alone and in a sentence.
takes() {
	local kind=$1 text
	shift
	for text; do
		printf '%s\n' "$text" "look: $text, yes" "_${text}_ ($text)"
	done >texts
	for text; do
		printf '%s\n' '#' 'look: #, yes' '_#_ (#)'
	done >right
	left_each "$kind" <texts >left
	assert_equal "$(paste texts left)" "$(paste texts right)"
}

# spares KIND TEXT...: none of it is taken.
spares() {
	local kind=$1
	shift
	printf '%s\n' "$@" >texts
	left_each "$kind" <texts >left
	assert_equal "$(<left)" "$(<texts)"
}

@test "card: separators, scripts, lengths and issuers" {
	takes card 4111111111111111 '4111 1111 1111 1111' 4111-1111-1111-1111 4111.1111.1111.1111 \
		4111/1111/1111/1111 '4111  1111  1111  1111' 4111–1111–1111–1111 '4111 - 1111 - 1111 - 1111' \
		'4111&#xA;1111&#xA;1111&#xA;1111' '4111 1111 1111 1111' 4111_1111_1111_1111 \
		'4111-1111 1111.1111' '41 11 11 11 11 11 11 11' '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1' \
		'41111111 11111111' 4111​1111​1111​1111 ４１１１１１１１１１１１１１１１ ٤١١١١١١١١١١١١١١١ \
		378282246310005 '3782 822463 10005' 30569309025904 6011111111111117 3530111333300000 \
		5555555555554444 2223003122003222 4222222222222 6304000000000000 4000000000000000006 \
		'6212 3456 7890 1232' 2200000000000004 '4000 0000 0000 0000 006'
	assert_equal "$(left card '1,4111111111111111,12/26')" '1,#,12/26'
	assert_equal "$(left card '4111 1111 1111 1111 12/26 123')" '# 12/26 123'
	assert_equal "$(left card 'x 4111111111111111 4012888888881881')" 'x # #'
	assert_equal "$(left card 'a&#xA;4111111111111111')" 'a&#xA;#'
}

@test "card: what is none" {
	spares card 4111111111111112 411111111111111 41111111111111111 x4111111111111111 \
		4111111111111111x ж4111111111111111 0.4111111111111111 4111111111111111.5 \
		1234567812345670 '2026-11-28 06:24:54.123456' '+4111111111111111' \
		41111111111111110000 9999999999999995 \
		'DE89 3704 0044 0532 0130 00'
}

@test "iban: grouped or not, capitals or not" {
	takes iban 'DE89 3704 0044 0532 0130 00' DE89370400440532013000 de89370400440532013000 \
		GB82-WEST-1234-5698-7654-32 'GB82 WEST 1234 5698 7654 32' 'FR14 2004 1010 0505 0001 3M02 606' \
		NO9386011117947 'MT84 MALT 0110 0001 2345 MTLC AST0 01S' 'DE89  3704  0044  0532  0130  00' \
		'DE89 370400440532013000' 'DE 89 3704 0044 0532 0130 00' 'NO 93 8601 1117 947' 'ＤＥ８９３７０４００４４０５３２０１３０００'
	spares iban DE88370400440532013000 DE8937040044053201300 DE893704004405320130001 \
		XX89370400440532013000 'be12 good men that walk on' xDE89370400440532013000 \
		12345678-DE89370400440532013000-1
}

@test "bic, isin, cusip, lei: check digits and countries" {
	takes bic DEUTDEFF DEUTDEFF500 COBADEFFXXX BOFAUS3N UBSWCHZH80A NDEASESS TGBATRIS
	spares bic DEUTXXFF deutdeff DEUTDEFF5 xDEUTDEFF ABSOLUTE INSIDERS ACCEPTED BUSINESS DEUTDEF
	assert_equal "$(left bic 'SWIFT code: ABSOLUTE')" 'SWIFT code: #'
	takes isin US0378331005 DE0007164600 XS0203470157 us0378331005
	spares isin US0378331006 ZZ0378331005 US03783310055 AUS0378331005 Us0378331005 \
		550e8400-e29b-41d4-a716-US0378331005
	takes cusip 037833100 17275R102 38259P508
	spares cusip 037833101 0378331000 17275r102 x037833100
	takes lei 529900T8BM49AURSDO55 5493001KJTIIGC8Y1R12 529900t8bm49aursdo55
	spares lei 529900T8BM49AURSDO56 529900T8BM49AURSDO555
}

@test "us-ssn and aba: what was never issued is none" {
	takes us-ssn 123-45-6789 '123 45 6789' 001-01-0001 123–45–6789
	assert_equal "$(left us-ssn 'SSN: 123456789')" 'SSN: #'
	spares us-ssn 000-45-6789 666-45-6789 900-45-6789 123-00-6789 123-45-0000 078-05-1120 \
		123456789 123-456789 1123-45-6789 123-45-67890 1-123-45-6789 123-45-6789-1
	takes aba 021000021 011401533 122105155
	spares aba 021000022 123456789 0210000211 131000021 2021000021
}

@test "email and phone" {
	takes email bob@acme.example bob.smith+x@mail.acme.example BOB_1@ACME.EXAMPLE o\'hara@x.example \
		bob@bücher.example bob@xn--bcher-kva.example 'ｂｏｂ@acme.example'
	spares email bob@acme '@acme.example' 'bob @acme.example' 'bob@' 'a@1.2' '@@@.@'
	takes phone '+49 30 1234567' +49301234567 '+1 (201) 555-0123' +1-201-555-0123 '0049 30 1234567' \
		+44.20.7946.0958 '＋４９ ３０ １２３４５６７'
	spares phone '030 1234567' +0301234567 +12345678 '+1 101 555 0123' +2101234567 1+49301234567 \
		004930123456 +4930 +4930123456789012
}

@test "ip: addresses, but no versions, times and names" {
	takes ip 192.168.1.1 0.0.0.0 255.255.255.255 fe80::1 2001:db8::8a2e:370:7334 ::1 \
		2001:0db8:0000:0000:0000:8a2e:0370:7334 ::ffff:192.0.2.1
	assert_equal "$(left ip '10.0.0.1:5222 [::1]:80')" '#:5222 [#]:80'
	spares ip 256.1.1.1 1.2.3 1.2.3.4.5 v1.2.3.4 lib-1.2.3.4 1.2.3.4-1 1.2.3.4a 01.2.3.4 12:34:56 \
		std::string 00:11:22:33:44:55 00:11:22:33:44:55:66:77 a::b ::
}

@test "tokens and keys" {
	local pem='-----BEGIN RSA PRIVATE KEY-----&#xA;MIIEpAIBAAKCAQEA&#xA;-----END RSA PRIVATE KEY-----'
	takes jwt eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV
	spares jwt eyJhbGciOiJIUzI1NiJ9 eyJmb28iOjF9.eyJzdWIiOjF9.abc abc.def.ghi
	assert_equal "$(left private-key "see $pem, ok")" 'see #, ok'
	assert_equal "$(left private-key "${pem//RSA /}")" '#'
	assert_equal "$(left private-key "${pem/-----END*/}")" '#'
	assert_equal "$(left private-key "${pem//RSA PRIVATE KEY/PGP PRIVATE KEY BLOCK}")" '#'
	spares private-key "${pem//PRIVATE/PUBLIC}" '-----BEGIN PRIVATE' 'PRIVATE KEY'
	takes aws-key AKIAIOSFODNN7EXAMPLE ASIAIOSFODNN7EXAMPLE
	assert_equal "$(left aws-key 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')" \
		'aws_secret_access_key = #'
	spares aws-key AKIAIOSFODNN7EXAMPL AKIAIOSFODNN7EXAMPLEX BKIAIOSFODNN7EXAMPLE \
		da39a3ee5e6b4b0d3255bfef95601890afd80709
	takes github-token ghp_16C7e42F292c6912E7710c838347Ae178B4a ghs_16C7e42F292c6912E7710c838347Ae178B4a
	assert_equal "$(left github-token "x github_pat_11ABCDEFG0123456789abc_$(printf '%059d' 0)")" 'x #'
	spares github-token ghp_16C7e42F xghp_16C7e42F292c6912E7710c838347Ae178B4a ghz_16C7e42F292c6912E7710c838347Ae178B4a
}

@test "url: any scheme, and where it ends" {
	takes url 'https://acme.example/a?b=c#d' HTTP://ACME.EXAMPLE ftp://x www.acme.example www.acme.example/a \
		mailto:bob@acme.example 'xmpp:room@muc.x?join' tel:+1-201-555-0123 aesgcm://x/y 'https://x/a(b)'
	assert_equal "$(left url 'see https://x/y. Or &lt;https://z/>!')" 'see #. Or &lt;#>!'
	spares url 'note: this' and/or acme.example 'a: //b' 'c:/x' '://'
}

# to HOSTS TEXT: whether the text has an address of one of these.
to() {
	printf 'table t { good.example *.bad.example 10.0.0.1 bücher.example }\nreject r body has url to %s\npass p\n' "$1" >p
	record send - "$(message a@x b@x "$2")" | cup-filter p | cut -f 6
}

@test "url to: hosts as addresses, whatever hides them" {
	for text in https://good.example/ 'HTTP://GOOD.example:80/x' https://u:p@good.example 'go to good.example now' \
		https://a.b.bad.example/ 'http://10.0.0.1/' https://bücher.example \
		'https://%67ood.example/' 'https://evil.example@good.example/' 'https://good.example./' \
		'https:\\good.example\x' mailto:bob@good.example 'see good.example/path' https://ｇｏｏｄ.example; do
		assert_equal "$text: $(to '<t>' "$text")" "$text: reject"
	done
	for text in https://good.example.evil.example/ https://notgood.example https://bad.example \
		'https://good.example@evil.example/' https://sub.good.example tel:+12015550123 good; do
		assert_equal "$text: $(to '<t>' "$text")" "$text: pass"
	done
	assert_equal "$(to '!<t>' 'https://good.example/ and https://evil.example/')" reject
	assert_equal "$(to '!<t>' 'https://good.example/ and www.x.bad.example')" pass
	assert_equal "$(to '!{ <t> evil.example }' 'https://evil.example/')" pass
	assert_equal "$(to '!<t>' 'readme.txt and evil.example')" pass
}

# holds CONDITION TEXT
holds() {
	printf 'table dlp { card iban "[:us-ssn:]" }\ntable words { secret "[:card:]" /q\\d/ }\nreject r body %s\npass p\n' "$1" >p
	record send - "${3-$(message a@x b@x "$2")}" | cup-filter p | cut -f 6
}

@test "lists, tables, negation, and in tables of words" {
	local card='my 4111 1111 1111 1111'
	assert_equal "$(holds 'has { iban, card }' "$card")" reject
	assert_equal "$(holds 'has <dlp>' "$card")" reject
	assert_equal "$(holds 'has { jwt <dlp> }' "$card")" reject
	assert_equal "$(holds 'has { iban url }' "$card")" pass
	assert_equal "$(holds 'has !card' "$card")" pass
	assert_equal "$(holds 'has !card' none)" reject
	assert_equal "$(holds 'has <dlp>' 'it is 123-45-6789')" reject
	for how in matches resembles; do
		assert_equal "$(holds "$how <words>" "$card")" reject
		assert_equal "$(holds "$how <words>" 'a secret')" reject
		assert_equal "$(holds "$how <words>" 'a card')" pass
	done
	printf 'redact r body matches { "[:card:]" bob } with "#"\npass p\n' >p
	run -0 bash -c 'cup-filter p | cut -f 9' < <(record send - "$(message a@x b@x "bob: $card")")
	assert_output --partial '<body>#: my #</body>'
}

@test "at least N counts places in all texts, but not a text's other form" {
	local one=4111111111111111 two=4012888888881881
	assert_equal "$(holds 'has at least 2 card' "$one")" pass
	assert_equal "$(holds 'has card at least 2' "$one and $two")" reject
	assert_equal "$(holds 'has at least 2 card' "$one $one")" reject
	assert_equal "$(holds 'has at least 3 <dlp>' "$one $two DE89370400440532013000")" reject
	assert_equal "$(holds 'has !at least 2 card' "$one")" reject
	assert_equal "$(holds 'has !at least 2 card' "$one $two")" pass
	local html="<message xmlns=\"jabber:client\"><body>$one</body><html xmlns=\"http://jabber.org/protocol/xhtml-im\"><body xmlns=\"http://www.w3.org/1999/xhtml\">%s</body></html></message>"
	# shellcheck disable=SC2059
	assert_equal "$(holds 'has at least 2 card' '' "$(printf "$html" "$one")")" pass
	# shellcheck disable=SC2059
	assert_equal "$(holds 'has at least 2 card' '' "$(printf "$html" "$two")")" reject
}

@test "mistakes are named" {
	while IFS='|' read -r condition reason; do
		printf 'table odd { card nonsense }\nreject r body %s\n' "$condition" >p
		run --separate-stderr -78 cup-filter --check p
		assert_equal "$stderr" "cup-filter: p:$reason"
	done <<-'EOT'
		has cards|2: unknown 'cards' behind 'body has'; there are: card, iban, bic, isin, cusip, lei, us-ssn, aba, email, phone, ip, jwt, private-key, aws-key, github-token, url, url to
		has <odd>|1: 'nonsense': names no recogniser
		has|2: expected what to look for, or a <table>, not the end of the line
		has { }|2: the list is empty
		has at 2 card|2: expected 'least' behind 'at', not '2'
		has at least 0 card|2: '0' is no number from 1 to 1000000
		has at least 2 card at least 3|2: a second 'at least'
		has { url to a.example url to b.example }|2: a second 'url to'
		has url to <none>|2: no table 'none'
		has url to|2: expected a word, "string", /regex/ or <table>, not the end of the line
		has "card"|2: expected what to look for, or a <table>, not '"card"'
		looks like x|2: expected 'matches', 'resembles' or 'has', not 'looks'
		matches "[:cards:]"|2: '[:cards:]': names no recogniser
		has card across 2|2: expected a condition, 'text' or 'with', not 'across'
	EOT
	printf 'redact r from a@x\n' >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" "cup-filter: p:1: a redact rule needs 'body matches', 'body resembles' or 'body has'"
}
