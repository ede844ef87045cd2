/* SPDX-License-Identifier: ISC */
/* What the parts of texts share. */
#ifndef XML_TEXT_INTERNAL_H
#define XML_TEXT_INTERNAL_H

#include <stdbool.h>

#include "xml/text.h"

/* text-kind.c: of the text of an element; and of an attribute, -1 if it is no
 * text. */
enum text_kind text_kind_of(const struct stanza *, uint32_t node);
int text_kind_of_attr(const struct stanza *, uint32_t node,
    const struct stanza_attr *);

/* Whether what is there is the address of something. */
bool text_is_link(const struct stanza *, uint32_t node);
bool text_attr_is_link(const struct stanza_attr *);

/* text.c: add a text, and a piece of it. */
struct text *text_add(struct texts *, enum text_kind);
void text_add_piece(struct texts *, struct text *, struct span raw);

/* text-nick.c: add the nicks that are in the addresses of a stanza. */
void text_add_nicks(struct texts *, const struct stanza *, uint32_t node);

/* text-decode.c: add what the last text says once it is decoded: JSON's \u, a
 * link's %, carriage returns; if it has any. */
void text_add_decoded(struct texts *, bool link);

#endif
