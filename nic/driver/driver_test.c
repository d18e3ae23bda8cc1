/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the driver on the dummy device: what it sends for a rule, what it refuses and with which
 * words, and that a failure of any allocation or command leaves nothing behind.
 */
#include "base/alloc.h"
#include "kernel/core/skbuff.h"
#include "nic/cmd/cmd-dummy.h"
#include "nic/cmd/cmd-fault.h"
#include "nic/driver/mlx5_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define N_VFS 3

struct bed {
	struct trace trace;
	struct knet net;
	struct cmd_dummy dummy;
	struct mlx5_cmd_fault fault;
	struct mlx5_core_dev *dev;
	long alive; /* after probe */
	u32 sent_sqn;
	struct net_device other; /* of no e-switch */
};

static int xmit(void *device, u32 sqn, const void *frame, size_t size)
{
	((struct bed *)device)->sent_sqn = sqn;
	return 0;
}

static int bed_probe(struct bed *b)
{
	struct mlx5_params params = { .n_vfs = N_VFS };
	struct mlx5_cmd_front front = cmd_dummy_front(&b->dummy);

	cmd_fault_init(&b->fault, &front);
	params.cmd = cmd_fault_front(&b->fault);
	params.packets = (struct mlx5_packet_front){ b, xmit };
	return mlx5_probe(&b->dev, &b->net, &params, NULL);
}

static void bed_init_only(struct bed *b)
{
	memset(b, 0, sizeof *b);
	trace_init(&b->trace);
	knet_init(&b->net, &b->trace);
	cmd_dummy_init(&b->dummy);
	ifc_set(b->dummy.caps[MLX5_CAP_GENERAL], IFC_LOC(0xa8, 31, 0), 0x300); /* ICMP, ICMPv6 */
}

static void bed_init(struct bed *b)
{
	bed_init_only(b);
	assert_int_equal(bed_probe(b), 0);
	b->alive = cmd_dummy_alive(&b->dummy);
}

static void bed_fini(struct bed *b)
{
	mlx5_remove(b->dev);
	assert_int_equal(b->dummy.n_tables, 0);
	assert_int_equal(b->dummy.n_groups, 0);
	assert_int_equal(b->dummy.n_entries, 0);
	assert_int_equal(b->dummy.n_modify_headers, 0);
	assert_int_equal(b->dummy.n_counters, 0);
	knet_fini(&b->net);
	trace_fini(&b->trace);
}

/* ---- building rules ---- */

struct keys {
	struct flow_dissector_key_control control;
	struct flow_dissector_key_basic basic;
	struct flow_dissector_key_eth_addrs eth;
	struct flow_dissector_key_vlan vlan, cvlan;
	struct flow_dissector_key_ipv4_addrs ipv4;
	struct flow_dissector_key_ipv6_addrs ipv6;
	struct flow_dissector_key_ip ip;
	struct flow_dissector_key_ports ports;
	struct flow_dissector_key_tcp tcp;
	struct flow_dissector_key_icmp icmp;
	u32 meta;
	u8 rest[64];
};

struct rule {
	struct flow_dissector dissector;
	struct keys key, mask;
	struct flow_action_entry actions[40];
	struct flow_rule rule;
	struct flow_cls_offload f;
	struct netlink_ext_ack extack;
};

static void rule_init(struct rule *r, unsigned long cookie)
{
	struct flow_dissector *d = &r->dissector;

	memset(r, 0, sizeof *r);
	for (size_t i = 0; i < FLOW_DISSECTOR_KEY_MAX; i++)
		d->offset[i] = offsetof(struct keys, rest);
	d->offset[FLOW_DISSECTOR_KEY_CONTROL] = offsetof(struct keys, control);
	d->offset[FLOW_DISSECTOR_KEY_BASIC] = offsetof(struct keys, basic);
	d->offset[FLOW_DISSECTOR_KEY_ETH_ADDRS] = offsetof(struct keys, eth);
	d->offset[FLOW_DISSECTOR_KEY_VLAN] = offsetof(struct keys, vlan);
	d->offset[FLOW_DISSECTOR_KEY_CVLAN] = offsetof(struct keys, cvlan);
	d->offset[FLOW_DISSECTOR_KEY_IPV4_ADDRS] = offsetof(struct keys, ipv4);
	d->offset[FLOW_DISSECTOR_KEY_IPV6_ADDRS] = offsetof(struct keys, ipv6);
	d->offset[FLOW_DISSECTOR_KEY_IP] = offsetof(struct keys, ip);
	d->offset[FLOW_DISSECTOR_KEY_PORTS] = offsetof(struct keys, ports);
	d->offset[FLOW_DISSECTOR_KEY_TCP] = offsetof(struct keys, tcp);
	d->offset[FLOW_DISSECTOR_KEY_ICMP] = offsetof(struct keys, icmp);
	d->offset[FLOW_DISSECTOR_KEY_META] = offsetof(struct keys, meta);
	r->rule.match = (struct flow_match_rule){ d, &r->mask, &r->key };
	r->rule.action.entries = r->actions;
	r->f.rule = &r->rule;
	r->f.cookie = cookie;
	r->f.common.prio = 1;
	r->f.common.extack = &r->extack;
}

static void use(struct rule *r, enum flow_dissector_key_id id)
{
	r->dissector.used_keys |= 1u << id;
}

static struct flow_action_entry *add(struct rule *r, enum flow_action_id id)
{
	struct flow_action_entry *act = &r->actions[r->rule.action.num_entries++];

	act->id = id;
	act->hw_stats = FLOW_ACTION_HW_STATS_ANY;
	return act;
}

static void output(struct bed *b, struct rule *r, const char *name, enum flow_action_id id)
{
	add(r, id)->dev = dev_get_by_name(&b->net, name);
}

