/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of the steering core on the dummy device. */
#include "base/alloc.h"
#include "nic/cmd/cmd-dummy.h"
#include "nic/cmd/cmd-fault.h"
#include "nic/steering/steering_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct bed {
	struct trace trace;
	struct cmd_dummy dummy;
	struct mlx5_cmd_fault fault;
	struct mlx5_cmd cmd;
	struct mlx5_steering *s;
	struct mlx5_steering_caps caps;
};

static const struct mlx5_flow_act drop = { .action = MLX5_FLOW_CONTEXT_ACTION_DROP };

static void bed_init(struct bed *b)
{
	struct mlx5_cmd_front front;

	trace_init(&b->trace);
	cmd_dummy_init(&b->dummy);
	front = cmd_dummy_front(&b->dummy);
	cmd_fault_init(&b->fault, &front);
	b->cmd = (struct mlx5_cmd){ .front = cmd_fault_front(&b->fault), .trace = &b->trace };
	b->caps = (struct mlx5_steering_caps){ .log_max_ft_size = 22,
					       .max_ft_level = 64,
					       .max_modify_header_actions = 16,
					       .ft_support = true,
					       .ignore_flow_level = true,
					       .flow_counter_bulk_alloc = 0xff,
					       .log_max_flow_counter_bulk = 8 };
	assert_int_equal(mlx5_steering_new(&b->s, &b->cmd, &b->caps), 0);
}

static void bed_fini(struct bed *b)
{
	mlx5_steering_free(b->s);
	assert_int_equal(cmd_dummy_alive(&b->dummy), 0);
	trace_fini(&b->trace);
}

static struct mlx5_flow_table *table(struct bed *b, u32 max_fte, bool autogroup, u8 level)
{
	const struct mlx5_flow_table_attr attr = {
		.type = MLX5_TABLE_FDB, .max_fte = max_fte, .level = level, .autogroup = autogroup
	};
	struct mlx5_flow_table *ft;

	assert_int_equal(mlx5_create_flow_table(b->s, &attr, &ft), 0);
	return ft;
}

/* A mask of which bit @i of dmac_47_16 is part, so that each is another one. */
static void spec_init(struct mlx5_flow_spec *spec, u32 mask, u32 value)
{
	memset(spec, 0, sizeof *spec);
	spec->match_criteria_enable = MLX5_MATCH_OUTER_HEADERS;
	IFC_SET(fte_match_set_lyr_2_4, spec->match_criteria, dmac_47_16, mask);
	IFC_SET(fte_match_set_lyr_2_4, spec->match_value, dmac_47_16, value);
}

static int put(struct bed *b, struct mlx5_flow_table *ft, u32 mask, struct mlx5_flow_handle **h)
{
	struct mlx5_flow_spec spec;

	spec_init(&spec, mask, 0);
	return mlx5_add_flow_rules(b->s, ft, &spec, &drop, NULL, 0, h);
}

static void the_pool_gives_the_sizes_of_linux(void **state)
{
	static const struct {
		u32 wish, size;
	} cases[] = {
		{ 0, 4u << 20 }, { 1, 1 }, { 2, 128 }, { 129, 64u << 10 }, { 1u << 20, 1u << 20 },
	};
	const struct mlx5_flow_table_attr large = { .type = MLX5_TABLE_FDB };
	const struct mlx5_flow_table_attr huge = { .type = MLX5_TABLE_FDB,
						   .max_fte = (4u << 20) + 1 };
	struct mlx5_flow_table *ft;
	struct bed b;

	bed_init(&b);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ft = table(&b, cases[i].wish, true, 0);
		assert_int_equal(mlx5_flow_table_max_fte(ft), cases[i].size);
		assert_int_equal(mlx5_destroy_flow_table(b.s, ft), 0);
	}
	assert_int_equal(mlx5_create_flow_table(b.s, &huge, &ft), -ENOSPC);
	/* Four of 4M, then the next size. */
	for (int i = 0; i < 4; i++) {
		assert_int_equal(mlx5_create_flow_table(b.s, &large, &ft), 0);
		assert_int_equal(mlx5_flow_table_max_fte(ft), 4u << 20);
	}
	assert_int_equal(mlx5_create_flow_table(b.s, &large, &ft), 0);
	assert_int_equal(mlx5_flow_table_max_fte(ft), 1u << 20);
	bed_fini(&b);
}

