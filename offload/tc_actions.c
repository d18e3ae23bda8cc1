/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datapath actions as tc actions, and back. An output is mirred: a redirect when it ends the list,
 * a mirror before that. A rewrite is pedit, one for each set(), and one csum after the last of
 * consecutive ones. A list that does not end with an output ends with a drop, because tc would
 * hand the packet on to the datapath otherwise.
 */
#include "offload/tc_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/tc_act/tc_csum.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/tc_act/tc_pedit.h>
#include <linux/tc_act/tc_vlan.h>
#include <netinet/in.h>

/* A part of a header that set() can rewrite, and where it lies in the packet. */
struct set_row {
	enum flow_header header;
	uint8_t htype;	/* TCA_PEDIT_KEY_EX_HDR_TYPE_* */
	uint8_t offset; /* into the attribute structure of the header, bytes */
	uint8_t place;	/* in the packet, from the begin of the header, bytes */
	uint8_t size;	/* bytes */
	uint8_t shift;	/* of one byte: bits to the right within two bytes of the packet */
};

#define SET_ROW(header_, htype_, type_, member_, place_, shift_)                                \
	{                                                                                       \
		FLOW_H_##header_, TCA_PEDIT_KEY_EX_HDR_TYPE_##htype_, offsetof(type_, member_), \
			(place_), SIZEOF_MEMBER(type_, member_), (shift_)                       \
	}

static const struct set_row set_rows[] = {
	SET_ROW(ETH, ETH, struct ovs_key_ethernet, eth_dst, 0, 0),
	SET_ROW(ETH, ETH, struct ovs_key_ethernet, eth_src, 6, 0),
	SET_ROW(IPV4, IP4, struct ovs_key_ipv4, ipv4_tos, 1, 0),
	SET_ROW(IPV4, IP4, struct ovs_key_ipv4, ipv4_ttl, 8, 0),
	SET_ROW(IPV4, IP4, struct ovs_key_ipv4, ipv4_src, 12, 0),
	SET_ROW(IPV4, IP4, struct ovs_key_ipv4, ipv4_dst, 16, 0),
	SET_ROW(IPV6, IP6, struct ovs_key_ipv6, ipv6_tclass, 0, 4),
	SET_ROW(IPV6, IP6, struct ovs_key_ipv6, ipv6_hlimit, 7, 0),
	SET_ROW(IPV6, IP6, struct ovs_key_ipv6, ipv6_src, 8, 0),
	SET_ROW(IPV6, IP6, struct ovs_key_ipv6, ipv6_dst, 24, 0),
	SET_ROW(TCP, TCP, struct ovs_key_tcp, tcp_src, 0, 0),
	SET_ROW(TCP, TCP, struct ovs_key_tcp, tcp_dst, 2, 0),
	SET_ROW(UDP, UDP, struct ovs_key_udp, udp_src, 0, 0),
	SET_ROW(UDP, UDP, struct ovs_key_udp, udp_dst, 2, 0),
};

/* What a packet must be for its header to be rewritten, and how its checksums are repaired. */
static const struct set_header {
	uint16_t eth_type; /* 0: any */
	uint8_t ip_proto;  /* 0: one of those whose checksum tc repairs */
	bool has_csum;
	uint16_t offset, size; /* of the matched header in struct flow_key */
	const char *words;
} set_headers[FLOW_N_HEADERS] = {
	[FLOW_H_ETH] = { 0, 0, false, offsetof(struct flow_key, eth),
			 sizeof(struct ovs_key_ethernet), "eth" },
	[FLOW_H_IPV4] = { ETH_P_IP, 0, true, offsetof(struct flow_key, ipv4),
			  sizeof(struct ovs_key_ipv4), "ipv4" },
	[FLOW_H_IPV6] = { ETH_P_IPV6, 0, true, offsetof(struct flow_key, ipv6),
			  sizeof(struct ovs_key_ipv6), "ipv6" },
	[FLOW_H_TCP] = { 0, IPPROTO_TCP, true, offsetof(struct flow_key, tcp),
			 sizeof(struct ovs_key_tcp), "tcp" },
	[FLOW_H_UDP] = { 0, IPPROTO_UDP, true, offsetof(struct flow_key, udp),
			 sizeof(struct ovs_key_udp), "udp" },
};

