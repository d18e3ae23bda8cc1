/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vports: the e-switch's sides of functions and of the wire, with what is set for them. A command
 * is about the manager's own vport, or about another that it names with other_vport; the manager is
 * the only one who commands here.
 */
#include "nic/device/device_internal.h"

#include "base/alloc.h"

#include <errno.h>
#include <string.h>

/* ---- life ---- */

/* The address of a vport: of nobody, and different in each device of a machine. */
static void make_mac(const struct nic_device *dev, const struct nic_vport *vp, uint8_t mac[6])
{
	uint32_t slot = (uint32_t)(vp - dev->vports);

	put_be32(mac, 0x025c0c00u | (dev->function.index & 0xff));
	put_be16(mac + 4, (uint16_t)slot);
}

uint64_t nic_device_guid(const struct nic_device *dev)
{
	return 0x025c0c0000000000u | (uint64_t)dev->function.index << 16;
}

void nic_vport_reset(struct nic_device *dev, struct nic_vport *vp)
{
	bool is_sf = vp->number != MLX5_VPORT_UPLINK && vp->number > dev->n_vfs;

	for (size_t i = 0; i < ARRAY_SIZE(vp->lists); i++)
		mem_free(vp->lists[i].items);
	*vp = (struct nic_vport){ .number = vp->number,
				  .exists = !is_sf,
				  .admin = MLX5_VPORT_ADMIN_AUTO,
				  .mtu = NIC_MTU_DEFAULT,
				  .counts = vp->counts,
				  .cleared = vp->cleared,
				  .port_cleared = vp->port_cleared,
				  .is_armed = vp->is_armed };
	if (!is_sf)
		make_mac(dev, vp, vp->mac);
	vp->port_guid = vp->node_guid = nic_device_guid(dev) + 1 + (uint64_t)(vp - dev->vports);
}

void nic_vports_reset(struct nic_device *dev)
{
	for (size_t i = 0; i < dev->n_vports; i++) {
		dev->vports[i].is_armed = false;
		nic_vport_reset(dev, &dev->vports[i]);
	}
}

int nic_vports_init(struct nic_device *dev, const struct nic_params *params)
{
	uint8_t *general = dev->function.max_caps->general;

	dev->n_vfs = (uint16_t)params->n_vfs;
	dev->n_sfs = (uint16_t)params->n_sfs;
	dev->n_vports = (uint16_t)(params->n_vfs + params->n_sfs + 2);
	dev->sf_base = (uint16_t)IFC_GET(cmd_hca_cap, general, sf_base_id);
	dev->vports = mem_new_array(dev->n_vports, sizeof dev->vports[0]);
	if (!dev->vports) {
		dev->n_vports = 0;
		return -ENOMEM;
	}
	for (uint16_t i = 0; i < dev->n_vports; i++) {
		bool is_sf = i > dev->n_vfs && i - dev->n_vfs <= dev->n_sfs;

		dev->vports[i].number = is_sf ? (uint16_t)(dev->sf_base + i - dev->n_vfs - 1) : i;
	}
	nic_uplink(dev)->number = MLX5_VPORT_UPLINK;
	return 0;
}

void nic_vports_fini(struct nic_device *dev)
{
	for (size_t i = 0; i < dev->n_vports; i++) {
		for (size_t l = 0; l < MLX5_N_VPORT_LISTS; l++)
			mem_free(dev->vports[i].lists[l].items);
	}
	mem_free(dev->vports);
}

uint16_t nic_vport_vhca_id(const struct nic_device *dev, const struct nic_vport *vp)
{
	return (uint16_t)(dev->vhca_id + (vp - dev->vports));
}

/* ---- whom a command is about ---- */

/* vport_number and other_vport lie at the same place in all of them. */
static struct nic_vport *vport_of(const struct nic_command *c)
{
	uint32_t number = IFC_GET(query_vport_state_in, c->in, vport_number);

	if (number && !IFC_GET(query_vport_state_in, c->in, other_vport))
		return NULL;
	return nic_vport_find(c->dev, number);
}

/* ---- the context of the function's own side ---- */

static uint32_t list_max(const struct nic_device *dev, uint32_t type)
{
	const uint8_t *cap = dev->caps.general;

	switch ((enum mlx5_vport_list)type) {
	case MLX5_VPORT_LIST_UNICAST:
		return 1u << IFC_GET(cmd_hca_cap, cap, log_max_current_uc_list);
	case MLX5_VPORT_LIST_MULTICAST:
		return 1u << IFC_GET(cmd_hca_cap, cap, log_max_current_mc_list);
	case MLX5_VPORT_LIST_VLAN:
		return 1u << IFC_GET(cmd_hca_cap, cap, log_max_vlan_list);
	case MLX5_N_VPORT_LISTS:
		break;
	}
	return 0;
}

