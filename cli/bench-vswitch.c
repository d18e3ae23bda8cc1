/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `inhw bench upcalls` and `inhw bench revalidate`. The rules are what a hypervisor has: a table
 * that admits the VM's own address, one that filters by prefix and port, and one that forwards by
 * the destination address, with the uplink for what it does not know. Packets of different
 * destinations need different flows; how many bits of the source the filters look at, and so the
 * mask of the flow, differs from packet to packet.
 */
#include "cli/bench-vswitch.h"

#include "base/alloc.h"
#include "cli/workload.h"

#include <stdio.h>
#include <string.h>

#define PORT	   "pf0vf0" /* of workload_flow_format() */
#define FRAME_ROOM 128u
#define PREFIXES   24u /* of the filters: /32 to /9; more masks take bits off the port */
#define ROUNDS	   5   /* of which the best counts: others use the machine too */

struct bench {
	struct print *p;
	const struct bench_vswitch *params;
	struct host *host;
	struct udpif *udpif;
	struct bridge *bridge;
	uint8_t (*bytes)[FRAME_ROOM];
	struct nic_frame *frames; /* of a chunk */
	uint32_t *chunk_ns;
	uint64_t n_flows; /* sent so far */
	uint64_t cpu_ns;
	uint64_t rss_before, rss_after;
};

/* ---- the rules ---- */

static int add_rule(struct bench *b, struct diag *d, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int add_rule(struct bench *b, struct diag *d, const char *fmt, ...)
{
	char rule[256];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(rule, sizeof rule, fmt, args);
	va_end(args);
	return bridge_add_rule_text(b->bridge, rule, (size_t)n, d);
}

/* The low 16 bits of @i in the other order: numbers that follow each other lie far apart. */
static uint32_t spread(uint32_t i)
{
	uint32_t x = 0;

	for (unsigned int bit = 0; bit < 16; bit++)
		x |= (i >> bit & 1) << (15 - bit);
	return x;
}

/*
 * Number @i is about a network of the packets' sources, and a service that they do not use. The
 * networks are spread evenly: so the flows get few masks, as the driver has large groups for 15
 * only, and from then on a group for each entry.
 */
static int add_filter(struct bench *b, uint32_t i, struct diag *d)
{
	unsigned int m = i % b->params->n_masks;
	unsigned int prefix = 32 - m % PREFIXES, port_bits = 16 - m / PREFIXES;
	uint32_t net = (0x0a000000u | spread(i) << 8 | i >> 16) & (UINT32_MAX << (32 - prefix));

	return add_rule(b, d,
			"table=1,priority=%u,udp,nw_src=%u.%u.%u.%u/%u,tp_dst=0x%x/0x%x,"
			"actions=drop",
			1000 + m, net >> 24, net >> 16 & 0xff, net >> 8 & 0xff, net & 0xff, prefix,
			(1024 + i % 60000) & (0xffff0000u >> port_bits & 0xffff),
			0xffff0000u >> port_bits & 0xffff);
}

/* Every other one of the first packets' destinations is a VM of this machine. */
static int add_station(struct bench *b, uint32_t i, struct diag *d)
{
	uint32_t mac = 2 * i;

	return add_rule(
		b, d, "table=2,priority=100,dl_dst=02:00:%02x:%02x:%02x:%02x,actions=output:pf0vf1",
		mac >> 24, mac >> 16 & 0xff, mac >> 8 & 0xff, mac & 0xff);
}

static int add_rules(struct bench *b, struct diag *d)
{
	int err = add_rule(b, d,
			   "table=0,priority=100,in_port=" PORT
			   ",dl_src=02:00:00:00:00:01,actions=goto_table:1");

	if (!err)
		err = add_rule(b, d, "table=0,priority=90,in_port=p0,actions=goto_table:1");
	if (!err)
		err = add_rule(b, d, "table=1,priority=0,actions=goto_table:2");
	if (!err)
		err = add_rule(b, d, "table=2,priority=0,actions=output:p0");
	for (uint32_t i = 0; i < b->params->n_rules && !err; i++) {
		err = add_filter(b, i, d);
		if (!err)
			err = add_station(b, i, d);
	}
	return err;
}

static int add_port(struct bench *b, const char *name, struct diag *d)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(b->host));
	uint32_t number = 0;

	(void)!ports->number(ports->aux, name, strlen(name), &number); /* the host's own */
	return vswitch_add_port(udpif_vswitch(b->udpif), b->bridge, number, name, d);
}

static int set_up(struct bench *b, struct diag *d)
{
	static const char *const ports[] = { "p0", PORT, "pf0vf1" };
	struct vswitch *v;
	int err = host_start_vswitch(b->host, d);

	if (err)
		return err;
	b->udpif = host_udpif(b->host);
	v = udpif_vswitch(b->udpif);
	err = vswitch_add_bridge(v, "br0", d);
	if (err)
		return err;
	b->bridge = vswitch_find_bridge(v, "br0");
	for (size_t i = 0; i < ARRAY_SIZE(ports) && !err; i++)
		err = add_port(b, ports[i], d);
	if (!err)
		err = add_rules(b, d);
	udpif_config(b->udpif)->flow_limit = WORKLOAD_FLOWS_MAX;
	return err;
}

