/* SPDX-License-Identifier: BSD-2-Clause */
/* Flow tables and roots. */
#include "nic/device/device_internal.h"

#include "base/alloc.h"

#include <errno.h>

static bool is_acl(uint32_t type)
{
	return type == MLX5_TABLE_ESW_INGRESS_ACL || type == MLX5_TABLE_ESW_EGRESS_ACL;
}

/* Type and vport of the tables that a command is about. These fields lie at the same place in the
 * commands of tables, groups and entries. */
static enum nic_syndrome scope_of(struct nic_device *dev, const uint8_t *in, uint32_t *type,
				  uint32_t *vport)
{
	bool other = IFC_GET(create_flow_table_in, in, other_vport);

	*type = IFC_GET(create_flow_table_in, in, table_type);
	*vport = IFC_GET(create_flow_table_in, in, vport_number);
	if (!nic_caps_table(&dev->caps, *type))
		return NIC_SYN_TABLE_TYPE;
	if (*vport && (!other || !nic_vport_find(dev, *vport)))
		return NIC_SYN_VPORT;
	if (*vport && !is_acl(*type))
		return NIC_SYN_VPORT_OF_TYPE;
	return NIC_SYN_NONE;
}

/* Queries have no vport: then a table of any is meant. */
static bool has_vport(const uint8_t *in)
{
	switch (IFC_GET(cmd_in, in, opcode)) {
	case MLX5_CMD_OP_QUERY_FLOW_TABLE:
	case MLX5_CMD_OP_QUERY_FLOW_GROUP:
	case MLX5_CMD_OP_QUERY_FLOW_TABLE_ENTRY:
		return false;
	default:
		return true;
	}
}

enum nic_syndrome nic_table_resolve(struct nic_device *dev, const uint8_t *in,
				    struct nic_table **table)
{
	uint32_t type, vport;
	enum nic_syndrome s = scope_of(dev, in, &type, &vport);
	struct nic_table *t;

	if (s)
		return s;
	t = idr_find(&dev->tables, IFC_GET(set_fte_in, in, table_id));
	if (!t)
		return NIC_SYN_TABLE_ID;
	if (t->type != type || (t->vport != vport && has_vport(in)))
		return NIC_SYN_TABLE_OTHER;
	*table = t;
	return NIC_SYN_NONE;
}

/* The miss part of a table context. */
static enum nic_syndrome miss_of(struct nic_device *dev, const struct nic_table *t,
				 const uint8_t *ctx, struct nic_table **miss)
{
	uint32_t action = IFC_GET(flow_table_context, ctx, table_miss_action);

	*miss = NULL;
	if (action == MLX5_MISS_DEFAULT)
		return NIC_SYN_NONE;
	if (action != MLX5_MISS_FWD)
		return NIC_SYN_MISS_ACTION;
	*miss = idr_find(&dev->tables, IFC_GET(flow_table_context, ctx, table_miss_id));
	if (!*miss)
		return NIC_SYN_MISS_TABLE;
	if (*miss == t)
		return NIC_SYN_MISS_SELF;
	return (*miss)->type == t->type && (*miss)->vport == t->vport ? NIC_SYN_NONE
								      : NIC_SYN_MISS_OTHER;
}

static void set_miss(struct nic_table *t, struct nic_table *miss)
{
	if (t->miss)
		t->miss->refs--;
	t->miss = miss;
	t->miss_action = miss ? MLX5_MISS_FWD : MLX5_MISS_DEFAULT;
	if (miss)
		miss->refs++;
}

