/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands as a user runs them, against a whole model machine: statuses, words, valid JSON. */
#include "cli/cli.h"
#include "cli/verdict.h"
#include "cli/words.h"
#include "lab/lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FLOW                                                                                               \
	"'recirc_id(0),in_port(pf0vf0),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800)," \
	"ipv4(dst=10.0.0.2,proto=6,frag=no),tcp(dst=80)'"

struct session {
	struct cli cli;
	FILE *out, *err;
	char *out_s, *err_s;
	size_t out_len, err_len;
};

static int start(void **state)
{
	struct session *s = calloc(1, sizeof *s);

	s->out = open_memstream(&s->out_s, &s->out_len);
	s->err = open_memstream(&s->err_s, &s->err_len);
	cli_init(&s->cli, s->out, s->err);
	*state = s;
	return 0;
}

static int stop(void **state)
{
	struct session *s = *state;

	cli_fini(&s->cli);
	fclose(s->out);
	fclose(s->err);
	free(s->out_s);
	free(s->err_s);
	free(s);
	return 0;
}

/* Runs a line as a batch would; what it prints is in s->out_s and s->err_s. */
static int run(struct session *s, const char *line)
{
	struct words w;
	int status;

	rewind(s->out);
	rewind(s->err);
	assert_int_equal(words_split(&w, line, strlen(line), NULL), 0);
	status = cli_run(&s->cli, (int)w.n, w.word);
	words_fini(&w);
	fputc('\0', s->out);
	fputc('\0', s->err);
	fflush(s->out);
	fflush(s->err);
	return status;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static json_t *load(const char *s)
{
	json_error_t error;
	json_t *j = json_loads(s, JSON_REJECT_DUPLICATES, &error);

	if (!j)
		fail_msg("%s in line %d of:\n%s", error.text, error.line, s);
	return j;
}

static void a_flow_that_goes_all_the_way_is_in_hardware(void **state)
{
	struct session *s = *state;

	assert_int_equal(run(s, "trace " FLOW " p0"), VERDICT_HARDWARE);
	assert_has(s->out_s, "dpctl_add_flow");
	assert_has(s->out_s, "boundary 1");
	assert_has(s->out_s, "boundary 2");
	assert_has(s->out_s, "boundary 3");
	assert_has(s->out_s, "mlx5_cmd_create_fte");
	assert_has(s->out_s, "in hardware: table ");
	assert_null(strchr(s->out_s, '\033'));
	assert_int_equal(run(s, "nic show"), 0);
	assert_int_equal(run(s, "nic dump"), 0);
	assert_int_equal(run(s, "dpctl -m dump-flows"), 0);
	assert_has(s->out_s, "offloaded:yes");
}

static void a_flow_that_stops_says_where_and_under_what(void **state)
{
	struct session *s = *state;

	/* tc-policy skip_hw: in tc, in software. */
	assert_int_equal(run(s, "trace --tc-policy skip_hw " FLOW " p0"), VERDICT_SOFTWARE);
	assert_has(s->out_s, "stopped");
	assert_has(s->out_s, "The flow is in tc, in software.");
	assert_int_equal(
		run(s, "trace -q --no-hw-offload 'in_port(pf0vf1),eth(),eth_type(0x0806)' p0"),
		VERDICT_SOFTWARE);
	assert_has(s->out_s, "The flow is in the OVS kernel datapath");
}

static void a_malformed_flow_is_shown_with_a_caret(void **state)
{
	static const struct {
		const char *line, *mark;
	} cases[] = {
		{ "trace 'in_port(pf0vf0),eth(),ipv5(dst=1)' p0", "ipv5" },
		{ "trace 'in_port(nowhere),eth()' p0", "nowhere" },
		{ "trace 'in_port(pf0vf0),eth()' 'p0,frobnicate'", "frobnicate" },
	};
	struct session *s = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *caret, *line, *text;

		assert_int_equal(run(s, cases[i].line), VERDICT_REFUSED);
		caret = strchr(s->err_s, '^');
		assert_non_null(caret);
		for (line = caret; line > s->err_s && line[-1] != '\n'; line--)
			;
		for (text = line - 1; text > s->err_s && text[-1] != '\n'; text--)
			;
		assert_int_equal(
			strncmp(text + (caret - line), cases[i].mark, strlen(cases[i].mark)), 0);
	}
}

