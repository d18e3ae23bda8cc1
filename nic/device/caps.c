/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The built-in profile: every row with the reason why it may be set. Not set, because the device
 * does not do it: RoCE, software-owned steering, reformat in tables other than the FDB's, Geneve's
 * options, VXLAN-GPE, GTP, VLAN actions of vport contexts; of queues: striding, UMR, LRO, CQE
 * compression, interrupt moderation, software parsing, rate limits, time stamps.
 */
#include "nic/device/caps.h"

#include "nic/device/device_internal.h"

#include <string.h>

struct cap_row {
	unsigned int loc;
	uint32_t value;
};

#define ROW(s, field, value)                  \
	{                                     \
		IFC_LOC_##s##__##field, value \
	}

static const struct cap_row general[] = {
	ROW(cmd_hca_cap, vhca_id, 1),			 /* destinations and source ports name it */
	ROW(cmd_hca_cap, reg_c_preserve, 1),		 /* registers live from table to table */
	ROW(cmd_hca_cap, vport_group_manager, 1),	 /* the function manages the e-switch: */
	ROW(cmd_hca_cap, eswitch_manager, 1),		 /* ACLs and FDB are its own */
	ROW(cmd_hca_cap, nic_flow_table, 1),		 /* tables of type NIC_RX are kept */
	ROW(cmd_hca_cap, port_type, 1),			 /* Ethernet */
	ROW(cmd_hca_cap, num_ports, 1),			 /* one uplink */
	ROW(cmd_hca_cap, mcam_reg, 1),			 /* MCAM says what ACCESS_REG reaches */
	ROW(cmd_hca_cap, eth_net_offloads, 1),		 /* there are capabilities of that type */
	ROW(cmd_hca_cap, log_max_flow_counter_bulk, 15), /* counters of one query */
	/* Bulks of 128 << 3; other sizes are implemented too, but Linux 6.1 asks for all the bits
	 * that are set at once, which is no size. */
	ROW(cmd_hca_cap, flow_counter_bulk_alloc, 1 << 3),
	ROW(cmd_hca_cap, flex_parser_protocols,
	    1 << 3 | 1 << 4 | 1 << 5 |		  /* Geneve, MPLS over GRE, over UDP: are parsed */
		    1 << 8 | 1 << 9),		  /* ICMP, ICMPv6: misc3 is matched */
	ROW(cmd_hca_cap, vport_counters, 1),	  /* QUERY_VPORT_COUNTER */
	ROW(cmd_hca_cap, driver_version, 1),	  /* SET_DRIVER_VERSION keeps it */
	ROW(cmd_hca_cap, disable_local_lb_uc, 1), /* a vport hears itself only when the FDB */
	ROW(cmd_hca_cap, disable_local_lb_mc, 1), /* says so: there is nothing to turn off */
	ROW(cmd_hca_cap, log_max_current_uc_list, 7),		/* addresses of a vport context */
	ROW(cmd_hca_cap, log_max_current_mc_list, 11),		/* the same */
	ROW(cmd_hca_cap, log_max_vlan_list, 7),			/* VLANs of it */
	ROW(cmd_hca_cap, log_max_l2_table, NIC_LOG_L2_ENTRIES), /* SET_L2_TABLE_ENTRY */
	/* Sub-functions as vports; the device takes away what it has none of. */
	ROW(cmd_hca_cap, sf, 1), ROW(cmd_hca_cap, max_num_sf, NIC_SFS_MAX),
	ROW(cmd_hca_cap, sf_base_id, 0x8000),
	/* Their life, with events that SET_HCA_CAP turns on. */
	ROW(cmd_hca_cap, vhca_state, 1), ROW(cmd_hca_cap, event_on_vhca_state_allocated, 1),
	ROW(cmd_hca_cap, event_on_vhca_state_active, 1),
	ROW(cmd_hca_cap, event_on_vhca_state_in_use, 1),
	ROW(cmd_hca_cap, event_on_vhca_state_teardown_request, 1),
	ROW(cmd_hca_cap, max_flow_counter_31_16, NIC_COUNTERS_MAX >> 16),
	ROW(cmd_hca_cap, max_flow_counter_15_0, NIC_COUNTERS_MAX & 0xffff),
	/* Queues. Numbers are what a hundred representors need, and some; memory is taken when they
	 * are made. */
	ROW(cmd_hca_cap, log_max_eq, 6), ROW(cmd_hca_cap, max_num_eqs, 64),
	ROW(cmd_hca_cap, log_max_cq, 14), ROW(cmd_hca_cap, log_max_sq, 14),
	ROW(cmd_hca_cap, log_max_rq, 14), ROW(cmd_hca_cap, log_max_tis, 14),
	ROW(cmd_hca_cap, log_max_tir, 14), ROW(cmd_hca_cap, log_max_rqt, 12),
	ROW(cmd_hca_cap, log_max_rqt_size, 8), ROW(cmd_hca_cap, log_max_mkey, 14),
	ROW(cmd_hca_cap, log_max_pd, 10), ROW(cmd_hca_cap, log_max_transport_domain, 10),
	ROW(cmd_hca_cap, max_qp_cnt, 255), /* queue counters: their numbers have 8 bits */
	ROW(cmd_hca_cap, log_max_eq_sz, 16),
	ROW(cmd_hca_cap, log_max_cq_sz, 20),   /* counters have 24 bits */
	ROW(cmd_hca_cap, log_max_wq_sz, 15),   /* counters have 16 bits, and full is not empty */
	ROW(cmd_hca_cap, max_wqe_sz_sq, 1024), /* 16 blocks: fewer, and Linux makes no netdev */
	ROW(cmd_hca_cap, max_wqe_sz_rq, 1024), /* as the stride */
	ROW(cmd_hca_cap, log_min_stride_sz_rq, 4), /* one buffer */
	ROW(cmd_hca_cap, log_max_stride_sz_rq, 10),
	ROW(cmd_hca_cap, log_min_stride_sz_sq, 6), /* blocks of 64 bytes, no others */
	ROW(cmd_hca_cap, log_max_stride_sz_sq, 6),
	ROW(cmd_hca_cap, cqe_version, 1), /* the user's index is not in the CQE */
	ROW(cmd_hca_cap, cq_oi, 1),	  /* a CQ may ignore that it overflows */
	ROW(cmd_hca_cap, log_pg_sz, 12),
	ROW(cmd_hca_cap, uar_sz, 5),	      /* MiB << 5: more than BAR 0 has, as Linux reads it */
	ROW(cmd_hca_cap, bf, 1),	      /* doorbells lie in the BlueFlame buffers */
	ROW(cmd_hca_cap, log_bf_reg_size, 9), /* two of 256 bytes */
};

