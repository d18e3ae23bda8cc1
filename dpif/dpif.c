/* SPDX-License-Identifier: BSD-2-Clause */
/* The datapath interface: what callers see; the work is done by the class of the datapath. */
#include "dpif/dpif-provider.h"

#include <errno.h>

void dpif_flow_init(struct dpif_flow *f)
{
	memset(f, 0, sizeof *f);
	flow_actions_init(&f->actions);
}

void dpif_flow_fini(struct dpif_flow *f)
{
	flow_actions_fini(&f->actions);
}

void dpif_close(struct dpif *dpif)
{
	if (dpif)
		dpif->class->close(dpif);
}

const char *dpif_name(const struct dpif *dpif)
{
	return dpif->name;
}

struct offload *dpif_offload(const struct dpif *dpif)
{
	return dpif->offload;
}

struct trace *dpif_trace(const struct dpif *dpif)
{
	return dpif->trace;
}

/* Only the flow API may take these, and there is none. */
static void refuse_all(struct dpif_op **ops, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ops[i]->error = diag_set(ops[i]->diag, -EINVAL,
					 "offload was asked for, but hw-offload is off");
}

void dpif_operate(struct dpif *dpif, struct dpif_op **ops, size_t n, enum dpif_offload_type type)
{
	struct span sp = SPAN(dpif->trace);

	span_note(&sp, "ops", "%zu", n);
	if (type == DPIF_OFFLOAD_ALWAYS &&
	    !(dpif->offload && offload_config(dpif->offload)->enabled))
		refuse_all(ops, n);
	else
		dpif->class->operate(dpif, ops, n, type);
	span_end(&sp, n == 1 ? ops[0]->error : 0);
}

int dpif_flow_put(struct dpif *dpif, const struct dpif_flow_put *put, struct diag *d)
{
	struct dpif_op op = { .type = DPIF_OP_FLOW_PUT, .put = *put, .diag = d };
	struct dpif_op *ops[] = { &op };
	struct span sp = SPAN(dpif->trace);

	dpif_operate(dpif, ops, 1, DPIF_OFFLOAD_AUTO);
	return span_end(&sp, op.error);
}

int dpif_flow_del(struct dpif *dpif, const struct dpif_flow_del *del, struct diag *d)
{
	struct dpif_op op = { .type = DPIF_OP_FLOW_DEL, .del = *del, .diag = d };
	struct dpif_op *ops[] = { &op };
	struct span sp = SPAN(dpif->trace);

	dpif_operate(dpif, ops, 1, DPIF_OFFLOAD_AUTO);
	return span_end(&sp, op.error);
}

int dpif_flow_get(struct dpif *dpif, const struct ufid *ufid, struct dpif_flow *flow,
		  struct diag *d)
{
	struct dpif_op op = { .type = DPIF_OP_FLOW_GET,
			      .get = { .ufid = *ufid, .flow = flow },
			      .diag = d };
	struct dpif_op *ops[] = { &op };
	struct span sp = SPAN(dpif->trace);

	dpif_operate(dpif, ops, 1, DPIF_OFFLOAD_AUTO);
	return span_end(&sp, op.error);
}

int dpif_execute(struct dpif *dpif, const struct dpif_execute *execute, struct diag *d)
{
	struct dpif_op op = { .type = DPIF_OP_EXECUTE, .execute = *execute, .diag = d };
	struct dpif_op *ops[] = { &op };
	struct span sp = SPAN(dpif->trace);

	dpif_operate(dpif, ops, 1, DPIF_OFFLOAD_AUTO);
	return span_end(&sp, op.error);
}

int dpif_delete(struct dpif *dpif, struct diag *d)
{
	struct span sp = SPAN(dpif->trace);

	return span_end(&sp, dpif->class->destroy(dpif, d));
}

