#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2153,SC2154
# cup-seal: its conduct, its keys, and what checkpoints and proofs are to
# software that is not ours.

load ../lib/helpers
load ../lib/journal
load ../lib/seal

setup_file() {
	seal_setup_file
}

setup() {
	seal_setup
}

teardown() {
	[ -z "${STARTED-}" ] || kill "$STARTED" 2>/dev/null || :
	seal_teardown
}

@test "cup-seal conducts itself as all programs do" {
	conducts_itself cup-seal --key seal.key j
	run --separate-stderr -64 cup-seal j
	run --separate-stderr -64 cup-seal --key seal.key
	run --separate-stderr -64 cup-seal --key seal.key j j
	run --separate-stderr -64 cup-seal --key seal.key --every 1ms j
	run --separate-stderr -64 cup-seal --key seal.key --witness http://w j
	run --separate-stderr -64 cup-seal --key seal.key \
		--witness "http://w $VKEY" j
	run --separate-stderr -64 cup-seal --key new --generate 'a b'
	run --separate-stderr -74 cup-seal --key seal.key /dev/null
}

@test "a key is made once, for its owner alone, and shows its public half" {
	run -0 cup-seal --key seal.key --public
	assert_output "$VKEY"
	assert_regex "$VKEY" '^acme\.example/n1\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}$'
	assert_equal "$(stat -c %a seal.key)" 600
	run --separate-stderr -64 cup-seal --key seal.key --generate other
	run -0 cup-seal --key seal.key --public
	assert_output "$VKEY"
	chmod 640 seal.key
	run --separate-stderr -78 cup-seal --key seal.key j
	assert_regex "$stderr" 'its group or others have access'
	run --separate-stderr -78 cup-seal --key witness.key j
	assert_regex "$stderr" 'is not the key of a log'
	sed 's/n1/n2/' seal.key >renamed && chmod 600 renamed
	run --separate-stderr -78 cup-seal --key renamed j
	assert_regex "$stderr" 'does not match its hash'
}

@test "nothing is sealed twice, and sealing goes on from where it was" {
	assert_equal "$(cat "$BATS_FILE_TMPDIR/sealed")" "$OLD
$NEW"
	run -0 cup-seal --key seal.key j
	assert_output "$NEW"
	assert_equal "$(find j/checkpoints -name '*.checkpoint' | wc -l)" 2
	mkdir empty && touch empty/lock
	run --separate-stderr -1 cup-seal --key seal.key empty
	assert_regex "$stderr" 'has no line yet'
}

@test "Go's checksum database opens the checkpoints, and no altered one" {
	run -0 tlog open "$VKEY" <"$NEW"
	assert_line --index 0 --regexp '^acme\.example/n1/[0-9a-f-]{36}$'
	assert_line --index 1 "$(journal_lines j | tail -1 | cut -f 1)"
	local n
	for n in 1 2 3; do
		sed "${n}s/.\$/x/" "$NEW" >altered
		run -1 tlog open "$VKEY" <altered
		run --separate-stderr -1 cup-verify --key "$VKEY" \
			--checkpoint altered j
	done
}

@test "Go proves records by our proofs, and nothing else by them" {
	local seq id
	for seq in 2 3 64 65 350 700; do
		journal_lines j | sed -n "${seq}p" | cut -f 3- >record
		id=$(cut -f 1 record)
		[[ $id != '#'* ]] || continue
		cup-verify --proof "$id" j >p.tlog-proof
		tlog record "$VKEY" p.tlog-proof record "$seq"
		run -0 cup-verify --key "$VKEY" p.tlog-proof record
		assert_output --partial "record $seq of acme.example/n1/"
		run -1 tlog record "$VKEY" p.tlog-proof record $((seq + 1))
		sed 's/</< /' record >other
		run -1 tlog record "$VKEY" p.tlog-proof other "$seq"
		run --separate-stderr -1 cup-verify --key "$VKEY" \
			p.tlog-proof other
	done
}

@test "Go finds each checkpoint consistent with the one before" {
	tlog extends "$VKEY" "$OLD" "${NEW%checkpoint}extends"
	run -1 tlog extends "$VKEY" "$NEW" "${NEW%checkpoint}extends"
	sed '2{s/^x/y/;t;s/^./x/;}' "${NEW%checkpoint}extends" >altered
	run -1 tlog extends "$VKEY" "$OLD" altered
}

