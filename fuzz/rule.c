/* SPDX-License-Identifier: BSD-2-Clause */
/* The rule text: whatever is accepted is printed so that it reads back equal and prints the same.
 */
#include "fuzz/fuzz.h"
#include "vswitch/rule_text.h"

#include <string.h>

static void check_diag(const struct diag *d, size_t len)
{
	FUZZ_CHECK(d->error && d->words[0]);
	FUZZ_CHECK(!d->has_range || (d->offset <= len && d->length));
}

static void check_rule(const char *s, size_t len)
{
	struct rule *r = NULL, *again = NULL;
	struct text t, printed;
	struct diag d;

	diag_init(&d);
	if (rule_parse(&r, s, len, NULL, &d)) {
		check_diag(&d, len);
		return;
	}
	for (size_t i = 0; i < r->n_actions; i++)
		FUZZ_CHECK((size_t)r->actions[i].range.offset + r->actions[i].range.length <= len);
	text_init(&t);
	text_init(&printed);
	rule_format(&t, r, NULL);
	FUZZ_CHECK(!rule_parse(&again, t.s, t.len, NULL, &d));
	FUZZ_CHECK(rule_is_equal(r, again));
	rule_format(&printed, again, NULL);
	FUZZ_CHECK(!strcmp(t.s, printed.s));
	text_fini(&t);
	text_fini(&printed);
	rule_free(r);
	rule_free(again);
}

static void check_query(const char *s, size_t len)
{
	struct rule_query q;
	struct diag d;

	diag_init(&d);
	if (rule_query_parse(&q, s, len, NULL, &d))
		check_diag(&d, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_rule((const char *)data, size);
	check_query((const char *)data, size);
	return 0;
}
