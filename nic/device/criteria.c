/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The match criteria of a flow group against what its type of table advertises: a field wants its
 * bit of ft_field_support, and a mask that has some of the field's bits only, that of
 * ft_field_bitmask_support too (the halves of an address are masks of their own here). That is the
 * only place to look: an entry's value has no bits outside its group's mask.
 *
 * No bit tells of cvlan_tag and its like, of GRE's flags, flow labels, source_sqn and reg_a: a
 * device that parses the header has them. ICMP's fields are told by flex_parser_protocols.
 */
#include "nic/device/device_internal.h"

#include <string.h>

/* The blocks of fte_match_param by their bit in match_criteria_enable, 64 bytes each. */
#define BLOCK_SIZE  64
#define N_BLOCKS    7
#define FLEX_ICMP   (1u << 8) /* of flex_parser_protocols */
#define FLEX_ICMPV6 (1u << 9)
#define IMPLEMENTED                                                                         \
	(MLX5_MATCH_OUTER_HEADERS | MLX5_MATCH_MISC_PARAMETERS | MLX5_MATCH_INNER_HEADERS | \
	 MLX5_MATCH_MISC_PARAMETERS_2 | MLX5_MATCH_MISC_PARAMETERS_3)

struct field {
	unsigned int block;
	unsigned int loc;
	unsigned int can; /* of flow_table_fields_supported */
};

#define FIELD(block, s, field, can)                                                       \
	{                                                                                 \
		block, IFC_LOC_##s##__##field, IFC_LOC_flow_table_fields_supported__##can \
	}
