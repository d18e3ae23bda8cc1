/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of `inhw nic`, which have a file each. */
#ifndef CLI_CMD_NIC_H
#define CLI_CMD_NIC_H

#include "cli/cli.h"

struct nic_serve_options {
	const char *vhost_user, *control;
	uint64_t n_sfs, index; /* n_sfs: UINT64_MAX: not given */
	bool quiet;
};

int cmd_nic_serve(struct cli *c, const struct nic_serve_options *o);

#endif
