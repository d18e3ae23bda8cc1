/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of `dpctl/dump-flows`: the key, then items of the form `name:value` with ", " between them,
 * one function for each, and the counters as such lines print them.
 */
#include "flow/text.h"

#include <errno.h>

/* A piece of the line. */
struct item {
	const char *s;
	size_t len;
};

static bool read_u64(struct item *i, uint64_t *v)
{
	size_t n = 0;

	*v = 0;
	for (; n < i->len && i->s[n] >= '0' && i->s[n] <= '9'; n++)
		if (__builtin_mul_overflow(*v, 10u, v) ||
		    __builtin_add_overflow(*v, (uint64_t)(i->s[n] - '0'), v))
			return false;
	i->s += n;
	i->len -= n;
	return n != 0;
}

static bool is_text(const struct item *i, const char *s)
{
	return i->len == strlen(s) && !memcmp(i->s, s, i->len);
}

static bool read_packets(struct flow_dump_line *out, struct item v)
{
	return read_u64(&v, &out->stats.n_packets) && !v.len;
}

static bool read_bytes(struct flow_dump_line *out, struct item v)
{
	return read_u64(&v, &out->stats.n_bytes) && !v.len;
}

/* "3.250s" is 3250 ms ago. */
static bool read_used(struct flow_dump_line *out, struct item v)
{
	uint64_t s, ms = 0;

	if (is_text(&v, "never"))
		return true;
	if (!read_u64(&v, &s) || s > UINT64_MAX / 2000)
		return false;
	if (v.len && *v.s == '.') {
		v = (struct item){ v.s + 1, v.len - 1 };
		if (v.len != 4 || !read_u64(&v, &ms) || v.len != 1)
			return false;
	}
	out->stats.used_ms = 1000 * s + ms + 1;
	return is_text(&v, "s");
}

/* The letters of the TCP flags, in the order in which dumps print them. */
static const struct {
	const char *letter;
	uint16_t bit;
} tcp_letters[] = {
	{ "S", 0x002 }, { "F", 0x001 },	    { "P", 0x008 },	{ "R", 0x004 },
	{ "U", 0x020 }, { ".", 0x010 },	    { "E", 0x040 },	{ "C", 0x080 },
	{ "N", 0x100 }, { "[200]", 0x200 }, { "[400]", 0x400 }, { "[800]", 0x800 },
};

static bool read_flags(struct flow_dump_line *out, struct item v)
{
	while (v.len) {
		size_t i = 0, len = 0;

		for (; i < ARRAY_SIZE(tcp_letters); i++) {
			len = strlen(tcp_letters[i].letter);
			if (v.len >= len && !memcmp(v.s, tcp_letters[i].letter, len))
				break;
		}
		if (i == ARRAY_SIZE(tcp_letters))
			return false;
		out->stats.tcp_flags |= tcp_letters[i].bit;
		v = (struct item){ v.s + len, v.len - len };
	}
	return true;
}

static bool read_offloaded(struct flow_dump_line *out, struct item v)
{
	out->offloaded = is_text(&v, "yes") ? 1 : is_text(&v, "partial") ? 2 : 0;
	return out->offloaded != 0;
}

static bool read_dp(struct flow_dump_line *out, struct item v)
{
	if (!v.len || v.len >= sizeof out->dp)
		return false;
	memcpy(out->dp, v.s, v.len);
	return true;
}

static const struct {
	const char *name;
	bool (*read)(struct flow_dump_line *out, struct item v);
} items[] = {
	{ "packets:", read_packets }, { "bytes:", read_bytes },		{ "used:", read_used },
	{ "flags:", read_flags },     { "offloaded:", read_offloaded }, { "dp:", read_dp },
};

static int read_item(struct flow_dump_line *out, struct item i, const char *line,
		     unsigned int *seen, struct diag *d)
{
	for (unsigned int n = 0; n < ARRAY_SIZE(items); n++) {
		size_t len = strlen(items[n].name);

		if (i.len < len || memcmp(i.s, items[n].name, len))
			continue;
		if (*seen & 1u << n)
			return diag_set_range(d, (size_t)(i.s - line), i.len, -EINVAL,
					      "%.*s is given twice", (int)len - 1, i.s);
		*seen |= 1u << n;
		if (items[n].read(out, (struct item){ i.s + len, i.len - len }))
			return 0;
		return diag_set_range(d, (size_t)(i.s - line) + len, i.len - len, -EINVAL,
				      "%.*s: %.*s cannot be read", (int)len - 1, i.s,
				      i.len - len > 64 ? 64 : (int)(i.len - len), i.s + len);
	}
	return diag_set_range(d, (size_t)(i.s - line), i.len, -EINVAL,
			      "%.*s is not an item of a dump line", i.len > 64 ? 64 : (int)i.len,
			      i.s);
}

/* Actions go to the end, or to what a provider adds. */
static void read_actions(struct flow_dump_line *out, const char *p, const char *end)
{
	static const char extra[] = ", dp-extra-info:";
	const char *more = memmem(p, (size_t)(end - p), extra, sizeof extra - 1);

	out->actions = p;
	out->actions_len = (size_t)((more ? more : end) - p);
}

int flow_dump_line_parse(struct flow_dump_line *out, const char *line, size_t len, struct diag *d)
{
	static const char first[] = ", packets:", last[] = "actions:";
	const char *begin = line, *end = line + len, *p;
	unsigned int seen = 0;

	memset(out, 0, sizeof *out);
	while (end > line && (end[-1] == '\n' || end[-1] == '\r' || end[-1] == ' '))
		end--;
	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	p = memmem(line, (size_t)(end - line), first, sizeof first - 1);
	if (!p)
		return diag_set(d, -EINVAL, "packets: is missing: not a line of a flow dump");
	out->key = line;
	out->key_len = (size_t)(p - line);
	for (p += 2; p < end;) {
		const char *next = memchr(p, ',', (size_t)(end - p));
		int err;

		if ((size_t)(end - p) >= sizeof last - 1 && !memcmp(p, last, sizeof last - 1)) {
			read_actions(out, p + sizeof last - 1, end);
			return 0;
		}
		if (!next)
			next = end;
		err = read_item(out, (struct item){ p, (size_t)(next - p) }, begin, &seen, d);
		if (err)
			return err;
		for (p = next; p < end && (*p == ',' || *p == ' ');)
			p++;
	}
	return diag_set_at(d, (size_t)(end - begin), -EINVAL, "actions: is missing");
}

void flow_stats_format(struct text *t, const struct flow_stats *s, uint64_t now_ms)
{
	text_put(t, ", packets:");
	text_put_u64(t, s->n_packets);
	text_put(t, ", bytes:");
	text_put_u64(t, s->n_bytes);
	text_put(t, ", used:");
	if (s->used_ms) {
		uint64_t age = now_ms > s->used_ms ? now_ms - s->used_ms : 0;

		text_put_u64(t, age / 1000);
		text_putf(t, ".%03us", (unsigned int)(age % 1000));
	} else {
		text_put(t, "never");
	}
	if (!s->tcp_flags)
		return;
	text_put(t, ", flags:");
	for (size_t i = 0; i < ARRAY_SIZE(tcp_letters); i++)
		if (s->tcp_flags & tcp_letters[i].bit)
			text_put(t, tcp_letters[i].letter);
}
