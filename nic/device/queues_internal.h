/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queues in the machine's memory: event queues, completion queues, send and receive queues, and
 * what leads packets to them. Everything that is read from there is copied first, once; a queue
 * whose memory is none goes into error and touches it no more.
 */
#ifndef NIC_DEVICE_QUEUES_INTERNAL_H
#define NIC_DEVICE_QUEUES_INTERNAL_H

#include "nic/device/bar.h"
#include "nic/device/device_internal.h"

/* ---- memory and rings ---- */

/* False: not all of it is memory. */
bool nic_memory_read(const struct nic_device *dev, uint64_t addr, void *buf,
		     size_t size) MUST_CHECK;
bool nic_memory_write(const struct nic_device *dev, uint64_t addr, const void *buf,
		      size_t size) MUST_CHECK;
/* A doorbell record's dword, read whole; what was written before it is seen after. */
bool nic_memory_read_record(const struct nic_device *dev, uint64_t addr,
			    uint32_t *value) MUST_CHECK;

/* Entries of a power of 2 in size and number, on pages that need not be neighbours. */
struct nic_ring_shape {
	uint8_t log_size, log_stride, log_page; /* entries; bytes */
	uint32_t offset;			/* of entry 0 in the first page, bytes */
};

struct nic_ring {
	struct nic_ring_shape shape;
	size_t n_pages;
	uint64_t *pages; /* owned */
};

static inline uint32_t nic_ring_mask(const struct nic_ring *r)
{
	return (1u << r->shape.log_size) - 1;
}

/* Pages that a ring of this shape lies on. */
size_t nic_ring_n_pages(const struct nic_ring_shape *s);
/* @pas: their addresses, as they lie in a command. */
enum nic_syndrome nic_ring_init(struct nic_ring *r, const struct nic_ring_shape *s,
				const uint8_t *pas) MUST_CHECK;
void nic_ring_fini(struct nic_ring *r);

/* @size bytes from entry @index on, which may lie behind the last: the ring is one. */
bool nic_ring_read(const struct nic_device *dev, const struct nic_ring *r, uint32_t index,
		   void *buf, size_t size) MUST_CHECK;
/* An entry of 64 bytes whose last byte says whose it is: that one becomes visible last. */
bool nic_ring_publish(const struct nic_device *dev, const struct nic_ring *r, uint32_t index,
		      const uint8_t *entry) MUST_CHECK;

/* Whether none of these fields, which the device does not implement, is set. */
bool nic_fields_are_zero(const uint8_t *buf, const unsigned int *locs, size_t n);

/* ---- keys ---- */

struct nic_mkey {
	struct nic_object object;
	uint32_t pd; /* number */
	uint8_t tag; /* low byte of the key */
	bool is_all; /* all addresses */
	bool can_write;
	uint64_t start, size; /* size at least 1, and the end does not wrap around */
};

/* Whether key @lkey of @pd permits the access. */
bool nic_mkey_permits(const struct nic_device *dev, uint32_t lkey, uint32_t pd, uint64_t addr,
		      size_t size, bool write);

/* ---- event queues ---- */

#define NIC_EVENT_DATA_SIZE 28
/* Asynchronous events that wait for room in an EQ; more are lost, and counted. */
#define NIC_EQ_WAITING_MAX 64

struct nic_event {
	uint8_t type, sub_type, data[NIC_EVENT_DATA_SIZE];
};

struct nic_cq;

/*
 * The device writes an EQE only where the consumer has been: what finds no room waits. Of commands
 * only the union of their slots waits, of a CQ one completion at most, so that memory is bounded.
 * The interrupt is raised when an EQE has been written and the EQ is armed, or when it is armed and
 * there are EQEs that the consumer has not seen.
 */
