/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets through a datapath: what a key sees of them, which flow they hit, what actions do. */
#include "kernel/openvswitch/ovs_test_internal.h"

#define N_FLOWS	  200
#define N_PACKETS 2000

struct frame {
	struct sk_buff skb;
	u8 buf[2048];
};

/* An IPv4 or IPv6 frame of TCP or UDP with right checksums, to port number @tp_dst. */
static void make(struct frame *f, bool is_ipv6, u8 proto, u8 last, u16 tp_dst)
{
	u8 b[100] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0 }, *ip = b + 14, *l4 = ip + 20;
	size_t payload = proto == IPPROTO_TCP ? 24 : 12;

	memset(f, 0, sizeof *f);
	if (is_ipv6) {
		l4 = ip + 40;
		put_be16(b + 12, ETH_P_IPV6);
		put_be32(ip, 0x6ff12345);
		put_be16(ip + 4, (u16)payload);
		ip[6] = proto;
		ip[7] = 64;
		ip[39] = last;
	} else {
		const u8 head[20] = { 0x45, 0,	   0, (u8)(20 + payload),
				      0,    0,	   0, 0,
				      64,   proto, 0, 0,
				      10,   0,	   0, 1,
				      10,   0,	   0, last };

		memcpy(ip, head, sizeof head);
	}
	put_be16(l4, 1000);
	put_be16(l4 + 2, tp_dst);
	if (proto == IPPROTO_TCP)
		put_be16(l4 + 12, 0x5012);
	else
		put_be32(l4 + 4, (u32)payload << 16 | 1); /* a checksum of 0 would stay */
	packet_init(&f->skb.p, f->buf, sizeof f->buf);
	assert_int_equal(packet_set(&f->skb.p, b, (size_t)(l4 - b) + payload), 0);
	packet_fix_checksums(&f->skb.p);
}

static void receive_on(struct world *w, int port, struct frame *f)
{
	f->skb.dev = &w->port[port].dev;
	netif_receive_skb(&f->skb);
}

/* Whether the last packet that a port sent has right checksums. */
static bool is_right(const struct port *p)
{
	static u8 copy[2048 + PACKET_HEADROOM];
	struct packet packet;

	packet_init(&packet, copy, sizeof copy);
	return !packet_set(&packet, p->sent, p->size) && packet_checksums_are_right(&packet);
}

