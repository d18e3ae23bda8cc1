/* SPDX-License-Identifier: BSD-2-Clause */
/* Generators and capture files at the ports of a machine that only writes down what it gets. Taps
 * and interfaces are in tests/taps_test.c. */
#include "engine/engine.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "engine/pcapng.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FRAMES_MAX 4096
#define EPOCH	   UINT64_C(1700000000000000000)
#define START	   UINT64_C(5000000000)
#define UDP                                                                  \
	"eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800)," \
	"ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17),udp(src=1000,dst=9)"

struct got {
	uint32_t port, size;
	uint64_t now_ns;
	uint8_t frame[2048];
};

static struct machine {
	struct engine *engine;
	uint64_t now_ns;
	struct got got[FRAMES_MAX];
	size_t n_got;
	size_t n_most;	  /* in one call */
	uint32_t answers; /* each packet leaves there again; 0: nowhere */
	struct diag diag;
	char dir[32];
} m;

static const struct {
	const char *name;
	uint32_t number;
} ports[] = { { "p0", 0xffff }, { "pf0vf0", 1 }, { "pf0vf1", 2 } };

static bool find_port(void *aux, const char *name, uint32_t *number)
{
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		if (!strcmp(ports[i].name, name)) {
			*number = ports[i].number;
			return true;
		}
	}
	return false;
}

static void take(void *aux, uint32_t port, const struct engine_frame *frames, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct got *g = &m.got[m.n_got++ % FRAMES_MAX];

		g->port = port;
		g->size = frames[i].size;
		g->now_ns = m.now_ns;
		if (g->size <= sizeof g->frame)
			memcpy(g->frame, frames[i].data, g->size);
		if (m.answers)
			engine_output(m.engine, m.answers, frames[i].data, frames[i].size);
	}
	m.n_most = n > m.n_most ? n : m.n_most;
}

static void describe(void *aux, uint32_t port, char *buf)
{
	snprintf(buf, ENGINE_WAY_MAX, "out %u", port);
}

static int set_up(void **state)
{
	const struct engine_host host = { &m, find_port, take, describe };

	memset(&m, 0, sizeof m);
	diag_init(&m.diag);
	m.now_ns = START;
	snprintf(m.dir, sizeof m.dir, "/tmp/inhw-engine-XXXXXX");
	return mkdtemp(m.dir) ? engine_new(&m.engine, &host, EPOCH, &m.diag) : -1;
}

static int tear_down(void **state)
{
	static const char *const files[] = { "in", "out" };
	char path[64];

	engine_free(m.engine);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof path, "%s/%s", m.dir, files[i]);
		unlink(path);
	}
	return rmdir(m.dir);
}

/* %s in @spec is the test's directory. */
static int try_attach(const char *port, const char *spec)
{
	char text[1024], *at = text;

	for (; *spec; spec++) {
		if (*spec == '%')
			at += sprintf(at, "%s", m.dir);
		else
			*at++ = *spec;
	}
	*at = '\0';
	diag_init(&m.diag);
	return engine_attach(m.engine, port, text, &m.diag);
}

static void attach(const char *port, const char *spec)
{
	if (try_attach(port, spec))
		fail_msg("%s: %s", spec, m.diag.words);
}

/* Virtual time up to @end_ns: what is due then still comes. */
static void run_until(uint64_t end_ns)
{
	for (;;) {
		uint64_t next;

		while (engine_run(m.engine, m.now_ns))
			;
		next = engine_next_ns(m.engine);
		if (next > end_ns)
			break;
		assert_true(next > m.now_ns);
		m.now_ns = next;
	}
	m.now_ns = end_ns;
}

static struct engine_port_info info_of(const char *port)
{
	struct engine_port_info info;

	for (size_t i = 0; engine_port_info(m.engine, i, &info); i++)
		if (!strcmp(info.port, port))
			return info;
	fail_msg("%s is not attached", port);
	return info;
}

/* ---- generators ---- */

