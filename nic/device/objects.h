/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store of numbered objects: domains, keys, queues and what leads to them. A row of a table
 * says of each type how large it is and how many there may be; the rest is one mechanism.
 *
 * Who holds references: each object holds those that it was created with: a CQ its EQ and UAR; an
 * SQ its CQ, TIS, PD and UAR; an RQ its CQ, PD and Q counter; a TIS and a TIR their transport
 * domain; an RQT its RQs; a TIR its RQ or RQT; a memory key its PD; an EQ its UAR; an entry of a
 * flow table its TIR. They end when the holder is destroyed or, of RQTs, gets another list. An
 * object that is held cannot be destroyed.
 */
#ifndef NIC_DEVICE_OBJECTS_H
#define NIC_DEVICE_OBJECTS_H

#include "base/idr.h"
#include "nic/device/syndromes.h"

struct nic_device;

/* What is held comes before what holds it. */
enum nic_object_type {
	NIC_OBJECT_PD,
	NIC_OBJECT_TD,
	NIC_OBJECT_Q_COUNTER,
	NIC_OBJECT_MKEY,
	NIC_OBJECT_UAR,
	NIC_OBJECT_EQ,
	NIC_OBJECT_CQ,
	NIC_OBJECT_TIS,
	NIC_OBJECT_SQ,
	NIC_OBJECT_RQ,
	NIC_OBJECT_RQT,
	NIC_OBJECT_TIR,
	NIC_N_OBJECT_TYPES
};

#define NIC_OBJECT_USES_MAX 4

/* The head of each object. */
struct nic_object {
	uint32_t id, refs;
	enum nic_object_type type;
	uint32_t n_uses;
	struct nic_object *uses[NIC_OBJECT_USES_MAX]; /* held */
};

struct nic_objects {
	struct idr by_type[NIC_N_OBJECT_TYPES];
};

void nic_objects_init(struct nic_objects *os);
/* Frees all, whatever holds what: for a reset and for the end. */
void nic_objects_free(struct nic_device *dev);

/* A zeroed object with the lowest free number. On a syndrome *@object is NULL. */
enum nic_syndrome nic_object_add(struct nic_device *dev, enum nic_object_type type,
				 void **object) MUST_CHECK;
/* The object of a number, or NULL. */
void *nic_object_find(const struct nic_device *dev, enum nic_object_type type, uint32_t id);
/* The same, and the syndrome that says that there is none. */
enum nic_syndrome nic_object_get(const struct nic_device *dev, enum nic_object_type type,
				 uint32_t id, void **object) MUST_CHECK;
/* Holds @used until @user goes. NULL is fine: nothing is held. */
void nic_object_use(void *user, void *used);
/* Frees an object that nothing holds. */
enum nic_syndrome nic_object_del(struct nic_device *dev, enum nic_object_type type,
				 uint32_t id) MUST_CHECK;

size_t nic_objects_bytes(const struct nic_device *dev);

#endif
