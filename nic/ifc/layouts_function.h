/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layouts, as in layouts.h, of the commands that bring a function to life and describe it: HCA,
 * pages, registers, vport contexts, sub-functions.
 */
#ifndef NIC_IFC_LAYOUTS_FUNCTION_H
#define NIC_IFC_LAYOUTS_FUNCTION_H

/* clang-format off */

#define IFC_ENABLE_HCA_IN_SIZE 0x10
#define IFC_ENABLE_HCA_IN(F, S) \
	F(enable_hca_in, opcode, 0x0, 31, 16) \
	F(enable_hca_in, op_mod, 0x4, 15, 0) \
	F(enable_hca_in, embedded_cpu_function, 0x8, 31, 31) \
	F(enable_hca_in, function_id, 0x8, 15, 0)

#define IFC_ENABLE_HCA_OUT_SIZE 0xc
#define IFC_ENABLE_HCA_OUT(F, S) \
	F(enable_hca_out, status, 0x0, 31, 24) \
	F(enable_hca_out, syndrome, 0x4, 31, 0)

#define IFC_DISABLE_HCA_IN_SIZE 0x10
#define IFC_DISABLE_HCA_IN(F, S) \
	F(disable_hca_in, opcode, 0x0, 31, 16) \
	F(disable_hca_in, op_mod, 0x4, 15, 0) \
	F(disable_hca_in, embedded_cpu_function, 0x8, 31, 31) \
	F(disable_hca_in, function_id, 0x8, 15, 0)

#define IFC_DISABLE_HCA_OUT_SIZE 0xc
#define IFC_DISABLE_HCA_OUT(F, S) \
	F(disable_hca_out, status, 0x0, 31, 24) \
	F(disable_hca_out, syndrome, 0x4, 31, 0)

#define IFC_INIT_HCA_IN_SIZE 0x20
#define IFC_INIT_HCA_IN(F, S) \
	F(init_hca_in, opcode, 0x0, 31, 16) \
	F(init_hca_in, op_mod, 0x4, 15, 0) \
	F(init_hca_in, sw_vhca_id, 0xc, 29, 16) \
	S(init_hca_in, sw_owner_id, 0x10, 16, raw)

#define IFC_INIT_HCA_OUT_SIZE 0x10
#define IFC_INIT_HCA_OUT(F, S) \
	F(init_hca_out, status, 0x0, 31, 24) \
	F(init_hca_out, syndrome, 0x4, 31, 0)

#define IFC_TEARDOWN_HCA_IN_SIZE 0x10
#define IFC_TEARDOWN_HCA_IN(F, S) \
	F(teardown_hca_in, opcode, 0x0, 31, 16) \
	F(teardown_hca_in, op_mod, 0x4, 15, 0) \
	F(teardown_hca_in, profile, 0x8, 15, 0)

#define IFC_TEARDOWN_HCA_OUT_SIZE 0x10
#define IFC_TEARDOWN_HCA_OUT(F, S) \
	F(teardown_hca_out, status, 0x0, 31, 24) \
	F(teardown_hca_out, syndrome, 0x4, 31, 0) \
	F(teardown_hca_out, state, 0xc, 0, 0)

#define IFC_QUERY_ISSI_IN_SIZE 0x10
#define IFC_QUERY_ISSI_IN(F, S) \
	F(query_issi_in, opcode, 0x0, 31, 16) \
	F(query_issi_in, op_mod, 0x4, 15, 0)

#define IFC_QUERY_ISSI_OUT_SIZE 0x70
#define IFC_QUERY_ISSI_OUT(F, S) \
	F(query_issi_out, status, 0x0, 31, 24) \
	F(query_issi_out, syndrome, 0x4, 31, 0) \
	F(query_issi_out, current_issi, 0x8, 15, 0) \
	F(query_issi_out, supported_issi_dw0, 0x6c, 31, 0)

#define IFC_SET_ISSI_IN_SIZE 0x10
#define IFC_SET_ISSI_IN(F, S) \
	F(set_issi_in, opcode, 0x0, 31, 16) \
	F(set_issi_in, op_mod, 0x4, 15, 0) \
	F(set_issi_in, current_issi, 0x8, 15, 0)