static void a_generator_sends_each_packet_exactly_when_it_is_due(void **state)
{
	attach("p0", "gen:" UDP ",rate=7");
	run_until(START + 100 * NSEC_PER_SEC - 1);
	assert_int_equal(m.n_got, 700);
	for (size_t i = 0; i < m.n_got; i++) {
		assert_int_equal(m.got[i].now_ns, START + i * NSEC_PER_SEC / 7);
		assert_int_equal(m.got[i].port, 0xffff);
	}
	run_until(START + 100 * NSEC_PER_SEC);
	assert_int_equal(m.n_got, 701);
	assert_int_equal(info_of("p0").counters.rx_packets, 701);
	assert_int_equal(info_of("p0").counters.rx_bytes, 701 * 66);
	assert_false(engine_is_done(m.engine));
}

static void a_late_call_catches_up_in_bounded_steps(void **state)
{
	attach("p0", "gen:" UDP ",rate=1000,count=500");
	assert_int_equal(engine_run(m.engine, START), 1);
	m.now_ns += NSEC_PER_SEC;
	assert_int_equal(engine_run(m.engine, m.now_ns), ENGINE_BATCH);
	run_until(m.now_ns);
	assert_int_equal(m.n_got, 500);
	assert_int_equal(m.n_most, ENGINE_BATCH);
	assert_true(engine_is_done(m.engine));
	assert_true(info_of("p0").is_done);
	assert_int_equal(engine_next_ns(m.engine), UINT64_MAX);
}

static void as_fast_as_it_goes_takes_no_time_worth_speaking_of(void **state)
{
	attach("p0", "gen:" UDP ",rate=max,count=1000");
	run_until(START + 1000);
	assert_int_equal(m.n_got, 1000);
}

static bool is_right(const struct got *g)
{
	struct packet p = { .base = CONST_CAST(uint8_t *, g->frame), /* is only read */
			    .cap = g->size,
			    .data = CONST_CAST(uint8_t *, g->frame),
			    .size = g->size };

	return packet_checksums_are_right(&p);
}

static void flows_of_a_generator_differ_and_are_right(void **state)
{
	static const char *const flows[] = {
		UDP,
		"eth_type(0x0800),ipv4(proto=6),tcp(dst=80)",
		"eth_type(0x0800),ipv4(proto=1),icmp(type=8)",
		"eth_type(0x86dd),ipv6(proto=17),udp(dst=53)",
		"eth_type(0x86dd),ipv6(proto=58),icmpv6(type=128)",
		"eth_type(0x8100),vlan(vid=5),encap(eth_type(0x0800),ipv4(proto=17))",
		"eth_type(0x88b5)",
	};
	char spec[256];

	for (size_t i = 0; i < ARRAY_SIZE(flows); i++) {
		m.n_got = 0;
		snprintf(spec, sizeof spec, "gen:%s,rate=max,count=150,flows=50", flows[i]);
		attach("p0", spec);
		run_until(m.now_ns + NSEC_PER_SEC);
		assert_int_equal(m.n_got, 150);
		for (size_t a = 0; a < 100; a++) {
			assert_true(is_right(&m.got[a]));
			assert_memory_equal(m.got[a].frame, m.got[a + 50].frame, m.got[a].size);
			for (size_t b = a + 1; b < a + 50; b++)
				assert_memory_not_equal(m.got[a].frame, m.got[b].frame,
							m.got[a].size);
		}
		assert_int_equal(engine_detach(m.engine, "p0", NULL), 0);
	}
}

static void more_flows_than_ports_have_other_addresses(void **state)
{
	attach("p0", "gen:" UDP ",rate=max,count=65537,flows=65537");
	while (engine_run(m.engine, m.now_ns += NSEC_PER_SEC))
		;
	assert_int_equal(m.n_got, 65537);
	assert_int_equal(get_be32(m.got[65536 % FRAMES_MAX].frame + 26), 0x0a000002);
	assert_int_equal(get_be16(m.got[65536 % FRAMES_MAX].frame + 34), 1000);
	assert_int_equal(get_be16(m.got[65535 % FRAMES_MAX].frame + 34), 999);
}