struct nic_eq {
	struct nic_object object;
	uint8_t context[IFC_EQC_SIZE];
	uint8_t event_mask[32];
	struct nic_ring ring;
	uint32_t producer, consumer; /* the consumer of 24 bits */
	uint16_t vector;
	bool is_armed, has_failed;
	bool is_known; /* its consumer has shown up: see nic_events_command() */
	uint64_t n_events, n_lost;
	uint32_t waiting_slots;
	struct nic_cq *waiting_cqs, **waiting_cqs_end;
	uint32_t n_waiting, first_waiting;
	struct nic_event waiting[NIC_EQ_WAITING_MAX];
};

void nic_eq_fini(struct nic_device *dev, void *eq);

/* An event for the EQ that asked for its type; without one nobody hears of it. @size <=
 * NIC_EVENT_DATA_SIZE */
void nic_event(struct nic_device *dev, enum mlx5_event_type type, uint8_t sub_type,
	       const void *data, size_t size);

/*
 * The commands of these slots are done. Nobody is told while no EQ asked for it (polling mode), and
 * an EQ is not told before its first doorbell: the completion of the command that made it is polled
 * for.
 */
void nic_events_command(struct nic_device *dev, uint32_t slots);

/* ---- completion queues ---- */

enum nic_cq_arm {
	NIC_CQ_FIRED,
	NIC_CQ_ARMED_SOLICITED,
	NIC_CQ_ARMED
};

struct nic_cq {
	struct nic_object object;
	uint8_t context[IFC_CQC_SIZE];
	struct nic_ring ring;
	struct nic_eq *eq;
	uint64_t record;	     /* bus address of the doorbell record */
	uint32_t producer, consumer; /* the consumer of 24 bits, as last read */
	uint8_t status;		     /* of cqc; not 0: nothing is written any more */
	enum nic_cq_arm arm;
	bool is_waiting; /* for room in the EQ */
	struct nic_cq *next_waiting;
	uint64_t n_cqes;
};

void nic_cq_fini(struct nic_device *dev, void *cq);

/* Writes a CQE of 64 bytes, all but its owner bit. False: the CQ is in error, or now is. */
bool nic_cq_post(struct nic_device *dev, struct nic_cq *cq, uint8_t *cqe, bool solicited);

/* Of eq.c, for completions. */
void nic_eq_complete(struct nic_device *dev, struct nic_eq *eq, struct nic_cq *cq);
void nic_eq_forget(struct nic_eq *eq, struct nic_cq *cq);

/* ---- send and receive queues ---- */

enum nic_wq_state {
	NIC_WQ_RST = 0,
	NIC_WQ_RDY = 1,
	NIC_WQ_ERR = 3
};

#define NIC_SQ_LOG_STRIDE 6 /* blocks of 64 bytes */

/* What SQ and RQ have in common. */
struct nic_wq {
	uint8_t context[IFC_SQC_SIZE]; /* sqc or rqc, as created */
	struct nic_ring ring;
	enum nic_wq_state state;
	struct nic_cq *cq;
	uint32_t pd;	  /* number; 0: none */
	uint64_t record;  /* bus address of the doorbell record */
	uint16_t counter; /* entries (of an SQ: blocks of 64 bytes) taken so far */
	bool flushes;	  /* in error posted entries are completed with an error */
};

struct nic_tis {
	struct nic_object object;
	uint8_t prio;
};

struct nic_sq {
	struct nic_object object;
	struct nic_wq wq;
	bool can_send; /* has a TIS */
	uint64_t n_wqes, n_packets, n_octets, n_errors;
};

struct nic_q_counter {
	struct nic_object object;
	uint32_t out_of_buffer;
};

struct nic_rq {
	struct nic_object object;
	struct nic_wq wq;
	struct nic_q_counter *counters; /* or NULL; held apart, since it can be changed */
	bool is_list;			/* linked list, not cyclic */
	bool strips_vlan;
	uint16_t head; /* of a list: the next entry */
	uint64_t n_packets, n_octets, n_no_buffer, n_too_long;
};

void nic_sq_fini(struct nic_device *dev, void *sq);
void nic_rq_fini(struct nic_device *dev, void *rq);

