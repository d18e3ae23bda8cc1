/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tuple space search. Rules of equal mask are a tuple, in one hash table by the bits under the
 * mask. The masks are tried by falling highest priority of their rules, and no longer when none can
 * be better than what was found.
 *
 * To look at few bits, a tuple is tried in stages: where the packet came in, layer 2, 3, 4. For
 * each stage but its last a tuple knows the hashes that its rules have up to there; when the
 * packet's is not among them, the later stages were not looked at. Before layer 3, the trees of
 * prefixes tell whether any rule of the table has a prefix of the length of the mask that matches,
 * and that alone, with the few bits that it took, excludes the tuple.
 *
 * Two different partial keys with equal 64-bit hashes would only make the mask wider than needed.
 */
#include "vswitch/classifier.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/idr.h"
#include "vswitch/rule_text_internal.h"

#include <assert.h>
#include <errno.h>

#define KEY_WORDS    (sizeof(struct flow_key) / 8)
#define N_STAGES     4
#define WORDS_MAX    (KEY_WORDS + N_STAGES) /* a word may be looked at in two stages */
#define PRIORITY_MAX 65535u

static const uint8_t header_stages[FLOW_N_HEADERS] = {
	[FLOW_H_RECIRC_ID] = 0, [FLOW_H_IN_PORT] = 0, [FLOW_H_ETH] = 1,	      [FLOW_H_ETH_TYPE] = 1,
	[FLOW_H_VLAN] = 1,	[FLOW_H_IPV4] = 2,    [FLOW_H_IPV6] = 2,      [FLOW_H_ARP] = 2,
	[FLOW_H_TCP] = 3,	[FLOW_H_UDP] = 3,     [FLOW_H_TCP_FLAGS] = 3, [FLOW_H_SCTP] = 3,
	[FLOW_H_ICMP] = 3,	[FLOW_H_ICMPV6] = 3,
};

static const enum flow_field prefix_fields[CLASSIFIER_N_PREFIXES] = {
	[CLASSIFIER_IPV4_SRC] = FLOW_IPV4_SRC,
	[CLASSIFIER_IPV4_DST] = FLOW_IPV4_DST,
	[CLASSIFIER_IPV6_SRC] = FLOW_IPV6_SRC,
	[CLASSIFIER_IPV6_DST] = FLOW_IPV6_DST,
};

struct masked_word {
	uint64_t mask;
	uint8_t at; /* word of the key */
};

/* A hash that some rules of a tuple have up to a stage. */
struct stage_hash {
	uint64_t hash;
	size_t n;
};

struct priority_group {
	struct list rules; /* struct rule, @same */
};

struct classifier_tuple {
	struct flow_key mask;
	uint64_t fields[N_STAGES]; /* those of the mask, by stage */
	struct masked_word words[WORDS_MAX];
	uint8_t end[N_STAGES];			   /* the words of stage s end there */
	uint8_t last;				   /* stage that has words */
	uint8_t prefix_len[CLASSIFIER_N_PREFIXES]; /* 0: the mask has none there */
	uint16_t max_priority;
	const struct rule *first;	  /* of that priority */
	struct idr priorities;		  /* PRIORITY_MAX - priority: struct priority_group */
	struct htable seen[N_STAGES - 1]; /* struct stage_hash */
	struct htable rules;		  /* by all bits: the first of those of equal match */
	size_t n_rules;
};

void classifier_init(struct classifier *c)
{
	*c = (struct classifier){ .tuples = NULL };
	htable_init(&c->by_mask);
	list_init(&c->rules);
	for (size_t i = 0; i < CLASSIFIER_N_PREFIXES; i++)
		prefix_tree_init(&c->prefixes[i], flow_field_table[prefix_fields[i]].bits);
}

static uint64_t word_of(const struct flow_key *k, unsigned int n)
{
	return get_u64((const uint8_t *)k + 8 * n);
}

/* The hash of the words of stage @s of @k, on top of that of the stages before. */
static inline uint64_t hash_stage(const struct classifier_tuple *t, unsigned int s, uint64_t h,
				  const struct flow_key *k)
{
	for (unsigned int i = s ? t->end[s - 1] : 0; i < t->end[s]; i++)
		h = hash_mix(h, word_of(k, t->words[i].at) & t->words[i].mask);
	return h;
}

static inline bool has_words(const struct classifier_tuple *t, unsigned int s)
{
	return t->end[s] > (s ? t->end[s - 1] : 0);
}

/* Whether the hashes up to stage @s are kept. */
static inline bool is_staged(const struct classifier_tuple *t, unsigned int s)
{
	return s < t->last && has_words(t, s);
}

