/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ovs-dpctl's commands about flows: arguments to values, one call of the datapath interface,
 * values to text. The commands about datapaths and ports are in dpctl_show.c.
 */
#include "dpif/dpctl_internal.h"

#include "base/alloc.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void dpctl_init(struct dpctl *c, struct dpif *dpif)
{
	memset(c, 0, sizeof *c);
	c->dpif = dpif;
	c->bad_arg = -1;
	text_init(&c->out);
	flow_actions_init(&c->actions);
}

void dpctl_fini(struct dpctl *c)
{
	text_fini(&c->out);
	flow_actions_fini(&c->actions);
}

/* "ovs-system" or "system@ovs-system". */
static bool names_dp(const struct dpctl *c, const char *name)
{
	const char *full = dpif_name(c->dpif), *at = strchr(full, '@');

	return !strcmp(name, full) || (at && !strcmp(name, at + 1));
}

int dpctl_open_dp(struct dpctl *c, const char *name, int arg, struct diag *d)
{
	if (names_dp(c, name))
		return 0;
	c->bad_arg = arg;
	return diag_set_range(d, 0, strlen(name), -ENODEV,
			      "datapath not found (%s): the one that is open is %s", name,
			      dpif_name(c->dpif));
}

int dpctl_skip_dp(struct dpctl *c, int argc, const char *const *argv, int n_args, int *first,
		  struct diag *d)
{
	*first = 1;
	if (argc - 1 <= n_args)
		return 0;
	*first = 2;
	return dpctl_open_dp(c, argv[1], 1, d);
}

/* A text of the user, the number of its argument, and where it begins there. */
struct piece {
	const char *s;
	size_t len;
	int arg;
	size_t offset;
};

static int blame(struct dpctl *c, const struct piece *p, struct diag *d, int err,
		 const char *context)
{
	c->bad_arg = p->arg;
	diag_shift(d, p->offset);
	if (d && d->has_range && d->offset >= p->offset && d->offset - p->offset < p->len &&
	    !strcmp(context, "parsing flow key"))
		diag_context(d, "%s (syntax error at %.*s)", context,
			     (int)(p->len - (d->offset - p->offset)),
			     p->s + (d->offset - p->offset));
	else
		diag_context(d, "%s", context);
	return err;
}

static const struct flow_ports *ports_of(struct dpctl *c)
{
	return dpif_ports(c->dpif);
}

/* Reads a key with its UFID, which is made from the key when the text has none. */
static int parse_key(struct dpctl *c, const struct piece *key, struct ufid *ufid, struct diag *d)
{
	bool has_ufid = false;
	int err;

	err = flow_match_parse(&c->match, ufid, &has_ufid, &c->origin, key->s, key->len,
			       ports_of(c), d);
	if (err)
		return blame(c, key, d, err, "parsing flow key");
	if (!has_ufid)
		*ufid = flow_match_ufid(&c->match);
	return 0;
}

static int dpctl_put_flow_dpif(struct dpctl *c, const struct piece *key,
			       const struct piece *actions, unsigned int flags, struct diag *d)
{
	struct dpif_flow_put put = { .flags = flags,
				     .match = &c->match,
				     .actions = &c->actions,
				     .has_ufid = true,
				     .verdict = c->verdict,
				     .decision = &c->decision };
	struct span sp = SPAN(dpif_trace(c->dpif));
	struct flow_stats stats = { 0 };
	int err;

	memset(&c->decision, 0, sizeof c->decision);
	err = parse_key(c, key, &put.ufid, d);
	if (err)
		return span_end(&sp, err);
	flow_actions_clear(&c->actions);
	err = flow_actions_parse(&c->actions, actions->s, actions->len, ports_of(c), d);
	if (err)
		return span_end(&sp, blame(c, actions, d, err, "parsing actions"));
	put.stats = c->options.statistics && (flags & DPIF_FP_MODIFY) ? &stats : NULL;
	err = dpif_flow_put(c->dpif, &put, d);
	if (err) {
		diag_context(d, "updating flow table (%s)", diag_strerror(err));
		return span_end(&sp, err);
	}
	if (put.stats)
		dpctl_put_stats(c, &stats);
	return span_end(&sp, 0);
}

