/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/system/transcript.h"

#include "base/alloc.h"
#include "netlink/transport.h"

#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/openvswitch.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_csum.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/tc_act/tc_pedit.h>
#include <linux/tc_act/tc_vlan.h>
#include <string.h>

#define INDEX_OF_USER 1000 /* below: an index that the kernel chose */

/* What an attribute is for the comparison. */
enum what {
	W_BYTES,  /* compare */
	W_ABSENT, /* may be there or not: padding */
	W_TIMES,  /* compare that it is there */
	W_HASH,	  /* of a packet: Linux mixes in a random number when it made it itself */
	W_INDEX,  /* a struct that begins with an index that the kernel chose */
	W_NEST,
};

struct level;

struct rule {
	const char *kind; /* only in actions of this kind; NULL: all */
	int type;	  /* attribute number; -1: all that no other row has */
	enum what what;
	const struct level *inner;
};

struct level {
	const struct rule *rules;
	size_t n;
};

#define LEVEL(name) static const struct level name = { name##_rules, ARRAY_SIZE(name##_rules) }

static const struct rule options_rules[] = {
	{ "gact", TCA_GACT_PARMS, W_INDEX, NULL },  { "gact", TCA_GACT_TM, W_TIMES, NULL },
	{ "gact", TCA_GACT_PAD, W_ABSENT, NULL },   { "mirred", TCA_MIRRED_PARMS, W_INDEX, NULL },
	{ "mirred", TCA_MIRRED_TM, W_TIMES, NULL }, { "mirred", TCA_MIRRED_PAD, W_ABSENT, NULL },
	{ "vlan", TCA_VLAN_PARMS, W_INDEX, NULL },  { "vlan", TCA_VLAN_TM, W_TIMES, NULL },
	{ "vlan", TCA_VLAN_PAD, W_ABSENT, NULL },   { "pedit", TCA_PEDIT_PARMS_EX, W_INDEX, NULL },
	{ "pedit", TCA_PEDIT_TM, W_TIMES, NULL },   { "pedit", TCA_PEDIT_PAD, W_ABSENT, NULL },
	{ "csum", TCA_CSUM_PARMS, W_INDEX, NULL },  { "csum", TCA_CSUM_TM, W_TIMES, NULL },
	{ "csum", TCA_CSUM_PAD, W_ABSENT, NULL },
};
LEVEL(options);

static const struct rule stats_rules[] = { { NULL, TCA_STATS_PAD, W_ABSENT, NULL } };
LEVEL(stats);

static const struct rule action_rules[] = {
	{ NULL, TCA_ACT_OPTIONS, W_NEST, &options },
	{ NULL, TCA_ACT_STATS, W_NEST, &stats },
	{ NULL, TCA_ACT_PAD, W_ABSENT, NULL },
};
LEVEL(action);

static const struct rule actions_rules[] = { { NULL, -1, W_NEST, &action } };
LEVEL(actions);

static const struct rule flower_rules[] = { { NULL, TCA_FLOWER_ACT, W_NEST, &actions } };
LEVEL(flower);

static const struct rule tc_rules[] = {
	{ NULL, TCA_OPTIONS, W_NEST, &flower },
	{ NULL, TCA_STATS, W_ABSENT, NULL },
	{ NULL, TCA_STATS2, W_ABSENT, NULL },
	{ NULL, TCA_PAD, W_ABSENT, NULL },
};
LEVEL(tc);

static const struct rule policy_rules[] = { { NULL, NL_POLICY_TYPE_ATTR_PAD, W_ABSENT, NULL } };
LEVEL(policy);

static const struct rule rtnl_ack_rules[] = { { NULL, NLMSGERR_ATTR_POLICY, W_NEST, &policy } };
LEVEL(rtnl_ack);

static const struct rule tcam_rules[] = { { NULL, TCA_ACT_TAB, W_NEST, &actions } };
LEVEL(tcam);

/* ---- generic netlink ---- */

