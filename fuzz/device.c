/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device's command decoder and its packet path. The input is records, each with a length in
 * front (2 bytes, little-endian) whose two high bits say what it is: a command, which has the size
 * of its output before it (2 bytes too), or a packet and where it enters. What comes from the wire
 * and is too short for a packet is an event of the machine instead: a doorbell, or a write to the
 * memory that the device finds behind every address.
 */
#include "base/byteorder.h"
#include "fuzz/fuzz.h"
#include "nic/device/bar.h"

#include <string.h>

enum {
	RECORD_COMMAND,
	RECORD_FROM_MANAGER,
	RECORD_FROM_VF,
	RECORD_FROM_WIRE,
};

#define EVENT_MAX   13 /* bytes: an Ethernet header has more */
#define MEMORY_SIZE 0x20000u

static uint8_t memory[MEMORY_SIZE];
static uint8_t sum; /* of all bytes that came out, so that they are read */

static void read_frame(const void *frame, size_t size)
{
	const uint8_t *p = frame;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + p[i]);
}

static void output(void *aux, uint16_t vport, const void *frame, size_t size)
{
	read_frame(frame, size);
}

static void to_manager(void *aux, uint32_t reg_c_0, const void *frame, size_t size)
{
	read_frame(frame, size);
}

/* High addresses are nobody's. */
static void *map(void *aux, uint64_t addr, size_t size)
{
	uint64_t offset = addr % MEMORY_SIZE;

	FUZZ_CHECK(size);
	return addr >> 36 || size > MEMORY_SIZE - offset ? NULL : memory + offset;
}

static void interrupt(void *aux, unsigned int vector)
{
	sum = (uint8_t)(sum + vector);
}

/* What it is, page or place in memory, and up to eight bytes. */
static void happen(struct nic_device *dev, const uint8_t *data, size_t n)
{
	uint8_t event[EVENT_MAX] = { 0 };
	struct nic_doorbell bell = { .type = NIC_DOORBELL_EQ };
	uint32_t offset;

	memcpy(event, data, n);
	offset = (get_be16(event + 1) * 4u) % MEMORY_SIZE;
	if (event[0] & 1) {
		memcpy(memory + offset, event + 3, 8);
		return;
	}
	bell.type += event[0] >> 1 & 1 ? 1 : event[0] >> 2 & 1 ? 2 : 0;
	bell.arm = event[0] >> 3 & 1;
	bell.uar = event[1];
	bell.value[0] = get_be32(event + 3);
	bell.value[1] = get_be32(event + 7);
	nic_device_ring(dev, &bell);
}

/* The command has memory of its own, so that reading behind it is noticed. */
static void execute(struct nic_device *dev, const uint8_t *data, size_t n)
{
	size_t out_size = n < 2 ? 0 : data[0] | (size_t)data[1] << 8;
	size_t in_size = n < 2 ? 0 : n - 2;
	uint8_t *in = malloc(in_size + !in_size), *out = malloc(out_size + !out_size);
	int err;

	FUZZ_CHECK(in && out);
	memcpy(in, data + n - in_size, in_size);
	err = nic_device_exec(dev, in, in_size, out, out_size);
	FUZZ_CHECK((err != 0) == (out_size < NIC_OUT_SIZE_MIN));
	if (!err && IFC_GET(cmd_out, out, status))
		FUZZ_CHECK(nic_syndrome_words(IFC_GET(cmd_out, out, syndrome)));
	free(in);
	free(out);
}

static void pass(struct nic_device *dev, unsigned int kind, const uint8_t *data, size_t n)
{
	uint16_t vport = kind == RECORD_FROM_WIRE ? MLX5_VPORT_UPLINK : 1;
	uint8_t *frame = malloc(n + !n);
	struct nic_frame batch[2] = { { frame, (uint32_t)n }, { frame, (uint32_t)n } };
	uint64_t n_out;

	FUZZ_CHECK(frame);
	memcpy(frame, data, n);
	if (kind == RECORD_FROM_MANAGER) {
		nic_device_xmit(dev, 1, frame, n);
	} else {
		nic_device_receive(dev, vport, frame, n);
		nic_device_receive_batch(dev, vport, batch, 2, &n_out);
	}
	free(frame);
}

static void look(struct nic_device *dev)
{
	struct nic_counts c;
	struct text t;

	nic_device_counts(dev, &c);
	text_init(&t);
	nic_device_format_summary(dev, &t);
	nic_device_format_dump(dev, &t);
	text_fini(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nic_params params = { .n_vfs = 2, .n_sfs = 2 };
	const struct nic_sink sink = { NULL, output, to_manager };
	const struct nic_bus bus = { NULL, map, interrupt };
	struct nic_device *dev;

	FUZZ_CHECK(!nic_device_new(&dev, &params));
	nic_device_set_sink(dev, &sink);
	nic_device_set_bus(dev, &bus);
	memset(memory, 0, sizeof memory);
	while (size >= 2) {
		size_t n = data[0] | (size_t)(data[1] & 0x3f) << 8;
		unsigned int kind = data[1] >> 6;

		data += 2;
		size -= 2;
		if (n > size)
			n = size;
		if (kind == RECORD_COMMAND)
			execute(dev, data, n);
		else if (kind == RECORD_FROM_WIRE && n <= EVENT_MAX)
			happen(dev, data, n);
		else
			pass(dev, kind, data, n);
		data += n;
		size -= n;
	}
	look(dev);
	nic_device_free(dev);
	return 0;
}
