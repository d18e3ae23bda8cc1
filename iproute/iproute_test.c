/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words of filters to bytes and back to text, over a transport that answers a `filter get` with the
 * filter that was added. What the real tc makes of them is compared in tests/tc_test.c; here is
 * what needs no kernel, and what goes wrong.
 */
#include "iproute/iproute_internal.h"

#include "base/alloc.h"
#include "netlink/transport-provider.h"

#include <errno.h>
#include <linux/if_link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define WORDS_MAX 64

/* A kernel that has one device, dev0, and keeps one filter. */
struct mirror {
	struct nl_transport t; /* first */
	uint8_t kept[MAX_MSG], answer[MAX_MSG + 64];
	size_t kept_size, answer_size[2], n, first; /* answers, one behind the other */
	int refusal;				    /* what a request that adds is answered */
};

static void put_answer(struct mirror *m, const void *data, size_t size)
{
	size_t at = m->n ? m->answer_size[0] : 0;

	assert_true(m->n < 2 && at + size <= sizeof m->answer);
	memcpy(m->answer + at, data, size);
	m->answer_size[m->n++] = size;
}

static void put_ack(struct mirror *m, const struct nlmsghdr *h, int error)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
	} ack = { { sizeof ack, NLMSG_ERROR, NLM_F_CAPPED, h->nlmsg_seq, m->t.port },
		  { error, *h } };

	put_answer(m, &ack, sizeof ack);
}

static void put_links(struct mirror *m, const struct nlmsghdr *h)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg ifm;
		struct nlattr a;
		char name[8];
	} link = { { sizeof link, RTM_NEWLINK, NLM_F_MULTI, h->nlmsg_seq, m->t.port },
		   { .ifi_index = 7 },
		   { NLA_HDRLEN + 8, IFLA_IFNAME },
		   "dev0" };
	struct {
		struct nlmsghdr h;
		int error;
	} done = { { sizeof done, NLMSG_DONE, NLM_F_MULTI, h->nlmsg_seq, m->t.port }, 0 };

	put_answer(m, &link, sizeof link);
	put_answer(m, &done, sizeof done);
}

static int mirror_sendmsg(struct nl_transport *t, const struct iovec *iov, size_t n)
{
	struct mirror *m = CONTAINER_OF(t, struct mirror, t);
	struct nlmsghdr h;

	assert_int_equal(n, 1);
	memcpy(&h, iov->iov_base, sizeof h);
	m->n = m->first = 0;
	if (h.nlmsg_type == RTM_GETLINK) {
		if (h.nlmsg_flags & NLM_F_DUMP)
			put_links(m, &h);
		else
			put_ack(m, &h, -ENODEV);
	} else if (h.nlmsg_type == RTM_GETTFILTER) {
		struct nlmsghdr *kept = (struct nlmsghdr *)(void *)m->kept;

		kept->nlmsg_seq = h.nlmsg_seq;
		kept->nlmsg_pid = t->port;
		put_answer(m, m->kept, m->kept_size);
	} else {
		memcpy(m->kept, iov->iov_base, iov->iov_len);
		m->kept_size = iov->iov_len;
		put_ack(m, &h, m->refusal);
	}
	return 0;
}

static ssize_t mirror_recvmsg(struct nl_transport *t, void *buf, size_t cap, bool wait)
{
	struct mirror *m = CONTAINER_OF(t, struct mirror, t);
	size_t at = m->first ? m->answer_size[0] : 0;

	if (m->first == m->n)
		return -ETIMEDOUT;
	assert_true(m->answer_size[m->first] <= cap);
	memcpy(buf, m->answer + at, m->answer_size[m->first]);
	return (ssize_t)m->answer_size[m->first++];
}

static void mirror_close(struct nl_transport *t)
{
	free(CONTAINER_OF(t, struct mirror, t));
}

static const struct nl_transport_class mirror_class = {
	.name = "mirror",
	.sendmsg = mirror_sendmsg,
	.recvmsg = mirror_recvmsg,
	.close = mirror_close,
};

static struct mirror *open_mirror(struct iproute *ip)
{
	struct mirror *m = calloc(1, sizeof *m);
	struct nl_sock *sock;

