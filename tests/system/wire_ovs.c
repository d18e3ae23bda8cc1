/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The openvswitch families of the model kernel answer as those of Linux do: `wire_ovs model FILES`
 * and `wire_ovs linux FILES` (in a guest) make a datapath through dpif/, put the flows of the files
 * into it one by one, read them back in every way, execute actions on packets and read the upcalls,
 * send the raw requests of ovs-requests.txt, and print everything that crossed the boundary. Their
 * outputs must be equal. Devices p0, pf0vf0 ... pf0vf3 are there in both.
 */
#include "base/alloc.h"
#include "dpif/dpif-netlink.h"
#include "flow/attr.h"
#include "flow/packet.h"
#include "netlink/attr.h"
#include "tests/system/machines.h"
#include "tests/system/transcript.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/openvswitch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_MAX 4096 /* bytes of a raw request */

struct bench {
	struct machine_under_test machine;
	struct text text;
	struct dpif *dpif;
	struct nl_sock *raw;
	uint16_t family[4]; /* datapath, vport, flow, packet */
	int ifindex;	    /* of the datapath */
};

static int open_genl(struct bench *b, struct nl_sock **sock, struct diag *d)
{
	struct nl_transport *t;
	int err = machine_connect(&b->machine, NETLINK_GENERIC, &t, d);

	if (err)
		return err;
	t = transcript_wrap_genl(t, &b->text);
	return t ? nl_sock_new(sock, t, NULL, d) : -ENOMEM;
}

static void say(struct bench *b, const char *what, int err, const struct diag *d)
{
	text_putf(&b->text, "= %s: %s%s%s\n", what, err ? diag_errno_name(err) : "ok",
		  err && d->words[0] ? ": " : "", err ? d->words : "");
}

/* ---- what two kernels do in different orders ---- */

