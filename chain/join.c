/* SPDX-License-Identifier: BSD-2-Clause */
#include "chain/join.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "chain/device.h"
#include "chain/join_internal.h"
#include "chain/lines.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINES_MAX 4096 /* of the log and of events that are looked at; more are left out */
#define OPEN_MAX  64   /* spans within each other */
#define DAY_S	  86400

enum {
	RTM_NEWTFILTER = 44
};

struct step {
	const char *layer, *function;
};

struct join {
	struct trace *t;
	struct chain_outcome *o;
	const struct chain_record *r;
	struct chain_slice ufid;
	int status; /* of ovs-appctl */
	struct chain_log_line *log;
	struct chain_event_line *events;
	size_t n_log, n_events;
	struct chain_commands *commands;
	int64_t ahead_ns; /* the device's clock, of the guest's */
	uint32_t open[OPEN_MAX];
	size_t n_open;
	/* What was found: NULL if it was not. */
	const struct chain_log_line *put, *offloaded, *sent, *answered, *refused, *dp_sent;
	const struct chain_event_line *configure, *stats, *extack;
	const struct chain_command *entry;
};

/* ---- spans ---- */

static struct trace_event *event_of(const struct join *j, uint32_t number)
{
	return number ? &j->t->events[number - 1] : NULL;
}

/* What must have run; see() makes it more than that. */
static uint32_t enter(struct join *j, const char *layer, const char *function)
{
	uint32_t number = trace_enter(j->t, layer, function);

	if (number) {
		event_of(j, number)->is_inferred = true;
		event_of(j, number)->has_no_result = true;
	}
	if (j->n_open < OPEN_MAX)
		j->open[j->n_open++] = number;
	return number;
}

static uint32_t enter_all(struct join *j, const struct step *steps, size_t n)
{
	uint32_t number = 0;

	for (size_t i = 0; i < n; i++)
		number = enter(j, steps[i].layer, steps[i].function);
	return number;
}

#define ENTER(j, steps) enter_all((j), (steps), ARRAY_SIZE(steps))

static void leave_to(struct join *j, size_t n_open)
{
	while (j->n_open > n_open)
		trace_leave(j->t, j->open[--j->n_open]);
}

static void set_result(struct join *j, uint32_t number, int result)
{
	if (number) {
		event_of(j, number)->has_no_result = false;
		event_of(j, number)->result = result;
	}
}

static void set_words(struct join *j, uint32_t number, const char *words)
{
	if (number && !event_of(j, number)->words)
		event_of(j, number)->words = mem_strdup(words);
}

static void note(struct join *j, uint32_t number, const char *key, const char *value)
{
	if (number && value && *value)
		trace_note_(j->t, number, key, "%s", value);
}

static void note_slice(struct join *j, uint32_t number, const char *key, struct chain_slice v)
{
	if (number && v.len)
		trace_note_(j->t, number, key, "%.*s", (int)v.len, v.s);
}

/* Something of it was observed. @start_ns 0: not its begin. @digits: of the clock that saw it. */
static void see(struct join *j, uint32_t number, uint64_t start_ns, uint64_t end_ns, int digits,
		const char *where)
{
	struct trace_event *e = event_of(j, number);
	uint64_t ns = start_ns ? start_ns : end_ns, s = ns / NSEC_PER_SEC % DAY_S;
	char fraction[16];

	if (!e)
		return;
	e->is_inferred = false;
	e->is_point = start_ns == end_ns || !start_ns;
	e->start_ns = start_ns;
	e->end_ns = end_ns;
	snprintf(fraction, sizeof fraction, "%09u", (unsigned int)(ns % NSEC_PER_SEC));
	trace_note_(j->t, number, "seen", "%s at %02u:%02u:%02u.%.*s", where,
		    (unsigned int)(s / 3600), (unsigned int)(s / 60 % 60), (unsigned int)(s % 60),
		    digits, fraction);
}

/* A line is written when the function is about to end. */
static void see_line(struct join *j, uint32_t number, const struct chain_log_line *l)
{
	char where[64];

	if (!l)
		return;
	snprintf(where, sizeof where, "log line %llu", l->number);
	see(j, number, 0, l->time_ns, 3, where);
}

static void see_event(struct join *j, uint32_t number, const struct chain_event_line *e)
{
	char where[96];

	snprintf(where, sizeof where, "tracepoint %.*s", (int)e->name.len, e->name.s);
	see(j, number, e->time_ns, e->time_ns, 6, where);
}

