/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw nic` and `inhw send` on a running device: it answers what the device itself says. */
#include "cli/device.h"

#include "cli/words.h"
#include "cli/workload.h"
#include "nic/serve/control.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define N_FLOWS 3000u /* a dump of several pages */

struct world {
	struct host *host; /* whose device is served */
	struct nic_control *control;
	char dir[32], path[64];
	pthread_t thread;
	atomic_bool stop;
	struct cli cli;
	FILE *out, *err;
	char *out_s, *err_s;
	size_t out_len, err_len;
};

static void *serve(void *aux)
{
	struct world *w = aux;
	struct pollfd p = { .fd = nic_control_fd(w->control), .events = POLLIN };

	while (!w->stop) {
		poll(&p, 1, 10);
		nic_control_run(w->control);
	}
	return NULL;
}

static int start(void **state)
{
	const struct host_params params = { .command_log = true };
	struct world *w = calloc(1, sizeof *w);
	struct workload load = { .actions = "p0", .n_masks = 4 };
	struct diag d;

	diag_init(&d);
	assert_int_equal(host_new(&w->host, &params, &d), 0);
	load.host = w->host;
	assert_int_equal(workload_install(&load, N_FLOWS, &d), 0);
	snprintf(w->dir, sizeof w->dir, "/tmp/inhw-device-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof w->path, "%s/nic.ctl", w->dir);
	assert_int_equal(nic_control_new(&w->control, host_device(w->host), w->path, &d), 0);
	w->out = open_memstream(&w->out_s, &w->out_len);
	w->err = open_memstream(&w->err_s, &w->err_len);
	cli_init(&w->cli, w->out, w->err);
	setenv("INHW_NIC", w->path, 1);
	assert_int_equal(pthread_create(&w->thread, NULL, serve, w), 0);
	*state = w;
	return 0;
}

static int stop(void **state)
{
	struct world *w = *state;

	w->stop = true;
	pthread_join(w->thread, NULL);
	unsetenv("INHW_NIC");
	cli_fini(&w->cli);
	fclose(w->out);
	fclose(w->err);
	free(w->out_s);
	free(w->err_s);
	nic_control_free(w->control);
	host_free(w->host);
	assert_int_equal(rmdir(w->dir), 0);
	free(w);
	return 0;
}

static int run(struct world *w, const char *line)
{
	struct words words;
	int status;

	rewind(w->out);
	rewind(w->err);
	assert_int_equal(words_split(&words, line, strlen(line), NULL), 0);
	status = cli_run(&w->cli, (int)words.n, words.word);
	words_fini(&words);
	fputc('\0', w->out);
	fputc('\0', w->err);
	fflush(w->out);
	fflush(w->err);
	return status;
}

static void run_ok(struct world *w, const char *line)
{
	if (run(w, line))
		fail_msg("%s: %s", line, w->err_s);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

/* Nothing else talks to the device meanwhile. */
static void a_dump_in_pages_is_the_devices_own(void **state)
{
	struct world *w = *state;
	struct text t;
	json_t *j;

	text_init(&t);
	nic_device_format_dump(host_device(w->host), &t);
	run_ok(w, "nic dump");
	assert_string_equal(w->out_s, t.s);
	text_fini(&t);
	run_ok(w, "nic dump --json");
	j = json_loads(w->out_s, 0, NULL);
	assert_true(json_array_size(j) > N_FLOWS);
	json_decref(j);
	assert_null(w->cli.host); /* no model machine was made */
}

static void what_it_did_can_be_asked(void **state)
{
	struct world *w = *state;
	json_t *j;

	run_ok(w, "nic show");
	assert_has(w->out_s, "vports 6");
	run_ok(w, "nic stats");
	assert_has(w->out_s, "SET_FLOW_TABLE_ENTRY");
	run_ok(w, "nic log --last 3 --fields --opcode SET_FLOW_TABLE_ENTRY");
	assert_has(w->out_s, "match_value {outer_headers");
	run_ok(w, "nic log --json");
	j = json_loads(w->out_s, 0, NULL);
	assert_true(json_array_size(j) > N_FLOWS);
	json_decref(j);
	assert_int_equal(run(w, "nic show -d /nonexistent"), CLI_FAILED);
	assert_has(w->err_s, "No such file");
}

static void a_packet_goes_into_it_and_comes_out(void **state)
{
	struct world *w = *state;
	struct text flow, line;
	json_t *j;

	text_init(&flow);
	text_init(&line);
	workload_flow_format(&flow, 7, 4);
	text_putf(&line, "send 1 '%s' --count 25000 -q", strstr(flow.s, "eth("));
	run_ok(w, line.s);
	assert_has(w->out_s, "25000 packets into 1");
	assert_has(w->out_s, "25000 packets, 1650000 bytes out of uplink");
	text_clear(&line);
	text_putf(&line, "send pf0vf0 '%s'", strstr(flow.s, "eth("));
	run_ok(w, line.s);
	assert_has(w->out_s, "nic_table_lookup");
	assert_has(w->out_s, "out of uplink, 66 bytes: eth(");
	text_put(&line, " --json");
	run_ok(w, line.s);
	j = json_loads(w->out_s, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(j, "packets")), 1);
	json_decref(j);
	run_ok(w, "nic capture --since 25000");
	assert_has(w->out_s, "out of uplink, 66 bytes: eth(");
	text_fini(&flow);
	text_fini(&line);
}

static void faults_are_added_listed_and_forgotten(void **state)
{
	struct world *w = *state;

	run_ok(w, "nic fault ALLOC_FLOW_COUNTER --nth 2 --count 3 --status LIM --syndrome 0xbad");
	assert_has(w->out_s, "fault 1: ALLOC_FLOW_COUNTER: number 2 to 4 of its kind");
	assert_has(w->out_s, "limits exceeded, syndrome 0xbad");
	run_ok(w, "nic fault --table-limit 5 9");
	assert_has(w->out_s, "fault 2: table 5 takes no more than 9 entries");
	run_ok(w, "nic fault --clear 1");
	assert_null(strstr(w->out_s, "fault 1"));
	run_ok(w, "nic fault --clear");
	assert_string_equal(w->out_s, "no faults\n");
	assert_int_equal(run(w, "nic fault FROBNICATE"), CLI_FAILED);
	assert_has(w->err_s, "no command is called FROBNICATE");
	assert_int_equal(run(w, "nic fault --table-limit 5"), CLI_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_dump_in_pages_is_the_devices_own, start, stop),
		cmocka_unit_test_setup_teardown(what_it_did_can_be_asked, start, stop),
		cmocka_unit_test_setup_teardown(a_packet_goes_into_it_and_comes_out, start, stop),
		cmocka_unit_test_setup_teardown(faults_are_added_listed_and_forgotten, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
