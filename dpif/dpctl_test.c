/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands of dpctl, through the netlink datapath, against a kernel of a hundred lines that
 * keeps flows as it got them, with the dummy provider as the flow API: it refuses what matches
 * ipv6.label, and so the way to the kernel datapath is tried too.
 */
#include "dpif/dpctl.h"
#include "dpif/dpif-netlink.h"

#include "netlink/attr.h"
#include "netlink/transport.h"
#include "offload/offload-provider.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
	FAMILY_DP = 30,
	FAMILY_VPORT,
	FAMILY_FLOW,
	HEAD = NLMSG_HDRLEN + GENL_HDRLEN + sizeof(struct ovs_header),
	FLOWS_MAX = 128,
	PORTS_MAX = 8
};

struct kernel {
	bool has_dp;
	struct {
		uint32_t type;
		char name[IFNAMSIZ]; /* "": free */
	} ports[PORTS_MAX];
	struct {
		size_t size; /* 0: free */
		uint8_t attrs[1024];
	} flows[FLOWS_MAX];
	unsigned int n_sends;
	/* Answers: one datagram. */
	uint8_t out[1 << 17];
	struct nl_msg msg;
};

static const struct nlattr *attr(const uint8_t *attrs, size_t size, uint16_t type)
{
	const struct nlattr *a;

	nl_for_each_attr (a, attrs, size)
		if (nl_attr_type(a) == type)
			return a;
	return NULL;
}

static void answer_start(struct kernel *k, const struct nlmsghdr *h, uint16_t flags)
{
	nl_msg_start(&k->msg, h->nlmsg_type, flags, (const uint8_t *)h + NLMSG_HDRLEN,
		     h->nlmsg_type == GENL_ID_CTRL ? GENL_HDRLEN : HEAD - NLMSG_HDRLEN);
	nl_msg_header(&k->msg)->nlmsg_seq = h->nlmsg_seq;
	nl_msg_header(&k->msg)->nlmsg_pid = 1;
}

static void answer_end(struct kernel *k)
{
	assert_int_equal(nl_msg_end(&k->msg), 0);
}

static void ack(struct kernel *k, const struct nlmsghdr *h, int error)
{
	struct nlmsgerr e = { .error = error, .msg = *h };

	nl_msg_start(&k->msg, NLMSG_ERROR, NLM_F_CAPPED, &e, sizeof e);
	nl_msg_header(&k->msg)->nlmsg_seq = h->nlmsg_seq;
	nl_msg_header(&k->msg)->nlmsg_pid = 1;
	answer_end(k);
}

static void done(struct kernel *k, const struct nlmsghdr *h)
{
	const int zero = 0;

	nl_msg_start(&k->msg, NLMSG_DONE, NLM_F_MULTI, &zero, sizeof zero);
	nl_msg_header(&k->msg)->nlmsg_seq = h->nlmsg_seq;
	nl_msg_header(&k->msg)->nlmsg_pid = 1;
	answer_end(k);
}

static int on_family(struct kernel *k, const struct nlmsghdr *h)
{
	const struct nlattr *name = attr((const uint8_t *)h + NLMSG_HDRLEN + GENL_HDRLEN,
					 h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN,
					 CTRL_ATTR_FAMILY_NAME);
	static const char *const names[] = { "ovs_datapath", "ovs_vport", "ovs_flow",
					     "ovs_packet" };

	for (uint16_t i = 0; name && i < ARRAY_SIZE(names); i++) {
		if (strcmp(nl_attr_str(name), names[i]))
			continue;
		answer_start(k, h, 0);
		nl_put_u16(&k->msg, CTRL_ATTR_FAMILY_ID, (uint16_t)(FAMILY_DP + i));
		nl_put_str(&k->msg, CTRL_ATTR_FAMILY_NAME, names[i]);
		answer_end(k);
		return 0;
	}
	return -ENOENT;
}

static int on_dp(struct kernel *k, const struct nlmsghdr *h, uint8_t cmd)
{
	const struct ovs_dp_stats stats = { .n_hit = 3, .n_missed = 1 };

	if (cmd == OVS_DP_CMD_NEW)
		k->has_dp = true;
	if (!k->has_dp)
		return -ENODEV;
	answer_start(k, h, 0);
	nl_put_str(&k->msg, OVS_DP_ATTR_NAME, "ovs-system");
	nl_put(&k->msg, OVS_DP_ATTR_STATS, &stats, sizeof stats);
	answer_end(k);
	return 0;
}

