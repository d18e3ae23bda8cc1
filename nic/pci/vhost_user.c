/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/pci/vhost_user.h"

#include "base/byteorder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define FEATURE_VERSION_1	  ((uint64_t)1 << 32)
#define FEATURE_PROTOCOL_FEATURES ((uint64_t)1 << 30)
#define FEATURES		  (FEATURE_VERSION_1 | FEATURE_PROTOCOL_FEATURES)

#define PROTOCOL_REPLY_ACK ((uint64_t)1 << 3)
/* User-Mode Linux makes the interrupt that its call descriptors share only when this is offered. */
#define PROTOCOL_SLAVE_REQ ((uint64_t)1 << 5)
#define PROTOCOL_FEATURES  (PROTOCOL_REPLY_ACK | PROTOCOL_SLAVE_REQ)

#define HEADER_SIZE  sizeof(struct vhost_user_header)
#define RUN_MAX	     64 /* messages of one pci_vhost_run() */
#define TAG_SOCKET   PCI_VHOST_QUEUES
#define VRING_INDEX  0xffu
#define VRING_NO_FD  0x100u
#define VERSION_MASK 3u

int pci_vhost_init(struct pci_vhost *v, int socket, void *aux,
		   void (*report)(void *aux, const struct diag *d), struct diag *d)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u32 = TAG_SOCKET };

	*v = (struct pci_vhost){ .socket = socket, .slave = -1, .aux = aux, .report = report };
	for (size_t i = 0; i < PCI_VHOST_QUEUES; i++)
		pci_virtq_init(&v->queues[i]);
	pthread_mutex_init(&v->lock, NULL);
	v->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (v->epoll < 0 || epoll_ctl(v->epoll, EPOLL_CTL_ADD, socket, &e)) {
		int err = -errno;

		pci_vhost_fini(v);
		return diag_set(d, err, "epoll: %s", diag_strerror(err));
	}
	return 0;
}

static void close_fds(struct pci_vhost_message *m)
{
	for (size_t i = 0; i < m->n_fds; i++)
		if (m->fds[i] >= 0)
			close(m->fds[i]);
	m->n_fds = 0;
}

void pci_vhost_fini(struct pci_vhost *v)
{
	close_fds(&v->message);
	for (size_t i = 0; i < PCI_VHOST_QUEUES; i++)
		pci_virtq_fini(&v->queues[i]);
	pci_memory_put(v->memory);
	v->memory = NULL;
	if (v->slave >= 0)
		close(v->slave);
	if (v->epoll >= 0)
		close(v->epoll);
	close(v->socket);
	pthread_mutex_destroy(&v->lock);
}

/* ---- what the requests do: 0, or an error with words ---- */

typedef int (*handler)(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
		       struct diag *d);

static uint64_t number(const struct pci_vhost_message *m)
{
	return get_u64(m->data);
}

static int get_features(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			struct diag *d)
{
	*answer = FEATURES;
	return 0;
}

static int set_features(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			struct diag *d)
{
	uint64_t wanted = number(m);

	if (wanted & ~FEATURES)
		return diag_set(d, -EINVAL, "features 0x%llx, of which not all were offered",
				(unsigned long long)wanted);
	v->features = wanted;
	/* Without protocol features there is no message that enables queues. */
	pthread_mutex_lock(&v->lock);
	for (size_t i = 0; !(wanted & FEATURE_PROTOCOL_FEATURES) && i < PCI_VHOST_QUEUES; i++)
		v->queues[i].enabled = true;
	pthread_mutex_unlock(&v->lock);
	return 0;
}

static int get_protocol_features(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
				 struct diag *d)
{
	*answer = PROTOCOL_FEATURES;
	return 0;
}

static int set_protocol_features(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
				 struct diag *d)
{
	uint64_t wanted = number(m);

	if (wanted & ~PROTOCOL_FEATURES)
		return diag_set(d, -EINVAL,
				"protocol features 0x%llx, of which not all were offered",
				(unsigned long long)wanted);
	v->protocol_features = wanted;
	return 0;
}

static int get_queue_num(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			 struct diag *d)
{
	*answer = PCI_VHOST_QUEUES;
	return 0;
}

/* There is one guest to a connection, so its owner is who it is. */
static int set_owner(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
		     struct diag *d)
{
	return 0;
}

static void replace_memory(struct pci_vhost *v, struct pci_memory *new)
{
	struct pci_memory *old = v->memory;

	pthread_mutex_lock(&v->lock);
	v->memory = new;
	for (size_t i = 0; i < PCI_VHOST_QUEUES; i++)
		pci_virtq_set_memory(&v->queues[i], new);
	pthread_mutex_unlock(&v->lock);
	pci_memory_put(old);
}

