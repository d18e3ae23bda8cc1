/* SPDX-License-Identifier: BSD-2-Clause */
/* A filter as bytes and back: a golden request, what kernels dump otherwise, limits, refusals. */
#include "tc/filter.h"

#include "base/alloc.h"
#include "netlink/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/if_ether.h>
#include <linux/tc_act/tc_csum.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/tc_act/tc_pedit.h>
#include <linux/tc_act/tc_vlan.h>
#include <netinet/in.h>
#include <stdlib.h>

#define INGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
#define BUF_MAX 70000

struct message {
	_Alignas(8) uint8_t buf[BUF_MAX];
	struct nl_msg m;
};

struct box {
	struct tc_filter f;
	struct tc_action actions[TC_ACTIONS_MAX];
};

struct env {
	struct message msg;
	struct box in, out;
};

static int setup(void **state)
{
	struct env *e = mem_new(sizeof *e);

	assert_non_null(e);
	e->in.f.actions = e->in.actions;
	e->out.f.actions = e->out.actions;
	*state = e;
	return 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

static int encode(struct message *msg, const struct tc_filter *f)
{
	nl_msg_init(&msg->m, msg->buf, sizeof msg->buf);
	return tc_filter_encode(&msg->m, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ECHO, f);
}

static int decode(struct tc_filter *f, struct message *msg, struct diag *d)
{
	return tc_filter_decode(f, (const struct nlmsghdr *)(const void *)msg->buf, d);
}

/* prio 2 chain 5, udp to 10.0.0.0/24 port 53: push a tag, then out of device 9. */
static void fill_example(struct tc_filter *f)
{
	f->id = (struct tc_id){ .ifindex = 7, .parent = INGRESS, .chain = 5, .prio = 2 };
	f->protocol = f->key.eth_type = be16_from_host(ETH_P_IP);
	f->mask.eth_type = be16_from_host(0xffff);
	f->key.ip_proto = IPPROTO_UDP;
	f->mask.ip_proto = 0xff;
	f->key.ipv4_dst = be32_from_host(0x0a000000);
	f->mask.ipv4_dst = be32_from_host(0xffffff00);
	f->key.l4_dst = be16_from_host(53);
	f->mask.l4_dst = be16_from_host(0xffff);
	memcpy(f->key.eth_src, "\2\0\0\0\0\1", 6);
	memset(f->mask.eth_src, 0xff, 6);
	f->flags = TCA_CLS_FLAGS_SKIP_SW;
	f->n_actions = 2;
	f->actions[0] = (struct tc_action){ .kind = TC_ACT_VLAN,
					    .control = TC_ACT_PIPE,
					    .no_percpu = true };
	f->actions[0].vlan.v_action = TCA_VLAN_ACT_PUSH;
	f->actions[0].vlan.id = 100;
	f->actions[0].vlan.prio = 3;
	f->actions[0].vlan.protocol = be16_from_host(ETH_P_8021Q);
	f->actions[1] = (struct tc_action){ .kind = TC_ACT_MIRRED,
					    .control = TC_ACT_STOLEN,
					    .cookie = "0123456789abcdef",
					    .cookie_size = 16 };
	f->actions[1].mirred.eaction = TCA_EGRESS_REDIR;
	f->actions[1].mirred.ifindex = 9;
}

/* Of nests only the type is given: their content follows, one deeper. */
struct tlv {
	uint16_t type;
	uint16_t size;
	uint8_t depth;
	const char *bytes;
};

/* clang-format off */
/* The request, TLV by TLV, written down by hand from the layout that OVS sends. */
static const uint8_t golden_header[] = {
	0, 0, 0, 0,  44, 0,  0x09, 0x04,  0, 0, 0, 0,  0, 0, 0, 0,         /* nlmsghdr: REQUEST|ECHO|CREATE */
	0, 0, 0, 0,  7, 0, 0, 0,  0, 0, 0, 0,  0xf2, 0xff, 0xff, 0xff,     /* ifindex 7, handle 0, ffff:fff2 */
	0x08, 0x00, 0x02, 0x00,                                            /* 0x0800 as it lies, prio 2 */
};
static const struct tlv golden_tlvs[] = {
	{ TCA_CHAIN, 4, 0, "\5\0\0\0" },
	{ TCA_KIND, 7, 0, "flower" },
	{ TCA_OPTIONS, 0, 0, NULL },
	{ TCA_FLOWER_ACT, 0, 1, NULL },
	{ 1, 0, 2, NULL },
	{ TCA_ACT_KIND, 5, 3, "vlan" },
	{ TCA_ACT_OPTIONS | NLA_F_NESTED, 0, 3, NULL },
	{ TCA_VLAN_PARMS, 24, 4, "\0\0\0\0" "\0\0\0\0" "\3\0\0\0" "\0\0\0\0" "\0\0\0\0" "\2\0\0\0" },
	{ TCA_VLAN_PUSH_VLAN_PROTOCOL, 2, 4, "\x81\0" },
	{ TCA_VLAN_PUSH_VLAN_ID, 2, 4, "\x64\0" },
	{ TCA_VLAN_PUSH_VLAN_PRIORITY, 1, 4, "\3" },
	{ TCA_ACT_FLAGS, 8, 3, "\1\0\0\0" "\1\0\0\0" },
	{ 2, 0, 2, NULL },
	{ TCA_ACT_KIND, 7, 3, "mirred" },
	{ TCA_ACT_OPTIONS | NLA_F_NESTED, 0, 3, NULL },
	{ TCA_MIRRED_PARMS, 28, 4, "\0\0\0\0" "\0\0\0\0" "\4\0\0\0" "\0\0\0\0" "\0\0\0\0" "\1\0\0\0" "\x9\0\0\0" },
	{ TCA_ACT_COOKIE, 16, 3, "0123456789abcdef" },
	{ TCA_FLOWER_KEY_ETH_SRC_MASK, 6, 1, "\xff\xff\xff\xff\xff\xff" },
	{ TCA_FLOWER_KEY_ETH_SRC, 6, 1, "\2\0\0\0\0\1" },
	{ TCA_FLOWER_KEY_IP_PROTO, 1, 1, "\x11" },
	{ TCA_FLOWER_KEY_UDP_DST_MASK, 2, 1, "\xff\xff" },
	{ TCA_FLOWER_KEY_UDP_DST, 2, 1, "\0\x35" },
	{ TCA_FLOWER_KEY_IPV4_DST_MASK, 4, 1, "\xff\xff\xff\0" },
	{ TCA_FLOWER_KEY_IPV4_DST, 4, 1, "\xa\0\0\0" },
	{ TCA_FLOWER_KEY_ETH_TYPE, 2, 1, "\x8\0" },
	{ TCA_FLOWER_FLAGS, 4, 1, "\2\0\0\0" },
};
/* clang-format on */

/* Writes TLVs with nothing of the code that is tested. Returns the end. */
static uint8_t *write_tlvs(uint8_t *p, const struct tlv *t, size_t n)
{
	uint8_t *open[8] = { NULL };

	for (size_t i = 0; i <= n; i++) {
		size_t depth = i < n ? t[i].depth : 0;

		for (size_t level = depth; level < ARRAY_SIZE(open); level++) {
			if (!open[level])
				continue;
			open[level][0] = (uint8_t)(p - open[level]);
			open[level][1] = (uint8_t)((p - open[level]) >> 8);
			open[level] = NULL;
		}
		if (i == n)
			break;
		memset(p, 0, 64);
		p[0] = (uint8_t)(4 + t[i].size);
		p[2] = (uint8_t)t[i].type;
		p[3] = (uint8_t)(t[i].type >> 8);
		if (t[i].bytes)
			memcpy(p + 4, t[i].bytes, t[i].size);
		else
			open[depth] = p;
		p += (4 + t[i].size + 3) / 4 * 4;
	}
	return p;
}

static void the_request_is_the_golden_one(void **state)
{
	struct env *e = *state;
	_Alignas(4) uint8_t want[1024];
	uint8_t *end;

	fill_example(&e->in.f);
	assert_int_equal(encode(&e->msg, &e->in.f), 0);
	memcpy(want, golden_header, sizeof golden_header);
	end = write_tlvs(want + sizeof golden_header, golden_tlvs, ARRAY_SIZE(golden_tlvs));
	want[0] = (uint8_t)(end - want);
	want[1] = (uint8_t)((end - want) >> 8);
	assert_int_equal(e->msg.m.size, end - want);
	assert_memory_equal(e->msg.buf, want, e->msg.m.size);
}

static void the_example_is_read_back(void **state)
{
	struct env *e = *state;
	struct diag d;

	diag_init(&d);
	fill_example(&e->in.f);
	assert_int_equal(encode(&e->msg, &e->in.f), 0);
	assert_int_equal(decode(&e->out.f, &e->msg, &d), 0);
	assert_memory_equal(&e->in.f.id, &e->out.f.id, sizeof e->in.f.id);
	assert_memory_equal(&e->in.f.key, &e->out.f.key, sizeof e->in.f.key);
	assert_memory_equal(&e->in.f.mask, &e->out.f.mask, sizeof e->in.f.mask);
	assert_int_equal(e->out.f.flags, TCA_CLS_FLAGS_SKIP_SW);
	assert_int_equal(e->out.f.n_actions, 2);
	assert_true(e->out.actions[0].no_percpu);
	assert_false(e->out.actions[1].no_percpu);
	assert_memory_equal(e->out.actions[1].cookie, "0123456789abcdef", 16);
	assert_int_equal(tc_filter_compare(&e->in.f, &e->out.f, &d), 0);
}

/* ---- random filters ---- */

static uint32_t seed = 1;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void random_bytes(void *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)p)[i] = (uint8_t)rnd(256);
}

