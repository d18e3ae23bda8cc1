/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw port`: what the model's ports are joined to. `inhw run`: packets come and go there. */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/words.h"
#include "host/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct port_options {
	bool json;
};

const struct option_row cmd_port_rows[] = {
	{ .name = "json",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct port_options, json),
	  .help = "list: as JSON" },
	{ .name = NULL },
};

struct run_options {
	const char *seconds;
	bool is_virtual, json;
};

#define AT(member) .offset = offsetof(struct run_options, member)

const struct option_row cmd_run_rows[] = {
	{ .name = "for",
	  .type = OPTION_STRING,
	  AT(seconds),
	  .arg = "SECONDS",
	  .help = "so long (default: until nothing can come in any more, or ^C)" },
	{ .name = "virtual",
	  .type = OPTION_FLAG,
	  AT(is_virtual),
	  .help = "time is virtual: it jumps to the next event" },
	{ .name = "json", .type = OPTION_FLAG, AT(json), .help = "the sums as JSON" },
	{ .name = NULL },
};

static json_t *port_json(const struct engine_port_info *info)
{
	const struct engine_counters *c = &info->counters;
	json_t *j = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "port", info->port,
			      "spec", info->spec, "rx_packets", (json_int_t)c->rx_packets,
			      "rx_bytes", (json_int_t)c->rx_bytes, "rx_dropped",
			      (json_int_t)c->rx_dropped, "tx_packets", (json_int_t)c->tx_packets,
			      "tx_bytes", (json_int_t)c->tx_bytes, "tx_dropped",
			      (json_int_t)c->tx_dropped, "done", (int)info->is_done);

	if (info->failure.error)
		json_object_set_new(j, "failure", json_string(info->failure.words));
	return j;
}

static json_t *ports_json(const struct engine *e)
{
	struct engine_port_info info;
	json_t *list = json_array();

	for (size_t i = 0; engine_port_info(e, i, &info); i++)
		json_array_append_new(list, port_json(&info));
	return list;
}

static void print_ports(struct print *p, const struct engine *e)
{
	struct text t;

	text_init(&t);
	engine_format(&t, e);
	print_text(p, t.len ? t.s : "no port is attached\n");
	text_fini(&t);
}

/* The engine of the model; NULL: there is none, which was said. */
static struct engine *get_engine(struct cli *c)
{
	struct host *h = cli_host(c, false);
	struct diag d;

	diag_init(&d);
	if (h && !host_start_engine(h, &d))
		return host_engine(h);
	if (h)
		print_diag(&c->print, &d, NULL);
	return NULL;
}

/* ---- port ---- */

static int attach(struct cli *c, struct engine *e, const char **argv, bool json, struct diag *d)
{
	return engine_attach(e, argv[0], argv[1], d);
}

static int detach(struct cli *c, struct engine *e, const char **argv, bool json, struct diag *d)
{
	return engine_detach(e, argv[0], d);
}

static int list(struct cli *c, struct engine *e, const char **argv, bool json, struct diag *d)
{
	if (json)
		print_json(&c->print, ports_json(e));
	else
		print_ports(&c->print, e);
	return 0;
}

static int set_workers(struct cli *c, struct engine *e, const char **argv, bool json,
		       struct diag *d)
{
	char *end;
	unsigned long n = strtoul(argv[0], &end, 10);

	if (end == argv[0] || *end || n > ENGINE_WORKERS_MAX)
		return diag_set(d, -EINVAL, "workers: wanted: a number from 0 to %u",
				ENGINE_WORKERS_MAX);
	return engine_set_workers(e, (unsigned int)n, d);
}

static const struct port_command {
	const char *name, *args;
	int n_args;
	int (*run)(struct cli *c, struct engine *e, const char **argv, bool json, struct diag *d);
} commands[] = {
	{ "attach", "PORT SPEC", 2, attach },
	{ "detach", "PORT", 1, detach },
	{ "list", "", 0, list },
	{ "workers", "N", 1, set_workers },
};

static const struct port_command *find_command(struct cli *c, const char *name)
{
	const char *best = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
		words_nearer(&best, name, commands[i].name);
	}
	cli_usage(c, "port", "unknown command '%s'%s%s%s", name, best ? "; did you mean '" : "",
		  best ? best : "", best ? "'?" : "");
	return NULL;
}

int cmd_port(struct cli *c, int argc, const char **argv)
{
	struct port_options o = { 0 };
	int n = cli_parse(c, cmd_port_rows, &o, argc, argv);
	const struct port_command *k;
	struct engine *e;
	struct diag d;

	if (n < 0)
		return CLI_USAGE;
	if (!n)
		return cli_usage(c, "port", "which command?");
	k = find_command(c, argv[0]);
	if (!k)
		return CLI_USAGE;
	if (n - 1 != k->n_args)
		return cli_usage(c, "port", "wanted: %s %s", k->name, k->args);
	e = get_engine(c);
	if (!e)
		return CLI_FAILED;
	diag_init(&d);
	if (!k->run(c, e, argv + 1, o.json, &d))
		return CLI_OK;
	print_diag(&c->print, &d, k->n_args > 1 ? argv[2] : NULL);
	return CLI_FAILED;
}

/* ---- run ---- */

/* Decimal seconds as nanoseconds; false: that is none. */
static bool parse_seconds(const char *s, uint64_t *ns)
{
	char *end;
	double seconds = strtod(s, &end);

	if (end == s || *end || !(seconds >= 0) || seconds > 1e9)
		return false;
	*ns = (uint64_t)(seconds * 1e9 + 0.5);
	return true;
}

struct sums {
	struct host_ran ran;
	uint64_t outputs[HOST_N_DECIDERS];
};

static void print_sums(struct print *p, const struct sums *s, const struct engine *e)
{
	const char *before = ": ";
	uint64_t n_out = 0;

	for (int i = 0; i < HOST_N_DECIDERS; i++)
		n_out += s->outputs[i];
	print_ports(p, e);
	printf_text(p, "\nin %.3f s %llu packets came in, %llu went out", (double)s->ran.ns / 1e9,
		    (unsigned long long)s->ran.n_packets, (unsigned long long)n_out);
	for (int i = 0; i < HOST_N_DECIDERS; i++) {
		if (!s->outputs[i])
			continue;
		printf_text(p, "%s%llu by %s", before, (unsigned long long)s->outputs[i],
			    host_decider_name((enum host_decider)i));
		before = ", ";
	}
	print_text(p, "\n");
}

static void print_sums_json(struct print *p, const struct sums *s, const struct engine *e)
{
	json_t *out = json_object();

	for (int i = 0; i < HOST_N_DECIDERS; i++)
		json_object_set_new(out, host_decider_name((enum host_decider)i),
				    json_integer((json_int_t)s->outputs[i]));
	print_json(p,
		   json_pack("{s:f, s:I, s:o, s:o}", "seconds", (double)s->ran.ns / 1e9, "packets",
			     (json_int_t)s->ran.n_packets, "out", out, "ports", ports_json(e)));
}

/* Whether a port is silent that should not be; the table has said why. */
static bool has_failure(const struct engine *e)
{
	struct engine_port_info info;

	for (size_t i = 0; engine_port_info(e, i, &info); i++)
		if (info.failure.error)
			return true;
	return false;
}

/* What becomes readable when a daemon's command must end. */
static int open_timer(uint64_t at_ns)
{
	const struct itimerspec at = { .it_value = { .tv_sec = (time_t)(at_ns / NSEC_PER_SEC),
						     .tv_nsec = (long)(at_ns % NSEC_PER_SEC) } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (fd >= 0)
		(void)!timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL);
	return fd;
}

/* ^C ends the run and not the program, which has more to say. Signals of a daemon are its own. */
static int run_until_stopped(struct cli *c, struct host *h, struct host_loop *loop,
			     struct host_ran *ran, struct diag *d)
{
	struct signalfd_siginfo info;
	sigset_t ends, old;
	int err;

	sigemptyset(&ends);
	if (!c->is_daemon) {
		sigaddset(&ends, SIGINT);
		sigaddset(&ends, SIGTERM);
	}
	sigprocmask(SIG_BLOCK, &ends, &old);
	loop->stop_fd = c->deadline_ns ? open_timer(c->deadline_ns)
				       : signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	err = loop->stop_fd < 0
		      ? diag_set(d, -errno, "how to stop the run: %s", diag_strerror(-errno))
		      : host_loop(h, loop, ran, d);
	if (ran->is_stopped)
		(void)!read(loop->stop_fd, &info, sizeof info);
	if (loop->stop_fd >= 0)
		close(loop->stop_fd);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return err;
}

static int run(struct cli *c, struct engine *e, const struct run_options *o, struct host_loop *loop,
	       struct diag *d)
{
	struct host *h = cli_host(c, false);
	uint64_t before[HOST_N_DECIDERS], started_ns = clock_now_ns(), took_ns;
	struct sums s = { 0 };
	int err;

	memcpy(before, host_outputs(h), sizeof before);
	err = run_until_stopped(c, h, loop, &s.ran, d);
	took_ns = clock_now_ns() - started_ns;
	if (s.ran.ns > took_ns) /* virtual time: the model's clock stays where it is now */
		c->ahead_ns += s.ran.ns - took_ns;
	if (err)
		return err;
	for (int i = 0; i < HOST_N_DECIDERS; i++)
		s.outputs[i] = host_outputs(h)[i] - before[i];
	if (o->json)
		print_sums_json(&c->print, &s, e);
	else
		print_sums(&c->print, &s, e);
	return 0;
}

int cmd_run(struct cli *c, int argc, const char **argv)
{
	struct run_options o = { 0 };
	struct host_loop loop = { .for_ns = UINT64_MAX };
	int n = cli_parse(c, cmd_run_rows, &o, argc, argv);
	struct engine *e;
	struct diag d;

	if (n < 0)
		return CLI_USAGE;
	if (n)
		return cli_usage(c, "run", "'%s': there are no arguments", argv[0]);
	if (o.seconds && !parse_seconds(o.seconds, &loop.for_ns))
		return cli_usage(c, "run", "--for: '%s' is no number of seconds", o.seconds);
	if (c->is_daemon && !o.is_virtual)
		return cli_usage(c, "run",
				 "in a daemon packets pass all the time, and time "
				 "with them; --virtual lets it jump");
	loop.is_virtual = o.is_virtual;
	e = get_engine(c);
	if (!e)
		return CLI_FAILED;
	if (!o.seconds && engine_is_done(e) &&
	    !engine_port_info(e, 0, &(struct engine_port_info){ 0 }))
		return cli_usage(c, "run", "no port is attached: see `inhw port attach`");
	diag_init(&d);
	if (run(c, e, &o, &loop, &d)) {
		print_diag(&c->print, &d, NULL);
		return CLI_FAILED;
	}
	return has_failure(e) || cli_is_late(c) ? CLI_FAILED : CLI_OK;
}
