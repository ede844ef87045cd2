#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The settings that cup(7) and README give for servers behind a node, as they
# stand there.

load ../lib/helpers
load ../lib/servers
load ../lib/federation

setup_file() {
	export TOP PATH=$CUP_BIN:$PATH
	cd "$BATS_FILE_TMPDIR" || return
	make_authority
	sign_certificate acme.localhost
}

setup() {
	common_setup
	export CUP_CONFIG_DIR=$PWD/etc CUP_RUN_DIR=$PWD/run
	mkdir etc
	cp "$BATS_FILE_TMPDIR"/{acme.localhost.crt,acme.localhost.key,ca.crt} .
	echo "pass all" >n1.policy
	C2S=$(free_port)
}

teardown() {
	stop_all
	sound n1.log
}

# shown FILE: what cup(7) has for it, but for the port.
shown() {
	awk -v file="$1" '$1 == ".Pa" && $2 == file { found = 1 }
		found && /^\.Bd/ { take = 1; next }
		take && /^\.Ed/ { exit }
		take' "$TOP/man/cup.7" | sed "s/5322/$C2S/"
}

started() {
	STARTED+=("$1")
}

# wrong_passwords COUNT: from 127.0.0.2; prints the last answer.
wrong_passwords() {
	/usr/bin/python3 - "$PORT" "$1" <<-'END'
		import base64, re, socket, sys
		word = base64.b64encode(b"\0alice\0wrong").decode()
		for i in range(int(sys.argv[2])):
		    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])),
		                                 10, ("127.0.0.2", 0))
		    s.sendall(b"<stream:stream xmlns='jabber:client' "
		              b"xmlns:stream='http://etherx.jabber.org/streams' "
		              b"to='acme.localhost' version='1.0'>")
		    text, asked = "", False
		    while not re.search("</failure>|</stream:stream>", text):
		        more = s.recv(65536).decode()
		        if not more:
		            break
		        text += more
		        if "</stream:features>" in text and not asked:
		            asked = True
		            s.sendall(b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
		                      b" mechanism='PLAIN'>%s</auth>" % word.encode())
		print(text)
	END
}

# suits NODE: the check finds nothing wrong with its server.
suits() {
	run cup-config --check "$1"
	assert_line --regexp "^good: server .* answers for acme.localhost, offers.* SCRAM-SHA-1"
	refute_line --regexp "^(wrong|open): .*$C2S"
}

# talk: two clients do so through the node.
talk() {
	come alice acme.localhost "$PORT"
	come bob acme.localhost "$PORT"
	says alice bob@acme.localhost "all well?"
	sees bob "got alice@acme.localhost/home all well?"
	run cup-search n1.journal "all well"
	assert_output --partial pass
}

@test "Prosody with the settings of cup(7)" {
	mkdir -p data/acme%2elocalhost/accounts
	for user in alice bob; do
		echo 'return { ["password"] = "pw"; };' \
			>"data/acme%2elocalhost/accounts/$user.dat"
	done
	shown prosody.cfg.lua >settings
	run -0 grep -c "$C2S" settings
	cat - settings >cfg.lua <<-EOF
		run_as_root = true
		pidfile = "$PWD/pid"
		data_path = "$PWD/data"
		certificates = "$PWD"
		s2s_ports = { }
		authentication = "internal_hashed"
		modules_enabled = { "roster"; "saslauth"; "disco"; "tls";
			"smacks"; "ping"; "posix" }
		log = { info = "$PWD/log" }
	EOF
	echo 'VirtualHost "acme.localhost"' >>cfg.lua
	prosody -F --config "$PWD/cfg.lua" >out 2>&1 </dev/null 3>&- &
	started "$!"
	eventually 15 listens "$C2S"
	place_node n1 acme.localhost
	suits n1
	talk
}