static int compare_blocks(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the messages that came since @start: a dump has no order. */
static void sort_since(struct bench *b, size_t start)
{
	char *s = strdup(b->text.s + start),
	     **blocks = calloc(b->text.len - start + 1, sizeof *blocks);
	size_t n = 0;

	if (!s || !blocks)
		abort();
	for (char *p = s; *p;) {
		char *end = p;

		do
			end = strchr(end + 1, '\n');
		while (end && end[1] == ' ');
		blocks[n++] = p;
		if (!end)
			break;
		*end = '\0';
		p = end + 1;
	}
	qsort(blocks, n, sizeof blocks[0], compare_blocks);
	b->text.len = start;
	for (size_t i = 0; i < n; i++)
		text_putf(&b->text, "%s\n", blocks[i]);
	free(blocks);
	free(s);
}

static enum walk print_flow(void *aux, const struct dpif_flow *flow)
{
	struct text *t = aux;

	text_put(t, "= flow ");
	flow_match_format(t, &flow->match, NULL, false);
	text_put(t, " actions:");
	flow_actions_format(t, &flow->actions, NULL);
	text_put_char(t, '\n');
	return WALK_ON;
}

static enum walk print_port(void *aux, const struct dpif_port *port)
{
	text_putf(aux, "= port %u %s %s\n", port->number, port->name, port->type);
	return WALK_ON;
}

static void dump(struct bench *b)
{
	size_t start = b->text.len;
	struct dpif_stats stats;
	struct diag d;
	int err;

	diag_init(&d);
	err = dpif_flow_dump(b->dpif, print_flow, &b->text, &d);
	sort_since(b, start);
	say(b, "dump", err, &d);
	diag_init(&d);
	err = dpif_get_stats(b->dpif, &stats, &d);
	say(b, "stats", err, &d);
	if (!err)
		text_putf(&b->text, "= %llu flows\n", (unsigned long long)stats.n_flows);
}

/* ---- flows through dpif ---- */

static int make_dpif(struct bench *b, struct diag *d)
{
	struct nl_sock *sock;
	int err = open_genl(b, &sock, d);

	if (!err)
		err = dpif_netlink_open(&b->dpif, "wire0", true, sock, NULL, NULL, d);
	for (uint32_t i = 0; !err && i < ARRAY_SIZE(ports); i++) {
		uint32_t number = UINT32_MAX;

		err = dpif_port_add(b->dpif, ports[i], "system", &number, d);
		text_putf(&b->text, "= %s is port %u\n", ports[i], number);
	}
	if (!err)
		err = dpif_port_dump(b->dpif, print_port, &b->text, d);
	if (!err)
		err = dpif_recv_set(b->dpif, true, d);
	return err;
}

static int put(struct bench *b, const char *what, struct dpif_flow_put *p)
{
	struct diag d;
	int err;

	diag_init(&d);
	err = dpif_flow_put(b->dpif, p, &d);
	say(b, what, err, &d);
	return err;
}

static void get(struct bench *b, const struct ufid *ufid)
{
	struct dpif_flow flow;
	struct diag d;
	int err;

	diag_init(&d);
	dpif_flow_init(&flow);
	err = dpif_flow_get(b->dpif, ufid, &flow, &d);
	say(b, "get", err, &d);
	if (!err)
		print_flow(&b->text, &flow);
	dpif_flow_fini(&flow);
}

static void del(struct bench *b, struct dpif_flow_del *p)
{
	struct flow_stats stats;
	struct diag d;

	diag_init(&d);
	p->stats = &stats;
	say(b, "del", dpif_flow_del(b->dpif, p, &d), &d);
}

static void put_twice_and_modify(struct bench *b, const struct flow_match *m,
				 const struct flow_actions *actions, bool has_ufid)
{
	struct flow_stats stats;
	struct dpif_flow_put p = { .flags = DPIF_FP_CREATE,
				   .match = m,
				   .actions = actions,
				   .has_ufid = has_ufid,
				   .ufid = flow_match_ufid(m) };
	struct dpif_flow_del gone = { .has_ufid = has_ufid, .ufid = p.ufid, .match = m };
	bool is_there = !put(b, "put", &p);

	put(b, "put again", &p);
	p.flags = DPIF_FP_MODIFY | DPIF_FP_ZERO_STATS;
	p.stats = &stats;
	put(b, "modify", &p);
	if (has_ufid)
		get(b, &p.ufid);
	if (is_there) {
		del(b, &gone);
		del(b, &gone);
	}
}

/* One line: FLOW, a tab, ACTIONS. Without and with a UFID; then it stays, if no other overlaps. */
static void run_line(struct bench *b, char *line)
{
	struct flow_actions actions;
	struct flow_match m;
	char *tab = strchr(line, '\t');
	struct diag d;
	int err;

	text_putf(&b->text, "# %s\n", line);
	if (!tab)
		return;
	diag_init(&d);
	flow_actions_init(&actions);
	err = flow_match_parse(&m, NULL, NULL, NULL, line, (size_t)(tab - line), &port_names, &d);
	if (!err)
		err = flow_actions_parse(&actions, tab + 1, strlen(tab + 1), &port_names, &d);
	say(b, "parse", err, &d);
	if (!err) {
		struct dpif_flow_put p = { .flags = DPIF_FP_CREATE,
					   .match = &m,
					   .actions = &actions,
					   .has_ufid = true,
					   .ufid = flow_match_ufid(&m) };

		put_twice_and_modify(b, &m, &actions, false);
		put_twice_and_modify(b, &m, &actions, true);
		put(b, "stay", &p);
	}
	flow_actions_fini(&actions);
}

/* ---- packets ---- */

#define ANY_PID UINT32_MAX /* in a text: that of the port */

static void put_upcall(struct text *t, const struct dpif_upcall *u)
{
	struct flow_match m = { .key = u->key, .headers = u->key_headers };
	struct flow_actions actions;
	struct diag d;

	flow_match_fill(&m);
	text_putf(t, "= upcall %s: %zu bytes of %zu, mru %u, not understood: %s\n= ",
		  u->type == DPIF_UC_MISS ? "miss" : "action", u->packet_size, u->packet_len,
		  u->mru, u->more ? u->more : "nothing");
	flow_match_format(t, &m, NULL, false);
	text_put(t, " userdata ");
	for (size_t i = 0; i < u->userdata_size; i++)
		text_putf(t, "%02x", u->userdata[i]);
	text_put(t, " actions ");
	flow_actions_init(&actions);
	diag_init(&d);
	if (!u->actions_attrs)
		text_put(t, "none");
	else if (flow_actions_decode(&actions, u->actions_attrs, u->actions_size, &d))
		text_put(t, d.words);
	else
		text_putf(t, "%zu", actions.n);
	flow_actions_fini(&actions);
	text_put_char(t, '\n');
}

static void read_upcalls(struct bench *b)
{
	static _Alignas(8) uint8_t buf[DPIF_UPCALL_MAX];
	struct dpif_stats stats;
	struct dpif_upcall u;
	struct diag d;
	size_t used;
	int n;

	if (!b->dpif || !dpif_recv_is_on(b->dpif))
		return;
	for (;;) {
		diag_init(&d);
		n = dpif_recv(b->dpif, 0, &u, buf, sizeof buf, &used, &d);
		if (n <= 0)
			break;
		put_upcall(&b->text, &u);
	}
	if (n)
		say(b, "recv", n, &d);
	if (!dpif_get_stats(b->dpif, &stats, NULL))
		text_putf(&b->text, "= hit %llu missed %llu lost %llu\n",
			  (unsigned long long)stats.n_hit, (unsigned long long)stats.n_missed,
			  (unsigned long long)stats.n_lost);
}

static void fill_in_pids(struct bench *b, struct flow_actions *l, uint32_t port)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->a[i].type == FLOW_ACT_USERSPACE && l->a[i].userspace.pid == ANY_PID)
			l->a[i].userspace.pid = dpif_port_get_pid(b->dpif, port);
}

