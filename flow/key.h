/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key of a datapath flow, and the two vocabularies in which everything speaks of it: headers
 * (what a user writes as `ipv4(...)`) and fields (what he writes inside it, `dst=`).
 *
 * A key and its mask have the same shape; a mask bit of 1 means that the packet must agree with the
 * key there. Members are in the byte order of the OVS_KEY_ATTR_* structures of
 * <linux/openvswitch.h>, which some of them are. `eth_type` is the type of what follows the last
 * VLAN tag; `vlan[0].tpid` is the type that the frame starts with when it is tagged.
 *
 * A new match field is a member here, a row in flow_field_table (flow/key.c), and rows in the
 * layers below (CONTRIBUTING.md, recipe a). Nothing else in flow/ knows single fields.
 */
#ifndef FLOW_KEY_H
#define FLOW_KEY_H

#include "base/byteorder.h"
#include "base/diag.h"
#include "base/macros.h"

#include <linux/openvswitch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOW_VLANS_MAX 1 /* tags that a key can match; a second one comes with its rows */

struct flow_vlan {
	be16 tpid; /* 0x8100 or 0x88a8; 0: no tag */
	be16 tci;  /* PCP 15:13, CFI 12 (1: there is a tag), VID 11:0 */
};

struct flow_key {
	uint32_t recirc_id;
	uint32_t in_port; /* datapath port number */
	struct ovs_key_ethernet eth;
	be16 eth_type;
	be16 tcp_flags; /* low 12 bits */
	struct flow_vlan vlan[FLOW_VLANS_MAX];
	struct ovs_key_ipv4 ipv4;
	struct ovs_key_ipv6 ipv6;
	struct ovs_key_arp arp;
	struct ovs_key_tcp tcp;
	struct ovs_key_udp udp;
	struct ovs_key_sctp sctp;
	struct ovs_key_icmp icmp;
	struct ovs_key_icmpv6 icmpv6;
};

/* Top-level keys, in the order in which today's OVS prints them. */
enum flow_header {
	FLOW_H_RECIRC_ID,
	FLOW_H_IN_PORT,
	FLOW_H_ETH,
	FLOW_H_ETH_TYPE,
	FLOW_H_VLAN, /* with the encap() that follows it */
	FLOW_H_IPV4,
	FLOW_H_IPV6,
	FLOW_H_TCP,
	FLOW_H_TCP_FLAGS,
	FLOW_H_UDP,
	FLOW_H_SCTP,
	FLOW_H_ICMP,
	FLOW_H_ICMPV6,
	FLOW_H_ARP,
	FLOW_N_HEADERS
};

enum flow_field {
	FLOW_RECIRC_ID,
	FLOW_IN_PORT,
	FLOW_ETH_SRC,
	FLOW_ETH_DST,
	FLOW_ETH_TYPE,
	FLOW_VLAN_TPID,
	FLOW_VLAN_VID,
	FLOW_VLAN_PCP,
	FLOW_VLAN_CFI,
	FLOW_IPV4_SRC,
	FLOW_IPV4_DST,
	FLOW_IPV4_PROTO,
	FLOW_IPV4_TOS,
	FLOW_IPV4_TTL,
	FLOW_IPV4_FRAG,
	FLOW_IPV6_SRC,
	FLOW_IPV6_DST,
	FLOW_IPV6_LABEL,
	FLOW_IPV6_PROTO,
	FLOW_IPV6_TCLASS,
	FLOW_IPV6_HLIMIT,
	FLOW_IPV6_FRAG,
	FLOW_TCP_SRC,
	FLOW_TCP_DST,
	FLOW_TCP_FLAGS,
	FLOW_UDP_SRC,
	FLOW_UDP_DST,
	FLOW_SCTP_SRC,
	FLOW_SCTP_DST,
	FLOW_ICMP_TYPE,
	FLOW_ICMP_CODE,
	FLOW_ICMPV6_TYPE,
	FLOW_ICMPV6_CODE,
	FLOW_ARP_SIP,
	FLOW_ARP_TIP,
	FLOW_ARP_OP,
	FLOW_ARP_SHA,
	FLOW_ARP_THA,
	FLOW_N_FIELDS
};

