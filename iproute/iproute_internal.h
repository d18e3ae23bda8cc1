/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this folder share: the words of a command, the two forms of output, requests
 * with tc's messages, and one table of kinds for actions. Files and functions have the names that
 * they have in iproute2.
 *
 * Functions that read words return 0 or the exit status, after saying why.
 */
#ifndef IPROUTE_IPROUTE_INTERNAL_H
#define IPROUTE_IPROUTE_INTERNAL_H

#include "iproute/iproute.h"
#include "netlink/attr.h"
#include "netlink/msg.h"
#include "trace/trace.h"

#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#define MAX_MSG 16384 /* bytes of a request */

/* ---- args.c: words ---- */

/* A place in the words of a command. */
struct args {
	struct iproute *ip;
	const char **argv;
	int argc, i;	   /* argv[i] is the next word; i == argc: there is none */
	const char *usage; /* "tc filter help" */
};

static inline const char *args_word(const struct args *a)
{
	return a->i < a->argc ? a->argv[a->i] : NULL;
}

/* The next word is @word; or a beginning of it, as tc lets one abbreviate. */
bool args_is(const struct args *a, const char *word);
bool args_matches(const struct args *a, const char *word);
bool word_matches(const char *word, const char *whole);

/* Goes on to the value behind a keyword: 0, or there is none. */
int args_value(struct args *a) MUST_CHECK;

/* Says a line about the word at hand and returns @status. */
int args_refuse(struct args *a, int status, const char *fmt, ...) PRINTF_LIKE(3, 4);
int args_wrong(struct args *a, const char *why) MUST_CHECK;	/* the value is wrong */
int args_twice(struct args *a, const char *keyword) MUST_CHECK; /* @keyword came twice */

/* The whole of @s as a number of @base, 0: with 0x or 0 in front, up to @max. */
bool parse_number(uint64_t *v, const char *s, int base, uint64_t max) MUST_CHECK;
bool parse_mac(uint8_t mac[6], const char *s) MUST_CHECK;
bool parse_hex(uint8_t *bytes, const char *s, size_t n) MUST_CHECK;
bool parse_protocol(be16 *protocol, const char *s) MUST_CHECK; /* "ip", "802.1Q", "0x88cc" */
bool parse_classid(uint32_t *id, const char *s) MUST_CHECK;    /* "1:7", "root", "ffff:" */
bool parse_qdisc_handle(uint32_t *id, const char *s) MUST_CHECK;

/* An address of @family (AF_INET, AF_INET6, AF_UNSPEC: either) with "/BITS" or "/MASK" or neither.
 */
struct prefix {
	int family;
	size_t size; /* bytes */
	uint8_t address[16], mask[16];
};
bool parse_prefix(struct prefix *p, const char *s, int family) MUST_CHECK;

/* ---- show.c: text or JSON ---- */

struct show {
	struct text *out;
	const struct iproute_options *options;
	struct iproute *ip;
	unsigned int depth; /* of JSON */
	char sep;
};