/* ---- reading ---- */

static void read_log(struct join *j)
{
	struct chain_slice rest = chain_record_find(j->r, "log"), line;

	while (j->n_log < LINES_MAX && chain_slice_line(&rest, &line))
		if (chain_log_line_parse(&j->log[j->n_log], line) && !j->log[j->n_log].thread.len)
			j->n_log++;
}

/* Those of the thread that put the flow: others may put some, too. */
static void read_events(struct join *j)
{
	struct chain_slice rest = chain_record_find(j->r, "events"), line;
	unsigned long long process = chain_slice_number(chain_record_info(j->r, "process"));

	while (j->n_events < LINES_MAX && chain_slice_line(&rest, &line))
		if (chain_event_line_parse(&j->events[j->n_events], line) &&
		    j->events[j->n_events].process == process)
			j->n_events++;
}

static bool is_sent(const struct chain_log_line *l, const char *type)
{
	return chain_slice_is(l->module, "netlink_socket") &&
	       chain_slice_starts(l->text, "nl_sock_transact_multiple__") &&
	       chain_slice_behind(l->text, type).s;
}

static bool is_put(const struct join *j, const struct chain_log_line *l)
{
	struct chain_slice ufid = chain_slice_behind(l->text, "put[create] ufid:");

	return ufid.len && j->ufid.len && ufid.len >= j->ufid.len &&
	       !memcmp(ufid.s, j->ufid.s, j->ufid.len);
}

/*
 * The thread goes on when the flow is put: what it says behind the line of that is of something
 * else, and so is what the kernel answers when the result of the offload was said.
 */
static void find_lines(struct join *j)
{
	bool is_over = false;

	for (size_t i = 0; i < j->n_log; i++) {
		const struct chain_log_line *l = &j->log[i];

		if (is_sent(l, " type=44(")) {
			j->sent = l;
			j->answered = NULL;
			j->refused = NULL;
		} else if (is_sent(l, "(ovs_flow)")) {
			j->dp_sent = l;
		} else if (j->sent && !is_over && chain_slice_is(l->module, "netlink_socket")) {
			if (chain_slice_starts(l->text, "nl_sock_recv__"))
				j->answered = l;
			else if (chain_slice_starts(l->text, "received NAK"))
				j->refused = l;
		} else if (is_put(j, l) && chain_slice_is(l->module, "dpif_netlink")) {
			j->offloaded = l;
		} else if (is_put(j, l) && chain_slice_is(l->module, "dpif")) {
			j->put = l;
			j->n_log = i + 1;
		}
		is_over |= chain_slice_is(l->module, "dpif_netlink");
	}
}

static void find_events(struct join *j)
{
	for (size_t i = 0; i < j->n_events; i++) {
		const struct chain_event_line *e = &j->events[i];

		if (chain_slice_is(e->name, "mlx5e_configure_flower"))
			j->configure = e;
		else if (chain_slice_is(e->name, "mlx5e_stats_flower") && j->configure)
			j->stats = e;
		else if (chain_slice_is(e->name, "netlink_extack"))
			j->extack = e;
	}
}

/* Commands of a flow, and the function of the driver that sends each. */
static const struct {
	const char *opcode, *layer, *function;
} senders[] = {
	{ "ALLOC_FLOW_COUNTER", "nic/steering", "mlx5_cmd_fc_bulk_alloc" },
	{ "CREATE_FLOW_TABLE", "nic/steering", "mlx5_cmd_create_flow_table" },
	{ "MODIFY_FLOW_TABLE", "nic/steering", "mlx5_cmd_modify_flow_table" },
	{ "DESTROY_FLOW_TABLE", "nic/steering", "mlx5_cmd_destroy_flow_table" },
	{ "CREATE_FLOW_GROUP", "nic/steering", "mlx5_cmd_create_flow_group" },
	{ "DESTROY_FLOW_GROUP", "nic/steering", "mlx5_cmd_destroy_flow_group" },
	{ "SET_FLOW_TABLE_ENTRY", "nic/steering", "mlx5_cmd_set_fte" },
	{ "DELETE_FLOW_TABLE_ENTRY", "nic/steering", "mlx5_cmd_delete_fte" },
	{ "ALLOC_MODIFY_HEADER_CONTEXT", "nic/steering", "mlx5_cmd_modify_header_alloc" },
	{ "DEALLOC_MODIFY_HEADER_CONTEXT", "nic/steering", "mlx5_cmd_modify_header_dealloc" },
	{ "ALLOC_PACKET_REFORMAT_CONTEXT", "nic/steering", "mlx5_cmd_packet_reformat_alloc" },
	{ "DEALLOC_PACKET_REFORMAT_CONTEXT", "nic/steering", "mlx5_cmd_packet_reformat_dealloc" },
};

