/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys and actions as netlink attributes. Both directions run over flow_header_table; only the VLAN
 * tag, whose payload is a nest, and neighbour discovery, which the kernel asks for in keys, are not
 * rows. The decoder shares nothing with the encoder but the tables: it reads the attributes of a
 * level into an array, takes out what it knows and looks at what is left.
 */
#include "flow/attr.h"

#include "base/hash.h"
#include "flow/key_internal.h"
#include "netlink/attr.h"

#include <errno.h>

#define N_KEY_ATTRS  (OVS_KEY_ATTR_MAX + 1)
#define VLAN_CFI     0x1000
#define ND_SOLICIT   135
#define ND_ADVERTISE 136

static void put_header(struct nl_msg *msg, enum flow_header h, const struct flow_key *k)
{
	const struct flow_header_info *i = &flow_header_table[h];

	nl_put(msg, i->key_attr, (const uint8_t *)k + i->offset, i->size);
}

/* The kernel wants to see this header in each key of such a packet, matched or not. */
static bool needs_nd(const struct flow_match *m)
{
	return m->key.icmpv6.icmpv6_type == ND_SOLICIT || m->key.icmpv6.icmpv6_type == ND_ADVERTISE;
}

void flow_match_encode(struct nl_msg *msg, const struct flow_match *m, bool mask)
{
	const struct flow_key *k = mask ? &m->mask : &m->key;
	uint64_t headers = flow_match_headers(m, mask);
	size_t encap = 0;

	/* Without a mask these are wildcarded for the kernel only when they are not there. */
	for (unsigned int h = FLOW_H_RECIRC_ID; h < FLOW_H_ETH; h++)
		if (flow_header_is_set(&m->mask, (enum flow_header)h))
			put_header(msg, (enum flow_header)h, k);
	put_header(msg, FLOW_H_ETH, k);
	if (headers & flow_header_bit(FLOW_H_VLAN)) {
		nl_put_be16(msg, OVS_KEY_ATTR_ETHERTYPE, k->vlan[0].tpid);
		put_header(msg, FLOW_H_VLAN, k);
		encap = nl_nest_start_plain(msg, OVS_KEY_ATTR_ENCAP);
	}
	for (unsigned int h = FLOW_H_ETH_TYPE; h < FLOW_N_HEADERS; h++)
		if (h != FLOW_H_VLAN && headers >> h & 1)
			put_header(msg, (enum flow_header)h, k);
	if (!mask && headers & flow_header_bit(FLOW_H_ICMPV6) && needs_nd(m)) {
		const struct ovs_key_nd nd = { .nd_target = { 0 } };

		nl_put(msg, OVS_KEY_ATTR_ND, &nd, sizeof nd);
	}
	if (headers & flow_header_bit(FLOW_H_VLAN))
		nl_nest_end(msg, encap);
}

/* The attributes of one level; those that are taken are set to NULL. */
struct level {
	const struct nlattr *a[N_KEY_ATTRS];
	bool of_packet;	  /* what is not in the vocabulary is passed over ... */
	const char *more; /* ... and the first that is not 0 is remembered */
};

static const char *attr_name(unsigned int type)
{
	for (const struct flow_absent_key *a = flow_absent_keys; a->name; a++)
		if (a->key_attr == type)
			return a->name;
	for (unsigned int h = 0; h < FLOW_N_HEADERS; h++)
		if (flow_header_table[h].key_attr == type)
			return flow_header_table[h].name;
	return type == OVS_KEY_ATTR_ENCAP ? "encap" : "?";
}

static bool is_zero(const struct nlattr *a)
{
	const uint8_t *p = nl_attr_data(a);

	for (size_t i = 0; i < nl_attr_size(a); i++)
		if (p[i])
			return false;
	return true;
}

static void note_more(struct level *l, const struct nlattr *a)
{
	if (!l->more && !is_zero(a))
		l->more = attr_name(nl_attr_type(a));
}

