/* SPDX-License-Identifier: BSD-2-Clause */
/* Classifiers: what a look-up looks at, what replaces what, what it costs; trees of prefixes. */
#include "vswitch/classifier.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "vswitch/rule_text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct rule *parse(const char *s)
{
	struct rule *r = NULL;
	struct diag d;

	diag_init(&d);
	if (rule_parse(&r, s, strlen(s), NULL, &d))
		fail_msg("%s: %s", s, d.words);
	return r;
}

static struct rule *add(struct classifier *c, const char *s)
{
	struct rule *r = parse(s), *old = NULL;

	assert_int_equal(classifier_add(c, r, &old), 0);
	assert_null(old);
	return r;
}

static void parse_key(struct flow_key *k, const char *s)
{
	struct flow_match m;
	struct diag d;

	diag_init(&d);
	if (flow_match_parse(&m, NULL, NULL, NULL, s, strlen(s), NULL, &d))
		fail_msg("%s: %s", s, d.words);
	*k = m.key;
}

#define TCP(dst, port)                                                                  \
	"in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800)," \
	"ipv4(src=10.0.0.1,dst=" dst ",proto=6,frag=no),tcp(dst=" port ")"

/* Looks @key up and compares the rule's cookie and what was looked at. */
static void expect(const struct classifier *c, const char *key, uint64_t cookie, const char *looked)
{
	struct wildcards w;
	struct flow_key k;
	struct rule *r;
	struct text t;

	text_init(&t);
	wildcards_init(&w);
	parse_key(&k, key);
	r = classifier_lookup(c, &k, &w, NULL);
	wildcards_format(&t, &w);
	assert_string_equal(t.s, looked);
	assert_int_equal(r ? r->name.cookie : 0, cookie);
	text_fini(&t);
}

static void a_lookup_looks_only_at_what_decides(void **state)
{
	struct classifier c;

	classifier_init(&c);
	add(&c, "cookie=1,priority=100,tcp,nw_dst=10.1.0.0/16,tp_dst=80 actions=1");
	add(&c, "cookie=2,priority=50,ip,nw_dst=10.0.0.0/8 actions=1");
	add(&c, "cookie=3,priority=10,dl_dst=02:00:00:00:00:09 actions=1");
	add(&c, "cookie=4,priority=0 actions=1");
	/* The best one: nothing of lower priority is tried. */
	expect(&c, TCP("10.1.2.3", "80"), 1,
	       "eth_type by table 0 priority 100 cookie 0x1 (matched)\n"
	       "ipv4.dst/16 by table 0 priority 100 cookie 0x1 (matched)\n"
	       "ipv4.proto by table 0 priority 100 cookie 0x1 (matched)\n"
	       "tcp.dst by table 0 priority 100 cookie 0x1 (matched)\n");
	/* Another second byte: the 16th bit says that 10.1/16 it is not; ports are not looked at.
	 */
	expect(&c, TCP("10.0.2.3", "80"), 2,
	       "eth_type by table 0 priority 50 cookie 0x2 (matched)\n"
	       "ipv4.dst/16 by table 0 priority 100 cookie 0x1 (excluded)\n");
	/* The first bit is enough to exclude both. */
	expect(&c, TCP("192.0.2.1", "80"), 4,
	       "eth.dst by table 0 priority 10 cookie 0x3 (excluded)\n"
	       "ipv4.dst/1 by table 0 priority 100 cookie 0x1 (excluded)\n");
	/* No IP: the type is looked at; addresses are not. */
	expect(&c, "in_port(1),eth(dst=02:00:00:00:00:09),eth_type(0x1234)", 3,
	       "eth.dst by table 0 priority 10 cookie 0x3 (matched)\n"
	       "eth_type by table 0 priority 100 cookie 0x1 (excluded)\n");
	/* Two rules, one after the other, look at more and more of an address. */
	add(&c, "cookie=5,priority=60,ip,nw_dst=10.0.2.0/24 actions=1");
	expect(&c, TCP("10.0.2.3", "80"), 5,
	       "eth_type by table 0 priority 60 cookie 0x5 (matched)\n"
	       "ipv4.dst/16 by table 0 priority 100 cookie 0x1 (excluded), "
	       "/24 by table 0 priority 60 cookie 0x5 (matched)\n");
	classifier_fini(&c);
}

static void equal_matches_are_by_priority_and_equal_rules_are_replaced(void **state)
{
	struct rule *low, *high, *new, *old = NULL;
	struct classifier c;

	classifier_init(&c);
	low = add(&c, "cookie=1,priority=1,tcp actions=1");
	high = add(&c, "cookie=3,priority=3,tcp actions=1");
	add(&c, "cookie=2,priority=2,tcp actions=1");
	assert_int_equal(c.n_tuples, 1);
	assert_ptr_equal(classifier_find(&c, &low->match, 1), low);
	new = parse("cookie=4,priority=3,tcp actions=2");
	assert_int_equal(classifier_add(&c, new, &old), 0);
	assert_ptr_equal(old, high);
	rule_free(old);
	new = parse("cookie=5,priority=1,tcp actions=2");
	assert_int_equal(classifier_add(&c, new, &old), 0);
	assert_ptr_equal(old, low);
	rule_free(old);
	assert_int_equal(c.n_rules, 3);
	for (uint16_t p = 3; p; p--) {
		struct rule *r = classifier_find(&c, &new->match, p);

		assert_int_equal(r->name.priority, p);
		if (p > 1) {
			classifier_del(&c, r);
			rule_free(r);
		}
	}
	classifier_fini(&c);
	assert_int_equal(c.n_tuples, 0);
}