/* The layer of a driver's function NULL: it is not of a flow. */
static struct step sender_of(const struct chain_command *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(senders); i++)
		if (!strcmp(senders[i].opcode, c->opcode))
			return (struct step){ senders[i].layer, senders[i].function };
	return (struct step){ NULL, NULL };
}

/* What the driver says right after a command of its has succeeded, by a number of both. */
static const struct {
	const char *event, *event_field, *opcode, *field;
	bool is_out; /* the field is in the answer of the device */
} echoes[] = {
	{ "mlx5_fs_set_fte", "group_index", "SET_FLOW_TABLE_ENTRY", "group_id", false },
	{ "mlx5_fs_add_fg", "id", "CREATE_FLOW_GROUP", "group_id", true },
	{ "mlx5_fs_add_ft", "id", "CREATE_FLOW_TABLE", "table_id", true },
};

static unsigned int table_of(const struct chain_command *c)
{
	unsigned int table = 0;

	(void)chain_command_field(c->in, "table_id", &table);
	return table;
}

static unsigned int index_of(const struct chain_command *c)
{
	unsigned int index = 0; /* what is 0 is not in the decoded contents */

	(void)chain_command_field(c->in, "flow_index", &index);
	return index;
}

static bool is_echo(const struct chain_event_line *e, const struct chain_command *c)
{
	unsigned int value = 0;

	for (size_t i = 0; i < ARRAY_SIZE(echoes); i++) {
		if (!chain_slice_is(e->name, echoes[i].event) || c->status_number ||
		    strcmp(c->opcode, echoes[i].opcode))
			continue;
		if (!chain_command_field(echoes[i].is_out ? c->out : c->in, echoes[i].field,
					 &value) ||
		    chain_slice_number(chain_event_field(e->text, echoes[i].event_field)) != value)
			return false;
		return i || chain_slice_number(chain_event_field(e->text, "index")) == index_of(c);
	}
	/* NAME(0x936) op_mod(0x0) failed, ... */
	return chain_slice_is(e->name, "mlx5_cmd") && c->status_number &&
	       chain_slice_starts(e->text, c->opcode);
}

/*
 * The driver never speaks of a command before the device is done with it: of all that both tell of,
 * the pair that is closest gives the difference of their clocks. Where a command comes twice, the
 * first is meant or one that says less.
 */
static void align(struct join *j)
{
	bool any = false;

	for (size_t i = 0; i < j->n_events; i++) {
		for (size_t k = 0; k < j->commands->n; k++) {
			const struct chain_command *c = &j->commands->list[k];
			int64_t ahead =
				(int64_t)(c->time_ns + c->duration_ns - j->events[i].time_ns);

			if (!is_echo(&j->events[i], c))
				continue;
			if (!any || ahead > j->ahead_ns)
				j->ahead_ns = ahead;
			any = true;
			break;
		}
	}
}

/* The last entry that was written is the flow's: what it needs is made before. */
static void find_entry(struct join *j)
{
	const struct chain_event_line *set = NULL;

	for (size_t i = 0; i < j->n_events; i++)
		if (chain_slice_is(j->events[i].name, "mlx5_fs_set_fte"))
			set = &j->events[i];
	for (size_t i = 0; set && i < j->commands->n; i++)
		if (is_echo(set, &j->commands->list[i]))
			j->entry = &j->commands->list[i];
}

static uint64_t guest_time(const struct join *j, const struct chain_command *c)
{
	return c->time_ns - (uint64_t)j->ahead_ns;
}