static const struct rule group_rules[] = { { NULL, CTRL_ATTR_MCAST_GRP_ID, W_TIMES, NULL } };
LEVEL(group);
static const struct rule groups_rules[] = { { NULL, -1, W_NEST, &group } };
LEVEL(groups);
static const struct rule ctrl_rules[] = {
	{ NULL, CTRL_ATTR_FAMILY_ID, W_TIMES, NULL },
	{ NULL, CTRL_ATTR_MCAST_GROUPS, W_NEST, &groups },
};
LEVEL(ctrl);
/* Linux tells masks apart also by how far their attributes reach, so that it may have more. */
static const struct rule datapath_rules[] = {
	{ NULL, OVS_DP_ATTR_MEGAFLOW_STATS, W_TIMES, NULL },
	{ NULL, OVS_DP_ATTR_UPCALL_PID, W_TIMES, NULL },
	{ NULL, OVS_DP_ATTR_PER_CPU_PIDS, W_TIMES, NULL },
	{ NULL, OVS_DP_ATTR_PAD, W_ABSENT, NULL },
};
LEVEL(datapath);
static const struct rule vport_rules[] = {
	{ NULL, OVS_VPORT_ATTR_UPCALL_PID, W_TIMES, NULL },
	{ NULL, OVS_VPORT_ATTR_STATS, W_TIMES, NULL },
	{ NULL, OVS_VPORT_ATTR_IFINDEX, W_TIMES, NULL },
	{ NULL, OVS_VPORT_ATTR_PAD, W_ABSENT, NULL },
};
LEVEL(vport);
static const struct rule encap2_rules[] = { { NULL, OVS_KEY_ATTR_TUNNEL, W_BYTES, NULL } };
LEVEL(encap2);
static const struct rule encap_rules[] = { { NULL, OVS_KEY_ATTR_ENCAP, W_NEST, &encap2 } };
LEVEL(encap);
/* Not every kernel is built with zones of connection tracking. */
static const struct rule key_rules[] = {
	{ NULL, OVS_KEY_ATTR_ENCAP, W_NEST, &encap },
	{ NULL, OVS_KEY_ATTR_CT_ZONE, W_ABSENT, NULL },
};
LEVEL(key);
static const struct rule userspace_rules[] = { { NULL, OVS_USERSPACE_ATTR_PID, W_TIMES, NULL } };
LEVEL(userspace);
static const struct rule flow_actions_rules[] = {
	{ NULL, OVS_ACTION_ATTR_OUTPUT, W_BYTES, NULL },
	{ NULL, OVS_ACTION_ATTR_USERSPACE, W_NEST, &userspace },
};
LEVEL(flow_actions);
static const struct rule flow_rules[] = {
	{ NULL, OVS_FLOW_ATTR_KEY, W_NEST, &key },
	{ NULL, OVS_FLOW_ATTR_MASK, W_NEST, &key },
	{ NULL, OVS_FLOW_ATTR_ACTIONS, W_NEST, &flow_actions },
	{ NULL, OVS_FLOW_ATTR_USED, W_TIMES, NULL },
	{ NULL, OVS_FLOW_ATTR_PAD, W_ABSENT, NULL },
};
LEVEL(flow);

static const struct rule packet_rules[] = {
	{ NULL, OVS_PACKET_ATTR_KEY, W_NEST, &key },
	{ NULL, OVS_PACKET_ATTR_ACTIONS, W_NEST, &flow_actions },
	{ NULL, OVS_PACKET_ATTR_HASH, W_HASH, NULL },
};
LEVEL(packet);

/* The policy that an attribute did not meet is not modelled. */
static const struct rule ack_rules[] = { { NULL, NLMSGERR_ATTR_POLICY, W_ABSENT, NULL } };
LEVEL(ack);

/* Families, with the number that nlctrl gave them. */
struct families {
	struct {
		const char *name;
		const struct level *level;
		uint16_t id;
		bool has_header; /* struct ovs_header */
	} f[5];
};

static const struct families no_families = { {
	{ "nlctrl", &ctrl, GENL_ID_CTRL, false },
	{ OVS_DATAPATH_FAMILY, &datapath, 0, true },
	{ OVS_VPORT_FAMILY, &vport, 0, true },
	{ OVS_FLOW_FAMILY, &flow, 0, true },
	{ OVS_PACKET_FAMILY, &packet, 0, true },
} };

static int find_family(const struct families *all, uint16_t id)
{
	for (int i = 0; i < (int)ARRAY_SIZE(all->f); i++)
		if (all->f[i].id == id)
			return i;
	return -1;
}

static void put_hex(struct text *t, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text_putf(t, "%02x", p[i]);
}

#define HASH_IS_SW (1ull << 32) /* its own; above it is whether ports are in it */

