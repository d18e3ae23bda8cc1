/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a filter goes: hook, block, chain, and its priority. The kernel needs one protocol for each
 * priority of a chain; with a kernel that keeps many masks at one priority that is all, otherwise
 * each pair of mask and protocol gets a priority of its own. The numbers are those of OVS: 2 for
 * IPv4, 3 for IPv6, upwards from there for others.
 */
#include "offload/tc_internal.h"

#include "base/hash.h"

#include <errno.h>
#include <linux/if_ether.h>

enum {
	PRIO_IPV4 = 2,
	PRIO_IPV6 = 3,
	PRIO_MAX = 65535
};

struct prio_entry {
	struct tc_flower_key mask; /* all 0 when the kernel keeps many masks at one priority */
	be16 protocol;
	uint16_t prio;
};

struct prio_key {
	const struct tc_flower_key *mask; /* NULL: it does not matter */
	be16 protocol;
};

static bool is_of(const void *item, const void *key)
{
	const struct prio_entry *e = item;
	const struct prio_key *k = key;

	return e->protocol == k->protocol &&
	       (!k->mask || !memcmp(&e->mask, k->mask, sizeof e->mask));
}

static uint32_t hash_of(const struct prio_key *k)
{
	return (uint32_t)(k->mask ? hash_bytes(k->mask, sizeof *k->mask, k->protocol)
				  : hash_u64(k->protocol));
}

void tc_prios_init(struct tc_prios *p, bool many_masks)
{
	htable_init(&p->table);
	pool_init(&p->pool, sizeof(struct prio_entry));
	p->last = PRIO_IPV6;
	p->many_masks = many_masks;
}

void tc_prios_fini(struct tc_prios *p)
{
	htable_fini(&p->table);
	pool_fini(&p->pool);
}

int tc_prios_get(struct tc_prios *p, be16 protocol, const struct tc_flower_key *mask,
		 uint16_t *prio, struct diag *d)
{
	const struct prio_key key = { p->many_masks ? NULL : mask, protocol };
	struct prio_entry *e;
	uint32_t hash;

	if (p->many_masks && protocol == be16_from_host(ETH_P_IP)) {
		*prio = PRIO_IPV4;
		return 0;
	}
	if (p->many_masks && protocol == be16_from_host(ETH_P_IPV6)) {
		*prio = PRIO_IPV6;
		return 0;
	}
	hash = hash_of(&key);
	e = htable_find(&p->table, hash, is_of, &key);
	if (!e) {
		if (p->last == PRIO_MAX)
			return diag_set(d, -ENOSPC, "no tc priority is left: all %u are in use",
					PRIO_MAX);
		e = pool_get(&p->pool);
		if (!e || htable_add(&p->table, hash, e)) {
			pool_put(&p->pool, e);
			return diag_set(d, -ENOMEM, "no memory for a tc priority");
		}
		if (key.mask)
			e->mask = *mask;
		e->protocol = protocol;
		e->prio = ++p->last;
	}
	*prio = e->prio;
	return 0;
}

/* What a device of the openvswitch module sends comes in at its egress. */
enum tc_hook tc_hook_of_port(const struct offload_port *port)
{
	return port->is_internal ? TC_HOOK_EGRESS : TC_HOOK_INGRESS;
}

void tc_place(struct tc_id *id, const struct offload_port *port, uint32_t chain)
{
	id->ifindex = port->ifindex;
	id->block = port->block;
	id->parent = TC_H_MAKE(TC_H_CLSACT, tc_hook_of_port(port) == TC_HOOK_EGRESS
						    ? TC_H_MIN_EGRESS
						    : TC_H_MIN_INGRESS);
	id->chain = chain;
}
