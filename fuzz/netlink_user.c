/* SPDX-License-Identifier: BSD-2-Clause */
/* The netlink decoders of userland: a message as a kernel might send it, and key and action
 * attributes. */
#include "flow/attr.h"
#include "fuzz/fuzz.h"
#include "tc/filter.h"

#include <string.h>

static void decode_filter(const uint8_t *data, size_t size)
{
	struct tc_action actions[TC_ACTIONS_MAX];
	struct tc_filter f = { .actions = actions };
	struct nlmsghdr *h = malloc(size);
	struct text t;
	struct diag d;

	FUZZ_CHECK(h);
	memcpy(h, data, size);
	h->nlmsg_len = (uint32_t)size; /* the socket layer has checked it */
	diag_init(&d);
	text_init(&t);
	if (tc_filter_decode(&f, h, &d))
		FUZZ_CHECK(d.error && d.words[0]);
	else
		tc_filter_format(&t, &f);
	text_fini(&t);
	free(h);
}

static void decode_flow(const uint8_t *data, size_t size)
{
	uint8_t buf[70000];
	struct flow_actions l;
	struct flow_match m;
	struct nl_msg msg;
	struct diag d;

	diag_init(&d);
	if (!flow_match_decode(&m, data, size, NULL, 0, &d)) {
		nl_msg_init(&msg, buf, sizeof buf);
		nl_msg_start(&msg, NLMSG_MIN_TYPE, 0, NULL, 0);
		flow_match_encode(&msg, &m, false);
		FUZZ_CHECK(!nl_msg_end(&msg));
	}
	diag_init(&d);
	flow_actions_init(&l);
	if (flow_actions_decode(&l, data, size, &d))
		FUZZ_CHECK(d.error);
	flow_actions_fini(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= NLMSG_HDRLEN)
		decode_filter(data, size);
	decode_flow(data, size);
	return 0;
}