static void note_entry(struct join *j, uint32_t number, const struct chain_command *c)
{
	struct chain_outcome *o = j->o;
	unsigned int table = table_of(c), index = index_of(c), group = 0;
	struct text t;

	text_init(&t);
	if (chain_entry_find(chain_record_find(j->r, "entries"), table, index, &group, &t)) {
		trace_note_(j->t, number, "entry", "table %u, group %u, index %u: %s", table, group,
			    index, t.s);
		if (c == j->entry && o->place == CHAIN_PLACE_HW) {
			o->has_entry = true;
			o->table = table;
			o->group = group;
			o->index = index;
		}
	}
	text_fini(&t);
}

/* The innermost, which is found first, stays. */
static void set_stop(struct join *j, int error, const char *layer, const char *function,
		     bool is_inferred, struct chain_slice words)
{
	struct chain_outcome *o = j->o;

	if (o->layer)
		return;
	o->error = error;
	o->layer = layer;
	o->function = function;
	o->is_inferred = is_inferred;
	snprintf(o->words, sizeof o->words, "%.*s", (int)words.len, words.s);
}

/* What the driver made of a command that failed: "..., err(-12)". */
static int error_of(const struct join *j, const struct chain_command *c)
{
	for (size_t i = 0; i < j->n_events; i++)
		if (chain_slice_is(j->events[i].name, "mlx5_cmd") && is_echo(&j->events[i], c))
			return -(int)(chain_slice_number(
					      chain_slice_behind(j->events[i].text, "err(-")) &
				      0xfff);
	return -EREMOTEIO;
}

/* "opcode 2358, " stands in front of all. */
static const char *without_opcode(const char *in)
{
	const char *comma = in && !strncmp(in, "opcode ", 7) ? strstr(in, ", ") : NULL;

	return comma ? comma + 2 : in;
}

static void join_command(struct join *j, const struct chain_command *c)
{
	struct step sender = sender_of(c);
	uint64_t start = guest_time(j, c);
	size_t n_open = j->n_open;
	const char *words;
	uint32_t number;
	char where[48];
	int error;

	if (!strcmp(c->opcode, "SET_FLOW_TABLE_ENTRY"))
		enter(j, "nic/steering", "add_rule_fte");
	enter(j, sender.layer, sender.function);
	enter(j, "nic/cmd", "mlx5_cmd_exec");
	number = enter(j, "nic/device", "nic_device_exec");
	snprintf(where, sizeof where, "command %llu", (unsigned long long)c->number);
	note(j, number, "opcode", c->opcode);
	see(j, number, start, start + c->duration_ns, 9, where);
	note(j, number, "status", c->status);
	set_result(j, number, 0);
	if (c->status_number) {
		error = error_of(j, c);
		set_result(j, number, error);
		snprintf(where, sizeof where, "%s", c->status);
		words = c->words ? c->words : where;
		set_words(j, number, words);
		if (j->o->place != CHAIN_PLACE_HW)
			set_stop(j, error, "nic/device", "nic_device_exec", false,
				 (struct chain_slice){ words, strlen(words) });
	}
	if (!strcmp(c->opcode, "SET_FLOW_TABLE_ENTRY"))
		note_entry(j, number, c);
	note(j, number, "in", without_opcode(c->in));
	note(j, number, "out", c->out);
	leave_to(j, n_open);
}

/* Tracepoints that stand for themselves. */
static const struct step tracepoints[] = {
	{ "nic/steering", "mlx5_fs_add_ft" },
	{ "nic/steering", "mlx5_fs_del_ft" },
	{ "nic/steering", "mlx5_fs_add_fg" },
	{ "nic/steering", "mlx5_fs_del_fg" },
	{ "nic/steering", "mlx5_fs_set_fte" },
	{ "nic/steering", "mlx5_fs_del_fte" },
	{ "nic/steering", "mlx5_fs_add_rule" },
	{ "nic/steering", "mlx5_fs_del_rule" },
	{ "nic/cmd", "mlx5_cmd" },
	{ "nic/driver", "mlx5e_delete_flower" },
	{ "nic/driver", "netlink_extack" },
};

static void join_event(struct join *j, const struct chain_event_line *e)
{
	size_t n_open = j->n_open;
	uint32_t number;

	for (size_t i = 0; i < ARRAY_SIZE(tracepoints); i++) {
		if (!chain_slice_is(e->name, tracepoints[i].function))
			continue;
		number = enter(j, tracepoints[i].layer, tracepoints[i].function);
		see_event(j, number, e);
		note_slice(j, number, "says", e->text);
		leave_to(j, n_open);
	}
}

