/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys and actions as texts, in the order and the notation of today's OVS. Values are written into
 * a small buffer that goes to the text in large pieces.
 */
#include "flow/text_internal.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>

#define FIELD_LEN_MAX 128 /* two IPv6 addresses, or 12 TCP flags, with what stands around them */

struct out {
	struct text *t;
	const struct flow_ports *ports; /* or NULL */
	char *p;
	char buf[768];
};

static void out_init(struct out *o, struct text *t, const struct flow_ports *ports)
{
	o->t = t;
	o->ports = ports;
	o->p = o->buf;
}

static void flush(struct out *o)
{
	text_put_mem(o->t, o->buf, (size_t)(o->p - o->buf));
	o->p = o->buf;
}

/* Makes room for one field. */
static void reserve(struct out *o)
{
	if (o->p + FIELD_LEN_MAX > o->buf + sizeof o->buf)
		flush(o);
}

static void put_str(struct out *o, const char *s, size_t len)
{
	memcpy(o->p, s, len);
	o->p += len;
}

#define PUT(o, literal) put_str((o), (literal), sizeof(literal) - 1)

static void put_dec(struct out *o, uint32_t x)
{
	char buf[10], *p = buf + sizeof buf;

	do {
		*--p = (char)('0' + x % 10);
		x /= 10;
	} while (x);
	put_str(o, p, (size_t)(buf + sizeof buf - p));
}

static const char hex_digits[] = "0123456789abcdef";

/* As "%#x": 0 has no prefix. @digits: at least so many, and then always with a prefix. */
static void put_hex(struct out *o, uint32_t x, unsigned int digits)
{
	unsigned int n = 1;

	while (n < 8 && x >> 4 * n)
		n++;
	if (n < digits)
		n = digits;
	if (x || digits)
		PUT(o, "0x");
	while (n--)
		*o->p++ = hex_digits[x >> 4 * n & 15];
}

static void put_mac(struct out *o, const uint8_t *mac)
{
	for (int i = 0; i < 6; i++) {
		if (i)
			*o->p++ = ':';
		*o->p++ = hex_digits[mac[i] >> 4];
		*o->p++ = hex_digits[mac[i] & 15];
	}
}

static void put_ipv4(struct out *o, const uint8_t *ip)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			*o->p++ = '.';
		put_dec(o, ip[i]);
	}
}

static void put_ipv6(struct out *o, const uint8_t *ip)
{
	inet_ntop(AF_INET6, ip, o->p, INET6_ADDRSTRLEN);
	o->p += strlen(o->p);
}

bool scan_name_needs_quotes(const char *name)
{
	size_t len = strlen(name);

	if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z')))
		return true;
	for (size_t i = 0; i < len; i++)
		if (scan_is_separator(name[i]) || strchr("()/\"=", name[i]))
			return true;
	return scan_is_action(name, len);
}

static void put_port(struct out *o, uint32_t port)
{
	const char *name = NULL;
	bool quote;

	if (o->ports && o->ports->name)
		name = o->ports->name(o->ports->aux, port);
	if (!name || !*name || strchr(name, '"')) {
		put_dec(o, port);
		return;
	}
	quote = scan_name_needs_quotes(name);
	flush(o);
	if (quote)
		text_put_char(o->t, '"');
	text_put(o->t, name);
	if (quote)
		text_put_char(o->t, '"');
}

/* `syn|ack` when all flags are matched, else a sign for each that is. */
static void put_tcp_flags(struct out *o, uint32_t v, uint32_t mask, uint32_t full)
{
	const char *first = o->p;

	if (!mask) {
		PUT(o, "0/0");
		return;
	}
	for (uint32_t i = 0; i < ARRAY_SIZE(flow_tcp_flag_names); i++) {
		const char *name = flow_tcp_flag_names[i];

		if (!((mask == full ? v : mask) >> i & 1))
			continue;
		if (mask != full)
			*o->p++ = v >> i & 1 ? '+' : '-';
		else if (o->p != first)
			*o->p++ = '|';
		put_str(o, name, strlen(name));
	}
	if (o->p == first)
		*o->p++ = '0';
}

static void put_bytes(struct out *o, const struct flow_field_info *f, const struct flow_key *k)
{
	const uint8_t *p = (const uint8_t *)k + f->offset;

	if (f->form == FLOW_FORM_MAC)
		put_mac(o, p);
	else if (f->form == FLOW_FORM_IPV4)
		put_ipv4(o, p);
	else
		put_ipv6(o, p);
}

static void put_mask_number(struct out *o, const struct flow_field_info *f, uint32_t mask)
{
	if (mask == flow_field_max(f))
		return;
	*o->p++ = '/';
	put_hex(o, mask, f->form == FLOW_FORM_ETH_TYPE ? 4 : 0);
}

