/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets in memory: a buffer with headroom, owned by the caller, so that no step on a packet's way
 * allocates; header formats; finding the headers; checksums.
 */
#ifndef PACKET_PACKET_H
#define PACKET_PACKET_H

#include "base/byteorder.h"
#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_HEADROOM 192  /* bytes in front: VLAN tags and an encapsulation header */
#define PACKET_MAX	9216 /* largest frame, bytes without the FCS */

#define ETH_HLEN_	14
#define VLAN_HLEN_	4
#define PACKET_MIN_SIZE 60 /* Ethernet's minimum without the FCS */

/* A frame of @size bytes at @data, inside the buffer @base of @cap bytes, which the packet borrows.
 */
struct packet {
	uint8_t *base;
	size_t cap;
	uint8_t *data;
	size_t size;
};

enum packet_l3 {
	PACKET_L3_NONE,
	PACKET_L3_IPV4,
	PACKET_L3_IPV6,
	PACKET_L3_ARP
};

/* Offsets from packet.data of what packet_dissect() found; 0xffff: absent or truncated. */
struct packet_headers {
	uint16_t l3, l4;
	be16 eth_type;	 /* of the payload after the VLAN tags */
	uint8_t n_vlans; /* tags seen, at most 2 */
	struct {
		be16 tpid, tci;
	} vlan[2];
	enum packet_l3 l3_type;
	uint8_t ip_proto; /* after IPv6 extension headers */
	bool is_fragment; /* any fragment ... */
	bool is_later;	  /* ... not the first: no l4 */
};

/* Makes @p an empty packet in @base with PACKET_HEADROOM in front; @cap must be more than that. */
void packet_init(struct packet *p, uint8_t *base, size_t cap);

/* Copies a frame in. 0 or -ENOSPC. */
int packet_set(struct packet *p, const void *frame, size_t size) MUST_CHECK;
int packet_copy(struct packet *p, const struct packet *from) MUST_CHECK;

void packet_dissect(struct packet_headers *h, const uint8_t *data, size_t size);

/* Puts a tag after the addresses, or takes the outer one out. 0; -ENOSPC; -EINVAL: no tag, too
 * short. */
int packet_push_vlan(struct packet *p, be16 tpid, be16 tci) MUST_CHECK;
int packet_pop_vlan(struct packet *p) MUST_CHECK;

/* Puts @size bytes in front of all, or takes as many away. 0; -ENOSPC; -EINVAL: too short. */
int packet_push(struct packet *p, const void *bytes, size_t size) MUST_CHECK;
int packet_pull(struct packet *p, size_t size) MUST_CHECK;

/* The Internet checksum (RFC 1071) of bytes; @sum carries it over pieces (even sizes but the last).
 */
uint32_t checksum_add(uint32_t sum, const void *p, size_t size);
be16 checksum_end(uint32_t sum);

/* Writes right checksums of the IPv4 header and of TCP, UDP, ICMP or ICMPv6 (UDP over IPv4 with 0
 * stays 0). */
void packet_fix_checksums(struct packet *p);

/* Writes those that are asked for: of the IPv4 header; of TCP, UDP, ICMP or ICMPv6, whatever was
 * there.
 */
void packet_set_checksums(struct packet *p, bool l3, bool l4);

/* Whether all checksums of the packet that are there are right. */
bool packet_checksums_are_right(const struct packet *p);

/* Reads hex digits, blanks allowed between bytes. 0; -EINVAL, -ENOSPC with *@bad the offset of the
 * culprit. */
int packet_parse_hex(struct packet *p, const char *s, size_t len, size_t *bad) MUST_CHECK;

#endif