/* UDP to port 53 of 10.0.0.2, untagged, not a fragment. */
static void match_udp(struct rule *r)
{
	use(r, FLOW_DISSECTOR_KEY_CONTROL);
	r->key.control.addr_type = r->mask.control.addr_type = FLOW_DISSECTOR_KEY_IPV4_ADDRS;
	r->mask.control.flags = FLOW_DIS_IS_FRAGMENT;
	use(r, FLOW_DISSECTOR_KEY_BASIC);
	r->key.basic.n_proto = be16_from_host(ETH_P_IP_);
	r->mask.basic.n_proto = 0xffff;
	r->key.basic.ip_proto = 17;
	r->mask.basic.ip_proto = 0xff;
	use(r, FLOW_DISSECTOR_KEY_IPV4_ADDRS);
	r->key.ipv4.dst = be32_from_host(0x0a000002);
	r->mask.ipv4.dst = UINT32_MAX;
	use(r, FLOW_DISSECTOR_KEY_PORTS);
	r->key.ports.dst = be16_from_host(53);
	r->mask.ports.dst = 0xffff;
}

static void match_vlan(struct rule *r, u16 vid)
{
	use(r, FLOW_DISSECTOR_KEY_VLAN);
	r->key.vlan.vlan_tpid = be16_from_host(ETH_P_8021Q_);
	r->mask.vlan.vlan_tpid = 0xffff;
	r->key.vlan.vlan_id = vid;
	r->mask.vlan.vlan_id = 0xfff;
}

static void mangle(struct rule *r, enum flow_action_id id, enum flow_action_mangle_base htype,
		   u32 offset, u32 be_mask, u32 be_val)
{
	struct flow_action_entry *act = add(r, id);

	act->mangle.htype = htype;
	act->mangle.offset = offset;
	act->mangle.mask = ~htobe32(be_mask);
	act->mangle.val = htobe32(be_val);
}

static int give(struct bed *b, const char *port, struct rule *r, enum flow_cls_command command)
{
	struct net_device *dev = dev_get_by_name(&b->net, port);
	struct list driver_list;
	struct flow_block block;
	struct flow_block_offload bo = { .command = FLOW_BLOCK_BIND,
					 .binder_type = FLOW_BLOCK_BINDER_TYPE_CLSACT_INGRESS,
					 .net = &b->net,
					 .block = &block };
	struct flow_block_cb *cb;
	int err;

	list_init(&driver_list);
	list_init(&block.cb_list);
	list_init(&bo.cb_list);
	err = dev->netdev_ops->ndo_setup_tc(dev, TC_SETUP_BLOCK, &bo);
	if (err)
		return err;
	cb = list_entry(bo.cb_list.next, struct flow_block_cb, list);
	r->f.command = command;
	err = cb->cb(TC_SETUP_CLSFLOWER, &r->f, cb->cb_priv);
	list_del(&cb->driver_list);
	list_del(&cb->list);
	flow_block_cb_free(cb);
	return err;
}

static const u8 *last_fte(struct bed *b)
{
	return cmd_dummy_last(&b->dummy, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY);
}

/* ---- what is sent ---- */

static void probe_makes_the_ports_and_remove_leaves_nothing(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_int_equal(mlx5_vport_of(dev_get_by_name(&b.net, "p0")), MLX5_VPORT_UPLINK);
	assert_int_equal(mlx5_vport_of(dev_get_by_name(&b.net, "pf0vf0")), 1);
	assert_int_equal(mlx5_vport_of(dev_get_by_name(&b.net, "pf0vf2")), 3);
	assert_null(dev_get_by_name(&b.net, "pf0vf3"));
	/* An ACL for each vport; slow, tc miss, tc end and root table. */
	assert_int_equal(b.dummy.n_tables, N_VFS + 2 + 4);
	bed_fini(&b);
}

static void a_redirect_is_the_entry_that_a_real_driver_sends(void **state)
{
	const u8 *in, *ctx, *value, *dest;
	struct rule r;
	struct bed b;

	bed_init(&b);
	rule_init(&r, 0x1000);
	match_udp(&r);
	output(&b, &r, "pf0vf1", FLOW_ACTION_REDIRECT);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	in = last_fte(&b);
	ctx = IFC_PTR(set_fte_in, in, flow_context);
	assert_int_equal(IFC_GET(set_fte_in, in, table_type), MLX5_TABLE_FDB);
	assert_int_equal(IFC_GET(flow_context, ctx, action), 0xc);
	assert_int_equal(IFC_GET(flow_context, ctx, flow_source), 2);
	value = IFC_PTR(flow_context, ctx, match_value);
	assert_int_equal(IFC_GET(fte_match_set_lyr_2_4, value, ip_version), 4);
	assert_int_equal(IFC_GET(fte_match_set_lyr_2_4, value, ip_protocol), 17);
	assert_int_equal(IFC_GET(fte_match_set_lyr_2_4, value, udp_dport), 53);
	assert_int_equal(IFC_GET(fte_match_set_lyr_2_4, value, cvlan_tag), 0);
	assert_int_equal(get_be32(value + 0x3c), 0x0a000002);
	/* Uplink 1, manager 2, the first VF 3: as captured. */
	assert_int_equal(IFC_GET(fte_match_set_misc2, value + 0xc0, metadata_reg_c_0), 0x30000);
	dest = ctx + 0x300;
	assert_int_equal(get_be32(dest), 2);
	assert_int_equal(get_be32(dest + 4), 0x80000001);
	in = cmd_dummy_last(&b.dummy, MLX5_CMD_OP_CREATE_FLOW_GROUP);
	assert_int_equal(IFC_GET(create_flow_group_in, in, match_criteria_enable), 0x9);
	assert_int_equal(IFC_GET(fte_match_set_lyr_2_4, in + 0x40, cvlan_tag), 1);

	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), -EEXIST);
	assert_string_equal(r.extack._msg, "mlx5_core: flow cookie already exists, ignoring");
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_DESTROY), 0);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_DESTROY), -EINVAL);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_STATS), -EINVAL);
	bed_fini(&b);
}

