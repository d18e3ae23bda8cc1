/* SPDX-License-Identifier: BSD-2-Clause */
/* Rates of flows, against the packets that were sent. */
#include "dpif/rates.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "kernel/core/knet.h"
#include "tests/machine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct world {
	struct machine m;
	struct rates rates;
	uint64_t now_ns;
};

static void set_up(struct world *w)
{
	machine_init(&w->m, NULL);
	rates_init(&w->rates);
	w->now_ns = host_kernel(w->m.host)->now_ns;
}

static void tear_down(struct world *w)
{
	rates_fini(&w->rates);
	machine_fini(&w->m);
}

/* Two seconds later: what hardware counted has been read. */
static void look(struct world *w)
{
	struct diag d;

	w->now_ns += 2 * NSEC_PER_SEC;
	host_set_now(w->m.host, w->now_ns);
	diag_init(&d);
	assert_int_equal(rates_look(&w->rates, host_dpif(w->m.host), w->now_ns, &d), 0);
}

/* Flow @i: those that divide by 3 match SCTP's ports, which the driver refuses. */
static void add_flow(struct world *w, unsigned int i)
{
	char flow[160];

	snprintf(flow, sizeof flow, "in_port(pf0vf0),eth_type(0x0800),ipv4(dst=10.0.0.%u%s", i,
		 i % 3 ? ",proto=17,frag=no)" : ",proto=132,frag=no),sctp(dst=1)");
	assert_int_equal(machine_add_flow(&w->m, flow, "p0"), 0);
}

static void send_packets(struct world *w, unsigned int i, unsigned int n)
{
	char packet[160];

	snprintf(packet, sizeof packet, "eth(),eth_type(0x0800),ipv4(dst=10.0.0.%u,proto=%s", i,
		 i % 3 ? "17),udp(dst=1)" : "132),sctp(dst=1)");
	while (n--)
		machine_send(&w->m, "pf0vf0", packet);
}

static void each_packet_is_counted_where_its_flow_is(void **state)
{
	struct world w;

	set_up(&w);
	for (unsigned int i = 1; i <= 6; i++)
		add_flow(&w, i);
	look(&w);
	assert_int_equal(w.rates.period_ns, 0);
	assert_int_equal(w.rates.places[DPIF_PLACE_HW].n_flows, 4);
	assert_int_equal(w.rates.places[DPIF_PLACE_TC].n_flows, 2);
	for (unsigned int i = 1; i <= 6; i++)
		send_packets(&w, i, i);
	look(&w);
	assert_int_equal(w.rates.period_ns, 2 * NSEC_PER_SEC);
	assert_int_equal(w.rates.places[DPIF_PLACE_HW].more_packets, 1 + 2 + 4 + 5);
	assert_int_equal(w.rates.places[DPIF_PLACE_TC].more_packets, 3 + 6);
	send_packets(&w, 1, 7);
	look(&w);
	assert_int_equal(w.rates.places[DPIF_PLACE_HW].more_packets, 7);
	assert_int_equal(w.rates.places[DPIF_PLACE_HW].n_packets, 12 + 7);
	assert_int_equal(w.rates.places[DPIF_PLACE_TC].more_packets, 0);
	tear_down(&w);
}

static void the_busiest_come_first_and_the_refused_by_reason(void **state)
{
	struct world w;

	set_up(&w);
	for (unsigned int i = 1; i <= 60; i++)
		add_flow(&w, i);
	look(&w);
	for (unsigned int i = 1; i <= 60; i++)
		send_packets(&w, i, (i * 37) % 61);
	look(&w);
	assert_int_equal(w.rates.n_busiest, RATES_BUSIEST_MAX);
	/* 37 is a generator modulo the prime 61: each number of packets comes once. */
	for (size_t i = 0; i < RATES_BUSIEST_MAX; i++)
		assert_int_equal(w.rates.busiest[i].more_packets, 60 - i);
	assert_int_equal(w.rates.n_reasons, 1);
	assert_int_equal(w.rates.reasons[0].sum.n_flows, 20);
	assert_non_null(strstr(w.rates.reasons[0].words, "Only UDP and TCP"));
	assert_non_null(strstr(w.rates.reasons[0].example, "sctp"));
	tear_down(&w);
}

static void sums_never_shrink_when_flows_go_and_come_back(void **state)
{
	const char *const flush[] = { "del-flows" };
	struct world w;

	set_up(&w);
	add_flow(&w, 1);
	send_packets(&w, 1, 5);
	look(&w);
	assert_int_equal(w.rates.places[DPIF_PLACE_HW].n_packets, 5);
	assert_int_equal(machine_dpctl(&w.m, 1, flush), 0);
	add_flow(&w, 1);
	send_packets(&w, 1, 2);
	look(&w);
	assert_int_equal(w.rates.places[DPIF_PLACE_HW].n_packets, 7);
	assert_int_equal(machine_dpctl(&w.m, 1, flush), 0);
	look(&w);
	assert_int_equal(w.rates.places[DPIF_PLACE_HW].n_flows, 0);
	assert_int_equal(w.rates.places[DPIF_PLACE_HW].n_packets, 7);
	assert_int_equal(htable_count(&w.rates.by_ufid), 0);
	tear_down(&w);
}

static void a_look_survives_each_lack_of_memory(void **state)
{
	struct world w;
	bool happened = true;
	struct diag d;
	int err;

	set_up(&w);
	add_flow(&w, 3);
	for (unsigned long nth = 1; happened; nth++) {
		diag_init(&d);
		mem_fail_nth(nth);
		err = rates_look(&w.rates, host_dpif(w.m.host), w.now_ns, &d);
		happened = mem_fail_happened();
		mem_fail_nth(0);
		assert_true(!err || (happened && d.error));
	}
	look(&w);
	assert_int_equal(w.rates.places[DPIF_PLACE_TC].n_flows, 1);
	tear_down(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_packet_is_counted_where_its_flow_is),
		cmocka_unit_test(the_busiest_come_first_and_the_refused_by_reason),
		cmocka_unit_test(sums_never_shrink_when_flows_go_and_come_back),
		cmocka_unit_test(a_look_survives_each_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
