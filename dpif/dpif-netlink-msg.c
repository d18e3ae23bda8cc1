/* SPDX-License-Identifier: BSD-2-Clause */
/* The openvswitch families of generic netlink: requests and answers about datapath and flows. */
#include "dpif/dpif_netlink_internal.h"

#include "flow/attr.h"
#include "netlink/attr.h"
#include "netlink/transport.h"

#include <errno.h>

struct genl_ovs {
	struct genlmsghdr genl;
	struct ovs_header ovs;
};

static void start(struct nl_msg *msg, uint16_t family, uint16_t flags, uint8_t cmd, uint8_t version,
		  int dp_ifindex)
{
	const struct genl_ovs h = { { .cmd = cmd, .version = version },
				    { .dp_ifindex = dp_ifindex } };

	nl_msg_start(msg, family, (uint16_t)(NLM_F_REQUEST | flags), &h, sizeof h);
}

/* The attributes of an answer; NULL: it is too short. */
static const void *attrs_of(const void *msg, size_t msg_size, size_t *size)
{
	const size_t head = NLMSG_HDRLEN + sizeof(struct genl_ovs);

	if (msg_size < head)
		return NULL;
	*size = msg_size - head;
	return (const uint8_t *)msg + head;
}

static int put_nested(struct nl_msg *msg, uint16_t type, const struct flow_match *m, bool mask)
{
	const size_t nest = nl_nest_start_plain(msg, type);

	flow_match_encode(msg, m, mask);
	nl_nest_end(msg, nest);
	return 0;
}

int dpif_netlink_flow_to_ofpbuf(const struct dpif_netlink *dn, struct nl_msg *msg,
				const struct dpif_netlink_flow *request)
{
	struct span sp = SPAN(dn->up.trace);

	start(msg, dn->flow, request->nlmsg_flags, request->cmd, OVS_FLOW_VERSION, dn->dp_ifindex);
	if (request->ufid)
		nl_put(msg, OVS_FLOW_ATTR_UFID, request->ufid->b, sizeof request->ufid->b);
	if (request->ufid_flags)
		nl_put_u32(msg, OVS_FLOW_ATTR_UFID_FLAGS, request->ufid_flags);
	if (request->match) {
		put_nested(msg, OVS_FLOW_ATTR_KEY, request->match, false);
		put_nested(msg, OVS_FLOW_ATTR_MASK, request->match, true);
	}
	if (request->actions) {
		const size_t nest = nl_nest_start_plain(msg, OVS_FLOW_ATTR_ACTIONS);

		flow_actions_encode(msg, request->actions);
		nl_nest_end(msg, nest);
	}
	if (request->clear)
		nl_put_flag(msg, OVS_FLOW_ATTR_CLEAR);
	if (request->probe)
		nl_put_flag(msg, OVS_FLOW_ATTR_PROBE);
	span_note(&sp, "cmd", "%u", request->cmd);
	return span_end(&sp, nl_msg_end(msg));
}

static const struct nl_policy flow_policy[OVS_FLOW_ATTR_MAX + 1] = {
	[OVS_FLOW_ATTR_KEY] = { .kind = NL_NESTED, .name = "OVS_FLOW_ATTR_KEY" },
	[OVS_FLOW_ATTR_ACTIONS] = { .kind = NL_NESTED, .name = "OVS_FLOW_ATTR_ACTIONS" },
	[OVS_FLOW_ATTR_STATS] = { .kind = NL_BINARY,
				  .min = sizeof(struct ovs_flow_stats),
				  .name = "OVS_FLOW_ATTR_STATS" },
	[OVS_FLOW_ATTR_TCP_FLAGS] = { .kind = NL_U8, .name = "OVS_FLOW_ATTR_TCP_FLAGS" },
	[OVS_FLOW_ATTR_USED] = { .kind = NL_U64, .name = "OVS_FLOW_ATTR_USED" },
	[OVS_FLOW_ATTR_MASK] = { .kind = NL_NESTED, .name = "OVS_FLOW_ATTR_MASK" },
	[OVS_FLOW_ATTR_UFID] = { .kind = NL_BINARY,
				 .min = 1,
				 .max = 16,
				 .name = "OVS_FLOW_ATTR_UFID" },
};