/* How a field is written. */
enum flow_form {
	FLOW_FORM_DEC,
	FLOW_FORM_HEX,
	FLOW_FORM_MAC,
	FLOW_FORM_IPV4,
	FLOW_FORM_IPV6,
	FLOW_FORM_FRAG,	     /* no | first | later */
	FLOW_FORM_TCP_FLAGS, /* syn|ack, +syn-ack */
	FLOW_FORM_PORT,	     /* number, or a name when a name table is given */
	FLOW_FORM_ETH_TYPE,  /* hexadecimal, always four digits: 0x0800 */
};

/* One row for each field: everything that generic code needs to know of it. */
struct flow_field_info {
	const char *name; /* as written inside the header: "dst"; NULL: the header is the field */
	const char *full_name; /* "ipv4.dst": for diagnostics and JSON */
	enum flow_header header;
	enum flow_form form;
	uint16_t offset;  /* bytes into struct flow_key */
	uint8_t size;	  /* bytes there */
	uint8_t shift;	  /* a part of a big-endian integer: its lowest bit ... */
	uint8_t bits;	  /* ... and its width; 8 * size when it is the whole */
	bool exact_only;  /* a mask cannot be written: recirc_id, frag */
	bool is_host;	  /* an integer in the byte order of the machine */
	uint8_t name_len; /* of @name, characters */
};

/*
 * One row for each header. @first and @n_fields are the rows of its fields in flow_field_table that
 * are written inside its parentheses; vlan.tpid is not, because it is written as the eth_type()
 * before them. @eth_type and @ip_proto are what must be matched exactly for the header to be there.
 */
struct flow_header_info {
	const char *name;      /* "ipv4" */
	uint8_t name_len;      /* characters */
	uint16_t key_attr;     /* OVS_KEY_ATTR_* */
	uint16_t offset, size; /* of its attribute structure in struct flow_key, in bytes */
	uint8_t first, n_fields;
	uint16_t eth_type; /* 0: none, or for a header above IP either IPv4 or IPv6 */
	uint8_t ip_proto;  /* 0: none */
};

extern const struct flow_field_info flow_field_table[FLOW_N_FIELDS];
extern const struct flow_header_info flow_header_table[FLOW_N_HEADERS];

/* OVS's unique flow identifier: 128 bits, printed as a UUID; the bytes lie in the order of the
 * text. */
struct ufid {
	uint8_t b[16];
};

#define UFID_TEXT_LEN 36

static inline bool ufid_is_equal(const struct ufid *a, const struct ufid *b)
{
	return !memcmp(a, b, sizeof *a);
}

/*
 * A match: key and mask. @headers: bit FLOW_H_x is set when the header was named, so that `eth()`
 * is printed back and `ipv4()` without eth_type can be refused. A header that is not named is
 * wildcarded.
 */
struct flow_match {
	struct flow_key key; /* bits outside the mask are 0 after flow_match_normalise() */
	struct flow_key mask;
	uint64_t headers;
};

/* Whether any bit of field @f is 1 in @k; whether all are. */
bool flow_field_is_set(const struct flow_key *k, enum flow_field f);
bool flow_field_is_full(const struct flow_key *k, enum flow_field f);
void flow_field_clear(struct flow_key *k, enum flow_field f);

/* Clears the key bits that the mask does not cover. */
void flow_match_normalise(struct flow_match *m);

/*
 * Refuses a match that a datapath would refuse or silently change: a header or field without what
 * must be matched exactly for it to be there (ipv4() without eth_type(0x0800)), a partial mask of
 * eth_type or in_port, a VLAN tag that is not one. Texts need not pass it to be read; a match must,
 * before flow_match_encode() or flow_packet_build(). 0; -EINVAL; -EOPNOTSUPP: a type whose header
 * is not in this vocabulary; with words and the field.
 */
int flow_match_check(const struct flow_match *m, struct diag *d) MUST_CHECK;

/*
 * The headers that a packet which agrees with @m surely has and whose attributes the kernel asks
 * for in a key, as bits FLOW_H_x from ETH upwards; @mask: those that may be in the mask, where
 * eth_type and the protocol must be matched exactly.
 */
uint64_t flow_match_headers(const struct flow_match *m, bool mask);

/*
 * A UFID made from the key and mask, as ovs-appctl dpctl/add-flow makes one: equal matches, equal
 * UFIDs. @m must be normalised. Headers that are named but match nothing do not count.
 */
struct ufid flow_match_ufid(const struct flow_match *m);

#endif
