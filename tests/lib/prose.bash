# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Prose as people write it, in five languages, from Debian's packages.

# prose_fetch DIR: get the packages, unpacked, into DIR; nothing is installed.
prose_fetch() {
	local package
	mkdir -p "$1/deb"
	chmod 777 "$1/deb"
	(
		cd "$1/deb" || exit
		apt-get download -q manpages manpages-de manpages-ru manpages-ja \
			fortunes fortunes-de fortunes-ru libreoffice-help-el
	) >"$1/log" 2>&1 || { cat "$1/log" >&2; return 1; }
	for package in "$1"/deb/*.deb; do
		dpkg-deb -x "$package" "$1/${package##*/}" || return
	done
}

# Pages of manuals without their requests, and all there is between.
prose_manual() {
	find "$@" -name '*.gz' -path '*/man/*' -type f -print0 | sort -z |
		xargs -0 zcat | sed -E "/^[.']/d
			s/\\\\f(\\[[^]]*\\]|.)//g; s/\\\\[&/|^c]//g; s/\\\\-/-/g
			s/\\\\\\(aq/'/g; s/\\\\\\(..//g; s/\\\\\\[[^]]*\\]//g"
}

prose_fortunes() {
	find "$@" -path '*/games/fortunes*' -type f ! -name '*.dat' \
		! -name '*.u8' -print0 | sort -z | xargs -0 cat
}

prose_help() {
	find "$@" -name '*.html' -type f -print0 | sort -z | xargs -0 cat |
		sed -E 's/<(p|h[1-6]|td|li)[ >]/\n&/g' | sed -E 's/<[^>]*>//g
			s/&nbsp;/ /g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

# prose_lines DIR COUNT: so many lines of each language.
prose_lines() {
	local d=$1
	{ prose_manual "$d"/manpages_* && prose_fortunes "$d"/fortunes_*; } |
		prose_cut "$2"
	{ prose_fortunes "$d"/fortunes-de_* && prose_manual "$d"/manpages-de_*; } |
		prose_cut "$2"
	{ prose_manual "$d"/manpages-ru_* && prose_fortunes "$d"/fortunes-ru_*; } |
		prose_cut "$2"
	prose_help "$d"/libreoffice-help-el_* | prose_cut "$2"
	prose_manual "$d"/manpages-ja_* | prose_cut "$2"
}

# Only whole lines of UTF-8, each once, with more than a word.
prose_cut() {
	iconv -c -f UTF-8 -t UTF-8 | tr -d '\000-\010\013-\037\177' |
		awk -v most="$1" 'NF > 1 && length($0) > 20 && !seen[$0]++ {
			print
			if (++n == most) exit
		}'
}

# prose_records: a message of each line.
prose_records() {
	sed 's/&/\&amp;/g; s/</\&lt;/g; s/]]>/]]\&gt;/g; s/\t/ /g' | awk '{
		printf "019aac21-0000-7000-8000-%012d\t2026-11-22T21:33:38.000001Z\tnode1\ts1\tsend\t-\t-\t-\t" \
		"<message xmlns=\"jabber:client\" from=\"a@acme.example/x\" to=\"b@acme.example\"><body>%s</body></message>\t-\n", NR, $0 }'
}
