/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/spec.h"

#include "base/alloc.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct port_spec *s;
	char *at; /* in the copy */
	const struct spec_kind *kind;
	const struct spec_key *common;
	size_t n_common;
	struct diag *d;
};

static size_t offset_of(const struct reader *r, const char *p)
{
	return (size_t)(p - r->s->copy);
}

static size_t word_len(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyz_");
}

static bool is_key(const char *s)
{
	return word_len(s) && s[word_len(s)] == '=';
}

/* The end of what begins here: the comma in front of a key, or the NUL. */
static char *end_of(char *s)
{
	int depth = 0;

	for (; *s; s++) {
		depth += (*s == '(') - (*s == ')');
		if (*s == ',' && depth <= 0 && is_key(s + 1))
			break;
	}
	return s;
}

/* Ends the text that begins at r->at and returns it; the next begins behind it. */
static char *take(struct reader *r)
{
	char *start = r->at, *end = end_of(start);

	r->at = *end ? end + 1 : end;
	*end = '\0';
	return start;
}

static const struct spec_key *key_at(const struct reader *r, size_t i)
{
	return i < r->kind->n_keys ? &r->kind->keys[i] : &r->common[i - r->kind->n_keys];
}

static size_t n_keys(const struct reader *r)
{
	return r->kind->n_keys + r->n_common;
}

static int refuse_key(const struct reader *r, const char *name, size_t len)
{
	struct text t;
	int err;

	text_init(&t);
	for (size_t i = 0; i < n_keys(r); i++)
		text_putf(&t, "%s%s=", i ? ", " : "", key_at(r, i)->name);
	err = diag_set_range(r->d, offset_of(r, name), len, -EINVAL,
			     "%s has no key %.*s; its keys are %s", r->kind->name, (int)len, name,
			     t.s);
	text_fini(&t);
	return err;
}

static uint64_t factor_of(char suffix)
{
	return suffix == 'k' ? 1000 : suffix == 'M' ? 1000000 : suffix == 'G' ? 1000000000 : 0;
}

static bool parse_number(const char *s, uint64_t *number)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*number = strtoull(s, &end, 10);
	if (errno)
		return false;
	if (!*end)
		return true;
	return !end[1] && factor_of(*end) &&
	       !__builtin_mul_overflow(*number, factor_of(*end), number);
}

static int refuse_value(const struct reader *r, const struct spec_key *k,
			const struct spec_value *v)
{
	size_t len = strlen(v->text);
	struct text t;
	int err;

	text_init(&t);
	for (size_t i = 0; i < ARRAY_SIZE(k->words) && k->words[i]; i++)
		text_putf(&t, "%s, ", k->words[i]);
	err = diag_set_range(r->d, v->offset, len ? len : 1, -EINVAL,
			     "%s: wanted: %sa number from %llu to %llu", k->name, t.s,
			     (unsigned long long)k->min, (unsigned long long)k->max);
	text_fini(&t);
	return err;
}

static int parse_value(const struct reader *r, const struct spec_key *k, struct spec_value *v)
{
	v->word = -1;
	if (k->type == SPEC_TEXT)
		return *v->text ? 0
				: diag_set_at(r->d, v->offset - 1, -EINVAL, "%s: wanted: %s",
					      k->name, k->value);
	for (int i = 0; k->type == SPEC_CHOICE && i < (int)ARRAY_SIZE(k->words); i++) {
		if (k->words[i] && !strcmp(k->words[i], v->text)) {
			v->word = i;
			return 0;
		}
	}
	if (parse_number(v->text, &v->number) && v->number >= k->min && v->number <= k->max)
		return 0;
	return refuse_value(r, k, v);
}

static int read_key(struct reader *r)
{
	char *name = take(r);
	size_t len = word_len(name), i = 0;
	struct spec_value *v;

	if (name[len] != '=') {
		len = strlen(name);
		return diag_set_range(r->d, offset_of(r, name), len ? len : 1, -EINVAL,
				      "wanted: KEY=VALUE");
	}
	while (i < n_keys(r) && (strncmp(key_at(r, i)->name, name, len) || key_at(r, i)->name[len]))
		i++;
	if (i == n_keys(r))
		return refuse_key(r, name, len);
	v = &r->s->values[i];
	if (v->is_given)
		return diag_set_range(r->d, offset_of(r, name), len, -EINVAL, "%s= is given twice",
				      key_at(r, i)->name);
	v->is_given = true;
	v->text = name + len + 1;
	v->offset = offset_of(r, v->text);
	return parse_value(r, key_at(r, i), v);
}

static int read_argument(struct reader *r, bool has_colon)
{
	struct port_spec *s = r->s;

	s->argument = "";
	s->argument_offset = offset_of(r, r->at);
	if (has_colon && *r->at && !is_key(r->at))
		s->argument = take(r);
	s->argument_len = strlen(s->argument);
	if (!s->argument_len && r->kind->argument)
		return diag_set_at(r->d, s->argument_offset ? s->argument_offset - 1 : 0, -EINVAL,
				   "%s: wanted: %s:%s", r->kind->name, r->kind->name,
				   r->kind->argument);
	if (s->argument_len && !r->kind->argument)
		return diag_set_range(r->d, s->argument_offset, s->argument_len, -EINVAL,
				      "%s takes nothing but KEY=VALUE", r->kind->name);
	return 0;
}

static int find_kind(struct reader *r, const struct spec_kind *const *kinds, size_t n_kinds,
		     size_t len)
{
	const char *name = r->s->copy;
	struct text t;
	int err;

	for (size_t i = 0; i < n_kinds; i++) {
		if (!strncmp(kinds[i]->name, name, len) && !kinds[i]->name[len]) {
			r->s->kind = i;
			r->kind = kinds[i];
			return 0;
		}
	}
	text_init(&t);
	for (size_t i = 0; i < n_kinds; i++)
		text_putf(&t, "%s%s", i ? ", " : "", kinds[i]->name);
	err = diag_set_range(r->d, 0, len ? len : 1, -EINVAL, "a port can be joined to: %s", t.s);
	text_fini(&t);
	return err;
}

static int read_spec(struct reader *r, const struct spec_kind *const *kinds, size_t n_kinds)
{
	size_t len = strcspn(r->s->copy, ":,");
	bool has_colon = r->s->copy[len] == ':';
	int err = find_kind(r, kinds, n_kinds, len);

	if (err)
		return err;
	r->at = r->s->copy + len;
	if (*r->at)
		*r->at++ = '\0';
	err = read_argument(r, has_colon);
	while (!err && *r->at)
		err = read_key(r);
	return err;
}

int spec_parse(struct port_spec *s, const char *text, const struct spec_kind *const *kinds,
	       size_t n_kinds, const struct spec_key *common, size_t n_common, struct diag *d)
{
	struct reader r = { .s = s, .common = common, .n_common = n_common, .d = d };
	int err;

	memset(s, 0, sizeof *s);
	if (strlen(text) > SPEC_MAX)
		return diag_set(d, -EINVAL, "more than %u bytes", SPEC_MAX);
	s->copy = mem_strdup(text);
	if (!s->copy)
		return diag_set(d, -ENOMEM, "no memory");
	err = read_spec(&r, kinds, n_kinds);
	if (err)
		spec_fini(s);
	return err;
}

void spec_fini(struct port_spec *s)
{
	mem_free(s->copy);
	s->copy = NULL;
}
