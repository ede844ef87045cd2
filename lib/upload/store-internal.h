/* SPDX-License-Identifier: ISC */
/* What store.c and store-keep.c share, and nobody else. */
#ifndef UPLOAD_STORE_INTERNAL_H
#define UPLOAD_STORE_INTERNAL_H

#include "upload/store.h"

/* Append the path of a file of incoming that is not there. */
void store_incoming(const struct store *, struct buf *path);

/* Sync the folder that has a path's last part. False with errno. */
bool store_sync_parent(const char *path);

/* The disk may begin with these bytes; nobody waits for them. */
void store_flush(int fd, uint64_t from, uint64_t n);

#endif