static const struct cap_row ethernet[] = {
	ROW(per_protocol_networking_offload_caps, csum_cap, 1), /* rewritten packets are summed */
	ROW(per_protocol_networking_offload_caps, vlan_cap, 1), /* tags are parsed, and stripped */
	ROW(per_protocol_networking_offload_caps, wqe_vlan_insert, 1),
	ROW(per_protocol_networking_offload_caps, cqe_checksum_full, 1), /* of the whole payload */
	ROW(per_protocol_networking_offload_caps, max_lso_cap, 20),    /* cut in software: 1 MiB */
	ROW(per_protocol_networking_offload_caps, rss_ind_tbl_cap, 8), /* as log_max_rqt_size */
	ROW(per_protocol_networking_offload_caps, wqe_inline_mode,
	    2), /* headers are read from the frame */
	ROW(per_protocol_networking_offload_caps, tunnel_stateless_vxlan, 1), /* is parsed */
	ROW(per_protocol_networking_offload_caps, max_vxlan_udp_ports,
	    NIC_VXLAN_PORTS_MAX), /* ADD_VXLAN_UDP_DPORT */
};

static const struct cap_row flow_table[] = {
	ROW(flow_table_nic_cap, nic_rx_multi_path_tirs, 1),	/* several TIRs in one entry */
	ROW(flow_table_nic_cap, nic_rx_multi_path_tirs_fts, 1), /* and a table */
};

