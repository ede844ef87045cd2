/* SPDX-License-Identifier: ISC */
/* Media types by content, by libmagic. */
#include "upload/sniff.h"

#include <magic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

struct sniff {
	magic_t magic;
};

/* What is packed is not unpacked: it may be a bomb. */
enum {
	LOOKED_AT = 512 * 1024, /* bytes */
	FLAGS = MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_ERROR,
};

struct sniff *sniff_new(struct buf *why)
{
	struct sniff *s = mem_zalloc(sizeof(*s));
	size_t most = LOOKED_AT;

	s->magic = magic_open(FLAGS);
	if (!s->magic)
		mem_exhausted();
	magic_setparam(s->magic, MAGIC_PARAM_BYTES_MAX, &most);
	if (magic_load(s->magic, NULL) == 0)
		return s;
	buf_addf(why, "cannot load libmagic's database: %s",
	    magic_error(s->magic));
	sniff_free(s);
	return NULL;
}

void sniff_free(struct sniff *s)
{
	if (!s)
		return;
	magic_close(s->magic);
	free(s);
}

/* Of a type only letters, digits and what RFC 6838 section 4.2 has. */
static bool sound(const char *type)
{
	size_t n = strspn(type, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/!#$&-^_.+");

	return n > 2 && n < 256 && !type[n];
}

void sniff_type(struct sniff *s, int fd, struct buf *type)
{
	const char *found;

	lseek(fd, 0, SEEK_SET);
	found = magic_descriptor(s->magic, fd);
	buf_adds(type, found && sound(found) ? found
					     : "application/octet-stream");
}