static void auto_groups_are_large_then_single_then_none(void **state)
{
	struct mlx5_flow_handle *h[128], *full;
	u32 t, group, index;
	struct mlx5_flow_table *ft;
	struct bed b;

	bed_init(&b);
	ft = table(&b, 128, true, 0); /* groups of 128 / 16 = 8 */
	for (u32 i = 0; i < 15; i++) {
		assert_int_equal(put(&b, ft, i + 1, &h[i]), 0);
		mlx5_flow_handle_where(h[i], &t, &group, &index);
		assert_int_equal(index, i * 8);
	}
	for (u32 i = 15; i < 23; i++) {
		assert_int_equal(put(&b, ft, i + 1, &h[i]), 0);
		mlx5_flow_handle_where(h[i], &t, &group, &index);
		assert_int_equal(index, 120 + i - 15);
	}
	trace_forget(&b.trace);
	assert_int_equal(put(&b, ft, 24, &full), -ENOSPC);
	assert_true(b.trace.refused);
	/* A place in a group that is there is still free; and a group that goes leaves its place.
	 */
	assert_int_equal(put(&b, ft, 1, &full), 0);
	mlx5_flow_handle_where(full, &t, &group, &index);
	assert_int_equal(index, 1);
	mlx5_del_flow_rules(b.s, h[4]);
	assert_int_equal(put(&b, ft, 24, &h[4]), 0);
	mlx5_flow_handle_where(h[4], &t, &group, &index);
	assert_int_equal(index, 32);
	mlx5_del_flow_rules(b.s, h[17]);
	assert_int_equal(put(&b, ft, 25, &h[17]), 0);
	mlx5_flow_handle_where(h[17], &t, &group, &index);
	assert_int_equal(index, 122);
	assert_int_equal(mlx5_destroy_flow_table(b.s, ft), -EBUSY);
	bed_fini(&b);
}

static void bad_rules_are_refused(void **state)
{
	struct mlx5_flow_act act = drop;
	struct mlx5_flow_destination dest = { .type = MLX5_DEST_FLOW_TABLE };
	struct mlx5_flow_table *ft, *front, *manual;
	struct mlx5_flow_handle *h;
	struct mlx5_flow_spec spec;
	struct bed b;

	bed_init(&b);
	front = table(&b, 1, true, 1);
	ft = table(&b, 128, true, 2);
	manual = table(&b, 128, false, 2);
	spec_init(&spec, 0xf, 0x1f);
	assert_int_equal(mlx5_add_flow_rules(b.s, ft, &spec, &act, NULL, 0, &h), -EINVAL);
	spec_init(&spec, 0xf, 0xf);
	act.action = MLX5_FLOW_CONTEXT_ACTION_COUNT;
	assert_int_equal(mlx5_add_flow_rules(b.s, ft, &spec, &act, NULL, 0, &h), -EINVAL);
	act.action = MLX5_FLOW_CONTEXT_ACTION_FWD_DEST;
	assert_int_equal(mlx5_add_flow_rules(b.s, ft, &spec, &act, NULL, 0, &h), -EINVAL);
	dest.ft = front;
	assert_int_equal(mlx5_add_flow_rules(b.s, ft, &spec, &act, &dest, 1, &h), -EINVAL);
	assert_int_equal(mlx5_add_flow_rules(b.s, manual, &spec, &drop, NULL, 0, &h), -ENOENT);
	act.ignore_flow_level = true;
	assert_int_equal(mlx5_add_flow_rules(b.s, ft, &spec, &act, &dest, 1, &h), 0);
	spec.match_criteria_enable = 0x80;
	assert_int_equal(mlx5_add_flow_rules(b.s, ft, &spec, &act, &dest, 1, &h), -EINVAL);
	bed_fini(&b);
}

