# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2016,SC2034
# Who judges the records of a node: stages of its pipeline, or, where COMPLIANCE
# names a kind, a compliance server of that kind at another address, so that
# the live suites run before each as they are. Loaded by servers.bash.

# The policy that edge.py and sm.py know of.
write_policy() {
	cat <<-'EOF'
		reject word   event send body matches /forbidden/ text "not this word"
		reject secret event recv body matches /secret/
		reject carol  event login from carol@acme.localhost
		pass all
	EOF
}

# A stage that takes its time over what says "slow SECONDS".
SLOW="mawk -W interactive -f '${BASH_SOURCE[0]%/*}/slow.awk'"
JUDGED='cup-filter policy | cup-log --wait journal | cup-deliver --records'
COMPLIANCE=${COMPLIANCE-}
[ -z "$COMPLIANCE" ] ||
	JUDGED='cup-broker $(cat there.args) | cup-log --wait journal | cup-deliver --records'

# make_certificates: those that start_compliance needs in $CERTIFICATES, here.
# What makes them has names that are taken.
make_certificates() (
	# shellcheck source=tests/lib/serve.bash
	. "${BASH_SOURCE[0]%/*}/serve.bash"
	certificates
	certificate ca node /CN=n1
)

# start_compliance: the server, once in a directory, decides by the policy
# there; what it judges is in there*, and how it is asked in there.args.
start_compliance() {
	[ -n "$COMPLIANCE" ] && [ ! -e there.args ] || return 0
	local own=$CERTIFICATES
	own="--ca $own/ca.pem --certificate $own/node.pem --private-key $own/node.key"
	"start_$COMPLIANCE"
}

# cup-serve, with a journal for each node.
start_tls() {
	THERE=$(free_port)
	cup-serve "tls:127.0.0.1:$THERE" --replace \
		--certificate "$CERTIFICATES/server.pem" \
		--private-key "$CERTIFICATES/server.key" \
		--ca "$CERTIFICATES/ca.pem" \
		-c 'cup-filter policy |
			cup-log --wait --node "$SSL_CLIENT_CN" "there.$SSL_CLIENT_CN"' \
		2>there.log 3>&- &
	JUDGE=$!
	STARTED+=("$JUDGE")
	eventually 10 listens "$THERE"
	echo "$own tls:localhost:$THERE" >there.args
}

# The reference server of cup-http(5).
start_https() {
	/usr/bin/python3 "$TOP/tests/clients/http-judge.py" 0 there \
		"$CERTIFICATES"/{server.pem,server.key,ca.pem} >there.port \
		2>there.log 3>&- &
	JUDGE=$!
	STARTED+=("$JUDGE")
	eventually 10 test -s there.port
	echo "$own https://localhost:$(cat there.port)/" >there.args
}

# Nothing but a shell pipeline.
start_socat() {
	THERE=$(free_port)
	socat "TCP-LISTEN:$THERE,bind=127.0.0.1,reuseaddr,fork" \
		SYSTEM:'cup-filter policy | cup-log --wait there' 2>there.log 3>&- &
	JUDGE=$!
	STARTED+=("$JUDGE")
	eventually 10 listens "$THERE"
	echo "tcp:127.0.0.1:$THERE" >there.args
}

# What was judged there: id, verdict and stanza of each record.
there() {
	case $COMPLIANCE in
	tls) cup-search there.n1 | cut -f 1,6,9 ;;
	https) sed 's/ /\t/; s/ /\t/' there ;;
	socat) cup-search there | cut -f 1,6,9 ;;
	esac | sort
}

here() {
	cup-search journal | cut -f 1,6,9 | sort
}

# What was judged there and is not here was given up meanwhile, which the
# refused journal names, or a logout at the node's end, which its log counts.
rest_is_given_up() {
	comm -13 <(here) <(there) >missing
	! grep -v 'reason="the node was stopped"' missing | cut -f 1 |
		grep -vxF -f <(given_up)
}

given_up() {
	cup-search --event=done refused | sed -n 's/.* ref="\([^"]*\)".*/\1/p'
}

# Nothing is in the journal that was not judged there first, and nothing was
# judged there twice. Of the last records the answer may still be under way.
judged_there() {
	[ -e there.args ] && [ -e journal ] || return 0
	here >here.now
	there >there.now
	assert_equal "$(comm -23 here.now there.now)" "" &&
		assert_equal "$(cut -f 1 there.now | uniq -d)" "" || return
	eventually 10 rest_is_given_up || fail "not here: $(cat missing)"
}
