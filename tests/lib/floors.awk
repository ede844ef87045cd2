# SPDX-License-Identifier: ISC
# Reads the compiler's dependency files: a file of lib may use its own folder
# and those below it, and what is internal to a folder, or to the files of one
# name in it, is used by nobody else. Prints what is not so, and exits 1.
BEGIN {
	may["base"] = ""
	may["io"] = may["xml"] = "base"
	may["lexicon"] = "base xml"
	may["web"] = "base io xml"
	may["record"] = "base io xml"
	may["policy"] = may["journal"] = "base io xml lexicon record"
	may["trial"] = "base io xml lexicon record policy journal"
	may["broker"] = may["serve"] = may["pipeline"] = "base io xml record"
	may["upload"] = "base io xml record pipeline"
	may["ship"] = "base io xml lexicon record journal prune pipeline seal"
	may["seal"] = "base io xml record journal"
	may["live"] = "base io xml web record pipeline"
	may["stats"] = "base io xml lexicon record journal"
	may["export"] = "base io xml lexicon record journal"
	may["review"] = "base io xml lexicon record journal pipeline"
	may["prune"] = "base io xml lexicon record journal"
	may["node"] = "*"
}

function wrong(what) {
	print user " uses " used ": " what
	bad = 1
}

# "build/lib/io/tls.o: lib/io/tls.c \" and what that one includes; further on
# every header stands alone, for when it is gone.
/^[^ ].*\.o:/ {
	user = $2
	split(user, u, "/")
	sub(/\.c$/, "", u[3])
}

/:$/ { next }

{
	for (i = 1; i <= NF; i++) {
		used = $i
		if (used !~ /^lib\// || split(used, d, "/") != 3)
			continue
		files++
		if (u[1] == "lib" && d[2] != u[2]) {
			if (!(u[2] in may))
				wrong("no floor of that name")
			else if (may[u[2]] != "*" &&
			    index(" " may[u[2]] " ", " " d[2] " ") == 0)
				wrong("it is not below")
		}
		if (d[3] ~ /internal\.h$/) {
			sub(/-?internal\.h$/, "", d[3])
			if (u[1] != "lib" || d[2] != u[2] ||
			    index(u[3], d[3]) != 1)
				wrong("it is internal")
		}
	}
}

END {
	if (!files) {
		print "floors: no dependency files"
		bad = 1
	}
	exit bad
}
