# SPDX-License-Identifier: ISC
complete -c cup-intercept -l as -x -d 'The recording is of the stream of this account'
complete -c cup-intercept -l domain -x -d 'Addresses at DOMAIN are of this node'
complete -c cup-intercept -l events -x -a 'message muc login logout presence iq all' -d 'What to record'
complete -c cup-intercept -l node -x -d 'Name of this node'
complete -c cup-intercept -l max-size -x -d 'Refuse stanzas of more bytes'
complete -c cup-intercept -l version -d 'Print the version and exit'
complete -c cup-intercept -s '?' -l help -d 'Show this help message'
complete -c cup-intercept -l usage -d 'Display brief usage message'
