/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/bench-vswitch.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "cli/workload.h"
#include "flow/packet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FRAME_ROOM     128u
#define FIRST_VF_VPORT 1
#define ROUNDS	       5 /* of which the fastest counts: the machine is seldom ours alone */
#define GROWTH_MARK    10000u

struct bench {
	struct cli *c;
	const struct bench_vswitch *o;
	struct host *host;
	struct bridge *bridge;
	uint8_t *frames; /* FRAME_ROOM bytes each */
	uint32_t *sizes;
	uint64_t now_ns;
	uint64_t cpu_ns, first_ns, last_ns; /* all; those of the first and the last GROWTH_MARK */
	uint64_t bytes;			    /* of memory */
};

static void address_of(uint64_t i, char *buf, size_t size)
{
	snprintf(buf, size, "10.%u.%u.%u", (unsigned int)(i >> 16 & 0xff),
		 (unsigned int)(i >> 8 & 0xff), (unsigned int)(i & 0xff));
}

/* Rule @i: one destination, and of its kind one combination of other fields. */
static int add_rule(struct bench *b, uint64_t i, struct diag *d)
{
	static const char *const fields[] = { ",nw_src=192.168.0.0/16", ",tp_dst=4789",
					      ",tp_src=1000", ",dl_src=02:00:00:00:00:01" };
	unsigned int kind = (unsigned int)(i % b->o->n_masks);
	char address[16], rule[192];
	int n;

	address_of(i, address, sizeof address);
	n = snprintf(rule, sizeof rule, "priority=10,udp,nw_dst=%s", address);
	for (unsigned int f = 0; f < ARRAY_SIZE(fields); f++)
		if (kind >> f & 1)
			n += snprintf(rule + n, sizeof rule - (size_t)n, "%s", fields[f]);
	n += snprintf(rule + n, sizeof rule - (size_t)n, ",actions=output:p0");
	return bridge_add_rule_text(b->bridge, rule, (size_t)n, d);
}

static int make_frame(struct bench *b, uint64_t i, struct diag *d)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(b->host));
	char address[16], flow[256];
	struct flow_match m;
	size_t size = 0;
	int err, n;

	address_of(i, address, sizeof address);
	n = snprintf(flow, sizeof flow,
		     "in_port(pf0vf0),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),"
		     "eth_type(0x0800),ipv4(src=192.168.1.1,dst=%s,proto=17,ttl=64,frag=no),"
		     "udp(src=1000,dst=4789)",
		     address);
	err = flow_match_parse(&m, NULL, NULL, NULL, flow, (size_t)n, ports, d);
	if (!err)
		err = flow_packet_build(b->frames + i * FRAME_ROOM, FRAME_ROOM, &size, &m, d);
	b->sizes[i] = (uint32_t)size;
	return err;
}

static int add_port(struct bench *b, const char *name, struct diag *d)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(b->host));
	uint32_t number;

	if (!ports->number(ports->aux, name, strlen(name), &number))
		return diag_set(d, -ENODEV, "there is no port %s", name);
	return vswitch_add_port(udpif_vswitch(host_udpif(b->host)), b->bridge, number, name, d);
}

static int prepare(struct bench *b, struct diag *d)
{
	struct vswitch *v;
	int err = host_start_vswitch(b->host, d);

	if (err)
		return err;
	v = udpif_vswitch(host_udpif(b->host));
	err = vswitch_add_bridge(v, "br0", d);
	b->bridge = vswitch_find_bridge(v, "br0");
	if (!err)
		err = add_port(b, "pf0vf0", d);
	if (!err)
		err = add_port(b, "p0", d);
	for (uint64_t i = 0; i < b->o->n_flows && !err; i++) {
		err = add_rule(b, i, d);
		if (!err)
			err = make_frame(b, i, d);
	}
	udpif_config(host_udpif(b->host))->flow_limit = UINT32_MAX;
	b->now_ns = host_now_ns(b->host);
	host_set_now(b->host, b->now_ns); /* the round that the new rules ask for */
	return err;
}

