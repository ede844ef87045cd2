/* SPDX-License-Identifier: ISC */
/* The signals that ask a program to end: caught once, so that it can finish
 * what it has begun. */
#ifndef IO_ENDING_H
#define IO_ENDING_H

/* From now on catch SIGTERM, SIGINT and SIGHUP, but for those the program was
 * started without. After the first one they all have their ordinary effect
 * again, so that a second one ends it at once. Returns a descriptor that
 * becomes readable then, for ending_release to close; -1 with errno. */
int ending_catch(void);
void ending_release(void);

/* The signal that was caught; 0: none yet. */
int ending_caught(void);

#endif
