/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `inhw lab trace`: one flow through the real Open vSwitch, Linux and driver. What they say has no
 * places in the user's text; where the model stops with the same words, its place is shown.
 */
#include "base/alloc.h"
#include "chain/join.h"
#include "cli/cmd-lab.h"
#include "cli/verdict.h"
#include "lab/guest.h"
#include "lab/lab.h"
#include "trace/html.h"
#include "trace/json.h"
#include "trace/tree.h"

#include <errno.h>
#include <linux/openvswitch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The same put in the model, which has VFs where a lab has subfunctions. */
struct model {
	struct dpctl dp;
	struct diag diag;
	struct verdict verdict;
	char *flow, *actions; /* as long as the user's */
};

struct put {
	struct cli *c;
	const struct cmd_lab_options *o;
	const char *flow, *actions;
	struct text said; /* by the guest */
	struct trace trace;
	struct chain_outcome outcome;
	struct verdict verdict;
	struct model model;
	bool has_model;
};

/* ---- the model ---- */

static char *with_vfs(const char *s)
{
	char *copy = mem_strdup(s);

	for (char *at = copy; at && (at = strstr(at, "pf0sf")); at += 5)
		at[3] = 'v';
	return copy;
}

static bool run_model(struct put *p)
{
	struct model *m = &p->model;
	struct host *h = cli_host(p->c, false);
	const char *argv[] = { "add-flow", NULL, NULL };
	int err;

	m->flow = with_vfs(p->flow);
	m->actions = with_vfs(p->actions);
	if (!h || !m->flow || !m->actions)
		return false;
	argv[1] = m->flow;
	argv[2] = m->actions;
	diag_init(&m->diag);
	dpctl_init(&m->dp, host_dpif(h));
	trace_clear(host_trace(h));
	trace_forget(host_trace(h));
	err = dpctl_run_command(&m->dp, (int)ARRAY_SIZE(argv), argv, &m->diag);
	verdict_init(&m->verdict, &m->dp, err, &m->diag, m->flow, m->actions, host_trace(h));
	return true;
}

static void free_model(struct put *p)
{
	if (p->has_model)
		dpctl_fini(&p->model.dp);
	mem_free(p->model.flow);
	mem_free(p->model.actions);
}

/* ---- the verdict ---- */

/* The model's place is taken if it stopped for the same reason: the same words, or a text that
 * neither can read. */
static void take_culprit(struct put *p)
{
	const struct verdict *m = &p->model.verdict;
	struct verdict *v = &p->verdict;
	bool unread = v->status == VERDICT_REFUSED && m->status == VERDICT_REFUSED &&
		      p->model.diag.has_range && p->model.dp.bad_arg > 0;

	if (!p->has_model || !m->culprit || (!unread && strcmp(m->words, v->words)))
		return;
	v->culprit = m->culprit == m->flow ? p->flow : p->actions;
	v->offset = m->offset;
	v->length = m->length;
}

/* Actions by the number that Open vSwitch gives in its words. */
static const char *const action_names[] = {
	[OVS_ACTION_ATTR_USERSPACE] = "userspace",
	[OVS_ACTION_ATTR_SAMPLE] = "sample",
	[OVS_ACTION_ATTR_HASH] = "hash_l4",
	[OVS_ACTION_ATTR_PUSH_MPLS] = "push_mpls",
	[OVS_ACTION_ATTR_POP_MPLS] = "pop_mpls",
	[OVS_ACTION_ATTR_TRUNC] = "trunc",
	[OVS_ACTION_ATTR_PUSH_ETH] = "push_eth",
	[OVS_ACTION_ATTR_POP_ETH] = "pop_eth",
	[OVS_ACTION_ATTR_CT_CLEAR] = "ct_clear",
	[OVS_ACTION_ATTR_PUSH_NSH] = "push_nsh",
	[OVS_ACTION_ATTR_POP_NSH] = "pop_nsh",
	[OVS_ACTION_ATTR_METER] = "meter",
	[OVS_ACTION_ATTR_CLONE] = "clone",
	[OVS_ACTION_ATTR_CHECK_PKT_LEN] = "check_pkt_len",
};

