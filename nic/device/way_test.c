/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of packets in tunnels, to several destinations and to the manager's queues: what leaves,
 * byte by byte, against packet/ as a second reader.
 */
#include "nic/device/queues_internal.h"

#include "base/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define ACT(name) MLX5_FLOW_CONTEXT_ACTION_##name
#define PARAM	  IFC_FTE_MATCH_PARAM_SIZE
#define FDB	  MLX5_TABLE_FDB
#define NIC	  MLX5_TABLE_NIC_RX
#define UPLINK	  MLX5_VPORT_UPLINK

/* ---- commands ---- */

static uint8_t in[0x500], reply[0x500];

static uint8_t *start(uint16_t opcode)
{
	memset(in, 0, sizeof in);
	IFC_SET(cmd_in, in, opcode, opcode);
	return in;
}

static void run_sized(struct nic_device *dev, size_t size)
{
	uint16_t opcode = (uint16_t)IFC_GET(cmd_in, in, opcode);
	size_t out_size = mlx5_opcode_layout(opcode, false)->size;

	if (opcode == MLX5_CMD_OP_QUERY_FLOW_COUNTER)
		out_size += 16;
	assert_int_equal(nic_device_exec(dev, in, size, reply, out_size), 0);
	if (IFC_GET(cmd_out, reply, status))
		fail_msg("%s: %s", mlx5_opcode_name(opcode),
			 nic_syndrome_words(IFC_GET(cmd_out, reply, syndrome)));
}

static void run(struct nic_device *dev, size_t more)
{
	uint16_t opcode = (uint16_t)IFC_GET(cmd_in, in, opcode);

	run_sized(dev, mlx5_opcode_layout(opcode, true)->size + more);
}

struct table {
	uint32_t type, id, group, n_entries;
};

enum {
	ENCAP = 1,
	DECAP = 2,
	TERMINATION = 4,
	ROOT = 8
};

/* A table with one group whose mask is @mask; NULL: all match. */
static struct table add_table(struct nic_device *dev, uint32_t type, unsigned int flags,
			      const uint8_t *mask)
{
	struct table t = { .type = type };
	uint8_t *ctx = IFC_PTR(create_flow_table_in, start(MLX5_CMD_OP_CREATE_FLOW_TABLE),
			       flow_table_context);
	uint32_t enable = 0;

	IFC_SET(create_flow_table_in, in, table_type, type);
	IFC_SET(flow_table_context, ctx, log_size, 4);
	IFC_SET(flow_table_context, ctx, reformat_en, !!(flags & ENCAP));
	IFC_SET(flow_table_context, ctx, decap_en, !!(flags & DECAP));
	IFC_SET(flow_table_context, ctx, termination_table, !!(flags & TERMINATION));
	run(dev, 0);
	t.id = IFC_GET(create_flow_table_out, reply, table_id);
	start(MLX5_CMD_OP_CREATE_FLOW_GROUP);
	IFC_SET(create_flow_group_in, in, table_type, type);
	IFC_SET(create_flow_group_in, in, table_id, t.id);
	IFC_SET(create_flow_group_in, in, end_flow_index, 15);
	for (size_t i = 0; mask && i < PARAM; i++)
		enable |= mask[i] ? 1u << i / 64 : 0;
	IFC_SET(create_flow_group_in, in, match_criteria_enable, enable);
	if (mask)
		memcpy(IFC_PTR(create_flow_group_in, in, match_criteria), mask, PARAM);
	run(dev, 0);
	t.group = IFC_GET(create_flow_group_out, reply, group_id);
	if (!(flags & ROOT))
		return t;
	start(MLX5_CMD_OP_SET_FLOW_TABLE_ROOT);
	IFC_SET(set_flow_table_root_in, in, table_type, type);
	IFC_SET(set_flow_table_root_in, in, table_id, t.id);
	run(dev, 0);
	return t;
}

/* An entry under way: of its fields those that are not 0. */
struct entry {
	uint32_t action, reformat, modify, tag, counter, vlan, source;
	uint32_t n;
	struct {
		uint32_t type, id, reformat;
	} dests[4];
	const uint8_t *value;
};

