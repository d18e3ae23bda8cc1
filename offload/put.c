/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What came of a flow, item by item: one place writes the verdict, the culprit, the trace and the
 * diag, so that they cannot tell different stories.
 */
#include "offload/offload-provider.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* "ipv4.tos", or "action 2: output". */
static const char *item_name(const struct offload_put *put, bool is_action, uint32_t index,
			     char buf[DIAG_FIELD_MAX])
{
	if (!is_action)
		return flow_field_table[index].full_name;
	if (index < put->actions->n)
		snprintf(buf, DIAG_FIELD_MAX, "action %u: %s", index + 1,
			 flow_action_names[put->actions->a[index].type]);
	else
		snprintf(buf, DIAG_FIELD_MAX, "actions");
	return buf;
}

static struct offload_item *find(struct offload_verdict *v, bool is_action, uint32_t index)
{
	for (size_t i = v->n; i-- > 0;)
		if (v->item[i].is_action == is_action && v->item[i].index == index)
			return &v->item[i];
	return NULL;
}

/* One item for each field and action; a refusal replaces what was said of it before. */
static void add_item(struct offload_verdict *v, const struct offload_item *new)
{
	struct offload_item *old = find(v, new->is_action, new->index);

	if (!old && v->n == OFFLOAD_ITEMS_MAX) {
		old = &v->item[OFFLOAD_ITEMS_MAX - 1];
		if (old->error && !new->error)
			return;
	}
	if (!old)
		old = &v->item[v->n++];
	else if (old->error)
		return;
	*old = *new;
}

int offload_put_item(struct offload *o, struct offload_put *put, struct diag *d,
		     const char *function, bool is_action, uint32_t index, int error,
		     const char *fmt, ...)
{
	struct offload_item item = { .is_action = is_action, .index = index, .error = error };
	char buf[DIAG_FIELD_MAX];
	const char *name;
	va_list args;

	if (!error && !put->verdict)
		return 0;
	va_start(args, fmt);
	vsnprintf(item.words, sizeof item.words, fmt, args);
	va_end(args);
	if (put->verdict)
		add_item(put->verdict, &item);
	if (!error || put->has_culprit)
		return error;
	put->has_culprit = true;
	put->culprit = item;
	name = item_name(put, is_action, index, buf);
	trace_refuse_(offload_trace(o), INHW_LAYER, function, error, name, "%s", item.words);
	diag_set_(d, INHW_LAYER, function, error, "%s: %s", name, item.words);
	diag_field(d, name);
	return error;
}
