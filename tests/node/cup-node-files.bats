#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-node and files: the cup-upload that it keeps up, and the settings of that.
# Nobody listens where files go on to, which is told from a refusal.
# shellcheck disable=SC2154

load ../lib/helpers
load ../lib/node

setup() {
	common_setup
	node_setup
	printf 'reject exe file name *.exe text "no programs"\npass rest\n' >p.policy
	cup-config n1 upload-listen=tcp:127.0.0.1:0 \
		upload-server=http://127.0.0.1:9 upload-store="$PWD/store" \
		upload-url=https://files.a.example/ >/dev/null
	echo hello >file
}

teardown() {
	node_teardown
}

# put_file NAME: file is put to a slot of that name, by a@a.example; prints the
# answer's status, and its body is in answer.
put_file() {
	local at
	at=$(status upload-listen)
	PUTS=$((PUTS + 1))
	printf 'slot\thttp://h/%s/%s\thttp://h/%s/%s\ta@a.example/x\ts1\t%s\t6\t-\n' \
		"$PUTS" "$1" "$PUTS" "$1" "$1" |
		socat -u - "UNIX-CONNECT:run/n1/slots"
	curl -s --max-time 30 -o answer -w '%{http_code}' -H 'Host: h' -T file \
		"http://${at#tcp:}/$PUTS/$1"
}

# is_put NAME STATUS: that it is answered by now.
is_put() {
	[ "$(put_file "$1")" = "$2" ]
}

# refuses PATTERN SETTING...: they are not saved, for that reason.
refuses() {
	local pattern=$1
	shift
	run --separate-stderr -78 cup-config n1 "$@"
	assert_regex "$stderr" "$pattern"
}

@test "the command lines have what the settings say" {
	cup-config n1 upload-listen=tls:*:443 file-size-max=5M \
		upload-certificate=/c.pem upload-private-key=/k.pem \
		upload-url=https://x/ upload-url=http://y/z/ \
		shadow="$PWD/new.policy" shadow-journal="$PWD/shadow" >/dev/null
	run --separate-stderr -0 cup-node --commands n1
	assert_line --index 0 --partial " --upload unix:$PWD/run/n1/slots"
	assert_line --index 1 --regexp "^cup-filter --snapshot [^ ]* --files $PWD/store --file-url https://x/ --file-url http://y/z/ --shadow"
	assert_line --regexp "^cup-upload --node n1 --listen tls-fd:upload --server http://127.0.0.1:9 --store $PWD/store --file-size-max 5M --slots unix:$PWD/run/n1/slots --certificate /c.pem --private-key /k.pem --command 'cup-filter --snapshot [^ ]* --files $PWD/store --file-url https://x/ --file-url http://y/z/ $PWD/p.policy | cup-log --wait --key [^ ]* --status-file $PWD/run/n1/upload-stage1 $PWD/journal.upload | cup-deliver --records --key [^ ]*'\$"
}

@test "without files there is none of it" {
	sed -i '/^upload-/d' etc/n1.conf
	run --separate-stderr -0 cup-node --commands n1
	refute_output --regexp 'upload|--files'
}

@test "settings that do not fit together are refused" {
	local key
	for key in upload-server upload-store upload-url; do
		sed "/^$key /d" etc/n1.conf >etc/n2.conf
		run --separate-stderr -78 cup-config --check n2
		assert_regex "$stderr$output" "$key.*is needed where upload-listen is"
		rm etc/n2.conf
	done
	refuses "upload-server: .*has a path" upload-server=http://127.0.0.1:9/x
	refuses "is neither http:// nor https://" upload-url=files.a.example
	refuses "needs an upload-certificate" upload-listen=tls:127.0.0.1:0
	refuses "upload-certificate and upload-private-key go together" \
		upload-certificate=/c.pem
	refuses "is a journal of its own" upload-journal="$PWD/journal"
	refuses "has one connection for a node" compliance=third-party \
		compliance-server=tcp:127.0.0.1:9
	cup-config n1 compliance=third-party \
		compliance-server=https://127.0.0.1:9/ >/dev/null
	sed -i '/^upload-listen/d' etc/n1.conf
	refuses "it needs an upload-listen" hold-timeout=5s
}

@test "a file goes through the node's stages, into a journal of its own" {
	start_node
	assert_equal "$(status upload)" up
	eventually 10 is_put a.txt 502
	assert_equal "$(put_file a.exe)" 403
	run -0 cat answer
	assert_output --partial "no programs"
	assert_equal "$(put_file b.txt)" 502
	run -0 bash -c 'cup-search journal.upload | cup-print -f event,verdict,from,file | sort -u'
	assert_line --regexp "^upload	pass	a@a.example/x	[0-9a-f]{64} 6 b.txt$"
	assert_line --regexp "^upload	reject	a@a.example/x	[0-9a-f]{64} 6 a.exe$"
	judged hello deliver
	cup-verify journal.upload
}

@test "what dies is started again, and what cannot start is told" {
	start_node
	local pid
	pid=$(status upload-pid)
	kill -9 "$pid"
	eventually 10 other upload-pid "$pid"
	eventually 10 is_put a.exe 403
	node_end
	: >blocked
	cup-config n1 upload-store="$PWD/blocked" >/dev/null
	launch_node
	eventually 10 state_is_not up
	eventually 10 logged 'cup-upload .*(again in|not started again)'
}

state_is_not() {
	local word
	word=$(status state)
	[ -n "$word" ] && [ "$word" != "$1" ] && [ "$word" != starting ]
}

@test "it ends with the node, and leaves no socket" {
	start_node
	local pid
	pid=$(status upload-pid)
	kill "$NODE_PID"
	eventually 10 gone "$NODE_PID"
	run -1 kill -0 "$pid"
	assert_file_not_exists run/n1/slots
	NODE_PID=
}

@test "a reload has files judged by the policy as it is now" {
	start_node
	eventually 10 is_put a.exe 403
	printf 'pass rest\n' >p.policy
	local pid
	pid=$(status upload-pid)
	cup-node --reload n1
	eventually 10 is_put a.exe 502
	assert_equal "$(status upload-pid)" "$pid"
}

@test "a message with a link to a file that is not there is found" {
	printf 'reject no-such file unknown\npass rest\n' >p.policy
	start_node
	judged "see https://files.a.example/1/x" return
	judged "see https://elsewhere.example/1/x" deliver
}
