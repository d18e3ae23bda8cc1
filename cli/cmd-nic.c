/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw nic`: what the device holds. */
#include "cli/cli.h"

#include "nic/device/device.h"
#include "nic/driver/mlx5.h"

#include <string.h>

const struct option_row cmd_nic_rows[] = {
	{ .name = NULL },
};

int cmd_nic(struct cli *c, int argc, const char **argv)
{
	int n = cli_parse(c, cmd_nic_rows, NULL, argc, argv), status = CLI_OK;
	struct text t;
	struct host *h;

	if (n < 0)
		return CLI_USAGE;
	if (n != 1 || (strcmp(argv[0], "show") && strcmp(argv[0], "dump")))
		return cli_usage(c, "nic", "wanted: show or dump");
	h = cli_host(c, false);
	if (!h)
		return CLI_USAGE;
	mlx5_work(host_driver(h), true);
	text_init(&t);
	if (!strcmp(argv[0], "show"))
		nic_device_format_summary(host_device(h), &t);
	else
		nic_device_format_dump(host_device(h), &t);
	print_text(&c->print, t.s);
	if (t.error) {
		print_failure(&c->print, "the output is not complete: no memory");
		status = CLI_FAILED;
	}
	text_fini(&t);
	return status;
}
