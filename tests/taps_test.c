/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine at taps and interfaces of the Linux that the test runs on, in network namespaces of
 * its own, for which no privileges are needed where user namespaces are allowed. Without and with
 * workers.
 */
#include "tests/machine.h"

#include "base/clock.h"
#include "host/loop.h"
#include "kernel/core/knet.h"
#include "packet/packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/virtio_net.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PINGS	   20
#define PATIENCE   (5 * NSEC_PER_SEC) /* for what comes within microseconds on an idle machine */
#define WIRE_FRAME 1500

static char why_not[128]; /* why there are no namespaces; "": there are */
static int namespaces[2]; /* descriptors */

/* ---- namespaces ---- */

PRINTF_LIKE(2, 3)
static bool write_file(const char *path, const char *fmt, ...)
{
	char text[64];
	va_list args;
	int fd = open(path, O_WRONLY | O_CLOEXEC), len;
	bool is_written;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	is_written = fd >= 0 && write(fd, text, (size_t)len) == len;
	if (fd >= 0)
		close(fd);
	return is_written;
}

/* root of a user namespace of our own. */
static bool become_root(void)
{
	unsigned int uid = getuid(), gid = getgid();

	return !unshare(CLONE_NEWUSER) && write_file("/proc/self/setgroups", "deny") &&
	       write_file("/proc/self/uid_map", "0 %u 1", uid) &&
	       write_file("/proc/self/gid_map", "0 %u 1", gid);
}

static int new_namespace(void)
{
	return unshare(CLONE_NEWNET) ? -1 : open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

static void make_namespaces(void)
{
	int fd;

	if (!become_root()) {
		snprintf(why_not, sizeof why_not, "no user namespace: %s", strerror(errno));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++) {
		namespaces[i] = new_namespace();
		if (namespaces[i] < 0)
			snprintf(why_not, sizeof why_not, "no network namespace: %s",
				 strerror(errno));
	}
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		snprintf(why_not, sizeof why_not, "/dev/net/tun: %s", strerror(errno));
	else
		close(fd);
}

static void need_namespaces(void)
{
	if (!*why_not)
		return;
	print_message("# left out: %s\n", why_not);
	skip();
}

static void enter(size_t i)
{
	assert_int_equal(setns(namespaces[i], CLONE_NEWNET), 0);
}

/* In the namespace where we are. */
static void set_address(const char *name, const char *address)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { 0 };

	snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", name);
	inet_pton(AF_INET, address, &sin.sin_addr);
	memcpy(&ifr.ifr_addr, &sin, sizeof sin);
	assert_int_equal(ioctl(fd, SIOCSIFADDR, &ifr), 0);
	inet_pton(AF_INET, "255.255.255.0", &sin.sin_addr);
	memcpy(&ifr.ifr_netmask, &sin, sizeof sin);
	assert_int_equal(ioctl(fd, SIOCSIFNETMASK, &ifr), 0);
	close(fd);
}

static void turn(const char *name, bool on)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { 0 };

	snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", name);
	assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &ifr), 0);
	ifr.ifr_flags = (short)((ifr.ifr_flags & ~IFF_UP) | (on ? IFF_UP : 0));
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

