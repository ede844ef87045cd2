# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# People who talk through a node that holds what they say of contracts, and
# those who review that: load servers.bash and through.bash first.

# write_reviewed_policy: what is held, what is refused all the same, the rest.
write_reviewed_policy() {
	printf '%s\n' 'reject wall body matches /forbidden/ text "not this word"' \
		'hold contract body matches /contract/ text "held for review"' \
		'pass rest' >policy
}

# reviewed_node [OPTION VALUE]...: start_node, with the server's component.
reviewed_node() {
	[ -e policy ] || write_reviewed_policy
	printf secret >returns.secret
	chmod 600 returns.secret
	start_node --return-component "tcp:127.0.0.1:${LINK:-$COMP}" \
		--return-domain returns.acme.localhost \
		--return-secret "$PWD/returns.secret" "$@"
	# Nothing is delivered before.
	eventually 20 grep -q 'the return component is up' node.log
}

# come NAME: log in through the node; what the client sees is in NAME.seen,
# and what is written to NAME.in is sent.
come() {
	rm -f "$1.in"
	mkfifo "$1.in"
	/usr/bin/python3 "$TOP/tests/clients/talk.py" "$1@acme.localhost/desk" \
		127.0.0.1 "$PORT" acme.localhost.crt <>"$1.in" >"$1.seen" \
		2>"$1.err" 3>&- &
	STARTED+=("$!")
	eventually 20 grep -qs '^in ' "$1.seen" ||
		fail "$(cat "$1.seen" "$1.err")"
}

# says NAME TO TEXT
says() {
	echo "$2@acme.localhost $3" >"$1.in"
}

# sees NAME PATTERN [SECONDS]
sees() {
	eventually "${3-10}" grep -qE "^$2" "$1.seen" || fail "$(cat "$1.seen")"
}

# saw NAME PATTERN: how often.
saw() {
	grep -cE "^$2" "$1.seen" || :
}

# holds NAME TO TEXT: it is said, and held; ID is its record's.
holds() {
	local before
	before=$(saw "$1" "error $2@.* held for review")
	says "$1" "$2" "$3"
	eventually 10 saw_more "$1" "error $2@.* held for review" "$before" ||
		fail "$(cat "$1.seen")"
	ID=$(cup-review --to "$REVIEW" "$JOURNAL" | tail -n 1 | cut -f 1)
	[ -n "$ID" ]
}

saw_more() {
	[ "$(saw "$1" "$2")" -gt "$3" ]
}

# outcome RELEASED [WORD]: the review journal says what became of that one.
outcome() {
	local rid
	rid=$(cup-search --event review "$REVIEW" | grep -F " ref=\"$1\"" |
		grep -E ' verdict="(release|refuse|expired)"' | tail -n 1 | cut -f 1)
	[ -n "$rid" ] && cup-search --event review "$REVIEW" |
		grep -F " ref=\"$rid\"" | grep -q " outcome=\"${2-sent}\""
}
