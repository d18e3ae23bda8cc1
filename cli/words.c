/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/words.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define WORD_MAX 64 /* letters compared; a longer word is not a misspelt command */

struct splitter {
	const char *s;
	size_t len, pos;
	char *out; /* where the next character goes */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes the character after a backslash; at the end of the line the backslash stays. */
static void take_escaped(struct splitter *s)
{
	if (s->pos + 1 < s->len)
		s->pos++;
	*s->out++ = s->s[s->pos++];
}

/* Takes what is between quotes. In double ones a backslash escapes a quote or itself. */
static int take_quoted(struct splitter *s, struct diag *d)
{
	size_t start = s->pos;
	char quote = s->s[s->pos++];

	while (s->pos < s->len && s->s[s->pos] != quote) {
		if (quote == '"' && s->s[s->pos] == '\\' && s->pos + 1 < s->len &&
		    strchr("\"\\$`", s->s[s->pos + 1]))
			s->pos++;
		*s->out++ = s->s[s->pos++];
	}
	if (s->pos == s->len)
		return diag_set_at(d, start, -EINVAL, "this quote is not closed");
	s->pos++;
	return 0;
}

static int take_word(struct splitter *s, struct diag *d)
{
	int err = 0;

	while (!err && s->pos < s->len && !is_blank(s->s[s->pos])) {
		if (s->s[s->pos] == '\'' || s->s[s->pos] == '"')
			err = take_quoted(s, d);
		else if (s->s[s->pos] == '\\')
			take_escaped(s);
		else
			*s->out++ = s->s[s->pos++];
	}
	*s->out++ = '\0';
	return err;
}

static int add_word(struct words *w, const char *word, struct diag *d)
{
	const char **more = mem_grow(w->word, &w->cap, w->n + 2, sizeof *more);

	if (!more)
		return diag_set(d, -ENOMEM, "no memory");
	w->word = more;
	w->word[w->n++] = word;
	w->word[w->n] = NULL;
	return 0;
}

int words_split(struct words *w, const char *line, size_t len, struct diag *d)
{
	struct splitter s = { .s = line, .len = len };
	char *word;
	int err;

	*w = (struct words){ 0 };
	w->bytes = mem_new(len + 2); /* each word ends with a NUL where a blank was */
	if (!w->bytes)
		return diag_set(d, -ENOMEM, "no memory");
	s.out = w->bytes;
	for (;;) {
		while (s.pos < len && is_blank(line[s.pos]))
			s.pos++;
		if (s.pos == len || line[s.pos] == '#')
			return 0;
		word = s.out;
		err = take_word(&s, d);
		if (!err)
			err = add_word(w, word, d);
		if (err)
			return err;
	}
}

void words_fini(struct words *w)
{
	mem_free(w->word);
	mem_free(w->bytes);
	*w = (struct words){ 0 };
}

static size_t min3(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

size_t words_distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1], na = strlen(a), nb = strlen(b);
	size_t *before = rows[0], *last = rows[1], *now = rows[2], *free_row;

	if (na > WORD_MAX || nb > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= nb; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= na; i++) {
		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			now[j] = min3(last[j] + 1, now[j - 1] + 1,
				      last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		free_row = before;
		before = last;
		last = now;
		now = free_row;
	}
	return last[nb];
}

void words_nearer(const char **best, const char *word, const char *known)
{
	size_t d = words_distance(word, known), limit = strlen(word) / 3 + 1;

	if (*word && !strncmp(known, word, strlen(word)) && strlen(word) > 1)
		d = 1; /* an abbreviation */
	if (d > limit || (*best && d >= words_distance(word, *best)))
		return;
	*best = known;
}