static void the_path_has_the_names_of_the_article(void **state)
{
	static const char *const names[] = {
		"mlx5e_rep_setup_tc_cb",
		"mlx5e_setup_tc_cls_flower",
		"mlx5e_configure_flower",
		"mlx5e_tc_add_flow",
		"__mlx5e_add_fdb_flow",
		"parse_cls_flower",
		"parse_tc_fdb_actions",
		"mlx5e_tc_add_fdb_flow",
		"mlx5e_tc_offload_fdb_rules",
		"mlx5_eswitch_add_offloaded_rule",
		"mlx5_add_flow_rules",
		"add_rule_fg",
		"add_rule_fte",
		"mlx5_cmd_create_fte",
		"mlx5_cmd_set_fte",
		"mlx5_cmd_exec",
	};
	size_t n = 0;
	struct rule r;
	struct bed b;

	bed_init(&b);
	rule_init(&r, 1);
	match_udp(&r);
	output(&b, &r, "p0", FLOW_ACTION_REDIRECT);
	b.trace.recording = true;
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	for (size_t i = 0; i < b.trace.n_events && n < ARRAY_SIZE(names); i++) {
		if (!strcmp(b.trace.events[i].function, names[n]))
			n++;
	}
	assert_int_equal(n, ARRAY_SIZE(names));
	b.trace.recording = false;
	bed_fini(&b);
}

static void rewriting_becomes_shared_modify_header_actions(void **state)
{
	const u8 *in;
	struct rule r;
	struct bed b;

	bed_init(&b);
	rule_init(&r, 1);
	match_udp(&r);
	mangle(&r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 0, 0xffffffff, 0x02000000);
	mangle(&r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 4, 0xffff0000, 0x00050000);
	mangle(&r, FLOW_ACTION_ADD, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 8, 0xff000000, 0xff000000);
	add(&r, FLOW_ACTION_CSUM)->csum_flags = 1;
	output(&b, &r, "p0", FLOW_ACTION_REDIRECT);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	in = cmd_dummy_last(&b.dummy, MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT);
	assert_int_equal(IFC_GET(alloc_modify_header_context_in, in, num_of_actions), 3);
	assert_int_equal(get_be32(in + 0x10), 0x10040000); /* set 32 bits of the address */
	assert_int_equal(get_be32(in + 0x14), 0x02000000);
	assert_int_equal(get_be32(in + 0x18), 0x10050010);
	assert_int_equal(get_be32(in + 0x1c), 5);
	assert_int_equal(get_be32(in + 0x20) & 0xffff0000, 0x200a0000); /* ADD IP_TTL */
	assert_int_equal(get_be32(in + 0x24), 0xff);
	assert_int_equal(IFC_GET(flow_context, last_fte(&b) + 0x40, action), 0x4c);
	r.f.cookie = 2;
	r.f.common.prio = 2;
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	assert_int_equal(cmd_dummy_count(&b.dummy, MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT),
			 N_VFS + 2 + 1 + 1); /* ACLs, chain 0, this */
	bed_fini(&b);
}

static void a_field_that_is_matched_with_its_new_value_is_not_rewritten(void **state)
{
	struct rule r;
	struct bed b;

	bed_init(&b);
	rule_init(&r, 1);
	match_udp(&r);
	mangle(&r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 16, 0xffffffff, 0x0a000002);
	output(&b, &r, "p0", FLOW_ACTION_REDIRECT);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	assert_int_equal(IFC_GET(flow_context, last_fte(&b) + 0x40, action), 0xc);
	bed_fini(&b);
}

static void vlans_are_pushed_popped_and_modified(void **state)
{
	struct flow_action_entry *act;
	const u8 *in;
	struct rule r;
	struct bed b;

	bed_init(&b);
	rule_init(&r, 1);
	match_udp(&r);
	act = add(&r, FLOW_ACTION_VLAN_PUSH);
	act->vlan.vid = 100;
	act->vlan.prio = 3;
	output(&b, &r, "p0", FLOW_ACTION_REDIRECT);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	in = last_fte(&b);
	assert_int_equal(IFC_GET(flow_context, in + 0x40, action), 0x10c);
	assert_int_equal(get_be32(in + 0x40), 0x81006064);
	assert_int_equal(get_be32(in + 0x340), 0xffff);

	rule_init(&r, 2);
	match_udp(&r);
	match_vlan(&r, 7);
	add(&r, FLOW_ACTION_VLAN_POP);
	output(&b, &r, "pf0vf0", FLOW_ACTION_REDIRECT);
	assert_int_equal(give(&b, "p0", &r, FLOW_CLS_REPLACE), 0);
	in = last_fte(&b);
	assert_int_equal(IFC_GET(flow_context, in + 0x40, action), 0x8c);
	assert_int_equal(IFC_GET(flow_context, in + 0x40, flow_source), 1);
	assert_int_equal(IFC_GET(fte_match_set_lyr_2_4, in + 0x80, first_vid), 7);
	assert_int_equal(IFC_GET(fte_match_set_lyr_2_4, in + 0x80, cvlan_tag), 1);

	rule_init(&r, 3);
	match_udp(&r);
	match_vlan(&r, 7);
	add(&r, FLOW_ACTION_VLAN_MANGLE)->vlan.vid = 0x123;
	output(&b, &r, "pf0vf0", FLOW_ACTION_REDIRECT);
	assert_int_equal(give(&b, "p0", &r, FLOW_CLS_REPLACE), 0);
	in = cmd_dummy_last(&b.dummy, MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT);
	assert_int_equal(get_be32(in + 0x10), 0x1017000c); /* set the 12 bits of the id */
	assert_int_equal(get_be32(in + 0x14), 0x123);
	bed_fini(&b);
}

