/* SPDX-License-Identifier: BSD-2-Clause */
/* The command log: what is kept, what is overwritten, what is summed up. */
#include "nic/device/log.h"

#include "base/alloc.h"
#include "base/byte_ring.h"
#include "nic/device/dump.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static struct nic_device *device_new(void)
{
	const struct nic_params params = { .n_vfs = 2 };
	struct nic_device *dev;

	assert_int_equal(nic_device_new(&dev, &params), 0);
	return dev;
}

static void exec(struct nic_device *dev, uint16_t opcode, uint32_t op_mod, size_t in_size,
		 size_t out_size)
{
	static uint8_t in[0x2000], out[0x2000];

	memset(in, 0, sizeof in);
	IFC_SET(cmd_in, in, opcode, opcode);
	IFC_SET(cmd_in, in, op_mod, op_mod);
	assert_int_equal(nic_device_exec(dev, in, in_size, out, out_size), 0);
}

static void a_command_is_kept_with_all_that_is_to_know(void **state)
{
	struct nic_device *dev = device_new();
	struct nic_log_entry e;

	exec(dev, MLX5_CMD_OP_ALLOC_FLOW_COUNTER, 0, 16, 16); /* before the log: not in it */
	assert_false(nic_device_log_is_on(dev));
	assert_false(nic_device_log_get(dev, 0, &e));
	assert_int_equal(nic_device_log_start(dev), 0);
	assert_int_equal(nic_device_log_end(dev), 2);
	assert_false(nic_device_log_get(dev, 0, &e));
	exec(dev, MLX5_CMD_OP_QUERY_HCA_CAP, 1, 16, 0x1010);
	exec(dev, 0x999, 7, 24, 16);
	assert_int_equal(nic_device_log_end(dev), 4);

	assert_true(nic_device_log_get(dev, 0, &e));
	assert_int_equal(e.number, 2);
	assert_int_equal(e.opcode, MLX5_CMD_OP_QUERY_HCA_CAP);
	assert_int_equal(e.op_mod, 1);
	assert_int_equal(e.status, 0);
	assert_int_equal(e.in_size, 16);
	assert_int_equal(e.out_size, 0x1010);
	assert_int_equal(e.out_kept, 0x1010);
	assert_int_equal(IFC_GET(cmd_in, e.in, opcode), MLX5_CMD_OP_QUERY_HCA_CAP);
	assert_true(IFC_GET(cmd_hca_cap, IFC_PTR(query_hca_cap_out, e.out, capability), port_type));
	assert_true(e.started_ns);

	assert_true(nic_device_log_get(dev, 3, &e));
	assert_int_equal(e.number, 3);
	assert_int_equal(e.opcode, 0x999);
	assert_int_equal(e.op_mod, 7);
	assert_int_equal(e.status, MLX5_CMD_STAT_BAD_OP_ERR);
	assert_non_null(nic_syndrome_words(e.syndrome));
	assert_false(nic_device_log_get(dev, 4, &e));
	nic_device_log_stop(dev);
	assert_false(nic_device_log_get(dev, 0, &e));
	nic_device_free(dev);
}

static void the_oldest_are_overwritten_and_numbers_show_it(void **state)
{
	struct nic_device *dev = device_new();
	struct nic_log_entry e;

	assert_int_equal(nic_device_log_start(dev), 0);
	for (size_t i = 0; i < NIC_LOG_ENTRIES + 10; i++)
		exec(dev, MLX5_CMD_OP_QUERY_FLOW_COUNTER, 0, 16, 16);
	assert_true(nic_device_log_get(dev, 1, &e));
	assert_int_equal(e.number, 11);
	assert_non_null(e.in);
	/* Large mailboxes displace those of commands that are still known. */
	for (size_t i = 0; i < NIC_LOG_BYTES / 0x1000; i++)
		exec(dev, MLX5_CMD_OP_QUERY_HCA_CAP, 0, 16, 0x1010);
	assert_true(nic_device_log_get(dev, 1, &e));
	assert_int_equal(e.opcode, MLX5_CMD_OP_QUERY_FLOW_COUNTER);
	assert_null(e.in);
	assert_null(e.out);
	assert_true(nic_device_log_get(dev, nic_device_log_end(dev) - 1, &e));
	assert_non_null(e.in);
	nic_device_free(dev);
}

static void mailboxes_of_any_size_are_cut_and_said_to_be(void **state)
{
	struct nic_device *dev = device_new();
	struct nic_log_entry e;

	assert_int_equal(nic_device_log_start(dev), 0);
	exec(dev, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, 0, 0x2000, 0x2000);
	exec(dev, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, 0, 4, 16);
	assert_true(nic_device_log_get(dev, 1, &e));
	assert_int_equal(e.in_size, 0x2000);
	assert_int_equal(e.in_kept, NIC_LOG_MAILBOX_MAX);
	assert_int_equal(e.out_kept, NIC_LOG_MAILBOX_MAX);
	assert_true(nic_device_log_get(dev, 2, &e));
	assert_int_equal(e.in_kept, 4);
	assert_int_equal(e.opcode, 0); /* half a header */
	nic_device_free(dev);
}

