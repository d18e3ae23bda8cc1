/* SPDX-License-Identifier: BSD-2-Clause */
/* All capabilities by their names: the layouts of nic/ifc have them. */
#include "nic/profile/profile_internal.h"

#include <stdio.h>
#include <string.h>

const struct nic_cap_root nic_cap_roots[] = {
#define ROOT(layout, member)                               \
	{                                                  \
#layout, offsetof(struct nic_caps, member) \
	}
	ROOT(cmd_hca_cap, general),	      ROOT(per_protocol_networking_offload_caps, ethernet),
	ROOT(flow_table_nic_cap, flow_table), ROOT(flow_table_eswitch_cap, eswitch_flow_table),
	ROOT(e_switch_cap, eswitch),	      { 0 },
};

/* Those that are no upper limit. */
static const struct {
	const char *field;
	enum nic_cap_kind kind;
} kinds[] = {
	{ "flow_counter_bulk_alloc", NIC_CAP_BITS },
	{ "flex_parser_protocols", NIC_CAP_BITS },
	{ "fdb_to_vport_reg_c_id", NIC_CAP_BITS },
	{ "log_min_stride_sz_rq", NIC_CAP_AT_LEAST },
	{ "log_min_stride_sz_sq", NIC_CAP_AT_LEAST },
	/* Numbers and modes: another one is another thing. */
	{ "port_type", NIC_CAP_EXACT },
	{ "num_ports", NIC_CAP_EXACT },
	{ "uar_sz", NIC_CAP_EXACT },
	{ "log_pg_sz", NIC_CAP_EXACT },
	{ "cqe_version", NIC_CAP_EXACT },
	{ "vhca_id", NIC_CAP_OR_NONE },
	{ "sf_base_id", NIC_CAP_OR_NONE },
	{ "log_bf_reg_size", NIC_CAP_OR_NONE },
	{ "wqe_inline_mode", NIC_CAP_OR_NONE },
};

enum nic_cap_kind nic_cap_kind_of(const char *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kinds[i].field, field))
			return kinds[i].kind;
	}
	return NIC_CAP_UP_TO;
}

static int walk(struct nic_cap_walk *w, const struct ifc_struct *s, size_t offset, size_t len)
{
	int err = 0;

	for (const struct ifc_field *f = s->fields; f->name && !err; f++) {
		size_t n = (size_t)snprintf(w->path + len, sizeof w->path - len, ".%s", f->name);

		if (len + n >= sizeof w->path)
			continue; /* no layout is as deep */
		if (f->sub)
			err = walk(w, f->sub, offset + IFC_LOC_OFF(f->loc), len + n);
		else if (!f->size)
			err = w->fn(w, offset, f);
	}
	return err;
}

int nic_cap_walk_run(struct nic_cap_walk *w)
{
	int err = 0;

	for (const struct nic_cap_root *r = nic_cap_roots; r->layout && !err; r++) {
		int n = snprintf(w->path, sizeof w->path, "%s", r->layout);

		err = walk(w, ifc_struct_find(r->layout), r->offset, (size_t)n);
	}
	return err;
}

struct visit {
	struct nic_cap_walk walk;
	const struct nic_caps *caps;
	struct nic_caps bound;
	int (*fn)(void *aux, const struct nic_cap *cap);
	void *aux;
};

static int visit(struct nic_cap_walk *w, size_t offset, const struct ifc_field *f)
{
	struct visit *v = CONTAINER_OF(w, struct visit, walk);
	const struct nic_cap cap = {
		.path = w->path,
		.kind = nic_cap_kind_of(f->name),
		.max = IFC_LOC_MASK(f->loc),
		.bound = ifc_get((const uint8_t *)&v->bound + offset, f->loc),
		.value = ifc_get((const uint8_t *)v->caps + offset, f->loc),
	};

	return v->fn(v->aux, &cap);
}

int nic_caps_walk(const struct nic_caps *caps, int (*fn)(void *aux, const struct nic_cap *cap),
		  void *aux)
{
	struct visit v = { .walk.fn = visit, .caps = caps, .fn = fn, .aux = aux };

	nic_caps_default(&v.bound);
	return nic_cap_walk_run(&v.walk);
}
