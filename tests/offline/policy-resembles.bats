#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2154
# body resembles: what a reader would read as a word of the list, and what not.

load ../lib/helpers

setup() {
	common_setup
	cat >p <<-'EOT'
		table words { insider "price fixing" merger "bribe*" tax cannot
			shell filing /\bsecret\b/ секрет "слия*" Straße }
		reject lexicon body resembles <words>
		pass rest
	EOT
	TAG=$(sha256sum <p | cut -c 1-8)
}

# decided STANZA: verdict and reason.
decided() {
	record send - "$1" | cup-filter p | column 6,7
}

# read_as WORD TEXT...: each text is refused, as that.
read_as() {
	local word=$1 text
	shift
	for text; do
		run -0 decided "$(message a@x b@x "$text")"
		assert_output --regexp \
			"^reject	lexicon@$TAG: (base64 of )?\".*\"( \+ \".*\")* read as $word\$"
	done
}

# innocent TEXT...: each one passes.
innocent() {
	local text
	for text; do
		run -0 decided "$(message a@x b@x "$text")"
		assert_output "pass	rest@$TAG" || echo "was: $text"
	done
}

@test "letters of other scripts that look alike, mixed or not" {
	read_as insider 'іnsider' 'ΙΝSIDER' 'ins𝗂der' 'іпsidеr' 'insiԁer' 'ѕнe is an inѕiԁеr' \
		'an іnѕіdеr now' 'iՍսsider insider'
	read_as secret 'σecret' 'ѕесrеt' 'ｓｅｃｒｅｔ' 'sᎬcrет'
	read_as tax 'tах' 'pay no тах now' 'ТАХ'
}

@test "entries of another script, written with Latin letters" {
	read_as секрет 'cekpет' 'это секpет' 'с е к р е т' 'С.Е.К.Р.Е.Т' 'секрет'
	read_as 'слия\*' 'слияниe' 'о сли​янии'
	read_as Straße STRASSE 'Str4sse' 'S t r a ß e'
}

@test "marks, strokes and what cannot be seen" {
	read_as insider 'i̶n̶s̶i̶d̶e̶r̶' 'ínsider' 'ïnsidër' 'in​sid­er' 'i͏n⁠s⁣ider' 'in󠁡sider' \
		'İNSIDER' 'ınsıder' 'ins̷ider' 'ɨnsɨđer'
}

@test "letters apart, and what may stand between them" {
	read_as insider 'i n s i d e r' 'i.n.s.i.d.e.r' 'i-n-s-i-d-e-r' 'i  n  s  i  d  e  r' \
		'i_n_s_i_d_e_r' 'an i n s i d e r here' 'in*sid*er' '*in*sider' 'in_sid_er' \
		'in~~sid~~er' 'in`sid`er' 'in-sider' 'in/sider' 'in😀sider' 'i🔥n🔥s🔥i🔥d🔥e🔥r' \
		'in👩🏽‍💻sider' 'in sid er: i n s i d er' 'in si de r' 'i&#xA;n&#xA;s&#xA;i&#xA;d&#xA;e&#xA;r'
	read_as 'price fixing' 'p r i c e f i x i n g' 'p.r.i.c.e f.i.x.i.n.g' 'pricefixing' \
		'price-fixing' 'pri*ce* fix*ing*'
	read_as secret 's.e.c.r.e.t' 's e c r e t' 'sec*ret'
}

@test "digits and signs for letters" {
	read_as insider '1ns1d3r' '1n51d3r' '|nsider' '!nsider' 'ins!der' 'in$ider' 'in$id€r' \
		'i n 5 1 d 3 r' '1NS1D3R' 'lnsider' 'INSlDER'
	read_as secret 's3cr3t' '$ecret' '5ecre7' '$3cr3t' '$3¢r3t'
	read_as 'price fixing' 'pr1ce f!xing' 'pr|ce f1x1ng'
	read_as tax 't4x' 't@x' '7ax'
}

@test "letters in other forms" {
	read_as insider 'ɪɴsɪᴅᴇʀ' '🇮🇳🇸🇮🇩🇪🇷' '🅸🅽🆂🅸🅳🅴🆁' '🅘🅝🅢🅘🅓🅔🅡' 'ⓘⓝⓢⓘⓓⓔⓡ' '⒤⒩⒮⒤⒟⒠⒭' \
		'𝓲𝓷𝓼𝓲𝓭𝓮𝓻' 'ⁱⁿˢⁱᵈᵉʳ' '🄸🄽🅂🄸🄳🄴🅁' 'inꜱider' 'inʂider'
}

