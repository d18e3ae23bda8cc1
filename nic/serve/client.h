/* SPDX-License-Identifier: BSD-2-Clause */
/* The other end of control.h: asks a device that another process serves. It waits for answers. */
#ifndef NIC_SERVE_CLIENT_H
#define NIC_SERVE_CLIENT_H

#include "base/diag.h"

#include <jansson.h>

#define NIC_CLIENT_TIMEOUT_MS 10000 /* for the line to be free, and for each answer */

struct nic_client;

/*
 * @target: the path of a control socket, or of the socket beside which one lies (PATH.ctl); or
 * "tty:/dev/ttyS0": a serial line, which is made raw and belongs to one client at a time; it is
 * sent an empty line for each 768 bytes of an answer, so that the other end can hold back the rest.
 */
int nic_client_open(struct nic_client **out, const char *target, struct diag *d) MUST_CHECK;
void nic_client_close(struct nic_client *c);

/* The answer to @request (an object, borrowed), owned by the caller, whether it says yes or no.
 * An error is one of the way: after it the client is only good to be closed. */
int nic_client_ask(struct nic_client *c, json_t *request, json_t **answer,
		   struct diag *d) MUST_CHECK;

#endif