static uint64_t hash_all(const struct classifier_tuple *t, const struct flow_key *k)
{
	uint64_t h = 0;

	for (unsigned int s = 0; s <= t->last; s++)
		h = hash_stage(t, s, h, k);
	return h;
}

static bool stage_eq(const void *item, const void *key)
{
	const struct stage_hash *s = item;

	return s->hash == *(const uint64_t *)key;
}

/* A key to look for, under the mask of a tuple. */
struct wanted {
	const struct classifier_tuple *t;
	const struct flow_key *k;
};

static bool rule_eq(const void *item, const void *key)
{
	const struct rule *r = item;
	const struct wanted *w = key;

	for (unsigned int i = 0; i < w->t->end[w->t->last]; i++) {
		const struct masked_word *m = &w->t->words[i];

		if ((word_of(&r->match.key, m->at) ^ word_of(w->k, m->at)) & m->mask)
			return false;
	}
	return true;
}

static bool mask_eq(const void *item, const void *key)
{
	const struct classifier_tuple *t = item;

	return !memcmp(&t->mask, key, sizeof t->mask);
}

static uint32_t hash_mask(const struct flow_key *mask)
{
	return (uint32_t)hash_bytes(mask, sizeof *mask, 0);
}

static struct classifier_tuple *find_tuple(const struct classifier *c, const struct flow_key *mask)
{
	return htable_find(&c->by_mask, hash_mask(mask), mask_eq, mask);
}

static struct rule *find_chain(const struct classifier_tuple *t, const struct flow_key *k,
			       uint64_t hash)
{
	struct wanted w = { t, k };

	return htable_find(&t->rules, (uint32_t)hash, rule_eq, &w);
}

/* The fields of the mask of stage @s, and their words. */
static void tuple_add_stage(struct classifier_tuple *t, unsigned int s, uint8_t *n)
{
	struct flow_key part = { .recirc_id = 0 };

	for (unsigned int f = 0; f < FLOW_N_FIELDS; f++) {
		if (header_stages[flow_field_table[f].header] != s ||
		    !flow_field_is_set(&t->mask, (enum flow_field)f))
			continue;
		flow_field_copy(&part, &t->mask, (enum flow_field)f);
		t->fields[s] |= UINT64_C(1) << f;
	}
	for (uint8_t i = 0; i < KEY_WORDS; i++)
		if (word_of(&part, i))
			t->words[(*n)++] = (struct masked_word){ word_of(&part, i), i };
	t->end[s] = *n;
	if (t->fields[s])
		t->last = (uint8_t)s;
}

static struct classifier_tuple *tuple_new(const struct flow_key *mask)
{
	struct classifier_tuple *t = mem_new(sizeof *t);
	uint8_t n = 0;

	if (!t)
		return NULL;
	t->mask = *mask;
	for (unsigned int s = 0; s < N_STAGES; s++)
		tuple_add_stage(t, s, &n);
	for (size_t i = 0; i < CLASSIFIER_N_PREFIXES; i++) {
		const struct flow_field_info *f = &flow_field_table[prefix_fields[i]];
		int len = rule_prefix_len((const uint8_t *)mask + f->offset, f->size);

		t->prefix_len[i] = len > 0 ? (uint8_t)len : 0; /* at most 128 */
	}
	idr_init(&t->priorities);
	htable_init(&t->rules);
	for (size_t s = 0; s < N_STAGES - 1; s++)
		htable_init(&t->seen[s]);
	return t;
}

static void tuple_free(struct classifier_tuple *t)
{
	idr_fini(&t->priorities);
	htable_fini(&t->rules);
	for (size_t s = 0; s < N_STAGES - 1; s++)
		htable_fini(&t->seen[s]);
	mem_free(t);
}

/* Puts the tuple at @i where its highest priority belongs. */
static void sort_one(struct classifier *c, size_t i)
{
	struct classifier_tuple *t = c->tuples[i];

	for (; i && c->tuples[i - 1]->max_priority < t->max_priority; i--)
		c->tuples[i] = c->tuples[i - 1];
	for (; i + 1 < c->n_tuples && c->tuples[i + 1]->max_priority > t->max_priority; i++)
		c->tuples[i] = c->tuples[i + 1];
	c->tuples[i] = t;
}

static size_t index_of(const struct classifier *c, const struct classifier_tuple *t)
{
	size_t i = 0;

	while (c->tuples[i] != t)
		i++;
	return i;
}