static int dpctl_put_flow(struct dpctl *c, int argc, const char *const *argv, unsigned int flags,
			  struct diag *d)
{
	struct span sp = SPAN(dpif_trace(c->dpif));
	int first, err;

	err = dpctl_skip_dp(c, argc, argv, 2, &first, d);
	if (!err) {
		const struct piece key = { argv[first], strlen(argv[first]), first, 0 };
		const struct piece actions = { argv[first + 1], strlen(argv[first + 1]), first + 1,
					       0 };

		err = dpctl_put_flow_dpif(c, &key, &actions, flags, d);
	}
	return span_end(&sp, err);
}

static unsigned int mod_flags(const struct dpctl *c)
{
	return DPIF_FP_MODIFY | (c->options.may_create ? DPIF_FP_CREATE : 0u) |
	       (c->options.zero ? DPIF_FP_ZERO_STATS : 0u);
}

int dpctl_add_flow(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	struct span sp = SPAN(dpif_trace(c->dpif));

	return span_end(&sp, dpctl_put_flow(c, argc, argv, DPIF_FP_CREATE, d));
}

int dpctl_mod_flow(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	struct span sp = SPAN(dpif_trace(c->dpif));

	return span_end(&sp, dpctl_put_flow(c, argc, argv, mod_flags(c), d));
}

void dpctl_put_stats(struct dpctl *c, const struct flow_stats *stats)
{
	struct text t;

	/* A dump's ", packets:..." without what separates it from the key. */
	text_init(&t);
	flow_stats_format(&t, stats, dpctl_now_ms(c));
	text_put(&c->out, t.len > 2 ? t.s + 2 : t.s);
	text_put_char(&c->out, '\n');
	if (t.error && !c->out.error)
		c->out.error = t.error;
	text_fini(&t);
}

static int del_flow(struct dpctl *c, const struct piece *key, struct diag *d)
{
	struct flow_stats stats = { 0 };
	struct dpif_flow_del del = { .has_ufid = true, .match = &c->match };
	int err;

	/* A UFID alone is enough. */
	if (key->len == 5 + UFID_TEXT_LEN && !strncmp(key->s, "ufid:", 5)) {
		err = ufid_parse(&del.ufid, key->s + 5, UFID_TEXT_LEN, d);
		if (err)
			return blame(c, key, d, err, "parsing flow ufid");
	} else {
		err = parse_key(c, key, &del.ufid, d);
		if (err)
			return err;
	}
	del.stats = c->options.statistics ? &stats : NULL;
	err = dpif_flow_del(c->dpif, &del, d);
	if (err) {
		diag_context(d, "deleting flow (%s)%s", diag_strerror(err),
			     err == -ENOENT ? ". Perhaps you need to specify a UFID?" : "");
		return err;
	}
	if (del.stats)
		dpctl_put_stats(c, &stats);
	return 0;
}

int dpctl_del_flow(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	struct span sp = SPAN(dpif_trace(c->dpif));
	int first, err;

	err = dpctl_skip_dp(c, argc, argv, 1, &first, d);
	if (!err) {
		const struct piece key = { argv[first], strlen(argv[first]), first, 0 };

		err = del_flow(c, &key, d);
	}
	return span_end(&sp, err);
}

/* Files of flows: `[add|modify|delete] FLOW [ACTIONS]` on each line, # starts a comment. */

enum line_command {
	LINE_ADD,
	LINE_MODIFY,
	LINE_DELETE
};

static const char *const line_commands[] = { "add", "modify", "delete" };

/* The word at the begin of the line, if it is a command; the rest goes on behind it. */
static enum line_command take_command(struct piece *line, enum line_command otherwise)
{
	for (size_t i = 0; i < ARRAY_SIZE(line_commands); i++) {
		const size_t len = strlen(line_commands[i]);

		if (line->len <= len || memcmp(line->s, line_commands[i], len) ||
		    !isspace((unsigned char)line->s[len]))
			continue;
		line->s += len;
		line->len -= len;
		line->offset += len;
		return (enum line_command)i;
	}
	return otherwise;
}

