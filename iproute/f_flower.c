/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of flower, one row for each. A row says how its value is read and which attributes it
 * becomes; what depends on words before it (an address on the ethertype, a port on the protocol)
 * looks at struct keys.
 */
#include "iproute/flower_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>

#define DEC_OR_HEX    1 /* a base: decimal where it can be that, else hex, also without 0x */
#define NO_PROTO      0xff
#define TCP_FLAGS_MAX 0xfff
#define HW_TC_MAX     15 /* TC_QOPT_MAX_QUEUE - 1 */
#define VLAN_ID_MAX   0xfff
#define VLAN_PRIO_MAX 7

/* What is known so far. */
struct keys {
	be16 eth_type, vlan_ethtype, cvlan_ethtype; /* 0: not said */
	uint8_t ip_proto, n_vlans;
	uint32_t flags;			    /* TCA_CLS_FLAGS_* */
	uint32_t key_flags, key_flags_mask; /* TCA_FLOWER_KEY_FLAGS_* */
};

struct row {
	const char *word;
	/* At the value; 0 or the exit status. NULL: a flag without a value. */
	int (*parse)(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r);
	uint16_t attr, mask_attr;   /* TCA_FLOWER_KEY_*; for addresses those of IPv4, */
	uint16_t attr6, mask_attr6; /* and of IPv6 */
	uint8_t base, mask_base;    /* of numbers */
	uint32_t max;		    /* of numbers; the mask that is meant without one */
	uint32_t flag;		    /* TCA_CLS_FLAGS_* */
	const char *name;	    /* in tc's words of refusal, when it is not the word */
};

#define PROTO_L2TP 115 /* newer than some headers */

const struct flower_name flower_protos[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "sctp", IPPROTO_SCTP },
	{ "icmp", IPPROTO_ICMP },
	{ "icmpv6", IPPROTO_ICMPV6 },
	{ "l2tp", PROTO_L2TP },
	{ NULL, 0 },
};

const struct flower_name flower_fragments[] = {
	{ "frag", TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT },
	{ "firstfrag", TCA_FLOWER_KEY_FLAGS_FRAG_IS_FIRST },
	{ NULL, 0 },
};

const struct flower_name flower_states[] = {
	{ "trk", TCA_FLOWER_KEY_CT_FLAGS_TRACKED },
	{ "new", TCA_FLOWER_KEY_CT_FLAGS_NEW },
	{ "est", TCA_FLOWER_KEY_CT_FLAGS_ESTABLISHED },
	{ "rel", TCA_FLOWER_KEY_CT_FLAGS_RELATED },
	{ "inv", TCA_FLOWER_KEY_CT_FLAGS_INVALID },
	{ "rpl", TCA_FLOWER_KEY_CT_FLAGS_REPLY },
	{ NULL, 0 },
};

