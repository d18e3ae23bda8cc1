/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The requests against a kernel that keeps filters as the bytes it got, numbers them and gives them
 * back.
 */
#include "tc/request.h"

#include "base/alloc.h"
#include "netlink/attr.h"
#include "netlink/transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/tc_act/tc_mirred.h>
#include <netinet/in.h>
#include <stdio.h>

#define PORT	    5
#define FILTERS_MAX 16
#define QUEUE_MAX   32
#define BYTES_MAX   1024
#define INGRESS	    TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)

struct stored {
	_Alignas(4) uint8_t bytes[BYTES_MAX]; /* a whole message */
	uint32_t chain;
	bool used;
};

struct fake {
	struct stored filter[FILTERS_MAX];
	_Alignas(4) uint8_t queue[QUEUE_MAX][BYTES_MAX];
	size_t size[QUEUE_MAX], n, next, n_sockets;
	int refuse;		/* the error of the next request, with an extack ... */
	uint32_t refuse_offset; /* ... that points here */
	bool change_echo, no_echo, spoil_echo, warn;
	uint16_t qdisc_flags;
	uint32_t qdisc_block;
	char qdisc_kind[16];
	uint16_t last_type;
};

static struct nlmsghdr *add(struct fake *k, const void *bytes, size_t size)
{
	assert_true(k->n < QUEUE_MAX && size <= BYTES_MAX);
	memcpy(k->queue[k->n], bytes, size);
	k->size[k->n] = size;
	return (struct nlmsghdr *)(void *)k->queue[k->n++];
}

static void add_ack(struct fake *k, const struct nlmsghdr *r, int error)
{
	_Alignas(4) uint8_t buf[256];
	struct nlmsgerr e = { .error = error, .msg = *r };
	struct nl_msg m;

	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, NLMSG_ERROR, NLM_F_CAPPED | (error ? NLM_F_ACK_TLVS : 0), &e, sizeof e);
	if (error) {
		nl_put_str(&m, NLMSGERR_ATTR_MSG, "no such luck");
		nl_put_u32(&m, NLMSGERR_ATTR_OFFS, k->refuse_offset);
	}
	assert_int_equal(nl_msg_end(&m), 0);
	nl_msg_header(&m)->nlmsg_seq = r->nlmsg_seq;
	nl_msg_header(&m)->nlmsg_pid = PORT;
	add(k, buf, m.size);
}

static struct tcmsg tcmsg_of(const struct nlmsghdr *h)
{
	struct tcmsg t;

	memcpy(&t, (const uint8_t *)h + NLMSG_HDRLEN, sizeof t);
	return t;
}

/* TCA_CHAIN is the first attribute if it is there. */
static uint32_t chain_of(const struct nlmsghdr *h)
{
	const struct nlattr *a = nl_attr_first((const uint8_t *)h + 36, h->nlmsg_len - 36);

	return a && nl_attr_type(a) == TCA_CHAIN ? nl_attr_u32(a) : 0;
}

static struct stored *find(struct fake *k, const struct nlmsghdr *r)
{
	const struct tcmsg want = tcmsg_of(r);

	for (size_t i = 0; i < FILTERS_MAX; i++) {
		const struct tcmsg have = tcmsg_of((const void *)k->filter[i].bytes);

		if (k->filter[i].used && have.tcm_handle == want.tcm_handle &&
		    have.tcm_info >> 16 == want.tcm_info >> 16 &&
		    have.tcm_ifindex == want.tcm_ifindex && k->filter[i].chain == chain_of(r))
			return &k->filter[i];
	}
	return NULL;
}

static void add_stored(struct fake *k, const struct stored *s, const struct nlmsghdr *r,
		       uint16_t flags)
{
	struct nlmsghdr *h =
		add(k, s->bytes, ((const struct nlmsghdr *)(const void *)s->bytes)->nlmsg_len);

	h->nlmsg_seq = r->nlmsg_seq;
	h->nlmsg_pid = PORT;
	h->nlmsg_flags = flags;
}