static void random_key(struct tc_filter *f)
{
	static const uint16_t types[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_ARP, ETH_P_MPLS_UC };
	static const uint8_t protos[] = { IPPROTO_TCP,	IPPROTO_UDP,	IPPROTO_SCTP,
					  IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_GRE };
	be16 type = be16_from_host(types[rnd(ARRAY_SIZE(types))]);
	bool tagged = rnd(3) == 0;

	random_bytes(&f->key, sizeof f->key);
	f->key.eth_type = tagged ? be16_from_host(rnd(2) ? ETH_P_8021Q : ETH_P_8021AD) : type;
	f->key.vlan_eth_type = type;
	f->key.vlan_id &= 0xfff;
	f->key.vlan_prio &= 7;
	f->key.ip_proto = protos[rnd(ARRAY_SIZE(protos))];
	f->protocol = f->key.eth_type;
	for (size_t i = 0; i < TC_N_FIELDS; i++) {
		const struct tc_field_info *row = &tc_field_table[i];
		uint8_t *mask = (uint8_t *)&f->mask + row->offset;
		bool vlan = i == TC_VLAN_ID || i == TC_VLAN_PRIO || i == TC_VLAN_ETH_TYPE;

		if ((row->ip_proto && row->ip_proto != f->key.ip_proto) ||
		    (row->ether_type && row->ether_type != type) || (vlan && !tagged) || rnd(2))
			continue;
		if (row->mask_attr && rnd(2))
			random_bytes(mask, row->size);
		else
			memset(mask, 0xff, row->size);
	}
	f->mask.eth_type = be16_from_host(0xffff);
	f->mask.vlan_eth_type = tagged ? be16_from_host(0xffff) : 0;
	/* Ports count only where the kernel knows the protocol. */
	f->mask.ip_proto = 0xff;
}

