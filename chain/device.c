/* SPDX-License-Identifier: BSD-2-Clause */
#include "chain/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define UFID_CHARS 36

static uint64_t number_of(const json_t *j, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(j, key));

	return n < 0 ? 0 : (uint64_t)n;
}

static unsigned int small_number_of(const json_t *j, const char *key)
{
	uint64_t n = number_of(j, key);

	return n > UINT32_MAX ? UINT32_MAX : (unsigned int)n;
}

static const char *string_of(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

int chain_commands_parse(struct chain_commands *c, struct chain_slice text, struct diag *d)
{
	const json_t *one;
	json_error_t why;
	size_t i;

	c->n = 0;
	c->json = json_loadb(text.s, text.len, 0, &why);
	if (!json_is_array(c->json))
		return diag_set(d, -EPROTO, "the device's log: %s",
				c->json ? "no array" : why.text);
	json_array_foreach(c->json, i, one)
	{
		struct chain_command *to = &c->list[c->n];

		if (c->n == CHAIN_COMMANDS_MAX)
			break;
		to->number = number_of(one, "number");
		to->time_ns = number_of(one, "time_ns");
		to->duration_ns = number_of(one, "duration_ns");
		to->opcode = string_of(one, "opcode");
		to->status = string_of(one, "status");
		to->status_number = small_number_of(one, "status_number");
		to->syndrome = small_number_of(one, "syndrome");
		to->words = string_of(one, "words");
		to->in = string_of(one, "in");
		to->out = string_of(one, "out");
		c->n += to->opcode && to->status && to->time_ns;
	}
	return 0;
}

void chain_commands_fini(struct chain_commands *c)
{
	json_decref(c->json);
	c->json = NULL;
	c->n = 0;
}

bool chain_command_field(const char *contents, const char *name, unsigned int *value)
{
	size_t n = strlen(name);

	for (const char *s = contents; s && (s = strstr(s, name)); s += n) {
		if (s != contents && s[-1] != ' ' && s[-1] != '{')
			continue;
		if (s[n] != ' ' || s[n + 1] < '0' || s[n + 1] > '9')
			continue;
		*value = (unsigned int)strtoul(s + n + 1, NULL, 0);
		return true;
	}
	return false;
}

static void put_value(struct text *t, const json_t *v)
{
	if (json_is_string(v))
		text_put(t, json_string_value(v));
	else
		text_putf(t, "%lld", (long long)json_integer_value(v));
}

static void put_entry(struct text *t, const json_t *e)
{
	const json_t *counter = json_object_get(e, "counter"), *v;
	const char *key, *comma = "";
	size_t i;

	json_object_foreach(json_object_get(e, "match"), key, v)
	{
		text_putf(t, "%s%s ", comma, key);
		put_value(t, v);
		comma = ", ";
	}
	if (!*comma)
		text_put(t, "any");
	text_put(t, " ->");
	json_array_foreach(json_object_get(e, "actions"), i, v)
	{
		text_put(t, i ? ", " : " ");
		put_value(t, v);
	}
	if (counter)
		text_putf(t, ", counter %u", small_number_of(counter, "id"));
}

bool chain_entry_find(struct chain_slice entries, unsigned int table, unsigned int index,
		      unsigned int *group, struct text *t)
{
	json_t *all = json_loadb(entries.s, entries.len, 0, NULL);
	const json_t *e;
	bool found = false;
	size_t i;

	json_array_foreach(all, i, e)
	{
		const char *kind = string_of(e, "kind");

		if (found || !kind || strcmp(kind, "entry") || number_of(e, "table") != table ||
		    number_of(e, "entry") != index)
			continue;
		*group = small_number_of(e, "group");
		put_entry(t, e);
		found = true;
	}
	json_decref(all);
	return found;
}

bool chain_cookie(struct chain_slice ufid, char cookie[33])
{
	char digits[33];
	size_t n = 0;

	for (size_t i = 0; i < ufid.len && n < 32; i++)
		if (ufid.s[i] != '-')
			digits[n++] = ufid.s[i];
	if (n != 32 || ufid.len != UFID_CHARS)
		return false;
	/* Four numbers of 32 bits, each printed with its highest byte first. */
	for (size_t word = 0; word < 4; word++)
		for (size_t byte = 0; byte < 4; byte++)
			memcpy(cookie + 8 * word + 2 * byte, digits + 8 * word + 2 * (3 - byte), 2);
	cookie[32] = '\0';
	return true;
}

static bool has_cookie(const json_t *filter, const char *cookie)
{
	const json_t *options = json_object_get(filter, "options"), *action;
	size_t i;

	json_array_foreach(json_object_get(options, "actions"), i, action)
	{
		const char *c = string_of(action, "cookie");

		if (c && !strcasecmp(c, cookie))
			return true;
	}
	return false;
}

static bool find_in_line(struct chain_slice line, const char *cookie, struct chain_filter *out)
{
	json_t *all = json_loadb(line.s, line.len, 0, NULL);
	const json_t *filter, *options;
	bool found = false;
	size_t i;

	json_array_foreach(all, i, filter)
	{
		if (found || !has_cookie(filter, cookie))
			continue;
		options = json_object_get(filter, "options");
		out->chain = small_number_of(filter, "chain");
		out->prio = small_number_of(filter, "pref");
		out->handle = small_number_of(options, "handle");
		out->in_hw = json_is_true(json_object_get(options, "in_hw"));
		found = true;
	}
	json_decref(all);
	return found;
}

bool chain_filter_find(struct chain_slice filters, struct chain_slice ufid,
		       struct chain_filter *out)
{
	struct chain_slice line;
	char cookie[33];

	if (!chain_cookie(ufid, cookie))
		return false;
	while (chain_slice_line(&filters, &line))
		if (find_in_line(line, cookie, out))
			return true;
	return false;
}
