/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queues against a machine that is an array: owner bits over many rounds, arming, what happens when
 * consumers are late, packets out of and into memory, every reason to refuse, and a guest that
 * writes nonsense everywhere.
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

/* ---- the machine ---- */

#define BASE	  0x10000000ull
#define SIZE	  (4u << 20)
#define PAGE	  4096u
#define FRAME_MAX 2048

struct frame {
	uint16_t vport;
	size_t size;
	uint8_t data[FRAME_MAX];
};

struct machine {
	struct nic_device *dev;
	uint8_t *memory;
	uint64_t next; /* free address */
	unsigned int n_interrupts[NIC_VECTORS];
	struct frame frames[64];
	size_t n_frames;
	uint8_t out[0x200];
};

static void *map(void *aux, uint64_t addr, size_t size)
{
	struct machine *m = aux;

	return addr >= BASE && addr - BASE <= SIZE && size <= SIZE - (addr - BASE)
		       ? m->memory + (addr - BASE)
		       : NULL;
}

static void interrupt(void *aux, unsigned int vector)
{
	struct machine *m = aux;

	m->n_interrupts[vector]++;
}

static void output(void *aux, uint16_t vport, const void *frame, size_t size)
{
	struct machine *m = aux;
	struct frame *f = &m->frames[m->n_frames++ % ARRAY_SIZE(m->frames)];

	f->vport = vport;
	f->size = size;
	memcpy(f->data, frame, size < FRAME_MAX ? size : FRAME_MAX);
}

static uint8_t *at(struct machine *m, uint64_t addr)
{
	return m->memory + (addr - BASE);
}

static uint64_t take_pages(struct machine *m, size_t n)
{
	uint64_t addr = m->next;

	m->next += n * PAGE;
	assert_true(m->next <= BASE + SIZE);
	return addr;
}

/* ---- commands ---- */

struct cmd {
	uint8_t in[0x2000];
	size_t in_size, out_size;
};

static void start(struct cmd *c, uint16_t opcode)
{
	memset(c, 0, sizeof *c);
	IFC_SET(cmd_in, c->in, opcode, opcode);
	c->in_size = mlx5_opcode_layout(opcode, true)->size;
	c->out_size = mlx5_opcode_layout(opcode, false)->size;
}

static uint32_t run(struct machine *m, const struct cmd *c)
{
	uint32_t s;

	assert_int_equal(nic_device_exec(m->dev, c->in, c->in_size, m->out, c->out_size), 0);
	s = IFC_GET(cmd_out, m->out, syndrome);
	return s ? s - NIC_SYNDROME_BASE : 0;
}

/* The number that the command gave. */
static uint32_t run_ok(struct machine *m, const struct cmd *c)
{
	uint32_t s = run(m, c);

	if (s)
		fail_msg("%s: %s", mlx5_opcode_name((uint16_t)IFC_GET(cmd_in, c->in, opcode)),
			 nic_syndrome_text((enum nic_syndrome)s));
	return ifc_get(m->out, IFC_LOC(0x8, 23, 0));
}

static void put_pages(struct cmd *c, uint64_t addr, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_be64(c->in + c->in_size + i * 8, addr + i * PAGE);
	c->in_size += n * 8;
}

/* ---- the small world: one of each, with these numbers ---- */

enum {
	UAR = NIC_BAR_UAR_FIRST,
	PD = 1,
	TD = 1,
	MKEY = 16,
	Q_COUNTER = 1,
	EQ_COMMAND = 1,
	EQ_ASYNC,
	EQ_COMPLETION,
	CQ_SEND = 1,
	CQ_RECEIVE,
	TIS = 1,
	SQ = 64,
	RQ = 1,
	RQT = 1,
	TIR_DIRECT = 1,
	TIR_HASH
};
#define LKEY	  (MKEY << 8 | 0x5a)
#define LOG_EQ	  2
#define LOG_CQ	  3
#define LOG_SQ	  6
#define LOG_RQ	  3
#define RQ_STRIDE 5 /* two buffers */

static uint64_t eq_pages, cq_pages, sq_pages, rq_pages, records; /* of the queue being made */

static void make_alloc_uar(struct cmd *c)
{
	start(c, MLX5_CMD_OP_ALLOC_UAR);
}

static void make_alloc_pd(struct cmd *c)
{
	start(c, MLX5_CMD_OP_ALLOC_PD);
}

static void make_alloc_td(struct cmd *c)
{
	start(c, MLX5_CMD_OP_ALLOC_TRANSPORT_DOMAIN);
}

static void make_alloc_q_counter(struct cmd *c)
{
	start(c, MLX5_CMD_OP_ALLOC_Q_COUNTER);
}

static void make_query_q_counter(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_Q_COUNTER);
	IFC_SET(query_q_counter_in, c->in, counter_set_id, Q_COUNTER);
}

static void make_mkey(struct cmd *c)
{
	uint8_t *mkc;

	start(c, MLX5_CMD_OP_CREATE_MKEY);
	mkc = IFC_PTR(create_mkey_in, c->in, memory_key_mkey_entry);
	IFC_SET(mkc, mkc, length64, 1);
	IFC_SET(mkc, mkc, lw, 1);
	IFC_SET(mkc, mkc, lr, 1);
	IFC_SET(mkc, mkc, mkey_7_0, LKEY & 0xff);
	IFC_SET(mkc, mkc, pd, PD);
}

static void make_eq(struct cmd *c)
{
	uint8_t *eqc;

	start(c, MLX5_CMD_OP_CREATE_EQ);
	eqc = IFC_PTR(create_eq_in, c->in, eq_context_entry);
	IFC_SET(eqc, eqc, log_eq_size, LOG_EQ);
	IFC_SET(eqc, eqc, uar_page, UAR);
	IFC_SET(eqc, eqc, intr, 3);
	put_pages(c, eq_pages, 1);
}

static void make_cq(struct cmd *c)
{
	uint8_t *cqc;

	start(c, MLX5_CMD_OP_CREATE_CQ);
	cqc = IFC_PTR(create_cq_in, c->in, cq_context);
	IFC_SET(cqc, cqc, log_cq_size, LOG_CQ);
	IFC_SET(cqc, cqc, uar_page, UAR);
	IFC_SET(cqc, cqc, c_eqn_or_apu_element, EQ_COMPLETION);
	put_be64(IFC_PTR(cqc, cqc, dbr_addr), records);
	put_pages(c, cq_pages, 1);
}

static void make_modify_cq(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MODIFY_CQ);
	IFC_SET(modify_cq_in, c->in, cqn, CQ_SEND);
}

static void make_tis(struct cmd *c)
{
	start(c, MLX5_CMD_OP_CREATE_TIS);
	IFC_SET(tisc, IFC_PTR(create_tis_in, c->in, ctx), transport_domain, TD);
}

static void make_modify_tis(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MODIFY_TIS);
	IFC_SET(modify_tis_in, c->in, tisn, TIS);
	IFC_SET(modify_tis_bitmask, IFC_PTR(modify_tis_in, c->in, bitmask), prio, 1);
	IFC_SET(tisc, IFC_PTR(modify_tis_in, c->in, ctx), prio, 3);
}

static void make_sq(struct cmd *c)
{
	uint8_t *sqc, *wq;

	start(c, MLX5_CMD_OP_CREATE_SQ);
	sqc = IFC_PTR(create_sq_in, c->in, ctx);
	IFC_SET(sqc, sqc, cqn, CQ_SEND);
	IFC_SET(sqc, sqc, tis_lst_sz, 1);
	IFC_SET(sqc, sqc, tis_num_0, TIS);
	IFC_SET(sqc, sqc, flush_in_error_en, 1);
	wq = IFC_PTR(sqc, sqc, wq);
	IFC_SET(wq, wq, wq_type, MLX5_WQ_CYCLIC);
	IFC_SET(wq, wq, pd, PD);
	IFC_SET(wq, wq, uar_page, UAR);
	IFC_SET(wq, wq, log_wq_stride, 6);
	IFC_SET(wq, wq, log_wq_sz, LOG_SQ);
	put_be64(IFC_PTR(wq, wq, dbr_addr), records);
	put_pages(c, sq_pages, 1);
}

static void make_modify_sq(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MODIFY_SQ);
	IFC_SET(modify_sq_in, c->in, sqn, SQ);
	IFC_SET(modify_sq_in, c->in, sq_state, NIC_WQ_RDY);
	IFC_SET(sqc, IFC_PTR(modify_sq_in, c->in, ctx), state, NIC_WQ_RDY);
}

static void make_rq(struct cmd *c)
{
	uint8_t *rqc, *wq;

	start(c, MLX5_CMD_OP_CREATE_RQ);
	rqc = IFC_PTR(create_rq_in, c->in, ctx);
	IFC_SET(rqc, rqc, cqn, CQ_RECEIVE);
	IFC_SET(rqc, rqc, vsd, 1);
	IFC_SET(rqc, rqc, counter_set_id, Q_COUNTER);
	wq = IFC_PTR(rqc, rqc, wq);
	IFC_SET(wq, wq, wq_type, MLX5_WQ_CYCLIC);
	IFC_SET(wq, wq, pd, PD);
	IFC_SET(wq, wq, log_wq_stride, RQ_STRIDE);
	IFC_SET(wq, wq, log_wq_sz, LOG_RQ);
	put_be64(IFC_PTR(wq, wq, dbr_addr), records);
	put_pages(c, rq_pages, 1);
}

static void make_modify_rq(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MODIFY_RQ);
	IFC_SET(modify_rq_in, c->in, rqn, RQ);
	IFC_SET(modify_rq_in, c->in, rq_state, NIC_WQ_RDY);
	IFC_SET(rqc, IFC_PTR(modify_rq_in, c->in, ctx), state, NIC_WQ_RDY);
}

static void make_rqt(struct cmd *c)
{
	uint8_t *rqtc;

	start(c, MLX5_CMD_OP_CREATE_RQT);
	rqtc = IFC_PTR(create_rqt_in, c->in, rqt_context);
	IFC_SET(rqtc, rqtc, rqt_max_size, 4);
	IFC_SET(rqtc, rqtc, rqt_actual_size, 2);
	IFC_SET(rq_num, IFC_PTR(rqtc, rqtc, rq_num), rq_num, RQ);
	IFC_SET(rq_num, IFC_PTR(rqtc, rqtc, rq_num) + 4, rq_num, RQ);
	c->in_size += 8;
}

static void make_modify_rqt(struct cmd *c)
{
	uint8_t *rqtc;

	start(c, MLX5_CMD_OP_MODIFY_RQT);
	IFC_SET(modify_rqt_in, c->in, rqtn, RQT);
	IFC_SET(rqt_bitmask, IFC_PTR(modify_rqt_in, c->in, bitmask), rqn_list, 1);
	rqtc = IFC_PTR(modify_rqt_in, c->in, ctx);
	IFC_SET(rqtc, rqtc, rqt_actual_size, 1);
	IFC_SET(rq_num, IFC_PTR(rqtc, rqtc, rq_num), rq_num, RQ);
	c->in_size += 4;
}

static void make_tir(struct cmd *c)
{
	uint8_t *tirc;

	start(c, MLX5_CMD_OP_CREATE_TIR);
	tirc = IFC_PTR(create_tir_in, c->in, ctx);
	IFC_SET(tirc, tirc, inline_rqn, RQ);
	IFC_SET(tirc, tirc, transport_domain, TD);
}

/* Of the verification suite that drivers of RSS have. */
static const uint8_t toeplitz_key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static void set_hash(uint8_t *tirc)
{
	uint8_t *select = IFC_PTR(tirc, tirc, rx_hash_field_selector_outer);

	IFC_SET(tirc, tirc, rx_hash_fn, MLX5_RX_HASH_TOEPLITZ);
	memcpy(IFC_PTR(tirc, tirc, rx_hash_toeplitz_key), toeplitz_key, sizeof toeplitz_key);
	IFC_SET(rx_hash_field_select, select, selected_fields, 0xf);
}

