/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames as people read them: in the flow syntax. */
#ifndef CLI_FRAME_H
#define CLI_FRAME_H

#include "base/text.h"

/* What a frame is, or why it is none. */
void frame_format(struct text *t, const uint8_t *frame, size_t size);
/* The same of hex digits. */
void frame_format_hex(struct text *t, const char *hex);

#endif