/* execute FLOW, a tab, ACTIONS, and perhaps a tab and `mru hash size`; *@put: a flow it is. */
static void run_execute(struct bench *b, char *line)
{
	char *flow = strchr(line, ' ') + 1, *tab = strchr(flow, '\t'),
	     *rest = strchr(tab + 1, '\t');
	struct dpif_execute e = { .key = NULL };
	struct flow_actions actions;
	unsigned long size = 0;
	struct flow_match m;
	uint8_t frame[2048] = { 0 };
	struct diag d;
	unsigned int mru = 0;
	int err;

	text_putf(&b->text, "# %s\n", line);
	if (rest)
		sscanf(rest + 1, "%u %lx %lu", &mru, &e.hash, &size);
	diag_init(&d);
	flow_actions_init(&actions);
	err = flow_match_parse(&m, NULL, NULL, NULL, flow, (size_t)(tab - flow), &port_names, &d);
	if (!err)
		err = flow_packet_build(frame, sizeof frame, &e.packet_size, &m, &d);
	if (!err)
		err = flow_actions_parse(&actions, tab + 1,
					 rest ? (size_t)(rest - tab - 1) : strlen(tab + 1),
					 &port_names, &d);
	if (!err) {
		fill_in_pids(b, &actions, m.key.in_port);
		e.packet = frame;
		e.packet_size = size ? size : e.packet_size;
		e.actions = &actions;
		e.in_port = m.key.in_port;
		e.mru = (uint16_t)mru;
		err = dpif_execute(b->dpif, &e, &d);
	}
	say(b, "execute", err, NULL);
	read_upcalls(b);
	flow_actions_fini(&actions);
}

