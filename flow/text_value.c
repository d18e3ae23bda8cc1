/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of fields as texts write them, one function for each form. Each reads a value, and the
 * mask after a '/' is in the same notation. What does not fit the field is refused; OVS cuts it.
 */
#include "flow/text_internal.h"

#include <arpa/inet.h>
#include <errno.h>

#define MAC_TEXT_LEN  17 /* 00:11:22:33:44:55 */
#define IPV4_TEXT_MAX 15 /* 255.255.255.255 */

const char *const flow_tcp_flag_names[12] = {
	"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[200]", "[400]", "[800]",
};

const char *const flow_frag_names[3] = { "no", "first", "later" };

const uint8_t scan_classes[256] = {
	['0' ... '9'] = SCAN_WORD | SCAN_DIGIT,
	['a' ... 'z'] = SCAN_WORD,
	['A' ... 'Z'] = SCAN_WORD,
	['_'] = SCAN_WORD,
	[','] = SCAN_SEPARATOR | SCAN_TOKEN_END,
	[' '] = SCAN_SEPARATOR | SCAN_TOKEN_END,
	['\t'] = SCAN_SEPARATOR | SCAN_TOKEN_END,
	['\n'] = SCAN_SEPARATOR | SCAN_TOKEN_END,
	['\r'] = SCAN_SEPARATOR | SCAN_TOKEN_END,
	['('] = SCAN_TOKEN_END,
	[')'] = SCAN_TOKEN_END,
	['/'] = SCAN_TOKEN_END,
};

/* The value of a hexadecimal digit, + 1. */
static const uint8_t hex_values[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static inline bool is_digit(char c)
{
	return scan_is(c, SCAN_DIGIT);
}

/* -1: it is none. */
static inline int hex_digit(char c)
{
	return hex_values[(unsigned char)c] - 1;
}

static inline bool is_word(char c)
{
	return scan_is(c, SCAN_WORD);
}

size_t scan_word(struct scan *sc)
{
	const char *const from = sc->p, *const end = sc->end, *p = from;

	while (p < end && is_word(*p))
		p++;
	sc->p = p;
	return (size_t)(p - from);
}

const char *scan_token_end(const struct scan *sc)
{
	const char *p = sc->p;

	while (p < sc->end && !scan_is(*p, SCAN_TOKEN_END))
		p++;
	return p;
}

static NOINLINE int refuse_token(struct scan *sc, const char *expected)
{
	const char *end = scan_token_end(sc);

	if (sc->p == end)
		return SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL, "%s is missing", expected);
	return SCAN_REFUSE(sc, sc->p, end, -EINVAL, "%.*s is not %s", SCAN_TEXT(sc->p, end),
			   expected);
}

/* C's notations: decimal, 0x and octal. The sum sticks at its limit, so that nothing wraps. */
static int read_number(struct scan *sc, uint64_t *v)
{
	const char *const end = sc->end, *p = sc->p, *from;
	uint64_t x = 0, base = 10;

	if (p < end && *p == '0') {
		bool hex = end - p > 2 && (p[1] | 0x20) == 'x' && hex_digit(p[2]) >= 0;

		base = hex ? 16 : 8;
		p += hex ? 2 : 0;
	}
	for (from = p; p < end; p++) {
		int digit = hex_digit(*p);

		if (digit < 0 || digit >= (int)base)
			break;
		if (x <= UINT32_MAX)
			x = x * base + (uint64_t)digit;
	}
	sc->p = p;
	*v = x;
	return p == from ? -EINVAL : 0;
}

/* Up to 6 decimal digits without a 0 in front, and what ends a token: the usual number. */
static inline bool scan_small_decimal(struct scan *sc, uint32_t max, uint32_t *v)
{
	const char *const from = sc->p;
	const char *const end = sc->end - from > 7 ? from + 7 : sc->end, *p = from;
	uint32_t x = 0;

	for (; p < end; p++) {
		const unsigned int digit = (unsigned char)*p - (unsigned int)'0';

		if (digit > 9)
			break;
		x = 10 * x + digit;
	}
	if (p == from || p == end || x > max || (*from == '0' && p - from > 1) || is_word(*p))
		return false;
	sc->p = p;
	*v = x;
	return true;
}