@test "letters that stand more often" {
	read_as insider 'insiiider' 'iiinsider' 'insiderrrr' 'iinnssiiddeerr' 'insiider' 'inssider' 'i n s i i i d e r'
	read_as secret 'seeecret'
	innocent 'a filling meal' 'desserts'
	read_as filing 'fillling' filing
}

@test "two letters that look like one, and one like two" {
	read_as merger rnerger 'RNERGER' 'me rger: rn e r g e r'
	read_as filing fiIing
}

@test "text that is shown the other way round is read as it is shown" {
	read_as insider $'\u202Eredisni\u202C' $'an \u202Eredisni\u202C here' \
		$'in\u202Edis\u202Cer' $'\u202Ere\u202Dsid\u202Cni' $'\u202Er e d i s n i'
	innocent 'redisni'
	# Another line begins anew.
	innocent $'\u202E&#xA;redisni'
}

@test "a word goes on from one text of a message to the next" {
	local of='<message xmlns="jabber:client" from="a@x" to="b@x">'
	run -0 decided "$of<body>the ins</body><body xml:lang=\"de\">ider</body></message>"
	assert_output "reject	lexicon@$TAG: \"ins\" + \"ider\" read as insider"
	run -0 decided "$of<subject>price</subject><body>fixing</body></message>"
	assert_output "reject	lexicon@$TAG: \"price\" + \"fixing\" read as price fixing"
	run -0 decided "$of<body>my sec</body><body xml:lang=\"de\">ret</body></message>"
	assert_output "reject	lexicon@$TAG: \"sec\" + \"ret\" read as secret"
	run -0 decided "$of<body>ins</body><x xmlns=\"urn:x\">ider</x></message>"
	assert_output "pass	rest@$TAG"
}

@test "base64 is looked into, once" {
	read_as insider "$(printf insider | base64)" "see $(printf 'an insider!' | base64) there" \
		"$(printf 'an іns1der' | base64 | tr +/ -_ | tr -d =)"
	read_as secret "$(printf 'secret plan' | base64)"
	read_as 'price fixing' "$(printf '%060d price fixing' 0 | base64 -w 76 | sed -z 's/\n\(.\)/\&#xA;\1/g')"
	read_as 'bribe\*' "data:text/plain;base64,$(printf bribery | base64)"
	innocent "$(printf insider | base64 | base64)" "$(printf 'ins' | base64)"
}

@test "an entry with a star at its end leaves its last word open, in both conditions" {
	read_as 'bribe\*' bribe bribes BRIBERY br1bery 'b.r.i.b.e.r.y' 'bгibе'
	innocent 'a brib' 'abribe'
	printf 'reject a body matches { "bribe*" "insider trad*" "a * b" }\npass b\n' >p
	for text in bribe Bribery 'insider trading' 'INSIDER-TRADES' 'a b' 'bri​bery'; do
		run -0 decided "$(message a@x b@x "$text")"
		assert_output --partial 'reject	a@'
	done
	for text in brib abribe 'insider tra' 'insidertrading' 'in bri bes'; do
		run -0 decided "$(message a@x b@x "$text")"
		assert_output --partial 'pass	b@'
	done
}

@test "what is only text is let be" {
	innocent 'insiders club' 'in sider' 'outsider' "she'll be here" 'we can not' 'an insi der' \
		'the fall of mail' 'redisni' '1nd' '1st and 22nd' 'таха' 'тест' 'тах' 'вот и сор' \
		'41 515 1023 7' 'insidious' 'taxi' 'a x' 'Merge R' 'mergers' 'brine'
	read_as cannot 'can*not' cannot
	read_as shell 'sh€ll' 'shell'
}

@test "all that matches finds is found" {
	printf 'table w { 内部 "don'"'"'t tell" /Q[1-4]/ x1 }\nreject lexicon body resembles <w>\npass rest\n' >p
	for text in '内部情報' "don't tell" 'DON T, TELL' 'Q3' 'Ｑ３' 'X1'; do
		run -0 decided "$(message a@x b@x "$text")"
		assert_output --partial 'reject	lexicon@'
	done
}

