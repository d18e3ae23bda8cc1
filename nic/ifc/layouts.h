/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layouts of commands, contexts and capabilities, as the ConnectX programmer's reference and
 * Linux's interface have them: facts, in one table for both sides. A row is F(struct, field, dword
 * offset, high bit, low bit), bit 31 being the first of a big-endian dword, or S(struct, member,
 * byte offset, bytes, layout) for a nested structure, `raw` being bytes without fields. A row at or
 * behind the size of its structure is the first of the elements that follow it on the wire.
 *
 * The only thing that the driver and the device share. A new field is a row here; accessors
 * (nic/ifc/ifc.h) and decoding for traces and dumps follow from it.
 */
#ifndef NIC_IFC_LAYOUTS_H
#define NIC_IFC_LAYOUTS_H

#include "nic/ifc/layouts_function.h"
#include "nic/ifc/layouts_queues.h"

/* clang-format off */

#define IFC_CMD_IN_SIZE 0x10
#define IFC_CMD_IN(F, S) \
	F(cmd_in, opcode, 0x0, 31, 16) \
	F(cmd_in, uid, 0x0, 15, 0) \
	F(cmd_in, op_mod, 0x4, 15, 0)

#define IFC_CMD_OUT_SIZE 0x10
#define IFC_CMD_OUT(F, S) \
	F(cmd_out, status, 0x0, 31, 24) \
	F(cmd_out, syndrome, 0x4, 31, 0)

#define IFC_SET_FLOW_TABLE_ROOT_IN_SIZE 0x40
#define IFC_SET_FLOW_TABLE_ROOT_IN(F, S) \
	F(set_flow_table_root_in, opcode, 0x0, 31, 16) \
	F(set_flow_table_root_in, op_mod, 0x4, 15, 0) \
	F(set_flow_table_root_in, other_vport, 0x8, 31, 31) \
	F(set_flow_table_root_in, vport_number, 0x8, 15, 0) \
	F(set_flow_table_root_in, table_type, 0x10, 31, 24) \
	F(set_flow_table_root_in, table_of_other_vport, 0x10, 16, 16) \
	F(set_flow_table_root_in, table_vport_number, 0x10, 15, 0) \
	F(set_flow_table_root_in, table_id, 0x14, 23, 0) \
	F(set_flow_table_root_in, underlay_qpn, 0x18, 23, 0) \
	F(set_flow_table_root_in, table_eswitch_owner_vhca_id_valid, 0x1c, 31, 31) \
	F(set_flow_table_root_in, table_eswitch_owner_vhca_id, 0x1c, 15, 0)

#define IFC_CREATE_FLOW_TABLE_IN_SIZE 0x40
#define IFC_CREATE_FLOW_TABLE_IN(F, S) \
	F(create_flow_table_in, opcode, 0x0, 31, 16) \
	F(create_flow_table_in, uid, 0x0, 15, 0) \
	F(create_flow_table_in, op_mod, 0x4, 15, 0) \
	F(create_flow_table_in, other_vport, 0x8, 31, 31) \
	F(create_flow_table_in, vport_number, 0x8, 15, 0) \
	F(create_flow_table_in, table_type, 0x10, 31, 24) \
	S(create_flow_table_in, flow_table_context, 0x18, 40, flow_table_context)

#define IFC_CREATE_FLOW_TABLE_OUT_SIZE 0x10
#define IFC_CREATE_FLOW_TABLE_OUT(F, S) \
	F(create_flow_table_out, status, 0x0, 31, 24) \
	F(create_flow_table_out, icm_address_63_40, 0x0, 23, 0) \
	F(create_flow_table_out, syndrome, 0x4, 31, 0) \
	F(create_flow_table_out, icm_address_39_32, 0x8, 31, 24) \
	F(create_flow_table_out, table_id, 0x8, 23, 0) \
	F(create_flow_table_out, icm_address_31_0, 0xc, 31, 0)

#define IFC_FLOW_TABLE_CONTEXT_SIZE 0x28
#define IFC_FLOW_TABLE_CONTEXT(F, S) \
	F(flow_table_context, reformat_en, 0x0, 31, 31) \
	F(flow_table_context, decap_en, 0x0, 30, 30) \
	F(flow_table_context, sw_owner, 0x0, 29, 29) \
	F(flow_table_context, termination_table, 0x0, 28, 28) \
	F(flow_table_context, table_miss_action, 0x0, 27, 24) \
	F(flow_table_context, level, 0x0, 23, 16) \
	F(flow_table_context, log_size, 0x0, 7, 0) \
	F(flow_table_context, table_miss_id, 0x4, 23, 0) \
	F(flow_table_context, lag_master_next_table_id, 0x8, 23, 0) \
	S(flow_table_context, sw_owner_icm_root_1, 0x18, 8, raw) \
	S(flow_table_context, sw_owner_icm_root_0, 0x20, 8, raw)

#define IFC_MODIFY_FLOW_TABLE_IN_SIZE 0x40
#define IFC_MODIFY_FLOW_TABLE_IN(F, S) \
	F(modify_flow_table_in, opcode, 0x0, 31, 16) \
	F(modify_flow_table_in, op_mod, 0x4, 15, 0) \
	F(modify_flow_table_in, other_vport, 0x8, 31, 31) \
	F(modify_flow_table_in, vport_number, 0x8, 15, 0) \
	F(modify_flow_table_in, modify_field_select, 0xc, 15, 0) \
	F(modify_flow_table_in, table_type, 0x10, 31, 24) \
	F(modify_flow_table_in, table_id, 0x14, 23, 0) \
	S(modify_flow_table_in, flow_table_context, 0x18, 40, flow_table_context)

#define IFC_CREATE_FLOW_GROUP_IN_SIZE 0x400
#define IFC_CREATE_FLOW_GROUP_IN(F, S) \
	F(create_flow_group_in, opcode, 0x0, 31, 16) \
	F(create_flow_group_in, op_mod, 0x4, 15, 0) \
	F(create_flow_group_in, other_vport, 0x8, 31, 31) \
	F(create_flow_group_in, vport_number, 0x8, 15, 0) \
	F(create_flow_group_in, table_type, 0x10, 31, 24) \
	F(create_flow_group_in, group_type, 0x10, 19, 16) \
	F(create_flow_group_in, table_id, 0x14, 23, 0) \
	F(create_flow_group_in, source_eswitch_owner_vhca_id_valid, 0x18, 31, 31) \
	F(create_flow_group_in, start_flow_index, 0x1c, 31, 0) \
	F(create_flow_group_in, end_flow_index, 0x24, 31, 0) \
	F(create_flow_group_in, match_definer_id, 0x28, 15, 0) \
	F(create_flow_group_in, match_criteria_enable, 0x3c, 7, 0) \
	S(create_flow_group_in, match_criteria, 0x40, 512, fte_match_param)

#define IFC_CREATE_FLOW_GROUP_OUT_SIZE 0x10
#define IFC_CREATE_FLOW_GROUP_OUT(F, S) \
	F(create_flow_group_out, status, 0x0, 31, 24) \
	F(create_flow_group_out, syndrome, 0x4, 31, 0) \
	F(create_flow_group_out, group_id, 0x8, 23, 0)