static void json_has_what_the_schema_says(void **state)
{
	static const char *const members[] = { "flow",	  "actions", "status", "place", "verdict",
					       "stopped", "placed",  "entry",  "items", "trace" };
	struct session *s = *state;
	json_t *j;

	assert_int_equal(run(s, "trace --json " FLOW " p0"), VERDICT_HARDWARE);
	j = load(s->out_s);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		assert_non_null(json_object_get(j, members[i]));
	assert_string_equal(json_string_value(json_object_get(j, "place")), "hardware");
	assert_true(json_is_object(json_object_get(j, "entry")));
	json_decref(j);
	assert_int_equal(run(s, "trace --json 'in_port(pf0vf0),eth(' p0"), VERDICT_REFUSED);
	j = load(s->out_s);
	assert_true(json_is_object(json_object_get(json_object_get(j, "stopped"), "culprit")));
	json_decref(j);
}

static void a_packet_is_sent_and_comes_out(void **state)
{
	struct session *s = *state;
	json_t *j;

	assert_int_equal(run(s, "trace -q " FLOW " p0"), VERDICT_HARDWARE);
	assert_int_equal(run(s,
			     "send --json pf0vf0 'eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),"
			     "eth_type(0x0800),ipv4(dst=10.0.0.2,proto=6),tcp(dst=80)'"),
			 CLI_OK);
	j = load(s->out_s);
	assert_int_equal(json_integer_value(json_object_get(j, "sent")), 1);
	assert_int_equal(json_integer_value(json_object_get(j, "vanished")), 0);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(j, "outputs"), 0), "port")),
			    "p0");
	json_decref(j);
	assert_int_equal(run(s, "send -q --count 3 pf0vf0 020000000002020000000001ffff"), CLI_OK);
	assert_has(s->out_s, "3 packets into pf0vf0");
	assert_int_equal(run(s, "send pf0vf0 02000000x"), CLI_USAGE);
	assert_has(s->err_s, "hex");
	assert_int_equal(run(s, "send nowhere 020000000002020000000001ffff"), CLI_FAILED);
}

static void a_dump_becomes_a_table_worst_first(void **state)
{
	char name[] = "/tmp/inhw-cli-test-XXXXXX", line[128];
	int fd = mkstemp(name);
	struct session *s = *state;
	FILE *f = fdopen(fd, "w");
	json_t *j;

	fputs("# a comment\n\n"
	      "in_port(2),eth(),eth_type(0x0806), packets:0, bytes:0, used:never, actions:1\n"
	      "  in_port(2),eth(),eth_type(0x0800),ipv4(frag=no), packets:0, bytes:0, used:never, "
	      "actions:drop\n"
	      "nonsense, packets:0, bytes:0, used:never, actions:1\n",
	      f);
	fclose(f);
	snprintf(line, sizeof line, "trace --file %s", name);
	assert_int_equal(run(s, line), VERDICT_REFUSED);
	assert_has(s->out_s, "3 flows: ");
	assert_has(s->out_s, "refused        1");
	assert_has(s->out_s, "line 5 ");
	snprintf(line, sizeof line, "trace --json --file %s", name);
	assert_int_equal(run(s, line), VERDICT_REFUSED);
	j = load(s->out_s);
	assert_int_equal(json_array_size(j), 3);
	json_decref(j);
	unlink(name);
	assert_int_equal(run(s, line), CLI_USAGE);
}

