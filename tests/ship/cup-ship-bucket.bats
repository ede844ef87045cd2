#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# cup-ship to a bucket, as far as no server is needed; tests/slow/bucket.bats has
# one.

load ../lib/helpers

setup() {
	common_setup
	unset "${!AWS_@}"
}

misused() {
	run --separate-stderr -64 cup-ship "${@:2}"
	assert_regex "$stderr" "^cup-ship: $1"
}

@test "what is no bucket is told at once, and so is what goes with none" {
	local url
	for url in https://s3.example https://s3.example/ https://s3.example/No/x \
		s3:// s3://a s3://acme/a//b s3://acme/../b s3://acme/x/ \
		's3://acme/a b' https://key:secret@s3.example/acme; do
		misused "target '$url': " "$url" j
	done
	misused "no journal given" s3://acme
	misused "option '--retain': '12h' is not 1d to 36500d" --retain 12h s3://acme j
	misused "option '--status' does not go with a bucket" --status f s3://acme j
	misused "options of a bucket are given without one" --verify postgresql://x j
	misused "options of a bucket are given without one" --retain 1d --stage nats://a
	misused "target 's3://acme': there is no such name of a region" --region a.b s3://acme j
}

@test "without keys or a server nothing is asked" {
	record send pass "$(message a@x.example b@x.example hello)" |
		cup-log --segment-size 4K j >out
	cup-log j </dev/null
	run --separate-stderr -78 cup-ship s3://acme j
	assert_equal "$stderr" "cup-ship: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor --credentials say who brings it"
	(umask 077; printf '[other]\naws_access_key_id=a\naws_secret_access_key=b\n' >keys)
	run --separate-stderr -78 cup-ship --credentials keys s3://acme j
	assert_equal "$stderr" "cup-ship: the file of credentials has no keys in [default]"
	export AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b
	run --separate-stderr -78 cup-ship --cursor j/lock s3://acme j
	assert_equal "$stderr" "cup-ship: 'j/lock': is no cursor of this bucket"
	run --separate-stderr -65 cup-ship s3://acme nothing
	assert_equal "$stderr" "cup-ship: journal 'nothing': cannot be opened: No such file or directory"
	# There is nothing to send of a journal whose first segment is written to.
	cup-ship https://127.0.0.1:9/acme j
	gen-records 100 1 2>/dev/null | cup-log --segment-size 4K --compress no j >out
	run --separate-stderr -75 cup-ship https://127.0.0.1:9/acme j
	assert_regex "$stderr" "^cup-ship: bucket: 'https://127.0.0.1:9/acme/[0-9a-f-]{36}/[0-9]{20}.log': .*connect"
}
