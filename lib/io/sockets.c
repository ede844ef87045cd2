/* SPDX-License-Identifier: ISC */
/* The TCP sockets that this machine listens on. */
#include "io/sockets.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { LISTENING = 0x0a };

/* Take the address and port of "  0: 0100007F:1466 00000000:0000 0A ...": the
 * words of the address are in the machine's byte order. */
static bool parse(const char *line, struct endpoint *e)
{
	uint32_t word[4] = {0};
	unsigned port, state;
	char hex[33], ip[INET6_ADDRSTRLEN];
	size_t words;

	if (sscanf(line, " %*u: %32[0-9A-Fa-f]:%4X %*[0-9A-Fa-f]:%*4X %2X",
		hex, &port, &state) != 3 || state != LISTENING)
		return false;
	words = strlen(hex) / 8;
	if ((words != 1 && words != 4) || strlen(hex) % 8)
		return false;
	for (size_t i = 0; i < words; i++) {
		char digits[9] = "";

		memcpy(digits, hex + 8 * i, 8);
		word[i] = (uint32_t)strtoul(digits, NULL, 16);
	}
	return inet_ntop(words == 1 ? AF_INET : AF_INET6, word, ip,
		   sizeof(ip)) && endpoint_from_ip(e, ip, port);
}

bool sockets_read(struct sockets *s, const char *path)
{
	FILE *f = fopen(path, "re");
	struct endpoint e;
	char line[512];

	if (!f)
		return false;
	while (fgets(line, sizeof(line), f)) {
		if (!parse(line, &e))
			continue;
		s->at = mem_resize(s->at, s->count + 1, sizeof(*s->at));
		s->at[s->count++] = e;
	}
	fclose(f);
	return true;
}

void sockets_release(struct sockets *s)
{
	free(s->at);
	*s = (struct sockets){NULL, 0};
}

static bool within(const struct endpoint *e, const char *network)
{
	struct network n;

	return network_parse(&n, network) && network_holds(&n, e);
}

bool sockets_loopback(const struct endpoint *e)
{
	return within(e, "127.0.0.0/8") || within(e, "::1");
}

bool sockets_any(const struct endpoint *e)
{
	return within(e, "0.0.0.0") || within(e, "::");
}