static int read_level(struct level *l, const void *data, size_t size, struct diag *d)
{
	const uint8_t *p = data;
	size_t at = 0;

	*l = (struct level){ .of_packet = l->of_packet, .more = l->more };
	while (size - at >= sizeof(struct nlattr)) {
		const struct nlattr *a = (const void *)(p + at);
		uint16_t type = nl_attr_type(a);

		if (a->nla_len < sizeof *a || a->nla_len > size - at)
			return diag_set_at(d, at, -EINVAL, "an attribute of %u bytes of %zu",
					   a->nla_len, size - at);
		if (l->of_packet && type >= N_KEY_ATTRS) {
			note_more(l, a);
			type = 0;
		} else if (type >= N_KEY_ATTRS || !type) {
			return diag_set_at(d, at, -EOPNOTSUPP, "key attribute %u is not supported",
					   type);
		}
		if (l->a[type])
			return diag_set_at(d, at, -EINVAL, "%s is given twice", attr_name(type));
		if (type)
			l->a[type] = a;
		at += NLA_ALIGN(a->nla_len);
		if (at > size)
			at = size;
	}
	if (at != size)
		return diag_set_at(d, at, -EINVAL, "%zu bytes after the last attribute", size - at);
	return 0;
}

/* Takes an attribute of exactly @size bytes out of the level; NULL: absent. */
static int take(struct level *l, unsigned int type, size_t size, const void **data, struct diag *d)
{
	const struct nlattr *a = l->a[type];
	int err;

	*data = NULL;
	l->a[type] = NULL;
	if (!a)
		return 0;
	if (nl_attr_size(a) != size) {
		err = diag_set(d, -EINVAL, "%s: %zu bytes, not %zu", attr_name(type),
			       nl_attr_size(a), size);
		diag_field(d, attr_name(type));
		return err;
	}
	*data = nl_attr_data(a);
	return 0;
}

/* Copies the fields of a header; bits of a key that are in no field could not be said in a text. */
static int copy_fields(struct flow_key *to, const void *data, enum flow_header h, bool mask,
		       struct diag *d)
{
	const struct flow_header_info *i = &flow_header_table[h];
	struct flow_key raw = { .recirc_id = 0 };

	memcpy((uint8_t *)&raw + i->offset, data, i->size);
	for (unsigned int f = i->first; f < i->first + (unsigned int)i->n_fields; f++) {
		const struct flow_field_info *row = &flow_field_table[f];

		flow_field_copy(to, &raw, (enum flow_field)f);
		if (mask || row->size > 4 || h == FLOW_H_VLAN || row->bits == 8 * row->size)
			continue;
		if (flow_field_whole(&raw, row) > flow_field_max(row)) {
			int err = diag_set(d, -EINVAL, "%s: 0x%x is more than 0x%x", row->full_name,
					   flow_field_whole(&raw, row), flow_field_max(row));

			diag_field(d, row->full_name);
			return err;
		}
	}
	return 0;
}

static void fill_fields(struct flow_key *k, enum flow_header h)
{
	const struct flow_header_info *i = &flow_header_table[h];

	for (unsigned int f = i->first; f < i->first + (unsigned int)i->n_fields; f++)
		flow_field_fill(k, (enum flow_field)f);
}

/* One header of key and mask. @mask NULL: exact. A mask without its key says nothing. */
static int take_header(struct flow_match *m, enum flow_header h, struct level *key,
		       struct level *mask, struct diag *d)
{
	const struct flow_header_info *i = &flow_header_table[h];
	const void *k, *mk = NULL;
	int err = take(key, i->key_attr, i->size, &k, d);

	if (!err && mask)
		err = take(mask, i->key_attr, i->size, &mk, d);
	if (err)
		return err;
	if (!k)
		return mk ? diag_set(d, -EINVAL, "%s is in the mask but not in the key", i->name)
			  : 0;
	err = copy_fields(&m->key, k, h, false, d);
	if (!err && mk)
		err = copy_fields(&m->mask, mk, h, true, d);
	else if (!mask)
		fill_fields(&m->mask, h);
	/* A key is complete, so that a header in it is not one that somebody asked for. */
	if (h == FLOW_H_ETH || flow_header_is_set(&m->mask, h))
		m->headers |= flow_header_bit(h);
	return err;
}