static void trim(struct piece *p)
{
	for (; p->len && isspace((unsigned char)p->s[0]); p->s++, p->len--, p->offset++)
		;
	while (p->len && isspace((unsigned char)p->s[p->len - 1]))
		p->len--;
}

/*
 * Splits "FLOW ACTIONS": the actions begin after the last run of blanks outside parentheses that
 * no comma precedes or follows, because a key may have blanks after its commas. `ufid:` may be
 * followed by a blank.
 */
static void split(const struct piece *line, struct piece *key, struct piece *actions)
{
	size_t at = line->len, depth = 0;

	for (size_t i = 0; i < line->len; i++) {
		depth += line->s[i] == '(';
		depth -= line->s[i] == ')' && depth;
		if (depth || !i || !isspace((unsigned char)line->s[i]) || line->s[i - 1] == ',' ||
		    isspace((unsigned char)line->s[i - 1]))
			continue;
		if (line->s[i - 1] == ')') {
			at = i;
			break;
		}
	}
	*key = *actions = *line;
	key->len = at;
	actions->s += at;
	actions->len -= at;
	actions->offset += at;
	trim(key);
	trim(actions);
}

static int run_line(struct dpctl *c, struct piece line, enum line_command otherwise, struct diag *d)
{
	const enum line_command command = take_command(&line, otherwise);
	struct piece key, actions;

	trim(&line);
	split(&line, &key, &actions);
	switch (command) {
	case LINE_DELETE:
		return del_flow(c, &line, d);
	case LINE_ADD:
	case LINE_MODIFY:
		break;
	}
	if (!actions.len)
		return diag_set_at(d, line.offset + line.len, -EINVAL,
				   "there are no actions after the flow");
	return dpctl_put_flow_dpif(c, &key, &actions,
				   command == LINE_ADD ? DPIF_FP_CREATE : mod_flags(c), d);
}

/* All lines are tried; the first failure is returned, the number of the others is said. */
static int run_file(struct dpctl *c, FILE *f, const char *name, enum line_command otherwise,
		    struct diag *d)
{
	unsigned long number = 0, n_failed = 0;
	size_t cap = 0;
	char *s = NULL;
	ssize_t len;
	int first = 0;

	while ((len = getline(&s, &cap, f)) >= 0) {
		struct piece line = { s, (size_t)len, -1, 0 };
		char *comment = memchr(s, '#', (size_t)len);
		struct diag why;
		int err;

		number++;
		if (comment)
			line.len = (size_t)(comment - s);
		trim(&line);
		if (!line.len)
			continue;
		diag_init(&why);
		err = run_line(c, line, otherwise, &why);
		if (!err)
			continue;
		n_failed++;
		why.has_range = false; /* it would point into the file, not into an argument */
		diag_context(&why, "%s:%lu", name, number);
		text_putf(&c->out, "%s\n", why.words);
		if (!first)
			diag_copy(d, &why);
		first = first ? first : err;
	}
	free(s);
	if (n_failed > 1)
		text_putf(&c->out, "%lu lines failed\n", n_failed);
	c->bad_arg = -1;
	return first;
}

static int file_command(struct dpctl *c, int argc, const char *const *argv,
			enum line_command otherwise, struct diag *d)
{
	int first, err;
	FILE *f;

	err = dpctl_skip_dp(c, argc, argv, 1, &first, d);
	if (err)
		return err;
	f = strcmp(argv[first], "-") ? fopen(argv[first], "re") : stdin;
	if (!f) {
		c->bad_arg = first;
		return diag_set(d, -errno, "%s: open failed (%s)", argv[first],
				diag_strerror(-errno));
	}
	err = run_file(c, f, argv[first], otherwise, d);
	if (f != stdin)
		fclose(f);
	return err;
}

int dpctl_add_flows(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	return file_command(c, argc, argv, LINE_ADD, d);
}

int dpctl_mod_flows(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	return file_command(c, argc, argv, LINE_MODIFY, d);
}

/* `del-flows [DP] [FILE]`: without a file, all. */
int dpctl_del_flows(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	if (argc == 3 || (argc == 2 && !names_dp(c, argv[1])))
		return file_command(c, argc, argv, LINE_DELETE, d);
	return dpif_flow_flush(c->dpif, d);
}