/* The protocols whose checksum a rewritten IP header does not break for good. */
static const struct {
	uint8_t ip_proto;
	uint32_t update_flags; /* ICMP of IPv4 does not cover the addresses */
} csums[] = {
	{ IPPROTO_TCP, TCA_CSUM_UPDATE_FLAG_TCP },
	{ IPPROTO_UDP, TCA_CSUM_UPDATE_FLAG_UDP },
	{ IPPROTO_ICMP, 0 },
	{ IPPROTO_ICMPV6, TCA_CSUM_UPDATE_FLAG_ICMP },
};

#define refuse(t, n, ...)                                                                          \
	((t)->n_refused++, offload_put_item((t)->o, (t)->put, (t)->diag, (t)->function, true, (n), \
					    -EOPNOTSUPP, __VA_ARGS__))

/* The next tc action, or NULL with the refusal recorded. */
static struct tc_action *add(struct tc_translation *t, uint32_t n, enum tc_action_kind kind)
{
	struct tc_action *a;

	if (t->f->n_actions == TC_ACTIONS_MAX) {
		refuse(t, n, "needs more than %u tc actions, the most that a filter can hold",
		       TC_ACTIONS_MAX);
		return NULL;
	}
	a = &t->f->actions[t->f->n_actions++];
	memset(a, 0, sizeof *a);
	a->kind = kind;
	a->control = TC_ACT_PIPE;
	a->origin = tc_origin_of_action(n);
	return a;
}

static void set_cookie(struct tc_translation *t, struct tc_action *a)
{
	memcpy(a->cookie, t->put->ufid.b, sizeof t->put->ufid.b);
	a->cookie_size = sizeof t->put->ufid.b;
}

static int put_drop(struct tc_translation *t, uint32_t n)
{
	struct tc_action *a = add(t, n, TC_ACT_GACT);

	if (!a)
		return -EOPNOTSUPP;
	a->control = TC_ACT_SHOT;
	a->no_percpu = true;
	set_cookie(t, a);
	return 0;
}

/* The port that an output goes to, or NULL with the refusal recorded. */
static const struct offload_port *output_port(struct tc_translation *t, uint32_t n)
{
	const uint32_t number = t->put->actions->a[n].port;
	const struct offload_port *port = netdev_ports_get(t->o, number);

	if (!port)
		refuse(t, n, "Can't find netdev for output port %u", number);
	else if (port->ifindex <= 0)
		refuse(t, n, "Can't find ifindex for output port %s", port->name);
	else if (port->is_internal)
		refuse(t, n,
		       "output to internal port %s needs tc's skbedit, which linux_tc does "
		       "not write yet",
		       port->name);
	else if (port->api != t->port->api)
		refuse(t, n,
		       "Flow API provider mismatch between ingress (%s) and egress (%s) ports",
		       t->port->name, port->name);
	else
		return port;
	return NULL;
}

static int put_output(struct tc_translation *t, uint32_t n)
{
	const bool last = n + 1 == t->put->actions->n;
	const struct offload_port *port = output_port(t, n);
	struct tc_action *a = port ? add(t, n, TC_ACT_MIRRED) : NULL;

	if (!a)
		return -EOPNOTSUPP;
	a->control = last ? TC_ACT_STOLEN : TC_ACT_PIPE;
	a->no_percpu = true;
	a->mirred.eaction = last ? TCA_EGRESS_REDIR : TCA_EGRESS_MIRROR;
	a->mirred.ifindex = (uint32_t)port->ifindex;
	set_cookie(t, a);
	return 0;
}

