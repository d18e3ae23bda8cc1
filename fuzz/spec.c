/* SPDX-License-Identifier: BSD-2-Clause */
/* What a port is joined to, as text: refused with a place in it, or every value is one that the
 * keys allow. */
#include "engine/spec.h"

#include "base/alloc.h"
#include "fuzz/fuzz.h"

#include <string.h>

static const struct spec_key keys[] = {
	{ .name = "in", .type = SPEC_TEXT, .value = "FILE" },
	{ .name = "rate",
	  .type = SPEC_CHOICE,
	  .value = "PPS",
	  .words = { "max", "original" },
	  .min = 1,
	  .max = 1000000000 },
	{ .name = "loop", .type = SPEC_NUMBER, .value = "N", .max = 4000 },
};
static const struct spec_key common[] = { { .name = "out", .type = SPEC_TEXT, .value = "FILE" } };
static const struct spec_kind pcap = { "pcap", NULL, keys, ARRAY_SIZE(keys) };
static const struct spec_kind gen = { "gen", "FLOW", keys, ARRAY_SIZE(keys) };
static const struct spec_kind *const kinds[] = { &pcap, &gen };

static void check_values(const struct port_spec *s, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i <= ARRAY_SIZE(keys); i++) {
		const struct spec_value *v = &s->values[i];

		if (!v->is_given)
			continue;
		FUZZ_CHECK(v->offset + strlen(v->text) <= len);
		FUZZ_CHECK(!memcmp(text + v->offset, v->text, strlen(v->text)));
		if (i == 1 || i == 2)
			FUZZ_CHECK(v->word >= 0 ||
				   (v->number >= keys[i].min && v->number <= keys[i].max));
		else
			FUZZ_CHECK(*v->text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_new(size + 1);
	struct port_spec s;
	struct diag d;

	memcpy(text, data, size);
	diag_init(&d);
	if (spec_parse(&s, text, kinds, ARRAY_SIZE(kinds), common, ARRAY_SIZE(common), &d)) {
		FUZZ_CHECK(d.error && d.words[0]);
		FUZZ_CHECK(!d.has_range || d.offset <= strlen(text));
	} else {
		FUZZ_CHECK(s.kind < ARRAY_SIZE(kinds) && !*s.argument == (s.kind == 0));
		FUZZ_CHECK(!memcmp(text + s.argument_offset, s.argument, s.argument_len));
		check_values(&s, text);
		spec_fini(&s);
	}
	mem_free(text);
	return 0;
}