#define IFC_SET_FTE_IN_SIZE 0x340
#define IFC_SET_FTE_IN(F, S) \
	F(set_fte_in, opcode, 0x0, 31, 16) \
	F(set_fte_in, op_mod, 0x4, 15, 0) \
	F(set_fte_in, other_vport, 0x8, 31, 31) \
	F(set_fte_in, vport_number, 0x8, 15, 0) \
	F(set_fte_in, table_type, 0x10, 31, 24) \
	F(set_fte_in, table_id, 0x14, 23, 0) \
	F(set_fte_in, ignore_flow_level, 0x18, 31, 31) \
	F(set_fte_in, modify_enable_mask, 0x18, 7, 0) \
	F(set_fte_in, flow_index, 0x20, 31, 0) \
	S(set_fte_in, flow_context, 0x40, 0x300, flow_context)

#define IFC_DELETE_FTE_IN_SIZE 0x40
#define IFC_DELETE_FTE_IN(F, S) \
	F(delete_fte_in, opcode, 0x0, 31, 16) \
	F(delete_fte_in, op_mod, 0x4, 15, 0) \
	F(delete_fte_in, other_vport, 0x8, 31, 31) \
	F(delete_fte_in, vport_number, 0x8, 15, 0) \
	F(delete_fte_in, table_type, 0x10, 31, 24) \
	F(delete_fte_in, table_id, 0x14, 23, 0) \
	F(delete_fte_in, flow_index, 0x20, 31, 0)

#define IFC_FLOW_CONTEXT_SIZE 0x300
#define IFC_FLOW_CONTEXT(F, S) \
	F(flow_context, push_vlan, 0x0, 31, 0) \
	F(flow_context, group_id, 0x4, 31, 0) \
	F(flow_context, flow_tag, 0x8, 23, 0) \
	F(flow_context, action, 0xc, 15, 0) \
	F(flow_context, extended_destination, 0x10, 31, 31) \
	F(flow_context, flow_source, 0x10, 29, 28) \
	F(flow_context, encrypt_decrypt_type, 0x10, 27, 24) \
	F(flow_context, destination_list_size, 0x10, 23, 0) \
	F(flow_context, flow_counter_list_size, 0x14, 23, 0) \
	F(flow_context, packet_reformat_id, 0x18, 31, 0) \
	F(flow_context, modify_header_id, 0x1c, 31, 0) \
	F(flow_context, push_vlan_2, 0x20, 31, 0) \
	F(flow_context, encrypt_decrypt_obj_id, 0x24, 31, 0) \
	S(flow_context, match_value, 0x40, 512, fte_match_param) \
	S(flow_context, execute_aso, 0x240, 8, execute_aso) \
	S(flow_context, destination, 0x300, 16, dest_format_struct)

#define IFC_VLAN_SIZE 0x4
#define IFC_VLAN(F, S) \
	F(vlan, ethtype, 0x0, 31, 16) \
	F(vlan, prio, 0x0, 15, 13) \
	F(vlan, cfi, 0x0, 12, 12) \
	F(vlan, vid, 0x0, 11, 0)

#define IFC_DEST_FORMAT_STRUCT_SIZE 0x8
#define IFC_DEST_FORMAT_STRUCT(F, S) \
	F(dest_format_struct, destination_type, 0x0, 31, 24) \
	F(dest_format_struct, destination_id, 0x0, 23, 0) \
	F(dest_format_struct, destination_eswitch_owner_vhca_id_valid, 0x4, 31, 31) \
	F(dest_format_struct, packet_reformat, 0x4, 30, 30) \
	F(dest_format_struct, destination_eswitch_owner_vhca_id, 0x4, 15, 0)

#define IFC_EXTENDED_DEST_FORMAT_SIZE 0x10
#define IFC_EXTENDED_DEST_FORMAT(F, S) \
	S(extended_dest_format, destination_entry, 0x0, 8, dest_format_struct) \
	F(extended_dest_format, packet_reformat_id, 0x8, 31, 0)

#define IFC_FLOW_COUNTER_LIST_SIZE 0x8
#define IFC_FLOW_COUNTER_LIST(F, S) \
	F(flow_counter_list, flow_counter_id, 0x0, 31, 0)

#define IFC_EXECUTE_ASO_SIZE 0x8
#define IFC_EXECUTE_ASO(F, S) \
	F(execute_aso, valid, 0x0, 31, 31) \
	F(execute_aso, aso_object_id, 0x0, 23, 0) \
	F(execute_aso, exe_aso_ctrl, 0x4, 31, 0)

#define IFC_FTE_MATCH_PARAM_SIZE 0x200
#define IFC_FTE_MATCH_PARAM(F, S) \
	S(fte_match_param, outer_headers, 0x0, 64, fte_match_set_lyr_2_4) \
	S(fte_match_param, misc_parameters, 0x40, 64, fte_match_set_misc) \
	S(fte_match_param, inner_headers, 0x80, 64, fte_match_set_lyr_2_4) \
	S(fte_match_param, misc_parameters_2, 0xc0, 64, fte_match_set_misc2) \
	S(fte_match_param, misc_parameters_3, 0x100, 64, fte_match_set_misc3) \
	S(fte_match_param, misc_parameters_4, 0x140, 64, fte_match_set_misc4) \
	S(fte_match_param, misc_parameters_5, 0x180, 64, fte_match_set_misc5)

#define IFC_FTE_MATCH_SET_LYR_2_4_SIZE 0x40
#define IFC_FTE_MATCH_SET_LYR_2_4(F, S) \
	F(fte_match_set_lyr_2_4, smac_47_16, 0x0, 31, 0) \
	F(fte_match_set_lyr_2_4, smac_15_0, 0x4, 31, 16) \
	F(fte_match_set_lyr_2_4, ethertype, 0x4, 15, 0) \
	F(fte_match_set_lyr_2_4, dmac_47_16, 0x8, 31, 0) \
	F(fte_match_set_lyr_2_4, dmac_15_0, 0xc, 31, 16) \
	F(fte_match_set_lyr_2_4, first_prio, 0xc, 15, 13) \
	F(fte_match_set_lyr_2_4, first_cfi, 0xc, 12, 12) \
	F(fte_match_set_lyr_2_4, first_vid, 0xc, 11, 0) \
	F(fte_match_set_lyr_2_4, ip_protocol, 0x10, 31, 24) \
	F(fte_match_set_lyr_2_4, ip_dscp, 0x10, 23, 18) \
	F(fte_match_set_lyr_2_4, ip_ecn, 0x10, 17, 16) \
	F(fte_match_set_lyr_2_4, cvlan_tag, 0x10, 15, 15) \
	F(fte_match_set_lyr_2_4, svlan_tag, 0x10, 14, 14) \
	F(fte_match_set_lyr_2_4, frag, 0x10, 13, 13) \
	F(fte_match_set_lyr_2_4, ip_version, 0x10, 12, 9) \
	F(fte_match_set_lyr_2_4, tcp_flags, 0x10, 8, 0) \
	F(fte_match_set_lyr_2_4, tcp_sport, 0x14, 31, 16) \
	F(fte_match_set_lyr_2_4, tcp_dport, 0x14, 15, 0) \
	F(fte_match_set_lyr_2_4, ipv4_ihl, 0x18, 15, 12) \
	F(fte_match_set_lyr_2_4, ttl_hoplimit, 0x18, 7, 0) \
	F(fte_match_set_lyr_2_4, udp_sport, 0x1c, 31, 16) \
	F(fte_match_set_lyr_2_4, udp_dport, 0x1c, 15, 0) \
	S(fte_match_set_lyr_2_4, src_ipv4_src_ipv6, 0x20, 16, ip_addr) \
	S(fte_match_set_lyr_2_4, dst_ipv4_dst_ipv6, 0x30, 16, ip_addr)

