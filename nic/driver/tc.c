/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver's end of tc offload: blocks are bound, rules come and go, statistics are asked for.
 * Model of mlx5e_setup_tc() in en_main.c, of en/rep/tc.c, and of mlx5e_configure_flower() and its
 * like in en_tc.c, 6.1. Rules of all ports of an e-switch are in one table by cookie, so that a
 * block that two ports share is refused at the second. Absent: NIC flows (legacy mode), matchall,
 * nf flow tables, indirect blocks, peers, LAG.
 */
#include "base/hash.h"
#include "nic/driver/mlx5_internal.h"

#include <errno.h>

static bool has_cookie(const void *item, const void *key)
{
	return ((const struct mlx5e_tc_flow *)item)->cookie == *(const unsigned long *)key;
}

static u32 hash_cookie(unsigned long cookie)
{
	return (u32)hash_u64(cookie);
}

static struct mlx5e_tc_flow *find_flow(const struct mlx5_core_dev *dev, unsigned long cookie)
{
	return htable_find(&dev->flows, hash_cookie(cookie), has_cookie, &cookie);
}

/*
 * The place of a cookie in the table is the first thing that a rule needs, and far away in memory.
 * Cookies are addresses of what the kernel allocates, mostly in a row: so it is fetched one rule
 * ahead.
 */
static void fetch_next(struct mlx5_core_dev *dev, unsigned long cookie)
{
	htable_prefetch(&dev->flows, hash_cookie(cookie + (cookie - dev->last_cookie)));
	dev->last_cookie = cookie;
}

/* ---- add ---- */

static void mlx5e_flow_esw_attr_init(struct mlx5e_rep *rep, const struct flow_cls_offload *f)
{
	struct mlx5_flow_attr *attr = &rep->dev->attr;

	attr->action = MLX5_FLOW_CONTEXT_ACTION_COUNT;
	attr->chain = f->common.chain_index;
	attr->prio = f->common.prio;
	attr->dest_chain = 0;
	attr->in_rep = rep;
	attr->out_count = attr->split_count = attr->n_mod_acts = 0;
	attr->total_vlan = 0;
	attr->is_accept = attr->is_slow_path = attr->has_pedit = false;
	attr->modify_hdr_id = 0;
	attr->counter = NULL;
}

/*
 * Makes the spec zero for the next rule: after success what is not zero is named by
 * match_criteria_enable; a failure may have left more.
 */
static void clear_spec(struct mlx5_flow_spec *spec, bool is_all)
{
	if (UNLIKELY(is_all))
		memset(spec, 0, sizeof *spec);
	for (u32 left = spec->match_criteria_enable; left; left &= left - 1) {
		size_t off = (size_t)__builtin_ctz(left) * 64;

		memset(spec->match_criteria + off, 0, 64);
		memset(spec->match_value + off, 0, 64);
	}
	spec->match_criteria_enable = 0;
	spec->flow_source = 0;
}

static int __mlx5e_add_fdb_flow(struct mlx5e_rep *rep, struct flow_cls_offload *f,
				struct mlx5e_tc_flow **out)
{
	struct mlx5_core_dev *dev = rep->dev;
	struct span sp = SPAN(mlx5_trace(dev));
	struct mlx5e_tc_flow *flow = pool_get(&dev->flow_pool);
	int err;

	if (!flow)
		return span_end(&sp, -ENOMEM);
	flow->cookie = f->cookie;
	mlx5e_flow_esw_attr_init(rep, f);
	err = parse_cls_flower(rep, f);
	if (!err)
		err = parse_tc_fdb_actions(rep, f);
	if (!err)
		err = mlx5e_tc_add_fdb_flow(dev, flow, f->common.extack);
	clear_spec(&dev->spec, err);
	if (err) {
		mlx5e_tc_del_fdb_flow(dev, flow);
		pool_put(&dev->flow_pool, flow);
		return span_end(&sp, err);
	}
	*out = flow;
	return span_end(&sp, 0);
}

static int mlx5e_tc_add_flow(struct mlx5e_rep *rep, struct flow_cls_offload *f,
			     struct mlx5e_tc_flow **flow)
{
	struct mlx5_core_dev *dev = rep->dev;
	struct span sp = SPAN(mlx5_trace(dev));

	if (!tc_can_offload_extack(&rep->netdev, f->common.extack)) {
		trace_refuse(mlx5_trace(dev), -EOPNOTSUPP, NULL,
			     "TC offload is disabled on net device");
		return span_end(&sp, -EOPNOTSUPP);
	}
	return span_end(&sp, __mlx5e_add_fdb_flow(rep, f, flow));
}

static int configure(struct mlx5e_rep *rep, struct flow_cls_offload *f)
{
	struct mlx5_core_dev *dev = rep->dev;
	struct mlx5e_tc_flow *flow;
	int err;

	if (find_flow(dev, f->cookie))
		return MLX5_REFUSE(dev, f->common.extack, -EEXIST, NULL,
				   "flow cookie already exists, ignoring");
	err = mlx5e_tc_add_flow(rep, f, &flow);
	if (err)
		return err;
	err = htable_add(&dev->flows, hash_cookie(flow->cookie), flow);
	if (err) {
		mlx5e_tc_del_fdb_flow(dev, flow);
		pool_put(&dev->flow_pool, flow);
		return err;
	}
	fetch_next(dev, f->cookie);
	return 0;
}

static int mlx5e_configure_flower(struct mlx5e_rep *rep, struct flow_cls_offload *f)
{
	struct span sp = SPAN(mlx5_trace(rep->dev));
	int err;

	span_note(&sp, "cookie", "0x%lx", f->cookie);
	err = configure(rep, f);
	if (err)
		rep->dev->n_refused++;
	return span_end(&sp, err);
}

