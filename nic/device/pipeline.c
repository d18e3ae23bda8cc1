/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of a packet: ingress ACL of the vport it comes from, FDB from its root, egress ACL of
 * each vport it goes to; one for the e-switch manager goes on through the NIC RX tables to a TIR,
 * with the registers as the FDB left them. Without a root the FDB joins the wire and the manager,
 * as before a driver has taken the switch over; without a root of the NIC RX tables a packet for
 * the manager goes to nic_sink.to_manager().
 *
 * A frame is copied only when an action changes it; the copy on the way to one destination does not
 * change what the others get. An entry's actions run in the device's order, whatever the order that
 * a driver thought of: decapsulate, vlan pop, modify header, vlan push, count, encapsulate,
 * forward. So a header is rewritten when it is the outermost, and octets are counted without a
 * tunnel. Registers are 0 at the begin and live until the end.
 */
#include "nic/device/queues_internal.h"

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
	bool is_rewritten; /* the frame is not what came in ... */
	bool is_encapped;  /* ... but in a tunnel that the device has made */
	bool is_dmac_new;  /* what it is counted as is not what came in */
	unsigned int tables_left;
	unsigned int *copies_left;
	uint32_t flow_tag;
	const struct nic_entry *entry; /* of the FDB, that it met last; or NULL */
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
	nic_key_parse(&w->key, &w->layers, w->data, w->size,
		      w->dev->tunnels.are_wanted ? &w->dev->tunnels : NULL);
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

/* What comes into sight is not in the key of the path. */
static int run_decap(struct walk *w)
{
	int err = w->layers.inner ? packet_pull(&w->packet, w->layers.inner) : -1;

	*w->is_whole = false;
	if (!err)
		look_again(w);
	return err;
}

