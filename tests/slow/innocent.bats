#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# What body resembles and body has make of texts that mean no harm.

load ../lib/helpers
load ../lib/prose

setup() {
	common_setup
}

setup_file() {
	prose_fetch "$BATS_FILE_TMPDIR/prose"
	prose_lines "$BATS_FILE_TMPDIR/prose" 25000 >"$BATS_FILE_TMPDIR/lines"
	prose_records <"$BATS_FILE_TMPDIR/lines" >"$BATS_FILE_TMPDIR/records"
}

# found HOW: the ids of the records, and what was read in them as what.
found() {
	printf 'table w file "words"\nreject w body %s <w>\npass r\n' "$1" >p
	cup-filter p <"$BATS_FILE_TMPDIR/records" |
		awk -F '\t' '$6 == "reject" { sub(/^w@[0-9a-f]*(: )?/, "", $7); print $1 "\t" $7 }'
}

# more: what resembles finds beyond matches, once each.
more() {
	found matches | cut -f 1 >plain
	found resembles >seen
	awk -F '\t' 'NR == FNR { plain[$1]; next } !($1 in plain) { print $2 }' plain seen |
		sort -u
}

@test "there are 125,000 lines of five languages" {
	run -0 wc -l "$BATS_FILE_TMPDIR/lines"
	assert_output --partial 125000
	run -0 wc -l "$BATS_FILE_TMPDIR/records"
	assert_output --partial 125000
	for letters in '[a-z]' '[äöüß]' '\p{Cyrillic}' '\p{Greek}' '\p{Hiragana}'; do
		run -0 grep -cP "$letters" "$BATS_FILE_TMPDIR/lines"
		assert [ "$output" -gt 10000 ]
	done
}

@test "of the benchmark's 1,000 words nothing is read in them" {
	dir=$PWD top=$TOP
	# shellcheck source=tests/bench/parts.bash
	. "$TOP/tests/bench/parts.bash"
	make_policies
	mv lexicon.txt words
	run -0 more
	assert_output ''
}

@test "of a desk's lexicon only what can be defended" {
	cat >words <<-'EOT'
		insider
		inside information
		insider trad*
		price fixing
		merger
		acquisition
		takeover
		bribe*
		kickback
		secret
		confidential
		guaranteed return
		front running
		wash trade
		spoofing
		collusion
		launder*
		offshore
		shred
		delete this
		off the record
		tax
		fraud
		cartel
		whatsapp
		telegram
		burner
		rigging
		pump and dump
		bot
		sell
		profit
		IPO
		bonus
		fail
		lion
		scope
		opex
		секрет
		слияние
		взятка
		Bestechung
		Kartell
		geheim
		μυστικό
		δωροδοκία
		秘密
		賄賂
		インサイダー
	EOT
	run -0 more
	# Names of devices, of lp(4): that is what 1P0 would look like.
	while read -r line; do
		case $line in
		'' | '"ip0" read as IPO' | '"lp0" read as IPO') ;;
		*) fail "$line" ;;
		esac
	done <<<"$output"
	run -0 wc -l plain
	assert [ "${output%% *}" -gt 100 ]
}

# wrongly RECOGNISER: how many of the numbers it takes.
wrongly() {
	printf 'reject r body has %s\npass p\n' "$1" >p
	cup-filter p <numbers | cut -f 6 | grep -c reject || :
}

@test "of 1,000,000 numbers of other kinds no more is taken than chance leaves" {
	awk -v n=1000000 -f "$TOP/tests/lib/numbers.awk" </dev/null |
		prose_records >numbers
	declare -A most=([cusip]=10500 [aba]=3500 [card]=7200)
	# Constants of programs, in capitals, look like what banks have.
	printf 'reject r body has bic\npass p\n' >p
	n=$(cup-filter p <"$BATS_FILE_TMPDIR/records" | cut -f 6 | grep -c reject || :)
	echo "# bic: $n of 125,000" >&3
	assert [ "$n" -le 160 ]
	for kind in card iban isin cusip lei us-ssn aba email phone ip jwt \
		private-key aws-key github-token url; do
		n=$(wrongly $kind)
		echo "# $kind: $n of 1,000,000" >&3
		assert [ "$n" -le "${most[$kind]-10}" ]
	done
	# A sixteenth digit is right by chance in one of ten, and by what issuers
	# have 36 of 100 numbers begin with.
	n=$(printf 'reject r body has card\npass p\n' >p
		grep -F '>order ' numbers | cup-filter p | cut -f 6 | grep -c reject)
	assert [ "$n" -le 3900 ]
}

@test "recognisers take next to nothing of prose" {
	# Constants of programs, in capitals, look like what banks have.
	printf 'reject r body has bic\npass p\n' >p
	n=$(cup-filter p <"$BATS_FILE_TMPDIR/records" | cut -f 6 | grep -c reject || :)
	echo "# bic: $n of 125,000" >&3
	assert [ "$n" -le 160 ]
	for kind in card iban isin cusip lei us-ssn aba jwt private-key aws-key github-token; do
		printf 'reject r body has %s\npass p\n' $kind >p
		n=$(cup-filter p <"$BATS_FILE_TMPDIR/records" | cut -f 6 | grep -c reject || :)
		echo "# $kind: $n of 125,000" >&3
		assert [ "$n" -le 25 ]
	done
}
