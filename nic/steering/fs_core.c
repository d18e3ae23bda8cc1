/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables, groups and entries. Model of fs_core.c, 6.1, of the part that decides where an entry goes
 * and what is refused: the tree of namespaces and priorities is the callers' here, who say level
 * and next table themselves.
 *
 * An entry goes to a group of its table that has its mask and room. struct fs_mask is found by hash
 * and lists such groups; a group hands out the index freed last, or the next fresh one. So adding
 * and deleting take the same time whatever the table holds. A group is destroyed with its last
 * entry when the core has made it.
 */
#include "base/alloc.h"
#include "base/hash.h"
#include "nic/steering/steering_internal.h"

#include <errno.h>

static const struct mlx5_flow_spec match_all;

#define refuse(s, err, ...) trace_refuse((s)->cmd->trace, (err), NULL, "mlx5_core: " __VA_ARGS__)

int mlx5_steering_new(struct mlx5_steering **out, struct mlx5_cmd *cmd,
		      const struct mlx5_steering_caps *caps)
{
	struct mlx5_steering *s = mem_new(sizeof *s);
	int err;

	if (!s)
		return -ENOMEM;
	s->cmd = cmd;
	s->caps = *caps;
	list_init(&s->tables);
	pool_init(&s->handles, sizeof(struct mlx5_flow_handle));
	htable_init(&s->masks);
	htable_init(&s->mod_hdrs_by_actions);
	htable_init(&s->mod_hdrs_by_id);
	mlx5_ft_pool_init(s);
	err = mlx5_init_fc_stats(s);
	if (err) {
		mem_free(s);
		return err;
	}
	*out = s;
	return 0;
}

size_t mlx5_steering_bytes(const struct mlx5_steering *s)
{
	return sizeof *s + s->n_bytes + s->handles.n_bytes + htable_size(&s->masks) +
	       htable_size(&s->mod_hdrs_by_actions) + htable_size(&s->mod_hdrs_by_id) +
	       mlx5_fc_stats_bytes(s);
}

/* ---- masks ---- */

struct mask_key {
	const struct mlx5_flow_table *ft;
	u8 enable;
	const u8 *bytes;
};

static u32 hash_mask(const struct mask_key *key)
{
	uint64_t h = (uintptr_t)key->ft ^ key->enable;

	for (u32 left = key->enable & FS_SECTIONS_ALL; left; left &= left - 1)
		h = hash_bytes(key->bytes + fs_section_off(left), FS_SECTION_SIZE, h);
	return (u32)hash_u64(h);
}

static bool is_mask(const void *item, const void *k)
{
	const struct fs_mask *m = item;
	const struct mask_key *key = k;

	if (m->ft != key->ft || m->enable != key->enable)
		return false;
	for (u32 left = key->enable & FS_SECTIONS_ALL; left; left &= left - 1) {
		size_t off = fs_section_off(left);

		if (memcmp(m->bytes + off, key->bytes + off, FS_SECTION_SIZE))
			return false;
	}
	return true;
}

static int get_mask(struct mlx5_steering *s, const struct mask_key *key, u32 hash,
		    struct fs_mask **out)
{
	struct fs_mask *m = htable_find(&s->masks, hash, is_mask, key);

	if (!m) {
		m = mem_new(sizeof *m);
		if (!m)
			return -ENOMEM;
		/* The table is changed when it gets its first group. */
		m->ft = CONST_CAST(struct mlx5_flow_table *, key->ft);
		m->hash = hash;
		m->enable = key->enable;
		list_init(&m->with_room);
		for (u32 left = key->enable & FS_SECTIONS_ALL; left; left &= left - 1) {
			size_t off = fs_section_off(left);

			memcpy(m->bytes + off, key->bytes + off, FS_SECTION_SIZE);
		}
		if (htable_add(&s->masks, hash, m)) {
			mem_free(m);
			return -ENOMEM;
		}
		s->n_bytes += sizeof *m;
	}
	m->n_groups++;
	*out = m;
	return 0;
}

static void put_mask(struct mlx5_steering *s, struct fs_mask *m)
{
	if (--m->n_groups)
		return;
	htable_del(&s->masks, m->hash, m);
	s->n_bytes -= sizeof *m;
	mem_free(m);
}

/* ---- groups ---- */

static int new_group(struct mlx5_steering *s, struct mlx5_flow_table *ft,
		     const struct mask_key *key, u32 hash, u32 start, u32 size,
		     struct mlx5_flow_group **out)
{
	struct mlx5_flow_group *fg = mem_new(sizeof *fg);
	int err;

