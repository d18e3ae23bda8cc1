/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The requests: each builds a message in the buffer of struct tc, sends it and reads the answer
 * into the filter that struct tc keeps for that, so that a put allocates nothing.
 */
#include "tc/request.h"

#include "base/alloc.h"
#include "tc/tc_internal.h"

#include <errno.h>
#include <stdio.h>

#define REQUEST_MAX 69632 /* bytes: a TCA_OPTIONS of 65535 and its frame fit */

struct tc {
	struct nl_sock *sock;
	struct nl_origins origins;
	struct tc_filter echo;
	struct tc_action echo_actions[TC_ACTIONS_MAX];
	_Alignas(8) uint8_t buf[REQUEST_MAX];
};

int tc_new(struct tc **out, struct nl_sock *sock, struct diag *d)
{
	struct tc *tc = mem_new(sizeof *tc);

	*out = tc;
	if (!tc) {
		nl_sock_free(sock);
		return diag_set(d, -ENOMEM, "no memory for tc requests");
	}
	tc->sock = sock;
	tc->echo.actions = tc->echo_actions;
	return 0;
}

void tc_free(struct tc *tc)
{
	if (!tc)
		return;
	nl_sock_free(tc->sock);
	mem_free(tc);
}

struct nl_sock *tc_sock(struct tc *tc)
{
	return tc->sock;
}

static struct trace *trace_of(const struct tc *tc)
{
	return nl_sock_trace(tc->sock);
}

static int tc_transact(struct tc *tc, struct nl_msg *msg, struct nl_reply *reply, struct diag *d)
{
	struct span sp = SPAN(trace_of(tc));
	const struct nlmsghdr *h = nl_msg_header(msg);

	span_note(&sp, "type", "%u", h->nlmsg_type);
	span_note(&sp, "flags", "0x%x", h->nlmsg_flags);
	span_note(&sp, "bytes", "%zu", msg->size - msg->start);
	return span_end(&sp, nl_transact(tc->sock, msg, reply, d));
}

static void note_filter(struct span *sp, const char *key, const struct tc_filter *f)
{
	struct text t;

	if (!span_is_on(sp))
		return;
	text_init(&t);
	tc_filter_format(&t, f);
	span_note(sp, key, "%s", t.s);
	text_fini(&t);
}

/* A request about the filter or the filters of @id. */
static void start_filter_request(struct tc *tc, struct nl_msg *msg, uint16_t type, uint16_t flags,
				 const struct tc_id *id)
{
	const struct tcmsg tcm = tcmsg_from_id(id, 0);

	nl_msg_init(msg, tc->buf, sizeof tc->buf);
	nl_msg_start(msg, type, NLM_F_REQUEST | flags, &tcm, sizeof tcm);
	if (id->chain)
		nl_put_u32(msg, TCA_CHAIN, id->chain);
}

/* ---- put ---- */

/* Words of an encoder's error, which the message builder cannot have. */
static int refuse_filter(struct tc *tc, int err, struct diag *d)
{
	static const char *const beyond = "the mask is beyond what flower can match";
	static const char *const large = "the filter is larger than a message can be";
	const char *words = err == -EOPNOTSUPP ? beyond : large;

	diag_set(d, err, "%s", words);
	return trace_refuse(trace_of(tc), err, NULL, "%s", words);
}

static void result_init(struct tc_result *r)
{
	r->origin = 0;
	r->echo_differs = false;
	r->echo = NULL;
	diag_init(&r->difference);
}

/* Deletes a filter that was just added and of which the kernel's answer made no sense. */
static void take_back(struct tc *tc, const struct tc_filter *f)
{
	if (!f->id.handle && tc->echo.id.handle && tc->echo.id.prio) {
		struct tc_id id = f->id;

		id.handle = tc->echo.id.handle;
		id.prio = tc->echo.id.prio;
		if (tc_del_flower_filter(tc, &id, NULL))
			return; /* then it is gone, or nothing helps */
	}
}

/* Reads the echo, which tells prio and handle, and whether the kernel took what was meant. */
static int take_echo(struct tc *tc, struct tc_filter *f, const struct nl_reply *reply,
		     struct tc_result *r, struct diag *d)
{
	const char *warning;
	int err;

