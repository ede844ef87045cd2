#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-config: showing, changing and keeping the settings of a node.

load ../lib/helpers

setup() {
	common_setup
	export CUP_CONFIG_DIR=$PWD/etc
	unset VISUAL EDITOR
	FILE=$CUP_CONFIG_DIR/n1.conf
}

# What a node needs; more settings can be given.
make_node() {
	cup-config n1 listen=tcp:*:5222 server=tcp:127.0.0.1:5322 \
		domain=acme.example policy=/p journal=/j "$@"
}

@test "it conducts itself like the other programs" {
	make_node
	conducts_itself cup-config n1
}

@test "a wrong call is told from a wrong setting" {
	run -64 cup-config
	assert_output --partial "no node given"
	run -64 cup-config ../n1
	assert_output --partial "cannot be the name of a node"
	run -64 cup-config --check --edit n1
	run -64 cup-config --list n1
	run -64 cup-config --check n1 more
	make_node
	run -64 cup-config n1 nonsense
	assert_output "cup-config: unknown key 'nonsense' (try 'cup-config --help')"
	run -64 cup-config n1 nonsense=1
	run -64 cup-config n1 user=root policy
	run -64 cup-config --diff n1 x
}

@test "a node that is not there is said to be not there" {
	run -1 cup-config n1
	assert_output "cup-config: no node 'n1': no folder '$CUP_CONFIG_DIR'"
	mkdir etc
	run -1 cup-config n1
	assert_output "cup-config: no node 'n1': no file '$FILE'"
	run -1 cup-config --check n1
	run -1 cup-config --history n1
	run --separate-stderr -0 cup-config --list
	assert_output ""
}

@test "several settings are made at once, in a file of mode 0640" {
	run --separate-stderr -0 make_node policy=/q
	assert_line "+policy /p"
	assert_line "+policy /q"
	assert_line "saved; to start the node: cup-node n1"
	assert_equal "$(<"$FILE")" "listen tcp:*:5222
server tcp:127.0.0.1:5322
domain acme.example
policy /p
policy /q
journal /j"
	assert_equal "$(stat -c %a "$FILE")" 640
}

@test "all values in force are shown, with where they come from" {
	make_node
	run --separate-stderr -0 cup-config n1
	assert_line "domain	acme.example	$FILE:3"
	assert_line "hold-timeout	10s	default"
	assert_line "refused	/j.refused	default"
	refute_line --regexp '^user'
}

@test "one value is printed alone, of a list a line each, and 1 is none" {
	make_node policy=/q
	run --separate-stderr -0 cup-config n1 policy
	assert_output "/p
/q"
	run --separate-stderr -0 cup-config n1 tls
	assert_output "none"
	run --separate-stderr -1 cup-config n1 user
	assert_output ""
	run --separate-stderr -0 cup-config n1 user policy
	assert_output "policy	/p	$FILE:4
policy	/q	$FILE:5"
}

@test "what else stands in the file stays as it is" {
	mkdir etc
	printf '%s\n' '# the node' 'listen   tcp:*:5222' \
		'server tcp:127.0.0.1:5322' '' '  # whose users' \
		'domain a.example' 'policy /p' 'journal	/j' 'user root' >"$FILE"
	run -0 cup-config n1 journal=/k user=
	assert_line "-journal /j"
	assert_line "+journal /k"
	assert_line "-user root"
	assert_equal "$(<"$FILE")" "# the node
listen   tcp:*:5222
server tcp:127.0.0.1:5322

  # whose users
domain a.example
policy /p
journal	/k"
}

@test "every mistake is named, and nothing is saved" {
	make_node
	cp "$FILE" before
	run --separate-stderr -78 cup-config n1 hold-timeout=5x \
		max-clients=0 on-failure=pass domain=
	assert_output ""
	# shellcheck disable=SC2154
	assert_equal "$stderr" "cup-config: $FILE:5: hold-timeout '5x': is not a duration, as 500ms, 10s or 1d
cup-config: $FILE:6: max-clients '0': is too small
cup-config: $FILE: domain: is needed
cup-config: $FILE:7: on-failure: pass lets undecided stanzas through: it needs unsafe yes"
	run -0 cmp "$FILE" before
	assert_file_not_exists etc/history
}

@test "a file with mistakes is shown, and they are named" {
	make_node
	echo "nonsense 1" >>"$FILE"
	run --separate-stderr -78 cup-config n1
	assert_line "journal	/j	$FILE:5"
	assert_equal "$stderr" "cup-config: $FILE:6: unknown key 'nonsense'"
	run -78 cup-config n1 user=root
	run -78 cup-config --check n1
}

@test "two nodes cannot have one journal or one listener" {
	make_node
	run --separate-stderr -78 cup-config n2 listen=tcp:127.0.0.1:5222 \
		server=tcp:127.0.0.1:5323 domain=b.example policy=/p \
		journal=/j/
	assert_equal "$stderr" "cup-config: $CUP_CONFIG_DIR/n2.conf:5: journal: '/j/' is journal of node 'n1'
cup-config: $CUP_CONFIG_DIR/n2.conf: refused: '/j.refused' is refused of node 'n1'
cup-config: $CUP_CONFIG_DIR/n2.conf: review: '/j.review' is review of node 'n1'
cup-config: $CUP_CONFIG_DIR/n2.conf:1: listen: 'tcp:127.0.0.1:5222' is a listener of node 'n1'"
	assert_file_not_exists etc/n2.conf
}

@test "it says whether a reload will do, or a restart is needed" {
	make_node
	run -0 cup-config n1 policy=/q
	assert_line "saved; takes effect with: cup-node --reload n1"
	run -0 cup-config n1 hold-timeout=5s policy=/r
	assert_line "saved; waiting for a restart of the node: hold-timeout"
	run -0 cup-config n1 hold-timeout=5s
	assert_output "nothing to change"
	run -0 cup-config n1 segment-age=1d
	assert_output "saved; every setting has the value it had"
}