static void put_hash(struct text *t, const uint8_t *p, size_t n)
{
	uint64_t hash = 0;

	if (n == sizeof hash)
		memcpy(&hash, p, sizeof hash);
	if (hash & HASH_IS_SW)
		text_putf(t, ": 0x%llx and a random number\n",
			  (unsigned long long)(hash & ~(HASH_IS_SW - 1)));
	else
		text_putf(t, ": 0x%llx, %zu bytes\n", (unsigned long long)hash, n);
}

/* A user's index is high. */
static void put_index(struct text *t, const uint8_t *p, size_t n)
{
	uint32_t index = 0;

	if (n >= sizeof index)
		memcpy(&index, p, sizeof index);
	if (index < INDEX_OF_USER)
		text_put(t, ": index ");
	else
		text_putf(t, ": index %u ", index);
}

static const struct rule *find_rule(const struct level *l, int type, const char *kind)
{
	const struct rule *other = NULL;

	for (size_t i = 0; l && i < l->n; i++) {
		const struct rule *r = &l->rules[i];

		if (r->kind && (!kind || strcmp(kind, r->kind)))
			continue;
		if (r->type == type)
			return r;
		if (r->type < 0)
			other = r;
	}
	return other;
}

static void put_attrs(struct text *t, const struct level *l, const uint8_t *p, size_t size,
		      const char *kind, unsigned int depth)
{
	char own_kind[16] = "";

	while (size >= sizeof(struct nlattr)) {
		struct nlattr a;
		const uint8_t *data = p + NLA_HDRLEN;
		const struct rule *r;
		enum what what;
		int type;

		memcpy(&a, p, sizeof a);
		if (a.nla_len < NLA_HDRLEN || a.nla_len > size)
			break;
		type = a.nla_type & NLA_TYPE_MASK;
		/* KIND is number 1 of an action and comes before its options. */
		if (l == &action && type == TCA_ACT_KIND) {
			memset(own_kind, 0, sizeof own_kind);
			memcpy(own_kind, data,
			       (size_t)a.nla_len - NLA_HDRLEN < sizeof own_kind - 1
				       ? (size_t)a.nla_len - NLA_HDRLEN
				       : sizeof own_kind - 1);
			kind = own_kind;
		}
		r = find_rule(l, type, kind);
		what = r ? r->what : W_BYTES;
		if (what != W_ABSENT)
			text_putf(t, "%*s%d%s", 4 + (int)depth * 2, "", type,
				  a.nla_type & NLA_F_NESTED ? " nested" : "");
		switch (what) {
		case W_BYTES:
			text_put(t, ": ");
			put_hex(t, data, (size_t)a.nla_len - NLA_HDRLEN);
			text_put_char(t, '\n');
			break;
		case W_INDEX:
			put_index(t, data, (size_t)a.nla_len - NLA_HDRLEN);
			put_hex(t, data + 4,
				a.nla_len < NLA_HDRLEN + 4 ? 0
							   : (size_t)a.nla_len - NLA_HDRLEN - 4);
			text_put_char(t, '\n');
			break;
		case W_HASH:
			put_hash(t, data, (size_t)a.nla_len - NLA_HDRLEN);
			break;
		case W_TIMES:
			text_putf(t, ": times, %d bytes\n", a.nla_len - NLA_HDRLEN);
			break;
		case W_NEST:
			text_put_char(t, '\n');
			put_attrs(t, r->inner, data, (size_t)a.nla_len - NLA_HDRLEN, kind,
				  depth + 1);
			break;
		case W_ABSENT:
			break;
		}
		if ((size_t)NLA_ALIGN(a.nla_len) >= size)
			return;
		p += NLA_ALIGN(a.nla_len);
		size -= NLA_ALIGN(a.nla_len);
	}
	if (size) {
		text_putf(t, "%*srest: ", 4 + (int)depth * 2, "");
		put_hex(t, p, size);
		text_put_char(t, '\n');
	}
}

/* An answer of nlctrl says which number a family has. */
static void learn_family(struct families *all, const uint8_t *p, size_t size)
{
	const char *name = "";
	uint16_t id = 0;

	while (size >= sizeof(struct nlattr)) {
		struct nlattr a;

		memcpy(&a, p, sizeof a);
		if (a.nla_len < NLA_HDRLEN || a.nla_len > size)
			return;
		if (a.nla_type == CTRL_ATTR_FAMILY_ID && a.nla_len == NLA_HDRLEN + sizeof id)
			memcpy(&id, p + NLA_HDRLEN, sizeof id);
		if (a.nla_type == CTRL_ATTR_FAMILY_NAME && !p[a.nla_len - 1])
			name = (const char *)p + NLA_HDRLEN;
		for (size_t i = 0; id && i < ARRAY_SIZE(all->f); i++)
			if (!strcmp(all->f[i].name, name))
				all->f[i].id = id;
		if ((size_t)NLA_ALIGN(a.nla_len) >= size)
			return;
		p += NLA_ALIGN(a.nla_len);
		size -= NLA_ALIGN(a.nla_len);
	}
}

