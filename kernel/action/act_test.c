/* SPDX-License-Identifier: BSD-2-Clause */
/* Actions on packets, and what a list of actions may be. */
#include "kernel/action/act_internal.h"
#include "kernel/rtnetlink/rtnetlink.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/tc_act/tc_csum.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_pedit.h>
#include <linux/tc_act/tc_vlan.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct world {
	struct knet net;
	struct net_device dev;
	struct kmsg m; /* the attribute TCA_FLOWER_ACT */
	ssize_t tab;
	int n;
	u8 buf[PACKET_HEADROOM + PACKET_MAX];
	struct sk_buff skb;
	struct netlink_ext_ack extack;
};

static const u8 udp_frame[60] = { 2,	0, 0,  0,  0, 1, 2, 0,	0,  0,	0, 2, 8,  0,
				  0x45, 0, 0,  46, 0, 0, 0, 0,	64, 17, 0, 0, 10, 0,
				  0,	1, 10, 0,  0, 2, 0, 53, 0,  54, 0, 26 };

static int set_up(void **state)
{
	struct world *w = test_calloc(1, sizeof *w);

	*state = w;
	knet_init(&w->net, NULL);
	w->net.now_ns = 1000000000;
	if (netlink_init(&w->net) || rtnetlink_init(&w->net) || act_init(&w->net) ||
	    kmsg_init(&w->m, 65536))
		return -1;
	w->dev.net = &w->net;
	w->skb.dev = &w->dev;
	packet_init(&w->skb.p, w->buf, sizeof w->buf);
	if (packet_set(&w->skb.p, udp_frame, sizeof udp_frame))
		return -1;
	packet_fix_checksums(&w->skb.p);
	w->tab = nla_nest_start_noflag(&w->m, TCA_FLOWER_ACT);
	return skb_set_protocol(&w->skb);
}

static int tear_down(void **state)
{
	struct world *w = *state;

	assert_int_equal(act_count(&w->net), 0);
	kmsg_fini(&w->m);
	act_exit(&w->net);
	rtnetlink_exit(&w->net);
	netlink_exit(&w->net);
	knet_fini(&w->net);
	test_free(w);
	return 0;
}

struct open_action {
	ssize_t one, options;
};

static struct open_action start(struct world *w, const char *kind)
{
	struct open_action o = { .one = nla_nest_start_noflag(&w->m, ++w->n) };

	nla_put_string(&w->m, TCA_ACT_KIND, kind);
	o.options = nla_nest_start_noflag(&w->m, TCA_ACT_OPTIONS);
	return o;
}

static void finish(struct world *w, struct open_action o)
{
	nla_nest_end(&w->m, o.options);
	nla_nest_end(&w->m, o.one);
}

static void put_gact(struct world *w, int action)
{
	struct open_action o = start(w, "gact");
	struct tc_gact g = { .action = action };

	nla_put(&w->m, TCA_GACT_PARMS, sizeof g, &g);
	finish(w, o);
}

static void put_vlan(struct world *w, int v_action, u16 vid)
{
	struct open_action o = start(w, "vlan");
	struct tc_vlan v = { .action = TC_ACT_PIPE, .v_action = v_action };

	nla_put(&w->m, TCA_VLAN_PARMS, sizeof v, &v);
	nla_put_u16(&w->m, TCA_VLAN_PUSH_VLAN_ID, vid);
	finish(w, o);
}

/* One extended key. */
static void put_pedit(struct world *w, u16 htype, u32 off, u32 mask, u32 val, bool ex)
{
	struct open_action o = start(w, "pedit");
	struct {
		struct tc_pedit_sel sel;
		struct tc_pedit_key key;
	} p = { .sel = { .action = TC_ACT_PIPE, .nkeys = 1 },
		.key = { .mask = htonl(mask), .val = htonl(val), .off = off } };
	ssize_t keys, key;

	nla_put(&w->m, ex ? TCA_PEDIT_PARMS_EX : TCA_PEDIT_PARMS, sizeof p, &p);
	if (ex) {
		keys = nla_nest_start_noflag(&w->m, TCA_PEDIT_KEYS_EX);
		key = nla_nest_start_noflag(&w->m, TCA_PEDIT_KEY_EX);
		nla_put_u16(&w->m, TCA_PEDIT_KEY_EX_HTYPE, htype);
		nla_put_u16(&w->m, TCA_PEDIT_KEY_EX_CMD, TCA_PEDIT_KEY_EX_CMD_SET);
		nla_nest_end(&w->m, key);
		nla_nest_end(&w->m, keys);
	}
	finish(w, o);
}

