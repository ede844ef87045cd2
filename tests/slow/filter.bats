#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# What cup-filter costs: loading, looking up, and memory over millions.

load ../lib/helpers

setup() {
	common_setup
}

# best N COMMAND...: the least of N runs' CPU time, in milliseconds.
best() {
	local n=$1 least=999999 ms
	shift
	while ((n-- > 0)); do
		TIMEFORMAT='%3U %3S'
		ms=$({ time "$@" >/dev/null 2>&1; } 2>&1 |
			awk '{ print int(($1 + $2) * 1000) }')
		((ms < least)) && least=$ms
	done
	echo "$least"
}

# records N: chat messages of about 400 bytes, of many people.
records() {
	awk -v n="$1" 'BEGIN {
		srand(7)
		for (i = 0; i < n; i++)
			printf "019aac21-0000-7000-8000-%012d\t2026-11-22T21:33:38.000001Z\tnode1\ts1\tsend\t-\t-\t-\t" \
			"<message xmlns=\"jabber:client\" from=\"u%d@acme.example/desk\" to=\"u%d@acme.example\" id=\"m%d\" type=\"chat\">" \
			"<body>did the number %d deck go out, and who has seen it by now?</body><x%d xmlns=\"urn:x\"/></message>\t-\n",
			i, rand() * 1000, rand() * 1000, i, i, i
	}'
}

# addresses N: a table file of as many.
addresses() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "user.%d@dept%d.acme.example\n", i, i % 97 }'
}

@test "a policy of 1,000 rules and a table of 100,000 load at once" {
	addresses 100000 >people
	awk 'BEGIN {
		print "table people file \"people\""
		for (i = 0; i < 999; i++) {
			if (i % 3 == 0)
				printf "reject r%d from <people> to bob%d@x.example text \"no %d\"\n", i, i, i
			else if (i % 3 == 1)
				printf "hold r%d body matches { word%d, /x%d+/ }\n", i, i, i
			else
				printf "drop r%d type chat from *@d%d.example\n", i, i
		}
		print "pass rest"
	}' >p
	run -0 cup-filter --check p
	assert_output --partial '1000 rules, 1 table'
	ms=$(best 5 cup-filter --check p)
	echo "$ms ms"
	# 0.13 s where nothing else runs.
	((ms < 500))
}

@test "a table of 100,000 costs a record what one of 10 does" {
	records 100000 >in
	for n in 10 100000; do
		addresses $n >people
		printf 'table people file "people"\nreject a from <people>\nreject b to <people>\npass c\n' >p
		empty=$(best 5 cup-filter p </dev/null)
		ms=$(best 5 bash -c 'cup-filter p <in')
		echo "$n: $ms ms, of them $empty to load"
		if ((n == 10)); then
			few=$((ms - empty))
		else
			many=$((ms - empty))
		fi
	done
	((many * 10 < few * 15 + 200))
}

@test "memory stays flat and under 32 MiB over millions of records and names" {
	printf 'namespace u "urn:u"\ntable t { eve@x, *@y }\nreject a from <t>\nreject b body matches { secret /\\bq\\d\\b/ }\nreject c xpath "//u:x"\npass d\n' >p
	mkfifo pipe
	records 1500000 >pipe &
	cup-filter p <pipe >/dev/null &
	pid=$!
	early=0 late=0
	while kb=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) &&
		[[ -n $kb ]]; do
		late=$kb
		((early)) || ((SECONDS < 4)) || early=$kb
		read -rt 0.2 <> <(:) || :
	done
	wait "$pid"
	echo "$early KiB, at the end $late KiB"
	((early > 0 && late < 32 * 1024 && late - early < 2048))
}
