/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/host_internal.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "dpif/dpif-netlink.h"
#include "kernel/netlink/af_netlink.h"
#include "kernel/stack/stack.h"
#include "netlink/sock.h"
#include "netlink/transport.h"
#include "nic/device/log.h"
#include "nic/driver/mlx5.h"
#include "offload/offload-provider.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <stdio.h>

#define VFS_DEFAULT 4
#define DATAPATH    "ovs-system"

/* ---- boundary 1: the model kernel behind the socket calls of a transport ---- */

static void *kernel_socket(void *kernel, int protocol, uint32_t *port)
{
	struct ksock *sk = ksock_socket(kernel, protocol, port);

	if (sk) {
		ksock_set_ext_ack(sk, true);
		ksock_set_cap_ack(sk, true);
	}
	return sk;
}

static int kernel_sendmsg(void *sock, const struct iovec *iov, size_t n)
{
	return ksock_sendmsg(sock, iov, n);
}

static ssize_t kernel_recvmsg(void *sock, void *buf, size_t cap)
{
	return ksock_recvmsg(sock, buf, cap);
}

static int kernel_join(void *sock, uint32_t group)
{
	return ksock_join(sock, group);
}

static void kernel_close(void *sock)
{
	ksock_close(sock);
}

static bool kernel_has_message(const void *sock)
{
	return ksock_has_message(sock);
}

static void kernel_set_rcvbuf(void *sock, size_t bytes)
{
	ksock_set_rcvbuf(sock, bytes);
}

struct nl_kernel_calls host_kernel_calls(struct knet *kernel)
{
	return (struct nl_kernel_calls){
		.kernel = kernel,
		.socket = kernel_socket,
		.sendmsg = kernel_sendmsg,
		.recvmsg = kernel_recvmsg,
		.join = kernel_join,
		.close = kernel_close,
		.has_message = kernel_has_message,
		.set_rcvbuf = kernel_set_rcvbuf,
	};
}

static int open_sock(struct host *h, int protocol, struct nl_sock **out, struct diag *d)
{
	const struct nl_kernel_calls calls = host_kernel_calls(h->kernel);
	struct nl_transport *t;
	int err = h->params.is_linux ? nl_transport_open_linux(&t, protocol, d)
				     : nl_transport_open_inproc(&t, &calls, protocol, d);

	if (err)
		return err;
	if (h->params.wrap) {
		t = h->params.wrap(h->params.wrap_aux, t);
		if (!t)
			return diag_set(d, -ENOMEM, "no memory for a transport");
	}
	return nl_sock_new(out, t, &h->trace, d);
}

int host_open_route(struct host *h, struct nl_sock **out, struct diag *d)
{
	return open_sock(h, NETLINK_ROUTE, out, d);
}

/* ---- boundary 3: the device behind the driver's two fronts ---- */

static int device_xmit(void *device, u32 sqn, const void *frame, size_t size)
{
	return nic_device_xmit(device, sqn, frame, size) == NIC_DROP_ERROR ? -EIO : 0;
}

static void device_output(void *aux, uint16_t vport, const void *frame, size_t size)
{
	struct host *h = aux;
	struct net_device *dev;
	struct host_way way;

	host_way(h, &way);
	h->n_outputs[way.decider]++;
	if (h->engine)
		engine_output(h->engine, vport, frame, size);
	if (!h->output)
		return;
	list_for_each_entry (dev, &h->kernel->devs, link) {
		if (mlx5_vport_of(dev) == vport) {
			h->output(h->output_aux, dev->name, frame, size);
			return;
		}
	}
}

static void device_to_manager(void *aux, uint32_t reg_c_0, const void *frame, size_t size)
{
	struct host *h = aux;
	const struct net_device *in = h->in;

	if (!h->driver)
		return;
	h->in = NULL;
	mlx5_receive(h->driver, reg_c_0, frame, size);
	h->in = in;
}

static int new_loopback(struct host *h, struct diag *d)
{
	static const struct net_device_ops loopback_ops;
	int err;

	snprintf(h->lo.name, sizeof h->lo.name, "lo");
	h->lo.netdev_ops = &loopback_ops;
	h->lo.flags = IFF_UP | IFF_LOOPBACK;
	h->lo.mtu = 65536;
	h->lo.type = ARPHRD_LOOPBACK;
	err = register_netdevice(h->kernel, &h->lo);
	return err ? diag_set(d, err, "making lo: %s", diag_strerror(err)) : 0;
}

