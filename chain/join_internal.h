/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CHAIN_JOIN_INTERNAL_H
#define CHAIN_JOIN_INTERNAL_H

#include "chain/record.h"

/* The driver's function in which @words are said, and nowhere else; static; NULL: not known. */
const char *chain_place_find(struct chain_slice words);

#endif
