/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `inhw bench firmware`: how fast the device executes commands, with no driver and no guest around
 * it: mailboxes are prepared, then executed one after the other.
 */
#include "cli/bench-firmware.h"

#include "base/alloc.h"
#include "cli/workload.h"
#include "nic/device/device.h"
#include "nic/device/log.h"

#include <string.h>

#define IN_MAX	    (IFC_SET_FTE_IN_SIZE + 2 * IFC_DEST_FORMAT_STRUCT_SIZE)
#define BULK_QUERY  4096u /* counters of one query, as drivers ask for */
#define ROUNDS	    5	  /* of which the median counts */
#define BATCH	    4096u /* commands that are prepared, and then timed, together */
#define LOG_ENTRIES 20	  /* of the table: 1M */

struct bench {
	struct print *p;
	struct nic_device *dev;
	uint32_t table, group;
	uint32_t n;	    /* entries and counters */
	uint32_t *counters; /* their numbers */
	uint8_t (*in)[IN_MAX];
	uint8_t (*out)[16];
	uint8_t *bulk;	    /* the answer of a bulk query */
	const char *failed; /* the first command that failed, or NULL */
};

static void exec(struct bench *b, const void *in, size_t in_size, void *out, size_t out_size)
{
	if ((nic_device_exec(b->dev, in, in_size, out, out_size) ||
	     IFC_GET(cmd_out, out, status)) &&
	    !b->failed)
		b->failed = mlx5_opcode_name((uint16_t)IFC_GET(cmd_in, in, opcode));
}

/* ---- commands ---- */

static void start(uint8_t *in, const struct bench *b, uint16_t opcode)
{
	memset(in, 0, IN_MAX);
	IFC_SET(cmd_in, in, opcode, opcode);
	IFC_SET(set_fte_in, in, table_type, MLX5_TABLE_FDB);
	IFC_SET(set_fte_in, in, table_id, b->table);
}

static void create_table(struct bench *b)
{
	uint8_t in[IFC_CREATE_FLOW_TABLE_IN_SIZE] = { 0 }, out[IFC_CREATE_FLOW_TABLE_OUT_SIZE];
	uint8_t *ctx = IFC_PTR(create_flow_table_in, in, flow_table_context);

	IFC_SET(cmd_in, in, opcode, MLX5_CMD_OP_CREATE_FLOW_TABLE);
	IFC_SET(create_flow_table_in, in, table_type, MLX5_TABLE_FDB);
	IFC_SET(flow_table_context, ctx, log_size, LOG_ENTRIES);
	exec(b, in, sizeof in, out, sizeof out);
	b->table = IFC_GET(create_flow_table_out, out, table_id);
}

/* The mask of a usual rule: addresses, protocol, source port in reg_c_0. */
static void set_match(uint8_t *param, bool mask, uint32_t i)
{
	uint8_t *outer = IFC_PTR(fte_match_param, param, outer_headers);
	uint8_t *misc2 = IFC_PTR(fte_match_param, param, misc_parameters_2);

	IFC_SET(fte_match_set_lyr_2_4, outer, smac_47_16, mask ? UINT32_MAX : 0x02000000);
	IFC_SET(fte_match_set_lyr_2_4, outer, smac_15_0, mask ? 0xffff : 1);
	IFC_SET(fte_match_set_lyr_2_4, outer, dmac_47_16, mask ? UINT32_MAX : 0x02000000 + i);
	IFC_SET(fte_match_set_lyr_2_4, outer, dmac_15_0, mask ? 0xffff : 2);
	IFC_SET(fte_match_set_lyr_2_4, outer, ip_version, mask ? 0xf : 4);
	IFC_SET(fte_match_set_lyr_2_4, outer, ip_protocol, mask ? 0xff : 6);
	IFC_SET(fte_match_set_lyr_2_4, outer, tcp_dport, mask ? 0xffff : 80);
	put_be32(outer + IFC_OFF_fte_match_set_lyr_2_4__dst_ipv4_dst_ipv6 + 12,
		 mask ? UINT32_MAX : 0x0a000000 + i);
	IFC_SET(fte_match_set_misc2, misc2, metadata_reg_c_0, mask ? 0xffff0000 : 1 << 16);
}