static void make_tir_hash(struct cmd *c)
{
	uint8_t *tirc;

	make_tir(c);
	tirc = IFC_PTR(create_tir_in, c->in, ctx);
	IFC_SET(tirc, tirc, inline_rqn, 0);
	IFC_SET(tirc, tirc, disp_type, 1);
	IFC_SET(tirc, tirc, indirect_table, RQT);
	set_hash(tirc);
}

static void make_modify_tir(struct cmd *c)
{
	start(c, MLX5_CMD_OP_MODIFY_TIR);
	IFC_SET(modify_tir_in, c->in, tirn, TIR_HASH);
	IFC_SET(modify_tir_bitmask, IFC_PTR(modify_tir_in, c->in, bitmask), hash, 1);
	set_hash(IFC_PTR(modify_tir_in, c->in, ctx));
}

static void modify_queue(struct machine *m, uint16_t opcode, uint32_t id, uint32_t from,
			 uint32_t to)
{
	struct cmd c;

	start(&c, opcode);
	IFC_SET(modify_sq_in, c.in, sqn, id);
	IFC_SET(modify_sq_in, c.in, sq_state, from);
	IFC_SET(sqc, IFC_PTR(modify_sq_in, c.in, ctx), state, to);
	run_ok(m, &c);
}

/* All that an FDB needs to send everything to vport 1. */
static void make_fdb(struct machine *m)
{
	struct cmd c;

	start(&c, MLX5_CMD_OP_CREATE_FLOW_TABLE);
	IFC_SET(create_flow_table_in, c.in, table_type, MLX5_TABLE_FDB);
	run_ok(m, &c);
	start(&c, MLX5_CMD_OP_SET_FLOW_TABLE_ROOT);
	IFC_SET(set_flow_table_root_in, c.in, table_type, MLX5_TABLE_FDB);
	IFC_SET(set_flow_table_root_in, c.in, table_id, 1);
	run_ok(m, &c);
	start(&c, MLX5_CMD_OP_CREATE_FLOW_GROUP);
	IFC_SET(create_flow_group_in, c.in, table_type, MLX5_TABLE_FDB);
	IFC_SET(create_flow_group_in, c.in, table_id, 1);
	run_ok(m, &c);
	start(&c, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY);
	IFC_SET(set_fte_in, c.in, table_type, MLX5_TABLE_FDB);
	IFC_SET(set_fte_in, c.in, table_id, 1);
	IFC_SET(flow_context, IFC_PTR(set_fte_in, c.in, flow_context), group_id, 1);
	IFC_SET(flow_context, IFC_PTR(set_fte_in, c.in, flow_context), action,
		MLX5_FLOW_CONTEXT_ACTION_FWD_DEST);
	IFC_SET(flow_context, IFC_PTR(set_fte_in, c.in, flow_context), destination_list_size, 1);
	IFC_SET(dest_format_struct, c.in + c.in_size, destination_id, 1);
	c.in_size += 8;
	run_ok(m, &c);
}

static uint64_t pages_of[16]; /* by queue, see below */
enum {
	AT_EQ_COMMAND,
	AT_EQ_ASYNC,
	AT_EQ_COMPLETION,
	AT_CQ_SEND,
	AT_CQ_RECEIVE,
	AT_SQ,
	AT_RQ,
	AT_DATA,
	AT_RECORDS,
	N_AT
};
#define RECORD(place) (pages_of[AT_RECORDS] + (place)*64)

static void make_eqs(struct machine *m)
{
	static const uint64_t masks[] = { 1u << MLX5_EVENT_COMMAND,
					  1u << MLX5_EVENT_CQ_ERROR | 1u << MLX5_EVENT_WQ_ACCESS |
						  1u << MLX5_EVENT_WQ_INVALID_REQUEST |
						  1u << MLX5_EVENT_PORT_CHANGE,
					  0 };
	struct cmd c;

	for (uint32_t i = 0; i < 3; i++) {
		eq_pages = pages_of[AT_EQ_COMMAND + i];
		make_eq(&c);
		put_be64(IFC_PTR(create_eq_in, c.in, event_bitmask), masks[i]);
		IFC_SET(eqc, IFC_PTR(create_eq_in, c.in, eq_context_entry), intr, i);
		assert_int_equal(run_ok(m, &c), EQ_COMMAND + i);
	}
}

static void make_queues(struct machine *m)
{
	struct cmd c;

	for (uint32_t i = 0; i < 2; i++) {
		cq_pages = pages_of[AT_CQ_SEND + i];
		records = RECORD(AT_CQ_SEND + i);
		make_cq(&c);
		assert_int_equal(run_ok(m, &c), CQ_SEND + i);
	}
	make_tis(&c);
	assert_int_equal(run_ok(m, &c), TIS);
	sq_pages = pages_of[AT_SQ];
	records = RECORD(AT_SQ);
	make_sq(&c);
	assert_int_equal(run_ok(m, &c), SQ);
	rq_pages = pages_of[AT_RQ];
	records = RECORD(AT_RQ);
	make_rq(&c);
	assert_int_equal(run_ok(m, &c), RQ);
	make_rqt(&c);
	assert_int_equal(run_ok(m, &c), RQT);
	make_tir(&c);
	assert_int_equal(run_ok(m, &c), TIR_DIRECT);
	make_tir_hash(&c);
	assert_int_equal(run_ok(m, &c), TIR_HASH);
	modify_queue(m, MLX5_CMD_OP_MODIFY_SQ, SQ, NIC_WQ_RST, NIC_WQ_RDY);
	modify_queue(m, MLX5_CMD_OP_MODIFY_RQ, RQ, NIC_WQ_RST, NIC_WQ_RDY);
}

static void plug(struct machine *m, bool is_in)
{
	struct nic_bus bus = { m, map, interrupt };

	nic_device_set_bus(m->dev, is_in ? &bus : NULL);
}

/* What a driver does before it makes queues. */
static void bring_up(struct machine *m)
{
	uint64_t pages = take_pages(m, NIC_PAGES_BOOT + NIC_PAGES_INIT);
	struct cmd c;

	start(&c, MLX5_CMD_OP_ENABLE_HCA);
	run_ok(m, &c);
	start(&c, MLX5_CMD_OP_SET_ISSI);
	IFC_SET(set_issi_in, c.in, current_issi, 1);
	run_ok(m, &c);
	start(&c, MLX5_CMD_OP_MANAGE_PAGES);
	IFC_SET(manage_pages_in, c.in, op_mod, MLX5_PAGES_GIVE);
	IFC_SET(manage_pages_in, c.in, input_num_entries, NIC_PAGES_BOOT + NIC_PAGES_INIT);
	put_pages(&c, pages, NIC_PAGES_BOOT + NIC_PAGES_INIT);
	run_ok(m, &c);
	start(&c, MLX5_CMD_OP_INIT_HCA);
	run_ok(m, &c);
}

static struct machine *machine_new(void)
{
	struct nic_params params = { .n_vfs = 2 };
	struct machine *m = mem_new(sizeof *m);
	struct nic_sink sink = { m, output, NULL };
	struct cmd c;

	assert_non_null(m);
	m->memory = mem_new(SIZE);
	assert_non_null(m->memory);
	memset(m->memory, 0xf1, SIZE); /* owner bits as drivers leave them: 1 */
	m->next = BASE;
	assert_int_equal(nic_device_new(&m->dev, &params), 0);
	nic_device_set_sink(m->dev, &sink);
	plug(m, true);
	bring_up(m);
	for (size_t i = 0; i < N_AT; i++)
		pages_of[i] = take_pages(m, 1);
	memset(at(m, pages_of[AT_RECORDS]), 0, PAGE);
	make_alloc_uar(&c);
	assert_int_equal(run_ok(m, &c), UAR);
	make_alloc_pd(&c);
	assert_int_equal(run_ok(m, &c), PD);
	make_alloc_td(&c);
	assert_int_equal(run_ok(m, &c), TD);
	make_alloc_q_counter(&c);
	assert_int_equal(run_ok(m, &c), Q_COUNTER);
	make_mkey(&c);
	assert_int_equal(run_ok(m, &c), MKEY);
	make_eqs(m);
	make_queues(m);
	make_fdb(m);
	return m;
}

static void machine_free(struct machine *m)
{
	nic_device_free(m->dev);
	mem_free(m->memory);
	mem_free(m);
}

/* ---- what a driver does ---- */

static void ring_eq(struct machine *m, uint32_t eqn, uint32_t consumer, bool arm)
{
	nic_queues_ring(m->dev,
			&(struct nic_doorbell){ .type = NIC_DOORBELL_EQ,
						.uar = UAR,
						.value = { eqn << 24 | (consumer & 0xffffff) },
						.arm = arm });
}

static void arm_cq(struct machine *m, uint32_t cqn, uint32_t consumer, bool solicited)
{
	nic_queues_ring(m->dev, &(struct nic_doorbell){ .type = NIC_DOORBELL_CQ,
							.uar = UAR,
							.value = { (uint32_t)solicited << 24 |
									   (consumer & 0xffffff),
								   cqn } });
}

static void ring_sq(struct machine *m, uint32_t producer)
{
	put_be32(at(m, RECORD(AT_SQ) + 4), producer);
	nic_queues_ring(m->dev, &(struct nic_doorbell){ .type = NIC_DOORBELL_SQ,
							.uar = UAR,
							.value = { 0, SQ << 8 } });
}

/* The entry of a consumer's index if it is there. */
static const uint8_t *eqe_at(struct machine *m, int place, uint32_t consumer)
{
	const uint8_t *e = at(m, pages_of[place]) + (consumer & ((1 << LOG_EQ) - 1)) * 64;

	return (e[63] & 1) == (consumer >> LOG_EQ & 1) ? e : NULL;
}

static const uint8_t *cqe_at(struct machine *m, int place, uint32_t consumer)
{
	const uint8_t *e = at(m, pages_of[place]) + (consumer & ((1 << LOG_CQ) - 1)) * 64;

	return (e[63] & 1) == (consumer >> LOG_CQ & 1) ? e : NULL;
}

/* ---- life ---- */

static const struct {
	uint16_t opcode;
	uint32_t id;
	enum nic_syndrome busy; /* while what is above is there */
} life[] = {
	/* clang-format off */
	{ MLX5_CMD_OP_DESTROY_TIR, TIR_HASH, NIC_SYN_NONE },
	{ MLX5_CMD_OP_DESTROY_TIR, TIR_DIRECT, NIC_SYN_NONE },
	{ MLX5_CMD_OP_DESTROY_RQT, RQT, NIC_SYN_RQT_BUSY },
	{ MLX5_CMD_OP_DESTROY_RQ, RQ, NIC_SYN_RQ_BUSY },
	{ MLX5_CMD_OP_DESTROY_SQ, SQ, NIC_SYN_NONE },
	{ MLX5_CMD_OP_DESTROY_TIS, TIS, NIC_SYN_TIS_BUSY },
	{ MLX5_CMD_OP_DESTROY_CQ, CQ_RECEIVE, NIC_SYN_CQ_BUSY },
	{ MLX5_CMD_OP_DESTROY_CQ, CQ_SEND, NIC_SYN_CQ_BUSY },
	{ MLX5_CMD_OP_DESTROY_EQ, EQ_COMPLETION, NIC_SYN_EQ_BUSY },
	{ MLX5_CMD_OP_DESTROY_EQ, EQ_ASYNC, NIC_SYN_NONE },
	{ MLX5_CMD_OP_DESTROY_EQ, EQ_COMMAND, NIC_SYN_NONE },
	{ MLX5_CMD_OP_DESTROY_MKEY, MKEY, NIC_SYN_NONE },
	{ MLX5_CMD_OP_DEALLOC_Q_COUNTER, Q_COUNTER, NIC_SYN_Q_COUNTER_BUSY },
	{ MLX5_CMD_OP_DEALLOC_TRANSPORT_DOMAIN, TD, NIC_SYN_TD_BUSY },
	{ MLX5_CMD_OP_DEALLOC_PD, PD, NIC_SYN_PD_BUSY },
	{ MLX5_CMD_OP_DEALLOC_UAR, UAR, NIC_SYN_UAR_BUSY },
	/* clang-format on */
};

