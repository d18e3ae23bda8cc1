/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes over a daemon's socket: the input is a line, of a client or of a daemon. What is taken
 * for a request comes out the same when it is sent on.
 */
#include "serve/request.h"

#include "fuzz/fuzz.h"

#include <string.h>

static void send_on(const struct serve_request *r)
{
	struct serve_request again;
	char *line;

	/* What was written more briefly than json_dumps() does may be too long now. */
	if (serve_request_encode(r, &line, NULL))
		return;
	FUZZ_CHECK(!memchr(line, '\n', strlen(line)));
	FUZZ_CHECK(!serve_request_decode(&again, line, strlen(line), NULL));
	FUZZ_CHECK(again.argc == r->argc && again.width == r->width && again.ascii == r->ascii &&
		   !strcmp(again.place, r->place));
	for (size_t i = 0; i < r->argc; i++)
		FUZZ_CHECK(!strcmp(again.argv[i], r->argv[i]));
	serve_request_fini(&again);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data;
	struct serve_request r;
	struct serve_answer a;
	struct diag d;
	int err;

	diag_init(&d);
	err = serve_request_decode(&r, line, size, &d);
	FUZZ_CHECK(!err == !d.error);
	if (!err) {
		FUZZ_CHECK(r.argc && r.argc <= SERVE_ARGS_MAX && !r.argv[r.argc]);
		FUZZ_CHECK(r.width <= SERVE_WIDTH_MAX && r.err_width <= SERVE_WIDTH_MAX);
		FUZZ_CHECK(strlen(r.place) <= SERVE_PLACE_MAX);
		send_on(&r);
	}
	serve_request_fini(&r);
	if (!serve_answer_decode(&a, line, size, &d))
		json_decref(serve_answer_encode(&a));
	serve_answer_fini(&a);
	return 0;
}
