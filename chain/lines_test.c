/* SPDX-License-Identifier: BSD-2-Clause */
#include "chain/device.h"
#include "chain/join_internal.h"
#include "chain/lines.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <string.h>

static struct chain_slice slice(const char *s)
{
	return (struct chain_slice){ s, strlen(s) };
}

#define assert_slice(a, s) assert_true(chain_slice_is((a), (s)))

static void a_log_line_is_taken_apart(void **state)
{
	struct chain_log_line l;

	assert_true(chain_log_line_parse(
		&l, slice("2026-11-30T22:29:23.900Z|00091|dpif_netlink|DBG|added | flow")));
	assert_int_equal(l.time_ns, 1796077763900000000);
	assert_int_equal(l.number, 91);
	assert_slice(l.module, "dpif_netlink");
	assert_slice(l.level, "DBG");
	assert_slice(l.text, "added | flow");
	assert_int_equal(l.thread.len, 0);
	assert_true(chain_log_line_parse(
		&l, slice("2026-11-30T22:29:23.900Z|00001|dpif(handler2)|WARN|x")));
	assert_true(chain_log_line_parse(&l, slice("2026-11-30T22:29:23.900Z|1|dpif|WARN(h2)|x")));
	assert_slice(l.thread, "h2");
}

static void an_event_is_taken_apart(void **state)
{
	struct chain_event_line e;

	assert_true(chain_event_line_parse(
		&e, slice("    ovs-vswitchd-89      [000] ..... 1796077763.899714: "
			  "mlx5_fs_add_ft: ft=00000000 id=20 level=1 type=4 ")));
	assert_int_equal(e.process, 89);
	assert_int_equal(e.time_ns, 1796077763899714000);
	assert_slice(e.name, "mlx5_fs_add_ft");
	assert_slice(chain_event_field(e.text, "id"), "20");
	assert_slice(chain_event_field(e.text, "type"), "4");
	assert_int_equal(chain_event_field(e.text, "d").len, 0);
	assert_int_equal(chain_event_field(e.text, "index").len, 0);
}

static void what_is_no_line_is_refused(void **state)
{
	static const char *const lines[] = { "",
					     "|||",
					     "x|1|m|DBG|t",
					     "2026-11-30|1|m|DBG|t",
					     "a-1 [0",
					     "a [0] ... 1.5: e: t",
					     "a-1 [0] ... x: e: t",
					     "[]",
					     "a-1 [000] ..... 1.0" };
	struct chain_log_line l;
	struct chain_event_line e;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_false(chain_log_line_parse(&l, slice(lines[i])));
		assert_false(chain_event_line_parse(&e, slice(lines[i])));
	}
}

static void a_record_that_is_cut_is_refused(void **state)
{
	const char *whole = "@@ info\nufid 1-2\nstatus 3\n@@ log\na\nb\n@@ end\n";
	struct chain_record r;
	struct diag d;

	diag_init(&d);
	assert_int_equal(chain_record_parse(&r, whole, strlen(whole), &d), 0);
	assert_slice(chain_record_find(&r, "log"), "a\nb\n");
	assert_slice(chain_record_info(&r, "ufid"), "1-2");
	assert_int_equal(chain_slice_number(chain_record_info(&r, "status")), 3);
	assert_int_equal(chain_record_info(&r, "stat").len, 0);
	for (size_t n = 0; n < strlen(whole) - 1; n++)
		assert_int_equal(chain_record_parse(&r, whole, n, &d), -EPROTO);
}

static void a_cookie_is_the_ufid_in_memory(void **state)
{
	char cookie[33];

	assert_true(chain_cookie(slice("12345678-0000-0000-0000-000000000001"), cookie));
	assert_string_equal(cookie, "78563412000000000000000001000000");
	assert_false(chain_cookie(slice("12345678"), cookie));
	assert_false(chain_cookie(slice("1234567800000000000000000000000000000"), cookie));
}

static void a_filter_is_found_by_its_cookie(void **state)
{
	static const char text[] =
		"[]\nno json\n[{\"chain\":0},{\"chain\":3,\"pref\":2,\"options\":{\"handle\":5,"
		"\"in_hw\":true,\"actions\":[{\"cookie\":\"78563412000000000000000001000000\"}]}}]";
	struct chain_filter f;

	assert_true(
		chain_filter_find(slice(text), slice("12345678-0000-0000-0000-000000000001"), &f));
	assert_int_equal(f.chain, 3);
	assert_int_equal(f.prio, 2);
	assert_int_equal(f.handle, 5);
	assert_true(f.in_hw);
	assert_false(
		chain_filter_find(slice(text), slice("22345678-0000-0000-0000-000000000001"), &f));
}

static void a_field_of_a_command_is_read(void **state)
{
	unsigned int value = 7;

	assert_true(chain_command_field("opcode 1, table_id 20, x {group_id 0x1a}", "table_id",
					&value));
	assert_int_equal(value, 20);
	assert_true(chain_command_field("table_id 20, x {group_id 0x1a}", "group_id", &value));
	assert_int_equal(value, 0x1a);
	assert_false(chain_command_field("my_table_id 20", "table_id", &value));
	assert_false(chain_command_field("table_id", "table_id", &value));
	assert_false(chain_command_field(NULL, "table_id", &value));
}

static void words_have_a_place_only_as_the_driver_says_them(void **state)
{
	assert_string_equal(chain_place_find(slice("mlx5_core: Unsupported key")),
			    "__parse_cls_flower");
	assert_null(chain_place_find(slice("Unsupported key")));
	assert_null(chain_place_find(slice("mlx5_core: Unsupported keys")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_line_is_taken_apart),
		cmocka_unit_test(an_event_is_taken_apart),
		cmocka_unit_test(what_is_no_line_is_refused),
		cmocka_unit_test(a_record_that_is_cut_is_refused),
		cmocka_unit_test(a_cookie_is_the_ufid_in_memory),
		cmocka_unit_test(a_filter_is_found_by_its_cookie),
		cmocka_unit_test(a_field_of_a_command_is_read),
		cmocka_unit_test(words_have_a_place_only_as_the_driver_says_them),
	};

	return cmocka_run_group_tests_name("chain/lines", tests, NULL, NULL);
}