/* Without IPv6 an interface says nothing unasked. */
static void be_silent(void)
{
	(void)!write_file("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	(void)!write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
}

static void delete_interface(const char *name)
{
	struct {
		struct nlmsghdr n;
		struct ifinfomsg i;
	} m = { { sizeof m, RTM_DELLINK, NLM_F_REQUEST, 0, 0 },
		{ .ifi_index = (int)if_nametoindex(name) } };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	assert_int_equal(send(fd, &m, sizeof m, 0), sizeof m);
	close(fd);
}

/* ---- the machine ---- */

struct world {
	struct machine m;
	struct engine *engine;
	uint64_t n_icmp[HOST_N_DECIDERS]; /* echo packets that left, by who decided it */
};

static void look(void *aux, const char *port, const void *frame, size_t size)
{
	const uint8_t *f = frame;
	struct world *w = aux;
	struct host_way way;

	host_way(w->m.host, &way);
	w->n_icmp[way.decider] += size > 34 && get_be16(f + 12) == 0x0800 && f[23] == IPPROTO_ICMP;
}

static void set_up(struct world *w, unsigned int n_workers)
{
	static const char *const ports[] = { "p0", "pf0vf0", "pf0vf1" };

	memset(w, 0, sizeof *w);
	machine_init(&w->m, NULL);
	host_set_output(w->m.host, look, w);
	machine_add_rule(&w->m, machine_add_bridge(&w->m, ports, ARRAY_SIZE(ports)),
			 "actions=NORMAL");
	assert_int_equal(host_start_engine(w->m.host, &w->m.diag), 0);
	w->engine = host_engine(w->m.host);
	assert_int_equal(engine_set_workers(w->engine, n_workers, &w->m.diag), 0);
}

static void attach(struct world *w, const char *port, const char *spec)
{
	diag_init(&w->m.diag);
	if (engine_attach(w->engine, port, spec, &w->m.diag))
		fail_msg("%s: %s", spec, w->m.diag.words);
}

/* Real time, until @fd is readable; false: it took too long. */
static bool run_until_readable(struct world *w, int fd)
{
	const struct host_loop loop = { .for_ns = PATIENCE, .stop_fd = fd };
	struct host_ran ran;

	assert_int_equal(host_loop(w->m.host, &loop, &ran, &w->m.diag), 0);
	return ran.is_stopped;
}

static struct engine_counters counters_of(struct world *w, const char *port)
{
	struct engine_port_info info;

	for (size_t i = 0; engine_port_info(w->engine, i, &info); i++)
		if (!strcmp(info.port, port))
			return info.counters;
	fail_msg("%s is not attached", port);
	return info.counters;
}

/* ---- a ping ---- */

static int open_ping(const char *to)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP);

	inet_pton(AF_INET, to, &sin.sin_addr);
	assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&sin, sizeof sin), 0);
	return fd;
}

static void ping_once(struct world *w, int fd, uint16_t number)
{
	struct icmphdr h = { .type = ICMP_ECHO };
	uint8_t answer[256];
	ssize_t n;

	h.un.echo.sequence = htons(number);
	h.checksum = checksum_end(checksum_add(0, &h, sizeof h));
	assert_int_equal(send(fd, &h, sizeof h, 0), sizeof h);
	if (!run_until_readable(w, fd))
		fail_msg("ping %u had no answer", number);
	n = recv(fd, answer, sizeof answer, 0);
	assert_int_equal(n, 20 + sizeof h);
	assert_int_equal(answer[20], ICMP_ECHOREPLY);
	assert_int_equal(get_be16(answer + 26), number);
}

static void ping_between_namespaces(unsigned int n_workers)
{
	static struct world w;
	int fd;

	need_namespaces();
	set_up(&w, n_workers);
	for (size_t i = 0; i < 2; i++) {
		enter(i);
		be_silent();
		attach(&w, i ? "pf0vf1" : "pf0vf0", "tap:inhw0");
		set_address("inhw0", i ? "10.9.0.2" : "10.9.0.1");
	}
	assert_true(engine_is_live(w.engine));
	enter(0);
	fd = open_ping("10.9.0.2");
	for (uint16_t i = 0; i < PINGS; i++)
		ping_once(&w, fd, i);
	close(fd);
	/* ARP has taught the bridge both stations: each direction asks userland once. */
	assert_int_equal(w.n_icmp[HOST_DECIDER_USERLAND], 2);
	assert_int_equal(w.n_icmp[HOST_DECIDER_NIC], 2 * PINGS - 2);
	assert_true(counters_of(&w, "pf0vf0").tx_packets >= PINGS);
	assert_int_equal(counters_of(&w, "pf0vf0").tx_dropped, 0);
	assert_int_equal(counters_of(&w, "pf0vf1").rx_dropped, 0);
	machine_fini(&w.m);
}

static void a_ping_between_two_taps_starts_in_software_and_goes_on_in_hardware(void **state)
{
	ping_between_namespaces(0);
}

static void the_same_with_two_workers(void **state)
{
	ping_between_namespaces(2);
}

/* ---- an interface ---- */

struct wire {
	int fd; /* the far end of the interface inhw1 */
};

