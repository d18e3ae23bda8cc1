/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every line of the texts in tests/odp: what is in the vocabulary prints back as OVS prints it,
 * everything else is refused by its name, and nothing is cut in silence.
 */
#include "flow/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define LINE_MAX_ 4096

static FILE *open_data(const char *name)
{
	const char *root = getenv("INHW_SOURCE");
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/odp/%s", root ? root : ".", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s cannot be opened", path);
	return f;
}

static bool next_line(FILE *f, char *line)
{
	if (!fgets(line, LINE_MAX_, f))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/* Replaces each @from in @s by @to, which is not longer by more than the room behind it. */
static void replace(char *s, const char *from, const char *to)
{
	for (char *p = s; (p = strstr(p, from)) != NULL; p += strlen(to)) {
		memmove(p + strlen(to), p + strlen(from), strlen(p + strlen(from)) + 1);
		memcpy(p, to, strlen(to));
	}
}

/* Metadata that is exactly zero in these files, though no vocabulary has it. */
static const char *const zeros[] = {
	"dp_hash(0)", "skb_priority(0)", "skb_mark(0)", "ct_state(0)",
	"ct_zone(0)", "ct_mark(0)",	 "ct_label(0)",
};

static void without_zeros(char *line, bool masked)
{
	for (size_t i = 0; i < ARRAY_SIZE(zeros); i++) {
		char from[32], to[32] = "";

		if (masked) {
			snprintf(to, sizeof to, "%.*s/0)", (int)strlen(zeros[i]) - 1, zeros[i]);
			snprintf(from, sizeof from, "%s", zeros[i]);
		} else {
			snprintf(from, sizeof from, "%s,", zeros[i]);
		}
		replace(line, from, to);
	}
	if (!masked)
		replace(line, "packet_type(ns=0,id=0),", "");
}

/* The text that comes back, or the words of the refusal. */
static int key_there_and_back(const char *s, struct text *t, struct diag *d)
{
	struct flow_match m, again;
	struct ufid ufid;
	bool has_ufid;
	int err;

	diag_init(d);
	text_clear(t);
	err = flow_match_parse(&m, &ufid, &has_ufid, NULL, s, strlen(s), NULL, d);
	if (err) {
		assert_int_equal(d->error, err);
		assert_true(d->words[0] && d->has_range);
		assert_true(d->offset + d->length <= strlen(s) + 1);
		text_put(t, d->words);
		return err;
	}
	flow_match_format(t, &m, NULL, false);
	assert_int_equal(flow_match_parse(&again, NULL, NULL, NULL, t->s, t->len, NULL, NULL), 0);
	assert_memory_equal(&again.key, &m.key, sizeof m.key);
	assert_memory_equal(&again.mask, &m.mask, sizeof m.mask);
	return 0;
}

static int actions_there_and_back(const char *s, struct text *t, struct diag *d)
{
	struct flow_actions l;
	int err;

	diag_init(d);
	text_clear(t);
	flow_actions_init(&l);
	err = flow_actions_parse(&l, s, strlen(s), NULL, d);
	if (err) {
		assert_int_equal(d->error, err);
		assert_true(d->words[0] && d->has_range);
		text_put(t, d->words);
	} else {
		flow_actions_format(t, &l, NULL);
	}
	flow_actions_fini(&l);
	return err;
}

static void exact_zero_of_unknown_metadata_is_refused_by_name(void **state)
{
	FILE *f = open_data("keys-exact-valid.in");
	char line[LINE_MAX_];
	struct text t;
	struct diag d;

	text_init(&t);
	while (next_line(f, line)) {
		assert_int_equal(key_there_and_back(line, &t, &d), -EOPNOTSUPP);
		assert_string_equal(d.field, "dp_hash");
		assert_string_equal(d.words, "dp_hash is not supported yet");
	}
	text_fini(&t);
	fclose(f);
}

static bool has_any(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(s, words[i]))
			return true;
	return false;
}

