/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A command of tc, and what a kernel answers to it: words up to a NUL, then the bytes behind the
 * headers of its messages, of which the first says how many go into the first message. What is sent
 * is well formed; a failure has words and a place in the command; JSON is JSON.
 */
#include "fuzz/fuzz.h"
#include "iproute/iproute.h"
#include "netlink/attr.h"

#include <errno.h>
#include <jansson.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define WORDS_MAX 200

struct kernel {
	struct nl_transport t; /* first */
	const uint8_t *data;   /* the answers */
	size_t size;
	struct nlmsghdr request;
	unsigned int n; /* messages answered to it */
};

/* Attributes down to where they are no nests any more. */
static void check_request(const struct nlmsghdr *h)
{
	size_t head = h->nlmsg_type >= RTM_NEWACTION && h->nlmsg_type <= RTM_GETACTION
			      ? sizeof(struct tcamsg)
			      : sizeof(struct tcmsg);
	struct nl_attrs walk;

	if (h->nlmsg_type == RTM_GETLINK)
		head = sizeof(struct ifinfomsg);
	FUZZ_CHECK(h->nlmsg_len >= NLMSG_HDRLEN + head);
	walk = nl_attrs_of((const uint8_t *)h + NLMSG_HDRLEN + head,
			   h->nlmsg_len - NLMSG_HDRLEN - head);
	while (nl_attrs_next(&walk))
		;
	FUZZ_CHECK(!walk.bad);
}

static int kernel_sendmsg(struct nl_transport *t, const struct iovec *iov, size_t n)
{
	struct kernel *k = CONTAINER_OF(t, struct kernel, t);

	memcpy(&k->request, iov->iov_base, sizeof k->request);
	FUZZ_CHECK(n == 1 && k->request.nlmsg_len <= iov->iov_len);
	check_request(iov->iov_base);
	k->n = 0;
	return 0;
}

/* The end of a dump, or an ack. */
static ssize_t answer_end(struct kernel *k, uint8_t *buf)
{
	const struct nlmsghdr *r = &k->request;
	const bool dumps = (r->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	const struct nlmsghdr h = { NLMSG_HDRLEN + sizeof(struct nlmsgerr),
				    dumps ? NLMSG_DONE : NLMSG_ERROR, 0, r->nlmsg_seq, k->t.port };
	const struct nlmsgerr e = { k->size % 3 ? 0 : -EINVAL, *r };

	memcpy(buf, &h, sizeof h);
	memcpy(buf + sizeof h, &e, sizeof e);
	return (ssize_t)h.nlmsg_len;
}

static ssize_t kernel_recvmsg(struct nl_transport *t, void *buf, size_t cap, bool wait)
{
	struct kernel *k = CONTAINER_OF(t, struct kernel, t);
	/* A new object is the answer to a get: the number before the get's by two. */
	struct nlmsghdr h = { NLMSG_HDRLEN, (uint16_t)(k->request.nlmsg_type - 2), NLM_F_MULTI,
			      k->request.nlmsg_seq, t->port };
	size_t size;

	if (k->n++ > 4)
		return -ETIMEDOUT;
	if (!k->size || (k->request.nlmsg_type & 3) != 2)
		return answer_end(k, buf);
	size = 4u * *k->data;
	k->data++;
	k->size--;
	size = size < k->size ? size : k->size;
	h.nlmsg_len += (uint32_t)size;
	memcpy(buf, &h, sizeof h);
	memcpy((uint8_t *)buf + sizeof h, k->data, size);
	k->data += size;
	k->size -= size;
	return (ssize_t)h.nlmsg_len;
}

static void kernel_close(struct nl_transport *t)
{
	(void)t;
}

static const struct nl_transport_class kernel_class = {
	.name = "fuzz",
	.sendmsg = kernel_sendmsg,
	.recvmsg = kernel_recvmsg,
	.close = kernel_close,
};

static bool is_plain(const char *s)
{
	while (*s && ((*s >= ' ' && *s < 127) || *s == '\n' || *s == '\t'))
		s++;
	return !*s;
}

static void check_result(const struct iproute *ip, int status, int argc)
{
	FUZZ_CHECK(status == IPROUTE_OK || status == IPROUTE_FAILED || status == IPROUTE_KERNEL ||
		   status == IPROUTE_USAGE);
	FUZZ_CHECK(!status || ip->err.len);
	FUZZ_CHECK(ip->bad_arg >= -1 && ip->bad_arg <= argc);
	if (ip->options.json && ip->out.s[0] == '[' && is_plain(ip->out.s)) {
		json_t *j = json_loads(ip->out.s, 0, NULL);

		FUZZ_CHECK(j);
		json_decref(j);
	}
}

static int split(char *line, const char **argv)
{
	int argc = 0;

	for (char *w = strtok(line, " "); w && argc < WORDS_MAX; w = strtok(NULL, " "))
		argv[argc++] = w;
	return argc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel k = { { &kernel_class, NETLINK_ROUTE, 5 }, .data = data };
	const uint8_t *end = size ? memchr(data, '\0', size) : NULL;
	size_t len = end ? (size_t)(end - data) : size;
	char *line = strndup((const char *)data, len);
	const char *argv[WORDS_MAX];
	struct nl_sock *sock = NULL;
	struct iproute ip;
	int argc, n;

	k.data = data + len + (end ? 1 : 0);
	k.size = size - len - (end ? 1 : 0);
	FUZZ_CHECK(line && !nl_sock_new(&sock, &k.t, NULL, NULL) && sock);
	iproute_init(&ip, sock);
	argc = split(line, argv);
	n = iproute_tc_options(&ip, argc, argv);
	FUZZ_CHECK(n >= 0 || ip.err.len);
	if (n >= 0)
		check_result(&ip, iproute_tc(&ip, argc - n, argv + n), argc - n);
	iproute_fini(&ip);
	nl_sock_free(sock);
	free(line);
	return 0;
}