/*
 * What is left after all headers are taken is not in the vocabulary. It may be there when nothing
 * of it is matched; and frames are Ethernet.
 */
static int check_rest(struct level *key, const struct level *mask, struct diag *d)
{
	for (unsigned int type = 1; type < N_KEY_ATTRS; type++) {
		const struct nlattr *k = key->a[type], *mk = mask ? mask->a[type] : k;
		int err;

		if (!k && !mk)
			continue;
		if (key->of_packet) {
			note_more(key, k);
			continue;
		}
		if (type == OVS_KEY_ATTR_PACKET_TYPE && k && is_zero(k))
			continue;
		/* Linux puts a tunnel, of which nothing but the TTL is said, into the mask of each
		 * flow; without one in the key it matches nothing. */
		if (mask && (!mk || (type == OVS_KEY_ATTR_TUNNEL ? !k : is_zero(mk))))
			continue;
		err = diag_set(d, -EOPNOTSUPP, "%s is not supported yet", attr_name(type));
		diag_field(d, attr_name(type));
		return err;
	}
	return 0;
}

/* The tag itself: its type, as the eth_type of this level, and its TCI. */
static int take_tag(struct flow_match *m, struct level *key, struct level *mask, struct diag *d)
{
	struct flow_vlan *tag = &m->key.vlan[0], *tag_mask = &m->mask.vlan[0];
	const void *tpid, *tpid_mask = NULL;
	int err;

	if (!key->a[OVS_KEY_ATTR_VLAN] || !key->a[OVS_KEY_ATTR_ETHERTYPE])
		return diag_set(d, -EINVAL, "encap without %s",
				key->a[OVS_KEY_ATTR_VLAN] ? "eth_type" : "vlan");
	if (mask && (!mask->a[OVS_KEY_ATTR_VLAN] || !mask->a[OVS_KEY_ATTR_ETHERTYPE] ||
		     !mask->a[OVS_KEY_ATTR_ENCAP]))
		return diag_set(d, -EINVAL, "the key has a VLAN tag, the mask has none");
	err = take(key, OVS_KEY_ATTR_ETHERTYPE, 2, &tpid, d);
	if (!err && mask)
		err = take(mask, OVS_KEY_ATTR_ETHERTYPE, 2, &tpid_mask, d);
	if (!err)
		err = take_header(m, FLOW_H_VLAN, key, mask, d);
	if (err)
		return err;
	memcpy(&tag->tpid, tpid, 2);
	if (tpid_mask)
		memcpy(&tag_mask->tpid, tpid_mask, 2);
	else
		tag_mask->tpid = be16_from_host(0xffff);
	return 0;
}

/* A second tag: the type of what follows the first one is all that is said of it. */
static void pass_over_tag(struct level *key)
{
	if (!key->a[OVS_KEY_ATTR_VLAN])
		return;
	if (!key->more)
		key->more = "vlan";
	key->a[OVS_KEY_ATTR_VLAN] = key->a[OVS_KEY_ATTR_ENCAP] = NULL;
}

/* Goes down into encap: the levels become those of what the tag carries. */
static int enter_encap(struct level *key, struct level *mask, struct diag *d)
{
	const struct nlattr *encap = key->a[OVS_KEY_ATTR_ENCAP];
	const struct nlattr *encap_mask = mask ? mask->a[OVS_KEY_ATTR_ENCAP] : NULL;
	int err;

	key->a[OVS_KEY_ATTR_ENCAP] = NULL;
	if (mask)
		mask->a[OVS_KEY_ATTR_ENCAP] = NULL;
	err = check_rest(key, mask, d);
	if (!err)
		err = read_level(key, nl_attr_data(encap), nl_attr_size(encap), d);
	if (!err && mask)
		err = read_level(mask, nl_attr_data(encap_mask), nl_attr_size(encap_mask), d);
	if (!err && key->of_packet)
		pass_over_tag(key);
	else if (!err && (key->a[OVS_KEY_ATTR_ENCAP] || key->a[OVS_KEY_ATTR_VLAN]))
		err = diag_set(d, -EOPNOTSUPP, "vlan: a second tag is not supported yet");
	return err;
}

