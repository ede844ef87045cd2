#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-config --check: what is found wrong or open around a node.

load ../lib/helpers

setup() {
	common_setup
	export CUP_CONFIG_DIR=$PWD/etc
	echo 'pass rest' >p.policy
	PORT=9 # nobody is there
}

teardown() {
	[ -z "${SERVER-}" ] || kill "$SERVER" 2>/dev/null || :
}

# serve HOST FEATURES [ID]: something that begins XMPP streams with these
# features (or any other element), on a port of the kernel's choice: PORT.
serve() {
	cat >server.py <<-'END'
		import socket, sys
		s = socket.socket()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind((sys.argv[1], 0))
		s.listen(8)
		print(s.getsockname()[1], flush=True)
		while True:
		    c, _ = s.accept()
		    said = b""
		    while b"version='1.0' to=" not in said:
		        more = c.recv(4096)
		        if not more:
		            break
		        said += more
		    open("said", "wb").write(said)
		    c.sendall(("<?xml version='1.0'?><stream:stream"
		        " xmlns='jabber:client' version='1.0' id='" + sys.argv[3] + "'"
		        " xmlns:stream='http://etherx.jabber.org/streams'>"
		        + sys.argv[2]).encode())
		    c.close()
	END
	/usr/bin/python3 server.py "$1" "$2" "${3-a1}" >port 3>&- &
	SERVER=$!
	eventually 10 test -s port
	PORT=$(<port)
}

# features XML...: as the server says them.
features() {
	printf '<stream:features>%s</stream:features>' "$*"
}

mechanisms() {
	printf "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
	printf '<mechanism>%s</mechanism>' "$@"
	printf '</mechanisms>'
}

# make_node [KEY=VALUE...]: before the server at $PORT.
make_node() {
	cup-config n1 listen=tcp:127.0.0.1:0 "server=tcp:127.0.0.1:$PORT" \
		domain=acme.example policy="$PWD/p.policy" \
		journal="$PWD/journal" "$@" >/dev/null
}

# nothing_open: but what the machine this runs on may listen on by itself.
nothing_open() {
	refute_line --regexp '^wrong:'
	refute_line --regexp "^open:.*:$PORT:"
}

@test "a good node gets good words, and none is wrong" {
	serve 127.0.0.1 "$(features "$(mechanisms SCRAM-SHA-1 PLAIN)")"
	make_node
	run --separate-stderr cup-config --check n1
	assert_line "good: $CUP_CONFIG_DIR/n1.conf: no mistakes"
	assert_line --regexp '^good: policy: 1 rule, 0 tables, tag [0-9a-f]{8}$'
	assert_line "good: journal $PWD/journal"
	assert_line "good: server tcp:127.0.0.1:$PORT: answers for acme.example, offers SCRAM-SHA-1 PLAIN"
	nothing_open
	# shellcheck disable=SC2154
	assert_equal "$stderr" ""
	run -0 grep -aF "to=\"acme.example\"" said
}

@test "a server that insists on TLS, or offers nothing without it, is wrong" {
	serve 127.0.0.1 "$(features "<starttls
		xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>")"
	make_node
	run -1 cup-config --check n1
	assert_line "wrong: server tcp:127.0.0.1:$PORT: requires STARTTLS for acme.example: the node ends TLS, turn it off for this listener"
	kill "$SERVER"
	rm port
	serve 127.0.0.1 "$(features)"
	make_node
	run -1 cup-config --check n1
	assert_line "wrong: server tcp:127.0.0.1:$PORT: offers no SASL mechanisms for acme.example on this listener"
}

@test "channel binding is wrong behind a node, compression only noted" {
	serve 127.0.0.1 "$(features "$(mechanisms SCRAM-SHA-1 SCRAM-SHA-1-PLUS)" \
		"<compression xmlns='http://jabber.org/features/compress'/>")"
	make_node
	run -1 cup-config --check n1
	assert_line --regexp "^wrong: server .*: offers channel binding for acme.example \(SCRAM-SHA-1 SCRAM-SHA-1-PLUS\): "
	assert_line --regexp "^note: server .*: offers compression"
}

@test "tokens that are bound to the channel are noted" {
	local fast="<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism>"
	fast+="<mechanism>HT-SHA-256-EXPR</mechanism></fast>"
	serve 127.0.0.1 "$(features "$(mechanisms SCRAM-SHA-1)" \
		"<authentication xmlns='urn:xmpp:sasl:2'>" \
		"<mechanism>SCRAM-SHA-1</mechanism><inline>$fast</inline></authentication>")"
	make_node
	run cup-config --check n1
	assert_line --regexp "^note: server .*: offers tokens bound to the channel \(HT-SHA-256-EXPR\), which the node hides: "
	refute_line --regexp '^wrong: server'
}

