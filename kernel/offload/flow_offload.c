/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The callbacks that drivers bind to a block, and the checks that drivers share. Models
 * net/core/flow_offload.c and the inline checks of include/net/pkt_cls.h and flow_offload.h, 6.1.
 * Absent: indirect blocks (struct flow_indr_dev), for devices whose driver is another one's.
 */
#include "kernel/offload/flow_offload.h"

#include "base/alloc.h"

#include <errno.h>

struct flow_block_cb *flow_block_cb_alloc(flow_setup_cb_t *cb, void *cb_ident, void *cb_priv,
					  void (*release)(void *cb_priv))
{
	struct flow_block_cb *block_cb = mem_new(sizeof *block_cb);

	if (!block_cb)
		return NULL;
	list_init(&block_cb->driver_list);
	list_init(&block_cb->list);
	block_cb->cb = cb;
	block_cb->cb_ident = cb_ident;
	block_cb->cb_priv = cb_priv;
	block_cb->release = release;
	return block_cb;
}

void flow_block_cb_free(struct flow_block_cb *block_cb)
{
	if (block_cb->release)
		block_cb->release(block_cb->cb_priv);
	mem_free(block_cb);
}

struct flow_block_cb *flow_block_cb_lookup(struct flow_block *block, flow_setup_cb_t *cb,
					   void *cb_ident)
{
	struct flow_block_cb *block_cb;

	list_for_each_entry (block_cb, &block->cb_list, list) {
		if (block_cb->cb == cb && block_cb->cb_ident == cb_ident)
			return block_cb;
	}
	return NULL;
}

bool flow_block_cb_is_busy(flow_setup_cb_t *cb, void *cb_ident, struct list *driver_block_list)
{
	struct flow_block_cb *block_cb;

	list_for_each_entry (block_cb, driver_block_list, driver_list) {
		if (block_cb->cb == cb && block_cb->cb_ident == cb_ident)
			return true;
	}
	return false;
}

static int bind_cb(struct flow_block_offload *f, flow_setup_cb_t *cb, void *cb_ident, void *cb_priv)
{
	struct flow_block_cb *block_cb;

	if (flow_block_cb_is_busy(cb, cb_ident, f->driver_block_list))
		return trace_refuse(f->net->trace, -EBUSY, NULL,
				    "the driver's callback is bound already");
	block_cb = flow_block_cb_alloc(cb, cb_ident, cb_priv, NULL);
	if (!block_cb)
		return -ENOMEM;
	list_add_before(&f->cb_list, &block_cb->list);
	list_add_before(f->driver_block_list, &block_cb->driver_list);
	return 0;
}

static int unbind_cb(struct flow_block_offload *f, flow_setup_cb_t *cb, void *cb_ident)
{
	struct flow_block_cb *block_cb = flow_block_cb_lookup(f->block, cb, cb_ident);

	if (!block_cb)
		return -ENOENT;
	list_del(&block_cb->list);
	list_add_before(&f->cb_list, &block_cb->list);
	list_del(&block_cb->driver_list);
	return 0;
}

int flow_block_cb_setup_simple(struct flow_block_offload *f, struct list *driver_list,
			       flow_setup_cb_t *cb, void *cb_ident, void *cb_priv,
			       bool ingress_only)
{
	struct span sp = SPAN(f->net->trace);
	int err = -EOPNOTSUPP;

	span_note(&sp, "command", "%s", f->command == FLOW_BLOCK_BIND ? "bind" : "unbind");
	span_note(&sp, "binder_type", "%d", (int)f->binder_type);
	if (ingress_only && f->binder_type != FLOW_BLOCK_BINDER_TYPE_CLSACT_INGRESS)
		return span_end(&sp, trace_refuse(f->net->trace, -EOPNOTSUPP, NULL,
						  "the driver offloads ingress only"));
	f->driver_block_list = driver_list;
	switch (f->command) {
	case FLOW_BLOCK_BIND:
		err = bind_cb(f, cb, cb_ident, cb_priv);
		break;
	case FLOW_BLOCK_UNBIND:
		err = unbind_cb(f, cb, cb_ident);
		break;
	}
	return span_end(&sp, err);
}

bool tc_can_offload_extack(const struct net_device *dev, struct netlink_ext_ack *extack)
{
	bool can = dev->features & NETIF_F_HW_TC;

	if (!can)
		NL_SET_ERR_MSG(extack, "TC offload is disabled on net device");
	return can;
}

bool flow_action_has_entries(const struct flow_rule *rule)
{
	return rule->action.num_entries > 0;
}

bool flow_action_mixed_hw_stats_check_(const struct flow_rule *rule, struct netlink_ext_ack *extack,
				       const char *words)
{
	for (unsigned int i = 1; i < rule->action.num_entries; i++) {
		if (rule->action.entries[i].hw_stats != rule->action.entries[0].hw_stats) {
			NL_SET_ERR_MSG(extack, words);
			return false;
		}
	}
	return true;
}