/* ---- packets ---- */

static int make_frames(struct bench *b, struct diag *d)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(b->host));
	int err = 0;

	for (size_t i = 0; i < WORKLOAD_CHUNK && !err; i++)
		err = workload_frame(b->bytes[i], FRAME_ROOM, &b->frames[i], ports, b->n_flows + i,
				     1, d);
	return err;
}

static int send_frames(struct bench *b, struct diag *d)
{
	int err = 0;

	for (size_t i = 0; i < WORKLOAD_CHUNK && !err; i += UDPIF_BATCH_MAX) {
		size_t left = WORKLOAD_CHUNK - i;

		trace_forget(host_trace(b->host));
		err = host_send_batch(b->host, PORT, b->frames + i,
				      left < UDPIF_BATCH_MAX ? left : UDPIF_BATCH_MAX, d);
	}
	return err;
}

/* The limit grows as with rounds of 1 ms in between: 1000 flows each. */
static void raise_limit(struct bench *b)
{
	while (udpif_flow_limit(b->udpif) < b->n_flows + WORKLOAD_CHUNK)
		udpif_round_took(b->udpif, 1);
}

static int send_all(struct bench *b, struct diag *d)
{
	int err = 0;

	while (b->n_flows < b->params->n_flows && !err) {
		uint64_t ns;

		raise_limit(b);
		err = make_frames(b, d);
		if (err)
			break;
		ns = workload_cpu_ns();
		err = send_frames(b, d);
		ns = workload_cpu_ns() - ns;
		b->cpu_ns += ns;
		b->chunk_ns[b->n_flows / WORKLOAD_CHUNK] = (uint32_t)ns;
		b->n_flows += WORKLOAD_CHUNK;
	}
	return err;
}

static uint64_t count_in_hw(const struct bench *b)
{
	const struct ukey *k;
	uint64_t n = 0;

	list_for_each_entry (k, &udpif_ukeys(b->udpif)->all, all)
		n += k->place == DPIF_PLACE_HW;
	return n;
}

static uint64_t bytes_per_flow(const struct bench *b)
{
	return b->rss_after > b->rss_before ? (b->rss_after - b->rss_before) / b->n_flows : 0;
}

static int run(struct bench *b, struct diag *d)
{
	int err = set_up(b, d);

	if (err)
		return err;
	b->rss_before = workload_rss_bytes();
	err = send_all(b, d);
	b->rss_after = workload_rss_bytes();
	return err;
}

/* ---- upcalls ---- */

static json_t *growth_json(const struct bench *b)
{
	json_t *list = json_array();

	for (uint64_t mark = WORKLOAD_CHUNK; mark <= b->n_flows; mark *= 10)
		json_array_append_new(list, json_pack("{s:I, s:I}", "flows", (json_int_t)mark, "ns",
						      (json_int_t)workload_window_ns(
							      b->chunk_ns, b->n_flows, mark)));
	return list;
}

static void report_upcalls_json(struct bench *b, const char *machine)
{
	print_json(b->p, json_pack("{s:s, s:I, s:i, s:I, s:I, s:I, s:I, s:o}", "machine", machine,
				   "flows", (json_int_t)b->n_flows, "masks",
				   (int)b->params->n_masks, "rules", (json_int_t)b->bridge->n_rules,
				   "cpu_ns", (json_int_t)b->cpu_ns, "in_hardware",
				   (json_int_t)count_in_hw(b), "bytes_per_flow",
				   (json_int_t)bytes_per_flow(b), "growth", growth_json(b)));
}

static void report_upcalls_text(struct bench *b, const char *machine)
{
	struct nic_counts device;

	nic_device_counts(host_device(b->host), &device);
	printf_text(b->p, "%s\n%llu flows, %zu rules, %u masks of filters: ", machine,
		    (unsigned long long)b->n_flows, b->bridge->n_rules, b->params->n_masks);
	print_styled(b->p, PRINT_BOLD, "%.0f new flows/s",
		     (double)b->n_flows * 1e9 / (double)b->cpu_ns);
	printf_text(b->p,
		    " of CPU time, %.2f us from packet to entry\n"
		    "%llu of %llu in hardware, %zu groups there; memory of a flow: %llu bytes\n"
		    "\ngrowth: flows     ns a flow (mean of the last tenth before it)\n",
		    (double)b->cpu_ns / 1e3 / (double)b->n_flows,
		    (unsigned long long)count_in_hw(b), (unsigned long long)b->n_flows,
		    device.n_groups, (unsigned long long)bytes_per_flow(b));
	for (uint64_t mark = WORKLOAD_CHUNK; mark <= b->n_flows; mark *= 10)
		printf_text(b->p, "%13llu %9llu\n", (unsigned long long)mark,
			    (unsigned long long)workload_window_ns(b->chunk_ns, b->n_flows, mark));
}