@test "redact takes out what stood there, across markup too" {
	printf 'table w { insider "price fixing" /\\bsecret\\b/ }\nredact w body resembles <w> with "[x]"\npass r\n' >p
	while IFS='|' read -r text left; do
		run -0 bash -c 'cup-filter p | cut -f 9' < <(record send - "$(message a@x b@x "$text")")
		assert_output "$(message a@x b@x "$left")"
	done <<-'EOT'
		the і̶n*s1ⓓer knows|the [x] knows
		i n s i d e r, s.e.c.r.e.t!|[x], [x]!
		σecret and σecret|[x] and [x]
		see aW5zaWRlcg== or pr1ce f!xing|see [x] or [x]
		an inіnsiderside|an inіnsiderside
		in‮edis‬r|[x]
	EOT
	local html='<message xmlns="jabber:client"><html xmlns="http://jabber.org/protocol/xhtml-im"><body xmlns="http://www.w3.org/1999/xhtml">an %s here</body></html></message>'
	# shellcheck disable=SC2059
	run -0 bash -c 'cup-filter p | cut -f 9' < <(record send - "$(printf "$html" 'і<b>ns</b>1d<i>er</i>')")
	# shellcheck disable=SC2059
	assert_output "$(printf "$html" '[x]<b/><i/>')"
}

@test "the reason is bounded, and safe for a terminal" {
	read_as insider "$(printf 'i\u0336%.0s' {1..60})nsider"
	assert_output --regexp '\\u\{336\}'
	assert [ "${#output}" -lt 500 ]
	run -1 grep -P '[\x{300}-\x{36f}\x{200b}-\x{200f}\x{202a}-\x{202e}]' <<<"$output"
	run -0 decided "$(message a@x b@x 'ins;x@12345678: y; ider')"
	run -0 decided "$(message a@x b@x 'ins"\ider')"
	assert_output "reject	lexicon@$TAG: \"ins\\\"\\\\ider\" read as insider"
	run -0 decided "$(message a@x b@x 'ins;ider')"
	assert_output "reject	lexicon@$TAG: \"ins\\u{3b}ider\" read as insider"
}

@test "a rule's text alone is told; what was seen is a reason before it" {
	printf 'reject w body resembles insider text "not here"\npass r\n' >p
	TAG=$(sha256sum <p | cut -c 1-8)
	record send - "$(message a@x b@x 'іnsider')" | cup-filter p >out
	assert_equal "$(column 7 <out)" "w@$TAG: \"іnsider\" read as insider; w@$TAG: not here"
	cup-log j <out | cup-deliver --errors back >/dev/null
	run -0 cat back
	assert_output --partial 'not here'
	refute_output --partial 'read as'
}

@test "negated, and in a rule that passes" {
	printf 'reject w body resembles !{ insider ok }\npass r\n' >p
	run -0 decided "$(message a@x b@x '0kay 0k')"
	assert_output --partial 'reject	w@'
	run -0 decided "$(message a@x b@x 'i n s i d e r')"
	assert_output --partial 'pass	r@'
	printf 'pass r body resembles insider\n' >p
	run -0 decided "$(message a@x b@x '1nsider')"
	assert_output "pass	r@$(sha256sum <p | cut -c 1-8)"
	run -0 decided "$(message a@x b@x 'else')"
	assert_output --partial 'no-rule@'
}

@test "--explain shows each step" {
	run -0 cup-filter --explain p < <(record send - "$(message a@x b@x 'the і̶n*s1ddder')")
	assert_line '                   "і\u{336}n*s1ddder" read as insider'
	assert_line '                     U+0456 "і" as i'
	assert_line '                     U+0336 "\u{336}" left out'
	assert_line '                     U+002A "*" left out'
	assert_line '                     U+0031 "1" as i'
	assert_line '                     U+0064 "d" once more'
	run -0 cup-filter --explain p < <(record send - "$(message a@x b@x "$(printf $'\u202Eredisni\u202C' | base64)")")
	assert_line --partial 'base64 taken off'
	assert_line --partial 'characters in the order in which they are shown'
}

@test "what costs too much cannot be judged, and what costs much is judged" {
	printf 'reject w body resembles { insider "aaab" /a*a*b/ }\npass r\n' >p
	for text in 'a.' 'i n s i d e ' '1|!l' $'\u202Ea' 'ins' 'rn' 'ﷺ'; do
		text=$(awk -v s="$text" 'BEGIN { while (n++ < 20000) printf "%s", s }')
		run -0 timeout 10 cup-filter p < <(record send - "$(message a@x b@x "$text")")
		assert_output --regexp '	(pass	r@[0-9a-f]*|reject	w@[0-9a-f]*: cannot be judged)	'
	done
}