static void a_failure_leaves_the_table_as_it_was(void **state)
{
	static const char *const texts[] = {
		"cookie=9,priority=9,in_port=1,tcp,nw_dst=10.1.0.0/16,nw_src=10.0.0.0/9,tp_dst=80 actions=1",
		"cookie=9,priority=9,tcp,nw_dst=10.1.0.0/17 actions=1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		unsigned long n = 0;
		bool failed;

		do {
			struct rule *r = parse(texts[i]), *old = NULL;
			struct classifier c;
			int err;

			classifier_init(&c);
			add(&c, "cookie=1,priority=5,tcp,nw_dst=10.1.0.0/17 actions=1");
			add(&c, "cookie=2,priority=5,tcp,nw_dst=10.1.0.0/24 actions=1");
			mem_fail_nth(++n);
			err = classifier_add(&c, r, &old);
			failed = mem_fail_happened();
			mem_fail_nth(0);
			assert_int_equal(err, failed ? -ENOMEM : 0);
			assert_int_equal(c.n_rules, failed ? 2 : 3);
			assert_int_equal(c.n_tuples, failed || i ? 2 : 3);
			if (failed)
				rule_free(r);
			classifier_fini(&c);
		} while (failed);
		assert_true(n > 1);
	}
}

static void add_or_replace(struct classifier *c, const char *s)
{
	struct rule *old = NULL;

	assert_int_equal(classifier_add(c, parse(s), &old), 0);
	rule_free(old);
}

#define N_RULES 100000

/* 16 masks, and how many rules there are does not matter but for the cache. */
static void costs_grow_with_masks_and_not_with_rules(void **state)
{
	static const uint32_t sizes[] = { 1000, N_RULES };
	struct classifier c;
	uint32_t n = 0;

	classifier_init(&c);
	for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
		uint64_t start = clock_now_ns(), end;
		struct wildcards w;
		size_t tuples = 0, most = 0;

		for (; n < sizes[s]; n++) {
			char text[128];

			snprintf(
				text, sizeof text,
				"cookie=%u,priority=%u,tcp,nw_dst=%u.%u.%u.%u/%u,tp_dst=%u actions=1",
				n + 1, n % 16 + 1, 10 + n % 16, n >> 16 & 255, n >> 8 & 255,
				n & 255, 17 + n % 16, n % 60000);
			add_or_replace(&c, text);
		}
		end = clock_now_ns();
		print_message("# %zu rules, %zu masks, %llu ns to add one\n", c.n_rules, c.n_tuples,
			      (unsigned long long)((end - start) / sizes[s]));
		start = clock_now_ns();
		for (uint32_t i = 0; i < 100000; i++) {
			struct flow_key k = { .eth_type = be16_from_host(0x0800) };
			uint32_t x = i * 2654435761u % sizes[s];

			k.ipv4.ipv4_proto = 6;
			k.ipv4.ipv4_dst = be32_from_host((10 + x % 16) << 24 | (x & 0xffffff));
			k.tcp.tcp_dst = be16_from_host((uint16_t)(x % 60000));
			wildcards_init(&w);
			assert_non_null(classifier_lookup(&c, &k, &w, &tuples));
			most = tuples > most ? tuples : most;
		}
		end = clock_now_ns();
		print_message("# %zu rules: %llu ns a look-up\n", c.n_rules,
			      (unsigned long long)((end - start) / 100000));
		assert_int_equal(c.n_tuples, 16);
		assert_in_range(most, 1, 16);
	}
	classifier_fini(&c);
}

/* Against a list of prefixes. */
static void trees_of_prefixes_know_lengths_and_bits(void **state)
{
	unsigned int seed = 5;
	struct prefix {
		uint8_t value[4], len;
	} list[64];

	for (int round = 0; round < 300; round++) {
		size_t n = (size_t)rand_r(&seed) % 64;
		struct prefix_tree t;

		prefix_tree_init(&t, 32);
		for (size_t i = 0; i < n; i++) {
			list[i].len = (uint8_t)(1 + rand_r(&seed) % 32);
			for (int b = 0; b < 4; b++)
				list[i].value[b] = (uint8_t)(rand_r(&seed) & 0x81);
			assert_int_equal(prefix_tree_add(&t, list[i].value, list[i].len), 0);
		}
		for (size_t gone = n / 3; gone; gone--) {
			prefix_tree_del(&t, list[n - 1].value, list[n - 1].len);
			n--;
		}
		for (int q = 0; q < 50; q++) {
			uint32_t v = (uint32_t)rand_r(&seed) & 0x81818181;
			uint64_t want[3] = { 0 };
			unsigned int looked = 0;
			struct prefix_found f;
			uint8_t value[4];

			put_be32(value, v);
			for (size_t i = 0; i < n; i++) {
				unsigned int len = list[i].len;
				uint32_t x = (get_be32(list[i].value) ^ v) >> (32 - len);
				unsigned int same = x ? (unsigned int)__builtin_clz(x) - (32 - len)
						      : len;

				if (!x)
					want[len / 64] |= UINT64_C(1) << len % 64;
				if (x && same + 1 > looked)
					looked = same + 1;
				if (!x && len > looked)
					looked = len;
			}
			prefix_tree_find(&t, value, &f);
			assert_memory_equal(f.lengths, want, sizeof want);
			assert_int_equal(f.looked, looked);
		}
		while (n--)
			prefix_tree_del(&t, list[n].value, list[n].len);
		assert_null(t.root);
		prefix_tree_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lookup_looks_only_at_what_decides),
		cmocka_unit_test(equal_matches_are_by_priority_and_equal_rules_are_replaced),
		cmocka_unit_test(a_failure_leaves_the_table_as_it_was),
		cmocka_unit_test(costs_grow_with_masks_and_not_with_rules),
		cmocka_unit_test(trees_of_prefixes_know_lengths_and_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