int dpif_flow_flush(struct dpif *dpif, struct diag *d)
{
	struct span sp = SPAN(dpif->trace);

	return span_end(&sp, dpif->class->flow_flush(dpif, d));
}

int dpif_flow_dump(struct dpif *dpif, dpif_dump_cb *cb, void *aux, struct diag *d)
{
	struct span sp = SPAN(dpif->trace);

	return span_end(&sp, dpif->class->flow_dump(dpif, cb, aux, d));
}

int dpif_port_add(struct dpif *dpif, const char *name, const char *type, uint32_t *number,
		  struct diag *d)
{
	struct span sp = SPAN(dpif->trace);

	span_note(&sp, "port", "%s", name);
	return span_end(&sp, dpif->class->port_add(dpif, name, type, number, d));
}

int dpif_port_del(struct dpif *dpif, uint32_t number, struct diag *d)
{
	struct span sp = SPAN(dpif->trace);

	span_note(&sp, "port", "%u", number);
	return span_end(&sp, dpif->class->port_del(dpif, number, d));
}

int dpif_port_sync(struct dpif *dpif, struct diag *d)
{
	struct span sp = SPAN(dpif->trace);

	return span_end(&sp, dpif->class->port_sync(dpif, d));
}

int dpif_port_dump(struct dpif *dpif, dpif_port_cb *cb, void *aux, struct diag *d)
{
	return dpif->class->port_dump(dpif, cb, aux, d);
}

const struct flow_ports *dpif_ports(struct dpif *dpif)
{
	return dpif->class->ports(dpif);
}

int dpif_get_stats(struct dpif *dpif, struct dpif_stats *stats, struct diag *d)
{
	return dpif->class->get_stats(dpif, stats, d);
}

uint32_t dpif_number_handlers_required(struct dpif *dpif)
{
	return dpif->class->number_handlers_required(dpif);
}

int dpif_handlers_set(struct dpif *dpif, uint32_t n_handlers, struct diag *d)
{
	struct span sp = SPAN(dpif->trace);

	if (!n_handlers || n_handlers > DPIF_HANDLERS_MAX)
		return span_end(&sp, diag_set(d, -EINVAL, "%u handlers: there can be 1 to %u",
					      n_handlers, DPIF_HANDLERS_MAX));
	return span_end(&sp, dpif->class->handlers_set(dpif, n_handlers, d));
}

int dpif_recv_set(struct dpif *dpif, bool enable, struct diag *d)
{
	struct span sp = SPAN(dpif->trace);

	return span_end(&sp, dpif->class->recv_set(dpif, enable, d));
}

bool dpif_recv_is_on(struct dpif *dpif)
{
	return dpif->class->recv_is_on(dpif);
}

int dpif_recv(struct dpif *dpif, uint32_t handler, struct dpif_upcall *upcall, void *buf,
	      size_t cap, size_t *used, struct diag *d)
{
	struct span sp = SPAN(dpif->trace);
	const int n = dpif->class->recv(dpif, handler, upcall, buf, cap, used, d);

	if (n > 0) {
		span_note(&sp, "upcall", "%s of port %u, %zu bytes",
			  upcall->type == DPIF_UC_MISS ? "miss" : "action", upcall->key.in_port,
			  upcall->packet_size);
		if (upcall->more)
			span_note(&sp, "not_understood", "%s", upcall->more);
	}
	span_end(&sp, n < 0 ? n : 0);
	return n;
}

bool dpif_recv_is_ready(struct dpif *dpif, uint32_t handler)
{
	return dpif->class->recv_is_ready(dpif, handler);
}

int dpif_recv_fd(struct dpif *dpif, uint32_t handler)
{
	return dpif->class->recv_fd(dpif, handler);
}

void dpif_recv_purge(struct dpif *dpif)
{
	dpif->class->recv_purge(dpif);
}

uint32_t dpif_port_get_pid(struct dpif *dpif, uint32_t port)
{
	return dpif->class->port_get_pid(dpif, port);
}