/* Whether the flags are of what tables of the type can do. */
static bool has_bad_flags(const uint8_t *ctx, const uint8_t *prop)
{
	if ((IFC_GET(flow_table_context, ctx, reformat_en) &&
	     !IFC_GET(flow_table_prop_layout, prop, reformat)) ||
	    (IFC_GET(flow_table_context, ctx, decap_en) &&
	     !IFC_GET(flow_table_prop_layout, prop, decap)) ||
	    (IFC_GET(flow_table_context, ctx, termination_table) &&
	     !IFC_GET(flow_table_prop_layout, prop, termination_table)) ||
	    IFC_GET(flow_table_context, ctx, sw_owner) ||
	    IFC_GET(flow_table_context, ctx, lag_master_next_table_id))
		return true;
	return get_be64(IFC_PTR(flow_table_context, ctx, sw_owner_icm_root_0)) ||
	       get_be64(IFC_PTR(flow_table_context, ctx, sw_owner_icm_root_1));
}

static enum nic_syndrome check_context(const uint8_t *ctx, const uint8_t *prop)
{
	if (has_bad_flags(ctx, prop))
		return NIC_SYN_TABLE_FLAGS;
	if (IFC_GET(flow_table_context, ctx, level) >
	    IFC_GET(flow_table_prop_layout, prop, max_ft_level))
		return NIC_SYN_TABLE_LEVEL;
	if (IFC_GET(flow_table_context, ctx, log_size) >
	    IFC_GET(flow_table_prop_layout, prop, log_max_ft_size))
		return NIC_SYN_TABLE_SIZE;
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_table_create(struct nic_command *c)
{
	const uint8_t *ctx = IFC_PTR(create_flow_table_in, c->in, flow_table_context);
	struct nic_table draft = { 0 }, *t;
	uint32_t type, vport, id = 0, max;
	struct nic_table *miss;
	enum nic_syndrome s;
	int err;

	s = scope_of(c->dev, c->in, &type, &vport);
	if (!s)
		s = check_context(ctx, nic_caps_table(&c->dev->caps, type));
	if (s)
		return s;
	draft.type = (uint8_t)type;
	draft.vport = (uint16_t)vport;
	draft.owner = is_acl(type) ? nic_vport_find(c->dev, vport) : NULL;
	draft.level = (uint8_t)IFC_GET(flow_table_context, ctx, level);
	draft.log_size = (uint8_t)IFC_GET(flow_table_context, ctx, log_size);
	draft.size = 1u << draft.log_size;
	draft.reformat_en = IFC_GET(flow_table_context, ctx, reformat_en);
	draft.decap_en = IFC_GET(flow_table_context, ctx, decap_en);
	draft.is_termination = IFC_GET(flow_table_context, ctx, termination_table);
	s = miss_of(c->dev, &draft, ctx, &miss);
	if (s)
		return s;
	t = mem_copy(&draft, sizeof draft);
	if (!t)
		return NIC_SYN_NO_MEMORY;
	max = 1u << IFC_GET(flow_table_prop_layout, nic_caps_table(&c->dev->caps, type),
			    log_max_ft_num);
	err = c->dev->tables.n >= max ? -ENOSPC
				      : idr_add(&c->dev->tables, 1, NIC_TABLES_MAX, t, &id);
	if (err) {
		mem_free(t);
		return err == -ENOSPC ? NIC_SYN_TABLE_LIMIT : NIC_SYN_NO_MEMORY;
	}
	t->id = id;
	idr_init(&t->groups);
	idr_init(&t->entries);
	htable_init(&t->firsts);
	htable_init(&t->mask_set);
	set_miss(t, miss);
	if (t->owner)
		t->owner->n_tables++;
	IFC_SET(create_flow_table_out, c->out, table_id, id);
	return NIC_SYN_NONE;
}

static void forget_root(struct nic_device *dev, const struct nic_table *t)
{
	if (dev->fdb_root == t)
		dev->fdb_root = NULL;
	if (dev->nic_root == t)
		dev->nic_root = NULL;
	for (size_t i = 0; i < dev->n_vports; i++) {
		if (dev->vports[i].ingress == t)
			dev->vports[i].ingress = NULL;
		if (dev->vports[i].egress == t)
			dev->vports[i].egress = NULL;
	}
}

/* What is in the table must be gone, or all that refers to it goes too. */
void nic_table_free(struct nic_device *dev, struct nic_table *t)
{
	if (t->owner)
		t->owner->n_tables--;
	idr_del(&dev->tables, t->id);
	idr_fini(&t->groups);
	idr_fini(&t->entries);
	htable_fini(&t->firsts);
	htable_fini(&t->mask_set);
	mem_free(t->masks);
	mem_free(t);
}

enum nic_syndrome nic_table_destroy(struct nic_command *c)
{
	struct nic_table *t;
	enum nic_syndrome s = nic_table_resolve(c->dev, c->in, &t);