static void a_mirror_before_a_rewriting_is_two_entries(void **state)
{
	const u8 *in;
	uint64_t before;
	struct rule r;
	struct bed b;

	bed_init(&b);
	rule_init(&r, 1);
	match_udp(&r);
	output(&b, &r, "pf0vf1", FLOW_ACTION_MIRRED);
	add(&r, FLOW_ACTION_VLAN_PUSH)->vlan.vid = 5;
	output(&b, &r, "p0", FLOW_ACTION_REDIRECT);
	before = cmd_dummy_count(&b.dummy, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	assert_int_equal(cmd_dummy_count(&b.dummy, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY), before + 2);
	in = last_fte(&b); /* the first one: to vport 2 and the table behind */
	assert_int_equal(IFC_GET(flow_context, in + 0x40, action), 0x4);
	assert_int_equal(IFC_GET(flow_context, in + 0x40, destination_list_size), 2);
	assert_int_equal(get_be32(in + 0x340), 2);
	assert_int_equal(get_be32(in + 0x348) >> 24, MLX5_DEST_FLOW_TABLE);
	assert_int_equal(IFC_GET(set_fte_in, in, ignore_flow_level), 1);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_DESTROY), 0);
	assert_int_equal(b.dummy.n_tables + b.dummy.n_groups + b.dummy.n_entries +
				 b.dummy.n_modify_headers,
			 b.alive);
	bed_fini(&b);
}

static void goto_and_a_miss_carry_the_chain(void **state)
{
	struct fs_chain_prio *p;
	struct rule r;
	struct bed b;

	bed_init(&b);
	rule_init(&r, 1);
	match_udp(&r);
	add(&r, FLOW_ACTION_GOTO)->chain_index = 7;
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	assert_int_equal(b.dummy.n_tables, N_VFS + 2 + 5);
	assert_int_equal(get_be32(last_fte(&b) + 0x340) >> 24, MLX5_DEST_FLOW_TABLE);
	assert_int_equal(mlx5_chains_mapped_chain(b.dev, 1), 0);
	assert_int_equal(mlx5_chains_mapped_chain(b.dev, 2), 7);
	assert_int_equal(mlx5_chains_mapped_chain(b.dev, 99), 0);
	assert_int_equal(mlx5_chains_get_table(b.dev, 7, 1, 0, &p), 0);
	mlx5_chains_put_table(b.dev, p);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_DESTROY), 0);
	assert_int_equal(b.dummy.n_tables, N_VFS + 2 + 4);
	assert_int_equal(mlx5_chains_mapped_chain(b.dev, 2), 0);
	bed_fini(&b);
}

static void counters_are_told_as_deltas_once_a_period(void **state)
{
	struct rule r;
	struct bed b;

	bed_init(&b);
	rule_init(&r, 1);
	match_udp(&r);
	add(&r, FLOW_ACTION_DROP);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	assert_int_equal(IFC_GET(flow_context, last_fte(&b) + 0x40, action), 0xa);
	b.dummy.packets = 5;
	b.dummy.octets = 500;
	b.net.now_ns = 3 * MLX5_FC_STATS_PERIOD_NS;
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_STATS), 0);
	assert_int_equal(r.f.stats.pkts, 0);
	mlx5_work(b.dev, false);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_STATS), 0);
	assert_int_equal(r.f.stats.pkts, 5);
	assert_int_equal(r.f.stats.bytes, 500);
	assert_int_equal(r.f.stats.lastused, b.net.now_ns);
	assert_true(r.f.stats.used_hw_stats_valid);
	b.dummy.packets = 9;
	mlx5_work(b.dev, false);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_STATS), 0);
	assert_int_equal(r.f.stats.pkts, 5);
	mlx5_work(b.dev, true);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_STATS), 0);
	assert_int_equal(r.f.stats.pkts, 9);
	bed_fini(&b);
}

/* ---- packets ---- */

static u32 seen_chain;
static enum rx_handler_result handler(struct sk_buff *skb)
{
	seen_chain = skb->tc_chain + 1;
	return RX_HANDLER_CONSUMED;
}

static void a_missed_packet_arrives_at_its_representor(void **state)
{
	static const u8 frame[60] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
	struct net_device *dev;
	struct rule r;
	struct bed b;

	bed_init(&b);
	dev = dev_get_by_name(&b.net, "pf0vf1");
	assert_int_equal(netdev_rx_handler_register(dev, handler, NULL), 0);
	rule_init(&r, 1);
	match_udp(&r);
	add(&r, FLOW_ACTION_GOTO)->chain_index = 7;
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	seen_chain = 0;
	mlx5_receive(b.dev, 0x00040000, frame, sizeof frame);
	assert_int_equal(seen_chain, 1);
	mlx5_receive(b.dev, 0x00040002, frame, sizeof frame);
	assert_int_equal(seen_chain, 8);
	seen_chain = 0;
	mlx5_receive(b.dev, 0x00770002, frame, sizeof frame);
	mlx5_receive(b.dev, 0x00040002, frame, 3);
	assert_int_equal(seen_chain, 0);
	netdev_rx_handler_unregister(dev);
	bed_fini(&b);
}

/* ---- refusals ---- */

