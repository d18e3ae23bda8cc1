/* SPDX-License-Identifier: BSD-2-Clause */
/* From records of a real guest (tests/lab/data) to the chain. */
#include "chain/join.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct joined {
	struct trace trace;
	struct chain_outcome outcome;
	char *text;
};

static char *read_record(const char *name, size_t *len)
{
	char path[512], *s = malloc(1 << 20);
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/lab/data/%s", getenv("INHW_SOURCE"), name);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_non_null(s);
	*len = fread(s, 1, 1 << 20, f);
	fclose(f);
	return s;
}

static void join(struct joined *j, const char *name)
{
	struct chain_record r;
	struct diag d;
	size_t len;

	diag_init(&d);
	trace_init(&j->trace);
	j->text = read_record(name, &len);
	assert_int_equal(chain_record_parse(&r, j->text, len, &d), 0);
	assert_int_equal(chain_join(&j->trace, &j->outcome, &r, &d), 0);
}

static void end(struct joined *j)
{
	trace_fini(&j->trace);
	free(j->text);
}

/* The last one of that name. */
static const struct trace_event *find(const struct joined *j, const char *function)
{
	const struct trace_event *e = NULL;

	for (size_t i = 0; i < j->trace.n_events; i++)
		if (!strcmp(j->trace.events[i].function, function))
			e = &j->trace.events[i];
	return e;
}

static const char *note_of(const struct trace_event *e, const char *key)
{
	for (size_t i = 0; i < e->n_notes; i++)
		if (!strcmp(e->notes[i].key, key))
			return e->notes[i].value;
	return NULL;
}

static void check_order(const struct trace *t)
{
	for (size_t i = 0; i < t->n_events; i++) {
		const struct trace_event *e = &t->events[i];
		const struct trace_event *p = e->parent ? &t->events[e->parent - 1] : NULL;

		assert_true(e->start_ns <= e->end_ns && e->end_ns);
		assert_true(!i || t->events[i - 1].start_ns <= e->start_ns);
		assert_true(!p || (p->start_ns <= e->start_ns && e->end_ns <= p->end_ns));
		assert_true(e->is_inferred == !note_of(e, "seen"));
		assert_true(!e->is_inferred || e->has_no_result);
	}
	assert_int_equal(t->current, 0);
}

static void a_flow_in_hardware_has_its_whole_chain(void **state)
{
	const struct trace_event *entry;
	struct joined j;

	join(&j, "trace-hardware.txt");
	check_order(&j.trace);
	assert_int_equal(j.outcome.place, CHAIN_PLACE_HW);
	assert_true(j.outcome.has_entry && j.outcome.has_filter);
	assert_int_equal(j.outcome.table, 20);
	assert_int_equal(j.outcome.group, 26);
	assert_int_equal(j.outcome.index, 0);
	assert_int_equal(j.outcome.prio, 2);
	assert_false(find(&j, "dpif_operate")->is_inferred);
	assert_true(find(&j, "sendmsg")->is_inferred);
	assert_false(find(&j, "mlx5e_configure_flower")->is_inferred);
	assert_non_null(find(&j, "mlx5e_stats_flower"));
	entry = find(&j, "nic_device_exec");
	assert_string_equal(note_of(entry, "opcode"), "SET_FLOW_TABLE_ENTRY");
	assert_non_null(strstr(note_of(entry, "entry"), "table 20, group 26, index 0: "));
	assert_non_null(strstr(note_of(entry, "entry"), "to vport"));
	end(&j);
}

static void a_refusal_has_the_words_and_the_function_that_says_them(void **state)
{
	struct joined j;

	join(&j, "trace-refused.txt");
	check_order(&j.trace);
	assert_int_equal(j.outcome.place, CHAIN_PLACE_TC);
	assert_false(j.outcome.has_entry);
	assert_string_equal(j.outcome.function, "__parse_cls_flower");
	assert_string_equal(j.outcome.words,
			    "mlx5_core: Only UDP and TCP transports are supported for L4 matching");
	assert_true(j.outcome.is_inferred);
	assert_string_equal(find(&j, "__parse_cls_flower")->words, j.outcome.words);
	assert_null(find(&j, "nic_device_exec"));
	end(&j);
}

