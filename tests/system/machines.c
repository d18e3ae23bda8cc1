/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/system/machines.h"

#include "host/host.h"
#include "kernel/stack/stack.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <stdio.h>
#include <string.h>

const char *const ports[N_PORTS] = { "p0", "pf0vf0", "pf0vf1", "pf0vf2", "pf0vf3" };

/* Plain devices without a driver's ndo_setup_tc, as the guest's dummies are. */
static const struct net_device_ops plain_ops;

static bool port_number(void *aux, const char *name, size_t len, uint32_t *port)
{
	for (uint32_t i = 0; i < N_PORTS; i++) {
		if (strlen(ports[i]) == len && !memcmp(ports[i], name, len)) {
			*port = i + 1;
			return true;
		}
	}
	return false;
}

const struct flow_ports port_names = { NULL, port_number, NULL };

static int add_device(struct machine_under_test *m, struct net_device *dev, const char *name,
		      int ifindex)
{
	snprintf(dev->name, sizeof dev->name, "%s", name);
	dev->ifindex = ifindex;
	dev->netdev_ops = &plain_ops;
	dev->mtu = 1500;
	dev->type = ARPHRD_ETHER;
	return register_netdevice(m->kernel, dev);
}

int machine_make_model(struct machine_under_test *m)
{
	int err = kstack_new(&m->kernel, NULL);

	if (!err)
		m->kernel->has_tc_skb_ext = false; /* as Debian builds the guest's kernel */
	m->lo.flags = IFF_UP | IFF_LOOPBACK;
	if (!err)
		err = add_device(m, &m->lo, "lo", 1);
	for (size_t i = 0; !err && i < N_PORTS; i++)
		err = add_device(m, &m->dev[i], ports[i], IFINDEX_FIRST + (int)i);
	return err;
}

void machine_close(struct machine_under_test *m)
{
	if (!m->kernel)
		return;
	for (size_t i = 0; i < N_PORTS; i++)
		unregister_netdevice(&m->dev[i]);
	unregister_netdevice(&m->lo);
	kstack_free(m->kernel);
}

int machine_connect(struct machine_under_test *m, int protocol, struct nl_transport **t,
		    struct diag *d)
{
	const struct nl_kernel_calls calls = host_kernel_calls(m->kernel);

	return m->kernel ? nl_transport_open_inproc(t, &calls, protocol, d)
			 : nl_transport_open_linux(t, protocol, d);
}