static void decode_brief(struct dpif_flow *flow, const struct nlattr *const *a)
{
	flow->has_ufid = a[OVS_FLOW_ATTR_UFID] && nl_attr_size(a[OVS_FLOW_ATTR_UFID]) == 16;
	flow->ufid = (struct ufid){ 0 };
	if (flow->has_ufid)
		memcpy(flow->ufid.b, nl_attr_data(a[OVS_FLOW_ATTR_UFID]), sizeof flow->ufid.b);
	flow->stats = (struct flow_stats){ 0 };
	if (a[OVS_FLOW_ATTR_STATS]) {
		const uint8_t *s = nl_attr_data(a[OVS_FLOW_ATTR_STATS]);

		flow->stats.n_packets = get_u64(s);
		flow->stats.n_bytes = get_u64(s + 8);
	}
	if (a[OVS_FLOW_ATTR_USED])
		flow->stats.used_ms = nl_attr_u64(a[OVS_FLOW_ATTR_USED]);
	if (a[OVS_FLOW_ATTR_TCP_FLAGS])
		flow->stats.tcp_flags = nl_attr_u8(a[OVS_FLOW_ATTR_TCP_FLAGS]);
}

int dpif_netlink_flow_from_ofpbuf(struct dpif_flow *flow, const void *msg, size_t size, bool brief,
				  struct diag *d)
{
	const struct nlattr *a[OVS_FLOW_ATTR_MAX + 1];
	const struct nlattr *key, *mask, *actions;
	size_t attrs_size = 0;
	const void *attrs = attrs_of(msg, size, &attrs_size);
	int err;

	if (!attrs)
		return diag_set(d, -EPROTO, "the answer about a flow is too short");
	err = nl_attrs_parse(a, flow_policy, ARRAY_SIZE(a), attrs, attrs_size, d);
	if (err)
		return err;
	decode_brief(flow, a);
	if (brief)
		return 0;
	key = a[OVS_FLOW_ATTR_KEY];
	mask = a[OVS_FLOW_ATTR_MASK];
	actions = a[OVS_FLOW_ATTR_ACTIONS];
	if (!key)
		return diag_set(d, -EPROTO, "the answer about a flow has no key");
	err = flow_match_decode(&flow->match, nl_attr_data(key), nl_attr_size(key),
				mask ? nl_attr_data(mask) : NULL, mask ? nl_attr_size(mask) : 0, d);
	flow_actions_clear(&flow->actions);
	if (err || !actions)
		return err;
	return flow_actions_decode(&flow->actions, nl_attr_data(actions), nl_attr_size(actions), d);
}

/* Packets. */

static void put_metadata(struct nl_msg *msg, const struct dpif_execute *execute)
{
	const size_t nest = nl_nest_start_plain(msg, OVS_PACKET_ATTR_KEY);

	if (execute->key) {
		uint8_t *p = nl_put_bytes(msg, execute->key_size);

		if (p && execute->key_size)
			memcpy(p, execute->key, execute->key_size);
	} else {
		nl_put_u32(msg, OVS_KEY_ATTR_PRIORITY, 0);
		nl_put_u32(msg, OVS_KEY_ATTR_SKB_MARK, 0);
		nl_put_u32(msg, OVS_KEY_ATTR_IN_PORT, execute->in_port);
	}
	nl_nest_end(msg, nest);
}

int dpif_netlink_encode_execute(const struct dpif_netlink *dn, struct nl_msg *msg,
				const struct dpif_execute *execute)
{
	struct span sp = SPAN(dn->up.trace);
	size_t nest;

	start(msg, dn->packet, NLM_F_ACK, OVS_PACKET_CMD_EXECUTE, OVS_PACKET_VERSION,
	      dn->dp_ifindex);
	nl_put(msg, OVS_PACKET_ATTR_PACKET, execute->packet, execute->packet_size);
	put_metadata(msg, execute);
	nest = nl_nest_start_plain(msg, OVS_PACKET_ATTR_ACTIONS);
	flow_actions_encode(msg, execute->actions);
	nl_nest_end(msg, nest);
	if (execute->probe)
		nl_put_flag(msg, OVS_PACKET_ATTR_PROBE);
	if (execute->mru)
		nl_put_u16(msg, OVS_PACKET_ATTR_MRU, execute->mru);
	if (execute->hash)
		nl_put_u64(msg, OVS_PACKET_ATTR_HASH, execute->hash);
	span_note(&sp, "bytes", "%zu", execute->packet_size);
	return span_end(&sp, nl_msg_end(msg));
}

