/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests of this folder: random matches that a datapath accepts, from a seed. Each field is
 * wildcarded, exact or, where it may be, partially masked.
 */
#ifndef FLOW_RANDOM_INTERNAL_H
#define FLOW_RANDOM_INTERNAL_H

#include "flow/key_internal.h"

#include <linux/if_ether.h>
#include <stdlib.h>

static inline unsigned int random_below(unsigned int *seed, unsigned int n)
{
	return (unsigned int)rand_r(seed) % n;
}

static inline void random_bytes(unsigned int *seed, void *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)p)[i] = (uint8_t)rand_r(seed);
}

/* A value that the field can have, and a mask that it may have. */
static inline void random_field(unsigned int *seed, struct flow_match *m, enum flow_field f)
{
	const struct flow_field_info *i = &flow_field_table[f];
	struct flow_key noise;

	switch (random_below(seed, 3)) {
	case 0:
		return;
	case 1:
		flow_field_fill(&m->mask, f);
		break;
	case 2:
		random_bytes(seed, &noise, sizeof noise);
		if (i->exact_only)
			flow_field_fill(&m->mask, f);
		else
			flow_field_copy(&m->mask, &noise, f);
		break;
	}
	random_bytes(seed, &noise, sizeof noise);
	flow_field_copy(&m->key, &noise, f);
	if (i->form == FLOW_FORM_FRAG)
		flow_field_store(&m->key, i, random_below(seed, 3));
	if (f == FLOW_ARP_OP)
		flow_field_store(&m->key, i, random_below(seed, 256));
}

static inline void random_header(unsigned int *seed, struct flow_match *m, enum flow_header h)
{
	const struct flow_header_info *i = &flow_header_table[h];

	for (unsigned int f = i->first; f < i->first + (unsigned int)i->n_fields; f++)
		random_field(seed, m, (enum flow_field)f);
	m->headers |= flow_header_bit(h);
}

static inline void random_exact(struct flow_match *m, enum flow_field f, uint32_t value)
{
	flow_field_store(&m->key, &flow_field_table[f], value);
	flow_field_fill(&m->mask, f);
}

static inline void random_match(unsigned int *seed, struct flow_match *m)
{
	static const uint16_t types[] = { ETH_P_IP,  ETH_P_IP,	 ETH_P_IPV6, ETH_P_IPV6,
					  ETH_P_ARP, ETH_P_RARP, 0x1234 };
	static const uint8_t protos[] = { 6, 17, 132, 1, 58 };
	uint64_t allowed;

	memset(m, 0, sizeof *m);
	random_exact(m, FLOW_RECIRC_ID, random_below(seed, 3));
	random_exact(m, FLOW_IN_PORT, random_below(seed, 65535));
	m->headers |= flow_header_bit(FLOW_H_RECIRC_ID) | flow_header_bit(FLOW_H_IN_PORT);
	random_header(seed, m, FLOW_H_ETH);
	if (random_below(seed, 3) == 0) {
		random_exact(m, FLOW_VLAN_TPID, random_below(seed, 2) ? ETH_P_8021Q : ETH_P_8021AD);
		random_header(seed, m, FLOW_H_VLAN);
		random_exact(m, FLOW_VLAN_CFI, 1);
	}
	if (random_below(seed, 8)) {
		random_exact(m, FLOW_ETH_TYPE, types[random_below(seed, ARRAY_SIZE(types))]);
		m->headers |= flow_header_bit(FLOW_H_ETH_TYPE);
		allowed = flow_match_headers(m, true);
		for (unsigned int h = FLOW_H_IPV4; h < FLOW_N_HEADERS; h++)
			if (allowed >> h & 1)
				random_header(seed, m, (enum flow_header)h);
		if (allowed & flow_header_bit(FLOW_H_IPV4) && random_below(seed, 4))
			random_exact(m, FLOW_IPV4_PROTO, protos[random_below(seed, 5)]);
		if (allowed & flow_header_bit(FLOW_H_IPV6) && random_below(seed, 4))
			random_exact(m, FLOW_IPV6_PROTO, protos[random_below(seed, 5)]);
		allowed = flow_match_headers(m, true);
		for (unsigned int h = FLOW_H_TCP; h <= FLOW_H_ICMPV6; h++)
			if (allowed >> h & 1)
				random_header(seed, m, (enum flow_header)h);
	}
	flow_match_normalise(m);
}

#endif
