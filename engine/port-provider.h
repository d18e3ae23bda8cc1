/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For those who implement a kind of port: a struct port_class, and a row in port_classes[].
 *
 * There are two sorts. One with a descriptor (fd() is not NULL) may be used by a worker: its
 * receive() and send() are called by one thread at a time, though not always by the same. One
 * without is asked by the machine's thread when its next_ns() has come, and cannot send: what
 * leaves there goes into a capture or nowhere.
 */
#ifndef ENGINE_PORT_PROVIDER_H
#define ENGINE_PORT_PROVIDER_H

#include "engine/engine.h"
#include "engine/spec.h"

/* What receive() fills. */
struct port_batch {
	/* In the rooms, or in memory of the port's that stays until the next call. */
	struct engine_frame frames[ENGINE_BATCH];
	size_t n;
	uint64_t n_dropped; /* seen and not taken: too long, or the kernel says so */
	uint8_t *rooms;	    /* ENGINE_BATCH of PORT_ROOM bytes */
};

/* A VLAN tag may be put in front; and a byte more, so that what is too long can be told. */
#define PORT_ROOM (PACKET_MAX + VLAN_HLEN_ + 1)

static inline uint8_t *port_batch_room(const struct port_batch *b, size_t i)
{
	return b->rooms + i * PORT_ROOM;
}

struct port_class {
	struct spec_kind spec;
	/* *@port: its state. 0 or negative errno, with words and a place in the spec. */
	int (*open)(void **port, const struct port_spec *s, struct diag *d);
	void (*close)(void *port);

	int (*fd)(const void *port); /* to be polled for reading; NULL: has none */
	/*
	 * Frames that are there at @now_ns, at most ENGINE_BATCH: 0 or negative errno with words,
	 * and it is not called again. Never waits. NULL: nothing ever comes.
	 */
	int (*receive)(void *port, uint64_t now_ns, struct port_batch *b, struct diag *d);
	/* Sends them, never waits; how many were taken, the others are dropped. With fd() only. */
	size_t (*send)(void *port, const struct engine_frame *frames, size_t n);

	/* Without fd(): when receive() has something; UINT64_MAX: never again. */
	uint64_t (*next_ns)(const void *port);
};

extern const struct port_class port_tap_class, port_packet_class, port_pcap_class, port_gen_class;

#endif
