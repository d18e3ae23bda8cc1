/* SPDX-License-Identifier: BSD-2-Clause */
/* Statistics and times, as all objects show them. */
#include "iproute/iproute_internal.h"

#include <inttypes.h>
#include <linux/gen_stats.h>
#include <stdio.h>

#define USER_HZ 100 /* ticks of struct tcf_t */

#ifndef TCA_STATS_PKT64
#define TCA_STATS_PKT64 8
#endif

/* A structure out of an attribute; what a kernel sent too little of is zero. */
static void copy_out(void *to, size_t size, const struct nlattr *a)
{
	memset(to, 0, size);
	if (a)
		memcpy(to, nl_attr_data(a), nl_attr_size(a) < size ? nl_attr_size(a) : size);
}

/* "0b", "64Kb": in units where it is nearly a whole number of them. */
static void format_size(char *buf, size_t size, uint64_t bytes)
{
	const uint64_t k = 1024, m = 1024 * k;
	uint64_t whole = (bytes + m / 2) / m * m;

	if (bytes >= m && bytes - whole + 1023 < 2047) {
		snprintf(buf, size, "%" PRIu64 "Mb", whole / m);
		return;
	}
	whole = (bytes + k / 2) / k * k;
	if (bytes >= k && bytes - whole + 15 < 31)
		snprintf(buf, size, "%" PRIu64 "Kb", whole / k);
	else
		snprintf(buf, size, "%" PRIu64 "b", bytes);
}

static void show_basic(struct show *s, const struct nlattr *const *tb, const char *prefix)
{
	struct gnet_stats_basic b;
	struct gnet_stats_queue q;

	copy_out(&b, sizeof b, tb[TCA_STATS_BASIC]);
	show_text(s, "%s", prefix);
	show_uint(s, "bytes", "Sent ", b.bytes, " bytes");
	show_uint(s, "packets", " ",
		  tb[TCA_STATS_PKT64] ? attr_number(tb[TCA_STATS_PKT64]) : b.packets, " pkt");
	if (!tb[TCA_STATS_QUEUE])
		return;
	copy_out(&q, sizeof q, tb[TCA_STATS_QUEUE]);
	show_uint(s, "drops", " (dropped ", q.drops, "");
	show_uint(s, "overlimits", ", overlimits ", q.overlimits, "");
	show_uint(s, "requeues", " requeues ", q.requeues, ") ");
}

/* What hardware counted, and what is left of the sum for software. */
static void show_hardware(struct show *s, const struct nlattr *const *tb, const char *prefix)
{
	struct gnet_stats_basic all, hw;

	copy_out(&hw, sizeof hw, tb[TCA_STATS_BASIC_HW]);
	copy_out(&all, sizeof all, tb[TCA_STATS_BASIC]);
	if (!hw.bytes && !hw.packets)
		return;
	if (all.bytes >= hw.bytes && all.packets >= hw.packets) {
		show_line(s);
		show_text(s, "%s", prefix);
		show_uint(s, "sw_bytes", "Sent software ", all.bytes - hw.bytes, " bytes");
		show_uint(s, "sw_packets", " ", all.packets - hw.packets, " pkt");
	}
	show_line(s);
	show_text(s, "%s", prefix);
	show_uint(s, "hw_bytes", "Sent hardware ", hw.bytes, " bytes");
	show_uint(s, "hw_packets", " ", hw.packets, " pkt");
}

static void show_queue(struct show *s, const struct nlattr *a, const char *prefix)
{
	struct gnet_stats_queue q;
	char size[24];

	copy_out(&q, sizeof q, a);
	format_size(size, sizeof size, q.backlog);
	show_line(s);
	show_text(s, "%sbacklog %s %up requeues %u", prefix, size, q.qlen, q.requeues);
	show_json_uint(s, "backlog", q.backlog);
	show_json_uint(s, "qlen", q.qlen);
}

void show_stats2(struct show *s, const struct nlattr *stats2, const char *prefix)
{
	const struct nlattr *tb[TCA_STATS_PKT64 + 1];

	take_nested(tb, ARRAY_SIZE(tb), stats2);
	if (tb[TCA_STATS_BASIC])
		show_basic(s, tb, prefix);
	if (tb[TCA_STATS_BASIC_HW])
		show_hardware(s, tb, prefix);
	if (tb[TCA_STATS_QUEUE])
		show_queue(s, tb[TCA_STATS_QUEUE], prefix);
}

void show_used(struct show *s, const struct nlattr *a)
{
	struct tcf_t tm;

	if (!a || !s->options->statistics)
		return;
	copy_out(&tm, sizeof tm, a);
	show_uint(s, "installed", " installed ", tm.install / USER_HZ, " sec");
	show_uint(s, "last_used", " used ", tm.lastuse / USER_HZ, " sec");
	if (tm.firstuse)
		show_uint(s, "first_used", " firstused ", tm.firstuse / USER_HZ, " sec");
	if (tm.expires)
		show_uint(s, "expires", " expires ", tm.expires / USER_HZ, " sec");
}