static void random_action(struct tc_action *a)
{
	memset(a, 0, sizeof *a);
	a->kind = (enum tc_action_kind)rnd(TC_N_ACTION_KINDS);
	a->control = (int)rnd(9);
	a->index = rnd(2) ? rnd(1000) : 0;
	a->no_percpu = rnd(2);
	a->cookie_size = (uint8_t)rnd(TC_COOKIE_MAX + 1);
	random_bytes(a->cookie, a->cookie_size);
	switch (a->kind) {
	case TC_ACT_GACT:
		if (rnd(2)) {
			a->control = TC_ACT_GOTO_CHAIN;
			a->gact.chain = rnd(1u << 24) << 4;
		}
		return;
	case TC_ACT_MIRRED:
		a->mirred.eaction = 1 + (int)rnd(4);
		a->mirred.ifindex = rnd(1000);
		return;
	case TC_ACT_VLAN:
		a->vlan.v_action = TCA_VLAN_ACT_POP + (int)rnd(3);
		if (a->vlan.v_action == TCA_VLAN_ACT_POP)
			return;
		a->vlan.id = (uint16_t)rnd(4095);
		a->vlan.prio = (uint8_t)rnd(8);
		a->vlan.protocol = be16_from_host(rnd(2) ? ETH_P_8021Q : ETH_P_8021AD);
		return;
	case TC_ACT_PEDIT:
		a->pedit.n = (uint8_t)rnd(TC_PEDIT_KEYS_MAX + 1);
		for (size_t i = 0; i < a->pedit.n; i++) {
			struct tc_pedit_word *w = &a->pedit.key[i];

			random_bytes(&w->mask, sizeof w->mask);
			random_bytes(&w->value, sizeof w->value);
			w->value &= w->mask;
			w->htype = (uint8_t)rnd(6);
			w->offset = rnd(16) * 4;
		}
		return;
	case TC_ACT_CSUM:
		a->csum.update_flags = rnd(128);
		return;
	case TC_N_ACTION_KINDS:
		return;
	}
}

