/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device: executes command mailboxes as a ConnectX does, keeps tables, groups, entries,
 * counters and modify-header contexts, and runs packets through them. It is built against the
 * layouts of nic/ifc, never against a driver's habits, and trusts nothing that it is given: wrong
 * lengths, reserved bits, unknown or busy objects get the status a real device gives and a syndrome
 * of ours.
 *
 * Matching is exact: of the entries of a table that match a packet the one with the lowest index
 * wins, whatever group it is in.
 */
#ifndef NIC_DEVICE_DEVICE_H
#define NIC_DEVICE_DEVICE_H

#include "base/text.h"
#include "nic/device/bus.h"
#include "nic/ifc/ifc.h"
#include "packet/packet.h"
#include "trace/trace.h"

struct nic_device;

#define NIC_TABLES_MAX	    (1u << 16)
#define NIC_GROUPS_MAX	    (1u << 23)
#define NIC_ENTRIES_MAX	    (1u << 24) /* of the whole device; more: LIM */
#define NIC_COUNTERS_MAX    (1u << 24)
#define NIC_SFS_MAX	    1024u
#define NIC_PATH_TABLES_MAX 64	 /* tables that one packet may pass: then it is dropped as a loop */
#define NIC_PATH_COPIES_MAX 4096 /* of one packet */

struct nic_params {
	unsigned int n_vfs; /* vports 1..n_vfs exist besides 0 and the uplink */
	unsigned int n_sfs; /* sub-functions that may be allocated; their vports are from sf_base_id
			       on */
	unsigned int index; /* of the device, in its addresses and GUIDs: two in a machine differ */
	struct trace *trace; /* kept; may be NULL */
	/* Capabilities; NULL: the built-in profile. Bytes of QUERY_HCA_CAP by type, see
	 * nic_caps_default(). */
	const struct nic_caps *caps;
};

/* Why the device refused: low 16 bits of its syndromes; the high 16 are NIC_SYNDROME_BASE. */
#define NIC_SYNDROME_BASE 0x1a5e0000u

int nic_device_new(struct nic_device **out, const struct nic_params *params) MUST_CHECK;
void nic_device_free(struct nic_device *dev);

/* Executes one command: for struct mlx5_cmd_front. 0 always: what is wrong is in the status.
 * @out_size >= NIC_OUT_SIZE_MIN, else -EINVAL. */
#define NIC_OUT_SIZE_MIN 8
int nic_device_exec(void *dev, const void *in, size_t in_size, void *out, size_t out_size);

/*
 * Plugs the device into a machine: @bus is copied, its aux kept. NULL: unplugs it. Commands that
 * need memory or interrupts are refused without one. Either resets it, so that nothing of another
 * machine's driver is left. In a machine the function is disabled until its driver enables it;
 * without one it is initialised.
 */
void nic_device_set_bus(struct nic_device *dev, const struct nic_bus *bus);
/* All that commands made goes; counters of vports and port stay. */
void nic_device_reset(struct nic_device *dev);

/* Pulls out or plugs in the cable of the uplink; it is in at the begin. */
void nic_device_set_link(struct nic_device *dev, bool up);
bool nic_device_has_link(const struct nic_device *dev); /* whether the cable is in */

/* "the group's mask is not the entry's" for a syndrome; NULL: not one of ours. */
const char *nic_syndrome_words(uint32_t syndrome);

/* Whether there is such a vport: 0 and MLX5_VPORT_UPLINK always are. */
bool nic_device_has_vport(const struct nic_device *dev, uint16_t vport);

/* The vport of the first sub-function; those of the others follow. *@n: how many there may be. */
uint16_t nic_device_first_sf(const struct nic_device *dev, unsigned int *n);

/* What becomes of a packet. The frame is borrowed during the call. */
struct nic_sink {
	void *aux;
	/* It leaves: to the wire (MLX5_VPORT_UPLINK) or to the function behind a vport. */
	void (*output)(void *aux, uint16_t vport, const void *frame, size_t size);
	/* It goes to the e-switch manager (vport 0): a miss. */
	void (*to_manager)(void *aux, uint32_t reg_c_0, const void *frame, size_t size);
};
void nic_device_set_sink(struct nic_device *dev, const struct nic_sink *sink);

/* An entry of a flow table. */
struct nic_entry_id {
	uint32_t table, group, index;
};
/* Within nic_sink.output(): the entry that sent the frame there. False: none did. */
bool nic_device_sender(const struct nic_device *dev, struct nic_entry_id *id);

/* Looks at each frame that leaves, beside the sink: @vport 0 is the manager, for whom there is
 * @reg_c_0. The frame is borrowed during the call. NULL: nobody looks. Not of batches. */
struct nic_tap {
	void *aux;
	void (*frame)(void *aux, uint16_t vport, uint32_t reg_c_0, const void *frame, size_t size);
};
void nic_device_set_tap(struct nic_device *dev, const struct nic_tap *tap);

/* Another trace, or NULL, for what comes; the one that was used before. */
struct trace *nic_device_set_trace(struct nic_device *dev, struct trace *trace);

/* Why a packet went no further. */
enum nic_drop {
	NIC_DROP_NONE,
	NIC_DROP_ACTION,    /* an entry says drop */
	NIC_DROP_MISS,	    /* no entry, and the table's default is to drop */
	NIC_DROP_LOOP,	    /* NIC_PATH_TABLES_MAX */
	NIC_DROP_ERROR,	    /* malformed for what an action wants; no room */
	NIC_DROP_NO_BUFFER, /* nothing is posted to the receive queue */
	NIC_DROP_QUEUE,	    /* the receive queue is not ready, fails, or has too short buffers */
	NIC_DROP_DOWN, /* the vport is turned off, the port is down, or a sub-function is gone */
	NIC_N_DROPS
};
const char *nic_drop_name(enum nic_drop drop); /* "forwarded", "drop action", "miss", ... */

/* A packet enters from @vport (a VF or the uplink), or is sent by the manager from send queue @sqn.
 */
enum nic_drop nic_device_receive(struct nic_device *dev, uint16_t vport, const void *frame,
				 size_t size);
enum nic_drop nic_device_xmit(struct nic_device *dev, uint32_t sqn, const void *frame, size_t size);

/*
 * The fast way, for many packets: from one vport, with counters and lookups as above but without
 * sinks: *@n_out counts outputs. Frames are not modified. For benchmarks and generators.
 */
struct nic_frame {
	const uint8_t *data;
	uint32_t size;
};
void nic_device_receive_batch(struct nic_device *dev, uint16_t vport,
			      const struct nic_frame *frames, size_t n, uint64_t *n_out);

/* What the device holds, as text or for tests. */
void nic_device_format_summary(struct nic_device *dev, struct text *t); /* `inhw nic show` */
void nic_device_format_dump(struct nic_device *dev, struct text *t);	/* `inhw nic dump` */

struct nic_counts {
	size_t n_tables, n_groups, n_entries, n_counters, n_modify_headers, n_reformats;
	size_t n_bytes; /* memory */
	uint64_t n_commands, n_bad_commands, n_packets;
	uint64_t n_drops[NIC_N_DROPS];
};
void nic_device_counts(const struct nic_device *dev, struct nic_counts *c);

#endif