int host_probe_driver(struct host *h, struct diag *d)
{
	const struct mlx5_params params = { .n_vfs = h->params.n_vfs,
					    .syndrome_words = nic_syndrome_words,
					    .cmd = cmd_fault_front(&h->fault),
					    .packets = { h->device, device_xmit } };

	return h->driver ? 0 : mlx5_probe(&h->driver, h->kernel, &params, d);
}

void host_remove_driver(struct host *h)
{
	mlx5_remove(h->driver);
	h->driver = NULL;
}

static int new_nic(struct host *h, struct diag *d)
{
	const struct nic_params nic = { .n_vfs = h->params.n_vfs,
					.trace = &h->trace,
					.caps = h->params.caps };
	const struct nic_sink sink = { h, device_output, device_to_manager };
	int err = nic_device_new(&h->device, &nic);

	if (err)
		return diag_set(d, err, "making the device: %s", diag_strerror(err));
	nic_device_set_sink(h->device, &sink);
	if (h->params.command_log && nic_device_log_start(h->device))
		return diag_set(d, -ENOMEM, "no memory for the command log");
	cmd_fault_init(&h->fault, &(struct mlx5_cmd_front){ h->device, nic_device_exec });
	h->params.caps = NULL; /* it was borrowed */
	return host_probe_driver(h, d);
}

/* ---- userland: what ovs-vswitchd sets up at its start ---- */

static int new_offload(struct host *h, struct offload **out, struct diag *d)
{
	struct offload_config *config;
	struct nl_sock *route;
	struct tc *tc = NULL;
	int err;

	err = host_open_route(h, &route, d);
	if (!err)
		err = tc_new(&tc, route, d);
	if (!err)
		err = offload_new(out, tc, &h->trace, d);
	if (err)
		return err;
	config = offload_config(*out);
	config->enabled = !h->params.no_hw_offload;
	config->policy = h->params.policy;
	offload_set_now(*out, h->now_ns / NSEC_PER_MSEC);
	err = netdev_register_flow_api_provider(*out, &netdev_offload_tc, d);
	if (err) {
		offload_free(*out);
		*out = NULL;
	}
	return err;
}

static int add_ports(struct host *h, struct diag *d)
{
	struct net_device *dev;

	list_for_each_entry (dev, &h->kernel->devs, link) {
		uint32_t number = UINT32_MAX;
		int err;

		if (mlx5_vport_of(dev) < 0)
			continue;
		err = dpif_port_add(h->dpif, dev->name, "system", &number, d);
		if (err) {
			diag_context(d, "adding port %s", dev->name);
			return err;
		}
	}
	return 0;
}

int host_open_userland(struct host *h, struct nl_sock **genl, struct offload **offload,
		       struct diag *d)
{
	int err;

	*offload = NULL;
	err = new_offload(h, offload, d);
	if (err)
		return err;
	err = open_sock(h, NETLINK_GENERIC, genl, d);
	if (err)
		offload_free(*offload);
	return err;
}

static int new_datapath(struct host *h, struct diag *d)
{
	struct offload *offload;
	struct nl_sock *genl;
	int err = host_open_userland(h, &genl, &offload, d);

	if (err)
		return err;
	err = dpif_netlink_open(&h->dpif, DATAPATH, true, genl, offload, &h->trace, d);
	return err ? err : add_ports(h, d);
}

static int new_model(struct host *h, struct diag *d)
{
	int err = kstack_new(&h->kernel, &h->trace);

	if (err)
		return diag_set(d, err, "making the kernel: %s", diag_strerror(err));
	h->kernel->now_ns = h->now_ns;
	err = new_loopback(h, d);
	if (!err)
		err = new_nic(h, d);
	return err ? err : new_datapath(h, d);
}

int host_new(struct host **out, const struct host_params *params, struct diag *d)
{
	struct host *h = mem_new(sizeof *h);
	int err;

	*out = NULL;
	if (!h)
		return diag_set(d, -ENOMEM, "no memory for a host");
	h->params = *params;
	list_init(&h->pending);
	if (!h->params.n_vfs)
		h->params.n_vfs = VFS_DEFAULT;
	trace_init(&h->trace);
	h->trace.recording = params->trace_setup;
	h->now_ns = params->now_ns ? params->now_ns : clock_now_ns();
	h->report = params->report;
	h->report_aux = params->report_aux;
	err = params->is_linux ? host_linux_open(h, d) : new_model(h, d);
	if (err)
		goto fail;
	h->trace.recording = false;
	trace_forget(&h->trace);
	*out = h;
	return 0;

fail:
	host_free(h);
	return err;
}