static void wrong_commands_have_words_and_a_status(void **state)
{
	static const struct {
		const char *line;
		int status;
		const char *words;
	} cases[] = {
		{ "trcae", CLI_USAGE, "did you mean 'trace'?" },
		{ "trace", CLI_USAGE, "wanted: FLOW ACTIONS" },
		{ "trace --file x y", CLI_USAGE, "--file goes without" },
		{ "trace --vsf 3 a b", CLI_USAGE, "did you mean --vfs?" },
		{ "dpctl", CLI_FAILED, "which command?" },
		{ "dpctl add-folw", CLI_FAILED, "did you mean 'add-flow'?" },
		{ "dpctl --read-only del-flows", CLI_FAILED, "--read-only" },
		{ "dpctl -t 0 show", CLI_FAILED, "--timeout: 0 is not in" },
		{ "nic", CLI_USAGE, "wanted: show, dump" },
		{ "nic --profile cx4 show", CLI_USAGE, "there is no profile of this name" },
		{ "nic --profile minimal show", CLI_USAGE, "the model machine: " },
		{ "send p0", CLI_USAGE, "wanted: PORT PACKET" },
		{ "send p0 --pcap /nonexistent", CLI_USAGE, "/nonexistent" },
		{ "bench", CLI_USAGE, "wanted: install, packets" },
		{ "port", CLI_USAGE, "which command?" },
		/* That of a lab is a file; the model's of the same name is not asked. */
		{ "lab run --kernel /nonexistent x", LAB_STATUS_FAILED, "--kernel /nonexistent" },
		{ "port lsit", CLI_USAGE, "did you mean 'list'?" },
		{ "port attach p0", CLI_USAGE, "wanted: attach PORT SPEC" },
		{ "port attach p9 tap:x", CLI_FAILED, "p9: the machine has no such port" },
		{ "port attach p0 gne:x", CLI_FAILED, "a port can be joined to: tap, packet" },
		{ "port detach p0", CLI_FAILED, "p0 is not attached" },
		{ "run", CLI_USAGE, "no port is attached" },
		{ "run x", CLI_USAGE, "there are no arguments" },
		{ "run --for ever", CLI_USAGE, "'ever' is no number of seconds" },
		{ "port workers 17", CLI_FAILED, "wanted: a number from 0 to 16" },
		{ "port workers x", CLI_FAILED, "wanted: a number from 0 to 16" },
		{ "help frob", CLI_USAGE, "unknown command 'frob'" },
	};
	struct session *s = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(run(s, cases[i].line), cases[i].status);
		assert_has(s->err_s, cases[i].words);
	}
}

static void what_the_profile_does_not_advertise_the_driver_refuses(void **state)
{
	static const char profile[] =
		"{\"inherits\": \"cx5\", \"capabilities\": [{\"cap\": "
		"\"flow_table_*.push_vlan\", \"value\": 0, \"why\": \"to see\"}]}";
	struct session *s = *state;
	char name[] = "/tmp/inhw-cli-XXXXXX", line[512];
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, profile, strlen(profile)), (ssize_t)strlen(profile));
	close(fd);
	snprintf(line, sizeof line, "trace -q --profile %s " FLOW " push_vlan(vid=1,pcp=0),p0",
		 name);
	assert_int_equal(run(s, line), VERDICT_SOFTWARE);
	assert_has(s->out_s, "vlan push action is not supported");
	assert_int_equal(run(s, "trace -q --profile cx5 " FLOW " p0"), VERDICT_REFUSED);
	assert_has(s->err_s, "--profile: the machine is there already");
	unlink(name);
}