static void create_group(struct bench *b)
{
	uint8_t in[IFC_CREATE_FLOW_GROUP_IN_SIZE] = { 0 }, out[IFC_CREATE_FLOW_GROUP_OUT_SIZE];

	IFC_SET(cmd_in, in, opcode, MLX5_CMD_OP_CREATE_FLOW_GROUP);
	IFC_SET(create_flow_group_in, in, table_type, MLX5_TABLE_FDB);
	IFC_SET(create_flow_group_in, in, table_id, b->table);
	IFC_SET(create_flow_group_in, in, end_flow_index, (1u << LOG_ENTRIES) - 1);
	IFC_SET(create_flow_group_in, in, match_criteria_enable,
		MLX5_MATCH_OUTER_HEADERS | MLX5_MATCH_MISC_PARAMETERS_2);
	set_match(IFC_PTR(create_flow_group_in, in, match_criteria), true, 0);
	exec(b, in, sizeof in, out, sizeof out);
	b->group = IFC_GET(create_flow_group_out, out, group_id);
}

static size_t prepare_alloc(const struct bench *b, uint8_t *in, uint32_t i)
{
	memset(in, 0, IN_MAX);
	IFC_SET(cmd_in, in, opcode, MLX5_CMD_OP_ALLOC_FLOW_COUNTER);
	return IFC_ALLOC_FLOW_COUNTER_IN_SIZE;
}

static size_t prepare_dealloc(const struct bench *b, uint8_t *in, uint32_t i)
{
	memset(in, 0, IN_MAX);
	IFC_SET(cmd_in, in, opcode, MLX5_CMD_OP_DEALLOC_FLOW_COUNTER);
	IFC_SET(dealloc_flow_counter_in, in, flow_counter_id, b->counters[i]);
	return IFC_DEALLOC_FLOW_COUNTER_IN_SIZE;
}

static size_t prepare_set(const struct bench *b, uint8_t *in, uint32_t i)
{
	uint8_t *ctx = IFC_PTR(set_fte_in, in, flow_context);
	uint8_t *dest = in + IFC_SET_FTE_IN_SIZE;

	start(in, b, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY);
	IFC_SET(set_fte_in, in, flow_index, i);
	IFC_SET(flow_context, ctx, group_id, b->group);
	IFC_SET(flow_context, ctx, action,
		MLX5_FLOW_CONTEXT_ACTION_FWD_DEST | MLX5_FLOW_CONTEXT_ACTION_COUNT);
	set_match(IFC_PTR(flow_context, ctx, match_value), false, i);
	IFC_SET(flow_context, ctx, destination_list_size, 1);
	IFC_SET(flow_context, ctx, flow_counter_list_size, 1);
	IFC_SET(dest_format_struct, dest, destination_id, MLX5_VPORT_UPLINK);
	IFC_SET(flow_counter_list, dest + 8, flow_counter_id, b->counters[i]);
	return IFC_SET_FTE_IN_SIZE + 16;
}

static size_t prepare_delete(const struct bench *b, uint8_t *in, uint32_t i)
{
	start(in, b, MLX5_CMD_OP_DELETE_FLOW_TABLE_ENTRY);
	IFC_SET(delete_fte_in, in, flow_index, i);
	return IFC_DELETE_FTE_IN_SIZE;
}

/* ---- measuring ---- */

typedef size_t prepare_fn(const struct bench *b, uint8_t *in, uint32_t i);

/* Nanoseconds of each of b->n commands. */
static uint64_t run_phase(struct bench *b, prepare_fn *prepare)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < b->n; i += BATCH) {
		uint32_t m = b->n - i < BATCH ? b->n - i : BATCH;
		uint64_t started;
		size_t size = 0;

		for (uint32_t k = 0; k < m; k++)
			size = prepare(b, b->in[k], i + k);
		started = workload_cpu_ns();
		for (uint32_t k = 0; k < m; k++)
			exec(b, b->in[k], size, b->out[k], sizeof b->out[k]);
		sum += workload_cpu_ns() - started;
		for (uint32_t k = 0; k < m && prepare == prepare_alloc; k++)
			b->counters[i + k] =
				IFC_GET(alloc_flow_counter_out, b->out[k], flow_counter_id);
	}
	return sum / b->n;
}

static uint64_t run_queries(struct bench *b)
{
	uint8_t in[IFC_QUERY_FLOW_COUNTER_IN_SIZE] = { 0 };
	size_t out_size = 16 + (size_t)BULK_QUERY * IFC_TRAFFIC_COUNTER_SIZE;
	uint32_t n = b->n / BULK_QUERY ? b->n / BULK_QUERY : 1;
	uint64_t started = workload_cpu_ns();

	IFC_SET(cmd_in, in, opcode, MLX5_CMD_OP_QUERY_FLOW_COUNTER);
	IFC_SET(query_flow_counter_in, in, num_of_counters, BULK_QUERY);
	for (uint32_t i = 0; i < n; i++) {
		IFC_SET(query_flow_counter_in, in, flow_counter_id, b->counters[i * BULK_QUERY]);
		exec(b, in, sizeof in, b->bulk, out_size);
	}
	return (workload_cpu_ns() - started) / n;
}