static void valid_keys_print_back_or_are_refused_by_name(void **state)
{
	static const char *const absent[] = { "tunnel(",     "mpls(",	       "nd(",
					      "nd_ext(",     "ct_mark(0x",     "ct_label(0x",
					      "skb_mark(0x", "skb_priority(0x" };
	FILE *in = open_data("keys-exact-valid.in"), *out = open_data("keys-exact-valid.out");
	char line[LINE_MAX_], want_line[LINE_MAX_], *want;
	int n_equal = 0, n_refused = 0;
	struct text t;
	struct diag d;

	text_init(&t);
	while (next_line(in, line) && next_line(out, want_line)) {
		want = strstr(want_line, "recirc_id(");
		without_zeros(line, true);
		without_zeros(want, false);
		if (key_there_and_back(line, &t, &d)) {
			assert_int_equal(d.error, -EOPNOTSUPP);
			assert_true(has_any(line, absent, ARRAY_SIZE(absent)));
			n_refused++;
			continue;
		}
		assert_string_equal(t.s, want);
		n_equal++;
		/* What today's OVS prints, with its longer list of metadata, is read as well. */
		assert_int_equal(key_there_and_back(want, &t, &d), 0);
		assert_string_equal(t.s, want);
	}
	print_message("# keys: %d printed equal, %d refused by name\n", n_equal, n_refused);
	assert_int_equal(n_equal + n_refused, 206);
	text_fini(&t);
	fclose(in);
	fclose(out);
}

/* OVS prints value bits outside their mask, which say nothing; here they are 0. */
static const struct {
	const char *input, *output;
} normalised[] = {
	{ "set(ipv4(src=35.8.2.41/255.255.255.0,tos=0x80,ttl=128,frag=no))",
	  "set(ipv4(src=35.8.2.0/255.255.255.0,tos=0x80,ttl=128,frag=no))" },
	{ "set(tcp(src=80/0xff00,dst=8080))", "set(tcp(src=0/0xff00,dst=8080))" },
	{ "set(udp(src=81/0xff00,dst=6632))", "set(udp(src=0/0xff00,dst=6632))" },
	{ "set(ipv4(src=1.2.3.4/255.255.255.0))", "set(ipv4(src=1.2.3.0/255.255.255.0))" },
};

static const char *normal_form(const char *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(normalised); i++)
		if (!strcmp(normalised[i].input, s))
			return normalised[i].output;
	return s;
}

static void valid_actions_print_back_or_are_refused_by_name(void **state)
{
	FILE *f = open_data("actions-valid.in");
	int n_equal = 0, n_refused = 0;
	char line[LINE_MAX_];
	struct text t;
	struct diag d;

	text_init(&t);
	while (next_line(f, line)) {
		if (actions_there_and_back(line, &t, &d)) {
			assert_int_equal(d.error, -EOPNOTSUPP);
			assert_non_null(strstr(d.words, "is not supported yet"));
			n_refused++;
		} else {
			assert_string_equal(t.s, normal_form(line));
			n_equal++;
		}
	}
	print_message("# actions: %d printed equal, %d refused by name\n", n_equal, n_refused);
	assert_int_equal(n_equal + n_refused, 65);
	text_fini(&t);
	fclose(f);
}

static void invalid_actions_are_refused(void **state)
{
	FILE *f = open_data("actions-invalid.in");
	char line[LINE_MAX_];
	struct text t;
	struct diag d;

	text_init(&t);
	while (next_line(f, line))
		assert_true(actions_there_and_back(line, &t, &d) < 0);
	text_fini(&t);
	fclose(f);
}

