/* SPDX-License-Identifier: BSD-2-Clause */
/* What the words and the output of flower share: names of values, attributes by protocol. */
#ifndef IPROUTE_FLOWER_INTERNAL_H
#define IPROUTE_FLOWER_INTERNAL_H

#include "iproute/iproute_internal.h"

#define CT_LABEL_SIZE 16 /* bytes */

struct flower_name {
	const char *name;
	uint32_t value;
};

/* Each ends with name NULL. */
extern const struct flower_name flower_protos[];    /* IPPROTO_* */
extern const struct flower_name flower_fragments[]; /* TCA_FLOWER_KEY_FLAGS_* */
extern const struct flower_name flower_states[];    /* TCA_FLOWER_KEY_CT_FLAGS_*; 3 letters */

/* The attributes of ports, which flower has for each protocol; NULL: it has none. */
struct flower_ports {
	int proto;
	uint16_t src, src_mask, dst, dst_mask;
};
const struct flower_ports *flower_ports_find(int proto);

/* Members of a row of either table. The names are pasted at once: some are macros elsewhere. */
#define KEY(x)	  TCA_FLOWER_KEY_##x
#define BOTH(x)	  .attr = TCA_FLOWER_KEY_##x, .mask_attr = TCA_FLOWER_KEY_##x##_MASK
#define BOTH6(x)  .attr6 = TCA_FLOWER_KEY_##x, .mask_attr6 = TCA_FLOWER_KEY_##x##_MASK
#define IP(x)	  BOTH(IPV4_##x), BOTH6(IPV6_##x)
#define ENC_IP(x) BOTH(ENC_IPV4_##x), BOTH6(ENC_IPV6_##x)

#endif
