/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/machine.h"

#include "flow/packet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void catch_packet(void *aux, const char *port, const void *frame, size_t size)
{
	struct machine *m = aux;
	struct caught *c = &m->caught[m->n_caught];

	assert_true(m->n_caught < CAUGHT_MAX && size <= sizeof c->frame);
	snprintf(c->port, sizeof c->port, "%s", port);
	memcpy(c->frame, frame, size);
	c->size = size;
	m->n_caught++;
}

void machine_init(struct machine *m, const struct host_params *params)
{
	static const struct host_params defaults;

	memset(m, 0, sizeof *m);
	diag_init(&m->diag);
	if (host_new(&m->host, params ? params : &defaults, &m->diag))
		fail_msg("no machine: %s %s: %s", m->diag.layer, m->diag.function, m->diag.words);
	dpctl_init(&m->dpctl, host_dpif(m->host));
	host_set_output(m->host, catch_packet, m);
}

void machine_fini(struct machine *m)
{
	dpctl_fini(&m->dpctl);
	host_free(m->host);
}

int machine_dpctl(struct machine *m, int argc, const char *const *argv)
{
	diag_init(&m->diag);
	text_clear(&m->dpctl.out);
	return dpctl_run_command(&m->dpctl, argc, argv, &m->diag);
}

int machine_add_flow(struct machine *m, const char *flow, const char *actions)
{
	const char *const argv[] = { "add-flow", flow, actions };

	return machine_dpctl(m, 3, argv);
}

struct bridge *machine_add_bridge(struct machine *m, const char *const *names, size_t n)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(m->host));
	struct vswitch *v;
	struct bridge *b;

	assert_int_equal(host_start_vswitch(m->host, &m->diag), 0);
	v = udpif_vswitch(host_udpif(m->host));
	assert_int_equal(vswitch_add_bridge(v, "br0", &m->diag), 0);
	b = vswitch_find_bridge(v, "br0");
	for (size_t i = 0; i < n; i++) {
		uint32_t number = 0;

		assert_true(ports->number(ports->aux, names[i], strlen(names[i]), &number));
		assert_int_equal(vswitch_add_port(v, b, number, names[i], &m->diag), 0);
	}
	return b;
}

void machine_add_rule(struct machine *m, struct bridge *b, const char *rule)
{
	if (bridge_add_rule_text(b, rule, strlen(rule), &m->diag))
		fail_msg("%s: %s", rule, m->diag.words);
}

void machine_send(struct machine *m, const char *port, const char *flow)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(m->host));
	struct flow_match match;
	uint8_t frame[2048];
	size_t size;

	m->n_caught = 0;
	diag_init(&m->diag);
	if (flow_match_parse(&match, NULL, NULL, NULL, flow, strlen(flow), ports, &m->diag) ||
	    flow_packet_build(frame, sizeof frame, &size, &match, &m->diag) ||
	    host_send(m->host, port, frame, size, &m->diag))
		fail_msg("%s: %s", flow, m->diag.words);
}

const char *machine_outputs(const struct machine *m, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < m->n_caught; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s", i ? " " : "",
					m->caught[i].port);
	return buf;
}