static void make_wire(struct wire *wire)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, .ifr_name = "inhw1" };

	enter(0);
	be_silent();
	wire->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_int_equal(ioctl(wire->fd, TUNSETIFF, &ifr), 0);
	turn("inhw1", true);
}

/* @open_checksum: its checksum of UDP is left to the hardware, as a local sender does. */
static void wire_send(const struct wire *wire, const uint8_t *frame, size_t size,
		      bool open_checksum)
{
	uint8_t bytes[sizeof(struct virtio_net_hdr) + PACKET_MAX];
	const struct virtio_net_hdr h = { .flags = open_checksum ? VIRTIO_NET_HDR_F_NEEDS_CSUM : 0,
					  .csum_start = 34,
					  .csum_offset = 6 };

	memcpy(bytes, &h, sizeof h);
	memcpy(bytes + sizeof h, frame, size);
	assert_int_equal(write(wire->fd, bytes, sizeof h + size), sizeof h + size);
}

static size_t wire_receive(const struct wire *wire, uint8_t *frame)
{
	uint8_t bytes[sizeof(struct virtio_net_hdr) + PACKET_MAX];
	ssize_t n = read(wire->fd, bytes, sizeof bytes);

	assert_true(n > (ssize_t)sizeof(struct virtio_net_hdr));
	n -= (ssize_t)sizeof(struct virtio_net_hdr);
	memcpy(frame, bytes + sizeof(struct virtio_net_hdr), (size_t)n);
	return (size_t)n;
}

/* A broadcast of UDP, which the machine floods; one VLAN tag when @vid is not 0. */
static size_t make_frame(uint8_t *frame, uint16_t vid)
{
	static const uint8_t udp[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0,  0,  0, 9,	 8,  0,
		0x45, 0,    0,	  46,	0,    0,    0, 0, 64, 17, 0, 0,	 10, 9,
		0,    1,    10,	  9,	0,    255,  4, 0, 0,  9,  0, 26, 0,  0,
	};
	uint8_t buf[PACKET_HEADROOM + 64];
	struct packet p;

	packet_init(&p, buf, sizeof buf);
	memset(p.data, 0x5a, 60);
	memcpy(p.data, udp, sizeof udp);
	p.size = 60;
	packet_set_checksums(&p, true, true);
	if (vid)
		assert_int_equal(packet_push_vlan(&p, be16_from_host(0x8100), be16_from_host(vid)),
				 0);
	memcpy(frame, p.data, p.size);
	return p.size;
}

static void frames_pass_an_interface_both_ways(unsigned int n_workers)
{
	uint8_t frame[PACKET_MAX], got[PACKET_MAX];
	static struct world w;
	struct wire wire;
	size_t size;

	need_namespaces();
	set_up(&w, n_workers);
	make_wire(&wire);
	attach(&w, "p0", "packet:inhw1");
	attach(&w, "pf0vf0", "tap:inhw0");
	for (uint16_t vid = 0; vid < 3; vid++) {
		const struct host_loop loop = { .for_ns = 20 * NSEC_PER_MSEC, .stop_fd = -1 };
		struct host_ran ran = { 0 };

		size = make_frame(frame, vid);
		wire_send(&wire, frame, size, false);
		for (int i = 0; i < 100 && !ran.n_packets; i++)
			assert_int_equal(host_loop(w.m.host, &loop, &ran, &w.m.diag), 0);
		assert_int_equal(ran.n_packets, 1);
		assert_int_equal(counters_of(&w, "p0").rx_packets, vid + 1);
		/* Out again: with the tag in its place. */
		frame[11] = 8;
		assert_int_equal(host_send(w.m.host, "pf0vf1", frame, size, &w.m.diag), 0);
		assert_true(run_until_readable(&w, wire.fd));
		assert_int_equal(wire_receive(&wire, got), size);
		assert_memory_equal(got, frame, size);
	}
	assert_int_equal(counters_of(&w, "p0").rx_bytes, 60 + 64 + 64);
	assert_int_equal(counters_of(&w, "p0").tx_packets, 3);
	close(wire.fd);
	machine_fini(&w.m);
}