/* User-Mode Linux sends room for two regions always: the size is at least what the number says. */
static int set_mem_table(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			 struct diag *d)
{
	struct pci_region regions[PCI_REGIONS_MAX];
	uint32_t n = get_u32(m->data);
	struct pci_memory *new;
	int err;

	if (!n || n > PCI_REGIONS_MAX || n != m->n_fds ||
	    m->header.size < 8 + n * sizeof(struct pci_region))
		return diag_set(d, -EINVAL,
				"a memory table of %u regions in %u bytes with %zu files", n,
				m->header.size, m->n_fds);
	for (uint32_t i = 0; i < n; i++)
		memcpy(&regions[i], m->data + 8 + i * sizeof regions[0], sizeof regions[0]);
	err = pci_memory_new(&new, regions, m->fds, n, d);
	if (!err)
		replace_memory(v, new);
	return err;
}

static struct pci_virtq *queue_of(struct pci_vhost *v, uint32_t index, struct diag *d)
{
	if (index < PCI_VHOST_QUEUES)
		return &v->queues[index];
	diag_set(d, -EINVAL, "queue %u: there are %u", index, PCI_VHOST_QUEUES);
	return NULL;
}

static int set_vring_num(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			 struct diag *d)
{
	struct pci_virtq *q = queue_of(v, get_u32(m->data), d);
	int err;

	if (!q)
		return -EINVAL;
	pthread_mutex_lock(&v->lock);
	err = pci_virtq_set_size(q, get_u32(m->data + 4), d);
	pthread_mutex_unlock(&v->lock);
	return err;
}

static int set_vring_addr(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			  struct diag *d)
{
	struct pci_virtq *q = queue_of(v, get_u32(m->data), d);
	int err;

	if (!q)
		return -EINVAL;
	pthread_mutex_lock(&v->lock);
	err = pci_virtq_set_rings(q, get_u64(m->data + 8), get_u64(m->data + 24),
				  get_u64(m->data + 16), d);
	pthread_mutex_unlock(&v->lock);
	return err;
}

static int set_vring_base(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			  struct diag *d)
{
	struct pci_virtq *q = queue_of(v, get_u32(m->data), d);
	uint32_t base = get_u32(m->data + 4);

	if (!q)
		return -EINVAL;
	if (base > UINT16_MAX)
		return diag_set(d, -EINVAL, "a queue's base of %u is more than 16 bits", base);
	pthread_mutex_lock(&v->lock);
	pci_virtq_set_base(q, (uint16_t)base);
	pthread_mutex_unlock(&v->lock);
	return 0;
}

static int set_vring_enable(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			    struct diag *d)
{
	struct pci_virtq *q = queue_of(v, get_u32(m->data), d);

	if (!q)
		return -EINVAL;
	pthread_mutex_lock(&v->lock);
	q->enabled = get_u32(m->data + 4);
	pthread_mutex_unlock(&v->lock);
	return 0;
}

/* The guest has the same open file, so that closing ours would not take it out of the epoll. */
static void replace_kick(struct pci_vhost *v, struct pci_virtq *q, int fd)
{
	if (q->kick >= 0) {
		epoll_ctl(v->epoll, EPOLL_CTL_DEL, q->kick, NULL);
		close(q->kick);
	}
	q->kick = fd;
}

/* Stops the queue, and says where. */
static int get_vring_base(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			  struct diag *d)
{
	uint32_t index = get_u32(m->data);
	struct pci_virtq *q = queue_of(v, index, d);

	if (!q)
		return -EINVAL;
	pthread_mutex_lock(&v->lock);
	replace_kick(v, q, -1);
	q->enabled = false;
	*answer = index | (uint64_t)q->next_avail << 32;
	pthread_mutex_unlock(&v->lock);
	return 0;
}

/* The descriptor of a message, which is the caller's then; -1: it says that there is none. */
static int take_fd(struct pci_vhost_message *m, int *fd, struct diag *d)
{
	bool none = number(m) & VRING_NO_FD;

	*fd = -1;
	if (m->n_fds != (none ? 0 : 1))
		return diag_set(d, -EINVAL, "%zu descriptors where %d belong", m->n_fds, !none);
	if (!none)
		*fd = m->fds[0];
	m->n_fds = 0;
	return 0;
}

/* Nothing that a guest gives may make a thread of ours wait. */
static void make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

static int set_vring_kick(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			  struct diag *d)
{
	uint32_t index = (uint32_t)number(m) & VRING_INDEX;
	struct epoll_event e = { .events = EPOLLIN, .data.u32 = index };
	struct pci_virtq *q = queue_of(v, index, d);
	int fd, err;

	if (!q)
		return -EINVAL;
	err = take_fd(m, &fd, d);
	if (err)
		return err;
	if (fd < 0)
		return diag_set(d, -EOPNOTSUPP, "a queue without a kick descriptor is not polled");
	make_nonblocking(fd);
	replace_kick(v, q, fd);
	if (epoll_ctl(v->epoll, EPOLL_CTL_ADD, fd, &e)) {
		err = diag_set(d, -errno, "a kick descriptor: epoll: %s", diag_strerror(-errno));
		close(fd);
		q->kick = -1;
	}
	return err;
}

