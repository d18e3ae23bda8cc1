/* SPDX-License-Identifier: BSD-2-Clause */
/* The bridges of a datapath. */
#include "vswitch/vswitch.h"

#include "base/alloc.h"

#include <errno.h>

int vswitch_new(struct vswitch **out, struct diag *d)
{
	struct vswitch *v = mem_new(sizeof *v);
	int err;

	*out = NULL;
	if (!v)
		return diag_set(d, -ENOMEM, "no memory for a vswitch");
	err = bridge_new(&v->nowhere, "none", d);
	if (err) {
		mem_free(v);
		return err;
	}
	*out = v;
	return 0;
}

void vswitch_free(struct vswitch *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->n_bridges; i++)
		bridge_free(v->bridges[i]);
	bridge_free(v->nowhere);
	mem_free(v);
}

struct bridge *vswitch_find_bridge(const struct vswitch *v, const char *name)
{
	for (size_t i = 0; i < v->n_bridges; i++)
		if (!strcmp(v->bridges[i]->name, name))
			return v->bridges[i];
	return NULL;
}

int vswitch_add_bridge(struct vswitch *v, const char *name, struct diag *d)
{
	struct bridge *b;
	int err;

	if (vswitch_find_bridge(v, name))
		return diag_set(d, -EEXIST, "there is a bridge %s already", name);
	if (v->n_bridges == VSWITCH_BRIDGES_MAX)
		return diag_set(d, -ENOSPC, "there are %d bridges already", VSWITCH_BRIDGES_MAX);
	err = bridge_new(&b, name, d);
	if (err)
		return err;
	/* A translation of a bridge that is gone is not valid for one that got its memory. */
	b->sequence = ++v->n_created << 32;
	b->now_ns = v->now_ns;
	v->bridges[v->n_bridges++] = b;
	v->n_changes++;
	return 0;
}

int vswitch_del_bridge(struct vswitch *v, const char *name, struct diag *d)
{
	for (size_t i = 0; i < v->n_bridges; i++) {
		struct bridge *b = v->bridges[i];

		if (strcmp(b->name, name))
			continue;
		v->n_changes += b->sequence + b->fdb.sequence + 1;
		bridge_free(b);
		v->n_bridges--;
		memmove(&v->bridges[i], &v->bridges[i + 1],
			(v->n_bridges - i) * sizeof v->bridges[0]);
		return 0;
	}
	return diag_set(d, -ENOENT, "there is no bridge %s", name);
}

struct bridge *vswitch_bridge_of(const struct vswitch *v, uint32_t port)
{
	for (size_t i = 0; i < v->n_bridges; i++)
		if (bridge_find_port(v->bridges[i], port))
			return v->bridges[i];
	return v->nowhere;
}

int vswitch_add_port(struct vswitch *v, struct bridge *b, uint32_t number, const char *name,
		     struct diag *d)
{
	const struct bridge *other = vswitch_bridge_of(v, number);

	if (other != v->nowhere && other != b)
		return diag_set(d, -EEXIST, "port %s belongs to bridge %s", name, other->name);
	return bridge_add_port(b, number, name, d);
}

/* All parts only grow, so that a sum that is the same says that nothing has changed. */
uint64_t vswitch_rules_sequence(const struct vswitch *v)
{
	uint64_t sum = v->n_changes;

	for (size_t i = 0; i < v->n_bridges; i++)
		sum += v->bridges[i]->sequence;
	return sum;
}

uint64_t vswitch_sequence(const struct vswitch *v)
{
	uint64_t sum = vswitch_rules_sequence(v);

	for (size_t i = 0; i < v->n_bridges; i++)
		sum += v->bridges[i]->fdb.sequence;
	return sum;
}

void vswitch_set_now(struct vswitch *v, uint64_t now_ns)
{
	v->now_ns = now_ns;
	for (size_t i = 0; i < v->n_bridges; i++)
		v->bridges[i]->now_ns = now_ns;
}

void vswitch_expire(struct vswitch *v, uint64_t now_ns)
{
	for (size_t i = 0; i < v->n_bridges; i++)
		mac_learning_expire(&v->bridges[i]->fdb, now_ns);
}
