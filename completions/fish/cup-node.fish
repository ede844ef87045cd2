# SPDX-License-Identifier: ISC
complete -c cup-node -f
complete -c cup-node -a '(cup-config --list 2>/dev/null)' -d 'Node'
complete -c cup-node -l reload -d 'Have the running node read its settings again'
complete -c cup-node -l status -d 'Print what the running node does'
complete -c cup-node -l json -d 'With --status: print it as JSON'
complete -c cup-node -l stop -d 'Stop the running node, and wait for it'
complete -c cup-node -l commands -d 'Print the command lines that the settings make'
complete -c cup-node -l metrics -x -a 'tcp:127.0.0.1: unix:' -d 'Tell numbers by HTTP there'
complete -c cup-node -l version -d 'Print the version and exit'
complete -c cup-node -s '?' -l help -d 'Show this help message'
complete -c cup-node -l usage -d 'Display brief usage message'
