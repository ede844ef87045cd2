# SPDX-License-Identifier: ISC
complete -c cup-config -f
complete -c cup-config -n 'test (count (commandline -opc)) -eq 1' -a '(cup-config --list 2>/dev/null)' -d 'Node'
complete -c cup-config -n 'test (count (commandline -opc)) -gt 1' -a '(cup-config --settings 2>/dev/null | cut -f 1,5)'
complete -c cup-config -l check -d 'Look for what is wrong or open around the node'
complete -c cup-config -l edit -d 'Edit the file; save it if it has no mistake'
complete -c cup-config -l history -d 'List the earlier versions, the latest first'
complete -c cup-config -l diff -d 'Show what changed since version N'
complete -c cup-config -l rollback -d 'Bring version N back'
complete -c cup-config -l list -d 'List the nodes'
complete -c cup-config -l settings -d 'List all settings there are'
complete -c cup-config -l version -d 'Print the version and exit'
complete -c cup-config -s '?' -l help -d 'Show this help message'
complete -c cup-config -l usage -d 'Display brief usage message'