#define RULE(name) static void name(struct bed *b, struct rule *r)
RULE(no_actions)
{
	match_udp(r);
}
RULE(mixed_stats)
{
	match_udp(r);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
	r->actions[0].hw_stats = FLOW_ACTION_HW_STATS_IMMEDIATE;
}
RULE(key_arp)
{
	use(r, FLOW_DISSECTOR_KEY_ARP);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(key_tunnel)
{
	use(r, FLOW_DISSECTOR_KEY_ENC_KEYID);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(key_ct)
{
	use(r, FLOW_DISSECTOR_KEY_CT);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(key_mpls)
{
	use(r, FLOW_DISSECTOR_KEY_MPLS);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(meta_mask)
{
	use(r, FLOW_DISSECTOR_KEY_META);
	r->mask.meta = 1;
}
RULE(meta_unknown)
{
	use(r, FLOW_DISSECTOR_KEY_META);
	r->mask.meta = UINT32_MAX;
	r->key.meta = 12345;
}
RULE(meta_other)
{
	use(r, FLOW_DISSECTOR_KEY_META);
	r->mask.meta = UINT32_MAX;
	r->key.meta = (u32)dev_get_by_name(&b->net, "p0")->ifindex;
}
RULE(first_frag)
{
	match_udp(r);
	r->mask.control.flags |= FLOW_DIS_FIRST_FRAG;
}
RULE(sctp_ports)
{
	match_udp(r);
	r->key.basic.ip_proto = 132;
}
RULE(tcp_reserved)
{
	match_udp(r);
	use(r, FLOW_DISSECTOR_KEY_TCP);
	r->mask.tcp.flags = be16_from_host(0xfff);
}
RULE(key_cvlan)
{
	match_udp(r);
	use(r, FLOW_DISSECTOR_KEY_CVLAN);
	r->mask.cvlan.vlan_id = 0xfff;
	b->dev->caps.outer_second_vid = false;
}
RULE(key_ttl)
{
	match_udp(r);
	use(r, FLOW_DISSECTOR_KEY_IP);
	r->mask.ip.ttl = 0xff;
	b->dev->caps.outer_ipv4_ttl = false;
}
RULE(icmp_no_proto)
{
	use(r, FLOW_DISSECTOR_KEY_ICMP);
}
RULE(icmp_no_cap)
{
	match_udp(r);
	r->dissector.used_keys &= ~(1u << FLOW_DISSECTOR_KEY_PORTS);
	r->key.basic.ip_proto = 1;
	use(r, FLOW_DISSECTOR_KEY_ICMP);
	b->dev->caps.flex_parser_protocols = 0;
}
RULE(icmpv6_no_cap)
{
	icmp_no_cap(b, r);
	r->key.basic.ip_proto = 58;
}
RULE(min_inline)
{
	match_udp(r);
	b->dev->caps.inline_mode = MLX5_INLINE_MODE_L2;
}
RULE(act_mark)
{
	match_udp(r);
	add(r, FLOW_ACTION_MARK);
}
RULE(act_trap)
{
	match_udp(r);
	add(r, FLOW_ACTION_TRAP);
	add(r, FLOW_ACTION_DROP);
}
RULE(act_mpls_push_)
{
	match_udp(r);
	add(r, FLOW_ACTION_MPLS_PUSH);
}
RULE(act_mpls_pop_first)
{
	match_udp(r);
	add(r, FLOW_ACTION_MPLS_POP);
}
RULE(act_mpls_pop_later)
{
	match_udp(r);
	add(r, FLOW_ACTION_VLAN_POP);
	add(r, FLOW_ACTION_MPLS_POP);
}
RULE(act_ct_)
{
	match_udp(r);
	add(r, FLOW_ACTION_CT);
}
RULE(act_ingress)
{
	match_udp(r);
	add(r, FLOW_ACTION_REDIRECT_INGRESS);
}
RULE(out_null)
{
	match_udp(r);
	add(r, FLOW_ACTION_REDIRECT);
}
RULE(out_other)
{
	match_udp(r);
	add(r, FLOW_ACTION_REDIRECT)->dev = &b->other;
}
RULE(out_self)
{
	match_udp(r);
	output(b, r, "pf0vf0", FLOW_ACTION_REDIRECT);
}
RULE(out_twice)
{
	match_udp(r);
	output(b, r, "p0", FLOW_ACTION_MIRRED);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(out_uplinks)
{
	match_udp(r);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(goto_range)
{
	match_udp(r);
	add(r, FLOW_ACTION_GOTO)->chain_index = UINT32_MAX;
}
RULE(goto_back)
{
	match_udp(r);
	b->dev->steering_caps.ignore_flow_level = false;
	add(r, FLOW_ACTION_GOTO)->chain_index = 0;
}
RULE(csum_alone)
{
	match_udp(r);
	add(r, FLOW_ACTION_CSUM);
}
RULE(csum_sctp)
{
	match_udp(r);
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 0, 0xff, 1);
	add(r, FLOW_ACTION_CSUM)->csum_flags = 1 << 6;
}
RULE(vlan_three)
{
	match_udp(r);
	for (int i = 0; i < 3; i++)
		add(r, FLOW_ACTION_VLAN_PUSH);
}
RULE(vlan_no_cap)
{
	match_udp(r);
	b->dev->caps.push_vlan = false;
	add(r, FLOW_ACTION_VLAN_PUSH);
}
RULE(vlan_pop_no_cap)
{
	match_udp(r);
	b->dev->caps.pop_vlan = false;
	add(r, FLOW_ACTION_VLAN_POP);
}
RULE(vlan_no_cap_2)
{
	match_udp(r);
	b->dev->caps.push_vlan_2 = false;
	add(r, FLOW_ACTION_VLAN_PUSH);
	add(r, FLOW_ACTION_VLAN_PUSH);
}
RULE(vlan_rewrite_unmatched)
{
	match_udp(r);
	add(r, FLOW_ACTION_VLAN_MANGLE);
}
RULE(vlan_prio)
{
	match_udp(r);
	match_vlan(r, 5);
	add(r, FLOW_ACTION_VLAN_MANGLE)->vlan.prio = 2;
}
RULE(pedit_legacy)
{
	match_udp(r);
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_UNSPEC, 0, 1, 1);
}
RULE(pedit_no_cap)
{
	match_udp(r);
	b->dev->steering_caps.max_modify_header_actions = 0;
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 0, 1, 1);
}
RULE(pedit_twice)
{
	match_udp(r);
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 0, 0xff, 1);
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 0, 0xff, 2);
}
RULE(pedit_set_add)
{
	match_udp(r);
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 8, 0xff000000, 1);
	mangle(r, FLOW_ACTION_ADD, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 8, 0xff000000, 0xff000000);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(pedit_holes)
{
	match_udp(r);
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 12, 0xff00ff00, 0x01000100);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(pedit_unknown)
{
	match_udp(r);
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 4, 0xffffffff, 1);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(pedit_behind)
{
	match_udp(r);
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_UDP, 8, 0xffffffff, 1);
}
RULE(pedit_many)
{
	match_udp(r);
	b->dev->steering_caps.max_modify_header_actions = 1;
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 12, 0xffffffff, 1);
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 16, 0xffffffff, 1);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(pedit_sctp)
{
	match_udp(r);
	r->dissector.used_keys &= ~(1u << FLOW_DISSECTOR_KEY_PORTS);
	r->key.basic.ip_proto = 132;
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 12, 0xffffffff, 1);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(no_end)
{
	match_udp(r);
	add(r, FLOW_ACTION_VLAN_POP);
}
RULE(both_ends)
{
	match_udp(r);
	output(b, r, "p0", FLOW_ACTION_MIRRED);
	add(r, FLOW_ACTION_DROP);
}
RULE(drop_pedit)
{
	match_udp(r);
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 0, 0xffffffff, 1);
	add(r, FLOW_ACTION_DROP);
}
RULE(no_split)
{
	match_udp(r);
	b->dev->caps.has_fwd_fdb = false;
	output(b, r, "pf0vf1", FLOW_ACTION_MIRRED);
	add(r, FLOW_ACTION_VLAN_PUSH);
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(chain_range)
{
	match_udp(r);
	b->dev->caps.multi_fdb_encap = false;
	r->f.common.chain_index = 5;
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(prio_range)
{
	match_udp(r);
	b->dev->caps.multi_fdb_encap = false;
	r->f.common.prio = 5;
	output(b, r, "p0", FLOW_ACTION_REDIRECT);
}
RULE(hw_tc_off)
{
	match_udp(r);
	dev_get_by_name(&b->net, "pf0vf0")->features = 0;
}

static const struct {
	void (*build)(struct bed *b, struct rule *r);
	const char *port; /* NULL: pf0vf0 */
	int err;
	const char *words; /* without the prefix */
} refusals[] = {
	{ no_actions, NULL, -EINVAL, "Flow action doesn't have any entries" },
	{ mixed_stats, NULL, -EOPNOTSUPP, "Flow action HW stats type is not supported" },
	{ key_arp, NULL, -EOPNOTSUPP, "Unsupported key" },
	{ key_tunnel, NULL, -EOPNOTSUPP, "Failed to parse tunnel attributes" },
	{ key_ct, NULL, -EOPNOTSUPP, "offload of ct matching isn't available" },
	{ key_mpls, NULL, -EOPNOTSUPP, "Matching on MPLS is supported only for MPLS over UDP" },
	{ key_cvlan, NULL, -EOPNOTSUPP, "Matching on CVLAN is not supported" },
	{ key_ttl, NULL, -EOPNOTSUPP, "Matching on TTL is not supported" },
	{ meta_mask, NULL, -EOPNOTSUPP, "Unsupported ingress ifindex mask" },
	{ meta_unknown, NULL, -ENOENT, "Can't find the ingress port to match on" },
	{ meta_other, NULL, -EOPNOTSUPP, "Can't match on the ingress filter port" },
	{ first_frag, NULL, -EOPNOTSUPP, "Match on frag first/later is not supported" },
	{ sctp_ports, NULL, -EINVAL, "Only UDP and TCP transports are supported for L4 matching" },
	{ tcp_reserved, NULL, -EOPNOTSUPP, "Match on reserved TCP flags is not supported" },
	{ icmp_no_proto, NULL, -EINVAL, "Code and type matching only with ICMP and ICMPv6" },
	{ icmp_no_cap, NULL, -EOPNOTSUPP, "Match on Flex protocols for ICMP is not supported" },
	{ icmpv6_no_cap, NULL, -EOPNOTSUPP, "Match on Flex protocols for ICMPV6 is not supported" },
	{ min_inline, NULL, -EOPNOTSUPP, "Flow is not offloaded due to min inline setting" },
	{ act_mark, NULL, -EOPNOTSUPP, "Not implemented offload action" },
	{ act_trap, NULL, -EOPNOTSUPP, "action trap is supported as a sole action only" },
	{ act_mpls_push_, NULL, -EOPNOTSUPP, "mpls is supported only through a bareudp device" },
	{ act_mpls_pop_first, NULL, -EOPNOTSUPP, "mpls pop supported only on bareudp devices" },
	{ act_mpls_pop_later, NULL, -EOPNOTSUPP,
	  "mpls pop supported only as first action or with decap" },
	{ act_ct_, NULL, -EOPNOTSUPP, "offload of ct action isn't available" },
	{ act_ingress, NULL, -EOPNOTSUPP,
	  "redirect to ingress is supported only for OVS internal ports" },
	{ out_null, NULL, -EOPNOTSUPP, NULL },
	{ out_other, NULL, -EOPNOTSUPP,
	  "devices are not on same switch HW, can't offload forwarding" },
	{ out_self, NULL, -EOPNOTSUPP, "can't forward from a VF to itself" },
	{ out_twice, NULL, -EOPNOTSUPP, "can't duplicate output to same device" },
	{ out_uplinks, "p0", -EOPNOTSUPP, "devices are both uplink, can't offload forwarding" },
	{ goto_range, NULL, -EOPNOTSUPP, "Requested destination chain is out of supported range" },
	{ goto_back, NULL, -EOPNOTSUPP, "Goto lower numbered chain isn't supported" },
	{ csum_alone, NULL, -EOPNOTSUPP, "TC csum action is only offloaded with pedit" },
	{ csum_sctp, NULL, -EOPNOTSUPP, "can't offload TC csum action for some header/s" },
	{ vlan_three, NULL, -EOPNOTSUPP, "Total vlans used is greater than supported" },
	{ vlan_no_cap, NULL, -EOPNOTSUPP, "vlan push action is not supported" },
	{ vlan_pop_no_cap, NULL, -EOPNOTSUPP, "vlan pop action is not supported" },
	{ vlan_no_cap_2, NULL, -EOPNOTSUPP,
	  "vlan push action is not supported for vlan depth > 1" },
	{ vlan_rewrite_unmatched, NULL, -EOPNOTSUPP,
	  "VLAN rewrite action must have VLAN protocol match" },
	{ vlan_prio, NULL, -EOPNOTSUPP, "Changing VLAN prio is not supported" },
	{ pedit_legacy, NULL, -EOPNOTSUPP, "legacy pedit isn't offloaded" },
	{ pedit_no_cap, NULL, -EOPNOTSUPP, "The pedit offload action is not supported" },
	{ pedit_twice, NULL, -EOPNOTSUPP,
	  "curr_pmask and new mask same. Acting twice on same location" },
	{ pedit_set_add, NULL, -EOPNOTSUPP, "can't set and add to the same HW field" },
	{ pedit_holes, NULL, -EOPNOTSUPP, "rewrite of few sub-fields isn't supported" },
	{ pedit_unknown, NULL, -EOPNOTSUPP, "attempt to offload an unsupported field" },
	{ pedit_behind, NULL, -EOPNOTSUPP, "attempt to offload an unsupported field" },
	{ pedit_many, NULL, -ENOSPC, "too many pedit actions, can't offload" },
	{ pedit_sctp, NULL, -EOPNOTSUPP, "can't offload re-write of non TCP/UDP" },
	{ no_end, NULL, -EOPNOTSUPP, "Rule must have at least one forward/drop action" },
	{ both_ends, NULL, -EOPNOTSUPP, "Rule cannot support forward+drop action" },
	{ drop_pedit, NULL, -EOPNOTSUPP, "Drop with modify header action is not supported" },
	{ no_split, NULL, -EOPNOTSUPP,
	  "current firmware doesn't support split rule for port mirroring" },
	{ chain_range, NULL, -EOPNOTSUPP, "Requested chain is out of supported range" },
	{ prio_range, NULL, -EOPNOTSUPP, "Requested priority is out of supported range" },
	{ hw_tc_off, NULL, -EOPNOTSUPP, "TC offload is disabled on net device" },
};

static void check_refusal(struct bed *b, struct rule *r, size_t i)
{
	const char *words = refusals[i].words;

	assert_true(b->trace.refused);
	assert_int_equal(b->trace.refusal.error, refusals[i].err);
	if (!words) {
		assert_null(r->extack._msg);
		return;
	}
	assert_non_null(r->extack._msg);
	assert_non_null(strstr(r->extack._msg, words));
	assert_non_null(strstr(b->trace.refusal.words, words));
}

static void every_refusal_has_its_words_in_extack_and_trace(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		const char *port = refusals[i].port ? refusals[i].port : "pf0vf0";
		struct mlx5_caps caps;
		struct mlx5_steering_caps steering_caps;
		struct rule r;
		struct bed b;

		bed_init(&b);
		caps = b.dev->caps;
		steering_caps = b.dev->steering_caps;
		rule_init(&r, 1);
		refusals[i].build(&b, &r);
		assert_int_equal(give(&b, port, &r, FLOW_CLS_REPLACE), refusals[i].err);
		check_refusal(&b, &r, i);
		assert_int_equal(cmd_dummy_alive(&b.dummy), b.alive);
		trace_forget(&b.trace);
		/* A plain rule has no extack; the words are in the trace all the same. */
		r.f.common.extack = NULL;
		assert_int_equal(give(&b, port, &r, FLOW_CLS_REPLACE), refusals[i].err);
		assert_true(b.trace.refused);
		b.dev->caps = caps;
		b.dev->steering_caps = steering_caps;
		bed_fini(&b);
	}
}

static void other_uses_of_a_port_are_refused(void **state)
{
	struct net_device *dev;
	struct bed b;
	struct list cbs;
	struct flow_block block;
	struct flow_block_offload bo = { .command = FLOW_BLOCK_BIND,
					 .binder_type = FLOW_BLOCK_BINDER_TYPE_CLSACT_EGRESS,
					 .net = &b.net };

	bed_init(&b);
	list_init(&cbs);
	list_init(&block.cb_list);
	list_init(&bo.cb_list);
	bo.block = &block;
	dev = dev_get_by_name(&b.net, "p0");
	assert_int_equal(dev->netdev_ops->ndo_setup_tc(dev, TC_SETUP_BLOCK, &bo), -EOPNOTSUPP);
	assert_int_equal(dev->netdev_ops->ndo_setup_tc(dev, TC_SETUP_FT, &bo), -EOPNOTSUPP);
	bed_fini(&b);
}

/* ---- failures ---- */

static void build_large(struct bed *b, struct rule *r)
{
	rule_init(r, 77);
	match_udp(r);
	r->f.common.chain_index = 3;
	r->f.common.prio = 9;
	output(b, r, "pf0vf1", FLOW_ACTION_MIRRED);
	mangle(r, FLOW_ACTION_MANGLE, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 0, 0xffffffff, 1);
	output(b, r, "p0", FLOW_ACTION_MIRRED);
	add(r, FLOW_ACTION_GOTO)->chain_index = 5;
}

static void a_rule_survives_the_failure_of_every_command(void **state)
{
	struct rule r;
	struct bed b;
	int err = -1;

	bed_init(&b);
	for (unsigned long n = 1; err; n++) {
		long counters = b.dummy.n_counters;

		build_large(&b, &r);
		cmd_fault_arm(&b.fault, n, 0, MLX5_CMD_STAT_LIM_ERR, 0x55);
		err = give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE);
		assert_int_equal(err, b.fault.happened ? -ENOMEM : 0);
		if (err)
			assert_int_equal(cmd_dummy_alive(&b.dummy) - b.dummy.n_counters, b.alive);
		assert_true(b.dummy.n_counters >= counters);
		assert_true(n < 100);
	}
	cmd_fault_arm(&b.fault, 0, 0, 0, 0);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_DESTROY), 0);
	assert_int_equal(cmd_dummy_alive(&b.dummy) - b.dummy.n_counters, b.alive);
	bed_fini(&b);
}

