/* SPDX-License-Identifier: BSD-2-Clause */
/* Bridges, their ports and their rules. */
#include "vswitch/bridge.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hash.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

const char *const bridge_vlan_mode_names[] = {
	[BRIDGE_VLAN_TRUNK] = "trunk",
	[BRIDGE_VLAN_ACCESS] = "access",
	[BRIDGE_VLAN_NATIVE_TAGGED] = "native-tagged",
	[BRIDGE_VLAN_NATIVE_UNTAGGED] = "native-untagged",
};
static_assert(ARRAY_SIZE(bridge_vlan_mode_names) == BRIDGE_VLAN_N_MODES, "a name for each mode");

static bool number_of(void *aux, const char *name, size_t len, uint32_t *port)
{
	const struct bridge_port *p = bridge_find_port_name(aux, name, len);

	if (p)
		*port = p->number;
	return p;
}

static const char *name_of(void *aux, uint32_t port)
{
	const struct bridge_port *p = bridge_find_port(aux, port);

	return p ? p->name : NULL;
}

static int check_name(const char *name, struct diag *d)
{
	if (!name[0])
		return diag_set(d, -EINVAL, "a name is missing");
	if (strlen(name) >= BRIDGE_PORT_NAME_MAX)
		return diag_set(d, -EINVAL, "%s is longer than %d characters", name,
				BRIDGE_PORT_NAME_MAX - 1);
	if (strchr(name, '"'))
		return diag_set(d, -EINVAL, "%s: a name cannot have a quote", name);
	return 0;
}

int bridge_new(struct bridge **out, const char *name, struct diag *d)
{
	int err = check_name(name, d);
	struct bridge *b;

	if (err)
		return err;
	b = mem_new(sizeof *b);
	if (!b)
		return diag_set(d, -ENOMEM, "no memory for bridge %s", name);
	memcpy(b->name, name, strlen(name) + 1);
	idr_init(&b->ports);
	htable_init(&b->by_name);
	mac_learning_init(&b->fdb);
	b->flow_ports = (struct flow_ports){ b, number_of, name_of };
	*out = b;
	return 0;
}

static void free_table(struct bridge *b, size_t i)
{
	if (!b->tables[i])
		return;
	b->n_rules -= b->tables[i]->n_rules;
	classifier_fini(b->tables[i]);
	mem_free(b->tables[i]);
	b->tables[i] = NULL;
}

void bridge_free(struct bridge *b)
{
	struct bridge_port *p;
	uint64_t id;

	if (!b)
		return;
	for (size_t i = 0; i < RULE_TABLES; i++)
		free_table(b, i);
	idr_for_each (&b->ports, id, p)
		mem_free(p);
	idr_fini(&b->ports);
	htable_fini(&b->by_name);
	mac_learning_fini(&b->fdb);
	mem_free(b);
}

const struct bridge_port *bridge_find_port(const struct bridge *b, uint32_t number)
{
	const struct bridge_port *p = idr_find(&b->ports, number);

	return p && !p->is_gone ? p : NULL;
}

void bridge_set_port_gone(struct bridge *b, uint32_t number, bool is_gone)
{
	struct bridge_port *p = idr_find(&b->ports, number);

	if (!p || p->is_gone == is_gone)
		return;
	p->is_gone = is_gone;
	mac_learning_flush_port(&b->fdb, number);
	b->sequence++;
}

void bridge_count_rx(struct bridge *b, uint32_t number, uint64_t n_packets, uint64_t n_bytes)
{
	struct bridge_port *p = idr_find(&b->ports, number);

	if (!p)
		return;
	p->rx_packets += n_packets;
	p->rx_bytes += n_bytes;
}

void bridge_count_tx(struct bridge *b, uint32_t number, uint64_t n_packets, uint64_t n_bytes)
{
	struct bridge_port *p = idr_find(&b->ports, number);

	if (!p)
		return;
	p->tx_packets += n_packets;
	p->tx_bytes += n_bytes;
}