static void spoil(struct fake *k)
{
	struct nlmsghdr *h = (void *)k->queue[k->n - 1];

	if (k->spoil_echo)
		k->queue[k->n - 1][36] = 1; /* no length of an attribute */
	if (k->warn) {
		_Alignas(4) uint8_t buf[64];
		struct nl_msg m;

		nl_msg_init(&m, buf, sizeof buf);
		nl_put_str(&m, TCA_EXT_WARN_MSG, "not in hardware");
		memcpy((uint8_t *)h + h->nlmsg_len, buf, m.size);
		h->nlmsg_len += (uint32_t)m.size;
		k->size[k->n - 1] = h->nlmsg_len;
	}
}

static void new_filter(struct fake *k, const struct nlmsghdr *r)
{
	struct stored *s = find(k, r);
	struct tcmsg t = tcmsg_of(r);
	size_t i;

	for (i = 0; !s; i++) {
		assert_true(i < FILTERS_MAX);
		if (!k->filter[i].used) {
			s = &k->filter[i];
			t.tcm_handle = t.tcm_handle ? t.tcm_handle : (uint32_t)i + 1;
		}
	}
	if (!(t.tcm_info >> 16))
		t.tcm_info |= 49152u << 16;
	assert_true(r->nlmsg_len <= BYTES_MAX);
	memcpy(s->bytes, r, r->nlmsg_len);
	memcpy(s->bytes + NLMSG_HDRLEN, &t, sizeof t);
	s->chain = chain_of(r);
	s->used = true;
	if (k->change_echo) { /* a kernel that stores something else */
		uint8_t *p = s->bytes;

		p[((struct nlmsghdr *)(void *)p)->nlmsg_len - 24 + 4] ^= 1;
	}
	if (k->no_echo) {
		add_ack(k, r, 0);
		return;
	}
	add_stored(k, s, r, r->nlmsg_flags);
	spoil(k);
}

static void del_filter(struct fake *k, const struct nlmsghdr *r)
{
	struct stored *s = find(k, r);

	if (!(tcmsg_of(r).tcm_info >> 16)) { /* all of a chain */
		for (size_t i = 0; i < FILTERS_MAX; i++)
			if (k->filter[i].chain == chain_of(r))
				k->filter[i].used = false;
		add_ack(k, r, 0);
		return;
	}
	if (s)
		s->used = false;
	add_ack(k, r, s ? 0 : -ENOENT);
}

static void add_done(struct fake *k, const struct nlmsghdr *r)
{
	struct {
		struct nlmsghdr h;
		int error;
	} done = { .h = *r };

	done.h.nlmsg_len = sizeof done;
	done.h.nlmsg_type = NLMSG_DONE;
	done.h.nlmsg_flags = NLM_F_MULTI;
	done.h.nlmsg_pid = PORT;
	add(k, &done, sizeof done);
}

/* A message that is not a filter of ours: the header of a priority, or another classifier. */
static void add_other(struct fake *k, const struct nlmsghdr *r, uint32_t handle, const char *kind)
{
	_Alignas(4) uint8_t buf[256];
	const struct tcmsg t = { .tcm_ifindex = 7, .tcm_handle = handle, .tcm_info = 2u << 16 };
	struct nl_msg m;

	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, RTM_NEWTFILTER, NLM_F_MULTI, &t, sizeof t);
	nl_put_str(&m, TCA_KIND, kind);
	if (handle)
		nl_put(&m, TCA_OPTIONS, NULL, 0);
	assert_int_equal(nl_msg_end(&m), 0);
	nl_msg_header(&m)->nlmsg_seq = r->nlmsg_seq;
	nl_msg_header(&m)->nlmsg_pid = PORT;
	add(k, buf, m.size);
}

static void dump_filters(struct fake *k, const struct nlmsghdr *r)
{
	add_other(k, r, 0, "flower");
	add_other(k, r, 1, "matchall");
	for (size_t i = 0; i < FILTERS_MAX; i++)
		if (k->filter[i].used)
			add_stored(k, &k->filter[i], r, NLM_F_MULTI);
	add_done(k, r);
}

