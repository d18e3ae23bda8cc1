/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "kernel/core/netdevice.h"
#include "kernel/netlink/genetlink.h"
#include "kernel/rtnetlink/rtnetlink.h"
#include "kernel/stack/stack.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_stack_has_its_subsystems_and_goes_without_a_rest(void **state)
{
	struct knet *a, *b;
	struct ksock *sk;
	u32 portid;

	assert_int_equal(kstack_new(&a, NULL), 0);
	assert_int_equal(kstack_new(&b, NULL), 0);
	for (int i = 0; i < KNET_N_SUBSYS; i++)
		if (i != KNET_OFFLOAD) /* has no set-up of its own */
			assert_non_null(a->subsys[i]);
	sk = ksock_socket(a, NETLINK_ROUTE, &portid);
	assert_non_null(sk);
	kstack_free(b);
	ksock_close(sk);
	kstack_free(a);
	kstack_free(NULL);
}

/* What the openvswitch module of OVS's own set-up asks first. */
static void the_families_of_openvswitch_can_be_found(void **state)
{
	static const char *const names[] = { "ovs_datapath", "ovs_vport", "ovs_flow" };
	struct ksock *sk;
	struct knet *net;
	u32 portid;

	assert_int_equal(kstack_new(&net, NULL), 0);
	sk = ksock_socket(net, NETLINK_GENERIC, &portid);
	assert_non_null(sk);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct genlmsghdr genl = { .cmd = CTRL_CMD_GETFAMILY };
		struct nlmsghdr *nlh;
		struct kmsg m;
		struct iovec iov;
		u8 buf[1024];

		assert_int_equal(kmsg_init(&m, 256), 0);
		nlh = nlmsg_put(&m, 0, 1, GENL_ID_CTRL, GENL_HDRLEN, NLM_F_REQUEST);
		memcpy(nlh + 1, &genl, sizeof genl);
		assert_int_equal(nla_put_string(&m, CTRL_ATTR_FAMILY_NAME, names[i]), 0);
		nlmsg_end(&m, nlh);
		iov = (struct iovec){ m.buf, m.len };
		assert_int_equal(ksock_sendmsg(sk, &iov, 1), 0);
		assert_true(ksock_recvmsg(sk, buf, sizeof buf) > 60);
		assert_int_equal(buf[4], GENL_ID_CTRL);
		kmsg_fini(&m);
	}
	ksock_close(sk);
	kstack_free(net);
}

static void every_allocation_may_fail(void **state)
{
	bool failed = true;

	for (unsigned long n = 1; failed; n++) {
		struct knet *net = NULL;
		int err;

		mem_fail_nth(n);
		err = kstack_new(&net, NULL);
		failed = mem_fail_happened();
		mem_fail_nth(0);
		assert_int_equal(err, failed ? -ENOMEM : 0);
		kstack_free(net);
		assert_true(n < 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stack_has_its_subsystems_and_goes_without_a_rest),
		cmocka_unit_test(the_families_of_openvswitch_can_be_found),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
