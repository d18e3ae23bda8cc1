/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The function and its vports: what is there besides the objects that its driver makes.
 *
 * States of the function, and what moves it on:
 *
 *	DISABLED	ENABLE_HCA			nothing else is understood
 *	ENABLED		SET_ISSI			pages may be asked for and given
 *	READY		INIT_HCA			capabilities may be set, registers be read
 *	INITIALISED	TEARDOWN_HCA: to READY		objects may be made; not capabilities set
 *
 * DISABLE_HCA leads back to DISABLED from everywhere, TEARDOWN_HCA and DISABLE_HCA release all
 *objects. A device that is plugged into a machine (nic_device_set_bus()) begins DISABLED, as one
 *does after a reset. One without a machine has no driver that would bring it to life and nobody
 *whose memory it could ask for: its maker has done so, and it is INITIALISED from its first command
 *on.
 */
#ifndef NIC_DEVICE_FUNCTION_INTERNAL_H
#define NIC_DEVICE_FUNCTION_INTERNAL_H

#include "base/idr.h"
#include "nic/device/caps.h"
#include "nic/device/device.h"

enum nic_function_state {
	NIC_FUNCTION_DISABLED,
	NIC_FUNCTION_ENABLED,
	NIC_FUNCTION_READY,
	NIC_FUNCTION_INITIALISED,
};

/* Sets of states, for the rows of commands. */
#define NIC_STATE(name)	       (1u << NIC_FUNCTION_##name)
#define NIC_STATES_ALL	       0xfu
#define NIC_STATES_FROM_ENABLE (NIC_STATES_ALL & ~NIC_STATE(DISABLED))
#define NIC_STATES_FROM_READY  (NIC_STATE(READY) | NIC_STATE(INITIALISED))

/*
 * Memory of the machine that was given to the function. The device keeps its state in memory of its
 * own and touches none of these pages; it asks for a few because a driver's page supply is part of
 * what is to be tried on it.
 */
#define NIC_PAGES_BOOT 4u
#define NIC_PAGES_INIT 8u
#define NIC_PAGES_MAX  (1u << 16)

struct nic_pages {
	struct idr by_number; /* the item is the place in @addresses */
	uint64_t *addresses;
	size_t n, cap;
};

/* The wire, and what the port's registers say. */
struct nic_port {
	bool has_wire;	  /* nic_device_set_link() */
	bool is_admin_up; /* PAOS */
	bool is_up;	  /* both */
	uint16_t mtu;
	uint32_t protocols; /* of PTYS, allowed */
	uint32_t n_link_down;
};

/* Copper, of one lane or several. */
#define NIC_PORT_PROTOCOLS                                                                       \
	(1u << MLX5_PORT_10GBASE_CR | 1u << MLX5_PORT_25GBASE_CR | 1u << MLX5_PORT_40GBASE_CR4 | \
	 1u << MLX5_PORT_50GBASE_CR2 | 1u << MLX5_PORT_100GBASE_CR4)

#define NIC_MTU_MAX	    10000u /* of port and vports, with Ethernet header and FCS */
#define NIC_MTU_DEFAULT	    1522u
#define NIC_L2_ENTRIES	    (1u << NIC_LOG_L2_ENTRIES)
#define NIC_LOG_L2_ENTRIES  7u
#define NIC_VXLAN_PORTS_MAX 4u
#define NIC_VXLAN_PORT	    4789u /* known without being added */

struct nic_l2_entry {
	uint8_t mac[6];
	bool is_used, has_vlan;
	uint16_t vlan;
};

struct nic_function {
	enum nic_function_state state;
	uint16_t index; /* of the device among those of a machine: in addresses and GUIDs */
	struct nic_caps *max_caps; /* those of the device are the current ones */
	struct nic_pages pages;
	struct nic_port port;
	struct nic_l2_entry *l2_table; /* of NIC_L2_ENTRIES */
	char driver_version[64 + 1];
};

/* ---- vports ---- */

struct nic_counter {
	uint64_t packets, octets;
};

enum nic_traffic {
	NIC_UNICAST,
	NIC_MULTICAST,
	NIC_BROADCAST,
	NIC_N_TRAFFIC
};

/* As the function behind the vport sees them: received is what the e-switch delivered to it. */
struct nic_vport_counts {
	struct nic_counter received[NIC_N_TRAFFIC], sent[NIC_N_TRAFFIC];
};

/* MACs and VLANs that the function behind the vport wants, in the layout of the command. */
struct nic_vport_list {
	uint8_t (*items)[IFC_MAC_ADDRESS_LAYOUT_SIZE];
	uint32_t n;
};

struct nic_vport {
	uint16_t number;
	bool exists; /* always, but for a sub-function that is not allocated */
	bool is_off; /* its administrator turned it off: nothing passes */
	struct nic_table *ingress, *egress; /* roots */
	struct nic_vport_counts counts;
	struct nic_vport_counts cleared; /* @counts when they were cleared by QUERY_VPORT_COUNTER */
	struct nic_vport_counts port_cleared; /* the same by PPCNT: the uplink's */
	uint32_t n_tables;		      /* ACLs that belong to it */
	uint8_t admin;			      /* enum mlx5_vport_admin */
	uint8_t reg_c_passed;		      /* registers that the FDB leaves to its NIC_RX */
	/* Its nic_vport_context. */
	uint8_t mac[6];
	uint16_t mtu;
	uint64_t port_guid, node_guid;
	bool promisc_uc, promisc_mc, promisc_all;
	bool has_no_uc_loopback, has_no_mc_loopback;
	uint32_t events; /* the second dword of its context: which, and whether armed */
	struct nic_vport_list lists[MLX5_N_VPORT_LISTS];
	/* Of a sub-function. */
	uint8_t vhca_state; /* enum mlx5_vhca_state */
	bool is_armed;
	uint32_t sw_function_id;
};

/* @dev: with its capabilities. @params were checked. */
int nic_vports_init(struct nic_device *dev, const struct nic_params *params) MUST_CHECK;
void nic_vports_fini(struct nic_device *dev);
/* As after a reset; counters go on, as those of a port do. */
void nic_vports_reset(struct nic_device *dev);
/* One alone; its events stay armed. */
void nic_vport_reset(struct nic_device *dev, struct nic_vport *vp);

/* The number that names the function behind it in destinations and events. */
uint16_t nic_vport_vhca_id(const struct nic_device *dev, const struct nic_vport *vp);

/* system_image_guid */
uint64_t nic_device_guid(const struct nic_device *dev);

/* What is, without what had been cleared. */
void nic_vport_counts_since(struct nic_vport_counts *out, const struct nic_vport_counts *now,
			    const struct nic_vport_counts *cleared);

/* ---- the function ---- */

/* The current capabilities as they are before SET_HCA_CAP. */
void nic_caps_reset(struct nic_device *dev);

int nic_function_init(struct nic_device *dev, const struct nic_params *params) MUST_CHECK;
void nic_function_fini(struct nic_device *dev);

/* After port or wire changed: the state, and an event if it is another. */
void nic_port_update(struct nic_device *dev);

void nic_pages_fini(struct nic_pages *p);
/* So many more are wanted for that phase. */
uint32_t nic_pages_wanted(const struct nic_function *f, enum mlx5_pages_query phase);

#endif
