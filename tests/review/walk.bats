#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# Going through what is held, at a terminal and without one.

load ../lib/helpers
load ../lib/tmux

setup() {
	common_setup
	unset NO_COLOR
	export TERM=xterm-256color
	export TIME
	TIME=$(date -u -d '-125 minutes' +%Y-%m-%dT%H:%M:%S.000001Z)
}

teardown() {
	leaves
}

# talk: three that are held, and what was said around the second one.
talk() {
	ID=019aac21-0000-7000-8000-000000000001 record send hold \
		"$(message alice@acme.example/desk bob@other.example 'The falcon flies at midnight, tell nobody else of it')" \
		'cards@0a: 1 redacted; outside@0a: look at it first'
	record send pass "$(message carol@acme.example/1 dan@acme.example 'Are you there?' | sed 's/m1/m2/')"
	record send pass "$(message dan@acme.example/1 carol@acme.example 'Yes, 我在这里' | sed 's/m1/m3/')"
	ID=019aac21-0000-7000-8000-000000000002 record recv hold \
		"$(message carol@acme.example/1 dan@acme.example "Then read this: $(seq -s ' ' 100)" | sed 's/m1/m4/')" \
		words@0a | sed $'s/$/\tterms=reviewers:2,expires:7800/'
	record send pass "$(message dan@acme.example/1 carol@acme.example 'I did' | sed 's/m1/m5/')"
	ID=019aac21-0000-7000-8000-000000000003 record send hold \
		"$(message eve@acme.example/1 mallet@x hi | sed 's/m1/m6/')" late@0a
}

# begin [COLUMNS [COMMAND]]: before what is held, in a terminal.
begin() {
	talk >records
	sits_before "${1:-80}" 50 "${2:-walk records 5}"
	sees '^\(1/3\) settle it'
}

settled() {
	sed 's/^.*-00000000000//' settled 2>/dev/null
}

# fits COLUMNS: no line is broken by the terminal.
fits() {
	shown >screen
	[ "$(wc -L <screen)" -le "$1" ] || fail "wider than $1:
$(<screen)"
}

@test "each is shown with how long it is held, its words, and by which rule" {
	begin
	shows '^1 of 3, held for 2 h 5 min$'
	shows '^> .* alice@acme.example > bob@other.example '
	shows 'The falcon flies at'
	shows '^before: cards@0a: 1 redacted$'
	shows '^held by outside@0a: look at it first$'
	presses s
	sees '^2 of 3, held for 2 h 5 min; 2 must release it; refused in [45] min( [0-9]+ s)?$'
	shows '^held by words@0a$'
}

@test "the conversation is around it, its messages cut short" {
	begin
	presses s
	sees '^\(2/3\)'
	run -0 grep -nE 'Are you there|我在这里|Then read this|I did' screen
	assert_equal "$(grep -oE 'Are|我在|Then|I did' <<<"$output" | tr '\n' ' ')" \
		'Are 我在 Then I did '
	# What is held is shown whole.
	shows '(^| )100$'
	refute grep -qF '(...)' screen
	presses q
	sees '^ended'
	# Beside another one it is cut.
	sed -i 's/\thold\twords/\tpass\twords/; s/\tpass\t\(.*\)I did/\thold\t\1I did/' records
	leaves
	sits_before 60 50 'walk records 5'
	sees '^\(1/3\)'
	presses s
	sees '^\(2/3\)'
	shows '^ +\(\.\.\.\)$'
	fits 60
}

@test "in 40 and in 200 columns nothing is broken but between words" {
	local columns
	for columns in 40 200; do
		begin "$columns"
		presses s
		sees '^\(2/3\)'
		presses '?'
		sees '^\? - this help'
		fits "$columns"
		shows 'midnight'
		shows '^r - release'
		leaves
	done
	# Wide enough for a line.
	grep -q '> .*Then read this: .* 30 ' screen
}

