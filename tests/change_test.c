/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything changes under traffic: rules, their actions and priorities, ports, VLANs, stations;
 * commands of the device fail. A packet that comes between a change and its revalidation goes
 * where the rules before or those after it say, any other where the rules say; every packet is
 * counted once; and nothing is left at the end. The judge is the plain interpreter of the rules.
 *
 * A run is a list of steps, each with a seed of its own, so that steps can be left out: the steps
 * of a run that fails are thinned out until none can go, and what is left is printed. INHW_SEED
 * and INHW_ROUNDS, or INHW_SECONDS: how long; INHW_STEPS: of each run; INHW_THIN=1: of a seed that
 * crashes, whose number is printed, the steps are thinned out too.
 */
#include "tests/machine.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "flow/packet.h"
#include "nic/cmd/cmd-fault.h"
#include "nic/ifc/opcodes.h"
#include "vswitch/oracle_internal.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ROUNDS	     60
#define STEPS	     250
#define STEPS_MAX    20000
#define RULES_MAX    48
#define N_PORTS	     5
#define TRAILER_SIZE 4
#define SENT_MAX     32

static const char *const names[N_PORTS + 1] = {
	"none", "p0", "pf0vf0", "pf0vf1", "pf0vf2", "pf0vf3"
};

enum mode {
	IN_HARDWARE,
	IN_TC,
	IN_DATAPATH,
	N_MODES
};
static const char *const mode_names[N_MODES] = { "hardware", "tc", "datapath" };

enum kind {
	SEND,
	SEND_INSIDE, /* another comes in while the first goes out */
	ADD_RULE,
	DEL_RULE,
	MODIFY_ACTIONS,
	MODIFY_PRIORITY,
	DEL_PORT,
	ADD_PORT,
	SET_VLAN,
	FAIL_COMMAND,
	FILL_TABLES, /* no entry can be made ... */
	EMPTY_TABLES,
	RELOAD_DRIVER,
	WAIT,
	N_KINDS
};
static const struct {
	const char *name;
	unsigned int weight;
} kinds[N_KINDS] = {
	[SEND] = { "send", 60 },
	[SEND_INSIDE] = { "send inside", 5 },
	[ADD_RULE] = { "add rule", 10 },
	[DEL_RULE] = { "delete rule", 6 },
	[MODIFY_ACTIONS] = { "modify actions", 6 },
	[MODIFY_PRIORITY] = { "modify priority", 3 },
	[DEL_PORT] = { "delete port", 2 },
	[ADD_PORT] = { "add port", 3 },
	[SET_VLAN] = { "set VLAN", 2 },
	[FAIL_COMMAND] = { "fail a command", 5 },
	[FILL_TABLES] = { "fill tables", 1 },
	[EMPTY_TABLES] = { "empty tables", 2 },
	[RELOAD_DRIVER] = { "reload the driver", 1 },
	[WAIT] = { "wait", 8 },
};

struct step {
	enum kind kind;
	unsigned int seed;
};

struct packet_in {
	uint32_t port;
	struct flow_key key;
	uint64_t headers; /* that it has */
	char text[256];
	uint8_t frame[256];
	size_t size;
};

/* Where copies of one packet went; small, so that many can be compared. */
struct outcome {
	size_t n;
	struct {
		uint32_t port;
		struct flow_key key;
	} copies[SENT_MAX];
};

struct run {
	unsigned int seed; /* of the step */
	enum mode mode;
	bool is_exact; /* counters of hardware are read before anything changes */
	struct machine m;
	struct vswitch *v;
	struct bridge *b;
	uint64_t now_ns;
	size_t n_cookies;
	uint64_t n_into[N_PORTS + 1], n_counted[N_PORTS + 1]; /* counted before a port went */
	uint32_t came; /* a port that no flow knows yet; 0: none */
	/* Into a port of no bridge: if it gets one before they are read, it counts them. */
	uint64_t n_maybe[N_PORTS + 1];
	/* Packets that hardware may have counted and the driver not read yet; those of them that
	 * went with their flow, at most. */
	uint64_t n_unread, n_lost_most, n_gone;
	struct packet_in *inside; /* to be sent by the first output */
	struct outcome want_old[2], want[2], got[2];
	/* What is to fail: in which step which allocation; or which command of the whole run. */
	size_t at, fail_at;
	unsigned long fail_nth;
	uint16_t fail_opcode;
	uint8_t fail_status;
	bool is_armed, happened;
	bool is_forgiving; /* in this step memory may have been short: copies may be missing */
	bool failed;
	char words[32768];
};

static struct {
	uint64_t n_packets, n_sent, n_changes, n_upcalls, n_old, n_in_hw, n_runs, n_faults, n_lost;
} sums;

static struct oracle_sent oracle_buf;
static unsigned int current_seed;

