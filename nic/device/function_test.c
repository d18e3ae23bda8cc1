/* SPDX-License-Identifier: BSD-2-Clause */
/* The function: its states and life, pages, capabilities, registers, vports and sub-functions, with
 * every reason to refuse. */
#include "nic/device/bar.h"
#include "nic/device/queues_internal.h"

#include "base/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

struct cmd {
	uint8_t in[0x1400];
	size_t in_size, out_size;
};

static uint8_t out[0x2000];
static bool seen[NIC_N_SYNDROMES];

#define N_VFS 2
#define N_SFS 3
#define SF(i) (0x8000u + (i))

static enum nic_syndrome run(struct nic_device *dev, const struct cmd *c)
{
	uint32_t syndrome;

	assert_int_equal(nic_device_exec(dev, c->in, c->in_size, out, c->out_size), 0);
	syndrome = IFC_GET(cmd_out, out, syndrome);
	if (!syndrome)
		return NIC_SYN_NONE;
	seen[syndrome - NIC_SYNDROME_BASE] = true;
	for (size_t i = 8; i < c->out_size; i++)
		assert_int_equal(out[i], 0);
	return (enum nic_syndrome)(syndrome - NIC_SYNDROME_BASE);
}

static void expect(struct nic_device *dev, const struct cmd *c, enum nic_syndrome want)
{
	enum nic_syndrome s = run(dev, c);

	if (s != want)
		fail_msg("%s: %s instead of %s",
			 mlx5_opcode_name((uint16_t)IFC_GET(cmd_in, c->in, opcode)),
			 s ? nic_syndrome_text(s) : "success",
			 want ? nic_syndrome_text(want) : "success");
	assert_int_equal(IFC_GET(cmd_out, out, status), want ? nic_syndrome_status(want) : 0);
}

static void run_ok(struct nic_device *dev, const struct cmd *c)
{
	expect(dev, c, NIC_SYN_NONE);
}

static void start(struct cmd *c, uint16_t opcode)
{
	memset(c, 0, sizeof *c);
	IFC_SET(cmd_in, c->in, opcode, opcode);
	c->in_size = mlx5_opcode_layout(opcode, true)->size;
	c->out_size = mlx5_opcode_layout(opcode, false)->size;
}

static void simple(struct nic_device *dev, uint16_t opcode, enum nic_syndrome want)
{
	struct cmd c;

	start(&c, opcode);
	expect(dev, &c, want);
}

/* ---- a machine with one page of memory ---- */

#define PAGE 0x10000000ull

static uint8_t page[4096];

static void *map(void *aux, uint64_t addr, size_t size)
{
	return addr >= PAGE && addr - PAGE + size <= sizeof page ? page + (addr - PAGE) : NULL;
}

static void interrupt(void *aux, unsigned int vector)
{
}

static const struct nic_bus bus = { NULL, map, interrupt };

static struct nic_device *device_new(void)
{
	const struct nic_params params = { .n_vfs = N_VFS, .n_sfs = N_SFS, .index = 5 };
	struct nic_device *dev;

	assert_int_equal(nic_device_new(&dev, &params), 0);
	return dev;
}

static struct nic_device *plugged_new(void)
{
	struct nic_device *dev = device_new();

	nic_device_set_bus(dev, &bus);
	return dev;
}

/* ---- commands, each right as it is ---- */

static void make_set_issi(struct cmd *c)
{
	start(c, MLX5_CMD_OP_SET_ISSI);
	IFC_SET(set_issi_in, c->in, current_issi, 1);
}

static void make_give(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MANAGE_PAGES);
	IFC_SET(manage_pages_in, c->in, op_mod, MLX5_PAGES_GIVE);
	IFC_SET(manage_pages_in, c->in, input_num_entries, 1);
	put_be64(c->in + 0x10, 0x7000000);
	c->in_size += 8;
}

static void make_give_many(struct cmd *c, uint32_t n, uint64_t first)
{
	make_give(c);
	IFC_SET(manage_pages_in, c->in, input_num_entries, n);
	for (uint32_t i = 0; i < n; i++)
		put_be64(c->in + 0x10 + (size_t)i * 8, first + i * 0x3000ul);
	c->in_size = 0x10 + (size_t)n * 8;
}

static void make_take(struct cmd *c, uint32_t n)
{
	start(c, MLX5_CMD_OP_MANAGE_PAGES);
	IFC_SET(manage_pages_in, c->in, op_mod, MLX5_PAGES_TAKE);
	IFC_SET(manage_pages_in, c->in, input_num_entries, n);
	c->out_size += (size_t)n * 8;
}

static void make_cannot_give(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MANAGE_PAGES);
}

static void make_query_pages(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_PAGES);
	IFC_SET(query_pages_in, c->in, op_mod, MLX5_PAGES_BOOT);
}

static void make_query_caps(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_HCA_CAP);
	IFC_SET(query_hca_cap_in, c->in, other_function, 1);
	IFC_SET(query_hca_cap_in, c->in, function_id, 1);
}

static void make_enable(struct cmd *c)
{
	start(c, MLX5_CMD_OP_ENABLE_HCA);
}

static void make_disable(struct cmd *c)
{
	start(c, MLX5_CMD_OP_DISABLE_HCA);
}

static void make_teardown(struct cmd *c)
{
	start(c, MLX5_CMD_OP_TEARDOWN_HCA);
}

static void make_register(struct cmd *c, enum mlx5_register id, size_t size, bool reads)
{
	start(c, MLX5_CMD_OP_ACCESS_REG);
	IFC_SET(access_register_in, c->in, op_mod, reads);
	IFC_SET(access_register_in, c->in, register_id, id);
	IFC_SET(paos_reg, c->in + 0x10, local_port, id != MLX5_REG_HOST_ENDIANNESS);
	c->in_size += size;
	c->out_size += size;
}

static void make_mtu(struct cmd *c)
{
	make_register(c, MLX5_REG_PMTU, IFC_PMTU_REG_SIZE, false);
	IFC_SET(pmtu_reg, c->in + 0x10, admin_mtu, 9000);
}

static void make_paos(struct cmd *c)
{
	make_register(c, MLX5_REG_PAOS, IFC_PAOS_REG_SIZE, false);
	IFC_SET(paos_reg, c->in + 0x10, admin_status, MLX5_PORT_DOWN);
	IFC_SET(paos_reg, c->in + 0x10, ase, 1);
}

static void make_ptys(struct cmd *c)
{
	make_register(c, MLX5_REG_PTYS, IFC_PTYS_REG_SIZE, false);
	IFC_SET(ptys_reg, c->in + 0x10, proto_mask, MLX5_PTYS_ETHERNET);
	IFC_SET(ptys_reg, c->in + 0x10, eth_proto_admin, 1u << MLX5_PORT_25GBASE_CR);
}

static void make_pfcc(struct cmd *c)
{
	make_register(c, MLX5_REG_PFCC, IFC_PFCC_REG_SIZE, false);
}

static void make_pplm(struct cmd *c)
{
	make_register(c, MLX5_REG_PPLM, IFC_PPLM_REG_SIZE, true);
}

static void make_ppcnt(struct cmd *c)
{
	make_register(c, MLX5_REG_PPCNT, IFC_PPCNT_REG_SIZE, true);
}

static void make_pddr(struct cmd *c)
{
	make_register(c, MLX5_REG_PDDR, IFC_PDDR_REG_SIZE, true);
	IFC_SET(pddr_reg, c->in + 0x10, page_select, MLX5_PDDR_TROUBLESHOOTING);
}

static void make_mcam(struct cmd *c)
{
	make_register(c, MLX5_REG_MCAM, IFC_MCAM_REG_SIZE, true);
	IFC_SET(paos_reg, c->in + 0x10, local_port, 0);
}

static void make_mcqs(struct cmd *c)
{
	make_register(c, MLX5_REG_MCQS, IFC_MCQS_REG_SIZE, true);
	IFC_SET(paos_reg, c->in + 0x10, local_port, 0);
}

static void make_mcqi(struct cmd *c)
{
	make_register(c, MLX5_REG_MCQI, IFC_MCQI_REG_SIZE, true);
	IFC_SET(paos_reg, c->in + 0x10, local_port, 0);
	IFC_SET(mcqi_reg, c->in + 0x10, info_type, MLX5_MCQI_VERSION);
	IFC_SET(mcqi_reg, c->in + 0x10, data_size, IFC_MCQI_VERSION_SIZE);
	c->out_size += IFC_MCQI_VERSION_SIZE;
}

static void make_endianness(struct cmd *c)
{
	make_register(c, MLX5_REG_HOST_ENDIANNESS, IFC_HOST_ENDIANNESS_REG_SIZE, false);
}

static void make_query_context(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_NIC_VPORT_CONTEXT);
}

static void make_modify_context(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MODIFY_NIC_VPORT_CONTEXT);
	IFC_SET(modify_nic_vport_field_select, c->in + 0xc, mtu, 1);
	IFC_SET(nic_vport_context, c->in + 0x100, mtu, 9000);
}

/* Two addresses. */
static void make_modify_list(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MODIFY_NIC_VPORT_CONTEXT);
	IFC_SET(modify_nic_vport_field_select, c->in + 0xc, addresses_list, 1);
	IFC_SET(nic_vport_context, c->in + 0x100, allowed_list_size, 2);
	put_be64(c->in + 0x200, 0x020000000001);
	put_be64(c->in + 0x208, 0x020000000002);
	c->in_size += 16;
}

static void make_modify_vlans(struct cmd *c)
{
	make_modify_list(c);
	IFC_SET(nic_vport_context, c->in + 0x100, allowed_list_type, MLX5_VPORT_LIST_VLAN);
	put_be64(c->in + 0x200, 100ull << 32);
	put_be64(c->in + 0x208, 0xfffull << 32);
}

static void make_query_esw(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_ESW_VPORT_CONTEXT);
}

static void make_modify_esw(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MODIFY_ESW_VPORT_CONTEXT);
	IFC_SET(esw_vport_context_fields_select, c->in + 0xc, fdb_to_vport_reg_c_id, 1);
	IFC_SET(esw_vport_context, c->in + 0x10, fdb_to_vport_reg_c_id, 3);
}

