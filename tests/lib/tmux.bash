# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A terminal of tmux's in which a program runs, and a person sits before it.

# sits_before COLUMNS LINES COMMAND: in a shell, so that the screen stays.
sits_before() {
	tmux -u -S tmux -f /dev/null new-session -d -x "$1" -y "$2" \
		"$3; echo ended: \$?; read -r _" 3>&-
}

leaves() {
	tmux -S tmux kill-server 2>/dev/null || :
}

# screen: all that was shown, in lines as the program wrote them.
screen() {
	tmux -S tmux capture-pane -p -J -S - | sed 's/ *$//'
}

# shows REGEX: in one of these lines.
shows() {
	screen >screen
	grep -qE -- "$1" screen
}

# sees REGEX: sooner or later.
sees() {
	eventually 10 shows "$1" || fail "not seen: $1
$(<screen)"
}

# presses KEY...: by the names of tmux; types TEXT: and Enter.
presses() {
	tmux -S tmux send-keys "$@"
}

types() {
	tmux -S tmux send-keys -l "$1"
	presses Enter
}
