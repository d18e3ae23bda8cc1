/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/workload.h"

#include "base/clock.h"
#include "flow/packet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PREFIXES 24u /* /32 to /9 of the source address; times masks of the source port */

uint64_t workload_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NSEC_PER_SEC + (uint64_t)t.tv_nsec;
}

uint64_t workload_rss_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long long size, resident = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%llu %llu", &size, &resident) != 2)
		resident = 0;
	fclose(f);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* The value of the first line "@key : value" of /proc/cpuinfo, or "". */
static void read_cpuinfo(const char *key, char *value, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[256];

	*value = '\0';
	while (f && !*value && fgets(line, sizeof line, f)) {
		char *colon = strchr(line, ':');

		if (!colon || strncmp(line, key, strlen(key)))
			continue;
		snprintf(value, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
	}
	if (f)
		fclose(f);
}

void workload_machine_format(struct text *t)
{
	char model[128], mhz[32];

	read_cpuinfo("model name", model, sizeof model);
	read_cpuinfo("cpu MHz", mhz, sizeof mhz);
	text_putf(t, "%s, %s MHz, %ld processors, one used", model[0] ? model : "unknown processor",
		  mhz[0] ? mhz : "?", sysconf(_SC_NPROCESSORS_ONLN));
}

static void put_ipv4(struct text *t, uint32_t a)
{
	text_putf(t, "%u.%u.%u.%u", a >> 24, a >> 16 & 0xff, a >> 8 & 0xff, a & 0xff);
}

void workload_flow_format(struct text *t, uint64_t i, unsigned int n_masks)
{
	unsigned int m = (unsigned int)(i % n_masks), port_bits = m / PREFIXES;
	uint32_t mask = 0xffffffffu << m % PREFIXES;
	uint16_t port_mask = (uint16_t)(0xffffu << (16 - port_bits));

	text_putf(
		t,
		"recirc_id(0),in_port(pf0vf0),eth(src=02:00:00:00:00:01,dst=02:00:%02x:%02x:%02x:%02x),"
		"eth_type(0x0800),ipv4(src=",
		(unsigned int)(i >> 24) & 0xff, (unsigned int)(i >> 16) & 0xff,
		(unsigned int)(i >> 8) & 0xff, (unsigned int)i & 0xff);
	put_ipv4(t, (0x0a000000u | (uint32_t)(i & 0xffffff)) & mask);
	if (mask != 0xffffffffu) {
		text_put_char(t, '/');
		put_ipv4(t, mask);
	}
	text_put(t, ",dst=192.0.2.1,proto=17,frag=no),udp(");
	if (port_bits)
		text_putf(t, "src=%u/0x%x,", 40000u & port_mask, port_mask);
	text_put(t, "dst=53)");
}

int workload_frame(uint8_t *buf, size_t cap, struct nic_frame *f, const struct flow_ports *ports,
		   uint64_t i, unsigned int n_masks, struct diag *d)
{
	struct flow_match m;
	struct text t;
	size_t size = 0;
	int err;

	text_init(&t);
	workload_flow_format(&t, i, n_masks);
	err = flow_match_parse(&m, NULL, NULL, NULL, t.s, t.len, ports, d);
	if (!err)
		err = flow_packet_build(buf, cap, &size, &m, d);
	*f = (struct nic_frame){ buf, (uint32_t)size };
	text_fini(&t);
	return err;
}

struct host *workload_new_host(struct cli *c)
{
	struct host_params params = { .n_vfs = (unsigned int)c->model.n_vfs };
	const struct nic_profile *profile;
	struct host *h = NULL;
	struct diag d;

	if (!cli_profile(c, &profile))
		return NULL;
	params.caps = profile ? &profile->caps : NULL;
	diag_init(&d);
	if (host_new(&h, &params, &d)) {
		print_failure(&c->print, "the model machine: %s", d.words);
		return NULL;
	}
	return h;
}

uint64_t workload_window_ns(const uint32_t *chunk_ns, uint64_t n_flows, uint64_t mark)
{
	uint64_t end = mark / WORKLOAD_CHUNK, n = end / 10 ? end / 10 : 1, sum = 0;

	if (end == 1 && n_flows > WORKLOAD_CHUNK)
		end++;
	for (uint64_t i = end - n; i < end; i++)
		sum += chunk_ns[i];
	return sum / n / WORKLOAD_CHUNK;
}

/* Makes the texts of a chunk, one behind the other, each with its NUL. */
static void make_chunk(struct text *t, const char **flows, const struct workload *w)
{
	size_t starts[WORKLOAD_CHUNK];

	text_clear(t);
	for (uint64_t i = 0; i < WORKLOAD_CHUNK; i++) {
		starts[i] = t->len;
		workload_flow_format(t, w->n_flows + i, w->n_masks);
		text_put_mem(t, "", 1);
	}
	for (size_t i = 0; i < WORKLOAD_CHUNK; i++)
		flows[i] = t->s + starts[i];
}

static int put_chunk(struct workload *w, struct dpctl *dp, const char *const *flows, struct diag *d)
{
	const char *argv[] = { "add-flow", NULL, w->actions };
	int err = 0;

	for (size_t i = 0; i < WORKLOAD_CHUNK && !err; i++) {
		argv[1] = flows[i];
		trace_forget(host_trace(w->host));
		err = dpctl_run_command(dp, (int)ARRAY_SIZE(argv), argv, d);
		w->n_in_hw += dp->decision.place == DPIF_PLACE_HW;
	}
	return err;
}

int workload_install(struct workload *w, uint64_t n, struct diag *d)
{
	const char *flows[WORKLOAD_CHUNK];
	struct dpctl dp;
	struct text t;
	int err = 0;

	text_init(&t);
	dpctl_init(&dp, host_dpif(w->host));
	for (uint64_t done = 0; done < n && !err; done += WORKLOAD_CHUNK) {
		uint64_t wall, cpu;

		make_chunk(&t, flows, w);
		if (t.error) {
			err = diag_set(d, t.error, "no memory");
			break;
		}
		wall = clock_now_ns();
		cpu = workload_cpu_ns();
		err = put_chunk(w, &dp, flows, d);
		cpu = workload_cpu_ns() - cpu;
		w->cpu_ns += cpu;
		w->wall_ns += clock_now_ns() - wall;
		if (w->chunk_ns)
			w->chunk_ns[w->n_flows / WORKLOAD_CHUNK] = (uint32_t)cpu;
		w->n_flows += WORKLOAD_CHUNK;
	}
	dpctl_fini(&dp);
	text_fini(&t);
	return err;
}
