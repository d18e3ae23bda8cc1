/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of a packet: ingress ACL of the vport it comes from, FDB from its root, egress ACL of
 * each vport it goes to. A frame is copied only when an action changes it; the copy on the way to
 * one destination does not change what the others get.
 *
 * An entry's actions run in the device's order, whatever the order that a driver thought of: modify
 * header, vlan pop, vlan push, count, forward. Registers are 0 at the begin and live until the end.
 */
#include "nic/device/device_internal.h"

#include <string.h>

struct walk {
	struct nic_device *dev;
	const uint8_t *data; /* the frame as it is now */
	size_t size, size_before;
	struct packet packet; /* owns the frame when @is_copy */
	struct nic_scratch *scratch;
	bool is_copy;
	bool has_sink;
	bool is_traced;
	bool is_rewritten; /* the frame is not what came in */
	bool is_dmac_new;  /* what it is counted as is not what came in */
	unsigned int tables_left;
	struct nic_key key;
	struct nic_layers layers;
	struct nic_path *path;
	bool *is_whole; /* the path holds for every packet of its key */
};

static int make_copy(struct walk *w)
{
	int err;

	if (w->is_copy)
		return 0;
	packet_init(&w->packet, w->scratch->bytes, sizeof w->scratch->bytes);
	err = packet_set(&w->packet, w->data, w->size);
	if (err)
		return err;
	w->is_copy = true;
	w->data = w->packet.data;
	return 0;
}

/* Registers and origin stay. */
static void look_again(struct walk *w)
{
	w->data = w->packet.data;
	w->size = w->packet.size;
	w->is_rewritten = true;
	nic_key_parse(&w->key, &w->layers, w->data, w->size);
}

static int run_modify_header(struct walk *w, const struct nic_modify_header *m)
{
	int err = nic_modify_header_run(m, &w->packet, &w->layers, &w->key);

	/* What is behind another ethertype is not in the key of the path. */
	if (m->changes_type)
		*w->is_whole = false;
	w->is_dmac_new = w->is_dmac_new || m->changes_dmac;
	if (!err && m->changes_frame)
		look_again(w);
	return err;
}

static int run_pop(struct walk *w)
{
	int err = w->layers.n_vlans ? packet_pop_vlan(&w->packet) : -1;

	if (!err)
		look_again(w);
	return err;
}

static int run_push(struct walk *w, uint32_t vlan)
{
	int err = packet_push_vlan(&w->packet, be16_from_host((uint16_t)(vlan >> 16)),
				   be16_from_host((uint16_t)vlan));

	if (!err)
		look_again(w);
	return err;
}

static bool has_third_vlan(const struct walk *w)
{
	uint32_t type = w->key.w[1] & 0xffff;

	return type == 0x8100 || type == 0x88a8;
}

#define ACTION(name) MLX5_FLOW_CONTEXT_ACTION_##name
#define CHANGES                                                                        \
	(ACTION(MOD_HDR) | ACTION(VLAN_POP) | ACTION(VLAN_POP_2) | ACTION(VLAN_PUSH) | \
	 ACTION(VLAN_PUSH_2))

/* Setting a register, as all that comes in has it done, needs no copy of the frame. */
static bool needs_copy(const struct nic_entry *e)
{
	return e->action & (CHANGES & ~ACTION(MOD_HDR)) || e->more->modify->uses_frame;
}

static int run_changes(struct walk *w, const struct nic_entry *e)
{
	int err = needs_copy(e) ? make_copy(w) : 0;

	if (has_third_vlan(w))
		*w->is_whole = false;
	if (!err && e->action & ACTION(MOD_HDR))
		err = run_modify_header(w, e->more->modify);
	if (!err && e->action & ACTION(VLAN_POP))
		err = run_pop(w);
	if (!err && e->action & ACTION(VLAN_POP_2))
		err = run_pop(w);
	if (!err && e->action & ACTION(VLAN_PUSH))
		err = run_push(w, e->more->push_vlan[0]);
	if (!err && e->action & ACTION(VLAN_PUSH_2))
		err = run_push(w, e->more->push_vlan[1]);
	return err;
}

static void count(struct walk *w, const struct nic_entry *e)
{
	struct nic_counter *c = nic_counter_find(&w->dev->counters, e->counter);
	struct nic_path *p = w->path;

	c->packets++;
	c->octets += w->size;
	if (p->n_counters == NIC_PATH_COUNTERS_MAX) {
		*w->is_whole = false;
		return;
	}
	p->counters[p->n_counters] = c;
	p->deltas[p->n_counters++] = (int16_t)((int)w->size - (int)w->size_before);
}