static void a_rule_survives_the_failure_of_every_allocation(void **state)
{
	int err = -1;

	for (unsigned long n = 1; err; n++) {
		struct rule r;
		struct bed b;

		bed_init(&b);
		build_large(&b, &r);
		/* Without the binding, which allocates too. */
		mem_fail_nth(n + 1);
		err = give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE);
		assert_int_equal(err, mem_fail_happened() ? -ENOMEM : 0);
		mem_fail_nth(0);
		if (err)
			assert_int_equal(cmd_dummy_alive(&b.dummy) - b.dummy.n_counters, b.alive);
		assert_true(n < 100);
		bed_fini(&b);
	}
}

static void probe_survives_every_failure(void **state)
{
	int err = -1;

	for (unsigned long n = 1; err; n++) {
		struct bed b;

		bed_init_only(&b);
		mem_fail_nth(n);
		err = bed_probe(&b);
		mem_fail_nth(0);
		if (err)
			assert_int_equal(cmd_dummy_alive(&b.dummy), 0);
		else
			mlx5_remove(b.dev);
		knet_fini(&b.net);
		trace_fini(&b.trace);
		assert_true(n < 1000);
	}
	err = -1;
	for (unsigned long n = 1; err; n++) {
		struct mlx5_params params = { .n_vfs = N_VFS };
		struct mlx5_cmd_front front;
		struct bed b;

		bed_init_only(&b);
		front = cmd_dummy_front(&b.dummy);
		cmd_fault_init(&b.fault, &front);
		cmd_fault_arm(&b.fault, n, 0, MLX5_CMD_STAT_INT_ERR, 0);
		params.cmd = cmd_fault_front(&b.fault);
		err = mlx5_probe(&b.dev, &b.net, &params, NULL);
		if (err)
			assert_int_equal(cmd_dummy_alive(&b.dummy), 0);
		else
			mlx5_remove(b.dev);
		knet_fini(&b.net);
		trace_fini(&b.trace);
		assert_true(n < 1000);
	}
}

