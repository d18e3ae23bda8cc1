/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of the function: its states (see function_internal.h), and the small commands that
 * describe it. Each command's row says in which states it is understood.
 */
#include "nic/device/device_internal.h"

#include "base/alloc.h"

#include <errno.h>
#include <string.h>

/* ---- states ---- */

/* Releases what commands made, and takes back what they set. */
static void start_anew(struct nic_device *dev)
{
	struct nic_function *f = &dev->function;

	nic_device_release(dev);
	nic_vports_reset(dev);
	memset(f->l2_table, 0, NIC_L2_ENTRIES * sizeof f->l2_table[0]);
	dev->tunnels = (struct nic_tunnels){ .n_ports = 1, .ports = { NIC_VXLAN_PORT } };
	f->driver_version[0] = '\0';
}

static void disable(struct nic_device *dev)
{
	struct nic_port *port = &dev->function.port;

	start_anew(dev);
	nic_caps_reset(dev);
	nic_pages_fini(&dev->function.pages);
	dev->function.state = NIC_FUNCTION_DISABLED;
	port->is_admin_up = true;
	port->mtu = NIC_MTU_DEFAULT;
	port->protocols = NIC_PORT_PROTOCOLS;
	nic_port_update(dev);
}

void nic_device_reset(struct nic_device *dev)
{
	disable(dev);
	if (!dev->bus.map)
		dev->function.state = NIC_FUNCTION_INITIALISED;
}

/* What the device has none of is not among its capabilities. */
static int take_caps(struct nic_device *dev, const struct nic_params *params)
{
	struct nic_function *f = &dev->function;
	uint8_t *general;

	f->max_caps = mem_new(sizeof *f->max_caps);
	if (!f->max_caps)
		return -ENOMEM;
	if (params->caps)
		*f->max_caps = *params->caps;
	else
		nic_caps_default(f->max_caps);
	general = f->max_caps->general;
	if (params->n_sfs && (!IFC_GET(cmd_hca_cap, general, sf) ||
			      params->n_sfs > IFC_GET(cmd_hca_cap, general, max_num_sf) ||
			      params->n_vfs >= IFC_GET(cmd_hca_cap, general, sf_base_id)))
		return -EINVAL;
	IFC_SET(cmd_hca_cap, general, max_num_sf, params->n_sfs);
	if (!params->n_sfs) {
		IFC_SET(cmd_hca_cap, general, sf, 0);
		IFC_SET(cmd_hca_cap, general, sf_base_id, 0);
		IFC_SET(cmd_hca_cap, general, vhca_state, 0);
		IFC_SET(cmd_hca_cap, general, event_on_vhca_state_allocated, 0);
		IFC_SET(cmd_hca_cap, general, event_on_vhca_state_active, 0);
		IFC_SET(cmd_hca_cap, general, event_on_vhca_state_in_use, 0);
		IFC_SET(cmd_hca_cap, general, event_on_vhca_state_teardown_request, 0);
	}
	dev->vhca_id = (uint16_t)IFC_GET(cmd_hca_cap, general, vhca_id);
	return 0;
}

int nic_function_init(struct nic_device *dev, const struct nic_params *params)
{
	struct nic_function *f = &dev->function;
	int err = take_caps(dev, params);

	if (err)
		return err;
	f->index = (uint16_t)params->index;
	f->port.has_wire = f->port.is_admin_up = f->port.is_up = true;
	f->l2_table = mem_new_array(NIC_L2_ENTRIES, sizeof f->l2_table[0]);
	if (!f->l2_table)
		return -ENOMEM;
	err = nic_vports_init(dev, params);
	if (!err)
		nic_device_reset(dev);
	return err;
}

void nic_function_fini(struct nic_device *dev)
{
	struct nic_function *f = &dev->function;

	nic_vports_fini(dev);
	nic_pages_fini(&f->pages);
	mem_free(f->l2_table);
	mem_free(f->max_caps);
}

static enum nic_syndrome nic_hca_enable(struct nic_command *c)
{
	struct nic_device *dev = c->dev;
	uint32_t id = IFC_GET(enable_hca_in, c->in, function_id);

