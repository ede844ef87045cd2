#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The setting replicate: nothing goes on before a stream has it.
# shellcheck disable=SC2034,SC2154

load ../lib/helpers
load ../lib/node
load ../lib/nats

setup() {
	common_setup
	node_setup
	cp "$CUP_BIN/cup-ship" bin
	NATS_PID=()
}

teardown() {
	node_teardown
	stop_nats
	rm -rf "${DIR-}"
}

@test "settings of replicas that make no sense are refused" {
	run -78 cup-config n1 replicate=http://a
	assert_output --partial "replicate 'http://a': is neither nats:// nor tls://"
	run -78 cup-config n1 replicate=nats://a,,b
	assert_output --partial "has no host, or none between two commas"
	run -78 cup-config n1 replicate=nats://a replicate-skip-if-down=yes
	assert_output --partial "it needs unsafe yes"
	run -78 cup-config n1 replicate=nats://a replicas=6
	assert_output --partial "is too large"
	run -78 cup-config n1 replicate=nats://a pipeline=cat
	assert_output --partial "a pipeline of one's own has its own cup-ship"
}

@test "the stage stands behind the journal" {
	cup-config n1 replicate=nats://a,b,c replicate-ca=/ca >/dev/null
	run --separate-stderr -0 cup-node --commands n1
	assert_line --index 3 "cup-ship --stage nats://a,b,c --replicas 3 --ca /ca --stream cup-n1 --status $PWD/run/n1/replicas"
	assert_line --index 4 --partial "cup-deliver"
	cup-config n1 replicate-skip-if-down=yes unsafe=yes >/dev/null
	run --separate-stderr -0 cup-node --commands n1
	assert_line --index 3 --partial " --skip-if-down --stream cup-n1 --unsafe"
}

@test "a message waits for the stream, and the status says so" {
	DIR=$(mktemp -d /tmp/cup-nats.XXXXXX)
	start_nats "$DIR" 1
	cup-config n1 replicate="$NATS" replicas=1 \
		metrics="unix:$PWD/metrics" >/dev/null
	start_node
	judged hello deliver
	eventually 5 has replicas up
	kill_nats_server 0
	ask waits
	eventually 5 has replicas down
	eventually 5 has replicas-records 1
	run -0 status replicas-seconds
	assert_output --regexp '^[0-9]+\.[0-9]$'
	run ! back "^$ID	"
	run -0 curl -s --unix-socket metrics http://node/metrics
	assert_line "cup_replicas_up 0"
	assert_line "cup_replicas_lag_records 1"
	assert_line --regexp '^cup_replicas_lag_seconds [0-9.]+$'
	eventually 5 logged "^cup-ship: stream 'cup-n1' is not available: "
	start_nats_server 0
	eventually 15 back "^$ID	.*	deliver	"
	eventually 5 has replicas-records 0
}

# has KEY VALUE
has() {
	[ "$(status "$1")" = "$2" ]
}
