#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-node and what is held for review: the cup-review that it keeps up, and
# the settings of that.

load ../lib/helpers
load ../lib/node

setup() {
	common_setup
	node_setup
	printf 'hold big body matches /contract/\npass rest\n' >p.policy
}

teardown() {
	node_teardown
}

# with_component: settings with which releases are delivered.
with_component() {
	echo secret >secret
	chmod 600 secret
	cup-config n1 return-component=tcp:127.0.0.1:9 \
		return-domain=returns.a.example return-secret="$PWD/secret" \
		>/dev/null
}

# hold BODY: one more is held; ID is its record's.
hold() {
	local held
	held=$(status review-held)
	ask "${1-the contract}"
	eventually 5 back "^$ID	.*	return	" &&
		eventually 5 held_is $((held + 1))
}

held_is() {
	[ "$(status review-held)" = "$1" ]
}

# settle OPTION...: as this user, at the node.
settle() {
	cup-review --node n1 "$@"
}

# keeper_again PID: another one is up.
keeper_again() {
	other keeper-pid "$1" && [ "$(status keeper)" = up ]
}

@test "the command line of cup-review has what the settings say" {
	cup-config n1 review="$PWD/what is settled" review-group=daemon \
		reviewers='root a@a.example r@a.example' \
		reviewers='daemon b@a.example' review-command='mail "x y"' \
		>/dev/null
	run --separate-stderr -0 cup-node --commands n1
	assert_line --index 4 "cup-review --serve unix:$PWD/run/n1/review --to '$PWD/what is settled' --node n1 --key $PWD/run/n1/key --group daemon --reviewer root=a@a.example --reviewer root=r@a.example --reviewer daemon=b@a.example --command 'mail \"x y\"' $PWD/journal"
	cup-config n1 compliance=third-party compliance-server=tcp:h:1 >/dev/null
	run --separate-stderr -0 cup-node --commands n1
	refute_output --partial cup-review
}

@test "cup-intercept delivers only where it has a component" {
	run --separate-stderr -0 cup-node --commands n1
	refute_output --partial --review
	with_component
	run --separate-stderr -0 cup-node --commands n1
	assert_line --index 0 --partial " --review unix:$PWD/run/n1/review --review-key $PWD/journal.review.key --review-tell yes"
	# What a compliance server's reviewers release comes by the pipeline.
	cup-config n1 compliance=third-party compliance-server=tcp:h:1 \
		review-tell=no >/dev/null
	run --separate-stderr -0 cup-node --commands n1
	refute_line --index 0 --partial " --review unix:"
	assert_line --index 0 --partial " --review-key $PWD/journal.review.key --review-tell no"
}

@test "a reviewer has to be a user, and to have JIDs" {
	run -78 cup-config n1 reviewers='nobody-of-here a@a.example'
	assert_output --partial "reviewers 'nobody-of-here a@a.example': does not begin with a user of this machine"
	run -78 cup-config n1 reviewers=root
	assert_output --partial "has no JID behind the user"
	for jid in a.example a@a.example/x a@@b; do
		run -78 cup-config n1 reviewers="root b@a.example $jid"
		assert_output --partial "than JIDs without resource"
	done
	run -78 cup-config n1 review-group=no-such-group
	for path in journal journal.refused; do
		run -78 cup-config n1 review="$PWD/$path"
		assert_output --partial "review: is a journal of its own"
	done
}

@test "without a component there is a warning, and no mistake" {
	run -0 cup-config n1 review-group=daemon
	assert_line "cup-config: warning: review-group: what is released is not delivered: return-component is not set"
	run cup-config --check n1
	assert_line "note: return-component: not set, what reviewers release is not delivered"
	start_node
	logged 'n1: review-group: what is released is not delivered: return-component is not set'
	assert_equal "$(status warning | head -n 1)" "what is released is not delivered: return-component is not set"
	with_component
	run -0 cup-config n1 review-group=root
	refute_output --partial warning
}

@test "what is held is counted, and settled without a component, too" {
	start_node
	assert_equal "$(status keeper) $(status review-held) $(status review-oldest)" "up 0 -"
	hold
	first=$ID
	hold "another contract"
	assert_equal "$(status review-oldest)" "$(cup-search --id "$first" journal | cut -f 2)"
	settle --refuse "$first" --why 'not now'
	eventually 5 held_is 1
	settle --release "$ID" --why 'it is signed'
	eventually 5 held_is 0
	run -1 cup-review journal
	assert_output ""
	run -0 bash -c 'cup-search journal.review | grep -o " verdict=\"[a-z]*\" by=\"[a-z]*\""'
	assert_line --index 0 " verdict=\"refuse\" by=\"$(id -un)\""
	assert_line --index 1 " verdict=\"release\" by=\"$(id -un)\""
	run ! settle --refuse "$ID" --why 'too late'
}

# as USER COMMAND...
as() {
	setpriv --reuid "$1" --regid "$1" --init-groups "${@:2}"
}

@test "members of the group settle, but not what they wrote, and nobody else" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	let_others_in
	cup-config n1 review-group=daemon reviewers='daemon x@a.example a@a.example' \
		>/dev/null
	start_node
	hold
	run -1 as daemon cup-review --node n1 --release "$ID" --why mine
	assert_output --partial "wrote"
	cup-config n1 reviewers='daemon x@a.example' >/dev/null
	keeper=$(status keeper-pid)
	cup-node --reload n1
	eventually 10 keeper_again "$keeper"
	eventually 5 held_is 1
	run -1 as bin cup-review --node n1 --release "$ID" --why 'let me'
	as daemon cup-review --node n1 --release "$ID" --why 'it is signed'
	eventually 5 held_is 0
	cup-search journal.review | grep -q ' verdict="release" by="daemon"'
}