	if (!reply->msg)
		return diag_set(d, -EPROTO, "the kernel did not echo the filter");
	err = filter_decode(&tc->echo, reply->msg, &warning, &r->difference);
	if (err == -EPROTO) {
		take_back(tc, f);
		return diag_copy(d, &r->difference);
	}
	if (!err)
		err = tc_filter_compare(f, &tc->echo, &r->difference);
	r->echo_differs = err;
	r->echo = &tc->echo;
	if (warning && !r->ack.msg[0])
		snprintf(r->ack.msg, sizeof r->ack.msg, "%s", warning);
	f->id.prio = tc->echo.id.prio;
	f->id.handle = tc->echo.id.handle;
	return 0;
}

static int put_flower(struct tc *tc, struct tc_filter *f, struct tc_result *r, struct diag *d)
{
	struct trace *t = trace_of(tc);
	struct nl_reply reply;
	struct nl_msg msg;
	int err;

	r->ack.msg[0] = '\0';
	nl_msg_init(&msg, tc->buf, sizeof tc->buf);
	msg.origins = &tc->origins;
	err = filter_encode(&msg, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ECHO, f, t);
	if (err)
		return refuse_filter(tc, err, d);
	err = tc_transact(tc, &msg, &reply, d);
	nl_extack_copy(&r->ack, &reply.ack);
	if (!err)
		return take_echo(tc, f, &reply, r, d);
	if (reply.ack.has_offset)
		r->origin = nl_origins_find(&tc->origins, reply.ack.offset);
	return trace_refuse(t, err, NULL, "the kernel: %s",
			    reply.ack.msg[0] ? reply.ack.msg : diag_strerror(err));
}

int tc_replace_flower(struct tc *tc, struct tc_filter *f, struct tc_result *result, struct diag *d)
{
	struct span sp = SPAN(trace_of(tc));
	int err;

	note_filter(&sp, "filter", f);
	result_init(result);
	err = put_flower(tc, f, result, d);
	if (!err) {
		span_note(&sp, "handle", "0x%x", f->id.handle);
		span_note(&sp, "prio", "%u", f->id.prio);
		span_note(&sp, "in_hw", "%s", tc->echo.flags & TCA_CLS_FLAGS_IN_HW ? "yes" : "no");
	}
	if (result->echo_differs)
		span_note(&sp, "echo differs", "%s", result->difference.words);
	if (result->ack.msg[0])
		span_note(&sp, "extack", "%s", result->ack.msg);
	return span_end(&sp, err);
}

/* ---- delete, get ---- */

/* Without both a request would mean more than one filter. */
static int check_id(const struct tc_id *id, struct diag *d)
{
	if (id->prio && id->handle)
		return 0;
	return diag_set(d, -EINVAL, "prio %u handle 0x%x name no filter", id->prio, id->handle);
}

static void note_id(struct span *sp, const struct tc_id *id)
{
	span_note(sp, "id", "ifindex %d block %u parent 0x%x chain %u prio %u handle 0x%x",
		  id->ifindex, id->block, id->parent, id->chain, id->prio, id->handle);
}

int tc_del_flower_filter(struct tc *tc, const struct tc_id *id, struct diag *d)
{
	struct span sp = SPAN(trace_of(tc));
	struct nl_msg msg;
	int err;

	note_id(&sp, id);
	err = check_id(id, d);
	if (err)
		return span_end(&sp, err);
	start_filter_request(tc, &msg, RTM_DELTFILTER, NLM_F_ACK, id);
	err = nl_msg_end(&msg);
	if (!err)
		err = tc_transact(tc, &msg, NULL, d);
	return span_end(&sp, err);
}

int tc_get_flower(struct tc *tc, const struct tc_id *id, struct tc_filter *f, struct diag *d)
{
	struct span sp = SPAN(trace_of(tc));
	struct nl_reply reply;
	struct nl_msg msg;
	int err;

	note_id(&sp, id);
	err = check_id(id, d);
	if (err)
		return span_end(&sp, err);
	start_filter_request(tc, &msg, RTM_GETTFILTER, NLM_F_ECHO, id);
	err = nl_msg_end(&msg);
	if (!err)
		err = tc_transact(tc, &msg, &reply, d);
	if (!err && !reply.msg)
		err = diag_set(d, -EPROTO, "the kernel did not answer with a filter");
	if (!err)
		err = tc_filter_decode(f, reply.msg, d);
	if (!err)
		note_filter(&sp, "filter", f);
	return span_end(&sp, err);
}

