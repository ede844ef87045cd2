#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154,SC2094

load ../lib/helpers

setup() {
	common_setup
	cat >old <<-'EOT'
		redact cards body matches /\b\d{4}-\d{4}\b/ with "[card]"
		reject words body matches secret text "not in here"
		hold   eve   from eve@x
		drop   spam  body matches spam
		pass   rest
	EOT
	cat >new <<-'EOT'
		redact cards body matches /\b\d{4}-\d{4}\b/ with "[card]"
		redact names body matches Rumpelstilz
		reject plans body matches plan
		hold   ann   from ann@x
		drop   eve   from eve@x
		pass   others
	EOT
	OLD=$(sha256sum <old | cut -c 1-8) NEW=$(sha256sum <new | cut -c 1-8)
	{
		record send - "$(message bob@x c@x hello)"
		record send - "$(message bob@x c@x 'a plan')"
		record send - "$(message ann@x c@x hello)"
		record send - "$(message eve@x c@x hello)"
		record send - "$(message bob@x c@x 'a secret')"
		record send - "$(message bob@x c@x '1234-5678')"
		record send - "$(message bob@x c@x '1234-5678 rumpelstilz')"
		record send - "$(message bob@x c@x 'secret rumpelstilz')"
	} >records
}

# numbers: the lines of records that stdin has, by their ids.
numbers() {
	grep -v '^#' | cut -f 1 | grep -nFf - <(cut -f 1 records) | cut -d : -f 1 | paste -sd ' '
}

@test "--compare prints what two policies decide otherwise" {
	run -1 --separate-stderr cup-filter --compare old -o records new <records
	assert_equal "$stderr" ""
	assert_equal "$(numbers <<<"$output")" '2 3 4 5 7 8'
	assert_equal "$(grep -v '^#' <<<"$output" | cut -f 6,7,11)" "$(sed "s/OLD/$OLD/g; s/NEW/$NEW/g" <<-'EOT'
		reject	plans@NEW	pass rest@OLD
		hold	ann@NEW	pass rest@OLD
		drop	eve@NEW	hold eve@OLD
		pass	others@NEW	reject words@OLD: not in here
		pass	cards@NEW: 1 redacted; names@NEW: 1 redacted; others@NEW	pass cards@OLD: 1 redacted; rest@OLD
		pass	names@NEW: 1 redacted; others@NEW	reject words@OLD: not in here
	EOT
	)"
	assert_equal "$(cut -f 9,10 <<<"${lines[4]}")" "$(message bob@x c@x '[card] [redacted]')"$'\t'"$(message bob@x c@x '1234-5678 rumpelstilz')"
}

@test "--compare has each policy go by the clocks of its own zone" {
	local zone
	for zone in Asia/Tokyo America/New_York; do
		printf 'zone "%s"\nreject night time 22:00-06:00\npass rest\n' \
			"$zone" >"${zone#*/}"
	done
	# Each in another quarter of an hour, so that both ask for it anew.
	awk -F '\t' -v OFS='\t' 'NR == 1 { for (i = 0; i < 20000; i++) {
		at = i * 17
		$1 = sprintf("019aac21-0000-7000-8000-%012d", i)
		$2 = sprintf("2026-%02d-%02dT%02d:%02d:00.000000Z",
			at / 40320 % 12 + 1, at / 1440 % 28 + 1, at / 60 % 24, at % 60)
		print } }' records >hours
	for zone in Tokyo New_York; do
		cup-filter "$zone" <hours | cut -f 6 >"$zone.said"
	done
	run -1 cup-filter --compare Tokyo New_York <hours
	assert_line "$(paste Tokyo.said New_York.said |
		awk '$1 != $2 { n++ } END { print n }') of 20000 records differ"
}