/* The first place in @text where @word of @n characters begins an item of a list. */
static void mark_word(struct verdict *v, const char *text, const char *word, size_t n)
{
	for (const char *s = text; n && (s = strstr(s, word)); s++) {
		if (s != text && !strchr(",( ", s[-1]))
			continue;
		v->culprit = text;
		v->offset = (size_t)(s - text);
		v->length = n;
		return;
	}
}

/* Open vSwitch's words name a part of the flow's text, or an action by its number. */
static void find_named(struct put *p)
{
	static const char syntax[] = "syntax error at ", action[] = "put action type: ";
	struct verdict *v = &p->verdict;
	const char *syntax_at = strstr(v->words, syntax), *action_at = strstr(v->words, action);
	char word[DIAG_WORDS_MAX];
	unsigned long type;

	if (syntax_at) {
		snprintf(word, sizeof word, "%s", syntax_at + strlen(syntax));
		word[strcspn(word, "(),: ")] = '\0';
		mark_word(v, p->flow, word, strlen(word));
	} else if (action_at) {
		type = strtoul(action_at + strlen(action), NULL, 10);
		if (type < ARRAY_SIZE(action_names) && action_names[type])
			mark_word(v, p->actions, action_names[type], strlen(action_names[type]));
	}
}

static void set_verdict(struct put *p)
{
	static const enum dpif_place places[] = {
		[CHAIN_PLACE_NONE] = DPIF_PLACE_NONE,
		[CHAIN_PLACE_OVS] = DPIF_PLACE_KERNEL,
		[CHAIN_PLACE_TC] = DPIF_PLACE_TC,
		[CHAIN_PLACE_HW] = DPIF_PLACE_HW,
	};
	const struct chain_outcome *o = &p->outcome;
	struct verdict *v = &p->verdict;

	*v = (struct verdict){
		.flow = p->flow,
		.actions = p->actions,
		.place = places[o->place],
		.status = o->place == CHAIN_PLACE_HW	 ? VERDICT_HARDWARE
			  : o->place == CHAIN_PLACE_NONE ? VERDICT_REFUSED
							 : VERDICT_SOFTWARE,
		.placed = { .chain = o->chain, .prio = (uint16_t)o->prio, .handle = o->handle },
		.has_entry = o->has_entry,
		.table = o->table,
		.group = o->group,
		.index = o->index,
	};
	if (o->place == CHAIN_PLACE_HW)
		return;
	v->error = o->error;
	v->layer = o->layer;
	v->function = o->function;
	v->is_inferred = o->is_inferred;
	snprintf(v->words, sizeof v->words, "%s", o->words);
	take_culprit(p);
	if (!v->culprit)
		find_named(p);
}

/* ---- output ---- */

static void print_put_json(const struct put *p)
{
	json_t *j = verdict_json(&p->verdict, NULL);

	if (j && json_object_set_new(j, "trace", trace_json(&p->trace, 0))) {
		json_decref(j);
		j = NULL;
	}
	print_json(&p->c->print, j);
}

static void format_page(struct text *out, const struct put *p)
{
	static const enum trace_mood moods[] = {
		[VERDICT_HARDWARE] = TRACE_MOOD_GOOD,
		[VERDICT_SOFTWARE] = TRACE_MOOD_HALF,
		[VERDICT_REFUSED] = TRACE_MOOD_BAD,
	};
	const struct verdict *v = &p->verdict;
	const struct trace_page_text texts[] = {
		{ "flow", v->flow, v->offset, v->culprit == v->flow ? v->length : 0 },
		{ "actions", v->actions, v->offset, v->culprit == v->actions ? v->length : 0 },
	};
	struct trace_page page = {
		.title = "The real path of a flow",
		.mood = moods[v->status],
		.texts = texts,
		.n_texts = ARRAY_SIZE(texts),
		.picture = { 0, v->layer, v->function, v->words },
	};
	struct text line;

	text_init(&line);
	verdict_format(&line, v);
	page.verdict = line.s;
	trace_html_format(out, &p->trace, &page);
	text_fini(&line);
}