static void put_context(const struct nic_device *dev, const struct nic_vport *vp, uint8_t *ctx)
{
	put_be32(ctx + 4, vp->events);
	IFC_SET(nic_vport_context, ctx, disable_uc_local_lb, vp->has_no_uc_loopback);
	IFC_SET(nic_vport_context, ctx, disable_mc_local_lb, vp->has_no_mc_loopback);
	IFC_SET(nic_vport_context, ctx, mtu, vp->mtu);
	put_be64(IFC_PTR(nic_vport_context, ctx, system_image_guid), nic_device_guid(dev));
	put_be64(IFC_PTR(nic_vport_context, ctx, port_guid), vp->port_guid);
	put_be64(IFC_PTR(nic_vport_context, ctx, node_guid), vp->node_guid);
	IFC_SET(nic_vport_context, ctx, promisc_uc, vp->promisc_uc);
	IFC_SET(nic_vport_context, ctx, promisc_mc, vp->promisc_mc);
	IFC_SET(nic_vport_context, ctx, promisc_all, vp->promisc_all);
	memcpy(IFC_PTR(nic_vport_context, ctx, permanent_address) + 2, vp->mac, sizeof vp->mac);
}

/* With as much of the list as the driver has room for. */
enum nic_syndrome nic_vport_query_context(struct nic_command *c)
{
	uint32_t type = IFC_GET(query_nic_vport_context_in, c->in, allowed_list_type);
	uint8_t *ctx = IFC_PTR(query_nic_vport_context_out, c->out, nic_vport_context);
	const struct nic_vport *vp = vport_of(c);
	const struct nic_vport_list *list;
	size_t n;

	if (!vp)
		return NIC_SYN_VPORT;
	if (type >= MLX5_N_VPORT_LISTS)
		return NIC_SYN_VPORT_LIST;
	list = &vp->lists[type];
	n = (c->out_size - IFC_QUERY_NIC_VPORT_CONTEXT_OUT_SIZE) / sizeof list->items[0];
	if (n > list->n)
		n = list->n;
	put_context(c->dev, vp, ctx);
	IFC_SET(nic_vport_context, ctx, allowed_list_type, type);
	IFC_SET(nic_vport_context, ctx, allowed_list_size, (uint32_t)n);
	if (n)
		memcpy(IFC_PTR(nic_vport_context, ctx, current_uc_mac_address), list->items,
		       n * sizeof list->items[0]);
	return NIC_SYN_NONE;
}

static enum nic_syndrome check_list(const struct nic_device *dev, const uint8_t *ctx)
{
	const uint8_t *item = IFC_PTR(nic_vport_context, ctx, current_uc_mac_address);
	uint32_t type = IFC_GET(nic_vport_context, ctx, allowed_list_type);
	uint32_t n = IFC_GET(nic_vport_context, ctx, allowed_list_size);

	if (type >= MLX5_N_VPORT_LISTS)
		return NIC_SYN_VPORT_LIST;
	if (n > list_max(dev, type))
		return NIC_SYN_VPORT_LIST_SIZE;
	for (uint32_t i = 0; i < n; i++, item += IFC_MAC_ADDRESS_LAYOUT_SIZE) {
		if (type == MLX5_VPORT_LIST_VLAN ? get_be32(item) >> 12 || get_be32(item + 4)
						 : get_be16(item))
			return NIC_SYN_RESERVED;
	}
	return NIC_SYN_NONE;
}

/* What may be modified: each bit of field_select that is not here is refused. */
static bool can_select(const uint8_t *select)
{
	uint8_t known[IFC_MODIFY_NIC_VPORT_FIELD_SELECT_SIZE] = { 0 };

	IFC_SET(modify_nic_vport_field_select, known, disable_uc_local_lb, 1);
	IFC_SET(modify_nic_vport_field_select, known, disable_mc_local_lb, 1);
	IFC_SET(modify_nic_vport_field_select, known, node_guid, 1);
	IFC_SET(modify_nic_vport_field_select, known, port_guid, 1);
	IFC_SET(modify_nic_vport_field_select, known, mtu, 1);
	IFC_SET(modify_nic_vport_field_select, known, change_event, 1);
	IFC_SET(modify_nic_vport_field_select, known, promisc, 1);
	IFC_SET(modify_nic_vport_field_select, known, permanent_address, 1);
	IFC_SET(modify_nic_vport_field_select, known, addresses_list, 1);
	return get_be32(select) && !(get_be32(select) & ~get_be32(known));
}

#define SELECTS(select, field) IFC_GET(modify_nic_vport_field_select, select, field)

