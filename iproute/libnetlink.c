/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests, dumps and the names of links, with the words that tc has for what a kernel answers.
 * The names of links are asked for in one dump, and before a listing: during it the socket is
 * busy.
 */
#include "base/alloc.h"
#include "iproute/iproute_internal.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>

void say(struct iproute *ip, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_vputf(&ip->err, fmt, args);
	va_end(args);
	text_put_char(&ip->err, '\n');
}

/* ---- attributes ---- */

void take_attrs(const struct nlattr **attrs, size_t n, const void *data, size_t size)
{
	struct nl_attrs walk = nl_attrs_of(data, size);
	const struct nlattr *a;

	memset(attrs, 0, n * sizeof *attrs);
	while ((a = nl_attrs_next(&walk)) != NULL)
		if (nl_attr_type(a) < n)
			attrs[nl_attr_type(a)] = a;
}

void take_nested(const struct nlattr **attrs, size_t n, const struct nlattr *nest)
{
	if (nest)
		take_attrs(attrs, n, nl_attr_data(nest), nl_attr_size(nest));
	else
		memset(attrs, 0, n * sizeof *attrs);
}

uint64_t attr_number(const struct nlattr *a)
{
	switch (a ? nl_attr_size(a) : 0) {
	case sizeof(uint8_t):
		return nl_attr_u8(a);
	case sizeof(uint16_t):
		return nl_attr_u16(a);
	case sizeof(uint32_t):
		return nl_attr_u32(a);
	case sizeof(uint64_t):
		return nl_attr_u64(a);
	}
	return 0;
}

const char *attr_str(const struct nlattr *a)
{
	if (!a || !nl_attr_size(a) || memchr(nl_attr_data(a), '\0', nl_attr_size(a)) == NULL)
		return "";
	return nl_attr_str(a);
}

/* ---- requests ---- */

/* The words of a kernel, with one full stop. */
static void say_extack(struct iproute *ip, const char *what, const struct nl_extack *x)
{
	size_t len = strlen(x->msg);

	say(ip, "%s: %s%s", what, x->msg, x->msg[len - 1] == '.' ? "" : ".");
}

static void say_error(struct iproute *ip, int err, const struct nl_extack *x)
{
	if (x->msg[0])
		say_extack(ip, "Error", x);
	else
		say(ip, "RTNETLINK answers: %s", diag_strerror(err));
}

/* Which word a kernel points at. */
static void find_argument(struct iproute *ip, const struct nl_msg *m, const struct nl_extack *x)
{
	if (x->has_offset && m->origins)
		ip->bad_arg = (int)nl_origins_find(m->origins, x->offset) - 1;
}

int rtnl_talk(struct iproute *ip, struct nl_msg *m, const struct nlmsghdr **answer)
{
	struct span sp = SPAN(nl_sock_trace(ip->sock));
	struct nl_reply reply;
	struct diag d;
	int err = nl_msg_end(m);

	if (err) {
		say(ip, "the command is too long for one message (%s)", diag_errno_name(err));
		return span_end(&sp, err);
	}
	span_note(&sp, "type", "%u", nl_msg_header(m)->nlmsg_type);
	span_note(&sp, "flags", "0x%x", nl_msg_header(m)->nlmsg_flags);
	diag_init(&d);
	err = nl_sock_transact(ip->sock, m, &reply, &d);
	if (err && d.error) /* not an answer of the kernel */
		say(ip, "%s", d.words);
	else if (err)
		say_error(ip, err, &reply.ack);
	else if (reply.ack.msg[0])
		say_extack(ip, "Warning", &reply.ack);
	if (err && !d.error)
		find_argument(ip, m, &reply.ack);
	if (answer)
		*answer = err ? NULL : reply.msg;
	return span_end(&sp, err);
}

/* A dump that fails has the words of the kernel in "the kernel: WORDS (ERRNO)". */
static void say_dump_error(struct iproute *ip, int err, const struct diag *d)
{
	static const char head[] = "the kernel: ";
	struct nl_extack x = { .msg = "" };
	size_t tail = strlen(diag_errno_name(err)) + 3, n = strlen(d->words);

	if (strncmp(d->words, head, sizeof head - 1) || n < sizeof head + tail) {
		say(ip, "%s", d->words);
		return;
	}
	n -= sizeof head - 1 + tail;
	snprintf(x.msg, sizeof x.msg, "%.*s", (int)n, d->words + sizeof head - 1);
	if (!strcmp(x.msg, diag_strerror(err)))
		x.msg[0] = '\0';
	say_error(ip, err, &x);
}

int rtnl_dump_filter(struct iproute *ip, struct nl_msg *m, dump_function *f, void *aux)
{
	struct span sp = SPAN(nl_sock_trace(ip->sock));
	const struct nlmsghdr *h;
	struct nl_dump dump;
	struct diag d;
	int err = nl_msg_end(m), ended;

	diag_init(&d);
	if (err) {
		say(ip, "the command is too long for one message (%s)", diag_errno_name(err));
		return span_end(&sp, err);
	}
	err = nl_dump_start(&dump, ip->sock, m, &d);
	while (!err && (err = nl_dump_next(&dump, &h, &d)) > 0)
		err = f(aux, h);
	ended = nl_dump_end(&dump);
	err = err < 0 ? err : ended;
	/* What a kernel does not have is an empty list for tc. */
	if (err && d.error && err != -ENOENT && err != -EOPNOTSUPP)
		say_dump_error(ip, err, &d);
	return span_end(&sp, err);
}

