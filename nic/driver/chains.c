/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of tc's chains and priorities. Model of lib/fs_chains.c and esw/vporttbl.c, 6.1.
 *
 * Each (chain, prio, level) has a table while rules use it. The two last entries of a table are a
 * group for its miss entry, which goes to the next priority of the chain and behind the last one to
 * the tc end table. On the way to that, a miss writes which chain it was into reg_c_0[15:0], as a
 * mapped number, so that software goes on where hardware stopped. Linking in a table adds the new
 * miss entry of its predecessor before the old one goes, so that no packet is lost between.
 *
 * With ignore_flow_level all tables but the root are "unmanaged" and have level 1; without, there
 * are 4 chains of 16 priorities, at levels that ascend.
 */
#include "base/alloc.h"
#include "base/hash.h"
#include "nic/driver/mlx5_internal.h"

#include <errno.h>

#define LEVEL_ROOT	16
#define LEVEL_TC_END	175
#define LEVEL_VPORTTBL	182
#define MAX_CHAIN	3 /* without ignore_flow_level */
#define MAX_PRIO	16
#define LEVELS		2 /* tables of one priority */
#define FT_TABLE_SIZE	65536
#define MISS_ENTRIES	2
#define VPORTTBL_SIZE	128
#define VPORTTBL_GROUPS 4

struct fs_chain {
	u32 chain, refs;
	u32 id; /* its number in reg_c_0; 0: none */
	u32 miss_modify_hdr;
	struct list prios; /* struct fs_chain_prio, by prio and level */
};

struct prio_key {
	u32 chain, prio, level;
};

struct fs_chain_prio {
	struct list link; /* in the chain's prios */
	struct prio_key key;
	struct fs_chain *chain;
	struct mlx5_flow_table *ft, *next_ft;
	struct mlx5_flow_handle *miss_rule;
	u32 refs;
};

struct mlx5_vporttbl {
	struct prio_key key; /* chain, prio, vport */
	struct mlx5_flow_table *ft;
	u32 refs;
};

bool mlx5_chains_prios_supported(const struct mlx5_core_dev *dev)
{
	return dev->caps.multi_fdb_encap && dev->caps.reg_c1_loopback &&
	       dev->caps.fdb_modify_header_fwd_to_table;
}

static bool ignore_flow_level_supported(const struct mlx5_core_dev *dev)
{
	return dev->steering_caps.ignore_flow_level;
}

bool mlx5_chains_backwards_supported(const struct mlx5_core_dev *dev)
{
	return mlx5_chains_prios_supported(dev) && ignore_flow_level_supported(dev);
}

u32 mlx5_chains_get_chain_range(const struct mlx5_core_dev *dev)
{
	if (!mlx5_chains_prios_supported(dev))
		return 1;
	return ignore_flow_level_supported(dev) ? UINT32_MAX - 1 : MAX_CHAIN;
}

/* The chain of the tc end table: no rule can ask for it. */
static u32 get_nf_ft_chain(const struct mlx5_core_dev *dev)
{
	return mlx5_chains_get_chain_range(dev) + 1;
}

u32 mlx5_chains_get_prio_range(const struct mlx5_core_dev *dev)
{
	if (!mlx5_chains_prios_supported(dev))
		return 1;
	return ignore_flow_level_supported(dev) ? UINT32_MAX : MAX_PRIO;
}

struct mlx5_flow_table *mlx5_chains_ft(const struct fs_chain_prio *table)
{
	return table->ft;
}

static u32 hash_key(const struct prio_key *key)
{
	return (u32)hash_mix((u64)key->chain << 32 | key->prio, key->level);
}

static bool is_prio(const void *item, const void *key)
{
	return !memcmp(&((const struct fs_chain_prio *)item)->key, key, sizeof(struct prio_key));
}

static bool is_chain(const void *item, const void *key)
{
	return ((const struct fs_chain *)item)->chain == *(const u32 *)key;
}

/* ---- chains ---- */