static uint32_t add_entry(struct nic_device *dev, struct table *t, const struct entry *e)
{
	uint8_t *ctx = IFC_PTR(set_fte_in, start(MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY), flow_context);
	uint8_t *d = in + IFC_SET_FTE_IN_SIZE;
	bool extended = false;

	for (size_t i = 0; i < e->n; i++)
		extended = extended || e->dests[i].reformat;
	IFC_SET(set_fte_in, in, table_type, t->type);
	IFC_SET(set_fte_in, in, table_id, t->id);
	IFC_SET(set_fte_in, in, flow_index, t->n_entries);
	IFC_SET(set_fte_in, in, ignore_flow_level, 1);
	IFC_SET(flow_context, ctx, group_id, t->group);
	IFC_SET(flow_context, ctx, action, e->action | (e->n ? ACT(FWD_DEST) : 0));
	IFC_SET(flow_context, ctx, packet_reformat_id, e->reformat);
	IFC_SET(flow_context, ctx, modify_header_id, e->modify);
	IFC_SET(flow_context, ctx, flow_tag, e->tag);
	IFC_SET(flow_context, ctx, flow_source, e->source);
	IFC_SET(flow_context, ctx, push_vlan, e->vlan);
	IFC_SET(flow_context, ctx, extended_destination, extended);
	IFC_SET(flow_context, ctx, destination_list_size, e->n);
	IFC_SET(flow_context, ctx, flow_counter_list_size, e->counter ? 1 : 0);
	if (e->value)
		memcpy(IFC_PTR(flow_context, ctx, match_value), e->value, PARAM);
	for (size_t i = 0; i < e->n; i++, d += extended ? 16 : 8) {
		IFC_SET(dest_format_struct, d, destination_type, e->dests[i].type);
		IFC_SET(dest_format_struct, d, destination_id, e->dests[i].id);
		IFC_SET(dest_format_struct, d, packet_reformat, !!e->dests[i].reformat);
		if (e->dests[i].reformat)
			IFC_SET(extended_dest_format, d, packet_reformat_id, e->dests[i].reformat);
	}
	if (e->counter)
		IFC_SET(flow_counter_list, d, flow_counter_id, e->counter);
	run(dev, (e->n + (e->counter ? 1 : 0)) * (extended ? 16 : 8));
	return t->n_entries++;
}

static void delete_entry(struct nic_device *dev, const struct table *t, uint32_t index)
{
	start(MLX5_CMD_OP_DELETE_FLOW_TABLE_ENTRY);
	IFC_SET(delete_fte_in, in, table_type, t->type);
	IFC_SET(delete_fte_in, in, table_id, t->id);
	IFC_SET(delete_fte_in, in, flow_index, index);
	run(dev, 0);
}

static uint32_t add_counter(struct nic_device *dev)
{
	start(MLX5_CMD_OP_ALLOC_FLOW_COUNTER);
	run(dev, 0);
	return IFC_GET(alloc_flow_counter_out, reply, flow_counter_id);
}

static void expect_counter(struct nic_device *dev, uint32_t id, uint64_t packets, uint64_t octets)
{
	start(MLX5_CMD_OP_QUERY_FLOW_COUNTER);
	IFC_SET(query_flow_counter_in, in, flow_counter_id, id);
	run(dev, 0);
	assert_int_equal(get_be64(reply + 0x10), packets);
	assert_int_equal(get_be64(reply + 0x18), octets);
}

static uint32_t add_reformat(struct nic_device *dev, uint32_t type, const void *header, size_t size)
{
	uint8_t *ctx = IFC_PTR(alloc_packet_reformat_context_in,
			       start(MLX5_CMD_OP_ALLOC_PACKET_REFORMAT_CONTEXT),
			       packet_reformat_context);

	IFC_SET(packet_reformat_context_in, ctx, reformat_type, type);
	IFC_SET(packet_reformat_context_in, ctx, reformat_data_size, (uint32_t)size);
	memcpy(in + 0x22, header, size);
	run_sized(dev, 0x22 + size);
	return IFC_GET(alloc_packet_reformat_context_out, reply, packet_reformat_id);
}

static uint32_t add_modify(struct nic_device *dev, uint32_t table_type, uint64_t action)
{
	start(MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT);
	IFC_SET(alloc_modify_header_context_in, in, table_type, table_type);
	IFC_SET(alloc_modify_header_context_in, in, num_of_actions, 1);
	put_be64(in + 0x10, action);
	run(dev, 8);
	return IFC_GET(alloc_modify_header_context_out, reply, modify_header_id);
}

/* ---- what leaves ---- */

static struct output {
	uint16_t vport;
	uint32_t tirn;
	struct nic_rx_meta meta;
	struct packet p;
	uint8_t bytes[PACKET_HEADROOM + PACKET_MAX];
} outputs[8];
static size_t n_outputs;

static void put_output(uint16_t vport, uint32_t tirn, const void *frame, size_t size)
{
	struct output *o = &outputs[n_outputs++];

	assert_true(n_outputs <= ARRAY_SIZE(outputs));
	o->vport = vport;
	o->tirn = tirn;
	packet_init(&o->p, o->bytes, sizeof o->bytes);
	assert_int_equal(packet_set(&o->p, frame, size), 0);
}

static void got_output(void *aux, uint16_t vport, const void *frame, size_t size)
{
	put_output(vport, 0, frame, size);
}

static void got_miss(void *aux, uint32_t reg_c_0, const void *frame, size_t size)
{
	put_output(0, 0, frame, size);
	outputs[n_outputs - 1].meta.reg_b = reg_c_0;
}

static enum nic_drop got_rx(struct nic_device *dev, uint32_t tirn, const uint8_t *data, size_t size,
			    const struct nic_rx_meta *meta)
{
	put_output(0, tirn, data, size);
	outputs[n_outputs - 1].meta = *meta;
	return NIC_DROP_NONE;
}

static uint32_t tir_refs(const struct nic_device *dev, uint32_t tirn)
{
	return nic_tir_find(dev, tirn)->object.refs;
}

static struct nic_device *device_new(void)
{
	struct nic_params params = { .n_vfs = 3 };
	struct nic_device *dev;

	void *tir;

