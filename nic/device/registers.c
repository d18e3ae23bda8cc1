/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers behind ACCESS_REG, most of them about the port: one row each, with its layout and
 * what reading and writing does. A register that is written is read back into the answer.
 */
#include "nic/device/bar.h"
#include "nic/device/queues_internal.h"

#include <string.h>

#define PORT	      1u    /* the only one */
#define REGISTER_SIZE 0x100 /* of the largest */

/* @in: what the command brought, @out: zeros. */
typedef enum nic_syndrome register_read(struct nic_device *dev, const uint8_t *in, uint8_t *out);
typedef enum nic_syndrome register_write(struct nic_device *dev, const uint8_t *in);

/* ---- the port ---- */

static bool port_is_up(const struct nic_port *p)
{
	return p->has_wire && p->is_admin_up;
}

void nic_port_update(struct nic_device *dev)
{
	struct nic_port *p = &dev->function.port;
	uint8_t data[9] = { 0 };
	bool is_up = port_is_up(p);

	if (p->is_up == is_up)
		return;
	p->is_up = is_up;
	p->n_link_down += !is_up;
	nic_cache_flush(dev);
	data[8] = PORT << 4;
	nic_event(dev, MLX5_EVENT_PORT_CHANGE,
		  is_up ? MLX5_PORT_CHANGE_ACTIVE : MLX5_PORT_CHANGE_DOWN, data, sizeof data);
}

void nic_device_set_link(struct nic_device *dev, bool up)
{
	dev->function.port.has_wire = up;
	nic_port_update(dev);
}

bool nic_device_has_link(const struct nic_device *dev)
{
	return dev->function.port.has_wire;
}

static enum nic_syndrome paos_read(struct nic_device *dev, const uint8_t *in, uint8_t *out)
{
	const struct nic_port *p = &dev->function.port;

	IFC_SET(paos_reg, out, admin_status, p->is_admin_up ? MLX5_PORT_UP : MLX5_PORT_DOWN);
	IFC_SET(paos_reg, out, oper_status, p->is_up ? MLX5_PORT_UP : MLX5_PORT_DOWN);
	return NIC_SYN_NONE;
}

/* Without admin_status enable the write is about events, of which there is only the EQE. */
static enum nic_syndrome paos_write(struct nic_device *dev, const uint8_t *in)
{
	uint32_t admin = IFC_GET(paos_reg, in, admin_status);

	if (!IFC_GET(paos_reg, in, ase))
		return NIC_SYN_NONE;
	if (admin != MLX5_PORT_UP && admin != MLX5_PORT_DOWN)
		return NIC_SYN_REGISTER_VALUE;
	dev->function.port.is_admin_up = admin == MLX5_PORT_UP;
	nic_port_update(dev);
	return NIC_SYN_NONE;
}

static enum nic_syndrome pmtu_read(struct nic_device *dev, const uint8_t *in, uint8_t *out)
{
	IFC_SET(pmtu_reg, out, max_mtu, NIC_MTU_MAX);
	IFC_SET(pmtu_reg, out, admin_mtu, dev->function.port.mtu);
	IFC_SET(pmtu_reg, out, oper_mtu, dev->function.port.mtu);
	return NIC_SYN_NONE;
}

static enum nic_syndrome pmtu_write(struct nic_device *dev, const uint8_t *in)
{
	uint32_t mtu = IFC_GET(pmtu_reg, in, admin_mtu);

	if (!mtu || mtu > NIC_MTU_MAX)
		return NIC_SYN_REGISTER_VALUE;
	dev->function.port.mtu = (uint16_t)mtu;
	return NIC_SYN_NONE;
}

