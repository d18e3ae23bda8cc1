/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "kernel/core/netdevice.h"
#include "kernel/core/skbuff.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- names and indexes ---- */

static struct net_device *new_dev(const char *name, int ifindex)
{
	struct net_device *dev = test_calloc(1, sizeof *dev);

	memcpy(dev->name, name, strnlen(name, sizeof dev->name));
	dev->ifindex = ifindex;
	dev->flags = IFF_UP;
	return dev;
}

static void names_and_indexes_are_checked(void **state)
{
	static const struct {
		const char *name;
		int ifindex, err, given;
	} cases[] = {
		{ "eth0", 0, 0, 1 },
		{ "eth1", 0, 0, 2 },
		{ "eth0", 0, -EEXIST, 0 },
		{ "eth5", 7, 0, 7 },
		{ "eth6", 7, -EBUSY, 0 },
		{ "eth2", 0, 0, 3 },
		{ "neg", -1, -EINVAL, 0 },
		{ "last", INT_MAX, 0, INT_MAX },
		{ "", 0, -EINVAL, 0 },
		{ ".", 0, -EINVAL, 0 },
		{ "..", 0, -EINVAL, 0 },
		{ "a/b", 0, -EINVAL, 0 },
		{ "a:b", 0, -EINVAL, 0 },
		{ "a b", 0, -EINVAL, 0 },
		{ "sixteen_letters_", 0, -EINVAL, 0 },
		{ "fifteen_letters", 0, 0, 4 },
	};
	struct net_device *devs[ARRAY_SIZE(cases)], *dev;
	struct knet net;
	int last = 0;

	knet_init(&net, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		devs[i] = new_dev(cases[i].name, cases[i].ifindex);
		assert_int_equal(register_netdevice(&net, devs[i]), cases[i].err);
		if (cases[i].err)
			continue;
		assert_int_equal(devs[i]->ifindex, cases[i].given);
		assert_ptr_equal(dev_get_by_index(&net, cases[i].given), devs[i]);
		assert_ptr_equal(dev_get_by_name(&net, cases[i].name), devs[i]);
	}
	list_for_each_entry (dev, &net.devs, link) {
		assert_true(dev->ifindex > last);
		last = dev->ifindex;
	}
	assert_null(dev_get_by_index(&net, 0));
	assert_null(dev_get_by_index(&net, -1));
	assert_null(dev_get_by_index(&net, 1000));
	assert_null(dev_get_by_name(&net, "nobody"));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (!cases[i].err) {
			unregister_netdevice(devs[i]);
			assert_null(dev_get_by_name(&net, cases[i].name));
			assert_null(dev_get_by_index(&net, cases[i].given));
		}
		test_free(devs[i]);
	}
	assert_true(list_is_empty(&net.devs));
	knet_fini(&net);
}

static void an_index_that_went_is_not_given_at_once(void **state)
{
	struct net_device *dev = new_dev("eth0", 0);
	struct knet net;

	knet_init(&net, NULL);
	for (int i = 1; i <= 10; i++) {
		dev->ifindex = 0;
		assert_int_equal(register_netdevice(&net, dev), 0);
		assert_int_equal(dev->ifindex, i);
		unregister_netdevice(dev);
	}
	net.last_ifindex = INT_MAX;
	dev->ifindex = 0;
	assert_int_equal(register_netdevice(&net, dev), 0);
	assert_int_equal(dev->ifindex, 1);
	unregister_netdevice(dev);
	test_free(dev);
	knet_fini(&net);
}

static void every_allocation_may_fail(void **state)
{
	struct net_device *dev = new_dev("eth0", 0);
	bool failed = true;

	for (unsigned long n = 1; failed; n++) {
		struct knet net;
		int err;

		knet_init(&net, NULL);
		mem_fail_nth(n);
		err = register_netdevice(&net, dev);
		failed = mem_fail_happened();
		mem_fail_nth(0);
		assert_int_equal(err, failed ? -ENOMEM : 0);
		if (err) {
			assert_int_equal(dev->ifindex, 0);
			assert_null(dev_get_by_name(&net, "eth0"));
			assert_int_equal(register_netdevice(&net, dev), 0);
		}
		unregister_netdevice(dev);
		dev->ifindex = 0;
		knet_fini(&net);
	}
	test_free(dev);
}

