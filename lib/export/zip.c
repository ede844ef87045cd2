/* SPDX-License-Identifier: ISC */
/* Zip archives by libarchive. */
#include "export/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"

/* The first moment that a zip knows. */
enum { MOMENT = 315532800 };

struct zip {
	struct archive *archive;
	zip_sink *sink;
	void *arg;
};

static la_ssize_t pass(struct archive *a, void *arg, const void *p, size_t n)
{
	struct zip *z = arg;

	if (!z->sink(z->arg, p, n)) {
		archive_set_error(a, errno, "cannot be written");
		return -1;
	}
	return (la_ssize_t)n;
}

struct zip *zip_new(zip_sink *sink, void *arg)
{
	struct zip *z = mem_zalloc(sizeof(*z));

	z->sink = sink;
	z->arg = arg;
	z->archive = archive_write_new();
	if (!z->archive || archive_write_set_format_zip(z->archive) ||
	    archive_write_zip_set_compression_deflate(z->archive) ||
	    archive_write_set_bytes_in_last_block(z->archive, 1) ||
	    archive_write_open2(z->archive, z, NULL, pass, NULL, NULL))
		mem_exhausted();
	return z;
}

static bool done(const struct zip *z, bool ok)
{
	if (!ok)
		errno = archive_errno(z->archive) > 0
		    ? archive_errno(z->archive)
		    : EIO;
	return ok;
}

bool zip_entry(struct zip *z, const char *name, uint64_t size)
{
	struct archive_entry *e = archive_entry_new();
	bool ok;

	if (!e)
		mem_exhausted();
	archive_entry_set_pathname(e, name);
	archive_entry_set_size(e, (la_int64_t)size);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_mtime(e, MOMENT, 0);
	ok = archive_write_header(z->archive, e) == ARCHIVE_OK;
	archive_entry_free(e);
	return done(z, ok);
}

bool zip_data(struct zip *z, const void *p, size_t n)
{
	return done(z, archive_write_data(z->archive, p, n) == (la_ssize_t)n);
}

bool zip_end(struct zip *z, bool ok)
{
	if (ok)
		ok = done(z, archive_write_close(z->archive) == ARCHIVE_OK);
	archive_write_free(z->archive);
	free(z);
	return ok;
}
