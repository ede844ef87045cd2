# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# What every suite begins with: load it, and call common_setup in setup().

bats_require_minimum_version 1.5.0
# What their load.bash reads, without the twenty processes that each takes to
# find it: this is done before every single test.
for library in "${BATS_LIB_PATH:-/usr/lib/bats}"/bats-{support,assert,file}/src/*.bash; do
	# shellcheck disable=SC1090
	. "$library"
done

TOP=${BATS_TEST_DIRNAME%/*/*}
export STANZAS=$TOP/tests/stanzas
export POLICIES=$TOP/lib/policies
# make asan points both elsewhere.
CUP_BIN=${CUP_BIN:-$TOP/bin}
CUP_TESTS=${CUP_TESTS:-$TOP/build/tests}
# shellcheck source=tests/lib/eventually.bash
. "$TOP/tests/lib/eventually.bash"

common_setup() {
	unset "${!XDG_@}" "${!CUP_C@}" http_proxy https_proxy no_proxy
	export HOME=$BATS_TEST_TMPDIR LC_ALL=C.UTF-8 TZ=UTC
	export PATH=$CUP_BIN:$CUP_TESTS:$CUP_TESTS/bench:$PATH
	cd "$BATS_TEST_TMPDIR" || return
	RECORDS=0
}

# record EVENT VERDICT STANZA [REASON [PROOF [ORIGINAL]]]: a record line with
# an id of its own, unless $ID is set.
record() {
	RECORDS=$((RECORDS + 1))
	local id=${ID-} test=${BATS_TEST_NUMBER:-0}
	# Which bats 1.11 has as -1 in setup_file.
	[ -n "$id" ] || printf -v id '019aac21-%04d-7000-8000-%012d' \
		"${test#-}" "$((RECORDS + BASHPID * 1000))"
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$id" \
		"${TIME:-2026-11-22T21:33:38.000001Z}" "${NODE:-node1}" s1 \
		"$1" "$2" "${4:--}" "${5:--}" "$3" "${6:--}"
}

# message FROM TO BODY: a chat message in canonical form.
message() {
	printf '<message xmlns="jabber:client" from="%s" to="%s" id="m1" type="chat"><body>%s</body></message>' "$1" "$2" "$3"
}

# column N: that field of each line.
column() {
	cut -f "$1"
}

# The conduct every program shares; call as: conducts_itself PROG ARGS...
# (ARGS: operands that make a correct call).
conducts_itself() {
	local prog=$1
	shift
	run --separate-stderr -0 "$prog" --help
	assert_output --partial "Usage: $prog"
	# shellcheck disable=SC2154
	assert_equal "$stderr" ""
	run --separate-stderr -0 "$prog" --version
	assert_output --regexp "^$prog \(cup\) "
	run --separate-stderr -64 "$prog" --no-such-option "$@"
	assert_regex "$stderr" "^$prog: option '--no-such-option': "
	assert_output ""
}