int scan_number(struct scan *sc, uint32_t max, uint32_t *v)
{
	const char *from = sc->p;
	uint64_t x;

	if (scan_small_decimal(sc, max, v))
		return 0;
	if (UNLIKELY(read_number(sc, &x) || (sc->p < sc->end && is_word(*sc->p)))) {
		const char *end;

		sc->p = from;
		end = scan_token_end(sc);
		if (scan_char(sc) == '-')
			return SCAN_REFUSE(sc, from, end, -EINVAL, "%.*s is negative",
					   SCAN_TEXT(from, end));
		return refuse_token(sc, "a number");
	}
	if (UNLIKELY(x > max))
		return SCAN_REFUSE(sc, from, sc->p, -EINVAL, "%.*s is more than %u",
				   SCAN_TEXT(from, sc->p), max);
	*v = (uint32_t)x;
	return 0;
}

static bool find_port(const struct scan *sc, const char *name, const char *end, uint32_t *port)
{
	const struct flow_ports *ports = sc->ports;

	return ports && ports->number &&
	       ports->number(ports->aux, name, (size_t)(end - name), port);
}

/* Names may hold what would end a token only inside quotes. */
static int scan_quoted_port(struct scan *sc, uint32_t *port)
{
	const char *from = sc->p, *end = memchr(from + 1, '"', (size_t)(sc->end - from - 1));

	if (!end)
		return SCAN_REFUSE(sc, from, sc->end, -EINVAL, "the closing quote is missing");
	sc->p = end + 1;
	if (!find_port(sc, from + 1, end, port))
		return SCAN_REFUSE(sc, from, sc->p, -EINVAL, "no port is called %.*s",
				   SCAN_TEXT(from, sc->p));
	return 0;
}

/* "10" is a number whatever ports are called; "10g" can only be a name. */
static bool is_number(const char *p, const char *end)
{
	const char *from = p;

	while (p < end && is_digit(*p))
		p++;
	return p == end || p == from || (end - from > 1 && (from[1] | 0x20) == 'x');
}

int scan_port(struct scan *sc, uint32_t *port)
{
	const char *from = sc->p, *end;

	if (scan_char(sc) == '"')
		return scan_quoted_port(sc, port);
	end = scan_token_end(sc);
	if (from == end || *from == '-' || (is_digit(*from) && is_number(from, end)))
		return scan_number(sc, UINT32_MAX, port);
	if (find_port(sc, from, end, port)) {
		sc->p = end;
		return 0;
	}
	if (is_digit(*from))
		return scan_number(sc, UINT32_MAX, port);
	return SCAN_REFUSE(sc, from, end, -EINVAL, "no port is called %.*s", SCAN_TEXT(from, end));
}

/* One to three digits at @p, where there is room for them: behind them, or NULL. */
static inline const char *take_octet(const char *p, uint8_t *out)
{
	unsigned int x = (unsigned char)p[0] - (unsigned int)'0', digit;
	int n = 1;

	if (x > 9)
		return NULL;
	for (; n < 3; n++) {
		digit = (unsigned char)p[n] - (unsigned int)'0';
		if (digit > 9)
			break;
		x = 10 * x + digit;
	}
	*out = (uint8_t)x;
	return x > 255 ? NULL : p + n;
}

/* An address with enough text behind it that nothing needs to look for the end. */
static bool scan_plain_ipv4(struct scan *sc, uint8_t out[4])
{
	const char *p = sc->p;

	if (sc->end - p < IPV4_TEXT_MAX || !(p = take_octet(p, &out[0])))
		return false;
	for (int i = 1; i < 4; i++)
		if (*p != '.' || !(p = take_octet(p + 1, &out[i])))
			return false;
	sc->p = p;
	return true;
}