/* After a change of the groups: what is the first rule now? */
static void tuple_update(struct classifier *c, struct classifier_tuple *t)
{
	uint32_t id = 0;
	struct priority_group *g = idr_next(&t->priorities, &id);

	t->first = list_entry(g->rules.next, struct rule, same);
	if (t->max_priority == PRIORITY_MAX - id)
		return;
	t->max_priority = (uint16_t)(PRIORITY_MAX - id);
	sort_one(c, index_of(c, t));
}

static struct classifier_tuple *add_tuple(struct classifier *c, const struct flow_key *mask)
{
	struct classifier_tuple **tuples, *t;

	if (c->n_tuples == c->cap_tuples) {
		tuples = mem_grow(c->tuples, &c->cap_tuples, c->n_tuples + 1, sizeof *tuples);
		if (!tuples)
			return NULL;
		c->tuples = tuples;
	}
	t = tuple_new(mask);
	if (!t)
		return NULL;
	if (htable_add(&c->by_mask, hash_mask(mask), t)) {
		tuple_free(t);
		return NULL;
	}
	c->tuples[c->n_tuples++] = t;
	return t;
}

static void del_tuple(struct classifier *c, struct classifier_tuple *t)
{
	size_t i = index_of(c, t);

	htable_del(&c->by_mask, hash_mask(&t->mask), t);
	c->n_tuples--;
	memmove(&c->tuples[i], &c->tuples[i + 1],
		(c->n_tuples - i) * sizeof(struct classifier_tuple *));
	tuple_free(t);
}

static int see_stage(struct htable *seen, uint64_t hash)
{
	struct stage_hash *h = htable_find(seen, (uint32_t)hash, stage_eq, &hash);
	int err;

	if (h) {
		h->n++;
		return 0;
	}
	h = mem_new(sizeof *h);
	if (!h)
		return -ENOMEM;
	*h = (struct stage_hash){ hash, 1 };
	err = htable_add(seen, (uint32_t)hash, h);
	if (err)
		mem_free(h);
	return err;
}

static void forget_stage(struct htable *seen, uint64_t hash)
{
	struct stage_hash *h = htable_find(seen, (uint32_t)hash, stage_eq, &hash);

	if (--h->n)
		return;
	htable_del(seen, (uint32_t)hash, h);
	mem_free(h);
}

/* The first @stages of @r are forgotten. */
static void forget_stages(struct classifier_tuple *t, const struct rule *r, unsigned int stages)
{
	uint64_t h = 0;

	for (unsigned int s = 0; s < stages; s++) {
		h = hash_stage(t, s, h, &r->match.key);
		if (is_staged(t, s))
			forget_stage(&t->seen[s], h);
	}
}

static int see_stages(struct classifier_tuple *t, const struct rule *r)
{
	uint64_t h = 0;

	for (unsigned int s = 0; s < t->last; s++) {
		int err;

		h = hash_stage(t, s, h, &r->match.key);
		err = is_staged(t, s) ? see_stage(&t->seen[s], h) : 0;
		if (err) {
			forget_stages(t, r, s);
			return err;
		}
	}
	return 0;
}

static const uint8_t *prefix_value(const struct flow_key *k, size_t i)
{
	return (const uint8_t *)k + flow_field_table[prefix_fields[i]].offset;
}

static void del_prefixes(struct classifier *c, const struct classifier_tuple *t,
			 const struct rule *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (t->prefix_len[i])
			prefix_tree_del(&c->prefixes[i], prefix_value(&r->match.key, i),
					t->prefix_len[i]);
}

static int add_prefixes(struct classifier *c, const struct classifier_tuple *t,
			const struct rule *r)
{
	for (size_t i = 0; i < CLASSIFIER_N_PREFIXES; i++) {
		int err = 0;

		if (t->prefix_len[i])
			err = prefix_tree_add(&c->prefixes[i], prefix_value(&r->match.key, i),
					      t->prefix_len[i]);
		if (err) {
			del_prefixes(c, t, r, i);
			return err;
		}
	}
	return 0;
}

static int join_group(struct classifier_tuple *t, struct rule *r)
{
	uint32_t id = PRIORITY_MAX - r->name.priority;
	struct priority_group *g = idr_find(&t->priorities, id);
	int err;

	if (!g) {
		g = mem_new(sizeof *g);
		if (!g)
			return -ENOMEM;
		list_init(&g->rules);
		err = idr_add_at(&t->priorities, id, g);
		if (err) {
			mem_free(g);
			return err;
		}
	}
	list_add_before(&g->rules, &r->same);
	return 0;
}

