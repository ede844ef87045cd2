# SPDX-License-Identifier: ISC
# shellcheck shell=bash

# eventually SECONDS COMMAND...: until it succeeds or the time is over.
eventually() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		read -rt 0.05 <> <(:) || :
	done
}