	n_outputs = 0;
	assert_int_equal(nic_device_new(&dev, &params), 0);
	/* TIRs 1 to 9 lead to no queue: the test gets what comes to them. */
	dev->deliver_tir = got_rx;
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(nic_object_add(dev, NIC_OBJECT_TIR, &tir), NIC_SYN_NONE);
	nic_device_set_sink(dev, &(struct nic_sink){ NULL, got_output, got_miss });
	return dev;
}

/* ---- frames ---- */

/* An Ethernet, IPv4 and UDP header, and a few bytes; @n makes flows differ. */
static size_t make_frame(uint8_t *f, unsigned int n)
{
	struct packet p = { .base = f, .cap = 128, .data = f, .size = 70 };

	memset(f, (int)n, 128);
	memcpy(f, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0", 14);
	memcpy(f + 14, "\x45\x00\x00\x38\x12\x34\0\0\x40\x11\0\0\x0a\0\0\x01\x0a\0\0\x02", 20);
	put_be16(f + 34, (uint16_t)(1000 + n));
	put_be16(f + 36, 53);
	put_be16(f + 38, 36);
	put_be16(f + 40, 1);
	packet_fix_checksums(&p);
	return p.size;
}

static void expect_output(size_t i, uint16_t vport, const uint8_t *frame, size_t size)
{
	assert_true(i < n_outputs);
	assert_int_equal(outputs[i].vport, vport);
	assert_int_equal(outputs[i].p.size, size);
	assert_memory_equal(outputs[i].p.data, frame, size);
}

static enum nic_drop receive(struct nic_device *dev, uint16_t vport, const uint8_t *f, size_t size)
{
	n_outputs = 0;
	return nic_device_receive(dev, vport, f, size);
}

/* ---- tunnels ---- */

/* As Linux 6.1's driver sent it for Open vSwitch's set(tunnel(tun_id=0x2a,dst=192.168.1.2)). */
static const uint8_t vxlan4[50] = "\x02\0\0\0\0\x22\x22\x90\x67\xa6\x0b\x4e\x08\0"
				  "\x45\0\0\0\0\0\0\0\x40\x11\0\0\xc0\xa8\1\1\xc0\xa8\1\2"
				  "\0\0\x12\xb5\0\0\0\0\x08\0\0\0\0\0\x2a";

#define ETH4	   "\x02\0\0\0\0\x22\x22\x90\x67\xa6\x0b\x4e\x08\0"
#define ETH6	   "\x02\0\0\0\0\x22\x22\x90\x67\xa6\x0b\x4e\x86\xdd"
#define IP4(proto) "\x45\0\0\0\0\0\0\0\x40" proto "\0\0\xc0\xa8\1\1\xc0\xa8\1\2"
#define IP6(proto)                                        \
	"\x60\0\0\0\0\0" proto "\x40\xfd\0\0\0\0\0\0\0\0" \
	"\0\0\0\0\0\0\1\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2"
#define VXLAN  "\0\0\x12\xb5\0\0\0\0\x08\0\0\0\0\0\x2a\0"
#define GENEVE "\0\0\x17\xc1\0\0\0\0\x02\0\x65\x58\0\0\x2a\0\x01\x02\x03\x01\x0a\x0b\x0c\x0d"
#define GRE    "\x20\0\x65\x58\0\0\0\x2a"

#define L2_TUNNEL(type, bytes)                      \
	{                                           \
		type, sizeof(bytes) - 1, bytes "\0" \
	}

static const struct {
	uint32_t type;
	size_t size;
	char header[130];
} tunnels[] = {
	L2_TUNNEL(MLX5_REFORMAT_L2_TO_VXLAN, ETH4 IP4("\x11") VXLAN),
	L2_TUNNEL(MLX5_REFORMAT_L2_TO_VXLAN, ETH6 IP6("\x11") VXLAN),
	L2_TUNNEL(MLX5_REFORMAT_L2_TO_L2_TUNNEL, ETH4 IP4("\x11") GENEVE),
	L2_TUNNEL(MLX5_REFORMAT_L2_TO_L2_TUNNEL, ETH6 IP6("\x11") GENEVE),
	L2_TUNNEL(MLX5_REFORMAT_L2_TO_NVGRE, ETH4 IP4("\x2f") GRE),
	L2_TUNNEL(MLX5_REFORMAT_L2_TO_NVGRE, ETH6 IP6("\x2f") GRE),
	L2_TUNNEL(MLX5_REFORMAT_L2_TO_L2_TUNNEL, ETH4 IP4("\x2f") GRE),
	L2_TUNNEL(MLX5_REFORMAT_L2_TO_VXLAN, ETH4 IP4("\x11") GENEVE), /* as Linux does */
};

/* One table: packets of local vports are put in a tunnel, those of the wire are taken out. */
static struct nic_device *tunnel_device(size_t i, uint32_t counters[2])
{
	struct nic_device *dev = device_new();
	struct table t = add_table(dev, FDB, ENCAP | DECAP | ROOT, NULL);
	struct entry e = { .action = ACT(PACKET_REFORMAT) | ACT(COUNT),
			   .source = NIC_FROM_LOCAL,
			   .n = 1,
			   .dests = { { MLX5_DEST_VPORT, UPLINK, 0 } } };

	e.counter = counters[0] = add_counter(dev);
	e.reformat = add_reformat(dev, tunnels[i].type, tunnels[i].header, tunnels[i].size);
	add_entry(dev, &t, &e);
	e.action = ACT(DECAP) | ACT(COUNT);
	e.source = NIC_FROM_UPLINK;
	e.reformat = 0;
	e.counter = counters[1] = add_counter(dev);
	e.dests[0].id = 2;
	add_entry(dev, &t, &e);
	return dev;
}

static void the_header_is_the_real_one_with_what_depends_on_the_packet(void **state)
{
	struct nic_device *dev = device_new();
	struct table t = add_table(dev, FDB, ENCAP | ROOT, NULL);
	struct entry e = { .action = ACT(PACKET_REFORMAT),
			   .n = 1,
			   .dests = { { MLX5_DEST_VPORT, UPLINK, 0 } } };
	uint8_t f[128], want[50];
	size_t size = make_frame(f, 1);
	const uint8_t *d;

	e.reformat = add_reformat(dev, MLX5_REFORMAT_L2_TO_VXLAN, vxlan4, sizeof vxlan4);
	add_entry(dev, &t, &e);
	for (uint16_t n = 0; n < 3; n++) {
		struct packet_headers h;

		assert_int_equal(receive(dev, 1, f, size), NIC_DROP_NONE);
		assert_int_equal(n_outputs, 1);
		assert_int_equal(outputs[0].vport, UPLINK);
		assert_int_equal(outputs[0].p.size, size + 50);
		d = outputs[0].p.data;
		assert_memory_equal(d + 50, f, size);
		memcpy(want, vxlan4, sizeof want);
		put_be16(want + 16, (uint16_t)(36 + size)); /* total length */
		put_be16(want + 18, n);			    /* identification */
		put_be16(want + 24, get_be16(d + 24));
		put_be16(want + 34, get_be16(d + 34));
		put_be16(want + 38, (uint16_t)(16 + size));
		assert_memory_equal(d, want, sizeof want);
		assert_true(get_be16(d + 34) >= 0xc000);
		assert_true(packet_checksums_are_right(&outputs[0].p));
		packet_dissect(&h, d, outputs[0].p.size);
		assert_int_equal(h.l4, 34);
		assert_int_equal(h.ip_proto, 17);
	}
	nic_device_free(dev);
}

static void decapsulation_is_the_inverse_of_encapsulation(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(tunnels); i++) {
		uint32_t counters[2];
		struct nic_device *dev = tunnel_device(i, counters);

		for (unsigned int n = 0; n < 20; n++) {
			uint8_t f[128], tunnelled[300];
			size_t size = make_frame(f, n), outer;

			assert_int_equal(receive(dev, 1, f, size), NIC_DROP_NONE);
			assert_int_equal(n_outputs, 1);
			outer = outputs[0].p.size;
			assert_int_equal(outer, size + tunnels[i].size);
			memcpy(tunnelled, outputs[0].p.data, outer);
			assert_int_equal(receive(dev, UPLINK, tunnelled, outer), NIC_DROP_NONE);
			assert_int_equal(n_outputs, 1);
			expect_output(0, 2, f, size);
		}
		/* Octets are those of the packets, not of the tunnel. */
		expect_counter(dev, counters[0], 20, 20 * 70);
		expect_counter(dev, counters[1], 20, 20 * 70);
		nic_device_free(dev);
	}
}

