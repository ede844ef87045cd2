# SPDX-License-Identifier: ISC
complete -c cup-witness -f
complete -c cup-witness -l listen -x -a 'tcp: unix: fd:' -d 'Who wants cosignatures connects here'
complete -c cup-witness -l key -rF -d 'Cosign with this key'
complete -c cup-witness -l log -x -d 'Cosign what this key has signed'
complete -c cup-witness -l state -rF -d 'Remember in this folder what was cosigned'
complete -c cup-witness -l generate -x -d 'Make a key of that name, and print its verifier key'
complete -c cup-witness -l public -d 'Print the verifier key of the key'
complete -c cup-witness -l version -d 'Print the version and exit'
complete -c cup-witness -s '?' -l help -d 'Show this help message'
complete -c cup-witness -l usage -d 'Display brief usage message'
