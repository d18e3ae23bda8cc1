/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Action texts. What OVS knows and this vocabulary does not is refused by name; a bare word that is
 * no action can only be the name of a port.
 */
#include "flow/text_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <strings.h>

#define VLAN_CFI 0x1000

/* Actions of OVS that are not in this vocabulary. A row goes when the action comes. */
#define ABSENT(name)                   \
	{                              \
		name, sizeof(name) - 1 \
	}
static const struct {
	const char *name;
	size_t len;
} absent_actions[] = {
	ABSENT("ct"),	     ABSENT("ct_clear"),  ABSENT("sample"),   ABSENT("clone"),
	ABSENT("hash"),	     ABSENT("push_mpls"), ABSENT("pop_mpls"), ABSENT("add_mpls"),
	ABSENT("push_eth"),  ABSENT("pop_eth"),	  ABSENT("push_nsh"), ABSENT("pop_nsh"),
	ABSENT("encap_nsh"), ABSENT("meter"),	  ABSENT("trunc"),    ABSENT("check_pkt_len"),
	ABSENT("dec_ttl"),   ABSENT("tnl_push"),  ABSENT("tnl_pop"),  ABSENT("lb_output"),
	ABSENT("psample"),   ABSENT("tunnel"),
};
#undef ABSENT

/* Headers that set() can change. */
static const uint64_t settable = UINT64_C(1) << FLOW_H_ETH | UINT64_C(1) << FLOW_H_IPV4 |
				 UINT64_C(1) << FLOW_H_IPV6 | UINT64_C(1) << FLOW_H_TCP |
				 UINT64_C(1) << FLOW_H_UDP;

static bool is_absent(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(absent_actions); i++)
		if (absent_actions[i].len == len && !memcmp(name, absent_actions[i].name, len))
			return true;
	return false;
}

static bool is_drop(const char *s, size_t len)
{
	return len == 4 && !strncasecmp(s, "drop", 4);
}

bool scan_is_action(const char *name, size_t len)
{
	for (size_t i = 0; i < FLOW_N_ACTION_TYPES; i++)
		if (scan_is_name(name, len, flow_action_names[i]))
			return true;
	return is_drop(name, len) || is_absent(name, len);
}

/* A new action at the end; NULL with words. */
static struct flow_action *add(struct scan *sc, struct flow_actions *l, enum flow_action_type type,
			       int *err)
{
	struct flow_action *a = flow_actions_add(l);

	if (LIKELY(a != NULL)) {
		a->type = type;
		return a;
	}
	if (l->n < FLOW_ACTIONS_MAX)
		*err = diag_set(sc->d, -ENOMEM, "no memory for another action");
	else
		*err = SCAN_REFUSE(sc, sc->p, sc->p + 1, -E2BIG, "more than %u actions",
				   FLOW_ACTIONS_MAX);
	return NULL;
}

static int scan_output(struct scan *sc, struct flow_actions *l)
{
	const char *from = sc->p;
	struct flow_action *a;
	uint32_t port;
	int err = scan_port(sc, &port);

	if (err) {
		diag_field(sc->d, flow_action_names[FLOW_ACT_OUTPUT]);
		return err;
	}
	a = add(sc, l, FLOW_ACT_OUTPUT, &err);
	if (!a)
		return err;
	a->port = port;
	a->range = scan_range(sc, from);
	return 0;
}

/* The values that `push_vlan(` lists; their names are those of fields of VLAN, and tpid. */
static int scan_tag(struct scan *sc, struct flow_match *m, uint64_t *seen)
{
	for (;;) {
		const char *from;
		uint32_t v;
		int err;

		scan_separators(sc);
		from = sc->p;
		if (sc->end - from < 5 || memcmp(from, "tpid=", 5) ||
		    (*seen & UINT64_C(1) << FLOW_VLAN_TPID))
			return scan_fields(sc, FLOW_H_VLAN, m, seen, NULL);
		sc->p += 5;
		err = scan_number(sc, UINT16_MAX, &v);
		if (err) {
			diag_context(sc->d, "push_vlan.tpid");
			return err;
		}
		m->key.vlan[0].tpid = be16_from_host((uint16_t)v);
		*seen |= UINT64_C(1) << FLOW_VLAN_TPID;
	}
}

