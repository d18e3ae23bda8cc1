/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw nic`: what the device holds, what it was told, what it did. */
#include "cli/cmd-nic.h"
#include "base/clock.h"
#include "cli/device.h"
#include "cli/frame.h"
#include "cli/words.h"
#include "kernel/core/netdevice.h"
#include "nic/driver/mlx5.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FOLLOW_NS (200 * NSEC_PER_MSEC) /* between two looks at the log */

struct options {
	const char *device, *opcode, *status, *port, *link, *health;
	uint64_t since, last, nth, count, syndrome, table;
	bool json, follow, failed, fields, bytes, list, clear;
	struct nic_serve_options serve;
};

#define AT(member) .offset = offsetof(struct options, member)

const struct option_row cmd_nic_rows[] = {
	CLI_DEVICE_ROW(offsetof(struct options, device)),
	{ .name = "json", .type = OPTION_FLAG, AT(json), .help = "as JSON" },
	{ .name = "follow",
	  .letter = 'f',
	  .type = OPTION_FLAG,
	  AT(follow),
	  .help = "log, capture: go on with what comes" },
	{ .name = "failed", .type = OPTION_FLAG, AT(failed), .help = "log: failed commands only" },
	{ .name = "opcode",
	  .type = OPTION_STRING,
	  AT(opcode),
	  .arg = "NAME",
	  .help = "log: commands of this name only" },
	{ .name = "since",
	  .type = OPTION_NUMBER,
	  AT(since),
	  .arg = "N",
	  .help = "log, capture: from number N on",
	  .max = INT64_MAX },
	{ .name = "last",
	  .letter = 'n',
	  .type = OPTION_NUMBER,
	  AT(last),
	  .arg = "N",
	  .help = "log: the last N",
	  .min = 1,
	  .max = 4096 },
	{ .name = "fields",
	  .letter = 'v',
	  .type = OPTION_FLAG,
	  AT(fields),
	  .help = "log: with the contents of the commands, decoded" },
	{ .name = "bytes",
	  .type = OPTION_FLAG,
	  AT(bytes),
	  .help = "log: with the contents of the commands, as hex digits" },
	{ .name = "port",
	  .type = OPTION_STRING,
	  AT(port),
	  .arg = "PORT",
	  .help = "capture: what left to this port only" },
	{ .name = "nth",
	  .type = OPTION_NUMBER,
	  AT(nth),
	  .arg = "N",
	  .help = "fault: the N-th from now on fails (default 1: the next)",
	  .min = 1,
	  .max = INT64_MAX },
	{ .name = "count",
	  .type = OPTION_NUMBER,
	  AT(count),
	  .arg = "N",
	  .help = "fault: N in a row fail (default 1; 0: all)",
	  .max = INT64_MAX },
	{ .name = "status",
	  .type = OPTION_STRING,
	  AT(status),
	  .arg = "STATUS",
	  .help = "fault: INT, BAD_PARAM, RES_BUSY, LIM ... (default INT)" },
	{ .name = "syndrome",
	  .type = OPTION_NUMBER,
	  AT(syndrome),
	  .arg = "X",
	  .help = "fault: the syndrome",
	  .max = UINT32_MAX },
	{ .name = "table-limit",
	  .type = OPTION_NUMBER,
	  AT(table),
	  .arg = "ID",
	  .help = "fault: limit a table to N entries",
	  .min = 1,
	  .max = UINT32_MAX },
	{ .name = "link",
	  .type = OPTION_STRING,
	  AT(link),
	  .arg = "up|down",
	  .help = "fault: the link of the uplink" },
	{ .name = "health",
	  .type = OPTION_STRING,
	  AT(health),
	  .arg = "ok|stuck|X",
	  .help = "fault: what the firmware tells the driver of its health" },
	{ .name = "list", .type = OPTION_FLAG, AT(list), .help = "fault: list them" },
	{ .name = "clear", .type = OPTION_FLAG, AT(clear), .help = "fault: forget all, or one" },
	{ .name = "vhost-user",
	  .type = OPTION_STRING,
	  AT(serve.vhost_user),
	  .arg = "SOCKET",
	  .help = "serve: the socket at which a User-Mode Linux finds the device" },
	{ .name = "control",
	  .type = OPTION_STRING,
	  AT(serve.control),
	  .arg = "SOCKET",
	  .help = "serve: the socket for --device (default: SOCKET.ctl)" },
	{ .name = "sfs",
	  .type = OPTION_NUMBER,
	  AT(serve.n_sfs),
	  .arg = "N",
	  .help = "serve: so many sub-functions (default 4)",
	  .max = NIC_SFS_MAX },
	{ .name = "index",
	  .type = OPTION_NUMBER,
	  AT(serve.index),
	  .arg = "N",
	  .help = "serve: which of the devices of a guest: part of its addresses (default 0)",
	  .max = 255 },
	{ .name = "quiet",
	  .letter = 'q',
	  .type = OPTION_FLAG,
	  AT(serve.quiet),
	  .help = "serve: say nothing of guests and their errors" },
	{ .name = NULL },
};

struct nic {
	struct cli *c;
	struct cli_device device;
	struct options o;
	int argc; /* without the name of the command */
	const char **argv;
};

static const char *string_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : "";
}

static unsigned long long number_of(const json_t *j, const char *key)
{
	return (unsigned long long)json_integer_value(json_object_get(j, key));
}

static json_t *ask(struct nic *n, const char *request)
{
	return cli_device_ask(&n->device, json_pack("{s:s}", "request", request));
}

/* Of an answer what is left without "ok" and "id". @answer is taken. */
static int print_answer(struct nic *n, json_t *answer)
{
	if (!answer)
		return CLI_FAILED;
	json_object_del(answer, "ok");
	json_object_del(answer, "id");
	print_json(&n->c->print, answer);
	return CLI_OK;
}

/* ---- show, dump, stats ---- */

/* The ports of the model by their names, with what the vport is that each stands for. */
static void print_ports(struct print *p, struct host *h)
{
	const struct net_device *dev;

	list_for_each_entry (dev, &host_kernel(h)->devs, link) {
		const struct net_device_stats *s = &dev->stats;
		int vport = mlx5_vport_of(dev);

		if (vport < 0)
			continue;
		printf_text(p, "port %s: ", dev->name);
		if (vport == MLX5_VPORT_UPLINK)
			print_text(p, "the uplink");
		else
			printf_text(p, "represents vport %d", vport);
		printf_text(p, ", ifindex %d; in software: received %llu packets, sent %llu\n",
			    dev->ifindex, (unsigned long long)s->rx_packets,
			    (unsigned long long)s->tx_packets);
	}
}

static int nic_show(struct nic *n)
{
	json_t *answer = ask(n, "show");

	if (!answer || n->o.json)
		return print_answer(n, answer);
	if (!n->device.client)
		print_ports(&n->c->print, n->c->host);
	print_text(&n->c->print, string_of(answer, "text"));
	json_decref(answer);
	return CLI_OK;
}

static int nic_dump(struct nic *n)
{
	json_t *all = n->o.json ? json_array() : NULL, *answer, *next = NULL;

	do {
		answer = cli_device_ask(&n->device,
					json_pack("{s:s, s:s, s:o*}", "request", "dump", "as",
						  all ? "json" : "text", "from", next));
		if (!answer) {
			json_decref(all);
			return CLI_FAILED;
		}
		if (all)
			json_array_extend(all, json_object_get(answer, "items"));
		else
			print_text(&n->c->print, string_of(answer, "text"));
		next = json_incref(json_object_get(answer, "next"));
		json_decref(answer);
	} while (next);
	if (all)
		print_json(&n->c->print, all);
	return CLI_OK;
}

/* Of a device that is served. */
static void print_front(struct print *p, const json_t *answer)
{
	json_t *guest = json_object_get(answer, "guest");
	const json_t *count;
	const char *name;

	if (!json_object_get(answer, "doorbells"))
		return;
	printf_text(p, "%llu guests; doorbells:", number_of(answer, "guests"));
	json_object_foreach(json_object_get(answer, "doorbells"), name, count)
		printf_text(p, " %s %lld", name, json_integer_value(count));
	print_text(p, json_is_object(guest) ? "\nguest:" : "\nno guest");
	json_object_foreach(guest, name, count)
		printf_text(p, " %s %lld", name, json_integer_value(count));
	print_text(p, "\n");
}

static void print_stats(struct print *p, const json_t *answer)
{
	const json_t *packets = json_object_get(answer, "packets"), *count;
	const json_t *one;
	const char *name;
	size_t i;

	printf_text(p, "%llu commands, %llu refused\n", number_of(answer, "commands"),
		    number_of(answer, "refused"));
	printf_text(p, "%10s %8s %10s  %s\n", "count", "failed", "mean ns", "command");
	json_array_foreach(json_object_get(answer, "opcodes"), i, one) printf_text(
		p, "%10llu %8llu %10llu  %s\n", number_of(one, "count"), number_of(one, "failed"),
		number_of(one, "mean_ns"), string_of(one, "opcode"));
	printf_text(p, "%llu packets, %llu forwarded", number_of(packets, "received"),
		    number_of(packets, "forwarded"));
	json_object_foreach(json_object_get(packets, "dropped"), name, count)
		printf_text(p, ", %lld dropped (%s)", json_integer_value(count), name);
	print_text(p, "\n");
	print_front(p, answer);
}

static int nic_stats(struct nic *n)
{
	json_t *answer = ask(n, "stats");

	if (!answer || n->o.json)
		return print_answer(n, answer);
	print_stats(&n->c->print, answer);
	json_decref(answer);
	return CLI_OK;
}

/* ---- log ---- */

static void print_time(struct print *p, json_int_t ns)
{
	time_t s = (time_t)(ns / (json_int_t)NSEC_PER_SEC);
	struct tm tm;

	localtime_r(&s, &tm);
	printf_text(p, "%02d:%02d:%02d.%06lld", tm.tm_hour, tm.tm_min, tm.tm_sec,
		    ns % (json_int_t)NSEC_PER_SEC / 1000);
}

static void print_result(struct print *p, const json_t *e)
{
	const char *words = string_of(e, "words");

	if (!number_of(e, "status_number")) {
		print_text(p, "OK");
		return;
	}
	print_styled(p, PRINT_BAD, "%s", string_of(e, "status"));
	printf_text(p, " (0x%llx), syndrome 0x%llx", number_of(e, "status_number"),
		    number_of(e, "syndrome"));
	if (*words)
		printf_text(p, ": %s", words);
	else if (json_is_true(json_object_get(e, "injected")))
		print_text(p, ": injected");
}

static void print_entry(struct nic *n, const json_t *e)
{
	static const struct {
		const char *key, *words;
	} contents[] = {
		{ "in", "in" }, { "out", "out" }, { "in_bytes", "in" }, { "out_bytes", "out" }
	};
	struct print *p = &n->c->print;

	printf_text(p, "%8llu ", number_of(e, "number"));
	print_time(p, json_integer_value(json_object_get(e, "time_ns")));
	printf_text(p, " %9llu ns  %s", number_of(e, "duration_ns"), string_of(e, "opcode"));
	if (number_of(e, "op_mod"))
		printf_text(p, " op_mod 0x%llx", number_of(e, "op_mod"));
	print_text(p, "  ");
	print_result(p, e);
	print_text(p, "\n");
	for (size_t i = 0; i < ARRAY_SIZE(contents); i++) {
		const json_t *j = json_object_get(e, contents[i].key);

		if (json_is_null(j))
			printf_text(p, "%9s%s: not kept any more\n", "", contents[i].words);
		else if (j)
			printf_text(p, "%9s%s: %s\n", "", contents[i].words, json_string_value(j));
	}
}

/* One page of it. */
static void print_page(struct nic *n, json_t *all, const json_t *answer, const char *list,
		       void (*print)(struct nic *n, const json_t *one))
{
	unsigned long long overwritten = number_of(answer, "overwritten");
	const json_t *one;
	size_t i;

	if (all) {
		json_array_extend(all, json_object_get(answer, list));
		return;
	}
	if (overwritten)
		printf_text(&n->c->print, "%llu before were overwritten\n", overwritten);
	json_array_foreach(json_object_get(answer, list), i, one) print(n, one);
}

static json_t *log_request(const struct nic *n, uint64_t since, bool first)
{
	const struct options *o = &n->o;

	return json_pack("{s:s, s:I, s:I, s:b, s:b, s:b, s:s*}", "request", "log", "since",
			 (json_int_t)since, "last", first ? (json_int_t)o->last : 0, "failed",
			 (int)o->failed, "fields", (int)o->fields, "bytes", (int)o->bytes, "opcode",
			 o->opcode);
}

static json_t *capture_request(const struct nic *n, uint64_t since, bool first)
{
	return json_pack("{s:s, s:I, s:s*}", "request", "capture", "since", (json_int_t)since,
			 "port", n->o.port);
}

/* What comes in pages and goes on: all that there is, and with --follow what comes. */
static int run_list(struct nic *n, const char *list,
		    json_t *(*request)(const struct nic *n, uint64_t since, bool first),
		    void (*print)(struct nic *n, const json_t *one))
{
	const struct timespec pause = { 0, (long)FOLLOW_NS };
	json_t *all = n->o.json && !n->o.follow ? json_array() : NULL, *answer;
	uint64_t since = n->o.since, end = 0;
	bool first = true;

	if (n->o.follow && n->c->is_daemon) {
		json_decref(all);
		return cli_usage(n->c, "nic",
				 "--follow: not of a daemon's model; ask again with --since");
	}
	for (;; first = false) {
		answer = cli_device_ask(&n->device, request(n, since, first));
		if (!answer) {
			json_decref(all);
			return CLI_FAILED;
		}
		print_page(n, all, answer, list, print);
		since = number_of(answer, "next");
		/* Without --follow what came since the begin is not waited for. */
		end = end && !n->o.follow ? end : number_of(answer, "end");
		json_decref(answer);
		if (since < end)
			continue;
		if (!n->o.follow)
			break;
		if (print_end(&n->c->print))
			return CLI_USAGE;
		nanosleep(&pause, NULL);
	}
	if (all)
		print_json(&n->c->print, all);
	return CLI_OK;
}

/* With --follow --json: an object in a line. */
static void print_line(struct nic *n, const json_t *one)
{
	char *s = json_dumps(one, JSON_COMPACT | JSON_PRESERVE_ORDER);

	if (s)
		printf_text(&n->c->print, "%s\n", s);
	free(s);
}

static int nic_log(struct nic *n)
{
	return run_list(n, "entries", log_request, n->o.json ? print_line : print_entry);
}

/* ---- capture ---- */

static void print_frame(struct nic *n, const json_t *f)
{
	const char *hex = json_string_value(json_object_get(f, "frame"));
	struct print *p = &n->c->print;
	struct text t;

	text_init(&t);
	if (hex)
		frame_format_hex(&t, hex);
	else
		text_put(&t, "not kept any more");
	printf_text(p, "%8llu ", number_of(f, "number"));
	print_time(p, json_integer_value(json_object_get(f, "time_ns")));
	printf_text(p, " out of %s, %llu bytes: %s\n", string_of(f, "port"), number_of(f, "size"),
		    t.s);
	text_fini(&t);
}

static int nic_capture(struct nic *n)
{
	return run_list(n, "frames", capture_request, n->o.json ? print_line : print_frame);
}

/* ---- fault ---- */

static void print_fault(struct print *p, const json_t *f)
{
	printf_text(p, "fault %llu: ", number_of(f, "id"));
	if (number_of(f, "table")) {
		printf_text(p, "table %llu takes no more than %llu entries", number_of(f, "table"),
			    number_of(f, "limit"));
	} else {
		const char *opcode = string_of(f, "opcode");
		unsigned long long nth = number_of(f, "nth"), count = number_of(f, "count");

		printf_text(p, "%s: number %llu ", *opcode ? opcode : "any command", nth);
		if (!count)
			print_text(p, "and all that follow ");
		else if (count > 1)
			printf_text(p, "to %llu ", nth + count - 1);
		printf_text(p, "of its kind; %llu came", number_of(f, "seen"));
	}
	printf_text(p, "; %s, syndrome 0x%llx; %llu failed\n", string_of(f, "status"),
		    number_of(f, "syndrome"), number_of(f, "failed"));
}

static void print_faults(struct print *p, const json_t *answer)
{
	const json_t *list = json_object_get(answer, "faults"), *one;
	size_t i;

	json_array_foreach(list, i, one) print_fault(p, one);
	if (!json_array_size(list))
		print_text(p, "no faults\n");
	if (!strcmp(string_of(answer, "link"), "down"))
		print_text(p, "the uplink has no link\n");
	if (number_of(answer, "health") > 0xff)
		print_text(p, "the health counter stands still\n");
	else if (number_of(answer, "health"))
		printf_text(p, "the health buffer has the syndrome 0x%llx\n",
			    number_of(answer, "health"));
}

/* What the arguments ask for, or NULL: that was wrong, and *@words says why. */
static json_t *fault_request(const struct nic *n, const char **words)
{
	const struct options *o = &n->o;
	json_t *r = json_pack("{s:s}", "request", "fault");
	const char *arg = n->argc ? n->argv[0] : NULL;
	char *end = NULL;
	unsigned long long number = arg ? strtoull(arg, &end, 10) : 0;
	bool is_number = arg && *arg >= '0' && *arg <= '9' && !*end;

	*words = NULL;
	if ((o->clear || o->table) && arg && !is_number)
		*words = "a number is wanted";
	else if (o->table && !arg)
		*words = "--table-limit ID N: how many entries?";
	if (o->clear)
		json_object_set_new(r, "clear", json_integer((json_int_t)number));
	if (o->link)
		json_object_set_new(r, "link", json_string(o->link));
	if (o->health)
		json_object_set_new(r, "health", json_string(o->health));
	if (o->table)
		json_object_update_new(r, json_pack("{s:I, s:I}", "table", (json_int_t)o->table,
						    "limit", (json_int_t)number));
	else if (arg && !o->clear)
		json_object_set_new(r, "opcode", json_string(arg));
	if (o->nth)
		json_object_set_new(r, "nth", json_integer((json_int_t)o->nth));
	if (o->count != UINT64_MAX)
		json_object_set_new(r, "count", json_integer((json_int_t)o->count));
	if (o->status)
		json_object_set_new(r, "status", json_string(o->status));
	if (o->syndrome)
		json_object_set_new(r, "syndrome", json_integer((json_int_t)o->syndrome));
	return r;
}

static int nic_fault(struct nic *n)
{
	const char *words;
	json_t *request = fault_request(n, &words), *answer;

	if (words) {
		json_decref(request);
		return cli_usage(n->c, "nic", "%s", words);
	}
	answer = cli_device_ask(&n->device, request);
	if (!answer || n->o.json)
		return print_answer(n, answer);
	print_faults(&n->c->print, answer);
	json_decref(answer);
	return CLI_OK;
}

/* ---- the command ---- */

static const struct sub {
	const char *name;
	int args_max;
	int (*run)(struct nic *n);
} subs[] = {
	{ "show", 0, nic_show }, { "dump", 0, nic_dump },   { "stats", 0, nic_stats },
	{ "log", 0, nic_log },	 { "fault", 1, nic_fault }, { "capture", 0, nic_capture },
};

static const struct sub *find_sub(const char *name, const char **best)
{
	for (size_t i = 0; i < ARRAY_SIZE(subs); i++) {
		if (!strcmp(subs[i].name, name))
			return &subs[i];
		words_nearer(best, name, subs[i].name);
	}
	return NULL;
}

int cmd_nic(struct cli *c, int argc, const char **argv)
{
	struct nic nic = { .c = c, .o.count = UINT64_MAX, .o.serve.n_sfs = UINT64_MAX };
	int n = cli_parse(c, cmd_nic_rows, &nic.o, argc, argv), status;
	const char *best = NULL;
	const struct sub *sub = n > 0 ? find_sub(argv[0], &best) : NULL;

	if (n < 0)
		return CLI_USAGE;
	if (n == 1 && !strcmp(argv[0], "serve"))
		return cmd_nic_serve(c, &nic.o.serve);
	if (!sub && best)
		return cli_usage(c, "nic", "unknown: '%s'; did you mean '%s'?", argv[0], best);
	if (!sub || n - 1 > sub->args_max)
		return cli_usage(c, "nic",
				 "wanted: show, dump, stats, log, fault, capture or serve");
	nic.argc = n - 1;
	nic.argv = argv + 1;
	status = cli_device_open(&nic.device, c, cli_device_target(nic.o.device));
	if (!status)
		status = sub->run(&nic);
	cli_device_close(&nic.device);
	return status;
}