/* The limit of flows moves with the rounds, of which there are none while packets come in. */
static void lift_limit(struct udpif *u)
{
	while (udpif_flow_limit(u) < ukeys_count(udpif_ukeys(u)) + 1000)
		udpif_round_took(u, 1);
}

static int install(struct bench *b, struct diag *d)
{
	struct udpif *u = host_udpif(b->host);
	struct nic_device *dev = host_device(b->host);
	uint64_t n = b->o->n_flows, begin = workload_cpu_ns(), last = 0;

	for (uint64_t i = 0; i < n;) {
		uint64_t end = i + UDPIF_BATCH_MAX < n ? i + UDPIF_BATCH_MAX : n;

		if (i < GROWTH_MARK && end >= GROWTH_MARK)
			b->first_ns = workload_cpu_ns() - begin;
		if (n >= GROWTH_MARK && i < n - GROWTH_MARK && end >= n - GROWTH_MARK)
			last = workload_cpu_ns();
		for (; i < end; i++)
			nic_device_receive(dev, FIRST_VF_VPORT, b->frames + i * FRAME_ROOM,
					   b->sizes[i]);
		host_set_now(b->host, b->now_ns);
		lift_limit(u);
	}
	b->cpu_ns = workload_cpu_ns() - begin;
	b->last_ns = last ? workload_cpu_ns() - last : 0;
	if (ukeys_count(udpif_ukeys(u)) != n)
		return diag_set(d, -EPROTO, "%zu flows of %llu packets",
				ukeys_count(udpif_ukeys(u)), (unsigned long long)n);
	return 0;
}

static uint64_t count_in_hardware(const struct bench *b)
{
	const struct ukeys *ukeys = udpif_ukeys(host_udpif(b->host));
	const struct ukey *k;
	uint64_t n = 0;

	list_for_each_entry (k, &ukeys->all, all)
		n += k->place == DPIF_PLACE_HW;
	return n;
}

static void report_upcalls(const struct bench *b)
{
	struct print *p = &b->c->print;
	double rate = (double)b->o->n_flows * 1e9 / (double)b->cpu_ns;
	uint64_t n_hw = count_in_hardware(b);
	struct text machine;

	text_init(&machine);
	workload_machine_format(&machine);
	if (b->o->json) {
		print_json(p,
			   json_pack("{s:s, s:I, s:i, s:I, s:f, s:I, s:f}", "machine", machine.s,
				     "flows", (json_int_t)b->o->n_flows, "masks",
				     (int)b->o->n_masks, "cpu_ns", (json_int_t)b->cpu_ns,
				     "flows_per_second", rate, "in_hardware", (json_int_t)n_hw,
				     "bytes_per_flow", (double)b->bytes / (double)b->o->n_flows));
	} else {
		printf_text(p, "%s\n%llu new flows by packets, %u kinds of rules: ", machine.s,
			    (unsigned long long)b->o->n_flows, b->o->n_masks);
		print_styled(p, PRINT_BOLD, "%.0f flows/s", rate);
		printf_text(p,
			    " of CPU time, %.2f us a flow; %llu in hardware; %.0f bytes a flow\n",
			    (double)b->cpu_ns / 1e3 / (double)b->o->n_flows,
			    (unsigned long long)n_hw, (double)b->bytes / (double)b->o->n_flows);
		if (b->last_ns)
			printf_text(p, "the first %u: %.2f us a flow, the last: %.2f\n",
				    GROWTH_MARK, (double)b->first_ns / 1e3 / GROWTH_MARK,
				    (double)b->last_ns / 1e3 / GROWTH_MARK);
	}
	text_fini(&machine);
}

/* ---- rounds ---- */

