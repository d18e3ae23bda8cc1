/* SPDX-License-Identifier: BSD-2-Clause */
#include "chain/lines.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define FIELDS	   5 /* of a log line, between bars; the last may hold bars */
#define TIME_CHARS 32

/* Cuts what is before the first @c off @rest. False: there is no @c. */
static bool cut(struct chain_slice *rest, char c, struct chain_slice *out)
{
	const char *at = rest->len ? memchr(rest->s, c, rest->len) : NULL;

	if (!at)
		return false;
	*out = (struct chain_slice){ rest->s, (size_t)(at - rest->s) };
	rest->len -= out->len + 1;
	rest->s = at + 1;
	return true;
}

static struct chain_slice trim(struct chain_slice a)
{
	while (a.len && *a.s == ' ') {
		a.s++;
		a.len--;
	}
	while (a.len && a.s[a.len - 1] == ' ')
		a.len--;
	return a;
}

/* 2026-11-30T22:29:23.900Z; 0: it is none. */
static uint64_t parse_date(struct chain_slice a)
{
	unsigned int year, month, day, hour, minute, second, ms;
	char s[TIME_CHARS];
	struct tm tm = { 0 };
	time_t t;

	if (a.len >= sizeof s)
		return 0;
	memcpy(s, a.s, a.len);
	s[a.len] = '\0';
	if (sscanf(s, "%4u-%2u-%2uT%2u:%2u:%2u.%3uZ", &year, &month, &day, &hour, &minute, &second,
		   &ms) != 7 ||
	    year < 1970)
		return 0;
	tm.tm_year = (int)year - 1900;
	tm.tm_mon = (int)month - 1;
	tm.tm_mday = (int)day;
	tm.tm_hour = (int)hour;
	tm.tm_min = (int)minute;
	tm.tm_sec = (int)second;
	t = timegm(&tm);
	return t < 0 ? 0 : (uint64_t)t * NSEC_PER_SEC + ms * NSEC_PER_MSEC;
}

/* "DBG(handler2)": the thread is what is between the parentheses. */
static void split_level(struct chain_log_line *l)
{
	struct chain_slice level = l->level, name;

	if (!cut(&level, '(', &name))
		return;
	l->level = name;
	l->thread = level;
	if (level.len)
		l->thread.len--;
}

bool chain_log_line_parse(struct chain_log_line *out, struct chain_slice line)
{
	struct chain_slice f[FIELDS] = { { NULL, 0 } };

	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < FIELDS - 1; i++)
		if (!cut(&line, '|', &f[i]))
			return false;
	out->time_ns = parse_date(f[0]);
	out->number = chain_slice_number(f[1]);
	out->module = f[2];
	out->level = f[3];
	out->text = line;
	split_level(out);
	return out->time_ns != 0;
}

/* "1796077763.899474", "36.020000" */
static uint64_t parse_seconds(struct chain_slice a)
{
	struct chain_slice whole;
	uint64_t ns = NSEC_PER_SEC, s;

	if (!cut(&a, '.', &whole) || !whole.len || whole.len > 10)
		return 0;
	s = chain_slice_number(whole) * NSEC_PER_SEC;
	for (size_t i = 0; i < a.len && i < 9 && a.s[i] >= '0' && a.s[i] <= '9'; i++) {
		ns /= 10;
		s += (uint64_t)(a.s[i] - '0') * ns;
	}
	return s;
}

/* A name may hold anything, so the process is found from behind: NAME-PROCESS [CPU]. */
bool chain_event_line_parse(struct chain_event_line *out, struct chain_slice line)
{
	struct chain_slice task, cpu, flags, time;
	const char *dash;

	memset(out, 0, sizeof *out);
	if (!cut(&line, '[', &task) || !cut(&line, ']', &cpu))
		return false;
	task = trim(task);
	dash = task.len ? memrchr(task.s, '-', task.len) : NULL;
	if (!dash)
		return false;
	dash++;
	out->process = chain_slice_number(
		(struct chain_slice){ dash, (size_t)(task.s + task.len - dash) });
	line = trim(line);
	if (!cut(&line, ' ', &flags) || !cut(&line, ':', &time) || !cut(&line, ':', &out->name))
		return false;
	out->time_ns = parse_seconds(trim(time));
	out->name = trim(out->name);
	out->text = trim(line);
	return out->time_ns != 0;
}

struct chain_slice chain_event_field(struct chain_slice text, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n < text.len; i++) {
		struct chain_slice v = { text.s + i + n + 1, 0 };

		if ((i && text.s[i - 1] != ' ') || memcmp(text.s + i, name, n) ||
		    text.s[i + n] != '=')
			continue;
		while (v.s + v.len < text.s + text.len && v.s[v.len] != ' ')
			v.len++;
		return v;
	}
	return (struct chain_slice){ "", 0 };
}
