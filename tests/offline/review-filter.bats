#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# What the stages make of records of the event review, of rules with terms, and
# of what was held and released.

load ../lib/helpers

RID=019aac21-0000-7000-8000-00000000000a
HELD=019aac21-0000-7000-8000-00000000000b

setup() {
	common_setup
	cat >p <<-'EOT'
		redact cards    body matches /\b\d{4}-\d{4}\b/ with "[card]"
		hold   outside  to !{ x } text "look at it" reviewers 2 expires 4h
		hold   words    body matches falcon expires 90s
		reject wall     from eve@x to mallet@y text "ethical wall"
		hold   late     from late@x reviewers 3
		pass   ours     from x
	EOT
	TAG=$(sha256sum <p | cut -c 1-8)
}

# review VERDICT [MORE [INSIDE]]: the element.
review() {
	printf '<review xmlns="urn:cup:review:1" ref="%s" verdict="%s"%s' \
		"$HELD" "$1" "${2-}"
	[ -n "${3-}" ] && printf '>%s</review>' "$3" || printf '/>'
}

# released RULES: the reason of what was released, for these.
released() {
	printf 'released@review: by anna for %s (%s)' "$1" "$RID"
}

# filter FROM TO BODY [REASON [VERDICT]]: what comes out.
filter() {
	record send "${5:--}" "$(message "$1" "$2" "$3")" "${4:--}" |
		cup-filter p
}

@test "a review is judged by no rule, and passes" {
	record review pass "$(review release ' by="anna" why="falcon"')" >in
	run --separate-stderr -0 cup-filter p <in
	assert_equal "$output" "$(cat in)"
	assert_equal "$stderr" ''
	record review - "$(review refuse '' "$(message late@x mallet@y falcon)")" >in
	run -0 cup-filter p <in
	assert_equal "$output" "$(sed 's/\treview\t-\t/\treview\tpass\t/' in)"
	run -0 cup-filter p < <(record review drop "$(review note)")
	assert_equal "$(column 6 <<<"$output")" drop
}

@test "a review that has something else in it is malformed" {
	for bad in "$(message a@x b@x hi)" '<done xmlns="urn:cup:session:1"/>'; do
		run --separate-stderr -65 cup-filter p < <(record review - "$bad")
		assert_output ''
		assert_equal "$stderr" 'cup-filter: line 1: has neither a stanza nor an element of ours'
		run --separate-stderr -65 cup-deliver --records < <(
			record review pass "$bad" r@0 | prove)
		assert_output ''
		assert_regex "$stderr" 'not a stanza of its event$'
	done
	run --separate-stderr -65 cup-filter p < <(record send - "$(review note)")
	assert_output ''
}

@test "the gate lets a review out with a proof, as a record alone" {
	record review pass "$(review release ' by="anna"')" >in
	run --separate-stderr -1 cup-deliver --records <in
	assert_output ''
	prove <in >proven
	run --separate-stderr -0 cup-deliver --records <proven
	assert_equal "$output" "$(sed 's/\tpass\t/\tdeliver\t/' proven)"
	run --separate-stderr -0 cup-deliver <proven
	assert_output ''
}

@test "cup-search finds reviews by event and by what they refer to" {
	{
		record send hold "$(message a@x b@y hi)"
		record review pass "$(review note)"
		ID=$RID record review pass "$(review refuse)"
	} >records
	run -0 cup-search --event review --count records
	assert_output 2
	run -0 cup-search --id "$HELD" --count records
	assert_output 2
	run -0 cup-search --id "$RID" --count records
	assert_output 1
}

@test "a transcript says who settled what, and why" {
	run -0 cup-print < <(
		record review pass "$(review release ' by="anna" why="it is &lt;fine>"')"
		record review pass "$(review escalate ' by="anna" to="carl" why="you"')"
		record review pass "$(review expired '' "$(message a@x b@y falcon)")"
		record review pass "$(review 'done' ' outcome="sent"')"
		record review pass '<review xmlns="urn:cup:review:1"/>'
	)
	assert_line -n 0 --regexp " \[review: release of $HELD by anna: it is <fine>\]\$"
	assert_line -n 1 --regexp " \[review: escalate of $HELD to carl by anna: you\]\$"
	assert_line -n 2 --regexp " \[review: expired of $HELD\]\$"
	assert_line -n 3 --regexp " \[review: done of $HELD, sent\]\$"
	assert_line -n 4 --regexp ' \[review unreadable\]$'
}

