#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	cat >p <<-'EOT'
		redact cards  body matches /\b\d{4}-\d{4}\b/ with "[card]"
		redact names  body matches Rumpelstilz text "name taken out"
		reject words  body matches secret text "not in here"
		hold   eve    from eve@x
		drop   mallet from mallet@x
		pass   ours   from x
	EOT
	TAG=$(sha256sum <p | cut -c 1-8)
	HELLO=$(message ann@x/desk bob@x hello)
}

# decided STANZA [VERDICT [REASON]]: verdict and reason that come out.
decided() {
	record send "${2:--}" "$1" "${3:--}" | cup-filter p | column 6,7
}

# The next line of stdin.
first_line() {
	local line
	IFS= read -rt 20 line && printf '%s\n' "$line"
}

@test "it conducts itself as every program does" {
	conducts_itself cup-filter p
	run --separate-stderr -64 cup-filter
	assert_equal "$stderr" "cup-filter: no policy given (try 'cup-filter --help')"
	run -64 cup-filter --check --explain p
}

@test "the first rule that applies decides, and is named with the tag" {
	assert_equal "$(decided "$HELLO")" $'pass\tours@'"$TAG"
	assert_equal "$(decided "$(message eve@x b@x hi)")" $'hold\teve@'"$TAG"
	assert_equal "$(decided "$(message mallet@x b@x hi)")" $'drop\tmallet@'"$TAG"
	assert_equal "$(decided "$(message eve@x b@x 'a secret')")" $'reject\twords@'"$TAG: not in here"
}

@test "what no rule allows is rejected" {
	assert_equal "$(decided "$(message a@y b@x hi)")" $'reject\tno-rule@'"$TAG: no rule allows it"
	: >p
	run -0 --separate-stderr cup-filter --check p
	assert_output '0 rules, 0 tables, tag e3b0c442'
	run -0 decided "$HELLO"
	assert_output --partial 'no-rule@e3b0c442'
}

@test "all but verdict and reason stays as it was, extra fields too" {
	local in
	in=$(record send - "$HELLO")$'\textra\tmore'
	run -0 cup-filter p <<<"$in"
	assert_output "${in/$'\tsend\t-\t-'/$'\tsend\tpass\tours@'$TAG}"
}

@test "redacting edits the stanza, keeps the original and goes on" {
	run -0 cup-filter p < <(record send - "$(message ann@x bob@x 'pay 1234-5678 or 0000-1111 to rumpelstilz')")
	assert_equal "$(column 6,7 <<<"$output")" $'pass\t'"cards@$TAG: 2 redacted; names@$TAG: name taken out; ours@$TAG"
	assert_equal "$(column 9 <<<"$output")" "$(message ann@x bob@x 'pay [card] or [card] to [redacted]')"
	assert_equal "$(column 10 <<<"$output")" "$(message ann@x bob@x 'pay 1234-5678 or 0000-1111 to rumpelstilz')"
}

@test "later rules see the edited stanza" {
	printf 'redact a body matches secret with "open"\nredact b body matches open with "<&>"\nreject c body matches secret\npass d body matches /^<&>$/\n' >p
	run -0 cup-filter p < <(record send - "$(message ann@x bob@x secret)")
	assert_equal "$(column 6,9 <<<"$output")" $'pass\t'"$(message ann@x bob@x '&lt;&amp;>')"
}

@test "an original that is there already is kept" {
	run -0 cup-filter p < <(record send - "$(message ann@x bob@x '1234-5678')" - - '<first/>')
	assert_equal "$(column 10 <<<"$output")" '<first/>'
}

@test "what comes together where something was taken out is redacted too" {
	printf 'redact a body matches /secret/ with ""\npass b\n' >p
	run -0 cup-filter p < <(
		record send - "$(message a@x b@x 'a sec secret ret, a sesecsecretretcret')"
		record send - "$(message a@x b@x 'sesesesesecretcretcretcretcret')"
	)
	assert_equal "$(column 9 <<<"${lines[0]}")" "$(message a@x b@x 'a sec  ret, a ')"
	assert_regex "$(column 7 <<<"${lines[0]}")" 'a@[0-9a-f]{8}: 4 redacted; b@'
	assert_regex "$(column 7 <<<"${lines[1]}")" '^a@[0-9a-f]{8}: cannot be redacted$'
	printf 'redact a body matches /[a-z]+/ with "[x]"\npass b\n' >p
	run -0 cup-filter p < <(record send - "$(message a@x b@x 'one two')")
	assert_equal "$(column 9 <<<"$output")" "$(message a@x b@x '[x] [x]')"
}