static int scan_ipv4(struct scan *sc, uint8_t out[4])
{
	const char *const end = sc->end, *p = sc->p;

	if (LIKELY(scan_plain_ipv4(sc, out)))
		return 0;
	for (int i = 0; i < 4; i++) {
		const char *from;
		unsigned int x = 0;

		if (i && (p == end || *p++ != '.'))
			goto bad;
		for (from = p; p < end && p < from + 3; p++) {
			const unsigned int digit = (unsigned char)*p - (unsigned int)'0';

			if (digit > 9)
				break;
			x = 10 * x + digit;
		}
		if (p == from || x > 255)
			goto bad;
		out[i] = (uint8_t)x;
	}
	sc->p = p;
	return 0;
bad:
	return refuse_token(sc, "an IPv4 address");
}

/* Not inline: its buffer would make scan_value() pay for a stack protector. */
static NOINLINE int scan_ipv6(struct scan *sc, uint8_t out[16])
{
	const char *end = sc->p;
	char text[INET6_ADDRSTRLEN];
	size_t len;

	while (end < sc->end && (hex_digit(*end) >= 0 || *end == ':' || *end == '.'))
		end++;
	len = (size_t)(end - sc->p);
	if (len >= sizeof text)
		return refuse_token(sc, "an IPv6 address");
	memcpy(text, sc->p, len);
	text[len] = '\0';
	if (inet_pton(AF_INET6, text, out) != 1)
		return refuse_token(sc, "an IPv6 address");
	sc->p = end;
	return 0;
}

/* Six pairs of digits with colons between them, which is how nearly all are written. */
static bool scan_plain_mac(struct scan *sc, uint8_t out[6])
{
	const uint8_t *p = (const uint8_t *)sc->p;
	unsigned int bad;

	if (sc->end - sc->p < MAC_TEXT_LEN)
		return false;
	bad = (p[2] ^ ':') | (p[5] ^ ':') | (p[8] ^ ':') | (p[11] ^ ':') | (p[14] ^ ':');
	for (int i = 0; i < 6; i++, p += 3) {
		const unsigned int high = hex_values[p[0]] - 1u, low = hex_values[p[1]] - 1u;

		bad |= (high | low) & ~15u;
		out[i] = (uint8_t)(high << 4 | low);
	}
	if (bad)
		return false;
	sc->p += MAC_TEXT_LEN;
	return true;
}

static int scan_mac(struct scan *sc, uint8_t out[6])
{
	const char *from = sc->p;

	if (LIKELY(scan_plain_mac(sc, out)))
		return 0;
	for (int i = 0; i < 6; i++) {
		int high, low;

		if (i && !scan_takes(sc, ':'))
			goto bad;
		high = hex_digit(scan_char(sc));
		if (high < 0)
			goto bad;
		sc->p++;
		low = hex_digit(scan_char(sc));
		if (low >= 0)
			sc->p++;
		out[i] = (uint8_t)(low < 0 ? high : high << 4 | low);
	}
	return 0;
bad:
	sc->p = from;
	return refuse_token(sc, "a MAC address");
}

static NOINLINE int scan_frag(struct scan *sc, uint32_t *v)
{
	const char *end = scan_token_end(sc);
	size_t len = (size_t)(end - sc->p);

	for (uint32_t i = 0; i < ARRAY_SIZE(flow_frag_names); i++) {
		if (scan_is_name(sc->p, len, flow_frag_names[i])) {
			sc->p = end;
			*v = i;
			return 0;
		}
	}
	return refuse_token(sc, "no, first or later");
}

static int scan_tcp_flag(struct scan *sc, uint32_t *bit)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(flow_tcp_flag_names); i++) {
		const char *name = flow_tcp_flag_names[i];
		size_t len = strlen(name);

		if ((size_t)(sc->end - sc->p) < len || memcmp(sc->p, name, len) ||
		    (sc->p + len < sc->end && is_word(sc->p[len])))
			continue;
		sc->p += len;
		*bit = 1u << i;
		return 0;
	}
	return refuse_token(sc, "a TCP flag");
}

