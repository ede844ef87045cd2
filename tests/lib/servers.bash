# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Private XMPP servers and a node before them, on ports that the kernel
# chooses. What was started is stopped by stop_all, and nothing else is.
# SERVER=ejabberd and THROUGH=cup-node run a suite before that server and
# through a whole node, for which most are meant; TRANSPORT=websocket has its
# clients come by WebSocket.

STARTED=()
# shellcheck source=tests/lib/ejabberd.bash
. "${BASH_SOURCE[0]%/*}/ejabberd.bash"
# shellcheck source=tests/lib/compliance.bash
. "${BASH_SOURCE[0]%/*}/compliance.bash"

# free_port: one that nobody listens on at the moment, and below those that the
# kernel gives to who connects.
free_port() {
	local port
	while port=$((SRANDOM % 20000 + 10000)); listens "$port"; do :; done
	echo "$port"
}

# listens PORT: whether somebody does.
listens() {
	{ true <>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null
}

# make_certificate NAME: NAME.crt and NAME.key, self-signed for NAME.
make_certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-nodes -days 30 -subj "/CN=$1" -addext "subjectAltName=DNS:$1" \
		-addext basicConstraints=critical,CA:FALSE \
		-keyout "$1.key" -out "$1.crt" 2>/dev/null
	chmod 600 "$1.key"
}

# start_prosody DOMAIN USER...: password "pw"; C2S is its plain port, COMP
# the one for components, LOG its log. ARCHIVE='' leaves out its archive;
# PROSODY_MODULES and PROSODY_SETTINGS are added.
# shellcheck disable=SC2034
start_prosody() {
	local domain=$1 dir=$PWD/prosody user archive=${ARCHIVE-'"mam";'}
	shift
	C2S=$(free_port) COMP=$(free_port) LOG=$dir/log
	mkdir -p "$dir/data/${domain//./%2e}/accounts" "$dir/certs"
	for user; do
		printf 'return { ["password"] = "pw"; };\n' \
			>"$dir/data/${domain//./%2e}/accounts/$user.dat"
	done
	cat >"$dir/cfg.lua" <<-EOF
		run_as_root = true
		pidfile = "$dir/pid"
		data_path = "$dir/data"
		certificates = "$dir/certs"
		interfaces = { "127.0.0.1" }
		c2s_ports = { $C2S }
		c2s_direct_tls_ports = { ${C2S_TLS-} }
		s2s_ports = { }
		http_ports = { }
		https_ports = { }
		component_ports = { $COMP }
		authentication = "internal_hashed"
		allow_unencrypted_plain_auth = true
		c2s_require_encryption = false
		unbound = { resolvconf = false; hoststxt = "/dev/null";
			forward = "127.0.0.1@9" }
		limits = { }
		smacks_hibernation_time = 120
		modules_enabled = { "roster"; "saslauth"; "disco"; "carbons";
			"pep"; $archive "ping"; "smacks"; "csi_simple"; "tls";
			"posix"; "blocklist"; "vcard_legacy"; "time";
			"version"; "admin_shell"; ${PROSODY_MODULES-} }
		modules_disabled = { "s2s" }
		admin_socket = "$dir/admin"
		log = { info = "$dir/log" }
		validate_from_addresses = false
		${PROSODY_SETTINGS-}
		VirtualHost "$domain"
		Component "rooms.$domain" "muc"
			modules_enabled = { "muc_mam" }
			restrict_room_creation = false
			muc_room_locking = false
		Component "returns.$domain"
			component_secret = "secret"
	EOF
	run_prosody
}

run_prosody() {
	prosody -F --config prosody/cfg.lua >prosody/out 2>&1 </dev/null 3>&- &
	SERVER_PID=$!
	STARTED+=("$SERVER_PID")
	eventually 20 listens "$C2S"
}

# newer PACKAGE VERSION: it is that version, or a later one.
newer() {
	local has
	has=$(dpkg-query -Wf '${Version}' "$1")
	dpkg --compare-versions "$has" ge "$2"
}

# of_tcp: a WebSocket has none of what this test is about, or has it otherwise
# (tests/live/websocket.bats).
of_tcp() {
	[ "${TRANSPORT-}" != websocket ] || skip "it is about TCP"
}