/*
 * Order: userland first, since it removes its filters from the kernel; then the driver, which
 * unregisters its netdevs; then what they stood on.
 */
void host_free(struct host *h)
{
	if (!h)
		return;
	engine_free(h->engine);
	udpif_free(h->udpif);
	vswitch_free(h->vswitch);
	if (h->params.is_linux)
		host_linux_close(h);
	else if (h->dpif)
		dpif_close(h->dpif);
	if (h->driver)
		mlx5_remove(h->driver);
	nic_device_free(h->device);
	if (h->lo.net)
		unregister_netdevice(&h->lo);
	if (h->kernel)
		kstack_free(h->kernel);
	trace_fini(&h->trace);
	mem_free(h);
}

struct dpif *host_dpif(struct host *h)
{
	return h->dpif;
}

struct knet *host_kernel(struct host *h)
{
	return h->kernel;
}

struct nic_device *host_device(struct host *h)
{
	return h->device;
}

struct mlx5_core_dev *host_driver(struct host *h)
{
	return h->driver;
}

struct mlx5_cmd_fault *host_cmd_fault(struct host *h)
{
	return h->params.is_linux ? NULL : &h->fault;
}

bool host_is_linux(const struct host *h)
{
	return h->params.is_linux;
}

uint64_t host_now_ns(const struct host *h)
{
	return h->now_ns;
}

struct trace *host_trace(struct host *h)
{
	return &h->trace;
}

void host_set_stopwatch(struct host *h, uint64_t (*now_ns)(void))
{
	h->stopwatch = now_ns;
}

/* How long a run takes is how long its rounds take: upcalls are a small part when there are many
 * flows, and where there are few it does not matter. */
static int run_vswitch(struct host *h, uint64_t now_ns, struct diag *d)
{
	uint64_t n_rounds, begin_ns;
	int err;

	if (!h->udpif)
		return 0;
	if (!h->stopwatch)
		return udpif_run(h->udpif, now_ns, d);
	n_rounds = udpif_counters(h->udpif)->n_rounds;
	begin_ns = h->stopwatch();
	err = udpif_run(h->udpif, now_ns, d);
	n_rounds = udpif_counters(h->udpif)->n_rounds - n_rounds;
	if (n_rounds)
		udpif_round_took(h->udpif, (h->stopwatch() - begin_ns) / n_rounds / NSEC_PER_MSEC);
	return err;
}

/* A frame that came in while another was on its way. */
struct pending {
	struct list link;
	uint16_t vport;
	size_t size;
	uint8_t frame[];
};

/* As a ring does: neither kernel nor device are entered from inside themselves. */
static int put_off(struct host *h, uint16_t vport, const void *frame, size_t size, struct diag *d)
{
	struct pending *p;

	if (h->n_pending == HOST_PENDING_MAX)
		return diag_set(d, -ENOBUFS, "%u packets wait already", HOST_PENDING_MAX);
	p = mem_new(sizeof *p + size);
	if (!p)
		return diag_set(d, -ENOMEM, "no memory for a packet");
	p->vport = vport;
	p->size = size;
	memcpy(p->frame, frame, size);
	list_add_before(&h->pending, &p->link);
	h->n_pending++;
	return 0;
}

static struct net_device *find_vport(const struct host *h, uint32_t vport)
{
	struct net_device *dev;

	list_for_each_entry (dev, &h->kernel->devs, link)
		if (mlx5_vport_of(dev) == (int)vport)
			return dev;
	return NULL;
}

/* Frames that come in together; what they make come up is answered after the last. */
static int receive(struct host *h, const struct net_device *dev, const struct nic_frame *frames,
		   size_t n, struct diag *d)
{
	h->in = dev;
	for (size_t i = 0; i < n; i++)
		nic_device_receive(h->device, (uint16_t)mlx5_vport_of(dev), frames[i].data,
				   frames[i].size);
	h->in = NULL;
	return run_vswitch(h, h->now_ns, d);
}

/* What was put off; the first error, with words. */
static int receive_pending(struct host *h, struct diag *d)
{
	int first = 0;

	while (h->n_pending) {
		struct pending *p = list_entry(h->pending.next, struct pending, link);
		const struct nic_frame frame = { p->frame, (uint32_t)p->size };
		const struct net_device *dev = find_vport(h, p->vport);
		int err;

		list_del(&p->link);
		h->n_pending--;
		err = dev ? receive(h, dev, &frame, 1, first ? NULL : d) : 0;
		first = first ? first : err;
		mem_free(p);
	}
	return first;
}