static unsigned int below(struct run *r, unsigned int n)
{
	r->seed = r->seed * 1103515245u + 12345u;
	return (r->seed >> 16) % n;
}

static void wrong(struct run *r, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void wrong(struct run *r, const char *fmt, ...)
{
	va_list args;

	if (r->failed || (r->is_armed && mem_fail_happened()))
		return;
	r->failed = true;
	va_start(args, fmt);
	vsnprintf(r->words, sizeof r->words, fmt, args);
	va_end(args);
}

/* ---- rules ---- */

static void put_match(struct run *r, struct text *t)
{
	static const char *const types[] = { "ip,", "tcp,", "udp,", "arp,", "", "" };
	unsigned int type = below(r, ARRAY_SIZE(types));

	text_put(t, types[type]);
	if (!below(r, 3))
		text_putf(t, "in_port=%u,", 1 + below(r, N_PORTS));
	if (!below(r, 3))
		text_putf(t, "dl_%s=02:00:00:00:00:0%u,", below(r, 2) ? "src" : "dst", below(r, 4));
	if (!below(r, 4))
		text_put(t, below(r, 2) ? "dl_vlan=10," : "vlan_tci=0,");
	if (type < 3 && below(r, 2))
		text_putf(t, "nw_%s=10.0.%u.%u/%u,", below(r, 2) ? "src" : "dst", below(r, 2),
			  below(r, 3), 20 + below(r, 13));
	if ((type == 1 || type == 2) && below(r, 2))
		text_putf(t, "tp_%s=%u,", below(r, 2) ? "src" : "dst", 1 + below(r, 3));
}

static void put_actions(struct run *r, struct text *t)
{
	static const char *const actions[] = { "NORMAL",
					       "NORMAL",
					       "FLOOD",
					       "mod_dl_dst:02:00:00:00:00:03",
					       "mod_nw_dst:10.0.0.1",
					       "mod_vlan_vid:10",
					       "strip_vlan",
					       "dec_ttl",
					       "resubmit(,1)",
					       "IN_PORT" };
	unsigned int n = below(r, 4);

	if (!n)
		text_put(t, "drop");
	for (unsigned int i = 0; i < n; i++) {
		unsigned int a = below(r, 20);

		text_put(t, i ? "," : "");
		if (a < ARRAY_SIZE(actions))
			text_put(t, actions[a]);
		else
			text_putf(t, "output:%u", 1 + below(r, N_PORTS));
	}
}

static size_t all_rules(struct run *r, struct rule **rules)
{
	struct rule *rule;
	size_t n = 0;

	for (unsigned int i = 0; i < 2; i++)
		if (r->b->tables[i])
			list_for_each_entry (rule, &r->b->tables[i]->rules, all)
				rules[n++] = rule;
	return n;
}

static struct rule *any_rule(struct run *r)
{
	struct rule *rules[RULES_MAX];
	size_t n = all_rules(r, rules);

	return n ? rules[below(r, (unsigned int)n)] : NULL;
}

static unsigned int new_priority(struct run *r)
{
	struct rule *rules[RULES_MAX];
	size_t n = all_rules(r, rules);
	unsigned int priority;
	bool taken;

	do {
		priority = 10 + below(r, 30000);
		taken = false;
		for (size_t i = 0; i < n; i++)
			taken |= rules[i]->name.priority == priority;
	} while (taken);
	return priority;
}

/* A rule whose match asks for nonsense is refused, and nothing is changed. */
static void put_rule(struct run *r, struct text *t)
{
	struct diag d;

	diag_init(&d);
	(void)!bridge_add_rule_text(r->b, t->s, t->len, &d);
	text_fini(t);
}

static void add_rule(struct run *r)
{
	struct text t;

	if (r->b->n_rules == RULES_MAX)
		return;
	text_init(&t);
	text_putf(&t, "cookie=%zu,table=%u,priority=%u,", ++r->n_cookies, below(r, 3) ? 0 : 1,
		  new_priority(r));
	put_match(r, &t);
	text_put(&t, "actions=");
	put_actions(r, &t);
	put_rule(r, &t);
}

static void del_this_rule(struct run *r, const struct rule *rule)
{
	const struct rule_query q = { .cookie = rule->name.cookie, .cookie_mask = UINT64_MAX };

	if (bridge_del_rules(r->b, &q, false) != 1)
		wrong(r, "a rule is not found by its cookie");
}

static void del_rule(struct run *r)
{
	struct rule *rule = any_rule(r);

	if (rule)
		del_this_rule(r, rule);
}

static void modify_rule(struct run *r, bool is_actions)
{
	struct rule *rule = any_rule(r);
	struct text t;

	if (!rule)
		return;
	text_init(&t);
	text_putf(&t, "cookie=%zu,table=%u,priority=%u,", ++r->n_cookies, rule->name.table,
		  is_actions ? rule->name.priority : new_priority(r));
	rule_match_format(&t, &rule->match, NULL);
	text_put(&t, t.len && t.s[t.len - 1] == ',' ? "actions=" : ",actions=");
	if (is_actions)
		put_actions(r, &t);
	else
		rule_actions_format(&t, rule, NULL);
	/* Without memory for its text there is no other rule. */
	if (t.error) {
		text_fini(&t);
		return;
	}
	if (!is_actions)
		del_this_rule(r, rule);
	put_rule(r, &t);
}

/* ---- ports ---- */

static void del_port(struct run *r)
{
	uint32_t number = 1 + below(r, N_PORTS);
	const struct bridge_port *p = bridge_find_port(r->b, number);

	if (!p)
		return;
	/* What the flows have counted until now is given to the port while it is there. */
	if (udpif_revalidate(host_udpif(r->m.host), r->now_ns, NULL))
		wrong(r, "revalidation failed");
	r->n_counted[number] += p->rx_packets;
	if (bridge_del_port(r->b, number, NULL))
		wrong(r, "port %u does not go", number);
}

static void add_port(struct run *r)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(r->m.host));
	uint32_t number = 1 + below(r, N_PORTS);

	/* The driver was loaded again while the port was in no bridge. */
	if (!ports->name(ports->aux, number) &&
	    dpif_port_add(host_dpif(r->m.host), names[number], "system", &number, NULL))
		wrong(r, "port %u does not come back", number);
	if (!bridge_find_port(r->b, number) &&
	    vswitch_add_port(r->v, r->b, number, names[number], NULL))
		wrong(r, "port %u does not come", number);
	r->came = number;
}

