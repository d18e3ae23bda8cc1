/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A profile is {"about": WORDS, "inherits": NAME or null, "capabilities": [ROW, ...]}, and a row
 * {"cap": NAME, "value": VALUE, "why": WORDS, "test": "FILE: FUNCTION"}. In a name a '*' stands for
 * any characters, so that one row can be about all kinds of tables. A value is a number, "0x..."
 * or "max": as much as the device implements. The last row about a capability holds.
 */
#include "nic/profile/profile.h"

#include "base/alloc.h"
#include "nic/profile/embedded.h"
#include "nic/profile/profile_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PCI_DEVICE_ID "pci.device_id" /* the one name that is no capability */

static const struct builtin {
	const char *name;
	const unsigned char *text;
	const size_t *size;
	bool is_offered;
} builtins[] = {
#define BUILTIN(name, is_offered) \
	{ #name, nic_profile_##name, &nic_profile_##name##_size, is_offered },
	NIC_PROFILE_FILES(BUILTIN)
};

const char *nic_profile_name(size_t i)
{
	for (size_t k = 0; k < ARRAY_SIZE(builtins); k++) {
		if (builtins[k].is_offered && !i--)
			return builtins[k].name;
	}
	return NULL;
}

/* ---- rows ---- */

struct row {
	struct nic_cap_walk walk;
	struct nic_profile *p;
	const struct nic_caps *bound;
	const char *name;
	bool is_max;
	uint32_t value;
	bool is_found;
	struct diag *d;
};

static int set_field(struct nic_cap_walk *w, size_t offset, const struct ifc_field *f)
{
	struct row *r = CONTAINER_OF(w, struct row, walk);
	uint32_t value = r->value;

	if (fnmatch(r->name, w->path, 0))
		return 0;
	r->is_found = true;
	if (r->is_max)
		value = ifc_get((const uint8_t *)r->bound + offset, f->loc);
	if (value > IFC_LOC_MASK(f->loc))
		return diag_set(r->d, -EINVAL, "%s: %u does not fit: it is at most %u", w->path,
				value, IFC_LOC_MASK(f->loc));
	ifc_set((uint8_t *)&r->p->caps + offset, f->loc, value);
	return 0;
}

static int read_value(struct row *r, const json_t *value)
{
	const char *s = json_string_value(value);
	unsigned long long n;
	char *end;

	if (s && !strcmp(s, "max")) {
		r->is_max = true;
		return 0;
	}
	if (json_is_integer(value) && json_integer_value(value) >= 0) {
		n = (unsigned long long)json_integer_value(value);
	} else if (s && !strncmp(s, "0x", 2) && s[2]) {
		n = strtoull(s, &end, 16);
		if (*end)
			n = UINT64_MAX;
	} else {
		n = UINT64_MAX;
	}
	if (n > UINT32_MAX)
		return diag_set(r->d, -EINVAL,
				"%s: the value is a number of 32 bits, \"0x...\" or \"max\"",
				r->name);
	r->value = (uint32_t)n;
	return 0;
}

static int set_device_id(const struct row *r)
{
	if (r->is_max || !r->value || r->value > UINT16_MAX)
		return diag_set(r->d, -EINVAL, "%s is a number of 16 bits and not 0", r->name);
	r->p->pci_device_id = (uint16_t)r->value;
	return 0;
}

static int read_row(struct nic_profile *p, const struct nic_caps *bound, json_t *row,
		    struct diag *d)
{
	struct row r = { .walk.fn = set_field, .p = p, .bound = bound, .d = d };
	const char *why, *test = NULL;
	json_t *value;
	int err;

	/* "!": and nothing else. */
	if (json_unpack(row, "{s:s, s:o, s:s, s?:s !}", "cap", &r.name, "value", &value, "why",
			&why, "test", &test))
		return diag_set(d, -EINVAL,
				"a row is {\"cap\": NAME, \"value\": VALUE, \"why\": WORDS} and "
				"perhaps \"test\"");
	err = read_value(&r, value);
	if (err)
		return err;
	if (!strcmp(r.name, PCI_DEVICE_ID))
		return set_device_id(&r);
	err = nic_cap_walk_run(&r.walk);
	if (!err && !r.is_found)
		return diag_set(d, -EINVAL, "there is no capability %s", r.name);
	return err;
}

/* ---- files ---- */

/* What a profile consists of; @*parent is borrowed of @o, or NULL. */
static int read_members(json_t *o, const char **parent, json_t **rows, struct diag *d)
{
	const char *about = NULL;

	*parent = NULL;
	if (json_unpack(o, "{s?:s, s?:s, s:o !}", "about", &about, "inherits", parent,
			"capabilities", rows) ||
	    !json_is_array(*rows))
		return diag_set(d, -EINVAL,
				"a profile is {\"about\": WORDS, \"inherits\": NAME, "
				"\"capabilities\": [...]}");
	return 0;
}

static int read_rows(struct nic_profile *p, const struct nic_caps *bound, json_t *rows,
		     struct diag *d)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		int err = read_row(p, bound, row, d);

		if (err) {
			diag_context(d, "row %zu", i + 1);
			return err;
		}
	}
	return 0;
}

