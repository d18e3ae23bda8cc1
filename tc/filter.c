/* SPDX-License-Identifier: BSD-2-Clause */
/* A filter as a message: the family header, the frame of attributes around key and actions. */
#include "tc/filter.h"

#include "tc/tc_internal.h"

#include <errno.h>

#define KIND "flower"

int malformed(struct diag *d, const char *name)
{
	diag_set(d, -EPROTO, "the kernel's %s is malformed", name);
	diag_field(d, name);
	return -EPROTO;
}

/* @tcm is all zero. */
static void tcmsg_fill(struct tcmsg *tcm, const struct tc_id *id, be16 protocol)
{
	tcm->tcm_handle = id->handle;
	tcm->tcm_parent = id->parent;
	tcm->tcm_info = (uint32_t)id->prio << 16 | FORCE_CAST(uint16_t, protocol);
	tcm->tcm_ifindex = id->ifindex;
	if (id->block) {
		tcm->tcm_ifindex = (int)TCM_IFINDEX_MAGIC_BLOCK;
		tcm->tcm_block_index = id->block;
	}
}

struct tcmsg tcmsg_from_id(const struct tc_id *id, be16 protocol)
{
	struct tcmsg tcm = { .tcm_family = AF_UNSPEC };

	tcmsg_fill(&tcm, id, protocol);
	return tcm;
}

static void take_id(struct tc_filter *f, const struct tcmsg *tcm)
{
	f->id.handle = tcm->tcm_handle;
	f->id.prio = (uint16_t)(tcm->tcm_info >> 16);
	f->protocol = FORCE_CAST(be16, (uint16_t)(tcm->tcm_info & 0xffff));
	if (tcm->tcm_ifindex == (int)TCM_IFINDEX_MAGIC_BLOCK) {
		f->id.block = tcm->tcm_block_index;
		return;
	}
	f->id.ifindex = tcm->tcm_ifindex;
	f->id.parent = tcm->tcm_parent;
}

void nl_msg_put_flower_acts(struct nl_msg *msg, const struct tc_filter *f, struct trace *t)
{
	struct span sp = SPAN(t);
	size_t before = msg->size, nest = nl_nest_start_plain(msg, TCA_FLOWER_ACT);

	actions_put(msg, f->actions, f->n_actions);
	nl_nest_end(msg, nest);
	span_note(&sp, "actions", "%zu", f->n_actions);
	span_note(&sp, "bytes", "%zu", msg->size - before);
	span_end(&sp, msg->error);
}

void nl_msg_put_flower_options(struct nl_msg *msg, const struct tc_filter *f, struct trace *t)
{
	struct span sp = SPAN(t);
	size_t before = msg->size;

	nl_msg_put_flower_acts(msg, f, t);
	flower_put_keys(msg, f);
	nl_put_u32(msg, TCA_FLOWER_FLAGS, f->flags);
	span_note(&sp, "bytes", "%zu", msg->size - before);
	span_end(&sp, msg->error);
}

int filter_encode(struct nl_msg *msg, uint16_t flags, const struct tc_filter *f, struct trace *t)
{
	struct tcmsg *tcm = nl_msg_start_space(msg, RTM_NEWTFILTER, flags, sizeof *tcm);
	size_t nest;

	if (tcm)
		tcmsg_fill(tcm, &f->id, f->protocol);
	if (f->id.chain)
		nl_put_u32(msg, TCA_CHAIN, f->id.chain);
	nl_put_str(msg, TCA_KIND, KIND);
	nest = nl_nest_start_plain(msg, TCA_OPTIONS);
	nl_msg_put_flower_options(msg, f, t);
	nl_nest_end(msg, nest);
	return nl_msg_end(msg);
}

int tc_filter_encode(struct nl_msg *msg, uint16_t flags, const struct tc_filter *f)
{
	return filter_encode(msg, flags, f, NULL);
}

static const struct nl_policy filter_policy[] = {
	[TCA_KIND] = { .kind = NL_STRING, .required = true, .name = "TCA_KIND" },
	[TCA_OPTIONS] = { .kind = NL_NESTED, .required = true, .name = "TCA_OPTIONS" },
	[TCA_CHAIN] = { .kind = NL_U32, .name = "TCA_CHAIN" },
	[TCA_EXT_WARN_MSG] = { .kind = NL_STRING, .name = "TCA_EXT_WARN_MSG" },
};

static void clear_filter(struct tc_filter *f)
{
	struct tc_action *actions = f->actions;

	memset(f, 0, sizeof *f);
	f->actions = actions;
}

int filter_decode(struct tc_filter *f, const struct nlmsghdr *msg, const char **warning,
		  struct diag *d)
{
	const struct nlattr *at[ARRAY_SIZE(filter_policy)];
	const uint8_t *p = (const uint8_t *)msg + NLMSG_HDRLEN;
	struct tcmsg tcm;
	struct diag why;

	*warning = NULL;
	clear_filter(f);
	if (msg->nlmsg_type != RTM_NEWTFILTER || msg->nlmsg_len < NLMSG_HDRLEN + sizeof tcm)
		return diag_set(d, -EPROTO, "not a filter: message type %u of %u bytes",
				msg->nlmsg_type, msg->nlmsg_len);
	memcpy(&tcm, p, sizeof tcm);
	take_id(f, &tcm);
	diag_init(&why);
	if (nl_attrs_parse(at, filter_policy, ARRAY_SIZE(at), p + sizeof tcm,
			   msg->nlmsg_len - NLMSG_HDRLEN - sizeof tcm, &why))
		return diag_set(d, -EPROTO, "the kernel's filter is malformed: %s", why.words);
	if (at[TCA_CHAIN])
		f->id.chain = nl_attr_u32(at[TCA_CHAIN]);
	if (at[TCA_EXT_WARN_MSG])
		*warning = nl_attr_str(at[TCA_EXT_WARN_MSG]);
	if (strcmp(nl_attr_str(at[TCA_KIND]), KIND))
		return diag_set(d, -EOPNOTSUPP, "filter kind %s is not understood",
				nl_attr_str(at[TCA_KIND]));
	return flower_take_options(f, at[TCA_OPTIONS], d);
}

int tc_filter_decode(struct tc_filter *f, const struct nlmsghdr *msg, struct diag *d)
{
	const char *warning;

	return filter_decode(f, msg, &warning, d);
}

int tc_filter_compare(const struct tc_filter *request, const struct tc_filter *echo, struct diag *d)
{
	int err = flower_compare(request, echo, d);

	return err ? err : actions_compare(request, echo, d);
}

static void format_flags(struct text *t, uint32_t flags)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ TCA_CLS_FLAGS_SKIP_HW, " skip_hw" }, { TCA_CLS_FLAGS_SKIP_SW, " skip_sw" },
		{ TCA_CLS_FLAGS_IN_HW, " in_hw" },     { TCA_CLS_FLAGS_NOT_IN_HW, " not_in_hw" },
		{ TCA_CLS_FLAGS_VERBOSE, " verbose" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].bit)
			text_put(t, names[i].name);
}

void tc_filter_format(struct text *t, const struct tc_filter *f)
{
	if (f->id.block)
		text_putf(t, "block %u ", f->id.block);
	text_putf(t, "chain %u prio %u", f->id.chain, f->id.prio);
	if (f->id.handle)
		text_putf(t, " handle 0x%x", f->id.handle);
	flower_format(t, f);
	format_flags(t, f->flags);
	for (size_t i = 0; i < f->n_actions; i++)
		action_format(t, &f->actions[i]);
}
