/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of a bridge that learns where stations are: (VLAN, MAC address) to port. What was not
 * seen for the ageing time is no longer there; when the table is full, the entry that was not seen
 * for the longest time makes room.
 *
 * What was decided by a look-up depends on it, also when nothing was found. A struct mac_dependency
 * says later whether the answer may have changed. It never misses a change; about one of a thousand
 * unrelated changes looks like one.
 */
#ifndef VSWITCH_MAC_LEARNING_H
#define VSWITCH_MAC_LEARNING_H

#include "base/htable.h"
#include "base/list.h"
#include "base/pool.h"
#include "base/text.h"
#include "flow/key.h"

#define MAC_LEARNING_AGEING_S 300   /* as in OVS: the defaults */
#define MAC_LEARNING_MAX      8192  /* entries */
#define MAC_LEARNING_TAGS     16384 /* so many that few flows follow a station for nothing */

struct mac_address {
	uint8_t b[6];
};

struct mac_entry {
	struct mac_address mac;
	uint16_t vlan;
	uint32_t port;
	uint64_t used_ns; /* when it was last seen */
	struct list lru;
};

struct mac_learning {
	struct htable entries;
	struct list lru; /* struct mac_entry; not seen for the longest time first */
	struct pool pool;
	size_t max;
	uint64_t ageing_ns;
	uint64_t sequence;			/* of the last change */
	uint64_t changed_at[MAC_LEARNING_TAGS]; /* by tag: its last change */
};

struct mac_dependency {
	uint64_t sequence;
	uint32_t tag;
};

enum mac_change {
	MAC_SAME, /* it was seen again, or it cannot be learned */
	MAC_NEW,
	MAC_MOVED /* it was on another port */
};

void mac_learning_init(struct mac_learning *ml);
void mac_learning_fini(struct mac_learning *ml);

/* @max: at least 1; entries above it go. */
void mac_learning_limit(struct mac_learning *ml, size_t max, uint64_t ageing_ns);

/* The port of a station, or NULL; an entry whose time is over is not found. */
const struct mac_entry *mac_learning_find(const struct mac_learning *ml, struct mac_address mac,
					  uint16_t vlan, uint64_t now_ns);

/* What a decision that looks @mac up now depends on. */
struct mac_dependency mac_learning_depend(const struct mac_learning *ml, struct mac_address mac,
					  uint16_t vlan);
bool mac_learning_is_valid(const struct mac_learning *ml, const struct mac_dependency *d);

/*
 * A packet of @mac came in at @port. Group addresses and 0 are not learned. The change, or -ENOMEM
 * with the table as before.
 */
int mac_learning_learn(struct mac_learning *ml, struct mac_address mac, uint16_t vlan,
		       uint32_t port, uint64_t now_ns);

/* Takes out what is too old, of one port, or all; how many. */
size_t mac_learning_expire(struct mac_learning *ml, uint64_t now_ns);
size_t mac_learning_flush_port(struct mac_learning *ml, uint32_t port);
size_t mac_learning_flush(struct mac_learning *ml);

/* As `ovs-appctl fdb/show`: a line of port, VLAN, MAC, age in seconds; the newest last. */
void mac_learning_format(struct text *t, const struct mac_learning *ml, uint64_t now_ns);

static inline bool mac_is_group(struct mac_address mac)
{
	return mac.b[0] & 1;
}

static inline bool mac_is_equal(struct mac_address a, struct mac_address b)
{
	return !memcmp(a.b, b.b, sizeof a.b);
}

#endif
