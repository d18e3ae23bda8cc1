/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key texts: one pass over the characters, with one level of nesting, encap(). The eth_type() that
 * stands before vlan() is the type of the frame, so it moves to vlan[0].tpid when vlan() comes.
 */
#include "flow/text_internal.h"

#include <errno.h>

#define VLAN_CFI 0x1000

struct key_scan {
	struct scan sc;
	struct flow_match *m;
	struct flow_origin *origin; /* or NULL */
	uint64_t seen;		    /* fields */
	unsigned int hint;	    /* header that probably comes next */
	bool nested, had_encap;
};

enum flow_header scan_find_header(const char *name, size_t len, unsigned int hint)
{
	for (unsigned int n = 0; n < FLOW_N_HEADERS; n++, hint++) {
		if (hint >= FLOW_N_HEADERS)
			hint = 0;
		if (flow_header_table[hint].name_len == len &&
		    scan_is_name(name, len, flow_header_table[hint].name))
			return (enum flow_header)hint;
	}
	return FLOW_N_HEADERS;
}

static const struct flow_absent_key *find_absent(const char *name, size_t len)
{
	for (const struct flow_absent_key *a = flow_absent_keys; a->name; a++)
		if (strlen(a->name) == len && !memcmp(a->name, name, len))
			return a;
	return NULL;
}

/* The ')' of the '(' before @p, or NULL. */
static const char *closing(const char *p, const char *end)
{
	for (int depth = 1; p < end; p++) {
		depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
		if (!depth)
			return p;
	}
	return NULL;
}

/* Whether every item has a mask and no mask has a digit but 0: then nothing is matched away. */
static bool has_zero_masks(const char *p, const char *end)
{
	if (p == end)
		return false;
	while (p < end) {
		const char *item_end = memchr(p, ',', (size_t)(end - p));
		const char *slash;

		if (!item_end)
			item_end = end;
		slash = memchr(p, '/', (size_t)(item_end - p));
		if (!slash || slash + 1 == item_end)
			return false;
		for (p = slash + 1; p < item_end; p++)
			if (*p != '0' && *p != 'x' && *p != '.' && *p != ':')
				return false;
		p = item_end < end ? item_end + 1 : end;
	}
	return true;
}

/* A key that OVS knows and this vocabulary does not, or nobody. The '(' has been read. */
static int scan_absent(struct scan *sc, const char *from, size_t len)
{
	const struct flow_absent_key *absent = find_absent(from, len);
	const char *end = closing(sc->p, sc->end);
	int err;

	if (!absent)
		return SCAN_REFUSE(sc, from, from + len, -EINVAL, "%.*s is not a key of a flow",
				   SCAN_TEXT(from, from + len));
	if (!end)
		return SCAN_REFUSE(sc, from, sc->end, -EINVAL, "%s: ')' is missing", absent->name);
	/* That there is a tunnel at all is a match, whatever the masks of its fields. */
	if ((has_zero_masks(sc->p, end) && absent->key_attr != OVS_KEY_ATTR_TUNNEL) ||
	    (absent->nothing && strlen(absent->nothing) == (size_t)(end - sc->p) &&
	     !memcmp(absent->nothing, sc->p, (size_t)(end - sc->p)))) {
		sc->p = end + 1;
		return 0;
	}
	err = SCAN_REFUSE(sc, from, end + 1, -EOPNOTSUPP, "%s is not supported yet", absent->name);
	diag_field(sc->d, absent->name);
	return err;
}