static const struct cap_row eswitch_flow_table[] = {
	ROW(flow_table_eswitch_cap, fdb_to_vport_reg_c_id, 0xff),	/* all live to the end */
	ROW(flow_table_eswitch_cap, fdb_modify_header_fwd_to_table, 1), /* both in one entry */
	ROW(flow_table_eswitch_cap, flow_source, 1),			/* matched like a field */
	ROW(flow_table_eswitch_cap, multi_fdb_encap, 1), /* encapsulation in any of its tables */
	ROW(flow_table_eswitch_cap, fdb_multi_path_to_table,
	    1), /* vports and a table in one entry */
};

static const struct cap_row eswitch[] = {
	ROW(e_switch_cap, esw_uplink_ingress_acl, 1),	/* the uplink has ACLs too */
	ROW(e_switch_cap, counter_eswitch_affinity, 1), /* counters belong to the e-switch */
	ROW(e_switch_cap, merged_eswitch, 1),		/* destinations may name their owner */
	ROW(e_switch_cap, vxlan_encap_decap, 1),	/* reformat contexts, DECAP */
	ROW(e_switch_cap, nvgre_encap_decap, 1),	/* the same of GRE */
	ROW(e_switch_cap, log_max_fdb_encap_uplink, 5), /* destinations with their own context */
	ROW(e_switch_cap, log_max_packet_reformat_context, 20),
	ROW(e_switch_cap, max_encap_header_size, 128), /* PACKET_HEADROOM, and tags */
};

/* Of the FDB only. */
static const struct cap_row fdb_table[] = {
	ROW(flow_table_prop_layout, reformat, 1),
	ROW(flow_table_prop_layout, decap, 1),
	ROW(flow_table_prop_layout, reformat_and_vlan_action, 1), /* in one entry, and below: */
	ROW(flow_table_prop_layout, reformat_l3_tunnel_to_l2, 1), /* MPLS over UDP, IP in GRE */
	ROW(flow_table_prop_layout, reformat_l2_to_l3_tunnel, 1),
	ROW(flow_table_prop_layout, reformat_and_modify_action, 1),
	ROW(flow_table_prop_layout, reformat_and_fwd_to_table, 1),
	ROW(flow_table_prop_layout, termination_table, 1), /* several are destinations */
};

static const struct cap_row table[] = {
	ROW(flow_table_prop_layout, ft_support, 1),
	ROW(flow_table_prop_layout, flow_counter, 1),
	ROW(flow_table_prop_layout, flow_modify_en, 1), /* SET_FLOW_TABLE_ENTRY, op_mod 1 */
	ROW(flow_table_prop_layout, modify_root, 1),	/* SET_FLOW_TABLE_ROOT */
	ROW(flow_table_prop_layout, identified_miss_table_mode, 1), /* table_miss_id */
	ROW(flow_table_prop_layout, flow_table_modify, 1),	    /* MODIFY_FLOW_TABLE */
	ROW(flow_table_prop_layout, pop_vlan, 1),
	ROW(flow_table_prop_layout, push_vlan, 1),
	ROW(flow_table_prop_layout, pop_vlan_2, 1),
	ROW(flow_table_prop_layout, push_vlan_2, 1),
	ROW(flow_table_prop_layout, ignore_flow_level, 1), /* loops end in NIC_DROP_LOOP */
	ROW(flow_table_prop_layout, log_max_ft_size, 22),
	ROW(flow_table_prop_layout, log_max_modify_header_context, 20),
	ROW(flow_table_prop_layout, max_modify_header_actions, 16),
	ROW(flow_table_prop_layout, max_ft_level, 64),
	ROW(flow_table_prop_layout, log_max_ft_num, 16),      /* NIC_TABLES_MAX */
	ROW(flow_table_prop_layout, log_max_flow_counter, 0), /* one counter of an entry */
	ROW(flow_table_prop_layout, log_max_destination, 6),
	ROW(flow_table_prop_layout, log_max_flow, 24), /* NIC_ENTRIES_MAX */
};