struct port_name {
	const char *s;
	size_t len;
};

static bool has_name(const void *item, const void *key)
{
	const struct bridge_port *p = item;
	const struct port_name *name = key;

	return !strncmp(p->name, name->s, name->len) && !p->name[name->len];
}

static uint32_t hash_name(const char *s, size_t len)
{
	return (uint32_t)hash_bytes(s, len, 0);
}

const struct bridge_port *bridge_find_port_name(const struct bridge *b, const char *name,
						size_t len)
{
	const struct port_name key = { name, len };

	if (len >= BRIDGE_PORT_NAME_MAX)
		return NULL;
	return htable_find(&b->by_name, hash_name(name, len), has_name, &key);
}

int bridge_add_port(struct bridge *b, uint32_t number, const char *name, struct diag *d)
{
	int err = check_name(name, d);
	struct bridge_port *p;

	if (err)
		return err;
	if (number >= BRIDGE_PORT_NUMBERS)
		return diag_set(d, -EINVAL, "port %u is more than %u", number,
				BRIDGE_PORT_NUMBERS - 1);
	if (idr_find(&b->ports, number))
		return diag_set(d, -EEXIST, "bridge %s has a port %u already", b->name, number);
	if (bridge_find_port_name(b, name, strlen(name)))
		return diag_set(d, -EEXIST, "bridge %s has a port %s already", b->name, name);
	if (b->ports.n >= BRIDGE_PORTS_MAX)
		return diag_set(d, -ENOSPC, "bridge %s has %d ports already", b->name,
				BRIDGE_PORTS_MAX);
	p = mem_new(sizeof *p);
	if (!p)
		return diag_set(d, -ENOMEM, "no memory for port %s", name);
	p->number = number;
	memcpy(p->name, name, strlen(name) + 1);
	err = htable_add(&b->by_name, hash_name(name, strlen(name)), p);
	if (!err) {
		err = idr_add_at(&b->ports, number, p);
		if (err)
			htable_del(&b->by_name, hash_name(name, strlen(name)), p);
	}
	if (err) {
		mem_free(p);
		return diag_set(d, err, "no memory for port %s", name);
	}
	b->sequence++;
	return 0;
}

static int refuse_port(const struct bridge *b, uint32_t number, struct diag *d)
{
	return diag_set(d, -ENOENT, "bridge %s has no port %u", b->name, number);
}

int bridge_del_port(struct bridge *b, uint32_t number, struct diag *d)
{
	struct bridge_port *p = idr_del(&b->ports, number);

	if (!p)
		return refuse_port(b, number, d);
	htable_del(&b->by_name, hash_name(p->name, strlen(p->name)), p);
	mac_learning_flush_port(&b->fdb, number);
	mem_free(p);
	b->sequence++;
	return 0;
}

int bridge_set_vlan(struct bridge *b, uint32_t number, enum bridge_vlan_mode mode, uint16_t tag,
		    const uint16_t *trunks, size_t n, struct diag *d)
{
	struct bridge_port *p = idr_find(&b->ports, number);

	if (!p)
		return refuse_port(b, number, d);
	if (tag > 4095)
		return diag_set(d, -EINVAL, "VLAN %u is more than 4095", tag);
	if (mode == BRIDGE_VLAN_ACCESS && n)
		return diag_set(d, -EINVAL, "an access port has no trunks");
	for (size_t i = 0; i < n; i++)
		if (trunks[i] > 4095)
			return diag_set(d, -EINVAL, "VLAN %u is more than 4095", trunks[i]);
	p->vlan_mode = mode;
	p->tag = mode == BRIDGE_VLAN_TRUNK ? 0 : tag;
	p->has_trunks = n;
	memset(p->trunks, 0, sizeof p->trunks);
	for (size_t i = 0; i < n; i++)
		p->trunks[trunks[i] / 64] |= UINT64_C(1) << trunks[i] % 64;
	mac_learning_flush_port(&b->fdb, number);
	b->sequence++;
	return 0;
}

