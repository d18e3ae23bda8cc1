/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All bridges of one datapath. A port of the datapath belongs to one bridge at most; what comes in
 * at one that belongs to none is dropped.
 */
#ifndef VSWITCH_VSWITCH_H
#define VSWITCH_VSWITCH_H

#include "vswitch/bridge.h"

#define VSWITCH_BRIDGES_MAX 64

struct vswitch {
	struct bridge *bridges[VSWITCH_BRIDGES_MAX]; /* owned, in the order in which they came */
	size_t n_bridges;
	struct bridge *nowhere; /* without ports: what ports of no bridge belong to; owned */
	uint64_t n_changes;	/* see vswitch_sequence() */
	uint64_t n_created;
	uint64_t now_ns; /* of vswitch_set_now() */
};

/* 0 or -ENOMEM. */
int vswitch_new(struct vswitch **out, struct diag *d) MUST_CHECK;
void vswitch_free(struct vswitch *v); /* with its bridges; NULL is fine */

/* 0; -EEXIST, -ENOSPC, and as bridge_new(), with words. */
int vswitch_add_bridge(struct vswitch *v, const char *name, struct diag *d) MUST_CHECK;
int vswitch_del_bridge(struct vswitch *v, const char *name, struct diag *d) MUST_CHECK;
struct bridge *vswitch_find_bridge(const struct vswitch *v, const char *name);

/* As bridge_add_port(), and -EEXIST when the port belongs to another bridge. */
int vswitch_add_port(struct vswitch *v, struct bridge *b, uint32_t number, const char *name,
		     struct diag *d) MUST_CHECK;

/* The bridge of a port; never NULL. */
struct bridge *vswitch_bridge_of(const struct vswitch *v, uint32_t port);

/* Differs when a rule, port, bridge or station has changed since. */
uint64_t vswitch_sequence(const struct vswitch *v);

/* What comes into a bridge from now on came at @now_ns. */
void vswitch_set_now(struct vswitch *v, uint64_t now_ns);

/* The same of rules, ports and bridges only. */
uint64_t vswitch_rules_sequence(const struct vswitch *v);

/* Takes stations that are too old out of all bridges. */
void vswitch_expire(struct vswitch *v, uint64_t now_ns);

#endif