static bool seen[NIC_N_SYNDROMES];

static void expect(struct machine *m, const struct cmd *c, enum nic_syndrome s)
{
	uint32_t got = run(m, c);

	if (got != s)
		fail_msg("%s: %s instead of %s",
			 mlx5_opcode_name((uint16_t)IFC_GET(cmd_in, c->in, opcode)),
			 got ? nic_syndrome_text((enum nic_syndrome)got) : "success",
			 s ? nic_syndrome_text(s) : "success");
	assert_int_equal(IFC_GET(cmd_out, m->out, status), s ? nic_syndrome_status(s) : 0);
	seen[s] = true;
}

static void make_destroy(struct cmd *c, size_t i)
{
	start(c, life[i].opcode);
	ifc_set(c->in, IFC_LOC(0x8, 23, 0), life[i].id);
}

static void what_is_in_use_stays_and_all_can_be_taken_apart_in_order(void **state)
{
	struct machine *m = machine_new();
	struct cmd c;

	for (size_t i = 0; i < ARRAY_SIZE(life); i++) {
		make_destroy(&c, i);
		if (life[i].busy)
			expect(m, &c, life[i].busy);
	}
	for (size_t i = 0; i < ARRAY_SIZE(life); i++) {
		make_destroy(&c, i);
		run_ok(m, &c);
	}
	for (size_t i = 0; i < NIC_N_OBJECT_TYPES; i++)
		assert_int_equal(m->dev->objects.by_type[i].n, 0);
	for (size_t i = 0; i < ARRAY_SIZE(life); i++) {
		make_destroy(&c, i);
		assert_int_not_equal(run(m, &c), 0);
		seen[IFC_GET(cmd_out, m->out, syndrome) - NIC_SYNDROME_BASE] = true;
		assert_int_equal(IFC_GET(cmd_out, m->out, status), MLX5_CMD_STAT_BAD_RES_ERR);
	}
	machine_free(m);
}

static void an_entry_holds_its_tir(void **state)
{
	struct machine *m = machine_new();
	struct cmd c;

	nic_tir_ref(nic_tir_find(m->dev, TIR_DIRECT), 1);
	make_destroy(&c, 1);
	expect(m, &c, NIC_SYN_TIR_BUSY);
	nic_tir_ref(nic_tir_find(m->dev, TIR_DIRECT), -1);
	run_ok(m, &c);
	assert_null(nic_tir_find(m->dev, TIR_DIRECT));
	machine_free(m);
}

/* ---- event queues ---- */

static void check_command_eqe(const uint8_t *e, uint32_t slots)
{
	assert_non_null(e);
	assert_int_equal(IFC_GET(eqe, e, event_type), MLX5_EVENT_COMMAND);
	assert_int_equal(get_be32(IFC_PTR(eqe, e, event_data)), slots);
}

static void owner_bits_toggle_with_every_round_of_an_eq(void **state)
{
	struct machine *m = machine_new();

	ring_eq(m, EQ_COMMAND, 0, true);
	for (uint32_t i = 0; i < 5u << LOG_EQ; i++) {
		assert_null(eqe_at(m, AT_EQ_COMMAND, i));
		nic_events_command(m->dev, 1u << (i % 32));
		check_command_eqe(eqe_at(m, AT_EQ_COMMAND, i), 1u << (i % 32));
		assert_int_equal(m->n_interrupts[0], i + 1);
		ring_eq(m, EQ_COMMAND, i + 1, true);
	}
	assert_int_equal(m->n_interrupts[0], 5u << LOG_EQ);
	machine_free(m);
}

static void an_eq_that_is_not_armed_is_silent_until_it_is(void **state)
{
	struct machine *m = machine_new();

	ring_eq(m, EQ_COMMAND, 0, false);
	nic_events_command(m->dev, 1);
	assert_non_null(eqe_at(m, AT_EQ_COMMAND, 0));
	assert_int_equal(m->n_interrupts[0], 0);
	ring_eq(m, EQ_COMMAND, 0, true); /* it had not looked since */
	assert_int_equal(m->n_interrupts[0], 1);
	nic_events_command(m->dev, 2);
	assert_int_equal(m->n_interrupts[0], 1);
	ring_eq(m, EQ_COMMAND, 2, true);
	assert_int_equal(m->n_interrupts[0], 1);
	machine_free(m);
}

static void nothing_is_told_of_commands_in_polling_mode(void **state)
{
	struct machine *m = machine_new();
	struct cmd c;

	/* The command that made the EQ is polled for: the EQ has had no doorbell yet. */
	nic_events_command(m->dev, 1);
	ring_eq(m, EQ_COMMAND, 0, true);
	assert_null(eqe_at(m, AT_EQ_COMMAND, 0));
	make_destroy(&c, 10);
	run_ok(m, &c);
	nic_events_command(m->dev, 1);
	assert_null(eqe_at(m, AT_EQ_COMMAND, 0));
	assert_int_equal(m->n_interrupts[0], 0);
	machine_free(m);
}

static void a_full_eq_keeps_what_waits_and_overwrites_nothing(void **state)
{
	struct machine *m = machine_new();
	uint32_t consumer = 0;

	for (uint32_t i = 0; i < 10; i++)
		nic_event(m->dev, MLX5_EVENT_PORT_CHANGE, (uint8_t)i, "abcd", 4);
	for (uint32_t i = 0; i < 1u << LOG_EQ; i++)
		assert_int_equal(IFC_GET(eqe, eqe_at(m, AT_EQ_ASYNC, i), event_sub_type), i);
	ring_eq(m, EQ_ASYNC, 77, true);		 /* takes what is not there: not believed */
	assert_int_equal(m->n_interrupts[1], 1); /* but it is armed, and there are events */
	while (consumer < 10) {
		const uint8_t *e = eqe_at(m, AT_EQ_ASYNC, consumer);

		assert_non_null(e);
		assert_int_equal(IFC_GET(eqe, e, event_sub_type), consumer);
		assert_memory_equal(IFC_PTR(eqe, e, event_data), "abcd\0", 5);
		ring_eq(m, EQ_ASYNC, ++consumer, false);
	}
	assert_null(eqe_at(m, AT_EQ_ASYNC, consumer));
	ring_eq(m, EQ_ASYNC, consumer - 1, false); /* gives back: not believed */
	for (uint32_t i = 0; i < 200; i++)
		nic_event(m->dev, MLX5_EVENT_PORT_CHANGE, (uint8_t)i, NULL, 0);
	for (uint32_t i = 0; i < NIC_EQ_WAITING_MAX + (1u << LOG_EQ); i++, consumer++) {
		assert_int_equal(IFC_GET(eqe, eqe_at(m, AT_EQ_ASYNC, consumer), event_sub_type), i);
		ring_eq(m, EQ_ASYNC, consumer + 1, false);
	}
	assert_null(eqe_at(m, AT_EQ_ASYNC, consumer));
	machine_free(m);
}

static void slots_of_commands_that_wait_become_one_event(void **state)
{
	struct machine *m = machine_new();

	ring_eq(m, EQ_COMMAND, 0, false);
	for (uint32_t i = 0; i < 7; i++)
		nic_events_command(m->dev, 1u << i);
	ring_eq(m, EQ_COMMAND, 4, true);
	check_command_eqe(eqe_at(m, AT_EQ_COMMAND, 4), 0x70);
	assert_null(eqe_at(m, AT_EQ_COMMAND, 5));
	assert_int_equal(m->n_interrupts[0], 1);
	machine_free(m);
}

static void doorbells_of_other_pages_and_numbers_are_ignored(void **state)
{
	struct machine *m = machine_new();
	struct nic_doorbell bell = { .type = NIC_DOORBELL_EQ, .uar = UAR + 1, .arm = true };

	bell.value[0] = EQ_COMMAND << 24;
	nic_queues_ring(m->dev, &bell);
	nic_events_command(m->dev, 1);
	assert_null(eqe_at(m, AT_EQ_COMMAND, 0));
	ring_eq(m, 200, 0, true);
	arm_cq(m, 200, 0, false);
	bell = (struct nic_doorbell){ .type = NIC_DOORBELL_CQ, .uar = 1, .value = { 0, CQ_SEND } };
	nic_queues_ring(m->dev, &bell);
	bell = (struct nic_doorbell){ .type = NIC_DOORBELL_SQ, .uar = 1, .value = { 0, SQ << 8 } };
	nic_queues_ring(m->dev, &bell);
	bell = (struct nic_doorbell){ .type = NIC_DOORBELL_SQ, .uar = UAR, .value = { 0, 9 << 8 } };
	nic_queues_ring(m->dev, &bell);
	nic_queues_ring(m->dev, &(struct nic_doorbell){ .type = NIC_DOORBELL_NONE });
	nic_queues_ring(m->dev, &(struct nic_doorbell){ .type = NIC_DOORBELL_COMMAND });
	machine_free(m);
}

static void an_eq_without_memory_fails_alone(void **state)
{
	struct machine *m = machine_new();
	struct cmd c;

	ring_eq(m, EQ_ASYNC, 0, true);
	((struct nic_eq *)nic_object_find(m->dev, NIC_OBJECT_EQ, EQ_ASYNC))->ring.pages[0] = 1
											     << 12;
	nic_event(m->dev, MLX5_EVENT_PORT_CHANGE, 0, NULL, 0);
	nic_event(m->dev, MLX5_EVENT_PORT_CHANGE, 0, NULL, 0);
	assert_int_equal(m->n_interrupts[1], 0);
	start(&c, MLX5_CMD_OP_QUERY_EQ);
	IFC_SET(query_eq_in, c.in, eq_number, EQ_ASYNC);
	run_ok(m, &c);
	assert_int_equal(IFC_GET(eqc, m->out + 0x10, status), 0xa);
	IFC_SET(query_eq_in, c.in, eq_number, EQ_COMMAND);
	run_ok(m, &c);
	assert_int_equal(IFC_GET(eqc, m->out + 0x10, status), 0);
	assert_int_equal(IFC_GET(eqc, m->out + 0x10, st), 0xa);
	machine_free(m);
}

/* ---- sending ---- */

/* The entry of @n units at block @index, empty but for its control segment. */
static uint8_t *post(struct machine *m, uint32_t index, uint32_t opcode, uint32_t units)
{
	uint8_t *w = at(m, pages_of[AT_SQ]) + (index & ((1 << LOG_SQ) - 1)) * 64;

	memset(w, 0, (size_t)units * 16);
	IFC_SET(wqe_ctrl_seg, w, opcode, opcode);
	IFC_SET(wqe_ctrl_seg, w, wqe_index, index & 0xffff);
	IFC_SET(wqe_ctrl_seg, w, qp_or_sq, SQ);
	IFC_SET(wqe_ctrl_seg, w, ds, units);
	IFC_SET(wqe_ctrl_seg, w, ce, 2);
	return w;
}

static void put_data(uint8_t *seg, uint64_t addr, uint32_t size)
{
	IFC_SET(wqe_data_seg, seg, byte_count, size);
	IFC_SET(wqe_data_seg, seg, lkey, LKEY);
	put_be64(IFC_PTR(wqe_data_seg, seg, addr), addr);
}

static void check_cqe(struct machine *m, uint32_t consumer, uint32_t opcode, uint32_t syndrome,
		      uint32_t wqe_counter)
{
	const uint8_t *e = cqe_at(m, AT_CQ_SEND, consumer);

	assert_non_null(e);
	assert_int_equal(IFC_GET(error_cqe, e, opcode), opcode);
	assert_int_equal(IFC_GET(error_cqe, e, wqe_counter), wqe_counter & 0xffff);
	assert_int_equal(IFC_GET(error_cqe, e, qpn), SQ);
	if (opcode)
		assert_int_equal(IFC_GET(error_cqe, e, syndrome), syndrome);
}

