/* SPDX-License-Identifier: BSD-2-Clause */
/* ovs-dpctl's commands that show, those about ports, and the table of all commands. */
#include "dpif/dpctl_internal.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>

uint64_t dpctl_now_ms(const struct dpctl *c)
{
	const uint64_t now = dpif_offload(c->dpif) ? offload_now_ms(dpif_offload(c->dpif)) : 0;

	return now ? now : clock_now_ns() / NSEC_PER_MSEC;
}

static bool wants_names(const struct dpctl *c)
{
	return !c->options.no_names && (c->options.names || c->options.more);
}

/* What type= may name, and what it selects. */
enum {
	SHOW_OVS = 1 << 0,
	SHOW_TC = 1 << 1,
	SHOW_OFFLOADED = 1 << 2,
	SHOW_NON_OFFLOADED = 1 << 3,
	SHOW_ALL = (1 << 4) - 1
};

static const struct {
	const char *name;
	unsigned int show;
} types[] = {
	{ "ovs", SHOW_OVS },
	{ "tc", SHOW_TC },
	{ "offloaded", SHOW_OFFLOADED },
	{ "non-offloaded", SHOW_NON_OFFLOADED },
	{ "all", SHOW_ALL },
	{ "dpdk", 0 }, /* there are none */
	{ "partially-offloaded", 0 },
};

static int parse_types(const char *s, unsigned int *show, struct diag *d)
{
	*show = 0;
	while (*s) {
		const size_t len = strcspn(s, ",");
		size_t i = 0;

		while (i < ARRAY_SIZE(types) &&
		       (strlen(types[i].name) != len || memcmp(types[i].name, s, len)))
			i++;
		if (i == ARRAY_SIZE(types))
			return diag_set(d, -EINVAL, "Failed to parse type (%.*s)", (int)len, s);
		*show |= types[i].show;
		s += len + (s[len] == ',');
	}
	return 0;
}

static bool is_shown(unsigned int show, enum dpif_place place)
{
	switch (place) {
	case DPIF_PLACE_KERNEL:
	case DPIF_PLACE_NONE:
		return show & (SHOW_OVS | SHOW_NON_OFFLOADED);
	case DPIF_PLACE_TC:
		return show & (SHOW_TC | SHOW_NON_OFFLOADED);
	case DPIF_PLACE_HW:
		return show & (SHOW_TC | SHOW_OFFLOADED);
	}
	return false;
}

/* OVS's place for free text about a flow. */
static void put_reason(struct text *t, const struct dpif_decision *decision)
{
	if (!decision->error)
		return;
	text_put(t, ", dp-extra-info:not in hardware: ");
	if (decision->field[0])
		text_putf(t, "%s: ", decision->field);
	text_putf(t, "%s (%s %s%s%s)", decision->words, decision->layer, decision->function,
		  decision->inferred ? ", inferred" : "",
		  dpif_decision_is_transient(decision) ? ", may pass" : "");
}

static void put_flow(struct dpctl *c, const struct dpif_flow *flow)
{
	const struct flow_ports *ports = wants_names(c) ? dpif_ports(c->dpif) : NULL;
	struct text *t = &c->out;

	if (c->options.more && flow->has_ufid) {
		text_put(t, "ufid:");
		ufid_format(t, &flow->ufid);
		text_put(t, ", ");
	}
	flow_match_format(t, &flow->match, ports, c->options.more);
	flow_stats_format(t, &flow->stats, dpctl_now_ms(c));
	if (c->options.more) {
		if (flow->decision.place == DPIF_PLACE_HW)
			text_put(t, ", offloaded:yes");
		text_put(t, flow->decision.place >= DPIF_PLACE_TC ? ", dp:tc" : ", dp:ovs");
	}
	text_put(t, ", actions:");
	flow_actions_format(t, &flow->actions, ports);
	if (c->options.more)
		put_reason(t, &flow->decision);
	text_put_char(t, '\n');
}

struct flow_dump {
	struct dpctl *c;
	unsigned int show;
};

static enum walk dump_flow(void *aux, const struct dpif_flow *flow)
{
	const struct flow_dump *w = aux;

	if (is_shown(w->show, flow->decision.place))
		put_flow(w->c, flow);
	return w->c->out.error ? WALK_STOP : WALK_ON;
}

static int dump_flows_arg(struct dpctl *c, const char *arg, int i, struct flow_dump *w,
			  struct diag *d)
{
	int err;

	if (!strncmp(arg, "type=", 5))
		err = parse_types(arg + 5, &w->show, d);
	else if (!strncmp(arg, "filter=", 7))
		err = diag_set_range(d, 0, strlen(arg), -EOPNOTSUPP,
				     "filter= is not supported: it is a match of OpenFlow");
	else if (!strncmp(arg, "pmd=", 4))
		err = diag_set_range(d, 0, strlen(arg), -EOPNOTSUPP,
				     "pmd= is for userspace datapaths only");
	else
		return dpctl_open_dp(c, arg, i, d);
	if (err)
		c->bad_arg = i;
	return err;
}