static void dump_chains(struct fake *k, const struct nlmsghdr *r)
{
	for (size_t i = 0; i < FILTERS_MAX; i++) {
		_Alignas(4) uint8_t buf[128];
		const struct tcmsg t = { .tcm_ifindex = 7 };
		struct nl_msg m;

		if (!k->filter[i].used)
			continue;
		nl_msg_init(&m, buf, sizeof buf);
		nl_msg_start(&m, RTM_NEWCHAIN, NLM_F_MULTI, &t, sizeof t);
		nl_put_u32(&m, TCA_CHAIN, k->filter[i].chain);
		assert_int_equal(nl_msg_end(&m), 0);
		nl_msg_header(&m)->nlmsg_seq = r->nlmsg_seq;
		nl_msg_header(&m)->nlmsg_pid = PORT;
		add(k, buf, m.size);
	}
	add_done(k, r);
}

static void take_qdisc(struct fake *k, const struct nlmsghdr *r)
{
	const struct nlattr *a;

	k->qdisc_flags = r->nlmsg_flags;
	nl_for_each_attr (a, (const uint8_t *)r + 36, r->nlmsg_len - 36) {
		if (nl_attr_type(a) == TCA_KIND)
			snprintf(k->qdisc_kind, sizeof k->qdisc_kind, "%s", nl_attr_str(a));
		if (nl_attr_type(a) == TCA_INGRESS_BLOCK)
			k->qdisc_block = nl_attr_u32(a);
	}
	add_ack(k, r, 0);
}

