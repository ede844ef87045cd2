#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-upload before the HTTP of real XMPP servers, with stages that look into
# files, and what it takes of memory.
# shellcheck disable=SC2030,SC2031,SC2154

load ../lib/helpers
load ../lib/upload

setup() {
	common_setup
	STARTED=()
	printf 'a plan\n' >plan.txt
	# Only the servers know it by that name.
	FILES=files.acme.localhost
}

teardown() {
	cat gate.log 2>/dev/null || :
	stop_all
}

# ask FILE NAME TYPE: alice has a slot, of which the gate is told; PUT and GET
# are its URLs, HEADERS what goes with it.
ask() {
	local size
	size=$(stat -c %s "$1")
	PYTHONPATH=$TOP/tests/clients /usr/bin/python3 \
		"$TOP/tests/clients/slot.py" "$C2S" "${SERVICE-$FILES}" "$2" \
		"$size" "$3" >asked
	mapfile -t HEADERS < <(tail -n +3 asked)
	{ read -r PUT; read -r GET; } <asked
	printf 'slot\t%s\t%s\talice@acme.localhost/desk\ts1\t%s\t%s\t%s\n' \
		"${PUT//%/%25}" "${GET//%/%25}" "$2" "$size" "$3" |
		socat -u - UNIX-CONNECT:slots
}

# place FILE TYPE: to the URL that was given, as a client does.
place() {
	curl -s -o answer -w '%{http_code}\n' -T "$1" -H "Content-Type: $2" \
		"${HEADERS[@]/#/-H}" "$PUT"
}

# goes_through: a file, one that is refused, and a large one.
goes_through() {
	LISTEN=tcp:127.0.0.1:$GATE_PORT start_gate
	ask plan.txt plan.txt text/plain
	run -0 place plan.txt text/plain
	assert_output 201
	run -0 curl -s "$GET"
	assert_output 'a plan'
	run -0 place plan.txt text/plain
	assert_output 404
	head -c 5000000 /dev/urandom >large
	ask large large.bin application/octet-stream
	run -0 place large application/octet-stream
	assert_output 201
	curl -s "$GET" -o got
	cmp large got
	run -0 curl -s -r 100-199 "$GET" -o part
	run -0 curl -sI "$GET"
	assert_line --index 0 --regexp '^HTTP/1.1 200'
	assert_line --regexp '^[Cc]ontent-[Ll]ength: 5000000'
	run -0 curl -s -X OPTIONS "$PUT" -o answer -w '%{http_code}' \
		-H 'Origin: https://web.example' \
		-H 'Access-Control-Request-Method: PUT'
	assert_output 200
	echo 'reject all xpath "/*[@name]" text "none"' >policy
	renew
	ask plan.txt other.txt text/plain
	run -0 place plan.txt text/plain
	assert_output 403
	run -0 curl -s "$GET" -o answer -w '%{http_code}'
	assert_output 404
	run -0 cup-verify journal
}

@test "before Prosody's mod_http_file_share" {
	HTTP=$(free_port) GATE_PORT=$(free_port)
	PROSODY_SETTINGS="
		http_ports = { $HTTP }
		http_interfaces = { '127.0.0.1' }
		http_external_url = 'http://$FILES:$GATE_PORT/'
		Component '$FILES' 'http_file_share'" \
		start_prosody acme.localhost alice
	goes_through
}

@test "before ejabberd's mod_http_upload" {
	HTTP=$(free_port) GATE_PORT=$(free_port)
	SERVICE=upload.acme.localhost
	EJABBERD_LISTEN="{ port: $HTTP, ip: 127.0.0.1, module: ejabberd_http, request_handlers: { /upload: mod_http_upload } }" \
	EJABBERD_MODULES="mod_http_upload: { host: $SERVICE, access: all, put_url: \"http://$FILES:$GATE_PORT/upload\", docroot: \"$PWD/docroot\", custom_headers: { Access-Control-Allow-Origin: \"*\" } }" \
		start_ejabberd acme.localhost alice
	goes_through
}

# stage WORD: the shell of cup-upload(1) that has the word, as it stands there.
stage() {
	awk -v word="$1" '/^\.Bd/ { text = ""; open = 1; next }
		/^\.Ed/ { if (open && index(text, word)) printf "%s", text; open = 0 }
		open { text = text $0 "\n" }' "$TOP/man/cup-upload.1" |
		sed 's/\\e/\\/g' >"$1"
	assert_file_not_empty "$1"
}

