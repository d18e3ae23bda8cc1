/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our tc against the real one, whose requests, answers and outputs are in a transcript
 * (tools/capture-tc):
 *   - over a transport that plays the kernel of the transcript: the same bytes go out, the same
 *     text comes out, the exit status is the same;
 *   - over the model kernel: the same text again, but for indexes and times;
 *   - so also over the real one, in a guest: with the argument "linux" (tests/system/tc-test).
 */
#include "base/alloc.h"
#include "iproute/iproute.h"
#include "netlink/transport.h"
#include "tests/system/machines.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS_MAX   64
#define QUEUE_MAX   200
#define MESSAGE_MAX 65536

/* ---- the transcript ---- */

/* One command of it. Lines point into the file's text. */
struct record {
	char *command;
	struct text sent, out, err; /* "> HEX" lines; the outputs */
	char *const *line;	    /* all of its lines, for the answers */
	size_t n_lines;
	bool err_is_cut; /* of a usage text on nothing is known */
	int status;
};

struct transcript {
	char *text;
	char **line; /* "@ INDEX NAME" are links */
	size_t n, at;
	bool beyond_model; /* what follows the model kernel has not */
};

static void open_transcript(struct transcript *t, const char *name)
{
	const char *source = getenv("INHW_SOURCE");
	char path[512];
	size_t size, cap = 0;
	FILE *f;

	memset(t, 0, sizeof *t);
	snprintf(path, sizeof path, "%s/tests/%s", source ? source : ".", name);
	f = fopen(path, "re");
	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	size = (size_t)ftell(f);
	rewind(f);
	t->text = malloc(size + 1);
	assert_int_equal(fread(t->text, 1, size, f), size);
	t->text[size] = '\0';
	fclose(f);
	for (char *s = t->text; *s;) {
		if (t->n == cap)
			t->line = realloc(t->line, (cap = cap ? 2 * cap : 1024) * sizeof *t->line);
		t->line[t->n++] = s;
		s += strcspn(s, "\n");
		if (*s)
			*s++ = '\0';
	}
}

static void close_transcript(struct transcript *t)
{
	free(t->line);
	free(t->text);
}

static void init_record(struct record *r)
{
	memset(r, 0, sizeof *r);
	text_init(&r->sent);
	text_init(&r->out);
	text_init(&r->err);
}

static void fini_record(struct record *r)
{
	text_fini(&r->sent);
	text_fini(&r->out);
	text_fini(&r->err);
}

static void take_line(struct record *r, const char *s)
{
	if (!strncmp(s, "1|", 2))
		text_putf(&r->out, "%s\n", s + 2);
	else if (!strncmp(s, "1-", 2))
		text_cut(&r->out, r->out.len - 1);
	else if (!strncmp(s, "2|", 2))
		text_putf(&r->err, "%s\n", s + 2);
	else if (!strncmp(s, "2~", 2))
		r->err_is_cut = true;
	else if (*s == '>')
		text_putf(&r->sent, "%s\n", s);
	else if (*s == '=')
		r->status = atoi(s + 2);
}

static bool next_record(struct transcript *t, struct record *r)
{
	while (t->at < t->n && strncmp(t->line[t->at], "$ ", 2))
		t->beyond_model |= !strcmp(t->line[t->at++], "# beyond the model");
	if (t->at == t->n)
		return false;
	text_clear(&r->sent);
	text_clear(&r->out);
	text_clear(&r->err);
	r->err_is_cut = false;
	r->command = t->line[t->at++] + 2;
	r->line = &t->line[t->at];
	for (r->n_lines = 0; t->at < t->n && !strchr("$#", t->line[t->at][0]); r->n_lines++)
		take_line(r, t->line[t->at++]);
	return true;
}

/* ---- a transport that plays the kernel of a record ---- */

struct player {
	struct nl_transport t; /* first */
	const struct transcript *transcript;
	const struct record *record;
	size_t at; /* line of the record from which on requests are looked for */
	struct text sent;
	struct {
		uint8_t *data;
		size_t size;
	} queue[QUEUE_MAX];
	size_t first, n;
};