	if (IFC_GET(enable_hca_in, c->in, embedded_cpu_function))
		return NIC_SYN_FUNCTION_ID;
	if (id)
		return nic_vport_find(dev, id) && id - dev->sf_base < dev->n_sfs
			       ? NIC_SYN_SF_ENABLE
			       : NIC_SYN_FUNCTION_ID;
	if (dev->function.state != NIC_FUNCTION_DISABLED)
		return NIC_SYN_ENABLED_ALREADY;
	dev->function.state = NIC_FUNCTION_ENABLED;
	return NIC_SYN_NONE;
}

static enum nic_syndrome nic_hca_disable(struct nic_command *c)
{
	if (IFC_GET(disable_hca_in, c->in, embedded_cpu_function) ||
	    IFC_GET(disable_hca_in, c->in, function_id))
		return NIC_SYN_FUNCTION_ID;
	disable(c->dev);
	return NIC_SYN_NONE;
}

static enum nic_syndrome nic_issi_query(struct nic_command *c)
{
	bool is_set = c->dev->function.state != NIC_FUNCTION_ENABLED;

	IFC_SET(query_issi_out, c->out, current_issi, is_set ? 1 : 0);
	IFC_SET(query_issi_out, c->out, supported_issi_dw0, 1 << 1);
	return NIC_SYN_NONE;
}

static enum nic_syndrome nic_issi_set(struct nic_command *c)
{
	if (IFC_GET(set_issi_in, c->in, current_issi) != 1)
		return NIC_SYN_ISSI;
	c->dev->function.state = NIC_FUNCTION_READY;
	return NIC_SYN_NONE;
}

static bool is_zero(const uint8_t *p, size_t size)
{
	while (size && !*p) {
		p++;
		size--;
	}
	return !size;
}

static enum nic_syndrome nic_hca_init(struct nic_command *c)
{
	struct nic_function *f = &c->dev->function;

	if (IFC_GET(init_hca_in, c->in, sw_vhca_id) ||
	    !is_zero(IFC_PTR(init_hca_in, c->in, sw_owner_id), 16))
		return NIC_SYN_SW_OWNER;
	if (nic_pages_wanted(f, MLX5_PAGES_BOOT) || nic_pages_wanted(f, MLX5_PAGES_INIT))
		return NIC_SYN_PAGES_MISSING;
	f->state = NIC_FUNCTION_INITIALISED;
	return NIC_SYN_NONE;
}

static enum nic_syndrome nic_hca_teardown(struct nic_command *c)
{
	if (IFC_GET(teardown_hca_in, c->in, profile))
		return NIC_SYN_TEARDOWN_PROFILE;
	start_anew(c->dev);
	c->dev->function.state = NIC_FUNCTION_READY;
	return NIC_SYN_NONE;
}

/* ---- what the function is ---- */

#define BOARD_ID "INHW000000001" /* what a driver shows as PSID: of no vendor */

static enum nic_syndrome nic_adapter_query(struct nic_command *c)
{
	uint8_t *p = IFC_PTR(query_adapter_out, c->out, query_adapter_struct);

	memcpy(IFC_PTR(query_adapter_param_block, p, vsd_contd_psid), BOARD_ID, sizeof BOARD_ID);
	return NIC_SYN_NONE;
}

static enum nic_syndrome nic_driver_version_set(struct nic_command *c)
{
	char *version = c->dev->function.driver_version;

	memcpy(version, IFC_PTR(set_driver_version_in, c->in, driver_version), 64);
	version[64] = '\0';
	for (char *p = version; *p; p++) {
		if (*p < ' ' || *p > '~')
			*p = '?'; /* it is shown to people */
	}
	return NIC_SYN_NONE;
}

static enum nic_syndrome nic_special_contexts_query(struct nic_command *c)
{
	return NIC_SYN_SPECIAL_CONTEXTS;
}

/* op_mod 0 sets, 1 asks. */
static enum nic_syndrome nic_int_moderation(struct nic_command *c)
{
	if (IFC_GET(config_int_moderation_in, c->in, min_delay) &&
	    !IFC_GET(config_int_moderation_in, c->in, op_mod))
		return NIC_SYN_MODERATION;
	IFC_SET(config_int_moderation_out, c->out, int_vector,
		IFC_GET(config_int_moderation_in, c->in, int_vector));
	return NIC_SYN_NONE;
}

/* As an e-switch manager on a card's own processor would ask about the host. */
static enum nic_syndrome nic_esw_functions_query(struct nic_command *c)
{
	uint8_t *host = IFC_PTR(query_esw_functions_out, c->out, host_params_context);