/* Fields that nic_key_parse() fills. */
static const struct cap_row match[] = {
#define CAN(field) ROW(flow_table_fields_supported, field, 1)
	CAN(outer_dmac),
	CAN(outer_smac),
	CAN(outer_ether_type),
	CAN(outer_ip_version),
	CAN(outer_first_prio),
	CAN(outer_first_cfi),
	CAN(outer_first_vid),
	CAN(outer_ipv4_ttl),
	CAN(outer_second_prio),
	CAN(outer_second_cfi),
	CAN(outer_second_vid),
	CAN(outer_sip),
	CAN(outer_dip),
	CAN(outer_frag),
	CAN(outer_ip_protocol),
	CAN(outer_ip_ecn),
	CAN(outer_ip_dscp),
	CAN(outer_udp_sport),
	CAN(outer_udp_dport),
	CAN(outer_tcp_sport),
	CAN(outer_tcp_dport),
	CAN(outer_tcp_flags),
	CAN(source_eswitch_port),
	CAN(metadata_reg_c_7),
	CAN(metadata_reg_c_6),
	CAN(metadata_reg_c_5),
	CAN(metadata_reg_c_4),
	CAN(metadata_reg_c_3),
	CAN(metadata_reg_c_2),
	CAN(metadata_reg_c_1),
	CAN(metadata_reg_c_0),
	CAN(outer_gre_protocol),
	CAN(outer_gre_key),
	CAN(outer_vxlan_vni),
	CAN(outer_geneve_vni),
	CAN(outer_geneve_oam),
	CAN(outer_geneve_protocol_type),
	CAN(outer_geneve_opt_len),
	CAN(inner_dmac),
	CAN(inner_smac),
	CAN(inner_ether_type),
	CAN(inner_ip_version),
	CAN(inner_first_prio),
	CAN(inner_first_cfi),
	CAN(inner_first_vid),
	CAN(inner_second_prio),
	CAN(inner_second_cfi),
	CAN(inner_second_vid),
	CAN(inner_sip),
	CAN(inner_dip),
	CAN(inner_frag),
	CAN(inner_ip_protocol),
	CAN(inner_ip_ecn),
	CAN(inner_ip_dscp),
	CAN(inner_udp_sport),
	CAN(inner_udp_dport),
	CAN(inner_tcp_sport),
	CAN(inner_tcp_dport),
	CAN(inner_tcp_flags),
	/* label, class, end of the stack, time to live */
	ROW(flow_table_fields_supported, outer_first_mpls, 0xf),
	ROW(flow_table_fields_supported, outer_first_mpls_over_gre, 0xf),
	ROW(flow_table_fields_supported, outer_first_mpls_over_udp, 0xf),
};

static void fill(uint8_t *buf, const struct cap_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ifc_set(buf, rows[i].loc, rows[i].value);
}

static void fill_table(uint8_t *prop, uint8_t max_level)
{
	fill(prop, table, ARRAY_SIZE(table));
	fill(IFC_PTR(flow_table_prop_layout, prop, ft_field_support), match, ARRAY_SIZE(match));
	fill(IFC_PTR(flow_table_prop_layout, prop, ft_field_bitmask_support), match,
	     ARRAY_SIZE(match));
	IFC_SET(flow_table_prop_layout, prop, max_ft_level, max_level);
}