static void put_csum(struct world *w)
{
	struct open_action o = start(w, "csum");
	struct tc_csum c = { .action = TC_ACT_PIPE, .update_flags = TCA_CSUM_UPDATE_FLAG_IPV4HDR };

	nla_put(&w->m, TCA_CSUM_PARMS, sizeof c, &c);
	finish(w, o);
}

static int validate(struct world *w, struct tcf_exts *exts, u32 filter_flags)
{
	nla_nest_end(&w->m, w->tab);
	return tcf_exts_validate(&w->net, exts, (const void *)w->m.buf, 0, filter_flags, NULL,
				 &w->extack);
}

/* Runs the list on the packet; the verdict. */
static int run(struct world *w)
{
	struct tcf_result res = { 0 };
	struct tcf_exts exts;
	int verdict;

	assert_int_equal(validate(w, &exts, 0), 0);
	verdict = tcf_exts_exec(&w->skb, &exts, &res);
	tcf_exts_destroy(&w->net, &exts);
	return verdict;
}

static void vlan_pushes_changes_and_pops(void **state)
{
	struct world *w = *state;

	put_vlan(w, TCA_VLAN_ACT_PUSH, 5);
	put_vlan(w, TCA_VLAN_ACT_MODIFY, 7);
	put_gact(w, TC_ACT_OK);
	assert_int_equal(run(w), TC_ACT_OK);
	assert_int_equal(w->skb.p.size, sizeof udp_frame + 4);
	assert_int_equal(get_be16(w->skb.p.data + 12), ETH_P_8021Q);
	assert_int_equal(get_be16(w->skb.p.data + 14), 7);
	assert_int_equal(w->skb.protocol, htons(ETH_P_8021Q));
}

static void pushing_and_popping_is_the_identity(void **state)
{
	struct world *w = *state;
	u8 before[sizeof udp_frame];

	memcpy(before, w->skb.p.data, sizeof before);
	put_vlan(w, TCA_VLAN_ACT_PUSH, 5);
	put_vlan(w, TCA_VLAN_ACT_POP, 0);
	run(w);
	assert_memory_equal(before, w->skb.p.data, sizeof before);
}

static void pedit_edits_words_and_csum_repairs(void **state)
{
	struct world *w = *state;

	put_pedit(w, TCA_PEDIT_KEY_EX_HDR_TYPE_IP4, 8, 0x00ffffff, 0x3f000000, true);
	put_pedit(w, TCA_PEDIT_KEY_EX_HDR_TYPE_UDP, 0, 0xffff0000, 99, true);
	put_pedit(w, TCA_PEDIT_KEY_EX_HDR_TYPE_ETH, 0, 0, 0x02aabbcc, true);
	put_pedit(w, 0, 12, 0, 0x0a000009, false);
	put_csum(w);
	assert_int_equal(run(w), TC_ACT_PIPE);
	assert_int_equal(w->skb.p.data[22], 63);
	assert_int_equal(get_be16(w->skb.p.data + 36), 99);
	assert_int_equal(get_be32(w->skb.p.data), 0x02aabbcc);
	assert_int_equal(get_be32(w->skb.p.data + 26), 0x0a000009);
	assert_true(packet_checksums_are_right(&w->skb.p));
}

static void jumps_count_from_the_begin_and_end(void **state)
{
	struct world *w = *state;

	put_gact(w, TC_ACT_JUMP | 2);
	put_gact(w, TC_ACT_SHOT);
	put_gact(w, TC_ACT_TRAP);
	assert_int_equal(run(w), TC_ACT_TRAP);
}

static void a_jump_to_itself_gives_up(void **state)
{
	struct world *w = *state;

	put_gact(w, TC_ACT_PIPE);
	put_gact(w, TC_ACT_JUMP | 1);
	assert_int_equal(run(w), TC_ACT_OK);
}

static void repeat_gives_up(void **state)
{
	struct world *w = *state;

	put_gact(w, TC_ACT_REPEAT);
	assert_int_equal(run(w), TC_ACT_OK);
}

static void bad_lists_leave_nothing(void **state)
{
	struct world *w = *state;
	struct tcf_exts exts;

	put_vlan(w, TCA_VLAN_ACT_PUSH, 5);
	put_vlan(w, TCA_VLAN_ACT_PUSH, 4095);
	assert_int_equal(validate(w, &exts, 0), -ERANGE);
	assert_int_equal(act_count(&w->net), 0);
}

static void a_goto_needs_a_filter(void **state)
{
	struct world *w = *state;
	struct tcf_exts exts;

	put_gact(w, TC_ACT_GOTO_CHAIN | 1);
	assert_int_equal(validate(w, &exts, 0), -EINVAL);
	assert_string_equal(w->extack._msg, "can't goto NULL proto/chain");
}

