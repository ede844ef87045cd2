/* SPDX-License-Identifier: ISC */
/* Stringprep, by libidn. */
#include "xml/prep.h"

#include <string.h>

#include <stringprep.h>

#include "xml/jid.h"

/* What RFC 6122 appendix A.5 and RFC 7622 section 3.3.1 exclude. */
static bool local_char(char c)
{
	return c > 0x20 && c < 0x7f && !strchr("\"&'/:<>@", c);
}

/* ASCII without the tables; false if there is any other byte. */
static bool plain(struct buf *b, struct span s, enum prep what)
{
	char *out = buf_room(b, s.n);
	bool fold = what != PREP_RESOURCE, local = what == PREP_NODE;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c < 0x20 || c > 0x7e || (local && !local_char(c)))
			return false;
		out[i] = fold && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	b->len += s.n;
	return true;
}

bool prep_part(struct buf *b, struct span s, enum prep what)
{
	const Stringprep_profile *const profiles[] = {
	    [PREP_NODE] = stringprep_xmpp_nodeprep,
	    [PREP_NAME] = stringprep_nameprep,
	    [PREP_RESOURCE] = stringprep_xmpp_resourceprep,
	};
	char text[4 * JID_PART_MAX + 1];

	if (s.n > JID_PART_MAX)
		return false;
	if (plain(b, s, what))
		return s.n > 0;
	if (memchr(s.p, '\0', s.n)) /* would end it for stringprep */
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (stringprep(text, sizeof(text), 0, profiles[what]) !=
		STRINGPREP_OK ||
	    !text[0] || strlen(text) > JID_PART_MAX)
		return false;
	buf_adds(b, text);
	return true;
}
