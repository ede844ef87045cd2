# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# Nodes whose compliance servers fail while users talk: load serve.bash,
# broker.bash and servers.bash first.

# How soon a sender has to know: hold-timeout, and what a slow machine takes.
HOLD=1000 SLACK=3000

outage_setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	ARCHIVE='' start_prosody acme.localhost alice bob carol dave \
		eve frank grace heidi
	certificates
	authority other
	certificate other wrong /CN=localhost subjectAltName=DNS:localhost
	for name in n1 n2; do
		certificate ca "$name" "/CN=$name"
	done
	export C2S
}

outage_setup() {
	common_setup
	STARTED=() MOUNTED='' NETNS=''
	cp "$BATS_FILE_TMPDIR"/*.{pem,key} .
	echo 'pass default' >policy
	mkdir etc
	export CUP_CONFIG_DIR=$PWD/etc CUP_RUN_DIR=$PWD/run
	declare -gA AT=() JUDGE=() TRAFFIC=() IN=() COMES=() GOES=()
}

outage_teardown() {
	local name
	tail -n 30 ./*.log ./*.traffic 2>/dev/null || :
	for name in "${!JUDGE[@]}"; do
		judge_signal CONT "${JUDGE[$name]}" 2>/dev/null || :
	done
	kill -9 "${STARTED[@]}" 2>/dev/null || :
	for name in "${STARTED[@]}"; do
		wait "$name" 2>/dev/null || :
	done
	[ -z "$NETNS" ] || ip netns delete "$NETNS"
	[ -z "$MOUNTED" ] || eventually 5 umount "$MOUNTED" 2>/dev/null
}

# server NAME [STAGE]: a compliance server; its port stays the same when it
# comes again. There is one journal for each node at each server.
server() {
	local name=$1 stage=${2-} certificate=${3-server}
	: "${AT[$name]=$(free_port)}"
	# shellcheck disable=SC2086
	setsid ${IN_FRONT-} cup-serve -q --replace --ca ca.pem \
		--certificate "$certificate.pem" \
		--private-key "$certificate.key" \
		"tls:${HOST:-127.0.0.1}:${AT[$name]}" \
		-c "$stage cup-filter policy | cup-log --wait --node \"\$SSL_CLIENT_CN\" \"$name.\$SSL_CLIENT_CN\" ${AFTER-}" \
		2>>"$name.log" 3>&- &
	JUDGE[$name]=$!
	STARTED+=("$!")
	[ -n "${HOST-}" ] || eventually 10 listens "${AT[$name]}"
}

# url NAME: of that server.
url() {
	echo "tls:${HOST:-localhost}:${AT[$1]}"
}

# node NAME URL...: before Prosody, decided by these servers, which have PING
# (200ms) to say that they are there and ANSWER (500ms) to decide.
node() {
	local name=$1
	shift
	AT[$name]=$(free_port)
	# shellcheck disable=SC2086
	cup-config "$name" listen="tcp:127.0.0.1:${AT[$name]}" tls=none \
		server="tcp:127.0.0.1:$C2S" domain=acme.localhost \
		events=message,muc,login,logout,presence \
		compliance=third-party "${@/#/compliance-server=}" \
		compliance-ca="$PWD/ca.pem" \
		compliance-certificate="$PWD/$name.pem" \
		compliance-private-key="$PWD/$name.key" \
		ping-interval="${PING:-200ms}" answer-timeout="${ANSWER:-500ms}" \
		connect-timeout=500ms hold-timeout="${HOLD}ms" \
		${SETTINGS-} journal="$PWD/$name" refused="$PWD/$name.refused" >config.out
	cup-node "$name" 2>>"$name.log" 3>&- &
	STARTED+=("$!")
	eventually 10 node_is "$name" pipeline up
}

# deaf_way NAME: through a proxy; NAME's url is the proxy's from then on.
deaf_way() {
	local port
	port=$(free_port)
	/usr/bin/python3 "$TOP/tests/clients/deaf-proxy.py" "$port" "${AT[$1]}" \
		2>proxy.log 3>&- &
	PROXY=$!
	STARTED+=("$PROXY")
	eventually 10 listens "$port"
	AT[$1]=$port
}

# far_host: what is started with IN_FRONT and HOST is on a host of its own, as
# far as the network goes. False where that needs more rights.
far_host() {
	local n=$((BASHPID % 16384)) net near=cup$BASHPID
	net=198.18.$((n / 64)) n=$((n % 64 * 4))
	ip netns add "$near" 2>/dev/null || return
	NETNS=$near
	ip link add "$near" type veth peer name far netns "$near" &&
		ip address add "$net.$((n + 1))/30" dev "$near" &&
		ip link set "$near" up &&
		ip -n "$near" address add "$net.$((n + 2))/30" dev far &&
		ip -n "$near" link set far up || return
	HOST=$net.$((n + 2)) IN_FRONT="ip netns exec $near"
	certificate ca far /CN=far "subjectAltName=IP:$HOST"
}

# status NODE KEY
status() {
	cup-node --status "$1" 2>/dev/null | sed -n "s/^$2 //p"
}

node_is() {
	[ "$(status "$1" "$2")" = "$3" ]
}

# traffic NODE ONE TWO COMES GOES: see outage.py. It has begun.
traffic() {
	local name=$1 fd
	shift
	COMES[$name]=$3 GOES[$name]=$4
	mkfifo "$name.in"
	PYTHONPATH=$TOP/tests/clients /usr/bin/python3 "$TOP/tests/clients/outage.py" \
		"${AT[$name]}" "$name" 40 "$@" <"$name.in" >"$name.traffic" \
		2>&1 3>&- &
	TRAFFIC[$name]=$!
	STARTED+=("$!")
	exec {fd}>"$name.in"
	IN[$name]=$fd
	traffic_says "$name" flowing
}

traffic_says() {
	eventually 30 traffic_said "$1" "$2" || :
	grep -qx "$2" "$1.traffic" ||
		fail "not '$2': $(cat "$1.traffic")"
}

traffic_said() {
	grep -qx "$2" "$1.traffic" || gone "${TRAFFIC[$1]}"
}

tell_traffic() {
	echo "$2" >&"${IN[$1]}"
}

# figure NODE KEY: of its traffic's sum.
figure() {
	tail -n 1 "$1.traffic" | tr ' ' '\n' | sed -n "s/^$2=//p"
}

# at_most NODE KEY MS
at_most() {
	(($(figure "$1" "$2") <= $3)) ||
		fail "$2 is $(figure "$1" "$2"), more than $3"
}

# The ids of the traffic in records, in the named field.
ids_of() {
	cut -f "$1" | sed -n 's/.* id="\([a-z]*-[mp][0-9]*\)".*/\1/p' | sort
}

