#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What was held is released before ejabberd, too.

load ../lib/helpers

@test "releases before ejabberd" {
	SERVER=ejabberd run bats "$TOP/tests/live/review.bats"
	assert_success
}