/* A pushed tag is whole: vid and pcp are needed, cfi can only be 1, nothing has a mask. */
static int check_tag(struct scan *sc, const char *from, const struct flow_match *m, uint64_t seen)
{
	static const enum flow_field needed[] = { FLOW_VLAN_VID, FLOW_VLAN_PCP };

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (!(seen & UINT64_C(1) << needed[i]))
			return SCAN_REFUSE(sc, from, sc->p, -EINVAL, "push_vlan: %s= is missing",
					   flow_field_table[needed[i]].name);
	for (unsigned int f = FLOW_VLAN_VID; f <= FLOW_VLAN_CFI; f++)
		if ((seen & UINT64_C(1) << f) && !flow_field_is_full(&m->mask, (enum flow_field)f))
			return SCAN_REFUSE(sc, from, sc->p, -EINVAL,
					   "push_vlan: %s cannot have a mask",
					   flow_field_table[f].name);
	if ((seen & UINT64_C(1) << FLOW_VLAN_CFI) && !flow_field_is_set(&m->key, FLOW_VLAN_CFI))
		return SCAN_REFUSE(sc, from, sc->p, -EINVAL,
				   "push_vlan: cfi=0 is no tag, only cfi=1 can be pushed");
	return 0;
}

static int scan_push_vlan(struct scan *sc, struct flow_actions *l, const char *from)
{
	struct flow_match m = { .headers = 0 };
	struct flow_action *a;
	uint64_t seen = 0;
	int err;

	m.key.vlan[0].tpid = be16_from_host(ETH_P_8021Q);
	err = scan_tag(sc, &m, &seen);
	if (!err)
		err = check_tag(sc, from, &m, seen);
	if (err) {
		diag_field(sc->d, flow_action_names[FLOW_ACT_PUSH_VLAN]);
		return err;
	}
	a = add(sc, l, FLOW_ACT_PUSH_VLAN, &err);
	if (!a)
		return err;
	a->push_vlan = m.key.vlan[0];
	a->push_vlan.tci |= be16_from_host(VLAN_CFI);
	a->range = scan_range(sc, from);
	return 0;
}

static int scan_pop_vlan(struct scan *sc, struct flow_actions *l, const char *from)
{
	int err = 0;
	struct flow_action *a = add(sc, l, FLOW_ACT_POP_VLAN, &err);

	if (a)
		a->range = scan_range(sc, from);
	return err;
}

/* The header name inside `set(`, up to its '('. */
static int scan_set_header(struct scan *sc, enum flow_header *h)
{
	const char *from = sc->p;
	size_t len = scan_word(sc);
	bool known;

	*h = scan_find_header(from, len, FLOW_H_ETH);
	known = *h != FLOW_N_HEADERS;
	for (const struct flow_absent_key *a = flow_absent_keys; a->name && !known; a++)
		known = scan_is_name(from, len, a->name);
	if (!known || !scan_takes(sc, '('))
		return SCAN_REFUSE(sc, from, sc->p > from ? sc->p : from + 1, -EINVAL,
				   "set(...) needs a header as ipv4(ttl=63)");
	if (*h == FLOW_N_HEADERS || !(settable & flow_header_bit(*h)))
		return SCAN_REFUSE(sc, from, sc->p - 1, -EOPNOTSUPP,
				   "set(%.*s) is not supported yet", SCAN_TEXT(from, sc->p - 1));
	return 0;
}

static int scan_set(struct scan *sc, struct flow_actions *l, const char *from)
{
	const struct flow_header_info *info;
	struct flow_match m = { .headers = 0 };
	enum flow_header h = FLOW_N_HEADERS;
	struct flow_action *a;
	uint64_t seen = 0;
	int err = scan_set_header(sc, &h);

	if (!err)
		err = scan_fields(sc, h, &m, &seen, NULL);
	if (!err && !scan_takes(sc, ')'))
		err = SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL, "set: ')' is missing");
	if (err) {
		diag_field(sc->d, flow_action_names[FLOW_ACT_SET]);
		return err;
	}
	a = add(sc, l, FLOW_ACT_SET, &err);
	if (!a)
		return err;
	flow_match_normalise(&m);
	info = &flow_header_table[h];
	a->set.header = h;
	memcpy(&a->set.key, (const uint8_t *)&m.key + info->offset, info->size);
	memcpy(&a->set.mask, (const uint8_t *)&m.mask + info->offset, info->size);
	a->range = scan_range(sc, from);
	return 0;
}

static int scan_recirc(struct scan *sc, struct flow_actions *l, const char *from)
{
	struct flow_action *a;
	uint32_t id;
	int err = scan_number(sc, UINT32_MAX, &id);

	if (!err && !scan_takes(sc, ')'))
		err = SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL, "recirc: ')' is missing");
	if (err) {
		diag_field(sc->d, flow_action_names[FLOW_ACT_RECIRC]);
		return err;
	}
	a = add(sc, l, FLOW_ACT_RECIRC, &err);
	if (!a)
		return err;
	a->recirc_id = id;
	a->range = scan_range(sc, from);
	return 0;
}