static void set_vlan(struct run *r)
{
	enum bridge_vlan_mode mode = (enum bridge_vlan_mode)below(r, BRIDGE_VLAN_N_MODES);
	uint32_t number = 1 + below(r, N_PORTS);
	static const uint16_t trunks[] = { 10, 30 };

	if (bridge_find_port(r->b, number) &&
	    bridge_set_vlan(r->b, number, mode, below(r, 2) ? 10 : 20, trunks,
			    mode == BRIDGE_VLAN_ACCESS ? 0 : below(r, 3), NULL))
		wrong(r, "port %u takes no VLAN", number);
}

/* ---- packets ---- */

static void random_packet(struct run *r, struct packet_in *p)
{
	unsigned int type = below(r, 5);
	bool tagged = !below(r, 3);
	struct flow_match m;
	struct text t;

	text_init(&t);
	p->port = 1 + below(r, N_PORTS);
	text_putf(&t, "eth(src=02:00:00:00:00:0%u,dst=0%u:00:00:00:00:0%u),", below(r, 4),
		  below(r, 5) ? 2 : 3, below(r, 4));
	if (tagged)
		text_putf(&t, "eth_type(0x8100),vlan(vid=%u,pcp=%u),encap(", 10 * below(r, 4),
			  below(r, 2));
	if (type == 4) {
		text_putf(&t, "eth_type(0x0806),arp(sip=10.0.0.1,tip=10.0.0.2,op=%u)",
			  1 + below(r, 2));
	} else {
		text_putf(&t, "eth_type(0x0800),ipv4(src=10.0.%u.%u,dst=10.0.%u.%u,tos=0,ttl=%u,",
			  below(r, 2), below(r, 3), below(r, 2), below(r, 3), 1 + below(r, 3));
		text_putf(&t, "proto=%u,frag=no),%s(src=%u,dst=%u)", type & 1 ? 6 : 17,
			  type & 1 ? "tcp" : "udp", 1 + below(r, 3), 1 + below(r, 3));
	}
	text_put(&t, tagged ? ")" : "");
	snprintf(p->text, sizeof p->text, "%s", t.s);
	if (flow_match_parse(&m, NULL, NULL, NULL, t.s, t.len, NULL, NULL) ||
	    flow_packet_build(p->frame, sizeof p->frame - TRAILER_SIZE, &p->size, &m, NULL) ||
	    flow_key_from_packet(&p->key, &p->headers, p->frame, p->size, NULL))
		wrong(r, "%s: no packet", t.s);
	p->key.in_port = p->port;
	text_fini(&t);
}

static int by_port_and_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof((struct outcome *)0)->copies[0]);
}

static void sort(struct outcome *o)
{
	qsort(o->copies, o->n, sizeof o->copies[0], by_port_and_key);
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
	return a->n == b->n && !memcmp(a->copies, b->copies, a->n * sizeof a->copies[0]);
}

