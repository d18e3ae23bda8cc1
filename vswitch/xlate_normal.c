/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NORMAL: the learning switch. VLAN ports as in OVS: an access port belongs to one VLAN and knows
 * no tags, a trunk carries tagged packets, a native port is a trunk that has a VLAN for packets
 * without a tag. A tag with VLAN ID 0 has a priority only: it is as if there was none.
 */
#include "vswitch/xlate_internal.h"

static struct mac_address mac_of(const uint8_t *p)
{
	struct mac_address mac;

	memcpy(mac.b, p, sizeof mac.b);
	return mac;
}

/* The VLAN of a packet with VLAN ID @vid that came in at @p; false: it may not come in there. */
static bool input_vlan(const struct bridge_port *p, uint16_t vid, uint16_t *vlan)
{
	bool is_native = p->vlan_mode == BRIDGE_VLAN_NATIVE_TAGGED ||
			 p->vlan_mode == BRIDGE_VLAN_NATIVE_UNTAGGED;

	if (p->vlan_mode == BRIDGE_VLAN_ACCESS) {
		*vlan = p->tag;
		return !vid;
	}
	*vlan = is_native && !vid ? p->tag : vid;
	return bridge_port_has_vlan(p, *vlan);
}

/* The VLAN ID that a packet of @vlan leaves @p with; 0: without a tag. */
static uint16_t output_vid(const struct bridge_port *p, uint16_t vlan)
{
	switch (p->vlan_mode) {
	case BRIDGE_VLAN_ACCESS:
		return 0;
	case BRIDGE_VLAN_NATIVE_UNTAGGED:
		return vlan == p->tag ? 0 : vlan;
	case BRIDGE_VLAN_TRUNK:
	case BRIDGE_VLAN_NATIVE_TAGGED:
	case BRIDGE_VLAN_N_MODES:
		break;
	}
	return vlan;
}

/* The rules that follow see the tag that there was before. */
static void send(struct xlate_ctx *ctx, const struct bridge_port *p, uint16_t vlan)
{
	const struct flow_vlan before = ctx->flow.vlan[0];
	uint16_t vid = output_vid(p, vlan), pcp;
	struct flow_vlan tag = { 0, 0 };

	if (vid == xlate_vid(&ctx->flow) && (vid || !xlate_is_tagged(&ctx->flow))) {
		xlate_output(ctx, p->number);
		return;
	}
	if (vid) {
		pcp = host_from_be16(before.tci) & VLAN_PCP_MASK;
		tag.tpid = before.tpid ? before.tpid : be16_from_host(0x8100);
		tag.tci = be16_from_host((uint16_t)(vid | pcp | VLAN_CFI));
	}
	xlate_set_vlan(ctx, tag);
	xlate_output(ctx, p->number);
	xlate_set_vlan(ctx, before);
}

static void flood(struct xlate_ctx *ctx, const struct bridge_port *in, uint16_t vlan)
{
	const struct bridge_port *p;
	uint64_t id;

	idr_for_each (&ctx->in->bridge->ports, id, p)
		if (p != in && !p->is_gone && bridge_port_has_vlan(p, vlan))
			send(ctx, p, vlan);
}

static void learn(struct xlate_ctx *ctx, struct mac_address mac, uint16_t vlan, uint32_t port)
{
	struct xlate_out *out = ctx->out;

	if (mac_is_group(mac) || out->n_learns == XLATE_LEARNS_MAX)
		return;
	for (size_t i = 0; i < out->n_learns; i++)
		if (mac_is_equal(out->learns[i].mac, mac) && out->learns[i].vlan == vlan &&
		    out->learns[i].port == port)
			return;
	out->learns[out->n_learns++] = (struct xlate_learn){ mac, vlan, port };
}

static void depend(struct xlate_ctx *ctx, struct mac_address mac, uint16_t vlan)
{
	struct xlate_out *out = ctx->out;

	if (out->basis.n_dependencies < XLATE_DEPENDENCY_MAX)
		out->basis.dependencies[out->basis.n_dependencies] =
			mac_learning_depend(&ctx->in->bridge->fdb, mac, vlan);
	if (out->basis.n_dependencies <= XLATE_DEPENDENCY_MAX)
		out->basis.n_dependencies++;
}

/* 01:80:c2:00:00:00 to :0f are for protocols of links, which bridges do not pass on. */
static bool is_reserved(struct mac_address mac)
{
	static const uint8_t prefix[5] = { 0x01, 0x80, 0xc2, 0x00, 0x00 };

	return !memcmp(mac.b, prefix, sizeof prefix) && mac.b[5] < 0x10;
}

static void forward(struct xlate_ctx *ctx, const struct bridge_port *in, uint16_t vlan)
{
	struct mac_address src = mac_of(ctx->flow.eth.eth_src), dst = mac_of(ctx->flow.eth.eth_dst);
	const struct bridge *b = ctx->in->bridge;
	const struct bridge_port *p;
	const struct mac_entry *e;

	if (mac_is_group(dst)) {
		XLATE_REPORT(ctx, "a group address: flood in VLAN %u", vlan);
		flood(ctx, in, vlan);
		return;
	}
	depend(ctx, dst, vlan);
	e = mac_learning_find(&b->fdb, dst, vlan, ctx->in->now_ns);
	p = mac_is_equal(src, dst) ? in : e ? bridge_find_port(b, e->port) : NULL;
	if (!p) {
		XLATE_REPORT(ctx, "nothing is known of the destination: flood in VLAN %u", vlan);
		flood(ctx, in, vlan);
	} else if (p == in) {
		XLATE_REPORT(ctx, "the destination is on the input port: drop");
	} else {
		XLATE_REPORT(ctx, "the destination was learned on %s in VLAN %u", p->name, vlan);
		send(ctx, p, vlan);
	}
}

void xlate_normal(struct xlate_ctx *ctx)
{
	const struct bridge_port *in = bridge_find_port(ctx->in->bridge, ctx->flow.in_port);
	struct mac_address src = mac_of(ctx->flow.eth.eth_src);
	uint16_t vlan;

	xlate_look(ctx, FLOW_ETH_SRC, WILDCARDS_NORMAL);
	xlate_look(ctx, FLOW_ETH_DST, WILDCARDS_NORMAL);
	xlate_look(ctx, FLOW_VLAN_VID, WILDCARDS_NORMAL);
	if (!in) {
		XLATE_REPORT(ctx, "NORMAL: port %u is not of the bridge: drop", ctx->flow.in_port);
		return;
	}
	if (!input_vlan(in, xlate_vid(&ctx->flow), &vlan)) {
		XLATE_REPORT(ctx, "NORMAL: VLAN %u may not come in at %s: drop",
			     xlate_vid(&ctx->flow), in->name);
		return;
	}
	if (is_reserved(mac_of(ctx->flow.eth.eth_dst))) {
		XLATE_REPORT(ctx, "NORMAL: the destination is a reserved group address: drop");
		return;
	}
	learn(ctx, src, vlan, in->number);
	forward(ctx, in, vlan);
}