# start_clamd: with a database of our own, of one file that is known to be bad.
start_clamd() {
	mkdir -m 755 clam
	# The EICAR file, in two parts, so that this one is none.
	# shellcheck disable=SC2016
	printf '%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-' \
		'ANTIVIRUS-TEST-FILE!$H+H*' >eicar.com
	printf '%s:%s:Test.Eicar\n' "$(md5sum <eicar.com | cut -c 1-32)" \
		"$(stat -c %s eicar.com)" >clam/own.hdb
	printf 'Test.Word:0:*:%s\n' "$(printf 'very bad word' | od -An -tx1 | tr -d ' \n')" \
		>clam/own.ndb
	cat >clamd.conf <<-EOF
		DatabaseDirectory $PWD/clam
		LocalSocket $PWD/clamd.socket
		LogFile $PWD/clamd.log
		PidFile $PWD/clamd.pid
		Foreground yes
		User root
	EOF
	clamd -c "$PWD/clamd.conf" >clamd.out 2>&1 </dev/null 3>&- &
	STARTED+=($!)
	eventually 30 test -S clamd.socket
	# The stage calls it as it stands in the manual.
	mkdir -p path
	printf '#!/bin/sh\nexec /usr/bin/clamdscan -c "%s" "$@"\n' \
		"$PWD/clamd.conf" >path/clamdscan
	chmod +x path/clamdscan
	PATH=$PWD/path:$PATH
}

@test "a stage asks clamd: what it finds something in is refused" {
	stage clamdscan
	start_clamd
	start_nginx
	PIPELINE="sh ./clamdscan | $RELEASED" start_gate
	run -0 send eicar.com /harmless.txt
	assert_output 403
	assert_equal "$(<answer)" 'a virus'
	assert_file_not_exists www/harmless.txt
	{ head -c 1000000 /dev/zero; printf 'a very bad word here'; } >large
	run -0 send large /large.bin
	assert_output 403
	run -0 send plan.txt /plan.txt
	assert_output 201
	run -0 records upload
	assert_equal "$(column 7 <<<"$output" | cut -d : -f 1)" \
		$'virus@clamav\nvirus@clamav\n'"$(column 7 <<<"$output" | tail -n 1 | cut -d : -f 1)"
	# Nobody there to ask: nothing passes.
	stop "${STARTED[0]}" || :
	run -0 send plan.txt /unasked.txt
	assert_output 403
}

# pdf TEXT: a document of that one line.
pdf() {
	cat <<-EOF
		%PDF-1.4
		1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
		2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
		3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 100]/Contents 4 0 R
		/Resources<</Font<</F 5 0 R>>>>>>endobj
		4 0 obj<</Length $((${#1} + 33))>>stream
		BT /F 12 Tf 10 50 Td ($1) Tj ET
		endstream endobj
		5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
		trailer<</Root 1 0 R>>
	EOF
}

@test "a stage has the words of a PDF judged as the body of a message is" {
	stage pdftotext
	pdf 'the <merger> & "path"' >bad.pdf
	pdf 'the weather' >good.pdf
	cat >policy <<-'EOF'
		reject words body matches /merger/ text "not that word"
		pass rest
	EOF
	start_nginx
	PIPELINE="sh ./pdftotext 2>pdf.log | $RELEASED" start_gate
	run -0 send bad.pdf /bad.pdf
	assert_output 403
	assert_equal "$(<answer)" 'not that word'
	run -0 send good.pdf /good.pdf
	assert_output 201
	run -0 send bad.pdf /bad.txt
	assert_output 403
	run -0 send plan.txt /plan.txt
	assert_output 201
	run -0 records upload
	assert_line --partial '<text>the weather'
}

@test "1 GiB passes both ways with less than 32 MiB" {
	start_nginx
	start_gate --file-size-max 2G
	head -c 1073741824 /dev/zero >large
	run -0 send large /large
	assert_output 201
	curl -s "$URL/large" | cmp - large
	run -0 sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$GATE/status"
	echo "$output KiB"
	[ "$output" -lt 32768 ]
}