/* What stood as eth_type() is the type of the tag. */
static int open_vlan(struct key_scan *ks, const char *from)
{
	struct flow_match *m = ks->m;

	if (ks->nested)
		return SCAN_REFUSE(&ks->sc, from, ks->sc.p, -EOPNOTSUPP,
				   "vlan: a second tag is not supported yet");
	if (!(m->headers & flow_header_bit(FLOW_H_ETH_TYPE)))
		return SCAN_REFUSE(&ks->sc, from, ks->sc.p, -EINVAL,
				   "vlan needs eth_type(0x8100) or eth_type(0x88a8) before it");
	m->key.vlan[0].tpid = m->key.eth_type;
	m->mask.vlan[0].tpid = m->mask.eth_type;
	m->key.eth_type = m->mask.eth_type = 0;
	m->headers &= ~flow_header_bit(FLOW_H_ETH_TYPE);
	ks->seen &= ~(UINT64_C(1) << FLOW_ETH_TYPE);
	if (ks->origin) {
		ks->origin->field[FLOW_VLAN_TPID] = ks->origin->field[FLOW_ETH_TYPE];
		ks->origin->field[FLOW_ETH_TYPE] = (struct flow_range){ 0 };
		ks->origin->header[FLOW_H_ETH_TYPE] = (struct flow_range){ 0 };
	}
	return 0;
}

/* A tag has the CFI bit, unless the text says something else. */
static void close_vlan(struct key_scan *ks)
{
	if (ks->seen & UINT64_C(1) << FLOW_VLAN_CFI)
		return;
	ks->m->key.vlan[0].tci |= be16_from_host(VLAN_CFI);
	ks->m->mask.vlan[0].tci |= be16_from_host(VLAN_CFI);
}

/* Refuses header @h where it cannot stand. */
static int check_place(struct key_scan *ks, enum flow_header h, const char *from)
{
	bool inner = h >= FLOW_H_ETH_TYPE;
	bool tagged = ks->m->headers & flow_header_bit(FLOW_H_VLAN);
	const char *name = flow_header_table[h].name;

	if (UNLIKELY(ks->m->headers & flow_header_bit(h)) && !(h == FLOW_H_VLAN && ks->nested))
		return SCAN_REFUSE(&ks->sc, from, ks->sc.p, -EINVAL, "%s is given twice", name);
	if (UNLIKELY(ks->nested && !inner))
		return SCAN_REFUSE(&ks->sc, from, ks->sc.p, -EINVAL, "%s cannot stand in encap()",
				   name);
	if (UNLIKELY(tagged && inner && !ks->nested))
		return SCAN_REFUSE(&ks->sc, from, ks->sc.p, -EINVAL,
				   "after vlan(), %s belongs into encap()", name);
	return 0;
}

static int scan_header(struct key_scan *ks, enum flow_header h, const char *from)
{
	const struct flow_header_info *header = &flow_header_table[h];
	struct scan *sc = &ks->sc;
	int err = check_place(ks, h, from);

	if (!err && h == FLOW_H_VLAN)
		err = open_vlan(ks, from);
	if (UNLIKELY(err)) {
		diag_field(sc->d, header->name);
		return err;
	}
	sc->p++;
	ks->m->headers |= flow_header_bit(h);
	ks->hint = h + 1u;
	if (flow_field_table[header->first].name) {
		err = scan_fields(sc, h, ks->m, &ks->seen, ks->origin);
	} else {
		err = scan_field(sc, (enum flow_field)header->first, ks->m);
		if (!err && !scan_takes(sc, ')'))
			err = SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL, "%s: ')' is missing",
					  header->name);
		if (!err && ks->origin)
			ks->origin->field[header->first] = scan_range(sc, from);
	}
	if (err) {
		diag_field(sc->d, header->name);
		return err;
	}
	if (h == FLOW_H_VLAN)
		close_vlan(ks);
	if (ks->origin)
		ks->origin->header[h] = scan_range(sc, from);
	return 0;
}

/* Opens encap(): the keys until its ')' are of what the tag carries. */
static int open_encap(struct key_scan *ks, const char *from)
{
	if (!(ks->m->headers & flow_header_bit(FLOW_H_VLAN)) || ks->nested)
		return SCAN_REFUSE(&ks->sc, from, ks->sc.p, -EINVAL,
				   "encap can only follow vlan(...)");
	if (ks->had_encap)
		return SCAN_REFUSE(&ks->sc, from, ks->sc.p, -EINVAL, "encap is given twice");
	ks->sc.p++;
	ks->nested = ks->had_encap = true;
	ks->hint = FLOW_H_ETH_TYPE;
	return 0;
}

/* The header whose name and '(' stand here, one of those that mostly come next; the name is read.
 * Or FLOW_N_HEADERS. */