static void make_query_state(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_VPORT_STATE);
}

static void make_modify_state(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MODIFY_VPORT_STATE);
	IFC_SET(modify_vport_state_in, c->in, op_mod, MLX5_VPORT_STATE_OF_ESWITCH);
	IFC_SET(modify_vport_state_in, c->in, other_vport, 1);
	IFC_SET(modify_vport_state_in, c->in, vport_number, 1);
}

static void make_query_counter(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_VPORT_COUNTER);
}

static void make_alloc_sf(struct cmd *c)
{
	start(c, MLX5_CMD_OP_ALLOC_SF);
	IFC_SET(alloc_sf_in, c->in, function_id, SF(1));
}

static void make_dealloc_sf(struct cmd *c)
{
	start(c, MLX5_CMD_OP_DEALLOC_SF);
	IFC_SET(dealloc_sf_in, c->in, function_id, SF(0));
}

static void make_query_vhca(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_VHCA_STATE);
	IFC_SET(query_vhca_state_in, c->in, function_id, SF(0));
}

static void make_modify_vhca(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MODIFY_VHCA_STATE);
	IFC_SET(modify_vhca_state_in, c->in, function_id, SF(0));
	IFC_SET(vhca_state_field_select, c->in + 0xc, sw_function_id, 1);
	IFC_SET(vhca_state_context, c->in + 0x10, sw_function_id, 88);
}

static void make_arm(struct cmd *c, uint32_t number)
{
	make_modify_vhca(c);
	IFC_SET(modify_vhca_state_in, c->in, function_id, number);
	IFC_SET(vhca_state_field_select, c->in + 0xc, sw_function_id, 0);
	IFC_SET(vhca_state_field_select, c->in + 0xc, arm_change_event, 1);
	IFC_SET(vhca_state_context, c->in + 0x10, sw_function_id, 0);
	IFC_SET(vhca_state_context, c->in + 0x10, arm_change_event, 1);
}

static void make_set_l2(struct cmd *c)
{
	start(c, MLX5_CMD_OP_SET_L2_TABLE_ENTRY);
	IFC_SET(set_l2_table_entry_in, c->in, table_index, 127);
	put_be64(c->in + 0x20, 0x020000000001);
}

static void make_delete_l2(struct cmd *c)
{
	start(c, MLX5_CMD_OP_DELETE_L2_TABLE_ENTRY);
	IFC_SET(delete_l2_table_entry_in, c->in, table_index, 3);
}

static void make_add_vxlan(struct cmd *c)
{
	start(c, MLX5_CMD_OP_ADD_VXLAN_UDP_DPORT);
	IFC_SET(add_vxlan_udp_dport_in, c->in, vxlan_udp_port, 5000);
}

static void make_delete_vxlan(struct cmd *c)
{
	start(c, MLX5_CMD_OP_DELETE_VXLAN_UDP_DPORT);
	IFC_SET(delete_vxlan_udp_dport_in, c->in, vxlan_udp_port, NIC_VXLAN_PORT);
}

static void make_moderation(struct cmd *c)
{
	start(c, MLX5_CMD_OP_CONFIG_INT_MODERATION);
}

static void make_adapter(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_ADAPTER);
}

static void make_version(struct cmd *c)
{
	start(c, MLX5_CMD_OP_SET_DRIVER_VERSION);
	memcpy(c->in + 0x10, "Linux,mlx5_core,6.1.192", 23);
}

static void make_esw_functions(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_ESW_FUNCTIONS);
}

static void make_create_acl(struct cmd *c, uint32_t vport)
{
	start(c, MLX5_CMD_OP_CREATE_FLOW_TABLE);
	IFC_SET(create_flow_table_in, c->in, table_type, MLX5_TABLE_ESW_INGRESS_ACL);
	IFC_SET(create_flow_table_in, c->in, other_vport, 1);
	IFC_SET(create_flow_table_in, c->in, vport_number, vport);
}

/* An initialised function with one sub-function, which has an address in its L2 table. */
static struct nic_device *world_new(void)
{
	struct nic_device *dev = device_new();
	struct cmd c;

	make_alloc_sf(&c);
	IFC_SET(alloc_sf_in, c.in, function_id, SF(0));
	run_ok(dev, &c);
	make_set_l2(&c);
	IFC_SET(set_l2_table_entry_in, c.in, table_index, 3);
	run_ok(dev, &c);
	return dev;
}

typedef void make(struct cmd *c);

static make *const makers[] = {
	make_give,	    make_cannot_give,	make_query_pages,
	make_query_caps,    make_disable,	make_teardown,
	make_mtu,	    make_paos,		make_ptys,
	make_pfcc,	    make_pplm,		make_ppcnt,
	make_endianness,    make_query_context, make_modify_context,
	make_modify_list,   make_modify_vlans,	make_query_esw,
	make_modify_esw,    make_query_state,	make_modify_state,
	make_query_counter, make_alloc_sf,	make_dealloc_sf,
	make_query_vhca,    make_modify_vhca,	make_set_l2,
	make_delete_l2,	    make_add_vxlan,	make_delete_vxlan,
	make_moderation,    make_adapter,	make_version,
	make_esw_functions,
};

static void every_command_of_the_function_succeeds(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		struct nic_device *dev = world_new();
		struct cmd c;

		makers[i](&c);
		run_ok(dev, &c);
		nic_device_free(dev);
	}
}

/* A longer answer than is needed is for lists that may be longer than they are. */
static bool may_be_longer(const struct cmd *c)
{
	return IFC_GET(cmd_in, c->in, opcode) == MLX5_CMD_OP_QUERY_NIC_VPORT_CONTEXT;
}

static void every_wrong_length_is_refused(void **state)
{
	struct nic_device *dev = world_new();

	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		struct cmd c;
		size_t size;

		makers[i](&c);
		size = c.in_size;
		for (c.in_size = 4; c.in_size < size; c.in_size++) {
			/* At its own size on the heap, so that a read behind it is found. */
			uint8_t *in = mem_copy(c.in, c.in_size);

			assert_int_equal(nic_device_exec(dev, in, c.in_size, out, c.out_size), 0);
			assert_int_equal(IFC_GET(cmd_out, out, syndrome),
					 NIC_SYNDROME_BASE + NIC_SYN_IN_LENGTH);
			mem_free(in);
		}
		c.in_size = size + 4;
		expect(dev, &c, NIC_SYN_IN_LENGTH);
		c.in_size = size;
		for (size = c.out_size, c.out_size = 8; c.out_size < size; c.out_size++)
			expect(dev, &c, NIC_SYN_OUT_LENGTH);
		c.out_size = size + 1;
		if (!may_be_longer(&c))
			expect(dev, &c, NIC_SYN_OUT_LENGTH);
	}
	nic_device_free(dev);
}

/* ---- refusals ---- */

#define FIELD(s, field) IFC_LOC_##s##__##field
#define AT(offset, loc) ((unsigned int)(loc) + ((unsigned int)(offset) << 10))
#define REG(s, field)	AT(0x10, FIELD(s, field))
#define SELECT(field)	AT(0xc, FIELD(modify_nic_vport_field_select, field))
#define CONTEXT(field)	AT(0x100, FIELD(nic_vport_context, field))
#define ESW(field)	AT(0x10, FIELD(esw_vport_context, field))
#define DWORD(offset)	IFC_LOC(offset, 31, 0)

