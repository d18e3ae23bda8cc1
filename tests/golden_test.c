/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Golden cases: each file of tests/golden says what is put and sent, and below "---" what every
 *layer made of it: the verdict, the netlink messages, the device's tables, the packets that came
 *out. INHW_GOLDEN_UPDATE rewrites them; the diff is then reviewed.
 *
 *	flow FLOW<tab>ACTIONS
 *	send PORT<tab>PACKET
 */
#include "nic/device/device.h"
#include "tests/machine.h"
#include "tests/system/transcript.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const place_names[] = {
	[DPIF_PLACE_NONE] = "refused",
	[DPIF_PLACE_KERNEL] = "OVS kernel datapath",
	[DPIF_PLACE_TC] = "tc in software",
	[DPIF_PLACE_HW] = "hardware",
};

static struct nl_transport *wrap(void *aux, struct nl_transport *t)
{
	return transcript_wrap(t, aux);
}

static void put_decision(struct text *out, const struct machine *m, int err)
{
	const struct dpif_decision *d = &m->dpctl.decision;

	if (err)
		text_putf(out, "error %s: %s\n", diag_errno_name(err), m->diag.words);
	else if (d->error)
		text_putf(out, "place: %s, because %s %s: %s%s%s\n", place_names[d->place],
			  d->layer, d->function, d->field, d->field[0] ? ": " : "", d->words);
	else
		text_putf(out, "place: %s\n", place_names[d->place]);
}

static void put_packets(struct text *out, const struct machine *m)
{
	for (size_t i = 0; i < m->n_caught; i++) {
		text_putf(out, "out of %s:", m->caught[i].port);
		for (size_t b = 0; b < m->caught[i].size; b++)
			text_putf(out, "%s%02x", b % 32 ? b % 4 ? "" : " " : "\n    ",
				  m->caught[i].frame[b]);
		text_put_char(out, '\n');
	}
	if (!m->n_caught)
		text_put(out, "nothing came out\n");
}

/* Runs the commands of @input (which is cut up) and puts what happened into @out. */
static void run_case(char *input, struct text *out)
{
	struct host_params params = { .n_vfs = 2, .wrap = wrap };
	struct text wire;
	struct machine m;
	char *save = NULL;

	text_init(&wire);
	params.wrap_aux = &wire;
	machine_init(&m, &params);
	for (char *line = strtok_r(input, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *tab = strchr(line, '\t');

		if (line[0] == '#')
			continue;
		if (!tab)
			fail_msg("no tab in: %s", line);
		*tab = '\0';
		text_clear(&wire);
		text_putf(out, "== %s %s\n", line, tab + 1);
		if (!strncmp(line, "flow ", 5)) {
			put_decision(out, &m, machine_add_flow(&m, line + 5, tab + 1));
			text_put_mem(out, wire.s, wire.len);
		} else if (!strncmp(line, "send ", 5)) {
			machine_send(&m, line + 5, tab + 1);
			put_packets(out, &m);
		} else {
			fail_msg("neither flow nor send: %s", line);
		}
	}
	text_put(out, "== device\n");
	nic_device_format_dump(host_device(m.host), out);
	machine_fini(&m);
	text_fini(&wire);
}

static char *read_all(const char *path)
{
	FILE *f = fopen(path, "r");
	char *s = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!f)
		fail_msg("%s: %s", path, strerror(errno));
	n = getdelim(&s, &cap, '\0', f);
	fclose(f);
	if (n <= 0)
		fail_msg("%s: empty", path);
	return s;
}

static void check_case(const char *path)
{
	char *all = read_all(path), *rule = strstr(all, "---\n"), *input;
	struct text out;

	if (!rule)
		fail_msg("%s: no line of ---", path);
	input = strndup(all, (size_t)(rule - all));
	text_init(&out);
	run_case(input, &out);
	if (getenv("INHW_GOLDEN_UPDATE")) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fprintf(f, "%.*s---\n%s", (int)(rule - all), all, out.s);
		assert_int_equal(fclose(f), 0);
	} else if (strcmp(rule + 4, out.s)) {
		size_t i = 0;

		while (rule[4 + i] && rule[4 + i] == out.s[i])
			i++;
		fail_msg(
			"%s: differs from here on: %.200s\n(make golden-update rewrites it; review the diff)",
			path, out.s + i);
	}
	free(input);
	free(all);
	text_fini(&out);
}

static void every_case_is_as_it_was(void **state)
{
	const char *source = getenv("INHW_SOURCE");
	struct dirent **names;
	char path[4096];
	int n, cases = 0;

	assert_non_null(source);
	snprintf(path, sizeof path, "%s/tests/golden", source);
	n = scandir(path, &names, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		size_t len = strlen(names[i]->d_name);

		if (len > 5 && !strcmp(names[i]->d_name + len - 5, ".case")) {
			snprintf(path, sizeof path, "%s/tests/golden/%s", source, names[i]->d_name);
			check_case(path);
			cases++;
		}
		free(names[i]);
	}
	free(names);
	assert_true(cases >= 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_case_is_as_it_was) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