static void random_filter(struct tc_filter *f)
{
	struct tc_action *actions = f->actions;

	memset(f, 0, sizeof *f);
	f->actions = actions;
	f->id.parent = INGRESS;
	f->id.ifindex = (int)rnd(1000) + 1;
	if (rnd(2))
		f->id = (struct tc_id){ .block = rnd(1000) + 1 };
	f->id.chain = rnd(2) ? rnd(TC_CHAIN_MAX) : 0;
	f->id.prio = (uint16_t)rnd(65536);
	f->id.handle = rnd(1000);
	f->flags = rnd(3);
	random_key(f);
	f->n_actions = rnd(10) ? rnd(4) : TC_ACTIONS_MAX;
	for (size_t i = 0; i < f->n_actions; i++)
		random_action(&actions[i]);
}

static void random_filters_are_read_back(void **state)
{
	struct env *e = *state;

	for (int i = 0; i < 5000; i++) {
		struct text a, b;
		struct diag d;

		diag_init(&d);
		random_filter(&e->in.f);
		assert_int_equal(encode(&e->msg, &e->in.f), 0);
		assert_int_equal(decode(&e->out.f, &e->msg, &d), 0);
		if (tc_filter_compare(&e->in.f, &e->out.f, &d))
			fail_msg("round %d: %s", i, d.words);
		assert_memory_equal(&e->in.f.id, &e->out.f.id, sizeof e->in.f.id);
		text_init(&a);
		text_init(&b);
		tc_filter_format(&a, &e->in.f);
		tc_filter_format(&b, &e->out.f);
		assert_string_equal(a.s, b.s);
		text_fini(&a);
		text_fini(&b);
	}
}

/* ---- what is not a filter ---- */

static void every_truncation_is_refused(void **state)
{
	struct env *e = *state;

	for (int i = 0; i < 30; i++) {
		if (i)
			random_filter(&e->in.f);
		else
			fill_example(&e->in.f);
		if (e->in.f.n_actions > 3)
			e->in.f.n_actions = 3;
		assert_int_equal(encode(&e->msg, &e->in.f), 0);
		for (uint32_t size = NLMSG_HDRLEN; size < e->msg.m.size; size++) {
			struct nlmsghdr *copy = mem_copy(e->msg.buf, size); /* overreads are seen */

			assert_non_null(copy);
			copy->nlmsg_len = size;
			assert_int_equal(tc_filter_decode(&e->out.f, copy, NULL), -EPROTO);
			mem_free(copy);
		}
	}
}

/* Whatever a byte is changed to: an answer, but no read beyond the message. */
static void changed_bytes_are_never_overread(void **state)
{
	struct env *e = *state;

	for (int i = 0; i < 60; i++) {
		random_filter(&e->in.f);
		if (e->in.f.n_actions > 3)
			e->in.f.n_actions = 3;
		assert_int_equal(encode(&e->msg, &e->in.f), 0);
		for (int k = 0; k < 300; k++) {
			struct nlmsghdr *copy = mem_copy(e->msg.buf, e->msg.m.size);
			uint8_t *p = (uint8_t *)copy;
			int err;

			assert_non_null(copy);
			for (int n = 0; n < 2; n++)
				p[36 + rnd((uint32_t)e->msg.m.size - 36)] = (uint8_t)rnd(64);
			err = tc_filter_decode(&e->out.f, copy, NULL);
			assert_true(!err || err == -EPROTO || err == -EOPNOTSUPP);
			mem_free(copy);
		}
	}
}

static void every_short_buffer_is_refused(void **state)
{
	struct env *e = *state;
	size_t whole;

	fill_example(&e->in.f);
	random_action(&e->in.actions[2]);
	e->in.actions[2].kind = TC_ACT_PEDIT;
	e->in.actions[2].pedit.n = 3;
	e->in.f.n_actions = 3;
	assert_int_equal(encode(&e->msg, &e->in.f), 0);
	whole = e->msg.m.size;
	for (size_t cap = 0; cap <= whole; cap++) {
		uint8_t *buf = mem_new(cap);
		struct nl_msg m;

		assert_non_null(buf);
		nl_msg_init(&m, buf, cap);
		assert_int_equal(tc_filter_encode(&m, 0, &e->in.f), cap < whole ? -EMSGSIZE : 0);
		mem_free(buf);
	}
}