/* ---- notifiers ---- */

struct recorder {
	struct notifier_block nb;
	char *out; /* one letter an event, shared */
	char letter;
};

static void record(struct notifier_block *nb, enum netdev_event event, struct net_device *dev)
{
	struct recorder *r = CONTAINER_OF(nb, struct recorder, nb);
	char s[] = { r->letter, "RUC"[event], 0 };

	if (event == NETDEV_UNREGISTER)
		assert_null(dev_get_by_name(dev->net, dev->name));
	strcat(r->out, s);
}

static void notifiers_are_told_oldest_first_but_of_an_end_youngest_first(void **state)
{
	char out[64] = "";
	struct recorder a = { { .call = record }, out, 'a' }, b = { { .call = record }, out, 'b' };
	struct net_device *dev = new_dev("eth0", 0), *dev2 = new_dev("eth1", 0);
	struct knet net;

	knet_init(&net, NULL);
	assert_int_equal(register_netdevice(&net, dev), 0);
	register_netdevice_notifier(&net, &a.nb);
	register_netdevice_notifier(&net, &b.nb);
	assert_int_equal(register_netdevice(&net, dev2), 0);
	netdev_state_change(dev);
	unregister_netdevice(dev);
	unregister_netdevice_notifier(&a.nb);
	unregister_netdevice(dev2);
	assert_string_equal(out, "aRbRaRbRaCbCbUaUbU");
	test_free(dev);
	test_free(dev2);
	knet_fini(&net);
}

/* ---- packets ---- */

struct wire {
	struct knet net;
	struct net_device *dev;
	int n_sent, n_handled, n_hooked;
	bool hook_passes, handler_consumes;
	int xmit_err;
};

static struct wire *wire_of(const struct net_device *dev)
{
	return CONTAINER_OF(dev->net, struct wire, net);
}

static int xmit_one(struct sk_buff *skb, struct net_device *dev)
{
	struct wire *w = wire_of(dev);

	w->n_sent++;
	skb->p.size = 1; /* a driver may do that */
	return w->xmit_err;
}

static int send_back(struct sk_buff *skb, struct net_device *dev)
{
	wire_of(dev)->n_sent++;
	netif_receive_skb(skb);
	return 0;
}

static bool hook(struct sk_buff *skb)
{
	struct wire *w = wire_of(skb->dev);

	w->n_hooked++;
	return w->hook_passes;
}

static enum rx_handler_result handler(struct sk_buff *skb)
{
	struct wire *w = wire_of(skb->dev);

	w->n_handled++;
	return w->handler_consumes ? RX_HANDLER_CONSUMED : RX_HANDLER_PASS;
}

static enum rx_handler_result bounce(struct sk_buff *skb)
{
	assert_int_not_equal(dev_queue_xmit(skb), -EINVAL);
	return RX_HANDLER_CONSUMED;
}

static enum rx_handler_result recurse(struct sk_buff *skb)
{
	wire_of(skb->dev)->n_handled++;
	netif_receive_skb(skb); /* a mirred that forgot to count */
	return RX_HANDLER_CONSUMED;
}

static const struct net_device_ops sends = { .ndo_start_xmit = xmit_one };
static const struct net_device_ops sends_back = { .ndo_start_xmit = send_back };

static int set_up(void **state)
{
	struct wire *w = test_calloc(1, sizeof *w);

	knet_init(&w->net, NULL);
	w->dev = new_dev("eth0", 0);
	w->dev->netdev_ops = &sends;
	assert_int_equal(register_netdevice(&w->net, w->dev), 0);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct wire *w = *state;

	unregister_netdevice(w->dev);
	test_free(w->dev);
	knet_fini(&w->net);
	test_free(w);
	return 0;
}

static struct sk_buff make_skb(struct wire *w)
{
	static u8 frame[60];
	struct sk_buff skb = { .p = { frame, sizeof frame, frame, sizeof frame }, .dev = w->dev };

	return skb;
}