static void legacy_pedit_is_not_offloaded(void **state)
{
	struct world *w = *state;
	struct flow_action_entry entries[4];
	struct tcf_exts exts;
	unsigned int n;

	put_pedit(w, 0, 12, 0, 1, false);
	assert_int_equal(validate(w, &exts, 0), 0);
	assert_int_equal(tcf_exts_num_actions(&exts), 1);
	assert_int_equal(tc_setup_offload_action(&w->net, entries, &n, &exts, &w->extack),
			 -EOPNOTSUPP);
	assert_string_equal(w->extack._msg, "act_pedit: Unsupported pedit command offload");
	tcf_exts_destroy(&w->net, &exts);
}

/* ---- RTM_*ACTION ---- */

/* Sends a request about gact @index, with or without its parameters; the error of the ack. */
static int ask(struct world *w, int type, u16 flags, u32 index, bool has_parms)
{
	struct tc_gact parms = { .index = index, .action = TC_ACT_SHOT };
	u32 port;
	struct ksock *sk = ksock_socket(&w->net, NETLINK_ROUTE, &port);
	ssize_t tab, one, options, n;
	struct nlmsgerr e = { 0 };
	struct nlmsghdr *nlh;
	struct iovec iov;
	u8 answer[4096];

	kmsg_reset(&w->m);
	nlh = nlmsg_put(&w->m, 0, 1, type, sizeof(struct tcamsg),
			NLM_F_REQUEST | NLM_F_ACK | flags);
	memset(NLMSG_DATA(nlh), 0, sizeof(struct tcamsg));
	tab = nla_nest_start_noflag(&w->m, TCA_ACT_TAB);
	one = nla_nest_start_noflag(&w->m, 1);
	nla_put_string(&w->m, TCA_ACT_KIND, "gact");
	if (has_parms) {
		nla_put(&w->m, TCA_ACT_COOKIE, 0, NULL);
		options = nla_nest_start_noflag(&w->m, TCA_ACT_OPTIONS);
		nla_put(&w->m, TCA_GACT_PARMS, sizeof parms, &parms);
		nla_nest_end(&w->m, options);
	} else if (index) {
		nla_put_u32(&w->m, TCA_ACT_INDEX, index);
	}
	nla_nest_end(&w->m, one);
	nla_nest_end(&w->m, tab);
	nlmsg_end(&w->m, nlh);
	iov = (struct iovec){ w->m.buf, w->m.len };
	assert_true(ksock_sendmsg(sk, &iov, 1) >= 0);
	e.error = -1000;
	while ((n = ksock_recvmsg(sk, answer, sizeof answer)) > 0) {
		const struct nlmsghdr *h = (const void *)answer;

		if (h->nlmsg_type == NLMSG_ERROR)
			memcpy(&e, answer + NLMSG_HDRLEN, sizeof e);
		else
			w->n++;
	}
	ksock_close(sk);
	return e.error;
}

static void actions_live_without_filters(void **state)
{
	struct world *w = *state;

	assert_int_equal(ask(w, RTM_GETACTION, 0, 7, false), -ENOENT);
	assert_int_equal(ask(w, RTM_NEWACTION, NLM_F_CREATE, 7, true), 0);
	assert_int_equal(ask(w, RTM_NEWACTION, NLM_F_CREATE, 7, true), -EEXIST);
	assert_int_equal(ask(w, RTM_NEWACTION, NLM_F_REPLACE, 7, true), 0);
	assert_int_equal(act_count(&w->net), 1);
	w->n = 0;
	assert_int_equal(ask(w, RTM_GETACTION, 0, 7, false), 0);
	assert_int_equal(w->n, 1);
	assert_int_equal(ask(w, RTM_GETACTION, 0, 0, false), -EINVAL);
	assert_int_equal(ask(w, RTM_DELACTION, 0, 8, false), -ENOENT);
	assert_int_equal(ask(w, RTM_DELACTION, 0, 7, false), 0);
	assert_int_equal(act_count(&w->net), 0);
	for (u32 i = 1; i <= 40; i++)
		assert_int_equal(ask(w, RTM_NEWACTION, NLM_F_CREATE, i, true), 0);
	assert_int_equal(ask(w, RTM_DELACTION, NLM_F_ROOT, 0, false), 0);
	assert_int_equal(act_count(&w->net), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(vlan_pushes_changes_and_pops),
		T(pushing_and_popping_is_the_identity),
		T(pedit_edits_words_and_csum_repairs),
		T(jumps_count_from_the_begin_and_end),
		T(a_jump_to_itself_gives_up),
		T(repeat_gives_up),
		T(bad_lists_leave_nothing),
		T(a_goto_needs_a_filter),
		T(legacy_pedit_is_not_offloaded),
		T(actions_live_without_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