static void ask_oracle(struct run *r, const struct packet_in *p, struct outcome *o)
{
	struct rule *rules[RULES_MAX];
	size_t n = all_rules(r, rules);

	memset(o, 0, sizeof *o);
	memset(&oracle_buf, 0, sizeof oracle_buf.packets[0] * SENT_MAX);
	if (!oracle_run(r->b, rules, n, &p->key, r->now_ns, &oracle_buf))
		return;
	for (size_t i = 0; i < oracle_buf.n && i < SENT_MAX; i++) {
		o->copies[i].port = oracle_buf.packets[i].port;
		o->copies[i].key = oracle_buf.packets[i].key;
	}
	o->n = oracle_buf.n;
	sort(o);
}

static uint32_t number_of(const char *name)
{
	for (uint32_t i = 1; i <= N_PORTS; i++)
		if (!strcmp(names[i], name))
			return i;
	return 0;
}

/* The last bytes of a frame say which of the packets it is. */
static void send_packet(struct run *r, struct packet_in *p, uint8_t which)
{
	struct diag d;

	diag_init(&d);
	memset(p->frame + p->size, which, TRAILER_SIZE);
	if (bridge_find_port(r->b, p->port) && r->came != p->port)
		r->n_into[p->port]++;
	else
		r->n_maybe[p->port]++;
	r->n_unread++;
	sums.n_packets++;
	if (host_send(r->m.host, names[p->port], p->frame, p->size + TRAILER_SIZE, &d))
		wrong(r, "%s", d.words);
}

static void take_packet(void *aux, const char *port, const void *frame, size_t size)
{
	uint8_t which = ((const uint8_t *)frame)[size - 1];
	struct run *r = aux;
	struct outcome *o = &r->got[which & 1];
	struct packet_in *inside = r->inside;
	uint64_t headers;

	if (which > 1 || o->n == SENT_MAX) {
		wrong(r, "a frame came out that was not sent, or too many");
		return;
	}
	o->copies[o->n].port = number_of(port);
	if (flow_key_from_packet(&o->copies[o->n].key, &headers, frame, size, NULL))
		wrong(r, "a malformed frame came out");
	o->copies[o->n++].key.in_port = 0;
	sums.n_sent++;
	r->inside = NULL;
	if (inside)
		send_packet(r, inside, 1);
}

static void format_outcome(struct text *t, const char *name, const struct outcome *o,
			   uint64_t headers)
{
	text_putf(t, "  %s: %zu packets\n", name, o->n);
	for (size_t i = 0; i < o->n; i++) {
		struct flow_match m = { .key = o->copies[i].key, .headers = headers };

		for (int h = 0; h < FLOW_N_HEADERS; h++)
			if (headers >> h & 1)
				memset((uint8_t *)&m.mask + flow_header_table[h].offset, 0xff,
				       flow_header_table[h].size);
		text_putf(t, "    %s: ", names[o->copies[i].port]);
		flow_match_format(t, &m, NULL, false);
		text_put_char(t, '\n');
	}
}

static void fail_with_packet(struct run *r, const struct packet_in *p, int which)
{
	struct text t;

	text_init(&t);
	text_putf(&t, "%s into %s\n", p->text, names[p->port]);
	format_outcome(&t, "old rules", &r->want_old[which], p->headers);
	format_outcome(&t, "new rules", &r->want[which], p->headers);
	format_outcome(&t, "got", &r->got[which], p->headers);
	udpif_format_flows(&t, host_udpif(r->m.host), r->now_ns);
	wrong(r, "%s", t.s);
	text_fini(&t);
}

/* Both are sorted. */
static bool is_part(const struct outcome *a, const struct outcome *of)
{
	size_t n = 0;

	for (size_t i = 0; i < of->n && n < a->n; i++)
		n += !by_port_and_key(&a->copies[n], &of->copies[i]);
	return n == a->n;
}

static void judge(struct run *r, const struct packet_in *p, int which)
{
	sort(&r->got[which]);
	if (is_same(&r->got[which], &r->want[which]))
		return;
	if (r->is_forgiving && (is_part(&r->got[which], &r->want[which]) ||
				is_part(&r->got[which], &r->want_old[which])))
		return;
	if (!is_same(&r->got[which], &r->want_old[which]))
		fail_with_packet(r, p, which);
	sums.n_old++;
}

/* The driver reads counters once a second, unless a command fails. */
static void pass(struct run *r, uint64_t ms)
{
	const struct mlx5_cmd_fault *f = host_cmd_fault(r->m.host);

	r->now_ns += ms * NSEC_PER_MSEC;
	if (ms >= 1000 && !f->nth && !f->happened)
		r->n_unread = 0;
	host_set_now(r->m.host, r->now_ns);
}

static void arm(struct run *r)
{
	r->is_armed = r->at == r->fail_at && r->fail_nth && !r->fail_opcode;
	if (r->is_armed)
		mem_fail_nth(r->fail_nth);
}