/* Who is asked and who drops, for each state of the hook and the handler. */
static void a_received_packet_goes_to_tc_then_the_handler_then_nobody(void **state)
{
	static char some_qdisc;
	struct wire *w = *state;

	for (int c = 0; c < 32; c++) {
		bool has_qdisc = c & 1, has_hook = c & 2, has_handler = c & 4;
		struct sk_buff skb = make_skb(w);
		bool tc_took, taken;

		w->hook_passes = c & 8;
		w->handler_consumes = c & 16;
		w->n_hooked = w->n_handled = 0;
		memset(&w->dev->stats, 0, sizeof w->dev->stats);
		w->dev->ingress_qdisc = has_qdisc ? (void *)&some_qdisc : NULL;
		knet_set_tc_ingress(&w->net, has_hook ? hook : NULL);
		if (has_handler) {
			assert_int_equal(netdev_rx_handler_register(w->dev, handler, w), 0);
			assert_int_equal(netdev_rx_handler_register(w->dev, handler, w), -EBUSY);
		}
		netif_receive_skb(&skb);
		tc_took = has_qdisc && has_hook && !w->hook_passes;
		taken = tc_took || (has_handler && w->handler_consumes);
		assert_int_equal(w->n_hooked, has_qdisc && has_hook);
		assert_int_equal(w->n_handled, has_handler && !tc_took);
		assert_int_equal(w->dev->stats.rx_packets, 1);
		assert_int_equal(w->dev->stats.rx_bytes, 60);
		assert_int_equal(w->dev->stats.rx_dropped, !taken);
		netdev_rx_handler_unregister(w->dev);
	}
	w->dev->ingress_qdisc = NULL;
}

static void sent_packets_are_counted_and_dropped_ones_too(void **state)
{
	static const struct {
		bool up, has_ops;
		u8 depth;
		int xmit_err, result;
	} cases[] = {
		{ true, true, 0, 0, 0 },
		{ true, true, SKB_DEPTH_MAX - 1, 0, 0 },
		{ true, true, SKB_DEPTH_MAX, 0, -ENETDOWN },
		{ false, true, 0, 0, -ENETDOWN },
		{ true, false, 0, 0, -EOPNOTSUPP },
		{ true, true, 0, -EIO, -EIO },
	};
	struct wire *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sk_buff skb = make_skb(w);
		bool ok = !cases[i].result;

		memset(&w->dev->stats, 0, sizeof w->dev->stats);
		w->dev->flags = cases[i].up ? IFF_UP : 0;
		w->dev->netdev_ops = cases[i].has_ops ? &sends : NULL;
		w->xmit_err = cases[i].xmit_err;
		skb.depth = cases[i].depth;
		assert_int_equal(dev_queue_xmit(&skb), cases[i].result);
		assert_int_equal(w->dev->stats.tx_packets, ok);
		assert_int_equal(w->dev->stats.tx_bytes, ok ? 60 : 0);
		assert_int_equal(w->dev->stats.tx_dropped, !ok);
		assert_int_equal(skb.depth, cases[i].depth);
	}
}

static void loops_end(void **state)
{
	struct wire *w = *state;
	struct sk_buff skb = make_skb(w);

	w->dev->netdev_ops = &sends_back;
	assert_int_equal(netdev_rx_handler_register(w->dev, bounce, NULL), 0);
	netif_receive_skb(&skb);
	assert_int_equal(w->n_sent, SKB_DEPTH_MAX);
	netdev_rx_handler_unregister(w->dev);
	assert_int_equal(netdev_rx_handler_register(w->dev, recurse, NULL), 0);
	netif_receive_skb(&skb);
	assert_int_equal(w->n_handled, KNET_NEST_MAX);
	assert_int_equal(w->net.nest, 0);
}

static void the_protocol_is_the_ethertype(void **state)
{
	struct wire *w = *state;
	struct sk_buff skb = make_skb(w);

	skb.p.data[12] = 0x81;
	skb.p.data[13] = 0;
	for (size_t size = 0; size < 14; size++) {
		skb.p.size = size;
		assert_int_equal(skb_set_protocol(&skb), -EINVAL);
	}
	skb.p.size = 14;
	assert_int_equal(skb_set_protocol(&skb), 0);
	assert_int_equal(host_from_be16(skb.protocol), 0x8100);
}

