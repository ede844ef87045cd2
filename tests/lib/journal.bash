# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
# What the suites of the journal share: load it behind helpers.

SEGMENT_1=00000000000000000001.log

# Start cup-log in the background: records to descriptor 8, results in out.
start_log() {
	rm -f in
	mkfifo in
	"$@" < in > out 2> err &
	LOG=$!
	exec 8> in
}

# End its input; the exit status is that of cup-log.
end_log() {
	local status=0
	exec 8>&-
	wait "$LOG" || status=$?
	LOG=
	return "$status"
}

stop_log() {
	exec 8>&-
	[ -z "${LOG-}" ] || kill -KILL "$LOG" 2>/dev/null || :
}

has_lines() {
	[ "$(wc -l < "$1")" -ge "$2" ]
}

# The lines of a journal, without its unwritten space, or only their texts.
journal_lines() {
	local file before='' files=()
	for file in "$1"/*.log "$1"/*.log.zst; do
		[ ! -e "$file" ] || files+=("$file")
	done
	# In their order; one that is being compressed may be there twice.
	mapfile -t files < <(printf '%s\n' "${files[@]}" | sort)
	for file in "${files[@]}"; do
		[ "$file" = "$before.zst" ] || zstdcat -f "$file"
		before=$file
	done | sed '/^$/d'
}

journal_texts() {
	journal_lines "$1" | cut -f 3-
}

# Whether all segments that are done with are compressed, and nothing else is
# left of that.
all_packed() {
	local log=("$1"/*.log) packed=("$1"/*.log.zst) tree=("$1"/*.tree) tmp
	tmp=$(find "$1/" -name '*.tmp')
	[ "${#log[@]}" -eq 1 ] && [ -e "${packed[0]}" ] && [ -z "$tmp" ] &&
		[ "${#packed[@]}" -eq "${#tree[@]}" ]
}

# Whether each segment that is done with has its tree.
all_trees() {
	[ "$(find "$1/" -name '*.tree' | wc -l)" -eq \
		$(($(find "$1/" -name '*.log*' | wc -l) - 1)) ]
}

# pack JOURNAL [ARGS...]: let a writer without input do what is left; it has the
# processor when nobody else wants it.
pack() {
	local status=0 whole=all_packed
	[[ "${*:2}" != *'--compress no'* ]] || whole=all_indexed
	rm -f idle
	mkfifo idle
	cup-log "${@:2}" "$1" <idle >packed.out 2>packed.err &
	LOG=$!
	exec 8>idle
	eventually 60 "$whole" "$1" || status=1
	end_log && [ "$status" -eq 0 ] && return
	ls -l "$1"
	cat packed.err
	return 1
}

# Whether all of them have their indexes.
all_indexed() {
	local log=("$1"/*.log*) index=("$1"/*.index)
	[ -e "${index[0]}" ] && [ "${#log[@]}" -eq $((${#index[@]} + 1)) ]
}

# flip FILE OFFSET: change that byte.
flip() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf '%b' "\\x$(printf %x $((byte ^ 0x55)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# Make SEQs and chain anew, as one who has the disk could:
# rechain [VERSION [FIRST PREVIOUS]] < LINES-OF-TEXT.
rechain() {
	local version=${1:-2} seq=${2:-1} prev text sum
	prev=${3:-$(printf '%064d' 0)}
	while IFS= read -r text; do
		sum=$text
		[ "$version" = 1 ] || sum=$(printf %s "$text" | sha256sum)
		[ "$version" = 1 ] || sum=${sum%% *}
		prev=$(printf '%s\t%s\t%s' "$prev" "$seq" "$sum" | sha256sum)
		prev=${prev%% *}
		printf '%s\t%s\t%s\n' "$seq" "$prev" "$text"
		seq=$((seq + 1))
	done
}

# A torn line at the end of a segment, as a crash leaves one, with space
# written ahead behind it.
tear() {
	printf '%s' "$2" >> "$1"
	head -c 5000 /dev/zero | tr '\0' '\n' >> "$1"
}

# passed_on_is_journaled JOURNAL OUT: every whole line of OUT, in order, is
# there under the SEQ that its proof tells.
passed_on_is_journaled() {
	awk -F '\t' -v out="$2" '
	function next_out(  line, n) {
		do {
			if ((getline line < out) <= 0)
				return 0
			n = split(line, f, "\t")
		} while (n < 10 || line !~ /\t(-|<[^\t]*>)$/)
		want = f[8]
		sub(/.*#/, "", want)
		id = f[1]
		stanza = f[9]
		return 1
	}
	BEGIN { more = next_out() }
	more && $1 == want {
		if ($3 != id || $11 != stanza)
			exit bad = 1
		found++
		more = next_out()
	}
	END {
		if (bad || more)
			print "not journaled: " want " " id
		print found + 0 " found" > "/dev/stderr"
		exit bad || more
	}' <(journal_lines "$1")
}

# crash NUMBER JOURNAL: kill cup-log -9 under load at an instant that NUMBER
# gives, and append what it has passed on to all.out.
crash() {
	local ahead=(0 64K 4M) pid status=0
	# It may be killed before it has opened that.
	: >part
	cup-log --segment-size 512K --ids 1000 \
		--write-ahead "${ahead[$1 % 3]}" "$2" \
		< <(gen-records 1000000 "$1" 40000 2>/dev/null) > part 2> err &
	pid=$!
	read -rt "0.$(printf '%03d' $((($1 * 7919) % 150 + 5)))" <> <(:) || :
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || status=$?
	[ "$status" -eq 137 ] || return
	# The last line may be cut off where it was killed.
	sed -n '$!p' part >> all.out
}

# FAULTY: a command prefix, as fiu-run is one, but with the sanitizers'
# libraries, where they are built in, before fiu's.
faults_possible() {
	local own fiu
	own=$(ldd "$(command -v cup-log)" | awk '/lib(a|t|ub)san/ { print $3 }')
	fiu=$(sed -n 's/^PLIBPATH="\(.*\)"/\1/p' "$(command -v fiu-run)")
	FAULTY=(env "FIU_CTRL_FIFO=$PWD/fiu" ASAN_OPTIONS=detect_leaks=0
		"LD_PRELOAD=${own//$'\n'/ } $fiu/fiu_run_preload.so $fiu/fiu_posix_preload.so")
}