enum {
	ALLOC,
	SET,
	QUERY,
	DELETE,
	DEALLOC,
	N_PHASES
};

static const char *const names[N_PHASES] = {
	[ALLOC] = "ALLOC_FLOW_COUNTER",	    [SET] = "SET_FLOW_TABLE_ENTRY",
	[QUERY] = "QUERY_FLOW_COUNTER",	    [DELETE] = "DELETE_FLOW_TABLE_ENTRY",
	[DEALLOC] = "DEALLOC_FLOW_COUNTER",
};

static void run_round(struct bench *b, uint64_t ns[N_PHASES])
{
	ns[ALLOC] = run_phase(b, prepare_alloc);
	ns[SET] = run_phase(b, prepare_set);
	ns[QUERY] = run_queries(b);
	ns[DELETE] = run_phase(b, prepare_delete);
	ns[DEALLOC] = run_phase(b, prepare_dealloc);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void report_text(struct print *p, const uint64_t ns[N_PHASES], uint32_t n, bool log)
{
	struct text machine;

	text_init(&machine);
	workload_machine_format(&machine);
	printf_text(p, "%s\n%u entries, command log %s, median of %d rounds\n", machine.s, n,
		    log ? "on" : "off", ROUNDS);
	text_fini(&machine);
	for (size_t i = 0; i < N_PHASES; i++) {
		printf_text(p, "%-24s %8llu ns %12.0f a second", names[i],
			    (unsigned long long)ns[i], 1e9 / (double)(ns[i] ? ns[i] : 1));
		if (i == QUERY)
			printf_text(p, "   (%u counters each)", BULK_QUERY);
		print_text(p, "\n");
	}
}

static void report_json(struct print *p, const uint64_t ns[N_PHASES], uint32_t n, bool log)
{
	json_t *o = json_object();
	struct text machine;

	for (size_t i = 0; i < N_PHASES; i++)
		json_object_set_new(o, names[i], json_integer((json_int_t)ns[i]));
	text_init(&machine);
	workload_machine_format(&machine);
	print_json(p, json_pack("{s:s, s:I, s:b, s:I, s:o}", "machine", machine.s, "entries",
				(json_int_t)n, "log", (int)log, "counters_of_a_query",
				(json_int_t)BULK_QUERY, "ns", o));
	text_fini(&machine);
}

static bool allocate(struct bench *b)
{
	b->counters = mem_new_array(b->n, sizeof b->counters[0]);
	b->in = mem_new_array(BATCH, sizeof b->in[0]);
	b->out = mem_new_array(BATCH, sizeof b->out[0]);
	b->bulk = mem_new(16 + (size_t)BULK_QUERY * IFC_TRAFFIC_COUNTER_SIZE);
	return b->counters && b->in && b->out && b->bulk;
}

static void run(struct bench *b, uint64_t median[N_PHASES])
{
	uint64_t ns[ROUNDS][N_PHASES], of_phase[ROUNDS];

	create_table(b);
	create_group(b);
	for (size_t r = 0; r < ROUNDS; r++)
		run_round(b, ns[r]);
	for (size_t i = 0; i < N_PHASES; i++) {
		for (size_t r = 0; r < ROUNDS; r++)
			of_phase[r] = ns[r][i];
		qsort(of_phase, ROUNDS, sizeof of_phase[0], compare);
		median[i] = of_phase[ROUNDS / 2];
	}
}

int bench_firmware(struct cli *c, uint32_t n, bool log, bool json)
{
	const struct nic_params params = { .n_vfs = 4 };
	struct bench b = { .p = &c->print, .n = n };
	uint64_t median[N_PHASES];
	int status = CLI_FAILED;

	if (nic_device_new(&b.dev, &params) || (log && nic_device_log_start(b.dev)) ||
	    !allocate(&b)) {
		print_failure(&c->print, "no memory");
	} else {
		run(&b, median);
		if (b.failed)
			print_failure(&c->print, "%s failed", b.failed);
		else if (json)
			report_json(&c->print, median, n, log);
		else
			report_text(&c->print, median, n, log);
		status = b.failed ? CLI_FAILED : CLI_OK;
	}
	nic_device_free(b.dev);
	mem_free(b.counters);
	mem_free(b.in);
	mem_free(b.out);
	mem_free(b.bulk);
	return status;
}