@test "a chain of compliance servers is set, shown, and refused if it is none" {
	make_node compliance=third-party \
		compliance-server='wall https://wall.example/judge' \
		compliance-server='archive tls:archive.example:7443' >/dev/null
	run --separate-stderr -0 cup-config n1
	assert_line "compliance-server	wall https://wall.example/judge	$FILE:7"
	assert_line "compliance-server	archive tls:archive.example:7443	$FILE:8"
	run -78 cup-config n1 skip-if-down=archive
	assert_output "cup-config: $FILE:9: skip-if-down: lets through what that server has not seen: it needs unsafe yes"
	run -0 cup-config n1 skip-if-down=archive unsafe=yes
	assert_line "saved; takes effect with: cup-node --reload n1"
	run -78 cup-config n1 skip-if-down=archive skip-if-down=wall
	assert_output "cup-config: $FILE:9: skip-if-down: is set for every compliance-server: one has to be required"
	run -78 cup-config n1 skip-if-down= compliance-server= \
		notify-server=tls:archive.example:7443
	assert_output "cup-config: $FILE:6: compliance: third-party needs a compliance-server (or a pipeline): a notify-server gets copies and judges nothing"
}

@test "the earlier versions are kept, listed and compared" {
	make_node
	run -0 cup-config --history n1
	assert_output ""
	cup-config n1 hold-timeout=5s
	cup-config n1 policy=/q user=root
	run --separate-stderr -0 cup-config --history n1
	assert_line --index 0 --regexp '^1	20..-..-..T.*Z	user policy$'
	assert_line --index 1 --regexp '^2	20..-..-..T.*Z	hold-timeout$'
	run -0 cup-config --diff n1
	assert_output "+user root
-policy /p
+policy /q"
	run -0 cup-config --diff n1 2
	assert_line "-hold-timeout 10s"
	assert_line "+hold-timeout 5s"
	run -1 cup-config --diff n1 3
	assert_output "cup-config: node 'n1' has 2 earlier versions"
}

@test "a rollback is a change that can itself be rolled back" {
	make_node
	cp "$FILE" first
	cup-config n1 hold-timeout=5s
	cp "$FILE" second
	run -0 cup-config --rollback n1
	assert_line "+hold-timeout 10s"
	run -0 cmp "$FILE" first
	run -0 cup-config --rollback n1
	run -0 cmp "$FILE" second
	run -0 cup-config --rollback n1 2
	run -0 cmp "$FILE" second
	run -1 cup-config --rollback n1 9
	run -1 cup-config --rollback n1 0
}

@test "an editor's text is saved if it has no mistake" {
	make_node
	EDITOR="sed -i s/5222/5223/" run -0 cup-config --edit n1
	assert_line "+listen tcp:*:5223"
	VISUAL="sed -i s/5223/70000/" run --separate-stderr -78 \
		cup-config --edit n1 </dev/null
	assert_regex "$stderr" "n1.conf:1: listen 'tcp:\*:70000': "
	assert_equal "$(cup-config n1 listen)" "tcp:*:5223"
	EDITOR=false run -1 cup-config --edit n1
	assert_output --partial "the editor failed: nothing is saved"
	EDITOR=true run -0 cup-config --edit n1
	assert_output "nothing to change"
	run -0 find etc -name 'cup.*'
	assert_output ""
}

@test "a person is asked again after a mistake" {
	make_node
	cat >editor <<-'END'
		#!/bin/sh
		if [ -e tried ]; then sed -i s/70000/5224/ "$1"
		else sed -i s/5222/70000/ "$1"; touch tried; fi
	END
	chmod +x editor
	EDITOR=$PWD/editor run -0 script -qec "cup-config --edit n1" \
		/dev/null <<<"y"
	assert_output --partial "Edit again? [Y/n]"
	assert_equal "$(cup-config n1 listen)" "tcp:*:5224"
}

@test "the nodes and the settings are listed" {
	make_node
	touch etc/zz.conf etc/.hidden.conf etc/other
	run --separate-stderr -0 cup-config --list
	assert_output "n1
zz"
	run --separate-stderr -0 cup-config --settings
	assert_line --regexp '^hold-timeout	duration	10s	restart	[a-z]'
	assert_line --regexp '^policy	path \(list\)	-	reload	[a-z]'
}

@test "every setting is in cup.conf(5), with its default and its effect" {
	while IFS=$'\t' read -r key _ default apply _; do
		item=$(sed -n "/^\.It Ic $key /,/^\.\(It\|El\)/p" \
			"$TOP/man/cup.conf.5" |
			sed 's/^\.[A-Z][a-z] //; s/ \.$/./' | tr '\n' ' ')
		[ -n "$item" ] || fail "cup.conf(5) lacks $key"
		[[ $item = *" ${apply^}. "* ]] || fail "$key: $apply"
		[ "$default" = - ] || [[ $item = *"Default: $default. "* ]] ||
			fail "$key: default $default"
	done < <(cup-config --settings)
}

@test "what cannot be written is a fault, and what was there is still there" {
	make_node
	cp "$FILE" before
	run -74 bash -c 'ulimit -f 0; exec cup-config n1 hold-timeout=5s'
	assert_output --partial "cannot keep the earlier version of '$FILE'"
	run -0 cmp "$FILE" before
	run -74 bash -c 'cup-config n1 >/dev/full'
	ln -s n1.conf etc/n2.conf
	run -74 cup-config n2 listen=tcp:*:1 journal=/k
	assert_output --partial "not a regular file: '$CUP_CONFIG_DIR/n2.conf'"
}