static void frames_pass_an_interface_both_ways_with_their_tags(void **state)
{
	frames_pass_an_interface_both_ways(0);
}

static void frames_pass_an_interface_by_a_worker(void **state)
{
	frames_pass_an_interface_both_ways(1);
}

static void an_interface_that_is_turned_off_and_on_goes_on(unsigned int n_workers)
{
	const struct host_loop loop = { .for_ns = 20 * NSEC_PER_MSEC, .stop_fd = -1 };
	struct host_ran ran = { 0 };
	uint8_t frame[PACKET_MAX];
	static struct world w;
	struct wire wire;
	size_t size;

	need_namespaces();
	set_up(&w, n_workers);
	make_wire(&wire);
	attach(&w, "p0", "packet:inhw1");
	size = make_frame(frame, 0);
	frame[11] = 8;
	turn("inhw1", false);
	assert_int_equal(host_loop(w.m.host, &loop, &ran, &w.m.diag), 0);
	assert_int_equal(host_send(w.m.host, "pf0vf1", frame, size, &w.m.diag), 0);
	for (int i = 0; i < 100 && !counters_of(&w, "p0").tx_dropped; i++)
		assert_int_equal(host_loop(w.m.host, &loop, &ran, &w.m.diag), 0);
	assert_int_equal(counters_of(&w, "p0").tx_dropped, 1);
	turn("inhw1", true);
	frame[11] = 9;
	wire_send(&wire, frame, size, false);
	for (int i = 0; i < 100 && !ran.n_packets; i++)
		assert_int_equal(host_loop(w.m.host, &loop, &ran, &w.m.diag), 0);
	assert_int_equal(ran.n_packets, 1);
	close(wire.fd);
	machine_fini(&w.m);
}

static void an_interface_that_was_off_goes_on(void **state)
{
	an_interface_that_is_turned_off_and_on_goes_on(0);
}

static void an_interface_that_was_off_goes_on_at_a_worker(void **state)
{
	an_interface_that_is_turned_off_and_on_goes_on(1);
}

static uint8_t seen[PACKET_MAX];
static size_t seen_size;

static void see(void *aux, const char *port, const void *frame, size_t size)
{
	memcpy(seen, frame, size);
	seen_size = size;
}

static void checksums_that_a_sender_left_open_are_completed(void **state)
{
	uint8_t frame[PACKET_MAX], open[PACKET_MAX];
	static struct world w;
	struct wire wire;
	size_t size;

	need_namespaces();
	set_up(&w, 0);
	make_wire(&wire);
	attach(&w, "p0", "packet:inhw1");
	host_set_output(w.m.host, see, NULL);
	size = make_frame(frame, 0);
	memcpy(open, frame, size);
	put_be16(open + 40, 0x1234); /* what is there is a part of the sum at best */
	wire_send(&wire, open, size, true);
	seen_size = 0;
	for (uint64_t end = clock_now_ns() + PATIENCE; !seen_size && clock_now_ns() < end;)
		host_run(w.m.host, host_kernel(w.m.host)->now_ns + 1);
	assert_int_equal(seen_size, size);
	assert_memory_equal(seen, frame, size);
	close(wire.fd);
	machine_fini(&w.m);
}

static void what_finds_no_room_in_a_ring_is_counted(void **state)
{
	uint8_t frame[WIRE_FRAME] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,
				      0,    0,	  0,	0,    9,    0x88, 0xb5 };
	uint64_t n = 2 * ENGINE_RING_SIZE / sizeof frame, end = clock_now_ns() + PATIENCE;
	static struct world w;
	struct engine_counters c;
	struct wire wire;

	need_namespaces();
	set_up(&w, 1);
	make_wire(&wire);
	attach(&w, "p0", "packet:inhw1");
	for (uint64_t i = 0; i < n; i++)
		wire_send(&wire, frame, sizeof frame, false);
	/* The machine sleeps: half of it is more than the ring holds. */
	while (counters_of(&w, "p0").rx_dropped < n / 2 - 100 && clock_now_ns() < end)
		sched_yield();
	do {
		host_run(w.m.host, host_kernel(w.m.host)->now_ns + 1);
		c = counters_of(&w, "p0");
	} while (c.rx_packets + c.rx_dropped < n && clock_now_ns() < end);
	assert_int_equal(c.rx_packets + c.rx_dropped, n);
	assert_true(c.rx_dropped >= n / 2 - 100);
	assert_true(c.rx_packets > n / 4);
	close(wire.fd);
	machine_fini(&w.m);
}

