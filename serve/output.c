/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/output.h"

#include <errno.h>

static ssize_t put(void *cookie, const char *s, size_t n)
{
	struct serve_output *o = cookie;
	size_t room = o->max - o->text.len;

	text_put_mem(&o->text, s, n < room ? n : room);
	if (n <= room && !o->text.error)
		return (ssize_t)n;
	errno = o->text.error ? -o->text.error : EFBIG;
	return 0; /* an error, to a stream */
}

int serve_output_open(struct serve_output *o, size_t max)
{
	const cookie_io_functions_t calls = { .write = put };

	text_init(&o->text);
	o->max = max;
	o->f = fopencookie(o, "w", calls);
	return o->f ? 0 : -ENOMEM;
}

const char *serve_output_text(struct serve_output *o)
{
	(void)fflush(o->f); /* that it failed is known to whoever wrote */
	return o->text.s;
}

void serve_output_close(struct serve_output *o)
{
	if (o->f)
		(void)fclose(o->f);
	o->f = NULL;
	text_fini(&o->text);
}
