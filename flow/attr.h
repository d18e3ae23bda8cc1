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

/*
 * Reads the key of one packet, as an upcall has it. What it has of headers is in *@headers, as bits
 * FLOW_H_x. A kernel may see more in a packet than this vocabulary can say: *@more is then the name
 * of the first such attribute that is not 0 (static), else NULL. 0; -EINVAL with words: malformed.
 */
int flow_key_decode(struct flow_key *k, uint64_t *headers, const char **more, const void *attrs,
		    size_t size, struct diag *d) MUST_CHECK;

/* A name for a packet's key, made of the bytes of its attributes: equal bytes, equal UFIDs. Marked.
 */
struct ufid flow_key_attrs_ufid(const void *attrs, size_t size);

void flow_actions_encode(struct nl_msg *msg, const struct flow_actions *l);
int flow_actions_decode(struct flow_actions *l, const void *attrs, size_t size,
			struct diag *d) MUST_CHECK;

#endif
