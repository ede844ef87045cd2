# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Two federated servers, red.localhost and blue.localhost, with a node before
# each; for federation*.bats. What is started is stopped by stop_all.

# two_realms STARTER: alice's and ann's red is a Prosody, bob's, ben's and
# bea's blue is started by that; alice and bob are in. They are for a file.
two_realms() {
	export TOP PATH=$CUP_BIN:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	export CUP_CONFIG_DIR=$PWD/etc CUP_RUN_DIR=$PWD/run
	mkdir etc
	local red blue
	red=$(free_address) blue=$(free_address)
	printf '%s red.localhost\n%s blue.localhost\n' "$red" "$blue" >hosts
	make_authority
	sign_certificate red.localhost
	sign_certificate blue.localhost
	write_policy >red.policy
	write_policy >blue.policy
	federate red.localhost "$red" alice ann
	place_node red red.localhost
	RED=$PORT
	"$1" blue.localhost "$blue" bob ben bea
	printf secret >returns.secret
	chmod 600 returns.secret
	place_node blue blue.localhost \
		"return-component=tcp:127.0.0.1:$COMP" \
		return-domain=returns.blue.localhost \
		"return-secret=$PWD/returns.secret"
	BLUE=$PORT
	come alice red.localhost "$RED"
	come bob blue.localhost "$BLUE"
	export RED BLUE
}

# in_realms: setup of each test there.
in_realms() {
	common_setup
	export CUP_CONFIG_DIR=$BATS_FILE_TMPDIR/etc CUP_RUN_DIR=$BATS_FILE_TMPDIR/run
	cd "$BATS_FILE_TMPDIR" || return
}

realms_end() {
	cd "$BATS_FILE_TMPDIR" || return
	stop_all
	sound red.log blue.log
}

# A name server cannot be asked for a port in a hosts file, so servers find
# each other at 5269: on addresses of 127.0.0.0/8 that nobody has at the time.
free_address() {
	local address
	while :; do
		address=127.$((RANDOM % 250 + 2)).$((RANDOM % 250 + 2)).$((RANDOM % 250 + 2))
		(: <>"/dev/tcp/$address/5269") 2>/dev/null || break
	done
	echo "$address"
}

# make_authority: ca.crt signs what servers show each other.
make_authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-nodes -days 30 -subj "/CN=authority" \
		-addext keyUsage=critical,keyCertSign,cRLSign \
		-keyout ca.key -out ca.crt 2>/dev/null
}

# sign_certificate NAME: NAME.crt and NAME.key, by that authority.
sign_certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key \
		-CAcreateserial -days 30 -out "$1.crt" -extfile \
		<(printf '%s\n' "subjectAltName=DNS:$1" \
			basicConstraints=critical,CA:FALSE \
			subjectKeyIdentifier=hash authorityKeyIdentifier=keyid) \
		2>/dev/null
	chmod 600 "$1.key"
}

# federate DOMAIN ADDRESS USER...: a Prosody that other servers reach at
# ADDRESS; its listener for clients is at the loopback's port C2S.
federate() {
	local domain=$1 address=$2 dir=$PWD/server-$1 user
	shift 2
	C2S=$(free_port) COMP=$(free_port)
	mkdir -p "$dir/data/${domain//./%2e}/accounts"
	for user; do
		printf 'return { ["password"] = "pw"; };\n' \
			>"$dir/data/${domain//./%2e}/accounts/$user.dat"
	done
	cat >"$dir/cfg.lua" <<-EOF
		run_as_root = true
		pidfile = "$dir/pid"
		data_path = "$dir/data"
		interfaces = { "127.0.0.1" }
		c2s_ports = { $C2S }
		c2s_direct_tls_ports = { }
		c2s_require_encryption = false
		allow_unencrypted_plain_auth = true
		s2s_interfaces = { "$address" }
		s2s_ports = { 5269 }
		s2s_direct_tls_ports = { }
		s2s_secure_auth = true
		component_ports = { $COMP }
		validate_from_addresses = false
		http_ports = { }
		https_ports = { }
		use_ipv6 = false
		ssl = { certificate = "$PWD/$domain.crt";
			key = "$PWD/$domain.key"; cafile = "$PWD/ca.crt" }
		unbound = { resolvconf = false; hoststxt = "$PWD/hosts";
			forward = "127.0.0.1@9";
			options = { ["local-zone:"] = "localhost. static" } }
		authentication = "internal_hashed"
		limits = { }
		modules_enabled = { "roster"; "saslauth"; "disco"; "tls";
			"smacks"; "ping"; "posix" }
		log = { debug = "$dir/log" }
		VirtualHost "$domain"
		Component "returns.$domain"
			component_secret = "secret"
	EOF
	prosody -F --config "$dir/cfg.lua" >"$dir/out" 2>&1 </dev/null 3>&- &
	STARTED+=("$!")
	eventually 15 listens "$C2S"
}