@test "--compare counts by rule of the new policy" {
	run -1 cup-filter --compare old new <records
	assert_line --regexp '^newly, by rule +refused +dropped +held +redacted +let go$'
	assert_line --regexp '^names +0 +0 +0 +2 +0$'
	assert_line --regexp '^plans +1 +0 +0 +0 +0$'
	assert_line --regexp '^ann +0 +0 +1 +0 +0$'
	assert_line --regexp '^eve +0 +1 +0 +0 +0$'
	assert_line --regexp '^others +0 +0 +0 +0 +2$'
	assert_line --regexp '^records +1 +1 +1 +2 +2$'
	assert_equal "${lines[-1]}" '6 of 8 records differ'
	refute_line --regexp '^cards '
}

@test "--compare: words that are no longer taken out are let go" {
	echo 'pass all' >open
	run -1 cup-filter --compare old open < <(sed -n 6p records)
	assert_line --regexp '^all +0 +0 +0 +0 +1$'
}

@test "--compare looks at nothing that was judged" {
	cup-filter old <records | cup-log --node node1 j >/dev/null
	run -1 cup-filter --compare old -o records new < <(cup-search j)
	assert_equal "$(numbers <<<"$output")" '2 3 4 5 7 8'
	run -0 cup-filter --compare old old < <(cup-search j)
	assert_equal "${lines[-1]}" '0 of 8 records differ'
}

@test "--compare: another name for a rule is no difference, nor what is refused otherwise" {
	sed 's/words/worte/; s/not in here/no/' old >renamed
	run -0 cup-filter --compare old renamed <records
	printf 'redact r body matches hello\nreject all\n' >a
	printf 'reject all\n' >b
	run -0 cup-filter --compare a b <records
}

@test "--compare -o json can be read by any program" {
	cup-filter --compare old -o json new <records >out || assert_equal $? 1
	run -0 /usr/bin/python3 -c 'if True:
		import json
		for line in open("out"):
			o = json.loads(line)
			if "summary" in o:
				s = o["summary"]
				print(s["records"], s["differ"], s["newly"]["let_go"], s["rules"]["names"]["redacted"])
			else:
				print(o["from"], *[o[w][k] for w in ("old", "new") for k in ("verdict", "rule")])'
	assert_output "$(cat <<-'EOT'
		bob@x pass rest reject plans
		ann@x pass rest hold ann
		eve@x hold eve drop eve
		bob@x reject words pass others
		bob@x pass rest pass others
		bob@x reject words pass others
		8 6 2 2
	EOT
	)"
}

@test "--compare shows nothing that acts on a terminal" {
	run -1 cup-filter --compare old new < <(
		record send - "$(message ann@x c@x $'plan \u202e &#xA; \u009b31m')")
	assert_output --partial 'plan <U+202E>   <U+009B>31m'
}

@test "--compare says on a terminal how far it is, and only there" {
	run -1 --separate-stderr cup-filter --compare old new <records
	assert_equal "$stderr" ""
	run script -qec "cup-filter --compare old new <records >out" /dev/null </dev/null
	assert_output --regexp '\[#{30}\] 100 %  8 records, 6 differ'
	run script -qec "cat records | cup-filter --compare old new >out" /dev/null </dev/null
	assert_output --partial '8 records to 2026-11-22 21:33:38, 6 differ'
}

@test "--compare leaves out what is no record, and says so" {
	run -65 --separate-stderr cup-filter --compare old new < <(echo x; cat records)
	assert_equal "${stderr_lines[0]}" 'cup-filter: line 1: has fewer than ten fields'
	assert_equal "${lines[-1]}" '6 of 8 records differ'
	run -65 --separate-stderr cup-filter --compare old new < <(record send - '<message><a></message>')
	assert_regex "$stderr" '^cup-filter: line 1: '
	run -74 bash -c 'cup-filter --compare old new <records >/dev/full'
	run -78 cup-filter --compare nowhere new <records
	run -78 cup-filter --compare old nowhere <records
}

@test "--compare takes policies of several files" {
	printf 'table t { bob@x }\n' >tables
	printf 'pass a from <t>\n' >rules
	printf 'pass a from bob@x\n' >one
	run -0 cup-filter --compare tables --compare rules one <records
	run -0 cup-filter --compare one tables rules <records
}

