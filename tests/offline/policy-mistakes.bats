#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# What is no policy, and that all of it is said.

load ../lib/helpers

setup() {
	common_setup
}

# refuses 'LINE: REASON' POLICY: that is the one thing said of it, in the same
# words with --check and without.
refuses() {
	printf '%s\n' "$2" >p
	run --separate-stderr -78 cup-filter --check p
	assert_output ''
	assert_equal "$stderr" "cup-filter: p:$1"
	run --separate-stderr -78 cup-filter p < <(record send - "$(message a@x b@x hi)")
	assert_output ''
	assert_equal "$stderr" "cup-filter: p:$1"
}

# accepts POLICY: and nothing is said of it.
accepts() {
	printf '%s\n' "$1" >p
	run --separate-stderr -0 cup-filter --check p
	assert_equal "$stderr" ''
}

@test "statements have to be known ones" {
	refuses "1: expected a rule (pass, hold, reject, drop, redact), 'table', 'namespace' or 'zone', not 'allow'" 'allow x'
	refuses "2: expected a rule (pass, hold, reject, drop, redact), 'table', 'namespace' or 'zone', not '{'" $'\n{ }'
	refuses "1: expected the end of the line, not 'x'" 'table t { } x'
	refuses "1: expected a condition, 'text' or 'with', not 'form'" 'pass a form x'
	refuses "1: expected a condition, 'text' or 'with', not '<t>'" 'pass a <t>'
}

@test "rules need a name that is theirs" {
	refuses "1: expected the rule's name, not the end of the line" 'pass'
	refuses "1: expected the rule's name before 'from'" 'pass from x'
	refuses "1: '-x' is no rule's name" 'pass -x'
	refuses "1: 'a@b' is no rule's name" 'pass a@b'
	refuses "1: the name 'no-rule' is taken" 'pass no-rule'
	refuses "3: a second rule 'a', the other is at p:1" $'reject a size > 1\nreject b size > 1\nreject a size > 2'
	accepts "pass $(printf '%064d' 0)"
	refuses "1: '$(printf '%060d' 0)' is no rule's name" "pass $(printf '%065d' 0)"
}

@test "a pattern cannot be over a part of what stands for other letters" {
	refuses "1: '*@xn--*.example': is a pattern inside of 'xn--...'; write the letters it stands for" 'reject a from *@xn--*.example
pass rest'
	accepts 'reject a from { *@*.xn--p1ai, xn--p1ai, *@xn--bcher-kva.example }
pass rest'
}

@test "conditions need the operands they know" {
	refuses "1: unknown event 'message'" 'pass a event message'
	refuses "1: unknown kind 'msg'" 'pass a kind { iq msg }'
	refuses "1: unknown type 'Chat'" 'pass a type Chat'
	refuses "1: expected a word, not '\"chat\"'" 'pass a type "chat"'
	refuses "1: the list is empty" 'pass a from { }'
	refuses "1: the list is empty" 'pass a type {}'
	refuses "1: expected 'matches', 'resembles' or 'has', not 'contains'" 'pass a body contains x'
	refuses "1: expected a word, \"string\", /regex/ or <table>, not the end of the line" 'pass a from'
	refuses "1: expected a word, \"string\", /regex/ or <table>, not '!'" 'pass a from !!x'
	refuses "1: expected an XPath expression in quotes, not '@x'" 'pass a xpath @x'
	refuses "1: no table 'nobody'" 'pass a from { x <nobody> }'
}

@test "sizes are an operator and a number" {
	refuses "1: expected one of < <= > >= = !=, not '5'" 'pass a size 5'
	refuses "1: expected a number of bytes, not the end of the line" 'pass a size <'
	for bad in 5T K 5KB -5 0x5 1.5K 99999999999999999999; do
		refuses "1: '$bad' is no number of bytes" "pass a size > $bad"
	done
	accepts 'pass a size <5 size>=0 size != 5k size = 5M'
}

