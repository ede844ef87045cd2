/* SPDX-License-Identifier: ISC */
/* Names that people give to parts of a node, and to nodes. */
#include "base/label.h"

#include <string.h>

bool label_valid(struct span s)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (s.n == 0 || s.n > LABEL_MAX || memchr("._-", *s.p, 3))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!memchr(word, s.p[i], sizeof(word) - 1))
			return false;
	}
	return true;
}
