# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Servers that take files (XEP-0363), and a client that has some; load
# servers.bash first.

# start_files USER...: the server that SERVER names, with files at upload.DOMAIN
# for acme.localhost. HTTP is its port for them; what its clients are told is
# that of GATE, which somebody else listens at.
start_files() {
	HTTP=$(free_port)
	if [ "${SERVER:-prosody}" = prosody ]; then
		PROSODY_SETTINGS="http_ports = { $HTTP }
			http_interfaces = { \"127.0.0.1\" }
			Component \"upload.acme.localhost\" \"http_file_share\"
				http_external_url = \"http://upload.acme.localhost:$GATE/\"" \
			start_prosody acme.localhost "$@"
	else
		EJABBERD_LISTEN="{ port: $HTTP, ip: \"127.0.0.1\", module: ejabberd_http, request_handlers: { /upload: mod_http_upload } }" \
			EJABBERD_MODULES="mod_http_upload: { access: all, docroot: \"$PWD/uploads\", put_url: \"http://upload.@HOST@:$GATE/upload\" }" \
			start_ejabberd acme.localhost "$@"
	fi
	eventually 10 listens "$HTTP"
}

# file_client NAME [CA]: files.py as that user in the background; NAME.said is
# what it says.
file_client() {
	local name=$1
	mkfifo "$name.in"
	: >"$name.said"
	PYTHONPATH=$TOP/tests/clients timeout 300 /usr/bin/python3 \
		"$TOP/tests/clients/files.py" "$name@acme.localhost" 127.0.0.1 \
		"$PORT" "${@:2}" <>"$name.in" >>"$name.said" 2>&1 3>&- &
	STARTED+=($!)
	eventually 20 grep -q '^in ' "$name.said" || fail "$(cat "$name.said")"
}

# tell NAME WORDS...: it is to do that.
tell() {
	echo "${@:2}" >"$1.in"
}

# answered NAME PATTERN: it says so within time.
answered() {
	eventually 60 grep -qE "$2" "$1.said" || fail "$1: $(cat "$1.said")"
}

# said_times NAME PATTERN N: whether it said so N times.
said_times() {
	[ "$(grep -cE "$2" "$1.said")" -eq "$3" ]
}

# answered_times NAME PATTERN N: that often.
answered_times() {
	eventually 60 said_times "$@" || fail "$1: $(cat "$1.said")"
}

# stored STORE URL STATE NAME SIZE TYPE CONTENT [SHA256]: what cup-upload
# leaves of a file there.
stored() {
	local digest sha=${8-$(printf '%s' "$4" | sha256sum)}
	digest=$(printf '%s' "$2" | sha256sum)
	mkdir -p "$1/url/${digest:0:2}"
	cat >"$1/url/${digest:0:2}/${digest:0:64}" <<-END
		sha256 ${sha:0:64}
		name ${4// /%20}
		type $6
		content $7
		from alice@acme.localhost/desk
		url $2
		size $5
		state $3
	END
}
