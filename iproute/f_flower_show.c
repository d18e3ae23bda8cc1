/* SPDX-License-Identifier: BSD-2-Clause */
/* A flower filter as tc shows it: one row for each key, in the order of the output. */
#include "iproute/flower_internal.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>

/* The attributes, and what later keys need of earlier ones. */
struct flower {
	struct show *show;
	const struct nlattr *tb[TCA_FLOWER_MAX + 1];
	be16 eth_type;
	int ip_proto; /* -1: any */
};

struct row {
	const char *name;
	void (*show)(struct flower *f, const struct row *r);
	uint16_t attr, mask_attr, attr6, mask_attr6;
};

static const struct nlattr *sized(const struct flower *f, uint16_t attr, size_t size)
{
	const struct nlattr *a = attr ? f->tb[attr] : NULL;

	return a && nl_attr_size(a) == size ? a : NULL;
}

/* A key begins a line. */
static void show_value(struct flower *f, const char *name, const char *value)
{
	show_line(f->show);
	show_text(f->show, "  %s ", name);
	show_str(f->show, name, "", value, "");
}

static void show_number(struct flower *f, const char *name, uint64_t v)
{
	show_line(f->show);
	show_text(f->show, "  %s ", name);
	show_uint(f->show, name, "", v, "");
}

static void show_dec(struct flower *f, const struct row *r)
{
	if (f->tb[r->attr])
		show_number(f, r->name, attr_number(f->tb[r->attr]));
}

static void show_be16(struct flower *f, const struct row *r)
{
	const struct nlattr *a = sized(f, r->attr, 2);

	if (a)
		show_number(f, r->name, get_be16(nl_attr_data(a)));
}

static void show_be32(struct flower *f, const struct row *r)
{
	const struct nlattr *a = sized(f, r->attr, 4);

	if (a)
		show_number(f, r->name, get_be32(nl_attr_data(a)));
}

/* ---- layer 2 ---- */

static void show_mac(struct flower *f, const struct row *r)
{
	const struct nlattr *a = sized(f, r->attr, 6), *mask = sized(f, r->mask_attr, 6);
	char mac[18], other[18], value[40];
	int bits;

	if (!a)
		return;
	format_mac(mac, sizeof mac, nl_attr_data(a));
	snprintf(value, sizeof value, "%s", mac);
	bits = mask ? mask_bits(nl_attr_data(mask), 6) : 48;
	if (bits < 0) {
		format_mac(other, sizeof other, nl_attr_data(mask));
		snprintf(value, sizeof value, "%s/%s", mac, other);
	} else if (bits < 48) {
		snprintf(value, sizeof value, "%s/%d", mac, bits);
	}
	show_value(f, r->name, value);
}

static void show_protocol(struct flower *f, const struct row *r)
{
	const struct nlattr *a = sized(f, r->attr, 2);
	char name[24];

	if (!a)
		return;
	format_protocol(name, sizeof name, nl_attr_be16(a));
	show_value(f, r->name, name);
}

static void show_eth_type(struct flower *f, const struct row *r)
{
	static const struct {
		uint16_t number;
		const char *name;
	} names[] = { { ETH_P_IP, "ipv4" },
		      { ETH_P_IPV6, "ipv6" },
		      { ETH_P_ARP, "arp" },
		      { ETH_P_RARP, "rarp" } };
	const struct nlattr *a = sized(f, r->attr, 2);
	char number[8];

	if (!a)
		return;
	f->eth_type = nl_attr_be16(a);
	snprintf(number, sizeof number, "%04x", host_from_be16(f->eth_type));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].number == host_from_be16(f->eth_type)) {
			show_value(f, r->name, names[i].name);
			return;
		}
	}
	show_value(f, r->name, number);
}

/* ---- layer 3 ---- */

static void show_ip_proto(struct flower *f, const struct row *r)
{
	const struct flower_name *n = flower_protos;
	const struct nlattr *a = sized(f, r->attr, 1);
	char number[4];

	if (!a)
		return;
	f->ip_proto = nl_attr_u8(a);
	snprintf(number, sizeof number, "%02x", (unsigned int)f->ip_proto & 0xff);
	while (n->name && n->value != (uint32_t)f->ip_proto)
		n++;
	show_value(f, r->name, n->name ? n->name : number);
}

/* A number with its mask, unless that is full; in JSON the mask is a member of its own. */
static void show_with_mask(struct flower *f, const char *name, uint64_t v, uint64_t mask,
			   size_t size)
{
	char member[32], hex[12];

	show_number(f, name, v);
	if (mask == UINT64_MAX >> (64 - 8 * size))
		return;
	snprintf(hex, sizeof hex, "%x", (unsigned int)mask);
	show_text(f->show, "/0x%s", hex);
	snprintf(member, sizeof member, "%s_mask", name);
	show_json_str(f->show, member, hex);
}