static const struct refusal {
	enum nic_syndrome syndrome;
	make *make;
	struct {
		unsigned int loc;
		uint32_t value;
	} set[3];
} refusals[] = {
	/* clang-format off */
	{ NIC_SYN_ENABLED_ALREADY, make_enable, { { 0 } } },
	{ NIC_SYN_SF_ENABLE, make_enable, { { FIELD(enable_hca_in, function_id), SF(0) } } },
	{ NIC_SYN_FUNCTION_ID, make_enable, { { FIELD(enable_hca_in, function_id), SF(1) } } },
	{ NIC_SYN_FUNCTION_ID, make_enable, { { FIELD(enable_hca_in, function_id), 1 } } },
	{ NIC_SYN_FUNCTION_ID, make_enable, { { FIELD(enable_hca_in, embedded_cpu_function), 1 } } },
	{ NIC_SYN_FUNCTION_ID, make_disable, { { FIELD(disable_hca_in, function_id), SF(0) } } },
	{ NIC_SYN_FUNCTION_ID, make_disable, { { FIELD(disable_hca_in, embedded_cpu_function), 1 } } },
	{ NIC_SYN_TEARDOWN_PROFILE, make_teardown, { { FIELD(teardown_hca_in, profile), 1 } } },
	{ NIC_SYN_FUNCTION_ID, make_give, { { FIELD(manage_pages_in, function_id), 1 } } },
	{ NIC_SYN_FUNCTION_ID, make_query_pages, { { FIELD(query_pages_in, embedded_cpu_function), 1 } } },
	{ NIC_SYN_OP_MOD, make_query_pages, { { FIELD(query_pages_in, op_mod), 0 } } },
	{ NIC_SYN_OP_MOD, make_query_pages, { { FIELD(query_pages_in, op_mod), 4 } } },
	{ NIC_SYN_OP_MOD, make_cannot_give, { { FIELD(manage_pages_in, op_mod), 3 } } },
	{ NIC_SYN_PAGES_COUNT, make_cannot_give, { { FIELD(manage_pages_in, input_num_entries), 1 } } },
	{ NIC_SYN_PAGE_ADDRESS, make_give, { { DWORD(0x14), 0 } } },
	{ NIC_SYN_PAGE_ADDRESS, make_give, { { DWORD(0x14), 0x7000800 } } },
	{ NIC_SYN_PAGE_ADDRESS, make_give, { { DWORD(0x10), 0x1000 } } },
	{ NIC_SYN_CAP_TYPE, make_query_caps, { { FIELD(query_hca_cap_in, op_mod), MLX5_CAP_ETHERNET_OFFLOADS << 1 } } },
	{ NIC_SYN_FUNCTION_ID, make_query_caps, { { FIELD(query_hca_cap_in, function_id), SF(1) } } },
	{ NIC_SYN_FUNCTION_ID, make_query_caps, { { FIELD(query_hca_cap_in, function_id), MLX5_VPORT_UPLINK } } },
	{ NIC_SYN_REGISTER_ID, make_mtu, { { FIELD(access_register_in, register_id), 0x9001 } } },
	{ NIC_SYN_REGISTER_ARGUMENT, make_mtu, { { FIELD(access_register_in, argument), 1 } } },
	{ NIC_SYN_REGISTER_PORT, make_mtu, { { REG(pmtu_reg, local_port), 2 } } },
	{ NIC_SYN_REGISTER_PORT, make_ppcnt, { { REG(ppcnt_reg, local_port), 0 } } },
	{ NIC_SYN_REGISTER_READ_ONLY, make_ppcnt, { { FIELD(access_register_in, op_mod), 0 } } },
	{ NIC_SYN_REGISTER_READ_ONLY, make_pplm, { { FIELD(access_register_in, op_mod), 0 } } },
	{ NIC_SYN_REGISTER_GROUP, make_ppcnt, { { REG(ppcnt_reg, grp), 0x20 } } },
	{ NIC_SYN_REGISTER_PAGE, make_pddr, { { REG(pddr_reg, page_select), 0 } } },
	{ NIC_SYN_REGISTER_PAGE, make_pddr, { { REG(pddr_reg, group_opcode), 1 } } },
	{ NIC_SYN_REGISTER_PAGE, make_mcqs, { { REG(mcqs_reg, component_index), 1 } } },
	{ NIC_SYN_REGISTER_PAGE, make_mcqi, { { REG(mcqi_reg, component_index), 1 } } },
	{ NIC_SYN_REGISTER_PAGE, make_mcqi, { { REG(mcqi_reg, info_type), 0 } } },
	{ NIC_SYN_REGISTER_VALUE, make_mcqi, { { REG(mcqi_reg, data_size), 4 } } },
	{ NIC_SYN_REGISTER_VALUE, make_mcqi, { { REG(mcqi_reg, offset), 4 } } },
	{ NIC_SYN_REGISTER_VALUE, make_mtu, { { REG(pmtu_reg, admin_mtu), 0 } } },
	{ NIC_SYN_REGISTER_VALUE, make_mtu, { { REG(pmtu_reg, admin_mtu), NIC_MTU_MAX + 1 } } },
	{ NIC_SYN_REGISTER_VALUE, make_paos, { { REG(paos_reg, admin_status), 3 } } },
	{ NIC_SYN_REGISTER_VALUE, make_ptys, { { REG(ptys_reg, proto_mask), 1 } } },
	{ NIC_SYN_REGISTER_VALUE, make_ptys, { { REG(ptys_reg, eth_proto_admin), 0 } } },
	{ NIC_SYN_REGISTER_VALUE, make_ptys, { { REG(ptys_reg, eth_proto_admin), 1 } } },
	{ NIC_SYN_REGISTER_VALUE, make_ptys, { { REG(ptys_reg, an_disable_admin), 1 } } },
	{ NIC_SYN_REGISTER_VALUE, make_pfcc, { { REG(pfcc_reg, pptx), 1 } } },
	{ NIC_SYN_REGISTER_VALUE, make_pfcc, { { REG(pfcc_reg, pfcrx), 1 } } },
	{ NIC_SYN_REGISTER_VALUE, make_endianness, { { REG(host_endianness_reg, he), 0x80 } } },
	{ NIC_SYN_RESERVED, make_mtu, { { DWORD(0x18), 9000 } } },
	{ NIC_SYN_VPORT, make_query_context, { { FIELD(query_nic_vport_context_in, vport_number), 1 } } },
	{ NIC_SYN_VPORT, make_query_context, { { FIELD(query_nic_vport_context_in, vport_number), SF(1) }, { FIELD(query_nic_vport_context_in, other_vport), 1 } } },
	{ NIC_SYN_VPORT, make_modify_context, { { FIELD(modify_nic_vport_context_in, vport_number), 9 }, { FIELD(modify_nic_vport_context_in, other_vport), 1 } } },
	{ NIC_SYN_VPORT, make_query_esw, { { FIELD(query_esw_vport_context_in, vport_number), 1 } } },
	{ NIC_SYN_VPORT, make_modify_esw, { { FIELD(modify_esw_vport_context_in, vport_number), 1 } } },
	{ NIC_SYN_VPORT, make_query_state, { { FIELD(query_vport_state_in, vport_number), 1 } } },
	{ NIC_SYN_VPORT, make_query_state, { { FIELD(query_vport_state_in, op_mod), 2 }, { FIELD(query_vport_state_in, vport_number), 1 }, { FIELD(query_vport_state_in, other_vport), 1 } } },
	{ NIC_SYN_VPORT, make_modify_state, { { FIELD(modify_vport_state_in, other_vport), 0 } } },
	{ NIC_SYN_VPORT, make_query_counter, { { FIELD(query_vport_counter_in, vport_number), 1 } } },
	{ NIC_SYN_VPORT_LIST, make_query_context, { { FIELD(query_nic_vport_context_in, allowed_list_type), 3 } } },
	{ NIC_SYN_VPORT_LIST, make_modify_list, { { CONTEXT(allowed_list_type), 3 } } },
	{ NIC_SYN_RESERVED, make_modify_list, { { DWORD(0x208), 0x10000 } } },
	{ NIC_SYN_RESERVED, make_modify_vlans, { { DWORD(0x200), 0x1000 } } },
	{ NIC_SYN_RESERVED, make_modify_vlans, { { DWORD(0x20c), 1 } } },
	{ NIC_SYN_VPORT_FIELD, make_modify_context, { { DWORD(0xc), 0 } } },
	{ NIC_SYN_VPORT_FIELD, make_modify_context, { { SELECT(roce_en), 1 } } },
	{ NIC_SYN_VPORT_FIELD, make_modify_context, { { SELECT(min_inline), 1 } } },
	{ NIC_SYN_VPORT_FIELD, make_modify_context, { { SELECT(affiliation), 1 } } },
	{ NIC_SYN_VPORT_FIELD, make_modify_list, { { SELECT(addresses_list), 0 }, { SELECT(promisc), 1 } } },
	{ NIC_SYN_VPORT_FIELD, make_modify_esw, { { DWORD(0xc), 0 } } },
	{ NIC_SYN_VPORT_FIELD, make_modify_esw, { { DWORD(0xc), 0x12 } } },
	{ NIC_SYN_VPORT_MTU, make_modify_context, { { CONTEXT(mtu), 0 } } },
	{ NIC_SYN_VPORT_MTU, make_modify_context, { { CONTEXT(mtu), NIC_MTU_MAX + 1 } } },
	{ NIC_SYN_VPORT_ADMIN, make_modify_state, { { FIELD(modify_vport_state_in, admin_state), 3 } } },
	{ NIC_SYN_SF_ID, make_alloc_sf, { { FIELD(alloc_sf_in, function_id), SF(N_SFS) } } },
	{ NIC_SYN_SF_ID, make_alloc_sf, { { FIELD(alloc_sf_in, function_id), 1 } } },
	{ NIC_SYN_SF_ID, make_dealloc_sf, { { FIELD(dealloc_sf_in, function_id), SF(N_SFS) } } },
	{ NIC_SYN_SF_ID, make_query_vhca, { { FIELD(query_vhca_state_in, function_id), 0 } } },
	{ NIC_SYN_SF_ID, make_query_vhca, { { FIELD(query_vhca_state_in, embedded_cpu_function), 1 } } },
	{ NIC_SYN_SF_ID, make_modify_vhca, { { FIELD(modify_vhca_state_in, function_id), 0 } } },
	{ NIC_SYN_SF_ID, make_modify_vhca, { { FIELD(modify_vhca_state_in, embedded_cpu_function), 1 } } },
	{ NIC_SYN_SF_ALLOCATED, make_alloc_sf, { { FIELD(alloc_sf_in, function_id), SF(0) } } },
	{ NIC_SYN_SF_FREE, make_dealloc_sf, { { FIELD(dealloc_sf_in, function_id), SF(1) } } },
	{ NIC_SYN_SF_FREE, make_modify_vhca, { { FIELD(modify_vhca_state_in, function_id), SF(1) } } },
	{ NIC_SYN_VHCA_FIELD, make_modify_vhca, { { AT(0xc, FIELD(vhca_state_field_select, sw_function_id)), 0 } } },
	{ NIC_SYN_L2_INDEX, make_set_l2, { { FIELD(set_l2_table_entry_in, table_index), 128 } } },
	{ NIC_SYN_L2_INDEX, make_delete_l2, { { FIELD(delete_l2_table_entry_in, table_index), 0xffffff } } },
	{ NIC_SYN_L2_EMPTY, make_delete_l2, { { FIELD(delete_l2_table_entry_in, table_index), 4 } } },
	{ NIC_SYN_L2_MAC, make_set_l2, { { DWORD(0x20), 0x100 } } },
	{ NIC_SYN_VXLAN_PORT, make_add_vxlan, { { FIELD(add_vxlan_udp_dport_in, vxlan_udp_port), 0 } } },
	{ NIC_SYN_VXLAN_MISSING, make_delete_vxlan, { { FIELD(delete_vxlan_udp_dport_in, vxlan_udp_port), 4788 } } },
	{ NIC_SYN_MODERATION, make_moderation, { { FIELD(config_int_moderation_in, min_delay), 1 } } },
	/* clang-format on */
};