static void the_largest_filter_fits_and_more_is_refused(void **state)
{
	struct env *e = *state;
	size_t size;

	fill_example(&e->in.f);
	e->in.f.n_actions = TC_ACTIONS_MAX;
	for (size_t i = 0; i < TC_ACTIONS_MAX; i++) {
		memset(&e->in.actions[i], 0, sizeof e->in.actions[i]);
		e->in.actions[i].kind = TC_ACT_PEDIT;
		e->in.actions[i].pedit.n = TC_PEDIT_KEYS_MAX;
		e->in.actions[i].cookie_size = TC_COOKIE_MAX;
	}
	assert_int_equal(encode(&e->msg, &e->in.f), 0);
	size = e->msg.m.size;
	assert_true(size > 45000 && size < 65536);
	assert_int_equal(decode(&e->out.f, &e->msg, NULL), 0);
	assert_int_equal(tc_filter_compare(&e->in.f, &e->out.f, NULL), 0);
	e->in.actions[3].pedit.n = TC_PEDIT_KEYS_MAX + 1;
	assert_int_equal(encode(&e->msg, &e->in.f), -E2BIG);
	e->in.actions[3].pedit.n = 1;
	e->in.f.n_actions = TC_ACTIONS_MAX + 1;
	assert_int_equal(encode(&e->msg, &e->in.f), -E2BIG);
}

static void a_mask_that_flower_cannot_have_is_refused(void **state)
{
	struct env *e = *state;

	for (int i = 0; i < 6; i++) {
		struct tc_filter *f = &e->in.f;

		fill_example(f);
		if (i == 0)
			f->mask.ip_proto = 0x0f;
		if (i == 1)
			f->mask.eth_type = be16_from_host(0xff00);
		if (i == 2)
			f->mask.vlan_id = 0xff0;
		if (i == 3)
			f->key.ip_proto = IPPROTO_GRE; /* has no ports */
		if (i == 4)
			f->mask.arp_op = 0xff; /* of an IP packet */
		if (i == 5)
			memset(f->mask.ipv6_src, 0xff, 16);
		assert_int_equal(encode(&e->msg, f), -EOPNOTSUPP);
		memset(&f->mask, 0, sizeof f->mask);
	}
}

/* ---- what kernels answer ---- */

/* The frame of an answer: @put fills TCA_OPTIONS. */
static void answer(struct message *msg, uint16_t protocol, void (*put)(struct nl_msg *))
{
	const struct tcmsg tcm = { .tcm_ifindex = 7,
				   .tcm_handle = 3,
				   .tcm_parent = INGRESS,
				   .tcm_info = 2u << 16 | htobe16(protocol) };
	size_t nest;

	nl_msg_init(&msg->m, msg->buf, sizeof msg->buf);
	nl_msg_start(&msg->m, RTM_NEWTFILTER, 0, &tcm, sizeof tcm);
	nl_put_str(&msg->m, TCA_KIND, "flower");
	nl_put_u32(&msg->m, TCA_CHAIN, 0);
	nest = nl_nest_start_plain(&msg->m, TCA_OPTIONS);
	put(&msg->m);
	nl_nest_end(&msg->m, nest);
	assert_int_equal(nl_msg_end(&msg->m), 0);
}

static void put_basic(struct nl_msg *m, uint16_t type, uint64_t bytes, uint32_t packets)
{
	struct gnet_stats_basic b;

	memset(&b, 0, sizeof b);
	b.bytes = bytes;
	b.packets = packets;
	nl_put(m, type, &b, sizeof b);
}