	IFC_SET(host_params_context, host, host_num_of_vfs, c->dev->n_vfs);
	IFC_SET(host_params_context, host, host_total_vfs, c->dev->n_vfs);
	return NIC_SYN_NONE;
}

static enum nic_syndrome nic_general_object(struct nic_command *c)
{
	return NIC_SYN_OBJECT_TYPE;
}

/* ---- the table ---- */

static size_t pages_in_more(const uint8_t *in)
{
	return IFC_GET(manage_pages_in, in, op_mod) == MLX5_PAGES_GIVE
		       ? (size_t)IFC_GET(manage_pages_in, in, input_num_entries) * 8
		       : 0;
}

static size_t pages_out_more(const uint8_t *in)
{
	return IFC_GET(manage_pages_in, in, op_mod) == MLX5_PAGES_TAKE
		       ? (size_t)IFC_GET(manage_pages_in, in, input_num_entries) * 8
		       : 0;
}

static size_t vport_list_more(const uint8_t *in)
{
	const uint8_t *ctx = IFC_PTR(modify_nic_vport_context_in, in, nic_vport_context);

	return (size_t)IFC_GET(nic_vport_context, ctx, allowed_list_size) *
	       IFC_MAC_ADDRESS_LAYOUT_SIZE;
}

/* clang-format off */
#define OBJECT(op) \
	{ .opcode = MLX5_CMD_OP_##op##_GENERAL_OBJECT, \
	  .in_size = IFC_GENERAL_OBJ_IN_CMD_HDR_SIZE, .out_size = IFC_GENERAL_OBJ_OUT_CMD_HDR_SIZE, \
	  .run = nic_general_object, .open = NIC_OPEN_IN | NIC_OPEN_OUT }

