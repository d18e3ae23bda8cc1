/* SPDX-License-Identifier: BSD-2-Clause */
/* The store of numbered objects, and the commands that do no more than take or give back a number.
 */
#include "nic/device/objects.h"

#include "base/alloc.h"
#include "nic/device/bar.h"
#include "nic/device/queues_internal.h"

#include <errno.h>

struct object_row {
	size_t size;
	unsigned int cap; /* of cmd_hca_cap: how many; 0: as many as max */
	bool cap_is_log;
	uint32_t first, max; /* number; how many at most, whatever the capability */
	enum nic_syndrome none, busy, limit;
	void (*fini)(struct nic_device *dev, void *object);
};

#define CAP(name)  IFC_LOC_cmd_hca_cap__##name
#define SYN(name)  NIC_SYN_##name##_ID, NIC_SYN_##name##_BUSY, NIC_SYN_##name##_LIMIT
#define SYN2(name) NIC_SYN_##name##_ID, NIC_SYN_NONE, NIC_SYN_##name##_LIMIT /* never held */
#define IDS	   (1u << 24)
#define UARS	   ((NIC_BAR_SIZE >> 12) - NIC_BAR_UAR_FIRST)

/* Memory keys begin at 16: key 0x100 says in a work queue entry that there is none. */
/* clang-format off */
static const struct object_row rows[NIC_N_OBJECT_TYPES] = {
	[NIC_OBJECT_PD] = { sizeof(struct nic_object), CAP(log_max_pd), true, 1, IDS, SYN(PD), NULL },
	[NIC_OBJECT_TD] = { sizeof(struct nic_object), CAP(log_max_transport_domain), true, 1, IDS, SYN(TD), NULL },
	[NIC_OBJECT_Q_COUNTER] = { sizeof(struct nic_q_counter), CAP(max_qp_cnt), false, 1, 255, SYN(Q_COUNTER), NULL },
	[NIC_OBJECT_MKEY] = { sizeof(struct nic_mkey), CAP(log_max_mkey), true, 16, IDS, SYN2(MKEY), NULL },
	[NIC_OBJECT_UAR] = { sizeof(struct nic_object), 0, false, NIC_BAR_UAR_FIRST, UARS, SYN(UAR), NULL },
	[NIC_OBJECT_EQ] = { sizeof(struct nic_eq), CAP(max_num_eqs), false, 1, 255, SYN(EQ), nic_eq_fini },
	[NIC_OBJECT_CQ] = { sizeof(struct nic_cq), CAP(log_max_cq), true, 1, IDS, SYN(CQ), nic_cq_fini },
	[NIC_OBJECT_TIS] = { sizeof(struct nic_tis), CAP(log_max_tis), true, 1, IDS, SYN(TIS), NULL },
	[NIC_OBJECT_SQ] = { sizeof(struct nic_sq), CAP(log_max_sq), true, 64, IDS, SYN2(SQ), nic_sq_fini },
	[NIC_OBJECT_RQ] = { sizeof(struct nic_rq), CAP(log_max_rq), true, 1, IDS, SYN(RQ), nic_rq_fini },
	[NIC_OBJECT_RQT] = { sizeof(struct nic_rqt), CAP(log_max_rqt), true, 1, IDS, SYN(RQT), nic_rqt_fini },
	[NIC_OBJECT_TIR] = { sizeof(struct nic_tir), CAP(log_max_tir), true, 1, IDS, SYN(TIR), NULL },
};
/* clang-format on */

void nic_objects_init(struct nic_objects *os)
{
	for (size_t i = 0; i < NIC_N_OBJECT_TYPES; i++)
		idr_init(&os->by_type[i]);
}

static void free_object(struct nic_device *dev, struct nic_object *o)
{
	const struct object_row *row = &rows[o->type];

	if (row->fini)
		row->fini(dev, o);
	mem_free(o);
}

/* Users before those that they use: the order of the types, backwards. */
void nic_objects_free(struct nic_device *dev)
{
	struct nic_object *o;
	uint64_t id;

	for (size_t i = NIC_N_OBJECT_TYPES; i-- > 0;) {
		idr_for_each (&dev->objects.by_type[i], id, o)
			free_object(dev, o);
		idr_fini(&dev->objects.by_type[i]);
		idr_init(&dev->objects.by_type[i]);
	}
}

static uint32_t limit_of(const struct nic_device *dev, const struct object_row *row)
{
	uint32_t n = row->cap ? ifc_get(dev->caps.general, row->cap) : row->max;

	if (row->cap && row->cap_is_log)
		n = n < 24 ? 1u << n : IDS;
	return n < row->max ? n : row->max;
}

enum nic_syndrome nic_object_add(struct nic_device *dev, enum nic_object_type type, void **object)
{
	const struct object_row *row = &rows[type];
	uint32_t limit = limit_of(dev, row);
	struct nic_object *o;
	int err;

