/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a flow to a packet and back: what `inhw send` builds, and what a datapath sees in a packet.
 */
#ifndef FLOW_PACKET_H
#define FLOW_PACKET_H

#include "base/diag.h"
#include "flow/key.h"

/*
 * Builds a packet that matches @m into @buf and sets *@size. Bits outside the mask get sensible
 * values (addresses of documentation ranges, TTL 64, 60 bytes at least); lengths and checksums are
 * right. 0; -ENOSPC: @cap bytes are too few; -EINVAL with words: the key contradicts itself.
 */
int flow_packet_build(uint8_t *buf, size_t cap, size_t *size, const struct flow_match *m,
		      struct diag *d) MUST_CHECK;

/*
 * The key of a packet, without recirc_id and in_port, and in *@headers which headers it has. A
 * truncated header is left out of *@headers; 0 or -EINVAL when there is not even an Ethernet
 * header.
 */
int flow_key_from_packet(struct flow_key *k, uint64_t *headers, const uint8_t *data, size_t size,
			 struct diag *d) MUST_CHECK;

#endif