static void disarm(struct run *r)
{
	if (!r->is_armed)
		return;
	r->happened = r->is_forgiving = mem_fail_happened();
	r->is_armed = false;
	mem_fail_nth(0);
}

/* A change, or none, and packets right behind it. */
static void step_with_packets(struct run *r, void (*change)(struct run *r), int n)
{
	struct packet_in p[2];

	memset(r->got, 0, sizeof r->got);
	for (int i = 0; i < n; i++) {
		random_packet(r, &p[i]);
		ask_oracle(r, &p[i], &r->want_old[i]);
	}
	arm(r);
	if (change)
		change(r);
	/* What comes before the revalidation is in a flow whose counter is not read again. */
	if (change && r->is_exact)
		pass(r, 0);
	for (int i = 0; i < n; i++)
		ask_oracle(r, &p[i], &r->want[i]);
	r->inside = n > 1 ? &p[1] : NULL;
	send_packet(r, &p[0], 0);
	disarm(r);
	judge(r, &p[0], 0);
	/* What the first one taught the bridge, the second may know or not. */
	if (n > 1 && !r->inside) {
		ask_oracle(r, &p[1], &r->want[1]);
		judge(r, &p[1], 1);
	}
	r->inside = NULL;
	r->came = 0;
}

/* ---- steps ---- */

static void modify_actions(struct run *r)
{
	modify_rule(r, true);
}

static void modify_priority(struct run *r)
{
	modify_rule(r, false);
}

static void (*const changes[N_KINDS])(struct run *r) = {
	[ADD_RULE] = add_rule,
	[DEL_RULE] = del_rule,
	[MODIFY_ACTIONS] = modify_actions,
	[MODIFY_PRIORITY] = modify_priority,
	[DEL_PORT] = del_port,
	[ADD_PORT] = add_port,
	[SET_VLAN] = set_vlan,
};

static void fail_command(struct run *r, bool all_entries)
{
	static const uint8_t statuses[] = { MLX5_CMD_STAT_LIM_ERR, MLX5_CMD_STAT_BAD_PARAM_ERR,
					    MLX5_CMD_STAT_INT_ERR, 0 };
	/* An entry that the device refuses to delete goes on forwarding, and nobody can help it;
	 * the driver, as mlx5, forgets it. */
	static const uint16_t opcodes[] = {
		MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY,	 MLX5_CMD_OP_CREATE_FLOW_GROUP,
		MLX5_CMD_OP_CREATE_FLOW_TABLE,		 MLX5_CMD_OP_ALLOC_FLOW_COUNTER,
		MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT, MLX5_CMD_OP_QUERY_FLOW_COUNTER,
	};
	struct mlx5_cmd_fault *f = host_cmd_fault(r->m.host);
	uint16_t opcode = opcodes[below(r, ARRAY_SIZE(opcodes) - r->is_exact)];

	if (all_entries)
		cmd_fault_arm(f, 1, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, MLX5_CMD_STAT_LIM_ERR, 1);
	else
		cmd_fault_arm(f, 1 + below(r, 4), opcode, statuses[below(r, 4)], 0x1234);
	f->stays = all_entries;
	sums.n_faults++;
}

/* Flows that go with their devices take along what was not read of their counters. */
static void reload_driver(struct run *r)
{
	struct diag d;

	cmd_fault_arm(host_cmd_fault(r->m.host), 0, 0, 0, 0);
	diag_init(&d);
	if (udpif_revalidate(host_udpif(r->m.host), r->now_ns, &d))
		wrong(r, "%s", d.words);
	host_remove_driver(r->m.host);
	pass(r, below(r, 2) * 700);
	if (host_probe_driver(r->m.host, &d))
		wrong(r, "%s", d.words);
	pass(r, 700);
	r->n_lost_most += r->n_unread;
	r->n_unread = 0;
}

/* Flows that are modified or deleted take along what was not read of their counters. */
static void note_lost(struct run *r)
{
	const struct udpif_counters *c = udpif_counters(host_udpif(r->m.host));
	uint64_t n_gone = c->n_modified + c->n_deleted + c->n_vanished;

	if (n_gone == r->n_gone)
		return;
	r->n_gone = n_gone;
	r->n_lost_most += r->n_unread;
	r->n_unread = 0;
}

