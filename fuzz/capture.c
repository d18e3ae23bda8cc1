/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture file comes in, and what came in is captured: it ends, frames are within their limits,
 * and what was written comes in again in the same number. */
#include "engine/engine.h"
#include "fuzz/fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROUNDS_MAX 1000000

static uint64_t n_frames;

static bool find_port(void *aux, const char *name, uint32_t *number)
{
	*number = (uint32_t)(name[0] & 1);
	return true;
}

static void take(void *aux, uint32_t port, const struct engine_frame *frames, size_t n)
{
	struct engine **e = aux;

	for (size_t i = 0; i < n; i++) {
		FUZZ_CHECK(frames[i].size >= ETH_HLEN_ && frames[i].size <= PACKET_MAX);
		engine_output(*e, 1, frames[i].data, frames[i].size);
	}
	n_frames += n;
}

static void describe(void *aux, uint32_t port, char *buf)
{
	memset(buf, 'w', n_frames % ENGINE_WAY_MAX);
	buf[n_frames % ENGINE_WAY_MAX] = '\0';
}

/* Plays @in, writes @out (-1: not); whether it could be read to its end. */
static bool play(int in, int out, const char *rate)
{
	struct engine *e;
	const struct engine_host host = { &e, find_port, take, describe };
	struct engine_port_info info = { 0 };
	char spec[128];
	uint64_t now = 0;
	bool is_whole;

	FUZZ_CHECK(!engine_new(&e, &host, 0, NULL));
	n_frames = 0;
	snprintf(spec, sizeof spec, "pcap:in=/proc/self/fd/%d,rate=%s,loop=2", in, rate);
	is_whole = !engine_attach(e, "0", spec, NULL);
	snprintf(spec, sizeof spec, "pcap:out=/proc/self/fd/%d", out);
	if (out >= 0)
		FUZZ_CHECK(!engine_attach(e, "1", spec, NULL));
	for (int i = 0; i < ROUNDS_MAX && is_whole && !engine_is_done(e); i++) {
		now = engine_next_ns(e) > now ? engine_next_ns(e) : now;
		engine_run(e, now);
	}
	FUZZ_CHECK(!is_whole || engine_is_done(e));
	if (is_whole)
		FUZZ_CHECK(engine_port_info(e, 0, &info));
	is_whole = is_whole && !info.failure.error;
	engine_free(e);
	return is_whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int in = memfd_create("in", MFD_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
	uint64_t n;

	FUZZ_CHECK(in >= 0 && out >= 0 && write(in, data, size) == (ssize_t)size);
	play(in, out, size % 2 ? "original" : "max");
	n = n_frames;
	FUZZ_CHECK(play(out, -1, "1k"));
	FUZZ_CHECK(n_frames == 2 * n || !n);
	close(in);
	close(out);
	return 0;
}