/* The fastest of what is allowed. */
static uint32_t protocol_in_use(const struct nic_port *p)
{
	static const uint8_t fastest_first[] = { MLX5_PORT_100GBASE_CR4, MLX5_PORT_50GBASE_CR2,
						 MLX5_PORT_40GBASE_CR4, MLX5_PORT_25GBASE_CR,
						 MLX5_PORT_10GBASE_CR };

	for (size_t i = 0; i < ARRAY_SIZE(fastest_first) && p->is_up; i++) {
		if (p->protocols >> fastest_first[i] & 1)
			return 1u << fastest_first[i];
	}
	return 0;
}

static enum nic_syndrome ptys_read(struct nic_device *dev, const uint8_t *in, uint8_t *out)
{
	IFC_SET(ptys_reg, out, proto_mask, IFC_GET(ptys_reg, in, proto_mask));
	if (!(IFC_GET(ptys_reg, in, proto_mask) & MLX5_PTYS_ETHERNET))
		return NIC_SYN_NONE;
	IFC_SET(ptys_reg, out, eth_proto_capability, NIC_PORT_PROTOCOLS);
	IFC_SET(ptys_reg, out, eth_proto_admin, dev->function.port.protocols);
	IFC_SET(ptys_reg, out, eth_proto_oper, protocol_in_use(&dev->function.port));
	return NIC_SYN_NONE;
}

static enum nic_syndrome ptys_write(struct nic_device *dev, const uint8_t *in)
{
	uint32_t admin = IFC_GET(ptys_reg, in, eth_proto_admin);

	if (IFC_GET(ptys_reg, in, proto_mask) != MLX5_PTYS_ETHERNET ||
	    IFC_GET(ptys_reg, in, an_disable_admin) || !admin || admin & ~NIC_PORT_PROTOCOLS)
		return NIC_SYN_REGISTER_VALUE;
	dev->function.port.protocols = admin;
	return NIC_SYN_NONE;
}

/* The port neither corrects errors nor pauses: there is nothing to be turned on. */
static enum nic_syndrome nothing_read(struct nic_device *dev, const uint8_t *in, uint8_t *out)
{
	return NIC_SYN_NONE;
}

static enum nic_syndrome pfcc_write(struct nic_device *dev, const uint8_t *in)
{
	return IFC_GET(pfcc_reg, in, pptx) || IFC_GET(pfcc_reg, in, pprx) ||
			       IFC_GET(pfcc_reg, in, pfctx) || IFC_GET(pfcc_reg, in, pfcrx)
		       ? NIC_SYN_REGISTER_VALUE
		       : NIC_SYN_NONE;
}

static enum nic_syndrome endianness_read(struct nic_device *dev, const uint8_t *in, uint8_t *out)
{
	return NIC_SYN_NONE; /* 0: little */
}

static enum nic_syndrome endianness_write(struct nic_device *dev, const uint8_t *in)
{
	return IFC_GET(host_endianness_reg, in, he) ? NIC_SYN_REGISTER_VALUE : NIC_SYN_NONE;
}

/* Why the link is down, as far as the port can know. */
static enum nic_syndrome pddr_read(struct nic_device *dev, const uint8_t *in, uint8_t *out)
{
	const char *words = dev->function.port.has_wire ? "" : "Cable is unplugged";

	if (IFC_GET(pddr_reg, in, page_select) != MLX5_PDDR_TROUBLESHOOTING ||
	    IFC_GET(pddr_reg, in, group_opcode))
		return NIC_SYN_REGISTER_PAGE;
	IFC_SET(pddr_reg, out, page_select, MLX5_PDDR_TROUBLESHOOTING);
	IFC_SET(pddr_reg, out, monitor_opcode,
		dev->function.port.has_wire ? 0 : MLX5_PDDR_NO_CABLE);
	memcpy(IFC_PTR(pddr_reg, out, status_message), words, strlen(words));
	return NIC_SYN_NONE;
}

/* ---- the firmware: one component, the image that is started ---- */

#define GROUP_9000 0u /* registers 0x9000 to 0x907f */