static const struct nl_policy packet_policy[OVS_PACKET_ATTR_MAX + 1] = {
	[OVS_PACKET_ATTR_PACKET] = { .kind = NL_BINARY,
				     .required = true,
				     .min = 14,
				     .name = "OVS_PACKET_ATTR_PACKET" },
	[OVS_PACKET_ATTR_KEY] = { .kind = NL_NESTED,
				  .required = true,
				  .name = "OVS_PACKET_ATTR_KEY" },
	[OVS_PACKET_ATTR_ACTIONS] = { .kind = NL_NESTED, .name = "OVS_PACKET_ATTR_ACTIONS" },
	[OVS_PACKET_ATTR_MRU] = { .kind = NL_U16, .name = "OVS_PACKET_ATTR_MRU" },
	[OVS_PACKET_ATTR_LEN] = { .kind = NL_U32, .name = "OVS_PACKET_ATTR_LEN" },
	[OVS_PACKET_ATTR_HASH] = { .kind = NL_U64, .name = "OVS_PACKET_ATTR_HASH" },
};

/* Payload and size of an attribute that may not be there. */
static const void *data_of(const struct nlattr *a, size_t *size)
{
	*size = a ? nl_attr_size(a) : 0;
	return a ? nl_attr_data(a) : NULL;
}

/* The header of a message that was not asked for: of our family and datapath. */
static int check_upcall(const struct dpif_netlink *dn, struct dpif_upcall *upcall, const void *msg,
			size_t size, struct diag *d)
{
	struct genl_ovs h;
	struct nlmsghdr n;

	if (size < NLMSG_HDRLEN + sizeof h)
		return diag_set(d, -EPROTO, "an upcall of %zu bytes is too short", size);
	memcpy(&n, msg, sizeof n);
	memcpy(&h, (const uint8_t *)msg + NLMSG_HDRLEN, sizeof h);
	if (n.nlmsg_len != size || n.nlmsg_type != dn->packet)
		return diag_set(d, -EPROTO, "a message of type %u and %u bytes is no upcall",
				n.nlmsg_type, n.nlmsg_len);
	if (h.genl.cmd != OVS_PACKET_CMD_MISS && h.genl.cmd != OVS_PACKET_CMD_ACTION)
		return diag_set(d, -EPROTO, "an upcall of unknown type %u", h.genl.cmd);
	if (h.ovs.dp_ifindex != dn->dp_ifindex)
		return diag_set(d, -EPROTO, "an upcall of another datapath, %d", h.ovs.dp_ifindex);
	upcall->type = h.genl.cmd == OVS_PACKET_CMD_MISS ? DPIF_UC_MISS : DPIF_UC_ACTION;
	return 0;
}

int dpif_netlink_parse_upcall(const struct dpif_netlink *dn, struct dpif_upcall *upcall,
			      const void *msg, size_t size, struct diag *d)
{
	const struct nlattr *a[OVS_PACKET_ATTR_MAX + 1];
	const size_t head = NLMSG_HDRLEN + sizeof(struct genl_ovs);
	int err = check_upcall(dn, upcall, msg, size, d);

	if (!err)
		err = nl_attrs_parse(a, packet_policy, ARRAY_SIZE(a), (const uint8_t *)msg + head,
				     size - head, d);
	if (err)
		return err;
	upcall->packet = data_of(a[OVS_PACKET_ATTR_PACKET], &upcall->packet_size);
	upcall->packet_len = a[OVS_PACKET_ATTR_LEN] ? nl_attr_u32(a[OVS_PACKET_ATTR_LEN])
						    : upcall->packet_size;
	upcall->key_attrs = data_of(a[OVS_PACKET_ATTR_KEY], &upcall->key_size);
	upcall->userdata = data_of(a[OVS_PACKET_ATTR_USERDATA], &upcall->userdata_size);
	upcall->actions_attrs = data_of(a[OVS_PACKET_ATTR_ACTIONS], &upcall->actions_size);
	upcall->mru = a[OVS_PACKET_ATTR_MRU] ? nl_attr_u16(a[OVS_PACKET_ATTR_MRU]) : 0;
	upcall->hash = a[OVS_PACKET_ATTR_HASH] ? nl_attr_u64(a[OVS_PACKET_ATTR_HASH]) : 0;
	upcall->ufid = flow_key_attrs_ufid(upcall->key_attrs, upcall->key_size);
	return flow_key_decode(&upcall->key, &upcall->key_headers, &upcall->more, upcall->key_attrs,
			       upcall->key_size, d);
}