static void nic_device_output(struct walk *w, uint16_t vport)
{
	const struct nic_sink *s = &w->dev->sink;
	struct span sp = SPAN(w->dev->trace);

	if (vport == MLX5_VPORT_PF)
		span_note(&sp, "to", "the e-switch manager (vport 0), reg_c_0 0x%x",
			  w->key.w[NIC_KEY_REG_C_0]);
	else if (vport == MLX5_VPORT_UPLINK)
		span_note(&sp, "to", "uplink");
	else
		span_note(&sp, "to", "vport %u", vport);
	span_note(&sp, "size", "%zu bytes", w->size);
	if (w->dev->tap.frame)
		w->dev->tap.frame(w->dev->tap.aux, vport, w->key.w[NIC_KEY_REG_C_0], w->data,
				  w->size);
	if (vport == MLX5_VPORT_PF && s->to_manager)
		s->to_manager(s->aux, w->key.w[NIC_KEY_REG_C_0], w->data, w->size);
	else if (vport != MLX5_VPORT_PF && s->output)
		s->output(s->aux, vport, w->data, w->size);
	span_end(&sp, 0);
}

static void note_out(struct walk *w, const struct nic_vport *vp, enum nic_traffic traffic)
{
	struct nic_path *p = w->path;
	unsigned int i = p->n_out++;

	if (i >= NIC_PATH_OUTS_MAX) {
		*w->is_whole = false;
		return;
	}
	p->outs[i].vport = (uint16_t)(vp - w->dev->vports);
	p->outs[i].delta = (int16_t)((int)w->size - (int)w->size_before);
	p->traffic |= (uint8_t)((w->is_dmac_new ? traffic : NIC_N_TRAFFIC) << 2 * i);
}

static void deliver(struct walk *w, struct nic_vport *vp)
{
	enum nic_traffic traffic = nic_traffic_of(w->data);

	nic_count(&vp->counts.received[traffic], w->size);
	note_out(w, vp, traffic);
	if (w->has_sink)
		nic_device_output(w, vp->number);
}

/* Whether frames pass between the e-switch and what is behind a vport. */
static bool is_open(const struct nic_device *dev, const struct nic_vport *vp)
{
	return vp && !vp->is_off && (vp != nic_uplink(dev) || dev->function.port.is_up);
}

static inline const struct nic_entry *look_up(const struct walk *w, const struct nic_table *t)
{
	if (w->is_rewritten)
		w->path->is_late = 1;
	return UNLIKELY(w->is_traced) ? nic_table_lookup_traced(w->dev, t, &w->key)
				      : nic_table_lookup(t, &w->key);
}

static enum nic_drop run_actions(struct walk *w, const struct nic_entry *e)
{
	if (e->action & CHANGES && !(e->action & ACTION(DROP)) && run_changes(w, e))
		return NIC_DROP_ERROR;
	if (e->action & ACTION(COUNT))
		count(w, e);
	return e->action & ACTION(DROP) ? NIC_DROP_ACTION : NIC_DROP_NONE;
}

/* An ACL, whose default is to let packets pass. It has no vports as destinations. */
static enum nic_drop run_acl(struct walk *w, const struct nic_table *t)
{
	while (w->tables_left) {
		const struct nic_entry *e = look_up(w, t);
		enum nic_drop drop;

		w->tables_left--;
		if (e) {
			drop = run_actions(w, e);
			if (drop || e->action & ACTION(ALLOW))
				return drop;
			t = e->dest_table;
		} else if (t->miss) {
			t = t->miss;
		} else {
			return NIC_DROP_NONE;
		}
	}
	return NIC_DROP_LOOP;
}

static enum nic_drop leave(struct walk *w, uint16_t vport)
{
	struct nic_vport *vp = nic_vport_find(w->dev, vport);
	struct walk out;
	enum nic_drop drop;

	if (!is_open(w->dev, vp))
		return NIC_DROP_DOWN;
	if (!vp->egress) {
		deliver(w, vp);
		return NIC_DROP_NONE;
	}
	out = *w;
	out.is_copy = false;
	out.scratch = &w->dev->scratch[1];
	drop = run_acl(&out, vp->egress);
	if (!drop)
		deliver(&out, vp);
	return drop;
}

/* To all vports of an entry. The first reason why a copy was dropped. */
static enum nic_drop leave_all(struct walk *w, const struct nic_entry *e)
{
	enum nic_drop first = NIC_DROP_NONE, drop;

	if (e->has_vport)
		first = leave(w, e->vport);
	for (size_t i = 0; e->more && i < e->more->n_vports; i++) {
		drop = leave(w, e->more->vports[i].vport);
		first = first ? first : drop;
	}
	return first;
}