static void push(struct player *p, const void *data, size_t size)
{
	assert_true(p->n < QUEUE_MAX);
	p->queue[p->n].data = malloc(size);
	memcpy(p->queue[p->n].data, data, size);
	p->queue[p->n++].size = size;
}

static void forget(struct player *p)
{
	while (p->n)
		free(p->queue[--p->n].data);
	p->first = 0;
}

static void push_ack(struct player *p, const struct nlmsghdr *request, int error)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
	} ack = { .h = { sizeof ack, NLMSG_ERROR, NLM_F_CAPPED, request->nlmsg_seq, p->t.port },
		  .e = { error, *request } };

	push(p, &ack, sizeof ack);
}

static void push_done(struct player *p, const struct nlmsghdr *request)
{
	struct {
		struct nlmsghdr h;
		int error;
	} done = { .h = { sizeof done, NLMSG_DONE, NLM_F_MULTI, request->nlmsg_seq, p->t.port } };

	push(p, &done, sizeof done);
}

static void push_link(struct player *p, const struct nlmsghdr *request, const char *name,
		      int ifindex)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg ifm;
		struct nlattr a;
		char name[16];
	} link = { .h = { sizeof link, RTM_NEWLINK, NLM_F_MULTI, request->nlmsg_seq, p->t.port },
		   .ifm = { .ifi_index = ifindex },
		   .a = { NLA_HDRLEN + 16, IFLA_IFNAME } };

	snprintf(link.name, sizeof link.name, "%s", name);
	push(p, &link, sizeof link);
}

/* Everybody asks for links in another way. */
static void answer_getlink(struct player *p, const struct nlmsghdr *request)
{
	if (!(request->nlmsg_flags & NLM_F_DUMP)) {
		push_ack(p, request, -ENODEV);
		return;
	}
	for (size_t i = 0; i < p->transcript->n; i++) {
		char name[16];
		int ifindex;

		if (sscanf(p->transcript->line[i], "@ %d %15s", &ifindex, name) == 2)
			push_link(p, request, name, ifindex);
	}
	push_done(p, request);
}

static unsigned int hex_byte(const char *s)
{
	unsigned int v = 0;

	assert_int_equal(sscanf(s, "%2x", &v), 1);
	return v;
}

static size_t bytes_of(const char *hex, uint8_t *data)
{
	size_t n = strlen(hex) / 2;

	assert_true(n <= MESSAGE_MAX);
	for (size_t i = 0; i < n; i++)
		data[i] = (uint8_t)hex_byte(hex + 2 * i);
	return n;
}

static void answer(struct player *p, const struct nlmsghdr *request)
{
	static uint8_t data[MESSAGE_MAX];
	const struct record *r = p->record;
	bool acked = false, any = false;

	while (p->at < r->n_lines && r->line[p->at][0] != '>')
		p->at++;
	for (p->at++; p->at < r->n_lines && r->line[p->at][0] == '<'; p->at++) {
		size_t size = bytes_of(r->line[p->at] + 2, data);
		struct nlmsghdr h;

		memcpy(&h, data, sizeof h);
		h.nlmsg_seq = request->nlmsg_seq;
		h.nlmsg_pid = p->t.port;
		memcpy(data, &h, sizeof h);
		acked |= h.nlmsg_type == NLMSG_ERROR;
		any = true;
		push(p, data, size);
	}
	/* tc waits for no ack where the answer is one. */
	if (!acked && request->nlmsg_flags & NLM_F_ACK)
		push_ack(p, request, any ? 0 : -EPROTO);
}

/* As the transcript has it: no number, no port, no ack where an answer is awaited. */
static void write_down(struct player *p, const struct nlmsghdr *request, const uint8_t *data)
{
	struct nlmsghdr h = *request;
	uint8_t head[sizeof h];

	h.nlmsg_seq = h.nlmsg_pid = 0;
	if (h.nlmsg_type == RTM_GETACTION && !(h.nlmsg_flags & NLM_F_DUMP))
		h.nlmsg_flags &= (uint16_t)~NLM_F_ACK;
	memcpy(head, &h, sizeof h);
	text_put(&p->sent, "> ");
	for (size_t i = 0; i < h.nlmsg_len; i++)
		text_putf(&p->sent, "%02x", i < sizeof head ? head[i] : data[i]);
	text_put_char(&p->sent, '\n');
}