/* Datapath. */

static const struct nl_policy dp_policy[OVS_DP_ATTR_MAX + 1] = {
	[OVS_DP_ATTR_NAME] = { .kind = NL_STRING, .max = IFNAMSIZ - 1, .name = "OVS_DP_ATTR_NAME" },
	[OVS_DP_ATTR_STATS] = { .kind = NL_BINARY,
				.min = sizeof(struct ovs_dp_stats),
				.name = "OVS_DP_ATTR_STATS" },
	[OVS_DP_ATTR_MEGAFLOW_STATS] = { .kind = NL_BINARY,
					 .min = 16,
					 .name = "OVS_DP_ATTR_MEGAFLOW_STATS" },
	[OVS_DP_ATTR_USER_FEATURES] = { .kind = NL_U32, .name = "OVS_DP_ATTR_USER_FEATURES" },
	[OVS_DP_ATTR_MASKS_CACHE_SIZE] = { .kind = NL_U32, .name = "OVS_DP_ATTR_MASKS_CACHE_SIZE" },
};

static void take_features(struct dpif_netlink *dn, const struct nl_reply *r)
{
	size_t size = 0;
	const void *attrs = attrs_of(r->msg, r->size, &size);
	const struct nlattr *a[OVS_DP_ATTR_MAX + 1];

	if (!attrs || nl_attrs_parse(a, dp_policy, ARRAY_SIZE(a), attrs, size, NULL))
		return;
	if (a[OVS_DP_ATTR_USER_FEATURES])
		dn->user_features = nl_attr_u32(a[OVS_DP_ATTR_USER_FEATURES]);
}

static int take_datapath(struct dpif_netlink *dn, const struct nl_reply *r, struct diag *d)
{
	struct ovs_header ovs;

	if (!r->msg || r->size < NLMSG_HDRLEN + sizeof(struct genl_ovs))
		return diag_set(d, -EPROTO, "the kernel's answer about the datapath is too short");
	memcpy(&ovs, (const uint8_t *)r->msg + NLMSG_HDRLEN + GENL_HDRLEN, sizeof ovs);
	dn->dp_ifindex = ovs.dp_ifindex;
	take_features(dn, r);
	return 0;
}

static int get_datapath(struct dpif_netlink *dn, const char *name, struct nl_reply *r,
			struct diag *d)
{
	struct nl_msg msg;
	int err;

	nl_msg_init(&msg, dn->buf, sizeof dn->buf);
	start(&msg, dn->datapath, NLM_F_ECHO, OVS_DP_CMD_GET, OVS_DATAPATH_VERSION,
	      name ? 0 : dn->dp_ifindex);
	if (name)
		nl_put_str(&msg, OVS_DP_ATTR_NAME, name);
	err = nl_msg_end(&msg);
	return err ? err : nl_transact(dn->genl, &msg, r, d);
}

static int new_datapath_with(struct dpif_netlink *dn, const char *name, uint32_t features,
			     struct nl_reply *r, struct diag *d)
{
	struct nl_msg msg;
	int err;

	nl_msg_init(&msg, dn->buf, sizeof dn->buf);
	start(&msg, dn->datapath, NLM_F_ECHO, OVS_DP_CMD_NEW, OVS_DATAPATH_VERSION, 0);
	nl_put_str(&msg, OVS_DP_ATTR_NAME, name);
	nl_put_u32(&msg, OVS_DP_ATTR_UPCALL_PID, 0);
	nl_put_u32(&msg, OVS_DP_ATTR_USER_FEATURES, features);
	err = nl_msg_end(&msg);
	return err ? err : nl_transact(dn->genl, &msg, r, d);
}

/*
 * As OVS finds out what a kernel can do: one before 5.3 takes any feature, so that a feature which
 * no kernel has is tried first; one before 5.15 has no dispatch by processor.
 */
#define FEATURE_OF_NO_KERNEL (1u << 31)