/* put FLOW, a tab, ACTIONS: a flow that the packets to come may hit. */
static void run_put(struct bench *b, char *line)
{
	char *flow = strchr(line, ' ') + 1, *tab = strchr(flow, '\t');
	struct dpif_flow_put p = { .flags = DPIF_FP_CREATE };
	struct flow_actions actions;
	struct flow_match m;
	struct diag d;
	int err;

	text_putf(&b->text, "# %s\n", line);
	diag_init(&d);
	flow_actions_init(&actions);
	err = flow_match_parse(&m, NULL, NULL, NULL, flow, (size_t)(tab - flow), &port_names, &d);
	if (!err)
		err = flow_actions_parse(&actions, tab + 1, strlen(tab + 1), &port_names, &d);
	if (err) {
		say(b, "parse", err, &d);
	} else {
		fill_in_pids(b, &actions, m.key.in_port);
		p.match = &m;
		p.actions = &actions;
		put(b, "put", &p);
	}
	flow_actions_fini(&actions);
}

/* ---- raw requests ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Attributes as ovs-requests.txt has them, up to the end or a brace. */
static const char *put_attrs(struct nl_msg *m, const char *s)
{
	while (*s && *s != '}') {
		uint8_t data[256];
		size_t n = 0;
		char *end;
		long type = strtol(s, &end, 10);

		if (end == s) {
			s++;
			continue;
		}
		s = end + 1;
		if (*end == '{') {
			size_t nest = nl_nest_start_plain(m, (uint16_t)type);

			s = put_attrs(m, s);
			nl_nest_end(m, nest);
			s += *s == '}';
			continue;
		}
		for (; hex_digit(s[0]) >= 0 && hex_digit(s[1]) >= 0 && n < sizeof data; s += 2)
			data[n++] = (uint8_t)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
		nl_put(m, (uint16_t)type, data, n);
	}
	return s;
}

static void run_request(struct bench *b, const char *line)
{
	static const char *const families[] = { "datapath", "vport", "flow", "packet" };
	char family[16], flags[8], where[16];
	unsigned int cmd;
	int used = 0, i = 0, err;
	struct {
		struct genlmsghdr genl;
		struct ovs_header ovs;
	} h = { .genl = { .version = 2 } };
	uint8_t buf[REQUEST_MAX];
	struct nl_reply reply;
	struct nl_msg m;
	struct diag d;

	text_putf(&b->text, "# %s\n", line);
	if (sscanf(line, "%15s %u %7s %15s %n", family, &cmd, flags, where, &used) < 4)
		return;
	while (i < 3 && strcmp(family, families[i]))
		i++;
	h.genl.cmd = (uint8_t)cmd;
	h.ovs.dp_ifindex = !strcmp(where, "this")   ? b->ifindex
			   : !strcmp(where, "none") ? 0
						    : 100000000;
	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, b->family[i],
		     (uint16_t)(NLM_F_REQUEST | NLM_F_ACK |
				(strchr(flags, 'c') ? NLM_F_CREATE : 0) |
				(strchr(flags, 'e') ? NLM_F_ECHO : 0)),
		     &h, sizeof h);
	put_attrs(&m, line + used);
	diag_init(&d);
	err = nl_msg_end(&m);
	if (!err)
		err = nl_transact(b->raw, &m, &reply, &d);
	say(b, "request", err, &d);
	read_upcalls(b);
}

/* The datapath's ifindex is what the kernel answers to its name. */
static int find_datapath(struct bench *b, struct diag *d)
{
	const struct {
		struct genlmsghdr genl;
		struct ovs_header ovs;
	} h = { .genl = { .cmd = OVS_DP_CMD_GET, .version = OVS_DATAPATH_VERSION } };
	struct ovs_header found;
	struct nl_reply reply;
	uint8_t buf[256];
	struct nl_msg m;
	int err;

	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, b->family[0], NLM_F_REQUEST | NLM_F_ECHO, &h, sizeof h);
	nl_put_str(&m, OVS_DP_ATTR_NAME, "wire0");
	err = nl_msg_end(&m);
	if (!err)
		err = nl_transact(b->raw, &m, &reply, d);
	if (err)
		return err;
	if (!reply.msg || reply.size < NLMSG_HDRLEN + GENL_HDRLEN + sizeof found)
		return -EPROTO;
	memcpy(&found, (const uint8_t *)reply.msg + NLMSG_HDRLEN + GENL_HDRLEN, sizeof found);
	b->ifindex = found.dp_ifindex;
	return 0;
}