static void put_dumped_action(struct nl_msg *m)
{
	const struct tcf_t tm = { .install = 5000, .lastuse = 25 };
	const struct tc_mirred p = { .index = 4,
				     .action = TC_ACT_STOLEN,
				     .refcnt = 1,
				     .eaction = TCA_EGRESS_REDIR,
				     .ifindex = 9 };
	size_t acts = nl_nest_start_plain(m, TCA_FLOWER_ACT), one = nl_nest_start_plain(m, 1), nest;

	nl_put_str(m, TCA_ACT_KIND, "mirred");
	nl_put_flag(m, TCA_ACT_PAD);
	nest = nl_nest_start_plain(m, TCA_ACT_STATS);
	nl_put_flag(m, TCA_STATS_PAD);
	put_basic(m, TCA_STATS_BASIC, 1000, 5);
	nl_put_u64(m, TCA_STATS_PKT64, 0x100000005);
	put_basic(m, TCA_STATS_BASIC_HW, 600, 3);
	nl_put_u64(m, TCA_STATS_PKT64, 0x100000003);
	nl_put(m, TCA_STATS_QUEUE, "01234567890123456789", 20);
	nl_nest_end(m, nest);
	nl_put(m, TCA_ACT_COOKIE, "abcd", 4);
	nl_put_u32(m, TCA_ACT_IN_HW_COUNT, 1);
	nest = nl_nest_start_plain(m, TCA_ACT_OPTIONS);
	nl_put(m, TCA_MIRRED_TM, &tm, sizeof tm);
	nl_put_flag(m, TCA_MIRRED_PAD);
	nl_put(m, TCA_MIRRED_PARMS, &p, sizeof p);
	nl_nest_end(m, nest);
	nl_nest_end(m, one);
	nl_nest_end(m, acts);
}

static void put_dumped(struct nl_msg *m)
{
	nl_put_be16(m, TCA_FLOWER_KEY_ETH_TYPE, be16_from_host(ETH_P_IP));
	nl_put_u8(m, TCA_FLOWER_KEY_IP_PROTO, IPPROTO_TCP);
	nl_put_be32(m, TCA_FLOWER_KEY_FLAGS, be32_from_host(TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT));
	nl_put_be32(m, TCA_FLOWER_KEY_FLAGS_MASK, be32_from_host(TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT));
	nl_put_be32(m, TCA_FLOWER_KEY_IPV4_DST, be32_from_host(0x0a0000ff));
	nl_put_be32(m, TCA_FLOWER_KEY_IPV4_DST_MASK, be32_from_host(0xffffff00));
	nl_put_be16(m, TCA_FLOWER_KEY_TCP_DST, be16_from_host(80));
	nl_put_u8(m, TCA_FLOWER_KEY_IP_TOS_MASK, 3); /* without a value */
	nl_put_u32(m, TCA_FLOWER_FLAGS, TCA_CLS_FLAGS_IN_HW);
	nl_put_u32(m, TCA_FLOWER_IN_HW_COUNT, 1);
	put_dumped_action(m);
}

static void a_dumped_filter_is_understood(void **state)
{
	struct env *e = *state;
	const struct tc_filter *f = &e->out.f;
	const struct tc_counters *c = &e->out.actions[0].stats;

	answer(&e->msg, ETH_P_IP, put_dumped);
	assert_int_equal(decode(&e->out.f, &e->msg, NULL), 0);
	assert_int_equal(f->id.prio, 2);
	assert_int_equal(f->id.handle, 3);
	assert_int_equal(f->flags, TCA_CLS_FLAGS_IN_HW);
	assert_int_equal(f->in_hw_count, 1);
	assert_int_equal(f->mask.ip_proto, 0xff);
	assert_int_equal(f->mask.l4_dst, 0xffff);
	assert_int_equal(f->mask.ip_tos, 0);
	assert_int_equal(f->key.flags, TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT);
	assert_int_equal(host_from_be32(f->mask.ipv4_dst), 0xffffff00);
	assert_int_equal(f->n_actions, 1);
	assert_int_equal(e->out.actions[0].index, 4);
	assert_int_equal(e->out.actions[0].mirred.ifindex, 9);
	assert_int_equal(e->out.actions[0].cookie_size, 4);
	assert_true(c->n_packets == 0x100000005 && c->hw_packets == 0x100000003);
	assert_int_equal(c->n_bytes, 1000);
	assert_int_equal(c->hw_bytes, 600);
	assert_true(c->used);
	assert_int_equal(c->lastuse_ms, 250);
}

static void put_tagged(struct nl_msg *m)
{
	nl_put_be16(m, TCA_FLOWER_KEY_ETH_TYPE, be16_from_host(ETH_P_IP)); /* the inner one */
	nl_put_u16(m, TCA_FLOWER_KEY_VLAN_ID, 100);
	nl_put_u8(m, TCA_FLOWER_KEY_VLAN_PRIO, 3);
	nl_put_be16(m, TCA_FLOWER_KEY_VLAN_ETH_TYPE, be16_from_host(ETH_P_IP));
	nl_put_u32(m, TCA_FLOWER_IN_HW_COUNT, 0);
}