#define MISC(field, can)  FIELD(1, fte_match_set_misc, field, can)
#define MISC2(field, can) FIELD(3, fte_match_set_misc2, field, can)
#define ADDRESS(block, member, i, can)                                                    \
	{                                                                                 \
		block, IFC_LOC(IFC_OFF_fte_match_set_lyr_2_4__##member + 4 * (i), 31, 0), \
			IFC_LOC_flow_table_fields_supported__##can                        \
	}
#define ADDRESSES(block, member, can)                                   \
	ADDRESS(block, member, 0, can), ADDRESS(block, member, 1, can), \
		ADDRESS(block, member, 2, can), ADDRESS(block, member, 3, can)
#define HEADERS(block, x)                                                          \
	FIELD(block, fte_match_set_lyr_2_4, smac_47_16, x##_smac),                 \
		FIELD(block, fte_match_set_lyr_2_4, smac_15_0, x##_smac),          \
		FIELD(block, fte_match_set_lyr_2_4, dmac_47_16, x##_dmac),         \
		FIELD(block, fte_match_set_lyr_2_4, dmac_15_0, x##_dmac),          \
		FIELD(block, fte_match_set_lyr_2_4, ethertype, x##_ether_type),    \
		FIELD(block, fte_match_set_lyr_2_4, first_prio, x##_first_prio),   \
		FIELD(block, fte_match_set_lyr_2_4, first_cfi, x##_first_cfi),     \
		FIELD(block, fte_match_set_lyr_2_4, first_vid, x##_first_vid),     \
		FIELD(block, fte_match_set_lyr_2_4, ip_protocol, x##_ip_protocol), \
		FIELD(block, fte_match_set_lyr_2_4, ip_dscp, x##_ip_dscp),         \
		FIELD(block, fte_match_set_lyr_2_4, ip_ecn, x##_ip_ecn),           \
		FIELD(block, fte_match_set_lyr_2_4, frag, x##_frag),               \
		FIELD(block, fte_match_set_lyr_2_4, ip_version, x##_ip_version),   \
		FIELD(block, fte_match_set_lyr_2_4, tcp_flags, x##_tcp_flags),     \
		FIELD(block, fte_match_set_lyr_2_4, tcp_sport, x##_tcp_sport),     \
		FIELD(block, fte_match_set_lyr_2_4, tcp_dport, x##_tcp_dport),     \
		FIELD(block, fte_match_set_lyr_2_4, udp_sport, x##_udp_sport),     \
		FIELD(block, fte_match_set_lyr_2_4, udp_dport, x##_udp_dport),     \
		ADDRESSES(block, src_ipv4_src_ipv6, x##_sip),                      \
		ADDRESSES(block, dst_ipv4_dst_ipv6, x##_dip)

static const struct field fields[] = {
	HEADERS(0, outer),
	HEADERS(2, inner),
	FIELD(0, fte_match_set_lyr_2_4, ttl_hoplimit, outer_ipv4_ttl),
	MISC(source_port, source_eswitch_port),
	MISC(source_eswitch_owner_vhca_id, source_eswitch_port),
	MISC(outer_second_prio, outer_second_prio),
	MISC(outer_second_cfi, outer_second_cfi),
	MISC(outer_second_vid, outer_second_vid),
	MISC(inner_second_prio, inner_second_prio),
	MISC(inner_second_cfi, inner_second_cfi),
	MISC(inner_second_vid, inner_second_vid),
	MISC(gre_protocol, outer_gre_protocol),
	MISC(gre_key, outer_gre_key),
	MISC(vxlan_vni, outer_vxlan_vni),
	MISC(geneve_vni, outer_geneve_vni),
	MISC(geneve_oam, outer_geneve_oam),
	MISC(geneve_opt_len, outer_geneve_opt_len),
	MISC(geneve_protocol_type, outer_geneve_protocol_type),
	/* Four bits tell of the parts of a label; in which order is not public, so any will do. */
	MISC2(outer_first_mpls, outer_first_mpls),
	MISC2(outer_first_mpls_over_gre, outer_first_mpls_over_gre),
	MISC2(outer_first_mpls_over_udp, outer_first_mpls_over_udp),
	MISC2(metadata_reg_c_0, metadata_reg_c_0),
	MISC2(metadata_reg_c_1, metadata_reg_c_1),
	MISC2(metadata_reg_c_2, metadata_reg_c_2),
	MISC2(metadata_reg_c_3, metadata_reg_c_3),
	MISC2(metadata_reg_c_4, metadata_reg_c_4),
	MISC2(metadata_reg_c_5, metadata_reg_c_5),
	MISC2(metadata_reg_c_6, metadata_reg_c_6),
	MISC2(metadata_reg_c_7, metadata_reg_c_7),
};

static bool is_used(const uint8_t *block)
{
	uint64_t any = 0;

	for (size_t i = 0; i < BLOCK_SIZE; i += 8)
		any |= get_u64(block + i);
	return any;
}

static bool is_implemented(const uint8_t *mask)
{
	struct nic_key key;
	uint8_t can[IFC_FTE_MATCH_PARAM_SIZE] = { 0 };

	nic_key_decode(&key, mask);
	for (size_t i = 0; i < NIC_KEY_PARAM; i++)
		key.w[i] &= nic_key_dwords[i].bits;
	nic_key_encode(&key, can);
	return !memcmp(can, mask, sizeof can);
}

static bool has_parser(const struct nic_device *dev, const uint8_t *mask)
{
	uint32_t parsers = IFC_GET(cmd_hca_cap, dev->caps.general, flex_parser_protocols);
	const uint8_t *m = IFC_PTR(fte_match_param, mask, misc_parameters_3);
	bool icmp = IFC_GET(fte_match_set_misc3, m, icmp_type) ||
		    IFC_GET(fte_match_set_misc3, m, icmp_code);
	bool icmpv6 = IFC_GET(fte_match_set_misc3, m, icmpv6_type) ||
		      IFC_GET(fte_match_set_misc3, m, icmpv6_code);

	return (!icmp || parsers & FLEX_ICMP) && (!icmpv6 || parsers & FLEX_ICMPV6);
}

static enum nic_syndrome check_fields(const uint8_t *prop, const uint8_t *mask)
{
	const uint8_t *can = IFC_PTR(flow_table_prop_layout, prop, ft_field_support);
	const uint8_t *part = IFC_PTR(flow_table_prop_layout, prop, ft_field_bitmask_support);

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];
		uint32_t bits = ifc_get(mask + f->block * BLOCK_SIZE, f->loc);

		if (bits && !ifc_get(can, f->can))
			return NIC_SYN_CRITERIA_ADVERTISED;
		if (bits && bits != IFC_LOC_MASK(f->loc) && !ifc_get(part, f->can))
			return NIC_SYN_CRITERIA_BITMASK;
	}
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_criteria_check(const struct nic_device *dev, uint32_t table_type,
				     const uint8_t *mask, uint32_t enable)
{
	if (enable >> N_BLOCKS)
		return NIC_SYN_CRITERIA_BLOCK;
	for (size_t i = 0; i < N_BLOCKS; i++) {
		if (is_used(mask + i * BLOCK_SIZE) && !(enable >> i & 1))
			return NIC_SYN_CRITERIA_ENABLE;
	}
	if (enable & ~(uint32_t)IMPLEMENTED)
		return NIC_SYN_CRITERIA_BLOCK;
	if (!is_implemented(mask))
		return NIC_SYN_CRITERIA_FIELD;
	if (!has_parser(dev, mask))
		return NIC_SYN_CRITERIA_ADVERTISED;
	return check_fields(nic_caps_table(&dev->caps, table_type), mask);
}
