/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The representors: netdevs of the uplink and of the VFs. Model of en_rep.c and of the receive side
 * of en_rx.c, 6.1. What is sent to a representor leaves from a send queue of its own; what arrives
 * carries in reg_c_0 whose it is and on which chain it missed. Absent: rings, and the restore
 * table between the FDB and the queues, whose work mlx5_receive() does.
 */
#include "kernel/core/skbuff.h"
#include "nic/driver/mlx5_internal.h"

#include <errno.h>
#include <stdio.h>

#define ARPHRD_ETHER_ 1
#define MTU	      1500
#define RX_DEPTH_MAX  8

static struct mlx5e_rep *rep_of(const struct net_device *netdev)
{
	return netdev_priv(netdev);
}

static int mlx5e_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	const struct mlx5e_rep *rep = rep_of(netdev);
	const struct mlx5_packet_front *front = &rep->dev->packets;
	struct span sp = SPAN(mlx5_trace(rep->dev));

	span_note(&sp, "port", "%s, send queue 0x%x", netdev->name, rep->sqn);
	if (!front->xmit)
		return span_end(&sp, -ENODEV);
	return span_end(&sp, front->xmit(front->device, rep->sqn, skb->p.data, skb->p.size));
}

/* 8 bytes: the same for the ports of one e-switch. */
static int mlx5e_get_port_parent_id(const struct net_device *netdev, u8 *id)
{
	static const u8 guid[8] = { 0x1a, 0x5e, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 };

	memcpy(id, guid, sizeof guid);
	put_be32(id + 4, rep_of(netdev)->dev->pf);
	return (int)sizeof guid;
}

const struct net_device_ops mlx5e_netdev_ops = {
	.ndo_setup_tc = mlx5e_setup_tc,
	.ndo_start_xmit = mlx5e_xmit,
	.ndo_get_port_parent_id = mlx5e_get_port_parent_id,
};

const struct net_device_ops mlx5e_rep_netdev_ops = {
	.ndo_setup_tc = mlx5e_rep_setup_tc,
	.ndo_start_xmit = mlx5e_xmit,
	.ndo_get_port_parent_id = mlx5e_get_port_parent_id,
};

static void init_netdev(struct mlx5_core_dev *dev, struct mlx5e_rep *rep)
{
	struct net_device *netdev = &rep->netdev;
	bool is_uplink = rep->vport == MLX5_VPORT_UPLINK;
	const u8 mac[ETH_ALEN_] = { 0x02,	 0x1a,	    0x5e,
				    (u8)dev->pf, is_uplink, is_uplink ? 0 : (u8)rep->vport };

	if (is_uplink)
		snprintf(netdev->name, sizeof netdev->name, "p%u", dev->pf);
	else
		snprintf(netdev->name, sizeof netdev->name, "pf%uvf%u", dev->pf, rep->vport - 1);
	memcpy(netdev->dev_addr, mac, sizeof mac);
	netdev->flags = IFF_BROADCAST | IFF_MULTICAST | IFF_UP | IFF_RUNNING;
	netdev->mtu = MTU;
	netdev->type = ARPHRD_ETHER_;
	netdev->features = NETIF_F_HW_TC;
	netdev->netdev_ops = is_uplink ? &mlx5e_netdev_ops : &mlx5e_rep_netdev_ops;
	netdev->priv = rep;
}

static void unregister_first(struct mlx5_core_dev *dev, unsigned int n)
{
	while (n-- > 0) {
		if (dev->reps[n].has_netdev)
			unregister_netdevice(&dev->reps[n].netdev);
	}
}

int mlx5e_register_reps(struct mlx5_core_dev *dev, struct diag *d)
{
	for (unsigned int i = 0; i < dev->n_reps; i++) {
		struct mlx5e_rep *rep = &dev->reps[i];
		int err;

		if (!rep->has_netdev)
			continue;
		init_netdev(dev, rep);
		err = register_netdevice(dev->net, &rep->netdev);
		if (err) {
			diag_set(d, err, "cannot register %s: %s", rep->netdev.name,
				 diag_strerror(err));
			unregister_first(dev, i);
			return err;
		}
	}
	return 0;
}

void mlx5e_unregister_reps(struct mlx5_core_dev *dev)
{
	unregister_first(dev, dev->n_reps);
}

static void mlx5e_receive(struct mlx5_core_dev *dev, u32 reg_c_0, const void *frame, size_t size)
{
	struct mlx5e_rep *rep = mlx5_eswitch_rep_by_metadata(dev, (u16)(reg_c_0 >> 16));
	struct span sp = SPAN(mlx5_trace(dev));
	u8 buf[PACKET_HEADROOM + PACKET_MAX];
	struct sk_buff skb = { 0 };

	span_note(&sp, "reg_c_0", "0x%x", reg_c_0);
	if (!rep || !rep->has_netdev) {
		span_end(&sp, -ENODEV);
		return;
	}
	packet_init(&skb.p, buf, sizeof buf);
	if (packet_set(&skb.p, frame, size) || skb_set_protocol(&skb)) {
		rep->netdev.stats.rx_dropped++;
		span_end(&sp, -EINVAL);
		return;
	}
	skb.dev = &rep->netdev;
	skb.tc_chain = mlx5_chains_mapped_chain(dev, (u16)reg_c_0);
	span_note(&sp, "port", "%s, missed on chain %u", rep->netdev.name, skb.tc_chain);
	netif_receive_skb(&skb);
	span_end(&sp, 0);
}

void mlx5_receive(struct mlx5_core_dev *dev, u32 reg_c_0, const void *frame, size_t size)
{
	/* A packet that comes back and back through software: each round holds a frame here. */
	if (dev->rx_depth >= RX_DEPTH_MAX)
		return;
	dev->rx_depth++;
	mlx5e_receive(dev, reg_c_0, frame, size);
	dev->rx_depth--;
}

int mlx5_vport_of(const struct net_device *netdev)
{
	return mlx5e_eswitch_rep(netdev) ? rep_of(netdev)->vport : -1;
}
