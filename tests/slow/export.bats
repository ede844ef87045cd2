#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# What cup-export makes of much, and in a browser.

load ../lib/helpers
load ../lib/export

setup() {
	common_setup
}

browser() {
	timeout 120 chromium --headless --no-sandbox --disable-gpu \
		--user-data-dir="$PWD/profile" "$@" 2>/dev/null
}

@test "Chromium shows and prints a page in which nothing acts" {
	{
		exported_records
		at 11:00:00 send pass "$(said "$ALICE" "$BOB" m7 '<body>&lt;img src=x onerror="document.title=1"> &lt;/p>&lt;/body>&lt;script>document.title=2&lt;/script></body>')"
	} >records
	cup-export -o html --title 'Case 4711' records >case.html
	run -0 browser --dump-dom "file://$PWD/case.html"
	assert_output --partial '<title>Case 4711</title>'
	assert_output --partial '&lt;script&gt;document.title=2&lt;/script&gt;'
	assert_output --partial 'sent: refused by wall: ethical wall'
	refute_output --partial '<script'
	refute_output --partial '<img'
	browser --print-to-pdf="$PWD/case.pdf" "file://$PWD/case.html"
	run -0 pdftotext -layout case.pdf -
	assert_output --partial 'sent: refused by wall: ethical wall'
	assert_output --partial '<script>document.title=2</script>'
}

# peak RECORDS: of that many, in kilobytes.
peak() {
	gen-records "$1" >many
	command time -f %M cup-export -o mbox many 2>&1 >out.mbox | tail -1
}

@test "memory does not grow with the number of records" {
	some=$(peak 100000)
	many=$(peak 400000)
	[ "$many" -lt $((some + 8192)) ] || fail "$some kB for 100,000, $many for 400,000"
	assert_equal "$(grep -c '^Message-ID: ' out.mbox)" "$(grep -c '^From ' out.mbox)"
	assert_equal "$(grep '^X-Cup-Records: ' out.mbox | awk '{ n += $2 } END { print n }')" 400000
}