static int put_push_vlan(struct tc_translation *t, uint32_t n)
{
	const struct flow_vlan *vlan = &t->put->actions->a[n].push_vlan;
	const uint16_t tci = host_from_be16(vlan->tci);
	struct tc_action *a;

	if (vlan->tpid != be16_from_host(ETH_P_8021Q) && vlan->tpid != be16_from_host(ETH_P_8021AD))
		return refuse(t, n, "tpid 0x%04x is neither 0x8100 nor 0x88a8",
			      host_from_be16(vlan->tpid));
	if (!(tci & 0x1000))
		return refuse(t, n, "a tag with CFI bit 0 cannot be asked of tc");
	a = add(t, n, TC_ACT_VLAN);
	if (!a)
		return -EOPNOTSUPP;
	a->no_percpu = true;
	a->vlan.v_action = TCA_VLAN_ACT_PUSH;
	a->vlan.id = tci & 0xfff;
	a->vlan.prio = (uint8_t)(tci >> 13);
	a->vlan.protocol = vlan->tpid;
	return 0;
}

static int put_pop_vlan(struct tc_translation *t, uint32_t n)
{
	struct tc_action *a = add(t, n, TC_ACT_VLAN);

	if (!a)
		return -EOPNOTSUPP;
	a->no_percpu = true;
	a->vlan.v_action = TCA_VLAN_ACT_POP;
	return 0;
}

/* The bytes of a row as they lie in the packet; returns how many. */
static size_t row_bytes(const struct set_row *row, const uint8_t *header, uint8_t out[17])
{
	const uint8_t *from = header + row->offset;

	if (!row->shift) {
		memcpy(out, from, row->size);
		return row->size;
	}
	out[0] = (uint8_t)(from[0] >> row->shift);
	out[1] = (uint8_t)(from[0] << row->shift);
	return 2;
}

/* Adds the 32-bit words that rewrite one row. -E2BIG: there is no room. */
static int put_words(struct tc_action *a, const struct set_row *row, const uint8_t *key,
		     const uint8_t *mask)
{
	uint8_t k[17], m[17], words_k[24] = { 0 }, words_m[24] = { 0 };
	const size_t size = row_bytes(row, mask, m), lead = row->place % 4;

	row_bytes(row, key, k);
	for (size_t i = 0; i < size; i++) {
		words_m[lead + i] = m[i];
		words_k[lead + i] = k[i] & m[i];
	}
	for (size_t i = 0; i < lead + size; i += 4) {
		struct tc_pedit_word *w;

		if (!get_u32(words_m + i))
			continue;
		if (a->pedit.n == TC_PEDIT_KEYS_MAX)
			return -E2BIG;
		w = &a->pedit.key[a->pedit.n++];
		w->htype = row->htype;
		w->offset = (uint32_t)(row->place - lead + i);
		memcpy(&w->mask, words_m + i, 4);
		memcpy(&w->value, words_k + i, 4);
	}
	return 0;
}

static const uint8_t *bytes_of(const union flow_set_value *v)
{
	return (const uint8_t *)v;
}

/*
 * The bytes of the set that no row rewrites. Those that give a field the value that the match says
 * it has already do nothing: a full set() of the datapath repeats protocol and fragment kind.
 */
static bool has_leftover(const struct tc_translation *t, const struct flow_action *fa)
{
	const struct set_header *h = &set_headers[fa->set.header];
	const uint8_t *had = (const uint8_t *)&t->put->match->key + h->offset;
	const uint8_t *sure = (const uint8_t *)&t->put->match->mask + h->offset;
	uint8_t left[sizeof(union flow_set_value)];

	memcpy(left, &fa->set.mask, h->size);
	for (size_t i = 0; i < ARRAY_SIZE(set_rows); i++)
		if (set_rows[i].header == fa->set.header)
			memset(left + set_rows[i].offset, 0, set_rows[i].size);
	for (size_t i = 0; i < h->size; i++)
		if (left[i] & ~(sure[i] & ~(had[i] ^ bytes_of(&fa->set.key)[i])))
			return true;
	return false;
}

