#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What is installed, and that help, manuals and completions say the same.

load ../lib/helpers

setup_file() {
	common_setup
	for p in $(programs); do
		"$p" --help | named | grep -vxE 'help|usage' \
			>"$BATS_FILE_TMPDIR/$p" || return
	done
}

setup() {
	common_setup
}

programs() {
	for f in "$TOP"/bin/cup-*.c; do
		basename "$f" .c
	done
}

# named [FILE...]: the long options in it, without the leading dashes, sorted.
named() {
	sed 's/‐/-/g' "$@" | grep -oE -- '--[a-z][a-z-]*' | sed 's/^--//' |
		sort -u
}

# options PROGRAM: those its --help shows.
options() {
	cat "$BATS_FILE_TMPDIR/$1"
}

@test "every program has a manual page, completions and a test suite" {
	for p in $(programs); do
		assert_file_exists "$TOP/man/$p.1"
		assert_file_exists "$TOP/completions/bash/$p"
		assert_file_exists "$TOP/completions/zsh/_$p"
		assert_file_exists "$TOP/completions/fish/$p.fish"
		assert_file_exists "$TOP"/tests/*/"$p.bats"
	done
}

# all_of WHERE PROGRAM: its options are on standard input; others may be.
all_of() {
	local missing
	missing=$(sort -u | comm -23 "$BATS_FILE_TMPDIR/$2" -)
	[ -z "$missing" ] || fail "$1 has not of $2:" "$missing"
}

@test "every option of every program is in its manual page" {
	for p in $(programs); do
		mandoc -T utf8 "$TOP/man/$p.1" | col -b | named |
			all_of "the page" "$p"
	done
}

@test "every option of every program is completed by bash, zsh and fish" {
	for p in $(programs); do
		named "$TOP/completions/bash/$p" | all_of bash "$p"
		named "$TOP/completions/zsh/_$p" | all_of zsh "$p"
		grep -oE -- '-l [a-z][a-z-]*' "$TOP/completions/fish/$p.fish" |
			sed 's/^-l //' | all_of fish "$p"
	done
}

@test "completions offer no option that a program does not have" {
	for p in $(programs); do
		run -0 comm -13 <({ options "$p"; echo help; echo usage; } | sort) \
			<(named "$TOP/completions/bash/$p")
		assert_output ""
	done
}

@test "the completions load in their shells" {
	for p in $(programs); do
		run -0 bash -n "$TOP/completions/bash/$p"
		run -0 zsh -n "$TOP/completions/zsh/_$p"
		run -0 fish -n "$TOP/completions/fish/$p.fish"
	done
}

@test "bash completes the options of a program" {
	for p in $(programs); do
		# shellcheck disable=SC2016
		run -0 bash -c '. "$1"; COMP_WORDS=("$2" --ver) COMP_CWORD=1
			f=$(complete -p "$2" | sed "s/.*-F \([^ ]*\).*/\1/")
			"$f" "$2" --ver "$2"; printf "%s\n" "${COMPREPLY[@]}"' \
			_ "$TOP/completions/bash/$p" "$p"
		assert_line --partial "--version"
	done
}

@test "the manual pages are free of faults" {
	run -0 mandoc -Tlint -W warning "$TOP"/man/*
	assert_output ""
}

@test "every manual page tells its exit status and shows a pipeline" {
	for p in $(programs); do
		grep -q '^\.Sh EXIT STATUS' "$TOP/man/$p.1" || fail "$p.1: exit status"
		sed -n '/^\.Sh EXAMPLES/,/^\.Sh [^E]/p' "$TOP/man/$p.1" |
			grep -q ' |' || fail "$p.1: no pipeline in EXAMPLES"
	done
}

@test "install puts everything under DESTDIR, uninstall takes it away" {
	[ "$CUP_BIN" = "$TOP/bin" ] || skip "checked with the plain build"
	run -0 make -s -C "$TOP" install DESTDIR="$PWD/root" PREFIX=/usr
	for p in $(programs); do
		assert_file_executable "root/usr/bin/$p"
		assert_file_exists "root/usr/share/man/man1/$p.1"
		assert_file_exists "root/usr/share/zsh/site-functions/_$p"
	done
	assert_file_exists root/usr/share/man/man7/cup.7
	assert_file_exists root/usr/share/cup/policy/example.policy
	assert_file_contains 'root/usr/lib/systemd/system/cup-node@.service' \
		'^ExecStart=/usr/bin/cup-node %i$'
	run -0 make -s -C "$TOP" uninstall DESTDIR="$PWD/root" PREFIX=/usr
	run -0 find root -type f
	assert_output ""
}

@test "a missing package without root prints the command and fails" {
	mkdir fake
	printf '#!/bin/sh\nexit 1\n' >fake/dpkg-query
	printf '#!/bin/sh\necho 1000\n' >fake/id
	printf '#!/bin/sh\nexit 1\n' >fake/sudo
	chmod +x fake/*
	PATH=$PWD/fake:$PATH run --separate-stderr -69 \
		sh "$TOP/.ci/packages" build
	assert_output ""
	# shellcheck disable=SC2154
	assert_regex "$stderr" "apt-get install -y .* libxml2-dev"
}

@test "what README says of the library's files is so" {
	local file count=0
	while read -r file; do
		assert_file_exists "$TOP/lib/$file"
		count=$((count + 1))
	done < <(sed -n '/^Where things are/,/^Contributing/p' "$TOP/README" |
		grep -oE '\b[a-z]+/[a-z-]+\.[ch]\b')
	((count > 25))
	# Each folder has its chief header there, which says what is in it.
	for file in "$TOP"/lib/*/; do
		file=${file%/}
		compgen -G "$file/*.c" >folder || continue
		run -0 grep -oE " ${file##*/}/[a-z]*\.h " "$TOP/README"
		run -0 grep -qE "^(/\*| \*) lib/${file##*/} " \
			"$TOP/lib/${output// /}"
	done
}