/* What stands in userspace( ). */

static int scan_pid(struct scan *sc, struct flow_userspace *u)
{
	return scan_number(sc, UINT32_MAX, &u->pid);
}

static int scan_tunnel_out_port(struct scan *sc, struct flow_userspace *u)
{
	u->has_tunnel_out_port = true;
	return scan_number(sc, UINT32_MAX, &u->tunnel_out_port);
}

static int scan_actions_flag(struct scan *sc, struct flow_userspace *u)
{
	u->actions = true;
	return 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int scan_userdata(struct scan *sc, struct flow_userspace *u)
{
	const char *from = sc->p;
	size_t n = scan_word(sc);

	if (!n || n % 2 || n / 2 > FLOW_USERDATA_MAX)
		return SCAN_REFUSE(sc, from, sc->p > from ? sc->p : from + 1, -EINVAL,
				   "userdata: pairs of hexadecimal digits are needed, at most %u",
				   FLOW_USERDATA_MAX);
	for (size_t i = 0; i < n; i++) {
		int x = hex_value(from[i]);

		if (x < 0)
			return SCAN_REFUSE(sc, from + i, from + i + 1, -EINVAL,
					   "userdata: '%c' is not a hexadecimal digit", from[i]);
		u->userdata[i / 2] = (uint8_t)(u->userdata[i / 2] << 4 | x);
	}
	n = n / 2 < FLOW_USERDATA_MIN ? FLOW_USERDATA_MIN : n / 2;
	u->userdata_size = (uint8_t)n;
	return 0;
}

static int scan_slow_path(struct scan *sc, struct flow_userspace *u)
{
	uint32_t reasons = 0;

	do {
		const char *from = sc->p;
		size_t len = scan_word(sc);
		unsigned int i = 0;

		if (len == 1 && *from == '0')
			continue;
		while (i < FLOW_N_SLOW_PATHS && !scan_is_name(from, len, flow_slow_path_names[i]))
			i++;
		if (i == FLOW_N_SLOW_PATHS)
			return SCAN_REFUSE(sc, from, from + (len ? len : 1), -EINVAL,
					   "slow_path: %.*s is not a reason", (int)len, from);
		reasons |= 1u << i;
	} while (scan_takes(sc, '|'));
	flow_userspace_set_slow_path(u, reasons);
	return 0;
}

/* The cookies of OVS that a vswitch without sampling and controllers does not make. */
static int scan_absent_cookie(struct scan *sc, struct flow_userspace *u)
{
	return SCAN_REFUSE(
		sc, sc->p, scan_token_end(sc), -EOPNOTSUPP,
		"this cookie of userspace is not supported yet: userdata(...) can hold it");
}

static const struct {
	const char *name;
	char before; /* what follows the name: '=', '(' or nothing */
	int (*scan)(struct scan *sc, struct flow_userspace *u);
} userspace_parts[] = {
	{ "pid", '=', scan_pid },
	{ "userdata", '(', scan_userdata },
	{ "slow_path", '(', scan_slow_path },
	{ "actions", 0, scan_actions_flag },
	{ "tunnel_out_port", '=', scan_tunnel_out_port },
	{ "sFlow", '(', scan_absent_cookie },
	{ "flow_sample", '(', scan_absent_cookie },
	{ "ipfix", '(', scan_absent_cookie },
	{ "controller", '(', scan_absent_cookie },
};

static int scan_userspace_part(struct scan *sc, struct flow_userspace *u, unsigned int *seen)
{
	const char *from = sc->p;
	size_t len = scan_word(sc), i = 0;
	int err;

	while (i < ARRAY_SIZE(userspace_parts) && !scan_is_name(from, len, userspace_parts[i].name))
		i++;
	if (i == ARRAY_SIZE(userspace_parts) || *seen >> i & 1 ||
	    (userspace_parts[i].before && !scan_takes(sc, userspace_parts[i].before)))
		return SCAN_REFUSE(sc, from, from + (len ? len : 1), -EINVAL,
				   "userspace: %.*s is not one of its parts, or is given twice",
				   (int)(len ? len : 1), from);
	*seen |= 1u << i;
	err = userspace_parts[i].scan(sc, u);
	if (!err && userspace_parts[i].before == '(' && !scan_takes(sc, ')'))
		err = SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL, "%s: ')' is missing",
				  userspace_parts[i].name);
	return err;
}

