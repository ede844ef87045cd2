# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
# What the suites of sealed journals share: load it behind helpers and journal.

# seal_setup_file: in the folder of the file, a journal of several segments
# that is sealed twice, its key and a witness's; and Go's code, as tlog.
seal_setup_file() {
	export PATH=$CUP_BIN:$CUP_TESTS:$PATH LC_ALL=C.UTF-8
	cd "$BATS_FILE_TMPDIR" || return
	cup-seal --generate acme.example/n1 --key seal.key >vkey
	cup-witness --generate w.example --key witness.key >wkey
	gen-records 700 1 2>/dev/null >records
	journal_more 400
	cup-seal --key seal.key j >sealed
	journal_more 300
	journal_trees
	cup-seal --key seal.key j >>sealed
	GO111MODULE=off GOFLAGS='' GOCACHE=$PWD/go GOPATH=/usr/share/gocode \
		go build -o tlog "$TOP/tests/clients/tlog.go"
}

# journal_more N: so many more records of records go to j.
journal_more() {
	local had
	had=$(awk -F '\t' 'NF && $3 !~ /^#/' j/*.log 2>/dev/null | wc -l)
	tail -n "+$((had + 1))" records | head -n "$1" |
		cup-log --segment-size 64K --compress no j >out
}

# What is done with has its trees a moment later, which whoever has the CPU
# decides.
journal_trees() {
	local log
	mkfifo idle
	cup-log --compress no j <idle >out 3>&- &
	log=$!
	exec 8>idle
	eventually 60 all_trees j
	exec 8>&-
	wait "$log"
}

# To begin with what seal_setup_file made.
seal_setup() {
	common_setup
	cp -r "$BATS_FILE_TMPDIR"/{j,seal.key,vkey,witness.key,wkey,records} .
	PATH=$BATS_FILE_TMPDIR:$PATH
	VKEY=$(<vkey)
	WKEY=$(<wkey)
	WITNESS=
	OLD=$(find j/checkpoints -name '*.checkpoint' | sort | head -1)
	NEW=$(find j/checkpoints -name '*.checkpoint' | sort | tail -1)
}

seal_teardown() {
	[ -z "$WITNESS" ] || kill "$WITNESS" 2>/dev/null || :
	! grep -A 20 -E 'Sanitizer|runtime error' witness.log 2>/dev/null
}

# start_witness [VKEY]: at $AT, with what it remembers in w; LISTEN is where, if
# not anywhere.
start_witness() {
	mkdir -p w
	: >witness.log
	cup-witness --listen "${LISTEN-tcp:127.0.0.1:0}" --key witness.key --state w \
		--log "${1-$VKEY}" 2>>witness.log 3>&- &
	WITNESS=$!
	eventually 10 grep -q 'listening on' witness.log
	AT=http://$(grep -o '127[0-9.:]*' witness.log)
}

stop_witness() {
	kill "$WITNESS"
	wait "$WITNESS"
	WITNESS=
}

# ask_witness FILE: the body of its answer is in body, its status printed.
ask_witness() {
	curl -s -o body -w '%{http_code} %{content_type}' \
		--data-binary "@$1" "$AT/add-checkpoint"
}

# checkpoint_line N FILE
checkpoint_line() {
	sed -n "$1p" "$2"
}
