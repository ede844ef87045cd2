# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A Prometheus that watches one address: load servers.bash first.

# start_prometheus HOST:PORT: scraping it five times a second; PROMETHEUS is its
# own port.
start_prometheus() {
	PROMETHEUS=$(free_port)
	mkdir -p prometheus
	cat >prometheus/conf.yml <<-EOF
		global: { scrape_interval: 200ms, scrape_timeout: 200ms }
		scrape_configs:
		- job_name: cup
		  static_configs: [ { targets: [ '$1' ] } ]
	EOF
	promtool check config prometheus/conf.yml >/dev/null || return
	prometheus --config.file=prometheus/conf.yml \
		--storage.tsdb.path=prometheus/data --log.level=warn \
		--web.listen-address="127.0.0.1:$PROMETHEUS" \
		>prometheus/log 2>&1 </dev/null 3>&- &
	STARTED+=($!)
	eventually 30 prometheus_has up 1
}

# prometheus_has QUERY VALUE: it has seen that by now.
prometheus_has() {
	[ "$(curl -sG --data-urlencode "query=$1" \
		"http://127.0.0.1:$PROMETHEUS/api/v1/query" |
		jq -r '.data.result[0].value[1]')" = "$2" ]
}