static void a_dumped_tag_is_the_one_that_was_sent(void **state)
{
	struct env *e = *state;
	struct tc_filter *f = &e->in.f;
	struct diag d;

	f->protocol = f->key.eth_type = be16_from_host(ETH_P_8021Q);
	f->key.vlan_eth_type = be16_from_host(ETH_P_IP);
	f->key.vlan_id = 100;
	f->key.vlan_prio = 3;
	f->mask.eth_type = f->mask.vlan_eth_type = be16_from_host(0xffff);
	f->mask.vlan_id = 0xfff; /* not all ones of 16 bits: all that count */
	f->mask.vlan_prio = 7;
	answer(&e->msg, ETH_P_8021Q, put_tagged);
	assert_int_equal(decode(&e->out.f, &e->msg, NULL), 0);
	assert_int_equal(e->out.f.key.eth_type, be16_from_host(ETH_P_8021Q));
	diag_init(&d);
	assert_int_equal(tc_filter_compare(f, &e->out.f, &d), 0);
	f->key.vlan_id = 101;
	assert_int_equal(tc_filter_compare(f, &e->out.f, &d), -EINVAL);
	assert_string_equal(d.words, "the kernel's value of vlan_id is not the one that was sent");
}

static void put_terse(struct nl_msg *m)
{
	size_t acts = nl_nest_start_plain(m, TCA_FLOWER_ACT), one = nl_nest_start_plain(m, 1), nest;

	nl_put_str(m, TCA_ACT_KIND, "gact");
	nest = nl_nest_start_plain(m, TCA_ACT_STATS);
	put_basic(m, TCA_STATS_BASIC, 10, 1);
	nl_nest_end(m, nest);
	nl_nest_end(m, one);
	nl_nest_end(m, acts);
}

static void a_terse_dump_gives_counters_alone(void **state)
{
	struct env *e = *state;

	answer(&e->msg, ETH_P_IP, put_terse);
	assert_int_equal(decode(&e->out.f, &e->msg, NULL), 0);
	assert_int_equal(e->out.f.n_actions, 1);
	assert_int_equal(e->out.actions[0].kind, TC_ACT_GACT);
	assert_int_equal(e->out.actions[0].stats.n_packets, 1);
	assert_false(e->out.actions[0].stats.used);
}

/* ---- what this vocabulary lacks ---- */

static void put_ct(struct nl_msg *m)
{
	nl_put_u16(m, TCA_FLOWER_KEY_CT_STATE, 1);
}

static void put_newer(struct nl_msg *m)
{
	nl_put_u16(m, 120, 1);
}

static void put_act(struct nl_msg *m, const char *kind, const void *parms, size_t size)
{
	size_t acts = nl_nest_start_plain(m, TCA_FLOWER_ACT), one = nl_nest_start_plain(m, 1), nest;

	nl_put_str(m, TCA_ACT_KIND, kind);
	nest = nl_nest_start_plain(m, TCA_ACT_OPTIONS);
	nl_put(m, 2, parms, size);
	nl_nest_end(m, nest);
	nl_nest_end(m, one);
	nl_nest_end(m, acts);
}

static void put_tunnel(struct nl_msg *m)
{
	put_act(m, "tunnel_key", "", 0);
}

static void put_prefix_of_name(struct nl_msg *m)
{
	put_act(m, "mir", "", 0);
}

static void put_push_eth(struct nl_msg *m)
{
	const struct tc_vlan p = { .v_action = TCA_VLAN_ACT_PUSH_ETH };

	put_act(m, "vlan", &p, sizeof p);
}

static void put_short_parms(struct nl_msg *m)
{
	put_act(m, "mirred", "0123456789", 10);
}

static void put_no_vlan_id(struct nl_msg *m)
{
	const struct tc_vlan p = { .v_action = TCA_VLAN_ACT_PUSH };

	put_act(m, "vlan", &p, sizeof p);
}

static void put_short_address(struct nl_msg *m)
{
	nl_put_u16(m, TCA_FLOWER_KEY_IPV4_DST, 1);
}

static void put_mask_of_another_protocol(struct nl_msg *m)
{
	nl_put_be16(m, TCA_FLOWER_KEY_TCP_DST, 80);
	nl_put_be16(m, TCA_FLOWER_KEY_TCP_DST_MASK, 0xffff);
	nl_put_be16(m, TCA_FLOWER_KEY_UDP_DST_MASK, 0xff00);
}

