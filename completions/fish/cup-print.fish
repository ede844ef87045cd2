# SPDX-License-Identifier: ISC
complete -c cup-print -s f -l fields -x -a 'seq id time node session event verdict reason rule text proof kind type from to stanza-id subject thread body author addressee said replaces refers copies file stanza original' -d 'Print these fields'
complete -c cup-print -s o -l output -x -a 'text tab json csv' -d 'Print in this format'
complete -c cup-print -l color -x -a 'auto always never' -d 'Colour the text'
complete -c cup-print -l local -d 'Show times of this place in the text'
complete -c cup-print -s w -l width -x -d 'Break the text at N columns'
complete -c cup-print -l version -d 'Print the version and exit'
complete -c cup-print -s '?' -l help -d 'Show this help message'
complete -c cup-print -l usage -d 'Display brief usage message'