static void show_masked(struct flower *f, const struct row *r)
{
	const struct nlattr *a = f->tb[r->attr], *mask = f->tb[r->mask_attr];

	if (!a || !nl_attr_size(a) || nl_attr_size(a) > sizeof(uint32_t))
		return;
	show_with_mask(f, r->name, attr_number(a),
		       mask ? attr_number(mask) : UINT64_MAX >> (64 - 8 * nl_attr_size(a)),
		       nl_attr_size(a));
}

static void show_prefix(struct flower *f, const char *name, const struct nlattr *a,
			const struct nlattr *mask)
{
	char address[48], other[48], value[100];
	size_t size = a ? nl_attr_size(a) : 0;
	int bits;

	if (size != 4 && size != 16)
		return;
	format_address(address, sizeof address, nl_attr_data(a), size);
	snprintf(value, sizeof value, "%s", address);
	bits = mask && nl_attr_size(mask) == size ? mask_bits(nl_attr_data(mask), size)
						  : (int)size * 8;
	if (bits < 0) {
		format_address(other, sizeof other, nl_attr_data(mask), size);
		snprintf(value, sizeof value, "%s/%s", address, other);
	} else if (bits < (int)size * 8) {
		snprintf(value, sizeof value, "%s/%d", address, bits);
	}
	show_value(f, name, value);
}

static void show_address(struct flower *f, const struct row *r)
{
	if (host_from_be16(f->eth_type) == ETH_P_IP)
		show_prefix(f, r->name, f->tb[r->attr], f->tb[r->mask_attr]);
	else if (host_from_be16(f->eth_type) == ETH_P_IPV6)
		show_prefix(f, r->name, f->tb[r->attr6], f->tb[r->mask_attr6]);
}

static void show_outer(struct flower *f, const struct row *r)
{
	if (f->tb[r->mask_attr])
		show_prefix(f, r->name, f->tb[r->attr], f->tb[r->mask_attr]);
	else
		show_prefix(f, r->name, f->tb[r->attr6], f->tb[r->mask_attr6]);
}

static void show_ipv4(struct flower *f, const struct row *r)
{
	show_prefix(f, r->name, sized(f, r->attr, 4), f->tb[r->mask_attr]);
}

/* ---- layer 4 ---- */

static void show_masked_port(struct flower *f, const char *name, const struct nlattr *a,
			     const struct nlattr *mask)
{
	if (a && nl_attr_size(a) == 2)
		show_with_mask(f, name, get_be16(nl_attr_data(a)),
			       mask && nl_attr_size(mask) == 2 ? get_be16(nl_attr_data(mask))
							       : UINT16_MAX,
			       2);
}

static void show_range(struct flower *f, const struct row *r)
{
	const struct nlattr *min = sized(f, r->attr, 2), *max = sized(f, r->mask_attr, 2);
	struct show *s = f->show;

	if (!min || !max)
		return;
	show_line(s);
	show_text(s, "  %s ", r->name);
	show_object(s, r->name);
	show_uint(s, "start", "", get_be16(nl_attr_data(min)), "");
	show_uint(s, "end", "-", get_be16(nl_attr_data(max)), "");
	show_object_end(s);
}

/* The rows have the attributes of a range. */
static void show_port(struct flower *f, const struct row *r)
{
	const struct flower_ports *p = flower_ports_find(f->ip_proto);
	bool is_src = r->name[0] == 's';

	if (p)
		show_masked_port(f, r->name, f->tb[is_src ? p->src : p->dst],
				 f->tb[is_src ? p->src_mask : p->dst_mask]);
	show_range(f, r);
}

static void show_tcp_flags(struct flower *f, const struct row *r)
{
	const struct nlattr *a = sized(f, r->attr, 2), *mask = sized(f, r->mask_attr, 2);
	char value[16];

	if (!a || !mask)
		return;
	snprintf(value, sizeof value, "0x%x/%x", get_be16(nl_attr_data(a)),
		 get_be16(nl_attr_data(mask)));
	show_value(f, r->name, value);
}

/* A number with its mask in one word, also in JSON. */
static void show_u8_word(struct flower *f, const char *name, const struct nlattr *a,
			 const struct nlattr *mask)
{
	uint64_t bits = mask ? attr_number(mask) : UINT8_MAX;
	char value[16];

	if (!a || (mask && !bits))
		return;
	if (bits == UINT8_MAX)
		snprintf(value, sizeof value, "%u", (unsigned int)attr_number(a));
	else
		snprintf(value, sizeof value, "%u/%u", (unsigned int)attr_number(a),
			 (unsigned int)bits);
	show_value(f, name, value);
}