static void packets_pass_from_port_to_port_in_virtual_time(void **state)
{
	struct session *s = *state;

	assert_int_equal(run(s, "dpctl add-flow in_port(pf0vf0),eth_type(0x0800) p0"), CLI_OK);
	assert_int_equal(run(s, "port list"), CLI_OK);
	assert_has(s->out_s, "no port is attached");
	assert_int_equal(
		run(s, "port attach pf0vf0 gen:eth_type(0x0800),ipv4(proto=17),rate=10,count=601"),
		CLI_OK);
	assert_int_equal(run(s, "run --virtual"), CLI_OK);
	assert_has(s->out_s, "in 60.000 s 601 packets came in, 601 went out: 601 by hardware");
	assert_int_equal(run(s, "run --virtual --for 1.5 --json"), CLI_OK);
	assert_has(s->out_s, "\"seconds\": 1.5");
	assert_int_equal(run(s, "port list --json"), CLI_OK);
	assert_has(s->out_s, "\"rx_packets\": 601");
	/* The minute has passed for the other commands too. */
	assert_int_equal(run(s, "dpctl -s dump-flows"), CLI_OK);
	assert_has(s->out_s, "packets:601");
	assert_int_equal(run(s, "port detach pf0vf0"), CLI_OK);
	assert_int_equal(run(s, "port attach p0 pcap:in=/dev/null"), CLI_FAILED);
	assert_has(s->err_s, "/dev/null: ");
}

static void assert_number(const json_t *j, const char *key, json_int_t want)
{
	assert_int_equal(json_integer_value(json_object_get(j, key)), want);
}

static void every_flow_of_the_benches_of_the_vswitch_is_in_hardware(void **state)
{
	struct session *s = *state;
	json_t *j, *ns;

	assert_int_equal(run(s, "bench upcalls --flows 2k --rules 40 --masks 30 --json"), CLI_OK);
	j = load(s->out_s);
	assert_number(j, "flows", 2000);
	assert_number(j, "in_hardware", 2000);
	assert_number(j, "rules", 84);
	json_decref(j);
	assert_int_equal(run(s, "bench revalidate --flows 1k --rules 10 --json"), CLI_OK);
	j = load(s->out_s);
	assert_number(j, "in_hardware", 1000);
	ns = json_object_get(j, "ns_per_round");
	assert_true(json_integer_value(json_object_get(ns, "unchanged")) > 0);
	assert_true(json_integer_value(json_object_get(ns, "all")) >
		    json_integer_value(json_object_get(ns, "unrelated")));
	json_decref(j);
}

static void every_command_has_help(void **state)
{
	struct session *s = *state;
	char line[64];

	assert_int_equal(run(s, "help"), CLI_OK);
	for (const struct cli_command *k = cli_commands; k->name; k++) {
		snprintf(line, sizeof line, "%s --help", k->name);
		assert_int_equal(run(s, line), CLI_OK);
		assert_has(s->out_s, k->args);
		assert_has(s->out_s, "Examples:");
	}
	assert_null(s->cli.host);
}

static void a_batch_ends_at_the_first_failure_unless_told_to_go_on(void **state)
{
	char name[] = "/tmp/inhw-cli-test-XXXXXX";
	struct session *s = *state;
	FILE *f = fdopen(mkstemp(name), "w");

	fputs("# set up\ninhw help nic\n\nnic nonsense\nfrobnicate\nhelp send\n", f);
	fclose(f);
	assert_int_equal(cli_batch(&s->cli, name, false), CLI_USAGE);
	fflush(s->err);
	assert_has(s->err_s, ":4: wanted: show, dump");
	assert_null(strstr(s->err_s, ":5: "));
	assert_int_equal(cli_batch(&s->cli, name, true), CLI_USAGE);
	fflush(s->out);
	fflush(s->err);
	assert_has(s->err_s, ":5: unknown command");
	assert_has(s->out_s, "inhw send");
	unlink(name);
}

#define RULE "filter add dev pf0vf0 ingress protocol ip pref 9 flower "