static int new_datapath(struct dpif_netlink *dn, const char *name, bool *is_honest,
			struct nl_reply *r, struct diag *d)
{
	static const uint32_t per_port = OVS_DP_F_UNALIGNED | OVS_DP_F_VPORT_PIDS;
	int err = new_datapath_with(dn, name, per_port | FEATURE_OF_NO_KERNEL, r, NULL);

	if (err != -EOPNOTSUPP && err)
		return new_datapath_with(dn, name, per_port, r, d); /* for its words */
	dn->user_features = per_port;				    /* one that is too old to say */
	*is_honest = err;
	if (!err)
		return 0;
	err = new_datapath_with(dn, name, OVS_DP_F_UNALIGNED | OVS_DP_F_DISPATCH_UPCALL_PER_CPU, r,
				NULL);
	return err ? new_datapath_with(dn, name, per_port, r, d) : 0;
}

int dpif_netlink_set_features(struct dpif_netlink *dn, uint32_t features, const uint32_t *pids,
			      uint32_t n_pids, struct diag *d)
{
	struct nl_reply r;
	struct nl_msg msg;
	int err;

	nl_msg_init(&msg, dn->buf, sizeof dn->buf);
	start(&msg, dn->datapath, NLM_F_ECHO, OVS_DP_CMD_SET, OVS_DATAPATH_VERSION, dn->dp_ifindex);
	nl_put_u32(&msg, OVS_DP_ATTR_USER_FEATURES, features);
	if (pids)
		nl_put(&msg, OVS_DP_ATTR_PER_CPU_PIDS, pids, n_pids * sizeof *pids);
	err = nl_msg_end(&msg);
	if (!err)
		err = nl_transact(dn->genl, &msg, &r, d);
	return err ? err : take_datapath(dn, &r, d);
}

/* That tc tells the datapath where it missed is asked for last: a kernel that is built without it
 * does without offloaded recirculation. */
static void share_recirc(struct dpif_netlink *dn)
{
	const uint32_t want = dn->user_features | OVS_DP_F_TC_RECIRC_SHARING;

	(void)!dpif_netlink_set_features(dn, want, NULL, 0, NULL);
}

int dpif_netlink_destroy(struct dpif *dpif, struct diag *d)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	struct nl_msg msg;
	int err;

	nl_msg_init(&msg, dn->buf, sizeof dn->buf);
	start(&msg, dn->datapath, NLM_F_ACK, OVS_DP_CMD_DEL, OVS_DATAPATH_VERSION, dn->dp_ifindex);
	err = nl_msg_end(&msg);
	return err ? err : nl_transact(dn->genl, &msg, NULL, d);
}

int dpif_netlink_find(struct dpif_netlink *dn, const char *name, bool create, struct diag *d)
{
	bool is_honest = false; /* it is new, and the kernel refuses features that it has not */
	struct nl_reply r;
	struct diag why;
	int err;

	diag_init(&why);
	err = get_datapath(dn, name, &r, &why);
	if (err == -ENODEV && create) {
		diag_init(&why);
		err = new_datapath(dn, name, &is_honest, &r, &why);
	}
	if (err == -ENODEV)
		return diag_set(d, err, "datapath not found: %s", name);
	if (err) {
		diag_copy(d, &why);
		diag_context(d, "datapath %s", name);
		return err;
	}
	err = take_datapath(dn, &r, d);
	if (!err && is_honest)
		share_recirc(dn);
	if (dn->up.offload)
		offload_config(dn->up.offload)->no_recirc_sharing =
			!(dn->user_features & OVS_DP_F_TC_RECIRC_SHARING);
	return err;
}