static void leave_group(struct classifier_tuple *t, struct rule *r)
{
	uint32_t id = PRIORITY_MAX - r->name.priority;
	struct priority_group *g = idr_find(&t->priorities, id);

	list_del(&r->same);
	if (!list_is_empty(&g->rules))
		return;
	idr_del(&t->priorities, id);
	mem_free(g);
}

/* Into the chain of equal matches: its head is what the table has. */
static int join_chain(struct classifier_tuple *t, struct rule *r)
{
	uint64_t hash = hash_all(t, &r->match.key);
	struct rule *head = find_chain(t, &r->match.key, hash), *at = head;
	int err;

	if (!head || head->name.priority < r->name.priority) {
		err = htable_add(&t->rules, (uint32_t)hash, r);
		if (err)
			return err;
		if (head)
			htable_del(&t->rules, (uint32_t)hash, head);
		r->next = head;
		return 0;
	}
	while (at->next && at->next->name.priority > r->name.priority)
		at = at->next;
	r->next = at->next;
	at->next = r;
	return 0;
}

/* Cannot fail: the table has a slot free when one is taken out first. */
static void swap_head(struct classifier_tuple *t, uint64_t hash, struct rule *head,
		      struct rule *next)
{
	int err;

	htable_del(&t->rules, (uint32_t)hash, head);
	err = next ? htable_add(&t->rules, (uint32_t)hash, next) : 0;
	assert(!err);
	(void)err;
}

static void leave_chain(struct classifier_tuple *t, struct rule *r)
{
	uint64_t hash = hash_all(t, &r->match.key);
	struct rule *at = find_chain(t, &r->match.key, hash);

	if (at == r) {
		swap_head(t, hash, r, r->next);
	} else {
		while (at->next != r)
			at = at->next;
		at->next = r->next;
	}
	r->next = NULL;
}

static int tuple_add(struct classifier *c, struct classifier_tuple *t, struct rule *r)
{
	int err = see_stages(t, r);

	if (err)
		return err;
	err = add_prefixes(c, t, r);
	if (err)
		goto stages;
	err = join_group(t, r);
	if (err)
		goto prefixes;
	err = join_chain(t, r);
	if (err)
		goto group;
	r->tuple = t;
	t->n_rules++;
	c->n_rules++;
	list_add_before(&c->rules, &r->all);
	tuple_update(c, t);
	return 0;
group:
	leave_group(t, r);
prefixes:
	del_prefixes(c, t, r, CLASSIFIER_N_PREFIXES);
stages:
	forget_stages(t, r, t->last);
	return err;
}

/* Puts @r where @old is, of equal match and priority. */
static void replace(struct classifier *c, struct rule *old, struct rule *r)
{
	struct classifier_tuple *t = old->tuple;
	uint64_t hash = hash_all(t, &old->match.key);
	struct rule *at = find_chain(t, &old->match.key, hash);

	if (at == old) {
		swap_head(t, hash, old, r);
	} else {
		while (at->next != old)
			at = at->next;
		at->next = r;
	}
	r->next = old->next;
	r->tuple = t;
	list_add_before(&old->all, &r->all);
	list_add_before(&old->same, &r->same);
	list_del(&old->all);
	list_del(&old->same);
	old->next = NULL;
	old->tuple = NULL;
	tuple_update(c, t);
}

int classifier_add(struct classifier *c, struct rule *r, struct rule **old)
{
	struct classifier_tuple *t = find_tuple(c, &r->match.mask);
	int err;

	*old = classifier_find(c, &r->match, r->name.priority);
	if (*old) {
		replace(c, *old, r);
		return 0;
	}
	if (!t)
		t = add_tuple(c, &r->match.mask);
	if (!t)
		return -ENOMEM;
	err = tuple_add(c, t, r);
	if (err && !t->n_rules)
		del_tuple(c, t);
	return err;
}

void classifier_del(struct classifier *c, struct rule *r)
{
	struct classifier_tuple *t = r->tuple;

	leave_chain(t, r);
	leave_group(t, r);
	del_prefixes(c, t, r, CLASSIFIER_N_PREFIXES);
	forget_stages(t, r, t->last);
	list_del(&r->all);
	r->tuple = NULL;
	c->n_rules--;
	if (--t->n_rules)
		tuple_update(c, t);
	else
		del_tuple(c, t);
}

void classifier_fini(struct classifier *c)
{
	struct rule *r, *tmp;

	list_for_each_entry_safe (r, tmp, &c->rules, all) {
		classifier_del(c, r);
		rule_free(r);
	}
	for (size_t i = 0; i < CLASSIFIER_N_PREFIXES; i++)
		prefix_tree_fini(&c->prefixes[i]);
	htable_fini(&c->by_mask);
	mem_free(c->tuples);
	classifier_init(c);
}