static void take_request(struct fake *k, const struct nlmsghdr *r)
{
	k->n = k->next = 0;
	k->last_type = r->nlmsg_type;
	if (k->refuse) {
		add_ack(k, r, k->refuse);
		k->refuse = 0;
	} else if (r->nlmsg_type == RTM_NEWTFILTER) {
		new_filter(k, r);
	} else if (r->nlmsg_type == RTM_DELTFILTER) {
		del_filter(k, r);
	} else if (r->nlmsg_type == RTM_GETCHAIN) {
		dump_chains(k, r);
	} else if (r->nlmsg_type == RTM_NEWQDISC || r->nlmsg_type == RTM_DELQDISC) {
		take_qdisc(k, r);
	} else if ((r->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
		dump_filters(k, r);
	} else {
		struct stored *s = find(k, r);

		if (s)
			add_stored(k, s, r, 0);
		else
			add_ack(k, r, -ENOENT);
	}
}

static void *fake_socket(void *kernel, int protocol, uint32_t *port)
{
	((struct fake *)kernel)->n_sockets++;
	*port = PORT;
	return kernel;
}

static int fake_sendmsg(void *sock, const struct iovec *iov, size_t n)
{
	assert_int_equal(n, 1);
	take_request(sock, iov->iov_base);
	return 0;
}

static ssize_t fake_recvmsg(void *sock, void *buf, size_t cap)
{
	struct fake *k = sock;

	if (k->next == k->n)
		return -EAGAIN;
	memcpy(buf, k->queue[k->next], k->size[k->next]);
	return (ssize_t)k->size[k->next++];
}

static void fake_close(void *sock)
{
	((struct fake *)sock)->n_sockets--;
}

struct env {
	struct fake k;
	struct trace trace;
	struct tc *tc;
	struct tc_result result;
	struct tc_filter in, out;
	struct tc_action in_actions[TC_ACTIONS_MAX], out_actions[TC_ACTIONS_MAX];
};

static int open_tc(struct env *e)
{
	const struct nl_kernel_calls calls = { .kernel = &e->k,
					       .socket = fake_socket,
					       .sendmsg = fake_sendmsg,
					       .recvmsg = fake_recvmsg,
					       .close = fake_close };
	struct nl_transport *t;
	struct nl_sock *s = NULL;
	int err = nl_transport_open_inproc(&t, &calls, NETLINK_ROUTE, NULL);

	if (!err)
		err = nl_sock_new(&s, t, &e->trace, NULL);
	return err ? err : tc_new(&e->tc, s, NULL);
}

static void fill_example(struct tc_filter *f)
{
	f->id = (struct tc_id){ .ifindex = 7, .parent = INGRESS, .chain = 5 };
	f->protocol = f->key.eth_type = be16_from_host(ETH_P_IP);
	f->mask.eth_type = be16_from_host(0xffff);
	f->key.ip_proto = IPPROTO_UDP;
	f->mask.ip_proto = 0xff;
	f->key.ipv4_dst = be32_from_host(0x0a000002);
	f->mask.ipv4_dst = be32_from_host(0xffffffff);
	for (uint32_t i = 0; i < TC_N_FIELDS; i++)
		f->field_origin[i] = i + 1;
	f->n_actions = 1;
	f->actions[0] = (struct tc_action){ .kind = TC_ACT_MIRRED,
					    .control = TC_ACT_STOLEN,
					    .origin = 100 };
	f->actions[0].mirred.eaction = TCA_EGRESS_REDIR;
	f->actions[0].mirred.ifindex = 9;
}

static int setup(void **state)
{
	struct env *e = mem_new(sizeof *e);

	assert_non_null(e);
	trace_init(&e->trace);
	e->in.actions = e->in_actions;
	e->out.actions = e->out_actions;
	fill_example(&e->in);
	assert_int_equal(open_tc(e), 0);
	*state = e;
	return 0;
}

static int teardown(void **state)
{
	struct env *e = *state;

	tc_free(e->tc);
	assert_int_equal(e->k.n_sockets, 0);
	trace_fini(&e->trace);
	mem_free(e);
	return 0;
}

static int put(struct env *e, struct diag *d)
{
	return tc_replace_flower(e->tc, &e->in, &e->result, d);
}

static void a_put_learns_prio_and_handle(void **state)
{
	struct env *e = *state;

	assert_int_equal(put(e, NULL), 0);
	assert_int_equal(e->in.id.prio, 49152);
	assert_int_equal(e->in.id.handle, 1);
	assert_false(e->result.echo_differs);
	assert_non_null(e->result.echo);
	assert_string_equal(e->result.ack.msg, "");
	e->in.id.handle = 0;
	assert_int_equal(put(e, NULL), 0);
	assert_int_equal(e->in.id.handle, 2);
	assert_int_equal(put(e, NULL), 0); /* in its place */
	assert_int_equal(e->in.id.handle, 2);
}

static void a_put_allocates_nothing(void **state)
{
	struct env *e = *state;

	mem_fail_nth(1);
	assert_int_equal(put(e, NULL), 0);
	assert_false(mem_fail_happened());
	mem_fail_nth(0);
}

static void a_different_echo_is_told(void **state)
{
	struct env *e = *state;

	e->k.change_echo = true; /* the last byte before the ethertype: of dst_ip */
	assert_int_equal(put(e, NULL), 0);
	assert_true(e->result.echo_differs);
	assert_string_equal(e->result.difference.words,
			    "the kernel's value of dst_ip is not the one that was sent");
}

static void the_kernels_words_lead_back_to_the_field(void **state)
{
	static const struct {
		uint32_t offset, origin;
	} cases[] = {
		{ 16, 0 },
		{ 44, 0 },
		{ 64, 100 }, /* the first action */
		{ 84, 100 }, /* something in it */
		{ 116, TC_IP_PROTO + 1 },
		{ 124, TC_IPV4_DST + 1 }, /* its mask */
		{ 132, TC_IPV4_DST + 1 },
		{ 140, TC_ETH_TYPE + 1 },
		{ 148, 0 },
		{ 5000, 0 },
	};
	struct env *e = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct diag d;

		diag_init(&d);
		trace_forget(&e->trace);
		e->k.refuse = -EOPNOTSUPP;
		e->k.refuse_offset = cases[i].offset;
		assert_int_equal(put(e, &d), -EOPNOTSUPP);
		assert_int_equal(e->result.origin, cases[i].origin);
		assert_string_equal(e->result.ack.msg, "no such luck");
		assert_string_equal(d.words, "the kernel: no such luck (EOPNOTSUPP)");
		assert_string_equal(e->trace.refusal.words, "the kernel: no such luck");
		assert_int_equal(e->in.id.handle, 0);
	}
}