/* Whether the packet surely has the header, and the checksums are such that tc repairs them. */
static int check_set(struct tc_translation *t, uint32_t n, const struct set_header *h)
{
	const struct flow_key *k = &t->put->match->key;

	if (h->eth_type && (!t->has_eth_type || host_from_be16(t->eth_type) != h->eth_type))
		return refuse(t, n, "set(%s()) needs eth_type 0x%04x matched", h->words,
			      h->eth_type);
	if (!h->has_csum)
		return 0;
	if (!t->has_ip_proto)
		return refuse(t, n,
			      "set(%s()) needs the IP protocol matched exactly: tc repairs "
			      "checksums by protocol",
			      h->words);
	if (h->ip_proto && t->ip_proto != h->ip_proto)
		return refuse(t, n, "set(%s()) needs IP protocol %u matched", h->words,
			      h->ip_proto);
	if (host_from_be16(t->eth_type) == ETH_P_IP ? k->ipv4.ipv4_frag : k->ipv6.ipv6_frag)
		return refuse(t, n,
			      "set(%s()) is not supported on fragments: their checksum is "
			      "that of a whole packet",
			      h->words);
	for (size_t i = 0; i < ARRAY_SIZE(csums); i++)
		if (csums[i].ip_proto == t->ip_proto)
			return 0;
	return refuse(t, n, "can't offload rewrite of IP/IPV6 with ip_proto: %u", t->ip_proto);
}

static uint32_t csum_flags(const struct tc_translation *t, enum flow_header header)
{
	uint32_t flags = header == FLOW_H_IPV4 ? TCA_CSUM_UPDATE_FLAG_IPV4HDR : 0;

	for (size_t i = 0; i < ARRAY_SIZE(csums); i++)
		if (csums[i].ip_proto == t->ip_proto)
			flags |= csums[i].update_flags;
	return flags;
}

static bool is_set(const struct flow_actions *l, size_t n)
{
	return n < l->n && l->a[n].type == FLOW_ACT_SET;
}

/* After the last of consecutive rewrites: what all of them broke. */
static int put_csum(struct tc_translation *t, uint32_t n)
{
	const struct flow_actions *l = t->put->actions;
	uint32_t flags = 0;
	struct tc_action *a;

	if (is_set(l, n + 1))
		return 0;
	for (size_t i = n + 1; i-- > 0 && is_set(l, i);)
		if (set_headers[l->a[i].set.header].has_csum)
			flags |= csum_flags(t, l->a[i].set.header);
	if (!flags)
		return 0;
	a = add(t, n, TC_ACT_CSUM);
	if (!a)
		return -EOPNOTSUPP;
	a->no_percpu = true;
	a->csum.update_flags = flags;
	return 0;
}

static int put_set(struct tc_translation *t, uint32_t n)
{
	const struct flow_action *fa = &t->put->actions->a[n];
	const struct set_header *h = &set_headers[fa->set.header];
	struct tc_action *a;

	if (!h->words)
		return refuse(t, n, "unsupported set action type: %s",
			      flow_header_table[fa->set.header].name);
	if (has_leftover(t, fa))
		return refuse(t, n, "unsupported sub attribute of set action type %s", h->words);
	if (check_set(t, n, h))
		return -EOPNOTSUPP;
	a = add(t, n, TC_ACT_PEDIT);
	if (!a)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < ARRAY_SIZE(set_rows); i++)
		if (set_rows[i].header == fa->set.header &&
		    put_words(a, &set_rows[i], bytes_of(&fa->set.key), bytes_of(&fa->set.mask)))
			return refuse(t, n, "reached too many pedit offsets: %u",
				      TC_PEDIT_KEYS_MAX);
	if (!a->pedit.n)
		t->f->n_actions--; /* it rewrites nothing */
	return put_csum(t, n);
}

