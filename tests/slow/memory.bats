#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The memory of each stage stays flat and under 32 MiB, whatever comes.

load ../lib/helpers

setup() {
	common_setup
	mkfifo never
}

policy() {
	awk 'BEGIN { for (i = 0; i < 1000; i++) print "quarzword" i }' >words
	cat >p <<-'EOT'
		table words file "words"
		namespace client "jabber:client"
		reject words body matches <words>
		reject pan body matches /\b(?:\d[ -]?){13,16}\b/
		reject x xpath "/client:message/client:body[. = 'no']"
		pass all
	EOT
}

# through COMMAND...: what it prints, through the pipe; counts what comes out
through() {
	"$@" | bench measure m.intercept cup-intercept --as a@acme.example/x |
		bench measure m.filter cup-filter p |
		bench measure m.log cup-log --segment-size 128M journal |
		bench measure m.deliver cup-deliver | wc -l
}

under_32_mib() {
	for s in intercept filter log deliver; do
		kib=$(cut -d ' ' -f 3 "m.$s")
		echo "cup-$s: $kib KiB"
		[ "$kib" -lt 32768 ] || fail "cup-$s grew"
	done
}

# An old segment is not needed any more here, but for the disk's room.
trim_journal() {
	while [ -e trimming ]; do
		find journal -name '*.log*' 2>/dev/null | sort | head -n -2 |
			xargs -r rm -f
		read -rt 1 <>never || :
	done
}

@test "1,000,000 records leave every stage under 32 MiB" {
	policy
	touch trimming
	trim_journal &
	n=$(through bench traffic 1000000 0)
	rm trimming
	wait
	assert_equal "$n" 1000000
	under_32_mib
}

@test "names that were never seen before leave every stage under 32 MiB" {
	policy
	n=$(through awk 'BEGIN { for (i = 0; i < 300000; i++)
		printf "<message to=\"b%d@acme.example\"><n%d a%d=\"1\" " \
			"xmlns=\"urn:n:%d\">x</n%d></message>",
			i, i, i, i, i }')
	assert_equal "$n" 300000
	under_32_mib
}