@test "--compare has all of a long journal" {
	gen-records 20000 >many
	printf 'hold u from user7@acme.example\npass rest\n' >u
	run -1 cup-filter --compare old u <many
	assert_equal "$(grep -c ' hold u ' <<<"$output")" "$(grep -c 'from="user7@' many)"
	assert_regex "${lines[-1]}" 'of 20000 records differ$'
}

@test "options that do not go together are refused" {
	for call in '--compare old --anew' '--compare old --check' '--compare old --explain' \
		'--compare old --shadow new --shadow-file f' '-o json' '--compare old -o xml' \
		'--shadow new' '--shadow-file f' '--shadow new --shadow-file f --shadow-journal j' \
		'--shadow new --shadow-file f --anew'; do
		# shellcheck disable=SC2086
		run -64 cup-filter $call new </dev/null
	done
}

@test "--shadow writes what another policy would do, and changes nothing" {
	run -0 --separate-stderr cup-filter --shadow new --shadow-file tried old <records
	assert_equal "$stderr" ""
	assert_equal "$output" "$(cup-filter old <records)"
	assert_equal "$(numbers <tried)" '2 3 4 5 7 8'
	assert_equal "$(sed -n 1p tried | cut -f 6,7,11)" "reject	plans@$NEW	pass rest@$OLD"
	cup-filter --shadow new --shadow-file tried old <records >/dev/null
	assert_equal "$(wc -l <tried)" 12
}

@test "--shadow decides what comes decided as the stage would" {
	record send reject "$(message ann@x c@x hello)" 'r@0' >decided
	cup-filter --shadow new --shadow-file tried old <decided >/dev/null
	assert_file_empty tried
}

@test "--shadow writes to a journal of its own" {
	run -0 --separate-stderr cup-filter --shadow new --shadow-journal tried old <records
	assert_equal "$stderr" ""
	run -0 cup-verify tried
	assert_equal "$(cup-search tried | numbers)" '2 3 4 5 7 8'
}

@test "--shadow has all of what is decided in several reads" {
	gen-records 3000 >many
	printf 'hold u from user7@acme.example\npass rest\n' >u
	cup-filter --shadow u --shadow-file tried old <many >/dev/null
	assert_equal "$(wc -l <tried)" "$(grep -c 'from="user7@' many)"
}

@test "a fault in a shadow is none of the stage" {
	cup-filter old <records >expected
	echo 'reject x form y' >bad
	for shadow in '--shadow bad --shadow-file f' '--shadow nowhere --shadow-file f' \
		'--shadow new --shadow-file /nowhere/f' '--shadow new --shadow-file /dev/full' \
		'--shadow new --shadow-journal /dev/null/j'; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr cup-filter $shadow old <records
		assert_equal "$output" "$(cat expected)"
		assert_regex "${stderr_lines[0]}" '^cup-(filter: shadow|log): '
	done
}

@test "a shadow that is killed or stands still delays nothing" {
	coproc FILTER { exec cup-filter --shadow new --shadow-file tried old 2>err; }
	pid=$FILTER_PID
	head -1 records >&"${FILTER[1]}"
	IFS= read -rt 20 line <&"${FILTER[0]}"
	shadow=$(pgrep -P "$pid")
	kill -STOP "$shadow"
	sed -n 2p records >&"${FILTER[1]}"
	IFS= read -rt 20 line <&"${FILTER[0]}"
	assert_equal "$(cut -f 6 <<<"$line")" pass
	kill -KILL "$shadow"
	for n in 3 4; do
		sed -n ${n}p records >&"${FILTER[1]}"
		IFS= read -rt 20 line <&"${FILTER[0]}"
		assert_equal "$(cut -f 1 <<<"$line")" "$(sed -n ${n}p records | cut -f 1)"
	done
	in=${FILTER[1]}
	exec {in}>&-
	wait "$pid"
	run -0 cat err
	assert_output --partial 'shadow: was killed by signal 9'
}