# federate_ejabberd DOMAIN ADDRESS USER...: likewise an ejabberd. What a name
# server would say of the others it has in its cache, and asks nobody.
# shellcheck disable=SC2034
federate_ejabberd() {
	local domain=$1 address=$2 name at
	shift 2
	local EJABBERD_SETTINGS EJABBERD_EVAL EJABBERD_LOGLEVEL=info \
		EJABBERD_LISTEN="{ port: 5269, ip: $address, module: ejabberd_s2s_in }"
	while read -r at name; do
		EJABBERD_EVAL+="inet_db:add_rr(\"_xmpp-server._tcp.$name\", in, srv, 10000, {0, 0, 5269, \"$at\"}), "
	done <hosts
	printf -v EJABBERD_SETTINGS '%s\n' \
		"certfiles: [ $PWD/$domain.crt, $PWD/$domain.key ]" \
		"ca_file: $PWD/ca.crt" "s2s_use_starttls: required"
	echo '{resolv_conf, ""}. {nameserver, {127,0,0,1}, 9}.' >inetrc
	ERL_INETRC=$PWD/inetrc start_ejabberd "$domain" "$@"
}

# place_node NODE DOMAIN [KEY=VALUE...]: before the server that federate()
# started, with the policy of that name; PORT is where clients connect.
place_node() {
	local node=$1 domain=$2
	shift 2
	PORT=$(free_port)
	cup-config "$node" "listen=tcp:127.0.0.1:$PORT" \
		"server=tcp:127.0.0.1:$C2S" "domain=$domain" \
		"certificate=$PWD/$domain.crt" "private-key=$PWD/$domain.key" \
		"policy=$PWD/$node.policy" "journal=$PWD/$node.journal" \
		"$@" >/dev/null
	cup-node "$node" 2>"$node.log" >/dev/null </dev/null 3>&- &
	STARTED+=("$!")
	eventually 15 node_is "$node" state up
}

# node_is NODE KEY VALUE: in its status.
node_is() {
	cup-node --status "$1" 2>/dev/null | grep -qx "$2 $3"
}

# come NAME DOMAIN PORT: log in through the node there; what the client sees
# is in NAME.seen, and what is written to NAME.in is sent.
come() {
	rm -f "$1.in"
	mkfifo "$1.in"
	/usr/bin/python3 "$TOP/tests/clients/talk.py" "$1@$2/home" 127.0.0.1 \
		"$3" ca.crt <>"$1.in" >"$1.seen" 2>"$1.err" 3>&- &
	TALK=$!
	STARTED+=("$TALK")
	eventually 20 grep -qs "^in " "$1.seen" ||
		{ cat "$1.seen" "$1.err"; return 1; }
}

# says NAME TO TEXT
says() {
	echo "$2 $3" >"$1.in"
}

# sees NAME PATTERN
sees() {
	eventually 10 grep -qE "^$2" "$1.seen" || { cat "$1.seen"; return 1; }
}

# journaled NODE EVENT VERDICT TEXT: exactly one such record is there.
journaled() {
	local count
	count=$(cup-search --event "$2" "$BATS_FILE_TMPDIR/$1.journal" "$4" |
		cut -f 6 | grep -cx "$3")
	[ "$count" -eq 1 ] || {
		cup-search "$BATS_FILE_TMPDIR/$1.journal" "$4"
		return 1
	}
}

# unheard_of NODE TEXT: no record has it.
unheard_of() {
	run -1 cup-search "$BATS_FILE_TMPDIR/$1.journal" "$2"
	assert_output ""
}

# sound LOG...: make asan: what a daemon did wrong stands in its log only.
sound() {
	! grep -sA 20 -E 'Sanitizer|runtime error' "$@"
}

# Tests of both suites.
both_ways() {
	says alice bob@blue.localhost "over there"
	sees bob "got alice@red.localhost/home over there"
	says bob alice@red.localhost/home "and back"
	sees alice "got bob@blue.localhost/home and back"
	journaled red send pass "over there"
	journaled blue recv pass "over there"
	journaled blue send pass "and back"
	journaled red recv pass "and back"
}

offline() {
	says alice ben@blue.localhost "for later"
	says bob ann@red.localhost "later too"
	eventually 5 journaled red send pass "for later"
	eventually 5 journaled blue send pass "later too"
	# Each answer comes behind them on the same stream between servers.
	says alice bob@blue.localhost "marker one"
	says bob alice@red.localhost "marker two"
	sees bob "got .* marker one"
	sees alice "got .* marker two"
	unheard_of blue "for later"
	unheard_of red "later too"
	come ben blue.localhost "$BLUE"
	sees ben "late alice@red.localhost/home for later"
	journaled blue recv pass "for later"
	come ann red.localhost "$RED"
	sees ann "late bob@blue.localhost/home later too"
	journaled red recv pass "later too"
}
