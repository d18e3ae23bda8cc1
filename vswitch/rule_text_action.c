/* SPDX-License-Identifier: BSD-2-Clause */
/* The actions of a rule text. What OVS has and this vocabulary has not is refused by name. */
#include "vswitch/rule_text_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <strings.h>

enum argument {
	ARG_NONE,
	ARG_COLON, /* name:ARGUMENT */
	ARG_ANY	   /* name:ARGUMENT or name(ARGUMENT) */
};

/* One action's pieces in the text. */
struct call {
	struct piece all, name, arg;
	char mark; /* ':' or '(' before the argument; NUL: there is none */
};

struct actions {
	struct rule_text *rt;
	struct rule *rule;
};

static struct rule_action *add(struct actions *as, const struct call *c, enum rule_action_type type,
			       int *err)
{
	struct rule_action *a = rule_add_action(as->rule);

	if (!a) {
		*err = as->rule->n_actions < RULE_ACTIONS_MAX
			       ? diag_set(as->rt->d, -ENOMEM, "no memory for another action")
			       : RULE_REFUSE(as->rt, c->all, -E2BIG, "more than %d actions",
					     RULE_ACTIONS_MAX);
		return NULL;
	}
	a->type = type;
	a->range =
		(struct flow_range){ (uint32_t)(c->all.p - as->rt->begin), (uint32_t)c->all.len };
	return a;
}

static int read_port(struct actions *as, struct piece s, uint32_t *port)
{
	struct flow_match m = { .headers = 0 };
	int err = flow_field_parse(&m, FLOW_IN_PORT, s.p, s.len, as->rt->ports, as->rt->d);

	if (err) {
		diag_shift(as->rt->d, (size_t)(s.p - as->rt->begin));
		return err;
	}
	if (memchr(s.p, '/', s.len))
		return RULE_REFUSE(as->rt, s, -EINVAL, "a port has no mask");
	*port = m.key.in_port;
	return 0;
}

static int read_plain(struct actions *as, const struct call *c, enum rule_action_type type)
{
	int err = 0;

	add(as, c, type, &err);
	return err;
}

static int read_output(struct actions *as, const struct call *c, enum rule_action_type type)
{
	struct rule_action *a;
	uint32_t port = 0;
	int err = read_port(as, c->arg, &port);

	if (err)
		return err;
	a = add(as, c, type, &err);
	if (a)
		a->port = port;
	return err;
}

static int read_vlan(struct actions *as, const struct call *c, enum rule_action_type type)
{
	bool vid = type == RULE_ACT_MOD_VLAN_VID;
	struct rule_action *a;
	uint64_t v;
	int err = rule_text_number(as->rt, c->arg, vid ? 4095 : 7, &v);

	if (err)
		return err;
	a = add(as, c, type, &err);
	if (!a)
		return err;
	if (vid)
		a->vid = (uint16_t)v; /* at most 4095 */
	else
		a->pcp = (uint8_t)v; /* at most 7 */
	return 0;
}

static int read_push_vlan(struct actions *as, const struct call *c, enum rule_action_type type)
{
	struct rule_action *a;
	uint64_t v;
	int err = rule_text_number(as->rt, c->arg, 0xffff, &v);

	if (!err && v != ETH_P_8021Q && v != ETH_P_8021AD)
		err = RULE_REFUSE(as->rt, c->arg, -EINVAL, "a tag has the type 0x8100 or 0x88a8");
	if (err)
		return err;
	a = add(as, c, type, &err);
	if (a)
		a->tpid = be16_from_host((uint16_t)v);
	return err;
}

static int read_table(struct actions *as, struct piece s, uint8_t *table)
{
	uint64_t v;
	int err = rule_text_number(as->rt, s, RULE_TABLES - 1, &v);

	if (!err)
		*table = (uint8_t)v;
	return err;
}

static int read_goto(struct actions *as, const struct call *c, enum rule_action_type type)
{
	struct rule_action *a;
	uint8_t table;
	int err = read_table(as, c->arg, &table);

	if (!err && table <= as->rule->name.table)
		err = RULE_REFUSE(as->rt, c->arg, -EINVAL,
				  "goto_table can only go to a later table than %u",
				  as->rule->name.table);
	if (err)
		return err;
	a = add(as, c, type, &err);
	if (a)
		a->table = table;
	return err;
}

