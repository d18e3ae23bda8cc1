/* SPDX-License-Identifier: BSD-2-Clause */
/* Two small tables of the function: unicast addresses that it wants from the wire, and UDP ports
 * behind which there is VXLAN. */
#include "nic/device/device_internal.h"

#include <string.h>

enum nic_syndrome nic_l2_table_set(struct nic_command *c)
{
	uint32_t index = IFC_GET(set_l2_table_entry_in, c->in, table_index);
	const uint8_t *mac = IFC_PTR(set_l2_table_entry_in, c->in, mac_address) + 2;
	struct nic_l2_entry *e;

	if (index >> IFC_GET(cmd_hca_cap, c->dev->caps.general, log_max_l2_table) ||
	    index >= NIC_L2_ENTRIES)
		return NIC_SYN_L2_INDEX;
	if (mac[0] & 1)
		return NIC_SYN_L2_MAC;
	e = &c->dev->function.l2_table[index];
	memcpy(e->mac, mac, sizeof e->mac);
	e->is_used = true;
	e->has_vlan = IFC_GET(set_l2_table_entry_in, c->in, vlan_valid);
	e->vlan = (uint16_t)IFC_GET(set_l2_table_entry_in, c->in, vlan);
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_l2_table_delete(struct nic_command *c)
{
	uint32_t index = IFC_GET(delete_l2_table_entry_in, c->in, table_index);

	if (index >= NIC_L2_ENTRIES)
		return NIC_SYN_L2_INDEX;
	if (!c->dev->function.l2_table[index].is_used)
		return NIC_SYN_L2_EMPTY;
	c->dev->function.l2_table[index].is_used = false;
	return NIC_SYN_NONE;
}

/* ---- VXLAN ---- */

static uint16_t *find_port(struct nic_tunnels *t, uint32_t port)
{
	for (size_t i = 0; i < t->n_ports; i++) {
		if (t->ports[i] == port)
			return &t->ports[i];
	}
	return NULL;
}

enum nic_syndrome nic_vxlan_port_add(struct nic_command *c)
{
	uint32_t port = IFC_GET(add_vxlan_udp_dport_in, c->in, vxlan_udp_port);
	struct nic_tunnels *t = &c->dev->tunnels;

	if (!port)
		return NIC_SYN_VXLAN_PORT;
	if (find_port(t, port)) /* drivers add the one that is known after a reset, too */
		return NIC_SYN_NONE;
	if (t->n_ports >= NIC_VXLAN_PORTS_MAX ||
	    t->n_ports >= IFC_GET(per_protocol_networking_offload_caps, c->dev->caps.ethernet,
				  max_vxlan_udp_ports))
		return NIC_SYN_VXLAN_LIMIT;
	t->ports[t->n_ports++] = (uint16_t)port;
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_vxlan_port_delete(struct nic_command *c)
{
	struct nic_tunnels *t = &c->dev->tunnels;
	uint16_t *port = find_port(t, IFC_GET(delete_vxlan_udp_dport_in, c->in, vxlan_udp_port));

	if (!port)
		return NIC_SYN_VXLAN_MISSING;
	*port = t->ports[--t->n_ports];
	return NIC_SYN_NONE;
}