static enum nic_drop run_fdb(struct walk *w, const struct nic_table *t)
{
	enum nic_drop first = NIC_DROP_NONE, drop;

	while (t && w->tables_left) {
		const struct nic_entry *e = look_up(w, t);

		w->tables_left--;
		if (!e) {
			t = t->miss;
			continue;
		}
		drop = run_actions(w, e);
		if (drop)
			return first ? first : drop;
		drop = leave_all(w, e);
		first = first ? first : drop;
		t = e->dest_table;
		if (!t)
			return first;
	}
	return first ? first : t ? NIC_DROP_LOOP : NIC_DROP_MISS;
}

static enum nic_drop run_packet(struct walk *w, uint16_t vport, uint32_t sqn)
{
	struct nic_vport *vp = nic_vport_find(w->dev, vport);
	enum nic_drop drop;

	if (!vp || !nic_key_parse(&w->key, &w->layers, w->data, w->size))
		return NIC_DROP_ERROR;
	if (!is_open(w->dev, vp)) {
		*w->is_whole = false; /* it has not been sent: nothing is to be counted */
		return NIC_DROP_DOWN;
	}
	nic_count(&vp->counts.sent[nic_traffic_of(w->data)], w->size);
	memset(&w->key.w[NIC_KEY_REGS], 0, 9 * sizeof w->key.w[0]);
	w->key.w[NIC_KEY_MISC] = sqn;
	w->key.w[NIC_KEY_MISC + 1] = (uint32_t)w->dev->vhca_id << 16 | vport;
	w->key.w[NIC_KEY_ORIGIN] = vport == MLX5_VPORT_UPLINK ? NIC_FROM_UPLINK : NIC_FROM_LOCAL;
	if (vp->ingress) {
		drop = run_acl(w, vp->ingress);
		if (drop)
			return drop;
	}
	drop = run_fdb(w, w->dev->fdb_root);
	/* A packet of which a copy went somewhere was not dropped. */
	return w->path->n_out ? NIC_DROP_NONE : drop;
}

/* @sp: NULL: without sinks, and never traced. */
static bool run(struct nic_device *dev, uint16_t vport, uint32_t sqn, const struct nic_frame *frame,
		const struct span *sp, struct nic_path *path)
{
	bool is_whole = true;
	struct walk w;

	*path = (struct nic_path){ 0 };
	w.dev = dev;
	w.data = frame->data;
	w.size = w.size_before = frame->size;
	w.scratch = &dev->scratch[0];
	w.is_copy = w.is_rewritten = w.is_dmac_new = false;
	w.has_sink = sp;
	w.is_traced = sp && span_is_on(sp);
	w.tables_left = NIC_PATH_TABLES_MAX;
	w.path = path;
	w.is_whole = &is_whole;
	path->drop = run_packet(&w, vport, sqn) & 0xf;
	nic_packet_account(dev, path);
	return is_whole && path->drop != NIC_DROP_ERROR;
}

void nic_packet_account(struct nic_device *dev, const struct nic_path *path)
{
	dev->n_packets++;
	dev->n_drops[path->drop]++;
}

bool nic_packet_run(struct nic_device *dev, uint16_t vport, const struct nic_frame *frame,
		    struct nic_path *path)
{
	return run(dev, vport, 0, frame, NULL, path);
}

static enum nic_drop run_single(struct nic_device *dev, uint16_t vport, uint32_t sqn,
				const void *data, size_t size, struct span *sp)
{
	struct nic_frame frame = { data, size > PACKET_MAX ? PACKET_MAX + 1 : (uint32_t)size };
	struct nic_path path;

	run(dev, vport, sqn, &frame, sp, &path);
	if (span_is_on(sp))
		nic_way_note_end(sp, &path);
	span_end(sp, 0);
	return (enum nic_drop)path.drop;
}

enum nic_drop nic_device_receive(struct nic_device *dev, uint16_t vport, const void *frame,
				 size_t size)
{
	struct span sp = SPAN(dev->trace);

	span_note(&sp, "from", vport == MLX5_VPORT_UPLINK ? "uplink" : "vport %u", vport);
	span_note(&sp, "size", "%zu bytes", size);
	return run_single(dev, vport, 0, frame, size, &sp);
}

enum nic_drop nic_device_xmit(struct nic_device *dev, uint32_t sqn, const void *frame, size_t size)
{
	struct span sp = SPAN(dev->trace);

	span_note(&sp, "from", "the e-switch manager (vport 0), send queue 0x%x", sqn);
	span_note(&sp, "size", "%zu bytes", size);
	return run_single(dev, MLX5_VPORT_PF, sqn & 0xffffff, frame, size, &sp);
}