static void put_number(struct out *o, const struct flow_field_info *f, uint32_t v, uint32_t mask)
{
	switch (f->form) {
	case FLOW_FORM_DEC:
		put_dec(o, v);
		break;
	case FLOW_FORM_PORT:
		/* A name stands for the whole number. */
		if (mask == UINT32_MAX)
			put_port(o, v);
		else
			put_dec(o, v);
		break;
	case FLOW_FORM_ETH_TYPE:
		put_hex(o, v, 4);
		break;
	case FLOW_FORM_TCP_FLAGS:
		put_tcp_flags(o, v, mask, flow_field_max(f));
		return;
	case FLOW_FORM_FRAG:
		if (v < ARRAY_SIZE(flow_frag_names))
			put_str(o, flow_frag_names[v], strlen(flow_frag_names[v]));
		else
			put_dec(o, v);
		break;
	case FLOW_FORM_HEX:
	case FLOW_FORM_MAC:
	case FLOW_FORM_IPV4:
	case FLOW_FORM_IPV6:
		put_hex(o, v, 0);
		break;
	}
	put_mask_number(o, f, mask);
}

static void put_field(struct out *o, enum flow_field f, const struct flow_key *k,
		      const struct flow_key *mask)
{
	const struct flow_field_info *i = &flow_field_table[f];

	if (i->form == FLOW_FORM_MAC || i->form == FLOW_FORM_IPV4 || i->form == FLOW_FORM_IPV6) {
		put_bytes(o, i, k);
		if (mask && !flow_field_is_full(mask, f)) {
			*o->p++ = '/';
			put_bytes(o, i, mask);
		}
		return;
	}
	put_number(o, i, flow_field_load(k, i),
		   mask ? flow_field_load(mask, i) : flow_field_max(i));
}

/* CFI 1 is what a tag has, so it is not written. */
static bool is_implied(enum flow_field f, const struct flow_key *k)
{
	return f == FLOW_VLAN_CFI && flow_field_is_set(k, f);
}

/* Whether field @f is to be written. What can only be exact cannot be written as wildcarded. */
static bool wants_field(enum flow_field f, const struct flow_key *k, const struct flow_key *mask,
			bool verbose)
{
	if (flow_field_is_set(mask, f))
		return !is_implied(f, k);
	/* A wildcarded CFI has to be said, as none said means 1. */
	return f == FLOW_VLAN_CFI || (verbose && !flow_field_table[f].exact_only);
}

static void put_header(struct out *o, enum flow_header h, const struct flow_key *k,
		       const struct flow_key *mask, bool verbose)
{
	const struct flow_header_info *header = &flow_header_table[h];
	bool comma = false;

	reserve(o);
	put_str(o, header->name, header->name_len);
	*o->p++ = '(';
	for (unsigned int f = header->first; f < header->first + header->n_fields; f++) {
		const struct flow_field_info *i = &flow_field_table[f];

		if (!wants_field((enum flow_field)f, k, mask, verbose))
			continue;
		reserve(o);
		if (comma)
			*o->p++ = ',';
		comma = true;
		if (i->name) {
			put_str(o, i->name, i->name_len);
			*o->p++ = '=';
		}
		put_field(o, (enum flow_field)f, k, mask);
	}
	*o->p++ = ')';
}

static bool wants_header(const struct flow_match *m, enum flow_header h, uint64_t surely,
			 bool verbose)
{
	bool named = m->headers & flow_header_bit(h);

	if (flow_header_is_set(&m->mask, h) || (h == FLOW_H_ETH && named))
		return true;
	if (!verbose || flow_field_table[flow_header_table[h].first].exact_only)
		return false;
	return named || surely & flow_header_bit(h);
}

static void put_vlan(struct out *o, const struct flow_match *m, bool verbose)
{
	const struct flow_vlan *key = &m->key.vlan[0], *mask = &m->mask.vlan[0];

	reserve(o);
	PUT(o, "eth_type(");
	put_hex(o, host_from_be16(key->tpid), 4);
	if (mask->tpid != be16_from_host(0xffff)) {
		*o->p++ = '/';
		put_hex(o, host_from_be16(mask->tpid), 4);
	}
	PUT(o, "),");
	put_header(o, FLOW_H_VLAN, &m->key, &m->mask, verbose);
	reserve(o);
	PUT(o, ",encap(");
}

void flow_match_format(struct text *t, const struct flow_match *m, const struct flow_ports *ports,
		       bool verbose)
{
	bool tagged = m->headers & flow_header_bit(FLOW_H_VLAN) ||
		      flow_header_is_set(&m->mask, FLOW_H_VLAN);
	uint64_t surely = verbose ? flow_match_headers(m, false) : 0;
	bool comma = false;
	struct out o;

	out_init(&o, t, ports);
	for (unsigned int i = 0; i < FLOW_N_HEADERS; i++) {
		enum flow_header h = (enum flow_header)i;

		if (h == FLOW_H_ETH_TYPE && tagged) {
			if (comma)
				*o.p++ = ',';
			put_vlan(&o, m, verbose);
			comma = false;
		}
		if (h == FLOW_H_VLAN || !wants_header(m, h, surely, verbose))
			continue;
		reserve(&o);
		if (comma)
			*o.p++ = ',';
		put_header(&o, h, &m->key, &m->mask, verbose);
		comma = true;
	}
	if (tagged)
		*o.p++ = ')';
	flush(&o);
}

