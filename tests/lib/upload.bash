# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A cup-upload under test, and HTTP servers for it. Ends what it started.

STARTED=()
# shellcheck source=tests/lib/servers.bash
. "${BASH_SOURCE[0]%/*}/servers.bash"

# shellcheck disable=SC2034
# start_nginx: one that files can be put to, at $HTTP; they are in www.
start_nginx() {
	HTTP=$(free_port) WWW=$PWD/www
	mkdir -p www tmp
	chmod 777 www tmp
	cat >nginx.conf <<-EOF
		daemon off;
		master_process off;
		pid $PWD/nginx.pid;
		error_log $PWD/nginx.err;
		events { worker_connections 1024; }
		http {
			access_log $PWD/nginx.log;
			client_body_temp_path $PWD/tmp;
			client_max_body_size 0;
			server {
				listen 127.0.0.1:$HTTP${SERVER_TLS:+ ssl};
				${SERVER_TLS:+ssl_certificate $SERVER_TLS.crt; ssl_certificate_key $SERVER_TLS.key;}
				root $PWD/www;
				location / {
					dav_methods PUT;
					create_full_put_path on;
				}
			}
		}
	EOF
	nginx -c "$PWD/nginx.conf" >nginx.out 2>&1 </dev/null 3>&- &
	STARTED+=($!)
	eventually 10 listens "$HTTP"
}

RELEASED='cup-filter policy | cup-log --wait journal | cup-deliver --records'

# start_gate [OPTION...]: before $HTTP, its messages in gate.log; $URL is
# where it is. PIPELINE is the shell pipeline; policy is made if there is none.
start_gate() {
	[ -e policy ] || cat >policy <<-'EOF'
		reject banned body matches /./ text "no words"
		pass rest
	EOF
	: >gate.log
	cup-upload --listen "${LISTEN-tcp:127.0.0.1:0}" --node n1 \
		--server "${HTTPS:-http://127.0.0.1:$HTTP}" --store store \
		--slots "unix:$PWD/slots" -c "${PIPELINE-$RELEASED}" "$@" \
		2>>gate.log </dev/null 3>&- &
	GATE=$!
	STARTED+=("$GATE")
	eventually 10 grep -q 'pipeline is up' gate.log || cat gate.log
	PORT=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' gate.log)
	URL=http://127.0.0.1:$PORT
}

# slot PATH SIZE [TYPE [NAME]]: one of alice is granted. SLOT_URL is where.
slot() {
	local url=${SLOT_URL-$URL}$1
	printf 'slot\t%s\t%s\talice@acme.localhost/desk\ts1\t%s\t%s\t%s\n' \
		"$url" "$url" "${4:-${1##*/}}" "$2" "${3:--}" |
		socat -u - UNIX-CONNECT:slots
}

# put FILE PATH [ARGS...]: the status of the answer, whose body is in answer.
put() {
	local file=$1 path=$2
	shift 2
	curl -s --max-time 60 -o answer -w '%{http_code}\n' -T "$file" "$@" \
		"$URL$path"
}

# send FILE PATH [ARGS...]: with a slot for just that.
send() {
	slot "$2" "$(stat -Lc %s "$1")"
	put "$@"
}

# said N TEXT: the gate says it so many times.
gate_said() {
	[ "$(grep -c -- "$2" gate.log)" = "$1" ]
}

# renew: the pipeline, once, as its policy is another one.
renew() {
	kill -HUP "$GATE"
	eventually 10 gate_said 2 'pipeline is up\|pipeline was renewed'
}

# state PATH: what the store knows of that URL.
state() {
	local digest
	digest=$(printf %s "${SLOT_URL-$URL}$1" | sha256sum)
	sed -n 's/^state //p' "store/url/${digest:0:2}/${digest:0:64}"
}

# incoming N: so many files are on their way.
incoming() {
	[ "$(find store/incoming -type f | wc -l)" = "$1" ]
}

# records EVENT: of the journal.
records() {
	cup-search journal --event "$1"
}

# hold_records: what start_gate starts from now on keeps each record until the
# file go is there; the file asked is then there.
hold_records() {
	cat >hold <<-'EOF'
		while IFS= read -r line; do
			case $line in *$'\tupload\t'*)
				: >asked
				until [ -e go ]; do read -rt 0.05 <> <(:) || :; done
			esac
			printf '%s\n' "$line"
		done
	EOF
	PIPELINE="bash hold | $RELEASED"
}

# upload CASE [ARG...]: of clients/upload.py.
upload() {
	timeout 90 /usr/bin/python3 "$TOP/tests/clients/upload.py" "$PORT" "$@"
}

# start_odd MODE: a server that does as that says, at $HTTP; what it is asked
# is in odd.log.
start_odd() {
	/usr/bin/python3 "$TOP/tests/clients/odd-http.py" "$1" >odd.out \
		2>odd.log </dev/null 3>&- &
	ODD=$!
	STARTED+=("$ODD")
	eventually 10 grep -q . odd.out
	HTTP=$(<odd.out)
}
