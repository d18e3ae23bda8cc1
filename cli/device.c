/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/device.h"

#include "nic/driver/mlx5.h"
#include "nic/serve/client.h"
#include "nic/serve/request.h"

#include <stdlib.h>

const char *cli_device_target(const char *option)
{
	const char *env = getenv("INHW_NIC");

	return option ? option : env && *env ? env : NULL;
}

static int open_model(struct cli *c)
{
	struct host *h = cli_model_host(c, false);
	struct diag d;

	if (!h)
		return CLI_USAGE;
	diag_init(&d);
	if (!c->requests && nic_requests_new(&c->requests, host_device(h), &d)) {
		print_diag(&c->print, &d, NULL);
		return CLI_FAILED;
	}
	mlx5_work(host_driver(h), true);
	return CLI_OK;
}

int cli_device_open(struct cli_device *device, struct cli *c, const char *target)
{
	struct diag d;

	*device = (struct cli_device){ .c = c };
	if (!target)
		return open_model(c);
	diag_init(&d);
	if (!nic_client_open(&device->client, target, &d))
		return CLI_OK;
	print_diag(&c->print, &d, NULL);
	return CLI_FAILED;
}

void cli_device_close(struct cli_device *d)
{
	nic_client_close(d->client);
	d->client = NULL;
}

json_t *cli_device_ask(struct cli_device *device, json_t *request)
{
	struct print *p = &device->c->print;
	json_t *answer = NULL;
	struct diag d;
	int err = 0;

	diag_init(&d);
	if (!request)
		err = diag_set(&d, -1, "no memory");
	else if (device->client)
		err = nic_client_ask(device->client, request, &answer, &d);
	else
		answer = nic_requests_run(device->c->requests, request);
	json_decref(request);
	if (err) {
		print_diag(p, &d, NULL);
		return NULL;
	}
	if (json_is_true(json_object_get(answer, "ok")))
		return answer;
	if (answer)
		print_failure(p, "%s", json_string_value(json_object_get(answer, "error")));
	else
		print_failure(p, "no memory");
	json_decref(answer);
	return NULL;
}
