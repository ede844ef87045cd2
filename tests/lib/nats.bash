# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# nats-servers with JetStream, in folders of their own. Whoever loads this calls
# stop_nats at the end.

# free_ports N: that many ports nobody has, into PORTS.
free_ports() {
	mapfile -t PORTS < <(python3 -c '
import socket, sys
s = [socket.socket() for _ in range(int(sys.argv[1]))]
for x in s: x.bind(("127.0.0.1", 0)); print(x.getsockname()[1])' "$1")
}

# start_nats DIR N: a cluster of N (one or three); NATS is its URL, NATS_PID the
# process of each, NATS_STORE_k, if set, where server k keeps its store,
# NATS_CONF more lines for all. With NATS_NETNS (far_nats) the last one is there.
start_nats() {
	local dir=$1 n=$2 i routes='' store
	NATS_DIR=$dir NATS_PID=() NATS_PORT=() NATS_HTTP=() NATS_HOST=()
	mkdir -p "$dir"
	free_ports "$((3 * n))"
	for ((i = 0; i < n; i++)); do
		NATS_PORT[i]=${PORTS[i]}
		NATS_HTTP[i]=${PORTS[2 * n + i]}
		NATS_HOST[i]=${NATS_NEAR-127.0.0.1}
	done
	[ -z "${NATS_NETNS-}" ] || NATS_HOST[n - 1]=$NATS_FAR
	for ((i = 0; i < n; i++)); do
		routes+="nats://${NATS_HOST[i]}:${PORTS[n + i]},"
	done
	for ((i = 0; i < n; i++)); do
		store=NATS_STORE_$i
		{
			echo "server_name: s$i"
			echo "listen: ${NATS_HOST[i]}:${PORTS[i]}"
			echo "http: ${NATS_HOST[i]}:${NATS_HTTP[i]}"
			echo "jetstream { store_dir: \"${!store-$dir/s$i}\"
				max_file_store: 20GB }"
			((n == 1)) || echo "cluster { name: cup
				listen: ${NATS_HOST[i]}:${PORTS[n + i]}
				routes: [${routes%,}] }"
			echo "${NATS_CONF-}"
		} >"$dir/s$i.conf"
		start_nats_server "$i"
	done
	NATS=
	for ((i = 0; i < n; i++)); do
		NATS+=,${NATS_HOST[i]}:${NATS_PORT[i]}
	done
	NATS=nats://${NATS#,}
}

# far_nats: the last server of the next start_nats is in a network namespace of
# its own. False where that needs more rights.
far_nats() {
	local n=$((BASHPID % 16384)) net
	net=198.19.$((n / 64)) n=$((n % 64 * 4))
	ip netns add "cup$BASHPID" 2>/dev/null || return
	NATS_NETNS=cup$BASHPID NATS_NEAR=$net.$((n + 1)) NATS_FAR=$net.$((n + 2))
	ip link add "$NATS_NETNS" type veth peer name far netns "$NATS_NETNS" &&
		ip address add "$NATS_NEAR/30" dev "$NATS_NETNS" &&
		ip link set "$NATS_NETNS" up &&
		ip -n "$NATS_NETNS" address add "$NATS_FAR/30" dev far &&
		ip -n "$NATS_NETNS" link set far up &&
		ip -n "$NATS_NETNS" link set lo up
}

# cut_nats up|down: what leads to that server; connections stay, and are silent.
cut_nats() {
	ip -n "$NATS_NETNS" link set far "$1"
}

# start_nats_server K: as it was set up, also again.
start_nats_server() {
	local in=()
	[ "${NATS_HOST[$1]}" != "${NATS_FAR-}" ] ||
		in=(ip netns exec "$NATS_NETNS")
	"${in[@]}" nats-server -c "$NATS_DIR/s$1.conf" \
		>>"$NATS_DIR/s$1.log" 2>&1 3>&- &
	NATS_PID[$1]=$!
	disown
}

# nats_healthy K: it is there, and has what it missed.
nats_healthy() {
	curl -sf -m 2 -o /dev/null \
		"http://${NATS_HOST[$1]}:${NATS_HTTP[$1]}/healthz"
}

# nats_leads K STREAM: it knows of a leader of that stream.
nats_leads() {
	curl -sf -m 2 "http://${NATS_HOST[$1]}:${NATS_HTTP[$1]}/jsz?accounts=1&streams=1" |
		python3 -c 'import json, sys
for account in json.load(sys.stdin).get("account_details") or []:
    for stream in account.get("stream_detail") or []:
        if stream["name"] == sys.argv[1] and stream["cluster"].get("leader"):
            sys.exit(0)
sys.exit(1)' "$2" 2>/dev/null
}

# kill_nats_server K [SIGNAL]
kill_nats_server() {
	kill "-${2-KILL}" "${NATS_PID[$1]}"
}

stop_nats() {
	local pid
	for pid in "${NATS_PID[@]-}"; do
		[ -z "$pid" ] || kill -CONT "$pid" 2>/dev/null || :
		[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || :
	done
	NATS_PID=()
	[ -z "${NATS_NETNS-}" ] || ip netns delete "$NATS_NETNS"
	NATS_NETNS=
}

# stream NAME: the bodies of its messages, in order, by whichever server answers,
# in the file stream.
stream() {
	local i
	for i in "${!NATS_PORT[@]}"; do
		timeout 120 python3 "$TOP/tests/clients/stream.py" \
			"${NATS_HOST[i]}:${NATS_PORT[i]}" "$1" \
			>stream 2>stream.err && return
	done
	return 1
}