static void run_step(struct run *r, const struct step *s)
{
	r->seed = s->seed;
	if (r->is_exact)
		pass(r, 1100);
	sums.n_changes += changes[s->kind] != NULL;
	switch (s->kind) {
	case FAIL_COMMAND:
	case FILL_TABLES:
		fail_command(r, s->kind == FILL_TABLES);
		break;
	case EMPTY_TABLES:
		cmd_fault_arm(host_cmd_fault(r->m.host), 0, 0, 0, 0);
		break;
	case WAIT:
		arm(r);
		pass(r, below(r, 2) ? below(r, 200) : below(r, 4000));
		disarm(r);
		break;
	case RELOAD_DRIVER:
		reload_driver(r);
		break;
	/* What the second of two packets teaches may modify the flow of the first, unread. */
	case SEND:
	case SEND_INSIDE:
	case ADD_RULE:
	case DEL_RULE:
	case MODIFY_ACTIONS:
	case MODIFY_PRIORITY:
	case DEL_PORT:
	case ADD_PORT:
	case SET_VLAN:
	case N_KINDS:
		step_with_packets(r, changes[s->kind],
				  s->kind == SEND_INSIDE && !r->is_exact ? 2 : 1);
		break;
	}
	note_lost(r);
	/* What could not be done for want of memory is done by the next call. */
	if (r->is_forgiving)
		pass(r, 0);
	r->is_forgiving = false;
}

/* ---- a run ---- */

static void set_up(struct run *r)
{
	const struct host_params params = { .now_ns = 1000 * NSEC_PER_SEC,
					    .no_hw_offload = r->mode == IN_DATAPATH,
					    .policy = r->mode == IN_TC ? TC_POLICY_SKIP_HW
								       : TC_POLICY_NONE };
	struct diag d;

	diag_init(&d);
	machine_init(&r->m, &params);
	host_set_output(r->m.host, take_packet, r);
	r->now_ns = 1000 * NSEC_PER_SEC;
	host_set_now(r->m.host, r->now_ns);
	assert_int_equal(host_start_vswitch(r->m.host, &d), 0);
	r->v = udpif_vswitch(host_udpif(r->m.host));
	assert_int_equal(vswitch_add_bridge(r->v, "br0", &d), 0);
	r->b = vswitch_find_bridge(r->v, "br0");
	for (uint32_t i = 1; i <= N_PORTS; i++)
		assert_int_equal(vswitch_add_port(r->v, r->b, i, names[i], &d), 0);
	r->seed = 1;
	for (int i = 0; i < 8; i++)
		add_rule(r);
}

static enum walk count_flow(void *aux, const struct dpif_flow *flow)
{
	++*(size_t *)aux;
	return WALK_ON;
}

/* Userland knows of all flows, each packet was counted once, and all flows go. */
static void check_end(struct run *r)
{
	struct udpif *u = host_udpif(r->m.host);
	uint64_t n_lost = 0, n_lost_most;
	const struct ukey *k;
	size_t n = 0;

	cmd_fault_arm(host_cmd_fault(r->m.host), 0, 0, 0, 0);
	pass(r, 1100);
	pass(r, 600);
	list_for_each_entry (k, &udpif_ukeys(u)->all, all)
		sums.n_in_hw += k->place == DPIF_PLACE_HW;
	if (dpif_flow_dump(host_dpif(r->m.host), count_flow, &n, NULL))
		wrong(r, "no dump");
	if (n != ukeys_count(udpif_ukeys(u)))
		wrong(r, "%zu flows, and userland knows of %zu", n, ukeys_count(udpif_ukeys(u)));
	note_lost(r);
	n_lost_most = r->mode == IN_HARDWARE && !r->is_exact ? r->n_lost_most : 0;
	/* A round that has no memory for a flow forgets what it has counted. */
	for (uint32_t i = 1; i <= N_PORTS && !r->fail_nth; i++) {
		const struct bridge_port *p = bridge_find_port(r->b, i);
		uint64_t counted = r->n_counted[i] + (p ? p->rx_packets : 0);

		if (counted < r->n_into[i])
			n_lost += r->n_into[i] - counted;
		if (counted > r->n_into[i] + r->n_maybe[i] || counted + n_lost_most < r->n_into[i])
			wrong(r, "%s: %llu packets came in, %llu were counted", names[i],
			      (unsigned long long)r->n_into[i], (unsigned long long)counted);
	}
	if (n_lost > n_lost_most)
		wrong(r, "%llu packets were not counted, of %llu that can be",
		      (unsigned long long)n_lost, (unsigned long long)n_lost_most);
	sums.n_lost += n_lost;
	udpif_flush(u);
	n = 0;
	if (dpif_flow_dump(host_dpif(r->m.host), count_flow, &n, NULL) || n)
		wrong(r, "%zu flows are left", n);
}

static void run_all(struct run *r, const struct step *steps, size_t n)
{
	set_up(r);
	if (r->fail_opcode)
		cmd_fault_arm(host_cmd_fault(r->m.host), r->fail_nth, r->fail_opcode,
			      r->fail_status, 0x1234);
	for (r->at = 0; r->at < n && !r->failed; r->at++)
		run_step(r, &steps[r->at]);
	if (r->fail_opcode)
		r->happened = host_cmd_fault(r->m.host)->happened;
	if (!r->failed)
		check_end(r);
	sums.n_upcalls += udpif_counters(host_udpif(r->m.host))->n_upcalls;
	sums.n_runs++;
	machine_fini(&r->m);
}