@test "what cannot be redacted is rejected as it is" {
	printf 'redact a body matches /x*$/\npass b\n' >p
	run -0 cup-filter p < <(record send - "$HELLO")
	assert_equal "$(column 6 <<<"$output")" reject
	assert_regex "$(column 7 <<<"$output")" '^a@[0-9a-f]{8}: cannot be redacted$'
	assert_equal "$(column 9,10 <<<"$output")" "$HELLO"$'\t-'
	printf 'redact a body matches /x/ with "%s"\npass b\n' "$(printf '%0512d' 0)" >p
	run -0 cup-filter p < <(record send - "$(message a@x b@x "$(printf 'x%.0s' {1..20000})")")
	# On a busy machine the time for it may be over sooner.
	assert_regex "$(column 7 <<<"$output")" ': cannot be (redacted|judged)$'
}

# redacted STANZA RULE: its verdict, reason and what the stanza has become
redacted() {
	printf 'redact r body matches %s with "-"\npass rest\n' "$2" >p
	record send - "<message xmlns=\"jabber:client\">$1</message>" |
		cup-filter p | cut -f 6,7,9 | sed -E 's/@[0-9a-f]{8}//g
			s/<message xmlns="jabber:client">|<\/message>//g'
}

@test "redacting lets fields for machines be" {
	run -0 redacted '<thread>4711</thread><body>a 4711</body>' '/\d+/'
	assert_output $'pass\tr: 1 redacted; rest\t<thread>4711</thread><body>a -</body>'
	run -0 redacted '<thread>4711</thread>' '/\d+/'
	assert_output $'pass\trest\t<thread>4711</thread>'
	local file='<file xmlns="urn:xmpp:jingle:apps:file-transfer:5"><name>X.pdf</name><size>4711</size><hash xmlns="urn:xmpp:hashes:2" algo="sha-256">4711</hash></file>'
	run -0 redacted "$file" '{ /\d+/ X }'
	assert_output "pass	r: 1 redacted; rest	${file/X/-}"
	# But what it matches has to go elsewhere.
	run -0 redacted '<thread>x</thread><body>a</body>' '/x*/'
	assert_output --partial $'reject\tr: cannot be redacted'
}

@test "a link is let be, replaced as a whole or refused, never cut" {
	local s
	run -0 redacted '<body>see https://x.example/a?b=4711.</body>' '/https\S+/'
	assert_output $'pass\tr: 1 redacted; rest\t<body>see -</body>'
	for s in '<body>see https://x.example/4711</body>' '<body>4711 mailto:4711@x.example</body>' \
		'<x xmlns="jabber:x:oob"><url>4711</url></x>' \
		'<a xmlns="http://www.w3.org/1999/xhtml" href="/4711">x</a>' \
		'<body>xmpp:a@b?4711</body>' '<body>4 https://4711</body>'; do
		run -0 redacted "$s" '/\d+/'
		assert_output "reject	r: cannot be redacted	$s"
	done
	run -0 redacted '<body>4711: //x https://a.example 4711:/</body>' '/\d+/'
	assert_output $'pass\tr: 2 redacted; rest\t<body>-: //x https://a.example -:/</body>'
}

@test "what is only there without escapes cannot be redacted, what is there as it is can" {
	run -0 redacted '<body>{"a":"m\u0065rger"}</body>' merger
	assert_output --partial $'reject\tr: cannot be redacted'
	run -0 redacted '<body>{"a":"merger","b":"\u00e4"}</body>' merger
	assert_output 'pass	r: 1 redacted; rest	<body>{"a":"-","b":"\u00e4"}</body>'
	run -0 redacted '<body>mer&#xD;ger</body>' merger
	assert_output --partial $'reject\tr: cannot be redacted'
}