/* ---- links ---- */

struct link {
	int ifindex;
	char name[IFNAMSIZ];
};

struct iproute_links {
	struct link *link; /* by index, after the dump */
	size_t n, cap;
	char other[IFNAMSIZ]; /* of one that is not among them */
};

static void free_links(struct iproute_links *l)
{
	if (!l)
		return;
	mem_free(l->link);
	mem_free(l);
}

static int take_link(void *aux, const struct nlmsghdr *h)
{
	const struct nlattr *tb[IFLA_IFNAME + 1];
	struct iproute_links *l = aux;
	struct ifinfomsg ifm;
	struct link *grown;

	if (h->nlmsg_type != RTM_NEWLINK || h->nlmsg_len < NLMSG_HDRLEN + sizeof ifm)
		return 0;
	memcpy(&ifm, h + 1, sizeof ifm);
	take_attrs(tb, ARRAY_SIZE(tb), (const uint8_t *)h + NLMSG_HDRLEN + sizeof ifm,
		   h->nlmsg_len - NLMSG_HDRLEN - sizeof ifm);
	if (!tb[IFLA_IFNAME])
		return 0;
	grown = mem_grow(l->link, &l->cap, l->n + 1, sizeof *l->link);
	if (!grown)
		return -ENOMEM;
	l->link = grown;
	l->link[l->n].ifindex = ifm.ifi_index;
	snprintf(l->link[l->n++].name, IFNAMSIZ, "%.*s", (int)nl_attr_size(tb[IFLA_IFNAME]),
		 nl_attr_str(tb[IFLA_IFNAME]));
	return 0;
}

static int compare_links(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

int ll_init_map(struct iproute *ip)
{
	static const struct ifinfomsg all = { .ifi_family = AF_UNSPEC };
	_Alignas(4) uint8_t buf[64];
	struct iproute_links *l;
	struct nl_msg m;
	int err;

	if (ip->links)
		return 0;
	l = mem_new(sizeof *l);
	if (!l) {
		say(ip, "no memory for the names of links");
		return -ENOMEM;
	}
	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, &all, sizeof all);
	nl_put_u32(&m, IFLA_EXT_MASK, RTEXT_FILTER_VF);
	err = rtnl_dump_filter(ip, &m, take_link, l);
	if (err) {
		free_links(l);
		return err;
	}
	if (l->n)
		qsort(l->link, l->n, sizeof *l->link, compare_links);
	ip->links = l;
	return 0;
}

/* One that the dump did not have: by another of its names, or newer than the dump. */
static int ask_by_name(struct iproute *ip, const char *name)
{
	static const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
	_Alignas(4) uint8_t buf[256];
	struct nl_reply reply;
	struct ifinfomsg ifm;
	struct nl_msg m;

	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, RTM_GETLINK, NLM_F_REQUEST, &any, sizeof any);
	if (strlen(name) < IFNAMSIZ)
		nl_put_str(&m, IFLA_IFNAME, name);
	else
		nl_put_str(&m, IFLA_ALT_IFNAME, name);
	if (nl_msg_end(&m) || nl_sock_transact(ip->sock, &m, &reply, NULL) || !reply.msg ||
	    reply.size < NLMSG_HDRLEN + sizeof ifm)
		return 0;
	memcpy(&ifm, reply.msg + 1, sizeof ifm);
	return ifm.ifi_index;
}

int ll_name_to_index(struct iproute *ip, const char *name)
{
	if (!*name || ll_init_map(ip))
		return 0;
	for (size_t i = 0; i < ip->links->n; i++)
		if (!strcmp(ip->links->link[i].name, name))
			return ip->links->link[i].ifindex;
	return ask_by_name(ip, name);
}

const char *ll_index_to_name(struct iproute *ip, int ifindex)
{
	const struct link key = { .ifindex = ifindex };
	struct iproute_links *l = ip->links;
	const struct link *found = NULL;

	if (!ifindex)
		return "*";
	if (!l)
		return "?";
	if (l->n)
		found = bsearch(&key, l->link, l->n, sizeof key, compare_links);
	if (found)
		return found->name;
	snprintf(l->other, sizeof l->other, "if%d", ifindex);
	return l->other;
}

int args_find_dev(struct args *a, const char *dev, int *ifindex)
{
	*ifindex = dev ? ll_name_to_index(a->ip, dev) : 0;
	if (!dev || *ifindex)
		return 0;
	for (a->i = 0; a->i < a->argc && a->argv[a->i] != dev;)
		a->i++;
	return args_refuse(a, IPROUTE_FAILED, "Cannot find device \"%s\"", dev);
}

/* ---- the object ---- */

void iproute_init(struct iproute *ip, struct nl_sock *sock)
{
	*ip = (struct iproute){ .sock = sock, .bad_arg = -1 };
	text_init(&ip->out);
	text_init(&ip->err);
}

void iproute_fini(struct iproute *ip)
{
	free_links(ip->links);
	text_fini(&ip->out);
	text_fini(&ip->err);
}