@test "what is held has its rule's terms behind the tenth field" {
	run -0 filter a@x b@y hi
	assert_equal "$(column 6,7,11 <<<"$output")" \
		$'hold\toutside@'"$TAG: look at it"$'\tterms=reviewers:2,expires:14400'
	run -0 filter a@x b@x falcon
	assert_equal "$(column 11- <<<"$output")" terms=expires:90
	run -0 filter late@x b@x hi
	assert_equal "$(column 11- <<<"$output")" terms=reviewers:3
	echo 'hold all reviewers 1' >p
	run -0 filter a@x b@x hi
	assert_equal "$(awk -F '\t' '{ print NF, $6 }' <<<"$output")" '10 hold'
}

@test "terms take the place of others, beside fields nobody knows" {
	record send - "$(message a@x b@x falcon)" >in
	sed $'s/$/\tmore\tterms=reviewers:9\t/' in >others
	run -0 cup-filter p <others
	assert_equal "$(column 11- <<<"$output")" $'more\t\tterms=expires:90'
	# What is no longer held has none; what stays as it is keeps its own.
	sed 's/falcon/hi/' others >in
	run -0 cup-filter p <in
	assert_equal "$(column 6,11- <<<"$output")" $'pass\tmore\t'
	sed 's/\tsend\t-/\tsend\thold/' others >in
	run -0 cup-filter p <in
	assert_equal "$output" "$(cat in)"
}

@test "what was released is not held again by the rules that held it" {
	run -0 filter a@x b@y falcon "$(released 'outside, words')"
	assert_equal "$(column 6,7 <<<"$output")" \
		$'pass\t'"$(released 'outside, words'); ours@$TAG"
	assert_equal "$(awk -F '\t' '{ print NF }' <<<"$output")" 10
}

@test "but by another it is, with that one's terms" {
	run -0 filter late@x b@y falcon "$(released 'outside, words')"
	assert_equal "$(column 6,7,11 <<<"$output")" \
		$'hold\t'"$(released 'outside, words'); late@$TAG"$'\tterms=reviewers:3'
	run -0 filter a@x b@y falcon "$(released 'words, elsewhere')"
	assert_equal "$(column 6 <<<"$output")" hold
}

@test "walls and redactions still apply to what was released" {
	run -0 filter eve@x mallet@y falcon "$(released 'outside, words, wall')"
	assert_equal "$(column 6,7 <<<"$output")" \
		$'reject\t'"$(released 'outside, words, wall'); wall@$TAG: ethical wall"
	run -0 filter a@x b@y 1234-5678 "$(released 'cards, outside')"
	assert_equal "$(column 6 <<<"$output")" pass
	assert_regex "$output" '<body>\[card\]</body>'
}

@test "only the reason that came first releases anything" {
	for reason in 'words@0: by anna for outside' \
		"seen@0: x; $(released outside)" \
		"released@review: for outside ($RID)" \
		'released@review: by anna for outside (1)' \
		"released@0a: by anna for outside ($RID)"; do
		run -0 filter a@x b@y hi "$reason"
		assert_equal "$(column 6 <<<"$output")" hold
	done
}

@test "--explain says which rules are left out, and whose doing that is" {
	run -0 cup-filter --explain p < <(
		record send - "$(message a@x b@y hi)" "$(released outside)")
	assert_line '    outside    left out: released by "anna"'
	assert_line --regexp '^    ours       pass:$'
	assert_line "  = pass: $(released outside); ours@$TAG"
	run -0 cup-filter --explain p < <(record review - "$(review note)")
	assert_line --regexp ' review$'
	assert_line '  = pass'
}

@test "what was released is so too where it is decided anew" {
	run -0 cup-filter --anew p < <(record send hold \
		"$(message a@x b@y hi)" "$(released outside); late@0: no")
	assert_equal "$(column 6,7 <<<"$output")" \
		$'pass\t'"$(released outside); ours@$TAG"
}