/* Nothing of the tunnels is matched: their headers differ, and so do the octets that are counted.
 */
static void the_cache_knows_no_way_out_of_a_tunnel(void **state)
{
	uint32_t counters[2];
	struct nic_device *dev = tunnel_device(0, counters);
	uint8_t f[128], tunnelled[2][300];
	size_t size = make_frame(f, 1);
	struct nic_frame frames[2];
	uint64_t n_out = 0;

	for (size_t i = 0; i < 2; i++) {
		memcpy(tunnelled[i], tunnels[i * 2].header, tunnels[i * 2].size);
		memcpy(tunnelled[i] + tunnels[i * 2].size, f, size);
		frames[i] =
			(struct nic_frame){ tunnelled[i], (uint32_t)(tunnels[i * 2].size + size) };
	}
	for (size_t i = 0; i < 3; i++)
		nic_device_receive_batch(dev, UPLINK, frames, 2, &n_out);
	assert_int_equal(n_out, 6);
	expect_counter(dev, counters[1], 6, 6 * size);
	nic_device_free(dev);
}

static void flows_have_their_own_source_ports(void **state)
{
	uint32_t counters[2];
	struct nic_device *dev = tunnel_device(0, counters);
	size_t n_different = 0;
	uint16_t last = 0;

	for (unsigned int n = 0; n < 100; n++) {
		uint8_t f[128];
		size_t size = make_frame(f, n);
		uint16_t port;

		receive(dev, 1, f, size);
		port = get_be16(outputs[0].p.data + 34);
		n_different += port != last;
		last = port;
		receive(dev, 1, f, size);
		assert_int_equal(get_be16(outputs[0].p.data + 34), port);
		f[69]++; /* of the payload */
		receive(dev, 1, f, size);
		assert_int_equal(get_be16(outputs[0].p.data + 34), port);
	}
	assert_true(n_different > 90);
	nic_device_free(dev);
}