/* resubmit:PORT, resubmit(PORT), resubmit(PORT,TABLE), resubmit(,TABLE) */
static int read_resubmit(struct actions *as, const struct call *c, enum rule_action_type type)
{
	const char *comma = c->mark == '(' && c->arg.len ? memchr(c->arg.p, ',', c->arg.len) : NULL;
	struct piece port = { c->arg.p, comma ? (size_t)(comma - c->arg.p) : c->arg.len };
	struct piece rest = { comma ? comma + 1 : NULL, comma ? c->arg.len - port.len - 1 : 0 };
	uint32_t number = RULE_PORT_SAME;
	uint8_t table = RULE_TABLE_SAME;
	struct rule_action *a;
	int err = 0;

	if (!port.len && !rest.len)
		return RULE_REFUSE(as->rt, c->all, -EINVAL, "resubmit needs a port or a table");
	if (rest.len && memchr(rest.p, ',', rest.len))
		return RULE_REFUSE(as->rt, rest, -EOPNOTSUPP,
				   "resubmit(PORT,TABLE,ct) is not supported yet");
	if (port.len && !piece_is_nocase(port, "in_port"))
		err = read_port(as, port, &number);
	if (!err && rest.len)
		err = read_table(as, rest, &table);
	if (err)
		return err;
	a = add(as, c, type, &err);
	if (a) {
		a->resubmit.port = number;
		a->resubmit.table = table;
	}
	return err;
}

/* The number in @s, a part of a byte, into value and mask. */
static int read_part(struct actions *as, const struct rule_set_info *info, struct piece s,
		     unsigned int shift, struct rule_action *a)
{
	uint64_t v;
	int err = rule_text_number(as->rt, s, (uint64_t)info->bits >> shift, &v);

	if (err)
		return err;
	a->set.value[0] = (uint8_t)(v << shift); /* at most 8 bits */
	a->set.mask[0] = info->bits;
	if (a->set.value[0] & ~info->bits)
		return RULE_REFUSE(as->rt, s, -EINVAL,
				   "%.*s has bits outside the DSCP: it must be a multiple of 4",
				   RULE_PIECE(s));
	return 0;
}

static int read_set(struct actions *as, const struct call *c, enum rule_set_target target,
		    struct piece s, unsigned int shift)
{
	const struct rule_set_info *info = &rule_set_table[target];
	const struct flow_field_info *field = &flow_field_table[info->fields[0]];
	struct rule_action *a, read = { .type = RULE_ACT_SET };
	struct flow_match m = { .headers = 0 };
	int err;

	if (info->bits) {
		err = read_part(as, info, s, shift, &read);
	} else {
		err = rule_text_field(as->rt, info->fields[0], s, &m);
		flow_match_normalise(&m);
		memcpy(read.set.value, (const uint8_t *)&m.key + field->offset, field->size);
		memcpy(read.set.mask, (const uint8_t *)&m.mask + field->offset, field->size);
	}
	if (err)
		return err;
	a = add(as, c, RULE_ACT_SET, &err);
	if (!a)
		return err;
	read.range = a->range;
	*a = read;
	a->set.target = target;
	return 0;
}

static int read_set_vlan(struct actions *as, const struct call *c, bool vid, struct piece s)
{
	struct rule_action *a;
	uint64_t v;
	int err = rule_text_number(as->rt, s, vid ? 0x1fff : 7, &v);

	if (!err && vid && !(v & 0x1000))
		err = RULE_REFUSE(as->rt, s, -EINVAL,
				  "vlan_vid has the bit 0x1000 for a tag: write %u",
				  0x1000 | (unsigned int)v);
	if (err)
		return err;
	a = add(as, c, vid ? RULE_ACT_SET_VLAN_VID : RULE_ACT_SET_VLAN_PCP, &err);
	if (!a)
		return err;
	if (vid)
		a->vid = v & 0xfff;
	else
		a->pcp = (uint8_t)v; /* at most 7 */
	return 0;
}

