/* SPDX-License-Identifier: ISC */
/* What is to become of a journal. */
#include "prune/plan.h"

#include <stdlib.h>

#include "base/mem.h"

struct cut *plan_cut(struct plan *p, uint64_t first)
{
	/* Cuts are made in order, but for what was announced earlier. */
	for (size_t i = p->count; i > 0; i--) {
		if (p->cut[i - 1].first == first)
			return &p->cut[i - 1];
	}
	p->cut = mem_resize(p->cut, p->count + 1, sizeof(*p->cut));
	p->cut[p->count] = (struct cut){.first = first};
	return &p->cut[p->count++];
}

void cut_prune(struct cut *c, uint64_t to, const char *by, const char *why)
{
	if (to < c->to)
		return;
	free(c->by);
	free(c->why);
	c->to = to;
	c->by = mem_strdup(by);
	c->why = mem_strdup(why);
}

void cut_erase(struct cut *c, uint64_t seq, const char *by, const char *why)
{
	if (c->lines == c->room) {
		c->room = c->room ? c->room * 2 : 16;
		c->line = mem_resize(c->line, c->room, sizeof(*c->line));
	}
	c->line[c->lines++] = (struct cut_line){seq, mem_strdup(by),
	    mem_strdup(why)};
}

static int by_seq(const void *a, const void *b)
{
	const struct cut_line *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

static void line_release(struct cut_line *l)
{
	free(l->by);
	free(l->why);
}

void cut_sort(struct cut *c)
{
	size_t kept = 0;

	if (c->lines)
		qsort(c->line, c->lines, sizeof(*c->line), by_seq);
	for (size_t i = 0; i < c->lines; i++) {
		if (kept && c->line[kept - 1].seq == c->line[i].seq)
			line_release(&c->line[i]);
		else
			c->line[kept++] = c->line[i];
	}
	c->lines = kept;
}

const struct cut_line *cut_find(const struct cut *c, uint64_t seq)
{
	struct cut_line key = {.seq = seq};

	return c->lines ? bsearch(&key, c->line, c->lines, sizeof(*c->line),
			      by_seq)
			: NULL;
}

void plan_torn(struct plan *p, const char *name)
{
	p->torn = mem_resize(p->torn, p->torns + 1, sizeof(*p->torn));
	p->torn[p->torns++] = mem_strdup(name);
}

void plan_file(struct plan *p, const char *path)
{
	p->file = mem_resize(p->file, p->files + 1, sizeof(*p->file));
	p->file[p->files++] = mem_strdup(path);
}

void plan_refuse(struct plan *p, uint64_t seq, const char *id, size_t id_len,
    const char *why)
{
	p->refusal = mem_resize(p->refusal, p->refusals + 1,
	    sizeof(*p->refusal));
	p->refusal[p->refusals++] = (struct refusal){seq, mem_dup(id, id_len),
	    mem_strdup(why)};
}

bool plan_empty(const struct plan *p)
{
	return !p->count && !p->torns;
}

void plan_release(struct plan *p)
{
	for (size_t i = 0; i < p->count; i++) {
		for (size_t k = 0; k < p->cut[i].lines; k++)
			line_release(&p->cut[i].line[k]);
		free(p->cut[i].line);
		free(p->cut[i].by);
		free(p->cut[i].why);
	}
	for (size_t i = 0; i < p->torns; i++)
		free(p->torn[i]);
	for (size_t i = 0; i < p->refusals; i++) {
		free(p->refusal[i].id);
		free(p->refusal[i].why);
	}
	for (size_t i = 0; i < p->files; i++)
		free(p->file[i]);
	free(p->cut);
	free(p->torn);
	free(p->file);
	free(p->refusal);
	*p = (struct plan){0};
}
