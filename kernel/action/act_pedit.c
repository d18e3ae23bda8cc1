/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Edits 32-bit words of packets, at offsets from the network header or, with extended keys, from a
 * header by name. Models net/sched/act_pedit.c, 6.1.
 */
#define KBUILD_MODNAME "act_pedit"
#include "kernel/action/act_internal.h"

#include "base/alloc.h"

#include <linux/tc_act/tc_pedit.h>
#include <netinet/in.h>

struct pedit_key {
	struct tc_pedit_key k;
	u16 htype, cmd; /* TCA_PEDIT_KEY_EX_*; legacy: network, set */
};

struct tcf_pedit {
	struct tc_action common;
	struct pedit_key *keys; /* owned */
	u8 nkeys, flags;
	bool is_ex;
};

static const struct nla_policy pedit_policy[TCA_PEDIT_MAX + 1] = {
	[TCA_PEDIT_PARMS] = { .type = NLA_MIN_LEN, .len = sizeof(struct tc_pedit_sel) },
	[TCA_PEDIT_PARMS_EX] = { .type = NLA_MIN_LEN, .len = sizeof(struct tc_pedit_sel) },
	[TCA_PEDIT_KEYS_EX] = { .type = NLA_NESTED },
};

static const struct nla_policy key_ex_policy[TCA_PEDIT_KEY_EX_MAX + 1] = {
	[TCA_PEDIT_KEY_EX_HTYPE] = { .type = NLA_U16 },
	[TCA_PEDIT_KEY_EX_CMD] = { .type = NLA_U16 },
};

static int refuse(const struct act_request *r, int err, const char *words)
{
	return trace_refuse(r->net->trace, err, "pedit", "%s", words);
}

/* One TCA_PEDIT_KEY_EX. */
static int parse_key_ex(const struct act_request *r, struct pedit_key *key, const struct nlattr *ka)
{
	const struct nlattr *tb[TCA_PEDIT_KEY_EX_MAX + 1];
	int err;

	if (nla_type(ka) != TCA_PEDIT_KEY_EX)
		return refuse(r, -EINVAL, "not a TCA_PEDIT_KEY_EX");
	err = nla_parse_nested_deprecated(tb, TCA_PEDIT_KEY_EX_MAX, ka, key_ex_policy, NULL);
	if (err < 0)
		return refuse(r, err, "a bad attribute in an extended key");
	if (!tb[TCA_PEDIT_KEY_EX_HTYPE] || !tb[TCA_PEDIT_KEY_EX_CMD])
		return refuse(r, -EINVAL, "an extended key without header type or command");
	key->htype = nla_get_u16(tb[TCA_PEDIT_KEY_EX_HTYPE]);
	key->cmd = nla_get_u16(tb[TCA_PEDIT_KEY_EX_CMD]);
	if (key->htype > TCA_PEDIT_HDR_TYPE_MAX || key->cmd > TCA_PEDIT_CMD_MAX)
		return refuse(r, -EINVAL, "unknown header type or command");
	return 0;
}

static int parse_keys_ex(const struct act_request *r, struct pedit_key *keys, unsigned int n,
			 const struct nlattr *nla)
{
	const struct nlattr *ka;
	unsigned int i = 0;
	int rem, err;

	nla_for_each_attr(ka, nla_data(nla), nla_len(nla), rem)
	{
		if (i == n)
			return refuse(r, -EINVAL, "more extended keys than keys");
		err = parse_key_ex(r, &keys[i++], ka);
		if (err < 0)
			return err;
	}
	return i == n ? 0 : refuse(r, -EINVAL, "fewer extended keys than keys");
}

static int check_offsets(const struct act_request *r, struct pedit_key *keys, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!keys[i].k.offmask && keys[i].k.off % 4)
			return ACT_REFUSE(r->net, r->extack, -EINVAL,
					  KBUILD_MODNAME ": Offsets must be on 32bit boundaries");
		if (keys[i].k.shift > 31)
			keys[i].k.shift = 31;
	}
	return 0;
}

/* The keys of a request: an array for the caller, or NULL with *@err set. */
static struct pedit_key *parse_keys(const struct act_request *r, const struct nlattr *pattr,
				    const struct nlattr *ex, unsigned int n, int *err)
{
	const u8 *from = (const u8 *)nla_data(pattr) + sizeof(struct tc_pedit_sel);
	struct pedit_key *keys;

	if (!n) {
		*err = ACT_REFUSE(r->net, r->extack, -EINVAL,
				  KBUILD_MODNAME ": Pedit requires keys to be passed");
		return NULL;
	}
	if ((size_t)nla_len(pattr) < sizeof(struct tc_pedit_sel) + n * sizeof keys->k) {
		NL_SET_BAD_ATTR(r->extack, pattr);
		*err = ACT_REFUSE(r->net, r->extack, -EINVAL,
				  "Length of TCA_PEDIT_PARMS or TCA_PEDIT_PARMS_EX pedit attribute "
				  "is invalid");
		return NULL;
	}
	keys = mem_new_array(n, sizeof *keys);
	if (!keys) {
		*err = -ENOMEM;
		return NULL;
	}
	for (unsigned int i = 0; i < n; i++)
		memcpy(&keys[i].k, from + i * sizeof keys->k, sizeof keys->k);
	*err = ex ? parse_keys_ex(r, keys, n, ex) : 0;
	if (*err < 0) {
		mem_free(keys);
		return NULL;
	}
	return keys;
}

