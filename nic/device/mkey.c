/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory keys. Only those are implemented whose addresses are bus addresses: they permit a range,
 * and translate nothing. A key is its number and, in the low byte, a tag that its owner chose.
 */
#include "nic/device/queues_internal.h"

#define ACCESS_MODE_PA 0

static const unsigned int unsupported[] = {
	IFC_LOC_mkc__free,
	IFC_LOC_mkc__umr_en,
	IFC_LOC_mkc__bsf_en,
	IFC_LOC_mkc__en_rinval,
	IFC_LOC_mkc__bsf_octword_size,
	IFC_LOC_mkc__translations_octword_size,
};

static uint32_t access_mode(const uint8_t *mkc)
{
	return IFC_GET(mkc, mkc, access_mode_4_2) << 2 | IFC_GET(mkc, mkc, access_mode_1_0);
}

size_t nic_mkey_create_more(const uint8_t *in)
{
	return (size_t)IFC_GET(create_mkey_in, in, translations_octword_actual_size) * 16;
}

enum nic_syndrome nic_mkey_create(struct nic_command *c)
{
	const uint8_t *mkc = IFC_PTR(create_mkey_in, c->in, memory_key_mkey_entry);
	uint64_t start = get_be64(IFC_PTR(mkc, mkc, start_addr));
	uint64_t size = get_be64(IFC_PTR(mkc, mkc, len));
	bool is_all = IFC_GET(mkc, mkc, length64);
	struct nic_mkey *mkey;
	enum nic_syndrome s;
	void *o = NULL, *pd;

	if (access_mode(mkc) != ACCESS_MODE_PA ||
	    !nic_fields_are_zero(mkc, unsupported, ARRAY_SIZE(unsupported)) ||
	    IFC_GET(create_mkey_in, c->in, mkey_umem_valid) ||
	    IFC_GET(create_mkey_in, c->in, translations_octword_actual_size))
		return NIC_SYN_MKEY_MODE;
	if (!is_all && (!size || start + size - 1 < start))
		return NIC_SYN_MKEY_RANGE;
	s = nic_object_get(c->dev, NIC_OBJECT_PD, IFC_GET(mkc, mkc, pd), &pd);
	if (!s)
		s = nic_object_add(c->dev, NIC_OBJECT_MKEY, &o);
	if (s)
		return s;
	mkey = o;
	mkey->pd = IFC_GET(mkc, mkc, pd);
	mkey->tag = (uint8_t)IFC_GET(mkc, mkc, mkey_7_0);
	mkey->is_all = is_all;
	mkey->can_write = IFC_GET(mkc, mkc, lw);
	mkey->start = start;
	mkey->size = size;
	nic_object_use(mkey, pd);
	nic_object_answer(c, mkey);
	return NIC_SYN_NONE;
}

bool nic_mkey_permits(const struct nic_device *dev, uint32_t lkey, uint32_t pd, uint64_t addr,
		      size_t size, bool write)
{
	const struct nic_mkey *mkey = nic_object_find(dev, NIC_OBJECT_MKEY, lkey >> 8);

	if (!mkey || mkey->tag != (lkey & 0xff) || mkey->pd != pd || (write && !mkey->can_write))
		return false;
	return mkey->is_all || (addr >= mkey->start && addr - mkey->start < mkey->size &&
				size <= mkey->size - (addr - mkey->start));
}

enum nic_syndrome nic_q_counter_query(struct nic_command *c)
{
	struct nic_q_counter *counter;
	void *o;
	enum nic_syndrome s = nic_object_get(c->dev, NIC_OBJECT_Q_COUNTER,
					     IFC_GET(query_q_counter_in, c->in, counter_set_id),
					     &o);

	if (s)
		return s;
	counter = o;
	IFC_SET(query_q_counter_out, c->out, out_of_buffer, counter->out_of_buffer);
	if (IFC_GET(query_q_counter_in, c->in, clear))
		counter->out_of_buffer = 0;
	return NIC_SYN_NONE;
}