struct rule *classifier_find(const struct classifier *c, const struct flow_match *m,
			     uint16_t priority)
{
	const struct classifier_tuple *t = find_tuple(c, &m->mask);
	struct rule *r;

	if (!t)
		return NULL;
	r = find_chain(t, &m->key, hash_all(t, &m->key));
	while (r && r->name.priority != priority)
		r = r->next;
	return r;
}

/* One look-up: what the trees said is asked at most once. */
struct lookup {
	const struct classifier *c;
	const struct flow_key *k;
	struct wildcards *w;
	unsigned int asked; /* bit i: found[i] is filled */
	struct prefix_found found[CLASSIFIER_N_PREFIXES];
};

/* The first @len bits of a field decided. */
static void look_prefix(struct lookup *l, size_t i, unsigned int len,
			const struct wildcards_reason *why)
{
	const struct flow_field_info *f = &flow_field_table[prefix_fields[i]];
	struct flow_key mask = { .recirc_id = 0 };
	uint8_t *p = (uint8_t *)&mask + f->offset;

	for (unsigned int n = 0; n < (len + 7) / 8; n++)
		p[n] = (uint8_t)(len >= 8 * n + 8 ? 0xff : 0xff00 >> (len - 8 * n));
	wildcards_look_mask(l->w, prefix_fields[i], &mask, why);
}

/* Whether the trees exclude tuple @t; then what they looked at has been recorded. */
static bool prefixes_exclude(struct lookup *l, const struct classifier_tuple *t,
			     const struct wildcards_reason *why)
{
	for (unsigned int i = 0; i < CLASSIFIER_N_PREFIXES; i++) {
		const unsigned int len = t->prefix_len[i];
		struct prefix_found *f = &l->found[i];

		if (!len)
			continue;
		if (!(l->asked >> i & 1)) {
			prefix_tree_find(&l->c->prefixes[i], prefix_value(l->k, i), f);
			l->asked |= 1u << i;
		}
		if (prefix_found_has(f, len))
			continue;
		look_prefix(l, i, f->looked < len ? f->looked : len, why);
		return true;
	}
	return false;
}

/* The words of the stages up to @s decided. Mostly others have looked at them before. */
static void look_stages(struct lookup *l, const struct classifier_tuple *t, unsigned int s,
			const struct wildcards_reason *why)
{
	struct flow_key before;
	uint64_t fields = 0, bits = 0;

	for (unsigned int i = 0; i < t->end[s]; i++)
		bits |= wildcards_new_bits(l->w, t->words[i].at, t->words[i].mask);
	if (!bits)
		return;
	before = l->w->mask;
	for (unsigned int i = 0; i < t->end[s]; i++)
		wildcards_look_word(l->w, t->words[i].at, t->words[i].mask);
	for (unsigned int i = 0; i <= s; i++)
		fields |= t->fields[i];
	wildcards_explain(l->w, &before, fields, why);
}

/* The best rule of @t that is better than @best, or @best. */
static struct rule *try_tuple(struct lookup *l, const struct classifier_tuple *t, struct rule *best)
{
	struct wildcards_reason why = { WILDCARDS_EXCLUDED, t->first->name };
	struct rule *r;
	uint64_t h = 0;

	for (unsigned int s = 0; s <= t->last; s++) {
		if (s == 2 && prefixes_exclude(l, t, &why))
			return best;
		h = hash_stage(t, s, h, l->k);
		if (is_staged(t, s) && !htable_find(&t->seen[s], (uint32_t)h, stage_eq, &h)) {
			look_stages(l, t, s, &why);
			return best;
		}
	}
	r = find_chain(t, l->k, h);
	if (r && (!best || r->name.priority > best->name.priority)) {
		why = (struct wildcards_reason){ WILDCARDS_MATCHED, r->name };
		best = r;
	}
	look_stages(l, t, t->last, &why);
	return best;
}

struct rule *classifier_lookup(const struct classifier *c, const struct flow_key *k,
			       struct wildcards *w, size_t *n_tuples)
{
	struct lookup l = { .c = c, .k = k, .w = w };
	struct rule *best = NULL;
	size_t i;

	for (i = 0; i < c->n_tuples; i++) {
		if (best && best->name.priority >= c->tuples[i]->max_priority)
			break;
		best = try_tuple(&l, c->tuples[i], best);
	}
	if (n_tuples)
		*n_tuples = i;
	return best;
}
