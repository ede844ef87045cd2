#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-intercept at length.

load ../lib/helpers

setup() {
	common_setup
}

@test "300,000 damaged streams are framed alike whatever the chunks" {
	run -0 scan-fuzz 300000 "${SEED:-1000000}"
}

@test "memory stays under 32 MiB over 2 million stanzas with new names" {
	[ "$CUP_BIN" = "$TOP/bin" ] || skip "checked with the plain build"
	mkfifo in
	cup-intercept --as a@x <in >/dev/null &
	pid=$!
	exec {in}>in
	awk 'BEGIN {
		pad = sprintf("%300s", ""); gsub(/ /, "x", pad)
		for (i = 0; i < 2000000; i++)
			printf "<message to=\"b@x\" id=\"%d\"><body>%s</body>" \
				"<n%d xmlns=\"urn:%d\"/></message>", i, pad, i, i % 1000
	}' >&"$in"
	peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")
	exec {in}>&-
	wait "$pid"
	echo "peak: $peak KiB"
	assert [ "$peak" -lt 32768 ]
}