static void a_seed_gives_an_order_that_can_be_had_again(void **state)
{
	static uint16_t order[2][200];
	bool is_seen[10] = { false };

	for (int i = 0; i < 2; i++) {
		m.n_got = 0;
		attach("p0", "gen:" UDP ",rate=max,count=200,flows=10,seed=3");
		run_until(m.now_ns + NSEC_PER_SEC);
		for (size_t k = 0; k < 200; k++) {
			order[i][k] = (uint16_t)(get_be16(m.got[k].frame + 34) - 1000);
			assert_true(order[i][k] < 10);
			is_seen[order[i][k]] = true;
		}
		assert_int_equal(engine_detach(m.engine, "p0", NULL), 0);
	}
	assert_memory_equal(order[0], order[1], sizeof order[0]);
	for (size_t k = 0; k < 10; k++)
		assert_true(is_seen[k]);
}

static void a_size_is_kept_with_lengths_and_checksums_right(void **state)
{
	static const struct {
		const char *flow;
		unsigned int size;
	} cases[] = { { UDP, 60 },
		      { UDP, 1514 },
		      { "eth_type(0x86dd),ipv6(proto=6)", 74 },
		      { "eth_type(0x86dd),ipv6(proto=17)", 1000 },
		      { "eth_type(0x88b5)", 60 },
		      { "eth_type(0x88b5)", 1999 } };
	char spec[256];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		m.n_got = 0;
		snprintf(spec, sizeof spec, "gen:%s,count=1,size=%u", cases[i].flow, cases[i].size);
		attach("p0", spec);
		run_until(m.now_ns + NSEC_PER_SEC);
		assert_int_equal(m.n_got, 1);
		assert_int_equal(m.got[0].size, cases[i].size);
		assert_true(is_right(&m.got[0]));
		assert_int_equal(engine_detach(m.engine, "p0", NULL), 0);
	}
	assert_int_equal(
		try_attach("p0", "gen:eth_type(0x0800),ipv4(proto=1),icmp(type=8),size=9k"), 0);
}

/* ---- capture files ---- */

/* Packet i has 60 + i bytes, all of them i, and comes gaps_ms[i] after the one before. */
static const unsigned int gaps_ms[] = { 0, 5, 0, 1000, 1 };
#define N_GAPS ARRAY_SIZE(gaps_ms)

static void write_file(void)
{
	uint8_t frame[128];
	uint64_t ns = EPOCH;
	struct pcapng *p;
	char path[64];

	snprintf(path, sizeof path, "%s/in", m.dir);
	assert_int_equal(pcapng_new(&p, path, &m.diag), 0);
	pcapng_add_interface(p, "x");
	for (size_t i = 0; i < N_GAPS; i++) {
		ns += gaps_ms[i] * NSEC_PER_MSEC;
		memset(frame, (int)i, sizeof frame);
		pcapng_put(p, 0, ns, frame, 60 + i, NULL);
	}
	assert_int_equal(pcapng_free(p, &m.diag), 0);
}

static void check_packet(const struct got *g, size_t i, uint64_t now_ns)
{
	uint8_t frame[128];

	memset(frame, (int)i, sizeof frame);
	assert_int_equal(g->size, 60 + i);
	assert_memory_equal(g->frame, frame, 60 + i);
	assert_int_equal(g->now_ns, now_ns);
}

static void a_file_comes_in_with_its_gaps(void **state)
{
	uint64_t ns = START;

	write_file();
	attach("pf0vf0", "pcap:in=%/in");
	assert_int_equal(engine_next_ns(m.engine), 0);
	run_until(START + 10 * NSEC_PER_SEC);
	assert_int_equal(m.n_got, N_GAPS);
	for (size_t i = 0; i < N_GAPS; i++) {
		ns += gaps_ms[i] * NSEC_PER_MSEC;
		check_packet(&m.got[i], i, ns);
	}
	assert_true(engine_is_done(m.engine));
	assert_int_equal(info_of("pf0vf0").failure.error, 0);
}

