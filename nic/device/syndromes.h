/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why the device refuses: one syndrome for each distinct reason, with the status that goes with it.
 * A row is X(name, status, words). The numbers are stable: new rows go to the end.
 */
#ifndef NIC_DEVICE_SYNDROMES_H
#define NIC_DEVICE_SYNDROMES_H

#include "nic/ifc/ifc.h"

/* clang-format off */
#define NIC_SYNDROMES(X) \
	X(OPCODE, BAD_OP_ERR, "the device does not implement this command") \
	X(IN_LENGTH, BAD_INP_LEN_ERR, "the input mailbox does not have the length of this command") \
	X(OUT_LENGTH, BAD_OUTP_LEN_ERR, "the output mailbox does not have the length of this command") \
	X(RESERVED, BAD_PARAM_ERR, "a reserved bit of the input mailbox is set") \
	X(OP_MOD, BAD_PARAM_ERR, "the command has no such op_mod") \
	X(NO_MEMORY, LIM_ERR, "the device is out of memory") \
	X(CAP_TYPE, BAD_PARAM_ERR, "the device has no capabilities of this type") \
	X(FUNCTION_ID, BAD_PARAM_ERR, "the device has no such function") \
	X(TABLE_TYPE, BAD_PARAM_ERR, "the device has no tables of this type") \
	X(VPORT, BAD_PARAM_ERR, "the device has no such vport") \
	X(VPORT_OF_TYPE, BAD_PARAM_ERR, "tables of this type do not belong to a vport") \
	X(TABLE_LEVEL, BAD_PARAM_ERR, "the table's level is more than max_ft_level") \
	X(TABLE_SIZE, BAD_PARAM_ERR, "the table's log_size is more than log_max_ft_size") \
	X(TABLE_FLAGS, BAD_PARAM_ERR, "the table's flags ask for what tables of this type cannot do, or for a software-owned or LAG table") \
	X(TABLE_LIMIT, LIM_ERR, "the device can hold no more flow tables") \
	X(TABLE_ID, BAD_RES_ERR, "there is no flow table of this number") \
	X(TABLE_OTHER, BAD_RES_ERR, "the flow table is of another type or vport") \
	X(TABLE_BUSY_GROUPS, RES_BUSY, "the flow table still has groups") \
	X(TABLE_BUSY_REFS, RES_BUSY, "entries or other tables still lead to the flow table") \
	X(MISS_ACTION, BAD_PARAM_ERR, "the table's miss action is not implemented") \
	X(MISS_TABLE, BAD_RES_ERR, "there is no flow table of the number of the miss table") \
	X(MISS_OTHER, BAD_PARAM_ERR, "the miss table is of another type or vport") \
	X(MISS_SELF, BAD_PARAM_ERR, "the miss table is the table itself") \
	X(MODIFY_SELECT, BAD_PARAM_ERR, "modify_field_select selects what cannot be modified") \
	X(ROOT_OF_OTHER, BAD_PARAM_ERR, "a root table of another vport or e-switch is not implemented") \
	X(GROUP_TYPE, BAD_PARAM_ERR, "the group's type or match definer is not implemented") \
	X(GROUP_RANGE, BAD_PARAM_ERR, "the group's first index is behind its last") \
	X(GROUP_OUTSIDE, IX_ERR, "the group's range is not inside the table") \
	X(GROUP_OVERLAP, BAD_RES_STATE_ERR, "the group's range overlaps another group") \
	X(GROUP_LIMIT, LIM_ERR, "the device can hold no more flow groups") \
	X(GROUP_ID, BAD_RES_ERR, "there is no flow group of this number in the table") \
	X(GROUP_BUSY, RES_BUSY, "the flow group still has entries") \
	X(CRITERIA_ENABLE, BAD_PARAM_ERR, "match_criteria has bits in a block that match_criteria_enable does not name") \
	X(CRITERIA_BLOCK, BAD_PARAM_ERR, "match_criteria_enable names a block that is not implemented") \
	X(CRITERIA_FIELD, BAD_PARAM_ERR, "match_criteria has a field that the device cannot match") \
	X(ENTRY_INDEX, IX_ERR, "the flow index is not inside the table") \
	X(ENTRY_OUTSIDE_GROUP, IX_ERR, "the flow index is not inside the group") \
	X(ENTRY_EXISTS, BAD_RES_STATE_ERR, "there is an entry at the flow index already") \
	X(ENTRY_MISSING, BAD_RES_STATE_ERR, "there is no entry at the flow index") \
	X(ENTRY_LIMIT, LIM_ERR, "the device can hold no more entries") \
	X(VALUE_OUTSIDE_MASK, BAD_PARAM_ERR, "the match value has bits outside the group's mask") \
	X(MODIFY_MASK, BAD_PARAM_ERR, "modify_enable_mask names what cannot be modified, or nothing") \
	X(FLOW_SOURCE, BAD_PARAM_ERR, "the flow source is none of any, uplink and local") \
	X(ACTION_UNKNOWN, BAD_PARAM_ERR, "the entry has an action that is not implemented") \
	X(ACTION_REFORMAT, BAD_PARAM_ERR, "packet reformat or decapsulation is not possible in this table: by its type or by its flags") \
	X(ACTION_CRYPTO, BAD_PARAM_ERR, "encryption and decryption are not implemented") \
	X(ACTION_ASO, BAD_PARAM_ERR, "ASO objects are not implemented") \
	X(ACTION_NONE, BAD_PARAM_ERR, "the entry does neither allow, drop nor forward") \
	X(ACTION_CONFLICT, BAD_PARAM_ERR, "the entry does more than one of allow, drop and forward") \
	X(ACTION_ALLOW, BAD_PARAM_ERR, "tables of this type forward or drop, they cannot allow") \
	X(ACTION_ORDER, BAD_PARAM_ERR, "a second vlan pop or push without the first") \
	X(VLAN_TYPE, BAD_PARAM_ERR, "the ethertype of the vlan to push is not a vlan's") \
	X(VLAN_UNUSED, BAD_PARAM_ERR, "a vlan to push without its action") \
	X(DEST_EMPTY, BAD_PARAM_ERR, "forward without a destination") \
	X(DEST_UNUSED, BAD_PARAM_ERR, "destinations without forward") \
	X(DEST_LIMIT, LIM_ERR, "the entry has more destinations than log_max_destination") \
	X(DEST_EXTENDED, BAD_PARAM_ERR, "extended destinations are not possible in tables of this type") \
	X(DEST_TYPE, BAD_PARAM_ERR, "the destination's type is not implemented for tables of this type") \
	X(DEST_VPORT, BAD_RES_ERR, "the destination is a vport that does not exist") \
	X(DEST_VHCA, BAD_PARAM_ERR, "the destination belongs to another device") \
	X(DEST_TABLE, BAD_RES_ERR, "the destination is a flow table that does not exist") \
	X(DEST_TABLE_OTHER, BAD_PARAM_ERR, "the destination is a flow table of another type or vport") \
	X(DEST_LEVEL, BAD_PARAM_ERR, "the destination table's level is not higher, and ignore_flow_level is not set") \
	X(DEST_TABLES, BAD_PARAM_ERR, "more than one destination is a flow table that does not terminate") \
	X(DEST_TIR, BAD_RES_ERR, "the destination is a TIR that does not exist") \
	X(COUNTER_EMPTY, BAD_PARAM_ERR, "count without a counter") \
	X(COUNTER_UNUSED, BAD_PARAM_ERR, "a counter without count") \
	X(COUNTER_LIST, LIM_ERR, "the entry has more counters than log_max_flow_counter") \
	X(COUNTER_ID, BAD_RES_ERR, "there is no counter of this number") \
	X(COUNTER_LIMIT, LIM_ERR, "the device can hold no more counters") \
	X(COUNTER_BUSY, RES_BUSY, "an entry still uses the counter") \
	X(COUNTER_BULK, BAD_PARAM_ERR, "the device has no bulk of this size") \
	X(COUNTER_RANGE, BAD_PARAM_ERR, "the number of counters to query is more than 1 << log_max_flow_counter_bulk, or 0") \
	X(MODHDR_ID, BAD_RES_ERR, "there is no modify-header context of this number") \
	X(MODHDR_OTHER, BAD_PARAM_ERR, "the modify-header context is for tables of another type") \
	X(MODHDR_UNUSED, BAD_PARAM_ERR, "a modify-header context without its action") \
	X(MODHDR_LIMIT, LIM_ERR, "the device can hold no more modify-header contexts") \
	X(MODHDR_BUSY, RES_BUSY, "an entry still uses the modify-header context") \
	X(MODHDR_COUNT, LIM_ERR, "more actions than max_modify_header_actions, or none") \
	X(MODHDR_TYPE, BAD_PARAM_ERR, "a modify action is none of set, add and copy") \
	X(MODHDR_FIELD, BAD_PARAM_ERR, "the field of a modify action is not implemented") \
	X(MODHDR_WIDTH, BAD_PARAM_ERR, "offset and length of a modify action are not inside its field") \
	X(MODHDR_DATA, BAD_PARAM_ERR, "the data of a modify action has bits outside its length") \
	X(UNUSED_ID, BAD_PARAM_ERR, "an object's number that no action of the entry uses") \
	X(INJECTED, INT_ERR, "somebody asked for this command to fail (inhw nic fault)") \
	X(TABLE_LIMIT_SET, LIM_ERR, "somebody set a limit for the entries of this table (inhw nic fault)") \
	X(PD_ID, BAD_RES_ERR, "there is no protection domain of this number") \
	X(PD_BUSY, RES_BUSY, "a memory key or a queue still uses the protection domain") \
	X(PD_LIMIT, LIM_ERR, "the device can hold no more protection domains") \
	X(TD_ID, BAD_RES_ERR, "there is no transport domain of this number") \
	X(TD_BUSY, RES_BUSY, "a TIS or TIR still uses the transport domain") \
	X(TD_LIMIT, LIM_ERR, "the device can hold no more transport domains") \
	X(MKEY_ID, BAD_RES_ERR, "there is no memory key of this number") \
	X(MKEY_LIMIT, LIM_ERR, "the device can hold no more memory keys") \
	X(UAR_ID, BAD_RES_ERR, "there is no UAR page of this number") \
	X(UAR_BUSY, RES_BUSY, "a queue still uses the UAR page") \
	X(UAR_LIMIT, LIM_ERR, "the device can hold no more UAR pages") \
	X(EQ_ID, BAD_RES_ERR, "there is no event queue of this number") \
	X(EQ_BUSY, RES_BUSY, "a completion queue still uses the event queue") \
	X(EQ_LIMIT, LIM_ERR, "the device can hold no more event queues") \
	X(CQ_ID, BAD_RES_ERR, "there is no completion queue of this number") \
	X(CQ_BUSY, RES_BUSY, "a send or receive queue still uses the completion queue") \
	X(CQ_LIMIT, LIM_ERR, "the device can hold no more completion queues") \
	X(TIS_ID, BAD_RES_ERR, "there is no TIS of this number") \
	X(TIS_BUSY, RES_BUSY, "a send queue still uses the TIS") \
	X(TIS_LIMIT, LIM_ERR, "the device can hold no more TISes") \
	X(SQ_ID, BAD_RES_ERR, "there is no send queue of this number") \
	X(SQ_LIMIT, LIM_ERR, "the device can hold no more send queues") \
	X(RQ_ID, BAD_RES_ERR, "there is no receive queue of this number") \
	X(RQ_BUSY, RES_BUSY, "a TIR or a table of receive queues still uses the receive queue") \
	X(RQ_LIMIT, LIM_ERR, "the device can hold no more receive queues") \
	X(RQT_ID, BAD_RES_ERR, "there is no table of receive queues of this number") \
	X(RQT_BUSY, RES_BUSY, "a TIR still uses the table of receive queues") \
	X(RQT_LIMIT, LIM_ERR, "the device can hold no more tables of receive queues") \
	X(TIR_ID, BAD_RES_ERR, "there is no TIR of this number") \
	X(TIR_BUSY, RES_BUSY, "an entry still uses the TIR") \
	X(TIR_LIMIT, LIM_ERR, "the device can hold no more TIRs") \
	X(Q_COUNTER_ID, BAD_RES_ERR, "there is no queue counter of this number") \
	X(Q_COUNTER_BUSY, RES_BUSY, "a receive queue still uses the queue counter") \
	X(Q_COUNTER_LIMIT, LIM_ERR, "the device can hold no more queue counters") \
	X(NO_BUS, BAD_SYS_STATE_ERR, "the device is not plugged into a machine") \
	X(RING_OFFSET, BAD_PARAM_ERR, "the queue's first entry is not on its first page") \
	X(RING_PAGE, BAD_PARAM_ERR, "the address of a page of the queue is not a multiple of 4096") \
	X(RECORD_ALIGN, BAD_PARAM_ERR, "the address of the doorbell record is not a multiple of 8") \
	X(EQ_FLAGS, BAD_PARAM_ERR, "the event queue's context asks for what is not implemented") \
	X(EQ_SIZE, BAD_PARAM_ERR, "the event queue's log_eq_size is more than log_max_eq_sz") \
	X(EQ_VECTOR, BAD_PARAM_ERR, "the device has no such interrupt vector") \
	X(CQ_FLAGS, BAD_PARAM_ERR, "the completion queue's context asks for what is not implemented") \
	X(CQ_SIZE, BAD_PARAM_ERR, "the completion queue's log_cq_size is more than log_max_cq_sz") \
	X(CQ_MODIFY, BAD_PARAM_ERR, "of a completion queue only the overrun flag can be modified") \
	X(WQ_FLAGS, BAD_PARAM_ERR, "the work queue asks for what is not implemented") \
	X(WQ_SIZE, BAD_PARAM_ERR, "the work queue's log_wq_sz is more than log_max_wq_sz") \
	X(WQ_STRIDE, BAD_PARAM_ERR, "the work queue's log_wq_stride is not one that the device has") \
	X(WQ_TYPE, BAD_PARAM_ERR, "the work queue's type is not implemented") \
	X(WQ_STATE, BAD_RES_STATE_ERR, "the queue is in another state, or does not go from it to the wanted one") \
	X(WQ_MODIFY, BAD_PARAM_ERR, "modify_bitmask selects what cannot be modified") \
	X(SQ_FLAGS, BAD_PARAM_ERR, "the send queue's context asks for what is not implemented") \
	X(SQ_TIS_LIST, BAD_PARAM_ERR, "a send queue has at most one TIS") \
	X(RQ_FLAGS, BAD_PARAM_ERR, "the receive queue's context asks for what is not implemented") \
	X(MKEY_MODE, BAD_PARAM_ERR, "of memory keys only those of physical addresses are implemented") \
	X(MKEY_RANGE, BAD_PARAM_ERR, "the memory key's range is empty or wraps around") \
	X(TIS_FLAGS, BAD_PARAM_ERR, "TLS and LAG are not implemented") \
	X(RQT_FLAGS, BAD_PARAM_ERR, "a table of receive queues lists receive queues of this device only") \
	X(RQT_SIZE, BAD_PARAM_ERR, "the table of receive queues is empty, larger than it may become or than log_max_rqt_size") \
	X(TIR_FLAGS, BAD_PARAM_ERR, "LRO, TLS and tunnels are not implemented") \
	X(TIR_HASH, BAD_PARAM_ERR, "the hash function or a hashed field is not implemented") \
	X(TIR_TYPE, BAD_PARAM_ERR, "a TIR is direct or indirect") \
	X(STATE_DISABLED, BAD_SYS_STATE_ERR, "the function is disabled: ENABLE_HCA comes first") \
	X(STATE_ENABLED, BAD_SYS_STATE_ERR, "the function is enabled, but SET_ISSI has not been done") \
	X(STATE_READY, BAD_SYS_STATE_ERR, "the function is not initialised: INIT_HCA comes first") \
	X(STATE_INITIALISED, BAD_SYS_STATE_ERR, "the function is initialised: this must be done before, or after TEARDOWN_HCA") \
	X(ENABLED_ALREADY, BAD_SYS_STATE_ERR, "the function is enabled already") \
	X(SF_ENABLE, BAD_PARAM_ERR, "sub-functions are vports only: there is no PCI region through which one could be driven") \
	X(ISSI, BAD_PARAM_ERR, "the device has no other interface version (ISSI) than 1") \
	X(SW_OWNER, BAD_PARAM_ERR, "software owner and software vhca ids are not implemented") \
	X(TEARDOWN_PROFILE, BAD_PARAM_ERR, "the device only knows the graceful teardown") \
	X(CAP_FIXED, BAD_PARAM_ERR, "a capability that cannot be set has another value than it has now") \
	X(CAP_MAX, BAD_PARAM_ERR, "a capability is more than its maximum") \
	X(CAP_OTHER, BAD_PARAM_ERR, "capabilities of another function cannot be set") \
	X(PAGES_MISSING, BAD_SYS_STATE_ERR, "the pages that QUERY_PAGES asks for have not been given") \
	X(PAGES_LIMIT, LIM_ERR, "the function takes no more pages") \
	X(PAGES_COUNT, BAD_PARAM_ERR, "a number of pages without their addresses") \
	X(PAGE_ADDRESS, BAD_PARAM_ERR, "a page's address is 0, too high, or not a multiple of 4096") \
	X(PAGE_TWICE, BAD_RES_STATE_ERR, "a page is the function's already") \
	X(REGISTER_ID, BAD_PARAM_ERR, "the device does not have this register") \
	X(REGISTER_ARGUMENT, BAD_PARAM_ERR, "registers of this device have no argument") \
	X(REGISTER_READ_ONLY, BAD_PARAM_ERR, "the register cannot be written") \
	X(REGISTER_PORT, BAD_PARAM_ERR, "the device has no such port: its only one is 1") \
	X(REGISTER_VALUE, BAD_PARAM_ERR, "the register cannot have this value") \
	X(REGISTER_GROUP, BAD_PARAM_ERR, "the port has no such group of counters") \
	X(VPORT_FIELD, BAD_PARAM_ERR, "field_select names what cannot be modified, or nothing") \
	X(VPORT_MTU, BAD_PARAM_ERR, "the MTU is 0 or more than the device's maximum") \
	X(VPORT_LIST, BAD_PARAM_ERR, "the type of the list is none of unicast, multicast and vlan") \
	X(VPORT_LIST_SIZE, LIM_ERR, "the list is longer than its capability says") \
	X(VPORT_ADMIN, BAD_PARAM_ERR, "the administrative state is none of down, up and auto") \
	X(SF_ID, BAD_PARAM_ERR, "the device has no sub-function of this number") \
	X(SF_ALLOCATED, BAD_RES_STATE_ERR, "the sub-function is allocated already") \
	X(SF_FREE, BAD_RES_STATE_ERR, "the sub-function is not allocated") \
	X(SF_BUSY, RES_BUSY, "flow tables still belong to the sub-function's vport") \
	X(VHCA_FIELD, BAD_PARAM_ERR, "vhca_state_field_select names nothing") \
	X(L2_INDEX, IX_ERR, "the index is not inside the L2 table") \
	X(L2_EMPTY, BAD_RES_STATE_ERR, "there is no entry at this index of the L2 table") \
	X(L2_MAC, BAD_PARAM_ERR, "the address is no unicast address") \
	X(VXLAN_PORT, BAD_PARAM_ERR, "0 is no UDP port") \
	X(VXLAN_MISSING, BAD_RES_STATE_ERR, "the UDP port is not VXLAN's") \
	X(VXLAN_LIMIT, LIM_ERR, "the device has no room for more UDP ports of VXLAN") \
	X(MODERATION, BAD_PARAM_ERR, "the device raises interrupts at once: it cannot delay them") \
	X(SPECIAL_CONTEXTS, BAD_PARAM_ERR, "no keys are reserved: each access to memory names one that was created") \
	X(OBJECT_TYPE, BAD_PARAM_ERR, "the device has no general objects of this type") \
	X(DEST_TERMINATION, BAD_PARAM_ERR, "the entries of a termination table lead to vports only") \
	X(DEST_REFORMAT, BAD_PARAM_ERR, "only a vport as an extended destination can have a reformat context of its own") \
	X(DEST_ENCAPS, LIM_ERR, "more destinations with a reformat context of their own than log_max_fdb_encap_uplink") \
	X(REFORMAT_TYPE, BAD_PARAM_ERR, "the type of the reformat context is not implemented") \
	X(REFORMAT_PARAM, BAD_PARAM_ERR, "reformat contexts of this type have no parameters") \
	X(REFORMAT_SIZE, BAD_PARAM_ERR, "the header is longer than max_encap_header_size, or shorter than Ethernet's") \
	X(REFORMAT_DATA, BAD_PARAM_ERR, "the header is not one of this type of reformat context") \
	X(REFORMAT_LIMIT, LIM_ERR, "the device can hold no more reformat contexts") \
	X(REFORMAT_ID, BAD_RES_ERR, "there is no reformat context of this number") \
	X(REFORMAT_UNUSED, BAD_PARAM_ERR, "a reformat context of a destination that does not say that it has one") \
	X(REFORMAT_DECAP, BAD_PARAM_ERR, "a reformat context that decapsulates, where one that encapsulates is possible only") \
	X(REFORMAT_BUSY, RES_BUSY, "an entry still uses the reformat context") \
	X(ACTION_VLAN, BAD_PARAM_ERR, "the profile does not advertise this VLAN action for tables of this type") \
	X(REGISTER_PAGE, BAD_PARAM_ERR, "the register has no such page, component or kind of information") \
	X(CRITERIA_ADVERTISED, BAD_PARAM_ERR, "match_criteria has a field that the profile does not advertise for tables of this type") \
	X(CRITERIA_BITMASK, BAD_PARAM_ERR, "match_criteria has some bits of a field of which tables of this type match all or none, as the profile says")
/* clang-format on */

#define NIC_SYNDROME_ENUM_(name, status, words) NIC_SYN_##name,
enum nic_syndrome {
	NIC_SYN_NONE,
	NIC_SYNDROMES(NIC_SYNDROME_ENUM_) NIC_N_SYNDROMES
};

#endif
