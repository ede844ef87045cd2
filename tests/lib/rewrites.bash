# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A stage behind the gate that makes something else of a stanza: load
# servers.bash first.

KINDS='double before close end behind open from to add unto ident type kind
	ns cut text comment cdata entity absent event swap lend'

# Between the node and the server all bytes are written down, in up and down.
tap() {
	local server=$C2S
	C2S=$(free_port)
	socat -r "$PWD/up" -R "$PWD/down" \
		"TCP-LISTEN:$C2S,bind=127.0.0.1,fork,reuseaddr" \
		"TCP:127.0.0.1:$server" 2>/dev/null 3>&- &
	STARTED+=("$!")
	eventually 10 listens "$C2S"
}

# mangled EVENT: each kind once.
mangled() {
	PIPELINE="$JUDGED | mawk -W interactive -v EVENT=$1 -f '$TOP/tests/lib/rewrite.awk'" \
		start_node
	# shellcheck disable=SC2086
	PYTHONPATH=$TOP/tests/clients run /usr/bin/python3 \
		"$TOP/tests/clients/mangled.py" "$PORT" "$1" $KINDS
	assert_success
	run ! grep -aqE 'evil|forged' up
	run -0 cat node.log
	refute_output --partial "rewrite.awk:"
}

# named EVENT: all are, in the log by their records, which are in the journal
# and, with the stanza as it was, in the refused one.
named() {
	sed -n 's/.*: record \([-0-9a-f]*\) came back and .*: it is not released$/\1/p' \
		node.log | sort >log
	cup-search --event=done refused | grep -F 'outcome="gate"' >gate
	cut -f 9 gate | sed 's/.* ref="\([^"]*\)".*/\1/' | sort >refs
	cup-search --event "$1" journal mangle | cut -f 1 | sort >judged
	# swap and lend are two each.
	assert_equal "$(wc -l <judged)" "$(($(wc -w <<<"$KINDS") + 2))"
	run -0 diff judged log
	run -0 diff judged refs
	assert_equal "$(cut -f 10 gate | grep -c mangle)" "$(wc -l <judged)"
}

# never_reaches WHICH: nothing of what it made of "send" or "recv" stanzas
# gets to the server, or to a client.
never_reaches() {
	mangled "$1"
	if [ "$1" = send ]; then
		run ! grep -aq mangle up
		run -0 grep -ac harmless up
	fi
	named "$1"
}