static enum flow_header take_likely_header(struct key_scan *ks)
{
	struct scan *sc = &ks->sc;
	const size_t left = (size_t)(sc->end - sc->p);

	for (unsigned int h = ks->hint; h < FLOW_N_HEADERS; h++) {
		const struct flow_header_info *info = &flow_header_table[h];

		if (!scan_is_before(sc->p, left, info->name, info->name_len, '('))
			continue;
		sc->p += info->name_len;
		return (enum flow_header)h;
	}
	return FLOW_N_HEADERS;
}

static int scan_key(struct key_scan *ks)
{
	struct scan *sc = &ks->sc;
	const char *from = sc->p;
	enum flow_header h = take_likely_header(ks);
	size_t len;

	if (LIKELY(h != FLOW_N_HEADERS))
		return scan_header(ks, h, from);
	len = scan_word(sc);

	if (UNLIKELY(!len || scan_char(sc) != '(')) {
		const char *end = scan_token_end(sc);

		if (from == end)
			end++;
		if (len == 4 && !memcmp(from, "ufid", 4))
			return SCAN_REFUSE(sc, from, end, -EINVAL, "ufid: can only come first");
		return SCAN_REFUSE(sc, from, end, -EINVAL, "%.*s: a key as in_port(1) is expected",
				   SCAN_TEXT(from, end));
	}
	h = scan_find_header(from, len, ks->hint);
	if (h != FLOW_N_HEADERS)
		return scan_header(ks, h, from);
	if (len == 5 && !memcmp(from, "encap", 5))
		return open_encap(ks, from);
	sc->p++;
	return scan_absent(sc, from, len);
}

static int scan_keys(struct key_scan *ks)
{
	struct scan *sc = &ks->sc;

	for (;;) {
		int err;

		scan_separators(sc);
		if (sc->p == sc->end)
			break;
		if (ks->nested && scan_takes(sc, ')')) {
			ks->nested = false;
			continue;
		}
		err = scan_key(ks);
		if (err)
			return err;
	}
	if (ks->nested)
		return SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL, "encap: ')' is missing");
	if ((ks->m->headers & flow_header_bit(FLOW_H_VLAN)) && !ks->had_encap)
		return SCAN_REFUSE(sc, sc->p, sc->p + 1, -EINVAL,
				   "encap(...) is missing after vlan(...)");
	return 0;
}

static int scan_ufid(struct scan *sc, struct ufid *ufid, bool *has_ufid)
{
	const char *from = sc->p, *end;
	int err;

	if (!ufid || !has_ufid)
		return SCAN_REFUSE(sc, from, from + 5, -EINVAL, "a ufid has no place here");
	sc->p += 5;
	end = scan_token_end(sc);
	err = ufid_parse(ufid, sc->p, (size_t)(end - sc->p), sc->d);
	if (err) {
		diag_shift(sc->d, (size_t)(sc->p - sc->begin));
		return err;
	}
	sc->p = end;
	*has_ufid = true;
	return 0;
}

int flow_match_parse(struct flow_match *m, struct ufid *ufid, bool *has_ufid,
		     struct flow_origin *origin, const char *s, size_t len,
		     const struct flow_ports *ports, struct diag *d)
{
	struct key_scan ks = {
		.sc = { .begin = s, .p = s, .end = s + len, .ports = ports, .d = d },
		.m = m,
		.origin = origin,
	};
	int err;

	memset(m, 0, sizeof *m);
	if (origin)
		memset(origin, 0, sizeof *origin);
	if (has_ufid)
		*has_ufid = false;
	if (len > UINT32_MAX)
		return diag_set(d, -EINVAL, "a text of %zu characters is too long", len);
	scan_separators(&ks.sc);
	if (ks.sc.end - ks.sc.p >= 5 && !memcmp(ks.sc.p, "ufid:", 5)) {
		err = scan_ufid(&ks.sc, ufid, has_ufid);
		if (err)
			return err;
	}
	err = scan_keys(&ks);
	if (err)
		return err;
	flow_match_normalise(m);
	return 0;
}
