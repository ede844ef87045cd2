# SPDX-License-Identifier: ISC
# shellcheck shell=bash

# eventually SECONDS COMMAND...: until it succeeds or the time is over. From
# 5 s on it is patience, which a machine that does much else needs more of.
# To wait for what NOTHING says is to sleep, without a process.
eventually() {
	local end=$((SECONDS + $1 * ($1 < 5 ? 1 : 3)))
	shift
	[ -n "${NOTHING-}" ] || exec {NOTHING}<> <(:)
	until "$@"; do
		((SECONDS < end)) || return 1
		read -rt 0.05 -u "$NOTHING" || :
	done
}