/* All that the commands of the function can change, but what is asked for in the test. */
static void take_picture(const struct nic_device *dev, struct text *t)
{
	const struct nic_function *f = &dev->function;

	text_putf(t, "%d %zu %zu %d %u %u %u %s\n", f->state, f->pages.n, f->pages.by_number.n,
		  f->port.is_up, f->port.mtu, f->port.protocols, dev->tunnels.n_ports,
		  f->driver_version);
	for (size_t i = 0; i < NIC_L2_ENTRIES; i++)
		text_put_char(t, f->l2_table[i].is_used ? 'x' : '-');
	for (size_t i = 0; i < dev->n_vports; i++) {
		const struct nic_vport *vp = &dev->vports[i];

		text_putf(t, "\n%x %d %d %d %d %u %u %u %u", vp->number, vp->exists, vp->is_off,
			  vp->admin, vp->reg_c_passed, vp->mtu, vp->vhca_state, vp->is_armed,
			  vp->sw_function_id);
		for (size_t l = 0; l < MLX5_N_VPORT_LISTS; l++)
			text_putf(t, " %u", vp->lists[l].n);
	}
}

static void every_refusal_names_its_reason_and_changes_nothing(void **state)
{
	struct nic_device *dev = world_new();
	struct text before, after;

	text_init(&before);
	take_picture(dev, &before);
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct cmd c;

		refusals[i].make(&c);
		for (size_t j = 0; j < ARRAY_SIZE(refusals[i].set); j++) {
			if (refusals[i].set[j].loc)
				ifc_set(c.in, refusals[i].set[j].loc, refusals[i].set[j].value);
		}
		expect(dev, &c, refusals[i].syndrome);
		text_init(&after);
		take_picture(dev, &after);
		assert_string_equal(before.s, after.s);
		text_fini(&after);
	}
	text_fini(&before);
	simple(dev, MLX5_CMD_OP_QUERY_SPECIAL_CONTEXTS, NIC_SYN_SPECIAL_CONTEXTS);
	nic_device_free(dev);
}

/* With any contents and lengths behind the header. */
static void general_objects_are_refused_by_their_type(void **state)
{
	static const uint16_t opcodes[] = { MLX5_CMD_OP_CREATE_GENERAL_OBJECT,
					    MLX5_CMD_OP_MODIFY_GENERAL_OBJECT,
					    MLX5_CMD_OP_QUERY_GENERAL_OBJECT,
					    MLX5_CMD_OP_DESTROY_GENERAL_OBJECT };
	struct nic_device *dev = device_new();

	for (size_t i = 0; i < ARRAY_SIZE(opcodes); i++) {
		struct cmd c;

		start(&c, opcodes[i]);
		IFC_SET(general_obj_in_cmd_hdr, c.in, obj_type, 0x20);
		memset(c.in + 0x10, 0xff, 0x40);
		c.in_size += 0x40;
		c.out_size += 0x40;
		expect(dev, &c, NIC_SYN_OBJECT_TYPE);
	}
	nic_device_free(dev);
}

/* ---- states ---- */

static bool is_of_state(enum nic_syndrome s)
{
	return s >= NIC_SYN_STATE_DISABLED && s <= NIC_SYN_STATE_INITIALISED;
}

/* What is understood before INIT_HCA, by state; all other commands need an initialised function. */
static void each_state_understands_its_commands_and_no_others(void **state)
{
	static const struct {
		uint16_t opcode;
		unsigned int states;
	} rows[] = {
		{ MLX5_CMD_OP_ENABLE_HCA, 0xf },    { MLX5_CMD_OP_DISABLE_HCA, 0xe },
		{ MLX5_CMD_OP_QUERY_ISSI, 0xe },    { MLX5_CMD_OP_QUERY_PAGES, 0xe },
		{ MLX5_CMD_OP_MANAGE_PAGES, 0xe },  { MLX5_CMD_OP_SET_ISSI, 0x2 },
		{ MLX5_CMD_OP_SET_HCA_CAP, 0x4 },   { MLX5_CMD_OP_INIT_HCA, 0x4 },
		{ MLX5_CMD_OP_QUERY_HCA_CAP, 0xc }, { MLX5_CMD_OP_QUERY_ADAPTER, 0xc },
		{ MLX5_CMD_OP_ACCESS_REG, 0xc },
	};
	struct nic_device *dev = device_new();

	for (unsigned int in = NIC_FUNCTION_DISABLED; in <= NIC_FUNCTION_INITIALISED; in++) {
		for (uint32_t opcode = 0; opcode < NIC_OPCODES_MAX; opcode++) {
			unsigned int states = 0x8;
			struct cmd c;

			if (!dev->rows[opcode])
				continue;
			for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
				states = rows[i].opcode == opcode ? rows[i].states : states;
			dev->function.state = (enum nic_function_state)in;
			start(&c, (uint16_t)opcode);
			if (dev->rows[opcode]->in_more)
				c.in_size += dev->rows[opcode]->in_more(c.in);
			if (dev->rows[opcode]->out_more)
				c.out_size += dev->rows[opcode]->out_more(c.in);
			assert_int_equal(!is_of_state(run(dev, &c)), states >> in & 1);
		}
	}
	nic_device_free(dev);
}

static void enable(struct nic_device *dev)
{
	struct cmd c;

	simple(dev, MLX5_CMD_OP_ENABLE_HCA, NIC_SYN_NONE);
	simple(dev, MLX5_CMD_OP_QUERY_ISSI, NIC_SYN_NONE);
	assert_int_equal(IFC_GET(query_issi_out, out, supported_issi_dw0), 2);
	assert_int_equal(IFC_GET(query_issi_out, out, current_issi), 0);
	make_set_issi(&c);
	IFC_SET(set_issi_in, c.in, current_issi, 0);
	expect(dev, &c, NIC_SYN_ISSI);
	make_set_issi(&c);
	run_ok(dev, &c);
}

static uint32_t pages_wanted(struct nic_device *dev, enum mlx5_pages_query phase)
{
	struct cmd c;

	make_query_pages(&c);
	IFC_SET(query_pages_in, c.in, op_mod, phase);
	run_ok(dev, &c);
	return IFC_GET(query_pages_out, out, num_pages);
}

/* From reset, as a driver does. */
static void bring_up(struct nic_device *dev)
{
	uint32_t n;
	struct cmd c;

	enable(dev);
	n = pages_wanted(dev, MLX5_PAGES_BOOT);
	assert_int_equal(n, NIC_PAGES_BOOT);
	make_give_many(&c, n, 0x100000);
	run_ok(dev, &c);
	simple(dev, MLX5_CMD_OP_INIT_HCA, NIC_SYN_PAGES_MISSING);
	n = pages_wanted(dev, MLX5_PAGES_INIT);
	assert_int_equal(n, NIC_PAGES_INIT);
	make_give_many(&c, n, 0x900000);
	run_ok(dev, &c);
	assert_int_equal(pages_wanted(dev, MLX5_PAGES_BOOT), 0);
	assert_int_equal(pages_wanted(dev, MLX5_PAGES_INIT), 0);
	assert_int_equal(pages_wanted(dev, MLX5_PAGES_REGULAR), 0);
	start(&c, MLX5_CMD_OP_INIT_HCA);
	c.in[0x10] = 1;
	expect(dev, &c, NIC_SYN_SW_OWNER);
	simple(dev, MLX5_CMD_OP_INIT_HCA, NIC_SYN_NONE);
}

static void make_objects(struct nic_device *dev)
{
	struct cmd c;

	make_alloc_sf(&c);
	run_ok(dev, &c);
	make_create_acl(&c, SF(1));
	run_ok(dev, &c);
	make_set_l2(&c);
	run_ok(dev, &c);
	make_modify_list(&c);
	run_ok(dev, &c);
	simple(dev, MLX5_CMD_OP_ALLOC_FLOW_COUNTER, NIC_SYN_NONE);
}

static void expect_nothing_left(const struct nic_device *dev)
{
	struct nic_counts n;

	nic_device_counts(dev, &n);
	assert_int_equal(n.n_tables + n.n_groups + n.n_entries + n.n_counters + n.n_modify_headers,
			 0);
	assert_null(nic_vport_find(dev, SF(1)));
	assert_int_equal(dev->vports[0].lists[MLX5_VPORT_LIST_UNICAST].n, 0);
	for (size_t i = 0; i < NIC_L2_ENTRIES; i++)
		assert_false(dev->function.l2_table[i].is_used);
}

static void take_all(struct nic_device *dev, uint32_t want)
{
	struct cmd c;

	make_take(&c, 100);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(manage_pages_out, out, output_num_entries), want);
}

static void a_function_lives_and_dies_and_lives_again(void **state)
{
	struct nic_device *dev = plugged_new();
	struct cmd c;

	make_create_acl(&c, 1);
	for (int i = 0; i < 3; i++) {
		expect(dev, &c, NIC_SYN_STATE_DISABLED);
		bring_up(dev);
		make_objects(dev);
		simple(dev, MLX5_CMD_OP_TEARDOWN_HCA, NIC_SYN_NONE);
		expect_nothing_left(dev);
		make_create_acl(&c, 1);
		expect(dev, &c, NIC_SYN_STATE_READY);
		take_all(dev, NIC_PAGES_BOOT + NIC_PAGES_INIT);
		simple(dev, MLX5_CMD_OP_DISABLE_HCA, NIC_SYN_NONE);
	}
	nic_device_free(dev);
}

/* A driver that has gone without a word. */
static void a_reset_releases_what_a_driver_left_behind(void **state)
{
	struct nic_device *dev = plugged_new();

	bring_up(dev);
	make_objects(dev);
	simple(dev, MLX5_CMD_OP_DISABLE_HCA, NIC_SYN_NONE);
	expect_nothing_left(dev);
	bring_up(dev);
	make_objects(dev);
	nic_device_reset(dev);
	expect_nothing_left(dev);
	assert_int_equal(dev->function.pages.n, 0);
	bring_up(dev);
	make_objects(dev);
	nic_device_set_bus(dev, NULL);
	expect_nothing_left(dev);
	make_objects(dev); /* without a machine nobody enables it */
	nic_device_free(dev);
}

/* ---- pages ---- */