@test "cup-review is started again where it dies, and forgets nothing" {
	start_node
	hold
	pid=$(status keeper-pid)
	kill -9 "$pid"
	eventually 10 keeper_again "$pid"
	logged 'n1: cup-review was killed by signal 9, again in '
	eventually 5 held_is 1
	settle --refuse "$ID" --why 'not now'
	eventually 5 held_is 0
	assert_equal "$(status intercept-starts) $(status pipeline-starts)" "1 1"
}

@test "one that would end so again is started by a reload, and traffic flows meanwhile" {
	mkdir -m 777 journal.review
	launch_node
	eventually 10 state failed
	logged 'n1: cup-review exited with 78, not started again'
	judged "hello" deliver
	chmod 700 journal.review
	cup-node --reload n1
	eventually 10 state up
	hold
}

@test "one that does not answer keeps nobody waiting" {
	start_node
	hold
	pid=$(status keeper-pid)
	kill -STOP "$pid"
	run -0 timeout 5 cup-node --status n1
	assert_line "keeper up"
	refute_line --regexp '^review-held '
	judged "hello" deliver
	kill -CONT "$pid"
	eventually 5 held_is 1
}

@test "a reload changes who reviews, and nothing else is started again" {
	start_node
	hold
	review=$(status keeper-pid) intercept=$(status intercept-pid)
	run -0 cup-node --reload n1
	assert_equal "$(status keeper-pid)" "$review"
	cup-config n1 review-group=daemon >/dev/null
	cup-node --reload n1
	eventually 10 keeper_again "$review"
	run -0 tr '\0' ' ' <"/proc/$(status keeper-pid)/cmdline"
	assert_output --partial " --group daemon "
	eventually 5 held_is 1
	assert_equal "$(status intercept-pid)" "$intercept"
	cup-config n1 review="$PWD/elsewhere" >/dev/null
	run -0 cup-node --reload n1
	assert_output --partial "review changed: waits for a restart"
	eventually 5 held_is 1
}

@test "there is one with compliance local only" {
	with_component
	start_node
	pid=$(status keeper-pid)
	cup-config n1 compliance=none >/dev/null
	cup-node --reload n1
	eventually 10 gone "$pid"
	assert_equal "$(status keeper)" ""
	logged 'n1: compliance changed: what is released waits for a restart'
	cup-config n1 compliance=local >/dev/null
	cup-node --reload n1
	eventually 10 keeper_again "$pid"
}

@test "the key of releases is made once, and is nobody else's" {
	with_component
	start_node
	assert_equal "$(stat -c '%a %s' journal.review.key)" "600 32"
	sum=$(sha256sum journal.review.key)
	cup-node --stop n1
	start_node
	assert_equal "$(sha256sum journal.review.key)" "$sum"
	cup-node --stop n1
	chmod 640 journal.review.key
	run -74 cup-node n1
	assert_output "cup-node: key of releases '$PWD/journal.review.key': its group or others have access (chmod 600)"
}

@test "a command is run when one is held" {
	cup-config n1 review-command="echo \$CUP_ID >>$PWD/told; cut -f 6 >>$PWD/told" >/dev/null
	start_node
	hold
	eventually 5 grep -qx hold told
	assert_equal "$(<told)" "$ID
hold"
}

@test "a stop ends it, too, and leaves no socket" {
	start_node
	hold
	pid=$(status keeper-pid)
	cup-node --stop n1
	gone "$pid"
	run -0 find run -type s
	assert_output ""
	start_node
	eventually 5 held_is 1
}

@test "a node that is killed takes it along" {
	start_node
	pid=$(status keeper-pid)
	kill -9 "$NODE_PID"
	eventually 5 gone "$pid"
}

@test "without the program nothing is started" {
	rm bin/cup-review
	mkdir kit
	cp "$CUP_BIN"/cup-{node,filter,intercept,log,deliver} kit
	PATH=/usr/bin:/bin run -69 kit/cup-node n1
	assert_output "cup-node: cup-review is neither beside this program nor in PATH"
}

@test "what was held by a policy that was changed since is named so" {
	start_node
	hold
	run --separate-stderr -0 cup-review --node n1
	# shellcheck disable=SC2154
	assert_equal "$stderr" ""
	# Asked of the settings, reloaded or not.
	printf 'hold other body matches /contract/\npass rest\n' >p.policy
	run --separate-stderr -0 cup-review --node n1
	assert_output --regexp "^$ID	"
	assert_equal "${#lines[@]}" 1
	assert_equal "$stderr" "cup-review: 1 of these were held by another policy than the one in force: '--policy' shows which"
	run -0 cup-review -i --node n1 <<<q
	assert_output --regexp "policy big@[0-9a-f]+: now [0-9a-f]+, without that rule"
	# Who cannot read them is shown the rest.
	CUP_CONFIG_DIR=$PWD/nowhere run --separate-stderr -0 cup-review --node n1
	assert_output --regexp "^$ID	"
	assert_equal "$stderr" ""
}