	*object = NULL;
	if (dev->objects.by_type[type].n >= limit)
		return row->limit;
	o = mem_new(row->size);
	if (!o)
		return NIC_SYN_NO_MEMORY;
	o->type = type;
	err = idr_add(&dev->objects.by_type[type], row->first, row->first + limit - 1, o, &o->id);
	if (err) {
		mem_free(o);
		return err == -ENOSPC ? row->limit : NIC_SYN_NO_MEMORY;
	}
	*object = o;
	return NIC_SYN_NONE;
}

void *nic_object_find(const struct nic_device *dev, enum nic_object_type type, uint32_t id)
{
	return idr_find(&dev->objects.by_type[type], id);
}

enum nic_syndrome nic_object_get(const struct nic_device *dev, enum nic_object_type type,
				 uint32_t id, void **object)
{
	*object = nic_object_find(dev, type, id);
	return *object ? NIC_SYN_NONE : rows[type].none;
}

void nic_object_use(void *user, void *used)
{
	struct nic_object *o = user, *by = used;

	if (!by)
		return;
	by->refs++;
	o->uses[o->n_uses++] = by;
}

enum nic_syndrome nic_object_del(struct nic_device *dev, enum nic_object_type type, uint32_t id)
{
	struct nic_object *o = nic_object_find(dev, type, id);

	if (!o)
		return rows[type].none;
	if (o->refs)
		return rows[type].busy;
	for (size_t i = 0; i < o->n_uses; i++)
		o->uses[i]->refs--;
	idr_del(&dev->objects.by_type[type], id);
	free_object(dev, o);
	return NIC_SYN_NONE;
}

size_t nic_objects_bytes(const struct nic_device *dev)
{
	size_t n = 0;

	for (size_t i = 0; i < NIC_N_OBJECT_TYPES; i++)
		n += dev->objects.by_type[i].n * rows[i].size;
	return n;
}

/* ---- commands ---- */

/* Of all of these the number lies in the same place, of input or output. */
#define NUMBER IFC_LOC(0x8, 23, 0)

static const struct {
	uint16_t opcode;
	enum nic_object_type type;
} command_types[] = {
	{ MLX5_CMD_OP_ALLOC_PD, NIC_OBJECT_PD },
	{ MLX5_CMD_OP_DEALLOC_PD, NIC_OBJECT_PD },
	{ MLX5_CMD_OP_ALLOC_TRANSPORT_DOMAIN, NIC_OBJECT_TD },
	{ MLX5_CMD_OP_DEALLOC_TRANSPORT_DOMAIN, NIC_OBJECT_TD },
	{ MLX5_CMD_OP_ALLOC_UAR, NIC_OBJECT_UAR },
	{ MLX5_CMD_OP_DEALLOC_UAR, NIC_OBJECT_UAR },
	{ MLX5_CMD_OP_ALLOC_Q_COUNTER, NIC_OBJECT_Q_COUNTER },
	{ MLX5_CMD_OP_DEALLOC_Q_COUNTER, NIC_OBJECT_Q_COUNTER },
	{ MLX5_CMD_OP_DESTROY_MKEY, NIC_OBJECT_MKEY },
	{ MLX5_CMD_OP_DESTROY_EQ, NIC_OBJECT_EQ },
	{ MLX5_CMD_OP_DESTROY_CQ, NIC_OBJECT_CQ },
	{ MLX5_CMD_OP_DESTROY_TIS, NIC_OBJECT_TIS },
	{ MLX5_CMD_OP_DESTROY_SQ, NIC_OBJECT_SQ },
	{ MLX5_CMD_OP_DESTROY_RQ, NIC_OBJECT_RQ },
	{ MLX5_CMD_OP_DESTROY_RQT, NIC_OBJECT_RQT },
	{ MLX5_CMD_OP_DESTROY_TIR, NIC_OBJECT_TIR },
};

/* A row that names these handlers has its opcode in the table above. */
static enum nic_object_type type_of(const struct nic_command *c)
{
	uint32_t opcode = IFC_GET(cmd_in, c->in, opcode);
	size_t i = 0;

	while (command_types[i].opcode != opcode)
		i++;
	return command_types[i].type;
}

void nic_object_answer(struct nic_command *c, const void *object)
{
	ifc_set(c->out, NUMBER, ((const struct nic_object *)object)->id);
}

enum nic_syndrome nic_object_alloc(struct nic_command *c)
{
	void *o;
	enum nic_syndrome s = nic_object_add(c->dev, type_of(c), &o);

	if (!s)
		nic_object_answer(c, o);
	return s;
}

enum nic_syndrome nic_object_destroy(struct nic_command *c)
{
	return nic_object_del(c->dev, type_of(c), ifc_get(c->in, NUMBER));
}