@test "single keys count, and a line for the reason, to release and to forbid" {
	begin
	presses r
	sees 'Why release it\? $|Why release it\?$'
	types 'it is fine — äöü'
	sees '^released$'
	sees '^\(2/3\)'
	presses f
	sees 'Why forbid it'
	types 'no "falcons"'
	sees '^refused$'
	sees '^\(3/3\)'
	presses s
	sees '^1 released, 1 refused$'
	sees '^ended: 0$'
	run settled
	assert_line -n 0 "1 release 'it is fine — äöü' ''"
	assert_line -n 1 "2 refuse 'no \"falcons\"' ''"
	assert_equal "${#lines[@]}" 2
}

@test "to escalate asks for whom, a note leaves it where it is" {
	begin
	presses n
	sees 'Note:'
	types 'ask anna'
	sees '^noted$'
	presses e
	sees 'To whom'
	types carl
	sees '^Why'
	types 'above me'
	sees '^escalated$'
	sees '^\(2/3\)'
	presses q
	sees '^ended: 0$'
	run settled
	assert_output "1 note 'ask anna' ''
1 escalate 'above me' 'carl'"
}

@test "where nothing is said nothing is done, and more than a line is none" {
	begin
	presses r
	sees 'Why'
	presses Enter
	sees '^Nothing said: nothing done.$'
	presses r
	sees 'Why.*'
	types "$(printf 'x%.0s' {1..1025})"
	sees 'more than 1024'
	types "$(printf 'x%.0s' {1..1024})"
	sees '^released$'
	run settled
	assert_equal "${#output}" "$((1024 + 15))"
}

@test "what cannot be done is said, and it stays in sight" {
	begin
	presses r
	sees 'Why'
	types fail
	sees '^not done: anna released it <U\+001B>\[1mbefore$'
	presses r
	sees_again Why
	types half
	sees '^released: one more must release it$'
	presses q
	sees '^1 released, 1 not done$'
	sees '^ended: 1$'
}

@test "other keys, and those of several bytes, do nothing but help" {
	begin
	for key in x Up F3 é Enter Escape M-r; do
		presses "$key"
	done
	sees '^\? - this help$'
	presses C-l
	sees_again '^1 of 3'
	refute [ -e settled ]
	presses C-d
	sees '^nothing done$'
	sees '^ended: 0$'
}

@test "what was typed before the next one was shown does not count for it" {
	begin
	presses r
	sees 'Why'
	terminal send-keys -l $'fine\nf'
	sees '^\(2/3\)'
	presses n
	sees '^\(2/3\).*n$'
	types note
	sees '^noted$'
	run settled
	assert_output "1 release 'fine' ''
2 note 'note' ''"
}

@test "of another size it is shown anew" {
	begin 100
	terminal resize-window -x 40 -y 50
	sees_again '^1 of 3'
	terminal clear-history
	presses '?'
	sees '^\? - this help$'
	presses s
	sees '^\(2/3\)'
	shown | sed -n '/^2 of 3/,$p' >screen
	[ "$(wc -L <screen)" -le 40 ]
}

@test "a size that changes while a reason is typed takes nothing of it" {
	begin
	presses r
	sees 'Why'
	terminal send-keys -l 'half of it, '
	terminal resize-window -x 60 -y 50
	types 'and half'
	sees '^\(2/3\)'
	run settled
	assert_output "1 release 'half of it, and half' ''"
}

@test "the terminal is left as it was found, also by a signal" {
	# shellcheck disable=SC2016
	local how run='stty -g >before; walk records; stty -g >after'
	for how in q C-c TERM HUP; do
		begin 80 "echo \$\$ >pid; $run"
		if [[ $how == [TH]* ]]; then
			pkill -"$how" -P "$(<pid)" walk
		else
			presses "$how"
		fi
		sees '^ended: 0$'
		assert_equal "$(<after)" "$(<before)"
		case $how in
		q) shows '^signal 0$' ;;
		C-c) shows '^signal 2$' ;;
		TERM) shows '^signal 15$' ;;
		HUP) shows '^signal 1$' ;;
		esac
		leaves
	done
}

