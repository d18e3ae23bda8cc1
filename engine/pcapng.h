/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes capture files of the format pcapng (draft-ietf-opsawg-pcapng): Ethernet interfaces with
 * names, time stamps in nanoseconds, a comment for each packet, which libpcap cannot write. One
 * section, in the byte order of this machine. Errors are sticky: after one nothing is written.
 */
#ifndef ENGINE_PCAPNG_H
#define ENGINE_PCAPNG_H

#include "base/diag.h"

#include <stdint.h>

#define PCAPNG_COMMENT_MAX 1024u /* bytes; longer ones are cut */

struct pcapng;

/* Makes or empties the file @path ("-": standard output). 0 or negative errno with words. */
int pcapng_new(struct pcapng **out, const char *path, struct diag *d) MUST_CHECK;
/* Writes what waits, and closes. 0 or the first error, with words. NULL is fine. */
int pcapng_free(struct pcapng *p, struct diag *d);

/* The number of a new interface. */
uint32_t pcapng_add_interface(struct pcapng *p, const char *name);
/* A packet that left by it. @ns: since 1970; @comment: NULL or "": none. */
void pcapng_put(struct pcapng *p, uint32_t interface, uint64_t ns, const void *frame, size_t size,
		const char *comment);

/* Gives what waits to the system. 0 or the first error. */
int pcapng_flush(struct pcapng *p);

#endif