static void set_keys(struct knet *net, struct tcf_pedit *p, struct pedit_key *keys, u8 n)
{
	struct act_net *an = act_net(net);

	an->extra_bytes += n * sizeof *keys;
	an->extra_bytes -= p->nkeys * sizeof *keys;
	mem_free(p->keys);
	p->keys = keys;
	p->nkeys = n;
}

static int tcf_pedit_init(const struct act_request *r, struct tc_action **a)
{
	const struct nlattr *tb[TCA_PEDIT_MAX + 1], *pattr;
	struct tc_pedit_sel parm;
	struct pedit_key *keys;
	struct act_change c;
	int err;

	if (!r->nla)
		return ACT_REFUSE(r->net, r->extack, -EINVAL,
				  KBUILD_MODNAME ": Pedit requires attributes to be passed");
	err = nla_parse_nested_deprecated(tb, TCA_PEDIT_MAX, r->nla, pedit_policy, NULL);
	if (err < 0)
		return refuse(r, err, "a bad attribute");
	pattr = tb[TCA_PEDIT_PARMS] ? tb[TCA_PEDIT_PARMS] : tb[TCA_PEDIT_PARMS_EX];
	if (!pattr)
		return ACT_REFUSE(r->net, r->extack, -EINVAL,
				  KBUILD_MODNAME ": Missing required TCA_PEDIT_PARMS or "
						 "TCA_PEDIT_PARMS_EX pedit attribute");
	nla_memcpy(&parm, pattr, sizeof parm);
	if (act_lookup(r, parm.index, a)) {
		if (r->flags & TCA_ACT_FLAGS_BIND)
			return 0;
		if (!(r->flags & TCA_ACT_FLAGS_REPLACE))
			return act_unlookup(r, *a, refuse(r, -EEXIST, "the action exists"));
	}
	keys = parse_keys(r, pattr, tb[TCA_PEDIT_KEYS_EX], parm.nkeys, &err);
	if (!keys)
		return act_unlookup(r, *a, err);
	err = act_prepare(&c, r, parm.index, parm.action, *a);
	if (err == 0) {
		err = check_offsets(r, keys, parm.nkeys);
		if (err < 0)
			act_abort(&c, r, err);
	}
	if (err < 0) {
		mem_free(keys);
		return err;
	}
	set_keys(r->net, CONTAINER_OF(c.a, struct tcf_pedit, common), keys, parm.nkeys);
	CONTAINER_OF(c.a, struct tcf_pedit, common)->flags = parm.flags;
	CONTAINER_OF(c.a, struct tcf_pedit, common)->is_ex = tb[TCA_PEDIT_KEYS_EX];
	return act_commit(&c, r, a);
}

static void tcf_pedit_cleanup(struct knet *net, struct tc_action *a)
{
	set_keys(net, CONTAINER_OF(a, struct tcf_pedit, common), NULL, 0);
}

/* Offset in the frame from which a key's offset counts, or negative. */
static int header_offset(const struct packet_headers *h, u16 htype)
{
	u8 want = htype == TCA_PEDIT_KEY_EX_HDR_TYPE_TCP ? IPPROTO_TCP : IPPROTO_UDP;

	switch (htype) {
	case TCA_PEDIT_KEY_EX_HDR_TYPE_ETH:
		return 0;
	case TCA_PEDIT_KEY_EX_HDR_TYPE_TCP:
	case TCA_PEDIT_KEY_EX_HDR_TYPE_UDP:
		/* Linux trusts the key over IPv4, and looks for the header over IPv6. */
		if (h->l4 == 0xffff || (h->l3_type == PACKET_L3_IPV6 && h->ip_proto != want))
			return -EINVAL;
		return h->l4;
	default:
		return h->l3 == 0xffff ? ETH_HLEN_ : h->l3;
	}
}

static bool fits(const struct packet *p, int64_t offset, size_t size)
{
	return offset >= 0 && (u64)offset + size <= p->size;
}

