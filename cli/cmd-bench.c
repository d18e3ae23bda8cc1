/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `inhw bench`: how fast it is and what it costs. Times are CPU times of this process, because a
 * machine is seldom ours alone.
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "cli/bench-firmware.h"
#include "cli/bench-ports.h"
#include "cli/bench-vswitch.h"
#include "cli/workload.h"
#include "kernel/sched/sched.h"
#include "nic/driver/mlx5.h"
#include "nic/steering/steering.h"
#include "trace/shares.h"

#include <string.h>

#define FLOWS_MAX      WORKLOAD_FLOWS_MAX
#define SAMPLE_FLOWS   WORKLOAD_CHUNK /* put with the recording on, for the shares */
#define FRAMES_MAX     65536u	      /* different packets */
#define FRAME_ROOM     128u	      /* bytes that each has */
#define BATCH	       32u
#define PACKETS_NS     (NSEC_PER_SEC / 2) /* for each figure */
#define FIRST_VF_VPORT 1

struct options {
	uint64_t n_flows, n_masks, n_entries, n_rules;
	const char *actions;
	bool json, log;
};

#define AT(member) .offset = offsetof(struct options, member)

const struct option_row cmd_bench_rows[] = {
	{ .name = "flows",
	  .type = OPTION_NUMBER,
	  AT(n_flows),
	  .arg = "N",
	  .help = "so many flows (default: install, upcalls 100k; revalidate 200k)",
	  .min = WORKLOAD_CHUNK,
	  .max = FLOWS_MAX },
	{ .name = "masks",
	  .type = OPTION_NUMBER,
	  AT(n_masks),
	  .arg = "M",
	  .help = "so many masks (default: 16; packets 1, 4, 16, 64)",
	  .min = 1,
	  .max = WORKLOAD_MASKS_MAX },
	{ .name = "entries",
	  .type = OPTION_NUMBER,
	  AT(n_entries),
	  .arg = "N",
	  .help = "packets: so many entries (default: 1k, 10k, 100k, 1M); firmware: 100k",
	  .min = WORKLOAD_CHUNK,
	  .max = FLOWS_MAX },
	{ .name = "rules",
	  .type = OPTION_NUMBER,
	  AT(n_rules),
	  .arg = "N",
	  .help = "upcalls, revalidate: so many rules in each table (default 1k)",
	  .min = 1,
	  .max = BENCH_VSWITCH_RULES_MAX },
	{ .name = "actions",
	  .type = OPTION_STRING,
	  AT(actions),
	  .arg = "ACTIONS",
	  .help = "of each flow (default p0)" },
	{ .name = "log", .type = OPTION_FLAG, AT(log), .help = "firmware: with the command log" },
	{ .name = "json", .type = OPTION_FLAG, AT(json), .help = "as JSON" },
	{ .name = NULL },
};

struct memory {
	uint64_t rss, device, steering, driver, sched;
};

static void measure_memory(struct memory *m, struct host *h)
{
	struct mlx5_driver_stats driver;
	struct sched_stats sched;
	struct nic_counts device;

	nic_device_counts(host_device(h), &device);
	mlx5_get_stats(host_driver(h), &driver);
	sched_get_stats(host_kernel(h), &sched);
	m->rss = workload_rss_bytes();
	m->device = device.n_bytes;
	m->steering = mlx5_steering_bytes(mlx5_steering_of(host_driver(h)));
	m->driver = driver.n_bytes;
	m->sched = sched.n_bytes;
}

/* Nanoseconds of one flow text, read and nothing else. */
static uint64_t time_parse(const struct workload *w)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(w->host));
	struct flow_actions actions;
	struct flow_match m;
	struct text t;
	uint64_t ns;

	text_init(&t);
	flow_actions_init(&actions);
	workload_flow_format(&t, 1, w->n_masks);
	ns = workload_cpu_ns();
	for (size_t i = 0; i < SAMPLE_FLOWS; i++) {
		flow_actions_clear(&actions);
		if (flow_match_parse(&m, NULL, NULL, NULL, t.s, t.len, ports, NULL) ||
		    flow_actions_parse(&actions, w->actions, strlen(w->actions), ports, NULL))
			break;
	}
	ns = workload_cpu_ns() - ns;
	flow_actions_fini(&actions);
	text_fini(&t);
	return ns / SAMPLE_FLOWS;
}

/* Puts some more flows with the recording on and sums up the own time of each layer. */
static int sample_shares(struct workload *w, struct trace_shares *shares, struct diag *d)
{
	struct trace *t = host_trace(w->host);
	int err;

	w->chunk_ns = NULL;
	trace_clear(t);
	t->recording = true;
	err = workload_install(w, SAMPLE_FLOWS, d);
	t->recording = false;
	memset(shares, 0, sizeof *shares);
	trace_shares_add(shares, t);
	trace_clear(t);
	return err;
}

