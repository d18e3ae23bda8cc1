/* SPDX-License-Identifier: BSD-2-Clause */
#include "chain/record.h"

#include <errno.h>
#include <string.h>

#define MARK "@@ "

bool chain_slice_line(struct chain_slice *rest, struct chain_slice *line)
{
	const char *end;

	if (!rest->len)
		return false;
	end = memchr(rest->s, '\n', rest->len);
	line->s = rest->s;
	line->len = end ? (size_t)(end - rest->s) : rest->len;
	rest->s += line->len + (end != NULL);
	rest->len -= line->len + (end != NULL);
	return true;
}

bool chain_slice_starts(struct chain_slice a, const char *s)
{
	size_t n = strlen(s);

	return a.len >= n && !memcmp(a.s, s, n);
}

bool chain_slice_is(struct chain_slice a, const char *s)
{
	return a.len == strlen(s) && chain_slice_starts(a, s);
}

struct chain_slice chain_slice_behind(struct chain_slice a, const char *s)
{
	const char *at = a.len ? memmem(a.s, a.len, s, strlen(s)) : NULL;

	if (!at)
		return (struct chain_slice){ NULL, 0 };
	at += strlen(s);
	return (struct chain_slice){ at, (size_t)(a.s + a.len - at) };
}

unsigned long long chain_slice_number(struct chain_slice a)
{
	unsigned long long n = 0;

	for (size_t i = 0; i < a.len && i < 19 && a.s[i] >= '0' && a.s[i] <= '9'; i++)
		n = n * 10 + (unsigned long long)(a.s[i] - '0');
	return n;
}

int chain_record_parse(struct chain_record *r, const char *s, size_t len, struct diag *d)
{
	struct chain_slice rest = { s, len }, line;
	struct chain_section *section = NULL;

	memset(r, 0, sizeof *r);
	while (chain_slice_line(&rest, &line)) {
		if (chain_slice_starts(line, MARK)) {
			if (r->n == CHAIN_SECTIONS_MAX)
				return diag_set(d, -EPROTO,
						"the guest's answer has too many parts");
			section = &r->sections[r->n++];
			section->name = chain_slice_behind(line, MARK);
			section->text.s = rest.s;
		} else if (section) {
			section->text.len = (size_t)(rest.s - section->text.s);
		}
	}
	if (!r->n || !chain_slice_is(r->sections[r->n - 1].name, "end"))
		return diag_set(d, -EPROTO, "the guest's answer is not whole");
	return 0;
}

struct chain_slice chain_record_find(const struct chain_record *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (chain_slice_is(r->sections[i].name, name))
			return r->sections[i].text;
	return (struct chain_slice){ "", 0 };
}

struct chain_slice chain_record_info(const struct chain_record *r, const char *key)
{
	struct chain_slice rest = chain_record_find(r, "info"), line;
	size_t n = strlen(key);

	while (chain_slice_line(&rest, &line))
		if (chain_slice_starts(line, key) && line.len > n && line.s[n] == ' ')
			return (struct chain_slice){ line.s + n + 1, line.len - n - 1 };
	return (struct chain_slice){ "", 0 };
}