/* Of the groups that there are no registers are here but those. */
static enum nic_syndrome mcam_read(struct nic_device *dev, const uint8_t *in, uint8_t *out)
{
	uint32_t group = IFC_GET(mcam_reg, in, access_reg_group);
	bool has = group == GROUP_9000;

	IFC_SET(mcam_reg, out, feature_group, IFC_GET(mcam_reg, in, feature_group));
	IFC_SET(mcam_reg, out, access_reg_group, group);
	IFC_SET(mcam_reg, out, mcqi, has);
	IFC_SET(mcam_reg, out, mcqs, has);
	return NIC_SYN_NONE;
}

/* An update state of 0: none is under way. */
static enum nic_syndrome mcqs_read(struct nic_device *dev, const uint8_t *in, uint8_t *out)
{
	if (IFC_GET(mcqs_reg, in, component_index))
		return NIC_SYN_REGISTER_PAGE;
	IFC_SET(mcqs_reg, out, last_index_flag, 1);
	IFC_SET(mcqs_reg, out, identifier, MLX5_MCQS_BOOT_IMAGE);
	return NIC_SYN_NONE;
}

static enum nic_syndrome mcqi_read(struct nic_device *dev, const uint8_t *in, uint8_t *out)
{
	uint8_t *data = out + IFC_MCQI_REG_SIZE;

	if (IFC_GET(mcqi_reg, in, component_index) ||
	    IFC_GET(mcqi_reg, in, info_type) != MLX5_MCQI_VERSION)
		return NIC_SYN_REGISTER_PAGE;
	if (IFC_GET(mcqi_reg, in, data_size) != IFC_MCQI_VERSION_SIZE ||
	    IFC_GET(mcqi_reg, in, offset))
		return NIC_SYN_REGISTER_VALUE;
	memcpy(out, in, IFC_MCQI_REG_SIZE);
	IFC_SET(mcqi_reg, out, info_size, IFC_MCQI_VERSION_SIZE);
	IFC_SET(mcqi_version, data, version,
		NIC_FW_MAJOR << 24 | NIC_FW_MINOR << 16 | NIC_FW_SUBMINOR);
	return NIC_SYN_NONE;
}

/* ---- the port's counters ---- */

/* What passed the wire; received is what came from there, so what the uplink's vport sent. */
struct wire {
	struct nic_vport_counts n;
	struct nic_counter in, out; /* of all kinds of traffic */
};

static void add_up(struct nic_counter *sum, const struct nic_counter *kinds)
{
	for (size_t i = 0; i < NIC_N_TRAFFIC; i++) {
		sum->packets += kinds[i].packets;
		sum->octets += kinds[i].octets;
	}
}

static void look_at_wire(struct nic_device *dev, struct wire *w)
{
	const struct nic_vport *vp = nic_uplink(dev);

	memset(w, 0, sizeof *w);
	nic_vport_counts_since(&w->n, &vp->counts, &vp->port_cleared);
	add_up(&w->in, w->n.sent);
	add_up(&w->out, w->n.received);
}

#define PUT(layout, field, value) put_be64(IFC_PTR(layout, set, field), value)

static void put_802_3(uint8_t *set, const struct wire *w)
{
	PUT(eth_802_3_cntrs, a_frames_transmitted_ok, w->out.packets);
	PUT(eth_802_3_cntrs, a_frames_received_ok, w->in.packets);
	PUT(eth_802_3_cntrs, a_octets_transmitted_ok, w->out.octets);
	PUT(eth_802_3_cntrs, a_octets_received_ok, w->in.octets);
	PUT(eth_802_3_cntrs, a_multicast_frames_xmitted_ok, w->n.received[NIC_MULTICAST].packets);
	PUT(eth_802_3_cntrs, a_broadcast_frames_xmitted_ok, w->n.received[NIC_BROADCAST].packets);
	PUT(eth_802_3_cntrs, a_multicast_frames_received_ok, w->n.sent[NIC_MULTICAST].packets);
	PUT(eth_802_3_cntrs, a_broadcast_frames_received_ok, w->n.sent[NIC_BROADCAST].packets);
}

