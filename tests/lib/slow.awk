# SPDX-License-Identifier: ISC
# A stage that takes its time: as many seconds as it says over what says
# "slow SECONDS".
match($0, /slow [0-9.]+/) {
	fflush()
	system("sleep " substr($0, RSTART + 5, RLENGTH - 5))
}

{
	print
	fflush()
}