/* Layouts wq and all that is the same in CREATE_SQ and CREATE_RQ. @ctx: sqc or rqc. */
struct nic_ring_shape nic_wq_shape(const uint8_t *wq);
enum nic_syndrome nic_wq_check(const struct nic_device *dev, const uint8_t *wq) MUST_CHECK;
/* All but what a queue holds. @ctx: sqc or rqc, with the addresses of its pages behind. */
enum nic_syndrome nic_wq_init(struct nic_wq *wq, const uint8_t *ctx) MUST_CHECK;
/* The queue is in state @from, says its owner. */
enum nic_syndrome nic_wq_change(struct nic_wq *wq, uint32_t from, uint32_t to) MUST_CHECK;
void nic_wq_query(const struct nic_wq *wq, uint8_t *ctx);

/* Sends what an SQ's doorbell record says. */
void nic_sq_run(struct nic_device *dev, struct nic_sq *sq);

/* ---- the way to a receive queue ---- */

struct nic_rqt {
	struct nic_object object;
	uint32_t n, n_max;
	struct nic_rq **rqs; /* held; owned array */
};

struct nic_tir {
	struct nic_object object;
	struct nic_rq *rq;   /* direct */
	struct nic_rqt *rqt; /* or indirect */
	uint8_t hash_fn;
	uint8_t self_lb_block;
	bool is_symmetric;
	uint8_t hash_fields[IFC_RX_HASH_FIELD_SELECT_SIZE];
	uint8_t hash_key[40];
};

void nic_rqt_fini(struct nic_device *dev, void *rqt);

/* What tables and entries found out about a packet, for its CQE. */
struct nic_rx_meta {
	uint32_t flow_tag; /* of the last entry that had one; 24 bits */
	uint32_t reg_b;
};

/* The packet goes to the receive queue of a TIR. The frame is borrowed. */
nic_tir_delivery nic_tir_deliver;
/* For entries that have a TIR as destination. NULL: there is none. */
struct nic_tir *nic_tir_find(const struct nic_device *dev, uint32_t tirn);
void nic_tir_ref(struct nic_tir *tir, int delta);

enum nic_drop nic_rq_receive(struct nic_device *dev, struct nic_rq *rq, const uint8_t *data,
			     size_t size, const struct nic_rx_meta *meta, uint32_t hash,
			     uint8_t hash_type);

/* ---- commands and doorbells ---- */

void nic_object_answer(struct nic_command *c, const void *object);
nic_handler nic_object_alloc, nic_object_destroy;
nic_handler nic_mkey_create;
nic_handler nic_eq_create, nic_eq_query;
nic_handler nic_cq_create, nic_cq_modify, nic_cq_query;
nic_handler nic_tis_create, nic_tis_modify;
nic_handler nic_sq_create, nic_sq_modify, nic_sq_query;
nic_handler nic_rq_create, nic_rq_modify, nic_rq_query;
nic_handler nic_rqt_create, nic_rqt_modify;
nic_handler nic_tir_create, nic_tir_modify;
nic_handler nic_q_counter_query;

/* What follows the fixed part of a command. */
size_t nic_eq_create_more(const uint8_t *in);
size_t nic_cq_create_more(const uint8_t *in);
size_t nic_wq_create_more(const uint8_t *in);
size_t nic_mkey_create_more(const uint8_t *in);
size_t nic_rqt_more(const uint8_t *in);

void nic_eq_ring(struct nic_device *dev, const struct nic_doorbell *bell);
void nic_cq_ring(struct nic_device *dev, const struct nic_doorbell *bell);
void nic_sq_ring(struct nic_device *dev, const struct nic_doorbell *bell);

/* What a doorbell of an EQ, CQ or SQ asks; others are ignored. */
void nic_queues_ring(struct nic_device *dev, const struct nic_doorbell *bell);

int nic_queues_init(struct nic_device *dev) MUST_CHECK;
void nic_queues_fini(struct nic_device *dev);

#endif