bool bridge_port_has_vlan(const struct bridge_port *p, uint16_t vlan)
{
	bool in_trunks = !p->has_trunks || (p->trunks[vlan / 64] >> vlan % 64 & 1);

	switch (p->vlan_mode) {
	case BRIDGE_VLAN_ACCESS:
		return vlan == p->tag;
	case BRIDGE_VLAN_NATIVE_TAGGED:
	case BRIDGE_VLAN_NATIVE_UNTAGGED:
		return vlan == p->tag || in_trunks;
	case BRIDGE_VLAN_TRUNK:
	case BRIDGE_VLAN_N_MODES:
		break;
	}
	return in_trunks;
}

static struct classifier *get_table(struct bridge *b, uint8_t table)
{
	struct classifier *c = b->tables[table];

	if (c)
		return c;
	c = mem_new(sizeof *c);
	if (!c)
		return NULL;
	classifier_init(c);
	b->tables[table] = c;
	return c;
}

int bridge_add_rule(struct bridge *b, struct rule *r, struct diag *d)
{
	struct classifier *c = get_table(b, r->name.table);
	struct rule *old = NULL;
	int err = -ENOMEM;

	if (c && b->n_rules >= BRIDGE_RULES_MAX &&
	    !classifier_find(c, &r->match, r->name.priority)) {
		rule_free(r);
		return diag_set(d, -ENOSPC, "bridge %s has %d rules already", b->name,
				BRIDGE_RULES_MAX);
	}
	r->created_ns = b->now_ns;
	if (c)
		err = classifier_add(c, r, &old);
	if (err) {
		rule_free(r);
		return diag_set(d, err, "no memory for a rule");
	}
	b->n_rules += !old;
	rule_free(old);
	b->sequence++;
	return 0;
}

int bridge_add_rule_text(struct bridge *b, const char *s, size_t len, struct diag *d)
{
	struct rule *r = NULL;
	int err = rule_parse(&r, s, len, &b->flow_ports, d);

	return err ? err : bridge_add_rule(b, r, d);
}

static bool is_about(const struct rule_query *q, const struct rule *r)
{
	return !((r->name.cookie ^ q->cookie) & q->cookie_mask) &&
	       (!q->has_table || r->name.table == q->table) && rule_is_inside(r, &q->match);
}

/* The one rule of a table that a strict query can be about, if it is. */
static struct rule *find_strictly(const struct classifier *c, const struct rule_query *q)
{
	uint16_t priority = q->has_priority ? q->priority : RULE_PRIORITY_DEFAULT;
	struct rule *r = classifier_find(c, &q->match, priority);

	return r && is_about(q, r) ? r : NULL;
}

static size_t del_rules(struct classifier *c, const struct rule_query *q, bool strict)
{
	struct rule *r, *tmp;
	size_t n = 0;

	if (strict) {
		r = find_strictly(c, q);
		if (!r)
			return 0;
		classifier_del(c, r);
		rule_free(r);
		return 1;
	}
	list_for_each_entry_safe (r, tmp, &c->rules, all) {
		if (!is_about(q, r))
			continue;
		classifier_del(c, r);
		rule_free(r);
		n++;
	}
	return n;
}

size_t bridge_del_rules(struct bridge *b, const struct rule_query *q, bool strict)
{
	size_t n = 0;

	for (size_t i = 0; i < RULE_TABLES; i++)
		if (b->tables[i] && (!q->has_table || q->table == i))
			n += del_rules(b->tables[i], q, strict);
	b->n_rules -= n;
	b->sequence += n > 0;
	return n;
}

static int by_priority(const void *a, const void *b)
{
	const struct rule *const *x = a, *const *y = b;

	return (*y)->name.priority - (*x)->name.priority;
}

#define NO_STATS UINT64_MAX

