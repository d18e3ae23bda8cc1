/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of a command, and the values in them, as tc reads them. */
#include "iproute/iproute_internal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

bool word_matches(const char *word, const char *whole)
{
	return *word && !strncmp(word, whole, strlen(word));
}

bool args_is(const struct args *a, const char *word)
{
	const char *w = args_word(a);

	return w && !strcmp(w, word);
}

bool args_matches(const struct args *a, const char *word)
{
	const char *w = args_word(a);

	return w && word_matches(w, word);
}

int args_refuse(struct args *a, int status, const char *fmt, ...)
{
	va_list args;

	if (a->ip->bad_arg < 0)
		a->ip->bad_arg = a->i;
	va_start(args, fmt);
	text_vputf(&a->ip->err, fmt, args);
	va_end(args);
	text_put_char(&a->ip->err, '\n');
	return status;
}

int args_value(struct args *a)
{
	a->i++;
	if (a->i < a->argc)
		return 0;
	return args_refuse(a, IPROUTE_USAGE, "Command line is not complete. Try option \"help\"");
}

int args_wrong(struct args *a, const char *why)
{
	return args_refuse(a, IPROUTE_USAGE, "Error: argument \"%s\" is wrong: %s", args_word(a),
			   why);
}

int args_twice(struct args *a, const char *keyword)
{
	return args_refuse(a, IPROUTE_USAGE, "Error: duplicate \"%s\": \"%s\" is the second value.",
			   keyword, args_word(a));
}

bool parse_number(uint64_t *v, const char *s, int base, uint64_t max)
{
	char *end;

	if (!isxdigit((unsigned char)*s))
		return false;
	errno = 0;
	*v = strtoull(s, &end, base);
	return end != s && !*end && !errno && *v <= max;
}

bool parse_hex(uint8_t *bytes, const char *s, size_t n)
{
	if (strlen(s) != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char digits[3] = { s[2 * i], s[2 * i + 1], '\0' };
		uint64_t v;

		if (!isxdigit((unsigned char)digits[1]) || !parse_number(&v, digits, 16, UINT8_MAX))
			return false;
		bytes[i] = (uint8_t)v;
	}
	return true;
}

bool parse_mac(uint8_t mac[6], const char *s)
{
	for (int i = 0; i < 6; i++) {
		unsigned long v;
		char *end;

		if (!isxdigit((unsigned char)*s))
			return false;
		v = strtoul(s, &end, 16);
		if (v > UINT8_MAX || *end != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = (uint8_t)v;
		s = end + 1;
	}
	return true;
}

/* ---- protocols: numbers of linux/if_ether.h ---- */

/* The names that tc has for them; the first of a number is printed. */
static const struct {
	const char *name;
	uint16_t number;
} protocols[] = {
	{ "loop", ETH_P_LOOP },
	{ "pup", ETH_P_PUP },
	{ "ip", ETH_P_IP },
	{ "x25", ETH_P_X25 },
	{ "arp", ETH_P_ARP },
	{ "bpq", ETH_P_BPQ },
	{ "rarp", ETH_P_RARP },
	{ "aarp", ETH_P_AARP },
	{ "ipx", ETH_P_IPX },
	{ "ipv6", ETH_P_IPV6 },
	{ "ppp_disc", ETH_P_PPP_DISC },
	{ "ppp_ses", ETH_P_PPP_SES },
	{ "atmmpoa", ETH_P_ATMMPOA },
	{ "atmfate", ETH_P_ATMFATE },
	{ "802_3", ETH_P_802_3 },
	{ "ax25", ETH_P_AX25 },
	{ "all", ETH_P_ALL },
	{ "802_2", ETH_P_802_2 },
	{ "snap", ETH_P_SNAP },
	{ "ddcmp", ETH_P_DDCMP },
	{ "wan_ppp", ETH_P_WAN_PPP },
	{ "ppp_mp", ETH_P_PPP_MP },
	{ "localtalk", ETH_P_LOCALTALK },
	{ "can", ETH_P_CAN },
	{ "tr_802_2", ETH_P_TR_802_2 },
	{ "mobitex", ETH_P_MOBITEX },
	{ "control", ETH_P_CONTROL },
	{ "irda", ETH_P_IRDA },
	{ "econet", ETH_P_ECONET },
	{ "tipc", ETH_P_TIPC },
	{ "profinet", ETH_P_PROFINET },
	{ "aoe", ETH_P_AOE },
	{ "ethercat", ETH_P_ETHERCAT },
	{ "802.1Q", ETH_P_8021Q },
	{ "802.1ad", ETH_P_8021AD },
	{ "mpls_uc", ETH_P_MPLS_UC },
	{ "mpls_mc", ETH_P_MPLS_MC },
	{ "teb", ETH_P_TEB },
	{ "LLDP", ETH_P_LLDP },
	{ "ipv4", ETH_P_IP },
};

bool parse_protocol(be16 *protocol, const char *s)
{
	uint64_t v;

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (strcasecmp(protocols[i].name, s))
			continue;
		*protocol = be16_from_host(protocols[i].number);
		return true;
	}
	if (!parse_number(&v, s, 0, UINT16_MAX))
		return false;
	*protocol = be16_from_host((uint16_t)v);
	return true;
}

