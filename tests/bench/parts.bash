# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# What both benchmarks need, in the folder $dir: policies, and a PostgreSQL; $top
# is the source.
# shellcheck disable=SC2154

# 20 rules; nothing in the traffic meets any but the last, so all are tried.
make_policies() {
	awk 'BEGIN { for (i = 0; i < 1000; i++)
		printf "%s%c%c%c\n", i % 3 ? "quarz" : "merger x",
			97 + i % 26, 97 + int(i / 26) % 26, 97 + int(i / 676)
		}' >"$dir/lexicon.txt"
	awk 'BEGIN { for (i = 0; i < 1000; i++)
		printf "trader%d@bank.example\n", i }' >"$dir/traders.jids"
	cat >"$dir/base.policy" <<-'EOT'
		namespace omemo "eu.siacs.conversations.axolotl"
		namespace oob "jabber:x:oob"
		namespace client "jabber:client"
		table lexicon file "lexicon.txt"
		table traders file "traders.jids"
		reject wall1 from <traders> to !<traders>
		reject wall2 from !<traders> to <traders>
		reject words body matches <lexicon>
		redact pan body matches /\b(?:\d[ -]?){13,16}\b/ with "[card]"
		reject big size > 65536
		reject files kind iq type set
		reject peer1 from peer1@other.example
		reject peer2 from peer2@other.example
		reject peer3 from peer3@other.example
		reject peer4 from other.example type groupchat
		reject peer5 from "*@*.other.example"
		hold phrase1 body matches "project falcon"
		hold phrase2 body matches "quarterly secret"
		hold phrase3 body matches { merger, acquisition, "insider tip" }
		hold phrase4 body matches /\bshort (?:the|our) stock\b/i
		hold phrase5 body matches "do not tell compliance"
		hold outside to !{ acme.example, <traders> }
	EOT
	cat "$dir/base.policy" - >"$dir/20.policy" <<-'EOT'
		reject late type headline
		hold urls body matches /https?:\/\/[^ ]*\.exe/
		pass rest
	EOT
	cat "$dir/base.policy" - >"$dir/xpath.policy" <<-'EOT'
		reject e2ee xpath "//omemo:encrypted"
		reject oob xpath "/client:message/oob:x/oob:url"
		hold price xpath \
		    "/client:message[@type='chat']/client:body[contains(., 'prix')]"
		pass rest
	EOT
	cp "$top/lib/policies/im.rng" "$dir"
	cat >"$dir/schema.policy" <<-'EOT'
		reject unknown schema !"im.rng"
		pass rest
	EOT
	cat >"$dir/conditions.policy" <<-'EOT'
		zone "Europe/Berlin"
		reject never from 2099-01-01
		reject e2ee encrypted { content device-list }
		reject programs file name { *.exe *.scr }
		reject large file size > 10M
		hold night day { sat sun } time 22:00-06:00 kind iq
		hold bulk event send kind message rate 10000/1s per pair
		pass rest
	EOT
}

# What one rule costs, beside one that lets all through: over the 1,000 words
# as a reader sees them, also over four messages, and all recognisers.
make_reading_policies() {
	local words='table lexicon file "lexicon.txt"'
	printf 'pass rest\n' >"$dir/none.policy"
	printf '%s\nreject words body matches <lexicon>\npass rest\n' \
		"$words" >"$dir/matches.policy"
	printf '%s\nreject words body resembles <lexicon>\npass rest\n' \
		"$words" >"$dir/resembles.policy"
	printf '%s\nreject words body resembles <lexicon> across 4\npass rest\n' \
		"$words" >"$dir/across.policy"
	cat >"$dir/has.policy" <<-'EOT'
		reject all body has { card iban bic isin cusip lei us-ssn aba email
			phone ip jwt private-key aws-key github-token url
			url to { evil.example } }
		pass rest
	EOT
}

as_postgres() {
	if [ "$(id -u)" -eq 0 ]; then
		runuser -u postgres -- "$@"
	else
		"$@"
	fi
}

# start_postgres: on a socket in $dir/pg, and on the loopback's PG_PORT if set.
start_postgres() {
	pg_bin=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | sort -V | tail -1)
	mkdir -p "$dir/pg"
	chmod 711 "$dir"
	[ "$(id -u)" -ne 0 ] || chown postgres "$dir/pg"
	(
		cd "$dir/pg"
		as_postgres "$pg_bin/initdb" -A trust -U bench -D "$dir/pg/data"
		as_postgres "$pg_bin/pg_ctl" -D "$dir/pg/data" -w \
			-l "$dir/pg/log" -o "-c listen_addresses=${PG_PORT:+127.0.0.1} \
			-c port=${PG_PORT:-5432} -c unix_socket_directories='$dir/pg'" start
	) >"$dir/pg.log" 2>&1 || { cat "$dir/pg.log" >&2; exit 1; }
}

stop_postgres() {
	[ -z "${pg_bin-}" ] || as_postgres "$pg_bin/pg_ctl" -D "$dir/pg/data" \
		-m immediate stop >/dev/null 2>&1 || :
}
