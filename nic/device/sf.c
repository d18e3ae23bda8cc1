/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sub-functions: functions without a PCI device of their own. Here they are vports of the e-switch,
 * which an allocation makes and which representors stand for; nothing can be behind them but what
 * is sent into them from outside (nic_device_receive()), so their life ends at allocated.
 *
 * Entries whose destination such a vport is do not keep it: what they send there is dropped while
 * it is not allocated (NIC_DROP_DOWN). Linux 6.1 frees a sub-function under rules that redirect to
 * it.
 */
#include "nic/device/queues_internal.h"

#include <string.h>

uint16_t nic_device_first_sf(const struct nic_device *dev, unsigned int *n)
{
	*n = dev->n_sfs;
	return (uint16_t)dev->sf_base;
}

/* By its number, allocated or not. */
static struct nic_vport *find(const struct nic_device *dev, uint32_t number)
{
	uint32_t i = number - dev->sf_base;

	return i < dev->n_sfs ? &dev->vports[1u + dev->n_vfs + i] : NULL;
}

/* Whether SET_HCA_CAP asked for events of that state. */
static bool has_event(const struct nic_device *dev, enum mlx5_vhca_state state)
{
	const uint8_t *cap = dev->caps.general;

	switch (state) {
	case MLX5_VHCA_STATE_INVALID:
		return false;
	case MLX5_VHCA_STATE_ALLOCATED:
		return IFC_GET(cmd_hca_cap, cap, event_on_vhca_state_allocated);
	case MLX5_VHCA_STATE_ACTIVE:
		return IFC_GET(cmd_hca_cap, cap, event_on_vhca_state_active);
	case MLX5_VHCA_STATE_IN_USE:
		return IFC_GET(cmd_hca_cap, cap, event_on_vhca_state_in_use);
	case MLX5_VHCA_STATE_TEARDOWN_REQUEST:
		return IFC_GET(cmd_hca_cap, cap, event_on_vhca_state_teardown_request);
	}
	return false;
}

/* An armed event is told once. */
static void set_state(struct nic_device *dev, struct nic_vport *vp, enum mlx5_vhca_state state)
{
	uint8_t data[4] = { 0 }; /* ec_function, function_id */

	vp->vhca_state = (uint8_t)state;
	vp->exists = state != MLX5_VHCA_STATE_INVALID;
	if (!vp->is_armed || !has_event(dev, state))
		return;
	vp->is_armed = false;
	put_be16(data + 2, vp->number);
	nic_event(dev, MLX5_EVENT_VHCA_STATE_CHANGE, 0, data, sizeof data);
}

enum nic_syndrome nic_sf_alloc(struct nic_command *c)
{
	struct nic_vport *vp = find(c->dev, IFC_GET(alloc_sf_in, c->in, function_id));

	if (!vp)
		return NIC_SYN_SF_ID;
	if (vp->exists)
		return NIC_SYN_SF_ALLOCATED;
	nic_vport_reset(c->dev, vp);
	memset(&vp->counts, 0, sizeof vp->counts);
	memset(&vp->cleared, 0, sizeof vp->cleared);
	set_state(c->dev, vp, MLX5_VHCA_STATE_ALLOCATED);
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_sf_dealloc(struct nic_command *c)
{
	struct nic_vport *vp = find(c->dev, IFC_GET(dealloc_sf_in, c->in, function_id));

	if (!vp)
		return NIC_SYN_SF_ID;
	if (!vp->exists)
		return NIC_SYN_SF_FREE;
	if (vp->n_tables)
		return NIC_SYN_SF_BUSY;
	set_state(c->dev, vp, MLX5_VHCA_STATE_INVALID);
	vp->sw_function_id = 0;
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_sf_query_state(struct nic_command *c)
{
	uint8_t *ctx = IFC_PTR(query_vhca_state_out, c->out, vhca_state_context);
	struct nic_vport *vp = find(c->dev, IFC_GET(query_vhca_state_in, c->in, function_id));

	if (!vp || IFC_GET(query_vhca_state_in, c->in, embedded_cpu_function))
		return NIC_SYN_SF_ID;
	IFC_SET(vhca_state_context, ctx, arm_change_event, vp->is_armed);
	IFC_SET(vhca_state_context, ctx, vhca_state, vp->vhca_state);
	IFC_SET(vhca_state_context, ctx, sw_function_id, vp->sw_function_id);
	return NIC_SYN_NONE;
}

/* A driver arms the events of all sub-functions before it allocates the first. */
enum nic_syndrome nic_sf_modify_state(struct nic_command *c)
{
	const uint8_t *select = IFC_PTR(modify_vhca_state_in, c->in, vhca_state_field_select);
	const uint8_t *ctx = IFC_PTR(modify_vhca_state_in, c->in, vhca_state_context);
	struct nic_vport *vp = find(c->dev, IFC_GET(modify_vhca_state_in, c->in, function_id));
	bool arms = IFC_GET(vhca_state_field_select, select, arm_change_event);
	bool names = IFC_GET(vhca_state_field_select, select, sw_function_id);

	if (!vp || IFC_GET(modify_vhca_state_in, c->in, embedded_cpu_function))
		return NIC_SYN_SF_ID;
	if (!arms && !names)
		return NIC_SYN_VHCA_FIELD;
	if (names && !vp->exists)
		return NIC_SYN_SF_FREE;
	if (arms)
		vp->is_armed = IFC_GET(vhca_state_context, ctx, arm_change_event);
	if (names)
		vp->sw_function_id = IFC_GET(vhca_state_context, ctx, sw_function_id);
	return NIC_SYN_NONE;
}