/* A flow of everything from p0 that is of the protocol, with the actions. */
static void take_all(struct world *w, bool is_ipv6, u8 proto, const struct list_of *actions)
{
	const struct ovs_key_ipv4 ip4 = { .ipv4_proto = proto }, mask4 = { .ipv4_proto = 0xff };
	const struct ovs_key_ipv6 ip6 = { .ipv6_proto = proto }, mask6 = { .ipv6_proto = 0xff };
	struct list_of key = { .n = 0 }, mask = { .n = 0 };
	const u8 zero[4] = { 0 };

	put_u32(&key, OVS_KEY_ATTR_IN_PORT, 1);
	put_eth(&key, 2);
	put_net16(&key, OVS_KEY_ATTR_ETHERTYPE, is_ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	put_u32(&mask, OVS_KEY_ATTR_IN_PORT, UINT32_MAX);
	put_net16(&mask, OVS_KEY_ATTR_ETHERTYPE, 0xffff);
	if (is_ipv6) {
		put(&key, OVS_KEY_ATTR_IPV6, &ip6, sizeof ip6);
		put(&mask, OVS_KEY_ATTR_IPV6, &mask6, sizeof mask6);
	} else {
		put(&key, OVS_KEY_ATTR_IPV4, &ip4, sizeof ip4);
		put(&mask, OVS_KEY_ATTR_IPV4, &mask4, sizeof mask4);
	}
	put(&key, proto == IPPROTO_TCP ? OVS_KEY_ATTR_TCP : OVS_KEY_ATTR_UDP, zero, sizeof zero);
	if (proto == IPPROTO_TCP)
		put_net16(&key, OVS_KEY_ATTR_TCP_FLAGS, 0);
	assert_int_equal(new_flow(w, &key, &mask, actions, 7), 0);
}

static void a_packet_is_counted_and_goes_to_all_outputs(void **state)
{
	struct world *w = *state;
	struct list_of actions = { .n = 0 }, l = flow_request(NULL, NULL, NULL, 7);
	struct ovs_action_push_vlan vlan = { htons(ETH_P_8021Q), htons(0x1064) };
	struct ovs_flow_stats stats;
	struct frame f;

	put_u32(&actions, OVS_ACTION_ATTR_OUTPUT, 2);
	put(&actions, OVS_ACTION_ATTR_PUSH_VLAN, &vlan, sizeof vlan);
	put_u32(&actions, OVS_ACTION_ATTR_OUTPUT, 3);
	put(&actions, OVS_ACTION_ATTR_POP_VLAN, NULL, 0);
	put(&actions, OVS_ACTION_ATTR_POP_VLAN, NULL, 0); /* nothing to pop: fine */
	put_u32(&actions, OVS_ACTION_ATTR_OUTPUT, 99);	  /* nobody */
	put_u32(&actions, OVS_ACTION_ATTR_OUTPUT, 4);
	take_all(w, false, IPPROTO_TCP, &actions);
	make(&f, false, IPPROTO_TCP, 2, 80);
	receive_on(w, 0, &f);
	for (int i = 1; i < 4; i++)
		assert_int_equal(w->port[i].n_sent, 1);
	assert_int_equal(w->port[2].size, w->port[1].size + 4);
	assert_int_equal(get_be32(w->port[2].sent + 12), 0x81000064);
	assert_memory_equal(w->port[3].sent, w->port[1].sent, w->port[1].size);
	send_cmd(w, OVS_FLOW, OVS_FLOW_CMD_GET, 0, w->dp, &l);
	assert_non_null(receive(w));
	memcpy(&stats, nla_data(find_attr((const void *)w->answer, OVS_FLOW_ATTR_STATS)),
	       sizeof stats);
	assert_int_equal(stats.n_packets, 1);
	assert_int_equal(stats.n_bytes, w->port[1].size);
	assert_int_equal(nla_get_u64(find_attr((const void *)w->answer, OVS_FLOW_ATTR_USED)), 5000);
	assert_int_equal(nla_get_u8(find_attr((const void *)w->answer, OVS_FLOW_ATTR_TCP_FLAGS)),
			 0x12);
	make(&f, false, IPPROTO_UDP, 2, 80);
	receive_on(w, 0, &f);
	assert_int_equal(get_dp(&w->net, w->dp)->n_missed, 1);
	assert_int_equal(get_dp(&w->net, w->dp)->n_hit, 1);
}

/* Value and mask of every byte of a header that can be set, at random; against a byte-wise model.
 */
static void every_set_changes_its_bits_and_keeps_checksums_right(void **state)
{
	/* Where the bytes of each attribute are in the frame; -1: they cannot be set. */
	static const struct {
		int type, size, at[48];
		bool is_ipv6;
		u8 proto;
	} sets
		[] = {
			{ OVS_KEY_ATTR_ETHERNET,
			  12,
			  { 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5 },
			  false,
			  IPPROTO_TCP },
			{ OVS_KEY_ATTR_IPV4,
			  12,
			  { 26, 27, 28, 29, 30, 31, 32, 33, -1, 15, 22, -1 },
			  false,
			  IPPROTO_TCP },
			{ OVS_KEY_ATTR_IPV4,
			  12,
			  { 26, 27, 28, 29, 30, 31, 32, 33, -1, 15, 22, -1 },
			  false,
			  IPPROTO_UDP },
			{ OVS_KEY_ATTR_IPV6,
			  40,
			  { 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
			    36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49,
			    50, 51, 52, 53, -1, -1, 16, 17, -1, -1, 21, -1 },
			  true,
			  IPPROTO_TCP },
			{ OVS_KEY_ATTR_TCP, 4, { 34, 35, 36, 37 }, false, IPPROTO_TCP },
			{ OVS_KEY_ATTR_UDP, 4, { 34, 35, 36, 37 }, false, IPPROTO_UDP },
			{ OVS_KEY_ATTR_TCP, 4, { 54, 55, 56, 57 }, true, IPPROTO_TCP },
			{ OVS_KEY_ATTR_UDP, 4, { 54, 55, 56, 57 }, true, IPPROTO_UDP },
		};
	struct world *w = *state;

	srand(1);
	for (size_t i = 0; i < ARRAY_SIZE(sets) * 200; i++) {
		size_t n = i % ARRAY_SIZE(sets);
		struct list_of set = { .n = 0 }, actions = { .n = 0 }, l = { .n = 0 };
		u8 both[96] = { 0 }, expected[2048];
		struct frame f;

		make(&f, sets[n].is_ipv6, sets[n].proto, (u8)rand(), (u16)rand());
		memcpy(expected, f.skb.p.data, f.skb.p.size);
		for (int j = 0; j < sets[n].size; j++) {
			u8 m = (u8)(rand() % 3 ? rand() : rand() % 2 * 255), v = (u8)(rand() & m);
			int at = sets[n].at[j];

			if (at < 0)
				continue;
			both[j] = v;
			both[sets[n].size + j] = m;
			expected[at] = (u8)((expected[at] & ~m) | v);
		}
		put(&set, sets[n].type, both, 2u * (size_t)sets[n].size);
		put_list_of(&actions, OVS_ACTION_ATTR_SET_MASKED, &set);
		put_u32(&actions, OVS_ACTION_ATTR_OUTPUT, 2);
		take_all(w, sets[n].is_ipv6, sets[n].proto, &actions);
		receive_on(w, 0, &f);
		assert_true(is_right(&w->port[1]));
		assert_int_equal(w->port[1].n_sent, i + 1);
		for (size_t j = 0; j < w->port[1].size; j++) {
			size_t l4 = sets[n].is_ipv6 ? 54 : 34;
			size_t check = l4 + (sets[n].proto == IPPROTO_TCP ? 16 : 6);

			if (j / 2 == check / 2 || (!sets[n].is_ipv6 && j / 2 == 12))
				continue;
			assert_int_equal(w->port[1].sent[j], expected[j]);
		}
		assert_int_equal(run(w, OVS_FLOW, OVS_FLOW_CMD_DEL, 0, w->dp, &l), 0);
	}
}

static void an_unmasked_set_sets_all_that_can_be_set(void **state)
{
	const struct ovs_key_ipv6 to = { .ipv6_src = { 1, 2, 3, 4 },
					 .ipv6_dst = { 5, 6, 7, 8 },
					 .ipv6_label = htonl(0xabcde),
					 .ipv6_proto = IPPROTO_UDP,
					 .ipv6_tclass = 0x12,
					 .ipv6_hlimit = 3 };
	struct list_of set = { .n = 0 }, actions = { .n = 0 };
	struct world *w = *state;
	struct frame f;

	put(&set, OVS_KEY_ATTR_IPV6, &to, sizeof to);
	put_list_of(&actions, OVS_ACTION_ATTR_SET, &set);
	put_u32(&actions, OVS_ACTION_ATTR_OUTPUT, 2);
	take_all(w, true, IPPROTO_UDP, &actions);
	make(&f, true, IPPROTO_UDP, 2, 53);
	receive_on(w, 0, &f);
	assert_int_equal(get_be32(w->port[1].sent + 14), 0x612abcde);
	assert_int_equal(w->port[1].sent[21], 3);
	assert_memory_equal(w->port[1].sent + 22, to.ipv6_src, 32);
	assert_true(is_right(&w->port[1]));
}

static void a_wrong_checksum_stays_wrong(void **state)
{
	const struct ovs_key_udp to = { htons(1), htons(2) };
	struct list_of set = { .n = 0 }, actions = { .n = 0 };
	struct world *w = *state;
	struct frame f;

	put(&set, OVS_KEY_ATTR_UDP, &to, sizeof to);
	put_list_of(&actions, OVS_ACTION_ATTR_SET, &set);
	put_u32(&actions, OVS_ACTION_ATTR_OUTPUT, 2);
	take_all(w, false, IPPROTO_UDP, &actions);
	make(&f, false, IPPROTO_UDP, 2, 53);
	f.skb.p.data[45] ^= 1; /* payload */
	receive_on(w, 0, &f);
	assert_false(is_right(&w->port[1]));
	make(&f, false, IPPROTO_UDP, 2, 53);
	memset(f.skb.p.data + 40, 0, 2); /* no checksum */
	receive_on(w, 0, &f);
	assert_int_equal(get_be16(w->port[1].sent + 40), 0);
	assert_int_equal(get_be32(w->port[1].sent + 34), 0x10002);
}

/* Random masks over random packets; a linear search says which flows may be hit. */
static void the_table_finds_what_a_linear_search_finds(void **state)
{
	static struct sw_flow_key keys[N_FLOWS], masks[N_FLOWS];
	struct sw_flow_table t;
	size_t n = 0;

	srand(2);
	ovs_flow_tbl_init(&t);
	for (int i = 0; i < N_FLOWS * 4 && n < N_FLOWS; i++) {
		struct sw_flow_new like = { .actions = mem_new(4), .actions_len = 0 };
		struct sw_flow_key key = { .in_port = (u32)rand() % 4,
					   .ip_proto = (u8)(rand() % 4) },
				   mask = { .in_port = 0xffff }, masked;
		struct sw_flow *flow;
		u32 n_hit = 0;

		key.tp_dst = be16_from_host((u16)(rand() % 8));
		if (rand() % 2)
			mask.tp_dst = be16_from_host(0xffff);
		if (rand() % 3)
			mask.ip_proto = (u8)(rand() % 4);
		ovs_flow_mask_key(&masked, &key, &mask);
		like.key = &key;
		like.mask = &mask;
		like.masked = &masked;
		if (ovs_flow_tbl_lookup(&t, &key, &n_hit)) {
			mem_free(like.actions);
			continue;
		}
		assert_int_equal(ovs_flow_tbl_insert(&t, &like, &flow), 0);
		keys[n] = masked;
		masks[n++] = mask;
	}
	assert_int_equal(t.n_flows, n);
	for (int i = 0; i < N_PACKETS; i++) {
		struct sw_flow_key key = { .in_port = (u32)rand() % 4,
					   .ip_proto = (u8)(rand() % 4) },
				   masked;
		const struct sw_flow *flow;
		bool found = false, is_hit = false;
		u32 n_hit = 0;

		key.tp_dst = be16_from_host((u16)(rand() % 8));
		flow = ovs_flow_tbl_lookup(&t, &key, &n_hit);
		for (size_t j = 0; j < n; j++) {
			ovs_flow_mask_key(&masked, &key, &masks[j]);
			if (memcmp(&masked, &keys[j], sizeof masked))
				continue;
			found = true;
			is_hit |= flow && !memcmp(&flow->key, &keys[j], sizeof masked);
		}
		assert_int_equal(found, flow != NULL);
		assert_int_equal(found, is_hit);
	}
	ovs_flow_tbl_fini(&t);
}

/* Every cut of every frame is looked at without a byte beyond its end; fields are those of Linux.
 */
static void a_key_has_what_linux_takes_out_of_a_frame(void **state)
{
	struct sw_flow_key key;
	struct frame f;

	make(&f, true, IPPROTO_TCP, 9, 80);
	assert_int_equal(packet_push_vlan(&f.skb.p, be16_from_host(ETH_P_8021Q), be16_from_host(5)),
			 0);
	assert_int_equal(
		packet_push_vlan(&f.skb.p, be16_from_host(ETH_P_8021AD), be16_from_host(7)), 0);
	assert_int_equal(ovs_flow_key_extract(&key, &f.skb, 3), 0);
	assert_int_equal(host_from_be16(key.vlan.tpid), ETH_P_8021AD);
	assert_int_equal(host_from_be16(key.vlan.tci), 0x1007);
	assert_int_equal(host_from_be16(key.cvlan.tci), 0x1005);
	assert_int_equal(host_from_be16(key.eth_type), ETH_P_IPV6);
	assert_int_equal(host_from_be32(key.ipv6_label), 0x12345);
	assert_int_equal(key.ip_tos, 0xff);
	assert_int_equal(host_from_be16(key.tp_dst), 80);
	assert_int_equal(host_from_be16(key.tp_flags), 0x12);
	for (size_t size = f.skb.p.size; size > 0; size--) {
		struct frame cut = { .skb = f.skb };
		u8 *p = mem_copy(f.skb.p.data, size);

		cut.skb.p.data = p;
		cut.skb.p.size = size;
		assert_int_equal(ovs_flow_key_extract(&key, &cut.skb, 3),
				 size < ETH_HLEN_ ? -EINVAL : 0);
		mem_free(p);
	}
	make(&f, false, IPPROTO_TCP, 9, 80);
	put_be16(f.skb.p.data + 12, 30);
	assert_int_equal(ovs_flow_key_extract(&key, &f.skb, 3), 0);
	assert_int_equal(host_from_be16(key.eth_type), ETH_P_802_2);
	memcpy(f.skb.p.data + 14, "\xaa\xaa\x03\0\0\0\x88\xcc", 8);
	assert_int_equal(ovs_flow_key_extract(&key, &f.skb, 3), 0);
	assert_int_equal(host_from_be16(key.eth_type), 0x88cc);
}

static void what_the_host_sends_through_an_internal_port_enters_the_datapath(void **state)
{
	struct world *w = *state;
	const struct list_of out = output(2), mask = tcp_mask(), key = tcp_key(0, 2, 80);
	struct frame f;

	assert_int_equal(new_flow(w, &key, &mask, &out, 0), 0);
	make(&f, false, IPPROTO_TCP, 2, 80);
	f.skb.dev = dev_get_by_name(&w->net, "dp0");
	assert_int_equal(dev_queue_xmit(&f.skb), 0);
	assert_int_equal(w->port[1].n_sent, 1);
}

static void actions_within_actions_have_a_limit(void **state)
{
	struct world *w = *state;
	const struct list_of mask = tcp_mask(), key = tcp_key(1, 2, 80), out = output(1);
	struct frame f;

	assert_int_equal(new_flow(w, &key, &mask, &out, 0), 0);
	make(&f, false, IPPROTO_TCP, 2, 80);
	ovs_net(&w->net)->recursion = OVS_RECURSION_LIMIT;
	receive_on(w, 0, &f);
	assert_int_equal(w->port[0].n_sent, 0);
	ovs_net(&w->net)->recursion = 0;
	receive_on(w, 0, &f);
	assert_int_equal(w->port[0].n_sent, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_packet_is_counted_and_goes_to_all_outputs),
		CASE(every_set_changes_its_bits_and_keeps_checksums_right),
		CASE(an_unmasked_set_sets_all_that_can_be_set),
		CASE(a_wrong_checksum_stays_wrong),
		cmocka_unit_test(the_table_finds_what_a_linear_search_finds),
		cmocka_unit_test(a_key_has_what_linux_takes_out_of_a_frame),
		CASE(what_the_host_sends_through_an_internal_port_enters_the_datapath),
		CASE(actions_within_actions_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
