/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traffic control of the model kernel answers as that of Linux does: `raw model FILE` and `raw
 * linux FILE` (in a guest) send the rtnetlink requests of a file, right ones and broken ones, and
 * print what comes back, and what a second socket hears that is joined to RTNLGRP_TC. Their outputs
 * must be equal. `raw model|linux FILE SEED COUNT` sends requests instead that are put together at
 * random from the fragments that the file defines. The file explains its own language.
 */
#include "base/alloc.h"
#include "base/hash.h"
#include "netlink/msg.h"
#include "netlink/transport-provider.h"
#include "tests/system/machines.h"
#include "tests/system/transcript.h"

#include <ctype.h>
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUEST_MAX 8192
#define LINE_MAX_   8192
#define MACROS_MAX  256
#define SETTLE_US   2000 /* Linux frees filters and actions a little later */

struct macro {
	char *name;
	char *text;
};

struct bench {
	struct machine_under_test machine;
	struct nl_transport *t, *listener;
	struct macro macros[MACROS_MAX];
	size_t n_macros;
	uint32_t seq;
	uint64_t random;
	struct text text;
};

/* ---- a line becomes a message ---- */

static const char *find_macro(const struct bench *b, const char *name, size_t len)
{
	for (size_t i = 0; i < b->n_macros; i++)
		if (strlen(b->macros[i].name) == len && !memcmp(b->macros[i].name, name, len))
			return b->macros[i].text;
	return NULL;
}