/* The driver's first entry fails in the device. */
static void a_failed_command_is_where_it_stops(void **state)
{
	const struct trace_event *failed = NULL;
	struct joined j;

	join(&j, "trace-fault.txt");
	check_order(&j.trace);
	assert_int_equal(j.outcome.place, CHAIN_PLACE_TC);
	assert_string_equal(j.outcome.layer, "nic/device");
	assert_false(j.outcome.is_inferred);
	assert_int_equal(j.outcome.error, -ENOMEM);
	assert_non_null(strstr(j.outcome.words, "inhw nic fault"));
	for (size_t i = 0; i < j.trace.n_events; i++)
		if (j.trace.events[i].result < 0)
			failed = &j.trace.events[i];
	assert_non_null(failed);
	assert_string_equal(note_of(failed, "opcode"), "SET_FLOW_TABLE_ENTRY");
	/* Without an entry, the clocks are compared by what else both tell of. */
	assert_true(find(&j, "mlx5_cmd")->start_ns > failed->start_ns);
	assert_true(find(&j, "mlx5_fs_del_fte")->start_ns > find(&j, "mlx5_cmd")->start_ns);
	end(&j);
}

/* The main thread of ovs-vswitchd asks the kernel for other things as soon as the flow is put. */
static void what_the_thread_says_later_is_not_of_the_flow(void **state)
{
	static const char later[] =
		"2026-11-30T23:59:59.000Z|99998|netlink_socket|DBG|received NAK error=19 - No such "
		"device\n"
		"2026-11-30T23:59:59.000Z|99999|netdev_offload_tc|DBG|something else\n@@ events\n";
	struct chain_outcome o;
	struct chain_record r;
	struct trace t;
	struct diag d;
	size_t len, before;
	char *s = read_record("trace-fault.txt", &len), *more = malloc(len + sizeof later);

	assert_non_null(more);
	before = (size_t)((char *)memmem(s, len, "@@ events\n", 10) - s);
	memcpy(more, s, before);
	memcpy(more + before, later, sizeof later - 1);
	memcpy(more + before + sizeof later - 1, s + before + 10, len - before - 10);
	len += sizeof later - 1 - 10;
	diag_init(&d);
	trace_init(&t);
	assert_int_equal(chain_record_parse(&r, more, len, &d), 0);
	assert_int_equal(chain_join(&t, &o, &r, &d), 0);
	assert_int_equal(o.error, -ENOMEM);
	for (size_t i = 0; i < t.n_events; i++)
		assert_true(!strcmp(t.events[i].function, "netdev_tc_flow_put") <=
			    t.events[i].is_inferred);
	trace_fini(&t);
	free(more);
	free(s);
}

/* A guest may write anything: every seventh byte is spoiled once. */
static void a_spoiled_record_does_no_harm(void **state)
{
	struct chain_outcome o;
	struct chain_record r;
	struct trace t;
	size_t len;
	char *s = read_record("trace-hardware.txt", &len), kept;

	trace_init(&t);
	for (size_t i = 0; i < len; i += 7) {
		kept = s[i];
		s[i] = (char)(kept ^ (1 << i % 7));
		if (!chain_record_parse(&r, s, len, NULL))
			(void)!chain_join(&t, &o, &r, NULL);
		trace_clear(&t);
		s[i] = kept;
	}
	trace_fini(&t);
	free(s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_in_hardware_has_its_whole_chain),
		cmocka_unit_test(a_refusal_has_the_words_and_the_function_that_says_them),
		cmocka_unit_test(a_failed_command_is_where_it_stops),
		cmocka_unit_test(what_the_thread_says_later_is_not_of_the_flow),
		cmocka_unit_test(a_spoiled_record_does_no_harm),
	};

	return cmocka_run_group_tests_name("chain/join", tests, NULL, NULL);
}
