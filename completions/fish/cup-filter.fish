# SPDX-License-Identifier: ISC
complete -c cup-filter -l check -d 'Look for mistakes in the policy and exit'
complete -c cup-filter -l explain -d 'Print how each record is decided, not the records'
complete -c cup-filter -l version -d 'Print the version and exit'
complete -c cup-filter -s '?' -l help -d 'Show this help message'
complete -c cup-filter -l usage -d 'Display brief usage message'