#define IFC_FTE_MATCH_SET_MISC_SIZE 0x40
#define IFC_FTE_MATCH_SET_MISC(F, S) \
	F(fte_match_set_misc, gre_c_present, 0x0, 31, 31) \
	F(fte_match_set_misc, gre_k_present, 0x0, 29, 29) \
	F(fte_match_set_misc, gre_s_present, 0x0, 28, 28) \
	F(fte_match_set_misc, source_vhca_port, 0x0, 27, 24) \
	F(fte_match_set_misc, source_sqn, 0x0, 23, 0) \
	F(fte_match_set_misc, source_eswitch_owner_vhca_id, 0x4, 31, 16) \
	F(fte_match_set_misc, source_port, 0x4, 15, 0) \
	F(fte_match_set_misc, outer_second_prio, 0x8, 31, 29) \
	F(fte_match_set_misc, outer_second_cfi, 0x8, 28, 28) \
	F(fte_match_set_misc, outer_second_vid, 0x8, 27, 16) \
	F(fte_match_set_misc, inner_second_prio, 0x8, 15, 13) \
	F(fte_match_set_misc, inner_second_cfi, 0x8, 12, 12) \
	F(fte_match_set_misc, inner_second_vid, 0x8, 11, 0) \
	F(fte_match_set_misc, outer_second_cvlan_tag, 0xc, 31, 31) \
	F(fte_match_set_misc, inner_second_cvlan_tag, 0xc, 30, 30) \
	F(fte_match_set_misc, outer_second_svlan_tag, 0xc, 29, 29) \
	F(fte_match_set_misc, inner_second_svlan_tag, 0xc, 28, 28) \
	F(fte_match_set_misc, gre_protocol, 0xc, 15, 0) \
	F(fte_match_set_misc, gre_key, 0x10, 31, 0) \
	F(fte_match_set_misc, vxlan_vni, 0x14, 31, 8) \
	F(fte_match_set_misc, bth_opcode, 0x14, 7, 0) \
	F(fte_match_set_misc, geneve_vni, 0x18, 31, 8) \
	F(fte_match_set_misc, geneve_tlv_option_0_exist, 0x18, 1, 1) \
	F(fte_match_set_misc, geneve_oam, 0x18, 0, 0) \
	F(fte_match_set_misc, outer_ipv6_flow_label, 0x1c, 19, 0) \
	F(fte_match_set_misc, inner_ipv6_flow_label, 0x20, 19, 0) \
	F(fte_match_set_misc, geneve_opt_len, 0x24, 21, 16) \
	F(fte_match_set_misc, geneve_protocol_type, 0x24, 15, 0) \
	F(fte_match_set_misc, bth_dst_qp, 0x28, 23, 0) \
	F(fte_match_set_misc, outer_esp_spi, 0x30, 31, 0)

#define IFC_FTE_MATCH_SET_MISC2_SIZE 0x40
#define IFC_FTE_MATCH_SET_MISC2(F, S) \
	F(fte_match_set_misc2, outer_first_mpls, 0x0, 31, 0) \
	F(fte_match_set_misc2, inner_first_mpls, 0x4, 31, 0) \
	F(fte_match_set_misc2, outer_first_mpls_over_gre, 0x8, 31, 0) \
	F(fte_match_set_misc2, outer_first_mpls_over_udp, 0xc, 31, 0) \
	F(fte_match_set_misc2, metadata_reg_c_7, 0x10, 31, 0) \
	F(fte_match_set_misc2, metadata_reg_c_6, 0x14, 31, 0) \
	F(fte_match_set_misc2, metadata_reg_c_5, 0x18, 31, 0) \
	F(fte_match_set_misc2, metadata_reg_c_4, 0x1c, 31, 0) \
	F(fte_match_set_misc2, metadata_reg_c_3, 0x20, 31, 0) \
	F(fte_match_set_misc2, metadata_reg_c_2, 0x24, 31, 0) \
	F(fte_match_set_misc2, metadata_reg_c_1, 0x28, 31, 0) \
	F(fte_match_set_misc2, metadata_reg_c_0, 0x2c, 31, 0) \
	F(fte_match_set_misc2, metadata_reg_a, 0x30, 31, 0) \
	F(fte_match_set_misc2, macsec_syndrome, 0x34, 23, 16)

#define IFC_FTE_MATCH_SET_MISC3_SIZE 0x40
#define IFC_FTE_MATCH_SET_MISC3(F, S) \
	F(fte_match_set_misc3, inner_tcp_seq_num, 0x0, 31, 0) \
	F(fte_match_set_misc3, outer_tcp_seq_num, 0x4, 31, 0) \
	F(fte_match_set_misc3, inner_tcp_ack_num, 0x8, 31, 0) \
	F(fte_match_set_misc3, outer_tcp_ack_num, 0xc, 31, 0) \
	F(fte_match_set_misc3, outer_vxlan_gpe_vni, 0x10, 23, 0) \
	F(fte_match_set_misc3, outer_vxlan_gpe_next_protocol, 0x14, 31, 24) \
	F(fte_match_set_misc3, outer_vxlan_gpe_flags, 0x14, 23, 16) \
	F(fte_match_set_misc3, icmp_header_data, 0x18, 31, 0) \
	F(fte_match_set_misc3, icmpv6_header_data, 0x1c, 31, 0) \
	F(fte_match_set_misc3, icmp_type, 0x20, 31, 24) \
	F(fte_match_set_misc3, icmp_code, 0x20, 23, 16) \
	F(fte_match_set_misc3, icmpv6_type, 0x20, 15, 8) \
	F(fte_match_set_misc3, icmpv6_code, 0x20, 7, 0) \
	F(fte_match_set_misc3, geneve_tlv_option_0_data, 0x24, 31, 0) \
	F(fte_match_set_misc3, gtpu_teid, 0x28, 31, 0) \
	F(fte_match_set_misc3, gtpu_msg_type, 0x2c, 31, 24) \
	F(fte_match_set_misc3, gtpu_msg_flags, 0x2c, 23, 16) \
	F(fte_match_set_misc3, gtpu_dw_2, 0x30, 31, 0) \
	F(fte_match_set_misc3, gtpu_first_ext_dw_0, 0x34, 31, 0) \
	F(fte_match_set_misc3, gtpu_dw_0, 0x38, 31, 0)

#define IFC_ALLOC_FLOW_COUNTER_IN_SIZE 0x10
#define IFC_ALLOC_FLOW_COUNTER_IN(F, S) \
	F(alloc_flow_counter_in, opcode, 0x0, 31, 16) \
	F(alloc_flow_counter_in, op_mod, 0x4, 15, 0) \
	F(alloc_flow_counter_in, flow_counter_bulk_log_size, 0xc, 12, 8) \
	F(alloc_flow_counter_in, flow_counter_bulk, 0xc, 7, 0)

#define IFC_ALLOC_FLOW_COUNTER_OUT_SIZE 0x10
#define IFC_ALLOC_FLOW_COUNTER_OUT(F, S) \
	F(alloc_flow_counter_out, status, 0x0, 31, 24) \
	F(alloc_flow_counter_out, syndrome, 0x4, 31, 0) \
	F(alloc_flow_counter_out, flow_counter_id, 0x8, 31, 0)

#define IFC_QUERY_FLOW_COUNTER_IN_SIZE 0x20
#define IFC_QUERY_FLOW_COUNTER_IN(F, S) \
	F(query_flow_counter_in, opcode, 0x0, 31, 16) \
	F(query_flow_counter_in, op_mod, 0x4, 15, 0) \
	F(query_flow_counter_in, clear, 0x18, 31, 31) \
	F(query_flow_counter_in, num_of_counters, 0x18, 15, 0) \
	F(query_flow_counter_in, flow_counter_id, 0x1c, 31, 0)

