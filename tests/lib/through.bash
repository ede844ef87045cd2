# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# As in servers.bash, but the node is a whole one: cup-node with its own
# settings, stages and restarts. Load servers.bash first.

# start_node [OPTION VALUE]...: options of cup-intercept, which are the
# settings' names. A PIPELINE takes the place of the standard one. INTERCEPT
# is cup-intercept, and NODE cup-node.
# shellcheck disable=SC2034
start_node() {
	export CUP_CONFIG_DIR=$PWD/etc CUP_RUN_DIR=$PWD/run
	local settings=()
	while [ $# -gt 0 ]; do
		settings+=("${1#--}=$2")
		shift 2
	done
	[ -z "${PIPELINE-}" ] || settings+=("pipeline=$PIPELINE")
	PORT=$(free_port)
	[ -e acme.localhost.crt ] || make_certificate acme.localhost
	[ -e policy ] || write_policy >policy
	mkdir -p etc
	rm -f etc/n1.conf
	cup-config n1 "listen=tcp:127.0.0.1:$PORT" domain=acme.localhost \
		"server=tcp:127.0.0.1:$C2S" "policy=$PWD/policy" \
		"certificate=$PWD/acme.localhost.crt" \
		"private-key=$PWD/acme.localhost.key" "journal=$PWD/journal" \
		"refused=$PWD/refused" "${settings[@]}" >/dev/null
	cup-node n1 >node.out 2>>node.log </dev/null 3>&- &
	NODE=$!
	STARTED+=("$NODE")
	eventually 15 status_is state up
	INTERCEPT=$(status intercept-pid)
}

# status KEY: of the node.
status() {
	cup-node --status n1 2>/dev/null | sed -n "s/^$1 //p"
}

# stages: the processes of the pipeline, in order; those of a PIPELINE are
# its shell's.
stages() {
	local name pid
	status stage | while read -r name pid; do
		if [ "$name" = sh ]; then
			pgrep -P "$pid"
		else
			echo "$pid"
		fi
	done
}
