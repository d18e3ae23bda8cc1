/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The prefixes of one field that the rules of a table match, as a tree of bits. It answers in one
 * walk which prefix lengths can match a value, and how many leading bits of the value had to be
 * looked at to know that.
 */
#ifndef VSWITCH_PREFIX_TREE_H
#define VSWITCH_PREFIX_TREE_H

#include "base/macros.h"

#include <stdbool.h>
#include <stdint.h>

#define PREFIX_BYTES 16 /* of the longest value, an IPv6 address */

struct prefix_node;

struct prefix_tree {
	struct prefix_node *root;
	unsigned int bits; /* of the field: at most 128 */
};

struct prefix_found {
	uint64_t lengths[3]; /* bit n: a prefix of n bits matches the value */
	unsigned int looked; /* leading bits of the value that decided it */
};

void prefix_tree_init(struct prefix_tree *t, unsigned int bits);
void prefix_tree_fini(struct prefix_tree *t);

/* Counts one more rule with the first @len bits of @value. 0 or -ENOMEM, with the tree as before.
 */
int prefix_tree_add(struct prefix_tree *t, const uint8_t *value, unsigned int len) MUST_CHECK;
void prefix_tree_del(struct prefix_tree *t, const uint8_t *value, unsigned int len);

void prefix_tree_find(const struct prefix_tree *t, const uint8_t *value, struct prefix_found *f);

static inline bool prefix_found_has(const struct prefix_found *f, unsigned int len)
{
	return f->lengths[len / 64] >> len % 64 & 1;
}

#endif
