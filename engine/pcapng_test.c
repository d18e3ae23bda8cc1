/* SPDX-License-Identifier: BSD-2-Clause */
/* What was written is what libpcap reads; comments, which it does not show, and the structure of
 * the file are read by a plain walk over its blocks. */
#include "engine/pcapng.h"

#include "base/alloc.h"
#include "packet/packet.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define T0 UINT64_C(1700000000123456789)

static char path[] = "/tmp/inhw-pcapng-XXXXXX";

static int make_path(void **state)
{
	int fd = mkstemp(path);

	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	return unlink(path);
}

static uint32_t u32_at(const uint8_t *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof x);
	return x;
}

struct file {
	uint8_t *bytes;
	size_t size;
};

static struct file slurp(void)
{
	FILE *f = fopen(path, "rb");
	struct file file = { malloc(4 << 20), 0 };

	assert_non_null(f);
	file.size = fread(file.bytes, 1, 4 << 20, f);
	fclose(f);
	return file;
}

/* The value of option @code in a block's options from @p on; NULL: not there. */
static const char *option(const uint8_t *p, const uint8_t *end, uint16_t code, char *buf)
{
	while (p + 4 <= end) {
		uint16_t head[2];

		memcpy(head, p, sizeof head);
		if (!head[0])
			return NULL;
		if (head[0] == code) {
			memcpy(buf, p + 4, head[1]);
			buf[head[1]] = '\0';
			return buf;
		}
		p += 4 + ROUND_UP(head[1], 4u);
	}
	return NULL;
}

/* Checks that blocks follow each other without gaps; how many are of @type. */
static size_t count_blocks(const struct file *f, uint32_t type)
{
	size_t n = 0, at = 0;

	while (at < f->size) {
		uint32_t size = u32_at(f->bytes + at + 4);

		assert_true(size % 4 == 0 && size >= 12 && at + size <= f->size);
		assert_int_equal(u32_at(f->bytes + at + size - 4), size);
		n += u32_at(f->bytes + at) == type;
		at += size;
	}
	return n;
}

static const uint8_t *block(const struct file *f, uint32_t type, size_t i)
{
	for (size_t at = 0; at < f->size; at += u32_at(f->bytes + at + 4))
		if (u32_at(f->bytes + at) == type && !i--)
			return f->bytes + at;
	fail_msg("there is no such block");
	return NULL;
}

static void packets_names_and_comments_are_in_the_file(void **state)
{
	uint8_t frame[61];
	struct pcapng *p;
	const uint8_t *b;
	struct file f;
	char buf[256];

	memset(frame, 0xa5, sizeof frame);
	assert_int_equal(pcapng_new(&p, path, NULL), 0);
	assert_int_equal(pcapng_add_interface(p, "p0"), 0);
	assert_int_equal(pcapng_add_interface(p, "pf0vf0"), 1);
	pcapng_put(p, 1, T0, frame, 61, "in p0 -> hardware -> out pf0vf0");
	pcapng_put(p, 0, T0 + 1, frame, 60, NULL);
	assert_int_equal(pcapng_free(p, NULL), 0);

	f = slurp();
	assert_int_equal(count_blocks(&f, 0x0a0d0d0a), 1);
	assert_int_equal(count_blocks(&f, 1), 2);
	assert_int_equal(count_blocks(&f, 6), 2);
	b = block(&f, 1, 1);
	assert_string_equal(option(b + 16, b + u32_at(b + 4), 2, buf), "pf0vf0");
	b = block(&f, 6, 0);
	assert_int_equal(u32_at(b + 8), 1);
	assert_string_equal(option(b + 28 + 64, b + u32_at(b + 4), 1, buf),
			    "in p0 -> hardware -> out pf0vf0");
	b = block(&f, 6, 1);
	assert_null(option(b + 28 + 60, b + u32_at(b + 4), 1, buf));
	assert_non_null(option(b + 28 + 60, b + u32_at(b + 4), 2, buf));
	assert_int_equal(buf[0], 2); /* outbound */
	free(f.bytes);
}

/* More than its buffer holds, of all sizes. */
static void libpcap_reads_what_was_written(void **state)
{
	char words[PCAP_ERRBUF_SIZE];
	uint8_t frame[PACKET_MAX];
	const unsigned char *data;
	struct pcap_pkthdr *h;
	struct pcapng *p;
	pcap_t *pcap;

	assert_int_equal(pcapng_new(&p, path, NULL), 0);
	pcapng_add_interface(p, "p0");
	for (uint32_t i = 14; i <= PACKET_MAX; i += 23) {
		memset(frame, (int)(i & 0xff), i);
		pcapng_put(p, 0, T0 + i, frame, i, i % 2 ? "odd" : "");
	}
	assert_int_equal(pcapng_free(p, NULL), 0);

	pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, words);
	if (!pcap)
		fail_msg("%s", words);
	assert_int_equal(pcap_datalink(pcap), DLT_EN10MB);
	for (uint32_t i = 14; i <= PACKET_MAX; i += 23) {
		assert_int_equal(pcap_next_ex(pcap, &h, &data), 1);
		assert_int_equal(h->len, i);
		assert_int_equal(h->caplen, i);
		assert_int_equal((uint64_t)h->ts.tv_sec * 1000000000 + (uint64_t)h->ts.tv_usec,
				 T0 + i);
		memset(frame, (int)(i & 0xff), i);
		assert_memory_equal(data, frame, i);
	}
	assert_int_equal(pcap_next_ex(pcap, &h, &data), PCAP_ERROR_BREAK);
	pcap_close(pcap);
}

static void a_file_that_cannot_be_made_is_refused(void **state)
{
	struct pcapng *p;
	struct diag d;

	diag_init(&d);
	assert_int_equal(pcapng_new(&p, "/nonexistent/x", &d), -ENOENT);
	assert_string_equal(d.words, "cannot write /nonexistent/x: No such file or directory");
	assert_null(p);
	for (unsigned long nth = 1; nth <= 2; nth++) {
		mem_fail_nth(nth);
		assert_int_equal(pcapng_new(&p, path, NULL), -ENOMEM);
		assert_true(mem_fail_happened());
	}
	mem_fail_nth(0);
	assert_int_equal(pcapng_free(NULL, NULL), 0);
}

static void a_full_disk_is_told_and_stays_an_error(void **state)
{
	uint8_t frame[PACKET_MAX] = { 0 };
	struct pcapng *p;
	struct diag d;

	if (access("/dev/full", W_OK)) {
		print_message("# there is no /dev/full here\n");
		skip();
	}
	diag_init(&d);
	assert_int_equal(pcapng_new(&p, "/dev/full", &d), 0);
	pcapng_add_interface(p, "p0");
	assert_int_equal(pcapng_flush(p), -ENOSPC);
	for (int i = 0; i < 100; i++)
		pcapng_put(p, 0, 0, frame, sizeof frame, NULL);
	assert_int_equal(pcapng_flush(p), -ENOSPC);
	assert_int_equal(pcapng_free(p, &d), -ENOSPC);
	assert_string_equal(d.words, "/dev/full: No space left on device");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_names_and_comments_are_in_the_file),
		cmocka_unit_test(libpcap_reads_what_was_written),
		cmocka_unit_test(a_file_that_cannot_be_made_is_refused),
		cmocka_unit_test(a_full_disk_is_told_and_stays_an_error),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
