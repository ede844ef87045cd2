#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-upload as an HTTP server, and what it has pass.
# shellcheck disable=SC2030,SC2031,SC2154

load ../lib/helpers
load ../lib/upload

# One gate before one server for all, but where a test has its own.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	local PATH=$CUP_BIN:$PATH
	start_nginx
	start_gate --timeout 2s --file-size-max 20G
	head -c 300000 /dev/urandom >www/random
	echo hello >www/hello
	# shellcheck disable=SC2030
	export HTTP WWW PORT URL FILE_STARTED="${STARTED[*]}"
}

teardown_file() {
	# shellcheck disable=SC2086
	kill $FILE_STARTED
}

setup() {
	common_setup
	STARTED=()
	ln -s "$BATS_FILE_TMPDIR"/{slots,store,gate.log,journal} .
	printf 'a plan\n' >plan.txt
	FILES=/$BATS_TEST_NUMBER
}

teardown() {
	cat "$BATS_FILE_TMPDIR/gate.log"
	stop_all
}

# own_gate MODE [OPTION...]: one before a server that fails so.
own_gate() {
	rm slots store gate.log journal
	start_odd "$1"
	shift
	start_gate "$@"
}

@test "a part of a file, and what was not changed, pass as the server has them" {
	run -0 curl -s -r 100-199 "$URL/random" -o part -w '%{http_code}'
	assert_output 206
	cmp part <(tail -c +101 "$WWW/random" | head -c 100)
	run -0 curl -sI -r 0-0 "$URL/random"
	assert_line --partial 'Content-Range: bytes 0-0/300000'
	run -0 curl -s -r 400000- "$URL/random" -o part -w '%{http_code}'
	assert_output 416
	local etag
	etag=$(curl -sI "$URL/random" | sed -n 's/^ETag: //p' | tr -d '\r')
	run -0 curl -s -H "If-None-Match: $etag" "$URL/random" -o part -w '%{http_code}'
	assert_output 304
	run -0 curl -s "$URL/no-such" -o answer -w '%{http_code}'
	assert_output 404
	assert_file_contains answer nginx
}

@test "HEAD has the length and type, and no body" {
	run -0 curl -sI "$URL/random"
	assert_line --regexp '^HTTP/1.1 200 '
	assert_line --partial 'Content-Length: 300000'
	refute_line --partial 'chunked'
}

@test "one connection serves many requests, files too" {
	slot "$FILES/a" 7
	slot "$FILES/b" 7
	run -0 curl -s -T plan.txt "$URL$FILES/a" -w '%{num_connects} ' \
		--next -s -T plan.txt "$URL$FILES/b" -w '%{num_connects} ' \
		--next -s "$URL/hello" -o got -w '%{num_connects} ' \
		--next -s -T plan.txt "$URL$FILES/none" -o got -w '%{num_connects} %{http_code}'
	assert_output '1 0 0 0 404'
}

@test "a body in chunks is a file as any" {
	head -c 300000 "$WWW/random" >file
	slot "$FILES/a" 300000
	run -0 put - "$FILES/a" -H 'Transfer-Encoding: chunked' <file
	assert_output 201
	cmp file "$WWW$FILES/a"
}

@test "leave to send is given where the file is taken, else the refusal" {
	slot "$FILES/a" 7
	run -0 upload expect "$FILES/a" 7
	assert_line --index 0 'HTTP/1.1 100 Continue'
	assert_line 'HTTP/1.1 201 Created'
	run -0 upload expect "$FILES/a" 7
	assert_line --index 0 'HTTP/1.1 404 Not Found'
	slot "$FILES/b" 8
	run -0 upload expect "$FILES/b" 7
	assert_line --index 0 'HTTP/1.1 403 Forbidden'
}

@test "10 GiB that no slot is for: an answer all the same" {
	run -0 upload declared "$FILES/a" 3000000
	assert_line --index 0 'HTTP/1.1 404 Not Found'
	run -0 upload expect "$FILES/a" 10737418240
	assert_line --index 0 'HTTP/1.1 404 Not Found'
	# And more than is taken at all is answered before it came.
	run -0 upload declared "$FILES/a" 30000000000
	assert_line --index 0 'HTTP/1.1 413 Content Too Large'
	refute_output --partial 'broken'
}

@test "10 GiB that there is no room for: 507, before a byte is kept" {
	rm slots store gate.log journal
	mkdir disk
	mount -t tmpfs -o size=1m tmpfs disk || skip "needs to mount"
	ln -s disk store
	start_gate --file-size-max 20G
	slot "$FILES/a" 10737418240
	run -0 upload expect "$FILES/a" 10737418240
	stop "$GATE" || :
	umount disk
	assert_line --index 0 'HTTP/1.1 507 Insufficient Storage'
}