static int dpctl_dump_flows(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	struct flow_dump w = { c, SHOW_ALL };

	for (int i = 1; i < argc; i++) {
		const int err = dump_flows_arg(c, argv[i], i, &w, d);

		if (err)
			return err;
	}
	return dpif_flow_dump(c->dpif, dump_flow, &w, d);
}

static int dpctl_get_flow(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	struct dpif_flow flow;
	struct ufid ufid;
	int first, err;

	err = dpctl_skip_dp(c, argc, argv, 1, &first, d);
	if (err)
		return err;
	c->bad_arg = first;
	if (strncmp(argv[first], "ufid:", 5))
		return diag_set_at(d, 0, -EINVAL, "parsing flow ufid: it must begin with ufid:");
	err = ufid_parse(&ufid, argv[first] + 5, strlen(argv[first] + 5), d);
	if (err) {
		diag_shift(d, 5);
		diag_context(d, "parsing flow ufid");
		return err;
	}
	c->bad_arg = -1;
	dpif_flow_init(&flow);
	err = dpif_flow_get(c->dpif, &ufid, &flow, d);
	if (err)
		diag_context(d, "getting flow");
	else
		put_flow(c, &flow);
	dpif_flow_fini(&flow);
	return err;
}

static int dpctl_dump_dps(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	text_putf(&c->out, "%s\n", dpif_name(c->dpif));
	return 0;
}

/* "1.2 KiB", as OVS prints sizes behind exact ones. */
static void put_human(struct text *t, uint64_t n)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double x = (double)n / 1024;
	size_t i = 0;

	if (n < 1024)
		return;
	for (; x >= 1024 && i + 1 < ARRAY_SIZE(units); i++)
		x /= 1024;
	text_putf(t, " (%.1f %s)", x, units[i]);
}

static void put_port_stats(struct text *t, const struct dpif_port *p)
{
	text_putf(t, "    RX packets:%ju errors:%ju dropped:%ju overruns:? frame:?\n",
		  (uintmax_t)p->rx_packets, (uintmax_t)p->rx_errors, (uintmax_t)p->rx_dropped);
	text_putf(t, "    TX packets:%ju errors:%ju dropped:%ju aborted:? carrier:?\n",
		  (uintmax_t)p->tx_packets, (uintmax_t)p->tx_errors, (uintmax_t)p->tx_dropped);
	text_put(t, "    collisions:?\n");
	text_putf(t, "    RX bytes:%ju", (uintmax_t)p->rx_bytes);
	put_human(t, p->rx_bytes);
	text_putf(t, "  TX bytes:%ju", (uintmax_t)p->tx_bytes);
	put_human(t, p->tx_bytes);
	text_put_char(t, '\n');
}

static enum walk show_port(void *aux, const struct dpif_port *p)
{
	struct dpctl *c = aux;

	text_putf(&c->out, "  port %u: %s", p->number, p->name);
	if (strcmp(p->type, "system"))
		text_putf(&c->out, " (%s)", p->type);
	text_put_char(&c->out, '\n');
	if (c->options.statistics)
		put_port_stats(&c->out, p);
	return WALK_ON;
}

static void put_dp_stats(struct text *t, const struct dpif_stats *s)
{
	const uint64_t n = s->n_hit + s->n_missed;

	text_putf(t, "  lookups: hit:%ju missed:%ju lost:%ju\n", (uintmax_t)s->n_hit,
		  (uintmax_t)s->n_missed, (uintmax_t)s->n_lost);
	text_putf(t, "  flows: %ju\n", (uintmax_t)s->n_flows);
	text_putf(t, "  masks: hit:%ju total:%u hit/pkt:%.2f\n", (uintmax_t)s->n_mask_hit,
		  s->n_masks, n ? (double)s->n_mask_hit / (double)n : 0.0);
	text_putf(t, "  cache: hit:%ju hit-rate:%.2f%%\n", (uintmax_t)s->n_cache_hit,
		  n ? (double)s->n_cache_hit * 100 / (double)n : 0.0);
	if (s->has_masks_cache)
		text_putf(t, "  caches:\n    masks-cache: size:%u\n", s->masks_cache_size);
}

static int dpctl_show(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	struct dpif_stats stats;
	int err = 0;

	for (int i = 1; !err && i < argc; i++)
		err = dpctl_open_dp(c, argv[i], i, d);
	if (!err)
		err = dpif_get_stats(c->dpif, &stats, d);
	if (err)
		return err;
	text_putf(&c->out, "%s:\n", dpif_name(c->dpif));
	put_dp_stats(&c->out, &stats);
	return dpif_port_dump(c->dpif, show_port, c, d);
}

/* A name and its options: "eth0,type=internal,port_no=5". */
static int parse_if(const char *arg, char name[IFNAMSIZ], char type[16], uint32_t *number,
		    struct diag *d)
{
	const char *s = arg + strcspn(arg, ",");

