# SPDX-License-Identifier: ISC
complete -c cup-deliver -f
complete -c cup-deliver -l errors -rF -d 'Append the stanza errors for the senders to FILE'
complete -c cup-deliver -l records -d 'Print every judged record, released'
complete -c cup-deliver -l key -rF -d 'Accept only proofs made with the key in FILE'
complete -c cup-deliver -l no-proof -d 'Unsafe: let out what no journal vouches for'
complete -c cup-deliver -l version -d 'Print the version and exit'
complete -c cup-deliver -s '?' -l help -d 'Show this help message'
complete -c cup-deliver -l usage -d 'Display brief usage message'
