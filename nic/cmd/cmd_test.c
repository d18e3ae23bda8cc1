/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of the command channel, the dummy device and the decorator that makes commands fail. */
#include "nic/cmd/cmd-dummy.h"
#include "nic/cmd/cmd-fault.h"
#include "nic/cmd/cmd.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct bed {
	struct trace trace;
	struct cmd_dummy dummy;
	struct mlx5_cmd_fault fault;
	struct mlx5_cmd cmd;
};

static const char *words_of(uint32_t syndrome)
{
	return syndrome == 0x1a5e0007 ? "the table is full" : NULL;
}

static void bed_init(struct bed *b)
{
	struct mlx5_cmd_front front;

	trace_init(&b->trace);
	cmd_dummy_init(&b->dummy);
	front = cmd_dummy_front(&b->dummy);
	cmd_fault_init(&b->fault, &front);
	b->cmd = (struct mlx5_cmd){ .front = cmd_fault_front(&b->fault),
				    .trace = &b->trace,
				    .syndrome_words = words_of };
}

static int run(struct bed *b, uint16_t opcode)
{
	uint8_t in[0x40] = { 0 }, out[0x10];

	IFC_SET(cmd_in, in, opcode, opcode);
	return mlx5_cmd_exec(&b->cmd, in, sizeof in, out, sizeof out);
}

static void a_command_that_succeeds_is_counted(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_int_equal(run(&b, MLX5_CMD_OP_CREATE_FLOW_TABLE), 0);
	assert_int_equal(b.cmd.n_commands, 1);
	assert_int_equal(b.cmd.n_errors, 0);
	assert_int_equal(b.dummy.n_tables, 1);
	assert_false(b.trace.refused);
	trace_fini(&b.trace);
}

static void every_status_has_its_errno(void **state)
{
	static const struct {
		uint8_t status;
		int err;
	} cases[] = {
		{ 0x01, -EIO },	   { 0x02, -EINVAL }, { 0x03, -EINVAL }, { 0x04, -EIO },
		{ 0x05, -EINVAL }, { 0x06, -EBUSY },  { 0x08, -ENOMEM }, { 0x09, -EINVAL },
		{ 0x0a, -EINVAL }, { 0x0f, -EAGAIN }, { 0x10, -EINVAL }, { 0x30, -EINVAL },
		{ 0x40, -EINVAL }, { 0x50, -EIO },    { 0x51, -EIO },	 { 0x77, -EIO },
	};
	struct bed b;

	bed_init(&b);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cmd_fault_arm(&b.fault, 1, 0, cases[i].status, 0);
		assert_int_equal(run(&b, MLX5_CMD_OP_CREATE_FLOW_TABLE), cases[i].err);
		assert_int_equal(b.cmd.last_status, cases[i].status);
	}
	assert_int_equal(mlx5_cmd_status_to_err(0), 0);
	assert_int_equal(b.dummy.n_tables, 0);
	trace_fini(&b.trace);
}

static void a_refusal_says_opcode_status_and_syndrome(void **state)
{
	struct bed b;

	bed_init(&b);
	cmd_fault_arm(&b.fault, 1, 0, MLX5_CMD_STAT_BAD_PARAM_ERR, 0x1a5e0007);
	assert_int_equal(run(&b, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY), -EINVAL);
	assert_true(b.trace.refused);
	assert_string_equal(b.trace.refusal.words, "SET_FLOW_TABLE_ENTRY: bad parameter (0x3), "
						   "syndrome 0x1a5e0007: the table is full");
	assert_string_equal(b.trace.refusal.layer, "nic/cmd");
	trace_fini(&b.trace);
}

static void a_device_that_is_gone_is_told(void **state)
{
	struct bed b;

	bed_init(&b);
	cmd_fault_arm(&b.fault, 1, 0, 0, 0);
	assert_int_equal(run(&b, MLX5_CMD_OP_DESTROY_FLOW_TABLE), -EIO);
	assert_string_equal(b.trace.refusal.words,
			    "DESTROY_FLOW_TABLE: the command was not delivered");
	trace_fini(&b.trace);
}

static void the_nth_command_of_an_opcode_fails_once(void **state)
{
	struct bed b;

	bed_init(&b);
	cmd_fault_arm(&b.fault, 2, MLX5_CMD_OP_CREATE_FLOW_GROUP, MLX5_CMD_STAT_LIM_ERR, 0);
	assert_int_equal(run(&b, MLX5_CMD_OP_CREATE_FLOW_TABLE), 0);
	assert_int_equal(run(&b, MLX5_CMD_OP_CREATE_FLOW_GROUP), 0);
	assert_int_equal(run(&b, MLX5_CMD_OP_CREATE_FLOW_TABLE), 0);
	assert_false(b.fault.happened);
	assert_int_equal(run(&b, MLX5_CMD_OP_CREATE_FLOW_GROUP), -ENOMEM);
	assert_true(b.fault.happened);
	assert_int_equal(run(&b, MLX5_CMD_OP_CREATE_FLOW_GROUP), 0);
	assert_int_equal(b.fault.n_commands, 5);
	assert_int_equal(cmd_dummy_count(&b.dummy, MLX5_CMD_OP_CREATE_FLOW_GROUP), 2);
	trace_fini(&b.trace);
}

static void a_fault_that_stays_fails_all_that_follow(void **state)
{
	struct bed b;

	bed_init(&b);
	cmd_fault_arm(&b.fault, 2, MLX5_CMD_OP_CREATE_FLOW_GROUP, MLX5_CMD_STAT_LIM_ERR, 0);
	b.fault.stays = true;
	assert_int_equal(run(&b, MLX5_CMD_OP_CREATE_FLOW_GROUP), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(run(&b, MLX5_CMD_OP_CREATE_FLOW_GROUP), -ENOMEM);
	assert_int_equal(run(&b, MLX5_CMD_OP_CREATE_FLOW_TABLE), 0);
	cmd_fault_arm(&b.fault, 0, 0, 0, 0);
	assert_int_equal(run(&b, MLX5_CMD_OP_CREATE_FLOW_GROUP), 0);
	trace_fini(&b.trace);
}

static void a_recorded_command_shows_its_mailbox(void **state)
{
	struct bed b;
	bool found = false;

	bed_init(&b);
	b.trace.recording = true;
	assert_int_equal(run(&b, MLX5_CMD_OP_DESTROY_FLOW_TABLE), 0);
	assert_int_equal(b.trace.n_events, 1);
	assert_string_equal(b.trace.events[0].function, "mlx5_cmd_exec");
	for (size_t i = 0; i < b.trace.events[0].n_notes; i++)
		found |= !strcmp(b.trace.events[0].notes[i].value, "DESTROY_FLOW_TABLE");
	assert_true(found);
	trace_fini(&b.trace);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_that_succeeds_is_counted),
		cmocka_unit_test(every_status_has_its_errno),
		cmocka_unit_test(a_refusal_says_opcode_status_and_syndrome),
		cmocka_unit_test(a_device_that_is_gone_is_told),
		cmocka_unit_test(the_nth_command_of_an_opcode_fails_once),
		cmocka_unit_test(a_fault_that_stays_fails_all_that_follow),
		cmocka_unit_test(a_recorded_command_shows_its_mailbox),
	};

	return cmocka_run_group_tests_name("cmd", tests, NULL, NULL);
}