@test "texts are for people: short, on one line, no second reason" {
	accepts "pass a text \"$(printf '%0512d' 0)\""
	refuses "1: 'text' is longer than 512 bytes" "pass a text \"$(printf '%0513d' 0)\""
	refuses "1: 'text' is empty" 'pass a text ""'
	refuses "1: 'text' has a control character" $'pass a text "a\tb"'
	refuses "1: 'text' has a control character" $'pass a text "a\u0085b"'
	refuses "1: a second 'text'" 'pass a text "x" text "y"'
	refuses "1: 'text' has what reads as another rule's reason" 'pass a text "no; other@12345678: yes"'
	refuses "1: 'with' is for redact rules only" 'reject a body matches x with "y"'
	refuses "1: a redact rule needs 'body matches', 'body resembles' or 'body has'" 'redact a body matches !x'
	accepts 'redact a body matches x with ""'
}

@test "strings, expressions and lists have to be closed" {
	refuses "1: the string is not closed on its line" 'pass a text "x'
	refuses "2: the regular expression is not closed on its line" $'\npass a body matches /x'
	refuses "1: a '/' inside a regular expression is written '\\/'" 'pass a body matches /a/b/'
	refuses "2: '{' is never closed" $'\ntable t { a b'
	refuses "1: '{' is not closed before the next one" $'table t { a b\ntable u { c }'
	refuses "1: no table 'u'" 'table t { <u> }'
}

@test "files have to be UTF-8 text" {
	refuses "2: not UTF-8, or a control character" $'pass a\n# \xff'
	refuses "1: not UTF-8, or a control character" $'# \x01'
	printf 'pass a\0' >p
	run -78 cup-filter p
	accepts $'\ufeffpass a\r'
}

@test "entries have to be what they are used as, in the table's own lines" {
	printf '# people\nann@x.example\n\nin side information\n/x/\nbob@x\n' >people
	printf 'table t file "people"\nreject a from <t>\nreject b body matches <t>\n' >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" "cup-filter: people:4: 'in side information': is no address
cup-filter: people:5: '/x/': a regular expression is no address"
	printf 'ok\n/(/\n/[/\n' >words
	printf 'table t file "words"\nreject b body matches <t>\n' >p
	run --separate-stderr -78 cup-filter --check p
	assert_regex "$stderr" "^cup-filter: words:2: '/\(/': .+
cup-filter: words:3: '/\[/': .+\$"
	refuses "1: '*@[x': '[' is not closed" 'reject a from *@[x'
}

@test "xpath: what libxml2 would find out too late is found at once" {
	refuses "1: xpath: prefix 'omemo' is not declared" 'reject a xpath "//omemo:encrypted"'
	refuses "1: xpath: no function 'document'" "reject a xpath \"document('x')\""
	refuses "1: xpath: no function 'matches'" "reject a xpath \"//@x and false() and matches(., 'x')\""
	# shellcheck disable=SC2016
	refuses "1: xpath: no variable '\$x'" 'reject a xpath "$x = 1"'
	refuses "2: xpath: no function 'c:f'" $'namespace c "u"\nreject a xpath "//c:a[c:f()]"'
	refuses "1: xpath: invalid expression at character 3" 'reject a xpath "//["'
	refuses "1: xpath: wrong number of arguments" 'reject a xpath "count()"'
	accepts $'namespace a-b "u"\nreject a xpath "//a-b:x[position() = last() div 1]/@y | //text()[. = \'p:q(r)\'] | child::a-b:*"'
}

@test "namespaces: prefixes are names, once each" {
	refuses "1: prefix '1c' is no prefix" 'namespace 1c "u"'
	refuses "1: prefix 'xmlns' cannot be declared" 'namespace xmlns "u"'
	refuses "1: prefix 'c' has an empty namespace" 'namespace c ""'
	refuses "2: prefix 'c' stands for another namespace already" $'namespace c "u"\nnamespace c "v"'
	refuses "1: expected a namespace in quotes, not 'u'" 'namespace c u'
	accepts $'namespace c "u"\nnamespace c "u"'
}

