# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
# A node whose held messages are reviewed. Load servers.bash first.

# The policy that release.py knows of.
write_review_policy() {
	cat <<-'EOP'
		hold out event send body matches /hold me/ text "held for review"
		hold in  event recv body matches /keep me/ text "held for review"
		hold soon event send body matches /hold briefly/ text "held for review" expires 1s
		pass all
	EOP
}

# start_keeper: of the journal here; its socket is review.sock.
start_keeper() {
	cup-review --serve "unix:$PWD/review.sock" --to journal.review \
		journal 2>>keeper.log 3>&- &
	KEEPER=$!
	STARTED+=("$KEEPER")
	eventually 10 test -S review.sock
}

# make_mark_key: one for all tests of a file, as its server keeps what was marked.
make_mark_key() {
	(umask 077 && head -c 32 /dev/urandom >key)
}

# start_review [OPTION...]: the keeper, and the node with its return component.
start_review() {
	start_keeper
	printf 'secret\n' >secret
	chmod 600 secret
	REVIEW=(--domain acme.localhost
		--return-component "tcp:127.0.0.1:${COMPONENT-$COMP}"
		--return-domain returns.acme.localhost --return-secret secret
		--review "unix:$PWD/review.sock"
		--review-key "$BATS_FILE_TMPDIR/key" "$@")
	start_node "${REVIEW[@]}"
	reviewing
}

reviewing() {
	eventually 20 status_is return-component up &&
		eventually 10 status_is review up
}

# start_review_through PROGRAM [OPTION...]: the component's way is through that client.
start_review_through() {
	COMPONENT=$(free_port)
	/usr/bin/python3 "$TOP/tests/clients/$1.py" "$COMPONENT" "$COMP" >way.out 3>&- &
	WAY=$!
	STARTED+=("$WAY")
	eventually 10 listens "$COMPONENT"
	start_review "${@:2}"
}

# release CASE...: of release.py.
release() {
	PYTHONPATH=$TOP/tests/clients run timeout 120 /usr/bin/python3 \
		"$TOP/tests/clients/release.py" "$PORT" "$C2S" "$@"
	assert_success
}

# begin_release CASE: one that waits for us to act.
begin_release() {
	mkfifo "$1.in"
	PYTHONPATH=$TOP/tests/clients timeout 120 /usr/bin/python3 \
		"$TOP/tests/clients/release.py" "$PORT" "$C2S" "$1" >"$1.out" 2>&1 \
		<"$1.in" 3>&- &
	CASE=$1 CASE_PID=$!
	exec 9>"$1.in"
	STARTED+=("$CASE_PID")
}

# release_all: what is held.
release_all() {
	local ids
	mapfile -t ids < <(cup-review journal | cut -f 1)
	cup-review --release "${ids[@]}" --why "seen" \
		--socket "unix:$PWD/review.sock" >/dev/null
}

# late_for USER BODY...: what a slixmpp client takes for late messages.
late_for() {
	local body
	mkfifo lines
	PYTHONPATH=$TOP/tests/clients timeout 60 /usr/bin/python3 \
		"$TOP/tests/clients/talk.py" "$1@acme.localhost/phone" \
		127.0.0.1 "$PORT" acme.localhost.crt >got <lines 2>&1 3>&- &
	STARTED+=("$!")
	exec 9>lines
	for body in "${@:2}"; do
		eventually 10 grep -qxF "late alice@acme.localhost/desk $body" \
			got || fail "$(cat got)"
	done
	exec 9>&-
}

# kill_while_releasing: release what is held, one by one, and kill
# cup-intercept each time, a little later after each, and its keeper every other
# time.
kill_while_releasing() {
	local n ids
	mapfile -t ids < <(cup-review journal | cut -f 1)
	for n in "${!ids[@]}"; do
		cup-review --release "${ids[n]}" --why "seen" \
			--socket "unix:$PWD/review.sock" >/dev/null
		read -rt "0.00$n" <> <(:) || :
		if ((n % 2)); then
			stop "$KEEPER" KILL || :
			start_keeper
		fi
		stop "$NODE" KILL || :
		start_node "${REVIEW[@]}"
		reviewing
	done
	eventually 20 status_is releases-pending 0
}
