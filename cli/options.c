/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/options.h"

#include "cli/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HELP_COLUMN 30

struct parser {
	const struct option_set *sets;
	int argc, i; /* i: of the argument being read */
	const char **argv;
	struct diag *d;
};

static const struct option_row *find_name(const struct parser *p, const char *name, size_t len,
					  void **values)
{
	for (const struct option_set *s = p->sets; s->rows; s++) {
		for (const struct option_row *r = s->rows; r->name; r++) {
			if (strlen(r->name) == len && !memcmp(r->name, name, len)) {
				*values = s->values;
				return r;
			}
		}
	}
	return NULL;
}

static const struct option_row *find_letter(const struct parser *p, char letter, void **values)
{
	for (const struct option_set *s = p->sets; s->rows; s++) {
		for (const struct option_row *r = s->rows; r->name; r++) {
			if (r->letter == letter) {
				*values = s->values;
				return r;
			}
		}
	}
	return NULL;
}

static int refuse_unknown(const struct parser *p, const char *arg)
{
	const char *best = NULL;

	for (const struct option_set *s = p->sets; !strncmp(arg, "--", 2) && s->rows; s++)
		for (const struct option_row *r = s->rows; r->name; r++)
			words_nearer(&best, arg + 2, r->name);
	if (best)
		return diag_set(p->d, -EINVAL, "unknown option %s; did you mean --%s?", arg, best);
	return diag_set(p->d, -EINVAL, "unknown option %s", arg);
}

static int set_number(const struct option_row *r, uint64_t *value, const char *s, struct diag *d)
{
	uint64_t factor = 1, x;
	char *end;

	errno = 0;
	x = strtoull(s, &end, !strncmp(s, "0x", 2) ? 16 : 10);
	if (*end == 'k' || *end == 'K')
		factor = 1000;
	else if (*end == 'M')
		factor = 1000000;
	if (factor != 1)
		end++;
	if (*s < '0' || *s > '9' || *end || errno)
		return diag_set(d, -EINVAL, "--%s: '%s' is not a number", r->name, s);
	if (__builtin_mul_overflow(x, factor, &x) || x < r->min || x > r->max)
		return diag_set(d, -EINVAL, "--%s: %s is not in %llu..%llu", r->name, s,
				(unsigned long long)r->min, (unsigned long long)r->max);
	*value = x;
	return 0;
}

static int set_choice(const struct option_row *r, int *value, const char *s, struct diag *d)
{
	char list[128] = "";

	for (int i = 0; r->choices[i]; i++) {
		if (!strcmp(s, r->choices[i])) {
			*value = i;
			return 0;
		}
		if (strlen(list) + strlen(r->choices[i]) + 3 < sizeof list) {
			strcat(list, i ? ", " : "");
			strcat(list, r->choices[i]);
		}
	}
	return diag_set(d, -EINVAL, "--%s: '%s' is none of %s", r->name, s, list);
}

static int set_value(const struct option_row *r, void *values, const char *s, struct diag *d)
{
	void *value = (char *)values + r->offset;
	bool yes = true;

	switch (r->type) {
	case OPTION_FLAG:
		memcpy(value, &yes, sizeof yes);
		return 0;
	case OPTION_STRING:
		memcpy(value, &s, sizeof s);
		return 0;
	case OPTION_NUMBER:
		return set_number(r, value, s, d);
	case OPTION_CHOICE:
		return set_choice(r, value, s, d);
	case OPTION_N_TYPES:
		break;
	}
	return -EINVAL;
}

/* The next argument, which is the value of option @r. */
static int take_next(struct parser *p, const struct option_row *r, const char **value)
{
	if (p->i + 1 >= p->argc)
		return diag_set(p->d, -EINVAL, "--%s needs an argument: %s", r->name, r->arg);
	*value = p->argv[++p->i];
	return 0;
}

static int parse_long(struct parser *p, const char *arg)
{
	size_t len = strcspn(arg + 2, "=");
	const char *value = arg[2 + len] ? arg + 3 + len : NULL;
	const struct option_row *r;
	void *values = NULL;
	int err = 0;

	r = find_name(p, arg + 2, len, &values);
	if (!r)
		return refuse_unknown(p, arg);
	if (r->type == OPTION_FLAG && value)
		return diag_set(p->d, -EINVAL, "--%s takes no argument", r->name);
	if (r->type != OPTION_FLAG && !value)
		err = take_next(p, r, &value);
	return err ? err : set_value(r, values, value, p->d);
}

/* "-sm", "-bFILE", "-b FILE". */
static int parse_letters(struct parser *p, const char *arg)
{
	const struct option_row *r;
	const char *value = NULL;
	void *values = NULL;
	int err;

	for (const char *s = arg + 1; *s; s++) {
		r = find_letter(p, *s, &values);
		if (!r)
			return refuse_unknown(p, arg);
		if (r->type == OPTION_FLAG) {
			err = set_value(r, values, NULL, p->d);
			if (err)
				return err;
			continue;
		}
		if (s[1])
			value = s + 1;
		err = s[1] ? 0 : take_next(p, r, &value);
		return err ? err : set_value(r, values, value, p->d);
	}
	return 0;
}

int options_parse(const struct option_set *sets, int argc, const char **argv, bool stop,
		  int *n_args, struct diag *d)
{
	struct parser p = { .sets = sets, .argc = argc, .argv = argv, .d = d };
	bool ended = false;
	int n = 0, err = 0;

	for (; p.i < argc && !err; p.i++) {
		const char *arg = argv[p.i];

		if (ended || arg[0] != '-' || !arg[1]) {
			argv[n++] = arg;
			ended |= stop;
		} else if (!strcmp(arg, "--")) {
			ended = true;
		} else if (arg[1] == '-') {
			err = parse_long(&p, arg);
		} else {
			err = parse_letters(&p, arg);
		}
	}
	*n_args = n;
	return err;
}

static void put_choices(struct text *t, const struct option_row *r)
{
	for (int i = 0; r->choices[i]; i++)
		text_putf(t, "%s%s", i ? "|" : "=", r->choices[i]);
}

void options_format(struct text *t, const struct option_row *rows)
{
	for (const struct option_row *r = rows; r->name; r++) {
		size_t start = t->len, used;

		if (!r->help)
			continue;
		if (r->letter)
			text_putf(t, "  -%c, --%s", r->letter, r->name);
		else
			text_putf(t, "      --%s", r->name);
		if (r->type == OPTION_CHOICE)
			put_choices(t, r);
		else if (r->arg)
			text_putf(t, " %s", r->arg);
		used = t->len - start;
		if (used >= HELP_COLUMN) {
			text_put_char(t, '\n');
			used = 0;
		}
		text_putf(t, "%*s%s\n", (int)(HELP_COLUMN - used), "", r->help);
	}
}
