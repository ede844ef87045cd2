# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A private ejabberd; part of servers.bash.

# start_ejabberd DOMAIN USER...: likewise. EJABBERD_SETTINGS are added,
# EJABBERD_C2S to its listener for clients, EJABBERD_LISTEN to its listeners,
# EJABBERD_MODULES to its modules, and EJABBERD_MAM is in place of mod_mam's
# line; EJABBERD_EVAL is run before the users are made. ARCHIVE='' works here
# too.
# shellcheck disable=SC2034
start_ejabberd() {
	local domain=$1 dir=$PWD/ejabberd user register="" mam
	mam='mod_mam: { default: always, db_type: mnesia }'
	mam=${EJABBERD_MAM-${ARCHIVE-$mam}}
	shift
	C2S=$(free_port) COMP=$(free_port) LOG=$dir/out
	mkdir -p "$dir/db"
	for user; do
		register+="ejabberd_auth:try_register(<<\"$user\">>, <<\"$domain\">>, <<\"pw\">>), "
	done
	cat >"$dir/cfg.yml" <<-EOF
		hosts: ["$domain"]
		loglevel: ${EJABBERD_LOGLEVEL-warning}
		auth_password_format: scram
		${EJABBERD_SETTINGS-}
		listen:
		  - { port: $C2S, ip: "127.0.0.1", module: ejabberd_c2s, backlog: 1024, starttls: false, access: all, max_stanza_size: ${EJABBERD_STANZA-1000000}${EJABBERD_C2S-} }
		  - { port: $COMP, ip: "127.0.0.1", module: ejabberd_service, access: all, check_from: false, hosts: { "returns.$domain": { password: "secret" } } }
		${EJABBERD_LISTEN+  - $EJABBERD_LISTEN}
		modules:
		  mod_disco: {}
		  mod_roster: {}
		  mod_carboncopy: {}
		  mod_ping: {}
		  mod_offline: {}
		  mod_pubsub: { plugins: [flat, pep] }
		  mod_caps: {}
		  mod_client_state: {}
		  mod_stream_mgmt: { resume_timeout: 120 }
		  $mam
		  mod_muc: { host: "rooms.$domain", access: all, access_create: all, default_room_options: { mam: true } }
		  mod_muc_admin: {}
		${EJABBERD_MODULES+  $EJABBERD_MODULES}
	EOF
	cat >"$dir/start.erl" <<-EOF
		application:ensure_all_started(ejabberd), ${EJABBERD_EVAL-}
		$register file:write_file("$dir/ready", <<>>).
	EOF
	run_ejabberd
}

# Its schedulers do not look for work in vain, but for a bench with SPIN=1.
run_ejabberd() {
	local dir=$PWD/ejabberd flags='+sbwt none +sbwtdcpu none +sbwtdio none'
	[ -z "${SPIN-}" ] || flags=
	rm -f "$dir/ready"
	# shellcheck disable=SC2086
	EJABBERD_CONFIG_PATH=$dir/cfg.yml ERL_LIBS=/usr/lib/x86_64-linux-gnu \
		HOME=$dir EJABBERD_PID_PATH=$dir/pid ERL_CRASH_DUMP=$dir/dump \
		EJABBERD_LOG_PATH=$dir/log erl -noinput +P 250000 $flags \
		-mnesia dir "\"$dir/db\"" -s ejabberd \
		-eval "$(<"$dir/start.erl")" \
		>"$dir/out" 2>&1 </dev/null 3>&- &
	SERVER_PID=$!
	STARTED+=("$SERVER_PID")
	eventually 40 test -e "$dir/ready" && eventually 10 listens "$C2S"
}