#define IFC_SET_ISSI_OUT_SIZE 0x10
#define IFC_SET_ISSI_OUT(F, S) \
	F(set_issi_out, status, 0x0, 31, 24) \
	F(set_issi_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_PAGES_IN_SIZE 0x10
#define IFC_QUERY_PAGES_IN(F, S) \
	F(query_pages_in, opcode, 0x0, 31, 16) \
	F(query_pages_in, op_mod, 0x4, 15, 0) \
	F(query_pages_in, embedded_cpu_function, 0x8, 31, 31) \
	F(query_pages_in, function_id, 0x8, 15, 0)

#define IFC_QUERY_PAGES_OUT_SIZE 0x10
#define IFC_QUERY_PAGES_OUT(F, S) \
	F(query_pages_out, status, 0x0, 31, 24) \
	F(query_pages_out, syndrome, 0x4, 31, 0) \
	F(query_pages_out, embedded_cpu_function, 0x8, 31, 31) \
	F(query_pages_out, function_id, 0x8, 15, 0) \
	F(query_pages_out, num_pages, 0xc, 31, 0)

#define IFC_MANAGE_PAGES_IN_SIZE 0x10
#define IFC_MANAGE_PAGES_IN(F, S) \
	F(manage_pages_in, opcode, 0x0, 31, 16) \
	F(manage_pages_in, op_mod, 0x4, 15, 0) \
	F(manage_pages_in, embedded_cpu_function, 0x8, 31, 31) \
	F(manage_pages_in, function_id, 0x8, 15, 0) \
	F(manage_pages_in, input_num_entries, 0xc, 31, 0) \
	S(manage_pages_in, pas, 0x10, 8, raw)

#define IFC_MANAGE_PAGES_OUT_SIZE 0x10
#define IFC_MANAGE_PAGES_OUT(F, S) \
	F(manage_pages_out, status, 0x0, 31, 24) \
	F(manage_pages_out, syndrome, 0x4, 31, 0) \
	F(manage_pages_out, output_num_entries, 0x8, 31, 0) \
	S(manage_pages_out, pas, 0x10, 8, raw)

#define IFC_SET_HCA_CAP_IN_SIZE 0x1010
#define IFC_SET_HCA_CAP_IN(F, S) \
	F(set_hca_cap_in, opcode, 0x0, 31, 16) \
	F(set_hca_cap_in, op_mod, 0x4, 15, 0) \
	F(set_hca_cap_in, other_function, 0x8, 31, 31) \
	F(set_hca_cap_in, function_id, 0x8, 15, 0) \
	S(set_hca_cap_in, capability, 0x10, 4096, raw)

#define IFC_SET_HCA_CAP_OUT_SIZE 0x10
#define IFC_SET_HCA_CAP_OUT(F, S) \
	F(set_hca_cap_out, status, 0x0, 31, 24) \
	F(set_hca_cap_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_ADAPTER_IN_SIZE 0x10
#define IFC_QUERY_ADAPTER_IN(F, S) \
	F(query_adapter_in, opcode, 0x0, 31, 16) \
	F(query_adapter_in, op_mod, 0x4, 15, 0)

#define IFC_QUERY_ADAPTER_OUT_SIZE 0x110
#define IFC_QUERY_ADAPTER_OUT(F, S) \
	F(query_adapter_out, status, 0x0, 31, 24) \
	F(query_adapter_out, syndrome, 0x4, 31, 0) \
	S(query_adapter_out, query_adapter_struct, 0x10, 256, query_adapter_param_block)

#define IFC_QUERY_ADAPTER_PARAM_BLOCK_SIZE 0x100
#define IFC_QUERY_ADAPTER_PARAM_BLOCK(F, S) \
	F(query_adapter_param_block, ieee_vendor_id, 0x18, 23, 0) \
	F(query_adapter_param_block, vsd_vendor_id, 0x1c, 15, 0) \
	S(query_adapter_param_block, vsd, 0x20, 208, raw) \
	S(query_adapter_param_block, vsd_contd_psid, 0xf0, 16, raw)

#define IFC_ALLOC_SF_IN_SIZE 0x10
#define IFC_ALLOC_SF_IN(F, S) \
	F(alloc_sf_in, opcode, 0x0, 31, 16) \
	F(alloc_sf_in, op_mod, 0x4, 15, 0) \
	F(alloc_sf_in, function_id, 0x8, 15, 0)

#define IFC_ALLOC_SF_OUT_SIZE 0x10
#define IFC_ALLOC_SF_OUT(F, S) \
	F(alloc_sf_out, status, 0x0, 31, 24) \
	F(alloc_sf_out, syndrome, 0x4, 31, 0)

#define IFC_DEALLOC_SF_IN_SIZE 0x10
#define IFC_DEALLOC_SF_IN(F, S) \
	F(dealloc_sf_in, opcode, 0x0, 31, 16) \
	F(dealloc_sf_in, op_mod, 0x4, 15, 0) \
	F(dealloc_sf_in, function_id, 0x8, 15, 0)

#define IFC_DEALLOC_SF_OUT_SIZE 0x10
#define IFC_DEALLOC_SF_OUT(F, S) \
	F(dealloc_sf_out, status, 0x0, 31, 24) \
	F(dealloc_sf_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_VHCA_STATE_IN_SIZE 0x10
#define IFC_QUERY_VHCA_STATE_IN(F, S) \
	F(query_vhca_state_in, opcode, 0x0, 31, 16) \
	F(query_vhca_state_in, uid, 0x0, 15, 0) \
	F(query_vhca_state_in, op_mod, 0x4, 15, 0) \
	F(query_vhca_state_in, embedded_cpu_function, 0x8, 31, 31) \
	F(query_vhca_state_in, function_id, 0x8, 15, 0)

#define IFC_QUERY_VHCA_STATE_OUT_SIZE 0x20
#define IFC_QUERY_VHCA_STATE_OUT(F, S) \
	F(query_vhca_state_out, status, 0x0, 31, 24) \
	F(query_vhca_state_out, syndrome, 0x4, 31, 0) \
	S(query_vhca_state_out, vhca_state_context, 0x10, 16, vhca_state_context)

#define IFC_MODIFY_VHCA_STATE_IN_SIZE 0x20
#define IFC_MODIFY_VHCA_STATE_IN(F, S) \
	F(modify_vhca_state_in, opcode, 0x0, 31, 16) \
	F(modify_vhca_state_in, uid, 0x0, 15, 0) \
	F(modify_vhca_state_in, op_mod, 0x4, 15, 0) \
	F(modify_vhca_state_in, embedded_cpu_function, 0x8, 31, 31) \
	F(modify_vhca_state_in, function_id, 0x8, 15, 0) \
	S(modify_vhca_state_in, vhca_state_field_select, 0xc, 4, vhca_state_field_select) \
	S(modify_vhca_state_in, vhca_state_context, 0x10, 16, vhca_state_context)

#define IFC_MODIFY_VHCA_STATE_OUT_SIZE 0x10
#define IFC_MODIFY_VHCA_STATE_OUT(F, S) \
	F(modify_vhca_state_out, status, 0x0, 31, 24) \
	F(modify_vhca_state_out, syndrome, 0x4, 31, 0)

#define IFC_ACCESS_REGISTER_IN_SIZE 0x10
#define IFC_ACCESS_REGISTER_IN(F, S) \
	F(access_register_in, opcode, 0x0, 31, 16) \
	F(access_register_in, op_mod, 0x4, 15, 0) \
	F(access_register_in, register_id, 0x8, 15, 0) \
	F(access_register_in, argument, 0xc, 31, 0) \
	S(access_register_in, register_data, 0x10, 4, raw)

#define IFC_ACCESS_REGISTER_OUT_SIZE 0x10
#define IFC_ACCESS_REGISTER_OUT(F, S) \
	F(access_register_out, status, 0x0, 31, 24) \
	F(access_register_out, syndrome, 0x4, 31, 0) \
	S(access_register_out, register_data, 0x10, 4, raw)

#define IFC_PAOS_REG_SIZE 0x10
#define IFC_PAOS_REG(F, S) \
	F(paos_reg, swid, 0x0, 31, 24) \
	F(paos_reg, local_port, 0x0, 23, 16) \
	F(paos_reg, admin_status, 0x0, 11, 8) \
	F(paos_reg, oper_status, 0x0, 3, 0) \
	F(paos_reg, ase, 0x4, 31, 31) \
	F(paos_reg, ee, 0x4, 30, 30) \
	F(paos_reg, e, 0x4, 1, 0)

#define IFC_PMTU_REG_SIZE 0x10
#define IFC_PMTU_REG(F, S) \
	F(pmtu_reg, local_port, 0x0, 23, 16) \
	F(pmtu_reg, max_mtu, 0x4, 31, 16) \
	F(pmtu_reg, admin_mtu, 0x8, 31, 16) \
	F(pmtu_reg, oper_mtu, 0xc, 31, 16)

#define IFC_PTYS_REG_SIZE 0x40
#define IFC_PTYS_REG(F, S) \
	F(ptys_reg, an_disable_admin, 0x0, 30, 30) \
	F(ptys_reg, an_disable_cap, 0x0, 29, 29) \
	F(ptys_reg, local_port, 0x0, 23, 16) \
	F(ptys_reg, proto_mask, 0x0, 2, 0) \
	F(ptys_reg, an_status, 0x4, 31, 28) \
	F(ptys_reg, data_rate_oper, 0x4, 15, 0) \
	F(ptys_reg, ext_eth_proto_capability, 0x8, 31, 0) \
	F(ptys_reg, eth_proto_capability, 0xc, 31, 0) \
	F(ptys_reg, ib_link_width_capability, 0x10, 31, 16) \
	F(ptys_reg, ib_proto_capability, 0x10, 15, 0) \
	F(ptys_reg, ext_eth_proto_admin, 0x14, 31, 0) \
	F(ptys_reg, eth_proto_admin, 0x18, 31, 0) \
	F(ptys_reg, ib_link_width_admin, 0x1c, 31, 16) \
	F(ptys_reg, ib_proto_admin, 0x1c, 15, 0) \
	F(ptys_reg, ext_eth_proto_oper, 0x20, 31, 0) \
	F(ptys_reg, eth_proto_oper, 0x24, 31, 0) \
	F(ptys_reg, ib_link_width_oper, 0x28, 31, 16) \
	F(ptys_reg, ib_proto_oper, 0x28, 15, 0) \
	F(ptys_reg, connector_type, 0x2c, 3, 0) \
	F(ptys_reg, eth_proto_lp_advertise, 0x30, 31, 0)

#define IFC_PPLM_REG_SIZE 0x50
#define IFC_PPLM_REG(F, S) \
	F(pplm_reg, local_port, 0x0, 23, 16) \
	F(pplm_reg, port_profile_mode, 0x8, 31, 24) \
	F(pplm_reg, static_port_profile, 0x8, 23, 16) \
	F(pplm_reg, active_port_profile, 0x8, 15, 8) \
	F(pplm_reg, retransmission_active, 0xc, 31, 24) \
	F(pplm_reg, fec_mode_active, 0xc, 23, 0) \
	F(pplm_reg, rs_fec_correction_bypass_cap, 0x10, 31, 28) \
	F(pplm_reg, fec_override_cap_56g, 0x10, 19, 16) \
	F(pplm_reg, fec_override_cap_100g, 0x10, 15, 12) \
	F(pplm_reg, fec_override_cap_50g, 0x10, 11, 8) \
	F(pplm_reg, fec_override_cap_25g, 0x10, 7, 4) \
	F(pplm_reg, fec_override_cap_10g_40g, 0x10, 3, 0) \
	F(pplm_reg, rs_fec_correction_bypass_admin, 0x14, 31, 28) \
	F(pplm_reg, fec_override_admin_56g, 0x14, 19, 16) \
	F(pplm_reg, fec_override_admin_100g, 0x14, 15, 12) \
	F(pplm_reg, fec_override_admin_50g, 0x14, 11, 8) \
	F(pplm_reg, fec_override_admin_25g, 0x14, 7, 4) \
	F(pplm_reg, fec_override_admin_10g_40g, 0x14, 3, 0) \
	F(pplm_reg, fec_override_cap_400g_8x, 0x18, 31, 16) \
	F(pplm_reg, fec_override_cap_200g_4x, 0x18, 15, 0) \
	F(pplm_reg, fec_override_cap_100g_2x, 0x1c, 31, 16) \
	F(pplm_reg, fec_override_cap_50g_1x, 0x1c, 15, 0) \
	F(pplm_reg, fec_override_admin_400g_8x, 0x20, 31, 16) \
	F(pplm_reg, fec_override_admin_200g_4x, 0x20, 15, 0) \
	F(pplm_reg, fec_override_admin_100g_2x, 0x24, 31, 16) \
	F(pplm_reg, fec_override_admin_50g_1x, 0x24, 15, 0)

#define IFC_PDDR_REG_SIZE 0x100
#define IFC_PDDR_REG(F, S) \
	F(pddr_reg, local_port, 0x0, 23, 16) \
	F(pddr_reg, pnat, 0x0, 15, 14) \
	F(pddr_reg, page_select, 0x4, 7, 0) \
	F(pddr_reg, group_opcode, 0x8, 15, 0) \
	F(pddr_reg, monitor_opcode, 0xc, 15, 0) \
	S(pddr_reg, status_message, 0x14, 236, raw)

#define IFC_MCAM_REG_SIZE 0x48
#define IFC_MCAM_REG(F, S) \
	F(mcam_reg, feature_group, 0x0, 23, 16) \
	F(mcam_reg, access_reg_group, 0x0, 7, 0) \
	F(mcam_reg, mcqi, 0x8, 1, 1) \
	F(mcam_reg, mcqs, 0x8, 0, 0)

#define IFC_MCQS_REG_SIZE 0x10
#define IFC_MCQS_REG(F, S) \
	F(mcqs_reg, last_index_flag, 0x0, 31, 31) \
	F(mcqs_reg, component_index, 0x0, 15, 0) \
	F(mcqs_reg, identifier, 0x4, 15, 0) \
	F(mcqs_reg, component_status, 0x8, 8, 4) \
	F(mcqs_reg, component_update_state, 0x8, 3, 0)

#define IFC_MCQI_REG_SIZE 0x18
#define IFC_MCQI_REG(F, S) \
	F(mcqi_reg, read_pending_component, 0x0, 31, 31) \
	F(mcqi_reg, component_index, 0x0, 15, 0) \
	F(mcqi_reg, info_type, 0x8, 4, 0) \
	F(mcqi_reg, info_size, 0xc, 31, 0) \
	F(mcqi_reg, offset, 0x10, 31, 0) \
	F(mcqi_reg, data_size, 0x14, 15, 0)

#define IFC_MCQI_VERSION_SIZE 0x7c
#define IFC_MCQI_VERSION(F, S) \
	F(mcqi_version, version_string_length, 0x0, 7, 0) \
	F(mcqi_version, version, 0x4, 31, 0) \
	S(mcqi_version, version_string, 0x20, 92, raw)

#define IFC_PPCNT_REG_SIZE 0x100
#define IFC_PPCNT_REG(F, S) \
	F(ppcnt_reg, swid, 0x0, 31, 24) \
	F(ppcnt_reg, local_port, 0x0, 23, 16) \
	F(ppcnt_reg, pnat, 0x0, 15, 14) \
	F(ppcnt_reg, grp, 0x0, 5, 0) \
	F(ppcnt_reg, clr, 0x4, 31, 31) \
	F(ppcnt_reg, prio_tc, 0x4, 2, 0) \
	S(ppcnt_reg, counter_set, 0x8, 248, raw)

#define IFC_ETH_802_3_CNTRS_SIZE 0xf8
#define IFC_ETH_802_3_CNTRS(F, S) \
	S(eth_802_3_cntrs, a_frames_transmitted_ok, 0x0, 8, raw) \
	S(eth_802_3_cntrs, a_frames_received_ok, 0x8, 8, raw) \
	S(eth_802_3_cntrs, a_octets_transmitted_ok, 0x20, 8, raw) \
	S(eth_802_3_cntrs, a_octets_received_ok, 0x28, 8, raw) \
	S(eth_802_3_cntrs, a_multicast_frames_xmitted_ok, 0x30, 8, raw) \
	S(eth_802_3_cntrs, a_broadcast_frames_xmitted_ok, 0x38, 8, raw) \
	S(eth_802_3_cntrs, a_multicast_frames_received_ok, 0x40, 8, raw) \
	S(eth_802_3_cntrs, a_broadcast_frames_received_ok, 0x48, 8, raw)

#define IFC_ETH_2863_CNTRS_SIZE 0xf8
#define IFC_ETH_2863_CNTRS(F, S) \
	S(eth_2863_cntrs, if_in_octets, 0x0, 8, raw) \
	S(eth_2863_cntrs, if_in_ucast_pkts, 0x8, 8, raw) \
	S(eth_2863_cntrs, if_out_octets, 0x28, 8, raw) \
	S(eth_2863_cntrs, if_out_ucast_pkts, 0x30, 8, raw) \
	S(eth_2863_cntrs, if_in_multicast_pkts, 0x48, 8, raw) \
	S(eth_2863_cntrs, if_in_broadcast_pkts, 0x50, 8, raw) \
	S(eth_2863_cntrs, if_out_multicast_pkts, 0x58, 8, raw) \
	S(eth_2863_cntrs, if_out_broadcast_pkts, 0x60, 8, raw)

#define IFC_ETH_2819_CNTRS_SIZE 0xf8
#define IFC_ETH_2819_CNTRS(F, S) \
	S(eth_2819_cntrs, ether_stats_octets, 0x8, 8, raw) \
	S(eth_2819_cntrs, ether_stats_pkts, 0x10, 8, raw) \
	S(eth_2819_cntrs, ether_stats_broadcast_pkts, 0x18, 8, raw) \
	S(eth_2819_cntrs, ether_stats_multicast_pkts, 0x20, 8, raw)

#define IFC_PHYS_LAYER_CNTRS_SIZE 0xf8
#define IFC_PHYS_LAYER_CNTRS(F, S) \
	F(phys_layer_cntrs, link_down_events, 0xc0, 31, 0)

#define IFC_PFCC_REG_SIZE 0x20
#define IFC_PFCC_REG(F, S) \
	F(pfcc_reg, local_port, 0x0, 23, 16) \
	F(pfcc_reg, ppan, 0x4, 31, 28) \
	F(pfcc_reg, prio_mask_tx, 0x4, 23, 16) \
	F(pfcc_reg, prio_mask_rx, 0x4, 7, 0) \
	F(pfcc_reg, pptx, 0x8, 31, 31) \
	F(pfcc_reg, aptx, 0x8, 30, 30) \
	F(pfcc_reg, pfctx, 0x8, 23, 16) \
	F(pfcc_reg, pprx, 0xc, 31, 31) \
	F(pfcc_reg, aprx, 0xc, 30, 30) \
	F(pfcc_reg, pfcrx, 0xc, 23, 16)

#define IFC_HOST_ENDIANNESS_REG_SIZE 0x10
#define IFC_HOST_ENDIANNESS_REG(F, S) \
	F(host_endianness_reg, he, 0x0, 31, 24)

#define IFC_QUERY_NIC_VPORT_CONTEXT_IN_SIZE 0x10
#define IFC_QUERY_NIC_VPORT_CONTEXT_IN(F, S) \
	F(query_nic_vport_context_in, opcode, 0x0, 31, 16) \
	F(query_nic_vport_context_in, op_mod, 0x4, 15, 0) \
	F(query_nic_vport_context_in, other_vport, 0x8, 31, 31) \
	F(query_nic_vport_context_in, vport_number, 0x8, 15, 0) \
	F(query_nic_vport_context_in, allowed_list_type, 0xc, 26, 24)

#define IFC_QUERY_NIC_VPORT_CONTEXT_OUT_SIZE 0x110
#define IFC_QUERY_NIC_VPORT_CONTEXT_OUT(F, S) \
	F(query_nic_vport_context_out, status, 0x0, 31, 24) \
	F(query_nic_vport_context_out, syndrome, 0x4, 31, 0) \
	S(query_nic_vport_context_out, nic_vport_context, 0x10, 256, nic_vport_context)

#define IFC_MODIFY_NIC_VPORT_CONTEXT_IN_SIZE 0x200
#define IFC_MODIFY_NIC_VPORT_CONTEXT_IN(F, S) \
	F(modify_nic_vport_context_in, opcode, 0x0, 31, 16) \
	F(modify_nic_vport_context_in, op_mod, 0x4, 15, 0) \
	F(modify_nic_vport_context_in, other_vport, 0x8, 31, 31) \
	F(modify_nic_vport_context_in, vport_number, 0x8, 15, 0) \
	S(modify_nic_vport_context_in, field_select, 0xc, 4, modify_nic_vport_field_select) \
	S(modify_nic_vport_context_in, nic_vport_context, 0x100, 256, nic_vport_context)

#define IFC_MODIFY_NIC_VPORT_CONTEXT_OUT_SIZE 0x10
#define IFC_MODIFY_NIC_VPORT_CONTEXT_OUT(F, S) \
	F(modify_nic_vport_context_out, status, 0x0, 31, 24) \
	F(modify_nic_vport_context_out, syndrome, 0x4, 31, 0)

#define IFC_MAC_ADDRESS_LAYOUT_SIZE 0x8
#define IFC_MAC_ADDRESS_LAYOUT(F, S) \
	F(mac_address_layout, mac_addr_47_32, 0x0, 15, 0) \
	F(mac_address_layout, mac_addr_31_0, 0x4, 31, 0)

#define IFC_VLAN_LAYOUT_SIZE 0x8
#define IFC_VLAN_LAYOUT(F, S) \
	F(vlan_layout, vlan, 0x0, 11, 0)

#define IFC_QUERY_VPORT_STATE_IN_SIZE 0x10
#define IFC_QUERY_VPORT_STATE_IN(F, S) \
	F(query_vport_state_in, opcode, 0x0, 31, 16) \
	F(query_vport_state_in, op_mod, 0x4, 15, 0) \
	F(query_vport_state_in, other_vport, 0x8, 31, 31) \
	F(query_vport_state_in, vport_number, 0x8, 15, 0)

#define IFC_QUERY_VPORT_STATE_OUT_SIZE 0x10
#define IFC_QUERY_VPORT_STATE_OUT(F, S) \
	F(query_vport_state_out, status, 0x0, 31, 24) \
	F(query_vport_state_out, syndrome, 0x4, 31, 0) \
	F(query_vport_state_out, admin_state, 0xc, 7, 4) \
	F(query_vport_state_out, state, 0xc, 3, 0)

#define IFC_MODIFY_VPORT_STATE_IN_SIZE 0x10
#define IFC_MODIFY_VPORT_STATE_IN(F, S) \
	F(modify_vport_state_in, opcode, 0x0, 31, 16) \
	F(modify_vport_state_in, op_mod, 0x4, 15, 0) \
	F(modify_vport_state_in, other_vport, 0x8, 31, 31) \
	F(modify_vport_state_in, vport_number, 0x8, 15, 0) \
	F(modify_vport_state_in, admin_state, 0xc, 7, 4)

#define IFC_MODIFY_VPORT_STATE_OUT_SIZE 0x10
#define IFC_MODIFY_VPORT_STATE_OUT(F, S) \
	F(modify_vport_state_out, status, 0x0, 31, 24) \
	F(modify_vport_state_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_VPORT_COUNTER_IN_SIZE 0x20
#define IFC_QUERY_VPORT_COUNTER_IN(F, S) \
	F(query_vport_counter_in, opcode, 0x0, 31, 16) \
	F(query_vport_counter_in, op_mod, 0x4, 15, 0) \
	F(query_vport_counter_in, other_vport, 0x8, 31, 31) \
	F(query_vport_counter_in, port_num, 0x8, 19, 16) \
	F(query_vport_counter_in, vport_number, 0x8, 15, 0) \
	F(query_vport_counter_in, clear, 0x18, 31, 31)

#define IFC_QUERY_VPORT_COUNTER_OUT_SIZE 0x210
#define IFC_QUERY_VPORT_COUNTER_OUT(F, S) \
	F(query_vport_counter_out, status, 0x0, 31, 24) \
	F(query_vport_counter_out, syndrome, 0x4, 31, 0) \
	S(query_vport_counter_out, received_errors, 0x10, 16, traffic_counter) \
	S(query_vport_counter_out, transmit_errors, 0x20, 16, traffic_counter) \
	S(query_vport_counter_out, received_ib_unicast, 0x30, 16, traffic_counter) \
	S(query_vport_counter_out, transmitted_ib_unicast, 0x40, 16, traffic_counter) \
	S(query_vport_counter_out, received_ib_multicast, 0x50, 16, traffic_counter) \
	S(query_vport_counter_out, transmitted_ib_multicast, 0x60, 16, traffic_counter) \
	S(query_vport_counter_out, received_eth_broadcast, 0x70, 16, traffic_counter) \
	S(query_vport_counter_out, transmitted_eth_broadcast, 0x80, 16, traffic_counter) \
	S(query_vport_counter_out, received_eth_unicast, 0x90, 16, traffic_counter) \
	S(query_vport_counter_out, transmitted_eth_unicast, 0xa0, 16, traffic_counter) \
	S(query_vport_counter_out, received_eth_multicast, 0xb0, 16, traffic_counter) \
	S(query_vport_counter_out, transmitted_eth_multicast, 0xc0, 16, traffic_counter)

#define IFC_QUERY_ESW_VPORT_CONTEXT_IN_SIZE 0x10
#define IFC_QUERY_ESW_VPORT_CONTEXT_IN(F, S) \
	F(query_esw_vport_context_in, opcode, 0x0, 31, 16) \
	F(query_esw_vport_context_in, op_mod, 0x4, 15, 0) \
	F(query_esw_vport_context_in, other_vport, 0x8, 31, 31) \
	F(query_esw_vport_context_in, vport_number, 0x8, 15, 0)

#define IFC_QUERY_ESW_VPORT_CONTEXT_OUT_SIZE 0x110
#define IFC_QUERY_ESW_VPORT_CONTEXT_OUT(F, S) \
	F(query_esw_vport_context_out, status, 0x0, 31, 24) \
	F(query_esw_vport_context_out, syndrome, 0x4, 31, 0) \
	S(query_esw_vport_context_out, esw_vport_context, 0x10, 256, esw_vport_context)

#define IFC_MODIFY_ESW_VPORT_CONTEXT_IN_SIZE 0x110
#define IFC_MODIFY_ESW_VPORT_CONTEXT_IN(F, S) \
	F(modify_esw_vport_context_in, opcode, 0x0, 31, 16) \
	F(modify_esw_vport_context_in, op_mod, 0x4, 15, 0) \
	F(modify_esw_vport_context_in, other_vport, 0x8, 31, 31) \
	F(modify_esw_vport_context_in, vport_number, 0x8, 15, 0) \
	S(modify_esw_vport_context_in, field_select, 0xc, 4, esw_vport_context_fields_select) \
	S(modify_esw_vport_context_in, esw_vport_context, 0x10, 256, esw_vport_context)

#define IFC_MODIFY_ESW_VPORT_CONTEXT_OUT_SIZE 0x10
#define IFC_MODIFY_ESW_VPORT_CONTEXT_OUT(F, S) \
	F(modify_esw_vport_context_out, status, 0x0, 31, 24) \
	F(modify_esw_vport_context_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_ESW_FUNCTIONS_IN_SIZE 0x10
#define IFC_QUERY_ESW_FUNCTIONS_IN(F, S) \
	F(query_esw_functions_in, opcode, 0x0, 31, 16) \
	F(query_esw_functions_in, op_mod, 0x4, 15, 0)

#define IFC_QUERY_ESW_FUNCTIONS_OUT_SIZE 0x80
#define IFC_QUERY_ESW_FUNCTIONS_OUT(F, S) \
	F(query_esw_functions_out, status, 0x0, 31, 24) \
	F(query_esw_functions_out, syndrome, 0x4, 31, 0) \
	S(query_esw_functions_out, host_params_context, 0x10, 64, host_params_context) \
	S(query_esw_functions_out, host_sf_enable, 0x80, 8, raw)

#define IFC_SET_L2_TABLE_ENTRY_IN_SIZE 0x40
#define IFC_SET_L2_TABLE_ENTRY_IN(F, S) \
	F(set_l2_table_entry_in, opcode, 0x0, 31, 16) \
	F(set_l2_table_entry_in, op_mod, 0x4, 15, 0) \
	F(set_l2_table_entry_in, table_index, 0x14, 23, 0) \
	F(set_l2_table_entry_in, vlan_valid, 0x1c, 12, 12) \
	F(set_l2_table_entry_in, vlan, 0x1c, 11, 0) \
	S(set_l2_table_entry_in, mac_address, 0x20, 8, mac_address_layout)

#define IFC_SET_L2_TABLE_ENTRY_OUT_SIZE 0x10
#define IFC_SET_L2_TABLE_ENTRY_OUT(F, S) \
	F(set_l2_table_entry_out, status, 0x0, 31, 24) \
	F(set_l2_table_entry_out, syndrome, 0x4, 31, 0)

#define IFC_DELETE_L2_TABLE_ENTRY_IN_SIZE 0x40
#define IFC_DELETE_L2_TABLE_ENTRY_IN(F, S) \
	F(delete_l2_table_entry_in, opcode, 0x0, 31, 16) \
	F(delete_l2_table_entry_in, op_mod, 0x4, 15, 0) \
	F(delete_l2_table_entry_in, table_index, 0x14, 23, 0)

#define IFC_DELETE_L2_TABLE_ENTRY_OUT_SIZE 0x10
#define IFC_DELETE_L2_TABLE_ENTRY_OUT(F, S) \
	F(delete_l2_table_entry_out, status, 0x0, 31, 24) \
	F(delete_l2_table_entry_out, syndrome, 0x4, 31, 0)

#define IFC_ADD_VXLAN_UDP_DPORT_IN_SIZE 0x10
#define IFC_ADD_VXLAN_UDP_DPORT_IN(F, S) \
	F(add_vxlan_udp_dport_in, opcode, 0x0, 31, 16) \
	F(add_vxlan_udp_dport_in, op_mod, 0x4, 15, 0) \
	F(add_vxlan_udp_dport_in, vxlan_udp_port, 0xc, 15, 0)

#define IFC_ADD_VXLAN_UDP_DPORT_OUT_SIZE 0x10
#define IFC_ADD_VXLAN_UDP_DPORT_OUT(F, S) \
	F(add_vxlan_udp_dport_out, status, 0x0, 31, 24) \
	F(add_vxlan_udp_dport_out, syndrome, 0x4, 31, 0)

#define IFC_DELETE_VXLAN_UDP_DPORT_IN_SIZE 0x10
#define IFC_DELETE_VXLAN_UDP_DPORT_IN(F, S) \
	F(delete_vxlan_udp_dport_in, opcode, 0x0, 31, 16) \
	F(delete_vxlan_udp_dport_in, op_mod, 0x4, 15, 0) \
	F(delete_vxlan_udp_dport_in, vxlan_udp_port, 0xc, 15, 0)

#define IFC_DELETE_VXLAN_UDP_DPORT_OUT_SIZE 0x10
#define IFC_DELETE_VXLAN_UDP_DPORT_OUT(F, S) \
	F(delete_vxlan_udp_dport_out, status, 0x0, 31, 24) \
	F(delete_vxlan_udp_dport_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_SPECIAL_CONTEXTS_IN_SIZE 0x10
#define IFC_QUERY_SPECIAL_CONTEXTS_IN(F, S) \
	F(query_special_contexts_in, opcode, 0x0, 31, 16) \
	F(query_special_contexts_in, op_mod, 0x4, 15, 0)

#define IFC_QUERY_SPECIAL_CONTEXTS_OUT_SIZE 0x20
#define IFC_QUERY_SPECIAL_CONTEXTS_OUT(F, S) \
	F(query_special_contexts_out, status, 0x0, 31, 24) \
	F(query_special_contexts_out, syndrome, 0x4, 31, 0) \
	F(query_special_contexts_out, dump_fill_mkey, 0x8, 31, 0) \
	F(query_special_contexts_out, resd_lkey, 0xc, 31, 0) \
	F(query_special_contexts_out, null_mkey, 0x10, 31, 0)

#define IFC_CONFIG_INT_MODERATION_IN_SIZE 0x10
#define IFC_CONFIG_INT_MODERATION_IN(F, S) \
	F(config_int_moderation_in, opcode, 0x0, 31, 16) \
	F(config_int_moderation_in, op_mod, 0x4, 15, 0) \
	F(config_int_moderation_in, min_delay, 0x8, 27, 16) \
	F(config_int_moderation_in, int_vector, 0x8, 15, 0)

#define IFC_CONFIG_INT_MODERATION_OUT_SIZE 0x10
#define IFC_CONFIG_INT_MODERATION_OUT(F, S) \
	F(config_int_moderation_out, status, 0x0, 31, 24) \
	F(config_int_moderation_out, syndrome, 0x4, 31, 0) \
	F(config_int_moderation_out, min_delay, 0x8, 27, 16) \
	F(config_int_moderation_out, int_vector, 0x8, 15, 0)

#define IFC_GENERAL_OBJ_IN_CMD_HDR_SIZE 0x10
#define IFC_GENERAL_OBJ_IN_CMD_HDR(F, S) \
	F(general_obj_in_cmd_hdr, opcode, 0x0, 31, 16) \
	F(general_obj_in_cmd_hdr, uid, 0x0, 15, 0) \
	F(general_obj_in_cmd_hdr, vhca_tunnel_id, 0x4, 31, 16) \
	F(general_obj_in_cmd_hdr, obj_type, 0x4, 15, 0) \
	F(general_obj_in_cmd_hdr, obj_id, 0x8, 31, 0) \
	F(general_obj_in_cmd_hdr, log_obj_range, 0xc, 28, 24)

#define IFC_GENERAL_OBJ_OUT_CMD_HDR_SIZE 0x10
#define IFC_GENERAL_OBJ_OUT_CMD_HDR(F, S) \
	F(general_obj_out_cmd_hdr, status, 0x0, 31, 24) \
	F(general_obj_out_cmd_hdr, syndrome, 0x4, 31, 0) \
	F(general_obj_out_cmd_hdr, obj_id, 0x8, 31, 0)

#define IFC_DEALLOC_PACKET_REFORMAT_CONTEXT_IN_SIZE 0x10
#define IFC_DEALLOC_PACKET_REFORMAT_CONTEXT_IN(F, S) \
	F(dealloc_packet_reformat_context_in, opcode, 0x0, 31, 16) \
	F(dealloc_packet_reformat_context_in, op_mod, 0x4, 15, 0) \
	F(dealloc_packet_reformat_context_in, packet_reformat_id, 0x8, 31, 0)

#define IFC_DEALLOC_PACKET_REFORMAT_CONTEXT_OUT_SIZE 0x10
#define IFC_DEALLOC_PACKET_REFORMAT_CONTEXT_OUT(F, S) \
	F(dealloc_packet_reformat_context_out, status, 0x0, 31, 24) \
	F(dealloc_packet_reformat_context_out, syndrome, 0x4, 31, 0)

#define IFC_SET_DRIVER_VERSION_IN_SIZE 0x50
#define IFC_SET_DRIVER_VERSION_IN(F, S) \
	F(set_driver_version_in, opcode, 0x0, 31, 16) \
	F(set_driver_version_in, op_mod, 0x4, 15, 0) \
	S(set_driver_version_in, driver_version, 0x10, 64, raw)

#define IFC_SET_DRIVER_VERSION_OUT_SIZE 0x10
#define IFC_SET_DRIVER_VERSION_OUT(F, S) \
	F(set_driver_version_out, status, 0x0, 31, 24) \
	F(set_driver_version_out, syndrome, 0x4, 31, 0)

#define IFC_VHCA_STATE_CONTEXT_SIZE 0x10
#define IFC_VHCA_STATE_CONTEXT(F, S) \
	F(vhca_state_context, arm_change_event, 0x0, 31, 31) \
	F(vhca_state_context, vhca_state, 0x0, 19, 16) \
	F(vhca_state_context, sw_function_id, 0x4, 31, 0)

#define IFC_VHCA_STATE_FIELD_SELECT_SIZE 0x4
#define IFC_VHCA_STATE_FIELD_SELECT(F, S) \
	F(vhca_state_field_select, sw_function_id, 0x0, 1, 1) \
	F(vhca_state_field_select, arm_change_event, 0x0, 0, 0)

#define IFC_NIC_VPORT_CONTEXT_SIZE 0x100
#define IFC_NIC_VPORT_CONTEXT(F, S) \
	F(nic_vport_context, min_wqe_inline_mode, 0x0, 26, 24) \
	F(nic_vport_context, disable_mc_local_lb, 0x0, 2, 2) \
	F(nic_vport_context, disable_uc_local_lb, 0x0, 1, 1) \
	F(nic_vport_context, roce_en, 0x0, 0, 0) \
	F(nic_vport_context, arm_change_event, 0x4, 31, 31) \
	F(nic_vport_context, event_on_mtu, 0x4, 4, 4) \
	F(nic_vport_context, event_on_promisc_change, 0x4, 3, 3) \
	F(nic_vport_context, event_on_vlan_change, 0x4, 2, 2) \
	F(nic_vport_context, event_on_mc_address_change, 0x4, 1, 1) \
	F(nic_vport_context, event_on_uc_address_change, 0x4, 0, 0) \
	F(nic_vport_context, vhca_id_type, 0x8, 31, 31) \
	F(nic_vport_context, affiliation_criteria, 0x8, 19, 16) \
	F(nic_vport_context, affiliated_vhca_id, 0x8, 15, 0) \
	F(nic_vport_context, mtu, 0x24, 15, 0) \
	S(nic_vport_context, system_image_guid, 0x28, 8, raw) \
	S(nic_vport_context, port_guid, 0x30, 8, raw) \
	S(nic_vport_context, node_guid, 0x38, 8, raw) \
	F(nic_vport_context, qkey_violation_counter, 0x68, 31, 16) \
	F(nic_vport_context, promisc_uc, 0xf0, 31, 31) \
	F(nic_vport_context, promisc_mc, 0xf0, 30, 30) \
	F(nic_vport_context, promisc_all, 0xf0, 29, 29) \
	F(nic_vport_context, allowed_list_type, 0xf0, 26, 24) \
	F(nic_vport_context, allowed_list_size, 0xf0, 11, 0) \
	S(nic_vport_context, permanent_address, 0xf4, 8, mac_address_layout) \
	S(nic_vport_context, current_uc_mac_address, 0x100, 8, raw)

#define IFC_MODIFY_NIC_VPORT_FIELD_SELECT_SIZE 0x4
#define IFC_MODIFY_NIC_VPORT_FIELD_SELECT(F, S) \
	F(modify_nic_vport_field_select, affiliation, 0x0, 13, 13) \
	F(modify_nic_vport_field_select, disable_uc_local_lb, 0x0, 11, 11) \
	F(modify_nic_vport_field_select, disable_mc_local_lb, 0x0, 10, 10) \
	F(modify_nic_vport_field_select, node_guid, 0x0, 9, 9) \
	F(modify_nic_vport_field_select, port_guid, 0x0, 8, 8) \
	F(modify_nic_vport_field_select, min_inline, 0x0, 7, 7) \
	F(modify_nic_vport_field_select, mtu, 0x0, 6, 6) \
	F(modify_nic_vport_field_select, change_event, 0x0, 5, 5) \
	F(modify_nic_vport_field_select, promisc, 0x0, 4, 4) \
	F(modify_nic_vport_field_select, permanent_address, 0x0, 3, 3) \
	F(modify_nic_vport_field_select, addresses_list, 0x0, 2, 2) \
	F(modify_nic_vport_field_select, roce_en, 0x0, 1, 1)

#define IFC_ESW_VPORT_CONTEXT_SIZE 0x100
#define IFC_ESW_VPORT_CONTEXT(F, S) \
	F(esw_vport_context, fdb_to_vport_reg_c, 0x0, 31, 31) \
	F(esw_vport_context, vport_svlan_strip, 0x0, 28, 28) \
	F(esw_vport_context, vport_cvlan_strip, 0x0, 27, 27) \
	F(esw_vport_context, vport_svlan_insert, 0x0, 26, 26) \
	F(esw_vport_context, vport_cvlan_insert, 0x0, 25, 24) \
	F(esw_vport_context, fdb_to_vport_reg_c_id, 0x0, 23, 16) \
	F(esw_vport_context, svlan_cfi, 0x8, 31, 31) \
	F(esw_vport_context, svlan_pcp, 0x8, 30, 28) \
	F(esw_vport_context, svlan_id, 0x8, 27, 16) \
	F(esw_vport_context, cvlan_cfi, 0x8, 15, 15) \
	F(esw_vport_context, cvlan_pcp, 0x8, 14, 12) \
	F(esw_vport_context, cvlan_id, 0x8, 11, 0) \
	S(esw_vport_context, sw_steering_vport_icm_address_rx, 0xf0, 8, raw) \
	S(esw_vport_context, sw_steering_vport_icm_address_tx, 0xf8, 8, raw)

#define IFC_ESW_VPORT_CONTEXT_FIELDS_SELECT_SIZE 0x4
#define IFC_ESW_VPORT_CONTEXT_FIELDS_SELECT(F, S) \
	F(esw_vport_context_fields_select, fdb_to_vport_reg_c_id, 0x0, 4, 4) \
	F(esw_vport_context_fields_select, vport_cvlan_insert, 0x0, 3, 3) \
	F(esw_vport_context_fields_select, vport_svlan_insert, 0x0, 2, 2) \
	F(esw_vport_context_fields_select, vport_cvlan_strip, 0x0, 1, 1) \
	F(esw_vport_context_fields_select, vport_svlan_strip, 0x0, 0, 0)

#define IFC_HOST_PARAMS_CONTEXT_SIZE 0x40
#define IFC_HOST_PARAMS_CONTEXT(F, S) \
	F(host_params_context, host_number, 0x0, 31, 24) \
	F(host_params_context, host_pf_not_exist, 0x0, 18, 18) \
	F(host_params_context, host_pf_disabled, 0x0, 16, 16) \
	F(host_params_context, host_num_of_vfs, 0x0, 15, 0) \
	F(host_params_context, host_total_vfs, 0x4, 31, 16) \
	F(host_params_context, host_pci_bus, 0x4, 15, 0) \
	F(host_params_context, host_pci_device, 0x8, 15, 0) \
	F(host_params_context, host_pci_function, 0xc, 15, 0)


/* All of them, for tables. */
#define IFC_FUNCTION_STRUCTS(X) \
	X(enable_hca_in, ENABLE_HCA_IN) \
	X(enable_hca_out, ENABLE_HCA_OUT) \
	X(disable_hca_in, DISABLE_HCA_IN) \
	X(disable_hca_out, DISABLE_HCA_OUT) \
	X(init_hca_in, INIT_HCA_IN) \
	X(init_hca_out, INIT_HCA_OUT) \
	X(teardown_hca_in, TEARDOWN_HCA_IN) \
	X(teardown_hca_out, TEARDOWN_HCA_OUT) \
	X(query_issi_in, QUERY_ISSI_IN) \
	X(query_issi_out, QUERY_ISSI_OUT) \
	X(set_issi_in, SET_ISSI_IN) \
	X(set_issi_out, SET_ISSI_OUT) \
	X(query_pages_in, QUERY_PAGES_IN) \
	X(query_pages_out, QUERY_PAGES_OUT) \
	X(manage_pages_in, MANAGE_PAGES_IN) \
	X(manage_pages_out, MANAGE_PAGES_OUT) \
	X(set_hca_cap_in, SET_HCA_CAP_IN) \
	X(set_hca_cap_out, SET_HCA_CAP_OUT) \
	X(query_adapter_in, QUERY_ADAPTER_IN) \
	X(query_adapter_out, QUERY_ADAPTER_OUT) \
	X(query_adapter_param_block, QUERY_ADAPTER_PARAM_BLOCK) \
	X(alloc_sf_in, ALLOC_SF_IN) \
	X(alloc_sf_out, ALLOC_SF_OUT) \
	X(dealloc_sf_in, DEALLOC_SF_IN) \
	X(dealloc_sf_out, DEALLOC_SF_OUT) \
	X(query_vhca_state_in, QUERY_VHCA_STATE_IN) \
	X(query_vhca_state_out, QUERY_VHCA_STATE_OUT) \
	X(modify_vhca_state_in, MODIFY_VHCA_STATE_IN) \
	X(modify_vhca_state_out, MODIFY_VHCA_STATE_OUT) \
	X(access_register_in, ACCESS_REGISTER_IN) \
	X(access_register_out, ACCESS_REGISTER_OUT) \
	X(paos_reg, PAOS_REG) \
	X(pmtu_reg, PMTU_REG) \
	X(ptys_reg, PTYS_REG) \
	X(pplm_reg, PPLM_REG) \
	X(pddr_reg, PDDR_REG) \
	X(mcam_reg, MCAM_REG) \
	X(mcqs_reg, MCQS_REG) \
	X(mcqi_reg, MCQI_REG) \
	X(mcqi_version, MCQI_VERSION) \
	X(ppcnt_reg, PPCNT_REG) \
	X(eth_802_3_cntrs, ETH_802_3_CNTRS) \
	X(eth_2863_cntrs, ETH_2863_CNTRS) \
	X(eth_2819_cntrs, ETH_2819_CNTRS) \
	X(phys_layer_cntrs, PHYS_LAYER_CNTRS) \
	X(pfcc_reg, PFCC_REG) \
	X(host_endianness_reg, HOST_ENDIANNESS_REG) \
	X(query_nic_vport_context_in, QUERY_NIC_VPORT_CONTEXT_IN) \
	X(query_nic_vport_context_out, QUERY_NIC_VPORT_CONTEXT_OUT) \
	X(modify_nic_vport_context_in, MODIFY_NIC_VPORT_CONTEXT_IN) \
	X(modify_nic_vport_context_out, MODIFY_NIC_VPORT_CONTEXT_OUT) \
	X(mac_address_layout, MAC_ADDRESS_LAYOUT) \
	X(vlan_layout, VLAN_LAYOUT) \
	X(query_vport_state_in, QUERY_VPORT_STATE_IN) \
	X(query_vport_state_out, QUERY_VPORT_STATE_OUT) \
	X(modify_vport_state_in, MODIFY_VPORT_STATE_IN) \
	X(modify_vport_state_out, MODIFY_VPORT_STATE_OUT) \
	X(query_vport_counter_in, QUERY_VPORT_COUNTER_IN) \
	X(query_vport_counter_out, QUERY_VPORT_COUNTER_OUT) \
	X(query_esw_vport_context_in, QUERY_ESW_VPORT_CONTEXT_IN) \
	X(query_esw_vport_context_out, QUERY_ESW_VPORT_CONTEXT_OUT) \
	X(modify_esw_vport_context_in, MODIFY_ESW_VPORT_CONTEXT_IN) \
	X(modify_esw_vport_context_out, MODIFY_ESW_VPORT_CONTEXT_OUT) \
	X(query_esw_functions_in, QUERY_ESW_FUNCTIONS_IN) \
	X(query_esw_functions_out, QUERY_ESW_FUNCTIONS_OUT) \
	X(set_l2_table_entry_in, SET_L2_TABLE_ENTRY_IN) \
	X(set_l2_table_entry_out, SET_L2_TABLE_ENTRY_OUT) \
	X(delete_l2_table_entry_in, DELETE_L2_TABLE_ENTRY_IN) \
	X(delete_l2_table_entry_out, DELETE_L2_TABLE_ENTRY_OUT) \
	X(add_vxlan_udp_dport_in, ADD_VXLAN_UDP_DPORT_IN) \
	X(add_vxlan_udp_dport_out, ADD_VXLAN_UDP_DPORT_OUT) \
	X(delete_vxlan_udp_dport_in, DELETE_VXLAN_UDP_DPORT_IN) \
	X(delete_vxlan_udp_dport_out, DELETE_VXLAN_UDP_DPORT_OUT) \
	X(query_special_contexts_in, QUERY_SPECIAL_CONTEXTS_IN) \
	X(query_special_contexts_out, QUERY_SPECIAL_CONTEXTS_OUT) \
	X(config_int_moderation_in, CONFIG_INT_MODERATION_IN) \
	X(config_int_moderation_out, CONFIG_INT_MODERATION_OUT) \
	X(general_obj_in_cmd_hdr, GENERAL_OBJ_IN_CMD_HDR) \
	X(general_obj_out_cmd_hdr, GENERAL_OBJ_OUT_CMD_HDR) \
	X(dealloc_packet_reformat_context_in, DEALLOC_PACKET_REFORMAT_CONTEXT_IN) \
	X(dealloc_packet_reformat_context_out, DEALLOC_PACKET_REFORMAT_CONTEXT_OUT) \
	X(set_driver_version_in, SET_DRIVER_VERSION_IN) \
	X(set_driver_version_out, SET_DRIVER_VERSION_OUT) \
	X(vhca_state_context, VHCA_STATE_CONTEXT) \
	X(vhca_state_field_select, VHCA_STATE_FIELD_SELECT) \
	X(nic_vport_context, NIC_VPORT_CONTEXT) \
	X(modify_nic_vport_field_select, MODIFY_NIC_VPORT_FIELD_SELECT) \
	X(esw_vport_context, ESW_VPORT_CONTEXT) \
	X(esw_vport_context_fields_select, ESW_VPORT_CONTEXT_FIELDS_SELECT) \
	X(host_params_context, HOST_PARAMS_CONTEXT)

/* clang-format on */

#endif
