/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes over the socket of a daemon: a command line with how its output should look, and what
 * became of it. One JSON object in a line each:
 *
 *	{"argv": ["dpctl", "show"], "width": 80, "colour": true}
 *	{"status": 0, "stdout": "...", "stderr": ""}
 *
 * With the first byte of a request two descriptors may come: the client's working directory, which
 * file names in argv are relative to, and its standard input, a file that can be read without
 * waiting.
 */
#ifndef SERVE_REQUEST_H
#define SERVE_REQUEST_H

#include "base/diag.h"

#include <jansson.h>

#define SERVE_LINE_MAX	 (256u << 10) /* bytes of a request with its newline */
#define SERVE_ARGS_MAX	 1024u	      /* words of argv */
#define SERVE_OUTPUT_MAX (16u << 20)  /* bytes of stdout, and of stderr */
#define SERVE_WIDTH_MAX	 1000u	      /* columns */
#define SERVE_PLACE_MAX	 63u	      /* bytes of place */

enum {
	SERVE_FD_DIRECTORY,
	SERVE_FD_STDIN
};

struct serve_request {
	const char **argv; /* ends with NULL */
	size_t argc;	   /* 1..SERVE_ARGS_MAX */
	const char *place; /* stands before the words of an error, "FILE:3: "; never NULL */
	/* Columns of stdout and stderr, 0..SERVE_WIDTH_MAX; 0: no terminal. */
	unsigned int width, err_width;
	bool colour, err_colour; /* of each, unless argv says otherwise */
	bool ascii;		 /* nothing else can be shown */
	json_t *json;		 /* of one that was decoded: what the strings point into */
};

/* 0; -EINVAL with words: it is none, and which member is wrong; -ENOMEM. serve_request_fini() in
 * any case. */
int serve_request_decode(struct serve_request *r, const char *line, size_t n,
			 struct diag *d) MUST_CHECK;
void serve_request_fini(struct serve_request *r);

/* The line, without a newline, owned by the caller: free(). 0; -EINVAL: too long, or a word that is
 * no UTF-8; -ENOMEM. */
int serve_request_encode(const struct serve_request *r, char **line, struct diag *d) MUST_CHECK;

struct serve_answer {
	int status; /* exit status, 0..255 */
	const char *out, *err;
	json_t *json; /* of one that was decoded: what the strings point into */
};

/* Bytes that are no UTF-8 become U+FFFD. NULL: no memory. */
json_t *serve_answer_encode(const struct serve_answer *a) MUST_CHECK;

/* 0; -EPROTO with words; serve_answer_fini() in any case. */
int serve_answer_decode(struct serve_answer *a, const char *line, size_t n,
			struct diag *d) MUST_CHECK;
void serve_answer_fini(struct serve_answer *a);

#endif
