/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Modify-header contexts, shared by rules that rewrite the same. Model of en/mod_hdr.c, 6.1.
 */
#include "base/alloc.h"
#include "base/hash.h"
#include "nic/steering/steering_internal.h"

#include <errno.h>

struct mod_hdr_key {
	u8 type, n;
	const void *actions;
};

static bool is_equal(const void *item, const void *key)
{
	const struct fs_mod_hdr *mh = item;
	const struct mod_hdr_key *k = key;

	return mh->type == k->type && mh->n == k->n &&
	       !memcmp(mh->actions, k->actions, (size_t)k->n * FS_MODIFY_SIZE);
}

static bool has_id(const void *item, const void *key)
{
	return ((const struct fs_mod_hdr *)item)->id == *(const u32 *)key;
}

static u32 hash_id(u32 id)
{
	return (u32)hash_u64(id);
}

static int add_both(struct mlx5_steering *s, struct fs_mod_hdr *mh)
{
	int err = htable_add(&s->mod_hdrs_by_actions, mh->hash, mh);

	if (err)
		return err;
	err = htable_add(&s->mod_hdrs_by_id, hash_id(mh->id), mh);
	if (err)
		htable_del(&s->mod_hdrs_by_actions, mh->hash, mh);
	return err;
}

static int create(struct mlx5_steering *s, const struct mod_hdr_key *key, u32 hash,
		  struct fs_mod_hdr **out)
{
	struct fs_mod_hdr *mh = mem_new(sizeof *mh + (size_t)key->n * FS_MODIFY_SIZE);
	int err;

	if (!mh)
		return -ENOMEM;
	mh->type = key->type;
	mh->n = key->n;
	mh->hash = hash;
	memcpy(mh->actions, key->actions, (size_t)key->n * FS_MODIFY_SIZE);
	err = mlx5_cmd_modify_header_alloc(s, key->type, key->actions, key->n, &mh->id);
	if (err)
		goto err_free;
	err = add_both(s, mh);
	if (err)
		goto err_dealloc;
	s->n_bytes += sizeof *mh + (size_t)mh->n * FS_MODIFY_SIZE;
	*out = mh;
	return 0;

err_dealloc:
	mlx5_cmd_modify_header_dealloc(s, mh->id);
err_free:
	mem_free(mh);
	return err;
}

int mlx5_modify_header_attach(struct mlx5_steering *s, enum mlx5_table_type type,
			      const void *actions, unsigned int n, u32 *id)
{
	struct mod_hdr_key key = { (u8)type, (u8)n, actions };
	struct span sp = SPAN(s->cmd->trace);
	struct fs_mod_hdr *mh;
	u32 hash;
	int err;

	if (!n || n > s->caps.max_modify_header_actions || n > FS_MODIFY_MAX) {
		trace_refuse(s->cmd->trace, -EOPNOTSUPP, NULL,
			     "mlx5_core: too many modify header actions %u, max supported %u", n,
			     s->caps.max_modify_header_actions);
		return span_end(&sp, -EOPNOTSUPP);
	}
	hash = (u32)hash_bytes(actions, (size_t)n * FS_MODIFY_SIZE, type);
	mh = htable_find(&s->mod_hdrs_by_actions, hash, is_equal, &key);
	span_note(&sp, "context", "%s", mh ? "shared" : "new");
	err = mh ? 0 : create(s, &key, hash, &mh);
	if (err)
		return span_end(&sp, err);
	mh->refs++;
	*id = mh->id;
	return span_end(&sp, 0);
}

static void destroy(struct mlx5_steering *s, struct fs_mod_hdr *mh)
{
	mlx5_cmd_modify_header_dealloc(s, mh->id);
	s->n_bytes -= sizeof *mh + (size_t)mh->n * FS_MODIFY_SIZE;
	mem_free(mh);
}

void mlx5_modify_header_detach(struct mlx5_steering *s, u32 id)
{
	struct fs_mod_hdr *mh = htable_find(&s->mod_hdrs_by_id, hash_id(id), has_id, &id);

	if (!mh || --mh->refs)
		return;
	htable_del(&s->mod_hdrs_by_actions, mh->hash, mh);
	htable_del(&s->mod_hdrs_by_id, hash_id(id), mh);
	destroy(s, mh);
}

void mlx5_cleanup_mod_hdrs(struct mlx5_steering *s)
{
	struct fs_mod_hdr *mh;
	size_t pos = 0;

	while ((mh = htable_next(&s->mod_hdrs_by_id, &pos)))
		destroy(s, mh);
	htable_fini(&s->mod_hdrs_by_id);
	htable_fini(&s->mod_hdrs_by_actions);
}