static void a_filter_that_cannot_be_sent_is_refused_with_words(void **state)
{
	struct env *e = *state;
	struct diag d;

	diag_init(&d);
	e->in.mask.ip_proto = 3;
	assert_int_equal(put(e, &d), -EOPNOTSUPP);
	assert_string_equal(d.words, "the mask is beyond what flower can match");
	assert_int_equal(e->k.last_type, 0); /* nothing was sent */
}

static void an_echo_that_makes_no_sense_is_taken_back(void **state)
{
	struct env *e = *state;
	struct diag d;

	diag_init(&d);
	e->k.spoil_echo = true;
	assert_int_equal(put(e, &d), -EPROTO);
	assert_false(e->k.filter[0].used);
	assert_int_equal(e->k.last_type, RTM_DELTFILTER);
	diag_init(&d);
	e->k.spoil_echo = false;
	e->k.no_echo = true;
	assert_int_equal(put(e, &d), -EPROTO);
	assert_string_equal(d.words, "the kernel did not echo the filter");
}

static void a_warning_at_success_is_kept(void **state)
{
	struct env *e = *state;

	e->k.warn = true;
	assert_int_equal(put(e, NULL), 0);
	assert_string_equal(e->result.ack.msg, "not in hardware");
	assert_false(e->result.echo_differs);
}

static void a_filter_is_got_and_deleted(void **state)
{
	struct env *e = *state;
	struct diag d;

	assert_int_equal(put(e, NULL), 0);
	assert_int_equal(tc_get_flower(e->tc, &e->in.id, &e->out, NULL), 0);
	assert_int_equal(tc_filter_compare(&e->in, &e->out, NULL), 0);
	assert_int_equal(tc_del_flower_filter(e->tc, &e->in.id, NULL), 0);
	diag_init(&d);
	assert_int_equal(tc_del_flower_filter(e->tc, &e->in.id, &d), -ENOENT);
	assert_string_equal(d.words, "the kernel: no such luck (ENOENT)");
	assert_int_equal(tc_get_flower(e->tc, &e->in.id, &e->out, NULL), -ENOENT);
}

static void a_delete_of_more_than_one_filter_is_refused(void **state)
{
	struct env *e = *state;
	struct tc_id id = { .ifindex = 7, .parent = INGRESS, .prio = 2 };

	assert_int_equal(tc_del_flower_filter(e->tc, &id, NULL), -EINVAL);
	assert_int_equal(tc_get_flower(e->tc, &id, &e->out, NULL), -EINVAL);
	id.prio = 0;
	id.handle = 1;
	assert_int_equal(tc_del_flower_filter(e->tc, &id, NULL), -EINVAL);
	assert_int_equal(e->k.last_type, 0);
}

static void a_dump_gives_flower_filters_alone(void **state)
{
	const struct tc_id hook = { .ifindex = 7, .parent = INGRESS };
	struct env *e = *state;
	struct nl_dump dump;
	int n = 0, err;

	for (int i = 0; i < 4; i++) {
		e->in.id.handle = 0;
		assert_int_equal(put(e, NULL), 0);
	}
	assert_int_equal(tc_dump_flower_start(e->tc, &hook, &dump, true, NULL), 0);
	while ((err = tc_dump_flower_next(e->tc, &dump, &e->out, NULL)) > 0)
		assert_int_equal(e->out.id.handle, ++n);
	assert_int_equal(err, 0);
	assert_int_equal(n, 4);
	assert_int_equal(nl_dump_end(&dump), 0);
}

static void a_flush_empties_every_chain(void **state)
{
	struct env *e = *state;

	for (uint32_t chain = 0; chain < 6; chain++) {
		e->in.id.handle = 0;
		e->in.id.chain = chain * 7;
		assert_int_equal(put(e, NULL), 0);
	}
	assert_int_equal(tc_flush(e->tc, 7, 0, TC_HOOK_INGRESS, NULL), 0);
	for (size_t i = 0; i < FILTERS_MAX; i++)
		assert_false(e->k.filter[i].used);
	assert_int_equal(tc_flush(e->tc, 7, 0, TC_HOOK_INGRESS, NULL), 0);
}

