# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Load on a node: load servers.bash first.

# users N: their names, user0 and on.
users() {
	local i
	for ((i = 0; i < $1; i++)); do
		echo "user$i"
	done
}

# begin_load NAME OPTION...: clients that chat through the node, once all of
# them are in; LOAD is the process, NAME.load what it says, NAME.ids what
# became of each message.
begin_load() {
	local name=$1
	shift
	command load chat --port "$PORT" --domain acme.localhost --mechanism PLAIN \
		--ids "$name.ids" "$@" >"$name.load" 2>&1 </dev/null 3>&- &
	LOAD=$!
	STARTED+=("$LOAD")
	eventually 60 chatting "$name" || { cat "$name.load"; return 1; }
	kill -0 "$LOAD" || { cat "$name.load"; return 1; }
}

# It is, or never will.
chatting() {
	grep -q '^clients=[0-9]*$' "$1.load" || gone "$LOAD"
}

end_load() {
	wait "$LOAD" || { cat ./*.load; return 1; }
}

# enough_load PID: it sends no more, and ends as if its time were over.
enough_load() {
	kill -INT "$1"
	LOAD=$1 end_load
}

# said_of NAME KEY: a number from the last line that the load said.
said_of() {
	tail -n 1 "$1.load" | tr ' ' '\n' | sed -n "s/^$2=//p"
}

# of_ids NAME PREFIX WHAT: "SENDER NUMBER" of what was sent, got, or an error.
of_ids() {
	sed -n "s/^$3 /$2/p" "$1.ids" | sort
}

# judged EVENT: "SENDER NUMBER" of the loads' messages in the journal.
judged() {
	cup-search --event "$1" --verdict pass journal | cut -f 9 | load_ids
}

# load_ids: of the loads' messages in canonical form.
load_ids() {
	awk 'match($0, / from="[a-z]+[0-9]+@[^"]*\/load"/) {
			from = substr($0, RSTART + 7, RLENGTH - 8)
			sub(/@.*/, "", from)
			if (match($0, / id="l[0-9]+"/))
				print from, substr($0, RSTART + 6, RLENGTH - 7)
		}' | sort
}

# memory PID: resident, in KiB; peak_memory: the most that it was.
memory() {
	awk '/^VmRSS/ { print $2 }' "/proc/$1/status"
}

peak_memory() {
	awk '/^VmHWM/ { print $2 }' "/proc/$1/status"
}