static void what_is_no_tunnel_cannot_be_taken_out_of_one(void **state)
{
	uint32_t counters[2];
	struct nic_device *dev = tunnel_device(0, counters);
	uint8_t f[128];
	size_t size = make_frame(f, 1), outer;

	assert_int_equal(receive(dev, UPLINK, f, size), NIC_DROP_ERROR);
	receive(dev, 1, f, size);
	outer = outputs[0].p.size;
	/* Every prefix: on the heap at its size. */
	for (size_t s = 14; s <= outer; s++) {
		uint8_t *t = mem_copy(outputs[0].p.data, s);

		nic_device_receive(dev, UPLINK, t, s);
		mem_free(t);
		n_outputs = 1;
	}
	f[0] = 0;
	memcpy(f, outputs[0].p.data, 128);
	put_be16(f + 36, 4790); /* no port of VXLAN ... */
	assert_int_equal(receive(dev, UPLINK, f, 128), NIC_DROP_ERROR);
	start(MLX5_CMD_OP_ADD_VXLAN_UDP_DPORT);
	IFC_SET(add_vxlan_udp_dport_in, in, vxlan_udp_port, 4790);
	run(dev, 0);
	assert_int_equal(receive(dev, UPLINK, f, 128), NIC_DROP_NONE); /* ... but now */
	start(MLX5_CMD_OP_DELETE_VXLAN_UDP_DPORT);
	IFC_SET(delete_vxlan_udp_dport_in, in, vxlan_udp_port, 4790);
	run(dev, 0);
	assert_int_equal(receive(dev, UPLINK, f, 128), NIC_DROP_ERROR);
	nic_device_free(dev);
}

/* MPLS over UDP, as bareudp does it: the Ethernet header goes, and another comes. */
static void l3_tunnels_carry_packets_without_ethernet(void **state)
{
	static const uint8_t mpls[46] = ETH4 IP4("\x11") "\0\0\x19\xeb\0\0\0\0\x00\x06\x41\x40";
	static const uint8_t ether[18] = "\x02\0\0\0\0\x44\x02\0\0\0\0\x33\x81\0\x00\x07\x08";
	struct nic_device *dev = device_new();
	struct table t = add_table(dev, FDB, ENCAP | DECAP | ROOT, NULL);
	struct entry e = { .action = ACT(PACKET_REFORMAT), .source = NIC_FROM_LOCAL, .n = 1 };
	uint8_t f[128], tunnelled[200];
	size_t size = make_frame(f, 3);

	e.reformat = add_reformat(dev, MLX5_REFORMAT_L2_TO_L3_TUNNEL, mpls, sizeof mpls);
	e.dests[0].id = UPLINK;
	add_entry(dev, &t, &e);
	e.reformat = add_reformat(dev, MLX5_REFORMAT_L3_TUNNEL_TO_L2, ether, sizeof ether);
	e.source = NIC_FROM_UPLINK;
	e.dests[0].id = 3;
	add_entry(dev, &t, &e);
	/* The label of the first says that more follow: there is no end of the stack. */
	assert_int_equal(receive(dev, 1, f, size), NIC_DROP_NONE);
	assert_int_equal(outputs[0].p.size, 46 + size - 14);
	assert_memory_equal(outputs[0].p.data + 46, f + 14, size - 14);
	memcpy(tunnelled, outputs[0].p.data, outputs[0].p.size);
	tunnelled[44] |= 1;
	assert_int_equal(receive(dev, UPLINK, tunnelled, 46 + size - 14), NIC_DROP_NONE);
	assert_int_equal(outputs[0].vport, 3);
	assert_int_equal(outputs[0].p.size, size + 4);
	assert_memory_equal(outputs[0].p.data, ether, 18);
	assert_memory_equal(outputs[0].p.data + 18, f + 14, size - 14);
	/* No tunnel of that kind. */
	assert_int_equal(receive(dev, UPLINK, f, size), NIC_DROP_ERROR);
	nic_device_free(dev);
}

static void headers_in_front_have_a_limit(void **state)
{
	uint32_t counters[2];
	struct nic_device *dev = tunnel_device(0, counters);
	uint8_t *big = mem_new(PACKET_MAX);

	make_frame(big, 1);
	assert_int_equal(receive(dev, 1, big, PACKET_MAX - 50), NIC_DROP_NONE);
	assert_int_equal(outputs[0].p.size, PACKET_MAX);
	assert_int_equal(receive(dev, 1, big, PACKET_MAX - 49), NIC_DROP_ERROR);
	mem_free(big);
	nic_device_free(dev);
}

