/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A netlink socket: requests and their answers over a transport. The names are those of OVS's
 * lib/netlink-socket.c, which the article names: nl_transact() -> nl_sock_transact() ->
 * nl_sock_transact_multiple()
 * -> sendmsg. It numbers requests, sorts answers by number, reads extacks into a diag, and walks
 * dumps.
 */
#ifndef NETLINK_SOCK_H
#define NETLINK_SOCK_H

#include "base/diag.h"
#include "netlink/msg.h"
#include "netlink/transport-provider.h"
#include "trace/trace.h"

#define NL_REPLY_MAX 65536 /* bytes of one answer; a longer one is -EMSGSIZE with words */

struct nl_sock;

/* Takes the transport, also on failure. @trace is kept and may be NULL. 0 or -ENOMEM. */
int nl_sock_new(struct nl_sock **out, struct nl_transport *t, struct trace *trace,
		struct diag *d) MUST_CHECK;
void nl_sock_free(struct nl_sock *s);
struct trace *nl_sock_trace(const struct nl_sock *s);
/* What it speaks over; borrowed. For opening another one as it is. */
struct nl_transport *nl_sock_transport(struct nl_sock *s);

/* What a kernel said besides an errno: from the TLVs of an ack. */
struct nl_extack {
	char msg[256];	    /* NLMSGERR_ATTR_MSG, or "" */
	bool has_offset;    /* NLMSGERR_ATTR_OFFS */
	uint32_t offset;    /* bytes from the begin of the request's nlmsghdr */
	uint16_t miss_type; /* NLMSGERR_ATTR_MISS_TYPE; 0: none */
	uint32_t miss_nest;
};

/* Copies words only where there are some: an ack is on the way of every request. */
static inline void nl_extack_copy(struct nl_extack *to, const struct nl_extack *from)
{
	if (from->msg[0]) {
		*to = *from;
		return;
	}
	to->msg[0] = '\0';
	to->has_offset = from->has_offset;
	to->offset = from->offset;
	to->miss_type = from->miss_type;
	to->miss_nest = from->miss_nest;
}

/* An answer: borrowed, valid until the next call on the socket. */
struct nl_reply {
	const struct nlmsghdr *msg; /* NULL: there was only an ack */
	size_t size;
	struct nl_extack ack; /* also of a success: a warning */
};

/*
 * One request and its answer. @request is a finished message; its sequence number and port are
 * filled in here, and NLM_F_ACK when nothing in its flags asks for an answer: silence is never
 * success. With NLM_F_ECHO or a GET the answer is in *@reply (which may be NULL when it is not
 * wanted); a request with NLM_F_ECHO and no NLM_F_ACK is done when the echo is there. The error of
 * the kernel is returned, and its extack is in @reply->ack; nl_transact() also puts its words in @d
 * ("the kernel: TEXT (EINVAL)"). -EBUSY: a dump is going on.
 */
int nl_transact(struct nl_sock *s, struct nl_msg *request, struct nl_reply *reply,
		struct diag *d) MUST_CHECK;
int nl_sock_transact(struct nl_sock *s, struct nl_msg *request, struct nl_reply *reply,
		     struct diag *d) MUST_CHECK;

/* One request of many that go out together. */
struct nl_transaction {
	struct nl_msg *request;
	int error;		      /* out */
	struct nl_extack ack;	      /* out */
	uint8_t *reply;		      /* caller's buffer for an answer, or NULL */
	size_t reply_cap, reply_size; /* reply_size: out; 0: none */
};

/*
 * Errors of single requests are in them; the return value is that of the transport, which those
 * that have no answer get too.
 */
int nl_sock_transact_multiple(struct nl_sock *s, struct nl_transaction *t, size_t n,
			      struct diag *d) MUST_CHECK;

/* A dump: start, next until it returns 0, end. One at a time on a socket. */
struct nl_dump {
	struct nl_sock *sock;
	int status;	  /* 0: going on; 1: done; negative errno */
	bool finished;	  /* nothing more comes from the kernel */
	size_t pos, size; /* of the datagram being walked, bytes */
	uint32_t seq;
};

int nl_dump_start(struct nl_dump *dump, struct nl_sock *s, struct nl_msg *request,
		  struct diag *d) MUST_CHECK;
/*
 * 1: *@msg is the next message, borrowed until the next call; 0: the end; negative errno, -EINTR
 * when the dump is not consistent because something changed meanwhile.
 */
int nl_dump_next(struct nl_dump *dump, const struct nlmsghdr **msg, struct diag *d) MUST_CHECK;
/* Must be called after start, also after an error: reads what is left so that the socket is usable.
 */
int nl_dump_end(struct nl_dump *dump);

/* The number of generic netlink family @name, by CTRL_CMD_GETFAMILY. 0, -ENOENT with words. */
int nl_genl_family(struct nl_sock *s, const char *name, uint16_t *id, struct diag *d) MUST_CHECK;

#endif