static int parse(json_t **out, const char *text, size_t size, struct diag *d)
{
	json_error_t e;

	*out = json_loadb(text, size, JSON_REJECT_DUPLICATES, &e);
	if (*out)
		return 0;
	if (json_error_code(&e) == json_error_out_of_memory)
		return diag_set(d, -ENOMEM, "no memory");
	return diag_set(d, -EINVAL, "line %d: %s", e.line, e.text);
}

/* At most NIC_PROFILE_FILE_MAX bytes; @*text is the caller's. */
static int read_file(const char *path, char **text, size_t *size, struct diag *d)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = 0;
	size_t cap = 0;
	ssize_t n = 1;
	char *more;

	*text = NULL;
	*size = 0;
	if (fd < 0)
		return diag_set(d, -errno, "%s", strerror(errno));
	while (n > 0 && !err) {
		more = mem_grow(*text, &cap, *size + 4096, 1);
		if (!more) {
			err = diag_set(d, -ENOMEM, "no memory");
			break;
		}
		*text = more;
		n = read(fd, *text + *size, 4096);
		if (n < 0)
			err = diag_set(d, -errno, "%s", strerror(errno));
		else if ((*size += (size_t)n) > NIC_PROFILE_FILE_MAX)
			err = diag_set(d, -E2BIG, "it is larger than 1 MiB");
	}
	close(fd);
	return err;
}

static int load_file(json_t **out, const char *path, struct diag *d)
{
	size_t size;
	char *text;
	int err = read_file(path, &text, &size, d);

	if (!err)
		err = parse(out, text, size, d);
	mem_free(text);
	return err;
}

static int unknown(const char *name, struct diag *d)
{
	char names[128] = "";
	size_t len = 0;

	for (size_t i = 0; nic_profile_name(i); i++)
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i ? ", " : "",
					nic_profile_name(i));
	return diag_set(d, -ENOENT,
			"there is no profile of this name; there are %s, and files: ./%s", names,
			name);
}

static int load_builtin(json_t **out, const char *name, struct diag *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(builtins); i++) {
		const struct builtin *b = &builtins[i];

		if (!strcmp(b->name, name))
			return parse(out, (const char *)b->text, *b->size, d);
	}
	return unknown(name, d);
}

/* Words of a failure name the profile that it is in, not those that inherit from it. */
static int load(struct nic_profile *p, const struct nic_caps *bound, const char *name,
		unsigned int depth, struct diag *d)
{
	json_t *o = NULL, *rows = NULL;
	const char *parent = NULL;
	int err;

	if (depth >= NIC_PROFILE_DEPTH)
		return diag_set(d, -EINVAL, "%s: more than %d profiles inherit from each other",
				name, NIC_PROFILE_DEPTH);
	err = strchr(name, '/') ? load_file(&o, name, d) : load_builtin(&o, name, d);
	if (!err)
		err = read_members(o, &parent, &rows, d);
	if (!err && parent) {
		err = load(p, bound, parent, depth + 1, d);
		if (err) {
			json_decref(o);
			return err;
		}
	}
	if (!err)
		err = read_rows(p, bound, rows, d);
	if (err)
		diag_context(d, "profile %s", name);
	json_decref(o);
	return err;
}

/* ---- the bound ---- */

static bool is_within(const struct nic_cap *c)
{
	switch (c->kind) {
	case NIC_CAP_UP_TO:
		return c->value <= c->bound;
	case NIC_CAP_BITS:
		return !(c->value & ~c->bound);
	case NIC_CAP_AT_LEAST:
		return c->value >= c->bound;
	case NIC_CAP_EXACT:
		return c->value == c->bound;
	case NIC_CAP_OR_NONE:
		return !c->value || c->value == c->bound;
	}
	return false;
}

static int check(void *aux, const struct nic_cap *c)
{
	static const char *const words[] = {
		[NIC_CAP_UP_TO] = "at most",	 [NIC_CAP_BITS] = "bits of",
		[NIC_CAP_AT_LEAST] = "at least", [NIC_CAP_EXACT] = "exactly",
		[NIC_CAP_OR_NONE] = "0 or",
	};
	struct diag *d = aux;

	if (is_within(c))
		return 0;
	if (!c->bound)
		return diag_set(d, -EINVAL, "%s is %u, and the device does not implement it",
				c->path, c->value);
	return diag_set(d, -EINVAL, "%s is %u (0x%x), and the device implements %s %u (0x%x)",
			c->path, c->value, c->value, words[c->kind], c->bound, c->bound);
}

int nic_profile_load(struct nic_profile *p, const char *name, struct diag *d)
{
	struct nic_caps *bound = mem_new(sizeof *bound);
	int err;

	memset(p, 0, sizeof *p);
	if (!bound)
		return diag_set(d, -ENOMEM, "no memory for a profile");
	nic_caps_default(bound);
	err = load(p, bound, name, 0, d);
	mem_free(bound);
	if (err)
		return err;
	err = nic_caps_walk(&p->caps, check, d);
	if (err)
		diag_context(d, "profile %s", name);
	return err;
}