/* Over all of the 16 bits of the SQ's counter, and every owner bit. */
static void nops_complete_and_the_rings_go_round(void **state)
{
	struct machine *m = machine_new();

	ring_eq(m, EQ_COMPLETION, 0, true);
	arm_cq(m, CQ_SEND, 0, false);
	for (uint32_t i = 0; i < 70000; i++) {
		const uint8_t *e;

		post(m, i, MLX5_WQE_NOP, 1);
		assert_null(cqe_at(m, AT_CQ_SEND, i));
		ring_sq(m, (i + 1) & 0xffff);
		check_cqe(m, i, MLX5_CQE_REQUESTER, 0, i);
		e = eqe_at(m, AT_EQ_COMPLETION, i);
		assert_non_null(e);
		assert_int_equal(IFC_GET(eqe, e, event_type), MLX5_EVENT_COMPLETION);
		assert_int_equal(get_be32(IFC_PTR(eqe, e, event_data) + 24), CQ_SEND);
		assert_int_equal(m->n_interrupts[2], i + 1);
		put_be32(at(m, RECORD(AT_CQ_SEND)), (i + 1) & 0xffffff);
		ring_eq(m, EQ_COMPLETION, i + 1, true);
		arm_cq(m, CQ_SEND, i + 1, false);
	}
	machine_free(m);
}

static void entries_complete_only_when_they_ask_for_it(void **state)
{
	struct machine *m = machine_new();

	for (uint32_t i = 0; i < 4; i++)
		IFC_SET(wqe_ctrl_seg, post(m, i, MLX5_WQE_NOP, 1), ce, i == 2 ? 2 : 0);
	ring_sq(m, 4);
	check_cqe(m, 0, MLX5_CQE_REQUESTER, 0, 2);
	assert_null(cqe_at(m, AT_CQ_SEND, 1));
	machine_free(m);
}

static void a_cq_that_is_armed_late_fires_at_once_and_only_once(void **state)
{
	struct machine *m = machine_new();

	ring_eq(m, EQ_COMPLETION, 0, true);
	post(m, 0, MLX5_WQE_NOP, 1);
	post(m, 1, MLX5_WQE_NOP, 1);
	ring_sq(m, 1);
	assert_int_equal(m->n_interrupts[2], 0);
	arm_cq(m, CQ_SEND, 0, false);
	assert_int_equal(m->n_interrupts[2], 1);
	ring_sq(m, 2);
	assert_non_null(eqe_at(m, AT_EQ_COMPLETION, 0));
	assert_null(eqe_at(m, AT_EQ_COMPLETION, 1));
	arm_cq(m, CQ_SEND, 2, true); /* for solicited ones only */
	post(m, 2, MLX5_WQE_NOP, 1);
	ring_sq(m, 3);
	assert_null(eqe_at(m, AT_EQ_COMPLETION, 1));
	IFC_SET(wqe_ctrl_seg, post(m, 3, MLX5_WQE_NOP, 1), se, 1);
	ring_sq(m, 4);
	assert_non_null(eqe_at(m, AT_EQ_COMPLETION, 1));
	machine_free(m);
}

/* Two CQs that fire while the EQ is full are both told of, once each. */
static void completions_wait_for_room_in_the_eq(void **state)
{
	struct machine *m = machine_new();
	uint32_t i = 0;

	for (; i < 7; i++) {
		arm_cq(m, CQ_SEND, i, false);
		put_be32(at(m, RECORD(AT_CQ_SEND)), i);
		post(m, i, MLX5_WQE_NOP, 1);
		ring_sq(m, i + 1);
	}
	arm_cq(m, CQ_RECEIVE, 5, false); /* it has not seen that there is nothing */
	for (i = 0; i < 4; i++)
		assert_non_null(eqe_at(m, AT_EQ_COMPLETION, i));
	ring_eq(m, EQ_COMPLETION, 4, true);
	assert_int_equal(m->n_interrupts[2], 1);
	assert_int_equal(get_be32(eqe_at(m, AT_EQ_COMPLETION, 4) + 32 + 24), CQ_SEND);
	assert_int_equal(get_be32(eqe_at(m, AT_EQ_COMPLETION, 5) + 32 + 24), CQ_RECEIVE);
	assert_null(eqe_at(m, AT_EQ_COMPLETION, 6));
	machine_free(m);
}

static void check_async(struct machine *m, uint32_t consumer, uint32_t type, size_t offset,
			uint32_t number)
{
	const uint8_t *e = eqe_at(m, AT_EQ_ASYNC, consumer);

	assert_non_null(e);
	assert_int_equal(IFC_GET(eqe, e, event_type), type);
	assert_int_equal(get_be32(IFC_PTR(eqe, e, event_data) + offset), number);
}

static void a_cq_that_overflows_fails_and_takes_its_sender_along(void **state)
{
	struct machine *m = machine_new();
	struct cmd c;

	for (uint32_t i = 0; i < 10; i++)
		post(m, i, MLX5_WQE_NOP, 1);
	ring_sq(m, 10);
	for (uint32_t i = 0; i < 8; i++)
		check_cqe(m, i, MLX5_CQE_REQUESTER, 0, i);
	check_async(m, 0, MLX5_EVENT_CQ_ERROR, 0, CQ_SEND);
	assert_int_equal(eqe_at(m, AT_EQ_ASYNC, 0)[32 + 11], 1);
	start(&c, MLX5_CMD_OP_QUERY_CQ);
	IFC_SET(query_cq_in, c.in, cqn, CQ_SEND);
	run_ok(m, &c);
	assert_int_equal(IFC_GET(cqc, m->out + 0x10, status), 0x9);
	assert_int_equal(IFC_GET(cqc, m->out + 0x10, producer_counter), 8);
	start(&c, MLX5_CMD_OP_QUERY_SQ);
	IFC_SET(query_sq_in, c.in, sqn, SQ);
	run_ok(m, &c);
	assert_int_equal(IFC_GET(sqc, m->out + 0x20, state), NIC_WQ_ERR);
	ring_sq(m, 12);
	assert_null(eqe_at(m, AT_EQ_ASYNC, 1));
	machine_free(m);
}

static void a_cq_that_ignores_overflow_goes_on(void **state)
{
	struct machine *m = machine_new();
	struct cmd c;

	make_modify_cq(&c);
	put_be32(IFC_PTR(modify_cq_in, c.in, modify_field_select_resize_field_select), 4);
	IFC_SET(cqc, IFC_PTR(modify_cq_in, c.in, cq_context), oi, 1);
	run_ok(m, &c);
	for (uint32_t i = 0; i < 10; i++)
		post(m, i, MLX5_WQE_NOP, 1);
	ring_sq(m, 10);
	check_cqe(m, 9, MLX5_CQE_REQUESTER, 0, 9);
	machine_free(m);
}

static void a_cq_without_memory_or_record_fails(void **state)
{
	for (int what = 0; what < 2; what++) {
		struct machine *m = machine_new();
		struct nic_cq *cq = nic_object_find(m->dev, NIC_OBJECT_CQ, CQ_SEND);

		if (what)
			cq->ring.pages[0] = 0;
		else
			cq->record = UINT64_MAX - 7;
		for (uint32_t i = 0; i < 10; i++)
			post(m, i, MLX5_WQE_NOP, 1);
		ring_sq(m, 10);
		check_async(m, 0, MLX5_EVENT_CQ_ERROR, 0, CQ_SEND);
		assert_int_equal(eqe_at(m, AT_EQ_ASYNC, 0)[32 + 11], 2);
		machine_free(m);
	}
}

/* ---- frames ---- */

static const uint8_t udp_frame[] = {
	0x02, 0,    0,	  0,	0,   1,	 0x02, 0, 0,   0,   0,	 2,   0x08, 0x00, /* Ethernet */
	0x45, 0,    0,	  32,	0,   1,	 0,    0, 64,  17,  0,	 0,   66,   9,
	149,  187,  161,  142,	100, 80,			      /* IPv4 */
	0x0a, 0xea, 0x06, 0xe6, 0,   12, 0,    0, 'a', 'b', 'c', 'd', /* UDP */
};

static const uint8_t tcp_headers[] = {
	0x02, 0,   0,	0,   0,	   1,	 0x02, 0,    0,	   0,	 0, 2, 0x08, 0x00, /* Ethernet */
	0x45, 0,   0,	0,   0x12, 0x34, 0x40, 0,    64,   6,	 0, 0, 66,   9,
	149,  187, 161, 142, 100,  80,	 0x0a, 0xea, 0x06, 0xe6, 0, 0, 0,    1,
	0,    0,   0,	9,   0x50, 0x99, 1,    0,    0,	   0,	 0, 0, /* TCP */
};

static bool is_right(const uint8_t *data, size_t size)
{
	uint8_t copy[FRAME_MAX];
	struct packet p = { copy, sizeof copy, copy, size };

	memcpy(copy, data, size);
	return packet_checksums_are_right(&p);
}

/* A SEND of a frame with @n_inline bytes of it in the entry and the rest in two pieces. */
static uint8_t *post_send(struct machine *m, uint32_t index, const uint8_t *frame, size_t size,
			  uint32_t n_inline)
{
	uint64_t data = pages_of[AT_DATA] + PAGE - 20; /* over the end of a page */
	uint32_t units = 2 + (n_inline > 2 ? (n_inline - 2 + 15) / 16 : 0);
	uint8_t *w = post(m, index, MLX5_WQE_SEND, units + 2), *seg = w + (size_t)units * 16;

	IFC_SET(wqe_eth_seg, w + 16, inline_hdr_sz, n_inline);
	memcpy(w + 16 + 14, frame, n_inline);
	memcpy(at(m, data), frame + n_inline, size - n_inline);
	put_data(seg, data, 5);
	put_data(seg + 16, data + 5, (uint32_t)(size - n_inline - 5));
	return w;
}

static void frames_leave_as_they_lie_in_memory(void **state)
{
	static const uint32_t inlined[] = { 0, 2, 14, 18, 34 };

	for (size_t i = 0; i < ARRAY_SIZE(inlined); i++) {
		struct machine *m = machine_new();

		post_send(m, 0, udp_frame, sizeof udp_frame, inlined[i]);
		ring_sq(m, 2);
		/* The second block is no entry, unless the first has two. */
		check_cqe(m, 0, MLX5_CQE_REQUESTER, 0, 0);
		assert_int_equal(m->n_frames, 1);
		assert_int_equal(m->frames[0].vport, 1);
		assert_int_equal(m->frames[0].size, sizeof udp_frame);
		assert_memory_equal(m->frames[0].data, udp_frame, sizeof udp_frame);
		machine_free(m);
	}
}

static void checksums_are_made_when_asked_for(void **state)
{
	struct machine *m = machine_new();
	uint8_t *w = post_send(m, 0, udp_frame, sizeof udp_frame, 14);

	IFC_SET(wqe_eth_seg, w + 16, l3_csum, 1);
	ring_sq(m, 2);
	assert_int_not_equal(get_be16(m->frames[0].data + 24), 0);
	assert_int_equal(get_be16(m->frames[0].data + 40), 0);
	w = post_send(m, 2, udp_frame, sizeof udp_frame, 14);
	IFC_SET(wqe_eth_seg, w + 16, l3_csum, 1);
	IFC_SET(wqe_eth_seg, w + 16, l4_csum, 1);
	ring_sq(m, 4);
	assert_int_not_equal(get_be16(m->frames[1].data + 40), 0);
	assert_true(is_right(m->frames[1].data, m->frames[1].size));
	machine_free(m);
}

static void a_vlan_tag_is_inserted_when_asked_for(void **state)
{
	struct machine *m = machine_new();
	uint8_t *w;

	for (uint32_t i = 0; i < 2; i++) {
		w = post_send(m, i, udp_frame, sizeof udp_frame, 0);
		IFC_SET(wqe_eth_seg, w + 16, insert_vlan, 1);
		IFC_SET(wqe_eth_seg, w + 16, insert_svlan, i);
		IFC_SET(wqe_eth_seg, w + 16, inline_headers, 0x6064);
		ring_sq(m, i + 1);
		assert_int_equal(m->frames[i].size, sizeof udp_frame + 4);
		assert_int_equal(get_be16(m->frames[i].data + 12), i ? 0x88a8 : 0x8100);
		assert_int_equal(get_be16(m->frames[i].data + 14), 0x6064);
		assert_memory_equal(m->frames[i].data + 16, udp_frame + 12, sizeof udp_frame - 12);
	}
	machine_free(m);
}