static void sums_are_kept_by_opcode(void **state)
{
	struct nic_device *dev = device_new();
	struct nic_log_sum s;
	uint32_t op = 0;

	assert_int_equal(nic_device_log_start(dev), 0);
	for (size_t i = 0; i < 3; i++)
		exec(dev, MLX5_CMD_OP_ALLOC_FLOW_COUNTER, 0, 16, 16);
	exec(dev, MLX5_CMD_OP_ALLOC_FLOW_COUNTER, 1, 16, 16);
	exec(dev, 0xffff, 0, 16, 16);
	assert_true(nic_device_log_sum(dev, &op, &s));
	assert_int_equal(s.opcode, 0); /* no opcode is as large */
	assert_int_equal(s.n, 1);
	op++;
	assert_true(nic_device_log_sum(dev, &op, &s));
	assert_int_equal(s.opcode, MLX5_CMD_OP_ALLOC_FLOW_COUNTER);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.n_failed, 1);
	assert_true(s.total_ns);
	op++;
	assert_false(nic_device_log_sum(dev, &op, &s));
	nic_device_free(dev);
}

static void a_log_without_memory_is_none(void **state)
{
	struct nic_device *dev = device_new();

	for (unsigned long nth = 1; nth <= 3; nth++) {
		mem_fail_nth(nth);
		assert_int_equal(nic_device_log_start(dev), -ENOMEM);
		mem_fail_nth(0);
		assert_false(nic_device_log_is_on(dev));
	}
	nic_device_free(dev);
}

static void a_ring_keeps_the_last_bytes_in_rows(void **state)
{
	struct byte_ring r;
	uint64_t a, b, c;

	assert_int_equal(byte_ring_init(&r, 64), 0);
	memset(byte_ring_put(&r, 40, &a), 1, 40);
	memset(byte_ring_put(&r, 20, &b), 2, 20);
	assert_int_equal(byte_ring_get(&r, a)[39], 1);
	assert_int_equal(byte_ring_get(&r, b)[0], 2);
	memset(byte_ring_put(&r, 16, &c), 3, 16); /* does not fit behind the second */
	assert_null(byte_ring_get(&r, a));
	assert_int_equal(byte_ring_get(&r, b)[19], 2);
	assert_int_equal(byte_ring_get(&r, c)[15], 3);
	byte_ring_fini(&r);
}

static void create_tables(struct nic_device *dev, size_t n)
{
	uint8_t in[IFC_CREATE_FLOW_TABLE_IN_SIZE] = { 0 }, out[IFC_CREATE_FLOW_TABLE_OUT_SIZE];

	IFC_SET(cmd_in, in, opcode, MLX5_CMD_OP_CREATE_FLOW_TABLE);
	IFC_SET(create_flow_table_in, in, table_type, MLX5_TABLE_FDB);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(nic_device_exec(dev, in, sizeof in, out, sizeof out), 0);
		assert_int_equal(IFC_GET(cmd_out, out, status), 0);
	}
}

static void a_dump_in_pieces_is_the_whole_dump(void **state)
{
	struct nic_device *dev = device_new();
	struct nic_dump_at at = { 0 }, item_at = { 0 };
	struct nic_dump_item item;
	struct text whole, pieces;
	size_t n = 0;

	text_init(&whole);
	text_init(&pieces);
	nic_dump_item_init(&item);
	create_tables(dev, 3);
	nic_device_format_dump(dev, &whole);
	while (nic_device_format_dump_next(dev, &at, &pieces)) {
		assert_true(nic_device_dump_next(dev, &item_at, &item));
		assert_memory_equal(&at, &item_at, sizeof at);
		n++;
	}
	assert_int_equal(n, 3);
	assert_string_equal(pieces.s, whole.s);
	/* Places that no dump gave are no danger. */
	for (uint64_t i = 0; i < 200; i++) {
		at = (struct nic_dump_at){ i << (i % 64), UINT64_MAX - i,
					   (enum nic_dump_kind)(i % 3) };
		while (nic_device_dump_next(dev, &at, &item))
			;
	}
	nic_dump_item_fini(&item);
	text_fini(&pieces);
	text_fini(&whole);
	nic_device_free(dev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_kept_with_all_that_is_to_know),
		cmocka_unit_test(the_oldest_are_overwritten_and_numbers_show_it),
		cmocka_unit_test(mailboxes_of_any_size_are_cut_and_said_to_be),
		cmocka_unit_test(sums_are_kept_by_opcode),
		cmocka_unit_test(a_log_without_memory_is_none),
		cmocka_unit_test(a_ring_keeps_the_last_bytes_in_rows),
		cmocka_unit_test(a_dump_in_pieces_is_the_whole_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
