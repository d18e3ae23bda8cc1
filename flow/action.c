/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of actions. */
#include "flow/action.h"

#include "base/alloc.h"

const char *const flow_action_names[FLOW_N_ACTION_TYPES] = {
	[FLOW_ACT_OUTPUT] = "output",	    [FLOW_ACT_PUSH_VLAN] = "push_vlan",
	[FLOW_ACT_POP_VLAN] = "pop_vlan",   [FLOW_ACT_SET] = "set",
	[FLOW_ACT_USERSPACE] = "userspace", [FLOW_ACT_RECIRC] = "recirc",
};

void flow_actions_init(struct flow_actions *l)
{
	*l = (struct flow_actions){ .a = NULL };
}

void flow_actions_fini(struct flow_actions *l)
{
	mem_free(l->a);
	flow_actions_init(l);
}

void flow_actions_clear(struct flow_actions *l)
{
	l->n = 0;
}

struct flow_action *flow_actions_add(struct flow_actions *l)
{
	struct flow_action *a;

	if (l->n >= FLOW_ACTIONS_MAX)
		return NULL;
	if (l->n == l->cap) {
		a = mem_grow(l->a, &l->cap, l->n + 1, sizeof *l->a);
		if (!a)
			return NULL;
		l->a = a;
	}
	a = &l->a[l->n++];
	memset(a, 0, sizeof *a);
	return a;
}

static bool userspace_is_equal(const struct flow_userspace *a, const struct flow_userspace *b)
{
	return a->pid == b->pid && a->actions == b->actions &&
	       a->has_tunnel_out_port == b->has_tunnel_out_port &&
	       (!a->has_tunnel_out_port || a->tunnel_out_port == b->tunnel_out_port) &&
	       a->userdata_size == b->userdata_size &&
	       !memcmp(a->userdata, b->userdata, a->userdata_size);
}

static bool action_is_equal(const struct flow_action *a, const struct flow_action *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case FLOW_ACT_OUTPUT:
		return a->port == b->port;
	case FLOW_ACT_PUSH_VLAN:
		return a->push_vlan.tpid == b->push_vlan.tpid &&
		       a->push_vlan.tci == b->push_vlan.tci;
	case FLOW_ACT_POP_VLAN:
		return true;
	case FLOW_ACT_SET:
		return a->set.header == b->set.header &&
		       !memcmp(&a->set.key, &b->set.key, sizeof a->set.key) &&
		       !memcmp(&a->set.mask, &b->set.mask, sizeof a->set.mask);
	case FLOW_ACT_USERSPACE:
		return userspace_is_equal(&a->userspace, &b->userspace);
	case FLOW_ACT_RECIRC:
		return a->recirc_id == b->recirc_id;
	case FLOW_N_ACTION_TYPES:
		break;
	}
	return false;
}

bool flow_actions_is_equal(const struct flow_actions *a, const struct flow_actions *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!action_is_equal(&a->a[i], &b->a[i]))
			return false;
	return true;
}
