/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw nic serve`: the device as a PCI function for a User-Mode Linux. */
#include "cli/cmd-nic.h"

#include "nic/serve/serve.h"

int cmd_nic_serve(struct cli *c, const struct nic_serve_options *o)
{
	const struct nic_serve_params params = {
		.vhost_user = o->vhost_user,
		.control = o->control,
		.device = { .n_vfs = (unsigned int)c->model.n_vfs,
			    .n_sfs = (unsigned int)o->n_sfs },
		.quiet = o->quiet,
	};
	struct nic_serve *s;
	struct diag d;
	int err;

	if (!o->vhost_user)
		return cli_usage(c, "nic", "serve: wanted: --vhost-user SOCKET");
	diag_init(&d);
	if (nic_serve_new(&s, &params, &d)) {
		print_diag(&c->print, &d, NULL);
		return CLI_FAILED;
	}
	/* Scripts wait for this line: from now on a guest can connect. */
	printf_text(&c->print, "ready: virtio_uml.device=%s:1234\n", o->vhost_user);
	fflush(c->print.out);
	err = nic_serve_run(s, &d);
	nic_serve_free(s);
	if (err)
		print_diag(&c->print, &d, NULL);
	return err ? CLI_FAILED : CLI_OK;
}
