/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw serve`: the model machine with its vswitch as a daemon. */
#include "cli/daemon.h"
#include "cli/remote.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct options {
	const char *socket;
};

const struct option_row cmd_serve_rows[] = {
	{ .name = "socket",
	  .type = OPTION_STRING,
	  .offset = offsetof(struct options, socket),
	  .arg = "PATH",
	  .help = "where to listen (default: $INHW_SOCKET; see above)" },
	{ .name = NULL },
};

/* Of the default path: it is nobody else's. */
static int make_directory(const char *path, struct diag *d)
{
	char dir[CLI_SOCKET_PATH_MAX];
	char *end;

	snprintf(dir, sizeof dir, "%s", path);
	end = strrchr(dir, '/');
	if (end)
		*end = '\0';
	if (mkdir(dir, 0700) && errno != EEXIST)
		return diag_set(d, -errno, "%s: %s", dir, diag_strerror(-errno));
	return 0;
}

/* The machine's clock may be ahead of that of the daemon. */
static uint64_t next_packets(void *aux)
{
	const struct cli *c = aux;
	uint64_t ns = host_next_ns(c->host);

	return ns == UINT64_MAX ? ns : ns > c->ahead_ns ? ns - c->ahead_ns : 0;
}

static void run_packets(void *aux, uint64_t now_ns)
{
	struct cli *c = aux;

	host_run(c->host, now_ns + c->ahead_ns);
}

/* The ports of a model have a descriptor; upcalls of the machine's kernel are for threads. */
static int watch_host(struct daemon *s, struct cli *c, struct diag *d)
{
	struct daemon_source source = {
		.fd = -1, .next_ns = next_packets, .run = run_packets, .aux = c
	};
	int err = host_is_linux(c->host) ? 0 : host_start_engine(c->host, d);

	if (!err && host_engine(c->host))
		source.fd = engine_fd(host_engine(c->host));
	return err ? err : daemon_add(s, &source, d);
}

/* The machine is there, with the vswitch, before the first client comes. */
static int start(struct daemon *s, struct cli *c, const char *config, struct diag *d)
{
	struct host *h = cli_host(c, false);
	int err;

	if (!h)
		return CLI_FAILED;
	/* What serve was given is the default of each command that it runs. */
	c->given = c->model;
	err = host_start_vswitch(h, d);
	if (!err)
		err = watch_host(s, c, d);
	if (err)
		return CLI_FAILED;
	if (config && cli_batch(c, config, false))
		return CLI_FAILED;
	return host_start_handlers(h, d) ? CLI_FAILED : CLI_OK;
}

static int serve(struct cli *c, const char *path, const char *config, struct diag *d)
{
	struct daemon *s;
	int status;

	if (daemon_new(&s, c, path, d))
		return CLI_FAILED;
	status = start(s, c, config, d);
	if (!status) {
		/* Scripts wait for this line: from now on a command finds it. */
		printf_text(&c->print, "ready: %s\n", path);
		fflush(c->print.out);
		status = daemon_run(s, d) ? CLI_FAILED : CLI_OK;
	}
	daemon_free(s);
	return status;
}

int cmd_serve(struct cli *c, int argc, const char **argv)
{
	struct options o = { 0 };
	int n = cli_parse(c, cmd_serve_rows, &o, argc, argv), status, err;
	char path[CLI_SOCKET_PATH_MAX];
	bool is_default;
	struct diag d;

	if (n < 0)
		return CLI_USAGE;
	if (n > 1)
		return cli_usage(c, "serve", "wanted: one file of commands at most");
	diag_init(&d);
	err = cli_remote_path(path,
			      o.socket	  ? o.socket
			      : c->remote ? c->remote->option
					  : NULL,
			      &is_default);
	if (err)
		return cli_usage(c, "serve",
				 err == -ENOENT ? "INHW_SOCKET is empty: no daemon is wanted"
						: "the path of the socket is too long");
	err = is_default ? make_directory(path, &d) : 0;
	status = err ? CLI_FAILED : serve(c, path, n ? argv[0] : NULL, &d);
	if (d.error)
		print_diag(&c->print, &d, NULL);
	return status;
}
