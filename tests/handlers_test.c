/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handler threads against a kernel that may be used from several threads: the model behind a lock.
 * Packets come in from one thread, their flows are put by another, and a third changes rules and
 * revalidates. Run under ThreadSanitizer too (tools/threads).
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "flow/packet.h"
#include "kernel/core/knet.h"
#include "tests/machine.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PACKETS 2000u
#define CHANGES 200u

static pthread_mutex_t kernel = PTHREAD_MUTEX_INITIALIZER; /* the tests run one after the other */

/* ---- a transport behind the lock ---- */

struct locked {
	struct nl_transport up;
	struct nl_transport *in;
};

static struct nl_transport *inner(struct nl_transport *t)
{
	return CONTAINER_OF(t, struct locked, up)->in;
}

static int locked_sendmsg(struct nl_transport *t, const struct iovec *iov, size_t n)
{
	int err;

	pthread_mutex_lock(&kernel);
	err = inner(t)->class->sendmsg(inner(t), iov, n);
	pthread_mutex_unlock(&kernel);
	return err;
}

static ssize_t locked_recvmsg(struct nl_transport *t, void *buf, size_t cap, bool wait)
{
	ssize_t n;

	pthread_mutex_lock(&kernel);
	n = inner(t)->class->recvmsg(inner(t), buf, cap, wait);
	pthread_mutex_unlock(&kernel);
	return n;
}

static int locked_set_rcvbuf(struct nl_transport *t, size_t bytes)
{
	return inner(t)->class->set_rcvbuf(inner(t), bytes);
}

static int locked_fd(struct nl_transport *t)
{
	(void)t;
	return -1;
}

static bool locked_has_message(struct nl_transport *t)
{
	bool has;

	pthread_mutex_lock(&kernel);
	has = inner(t)->class->has_message(inner(t));
	pthread_mutex_unlock(&kernel);
	return has;
}

static int locked_join(struct nl_transport *t, uint32_t group)
{
	return inner(t)->class->join(inner(t), group);
}

static void locked_close(struct nl_transport *t)
{
	nl_transport_close(inner(t));
	mem_free(CONTAINER_OF(t, struct locked, up));
}

static int locked_another(struct nl_transport *t, struct nl_transport **out, struct diag *d);

static const struct nl_transport_class locked_class = {
	.name = "locked",
	.sendmsg = locked_sendmsg,
	.recvmsg = locked_recvmsg,
	.another = locked_another,
	.set_rcvbuf = locked_set_rcvbuf,
	.fd = locked_fd,
	.has_message = locked_has_message,
	.join = locked_join,
	.close = locked_close,
};

static struct nl_transport *wrap(void *aux, struct nl_transport *t)
{
	struct locked *l = mem_new(sizeof *l);

	(void)aux;
	assert_non_null(l);
	l->in = t;
	l->up = *t;
	l->up.class = &locked_class;
	return &l->up;
}

static int locked_another(struct nl_transport *t, struct nl_transport **out, struct diag *d)
{
	struct nl_transport *in;
	int err = inner(t)->class->another(inner(t), &in, d);

	*out = err ? NULL : wrap(NULL, in);
	return err;
}

/* ---- traffic ---- */

struct traffic {
	struct host *host;
	uint8_t frames[64][128];
	size_t sizes[64];
};

/* Each of them has a destination of its own. */
static void make_frames(struct traffic *t)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(t->host));

	for (size_t i = 0; i < ARRAY_SIZE(t->frames); i++) {
		char flow[256];
		struct flow_match m;
		int n = snprintf(flow, sizeof flow,
				 "in_port(pf0vf0),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),"
				 "eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.1.%zu,proto=17,"
				 "ttl=64,frag=no),udp(src=1,dst=2)",
				 i);

		assert_int_equal(
			flow_match_parse(&m, NULL, NULL, NULL, flow, (size_t)n, ports, NULL), 0);
		assert_int_equal(flow_packet_build(t->frames[i], sizeof t->frames[i], &t->sizes[i],
						   &m, NULL),
				 0);
	}
}