void flow_field_format(struct text *t, enum flow_field f, const struct flow_key *k,
		       const struct flow_key *mask, const struct flow_ports *ports)
{
	struct out o;

	out_init(&o, t, ports);
	put_field(&o, f, k, mask);
	flush(&o);
}

static void put_push_vlan(struct out *o, const struct flow_vlan *v)
{
	uint16_t tci = host_from_be16(v->tci);

	PUT(o, "push_vlan(");
	if (v->tpid != be16_from_host(ETH_P_8021Q)) {
		PUT(o, "tpid=");
		put_hex(o, host_from_be16(v->tpid), 4);
		*o->p++ = ',';
	}
	PUT(o, "vid=");
	put_dec(o, tci & 0xfff);
	PUT(o, ",pcp=");
	put_dec(o, tci >> 13);
	*o->p++ = ')';
}

static void put_set(struct out *o, const struct flow_action *a)
{
	const struct flow_header_info *info = &flow_header_table[a->set.header];
	struct flow_key key = { .recirc_id = 0 }, mask = { .recirc_id = 0 };

	memcpy((uint8_t *)&key + info->offset, &a->set.key, info->size);
	memcpy((uint8_t *)&mask + info->offset, &a->set.mask, info->size);
	PUT(o, "set(");
	put_header(o, a->set.header, &key, &mask, false);
	*o->p++ = ')';
}

static void put_slow_path(struct out *o, uint32_t reasons)
{
	bool bar = false;

	PUT(o, ",slow_path(");
	if (!reasons)
		*o->p++ = '0';
	for (unsigned int i = 0; i < FLOW_N_SLOW_PATHS; i++) {
		if (!(reasons >> i & 1))
			continue;
		if (bar)
			*o->p++ = '|';
		put_str(o, flow_slow_path_names[i], strlen(flow_slow_path_names[i]));
		bar = true;
	}
	*o->p++ = ')';
}

static void put_userdata(struct out *o, const struct flow_userspace *u)
{
	PUT(o, ",userdata(");
	reserve(o);
	for (size_t i = 0; i < u->userdata_size; i++) {
		*o->p++ = hex_digits[u->userdata[i] >> 4];
		*o->p++ = hex_digits[u->userdata[i] & 15];
	}
	reserve(o);
	*o->p++ = ')';
}

static void put_userspace(struct out *o, const struct flow_userspace *u)
{
	uint32_t reasons = 0;

	PUT(o, "userspace(pid=");
	put_dec(o, u->pid);
	if (flow_userspace_is_slow_path(u, &reasons))
		put_slow_path(o, reasons);
	else if (u->userdata_size)
		put_userdata(o, u);
	reserve(o);
	if (u->actions)
		PUT(o, ",actions");
	if (u->has_tunnel_out_port) {
		PUT(o, ",tunnel_out_port=");
		put_dec(o, u->tunnel_out_port);
	}
	*o->p++ = ')';
}

static void put_action(struct out *o, const struct flow_action *a)
{
	reserve(o);
	switch (a->type) {
	case FLOW_ACT_OUTPUT:
		put_port(o, a->port);
		break;
	case FLOW_ACT_PUSH_VLAN:
		put_push_vlan(o, &a->push_vlan);
		break;
	case FLOW_ACT_POP_VLAN:
		PUT(o, "pop_vlan");
		break;
	case FLOW_ACT_SET:
		put_set(o, a);
		break;
	case FLOW_ACT_USERSPACE:
		put_userspace(o, &a->userspace);
		break;
	case FLOW_ACT_RECIRC:
		PUT(o, "recirc(");
		put_hex(o, a->recirc_id, 1);
		*o->p++ = ')';
		break;
	case FLOW_N_ACTION_TYPES:
		break;
	}
}

void flow_action_format(struct text *t, const struct flow_action *a, const struct flow_ports *ports)
{
	struct out o;

	out_init(&o, t, ports);
	put_action(&o, a);
	flush(&o);
}

void flow_actions_format(struct text *t, const struct flow_actions *l,
			 const struct flow_ports *ports)
{
	struct out o;

	out_init(&o, t, ports);
	if (!l->n)
		PUT(&o, "drop");
	for (size_t i = 0; i < l->n; i++) {
		reserve(&o);
		if (i)
			*o.p++ = ',';
		put_action(&o, &l->a[i]);
	}
	flush(&o);
}