static void a_flow_is_small(void **state)
{
	enum {
		N = 20000
	};
	struct mlx5_driver_stats before, after;
	struct rule r;
	struct bed b;

	bed_init(&b);
	IFC_SET(cmd_hca_cap, b.dummy.caps[MLX5_CAP_GENERAL], vhca_id, 1);
	rule_init(&r, 1);
	match_udp(&r);
	output(&b, &r, "p0", FLOW_ACTION_REDIRECT);
	assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	mlx5_get_stats(b.dev, &before);
	for (unsigned int i = 0; i < N; i++) {
		r.f.cookie = 1000 + i;
		r.key.ipv4.dst = i;
		assert_int_equal(mlx5_vport_of(r.actions[0].dev), MLX5_VPORT_UPLINK);
		assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_REPLACE), 0);
	}
	mlx5_get_stats(b.dev, &after);
	assert_int_equal(after.n_flows, N + 1);
	print_message("# %zu bytes per flow\n", (after.n_bytes - before.n_bytes) / N);
	for (unsigned int i = 0; i < N; i++) {
		r.f.cookie = 1000 + i;
		assert_int_equal(give(&b, "pf0vf0", &r, FLOW_CLS_DESTROY), 0);
	}
	bed_fini(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(probe_makes_the_ports_and_remove_leaves_nothing),
		cmocka_unit_test(a_redirect_is_the_entry_that_a_real_driver_sends),
		cmocka_unit_test(the_path_has_the_names_of_the_article),
		cmocka_unit_test(rewriting_becomes_shared_modify_header_actions),
		cmocka_unit_test(a_field_that_is_matched_with_its_new_value_is_not_rewritten),
		cmocka_unit_test(vlans_are_pushed_popped_and_modified),
		cmocka_unit_test(a_mirror_before_a_rewriting_is_two_entries),
		cmocka_unit_test(goto_and_a_miss_carry_the_chain),
		cmocka_unit_test(counters_are_told_as_deltas_once_a_period),
		cmocka_unit_test(a_missed_packet_arrives_at_its_representor),
		cmocka_unit_test(every_refusal_has_its_words_in_extack_and_trace),
		cmocka_unit_test(other_uses_of_a_port_are_refused),
		cmocka_unit_test(a_rule_survives_the_failure_of_every_command),
		cmocka_unit_test(a_rule_survives_the_failure_of_every_allocation),
		cmocka_unit_test(probe_survives_every_failure),
		cmocka_unit_test(a_flow_is_small),
	};

	return cmocka_run_group_tests_name("driver", tests, NULL, NULL);
}