	if (!fg)
		return -ENOMEM;
	err = get_mask(s, key, hash, &fg->mask);
	if (err)
		goto err_free;
	fg->ft = ft;
	fg->start = start;
	fg->max_ftes = size;
	err = mlx5_cmd_create_flow_group(s, fg);
	if (err)
		goto err_mask;
	list_add_before(&ft->groups, &fg->link);
	list_add_before(&fg->mask->with_room, &fg->room);
	s->n_bytes += sizeof *fg;
	*out = fg;
	return 0;

err_mask:
	put_mask(s, fg->mask);
err_free:
	mem_free(fg);
	return err;
}

/* Gives back the place of an auto group. */
static void put_place(struct fs_autogroup *ag, u32 start, bool is_big)
{
	if (is_big) {
		u32 slot = start / ag->group_size;

		ag->slots[slot / 64] &= ~(1ull << slot % 64);
		ag->n_big--;
	} else {
		ag->small_free[ag->n_small_free++] = start;
		ag->n_small--;
	}
}

static void free_group(struct mlx5_steering *s, struct mlx5_flow_group *fg)
{
	while (fg->free) {
		struct mlx5_flow_handle *h = fg->free;

		fg->free = h->next_free;
		pool_put(&s->handles, h);
	}
	mlx5_cmd_destroy_flow_group(s, fg);
	if (fg->is_auto)
		put_place(&fg->ft->autogroup, fg->start, fg->is_big);
	list_del(&fg->link);
	list_del(&fg->room);
	put_mask(s, fg->mask);
	s->n_bytes -= sizeof *fg;
	mem_free(fg);
}

static void take_slot(struct fs_autogroup *ag, u32 *start)
{
	u32 slot = 0;

	while (ag->slots[slot / 64] == UINT64_MAX)
		slot += 64;
	slot += (u32)__builtin_ctzll(~ag->slots[slot / 64]);
	ag->slots[slot / 64] |= 1ull << slot % 64;
	ag->n_big++;
	*start = slot * ag->group_size;
}

/* The place of a group of one entry. The stack of free ones has room for all there are. */
static int take_small(struct fs_autogroup *ag, u32 *start)
{
	u32 first = ag->required * ag->group_size;
	u32 *p;

	if (ag->n_small_free) {
		*start = ag->small_free[--ag->n_small_free];
		ag->n_small++;
		return 0;
	}
	if (first + ag->n_small_fresh >= ag->max_fte)
		return -ENOSPC;
	p = mem_grow(ag->small_free, &ag->small_cap, ag->n_small + 1, sizeof(u32));
	if (!p)
		return -ENOMEM;
	ag->small_free = p;
	ag->n_small++;
	*start = first + ag->n_small_fresh++;
	return 0;
}

static int alloc_auto_flow_group(struct mlx5_steering *s, struct mlx5_flow_table *ft,
				 const struct mask_key *key, u32 hash, struct mlx5_flow_group **fg)
{
	struct fs_autogroup *ag = &ft->autogroup;
	bool is_big = ag->n_big < ag->required && ag->group_size;
	u32 start;
	int err = 0;

	if (!ag->active)
		return refuse(s, -ENOENT, "table %u has no group with the mask", ft->id);
	if (is_big)
		take_slot(ag, &start);
	else
		err = take_small(ag, &start);
	if (err == -ENOSPC)
		return refuse(s, err, "table %u has no room for another group", ft->id);
	if (err)
		return err;
	err = new_group(s, ft, key, hash, start, is_big ? ag->group_size : 1, fg);
	if (err) {
		put_place(ag, start, is_big);
		return err;
	}
	(*fg)->is_auto = true;
	(*fg)->is_big = is_big;
	return 0;
}

int mlx5_create_flow_group(struct mlx5_steering *s, struct mlx5_flow_table *ft,
			   const struct mlx5_flow_spec *spec, u32 start, u32 end,
			   struct mlx5_flow_group **fg)
{
	struct mask_key key = { ft, 0, NULL };

	if (!spec)
		spec = &match_all;
	key.enable = spec->match_criteria_enable;
	key.bytes = spec->match_criteria;
	if (start > end || end >= ft->max_fte)
		return refuse(s, -EINVAL, "entries %u to %u are not in table %u", start, end,
			      ft->id);
	if (ft->autogroup.active && start < ft->autogroup.max_fte)
		return refuse(s, -EPERM, "table %u makes its groups itself", ft->id);
	return new_group(s, ft, &key, hash_mask(&key), start, end - start + 1, fg);
}

