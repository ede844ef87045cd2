# SPDX-License-Identifier: ISC
# Lines of order numbers, times, ids, versions and hashes, n of them: none is
# what recognisers look for.
function hex(n, s) { s = ""; while (n-- > 0) s = s substr("0123456789abcdef", int(rand() * 16) + 1, 1); return s }
function num(n, s) { s = int(rand() * 9) + 1; while (--n > 0) s = s int(rand() * 10); return s }
function up(n, s) { s = ""; while (n-- > 0) s = s substr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", int(rand() * 36) + 1, 1); return s }
BEGIN { srand(11)
 for (i = 0; i < n; i++) { k = i % 10
  if (k == 0) print "order " num(16)
  else if (k == 1) printf "at %d-%02d-%02d %02d:%02d:%02d.%06d\n", 2020 + rand() * 8, 1 + rand() * 12, 1 + rand() * 28, rand() * 24, rand() * 60, rand() * 60, rand() * 1000000
  else if (k == 2) print "unix time " 1500000000 + int(rand() * 500000000) num(3) " and " 1500000000 + int(rand() * 500000000)
  else if (k == 3) print "id " hex(8) "-" hex(4) "-4" hex(3) "-a" hex(3) "-" hex(12)
  else if (k == 4) printf "version %d.%d.%d-%d\n", rand() * 20, rand() * 100, rand() * 50, rand() * 9
  else if (k == 5) print "commit " hex(40)
  else if (k == 6) print "md5 " hex(32)
  else if (k == 7) print "invoice " up(10) "-" num(6) " " num(9)
  else if (k == 8) print "ticket " up(4) "-" num(5) ", article " num(13)
  else print "float " rand() " and 0." num(16) ", build " num(12)
 } }