static void a_tap_that_is_deleted_fails_alone(unsigned int n_workers)
{
	struct engine_port_info info = { 0 };
	static struct world w;
	uint64_t end = clock_now_ns() + PATIENCE;

	need_namespaces();
	set_up(&w, n_workers);
	enter(0);
	attach(&w, "pf0vf0", "tap:inhw0");
	attach(&w, "pf0vf1", "tap:inhw2");
	delete_interface("inhw0");
	do {
		host_run(w.m.host, host_kernel(w.m.host)->now_ns + 1);
		assert_true(engine_port_info(w.engine, 0, &info));
	} while (!info.failure.error && clock_now_ns() < end);
	assert_int_equal(info.failure.error, -EBADFD);
	assert_non_null(strstr(info.failure.words, "reading the tap"));
	assert_true(info.is_done);
	assert_true(engine_port_info(w.engine, 1, &info));
	assert_int_equal(info.failure.error, 0);
	/* Sending there is a drop and no more. */
	assert_true(engine_output(w.engine, 1, seen, 60));
	assert_int_equal(engine_set_workers(w.engine, !n_workers, &w.m.diag), 0);
	assert_int_equal(engine_detach(w.engine, "pf0vf0", &w.m.diag), 0);
	attach(&w, "pf0vf0", "tap:inhw0");
	machine_fini(&w.m);
}

static void a_tap_that_is_deleted_fails_and_no_other(void **state)
{
	a_tap_that_is_deleted_fails_alone(0);
}

static void a_tap_that_is_deleted_fails_at_a_worker_too(void **state)
{
	a_tap_that_is_deleted_fails_alone(1);
}

static void time_at_a_tap_cannot_be_virtual(void **state)
{
	const struct host_loop loop = { .is_virtual = true, .for_ns = 1, .stop_fd = -1 };
	struct host_ran ran;
	static struct world w;

	need_namespaces();
	set_up(&w, 0);
	enter(0);
	attach(&w, "pf0vf0", "tap:inhw0");
	diag_init(&w.m.diag);
	assert_int_equal(host_loop(w.m.host, &loop, &ran, &w.m.diag), -EINVAL);
	assert_non_null(strstr(w.m.diag.words, "time cannot be virtual"));
	machine_fini(&w.m);
}

static void a_tap_in_use_is_refused(void **state)
{
	static struct world w;

	need_namespaces();
	set_up(&w, 0);
	enter(0);
	attach(&w, "pf0vf0", "tap:inhw0");
	diag_init(&w.m.diag);
	assert_int_equal(engine_attach(w.engine, "pf0vf1", "tap:inhw0", &w.m.diag), -EBUSY);
	assert_string_equal(w.m.diag.words,
			    "tap inhw0: Device or resource busy: it has a reader already");
	assert_int_equal(engine_attach(w.engine, "pf0vf1", "tap:lo", &w.m.diag), -EINVAL);
	machine_fini(&w.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_ping_between_two_taps_starts_in_software_and_goes_on_in_hardware),
		cmocka_unit_test(the_same_with_two_workers),
		cmocka_unit_test(frames_pass_an_interface_both_ways_with_their_tags),
		cmocka_unit_test(frames_pass_an_interface_by_a_worker),
		cmocka_unit_test(an_interface_that_was_off_goes_on),
		cmocka_unit_test(an_interface_that_was_off_goes_on_at_a_worker),
		cmocka_unit_test(checksums_that_a_sender_left_open_are_completed),
		cmocka_unit_test(what_finds_no_room_in_a_ring_is_counted),
		cmocka_unit_test(a_tap_that_is_deleted_fails_and_no_other),
		cmocka_unit_test(a_tap_that_is_deleted_fails_at_a_worker_too),
		cmocka_unit_test(time_at_a_tap_cannot_be_virtual),
		cmocka_unit_test(a_tap_in_use_is_refused),
	};

	make_namespaces();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