static void expand(const struct bench *b, struct text *out, const char *s, int depth)
{
	while (*s) {
		const char *text;
		size_t len = 1;

		if (*s != '$') {
			text_put_char(out, *s++);
			continue;
		}
		while (isalnum((unsigned char)s[len]) || s[len] == '_')
			len++;
		text = find_macro(b, s + 1, len - 1);
		if (text && depth < 16)
			expand(b, out, text, depth + 1);
		else
			text_putf(out, "undefined:%.*s", (int)len, s);
		s += len;
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t parse_hex(uint8_t *data, size_t cap, const char *s)
{
	size_t n = 0;

	for (; hex_digit(s[0]) >= 0 && hex_digit(s[1]) >= 0 && n < cap; s += 2)
		data[n++] = (uint8_t)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
	return n;
}

/* Numbers with commas between them, each as 32 bits. */
static size_t parse_numbers(uint32_t *v, size_t cap, const char *s)
{
	size_t n = 0;
	char *end;

	while (n < cap) {
		v[n++] = (uint32_t)strtoll(s, &end, 0);
		if (*end != ',')
			break;
		s = end + 1;
	}
	return n;
}

/* struct tc_gen, index and action given, and what follows it; or tc_pedit_sel. */
static void put_gen(struct nl_msg *m, uint16_t type, const char *s, bool is_pedit)
{
	uint32_t v[128], out[160] = { 0 };
	size_t n = parse_numbers(v, ARRAY_SIZE(v), s), used = 5;

	out[0] = v[0];
	out[2] = n > 1 ? v[1] : 0;
	if (is_pedit)
		out[used++] = (n > 2 ? v[2] & 0xff : 0) | (n > 3 ? (v[3] & 0xff) << 8 : 0);
	for (size_t i = is_pedit ? 4 : 2; i < n; i++)
		out[used++] = v[i];
	nl_put(m, type, out, used * sizeof out[0]);
}

static void put_value(struct nl_msg *m, uint16_t type, const char *form, const char *value)
{
	uint8_t data[1024];
	unsigned long long v = strtoull(value, NULL, 0);
	uint32_t bits[2] = { 0 };

	if (!strcmp(form, "u8"))
		nl_put_u8(m, type, (uint8_t)v);
	else if (!strcmp(form, "u16"))
		nl_put_u16(m, type, (uint16_t)v);
	else if (!strcmp(form, "u32"))
		nl_put_u32(m, type, (uint32_t)v);
	else if (!strcmp(form, "b16"))
		nl_put_be16(m, type, be16_from_host((uint16_t)v));
	else if (!strcmp(form, "b32"))
		nl_put_be32(m, type, be32_from_host((uint32_t)v));
	else if (!strcmp(form, "s"))
		nl_put_str(m, type, value);
	else if (!strcmp(form, "t"))
		nl_put(m, type, value, strlen(value));
	else if (!strcmp(form, "bits"))
		nl_put(m, type, bits, parse_numbers(bits, 2, value) * sizeof bits[0]);
	else if (!strcmp(form, "gen"))
		put_gen(m, type, value, false);
	else if (!strcmp(form, "pedit"))
		put_gen(m, type, value, true);
	else
		nl_put(m, type, data, parse_hex(data, sizeof data, value));
}

static char *next_token(char **s)
{
	char *t;

	while (**s == ' ' || **s == '\t')
		++*s;
	t = *s;
	while (**s && **s != ' ' && **s != '\t')
		++*s;
	if (**s)
		*(*s)++ = '\0';
	return *t ? t : NULL;
}

static void put_attrs(struct nl_msg *m, char **s)
{
	char *token;

	while ((token = next_token(s))) {
		char *end, form[8] = "";
		uint16_t type = (uint16_t)strtoul(token, &end, 0);
		size_t nest;

		if (*token == '}' || *token == ']')
			return;
		if (*end == '{' || *end == '[') {
			nest = *end == '[' ? nl_nest_start(m, type) : nl_nest_start_plain(m, type);
			put_attrs(m, s);
			nl_nest_end(m, nest);
			continue;
		}
		if (*end == '.')
			for (size_t i = 0; *++end && *end != '=' && i < sizeof form - 1; i++)
				form[i] = *end;
		put_value(m, type, form, *end == '=' ? end + 1 : end);
	}
}

struct named {
	const char *name;
	uint32_t number;
};

static const struct named types[] = {
	{ "newqdisc", RTM_NEWQDISC },	  { "delqdisc", RTM_DELQDISC },
	{ "getqdisc", RTM_GETQDISC },	  { "newtfilter", RTM_NEWTFILTER },
	{ "deltfilter", RTM_DELTFILTER }, { "gettfilter", RTM_GETTFILTER },
	{ "newaction", RTM_NEWACTION },	  { "delaction", RTM_DELACTION },
	{ "getaction", RTM_GETACTION },	  { "newchain", RTM_NEWCHAIN },
	{ "delchain", RTM_DELCHAIN },	  { "getchain", RTM_GETCHAIN },
};

static uint32_t number_of(const struct named *table, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(table[i].name, s))
			return table[i].number;
	return (uint32_t)strtoul(s, NULL, 0);
}

static uint16_t flags_of(const char *s)
{
	static const struct {
		char letter;
		uint16_t flag;
	} all[] = { { 'c', NLM_F_CREATE }, { 'x', NLM_F_EXCL }, { 'r', NLM_F_REPLACE },
		    { 'a', NLM_F_APPEND }, { 'e', NLM_F_ECHO }, { 'd', NLM_F_DUMP },
		    { 'R', NLM_F_ROOT },   { 'M', NLM_F_MATCH } };
	uint16_t flags = NLM_F_REQUEST | NLM_F_ACK;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (strchr(s, all[i].letter))
			flags |= all[i].flag;
	if (strchr(s, 'n'))
		flags &= (uint16_t)~NLM_F_ACK;
	if (strchr(s, 'q'))
		flags &= (uint16_t)~NLM_F_REQUEST;
	return flags;
}

static uint32_t number(char **s)
{
	const char *t = next_token(s);

	return t ? (uint32_t)strtoll(t, NULL, 0) : 0;
}

/* The options in front of the attributes: cut=N bytes of the message are sent, tail=HEX follows. */
static void finish(struct nl_msg *m, char *s, int *err)
{
	char *token, *attrs = s;
	unsigned long cut = 0;
	size_t n_tail = 0;
	uint8_t tail[64];

	while (!strncmp(attrs, "cut=", 4) || !strncmp(attrs, "tail=", 5)) {
		token = next_token(&attrs);
		if (*token == 'c')
			cut = strtoul(token + 4, NULL, 0);
		else
			n_tail = parse_hex(tail, sizeof tail, token + 5);
		while (*attrs == ' ')
			attrs++;
	}
	while (*attrs)
		put_attrs(m, &attrs);
	*err = nl_msg_end(m);
	if (*err)
		return;
	memcpy(m->buf + m->size, tail, n_tail);
	m->size += n_tail;
	if (cut)
		m->size = cut;
	nl_msg_header(m)->nlmsg_len = (uint32_t)m->size;
}

static int encode(struct nl_msg *m, char *line)
{
	struct tcmsg t = { 0 };
	struct tcamsg ta = { 0 };
	const char *name = next_token(&line);
	const char *flags = next_token(&line);
	uint32_t type;
	int err;

	if (!name || !flags)
		return -EINVAL;
	type = number_of(types, ARRAY_SIZE(types), name);
	if (type >= RTM_NEWACTION && type <= RTM_GETACTION) {
		nl_msg_start(m, (uint16_t)type, flags_of(flags), &ta, sizeof ta);
	} else {
		uint32_t prio;

		t.tcm_ifindex = (int)number(&line);
		t.tcm_parent = number(&line);
		prio = number(&line);
		t.tcm_info = TC_H_MAKE(
			prio << 16, FORCE_CAST(uint16_t, be16_from_host((uint16_t)number(&line))));
		t.tcm_handle = number(&line);
		nl_msg_start(m, (uint16_t)type, flags_of(flags), &t, sizeof t);
	}
	while (*line == ' ')
		line++;
	finish(m, line, &err);
	return err;
}

/* ---- conversations ---- */

static void hear(struct bench *b, struct nl_transport *t, const char *arrow)
{
	uint8_t buf[65536];
	ssize_t n;

	while ((n = t->class->recvmsg(t, buf, sizeof buf, false)) > 0)
		transcript_put(&b->text, arrow, buf,
			       (size_t)n < sizeof buf ? (size_t)n : sizeof buf);
	if (n != -EAGAIN)
		text_putf(&b->text, "%s %s\n", arrow, diag_errno_name((int)n));
}

/* At once, so that the last line names the request that a kernel did not survive. */
static void flush(struct bench *b)
{
	fputs(b->text.s, stdout);
	fflush(stdout);
	text_clear(&b->text);
}

static void run_line(struct bench *b, const char *line)
{
	uint8_t buf[REQUEST_MAX + 64];
	struct text full;
	struct iovec iov;
	struct nl_msg m;
	int err;

	text_putf(&b->text, "# %s\n", line);
	text_init(&full);
	expand(b, &full, line, 0);
	nl_msg_init(&m, buf, REQUEST_MAX);
	err = encode(&m, full.s);
	if (!err) {
		nl_msg_header(&m)->nlmsg_seq = ++b->seq;
		iov = (struct iovec){ buf, m.size };
		err = b->t->class->sendmsg(b->t, &iov, 1);
	}
	if (err)
		text_putf(&b->text, "= %s\n", diag_errno_name(err));
	hear(b, b->t, "<");
	hear(b, b->listener, "*");
	if (!b->machine.kernel)
		usleep(SETTLE_US);
	text_fini(&full);
	flush(b);
}

/* ---- random requests ---- */

/* One of the fragments that the macro @name lists with bars between them. */
static void put_choice(struct bench *b, struct text *out, const char *name)
{
	const char *s = find_macro(b, name, strlen(name)), *p = s;
	size_t n = 1, chosen;

	if (!s)
		return;
	for (; *p; p++)
		n += *p == '|';
	chosen = hash_u64(++b->random) % n;
	for (p = s; chosen; p++)
		chosen -= *p == '|';
	text_putf(out, "%.*s", (int)strcspn(p, "|"), p);
}

/* A percent sign and the name of a list stands for one of its items. */
static void put_random(struct bench *b, struct text *out, const char *s)
{
	char name[32];

	while (*s) {
		size_t len = 0;

		if (*s != '%') {
			text_put_char(out, *s++);
			continue;
		}
		for (s++; isalnum((unsigned char)*s) || *s == '_'; s++)
			if (len < sizeof name - 1)
				name[len++] = *s;
		name[len] = '\0';
		put_choice(b, out, name);
	}
}

static void run_random(struct bench *b)
{
	struct text a, c;

	text_init(&a);
	text_init(&c);
	put_choice(b, &a, "random");
	/* Fragments are made of fragments. */
	for (int i = 0; i < 6 && strchr(a.s, '%'); i++) {
		text_clear(&c);
		put_random(b, &c, a.s);
		text_clear(&a);
		text_put(&a, c.s);
	}
	run_line(b, a.s);
	text_fini(&a);
	text_fini(&c);
}

/* ---- main ---- */

static void add_macro(struct bench *b, const char *line)
{
	size_t len = strcspn(line, " ");

	if (b->n_macros == MACROS_MAX || !line[len])
		return;
	b->macros[b->n_macros++] = (struct macro){ strndup(line, len), strdup(line + len + 1) };
}

static void run_file(struct bench *b, FILE *f, bool only_macros)
{
	char line[LINE_MAX_];

	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '@')
			add_macro(b, line + 1);
		else if (line[0] && line[0] != '#' && !only_macros)
			run_line(b, line);
	}
}