/* The number that a miss in the chain writes, and the context that writes it. */
static int create_chain_restore(struct mlx5_core_dev *dev, struct fs_chain *chain)
{
	u8 act[MLX5_MOD_ACT_SIZE] = { 0 };
	int err;

	if (chain->chain == get_nf_ft_chain(dev) || !mlx5_chains_prios_supported(dev))
		return 0;
	err = idr_add(&dev->chains.mapping, 1, 0xffff, chain, &chain->id);
	if (err)
		return err;
	IFC_SET(set_action_in, act, action_type, MLX5_ACTION_SET);
	IFC_SET(set_action_in, act, field, MLX5_FIELD_METADATA_REG_C_0);
	IFC_SET(set_action_in, act, offset, 0);
	IFC_SET(set_action_in, act, length, 16);
	IFC_SET(set_action_in, act, data, chain->id);
	err = mlx5_modify_header_attach(dev->steering, MLX5_TABLE_FDB, act, 1,
					&chain->miss_modify_hdr);
	if (err)
		idr_del(&dev->chains.mapping, chain->id);
	return err;
}

static void destroy_chain_restore(struct mlx5_core_dev *dev, struct fs_chain *chain)
{
	if (!chain->id)
		return;
	mlx5_modify_header_detach(dev->steering, chain->miss_modify_hdr);
	idr_del(&dev->chains.mapping, chain->id);
}

static void put_chain(struct mlx5_core_dev *dev, struct fs_chain *chain)
{
	if (--chain->refs)
		return;
	htable_del(&dev->chains.chains, (u32)hash_u64(chain->chain), chain);
	destroy_chain_restore(dev, chain);
	dev->chains.n_bytes -= sizeof *chain;
	mem_free(chain);
}

static int get_chain(struct mlx5_core_dev *dev, u32 number, struct fs_chain **out)
{
	u32 hash = (u32)hash_u64(number);
	struct fs_chain *chain = htable_find(&dev->chains.chains, hash, is_chain, &number);
	int err;

	if (chain) {
		chain->refs++;
		*out = chain;
		return 0;
	}
	chain = mem_new(sizeof *chain);
	if (!chain)
		return -ENOMEM;
	chain->chain = number;
	chain->refs = 1;
	list_init(&chain->prios);
	err = create_chain_restore(dev, chain);
	if (err)
		goto err_free;
	err = htable_add(&dev->chains.chains, hash, chain);
	if (err)
		goto err_restore;
	dev->chains.n_bytes += sizeof *chain;
	*out = chain;
	return 0;

err_restore:
	destroy_chain_restore(dev, chain);
err_free:
	mem_free(chain);
	return err;
}

u32 mlx5_chains_mapped_chain(const struct mlx5_core_dev *dev, u16 mapped)
{
	const struct fs_chain *chain = mapped ? idr_find(&dev->chains.mapping, mapped) : NULL;

	return chain ? chain->chain : 0;
}

/* ---- tables ---- */

static u8 level_of(const struct mlx5_core_dev *dev, const struct prio_key *key)
{
	if (key->chain == get_nf_ft_chain(dev))
		return ignore_flow_level_supported(dev) ? 1 : LEVEL_TC_END;
	if (key->chain == 0 && key->prio == 1 && key->level == 0)
		return LEVEL_ROOT;
	if (ignore_flow_level_supported(dev))
		return 1;
	return (u8)(LEVEL_ROOT + (key->chain * MAX_PRIO + key->prio - 1) * LEVELS + key->level);
}

static int create_table(struct mlx5_core_dev *dev, const struct prio_key *key,
			struct mlx5_flow_table **ft)
{
	const struct mlx5_flow_table_attr attr = {
		.type = MLX5_TABLE_FDB,
		.max_fte = key->chain == get_nf_ft_chain(dev) ? FT_TABLE_SIZE : 0,
		.level = level_of(dev, key),
		.unmanaged = ignore_flow_level_supported(dev),
		.autogroup = true,
		.num_reserved_entries = MISS_ENTRIES,
		.next_ft = dev->tc_miss,
	};
	struct mlx5_flow_group *fg;
	u32 size;
	int err = mlx5_create_flow_table(dev->steering, &attr, ft);