void host_set_now(struct host *h, uint64_t now_ns)
{
	bool was_busy = h->is_busy;

	h->is_busy = true;
	h->now_ns = now_ns;
	if (h->engine)
		engine_set_now(h->engine, now_ns);
	offload_set_now(dpif_offload(h->dpif), now_ns / NSEC_PER_MSEC);
	if (!h->params.is_linux) {
		h->kernel->now_ns = now_ns;
		if (h->driver)
			mlx5_work(h->driver, false);
	}
	(void)!run_vswitch(h, now_ns, NULL); /* the next round tries again */
	if (h->params.is_linux)
		host_linux_tell(h);
	if (!was_busy)
		(void)!receive_pending(h, NULL);
	h->is_busy = was_busy;
}

int host_start_vswitch(struct host *h, struct diag *d)
{
	int err;

	if (h->udpif)
		return 0;
	err = vswitch_new(&h->vswitch, d);
	if (!err)
		err = udpif_new(&h->udpif, h->vswitch, h->dpif, h->now_ns, d);
	if (!err && h->params.is_linux)
		err = host_linux_wait_for_upcalls(h, d);
	if (err) {
		udpif_free(h->udpif);
		h->udpif = NULL;
		vswitch_free(h->vswitch);
		h->vswitch = NULL;
	}
	return err;
}

struct udpif *host_udpif(struct host *h)
{
	return h->udpif;
}

void host_set_output(struct host *h, host_output *output, void *aux)
{
	h->output = output;
	h->output_aux = aux;
}

int host_add_port(struct host *h, const char *name, uint32_t *number, struct diag *d)
{
	const struct flow_ports *ports = dpif_ports(h->dpif);

	if (ports->number(ports->aux, name, strlen(name), number))
		return 0;
	if (h->params.is_linux)
		return host_linux_add_port(h, name, number, d);
	*number = UINT32_MAX;
	return dpif_port_add(h->dpif, name, "system", number, d);
}

int host_del_port(struct host *h, uint32_t number, struct diag *d)
{
	return h->params.is_linux ? host_linux_del_port(h, number, d) : 0;
}

int host_fd(const struct host *h)
{
	return h->params.is_linux ? host_linux_fd(h) : -1;
}

/* ---- packets from and to the outside ---- */

/* A port of the model's NIC, or NULL. */
static struct net_device *find_port(const struct host *h, const char *name)
{
	struct net_device *dev = h->kernel ? dev_get_by_name(h->kernel, name) : NULL;

	return dev && mlx5_vport_of(dev) >= 0 ? dev : NULL;
}

static int put_off_all(struct host *h, const struct net_device *dev, const struct nic_frame *frames,
		       size_t n, struct diag *d)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = put_off(h, (uint16_t)mlx5_vport_of(dev), frames[i].data, frames[i].size, d);
	return err;
}

/* With what their outputs send; that waits until the way is free. */
static int send_in(struct host *h, const struct net_device *dev, const struct nic_frame *frames,
		   size_t n, struct diag *d)
{
	int err, pending;

	if (h->is_busy)
		return put_off_all(h, dev, frames, n, d);
	h->is_busy = true;
	err = receive(h, dev, frames, n, d);
	pending = receive_pending(h, err ? NULL : d);
	h->is_busy = false;
	return err ? err : pending;
}

int host_send_batch(struct host *h, const char *port, const struct nic_frame *frames, size_t n,
		    struct diag *d)
{
	const struct net_device *dev = find_port(h, port);

	if (!h->kernel)
		return diag_set(d, -EOPNOTSUPP,
				"the kernel is this machine's own: send from where "
				"%s leads to",
				port);
	if (!dev)
		return diag_set(d, -ENODEV, "%s: no port of the NIC is called that", port);
	return send_in(h, dev, frames, n, d);
}

int host_send(struct host *h, const char *port, const void *frame, size_t size, struct diag *d)
{
	const struct nic_frame f = { frame, (uint32_t)size };

	return host_send_batch(h, port, &f, 1, d);
}

/* The engine's numbers are vports. */
static bool engine_find_port(void *aux, const char *name, uint32_t *number)
{
	const struct net_device *dev = find_port(aux, name);

	if (dev)
		*number = (uint32_t)mlx5_vport_of(dev);
	return dev;
}

