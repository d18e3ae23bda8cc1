/* SPDX-License-Identifier: BSD-2-Clause */
/* The ports of a datapath: numbers and names, both ways in constant time. */
#include "dpif/dpif_internal.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <errno.h>

struct name {
	const char *s;
	size_t len;
};

static uint32_t hash_of(const char *s, size_t len)
{
	return (uint32_t)hash_bytes(s, len, 0);
}

static bool is_called(const void *item, const void *key)
{
	const struct dpif_port *p = item;
	const struct name *name = key;

	return name->len < sizeof p->name && !memcmp(p->name, name->s, name->len) &&
	       !p->name[name->len];
}

static bool number_of(void *aux, const char *name, size_t len, uint32_t *port)
{
	const struct dpif_port *p = dpif_port_table_find(aux, name, len);

	if (p)
		*port = p->number;
	return p;
}

static const char *name_of(void *aux, uint32_t port)
{
	const struct dpif_port *p = dpif_port_table_get(aux, port);

	return p ? p->name : NULL;
}

void dpif_port_table_init(struct dpif_port_table *t)
{
	idr_init(&t->by_number);
	htable_init(&t->by_name);
	t->names = (struct flow_ports){ .aux = t, .number = number_of, .name = name_of };
}

void dpif_port_table_fini(struct dpif_port_table *t)
{
	struct dpif_port *p;
	uint64_t id;

	idr_for_each (&t->by_number, id, p)
		mem_free(p);
	idr_fini(&t->by_number);
	htable_fini(&t->by_name);
}

int dpif_port_table_add(struct dpif_port_table *t, const struct dpif_port *port)
{
	const size_t len = strlen(port->name);
	struct dpif_port *p;
	int err;

	if (dpif_port_table_find(t, port->name, len))
		return -EEXIST;
	p = mem_copy(port, sizeof *port);
	if (!p)
		return -ENOMEM;
	err = idr_add_at(&t->by_number, p->number, p);
	if (!err && htable_add(&t->by_name, hash_of(p->name, len), p)) {
		idr_del(&t->by_number, p->number);
		err = -ENOMEM;
	}
	if (err)
		mem_free(p);
	return err;
}

bool dpif_port_table_del(struct dpif_port_table *t, uint32_t number)
{
	struct dpif_port *p = idr_del(&t->by_number, number);

	if (!p)
		return false;
	htable_del(&t->by_name, hash_of(p->name, strlen(p->name)), p);
	mem_free(p);
	return true;
}

const struct dpif_port *dpif_port_table_find(const struct dpif_port_table *t, const char *name,
					     size_t len)
{
	const struct name key = { name, len };

	return htable_find(&t->by_name, hash_of(name, len), is_called, &key);
}

const struct dpif_port *dpif_port_table_get(const struct dpif_port_table *t, uint32_t number)
{
	return idr_find(&t->by_number, number);
}