int mlx5_destroy_flow_group(struct mlx5_steering *s, struct mlx5_flow_group *fg)
{
	if (fg->n_used)
		return -EBUSY;
	free_group(s, fg);
	return 0;
}

/* ---- tables ---- */

static void init_autogroup(struct mlx5_flow_table *ft, const struct mlx5_flow_table_attr *attr)
{
	struct fs_autogroup *ag = &ft->autogroup;

	ag->active = true;
	ag->required = attr->max_num_groups ? attr->max_num_groups : MLX5_AUTO_GROUPS;
	ag->max_fte = ft->max_fte - attr->num_reserved_entries;
	ag->group_size = ag->max_fte / (ag->required + 1);
}

static int check_attr(struct mlx5_steering *s, const struct mlx5_flow_table_attr *attr)
{
	if (!s->caps.ft_support)
		return refuse(s, -EOPNOTSUPP, "Failed to get flow namespace");
	if (attr->max_num_groups > MLX5_AUTO_GROUPS_MAX)
		return refuse(s, -EINVAL, "%u groups are more than %u", attr->max_num_groups,
			      MLX5_AUTO_GROUPS_MAX);
	return 0;
}

int mlx5_create_flow_table(struct mlx5_steering *s, const struct mlx5_flow_table_attr *attr,
			   struct mlx5_flow_table **out)
{
	struct span sp = SPAN(s->cmd->trace);
	struct mlx5_flow_table *ft;
	int err = check_attr(s, attr);

	if (err)
		return span_end(&sp, err);
	ft = mem_new(sizeof *ft);
	if (!ft)
		return span_end(&sp, -ENOMEM);
	list_init(&ft->groups);
	ft->type = attr->type;
	ft->vport = attr->vport;
	ft->level = attr->level;
	ft->pool_size = ft->max_fte = mlx5_ft_pool_get_avail_sz(s, attr->max_fte);
	if (!ft->max_fte || attr->num_reserved_entries >= ft->max_fte) {
		err = refuse(s, -ENOSPC, "no table of %u entries is left", attr->max_fte);
		goto err_free;
	}
	if (attr->autogroup)
		init_autogroup(ft, attr);
	err = mlx5_cmd_create_flow_table(s, ft, attr->next_ft);
	if (err)
		goto err_free;
	list_add_before(&s->tables, &ft->link);
	s->n_bytes += sizeof *ft;
	span_note(&sp, "table", "%u, level %u, %u entries", ft->id, ft->level, ft->max_fte);
	*out = ft;
	return span_end(&sp, 0);

err_free:
	mlx5_ft_pool_put_sz(s, ft->pool_size);
	mem_free(ft);
	return span_end(&sp, err);
}

int mlx5_destroy_flow_table(struct mlx5_steering *s, struct mlx5_flow_table *ft)
{
	struct mlx5_flow_group *fg, *tmp;

	if (ft->n_ftes)
		return -EBUSY;
	list_for_each_entry_safe (fg, tmp, &ft->groups, link)
		free_group(s, fg);
	mlx5_cmd_destroy_flow_table(s, ft);
	mlx5_ft_pool_put_sz(s, ft->pool_size);
	list_del(&ft->link);
	mem_free(ft->autogroup.small_free);
	s->n_bytes -= sizeof *ft;
	mem_free(ft);
	return 0;
}

int mlx5_set_flow_table_root(struct mlx5_steering *s, struct mlx5_flow_table *ft)
{
	struct span sp = SPAN(s->cmd->trace);

	return span_end(&sp, mlx5_cmd_update_root_ft(s, ft));
}

int mlx5_modify_flow_table_miss(struct mlx5_steering *s, struct mlx5_flow_table *ft,
				struct mlx5_flow_table *miss)
{
	struct span sp = SPAN(s->cmd->trace);

	return span_end(&sp, mlx5_cmd_modify_flow_table(s, ft, miss));
}

u32 mlx5_flow_table_id(const struct mlx5_flow_table *ft)
{
	return ft->id;
}

u32 mlx5_flow_table_max_fte(const struct mlx5_flow_table *ft)
{
	return ft->max_fte;
}

/* ---- entries ---- */