static void groups_made_by_hand_fill_up(void **state)
{
	struct mlx5_flow_handle *h[3];
	struct mlx5_flow_group *fg;
	struct mlx5_flow_spec spec;
	struct mlx5_flow_table *ft;
	struct bed b;

	bed_init(&b);
	ft = table(&b, 128, false, 0);
	spec_init(&spec, 3, 0);
	assert_int_equal(mlx5_create_flow_group(b.s, ft, &spec, 10, 11, &fg), 0);
	assert_int_equal(mlx5_create_flow_group(b.s, ft, &spec, 127, 128, &fg), -EINVAL);
	assert_int_equal(put(&b, ft, 3, &h[0]), 0);
	assert_int_equal(put(&b, ft, 3, &h[1]), 0);
	assert_int_equal(put(&b, ft, 3, &h[2]), -ENOSPC);
	mlx5_del_flow_rules(b.s, h[0]);
	assert_int_equal(put(&b, ft, 3, &h[2]), 0);
	mlx5_del_flow_rules(b.s, h[1]);
	mlx5_del_flow_rules(b.s, h[2]);
	assert_int_equal(mlx5_destroy_flow_table(b.s, ft), 0);
	bed_fini(&b);
}

/* Against an array that says which index is taken by whom. */
static void indices_are_never_given_twice(void **state)
{
	enum {
		SIZE = 128
	};
	struct mlx5_flow_handle *by_index[SIZE] = { NULL };
	struct mlx5_flow_table *ft;
	struct bed b;
	size_t n = 0;

	bed_init(&b);
	ft = table(&b, SIZE, true, 0);
	srand(1);
	for (int i = 0; i < 50000; i++) {
		struct mlx5_flow_handle *h;
		u32 t, group, index = (u32)rand() % SIZE;

		if (by_index[index]) {
			mlx5_del_flow_rules(b.s, by_index[index]);
			by_index[index] = NULL;
			n--;
		} else if (!put(&b, ft, (u32)rand() % 20 + 1, &h)) {
			mlx5_flow_handle_where(h, &t, &group, &index);
			assert_true(index < SIZE);
			assert_null(by_index[index]);
			by_index[index] = h;
			n++;
		}
		assert_int_equal(b.dummy.n_entries, n);
	}
	bed_fini(&b);
}

static void modify_headers_are_shared_by_content(void **state)
{
	const u8 x[16] = { 1 }, y[16] = { 2 };
	u32 a, c, d;
	struct bed b;

	bed_init(&b);
	assert_int_equal(mlx5_modify_header_attach(b.s, MLX5_TABLE_FDB, x, 2, &a), 0);
	assert_int_equal(mlx5_modify_header_attach(b.s, MLX5_TABLE_FDB, x, 2, &c), 0);
	assert_int_equal(a, c);
	assert_int_equal(mlx5_modify_header_attach(b.s, MLX5_TABLE_FDB, y, 2, &d), 0);
	assert_int_not_equal(a, d);
	assert_int_equal(mlx5_modify_header_attach(b.s, MLX5_TABLE_NIC_RX, x, 2, &d), 0);
	assert_int_equal(b.dummy.n_modify_headers, 3);
	mlx5_modify_header_detach(b.s, a);
	assert_int_equal(b.dummy.n_modify_headers, 3);
	mlx5_modify_header_detach(b.s, a);
	assert_int_equal(b.dummy.n_modify_headers, 2);
	assert_int_equal(mlx5_modify_header_attach(b.s, MLX5_TABLE_FDB, x, 17, &a), -EOPNOTSUPP);
	bed_fini(&b);
}

