/* SPDX-License-Identifier: BSD-2-Clause */
/* The flow text: whatever is accepted is printed so that it reads back equal; a NUL byte separates
 * key and actions. */
#include "flow/text.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check_match(const char *s, size_t len)
{
	struct flow_match m, again;
	struct flow_origin origin;
	struct ufid ufid;
	struct text t;
	struct diag d;
	bool has_ufid;

	diag_init(&d);
	if (flow_match_parse(&m, &ufid, &has_ufid, &origin, s, len, NULL, &d)) {
		FUZZ_CHECK(d.error && d.words[0]);
		FUZZ_CHECK(!d.has_range || d.offset <= len);
		return;
	}
	for (size_t i = 0; i < FLOW_N_FIELDS; i++)
		FUZZ_CHECK((size_t)origin.field[i].offset + origin.field[i].length <= len);
	for (int verbose = 0; verbose < 2; verbose++) {
		text_init(&t);
		flow_match_format(&t, &m, NULL, verbose);
		diag_init(&d);
		FUZZ_CHECK(!flow_match_parse(&again, NULL, NULL, NULL, t.s, t.len, NULL, &d));
		flow_match_normalise(&m);
		flow_match_normalise(&again);
		FUZZ_CHECK(!memcmp(&m.key, &again.key, sizeof m.key));
		FUZZ_CHECK(!memcmp(&m.mask, &again.mask, sizeof m.mask));
		text_fini(&t);
	}
}

static void check_actions(const char *s, size_t len)
{
	struct flow_actions l, again;
	struct text t;
	struct diag d;

	flow_actions_init(&l);
	flow_actions_init(&again);
	text_init(&t);
	diag_init(&d);
	if (flow_actions_parse(&l, s, len, NULL, &d)) {
		FUZZ_CHECK(d.error && d.words[0]);
	} else {
		flow_actions_format(&t, &l, NULL);
		FUZZ_CHECK(!flow_actions_parse(&again, t.s, t.len, NULL, &d));
		FUZZ_CHECK(flow_actions_is_equal(&l, &again));
	}
	text_fini(&t);
	flow_actions_fini(&l);
	flow_actions_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	const char *nul = size ? memchr(s, 0, size) : NULL;
	struct flow_dump_line line;
	size_t len = nul ? (size_t)(nul - s) : size;
	struct diag d;

	check_match(s, len);
	check_actions(nul ? nul + 1 : s, nul ? size - len - 1 : size);
	diag_init(&d);
	if (!flow_dump_line_parse(&line, s, len, &d))
		FUZZ_CHECK(line.key >= s && line.key + line.key_len <= s + len);
	return 0;
}