static bool run_steps(struct run *r, const struct step *steps, size_t n, enum mode mode,
		      bool is_exact)
{
	memset(r, 0, sizeof *r);
	r->mode = mode;
	r->is_exact = is_exact;
	run_all(r, steps, n);
	return !r->failed;
}

/* In a process of its own, since it may crash. */
static bool fails_alone(struct run *r, const struct step *steps, size_t n, enum mode mode,
			bool is_exact)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		signal(SIGABRT, SIG_DFL);
		signal(SIGBUS, SIG_DFL);
		_exit(run_steps(r, steps, n, mode, is_exact) ? 0 : 1);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status != 0;
}

/* Leaves steps out, many at once at first, as long as the run still fails. */
static size_t thin_out(struct run *r, struct step *steps, size_t n, enum mode mode, bool is_exact)
{
	static struct step fewer[STEPS_MAX];

	for (size_t chunk = n / 2; chunk; chunk = chunk > 1 ? (chunk + 1) / 2 : 0)
		for (size_t at = 0; at < n;) {
			size_t gone = chunk < n - at ? chunk : n - at;

			memcpy(fewer, steps, at * sizeof *steps);
			memcpy(fewer + at, steps + at + gone, (n - at - gone) * sizeof *steps);
			if (!fails_alone(r, fewer, n - gone, mode, is_exact)) {
				at += chunk;
				continue;
			}
			n -= gone;
			memcpy(steps, fewer, n * sizeof *steps);
		}
	return n;
}

static void random_steps(struct step *steps, size_t n, unsigned int seed)
{
	static struct run random;
	unsigned int sum = 0;

	random.seed = seed * 2654435761u;
	for (int k = 0; k < N_KINDS; k++)
		sum += kinds[k].weight;
	for (size_t i = 0; i < n; i++) {
		unsigned int x = below(&random, sum), k = 0;

		while (x >= kinds[k].weight)
			x -= kinds[k++].weight;
		steps[i].kind = (enum kind)k;
		below(&random, 2);
		steps[i].seed = random.seed;
	}
}

/* The failing run once more, so that its state can be shown. */
static void report(struct run *r, struct step *steps, size_t n, unsigned int seed, enum mode mode,
		   bool is_exact)
{
	fprintf(stderr, "# INHW_SEED=%u in %s: %s\n", seed, mode_names[mode], r->words);
	n = thin_out(r, steps, n, mode, is_exact);
	for (size_t i = 0; i < n; i++)
		print_message("# step %zu: %s (%u)\n", i + 1, kinds[steps[i].kind].name,
			      steps[i].seed);
	(void)!run_steps(r, steps, n, mode, is_exact);
	fputs(r->words, stderr);
	fail_msg("INHW_SEED=%u, in %s%s, %zu steps are enough", seed, mode_names[mode],
		 is_exact ? ", exact" : "", n);
}

static unsigned long number(const char *name, unsigned long by_default)
{
	const char *s = getenv(name);

	return s ? strtoul(s, NULL, 0) : by_default;
}

static void whatever_changes_packets_go_where_rules_say_and_are_counted(void **state)
{
	unsigned long seconds = number("INHW_SECONDS", 0), rounds = number("INHW_ROUNDS", ROUNDS);
	size_t n_steps = number("INHW_STEPS", STEPS);
	bool thin = number("INHW_THIN", 0);
	unsigned int seed = (unsigned int)number("INHW_SEED", 1);
	uint64_t end_ns = clock_now_ns() + seconds * NSEC_PER_SEC;
	static struct step steps[STEPS_MAX];
	static struct run r;

	assert_true(n_steps <= STEPS_MAX);
	for (unsigned long i = 0; seconds ? clock_now_ns() < end_ns : i < rounds; i++, seed++)
		for (int variant = 0; variant <= N_MODES; variant++) {
			enum mode mode = variant < N_MODES ? (enum mode)variant : IN_HARDWARE;

			random_steps(steps, n_steps, seed);
			current_seed = seed;
			if (thin ? fails_alone(&r, steps, n_steps, mode, variant == N_MODES)
				 : !run_steps(&r, steps, n_steps, mode, variant == N_MODES))
				report(&r, steps, n_steps, seed, mode, variant == N_MODES);
		}
	print_message("# until seed %u: %llu runs, %llu packets, %llu copies sent, %llu changes, "
		      "%llu faults, %llu upcalls, %llu as the rules before said; %llu flows in "
		      "hardware at the ends, %llu packets not counted\n",
		      seed - 1, (unsigned long long)sums.n_runs, (unsigned long long)sums.n_packets,
		      (unsigned long long)sums.n_sent, (unsigned long long)sums.n_changes,
		      (unsigned long long)sums.n_faults, (unsigned long long)sums.n_upcalls,
		      (unsigned long long)sums.n_old, (unsigned long long)sums.n_in_hw,
		      (unsigned long long)sums.n_lost);
}

