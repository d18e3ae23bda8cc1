/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the ports of a machine are joined to: taps, interfaces of this Linux, capture files,
 * generators. Frames that come in there are given to the machine, what leaves the machine goes out
 * there. The engine does not know what the machine is: it sees a struct engine_host.
 *
 * All functions belong to one thread, the machine's. With workers, other threads read and write the
 * descriptors, and bounded rings are between them and the machine; without, the machine's thread
 * does it in engine_run(). What is no descriptor, files and generators, follows the machine's time
 * and is always handled in its thread, so that results do not depend on the number of workers.
 *
 * Time is a parameter. It may be virtual: then engine_run() is called with the times that
 * engine_next_ns() names, whatever a clock says. Taps and interfaces live in real time
 * (engine_is_live()).
 *
 * No packet is ever waited for and none makes memory be allocated: where there is no room it is
 * dropped and counted.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/diag.h"
#include "base/text.h"
#include "packet/packet.h"

#include <stdbool.h>
#include <stdint.h>

#define ENGINE_PORTS_MAX   256u
#define ENGINE_WORKERS_MAX 16u
#define ENGINE_BATCH	   64u		/* frames of one port in one engine_run() */
#define ENGINE_RING_SIZE   (512u << 10) /* bytes of frames that wait, for each port and direction */
#define ENGINE_NAME_MAX	   32u		/* of a port, with the NUL */
#define ENGINE_WAY_MAX	   160u		/* of a description, with the NUL */

struct engine;

/* A frame without FCS, at most PACKET_MAX bytes. */
struct engine_frame {
	const uint8_t *data;
	uint32_t size;
};

/* The machine. */
struct engine_host {
	void *aux;
	/* The number by which the other calls name this port; false: there is no such port. */
	bool (*find_port)(void *aux, const char *name, uint32_t *number);
	/* Frames come in; borrowed. It may call engine_output(). */
	void (*send)(void *aux, uint32_t port, const struct engine_frame *frames, size_t n);
	/* Called within engine_output() when a capture wants it: writes the way of that packet
	 * through the machine, in words, into @buf of ENGINE_WAY_MAX bytes. May be NULL. */
	void (*describe_way)(void *aux, uint32_t port, char *buf);
};

/*
 * @host is copied. @epoch_ns: what is added to the machine's time for the time stamps of captures,
 * which count from 1970. 0 or negative errno.
 */
int engine_new(struct engine **out, const struct engine_host *host, uint64_t epoch_ns,
	       struct diag *d) MUST_CHECK;
/* Detaches all ports: what waits in rings is still sent. NULL is fine. */
void engine_free(struct engine *e);

/* So many threads from now on; 0, as at the begin: none. 0; -EINVAL, -ENOMEM, -EAGAIN with words,
 * and then there are none. */
int engine_set_workers(struct engine *e, unsigned int n, struct diag *d) MUST_CHECK;

/*
 * Joins a port of the machine to what @spec says:
 *
 *	KIND[:ARGUMENT][,KEY=VALUE]...
 *
 *	tap:NAME		a tap device, made if there is none
 *	packet:INTERFACE	an interface of this Linux, all of its packets
 *	pcap:in=FILE		a capture file, -: standard input. rate=original|max|PPS;
 *				loop=N times, 0: for ever
 *	gen:FLOW		packets made of a flow. rate=PPS|max (1000; max: a billion);
 *				count=N; size=BYTES; flows=N that differ; seed=N: in
 *				random order
 *
 * and of every kind out=FILE: what leaves here is written as pcapng, with the way of each packet in
 * a comment; several ports may write one file. Without ARGUMENT there is no colon, but for one in
 * front of the first key ("pcap:in=FILE"). Commas within parentheses are FLOW's.
 *
 * 0; -EEXIST: the port is attached; -ENODEV: no such port, or interface; -EPERM, -EINVAL ...: with
 * words, and a place in @spec where that is wrong.
 */
int engine_attach(struct engine *e, const char *port, const char *spec, struct diag *d) MUST_CHECK;
/* 0 or -ENOENT. What waits is still sent, files are complete afterwards. */
int engine_detach(struct engine *e, const char *port, struct diag *d) MUST_CHECK;

/*
 * Takes what is ready at @now_ns, at most ENGINE_BATCH frames of each port, gives it to the machine
 * and sends what the machine has put out. Returns how many frames went in.
 */
size_t engine_run(struct engine *e, uint64_t now_ns);

/* The machine's time, for the stamps of what leaves outside of engine_run(). */
void engine_set_now(struct engine *e, uint64_t now_ns);

/* A frame leaves the machine; borrowed. False: nothing is attached there. It is sent when
 * engine_run() ends; at once, when it is called from elsewhere. */
bool engine_output(struct engine *e, uint32_t port, const void *frame, size_t size);

/* Gives what was captured to the system; engine_run() does it when nothing has come in. */
void engine_flush(struct engine *e);

/* Readable (poll(), epoll) when engine_run() has something to do because of a descriptor. */
int engine_fd(const struct engine *e);
/* When it has something to do because of the time: 0: at once; UINT64_MAX: never. */
uint64_t engine_next_ns(const struct engine *e);
/* Whether a port is joined to something in the real world, which may send at any time. */
bool engine_is_live(const struct engine *e);
/* Whether nothing will come in any more: no live ports, all files and generators at their end. */
bool engine_is_done(const struct engine *e);

struct engine_counters {
	uint64_t rx_packets, rx_bytes; /* given to the machine */
	uint64_t rx_dropped;	       /* too long, or no room in the ring, or so says the kernel */
	uint64_t tx_packets, tx_bytes; /* went out, also into nothing but a capture */
	uint64_t tx_dropped;	       /* no room, or refused by the descriptor */
};

struct engine_port_info {
	const char *port, *spec; /* borrowed until it is detached */
	struct engine_counters counters;
	bool is_done; /* nothing will come in any more */
	/* What went wrong, so that it is silent from then on; error 0: nothing. */
	struct diag failure;
};

/* The ports by number, ascending; @i from 0. False: there are no more. */
bool engine_port_info(const struct engine *e, size_t i, struct engine_port_info *info);
/* As a table; nothing when there are no ports. */
void engine_format(struct text *t, const struct engine *e);

#endif
