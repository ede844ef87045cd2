# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# What the suites of cup-prune share: load it behind helpers and journal.

# ago WHEN...: a record's time, as date(1) reads it: -8 years.
ago() {
	date -u -d "$*" +%Y-%m-%dT%H:%M:%S.000001Z
}

# id N: the id of record N; said N BODY [FROM [TO]]: that record, of $TIME.
id() {
	printf '019aac21-0001-7000-8000-%012d' "$1"
}

said() {
	ID=$(id "$1") record send pass \
		"$(message "${3:-alice@acme.example/pc}" "${4:-bob@acme.example}" "$2")" \
		"${REASON:--}"
}

# log_to JOURNAL [OPTION...]: a cup-log that leaves closed segments as they are.
log_to() {
	cup-log --heads heads --compress no "${@:2}" "$1"
}

# new_segment JOURNAL: what is written from now on is in another one, where the
# last one has 4 KiB.
new_segment() {
	log_to "$1" --segment-size 4K </dev/null
}

PADDING=$(printf '%0200d' 0)

# group FIRST WHEN...: ten records of that time.
group() {
	local first=$1
	shift
	TIME=$(ago "$@") said 0 "secret-%. $PADDING" |
		awk -v first="$first" '{
			for (i = first; i < first + 10; i++) {
				line = $0
				sub(/000000000000/, sprintf("%012d", i), line)
				sub(/%/, i, line)
				print line
			}
		}'
}

# ages JOURNAL: segments of the records 1 to 10 (8 years old), 11 to 20 (5), 21
# to 30 (1) and, still open, 31 to 40 (new). Its heads are in heads.
ages() {
	local made=$BATS_FILE_TMPDIR/ages years n=1
	if [ ! -d "$made" ]; then
		mkdir "$made"
		for years in 8 5 1; do
			group $n "-$years years -1 hour" |
				log_to "$made/j" >"$made/out"
			new_segment "$made/j"
			n=$((n + 10))
		done
		group 31 now | log_to "$made/j" >"$made/out"
		mv heads "$made"
	fi
	cp -r "$made/j" "$1"
	cp "$made/heads" .
}

# whole_as_before JOURNAL: it verifies, with each head that $heads has.
whole_as_before() {
	cup-verify --head @heads "$1"
}

# nowhere WORD JOURNAL: no file of the journal has it, also no compressed one.
nowhere() {
	! grep -rqF -- "$1" "$2" &&
		! find "$2" -name '*.zst' -exec zstdcat {} + | grep -qF -- "$1"
}

# ids JOURNAL: the numbers of the records that are there.
ids() {
	cup-search "$1" | cut -f 1 | sed 's/.*-0*//' | tr '\n' ' '
}