static void put_genl(struct text *t, struct families *all, int family, const uint8_t *p,
		     size_t size)
{
	struct genlmsghdr g;
	struct ovs_header ovs;
	size_t skip = GENL_HDRLEN + (all->f[family].has_header ? sizeof ovs : 0);

	if (size < skip)
		return;
	memcpy(&g, p, sizeof g);
	text_putf(t, "    cmd %u version %u", g.cmd, g.version);
	if (all->f[family].has_header) {
		memcpy(&ovs, p + GENL_HDRLEN, sizeof ovs);
		text_putf(t, " datapath %s",
			  ovs.dp_ifindex <= 0	     ? "none"
			  : ovs.dp_ifindex > 1000000 ? "unknown"
						     : "this");
	} else {
		learn_family(all, p + skip, size - skip);
	}
	text_put_char(t, '\n');
	put_attrs(t, all->f[family].level, p + skip, size - skip, NULL, 0);
}

/* The name of a type of message, which is a family's number; false: it is none. */
static const char *type_name(const struct families *all, uint16_t type)
{
	int family = all ? find_family(all, type) : -1;

	return family < 0 ? NULL : all->f[family].name;
}

/* An ack: the error, the request's header, and the TLVs. */
static void put_ack(struct text *t, const struct families *all, const struct nlmsghdr *h,
		    const uint8_t *p, size_t size)
{
	struct nlmsgerr e;
	size_t skip;

	if (size < sizeof e)
		return;
	memcpy(&e, p, sizeof e);
	if (type_name(all, e.msg.nlmsg_type))
		text_putf(t, "    error %d of %s flags 0x%x length %u\n", e.error,
			  type_name(all, e.msg.nlmsg_type), e.msg.nlmsg_flags, e.msg.nlmsg_len);
	else
		text_putf(t, "    error %d of type %u flags 0x%x length %u\n", e.error,
			  e.msg.nlmsg_type, e.msg.nlmsg_flags, e.msg.nlmsg_len);
	skip = sizeof e;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e.msg.nlmsg_len) - NLMSG_HDRLEN;
	if (h->nlmsg_flags & NLM_F_ACK_TLVS && skip <= size)
		put_attrs(t, all ? &ack : &rtnl_ack, p + skip, size - skip, NULL, 0);
}

/* @all NULL: rtnetlink. */
static void put_datagram(struct text *t, struct families *all, const char *arrow, const void *data,
			 size_t size)
{
	const uint8_t *p = data;

	while (size >= NLMSG_HDRLEN) {
		struct nlmsghdr h;
		const uint8_t *payload = p + NLMSG_HDRLEN;
		size_t n;

		memcpy(&h, p, sizeof h);
		if (h.nlmsg_len < NLMSG_HDRLEN || h.nlmsg_len > size)
			break;
		n = h.nlmsg_len - NLMSG_HDRLEN;
		if (type_name(all, h.nlmsg_type))
			text_putf(t, "%s %s flags 0x%x\n", arrow, type_name(all, h.nlmsg_type),
				  h.nlmsg_flags);
		else
			text_putf(t, "%s type %u flags 0x%x\n", arrow, h.nlmsg_type, h.nlmsg_flags);
		if (h.nlmsg_type == NLMSG_ERROR) {
			put_ack(t, all, &h, payload, n);
		} else if (type_name(all, h.nlmsg_type)) {
			put_genl(t, all, find_family(all, h.nlmsg_type), payload, n);
		} else if (h.nlmsg_type >= RTM_NEWACTION && h.nlmsg_type <= RTM_GETACTION &&
			   n >= sizeof(struct tcamsg)) {
			put_attrs(t, &tcam, payload + sizeof(struct tcamsg),
				  n - sizeof(struct tcamsg), NULL, 0);
		} else if (h.nlmsg_type >= RTM_BASE && n >= sizeof(struct tcmsg)) {
			struct tcmsg m;

			memcpy(&m, payload, sizeof m);
			text_putf(t, "    tcm ifindex %d handle 0x%x parent 0x%x info 0x%x\n",
				  m.tcm_ifindex, m.tcm_handle, m.tcm_parent, m.tcm_info);
			put_attrs(t, &tc, payload + sizeof m, n - sizeof m, NULL, 0);
		} else {
			put_attrs(t, NULL, payload, 0, NULL, 0);
			text_putf(t, "    %zu bytes: ", n);
			put_hex(t, payload, n);
			text_put_char(t, '\n');
		}
		if ((size_t)NLMSG_ALIGN(h.nlmsg_len) >= size)
			return;
		p += NLMSG_ALIGN(h.nlmsg_len);
		size -= NLMSG_ALIGN(h.nlmsg_len);
	}
	if (size)
		text_putf(t, "%s %zu bytes that are no message\n", arrow, size);
}

