/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mlx5 driver of the model kernel, in switchdev mode: an uplink representor and one representor
 * for each VF, tc flower offload into the FDB. Model of drivers/net/ethernet/mellanox/mlx5/core/
 * en_main.c, en_tc.c, en_rep.c, en/rep/tc.c, en/tc/act/, eswitch_offloads.c, fs_chains.c, 6.1;
 * facts/mlx5.md A, kernel-tc.md 5.6. It knows the device through command mailboxes alone (nic/cmd).
 * Absent: legacy mode, queues and rings, tunnels, conntrack, meters, sampling, LAG: refused with
 * the driver's texts where it has them.
 */
#ifndef NIC_DRIVER_MLX5_H
#define NIC_DRIVER_MLX5_H

#include "kernel/core/netdevice.h"
#include "nic/cmd/cmd.h"

struct mlx5_core_dev;
struct mlx5_steering;

/* How packets cross between driver and device: a real one has rings in memory here (RQ, SQ); frames
 * as bytes. */
struct mlx5_packet_front {
	void *device;
	/*
	 * Sends a frame from the e-switch manager's send queue @sqn, as a representor does. 0 or
	 * negative errno.
	 */
	int (*xmit)(void *device, u32 sqn, const void *frame, size_t size);
};

struct mlx5_params {
	unsigned int n_vfs; /* representors pf0vf0 ...; at most MLX5_VFS_MAX */
	unsigned int pf;    /* number in the names: p0, pf0vf0 */
	struct mlx5_cmd_front cmd;
	struct mlx5_packet_front packets;
	const char *(*syndrome_words)(u32 syndrome); /* or NULL */
};

#define MLX5_VFS_MAX 127

/* Reads capabilities, builds the e-switch tables, registers the netdevs. 0 or negative errno with
 * words; then nothing stays. */
int mlx5_probe(struct mlx5_core_dev **out, struct knet *net, const struct mlx5_params *params,
	       struct diag *d) MUST_CHECK;
void mlx5_remove(struct mlx5_core_dev *dev);

/*
 * A frame that the device delivers to the manager's receive queue (a miss in the FDB): @reg_c_0
 * says from which vport, and on which chain it missed. The representor of that vport receives it.
 */
void mlx5_receive(struct mlx5_core_dev *dev, u32 reg_c_0, const void *frame, size_t size);

/* Periodic work (counters); call it when time has passed. */
void mlx5_work(struct mlx5_core_dev *dev, bool force);

/* vport number of a port of this device, or -1: MLX5_VPORT_UPLINK for p0, 1.. for VFs. */
int mlx5_vport_of(const struct net_device *dev);
struct mlx5_steering *mlx5_steering_of(struct mlx5_core_dev *dev);
struct mlx5_cmd *mlx5_cmd_of(struct mlx5_core_dev *dev);

struct mlx5_driver_stats {
	size_t n_flows, n_bytes;
	u64 n_refused; /* since probe */
};
void mlx5_get_stats(const struct mlx5_core_dev *dev, struct mlx5_driver_stats *s);

#endif
