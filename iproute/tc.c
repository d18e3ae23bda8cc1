/* SPDX-License-Identifier: BSD-2-Clause */
/* tc's options and objects. */
#include "iproute/iproute_internal.h"

#include <stddef.h>

struct option {
	const char *name; /* may be abbreviated */
	size_t offset;	  /* of the flag in struct iproute_options */
	const char *refusal;
};

#define FLAG(text, member)                                                         \
	{                                                                          \
		.name = (text), .offset = offsetof(struct iproute_options, member) \
	}

/* In the order in which an abbreviation is looked for. */
static const struct option options[] = {
	FLAG("-statistics", statistics),
	FLAG("-stats", statistics),
	FLAG("-details", details),
	{ .name = "-netns",
	  .refusal = "other network namespaces are not reached from here; enter one with 'ip netns "
		     "exec'" },
	{ .name = "-raw", .refusal = "raw handles are not printed yet" },
	FLAG("-pretty", pretty),
	{ .name = "-iec", .refusal = "rates are not printed yet, in no unit" },
	FLAG("-names", names),
	FLAG("-nm", names),
	{ .name = "-timestamp", .refusal = "there is no 'monitor' yet" },
	FLAG("-oneline", oneline),
	FLAG("-json", json),
	FLAG("-brief", brief),
	{ .name = "-Numeric", .refusal = "numbers instead of names are not printed yet" },
	{ .name = "-color", .refusal = "there are no colours in tc's output yet" },
	{ .name = "-Version", .refusal = "see 'inhw --version'" },
};

/* -batch FILE and -force change how commands are run, not how they print. */
static int take_batch(struct iproute *ip, int i, int argc, const char **argv)
{
	if (i + 1 >= argc) {
		say(ip, "Command line is not complete. Try option \"help\"");
		return -1;
	}
	ip->options.batch = argv[i + 1];
	return i + 2;
}

static int take_option(struct iproute *ip, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option *o = &options[i];

		if (!word_matches(word, o->name))
			continue;
		if (!o->refusal) {
			*(bool *)(void *)((char *)&ip->options + o->offset) = true;
			return 0;
		}
		say(ip, "Option \"%s\": %s.", word, o->refusal);
		return -1;
	}
	say(ip, "Option \"%s\" is unknown, try \"tc -help\".", word);
	return -1;
}

int iproute_tc_options(struct iproute *ip, int argc, const char **argv)
{
	int i = 0;

	while (i < argc && argv[i][0] == '-' && argv[i][1]) {
		const char *word = argv[i] + (argv[i][1] == '-' ? 1 : 0);

		if (word_matches(word, "-batch")) {
			i = take_batch(ip, i, argc, argv);
		} else if (word_matches(word, "-force")) {
			ip->options.force = true;
			i++;
		} else {
			i = take_option(ip, word) ? -1 : i + 1;
		}
		if (i < 0)
			return -1;
	}
	return i;
}

static const struct {
	const char *name;
	int (*run)(struct args *a);
} objects[] = {
	{ "qdisc", do_qdisc },
	{ "filter", do_filter },
	{ "chain", do_chain },
	{ "actions", do_action },
};

static const char help[] =
	"tc [-s] [-d] [-j [-p]] [-br] [-o] [-b FILE [-force]] OBJECT COMMAND\n"
	"  qdisc  add|replace|del dev DEV ingress|clsact [BLOCKS before it]; show [dev DEV]\n"
	"         BLOCKS: ingress_block N, egress_block N\n"
	"  filter add|replace|change|del|get|show dev DEV ingress|egress|parent ID | block N\n"
	"         [protocol PROTO] [pref N] [chain N] [handle H] [flower KEYS [action ACTION]...]\n"
	"  chain  add|del|get|show, with a place as above, [chain N] [flower KEYS]\n"
	"  actions add|replace|change action ACTION; get|del action KIND index N;\n"
	"         ls|flush action KIND\n"
	"  KEYS   WORD VALUE...; skip_sw, skip_hw, verbose (tc-flower(8))\n"
	"  ACTION drop, pass, pipe, continue, reclassify, trap, goto chain N; gact, mirred, vlan,\n"
	"         pedit, csum, ct, tunnel_key (tc-actions(8)), [index N] [cookie HEX] [hw_stats TYPE]\n";

static const char *const absent[] = { "class", "monitor", "exec" };

/* "help" anywhere: one text for all. */
static bool wants_help(const struct args *a)
{
	for (int i = 0; i < a->argc; i++)
		if (!strcmp(a->argv[i], "help"))
			return true;
	return false;
}

static int run_object(struct args *a)
{
	if (wants_help(a)) {
		text_put(&a->ip->out, help);
		return IPROUTE_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		if (args_matches(a, objects[i].name)) {
			a->i++;
			return objects[i].run(a);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (args_matches(a, absent[i]))
			return args_refuse(a, IPROUTE_USAGE, "Object \"%s\" is not there yet.",
					   absent[i]);
	return args_refuse(a, IPROUTE_USAGE, "Object \"%s\" is unknown, try \"tc help\".",
			   args_word(a));
}

int iproute_tc(struct iproute *ip, int argc, const char **argv)
{
	struct args a = { .ip = ip, .argv = argv, .argc = argc };
	int status;

	text_clear(&ip->out);
	text_clear(&ip->err);
	ip->bad_arg = -1;
	ip->wants_hardware = ip->is_put = ip->is_final = false;
	status = argc ? run_object(&a) : IPROUTE_OK;
	return ip->out.error || ip->err.error ? IPROUTE_FAILED : status;
}