/* What `bench install` found. */
struct install {
	struct workload w;
	struct memory before, after;
	struct trace_shares shares;
	uint64_t parse_ns;
	uint64_t n_flows, n_in_hw; /* of the timed part */
	uint64_t cpu_ns, wall_ns;
};

static int run_install(struct install *in, struct diag *d)
{
	struct workload *w = &in->w;
	int err;

	measure_memory(&in->before, w->host);
	err = workload_install(w, in->n_flows, d);
	measure_memory(&in->after, w->host);
	in->n_in_hw = w->n_in_hw;
	in->cpu_ns = w->cpu_ns;
	in->wall_ns = w->wall_ns;
	in->parse_ns = time_parse(w);
	if (!err) {
		uint32_t *chunk_ns = w->chunk_ns;

		err = sample_shares(w, &in->shares, d);
		w->chunk_ns = chunk_ns;
	}
	return err;
}

static double per_flow(const struct install *in, uint64_t before, uint64_t after)
{
	return after > before ? (double)(after - before) / (double)in->n_flows : 0;
}

static void print_memory(struct print *p, const struct install *in)
{
	const struct memory *a = &in->before, *b = &in->after;

	printf_text(p, "\nmemory of a flow: %.0f bytes of the process; counted: ",
		    per_flow(in, a->rss, b->rss));
	printf_text(p, "kernel tc %.0f, driver %.0f, steering %.0f, NIC %.0f\n",
		    per_flow(in, a->sched, b->sched), per_flow(in, a->driver, b->driver),
		    per_flow(in, a->steering, b->steering), per_flow(in, a->device, b->device));
}

static void print_install(struct print *p, const struct install *in)
{
	struct text machine;

	text_init(&machine);
	workload_machine_format(&machine);
	printf_text(p, "%s\n%llu flows, %u masks, actions %s: ", machine.s,
		    (unsigned long long)in->n_flows, in->w.n_masks, in->w.actions);
	print_styled(p, PRINT_BOLD, "%.0f flows/s", (double)in->n_flows * 1e9 / (double)in->cpu_ns);
	printf_text(p, " of CPU time, %.2f us a flow (%.0f flows/s of wall time)\n",
		    (double)in->cpu_ns / 1e3 / (double)in->n_flows,
		    (double)in->n_flows * 1e9 / (double)in->wall_ns);
	printf_text(p, "%llu of %llu in hardware; reading the text alone: %llu ns\n",
		    (unsigned long long)in->n_in_hw, (unsigned long long)in->n_flows,
		    (unsigned long long)in->parse_ns);
	print_text(p, "\ngrowth: flows     ns a flow (mean of the last tenth before it)\n");
	for (uint64_t mark = WORKLOAD_CHUNK; mark <= in->n_flows; mark *= 10)
		printf_text(
			p, "%13llu %9llu\n", (unsigned long long)mark,
			(unsigned long long)workload_window_ns(in->w.chunk_ns, in->n_flows, mark));
	printf_text(p,
		    "\nshares, of %u further flows with the trace recording, which costs time "
		    "itself:\n",
		    SAMPLE_FLOWS);
	for (size_t i = 0; i < in->shares.n; i++)
		printf_text(p, "%20s %5.1f %%  %5.1f spans a flow\n", in->shares.share[i].layer,
			    100.0 * (double)in->shares.share[i].ns /
				    (double)(in->shares.total_ns ? in->shares.total_ns : 1),
			    (double)in->shares.share[i].n_spans / SAMPLE_FLOWS);
	print_memory(p, in);
	text_fini(&machine);
}

static json_t *growth_json(const struct install *in)
{
	json_t *list = json_array();

	for (uint64_t mark = WORKLOAD_CHUNK; mark <= in->n_flows; mark *= 10)
		json_array_append_new(list, json_pack("{s:I, s:I}", "flows", (json_int_t)mark, "ns",
						      (json_int_t)workload_window_ns(
							      in->w.chunk_ns, in->n_flows, mark)));
	return list;
}

static json_t *shares_json(const struct trace_shares *s)
{
	json_t *o = json_object();

	for (size_t i = 0; i < s->n; i++)
		json_object_set_new(o, s->share[i].layer,
				    json_real((double)s->share[i].ns /
					      (double)(s->total_ns ? s->total_ns : 1)));
	return o;
}