static int run_reformat(struct walk *w, const struct nic_reformat *r)
{
	int err = make_copy(w);

	w->is_dmac_new = true;
	if (!err)
		err = nic_reformat_run(w->dev, r, &w->packet, &w->layers);
	if (nic_reformat_is_decap(r))
		*w->is_whole = false;
	else
		w->is_encapped = true;
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
#define FRAME_CHANGES                                                                \
	(ACTION(DECAP) | ACTION(VLAN_POP) | ACTION(VLAN_POP_2) | ACTION(VLAN_PUSH) | \
	 ACTION(VLAN_PUSH_2) | ACTION(PACKET_REFORMAT))
#define CHANGES (FRAME_CHANGES | ACTION(MOD_HDR))

/* Setting a register, as all that comes in has it done, needs no copy of the frame. */
static bool needs_copy(const struct nic_entry *e)
{
	return e->action & FRAME_CHANGES || e->more->modify->uses_frame;
}

static bool has_reformat(const struct nic_entry *e, bool is_decap)
{
	return e->action & ACTION(PACKET_REFORMAT) &&
	       nic_reformat_is_decap(e->more->reformat) == is_decap;
}

/* All but encapsulation. */
static int run_changes(struct walk *w, const struct nic_entry *e)
{
	int err = needs_copy(e) ? make_copy(w) : 0;

	if (has_third_vlan(w))
		*w->is_whole = false;
	if (!err && e->action & ACTION(DECAP))
		err = run_decap(w);
	if (!err && has_reformat(e, true))
		err = run_reformat(w, e->more->reformat);
	if (!err && e->action & ACTION(VLAN_POP))
		err = run_pop(w);
	if (!err && e->action & ACTION(VLAN_POP_2))
		err = run_pop(w);
	if (!err && e->action & ACTION(MOD_HDR))
		err = run_modify_header(w, e->more->modify);
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
	if (vport == MLX5_VPORT_PF && s->to_manager) {
		s->to_manager(s->aux, w->key.w[NIC_KEY_REG_C_0], w->data, w->size);
	} else if (vport != MLX5_VPORT_PF && s->output) {
		w->dev->sender = w->entry;
		s->output(s->aux, vport, w->data, w->size);
		w->dev->sender = NULL;
	}
	span_end(&sp, 0);
}

/* Whether one copy more may be made. */
static bool take_copy(struct walk *w)
{
	return *w->copies_left && (*w->copies_left)--;
}

static void note_arrival(struct walk *w, const struct nic_vport *vp, enum nic_traffic traffic)
{
	struct nic_path *p = w->path;
	unsigned int i = p->n_arrivals;

	if (i == NIC_PATH_ARRIVALS_MAX) {
		*w->is_whole = false;
		return;
	}
	p->n_arrivals++;
	p->arrivals[i].vport = (uint16_t)(vp - w->dev->vports);
	p->arrivals[i].delta = (int16_t)((int)w->size - (int)w->size_before);
	p->traffic |= (uint8_t)((w->is_dmac_new ? traffic : NIC_N_TRAFFIC) << 2 * i);
}

static enum nic_drop deliver(struct walk *w, const struct nic_vport *vp)
{
	if (!take_copy(w))
		return NIC_DROP_LOOP;
	w->path->n_out++;
	if (w->has_sink)
		nic_device_output(w, vp->number);
	return NIC_DROP_NONE;
}

static enum nic_drop deliver_tir(struct walk *w, uint32_t tirn)
{
	const struct nic_rx_meta meta = { w->flow_tag, w->key.w[NIC_KEY_REG_B] };
	struct span sp = SPAN_NAMED(w->dev->trace, "nic_tir_deliver");
	enum nic_drop drop = NIC_DROP_NONE;

	if (!take_copy(w))
		return NIC_DROP_LOOP;
	if (w->has_sink) {
		span_note(&sp, "to", "TIR %u, flow tag 0x%x, reg_b 0x%x", tirn, meta.flow_tag,
			  meta.reg_b);
		drop = w->dev->deliver_tir(w->dev, tirn, w->data, w->size, &meta);
		span_end(&sp, 0);
	}
	if (!drop)
		w->path->n_out++;
	return drop;
}

/* Whether frames pass between the e-switch and what is behind a vport. */
static bool is_open(const struct nic_device *dev, const struct nic_vport *vp)
{
	return vp && !vp->is_off && (vp != nic_uplink(dev) || dev->function.port.is_up);
}

static inline const struct nic_entry *look_up(const struct walk *w, const struct nic_table *t)
{
	if (UNLIKELY(w->is_rewritten))
		w->path->is_late = 1;
	/* The header's hash and what it hides depend on more than the key. */
	if (UNLIKELY(w->is_encapped))
		*w->is_whole = false;
	return UNLIKELY(w->is_traced) ? nic_table_lookup_traced(w->dev, t, &w->key)
				      : nic_table_lookup(t, &w->key);
}

static enum nic_drop run_actions(struct walk *w, const struct nic_entry *e)
{
	if (e->action & CHANGES && !(e->action & ACTION(DROP)) && run_changes(w, e))
		return NIC_DROP_ERROR;
	if (e->action & ACTION(COUNT))
		count(w, e);
	if (e->action & ACTION(DROP))
		return NIC_DROP_ACTION;
	if (e->more && e->more->flow_tag)
		w->flow_tag = e->more->flow_tag;
	if (has_reformat(e, false) && run_reformat(w, e->more->reformat))
		return NIC_DROP_ERROR;
	return NIC_DROP_NONE;
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

/* A copy whose way does not touch that of the others. False: it is one too many. */
static bool branch(struct walk *to, struct walk *from)
{
	if (!take_copy(from))
		return false;
	*to = *from;
	to->is_copy = false;
	to->scratch++;
	return true;
}

static enum nic_drop run_tables(struct walk *w, const struct nic_table *t);

/* Registers that the FDB does not leave to a vport are 0 in its NIC RX tables. */
static void leave_registers(struct walk *w, const struct nic_vport *vp)
{
	for (unsigned int i = 0; i < 8; i++) {
		if (!(vp->reg_c_passed >> i & 1))
			w->key.w[NIC_KEY_REG_C_0 - i] = 0;
	}
}

static bool has_nic_tables(const struct nic_device *dev, const struct nic_vport *vp)
{
	return vp->number == MLX5_VPORT_PF && dev->nic_root;
}

/* Behind the egress ACL. */
static enum nic_drop arrive(struct walk *w, struct nic_vport *vp)
{
	enum nic_traffic traffic = nic_traffic_of(w->data);

	nic_count(&vp->counts.received[traffic], w->size);
	note_arrival(w, vp, traffic);
	if (!has_nic_tables(w->dev, vp))
		return deliver(w, vp);
	w->flow_tag = 0;
	leave_registers(w, vp);
	return run_tables(w, w->dev->nic_root);
}

static enum nic_drop leave(struct walk *w, uint16_t vport, const struct nic_reformat *r)
{
	struct nic_vport *vp = nic_vport_find(w->dev, vport);
	enum nic_drop drop = NIC_DROP_NONE;
	struct walk out;

	if (!is_open(w->dev, vp))
		return NIC_DROP_DOWN;
	if (!vp->egress && !r && !has_nic_tables(w->dev, vp))
		return arrive(w, vp);
	if (!branch(&out, w))
		return NIC_DROP_LOOP;
	if (r && run_reformat(&out, r))
		return NIC_DROP_ERROR;
	if (vp->egress)
		drop = run_acl(&out, vp->egress);
	return drop ? drop : arrive(&out, vp);
}

static enum nic_drop leave_by(struct walk *w, const struct nic_dest *d)
{
	struct walk out;

	if (d->type == MLX5_DEST_TIR)
		return deliver_tir(w, d->number);
	if (d->type == MLX5_DEST_VPORT)
		return leave(w, (uint16_t)d->number, d->reformat);
	return branch(&out, w) ? run_tables(&out, d->table) : NIC_DROP_LOOP;
}

/* To all destinations of an entry, but the table where the packet itself goes on. The first reason
 * why a copy was dropped. */
static enum nic_drop leave_all(struct walk *w, const struct nic_entry *e)
{
	enum nic_drop first = NIC_DROP_NONE, drop;

	if (e->has_vport)
		first = leave(w, e->vport, NULL);
	for (size_t i = 0; e->more && i < e->more->n_dests; i++) {
		drop = leave_by(w, &e->more->dests[i]);
		first = first ? first : drop;
	}
	return first;
}

/* Of the FDB or of NIC RX, whose default is to drop. */
static enum nic_drop run_tables(struct walk *w, const struct nic_table *t)
{
	enum nic_drop first = NIC_DROP_NONE, drop;

	while (t && w->tables_left) {
		const struct nic_entry *e = look_up(w, t);

		w->tables_left--;
		if (!e) {
			t = t->miss;
			continue;
		}
		w->entry = e;
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

static enum nic_drop run_fdb(struct walk *w, uint16_t vport)
{
	if (w->dev->fdb_root)
		return run_tables(w, w->dev->fdb_root);
	if (vport == MLX5_VPORT_UPLINK)
		return leave(w, MLX5_VPORT_PF, NULL);
	return vport == MLX5_VPORT_PF ? leave(w, MLX5_VPORT_UPLINK, NULL) : NIC_DROP_MISS;
}

static enum nic_drop run_packet(struct walk *w, uint16_t vport, uint32_t sqn)
{
	const struct nic_tunnels *tunnels = UNLIKELY(w->dev->tunnels.are_wanted) ? &w->dev->tunnels
										 : NULL;
	struct nic_vport *vp = nic_vport_find(w->dev, vport);
	enum nic_drop drop;

	w->key.w[NIC_KEY_MISC] = 0;
	if (!vp || !nic_key_parse(&w->key, &w->layers, w->data, w->size, tunnels))
		return NIC_DROP_ERROR;
	if (!is_open(w->dev, vp)) {
		*w->is_whole = false; /* it has not been sent: nothing is to be counted */
		return NIC_DROP_DOWN;
	}
	nic_count(&vp->counts.sent[nic_traffic_of(w->data)], w->size);
	if (!tunnels)
		nic_key_clear_tunnel(&w->key);
	memset(&w->key.w[NIC_KEY_REGS], 0, 9 * sizeof w->key.w[0]);
	w->key.w[NIC_KEY_REG_B] = 0;
	w->key.w[NIC_KEY_MISC] |= sqn;
	w->key.w[NIC_KEY_MISC + 1] = (uint32_t)w->dev->vhca_id << 16 | vport;
	w->key.w[NIC_KEY_ORIGIN] = vport == MLX5_VPORT_UPLINK ? NIC_FROM_UPLINK : NIC_FROM_LOCAL;
	if (vp->ingress) {
		drop = run_acl(w, vp->ingress);
		if (drop)
			return drop;
	}
	drop = run_fdb(w, vport);
	/* A packet of which a copy went somewhere was not dropped. */
	return w->path->n_out ? NIC_DROP_NONE : drop;
}

/* @sp: NULL: without sinks, and never traced. */
static bool run(struct nic_device *dev, uint16_t vport, uint32_t sqn, const struct nic_frame *frame,
		const struct span *sp, struct nic_path *path)
{
	unsigned int copies_left = NIC_PATH_COPIES_MAX;
	bool is_whole = true;
	struct walk w;

	*path = (struct nic_path){ 0 };
	w.dev = dev;
	w.data = frame->data;
	w.size = w.size_before = frame->size;
	w.scratch = &dev->scratch[0];
	w.is_copy = w.is_rewritten = w.is_encapped = w.is_dmac_new = false;
	w.entry = NULL;
	w.flow_tag = 0;
	w.copies_left = &copies_left;
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