static uint8_t *post_lso(struct machine *m, uint32_t index, uint32_t size, uint32_t mss)
{
	uint32_t units = 2 + (sizeof tcp_headers - 2 + 15) / 16;
	uint8_t *w = post(m, index, MLX5_WQE_LSO, units + 1);

	IFC_SET(wqe_eth_seg, w + 16, inline_hdr_sz, sizeof tcp_headers);
	IFC_SET(wqe_eth_seg, w + 16, mss, mss);
	IFC_SET(wqe_eth_seg, w + 16, l3_csum, 1);
	IFC_SET(wqe_eth_seg, w + 16, l4_csum, 1);
	memcpy(w + 16 + 14, tcp_headers, sizeof tcp_headers);
	for (uint32_t i = 0; i < size; i++)
		at(m, pages_of[AT_DATA])[i] = (uint8_t)i;
	put_data(w + (size_t)units * 16, pages_of[AT_DATA], size);
	return w;
}

static void large_sends_are_cut_into_right_segments(void **state)
{
	struct machine *m = machine_new();

	post_lso(m, 0, 250, 100);
	ring_sq(m, 2);
	check_cqe(m, 0, MLX5_CQE_REQUESTER, 0, 0);
	assert_int_equal(m->n_frames, 3);
	for (uint32_t i = 0; i < 3; i++) {
		const uint8_t *f = m->frames[i].data;
		size_t n = i == 2 ? 50 : 100;

		assert_int_equal(m->frames[i].size, sizeof tcp_headers + n);
		assert_int_equal(get_be16(f + 16), sizeof tcp_headers - 14 + n);
		assert_int_equal(get_be16(f + 18), 0x1234 + i);
		assert_int_equal(get_be32(f + 38), 1 + i * 100);
		/* CWR in the first, PSH and FIN in the last. */
		assert_int_equal(f[47], i == 0 ? 0x90 : i == 1 ? 0x10 : 0x19);
		assert_true(is_right(f, m->frames[i].size));
		assert_int_equal(f[sizeof tcp_headers + 7], (uint8_t)(i * 100 + 7));
	}
	machine_free(m);
}

/* ---- wrong entries ---- */

/* Entries that are posted at block 1 of one of 2 blocks, and what is wrong with them. */
static void spoil_opcode(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_ctrl_seg, w, opcode, MLX5_WQE_UMR);
}

static void spoil_units(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_ctrl_seg, w, ds, 0);
}

static void spoil_length(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_ctrl_seg, w, ds, 63);
}

static void spoil_number(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_ctrl_seg, w, qp_or_sq, SQ + 1);
}

static void spoil_index(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_ctrl_seg, w, wqe_index, 7);
}

static void spoil_no_segments(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_ctrl_seg, w, ds, 1);
}

static void spoil_inline(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_eth_seg, w + 16, inline_hdr_sz, 200);
}

static void spoil_swp(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_eth_seg, w + 16, swp_flags, 1);
}

static void spoil_inner(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_eth_seg, w + 16, l4_inner_csum, 1);
}

static void spoil_inline_data(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_data_seg, w + 48, is_inline, 1);
}

static void spoil_short(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_data_seg, w + 32, byte_count, 0);
	IFC_SET(wqe_data_seg, w + 48, byte_count, 13);
}

static void spoil_long(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_data_seg, w + 48, byte_count, PACKET_MAX);
}

static void spoil_key(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_data_seg, w + 48, lkey, LKEY + 1);
}

static void spoil_key_number(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_data_seg, w + 48, lkey, LKEY + 0x100);
}

static void spoil_address(struct machine *m, uint8_t *w)
{
	put_be64(IFC_PTR(wqe_data_seg, w + 48, addr), BASE + SIZE - 1);
}

static void spoil_lso_mss(struct machine *m, uint8_t *w)
{
	IFC_SET(wqe_ctrl_seg, w, opcode, MLX5_WQE_LSO);
}

static const struct {
	void (*spoil)(struct machine *m, uint8_t *w);
	uint32_t syndrome;
} wrong[] = {
	{ spoil_opcode, MLX5_CQE_LOCAL_OPERATION },
	{ spoil_units, MLX5_CQE_LOCAL_OPERATION },
	{ spoil_length, MLX5_CQE_LOCAL_OPERATION },
	{ spoil_number, MLX5_CQE_LOCAL_OPERATION },
	{ spoil_index, MLX5_CQE_LOCAL_OPERATION },
	{ spoil_no_segments, MLX5_CQE_LOCAL_OPERATION },
	{ spoil_inline, MLX5_CQE_LOCAL_OPERATION },
	{ spoil_swp, MLX5_CQE_LOCAL_OPERATION },
	{ spoil_inner, MLX5_CQE_LOCAL_OPERATION },
	{ spoil_inline_data, MLX5_CQE_LOCAL_OPERATION },
	{ spoil_short, MLX5_CQE_LOCAL_LENGTH },
	{ spoil_long, MLX5_CQE_LOCAL_LENGTH },
	{ spoil_key, MLX5_CQE_LOCAL_PROTECTION },
	{ spoil_key_number, MLX5_CQE_LOCAL_PROTECTION },
	{ spoil_address, MLX5_CQE_LOCAL_PROTECTION },
	{ spoil_lso_mss, MLX5_CQE_LOCAL_LENGTH },
};

/* The queue is in error; what is posted behind is flushed; it can be used again after a reset. */
static void a_wrong_entry_stops_the_queue_until_it_is_reset(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct machine *m = machine_new();
		uint32_t n = 3;

		post(m, 0, MLX5_WQE_NOP, 1);
		wrong[i].spoil(m, post_send(m, 1, udp_frame, sizeof udp_frame, 0));
		if (wrong[i].spoil != spoil_length)
			post(m, 2, MLX5_WQE_NOP, 1);
		ring_sq(m, 3);
		check_cqe(m, 0, MLX5_CQE_REQUESTER, 0, 0);
		check_cqe(m, 1, MLX5_CQE_REQUESTER_ERROR, wrong[i].syndrome, 1);
		if (wrong[i].spoil != spoil_length)
			check_cqe(m, 2, MLX5_CQE_REQUESTER_ERROR, MLX5_CQE_FLUSHED, 2);
		else
			n = 2;
		assert_int_equal(m->n_frames, 0);
		post(m, 3, MLX5_WQE_NOP, 1);
		ring_sq(m, 4);
		check_cqe(m, n, MLX5_CQE_REQUESTER_ERROR, MLX5_CQE_FLUSHED, 3);
		modify_queue(m, MLX5_CMD_OP_MODIFY_SQ, SQ, NIC_WQ_ERR, NIC_WQ_RST);
		modify_queue(m, MLX5_CMD_OP_MODIFY_SQ, SQ, NIC_WQ_RST, NIC_WQ_RDY);
		post_send(m, 0, udp_frame, sizeof udp_frame, 0);
		ring_sq(m, 1);
		check_cqe(m, n + 1, MLX5_CQE_REQUESTER, 0, 0);
		assert_int_equal(m->n_frames, 1);
		machine_free(m);
	}
}

static void a_key_permits_its_range_only(void **state)
{
	struct machine *m = machine_new();
	uint8_t *mkc;
	struct cmd c;
	uint32_t key;

	make_mkey(&c);
	mkc = IFC_PTR(create_mkey_in, c.in, memory_key_mkey_entry);
	IFC_SET(mkc, mkc, length64, 0);
	IFC_SET(mkc, mkc, lw, 0);
	put_be64(IFC_PTR(mkc, mkc, start_addr), 1000);
	put_be64(IFC_PTR(mkc, mkc, len), 100);
	key = run_ok(m, &c) << 8 | (LKEY & 0xff);
	assert_true(nic_mkey_permits(m->dev, key, PD, 1000, 100, false));
	assert_true(nic_mkey_permits(m->dev, key, PD, 1099, 1, false));
	assert_false(nic_mkey_permits(m->dev, key, PD, 1000, 101, false));
	assert_false(nic_mkey_permits(m->dev, key, PD, 999, 1, false));
	assert_false(nic_mkey_permits(m->dev, key, PD, 1100, 1, false));
	assert_false(nic_mkey_permits(m->dev, key, PD, UINT64_MAX, 2, false));
	assert_false(nic_mkey_permits(m->dev, key, PD, 1000, 100, true));
	assert_false(nic_mkey_permits(m->dev, key, PD + 1, 1000, 100, false));
	machine_free(m);
}

static void an_sq_without_tis_does_nop_but_not_send(void **state)
{
	struct machine *m = machine_new();
	struct nic_sq *sq = nic_object_find(m->dev, NIC_OBJECT_SQ, SQ);

	sq->can_send = false;
	post(m, 0, MLX5_WQE_NOP, 1);
	post_send(m, 1, udp_frame, sizeof udp_frame, 0);
	ring_sq(m, 2);
	check_cqe(m, 0, MLX5_CQE_REQUESTER, 0, 0);
	check_cqe(m, 1, MLX5_CQE_REQUESTER_ERROR, MLX5_CQE_LOCAL_OPERATION, 1);
	assert_int_equal(m->n_frames, 0);
	machine_free(m);
}

static void a_producer_beyond_the_ring_is_not_believed(void **state)
{
	struct machine *m = machine_new();

	ring_sq(m, (1 << LOG_SQ) + 1);
	check_async(m, 0, MLX5_EVENT_WQ_INVALID_REQUEST, 24, SQ);
	assert_int_equal(eqe_at(m, AT_EQ_ASYNC, 0)[32 + 20], 2);
	assert_null(cqe_at(m, AT_CQ_SEND, 0));
	put_be32(at(m, RECORD(AT_RQ)), (1 << LOG_RQ) + 1);
	assert_int_equal(nic_tir_deliver(m->dev, TIR_DIRECT, udp_frame, sizeof udp_frame,
					 &(struct nic_rx_meta){ 0 }),
			 NIC_DROP_QUEUE);
	check_async(m, 1, MLX5_EVENT_WQ_INVALID_REQUEST, 24, RQ);
	assert_int_equal(eqe_at(m, AT_EQ_ASYNC, 1)[32 + 20], 1);
	machine_free(m);
}

static void queues_without_memory_fail(void **state)
{
	for (int what = 0; what < 2; what++) {
		struct machine *m = machine_new();
		struct nic_sq *sq = nic_object_find(m->dev, NIC_OBJECT_SQ, SQ);
		struct nic_rq *rq = nic_object_find(m->dev, NIC_OBJECT_RQ, RQ);

		put_be32(at(m, RECORD(AT_RQ)), 1);
		if (what) {
			sq->wq.ring.pages[0] = BASE + SIZE;
			rq->wq.ring.pages[0] = 0;
		} else {
			sq->wq.record = BASE - 8;
			rq->wq.record = BASE + SIZE;
		}
		ring_sq(m, 1);
		check_async(m, 0, MLX5_EVENT_WQ_ACCESS, 24, SQ);
		nic_tir_deliver(m->dev, TIR_DIRECT, udp_frame, sizeof udp_frame,
				&(struct nic_rx_meta){ 0 });
		check_async(m, 1, MLX5_EVENT_WQ_ACCESS, 24, RQ);
		assert_int_equal(sq->wq.state, NIC_WQ_ERR);
		assert_int_equal(rq->wq.state, NIC_WQ_ERR);
		plug(m, false);
		ring_sq(m, 2);
		machine_free(m);
	}
}

/* ---- receiving ---- */

static const struct nic_rx_meta some_meta = { .flow_tag = 0x123456, .reg_b = 0xcafe0001 };