static enum nic_syndrome check_context(const struct nic_device *dev, const uint8_t *select,
				       const uint8_t *ctx)
{
	uint32_t mtu = IFC_GET(nic_vport_context, ctx, mtu);

	if (!can_select(select))
		return NIC_SYN_VPORT_FIELD;
	if (SELECTS(select, mtu) && (!mtu || mtu > NIC_MTU_MAX))
		return NIC_SYN_VPORT_MTU;
	if (SELECTS(select, addresses_list))
		return check_list(dev, ctx);
	return IFC_GET(nic_vport_context, ctx, allowed_list_size) ? NIC_SYN_VPORT_FIELD
								  : NIC_SYN_NONE;
}

static int set_list(struct nic_vport *vp, const uint8_t *ctx)
{
	struct nic_vport_list *list =
		&vp->lists[IFC_GET(nic_vport_context, ctx, allowed_list_type)];
	uint32_t n = IFC_GET(nic_vport_context, ctx, allowed_list_size);
	void *items = NULL;

	if (n) {
		items = mem_copy(IFC_PTR(nic_vport_context, ctx, current_uc_mac_address),
				 n * sizeof list->items[0]);
		if (!items)
			return -ENOMEM;
	}
	mem_free(list->items);
	list->items = items;
	list->n = n;
	return 0;
}

static void set_context(struct nic_vport *vp, const uint8_t *select, const uint8_t *ctx)
{
	if (SELECTS(select, disable_uc_local_lb))
		vp->has_no_uc_loopback = IFC_GET(nic_vport_context, ctx, disable_uc_local_lb);
	if (SELECTS(select, disable_mc_local_lb))
		vp->has_no_mc_loopback = IFC_GET(nic_vport_context, ctx, disable_mc_local_lb);
	if (SELECTS(select, node_guid))
		vp->node_guid = get_be64(IFC_PTR(nic_vport_context, ctx, node_guid));
	if (SELECTS(select, port_guid))
		vp->port_guid = get_be64(IFC_PTR(nic_vport_context, ctx, port_guid));
	if (SELECTS(select, mtu))
		vp->mtu = (uint16_t)IFC_GET(nic_vport_context, ctx, mtu);
	if (SELECTS(select, change_event))
		vp->events = get_be32(ctx + 4);
	if (SELECTS(select, promisc)) {
		vp->promisc_uc = IFC_GET(nic_vport_context, ctx, promisc_uc);
		vp->promisc_mc = IFC_GET(nic_vport_context, ctx, promisc_mc);
		vp->promisc_all = IFC_GET(nic_vport_context, ctx, promisc_all);
	}
	if (SELECTS(select, permanent_address))
		memcpy(vp->mac, IFC_PTR(nic_vport_context, ctx, permanent_address) + 2,
		       sizeof vp->mac);
}

enum nic_syndrome nic_vport_modify_context(struct nic_command *c)
{
	const uint8_t *select = IFC_PTR(modify_nic_vport_context_in, c->in, field_select);
	const uint8_t *ctx = IFC_PTR(modify_nic_vport_context_in, c->in, nic_vport_context);
	struct nic_vport *vp = vport_of(c);
	enum nic_syndrome s;

	if (!vp)
		return NIC_SYN_VPORT;
	s = check_context(c->dev, select, ctx);
	if (s)
		return s;
	if (SELECTS(select, addresses_list) && set_list(vp, ctx))
		return NIC_SYN_NO_MEMORY;
	set_context(vp, select, ctx);
	return NIC_SYN_NONE;
}

/* ---- the e-switch's side ---- */

enum nic_syndrome nic_vport_query_esw_context(struct nic_command *c)
{
	uint8_t *ctx = IFC_PTR(query_esw_vport_context_out, c->out, esw_vport_context);
	const struct nic_vport *vp = vport_of(c);

	if (!vp)
		return NIC_SYN_VPORT;
	IFC_SET(esw_vport_context, ctx, fdb_to_vport_reg_c, vp->reg_c_passed != 0);
	IFC_SET(esw_vport_context, ctx, fdb_to_vport_reg_c_id, vp->reg_c_passed);
	return NIC_SYN_NONE;
}

/* VLAN stripping and insertion of a vport are not implemented: entries do that. Which registers
 * pass is told by fdb_to_vport_reg_c_id alone: Linux leaves fdb_to_vport_reg_c 0. */
enum nic_syndrome nic_vport_modify_esw_context(struct nic_command *c)
{
	const uint8_t *select = IFC_PTR(modify_esw_vport_context_in, c->in, field_select);
	const uint8_t *ctx = IFC_PTR(modify_esw_vport_context_in, c->in, esw_vport_context);
	uint8_t known[IFC_ESW_VPORT_CONTEXT_FIELDS_SELECT_SIZE] = { 0 };
	struct nic_vport *vp = vport_of(c);