	if (s == arg || s - arg >= IFNAMSIZ)
		return diag_set_at(d, 0, -EINVAL, "the name of a port has 1 to %d characters",
				   IFNAMSIZ - 1);
	memcpy(name, arg, (size_t)(s - arg));
	name[s - arg] = '\0';
	strcpy(type, "system");
	*number = UINT32_MAX;
	while (*s++) {
		const size_t len = strcspn(s, ","), at = (size_t)(s - arg);
		char *end;

		if (!strncmp(s, "type=", 5) && len > 5 && len - 5 < 16) {
			memcpy(type, s + 5, len - 5);
			type[len - 5] = '\0';
		} else if (!strncmp(s, "port_no=", 8) && s[8] >= '0' && s[8] <= '9') {
			const unsigned long x = strtoul(s + 8, &end, 10);

			if (end != s + len || x > 65535)
				return diag_set_range(d, at, len, -EINVAL,
						      "a port number is 0 to 65535");
			*number = (uint32_t)x;
		} else {
			return diag_set_range(d, at, len ? len : 1, -EINVAL,
					      "unknown option \"%.*s\": type= and port_no= exist",
					      (int)len, s);
		}
		s += len;
	}
	return 0;
}

static int dpctl_add_if(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	int err = dpctl_open_dp(c, argv[1], 1, d);

	for (int i = 2; !err && i < argc; i++) {
		char name[IFNAMSIZ], type[16];
		uint32_t number;

		err = parse_if(argv[i], name, type, &number, d);
		if (!err)
			err = dpif_port_add(c->dpif, name, type, &number, d);
		if (err) {
			c->bad_arg = i;
			diag_context(d, "adding %s to %s", argv[i], dpif_name(c->dpif));
		}
	}
	return err;
}

/* A port by its name or its number. */
static int port_number(struct dpctl *c, const char *s, uint32_t *number, struct diag *d)
{
	const struct flow_ports *ports = dpif_ports(c->dpif);
	unsigned long x;
	char *end;

	if (ports->number(ports->aux, s, strlen(s), number))
		return 0;
	x = strtoul(s, &end, 10);
	if (*s < '0' || *s > '9' || *end || x > UINT16_MAX)
		return diag_set_range(d, 0, strlen(s), -ENODEV, "no port named %s", s);
	*number = (uint32_t)x;
	return 0;
}

static int dpctl_del_if(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	int err = dpctl_open_dp(c, argv[1], 1, d);

	for (int i = 2; !err && i < argc; i++) {
		uint32_t number;

		err = port_number(c, argv[i], &number, d);
		if (!err)
			err = dpif_port_del(c->dpif, number, d);
		if (err) {
			c->bad_arg = i;
			diag_context(d, "deleting port %s from %s", argv[i], dpif_name(c->dpif));
		}
	}
	return err;
}

const struct dpctl_command dpctl_commands[] = {
	{ "add-flow", "[DP] FLOW ACTIONS", "add FLOW with ACTIONS", 2, 3, dpctl_add_flow },
	{ "mod-flow", "[DP] FLOW ACTIONS", "change the actions of FLOW", 2, 3, dpctl_mod_flow },
	{ "del-flow", "[DP] FLOW|ufid:UFID", "delete FLOW", 1, 2, dpctl_del_flow },
	{ "get-flow", "[DP] ufid:UFID", "show one flow", 1, 2, dpctl_get_flow },
	{ "dump-flows", "[DP] [type=LIST]", "show the flows", 0, 6, dpctl_dump_flows },
	{ "add-flows", "[DP] FILE", "add the flows of FILE", 1, 2, dpctl_add_flows },
	{ "mod-flows", "[DP] FILE", "change the flows of FILE", 1, 2, dpctl_mod_flows },
	{ "del-flows", "[DP] [FILE]", "delete the flows of FILE, or all", 0, 2, dpctl_del_flows },
	{ "dump-dps", "", "name the datapaths", 0, 0, dpctl_dump_dps },
	{ "show", "[DP]", "show the datapath and its ports", 0, 1, dpctl_show },
	{ "add-if", "DP PORT[,type=T][,port_no=N]...", "add ports", 2, 64, dpctl_add_if },
	{ "del-if", "DP PORT...", "delete ports", 2, 64, dpctl_del_if },
	{ NULL, NULL, NULL, 0, 0, NULL },
};

int dpctl_run_command(struct dpctl *c, int argc, const char *const *argv, struct diag *d)
{
	const struct dpctl_command *p = dpctl_commands;
	int err;

	c->bad_arg = -1;
	if (argc < 1)
		return diag_set(d, -EINVAL, "missing command name; use --help for help");
	while (p->name && strcmp(p->name, argv[0]))
		p++;
	if (!p->name)
		return diag_set(d, -EINVAL, "unknown command '%s'; use --help for help", argv[0]);
	if (argc - 1 < p->min_args)
		return diag_set(d, -EINVAL, "'%s' command requires at least %d arguments", p->name,
				p->min_args);
	if (argc - 1 > p->max_args)
		return diag_set(d, -EINVAL, "'%s' command takes at most %d arguments", p->name,
				p->max_args);
	err = p->run(c, argc, argv, d);
	if (!err && c->out.error)
		err = diag_set(d, c->out.error, "no memory for the output");
	return err;
}
