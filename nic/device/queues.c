/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of queues, and their doorbells. */
#include "nic/device/queues_internal.h"

#include "base/alloc.h"

#include <errno.h>

/* clang-format off */
const struct nic_command_row nic_commands_queues[] = {
	NIC_COMMAND(ALLOC_UAR, 1, ALLOC_UAR, ALLOC_UAR, false, nic_object_alloc, NULL, NULL),
	NIC_COMMAND(DEALLOC_UAR, 1, DEALLOC_UAR, DEALLOC_UAR, false, nic_object_destroy, NULL, NULL),
	NIC_COMMAND(ALLOC_PD, 1, ALLOC_PD, ALLOC_PD, false, nic_object_alloc, NULL, NULL),
	NIC_COMMAND(DEALLOC_PD, 1, DEALLOC_PD, DEALLOC_PD, false, nic_object_destroy, NULL, NULL),
	NIC_COMMAND(ALLOC_TRANSPORT_DOMAIN, 1, ALLOC_TRANSPORT_DOMAIN, ALLOC_TRANSPORT_DOMAIN, false, nic_object_alloc, NULL, NULL),
	NIC_COMMAND(DEALLOC_TRANSPORT_DOMAIN, 1, DEALLOC_TRANSPORT_DOMAIN, DEALLOC_TRANSPORT_DOMAIN, false, nic_object_destroy, NULL, NULL),
	NIC_COMMAND(ALLOC_Q_COUNTER, 1, ALLOC_Q_COUNTER, ALLOC_Q_COUNTER, false, nic_object_alloc, NULL, NULL),
	NIC_COMMAND(DEALLOC_Q_COUNTER, 1, DEALLOC_Q_COUNTER, DEALLOC_Q_COUNTER, false, nic_object_destroy, NULL, NULL),
	NIC_COMMAND(QUERY_Q_COUNTER, 1, QUERY_Q_COUNTER, QUERY_Q_COUNTER, false, nic_q_counter_query, NULL, NULL),
	NIC_COMMAND(CREATE_MKEY, 1, CREATE_MKEY, CREATE_MKEY, false, nic_mkey_create, nic_mkey_create_more, NULL),
	NIC_COMMAND(DESTROY_MKEY, 1, DESTROY_MKEY, DESTROY_MKEY, false, nic_object_destroy, NULL, NULL),
	NIC_COMMAND(CREATE_EQ, 1, CREATE_EQ, CREATE_EQ, false, nic_eq_create, nic_eq_create_more, NULL),
	NIC_COMMAND(DESTROY_EQ, 1, DESTROY_EQ, DESTROY_EQ, false, nic_object_destroy, NULL, NULL),
	NIC_COMMAND(QUERY_EQ, 1, QUERY_EQ, QUERY_EQ, false, nic_eq_query, NULL, NULL),
	NIC_COMMAND(CREATE_CQ, 1, CREATE_CQ, CREATE_CQ, false, nic_cq_create, nic_cq_create_more, NULL),
	NIC_COMMAND(MODIFY_CQ, 1, MODIFY_CQ, MODIFY_CQ, false, nic_cq_modify, NULL, NULL),
	NIC_COMMAND(QUERY_CQ, 1, QUERY_CQ, QUERY_CQ, false, nic_cq_query, NULL, NULL),
	NIC_COMMAND(DESTROY_CQ, 1, DESTROY_CQ, DESTROY_CQ, false, nic_object_destroy, NULL, NULL),
	NIC_COMMAND(CREATE_TIS, 1, CREATE_TIS, CREATE_TIS, false, nic_tis_create, NULL, NULL),
	NIC_COMMAND(MODIFY_TIS, 1, MODIFY_TIS, MODIFY_TIS, false, nic_tis_modify, NULL, NULL),
	NIC_COMMAND(DESTROY_TIS, 1, DESTROY_TIS, DESTROY_TIS, false, nic_object_destroy, NULL, NULL),
	NIC_COMMAND(CREATE_SQ, 1, CREATE_SQ, CREATE_SQ, false, nic_sq_create, nic_wq_create_more, NULL),
	NIC_COMMAND(MODIFY_SQ, 1, MODIFY_SQ, MODIFY_SQ, false, nic_sq_modify, NULL, NULL),
	NIC_COMMAND(QUERY_SQ, 1, QUERY_SQ, QUERY_SQ, false, nic_sq_query, NULL, NULL),
	NIC_COMMAND(DESTROY_SQ, 1, DESTROY_SQ, DESTROY_SQ, false, nic_object_destroy, NULL, NULL),
	NIC_COMMAND(CREATE_RQ, 1, CREATE_RQ, CREATE_RQ, false, nic_rq_create, nic_wq_create_more, NULL),
	NIC_COMMAND(MODIFY_RQ, 1, MODIFY_RQ, MODIFY_RQ, false, nic_rq_modify, NULL, NULL),
	NIC_COMMAND(QUERY_RQ, 1, QUERY_RQ, QUERY_RQ, false, nic_rq_query, NULL, NULL),
	NIC_COMMAND(DESTROY_RQ, 1, DESTROY_RQ, DESTROY_RQ, false, nic_object_destroy, NULL, NULL),
	NIC_COMMAND(CREATE_RQT, 1, CREATE_RQT, CREATE_RQT, false, nic_rqt_create, nic_rqt_more, NULL),
	NIC_COMMAND(MODIFY_RQT, 1, MODIFY_RQT, MODIFY_RQT, false, nic_rqt_modify, nic_rqt_more, NULL),
	NIC_COMMAND(DESTROY_RQT, 1, DESTROY_RQT, DESTROY_RQT, false, nic_object_destroy, NULL, NULL),
	NIC_COMMAND(CREATE_TIR, 1, CREATE_TIR, CREATE_TIR, false, nic_tir_create, NULL, NULL),
	NIC_COMMAND(MODIFY_TIR, 1, MODIFY_TIR, MODIFY_TIR, false, nic_tir_modify, NULL, NULL),
	NIC_COMMAND(DESTROY_TIR, 1, DESTROY_TIR, DESTROY_TIR, false, nic_object_destroy, NULL, NULL),
	{ 0 },
};
/* clang-format on */

int nic_queues_init(struct nic_device *dev)
{
	dev->send_scratch = mem_new(sizeof *dev->send_scratch);
	return dev->send_scratch ? 0 : -ENOMEM;
}

void nic_queues_fini(struct nic_device *dev)
{
	nic_objects_free(dev);
	mem_free(dev->send_scratch);
}

void nic_queues_ring(struct nic_device *dev, const struct nic_doorbell *bell)
{
	switch (bell->type) {
	case NIC_DOORBELL_NONE:
	case NIC_DOORBELL_RESET:
	case NIC_DOORBELL_COMMAND:
		break;
	case NIC_DOORBELL_EQ:
		nic_eq_ring(dev, bell);
		break;
	case NIC_DOORBELL_CQ:
		nic_cq_ring(dev, bell);
		break;
	case NIC_DOORBELL_SQ:
		nic_sq_ring(dev, bell);
		break;
	}
}
