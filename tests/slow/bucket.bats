#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2012,SC2154
# cup-ship into a bucket of S3, and back from there.

load ../lib/helpers
load ../lib/journal
load ../lib/prune
load ../lib/bucket

setup_file() {
	export PATH=$CUP_BIN:$CUP_TESTS:$PATH
	DIR=$BATS_FILE_TMPDIR/s3
	start_bucket "$DIR" || export S3RVER=
	export DIR S3RVER S3RVER_PORT BUCKET_FRONT BUCKET BUCKET_CA
}

teardown_file() {
	stop_bucket
}

setup() {
	[ -n "$S3RVER" ] || skip "no registry of npm can be reached"
	common_setup
	rm -f "$DIR"/{fail,checksums}
	: >"$DIR/heads"
	SHIP=
	TO=$BUCKET/t$BATS_TEST_NUMBER
}

teardown() {
	cat err 2>/dev/null || :
	[ -z "$SHIP" ] || kill -KILL "$SHIP" 2>/dev/null || :
	stop_log
}

ship() {
	cup-ship --ca "$BUCKET_CA" "$@"
}

follow() {
	cup-ship --ca "$BUCKET_CA" --follow "$@" "$TO" j 2>err 3>&- &
	SHIP=$!
}

# journal [COMPRESS]: one of several segments, all done with but the last.
journal() {
	gen-records 2000 1 2>/dev/null |
		cup-log --segment-size 64K --compress "${1-yes}" j >out
	pack j --compress "${1-yes}"
	ID=$(journal_lines j | sed -n 's/.*id=\([^ ]*\).*/\1/p;q')
}

# What of the journal should be there: all but what is written to.
closed() {
	(
		cd j || exit
		find . \( -name '*.log*' -o -name '*.tree' -o -path './checkpoints/*' \) \
			-type f | sed 's|^\./||' | sort | grep -vx "$(ls ./*.log | tail -1 | sed 's|^\./||')"
	)
}

has_all() {
	diff <(closed) <(objects "t$BATS_TEST_NUMBER/$ID/" | sed "s|.*$ID/||")
}

requests() {
	grep -c "^$1 " "$DIR/heads" || :
}

@test "what is closed arrives, locked, and comes back as a journal" {
	cup-seal --generate acme.example/n1 --key seal.key >vkey
	journal
	cup-seal --key seal.key j >sealed
	touch "$DIR/checksums"
	run --separate-stderr -0 ship --retain 30d --verify "$TO" j
	assert_equal "$stderr" ''
	has_all
	assert_equal "$(requests PUT)" "$(closed | wc -l)"
	# s3rver does not lock; it is asked to.
	run -0 grep -ci '^x-amz-object-lock-mode: COMPLIANCE' "$DIR/heads"
	assert_output "$(closed | wc -l)"
	run -0 sed -n 's/^x-amz-object-lock-retain-until-date: //p' "$DIR/heads"
	assert_line -n 0 --regexp "^$(date -u -d '+30 days' +%Y-%m-%d)T..:..:..Z"
	run -0 grep -c '^If-None-Match: \*' "$DIR/heads"
	first=$(closed | head -1)
	grep -q "^Content-MD5: $(openssl md5 -binary "j/$first" | base64)" "$DIR/heads"
	grep -q "^x-amz-checksum-sha256: $(openssl sha256 -binary "j/$first" | base64)" "$DIR/heads"
	# Once more: nothing is sent.
	ship "$TO" j
	assert_equal "$(requests PUT)" "$(closed | wc -l)"

	fetch "t$BATS_TEST_NUMBER/$ID" back
	diff -r <(cd back && find . -type f | sort) <(closed | sed 's|^|./|' | sort)
	run -0 cup-verify back
	assert_output --partial 'whole'
	records=$(journal_texts back | grep -vc '^#')
	assert_equal "$(cup-search back | wc -l)" "$records"
	[ "$records" -gt 1000 ]
	run -0 cup-verify back/checkpoints/../"$(cd back && ls ./*.zst | head -1)"
	# The checkpoint is of lines that are in no closed segment yet.
	run -1 cup-verify --key "$(<vkey)" back
	cp "$(ls j/*.log | tail -1)" back
	run -0 cup-verify --key "$(<vkey)" back
}