static int decode_levels(struct flow_match *m, struct level *key, struct level *mask,
			 struct diag *d)
{
	for (unsigned int h = FLOW_H_RECIRC_ID; h <= FLOW_H_ETH; h++) {
		int err = take_header(m, (enum flow_header)h, key, mask, d);

		if (err)
			return err;
	}
	if (key->a[OVS_KEY_ATTR_ENCAP]) {
		int err = take_tag(m, key, mask, d);

		if (!err)
			err = enter_encap(key, mask, d);
		if (err)
			return err;
	} else if (key->a[OVS_KEY_ATTR_VLAN] && !key->of_packet) {
		return diag_set(d, -EINVAL, "vlan without encap");
	}
	for (unsigned int h = FLOW_H_ETH_TYPE; h < FLOW_N_HEADERS; h++) {
		int err;

		if (h == FLOW_H_VLAN)
			continue;
		err = take_header(m, (enum flow_header)h, key, mask, d);
		if (err)
			return err;
	}
	return check_rest(key, mask, d);
}

int flow_match_decode(struct flow_match *m, const void *key_attrs, size_t key_size,
		      const void *mask_attrs, size_t mask_size, struct diag *d)
{
	struct level key = { .more = NULL }, mask = { .more = NULL };
	int err;

	memset(m, 0, sizeof *m);
	err = read_level(&key, key_attrs, key_size, d);
	if (err) {
		diag_context(d, "key");
		return err;
	}
	if (mask_attrs) {
		err = read_level(&mask, mask_attrs, mask_size, d);
		if (err) {
			diag_context(d, "mask");
			return err;
		}
	}
	err = decode_levels(m, &key, mask_attrs ? &mask : NULL, d);
	if (err)
		return err;
	flow_match_normalise(m);
	return flow_match_check(m, d);
}

int flow_key_decode(struct flow_key *k, uint64_t *headers, const char **more, const void *attrs,
		    size_t size, struct diag *d)
{
	struct level key = { .of_packet = true };
	struct flow_match m;
	int err;

	memset(&m, 0, sizeof m);
	err = read_level(&key, attrs, size, d);
	if (!err)
		err = decode_levels(&m, &key, NULL, d);
	if (err) {
		diag_context(d, "key of a packet");
		return err;
	}
	*k = m.key;
	*headers = m.headers;
	*more = key.more;
	return 0;
}

struct ufid flow_key_attrs_ufid(const void *attrs, size_t size)
{
	const uint64_t h[2] = { hash_bytes(attrs, size, 1), hash_bytes(attrs, size, 2) };
	struct ufid u;

	memcpy(u.b, h, sizeof u.b);
	ufid_mark(&u);
	return u;
}

/* Whether every field of the header is set as a whole. */
static bool is_full_set(const struct flow_action *a)
{
	const struct flow_header_info *i = &flow_header_table[a->set.header];
	struct flow_key mask = { .recirc_id = 0 };

	memcpy((uint8_t *)&mask + i->offset, &a->set.mask, i->size);
	for (unsigned int f = i->first; f < i->first + (unsigned int)i->n_fields; f++)
		if (!flow_field_is_full(&mask, (enum flow_field)f))
			return false;
	return true;
}

static void encode_set(struct nl_msg *msg, const struct flow_action *a)
{
	const struct flow_header_info *i = &flow_header_table[a->set.header];
	uint8_t both[2 * sizeof(union flow_set_value)];
	bool full = is_full_set(a);
	size_t nest =
		nl_nest_start_plain(msg, full ? OVS_ACTION_ATTR_SET : OVS_ACTION_ATTR_SET_MASKED);

	memcpy(both, &a->set.key, i->size);
	memcpy(both + i->size, &a->set.mask, i->size);
	nl_put(msg, i->key_attr, both, full ? i->size : 2u * i->size);
	nl_nest_end(msg, nest);
}

static void encode_push_vlan(struct nl_msg *msg, const struct flow_vlan *v)
{
	const struct ovs_action_push_vlan push = { .vlan_tpid = v->tpid, .vlan_tci = v->tci };

	nl_put(msg, OVS_ACTION_ATTR_PUSH_VLAN, &push, sizeof push);
}