static void show_icmp(struct flower *f, const struct row *r)
{
	uint16_t type = host_from_be16(f->eth_type);

	if (type == ETH_P_IP && f->ip_proto == IPPROTO_ICMP)
		show_u8_word(f, r->name, f->tb[r->attr], f->tb[r->mask_attr]);
	else if (type == ETH_P_IPV6 && f->ip_proto == IPPROTO_ICMPV6)
		show_u8_word(f, r->name, f->tb[r->attr6], f->tb[r->mask_attr6]);
}

static void show_arp_op(struct flower *f, const struct row *r)
{
	uint64_t op = attr_number(f->tb[r->attr]), mask = attr_number(f->tb[r->mask_attr]);

	if (!f->tb[r->attr] || !mask)
		return;
	if (mask == UINT8_MAX && (op == 1 || op == 2))
		show_value(f, r->name, op == 1 ? "request" : "reply");
	else
		show_u8_word(f, r->name, f->tb[r->attr], f->tb[r->mask_attr]);
}

/* ---- flags and connection tracking ---- */

static void show_ip_flags(struct flower *f, const struct row *r)
{
	const struct nlattr *a = sized(f, r->attr, 4), *mask = sized(f, r->mask_attr, 4);
	uint32_t flags, bits;
	int n = 0;

	if (!a || !mask || !get_be32(nl_attr_data(mask)))
		return;
	flags = get_be32(nl_attr_data(a));
	bits = get_be32(nl_attr_data(mask));
	show_line(f->show);
	show_text(f->show, "  %s ", r->name);
	show_object(f->show, r->name);
	for (const struct flower_name *k = flower_fragments; k->name; k++) {
		if (!(bits & k->value))
			continue;
		show_text(f->show, "%s%s%s", n++ ? "/" : "", flags & k->value ? "" : "no", k->name);
		show_json_bool(f->show, k->name, flags & k->value);
	}
	show_object_end(f->show);
}

static void show_ct_state(struct flower *f, const struct row *r)
{
	uint64_t state = attr_number(f->tb[r->attr]);
	uint64_t mask = f->tb[r->mask_attr] ? attr_number(f->tb[r->mask_attr]) : UINT16_MAX;
	char value[32] = ""; /* four letters each */
	size_t len = 0;

	if (!f->tb[r->attr])
		return;
	for (const struct flower_name *k = flower_states; k->name; k++)
		if (mask & k->value)
			len += (size_t)snprintf(value + len, sizeof value - len, "%c%s",
						state & k->value ? '+' : '-', k->name);
	show_value(f, r->name, value);
}

static void format_label(char *buf, size_t size, const struct nlattr *a)
{
	const uint8_t *p = nl_attr_data(a);

	for (size_t i = 0; i < CT_LABEL_SIZE && size > 2 * i + 2; i++)
		snprintf(buf + 2 * i, size - 2 * i, "%02x", p[i]);
}

static void show_ct_label(struct flower *f, const struct row *r)
{
	const struct nlattr *a = sized(f, r->attr, CT_LABEL_SIZE),
			    *mask = sized(f, r->mask_attr, CT_LABEL_SIZE);
	char label[2 * CT_LABEL_SIZE + 1], bits[2 * CT_LABEL_SIZE + 1];
	char value[sizeof label + sizeof bits];

	if (!a)
		return;
	format_label(label, sizeof label, a);
	snprintf(value, sizeof value, "%s", label);
	if (mask && mask_bits(nl_attr_data(mask), CT_LABEL_SIZE) != CT_LABEL_SIZE * 8) {
		format_label(bits, sizeof bits, mask);
		snprintf(value, sizeof value, "%s/%s", label, bits);
	}
	show_value(f, r->name, value);
}

