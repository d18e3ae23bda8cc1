/* SPDX-License-Identifier: BSD-2-Clause */
/* Capture files that several ports may share: each is an interface of it. */
#include "base/alloc.h"
#include "engine/engine_internal.h"

#include <errno.h>
#include <string.h>

static void capture_free(struct capture *c)
{
	list_del(&c->link);
	mem_free(c->path);
	mem_free(c);
}

int capture_get(struct capture **out, struct engine *e, const char *path, struct diag *d)
{
	struct capture *c;
	int err;

	list_for_each_entry (c, &e->captures, link) {
		if (!strcmp(c->path, path)) {
			c->n_ports++;
			*out = c;
			return 0;
		}
	}
	c = mem_new(sizeof *c);
	if (!c)
		return diag_set(d, -ENOMEM, "no memory for a capture file");
	list_init(&c->link);
	diag_init(&c->failure);
	c->path = mem_strdup(path);
	err = c->path ? pcapng_new(&c->file, path, d)
		      : diag_set(d, -ENOMEM, "no memory for a capture file");
	if (err) {
		capture_free(c);
		return err;
	}
	c->n_ports = 1;
	list_add_before(&e->captures, &c->link);
	*out = c;
	return 0;
}

int capture_put(struct capture *c, struct diag *d)
{
	int err;

	if (!c || --c->n_ports)
		return 0;
	err = pcapng_free(c->file, d);
	capture_free(c);
	return err;
}

void engine_flush(struct engine *e)
{
	struct capture *c;
	int err;

	list_for_each_entry (c, &e->captures, link) {
		if (!c->is_dirty)
			continue;
		c->is_dirty = false;
		err = pcapng_flush(c->file);
		if (err)
			diag_set(&c->failure, err, "%s: %s", c->path, diag_strerror(err));
	}
}