	IFC_SET(esw_vport_context_fields_select, known, fdb_to_vport_reg_c_id, 1);
	if (!vp)
		return NIC_SYN_VPORT;
	if (get_be32(select) != get_be32(known) ||
	    IFC_GET(esw_vport_context, ctx, fdb_to_vport_reg_c_id) &
		    ~IFC_GET(flow_table_eswitch_cap, c->dev->caps.eswitch_flow_table,
			     fdb_to_vport_reg_c_id))
		return NIC_SYN_VPORT_FIELD;
	vp->reg_c_passed = (uint8_t)IFC_GET(esw_vport_context, ctx, fdb_to_vport_reg_c_id);
	return NIC_SYN_NONE;
}

/* ---- state ---- */

/* The vport that a state is asked of; the uplink has an op_mod of its own. */
static struct nic_vport *state_of(const struct nic_command *c)
{
	if (IFC_GET(query_vport_state_in, c->in, op_mod) == MLX5_VPORT_STATE_OF_UPLINK)
		return IFC_GET(query_vport_state_in, c->in, vport_number) ? NULL
									  : nic_uplink(c->dev);
	return vport_of(c);
}

static bool is_up(const struct nic_device *dev, const struct nic_vport *vp)
{
	if (vp == nic_uplink(dev))
		return dev->function.port.is_up && vp->admin != MLX5_VPORT_ADMIN_DOWN;
	return vp->admin == MLX5_VPORT_ADMIN_AUTO ? dev->function.port.is_up
						  : vp->admin == MLX5_VPORT_ADMIN_UP;
}

enum nic_syndrome nic_vport_query_state(struct nic_command *c)
{
	const struct nic_vport *vp = state_of(c);

	if (!vp)
		return NIC_SYN_VPORT;
	IFC_SET(query_vport_state_out, c->out, admin_state, vp->admin);
	IFC_SET(query_vport_state_out, c->out, state, is_up(c->dev, vp));
	return NIC_SYN_NONE;
}

/* Only an administrative down stops traffic: vports that follow the link still reach each other. */
enum nic_syndrome nic_vport_modify_state(struct nic_command *c)
{
	uint32_t admin = IFC_GET(modify_vport_state_in, c->in, admin_state);
	struct nic_vport *vp = state_of(c);

	if (!vp)
		return NIC_SYN_VPORT;
	if (admin > MLX5_VPORT_ADMIN_AUTO)
		return NIC_SYN_VPORT_ADMIN;
	vp->admin = (uint8_t)admin;
	vp->is_off = admin == MLX5_VPORT_ADMIN_DOWN;
	return NIC_SYN_NONE;
}

/* ---- counters ---- */

static void subtract(struct nic_counter *out, const struct nic_counter *now,
		     const struct nic_counter *cleared)
{
	out->packets = now->packets - cleared->packets;
	out->octets = now->octets - cleared->octets;
}

void nic_vport_counts_since(struct nic_vport_counts *out, const struct nic_vport_counts *now,
			    const struct nic_vport_counts *cleared)
{
	for (size_t i = 0; i < NIC_N_TRAFFIC; i++) {
		subtract(&out->received[i], &now->received[i], &cleared->received[i]);
		subtract(&out->sent[i], &now->sent[i], &cleared->sent[i]);
	}
}

static void put_counter(uint8_t *p, const struct nic_counter *c)
{
	put_be64(p, c->packets);
	put_be64(p + 8, c->octets);
}

/* What else has a counter in the layout is nothing that this device has: InfiniBand, errors. */
enum nic_syndrome nic_vport_query_counter(struct nic_command *c)
{
	struct nic_vport *vp = vport_of(c);
	struct nic_vport_counts n;

	if (!vp)
		return NIC_SYN_VPORT;
	nic_vport_counts_since(&n, &vp->counts, &vp->cleared);
#define PUT(field, counter) put_counter(IFC_PTR(query_vport_counter_out, c->out, field), &(counter))
	PUT(received_eth_unicast, n.received[NIC_UNICAST]);
	PUT(received_eth_multicast, n.received[NIC_MULTICAST]);
	PUT(received_eth_broadcast, n.received[NIC_BROADCAST]);
	PUT(transmitted_eth_unicast, n.sent[NIC_UNICAST]);
	PUT(transmitted_eth_multicast, n.sent[NIC_MULTICAST]);
	PUT(transmitted_eth_broadcast, n.sent[NIC_BROADCAST]);
#undef PUT
	if (IFC_GET(query_vport_counter_in, c->in, clear))
		vp->cleared = vp->counts;
	return NIC_SYN_NONE;
}