#define IFC_QUERY_FLOW_COUNTER_OUT_SIZE 0x10
#define IFC_QUERY_FLOW_COUNTER_OUT(F, S) \
	F(query_flow_counter_out, status, 0x0, 31, 24) \
	F(query_flow_counter_out, syndrome, 0x4, 31, 0) \
	S(query_flow_counter_out, flow_statistics, 0x10, 16, traffic_counter)

#define IFC_TRAFFIC_COUNTER_SIZE 0x10
#define IFC_TRAFFIC_COUNTER(F, S) \
	S(traffic_counter, packets, 0x0, 8, raw) \
	S(traffic_counter, octets, 0x8, 8, raw)

#define IFC_ALLOC_PACKET_REFORMAT_CONTEXT_IN_SIZE 0x24
#define IFC_ALLOC_PACKET_REFORMAT_CONTEXT_IN(F, S) \
	F(alloc_packet_reformat_context_in, opcode, 0x0, 31, 16) \
	F(alloc_packet_reformat_context_in, op_mod, 0x4, 15, 0) \
	S(alloc_packet_reformat_context_in, packet_reformat_context, 0x1c, 8, packet_reformat_context_in)

#define IFC_PACKET_REFORMAT_CONTEXT_IN_SIZE 0x8
#define IFC_PACKET_REFORMAT_CONTEXT_IN(F, S) \
	F(packet_reformat_context_in, reformat_type, 0x0, 31, 24) \
	F(packet_reformat_context_in, reformat_param_0, 0x0, 19, 16) \
	F(packet_reformat_context_in, reformat_data_size, 0x0, 9, 0) \
	F(packet_reformat_context_in, reformat_param_1, 0x4, 31, 24) \
	F(packet_reformat_context_in, reformat_data, 0x4, 15, 0) \
	S(packet_reformat_context_in, more_reformat_data, 0x8, 1, raw)

#define IFC_ALLOC_PACKET_REFORMAT_CONTEXT_OUT_SIZE 0x10
#define IFC_ALLOC_PACKET_REFORMAT_CONTEXT_OUT(F, S) \
	F(alloc_packet_reformat_context_out, status, 0x0, 31, 24) \
	F(alloc_packet_reformat_context_out, syndrome, 0x4, 31, 0) \
	F(alloc_packet_reformat_context_out, packet_reformat_id, 0x8, 31, 0)

#define IFC_ALLOC_MODIFY_HEADER_CONTEXT_IN_SIZE 0x10
#define IFC_ALLOC_MODIFY_HEADER_CONTEXT_IN(F, S) \
	F(alloc_modify_header_context_in, opcode, 0x0, 31, 16) \
	F(alloc_modify_header_context_in, op_mod, 0x4, 15, 0) \
	F(alloc_modify_header_context_in, table_type, 0xc, 31, 24) \
	F(alloc_modify_header_context_in, num_of_actions, 0xc, 7, 0) \
	S(alloc_modify_header_context_in, actions, 0x10, 8, modify_action)

#define IFC_ALLOC_MODIFY_HEADER_CONTEXT_OUT_SIZE 0x10
#define IFC_ALLOC_MODIFY_HEADER_CONTEXT_OUT(F, S) \
	F(alloc_modify_header_context_out, status, 0x0, 31, 24) \
	F(alloc_modify_header_context_out, syndrome, 0x4, 31, 0) \
	F(alloc_modify_header_context_out, modify_header_id, 0x8, 31, 0)

#define IFC_SET_ACTION_IN_SIZE 0x8
#define IFC_SET_ACTION_IN(F, S) \
	F(set_action_in, action_type, 0x0, 31, 28) \
	F(set_action_in, field, 0x0, 27, 16) \
	F(set_action_in, offset, 0x0, 12, 8) \
	F(set_action_in, length, 0x0, 4, 0) \
	F(set_action_in, data, 0x4, 31, 0)

#define IFC_ADD_ACTION_IN_SIZE 0x8
#define IFC_ADD_ACTION_IN(F, S) \
	F(add_action_in, action_type, 0x0, 31, 28) \
	F(add_action_in, field, 0x0, 27, 16) \
	F(add_action_in, data, 0x4, 31, 0)

#define IFC_COPY_ACTION_IN_SIZE 0x8
#define IFC_COPY_ACTION_IN(F, S) \
	F(copy_action_in, action_type, 0x0, 31, 28) \
	F(copy_action_in, src_field, 0x0, 27, 16) \
	F(copy_action_in, src_offset, 0x0, 12, 8) \
	F(copy_action_in, length, 0x0, 4, 0) \
	F(copy_action_in, dst_field, 0x4, 27, 16) \
	F(copy_action_in, dst_offset, 0x4, 12, 8)

#define IFC_SET_FLOW_TABLE_ROOT_OUT_SIZE 0x10
#define IFC_SET_FLOW_TABLE_ROOT_OUT(F, S) \
	F(set_flow_table_root_out, status, 0x0, 31, 24) \
	F(set_flow_table_root_out, syndrome, 0x4, 31, 0)

#define IFC_MODIFY_FLOW_TABLE_OUT_SIZE 0x10
#define IFC_MODIFY_FLOW_TABLE_OUT(F, S) \
	F(modify_flow_table_out, status, 0x0, 31, 24) \
	F(modify_flow_table_out, syndrome, 0x4, 31, 0)

#define IFC_DESTROY_FLOW_TABLE_IN_SIZE 0x40
#define IFC_DESTROY_FLOW_TABLE_IN(F, S) \
	F(destroy_flow_table_in, opcode, 0x0, 31, 16) \
	F(destroy_flow_table_in, uid, 0x0, 15, 0) \
	F(destroy_flow_table_in, op_mod, 0x4, 15, 0) \
	F(destroy_flow_table_in, other_vport, 0x8, 31, 31) \
	F(destroy_flow_table_in, vport_number, 0x8, 15, 0) \
	F(destroy_flow_table_in, table_type, 0x10, 31, 24) \
	F(destroy_flow_table_in, table_id, 0x14, 23, 0)

#define IFC_DESTROY_FLOW_TABLE_OUT_SIZE 0x10
#define IFC_DESTROY_FLOW_TABLE_OUT(F, S) \
	F(destroy_flow_table_out, status, 0x0, 31, 24) \
	F(destroy_flow_table_out, syndrome, 0x4, 31, 0)

#define IFC_DESTROY_FLOW_GROUP_IN_SIZE 0x40
#define IFC_DESTROY_FLOW_GROUP_IN(F, S) \
	F(destroy_flow_group_in, opcode, 0x0, 31, 16) \
	F(destroy_flow_group_in, uid, 0x0, 15, 0) \
	F(destroy_flow_group_in, op_mod, 0x4, 15, 0) \
	F(destroy_flow_group_in, other_vport, 0x8, 31, 31) \
	F(destroy_flow_group_in, vport_number, 0x8, 15, 0) \
	F(destroy_flow_group_in, table_type, 0x10, 31, 24) \
	F(destroy_flow_group_in, table_id, 0x14, 23, 0) \
	F(destroy_flow_group_in, group_id, 0x18, 31, 0)