static void pages_that_are_taken_are_those_that_were_given(void **state)
{
	struct nic_device *dev = plugged_new();
	bool back[30] = { 0 };
	struct cmd c;

	enable(dev);
	make_give_many(&c, 30, 0x100000);
	run_ok(dev, &c);
	expect(dev, &c, NIC_SYN_PAGE_TWICE);
	make_give_many(&c, 30, 0x100000 + 29 * 0x3000);
	put_be64(c.in + 0x10, 0x8000000);
	put_be64(c.in + 0x18, 0x100000 + 29 * 0x3000);
	expect(dev, &c, NIC_SYN_PAGE_TWICE); /* and the first of them is not kept */
	for (uint32_t n = 0; n < 30; n += IFC_GET(manage_pages_out, out, output_num_entries)) {
		make_take(&c, 7);
		run_ok(dev, &c);
		for (size_t i = 0; i < IFC_GET(manage_pages_out, out, output_num_entries); i++) {
			size_t which = (get_be64(out + 0x10 + i * 8) - 0x100000) / 0x3000;

			assert_true(which < 30 && !back[which]);
			back[which] = true;
		}
	}
	take_all(dev, 0);
	make_give_many(&c, 30, 0x100000); /* they can be given again */
	run_ok(dev, &c);
	nic_device_free(dev);
}

static void an_initialised_function_keeps_the_pages_that_it_runs_on(void **state)
{
	struct nic_device *dev = plugged_new();
	struct cmd c;

	bring_up(dev);
	take_all(dev, 0);
	make_give_many(&c, 5, 0x10000000);
	run_ok(dev, &c);
	take_all(dev, 5);
	nic_device_free(dev);
}

static void pages_have_a_limit(void **state)
{
	struct nic_device *dev = plugged_new();
	struct cmd c;

	enable(dev);
	for (uint32_t n = 0; n < NIC_PAGES_MAX; n += 512) {
		make_give_many(&c, 512, 0x1000 + n * 0x3000ul);
		run_ok(dev, &c);
	}
	make_give(&c);
	expect(dev, &c, NIC_SYN_PAGES_LIMIT);
	nic_device_free(dev);
}

/* ---- events ---- */

/* The only event queue, for all kinds. */
static void make_event_queue(struct nic_device *dev)
{
	struct cmd c;
	uint8_t *eqc = IFC_PTR(create_eq_in, c.in, eq_context_entry);

	simple(dev, MLX5_CMD_OP_ALLOC_UAR, NIC_SYN_NONE);
	start(&c, MLX5_CMD_OP_CREATE_EQ);
	IFC_SET(eqc, eqc, uar_page, IFC_GET(alloc_uar_out, out, uar));
	IFC_SET(eqc, eqc, log_eq_size, 4);
	put_be64(IFC_PTR(create_eq_in, c.in, event_bitmask), UINT64_MAX);
	put_be64(c.in + c.in_size, PAGE);
	c.in_size += 8;
	run_ok(dev, &c);
}

/* The newest event, of @n. */
static const uint8_t *last_event(struct nic_device *dev, uint32_t n)
{
	struct cmd c;

	start(&c, MLX5_CMD_OP_QUERY_EQ);
	IFC_SET(query_eq_in, c.in, eq_number, 1);
	run_ok(dev, &c);
	assert_int_equal(
		IFC_GET(eqc, IFC_PTR(query_eq_out, out, eq_context_entry), producer_counter), n);
	return page + (n ? n - 1 : 0) * IFC_EQE_SIZE;
}

/* ---- capabilities ---- */

static const uint8_t *query_caps(struct nic_device *dev, enum mlx5_cap_type type, bool current)
{
	struct cmd c;

	start(&c, MLX5_CMD_OP_QUERY_HCA_CAP);
	IFC_SET(query_hca_cap_in, c.in, op_mod, (uint32_t)type << 1 | current);
	run_ok(dev, &c);
	return out + 0x10;
}

static void make_set_caps(struct cmd *c, struct nic_device *dev)
{
	start(c, MLX5_CMD_OP_SET_HCA_CAP);
	memcpy(c->in + 0x10, query_caps(dev, MLX5_CAP_GENERAL, true), NIC_CAP_SIZE);
}

#define CAP(c, field, v) IFC_SET(cmd_hca_cap, (c)->in + 0x10, field, v)

static void current_capabilities_are_what_was_set_and_at_most_the_maximum(void **state)
{
	struct nic_device *dev = plugged_new();
	struct cmd c;

	enable(dev);
	assert_int_equal(IFC_GET(cmd_hca_cap, query_caps(dev, MLX5_CAP_GENERAL, false),
				 event_on_vhca_state_active),
			 1);
	make_set_caps(&c, dev);
	assert_int_equal(IFC_GET(cmd_hca_cap, c.in + 0x10, event_on_vhca_state_active), 0);
	CAP(&c, log_max_current_uc_list, 8);
	expect(dev, &c, NIC_SYN_CAP_MAX);
	CAP(&c, log_max_current_uc_list, 3);
	CAP(&c, event_on_vhca_state_active, 1);
	run_ok(dev, &c);
	assert_memory_equal(query_caps(dev, MLX5_CAP_GENERAL, true), c.in + 0x10, NIC_CAP_SIZE);
	assert_int_equal(IFC_GET(cmd_hca_cap, query_caps(dev, MLX5_CAP_GENERAL, false),
				 log_max_current_uc_list),
			 7);
	CAP(&c, num_ports, 2);
	expect(dev, &c, NIC_SYN_CAP_FIXED);
	CAP(&c, num_ports, 1);
	IFC_SET(set_hca_cap_in, c.in, op_mod, MLX5_CAP_ETHERNET_OFFLOADS << 1);
	expect(dev, &c, NIC_SYN_CAP_FIXED);
	IFC_SET(set_hca_cap_in, c.in, op_mod, 2 << 1);
	expect(dev, &c, NIC_SYN_CAP_TYPE);
	IFC_SET(set_hca_cap_in, c.in, op_mod, 1);
	expect(dev, &c, NIC_SYN_OP_MOD);
	IFC_SET(set_hca_cap_in, c.in, op_mod, 0);
	IFC_SET(set_hca_cap_in, c.in, function_id, 1);
	expect(dev, &c, NIC_SYN_CAP_OTHER);
	nic_device_free(dev);
}

static void a_lower_capability_is_a_lower_limit(void **state)
{
	struct nic_device *dev = plugged_new();
	struct cmd c;

	enable(dev);
	make_set_caps(&c, dev);
	CAP(&c, log_max_current_uc_list, 0);
	run_ok(dev, &c);
	make_give_many(&c, NIC_PAGES_BOOT + NIC_PAGES_INIT, 0x100000);
	run_ok(dev, &c);
	simple(dev, MLX5_CMD_OP_INIT_HCA, NIC_SYN_NONE);
	make_modify_list(&c);
	expect(dev, &c, NIC_SYN_VPORT_LIST_SIZE);
	simple(dev, MLX5_CMD_OP_DISABLE_HCA, NIC_SYN_NONE);
	bring_up(dev);
	make_modify_list(&c);
	run_ok(dev, &c); /* after a reset it is the maximum again */
	nic_device_free(dev);
}

static void a_device_has_the_sub_functions_that_it_says(void **state)
{
	struct nic_params params = { .n_vfs = 1 };
	struct nic_device *dev;
	const uint8_t *caps;

	assert_int_equal(nic_device_new(&dev, &params), 0);
	caps = query_caps(dev, MLX5_CAP_GENERAL, false);
	assert_int_equal(IFC_GET(cmd_hca_cap, caps, sf), 0);
	assert_int_equal(IFC_GET(cmd_hca_cap, caps, vhca_state), 0);
	nic_device_free(dev);
	dev = device_new();
	caps = query_caps(dev, MLX5_CAP_GENERAL, false);
	assert_int_equal(IFC_GET(cmd_hca_cap, caps, sf), 1);
	assert_int_equal(IFC_GET(cmd_hca_cap, caps, max_num_sf), N_SFS);
	assert_int_equal(IFC_GET(cmd_hca_cap, caps, sf_base_id), SF(0));
	nic_device_free(dev);
	params.n_sfs = NIC_SFS_MAX + 1;
	assert_int_equal(nic_device_new(&dev, &params), -EINVAL);
	params.n_sfs = 1;
	params.n_vfs = SF(0);
	assert_int_equal(nic_device_new(&dev, &params), -EINVAL);
}

static void another_function_manages_nothing_and_has_a_vhca_id_of_its_own(void **state)
{
	static const uint32_t ids[] = { 0, 1, N_VFS, SF(0) };
	struct nic_device *dev = world_new();
	uint32_t vhca_ids[ARRAY_SIZE(ids)];
	struct cmd c;

	make_query_caps(&c);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		IFC_SET(query_hca_cap_in, c.in, function_id, ids[i]);
		run_ok(dev, &c);
		vhca_ids[i] = IFC_GET(cmd_hca_cap, out + 0x10, vhca_id);
		assert_int_equal(IFC_GET(cmd_hca_cap, out + 0x10, eswitch_manager), !ids[i]);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(vhca_ids[i], vhca_ids[j]);
	}
	nic_device_free(dev);
}

/* ---- port ---- */

static const uint8_t *read_register(struct nic_device *dev, enum mlx5_register id, size_t size)
{
	struct cmd c;

	make_register(&c, id, size, true);
	if (id == MLX5_REG_PTYS)
		IFC_SET(ptys_reg, c.in + 0x10, proto_mask, MLX5_PTYS_ETHERNET);
	run_ok(dev, &c);
	return out + 0x10;
}

static uint32_t port_status(struct nic_device *dev)
{
	return IFC_GET(paos_reg, read_register(dev, MLX5_REG_PAOS, IFC_PAOS_REG_SIZE), oper_status);
}

static uint32_t vport_state(struct nic_device *dev, uint32_t of, uint32_t vport)
{
	struct cmd c;

	make_query_state(&c);
	IFC_SET(query_vport_state_in, c.in, op_mod, of);
	IFC_SET(query_vport_state_in, c.in, other_vport, vport != 0);
	IFC_SET(query_vport_state_in, c.in, vport_number, vport);
	run_ok(dev, &c);
	return IFC_GET(query_vport_state_out, out, state);
}

static void expect_port_event(struct nic_device *dev, unsigned int n, uint8_t sub_type)
{
	const uint8_t *eqe = last_event(dev, n);

	assert_int_equal(IFC_GET(eqe, eqe, event_type), MLX5_EVENT_PORT_CHANGE);
	assert_int_equal(IFC_GET(eqe, eqe, event_sub_type), sub_type);
	assert_int_equal(IFC_PTR(eqe, eqe, event_data)[8], 0x10); /* port 1 */
}

