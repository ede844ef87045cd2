#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2034
# The numbers of a whole node before a server, as a Prometheus gets them.

load ../lib/helpers
load ../lib/servers
load ../lib/through
load ../lib/prometheus

setup() {
	common_setup
	STARTED=()
	ARCHIVE='' start_prosody acme.localhost alice bob
	cat >policy <<-'EOF'
		reject odd  event send body matches /^unheard$/ text "unheard"
		reject word event send xpath "//*[contains(., 'forbidden')]" text "not <this> & \"that\" word"
		pass all
	EOF
}

teardown() {
	cat node.log prometheus/log 2>/dev/null || :
	stop_all
}

@test "records by rule and verdict are those of the journal, and Prometheus has them" {
	start_node --metrics tcp:127.0.0.1:0
	where=$(status metrics | sed s/^tcp://)
	PYTHONPATH=$TOP/tests/clients run timeout 60 /usr/bin/python3 \
		"$TOP/tests/clients/notice.py" "$PORT" error chat
	assert_success
	eventually 5 status_is clients 0
	curl -sS "http://$where/metrics" >numbers
	run -0 promtool check metrics <numbers
	assert_output ''
	run -0 cup-stats --by rule journal
	while IFS=$'\t' read -r rule count _; do
		assert_equal "$rule $count" "$rule $(sed -n \
			"s/^cup_rule_records_total{rule=\"$rule\",.*} //p" numbers |
			awk '{ n += $1 } END { print n }')"
	done <<<"$output"
	all=$(cup-search -c journal)
	assert_file_contains numbers "^cup_decision_seconds_count $all\$"
	assert_file_contains numbers "^cup_records_back_total $all\$"
	start_prometheus "$where"
	eventually 10 prometheus_has 'sum(cup_rule_records_total)' "$all"
	prometheus_has 'cup_rule_records_total{rule="word",verdict="return"}' \
		"$(cup-search -c --rule word journal)"
	prometheus_has 'cup_node_state{state="up"}' 1
	prometheus_has 'cup_decision_seconds_bucket{le="+Inf"}' "$all"
	run -0 status metric
	assert_output ''
}