/* ---- dump ---- */

/* Begins a dump of what the hook of @id has, of all chains. */
static int start_dump(struct tc *tc, const struct tc_id *id, uint16_t type, struct nl_dump *dump,
		      bool terse, struct diag *d)
{
	const struct tc_id hook = { .ifindex = id->ifindex,
				    .block = id->block,
				    .parent = id->parent };
	const struct nla_bitfield32 flags = { TCA_DUMP_FLAGS_TERSE, TCA_DUMP_FLAGS_TERSE };
	struct nl_msg msg;
	int err;

	start_filter_request(tc, &msg, type, 0, &hook);
	if (terse)
		nl_put(&msg, TCA_DUMP_FLAGS, &flags, sizeof flags);
	err = nl_msg_end(&msg);
	return err ? err : nl_dump_start(dump, tc->sock, &msg, d);
}

int tc_dump_flower_start(struct tc *tc, const struct tc_id *id, struct nl_dump *dump, bool terse,
			 struct diag *d)
{
	struct span sp = SPAN(trace_of(tc));

	note_id(&sp, id);
	span_note(&sp, "terse", "%s", terse ? "yes" : "no");
	return span_end(&sp, start_dump(tc, id, RTM_GETTFILTER, dump, terse, d));
}

/* A message that stands for all filters of a kind and priority, before them. */
static bool is_header(const struct nlmsghdr *msg)
{
	struct tcmsg tcm;

	if (msg->nlmsg_len < NLMSG_HDRLEN + sizeof tcm)
		return false;
	memcpy(&tcm, (const uint8_t *)msg + NLMSG_HDRLEN, sizeof tcm);
	return !tcm.tcm_handle;
}

int tc_dump_filter_next(struct tc *tc, struct nl_dump *dump, struct tc_filter *f, struct diag *d)
{
	const struct nlmsghdr *msg;
	struct diag why;
	int err;

	do {
		err = nl_dump_next(dump, &msg, d);
		if (err <= 0)
			return err;
	} while (msg->nlmsg_type != RTM_NEWTFILTER || is_header(msg));
	diag_init(&why);
	err = tc_filter_decode(f, msg, &why);
	if (!err)
		return 1;
	return err == -EOPNOTSUPP ? 2 : diag_copy(d, &why);
}

int tc_dump_flower_next(struct tc *tc, struct nl_dump *dump, struct tc_filter *f, struct diag *d)
{
	int r;

	do
		r = tc_dump_filter_next(tc, dump, f, d);
	while (r == 2);
	return r;
}

/* ---- qdiscs ---- */

/* The answers that mean that what was asked for is there already, or gone already. */
static bool is_fine(int err, bool add)
{
	return add ? err == -EEXIST : err == -ENOENT || err == -EINVAL;
}

int tc_add_del_qdisc(struct tc *tc, int ifindex, bool add, uint32_t block, enum tc_hook hook,
		     struct diag *d)
{
	struct span sp = SPAN(trace_of(tc));
	bool ingress = hook == TC_HOOK_INGRESS;
	const struct tcmsg tcm = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_handle = TC_H_MAKE(TC_H_INGRESS, 0),
		.tcm_parent = TC_H_INGRESS, /* TC_H_CLSACT is the same number */
	};
	struct diag why;
	struct nl_msg msg;
	int err;

	span_note(&sp, "qdisc", "%s %s ifindex %d block %u", add ? "add" : "delete",
		  ingress ? "ingress" : "clsact", ifindex, block);
	nl_msg_init(&msg, tc->buf, sizeof tc->buf);
	nl_msg_start(&msg, add ? RTM_NEWQDISC : RTM_DELQDISC,
		     (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0)),
		     &tcm, sizeof tcm);
	nl_put_str(&msg, TCA_KIND, ingress ? "ingress" : "clsact");
	nl_put(&msg, TCA_OPTIONS, NULL, 0);
	if (block)
		nl_put_u32(&msg, ingress ? TCA_INGRESS_BLOCK : TCA_EGRESS_BLOCK, block);
	diag_init(&why);
	err = nl_msg_end(&msg);
	if (!err)
		err = tc_transact(tc, &msg, NULL, &why);
	if (is_fine(err, add)) {
		span_note(&sp, "kernel", "%s: it is %s already", diag_errno_name(err),
			  add ? "there" : "gone");
		err = 1;
	} else if (err) {
		diag_copy(d, &why);
	}
	return span_end(&sp, err);
}

