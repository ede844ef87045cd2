# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Suites about what is held and settled: load it behind helpers.

review_setup() {
	common_setup
	KEEPER=
	# Other users are to reach what is in here, whatever is above it.
	PUBLIC=$(mktemp -d)
	chmod 755 "$PUBLIC"
	SOCKET=unix:$PUBLIC/review
}

review_teardown() {
	cat keeper.log 2>/dev/null || :
	[ -z "$KEEPER" ] || kill -KILL "$KEEPER" 2>/dev/null || :
	rm -rf "$PUBLIC"
}

# held_id N: the id of the Nth held record.
held_id() {
	printf '019aac21-0000-7000-8000-%012d' "$1"
}

# held N FROM BODY [EXTRA]: that record, held by the rule words.
held() {
	ID=$(held_id "$1") record "${EVENT:-send}" hold \
		"$(message "$2" "${TO:-bob@acme.example}" "$3")" \
		"${REASON:-words@0123abcd: mind your words}" |
		awk -v extra="${4-}" '{ print $0 (extra == "" ? "" : "\t" extra) }'
}

# now: a time for $TIME.
now() {
	date -u +%Y-%m-%dT%H:%M:%S.000000Z
}

# journal_held: records on standard input go into the journal.
journal_held() {
	cup-log journal >/dev/null
}

# start_keeper ARGS...: of ./journal, with ./reviews.
start_keeper() {
	cup-review --serve "$SOCKET" --to reviews "$@" journal \
		2>>keeper.log 3>&- 6>&- 7>&- 8>&- &
	KEEPER=$!
	eventually 10 keeper_answers
}

keeper_answers() {
	ask '# status' >/dev/null 2>&1
}

# end_keeper: with the status it ends with.
end_keeper() {
	local status=0
	kill -TERM "$KEEPER"
	wait "$KEEPER" || status=$?
	KEEPER=
	return "$status"
}

kill_keeper() {
	kill -KILL "$KEEPER"
	wait "$KEEPER" 2>/dev/null || :
	KEEPER=
}

# ask LINE...: say them to the keeper, and print what it answers.
ask() {
	printf '%s\n' "$@" | socat -t 5 - "UNIX:${SOCKET#unix:}"
}

# as USER ARGS...: cup-review, by another user of the group nogroup.
as() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -e "$PUBLIC/cup-review" ] || install -m 755 "$CUP_BIN/cup-review" "$PUBLIC"
	setpriv --reuid "$1" --regid nogroup --clear-groups \
		"$PUBLIC/cup-review" "${@:2}"
}

# reviews VERDICT: the review journal's records of that verdict.
reviews() {
	cup-search --event review reviews | grep -F " verdict=\"$1\"" || :
}

# take: stand in for a node, from now on: what it gets is in the file taken, what
# is written to descriptor 7 goes to the keeper.
take() {
	rm -f to_keeper
	mkfifo to_keeper
	socat -t 60 - "UNIX:${SOCKET#unix:}" <to_keeper >taken \
		2>/dev/null 3>&- 6>&- 7>&- 8>&- &
	TAKER=$!
	exec 7>to_keeper
	echo "# take${1+ $1}" >&7
	echo '# ping begun' >&7
	eventually 10 grep -q '^# ping begun' taken
}

leave() {
	exec 7>&-
	wait "$TAKER" || :
}

# outcome N VERDICT ATTRIBUTES: a record of a node, of the review of that id.
outcome() {
	record review - "<review xmlns=\"urn:cup:review:1\" ref=\"$1\" verdict=\"$2\"$3/>"
}

# settled_by N: the id of the review that settled it.
settled_by() {
	cup-search --event review reviews | grep -F "ref=\"$(held_id "$1")\"" |
		grep -F ' event="' | column 1
}
