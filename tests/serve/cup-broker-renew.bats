#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-broker: another certificate, key and authority at SIGHUP.
# shellcheck disable=SC2016

load ../lib/helpers
load ../lib/serve
load ../lib/broker

setup() {
	broker_setup
	certificates
	certificate ca second /CN=second
	own node
	cp ca.pem trusted.pem
}

teardown() {
	broker_teardown
}

# own NAME: what the broker shows from the next SIGHUP on.
own() {
	cp "$1.pem" own.pem
	cp "$1.key" own.key
}

# renewed TEXT: it says that of a SIGHUP.
renewed() {
	kill -HUP "$BROKER"
	said "$1"
	: >log
}

# shown N NAME: the server has seen N connections, and NAME in the last.
shown() {
	[ "$(wc -l <peers)" -eq "$1" ] && [ "$(tail -n 1 peers)" = "$2" ]
}

# cut: end all connections of the server.
cut_off() {
	local pid
	for pid in $(pgrep -P "$SERVER"); do
		kill -9 -- "-$pid"
	done
}

@test "a connection is kept at SIGHUP, the next has the new certificate" {
	serve tls:127.0.0.1:0 --certificate server.pem --private-key server.key \
		--ca ca.pem -c 'echo "$SSL_CLIENT_CN" >>peers; cup-filter pass.policy'
	mv log serve.log
	broker --ca trusted.pem --certificate own.pem --private-key own.key \
		"tls:localhost:$PORT"
	said 'is up'
	gen-records 20000 3 >records
	cat records >&7 &
	own second
	renewed 'certificates were read again'
	came 20000 30
	in_order records
	shown 1 node1
	cut_off
	eventually 10 shown 2 second
	echo nonsense >own.pem
	renewed "certificate 'own.pem': has no certificate; going on with what was there"
	cut_off
	eventually 10 shown 3 second
	own node
	authority other
	cp other.pem trusted.pem
	renewed 'certificates were read again'
	cut_off
	eventually 10 grep -q 'unknown ca' serve.log
	broker_end
	assert_equal "$status" 0
}

# https: a server that takes one request a connection, and notes whose.
https() {
	/usr/bin/python3 - >port 2>http.log 3>&- <<-'EOT' &
	import ssl
	from http.server import BaseHTTPRequestHandler, HTTPServer
	class Handler(BaseHTTPRequestHandler):
	    def do_POST(self):
	        self.rfile.read(int(self.headers.get("Content-Length") or 0))
	        subject = self.connection.getpeercert()["subject"]
	        with open("peers", "a") as f:
	            f.write("%s\n" % subject[-1][0][1])
	        self.send_response_only(204)
	        self.end_headers()
	context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH,
	                                     cafile="ca.pem")
	context.verify_mode = ssl.CERT_REQUIRED
	context.load_cert_chain("server.pem", "server.key")
	server = HTTPServer(("127.0.0.1", 0), Handler)
	server.socket = context.wrap_socket(server.socket, server_side=True)
	print(server.server_port, flush=True)
	server.serve_forever()
	EOT
	STARTED+=($!)
	eventually 10 test -s port || fail "$(cat http.log)"
	PORT=$(cat port)
}

# put_one NAME: one more record is decided, NAME having asked.
put_one() {
	record send - "$(message a@x/1 b@x hello)" >&7
	came "$((COUNT += 1))"
	assert_equal "$(tail -n 1 peers)" "$1"
}

@test "https: requests go on at SIGHUP, new connections have the new one" {
	https
	COUNT=0
	broker --ping-interval 30s --ca trusted.pem --certificate own.pem \
		--private-key own.key "https://localhost:$PORT/"
	put_one node1
	own second
	put_one node1
	renewed 'certificates were read again'
	put_one second
	echo nonsense >own.key
	renewed 'going on with what was there'
	put_one second
	broker_end
	assert_equal "$status" 0
}
