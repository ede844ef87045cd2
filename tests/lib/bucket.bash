# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
# An S3 server (npm's s3rver) and what stands before it: see
# tests/clients/bucket.py. s3rver knows no object lock; what is asked of it
# there is looked at.

# start_bucket DIR: $BUCKET is one in it, empty, and $BUCKET_CA its authority.
start_bucket() {
	local npm=$TOP/build/npm-s3rver
	mkdir -p "$1/store" || return
	[ -e "$npm/node_modules/s3rver/package.json" ] ||
		timeout 120 npm install --prefix "$npm" --no-audit --no-fund \
			--ignore-scripts s3rver@3.7.1 >&2 || return
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 2 -subj /CN=bucket -addext subjectAltName=IP:127.0.0.1 \
		-keyout "$1/server.key" -out "$1/server.crt" 2>/dev/null
	NO_COLOR=1 node "$npm/node_modules/s3rver/bin/s3rver.js" --port 0 \
		--address 127.0.0.1 --directory "$1/store" \
		--configure-bucket archive >"$1/log" 2>&1 3>&- &
	S3RVER=$!
	eventually 20 grep -q 'listening on' "$1/log"
	S3RVER_PORT=$(sed -n 's/.*listening on.*:\([0-9]*\)$/\1/p' "$1/log")
	start_bucket_front "$1"
	BUCKET_DIR=$1 BUCKET_CA=$1/server.crt
	export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER
}

# start_bucket_front DIR: what stands before it, at another port than the last.
start_bucket_front() {
	rm -f "$1/port"
	/usr/bin/python3 "$TOP/tests/clients/bucket.py" "$1" "$S3RVER_PORT" \
		>"$1/front.log" 2>&1 3>&- &
	BUCKET_FRONT=$!
	eventually 10 test -e "$1/port"
	BUCKET=https://127.0.0.1:$(<"$1/port")/archive
}

stop_bucket() {
	[ -z "${BUCKET_FRONT-}" ] || kill "$BUCKET_FRONT" 2>/dev/null || :
	[ -z "${S3RVER-}" ] || kill "$S3RVER" 2>/dev/null || :
}

# object NAME [CURL-OPTION...]: with a program that is not ours.
object() {
	curl -sf --cacert "$BUCKET_CA" --aws-sigv4 aws:amz:us-east-1:s3 \
		--user S3RVER:S3RVER -H "x-amz-content-sha256: $(sha256sum "${SENT-/dev/null}" | cut -c -64)" \
		"${@:2}" "$BUCKET/$1"
}

# objects PREFIX: the names of all there are under it.
objects() {
	curl -sf "http://127.0.0.1:$S3RVER_PORT/archive?prefix=$1&max-keys=1000" |
		grep -o '<Key>[^<]*' | sed 's/<Key>//' | sort
}

# fetch PREFIX FOLDER: all under PREFIX/ into the folder.
fetch() {
	local name
	for name in $(objects "$1/"); do
		object "$name" --create-dirs -o "$2/${name#"$1/"}" || return
	done
}