/* ---- delete, statistics ---- */

static int mlx5e_delete_flower(struct mlx5e_rep *rep, struct flow_cls_offload *f)
{
	struct mlx5_core_dev *dev = rep->dev;
	struct span sp = SPAN(mlx5_trace(dev));
	struct mlx5e_tc_flow *flow = find_flow(dev, f->cookie);

	if (!flow)
		return span_end(&sp, -EINVAL);
	htable_del(&dev->flows, hash_cookie(flow->cookie), flow);
	mlx5e_tc_del_fdb_flow(dev, flow);
	pool_put(&dev->flow_pool, flow);
	return span_end(&sp, 0);
}

static int mlx5e_stats_flower(struct mlx5e_rep *rep, struct flow_cls_offload *f)
{
	struct mlx5_core_dev *dev = rep->dev;
	struct span sp = SPAN(mlx5_trace(dev));
	const struct mlx5e_tc_flow *flow = find_flow(dev, f->cookie);
	u64 bytes = 0, packets = 0, lastuse = 0;

	if (!flow)
		return span_end(&sp, -EINVAL);
	if (flow->counter)
		mlx5_fc_query_cached(flow->counter, &bytes, &packets, &lastuse);
	f->stats.pkts += packets;
	f->stats.bytes += bytes;
	if (lastuse > f->stats.lastused)
		f->stats.lastused = lastuse;
	f->stats.used_hw_stats |= FLOW_ACTION_HW_STATS_DELAYED;
	f->stats.used_hw_stats_valid = true;
	span_note(&sp, "gained", "%llu packets, %llu bytes", (unsigned long long)packets,
		  (unsigned long long)bytes);
	return span_end(&sp, 0);
}

void mlx5e_tc_cleanup(struct mlx5_core_dev *dev)
{
	struct mlx5e_tc_flow *flow;
	size_t pos = 0;

	while ((flow = htable_next(&dev->flows, &pos))) {
		mlx5e_tc_del_fdb_flow(dev, flow);
		pool_put(&dev->flow_pool, flow);
	}
	htable_fini(&dev->flows);
	htable_init(&dev->flows);
}

/* ---- what the kernel calls ---- */

static int mlx5e_setup_tc_cls_flower(struct mlx5e_rep *rep, struct flow_cls_offload *f)
{
	struct span sp = SPAN(mlx5_trace(rep->dev));

	switch (f->command) {
	case FLOW_CLS_REPLACE:
		span_note(&sp, "command", "REPLACE");
		return span_end(&sp, mlx5e_configure_flower(rep, f));
	case FLOW_CLS_DESTROY:
		span_note(&sp, "command", "DESTROY");
		return span_end(&sp, mlx5e_delete_flower(rep, f));
	case FLOW_CLS_STATS:
		span_note(&sp, "command", "STATS");
		return span_end(&sp, mlx5e_stats_flower(rep, f));
	case FLOW_CLS_TMPLT_CREATE:
	case FLOW_CLS_TMPLT_DESTROY:
		break;
	}
	return span_end(&sp, -EOPNOTSUPP);
}

static int setup_tc(enum tc_setup_type type, void *type_data, struct mlx5e_rep *rep)
{
	if (type == TC_SETUP_CLSFLOWER)
		return mlx5e_setup_tc_cls_flower(rep, type_data);
	return MLX5_REFUSE_SILENTLY(rep->dev, -EOPNOTSUPP, NULL,
				    "mlx5_core: of classifiers only flower is offloaded");
}

static int mlx5e_setup_tc_block_cb(enum tc_setup_type type, void *type_data, void *cb_priv)
{
	struct mlx5e_rep *rep = cb_priv;
	struct span sp = SPAN(mlx5_trace(rep->dev));

	span_note(&sp, "port", "%s", rep->netdev.name);
	return span_end(&sp, setup_tc(type, type_data, rep));
}

static int mlx5e_rep_setup_tc_cb(enum tc_setup_type type, void *type_data, void *cb_priv)
{
	struct mlx5e_rep *rep = cb_priv;
	struct span sp = SPAN(mlx5_trace(rep->dev));

	span_note(&sp, "port", "%s", rep->netdev.name);
	return span_end(&sp, setup_tc(type, type_data, rep));
}

static int setup_block(struct mlx5e_rep *rep, enum tc_setup_type type, void *type_data,
		       flow_setup_cb_t *cb)
{
	struct flow_block_offload *f = type_data;

	if (type != TC_SETUP_BLOCK)
		return MLX5_REFUSE_SILENTLY(rep->dev, -EOPNOTSUPP, NULL,
					    "mlx5_core: only blocks are bound");
	f->unlocked_driver_cb = true;
	return flow_block_cb_setup_simple(f, &rep->dev->block_cb_list, cb, rep, rep, true);
}

int mlx5e_setup_tc(struct net_device *netdev, enum tc_setup_type type, void *type_data)
{
	struct mlx5e_rep *rep = netdev_priv(netdev);
	struct span sp = SPAN(mlx5_trace(rep->dev));

	span_note(&sp, "port", "%s", netdev->name);
	return span_end(&sp, setup_block(rep, type, type_data, mlx5e_setup_tc_block_cb));
}

int mlx5e_rep_setup_tc(struct net_device *netdev, enum tc_setup_type type, void *type_data)
{
	struct mlx5e_rep *rep = netdev_priv(netdev);
	struct span sp = SPAN(mlx5_trace(rep->dev));

	span_note(&sp, "port", "%s", netdev->name);
	return span_end(&sp, setup_block(rep, type, type_data, mlx5e_rep_setup_tc_cb));
}