static void many_counters_take_few_commands(void **state)
{
	enum {
		N = 20000
	};
	static struct mlx5_fc *fcs[N];
	u64 bytes, packets, lastuse;
	struct bed b;

	bed_init(&b);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(mlx5_fc_create(b.s, &fcs[i]), 0);
	assert_true(cmd_dummy_count(&b.dummy, MLX5_CMD_OP_ALLOC_FLOW_COUNTER) < 40);
	b.dummy.packets = 7;
	assert_int_equal(mlx5_fc_stats_work(b.s, 5 * MLX5_FC_STATS_PERIOD_NS, false), 0);
	assert_true(cmd_dummy_count(&b.dummy, MLX5_CMD_OP_QUERY_FLOW_COUNTER) < N / 128);
	mlx5_fc_query_cached(fcs[3], &bytes, &packets, &lastuse);
	assert_int_equal(packets, 7);
	assert_int_equal(lastuse, 5 * MLX5_FC_STATS_PERIOD_NS);
	mlx5_fc_query_cached(fcs[3], &bytes, &packets, &lastuse);
	assert_int_equal(packets, 0);
	/* A used counter starts at nothing for its next owner. */
	for (size_t i = 0; i < N; i++)
		mlx5_fc_destroy(b.s, fcs[i]);
	b.dummy.packets = 9;
	for (size_t i = 0; i < N + 4000; i++) {
		assert_int_equal(mlx5_fc_create(b.s, &fcs[i % N]), 0);
		mlx5_fc_query_cached(fcs[i % N], &bytes, &packets, &lastuse);
		assert_int_equal(packets, 0);
		if (i >= N)
			mlx5_fc_destroy(b.s, fcs[i % N]);
	}
	bed_fini(&b);
}

static int build(struct bed *b, struct mlx5_flow_table **ft, struct mlx5_flow_handle **h)
{
	const struct mlx5_flow_table_attr attr = { .type = MLX5_TABLE_FDB,
						   .max_fte = 128,
						   .autogroup = true };
	int err = mlx5_create_flow_table(b->s, &attr, ft);

	if (err)
		return err;
	err = put(b, *ft, 5, h);
	if (err)
		assert_int_equal(mlx5_destroy_flow_table(b->s, *ft), 0);
	return err;
}

static void every_failure_leaves_nothing(void **state)
{
	struct mlx5_flow_table *ft;
	struct mlx5_flow_handle *h;
	struct bed b;
	int err = -1;

	bed_init(&b);
	for (unsigned long n = 1; err; n++) {
		cmd_fault_arm(&b.fault, n, 0, MLX5_CMD_STAT_RES_BUSY, 0);
		err = build(&b, &ft, &h);
		assert_int_equal(err, b.fault.happened ? -EBUSY : 0);
		if (err)
			assert_int_equal(cmd_dummy_alive(&b.dummy), 0);
	}
	cmd_fault_arm(&b.fault, 0, 0, 0, 0);
	bed_fini(&b);
	err = -1;
	for (unsigned long n = 1; err; n++) {
		bed_init(&b);
		mem_fail_nth(n);
		err = build(&b, &ft, &h);
		assert_int_equal(err, mem_fail_happened() ? -ENOMEM : 0);
		mem_fail_nth(0);
		if (err)
			assert_int_equal(cmd_dummy_alive(&b.dummy), 0);
		bed_fini(&b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pool_gives_the_sizes_of_linux),
		cmocka_unit_test(auto_groups_are_large_then_single_then_none),
		cmocka_unit_test(bad_rules_are_refused),
		cmocka_unit_test(groups_made_by_hand_fill_up),
		cmocka_unit_test(indices_are_never_given_twice),
		cmocka_unit_test(modify_headers_are_shared_by_content),
		cmocka_unit_test(many_counters_take_few_commands),
		cmocka_unit_test(every_failure_leaves_nothing),
	};

	return cmocka_run_group_tests_name("steering", tests, NULL, NULL);
}