void nic_caps_default(struct nic_caps *caps)
{
	uint8_t *esw = caps->eswitch_flow_table;

	memset(caps, 0, sizeof *caps);
	fill(caps->general, general, ARRAY_SIZE(general));
	fill(caps->ethernet, ethernet, ARRAY_SIZE(ethernet));
	fill(caps->eswitch_flow_table, eswitch_flow_table, ARRAY_SIZE(eswitch_flow_table));
	fill(caps->eswitch, eswitch, ARRAY_SIZE(eswitch));
	fill(caps->flow_table, flow_table, ARRAY_SIZE(flow_table));
	fill_table(IFC_PTR(flow_table_nic_cap, caps->flow_table, flow_table_properties_nic_receive),
		   64);
	/* Drivers put the FDB's last tables far up: the slow path is at level 180 in Linux 6.1. */
	fill_table(IFC_PTR(flow_table_eswitch_cap, esw, flow_table_properties_nic_esw_fdb), 255);
	fill(IFC_PTR(flow_table_eswitch_cap, esw, flow_table_properties_nic_esw_fdb), fdb_table,
	     ARRAY_SIZE(fdb_table));
	fill_table(IFC_PTR(flow_table_eswitch_cap, esw, flow_table_properties_esw_acl_ingress), 64);
	fill_table(IFC_PTR(flow_table_eswitch_cap, esw, flow_table_properties_esw_acl_egress), 64);
}

const uint8_t *nic_caps_find(const struct nic_caps *caps, uint32_t type)
{
	switch (type) {
	case MLX5_CAP_GENERAL:
		return caps->general;
	case MLX5_CAP_ETHERNET_OFFLOADS:
		return caps->ethernet;
	case MLX5_CAP_FLOW_TABLE:
		return caps->flow_table;
	case MLX5_CAP_ESWITCH_FLOW_TABLE:
		return caps->eswitch_flow_table;
	case MLX5_CAP_ESWITCH:
		return caps->eswitch;
	default:
		return NULL;
	}
}

const uint8_t *nic_caps_table(const struct nic_caps *caps, uint32_t table_type)
{
	const uint8_t *esw = caps->eswitch_flow_table, *prop = NULL;

	switch (table_type) {
	case MLX5_TABLE_NIC_RX:
		prop = IFC_PTR(flow_table_nic_cap, caps->flow_table,
			       flow_table_properties_nic_receive);
		break;
	case MLX5_TABLE_FDB:
		prop = IFC_PTR(flow_table_eswitch_cap, esw, flow_table_properties_nic_esw_fdb);
		break;
	case MLX5_TABLE_ESW_INGRESS_ACL:
		prop = IFC_PTR(flow_table_eswitch_cap, esw, flow_table_properties_esw_acl_ingress);
		break;
	case MLX5_TABLE_ESW_EGRESS_ACL:
		prop = IFC_PTR(flow_table_eswitch_cap, esw, flow_table_properties_esw_acl_egress);
		break;
	}
	return prop && IFC_GET(flow_table_prop_layout, prop, ft_support) ? prop : NULL;
}

/* ---- commands ---- */

/* What a driver may turn on and off, or make less, before it initialises the function. */
static const struct settable {
	unsigned int loc;
	bool is_off; /* until it is set */
} settable[] = {
#define SETTABLE(field)                             \
	{                                           \
		IFC_LOC_cmd_hca_cap__##field, false \
	}
#define EVENT(state)                                                   \
	{                                                              \
		IFC_LOC_cmd_hca_cap__event_on_vhca_state_##state, true \
	}
	SETTABLE(log_max_qp),	 SETTABLE(log_max_current_uc_list),
	SETTABLE(vhca_state),	 EVENT(allocated),
	EVENT(active),		 EVENT(in_use),
	EVENT(teardown_request),
};

void nic_caps_reset(struct nic_device *dev)
{
	dev->caps = *dev->function.max_caps;
	for (size_t i = 0; i < ARRAY_SIZE(settable); i++) {
		if (settable[i].is_off)
			ifc_set(dev->caps.general, settable[i].loc, 0);
	}
}

