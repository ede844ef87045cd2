#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Streams in random orders before a server that keeps to nothing, Prosody and
# ejabberd, with cup-intercept built with the sanitizers. Each takes
# RANDOM_SECONDS (30); SEED repeats one.

load ../lib/helpers
load ../lib/servers

setup_file() {
	local sanitize='-fsanitize=address,undefined -fno-sanitize-recover=undefined'
	export TOP
	make -s -C "$TOP" B="$BATS_FILE_TMPDIR/build" LDFLAGS="$sanitize" \
		CFLAGS="-O1 -g -fno-omit-frame-pointer $sanitize" \
		"$BATS_FILE_TMPDIR/build/bin/cup-intercept" >&2
	export PATH=$BATS_FILE_TMPDIR/build/bin:$CUP_BIN:$PATH
}

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=()
	printf 'reject w body matches /forbidden/ text "not this word"\npass all\n' >policy
	make_certificate acme.localhost
}

teardown() {
	tail -n 40 node.log 2>/dev/null || :
	stop_all
}

# orders [SERVER]: behind the node for all that time, and none is harmed.
orders() {
	PIPELINE="/usr/bin/python3 $TOP/tests/clients/late.py | $JUDGED" \
		start_node --tls optional
	PYTHONPATH=$TOP/tests/clients run /usr/bin/python3 "$TOP/tests/clients/random-orders.py" \
		"$PORT" "${RANDOM_SECONDS:-30}" "${SEED:-0}" "$@"
	assert_success
	echo "# $(tail -n 2 <<<"$output" | paste -s)" >&3
	stop "$NODE"
	run ! grep -E 'Sanitizer|runtime error' node.log
	cup-verify journal
}

@test "no order of a client's and a server's elements harms another" {
	C2S=$(free_port)
	orders "$C2S"
}

@test "nor one before Prosody" {
	ARCHIVE='' start_prosody acme.localhost {wild,calm}{0,1,2}
	orders
}

@test "nor one before ejabberd" {
	ARCHIVE='' start_ejabberd acme.localhost {wild,calm}{0,1,2}
	orders
}