/* Entry @index: @first bytes of room, then 1500. */
static void post_buffer(struct machine *m, uint32_t index, uint32_t first)
{
	uint8_t *w = at(m, pages_of[AT_RQ]) + ((size_t)(index & ((1 << LOG_RQ) - 1)) << RQ_STRIDE);

	put_data(w, pages_of[AT_DATA], first | 0u);
	put_data(w + 16, pages_of[AT_DATA] + 1024, 1500);
	w[0] |= 0x80; /* start padding, as Linux asks for */
	put_be32(at(m, RECORD(AT_RQ)), (index + 1) & 0xffff);
}

static enum nic_drop deliver(struct machine *m, uint32_t tirn, const uint8_t *data, size_t size)
{
	return nic_tir_deliver(m->dev, tirn, data, size, &some_meta);
}

static void check_data(struct machine *m, const uint8_t *frame, size_t size, size_t first)
{
	assert_memory_equal(at(m, pages_of[AT_DATA]), frame, first);
	assert_memory_equal(at(m, pages_of[AT_DATA] + 1024), frame + first, size - first);
}

static uint32_t sum_of(const uint8_t *p, size_t size)
{
	return (uint16_t)~host_from_be16(checksum_end(checksum_add(0, p, size)));
}

static void a_frame_is_scattered_and_described(void **state)
{
	struct machine *m = machine_new();

	for (uint32_t i = 0; i < 70000; i++) {
		uint32_t first = 1 + i % 40;
		const uint8_t *e;

		post_buffer(m, i, first);
		assert_int_equal(deliver(m, TIR_DIRECT, udp_frame, sizeof udp_frame), 0);
		check_data(m, udp_frame, sizeof udp_frame, first);
		e = cqe_at(m, AT_CQ_RECEIVE, i);
		assert_non_null(e);
		assert_int_equal(IFC_GET(cqe, e, opcode), MLX5_CQE_RESPONDER_SEND);
		assert_int_equal(IFC_GET(cqe, e, wqe_counter), i & 0xffff);
		assert_int_equal(IFC_GET(cqe, e, byte_cnt), sizeof udp_frame);
		assert_int_equal(IFC_GET(cqe, e, flow_tag), 0x123456);
		assert_int_equal(IFC_GET(cqe, e, flow_table_metadata), 0xcafe0001);
		assert_int_equal(IFC_GET(cqe, e, check_sum), sum_of(udp_frame + 14, 32));
		assert_int_equal(IFC_GET(cqe, e, l3_hdr_type), MLX5_CQE_L3_IPV4);
		assert_int_equal(IFC_GET(cqe, e, l4_hdr_type), MLX5_CQE_L4_UDP);
		assert_int_equal(IFC_GET(cqe, e, l3_ok), 0); /* its IPv4 checksum is 0 */
		put_be32(at(m, RECORD(AT_CQ_RECEIVE)), (i + 1) & 0xffffff);
	}
	machine_free(m);
}

static void right_checksums_are_told(void **state)
{
	struct machine *m = machine_new();
	uint8_t buf[256];
	struct packet p = { buf, sizeof buf, buf, sizeof udp_frame };
	const uint8_t *e;

	memcpy(buf, udp_frame, sizeof udp_frame);
	packet_set_checksums(&p, true, true);
	post_buffer(m, 0, 128);
	assert_int_equal(deliver(m, TIR_DIRECT, buf, sizeof udp_frame), 0);
	e = cqe_at(m, AT_CQ_RECEIVE, 0);
	assert_true(IFC_GET(cqe, e, l3_ok));
	assert_true(IFC_GET(cqe, e, l4_ok));
	machine_free(m);
}

static void frames_without_a_buffer_are_counted(void **state)
{
	struct machine *m = machine_new();
	struct cmd c;

	for (int i = 0; i < 3; i++)
		assert_int_equal(deliver(m, TIR_DIRECT, udp_frame, sizeof udp_frame),
				 NIC_DROP_NO_BUFFER);
	make_query_q_counter(&c);
	IFC_SET(query_q_counter_in, c.in, clear, 1);
	run_ok(m, &c);
	assert_int_equal(IFC_GET(query_q_counter_out, m->out, out_of_buffer), 3);
	run_ok(m, &c);
	assert_int_equal(IFC_GET(query_q_counter_out, m->out, out_of_buffer), 0);
	assert_null(cqe_at(m, AT_CQ_RECEIVE, 0));
	machine_free(m);
}

static void a_frame_that_is_too_long_leaves_the_buffer_where_it_is(void **state)
{
	struct machine *m = machine_new();
	uint8_t big[1600] = { 0 };

	post_buffer(m, 0, 50);
	assert_int_equal(deliver(m, TIR_DIRECT, big, 1551), NIC_DROP_QUEUE);
	assert_null(cqe_at(m, AT_CQ_RECEIVE, 0));
	assert_int_equal(deliver(m, TIR_DIRECT, big, 1550), 0);
	assert_non_null(cqe_at(m, AT_CQ_RECEIVE, 0));
	assert_int_equal(deliver(m, TIR_DIRECT, big, 13), NIC_DROP_QUEUE);
	assert_int_equal(deliver(m, 99, big, 60), NIC_DROP_QUEUE);
	machine_free(m);
}

static void a_buffer_of_a_wrong_key_stops_the_queue(void **state)
{
	struct machine *m = machine_new();
	const uint8_t *e;

	post_buffer(m, 0, 10);
	IFC_SET(wqe_data_seg, at(m, pages_of[AT_RQ]) + 16, lkey, LKEY + 1);
	post_buffer(m, 1, 10);
	assert_int_equal(deliver(m, TIR_DIRECT, udp_frame, sizeof udp_frame), NIC_DROP_QUEUE);
	e = cqe_at(m, AT_CQ_RECEIVE, 0);
	assert_int_equal(IFC_GET(error_cqe, e, opcode), MLX5_CQE_RESPONDER_ERROR);
	assert_int_equal(IFC_GET(error_cqe, e, syndrome), MLX5_CQE_LOCAL_PROTECTION);
	assert_int_equal(deliver(m, TIR_DIRECT, udp_frame, sizeof udp_frame), NIC_DROP_QUEUE);
	modify_queue(m, MLX5_CMD_OP_MODIFY_RQ, RQ, NIC_WQ_ERR, NIC_WQ_RST);
	modify_queue(m, MLX5_CMD_OP_MODIFY_RQ, RQ, NIC_WQ_RST, NIC_WQ_RDY);
	post_buffer(m, 0, 10);
	assert_int_equal(deliver(m, TIR_DIRECT, udp_frame, sizeof udp_frame), 0);
	machine_free(m);
}

static void a_tag_is_stripped_when_the_queue_says_so(void **state)
{
	struct machine *m = machine_new();
	uint8_t tagged[sizeof udp_frame + 4];
	const uint8_t *e;
	struct cmd c;

	memcpy(tagged, udp_frame, 12);
	memcpy(tagged + 12, "\x81\x00\x20\x07", 4);
	memcpy(tagged + 16, udp_frame + 12, sizeof udp_frame - 12);
	post_buffer(m, 0, 13);
	deliver(m, TIR_DIRECT, tagged, sizeof tagged);
	check_data(m, tagged, sizeof tagged, 13);
	assert_false(IFC_GET(cqe, cqe_at(m, AT_CQ_RECEIVE, 0), cvlan));
	make_modify_rq(&c);
	put_be64(IFC_PTR(modify_rq_in, c.in, modify_bitmask), 2);
	run_ok(m, &c);
	post_buffer(m, 1, 13);
	deliver(m, TIR_DIRECT, tagged, sizeof tagged);
	check_data(m, udp_frame, sizeof udp_frame, 13);
	e = cqe_at(m, AT_CQ_RECEIVE, 1);
	assert_true(IFC_GET(cqe, e, cvlan));
	assert_int_equal(IFC_GET(cqe, e, vlan_info), 0x2007);
	assert_int_equal(IFC_GET(cqe, e, byte_cnt), sizeof udp_frame);
	assert_int_equal(IFC_GET(cqe, e, check_sum), sum_of(udp_frame + 14, 32));
	machine_free(m);
}

static void a_linked_list_goes_where_its_entries_say(void **state)
{
	static const uint16_t order[] = { 0, 5, 2, 0, 5 };
	struct machine *m = machine_new();
	struct nic_rq *rq = nic_object_find(m->dev, NIC_OBJECT_RQ, RQ);

	rq->is_list = true;
	for (size_t i = 0; i + 1 < ARRAY_SIZE(order); i++) {
		uint8_t *w = at(m, pages_of[AT_RQ]) + ((size_t)order[i] << RQ_STRIDE);

		put_be16(w + 2, order[i + 1]);
		put_data(w + 16, pages_of[AT_DATA] + order[i] * 100u, 100);
	}
	put_be32(at(m, RECORD(AT_RQ)), 5);
	for (uint32_t i = 0; i < ARRAY_SIZE(order); i++) {
		memset(at(m, pages_of[AT_DATA]), 0, PAGE);
		assert_int_equal(deliver(m, TIR_DIRECT, udp_frame, sizeof udp_frame), 0);
		assert_int_equal(IFC_GET(cqe, cqe_at(m, AT_CQ_RECEIVE, i), wqe_counter), order[i]);
		assert_memory_equal(at(m, pages_of[AT_DATA] + order[i] * 100u), udp_frame,
				    sizeof udp_frame);
	}
	assert_int_equal(deliver(m, TIR_DIRECT, udp_frame, sizeof udp_frame), NIC_DROP_NO_BUFFER);
	machine_free(m);
}

/* The hash and its kind that the CQE says of a frame. */
static void check_hash(struct machine *m, uint32_t index, const uint8_t *frame, size_t size,
		       uint32_t hash, uint32_t type)
{
	const uint8_t *e;

	post_buffer(m, index, 100);
	assert_int_equal(deliver(m, TIR_HASH, frame, size), 0);
	e = cqe_at(m, AT_CQ_RECEIVE, index);
	assert_int_equal(IFC_GET(cqe, e, rx_hash_result), hash);
	assert_int_equal(IFC_GET(cqe, e, rx_hash_type), type);
}

static void the_hash_is_toeplitz_over_the_selected_fields(void **state)
{
	struct machine *m = machine_new();
	uint8_t *tirc, *select;
	struct cmd c;

	/* 66.9.149.187:2794 to 161.142.100.80:1766, as the verification suite has it. */
	check_hash(m, 0, tcp_headers, sizeof tcp_headers, 0x51ccc178, 1 << 6 | 1 << 2);
	check_hash(m, 1, udp_frame, sizeof udp_frame, 0x323e8fc2, 1 << 2); /* not the TIR's */
	make_modify_tir(&c);
	tirc = IFC_PTR(modify_tir_in, c.in, ctx);
	select = IFC_PTR(tirc, tirc, rx_hash_field_selector_outer);
	IFC_SET(rx_hash_field_select, select, l4_prot_type, 1);
	run_ok(m, &c);
	check_hash(m, 2, udp_frame, sizeof udp_frame, 0x51ccc178, 2 << 6 | 1 << 2);
	IFC_SET(rx_hash_field_select, select, l3_prot_type, 1);
	run_ok(m, &c);
	check_hash(m, 3, udp_frame, sizeof udp_frame, 0, 0);
	IFC_SET(rx_hash_field_select, select, l3_prot_type, 0);
	IFC_SET(tirc, tirc, rx_hash_fn, MLX5_RX_HASH_INVERTED_XOR8);
	IFC_SET(rx_hash_field_select, select, selected_fields, MLX5_HASH_SRC_IP);
	run_ok(m, &c);
	/* 66 ^ 9 ^ 149 ^ 187 = 0x65, backwards */
	check_hash(m, 4, udp_frame, sizeof udp_frame, 0xa6, 1 << 2);
	machine_free(m);
}

