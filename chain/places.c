/* SPDX-License-Identifier: BSD-2-Clause */
/* Which function of Linux 6.1's mlx5 driver says what, so that a refusal has a place. */
#include "chain/join_internal.h"

#include <string.h>

#define PREFIX "mlx5_core: "

static const struct place {
	const char *function, *words;
} places[] = {
	{ "__parse_cls_flower", "Code and type matching only with ICMP and ICMPv6" },
	{ "__parse_cls_flower", "Match on frag first/later is not supported" },
	{ "__parse_cls_flower", "Matching on MPLS is supported only for MPLS over UDP" },
	{ "__parse_cls_flower", "Only UDP and TCP transports are supported for L4 matching" },
	{ "__parse_cls_flower", "Unsupported key" },
	{ "actions_match_supported", "Drop with modify header action is not supported" },
	{ "actions_match_supported", "Rule cannot support forward+drop action" },
	{ "actions_match_supported", "Rule must have at least one forward/drop action" },
	{ "csum_offload_supported", "TC csum action is only offloaded with pedit" },
	{ "csum_offload_supported", "can't offload TC csum action for some header/s" },
	{ "is_action_keys_supported", "can't offload re-write of ipv4 address with action ct" },
	{ "is_action_keys_supported",
	  "can't offload re-write of transport header ports with action ct" },
	{ "is_duplicated_encap_entry", "can't duplicate encap action" },
	{ "is_duplicated_output_device", "can't duplicate output to same device" },
	{ "mlx5_tc_ct_match_add", "matching on ct_state +inv isn't supported" },
	{ "mlx5_tc_ct_match_add", "matching on ct_state +new isn't supported" },
	{ "mlx5_tc_ct_match_add", "matching on ct_state +rel isn't supported" },
	{ "mlx5_tc_ct_match_add", "only ct_state trk, est, new and rpl are supported for offload" },
	{ "mlx5e_attach_encap", "Unsupported tunnel" },
	{ "mlx5e_flower_parse_meta", "Can't match on the ingress filter port" },
	{ "mlx5e_policer_validate", "Offload not supported when exceed action is not drop" },
	{ "mlx5e_policer_validate",
	  "Offload not supported when peakrate/avrate/overhead is configured" },
	{ "mlx5e_tc_act_vlan_add_rewrite_action", "Changing VLAN prio is not supported" },
	{ "mlx5e_tc_act_vlan_add_rewrite_action",
	  "VLAN rewrite action must have VLAN protocol match" },
	{ "mlx5e_tc_add_fdb_flow", "Internal port rule is only supported on chain 0" },
	{ "mlx5e_tc_add_fdb_flow", "Requested chain is out of supported range" },
	{ "mlx5e_tc_add_fdb_flow", "Requested priority is out of supported range" },
	{ "mlx5e_tc_configure_matchall", "only priority 1 is supported" },
	{ "mlx5e_tc_tun_check_udp_dport_geneve",
	  "Matched UDP dst port is not registered as a GENEVE port" },
	{ "mlx5e_tc_tun_check_udp_dport_vxlan",
	  "Matched UDP dst port is not registered as a VXLAN port" },
	{ "mlx5e_tc_verify_tunnel_ecn", "Match on enc_tos ecn = ECT(1) isn't supported" },
	{ "mlx5e_tc_verify_tunnel_ecn",
	  "Match on tos enc_tos ecn = CE while match on tos ecn != CE isn't supported" },
	{ "mlx5e_tc_verify_tunnel_ecn",
	  "Matching on tos ecn bits without also matching enc_tos ecn bits isn't supported" },
	{ "mlx5e_tc_verify_tunnel_ecn", "Partial match on enc_tos ecn bits isn't supported" },
	{ "mlx5e_tc_verify_tunnel_ecn",
	  "Partial match on tos ecn bits with match on enc_tos ecn bits isn't supported" },
	{ "modify_header_match_supported", "can't offload re-write of non TCP/UDP" },
	{ "modify_tuple_supported", "can't offload tuple modification with non-clear ct()" },
	{ "offload_pedit_fields", "can't set and add to the same HW field" },
	{ "offload_pedit_fields", "rewrite of few sub-fields isn't supported" },
	{ "offload_pedit_fields", "too many pedit actions, can't offload" },
	{ "parse_mirred", "can't forward from a VF to itself" },
	{ "parse_tc_actions", "Not implemented offload action" },
	{ "parse_tc_fdb_actions",
	  "Forwarding from tunnel/internal port to internal port is not supported" },
	{ "parse_tc_fdb_actions", "Rules with internal port can have only one destination" },
	{ "parse_tc_vlan_action", "Total vlans used is greater than supported" },
	{ "parse_tunnel_attr", "Failed to parse tunnel attributes" },
	{ "set_pedit_val", "curr_pmask and new mask same. Acting twice on same location" },
	{ "tc_act_can_offload_ct", "Multiple CT actions are not supported" },
	{ "tc_act_can_offload_mirred",
	  "can't support more output ports, can't offload forwarding" },
	{ "tc_act_can_offload_mirred", "mpls is supported only through a bareudp device" },
	{ "tc_act_can_offload_redirect_ingress",
	  "redirect to ingress is supported only for OVS internal ports" },
	{ "tc_act_can_offload_trap", "action trap is supported as a sole action only" },
	{ "tc_act_parse_ptype", "skbedit ptype is only supported with type host" },
	{ "tc_act_post_parse_goto", "Decap with goto isn't supported" },
	{ "validate_goto_chain", "Goto chain is not allowed if action has reformat or decap" },
	{ "validate_goto_chain", "Goto lower numbered chain isn't supported" },
	{ "verify_offload_pedit_fields", "attempt to offload an unsupported field" },
	{ "verify_uplink_forwarding", "devices are both uplink, can't offload forwarding" },
	{ "verify_uplink_forwarding", "devices are not the same uplink, can't offload forwarding" },
};

const char *chain_place_find(struct chain_slice words)
{
	struct chain_slice said = chain_slice_behind(words, PREFIX);

	for (size_t i = 0; said.s && i < ARRAY_SIZE(places); i++)
		if (chain_slice_is(said, places[i].words))
			return places[i].function;
	return NULL;
}
