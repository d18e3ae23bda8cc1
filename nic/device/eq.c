/* SPDX-License-Identifier: BSD-2-Clause */
/* Event queues: see struct nic_eq for what is written when. */
#include "nic/device/queues_internal.h"

#include <string.h>

#define COUNTER_MASK 0xffffffu /* consumer and producer in doorbells and contexts */

/* Of eqc. */
#define STATUS_WRITE_FAILURE 0xa
#define STATE_ARMED	     0x9
#define STATE_FIRED	     0xa

static struct nic_ring_shape shape_of(const uint8_t *eqc)
{
	return (struct nic_ring_shape){
		.log_size = (uint8_t)IFC_GET(eqc, eqc, log_eq_size),
		.log_stride = 6, /* IFC_EQE_SIZE */
		.log_page = (uint8_t)(12 + IFC_GET(eqc, eqc, log_page_size)),
		.offset = IFC_GET(eqc, eqc, page_offset) * 64,
	};
}

size_t nic_eq_create_more(const uint8_t *in)
{
	struct nic_ring_shape s = shape_of(IFC_PTR(create_eq_in, in, eq_context_entry));

	return nic_ring_n_pages(&s) * 8;
}

static const unsigned int unsupported[] = {
	IFC_LOC_eqc__status,
	IFC_LOC_eqc__ec,
	IFC_LOC_eqc__oi,
	IFC_LOC_eqc__st,
};

static enum nic_syndrome check(const struct nic_device *dev, const uint8_t *eqc)
{
	if (!dev->bus.map || !dev->bus.interrupt)
		return NIC_SYN_NO_BUS;
	if (!nic_fields_are_zero(eqc, unsupported, ARRAY_SIZE(unsupported)))
		return NIC_SYN_EQ_FLAGS;
	if (IFC_GET(eqc, eqc, log_eq_size) > IFC_GET(cmd_hca_cap, dev->caps.general, log_max_eq_sz))
		return NIC_SYN_EQ_SIZE;
	if (IFC_GET(eqc, eqc, intr) >= NIC_VECTORS)
		return NIC_SYN_EQ_VECTOR;
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_eq_create(struct nic_command *c)
{
	const uint8_t *eqc = IFC_PTR(create_eq_in, c->in, eq_context_entry);
	struct nic_ring_shape shape = shape_of(eqc);
	enum nic_syndrome s = check(c->dev, eqc);
	struct nic_ring ring = { 0 };
	void *o, *uar = NULL;
	struct nic_eq *eq;

	if (!s)
		s = nic_object_get(c->dev, NIC_OBJECT_UAR, IFC_GET(eqc, eqc, uar_page), &uar);
	if (!s)
		s = nic_ring_init(&ring, &shape, IFC_PTR(create_eq_in, c->in, pas));
	if (s)
		return s;
	s = nic_object_add(c->dev, NIC_OBJECT_EQ, &o);
	if (s) {
		nic_ring_fini(&ring);
		return s;
	}
	eq = o;
	eq->ring = ring;
	eq->vector = (uint16_t)IFC_GET(eqc, eqc, intr);
	eq->waiting_cqs_end = &eq->waiting_cqs;
	memcpy(eq->context, eqc, sizeof eq->context);
	memcpy(eq->event_mask, IFC_PTR(create_eq_in, c->in, event_bitmask), sizeof eq->event_mask);
	nic_object_use(eq, uar);
	nic_object_answer(c, eq);
	return NIC_SYN_NONE;
}

void nic_eq_fini(struct nic_device *dev, void *object)
{
	struct nic_eq *eq = object;

	nic_ring_fini(&eq->ring);
}

enum nic_syndrome nic_eq_query(struct nic_command *c)
{
	uint8_t *out = IFC_PTR(query_eq_out, c->out, eq_context_entry);
	const struct nic_eq *eq;
	void *o;
	enum nic_syndrome s =
		nic_object_get(c->dev, NIC_OBJECT_EQ, IFC_GET(query_eq_in, c->in, eq_number), &o);