/* Decapsulate, pop, modify, push, count, encapsulate. */
static void actions_run_in_the_order_of_the_device(void **state)
{
	struct nic_device *dev = device_new();
	struct table t = add_table(dev, FDB, ENCAP | DECAP | ROOT, NULL);
	struct entry e = { .action = ACT(DECAP) | ACT(VLAN_POP) | ACT(MOD_HDR) | ACT(VLAN_PUSH) |
				     ACT(COUNT) | ACT(PACKET_REFORMAT),
			   .vlan = 0x81000007,
			   .n = 1,
			   .dests = { { MLX5_DEST_VPORT, 1, 0 } } };
	uint8_t f[128], tunnelled[200], inner[78];
	size_t size = make_frame(f, 5);
	struct packet want;

	/* dmac_15_0 = 0x0909 */
	e.modify = add_modify(dev, FDB, 0x1005001000000909);
	e.counter = add_counter(dev);
	e.reformat =
		add_reformat(dev, MLX5_REFORMAT_L2_TO_NVGRE, tunnels[4].header, tunnels[4].size);
	add_entry(dev, &t, &e);
	memcpy(tunnelled, vxlan4, 50);
	memcpy(tunnelled + 50, f, 12);
	put_be32(tunnelled + 62, 0x81000005);
	memcpy(tunnelled + 66, f + 12, size - 12);
	assert_int_equal(receive(dev, UPLINK, tunnelled, 54 + size), NIC_DROP_NONE);
	packet_init(&want, outputs[1].bytes, sizeof outputs[1].bytes);
	assert_int_equal(packet_set(&want, f, size), 0);
	put_be16(want.data + 4, 0x0909);
	assert_int_equal(packet_push_vlan(&want, be16_from_host(0x8100), be16_from_host(7)), 0);
	memcpy(inner, want.data, want.size);
	assert_int_equal(n_outputs, 1);
	assert_int_equal(outputs[0].p.size, tunnels[4].size + size + 4);
	assert_memory_equal(outputs[0].p.data + tunnels[4].size, inner, size + 4);
	expect_counter(dev, e.counter, 1, size + 4);
	nic_device_free(dev);
}

/* No other rule makes the device look into tunnels, but the one that is asked. */
static void one_mask_is_enough_to_look_into_tunnels(void **state)
{
	uint8_t f[128], tunnelled[200];
	size_t size = make_frame(f, 1);
	static const struct {
		size_t at;
		uint32_t bits, value;
	} fields[] = {
		{ 0x54, 0xffffff00, 0x2a00 },	  /* vxlan_vni */
		{ 0x80 + 0x3c, ~0u, 0x0a000002 }, /* inner dst */
		{ 0x80 + 0x1c, 0xffff, 53 },	  /* inner udp_dport */
		{ 0x80 + 0x04, 0xffff, 0x0800 },  /* inner ethertype */
	};

	memcpy(tunnelled, vxlan4, 50);
	memcpy(tunnelled + 50, f, size);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		struct nic_device *dev = device_new();
		uint8_t mask[PARAM] = { 0 }, value[PARAM] = { 0 };
		struct entry e = { .n = 1, .dests = { { 0, 2, 0 } }, .value = value };
		struct nic_frame frames[] = { { tunnelled, (uint32_t)size + 50 },
					      { f, (uint32_t)size } };
		uint64_t n_out = 0;
		struct table t;

		put_be32(mask + fields[i].at, fields[i].bits);
		put_be32(value + fields[i].at, fields[i].value);
		t = add_table(dev, FDB, ROOT, mask);
		add_entry(dev, &t, &e);
		assert_int_equal(receive(dev, UPLINK, tunnelled, size + 50), NIC_DROP_NONE);
		expect_output(0, 2, tunnelled, size + 50);
		assert_int_equal(receive(dev, UPLINK, f, size), NIC_DROP_MISS);
		for (size_t n = 0; n < 3; n++)
			nic_device_receive_batch(dev, UPLINK, frames, 2, &n_out);
		assert_int_equal(n_out, 3);
		nic_device_free(dev);
	}
}

/* ---- several destinations ---- */

static void each_extended_destination_has_its_own_header(void **state)
{
	struct nic_device *dev = device_new();
	struct table t = add_table(dev, FDB, ENCAP | ROOT, NULL);
	struct table next = add_table(dev, FDB, 0, NULL);
	struct entry e = { .action = ACT(COUNT),
			   .n = 4,
			   .dests = { { MLX5_DEST_VPORT, UPLINK, 0 },
				      { MLX5_DEST_VPORT, 2, 0 },
				      { MLX5_DEST_VPORT, UPLINK, 0 },
				      { MLX5_DEST_FLOW_TABLE, next.id, 0 } } };
	struct entry last = { .n = 1, .dests = { { MLX5_DEST_VPORT, 3, 0 } } };
	const uint8_t *d;
	uint8_t f[128];
	size_t size = make_frame(f, 2);
	uint32_t index;

	e.counter = add_counter(dev);
	e.dests[0].reformat = add_reformat(dev, tunnels[0].type, vxlan4, sizeof vxlan4);
	e.dests[2].reformat =
		add_reformat(dev, tunnels[3].type, tunnels[3].header, tunnels[3].size);
	index = add_entry(dev, &t, &e);
	add_entry(dev, &next, &last);
	assert_int_equal(receive(dev, 1, f, size), NIC_DROP_NONE);
	assert_int_equal(n_outputs, 4);
	d = outputs[0].p.data;
	assert_int_equal(outputs[0].vport, UPLINK);
	assert_int_equal(outputs[0].p.size, size + 50);
	assert_memory_equal(d + 50, f, size);
	assert_int_equal(get_be16(d + 12), 0x0800);
	expect_output(1, 2, f, size);
	d = outputs[2].p.data;
	assert_int_equal(outputs[2].p.size, size + tunnels[3].size);
	assert_int_equal(get_be16(d + 12), 0x86dd);
	assert_int_equal(get_be16(d + 18), size + tunnels[3].size - 54);
	assert_memory_equal(d + tunnels[3].size, f, size);
	expect_output(3, 3, f, size);
	expect_counter(dev, e.counter, 1, size);
	/* What it holds it lets go. */
	delete_entry(dev, &t, index);
	start(MLX5_CMD_OP_DEALLOC_PACKET_REFORMAT_CONTEXT);
	IFC_SET(dealloc_packet_reformat_context_in, in, packet_reformat_id, e.dests[2].reformat);
	run(dev, 0);
	nic_device_free(dev);
}

