/* SPDX-License-Identifier: BSD-2-Clause */
/* For the files of host/. */
#ifndef HOST_HOST_INTERNAL_H
#define HOST_HOST_INTERNAL_H

#include "host/host.h"
#include "kernel/core/netdevice.h"
#include "nic/cmd/cmd-fault.h"

struct host_linux;

struct host {
	struct host_params params;
	struct trace trace;
	uint64_t now_ns;
	struct knet *kernel;
	struct net_device lo; /* as every Linux has: ifindex 1 */
	struct nic_device *device;
	struct mlx5_cmd_fault fault; /* between driver and device */
	struct mlx5_core_dev *driver;
	struct host_linux *real; /* instead of the four above */
	struct dpif *dpif;
	struct vswitch *vswitch; /* NULL: none */
	struct udpif *udpif;
	uint64_t (*stopwatch)(void); /* NULL: nothing is measured */
	bool is_busy;		     /* a packet is on its way, or the vswitch runs */
	struct list pending;	     /* struct pending: what came in meanwhile */
	size_t n_pending;
	struct engine *engine;	     /* NULL: none */
	const struct net_device *in; /* of the packet that is in the NIC, not above; or NULL */
	uint64_t n_outputs[HOST_N_DECIDERS];
	host_output *output;
	void *output_aux;
	host_report *report;
	void *report_aux;
};

/* The flow API and a generic netlink socket, for a datapath that is opened; both owned by the
 * caller. */
int host_open_userland(struct host *h, struct nl_sock **genl, struct offload **offload,
		       struct diag *d) MUST_CHECK;

/* Opens h->dpif in the kernel of this machine; host_linux_close() in any case. */
int host_linux_open(struct host *h, struct diag *d) MUST_CHECK;
void host_linux_close(struct host *h);
int host_linux_add_port(struct host *h, const char *name, uint32_t *number,
			struct diag *d) MUST_CHECK;
int host_linux_del_port(struct host *h, uint32_t number, struct diag *d) MUST_CHECK;
/* Which devices have gone, or come back, since the last time. */
void host_linux_tell(struct host *h);
/* Upcalls make host_fd() readable from now on. */
int host_linux_wait_for_upcalls(struct host *h, struct diag *d) MUST_CHECK;
int host_linux_fd(const struct host *h);

#endif
