/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver's own account of table space. Model of fs_ft_pool.c, 6.1: five sizes, of each so many
 * tables as make 16M entries; the device is not asked.
 */
#include "nic/steering/steering_internal.h"

#define POOL_TOTAL (16u << 20)

static const u32 pool_sizes[FS_POOLS] = { 4u << 20, 1u << 20, 64u << 10, 128, 1 };

void mlx5_ft_pool_init(struct mlx5_steering *s)
{
	for (size_t i = 0; i < FS_POOLS; i++)
		s->ft_left[i] = POOL_TOTAL / pool_sizes[i];
}

static bool is_available(const struct mlx5_steering *s, size_t i)
{
	return s->ft_left[i] && pool_sizes[i] <= 1u << s->caps.log_max_ft_size;
}

/* Without a wish the largest that is left, else the smallest that is large enough. */
u32 mlx5_ft_pool_get_avail_sz(struct mlx5_steering *s, u32 desired)
{
	size_t found = FS_POOLS;

	for (size_t i = 0; i < FS_POOLS; i++) {
		if (!is_available(s, i) || pool_sizes[i] < desired)
			continue;
		found = i;
		if (!desired)
			break;
	}
	if (found == FS_POOLS)
		return 0;
	s->ft_left[found]--;
	return pool_sizes[found];
}

void mlx5_ft_pool_put_sz(struct mlx5_steering *s, u32 size)
{
	for (size_t i = 0; i < FS_POOLS; i++) {
		if (pool_sizes[i] == size)
			s->ft_left[i]++;
	}
}
