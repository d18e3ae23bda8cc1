/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layouts, as in layouts.h, of queues and what they need: the commands, their contexts, and what
 * lies in BAR 0 and in the memory of the host (init segment, command queue, mailboxes, EQEs, CQEs,
 * WQEs).
 */
#ifndef NIC_IFC_LAYOUTS_QUEUES_H
#define NIC_IFC_LAYOUTS_QUEUES_H

/* clang-format off */

#define IFC_ALLOC_UAR_IN_SIZE 0x10
#define IFC_ALLOC_UAR_IN(F, S) \
	F(alloc_uar_in, opcode, 0x0, 31, 16) \
	F(alloc_uar_in, uid, 0x0, 15, 0) \
	F(alloc_uar_in, op_mod, 0x4, 15, 0)

#define IFC_ALLOC_UAR_OUT_SIZE 0x10
#define IFC_ALLOC_UAR_OUT(F, S) \
	F(alloc_uar_out, status, 0x0, 31, 24) \
	F(alloc_uar_out, syndrome, 0x4, 31, 0) \
	F(alloc_uar_out, uar, 0x8, 23, 0)

#define IFC_DEALLOC_UAR_IN_SIZE 0x10
#define IFC_DEALLOC_UAR_IN(F, S) \
	F(dealloc_uar_in, opcode, 0x0, 31, 16) \
	F(dealloc_uar_in, uid, 0x0, 15, 0) \
	F(dealloc_uar_in, op_mod, 0x4, 15, 0) \
	F(dealloc_uar_in, uar, 0x8, 23, 0)

#define IFC_DEALLOC_UAR_OUT_SIZE 0x10
#define IFC_DEALLOC_UAR_OUT(F, S) \
	F(dealloc_uar_out, status, 0x0, 31, 24) \
	F(dealloc_uar_out, syndrome, 0x4, 31, 0)

#define IFC_CREATE_EQ_IN_SIZE 0x110
#define IFC_CREATE_EQ_IN(F, S) \
	F(create_eq_in, opcode, 0x0, 31, 16) \
	F(create_eq_in, uid, 0x0, 15, 0) \
	F(create_eq_in, op_mod, 0x4, 15, 0) \
	S(create_eq_in, eq_context_entry, 0x10, 64, eqc) \
	S(create_eq_in, event_bitmask, 0x58, 32, raw) \
	S(create_eq_in, pas, 0x110, 8, raw)

#define IFC_CREATE_EQ_OUT_SIZE 0x10
#define IFC_CREATE_EQ_OUT(F, S) \
	F(create_eq_out, status, 0x0, 31, 24) \
	F(create_eq_out, syndrome, 0x4, 31, 0) \
	F(create_eq_out, eq_number, 0x8, 7, 0)

#define IFC_DESTROY_EQ_IN_SIZE 0x10
#define IFC_DESTROY_EQ_IN(F, S) \
	F(destroy_eq_in, opcode, 0x0, 31, 16) \
	F(destroy_eq_in, op_mod, 0x4, 15, 0) \
	F(destroy_eq_in, eq_number, 0x8, 7, 0)

