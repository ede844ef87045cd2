#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The table of faults in cup-node(1), row by row: what users see, what the log
# says, what is journaled. Clients, and what they are shown.

load ../lib/helpers
load ../lib/servers
load ../lib/disk
load ../lib/faults

@test "a client goes: of half a stanza nothing goes on, of a held one all" {
	clients_go
}

@test "a client that says no more has gone, what it said goes on" {
	PIPELINE="$SLOW | $JUDGED" start_node --tls optional
	case_of half_closed
	assert_equal "$(cup-search --event send -c journal farewell)" 1
}

@test "a client that reads no more costs others nothing" {
	start_node --hold-timeout 60s --client-held-max 256K
	begin_case deaf
	said ready
	local before
	before=$(awk '/^VmRSS/ { print $2 }' "/proc/$INTERCEPT/status")
	go_on
	said flooded
	echo "before $before, now $(grep VmRSS "/proc/$INTERCEPT/status")"
	[ "$(awk '/^VmHWM/ { print $2 }' "/proc/$INTERCEPT/status")" -lt $((before + 8192)) ]
	go_on
	end_case
}

# The kernel will ask after a connection that is idle.
kept_alive() {
	ss -Htno state established "sport = :$PORT" |
		grep -qE 'timer:\(keepalive,[12]min'
}

@test "of a client that vanished the kernel tells" {
	start_node
	begin_case open
	said ready
	eventually 5 kept_alive
	# And where bytes are under way, that is the other timer.
	run -0 /usr/bin/python3 - "$INTERCEPT" <<-'EOF2'
		import ctypes, os, socket, sys
		libc = ctypes.CDLL(None, use_errno=True)
		pid = os.pidfd_open(int(sys.argv[1]))
		limits = []
		for name in os.listdir(f"/proc/{sys.argv[1]}/fd"):
		    fd = libc.syscall(438, pid, int(name), 0)  # pidfd_getfd
		    try:
		        s = socket.socket(fileno=fd)
		        s.getpeername()
		        limits.append(s.getsockopt(6, socket.TCP_USER_TIMEOUT))
		    except OSError:
		        pass
		print(*limits)
	EOF2
	assert_output --regexp '(^| )200000( |$)'
	go_on
	end_case
}

@test "those who trickle are out when the time is over, and in nobody's way" {
	start_node --login-timeout 3s
	case_of slowloris
	eventually 10 status_is clients 0
	run -0 cup-search --event login -c journal
	assert_output 2
}

@test "who says nothing keeps nobody out, though there be 9,000" {
	start_node
	case_of idle
	stop "$NODE"
	rm idle.in
	start_node --max-clients 1000 --max-per-peer 1000
	case_of idle
}

@test "a flood of connections: who is too many is closed, who is in stays" {
	start_node --max-clients 10 --max-per-peer 10
	case_of flood
	assert_equal "$(status clients-refused)" 292
}

@test "a certificate that is missing or not of its key is no start" {
	make_certificate acme.localhost
	make_certificate other
	chmod 600 ./*.key
	refused_with() {
		run -78 cup-intercept --listen tcp:127.0.0.1:0 \
			--server "tcp:127.0.0.1:$C2S" --certificate "$1" \
			--private-key "$2" -c "$JUDGED"
		assert_output --partial "$3"
	}
	refused_with none.crt acme.localhost.key "'none.crt': No such file"
	refused_with acme.localhost.crt none.key "'none.key': No such file"
	refused_with acme.localhost.crt other.key "other.key"
	echo nonsense >bad.crt
	refused_with bad.crt acme.localhost.key "bad.crt"
	chmod 644 other.key
	refused_with other.crt other.key "other.key"
}

@test "a certificate that is gone at a reload: the old one stays in use" {
	start_node
	mv acme.localhost.crt away
	kill -HUP "$NODE"
	eventually 10 logged "the certificates stay as they were: .*acme.localhost.crt.*No such file"
	case_of open
	mv away acme.localhost.crt
	kill -HUP "$NODE"
	eventually 10 logged "the certificates were read again"
}
