/* SPDX-License-Identifier: ISC */
/* Time zones, by the C library. */
#define _DEFAULT_SOURCE /* tm_gmtoff */
#include "base/zone.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

enum { SECOND = 1000000, QUARTER = 900, NAME_MAX_LEN = 64 };

struct zone {
	char *tz; /* a value for TZ: ":NAME"; NULL: UTC */
	int64_t quarter; /* of an hour, since 1970, that offset is of */
	long offset;     /* seconds east */
};

static bool name_valid(struct span name)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789_+-/";

	if (!name.n || name.n > NAME_MAX_LEN || name.p[0] == '/')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		if (!memchr(good, name.p[i], sizeof(good) - 1))
			return false;
	}
	return true;
}

/* The C library takes a name that it does not know for UTC. */
static bool file_exists(struct span name)
{
	struct buf path = BUF_EMPTY;
	char magic[4] = "";
	bool good = false;
	int fd;

	buf_adds(&path, "/usr/share/zoneinfo/");
	buf_addspan(&path, name);
	fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		good = read(fd, magic, sizeof(magic)) == sizeof(magic) &&
		       memcmp(magic, "TZif", sizeof(magic)) == 0;
		close(fd);
	}
	buf_release(&path);
	return good;
}

struct zone *zone_new(struct span name)
{
	struct zone *z;
	bool utc = span_is(name, "UTC");

	if (!utc && (!name_valid(name) || !file_exists(name)))
		return NULL;
	z = mem_zalloc(sizeof(*z));
	z->quarter = INT64_MIN;
	if (!utc) {
		z->tz = mem_alloc(name.n + 2);
		z->tz[0] = ':';
		memcpy(z->tz + 1, name.p, name.n);
		z->tz[name.n + 1] = '\0';
	}
	return z;
}

void zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->tz);
	free(z);
}

const char *zone_name(const struct zone *z)
{
	return z->tz ? z->tz + 1 : "UTC";
}

static void set_tz(const char *value)
{
	if ((value ? setenv("TZ", value, 1) : unsetenv("TZ")) != 0)
		mem_exhausted();
	tzset();
}

/* The C library has one zone at a time for all threads. */
static pthread_mutex_t one_zone = PTHREAD_MUTEX_INITIALIZER;

static long look_up(const char *tz, time_t t)
{
	const char *before;
	char *kept;
	struct tm tm;
	long offset;

	pthread_mutex_lock(&one_zone);
	before = getenv("TZ");
	kept = before ? mem_strdup(before) : NULL;
	set_tz(tz);
	offset = localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
	set_tz(kept);
	pthread_mutex_unlock(&one_zone);
	free(kept);
	return offset;
}

int64_t zone_local(struct zone *z, int64_t micros)
{
	int64_t quarter = micros / ((int64_t)QUARTER * SECOND);

	if (micros < 0)
		quarter--;
	if (z->tz && quarter != z->quarter) {
		z->quarter = quarter;
		z->offset = look_up(z->tz, (time_t)(quarter * QUARTER));
	}
	return micros + (int64_t)z->offset * SECOND;
}