@test "ejabberd with the settings of cup(7), knowing where clients are" {
	shown ejabberd.yml >settings
	run -0 grep -c "$C2S" settings
	{
		cat <<-EOF
			hosts: [acme.localhost]
			loglevel: info
			auth_password_format: scram
			access_rules: { c2s: { allow: all } }
			shaper: { normal: 100000 }
			shaper_rules: { c2s_shaper: normal }
			modules:
			  mod_roster: {}
			  mod_fail2ban: {}
			  mod_stream_mgmt: {}
			listen:
		EOF
		cat settings
	} >cfg.yml
	EJABBERD_CONFIG_PATH=$PWD/cfg.yml HOME=$PWD \
		ERL_LIBS=/usr/lib/x86_64-linux-gnu EJABBERD_LOG_PATH=$PWD/log \
		erl -noinput -mnesia dir "\"$PWD/db\"" -s ejabberd -eval '
			application:ensure_all_started(ejabberd),
			[ejabberd_auth:try_register(U, <<"acme.localhost">>, <<"pw">>)
			    || U <- [<<"alice">>, <<"bob">>]],
			file:write_file("ready", <<>>).' \
		>out 2>&1 </dev/null 3>&- &
	started "$!"
	eventually 40 test -e ready
	eventually 10 listens "$C2S"
	place_node n1 acme.localhost send-proxy=v2 tls=optional
	suits n1
	# It is not among those settings, as Debian 12's does not know it.
	assert_line --regexp "^note: server .* allow_unencrypted_sasl2: true"
	run -0 wrong_passwords 21
	assert_output --partial "authentications from this IP address (127.0.0.2)"
	# Everybody else still gets in.
	talk
}

# commands N: the Nth of what cup(7) has for a compliance server, for the
# addresses, names and policy here.
commands() {
	awk -v n="$1" '/^\.Sh/ { here = /COMPLIANCE SERVER/ }
		here && /^\.Bd/ { take = ++block == n; next }
		/^\.Ed/ { take = 0 }
		take' "$TOP/man/cup.7" |
		sed -e 's/^[$#] //; s/\\e$/\\/; s/node1/n1/g' -e "s/5280/$SERVE/
			s/compliance.acme.example/localhost/; s/acme.policy/n1.policy/"
}

@test "a compliance server with the commands of cup(7)" {
	start_prosody acme.localhost alice bob
	place_node n1 acme.localhost
	SERVE=$(free_port)
	run -0 bash -ec "$(commands 1)"
	run -0 openssl verify -x509_strict -CAfile ca.pem ca.pem
	run -0 openssl verify -x509_strict -CAfile ca.pem -purpose sslserver \
		-verify_hostname localhost server.pem
	run -0 openssl verify -x509_strict -CAfile ca.pem -purpose sslclient n1.pem
	(eval "exec $(commands 2)") >serve.log 2>&1 3>&- &
	started "$!"
	eventually 10 listens "$SERVE"
	run bash -ec "$(commands 3)"
	assert_line --regexp "^good: compliance-server .*:$SERVE: sends a ping back"
	refute_line --partial strict
	asks() {
		cup-node --status n1 >status && grep -q "^stage cup-broker " status &&
			! grep -q "^stage cup-filter " status
	}
	eventually 15 asks
	talk
	run cup-search journal.n1 "all well"
	assert_output --partial pass
}

@test "README gives the same" {
	C2S=5322
	while read -r line; do
		run -0 grep -qF "$line" "$TOP/README"
	done < <(shown prosody.cfg.lua)
	while read -r line; do
		case $line in
		port:* | ip:* | module:* | starttls:* | use_proxy*)
			run -0 grep -qF "$line" "$TOP/README"
			;;
		esac
	done < <(shown ejabberd.yml)
}

@test "the check finds the listeners that cup(7) says it does" {
	# Who is not root must become it; root cannot in a chroot.
	local alone=(unshare -n)
	[ "$EUID" -eq 0 ] || alone+=(-r)
	"${alone[@]}" true 2>/dev/null || skip "no namespaces here"
	cup-config n1 listen=tcp:127.0.0.1:5299 domain=acme.localhost \
		server=tcp:127.0.0.1:5322 policy="$PWD/n1.policy" \
		journal="$PWD/journal" >/dev/null
	# A network of its own, in which nobody else listens.
	run -1 "${alone[@]}" /usr/bin/python3 - <<-'END'
		import socket, subprocess, sys
		open_ones = []
		for port in (5322, 5222, 5223, 5269, 5347, 5280, 1883):
		    s = socket.socket()
		    s.bind(("0.0.0.0", port))
		    s.listen()
		    open_ones.append(s)
		sys.exit(subprocess.run(["cup-config", "--check", "n1"]).returncode)
	END
	assert_line --regexp "^open: 0.0.0.0:5322: the server's own listener"
	for number in 5222 5223 5269 5347 5280 1883; do
		assert_line --regexp "^open: 0.0.0.0:$number: "
	done
}