static int open_raw(struct bench *b, struct diag *d)
{
	static const char *const families[] = { OVS_DATAPATH_FAMILY, OVS_VPORT_FAMILY,
						OVS_FLOW_FAMILY, OVS_PACKET_FAMILY };
	int err = open_genl(b, &b->raw, d);

	for (size_t i = 0; !err && i < ARRAY_SIZE(families); i++)
		err = nl_genl_family(b->raw, families[i], &b->family[i], d);
	return err ? err : find_datapath(b, d);
}

/* flush: the flows go. reopen: the datapath is opened anew, and its features are as it has them. */
static void run_word(struct bench *b, const char *line)
{
	struct nl_sock *sock;
	struct diag d;
	int err;

	text_putf(&b->text, "# %s\n", line);
	diag_init(&d);
	if (!strcmp(line, "flush")) {
		say(b, line, dpif_flow_flush(b->dpif, &d), &d);
		return;
	}
	dpif_close(b->dpif);
	b->dpif = NULL;
	err = open_genl(b, &sock, &d);
	if (!err)
		err = dpif_netlink_open(&b->dpif, "wire0", false, sock, NULL, NULL, &d);
	if (!err)
		err = dpif_recv_set(b->dpif, true, &d);
	say(b, line, err, &d);
	if (err)
		exit(1);
}

static int run_file(struct bench *b, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;

	if (!f) {
		perror(path);
		return -ENOENT;
	}
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (!strncmp(line, "execute ", 8))
			run_execute(b, line);
		else if (!strncmp(line, "put ", 4))
			run_put(b, line);
		else if (!strcmp(line, "flush") || !strcmp(line, "reopen"))
			run_word(b, line);
		else if (line[0] && line[0] != '#' && strchr(line, '\t'))
			run_line(b, line);
		else if (line[0] && line[0] != '#')
			run_request(b, line);
	}
	fclose(f);
	free(line);
	return 0;
}

static void finish(struct bench *b)
{
	struct diag d;

	diag_init(&d);
	say(b, "flush", dpif_flow_flush(b->dpif, &d), &d);
	dump(b);
	for (uint32_t i = 0; i < ARRAY_SIZE(ports); i++) {
		diag_init(&d);
		say(b, "del port", dpif_port_del(b->dpif, i + 1, &d), &d);
		diag_init(&d);
		say(b, "del port", dpif_port_del(b->dpif, i + 1, &d), &d);
	}
	run_request(b, "datapath 2 e this");
	run_request(b, "datapath 3 e this");
}

int main(int argc, char **argv)
{
	struct bench b = { 0 };
	struct diag d;
	int err = 0;

	if (argc < 3 || (strcmp(argv[1], "model") && strcmp(argv[1], "linux"))) {
		fprintf(stderr, "usage: wire_ovs model|linux FILE...\n");
		return 2;
	}
	text_init(&b.text);
	diag_init(&d);
	if (!strcmp(argv[1], "model"))
		err = machine_make_model(&b.machine);
	if (!err)
		err = make_dpif(&b, &d);
	if (!err)
		err = open_raw(&b, &d);
	say(&b, "setup", err, &d);
	for (int i = 2; i < argc && !err; i++) {
		err = run_file(&b, argv[i]);
		if (!err)
			dump(&b);
	}
	if (!err)
		finish(&b);
	else
		fprintf(stderr, "%s\n", d.words);
	fputs(b.text.s, stdout);
	nl_sock_free(b.raw);
	if (b.dpif)
		dpif_close(b.dpif);
	machine_close(&b.machine);
	text_fini(&b.text);
	return err ? 1 : 0;
}