	if (err)
		return trace_refuse(mlx5_trace(dev), err, NULL,
				    "mlx5_core: Failed to create chains table err %d (chain: %u, "
				    "prio: %u, level: %u, size: %u)",
				    err, key->chain, key->prio, key->level, attr.max_fte);
	size = mlx5_flow_table_max_fte(*ft);
	err = mlx5_create_flow_group(dev->steering, *ft, NULL, size - MISS_ENTRIES, size - 1, &fg);
	if (err)
		mlx5_destroy_flow_table(dev->steering, *ft);
	return err;
}

static struct mlx5_flow_table *end_ft(const struct mlx5_core_dev *dev)
{
	return dev->chains.tc_end ? dev->chains.tc_end->ft : NULL;
}

static int add_miss_rule(struct mlx5_core_dev *dev, const struct fs_chain *chain,
			 struct mlx5_flow_table *ft, struct mlx5_flow_table *next_ft,
			 struct mlx5_flow_handle **rule)
{
	struct mlx5_flow_act act = { .action = MLX5_FLOW_CONTEXT_ACTION_FWD_DEST,
				     .ignore_flow_level = ignore_flow_level_supported(dev) };
	const struct mlx5_flow_destination dest = { .type = MLX5_DEST_FLOW_TABLE, .ft = next_ft };

	if (next_ft == end_ft(dev) && chain->id) {
		act.action |= MLX5_FLOW_CONTEXT_ACTION_MOD_HDR;
		act.modify_hdr_id = chain->miss_modify_hdr;
	}
	return mlx5_add_flow_rules(dev->steering, ft, NULL, &act, &dest, 1, rule);
}

/* One table's miss entry gives way to @rule. On failure both are there. */
static int replace_miss_rule(struct mlx5_core_dev *dev, struct fs_chain_prio *p,
			     struct mlx5_flow_handle *rule, struct mlx5_flow_table *next_ft)
{
	int err = mlx5_del_flow_rules(dev->steering, p->miss_rule);

	if (err)
		return err;
	p->miss_rule = rule;
	p->next_ft = next_ft;
	return 0;
}

/* The tables before @prio, back to level 0 of the previous priority. Returns how many. */
static int get_prio_prevs(struct fs_chain_prio *prio, struct fs_chain_prio **prevs)
{
	struct list *l = prio->link.prev;
	int n = 0;

	for (; !prio->key.level && l != &prio->chain->prios && n <= LEVELS; l = l->prev) {
		prevs[n] = list_entry(l, struct fs_chain_prio, link);
		if (!prevs[n++]->key.level)
			break;
	}
	return n;
}

/*
 * Points the misses of the tables before @prio at @next_ft: all new entries first, so that a
 * failure leaves all as it was. An old entry that cannot be deleted is a failure as well: it lies
 * before the new one or behind it, as it comes, so packets might never see the new table.
 */
static int update_prio_prevs(struct mlx5_core_dev *dev, struct fs_chain_prio *prio,
			     struct mlx5_flow_table *next_ft)
{
	struct mlx5_flow_handle *rules[LEVELS + 1];
	struct fs_chain_prio *prevs[LEVELS + 1];
	int n = get_prio_prevs(prio, prevs), added = 0, replaced = 0, err = 0;
	struct mlx5_flow_table *old_ft = n ? prevs[0]->next_ft : NULL;

	for (; added < n && !err; added += !err)
		err = add_miss_rule(dev, prio->chain, prevs[added]->ft, next_ft, &rules[added]);
	for (; replaced < n && !err; replaced += !err)
		err = replace_miss_rule(dev, prevs[replaced], rules[replaced], next_ft);
	if (!err)
		return 0;
	while (added > replaced)
		mlx5_del_flow_rules(dev->steering, rules[--added]);
	/* Those that are done go back, if the device lets them. */
	while (replaced-- > 0) {
		if (!add_miss_rule(dev, prio->chain, prevs[replaced]->ft, old_ft, &rules[0]))
			(void)replace_miss_rule(dev, prevs[replaced], rules[0], old_ft);
	}
	return err;
}

static bool is_behind(const struct fs_chain_prio *p, const struct prio_key *key)
{
	return p->key.prio > key->prio || (p->key.prio == key->prio && p->key.level > key->level);
}