static bool is_before(const struct join *j, const struct chain_command *c,
		      const struct chain_event_line *e)
{
	return guest_time(j, c) < e->time_ns;
}

/*
 * The first command of those that write the flow's own entry: from there to the entry they are all
 * of its table. What is before is made because the flow needs it.
 */
static const struct chain_command *first_of_rule(const struct join *j)
{
	const struct chain_command *first = j->entry;

	for (const struct chain_command *c = first; c && c >= j->commands->list; c--) {
		if (!sender_of(c).layer)
			continue;
		if (table_of(c) != table_of(j->entry))
			break;
		first = c;
		if (!strcmp(c->opcode, "CREATE_FLOW_GROUP"))
			break;
	}
	return first;
}

/* Tracepoints and commands between @from and @to, in the order of their time. */
static void join_driver(struct join *j, const struct chain_event_line *from, uint64_t to_ns)
{
	const struct chain_event_line *e = from + 1, *end = j->events + j->n_events;
	const struct chain_command *rule = first_of_rule(j);
	size_t n_open = j->n_open, i = 0;

	while (i < j->commands->n && is_before(j, &j->commands->list[i], from))
		i++;
	for (;;) {
		const struct chain_command *c = i < j->commands->n ? &j->commands->list[i] : NULL;

		if (c && guest_time(j, c) > to_ns)
			c = NULL;
		if (e < end && e->time_ns <= to_ns && !(c && is_before(j, c, e))) {
			if (e != j->stats && e != j->extack)
				join_event(j, e);
			e++;
		} else if (c) {
			if (c == rule)
				enter(j, "nic/steering", "mlx5_add_flow_rules");
			if (sender_of(c).layer)
				join_command(j, c);
			i++;
		} else {
			break;
		}
	}
	leave_to(j, n_open);
}

/* The function in which the words of an extended acknowledgement were said, below @around. */
static void join_extack(struct join *j, struct step around, uint32_t number)
{
	struct chain_slice words = chain_slice_behind(j->extack->text, "msg=");
	const char *function = chain_place_find(words);
	size_t n_open = j->n_open;

	if (function) {
		around = (struct step){ "nic/driver", function };
		number = enter(j, around.layer, around.function);
	}
	set_stop(j, 0, around.layer, around.function, true, words);
	set_words(j, number, j->o->words);
	note(j, number, "words", "tracepoint netlink_extack");
	leave_to(j, n_open);
}

static bool is_representor(struct chain_slice port)
{
	return chain_slice_starts(port, "pf") ||
	       (port.len > 1 && port.s[0] == 'p' && port.s[1] >= '0' && port.s[1] <= '9');
}

/* From the callback of the representor, or of a tunnel or bridge that the driver listens to. */
static void enter_callback(struct join *j)
{
	static const struct step direct[] = { { "nic/driver", "mlx5e_rep_setup_tc_cb" } };
	static const struct step indirect[] = { { "nic/driver", "mlx5e_rep_indr_setup_tc_cb" } };

	if (is_representor(chain_record_info(j->r, "port")))
		ENTER(j, direct);
	else
		ENTER(j, indirect);
}

/* What adds a rule to the switch, and must have run when the rule is there. */
static void join_fdb_flow(struct join *j, uint64_t to_ns)
{
	static const struct step adding[] = { { "nic/driver", "mlx5e_add_fdb_flow" },
					      { "nic/driver", "__mlx5e_add_fdb_flow" } };
	size_t n_open = j->n_open, n_inside;

	ENTER(j, adding);
	n_inside = j->n_open;
	enter(j, "nic/driver", "parse_cls_flower");
	leave_to(j, n_inside);
	enter(j, "nic/driver", "parse_tc_fdb_actions");
	leave_to(j, n_inside);
	enter(j, "nic/driver", "mlx5e_tc_add_fdb_flow");
	join_driver(j, j->configure, to_ns);
	leave_to(j, n_open);
}

static void join_configure(struct join *j)
{
	static const struct step adding[] = { { "nic/driver", "mlx5e_tc_add_flow" } };
	uint64_t to_ns = j->stats ? j->stats->time_ns : UINT64_MAX;
	size_t n_open = j->n_open;
	uint32_t number;

	enter_callback(j);
	number = enter(j, "nic/driver", "mlx5e_configure_flower");
	see_event(j, number, j->configure);
	note_slice(j, number, "says", j->configure->text);
	number = ENTER(j, adding);
	if (j->o->place == CHAIN_PLACE_HW) {
		join_fdb_flow(j, to_ns);
	} else if (!j->extack || j->extack < j->configure) {
		join_driver(j, j->configure, to_ns);
	} else {
		join_driver(j, j->configure, j->extack->time_ns);
		join_extack(j, adding[0], number);
		join_driver(j, j->extack, to_ns);
	}
	leave_to(j, n_open);
}