static int put_userspace(struct tc_translation *t, uint32_t n)
{
	return refuse(t, n, "tc cannot hand a packet to a handler of OVS");
}

/* A chain for each recirculation id. What does not match in it comes back to the datapath. */
static int put_recirc(struct tc_translation *t, uint32_t n)
{
	const uint32_t id = t->put->actions->a[n].recirc_id;
	struct tc_action *a;

	if (offload_config(t->o)->no_recirc_sharing)
		return refuse(t, n,
			      "the kernel does not tell the datapath on which chain tc missed");
	if (n + 1 != t->put->actions->n)
		return refuse(t, n, "tc would not do what comes after recirc()");
	if (!id || id > TC_ACT_EXT_VAL_MASK)
		return refuse(t, n, "recirc(0x%x): chains have numbers from 1 to 0x%x", id,
			      TC_ACT_EXT_VAL_MASK);
	a = add(t, n, TC_ACT_GACT);
	if (!a)
		return -EOPNOTSUPP;
	a->control = TC_ACT_GOTO_CHAIN;
	a->gact.chain = id;
	a->no_percpu = true;
	set_cookie(t, a);
	return 0;
}

static int (*const puts_of[FLOW_N_ACTION_TYPES])(struct tc_translation *t, uint32_t n) = {
	[FLOW_ACT_OUTPUT] = put_output,	      [FLOW_ACT_PUSH_VLAN] = put_push_vlan,
	[FLOW_ACT_POP_VLAN] = put_pop_vlan,   [FLOW_ACT_SET] = put_set,
	[FLOW_ACT_USERSPACE] = put_userspace, [FLOW_ACT_RECIRC] = put_recirc,
};

static int put_action(struct tc_translation *t, uint32_t n)
{
	const size_t first = t->f->n_actions;
	int err;

	if (n >= TC_OVS_ACTIONS_MAX)
		return refuse(t, n, "Can only support %u actions", TC_OVS_ACTIONS_MAX);
	err = puts_of[t->put->actions->a[n].type](t, n);
	if (!err && t->put->verdict)
		offload_put_item(t->o, t->put, t->diag, t->function, true, n, 0, "%s",
				 first < t->f->n_actions
					 ? tc_action_kind_names[t->f->actions[first].kind]
					 : "nothing to do");
	return err;
}

/* The first action that changes a packet which an output has got with changes, or -1. */
static int second_change(const struct flow_actions *l)
{
	bool changed = false, sent = false;

	for (size_t i = 0; i < l->n; i++) {
		if (l->a[i].type == FLOW_ACT_OUTPUT) {
			sent = changed;
			continue;
		}
		if (sent && l->a[i].type != FLOW_ACT_RECIRC)
			return (int)i; /* there are FLOW_ACTIONS_MAX of them */
		changed = true;
	}
	return -1;
}

/*
 * A driver with one list of changes for an entry (mlx5, whose split_count is where the last change
 * was) takes such a filter without a word, and gives the outputs before the last change the packet
 * as it came in. tc in software does what the list says, so hardware is not asked.
 */
static int keep_from_one_list_of_changes(struct tc_translation *t)
{
	const int n = second_change(t->put->actions);

	if (n < 0 || t->f->flags & TCA_CLS_FLAGS_SKIP_HW)
		return 0;
	if (t->f->flags & TCA_CLS_FLAGS_SKIP_SW)
		t->n_refused++;
	else
		t->f->flags |= TCA_CLS_FLAGS_SKIP_HW;
	offload_put_item(
		t->o, t->put, t->diag, t->function, true, (uint32_t)n, -EOPNOTSUPP,
		"changes a packet that was changed and sent before: hardware would send it "
		"as it came in");
	return t->f->flags & TCA_CLS_FLAGS_SKIP_HW ? 0 : -EOPNOTSUPP;
}

