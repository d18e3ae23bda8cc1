/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities: what QUERY_HCA_CAP answers, by type. They are a contract: each bit that is set is
 * something that the device does, and its checks read their limits from here.
 */
#ifndef NIC_DEVICE_CAPS_H
#define NIC_DEVICE_CAPS_H

#include "nic/ifc/ifc.h"

#define NIC_CAP_SIZE 0x1000 /* bytes of one type */

/* Layouts: cmd_hca_cap, per_protocol_networking_offload_caps, flow_table_nic_cap,
 * flow_table_eswitch_cap, e_switch_cap. */
struct nic_caps {
	uint8_t general[NIC_CAP_SIZE];
	uint8_t ethernet[NIC_CAP_SIZE];
	uint8_t flow_table[NIC_CAP_SIZE];
	uint8_t eswitch_flow_table[NIC_CAP_SIZE];
	uint8_t eswitch[NIC_CAP_SIZE];
};

/* The built-in profile. */
void nic_caps_default(struct nic_caps *caps);

/* The bytes of a type (enum mlx5_cap_type), or NULL. */
const uint8_t *nic_caps_find(const struct nic_caps *caps, uint32_t type);

/* Properties of the tables of a type, layout flow_table_prop_layout; NULL: no such tables. */
const uint8_t *nic_caps_table(const struct nic_caps *caps, uint32_t table_type);

#endif