static void *send_all(void *aux)
{
	struct traffic *t = aux;

	for (unsigned int i = 0; i < PACKETS; i++) {
		size_t k = i % ARRAY_SIZE(t->frames);

		pthread_mutex_lock(&kernel);
		host_kernel(t->host)->cpu = i / 32 % 2; /* in turn for both handlers */
		nic_device_receive(host_device(t->host), 1, t->frames[k], t->sizes[k]);
		pthread_mutex_unlock(&kernel);
		if (i % 32 == 31)
			usleep(500);
	}
	return NULL;
}

static void add_rule(struct bridge *b, const char *rule)
{
	assert_int_equal(bridge_add_rule_text(b, rule, strlen(rule), NULL), 0);
}

static struct bridge *add_bridge(struct host *h)
{
	static const char *const names[] = { "pf0vf0", "pf0vf1", "p0" };
	struct vswitch *v;
	struct bridge *b;

	assert_int_equal(host_start_vswitch(h, NULL), 0);
	v = udpif_vswitch(host_udpif(h));
	assert_int_equal(vswitch_add_bridge(v, "br0", NULL), 0);
	b = vswitch_find_bridge(v, "br0");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		uint32_t number;

		assert_int_equal(host_add_port(h, names[i], &number, NULL), 0);
		assert_int_equal(vswitch_add_port(v, b, number, names[i], NULL), 0);
	}
	add_rule(b, "priority=0,actions=NORMAL");
	return b;
}

static void wait_for_misses(struct udpif *u)
{
	for (int i = 0; i < 5000; i++) {
		uint64_t n;

		udpif_lock(u);
		n = udpif_counters(u)->n_installed;
		udpif_unlock(u);
		if (n)
			return;
		usleep(1000);
	}
	fail_msg("no flow was put in 5 s");
}

/* While rules change. In the end all flows are of the last rules. */
static void threads_answer_while_rules_change(void **state)
{
	struct traffic t;
	struct machine m;
	struct bridge *b;
	struct udpif *u;
	pthread_t sender;

	(void)state;
	machine_init(&m, &(struct host_params){ .wrap = wrap });
	host_set_output(m.host, NULL, NULL);
	t.host = m.host;
	b = add_bridge(m.host);
	make_frames(&t);
	u = host_udpif(m.host);
	assert_int_equal(udpif_start_handlers(u, NULL), 0);
	assert_int_equal(pthread_create(&sender, NULL, send_all, &t), 0);
	wait_for_misses(u);
	for (unsigned int i = 0; i < CHANGES; i++) {
		char rule[96];

		snprintf(rule, sizeof rule, "priority=9,ip,nw_dst=10.0.1.%u,actions=%s",
			 i % (unsigned int)ARRAY_SIZE(t.frames), i % 3 ? "output:p0" : "drop");
		udpif_lock(u);
		add_rule(b, rule);
		assert_int_equal(udpif_revalidate(u, host_now_ns(m.host), NULL), 0);
		udpif_unlock(u);
	}
	pthread_join(sender, NULL);
	udpif_stop_handlers(u);
	/* What came last is answered by this thread, and nothing else is left to do. Puts may have
	 * failed: before the first rule one flow does for all packets, of which many were waiting.
	 */
	assert_int_equal(udpif_run(u, host_now_ns(m.host), NULL), 0);
	assert_true(udpif_counters(u)->n_misses >= ARRAY_SIZE(t.frames));
	assert_int_equal(udpif_counters(u)->n_unusable, 0);
	for (size_t i = 0; i < ARRAY_SIZE(t.frames); i++) {
		nic_device_receive(host_device(m.host), 1, t.frames[i], t.sizes[i]);
		assert_int_equal(udpif_run(u, host_now_ns(m.host), NULL), 0);
	}
	assert_in_range(ukeys_count(udpif_ukeys(u)), 1, ARRAY_SIZE(t.frames));
	machine_fini(&m);
}

static void threads_end_and_start_again(void **state)
{
	struct machine m;
	struct udpif *u;

	(void)state;
	machine_init(&m, &(struct host_params){ .wrap = wrap });
	(void)add_bridge(m.host);
	u = host_udpif(m.host);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(udpif_start_handlers(u, NULL), 0);
		udpif_stop_handlers(u);
	}
	udpif_stop_handlers(u);
	/* One that is not stopped is when the machine goes. */
	assert_int_equal(udpif_start_handlers(u, NULL), 0);
	machine_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_answer_while_rules_change),
		cmocka_unit_test(threads_end_and_start_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