@test "it can be stopped, and goes on where it was" {
	talk >records
	sits_before 80 50 'PS1="sh> " bash --norc -i'
	sees '^sh>'
	types 'walk records'
	sees '^\(1/3\)'
	presses C-z
	sees 'Stopped'
	types 'stty -a | grep -o "[- ]icanon"'
	sees '^ ?icanon'
	types fg
	sees_again '^1 of 3'
	presses s
	sees '^\(2/3\)'
	presses q
	sees '^nothing done$'
}

@test "colours are for terminals, and only where they are wanted" {
	begin
	terminal capture-pane -p -e >coloured
	assert grep -q $'\e\\[33m' coloured
	leaves
	begin 80 'NO_COLOR=1 walk records'
	terminal capture-pane -p -e >plain
	refute grep -q $'\e' plain
}

@test "without a terminal it takes lines" {
	talk >records
	run --separate-stderr -0 walk records < <(
		printf 'r\nit is fine\nhelp\nnote\nabc\n\nescalate\ncarl\nabove me\n')
	assert_equal "$stderr" ''
	assert_line --partial '(1/3) settle it'
	assert_line '1 released, 1 escalated, 1 noted'
	refute_line --partial $'\e'
	run settled
	assert_output "1 release 'it is fine' ''
2 note 'abc' ''
2 escalate 'above me' 'carl'"
}

@test "where the input ends it does too, and half a question is no answer" {
	talk >records
	for answers in '' r 'r\n' 'e\ncarl\n' 's\ns\nf\n'; do
		# shellcheck disable=SC2059
		run -0 walk records < <(printf "$answers")
		assert_line 'nothing done'
		refute [ -e settled ]
	done
	run -0 walk records < <(printf 'f\nno')
	assert_line '1 refused'
	: >none
	run -0 walk none </dev/null
	assert_output 'nothing done
signal 0'
}

@test "nothing of a message, a reason or a remark acts on the terminal" {
	local csi=$'\u009b' rlo=$'\u202e'
	printf 'noted: \e[31mred\e]0;title\a\nbell\a\n' >remarks
	record send hold "$(message "a@x/${csi}1m" "b@y/$rlo" "${csi}31m ${rlo}txt.exe")" \
		"seen@0a: read as ${csi}2J" >records
	run -0 walk records </dev/null
	assert_line --partial '<U+009B>31m <U+202E>txt.exe'
	assert_line --partial '<U+009B>2J'
	assert_line 'noted: <U+001B>[31mred<U+001B>]0;title<U+0007>'
	assert_line 'bell<U+0007>'
	refute grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' <<<"$output"
}

@test "of any number of texts inside so many are shown" {
	local n inside=
	for n in {1..700}; do
		inside+="<n xmlns=\"urn:unknown\">inside ${n}.</n>"
	done
	record send hold "<message xmlns=\"jabber:client\" from=\"a@x/1\"><body>see there</body>$inside</message>" \
		outside@0a >records
	run -0 walk records </dev/null
	assert_equal "$(grep -c '^also in it: inside' <<<"$output")" 50
	assert_line '(and 650 more)'
}

@test "what else is in it is named, what is for machines is not" {
	record send hold '<message xmlns="jabber:client" from="a@x/1" to="b@y" type="chat"><body>see there</body><x xmlns="jabber:x:oob"><url>https://files.example/secret</url></x><encrypted xmlns="eu.siacs.conversations.axolotl"><payload>aGVsbG8=</payload></encrypted><note xmlns="urn:unknown">by hand</note></message>' \
		outside@0a >records
	run -0 walk records </dev/null
	assert_line 'also in it: https://files.example/secret'
	assert_line 'also in it: by hand'
	assert_line 'it has: x, encrypted, note'
	refute_line --partial aGVsbG8
	refute_line 'also in it: see there'
	record send hold "<message xmlns=\"jabber:client\" from=\"a@x/1\"><a xmlns=\"urn:unknown\">$(printf 'x%.0s' {1..3000})</a></message>" \
		outside@0a >records
	run -0 walk records </dev/null
	assert_line --regexp '^also in it: x{2000} \(and 1000 bytes more\)$'
}