int main(int argc, char **argv)
{
	struct bench b = { 0 };
	bool is_random = argc > 4;
	struct diag d;
	FILE *f;
	int err = 0;

	if (argc < 3 || (strcmp(argv[1], "model") && strcmp(argv[1], "linux"))) {
		fprintf(stderr, "usage: raw model|linux FILE [SEED COUNT]\n");
		return 2;
	}
	f = fopen(argv[2], "r");
	if (!f) {
		perror(argv[2]);
		return 2;
	}
	text_init(&b.text);
	diag_init(&d);
	if (!strcmp(argv[1], "model"))
		err = machine_make_model(&b.machine);
	if (!err)
		err = machine_connect(&b.machine, NETLINK_ROUTE, &b.t, &d);
	if (!err)
		err = machine_connect(&b.machine, NETLINK_ROUTE, &b.listener, &d);
	if (!err)
		err = b.listener->class->join(b.listener, RTNLGRP_TC);
	if (!err)
		run_file(&b, f, is_random);
	if (!err && is_random) {
		b.random = strtoull(argv[3], NULL, 0);
		for (unsigned long i = 0; i < strtoul(argv[4], NULL, 0); i++)
			run_random(&b);
	}
	text_putf(&b.text, "= %s\n", err ? diag_errno_name(err) : "ok");
	flush(&b);
	fclose(f);
	nl_transport_close(b.t);
	nl_transport_close(b.listener);
	machine_close(&b.machine);
	for (size_t i = 0; i < b.n_macros; i++) {
		free(b.macros[i].name);
		free(b.macros[i].text);
	}
	text_fini(&b.text);
	return err ? 1 : 0;
}
