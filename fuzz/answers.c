/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Userland behind a kernel that cannot be trusted: a whole machine runs a few commands, and each
 * datagram that the kernel answers is spoilt as the input says, one record for each: cut,
 * overwritten, given twice, replaced by an error. Whatever comes, a failure has words and nothing
 * leaks.
 */
#include "base/alloc.h"
#include "dpif/dpctl.h"
#include "fuzz/fuzz.h"
#include "host/host.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

enum {
	SPOIL_NOT = 0, /* and the 15 numbers after it: so many more pass */
	SPOIL_CUT = 16,
	SPOIL_WRITE,
	SPOIL_FILL,
	SPOIL_TWICE,
	SPOIL_ERROR,
	SPOIL_N
};

#define DATAGRAM_MAX 65536

/* What is left of the input, and what of it is under way. */
struct plan {
	const uint8_t *data;
	size_t size;
	unsigned int n_passing; /* answers that are left alone */
	bool is_on;
};

struct spoilt {
	struct nl_transport t;
	struct nl_transport *inner;
	struct plan *plan;
	size_t again; /* size of the datagram that comes twice; 0: none */
	uint8_t last[DATAGRAM_MAX];
};

static unsigned int take(struct plan *p)
{
	if (!p->size)
		return 0;
	p->size--;
	return *p->data++;
}

static size_t take_offset(struct plan *p, size_t n)
{
	size_t offset = take(p);

	offset |= (size_t)take(p) << 8;
	return offset % n;
}

/* Writes bytes of the input over those of an answer: keeps its number and port. */
static void overwrite(struct plan *p, uint8_t *buf, size_t n)
{
	size_t offset = take_offset(p, n), count = take(p) % 64;

	for (; count && offset < n; count--, offset++) {
		uint8_t byte = (uint8_t)take(p);

		if (offset < offsetof(struct nlmsghdr, nlmsg_seq) || offset >= NLMSG_HDRLEN)
			buf[offset] = byte;
	}
}

static ssize_t spoil(struct spoilt *s, uint8_t *buf, size_t n)
{
	struct plan *p = s->plan;
	unsigned int how;

	if (p->n_passing) {
		p->n_passing--;
		return (ssize_t)n;
	}
	how = take(p) % SPOIL_N;
	switch (how) {
	case SPOIL_CUT:
		return (ssize_t)take_offset(p, n);
	case SPOIL_WRITE:
		overwrite(p, buf, n);
		break;
	case SPOIL_FILL:
		memset(buf + n / 2, (int)take(p), n - n / 2);
		break;
	case SPOIL_TWICE:
		memcpy(s->last, buf, n);
		s->again = n;
		break;
	case SPOIL_ERROR:
		return -(ssize_t)(1 + take(p) % 132);
	default:
		p->n_passing = how;
	}
	return (ssize_t)n;
}

static struct spoilt *spoilt_of(struct nl_transport *t)
{
	return CONTAINER_OF(t, struct spoilt, t);
}

static int spoilt_sendmsg(struct nl_transport *t, const struct iovec *iov, size_t n)
{
	struct spoilt *s = spoilt_of(t);

	return s->inner->class->sendmsg(s->inner, iov, n);
}

static ssize_t spoilt_recvmsg(struct nl_transport *t, void *buf, size_t cap, bool wait)
{
	struct spoilt *s = spoilt_of(t);
	ssize_t n = (ssize_t)s->again;

	if (n && (size_t)n <= cap) {
		s->again = 0;
		memcpy(buf, s->last, (size_t)n);
		return n;
	}
	n = s->inner->class->recvmsg(s->inner, buf, cap, wait);
	if (n <= 0 || (size_t)n > cap || !s->plan->is_on || !s->plan->size)
		return n;
	return spoil(s, buf, (size_t)n);
}

static int spoilt_join(struct nl_transport *t, uint32_t group)
{
	struct spoilt *s = spoilt_of(t);

	return s->inner->class->join(s->inner, group);
}

static void spoilt_close(struct nl_transport *t)
{
	struct spoilt *s = spoilt_of(t);

	s->inner->class->close(s->inner);
	mem_free(s);
}

static const struct nl_transport_class spoilt_class = {
	.name = "spoilt",
	.sendmsg = spoilt_sendmsg,
	.recvmsg = spoilt_recvmsg,
	.join = spoilt_join,
	.close = spoilt_close,
};

static struct nl_transport *wrap(void *aux, struct nl_transport *inner)
{
	struct spoilt *s = mem_new(sizeof *s);

	FUZZ_CHECK(s);
	s->t = *inner;
	s->t.class = &spoilt_class;
	s->inner = inner;
	s->plan = aux;
	return &s->t;
}

#define FLOW                                                                                    \
	"ufid:00000000-0000-0000-0000-000000000001,in_port(pf0vf0),eth(src=02:00:00:00:00:01)," \
	"eth_type(0x0800),ipv4(dst=10.0.0.2,proto=6,ttl=64),tcp(dst=80)"
#define FLOW_IN_OVS "in_port(pf0vf0),eth(),eth_type(0x86dd),ipv6(label=5)"

/* clang-format off */
static const char *const commands[][4] = {
	{ "add-flow", FLOW, "set(ipv4(ttl=63)),push_vlan(vid=100,pcp=0),p0" },
	{ "add-flow", FLOW_IN_OVS, "pf0vf1" },
	{ "get-flow", "ufid:00000000-0000-0000-0000-000000000001" },
	{ "dump-flows" },
	{ "mod-flow", FLOW, "pf0vf1" },
	{ "show" },
	{ "del-if", "ovs-system", "pf0vf1" },
	{ "add-if", "ovs-system", "pf0vf1" },
	{ "del-flow", FLOW },
	{ "del-flows" },
};
/* clang-format on */

static void run_commands(struct host *h)
{
	struct dpctl c;

	dpctl_init(&c, host_dpif(h));
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		struct diag d;
		int argc = 0;

		while (argc < 4 && commands[i][argc])
			argc++;
		diag_init(&d);
		text_clear(&c.out);
		if (dpctl_run_command(&c, argc, commands[i], &d))
			FUZZ_CHECK(d.error && d.words[0]);
	}
	dpctl_fini(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plan plan = { .data = data, .size = size };
	const struct host_params params = { .n_vfs = 2, .wrap = wrap, .wrap_aux = &plan };
	struct host *h;
	struct diag d;

	if (!size)
		return 0;
	/* The first byte: whether the setting up is spoilt already. */
	plan.is_on = take(&plan) & 1;
	diag_init(&d);
	if (host_new(&h, &params, &d)) {
		FUZZ_CHECK(d.error && d.words[0]);
		return 0;
	}
	plan.is_on = true;
	run_commands(h);
	host_free(h);
	return 0;
}