const struct flower_ports *flower_ports_find(int proto)
{
	static const struct flower_ports ports[] = {
		{ IPPROTO_TCP, KEY(TCP_SRC), KEY(TCP_SRC_MASK), KEY(TCP_DST), KEY(TCP_DST_MASK) },
		{ IPPROTO_UDP, KEY(UDP_SRC), KEY(UDP_SRC_MASK), KEY(UDP_DST), KEY(UDP_DST_MASK) },
		{ IPPROTO_SCTP, KEY(SCTP_SRC), KEY(SCTP_SRC_MASK), KEY(SCTP_DST),
		  KEY(SCTP_DST_MASK) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
		if (ports[i].proto == proto)
			return &ports[i];
	return NULL;
}

static bool is_protocol(be16 p, uint16_t number)
{
	return p == be16_from_host(number);
}

static bool is_vlan(be16 p)
{
	return is_protocol(p, ETH_P_8021Q) || is_protocol(p, ETH_P_8021AD);
}

/* The ethertype behind all tags. */
static be16 inner(const struct keys *k)
{
	return k->cvlan_ethtype	 ? k->cvlan_ethtype
	       : k->vlan_ethtype ? k->vlan_ethtype
				 : k->eth_type;
}

static int illegal(struct args *a, const struct row *r)
{
	return args_refuse(a, IPROUTE_FAILED, "Illegal \"%s\"", r->name ? r->name : r->word);
}

/* ---- numbers ---- */

static bool take_number(uint64_t *v, const char *s, uint8_t base, uint64_t max)
{
	if (base != DEC_OR_HEX)
		return parse_number(v, s, base, max);
	return parse_number(v, s, 10, max) || parse_number(v, s, 16, max);
}

/* "VALUE" or "VALUE/MASK". */
static bool take_masked(const char *s, const struct row *r, uint64_t *value, uint64_t *mask)
{
	const char *slash = strchr(s, '/');
	char head[16];

	*mask = r->max;
	if (!slash)
		return take_number(value, s, r->base, r->max);
	if (!r->mask_attr || slash - s >= (ptrdiff_t)sizeof head)
		return false;
	snprintf(head, sizeof head, "%.*s", (int)(slash - s), s);
	return take_number(value, head, r->base, r->max) &&
	       take_number(mask, slash + 1, r->mask_base, r->max);
}

static int parse_u8(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	uint64_t v, mask;

	if (!take_masked(args_word(a), r, &v, &mask))
		return illegal(a, r);
	nl_put_u8(m, r->attr, (uint8_t)v);
	if (r->mask_attr)
		nl_put_u8(m, r->mask_attr, (uint8_t)mask);
	return 0;
}

static int parse_u16(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	uint64_t v, mask;

	if (!take_masked(args_word(a), r, &v, &mask))
		return illegal(a, r);
	nl_put_u16(m, r->attr, (uint16_t)v);
	if (r->mask_attr)
		nl_put_u16(m, r->mask_attr, (uint16_t)mask);
	return 0;
}

static int parse_be16(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	uint64_t v, mask;

	if (!take_masked(args_word(a), r, &v, &mask))
		return illegal(a, r);
	nl_put_be16(m, r->attr, be16_from_host((uint16_t)v));
	if (r->mask_attr)
		nl_put_be16(m, r->mask_attr, be16_from_host((uint16_t)mask));
	return 0;
}

static int parse_be32(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	uint64_t v, mask;

	if (!take_masked(args_word(a), r, &v, &mask))
		return illegal(a, r);
	nl_put_be32(m, r->attr, be32_from_host((uint32_t)v));
	return 0;
}

static int parse_u32(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	uint64_t v, mask;

	if (!take_masked(args_word(a), r, &v, &mask))
		return illegal(a, r);
	nl_put_u32(m, r->attr, (uint32_t)v);
	nl_put_u32(m, r->mask_attr, (uint32_t)mask);
	return 0;
}

/* ---- layer 2 ---- */

static bool take_mac(struct args *a, const struct row *r, uint8_t mac[6], uint8_t mask[6])
{
	const char *s = args_word(a), *slash = strchr(s, '/');
	char head[18];
	uint64_t bits;

	memset(mask, 0xff, 6);
	if (!slash)
		return parse_mac(mac, s);
	if (slash - s >= (ptrdiff_t)sizeof head)
		return false;
	snprintf(head, sizeof head, "%.*s", (int)(slash - s), s);
	if (!parse_mac(mac, head))
		return false;
	if (!parse_number(&bits, slash + 1, 10, 48))
		return parse_mac(mask, slash + 1);
	memset(mask, 0, 6);
	for (size_t i = 0; i < bits; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return true;
}

static int parse_ether(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	uint8_t mac[6], mask[6];

	if (!take_mac(a, r, mac, mask)) {
		say(a->ip, "\"%s\" is invalid lladdr.", args_word(a));
		return illegal(a, r);
	}
	nl_put(m, r->attr, mac, sizeof mac);
	nl_put(m, r->mask_attr, mask, sizeof mask);
	return 0;
}

static int parse_n_vlans(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	uint64_t v;

	if (!parse_number(&v, args_word(a), r->base, r->max))
		return illegal(a, r);
	k->n_vlans = (uint8_t)v;
	nl_put_u8(m, r->attr, k->n_vlans);
	return 0;
}

/* Whether a frame can have this tag; @cvlan: the inner one. */
static int require_vlan(struct args *a, const struct keys *k, const struct row *r, bool cvlan)
{
	if (cvlan ? is_vlan(k->vlan_ethtype) || k->n_vlans > 1
		  : is_vlan(k->eth_type) || k->n_vlans > 0)
		return 0;
	a->i--;
	return args_refuse(a, IPROUTE_FAILED, "Can't set \"%s\" if %s", r->word,
			   cvlan ? "inner vlan ethertype isn't 802.1Q or 802.1AD and num_of_vlans "
				   "is less than 2"
				 : "ethertype isn't 802.1Q or 802.1AD and num_of_vlans is 0");
}

static int parse_tag(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	bool cvlan = r->word[0] == 'c';
	int status = require_vlan(a, k, r, cvlan);

	if (status)
		return status;
	return r->max == VLAN_ID_MAX ? parse_u16(a, m, k, r) : parse_u8(a, m, k, r);
}

static int parse_tag_type(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	bool cvlan = r->word[0] == 'c';
	int status = require_vlan(a, k, r, cvlan);
	be16 *type = cvlan ? &k->cvlan_ethtype : &k->vlan_ethtype;

	if (status)
		return status;
	if (!parse_protocol(type, args_word(a)))
		return args_wrong(a, "invalid vlan_ethtype");
	nl_put_be16(m, r->attr, *type);
	return 0;
}

/* ---- layer 3 ---- */

static int put_address(struct args *a, struct nl_msg *m, const struct row *r, int family)
{
	struct prefix p;

	if (!parse_prefix(&p, args_word(a), family))
		return args_refuse(a, IPROUTE_FAILED,
				   "Error: %s prefix is expected rather than \"%s\".",
				   family == AF_INET	? "inet"
				   : family == AF_INET6 ? "inet6"
							: "any valid",
				   args_word(a));
	nl_put(m, p.family == AF_INET ? r->attr : r->attr6, p.address, p.size);
	nl_put(m, p.family == AF_INET ? r->mask_attr : r->mask_attr6, p.mask, p.size);
	return 0;
}

static int parse_address(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	be16 type = inner(k);

	if (is_protocol(type, ETH_P_IP))
		return put_address(a, m, r, AF_INET);
	if (is_protocol(type, ETH_P_IPV6))
		return put_address(a, m, r, AF_INET6);
	return illegal(a, r);
}

static int parse_outer(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	return put_address(a, m, r, AF_UNSPEC);
}

static int parse_ip_proto(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	const struct flower_name *n = flower_protos;
	uint64_t v;

	if (!is_protocol(inner(k), ETH_P_IP) && !is_protocol(inner(k), ETH_P_IPV6)) {
		say(a->ip, "Illegal \"eth_type\" for ip proto");
		return illegal(a, r);
	}
	while (n->name && !args_matches(a, n->name))
		n++;
	v = n->value;
	if (!n->name && !parse_number(&v, args_word(a), 16, UINT8_MAX))
		return illegal(a, r);
	k->ip_proto = (uint8_t)v;
	nl_put_u8(m, r->attr, k->ip_proto);
	return 0;
}

static int parse_ip_flags(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	for (const char *s = a->argv[a->i]; *s;) {
		const struct flower_name *n = flower_fragments;
		bool no = !strncmp(s, "no", 2);
		size_t len;

		s += no ? 2 : 0;
		len = strcspn(s, "/");
		while (n->name && (strlen(n->name) != len || strncmp(n->name, s, len)))
			n++;
		if (!n->name)
			return illegal(a, r);
		k->key_flags_mask |= n->value;
		k->key_flags |= no ? 0 : n->value;
		s += len + (s[len] == '/');
	}
	return 0;
}

/* ---- layer 4 ---- */

static int put_range(struct args *a, struct nl_msg *m, const struct row *r, const char *dash)
{
	const char *s = args_word(a);
	uint64_t min, max;
	char head[8];

	if (dash - s >= (ptrdiff_t)sizeof head)
		return illegal(a, r);
	snprintf(head, sizeof head, "%.*s", (int)(dash - s), s);
	if (!parse_number(&min, head, r->base, UINT16_MAX) ||
	    !parse_number(&max, dash + 1, r->base, UINT16_MAX))
		return illegal(a, r);
	if (max <= min) {
		say(a->ip, "max value should be greater than min value");
		return illegal(a, r);
	}
	nl_put_be16(m, r->attr, be16_from_host((uint16_t)min));
	nl_put_be16(m, r->mask_attr, be16_from_host((uint16_t)max));
	return 0;
}

/* The row has the attributes of a range. */
static int parse_port(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	const struct flower_ports *p = flower_ports_find(k->ip_proto);
	const char *dash = strchr(args_word(a), '-');
	bool is_src = r->word[0] == 's';
	struct row one = *r;

	if (!p)
		return illegal(a, r);
	if (dash)
		return put_range(a, m, r, dash);
	one.attr = is_src ? p->src : p->dst;
	/* Without a mask there is no attribute for one. */
	one.mask_attr = strchr(args_word(a), '/') ? is_src ? p->src_mask : p->dst_mask : 0;
	return parse_be16(a, m, k, &one);
}

/* The row has the attributes of ICMP and, as attr6, those of ICMPv6. */
static int parse_icmp(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	struct row one = *r;

	if (is_protocol(inner(k), ETH_P_IPV6) && k->ip_proto == IPPROTO_ICMPV6) {
		one.attr = r->attr6;
		one.mask_attr = r->mask_attr6;
	} else if (!is_protocol(inner(k), ETH_P_IP) || k->ip_proto != IPPROTO_ICMP) {
		return illegal(a, r);
	}
	return parse_u8(a, m, k, &one);
}

/* ---- ARP ---- */

static bool is_arp(const struct keys *k)
{
	return is_protocol(inner(k), ETH_P_ARP) || is_protocol(inner(k), ETH_P_RARP);
}

static int parse_arp_ip(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	return is_arp(k) ? put_address(a, m, r, AF_INET) : illegal(a, r);
}

static int parse_arp_mac(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	return is_arp(k) ? parse_ether(a, m, k, r) : illegal(a, r);
}

static int parse_arp_op(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	static const char *const names[] = { [1] = "request", [2] = "reply" };
	const char *s = a->argv[a->i], *slash = strchr(s, '/');
	size_t len = slash ? (size_t)(slash - s) : strlen(s);
	uint64_t v = 0, mask = r->max, any;

	if (!is_arp(k))
		return illegal(a, r);
	for (uint64_t i = 1; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == len && !strncmp(names[i], s, len))
			v = i;
	if (v ? slash && !take_number(&mask, slash + 1, r->mask_base, r->max)
	      : !take_masked(s, r, &v, slash ? &mask : &any))
		return illegal(a, r);
	if (!v || v >= ARRAY_SIZE(names))
		return illegal(a, r);
	nl_put_u8(m, r->attr, (uint8_t)v);
	nl_put_u8(m, r->mask_attr, (uint8_t)mask);
	return 0;
}

/* ---- connection tracking ---- */

static int parse_ct_state(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	uint16_t state = 0, mask = 0;

	for (const char *s = a->argv[a->i]; *s; s += 4) {
		const struct flower_name *n = flower_states;

		if (*s != '+' && *s != '-')
			return illegal(a, r);
		while (n->name && strncmp(n->name, s + 1, 3))
			n++;
		if (!n->name || mask & n->value)
			return illegal(a, r);
		mask |= (uint16_t)n->value;
		state |= *s == '+' ? (uint16_t)n->value : 0;
	}
	nl_put_u16(m, r->attr, state);
	nl_put_u16(m, r->mask_attr, mask);
	return 0;
}

static int parse_ct_label(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	const char *s = args_word(a), *slash = strchr(s, '/');
	uint8_t label[CT_LABEL_SIZE], mask[CT_LABEL_SIZE];
	char head[2 * CT_LABEL_SIZE + 1];

	memset(mask, 0xff, sizeof mask);
	if ((slash ? slash - s : (ptrdiff_t)strlen(s)) != 2 * CT_LABEL_SIZE)
		return illegal(a, r);
	snprintf(head, sizeof head, "%.*s", 2 * CT_LABEL_SIZE, s);
	if (!parse_hex(label, head, sizeof label) ||
	    (slash && !parse_hex(mask, slash + 1, sizeof mask)))
		return illegal(a, r);
	nl_put(m, r->attr, label, sizeof label);
	nl_put(m, r->mask_attr, mask, sizeof mask);
	return 0;
}

/* ---- what is no key ---- */

static int parse_flower_classid(struct args *a, struct nl_msg *m, struct keys *k,
				const struct row *r)
{
	uint32_t id;

	if (!parse_classid(&id, args_word(a)))
		return illegal(a, r);
	nl_put_u32(m, r->attr, id);
	return 0;
}

static int parse_hw_tc(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	uint64_t v;

	if (!parse_number(&v, args_word(a), r->base, r->max))
		return args_refuse(a, IPROUTE_FAILED, "Illegal TC index");
	nl_put_u32(m, r->attr, TC_H_MAKE(TC_H_MAJ(~0u), (uint32_t)v + TC_H_MIN_PRIORITY));
	return 0;
}

static int parse_indev(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	nl_put_str(m, r->attr, args_word(a));
	return 0;
}

#define DEC8 .base = 10, .max = UINT8_MAX

/* In the order in which tc looks for a word, so that the same abbreviations mean the same. */
static const struct row rows[] = {
	{ "classid", parse_flower_classid, .attr = TCA_FLOWER_CLASSID },
	{ "flowid", parse_flower_classid, .attr = TCA_FLOWER_CLASSID, .name = "classid" },
	{ "hw_tc", parse_hw_tc, .attr = TCA_FLOWER_CLASSID, .base = 0, .max = HW_TC_MAX },
	{ "ip_flags", parse_ip_flags, .attr = KEY(FLAGS) },
	{ "verbose", NULL, .flag = TCA_CLS_FLAGS_VERBOSE },
	{ "skip_hw", NULL, .flag = TCA_CLS_FLAGS_SKIP_HW },
	{ "skip_sw", NULL, .flag = TCA_CLS_FLAGS_SKIP_SW },
	{ "ct_state", parse_ct_state, BOTH(CT_STATE) },
	{ "ct_zone", parse_u16, BOTH(CT_ZONE), .base = 10, .mask_base = 0, .max = UINT16_MAX },
	{ "ct_mark", parse_u32, BOTH(CT_MARK), .base = 0, .mask_base = 0, .max = UINT32_MAX },
	{ "ct_label", parse_ct_label, .attr = KEY(CT_LABELS), .mask_attr = KEY(CT_LABELS_MASK) },
	{ "indev", parse_indev, .attr = TCA_FLOWER_INDEV },
	{ "num_of_vlans", parse_n_vlans, .attr = KEY(NUM_OF_VLANS), DEC8 },
	{ "vlan_id", parse_tag, .attr = KEY(VLAN_ID), .base = 10, .max = VLAN_ID_MAX },
	{ "vlan_prio", parse_tag, .attr = KEY(VLAN_PRIO), .base = 10, .max = VLAN_PRIO_MAX },
	{ "vlan_ethtype", parse_tag_type, .attr = KEY(VLAN_ETH_TYPE) },
	{ "cvlan_id", parse_tag, .attr = KEY(CVLAN_ID), .base = 10, .max = VLAN_ID_MAX },
	{ "cvlan_prio", parse_tag, .attr = KEY(CVLAN_PRIO), .base = 10, .max = VLAN_PRIO_MAX },
	{ "cvlan_ethtype", parse_tag_type, .attr = KEY(CVLAN_ETH_TYPE) },
	{ "dst_mac", parse_ether, BOTH(ETH_DST) },
	{ "src_mac", parse_ether, BOTH(ETH_SRC) },
	{ "ip_proto", parse_ip_proto, .attr = KEY(IP_PROTO) },
	{ "ip_tos", parse_u8, BOTH(IP_TOS), .base = DEC_OR_HEX, .mask_base = DEC_OR_HEX,
	  .max = UINT8_MAX },
	{ "ip_ttl", parse_u8, BOTH(IP_TTL), .base = DEC_OR_HEX, .mask_base = DEC_OR_HEX,
	  .max = UINT8_MAX },
	{ "dst_ip", parse_address, IP(DST) },
	{ "src_ip", parse_address, IP(SRC) },
	{ "dst_port", parse_port, .attr = KEY(PORT_DST_MIN), .mask_attr = KEY(PORT_DST_MAX),
	  .base = 10, .mask_base = 0, .max = UINT16_MAX },
	{ "src_port", parse_port, .attr = KEY(PORT_SRC_MIN), .mask_attr = KEY(PORT_SRC_MAX),
	  .base = 10, .mask_base = 0, .max = UINT16_MAX },
	{ "tcp_flags", parse_be16, BOTH(TCP_FLAGS), .base = 16, .mask_base = 16,
	  .max = TCP_FLAGS_MAX },
	{ "type", parse_icmp, BOTH(ICMPV4_TYPE), .attr6 = KEY(ICMPV6_TYPE),
	  .mask_attr6 = KEY(ICMPV6_TYPE_MASK), DEC8, .mask_base = 10, .name = "icmp type" },
	{ "code", parse_icmp, BOTH(ICMPV4_CODE), .attr6 = KEY(ICMPV6_CODE),
	  .mask_attr6 = KEY(ICMPV6_CODE_MASK), DEC8, .mask_base = 10, .name = "icmp code" },
	{ "arp_tip", parse_arp_ip, BOTH(ARP_TIP) },
	{ "arp_sip", parse_arp_ip, BOTH(ARP_SIP) },
	{ "arp_op", parse_arp_op, BOTH(ARP_OP), DEC8, .mask_base = 10 },
	{ "arp_tha", parse_arp_mac, BOTH(ARP_THA) },
	{ "arp_sha", parse_arp_mac, BOTH(ARP_SHA) },
	{ "enc_dst_ip", parse_outer, ENC_IP(DST) },
	{ "enc_src_ip", parse_outer, ENC_IP(SRC) },
	{ "enc_key_id", parse_be32, .attr = KEY(ENC_KEY_ID), .base = 10, .max = UINT32_MAX },
	{ "enc_dst_port", parse_be16, .attr = KEY(ENC_UDP_DST_PORT), .base = 10,
	  .max = UINT16_MAX },
	{ "enc_tos", parse_u8, BOTH(ENC_IP_TOS), .base = DEC_OR_HEX, .mask_base = DEC_OR_HEX,
	  .max = UINT8_MAX },
	{ "enc_ttl", parse_u8, BOTH(ENC_IP_TTL), .base = DEC_OR_HEX, .mask_base = DEC_OR_HEX,
	  .max = UINT8_MAX },
};

/* What tc knows, and these tables do not. */
static const char *const absent[] = {
	"mpls",	    "label",	  "tc",	       "bos",	      "ttl",	    "mpls_label",
	"mpls_tc",  "mpls_bos",	  "mpls_ttl",  "geneve_opts", "vxlan_opts", "erspan_opts",
	"gtp_opts", "l2tpv3_sid", "ppp_proto", "pppoe_sid",
};

static int refuse_word(struct args *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (args_is(a, absent[i]))
			return args_refuse(a, IPROUTE_FAILED,
					   "\"%s\" is one of tc's words that are not there yet",
					   args_word(a));
	return args_refuse(a, IPROUTE_FAILED, "What is \"%s\"?", args_word(a));
}

static int parse_key(struct args *a, struct nl_msg *m, struct keys *k, const struct row *r)
{
	int status;

	if (!r->parse) {
		k->flags |= r->flag;
		a->i++;
		return 0;
	}
	if (args_value(a))
		return IPROUTE_USAGE;
	m->origin = (uint32_t)a->i + 1;
	status = r->parse(a, m, k, r);
	m->origin = 0;
	a->i += !status;
	return status;
}

static int parse_word(struct args *a, struct nl_msg *m, struct keys *k)
{
	int status;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (args_matches(a, rows[i].word))
			return parse_key(a, m, k, &rows[i]);
	if (!args_matches(a, "action"))
		return refuse_word(a);
	if (args_value(a))
		return IPROUTE_USAGE;
	status = parse_actions(a, m, TCA_FLOWER_ACT);
	if (status == IPROUTE_FAILED && !a->ip->is_final)
		say(a->ip, "Illegal \"action\"");
	return status;
}

int flower_parse(struct args *a, struct nl_msg *m, struct tcmsg *t, struct filter_request *f)
{
	struct keys k = { .eth_type = f->protocol, .ip_proto = NO_PROTO };
	uint64_t handle = 0;
	size_t nest;
	int status = 0;

	if (f->handle && !parse_number(&handle, f->handle, 0, UINT32_MAX)) {
		for (a->i = 0; a->argv[a->i] != f->handle;)
			a->i++;
		return args_refuse(a, IPROUTE_FAILED, "Illegal \"handle\"");
	}
	t->tcm_handle = (uint32_t)handle;
	nest = nl_nest_start_plain(m, TCA_OPTIONS);
	while (a->i < a->argc && !status)
		status = parse_word(a, m, &k);
	nl_put_u32(m, TCA_FLOWER_FLAGS, k.flags);
	if (k.key_flags_mask) {
		nl_put_be32(m, TCA_FLOWER_KEY_FLAGS, be32_from_host(k.key_flags));
		nl_put_be32(m, TCA_FLOWER_KEY_FLAGS_MASK, be32_from_host(k.key_flags_mask));
	}
	if (!is_protocol(k.eth_type, ETH_P_ALL))
		nl_put_be16(m, TCA_FLOWER_KEY_ETH_TYPE, k.eth_type);
	nl_nest_end(m, nest);
	f->flags = k.flags;
	return status;
}
