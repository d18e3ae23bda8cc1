/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets through the whole machine, one at a time as from any port: a generator, the engine, the
 * host, the device with its sinks, and out at a port that nothing is joined to. What
 * `inhw bench packets` measures is the device alone, in batches.
 */
#include "cli/bench-ports.h"

#include "base/clock.h"
#include "cli/workload.h"
#include "kernel/core/knet.h"

#include <string.h>

#define MEASURE_NS (NSEC_PER_SEC / 2) /* of CPU time, for each row */
#define FLOW \
	"eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(dst=10.0.0.2,proto=17)"
#define N_LEAST	 10000
#define ROUND_NS 1000000 /* the machine's time between two calls */

static const struct bench_row {
	const char *name;
	enum host_decider decider; /* who is measured */
	const char *rule, *spec;
} rows[] = {
	{ "hardware", HOST_DECIDER_NIC, "actions=output:p0", "gen:" FLOW ",rate=max" },
	{ "hardware, 64k different", HOST_DECIDER_NIC, "actions=output:p0",
	  "gen:" FLOW ",rate=max,flows=65536" },
	{ "hardware, 1514 bytes", HOST_DECIDER_NIC, "actions=output:p0",
	  "gen:" FLOW ",rate=max,size=1514" },
	{ "tc in software", HOST_DECIDER_TC, "arp,arp_op=1 actions=output:p0",
	  "gen:eth_type(0x0806),arp(op=1),rate=max" },
	{ "datapath", HOST_DECIDER_DATAPATH, "ipv6,ipv6_label=5 actions=output:p0",
	  "gen:eth_type(0x86dd),ipv6(label=5),rate=max" },
};

static int set_up(struct host *h, const struct bench_row *row, struct diag *d)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(h));
	static const char *const names[] = { "p0", "pf0vf0" };
	uint32_t number = 0;
	struct vswitch *v;
	struct bridge *b;
	int err = host_start_vswitch(h, d);

	if (!err)
		err = vswitch_add_bridge(udpif_vswitch(host_udpif(h)), "br0", d);
	if (err)
		return err;
	v = udpif_vswitch(host_udpif(h));
	b = vswitch_find_bridge(v, "br0");
	for (size_t i = 0; i < ARRAY_SIZE(names) && !err; i++) {
		ports->number(ports->aux, names[i], strlen(names[i]), &number);
		err = vswitch_add_port(v, b, number, names[i], d);
	}
	if (!err)
		err = bridge_add_rule_text(b, row->rule, strlen(row->rule), d);
	if (!err)
		err = host_start_engine(h, d);
	return err ? err : engine_attach(host_engine(h), "pf0vf0", row->spec, d);
}

/* Packets per second of CPU time. */
static double measure(struct host *h)
{
	uint64_t now_ns = host_kernel(h)->now_ns, n = 0, started, ns;

	for (int i = 0; i < 1000; i++)
		host_run(h, now_ns += ROUND_NS);
	started = workload_cpu_ns();
	do {
		for (int i = 0; i < 100; i++)
			n += host_run(h, now_ns += ROUND_NS);
		ns = workload_cpu_ns() - started;
	} while (ns < MEASURE_NS);
	return (double)n * 1e9 / (double)ns;
}

static int run_row(struct cli *c, const struct bench_row *row, json_t *list)
{
	const struct host_params params = { 0 };
	struct host *h = NULL;
	uint64_t n_out;
	struct diag d;
	double rate;

	diag_init(&d);
	if (host_new(&h, &params, &d) || set_up(h, row, &d)) {
		print_failure(&c->print, "%s: %s", row->name, d.words);
		host_free(h);
		return CLI_FAILED;
	}
	rate = measure(h);
	n_out = host_outputs(h)[row->decider];
	host_free(h);
	if (n_out < N_LEAST) {
		print_failure(&c->print, "%s: only %llu packets went that way", row->name,
			      (unsigned long long)n_out);
		return CLI_FAILED;
	}
	if (list)
		json_array_append_new(list, json_pack("{s:s, s:f}", "name", row->name,
						      "packets_per_second", rate));
	else
		printf_text(&c->print, "%-26s %10.2f\n", row->name, rate / 1e6);
	fflush(c->print.out);
	return CLI_OK;
}

int bench_ports(struct cli *c, bool json)
{
	json_t *list = json ? json_array() : NULL;
	struct text machine;
	int status = CLI_OK;

	text_init(&machine);
	workload_machine_format(&machine);
	if (!json)
		printf_text(&c->print, "%s\n%-26s %10s\n", machine.s, "from port to port",
			    "Mpackets/s");
	for (size_t i = 0; i < ARRAY_SIZE(rows) && !status; i++)
		status = run_row(c, &rows[i], list);
	if (json)
		print_json(&c->print, json_pack("{s:s, s:o}", "machine", machine.s, "ports", list));
	text_fini(&machine);
	return status;
}
