#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# cup-export sends mail to an archive.

load ../lib/helpers
load ../lib/export

setup_file() {
	exported_records >"$BATS_FILE_TMPDIR/records"
}

setup() {
	common_setup
	cp "$BATS_FILE_TMPDIR/records" .
	exported_store
	mkdir archive
}

teardown() {
	[ -z "${ARCHIVE-}" ] || kill "$ARCHIVE" 2>/dev/null || :
}

# archive ARGS...: begin one, at $URL.
archive() {
	rm -f archive/port
	/usr/bin/python3 "$TOP/tests/clients/mail-archive.py" archive "$@" 3>&- &
	ARCHIVE=$!
	eventually 10 test -e archive/port
	URL=smtp://127.0.0.1:$(cat archive/port)
}

# deliver ADDRESS ARGS...
deliver() {
	cup-export --smtp "$URL" --clear --cursor sent --files store --rcpt "$1" "${@:2}"
}

@test "each mail arrives in a journal report, and is not sent again" {
	archive
	run --separate-stderr -0 deliver a@archive.example --mail-from cup@acme.example \
		--rcpt b@archive.example records
	assert_equal "$stderr" ''
	run -0 cat archive/0001.rcpt
	assert_output 'cup@acme.example a@archive.example b@archive.example'
	run -0 read_back mail archive/*.eml
	assert_line 'Subject: room dev@conf.example, 2026-11-22'
	assert_line '          ** sent: refused by wall: ethical wall'
	assert_line "attached: plan ü.pdf b'the plan'"
	run -0 grep -h '^X-MS-Journal-Report' archive/0001.eml
	run -0 deliver a@archive.example records
	run -0 bash -c 'ls archive/*.eml | wc -l'
	assert_output 4
}

@test "a conversation that has grown is sent again, whole" {
	archive
	run -0 deliver a@archive.example records
	at 12:00:00 send pass "$(said "$ALICE" "$BOB" m8 '<body>one more</body>')" >>records
	run -0 deliver a@archive.example records
	run -0 read_back mail archive/0005.eml
	assert_line '12:00:00  alice@acme.example: one more'
	assert_line --partial 'Grüße'
	assert_not_exists archive/0006.eml
}

@test "what is refused is named with the server's words, and the rest is sent" {
	archive
	sed -i 's/project heron/refuse this/' records
	run --separate-stderr -69 deliver a@archive.example records
	assert_regex "$stderr" '^cup-export: refused <[0-9a-f]{40}@cup.invalid> \(alice@acme.example and bob@acme.example, 2026-11-22\): 554 5.6.0 not that one$'
	assert_equal "$(wc -l <sent)" 3
	run --separate-stderr -69 deliver no@archive.example records
	assert_regex "$stderr" '550 5.1.1 no such archive$'
	run --separate-stderr -69 deliver a@archive.example --rcpt no@archive.example records
	assert_equal "$(wc -l <sent)" 3
}

@test "a server that is busy or away is tried again by the next call" {
	archive
	run --separate-stderr -75 deliver busy@archive.example records
	assert_equal "$stderr" "cup-export: '$URL': 451 4.3.0 try again later"
	kill "$ARCHIVE"
	wait "$ARCHIVE" || :
	run --separate-stderr -75 deliver a@archive.example records
	assert_regex "$stderr" "^cup-export: '$URL': .*connect"
	archive
	run -0 deliver a@archive.example records
	assert_equal "$(wc -l <sent)" 4
}

@test "without TLS nothing is sent unless that is said" {
	archive
	run --separate-stderr -69 cup-export --smtp "$URL" --rcpt a@archive.example --cursor sent records
	assert_regex "$stderr" 'STARTTLS'
	run ! ls archive/0001.eml
}

@test "killed in the middle, each mail arrives at least once" {
	archive --hold 2
	cup-export --smtp "$URL" --clear --cursor sent --rcpt a@archive.example records 3>&- &
	eventually 10 test -e archive/0002.eml
	kill -9 $!
	wait $! || :
	assert_equal "$(wc -l <sent)" 1
	touch archive/go
	run -0 deliver a@archive.example records
	assert_equal "$(wc -l <sent)" 4
	run -0 bash -c 'grep -h "^Message-ID: .*report" archive/*.eml | sort | uniq -c | sort -n | sed "s/ *\([0-9]*\).*/\1/"'
	assert_output $'1\n1\n1\n2'
}

@test "a cursor that is torn is mended, one that is none refused, one in use left alone" {
	archive
	run -0 deliver a@archive.example records
	truncate -s -3 sent
	run -0 deliver a@archive.example records
	assert_exists archive/0005.eml
	assert_not_exists archive/0006.eml
	assert_equal "$(wc -c <sent)" $((4 * 41))
	run --separate-stderr -75 flock sent cup-export --smtp "$URL" --clear \
		--rcpt a@archive.example --cursor sent records
	assert_equal "$stderr" "cup-export: another process has 'sent'"
	cp records sent
	run --separate-stderr -65 deliver a@archive.example records
	assert_equal "$stderr" "cup-export: 'sent' is no cursor"
}

# secured ARGS...: an archive with a certificate, and the authority for it.
secured() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 2 -subj /CN=archive -addext subjectAltName=IP:127.0.0.1 \
		-keyout archive/archive.key -out archive/archive.crt 2>/dev/null
	archive "$@"
}

# deliver_to URL ARGS...
deliver_to() {
	cup-export --smtp "$1" --cursor sent --files store \
		--rcpt a@archive.example "${@:2}" records
}

@test "by smtps:// and by STARTTLS, to whom an authority vouches for" {
	local kind
	for kind in smtps starttls; do
		rm -rf archive sent
		mkdir archive
		secured --tls "$kind"
		[ "$kind" = starttls ] || URL=smtps://${URL#*//}
		run --separate-stderr -69 deliver_to "$URL"
		assert_regex "$stderr" "^cup-export: '$URL': .*certificate"
		# It need not have TLS, but where it has its certificate counts.
		run --separate-stderr -69 deliver_to "$URL" --clear
		assert_not_exists archive/0001.eml
		run --separate-stderr -0 deliver_to "$URL" --ca archive/archive.crt
		assert_equal "$stderr" ''
		assert_exists archive/0004.eml
		kill "$ARCHIVE"
		wait "$ARCHIVE" || :
	done
}

@test "it logs in with what --netrc has for the host, and by TLS only" {
	secured --tls starttls --login cup:secret
	run --separate-stderr -69 deliver_to "$URL" --ca archive/archive.crt
	assert_regex "$stderr" '530 5.7.0'
	printf 'machine else.example login cup password wrong\nmachine 127.0.0.1 login cup password wrong\n' >netrc
	run --separate-stderr -69 deliver_to "$URL" --ca archive/archive.crt --netrc netrc
	assert_regex "$stderr" "^cup-export: '$URL': .*535"
	assert_not_exists archive/0001.eml
	assert_equal "$(wc -c <sent)" 0
	sed -i '2s/wrong/secret/' netrc
	run -0 deliver_to "$URL" --ca archive/archive.crt --netrc netrc
	assert_exists archive/0004.eml
	run --separate-stderr -64 deliver_to "smtp://cup:secret@127.0.0.1"
	assert_regex "$stderr" 'a user and password go into a file, for --netrc'
}
