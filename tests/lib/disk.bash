# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A disk that can be filled; whoever loads this unmounts $MOUNTED.

# small_disk NAME: one, for that journal, with so little room that
# nothing is written ahead.
small_disk() {
	mkdir disk
	mount -t tmpfs -o size=1m tmpfs disk || skip "needs to mount"
	# shellcheck disable=SC2034
	MOUNTED=$PWD/disk
	mkdir "disk/$1"
	ln -s "disk/$1" "$1"
}

fill_disk() {
	dd if=/dev/zero of=disk/fill bs=4k status=none 2>dd.log || :
}
