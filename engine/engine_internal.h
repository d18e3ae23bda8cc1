/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the files of engine/. Who may touch what: the machine's thread everything of a port without a
 * worker. Of a port with one, the worker, which holds its lock meanwhile, calls the class and
 * writes what is atomic; the machine's thread takes that lock to attach and detach.
 */
#ifndef ENGINE_ENGINE_INTERNAL_H
#define ENGINE_ENGINE_INTERNAL_H

#include "base/idr.h"
#include "base/list.h"
#include "engine/pcapng.h"
#include "engine/port-provider.h"
#include "engine/ring.h"

#include <pthread.h>

/* A capture file, of one or several ports. */
struct capture {
	struct list link; /* in the engine */
	char *path;
	struct pcapng *file;
	unsigned int n_ports;
	bool is_dirty; /* something was written since it was flushed */
	struct diag failure;
};

/* What has become of a port's descriptor. */
enum port_state {
	PORT_WORKS,
	PORT_FAILED /* port.failure says why, and does not change any more */
};

struct engine_port {
	struct engine *engine;
	uint32_t number;
	char name[ENGINE_NAME_MAX];
	char *spec;
	const struct port_class *class;
	void *state;		 /* of the class */
	struct capture *capture; /* NULL: none */
	uint32_t interface;	 /* in it */
	struct worker *worker;	 /* NULL: the machine's thread */
	struct frame_ring rx;	 /* from the worker; of zeros as long as there was none */
	struct frame_ring tx;	 /* of a port that can send */
	bool is_waiting;	 /* there is something new in @tx */
	uint64_t rx_packets, rx_bytes, n_captured, n_captured_bytes, n_no_room;
	/* By whoever uses the descriptor. */
	_Atomic uint64_t rx_dropped, tx_packets, tx_bytes, tx_refused;
	_Atomic int io_state; /* enum port_state */
	struct diag failure;
};

struct engine {
	struct engine_host host;
	uint64_t epoch_ns, now_ns;
	struct idr by_number;
	struct engine_port *ports[ENGINE_PORTS_MAX]; /* by number, ascending */
	size_t n_ports, n_live;
	int epoll, event; /* @event: a worker has received something */
	bool is_running;
	struct worker *workers;
	unsigned int n_workers;
	struct list captures;
	struct port_batch batch;
};

static inline bool port_is_live(const struct engine_port *p)
{
	return p->class->fd;
}

/* engine.c */
/* Asks the descriptor and fills @b; false: it has failed. */
bool port_receive(struct engine_port *p, uint64_t now_ns, struct port_batch *b);
/* Sends some of what waits; whether there is more. */
bool port_transmit(struct engine_port *p);
int port_batch_init(struct port_batch *b) MUST_CHECK; /* 0 or -ENOMEM */
void port_batch_fini(struct port_batch *b);
void engine_signal(int eventfd); /* makes it readable */

/* capture.c */
/* The capture of this file, with one port more. */
int capture_get(struct capture **out, struct engine *e, const char *path,
		struct diag *d) MUST_CHECK;
/* One port less; the last one completes the file. 0 or its error. */
int capture_put(struct capture *c, struct diag *d);

/* worker.c */
int workers_start(struct engine *e, unsigned int n, struct diag *d) MUST_CHECK;
void workers_stop(struct engine *e); /* the ports are the machine's again */
/* Gives it a port, or takes it back. 0 or negative errno. */
int worker_add(struct worker *w, struct engine_port *p) MUST_CHECK;
void worker_del(struct engine_port *p);
struct worker *workers_least(struct engine *e); /* the one with the fewest ports; NULL: none */
void workers_wake(struct engine *e);		/* those whose ports are waiting */

#endif