static void encode_userspace(struct nl_msg *msg, const struct flow_userspace *u)
{
	size_t nest = nl_nest_start_plain(msg, OVS_ACTION_ATTR_USERSPACE);

	nl_put_u32(msg, OVS_USERSPACE_ATTR_PID, u->pid);
	if (u->userdata_size)
		nl_put(msg, OVS_USERSPACE_ATTR_USERDATA, u->userdata, u->userdata_size);
	if (u->has_tunnel_out_port)
		nl_put_u32(msg, OVS_USERSPACE_ATTR_EGRESS_TUN_PORT, u->tunnel_out_port);
	if (u->actions)
		nl_put_flag(msg, OVS_USERSPACE_ATTR_ACTIONS);
	nl_nest_end(msg, nest);
}

void flow_actions_encode(struct nl_msg *msg, const struct flow_actions *l)
{
	for (size_t n = 0; n < l->n; n++) {
		const struct flow_action *a = &l->a[n];

		switch (a->type) {
		case FLOW_ACT_OUTPUT:
			nl_put_u32(msg, OVS_ACTION_ATTR_OUTPUT, a->port);
			break;
		case FLOW_ACT_PUSH_VLAN:
			encode_push_vlan(msg, &a->push_vlan);
			break;
		case FLOW_ACT_POP_VLAN:
			nl_put_flag(msg, OVS_ACTION_ATTR_POP_VLAN);
			break;
		case FLOW_ACT_SET:
			encode_set(msg, a);
			break;
		case FLOW_ACT_USERSPACE:
			encode_userspace(msg, &a->userspace);
			break;
		case FLOW_ACT_RECIRC:
			nl_put_u32(msg, OVS_ACTION_ATTR_RECIRC, a->recirc_id);
			break;
		case FLOW_N_ACTION_TYPES:
			break;
		}
	}
}

static int decode_output(struct flow_action *a, const struct nlattr *attr, struct diag *d)
{
	if (nl_attr_size(attr) != 4)
		return diag_set(d, -EINVAL, "output: %zu bytes, not 4", nl_attr_size(attr));
	a->type = FLOW_ACT_OUTPUT;
	memcpy(&a->port, nl_attr_data(attr), 4);
	return 0;
}

static int decode_push_vlan(struct flow_action *a, const struct nlattr *attr, struct diag *d)
{
	struct ovs_action_push_vlan push;

	if (nl_attr_size(attr) != sizeof push)
		return diag_set(d, -EINVAL, "push_vlan: %zu bytes, not %zu", nl_attr_size(attr),
				sizeof push);
	memcpy(&push, nl_attr_data(attr), sizeof push);
	if (!(host_from_be16(push.vlan_tci) & VLAN_CFI))
		return diag_set(d, -EINVAL, "push_vlan: the CFI bit must be set");
	a->type = FLOW_ACT_PUSH_VLAN;
	a->push_vlan = (struct flow_vlan){ .tpid = push.vlan_tpid, .tci = push.vlan_tci };
	return 0;
}

static int decode_pop_vlan(struct flow_action *a, const struct nlattr *attr, struct diag *d)
{
	if (nl_attr_size(attr))
		return diag_set(d, -EINVAL, "pop_vlan: %zu bytes, not 0", nl_attr_size(attr));
	a->type = FLOW_ACT_POP_VLAN;
	return 0;
}

static int decode_recirc(struct flow_action *a, const struct nlattr *attr, struct diag *d)
{
	if (nl_attr_size(attr) != 4)
		return diag_set(d, -EINVAL, "recirc: %zu bytes, not 4", nl_attr_size(attr));
	a->type = FLOW_ACT_RECIRC;
	a->recirc_id = nl_attr_u32(attr);
	return 0;
}

static const struct nl_policy userspace_policy[OVS_USERSPACE_ATTR_MAX + 1] = {
	[OVS_USERSPACE_ATTR_PID] = { .kind = NL_U32, .required = true, .name = "userspace pid" },
	[OVS_USERSPACE_ATTR_EGRESS_TUN_PORT] = { .kind = NL_U32,
						 .name = "userspace tunnel_out_port" },
};