@test "who sends too slowly is told so, and the slot is good again" {
	slot "$FILES/a" 7
	run -0 upload part "$FILES/a" 7 3
	assert_line --index 0 'HTTP/1.1 408 Request Timeout'
	assert_line 'the file came too slowly'
	run -0 put plan.txt "$FILES/a"
	assert_output 201
}

@test "who does not send what is refused, or not all of a head, is given up" {
	run -0 upload part "$FILES/none" 7 3
	assert_output ''
	run -0 upload raw / 'GET / HT'
	refute_output --partial ' 200 '
}

@test "who takes an answer slowly gets all of it, and holds nobody up" {
	rm slots store gate.log journal
	start_gate
	head -c 20000000 /dev/zero >"$WWW/much"
	upload slowly /much 1 >slow &
	local client=$!
	run -0 curl -s -o got -w '%{http_code}' "$URL/hello"
	assert_output 200
	wait "$client"
	assert_equal "$(<slow)" 20000000
}

@test "what is none of it is refused: methods, targets, parts, packed files" {
	for method in POST DELETE PROPFIND MOVE; do
		run -0 curl -s -X "$method" "$URL/hello" -o answer -w '%{http_code}'
		assert_output 405
	done
	assert_file_exists "$WWW/hello"
	slot "$FILES/a" 7
	for header in 'Content-Range: bytes 0-6/100' 'Content-Encoding: gzip'; do
		run -0 put plan.txt "$FILES/a" -H "$header"
		assert_output 415
	done
	run -0 put plan.txt "$FILES/a" -H 'Content-Type: a/b' -H 'content-type: c/d'
	assert_output 400
	run -0 upload raw / 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n'
	assert_line --index 0 'HTTP/1.1 400 Bad Request'
	run -0 upload raw / 'GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n'
	assert_line --index 0 'HTTP/1.1 400 Bad Request'
	run -0 upload raw / 'GET /a\xff HTTP/1.1\r\nHost: x\r\n\r\n'
	assert_line --index 0 'HTTP/1.1 400 Bad Request'
	run -0 upload raw / 'GET / HTTP/1.1\r\n\r\n'
	assert_line --index 0 'HTTP/1.1 400 Bad Request'
	run -0 upload raw / 'nonsense\r\n\r\n'
	refute_output --partial ' 200 '
	run -0 put plan.txt "$FILES/a"
	assert_output 201
}

@test "a page of another origin may read why it was refused" {
	run -0 curl -s -i -T plan.txt "$URL$FILES/none"
	assert_line --partial 'Access-Control-Allow-Origin: *'
}

@test "the server sees what the client says, but not what is the connection's" {
	own_gate headers
	run -0 curl -s "$URL/" -H 'Host: files.acme.localhost' -A me \
		-H 'X-Odd: 1' -H 'X-Empty;' -H 'Connection: close' \
		-H 'X-HTTP-Method-Override: DELETE' -H 'Cookie: a=b'
	assert_line 'Host: files.acme.localhost'
	assert_line 'User-Agent: me'
	assert_line 'X-Odd: 1'
	assert_line 'X-Empty: '
	assert_line 'Cookie: a=b'
	refute_line --partial Connection
	refute_line --partial Override
}

@test "an answer in chunks passes" {
	own_gate chunked
	run -0 curl -s "$URL/"
	assert_output 'hellohellohello'
}

@test "over TLS it is all the same" {
	rm slots store gate.log journal
	make_certificate localhost
	LISTEN=tls:127.0.0.1:0 start_gate --certificate localhost.crt \
		--private-key localhost.key --timeout 2s
	URL=https://localhost:$PORT
	local secure=(--cacert localhost.crt --resolve "localhost:$PORT:127.0.0.1")
	head -c 300000 "$WWW/random" >file
	run -0 send file "$FILES/a" "${secure[@]}"
	assert_output 201
	run -0 curl -s "${secure[@]}" "$URL$FILES/a" -o got
	cmp file got
	run -0 put file "$FILES/a" "${secure[@]}"
	assert_output 404
	# Who speaks no TLS there is given up.
	run upload raw / 'GET / HTTP/1.1\r\n\r\n'
	refute_output --partial HTTP
}

@test "a server is spoken to by TLS, if its authorities are known" {
	# shellcheck disable=SC2034
	local HTTP HTTPS SERVER_TLS=$PWD/localhost
	rm slots store gate.log journal
	make_certificate localhost
	start_nginx
	# shellcheck disable=SC2034
	HTTPS=https://localhost:$HTTP
	start_gate
	run -0 send plan.txt "$FILES/a"
	assert_output 502
	stop "$GATE"
	start_gate --server-ca localhost.crt
	run -0 send plan.txt "$FILES/b"
	assert_output 201
	run -0 curl -s "$URL$FILES/b"
	assert_output 'a plan'
	stop "$GATE"
	run -64 cup-upload --listen tcp:127.0.0.1:0 --server http://h \
		--server-ca localhost.crt --store store --slots unix:other -c cat
	assert_output --partial "'--server' is no https: one"
}
