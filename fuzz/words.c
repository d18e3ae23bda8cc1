/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of a batch line: what is quoted and split again is the same, and the first is compared
 * with a known one. */
#include "cli/words.h"

#include "base/text.h"
#include "fuzz/fuzz.h"

#include <string.h>

static void quote(struct text *t, const char *word)
{
	text_put_char(t, '\'');
	for (; *word; word++)
		if (*word == '\'')
			text_put(t, "'\\''");
		else
			text_put_char(t, *word);
	text_put(t, "' ");
}

static void check_again(const struct words *w)
{
	struct words again;
	struct text t;
	struct diag d;

	diag_init(&d);
	text_init(&t);
	for (size_t i = 0; i < w->n; i++)
		quote(&t, w->word[i]);
	FUZZ_CHECK(!words_split(&again, t.s ? t.s : "", t.len, &d));
	FUZZ_CHECK(again.n == w->n);
	for (size_t i = 0; i < w->n; i++)
		FUZZ_CHECK(!strcmp(again.word[i], w->word[i]));
	words_fini(&again);
	text_fini(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *best = NULL;
	struct words w;
	struct diag d;

	diag_init(&d);
	if (words_split(&w, (const char *)data, size, &d)) {
		FUZZ_CHECK(d.error && d.words[0] && d.offset < size);
	} else {
		check_again(&w);
		if (w.n) {
			words_nearer(&best, w.word[0], "dump-flows");
			words_nearer(&best, w.word[0], "dump-dps");
			FUZZ_CHECK(!words_distance(w.word[0], w.word[0]) || strlen(w.word[0]) > 64);
		}
	}
	words_fini(&w);
	return 0;
}
