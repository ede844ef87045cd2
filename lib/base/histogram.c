/* SPDX-License-Identifier: ISC */
/* How long things took. */
#include "base/histogram.h"

#include <inttypes.h>

#include "base/quantity.h"

const uint32_t histogram_bounds[HISTOGRAM_BOUNDS] = {100, 200, 500, 1000,
    2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000, 2000000,
    10000000, 30000000};

void histogram_add(struct histogram *h, int64_t micros)
{
	size_t i = 0;

	if (micros < 0)
		micros = 0;
	while (i < HISTOGRAM_BOUNDS && micros > histogram_bounds[i])
		i++;
	h->of[i]++;
	h->sum += (uint64_t)micros;
}

void histogram_write(const struct histogram *h, struct buf *b)
{
	buf_addf(b, "%" PRIu64, h->sum);
	for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++)
		buf_addf(b, " %" PRIu64, h->of[i]);
}

static bool take_number(struct span *rest, uint64_t *n)
{
	const char *end = rest->n ? memchr(rest->p, ' ', rest->n) : NULL;
	size_t len = end ? (size_t)(end - rest->p) : rest->n;
	char text[24];

	if (len >= sizeof(text))
		return false;
	memcpy(text, rest->n ? rest->p : "", len);
	text[len] = '\0';
	*rest = end ? (struct span){end + 1, rest->n - len - 1}
		    : (struct span){"", 0};
	return quantity_number(text, n);
}

bool histogram_read(struct histogram *h, struct span text)
{
	if (!take_number(&text, &h->sum))
		return false;
	for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
		if (!take_number(&text, &h->of[i]))
			return false;
	}
	return text.n == 0;
}