const struct nic_command_row nic_commands_function[] = {
	NIC_COMMAND_IN(ENABLE_HCA, 1, ENABLE_HCA, ENABLE_HCA, false, nic_hca_enable, NULL, NULL, NIC_STATES_ALL, 0),
	NIC_COMMAND_IN(DISABLE_HCA, 1, DISABLE_HCA, DISABLE_HCA, true, nic_hca_disable, NULL, NULL, NIC_STATES_FROM_ENABLE, 0),
	NIC_COMMAND_IN(QUERY_ISSI, 1, QUERY_ISSI, QUERY_ISSI, false, nic_issi_query, NULL, NULL, NIC_STATES_FROM_ENABLE, 0),
	NIC_COMMAND_IN(SET_ISSI, 1, SET_ISSI, SET_ISSI, false, nic_issi_set, NULL, NULL, NIC_STATE(ENABLED), 0),
	NIC_COMMAND_IN(QUERY_PAGES, 4, QUERY_PAGES, QUERY_PAGES, false, nic_pages_query, NULL, NULL, NIC_STATES_FROM_ENABLE, 0),
	NIC_COMMAND_IN(MANAGE_PAGES, 3, MANAGE_PAGES, MANAGE_PAGES, false, nic_pages_manage, pages_in_more, pages_out_more, NIC_STATES_FROM_ENABLE, 0),
	NIC_COMMAND_IN(QUERY_HCA_CAP, 0, QUERY_HCA_CAP, QUERY_HCA_CAP, false, nic_caps_query, NULL, NULL, NIC_STATES_FROM_READY, 0),
	NIC_COMMAND_IN(SET_HCA_CAP, 0, SET_HCA_CAP, SET_HCA_CAP, false, nic_caps_set, NULL, NULL, NIC_STATE(READY), 0),
	NIC_COMMAND_IN(INIT_HCA, 1, INIT_HCA, INIT_HCA, false, nic_hca_init, NULL, NULL, NIC_STATE(READY), 0),
	NIC_COMMAND(TEARDOWN_HCA, 1, TEARDOWN_HCA, TEARDOWN_HCA, true, nic_hca_teardown, NULL, NULL),
	NIC_COMMAND_IN(QUERY_ADAPTER, 1, QUERY_ADAPTER, QUERY_ADAPTER, false, nic_adapter_query, NULL, NULL, NIC_STATES_FROM_READY, 0),
	NIC_COMMAND_IN(ACCESS_REG, 2, ACCESS_REGISTER, ACCESS_REGISTER, false, nic_register_access, NULL, NULL, NIC_STATES_FROM_READY, NIC_OPEN_IN | NIC_OPEN_OUT),
	NIC_COMMAND(SET_DRIVER_VERSION, 1, SET_DRIVER_VERSION, SET_DRIVER_VERSION, false, nic_driver_version_set, NULL, NULL),
	NIC_COMMAND(QUERY_SPECIAL_CONTEXTS, 1, QUERY_SPECIAL_CONTEXTS, QUERY_SPECIAL_CONTEXTS, false, nic_special_contexts_query, NULL, NULL),
	NIC_COMMAND(CONFIG_INT_MODERATION, 2, CONFIG_INT_MODERATION, CONFIG_INT_MODERATION, false, nic_int_moderation, NULL, NULL),
	NIC_COMMAND(QUERY_ESW_FUNCTIONS, 1, QUERY_ESW_FUNCTIONS, QUERY_ESW_FUNCTIONS, false, nic_esw_functions_query, NULL, NULL),
	NIC_COMMAND_IN(QUERY_NIC_VPORT_CONTEXT, 1, QUERY_NIC_VPORT_CONTEXT, QUERY_NIC_VPORT_CONTEXT, false, nic_vport_query_context, NULL, NULL, 0, NIC_OPEN_OUT),
	NIC_COMMAND(MODIFY_NIC_VPORT_CONTEXT, 1, MODIFY_NIC_VPORT_CONTEXT, MODIFY_NIC_VPORT_CONTEXT, false, nic_vport_modify_context, vport_list_more, NULL),
	NIC_COMMAND(QUERY_VPORT_STATE, 3, QUERY_VPORT_STATE, QUERY_VPORT_STATE, false, nic_vport_query_state, NULL, NULL),
	NIC_COMMAND(MODIFY_VPORT_STATE, 3, MODIFY_VPORT_STATE, MODIFY_VPORT_STATE, true, nic_vport_modify_state, NULL, NULL),
	NIC_COMMAND(QUERY_VPORT_COUNTER, 1, QUERY_VPORT_COUNTER, QUERY_VPORT_COUNTER, false, nic_vport_query_counter, NULL, NULL),
	NIC_COMMAND(QUERY_ESW_VPORT_CONTEXT, 1, QUERY_ESW_VPORT_CONTEXT, QUERY_ESW_VPORT_CONTEXT, false, nic_vport_query_esw_context, NULL, NULL),
	NIC_COMMAND(MODIFY_ESW_VPORT_CONTEXT, 1, MODIFY_ESW_VPORT_CONTEXT, MODIFY_ESW_VPORT_CONTEXT, true, nic_vport_modify_esw_context, NULL, NULL),
	NIC_COMMAND(SET_L2_TABLE_ENTRY, 1, SET_L2_TABLE_ENTRY, SET_L2_TABLE_ENTRY, true, nic_l2_table_set, NULL, NULL),
	NIC_COMMAND(DELETE_L2_TABLE_ENTRY, 1, DELETE_L2_TABLE_ENTRY, DELETE_L2_TABLE_ENTRY, true, nic_l2_table_delete, NULL, NULL),
	NIC_COMMAND(ADD_VXLAN_UDP_DPORT, 1, ADD_VXLAN_UDP_DPORT, ADD_VXLAN_UDP_DPORT, true, nic_vxlan_port_add, NULL, NULL),
	NIC_COMMAND(DELETE_VXLAN_UDP_DPORT, 1, DELETE_VXLAN_UDP_DPORT, DELETE_VXLAN_UDP_DPORT, true, nic_vxlan_port_delete, NULL, NULL),
	NIC_COMMAND(ALLOC_SF, 1, ALLOC_SF, ALLOC_SF, true, nic_sf_alloc, NULL, NULL),
	NIC_COMMAND(DEALLOC_SF, 1, DEALLOC_SF, DEALLOC_SF, true, nic_sf_dealloc, NULL, NULL),
	NIC_COMMAND(QUERY_VHCA_STATE, 1, QUERY_VHCA_STATE, QUERY_VHCA_STATE, false, nic_sf_query_state, NULL, NULL),
	NIC_COMMAND(MODIFY_VHCA_STATE, 1, MODIFY_VHCA_STATE, MODIFY_VHCA_STATE, false, nic_sf_modify_state, NULL, NULL),
	OBJECT(CREATE),
	OBJECT(MODIFY),
	OBJECT(QUERY),
	OBJECT(DESTROY),
	{ 0 },
};
/* clang-format on */