@test "by its cursor it asks of nothing that is there; a bucket without SHA-256 tells ETags" {
	journal no
	ship --cursor cursor "$TO" j
	has_all
	: >"$DIR/heads"
	ship --cursor cursor "$TO" j
	assert_equal "$(cat "$DIR/heads")" ''
	run --separate-stderr -78 ship --cursor cursor "$BUCKET/else" j
	assert_equal "$stderr" "cup-ship: 'cursor': is no cursor of this bucket"
	# Compressed by now, and there all the same: without the cursor it looks.
	pack j
	ship "$TO" j
	assert_equal "$(requests PUT)" 0
	rm j/*.index
	run -0 bash -c 'zstd -dq --rm j/*.zst'
	ship "$TO" j
	assert_equal "$(requests PUT)" 0
}

@test "other bytes are told of and left, what was pruned or erased is kept" {
	ages j
	ID=$(journal_lines j | sed -n 's/.*id=\([^ ]*\).*/\1/p;q')
	ship "$TO" j
	has_all
	cup-prune --yes --keep 7y j >pruned
	cup-prune --yes --erase "$(id 15)" --why 'asked for' j >erased
	nowhere secret-5. j
	nowhere secret-15. j
	run --separate-stderr -0 ship "$TO" j
	assert_equal "$(grep -c "keeps what was pruned or erased here" <<<"$stderr")" 2
	fetch "t$BATS_TEST_NUMBER/$ID" back
	grep -qF secret-5. back/*.log
	cp "$(ls j/*.log | tail -1)" back
	whole_as_before back
	# Not of a program of ours.
	name=$(cd j && ls ./*.log | sed -n 3p)
	SENT=j/lock object "t$BATS_TEST_NUMBER/$ID/${name#./}" -T j/lock
	run --separate-stderr -65 ship "$TO" j
	assert_regex "$stderr" "object '$ID/${name#./}' is there with other bytes, and left as it is"
	object "t$BATS_TEST_NUMBER/$ID/${name#./}" -o there
	cmp there j/lock
}

@test "a checkpoint that others sign as well is sent again, another one is not" {
	cup-seal --generate acme.example/n1 --key seal.key >vkey
	journal
	cup-seal --key seal.key j >sealed
	ship "$TO" j
	: >"$DIR/heads"
	check=$(ls j/checkpoints/*.checkpoint)
	printf '%s w.example AAAA\n' — >>"$check"
	ship "$TO" j
	assert_equal "$(requests PUT)" 1
	object "t$BATS_TEST_NUMBER/$ID/${check#j/}" -o there
	cmp there "$check"
	sed -i '1s/n1/n2/' "$check"
	run --separate-stderr -65 ship "$TO" j
	assert_regex "$stderr" 'is there with other bytes'
}

is_said() {
	grep -q "$1" err
}

@test "it follows, over a server that fails, is gone, and while it is killed" {
	start_log cup-log --segment-size 64K --compress yes j
	gen-records 500 1 >&8
	eventually 10 has_lines out 500
	ID=$(journal_lines j | sed -n 's/.*id=\([^ ]*\).*/\1/p;q')
	echo 503 >"$DIR/fail"
	follow --cursor cursor
	eventually 10 is_said 'answers 503$'
	rm "$DIR/fail"
	eventually 20 is_said 'it answers again'
	eventually 20 has_all
	kill -KILL "$SHIP"
	wait "$SHIP" || :
	gen-records 500 2 >&8
	follow --cursor cursor
	eventually 20 has_all
	kill -STOP "$BUCKET_FRONT"
	gen-records 500 3 >&8
	eventually 10 has_lines out 1500
	kill -CONT "$BUCKET_FRONT"
	eventually 20 has_all
	kill "$SHIP"
	wait "$SHIP" || assert_equal "$?" 143
	SHIP=
	assert_equal "$(wc -l <err)" 0
	end_log
}

@test "who is refused is told why" {
	journal no
	run --separate-stderr -78 env AWS_SECRET_ACCESS_KEY=wrong cup-ship --ca "$BUCKET_CA" "$TO" j
	assert_regex "$stderr" "^cup-ship: bucket: '$TO/$ID/[0-9]*\.log': answers 403"
	run --separate-stderr -78 ship "${BUCKET%/archive}/nothing" j
	assert_regex "$stderr" 'answers 404 NoSuchBucket'
	run --separate-stderr -78 cup-ship "$TO" j
	assert_regex "$stderr" 'certificate'
	printf '[other]\naws_access_key_id = x\n[default]\naws_access_key_id = S3RVER\naws_secret_access_key=S3RVER\n' >keys
	run --separate-stderr -78 env -u AWS_ACCESS_KEY_ID cup-ship --ca "$BUCKET_CA" --credentials keys "$TO" j
	assert_equal "$stderr" "cup-ship: cannot use 'keys': its group or others have access (chmod 600)"
	chmod 600 keys
	# Whatever the memory held before.
	env -u AWS_ACCESS_KEY_ID MALLOC_PERTURB_=165 cup-ship --ca "$BUCKET_CA" --credentials keys "$TO" j
	has_all
}

# peak SIZE: of a journal with a segment of about that, in kilobytes.
peak() {
	rm -rf big
	gen-records 60000 1 | cup-log --segment-size "$1" --compress no big >out
	cup-log --compress no big </dev/null
	command time -f %M cup-ship --ca "$BUCKET_CA" "$TO" big 2>&1 | tail -1
}

@test "it needs no more memory for larger segments" {
	small=$(peak 256K)
	large=$(peak 16M)
	echo "$small $large"
	[ "$large" -lt $((small + 4096)) ]
}

# tour WORDS: the commands of cup(7)'s first example that has these words.
tour() {
	awk -v words="$1" '
		/^\.Bd -literal/ { on = 1; text = ""; next }
		/^\.Ed/ { if (on && index(text, words)) { printf "%s", text; exit }
			on = 0 }
		on { text = text $0 "\n" }' "$TOP/man/cup.7" | sed -E 's/^[$>#] //'
}

@test "two journals in one bucket are as cup(7) has it, but for where it is" {
	journal
	mv j journal2
	record send pass "$(message a@x.example/1 b@x.example 'lunch at one?')" |
		cup-log --segment-size 4K j >out
	gen-records 200 2 2>/dev/null | cup-log --segment-size 4K j >out
	pack j
	ID=$(journal_lines j | sed -n 's/.*id=\([^ ]*\).*/\1/p;q')
	has=$(closed)
	mv j journal
	tour 's3://acme-archive' | sed "s|s3://acme-archive|--ca $BUCKET_CA $TO|" >commands
	bash -e commands
	assert_equal "$(objects "t$BATS_TEST_NUMBER/" | cut -d / -f 2 | sort -u | wc -l)" 2
	fetch "t$BATS_TEST_NUMBER/$ID" fetched
	assert_equal "$(cd fetched && find . -type f | sed 's|^\./||' | sort)" "$has"
	run -0 bash -ec "$(tour 'cup-verify fetched')"
	assert_line --partial 'whole'
	assert_line --partial 'lunch at one?'
}