/* The first table of the chain that comes behind @key, or the list's head. */
static struct list *find_place(struct fs_chain *chain, const struct prio_key *key)
{
	struct list *l = &chain->prios;

	while (l->prev != &chain->prios &&
	       is_behind(list_entry(l->prev, struct fs_chain_prio, link), key))
		l = l->prev;
	return l;
}

static struct mlx5_flow_table *next_of(const struct mlx5_core_dev *dev,
				       const struct fs_chain *chain, struct list *place)
{
	const struct fs_chain_prio *p;

	if (place == &chain->prios)
		return chain->chain == get_nf_ft_chain(dev) ? dev->tc_miss : end_ft(dev);
	p = list_entry(place, struct fs_chain_prio, link);
	return p->key.level == 0 ? p->ft : p->next_ft;
}

static int connect_prio(struct mlx5_core_dev *dev, struct fs_chain_prio *p)
{
	struct list *place = find_place(p->chain, &p->key);
	int err;

	p->next_ft = next_of(dev, p->chain, place);
	err = add_miss_rule(dev, p->chain, p->ft, p->next_ft, &p->miss_rule);
	if (err)
		return err;
	err = htable_add(&dev->chains.prios, hash_key(&p->key), p);
	if (err)
		goto err_rule;
	list_add_before(place, &p->link);
	err = update_prio_prevs(dev, p, p->ft);
	if (err)
		goto err_list;
	return 0;

err_list:
	list_del(&p->link);
	htable_del(&dev->chains.prios, hash_key(&p->key), p);
err_rule:
	mlx5_del_flow_rules(dev->steering, p->miss_rule);
	return err;
}

static int create_prio(struct mlx5_core_dev *dev, const struct prio_key *key,
		       struct fs_chain_prio **out)
{
	struct span sp = SPAN_NAMED(mlx5_trace(dev), "mlx5_chains_create_prio");
	struct fs_chain_prio *p = mem_new(sizeof *p);
	int err;

	if (!p)
		return span_end(&sp, -ENOMEM);
	p->key = *key;
	err = get_chain(dev, key->chain, &p->chain);
	if (err)
		goto err_free;
	err = create_table(dev, key, &p->ft);
	if (err)
		goto err_chain;
	err = connect_prio(dev, p);
	if (err)
		goto err_table;
	dev->chains.n_bytes += sizeof *p;
	span_note(&sp, "table", "%u for chain %u prio %u level %u", mlx5_flow_table_id(p->ft),
		  key->chain, key->prio, key->level);
	*out = p;
	return span_end(&sp, 0);

err_table:
	mlx5_destroy_flow_table(dev->steering, p->ft);
err_chain:
	put_chain(dev, p->chain);
err_free:
	mem_free(p);
	return span_end(&sp, err);
}

static void remove_prio(struct mlx5_core_dev *dev, struct fs_chain_prio *p)
{
	list_del(&p->link);
	htable_del(&dev->chains.prios, hash_key(&p->key), p);
	mlx5_del_flow_rules(dev->steering, p->miss_rule);
	mlx5_destroy_flow_table(dev->steering, p->ft);
	put_chain(dev, p->chain);
	dev->chains.n_bytes -= sizeof *p;
	mem_free(p);
}

/*
 * Without memory or device the tables before go on to this one, so it stays, empty: packets pass
 * it, the next get finds it, and mlx5_chains_destroy() takes it away at the latest. (mlx5 warns,
 * and destroys it.)
 */
static void destroy_prio(struct mlx5_core_dev *dev, struct fs_chain_prio *p)
{
	if (!update_prio_prevs(dev, p, p->next_ft))
		remove_prio(dev, p);
}

/* What has stayed. */
static void destroy_unused_prios(struct mlx5_core_dev *dev)
{
	struct fs_chain_prio *p;
	size_t pos = 0;

	while ((p = htable_next(&dev->chains.prios, &pos))) {
		if (p->refs)
			continue;
		(void)update_prio_prevs(dev, p, p->next_ft);
		remove_prio(dev, p);
		pos = 0;
	}
}

