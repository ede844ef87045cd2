#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-upload: which files go on, and what is kept and told of them.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load ../lib/helpers
load ../lib/upload

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	start_nginx
	export HTTP WWW
	# shellcheck disable=SC2034
	export NGINX=${STARTED[0]}
}

teardown_file() {
	kill "$NGINX"
}

setup() {
	common_setup
	STARTED=()
	printf 'a plan\n' >plan.txt
	printf '%%PDF-1.4\n%%\342\343\317\323\n' >scan.pdf
	FILES=/$BATS_TEST_NUMBER
}

teardown() {
	cat gate.log 2>/dev/null || :
	stop_all
}

# on_server PATH: what the server has there.
on_server() {
	cat "$WWW$1"
}

@test "it conducts itself as every program does" {
	conducts_itself cup-upload --listen tcp:127.0.0.1:0 \
		--server http://127.0.0.1:1 --store s --slots unix:s -c cat
}

@test "what is missing, or fits nothing, in a call is said in one line" {
	local all=(--listen tcp:127.0.0.1:0 --server http://h --store s
		--slots unix:s -c cat)
	for missing in listen server store slots; do
		local words=() skip=
		for w in "${all[@]}"; do
			[ "$w" != "--$missing" ] || { skip=1; continue; }
			[ -z "$skip" ] || { skip=; continue; }
			words+=("$w")
		done
		run --separate-stderr -64 cup-upload "${words[@]}"
		assert_regex "$stderr" "no '--$missing' given"
	done
	for wrong in '--server http://h/path' '--server ftp://h' \
		'--server http://u@h' '--slots tcp:h:1' '--certificate c' \
		'--listen tls:h:1' '--pipeline unix:p' '--file-size-max 0' \
		'--max-connections 1' '--node -'; do
		# shellcheck disable=SC2086
		run --separate-stderr -64 cup-upload "${all[@]}" $wrong
		assert_regex "$stderr" '^cup-upload: '
	done
}

@test "a file goes on once its record is back, and can be got" {
	start_gate
	run -0 send plan.txt "$FILES/plan.txt" -H 'Content-Type: text/plain'
	assert_output 201
	run -0 on_server "$FILES/plan.txt"
	assert_output 'a plan'
	run -0 curl -s "$URL$FILES/plan.txt"
	assert_output 'a plan'
}

@test "nothing is forwarded before the record is back, and it is kept by then" {
	hold_records
	start_gate
	send plan.txt "$FILES/plan.txt" >status &
	local client=$!
	eventually 10 test -e asked
	assert_file_not_exists "$WWW$FILES/plan.txt"
	local digest
	digest=$(sha256sum <plan.txt)
	assert_equal "$(<"store/content/${digest:0:2}/${digest:0:64}")" 'a plan'
	run -0 find store/incoming store/url -type f
	assert_output ''
	: >go
	wait "$client"
	assert_equal "$(<status)" 201
	assert_file_exists "$WWW$FILES/plan.txt"
	assert_equal "$(state "$FILES/plan.txt")" granted
}

@test "the record says whose it is, what it claims and is, and where" {
	start_gate
	slot "$FILES/scan.txt" "$(stat -c %s scan.pdf)" text/plain \
		'a%20%22scan%22%3C.txt'
	run -0 put scan.pdf "$FILES/scan.txt" -H 'Content-Type: text/plain'
	assert_output 201
	run -0 records upload
	assert_equal "$(column 3 <<<"$output")" n1
	assert_equal "$(column 4 <<<"$output")" s1
	assert_equal "$(column 6 <<<"$output")" pass
	local digest
	digest=$(sha256sum <scan.pdf)
	assert_equal "$(column 9 <<<"$output")" \
		"<file xmlns=\"urn:cup:file:1\" from=\"alice@acme.localhost/desk\" name=\"a &quot;scan&quot;&lt;.txt\" size=\"15\" type=\"text/plain\" content=\"application/pdf\" sha256=\"${digest:0:64}\" url=\"$URL$FILES/scan.txt\" path=\"$PWD/store/content/${digest:0:2}/${digest:0:64}\"/>"
	run -0 cup-verify journal
}

@test "a refused file is 403 with the rule's text, kept, and never there" {
	cat >policy <<-'EOF'
		reject named xpath "/*[@name='bad.txt']" text "not this one"
		pass rest
	EOF
	start_gate
	run -0 send plan.txt "$FILES/bad.txt"
	assert_output 403
	assert_equal "$(<answer)" 'not this one'
	assert_file_not_exists "$WWW$FILES/bad.txt"
	assert_equal "$(state "$FILES/bad.txt")" refused
	# Nor if the server had something there.
	mkdir -p "$WWW$FILES"
	echo other >"$WWW$FILES/bad.txt"
	run -0 curl -s -o answer -w '%{http_code}' "$URL$FILES/bad.txt"
	assert_output 404
	# Its slot is used up.
	run -0 put plan.txt "$FILES/bad.txt"
	assert_output 404
	run -0 records upload
	assert_equal "$(column 6 <<<"$output")" reject
}

@test "undecided in time is 503, and it may be tried again" {
	hold_records
	start_gate --hold-timeout 500ms
	run -0 send plan.txt "$FILES/plan.txt"
	assert_output 503
	assert_file_not_exists "$WWW$FILES/plan.txt"
	assert_equal "$(state "$FILES/plan.txt")" undecided
	: >go
	run -0 put plan.txt "$FILES/plan.txt"
	assert_output 201
	assert_equal "$(state "$FILES/plan.txt")" granted
	# What came too late was not let on, and that is said.
	eventually 5 gate_said 1 'came back too late'
}