/* `syn|ack`: exactly these; `+syn-ack`: these two, the others do not matter. */
static NOINLINE int scan_tcp_flags(struct scan *sc, uint32_t *value, uint32_t *mask)
{
	bool signs = scan_char(sc) == '+' || scan_char(sc) == '-';
	uint32_t bit = 0;

	*value = 0;
	*mask = signs ? 0 : 0xfff;
	do {
		const char *from = sc->p;
		bool set = true;
		int err;

		if (signs)
			set = *sc->p++ == '+';
		err = scan_tcp_flag(sc, &bit);
		if (err)
			return err;
		if ((signs ? *mask : *value) & bit)
			return SCAN_REFUSE(sc, from, sc->p, -EINVAL, "the flag is given twice");
		*value |= set ? bit : 0;
		*mask |= bit;
	} while (signs ? scan_char(sc) == '+' || scan_char(sc) == '-' : scan_takes(sc, '|'));
	return 0;
}

/* The value of @f at its place in @k. */
static inline int scan_value(struct scan *sc, const struct flow_field_info *f, struct flow_key *k)
{
	uint8_t *bytes = (uint8_t *)k + f->offset;
	uint32_t v = 0;
	int err = 0;

	switch (f->form) {
	case FLOW_FORM_MAC:
		return scan_mac(sc, bytes);
	case FLOW_FORM_IPV4:
		return scan_ipv4(sc, bytes);
	case FLOW_FORM_IPV6:
		return scan_ipv6(sc, bytes);
	case FLOW_FORM_FRAG:
		err = scan_frag(sc, &v);
		break;
	case FLOW_FORM_PORT:
		err = scan_port(sc, &v);
		break;
	case FLOW_FORM_DEC:
	case FLOW_FORM_HEX:
	case FLOW_FORM_ETH_TYPE:
	case FLOW_FORM_TCP_FLAGS:
		err = scan_number(sc, flow_field_max(f), &v);
		break;
	}
	if (!err)
		flow_field_store(k, f, v);
	return err;
}

static NOINLINE int scan_mask(struct scan *sc, const struct flow_field_info *f,
			      struct flow_match *m)
{
	const char *from = sc->p, *end = scan_token_end(sc);
	uint32_t v;

	if (f->exact_only)
		return SCAN_REFUSE(sc, from - 1, end, -EINVAL,
				   "it can only be matched as a whole, without a mask");
	if (f->form == FLOW_FORM_IPV4 && !memchr(from, '.', (size_t)(end - from)))
		return SCAN_REFUSE(sc, from, end, -EINVAL,
				   "a mask is written as an address: 255.255.255.0, not /24");
	if (f->form == FLOW_FORM_IPV6 && !memchr(from, ':', (size_t)(end - from)))
		return SCAN_REFUSE(sc, from, end, -EINVAL,
				   "a mask is written as an address: ffff:ffff::, not /32");
	if (f->form == FLOW_FORM_PORT) {
		int err = scan_number(sc, UINT32_MAX, &v);

		if (!err)
			flow_field_store(&m->mask, f, v);
		return err;
	}
	return scan_value(sc, f, &m->mask);
}

static inline int scan_value_and_mask(struct scan *sc, enum flow_field f, struct flow_match *m)
{
	const struct flow_field_info *i = &flow_field_table[f];
	uint32_t value, mask;
	int err;

	if (i->form == FLOW_FORM_TCP_FLAGS && !is_digit(scan_char(sc))) {
		err = scan_tcp_flags(sc, &value, &mask);
		if (err)
			return err;
		flow_field_store(&m->key, i, value);
		flow_field_store(&m->mask, i, mask);
		return 0;
	}
	err = scan_value(sc, i, &m->key);
	if (err)
		return err;
	if (scan_takes(sc, '/'))
		return scan_mask(sc, i, m);
	flow_field_fill(&m->mask, f);
	return 0;
}

static inline int scan_field_and_mask(struct scan *sc, enum flow_field f, struct flow_match *m)
{
	int err = scan_value_and_mask(sc, f, m);

	if (err)
		return err;
	if (LIKELY(scan_char(sc) == ')' || scan_is_separator(scan_char(sc))))
		return 0;
	if (sc->p == sc->end)
		return SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL, "')' is missing");
	return SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL, "'%c' cannot follow here", *sc->p);
}

