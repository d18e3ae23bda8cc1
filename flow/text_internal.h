/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scanner that keys and actions share: a place in the text that moves on, and functions that
 * read one thing there. They return 0, or a negative errno with words and the range in the text.
 */
#ifndef FLOW_TEXT_INTERNAL_H
#define FLOW_TEXT_INTERNAL_H

#include "flow/key_internal.h"
#include "flow/text.h"

struct scan {
	const char *begin, *p, *end;
	const struct flow_ports *ports; /* or NULL */
	struct diag *d;			/* or NULL */
};

/* The characters from @from up to @to of the text are to blame. */
#define SCAN_REFUSE(sc, from, to, error, ...)                                                   \
	diag_set_range((sc)->d, (size_t)((from) - (sc)->begin), (size_t)((to) - (from)), error, \
		       __VA_ARGS__)

/* A piece of the text for a "%.*s". */
#define SCAN_TEXT(from, to) ((int)((to) - (from))), (from)

/* The character here; NUL at the end. */
static inline char scan_char(const struct scan *sc)
{
	return sc->p < sc->end ? *sc->p : '\0';
}

/* What a character can be; one look into a table for each. */
enum {
	SCAN_WORD = 1 << 0,	 /* a letter, a digit or '_' */
	SCAN_DIGIT = 1 << 1,	 /* 0 to 9 */
	SCAN_SEPARATOR = 1 << 2, /* between keys, fields, actions */
	SCAN_TOKEN_END = 1 << 3, /* a separator, a bracket or '/' */
};
extern const uint8_t scan_classes[256];

static inline bool scan_is(char c, unsigned int classes)
{
	return scan_classes[(unsigned char)c] & classes;
}

static inline bool scan_is_separator(char c)
{
	return scan_is(c, SCAN_SEPARATOR);
}

/* Whether the @len characters at @name are @of. They are few: a loop beats a call. */
static inline bool scan_is_name(const char *name, size_t len, const char *of)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] != of[i]) /* at the latest where @of ends */
			return false;
	return !of[len];
}

/* Whether @len characters are equal: two blocks that may overlap, or one by one when they are few.
 */
static inline bool scan_is_same(const char *a, const char *b, size_t len)
{
	if (len >= 8)
		return get_u64(a) == get_u64(b) && get_u64(a + len - 8) == get_u64(b + len - 8);
	if (len >= 4)
		return get_u32(a) == get_u32(b) && get_u32(a + len - 4) == get_u32(b + len - 4);
	for (size_t i = 0; i < len; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* Whether the @left characters at @p begin with @name, of @len characters, and then @end. */
static inline bool scan_is_before(const char *p, size_t left, const char *name, size_t len,
				  char end)
{
	return left > len && p[len] == end && scan_is_same(p, name, len);
}

static inline void scan_separators(struct scan *sc)
{
	while (sc->p < sc->end && scan_is_separator(*sc->p))
		sc->p++;
}

/* Whether the text goes on with @c, which is then read. */
static inline bool scan_takes(struct scan *sc, char c)
{
	if (scan_char(sc) != c)
		return false;
	sc->p++;
	return true;
}

static inline struct flow_range scan_range(const struct scan *sc, const char *from)
{
	return (struct flow_range){ (uint32_t)(from - sc->begin), (uint32_t)(sc->p - from) };
}

/* Letters, digits and '_' from here on; returns how many. */
size_t scan_word(struct scan *sc);

/* The end of what stands here, for the range of an error: at a separator, bracket or the end. */
const char *scan_token_end(const struct scan *sc);

int scan_number(struct scan *sc, uint32_t max, uint32_t *v) MUST_CHECK;

/* A number or the name of a port; names may stand in double quotes. */
int scan_port(struct scan *sc, uint32_t *port) MUST_CHECK;

/* The value of @f and its mask, if one is written, into @m. */
int scan_field(struct scan *sc, enum flow_field f, struct flow_match *m) MUST_CHECK;

/* `FIELD=VALUE,...)` of header @h; *@seen: fields that were there already. @origin may be NULL. */
int scan_fields(struct scan *sc, enum flow_header h, struct flow_match *m, uint64_t *seen,
		struct flow_origin *origin) MUST_CHECK;

/* The header called by the @len characters at @name; @hint: where to look first. Or
 * FLOW_N_HEADERS. */
enum flow_header scan_find_header(const char *name, size_t len, unsigned int hint);

/* Whether a port called @name cannot be written without quotes. */
bool scan_name_needs_quotes(const char *name);

/* Whether the @len characters at @name are a word of the language of actions. */
bool scan_is_action(const char *name, size_t len);

/* The names of TCP flags by bit; all 12 have one. */
extern const char *const flow_tcp_flag_names[12];
extern const char *const flow_frag_names[3];

#endif