/* ---- the kernel ---- */

static void join_notify(struct join *j)
{
	static const struct step asking[] = { { "kernel/sched", "tfilter_notify" } };
	size_t n_open = j->n_open;
	uint32_t number;

	if (!j->stats)
		return;
	ENTER(j, asking);
	enter_callback(j);
	number = enter(j, "nic/driver", "mlx5e_stats_flower");
	see_event(j, number, j->stats);
	note_slice(j, number, "says", j->stats->text);
	leave_to(j, n_open);
}

static const struct chain_slice no_reason = {
	"the kernel says not_in_hw and gives no reason: no driver took the filter", 72
};

static void join_classifier(struct join *j)
{
	static const struct step changing[] = { { "kernel/sched", "fl_change" },
						{ "kernel/sched", "fl_hw_replace_filter" } };
	size_t n_open = j->n_open;
	uint32_t number = ENTER(j, changing);

	if (j->configure) {
		enter(j, "kernel/sched", "tc_setup_cb_add");
		join_configure(j);
	}
	leave_to(j, n_open);
	if (j->o->place != CHAIN_PLACE_HW && !j->o->layer && !j->refused)
		set_stop(j, 0, changing[1].layer, changing[1].function, true, no_reason);
	if (j->o->layer == changing[1].layer && j->o->function == changing[1].function)
		set_words(j, number, j->o->words);
}

static void join_kernel(struct join *j)
{
	static const struct step receiving[] = {
		{ "kernel/netlink", "netlink_sendmsg" },
		{ "kernel/netlink", "netlink_unicast" },
		{ "kernel/netlink", "netlink_unicast_kernel" },
		{ "kernel/rtnetlink", "rtnetlink_rcv" },
		{ "kernel/netlink", "netlink_rcv_skb" },
		{ "kernel/rtnetlink", "rtnetlink_rcv_msg" },
		{ "kernel/sched", "tc_new_tfilter" },
	};
	size_t n_open = j->n_open;
	uint32_t number = ENTER(j, receiving);

	if (j->extack && !j->configure && j->refused)
		join_extack(j, receiving[ARRAY_SIZE(receiving) - 1], number);
	else
		join_classifier(j);
	if (j->o->has_filter)
		trace_note_(j->t, number, "filter",
			    "chain %u, prio %u, handle 0x%x, %s (by its cookie)", j->o->chain,
			    j->o->prio, j->o->handle,
			    j->o->place == CHAIN_PLACE_HW ? "in_hw" : "not_in_hw");
	join_notify(j);
	leave_to(j, n_open);
}

/* ---- the userland ---- */

/* "error=95 - WORDS" */
static void take_refusal(struct join *j, uint32_t number)
{
	struct chain_slice code = chain_slice_behind(j->refused->text, "error=");
	struct chain_slice words = chain_slice_behind(code, " - ");
	int error = -(int)(chain_slice_number(code) & 0xfff);

	set_result(j, number, error);
	if (!j->o->layer)
		set_stop(j, error, "kernel/rtnetlink", "rtnetlink_rcv_msg", true, words);
	j->o->error = error;
}

static void join_netlink(struct join *j)
{
	static const struct step sending[] = {
		{ "tc", "tc_replace_flower" },
		{ "tc", "tc_transact" },
		{ "netlink", "nl_transact" },
		{ "netlink", "nl_sock_transact" },
		{ "netlink", "nl_sock_transact_multiple" },
	};
	size_t n_open = j->n_open;
	uint32_t number = ENTER(j, sending);

	see_line(j, number, j->sent);
	note_slice(j, number, "message", chain_slice_behind(j->sent->text, "): "));
	if (j->answered)
		note_slice(j, number, "answer", chain_slice_behind(j->answered->text, "): "));
	enter(j, "netlink", "sendmsg");
	join_kernel(j);
	if (j->refused)
		take_refusal(j, number);
	else if (j->answered)
		set_result(j, number, 0);
	leave_to(j, n_open);
}