	assert_non_null(m);
	m->t = (struct nl_transport){ &mirror_class, NETLINK_ROUTE, 9 };
	assert_int_equal(nl_sock_new(&sock, &m->t, NULL, NULL), 0);
	iproute_init(ip, sock);
	return m;
}

static void close_mirror(struct iproute *ip)
{
	struct nl_sock *sock = ip->sock;

	iproute_fini(ip);
	nl_sock_free(sock);
}

static int run(struct iproute *ip, const char *fmt, ...) PRINTF_LIKE(2, 3);
static int run(struct iproute *ip, const char *fmt, ...)
{
	const char *argv[WORDS_MAX];
	char line[1024];
	va_list args;
	int argc = 0;

	va_start(args, fmt);
	vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	for (char *w = strtok(line, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	return iproute_tc(ip, argc, argv);
}

static void what_is_added_is_shown(void **state)
{
	static const struct {
		const char *protocol, *words, *shown;
	} cases[] = {
		{ "ip", "ct_zone 5", "\n  ct_zone 5\n" },
		{ "ip", "ct_zone 5/0xff", "\n  ct_zone 5/0xff\n" },
		{ "ip", "ct_mark 0x10", "\n  ct_mark 16\n" },
		{ "ip", "ct_mark 0x10/0xff", "\n  ct_mark 16/0xff\n" },
		{ "ip", "ct_label 00112233445566778899aabbccddeeff",
		  "\n  ct_label 00112233445566778899aabbccddeeff\n" },
		{ "ip",
		  "ct_label "
		  "00112233445566778899aabbccddeeff/ff000000000000000000000000000000",
		  "\n  ct_label "
		  "00112233445566778899aabbccddeeff/ff000000000000000000000000000000\n" },
		{ "ip", "ct_state +trk-new+est-rel-inv+rpl",
		  "\n  ct_state +trk-new+est-rel-inv+rpl\n" },
		{ "ip", "enc_src_ip 2001:db8::/32", "\n  enc_src_ip 2001:db8::/32\n" },
		{ "ip", "enc_ttl 64 enc_tos 4/0xfc", "\n  enc_tos 4/0xfc\n  enc_ttl 64\n" },
		{ "ip", "ip_proto l2tp", "\n  ip_proto l2tp\n" },
		{ "ipv6", "dst_ip any", "\n  dst_ip ::" },
		{ "ipv6", "ip_proto icmpv6 code 3/1", "\n  icmp_code 3/1\n" },
		{ "rarp", "arp_op reply/2", "\n  arp_op 2/2\n" },
		{ "all", "dst_mac 02:00:00:00:00:01/40", "\n  dst_mac 02:00:00:00:00:01/40\n" },
		{ "ip", "dst_ip 10.0.0.1 action drop skip_hw", "\n  dst_ip 10.0.0.1\n" },
	};
	struct iproute ip;

	open_mirror(&ip);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(run(&ip,
				     "filter add dev dev0 ingress protocol %s pref 1 flower %s",
				     cases[i].protocol, cases[i].words),
				 0);
		assert_int_equal(
			run(&ip, "filter get dev dev0 ingress protocol %s pref 1 handle 1 flower",
			    cases[i].protocol),
			0);
		if (!strstr(ip.out.s, cases[i].shown))
			fail_msg("%s is shown as\n%s", cases[i].words, ip.out.s);
	}
	close_mirror(&ip);
}

static void the_word_that_was_refused_is_known(void **state)
{
	static const struct {
		const char *command;
		int status, bad_arg;
		const char *words;
	} cases[] = {
		{ "filter add dev dev0 ingress flower dst_mac 02:00", 1, 7,
		  "\"02:00\" is invalid" },
		{ "filter add dev dev0 ingress flower dst_mac 02:00:00:00:00:01/49", 1, 7,
		  "Illegal" },
		{ "filter add dev dev0 ingress flower ct_label 00", 1, 7, "Illegal \"ct_label\"" },
		{ "filter add dev dev0 ingress flower ct_state +trk+trk", 1, 7, "Illegal" },
		{ "filter add dev dev0 ingress flower mpls_label 3", 1, 6, "not there yet" },
		{ "filter add dev dev0 ingress flower action police", 255, 7, "not there yet" },
		{ "filter add dev dev0 ingress flower action mirred egress frob", 1, 9, "frob" },
		{ "filter add dev dev0 ingress flower action pedit munge tcp dport set 7", 1, 9,
		  "pedit ex munge tcp" },
		{ "filter add dev dev9 ingress flower", 1, 3, "Cannot find device \"dev9\"" },
		{ "filter add dev dev0 ingress estimator 1 2 flower", 1, 5, "not there yet" },
		{ "filter add dev", 255, 3, "not complete" },
		{ "monitor", 255, 0, "not there yet" },
		{ "class show", 255, 0, "not there yet" },
		{ "actions ls", 255, 2, "missing" },
		{ "actions ls action gact since 3", 255, 4, "What is" },
	};
	struct iproute ip;

	open_mirror(&ip);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int status = run(&ip, "%s", cases[i].command);

		if (status != cases[i].status || ip.bad_arg != cases[i].bad_arg ||
		    !strstr(ip.err.s, cases[i].words))
			fail_msg("%s: status %d, word %d, %s", cases[i].command, status, ip.bad_arg,
				 ip.err.s);
	}
	close_mirror(&ip);
}