static bool ends_with_way_on(const struct flow_actions *l)
{
	return l->n &&
	       (l->a[l->n - 1].type == FLOW_ACT_OUTPUT || l->a[l->n - 1].type == FLOW_ACT_RECIRC);
}

int netdev_tc_parse_nl_actions(struct tc_translation *t)
{
	const struct flow_actions *l = t->put->actions;
	struct span sp = SPAN(offload_trace(t->o));
	int first = 0;

	t->function = __func__;
	t->f->n_actions = 0;
	for (uint32_t n = 0; n < l->n; n++) {
		const int err = put_action(t, n);

		if (!first)
			first = err;
		if (err && !t->put->verdict)
			return span_end(&sp, err);
	}
	if (!first && !ends_with_way_on(l))
		first = put_drop(t, l->n ? (uint32_t)l->n - 1 : 0);
	if (!first)
		first = keep_from_one_list_of_changes(t);
	span_note(&sp, "tc_actions", "%zu", t->f->n_actions);
	return span_end(&sp, first);
}

/* The way back. */

static int get_output(struct flow_actions *l, const struct tc_action *a, const struct offload *o,
		      struct diag *d)
{
	const struct offload_port *port = netdev_ports_get_by_ifindex(o, (int)a->mirred.ifindex);
	struct flow_action *fa;

	if (a->mirred.eaction != TCA_EGRESS_REDIR && a->mirred.eaction != TCA_EGRESS_MIRROR)
		return diag_set(d, -EOPNOTSUPP, "mirred to ingress is no action of a flow");
	fa = flow_actions_add(l);
	if (!fa)
		return diag_set(d, -ENOMEM, "no memory for the actions of a flow");
	fa->type = FLOW_ACT_OUTPUT;
	/* The device may have gone: the flow is there all the same, and must be seen to be
	 * repaired. */
	fa->port = port ? port->number : OFFLOAD_PORT_NONE;
	return 0;
}

static int get_vlan(struct flow_actions *l, const struct tc_action *a, struct diag *d)
{
	struct flow_action *fa = flow_actions_add(l);

	if (!fa)
		return diag_set(d, -ENOMEM, "no memory for the actions of a flow");
	if (a->vlan.v_action == TCA_VLAN_ACT_POP) {
		fa->type = FLOW_ACT_POP_VLAN;
		return 0;
	}
	if (a->vlan.v_action != TCA_VLAN_ACT_PUSH)
		return diag_set(d, -EOPNOTSUPP, "vlan action %d is no action of a flow",
				a->vlan.v_action);
	fa->type = FLOW_ACT_PUSH_VLAN;
	fa->push_vlan.tpid = a->vlan.protocol;
	fa->push_vlan.tci = be16_from_host(
		(uint16_t)((a->vlan.id & 0xfff) | (a->vlan.prio & 7) << 13 | 0x1000));
	return 0;
}

/* Bytes of a word that a row covers go back into the header. Returns how many bits it took. */
static unsigned int take_bytes(const struct set_row *row, const struct tc_pedit_word *w,
			       uint8_t *key, uint8_t *mask)
{
	const uint8_t *wm = (const uint8_t *)&w->mask, *wv = (const uint8_t *)&w->value;
	const unsigned int size = row->shift ? 2 : row->size;
	unsigned int bits = 0;

	for (unsigned int i = 0; i < 4; i++) {
		const unsigned int at = w->offset + i;
		unsigned int m = wm[i], v = wv[i], to = row->offset + at - row->place;

		if (at < row->place || at >= row->place + size || !m)
			continue;
		if (row->shift) { /* the two halves of one byte */
			const bool low = at > row->place;

			m = low ? m >> row->shift : m << row->shift & 0xff;
			v = low ? v >> row->shift : v << row->shift & 0xff;
			to = row->offset;
		}
		mask[to] |= (uint8_t)m;
		key[to] |= (uint8_t)(v & m);
		bits += (unsigned int)__builtin_popcount(m);
	}
	return bits;
}