/* As Linux does a vlan push on what comes from the wire: the push is in a table of its own. */
static void tables_that_terminate_have_copies_of_their_own(void **state)
{
	struct nic_device *dev = device_new();
	struct table t = add_table(dev, FDB, ENCAP | ROOT, NULL);
	struct table ends[2];
	struct entry e = { .n = 3 };
	uint8_t f[128], tagged[128];
	size_t size = make_frame(f, 2);

	for (uint32_t i = 0; i < 2; i++) {
		struct entry end = { .action = ACT(VLAN_PUSH),
				     .vlan = 0x81000000 | (i + 1),
				     .n = 1,
				     .dests = { { MLX5_DEST_VPORT, i + 1, 0 } } };

		ends[i] = add_table(dev, FDB, ENCAP | TERMINATION, NULL);
		add_entry(dev, &ends[i], &end);
		e.dests[i].type = MLX5_DEST_FLOW_TABLE;
		e.dests[i].id = ends[i].id;
	}
	e.dests[2].id = 3;
	add_entry(dev, &t, &e);
	assert_int_equal(receive(dev, UPLINK, f, size), NIC_DROP_NONE);
	assert_int_equal(n_outputs, 3);
	for (uint32_t i = 0; i < 2; i++) {
		memcpy(tagged, f, 12);
		put_be32(tagged + 12, 0x81000001 + i);
		memcpy(tagged + 16, f + 12, size - 12);
		expect_output(i, (uint16_t)(i + 1), tagged, size + 4);
	}
	expect_output(2, 3, f, size);
	nic_device_free(dev);
}

/* A table sends copies, and leads to itself. */
static void a_loop_of_copies_ends(void **state)
{
	struct nic_device *dev = device_new();
	struct table t = add_table(dev, FDB, ROOT, NULL);
	struct entry e = { .n = 4,
			   .dests = { { MLX5_DEST_VPORT, 1, 0 },
				      { MLX5_DEST_VPORT, 2, 0 },
				      { MLX5_DEST_VPORT, 3, 0 },
				      { MLX5_DEST_FLOW_TABLE, t.id, 0 } } };
	uint8_t f[128];
	size_t size = make_frame(f, 2);
	struct nic_frame frame = { f, (uint32_t)size };
	uint64_t n_out = 0;

	add_entry(dev, &t, &e);
	nic_device_receive_batch(dev, UPLINK, &frame, 1, &n_out);
	assert_int_equal(n_out, 3 * NIC_PATH_TABLES_MAX);
	nic_device_free(dev);
}

/* ---- to the manager ---- */

static void without_tables_the_wire_and_the_manager_are_joined(void **state)
{
	struct nic_device *dev = device_new();
	uint8_t f[128];
	size_t size = make_frame(f, 1);

	assert_int_equal(receive(dev, UPLINK, f, size), NIC_DROP_NONE);
	assert_int_equal(n_outputs, 1);
	expect_output(0, 0, f, size);
	n_outputs = 0;
	assert_int_equal(nic_device_xmit(dev, 5, f, size), NIC_DROP_NONE);
	expect_output(0, UPLINK, f, size);
	assert_int_equal(receive(dev, 1, f, size), NIC_DROP_MISS);
	nic_device_free(dev);
}

static void pass_registers(struct nic_device *dev, uint32_t which)
{
	uint8_t *ctx = IFC_PTR(modify_esw_vport_context_in,
			       start(MLX5_CMD_OP_MODIFY_ESW_VPORT_CONTEXT), esw_vport_context);
	uint8_t *select = IFC_PTR(modify_esw_vport_context_in, in, field_select);

	IFC_SET(esw_vport_context_fields_select, select, fdb_to_vport_reg_c_id, 1);
	IFC_SET(esw_vport_context, ctx, fdb_to_vport_reg_c_id, which);
	run(dev, 0);
}

/* As Linux in switchdev mode: the FDB marks a missed packet in reg_c_0 and reg_c_1, the restore
 * table makes a flow tag of one and reg_b of the other. */