/* Each kind of step, with packets around. */
static const enum kind all_kinds[] = {
	SEND,	     ADD_RULE, SEND, SEND,     DEL_RULE, MODIFY_ACTIONS, MODIFY_PRIORITY,
	SEND_INSIDE, DEL_PORT, SEND, ADD_PORT, SET_VLAN, WAIT,		 MODIFY_ACTIONS,
	SEND,	     SEND
};

static void all_kinds_of_steps(struct step *steps, unsigned int seed)
{
	random_steps(steps, ARRAY_SIZE(all_kinds), seed);
	for (size_t i = 0; i < ARRAY_SIZE(all_kinds); i++)
		steps[i].kind = all_kinds[i];
}

static void when_any_allocation_fails_packets_are_lost_at_most(void **state)
{
	unsigned long rounds = number("INHW_FAULT_ROUNDS", 1), n_failed = 0;
	unsigned int seed = (unsigned int)number("INHW_SEED", 1);
	struct step steps[ARRAY_SIZE(all_kinds)];
	static struct run r;

	for (unsigned long i = 0; i < rounds; i++, seed++)
		for (size_t at = 0; at < ARRAY_SIZE(all_kinds); at++) {
			unsigned long nth = 0;

			all_kinds_of_steps(steps, seed);
			do {
				memset(&r, 0, sizeof r);
				r.mode = (enum mode)((seed + at) % N_MODES);
				r.fail_at = at;
				r.fail_nth = ++nth;
				run_all(&r, steps, ARRAY_SIZE(steps));
				if (r.failed)
					fputs(r.words, stderr);
				if (r.failed)
					fail_msg("INHW_SEED=%u, in %s, step %zu (%s), allocation "
						 "%lu",
						 seed, mode_names[r.mode], at + 1,
						 kinds[steps[at].kind].name, nth);
				n_failed += r.happened;
			} while (r.happened);
		}
	print_message("# %lu allocations failed\n", n_failed);
}

static void when_any_command_fails_no_packet_is_lost(void **state)
{
	static const struct {
		uint16_t opcode;
		uint8_t status;
	} ways[] = {
		{ MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, MLX5_CMD_STAT_LIM_ERR },
		{ MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, 0 },
		{ MLX5_CMD_OP_CREATE_FLOW_GROUP, MLX5_CMD_STAT_INT_ERR },
		{ MLX5_CMD_OP_CREATE_FLOW_TABLE, MLX5_CMD_STAT_LIM_ERR },
		{ MLX5_CMD_OP_ALLOC_FLOW_COUNTER, MLX5_CMD_STAT_LIM_ERR },
		{ MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT, MLX5_CMD_STAT_BAD_PARAM_ERR },
		{ MLX5_CMD_OP_QUERY_FLOW_COUNTER, MLX5_CMD_STAT_INT_ERR },
	};
	unsigned long rounds = number("INHW_FAULT_ROUNDS", 1), n_failed = 0;
	unsigned int seed = (unsigned int)number("INHW_SEED", 1);
	struct step steps[ARRAY_SIZE(all_kinds)];
	static struct run r;

	for (unsigned long i = 0; i < rounds; i++, seed++)
		for (size_t w = 0; w < ARRAY_SIZE(ways); w++) {
			unsigned long nth = 0;

			all_kinds_of_steps(steps, seed);
			do {
				memset(&r, 0, sizeof r);
				r.fail_opcode = ways[w].opcode;
				r.fail_status = ways[w].status;
				r.fail_nth = ++nth;
				run_all(&r, steps, ARRAY_SIZE(steps));
				if (r.failed)
					fputs(r.words, stderr);
				if (r.failed)
					fail_msg("INHW_SEED=%u, opcode 0x%x, status 0x%x, the %lu.",
						 seed, ways[w].opcode, ways[w].status, nth);
				n_failed += r.happened;
			} while (r.happened);
		}
	print_message("# %lu commands failed\n", n_failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_changes_packets_go_where_rules_say_and_are_counted),
		cmocka_unit_test(when_any_allocation_fails_packets_are_lost_at_most),
		cmocka_unit_test(when_any_command_fails_no_packet_is_lost),
	};

	int n_failed = cmocka_run_group_tests(tests, NULL, NULL);

	if (n_failed)
		print_message("# the last one was INHW_SEED=%u\n", current_seed);
	return n_failed;
}