static int decode_userspace(struct flow_action *a, const struct nlattr *attr, struct diag *d)
{
	const struct nlattr *in[ARRAY_SIZE(userspace_policy)], *data;
	struct flow_userspace *u = &a->userspace;
	int err = nl_attrs_parse(in, userspace_policy, ARRAY_SIZE(in), nl_attr_data(attr),
				 nl_attr_size(attr), d);

	if (err)
		return err == -ENOENT ? -EINVAL : err;
	data = in[OVS_USERSPACE_ATTR_USERDATA];
	if (data && nl_attr_size(data) > FLOW_USERDATA_MAX)
		return diag_set(d, -EOPNOTSUPP, "userspace: userdata of more than %u bytes",
				FLOW_USERDATA_MAX);
	a->type = FLOW_ACT_USERSPACE;
	u->pid = nl_attr_u32(in[OVS_USERSPACE_ATTR_PID]);
	u->actions = in[OVS_USERSPACE_ATTR_ACTIONS];
	if (data) {
		u->userdata_size = (uint8_t)nl_attr_size(data);
		memcpy(u->userdata, nl_attr_data(data), u->userdata_size);
	}
	u->has_tunnel_out_port = in[OVS_USERSPACE_ATTR_EGRESS_TUN_PORT];
	if (u->has_tunnel_out_port)
		u->tunnel_out_port = nl_attr_u32(in[OVS_USERSPACE_ATTR_EGRESS_TUN_PORT]);
	return 0;
}

static enum flow_header settable_header(unsigned int key_attr)
{
	static const enum flow_header settable[] = { FLOW_H_ETH, FLOW_H_IPV4, FLOW_H_IPV6,
						     FLOW_H_TCP, FLOW_H_UDP };

	for (size_t i = 0; i < ARRAY_SIZE(settable); i++)
		if (flow_header_table[settable[i]].key_attr == key_attr)
			return settable[i];
	return FLOW_N_HEADERS;
}

/* The value, and the mask that follows it or is all ones; through the fields, so that no bit
 * outside them stays. */
static int copy_set(struct flow_action *a, enum flow_header h, const uint8_t *data, bool masked,
		    struct diag *d)
{
	const struct flow_header_info *i = &flow_header_table[h];
	struct flow_match m = { .headers = 0 };
	int err = copy_fields(&m.key, data, h, false, d);

	if (!err && masked)
		err = copy_fields(&m.mask, data + i->size, h, true, d);
	else if (!err)
		fill_fields(&m.mask, h);
	if (err)
		return err;
	flow_match_normalise(&m);
	a->type = FLOW_ACT_SET;
	a->set.header = h;
	memcpy(&a->set.key, (const uint8_t *)&m.key + i->offset, i->size);
	memcpy(&a->set.mask, (const uint8_t *)&m.mask + i->offset, i->size);
	return 0;
}

static int decode_set(struct flow_action *a, const struct nlattr *attr, struct diag *d)
{
	bool masked = nl_attr_type(attr) == OVS_ACTION_ATTR_SET_MASKED;
	const struct nlattr *key;
	enum flow_header h;
	size_t size;

	key = nl_attr_first(nl_attr_data(attr), nl_attr_size(attr));
	if (!key || ROUND_UP((size_t)key->nla_len, NLA_ALIGNTO) !=
			    ROUND_UP(nl_attr_size(attr), NLA_ALIGNTO))
		return diag_set(d, -EINVAL, "set: exactly one header is needed in it");
	h = settable_header(nl_attr_type(key));
	if (h == FLOW_N_HEADERS)
		return diag_set(d, -EOPNOTSUPP, "set(%s) is not supported yet",
				attr_name(nl_attr_type(key)));
	size = (masked ? 2u : 1u) * flow_header_table[h].size;
	if (nl_attr_size(key) != size)
		return diag_set(d, -EINVAL, "set(%s): %zu bytes, not %zu",
				flow_header_table[h].name, nl_attr_size(key), size);
	return copy_set(a, h, nl_attr_data(key), masked, d);
}