static int get_set(struct flow_actions *l, const struct tc_action *a, struct diag *d)
{
	struct flow_action *fa = flow_actions_add(l);

	if (!fa)
		return diag_set(d, -ENOMEM, "no memory for the actions of a flow");
	fa->type = FLOW_ACT_SET;
	for (size_t w = 0; w < a->pedit.n; w++) {
		unsigned int want = (unsigned int)__builtin_popcount(a->pedit.key[w].mask);

		for (size_t i = 0; i < ARRAY_SIZE(set_rows); i++) {
			if (set_rows[i].htype != a->pedit.key[w].htype)
				continue;
			fa->set.header = set_rows[i].header;
			want -= take_bytes(&set_rows[i], &a->pedit.key[w], (uint8_t *)&fa->set.key,
					   (uint8_t *)&fa->set.mask);
		}
		if (want)
			return diag_set(d, -EOPNOTSUPP,
					"the filter rewrites bytes at %u that no set() rewrites",
					a->pedit.key[w].offset);
	}
	return 0;
}

static int get_gact(struct flow_actions *l, const struct tc_action *a, struct diag *d)
{
	struct flow_action *fa;

	if (a->control == TC_ACT_SHOT)
		return 0;
	if (!TC_ACT_EXT_CMP(a->control, TC_ACT_GOTO_CHAIN))
		return diag_set(d, -EOPNOTSUPP, "gact other than drop and goto chain is no action");
	fa = flow_actions_add(l);
	if (!fa)
		return diag_set(d, -ENOMEM, "no memory for the actions of a flow");
	fa->type = FLOW_ACT_RECIRC;
	fa->recirc_id = a->gact.chain;
	return 0;
}

static int get_action(struct flow_actions *l, const struct tc_action *a, const struct offload *o,
		      struct diag *d)
{
	switch (a->kind) {
	case TC_ACT_GACT:
		return get_gact(l, a, d);
	case TC_ACT_MIRRED:
		return get_output(l, a, o, d);
	case TC_ACT_VLAN:
		return get_vlan(l, a, d);
	case TC_ACT_PEDIT:
		return get_set(l, a, d);
	case TC_ACT_CSUM:
	case TC_N_ACTION_KINDS:
		return 0; /* belongs to the rewrite before it */
	}
	return -EOPNOTSUPP;
}

int tc_actions_to_flow(struct flow_actions *l, const struct tc_filter *f, const struct offload *o,
		       struct diag *d)
{
	flow_actions_clear(l);
	for (size_t i = 0; i < f->n_actions; i++) {
		const int err = get_action(l, &f->actions[i], o, d);

		if (err)
			return err;
	}
	return 0;
}

/* All packets may pass any one action only partly: the largest figure is that of the flow. */
struct flow_stats tc_filter_stats(const struct tc_filter *f, uint64_t now_ms)
{
	struct tc_counters sw = { 0 }, hw = { 0 };
	struct flow_stats s = { 0 };
	uint64_t used_ms = 0;

	for (size_t i = 0; i < f->n_actions; i++) {
		const struct tc_counters *c = &f->actions[i].stats;

		if (c->n_packets - c->hw_packets > sw.n_packets) {
			sw.n_packets = c->n_packets - c->hw_packets;
			sw.n_bytes = c->n_bytes - c->hw_bytes;
		}
		if (c->hw_packets > hw.n_packets) {
			hw.n_packets = c->hw_packets;
			hw.n_bytes = c->hw_bytes;
		}
		if (c->used) {
			used_ms = now_ms > c->lastuse_ms ? now_ms - c->lastuse_ms : 1;
			if (used_ms > s.used_ms)
				s.used_ms = used_ms;
		}
	}
	s.n_packets = sw.n_packets + hw.n_packets;
	s.n_bytes = sw.n_bytes + hw.n_bytes;
	return s;
}
