# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2120
# A cup-serve under test, and certificates for it. Ends what it started.

# serve ARGS...: start it; its messages go to the file log, its port is $PORT.
serve() {
	: >log
	cup-serve "$@" 2>>log &
	SERVER=$!
	STARTED+=("$SERVER")
	eventually 10 grep -q 'listening on' log || fail "$(cat log)"
	PORT=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' log | head -n 1)
}

stop_server() {
	kill "$SERVER"
	wait "$SERVER"
}

stop_all() {
	local pid
	for pid in "${STARTED[@]}"; do
		# Before it is told to end: a leak check stops it for itself then.
		kill -CONT "$pid" 2>/dev/null
		kill "$pid" 2>/dev/null && kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null || :
	done
	STARTED=()
}

# logged TEXT: cup-serve says that, now or soon.
logged() {
	eventually 10 grep -qF -- "$1" log || fail "no '$1' in: $(cat log)"
}

# tcp [ARGS...]: standard input to the server, what it says to stdout.
tcp() {
	socat -t 20 - "TCP:127.0.0.1:$PORT"
}

# A new authority CA.pem with CA.key.
authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-nodes -days 2 -subj "/CN=$1" \
		-addext keyUsage=critical,keyCertSign,cRLSign \
		-keyout "$1.key" -out "$1.pem" \
		2>/dev/null
}

# certificate CA NAME SUBJECT [EXTENSION]: NAME.pem and NAME.key from that CA.
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -utf8 \
		-subj "$3" -keyout "$2.key" -out "$2.csr" 2>/dev/null
	openssl x509 -req -in "$2.csr" -CA "$1.pem" -CAkey "$1.key" \
		-CAcreateserial -days 2 -out "$2.pem" \
		-extfile <(printf '%s\n' basicConstraints=critical,CA:FALSE \
			subjectKeyIdentifier=hash authorityKeyIdentifier=keyid \
			${4:+"$4"}) \
		2>/dev/null
	chmod 600 "$2.key"
}

# The authority ca, a server certificate, and one of a node.
certificates() {
	authority ca
	certificate ca server /CN=localhost \
		subjectAltName=DNS:localhost,IP:127.0.0.1
	certificate ca node '/O=Acme, Inc./CN=node1'
}

# From 1.8 on socat warns of what is as it should be here.
SOCAT=(socat)
! socat -d0 -V >/dev/null 2>&1 || SOCAT+=(-d0)

# tls [OPTIONS...]: as tcp, with these options of socat's OPENSSL.
tls() {
	local more=
	[ $# -eq 0 ] || more=$(printf ',%s' "$@")
	"${SOCAT[@]}" -t 20 - "OPENSSL:127.0.0.1:$PORT,cafile=ca.pem$more"
}
