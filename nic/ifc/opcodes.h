/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands, as the ConnectX programmer's reference numbers them: X(name, opcode, layout of the
 * input, of the output). That a command is here says that it can be named and decoded, not that the
 * device implements it: see nic/device.
 */
#ifndef NIC_IFC_OPCODES_H
#define NIC_IFC_OPCODES_H

/* clang-format off */

#define MLX5_OPCODES(X) \
	X(QUERY_HCA_CAP, 0x100, query_hca_cap_in, query_hca_cap_out) \
	X(QUERY_ADAPTER, 0x101, query_adapter_in, query_adapter_out) \
	X(INIT_HCA, 0x102, init_hca_in, init_hca_out) \
	X(TEARDOWN_HCA, 0x103, teardown_hca_in, teardown_hca_out) \
	X(ENABLE_HCA, 0x104, enable_hca_in, enable_hca_out) \
	X(DISABLE_HCA, 0x105, disable_hca_in, disable_hca_out) \
	X(QUERY_PAGES, 0x107, query_pages_in, query_pages_out) \
	X(MANAGE_PAGES, 0x108, manage_pages_in, manage_pages_out) \
	X(SET_HCA_CAP, 0x109, set_hca_cap_in, set_hca_cap_out) \
	X(QUERY_ISSI, 0x10a, query_issi_in, query_issi_out) \
	X(SET_ISSI, 0x10b, set_issi_in, set_issi_out) \
	X(SET_DRIVER_VERSION, 0x10d, set_driver_version_in, set_driver_version_out) \
	X(ALLOC_SF, 0x113, alloc_sf_in, alloc_sf_out) \
	X(DEALLOC_SF, 0x114, dealloc_sf_in, dealloc_sf_out) \
	X(CREATE_MKEY, 0x200, create_mkey_in, create_mkey_out) \
	X(DESTROY_MKEY, 0x202, destroy_mkey_in, destroy_mkey_out) \
	X(QUERY_SPECIAL_CONTEXTS, 0x203, query_special_contexts_in, query_special_contexts_out) \
	X(CREATE_EQ, 0x301, create_eq_in, create_eq_out) \
	X(DESTROY_EQ, 0x302, destroy_eq_in, destroy_eq_out) \
	X(QUERY_EQ, 0x303, query_eq_in, query_eq_out) \
	X(CREATE_CQ, 0x400, create_cq_in, create_cq_out) \
	X(DESTROY_CQ, 0x401, destroy_cq_in, destroy_cq_out) \
	X(QUERY_CQ, 0x402, query_cq_in, query_cq_out) \
	X(MODIFY_CQ, 0x403, modify_cq_in, modify_cq_out) \
	X(QUERY_ESW_FUNCTIONS, 0x740, query_esw_functions_in, query_esw_functions_out) \
	X(QUERY_VPORT_STATE, 0x750, query_vport_state_in, query_vport_state_out) \
	X(MODIFY_VPORT_STATE, 0x751, modify_vport_state_in, modify_vport_state_out) \
	X(QUERY_ESW_VPORT_CONTEXT, 0x752, query_esw_vport_context_in, query_esw_vport_context_out) \
	X(MODIFY_ESW_VPORT_CONTEXT, 0x753, modify_esw_vport_context_in, modify_esw_vport_context_out) \
	X(QUERY_NIC_VPORT_CONTEXT, 0x754, query_nic_vport_context_in, query_nic_vport_context_out) \
	X(MODIFY_NIC_VPORT_CONTEXT, 0x755, modify_nic_vport_context_in, modify_nic_vport_context_out) \
	X(QUERY_VPORT_COUNTER, 0x770, query_vport_counter_in, query_vport_counter_out) \
	X(ALLOC_Q_COUNTER, 0x771, alloc_q_counter_in, alloc_q_counter_out) \
	X(DEALLOC_Q_COUNTER, 0x772, dealloc_q_counter_in, dealloc_q_counter_out) \
	X(QUERY_Q_COUNTER, 0x773, query_q_counter_in, query_q_counter_out) \
	X(ALLOC_PD, 0x800, alloc_pd_in, alloc_pd_out) \
	X(DEALLOC_PD, 0x801, dealloc_pd_in, dealloc_pd_out) \
	X(ALLOC_UAR, 0x802, alloc_uar_in, alloc_uar_out) \
	X(DEALLOC_UAR, 0x803, dealloc_uar_in, dealloc_uar_out) \
	X(CONFIG_INT_MODERATION, 0x804, config_int_moderation_in, config_int_moderation_out) \
	X(ACCESS_REG, 0x805, access_register_in, access_register_out) \
	X(ALLOC_TRANSPORT_DOMAIN, 0x816, alloc_transport_domain_in, alloc_transport_domain_out) \
	X(DEALLOC_TRANSPORT_DOMAIN, 0x817, dealloc_transport_domain_in, dealloc_transport_domain_out) \
	X(ADD_VXLAN_UDP_DPORT, 0x827, add_vxlan_udp_dport_in, add_vxlan_udp_dport_out) \
	X(DELETE_VXLAN_UDP_DPORT, 0x828, delete_vxlan_udp_dport_in, delete_vxlan_udp_dport_out) \
	X(SET_L2_TABLE_ENTRY, 0x829, set_l2_table_entry_in, set_l2_table_entry_out) \
	X(DELETE_L2_TABLE_ENTRY, 0x82b, delete_l2_table_entry_in, delete_l2_table_entry_out) \
	X(CREATE_TIR, 0x900, create_tir_in, create_tir_out) \
	X(MODIFY_TIR, 0x901, modify_tir_in, modify_tir_out) \
	X(DESTROY_TIR, 0x902, destroy_tir_in, destroy_tir_out) \
	X(CREATE_SQ, 0x904, create_sq_in, create_sq_out) \
	X(MODIFY_SQ, 0x905, modify_sq_in, modify_sq_out) \
	X(DESTROY_SQ, 0x906, destroy_sq_in, destroy_sq_out) \
	X(QUERY_SQ, 0x907, query_sq_in, query_sq_out) \
	X(CREATE_RQ, 0x908, create_rq_in, create_rq_out) \
	X(MODIFY_RQ, 0x909, modify_rq_in, modify_rq_out) \
	X(DESTROY_RQ, 0x90a, destroy_rq_in, destroy_rq_out) \
	X(QUERY_RQ, 0x90b, query_rq_in, query_rq_out) \
	X(CREATE_TIS, 0x912, create_tis_in, create_tis_out) \
	X(MODIFY_TIS, 0x913, modify_tis_in, modify_tis_out) \
	X(DESTROY_TIS, 0x914, destroy_tis_in, destroy_tis_out) \
	X(CREATE_RQT, 0x916, create_rqt_in, create_rqt_out) \
	X(MODIFY_RQT, 0x917, modify_rqt_in, modify_rqt_out) \
	X(DESTROY_RQT, 0x918, destroy_rqt_in, destroy_rqt_out) \
	X(SET_FLOW_TABLE_ROOT, 0x92f, set_flow_table_root_in, set_flow_table_root_out) \
	X(CREATE_FLOW_TABLE, 0x930, create_flow_table_in, create_flow_table_out) \
	X(DESTROY_FLOW_TABLE, 0x931, destroy_flow_table_in, destroy_flow_table_out) \
	X(QUERY_FLOW_TABLE, 0x932, query_flow_table_in, query_flow_table_out) \
	X(CREATE_FLOW_GROUP, 0x933, create_flow_group_in, create_flow_group_out) \
	X(DESTROY_FLOW_GROUP, 0x934, destroy_flow_group_in, destroy_flow_group_out) \
	X(QUERY_FLOW_GROUP, 0x935, query_flow_group_in, query_flow_group_out) \
	X(SET_FLOW_TABLE_ENTRY, 0x936, set_fte_in, set_fte_out) \
	X(QUERY_FLOW_TABLE_ENTRY, 0x937, query_fte_in, query_fte_out) \
	X(DELETE_FLOW_TABLE_ENTRY, 0x938, delete_fte_in, delete_fte_out) \
	X(ALLOC_FLOW_COUNTER, 0x939, alloc_flow_counter_in, alloc_flow_counter_out) \
	X(DEALLOC_FLOW_COUNTER, 0x93a, dealloc_flow_counter_in, dealloc_flow_counter_out) \
	X(QUERY_FLOW_COUNTER, 0x93b, query_flow_counter_in, query_flow_counter_out) \
	X(MODIFY_FLOW_TABLE, 0x93c, modify_flow_table_in, modify_flow_table_out) \
	X(ALLOC_PACKET_REFORMAT_CONTEXT, 0x93d, alloc_packet_reformat_context_in, alloc_packet_reformat_context_out) \
	X(DEALLOC_PACKET_REFORMAT_CONTEXT, 0x93e, dealloc_packet_reformat_context_in, dealloc_packet_reformat_context_out) \
	X(ALLOC_MODIFY_HEADER_CONTEXT, 0x940, alloc_modify_header_context_in, alloc_modify_header_context_out) \
	X(DEALLOC_MODIFY_HEADER_CONTEXT, 0x941, dealloc_modify_header_context_in, dealloc_modify_header_context_out) \
	X(CREATE_GENERAL_OBJECT, 0xa00, general_obj_in_cmd_hdr, general_obj_out_cmd_hdr) \
	X(MODIFY_GENERAL_OBJECT, 0xa01, general_obj_in_cmd_hdr, general_obj_out_cmd_hdr) \
	X(QUERY_GENERAL_OBJECT, 0xa02, general_obj_in_cmd_hdr, general_obj_out_cmd_hdr) \
	X(DESTROY_GENERAL_OBJECT, 0xa03, general_obj_in_cmd_hdr, general_obj_out_cmd_hdr) \
	X(QUERY_VHCA_STATE, 0xb0d, query_vhca_state_in, query_vhca_state_out) \
	X(MODIFY_VHCA_STATE, 0xb0e, modify_vhca_state_in, modify_vhca_state_out)

/* clang-format on */

#endif