/* set_field:VALUE[/MASK]->FIELD */
static int read_set_field(struct actions *as, const struct call *c, enum rule_action_type type)
{
	struct piece value = c->arg, name;
	const char *arrow = c->arg.len ? memmem(c->arg.p, c->arg.len, "->", 2) : NULL;

	if (!arrow)
		return RULE_REFUSE(as->rt, c->all, -EINVAL, "set_field is VALUE->FIELD");
	value.len = (size_t)(arrow - value.p);
	name = (struct piece){ arrow + 2, c->arg.len - value.len - 2 };
	for (unsigned int i = 0; i < RULE_N_SET_TARGETS; i++) {
		const struct rule_set_info *info = &rule_set_table[i];

		if (piece_is(name, info->name))
			return read_set(as, c, (enum rule_set_target)i, value, info->shift);
		if (piece_is(name, info->alias))
			return read_set(as, c, (enum rule_set_target)i, value, 0);
	}
	if (piece_is(name, "vlan_vid") || piece_is(name, "vlan_pcp"))
		return read_set_vlan(as, c, piece_is(name, "vlan_vid"), value);
	return RULE_REFUSE(as->rt, name, -EOPNOTSUPP, "set_field: %.*s cannot be set%s",
			   RULE_PIECE(name), name.len ? " yet" : "");
}

/* clang-format off */
static const struct action_row {
	const char *name, *alias;
	enum argument argument;
	enum rule_action_type type;
	int (*read)(struct actions *as, const struct call *c, enum rule_action_type type);
} rows[] = {
	{ "output", NULL, ARG_ANY, RULE_ACT_OUTPUT, read_output },
	{ "in_port", NULL, ARG_NONE, RULE_ACT_IN_PORT, read_plain },
	{ "normal", NULL, ARG_NONE, RULE_ACT_NORMAL, read_plain },
	{ "flood", NULL, ARG_NONE, RULE_ACT_FLOOD, read_plain },
	{ "all", NULL, ARG_NONE, RULE_ACT_ALL, read_plain },
	{ "mod_vlan_vid", "set_vlan_vid", ARG_COLON, RULE_ACT_MOD_VLAN_VID, read_vlan },
	{ "mod_vlan_pcp", "set_vlan_pcp", ARG_COLON, RULE_ACT_MOD_VLAN_PCP, read_vlan },
	{ "push_vlan", NULL, ARG_COLON, RULE_ACT_PUSH_VLAN, read_push_vlan },
	{ "strip_vlan", "pop_vlan", ARG_NONE, RULE_ACT_POP_VLAN, read_plain },
	{ "dec_ttl", NULL, ARG_NONE, RULE_ACT_DEC_TTL, read_plain },
	{ "resubmit", NULL, ARG_ANY, RULE_ACT_RESUBMIT, read_resubmit },
	{ "goto_table", NULL, ARG_COLON, RULE_ACT_GOTO_TABLE, read_goto },
	{ "set_field", NULL, ARG_COLON, RULE_ACT_SET, read_set_field },
};

/* Of OVS, not here. A row goes when the action comes. */
static const char *const absent[] = {
	"write_actions", "clear_actions", "apply_actions", "write_metadata", "group", "meter", "learn", "ct", "ct_clear", "nat",
	"controller", "local", "table", "enqueue", "output_trunc", "load", "move", "push", "pop", "set_tunnel", "set_tunnel64",
	"set_queue", "pop_queue", "push_mpls", "pop_mpls", "set_mpls_label", "set_mpls_tc", "set_mpls_ttl", "dec_mpls_ttl",
	"note", "sample", "multipath", "bundle", "bundle_load", "fin_timeout", "exit", "conjunction", "clone", "encap",
	"decap", "check_pkt_larger", "delete_field", "dec_nsh_ttl", "debug_recirc", "debug_slow", "mod_nw_proto",
};
/* clang-format on */

static int refuse_unknown(struct actions *as, const struct call *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (piece_is_nocase(c->name, absent[i]))
			return RULE_REFUSE(as->rt, c->all, -EOPNOTSUPP, "%.*s is not supported yet",
					   RULE_PIECE(c->name));
	if (piece_is_nocase(c->name, "drop"))
		return RULE_REFUSE(as->rt, c->all, -EINVAL, "drop can only stand alone");
	return RULE_REFUSE(as->rt, c->all, -EINVAL, "%.*s is neither an action nor a port",
			   RULE_PIECE(c->name));
}