static void what_is_not_understood_is_named(void **state)
{
	static const struct {
		void (*put)(struct nl_msg *);
		int err;
		const char *words;
	} cases[] = {
		{ put_ct, -EOPNOTSUPP, "flower key ct_state is not understood" },
		{ put_newer, -EOPNOTSUPP, "flower attribute 120 is not understood" },
		{ put_tunnel, -EOPNOTSUPP, "action tunnel_key is not understood" },
		{ put_prefix_of_name, -EOPNOTSUPP, "action mir is not understood" },
		{ put_push_eth, -EOPNOTSUPP, "action vlan of type 5 is not understood" },
		{ put_short_parms, -EPROTO, "the kernel's TCA_ACT_OPTIONS is malformed" },
		{ put_no_vlan_id, -EPROTO, "the kernel's TCA_VLAN_PUSH_VLAN_ID is malformed" },
		{ put_short_address, -EPROTO, "the kernel's dst_ip is malformed" },
		{ put_mask_of_another_protocol, -EPROTO, "the kernel's dst_port is malformed" },
	};
	struct env *e = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct diag d;

		diag_init(&d);
		answer(&e->msg, ETH_P_IP, cases[i].put);
		assert_int_equal(decode(&e->out.f, &e->msg, &d), cases[i].err);
		assert_string_equal(d.words, cases[i].words);
	}
}

static void every_difference_is_named(void **state)
{
	static const char *const words[] = {
		"the kernel's mask of dst_ip is not the one that was sent",
		"the kernel's value of dst_port is not the one that was sent",
		"the kernel's action 0 differs from the one that was sent in its control",
		"the kernel's action 1 differs from the one that was sent in its cookie",
		"the kernel's action 1 differs from the one that was sent in its mirred",
		"the kernel has 1 actions and not the 2 sent",
	};
	struct env *e = *state;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct tc_filter *f = &e->out.f;
		struct diag d;

		fill_example(&e->in.f);
		fill_example(f);
		if (i == 0)
			f->mask.ipv4_dst = be32_from_host(0xffff0000);
		if (i == 1)
			f->key.l4_dst = be16_from_host(54);
		if (i == 2)
			f->actions[0].control = TC_ACT_SHOT;
		if (i == 3)
			f->actions[1].cookie[2] ^= 1;
		if (i == 4)
			f->actions[1].mirred.ifindex = 10;
		if (i == 5)
			f->n_actions = 1;
		diag_init(&d);
		assert_int_equal(tc_filter_compare(&e->in.f, f, &d), -EINVAL);
		assert_string_equal(d.words, words[i]);
	}
}

static void bits_outside_the_mask_do_not_differ(void **state)
{
	struct env *e = *state;

	fill_example(&e->in.f);
	fill_example(&e->out.f);
	e->in.f.key.ipv4_dst = be32_from_host(0x0a0000ff);
	e->in.f.key.ip_ttl = 64;
	assert_int_equal(tc_filter_compare(&e->in.f, &e->out.f, NULL), 0);
}

static void a_filter_is_one_line_of_text(void **state)
{
	struct env *e = *state;
	struct text t;

	fill_example(&e->in.f);
	text_init(&t);
	tc_filter_format(&t, &e->in.f);
	assert_string_equal(t.s,
			    "chain 5 prio 2 protocol ip src_mac 02:00:00:00:00:01 ip_proto udp "
			    "dst_ip 10.0.0.0/24 dst_port 53 skip_sw action vlan push id 100 "
			    "protocol 802.1Q priority 3 action mirred egress redirect ifindex 9 "
			    "stolen");
	text_fini(&t);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_request_is_the_golden_one),
		CASE(the_example_is_read_back),
		CASE(random_filters_are_read_back),
		CASE(every_truncation_is_refused),
		CASE(changed_bytes_are_never_overread),
		CASE(every_short_buffer_is_refused),
		CASE(the_largest_filter_fits_and_more_is_refused),
		CASE(a_mask_that_flower_cannot_have_is_refused),
		CASE(a_dumped_filter_is_understood),
		CASE(a_dumped_tag_is_the_one_that_was_sent),
		CASE(a_terse_dump_gives_counters_alone),
		CASE(what_is_not_understood_is_named),
		CASE(every_difference_is_named),
		CASE(bits_outside_the_mask_do_not_differ),
		CASE(a_filter_is_one_line_of_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