int mlx5_chains_get_table(struct mlx5_core_dev *dev, u32 chain, u32 prio, u32 level,
			  struct fs_chain_prio **out)
{
	const struct prio_key key = { chain, prio, level };
	struct fs_chain_prio *p;
	int err;

	if ((chain > mlx5_chains_get_chain_range(dev) && chain != get_nf_ft_chain(dev)) ||
	    prio > mlx5_chains_get_prio_range(dev) || level >= LEVELS)
		return -EOPNOTSUPP;
	p = htable_find(&dev->chains.prios, hash_key(&key), is_prio, &key);
	if (!p) {
		err = create_prio(dev, &key, &p);
		if (err)
			return err;
	}
	p->refs++;
	*out = p;
	return 0;
}

void mlx5_chains_put_table(struct mlx5_core_dev *dev, struct fs_chain_prio *p)
{
	if (p && --p->refs == 0)
		destroy_prio(dev, p);
}

int mlx5_chains_create(struct mlx5_core_dev *dev)
{
	struct mlx5_fs_chains *c = &dev->chains;
	int err;

	htable_init(&c->prios);
	htable_init(&c->chains);
	htable_init(&c->vporttbls);
	idr_init(&c->mapping);
	err = mlx5_chains_get_table(dev, get_nf_ft_chain(dev), 1, 0, &c->tc_end);
	if (!err)
		err = mlx5_chains_get_table(dev, 0, 1, 0, &c->root);
	if (!err)
		err = mlx5_set_flow_table_root(dev->steering, c->root->ft);
	if (err)
		mlx5_chains_destroy(dev);
	return err;
}

void mlx5_chains_destroy(struct mlx5_core_dev *dev)
{
	struct mlx5_fs_chains *c = &dev->chains;

	destroy_unused_prios(dev);
	mlx5_chains_put_table(dev, c->root);
	mlx5_chains_put_table(dev, c->tc_end);
	destroy_unused_prios(dev);
	c->root = c->tc_end = NULL;
	htable_fini(&c->prios);
	htable_fini(&c->chains);
	htable_fini(&c->vporttbls);
	idr_fini(&c->mapping);
}

/* ---- the tables behind mirroring ---- */

static bool is_vporttbl(const void *item, const void *key)
{
	return !memcmp(&((const struct mlx5_vporttbl *)item)->key, key, sizeof(struct prio_key));
}

struct mlx5_flow_table *mlx5_vporttbl_ft(const struct mlx5_vporttbl *table)
{
	return table->ft;
}

int mlx5_esw_vporttbl_get(struct mlx5_core_dev *dev, u32 chain, u32 prio, u16 vport,
			  struct mlx5_vporttbl **out)
{
	const struct mlx5_flow_table_attr attr = { .type = MLX5_TABLE_FDB,
						   .level = LEVEL_VPORTTBL,
						   .max_fte = VPORTTBL_SIZE,
						   .autogroup = true,
						   .max_num_groups = VPORTTBL_GROUPS };
	const struct prio_key key = { chain, prio, vport };
	struct mlx5_vporttbl *t =
		htable_find(&dev->chains.vporttbls, hash_key(&key), is_vporttbl, &key);
	int err;

	if (t) {
		t->refs++;
		*out = t;
		return 0;
	}
	t = mem_new(sizeof *t);
	if (!t)
		return -ENOMEM;
	t->key = key;
	t->refs = 1;
	err = mlx5_create_flow_table(dev->steering, &attr, &t->ft);
	if (err)
		goto err_free;
	err = htable_add(&dev->chains.vporttbls, hash_key(&key), t);
	if (err)
		goto err_table;
	dev->chains.n_bytes += sizeof *t;
	*out = t;
	return 0;

err_table:
	mlx5_destroy_flow_table(dev->steering, t->ft);
err_free:
	mem_free(t);
	return err;
}

void mlx5_esw_vporttbl_put(struct mlx5_core_dev *dev, struct mlx5_vporttbl *t)
{
	if (--t->refs)
		return;
	htable_del(&dev->chains.vporttbls, hash_key(&t->key), t);
	mlx5_destroy_flow_table(dev->steering, t->ft);
	dev->chains.n_bytes -= sizeof *t;
	mem_free(t);
}