passed() {
	cup-search --event "$1" --verdict pass "$2" |
		grep -vF ' type="error"' | ids_of 9
}

bounced() {
	cup-search --event=done "$1.refused" | grep -F 'outcome="bounced"' || :
}

# within FILE FILE: the lines of the first are in the second.
within() {
	assert_equal "$(comm -23 "$1" "$2" | head -n 5)" ""
}

# account NODE SERVER...: the promise, whatever has happened.
account() {
	local name=$1 journal event
	shift
	tell_traffic "$name" end
	wait "${TRAFFIC[$name]}" || fail "$(cat "$name.traffic")"
	echo "# $BATS_TEST_DESCRIPTION: $(tail -n 1 "$name.traffic")" >&3
	assert_equal "$(figure "$name" unanswered)" 0
	assert_equal "$(figure "$name" disordered)" 0
	at_most "$name" slowest-answer $((HOLD + SLACK))
	# Each was either received, once, or came back, once.
	sort "$name.got" "$name.error" >"$name.both"
	cmp "$name.sent" "$name.both"
	# What was received is on record, at the node and at a server.
	for event in send recv; do
		passed "$event" "$name" >"$name.$event"
		within "$name.got" "$name.$event"
		for journal; do
			passed "$event" "$journal.$name"
		done | sort -u >"$name.$event.there"
		within "$name.got" "$name.$event.there"
		assert_equal "$(uniq -d "$name.$event")" ""
	done
	# An error stood in the refused journal before.
	bounced "$name" | ids_of 10 | cmp "$name.error" -
	account_session "$name"
	for journal in "$name" "$name.refused" "${@/%/.$name}"; do
		cup-verify "$journal"
	done
}

# Who came was let in on record, or refused; who went is on record.
account_session() {
	local comes=${COMES[$1]} goes=${GOES[$1]}
	[ -n "$(figure "$1" login)" ] || return 0
	at_most "$1" login-ms $((HOLD + SLACK))
	if [ "$(figure "$1" login)" != in ]; then
		assert_equal "$(figure "$1" login)" resource-constraint
		bounced "$1" | grep -qF "<session xmlns=\"urn:cup:session:1\" jid=\"$comes@"
	fi
	run -0 cup-search --event login --verdict pass "$1"
	assert_output --partial " jid=\"$comes@"
	at_most "$1" logout $((HOLD + SLACK))
	run -0 cup-search --event logout "$1"
	assert_output --partial " jid=\"$goes@"
}
