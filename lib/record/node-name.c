/* SPDX-License-Identifier: ISC */
/* Naming a node. */
#include "record/node-name.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "record/record.h"

char *node_name_of_host(void)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) != 0)
		name[0] = '\0';
	name[strcspn(name, ".")] = '\0';
	return mem_strdup(name[0] ? name : "node");
}

bool node_name_valid(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++) {
		if (s[i] <= ' ' || s[i] > '~')
			return false;
	}
	return n > 0 && n <= RECORD_TOKEN_MAX && strcmp(s, "-") != 0;
}