/* What the provider said while it translated the flow: whatever it is, it is of this put. */
static void join_provider(struct join *j, uint32_t number)
{
	const struct chain_log_line *last = NULL;

	for (size_t i = 0; i < j->n_log; i++) {
		if (!chain_slice_is(j->log[i].module, "netdev_offload_tc") &&
		    !chain_slice_is(j->log[i].module, "tc"))
			continue;
		last = &j->log[i];
		note_slice(j, number, "says", last->text);
	}
	if (!last)
		return;
	see_line(j, number, last);
	if (!j->sent && j->o->place != CHAIN_PLACE_HW) {
		set_stop(j, -EOPNOTSUPP, "offload", "netdev_tc_flow_put", false, last->text);
		set_words(j, number, j->o->words);
	}
}

/* "added flow", "failed to offload flow: Operation not supported: pf0sf0" */
static int result_of(struct chain_slice text)
{
	static const int errors[] = { EOPNOTSUPP, EINVAL, ENOENT, EEXIST, ENOSPC, ENODEV,
				      ENOMEM,	  EBUSY,  EAGAIN, EPERM,  EIO,	  EREMOTEIO };

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (chain_slice_behind(text, diag_strerror(-errors[i])).s)
			return -errors[i];
	return 0;
}

static const struct chain_log_line *find_offload_result(const struct join *j)
{
	for (size_t i = 0; i < j->n_log; i++)
		if (chain_slice_is(j->log[i].module, "dpif_netlink") &&
		    (chain_slice_is(j->log[i].text, "added flow") ||
		     chain_slice_behind(j->log[i].text, "failed to offload").s))
			return &j->log[i];
	return NULL;
}

static void join_offload(struct join *j)
{
	static const struct step putting[] = { { "offload", "netdev_flow_put" },
					       { "offload", "netdev_tc_flow_put" } };
	const struct chain_log_line *result = find_offload_result(j);
	size_t n_open = j->n_open;
	uint32_t number;

	number = enter(j, "dpif", "try_send_to_netdev");
	see_line(j, number, j->offloaded);
	number = enter(j, "dpif", "parse_flow_put");
	see_line(j, number, result);
	if (result) {
		note_slice(j, number, "says", result->text);
		set_result(j, number, result_of(result->text));
	}
	number = ENTER(j, putting);
	join_provider(j, number);
	if (j->sent)
		join_netlink(j);
	if (j->o->place < CHAIN_PLACE_TC && !j->o->layer && result)
		set_stop(j, 0, "offload", "netdev_tc_flow_put", true, result->text);
	leave_to(j, n_open);
}

/* Where a flow goes that tc does not have. */
static void join_datapath(struct join *j)
{
	static const struct step sending[] = { { "dpif", "dpif_netlink_operate__" },
					       { "netlink", "nl_transact_multiple" },
					       { "netlink", "nl_sock_transact_multiple" } };
	size_t n_open = j->n_open;
	uint32_t number;

	if (!j->dp_sent)
		return;
	number = ENTER(j, sending);
	see_line(j, number, j->dp_sent);
	note_slice(j, number, "message", chain_slice_behind(j->dp_sent->text, "): "));
	leave_to(j, n_open);
}

static void join_dpif(struct join *j)
{
	static const struct step putting[] = { { "dpif", "dpif_flow_put" },
					       { "dpif", "dpif_operate" } };
	size_t n_open = j->n_open;
	uint32_t number = ENTER(j, putting);

	see_line(j, number, j->put);
	if (j->put)
		note_slice(j, number, "says", chain_slice_behind(j->put->text, ": "));
	enter(j, "dpif", "dpif_netlink_operate");
	join_offload(j);
	join_datapath(j);
	leave_to(j, n_open);
}

/* The first line that ovs-appctl wrote, without the name of who said it. */
static struct chain_slice answer_of(const struct join *j)
{
	struct chain_slice rest = chain_record_find(j->r, "answer"), line = { "", 0 }, words;

	(void)chain_slice_line(&rest, &line);
	words = chain_slice_behind(line, "ovs-vswitchd: ");
	return words.s ? words : line;
}