#define HAS_COOKIE (1u << 1 | 1u << 2) /* userdata, slow_path */

static int scan_userspace(struct scan *sc, struct flow_actions *l, const char *from)
{
	struct flow_userspace u = { .pid = 0 };
	struct flow_action *a;
	unsigned int seen = 0;
	int err;

	do
		err = scan_userspace_part(sc, &u, &seen);
	while (!err && scan_takes(sc, ','));
	if (!err && !scan_takes(sc, ')'))
		err = SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL, "userspace: ')' is missing");
	if (!err && !(seen & 1))
		err = SCAN_REFUSE(sc, from, sc->p, -EINVAL, "userspace: pid= is missing");
	if (!err && (seen & HAS_COOKIE) == HAS_COOKIE)
		err = SCAN_REFUSE(sc, from, sc->p, -EINVAL,
				  "userspace: slow_path is userdata: only one of them can be");
	if (err) {
		diag_field(sc->d, flow_action_names[FLOW_ACT_USERSPACE]);
		return err;
	}
	a = add(sc, l, FLOW_ACT_USERSPACE, &err);
	if (!a)
		return err;
	a->userspace = u;
	a->range = scan_range(sc, from);
	return 0;
}

/* The actions that are written as a word, or as a word with parentheses. */
static const struct {
	const char *name;
	bool has_arguments;
	int (*scan)(struct scan *sc, struct flow_actions *l, const char *from);
} words[] = {
	{ "push_vlan", true, scan_push_vlan },
	{ "pop_vlan", false, scan_pop_vlan },
	{ "set", true, scan_set },
	{ "userspace", true, scan_userspace },
	{ "recirc", true, scan_recirc },
};

/* A word that is no action of ours. */
static int scan_other(struct scan *sc, struct flow_actions *l, const char *from, size_t len)
{
	const char *end = from + len;
	int err;

	if (is_drop(from, len))
		return SCAN_REFUSE(sc, from, end, -EINVAL, "drop can only stand alone");
	if (is_absent(from, len)) {
		err = SCAN_REFUSE(sc, from, end, -EOPNOTSUPP, "%.*s is not supported yet",
				  SCAN_TEXT(from, end));
		diag_field(sc->d, "actions");
		return err;
	}
	if (scan_char(sc) == '(' || !len) {
		if (!len)
			end = scan_token_end(sc) > from ? scan_token_end(sc) : from + 1;
		return SCAN_REFUSE(sc, from, end, -EINVAL, "%.*s is not an action",
				   SCAN_TEXT(from, end));
	}
	if (!sc->ports) {
		end = scan_token_end(sc);
		return SCAN_REFUSE(sc, from, end, -EINVAL,
				   "%.*s is neither an action nor the number of a port",
				   SCAN_TEXT(from, end));
	}
	sc->p = from;
	return scan_output(sc, l);
}

static int scan_action(struct scan *sc, struct flow_actions *l)
{
	const char *from = sc->p;
	char c = scan_char(sc);
	size_t len;

	if (LIKELY((c >= '0' && c <= '9') || c == '"' || c == '-'))
		return scan_output(sc, l);
	len = scan_word(sc);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (scan_is_name(from, len, words[i].name) &&
		    (!words[i].has_arguments || scan_takes(sc, '(')))
			return words[i].scan(sc, l, from);
	return scan_other(sc, l, from, len);
}

static int scan_actions(struct scan *sc, struct flow_actions *l)
{
	const char *end = sc->end;

	while (end > sc->p && scan_is_separator(end[-1]))
		end--;
	if (is_drop(sc->p, (size_t)(end - sc->p)))
		return 0;
	while (sc->p < sc->end) {
		int err = scan_action(sc, l);

		if (err)
			return err;
		if (sc->p < sc->end && !scan_is_separator(*sc->p))
			return SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL,
					   "'%c' cannot follow an action", *sc->p);
		scan_separators(sc);
	}
	return 0;
}

int flow_actions_parse(struct flow_actions *l, const char *s, size_t len,
		       const struct flow_ports *ports, struct diag *d)
{
	struct scan sc = { .begin = s, .p = s, .end = s + len, .ports = ports, .d = d };
	int err;

	flow_actions_clear(l);
	if (len > UINT32_MAX)
		return diag_set(d, -EINVAL, "a text of %zu characters is too long", len);
	scan_separators(&sc);
	err = scan_actions(&sc, l);
	if (err)
		flow_actions_clear(l);
	return err;
}