/* The functions that the article names, in their order. */
static void the_second_way_in_is_through_tc(void **state)
{
	static const char *const chain[] = {
		"do_filter",
		"tc_filter_modify",
		"rtnl_talk",
		"sendmsg",
		"netlink_sendmsg",
		"netlink_unicast",
		"rtnetlink_rcv",
		"rtnetlink_rcv_msg",
		"tc_new_tfilter",
		"fl_change",
		"fl_hw_replace_filter",
		"tc_setup_cb_add",
		"__tc_setup_cb_call",
		"mlx5e_rep_setup_tc_cb",
		"mlx5e_configure_flower",
		"mlx5_add_flow_rules",
		"add_rule_fte",
		"mlx5_cmd_create_fte",
	};
	struct session *s = *state;
	const char *at;

	assert_int_equal(run(s, "trace tc " RULE "dst_ip 10.0.0.2 action drop"), VERDICT_HARDWARE);
	at = strstr(s->out_s, "do_filter");
	for (size_t i = 0; i < ARRAY_SIZE(chain); i++) {
		at = at ? strstr(at, chain[i]) : NULL;
		if (!at)
			fail_msg("no %s behind those before it in:\n%s", chain[i], s->out_s);
	}
	assert_has(s->out_s, "in hardware: table ");
	assert_has(s->out_s, "chain 0 prio 9 handle 0x1 in tc");
	assert_int_equal(run(s, "trace -q tc " RULE "ip_proto sctp dst_port 7 action drop"),
			 VERDICT_SOFTWARE);
	assert_has(s->out_s, "stopped in nic/driver at parse_ports because mlx5_core: Only UDP");
	assert_has(s->out_s, "^~~~~~~~");
	assert_int_equal(run(s, "trace -q tc " RULE "dst_ip x action drop"), VERDICT_REFUSED);
	assert_has(s->out_s, "refused because Error: inet prefix");
	assert_int_equal(run(s, "trace -q tc filter show dev pf0vf0 ingress"), 0);
	assert_has(s->out_s, "dst_ip 10.0.0.2");
	assert_int_equal(run(s, "trace --html /dev/null tc qdisc show"), CLI_USAGE);
}

static void a_trace_of_tc_as_json_has_what_the_schema_says(void **state)
{
	struct session *s = *state;
	json_t *j;

	assert_int_equal(run(s, "trace --json tc " RULE "dst_ip 10.0.0.2 action drop"),
			 VERDICT_HARDWARE);
	j = load(s->out_s);
	assert_string_equal(json_string_value(json_object_get(j, "place")), "hardware");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(j, "placed"), "prio")),
			 9);
	assert_true(json_integer_value(json_object_get(json_object_get(j, "placed"), "ifindex")) >
		    0);
	assert_true(json_is_object(json_object_get(j, "entry")));
	json_decref(j);
	assert_int_equal(run(s, "trace --json tc qdisc show dev p0"), 0);
	j = load(s->out_s);
	assert_has(json_string_value(json_object_get(j, "output")), "qdisc ingress");
	assert_true(json_is_object(json_object_get(j, "trace")));
	json_decref(j);
}

static void tc_says_why_a_rule_is_not_in_hardware(void **state)
{
	struct session *s = *state;

	assert_int_equal(run(s, "tc " RULE "ip_proto sctp dst_port 7 action drop"), 0);
	assert_string_equal(s->out_s, "");
	assert_has(s->err_s, "not in hardware: mlx5_core: Only UDP and TCP");
	assert_has(s->err_s, "nic/driver at parse_ports");
	assert_has(s->err_s, "^~~~~~~~");
	/* Who asks for words gets them from the kernel, who wants no hardware none. */
	assert_int_equal(run(s, "tc " RULE "verbose ip_proto sctp dst_port 8 action drop"), 0);
	assert_string_equal(s->err_s, "Warning: mlx5_core: Only UDP and TCP transports are "
				      "supported for L4 matching.\n");
	assert_int_equal(run(s, "tc " RULE "skip_hw ip_proto sctp dst_port 9 action drop"), 0);
	assert_string_equal(s->err_s, "");
	assert_int_equal(run(s, "tc " RULE "dst_ip 10.0.0.2 action drop"), 0);
	assert_string_equal(s->err_s, "");
	assert_int_equal(run(s, "tc " RULE "skip_sw ip_proto sctp dst_port 1 action drop"), 2);
	assert_has(s->err_s, "Error: mlx5_core: Only UDP and TCP");
}