static void answer_port(struct kernel *k, const struct nlmsghdr *h, uint32_t i, uint16_t flags)
{
	answer_start(k, h, flags);
	nl_put_u32(&k->msg, OVS_VPORT_ATTR_PORT_NO, i);
	nl_put_u32(&k->msg, OVS_VPORT_ATTR_TYPE, k->ports[i].type);
	nl_put_str(&k->msg, OVS_VPORT_ATTR_NAME, k->ports[i].name);
	nl_put_u32(&k->msg, OVS_VPORT_ATTR_IFINDEX, 10 + i);
	answer_end(k);
}

static int on_vport(struct kernel *k, const struct nlmsghdr *h, uint8_t cmd)
{
	const uint8_t *attrs = (const uint8_t *)h + HEAD;
	const size_t size = h->nlmsg_len - HEAD;
	uint32_t i = 0;

	if (cmd == OVS_VPORT_CMD_GET) {
		for (; i < PORTS_MAX; i++)
			if (k->ports[i].name[0])
				answer_port(k, h, i, NLM_F_MULTI);
		done(k, h);
		return 0;
	}
	if (cmd == OVS_VPORT_CMD_DEL) {
		k->ports[nl_attr_u32(attr(attrs, size, OVS_VPORT_ATTR_PORT_NO))].name[0] = '\0';
		return 0;
	}
	while (k->ports[i].name[0])
		i++;
	k->ports[i].type = nl_attr_u32(attr(attrs, size, OVS_VPORT_ATTR_TYPE));
	snprintf(k->ports[i].name, IFNAMSIZ, "%s",
		 nl_attr_str(attr(attrs, size, OVS_VPORT_ATTR_NAME)));
	answer_port(k, h, i, 0);
	return 0;
}

static int find_flow(struct kernel *k, const struct nlattr *ufid)
{
	for (int i = 0; i < FLOWS_MAX; i++)
		if (k->flows[i].size &&
		    !memcmp(nl_attr_data(
				    attr(k->flows[i].attrs, k->flows[i].size, OVS_FLOW_ATTR_UFID)),
			    nl_attr_data(ufid), 16))
			return i;
	return -1;
}

static void answer_flow(struct kernel *k, const struct nlmsghdr *h, int i, uint16_t flags)
{
	const struct nlattr *a;

	answer_start(k, h, flags);
	nl_for_each_attr (a, k->flows[i].attrs, k->flows[i].size)
		nl_put(&k->msg, nl_attr_type(a), nl_attr_data(a), nl_attr_size(a));
	answer_end(k);
}

static int on_flow(struct kernel *k, const struct nlmsghdr *h, uint8_t cmd)
{
	const uint8_t *attrs = (const uint8_t *)h + HEAD;
	const size_t size = h->nlmsg_len - HEAD;
	const struct nlattr *ufid = attr(attrs, size, OVS_FLOW_ATTR_UFID);
	int i = ufid ? find_flow(k, ufid) : -1;

	if (cmd == OVS_FLOW_CMD_GET && h->nlmsg_flags & NLM_F_DUMP) {
		for (i = 0; i < FLOWS_MAX; i++)
			if (k->flows[i].size)
				answer_flow(k, h, i, NLM_F_MULTI);
		done(k, h);
		return 0;
	}
	if (cmd == OVS_FLOW_CMD_DEL && !ufid) {
		memset(k->flows, 0, sizeof k->flows);
		return 0;
	}
	if (cmd == OVS_FLOW_CMD_NEW) {
		if (i >= 0)
			return -EEXIST;
		for (i = 0; k->flows[i].size; i++)
			;
	} else if (i < 0) {
		return -ENOENT;
	}
	if (cmd == OVS_FLOW_CMD_GET) {
		answer_flow(k, h, i, 0);
	} else if (cmd == OVS_FLOW_CMD_DEL) {
		if (h->nlmsg_flags & NLM_F_ECHO)
			answer_flow(k, h, i, 0);
		k->flows[i].size = 0;
	} else {
		memcpy(k->flows[i].attrs, attrs, size);
		k->flows[i].size = size;
	}
	return 0;
}