static int report_upcalls(struct bench *b, const char *machine, struct diag *d)
{
	if (b->params->json)
		report_upcalls_json(b, machine);
	else
		report_upcalls_text(b, machine);
	return 0;
}

/* ---- revalidation ---- */

struct round {
	const char *name, *words;
	/* Rules of the change before the round; the second takes it back before the next. */
	const char *rules[2];
};

static const struct round rounds[] = {
	{ "unchanged", "nothing changed", { NULL, NULL } },
	{ "unrelated",
	  "a rule that no packet meets",
	  { "table=9,priority=1,actions=drop", "table=9,priority=1,actions=output:p0" } },
	{ "all",
	  "a rule that all packets meet",
	  { "table=0,priority=100,in_port=" PORT
	    ",dl_src=02:00:00:00:00:01,actions=mod_dl_src:02:00:00:00:00:99,goto_table:1",
	    "table=0,priority=100,in_port=" PORT
	    ",dl_src=02:00:00:00:00:01,actions=goto_table:1" } },
};

/* The best of several. */
static int time_round(struct bench *b, const struct round *r, uint64_t *ns, struct diag *d)
{
	uint64_t now_ns = host_now_ns(b->host);
	int err = 0;

	*ns = UINT64_MAX;
	for (int i = 0; i < ROUNDS && !err; i++) {
		const char *rule = r->rules[i % 2];
		uint64_t took;

		if (rule)
			err = bridge_add_rule_text(b->bridge, rule, strlen(rule), d);
		if (err)
			break;
		trace_forget(host_trace(b->host));
		took = workload_cpu_ns();
		err = udpif_revalidate(b->udpif, now_ns, d);
		took = workload_cpu_ns() - took;
		*ns = took < *ns ? took : *ns;
	}
	return err;
}

static int report_rounds(struct bench *b, const char *machine, struct diag *d)
{
	json_t *o = json_object();
	int err = 0;

	if (!b->params->json)
		printf_text(b->p,
			    "%s\n%zu flows, %zu rules; memory of a flow: %llu bytes\n"
			    "a round of revalidation, the best of %d:\n",
			    machine, ukeys_count(udpif_ukeys(b->udpif)), b->bridge->n_rules,
			    (unsigned long long)bytes_per_flow(b), ROUNDS);
	for (size_t i = 0; i < ARRAY_SIZE(rounds) && !err; i++) {
		uint64_t ns;

		err = time_round(b, &rounds[i], &ns, d);
		if (err)
			break;
		json_object_set_new(o, rounds[i].name, json_integer((json_int_t)ns));
		if (!b->params->json)
			printf_text(b->p, "%-32s %8.3f s %8llu ns a flow\n", rounds[i].words,
				    (double)ns / 1e9, (unsigned long long)(ns / b->n_flows));
	}
	if (!b->params->json && !err)
		printf_text(b->p, "%llu of %llu in hardware\n", (unsigned long long)count_in_hw(b),
			    (unsigned long long)b->n_flows);
	if (b->params->json && !err)
		print_json(b->p, json_pack("{s:s, s:I, s:I, s:I, s:O}", "machine", machine, "flows",
					   (json_int_t)b->n_flows, "in_hardware",
					   (json_int_t)count_in_hw(b), "bytes_per_flow",
					   (json_int_t)bytes_per_flow(b), "ns_per_round", o));
	json_decref(o);
	return err;
}

/* ---- */

typedef int report_fn(struct bench *b, const char *machine, struct diag *d);

static int bench(struct cli *c, const struct bench_vswitch *params, report_fn *report)
{
	struct bench b = { .p = &c->print, .params = params };
	struct text machine;
	int err = -1;
	struct diag d;

	diag_init(&d);
	text_init(&machine);
	workload_machine_format(&machine);
	b.bytes = mem_new_array(WORKLOAD_CHUNK, sizeof b.bytes[0]);
	b.frames = mem_new_array(WORKLOAD_CHUNK, sizeof b.frames[0]);
	b.chunk_ns = mem_new_array(params->n_flows / WORKLOAD_CHUNK, sizeof b.chunk_ns[0]);
	if (!b.bytes || !b.frames || !b.chunk_ns)
		print_failure(b.p, "no memory");
	else
		b.host = workload_new_host(c);
	if (b.host) {
		err = run(&b, &d);
		if (!err)
			err = report(&b, machine.s, &d);
		if (err)
			print_failure(b.p, "after %llu flows: %s", (unsigned long long)b.n_flows,
				      d.words);
	}
	host_free(b.host);
	mem_free(b.bytes);
	mem_free(b.frames);
	mem_free(b.chunk_ns);
	text_fini(&machine);
	return err ? CLI_FAILED : CLI_OK;
}

int bench_upcalls(struct cli *c, const struct bench_vswitch *params)
{
	return bench(c, params, report_upcalls);
}

int bench_revalidate(struct cli *c, const struct bench_vswitch *params)
{
	return bench(c, params, report_rounds);
}