# start_server DOMAIN USER...: the one that SERVER names, Prosody if nothing
# else; SERVER_PID is its process.
start_server() {
	"start_${SERVER:-prosody}" "$@"
}

# restart_server: the same one, at the same port, with its data.
restart_server() {
	"run_${SERVER:-prosody}"
}

# start_node [OPTION...]: cup-intercept before $C2S for acme.localhost; PORT is
# where it listens, and its log is node.log. PIPELINE is the shell pipeline.
start_node() {
	PORT=$(free_port)
	[ -e acme.localhost.crt ] || make_certificate acme.localhost
	[ -e policy ] || write_policy >policy
	start_compliance
	: "${PIPELINE=$JUDGED}"
	local listen=tcp:127.0.0.1:$PORT
	[ "${TRANSPORT-}" != websocket ] || over_websocket "$@"
	cup-intercept --listen "$listen" \
		--server "tcp:127.0.0.1:$C2S" --node n1 \
		--certificate acme.localhost.crt \
		--private-key acme.localhost.key --refused refused \
		--status "unix:$PWD/status" -c "$PIPELINE" "$@" \
		>node.out 2>>node.log </dev/null 3>&- &
	NODE=$! INTERCEPT=$!
	STARTED+=("$NODE")
	eventually 10 listens "$PORT"
	eventually 10 status_is pipeline up
}

# over_websocket OPTION...: those of the node, which is to listen at $listen;
# its clients come to PORT all the same.
over_websocket() {
	local ws scheme=wss files=(acme.localhost.crt acme.localhost.key)
	ws=$(free_port)
	[[ " $* " != *" --tls none "* ]] || scheme=ws files=()
	listen=$scheme:127.0.0.1:$ws
	PYTHONPATH=$TOP/tests/clients /usr/bin/python3 \
		"$TOP/tests/clients/over-websocket.py" "$PORT" "$ws" "$scheme" \
		"${files[@]}" >>over.log 2>&1 </dev/null 3>&- &
	STARTED+=("$!")
}

# status KEY: of the node.
status() {
	socat -u "UNIX-CONNECT:$PWD/status" - | sed -n "s/^$1 //p"
}

status_is() {
	[ "$(status "$1" 2>/dev/null)" = "$2" ]
}

# stop PID [SIGNAL]: and wait for it.
stop() {
	kill "-${2-TERM}" "$1" 2>/dev/null || return 0
	wait "$1" 2>/dev/null
}

stop_all() {
	local pid
	for pid in "${STARTED[@]}"; do
		kill "$pid" 2>/dev/null || :
	done
	for pid in "${STARTED[@]}"; do
		eventually 8 gone "$pid" || kill -9 "$pid" 2>/dev/null || :
	done
	STARTED=()
}

# gone PID: it has ended, whoever has to hear of it.
gone() {
	local stat
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
	[[ ${stat##*) } == Z* ]]
}

# stages: the processes of the pipeline, in order.
stages() {
	local shell
	for shell in $(pgrep -P "$NODE" -x sh); do
		pgrep -P "$shell"
	done
}

# The other end of a case that waits for us to act: begin_case CASE, then
# said WORD, go_on, end_case. CASES is the file, if not edge.py.
begin_case() {
	mkfifo "$1.in"
	PYTHONPATH=$TOP/tests/clients timeout 90 /usr/bin/python3 \
		"$TOP/tests/clients/${CASES:-edge.py}" "$PORT" "$1" >"$1.out" 2>&1 \
		<"$1.in" 3>&- &
	CASE=$1 CASE_PID=$!
	exec 9>"$1.in"
	STARTED+=("$CASE_PID")
}

said() {
	eventually 25 grep -q "$1" "$CASE.out"
}

go_on() {
	echo >&9
}

end_case() {
	exec 9>&-
	wait "$CASE_PID" || { cat "$CASE.out"; return 1; }
}

# edge CASE...: of edge.py, against the node at $PORT.
edge() {
	PYTHONPATH=$TOP/tests/clients run /usr/bin/python3 "$TOP/tests/clients/edge.py" \
		"$PORT" "$@"
	assert_success
}

# shellcheck source=tests/lib/through.bash
[ "${THROUGH-}" != cup-node ] || . "${BASH_SOURCE[0]%/*}/through.bash"