static void engine_send(void *aux, uint32_t port, const struct engine_frame *frames, size_t n)
{
	struct host *h = aux;
	const struct net_device *dev = find_vport(h, port);

	/* One by one: the same packets have the same ways, however they come in batches. */
	for (size_t i = 0; dev && i < n; i++) {
		const struct nic_frame f = { frames[i].data, frames[i].size };

		(void)!send_in(h, dev, &f, 1, NULL);
	}
}

static void engine_describe_way(void *aux, uint32_t port, char *buf)
{
	const struct host *h = aux;
	const struct net_device *dev = find_vport(h, port);
	struct host_way way;

	host_way(h, &way);
	host_way_format(buf, ENGINE_WAY_MAX, &way, dev ? dev->name : "?");
}

static uint64_t realtime_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * NSEC_PER_SEC + (uint64_t)t.tv_nsec;
}

int host_start_engine(struct host *h, struct diag *d)
{
	const struct engine_host calls = { h, engine_find_port, engine_send, engine_describe_way };

	int err;

	if (h->engine)
		return 0;
	if (!h->kernel)
		return diag_set(d, -EOPNOTSUPP,
				"the kernel is this machine's own: its devices are the ports");
	err = engine_new(&h->engine, &calls, realtime_ns() - h->now_ns, d);
	if (!err)
		engine_set_now(h->engine, h->now_ns);
	return err;
}

struct engine *host_engine(struct host *h)
{
	return h->engine;
}

size_t host_run(struct host *h, uint64_t now_ns)
{
	host_set_now(h, now_ns);
	return h->engine ? engine_run(h->engine, now_ns) : 0;
}

uint64_t host_next_ns(const struct host *h)
{
	uint64_t packets = h->engine ? engine_next_ns(h->engine) : UINT64_MAX;
	uint64_t round = h->udpif ? udpif_next_ns(h->udpif) : UINT64_MAX;

	return packets < round ? packets : round;
}

/* ---- the way of a packet ---- */

const char *host_decider_name(enum host_decider decider)
{
	static const char *const names[HOST_N_DECIDERS] = {
		[HOST_DECIDER_UNKNOWN] = "unknown", [HOST_DECIDER_NIC] = "hardware",
		[HOST_DECIDER_TC] = "tc",	    [HOST_DECIDER_DATAPATH] = "datapath",
		[HOST_DECIDER_USERLAND] = "upcall",
	};

	return names[decider];
}

void host_way(const struct host *h, struct host_way *way)
{
	static const enum host_decider deciders[KNET_N_HANDLERS] = {
		[KNET_HANDLER_NONE] = HOST_DECIDER_UNKNOWN,
		[KNET_HANDLER_TC] = HOST_DECIDER_TC,
		[KNET_HANDLER_OVS] = HOST_DECIDER_DATAPATH,
		[KNET_HANDLER_EXECUTE] = HOST_DECIDER_USERLAND,
	};
	const struct knet_way *kernel = &h->kernel->way;
	const struct net_device *in = h->in ? h->in : kernel->in;

	*way = (struct host_way){ .in = in ? in->name : NULL,
				  .decider = h->in ? HOST_DECIDER_NIC : deciders[kernel->handler],
				  .tc_chain = kernel->tc_chain,
				  .tc_prio = kernel->tc_prio,
				  .tc_handle = kernel->tc_handle };
	way->has_entry = h->in && nic_device_sender(h->device, &way->entry);
}

void host_way_format(char *buf, size_t size, const struct host_way *way, const char *out)
{
	char detail[64] = "";

	if (way->has_entry)
		snprintf(detail, sizeof detail, ": table %u group %u entry %u", way->entry.table,
			 way->entry.group, way->entry.index);
	else if (way->decider == HOST_DECIDER_TC)
		snprintf(detail, sizeof detail, ": chain %u prio %u handle 0x%x", way->tc_chain,
			 way->tc_prio, way->tc_handle);
	snprintf(buf, size, "in %s -> %s%s -> out %s", way->in ? way->in : "unknown",
		 host_decider_name(way->decider), detail, out);
}

const uint64_t *host_outputs(const struct host *h)
{
	return h->n_outputs;
}

int host_start_handlers(struct host *h, struct diag *d)
{
	return h->params.is_linux ? udpif_start_handlers(h->udpif, d) : 0;
}

void host_lock(struct host *h)
{
	if (h->params.is_linux && h->udpif)
		udpif_lock(h->udpif);
}

void host_unlock(struct host *h)
{
	if (h->params.is_linux && h->udpif)
		udpif_unlock(h->udpif);
}