static const struct row rows[] = {
	{ "num_of_vlans", show_dec, .attr = KEY(NUM_OF_VLANS) },
	{ "vlan_id", show_dec, .attr = KEY(VLAN_ID) },
	{ "vlan_prio", show_dec, .attr = KEY(VLAN_PRIO) },
	{ "vlan_ethtype", show_protocol, .attr = KEY(VLAN_ETH_TYPE) },
	{ "cvlan_id", show_dec, .attr = KEY(CVLAN_ID) },
	{ "cvlan_prio", show_dec, .attr = KEY(CVLAN_PRIO) },
	{ "cvlan_ethtype", show_protocol, .attr = KEY(CVLAN_ETH_TYPE) },
	{ "dst_mac", show_mac, BOTH(ETH_DST) },
	{ "src_mac", show_mac, BOTH(ETH_SRC) },
	{ "eth_type", show_eth_type, .attr = KEY(ETH_TYPE) },
	{ "ip_proto", show_ip_proto, .attr = KEY(IP_PROTO) },
	{ "ip_tos", show_masked, BOTH(IP_TOS) },
	{ "ip_ttl", show_masked, BOTH(IP_TTL) },
	{ "dst_ip", show_address, IP(DST) },
	{ "src_ip", show_address, IP(SRC) },
	{ "dst_port", show_port, .attr = KEY(PORT_DST_MIN), .mask_attr = KEY(PORT_DST_MAX) },
	{ "src_port", show_port, .attr = KEY(PORT_SRC_MIN), .mask_attr = KEY(PORT_SRC_MAX) },
	{ "tcp_flags", show_tcp_flags, BOTH(TCP_FLAGS) },
	{ "icmp_type", show_icmp, BOTH(ICMPV4_TYPE), .attr6 = KEY(ICMPV6_TYPE),
	  .mask_attr6 = KEY(ICMPV6_TYPE_MASK) },
	{ "icmp_code", show_icmp, BOTH(ICMPV4_CODE), .attr6 = KEY(ICMPV6_CODE),
	  .mask_attr6 = KEY(ICMPV6_CODE_MASK) },
	{ "arp_sip", show_ipv4, BOTH(ARP_SIP) },
	{ "arp_tip", show_ipv4, BOTH(ARP_TIP) },
	{ "arp_op", show_arp_op, BOTH(ARP_OP) },
	{ "arp_sha", show_mac, BOTH(ARP_SHA) },
	{ "arp_tha", show_mac, BOTH(ARP_THA) },
	{ "enc_dst_ip", show_outer, ENC_IP(DST) },
	{ "enc_src_ip", show_outer, ENC_IP(SRC) },
	{ "enc_key_id", show_be32, .attr = KEY(ENC_KEY_ID) },
	{ "enc_dst_port", show_be16, .attr = KEY(ENC_UDP_DST_PORT) },
	{ "enc_tos", show_masked, BOTH(ENC_IP_TOS) },
	{ "enc_ttl", show_masked, BOTH(ENC_IP_TTL) },
	{ "ip_flags", show_ip_flags, BOTH(FLAGS) },
	{ "ct_state", show_ct_state, BOTH(CT_STATE) },
	{ "ct_zone", show_masked, BOTH(CT_ZONE) },
	{ "ct_mark", show_masked, BOTH(CT_MARK) },
	{ "ct_label", show_ct_label, .attr = KEY(CT_LABELS), .mask_attr = KEY(CT_LABELS_MASK) },
};

static void show_flag(struct show *s, const char *name)
{
	show_line(s);
	show_text(s, "  %s", name);
	show_json_bool(s, name, true);
}

static void show_flags(struct show *s, const struct flower *f)
{
	uint64_t flags = attr_number(f->tb[TCA_FLOWER_FLAGS]);

	if (flags & TCA_CLS_FLAGS_SKIP_HW)
		show_flag(s, "skip_hw");
	if (flags & TCA_CLS_FLAGS_SKIP_SW)
		show_flag(s, "skip_sw");
	if (flags & TCA_CLS_FLAGS_IN_HW) {
		show_flag(s, "in_hw");
		if (f->tb[TCA_FLOWER_IN_HW_COUNT])
			show_uint(s, "in_hw_count", " in_hw_count ",
				  attr_number(f->tb[TCA_FLOWER_IN_HW_COUNT]), "");
	} else if (flags & TCA_CLS_FLAGS_NOT_IN_HW) {
		show_flag(s, "not_in_hw");
	}
}

/* A class is a traffic class of hardware when its number is one of those that tc gives them. */
static void show_classid(struct show *s, const struct nlattr *a)
{
	uint32_t id = (uint32_t)attr_number(a), minor = TC_H_MIN(id);
	char name[24];

	if (!a)
		return;
	if (TC_H_MAJ(id) == TC_H_MAJ(~0u) && minor >= TC_H_MIN_PRIORITY &&
	    minor <= TC_H_MIN_PRIORITY + TC_QOPT_MAX_QUEUE - 1) {
		show_uint(s, "hw_tc", "hw_tc ", minor - TC_H_MIN_PRIORITY, " ");
		return;
	}
	format_classid(name, sizeof name, id);
	show_str(s, "classid", "classid ", name, " ");
}

void flower_show(struct show *s, const struct nlattr *options, uint32_t handle)
{
	struct flower f = { .show = s, .ip_proto = -1 };

	take_nested(f.tb, ARRAY_SIZE(f.tb), options);
	if (handle) {
		show_text(s, "handle 0x%x ", handle);
		show_json_uint(s, "handle", handle);
	}
	show_classid(s, f.tb[TCA_FLOWER_CLASSID]);
	if (f.tb[TCA_FLOWER_INDEV])
		show_value(&f, "indev", attr_str(f.tb[TCA_FLOWER_INDEV]));
	show_object(s, "keys");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		rows[i].show(&f, &rows[i]);
	show_object_end(s);
	show_flags(s, &f);
	show_actions(s, f.tb[TCA_FLOWER_ACT], 0);
}
