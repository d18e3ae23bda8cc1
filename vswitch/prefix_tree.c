/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each node has the whole prefix that leads to it, so that nothing is relative; a node without
 * rules of its own has two children, so that there are at most twice as many nodes as prefixes.
 */
#include "vswitch/prefix_tree.h"

#include "base/alloc.h"

#include <errno.h>
#include <string.h>

struct prefix_node {
	struct prefix_node *child[2]; /* by the bit after the prefix */
	uint32_t n;		      /* rules with exactly this prefix */
	uint8_t len;
	uint8_t value[PREFIX_BYTES]; /* 0 after @len bits */
};

static inline unsigned int bit_of(const uint8_t *value, unsigned int n)
{
	return value[n / 8] >> (7 - n % 8) & 1u;
}

/* How many leading bits of the first @max are equal. */
static unsigned int common(const uint8_t *a, const uint8_t *b, unsigned int max)
{
	for (unsigned int i = 0; 8 * i < max; i++) {
		unsigned int diff = a[i] ^ b[i];

		if (diff) {
			unsigned int n = 8 * i + (unsigned int)__builtin_clz(diff) - 24;

			return n < max ? n : max;
		}
	}
	return max;
}

void prefix_tree_init(struct prefix_tree *t, unsigned int bits)
{
	*t = (struct prefix_tree){ .bits = bits };
}

/* The tree is at most 128 deep; what is freed moves up, so that no stack is needed. */
void prefix_tree_fini(struct prefix_tree *t)
{
	while (t->root) {
		struct prefix_node **slot = &t->root, *n;

		while ((*slot)->child[0] || (*slot)->child[1])
			slot = &(*slot)->child[(*slot)->child[0] ? 0 : 1];
		n = *slot;
		*slot = NULL;
		mem_free(n);
	}
}

static struct prefix_node *node_new(const uint8_t *value, unsigned int len)
{
	struct prefix_node *n = mem_new(sizeof *n);

	if (!n)
		return NULL;
	n->len = (uint8_t)len; /* at most 128 */
	memcpy(n->value, value, (len + 7) / 8);
	if (len % 8)
		n->value[len / 8] &= (uint8_t)(0xff00 >> len % 8);
	return n;
}

/* A node for the @len bits of @value between *@slot and what is there; or NULL. */
static struct prefix_node *split(struct prefix_node **slot, const uint8_t *value, unsigned int len)
{
	struct prefix_node *n = node_new(value, len), *old = *slot;

	if (!n)
		return NULL;
	if (old)
		n->child[bit_of(old->value, len)] = old;
	*slot = n;
	return n;
}

int prefix_tree_add(struct prefix_tree *t, const uint8_t *value, unsigned int len)
{
	struct prefix_node **slot = &t->root, *n, *leaf;
	unsigned int same = 0;

	while ((n = *slot) != NULL) {
		same = common(n->value, value, n->len < len ? n->len : len);
		if (same < n->len)
			break;
		if (n->len == len) {
			n->n++;
			return 0;
		}
		slot = &n->child[bit_of(value, n->len)];
	}
	if (!n || same == len) {
		n = split(slot, value, len);
		if (!n)
			return -ENOMEM;
		n->n = 1;
		return 0;
	}
	leaf = node_new(value, len);
	if (!leaf)
		return -ENOMEM;
	n = split(slot, value, same);
	if (!n) {
		mem_free(leaf);
		return -ENOMEM;
	}
	n->child[bit_of(value, same)] = leaf;
	leaf->n = 1;
	return 0;
}

/* Takes out the node at *@slot if it is neither a prefix nor a fork. */
static void prune(struct prefix_node **slot)
{
	struct prefix_node *n = *slot;

	if (n->n || (n->child[0] && n->child[1]))
		return;
	*slot = n->child[n->child[0] ? 0 : 1];
	mem_free(n);
}

void prefix_tree_del(struct prefix_tree *t, const uint8_t *value, unsigned int len)
{
	struct prefix_node **slot = &t->root, **above = NULL, *n;

	while ((n = *slot) != NULL && n->len < len) {
		above = slot;
		slot = &n->child[bit_of(value, n->len)];
	}
	if (!n || n->len != len || common(n->value, value, len) < len || !n->n)
		return;
	if (--n->n)
		return;
	prune(slot);
	if (above)
		prune(above);
}

void prefix_tree_find(const struct prefix_tree *t, const uint8_t *value, struct prefix_found *f)
{
	const struct prefix_node *n = t->root;

	*f = (struct prefix_found){ .looked = 0 };
	while (n) {
		unsigned int same = common(n->value, value, n->len);

		if (same < n->len) {
			f->looked = same + 1;
			return;
		}
		f->looked = n->len;
		if (n->n)
			f->lengths[n->len / 64] |= UINT64_C(1) << n->len % 64;
		if (n->len == t->bits || (!n->child[0] && !n->child[1]))
			return;
		f->looked = n->len + 1u;
		n = n->child[bit_of(value, n->len)];
	}
}