static int check_argument(struct actions *as, const struct call *c, enum argument argument)
{
	if (argument == ARG_NONE && c->mark)
		return RULE_REFUSE(as->rt, c->all, -EINVAL, "%.*s has no argument",
				   RULE_PIECE(c->name));
	if (argument != ARG_NONE && (!c->mark || !c->arg.len))
		return RULE_REFUSE(as->rt, c->all, -EINVAL, "%.*s needs an argument",
				   RULE_PIECE(c->name));
	if (argument == ARG_COLON && c->mark != ':')
		return RULE_REFUSE(as->rt, c->all, -EINVAL, "%.*s: ':' is missing",
				   RULE_PIECE(c->name));
	return 0;
}

/* Whether the bare @s names a port, which is then an output. */
static bool is_port(const struct rule_text *rt, struct piece s)
{
	uint32_t port;

	if (s.len && (*s.p == '"' || (*s.p >= '0' && *s.p <= '9')))
		return true;
	return rt->ports && rt->ports->number &&
	       rt->ports->number(rt->ports->aux, s.p, s.len, &port);
}

static int read_call(struct actions *as, const struct call *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct action_row *row = &rows[i];
		int err;

		if (!piece_is_nocase(c->name, row->name) && !piece_is_nocase(c->name, row->alias))
			continue;
		err = check_argument(as, c, row->argument);
		return err ? err : row->read(as, c, row->type);
	}
	for (unsigned int i = 0; i < RULE_N_SET_TARGETS; i++) {
		int err;

		if (!piece_is_nocase(c->name, rule_set_table[i].mod))
			continue;
		err = check_argument(as, c, ARG_COLON);
		return err ? err : read_set(as, c, (enum rule_set_target)i, c->arg, 0);
	}
	if (is_port(as->rt, c->all)) {
		struct call output = { .all = c->all, .name = c->name, .arg = c->all };

		return read_output(as, &output, RULE_ACT_OUTPUT);
	}
	return refuse_unknown(as, c);
}

/* The end of the action at @p: a comma outside parentheses and quotes, or a blank. */
static const char *action_end(const char *p, const char *end)
{
	bool quoted = false;
	int depth = 0;

	for (; p < end; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
		if (depth <= 0 &&
		    (*p == ',' || *p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
			break;
	}
	return p;
}

/* The name, up to ':' or '(', and the argument. */
static int split(struct actions *as, struct call *c)
{
	size_t n = 0;

	while (n < c->all.len && c->all.p[n] != ':' && c->all.p[n] != '(' && c->all.p[n] != '"')
		n++;
	c->name = (struct piece){ c->all.p, n };
	c->mark = n < c->all.len && c->all.p[n] != '"' ? c->all.p[n] : '\0';
	c->arg = c->mark ? (struct piece){ c->all.p + n + 1, c->all.len - n - 1 }
			 : (struct piece){ c->all.p + n, 0 };
	if (c->mark != '(')
		return 0;
	if (!c->arg.len || c->arg.p[c->arg.len - 1] != ')')
		return RULE_REFUSE(as->rt, c->all, -EINVAL, "')' is missing");
	c->arg.len--;
	return 0;
}

static int check_last(struct actions *as)
{
	const struct rule *r = as->rule;

	for (size_t i = 0; i + 1 < r->n_actions; i++)
		if (r->actions[i].type == RULE_ACT_GOTO_TABLE)
			return diag_set_range(as->rt->d, r->actions[i].range.offset,
					      r->actions[i].range.length, -EINVAL,
					      "goto_table can only come last");
	return 0;
}

int rule_text_actions(struct rule_text *rt, struct piece s, struct rule *r)
{
	struct actions as = { rt, r };
	const char *p = s.p, *end = s.p + s.len;

	while (p < end && (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\r' || end[-1] == '\t'))
		end--;
	if (piece_is_nocase((struct piece){ p, (size_t)(end - p) }, "drop"))
		return 0;
	while (p < end) {
		struct call c;
		int err;

		if (*p == ',' || *p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') {
			p++;
			continue;
		}
		c.all = (struct piece){ p, (size_t)(action_end(p, end) - p) };
		p += c.all.len;
		err = split(&as, &c);
		if (!err)
			err = read_call(&as, &c);
		if (err) {
			diag_field(rt->d, "actions");
			return err;
		}
	}
	return check_last(&as);
}