static int set_vring_call(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			  struct diag *d)
{
	struct pci_virtq *q = queue_of(v, (uint32_t)number(m) & VRING_INDEX, d);
	int fd, old, err;

	if (!q)
		return -EINVAL;
	err = take_fd(m, &fd, d);
	if (err)
		return err;
	if (fd >= 0)
		make_nonblocking(fd);
	pthread_mutex_lock(&v->lock);
	old = q->call;
	q->call = fd;
	pthread_mutex_unlock(&v->lock);
	if (old >= 0)
		close(old);
	return 0;
}

/* Errors of queues are reported here, not there. */
static int set_vring_err(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			 struct diag *d)
{
	int fd, err = take_fd(m, &fd, d);

	if (!err && fd >= 0)
		close(fd);
	return err;
}

static int set_slave_req_fd(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
			    struct diag *d)
{
	if (m->n_fds != 1)
		return diag_set(d, -EINVAL, "%zu descriptors where one belongs", m->n_fds);
	if (v->slave >= 0)
		close(v->slave);
	v->slave = m->fds[0];
	m->n_fds = 0;
	return 0;
}

struct request {
	handler run;
	uint32_t size; /* of what follows the header; VHOST_USER_SET_MEM_TABLE: the least */
	bool answers;
};

static const struct request requests[VHOST_USER_N_REQUESTS] = {
	[VHOST_USER_GET_FEATURES] = { get_features, 0, true },
	[VHOST_USER_SET_FEATURES] = { set_features, 8, false },
	[VHOST_USER_SET_OWNER] = { set_owner, 0, false },
	[VHOST_USER_RESET_OWNER] = { set_owner, 0, false },
	[VHOST_USER_SET_MEM_TABLE] = { set_mem_table, 8, false },
	[VHOST_USER_SET_VRING_NUM] = { set_vring_num, 8, false },
	[VHOST_USER_SET_VRING_ADDR] = { set_vring_addr, 40, false },
	[VHOST_USER_SET_VRING_BASE] = { set_vring_base, 8, false },
	[VHOST_USER_GET_VRING_BASE] = { get_vring_base, 8, true },
	[VHOST_USER_SET_VRING_KICK] = { set_vring_kick, 8, false },
	[VHOST_USER_SET_VRING_CALL] = { set_vring_call, 8, false },
	[VHOST_USER_SET_VRING_ERR] = { set_vring_err, 8, false },
	[VHOST_USER_GET_PROTOCOL_FEATURES] = { get_protocol_features, 0, true },
	[VHOST_USER_SET_PROTOCOL_FEATURES] = { set_protocol_features, 8, false },
	[VHOST_USER_GET_QUEUE_NUM] = { get_queue_num, 0, true },
	[VHOST_USER_SET_VRING_ENABLE] = { set_vring_enable, 8, false },
	[VHOST_USER_SET_SLAVE_REQ_FD] = { set_slave_req_fd, 0, false },
};

static int execute(struct pci_vhost *v, struct pci_vhost_message *m, uint64_t *answer,
		   struct diag *d)
{
	const struct vhost_user_header *h = &m->header;
	const struct request *r = h->request < VHOST_USER_N_REQUESTS ? &requests[h->request] : NULL;

	if (!r || !r->run)
		return diag_set(d, -EOPNOTSUPP, "request %u is not implemented", h->request);
	if (h->request == VHOST_USER_SET_MEM_TABLE ? h->size < r->size : h->size != r->size)
		return diag_set(d, -EINVAL, "request %u has %u bytes, not %u", h->request, h->size,
				r->size);
	return r->run(v, m, answer, d);
}

