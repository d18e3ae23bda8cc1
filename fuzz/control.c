/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control protocol of a device: the input is what a client sends, in the pieces that its first
 * byte says, to a device that holds something. Each answer must be a line of JSON.
 */
#include "nic/serve/control.h"

#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_MIN 16u

static void make_table(struct nic_device *dev)
{
	uint8_t in[IFC_CREATE_FLOW_TABLE_IN_SIZE] = { 0 }, out[IFC_CREATE_FLOW_TABLE_OUT_SIZE];

	IFC_SET(cmd_in, in, opcode, MLX5_CMD_OP_CREATE_FLOW_TABLE);
	IFC_SET(create_flow_table_in, in, table_type, MLX5_TABLE_FDB);
	FUZZ_CHECK(!nic_device_exec(dev, in, sizeof in, out, sizeof out));
}

static void check_line(const char *line, size_t n)
{
	json_t *j = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);

	FUZZ_CHECK(json_is_boolean(json_object_get(j, "ok")));
	json_decref(j);
}

/* Reads what came; whole lines are checked, and the rest stays in @buf. False: nothing came. */
static bool read_answers(int fd, char *buf, size_t cap, size_t *n)
{
	ssize_t m = read(fd, buf + *n, cap - *n);
	char *start = buf, *end;

	if (m <= 0)
		return false;
	*n += (size_t)m;
	while ((end = memchr(start, '\n', *n - (size_t)(start - buf))) != NULL) {
		check_line(start, (size_t)(end - start));
		start = end + 1;
	}
	*n -= (size_t)(start - buf);
	memmove(buf, start, *n);
	FUZZ_CHECK(*n < cap);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char buf[1 << 20];
	const struct nic_params params = { .n_vfs = 2 };
	size_t piece = size ? PIECE_MIN * (1u + data[0]) : PIECE_MIN, n = 0;
	struct nic_control *c;
	struct nic_device *dev;
	struct diag d;
	int fds[2], flags;

	diag_init(&d);
	FUZZ_CHECK(!nic_device_new(&dev, &params));
	FUZZ_CHECK(!nic_control_new(&c, dev, NULL, &d));
	make_table(dev);
	FUZZ_CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	flags = fcntl(fds[1], F_GETFL);
	FUZZ_CHECK(!fcntl(fds[1], F_SETFL, flags | O_NONBLOCK));
	FUZZ_CHECK(!nic_control_add_stream(c, fds[0], &d));
	for (size_t at = 1; at < size;) {
		size_t want = size - at < piece ? size - at : piece;
		ssize_t m = write(fds[1], data + at, want);

		at += m > 0 ? (size_t)m : 0;
		nic_control_run(c);
		read_answers(fds[1], buf, sizeof buf, &n);
	}
	for (int quiet = 0; quiet < 2;) {
		nic_control_run(c);
		quiet = read_answers(fds[1], buf, sizeof buf, &n) ? 0 : quiet + 1;
	}
	close(fds[1]);
	nic_control_run(c);
	nic_control_free(c);
	nic_device_free(dev);
	return 0;
}