static void a_file_can_come_at_a_rate_and_again(void **state)
{
	write_file();
	attach("pf0vf0", "pcap:in=%/in,rate=10,loop=3");
	run_until(START + 10 * NSEC_PER_SEC);
	assert_int_equal(m.n_got, 3 * N_GAPS);
	for (size_t i = 0; i < 3 * N_GAPS; i++)
		check_packet(&m.got[i], i % N_GAPS, START + i * NSEC_PER_SEC / 10);
}

static void passes_of_a_file_follow_each_other(void **state)
{
	write_file();
	attach("pf0vf0", "pcap:in=%/in,loop=0");
	run_until(START + 100 * NSEC_PER_SEC);
	/* A pass takes 1.006 s, and its first packet comes with the last of the one before. */
	assert_int_equal(m.n_got, 99 * N_GAPS + 3);
	check_packet(&m.got[N_GAPS], 0, START + 1006 * NSEC_PER_MSEC);
	check_packet(&m.got[2 * N_GAPS + 1], 1, START + (2 * 1006 + 5) * NSEC_PER_MSEC);
	assert_false(engine_is_done(m.engine));
}

static void write_bytes(const void *bytes, size_t size)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof path, "%s/in", m.dir);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	fclose(f);
}

struct classic_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, sigfigs, snaplen, link;
};

static void a_cut_file_gives_what_is_whole_and_says_the_rest(void **state)
{
	struct {
		struct classic_header h;
		uint32_t packet[4];
		uint8_t frame[60];
		uint32_t cut[4];
		uint8_t rest[10];
	} file = { .h = { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1 },
		   .packet = { 1, 0, 60, 60 },
		   .cut = { 1, 0, 60, 60 } };

	write_bytes(&file, offsetof(struct classic_header, link) + 4 + 16 + 60 + 16 + 10);
	attach("pf0vf0", "pcap:in=%/in");
	attach("p0", "gen:" UDP ",count=3");
	run_until(START + NSEC_PER_SEC);
	assert_int_equal(m.n_got, 1 + 3);
	assert_int_equal(info_of("pf0vf0").failure.error, -EINVAL);
	assert_non_null(strstr(info_of("pf0vf0").failure.words, "packet 2: truncated dump file"));
	assert_true(info_of("pf0vf0").is_done);
	assert_true(engine_is_done(m.engine));
}

static void frames_that_are_too_long_or_too_short_are_counted(void **state)
{
	static struct {
		struct classic_header h;
		uint32_t first[4];
		uint8_t frame[PACKET_MAX + 4];
		uint32_t second[4];
		uint8_t rest[12];
	} file = { .h = { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1 },
		   .first = { 1, 0, PACKET_MAX + 4, PACKET_MAX + 4 },
		   .second = { 1, 0, 12, 12 } };

	write_bytes(&file, sizeof file);
	attach("pf0vf0", "pcap:in=%/in");
	run_until(START + NSEC_PER_SEC);
	assert_int_equal(m.n_got, 0);
	assert_int_equal(info_of("pf0vf0").counters.rx_dropped, 2);
	assert_int_equal(info_of("pf0vf0").failure.error, 0);
}

static void an_empty_file_played_for_ever_ends(void **state)
{
	const struct classic_header h = { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1 };

	write_bytes(&h, sizeof h);
	attach("pf0vf0", "pcap:in=%/in,loop=0");
	run_until(START + NSEC_PER_SEC);
	assert_true(engine_is_done(m.engine));
}

