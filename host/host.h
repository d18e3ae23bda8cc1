/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole machine in one object: the kernel, a NIC with its driver, the openvswitch datapath with
 * its ports, the flow API. It is where the two sides of each boundary are plugged together, and the
 * only folder that sees both.
 *
 * The kernel is the model, or this machine's own (params.is_linux): then there is neither NIC nor
 * driver of ours, ports are devices that are added, packets move by themselves, and what upcalls
 * wait is answered by host_set_now(), which is to be called when host_fd() is readable.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "dpif/dpif.h"
#include "engine/engine.h"
#include "netlink/transport.h"
#include "nic/device/device.h"
#include "vswitch/udpif.h"

struct host;
struct knet;
struct mlx5_cmd_fault;
struct mlx5_core_dev;
struct tc;

/* The datapath in a kernel that is not the model: one process at a time has it. */
#define HOST_LINUX_DATAPATH "inhw"

/* What happens without having been asked for, in words. */
typedef void host_report(void *aux, const char *words);

struct host_params {
	host_report *report; /* NULL: nobody wants to know */
	void *report_aux;
	/* The kernel of this machine; what a killed process of ours left of that datapath, and in
	 * tc of its ports, is removed first. Nothing else is touched. */
	bool is_linux;
	unsigned int n_vfs; /* 0: the default, 4 */
	/* What its NIC advertises, read while it is made; NULL: all that the device implements. */
	const struct nic_caps *caps;
	bool no_hw_offload; /* other_config:hw-offload=false */
	enum tc_offload_policy policy;
	uint64_t now_ns;  /* when it is made; 0: as the clock says */
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
struct trace *host_trace(struct host *h);
bool host_is_linux(const struct host *h);
uint64_t host_now_ns(const struct host *h); /* what host_set_now() was told */

/* Of a model; otherwise NULL. */
struct knet *host_kernel(struct host *h);
struct nic_device *host_device(struct host *h);
struct mlx5_core_dev *host_driver(struct host *h); /* NULL: it is removed */
/* Makes commands of the driver fail: borrowed, see nic/cmd/cmd-fault.h. */
struct mlx5_cmd_fault *host_cmd_fault(struct host *h);

/*
 * A device becomes a port of the datapath; a model's are ports from the beginning. When it goes, by
 * itself, so do the flows that have to do with it; when it comes back it gets the same number. 0;
 * -ENODEV: there is no such device; else the kernel's error.
 */
int host_add_port(struct host *h, const char *name, uint32_t *number, struct diag *d) MUST_CHECK;
int host_del_port(struct host *h, uint32_t number, struct diag *d) MUST_CHECK;

/*
 * Threads answer the upcalls from now on, where the kernel is this machine's; whatever else is done
 * with the host is done between host_lock() and host_unlock(), but for host_free(). A model stays
 * with one thread: nothing happens in these three. 0 or negative errno.
 */
int host_start_handlers(struct host *h, struct diag *d) MUST_CHECK;
void host_lock(struct host *h);
void host_unlock(struct host *h);

/* Readable when host_set_now() has something to do; -1: a model, which does it at once. */
int host_fd(const struct host *h);

/* The socket calls of a model kernel for nl_transport_open_inproc(), also of one without a host. */
struct nl_kernel_calls host_kernel_calls(struct knet *kernel);

/*
 * The driver is unloaded: its netdevs go, and what was offloaded with them. And loaded again; the
 * device stays. 0 or negative errno with words; then there is none.
 */
void host_remove_driver(struct host *h);
int host_probe_driver(struct host *h, struct diag *d) MUST_CHECK;

/* Another route socket to its kernel, e.g. for tests; owned by the caller. */
int host_open_route(struct host *h, struct nl_sock **out, struct diag *d) MUST_CHECK;

/*
 * For a clock that is real: rounds of revalidation are measured with it, and the dynamic limit of
 * flows follows. Without (NULL, as at first) it stays where it begins.
 */
void host_set_stopwatch(struct host *h, uint64_t (*now_ns)(void));

/* Moves its clock to @now_ns (monotonic); counters are refreshed when their period has passed. */
void host_set_now(struct host *h, uint64_t now_ns);

/*
 * From now on there is a vswitch, at first without bridges: it answers the upcalls of each packet
 * before host_send() returns, and revalidates flows as host_set_now() lets time pass. 0, also when
 * there is one already, or negative errno.
 */
int host_start_vswitch(struct host *h, struct diag *d) MUST_CHECK;
struct udpif *host_udpif(struct host *h); /* NULL: there is no vswitch */

/*
 * What may decide where a packet goes. A packet that the NIC sends on never comes up; one that it
 * does not know is tried by tc, then by the openvswitch datapath, and then userland is asked.
 */
enum host_decider {
	HOST_DECIDER_UNKNOWN,
	HOST_DECIDER_NIC,
	HOST_DECIDER_TC,
	HOST_DECIDER_DATAPATH,
	HOST_DECIDER_USERLAND, /* it sent the packet itself: the vswitch answered an upcall */
	HOST_N_DECIDERS
};
const char *host_decider_name(enum host_decider decider); /* "hardware", "tc", ... */

/* The way of a packet through the machine. */
struct host_way {
	const char *in; /* the port where it came in; NULL: not known */
	enum host_decider decider;
	bool has_entry; /* of the NIC */
	struct nic_entry_id entry;
	uint32_t tc_chain, tc_prio, tc_handle; /* of tc */
};
/* That of the packet which is just leaving: within host_output(), else it is not known. */
void host_way(const struct host *h, struct host_way *way);
/* "in pf0vf0 -> hardware: table 11 group 12 entry 0 -> out p0", cut to @size with the NUL. */
void host_way_format(char *buf, size_t size, const struct host_way *way, const char *out);
/* How many packets have left, by who decided it: HOST_N_DECIDERS numbers, borrowed. */
const uint64_t *host_outputs(const struct host *h);

/* Where packets come out of the machine: the wire or a VF. The frame is borrowed during the call.
 */
typedef void host_output(void *aux, const char *port, const void *frame, size_t size);
void host_set_output(struct host *h, host_output *output, void *aux);

/*
 * From now on the ports of a model can be joined to the outside world (engine/engine.h): what
 * leaves goes there, and to host_output() too. 0, also when it is there already, or negative errno.
 */
int host_start_engine(struct host *h, struct diag *d) MUST_CHECK;
struct engine *host_engine(struct host *h); /* NULL: none */

/*
 * For a loop: host_set_now(), then what waits at the ports, a bounded number of packets. Returns
 * how many. The loop calls it again at once when there were any; else when engine_fd() or host_fd()
 * is readable, or the time is host_next_ns(), UINT64_MAX: never.
 */
size_t host_run(struct host *h, uint64_t now_ns);
uint64_t host_next_ns(const struct host *h);

/*
 * A packet comes in at @port: from the wire for an uplink, sent by the VF for its representor.
 * One that a host_output() sends is copied and comes in when those before it are through, before
 * the outermost call returns. -ENODEV: no such port; -ENOBUFS: HOST_PENDING_MAX wait.
 */
#define HOST_PENDING_MAX 1024u
int host_send(struct host *h, const char *port, const void *frame, size_t size,
	      struct diag *d) MUST_CHECK;
/* @n of them that come in together: the vswitch answers their upcalls after the last. */
int host_send_batch(struct host *h, const char *port, const struct nic_frame *frames, size_t n,
		    struct diag *d) MUST_CHECK;

#endif