void transcript_put(struct text *t, const char *arrow, const void *data, size_t size)
{
	put_datagram(t, NULL, arrow, data, size);
}

struct wrapped {
	struct nl_transport t; /* first */
	struct nl_transport *inner;
	struct text *text;
	bool is_genl;
	struct families families;
};

static void write_down(struct wrapped *w, const char *arrow, const void *data, size_t size)
{
	put_datagram(w->text, w->is_genl ? &w->families : NULL, arrow, data, size);
}

static int wrapped_sendmsg(struct nl_transport *t, const struct iovec *iov, size_t n)
{
	struct wrapped *w = CONTAINER_OF(t, struct wrapped, t);

	for (size_t i = 0; i < n; i++)
		write_down(w, ">", iov[i].iov_base, iov[i].iov_len);
	return w->inner->class->sendmsg(w->inner, iov, n);
}

static ssize_t wrapped_recvmsg(struct nl_transport *t, void *buf, size_t cap, bool wait)
{
	struct wrapped *w = CONTAINER_OF(t, struct wrapped, t);
	ssize_t n = w->inner->class->recvmsg(w->inner, buf, cap, wait);

	if (n > 0)
		write_down(w, "<", buf, (size_t)n < cap ? (size_t)n : cap);
	return n;
}

static int wrapped_join(struct nl_transport *t, uint32_t number)
{
	struct wrapped *w = CONTAINER_OF(t, struct wrapped, t);

	return w->inner->class->join(w->inner, number);
}

static int wrapped_another(struct nl_transport *t, struct nl_transport **out, struct diag *d)
{
	struct wrapped *w = CONTAINER_OF(t, struct wrapped, t);
	struct nl_transport *inner;
	int err = nl_transport_open_another(&inner, w->inner, d);

	if (err)
		return err;
	*out = transcript_wrap_genl(inner, w->text);
	if (!*out)
		return -ENOMEM;
	CONTAINER_OF(*out, struct wrapped, t)->families = w->families;
	return 0;
}

static bool wrapped_has_message(struct nl_transport *t)
{
	return nl_transport_has_message(CONTAINER_OF(t, struct wrapped, t)->inner);
}

static int wrapped_set_rcvbuf(struct nl_transport *t, size_t bytes)
{
	return nl_transport_set_rcvbuf(CONTAINER_OF(t, struct wrapped, t)->inner, bytes);
}

static void wrapped_close(struct nl_transport *t)
{
	struct wrapped *w = CONTAINER_OF(t, struct wrapped, t);

	w->inner->class->close(w->inner);
	mem_free(w);
}

static const struct nl_transport_class transcript_class = {
	.name = "transcript",
	.sendmsg = wrapped_sendmsg,
	.recvmsg = wrapped_recvmsg,
	.join = wrapped_join,
	.another = wrapped_another,
	.set_rcvbuf = wrapped_set_rcvbuf,
	.has_message = wrapped_has_message,
	.close = wrapped_close,
};

struct nl_transport *transcript_wrap(struct nl_transport *inner, struct text *text)
{
	struct wrapped *w = mem_new(sizeof *w);

	if (!w) {
		inner->class->close(inner);
		return NULL;
	}
	w->t = *inner;
	w->t.class = &transcript_class;
	w->inner = inner;
	w->text = text;
	return &w->t;
}

struct nl_transport *transcript_wrap_genl(struct nl_transport *inner, struct text *text)
{
	struct nl_transport *t = transcript_wrap(inner, text);
	struct wrapped *w = t ? CONTAINER_OF(t, struct wrapped, t) : NULL;

	if (!w)
		return NULL;
	w->is_genl = true;
	w->families = no_families;
	return t;
}