	if (s)
		return s;
	eq = o;
	memcpy(out, eq->context, sizeof eq->context);
	IFC_SET(eqc, out, status, eq->has_failed ? STATUS_WRITE_FAILURE : 0);
	IFC_SET(eqc, out, st, eq->is_armed ? STATE_ARMED : STATE_FIRED);
	IFC_SET(eqc, out, consumer_counter, eq->consumer);
	IFC_SET(eqc, out, producer_counter, eq->producer & COUNTER_MASK);
	memcpy(IFC_PTR(query_eq_out, c->out, event_bitmask), eq->event_mask, 8);
	return NIC_SYN_NONE;
}

/* ---- writing ---- */

static bool has_room(const struct nic_eq *eq)
{
	return ((eq->producer - eq->consumer) & COUNTER_MASK) <= nic_ring_mask(&eq->ring);
}

static void put(struct nic_device *dev, struct nic_eq *eq, const struct nic_event *ev)
{
	uint8_t eqe[IFC_EQE_SIZE] = { 0 };

	IFC_SET(eqe, eqe, event_type, ev->type);
	IFC_SET(eqe, eqe, event_sub_type, ev->sub_type);
	memcpy(IFC_PTR(eqe, eqe, event_data), ev->data, sizeof ev->data);
	IFC_SET(eqe, eqe, owner, eq->producer >> eq->ring.shape.log_size & 1);
	if (!nic_ring_publish(dev, &eq->ring, eq->producer, eqe)) {
		eq->has_failed = true;
		return;
	}
	eq->producer++;
	eq->n_events++;
}

static bool take_slots(struct nic_eq *eq, struct nic_event *ev)
{
	if (!eq->waiting_slots)
		return false;
	*ev = (struct nic_event){ .type = MLX5_EVENT_COMMAND };
	put_be32(ev->data, eq->waiting_slots);
	eq->waiting_slots = 0;
	return true;
}

static bool take_waiting(struct nic_eq *eq, struct nic_event *ev)
{
	if (!eq->n_waiting)
		return false;
	*ev = eq->waiting[eq->first_waiting];
	eq->first_waiting = (eq->first_waiting + 1) % NIC_EQ_WAITING_MAX;
	eq->n_waiting--;
	return true;
}

static bool take_cq(struct nic_eq *eq, struct nic_event *ev)
{
	struct nic_cq *cq = eq->waiting_cqs;

	if (!cq)
		return false;
	nic_eq_forget(eq, cq);
	*ev = (struct nic_event){ .type = MLX5_EVENT_COMPLETION };
	put_be32(ev->data + 24, cq->object.id);
	return true;
}

/* Writes what waits, as far as there is room, and raises the interrupt that is due. */
static void flush(struct nic_device *dev, struct nic_eq *eq)
{
	struct nic_event ev;

	while (!eq->has_failed && has_room(eq) &&
	       (take_slots(eq, &ev) || take_waiting(eq, &ev) || take_cq(eq, &ev)))
		put(dev, eq, &ev);
	if (!eq->is_armed || eq->has_failed || (eq->producer & COUNTER_MASK) == eq->consumer)
		return;
	eq->is_armed = false;
	dev->bus.interrupt(dev->bus.aux, eq->vector);
}

/* A consumer that claims to have taken what is not there, or to have given back what it had taken,
 * is not believed. */
void nic_eq_ring(struct nic_device *dev, const struct nic_doorbell *bell)
{
	struct nic_eq *eq = nic_object_find(dev, NIC_OBJECT_EQ, bell->value[0] >> 24);
	uint32_t consumer = bell->value[0] & COUNTER_MASK;

	if (!eq || eq->object.uses[0]->id != bell->uar)
		return;
	eq->is_known = true;
	if (((eq->producer - consumer) & COUNTER_MASK) <=
	    ((eq->producer - eq->consumer) & COUNTER_MASK))
		eq->consumer = consumer;
	eq->is_armed = bell->arm;
	flush(dev, eq);
}

/* ---- events ---- */

static bool wants(const struct nic_eq *eq, enum mlx5_event_type type)
{
	return get_be64(eq->event_mask + type / 64 * 8) >> type % 64 & 1;
}

static struct nic_eq *eq_for(const struct nic_device *dev, enum mlx5_event_type type)
{
	struct nic_eq *eq;
	uint64_t id;

	idr_for_each (&dev->objects.by_type[NIC_OBJECT_EQ], id, eq) {
		if (wants(eq, type))
			return eq;
	}
	return NULL;
}

void nic_event(struct nic_device *dev, enum mlx5_event_type type, uint8_t sub_type,
	       const void *data, size_t size)
{
	struct nic_eq *eq = eq_for(dev, type);
	struct nic_event *ev;

	if (!eq)
		return;
	if (eq->n_waiting == NIC_EQ_WAITING_MAX) {
		eq->n_lost++;
		return;
	}
	ev = &eq->waiting[(eq->first_waiting + eq->n_waiting++) % NIC_EQ_WAITING_MAX];
	*ev = (struct nic_event){ .type = (uint8_t)type, .sub_type = sub_type };
	if (size)
		memcpy(ev->data, data, size);
	flush(dev, eq);
}

void nic_events_command(struct nic_device *dev, uint32_t slots)
{
	struct nic_eq *eq = eq_for(dev, MLX5_EVENT_COMMAND);

	if (!eq || !eq->is_known)
		return;
	eq->waiting_slots |= slots;
	flush(dev, eq);
}

void nic_eq_complete(struct nic_device *dev, struct nic_eq *eq, struct nic_cq *cq)
{
	if (!cq->is_waiting) {
		cq->is_waiting = true;
		cq->next_waiting = NULL;
		*eq->waiting_cqs_end = cq;
		eq->waiting_cqs_end = &cq->next_waiting;
	}
	flush(dev, eq);
}

void nic_eq_forget(struct nic_eq *eq, struct nic_cq *cq)
{
	struct nic_cq **p = &eq->waiting_cqs;

	if (!cq->is_waiting)
		return;
	while (*p != cq)
		p = &(*p)->next_waiting;
	*p = cq->next_waiting;
	if (!*p)
		eq->waiting_cqs_end = p;
	cq->is_waiting = false;
}