static void both_ways_of_a_flow_have_one_symmetric_hash(void **state)
{
	struct machine *m = machine_new();
	uint8_t back[sizeof tcp_headers];
	uint32_t hash;
	struct cmd c;

	make_modify_tir(&c);
	IFC_SET(tirc, IFC_PTR(modify_tir_in, c.in, ctx), rx_hash_symmetric, 1);
	run_ok(m, &c);
	memcpy(back, tcp_headers, sizeof back);
	memcpy(back + 26, tcp_headers + 30, 4);
	memcpy(back + 30, tcp_headers + 26, 4);
	memcpy(back + 34, tcp_headers + 36, 2);
	memcpy(back + 36, tcp_headers + 34, 2);
	post_buffer(m, 0, 100);
	deliver(m, TIR_HASH, tcp_headers, sizeof tcp_headers);
	hash = IFC_GET(cqe, cqe_at(m, AT_CQ_RECEIVE, 0), rx_hash_result);
	assert_int_not_equal(hash, 0);
	check_hash(m, 1, back, sizeof back, hash, 1 << 6 | 1 << 2);
	machine_free(m);
}

static void a_hash_chooses_among_the_queues_of_a_table(void **state)
{
	struct machine *m = machine_new();
	uint32_t second;
	struct cmd c;

	rq_pages = take_pages(m, 1);
	records = RECORD(AT_RECORDS);
	make_rq(&c);
	second = run_ok(m, &c);
	modify_queue(m, MLX5_CMD_OP_MODIFY_RQ, second, NIC_WQ_RST, NIC_WQ_RDY);
	make_modify_rqt(&c);
	IFC_SET(rqtc, IFC_PTR(modify_rqt_in, c.in, ctx), rqt_actual_size, 2);
	IFC_SET(rq_num, c.in + c.in_size, rq_num, second);
	c.in_size += 4;
	run_ok(m, &c);
	post_buffer(m, 0, 100);
	/* 0x51ccc178 is even, 0x323e8fc2 too: the first queue */
	assert_int_equal(deliver(m, TIR_HASH, tcp_headers, sizeof tcp_headers), 0);
	put_be32(c.in + c.in_size - 8, second);
	put_be32(c.in + c.in_size - 4, RQ);
	run_ok(m, &c);
	assert_int_equal(deliver(m, TIR_HASH, tcp_headers, sizeof tcp_headers), NIC_DROP_NO_BUFFER);
	machine_free(m);
}

/* ---- refusals ---- */

#define FIELD(s, f)   IFC_LOC_##s##__##f
#define IN(off, s, f) (FIELD(s, f) + IFC_LOC(off, 0, 0))
#define DW(off)	      IFC_LOC(off, 31, 0)
#define CTX	      0x20 /* of SQ, RQ, TIR, TIS, RQT */
#define WQ	      (CTX + 0x30)

typedef void make(struct cmd *c);

static const struct refusal {
	enum nic_syndrome syndrome;
	make *make;
	struct {
		uint32_t loc, value;
	} set[2];
} refusals[] = {
	/* clang-format off */
	{ NIC_SYN_MKEY_MODE, make_mkey, { { IN(0x10, mkc, access_mode_1_0), 1 } } },
	{ NIC_SYN_MKEY_MODE, make_mkey, { { IN(0x10, mkc, access_mode_4_2), 1 } } },
	{ NIC_SYN_MKEY_MODE, make_mkey, { { IN(0x10, mkc, umr_en), 1 } } },
	{ NIC_SYN_MKEY_MODE, make_mkey, { { FIELD(create_mkey_in, mkey_umem_valid), 1 } } },
	{ NIC_SYN_MKEY_RANGE, make_mkey, { { IN(0x10, mkc, length64), 0 } } },
	{ NIC_SYN_PD_ID, make_mkey, { { IN(0x10, mkc, pd), 119 } } },
	{ NIC_SYN_EQ_FLAGS, make_eq, { { IN(0x10, eqc, oi), 1 } } },
	{ NIC_SYN_EQ_SIZE, make_eq, { { IN(0x10, eqc, log_eq_size), 17 }, { IN(0x10, eqc, log_page_size), 11 } } },
	{ NIC_SYN_EQ_VECTOR, make_eq, { { IN(0x10, eqc, intr), NIC_VECTORS } } },
	{ NIC_SYN_UAR_ID, make_eq, { { IN(0x10, eqc, uar_page), 7 } } },
	{ NIC_SYN_RING_PAGE, make_eq, { { DW(0x114), 0x10000800 } } },
	{ NIC_SYN_IN_LENGTH, make_eq, { { IN(0x10, eqc, log_eq_size), 7 } } },
	{ NIC_SYN_IN_LENGTH, make_eq, { { IN(0x10, eqc, log_eq_size), 31 } } },
	{ NIC_SYN_CQ_FLAGS, make_cq, { { IN(0x10, cqc, cqe_sz), 1 } } },
	{ NIC_SYN_CQ_FLAGS, make_cq, { { IN(0x10, cqc, cq_period), 1 } } },
	{ NIC_SYN_CQ_FLAGS, make_cq, { { FIELD(create_cq_in, cq_umem_valid), 1 } } },
	{ NIC_SYN_CQ_SIZE, make_cq, { { IN(0x10, cqc, log_cq_size), 21 }, { IN(0x10, cqc, log_page_size), 15 } } },
	{ NIC_SYN_EQ_ID, make_cq, { { IN(0x10, cqc, c_eqn_or_apu_element), 119 } } },
	{ NIC_SYN_UAR_ID, make_cq, { { IN(0x10, cqc, uar_page), 1 } } },
	{ NIC_SYN_RECORD_ALIGN, make_cq, { { DW(0x4c), 4 } } },
	{ NIC_SYN_CQ_MODIFY, make_modify_cq, { { DW(0xc), 1 } } },
	{ NIC_SYN_CQ_ID, make_modify_cq, { { FIELD(modify_cq_in, cqn), 119 } } },
	{ NIC_SYN_TIS_FLAGS, make_tis, { { IN(CTX, tisc, tls_en), 1 } } },
	{ NIC_SYN_TD_ID, make_tis, { { IN(CTX, tisc, transport_domain), 119 } } },
	{ NIC_SYN_TIS_FLAGS, make_modify_tis, { { IN(0x10, modify_tis_bitmask, lag_tx_port_affinity), 1 } } },
	{ NIC_SYN_TIS_ID, make_modify_tis, { { FIELD(modify_tis_in, tisn), 119 } } },
	{ NIC_SYN_SQ_FLAGS, make_sq, { { IN(CTX, sqc, hairpin), 1 } } },
	{ NIC_SYN_SQ_FLAGS, make_sq, { { IN(CTX, sqc, reg_umr), 1 } } },
	{ NIC_SYN_WQ_STATE, make_sq, { { IN(CTX, sqc, state), NIC_WQ_RDY } } },
	{ NIC_SYN_SQ_TIS_LIST, make_sq, { { IN(CTX, sqc, tis_lst_sz), 2 } } },
	{ NIC_SYN_TIS_ID, make_sq, { { IN(CTX, sqc, tis_num_0), 119 } } },
	{ NIC_SYN_CQ_ID, make_sq, { { IN(CTX, sqc, cqn), 119 } } },
	{ NIC_SYN_PD_ID, make_sq, { { IN(WQ, wq, pd), 0 } } },
	{ NIC_SYN_UAR_ID, make_sq, { { IN(WQ, wq, uar_page), 119 } } },
	{ NIC_SYN_WQ_TYPE, make_sq, { { IN(WQ, wq, wq_type), MLX5_WQ_LINKED_LIST } } },
	{ NIC_SYN_WQ_STRIDE, make_sq, { { IN(WQ, wq, log_wq_stride), 5 } } },
	{ NIC_SYN_WQ_FLAGS, make_sq, { { IN(WQ, wq, wq_signature), 1 } } },
	{ NIC_SYN_WQ_SIZE, make_sq, { { IN(WQ, wq, log_wq_sz), 16 }, { IN(WQ, wq, log_wq_pg_sz), 10 } } },
	{ NIC_SYN_RECORD_ALIGN, make_sq, { { DW(WQ + 0x14), 1 } } },
	{ NIC_SYN_RING_PAGE, make_sq, { { DW(0x114), 1 } } },
	{ NIC_SYN_SQ_ID, make_modify_sq, { { FIELD(modify_sq_in, sqn), 119 } } },
	{ NIC_SYN_WQ_STATE, make_modify_sq, { { FIELD(modify_sq_in, sq_state), NIC_WQ_RST } } },
	{ NIC_SYN_WQ_STATE, make_modify_sq, { { IN(CTX, sqc, state), 2 } } },
	{ NIC_SYN_WQ_MODIFY, make_modify_sq, { { DW(0x14), 1 } } },
	{ NIC_SYN_RQ_FLAGS, make_rq, { { IN(CTX, rqc, scatter_fcs), 1 } } },
	{ NIC_SYN_RQ_FLAGS, make_rq, { { IN(CTX, rqc, mem_rq_type), 1 } } },
	{ NIC_SYN_WQ_STATE, make_rq, { { IN(CTX, rqc, state), NIC_WQ_ERR } } },
	{ NIC_SYN_WQ_TYPE, make_rq, { { IN(WQ, wq, wq_type), 2 } } },
	{ NIC_SYN_WQ_STRIDE, make_rq, { { IN(WQ, wq, log_wq_stride), 3 } } },
	{ NIC_SYN_WQ_STRIDE, make_rq, { { IN(WQ, wq, log_wq_stride), 11 }, { IN(WQ, wq, log_wq_pg_sz), 2 } } },
	{ NIC_SYN_CQ_ID, make_rq, { { IN(CTX, rqc, cqn), 0 } } },
	{ NIC_SYN_PD_ID, make_rq, { { IN(WQ, wq, pd), 119 } } },
	{ NIC_SYN_Q_COUNTER_ID, make_rq, { { IN(CTX, rqc, counter_set_id), 119 } } },
	{ NIC_SYN_RQ_ID, make_modify_rq, { { FIELD(modify_rq_in, rqn), 119 } } },
	{ NIC_SYN_WQ_STATE, make_modify_rq, { { FIELD(modify_rq_in, rq_state), NIC_WQ_ERR } } },
	{ NIC_SYN_WQ_MODIFY, make_modify_rq, { { DW(0x14), 4 } } },
	{ NIC_SYN_Q_COUNTER_ID, make_modify_rq, { { DW(0x14), 8 }, { IN(CTX, rqc, counter_set_id), 119 } } },
	{ NIC_SYN_RQT_FLAGS, make_rqt, { { IN(CTX, rqtc, list_q_type), 1 } } },
	{ NIC_SYN_RQT_SIZE, make_rqt, { { IN(CTX, rqtc, rqt_max_size), 1 } } },
	{ NIC_SYN_RQT_SIZE, make_rqt, { { IN(CTX, rqtc, rqt_max_size), 257 } } },
	{ NIC_SYN_RQ_ID, make_rqt, { { DW(0x114), 119 } } },
	{ NIC_SYN_RQT_ID, make_modify_rqt, { { FIELD(modify_rqt_in, rqtn), 119 } } },
	{ NIC_SYN_RQT_FLAGS, make_modify_rqt, { { IN(CTX, rqtc, rq_vhca_id_format), 1 } } },
	{ NIC_SYN_RQ_ID, make_modify_rqt, { { DW(0x110), 119 } } },
	{ NIC_SYN_TIR_FLAGS, make_tir, { { IN(CTX, tirc, packet_merge_mask), 1 } } },
	{ NIC_SYN_TIR_HASH, make_tir, { { IN(CTX, tirc, rx_hash_fn), 3 } } },
	{ NIC_SYN_TIR_HASH, make_tir, { { DW(CTX + 0x54), 1 } } },
	{ NIC_SYN_TIR_HASH, make_tir, { { DW(CTX + 0x50), 0x20 } } },
	{ NIC_SYN_TD_ID, make_tir, { { IN(CTX, tirc, transport_domain), 0 } } },
	{ NIC_SYN_RQ_ID, make_tir, { { IN(CTX, tirc, inline_rqn), 0 } } },
	{ NIC_SYN_RQT_ID, make_tir, { { IN(CTX, tirc, disp_type), 1 } } },
	{ NIC_SYN_TIR_TYPE, make_tir, { { IN(CTX, tirc, disp_type), 2 } } },
	{ NIC_SYN_TIR_ID, make_modify_tir, { { FIELD(modify_tir_in, tirn), 119 } } },
	{ NIC_SYN_TIR_HASH, make_modify_tir, { { IN(CTX, tirc, rx_hash_fn), 3 } } },
	{ NIC_SYN_TIR_FLAGS, make_modify_tir, { { IN(0x10, modify_tir_bitmask, packet_merge), 1 }, { IN(CTX, tirc, packet_merge_mask), 1 } } },
	{ NIC_SYN_Q_COUNTER_ID, make_query_q_counter, { { FIELD(query_q_counter_in, counter_set_id), 119 } } },
	/* clang-format on */
};