static int write_file(struct print *p, const char *name, const struct text *t)
{
	FILE *f = fopen(name, "we");
	bool bad = !f || fwrite(t->s, 1, t->len, f) != t->len;

	bad |= f && fclose(f);
	if (bad)
		print_failure(p, "cannot write %s: %s", name, diag_strerror(errno));
	return bad ? -EIO : 0;
}

static int write_page(const struct put *p)
{
	struct text out;
	int err;

	text_init(&out);
	format_page(&out, p);
	err = out.error;
	if (err)
		print_failure(&p->c->print, "the page: no memory");
	else
		err = write_file(&p->c->print, p->o->html, &out);
	text_fini(&out);
	return err;
}

static int show(const struct put *p)
{
	struct print *print = &p->c->print;

	if (p->o->html && write_page(p))
		return CLI_USAGE;
	if (p->o->json) {
		print_put_json(p);
		return p->verdict.status;
	}
	if (!p->o->quiet && p->trace.n_events)
		print_trace(print, &p->trace);
	verdict_print(print, &p->verdict);
	return p->verdict.status;
}

/* ---- the lab ---- */

static int read_all(int fd, struct text *t)
{
	char buf[65536];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET))
		return -errno;
	while ((n = read(fd, buf, sizeof buf)) > 0)
		text_put_mem(t, buf, (size_t)n);
	return n < 0 ? -errno : t->error;
}

/* The guest's script writes into a file in memory. Returns the lab's status. */
static int run_guest(struct put *p)
{
	const char *const argv[] = { LAB_GUEST_TRACE, p->flow, p->actions, p->o->setup, NULL };
	int fd = memfd_create("inhw-lab-trace", MFD_CLOEXEC), status;

	if (fd < 0) {
		print_failure(&p->c->print, "lab trace: %s", strerror(errno));
		return LAB_STATUS_FAILED;
	}
	status = cmd_lab_run(p->c, p->o, argv, fd);
	if (!status && read_all(fd, &p->said)) {
		print_failure(&p->c->print, "lab trace: the guest's answer cannot be read");
		status = LAB_STATUS_FAILED;
	}
	close(fd);
	return status;
}

static int trace_put(struct put *p)
{
	struct chain_record r;
	struct diag d;

	diag_init(&d);
	p->has_model = run_model(p);
	if (chain_record_parse(&r, p->said.s, p->said.len, &d) ||
	    chain_join(&p->trace, &p->outcome, &r, &d)) {
		print_failure(&p->c->print, "lab trace: %s", d.words);
		return LAB_STATUS_FAILED;
	}
	set_verdict(p);
	return show(p);
}

int cmd_lab_trace(struct cli *c, const struct cmd_lab_options *o, int argc, const char **argv)
{
	struct put *p;
	int status;

	if (argc != 2)
		return cli_usage(c, "lab", "wanted: lab trace FLOW ACTIONS; got %d arguments",
				 argc);
	if (o->no_ovs)
		return cli_usage(c, "lab", "lab trace goes without --no-ovs");
	p = mem_new(sizeof *p);
	if (!p) {
		print_failure(&c->print, "no memory");
		return LAB_STATUS_FAILED;
	}
	p->c = c;
	p->o = o;
	p->flow = argv[0];
	p->actions = argv[1];
	text_init(&p->said);
	trace_init(&p->trace);
	status = run_guest(p);
	if (!status && o->record && write_file(&c->print, o->record, &p->said))
		status = CLI_USAGE;
	if (!status)
		status = trace_put(p);
	free_model(p);
	trace_fini(&p->trace);
	text_fini(&p->said);
	mem_free(p);
	return status;
}
