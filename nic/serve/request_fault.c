/* SPDX-License-Identifier: BSD-2-Clause */
/* The request `fault`: adds one, clears some, and always answers with what there is afterwards. */
#include "nic/device/bar.h"
#include "nic/device/fault.h"
#include "nic/serve/request_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static json_t *fault_json(const struct nic_fault *f)
{
	const char *opcode = f->opcode ? mlx5_opcode_name(f->opcode) : NULL;
	const char *status = mlx5_cmd_status_name(f->status);
	json_t *j = json_pack("{s:I, s:s?, s:I, s:I}", "id", (json_int_t)f->id, "status", status,
			      "syndrome", (json_int_t)f->syndrome, "failed",
			      (json_int_t)f->n_failed);

	if (f->table) {
		json_object_set_new(j, "table", json_integer(f->table));
		json_object_set_new(j, "limit", json_integer(f->limit));
		return j;
	}
	json_object_set_new(j, "opcode",
			    opcode	? json_string(opcode)
			    : f->opcode ? json_sprintf("0x%x", f->opcode)
					: json_null());
	json_object_set_new(j, "nth", json_integer((json_int_t)f->nth));
	json_object_set_new(j, "count", json_integer((json_int_t)f->n));
	json_object_set_new(j, "seen", json_integer((json_int_t)f->n_seen));
	return j;
}

static void answer(struct nic_request *q)
{
	const struct nic_fault *f;
	json_t *list = json_array();

	for (size_t i = 0; (f = nic_device_fault_get(q->r->dev, i)) != NULL; i++)
		json_array_append_new(list, fault_json(f));
	nic_answer_set(q, "faults", list);
	if (q->r->front.health)
		nic_answer_u64(q, "health", q->r->front.health(q->r->front.aux));
	nic_answer_set(q, "link", json_string(nic_device_has_link(q->r->dev) ? "up" : "down"));
}

static int parse_status(struct nic_request *q, struct nic_fault *f)
{
	const char *name = NULL;
	int err = nic_request_string(q, "status", &name), status;

	if (err || !name)
		return err;
	status = mlx5_cmd_status_find(name);
	if (status < 0 || !mlx5_cmd_status_name((uint8_t)status))
		return diag_set(q->d, -EINVAL, "status: there is no status %s", name);
	if (status == MLX5_CMD_STAT_OK)
		return diag_set(q->d, -EINVAL, "status: OK is no failure");
	f->status = (uint8_t)status;
	return 0;
}

static int parse_opcode(struct nic_request *q, const char *name, struct nic_fault *f)
{
	int opcode = mlx5_opcode_find(name);

	if (opcode <= 0 && strcmp(name, "any"))
		return diag_set(q->d, -EINVAL, "opcode: no command is called %s", name);
	f->opcode = opcode > 0 ? (uint16_t)opcode : 0;
	return 0;
}

static int parse_fault(struct nic_request *q, const char *opcode, struct nic_fault *f)
{
	uint64_t syndrome = 0, table = 0, limit = 0;
	int err = nic_request_u64(q, "nth", 1, INT64_MAX, &f->nth);

	if (!err)
		err = nic_request_u64(q, "count", 0, INT64_MAX, &f->n);
	if (!err)
		err = nic_request_u64(q, "syndrome", 0, UINT32_MAX, &syndrome);
	if (!err)
		err = nic_request_u64(q, "table", 1, UINT32_MAX, &table);
	if (!err)
		err = nic_request_u64(q, "limit", 0, UINT32_MAX, &limit);
	if (!err)
		err = parse_status(q, f);
	if (!err && opcode && table)
		err = diag_set(q->d, -EINVAL, "a command or a table, not both");
	if (!err && opcode)
		err = parse_opcode(q, opcode, f);
	f->syndrome = (uint32_t)syndrome;
	f->table = (uint32_t)table;
	f->limit = (uint32_t)limit;
	return err;
}

static int add(struct nic_request *q, const char *opcode)
{
	struct nic_fault f = { .nth = 1, .n = 1 };
	int err = parse_fault(q, opcode, &f);

	if (err)
		return err;
	if (!f.table && !f.status)
		f.status = MLX5_CMD_STAT_INT_ERR;
	err = nic_device_fault_add(q->r->dev, &f);
	if (err == -ENOSPC)
		return diag_set(q->d, err, "there are %u faults already", NIC_FAULTS_MAX);
	if (err)
		return diag_set(q->d, err, "the fault cannot be added: %s", diag_strerror(err));
	nic_answer_u64(q, "added", f.id);
	return 0;
}

static int clear(struct nic_request *q, uint64_t id)
{
	int err = nic_device_fault_clear(q->r->dev, (uint32_t)id);

	return err ? diag_set(q->d, err, "there is no fault %llu", (unsigned long long)id) : 0;
}

static int set_link(struct nic_request *q, const char *link)
{
	if (strcmp(link, "up") && strcmp(link, "down"))
		return diag_set(q->d, -EINVAL, "link: neither 'up' nor 'down'");
	nic_device_set_link(q->r->dev, !strcmp(link, "up"));
	return 0;
}

/* "ok", "stuck", or the syndrome that the health buffer is to have. */
static int set_health(struct nic_request *q, const char *word)
{
	char *end;
	unsigned long health = strtoul(word, &end, 0);

	if (!strcmp(word, "stuck"))
		health = NIC_HEALTH_STUCK;
	else if (strcmp(word, "ok") && (*end || !health || health > 0xff))
		return diag_set(q->d, -EINVAL,
				"health: neither 'ok' nor 'stuck' nor a syndrome in 1..0xff");
	if (!q->r->front.set_health)
		return diag_set(q->d, -EOPNOTSUPP,
				"health: no driver reads this device's registers");
	q->r->front.set_health(q->r->front.aux, (unsigned int)health);
	return 0;
}

int nic_request_fault(struct nic_request *q)
{
	const char *opcode = NULL, *link = NULL, *health = NULL;
	uint64_t id = UINT64_MAX;
	int err = nic_request_string(q, "opcode", &opcode);

	if (!err)
		err = nic_request_string(q, "link", &link);
	if (!err)
		err = nic_request_string(q, "health", &health);
	if (!err)
		err = nic_request_u64(q, "clear", 0, UINT32_MAX, &id);
	if (!err && id != UINT64_MAX)
		err = clear(q, id);
	if (!err && link)
		err = set_link(q, link);
	if (!err && health)
		err = set_health(q, health);
	if (!err && (opcode || json_object_get(q->in, "table")))
		err = add(q, opcode);
	if (!err)
		answer(q);
	return err;
}
