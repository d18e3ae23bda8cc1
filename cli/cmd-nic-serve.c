/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw nic serve`: the device as a PCI function for a User-Mode Linux. */
#include "cli/cmd-nic.h"

#include "nic/serve/serve.h"

#define SFS_DEFAULT 4u

/* Those that are asked for; by default as many as the profile has, up to SFS_DEFAULT. False: it has
 * fewer, which is said. */
static bool set_sfs(struct cli *c, uint64_t wanted, struct nic_params *p)
{
	uint64_t max = NIC_SFS_MAX;

	if (p->caps) {
		const uint8_t *cap = p->caps->general;

		max = IFC_GET(cmd_hca_cap, cap, sf) ? IFC_GET(cmd_hca_cap, cap, max_num_sf) : 0;
	}
	if (wanted == UINT64_MAX)
		wanted = max < SFS_DEFAULT ? max : SFS_DEFAULT;
	p->n_sfs = (unsigned int)wanted;
	if (wanted > max)
		print_failure(&c->print, "--sfs: the profile has at most %llu sub-functions",
			      (unsigned long long)max);
	return wanted <= max;
}

int cmd_nic_serve(struct cli *c, const struct nic_serve_options *o)
{
	struct nic_serve_params params = {
		.vhost_user = o->vhost_user,
		.control = o->control,
		.device = { .n_vfs = (unsigned int)c->model.n_vfs,
			    .index = (unsigned int)o->index },
		.quiet = o->quiet,
	};
	const struct nic_profile *profile;
	struct nic_serve *s;
	struct diag d;
	int err;

	if (!o->vhost_user)
		return cli_usage(c, "nic", "serve: wanted: --vhost-user SOCKET");
	if (!cli_profile(c, &profile))
		return CLI_FAILED;
	if (profile) {
		params.device.caps = &profile->caps;
		params.pci_device_id = profile->pci_device_id;
	}
	if (!set_sfs(c, o->n_sfs, &params.device))
		return CLI_USAGE;
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
