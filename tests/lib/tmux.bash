# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A terminal of tmux's in which a program runs, and a person sits before it.

# sits_before COLUMNS LINES COMMAND: in a shell, so that the screen stays. Each
# has a server of its own: one that was told to end may still take a call.
TERMINALS=0
sits_before() {
	TERMINALS=$((TERMINALS + 1))
	terminal -u -f /dev/null new-session -d -x "$1" -y "$2" \
		"$3; echo ended: \$?; read -r _" 3>&-
}

terminal() {
	tmux -S "tmux.$TERMINALS" "$@"
}

leaves() {
	terminal kill-server 2>/dev/null || :
}

# shown: all of it, in lines as the program wrote them.
shown() {
	terminal capture-pane -p -J -S - | sed 's/ *$//'
}

# shows REGEX: in one of these lines.
shows() {
	shown >screen
	grep -qE -- "$1" screen
}

# sees REGEX: sooner or later.
sees() {
	eventually 10 shows "$1" || fail "not seen: $1
$(<screen)"
}

# sees_again REGEX: sooner or later, a second line like that.
sees_again() {
	eventually 10 shows_twice "$1" || fail "not seen again: $1
$(<screen)"
}

shows_twice() {
	shown >screen
	[ "$(grep -cE -- "$1" screen)" -eq 2 ]
}

# presses KEY...: by the names of tmux; types TEXT: and Enter.
presses() {
	terminal send-keys "$@"
}

types() {
	terminal send-keys -l "$1"
	presses Enter
}
