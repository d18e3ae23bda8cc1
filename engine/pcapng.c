/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/pcapng.h"

#include "base/alloc.h"
#include "packet/packet.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE (64u << 10)
#define NAME_MAX_   64u
/* What a block has besides a frame, a comment or a name: headers, options, paddings. */
#define BLOCK_EXTRA 128u

#define BLOCK_SECTION	0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET	6u /* the "enhanced" one */
#define BYTE_ORDER_MARK 0x1a2b3c4du

#define OPT_END	       0
#define OPT_COMMENT    1
#define OPT_IF_NAME    2
#define OPT_EPB_FLAGS  2
#define OPT_USERAPPL   4
#define OPT_IF_TSRESOL 9

#define TSRESOL_NS    9
#define FLAG_OUTBOUND 2u
#define LINK_ETHERNET 1

static_assert(PACKET_MAX + PCAPNG_COMMENT_MAX + BLOCK_EXTRA < BUFFER_SIZE, "a block fits");

struct pcapng {
	int fd;
	int error; /* sticky */
	uint32_t n_interfaces;
	char *path;
	size_t len, block; /* used; where the open block begins */
	uint8_t buf[BUFFER_SIZE];
};

static void put(struct pcapng *p, const void *bytes, size_t size)
{
	static const uint8_t zeros[4];
	size_t padding = ROUND_UP(size, 4) - size;

	memcpy(p->buf + p->len, bytes, size);
	memcpy(p->buf + p->len + size, zeros, padding);
	p->len += size + padding;
}

static void put_u32(struct pcapng *p, uint32_t x)
{
	put(p, &x, sizeof x);
}

static void put_option(struct pcapng *p, uint16_t code, const void *value, size_t size)
{
	const uint16_t head[2] = { code, (uint16_t)size };

	put(p, head, sizeof head);
	put(p, value, size);
}

static void start_block(struct pcapng *p, uint32_t type, size_t size)
{
	if (p->len + size + BLOCK_EXTRA > sizeof p->buf)
		(void)!pcapng_flush(p); /* sticky */
	p->block = p->len;
	put_u32(p, type);
	put_u32(p, 0); /* its length, which end_block() knows */
}

static void end_block(struct pcapng *p)
{
	uint32_t size;

	put_option(p, OPT_END, "", 0);
	size = (uint32_t)(p->len - p->block + 4);
	put_u32(p, size);
	memcpy(p->buf + p->block + 4, &size, sizeof size);
}

static void put_section(struct pcapng *p)
{
	static const char program[] = "inhw " INHW_VERSION;
	const uint16_t version[2] = { 1, 0 };

	start_block(p, BLOCK_SECTION, sizeof program);
	put_u32(p, BYTE_ORDER_MARK);
	put(p, version, sizeof version);
	put_u32(p, UINT32_MAX); /* the length of the section, 64 bits: unknown */
	put_u32(p, UINT32_MAX);
	put_option(p, OPT_USERAPPL, program, sizeof program - 1);
	end_block(p);
}

int pcapng_new(struct pcapng **out, const char *path, struct diag *d)
{
	struct pcapng *p = mem_new(sizeof *p);

	*out = NULL;
	if (!p)
		return diag_set(d, -ENOMEM, "no memory for a capture file");
	p->path = mem_strdup(path);
	p->fd = !strcmp(path, "-") ? dup(STDOUT_FILENO)
				   : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (!p->path || p->fd < 0) {
		int err = p->path ? -errno : -ENOMEM;

		pcapng_free(p, NULL);
		return diag_set(d, err, "cannot write %s: %s", path, diag_strerror(err));
	}
	put_section(p);
	*out = p;
	return 0;
}

int pcapng_free(struct pcapng *p, struct diag *d)
{
	int err;

	if (!p)
		return 0;
	err = p->fd < 0 ? 0 : pcapng_flush(p);
	if (p->fd >= 0 && close(p->fd) && !err)
		err = -errno;
	if (err)
		diag_set(d, err, "%s: %s", p->path, diag_strerror(err));
	mem_free(p->path);
	mem_free(p);
	return err;
}

int pcapng_flush(struct pcapng *p)
{
	size_t done = 0;

	while (!p->error && done < p->len) {
		ssize_t n = write(p->fd, p->buf + done, p->len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			p->error = -errno;
	}
	p->len = 0;
	return p->error;
}

uint32_t pcapng_add_interface(struct pcapng *p, const char *name)
{
	const uint16_t link[2] = { LINK_ETHERNET, 0 };
	const uint8_t resolution = TSRESOL_NS;

	start_block(p, BLOCK_INTERFACE, NAME_MAX_);
	put(p, link, sizeof link);
	put_u32(p, 0); /* the longest packet: no limit */
	put_option(p, OPT_IF_NAME, name, strnlen(name, NAME_MAX_));
	put_option(p, OPT_IF_TSRESOL, &resolution, sizeof resolution);
	end_block(p);
	return p->n_interfaces++;
}

void pcapng_put(struct pcapng *p, uint32_t interface, uint64_t ns, const void *frame, size_t size,
		const char *comment)
{
	size_t len = comment ? strnlen(comment, PCAPNG_COMMENT_MAX) : 0;
	const uint32_t flags = FLAG_OUTBOUND;

	start_block(p, BLOCK_PACKET, size + len);
	put_u32(p, interface);
	put_u32(p, (uint32_t)(ns >> 32));
	put_u32(p, (uint32_t)ns);
	put_u32(p, (uint32_t)size);
	put_u32(p, (uint32_t)size);
	put(p, frame, size);
	if (len)
		put_option(p, OPT_COMMENT, comment, len);
	put_option(p, OPT_EPB_FLAGS, &flags, sizeof flags);
	end_block(p);
}