static void options_that_are_not_there_are_refused_in_words(void **state)
{
	const char *refused[] = { "-netns", "-n", "-r", "-iec", "-frob", "-b" };
	struct iproute ip;

	open_mirror(&ip);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		text_clear(&ip.err);
		assert_int_equal(iproute_tc_options(&ip, 1, &refused[i]), -1);
		assert_true(ip.err.len > 10);
	}
	close_mirror(&ip);
}

static void a_kernel_that_refuses_is_said(void **state)
{
	struct iproute ip;
	struct mirror *m = open_mirror(&ip);

	m->refusal = -EBUSY;
	assert_int_equal(run(&ip, "filter add dev dev0 ingress protocol ip flower"),
			 IPROUTE_KERNEL);
	assert_string_equal(ip.err.s, "RTNETLINK answers: Device or resource busy\n"
				      "We have an error talking to the kernel\n");
	close_mirror(&ip);
}

/* More words than a message has room for, and as many actions as none can have. */
static void too_much_is_refused(void **state)
{
	const char *argv[3000] = { "filter", "add", "dev", "dev0", "ingress", "flower" };
	struct iproute ip;
	int argc = 6;

	open_mirror(&ip);
	for (; argc < 3000; argc += 2) {
		argv[argc] = "dst_mac";
		argv[argc + 1] = "02:00:00:00:00:01";
	}
	assert_int_equal(iproute_tc(&ip, argc, argv), IPROUTE_KERNEL);
	assert_non_null(strstr(ip.err.s, "too long"));
	argv[6] = "action";
	for (argc = 7; argc < 7 + 33; argc++)
		argv[argc] = "pipe";
	assert_int_equal(iproute_tc(&ip, argc, argv), IPROUTE_FAILED);
	assert_non_null(strstr(ip.err.s, "more than 32 actions"));
	close_mirror(&ip);
}

static void memory_may_run_out_anywhere(void **state)
{
	static const char *const commands[] = {
		"filter get dev dev0 ingress protocol ip pref 1 handle 1 flower",
		"filter add dev dev0 ingress protocol ip pref 1 flower dst_ip 10.0.0.1 action drop",
	};
	unsigned long n = 1;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++, n = 1) {
		for (bool failed = true; failed; n++) {
			struct iproute ip;
			int status;

			open_mirror(&ip);
			assert_int_equal(run(&ip, "filter add dev dev0 ingress protocol ip flower"),
					 0);
			iproute_fini(&ip);
			iproute_init(&ip, ip.sock);
			mem_fail_nth(n);
			status = run(&ip, "%s", commands[i]);
			failed = mem_fail_happened();
			mem_fail_nth(0);
			assert_true(failed ? status != 0 : status == 0);
			close_mirror(&ip);
		}
		assert_true(n > 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_is_shown),
		cmocka_unit_test(the_word_that_was_refused_is_known),
		cmocka_unit_test(options_that_are_not_there_are_refused_in_words),
		cmocka_unit_test(a_kernel_that_refuses_is_said),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(memory_may_run_out_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
