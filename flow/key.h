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
 * A new match field is a member and a row of FLOW_FIELDS here, and rows in the
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

/*
 * Every field, a row each: F(NAME, HEADER, name in its header, full name, how it is written, where
 * it lies and what is special of it), or A(...) without a name of its own when the header is the
 * field. WHOLE(member) and PART(member, lowest bit, bits) are of flow/key.c; so are the members of
 * struct flow_field_info that follow them.
 */
/* clang-format off */
#define FLOW_FIELDS(F, A) \
	A(RECIRC_ID, RECIRC_ID, "recirc_id", HEX, WHOLE(recirc_id), .exact_only = true, .is_host = true) \
	A(IN_PORT, IN_PORT, "in_port", PORT, WHOLE(in_port), .is_host = true) \
	F(ETH_SRC, ETH, "src", "eth.src", MAC, WHOLE(eth.eth_src)) \
	F(ETH_DST, ETH, "dst", "eth.dst", MAC, WHOLE(eth.eth_dst)) \
	A(ETH_TYPE, ETH_TYPE, "eth_type", ETH_TYPE, WHOLE(eth_type)) \
	F(VLAN_TPID, VLAN, "tpid", "vlan.tpid", ETH_TYPE, WHOLE(vlan[0].tpid)) \
	F(VLAN_VID, VLAN, "vid", "vlan.vid", DEC, PART(vlan[0].tci, 0, 12)) \
	F(VLAN_PCP, VLAN, "pcp", "vlan.pcp", DEC, PART(vlan[0].tci, 13, 3)) \
	F(VLAN_CFI, VLAN, "cfi", "vlan.cfi", DEC, PART(vlan[0].tci, 12, 1)) \
	F(IPV4_SRC, IPV4, "src", "ipv4.src", IPV4, WHOLE(ipv4.ipv4_src)) \
	F(IPV4_DST, IPV4, "dst", "ipv4.dst", IPV4, WHOLE(ipv4.ipv4_dst)) \
	F(IPV4_PROTO, IPV4, "proto", "ipv4.proto", DEC, WHOLE(ipv4.ipv4_proto)) \
	F(IPV4_TOS, IPV4, "tos", "ipv4.tos", HEX, WHOLE(ipv4.ipv4_tos)) \
	F(IPV4_TTL, IPV4, "ttl", "ipv4.ttl", DEC, WHOLE(ipv4.ipv4_ttl)) \
	F(IPV4_FRAG, IPV4, "frag", "ipv4.frag", FRAG, WHOLE(ipv4.ipv4_frag), .exact_only = true) \
	F(IPV6_SRC, IPV6, "src", "ipv6.src", IPV6, WHOLE(ipv6.ipv6_src)) \
	F(IPV6_DST, IPV6, "dst", "ipv6.dst", IPV6, WHOLE(ipv6.ipv6_dst)) \
	F(IPV6_LABEL, IPV6, "label", "ipv6.label", HEX, PART(ipv6.ipv6_label, 0, 20)) \
	F(IPV6_PROTO, IPV6, "proto", "ipv6.proto", DEC, WHOLE(ipv6.ipv6_proto)) \
	F(IPV6_TCLASS, IPV6, "tclass", "ipv6.tclass", HEX, WHOLE(ipv6.ipv6_tclass)) \
	F(IPV6_HLIMIT, IPV6, "hlimit", "ipv6.hlimit", DEC, WHOLE(ipv6.ipv6_hlimit)) \
	F(IPV6_FRAG, IPV6, "frag", "ipv6.frag", FRAG, WHOLE(ipv6.ipv6_frag), .exact_only = true) \
	F(TCP_SRC, TCP, "src", "tcp.src", DEC, WHOLE(tcp.tcp_src)) \
	F(TCP_DST, TCP, "dst", "tcp.dst", DEC, WHOLE(tcp.tcp_dst)) \
	A(TCP_FLAGS, TCP_FLAGS, "tcp_flags", TCP_FLAGS, PART(tcp_flags, 0, 12)) \
	F(UDP_SRC, UDP, "src", "udp.src", DEC, WHOLE(udp.udp_src)) \
	F(UDP_DST, UDP, "dst", "udp.dst", DEC, WHOLE(udp.udp_dst)) \
	F(SCTP_SRC, SCTP, "src", "sctp.src", DEC, WHOLE(sctp.sctp_src)) \
	F(SCTP_DST, SCTP, "dst", "sctp.dst", DEC, WHOLE(sctp.sctp_dst)) \
	F(ICMP_TYPE, ICMP, "type", "icmp.type", DEC, WHOLE(icmp.icmp_type)) \
	F(ICMP_CODE, ICMP, "code", "icmp.code", DEC, WHOLE(icmp.icmp_code)) \
	F(ICMPV6_TYPE, ICMPV6, "type", "icmpv6.type", DEC, WHOLE(icmpv6.icmpv6_type)) \
	F(ICMPV6_CODE, ICMPV6, "code", "icmpv6.code", DEC, WHOLE(icmpv6.icmpv6_code)) \
	F(ARP_SIP, ARP, "sip", "arp.sip", IPV4, WHOLE(arp.arp_sip)) \
	F(ARP_TIP, ARP, "tip", "arp.tip", IPV4, WHOLE(arp.arp_tip)) \
	F(ARP_OP, ARP, "op", "arp.op", DEC, WHOLE(arp.arp_op)) \
	F(ARP_SHA, ARP, "sha", "arp.sha", MAC, WHOLE(arp.arp_sha)) \
	F(ARP_THA, ARP, "tha", "arp.tha", MAC, WHOLE(arp.arp_tha))
/* clang-format on */

#define FLOW_ENUM_(name, ...) FLOW_##name,
enum flow_field {
	FLOW_FIELDS(FLOW_ENUM_, FLOW_ENUM_) FLOW_N_FIELDS
};
#undef FLOW_ENUM_

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

/*
 * What we make a UFID for gets one that begins with this. As the cookie of a tc filter it says
 * whose the filter is, also when the process that put it there was killed.
 */
#define UFID_MARK     "inhw"
#define UFID_MARK_LEN 4

static inline void ufid_mark(struct ufid *u)
{
	memcpy(u->b, UFID_MARK, UFID_MARK_LEN);
}

static inline bool ufid_is_marked(const struct ufid *u)
{
	return !memcmp(u->b, UFID_MARK, UFID_MARK_LEN);
}

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
void flow_field_fill(struct flow_key *k, enum flow_field f); /* all its bits 1 */
void flow_field_copy(struct flow_key *to, const struct flow_key *from, enum flow_field f);

/* Clears the key bits that the mask does not cover. */
void flow_match_normalise(struct flow_match *m);

/* Makes the mask exact in all headers that m->headers has: a packet's key as a match. */
void flow_match_fill(struct flow_match *m);

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
 * UFIDs. @m must be normalised. Headers that are named but match nothing do not count. Marked.
 */
struct ufid flow_match_ufid(const struct flow_match *m);

#endif