static void on_message(struct kernel *k, const struct nlmsghdr *h)
{
	const uint8_t cmd = ((const uint8_t *)h)[NLMSG_HDRLEN];
	int err;

	if (h->nlmsg_type == GENL_ID_CTRL)
		err = on_family(k, h);
	else if (h->nlmsg_type == FAMILY_DP)
		err = on_dp(k, h, cmd);
	else if (h->nlmsg_type == FAMILY_VPORT)
		err = on_vport(k, h, cmd);
	else
		err = on_flow(k, h, cmd);
	if (err || (h->nlmsg_flags & NLM_F_ACK && (h->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP))
		ack(k, h, err);
}

static void *k_socket(void *kernel, int protocol, uint32_t *port)
{
	*port = 1;
	return kernel;
}

static int k_sendmsg(void *sock, const struct iovec *iov, size_t n)
{
	static _Alignas(8) uint8_t in[1 << 17];
	struct kernel *k = sock;
	size_t size = 0;

	k->n_sends++;
	for (size_t i = 0; i < n; i++) {
		memcpy(in + size, iov[i].iov_base, iov[i].iov_len);
		size += iov[i].iov_len;
	}
	nl_msg_init(&k->msg, k->out, sizeof k->out);
	for (size_t pos = 0; pos + NLMSG_HDRLEN <= size;) {
		const struct nlmsghdr *h = (const void *)(in + pos);

		on_message(k, h);
		pos += NLMSG_ALIGN(h->nlmsg_len);
	}
	return 0;
}

static ssize_t k_recvmsg(void *sock, void *buf, size_t cap)
{
	struct kernel *k = sock;
	const size_t size = k->msg.size;

	if (!size)
		return -EAGAIN;
	memcpy(buf, k->out, size < cap ? size : cap);
	k->msg.size = 0;
	return (ssize_t)size;
}

static int k_join(void *sock, uint32_t group)
{
	return 0;
}

static void k_close(void *sock)
{
}

static struct kernel kernel;
static struct trace trace;
static struct dpctl c;
static struct dpif *dpif;

static int setup(void **state)
{
	const struct nl_kernel_calls calls = { &kernel, k_socket, k_sendmsg, k_recvmsg,
					       k_join,	k_close,  NULL,	     NULL };
	struct nl_transport *t;
	struct offload *o;
	struct nl_sock *s;
	struct diag d;

	diag_init(&d);
	memset(&kernel, 0, sizeof kernel);
	trace_init(&trace);
	assert_int_equal(nl_transport_open_inproc(&t, &calls, NETLINK_GENERIC, NULL), 0);
	assert_int_equal(nl_sock_new(&s, t, &trace, NULL), 0);
	assert_int_equal(offload_new(&o, NULL, &trace, NULL), 0);
	assert_int_equal(netdev_register_flow_api_provider(o, &netdev_offload_dummy, NULL), 0);
	if (dpif_netlink_open(&dpif, "ovs-system", true, s, o, &trace, &d))
		fail_msg("%s", d.words);
	dpctl_init(&c, dpif);
	return 0;
}

static int teardown(void **state)
{
	dpctl_fini(&c);
	dpif_close(dpif);
	trace_fini(&trace);
	return 0;
}

static struct diag last;

/* Runs "command|arg|arg" and returns its error; the output is in c.out. */
static int run(const char *line)
{
	const char *argv[8];
	char buf[512], *save = NULL;
	int argc = 0;

	snprintf(buf, sizeof buf, "%s", line);
	for (char *s = strtok_r(buf, "|", &save); s; s = strtok_r(NULL, "|", &save))
		argv[argc++] = s;
	text_clear(&c.out);
	diag_init(&last);
	return dpctl_run_command(&c, argc, argv, &last);
}

#define HW    "recirc_id(0),in_port(0),eth_type(0x0800)"
#define SOFT  "recirc_id(0),in_port(0),eth_type(0x86dd),ipv6(label=0x1)"
#define PORTS "add-if|ovs-system|eth0|eth1"

/* In order; each line: a command, its error, and what the output or the words contain. */
struct step {
	const char *line;
	int error;
	const char *contains;
};

static void play(const struct step *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int err = run(s[i].line);

		if (err != s[i].error)
			fail_msg("%s: %d: %s", s[i].line, err, last.words);
		if (s[i].contains && !strstr(c.out.s, s[i].contains) &&
		    !strstr(last.words, s[i].contains))
			fail_msg("%s: no \"%s\" in \"%s\" and \"%s\"", s[i].line, s[i].contains,
				 c.out.s, last.words);
	}
}