/* By number; those without a function are refused by their name. */
static const struct {
	const char *name;
	int (*decode)(struct flow_action *a, const struct nlattr *attr, struct diag *d);
} actions[] = {
	[OVS_ACTION_ATTR_OUTPUT] = { "output", decode_output },
	[OVS_ACTION_ATTR_USERSPACE] = { "userspace", decode_userspace },
	[OVS_ACTION_ATTR_SET] = { "set", decode_set },
	[OVS_ACTION_ATTR_PUSH_VLAN] = { "push_vlan", decode_push_vlan },
	[OVS_ACTION_ATTR_POP_VLAN] = { "pop_vlan", decode_pop_vlan },
	[OVS_ACTION_ATTR_SAMPLE] = { "sample", NULL },
	[OVS_ACTION_ATTR_RECIRC] = { "recirc", decode_recirc },
	[OVS_ACTION_ATTR_HASH] = { "hash", NULL },
	[OVS_ACTION_ATTR_PUSH_MPLS] = { "push_mpls", NULL },
	[OVS_ACTION_ATTR_POP_MPLS] = { "pop_mpls", NULL },
	[OVS_ACTION_ATTR_SET_MASKED] = { "set", decode_set },
	[OVS_ACTION_ATTR_CT] = { "ct", NULL },
	[OVS_ACTION_ATTR_TRUNC] = { "trunc", NULL },
	[OVS_ACTION_ATTR_PUSH_ETH] = { "push_eth", NULL },
	[OVS_ACTION_ATTR_POP_ETH] = { "pop_eth", NULL },
	[OVS_ACTION_ATTR_CT_CLEAR] = { "ct_clear", NULL },
	[OVS_ACTION_ATTR_PUSH_NSH] = { "push_nsh", NULL },
	[OVS_ACTION_ATTR_POP_NSH] = { "pop_nsh", NULL },
	[OVS_ACTION_ATTR_METER] = { "meter", NULL },
	[OVS_ACTION_ATTR_CLONE] = { "clone", NULL },
	[OVS_ACTION_ATTR_CHECK_PKT_LEN] = { "check_pkt_len", NULL },
	[OVS_ACTION_ATTR_ADD_MPLS] = { "add_mpls", NULL },
	[OVS_ACTION_ATTR_DEC_TTL] = { "dec_ttl", NULL },
};

static int decode_action(struct flow_actions *l, const struct nlattr *attr, struct diag *d)
{
	uint16_t type = nl_attr_type(attr);
	struct flow_action *a;
	int err;

	if (type >= ARRAY_SIZE(actions) || !actions[type].name)
		return diag_set(d, -EOPNOTSUPP, "action %u is not supported", type);
	if (!actions[type].decode) {
		err = diag_set(d, -EOPNOTSUPP, "%s is not supported yet", actions[type].name);
		diag_field(d, actions[type].name);
		return err;
	}
	a = flow_actions_add(l);
	if (!a)
		return l->n < FLOW_ACTIONS_MAX
			       ? diag_set(d, -ENOMEM, "no memory for another action")
			       : diag_set(d, -E2BIG, "more than %u actions", FLOW_ACTIONS_MAX);
	err = actions[type].decode(a, attr, d);
	if (err)
		diag_field(d, actions[type].name);
	return err;
}

int flow_actions_decode(struct flow_actions *l, const void *attrs, size_t size, struct diag *d)
{
	const uint8_t *p = attrs;
	size_t at = 0;
	int err = 0;

	flow_actions_clear(l);
	while (!err && size - at >= sizeof(struct nlattr)) {
		const struct nlattr *a = (const void *)(p + at);

		if (a->nla_len < sizeof *a || a->nla_len > size - at) {
			err = diag_set_at(d, at, -EINVAL, "an attribute of %u bytes of %zu",
					  a->nla_len, size - at);
			break;
		}
		err = decode_action(l, a, d);
		if (err)
			diag_place(d, at, a->nla_len);
		at += NLA_ALIGN(a->nla_len);
		if (at > size)
			at = size;
	}
	if (!err && at != size)
		err = diag_set_at(d, at, -EINVAL, "%zu bytes after the last action", size - at);
	if (err)
		flow_actions_clear(l);
	return err;
}