static json_t *memory_json(const struct install *in)
{
	const struct memory *a = &in->before, *b = &in->after;

	return json_pack("{s:f, s:f, s:f, s:f, s:f}", "process", per_flow(in, a->rss, b->rss),
			 "kernel/sched", per_flow(in, a->sched, b->sched), "nic/driver",
			 per_flow(in, a->driver, b->driver), "nic/steering",
			 per_flow(in, a->steering, b->steering), "nic/device",
			 per_flow(in, a->device, b->device));
}

static void print_install_json(struct print *p, const struct install *in)
{
	struct text machine;

	text_init(&machine);
	workload_machine_format(&machine);
	print_json(p, json_pack("{s:s, s:I, s:i, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "machine",
				machine.s, "flows", (json_int_t)in->n_flows, "masks",
				(int)in->w.n_masks, "cpu_ns", (json_int_t)in->cpu_ns, "wall_ns",
				(json_int_t)in->wall_ns, "in_hardware", (json_int_t)in->n_in_hw,
				"parse_ns", (json_int_t)in->parse_ns, "growth", growth_json(in),
				"shares", shares_json(&in->shares), "bytes_per_flow",
				memory_json(in)));
	text_fini(&machine);
}

static int bench_install(struct cli *c, const struct options *o)
{
	uint64_t n = o->n_flows ? o->n_flows : 100000;
	struct install in = { .n_flows = n - n % WORKLOAD_CHUNK };
	int status = CLI_FAILED;
	struct diag d;

	diag_init(&d);
	in.w.n_masks = o->n_masks ? (unsigned int)o->n_masks : 16;
	in.w.actions = o->actions ? o->actions : "p0";
	in.w.chunk_ns = mem_new_array(in.n_flows / WORKLOAD_CHUNK, sizeof *in.w.chunk_ns);
	in.w.host = workload_new_host(c);
	if (in.w.host && in.w.chunk_ns) {
		if (run_install(&in, &d))
			print_failure(&c->print, "flow %llu: %s", (unsigned long long)in.w.n_flows,
				      d.words);
		else if (o->json)
			print_install_json(&c->print, &in);
		else
			print_install(&c->print, &in);
		status = d.error ? CLI_FAILED : CLI_OK;
	}
	host_free(in.w.host);
	mem_free(in.w.chunk_ns);
	return status;
}

/* Packets for the entries of a workload, in random order. */
struct frames {
	uint8_t *bytes;
	struct nic_frame *frame;
	size_t n; /* a multiple of BATCH */
};

static int frames_make(struct frames *f, const struct workload *w, struct diag *d)
{
	uint64_t x = 88172645463325252ull; /* of a xorshift generator: the same order in each run */
	int err = 0;

	f->n = w->n_flows < FRAMES_MAX ? w->n_flows - w->n_flows % BATCH : FRAMES_MAX;
	for (size_t i = 0; i < f->n && !err; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		err = workload_frame(f->bytes + i * FRAME_ROOM, FRAME_ROOM, &f->frame[i],
				     dpif_ports(host_dpif(w->host)), x % w->n_flows, w->n_masks, d);
	}
	return err;
}

/* Packets per second of CPU time; *@hits: the part of them that came out. */
static double time_packets(const struct frames *f, struct nic_device *dev, double *hits)
{
	uint64_t n = 0, n_out = 0, started, ns, out = 0;

	for (size_t i = 0; i < f->n; i += BATCH)
		nic_device_receive_batch(dev, FIRST_VF_VPORT, f->frame + i, BATCH, &out);
	started = workload_cpu_ns();
	do {
		for (size_t i = 0; i < f->n; i += BATCH) {
			out = 0;
			nic_device_receive_batch(dev, FIRST_VF_VPORT, f->frame + i, BATCH, &out);
			n_out += out;
		}
		n += f->n;
		ns = workload_cpu_ns() - started;
	} while (ns < PACKETS_NS);
	*hits = (double)n_out / (double)n;
	return (double)n * 1e9 / (double)ns;
}

struct packets {
	struct cli *c;
	const struct options *o;
	struct frames frames;
	json_t *list; /* with --json */
};

static void report(struct packets *b, const struct workload *w, double rate, double hits)
{
	struct print *p = &b->c->print;

	if (b->list) {
		json_array_append_new(b->list,
				      json_pack("{s:i, s:I, s:f, s:f}", "masks", (int)w->n_masks,
						"entries", (json_int_t)w->n_flows,
						"packets_per_second", rate, "hits", hits));
		return;
	}
	printf_text(p, "%8u %9llu %10.2f", w->n_masks, (unsigned long long)w->n_flows, rate / 1e6);
	if (hits < 1)
		printf_text(p, "   %.1f %% came out", hits * 100);
	print_text(p, "\n");
	fflush(p->out);
}

