/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw nic`: what the device holds. */
#include "cli/cli.h"

#include "kernel/core/netdevice.h"
#include "nic/device/device.h"
#include "nic/driver/mlx5.h"

#include <string.h>

const struct option_row cmd_nic_rows[] = {
	{ .name = NULL },
};

/* The ports by their names, with what the vport is that each stands for. */
static void put_ports(struct text *t, struct host *h)
{
	const struct net_device *dev;

	list_for_each_entry (dev, &host_kernel(h)->devs, link) {
		const struct net_device_stats *s = &dev->stats;
		int vport = mlx5_vport_of(dev);

		if (vport < 0)
			continue;
		text_putf(t, "port %s: ", dev->name);
		if (vport == MLX5_VPORT_UPLINK)
			text_put(t, "the uplink");
		else
			text_putf(t, "represents vport %d", vport);
		text_putf(t, ", ifindex %d; in software: received %llu packets, sent %llu\n",
			  dev->ifindex, (unsigned long long)s->rx_packets,
			  (unsigned long long)s->tx_packets);
	}
}

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
	if (!strcmp(argv[0], "show")) {
		put_ports(&t, h);
		nic_device_format_summary(host_device(h), &t);
	} else {
		nic_device_format_dump(host_device(h), &t);
	}
	print_text(&c->print, t.s);
	if (t.error) {
		print_failure(&c->print, "the output is not complete: no memory");
		status = CLI_FAILED;
	}
	text_fini(&t);
	return status;
}
