/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole model machine in one object: the kernel, a NIC with its driver, the openvswitch datapath
 * with its ports, the flow API. It is where the two sides of each boundary are plugged together,
 * and the only folder that sees both.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "dpif/dpif.h"
#include "netlink/transport.h"
#include "nic/device/device.h"
#include "vswitch/udpif.h"

struct host;
struct knet;
struct mlx5_cmd_fault;
struct mlx5_core_dev;
struct tc;

struct host_params {
	unsigned int n_vfs; /* 0: the default, 4 */
	/* What its NIC advertises, read while it is made; NULL: all that the device implements. */
	const struct nic_caps *caps;
	bool no_hw_offload; /* other_config:hw-offload=false */
	enum tc_offload_policy policy;
	bool trace_setup; /* record what runs while the machine is set up */
	bool command_log; /* the NIC keeps one from its first command on */
	/* Tests: a decorator around each transport, or NULL; NULL from it: no memory, @t is closed.
	 */
	struct nl_transport *(*wrap)(void *aux, struct nl_transport *t);
	void *wrap_aux;
};

int host_new(struct host **out, const struct host_params *params, struct diag *d) MUST_CHECK;
void host_free(struct host *h);

struct dpif *host_dpif(struct host *h);
struct knet *host_kernel(struct host *h);
struct nic_device *host_device(struct host *h);
struct mlx5_core_dev *host_driver(struct host *h);
/* Makes commands of the driver fail: borrowed, see nic/cmd/cmd-fault.h. */
struct mlx5_cmd_fault *host_cmd_fault(struct host *h);
struct trace *host_trace(struct host *h);

/* The socket calls of a model kernel for nl_transport_open_inproc(), also of one without a host. */
struct nl_kernel_calls host_kernel_calls(struct knet *kernel);

/* Another route socket to its kernel, e.g. for tests; owned by the caller. */
int host_open_route(struct host *h, struct nl_sock **out, struct diag *d) MUST_CHECK;

/* Moves its clock to @now_ns (monotonic); counters are refreshed when their period has passed. */
void host_set_now(struct host *h, uint64_t now_ns);

/*
 * From now on there is a vswitch, at first without bridges: it answers the upcalls of each packet
 * before host_send() returns, and revalidates flows as host_set_now() lets time pass. 0, also when
 * there is one already, or negative errno.
 */
int host_start_vswitch(struct host *h, struct diag *d) MUST_CHECK;
struct udpif *host_udpif(struct host *h); /* NULL: there is no vswitch */

/* Where packets come out of the machine: the wire or a VF. The frame is borrowed during the call.
 */
typedef void host_output(void *aux, const char *port, const void *frame, size_t size);
void host_set_output(struct host *h, host_output *output, void *aux);

/* A packet comes in at @port: from the wire for an uplink, sent by the VF for its representor.
 * -ENODEV: no such port. */
int host_send(struct host *h, const char *port, const void *frame, size_t size,
	      struct diag *d) MUST_CHECK;

#endif