static bool is_valid_spec(const struct mlx5_flow_spec *spec)
{
	u64 outside = 0;

	for (u32 left = spec->match_criteria_enable & FS_SECTIONS_ALL; left; left &= left - 1) {
		const u8 *value = spec->match_value + fs_section_off(left);
		const u8 *criteria = spec->match_criteria + fs_section_off(left);

		for (size_t i = 0; i < FS_SECTION_SIZE; i += sizeof(u64))
			outside |= get_u64(value + i) & ~get_u64(criteria + i);
	}
	return !outside;
}

static bool is_valid_dest(const struct mlx5_flow_table *ft, const struct mlx5_flow_act *act,
			  const struct mlx5_flow_destination *dest)
{
	if (dest->type != MLX5_DEST_FLOW_TABLE)
		return true;
	if (dest->ft->type != ft->type)
		return false;
	return act->ignore_flow_level || dest->ft->level > ft->level;
}

static int check_rule(struct mlx5_steering *s, const struct mlx5_flow_table *ft,
		      const struct mlx5_flow_spec *spec, const struct mlx5_flow_act *act,
		      const struct mlx5_flow_destination *dest, unsigned int n_dests)
{
	const u32 ends = MLX5_FLOW_CONTEXT_ACTION_FWD_DEST | MLX5_FLOW_CONTEXT_ACTION_DROP |
			 MLX5_FLOW_CONTEXT_ACTION_ALLOW;
	bool is_fwd = act->action & MLX5_FLOW_CONTEXT_ACTION_FWD_DEST;

	if (spec->match_criteria_enable >> FS_SECTIONS)
		return refuse(s, -EINVAL, "match_criteria_enable 0x%x has unknown bits",
			      spec->match_criteria_enable);
	if (!is_valid_spec(spec))
		return refuse(s, -EINVAL, "match_value differs from match_criteria");
	if (is_fwd != (n_dests > 0) || n_dests > MLX5_DESTS_MAX + 1)
		return refuse(s, -EINVAL, "action 0x%x does not go with %u destinations",
			      act->action, n_dests);
	if (!(act->action & ends))
		return refuse(s, -EINVAL, "action 0x%x neither forwards, drops nor allows",
			      act->action);
	if (act->ignore_flow_level && !s->caps.ignore_flow_level)
		return refuse(s, -EOPNOTSUPP, "the device cannot ignore flow levels");
	for (unsigned int i = 0; i < n_dests; i++) {
		if (!is_valid_dest(ft, act, &dest[i]))
			return refuse(s, -EINVAL, "destination table %u is not behind table %u",
				      dest[i].ft->id, ft->id);
	}
	return 0;
}

static struct mlx5_flow_handle *take_handle(struct mlx5_steering *s, struct mlx5_flow_group *fg)
{
	struct mlx5_flow_handle *h = fg->free;

	if (h) {
		fg->free = h->next_free;
	} else {
		h = pool_get(&s->handles);
		if (!h)
			return NULL;
		h->index = fg->start + fg->fresh++;
	}
	h->fg = fg;
	if (++fg->n_used == fg->max_ftes)
		list_del(&fg->room);
	return h;
}

static void put_handle(struct mlx5_steering *s, struct mlx5_flow_handle *h)
{
	struct mlx5_flow_group *fg = h->fg;

	if (fg->n_used-- == fg->max_ftes)
		list_add_after(&fg->mask->with_room, &fg->room);
	h->next_free = fg->free;
	fg->free = h;
	if (!fg->n_used && fg->is_auto)
		free_group(s, fg);
}

static int add_rule_fte(struct mlx5_steering *s, struct mlx5_flow_handle *h,
			const struct mlx5_flow_spec *spec, const struct mlx5_flow_act *act,
			const struct mlx5_flow_destination *dest, unsigned int n_dests)
{
	struct span sp = SPAN(s->cmd->trace);

	return span_end(&sp, mlx5_cmd_create_fte(s, h->fg, h->index, spec, act, dest, n_dests));
}

static int add_rule_fg(struct mlx5_steering *s, struct mlx5_flow_group *fg,
		       const struct mlx5_flow_spec *spec, const struct mlx5_flow_act *act,
		       const struct mlx5_flow_destination *dest, unsigned int n_dests,
		       struct mlx5_flow_handle **out)
{
	struct span sp = SPAN(s->cmd->trace);
	struct mlx5_flow_handle *h = take_handle(s, fg);
	int err;