static void a_copy_is_whole_or_refused(void **state)
{
	struct wire *w = *state;
	struct sk_buff skb = make_skb(w), to;

	skb.depth = 3;
	skb.tc_chain = 5;
	memset(skb.p.data, 7, 60);
	for (size_t cap = 0; cap < 200; cap++) {
		u8 *buf = malloc(cap ? cap : 1);
		int err = skb_copy_to(&to, buf, cap, &skb);

		assert_int_equal(err, cap < PACKET_HEADROOM + 60 ? -ENOSPC : 0);
		if (!err) {
			assert_int_equal(to.p.size, 60);
			assert_memory_equal(to.p.data, skb.p.data, 60);
			assert_ptr_equal(to.p.base, buf);
			assert_int_equal(to.depth, 3);
			assert_int_equal(to.tc_chain, 5);
			assert_ptr_equal(to.dev, w->dev);
		}
		free(buf);
	}
}

/* A frame of IPv4 or IPv6 whose byte @at has @value. */
static u32 hash_of(struct wire *w, bool is_ipv6, u8 proto, size_t at, u8 value, bool *is_l4)
{
	struct sk_buff skb = make_skb(w);
	u8 frame[80] = { 0 };
	u32 hash;

	skb.p.data = frame;
	skb.p.size = sizeof frame;
	put_be16(skb.p.data + 12, is_ipv6 ? 0x86dd : 0x0800);
	skb.p.data[14] = is_ipv6 ? 0x60 : 0x45;
	put_be16(skb.p.data + (is_ipv6 ? 18 : 16), is_ipv6 ? 26 : 66);
	skb.p.data[is_ipv6 ? 20 : 23] = proto;
	if (proto == 6)
		skb.p.data[is_ipv6 ? 66 : 46] = 0x50;
	skb.p.data[at] = value;
	hash = skb_get_hash(&skb);
	assert_true(hash && skb.sw_hash);
	assert_int_equal(hash, skb_get_hash(&skb));
	*is_l4 = skb.l4_hash;
	skb_clear_hash(&skb);
	assert_false(skb.hash || skb.sw_hash || skb.l4_hash);
	return hash;
}

static void packets_of_one_flow_have_one_hash(void **state)
{
	static const struct {
		bool is_ipv6;
		u8 proto, at, value;
		bool is_other, is_l4;
	} rows[] = {
		{ false, 6, 0, 9, false, false },   /* a MAC address */
		{ false, 6, 22, 64, false, false }, /* TTL */
		{ false, 6, 29, 1, true, false },   /* source address */
		{ false, 6, 33, 1, true, false },   /* destination address */
		{ false, 6, 37, 80, true, true },   /* destination port */
		{ false, 1, 37, 80, false, false }, /* ICMP has none */
		{ false, 17, 35, 7, true, true },
		{ true, 17, 37, 1, true, false },
		{ true, 17, 57, 9, true, true },
		{ true, 17, 17, 5, true, true }, /* a flow label */
	};
	struct wire *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool is_l4;
		u32 base = hash_of(w, rows[i].is_ipv6, rows[i].proto, 1, 0, &is_l4);

		assert_false(is_l4);
		assert_int_equal(hash_of(w, rows[i].is_ipv6, rows[i].proto, rows[i].at,
					 rows[i].value, &is_l4) != base,
				 rows[i].is_other);
		assert_int_equal(is_l4, rows[i].is_l4);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_indexes_are_checked),
		cmocka_unit_test(an_index_that_went_is_not_given_at_once),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(notifiers_are_told_oldest_first_but_of_an_end_youngest_first),
		TEST(a_received_packet_goes_to_tc_then_the_handler_then_nobody),
		TEST(sent_packets_are_counted_and_dropped_ones_too),
		TEST(loops_end),
		TEST(the_protocol_is_the_ethertype),
		TEST(a_copy_is_whole_or_refused),
		TEST(packets_of_one_flow_have_one_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
