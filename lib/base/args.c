/* SPDX-License-Identifier: ISC */
/* A command's words. */
#include "base/args.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void args_add(struct args *a, const char *word)
{
	a->word = mem_resize(a->word, a->count + 2, sizeof(*a->word));
	a->word[a->count++] = mem_strdup(word);
	a->word[a->count] = NULL;
}

void args_option(struct args *a, const char *option, const char *value)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "--%s", option);
	args_add(a, buf_str(&b));
	if (value)
		args_add(a, value);
	buf_release(&b);
}

bool args_same(const struct args *a, const struct args *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->word[i], b->word[i]) != 0)
			return false;
	}
	return true;
}

static void quote(struct buf *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "@%+=:,./_-";

	if (*word && strspn(word, plain) == strlen(word)) {
		buf_adds(b, word);
		return;
	}
	buf_addc(b, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_adds(b, "'\\''");
		else
			buf_addc(b, *word);
	}
	buf_addc(b, '\'');
}

void args_text(const struct args *a, struct buf *b)
{
	for (size_t i = 0; i < a->count; i++) {
		if (i)
			buf_addc(b, ' ');
		quote(b, a->word[i]);
	}
}

void args_release(struct args *a)
{
	for (size_t i = 0; i < a->count; i++)
		free(a->word[i]);
	free(a->word);
	*a = (struct args){NULL, 0};
}