@test "a pipeline that releases nothing: 503, and that is said" {
	PIPELINE='cup-filter policy'
	start_gate
	run -0 send plan.txt "$FILES/plan.txt"
	assert_output 503
	gate_said 1 "with the verdict 'pass': only cup-deliver"
	assert_file_not_exists "$WWW$FILES/plan.txt"
}

@test "a record that comes back as another file is not let on" {
	PIPELINE="sed -u s/plan.txt/harmless.txt/ | $RELEASED"
	start_gate
	run -0 send plan.txt "$FILES/plan.txt"
	assert_output 503
	gate_said 1 'came back as another file'
	assert_file_not_exists "$WWW$FILES/plan.txt"
}

@test "a stage may put the file's words in, and a rule judges them" {
	PIPELINE="sed -u '/	upload	/s|/>	|><text>no words at all</text></file>	|' | $RELEASED"
	start_gate
	run -0 send plan.txt "$FILES/plan.txt"
	assert_output 403
	assert_equal "$(<answer)" 'no words'
	echo 'pass rest' >policy
	renew
	run -0 send plan.txt "$FILES/again.txt"
	assert_output 201
}

@test "no slot, a used one, another host, and one whose time is over are 404" {
	start_gate --slot-expires 1s
	run -0 put plan.txt "$FILES/none.txt"
	assert_output 404
	run -0 send plan.txt "$FILES/once.txt"
	assert_output 201
	run -0 put plan.txt "$FILES/once.txt"
	assert_output 404
	SLOT_URL=http://elsewhere.localhost slot "$FILES/host.txt" 7
	run -0 put plan.txt "$FILES/host.txt"
	assert_output 404
	run -0 put plan.txt "$FILES/host.txt" -H 'Host: Elsewhere.localhost:80'
	assert_output 201
	slot "$FILES/late.txt" 7
	slot "$FILES/late2.txt" 7
	over() {
		[ "$(put plan.txt "$FILES/late2.txt" -H 'Content-Type: a/b')" != 403 ]
	}
	printf 'slot\t%s\t%s\ta@b/c\ts1\tx\t7\tx/y\n' "$URL$FILES/late2.txt" \
		"$URL$FILES/late2.txt" | socat -u - UNIX-CONNECT:slots
	eventually 10 over
	run -0 put plan.txt "$FILES/late.txt"
	assert_output 404
	run -0 find "$WWW$FILES" -type f
	assert_line --partial once.txt
	assert_line --partial host.txt
	refute_line --partial late
}

@test "another size or type than the slot's is 403, a larger file 413" {
	start_gate --file-size-max 1K
	slot "$FILES/a.txt" 8
	run -0 put plan.txt "$FILES/a.txt"
	assert_output 403
	slot "$FILES/a.txt" 6
	run -0 put plan.txt "$FILES/a.txt"
	assert_output 403
	run -0 put - "$FILES/a.txt" -H 'Transfer-Encoding: chunked' <plan.txt
	assert_output 403
	slot "$FILES/a.txt" 8
	run -0 put - "$FILES/a.txt" -H 'Transfer-Encoding: chunked' <plan.txt
	assert_output 403
	slot "$FILES/a.txt" 7 text/plain
	run -0 put plan.txt "$FILES/a.txt" -H 'Content-Type: text/html'
	assert_output 403
	head -c 1024 /dev/zero >most
	run -0 send most "$FILES/most"
	assert_output 201
	echo >>most
	run -0 send most "$FILES/more"
	assert_output 413
	run -0 find "$WWW$FILES" -type f
	assert_output "$WWW$FILES/most"
	run -0 find store/incoming -type f
	assert_output ''
}

@test "equal content is kept once, whoever sends it" {
	start_gate
	send plan.txt "$FILES/one"
	send plan.txt "$FILES/two"
	run -0 find store/content -type f
	assert_equal "${#lines[@]}" 1
	run -0 find store/url -type f
	assert_equal "${#lines[@]}" 2
	: >empty
	run -0 send empty "$FILES/empty"
	assert_output 201
}

@test "a slot is known as soon as its line is written" {
	start_gate
	for n in $(seq 20); do
		run -0 send plan.txt "$FILES/$n"
		assert_output 201
	done
}

@test "a line that tells of no slot is said, and passed over" {
	start_gate
	{
		echo hello
		printf 'slot\tftp://x/\thttp://x/\ta@b/c\ts1\tx\t7\t-\n'
		head -c 40000 /dev/zero | tr '\0' x
	} | socat -u - UNIX-CONNECT:slots || : # it need not read all of that
	eventually 5 gate_said 1 'a line about a slot'
	run -0 send plan.txt "$FILES/plan.txt"
	assert_output 201
}

@test "SIGTERM: what is on its way ends, what comes is not begun" {
	hold_records
	start_gate
	send plan.txt "$FILES/plan.txt" >status &
	local client=$!
	eventually 10 test -e asked
	kill "$GATE"
	eventually 5 gate_said 1 stopping
	: >go
	wait "$client"
	assert_equal "$(<status)" 201
	wait "$GATE"
	assert_file_not_exists slots
}

@test "a store that another process has is left alone" {
	start_gate
	run --separate-stderr -69 cup-upload --listen tcp:127.0.0.1:0 \
		--server http://h --store store --slots unix:other -c cat
	assert_regex "$stderr" "store '.*/store': another process has it"
}

@test "what was never whole is gone after a start, all else is there" {
	start_gate
	send plan.txt "$FILES/plan.txt"
	slot "$FILES/part" 1000
	upload part "$FILES/part" 1000 500 >broken &
	local client=$!
	eventually 5 incoming 1
	kill -KILL "$GATE"
	wait "$client" || :
	incoming 1
	start_gate
	incoming 0
	assert_equal "$(find store/content -type f | wc -l)" 1
}