static void commands_answer_as_ovs_dpctl_does(void **state)
{
	static const struct step steps[] = {
		{ PORTS, 0, NULL },
		{ "dump-dps", 0, "system@ovs-system\n" },
		{ "show", 0, "system@ovs-system:\n  lookups: hit:3 missed:1 lost:0\n  flows: 0\n" },
		{ "show", 0, "  port 0: eth0\n  port 1: eth1\n" },
		{ "show|other", -ENODEV, "datapath not found" },
		{ "frob", -EINVAL, "unknown command 'frob'; use --help for help" },
		{ "add-flow|x", -EINVAL, "'add-flow' command requires at least 2 arguments" },
		{ "dump-dps|x", -EINVAL, "'dump-dps' command takes at most 0 arguments" },
		{ "add-flow|" HW "|1", 0, NULL },
		{ "add-flow|" HW "|1", -EEXIST, "updating flow table (File exists)" },
		{ "add-flow|system@ovs-system|" SOFT "|1", 0, NULL },
		{ "add-flow|" SOFT "|1", -EEXIST, "updating flow table (File exists)" },
		{ "dump-flows", 0, "in_port(0)" },
		{ "dump-flows|type=sctp", -EINVAL, "Failed to parse type (sctp)" },
		{ "dump-flows|filter=ip", -EOPNOTSUPP, "filter= is not supported" },
		{ "mod-flow|" HW "|drop", 0, NULL },
		{ "mod-flow|recirc_id(7),in_port(0),eth_type(0x0800)|drop", -ENOENT,
		  "updating flow table (No such file or directory)" },
		{ "add-flow|nonsense(1)|1", -EINVAL, "parsing flow key" },
		{ "add-flow|" HW "|nonsense", -EINVAL, "parsing actions" },
		{ "get-flow|ufid:zzz", -EINVAL, "parsing flow ufid" },
		{ "del-flow|" HW, 0, NULL },
		{ "del-flow|" HW, -ENOENT, "Perhaps you need to specify a UFID?" },
		{ "del-flow|" SOFT, 0, NULL },
		{ "del-if|ovs-system|eth1", 0, NULL },
		{ "del-if|ovs-system|eth1", -ENODEV, "no port named eth1" },
		{ "add-if|ovs-system|v0,type=vxlan", -EAFNOSUPPORT, "vxlan" },
		{ "add-flows|/nonexistent", -ENOENT, "open failed" },
	};

	play(steps, ARRAY_SIZE(steps));
}

static size_t n_lines(void)
{
	size_t n = 0;

	for (const char *s = c.out.s; (s = strchr(s, '\n')); s++)
		n++;
	return n;
}

static void a_flow_is_in_one_place_and_the_dump_says_why(void **state)
{
	assert_int_equal(run(PORTS), 0);
	assert_int_equal(run("add-flow|" HW "|1"), 0);
	assert_int_equal(c.decision.place, DPIF_PLACE_HW);
	assert_int_equal(c.decision.error, 0);
	assert_int_equal(run("add-flow|" SOFT "|1"), 0);
	assert_int_equal(c.decision.place, DPIF_PLACE_KERNEL);
	assert_string_equal(c.decision.field, "ipv6.label");
	assert_true(c.decision.has_culprit);
	assert_int_equal(c.decision.culprit_index, FLOW_IPV6_LABEL);
	assert_int_equal(run("dump-flows"), 0);
	assert_int_equal(n_lines(), 2);
	c.options.more = true;
	assert_int_equal(run("dump-flows|type=offloaded"), 0);
	assert_int_equal(n_lines(), 1);
	assert_non_null(strstr(c.out.s, ", offloaded:yes, dp:tc, actions:eth1\n"));
	assert_int_equal(run("dump-flows|type=ovs"), 0);
	assert_int_equal(n_lines(), 1);
	assert_non_null(strstr(c.out.s, ", dp:ovs, actions:eth1, dp-extra-info:not in hardware: "
					"ipv6.label: the dummy refuses it (offload "
					"dummy_flow_put)\n"));
	assert_int_equal(run("del-flows"), 0);
	assert_int_equal(run("dump-flows"), 0);
	assert_int_equal(n_lines(), 0);
}