static int player_sendmsg(struct nl_transport *t, const struct iovec *iov, size_t n)
{
	struct player *p = CONTAINER_OF(t, struct player, t);

	for (size_t i = 0; i < n; i++) {
		struct nlmsghdr h;

		memcpy(&h, iov[i].iov_base, sizeof h);
		if (h.nlmsg_type == RTM_GETLINK) {
			answer_getlink(p, &h);
			continue;
		}
		write_down(p, &h, iov[i].iov_base);
		answer(p, &h);
	}
	return 0;
}

static ssize_t player_recvmsg(struct nl_transport *t, void *buf, size_t cap, bool wait)
{
	struct player *p = CONTAINER_OF(t, struct player, t);
	size_t i = p->first;

	if (i == p->n)
		return -ETIMEDOUT;
	assert_true(p->queue[i].size <= cap);
	memcpy(buf, p->queue[i].data, p->queue[i].size);
	p->first++;
	return (ssize_t)p->queue[i].size;
}

static void player_close(struct nl_transport *t)
{
	struct player *p = CONTAINER_OF(t, struct player, t);

	forget(p);
	text_fini(&p->sent);
	free(p);
}

static const struct nl_transport_class player_class = {
	.name = "transcript",
	.sendmsg = player_sendmsg,
	.recvmsg = player_recvmsg,
	.close = player_close,
};

static struct player *new_player(void)
{
	struct player *p = calloc(1, sizeof *p);

	assert_non_null(p);
	p->t = (struct nl_transport){ &player_class, NETLINK_ROUTE, 77 };
	text_init(&p->sent);
	return p;
}

/* ---- running a command ---- */

/* Where ours says less, because what the real one goes on to say is wrong. */
static const struct {
	const char *command, *why;
} less[] = {
	{ "actions get action gact index 2099", "that \"action\" is no command" },
	{ "actions delete action gact index 2002", "the same" },
};

static bool is_less(const char *command)
{
	for (size_t i = 0; i < ARRAY_SIZE(less); i++)
		if (!strcmp(less[i].command, command))
			return true;
	return false;
}

static int run(struct iproute *ip, const char *command)
{
	static char copy[4096];
	const char *argv[WORDS_MAX];
	int argc = 0, n;

	snprintf(copy, sizeof copy, "%s", command);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " ")) {
		assert_true(argc < WORDS_MAX);
		argv[argc++] = w;
	}
	ip->options = (struct iproute_options){ .batch = NULL };
	text_clear(&ip->out);
	text_clear(&ip->err);
	n = iproute_tc_options(ip, argc, argv);
	return n < 0 ? IPROUTE_USAGE : iproute_tc(ip, argc - n, argv + n);
}

/* The line in which two texts begin to differ. */
static void print_line(const char *what, const char *s, size_t at)
{
	size_t begin = at;

	while (begin && s[begin - 1] != '\n')
		begin--;
	fprintf(stderr, "# %s: %.*s\n", what, (int)strcspn(s + begin, "\n"), s + begin);
}

/* Says where they differ. Returns how many differences that is: 0 or 1. */
static int compare(const struct record *r, const char *what, const char *got, const char *wanted,
		   bool is_cut)
{
	size_t at = 0;

	while (got[at] && got[at] == wanted[at])
		at++;
	if ((!wanted[at] && (is_cut || !got[at])) || (!got[at] && is_less(r->command)))
		return 0;
	fprintf(stderr, "# tc %s\n# %s differs\n", r->command, what);
	print_line("is", got, at);
	print_line("was to be", wanted, at);
	return 1;
}

static void play(const char *name, int at_least)
{
	struct transcript t;
	struct record r;
	struct nl_sock *sock;
	struct player *p = new_player();
	int n = 0, differ = 0;

	open_transcript(&t, name);
	p->transcript = &t;
	init_record(&r);
	assert_int_equal(nl_sock_new(&sock, &p->t, NULL, NULL), 0);
	for (; next_record(&t, &r); n++) {
		struct iproute ip;
		int status;

		iproute_init(&ip, sock);
		p->record = &r;
		p->at = 0;
		text_clear(&p->sent);
		status = run(&ip, r.command);
		forget(p);
		differ += compare(&r, "what is sent", p->sent.s, r.sent.s, false);
		differ += compare(&r, "the output", ip.out.s, r.out.s, false);
		differ += compare(&r, "the error output", ip.err.s, r.err.s, r.err_is_cut);
		if (status != r.status) {
			fprintf(stderr, "# tc %s\n# exits with %d, not with %d\n", r.command,
				status, r.status);
			differ++;
		}
		iproute_fini(&ip);
	}
	nl_sock_free(sock);
	fini_record(&r);
	close_transcript(&t);
	assert_true(n >= at_least);
	assert_int_equal(differ, 0);
}