static size_t n_objects(const struct machine *m)
{
	size_t n = 0;

	for (size_t i = 0; i < NIC_N_OBJECT_TYPES; i++)
		n += m->dev->objects.by_type[i].n;
	return n;
}

static void every_refusal_names_its_reason_and_makes_nothing(void **state)
{
	struct machine *m = machine_new();
	size_t n = n_objects(m);

	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct cmd c;

		refusals[i].make(&c);
		expect(m, &c, NIC_SYN_NONE); /* right as it is; what it makes does not disturb */
		for (size_t k = 0; k < 2; k++) {
			if (refusals[i].set[k].loc)
				ifc_set(c.in, refusals[i].set[k].loc, refusals[i].set[k].value);
		}
		n = n_objects(m);
		expect(m, &c, refusals[i].syndrome);
		assert_int_equal(n_objects(m), n);
	}
	machine_free(m);
}

static void make_ring_offset(struct cmd *c)
{
	make_sq(c);
	IFC_SET(wq, c->in + WQ, page_offset, 31);
	put_pages(c, sq_pages, 1);
}

/* page_offset reaches to the middle of a page at most: the first entry is always on it. */
static void a_queue_may_begin_inside_its_first_page(void **state)
{
	struct machine *m = machine_new();
	struct nic_ring_shape shape = { 1, 6, 12, 4096 };
	uint64_t page = 0;
	struct nic_ring ring;
	struct nic_sq *sq;
	uint8_t got[128];
	struct cmd c;

	sq_pages = take_pages(m, 2);
	make_ring_offset(&c);
	put_be64(c.in + 0x110 + 8, sq_pages + PAGE);
	sq = nic_object_find(m->dev, NIC_OBJECT_SQ, run_ok(m, &c));
	memset(at(m, sq_pages + PAGE - 64), 0x11, 64);
	memset(at(m, sq_pages + PAGE), 0x22, 64);
	assert_true(nic_ring_read(m->dev, &sq->wq.ring, 32, got, 128));
	assert_int_equal(got[63], 0x11);
	assert_int_equal(got[64], 0x22);
	assert_true(nic_ring_read(m->dev, &sq->wq.ring, 63, got, 128)); /* the last and the first */
	assert_int_equal(nic_ring_init(&ring, &shape, (uint8_t *)&page), NIC_SYN_RING_OFFSET);
	seen[NIC_SYN_RING_OFFSET] = true;
	machine_free(m);
}

static void numbers_run_out_at_the_capability(void **state)
{
	static const struct {
		make *make;
		enum nic_object_type type;
		enum nic_syndrome syndrome;
	} rows[] = {
		{ make_alloc_uar, NIC_OBJECT_UAR, NIC_SYN_UAR_LIMIT },
		{ make_alloc_pd, NIC_OBJECT_PD, NIC_SYN_PD_LIMIT },
		{ make_alloc_td, NIC_OBJECT_TD, NIC_SYN_TD_LIMIT },
		{ make_alloc_q_counter, NIC_OBJECT_Q_COUNTER, NIC_SYN_Q_COUNTER_LIMIT },
		{ make_mkey, NIC_OBJECT_MKEY, NIC_SYN_MKEY_LIMIT },
		{ make_eq, NIC_OBJECT_EQ, NIC_SYN_EQ_LIMIT },
		{ make_cq, NIC_OBJECT_CQ, NIC_SYN_CQ_LIMIT },
		{ make_tis, NIC_OBJECT_TIS, NIC_SYN_TIS_LIMIT },
		{ make_sq, NIC_OBJECT_SQ, NIC_SYN_SQ_LIMIT },
		{ make_rq, NIC_OBJECT_RQ, NIC_SYN_RQ_LIMIT },
		{ make_rqt, NIC_OBJECT_RQT, NIC_SYN_RQT_LIMIT },
		{ make_tir, NIC_OBJECT_TIR, NIC_SYN_TIR_LIMIT },
	};
	struct machine *m = machine_new();
	struct cmd c;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		rows[i].make(&c);
		for (uint32_t n = 0; n < 20000 && !run(m, &c); n++)
			;
		expect(m, &c, rows[i].syndrome);
		assert_int_equal(IFC_GET(cmd_out, m->out, status), MLX5_CMD_STAT_LIM_ERR);
	}
	machine_free(m);
}

static void without_a_machine_there_are_no_queues(void **state)
{
	static make *const makers[] = { make_eq, make_cq, make_sq, make_rq };
	struct machine *m = machine_new();
	struct cmd c;

	plug(m, false);
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		makers[i](&c);
		expect(m, &c, NIC_SYN_NO_BUS);
	}
	machine_free(m);
}

static void a_failed_allocation_makes_nothing(void **state)
{
	static make *const makers[] = { make_alloc_pd,	 make_mkey, make_eq,	  make_cq,
					make_tis,	 make_sq,   make_rq,	  make_rqt,
					make_modify_rqt, make_tir,  make_tir_hash };

	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		for (unsigned long nth = 1; nth < 10; nth++) {
			struct machine *m = machine_new();
			size_t n = n_objects(m);
			bool happened;
			struct cmd c;

			makers[i](&c);
			mem_fail_nth(nth);
			run(m, &c);
			happened = mem_fail_happened();
			mem_fail_nth(0);
			if (happened) {
				assert_int_equal(IFC_GET(cmd_out, m->out, syndrome),
						 NIC_SYNDROME_BASE + NIC_SYN_NO_MEMORY);
				assert_int_equal(n_objects(m), n);
				run_ok(m, &c);
			}
			machine_free(m);
			if (!happened)
				break;
		}
	}
}

/* After all others. */
static void every_syndrome_of_queues_was_seen(void **state)
{
	for (int s = NIC_SYN_PD_ID; s <= NIC_SYN_TIR_TYPE; s++) {
		if (!seen[s])
			fail_msg("never refused: %s", nic_syndrome_text((enum nic_syndrome)s));
	}
}

/* ---- garbage ---- */

static uint64_t random_next(uint64_t *s)
{
	return *s = hash_u64(*s + 1);
}

static void garbage_never_hurts(void **state)
{
	static make *const makers[] = {
		make_eq,	 make_cq,	 make_sq,	  make_rq,
		make_modify_sq,	 make_modify_rq, make_modify_cq,  make_rqt,
		make_modify_rqt, make_tir,	 make_modify_tir, make_mkey
	};
	struct machine *m = machine_new();
	uint64_t s = 1;
	struct cmd c;

	for (size_t i = 0; i < 60000; i++) {
		uint64_t r = random_next(&s);
		struct nic_doorbell bell = { (enum nic_doorbell_type)(r % 5),
					     UAR,
					     { (uint32_t)(r >> 8 & 0xff0000ff),
					       (uint32_t)(r >> 40 & 7) },
					     0,
					     r >> 5 & 1 };

		if (bell.type == NIC_DOORBELL_SQ)
			bell.value[1] = SQ << 8;
		nic_queues_ring(m->dev, &bell);
		at(m, pages_of[random_next(&s) % N_AT])[r >> 16 & (PAGE - 1)] = (uint8_t)(r >> 32);
		put_be32(at(m, RECORD(AT_SQ) + 4), (uint32_t)(r >> 20 & 0x3f));
		put_be32(at(m, RECORD(AT_RQ)), (uint32_t)(r >> 30 & 0xf));
		if (!(r >> 9 & 7))
			post_send(m, (uint32_t)(r >> 20 & 0x3f), udp_frame, sizeof udp_frame,
				  (uint32_t)(r >> 12 & 15));
		deliver(m, (uint32_t)(r >> 50 & 3), udp_frame, r >> 44 & 31);
		if (r >> 60)
			continue;
		makers[random_next(&s) % ARRAY_SIZE(makers)](&c);
		for (size_t n = r >> 12 & 3; n; n--)
			c.in[random_next(&s) % c.in_size] = (uint8_t)random_next(&s);
		nic_device_exec(m->dev, c.in, c.in_size, m->out, c.out_size);
	}
	machine_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_use_stays_and_all_can_be_taken_apart_in_order),
		cmocka_unit_test(an_entry_holds_its_tir),
		cmocka_unit_test(owner_bits_toggle_with_every_round_of_an_eq),
		cmocka_unit_test(an_eq_that_is_not_armed_is_silent_until_it_is),
		cmocka_unit_test(nothing_is_told_of_commands_in_polling_mode),
		cmocka_unit_test(a_full_eq_keeps_what_waits_and_overwrites_nothing),
		cmocka_unit_test(slots_of_commands_that_wait_become_one_event),
		cmocka_unit_test(doorbells_of_other_pages_and_numbers_are_ignored),
		cmocka_unit_test(an_eq_without_memory_fails_alone),
		cmocka_unit_test(nops_complete_and_the_rings_go_round),
		cmocka_unit_test(entries_complete_only_when_they_ask_for_it),
		cmocka_unit_test(a_cq_that_is_armed_late_fires_at_once_and_only_once),
		cmocka_unit_test(completions_wait_for_room_in_the_eq),
		cmocka_unit_test(a_cq_that_overflows_fails_and_takes_its_sender_along),
		cmocka_unit_test(a_cq_that_ignores_overflow_goes_on),
		cmocka_unit_test(a_cq_without_memory_or_record_fails),
		cmocka_unit_test(frames_leave_as_they_lie_in_memory),
		cmocka_unit_test(checksums_are_made_when_asked_for),
		cmocka_unit_test(a_vlan_tag_is_inserted_when_asked_for),
		cmocka_unit_test(large_sends_are_cut_into_right_segments),
		cmocka_unit_test(a_wrong_entry_stops_the_queue_until_it_is_reset),
		cmocka_unit_test(a_key_permits_its_range_only),
		cmocka_unit_test(an_sq_without_tis_does_nop_but_not_send),
		cmocka_unit_test(a_producer_beyond_the_ring_is_not_believed),
		cmocka_unit_test(queues_without_memory_fail),
		cmocka_unit_test(a_frame_is_scattered_and_described),
		cmocka_unit_test(right_checksums_are_told),
		cmocka_unit_test(frames_without_a_buffer_are_counted),
		cmocka_unit_test(a_frame_that_is_too_long_leaves_the_buffer_where_it_is),
		cmocka_unit_test(a_buffer_of_a_wrong_key_stops_the_queue),
		cmocka_unit_test(a_tag_is_stripped_when_the_queue_says_so),
		cmocka_unit_test(a_linked_list_goes_where_its_entries_say),
		cmocka_unit_test(the_hash_is_toeplitz_over_the_selected_fields),
		cmocka_unit_test(both_ways_of_a_flow_have_one_symmetric_hash),
		cmocka_unit_test(a_hash_chooses_among_the_queues_of_a_table),
		cmocka_unit_test(every_refusal_names_its_reason_and_makes_nothing),
		cmocka_unit_test(a_queue_may_begin_inside_its_first_page),
		cmocka_unit_test(numbers_run_out_at_the_capability),
		cmocka_unit_test(without_a_machine_there_are_no_queues),
		cmocka_unit_test(a_failed_allocation_makes_nothing),
		cmocka_unit_test(every_syndrome_of_queues_was_seen),
		cmocka_unit_test(garbage_never_hurts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