int dpif_netlink_get_stats(struct dpif *dpif, struct dpif_stats *stats, struct diag *d)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	const struct nlattr *a[OVS_DP_ATTR_MAX + 1];
	const void *attrs;
	struct nl_reply r;
	size_t size = 0;
	int err;

	memset(stats, 0, sizeof *stats);
	err = get_datapath(dn, NULL, &r, d);
	if (err)
		return err;
	attrs = r.msg ? attrs_of(r.msg, r.size, &size) : NULL;
	if (!attrs)
		return diag_set(d, -EPROTO, "the kernel's answer about the datapath is too short");
	err = nl_attrs_parse(a, dp_policy, ARRAY_SIZE(a), attrs, size, d);
	if (err)
		return err;
	if (a[OVS_DP_ATTR_STATS]) {
		struct ovs_dp_stats s;

		memcpy(&s, nl_attr_data(a[OVS_DP_ATTR_STATS]), sizeof s);
		stats->n_hit = s.n_hit;
		stats->n_missed = s.n_missed;
		stats->n_lost = s.n_lost;
		stats->n_flows = s.n_flows;
	}
	if (a[OVS_DP_ATTR_MEGAFLOW_STATS]) {
		const size_t got = nl_attr_size(a[OVS_DP_ATTR_MEGAFLOW_STATS]);
		struct ovs_dp_megaflow_stats s = { 0 };

		memcpy(&s, nl_attr_data(a[OVS_DP_ATTR_MEGAFLOW_STATS]),
		       got < sizeof s ? got : sizeof s);
		stats->n_mask_hit = s.n_mask_hit;
		stats->n_masks = s.n_masks;
		stats->n_cache_hit = s.n_cache_hit;
	}
	stats->has_masks_cache = a[OVS_DP_ATTR_MASKS_CACHE_SIZE];
	if (stats->has_masks_cache)
		stats->masks_cache_size = nl_attr_u32(a[OVS_DP_ATTR_MASKS_CACHE_SIZE]);
	return 0;
}

/* Ports. */

static const struct nl_policy vport_policy[OVS_VPORT_ATTR_MAX + 1] = {
	[OVS_VPORT_ATTR_PORT_NO] = { .kind = NL_U32,
				     .required = true,
				     .name = "OVS_VPORT_ATTR_PORT_NO" },
	[OVS_VPORT_ATTR_TYPE] = { .kind = NL_U32, .required = true, .name = "OVS_VPORT_ATTR_TYPE" },
	[OVS_VPORT_ATTR_NAME] = { .kind = NL_STRING,
				  .required = true,
				  .max = IFNAMSIZ - 1,
				  .name = "OVS_VPORT_ATTR_NAME" },
	[OVS_VPORT_ATTR_STATS] = { .kind = NL_BINARY,
				   .min = sizeof(struct ovs_vport_stats),
				   .name = "OVS_VPORT_ATTR_STATS" },
	[OVS_VPORT_ATTR_IFINDEX] = { .kind = NL_U32, .name = "OVS_VPORT_ATTR_IFINDEX" },
};

/* The kinds of ports that there are here; the others of OVS are tunnels. */
static const struct {
	uint32_t vport;
	const char *type;
} port_types[] = {
	{ OVS_VPORT_TYPE_NETDEV, "system" }, { OVS_VPORT_TYPE_INTERNAL, "internal" },
	{ OVS_VPORT_TYPE_GRE, "gre" },	     { OVS_VPORT_TYPE_VXLAN, "vxlan" },
	{ OVS_VPORT_TYPE_GENEVE, "geneve" },
};

static const char *type_name(uint32_t vport)
{
	for (size_t i = 0; i < ARRAY_SIZE(port_types); i++)
		if (port_types[i].vport == vport)
			return port_types[i].type;
	return "unknown";
}

static int decode_port(struct dpif_port *p, const void *msg, size_t msg_size, struct diag *d)
{
	const struct nlattr *a[OVS_VPORT_ATTR_MAX + 1];
	size_t size = 0;
	const void *attrs = attrs_of(msg, msg_size, &size);
	int err;

	memset(p, 0, sizeof *p);
	if (!attrs)
		return diag_set(d, -EPROTO, "the kernel's answer about a port is too short");
	err = nl_attrs_parse(a, vport_policy, ARRAY_SIZE(a), attrs, size, d);
	if (err)
		return err;
	p->number = nl_attr_u32(a[OVS_VPORT_ATTR_PORT_NO]);
	strncpy(p->name, nl_attr_str(a[OVS_VPORT_ATTR_NAME]), sizeof p->name - 1);
	strncpy(p->type, type_name(nl_attr_u32(a[OVS_VPORT_ATTR_TYPE])), sizeof p->type - 1);
	if (a[OVS_VPORT_ATTR_IFINDEX])
		p->ifindex = (int)nl_attr_u32(a[OVS_VPORT_ATTR_IFINDEX]);
	if (a[OVS_VPORT_ATTR_STATS]) {
		struct ovs_vport_stats s;

		memcpy(&s, nl_attr_data(a[OVS_VPORT_ATTR_STATS]), sizeof s);
		p->rx_packets = s.rx_packets;
		p->rx_bytes = s.rx_bytes;
		p->rx_errors = s.rx_errors;
		p->rx_dropped = s.rx_dropped;
		p->tx_packets = s.tx_packets;
		p->tx_bytes = s.tx_bytes;
		p->tx_errors = s.tx_errors;
		p->tx_dropped = s.tx_dropped;
	}
	return 0;
}