static uint32_t why_link_is_down(struct nic_device *dev)
{
	struct cmd c;

	make_pddr(&c);
	run_ok(dev, &c);
	return IFC_GET(pddr_reg, out + 0x10, monitor_opcode);
}

static void the_firmware_is_one_image_and_says_its_version(void **state)
{
	struct nic_device *dev = plugged_new();
	struct cmd c;

	bring_up(dev);
	make_mcam(&c);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(mcam_reg, out + 0x10, mcqs), 1);
	assert_int_equal(IFC_GET(mcam_reg, out + 0x10, mcqi), 1);
	make_mcam(&c);
	IFC_SET(mcam_reg, c.in + 0x10, access_reg_group, 1);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(mcam_reg, out + 0x10, mcqs), 0);
	make_mcqs(&c);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(mcqs_reg, out + 0x10, identifier), MLX5_MCQS_BOOT_IMAGE);
	assert_int_equal(IFC_GET(mcqs_reg, out + 0x10, last_index_flag), 1);
	make_mcqi(&c);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(mcqi_version, out + 0x10 + IFC_MCQI_REG_SIZE, version),
			 NIC_FW_MAJOR << 24 | NIC_FW_MINOR << 16 | NIC_FW_SUBMINOR);
	nic_device_free(dev);
}

static void the_port_is_up_when_it_has_a_wire_and_its_administrator_wants_it(void **state)
{
	struct nic_device *dev = plugged_new();
	struct cmd c;

	bring_up(dev);
	make_event_queue(dev);
	assert_int_equal(port_status(dev), MLX5_PORT_UP);
	nic_device_set_link(dev, true);
	last_event(dev, 0);
	assert_int_equal(why_link_is_down(dev), 0);
	nic_device_set_link(dev, false);
	assert_int_equal(why_link_is_down(dev), MLX5_PDDR_NO_CABLE);
	expect_port_event(dev, 1, MLX5_PORT_CHANGE_DOWN);
	assert_int_equal(port_status(dev), MLX5_PORT_DOWN);
	assert_int_equal(vport_state(dev, MLX5_VPORT_STATE_OF_UPLINK, 0), 0);
	assert_int_equal(vport_state(dev, MLX5_VPORT_STATE_OF_VNIC, 0), 0);
	assert_int_equal(vport_state(dev, MLX5_VPORT_STATE_OF_ESWITCH, 1), 0);
	make_paos(&c);
	run_ok(dev, &c);
	nic_device_set_link(dev, true);
	last_event(dev, 1);
	IFC_SET(paos_reg, c.in + 0x10, admin_status, MLX5_PORT_UP);
	run_ok(dev, &c);
	expect_port_event(dev, 2, MLX5_PORT_CHANGE_ACTIVE);
	assert_int_equal(vport_state(dev, MLX5_VPORT_STATE_OF_UPLINK, 0), 1);
	assert_int_equal(vport_state(dev, MLX5_VPORT_STATE_OF_ESWITCH, 1), 1);
	make_ppcnt(&c);
	IFC_SET(ppcnt_reg, c.in + 0x10, grp, MLX5_PPCNT_PHYSICAL_LAYER);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(phys_layer_cntrs, out + 0x18, link_down_events), 1);
	IFC_SET(paos_reg, c.in + 0x10, ase, 0);
	nic_device_free(dev);
}

static void the_port_keeps_its_mtu_and_its_speeds(void **state)
{
	struct nic_device *dev = device_new();
	const uint8_t *r;
	struct cmd c;

	r = read_register(dev, MLX5_REG_PTYS, IFC_PTYS_REG_SIZE);
	assert_int_equal(IFC_GET(ptys_reg, r, eth_proto_oper), 1u << MLX5_PORT_100GBASE_CR4);
	make_ptys(&c);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(ptys_reg, out + 0x10, eth_proto_oper), 1u << MLX5_PORT_25GBASE_CR);
	nic_device_set_link(dev, false);
	r = read_register(dev, MLX5_REG_PTYS, IFC_PTYS_REG_SIZE);
	assert_int_equal(IFC_GET(ptys_reg, r, eth_proto_admin), 1u << MLX5_PORT_25GBASE_CR);
	assert_int_equal(IFC_GET(ptys_reg, r, eth_proto_oper), 0);
	make_mtu(&c);
	run_ok(dev, &c);
	r = read_register(dev, MLX5_REG_PMTU, IFC_PMTU_REG_SIZE);
	assert_int_equal(IFC_GET(pmtu_reg, r, oper_mtu), 9000);
	assert_int_equal(IFC_GET(pmtu_reg, r, max_mtu), NIC_MTU_MAX);
	nic_device_free(dev);
}

/* ---- vports ---- */

static void a_vport_context_is_what_was_set(void **state)
{
	struct nic_device *dev = world_new();
	const uint8_t *ctx = out + 0x10;
	struct cmd c;

	start(&c, MLX5_CMD_OP_MODIFY_NIC_VPORT_CONTEXT);
	IFC_SET(modify_nic_vport_context_in, c.in, other_vport, 1);
	IFC_SET(modify_nic_vport_context_in, c.in, vport_number, SF(0));
	put_be32(c.in + 0xc, 0xf78);
	put_be32(c.in + 0xc, get_be32(c.in + 0xc) & ~0x80u);
	IFC_SET(nic_vport_context, c.in + 0x100, disable_uc_local_lb, 1);
	IFC_SET(nic_vport_context, c.in + 0x100, disable_mc_local_lb, 1);
	IFC_SET(nic_vport_context, c.in + 0x100, event_on_mtu, 1);
	IFC_SET(nic_vport_context, c.in + 0x100, mtu, 9000);
	put_be64(IFC_PTR(nic_vport_context, c.in + 0x100, port_guid), 0x1122334455667788);
	put_be64(IFC_PTR(nic_vport_context, c.in + 0x100, node_guid), 0x99aabbccddeeff00);
	IFC_SET(nic_vport_context, c.in + 0x100, promisc_uc, 1);
	IFC_SET(nic_vport_context, c.in + 0x100, promisc_mc, 1);
	IFC_SET(nic_vport_context, c.in + 0x100, promisc_all, 1);
	put_be64(IFC_PTR(nic_vport_context, c.in + 0x100, permanent_address), 0x02aabbccddee);
	run_ok(dev, &c);
	make_query_context(&c);
	IFC_SET(query_nic_vport_context_in, c.in, other_vport, 1);
	IFC_SET(query_nic_vport_context_in, c.in, vport_number, SF(0));
	run_ok(dev, &c);
	assert_int_equal(get_be32(ctx), 6);
	assert_int_equal(get_be32(ctx + 4), 0x10);
	assert_int_equal(IFC_GET(nic_vport_context, ctx, mtu), 9000);
	assert_int_equal(get_be64(ctx + 0x30), 0x1122334455667788);
	assert_int_equal(get_be64(ctx + 0x38), 0x99aabbccddeeff00);
	assert_int_equal(get_be32(ctx + 0xf0), 0xe0000000);
	assert_int_equal(get_be64(ctx + 0xf4), 0x02aabbccddee);
	make_query_context(&c);
	run_ok(dev, &c); /* the manager's own is as before */
	assert_int_equal(IFC_GET(nic_vport_context, ctx, mtu), NIC_MTU_DEFAULT);
	assert_int_equal(get_be64(ctx + 0xf4), 0x025c0c050000);
	assert_int_equal(get_be64(ctx + 0x28), 0x025c0c0000050000);
	nic_device_free(dev);
}

static void lists_of_addresses_are_kept_by_their_type(void **state)
{
	struct nic_device *dev = device_new();
	struct cmd c;

	make_modify_list(&c);
	run_ok(dev, &c);
	make_modify_vlans(&c);
	run_ok(dev, &c);
	make_query_context(&c);
	c.out_size += 128 * 8;
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(nic_vport_context, out + 0x10, allowed_list_size), 2);
	assert_int_equal(get_be64(out + 0x118), 0x020000000002);
	IFC_SET(query_nic_vport_context_in, c.in, allowed_list_type, MLX5_VPORT_LIST_VLAN);
	run_ok(dev, &c);
	assert_int_equal(get_be32(out + 0x110), 100);
	c.out_size = 0x110 + 8; /* room for one */
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(nic_vport_context, out + 0x10, allowed_list_size), 1);
	IFC_SET(query_nic_vport_context_in, c.in, allowed_list_type, MLX5_VPORT_LIST_MULTICAST);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(nic_vport_context, out + 0x10, allowed_list_size), 0);
	make_modify_list(&c);
	IFC_SET(nic_vport_context, c.in + 0x100, allowed_list_size, 0);
	c.in_size -= 16;
	run_ok(dev, &c);
	assert_int_equal(dev->vports[0].lists[MLX5_VPORT_LIST_UNICAST].n, 0);
	nic_device_free(dev);
}

static void an_esw_vport_context_is_what_was_set(void **state)
{
	struct nic_device *dev = device_new();
	struct cmd c;

	make_modify_esw(&c);
	run_ok(dev, &c);
	make_query_esw(&c);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(esw_vport_context, out + 0x10, fdb_to_vport_reg_c_id), 3);
	nic_device_free(dev);
}

/* ---- frames ---- */