@test "all mistakes are said at once, in the order of the lines" {
	printf 'table t { ann@x <u> }\npass a from\nreject a size > x type foo\nfoo\nredact b \\\n  text "x"\npass c from <none>\n' >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$(cut -d: -f 3 <<<"$stderr" | tr '\n' ' ')" '1 2 3 3 3 4 5 7 '
}

@test "a policy or a table that cannot be read is named" {
	run --separate-stderr -78 cup-filter --check nowhere
	assert_equal "$stderr" "cup-filter: nowhere: cannot be read: No such file or directory"
	run -78 cup-filter "$BATS_TEST_TMPDIR"
	refuses "1: cannot read 'nowhere': No such file or directory" 'table t file "nowhere"'
}

@test "doubtful things are warned of, by --check alone" {
	printf 'table t { a@x }\npass a\nreject b xpath "//encrypted"\npass c\n' >p
	run --separate-stderr -0 cup-filter --check p
	assert_output --regexp '^3 rules, 1 table, tag [0-9a-f]{8}$'
	assert_equal "$stderr" "cup-filter: p:1: warning: no rule uses the table 't'
cup-filter: p:3: warning: xpath: an element without a prefix is in no namespace, and matches nothing in XMPP
cup-filter: p:3: warning: the rule 'b' is never reached: 'a' decides all that comes to it
cup-filter: p:4: warning: the rule 'c' is never reached: 'a' decides all that comes to it"
	run --separate-stderr -0 cup-filter p </dev/null
	assert_equal "$stderr" ''
}

@test "cut off anywhere, or with a byte changed, a policy never crashes it" {
	local text=$'namespace c "jabber:client"\ntable t { a@x, *@y /r/i "q\\"w" }\nreject a from !<t> to { b@x <t> } size >= 1K \\\n text "t" # c\nredact b body matches { /a\\/b/i w } with "x"\npass d xpath "//c:body[. = 1]" event !{ send recv }'
	for ((i = 0; i <= ${#text}; i += 7)); do
		printf '%s' "${text:0:i}" >p
		run cup-filter --check p
		[[ $status == 0 || $status == 78 ]] || fail "$status: $(cat p)"
		printf '%s' "${text:0:i}{${text:i}" >p
		run cup-filter --check p
		[[ $status == 0 || $status == 78 ]] || fail "$status: $(cat p)"
	done
}

@test "terms are for hold rules, each once, and in their bounds" {
	accepts 'hold a from x text "y" reviewers 9 expires 3650d
hold b from y expires 1s
hold reviewers from z reviewers 1
pass rest'
	refuses "1: expected a condition, 'text', 'reviewers' or 'expires', not 'viewers'" 'hold a viewers 2'
	refuses "1: expected a number of reviewers, not the end of the line" 'hold a reviewers'
	for bad in 0 10 two -1 2.5 99999999999999999999999999; do
		refuses "1: '$bad' is no number of reviewers (1 to 9)" "hold a reviewers $bad"
	done
	refuses "1: expected a time such as 4h, not '\"4h\"'" 'hold a expires "4h"'
	for bad in 0s 999ms 3651d 4hours h 99999999999999999999d; do
		refuses "1: '$bad' is no time from 1s to 3650d, such as 4h" "hold a expires $bad"
	done
	refuses "1: a second 'reviewers'" 'hold a reviewers 2 reviewers 3'
	refuses "1: a second 'expires'" 'hold a expires 1h expires 1h'
	refuses "1: 'reviewers' is for hold rules only" 'reject a from x reviewers 2'
	refuses "1: 'expires' is for hold rules only" 'pass a expires 2h'
}