void format_protocol(char *buf, size_t size, be16 protocol)
{
	uint16_t number = host_from_be16(protocol);

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (protocols[i].number == number) {
			snprintf(buf, size, "%s", protocols[i].name);
			return;
		}
	}
	snprintf(buf, size, "[%u]", number);
}

/* ---- handles ---- */

/* A number of 16 bits in hex; *@s goes behind it. */
static bool take_half(uint32_t *v, const char **s)
{
	char *end;
	unsigned long x;

	if (!isxdigit((unsigned char)**s))
		return false;
	x = strtoul(*s, &end, 16);
	if (x > UINT16_MAX)
		return false;
	*s = end;
	*v = (uint32_t)x;
	return true;
}

bool parse_classid(uint32_t *id, const char *s)
{
	uint32_t major = 0, minor = 0;

	if (!strcmp(s, "root")) {
		*id = TC_H_ROOT;
		return true;
	}
	if (!strcmp(s, "none")) {
		*id = TC_H_UNSPEC;
		return true;
	}
	if (*s != ':' && !take_half(&major, &s))
		return false;
	if (!*s) { /* a number alone is the whole */
		*id = major;
		return true;
	}
	if (*s++ != ':')
		return false;
	if (*s && (!take_half(&minor, &s) || *s))
		return false;
	*id = TC_H_MAKE(major << 16, minor);
	return true;
}

bool parse_qdisc_handle(uint32_t *id, const char *s)
{
	uint32_t major = TC_H_UNSPEC;

	if (!strcmp(s, "none")) {
		*id = TC_H_UNSPEC;
		return true;
	}
	if (!take_half(&major, &s) || (*s && strcmp(s, ":")))
		return false;
	*id = major << 16;
	return true;
}

void format_classid(char *buf, size_t size, uint32_t id)
{
	if (id == TC_H_ROOT)
		snprintf(buf, size, "root");
	else if (id == TC_H_UNSPEC)
		snprintf(buf, size, "none");
	else if (!TC_H_MAJ(id))
		snprintf(buf, size, ":%x", TC_H_MIN(id));
	else if (!TC_H_MIN(id))
		snprintf(buf, size, "%x:", TC_H_MAJ(id) >> 16);
	else
		snprintf(buf, size, "%x:%x", TC_H_MAJ(id) >> 16, TC_H_MIN(id));
}

/* ---- addresses ---- */

void format_mac(char *buf, size_t size, const uint8_t *mac)
{
	snprintf(buf, size, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
}

void format_address(char *buf, size_t size, const void *address, size_t address_size)
{
	if (!inet_ntop(address_size == 4 ? AF_INET : AF_INET6, address, buf, (socklen_t)size))
		snprintf(buf, size, "???");
}

int mask_bits(const uint8_t *mask, size_t size)
{
	int bits = 0;
	bool hole = false;

	for (size_t i = 0; i < size * 8; i++) {
		bool bit = mask[i / 8] >> (7 - i % 8) & 1;

		if (bit && (hole || (!bits && i)))
			return -1;
		if (bit)
			bits++;
		else
			hole = bits > 0;
	}
	return bits ? bits : -1;
}

static void fill_mask(uint8_t *mask, size_t bits)
{
	memset(mask, 0, 16);
	for (size_t i = 0; i < bits; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

static bool take_address(struct prefix *p, const char *s, int family)
{
	if (family != AF_INET6 && inet_pton(AF_INET, s, p->address) == 1) {
		p->family = AF_INET;
		p->size = 4;
		return true;
	}
	if (family != AF_INET && inet_pton(AF_INET6, s, p->address) == 1) {
		p->family = AF_INET6;
		p->size = 16;
		return true;
	}
	return false;
}

/* Words for all addresses. */
static bool is_any(const char *s)
{
	return !strcmp(s, "default") || !strcmp(s, "all") || !strcmp(s, "any");
}

bool parse_prefix(struct prefix *p, const char *s, int family)
{
	const char *slash = strchr(s, '/');
	char address[INET6_ADDRSTRLEN + 1];
	uint64_t bits;

	memset(p, 0, sizeof *p);
	if (is_any(s) && family != AF_UNSPEC) {
		p->family = family;
		p->size = family == AF_INET ? 4 : 16;
		return true;
	}
	if (snprintf(address, sizeof address, "%.*s", slash ? (int)(slash - s) : (int)strlen(s),
		     s) >= (int)sizeof address ||
	    !take_address(p, address, family))
		return false;
	fill_mask(p->mask, p->size * 8);
	if (!slash)
		return true;
	if (parse_number(&bits, slash + 1, 0, p->size * 8)) {
		fill_mask(p->mask, bits);
		return true;
	}
	/* A mask in dots must be one of a prefix. */
	return p->family == AF_INET && inet_pton(AF_INET, slash + 1, p->mask) == 1 &&
	       mask_bits(p->mask, p->size) > 0;
}