int flow_field_parse(struct flow_match *m, enum flow_field f, const char *s, size_t len,
		     const struct flow_ports *ports, struct diag *d)
{
	struct scan sc = { .begin = s, .p = s, .end = s + len, .ports = ports, .d = d };
	int err = scan_value_and_mask(&sc, f, m);

	if (!err && sc.p < sc.end)
		err = SCAN_REFUSE(&sc, sc.p, sc.p + 1, -EINVAL, "'%c' cannot follow here", *sc.p);
	return err;
}

int scan_field(struct scan *sc, enum flow_field f, struct flow_match *m)
{
	int err = scan_field_and_mask(sc, f, m);

	if (UNLIKELY(err)) {
		diag_context(sc->d, "%s", flow_field_table[f].full_name);
		diag_field(sc->d, flow_field_table[f].full_name);
	}
	return err;
}

/* Fields mostly come in the order of the table: the search begins after the last one. */
static enum flow_field find_field(const struct flow_header_info *h, const char *name, size_t len,
				  unsigned int hint)
{
	for (unsigned int n = 0; n < h->n_fields; n++, hint++) {
		const struct flow_field_info *f;

		if (hint >= h->n_fields)
			hint = 0;
		f = &flow_field_table[h->first + hint];
		if (f->name_len == len && scan_is_name(name, len, f->name))
			return (enum flow_field)(h->first + hint);
	}
	return FLOW_N_FIELDS;
}

/* The field whose name and '=' stand here, from @hint on; the name is read. Or FLOW_N_FIELDS. */
static enum flow_field take_likely_field(struct scan *sc, const struct flow_header_info *h,
					 unsigned int hint)
{
	const size_t left = (size_t)(sc->end - sc->p);

	for (; hint < h->n_fields; hint++) {
		const struct flow_field_info *f = &flow_field_table[h->first + hint];

		if (!scan_is_before(sc->p, left, f->name, f->name_len, '='))
			continue;
		sc->p += f->name_len;
		return (enum flow_field)(h->first + hint);
	}
	return FLOW_N_FIELDS;
}

static int scan_named_field(struct scan *sc, enum flow_header h, unsigned int *hint,
			    struct flow_match *m, uint64_t *seen, struct flow_origin *origin)
{
	const struct flow_header_info *header = &flow_header_table[h];
	const char *from = sc->p;
	enum flow_field f = take_likely_field(sc, header, *hint);
	int err;

	if (f == FLOW_N_FIELDS) {
		size_t len = scan_word(sc);

		f = find_field(header, from, len, *hint);
	}

	if (UNLIKELY(f == FLOW_N_FIELDS)) {
		const char *end = scan_token_end(sc);

		if (sc->p == sc->end)
			return SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL, "%s: ')' is missing",
					   header->name);
		return SCAN_REFUSE(sc, from, from == end ? end + 1 : end, -EINVAL,
				   "%s has no field %.*s", header->name,
				   SCAN_TEXT(from, from == end ? end + 1 : end));
	}
	if (UNLIKELY(*seen & UINT64_C(1) << f)) {
		err = SCAN_REFUSE(sc, from, scan_token_end(sc), -EINVAL, "%s is given twice",
				  flow_field_table[f].full_name);
		diag_field(sc->d, flow_field_table[f].full_name);
		return err;
	}
	if (UNLIKELY(!scan_takes(sc, '='))) {
		err = SCAN_REFUSE(sc, from, sc->p, -EINVAL, "%s: '=' is missing",
				  flow_field_table[f].full_name);
		diag_field(sc->d, flow_field_table[f].full_name);
		return err;
	}
	*seen |= UINT64_C(1) << f;
	*hint = (unsigned int)f - header->first + 1;
	err = scan_field(sc, f, m);
	if (!err && origin)
		origin->field[f] = scan_range(sc, from);
	return err;
}

int scan_fields(struct scan *sc, enum flow_header h, struct flow_match *m, uint64_t *seen,
		struct flow_origin *origin)
{
	unsigned int hint = 0;

	for (;;) {
		int err;

		scan_separators(sc);
		if (scan_takes(sc, ')'))
			return 0;
		err = scan_named_field(sc, h, &hint, m, seen, origin);
		if (err)
			return err;
	}
}