	if (s)
		return s;
	if (t->groups.n)
		return NIC_SYN_TABLE_BUSY_GROUPS;
	if (t->refs)
		return NIC_SYN_TABLE_BUSY_REFS;
	set_miss(t, NULL);
	forget_root(c->dev, t);
	nic_table_free(c->dev, t);
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_table_modify(struct nic_command *c)
{
	const uint8_t *ctx = IFC_PTR(modify_flow_table_in, c->in, flow_table_context);
	struct nic_table *t, *miss;
	enum nic_syndrome s = nic_table_resolve(c->dev, c->in, &t);

	if (s)
		return s;
	if (IFC_GET(modify_flow_table_in, c->in, modify_field_select) != 1)
		return NIC_SYN_MODIFY_SELECT;
	s = miss_of(c->dev, t, ctx, &miss);
	if (!s)
		set_miss(t, miss);
	return s;
}

enum nic_syndrome nic_table_query(struct nic_command *c)
{
	uint8_t *ctx = IFC_PTR(query_flow_table_out, c->out, flow_table_context);
	struct nic_table *t;
	enum nic_syndrome s = nic_table_resolve(c->dev, c->in, &t);

	if (s)
		return s;
	IFC_SET(flow_table_context, ctx, reformat_en, t->reformat_en);
	IFC_SET(flow_table_context, ctx, decap_en, t->decap_en);
	IFC_SET(flow_table_context, ctx, termination_table, t->is_termination);
	IFC_SET(flow_table_context, ctx, table_miss_action, t->miss_action);
	IFC_SET(flow_table_context, ctx, level, t->level);
	IFC_SET(flow_table_context, ctx, log_size, t->log_size);
	IFC_SET(flow_table_context, ctx, table_miss_id, t->miss ? t->miss->id : 0);
	return NIC_SYN_NONE;
}

static struct nic_table **root_of(struct nic_device *dev, uint32_t type, uint32_t vport)
{
	struct nic_vport *vp = nic_vport_find(dev, vport);

	if (type == MLX5_TABLE_FDB)
		return &dev->fdb_root;
	if (type == MLX5_TABLE_NIC_RX)
		return &dev->nic_root;
	return type == MLX5_TABLE_ESW_INGRESS_ACL ? &vp->ingress : &vp->egress;
}

enum nic_syndrome nic_table_set_root(struct nic_command *c)
{
	bool reset = IFC_GET(set_flow_table_root_in, c->in, op_mod) == 1;
	struct nic_table *t = NULL;
	uint32_t type, vport;
	enum nic_syndrome s = scope_of(c->dev, c->in, &type, &vport);

	if (s)
		return s;
	if (IFC_GET(set_flow_table_root_in, c->in, table_of_other_vport) ||
	    IFC_GET(set_flow_table_root_in, c->in, table_vport_number) ||
	    IFC_GET(set_flow_table_root_in, c->in, underlay_qpn) ||
	    (IFC_GET(set_flow_table_root_in, c->in, table_eswitch_owner_vhca_id_valid) &&
	     IFC_GET(set_flow_table_root_in, c->in, table_eswitch_owner_vhca_id) !=
		     c->dev->vhca_id))
		return NIC_SYN_ROOT_OF_OTHER;
	if (!reset)
		s = nic_table_resolve(c->dev, c->in, &t);
	if (!s)
		*root_of(c->dev, type, vport) = t;
	return s;
}