static void put_2863(uint8_t *set, const struct wire *w)
{
	PUT(eth_2863_cntrs, if_in_octets, w->in.octets);
	PUT(eth_2863_cntrs, if_in_ucast_pkts, w->n.sent[NIC_UNICAST].packets);
	PUT(eth_2863_cntrs, if_in_multicast_pkts, w->n.sent[NIC_MULTICAST].packets);
	PUT(eth_2863_cntrs, if_in_broadcast_pkts, w->n.sent[NIC_BROADCAST].packets);
	PUT(eth_2863_cntrs, if_out_octets, w->out.octets);
	PUT(eth_2863_cntrs, if_out_ucast_pkts, w->n.received[NIC_UNICAST].packets);
	PUT(eth_2863_cntrs, if_out_multicast_pkts, w->n.received[NIC_MULTICAST].packets);
	PUT(eth_2863_cntrs, if_out_broadcast_pkts, w->n.received[NIC_BROADCAST].packets);
}

/* The sizes of frames are not counted. */
static void put_2819(uint8_t *set, const struct wire *w)
{
	PUT(eth_2819_cntrs, ether_stats_octets, w->in.octets);
	PUT(eth_2819_cntrs, ether_stats_pkts, w->in.packets);
	PUT(eth_2819_cntrs, ether_stats_multicast_pkts, w->n.sent[NIC_MULTICAST].packets);
	PUT(eth_2819_cntrs, ether_stats_broadcast_pkts, w->n.sent[NIC_BROADCAST].packets);
}

static void put_nothing(uint8_t *set, const struct wire *w)
{
}

static const struct counter_group {
	enum mlx5_port_counters id;
	void (*put)(uint8_t *set, const struct wire *w);
} groups[] = {
	{ MLX5_PPCNT_IEEE_802_3, put_802_3 },
	{ MLX5_PPCNT_RFC_2863, put_2863 },
	{ MLX5_PPCNT_RFC_2819, put_2819 },
	/* Errors, pauses, priorities and lanes: there are none, or nothing tells them apart. */
	{ MLX5_PPCNT_RFC_3635, put_nothing },
	{ MLX5_PPCNT_ETHERNET_EXTENDED, put_nothing },
	{ MLX5_PPCNT_PER_PRIORITY, put_nothing },
	{ MLX5_PPCNT_PER_TRAFFIC_CLASS, put_nothing },
	{ MLX5_PPCNT_PHYSICAL_LAYER, put_nothing },
};

static enum nic_syndrome ppcnt_read(struct nic_device *dev, const uint8_t *in, uint8_t *out)
{
	uint8_t *set = IFC_PTR(ppcnt_reg, out, counter_set);
	uint32_t id = IFC_GET(ppcnt_reg, in, grp);
	const struct counter_group *g = NULL;
	struct wire w;

	for (size_t i = 0; i < ARRAY_SIZE(groups) && !g; i++)
		g = groups[i].id == id ? &groups[i] : NULL;
	if (!g)
		return NIC_SYN_REGISTER_GROUP;
	look_at_wire(dev, &w);
	g->put(set, &w);
	if (id == MLX5_PPCNT_PHYSICAL_LAYER)
		IFC_SET(phys_layer_cntrs, set, link_down_events, dev->function.port.n_link_down);
	IFC_SET(ppcnt_reg, out, grp, id);
	IFC_SET(ppcnt_reg, out, prio_tc, IFC_GET(ppcnt_reg, in, prio_tc));
	if (IFC_GET(ppcnt_reg, in, clr))
		nic_uplink(dev)->port_cleared = nic_uplink(dev)->counts;
	return NIC_SYN_NONE;
}

/* ---- access ---- */

