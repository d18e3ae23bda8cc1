/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the device needs of the machine that it is plugged into: its memory and its interrupts. The
 * contract of a bus, and of nothing else: the model host has none (its driver calls
 * nic_device_exec() and gets frames through sinks), a User-Mode Linux has one behind vhost-user.
 *
 * The machine is not trusted. Memory may change while it is looked at: what is decided upon is
 * copied first, once. Addresses may be anything: map() says so.
 */
#ifndef NIC_DEVICE_BUS_H
#define NIC_DEVICE_BUS_H

#include <stddef.h>
#include <stdint.h>

struct nic_bus {
	void *aux;
	/*
	 * @size bytes of the machine's memory at bus address @addr, which the device may read and
	 * write until it returns to its caller (borrowed). NULL: some of them are no memory, or are
	 * not contiguous here. Never called with @size 0.
	 */
	void *(*map)(void *aux, uint64_t addr, size_t size);
	/* Raises an MSI-X vector. One that is masked or full is kept pending, never lost. Vectors
	 * that do not exist are ignored. */
	void (*interrupt)(void *aux, unsigned int vector);
};

#endif