/* What leaves two ports, in one file, comes in again from there as it left. */
static void what_left_can_come_in_again(void **state)
{
	struct got *g;
	size_t n;

	m.answers = 1;
	attach("p0", "gen:" UDP ",rate=1000,count=100,flows=100,out=%/out");
	attach("pf0vf0", "pcap:out=%/out");
	run_until(START + NSEC_PER_SEC);
	engine_set_now(m.engine, START + 3 * NSEC_PER_SEC);
	engine_output(m.engine, 0xffff, m.got[0].frame, m.got[0].size);
	m.answers = 0;
	assert_int_equal(info_of("pf0vf0").counters.tx_packets, 100);
	assert_int_equal(info_of("p0").counters.tx_packets, 1);
	assert_int_equal(engine_detach(m.engine, "p0", NULL), 0);
	assert_int_equal(engine_detach(m.engine, "pf0vf0", &m.diag), 0);
	n = m.n_got;
	assert_int_equal(n, 100);
	g = calloc(n, sizeof *g);
	memcpy(g, m.got, n * sizeof *g);
	m.n_got = 0;
	m.now_ns = START;
	attach("pf0vf1", "pcap:in=%/out");
	run_until(START + 10 * NSEC_PER_SEC);
	assert_int_equal(m.n_got, 101);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(m.got[i].size, g[i].size);
		assert_memory_equal(m.got[i].frame, g[i].frame, g[i].size);
		assert_int_equal(m.got[i].now_ns, g[i].now_ns);
	}
	assert_int_equal(m.got[n].now_ns, START + 3 * NSEC_PER_SEC);
	free(g);
}

static void a_capture_that_cannot_be_written_is_told(void **state)
{
	if (access("/dev/full", W_OK)) {
		print_message("# there is no /dev/full here\n");
		skip();
	}
	m.answers = 1;
	attach("p0", "gen:" UDP ",count=3");
	attach("pf0vf0", "pcap:out=/dev/full");
	run_until(START + NSEC_PER_SEC);
	assert_int_equal(info_of("pf0vf0").failure.error, -ENOSPC);
	diag_init(&m.diag);
	assert_int_equal(engine_detach(m.engine, "pf0vf0", &m.diag), -ENOSPC);
	assert_string_equal(m.diag.words, "/dev/full: No space left on device");
}

/* ---- ports ---- */

static void ports_are_attached_once_found_and_listed(void **state)
{
	struct engine_port_info info;
	struct text t;

	assert_true(engine_is_done(m.engine));
	attach("p0", "gen:" UDP ",count=0");
	attach("pf0vf1", "pcap:out=%/out");
	attach("pf0vf0", "gen:" UDP ",count=1");
	assert_int_equal(try_attach("p0", "gen:" UDP), -EEXIST);
	assert_string_equal(m.diag.words, "p0 is attached already");
	assert_int_equal(try_attach("p1", "gen:" UDP), -ENODEV);
	assert_string_equal(m.diag.words, "p1: the machine has no such port");
	assert_true(engine_port_info(m.engine, 0, &info) && !strcmp(info.port, "pf0vf0"));
	assert_true(engine_port_info(m.engine, 1, &info) && !strcmp(info.port, "pf0vf1"));
	assert_true(engine_port_info(m.engine, 2, &info) && !strcmp(info.port, "p0"));
	assert_string_equal(info.spec, "gen:" UDP ",count=0");
	assert_false(engine_port_info(m.engine, 3, &info));
	run_until(START);
	text_init(&t);
	engine_format(&t, m.engine);
	assert_non_null(strstr(t.s, "pf0vf0              1           66        0"));
	text_fini(&t);
	assert_false(engine_is_live(m.engine));
	assert_int_equal(engine_detach(m.engine, "pf0vf1", NULL), 0);
	assert_int_equal(engine_detach(m.engine, "pf0vf1", &m.diag), -ENOENT);
	assert_false(engine_output(m.engine, 2, "", 0));
}