static const struct row {
	enum mlx5_register id;
	uint16_t size;
	const char *layout;
	bool is_of_port; /* has local_port, at the same place in all of them */
	register_read *read;
	register_write *write; /* NULL: read-only */
	uint16_t more;	       /* bytes behind it in the answer */
} rows[] = {
	{ MLX5_REG_PMTU, IFC_PMTU_REG_SIZE, "pmtu_reg", true, pmtu_read, pmtu_write, 0 },
	{ MLX5_REG_PTYS, IFC_PTYS_REG_SIZE, "ptys_reg", true, ptys_read, ptys_write, 0 },
	{ MLX5_REG_PAOS, IFC_PAOS_REG_SIZE, "paos_reg", true, paos_read, paos_write, 0 },
	{ MLX5_REG_PFCC, IFC_PFCC_REG_SIZE, "pfcc_reg", true, nothing_read, pfcc_write, 0 },
	{ MLX5_REG_PPCNT, IFC_PPCNT_REG_SIZE, "ppcnt_reg", true, ppcnt_read, NULL, 0 },
	{ MLX5_REG_PPLM, IFC_PPLM_REG_SIZE, "pplm_reg", true, nothing_read, NULL, 0 },
	{ MLX5_REG_PDDR, IFC_PDDR_REG_SIZE, "pddr_reg", true, pddr_read, NULL, 0 },
	{ MLX5_REG_MCAM, IFC_MCAM_REG_SIZE, "mcam_reg", false, mcam_read, NULL, 0 },
	{ MLX5_REG_MCQS, IFC_MCQS_REG_SIZE, "mcqs_reg", false, mcqs_read, NULL, 0 },
	{ MLX5_REG_MCQI, IFC_MCQI_REG_SIZE, "mcqi_reg", false, mcqi_read, NULL,
	  IFC_MCQI_VERSION_SIZE },
	{ MLX5_REG_HOST_ENDIANNESS, IFC_HOST_ENDIANNESS_REG_SIZE, "host_endianness_reg", false,
	  endianness_read, endianness_write, 0 },
};

static const struct row *row_find(uint32_t id)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].id == id)
			return &rows[i];
	}
	return NULL;
}

static enum nic_syndrome check(const struct nic_command *c, const struct row *r, const uint8_t *in)
{
	uint8_t reserved[REGISTER_SIZE];

	if (c->in_size != IFC_ACCESS_REGISTER_IN_SIZE + (size_t)r->size)
		return NIC_SYN_IN_LENGTH;
	if (c->out_size != IFC_ACCESS_REGISTER_OUT_SIZE + (size_t)r->size + r->more)
		return NIC_SYN_OUT_LENGTH;
	if (IFC_GET(access_register_in, c->in, argument))
		return NIC_SYN_REGISTER_ARGUMENT;
	nic_layout_reserved(reserved, ifc_struct_find(r->layout));
	if (nic_bytes_meet(in, reserved, r->size))
		return NIC_SYN_RESERVED;
	if (r->is_of_port && IFC_GET(paos_reg, in, local_port) != PORT)
		return NIC_SYN_REGISTER_PORT;
	return NIC_SYN_NONE;
}

/* op_mod 0 writes, 1 reads. */
enum nic_syndrome nic_register_access(struct nic_command *c)
{
	const struct row *r = row_find(IFC_GET(access_register_in, c->in, register_id));
	const uint8_t *in = IFC_PTR(access_register_in, c->in, register_data);
	uint8_t *out = IFC_PTR(access_register_out, c->out, register_data);
	enum nic_syndrome s;

	if (!r)
		return NIC_SYN_REGISTER_ID;
	s = check(c, r, in);
	if (!s && !IFC_GET(access_register_in, c->in, op_mod))
		s = r->write ? r->write(c->dev, in) : NIC_SYN_REGISTER_READ_ONLY;
	if (!s && r->is_of_port)
		IFC_SET(paos_reg, out, local_port, PORT);
	return s ? s : r->read(c->dev, in, out);
}