/* ---- flush ---- */

struct chains {
	uint32_t *id;
	size_t n, cap;
};

static const struct nl_policy chain_policy[] = {
	[TCA_CHAIN] = { .kind = NL_U32, .required = true, .name = "TCA_CHAIN" },
};

static int take_chain(struct chains *c, const struct nlmsghdr *msg, struct diag *d)
{
	const struct nlattr *at[ARRAY_SIZE(chain_policy)];
	const size_t header = NLMSG_HDRLEN + sizeof(struct tcmsg);
	uint32_t *grown;

	if (msg->nlmsg_len < header ||
	    nl_attrs_parse(at, chain_policy, ARRAY_SIZE(at), (const uint8_t *)msg + header,
			   msg->nlmsg_len - header, NULL))
		return malformed(d, "chain");
	grown = mem_grow(c->id, &c->cap, c->n + 1, sizeof *c->id);
	if (!grown)
		return diag_set(d, -ENOMEM, "no memory for a list of chains");
	c->id = grown;
	c->id[c->n++] = nl_attr_u32(at[TCA_CHAIN]);
	return 0;
}

static int list_chains(struct tc *tc, const struct tc_id *hook, struct chains *c, struct diag *d)
{
	const struct nlmsghdr *msg;
	struct nl_dump dump;
	int err = start_dump(tc, hook, RTM_GETCHAIN, &dump, false, d);

	if (err)
		return err;
	while ((err = nl_dump_next(&dump, &msg, d)) > 0) {
		/* The kernel of 6.1 dumps chains as RTM_NEWCHAIN, and answers a get as
		 * RTM_GETCHAIN. */
		if (msg->nlmsg_type != RTM_NEWCHAIN && msg->nlmsg_type != RTM_GETCHAIN)
			continue;
		err = take_chain(c, msg, d);
		if (err)
			break;
	}
	if (nl_dump_end(&dump) && !err)
		err = diag_set(d, -EPROTO, "the dump of chains did not end");
	return err;
}

static struct tc_id id_of_hook(int ifindex, uint32_t block, enum tc_hook hook)
{
	return (struct tc_id){
		.ifindex = ifindex,
		.block = block,
		.parent = TC_H_MAKE(TC_H_CLSACT,
				    hook == TC_HOOK_INGRESS ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS),
	};
}

int tc_add_chain(struct tc *tc, int ifindex, uint32_t block, enum tc_hook hook, uint32_t chain,
		 struct diag *d)
{
	struct tc_id id = id_of_hook(ifindex, block, hook);
	struct nl_msg msg;
	struct diag why;
	int err;

	id.chain = chain;
	start_filter_request(tc, &msg, RTM_NEWCHAIN, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &id);
	diag_init(&why);
	err = nl_msg_end(&msg);
	if (!err)
		err = tc_transact(tc, &msg, NULL, &why);
	if (err == -EEXIST)
		return 1;
	return err ? diag_copy(d, &why) : 0;
}

int tc_has_chain(struct tc *tc, int ifindex, uint32_t block, enum tc_hook hook, uint32_t chain,
		 struct diag *d)
{
	const struct tc_id id = id_of_hook(ifindex, block, hook);
	struct chains c = { NULL, 0, 0 };
	int err = list_chains(tc, &id, &c, d);
	bool has = false;

	for (size_t i = 0; i < c.n; i++)
		has |= c.id[i] == chain;
	mem_free(c.id);
	return err ? err : has;
}

int tc_flush(struct tc *tc, int ifindex, uint32_t block, enum tc_hook hook, struct diag *d)
{
	struct span sp = SPAN(trace_of(tc));
	struct tc_id id = id_of_hook(ifindex, block, hook);
	struct chains c = { NULL, 0, 0 };
	int err = list_chains(tc, &id, &c, d);

	span_note(&sp, "chains", "%zu", c.n);
	for (size_t i = 0; !err && i < c.n; i++) {
		struct nl_msg msg;

		id.chain = c.id[i];
		start_filter_request(tc, &msg, RTM_DELTFILTER, NLM_F_ACK, &id);
		err = nl_msg_end(&msg);
		if (!err)
			err = tc_transact(tc, &msg, NULL, d);
	}
	mem_free(c.id);
	return span_end(&sp, err);
}
