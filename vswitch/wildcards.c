/* SPDX-License-Identifier: BSD-2-Clause */
/* Masks of what was looked at, with reasons. */
#include "vswitch/wildcards.h"

#include "vswitch/rule_text_internal.h"

#include <assert.h>

static const char *const cause_names[] = {
	[WILDCARDS_ALWAYS] = "always",	   [WILDCARDS_MATCHED] = "matched",
	[WILDCARDS_EXCLUDED] = "excluded", [WILDCARDS_SET] = "set",
	[WILDCARDS_NORMAL] = "NORMAL",	   [WILDCARDS_COMMITTED] = "sent on",
};
static_assert(ARRAY_SIZE(cause_names) == WILDCARDS_N_CAUSES, "a word for each cause");

void wildcards_init(struct wildcards *w)
{
	memset(&w->mask, 0, sizeof w->mask);
	memset(&w->known, 0, sizeof w->known);
	w->n_steps = 0;
}

static void add_step(struct wildcards *w, enum flow_field f, const struct flow_key *bits,
		     const struct wildcards_reason *why)
{
	const struct flow_field_info *i = &flow_field_table[f];
	struct flow_key part = { .recirc_id = 0 };
	struct wildcards_step *s;

	if (w->n_steps++ >= WILDCARDS_STEPS_MAX)
		return;
	s = &w->steps[w->n_steps - 1];
	s->why = *why;
	s->field = (uint8_t)f; /* there are fewer than 64 */
	flow_field_copy(&part, bits, f);
	memcpy(s->bits, (const uint8_t *)&part + i->offset, i->size);
}

void wildcards_explain(struct wildcards *w, const struct flow_key *before, uint64_t fields,
		       const struct wildcards_reason *why)
{
	struct flow_key added;

	for (size_t n = 0; n < sizeof added; n += 8) {
		uint64_t x = get_u64((const uint8_t *)&w->mask + n) &
			     ~get_u64((const uint8_t *)before + n);

		memcpy((uint8_t *)&added + n, &x, sizeof x);
	}
	for (; fields; fields &= fields - 1) {
		enum flow_field f = (enum flow_field)__builtin_ctzll(fields);

		if (flow_field_is_set(&added, f))
			add_step(w, f, &added, why);
	}
}

void wildcards_look_mask(struct wildcards *w, enum flow_field f, const struct flow_key *mask,
			 const struct wildcards_reason *why)
{
	const struct flow_field_info *i = &flow_field_table[f];
	const struct flow_key before = w->mask;
	struct flow_key k = { .recirc_id = 0 };

	flow_field_copy(&k, mask, f);
	for (unsigned int n = i->offset / 8u; n <= (i->offset + i->size - 1u) / 8u; n++)
		wildcards_look_word(w, n, get_u64((const uint8_t *)&k + 8 * n));
	wildcards_explain(w, &before, UINT64_C(1) << f, why);
}

void wildcards_look(struct wildcards *w, enum flow_field f, const struct wildcards_reason *why)
{
	struct flow_key full = { .recirc_id = 0 };

	flow_field_fill(&full, f);
	wildcards_look_mask(w, f, &full, why);
}

void wildcards_know(struct wildcards *w, enum flow_field f)
{
	flow_field_fill(&w->known, f);
}

void wildcards_know_mask(struct wildcards *w, enum flow_field f, const struct flow_key *mask)
{
	const struct flow_field_info *i = &flow_field_table[f];
	struct flow_key k = { .recirc_id = 0 };
	uint8_t *known = (uint8_t *)&w->known;

	flow_field_copy(&k, mask, f);
	for (unsigned int n = i->offset; n < (unsigned int)i->offset + i->size; n++)
		known[n] |= ((const uint8_t *)&k)[n];
}

/* "/24", or what @whole says when all bits are 1. */
static void put_mask(struct text *t, enum flow_field f, const struct flow_key *mask,
		     const char *whole)
{
	const struct flow_field_info *i = &flow_field_table[f];
	int prefix = -1;

	if (flow_field_is_full(mask, f)) {
		text_put(t, whole);
		return;
	}
	if (i->form == FLOW_FORM_IPV4 || i->form == FLOW_FORM_IPV6)
		prefix = rule_prefix_len((const uint8_t *)mask + i->offset, i->size);
	text_put_char(t, '/');
	if (prefix >= 0)
		text_putf(t, "%d", prefix);
	else
		flow_field_format(t, f, mask, NULL, NULL);
}

static void put_reason(struct text *t, const struct wildcards_reason *why)
{
	if (why->cause == WILDCARDS_ALWAYS) {
		text_put(t, " always");
		return;
	}
	text_put(t, " by ");
	rule_name_format(t, &why->rule);
	text_putf(t, " (%s)", cause_names[why->cause]);
}

void wildcards_format_field(struct text *t, const struct wildcards *w, enum flow_field f)
{
	const struct flow_field_info *i = &flow_field_table[f];
	size_t n = w->n_steps < WILDCARDS_STEPS_MAX ? w->n_steps : WILDCARDS_STEPS_MAX;
	struct flow_key so_far = { .recirc_id = 0 };
	uint8_t *bits = (uint8_t *)&so_far + i->offset;
	bool first = true;

	text_put(t, i->full_name);
	for (size_t s = 0; s < n; s++) {
		if (w->steps[s].field != f)
			continue;
		for (size_t b = 0; b < i->size; b++)
			bits[b] |= w->steps[s].bits[b];
		if (!first)
			text_put(t, ", ");
		put_mask(t, f, &so_far, first ? "" : "whole");
		put_reason(t, &w->steps[s].why);
		first = false;
	}
	if (first)
		put_mask(t, f, &w->mask, "");
}

void wildcards_format(struct text *t, const struct wildcards *w)
{
	for (unsigned int f = 0; f < FLOW_N_FIELDS; f++) {
		if (!flow_field_is_set(&w->mask, (enum flow_field)f))
			continue;
		wildcards_format_field(t, w, (enum flow_field)f);
		text_put_char(t, '\n');
	}
}
