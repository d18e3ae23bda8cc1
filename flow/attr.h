/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys, masks and actions as the netlink attributes of the openvswitch families: OVS_KEY_ATTR_*
 * and OVS_ACTION_ATTR_*. Decoding refuses what the kernel would refuse and what this vocabulary
 * lacks, by name.
 */
#ifndef FLOW_ATTR_H
#define FLOW_ATTR_H

#include "base/diag.h"
#include "flow/action.h"
#include "flow/key.h"
#include "netlink/msg.h"

/*
 * Puts the attributes of the key (@mask false) or of the mask (@mask true) into the open nest of
 * @msg, complete for the kernel: ETHERNET, ETHERTYPE, and each header that eth_type and the
 * protocol call for.
 */
void flow_match_encode(struct nl_msg *msg, const struct flow_match *m, bool mask);

/*
 * Reads a key and its mask from the payloads of OVS_FLOW_ATTR_KEY and _MASK (@mask_attrs NULL:
 * exact). 0, or -EINVAL / -EOPNOTSUPP with words.
 */
int flow_match_decode(struct flow_match *m, const void *key_attrs, size_t key_size,
		      const void *mask_attrs, size_t mask_size, struct diag *d) MUST_CHECK;

void flow_actions_encode(struct nl_msg *msg, const struct flow_actions *l);
int flow_actions_decode(struct flow_actions *l, const void *attrs, size_t size,
			struct diag *d) MUST_CHECK;

#endif
