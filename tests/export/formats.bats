#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# What cup-export writes is read by software that is not ours.

load ../lib/helpers
load ../lib/export
load ../lib/tmux

setup_file() {
	exported_records >"$BATS_FILE_TMPDIR/records"
}

setup() {
	common_setup
	cp "$BATS_FILE_TMPDIR/records" .
	exported_store
}

teardown() {
	leaves
}

@test "Python's email package reads every mail without a defect" {
	cup-export -o eml --files store -d out records
	cup-export -o mbox --files store records >out.mbox
	run -0 read_back mail out/*.eml
	assert_line 'Subject: alice@acme.example and carl@other.example, 2026-11-22 10:04:00'
	assert_line "attached: plan ü.pdf b'the plan'"
	mv "$BATS_TEST_TMPDIR"/out.mbox box
	run -0 read_back mail box
	assert_line "attached: plan ü.pdf b'the plan'"
}

@test "words that would end a mail, a line or a field stay words" {
	{
		at 10:00:00 send pass "$(said "$ALICE" "$BOB" m1 '<body>From me&#xA;.&#xA;--=_a&#xA;Subject: forged&#xD;&#xA;ends with blank &#xA;</body>')"
		at 10:00:01 send pass "$(said "$ALICE" '&#xA;Bcc: x@y.example' m2 '<body>to nobody</body>')"
		at 10:00:02 send pass "$(said "$ALICE" "$BOB" m3 "<body>$(printf 'ä%.0s' {1..500})$(printf 'x%.0s' {1..2000})</body>")"
	} >records
	cup-export -o mbox records >out.mbox
	assert_equal "$(grep -c '^From ' out.mbox)" 2
	run ! grep '^Bcc' out.mbox
	run -0 awk 'length > 78' out.mbox
	assert_output ''
	run -0 read_back mail out.mbox
	assert_line '          Subject: forged<U+000D>'
	assert_line --partial "$(printf 'x%.0s' {1..2000})"
}

@test "notmuch indexes the mail, finds words in it, and threads a conversation" {
	DAY=2026-11-23 at 09:00:00 send pass "$(said "$ALICE" "$BOB" m9 '<body>next day</body>')" >>records
	mkdir -p mail
	cup-export -o eml --files store -d mail/cur records
	printf '[database]\npath=%s/mail\n[user]\nname=x\nprimary_email=x@x.example\n' "$PWD" >config
	export NOTMUCH_CONFIG=$PWD/config
	run -0 notmuch new
	assert_line --partial 'Added 5 new messages'
	run -0 notmuch count heron
	assert_output 1
	run -0 notmuch search --output=threads from:bob or to:bob
	assert_equal "${#lines[@]}" 1
	run -0 notmuch count attachment:plan
	assert_output 1
	run -0 notmuch show --format=text heron
	assert_line --partial 'refused by wall: ethical wall'
}

@test "mutt lists and shows the mailbox" {
	cup-export -o mbox records >out.mbox
	cat >mutt.sh <<-'EOF'
		mutt -n -F /dev/null -R -f out.mbox \
			-e 'set folder=. wait_key=no' -e 'set pipe_decode=yes auto_tag=yes' \
			-e 'push "<tag-pattern>~A<enter><pipe-message>cat >>shown<enter><quit>"'
	EOF
	sits_before 100 40 'sh mutt.sh'
	sees '^ended: 0$'
	run -0 cat shown
	assert_line --partial 'Subject: room dev@conf.example, 2026-11-22'
	assert_line '          ** sent: refused by wall: ethical wall'
}

@test "RSMF is as its documentation says: edits, reactions, what is deleted, files" {
	cup-export -o rsmf --files store -d out records
	run -0 read_back rsmf out/*.rsmf
	assert_line --partial '"body": "Hello, corrected"'
	assert_line --partial '"previous": "Grüße, <script>alert(1)</script>\nFrom here on", "new": "Hello, corrected"'
	assert_line --partial '"reactions": [{"value": "🎉", "count": 1, "participants": ["dev@conf.example/Bo"]}'
	assert_line --partial '"body": "日本語のテキスト", "deleted": true'
	assert_line --partial '"display": "plan ü.pdf", "size": 8'
	assert_line --partial '"type": "channel"'
	assert_line --partial '"name": "cup.decided", "value": "sent: refused by wall: ethical wall"'
}

@test "vCon is as its draft says" {
	cup-export -o vcon --files store records >lines
	cup-export -o vcon --files store -d out records
	run -0 read_back vcon lines
	assert_equal "${#lines[@]}" 4
	assert_line --partial '"body": "Hello, corrected"'
	assert_line --partial '"verdict": "reject", "reason": "wall@ab12: ethical wall"'
	assert_line --partial '"filename": "plan ü.pdf"'
	cat out/*.vcon.json | sort >files
	run -0 bash -c 'sort lines | cmp - files'
}

@test "a file that is not as it was judged is not attached, and named" {
	printf 'other' >"$(find store -type f)"
	run --separate-stderr -65 cup-export -o mbox --files store records
	assert_regex "$stderr" "^cup-export: file 'plan ü.pdf' \([0-9a-f]{64}\): it is not what was judged"
	rm -r store/content
	run --separate-stderr -65 cup-export -o vcon --files store records
	assert_regex "$stderr" "it is not in the store"
	run --separate-stderr -0 cup-export -o mbox records
	assert_equal "$stderr" ''
}

@test "a page is one, has no script, and names what cannot be seen" {
	at 11:00:00 send pass "$(said "$ALICE" "$BOB" m7 '<body>a&amp;b ‮evil &lt;img src=x onerror=y></body>')" >>records
	cup-export -o html --title 'Case <1>' records >case.html
	run -0 cat case.html
	assert_output --partial '<title>Case &lt;1&gt;</title>'
	assert_output --partial 'a&amp;b <span class=h>&lt;U+202E&gt;</span>evil &lt;img src=x onerror=y&gt;'
	assert_output --partial '&lt;script&gt;alert(1)&lt;/script&gt;'
	refute_output --partial '<script'
	refute_output --partial '<img'
	refute_output --partial 'href='
}

@test "recordings of real servers and clients are exported" {
	for f in alice bob carol; do
		for way in c2s s2c; do
			cup-intercept --as "$f@acme.localhost/desk" "$STANZAS/prosody-$f.$way.xml" 2>/dev/null || :
		done
	done >real
	cup-intercept --times --as alice@acme.example/gajim "$TOP/tests/cases/gajim-console.xml" >>real
	cup-export --all -o eml -d out real
	cup-export --all -o rsmf -d out real
	run -0 read_back mail out/*.eml
	read_back rsmf out/*.rsmf >manifests
	cut -f 1 real | sort >ids
	run -0 diff ids <(grep -owFf ids <<<"$output" | sort -u)
	run -0 diff ids <(grep -owFf ids manifests | sort -u)
}