/* What another function than the manager's would be told: it manages nothing. */
static enum nic_syndrome query_other(struct nic_command *c, const uint8_t *cap, uint8_t *out)
{
	uint32_t number = IFC_GET(query_hca_cap_in, c->in, function_id);
	const struct nic_vport *vp = nic_vport_find(c->dev, number);

	if (!vp || number == MLX5_VPORT_UPLINK)
		return NIC_SYN_FUNCTION_ID;
	if (IFC_GET(query_hca_cap_in, c->in, op_mod) >> 1 != MLX5_CAP_GENERAL)
		return NIC_SYN_CAP_TYPE;
	memcpy(out, cap, NIC_CAP_SIZE);
	IFC_SET(cmd_hca_cap, out, vhca_id, nic_vport_vhca_id(c->dev, vp));
	if (number == MLX5_VPORT_PF)
		return NIC_SYN_NONE;
	IFC_SET(cmd_hca_cap, out, vport_group_manager, 0);
	IFC_SET(cmd_hca_cap, out, eswitch_manager, 0);
	IFC_SET(cmd_hca_cap, out, sf, 0);
	IFC_SET(cmd_hca_cap, out, max_num_sf, 0);
	return NIC_SYN_NONE;
}

/* Bit 0 of op_mod: the current value instead of the maximum. */
enum nic_syndrome nic_caps_query(struct nic_command *c)
{
	uint32_t op_mod = IFC_GET(query_hca_cap_in, c->in, op_mod);
	const struct nic_caps *caps = op_mod & 1 ? &c->dev->caps : c->dev->function.max_caps;
	const uint8_t *cap = nic_caps_find(caps, op_mod >> 1);
	uint8_t *out = IFC_PTR(query_hca_cap_out, c->out, capability);

	if (!cap)
		return NIC_SYN_CAP_TYPE;
	if (IFC_GET(query_hca_cap_in, c->in, other_function))
		return query_other(c, cap, out);
	if (IFC_GET(query_hca_cap_in, c->in, function_id))
		return NIC_SYN_FUNCTION_ID;
	memcpy(out, cap, NIC_CAP_SIZE);
	return NIC_SYN_NONE;
}

/* Whether two layouts agree in all but what may be set. */
static bool differs(const uint8_t *a, const uint8_t *b)
{
	uint8_t diff[NIC_CAP_SIZE];

	for (size_t i = 0; i < NIC_CAP_SIZE; i++)
		diff[i] = a[i] ^ b[i];
	for (size_t i = 0; i < ARRAY_SIZE(settable); i++)
		ifc_set(diff, settable[i].loc, 0);
	for (size_t i = 0; i < NIC_CAP_SIZE; i++) {
		if (diff[i])
			return true;
	}
	return false;
}

enum nic_syndrome nic_caps_set(struct nic_command *c)
{
	const uint8_t *want = IFC_PTR(set_hca_cap_in, c->in, capability);
	uint32_t op_mod = IFC_GET(set_hca_cap_in, c->in, op_mod);

	if (op_mod & 1)
		return NIC_SYN_OP_MOD;
	if (op_mod >> 1 != MLX5_CAP_GENERAL)
		return nic_caps_find(&c->dev->caps, op_mod >> 1) ? NIC_SYN_CAP_FIXED
								 : NIC_SYN_CAP_TYPE;
	if (IFC_GET(set_hca_cap_in, c->in, other_function) ||
	    IFC_GET(set_hca_cap_in, c->in, function_id))
		return NIC_SYN_CAP_OTHER;
	if (differs(want, c->dev->caps.general))
		return NIC_SYN_CAP_FIXED;
	for (size_t i = 0; i < ARRAY_SIZE(settable); i++) {
		if (ifc_get(want, settable[i].loc) >
		    ifc_get(c->dev->function.max_caps->general, settable[i].loc))
			return NIC_SYN_CAP_MAX;
	}
	memcpy(c->dev->caps.general, want, NIC_CAP_SIZE);
	return NIC_SYN_NONE;
}