#define IFC_DESTROY_FLOW_GROUP_OUT_SIZE 0x10
#define IFC_DESTROY_FLOW_GROUP_OUT(F, S) \
	F(destroy_flow_group_out, status, 0x0, 31, 24) \
	F(destroy_flow_group_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_FLOW_TABLE_IN_SIZE 0x40
#define IFC_QUERY_FLOW_TABLE_IN(F, S) \
	F(query_flow_table_in, opcode, 0x0, 31, 16) \
	F(query_flow_table_in, uid, 0x0, 15, 0) \
	F(query_flow_table_in, op_mod, 0x4, 15, 0) \
	F(query_flow_table_in, table_type, 0x10, 31, 24) \
	F(query_flow_table_in, table_id, 0x14, 23, 0)

#define IFC_QUERY_FLOW_TABLE_OUT_SIZE 0x40
#define IFC_QUERY_FLOW_TABLE_OUT(F, S) \
	F(query_flow_table_out, status, 0x0, 31, 24) \
	F(query_flow_table_out, syndrome, 0x4, 31, 0) \
	S(query_flow_table_out, flow_table_context, 0x18, 40, flow_table_context)

#define IFC_QUERY_FLOW_GROUP_IN_SIZE 0x40
#define IFC_QUERY_FLOW_GROUP_IN(F, S) \
	F(query_flow_group_in, opcode, 0x0, 31, 16) \
	F(query_flow_group_in, uid, 0x0, 15, 0) \
	F(query_flow_group_in, op_mod, 0x4, 15, 0) \
	F(query_flow_group_in, table_type, 0x10, 31, 24) \
	F(query_flow_group_in, table_id, 0x14, 23, 0) \
	F(query_flow_group_in, group_id, 0x18, 31, 0)

#define IFC_QUERY_FLOW_GROUP_OUT_SIZE 0x400
#define IFC_QUERY_FLOW_GROUP_OUT(F, S) \
	F(query_flow_group_out, status, 0x0, 31, 24) \
	F(query_flow_group_out, syndrome, 0x4, 31, 0) \
	F(query_flow_group_out, start_flow_index, 0x1c, 31, 0) \
	F(query_flow_group_out, end_flow_index, 0x24, 31, 0) \
	F(query_flow_group_out, match_criteria_enable, 0x3c, 7, 0) \
	S(query_flow_group_out, match_criteria, 0x40, 512, fte_match_param)

#define IFC_SET_FTE_OUT_SIZE 0x10
#define IFC_SET_FTE_OUT(F, S) \
	F(set_fte_out, status, 0x0, 31, 24) \
	F(set_fte_out, syndrome, 0x4, 31, 0)

#define IFC_DELETE_FTE_OUT_SIZE 0x10
#define IFC_DELETE_FTE_OUT(F, S) \
	F(delete_fte_out, status, 0x0, 31, 24) \
	F(delete_fte_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_FTE_IN_SIZE 0x40
#define IFC_QUERY_FTE_IN(F, S) \
	F(query_fte_in, opcode, 0x0, 31, 16) \
	F(query_fte_in, uid, 0x0, 15, 0) \
	F(query_fte_in, op_mod, 0x4, 15, 0) \
	F(query_fte_in, table_type, 0x10, 31, 24) \
	F(query_fte_in, table_id, 0x14, 23, 0) \
	F(query_fte_in, flow_index, 0x20, 31, 0)

#define IFC_QUERY_FTE_OUT_SIZE 0x340
#define IFC_QUERY_FTE_OUT(F, S) \
	F(query_fte_out, status, 0x0, 31, 24) \
	F(query_fte_out, syndrome, 0x4, 31, 0) \
	S(query_fte_out, flow_context, 0x40, 768, flow_context)

#define IFC_DEALLOC_FLOW_COUNTER_IN_SIZE 0x10
#define IFC_DEALLOC_FLOW_COUNTER_IN(F, S) \
	F(dealloc_flow_counter_in, opcode, 0x0, 31, 16) \
	F(dealloc_flow_counter_in, uid, 0x0, 15, 0) \
	F(dealloc_flow_counter_in, op_mod, 0x4, 15, 0) \
	F(dealloc_flow_counter_in, flow_counter_id, 0x8, 31, 0)

#define IFC_DEALLOC_FLOW_COUNTER_OUT_SIZE 0x10
#define IFC_DEALLOC_FLOW_COUNTER_OUT(F, S) \
	F(dealloc_flow_counter_out, status, 0x0, 31, 24) \
	F(dealloc_flow_counter_out, syndrome, 0x4, 31, 0)

#define IFC_DEALLOC_MODIFY_HEADER_CONTEXT_IN_SIZE 0x10
#define IFC_DEALLOC_MODIFY_HEADER_CONTEXT_IN(F, S) \
	F(dealloc_modify_header_context_in, opcode, 0x0, 31, 16) \
	F(dealloc_modify_header_context_in, uid, 0x0, 15, 0) \
	F(dealloc_modify_header_context_in, op_mod, 0x4, 15, 0) \
	F(dealloc_modify_header_context_in, modify_header_id, 0x8, 31, 0)

#define IFC_DEALLOC_MODIFY_HEADER_CONTEXT_OUT_SIZE 0x10
#define IFC_DEALLOC_MODIFY_HEADER_CONTEXT_OUT(F, S) \
	F(dealloc_modify_header_context_out, status, 0x0, 31, 24) \
	F(dealloc_modify_header_context_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_HCA_CAP_IN_SIZE 0x10
#define IFC_QUERY_HCA_CAP_IN(F, S) \
	F(query_hca_cap_in, opcode, 0x0, 31, 16) \
	F(query_hca_cap_in, uid, 0x0, 15, 0) \
	F(query_hca_cap_in, op_mod, 0x4, 15, 0) \
	F(query_hca_cap_in, other_function, 0x8, 31, 31) \
	F(query_hca_cap_in, function_id, 0x8, 15, 0)

#define IFC_QUERY_HCA_CAP_OUT_SIZE 0x1010
#define IFC_QUERY_HCA_CAP_OUT(F, S) \
	F(query_hca_cap_out, status, 0x0, 31, 24) \
	F(query_hca_cap_out, syndrome, 0x4, 31, 0) \
	S(query_hca_cap_out, capability, 0x10, 4096, hca_cap_union)

#define IFC_CMD_HCA_CAP_SIZE 0x1000
#define IFC_CMD_HCA_CAP(F, S) \
	F(cmd_hca_cap, event_on_vhca_state_teardown_request, 0x4, 28, 28) \
	F(cmd_hca_cap, event_on_vhca_state_in_use, 0x4, 27, 27) \
	F(cmd_hca_cap, event_on_vhca_state_active, 0x4, 26, 26) \
	F(cmd_hca_cap, event_on_vhca_state_allocated, 0x4, 25, 25) \
	F(cmd_hca_cap, vhca_id, 0x4, 15, 0) \
	F(cmd_hca_cap, log_max_qp, 0x10, 4, 0) \
	F(cmd_hca_cap, reg_c_preserve, 0x14, 22, 22) \
	F(cmd_hca_cap, log_max_srq, 0x14, 20, 16) \
	F(cmd_hca_cap, log_max_cq_sz, 0x18, 23, 16) \
	F(cmd_hca_cap, log_max_cq, 0x18, 4, 0) \
	F(cmd_hca_cap, log_max_eq_sz, 0x1c, 31, 24) \
	F(cmd_hca_cap, log_max_mkey, 0x1c, 21, 16) \
	F(cmd_hca_cap, log_max_eq, 0x1c, 3, 0) \
	F(cmd_hca_cap, log_max_klm_list_size, 0x20, 5, 0) \
	F(cmd_hca_cap, vport_counters, 0x30, 30, 30) \
	F(cmd_hca_cap, max_qp_cnt, 0x30, 25, 16) \
	F(cmd_hca_cap, vport_group_manager, 0x34, 31, 31) \
	F(cmd_hca_cap, nic_flow_table, 0x34, 25, 25) \
	F(cmd_hca_cap, eswitch_manager, 0x34, 24, 24) \
	F(cmd_hca_cap, mcam_reg, 0x34, 22, 22) \
	F(cmd_hca_cap, port_type, 0x34, 9, 8) \
	F(cmd_hca_cap, num_ports, 0x34, 7, 0) \
	F(cmd_hca_cap, log_max_msg, 0x38, 28, 24) \
	F(cmd_hca_cap, cqe_version, 0x3c, 3, 0) \
	F(cmd_hca_cap, eth_net_offloads, 0x40, 3, 3) \
	F(cmd_hca_cap, cq_oi, 0x44, 31, 31) \
	F(cmd_hca_cap, cq_moderation, 0x44, 29, 29) \
	F(cmd_hca_cap, uar_sz, 0x48, 21, 16) \
	F(cmd_hca_cap, log_pg_sz, 0x48, 7, 0) \
	F(cmd_hca_cap, bf, 0x4c, 31, 31) \
	F(cmd_hca_cap, driver_version, 0x4c, 30, 30) \
	F(cmd_hca_cap, log_bf_reg_size, 0x4c, 20, 16) \
	F(cmd_hca_cap, max_wqe_sz_sq, 0x50, 15, 0) \
	F(cmd_hca_cap, max_wqe_sz_rq, 0x54, 15, 0) \
	F(cmd_hca_cap, max_flow_counter_31_16, 0x58, 31, 16) \
	F(cmd_hca_cap, flow_counter_bulk_alloc, 0x60, 15, 8) \
	F(cmd_hca_cap, log_max_transport_domain, 0x64, 28, 24) \
	F(cmd_hca_cap, log_max_pd, 0x64, 20, 16) \
	F(cmd_hca_cap, log_max_flow_counter_bulk, 0x68, 23, 16) \
	F(cmd_hca_cap, max_flow_counter_15_0, 0x68, 15, 0) \
	F(cmd_hca_cap, log_max_rq, 0x6c, 28, 24) \
	F(cmd_hca_cap, log_max_sq, 0x6c, 20, 16) \
	F(cmd_hca_cap, log_max_tir, 0x6c, 12, 8) \
	F(cmd_hca_cap, log_max_tis, 0x6c, 4, 0) \
	F(cmd_hca_cap, log_max_rmp, 0x70, 28, 24) \
	F(cmd_hca_cap, log_max_rqt, 0x70, 20, 16) \
	F(cmd_hca_cap, log_max_rqt_size, 0x70, 12, 8) \
	F(cmd_hca_cap, log_max_stride_sz_rq, 0x74, 28, 24) \
	F(cmd_hca_cap, log_min_stride_sz_rq, 0x74, 20, 16) \
	F(cmd_hca_cap, log_max_stride_sz_sq, 0x74, 12, 8) \
	F(cmd_hca_cap, log_min_stride_sz_sq, 0x74, 4, 0) \
	F(cmd_hca_cap, log_max_wq_sz, 0x78, 4, 0) \
	F(cmd_hca_cap, disable_local_lb_uc, 0x7c, 30, 30) \
	F(cmd_hca_cap, disable_local_lb_mc, 0x7c, 29, 29) \
	F(cmd_hca_cap, vhca_state, 0x7c, 21, 21) \
	F(cmd_hca_cap, log_max_vlan_list, 0x7c, 20, 16) \
	F(cmd_hca_cap, log_max_current_mc_list, 0x7c, 12, 8) \
	F(cmd_hca_cap, log_max_current_uc_list, 0x7c, 4, 0) \
	F(cmd_hca_cap, max_num_eqs, 0x8c, 15, 0) \
	F(cmd_hca_cap, log_max_l2_table, 0x90, 28, 24) \
	F(cmd_hca_cap, flex_parser_protocols, 0xa8, 31, 0) \
	F(cmd_hca_cap, max_num_sf, 0xc8, 31, 16) \
	F(cmd_hca_cap, sf, 0xd0, 31, 31) \
	F(cmd_hca_cap, sf_base_id, 0xdc, 15, 0)

#define IFC_PER_PROTOCOL_NETWORKING_OFFLOAD_CAPS_SIZE 0x1000
#define IFC_PER_PROTOCOL_NETWORKING_OFFLOAD_CAPS(F, S) \
	F(per_protocol_networking_offload_caps, csum_cap, 0x0, 31, 31) \
	F(per_protocol_networking_offload_caps, vlan_cap, 0x0, 30, 30) \
	F(per_protocol_networking_offload_caps, wqe_vlan_insert, 0x0, 24, 24) \
	F(per_protocol_networking_offload_caps, self_lb_en_modifiable, 0x0, 23, 23) \
	F(per_protocol_networking_offload_caps, max_lso_cap, 0x0, 20, 16) \
	F(per_protocol_networking_offload_caps, wqe_inline_mode, 0x0, 13, 12) \
	F(per_protocol_networking_offload_caps, rss_ind_tbl_cap, 0x0, 11, 8) \
	F(per_protocol_networking_offload_caps, tunnel_stateless_vxlan, 0x0, 0, 0) \
	F(per_protocol_networking_offload_caps, cqe_checksum_full, 0x4, 28, 28) \
	F(per_protocol_networking_offload_caps, max_vxlan_udp_ports, 0x4, 15, 8)

#define IFC_FLOW_TABLE_NIC_CAP_SIZE 0x1000
#define IFC_FLOW_TABLE_NIC_CAP(F, S) \
	F(flow_table_nic_cap, nic_rx_multi_path_tirs, 0x0, 31, 31) \
	F(flow_table_nic_cap, nic_rx_multi_path_tirs_fts, 0x0, 30, 30) \
	F(flow_table_nic_cap, log_max_packet_reformat_context, 0x4, 20, 16) \
	F(flow_table_nic_cap, max_encap_header_size, 0x4, 9, 0) \
	S(flow_table_nic_cap, flow_table_properties_nic_receive, 0x40, 64, flow_table_prop_layout)

#define IFC_FLOW_TABLE_ESWITCH_CAP_SIZE 0x1000
#define IFC_FLOW_TABLE_ESWITCH_CAP(F, S) \
	F(flow_table_eswitch_cap, fdb_to_vport_reg_c_id, 0x0, 31, 24) \
	F(flow_table_eswitch_cap, fdb_modify_header_fwd_to_table, 0x0, 10, 10) \
	F(flow_table_eswitch_cap, flow_source, 0x0, 8, 8) \
	F(flow_table_eswitch_cap, multi_fdb_encap, 0x0, 5, 5) \
	F(flow_table_eswitch_cap, fdb_multi_path_to_table, 0x0, 3, 3) \
	S(flow_table_eswitch_cap, flow_table_properties_nic_esw_fdb, 0x40, 64, flow_table_prop_layout) \
	S(flow_table_eswitch_cap, flow_table_properties_esw_acl_ingress, 0x80, 64, flow_table_prop_layout) \
	S(flow_table_eswitch_cap, flow_table_properties_esw_acl_egress, 0xc0, 64, flow_table_prop_layout)

#define IFC_E_SWITCH_CAP_SIZE 0x1000
#define IFC_E_SWITCH_CAP(F, S) \
	F(e_switch_cap, vport_svlan_strip, 0x0, 31, 31) \
	F(e_switch_cap, vport_cvlan_strip, 0x0, 30, 30) \
	F(e_switch_cap, vport_svlan_insert, 0x0, 29, 29) \
	F(e_switch_cap, vport_cvlan_insert_if_not_exist, 0x0, 28, 28) \
	F(e_switch_cap, vport_cvlan_insert_overwrite, 0x0, 27, 27) \
	F(e_switch_cap, esw_uplink_ingress_acl, 0x0, 23, 23) \
	F(e_switch_cap, counter_eswitch_affinity, 0x0, 3, 3) \
	F(e_switch_cap, merged_eswitch, 0x0, 2, 2) \
	F(e_switch_cap, vxlan_encap_decap, 0x4, 31, 31) \
	F(e_switch_cap, nvgre_encap_decap, 0x4, 30, 30) \
	F(e_switch_cap, log_max_fdb_encap_uplink, 0x4, 28, 24) \
	F(e_switch_cap, log_max_packet_reformat_context, 0x4, 20, 16) \
	F(e_switch_cap, max_encap_header_size, 0x4, 9, 0)

#define IFC_FLOW_TABLE_PROP_LAYOUT_SIZE 0x40
#define IFC_FLOW_TABLE_PROP_LAYOUT(F, S) \
	F(flow_table_prop_layout, ft_support, 0x0, 31, 31) \
	F(flow_table_prop_layout, flow_counter, 0x0, 29, 29) \
	F(flow_table_prop_layout, flow_modify_en, 0x0, 28, 28) \
	F(flow_table_prop_layout, modify_root, 0x0, 27, 27) \
	F(flow_table_prop_layout, identified_miss_table_mode, 0x0, 26, 26) \
	F(flow_table_prop_layout, flow_table_modify, 0x0, 25, 25) \
	F(flow_table_prop_layout, reformat, 0x0, 24, 24) \
	F(flow_table_prop_layout, decap, 0x0, 23, 23) \
	F(flow_table_prop_layout, pop_vlan, 0x0, 21, 21) \
	F(flow_table_prop_layout, push_vlan, 0x0, 20, 20) \
	F(flow_table_prop_layout, pop_vlan_2, 0x0, 18, 18) \
	F(flow_table_prop_layout, push_vlan_2, 0x0, 17, 17) \
	F(flow_table_prop_layout, reformat_and_vlan_action, 0x0, 16, 16) \
	F(flow_table_prop_layout, reformat_l3_tunnel_to_l2, 0x0, 13, 13) \
	F(flow_table_prop_layout, reformat_l2_to_l3_tunnel, 0x0, 12, 12) \
	F(flow_table_prop_layout, reformat_and_modify_action, 0x0, 11, 11) \
	F(flow_table_prop_layout, ignore_flow_level, 0x0, 10, 10) \
	F(flow_table_prop_layout, termination_table, 0x0, 7, 7) \
	F(flow_table_prop_layout, reformat_and_fwd_to_table, 0x0, 6, 6) \
	F(flow_table_prop_layout, log_max_ft_size, 0x4, 29, 24) \
	F(flow_table_prop_layout, log_max_modify_header_context, 0x4, 23, 16) \
	F(flow_table_prop_layout, max_modify_header_actions, 0x4, 15, 8) \
	F(flow_table_prop_layout, max_ft_level, 0x4, 7, 0) \
	F(flow_table_prop_layout, log_max_ft_num, 0xc, 7, 0) \
	F(flow_table_prop_layout, log_max_flow_counter, 0x10, 15, 8) \
	F(flow_table_prop_layout, log_max_destination, 0x10, 7, 0) \
	F(flow_table_prop_layout, log_max_flow, 0x14, 7, 0) \
	S(flow_table_prop_layout, ft_field_support, 0x20, 16, flow_table_fields_supported) \
	S(flow_table_prop_layout, ft_field_bitmask_support, 0x30, 16, flow_table_fields_supported)

#define IFC_FLOW_TABLE_FIELDS_SUPPORTED_SIZE 0x10
#define IFC_FLOW_TABLE_FIELDS_SUPPORTED(F, S) \
	F(flow_table_fields_supported, outer_dmac, 0x0, 31, 31) \
	F(flow_table_fields_supported, outer_smac, 0x0, 30, 30) \
	F(flow_table_fields_supported, outer_ether_type, 0x0, 29, 29) \
	F(flow_table_fields_supported, outer_ip_version, 0x0, 28, 28) \
	F(flow_table_fields_supported, outer_first_prio, 0x0, 27, 27) \
	F(flow_table_fields_supported, outer_first_cfi, 0x0, 26, 26) \
	F(flow_table_fields_supported, outer_first_vid, 0x0, 25, 25) \
	F(flow_table_fields_supported, outer_ipv4_ttl, 0x0, 24, 24) \
	F(flow_table_fields_supported, outer_second_prio, 0x0, 23, 23) \
	F(flow_table_fields_supported, outer_second_cfi, 0x0, 22, 22) \
	F(flow_table_fields_supported, outer_second_vid, 0x0, 21, 21) \
	F(flow_table_fields_supported, outer_sip, 0x0, 19, 19) \
	F(flow_table_fields_supported, outer_dip, 0x0, 18, 18) \
	F(flow_table_fields_supported, outer_frag, 0x0, 17, 17) \
	F(flow_table_fields_supported, outer_ip_protocol, 0x0, 16, 16) \
	F(flow_table_fields_supported, outer_ip_ecn, 0x0, 15, 15) \
	F(flow_table_fields_supported, outer_ip_dscp, 0x0, 14, 14) \
	F(flow_table_fields_supported, outer_udp_sport, 0x0, 13, 13) \
	F(flow_table_fields_supported, outer_udp_dport, 0x0, 12, 12) \
	F(flow_table_fields_supported, outer_tcp_sport, 0x0, 11, 11) \
	F(flow_table_fields_supported, outer_tcp_dport, 0x0, 10, 10) \
	F(flow_table_fields_supported, outer_tcp_flags, 0x0, 9, 9) \
	F(flow_table_fields_supported, outer_gre_protocol, 0x0, 8, 8) \
	F(flow_table_fields_supported, outer_gre_key, 0x0, 7, 7) \
	F(flow_table_fields_supported, outer_vxlan_vni, 0x0, 6, 6) \
	F(flow_table_fields_supported, outer_geneve_vni, 0x0, 5, 5) \
	F(flow_table_fields_supported, outer_geneve_oam, 0x0, 4, 4) \
	F(flow_table_fields_supported, outer_geneve_protocol_type, 0x0, 3, 3) \
	F(flow_table_fields_supported, outer_geneve_opt_len, 0x0, 2, 2) \
	F(flow_table_fields_supported, source_vhca_port, 0x0, 1, 1) \
	F(flow_table_fields_supported, source_eswitch_port, 0x0, 0, 0) \
	F(flow_table_fields_supported, inner_dmac, 0x4, 31, 31) \
	F(flow_table_fields_supported, inner_smac, 0x4, 30, 30) \
	F(flow_table_fields_supported, inner_ether_type, 0x4, 29, 29) \
	F(flow_table_fields_supported, inner_ip_version, 0x4, 28, 28) \
	F(flow_table_fields_supported, inner_first_prio, 0x4, 27, 27) \
	F(flow_table_fields_supported, inner_first_cfi, 0x4, 26, 26) \
	F(flow_table_fields_supported, inner_first_vid, 0x4, 25, 25) \
	F(flow_table_fields_supported, inner_second_prio, 0x4, 23, 23) \
	F(flow_table_fields_supported, inner_second_cfi, 0x4, 22, 22) \
	F(flow_table_fields_supported, inner_second_vid, 0x4, 21, 21) \
	F(flow_table_fields_supported, inner_sip, 0x4, 19, 19) \
	F(flow_table_fields_supported, inner_dip, 0x4, 18, 18) \
	F(flow_table_fields_supported, inner_frag, 0x4, 17, 17) \
	F(flow_table_fields_supported, inner_ip_protocol, 0x4, 16, 16) \
	F(flow_table_fields_supported, inner_ip_ecn, 0x4, 15, 15) \
	F(flow_table_fields_supported, inner_ip_dscp, 0x4, 14, 14) \
	F(flow_table_fields_supported, inner_udp_sport, 0x4, 13, 13) \
	F(flow_table_fields_supported, inner_udp_dport, 0x4, 12, 12) \
	F(flow_table_fields_supported, inner_tcp_sport, 0x4, 11, 11) \
	F(flow_table_fields_supported, inner_tcp_dport, 0x4, 10, 10) \
	F(flow_table_fields_supported, inner_tcp_flags, 0x4, 9, 9) \
	F(flow_table_fields_supported, geneve_tlv_option_0_data, 0x8, 31, 31) \
	F(flow_table_fields_supported, geneve_tlv_option_0_exist, 0x8, 30, 30) \
	F(flow_table_fields_supported, outer_first_mpls_over_udp, 0x8, 26, 23) \
	F(flow_table_fields_supported, outer_first_mpls_over_gre, 0x8, 22, 19) \
	F(flow_table_fields_supported, inner_first_mpls, 0x8, 18, 15) \
	F(flow_table_fields_supported, outer_first_mpls, 0x8, 14, 11) \
	F(flow_table_fields_supported, outer_esp_spi, 0x8, 8, 8) \
	F(flow_table_fields_supported, bth_dst_qp, 0x8, 5, 5) \
	F(flow_table_fields_supported, metadata_reg_c_7, 0xc, 7, 7) \
	F(flow_table_fields_supported, metadata_reg_c_6, 0xc, 6, 6) \
	F(flow_table_fields_supported, metadata_reg_c_5, 0xc, 5, 5) \
	F(flow_table_fields_supported, metadata_reg_c_4, 0xc, 4, 4) \
	F(flow_table_fields_supported, metadata_reg_c_3, 0xc, 3, 3) \
	F(flow_table_fields_supported, metadata_reg_c_2, 0xc, 2, 2) \
	F(flow_table_fields_supported, metadata_reg_c_1, 0xc, 1, 1) \
	F(flow_table_fields_supported, metadata_reg_c_0, 0xc, 0, 0)

/* All of them, for tables. */
#define IFC_STRUCTS(X) \
	IFC_FUNCTION_STRUCTS(X) \
	IFC_QUEUE_STRUCTS(X) \
	X(cmd_in, CMD_IN) \
	X(cmd_out, CMD_OUT) \
	X(set_flow_table_root_in, SET_FLOW_TABLE_ROOT_IN) \
	X(create_flow_table_in, CREATE_FLOW_TABLE_IN) \
	X(create_flow_table_out, CREATE_FLOW_TABLE_OUT) \
	X(flow_table_context, FLOW_TABLE_CONTEXT) \
	X(modify_flow_table_in, MODIFY_FLOW_TABLE_IN) \
	X(create_flow_group_in, CREATE_FLOW_GROUP_IN) \
	X(create_flow_group_out, CREATE_FLOW_GROUP_OUT) \
	X(set_fte_in, SET_FTE_IN) \
	X(delete_fte_in, DELETE_FTE_IN) \
	X(flow_context, FLOW_CONTEXT) \
	X(vlan, VLAN) \
	X(dest_format_struct, DEST_FORMAT_STRUCT) \
	X(extended_dest_format, EXTENDED_DEST_FORMAT) \
	X(flow_counter_list, FLOW_COUNTER_LIST) \
	X(execute_aso, EXECUTE_ASO) \
	X(fte_match_param, FTE_MATCH_PARAM) \
	X(fte_match_set_lyr_2_4, FTE_MATCH_SET_LYR_2_4) \
	X(fte_match_set_misc, FTE_MATCH_SET_MISC) \
	X(fte_match_set_misc2, FTE_MATCH_SET_MISC2) \
	X(fte_match_set_misc3, FTE_MATCH_SET_MISC3) \
	X(alloc_flow_counter_in, ALLOC_FLOW_COUNTER_IN) \
	X(alloc_flow_counter_out, ALLOC_FLOW_COUNTER_OUT) \
	X(query_flow_counter_in, QUERY_FLOW_COUNTER_IN) \
	X(query_flow_counter_out, QUERY_FLOW_COUNTER_OUT) \
	X(traffic_counter, TRAFFIC_COUNTER) \
	X(alloc_packet_reformat_context_in, ALLOC_PACKET_REFORMAT_CONTEXT_IN) \
	X(packet_reformat_context_in, PACKET_REFORMAT_CONTEXT_IN) \
	X(alloc_packet_reformat_context_out, ALLOC_PACKET_REFORMAT_CONTEXT_OUT) \
	X(alloc_modify_header_context_in, ALLOC_MODIFY_HEADER_CONTEXT_IN) \
	X(alloc_modify_header_context_out, ALLOC_MODIFY_HEADER_CONTEXT_OUT) \
	X(set_action_in, SET_ACTION_IN) \
	X(add_action_in, ADD_ACTION_IN) \
	X(copy_action_in, COPY_ACTION_IN) \
	X(set_flow_table_root_out, SET_FLOW_TABLE_ROOT_OUT) \
	X(modify_flow_table_out, MODIFY_FLOW_TABLE_OUT) \
	X(destroy_flow_table_in, DESTROY_FLOW_TABLE_IN) \
	X(destroy_flow_table_out, DESTROY_FLOW_TABLE_OUT) \
	X(destroy_flow_group_in, DESTROY_FLOW_GROUP_IN) \
	X(destroy_flow_group_out, DESTROY_FLOW_GROUP_OUT) \
	X(query_flow_table_in, QUERY_FLOW_TABLE_IN) \
	X(query_flow_table_out, QUERY_FLOW_TABLE_OUT) \
	X(query_flow_group_in, QUERY_FLOW_GROUP_IN) \
	X(query_flow_group_out, QUERY_FLOW_GROUP_OUT) \
	X(set_fte_out, SET_FTE_OUT) \
	X(delete_fte_out, DELETE_FTE_OUT) \
	X(query_fte_in, QUERY_FTE_IN) \
	X(query_fte_out, QUERY_FTE_OUT) \
	X(dealloc_flow_counter_in, DEALLOC_FLOW_COUNTER_IN) \
	X(dealloc_flow_counter_out, DEALLOC_FLOW_COUNTER_OUT) \
	X(dealloc_modify_header_context_in, DEALLOC_MODIFY_HEADER_CONTEXT_IN) \
	X(dealloc_modify_header_context_out, DEALLOC_MODIFY_HEADER_CONTEXT_OUT) \
	X(query_hca_cap_in, QUERY_HCA_CAP_IN) \
	X(query_hca_cap_out, QUERY_HCA_CAP_OUT) \
	X(cmd_hca_cap, CMD_HCA_CAP) \
	X(per_protocol_networking_offload_caps, PER_PROTOCOL_NETWORKING_OFFLOAD_CAPS) \
	X(flow_table_nic_cap, FLOW_TABLE_NIC_CAP) \
	X(flow_table_eswitch_cap, FLOW_TABLE_ESWITCH_CAP) \
	X(e_switch_cap, E_SWITCH_CAP) \
	X(flow_table_prop_layout, FLOW_TABLE_PROP_LAYOUT) \
	X(flow_table_fields_supported, FLOW_TABLE_FIELDS_SUPPORTED)

/* clang-format on */

#endif