@test "SASL2 is asked for as a client does, and missed before ejabberd" {
	serve 127.0.0.1 "$(features "$(mechanisms SCRAM-SHA-1)")"
	make_node
	run cup-config --check n1
	refute_output --partial SASL2
	run -0 grep -aF 'from="cup-check@acme.example"' said
	kill "$SERVER"
	rm port
	serve 127.0.0.1 "$(features "$(mechanisms SCRAM-SHA-1)")" 1684719
	make_node
	run cup-config --check n1
	assert_line --regexp "^note: server .*: offers no SASL2, .* allow_unencrypted_sasl2: true"
	assert_line --regexp "^good: server .*: answers for acme.example"
	kill "$SERVER"
	rm port
	serve 127.0.0.1 "$(features "$(mechanisms SCRAM-SHA-1)" \
		"<authentication xmlns='urn:xmpp:sasl:2'>" \
		"<mechanism>SCRAM-SHA-1</mechanism></authentication>")" 1684719
	make_node
	run cup-config --check n1
	refute_output --partial "no SASL2"
}

@test "a server that refuses, is silent, speaks nonsense or is away is wrong" {
	serve 127.0.0.1 "<stream:error><host-unknown
		xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
	make_node
	run -1 cup-config --check n1
	assert_line "wrong: server tcp:127.0.0.1:$PORT: refuses acme.example: host-unknown"
	kill "$SERVER"
	rm port
	serve 127.0.0.1 "<!-- no -->"
	make_node
	run -1 cup-config --check n1
	assert_line --regexp "^wrong: server .*: asked for acme.example: "
	kill "$SERVER"
	wait "$SERVER" || :
	run -1 cup-config --check n1
	assert_line "wrong: server tcp:127.0.0.1:$PORT: Connection refused"
}

@test "the PROXY protocol is spoken where it is set" {
	serve 127.0.0.1 "$(features "$(mechanisms PLAIN)")"
	make_node send-proxy=v1
	run cup-config --check n1
	assert_line --regexp '^good: server .* offers PLAIN$'
	run -0 grep -aE '^PROXY TCP4 127.0.0.1 127.0.0.1 [0-9]+ [0-9]+' said
}

@test "a server that other machines can reach is open" {
	serve 0.0.0.0 "$(features "$(mechanisms PLAIN)")"
	make_node
	run -1 cup-config --check n1
	assert_line "open: 0.0.0.0:$PORT: the server's own listener can be reached from other machines, past the node"
}

@test "a policy with a mistake is wrong, with its line" {
	echo nonsense >p.policy
	make_node
	run -1 cup-config --check n1
	assert_line --regexp "^wrong: cup-filter: $PWD/p.policy:1: "
}

@test "so is one in a policy that is tried beside it" {
	echo nonsense >new.policy
	make_node shadow="$PWD/new.policy" shadow-journal="$PWD/tried"
	run -1 cup-config --check n1
	assert_line --regexp "^wrong: cup-filter: $PWD/new.policy:1: "
	echo 'pass all' >new.policy
	run -1 cup-config --check n1
	assert_line --regexp "^good: shadow: 1 rule, "
}

@test "a table whose file has no entries is named" {
	printf 'table t file "t.txt"\nreject t body matches <t>\npass all\n' >p.policy
	: >t.txt
	make_node
	run cup-config --check n1
	assert_line "open: policy: cup-filter: $PWD/p.policy:1: warning: '$PWD/t.txt' has no entries"
}

@test "files that are missing, open or unfit are wrong" {
	make_certificate
	touch secret
	chmod 644 secret
	make_node certificate="$PWD/c.crt" private-key="$PWD/c.key" \
		return-component=tcp:127.0.0.1:9 return-domain=r.example \
		return-secret="$PWD/secret" heads=/nowhere/heads
	run -1 cup-config --check n1
	assert_line --regexp '^good: certificate: expires in (1|2)[0-9] days$'
	assert_line "wrong: certificate: none is for acme.example"
	assert_line "wrong: return-secret $PWD/secret: its group or others have access (chmod 600)"
	assert_line "wrong: heads /nowhere/heads: /nowhere: No such file or directory"
	rm p.policy
	chmod 644 c.key
	run -1 cup-config --check n1
	assert_line "wrong: policy $PWD/p.policy: No such file or directory"
	assert_line --regexp "^wrong: .*c.key"
}