/* All of the FDB goes to a vport. */
static void forward_to(struct nic_device *dev, uint32_t vport)
{
	struct cmd c;
	uint8_t *ctx = IFC_PTR(set_fte_in, c.in, flow_context);

	start(&c, MLX5_CMD_OP_CREATE_FLOW_TABLE);
	IFC_SET(create_flow_table_in, c.in, table_type, MLX5_TABLE_FDB);
	run_ok(dev, &c);
	start(&c, MLX5_CMD_OP_SET_FLOW_TABLE_ROOT);
	IFC_SET(set_flow_table_root_in, c.in, table_type, MLX5_TABLE_FDB);
	IFC_SET(set_flow_table_root_in, c.in, table_id, 1);
	run_ok(dev, &c);
	start(&c, MLX5_CMD_OP_CREATE_FLOW_GROUP);
	IFC_SET(create_flow_group_in, c.in, table_type, MLX5_TABLE_FDB);
	IFC_SET(create_flow_group_in, c.in, table_id, 1);
	run_ok(dev, &c);
	start(&c, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY);
	IFC_SET(set_fte_in, c.in, table_type, MLX5_TABLE_FDB);
	IFC_SET(set_fte_in, c.in, table_id, 1);
	IFC_SET(flow_context, ctx, group_id, 1);
	IFC_SET(flow_context, ctx, action, MLX5_FLOW_CONTEXT_ACTION_FWD_DEST);
	IFC_SET(flow_context, ctx, destination_list_size, 1);
	IFC_SET(dest_format_struct, c.in + 0x340, destination_id, vport);
	c.in_size += 8;
	run_ok(dev, &c);
}

static const uint8_t unicast[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };
static const uint8_t multicast[70] = { 1, 0, 0x5e, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };
static const uint8_t broadcast[80] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,
				       0,    0,	   0,	 0,    1,    0x88, 0xb5 };

/* Thrice each, of which two come in a batch: one to look the path up and one that finds it. */
static void send_frames(struct nic_device *dev, uint16_t vport)
{
	const struct nic_frame frames[] = { { unicast, sizeof unicast },
					    { multicast, sizeof multicast },
					    { broadcast, sizeof broadcast } };
	uint64_t n_out = 0;

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
		nic_device_receive(dev, vport, frames[i].data, frames[i].size);
	nic_device_receive_batch(dev, vport, frames, 3, &n_out);
	nic_device_receive_batch(dev, vport, frames, 3, &n_out);
}

static void query_counter(struct nic_device *dev, uint32_t vport, bool clear)
{
	struct cmd c;

	make_query_counter(&c);
	IFC_SET(query_vport_counter_in, c.in, other_vport, vport != 0);
	IFC_SET(query_vport_counter_in, c.in, vport_number, vport);
	IFC_SET(query_vport_counter_in, c.in, clear, clear);
	run_ok(dev, &c);
}

#define COUNTER(field) get_be64(IFC_PTR(query_vport_counter_out, out, field))

static void expect_counts(size_t received, size_t sent)
{
	assert_int_equal(COUNTER(received_eth_unicast), received);
	assert_int_equal(COUNTER(received_eth_multicast), received);
	assert_int_equal(COUNTER(received_eth_broadcast), received);
	assert_int_equal(get_be64(out + 0x98), received * 60); /* octets */
	assert_int_equal(get_be64(out + 0xb8), received * 70);
	assert_int_equal(get_be64(out + 0x78), received * 80);
	assert_int_equal(COUNTER(transmitted_eth_unicast), sent);
	assert_int_equal(COUNTER(transmitted_eth_multicast), sent);
	assert_int_equal(COUNTER(transmitted_eth_broadcast), sent);
	assert_int_equal(get_be64(out + 0xa8), sent * 60);
}

static void vport_counters_are_what_passed(void **state)
{
	struct nic_device *dev = world_new();

	forward_to(dev, SF(0));
	send_frames(dev, 1);
	query_counter(dev, 1, false);
	expect_counts(0, 3);
	query_counter(dev, SF(0), true);
	expect_counts(3, 0);
	query_counter(dev, SF(0), false);
	expect_counts(0, 0);
	query_counter(dev, 0, false);
	expect_counts(0, 0);
	send_frames(dev, 1);
	query_counter(dev, SF(0), false);
	expect_counts(3, 0);
	nic_device_free(dev);
}

static uint64_t port_counter(struct nic_device *dev, uint32_t group, size_t offset, bool clear)
{
	struct cmd c;

	make_ppcnt(&c);
	IFC_SET(ppcnt_reg, c.in + 0x10, grp, group);
	IFC_SET(ppcnt_reg, c.in + 0x10, clr, clear);
	run_ok(dev, &c);
	return get_be64(out + 0x18 + offset);
}

static void port_counters_are_what_passed_the_wire(void **state)
{
	struct nic_device *dev = world_new();

	forward_to(dev, MLX5_VPORT_UPLINK);
	send_frames(dev, 1);
	assert_int_equal(port_counter(dev, MLX5_PPCNT_IEEE_802_3, 0x0, false), 9);
	assert_int_equal(port_counter(dev, MLX5_PPCNT_IEEE_802_3, 0x8, false), 0);
	assert_int_equal(port_counter(dev, MLX5_PPCNT_IEEE_802_3, 0x20, false), 3 * 210);
	assert_int_equal(port_counter(dev, MLX5_PPCNT_IEEE_802_3, 0x38, false), 3);
	assert_int_equal(port_counter(dev, MLX5_PPCNT_RFC_2863, 0x28, false), 3 * 210);
	assert_int_equal(port_counter(dev, MLX5_PPCNT_RFC_2863, 0x30, false), 3);
	nic_device_receive(dev, MLX5_VPORT_UPLINK, unicast, sizeof unicast);
	assert_int_equal(port_counter(dev, MLX5_PPCNT_RFC_2819, 0x10, false), 1);
	assert_int_equal(port_counter(dev, MLX5_PPCNT_RFC_2863, 0x0, true), 60);
	assert_int_equal(port_counter(dev, MLX5_PPCNT_RFC_2863, 0x0, false), 0);
	query_counter(dev, MLX5_VPORT_UPLINK, false);
	assert_int_equal(COUNTER(received_eth_broadcast), 3); /* cleared on its own */
	nic_device_free(dev);
}

/* The class of what leaves is that of the frame as it leaves. */
static void a_new_address_is_counted_as_what_it_is(void **state)
{
	static const uint64_t actions[] = { 0x1004000001005e00, 0x1005000000000001 };
	struct nic_device *dev = world_new();
	struct cmd c;
	uint8_t *ctx = IFC_PTR(set_fte_in, c.in, flow_context);

	forward_to(dev, SF(0));
	for (size_t n = 1; n <= 2; n++) {
		start(&c, MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT);
		IFC_SET(alloc_modify_header_context_in, c.in, table_type, MLX5_TABLE_FDB);
		IFC_SET(alloc_modify_header_context_in, c.in, num_of_actions, (uint32_t)n);
		for (size_t i = 0; i < n; i++)
			put_be64(c.in + 0x10 + i * 8, actions[i]);
		IFC_SET(set_action_in, c.in + 0x18, length, n == 2 ? 16 : 0);
		c.in_size += n * 8;
		run_ok(dev, &c);
		start(&c, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY);
		IFC_SET(set_fte_in, c.in, op_mod, 1);
		IFC_SET(set_fte_in, c.in, table_type, MLX5_TABLE_FDB);
		IFC_SET(set_fte_in, c.in, table_id, 1);
		IFC_SET(set_fte_in, c.in, modify_enable_mask, 5);
		IFC_SET(flow_context, ctx, group_id, 1);
		IFC_SET(flow_context, ctx, action,
			MLX5_FLOW_CONTEXT_ACTION_FWD_DEST | MLX5_FLOW_CONTEXT_ACTION_MOD_HDR);
		IFC_SET(flow_context, ctx, modify_header_id, (uint32_t)n);
		IFC_SET(flow_context, ctx, destination_list_size, 1);
		IFC_SET(dest_format_struct, c.in + 0x340, destination_id, SF(0));
		c.in_size += 8;
		run_ok(dev, &c);
		query_counter(dev, SF(0), true);
		send_frames(dev, 1);
		query_counter(dev, SF(0), false);
		assert_int_equal(COUNTER(received_eth_multicast), 9);
		assert_int_equal(COUNTER(received_eth_unicast), 0);
		assert_int_equal(COUNTER(received_eth_broadcast), 0);
	}
	nic_device_free(dev);
}

static void set_admin(struct nic_device *dev, uint32_t vport, enum mlx5_vport_admin admin)
{
	struct cmd c;

	make_modify_state(&c);
	IFC_SET(modify_vport_state_in, c.in, vport_number, vport);
	IFC_SET(modify_vport_state_in, c.in, admin_state, admin);
	run_ok(dev, &c);
}

static void nothing_passes_a_vport_that_is_turned_off(void **state)
{
	struct nic_device *dev = world_new();

	forward_to(dev, SF(0));
	send_frames(dev, 1);
	set_admin(dev, SF(0), MLX5_VPORT_ADMIN_DOWN);
	assert_int_equal(vport_state(dev, MLX5_VPORT_STATE_OF_ESWITCH, SF(0)), 0);
	assert_int_equal(nic_device_receive(dev, 1, unicast, sizeof unicast), NIC_DROP_DOWN);
	assert_int_equal(nic_device_receive(dev, SF(0), unicast, sizeof unicast), NIC_DROP_DOWN);
	send_frames(dev, 1);
	query_counter(dev, SF(0), true);
	expect_counts(3, 0);
	set_admin(dev, SF(0), MLX5_VPORT_ADMIN_UP);
	nic_device_set_link(dev, false);
	assert_int_equal(vport_state(dev, MLX5_VPORT_STATE_OF_ESWITCH, SF(0)), 1);
	send_frames(dev, 1);
	query_counter(dev, SF(0), true);
	expect_counts(3, 0);
	nic_device_free(dev);
}

static void nothing_passes_a_wire_that_is_not_there(void **state)
{
	struct nic_device *dev = world_new();

	forward_to(dev, MLX5_VPORT_UPLINK);
	send_frames(dev, 1);
	nic_device_set_link(dev, false);
	send_frames(dev, 1);
	send_frames(dev, MLX5_VPORT_UPLINK);
	query_counter(dev, MLX5_VPORT_UPLINK, true);
	expect_counts(3, 0);
	nic_device_set_link(dev, true);
	send_frames(dev, 1);
	query_counter(dev, MLX5_VPORT_UPLINK, true);
	expect_counts(3, 0);
	nic_device_free(dev);
}

/* ---- sub-functions ---- */