#define IFC_DESTROY_EQ_OUT_SIZE 0x10
#define IFC_DESTROY_EQ_OUT(F, S) \
	F(destroy_eq_out, status, 0x0, 31, 24) \
	F(destroy_eq_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_EQ_IN_SIZE 0x10
#define IFC_QUERY_EQ_IN(F, S) \
	F(query_eq_in, opcode, 0x0, 31, 16) \
	F(query_eq_in, op_mod, 0x4, 15, 0) \
	F(query_eq_in, eq_number, 0x8, 7, 0)

#define IFC_QUERY_EQ_OUT_SIZE 0x110
#define IFC_QUERY_EQ_OUT(F, S) \
	F(query_eq_out, status, 0x0, 31, 24) \
	F(query_eq_out, syndrome, 0x4, 31, 0) \
	S(query_eq_out, eq_context_entry, 0x10, 64, eqc) \
	S(query_eq_out, event_bitmask, 0x58, 8, raw) \
	S(query_eq_out, pas, 0x110, 8, raw)

#define IFC_CREATE_CQ_IN_SIZE 0x110
#define IFC_CREATE_CQ_IN(F, S) \
	F(create_cq_in, opcode, 0x0, 31, 16) \
	F(create_cq_in, uid, 0x0, 15, 0) \
	F(create_cq_in, op_mod, 0x4, 15, 0) \
	S(create_cq_in, cq_context, 0x10, 64, cqc) \
	F(create_cq_in, cq_umem_valid, 0x5c, 31, 31) \
	S(create_cq_in, pas, 0x110, 8, raw)

#define IFC_CREATE_CQ_OUT_SIZE 0x10
#define IFC_CREATE_CQ_OUT(F, S) \
	F(create_cq_out, status, 0x0, 31, 24) \
	F(create_cq_out, syndrome, 0x4, 31, 0) \
	F(create_cq_out, cqn, 0x8, 23, 0)

#define IFC_MODIFY_CQ_IN_SIZE 0x110
#define IFC_MODIFY_CQ_IN(F, S) \
	F(modify_cq_in, opcode, 0x0, 31, 16) \
	F(modify_cq_in, uid, 0x0, 15, 0) \
	F(modify_cq_in, op_mod, 0x4, 15, 0) \
	F(modify_cq_in, cqn, 0x8, 23, 0) \
	S(modify_cq_in, modify_field_select_resize_field_select, 0xc, 4, raw) \
	S(modify_cq_in, cq_context, 0x10, 64, cqc) \
	F(modify_cq_in, cq_umem_valid, 0x5c, 31, 31) \
	S(modify_cq_in, pas, 0x110, 8, raw)

#define IFC_MODIFY_CQ_OUT_SIZE 0x10
#define IFC_MODIFY_CQ_OUT(F, S) \
	F(modify_cq_out, status, 0x0, 31, 24) \
	F(modify_cq_out, syndrome, 0x4, 31, 0)

#define IFC_DESTROY_CQ_IN_SIZE 0x10
#define IFC_DESTROY_CQ_IN(F, S) \
	F(destroy_cq_in, opcode, 0x0, 31, 16) \
	F(destroy_cq_in, uid, 0x0, 15, 0) \
	F(destroy_cq_in, op_mod, 0x4, 15, 0) \
	F(destroy_cq_in, cqn, 0x8, 23, 0)

#define IFC_DESTROY_CQ_OUT_SIZE 0x10
#define IFC_DESTROY_CQ_OUT(F, S) \
	F(destroy_cq_out, status, 0x0, 31, 24) \
	F(destroy_cq_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_CQ_IN_SIZE 0x10
#define IFC_QUERY_CQ_IN(F, S) \
	F(query_cq_in, opcode, 0x0, 31, 16) \
	F(query_cq_in, op_mod, 0x4, 15, 0) \
	F(query_cq_in, cqn, 0x8, 23, 0)

#define IFC_QUERY_CQ_OUT_SIZE 0x110
#define IFC_QUERY_CQ_OUT(F, S) \
	F(query_cq_out, status, 0x0, 31, 24) \
	F(query_cq_out, syndrome, 0x4, 31, 0) \
	S(query_cq_out, cq_context, 0x10, 64, cqc) \
	S(query_cq_out, pas, 0x110, 8, raw)

#define IFC_CREATE_MKEY_IN_SIZE 0x110
#define IFC_CREATE_MKEY_IN(F, S) \
	F(create_mkey_in, opcode, 0x0, 31, 16) \
	F(create_mkey_in, uid, 0x0, 15, 0) \
	F(create_mkey_in, op_mod, 0x4, 15, 0) \
	F(create_mkey_in, pg_access, 0xc, 31, 31) \
	F(create_mkey_in, mkey_umem_valid, 0xc, 30, 30) \
	S(create_mkey_in, memory_key_mkey_entry, 0x10, 64, mkc) \
	F(create_mkey_in, translations_octword_actual_size, 0x60, 31, 0) \
	S(create_mkey_in, klm_pas_mtt, 0x110, 4, raw)

#define IFC_CREATE_MKEY_OUT_SIZE 0x10
#define IFC_CREATE_MKEY_OUT(F, S) \
	F(create_mkey_out, status, 0x0, 31, 24) \
	F(create_mkey_out, syndrome, 0x4, 31, 0) \
	F(create_mkey_out, mkey_index, 0x8, 23, 0)

#define IFC_DESTROY_MKEY_IN_SIZE 0x10
#define IFC_DESTROY_MKEY_IN(F, S) \
	F(destroy_mkey_in, opcode, 0x0, 31, 16) \
	F(destroy_mkey_in, uid, 0x0, 15, 0) \
	F(destroy_mkey_in, op_mod, 0x4, 15, 0) \
	F(destroy_mkey_in, mkey_index, 0x8, 23, 0)

#define IFC_DESTROY_MKEY_OUT_SIZE 0x10
#define IFC_DESTROY_MKEY_OUT(F, S) \
	F(destroy_mkey_out, status, 0x0, 31, 24) \
	F(destroy_mkey_out, syndrome, 0x4, 31, 0)

#define IFC_ALLOC_PD_IN_SIZE 0x10
#define IFC_ALLOC_PD_IN(F, S) \
	F(alloc_pd_in, opcode, 0x0, 31, 16) \
	F(alloc_pd_in, uid, 0x0, 15, 0) \
	F(alloc_pd_in, op_mod, 0x4, 15, 0)

#define IFC_ALLOC_PD_OUT_SIZE 0x10
#define IFC_ALLOC_PD_OUT(F, S) \
	F(alloc_pd_out, status, 0x0, 31, 24) \
	F(alloc_pd_out, syndrome, 0x4, 31, 0) \
	F(alloc_pd_out, pd, 0x8, 23, 0)

#define IFC_DEALLOC_PD_IN_SIZE 0x10
#define IFC_DEALLOC_PD_IN(F, S) \
	F(dealloc_pd_in, opcode, 0x0, 31, 16) \
	F(dealloc_pd_in, uid, 0x0, 15, 0) \
	F(dealloc_pd_in, op_mod, 0x4, 15, 0) \
	F(dealloc_pd_in, pd, 0x8, 23, 0)

#define IFC_DEALLOC_PD_OUT_SIZE 0x10
#define IFC_DEALLOC_PD_OUT(F, S) \
	F(dealloc_pd_out, status, 0x0, 31, 24) \
	F(dealloc_pd_out, syndrome, 0x4, 31, 0)

#define IFC_ALLOC_TRANSPORT_DOMAIN_IN_SIZE 0x10
#define IFC_ALLOC_TRANSPORT_DOMAIN_IN(F, S) \
	F(alloc_transport_domain_in, opcode, 0x0, 31, 16) \
	F(alloc_transport_domain_in, uid, 0x0, 15, 0) \
	F(alloc_transport_domain_in, op_mod, 0x4, 15, 0)

#define IFC_ALLOC_TRANSPORT_DOMAIN_OUT_SIZE 0x10
#define IFC_ALLOC_TRANSPORT_DOMAIN_OUT(F, S) \
	F(alloc_transport_domain_out, status, 0x0, 31, 24) \
	F(alloc_transport_domain_out, syndrome, 0x4, 31, 0) \
	F(alloc_transport_domain_out, transport_domain, 0x8, 23, 0)

#define IFC_DEALLOC_TRANSPORT_DOMAIN_IN_SIZE 0x10
#define IFC_DEALLOC_TRANSPORT_DOMAIN_IN(F, S) \
	F(dealloc_transport_domain_in, opcode, 0x0, 31, 16) \
	F(dealloc_transport_domain_in, uid, 0x0, 15, 0) \
	F(dealloc_transport_domain_in, op_mod, 0x4, 15, 0) \
	F(dealloc_transport_domain_in, transport_domain, 0x8, 23, 0)

#define IFC_DEALLOC_TRANSPORT_DOMAIN_OUT_SIZE 0x10
#define IFC_DEALLOC_TRANSPORT_DOMAIN_OUT(F, S) \
	F(dealloc_transport_domain_out, status, 0x0, 31, 24) \
	F(dealloc_transport_domain_out, syndrome, 0x4, 31, 0)

#define IFC_CREATE_TIS_IN_SIZE 0xc0
#define IFC_CREATE_TIS_IN(F, S) \
	F(create_tis_in, opcode, 0x0, 31, 16) \
	F(create_tis_in, uid, 0x0, 15, 0) \
	F(create_tis_in, op_mod, 0x4, 15, 0) \
	S(create_tis_in, ctx, 0x20, 160, tisc)

#define IFC_CREATE_TIS_OUT_SIZE 0x10
#define IFC_CREATE_TIS_OUT(F, S) \
	F(create_tis_out, status, 0x0, 31, 24) \
	F(create_tis_out, syndrome, 0x4, 31, 0) \
	F(create_tis_out, tisn, 0x8, 23, 0)

#define IFC_MODIFY_TIS_IN_SIZE 0xc0
#define IFC_MODIFY_TIS_IN(F, S) \
	F(modify_tis_in, opcode, 0x0, 31, 16) \
	F(modify_tis_in, uid, 0x0, 15, 0) \
	F(modify_tis_in, op_mod, 0x4, 15, 0) \
	F(modify_tis_in, tisn, 0x8, 23, 0) \
	S(modify_tis_in, bitmask, 0x10, 8, modify_tis_bitmask) \
	S(modify_tis_in, ctx, 0x20, 160, tisc)

#define IFC_MODIFY_TIS_OUT_SIZE 0x10
#define IFC_MODIFY_TIS_OUT(F, S) \
	F(modify_tis_out, status, 0x0, 31, 24) \
	F(modify_tis_out, syndrome, 0x4, 31, 0)

#define IFC_DESTROY_TIS_IN_SIZE 0x10
#define IFC_DESTROY_TIS_IN(F, S) \
	F(destroy_tis_in, opcode, 0x0, 31, 16) \
	F(destroy_tis_in, uid, 0x0, 15, 0) \
	F(destroy_tis_in, op_mod, 0x4, 15, 0) \
	F(destroy_tis_in, tisn, 0x8, 23, 0)

#define IFC_DESTROY_TIS_OUT_SIZE 0x10
#define IFC_DESTROY_TIS_OUT(F, S) \
	F(destroy_tis_out, status, 0x0, 31, 24) \
	F(destroy_tis_out, syndrome, 0x4, 31, 0)

#define IFC_CREATE_TIR_IN_SIZE 0x110
#define IFC_CREATE_TIR_IN(F, S) \
	F(create_tir_in, opcode, 0x0, 31, 16) \
	F(create_tir_in, uid, 0x0, 15, 0) \
	F(create_tir_in, op_mod, 0x4, 15, 0) \
	S(create_tir_in, ctx, 0x20, 240, tirc)

#define IFC_CREATE_TIR_OUT_SIZE 0x10
#define IFC_CREATE_TIR_OUT(F, S) \
	F(create_tir_out, status, 0x0, 31, 24) \
	F(create_tir_out, icm_address_63_40, 0x0, 23, 0) \
	F(create_tir_out, syndrome, 0x4, 31, 0) \
	F(create_tir_out, icm_address_39_32, 0x8, 31, 24) \
	F(create_tir_out, tirn, 0x8, 23, 0) \
	F(create_tir_out, icm_address_31_0, 0xc, 31, 0)

#define IFC_MODIFY_TIR_IN_SIZE 0x110
#define IFC_MODIFY_TIR_IN(F, S) \
	F(modify_tir_in, opcode, 0x0, 31, 16) \
	F(modify_tir_in, uid, 0x0, 15, 0) \
	F(modify_tir_in, op_mod, 0x4, 15, 0) \
	F(modify_tir_in, tirn, 0x8, 23, 0) \
	S(modify_tir_in, bitmask, 0x10, 8, modify_tir_bitmask) \
	S(modify_tir_in, ctx, 0x20, 240, tirc)

#define IFC_MODIFY_TIR_OUT_SIZE 0x10
#define IFC_MODIFY_TIR_OUT(F, S) \
	F(modify_tir_out, status, 0x0, 31, 24) \
	F(modify_tir_out, syndrome, 0x4, 31, 0)

#define IFC_DESTROY_TIR_IN_SIZE 0x10
#define IFC_DESTROY_TIR_IN(F, S) \
	F(destroy_tir_in, opcode, 0x0, 31, 16) \
	F(destroy_tir_in, uid, 0x0, 15, 0) \
	F(destroy_tir_in, op_mod, 0x4, 15, 0) \
	F(destroy_tir_in, tirn, 0x8, 23, 0)

#define IFC_DESTROY_TIR_OUT_SIZE 0x10
#define IFC_DESTROY_TIR_OUT(F, S) \
	F(destroy_tir_out, status, 0x0, 31, 24) \
	F(destroy_tir_out, syndrome, 0x4, 31, 0)

#define IFC_CREATE_RQT_IN_SIZE 0x110
#define IFC_CREATE_RQT_IN(F, S) \
	F(create_rqt_in, opcode, 0x0, 31, 16) \
	F(create_rqt_in, uid, 0x0, 15, 0) \
	F(create_rqt_in, op_mod, 0x4, 15, 0) \
	S(create_rqt_in, rqt_context, 0x20, 240, rqtc)

#define IFC_CREATE_RQT_OUT_SIZE 0x10
#define IFC_CREATE_RQT_OUT(F, S) \
	F(create_rqt_out, status, 0x0, 31, 24) \
	F(create_rqt_out, syndrome, 0x4, 31, 0) \
	F(create_rqt_out, rqtn, 0x8, 23, 0)

#define IFC_MODIFY_RQT_IN_SIZE 0x110
#define IFC_MODIFY_RQT_IN(F, S) \
	F(modify_rqt_in, opcode, 0x0, 31, 16) \
	F(modify_rqt_in, uid, 0x0, 15, 0) \
	F(modify_rqt_in, op_mod, 0x4, 15, 0) \
	F(modify_rqt_in, rqtn, 0x8, 23, 0) \
	S(modify_rqt_in, bitmask, 0x10, 8, rqt_bitmask) \
	S(modify_rqt_in, ctx, 0x20, 240, rqtc)

#define IFC_MODIFY_RQT_OUT_SIZE 0x10
#define IFC_MODIFY_RQT_OUT(F, S) \
	F(modify_rqt_out, status, 0x0, 31, 24) \
	F(modify_rqt_out, syndrome, 0x4, 31, 0)

#define IFC_DESTROY_RQT_IN_SIZE 0x10
#define IFC_DESTROY_RQT_IN(F, S) \
	F(destroy_rqt_in, opcode, 0x0, 31, 16) \
	F(destroy_rqt_in, uid, 0x0, 15, 0) \
	F(destroy_rqt_in, op_mod, 0x4, 15, 0) \
	F(destroy_rqt_in, rqtn, 0x8, 23, 0)

#define IFC_DESTROY_RQT_OUT_SIZE 0x10
#define IFC_DESTROY_RQT_OUT(F, S) \
	F(destroy_rqt_out, status, 0x0, 31, 24) \
	F(destroy_rqt_out, syndrome, 0x4, 31, 0)

#define IFC_CREATE_RQ_IN_SIZE 0x110
#define IFC_CREATE_RQ_IN(F, S) \
	F(create_rq_in, opcode, 0x0, 31, 16) \
	F(create_rq_in, uid, 0x0, 15, 0) \
	F(create_rq_in, op_mod, 0x4, 15, 0) \
	S(create_rq_in, ctx, 0x20, 240, rqc)

#define IFC_CREATE_RQ_OUT_SIZE 0x10
#define IFC_CREATE_RQ_OUT(F, S) \
	F(create_rq_out, status, 0x0, 31, 24) \
	F(create_rq_out, syndrome, 0x4, 31, 0) \
	F(create_rq_out, rqn, 0x8, 23, 0)

#define IFC_MODIFY_RQ_IN_SIZE 0x110
#define IFC_MODIFY_RQ_IN(F, S) \
	F(modify_rq_in, opcode, 0x0, 31, 16) \
	F(modify_rq_in, uid, 0x0, 15, 0) \
	F(modify_rq_in, op_mod, 0x4, 15, 0) \
	F(modify_rq_in, rq_state, 0x8, 31, 28) \
	F(modify_rq_in, rqn, 0x8, 23, 0) \
	S(modify_rq_in, modify_bitmask, 0x10, 8, raw) \
	S(modify_rq_in, ctx, 0x20, 240, rqc)

#define IFC_MODIFY_RQ_OUT_SIZE 0x10
#define IFC_MODIFY_RQ_OUT(F, S) \
	F(modify_rq_out, status, 0x0, 31, 24) \
	F(modify_rq_out, syndrome, 0x4, 31, 0)

#define IFC_DESTROY_RQ_IN_SIZE 0x10
#define IFC_DESTROY_RQ_IN(F, S) \
	F(destroy_rq_in, opcode, 0x0, 31, 16) \
	F(destroy_rq_in, uid, 0x0, 15, 0) \
	F(destroy_rq_in, op_mod, 0x4, 15, 0) \
	F(destroy_rq_in, rqn, 0x8, 23, 0)

#define IFC_DESTROY_RQ_OUT_SIZE 0x10
#define IFC_DESTROY_RQ_OUT(F, S) \
	F(destroy_rq_out, status, 0x0, 31, 24) \
	F(destroy_rq_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_RQ_IN_SIZE 0x10
#define IFC_QUERY_RQ_IN(F, S) \
	F(query_rq_in, opcode, 0x0, 31, 16) \
	F(query_rq_in, op_mod, 0x4, 15, 0) \
	F(query_rq_in, rqn, 0x8, 23, 0)

#define IFC_QUERY_RQ_OUT_SIZE 0x110
#define IFC_QUERY_RQ_OUT(F, S) \
	F(query_rq_out, status, 0x0, 31, 24) \
	F(query_rq_out, syndrome, 0x4, 31, 0) \
	S(query_rq_out, rq_context, 0x20, 240, rqc)

#define IFC_CREATE_SQ_IN_SIZE 0x110
#define IFC_CREATE_SQ_IN(F, S) \
	F(create_sq_in, opcode, 0x0, 31, 16) \
	F(create_sq_in, uid, 0x0, 15, 0) \
	F(create_sq_in, op_mod, 0x4, 15, 0) \
	S(create_sq_in, ctx, 0x20, 240, sqc)

#define IFC_CREATE_SQ_OUT_SIZE 0x10
#define IFC_CREATE_SQ_OUT(F, S) \
	F(create_sq_out, status, 0x0, 31, 24) \
	F(create_sq_out, syndrome, 0x4, 31, 0) \
	F(create_sq_out, sqn, 0x8, 23, 0)

#define IFC_MODIFY_SQ_IN_SIZE 0x110
#define IFC_MODIFY_SQ_IN(F, S) \
	F(modify_sq_in, opcode, 0x0, 31, 16) \
	F(modify_sq_in, uid, 0x0, 15, 0) \
	F(modify_sq_in, op_mod, 0x4, 15, 0) \
	F(modify_sq_in, sq_state, 0x8, 31, 28) \
	F(modify_sq_in, sqn, 0x8, 23, 0) \
	S(modify_sq_in, modify_bitmask, 0x10, 8, raw) \
	S(modify_sq_in, ctx, 0x20, 240, sqc)

#define IFC_MODIFY_SQ_OUT_SIZE 0x10
#define IFC_MODIFY_SQ_OUT(F, S) \
	F(modify_sq_out, status, 0x0, 31, 24) \
	F(modify_sq_out, syndrome, 0x4, 31, 0)

#define IFC_DESTROY_SQ_IN_SIZE 0x10
#define IFC_DESTROY_SQ_IN(F, S) \
	F(destroy_sq_in, opcode, 0x0, 31, 16) \
	F(destroy_sq_in, uid, 0x0, 15, 0) \
	F(destroy_sq_in, op_mod, 0x4, 15, 0) \
	F(destroy_sq_in, sqn, 0x8, 23, 0)

#define IFC_DESTROY_SQ_OUT_SIZE 0x10
#define IFC_DESTROY_SQ_OUT(F, S) \
	F(destroy_sq_out, status, 0x0, 31, 24) \
	F(destroy_sq_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_SQ_IN_SIZE 0x10
#define IFC_QUERY_SQ_IN(F, S) \
	F(query_sq_in, opcode, 0x0, 31, 16) \
	F(query_sq_in, op_mod, 0x4, 15, 0) \
	F(query_sq_in, sqn, 0x8, 23, 0)

#define IFC_QUERY_SQ_OUT_SIZE 0x110
#define IFC_QUERY_SQ_OUT(F, S) \
	F(query_sq_out, status, 0x0, 31, 24) \
	F(query_sq_out, syndrome, 0x4, 31, 0) \
	S(query_sq_out, sq_context, 0x20, 240, sqc)

#define IFC_ALLOC_Q_COUNTER_IN_SIZE 0x10
#define IFC_ALLOC_Q_COUNTER_IN(F, S) \
	F(alloc_q_counter_in, opcode, 0x0, 31, 16) \
	F(alloc_q_counter_in, uid, 0x0, 15, 0) \
	F(alloc_q_counter_in, op_mod, 0x4, 15, 0)

#define IFC_ALLOC_Q_COUNTER_OUT_SIZE 0x10
#define IFC_ALLOC_Q_COUNTER_OUT(F, S) \
	F(alloc_q_counter_out, status, 0x0, 31, 24) \
	F(alloc_q_counter_out, syndrome, 0x4, 31, 0) \
	F(alloc_q_counter_out, counter_set_id, 0x8, 7, 0)

#define IFC_DEALLOC_Q_COUNTER_IN_SIZE 0x10
#define IFC_DEALLOC_Q_COUNTER_IN(F, S) \
	F(dealloc_q_counter_in, opcode, 0x0, 31, 16) \
	F(dealloc_q_counter_in, op_mod, 0x4, 15, 0) \
	F(dealloc_q_counter_in, counter_set_id, 0x8, 7, 0)

#define IFC_DEALLOC_Q_COUNTER_OUT_SIZE 0x10
#define IFC_DEALLOC_Q_COUNTER_OUT(F, S) \
	F(dealloc_q_counter_out, status, 0x0, 31, 24) \
	F(dealloc_q_counter_out, syndrome, 0x4, 31, 0)

#define IFC_QUERY_Q_COUNTER_IN_SIZE 0x20
#define IFC_QUERY_Q_COUNTER_IN(F, S) \
	F(query_q_counter_in, opcode, 0x0, 31, 16) \
	F(query_q_counter_in, op_mod, 0x4, 15, 0) \
	F(query_q_counter_in, clear, 0x18, 31, 31) \
	F(query_q_counter_in, counter_set_id, 0x1c, 7, 0)

#define IFC_QUERY_Q_COUNTER_OUT_SIZE 0x100
#define IFC_QUERY_Q_COUNTER_OUT(F, S) \
	F(query_q_counter_out, status, 0x0, 31, 24) \
	F(query_q_counter_out, syndrome, 0x4, 31, 0) \
	F(query_q_counter_out, rx_write_requests, 0x10, 31, 0) \
	F(query_q_counter_out, rx_read_requests, 0x18, 31, 0) \
	F(query_q_counter_out, rx_atomic_requests, 0x20, 31, 0) \
	F(query_q_counter_out, rx_dct_connect, 0x28, 31, 0) \
	F(query_q_counter_out, out_of_buffer, 0x30, 31, 0) \
	F(query_q_counter_out, out_of_sequence, 0x38, 31, 0) \
	F(query_q_counter_out, duplicate_request, 0x40, 31, 0) \
	F(query_q_counter_out, rnr_nak_retry_err, 0x48, 31, 0) \
	F(query_q_counter_out, packet_seq_err, 0x50, 31, 0) \
	F(query_q_counter_out, implied_nak_seq_err, 0x58, 31, 0) \
	F(query_q_counter_out, local_ack_timeout_err, 0x60, 31, 0) \
	F(query_q_counter_out, resp_local_length_error, 0x78, 31, 0) \
	F(query_q_counter_out, req_local_length_error, 0x7c, 31, 0) \
	F(query_q_counter_out, resp_local_qp_error, 0x80, 31, 0) \
	F(query_q_counter_out, local_operation_error, 0x84, 31, 0) \
	F(query_q_counter_out, resp_local_protection, 0x88, 31, 0) \
	F(query_q_counter_out, req_local_protection, 0x8c, 31, 0) \
	F(query_q_counter_out, resp_cqe_error, 0x90, 31, 0) \
	F(query_q_counter_out, req_cqe_error, 0x94, 31, 0) \
	F(query_q_counter_out, req_mw_binding, 0x98, 31, 0) \
	F(query_q_counter_out, req_bad_response, 0x9c, 31, 0) \
	F(query_q_counter_out, req_remote_invalid_request, 0xa0, 31, 0) \
	F(query_q_counter_out, resp_remote_invalid_request, 0xa4, 31, 0) \
	F(query_q_counter_out, req_remote_access_errors, 0xa8, 31, 0) \
	F(query_q_counter_out, resp_remote_access_errors, 0xac, 31, 0) \
	F(query_q_counter_out, req_remote_operation_errors, 0xb0, 31, 0) \
	F(query_q_counter_out, req_transport_retries_exceeded, 0xb4, 31, 0) \
	F(query_q_counter_out, cq_overflow, 0xb8, 31, 0) \
	F(query_q_counter_out, resp_cqe_flush_error, 0xbc, 31, 0) \
	F(query_q_counter_out, req_cqe_flush_error, 0xc0, 31, 0) \
	F(query_q_counter_out, roce_adp_retrans, 0xc8, 31, 0) \
	F(query_q_counter_out, roce_adp_retrans_to, 0xcc, 31, 0) \
	F(query_q_counter_out, roce_slow_restart, 0xd0, 31, 0) \
	F(query_q_counter_out, roce_slow_restart_cnps, 0xd4, 31, 0) \
	F(query_q_counter_out, roce_slow_restart_trans, 0xd8, 31, 0)

#define IFC_EQC_SIZE 0x40
#define IFC_EQC(F, S) \
	F(eqc, status, 0x0, 31, 28) \
	F(eqc, ec, 0x0, 18, 18) \
	F(eqc, oi, 0x0, 17, 17) \
	F(eqc, st, 0x0, 11, 8) \
	F(eqc, page_offset, 0x8, 11, 6) \
	F(eqc, log_eq_size, 0xc, 28, 24) \
	F(eqc, uar_page, 0xc, 23, 0) \
	F(eqc, intr, 0x14, 11, 0) \
	F(eqc, log_page_size, 0x18, 28, 24) \
	F(eqc, consumer_counter, 0x28, 23, 0) \
	F(eqc, producer_counter, 0x2c, 23, 0)

#define IFC_CQC_SIZE 0x40
#define IFC_CQC(F, S) \
	F(cqc, status, 0x0, 31, 28) \
	F(cqc, dbr_umem_valid, 0x0, 25, 25) \
	F(cqc, apu_cq, 0x0, 24, 24) \
	F(cqc, cqe_sz, 0x0, 23, 21) \
	F(cqc, cc, 0x0, 20, 20) \
	F(cqc, scqe_break_moderation_en, 0x0, 18, 18) \
	F(cqc, oi, 0x0, 17, 17) \
	F(cqc, cq_period_mode, 0x0, 16, 15) \
	F(cqc, cqe_comp_en, 0x0, 14, 14) \
	F(cqc, mini_cqe_res_format, 0x0, 13, 12) \
	F(cqc, st, 0x0, 11, 8) \
	F(cqc, cqe_compression_layout, 0x0, 1, 0) \
	F(cqc, page_offset, 0x8, 11, 6) \
	F(cqc, log_cq_size, 0xc, 28, 24) \
	F(cqc, uar_page, 0xc, 23, 0) \
	F(cqc, cq_period, 0x10, 27, 16) \
	F(cqc, cq_max_count, 0x10, 15, 0) \
	F(cqc, c_eqn_or_apu_element, 0x14, 31, 0) \
	F(cqc, log_page_size, 0x18, 28, 24) \
	F(cqc, last_notified_index, 0x20, 23, 0) \
	F(cqc, last_solicit_index, 0x24, 23, 0) \
	F(cqc, consumer_counter, 0x28, 23, 0) \
	F(cqc, producer_counter, 0x2c, 23, 0) \
	S(cqc, dbr_addr, 0x38, 8, raw)

#define IFC_MKC_SIZE 0x40
#define IFC_MKC(F, S) \
	F(mkc, free, 0x0, 30, 30) \
	F(mkc, access_mode_4_2, 0x0, 28, 26) \
	F(mkc, relaxed_ordering_write, 0x0, 18, 18) \
	F(mkc, small_fence_on_rdma_read_response, 0x0, 16, 16) \
	F(mkc, umr_en, 0x0, 15, 15) \
	F(mkc, a, 0x0, 14, 14) \
	F(mkc, rw, 0x0, 13, 13) \
	F(mkc, rr, 0x0, 12, 12) \
	F(mkc, lw, 0x0, 11, 11) \
	F(mkc, lr, 0x0, 10, 10) \
	F(mkc, access_mode_1_0, 0x0, 9, 8) \
	F(mkc, ma_translation_mode, 0x0, 5, 4) \
	F(mkc, qpn, 0x4, 31, 8) \
	F(mkc, mkey_7_0, 0x4, 7, 0) \
	F(mkc, length64, 0xc, 31, 31) \
	F(mkc, bsf_en, 0xc, 30, 30) \
	F(mkc, sync_umr, 0xc, 29, 29) \
	F(mkc, expected_sigerr_count, 0xc, 26, 26) \
	F(mkc, en_rinval, 0xc, 24, 24) \
	F(mkc, pd, 0xc, 23, 0) \
	S(mkc, start_addr, 0x10, 8, raw) \
	S(mkc, len, 0x18, 8, raw) \
	F(mkc, bsf_octword_size, 0x20, 31, 0) \
	F(mkc, translations_octword_size, 0x34, 31, 0) \
	F(mkc, relaxed_ordering_read, 0x38, 6, 6) \
	F(mkc, log_page_size, 0x38, 4, 0)

#define IFC_TISC_SIZE 0xa0
#define IFC_TISC(F, S) \
	F(tisc, strict_lag_tx_port_affinity, 0x0, 31, 31) \
	F(tisc, tls_en, 0x0, 30, 30) \
	F(tisc, lag_tx_port_affinity, 0x0, 27, 24) \
	F(tisc, prio, 0x0, 19, 16) \
	F(tisc, transport_domain, 0x24, 23, 0) \
	F(tisc, underlay_qpn, 0x28, 23, 0) \
	F(tisc, pd, 0x2c, 23, 0)

#define IFC_MODIFY_TIS_BITMASK_SIZE 0x8
#define IFC_MODIFY_TIS_BITMASK(F, S) \
	F(modify_tis_bitmask, lag_tx_port_affinity, 0x4, 2, 2) \
	F(modify_tis_bitmask, strict_lag_tx_port_affinity, 0x4, 1, 1) \
	F(modify_tis_bitmask, prio, 0x4, 0, 0)

#define IFC_TIRC_SIZE 0xf0
#define IFC_TIRC(F, S) \
	F(tirc, disp_type, 0x4, 31, 28) \
	F(tirc, tls_en, 0x4, 27, 27) \
	F(tirc, lro_timeout_period_usecs, 0x10, 27, 12) \
	F(tirc, packet_merge_mask, 0x10, 11, 8) \
	F(tirc, lro_max_ip_payload_size, 0x10, 7, 0) \
	F(tirc, inline_rqn, 0x1c, 23, 0) \
	F(tirc, rx_hash_symmetric, 0x20, 31, 31) \
	F(tirc, tunneled_offload_en, 0x20, 29, 29) \
	F(tirc, indirect_table, 0x20, 23, 0) \
	F(tirc, rx_hash_fn, 0x24, 31, 28) \
	F(tirc, self_lb_block, 0x24, 25, 24) \
	F(tirc, transport_domain, 0x24, 23, 0) \
	S(tirc, rx_hash_toeplitz_key, 0x28, 40, raw) \
	S(tirc, rx_hash_field_selector_outer, 0x50, 4, rx_hash_field_select) \
	S(tirc, rx_hash_field_selector_inner, 0x54, 4, rx_hash_field_select)

#define IFC_MODIFY_TIR_BITMASK_SIZE 0x8
#define IFC_MODIFY_TIR_BITMASK(F, S) \
	F(modify_tir_bitmask, self_lb_en, 0x4, 4, 4) \
	F(modify_tir_bitmask, hash, 0x4, 2, 2) \
	F(modify_tir_bitmask, packet_merge, 0x4, 0, 0)

#define IFC_RQTC_SIZE 0xf0
#define IFC_RQTC(F, S) \
	F(rqtc, list_q_type, 0x14, 26, 24) \
	F(rqtc, rqt_max_size, 0x14, 15, 0) \
	F(rqtc, rq_vhca_id_format, 0x18, 31, 31) \
	F(rqtc, rqt_actual_size, 0x18, 15, 0) \
	S(rqtc, rq_num, 0xf0, 4, rq_num)

#define IFC_RQT_BITMASK_SIZE 0x8
#define IFC_RQT_BITMASK(F, S) \
	F(rqt_bitmask, rqn_list, 0x4, 0, 0)

#define IFC_RQC_SIZE 0xf0
#define IFC_RQC(F, S) \
	F(rqc, rlky, 0x0, 31, 31) \
	F(rqc, delay_drop_en, 0x0, 30, 30) \
	F(rqc, scatter_fcs, 0x0, 29, 29) \
	F(rqc, vsd, 0x0, 28, 28) \
	F(rqc, mem_rq_type, 0x0, 27, 24) \
	F(rqc, state, 0x0, 23, 20) \
	F(rqc, flush_in_error_en, 0x0, 18, 18) \
	F(rqc, hairpin, 0x0, 17, 17) \
	F(rqc, ts_format, 0x0, 5, 4) \
	F(rqc, user_index, 0x4, 23, 0) \
	F(rqc, cqn, 0x8, 23, 0) \
	F(rqc, counter_set_id, 0xc, 31, 24) \
	F(rqc, rmpn, 0x10, 23, 0) \
	F(rqc, hairpin_peer_sq, 0x14, 23, 0) \
	F(rqc, hairpin_peer_vhca, 0x18, 15, 0) \
	F(rqc, shampo_no_match_alignment_granularity, 0x24, 25, 24) \
	F(rqc, shampo_match_criteria_type, 0x24, 17, 16) \
	F(rqc, reservation_timeout, 0x24, 15, 0) \
	S(rqc, wq, 0x30, 192, wq)

#define IFC_SQC_SIZE 0xf0
#define IFC_SQC(F, S) \
	F(sqc, rlky, 0x0, 31, 31) \
	F(sqc, cd_master, 0x0, 30, 30) \
	F(sqc, fre, 0x0, 29, 29) \
	F(sqc, flush_in_error_en, 0x0, 28, 28) \
	F(sqc, allow_multi_pkt_send_wqe, 0x0, 27, 27) \
	F(sqc, min_wqe_inline_mode, 0x0, 26, 24) \
	F(sqc, state, 0x0, 23, 20) \
	F(sqc, reg_umr, 0x0, 19, 19) \
	F(sqc, allow_swp, 0x0, 18, 18) \
	F(sqc, hairpin, 0x0, 17, 17) \
	F(sqc, ts_format, 0x0, 5, 4) \
	F(sqc, user_index, 0x4, 23, 0) \
	F(sqc, cqn, 0x8, 23, 0) \
	F(sqc, hairpin_peer_rq, 0xc, 23, 0) \
	F(sqc, hairpin_peer_vhca, 0x10, 15, 0) \
	F(sqc, ts_cqe_to_dest_cqn, 0x18, 23, 0) \
	F(sqc, packet_pacing_rate_limit_index, 0x1c, 15, 0) \
	F(sqc, tis_lst_sz, 0x20, 31, 16) \
	F(sqc, qos_queue_group_id, 0x20, 15, 0) \
	F(sqc, tis_num_0, 0x2c, 23, 0) \
	S(sqc, wq, 0x30, 192, wq)

#define IFC_RX_HASH_FIELD_SELECT_SIZE 0x4
#define IFC_RX_HASH_FIELD_SELECT(F, S) \
	F(rx_hash_field_select, l3_prot_type, 0x0, 31, 31) \
	F(rx_hash_field_select, l4_prot_type, 0x0, 30, 30) \
	F(rx_hash_field_select, selected_fields, 0x0, 29, 0)

#define IFC_RQ_NUM_SIZE 0x4
#define IFC_RQ_NUM(F, S) \
	F(rq_num, rq_num, 0x0, 23, 0)

#define IFC_WQ_SIZE 0xc0
#define IFC_WQ(F, S) \
	F(wq, wq_type, 0x0, 31, 28) \
	F(wq, wq_signature, 0x0, 27, 27) \
	F(wq, end_padding_mode, 0x0, 26, 25) \
	F(wq, cd_slave, 0x0, 24, 24) \
	F(wq, hds_skip_first_sge, 0x4, 31, 31) \
	F(wq, log2_hds_buf_size, 0x4, 30, 28) \
	F(wq, page_offset, 0x4, 20, 16) \
	F(wq, lwm, 0x4, 15, 0) \
	F(wq, pd, 0x8, 23, 0) \
	F(wq, uar_page, 0xc, 23, 0) \
	S(wq, dbr_addr, 0x10, 8, raw) \
	F(wq, hw_counter, 0x18, 31, 0) \
	F(wq, sw_counter, 0x1c, 31, 0) \
	F(wq, log_wq_stride, 0x20, 19, 16) \
	F(wq, log_wq_pg_sz, 0x20, 12, 8) \
	F(wq, log_wq_sz, 0x20, 4, 0) \
	F(wq, dbr_umem_valid, 0x24, 31, 31) \
	F(wq, wq_umem_valid, 0x24, 30, 30) \
	F(wq, log_hairpin_num_packets, 0x24, 28, 24) \
	F(wq, log_hairpin_data_sz, 0x24, 20, 16) \
	F(wq, log_wqe_num_of_strides, 0x24, 11, 8) \
	F(wq, two_byte_shift_en, 0x24, 7, 7) \
	F(wq, log_wqe_stride_size, 0x24, 2, 0) \
	F(wq, headers_mkey, 0x38, 31, 0) \
	F(wq, shampo_enable, 0x3c, 31, 31) \
	F(wq, log_reservation_size, 0x3c, 26, 24) \
	F(wq, log_max_num_of_packets_per_reservation, 0x3c, 18, 16) \
	F(wq, log_headers_entry_size, 0x3c, 9, 8) \
	F(wq, log_headers_buffer_entry_num, 0x3c, 3, 0) \
	S(wq, pas, 0xc0, 8, cmd_pas)

#define IFC_CMD_PAS_SIZE 0x8
#define IFC_CMD_PAS(F, S) \
	F(cmd_pas, pa_h, 0x0, 31, 0) \
	F(cmd_pas, pa_l, 0x4, 31, 12)


#define IFC_INIT_SEGMENT_SIZE 0x2010
#define IFC_INIT_SEGMENT(F, S) \
	F(init_segment, fw_rev_minor, 0x0, 31, 16) \
	F(init_segment, fw_rev_major, 0x0, 15, 0) \
	F(init_segment, cmd_interface_rev, 0x4, 31, 16) \
	F(init_segment, fw_rev_subminor, 0x4, 15, 0) \
	F(init_segment, cmdq_phy_addr_63_32, 0x10, 31, 0) \
	F(init_segment, cmdq_phy_addr_31_12, 0x14, 31, 12) \
	F(init_segment, nic_interface, 0x14, 9, 8) \
	F(init_segment, log_cmdq_size, 0x14, 7, 4) \
	F(init_segment, log_cmdq_stride, 0x14, 3, 0) \
	F(init_segment, command_doorbell_vector, 0x18, 31, 0) \
	F(init_segment, initializing, 0x1fc, 31, 31) \
	F(init_segment, nic_interface_supported, 0x1fc, 26, 24) \
	F(init_segment, embedded_cpu, 0x1fc, 23, 23) \
	F(init_segment, health_fw_ver, 0x230, 31, 0) \
	F(init_segment, health_hw_id, 0x234, 31, 0) \
	F(init_segment, health_rfr, 0x238, 31, 31) \
	F(init_segment, health_severity, 0x238, 26, 24) \
	F(init_segment, health_irisc_index, 0x23c, 31, 24) \
	F(init_segment, health_synd, 0x23c, 23, 16) \
	F(init_segment, health_ext_synd, 0x23c, 15, 0) \
	F(init_segment, cmd_exec_to, 0xff8, 31, 0) \
	F(init_segment, cmd_q_init_to, 0xffc, 31, 0) \
	F(init_segment, internal_timer_h, 0x1000, 31, 0) \
	F(init_segment, internal_timer_l, 0x1004, 31, 0) \
	F(init_segment, health_counter, 0x1010, 31, 0)

#define IFC_CMD_QUEUE_ENTRY_SIZE 0x40
#define IFC_CMD_QUEUE_ENTRY(F, S) \
	F(cmd_queue_entry, type, 0x0, 31, 24) \
	F(cmd_queue_entry, input_length, 0x4, 31, 0) \
	S(cmd_queue_entry, input_mailbox_pointer, 0x8, 8, raw) \
	S(cmd_queue_entry, command_input_inline_data, 0x10, 16, raw) \
	S(cmd_queue_entry, command_output_inline_data, 0x20, 16, raw) \
	S(cmd_queue_entry, output_mailbox_pointer, 0x30, 8, raw) \
	F(cmd_queue_entry, output_length, 0x38, 31, 0) \
	F(cmd_queue_entry, token, 0x3c, 31, 24) \
	F(cmd_queue_entry, signature, 0x3c, 23, 16) \
	F(cmd_queue_entry, status, 0x3c, 7, 1) \
	F(cmd_queue_entry, ownership, 0x3c, 0, 0)

#define IFC_CMD_MAILBOX_BLOCK_SIZE 0x240
#define IFC_CMD_MAILBOX_BLOCK(F, S) \
	S(cmd_mailbox_block, mailbox_data, 0x0, 512, raw) \
	S(cmd_mailbox_block, next_pointer, 0x230, 8, raw) \
	F(cmd_mailbox_block, block_number, 0x238, 31, 0) \
	F(cmd_mailbox_block, token, 0x23c, 23, 16) \
	F(cmd_mailbox_block, ctrl_signature, 0x23c, 15, 8) \
	F(cmd_mailbox_block, signature, 0x23c, 7, 0)

#define IFC_EQE_SIZE 0x40
#define IFC_EQE(F, S) \
	F(eqe, event_type, 0x0, 23, 16) \
	F(eqe, event_sub_type, 0x0, 7, 0) \
	S(eqe, event_data, 0x20, 28, raw) \
	F(eqe, signature, 0x3c, 15, 8) \
	F(eqe, owner, 0x3c, 0, 0)

#define IFC_CQE_SIZE 0x40
#define IFC_CQE(F, S) \
	F(cqe, outer_l3_tunneled, 0x0, 24, 24) \
	F(cqe, wqe_id, 0x0, 15, 0) \
	F(cqe, rx_hash_result, 0xc, 31, 0) \
	F(cqe, rx_hash_type, 0x10, 31, 24) \
	F(cqe, check_sum, 0x14, 31, 16) \
	F(cqe, l3_ok, 0x1c, 25, 25) \
	F(cqe, l4_ok, 0x1c, 26, 26) \
	F(cqe, l4_hdr_type, 0x1c, 22, 20) \
	F(cqe, l3_hdr_type, 0x1c, 19, 18) \
	F(cqe, ip_frag, 0x1c, 17, 17) \
	F(cqe, cvlan, 0x1c, 16, 16) \
	F(cqe, vlan_info, 0x1c, 15, 0) \
	F(cqe, srqn, 0x20, 23, 0) \
	F(cqe, flow_table_metadata, 0x24, 31, 0) \
	F(cqe, byte_cnt, 0x2c, 31, 0) \
	F(cqe, timestamp_h, 0x30, 31, 0) \
	F(cqe, timestamp_l, 0x34, 31, 0) \
	F(cqe, flow_tag, 0x38, 23, 0) \
	F(cqe, wqe_counter, 0x3c, 31, 16) \
	F(cqe, signature, 0x3c, 15, 8) \
	F(cqe, opcode, 0x3c, 7, 4) \
	F(cqe, format, 0x3c, 3, 2) \
	F(cqe, se, 0x3c, 1, 1) \
	F(cqe, owner, 0x3c, 0, 0)

#define IFC_ERROR_CQE_SIZE 0x40
#define IFC_ERROR_CQE(F, S) \
	F(error_cqe, srqn, 0x20, 23, 0) \
	F(error_cqe, vendor_error_syndrome, 0x34, 15, 8) \
	F(error_cqe, syndrome, 0x34, 7, 0) \
	F(error_cqe, s_wqe_opcode, 0x38, 31, 24) \
	F(error_cqe, qpn, 0x38, 23, 0) \
	F(error_cqe, wqe_counter, 0x3c, 31, 16) \
	F(error_cqe, opcode, 0x3c, 7, 4) \
	F(error_cqe, owner, 0x3c, 0, 0)

#define IFC_WQE_CTRL_SEG_SIZE 0x10
#define IFC_WQE_CTRL_SEG(F, S) \
	F(wqe_ctrl_seg, opc_mod, 0x0, 31, 24) \
	F(wqe_ctrl_seg, wqe_index, 0x0, 23, 8) \
	F(wqe_ctrl_seg, opcode, 0x0, 7, 0) \
	F(wqe_ctrl_seg, qp_or_sq, 0x4, 31, 8) \
	F(wqe_ctrl_seg, ds, 0x4, 5, 0) \
	F(wqe_ctrl_seg, signature, 0x8, 31, 24) \
	F(wqe_ctrl_seg, fm, 0x8, 7, 5) \
	F(wqe_ctrl_seg, ce, 0x8, 3, 2) \
	F(wqe_ctrl_seg, se, 0x8, 1, 1) \
	F(wqe_ctrl_seg, imm, 0xc, 31, 0)

#define IFC_WQE_ETH_SEG_SIZE 0x10
#define IFC_WQE_ETH_SEG(F, S) \
	F(wqe_eth_seg, swp_outer_l4_offset, 0x0, 31, 24) \
	F(wqe_eth_seg, swp_outer_l3_offset, 0x0, 23, 16) \
	F(wqe_eth_seg, swp_inner_l4_offset, 0x0, 15, 8) \
	F(wqe_eth_seg, swp_inner_l3_offset, 0x0, 7, 0) \
	F(wqe_eth_seg, l4_csum, 0x4, 31, 31) \
	F(wqe_eth_seg, l3_csum, 0x4, 30, 30) \
	F(wqe_eth_seg, l4_inner_csum, 0x4, 29, 29) \
	F(wqe_eth_seg, l3_inner_csum, 0x4, 28, 28) \
	F(wqe_eth_seg, swp_flags, 0x4, 23, 16) \
	F(wqe_eth_seg, mss, 0x4, 13, 0) \
	F(wqe_eth_seg, flow_table_metadata, 0x8, 31, 0) \
	F(wqe_eth_seg, insert_vlan, 0xc, 31, 31) \
	F(wqe_eth_seg, insert_svlan, 0xc, 30, 30) \
	F(wqe_eth_seg, inline_hdr_sz, 0xc, 25, 16) \
	F(wqe_eth_seg, inline_headers, 0xc, 15, 0)

#define IFC_WQE_DATA_SEG_SIZE 0x10
#define IFC_WQE_DATA_SEG(F, S) \
	F(wqe_data_seg, is_inline, 0x0, 31, 31) \
	F(wqe_data_seg, byte_count, 0x0, 30, 0) \
	F(wqe_data_seg, lkey, 0x4, 31, 0) \
	S(wqe_data_seg, addr, 0x8, 8, raw)

/* All of them, for tables. */
#define IFC_QUEUE_STRUCTS(X) \
	X(alloc_uar_in, ALLOC_UAR_IN) \
	X(alloc_uar_out, ALLOC_UAR_OUT) \
	X(dealloc_uar_in, DEALLOC_UAR_IN) \
	X(dealloc_uar_out, DEALLOC_UAR_OUT) \
	X(create_eq_in, CREATE_EQ_IN) \
	X(create_eq_out, CREATE_EQ_OUT) \
	X(destroy_eq_in, DESTROY_EQ_IN) \
	X(destroy_eq_out, DESTROY_EQ_OUT) \
	X(query_eq_in, QUERY_EQ_IN) \
	X(query_eq_out, QUERY_EQ_OUT) \
	X(create_cq_in, CREATE_CQ_IN) \
	X(create_cq_out, CREATE_CQ_OUT) \
	X(modify_cq_in, MODIFY_CQ_IN) \
	X(modify_cq_out, MODIFY_CQ_OUT) \
	X(destroy_cq_in, DESTROY_CQ_IN) \
	X(destroy_cq_out, DESTROY_CQ_OUT) \
	X(query_cq_in, QUERY_CQ_IN) \
	X(query_cq_out, QUERY_CQ_OUT) \
	X(create_mkey_in, CREATE_MKEY_IN) \
	X(create_mkey_out, CREATE_MKEY_OUT) \
	X(destroy_mkey_in, DESTROY_MKEY_IN) \
	X(destroy_mkey_out, DESTROY_MKEY_OUT) \
	X(alloc_pd_in, ALLOC_PD_IN) \
	X(alloc_pd_out, ALLOC_PD_OUT) \
	X(dealloc_pd_in, DEALLOC_PD_IN) \
	X(dealloc_pd_out, DEALLOC_PD_OUT) \
	X(alloc_transport_domain_in, ALLOC_TRANSPORT_DOMAIN_IN) \
	X(alloc_transport_domain_out, ALLOC_TRANSPORT_DOMAIN_OUT) \
	X(dealloc_transport_domain_in, DEALLOC_TRANSPORT_DOMAIN_IN) \
	X(dealloc_transport_domain_out, DEALLOC_TRANSPORT_DOMAIN_OUT) \
	X(create_tis_in, CREATE_TIS_IN) \
	X(create_tis_out, CREATE_TIS_OUT) \
	X(modify_tis_in, MODIFY_TIS_IN) \
	X(modify_tis_out, MODIFY_TIS_OUT) \
	X(destroy_tis_in, DESTROY_TIS_IN) \
	X(destroy_tis_out, DESTROY_TIS_OUT) \
	X(create_tir_in, CREATE_TIR_IN) \
	X(create_tir_out, CREATE_TIR_OUT) \
	X(modify_tir_in, MODIFY_TIR_IN) \
	X(modify_tir_out, MODIFY_TIR_OUT) \
	X(destroy_tir_in, DESTROY_TIR_IN) \
	X(destroy_tir_out, DESTROY_TIR_OUT) \
	X(create_rqt_in, CREATE_RQT_IN) \
	X(create_rqt_out, CREATE_RQT_OUT) \
	X(modify_rqt_in, MODIFY_RQT_IN) \
	X(modify_rqt_out, MODIFY_RQT_OUT) \
	X(destroy_rqt_in, DESTROY_RQT_IN) \
	X(destroy_rqt_out, DESTROY_RQT_OUT) \
	X(create_rq_in, CREATE_RQ_IN) \
	X(create_rq_out, CREATE_RQ_OUT) \
	X(modify_rq_in, MODIFY_RQ_IN) \
	X(modify_rq_out, MODIFY_RQ_OUT) \
	X(destroy_rq_in, DESTROY_RQ_IN) \
	X(destroy_rq_out, DESTROY_RQ_OUT) \
	X(query_rq_in, QUERY_RQ_IN) \
	X(query_rq_out, QUERY_RQ_OUT) \
	X(create_sq_in, CREATE_SQ_IN) \
	X(create_sq_out, CREATE_SQ_OUT) \
	X(modify_sq_in, MODIFY_SQ_IN) \
	X(modify_sq_out, MODIFY_SQ_OUT) \
	X(destroy_sq_in, DESTROY_SQ_IN) \
	X(destroy_sq_out, DESTROY_SQ_OUT) \
	X(query_sq_in, QUERY_SQ_IN) \
	X(query_sq_out, QUERY_SQ_OUT) \
	X(alloc_q_counter_in, ALLOC_Q_COUNTER_IN) \
	X(alloc_q_counter_out, ALLOC_Q_COUNTER_OUT) \
	X(dealloc_q_counter_in, DEALLOC_Q_COUNTER_IN) \
	X(dealloc_q_counter_out, DEALLOC_Q_COUNTER_OUT) \
	X(query_q_counter_in, QUERY_Q_COUNTER_IN) \
	X(query_q_counter_out, QUERY_Q_COUNTER_OUT) \
	X(eqc, EQC) \
	X(cqc, CQC) \
	X(mkc, MKC) \
	X(tisc, TISC) \
	X(modify_tis_bitmask, MODIFY_TIS_BITMASK) \
	X(tirc, TIRC) \
	X(modify_tir_bitmask, MODIFY_TIR_BITMASK) \
	X(rqtc, RQTC) \
	X(rqt_bitmask, RQT_BITMASK) \
	X(rqc, RQC) \
	X(sqc, SQC) \
	X(rx_hash_field_select, RX_HASH_FIELD_SELECT) \
	X(rq_num, RQ_NUM) \
	X(wq, WQ) \
	X(cmd_pas, CMD_PAS) \
	X(init_segment, INIT_SEGMENT) \
	X(cmd_queue_entry, CMD_QUEUE_ENTRY) \
	X(cmd_mailbox_block, CMD_MAILBOX_BLOCK) \
	X(eqe, EQE) \
	X(cqe, CQE) \
	X(error_cqe, ERROR_CQE) \
	X(wqe_ctrl_seg, WQE_CTRL_SEG) \
	X(wqe_eth_seg, WQE_ETH_SEG) \
	X(wqe_data_seg, WQE_DATA_SEG)

/* clang-format on */

#endif
