/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flow counters. Model of fs_counters.c, 6.1: made in bulks where the device can, read in bulks
 * once a period into a cache that tc reads. Different: a bulk is as large as what is in use, so
 * that few rules cost little and a million few commands; and a counter that was given back is read
 * once more before it is used again.
 */
#include "base/alloc.h"
#include "nic/steering/steering_internal.h"

#include <errno.h>

#define BULK_BITS 8

int mlx5_init_fc_stats(struct mlx5_steering *s)
{
	struct fs_counters *c = &s->counters;
	u8 log_max = s->caps.log_max_flow_counter_bulk;

	c->query_max = log_max >= 12 ? FS_QUERY_MAX : 1u << log_max;
	c->out = mem_new(FS_FC_QUERY_SIZE(c->query_max));
	return c->out ? 0 : -ENOMEM;
}

void mlx5_cleanup_fc_stats(struct mlx5_steering *s)
{
	struct fs_counters *c = &s->counters;

	for (size_t i = 0; i < c->n_bulks; i++) {
		mlx5_cmd_fc_free(s, c->bulks[i]->base);
		mem_free(c->bulks[i]);
	}
	mem_free(c->bulks);
	mem_free(c->out);
	*c = (struct fs_counters){ 0 };
}

size_t mlx5_fc_stats_bytes(const struct mlx5_steering *s)
{
	const struct fs_counters *c = &s->counters;

	return FS_FC_QUERY_SIZE(c->query_max) + c->bulks_cap * sizeof(struct fs_fc_bulk *) +
	       c->n_bulks * sizeof(struct fs_fc_bulk) + c->n_total * sizeof(struct mlx5_fc);
}

/* The bit of the largest bulk that is not more than a quarter of what there is; 0: one by one. */
static u8 choose_bulk(const struct mlx5_steering *s, u32 *n)
{
	u8 best = 0;

	*n = 1;
	for (unsigned int i = 0; i < BULK_BITS; i++) {
		u32 size = FS_COUNTERS_MIN << i;

		if (!(s->caps.flow_counter_bulk_alloc >> i & 1))
			continue;
		if (best && size > s->counters.n_total / 4)
			break;
		best = (u8)(1u << i);
		*n = size;
	}
	return best;
}

static int add_bulk(struct mlx5_steering *s)
{
	struct fs_counters *c = &s->counters;
	struct fs_fc_bulk *bulk, **bulks;
	u32 n;
	u8 mask = choose_bulk(s, &n);
	int err;

	bulks = mem_grow(c->bulks, &c->bulks_cap, c->n_bulks + 1, sizeof(struct fs_fc_bulk *));
	if (!bulks)
		return -ENOMEM;
	c->bulks = bulks;
	bulk = mem_new(sizeof *bulk + n * sizeof(struct mlx5_fc));
	if (!bulk)
		return -ENOMEM;
	err = mlx5_cmd_fc_bulk_alloc(s, mask, &bulk->base);
	if (err) {
		mem_free(bulk);
		return err;
	}
	bulk->n = n;
	for (u32 i = n; i-- > 0;) {
		bulk->fcs[i].id = bulk->base + i;
		bulk->fcs[i].next = c->clean;
		c->clean = &bulk->fcs[i];
	}
	c->bulks[c->n_bulks++] = bulk;
	c->n_total += n;
	return 0;
}

static void update(struct mlx5_fc *fc, const u8 *stat, u64 now_ns)
{
	u64 packets = get_be64(stat + IFC_OFF_traffic_counter__packets);
	u64 bytes = get_be64(stat + IFC_OFF_traffic_counter__octets);

	if (fc->packets == packets)
		return;
	fc->packets = packets;
	fc->bytes = bytes;
	if (fc->in_use)
		fc->lastuse = now_ns;
}

static int query_bulk(struct mlx5_steering *s, struct fs_fc_bulk *bulk)
{
	struct fs_counters *c = &s->counters;

	for (u32 first = 0; first < bulk->n; first += c->query_max) {
		u32 n = bulk->n - first < c->query_max ? bulk->n - first : c->query_max;
		int err = mlx5_cmd_fc_bulk_query(s, bulk->base + first, n, c->out);

		if (err)
			return err;
		for (u32 i = 0; i < n; i++)
			update(&bulk->fcs[first + i],
			       c->out + IFC_QUERY_FLOW_COUNTER_OUT_SIZE +
				       (size_t)i * IFC_TRAFFIC_COUNTER_SIZE,
			       c->now_ns);
	}
	return 0;
}

/* What was dirty has been read: it can be used again. */
static void clean_dirty(struct fs_counters *c)
{
	while (c->dirty) {
		struct mlx5_fc *fc = c->dirty;

		c->dirty = fc->next;
		fc->next = c->clean;
		c->clean = fc;
	}
	c->n_dirty = 0;
}

static int query_all(struct mlx5_steering *s)
{
	struct fs_counters *c = &s->counters;

	for (size_t i = 0; i < c->n_bulks; i++) {
		int err = query_bulk(s, c->bulks[i]);

		if (err)
			return err;
	}
	clean_dirty(c);
	return 0;
}

int mlx5_fc_stats_work(struct mlx5_steering *s, u64 now_ns, bool force)
{
	struct fs_counters *c = &s->counters;
	struct span sp;
	int err;

	if (now_ns > c->now_ns)
		c->now_ns = now_ns;
	if (!force && now_ns - c->last_query_ns < MLX5_FC_STATS_PERIOD_NS)
		return 0;
	c->last_query_ns = now_ns;
	if (!c->n_total)
		return 0;
	sp = SPAN(s->cmd->trace);
	span_note(&sp, "counters", "%zu", c->n_total);
	err = query_all(s);
	return span_end(&sp, err);
}

/* A clean counter: read the dirty ones when that frees many, else ask for more. */
static int refill(struct mlx5_steering *s)
{
	struct fs_counters *c = &s->counters;

	if (c->n_dirty >= FS_COUNTERS_MIN && c->n_dirty >= c->n_total / 2)
		return query_all(s);
	return add_bulk(s);
}

int mlx5_fc_create(struct mlx5_steering *s, struct mlx5_fc **out)
{
	struct fs_counters *c = &s->counters;
	struct mlx5_fc *fc;

	if (!c->clean) {
		int err = refill(s);

		if (err)
			return err;
	}
	fc = c->clean;
	c->clean = fc->next;
	fc->in_use = true;
	fc->lastuse = c->now_ns;
	fc->last_packets = fc->packets;
	fc->last_bytes = fc->bytes;
	*out = fc;
	return 0;
}

void mlx5_fc_destroy(struct mlx5_steering *s, struct mlx5_fc *fc)
{
	struct fs_counters *c = &s->counters;

	if (!fc)
		return;
	fc->in_use = false;
	fc->next = c->dirty;
	c->dirty = fc;
	c->n_dirty++;
}

u32 mlx5_fc_id(const struct mlx5_fc *fc)
{
	return fc->id;
}

void mlx5_fc_query_cached(struct mlx5_fc *fc, u64 *bytes, u64 *packets, u64 *lastuse)
{
	*bytes = fc->bytes - fc->last_bytes;
	*packets = fc->packets - fc->last_packets;
	*lastuse = fc->lastuse;
	fc->last_bytes = fc->bytes;
	fc->last_packets = fc->packets;
}