/* The next is due; the hardware's counters are read before. */
static int time_round(struct bench *b, uint64_t *ns, struct diag *d)
{
	struct udpif *u = host_udpif(b->host);
	uint64_t begin = workload_cpu_ns();
	int err;

	b->now_ns += NSEC_PER_MSEC;
	err = udpif_revalidate(u, b->now_ns, d);
	*ns = workload_cpu_ns() - begin;
	if (!err && ukeys_count(udpif_ukeys(u)) != b->o->n_flows)
		err = diag_set(d, -EPROTO, "%zu flows are left", ukeys_count(udpif_ukeys(u)));
	return err;
}

static int change_nothing(struct bench *b, unsigned int round, struct diag *d)
{
	(void)b, (void)round, (void)d;
	return 0;
}

/* A rule of a table where no packet comes. */
static int change_elsewhere(struct bench *b, unsigned int round, struct diag *d)
{
	char rule[64];
	int n = snprintf(rule, sizeof rule, "table=9,priority=%u,ip,actions=drop", round + 1);

	return bridge_add_rule_text(b->bridge, rule, (size_t)n, d);
}

/* One that each packet has to be looked at for, and none matches. */
static int change_everywhere(struct bench *b, unsigned int round, struct diag *d)
{
	char rule[96];
	int n = snprintf(rule, sizeof rule, "priority=%u,udp,nw_dst=11.0.0.%u,actions=drop",
			 20 + round, round);

	return bridge_add_rule_text(b->bridge, rule, (size_t)n, d);
}

static const struct {
	const char *name, *words;
	int (*change)(struct bench *b, unsigned int round, struct diag *d);
} cases[] = {
	{ "unchanged", "nothing has changed", change_nothing },
	{ "elsewhere", "a rule of another table", change_elsewhere },
	{ "everywhere", "a rule before all others", change_everywhere },
};

static int run_rounds(struct bench *b, struct diag *d)
{
	struct print *p = &b->c->print;
	json_t *list = b->o->json ? json_object() : NULL;
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(cases) && !err; i++) {
		uint64_t best = UINT64_MAX, ns;

		for (unsigned int r = 0; r < ROUNDS && !err; r++) {
			err = cases[i].change(b, r, d);
			if (!err)
				err = time_round(b, &ns, d);
			best = !err && ns < best ? ns : best;
		}
		if (!err && list)
			json_object_set_new(list, cases[i].name, json_integer((json_int_t)best));
		else if (!err)
			printf_text(p, "%26s %8.3f s, %6.0f ns a flow\n", cases[i].words,
				    (double)best / 1e9, (double)best / (double)b->o->n_flows);
	}
	if (list)
		print_json(p, json_pack("{s:I, s:i, s:o}", "flows", (json_int_t)b->o->n_flows,
					"masks", (int)b->o->n_masks, "round_ns", list));
	return err;
}

static int run(struct cli *c, const struct bench_vswitch *o, bool rounds)
{
	const struct host_params params = { .n_vfs = 2 };
	struct bench b = { .c = c, .o = o };
	uint64_t before;
	struct diag d;
	int err;

	diag_init(&d);
	b.frames = mem_new_array(o->n_flows, FRAME_ROOM);
	b.sizes = mem_new_array(o->n_flows, sizeof *b.sizes);
	err = b.frames && b.sizes ? host_new(&b.host, &params, &d)
				  : diag_set(&d, -ENOMEM, "no memory for packets");
	if (!err)
		err = prepare(&b, &d);
	before = workload_rss_bytes();
	if (!err)
		err = install(&b, &d);
	b.bytes = workload_rss_bytes() - before;
	if (!err && !(rounds && o->json))
		report_upcalls(&b);
	if (!err && rounds)
		err = run_rounds(&b, &d);
	if (err)
		print_diag(&c->print, &d, NULL);
	host_free(b.host);
	mem_free(b.frames);
	mem_free(b.sizes);
	return err ? CLI_FAILED : CLI_OK;
}

int bench_upcalls(struct cli *c, const struct bench_vswitch *b)
{
	return run(c, b, false);
}

int bench_revalidate(struct cli *c, const struct bench_vswitch *b)
{
	return run(c, b, true);
}