/* The same flow while hw-offload is turned off and on: it moves, and is never in both places. */
static void a_modification_moves_a_flow_and_leaves_no_copy(void **state)
{
	assert_int_equal(run(PORTS), 0);
	offload_config(dpif_offload(dpif))->enabled = false;
	assert_int_equal(run("add-flow|" HW "|1"), 0);
	assert_int_equal(c.decision.place, DPIF_PLACE_KERNEL);
	assert_non_null(strstr(c.decision.words, "hw-offload is off"));
	offload_config(dpif_offload(dpif))->enabled = true;
	assert_int_equal(run("add-flow|" HW "|1"), -EEXIST);
	assert_int_equal(run("mod-flow|" HW "|drop"), 0);
	assert_int_equal(c.decision.place, DPIF_PLACE_HW);
	assert_int_equal(run("dump-flows"), 0);
	assert_int_equal(n_lines(), 1);
	assert_non_null(strstr(c.out.s, "actions:drop"));
}

static void files_of_flows_name_the_lines_that_fail(void **state)
{
	char path[] = "/tmp/dpctl_testXXXXXX", line[64];
	const int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	assert_int_equal(run(PORTS), 0);
	fprintf(f, "# a comment\n%s 1\n\nadd %s 1 # twice\n%s drop\nmodify %s drop\n", HW, HW, SOFT,
		HW);
	fclose(f);
	snprintf(line, sizeof line, "add-flows|%s", path);
	assert_int_equal(run(line), -EEXIST);
	snprintf(line, sizeof line, "%s:4: ", path);
	assert_non_null(strstr(c.out.s, line));
	assert_int_equal(n_lines(), 1);
	assert_int_equal(run("dump-flows"), 0);
	assert_int_equal(n_lines(), 2);
	remove(path);
}

/* 120 flows that the provider refuses go out in three sends, each with its own result. */
static void refused_flows_go_to_the_kernel_in_batches(void **state)
{
	static struct dpif_flow_put puts[120];
	static struct dpif_op op[120];
	struct dpif_op *ops[120];
	static struct flow_match m[120];
	struct flow_actions drop;

	assert_int_equal(run(PORTS), 0);
	flow_actions_init(&drop);
	for (size_t i = 0; i < 120; i++) {
		assert_int_equal(
			flow_match_parse(&m[i], NULL, NULL, NULL, SOFT, strlen(SOFT), NULL, NULL),
			0);
		m[i].key.ipv6.ipv6_label = be32_from_host((uint32_t)i);
		puts[i] = (struct dpif_flow_put){ .flags = DPIF_FP_CREATE,
						  .match = &m[i],
						  .actions = &drop,
						  .has_ufid = true,
						  .ufid = flow_match_ufid(&m[i]) };
		op[i] = (struct dpif_op){ .type = DPIF_OP_FLOW_PUT, .put = puts[i] };
		ops[i] = &op[i];
	}
	kernel.n_sends = 0;
	dpif_operate(dpif, ops, 120, DPIF_OFFLOAD_AUTO);
	assert_int_equal(kernel.n_sends, 3);
	for (size_t i = 0; i < 120; i++)
		assert_int_equal(op[i].error, 0);
	dpif_operate(dpif, ops, 120, DPIF_OFFLOAD_AUTO);
	for (size_t i = 0; i < 120; i++)
		assert_int_equal(op[i].error, -EEXIST);
	flow_actions_fini(&drop);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commands_answer_as_ovs_dpctl_does),
		TEST(a_flow_is_in_one_place_and_the_dump_says_why),
		TEST(a_modification_moves_a_flow_and_leaves_no_copy),
		TEST(files_of_flows_name_the_lines_that_fail),
		TEST(refused_flows_go_to_the_kernel_in_batches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