static uint32_t vhca_state(struct nic_device *dev, uint32_t number)
{
	struct cmd c;

	make_query_vhca(&c);
	IFC_SET(query_vhca_state_in, c.in, function_id, number);
	run_ok(dev, &c);
	return IFC_GET(vhca_state_context, out + 0x10, vhca_state);
}

static void a_sub_function_is_a_vport_while_it_is_allocated(void **state)
{
	struct nic_device *dev = device_new();
	struct cmd c;

	assert_int_equal(vhca_state(dev, SF(1)), MLX5_VHCA_STATE_INVALID);
	assert_null(nic_vport_find(dev, SF(1)));
	make_create_acl(&c, SF(1));
	expect(dev, &c, NIC_SYN_VPORT);
	make_alloc_sf(&c);
	run_ok(dev, &c);
	assert_int_equal(vhca_state(dev, SF(1)), MLX5_VHCA_STATE_ALLOCATED);
	make_create_acl(&c, SF(1));
	run_ok(dev, &c);
	make_dealloc_sf(&c);
	IFC_SET(dealloc_sf_in, c.in, function_id, SF(1));
	expect(dev, &c, NIC_SYN_SF_BUSY);
	start(&c, MLX5_CMD_OP_DESTROY_FLOW_TABLE);
	IFC_SET(destroy_flow_table_in, c.in, table_type, MLX5_TABLE_ESW_INGRESS_ACL);
	IFC_SET(destroy_flow_table_in, c.in, other_vport, 1);
	IFC_SET(destroy_flow_table_in, c.in, vport_number, SF(1));
	IFC_SET(destroy_flow_table_in, c.in, table_id, 1);
	run_ok(dev, &c);
	make_dealloc_sf(&c);
	IFC_SET(dealloc_sf_in, c.in, function_id, SF(1));
	run_ok(dev, &c);
	assert_int_equal(vhca_state(dev, SF(1)), MLX5_VHCA_STATE_INVALID);
	assert_null(nic_vport_find(dev, SF(1)));
	nic_device_free(dev);
}

static void an_entry_outlives_the_sub_function_that_it_leads_to(void **state)
{
	struct nic_device *dev = world_new();
	struct cmd c;

	forward_to(dev, SF(0));
	send_frames(dev, 1);
	make_dealloc_sf(&c);
	run_ok(dev, &c);
	assert_int_equal(nic_device_receive(dev, 1, unicast, sizeof unicast), NIC_DROP_DOWN);
	send_frames(dev, 1);
	make_alloc_sf(&c);
	IFC_SET(alloc_sf_in, c.in, function_id, SF(0));
	run_ok(dev, &c);
	query_counter(dev, SF(0), false);
	expect_counts(0, 0); /* another one than before */
	send_frames(dev, 1);
	query_counter(dev, SF(0), false);
	expect_counts(3, 0);
	nic_device_free(dev);
}

static void enable_sf_events(struct nic_device *dev)
{
	struct cmd c;

	nic_device_set_bus(dev, &bus);
	enable(dev);
	make_set_caps(&c, dev);
	CAP(&c, event_on_vhca_state_allocated, 1);
	run_ok(dev, &c);
	make_give_many(&c, NIC_PAGES_BOOT + NIC_PAGES_INIT, 0x100000);
	run_ok(dev, &c);
	simple(dev, MLX5_CMD_OP_INIT_HCA, NIC_SYN_NONE);
}

static void an_armed_change_of_state_is_told_once(void **state)
{
	struct nic_device *dev = device_new();
	const uint8_t *eqe;
	struct cmd c;

	enable_sf_events(dev);
	make_event_queue(dev);
	make_arm(&c, SF(1));
	run_ok(dev, &c);
	make_alloc_sf(&c);
	run_ok(dev, &c);
	eqe = last_event(dev, 1);
	assert_int_equal(IFC_GET(eqe, eqe, event_type), MLX5_EVENT_VHCA_STATE_CHANGE);
	assert_int_equal(get_be32(IFC_PTR(eqe, eqe, event_data)), SF(1));
	make_dealloc_sf(&c);
	IFC_SET(dealloc_sf_in, c.in, function_id, SF(1));
	run_ok(dev, &c);
	make_alloc_sf(&c);
	run_ok(dev, &c);
	last_event(dev, 1); /* nobody armed it again */
	make_modify_vhca(&c);
	IFC_SET(modify_vhca_state_in, c.in, function_id, SF(1));
	run_ok(dev, &c);
	make_query_vhca(&c);
	IFC_SET(query_vhca_state_in, c.in, function_id, SF(1));
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(vhca_state_context, out + 0x10, sw_function_id), 88);
	nic_device_free(dev);
}

/* ---- the small tables ---- */

static void udp_ports_of_vxlan_have_a_limit(void **state)
{
	struct nic_device *dev = device_new();
	struct cmd c;

	make_add_vxlan(&c);
	IFC_SET(add_vxlan_udp_dport_in, c.in, vxlan_udp_port, NIC_VXLAN_PORT);
	run_ok(dev, &c);
	for (uint32_t i = 1; i < NIC_VXLAN_PORTS_MAX; i++) {
		IFC_SET(add_vxlan_udp_dport_in, c.in, vxlan_udp_port, 5000 + i);
		run_ok(dev, &c);
	}
	IFC_SET(add_vxlan_udp_dport_in, c.in, vxlan_udp_port, 6000);
	expect(dev, &c, NIC_SYN_VXLAN_LIMIT);
	make_delete_vxlan(&c);
	run_ok(dev, &c);
	expect(dev, &c, NIC_SYN_VXLAN_MISSING);
	make_add_vxlan(&c);
	run_ok(dev, &c);
	nic_device_free(dev);
}

static void the_adapter_and_the_driver_have_names(void **state)
{
	struct nic_device *dev = device_new();
	struct cmd c;

	make_adapter(&c);
	run_ok(dev, &c);
	assert_string_equal((const char *)out + 0x100, "INHW000000001");
	make_version(&c);
	c.in[0x10 + 5] = '\n';
	run_ok(dev, &c);
	assert_string_equal(dev->function.driver_version, "Linux?mlx5_core,6.1.192");
	make_esw_functions(&c);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(host_params_context, out + 0x10, host_num_of_vfs), N_VFS);
	nic_device_free(dev);
}

/* ---- memory ---- */

static void a_failed_allocation_is_a_limit_and_changes_nothing(void **state)
{
	static make *const changing[] = { make_give, make_modify_list, make_modify_vlans };

	for (size_t i = 0; i < ARRAY_SIZE(changing); i++) {
		for (unsigned long nth = 1; nth < 10; nth++) {
			struct nic_device *dev = world_new();
			struct text before, after;
			bool happened;
			struct cmd c;

			text_init(&before);
			text_init(&after);
			changing[i](&c);
			take_picture(dev, &before);
			mem_fail_nth(nth);
			run(dev, &c);
			happened = mem_fail_happened();
			mem_fail_nth(0);
			take_picture(dev, &after);
			if (happened) {
				assert_int_equal(IFC_GET(cmd_out, out, syndrome),
						 NIC_SYNDROME_BASE + NIC_SYN_NO_MEMORY);
				assert_string_equal(before.s, after.s);
				run_ok(dev, &c);
			}
			text_fini(&before);
			text_fini(&after);
			nic_device_free(dev);
			if (!happened)
				break;
		}
	}
}

static void every_syndrome_of_the_function_was_seen(void **state)
{
	for (int s = NIC_SYN_STATE_DISABLED; s <= NIC_SYN_OBJECT_TYPE; s++) {
		if (!seen[s])
			fail_msg("never refused: %s", nic_syndrome_text((enum nic_syndrome)s));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_of_the_function_succeeds),
		cmocka_unit_test(every_wrong_length_is_refused),
		cmocka_unit_test(every_refusal_names_its_reason_and_changes_nothing),
		cmocka_unit_test(general_objects_are_refused_by_their_type),
		cmocka_unit_test(each_state_understands_its_commands_and_no_others),
		cmocka_unit_test(a_function_lives_and_dies_and_lives_again),
		cmocka_unit_test(a_reset_releases_what_a_driver_left_behind),
		cmocka_unit_test(pages_that_are_taken_are_those_that_were_given),
		cmocka_unit_test(an_initialised_function_keeps_the_pages_that_it_runs_on),
		cmocka_unit_test(pages_have_a_limit),
		cmocka_unit_test(current_capabilities_are_what_was_set_and_at_most_the_maximum),
		cmocka_unit_test(a_lower_capability_is_a_lower_limit),
		cmocka_unit_test(a_device_has_the_sub_functions_that_it_says),
		cmocka_unit_test(another_function_manages_nothing_and_has_a_vhca_id_of_its_own),
		cmocka_unit_test(the_firmware_is_one_image_and_says_its_version),
		cmocka_unit_test(the_port_is_up_when_it_has_a_wire_and_its_administrator_wants_it),
		cmocka_unit_test(the_port_keeps_its_mtu_and_its_speeds),
		cmocka_unit_test(a_vport_context_is_what_was_set),
		cmocka_unit_test(lists_of_addresses_are_kept_by_their_type),
		cmocka_unit_test(an_esw_vport_context_is_what_was_set),
		cmocka_unit_test(vport_counters_are_what_passed),
		cmocka_unit_test(port_counters_are_what_passed_the_wire),
		cmocka_unit_test(a_new_address_is_counted_as_what_it_is),
		cmocka_unit_test(nothing_passes_a_vport_that_is_turned_off),
		cmocka_unit_test(nothing_passes_a_wire_that_is_not_there),
		cmocka_unit_test(a_sub_function_is_a_vport_while_it_is_allocated),
		cmocka_unit_test(an_entry_outlives_the_sub_function_that_it_leads_to),
		cmocka_unit_test(an_armed_change_of_state_is_told_once),
		cmocka_unit_test(udp_ports_of_vxlan_have_a_limit),
		cmocka_unit_test(the_adapter_and_the_driver_have_names),
		cmocka_unit_test(a_failed_allocation_is_a_limit_and_changes_nothing),
		cmocka_unit_test(every_syndrome_of_the_function_was_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