static int send_answer(struct pci_vhost *v, uint32_t request, uint64_t answer, struct diag *d)
{
	struct vhost_user_header h = { request, VHOST_USER_VERSION | VHOST_USER_REPLY,
				       sizeof answer };
	uint8_t bytes[HEADER_SIZE + sizeof answer];

	memcpy(bytes, &h, HEADER_SIZE);
	memcpy(bytes + HEADER_SIZE, &answer, sizeof answer);
	if (send(v->socket, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof bytes)
		return 0;
	return diag_set(d, -EPIPE, "the guest does not read its answers");
}

/* One that is complete. */
static int handle(struct pci_vhost *v, struct pci_vhost_message *m, struct diag *d)
{
	uint32_t request = m->header.request;
	bool answers = request < VHOST_USER_N_REQUESTS && requests[request].answers;
	uint64_t answer = 0;
	struct diag refusal;
	bool acks;
	int err;

	diag_init(&refusal);
	err = execute(v, m, &answer, &refusal);
	if (err) {
		diag_context(&refusal, "vhost-user");
		v->report(v->aux, &refusal);
	}
	if (answers && err)
		return diag_copy(d, &refusal); /* there is no such answer as no */
	/* The message that agrees on acknowledgements is acknowledged itself. */
	acks = m->header.flags & VHOST_USER_NEED_REPLY && v->protocol_features & PROTOCOL_REPLY_ACK;
	if (answers || acks)
		return send_answer(v, request, answers ? answer : err != 0, d);
	return 0;
}

/* ---- receiving ---- */

static void take_fds(struct pci_vhost_message *m, struct msghdr *h)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (m->n_fds < PCI_VHOST_FDS_MAX)
				m->fds[m->n_fds++] = fd;
			else
				close(fd); /* the request will not have the number it wants */
		}
	}
}

/* Up to @size bytes behind those that the message has. -EAGAIN: there are none now. */
static int receive(struct pci_vhost *v, void *p, size_t size, struct diag *d)
{
	struct pci_vhost_message *m = &v->message;
	union {
		char bytes[CMSG_SPACE(PCI_VHOST_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { p, size };
	struct msghdr h = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof control };
	ssize_t n = recvmsg(v->socket, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR
			       ? -EAGAIN
			       : diag_set(d, -errno, "the guest's socket: %s",
					  diag_strerror(-errno));
	if (!n)
		return diag_set(d, -ECONNRESET, "the guest closed the connection%s",
				m->n ? " in a message" : "");
	take_fds(m, &h);
	m->n += (size_t)n;
	return 0;
}

static int check_header(const struct vhost_user_header *h, struct diag *d)
{
	if ((h->flags & VERSION_MASK) != VHOST_USER_VERSION || h->flags & VHOST_USER_REPLY)
		return diag_set(d, -EPROTO, "a message with flags 0x%x", h->flags);
	if (h->size > PCI_VHOST_DATA_MAX)
		return diag_set(d, -EPROTO, "a message of %u bytes: more than %u", h->size,
				PCI_VHOST_DATA_MAX);
	return 0;
}

/* Reads on until a message is complete. -EAGAIN: the rest is not there yet. */
static int receive_message(struct pci_vhost *v, struct diag *d)
{
	struct pci_vhost_message *m = &v->message;
	int err = 0;

	while (!err && m->n < HEADER_SIZE) {
		err = receive(v, (uint8_t *)&m->header + m->n, HEADER_SIZE - m->n, d);
		if (!err && m->n == HEADER_SIZE)
			err = check_header(&m->header, d);
	}
	while (!err && m->n < HEADER_SIZE + m->header.size)
		err = receive(v, m->data + (m->n - HEADER_SIZE),
			      HEADER_SIZE + m->header.size - m->n, d);
	return err;
}

static int receive_all(struct pci_vhost *v, struct diag *d)
{
	int err = 0;

	for (unsigned int i = 0; i < RUN_MAX && !err; i++) {
		err = receive_message(v, d);
		if (!err) {
			err = handle(v, &v->message, d);
			close_fds(&v->message);
			v->message.n = 0;
		}
	}
	return err == -EAGAIN ? 0 : err;
}

static void take_kick(struct pci_vhost *v, struct pci_virtq *q)
{
	uint64_t n;
	ssize_t got = q->kick < 0 ? 0 : read(q->kick, &n, sizeof n);
	struct diag d;

	if (q->kick < 0 || got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	/* It would be ready for ever. */
	replace_kick(v, q, -1);
	diag_init(&d);
	diag_set(&d, -EPIPE, "vhost-user: a queue's kick descriptor is at its end");
	v->report(v->aux, &d);
}

int pci_vhost_run(struct pci_vhost *v, unsigned int *kicked, struct diag *d)
{
	struct epoll_event events[PCI_VHOST_QUEUES + 1];
	int n = epoll_wait(v->epoll, events, PCI_VHOST_QUEUES + 1, 0);
	bool has_messages = false;

	*kicked = 0;
	for (int i = 0; i < n; i++) {
		if (events[i].data.u32 == TAG_SOCKET) {
			has_messages = true;
			continue;
		}
		take_kick(v, &v->queues[events[i].data.u32]);
		*kicked |= 1u << events[i].data.u32;
	}
	if (!has_messages)
		return 0;
	/* A queue that has just begun may have had its kick before. */
	*kicked = (1u << PCI_VHOST_QUEUES) - 1;
	return receive_all(v, d);
}
