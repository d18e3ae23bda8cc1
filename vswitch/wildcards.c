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
	w->fields = 0;
}

void wildcards_explain(struct wildcards *w, uint64_t fields, const struct wildcards_reason *why)
{
	for (fields &= ~w->fields; fields; fields &= fields - 1) {
		unsigned int f = (unsigned int)__builtin_ctzll(fields);

		if (!flow_field_is_set(&w->mask, (enum flow_field)f))
			continue;
		w->why[f] = *why;
		w->fields |= UINT64_C(1) << f;
	}
}

/* The words of the key that field @f lies in, with its bits of @from. */
static void look_field(struct wildcards *w, enum flow_field f, const struct flow_key *from)
{
	const struct flow_field_info *i = &flow_field_table[f];
	struct flow_key k = { .recirc_id = 0 };

	flow_field_copy(&k, from, f);
	for (unsigned int n = i->offset / 8u; n <= (i->offset + i->size - 1u) / 8u; n++)
		wildcards_look_word(w, n, get_u64((const uint8_t *)&k + 8 * n));
}

void wildcards_look_mask(struct wildcards *w, enum flow_field f, const struct flow_key *mask,
			 const struct wildcards_reason *why)
{
	look_field(w, f, mask);
	wildcards_explain(w, UINT64_C(1) << f, why);
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

void wildcards_format_field(struct text *t, const struct wildcards *w, enum flow_field f)
{
	const struct flow_field_info *i = &flow_field_table[f];
	const uint8_t *mask = (const uint8_t *)&w->mask + i->offset;
	int prefix = -1;

	text_put(t, i->full_name);
	if (!flow_field_is_full(&w->mask, f)) {
		if (i->form == FLOW_FORM_IPV4 || i->form == FLOW_FORM_IPV6)
			prefix = rule_prefix_len(mask, i->size);
		text_put_char(t, '/');
		if (prefix >= 0)
			text_putf(t, "%d", prefix);
		else
			flow_field_format(t, f, &w->mask, NULL, NULL);
	}
	if (!(w->fields >> f & 1))
		return;
	if (w->why[f].cause == WILDCARDS_ALWAYS) {
		text_put(t, " always");
		return;
	}
	text_put(t, " by ");
	rule_name_format(t, &w->why[f].rule);
	text_putf(t, " (%s)", cause_names[w->why[f].cause]);
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
