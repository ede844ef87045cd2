# SPDX-License-Identifier: ISC
complete -c cup-verify -l head -x -d 'It must have this head; @FILE: each one in it'
complete -c cup-verify -l indexes -d 'Check the indexes of its segments, too'
complete -c cup-verify -s q -l quiet -d 'Say nothing of journals that are whole'
complete -c cup-verify -l version -d 'Print the version and exit'
complete -c cup-verify -s '?' -l help -d 'Show this help message'
complete -c cup-verify -l usage -d 'Display brief usage message'