static void what_is_sent_and_printed_is_what_the_real_tc_sends_and_prints(void **state)
{
	play("system/tc-transcript.txt", 300);
}

/* Rules in hardware, what a driver refuses, and the counters of both. */
static void so_it_is_on_the_real_driver(void **state)
{
	play("lab/tc-transcript.txt", 25);
}

/* ---- the model ---- */

/* Blanks out the number behind each @word of @t: what two right kernels choose themselves. */
static void blank(struct text *t, const char *word)
{
	size_t len = strlen(word);
	struct text copy;

	text_init(&copy);
	for (const char *s = t->s; *s;) {
		if (strncmp(s, word, len) || s[len] < '0' || s[len] > '9') {
			text_put_char(&copy, *s++);
			continue;
		}
		text_putf(&copy, "%sN", word);
		s += len;
		s += strspn(s, "0123456789");
	}
	text_clear(t);
	text_put(t, copy.s);
	text_fini(&copy);
}

static void normalise(struct text *t)
{
	static const char *const words[] = {
		"index ",	   "installed ",     "used ",
		"\"index\":",	   "\"index\": ",    "\"installed\":",
		"\"installed\": ", "\"last_used\":", "\"last_used\": ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		blank(t, words[i]);
}

/* Linux frees the actions of a filter some time after it, and counts them until then. */
static void wait_for_frees(const struct machine_under_test *m, const char *command)
{
	if (!m->kernel && strstr(command, " del "))
		usleep(300000);
}

/* Runs the commands on @m. Returns how many differences there are. */
static int compare_machine(struct machine_under_test *m)
{
	struct nl_transport *transport = NULL;
	struct nl_sock *sock = NULL;
	struct transcript t;
	struct record r;
	int differ = 0;

	assert_int_equal(machine_connect(m, NETLINK_ROUTE, &transport, NULL), 0);
	assert_int_equal(nl_sock_new(&sock, transport, NULL, NULL), 0);
	open_transcript(&t, "system/tc-transcript.txt");
	init_record(&r);
	while (next_record(&t, &r) && (!m->kernel || !t.beyond_model)) {
		struct iproute ip;
		int status;

		iproute_init(&ip, sock);
		status = run(&ip, r.command);
		wait_for_frees(m, r.command);
		normalise(&ip.out);
		normalise(&r.out);
		differ += compare(&r, "the output", ip.out.s, r.out.s, false);
		differ += compare(&r, "the error output", ip.err.s, r.err.s, r.err_is_cut);
		differ += status != r.status;
		iproute_fini(&ip);
	}
	fini_record(&r);
	close_transcript(&t);
	nl_sock_free(sock);
	return differ;
}

static void the_model_kernel_is_shown_as_the_real_one_is(void **state)
{
	struct machine_under_test m = { 0 };

	assert_int_equal(machine_make_model(&m), 0);
	assert_int_equal(compare_machine(&m), 0);
	machine_close(&m);
}

static void the_real_kernel_is_shown_as_the_real_tc_shows_it(void **state)
{
	struct machine_under_test linux_ = { 0 };

	assert_int_equal(compare_machine(&linux_), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest in_a_guest[] = {
		cmocka_unit_test(the_real_kernel_is_shown_as_the_real_tc_shows_it),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_and_printed_is_what_the_real_tc_sends_and_prints),
		cmocka_unit_test(so_it_is_on_the_real_driver),
		cmocka_unit_test(the_model_kernel_is_shown_as_the_real_one_is),
	};

	if (argc > 1 && !strcmp(argv[1], "linux"))
		return cmocka_run_group_tests(in_a_guest, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
