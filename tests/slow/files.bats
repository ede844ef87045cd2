#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Files through a whole node, before both servers, with the settings of cup(7)
# as they stand there, but for names, ports and places.
# shellcheck disable=SC2030,SC2031,SC2034

load ../lib/helpers
load ../lib/servers
load ../lib/federation
load ../lib/files

setup_file() {
	export TOP PATH=$CUP_BIN:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	make_authority
	sign_certificate acme.localhost
	sign_certificate upload.acme.localhost
}

setup() {
	common_setup
	STARTED=()
	export CUP_CONFIG_DIR=$PWD/etc CUP_RUN_DIR=$PWD/run
	mkdir etc
	cp "$BATS_FILE_TMPDIR"/*.{crt,key} .
	export SSL_CERT_FILE=$PWD/ca.crt
	HTTP=$(free_port) GATE=$(free_port) PORT=$(free_port)
	SITE=https://upload.acme.localhost:$GATE
	printf 'our plan\n' >plan.txt
	printf 'not for others\n' >leaked.txt
	{
		printf 'MZ' && head -c 58 /dev/zero && printf '\200\0\0\0'
		head -c 64 /dev/zero && printf 'PE\0\0\114\001\001\0'
		head -c 200 /dev/zero && printf 'this tool runs'
	} >tool.txt
	{ sha256sum | cut -c 1-64; } <leaked.txt >leaked.sha256
	{ shown 4 && echo 'pass rest'; } >n1.policy
}

teardown() {
	cat n1.log 2>/dev/null || :
	stop_all
	sound n1.log
}

# shown N: the Nth of what cup(7) has for files, for what is here.
shown() {
	awk -v n="$1" '/^\.S[hs]/ { here = $0 == ".Ss Files" }
		here && /^\.Bd/ { take = ++block == n; next }
		/^\.Ed/ { take = 0 }
		take' "$TOP/man/cup.7" |
		sed -e "s/acme\.example/acme.localhost/g; s/@HOST@/acme.localhost/g
			s/5380/$HTTP/; s|https://upload.acme.localhost|$SITE|
			s/tls:\*:443/tls:127.0.0.1:$GATE/; s/node1/n1/g
			s|/var/lib/ejabberd|$PWD/ejabberd|; s|/var/lib/cup|$PWD|
			s|/etc/cup/upload|$PWD/upload.acme.localhost|
			s/\\\\e$/\\\\/"
}

# with_files: the server, with what cup(7) has for it.
with_files() {
	if [ "$SERVER" = prosody ]; then
		PROSODY_SETTINGS=$(shown 1) start_prosody acme.localhost alice bob
	else
		EJABBERD_SETTINGS='access_rules: { local: { allow: all } }' \
			EJABBERD_LISTEN=$(shown 2 | sed -n '/^listen/,/^modules/p' | sed '1,2d;$d' |
				sed '1s/^/\n/') \
			EJABBERD_MODULES=$(shown 2 | sed '1,/^modules/d' | sed '1s/^  //') \
			start_ejabberd acme.localhost alice bob
	fi
	eventually 10 listens "$HTTP"
}

# with_node: before it, and two clients.
with_node() {
	cup-config n1 "listen=tcp:127.0.0.1:$PORT" \
		"server=tcp:127.0.0.1:$C2S" domain=acme.localhost \
		"certificate=$PWD/acme.localhost.crt" \
		"private-key=$PWD/acme.localhost.key" \
		"policy=$PWD/n1.policy" "journal=$PWD/n1" >/dev/null
	run -0 bash -ec "$(shown 3 | sed -n 's/^# cup-config n1/cup-config n1/p; /^ /p')"
	cup-node n1 2>>n1.log >/dev/null </dev/null 3>&- &
	STARTED+=($!)
	eventually 15 node_is n1 state up
	eventually 10 node_is n1 gate up
	file_client alice ca.crt
	file_client bob ca.crt
}

# gets URL FILE: that is what others get there.
gets() {
	curl -sf --cacert ca.crt --resolve "upload.acme.localhost:$GATE:127.0.0.1" \
		-o got "$1" && cmp got "$2"
}

# status_of URL: what others are told there.
status_of() {
	curl -s --cacert ca.crt --resolve "upload.acme.localhost:$GATE:127.0.0.1" \
		-o /dev/null -w '%{http_code}' "$1"
}

# uploads FILE: alice's is taken; URL is where.
uploads() {
	: >alice.said
	tell alice file "$1" text/plain
	answered alice '^(url|http|error) '
	URL=$(sed -n 's/^url //p' alice.said)
	[ -n "$URL" ] || fail "$(cat alice.said)"
}

# refused FILE TEXT: alice's is not, and is told that; the server never had
# anything of it.
refused() {
	: >alice.said
	tell alice file "$1" text/plain
	answered alice "^http 403 .*$2"
	run -1 grep -rqaF "$(tail -c 14 "$1")" "$SERVER"
	run -0 grep -rl "^state refused" n1.files/url
	URL=$(sed -n 's/^url //p' "${lines[-1]}")
	assert_equal "$(status_of "$URL")" 404
}

# files_go_through: all of it, before that server.
files_go_through() {
	with_files
	with_node
	run cup-config --check n1
	assert_line --regexp "^good: upload-server http://127.0.0.1:$HTTP: answers"
	refute_line --regexp "^(wrong|open): .*upload"

	uploads plan.txt
	gets "$URL" plan.txt
	tell alice say bob@acme.localhost "see $URL"
	answered bob "^got alice@acme.localhost/.* see $URL"
	run -0 cup-print n1.upload
	assert_output --regexp "alice@acme.localhost +pass +\[upload plan.txt, 9 bytes, text/plain, sha256 $(sha256sum plan.txt | cut -c 1-64)\]"
	cup-search n1 "see $URL" >found
	run -0 cup-print found
	assert_output --partial "[file plan.txt, 9 bytes, sha256 $(sha256sum plan.txt | cut -c 1-64)]"

	refused leaked.txt "this file stays here"
	refused tool.txt ""
	tell alice say bob@acme.localhost "then $URL"
	answered alice "^refused "
	tell alice say bob@acme.localhost "or $SITE/upload/nothing"
	answered_times alice '^refused ' 2
	tell alice say bob@acme.localhost "never mind"
	answered bob "^got .* never mind"
	run -1 grep -E "then|nothing" bob.said

	local pid
	pid=$(node_value upload-pid)
	kill -9 "$pid"
	eventually 10 another_gate "$pid"
	eventually 10 node_is n1 gate up
	printf 'once more\n' >again.txt
	uploads again.txt
	gets "$URL" again.txt
}

node_value() {
	cup-node --status n1 2>/dev/null | sed -n "s/^$1 //p"
}

another_gate() {
	local pid
	pid=$(node_value upload-pid)
	[ -n "$pid" ] && [ "$pid" != "$1" ]
}

@test "files through a node before Prosody" {
	SERVER=prosody
	files_go_through
}

@test "files through a node before ejabberd" {
	SERVER=ejabberd
	files_go_through
}
