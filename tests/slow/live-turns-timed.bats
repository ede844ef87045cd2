#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Users whose messages are costly to judge, and how long the others wait.

load ../lib/helpers
load ../lib/servers
load ../lib/load

setup_file() {
	export TOP PATH=$CUP_BIN:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	# shellcheck disable=SC2046
	ARCHIVE='' PROSODY_SETTINGS='c2s_stanza_size_limit = 2000000' \
		start_server acme.localhost $(users 20) heavy{0,1,2}
	export C2S
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	STARTED=()
	cat >policy <<-'EOT'
		reject w body matches { insider "price fixing" /\bsecret\b/i }
		reject x body matches /\bfoo(bar|baz)+\b/
		reject y body matches /\b(buy|sell)\W+(?:\w+\W+){1,6}?now\b/i
		redact pan body matches /\b(?:\d[ -]?){13,16}\b/ with "[card]"
		pass all
	EOT
}

teardown() {
	exec 9>&-
	tail -n 10 node.log 2>/dev/null || :
	stop_all
}

# others FILE: the slowest hundredth of 20 clients that chat at leisure, in
# microseconds, into FILE.
# shellcheck disable=SC2094
others() {
	begin_load "$1" --clients 20 --rate 100 --seconds 2 --size 100
	end_load
	assert_equal "$(said_of "$1" lost)" 0
	said_of "$1" p99_ms | awk '{ print int($1 * 1000) }' >>"$1"
}

heavy() {
	rm -f in
	mkfifo in
	PYTHONPATH=$TOP/tests/clients timeout 60 /usr/bin/python3 \
		"$TOP/tests/clients/heavy.py" "$PORT" "$1" >heavy.out 2>&1 <in \
		3>&- &
	HEAVY=$!
	STARTED+=("$HEAVY")
	exec 9>in
	eventually 20 grep -q sending heavy.out
}

# under KIND FILE: the others beside three users who send that.
under() {
	heavy "$1"
	for _ in 1 2; do
		others "$2"
	done
	exec 9>&-
	wait "$HEAVY"
}

# best FILE: of its rounds, as others use this machine too.
best() {
	sort -n "$1" | head -n 1
}

@test "costly messages of three users do not make the others wait for them" {
	local kind node alone=$C2S
	start_node --tls optional
	node=$PORT
	for _ in 1 2 3; do
		others calm
	done
	for kind in expanding marks tags; do
		PORT=$alone under "$kind" "$kind.alone"
		PORT=$node under "$kind" "$kind"
		echo "$kind: calm $(best calm), the server alone" \
			"$(best "$kind.alone"), behind the node $(best "$kind")"
		# All of that takes more than the machine has; it was seconds
		# where one text could take all of the stage's time.
		[ "$(best "$kind")" -le $((3 * $(best "$kind.alone") + 300000)) ]
	done
}
