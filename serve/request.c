/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/request.h"

#include "base/alloc.h"
#include "trace/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_MAX 255

static int get_number(void *value, const json_t *j)
{
	json_int_t n = json_is_integer(j) ? json_integer_value(j) : -1;

	if (n < 0 || n > SERVE_WIDTH_MAX)
		return -EINVAL;
	*(unsigned int *)value = (unsigned int)n;
	return 0;
}

static int get_flag(void *value, const json_t *j)
{
	*(bool *)value = json_is_true(j);
	return json_is_boolean(j) ? 0 : -EINVAL;
}

static int get_place(void *value, const json_t *j)
{
	const char *s = json_string_value(j);

	if (!s || strlen(s) > SERVE_PLACE_MAX)
		return -EINVAL;
	*(const char **)value = s;
	return 0;
}

static json_t *put_number(const void *value)
{
	return json_integer(*(const unsigned int *)value);
}

static json_t *put_flag(const void *value)
{
	return json_boolean(*(const bool *)value);
}

static json_t *put_place(const void *value)
{
	return trace_json_string(*(const char *const *)value);
}

/* All but argv. */
static const struct member {
	const char *name;
	size_t offset;
	int (*get)(void *value, const json_t *j);
	json_t *(*put)(const void *value);
	const char *wanted;
} members[] = {
	{ "width", offsetof(struct serve_request, width), get_number, put_number, "0 to 1000" },
	{ "err_width", offsetof(struct serve_request, err_width), get_number, put_number,
	  "0 to 1000" },
	{ "colour", offsetof(struct serve_request, colour), get_flag, put_flag, "true or false" },
	{ "err_colour", offsetof(struct serve_request, err_colour), get_flag, put_flag,
	  "true or false" },
	{ "ascii", offsetof(struct serve_request, ascii), get_flag, put_flag, "true or false" },
	{ "place", offsetof(struct serve_request, place), get_place, put_place,
	  "a string of 63 bytes at most" },
};

static int get_argv(struct serve_request *r, const json_t *list, struct diag *d)
{
	size_t n = json_array_size(list), i;
	const json_t *word;

	if (!n || n > SERVE_ARGS_MAX)
		return diag_set(d, -EINVAL, "argv: wanted: a list of 1 to %u strings",
				SERVE_ARGS_MAX);
	r->argv = mem_new_array(n + 1, sizeof *r->argv);
	if (!r->argv)
		return diag_set(d, -ENOMEM, "no memory for the request");
	json_array_foreach(list, i, word)
	{
		r->argv[i] = json_string_value(word);
		if (!r->argv[i])
			return diag_set(d, -EINVAL, "argv: word %zu is no string", i);
	}
	r->argc = n;
	return 0;
}

static int get_member(struct serve_request *r, const char *name, const json_t *value,
		      struct diag *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		const struct member *m = &members[i];

		if (strcmp(m->name, name))
			continue;
		if (m->get((char *)r + m->offset, value))
			return diag_set(d, -EINVAL, "%s: wanted: %s", name, m->wanted);
		return 0;
	}
	if (!strcmp(name, "argv"))
		return get_argv(r, value, d);
	return diag_set(d, -EINVAL, "'%.40s' is no member of a request", name);
}

int serve_request_decode(struct serve_request *r, const char *line, size_t n, struct diag *d)
{
	json_error_t e;
	const char *name;
	json_t *value;
	int err = 0;

	*r = (struct serve_request){ .place = "" };
	r->json = json_loadb(line, n, JSON_REJECT_DUPLICATES, &e);
	if (!r->json)
		return diag_set(d, -EINVAL, "the request is no JSON: %s", e.text);
	if (!json_is_object(r->json))
		return diag_set(d, -EINVAL, "the request is no JSON object");
	json_object_foreach(r->json, name, value)
	{
		err = err ? err : get_member(r, name, value, d);
	}
	if (!err && !r->argc)
		err = diag_set(d, -EINVAL, "the request has no argv");
	return err;
}

void serve_request_fini(struct serve_request *r)
{
	mem_free(r->argv);
	json_decref(r->json);
	*r = (struct serve_request){ .place = "" };
}

static int put_argv(json_t *j, const struct serve_request *r, struct diag *d)
{
	json_t *list = json_array();
	int err = list ? 0 : -ENOMEM;

	for (size_t i = 0; i < r->argc && !err; i++) {
		json_t *word = json_string(r->argv[i]);

		if (!word)
			err = diag_set(d, -EINVAL, "word %zu of the command is no UTF-8", i + 1);
		else if (json_array_append_new(list, word))
			err = -ENOMEM;
	}
	if (!err && json_object_set(j, "argv", list))
		err = -ENOMEM;
	json_decref(list);
	return err;
}

int serve_request_encode(const struct serve_request *r, char **line, struct diag *d)
{
	json_t *j = json_object();
	int err = j ? put_argv(j, r, d) : -ENOMEM;

	*line = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(members) && !err; i++) {
		const char *value = (const char *)r + members[i].offset;

		if (json_object_set_new(j, members[i].name, members[i].put(value)))
			err = -ENOMEM;
	}
	if (!err)
		*line = json_dumps(j, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(j);
	if (!err && !*line)
		err = -ENOMEM;
	if (err)
		return diag_set(d, err, "no memory for the request");
	if (strlen(*line) + 1 > SERVE_LINE_MAX) {
		free(*line);
		*line = NULL;
		return diag_set(d, -EINVAL, "the command is longer than a daemon takes: %u bytes",
				SERVE_LINE_MAX);
	}
	return 0;
}

json_t *serve_answer_encode(const struct serve_answer *a)
{
	return json_pack("{s:i, s:o, s:o}", "status", a->status, "stdout",
			 trace_json_string(a->out), "stderr", trace_json_string(a->err));
}

int serve_answer_decode(struct serve_answer *a, const char *line, size_t n, struct diag *d)
{
	json_error_t e;
	json_t *status;

	*a = (struct serve_answer){ .json = json_loadb(line, n, JSON_REJECT_DUPLICATES, &e) };
	if (!a->json)
		return diag_set(d, -EPROTO, "the answer is no JSON: %s", e.text);
	status = json_object_get(a->json, "status");
	a->status = (int)json_integer_value(status);
	a->out = json_string_value(json_object_get(a->json, "stdout"));
	a->err = json_string_value(json_object_get(a->json, "stderr"));
	if (!json_is_integer(status) || json_integer_value(status) < 0 ||
	    json_integer_value(status) > STATUS_MAX || !a->out || !a->err)
		return diag_set(d, -EPROTO, "the answer lacks status, stdout or stderr");
	return 0;
}

void serve_answer_fini(struct serve_answer *a)
{
	json_decref(a->json);
	*a = (struct serve_answer){ 0 };
}