int dpif_netlink_port_dump(struct dpif *dpif, dpif_port_cb *cb, void *aux, struct diag *d)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	const struct nlmsghdr *h;
	struct nl_dump dump;
	struct nl_msg msg;
	int err, end;

	nl_msg_init(&msg, dn->buf, sizeof dn->buf);
	start(&msg, dn->vport, 0, OVS_VPORT_CMD_GET, OVS_VPORT_VERSION, dn->dp_ifindex);
	err = nl_msg_end(&msg);
	if (err)
		return err;
	err = nl_dump_start(&dump, dn->genl, &msg, d);
	while (!err) {
		struct dpif_port port;

		err = nl_dump_next(&dump, &h, d);
		if (err <= 0)
			break;
		err = decode_port(&port, h, h->nlmsg_len, d);
		if (!err && cb(aux, &port) == WALK_STOP)
			break;
	}
	end = nl_dump_end(&dump);
	return err ? err : end;
}

/* A port is known by name and, to the flow API, by what serves it. */
static int take_port(struct dpif_netlink *dn, const struct dpif_port *port, struct diag *d)
{
	int err = dpif_port_table_add(&dn->ports, port);

	if (err)
		return diag_set(d, err, "port %s: %s", port->name, diag_strerror(err));
	if (!dn->up.offload)
		return 0;
	err = netdev_ports_insert(dn->up.offload, port->number, port->name, port->type,
				  port->ifindex, d);
	if (err)
		dpif_port_table_del(&dn->ports, port->number);
	return err;
}

struct port_walk {
	struct dpif_netlink *dn;
	struct diag *d;
	int err;
};

static enum walk take_dumped_port(void *aux, const struct dpif_port *port)
{
	struct port_walk *w = aux;

	w->err = take_port(w->dn, port, w->d);
	return w->err ? WALK_STOP : WALK_ON;
}

int dpif_netlink_read_ports(struct dpif_netlink *dn, struct diag *d)
{
	struct port_walk w = { dn, d, 0 };
	const int err = dpif_netlink_port_dump(&dn->up, take_dumped_port, &w, d);

	return w.err ? w.err : err;
}

static int vport_of_type(const char *type, uint32_t *vport, struct diag *d)
{
	if (!strcmp(type, "system"))
		*vport = OVS_VPORT_TYPE_NETDEV;
	else if (!strcmp(type, "internal"))
		*vport = OVS_VPORT_TYPE_INTERNAL;
	else
		return diag_set(d, -EAFNOSUPPORT, "ports of type %s are not supported", type);
	return 0;
}

static int del_vport(struct dpif_netlink *dn, uint32_t number, struct diag *d)
{
	struct nl_msg msg;
	int err;

	nl_msg_init(&msg, dn->buf, sizeof dn->buf);
	start(&msg, dn->vport, NLM_F_ACK, OVS_VPORT_CMD_DEL, OVS_VPORT_VERSION, dn->dp_ifindex);
	nl_put_u32(&msg, OVS_VPORT_ATTR_PORT_NO, number);
	err = nl_msg_end(&msg);
	return err ? err : nl_transact(dn->genl, &msg, NULL, d);
}

int dpif_netlink_vport_set_pid(struct dpif_netlink *dn, uint32_t number, uint32_t pid,
			       struct diag *d)
{
	struct nl_msg msg;
	int err;

	nl_msg_init(&msg, dn->buf, sizeof dn->buf);
	start(&msg, dn->vport, NLM_F_ACK, OVS_VPORT_CMD_SET, OVS_VPORT_VERSION, dn->dp_ifindex);
	nl_put_u32(&msg, OVS_VPORT_ATTR_PORT_NO, number);
	nl_put_u32(&msg, OVS_VPORT_ATTR_UPCALL_PID, pid);
	err = nl_msg_end(&msg);
	return err ? err : nl_transact(dn->genl, &msg, NULL, d);
}