static void a_flush_without_memory_leaves_the_socket_usable(void **state)
{
	struct env *e = *state;

	assert_int_equal(put(e, NULL), 0);
	mem_fail_nth(1);
	assert_int_equal(tc_flush(e->tc, 7, 0, TC_HOOK_INGRESS, NULL), -ENOMEM);
	mem_fail_nth(0);
	assert_true(e->k.filter[0].used);
	assert_int_equal(tc_flush(e->tc, 7, 0, TC_HOOK_INGRESS, NULL), 0);
}

static void a_qdisc_that_is_there_or_gone_already_is_fine(void **state)
{
	static const struct {
		bool add;
		int refuse, err;
	} cases[] = {
		{ true, 0, 0 },
		{ true, -EEXIST, 1 },
		{ true, -ENODEV, -ENODEV },
		{ true, -EINVAL, -EINVAL },
		{ false, 0, 0 },
		{ false, -ENOENT, 1 },
		{ false, -EINVAL, 1 },
		{ false, -EPERM, -EPERM },
	};
	struct env *e = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct diag d;

		diag_init(&d);
		e->k.refuse = cases[i].refuse;
		assert_int_equal(tc_add_del_qdisc(e->tc, 7, cases[i].add, 0, TC_HOOK_INGRESS, &d),
				 cases[i].err);
		assert_int_equal(d.error, cases[i].err < 0 ? cases[i].err : 0);
	}
	assert_int_equal(tc_add_del_qdisc(e->tc, 7, true, 33, TC_HOOK_INGRESS, NULL), 0);
	assert_string_equal(e->k.qdisc_kind, "ingress");
	assert_int_equal(e->k.qdisc_block, 33);
	assert_int_equal(e->k.qdisc_flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	assert_int_equal(tc_add_del_qdisc(e->tc, 7, true, 0, TC_HOOK_EGRESS, NULL), 0);
	assert_string_equal(e->k.qdisc_kind, "clsact");
}

static void the_functions_of_the_chain_are_in_the_trace(void **state)
{
	static const struct {
		const char *name;
		uint32_t depth;
	} want[] = {
		{ "tc_replace_flower", 0 },
		{ "nl_msg_put_flower_options", 1 },
		{ "nl_msg_put_flower_acts", 2 },
		{ "tc_transact", 1 },
		{ "nl_transact", 2 },
		{ "nl_sock_transact", 3 },
		{ "nl_sock_transact_multiple", 4 },
		{ "sendmsg", 5 },
	};
	struct env *e = *state;

	e->trace.recording = true;
	assert_int_equal(put(e, NULL), 0);
	assert_int_equal(e->trace.n_events, ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		assert_string_equal(e->trace.events[i].function, want[i].name);
		assert_int_equal(e->trace.events[i].depth, want[i].depth);
		assert_int_equal(e->trace.events[i].result, 0);
	}
}

static void every_failed_allocation_is_survived(void **state)
{
	struct env *e = mem_new(sizeof *e);
	unsigned long n;
	int err;

	assert_non_null(e);
	for (n = 1;; n++) {
		mem_fail_nth(n);
		err = open_tc(e);
		mem_fail_nth(0);
		if (!err)
			break;
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(e->k.n_sockets, 0);
	}
	assert_int_equal(n, 4);
	tc_free(e->tc);
	tc_free(NULL);
	mem_free(e);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_put_learns_prio_and_handle),
		CASE(a_put_allocates_nothing),
		CASE(a_different_echo_is_told),
		CASE(the_kernels_words_lead_back_to_the_field),
		CASE(a_filter_that_cannot_be_sent_is_refused_with_words),
		CASE(an_echo_that_makes_no_sense_is_taken_back),
		CASE(a_warning_at_success_is_kept),
		CASE(a_filter_is_got_and_deleted),
		CASE(a_delete_of_more_than_one_filter_is_refused),
		CASE(a_dump_gives_flower_filters_alone),
		CASE(a_flush_empties_every_chain),
		CASE(a_flush_without_memory_leaves_the_socket_usable),
		CASE(a_qdisc_that_is_there_or_gone_already_is_fine),
		CASE(the_functions_of_the_chain_are_in_the_trace),
		cmocka_unit_test(every_failed_allocation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