static void nic_tables_restore_what_the_fdb_knew(void **state)
{
	struct nic_device *dev = device_new();
	uint8_t mask[PARAM] = { 0 }, value[PARAM] = { 0 };
	struct table fdb = add_table(dev, FDB, ROOT, NULL), marks = add_table(dev, FDB, 0, NULL);
	struct table restore, ports;
	struct entry e = { .action = ACT(MOD_HDR), .n = 1 };
	uint8_t f[128];
	size_t size = make_frame(f, 1);
	uint64_t n_out = 0;
	struct nic_frame frame = { f, (uint32_t)size };

	put_be32(mask + 0xc0 + 0x2c, 0xffff);
	put_be32(value + 0xc0 + 0x2c, 0x42);
	restore = add_table(dev, NIC, ROOT, mask);
	ports = add_table(dev, NIC, 0, NULL);
	e.modify = add_modify(dev, FDB, 0x1051000000420042);
	e.dests[0].type = MLX5_DEST_FLOW_TABLE;
	e.dests[0].id = marks.id;
	add_entry(dev, &fdb, &e);
	e.modify = add_modify(dev, FDB, 0x1052000012345678);
	e.dests[0].type = MLX5_DEST_VPORT;
	e.dests[0].id = 0;
	add_entry(dev, &marks, &e);
	e.modify = add_modify(dev, NIC, 0x3052000000500000);
	e.tag = 0x77;
	e.value = value;
	e.dests[0].type = MLX5_DEST_FLOW_TABLE;
	e.dests[0].id = ports.id;
	add_entry(dev, &restore, &e);
	e = (struct entry){ .n = 2, .dests = { { MLX5_DEST_TIR, 4, 0 }, { MLX5_DEST_TIR, 5, 0 } } };
	add_entry(dev, &ports, &e);
	assert_int_equal(receive(dev, 1, f, size), NIC_DROP_MISS);
	pass_registers(dev, 1 << 0 | 1 << 1);
	assert_int_equal(tir_refs(dev, 4), 1);
	assert_int_equal(tir_refs(dev, 5), 1);
	assert_int_equal(receive(dev, 1, f, size), NIC_DROP_NONE);
	assert_int_equal(n_outputs, 2);
	for (uint32_t i = 0; i < 2; i++) {
		expect_output(i, 0, f, size);
		assert_int_equal(outputs[i].tirn, 4 + i);
		assert_int_equal(outputs[i].meta.flow_tag, 0x77);
		assert_int_equal(outputs[i].meta.reg_b, 0x12345678);
	}
	for (size_t i = 0; i < 3; i++)
		nic_device_receive_batch(dev, 1, &frame, 1, &n_out);
	assert_int_equal(n_out, 6);
	delete_entry(dev, &ports, 0);
	assert_int_equal(tir_refs(dev, 4), 0);
	assert_int_equal(receive(dev, 1, f, size), NIC_DROP_MISS);
	nic_device_receive_batch(dev, 1, &frame, 1, &n_out);
	assert_int_equal(n_out, 6);
	nic_device_free(dev);
}

/* A copy for the manager is none of the others'. */
static void what_the_manager_does_to_a_packet_is_its_own(void **state)
{
	struct nic_device *dev = device_new();
	struct table fdb = add_table(dev, FDB, ROOT, NULL), nic = add_table(dev, NIC, ROOT, NULL);
	struct entry e = { .n = 2, .dests = { { 0, 0, 0 }, { 0, 2, 0 } } };
	uint8_t f[128];
	size_t size = make_frame(f, 1);

	add_entry(dev, &fdb, &e);
	e = (struct entry){ .action = ACT(VLAN_PUSH),
			    .vlan = 0x81000001,
			    .n = 1,
			    .dests = { { MLX5_DEST_TIR, 1, 0 } } };
	add_entry(dev, &nic, &e);
	assert_int_equal(receive(dev, 1, f, size), NIC_DROP_NONE);
	assert_int_equal(n_outputs, 2);
	assert_int_equal(outputs[0].tirn, 1);
	assert_int_equal(outputs[0].p.size, size + 4);
	expect_output(1, 2, f, size);
	nic_device_free(dev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_the_real_one_with_what_depends_on_the_packet),
		cmocka_unit_test(decapsulation_is_the_inverse_of_encapsulation),
		cmocka_unit_test(the_cache_knows_no_way_out_of_a_tunnel),
		cmocka_unit_test(flows_have_their_own_source_ports),
		cmocka_unit_test(what_is_no_tunnel_cannot_be_taken_out_of_one),
		cmocka_unit_test(l3_tunnels_carry_packets_without_ethernet),
		cmocka_unit_test(headers_in_front_have_a_limit),
		cmocka_unit_test(actions_run_in_the_order_of_the_device),
		cmocka_unit_test(one_mask_is_enough_to_look_into_tunnels),
		cmocka_unit_test(each_extended_destination_has_its_own_header),
		cmocka_unit_test(tables_that_terminate_have_copies_of_their_own),
		cmocka_unit_test(a_loop_of_copies_ends),
		cmocka_unit_test(without_tables_the_wire_and_the_manager_are_joined),
		cmocka_unit_test(nic_tables_restore_what_the_fdb_knew),
		cmocka_unit_test(what_the_manager_does_to_a_packet_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
