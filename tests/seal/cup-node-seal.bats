#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# cup-node and sealing its journal: the cup-seal that it keeps up, and the
# settings of that.

load ../lib/helpers
load ../lib/node
load ../lib/seal

setup() {
	common_setup
	node_setup
	WITNESS=
	# What is confined cannot read /proc, as one that looks for leaks does.
	export ASAN_OPTIONS=detect_leaks=0
	VKEY=$(cup-seal --generate a.example/n1 --key seal.key)
	cup-config n1 seal-key="$PWD/seal.key" seal-interval=1s >/dev/null
}

teardown() {
	[ -z "$WITNESS" ] || kill "$WITNESS" 2>/dev/null || :
	node_teardown
}

sealed() {
	[ "$(find journal/checkpoints -name '*.checkpoint' 2>/dev/null |
		wc -l)" -ge "$1" ]
}

@test "the command line of cup-seal has what the settings say" {
	local wkey
	wkey=$(cup-witness --generate w.example --key witness.key)
	cup-config n1 seal-witness="http://w.example/ $wkey" \
		seal-timestamp=http://tsa.example/ >/dev/null
	run --separate-stderr -0 cup-node --commands n1
	assert_line "cup-seal --key $PWD/seal.key --every 1s --renew 1h --thin 30d --witness 'http://w.example/ $wkey' --timestamp http://tsa.example/ $PWD/journal"
	sed -i '/^seal-/d' etc/n1.conf
	run --separate-stderr -0 cup-node --commands n1
	refute_output --partial cup-seal
}

@test "settings of sealing that are wrong are refused" {
	run -78 cup-config n1 seal-witness=http://w.example/
	assert_output --partial 'is not URL and VKEY'
	run -78 cup-config n1 "seal-witness=http://w.example/ $VKEY"
	assert_output --partial 'is not the key of a witness'
	run -78 cup-config n1 seal-interval=10ms
	run -78 cup-config n1 seal-thin=1h
	sed -i '/^seal-key/d' etc/n1.conf
	run -78 cup-config n1 seal-interval=2s
	assert_output --partial 'seal-interval: it needs a seal-key'
}

@test "the journal is sealed while the node runs, and after a crash of it" {
	local pid
	start_node
	assert_equal "$(status seal)" up
	pid=$(status seal-pid)
	judged hello deliver
	eventually 10 sealed 1
	kill -9 "$pid"
	eventually 10 other seal-pid "$pid"
	judged again deliver
	eventually 10 sealed 2
	cup-verify --key "$VKEY" journal
	# What seals has no way out, and no policy.
	grep -qE '^Seccomp:.*2' "/proc/$(status seal-pid)/status"
}

@test "a journal that is not the one that was sealed degrades the node" {
	start_node
	judged hello deliver
	eventually 10 sealed 1
	# It may be about to seal what came after that.
	kill -STOP "$(status seal-pid)"
	sed -i 's|^a.example/n1/.*|a.example/n1/other|' \
		journal/checkpoints/*.checkpoint
	kill -9 "$(status seal-pid)"
	eventually 10 logged 'not sealed: its newest checkpoint is not of this journal'
	eventually 10 state degraded
	judged still deliver
}

@test "a reload takes sealing away and brings it back" {
	start_node
	judged hello deliver
	cp etc/n1.conf with
	sed -i '/^seal-/d' etc/n1.conf
	cup-node --reload n1
	gone_seal() {
		[ -z "$(status seal-pid)" ]
	}
	eventually 10 gone_seal
	cp with etc/n1.conf
	cup-node --reload n1
	eventually 10 sealed 1
}

newest_cosigned() {
	cup-verify -q --key "$VKEY" --witness-key "$WKEY" --quorum 1 \
		--max-age 1m journal 2>/dev/null
}

@test "a node's witness cosigns, may be away, and is caught up with" {
	local port was
	WKEY=$(cup-witness --generate w.example --key witness.key)
	start_witness
	port=${AT##*:}
	cup-config n1 seal-witness="$AT $WKEY" seal-renew=1s >/dev/null
	start_node
	judged hello deliver
	eventually 10 newest_cosigned
	# All it can read is the journal, and what leads to the witness.
	grep -qE '^NoNewPrivs:.*1' "/proc/$(status seal-pid)/status"
	renewed() {
		grep -qs '^— w.example ' journal/checkpoints/*.renewed
	}
	eventually 10 renewed
	stop_witness
	was=$(find journal/checkpoints -name '*.checkpoint' | wc -l)
	judged away deliver
	eventually 10 sealed $((was + 1))
	run -1 newest_cosigned
	eventually 10 logged "witness 'w.example' .*onnect"
	state up
	LISTEN=tcp:127.0.0.1:$port start_witness
	eventually 10 newest_cosigned
	cup-verify --key "$VKEY" journal
}