/* What OVS does otherwise, and what is said here instead. NULL: what is printed. */
static const struct {
	const char *input, *words;
} differences[] = {
	{ "ufid:00000000-0000-0000-0000-000000000001,in_port(1),eth()", NULL },
	{ "in_port(-1),eth()", "in_port: -1 is negative" },
	{ "in_port(4294967296),eth()", "in_port: 4294967296 is more than 4294967295" },
	{ "in_port(1),eth(),in_port(2)", "in_port is given twice" },
	{ "in_port(1),eth(),eth_type(0x800),ipv4(proto=300)", "ipv4.proto: 300 is more than 255" },
	{ "in_port(1),eth(),eth_type(0x800),ipv4(tos=0x100)", "ipv4.tos: 0x100 is more than 255" },
	{ "in_port(1),eth(),eth_type(0x800),ipv4(src=1.2.3.4,src=1.2.3.5)",
	  "ipv4.src is given twice" },
	{ "in_port(1),eth(),eth_type(0x800),encap(in_port(1))", "encap can only follow vlan(...)" },
	{ "eth_type(0x10000)", "eth_type: 0x10000 is more than 65535" },
	{ "4294967296", "4294967296 is more than 4294967295" },
	{ "in_port(1),eth(),recirc_id(0x1)", NULL },
	{ "recirc(0x1)", NULL }, /* as OVS prints it */
	{ "userspace(pid=0)", NULL },
};

static const char *difference(const char *input, bool *known)
{
	for (size_t i = 0; i < ARRAY_SIZE(differences); i++)
		if (!strcmp(differences[i].input, input)) {
			*known = true;
			return differences[i].words;
		}
	*known = false;
	return NULL;
}

enum quirk {
	SAME,	 /* printed as OVS does */
	BOTH,	 /* refused here and there */
	ABSENT,	 /* refused by name: not in the vocabulary */
	REFUSED, /* OVS takes it, here it is refused with words */
	TAKEN	 /* OVS refuses it or prints another order */
};

static enum quirk try_quirk(char *line, struct text *t)
{
	char *kind = strtok(line, "\t"), *input = strtok(NULL, "\t"), *want = strtok(NULL, "\t");
	const char *words;
	struct diag d;
	bool known;
	int err = !strcmp(kind, "key") ? key_there_and_back(input, t, &d)
				       : actions_there_and_back(input, t, &d);

	words = difference(input, &known);
	if (known) {
		assert_int_equal(words ? -EINVAL : 0, err);
		if (words)
			assert_string_equal(t->s, words);
		return words ? REFUSED : TAKEN;
	}
	if (err == -EOPNOTSUPP) {
		assert_non_null(strstr(t->s, "is not supported yet"));
		return ABSENT;
	}
	if (strstr(want, "error")) {
		if (err != -EINVAL)
			fail_msg("%s is taken as %s", input, t->s);
		return BOTH;
	}
	if (err)
		fail_msg("%s: %s", input, t->s);
	assert_string_equal(t->s, normal_form(want));
	return SAME;
}

static void no_quirk_happens_in_silence(void **state)
{
	FILE *f = open_data("quirks.tsv");
	int n[TAKEN + 1] = { 0 };
	char line[LINE_MAX_];
	struct text t;

	text_init(&t);
	while (next_line(f, line))
		n[try_quirk(line, &t)]++;
	print_message("# quirks: %d as OVS, %d refused by both, %d not supported by name, "
		      "%d refused with words, %d read where OVS does not or printed in order\n",
		      n[SAME], n[BOTH], n[ABSENT], n[REFUSED], n[TAKEN]);
	assert_int_equal(n[SAME] + n[BOTH] + n[ABSENT] + n[REFUSED] + n[TAKEN], 123);
	text_fini(&t);
	fclose(f);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(exact_zero_of_unknown_metadata_is_refused_by_name),
	cmocka_unit_test(valid_keys_print_back_or_are_refused_by_name),
	cmocka_unit_test(valid_actions_print_back_or_are_refused_by_name),
	cmocka_unit_test(invalid_actions_are_refused),
	cmocka_unit_test(no_quirk_happens_in_silence),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