static int new_vport(struct dpif_netlink *dn, const char *name, uint32_t vport, uint32_t number,
		     uint32_t pid, struct nl_reply *r, struct diag *d)
{
	struct nl_msg msg;
	int err;

	nl_msg_init(&msg, dn->buf, sizeof dn->buf);
	start(&msg, dn->vport, NLM_F_ECHO, OVS_VPORT_CMD_NEW, OVS_VPORT_VERSION, dn->dp_ifindex);
	if (number != UINT32_MAX)
		nl_put_u32(&msg, OVS_VPORT_ATTR_PORT_NO, number);
	nl_put_u32(&msg, OVS_VPORT_ATTR_TYPE, vport);
	nl_put_str(&msg, OVS_VPORT_ATTR_NAME, name);
	nl_put_u32(&msg, OVS_VPORT_ATTR_UPCALL_PID, pid);
	err = nl_msg_end(&msg);
	if (!err)
		err = nl_transact(dn->genl, &msg, r, d);
	if (!err && !r->msg)
		err = diag_set(d, -EPROTO, "the kernel does not say which number port %s got",
			       name);
	return err;
}

int dpif_netlink_port_add(struct dpif *dpif, const char *name, const char *type, uint32_t *number,
			  struct diag *d)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	struct nl_transport *channel = NULL;
	struct dpif_port port;
	struct nl_reply r;
	uint32_t vport = 0, pid = 0;
	int err;

	if (strlen(name) >= IFNAMSIZ || !name[0])
		return diag_set(d, -EINVAL, "\"%s\" is no name of a device", name);
	err = vport_of_type(type, &vport, d);
	if (!err)
		err = dpif_netlink_channel_open(dn, &channel, &pid, d);
	if (err)
		return err;
	err = new_vport(dn, name, vport, *number, pid, &r, d);
	if (!err)
		err = decode_port(&port, r.msg, r.size, d);
	if (err) {
		nl_transport_close(channel);
		return err;
	}
	err = dpif_netlink_channel_add(dn, channel, port.number, d);
	if (!err)
		err = take_port(dn, &port, d);
	if (err) {
		dpif_netlink_channel_del(dn, port.number);
		(void)!del_vport(dn, port.number, NULL);
		return err;
	}
	*number = port.number;
	return 0;
}

static void forget_port(struct dpif_netlink *dn, uint32_t number)
{
	if (dn->up.offload)
		(void)!netdev_ports_remove(dn->up.offload, number, NULL);
	dpif_port_table_del(&dn->ports, number);
	dpif_netlink_channel_del(dn, number);
}

int dpif_netlink_port_del(struct dpif *dpif, uint32_t number, struct diag *d)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	int err;

	if (!dpif_port_table_get(&dn->ports, number))
		return diag_set(d, -ENODEV, "there is no port %u", number);
	err = del_vport(dn, number, d);
	if (err && err != -ENODEV)
		return err;
	forget_port(dn, number);
	return 0;
}

/* Which ports of the table are in the datapath as they were. */
struct port_sync {
	struct dpif_netlink *dn;
	uint64_t there[(UINT16_MAX + 1) / 64];
};

static enum walk note_port(void *aux, const struct dpif_port *port)
{
	struct port_sync *s = aux;
	const struct dpif_port *known = dpif_port_table_get(&s->dn->ports, port->number);

	if (known && port->number <= UINT16_MAX && known->ifindex == port->ifindex &&
	    !strcmp(known->name, port->name))
		s->there[port->number / 64] |= UINT64_C(1) << port->number % 64;
	return WALK_ON;
}

int dpif_netlink_port_sync(struct dpif *dpif, struct diag *d)
{
	struct port_sync s = { .dn = dpif_netlink_cast(dpif) };
	int err = dpif_netlink_port_dump(dpif, note_port, &s, d);
	const struct dpif_port *p;
	uint64_t number;

	if (err)
		return err;
	idr_for_each (&s.dn->ports.by_number, number, p)
		if (number > UINT16_MAX || !(s.there[number / 64] >> number % 64 & 1))
			forget_port(s.dn, (uint32_t)number); /* numbers are 32 bits */
	return 0;
}