void show_begin(struct show *s, struct iproute *ip); /* the whole output: an array in JSON */
void show_end(struct show *s);
/* JSON only; @key NULL: in an array. */
void show_object(struct show *s, const char *key);
void show_object_end(struct show *s);
void show_array(struct show *s, const char *key);
void show_array_end(struct show *s);
void show_json_str(struct show *s, const char *key, const char *v);
void show_json_uint(struct show *s, const char *key, uint64_t v);
void show_json_int(struct show *s, const char *key, int64_t v);
void show_json_bool(struct show *s, const char *key, bool v);
/* Text only. */
void show_text(struct show *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void show_line(struct show *s); /* the end of a line */
/* Both: BEFORE value AFTER. */
void show_str(struct show *s, const char *key, const char *before, const char *v,
	      const char *after);
void show_uint(struct show *s, const char *key, const char *before, uint64_t v, const char *after);

void format_protocol(char *buf, size_t size, be16 protocol);
void format_classid(char *buf, size_t size, uint32_t id);
void format_mac(char *buf, size_t size, const uint8_t *mac);
void format_address(char *buf, size_t size, const void *address, size_t address_size);
/* Leading ones of a mask, or -1: it has a hole, or none. */
int mask_bits(const uint8_t *mask, size_t size);

/* ---- libnetlink.c: requests ---- */

void say(struct iproute *ip, const char *fmt, ...) PRINTF_LIKE(2, 3); /* a line on ip->err */

/*
 * Sends @m. *@answer (NULL: none is wanted) is borrowed until the next request. 0 or negative
 * errno, which was said.
 */
int rtnl_talk(struct iproute *ip, struct nl_msg *m, const struct nlmsghdr **answer) MUST_CHECK;

/* Calls @f for each message of the dump that @m asks for. Its errors end the dump. */
typedef int dump_function(void *aux, const struct nlmsghdr *h);
int rtnl_dump_filter(struct iproute *ip, struct nl_msg *m, dump_function *f, void *aux) MUST_CHECK;

/* Asks for all links, once. 0 or negative errno, which was said. */
int ll_init_map(struct iproute *ip) MUST_CHECK;
int ll_name_to_index(struct iproute *ip, const char *name);    /* 0: there is no such device */
const char *ll_index_to_name(struct iproute *ip, int ifindex); /* "if7" when it is not known */

/* The number of device @dev, a word of the command; 0 for NULL. */
int args_find_dev(struct args *a, const char *dev, int *ifindex) MUST_CHECK;

/* Attributes 0 to @n - 1 of @data; what is too long or short for one is left out. */
void take_attrs(const struct nlattr **attrs, size_t n, const void *data, size_t size);
void take_nested(const struct nlattr **attrs, size_t n, const struct nlattr *nest);

/* Values; 0 or "" when an attribute is absent or is no such value. */
uint64_t attr_number(const struct nlattr *a);
const char *attr_str(const struct nlattr *a);

/* ---- the commands ---- */

int do_qdisc(struct args *a) MUST_CHECK;
int do_filter(struct args *a) MUST_CHECK;
int do_chain(struct args *a) MUST_CHECK;
int do_action(struct args *a) MUST_CHECK;

/* f_flower.c, f_flower_show.c */
struct filter_request {
	const char *handle; /* NULL: none */
	be16 protocol;
	uint32_t flags; /* out: TCA_CLS_FLAGS_* */
};
int flower_parse(struct args *a, struct nl_msg *m, struct tcmsg *t,
		 struct filter_request *f) MUST_CHECK;
void flower_show(struct show *s, const struct nlattr *options, uint32_t handle);

/* tc_util.c */
void show_stats2(struct show *s, const struct nlattr *stats2, const char *prefix);
/* The times of an action, from a struct tcf_t, with statistics. */
void show_used(struct show *s, const struct nlattr *a);

/* m_action.c */
int parse_actions(struct args *a, struct nl_msg *m, uint16_t attr) MUST_CHECK;
/* @is_object: of `tc actions`, not of a filter. */
void show_actions(struct show *s, const struct nlattr *list, bool is_object);

/* A kind of action: its words and its output. */
struct action_kind {
	const char *name;
	int (*parse)(struct args *a, struct nl_msg *m) MUST_CHECK;
	void (*show)(struct show *s, const struct nlattr *options);
};
extern const struct action_kind iproute_actions[]; /* ends with name NULL */

/* A control word: "pass", "drop", "goto chain 3" ... True: it was one and the words behind it are
 * next. */
bool is_control(const char *word);
int parse_control(struct args *a, int *control) MUST_CHECK;
void show_control(struct show *s, const char *key, const char *before, uint32_t control,
		  const char *after);

int parse_gact(struct args *a, struct nl_msg *m) MUST_CHECK;
int parse_mirred(struct args *a, struct nl_msg *m) MUST_CHECK;
int parse_vlan(struct args *a, struct nl_msg *m) MUST_CHECK;
int parse_pedit(struct args *a, struct nl_msg *m) MUST_CHECK;
int parse_csum(struct args *a, struct nl_msg *m) MUST_CHECK;
int parse_ct(struct args *a, struct nl_msg *m) MUST_CHECK;
int parse_tunnel_key(struct args *a, struct nl_msg *m) MUST_CHECK;
void show_gact(struct show *s, const struct nlattr *options);
void show_mirred(struct show *s, const struct nlattr *options);
void show_vlan(struct show *s, const struct nlattr *options);
void show_pedit(struct show *s, const struct nlattr *options);
void show_csum(struct show *s, const struct nlattr *options);
void show_ct(struct show *s, const struct nlattr *options);
void show_tunnel_key(struct show *s, const struct nlattr *options);

/* A kind's last words: a control when it may have one (@control not NULL), and its index. */
int parse_tail(struct args *a, int *control, uint32_t *index) MUST_CHECK;
/* The parameters of a kind; zero when a kernel sent none. */
bool take_parms(void *parms, size_t size, const struct nlattr *a);
void show_index(struct show *s, const void *parms, const char *before);

#endif