	if (!h) {
		if (!fg->n_used && fg->is_auto)
			free_group(s, fg);
		return span_end(&sp, -ENOMEM);
	}
	span_note(&sp, "where", "table %u, group %u, index %u", fg->ft->id, fg->id, h->index);
	err = add_rule_fte(s, h, spec, act, dest, n_dests);
	if (err) {
		put_handle(s, h);
		return span_end(&sp, err);
	}
	fg->ft->n_ftes++;
	*out = h;
	return span_end(&sp, 0);
}

/* A group of the table with the mask and room: one that there is, or a new one. */
static int find_group(struct mlx5_steering *s, struct mlx5_flow_table *ft,
		      const struct mlx5_flow_spec *spec, struct mlx5_flow_group **fg)
{
	struct mask_key key = { ft, spec->match_criteria_enable, spec->match_criteria };
	u32 hash = hash_mask(&key);
	struct fs_mask *m = htable_find(&s->masks, hash, is_mask, &key);

	if (m && !list_is_empty(&m->with_room)) {
		*fg = list_entry(m->with_room.next, struct mlx5_flow_group, room);
		return 0;
	}
	if (m && !ft->autogroup.active)
		return refuse(s, -ENOSPC, "the groups of table %u with the mask are full", ft->id);
	return alloc_auto_flow_group(s, ft, &key, hash, fg);
}

int mlx5_add_flow_rules(struct mlx5_steering *s, struct mlx5_flow_table *ft,
			const struct mlx5_flow_spec *spec, const struct mlx5_flow_act *act,
			const struct mlx5_flow_destination *dest, unsigned int n_dests,
			struct mlx5_flow_handle **handle)
{
	struct span sp = SPAN(s->cmd->trace);
	struct mlx5_flow_group *fg = NULL;
	int err;

	if (!spec)
		spec = &match_all;
	err = check_rule(s, ft, spec, act, dest, n_dests);
	if (!err)
		err = find_group(s, ft, spec, &fg);
	if (!err)
		err = add_rule_fg(s, fg, spec, act, dest, n_dests, handle);
	return span_end(&sp, err);
}

int mlx5_del_flow_rules(struct mlx5_steering *s, struct mlx5_flow_handle *h)
{
	struct span sp = SPAN(s->cmd->trace);
	struct mlx5_flow_table *ft = h->fg->ft;
	int err;

	span_note(&sp, "where", "table %u, group %u, index %u", ft->id, h->fg->id, h->index);
	err = mlx5_cmd_delete_fte(s, ft, h->index);
	if (err)
		return span_end(&sp, err);
	ft->n_ftes--;
	put_handle(s, h);
	return span_end(&sp, 0);
}

void mlx5_flow_handle_where(const struct mlx5_flow_handle *h, u32 *table_id, u32 *group_id,
			    u32 *index)
{
	*table_id = h->fg->ft->id;
	*group_id = h->fg->id;
	*index = h->index;
}

/* ---- the end ---- */

/* Deletes the entries of a group whose owner did not. Which ones are free is not kept: ask. */
static void delete_left(struct mlx5_steering *s, struct mlx5_flow_group *fg)
{
	u8 *is_free = mem_new(fg->fresh);

	for (struct mlx5_flow_handle *h = fg->free; h && is_free; h = h->next_free)
		is_free[h->index - fg->start] = 1;
	for (u32 i = 0; i < fg->fresh && is_free; i++) {
		if (!is_free[i])
			mlx5_cmd_delete_fte(s, fg->ft, fg->start + i);
	}
	mem_free(is_free);
}

static void destroy_left(struct mlx5_steering *s, struct mlx5_flow_table *ft)
{
	struct mlx5_flow_group *fg;

	list_for_each_entry (fg, &ft->groups, link)
		delete_left(s, fg);
	ft->n_ftes = 0;
}

void mlx5_steering_free(struct mlx5_steering *s)
{
	struct mlx5_flow_table *ft, *tmp;

	if (!s)
		return;
	list_for_each_entry (ft, &s->tables, link)
		destroy_left(s, ft);
	/* Backwards: a table may be where another's misses go only if that is gone first. */
	while (!list_is_empty(&s->tables)) {
		tmp = list_entry(s->tables.prev, struct mlx5_flow_table, link);
		mlx5_destroy_flow_table(s, tmp);
	}
	mlx5_cleanup_mod_hdrs(s);
	mlx5_cleanup_fc_stats(s);
	htable_fini(&s->masks);
	pool_fini(&s->handles);
	mem_free(s);
}