static void put_stats(struct text *t, const struct rule *r, uint64_t now_ns)
{
	uint64_t used_ns = r->used_ns > r->created_ns ? r->used_ns : r->created_ns;
	uint64_t age_ms = now_ns > r->created_ns ? (now_ns - r->created_ns) / NSEC_PER_MSEC : 0;
	uint64_t idle_s = now_ns > used_ns ? (now_ns - used_ns) / NSEC_PER_SEC : 0;

	text_putf(t, "cookie=0x%llx, duration=%llu.%03us, table=%u, ",
		  (unsigned long long)r->name.cookie, (unsigned long long)(age_ms / 1000),
		  (unsigned int)(age_ms % 1000), r->name.table);
	text_putf(t, "n_packets=%llu, n_bytes=%llu, idle_age=%llu, ",
		  (unsigned long long)r->n_packets, (unsigned long long)r->n_bytes,
		  (unsigned long long)idle_s);
}

/* @now_ns: NO_STATS, or with counters. */
static int format_table(struct text *t, const struct bridge *b, const struct classifier *c,
			const struct rule_query *q, uint64_t now_ns)
{
	const struct rule **rules = mem_new_array(c->n_rules, sizeof *rules), *r;
	size_t n = 0;

	if (!rules)
		return -ENOMEM;
	list_for_each_entry (r, &c->rules, all)
		if (is_about(q, r))
			rules[n++] = r;
	qsort(rules, n, sizeof *rules, by_priority);
	for (size_t i = 0; i < n; i++) {
		text_put_char(t, ' ');
		if (now_ns != NO_STATS) {
			put_stats(t, rules[i], now_ns);
			rule_format_nameless(t, rules[i], &b->flow_ports);
		} else {
			rule_format(t, rules[i], &b->flow_ports);
		}
		text_put_char(t, '\n');
	}
	mem_free(rules);
	return 0;
}

int bridge_format_rules_stats(struct text *t, const struct bridge *b, const struct rule_query *q,
			      uint64_t now_ns)
{
	for (size_t i = 0; i < RULE_TABLES; i++)
		if (b->tables[i] && b->tables[i]->n_rules &&
		    format_table(t, b, b->tables[i], q, now_ns))
			return -ENOMEM;
	return t->error;
}

int bridge_format_rules(struct text *t, const struct bridge *b, const struct rule_query *q)
{
	return bridge_format_rules_stats(t, b, q, NO_STATS);
}

static void format_port(struct text *t, const struct bridge_port *p)
{
	const char *before = "        trunks: [";

	text_putf(t, "    Port %s\n        number: %u\n", p->name, p->number);
	if (p->is_gone)
		text_putf(t,
			  "        error: \"could not open network device %s (No such device)\": "
			  "its flows are gone; it is used again when it is back\n",
			  p->name);
	if (p->vlan_mode != BRIDGE_VLAN_TRUNK)
		text_putf(t, "        tag: %u\n        vlan_mode: %s\n", p->tag,
			  bridge_vlan_mode_names[p->vlan_mode]);
	for (unsigned int v = 0; p->has_trunks && v < 4096; v++) {
		if (!(p->trunks[v / 64] >> v % 64 & 1))
			continue;
		text_putf(t, "%s%u", before, v);
		before = ", ";
	}
	if (p->has_trunks)
		text_put(t, "]\n");
	if (p->rx_packets || p->tx_packets)
		text_putf(t, "        received: %llu packets, %llu bytes; sent: %llu, %llu\n",
			  (unsigned long long)p->rx_packets, (unsigned long long)p->rx_bytes,
			  (unsigned long long)p->tx_packets, (unsigned long long)p->tx_bytes);
}

void bridge_format(struct text *t, const struct bridge *b)
{
	const struct bridge_port *p;
	uint64_t id;

	text_putf(t, "Bridge %s\n", b->name);
	idr_for_each (&b->ports, id, p)
		format_port(t, p);
}
