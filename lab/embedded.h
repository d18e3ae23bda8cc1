/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are inside of the program, so that it runs from anywhere: tools/embed makes them. */
#ifndef LAB_EMBEDDED_H
#define LAB_EMBEDDED_H

#include <stddef.h>

extern const unsigned char lab_init_file[]; /* lab/guest/init */
extern const size_t lab_init_file_size;
extern const unsigned char lab_trace_file[]; /* lab/guest/trace */
extern const size_t lab_trace_file_size;
extern const unsigned char lab_preload_file[]; /* tools/uml/preload.c, compiled */
extern const size_t lab_preload_file_size;

#endif