make_certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-nodes -days 20 -subj /CN=other.example \
		-addext subjectAltName=DNS:other.example \
		-keyout c.key -out c.crt 2>/dev/null
	chmod 600 c.key
}

@test "a key that only the node's user can read is as it should be, for root" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	make_certificate
	path=$PWD
	while [ "$path" != / ]; do
		[ "$(stat -c %A "$path" | cut -c 10)" = x ] ||
			chmod o+x "$path"
		path=$(dirname "$path")
	done
	chown nobody c.key
	make_node user=nobody certificate="$PWD/c.crt" \
		private-key="$PWD/c.key" compliance=third-party \
		compliance-server="tls:127.0.0.1:$PORT" \
		compliance-certificate="$PWD/c.crt" \
		compliance-private-key="$PWD/c.key"
	run -1 timeout 30 cup-config --check n1
	refute_output --partial "belongs to another user"
	assert_line --regexp '^good: certificate: expires in (1|2)[0-9] days$'
	# Where that user can run cup-broker, too.
	if runuser -u nobody -- test -x "$(command -v cup-broker)"; then
		assert_line --regexp '^wrong: compliance-server .*refused'
	fi
	# Another's is not.
	chown daemon c.key
	run -1 timeout 30 cup-config --check n1
	assert_line --regexp "^wrong: .*c.key"
}

@test "a certificate that strict verifiers refuse is named, with the reason" {
	local ec='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 20'
	# As openssl makes them by itself.
	# shellcheck disable=SC2086
	{
		openssl req -x509 $ec -subj /CN=old -keyout ca.key -out ca.pem
		openssl req $ec -subj /CN=n1 -keyout n1.key -out n1.csr
		openssl x509 -req -in n1.csr -CA ca.pem -CAkey ca.key \
			-CAcreateserial -days 20 -out n1.pem -extfile <(
			echo basicConstraints=critical,CA:FALSE
			echo authorityKeyIdentifier=keyid)
		openssl req -x509 $ec -subj /CN=other.example -keyout c.key -out c.crt
	} 2>/dev/null
	chmod 600 c.key n1.key
	make_node compliance=third-party \
		compliance-server="tcp:127.0.0.1:$PORT" \
		compliance-certificate="$PWD/n1.pem" \
		compliance-private-key="$PWD/n1.key" compliance-ca="$PWD/ca.pem" \
		tls=required certificate="$PWD/c.crt" private-key="$PWD/c.key"
	run -2 openssl verify -x509_strict -CAfile ca.pem n1.pem
	run -1 timeout 30 cup-config --check n1
	assert_line "note: compliance-certificate $PWD/n1.pem: 'CN=old' is a CA without keyUsage: strict verifiers refuse it"
	assert_line "note: certificate $PWD/c.crt: 'CN=other.example' is a CA without keyUsage: strict verifiers refuse it"
	# As cup(7) has them.
	# shellcheck disable=SC2086
	{
		openssl req -x509 $ec -subj /CN=new -keyout ca.key -out ca.pem \
			-addext keyUsage=critical,keyCertSign,cRLSign
		openssl x509 -req -in n1.csr -CA ca.pem -CAkey ca.key \
			-CAcreateserial -days 20 -out n1.pem -extfile <(
			echo basicConstraints=critical,CA:FALSE
			echo authorityKeyIdentifier=keyid)
		openssl req -x509 $ec -subj /CN=other.example -keyout c.key \
			-out c.crt -addext basicConstraints=critical,CA:FALSE
	} 2>/dev/null
	run -0 openssl verify -x509_strict -CAfile ca.pem n1.pem
	run -1 timeout 30 cup-config --check n1
	refute_line --partial strict
}

@test "what goes unjudged or in plain text is open" {
	make_node compliance=none unsafe=yes on-failure=pass \
		accept-proxy=0.0.0.0/0 events=iq listen=tcp:192.0.2.1:5222
	cup-config n1 server=tcp:192.0.2.2:9 >/dev/null
	run -1 timeout 30 cup-config --check n1
	assert_line "open: compliance none: nothing is judged and nothing is journaled"
	assert_line --regexp '^open: on-failure pass: '
	assert_line "open: events iq: messages are not judged"
	assert_line --regexp '^open: events iq: words in presence'
	refute_line --regexp '^open: events iq: words and files in iq'
	assert_line --regexp '^note: events iq: logins are neither'
	assert_line --regexp '^open: accept-proxy 0.0.0.0/0: '
	assert_line --regexp '^open: listen tcp:192.0.2.1:5222: clients are served in plain text$'
	assert_line --regexp '^open: server tcp:192.0.2.2:9: plain text to another machine'
	cup-config n1 server=tcp:127.0.0.1:9 connect-timeout=100ms \
		compliance=third-party \
		compliance-server='log tcp:192.0.2.1:7' \
		notify-server=http://192.0.2.1:7/ >/dev/null
	run -1 timeout 30 cup-config --check n1
	assert_line "open: compliance-server log tcp:192.0.2.1:7: plain text to another machine"
	assert_line "open: notify-server http://192.0.2.1:7/: plain text to another machine"
}

