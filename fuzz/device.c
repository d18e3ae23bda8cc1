/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device's command decoder and its packet path: commands, each with its length in front (2
 * bytes, little-endian); a length with the high bit set is a packet from vport 1.
 */
#include "nic/device/device.h"
#include "fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t out[IFC_QUERY_HCA_CAP_OUT_SIZE];
	const struct nic_params params = { .n_vfs = 2 };
	struct nic_device *dev;
	struct nic_counts c;

	FUZZ_CHECK(!nic_device_new(&dev, &params));
	while (size >= 2) {
		size_t n = data[0] | (size_t)(data[1] & 0x7f) << 8;
		bool is_packet = data[1] & 0x80;

		data += 2, size -= 2;
		if (n > size)
			n = size;
		if (is_packet) {
			nic_device_receive(dev, 1, data, n);
		} else {
			size_t out_size = 16 + (n * 7) % (sizeof out - 16);

			FUZZ_CHECK(!nic_device_exec(dev, data, n, out, out_size));
			if (IFC_GET(cmd_out, out, status))
				FUZZ_CHECK(nic_syndrome_words(IFC_GET(cmd_out, out, syndrome)));
		}
		data += n, size -= n;
	}
	nic_device_counts(dev, &c);
	nic_device_free(dev);
	return 0;
}