static void what_is_wrong_with_a_spec_is_said_with_its_place(void **state)
{
	static const struct {
		const char *spec;
		int error;
		size_t offset;
		const char *words;
	} cases[] = {
		{ "tun:x", -EINVAL, 0, "a port can be joined to: tap, packet, pcap, gen" },
		{ "pcap", -EINVAL, 0, "pcap: wanted: in=FILE, out=FILE or both" },
		{ "pcap:out=%/out,loop=2", -EINVAL, 0,
		  "pcap: rate= and loop= are about in=, which is not given" },
		{ "pcap:in=/nonexistent", -ENOENT, 8, "/nonexistent: No such file or directory" },
		{ "pcap:in=/dev/null", -EINVAL, 8, NULL },
		{ "pcap:out=/nonexistent/x", -ENOENT, 9,
		  "cannot write /nonexistent/x: No such file or directory" },
		{ "gen:eth_type(0x0800),ipv4(src=x)", -EINVAL, 30, NULL },
		{ "gen:eth_type(0x0800),ipv4(proto=6),size=60", 0, 0, NULL },
		{ "gen:eth_type(0x86dd),ipv6(proto=6),size=73", -EINVAL, 40,
		  "size: the headers of this flow take 74 bytes" },
		{ "packet:inhw-none0", -ENODEV, 7, "this Linux has no interface inhw-none0" },
		{ "tap:a-name-that-is-too-long", -EINVAL, 4, "no interface can be called that" },
		{ "tap:tap/0", -EINVAL, 4, "no interface can be called that" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int err = try_attach("p0", cases[i].spec);

		if (err != cases[i].error)
			fail_msg("%s: %d, %s", cases[i].spec, err, m.diag.words);
		if (cases[i].words)
			assert_string_equal(m.diag.words, cases[i].words);
		if (err)
			assert_int_equal(m.diag.offset, cases[i].offset);
		else
			assert_int_equal(engine_detach(m.engine, "p0", NULL), 0);
	}
}

static void without_memory_nothing_is_attached(void **state)
{
	struct engine_port_info info;
	unsigned long nth = 1;
	int err;

	do {
		mem_fail_nth(nth++);
		err = try_attach("p0", "gen:" UDP ",out=%/out");
		assert_true(!err || err == -ENOMEM);
		assert_int_equal(engine_port_info(m.engine, 0, &info), !err);
	} while (mem_fail_happened());
	mem_fail_nth(0);
	assert_int_equal(err, 0);
	assert_true(nth > 6);
}

static void without_memory_there_is_no_engine(void **state)
{
	const struct engine_host host = { &m, find_port, take, NULL };
	struct engine *e;

	for (unsigned long nth = 1; nth <= 2; nth++) {
		mem_fail_nth(nth);
		assert_int_equal(engine_new(&e, &host, 0, NULL), -ENOMEM);
		assert_null(e);
	}
	mem_fail_nth(0);
	engine_free(NULL);
}

static void workers_come_and_go(void **state)
{
	attach("p0", "gen:" UDP ",rate=1000");
	for (unsigned int n = 0; n < 4; n++) {
		assert_int_equal(engine_set_workers(m.engine, n % 3, &m.diag), 0);
		run_until(START + n * NSEC_PER_SEC);
	}
	assert_int_equal(m.n_got, 3001);
	for (unsigned long nth = 1; nth <= 3; nth++) {
		mem_fail_nth(nth);
		assert_int_equal(engine_set_workers(m.engine, 2, NULL), -ENOMEM);
		assert_true(mem_fail_happened());
	}
	mem_fail_nth(0);
	assert_int_equal(engine_set_workers(m.engine, ENGINE_WORKERS_MAX + 1, &m.diag), -EINVAL);
	assert_string_equal(m.diag.words, "at most 16 workers");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_generator_sends_each_packet_exactly_when_it_is_due),
		TEST(a_late_call_catches_up_in_bounded_steps),
		TEST(as_fast_as_it_goes_takes_no_time_worth_speaking_of),
		TEST(flows_of_a_generator_differ_and_are_right),
		TEST(more_flows_than_ports_have_other_addresses),
		TEST(a_seed_gives_an_order_that_can_be_had_again),
		TEST(a_size_is_kept_with_lengths_and_checksums_right),
		TEST(a_file_comes_in_with_its_gaps),
		TEST(a_file_can_come_at_a_rate_and_again),
		TEST(passes_of_a_file_follow_each_other),
		TEST(a_cut_file_gives_what_is_whole_and_says_the_rest),
		TEST(frames_that_are_too_long_or_too_short_are_counted),
		TEST(an_empty_file_played_for_ever_ends),
		TEST(what_left_can_come_in_again),
		TEST(a_capture_that_cannot_be_written_is_told),
		TEST(ports_are_attached_once_found_and_listed),
		TEST(what_is_wrong_with_a_spec_is_said_with_its_place),
		TEST(without_memory_nothing_is_attached),
		TEST(without_memory_there_is_no_engine),
		TEST(workers_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
