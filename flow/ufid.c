/* SPDX-License-Identifier: BSD-2-Clause */
/* UFIDs as texts: 32 hexadecimal digits with dashes after the 8th, 12th, 16th and 20th. */
#include "flow/text.h"

#include <errno.h>

static bool is_dash(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int ufid_parse(struct ufid *u, const char *s, size_t len, struct diag *d)
{
	struct ufid out = { { 0 } };
	unsigned int n = 0;

	if (len != UFID_TEXT_LEN)
		return diag_set_range(d, 0, len, -EINVAL,
				      "ufid: %.*s is not a UUID: 32 digits with dashes are needed",
				      len > 64 ? 64 : (int)len, s);
	for (size_t i = 0; i < len; i++) {
		int x = digit(s[i]);

		if (is_dash(i) ? s[i] != '-' : x < 0)
			return diag_set_at(d, i, -EINVAL, "ufid: '%c' is not %s",
					   s[i] > ' ' ? s[i] : '?',
					   is_dash(i) ? "a dash" : "a hexadecimal digit");
		if (is_dash(i))
			continue;
		out.b[n / 2] = (uint8_t)(out.b[n / 2] << 4 | x);
		n++;
	}
	*u = out;
	return 0;
}

void ufid_format(struct text *t, const struct ufid *u)
{
	static const char hex[] = "0123456789abcdef";
	char s[UFID_TEXT_LEN];
	unsigned int n = 0;

	for (size_t i = 0; i < sizeof s; i++) {
		if (is_dash(i)) {
			s[i] = '-';
			continue;
		}
		s[i] = hex[u->b[n / 2] >> (n % 2 ? 0 : 4) & 15];
		n++;
	}
	text_put_mem(t, s, sizeof s);
}
