/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of dpctl, for its table, and what they share. */
#ifndef DPIF_DPCTL_INTERNAL_H
#define DPIF_DPCTL_INTERNAL_H

#include "dpif/dpctl.h"

/* Whether argument number @arg names the datapath that is open. 0 or -ENODEV with words. */
int dpctl_open_dp(struct dpctl *c, const char *name, int arg, struct diag *d) MUST_CHECK;

/* The optional DP before @n_args arguments: *@first is the index of the first of those. */
int dpctl_skip_dp(struct dpctl *c, int argc, const char *const *argv, int n_args, int *first,
		  struct diag *d) MUST_CHECK;

/* "packets:N, bytes:N, used:..." and a newline. */
void dpctl_put_stats(struct dpctl *c, const struct flow_stats *stats);

/* The clock of flow_stats.used_ms. */
uint64_t dpctl_now_ms(const struct dpctl *c);

int dpctl_del_flow(struct dpctl *c, int argc, const char *const *argv, struct diag *d);
int dpctl_add_flows(struct dpctl *c, int argc, const char *const *argv, struct diag *d);
int dpctl_mod_flows(struct dpctl *c, int argc, const char *const *argv, struct diag *d);
int dpctl_del_flows(struct dpctl *c, int argc, const char *const *argv, struct diag *d);

#endif
