/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/frame.h"

#include "flow/packet.h"
#include "flow/text.h"
#include "packet/packet.h"

#include <string.h>

void frame_format(struct text *t, const uint8_t *frame, size_t size)
{
	struct flow_match m = { 0 };
	struct diag d;

	diag_init(&d);
	if (flow_key_from_packet(&m.key, &m.headers, frame, size, &d)) {
		text_put(t, d.words);
		return;
	}
	for (int f = 0; f < FLOW_N_FIELDS; f++)
		if (m.headers & 1ull << flow_field_table[f].header)
			memset((uint8_t *)&m.mask + flow_field_table[f].offset, 0xff,
			       flow_field_table[f].size);
	flow_match_format(t, &m, NULL, false);
}

void frame_format_hex(struct text *t, const char *hex)
{
	uint8_t buf[PACKET_HEADROOM + PACKET_MAX];
	struct packet p;
	size_t bad;

	packet_init(&p, buf, sizeof buf);
	if (packet_parse_hex(&p, hex, strlen(hex), &bad))
		text_put(t, "no frame");
	else
		frame_format(t, p.data, p.size);
}
