#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What the library promises, tested in C: each program says it in TAP.

load ../lib/helpers
load ../lib/serve

setup() {
	common_setup
}

# proves PROGRAM: it runs to its end and every test in it passes.
proves() {
	run -0 "$1"
	refute_line --regexp '^not ok'
	assert_line --regexp '^1\.\.[1-9]'
}

@test "the reader takes what is canonical, refuses all else and says where" {
	proves stanza-test
}

@test "its tree has every name, namespace, attribute and text" {
	proves stanza-tree-test
}

@test "text is escaped as the canonical form has it, and back" {
	proves escape-test
}

@test "all that a stanza says to people is found, and can be replaced" {
	proves text-test
}

@test "characters fold to the form of Unicode, whatever their order" {
	proves fold-test
}

@test "words and phrases are found in every form of their letters" {
	proves lexicon-test
}

@test "many sets and many words are asked about at once" {
	proves lexicon-sets-test
}

@test "regular expressions see what is meant, and cannot run on" {
	proves regex-test
}

@test "JIDs are compared as servers compare them" {
	proves jid-test
}

@test "Merkle trees are those of RFC 6962, and their proofs hold" {
	proves merkle-test
}

@test "points in time are written and read" {
	proves stamp-test
}

@test "addresses are taken apart, listened on and connected to" {
	proves address-test
}

@test "links carry bytes both ways, plain and secured, and end in order" {
	certificates
	proves link-test
}

@test "counters of managed streams wrap, and what is kept of them is bounded" {
	proves sm-test
}

@test "PROXY headers are read and written, and hostile ones refused" {
	proves proxyproto-test
}

@test "a record is taken apart, written again, or refused with the reason" {
	proves record-test
}

@test "a node's file is read, saved and brought back" {
	proves conf-file-test
}

@test "every mistake in a node's settings is named, and where it stands" {
	proves conf-test
}

@test "settings become command lines, failures pauses, and a status JSON" {
	proves node-test
}

@test "rates slide over their window, within their memory" {
	proves rate-test
}

@test "the shape of a stanza has all names and no values" {
	proves shape-test
}

@test "a review is read as it was written, and nothing else is one" {
	proves review-test
}

@test "a conversation is the same two, or a room, each message of it once" {
	proves context-test
}

@test "a released message is known by its mark, whatever servers make of it" {
	proves mark-test
}

@test "the store of files is read, and slots are, and all else is refused" {
	proves files-test
}

@test "requests of slots are known again by their answers, a bounded number" {
	proves slots-test
}

@test "HTTP requests are taken, answered or refused, and streams are messages" {
	proves web-test
}

@test "the tree of a journal is that of its lines, with and without files" {
	proves tree-test
}

@test "an index has every record under every key, and hides none if changed" {
	proves index-test
}

@test "records are kept as long as the calendar and the longest rule say" {
	proves keeps-test
}