static int edit_word(struct packet *p, const struct packet_headers *h, const struct pedit_key *key)
{
	int64_t base = header_offset(h, key->htype), at, offset = (s32)key->k.off;
	u32 word, val;

	if (base < 0)
		return -EINVAL;
	if (key->k.offmask) {
		at = base + (s32)key->k.at;
		if (!fits(p, at, 1))
			return -EINVAL;
		offset += (p->data[at] & key->k.offmask) >> key->k.shift;
		if (offset % 4)
			return -EINVAL;
	}
	if (!fits(p, base + offset, sizeof word))
		return -EINVAL;
	memcpy(&word, p->data + base + offset, sizeof word);
	val = key->cmd == TCA_PEDIT_KEY_EX_CMD_ADD ? (word + key->k.val) & ~key->k.mask
						   : key->k.val;
	word = (word & key->k.mask) ^ val;
	memcpy(p->data + base + offset, &word, sizeof word);
	return 0;
}

static int tcf_pedit_act(struct sk_buff *skb, struct tc_action *a, struct tcf_result *res)
{
	const struct tcf_pedit *p = CONTAINER_OF(a, struct tcf_pedit, common);
	struct packet_headers h;

	act_count_packet(skb, a);
	packet_dissect(&h, skb->p.data, skb->p.size);
	for (unsigned int i = 0; i < p->nkeys; i++) {
		if (edit_word(&skb->p, &h, &p->keys[i]) < 0) {
			a->overlimits++;
			break;
		}
	}
	return a->action;
}

static int dump_keys_ex(struct kmsg *m, const struct tcf_pedit *p)
{
	ssize_t nest = nla_nest_start_noflag(m, TCA_PEDIT_KEYS_EX), key;

	for (unsigned int i = 0; nest >= 0 && i < p->nkeys; i++) {
		key = nla_nest_start_noflag(m, TCA_PEDIT_KEY_EX);
		if (key < 0 || nla_put_u16(m, TCA_PEDIT_KEY_EX_HTYPE, p->keys[i].htype) < 0 ||
		    nla_put_u16(m, TCA_PEDIT_KEY_EX_CMD, p->keys[i].cmd) < 0)
			return -EMSGSIZE;
		nla_nest_end(m, key);
	}
	if (nest < 0)
		return -EMSGSIZE;
	nla_nest_end(m, nest);
	return 0;
}

static int tcf_pedit_dump(const struct knet *net, struct kmsg *m, const struct tc_action *a,
			  int bind, int ref)
{
	const struct tcf_pedit *p = KIND_OF(a, struct tcf_pedit);
	u8 buf[sizeof(struct tc_pedit_sel) + UINT8_MAX * sizeof(struct tc_pedit_key)];
	struct tc_pedit_sel opt = { ACT_GEN(a, bind, ref), .nkeys = p->nkeys, .flags = p->flags };
	size_t len = sizeof opt;

	memcpy(buf, &opt, sizeof opt);
	for (unsigned int i = 0; i < p->nkeys; i++, len += sizeof(struct tc_pedit_key))
		memcpy(buf + len, &p->keys[i].k, sizeof(struct tc_pedit_key));
	if (p->is_ex && dump_keys_ex(m, p) < 0)
		return -EMSGSIZE;
	return nla_put(m, p->is_ex ? TCA_PEDIT_PARMS_EX : TCA_PEDIT_PARMS, (int)len, buf);
}

static unsigned int tcf_pedit_num_entries(const struct tc_action *a)
{
	return KIND_OF(a, struct tcf_pedit)->nkeys;
}

static int tcf_pedit_offload_act_setup(struct knet *net, const struct tc_action *a,
				       struct flow_action_entry *entry,
				       struct netlink_ext_ack *extack)
{
	const struct tcf_pedit *p = KIND_OF(a, struct tcf_pedit);

	if (!p->is_ex) {
		NL_SET_ERR_MSG_MOD(extack, "Unsupported pedit command offload");
		return -EOPNOTSUPP;
	}
	for (unsigned int i = 0; i < p->nkeys; i++, entry++) {
		const struct pedit_key *key = &p->keys[i];

		entry->id = key->cmd == TCA_PEDIT_KEY_EX_CMD_SET ? FLOW_ACTION_MANGLE
								 : FLOW_ACTION_ADD;
		entry->mangle.htype = (enum flow_action_mangle_base)key->htype;
		entry->mangle.offset = key->k.off;
		entry->mangle.mask = key->k.mask;
		entry->mangle.val = key->k.val;
	}
	return 0;
}

const struct tc_action_ops act_pedit_ops = {
	.kind = "pedit",
	.id = ACT_PEDIT,
	.size = sizeof(struct tcf_pedit),
	.init = tcf_pedit_init,
	.act = tcf_pedit_act,
	.dump = tcf_pedit_dump,
	.cleanup = tcf_pedit_cleanup,
	.num_entries = tcf_pedit_num_entries,
	.offload_act_setup = tcf_pedit_offload_act_setup,
	.tm_attr = TCA_PEDIT_TM,
};
