# SPDX-License-Identifier: ISC
# A stage that makes something else of what says "mangle KIND": behind the
# gate, so that nobody but cup-intercept can refuse it. EVENT says of what.
function change(from, to) {
	if (!index($9, from))
		print "rewrite.awk: no '" from "' in " $9 > "/dev/stderr"
	$9 = substr($9, 1, index($9, from) - 1) to \
	    substr($9, index($9, from) + length(from))
}

# Two records exchange their ids.
function exchange(  field, id) {
	split(kept, field, "\t")
	id = $1
	$1 = field[1]
	print id substr(kept, length(field[1]) + 1)
	kept = ""
}

BEGIN {
	FS = OFS = "\t"
	forged = "<message xmlns=\"jabber:client\" to=\"carol@acme.localhost\">" \
	    "<body>forged</body></message>"
}
/^#/ { print; fflush(); next }
$5 != EVENT || $9 !~ /mangle/ { print; fflush(); next }
/mangle double/ { $9 = $9 forged }
/mangle before/ { $9 = forged $9 }
/mangle close/ { change("</body>", "</body></message></stream:stream>") }
/mangle end/ { $9 = "</stream:stream>" }
/mangle behind/ { $9 = $9 "</stream:stream>" }
/mangle open/ { $9 = "<stream:stream xmlns=\"jabber:client\" " \
	"xmlns:stream=\"http://etherx.jabber.org/streams\" to=\"evil\"/>" }
/mangle from/ { change("from=\"alice@", "from=\"evil@") }
/mangle to/ { change("to=\"bob@", "to=\"carol@") }
/mangle add/ { change("<message ", "<message to=\"evil@acme.localhost\" ") }
/mangle unto/ { change(" to=\"bob@acme.localhost/home\"", "") }
/mangle ident/ { change(" id=\"ident1\"", " id=\"evil\"") }
/mangle type/ { change("type=\"chat\"", "type=\"headline\"") }
/mangle kind/ { gsub("<message", "<presence", $9); gsub("message>", "presence>", $9) }
/mangle ns/ { change("jabber:client", "jabber:evil") }
/mangle cut/ { change("</message>", "") }
/mangle text/ { $9 = $9 "forged" }
/mangle comment/ { change("</body>", "<!-- forged --></body>") }
/mangle cdata/ { change("</body>", "<![CDATA[forged]]></body>") }
/mangle entity/ { change("</body>", "&forged;</body>") }
/mangle absent/ { $9 = "-" }
/mangle event/ { $5 = EVENT == "send" ? "recv" : "send" }
/mangle swap/ || /mangle lend/ {
	if (!kept) {
		kept = $0
		next
	}
	exchange()
}
{ print; fflush() }