static void tc_reads_a_batch(void **state)
{
	char name[] = "/tmp/inhw-tc-XXXXXX";
	struct session *s = *state;
	int fd = mkstemp(name);
	FILE *f = fdopen(fd, "w");
	char line[80];

	assert_non_null(f);
	fputs("# nothing\n\nqdisc show dev p0 \\\ningress\nfrob\nqdisc show dev p0 ingress\n", f);
	fclose(f);
	snprintf(line, sizeof line, "tc -b %s", name);
	assert_int_equal(run(s, line), 1);
	assert_has(s->out_s, "qdisc ingress ffff: parent ffff:fff1 ---------------- \n");
	assert_has(s->err_s, "Object \"frob\" is unknown");
	assert_has(s->err_s, ":5\n");
	snprintf(line, sizeof line, "tc -force -j -b %s", name);
	assert_int_equal(run(s, line), 1);
	assert_non_null(strstr(strstr(s->out_s, "ffff:fff1") + 1, "ffff:fff1"));
	unlink(name);
	assert_int_equal(run(s, "tc -b /nonesuch"), 1);
	assert_has(s->err_s, "Cannot open file \"/nonesuch\" for reading");
	assert_int_equal(run(s, "tc"), CLI_USAGE);
	assert_int_equal(run(s, "tc --color=never --vfs 4 -j qdisc show dev p0"), CLI_FAILED);
	assert_has(s->err_s, "--vfs");
	assert_int_equal(run(s, "tc --color=never --no-hw-offload -j qdisc show dev p0"), 0);
	assert_int_equal(s->out_s[0], '[');
	assert_int_equal(run(s, "tc -n other qdisc show"), 255);
	assert_has(s->err_s, "ip netns exec");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_second_way_in_is_through_tc, start, stop),
		cmocka_unit_test_setup_teardown(a_trace_of_tc_as_json_has_what_the_schema_says,
						start, stop),
		cmocka_unit_test_setup_teardown(tc_says_why_a_rule_is_not_in_hardware, start, stop),
		cmocka_unit_test_setup_teardown(tc_reads_a_batch, start, stop),
		cmocka_unit_test_setup_teardown(a_flow_that_goes_all_the_way_is_in_hardware, start,
						stop),
		cmocka_unit_test_setup_teardown(a_flow_that_stops_says_where_and_under_what, start,
						stop),
		cmocka_unit_test_setup_teardown(a_malformed_flow_is_shown_with_a_caret, start,
						stop),
		cmocka_unit_test_setup_teardown(json_has_what_the_schema_says, start, stop),
		cmocka_unit_test_setup_teardown(a_packet_is_sent_and_comes_out, start, stop),
		cmocka_unit_test_setup_teardown(a_dump_becomes_a_table_worst_first, start, stop),
		cmocka_unit_test_setup_teardown(wrong_commands_have_words_and_a_status, start,
						stop),
		cmocka_unit_test_setup_teardown(
			what_the_profile_does_not_advertise_the_driver_refuses, start, stop),
		cmocka_unit_test_setup_teardown(packets_pass_from_port_to_port_in_virtual_time,
						start, stop),
		cmocka_unit_test_setup_teardown(
			every_flow_of_the_benches_of_the_vswitch_is_in_hardware, start, stop),
		cmocka_unit_test_setup_teardown(every_command_has_help, start, stop),
		cmocka_unit_test_setup_teardown(
			a_batch_ends_at_the_first_failure_unless_told_to_go_on, start, stop),
	};

	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