@test "rules that the chosen events do not come to are open" {
	cat >p.policy <<-'EOT'
		namespace c "jabber:client"
		reject upload kind iq type set
		reject vcard xpath "/c:iq[c:vCard]"
		reject calls kind !{ message presence session }
		reject status kind presence type available
		reject never event login type chat
		pass rest
	EOT
	make_node events=message,login
	run -1 cup-config --check n1
	for rule in upload vcard calls status; do
		assert_line "open: policy: cup-filter: $PWD/p.policy:$(grep -n "reject $rule" p.policy | cut -d : -f 1): warning: the rule '$rule' is never reached: events message,login have nothing for it"
	done
	assert_line --regexp "'never' is never reached: no record is like that"
	refute_line --partial "'rest'"
	assert_line --regexp '^open: events message,login: who joins'
	assert_line --regexp '^open: events message,login: words and files in iq'
	cup-config n1 events=content >/dev/null
	run -1 cup-config --check n1
	refute_line --partial 'have nothing for it'
	assert_line "note: events content: iq stanzas of mere protocol are not judged"
	cup-config n1 events=all >/dev/null
	run cup-config --check n1
	refute_line --partial 'events all: '
}

@test "a shipped policy is reached by the default events, and not by the old ones" {
	cp "$POLICIES"/* .
	make_node policy="$PWD/finance.policy"
	run cup-config --check n1
	refute_line --partial 'nothing for it'
	cup-config n1 events=message,muc,login,logout >/dev/null
	run -1 cup-config --check n1
	assert_line --partial "the rule 'session-2' is never reached: events message,muc,login,logout have nothing for it"
}

@test "each server of each link is asked for a ping through its pipeline" {
	cup-serve -q unix:good -- cat 3>&- &
	good=$!
	cup-serve -q unix:mute -- sed -un '/^#/d' 3>&- &
	mute=$!
	eventually 10 test -S good && eventually 10 test -S mute
	make_node compliance=third-party answer-timeout=200ms \
		compliance-server="unix:$PWD/good" \
		compliance-server="unix:$PWD/mute" \
		compliance-server="log unix:/nowhere" \
		skip-if-down=log unsafe=yes notify-server=unix:/nobody
	run -1 cup-config --check n1
	kill "$good" "$mute"
	assert_line --regexp "^good: compliance-server unix:$PWD/good: sends a ping back in [0-9.]+ ms$"
	assert_line --regexp "^wrong: compliance-server unix:$PWD/mute: cannot be used: it does not send back '# ping'"
	assert_line "wrong: compliance-server log unix:/nowhere: cannot be used: No such file or directory"
	assert_line "open: skip-if-down log: while none of its servers is up, it is not asked"
	assert_line "wrong: notify-server unix:/nobody: cannot be used: No such file or directory"
}

@test "files by HTTP: whether they go through the node, or can go around it" {
	serve 0.0.0.0 "$(features "$(mechanisms SCRAM-SHA-1)")"
	make_node
	run cup-config --check n1
	assert_line "note: upload-listen: not set, of files by HTTP only the links are seen"
	printf 'reject no-such file unknown\npass rest\n' >p.policy
	make_node upload-listen=tcp:*:0 upload-server=http://127.0.0.1:9 \
		upload-store="$PWD/store" upload-url=https://f.acme.example/
	run -1 cup-config --check n1
	assert_line --regexp "^wrong: upload-server http://127.0.0.1:9: "
	assert_line "open: upload-listen tcp:*:0: files come and go in plain text"
	assert_line "good: upload-store $PWD/store"
	assert_line "good: upload-journal $PWD/journal.upload"
	refute_output --partial "upload-listen: not set"
	# It knows where links lead.
	assert_line --regexp '^good: policy: 2 rules'
	refute_line --regexp '^open: policy'
	make_node "upload-server=http://127.0.0.1:$PORT/"
	run -1 cup-config --check n1
	assert_line "good: upload-server http://127.0.0.1:$PORT/: answers"
	assert_line "open: 0.0.0.0:$PORT: the server's HTTP can be reached from other machines: files, past the node"
}