@test "verdicts only become tighter" {
	local -A rank=([-]=0 [pass]=1 [hold]=2 [reject]=3 [drop]=4)
	local from
	for came in - pass hold reject drop; do
		for ours in pass:ann@x hold:eve@x reject:zoe@y drop:mallet@x; do
			from=${ours#*:}
			run -0 decided "$(message "$from" b@x hi)" "$came" 'old@1: told'
			if ((rank[$came] >= rank[${ours%:*}])); then
				assert_output "$came"$'\told@1: told'
			else
				assert_output --regexp "^${ours%:*}"$'\told@1: told; [a-z-]+@'"$TAG"
			fi
		done
	done
}

@test "--anew decides what first came, as if nothing had been decided" {
	local was now
	was=$(message ann@left.example bob@right.example 'a merger, a leak')
	now=${was/merger/-}
	printf 'hold h body matches merger\npass rest\n' >p
	record send reject "$now" 'x@00000000: y' - "$was" >in
	record send discard "$was" 'x@00000000' >>in
	record recv pass "$now" >>in
	run -0 cup-filter --anew p <in
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'hold hold pass '
	assert_equal "$(column 7 <<<"$output" | sed 's/@.*//' | tr '\n' ' ')" 'h h rest '
	assert_equal "$(column 9,10 <<<"$output" | head -1)" "$was	-"
	assert_equal "$(column 1-5 <<<"$output")" "$(column 1-5 <in)"
	run -0 cup-filter --anew --explain p <in
	assert_output --partial "  = hold: h@"
	run --separate-stderr -64 cup-filter --anew --check p
}

@test "what --anew loosens is not released" {
	record send - "$(message a@x b@x secret)" >in
	printf 'reject r body matches secret\npass rest\n' >strict
	printf 'pass all\n' >loose
	cup-filter strict <in | cup-log journal >journaled
	cup-filter --anew loose <journaled >anew
	assert_equal "$(column 6 <anew)" pass
	run -1 cup-deliver <anew
	assert_output --partial "withheld"
}

@test "a redaction is not lost where the verdict stays the same" {
	run -0 decided "$(message ann@x b@x '1234-5678')" pass old@1
	assert_output $'pass\t'"old@1; cards@$TAG: 1 redacted; ours@$TAG"
	run -0 decided "$(message ann@x b@x '1234-5678')" hold old@1
	assert_output $'hold\told@1'
}

@test "released records go on as they came, whatever is in them" {
	for v in deliver return discard; do
		ID=019aac21-0000-7000-8000-000000000001 record send $v '<a></a>' >in
		run --separate-stderr -0 cup-filter p <in
		assert_output "$(cat in)"
		assert_equal "$stderr" ''
	done
}

@test "several policies are read as one, and the tag is of all files" {
	printf 'bob@y\n' >them
	printf 'table them file "them"\n' >p1
	printf 'reject a to <them>\npass b\n' >p2
	run -0 cup-filter --check p1 p2
	assert_output "2 rules, 1 table, tag $(cat p1 them p2 | sha256sum | cut -c 1-8)"
	run -0 cup-filter p1 p2 < <(record send - "$(message a@x bob@y hi)")
	assert_equal "$(column 6 <<<"$output")" reject
}

@test "a table's file is looked for beside its policy" {
	mkdir -p sub/tables
	echo bob@x >sub/tables/them
	echo 'table them file "tables/them"' >sub/p
	printf 'table abs file "%s"\nreject a to <them> from <abs>\n' "$PWD/sub/tables/them" >>sub/p
	run -0 cup-filter --check sub/p
	run -0 cup-filter --check <(printf 'pass a\n')
}

@test "lines that are no records are dropped and named, the rest goes on" {
	{
		record send - "$HELLO"
		echo nonsense
		record send - "$HELLO" | cut -f 1-9
		record send - "$HELLO" | sed 's/^0/g/'
		record send - $'<a>\xff</a>'
		record send - '<message xmlns="jabber:client"></message>'
		record send - "<message xmlns='jabber:client'/>"
		record send - '<other xmlns="jabber:client"/>'
		printf '%s\n' '# ping 1'
		record send - "$HELLO"
		record send - "$HELLO" | tr -d '\n'
	} >in
	run --separate-stderr -65 cup-filter p <in
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'pass # ping 1 pass '
	assert_equal "$(grep -oE '^cup-filter: line [0-9]+: ' <<<"$stderr" | grep -oE '[0-9]+' | tr '\n' ' ')" '2 3 4 5 6 7 8 11 '
}

# long BYTES: a record whose line has that many.
long() {
	local start end
	IFS=X read -r start end < <(ID=019aac21-0000-7000-8000-000000000001 record send - "$(message a@y b@x X)")
	printf '%s' "$start"
	head -c $(($1 - ${#start} - ${#end})) /dev/zero | tr '\0' a
	printf '%s\n' "$end"
}

@test "a line of 9 MiB is dropped, and one that would become too long" {
	{
		long $((8 * 1024 * 1024 - 100))
		long $((8 * 1024 * 1024))
		long $((8 * 1024 * 1024 + 1))
		long $((9 * 1024 * 1024))
		record send - "$HELLO"
	} >in
	# shellcheck disable=SC2016
	run --separate-stderr -65 bash -c 'cup-filter p <in | cut -f 6; exit "${PIPESTATUS[0]}"'
	assert_output $'reject\npass'
	assert_equal "$stderr" 'cup-filter: line 2: would be longer than 8 MiB once decided
cup-filter: line 3: is longer than 8 MiB
cup-filter: line 4: is longer than 8 MiB'
}

@test "empty input is fine, many records keep their order" {
	run --separate-stderr -0 cup-filter p </dev/null
	assert_output ''
	for n in {1..60}; do record send - "$(message ann@x b@x "$n")"; done >in
	run -0 cup-filter p <in
	assert_equal "$(column 1 <<<"$output")" "$(column 1 <in)"
}

@test "a full disk or a reader that is gone ends it" {
	record send - "$HELLO" >in
	run --separate-stderr -74 bash -c 'cup-filter p <in >/dev/full'
	assert_equal "$stderr" 'cup-filter: cannot write to standard output: No space left on device'
	run -74 bash -c 'cup-filter --check p >/dev/full'
	run -74 bash -c 'cup-filter p <in >&-'
	run -141 bash -c 'set -o pipefail; yes "# x" | cup-filter p | head -n 1'
	run -74 bash -c 'cup-filter p <.'
}

@test "records and comments flow through at once while the input stays open" {
	mkfifo to from
	cup-filter p <to >from &
	local pid=$!
	exec 7>to 8<from
	printf '# ping 7\n' >&7
	run -0 first_line <&8
	assert_output '# ping 7'
	record send - "$HELLO" >&7
	run -0 first_line <&8
	assert_output --partial "ours@$TAG"
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	assert_equal "$status" 143
	exec 7>&- 8<&-
}

@test "a snapshot is the policy as it was, with its tables and its tag" {
	mkdir d
	printf '\xef\xbb\xbftable t file "t.txt"\nreject t body matches <t>\npass all\n' >d/p
	echo forbidden >d/t.txt
	record send - "$(message a@x b@x forbidden)" >in
	run -0 cup-filter --check --save snap d/p
	assert_equal "$(stat -c %a snap)" 600
	cup-filter d/p <in >want
	echo 'pass all' >d/p
	rm d/t.txt
	run -0 cup-filter --snapshot snap d/p <in
	assert_output "$(<want)"
	run --separate-stderr -78 cup-filter --snapshot snap d/other <in
	assert_equal "$stderr" "cup-filter: d/other: cannot be read: No such file or directory"
	# It is of nobody else, and whole.
	head -c -1 snap >short
	echo 'pass all' >text
	chmod 666 snap
	for bad in snap short text none; do
		run --separate-stderr -78 cup-filter --snapshot $bad d/p <in
		assert_output ""
		assert_regex "$stderr" "^cup-filter: snapshot '$bad': "
	done
	run -64 cup-filter --save x d/p
	echo nonsense >d/p
	run -78 cup-filter --check --save x d/p
	assert_not_exist x
}

@test "a table whose file has no entries is warned of" {
	printf 'table t file "t.txt"\nreject t body matches <t>\npass all\n' >p
	printf '# nothing\n\n' >t.txt
	run -0 cup-filter --check p
	assert_line --index 0 "cup-filter: p:1: warning: 't.txt' has no entries"
}

@test "--explain says which rule decided and what each one saw" {
	run --separate-stderr -0 cup-filter --explain p < <(
		ID=019aac21-0000-7000-8000-000000000001 record send - "$(message eve@x 'a＠b' $'1234-5678 \u202e')"
		echo '# not this'
	)
	assert_equal "$stderr" ''
	assert_output "$(cat <<-EOT
		019aac21-0000-7000-8000-000000000001 send message chat
		    from "eve@x"
		    to "a＠b" (no valid address)
		    cards      redacts:
		                 body matches /\b\d{4}-\d{4}\b/, and it is "1234-5678 \u{202e}"
		              1 place redacted
		    names      no: body matches Rumpelstilz, and it is "[card] \u{202e}"
		    words      no: body matches secret, and it is "[card] \u{202e}"
		    eve        hold:
		                 from eve@x, and it is "eve@x"
		  = hold: cards@$TAG: 1 redacted; eve@$TAG
	EOT
	)"
	run -0 cup-filter --explain p < <(record send reject "$HELLO" old@1)
	assert_line '  = reject, as it came: old@1'
	run -0 cup-filter --explain p < <(record recv deliver '<x></x>')
	assert_line '  = deliver, as it came'
	run -65 cup-filter --explain p <<<nonsense
}

@test "the ready policies have no mistake and do what they say" {
	for p in "$POLICIES"/*.policy; do
		run --separate-stderr -0 cup-filter --check "$p"
		assert_equal "$stderr" ''
	done
	run -0 cup-filter "$POLICIES/archive-only.policy" < <(record send - "$HELLO")
	assert_equal "$(column 6 <<<"$output")" pass
	run -0 cup-filter "$POLICIES/finance.policy" < <(
		record send - "$HELLO"
		record send - "$(message ann@example.com bob@example.com 'card 4111 1111 1111 1111')"
		record send - "$(message ann@example.com bob@example.com 'text me on WhatsApp')"
	)
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'hold pass hold '
	assert_output --partial 'card [card]'
	run -0 cup-filter "$POLICIES/ethical-wall.policy" < <(
		record send - "$(message left@example.com/x right@example.com hi)"
		record send - "$(message right@example.com/x u@left.example.com hi)"
		record send - "$(message compliance@example.com/x right@example.com hi)"
		record send - "$(message left@example.com/x u@left.example.com hi)"
	)
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'reject reject pass pass '
}