static void join_dpctl(struct join *j)
{
	uint32_t first = enter(j, "dpif", "dpctl_add_flow"), number;
	struct trace_event *e;

	if (first) {
		e = event_of(j, first);
		e->is_inferred = false;
		e->is_point = true;
		note(j, first, "seen", "answer of ovs-appctl");
		note_slice(j, first, "ufid", j->ufid);
		set_result(j, first, j->status ? -EINVAL : 0);
	}
	enter(j, "dpif", "dpctl_put_flow");
	number = enter(j, "dpif", "dpctl_put_flow_dpif");
	if (j->put || j->sent || !j->status)
		join_dpif(j);
	if (j->status) {
		j->o->place = CHAIN_PLACE_NONE;
		j->o->layer = NULL;
		set_stop(j, -EINVAL, "dpif", "dpctl_put_flow_dpif", true, answer_of(j));
		set_words(j, number, j->o->words);
	}
	leave_to(j, 0);
}

/* ---- times ---- */

/*
 * A function begins no later than what it calls, and ends no earlier; what was not observed takes
 * the times of what it called. Clocks that differ by less than they resolve must not make a child
 * stick out of its parent.
 */
static void set_times(struct trace *t, uint32_t first)
{
	uint64_t before = 1; /* 0 is no time */

	for (uint32_t i = (uint32_t)t->n_events; i >= first; i--) {
		struct trace_event *e = &t->events[i - 1];
		struct trace_event *p = e->parent >= first ? &t->events[e->parent - 1] : NULL;

		if (p && e->start_ns && (!p->start_ns || e->start_ns < p->start_ns))
			p->start_ns = e->start_ns;
	}
	for (uint32_t i = first; i <= t->n_events; i++) {
		struct trace_event *e = &t->events[i - 1];

		if (e->start_ns < before)
			e->start_ns = before;
		if (e->end_ns < e->start_ns)
			e->end_ns = e->start_ns;
		before = e->start_ns;
	}
	for (uint32_t i = (uint32_t)t->n_events; i >= first; i--) {
		struct trace_event *e = &t->events[i - 1];

		if (e->parent >= first && t->events[e->parent - 1].end_ns < e->end_ns)
			t->events[e->parent - 1].end_ns = e->end_ns;
	}
}

/* ---- all of it ---- */

static enum chain_place place_of(const struct join *j, const struct chain_filter *f,
				 bool has_filter)
{
	struct chain_slice flow = chain_record_find(j->r, "flow");

	if (chain_slice_behind(flow, "offloaded:yes").s && (!has_filter || f->in_hw))
		return CHAIN_PLACE_HW;
	if (chain_slice_behind(flow, "dp:tc").s)
		return CHAIN_PLACE_TC;
	return flow.len ? CHAIN_PLACE_OVS : CHAIN_PLACE_NONE;
}

static void find_place(struct join *j)
{
	struct chain_filter f = { 0 };
	struct chain_outcome *o = j->o;

	o->has_filter = chain_filter_find(chain_record_find(j->r, "filters"), j->ufid, &f);
	o->chain = f.chain;
	o->prio = f.prio;
	o->handle = f.handle;
	o->place = place_of(j, &f, o->has_filter);
}

static int run(struct join *j, struct diag *d)
{
	uint32_t first = (uint32_t)j->t->n_events + 1;
	int err;

	j->commands = mem_new(sizeof *j->commands);
	j->log = mem_new_array(LINES_MAX, sizeof *j->log);
	j->events = mem_new_array(LINES_MAX, sizeof *j->events);
	if (!j->commands || !j->log || !j->events)
		return diag_set(d, -ENOMEM, "no memory");
	err = chain_commands_parse(j->commands, chain_record_find(j->r, "commands"), d);
	if (err)
		return err;
	j->ufid = chain_record_info(j->r, "ufid");
	j->status = (int)(chain_slice_number(chain_record_info(j->r, "status")) & 0xff);
	read_log(j);
	read_events(j);
	find_place(j);
	find_lines(j);
	find_events(j);
	align(j);
	find_entry(j);
	join_dpctl(j);
	set_times(j->t, first);
	return 0;
}

int chain_join(struct trace *t, struct chain_outcome *o, const struct chain_record *r,
	       struct diag *d)
{
	struct join j = { .t = t, .o = o, .r = r };
	int err;

	memset(o, 0, sizeof *o);
	err = run(&j, d);
	if (j.commands)
		chain_commands_fini(j.commands);
	mem_free(j.commands);
	mem_free(j.log);
	mem_free(j.events);
	return err;
}
