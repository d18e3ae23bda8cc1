/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the netlink datapath, for each other and for their tests: the table of ports and
 * the store of decisions.
 */
#ifndef DPIF_DPIF_INTERNAL_H
#define DPIF_DPIF_INTERNAL_H

#include "base/htable.h"
#include "base/idr.h"
#include "base/pool.h"
#include "dpif/dpif-provider.h"

/* Ports by number and by name. */
struct dpif_port_table {
	struct idr by_number;
	struct htable by_name;
	struct flow_ports names; /* its view for texts */
};

void dpif_port_table_init(struct dpif_port_table *t);
void dpif_port_table_fini(struct dpif_port_table *t);
/* 0; -EEXIST: number or name is in use; -ENOMEM. */
int dpif_port_table_add(struct dpif_port_table *t, const struct dpif_port *port) MUST_CHECK;
bool dpif_port_table_del(struct dpif_port_table *t, uint32_t number);
const struct dpif_port *dpif_port_table_find(const struct dpif_port_table *t, const char *name,
					     size_t len);
const struct dpif_port *dpif_port_table_get(const struct dpif_port_table *t, uint32_t number);

/*
 * Decisions by UFID: 24 bytes for a flow that is not in hardware, nothing for one that is. Equal
 * reasons are stored once.
 */
struct dpif_decisions {
	struct htable flows, reasons;
	struct pool pool;
};

void dpif_decisions_init(struct dpif_decisions *s);
void dpif_decisions_fini(struct dpif_decisions *s);
void dpif_decisions_clear(struct dpif_decisions *s);
/* Replaces what was known of the flow. -ENOMEM: nothing is known of it now. */
int dpif_decisions_put(struct dpif_decisions *s, const struct ufid *ufid,
		       const struct dpif_decision *decision) MUST_CHECK;
void dpif_decisions_del(struct dpif_decisions *s, const struct ufid *ufid);
/* False: nothing is stored, @decision is untouched. `placed` is not stored. */
bool dpif_decisions_find(const struct dpif_decisions *s, const struct ufid *ufid,
			 struct dpif_decision *decision);
/* Where it is stored to be; DPIF_PLACE_NONE: nothing is stored. */
enum dpif_place dpif_decisions_place(const struct dpif_decisions *s, const struct ufid *ufid);

/* Concludes from a kernel's words who spoke them; false: no idea. */
bool dpif_infer(const char *words, const char **layer, const char **function);

/* Finds the field or action that a layer below called d->field; leaves @d as it is if none is
 * meant. */
void dpif_find_culprit(struct dpif_decision *d, const struct flow_match *m,
		       const struct flow_actions *l);

/* What the flow API and the trace know of a flow that is not in hardware goes into @out. */
void dpif_decision_explain(struct dpif_decision *out, const struct trace *trace, int error,
			   const struct diag *why, const struct offload_put *put);

#endif