/* Fills the tables up to each size in turn and measures. */
static int run_masks(struct packets *b, unsigned int n_masks, struct diag *d)
{
	uint64_t last = b->o->n_entries ? b->o->n_entries - b->o->n_entries % WORKLOAD_CHUNK
					: 1000000;
	uint64_t size = b->o->n_entries ? last : WORKLOAD_CHUNK;
	struct workload w = { .n_masks = n_masks, .host = workload_new_host(b->c) };
	int err = w.host ? 0 : -1;
	double hits, rate;

	w.actions = b->o->actions ? b->o->actions : "p0";
	for (; !err && size <= last; size *= 10) {
		err = workload_install(&w, size - w.n_flows, d);
		if (!err)
			err = frames_make(&b->frames, &w, d);
		if (err)
			break;
		rate = time_packets(&b->frames, host_device(w.host), &hits);
		report(b, &w, rate, hits);
	}
	if (err && d->error)
		print_failure(&b->c->print, "%u masks, flow %llu: %s", n_masks,
			      (unsigned long long)w.n_flows, d->words);
	host_free(w.host);
	return err;
}

static int run_packets(struct packets *b)
{
	static const unsigned int masks[] = { 1, 4, 16, 64 };
	struct text machine;
	struct diag d;
	int err = 0;

	diag_init(&d);
	text_init(&machine);
	workload_machine_format(&machine);
	if (!b->list)
		printf_text(&b->c->print, "%s\n%8s %9s %10s\n", machine.s, "masks", "entries",
			    "Mpackets/s");
	if (b->o->n_masks)
		err = run_masks(b, (unsigned int)b->o->n_masks, &d);
	for (size_t i = 0; i < ARRAY_SIZE(masks) && !b->o->n_masks && !err; i++)
		err = run_masks(b, masks[i], &d);
	if (b->list)
		print_json(&b->c->print,
			   json_pack("{s:s, s:o}", "machine", machine.s, "packets", b->list));
	text_fini(&machine);
	return err ? CLI_FAILED : CLI_OK;
}

static int bench_packets(struct cli *c, const struct options *o)
{
	struct packets b = { .c = c, .o = o, .list = o->json ? json_array() : NULL };
	int status = CLI_FAILED;

	b.frames.bytes = mem_new_array(FRAMES_MAX, FRAME_ROOM);
	b.frames.frame = mem_new_array(FRAMES_MAX, sizeof *b.frames.frame);
	if (b.frames.bytes && b.frames.frame)
		status = run_packets(&b);
	else
		print_failure(&c->print, "no memory");
	mem_free(b.frames.bytes);
	mem_free(b.frames.frame);
	return status;
}

static int bench_device(struct cli *c, const struct options *o)
{
	uint64_t n = o->n_entries ? o->n_entries : 100000;

	if (n > BENCH_FIRMWARE_ENTRIES_MAX)
		return cli_usage(c, "bench", "firmware: at most %u entries",
				 BENCH_FIRMWARE_ENTRIES_MAX);
	return bench_firmware(c, (uint32_t)n, o->log, o->json);
}

static int bench_vswitch(struct cli *c, const struct options *o, bool revalidate)
{
	uint64_t n = o->n_flows ? o->n_flows : revalidate ? 200000 : 100000;
	const struct bench_vswitch params = {
		.n_flows = n - n % WORKLOAD_CHUNK,
		.n_rules = o->n_rules ? (uint32_t)o->n_rules : 1000,
		.n_masks = o->n_masks ? (unsigned int)o->n_masks : 16,
		.json = o->json,
	};

	return revalidate ? bench_revalidate(c, &params) : bench_upcalls(c, &params);
}

int cmd_bench(struct cli *c, int argc, const char **argv)
{
	struct options o = { 0 };
	int n = cli_parse(c, cmd_bench_rows, &o, argc, argv);

	if (n < 0)
		return CLI_USAGE;
	if (n == 1 && !strcmp(argv[0], "install"))
		return bench_install(c, &o);
	if (n == 1 && !strcmp(argv[0], "packets"))
		return bench_packets(c, &o);
	if (n == 1 && !strcmp(argv[0], "firmware"))
		return bench_device(c, &o);
	if (n == 1 && !strcmp(argv[0], "ports"))
		return bench_ports(c, o.json);
	if (n == 1 && !strcmp(argv[0], "upcalls"))
		return bench_vswitch(c, &o, false);
	if (n == 1 && !strcmp(argv[0], "revalidate"))
		return bench_vswitch(c, &o, true);
	return cli_usage(c, "bench",
			 "wanted: install, packets, ports, upcalls, revalidate or firmware");
}
