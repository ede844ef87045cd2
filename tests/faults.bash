# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Suites of the table of faults in cup-node(1): load servers.bash and disk.bash first.

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=() CASES=xmpp-faults.py MOUNTED=
	ARCHIVE='' start_server acme.localhost alice bob dave frank
}

teardown() {
	exec 9>&-
	tail -n 20 node.log 2>/dev/null || :
	stages | xargs -r kill -CONT 2>/dev/null || :
	kill -CONT "$SERVER_PID" 2>/dev/null || :
	stop_all
	[ -z "$MOUNTED" ] || umount "$MOUNTED"
}

logged() {
	grep -qE -- "$1" node.log
}

# case_of CASE: one that needs nothing done.
case_of() {
	begin_case "$1"
	end_case
}

# logouts REASON: how many are on record.
logouts() {
	cup-search --event logout journal | grep -cF " reason=\"$1\"" || :
}

# outcomes WORD: how many notices of that outcome there are.
outcomes() {
	cup-search --event=done refused | grep -cF "outcome=\"$1\"" || :
}

outcomes_are() {
	[ "$(outcomes "$1")" = "$2" ]
}

# logouts_are N: in all.
logouts_are() {
	[ "$(cup-search --event logout -c journal)" = "$1" ]
}
