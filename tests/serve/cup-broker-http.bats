#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-broker and servers that speak HTTP, as cup-http(5) says.
# shellcheck disable=SC2030,SC2031,SC2119,SC2154

load ../lib/helpers
load ../lib/serve
load ../lib/broker

setup() {
	broker_setup
}

teardown() {
	broker_teardown
}

# http [CERTIFICATE KEY CA]: the reference server; its port is $PORT.
http() {
	rm -f port
	/usr/bin/python3 "$TOP/tests/clients/http-judge.py" 0 http.journal "$@" >port \
		2>http.log 3>&- 7>&- &
	STARTED+=($!)
	eventually 10 test -s port || fail "$(cat http.log)"
	PORT=$(cat port)
}

# answers STATUS [HEADER...]: a server that answers pings with 204, and all
# else with this; what it was asked is in the file asked.
answers() {
	rm -f port
	/usr/bin/python3 - "$@" >port 2>http.log 3>&- 7>&- <<-'EOT' &
	import sys
	from http.server import BaseHTTPRequestHandler, HTTPServer
	class Handler(BaseHTTPRequestHandler):
	    protocol_version = "HTTP/1.1"
	    def do_POST(self):
	        ping = self.headers["Cup-Ping"]
	        body = self.rfile.read(int(self.headers["Content-Length"]))
	        sent = b"" if ping else sys.argv[2].encode()
	        if not ping:
	            with open("asked", "a") as f:
	                f.write("%s\n%s%s\n" % (self.path, self.headers,
	                                        body.decode()))
	        self.send_response_only(204 if ping else int(sys.argv[1]))
	        for header in sys.argv[3:] if not ping else []:
	            self.send_header(*header.split(": ", 1))
	        if not ping:
	            self.send_header("Content-Length", str(len(sent)))
	        self.end_headers()
	        self.wfile.write(sent)
	server = HTTPServer(("127.0.0.1", 0), Handler)
	print(server.server_port, flush=True)
	server.serve_forever()
	EOT
	STARTED+=($!)
	eventually 10 test -s port || fail "$(cat http.log)"
	PORT=$(cat port)
}

M() {
	message "${1-a@acme.example/x}" "${2-b@acme.example}" "${3-hello}"
}

@test "the reference server decides, by https and both certificates" {
	certificates
	http server.pem server.key ca.pem
	gen-records 200 3 | sed '7s/<body>/<body>forbidden /' >records
	cup-broker --ca ca.pem --certificate node.pem --private-key node.key \
		"https://localhost:$PORT/judge" <records >out
	in_order records
	assert_equal "$(grep -c pass out)" 199
	assert_equal "$(grep forbidden out | column 6,7)" \
		"$(printf 'reject\twords@python: not this word')"
	assert_equal "$(wc -l <http.journal)" 200
	broker --ca ca.pem "https://localhost:$PORT/judge"
	said 'cannot be used'
}

@test "the reference server is that of the manual, under 60 lines" {
	page=$(MANWIDTH=200 mandoc -Tascii "$TOP/man/cup-http.5" | col -bx |
		sed 's/^ *//')
	while read -r line; do
		grep -qxF -- "${line#"${line%%[! ]*}"}" <<<"$page" || fail "$line"
	done < <(sed -n '/^import os/,$p' "$TOP/tests/clients/http-judge.py")
	(($(sed -n '/^import os/,$p' "$TOP/tests/clients/http-judge.py" | wc -l) < 60))
}

@test "the fields are headers, the stanza is the body" {
	answers 204 ''
	record send hold "$(M)" 'rule@tag: wait' >records
	run -0 --separate-stderr cup-broker "http://127.0.0.1:$PORT/x?y" <records
	assert_equal "$(column 6,7 <<<"$output")" \
		"$(printf 'hold\trule@tag: wait')"
	run cat asked
	assert_line '/x?y'
	assert_line "Cup-Id: $(column 1 <records)"
	assert_line "Cup-Time: $(column 2 <records)"
	assert_line 'Cup-Node: node1'
	assert_line 'Cup-Session: s1'
	assert_line 'Cup-Event: send'
	assert_line 'Cup-Verdict: hold'
	assert_line 'Cup-Reason: rule@tag: wait'
	assert_line 'Content-Type: application/xml'
	assert_line "$(M)"
}

@test "200 needs a verdict, and may change the stanza" {
	answers 200 "$(M a@acme.example/x b@acme.example '[hello]')" \
		'Cup-Verdict: pass' 'Cup-Reason: edited'
	record send - "$(M)" >records
	run -0 --separate-stderr cup-broker "http://127.0.0.1:$PORT" <records
	assert_equal "$(column 6,7 <<<"$output")" \
		"$(printf 'pass\tserver@http: edited')"
	assert_equal "$(column 9 <<<"$output")" \
		"$(M a@acme.example/x b@acme.example '[hello]')"
	assert_equal "$(column 10 <<<"$output")" "$(M)"
	run -75 --separate-stderr cup-broker -j "http://127.0.0.1:$PORT" <records
	assert_output ""
	assert_regex "$stderr" 'where it may only judge'
}

@test "200 without a verdict, or with a released one, decides nothing" {
	record send - "$(M)" >records
	answers 200 ''
	run -75 --separate-stderr cup-broker "http://127.0.0.1:$PORT" <records
	assert_output ""
	answers 200 '' 'Cup-Verdict: deliver'
	run -75 --separate-stderr cup-broker "http://127.0.0.1:$PORT" <records
	assert_output ""
	assert_regex "$stderr" 'only the gate gives'
}

@test "4xx refuses the question: logged once, and it stays undecided" {
	answers 422 '{"title":"no such node"}' \
		'Content-Type: application/problem+json'
	record send - "$(M)" >records
	run -75 --separate-stderr cup-broker "http://127.0.0.1:$PORT" <records
	assert_output ""
	assert_regex "$stderr" 'refused with status 422: \{"title":"no such node"\}'
	assert_equal "$(grep -c '^Cup-Id' asked)" 1
}

@test "4xx of the first server is asked of the next" {
	answers 400 ''
	judge good
	record send - "$(M)" >records
	broker "http://127.0.0.1:$PORT" unix:good
	said "127.0.0.1:$PORT: is up"
	said 'good: is up'
	cat records >&7
	came 1
	assert_equal "$(column 6 <out)" pass
}

@test "503 is unavailable: the next is asked, and Retry-After obeyed" {
	answers 503 '' 'Retry-After: 60'
	judge good
	broker "http://127.0.0.1:$PORT" unix:good
	said "127.0.0.1:$PORT: is up"
	said 'good: is up'
	record send - "$(M)" >&7
	said 'it answers with status 503; 1 unanswered'
	came 1
	record send - "$(M)" >&7
	came 2
	assert_equal "$(grep -c '^Cup-Id' asked)" 1
}
