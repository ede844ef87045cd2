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
# process of each, NATS_STORE_k, if set, where server k keeps its store.
start_nats() {
	local dir=$1 n=$2 i routes='' store
	NATS_DIR=$dir NATS_PID=() NATS_PORT=() NATS_HTTP=()
	mkdir -p "$dir"
	free_ports "$((3 * n))"
	for ((i = 0; i < n; i++)); do
		NATS_PORT[i]=${PORTS[i]}
		NATS_HTTP[i]=${PORTS[2 * n + i]}
		routes+="nats://127.0.0.1:${PORTS[n + i]},"
	done
	for ((i = 0; i < n; i++)); do
		store=NATS_STORE_$i
		{
			echo "server_name: s$i"
			echo "listen: 127.0.0.1:${PORTS[i]}"
			echo "http: 127.0.0.1:${NATS_HTTP[i]}"
			echo "jetstream { store_dir: \"${!store-$dir/s$i}\"
				max_file_store: 20GB }"
			((n == 1)) || echo "cluster { name: cup
				listen: 127.0.0.1:${PORTS[n + i]}
				routes: [${routes%,}] }"
		} >"$dir/s$i.conf"
		start_nats_server "$i"
	done
	NATS=nats://$(printf '127.0.0.1:%s,' "${NATS_PORT[@]}")
	NATS=${NATS%,}
}

# start_nats_server K: as it was set up, also again.
start_nats_server() {
	nats-server -c "$NATS_DIR/s$1.conf" >>"$NATS_DIR/s$1.log" 2>&1 3>&- &
	NATS_PID[$1]=$!
	disown
}

# nats_healthy K: it is there, and has what it missed.
nats_healthy() {
	curl -sf -m 2 -o /dev/null "http://127.0.0.1:${NATS_HTTP[$1]}/healthz"
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
}

