# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Suites about a node's options: load servers.bash first.

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	make_certificate acme.localhost
	make_certificate other.localhost
	mkdir -p prosody/certs
	cp acme.localhost.* prosody/certs
	C2S_TLS=$(free_port)
	start_prosody acme.localhost alice bob
	export C2S COMP LOG C2S_TLS
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	STARTED=()
	cp "$BATS_FILE_TMPDIR"/*.localhost.* .
}

teardown() {
	exec 9>&-
	cat node.log 2>/dev/null || :
	local status=0
	judged_there || status=1
	stop_all
	return $status
}

# option CASE...: of options.py, against the node at $PORT.
option() {
	PYTHONPATH=$TOP/tests/clients run timeout 40 /usr/bin/python3 \
		"$TOP/tests/clients/options.py" "${AT-}$PORT" "$@"
	assert_success
}

# proxied_server: something that wants a PROXY header before $C2S.
proxied_server() {
	local behind=$C2S
	C2S=$(free_port)
	/usr/bin/python3 "$TOP/tests/clients/proxy-header.py" "$C2S" "$behind" \
		>headers 2>/dev/null 3>&- &
	STARTED+=($!)
	eventually 10 listens "$C2S"
}