@test "any byte that is changed in a proof is found" {
	local id size at
	id=$(sed -n 5p records | cut -f 1)
	cup-verify --proof "$id" j >whole
	journal_lines j | grep "	$id	" >record
	size=$(stat -c %s whole)
	for ((at = 0; at < size; at += 29)); do
		cp whole p.tlog-proof
		printf '\x7e' | dd of=p.tlog-proof bs=1 seek="$at" \
			conv=notrunc status=none
		run --separate-stderr -1 cup-verify --key "$VKEY" \
			p.tlog-proof record
	done
	cp whole p.tlog-proof
	cup-verify --key "$VKEY" p.tlog-proof record
	head -c -60 whole >p.tlog-proof
	run --separate-stderr -1 cup-verify --key "$VKEY" p.tlog-proof record
	run --separate-stderr -1 cup-verify --proof "no-such-id" j
	assert_regex "$stderr" 'has no record of that id'
}

@test "an outsider checks a record with openssl and awk, as the page says" {
	local vkey=$VKEY id
	id=$(sed -n 77p records | cut -f 1)
	cup-verify --proof "$id" j >record.tlog-proof
	journal_lines j | grep "	$id	" | cut -f 3- | tr -d '\n' >record
	awk '/^\.Ss Checking one record/ { here = 1 } /^\.Ss Version/ { here = 0 }
		here && /^\.Bd/ { open = 1; next } /^\.Ed/ { open = 0 }
		here && open' "$TOP/man/cup-journal.5" |
		sed 's/\\e/\\/g' >by-hand
	export vkey
	run -0 sh -u by-hand
	assert_output "Signature Verified Successfully
proved"
	tr a b <record >other && mv other record
	run sh -u by-hand
	refute_line proved
	sed -i 's/^— acme.example.n1 .\{20\}/&x/' record.tlog-proof
	run sh -u by-hand
	refute_line 'Signature Verified Successfully'
}

@test "it goes on sealing, with no right to other files or the network" {
	local before pid
	before=$(find j/checkpoints -name '*.checkpoint' | wc -l)
	# Whoever looks for leaks cannot read /proc then.
	ASAN_OPTIONS=detect_leaks=0 cup-seal --key seal.key --every 100ms j \
		2>err 3>&- &
	STARTED=$!
	pid=$STARTED
	eventually 10 grep -qE '^Seccomp:.*2' "/proc/$pid/status"
	journal_texts j | tail -1 | cut -c 2- >/dev/null
	tail -1 records | sed 's/^0/f/' | cup-log --compress no j >out
	another() {
		[ "$(find j/checkpoints -name '*.checkpoint' | wc -l)" -gt "$before" ]
	}
	eventually 10 another
	kill "$STARTED"
	wait "$STARTED"
	STARTED=
	assert_equal "$(cat err)" ""
	run -0 cup-verify --key "$VKEY" j
}

@test "a time stamp is of the checkpoint, and openssl takes it" {
	local port
	command -v openssl >/dev/null
	printf '%s\n' '[tsa]' 'default_tsa = t' '[t]' "serial = $PWD/serial" \
		"signer_cert = $PWD/tsa.crt" "signer_key = $PWD/tsa.key" \
		'signer_digest = sha256' 'default_policy = 1.2.3.4' \
		'digests = sha256' 'accuracy = secs:1' 'ess_cert_id_alg = sha256' \
		>tsa.conf
	echo 01 >serial
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=tsa -days 2 \
		-keyout tsa.key -out tsa.crt \
		-addext 'extendedKeyUsage = critical,timeStamping' \
		-addext 'basicConstraints = CA:false' 2>/dev/null
	port=$((20000 + RANDOM))
	/usr/bin/python3 "$TOP/tests/clients/tsa.py" "$port" tsa.conf 3>&- &
	STARTED=$!
	up() {
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
	}
	eventually 10 up
	rm -r j/checkpoints
	run --separate-stderr -0 cup-seal --key seal.key \
		--timestamp "http://127.0.0.1:$port/" j
	assert_equal "$stderr" ""
	run -0 openssl ts -verify -data "$output" \
		-in "${output%checkpoint}tsr" -CAfile tsa.crt
	assert_output --partial 'Verification: OK'
	# Who cosigns it later does so beside it.
	start_witness
	run --separate-stderr -0 cup-seal --key seal.key --witness "$AT $WKEY" \
		--timestamp "http://127.0.0.1:$port/" j
	assert_equal "$stderr" ""
	openssl ts -verify -data "$output" -in "${output%checkpoint}tsr" \
		-CAfile tsa.crt
	run -0 cup-verify --key "$VKEY" --witness-key "$WKEY" --quorum 1 j
	# One that was given for something else is not taken.
	tail -1 records | sed 's/^0/e/' | cup-log --compress no j >out
	run --separate-stderr -0 cup-seal --key seal.key \
		--timestamp "http://127.0.0.1:$port/stale" j
	assert_regex "$stderr" 'gives no stamp of what it was shown'
	assert_file_not_exists "${output%checkpoint}tsr"
}
