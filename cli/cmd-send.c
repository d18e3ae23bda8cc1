/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw send`: packets into a port, the way of each, and where they came out. */
#include "base/alloc.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "flow/packet.h"
#include "packet/packet.h"
#include "trace/json.h"
#include "trace/tree.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

#define SHOWN_MAX   20 /* packets whose way is shown; all are counted */
#define OUTPUTS_MAX 64 /* copies of one packet that are shown */
#define PORTS_MAX   256

struct options {
	const char *pcap;
	uint64_t count;
	bool json, quiet;
};

#define AT(member) .offset = offsetof(struct options, member)

const struct option_row cmd_send_rows[] = {
	{ .name = "pcap",
	  .type = OPTION_STRING,
	  AT(pcap),
	  .arg = "FILE",
	  .help = "the packets of a capture file; -: standard input" },
	{ .name = "count",
	  .letter = 'c',
	  .type = OPTION_NUMBER,
	  AT(count),
	  .arg = "N",
	  .help = "send PACKET N times; of a file, at most N packets",
	  .min = 1,
	  .max = UINT32_MAX },
	{ .name = "json", .type = OPTION_FLAG, AT(json), .help = "as JSON" },
	{ .name = "quiet",
	  .letter = 'q',
	  .type = OPTION_FLAG,
	  AT(quiet),
	  .help = "the sums only, without the way of each packet" },
	{ .name = NULL },
};

/* A copy of the packet being sent that came out. */
struct output {
	char port[IFNAMSIZ];
	size_t size;
	char *flow; /* owned; NULL: not kept */
};

struct port_sum {
	char port[IFNAMSIZ];
	uint64_t n_packets, n_bytes;
};

struct send {
	struct cli *c;
	struct host *host;
	const struct options *o;
	const char *port;
	bool show; /* the packet being sent */
	struct output outputs[OUTPUTS_MAX];
	size_t n_outputs; /* of the packet being sent; may be more than are kept */
	struct port_sum sums[PORTS_MAX];
	size_t n_sums;
	uint64_t n_sent, n_vanished, n_cut;
	json_t *list; /* with --json */
};

/* What a frame is, in the flow syntax. */
static void format_frame(struct text *t, const uint8_t *frame, size_t size)
{
	struct flow_match m = { 0 };
	struct diag d;

	diag_init(&d);
	if (flow_key_from_packet(&m.key, &m.headers, frame, size, &d)) {
		text_put(t, d.words);
		return;
	}
	for (int f = 0; f < FLOW_N_FIELDS; f++)
		if (m.headers & 1ull << flow_field_table[f].header)
			memset((uint8_t *)&m.mask + flow_field_table[f].offset, 0xff,
			       flow_field_table[f].size);
	flow_match_format(t, &m, NULL, false);
}

static void add_sum(struct send *s, const char *port, size_t size)
{
	size_t i = 0;

	while (i < s->n_sums && strcmp(s->sums[i].port, port))
		i++;
	if (i == PORTS_MAX)
		return;
	if (i == s->n_sums)
		snprintf(s->sums[s->n_sums++].port, IFNAMSIZ, "%s", port);
	s->sums[i].n_packets++;
	s->sums[i].n_bytes += size;
}

static void take_output(void *aux, const char *port, const void *frame, size_t size)
{
	struct send *s = aux;
	struct output *o = &s->outputs[s->n_outputs];
	struct text t;

	add_sum(s, port, size);
	if (s->show && s->n_outputs < OUTPUTS_MAX) {
		text_init(&t);
		format_frame(&t, frame, size);
		snprintf(o->port, sizeof o->port, "%s", port);
		o->size = size;
		o->flow = text_take(&t);
	}
	s->n_outputs++;
}

static void print_outputs(struct send *s, const char *flow, size_t size)
{
	size_t kept = s->n_outputs < OUTPUTS_MAX ? s->n_outputs : OUTPUTS_MAX;
	const struct trace_tree_options o = { s->c->print.colour, s->c->print.ascii,
					      s->c->print.width, 0 };
	struct print *p = &s->c->print;
	struct text tree;

	print_styled(p, PRINT_BOLD, "packet %llu", (unsigned long long)s->n_sent);
	printf_text(p, " into %s, %zu bytes: %s\n", s->port, size, flow);
	text_init(&tree);
	trace_tree_format(&tree, host_trace(s->host), &o);
	print_text(p, tree.s);
	text_fini(&tree);
	for (size_t i = 0; i < kept; i++) {
		print_styled(p, PRINT_GOOD, "out of %s", s->outputs[i].port);
		printf_text(p, ", %zu bytes: %s\n", s->outputs[i].size,
			    s->outputs[i].flow ? s->outputs[i].flow : "");
	}
	if (kept < s->n_outputs)
		printf_text(p, "and %zu more copies\n", s->n_outputs - kept);
	if (!s->n_outputs)
		print_styled(p, PRINT_HALF, "it came out nowhere\n");
}

static void add_json(struct send *s, const char *flow, size_t size)
{
	size_t kept = s->n_outputs < OUTPUTS_MAX ? s->n_outputs : OUTPUTS_MAX;
	json_t *outputs = json_array();

	for (size_t i = 0; i < kept; i++)
		json_array_append_new(
			outputs,
			json_pack("{s:s, s:I, s:o}", "port", s->outputs[i].port, "size",
				  (json_int_t)s->outputs[i].size, "flow",
				  trace_json_string(s->outputs[i].flow ? s->outputs[i].flow : "")));
	json_array_append_new(s->list,
			      json_pack("{s:I, s:I, s:o, s:o, s:o}", "number",
					(json_int_t)s->n_sent, "size", (json_int_t)size, "flow",
					trace_json_string(flow), "outputs", outputs, "trace",
					trace_json(host_trace(s->host), 0)));
}

static void show_packet(struct send *s, const uint8_t *frame, size_t size)
{
	struct text t;

	text_init(&t);
	format_frame(&t, frame, size);
	if (s->list)
		add_json(s, t.s, size);
	else
		print_outputs(s, t.s, size);
	text_fini(&t);
	for (size_t i = 0; i < s->n_outputs && i < OUTPUTS_MAX; i++)
		mem_free(s->outputs[i].flow);
	memset(s->outputs, 0, sizeof s->outputs);
}

/* Sends one frame. Returns an exit status. */
static int send_frame(struct send *s, const uint8_t *frame, size_t size)
{
	struct trace *t = host_trace(s->host);
	struct diag d;
	int err;

	s->show = !s->o->quiet && s->n_sent < SHOWN_MAX;
	s->n_outputs = 0;
	trace_clear(t);
	trace_forget(t);
	t->recording = s->show;
	diag_init(&d);
	err = host_send(s->host, s->port, frame, size, &d);
	t->recording = false;
	s->n_sent++;
	s->n_vanished += !s->n_outputs;
	if (s->show)
		show_packet(s, frame, size);
	trace_clear(t);
	if (err)
		print_diag(&s->c->print, &d, NULL);
	return err ? CLI_FAILED : CLI_OK;
}

static int build_hex(struct send *s, const char *text, struct packet *p)
{
	size_t bad = 0;
	struct diag d;
	int err = packet_parse_hex(p, text, strlen(text), &bad);

	if (!err)
		return CLI_OK;
	diag_init(&d);
	diag_set_at(&d, bad, err,
		    err == -ENOSPC ? "the packet is longer than %d bytes"
				   : "PACKET is neither a flow nor pairs of hex digits",
		    PACKET_MAX);
	print_diag(&s->c->print, &d, text);
	return CLI_USAGE;
}

static int build_flow(struct send *s, const char *text, struct packet *p)
{
	struct flow_match m;
	struct diag d;

	diag_init(&d);
	if (flow_match_parse(&m, NULL, NULL, NULL, text, strlen(text),
			     dpif_ports(host_dpif(s->host)), &d) ||
	    flow_packet_build(p->data, p->cap - PACKET_HEADROOM, &p->size, &m, &d)) {
		print_diag(&s->c->print, &d, text);
		return CLI_USAGE;
	}
	return CLI_OK;
}

static int send_text(struct send *s, const char *text)
{
	uint8_t buf[PACKET_HEADROOM + PACKET_MAX];
	struct packet p;
	int status;

	packet_init(&p, buf, sizeof buf);
	status = strchr(text, '(') ? build_flow(s, text, &p) : build_hex(s, text, &p);
	for (uint64_t i = 0; i < s->o->count && !status; i++)
		status = send_frame(s, p.data, p.size);
	return status;
}

static int send_frames(struct send *s, pcap_t *pcap)
{
	struct pcap_pkthdr *header;
	const unsigned char *frame;
	uint64_t limit = s->o->count;
	int status = CLI_OK, r = 1;

	while (!status && (!limit || s->n_sent < limit) &&
	       (r = pcap_next_ex(pcap, &header, &frame)) == 1) {
		s->n_cut += header->caplen < header->len;
		status = send_frame(s, frame, header->caplen);
	}
	if (r == PCAP_ERROR) {
		print_failure(&s->c->print, "%s: %s", s->o->pcap, pcap_geterr(pcap));
		status = CLI_FAILED;
	}
	return status;
}

static int send_pcap(struct send *s)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_open_offline(s->o->pcap, words);
	int status;

	if (!pcap) {
		print_failure(&s->c->print, "%s%s%s", strstr(words, s->o->pcap) ? "" : s->o->pcap,
			      strstr(words, s->o->pcap) ? "" : ": ", words);
		return CLI_USAGE;
	}
	if (pcap_datalink(pcap) == DLT_EN10MB) {
		status = send_frames(s, pcap);
	} else {
		print_failure(&s->c->print,
			      "%s: its packets are not Ethernet frames (link type %d)", s->o->pcap,
			      pcap_datalink(pcap));
		status = CLI_USAGE;
	}
	pcap_close(pcap);
	return status;
}

static void print_sums(struct send *s)
{
	struct print *p = &s->c->print;

	if (s->n_sent < 2 && !s->o->quiet)
		return;
	printf_text(p, "%llu packets into %s\n", (unsigned long long)s->n_sent, s->port);
	for (size_t i = 0; i < s->n_sums; i++)
		printf_text(p, "%llu packets, %llu bytes out of %s\n",
			    (unsigned long long)s->sums[i].n_packets,
			    (unsigned long long)s->sums[i].n_bytes, s->sums[i].port);
	if (s->n_vanished)
		printf_text(p, "%llu came out nowhere\n", (unsigned long long)s->n_vanished);
	if (s->n_cut)
		printf_text(p, "%llu were cut short when they were captured\n",
			    (unsigned long long)s->n_cut);
}

static void print_json_all(struct send *s)
{
	json_t *sums = json_array();

	for (size_t i = 0; i < s->n_sums; i++)
		json_array_append_new(sums, json_pack("{s:s, s:I, s:I}", "port", s->sums[i].port,
						      "packets", (json_int_t)s->sums[i].n_packets,
						      "bytes", (json_int_t)s->sums[i].n_bytes));
	print_json(&s->c->print,
		   json_pack("{s:s, s:I, s:I, s:I, s:o, s:o}", "port", s->port, "sent",
			     (json_int_t)s->n_sent, "vanished", (json_int_t)s->n_vanished, "cut",
			     (json_int_t)s->n_cut, "outputs", sums, "packets", s->list));
}

int cmd_send(struct cli *c, int argc, const char **argv)
{
	struct options o = { 0 };
	int n = cli_parse(c, cmd_send_rows, &o, argc, argv), status;
	struct send *s;

	if (n < 0)
		return CLI_USAGE;
	if (n != (o.pcap ? 1 : 2))
		return cli_usage(c, "send", "wanted: PORT PACKET or PORT --pcap FILE");
	s = mem_new(sizeof *s);
	if (!s) {
		print_failure(&c->print, "no memory");
		return CLI_FAILED;
	}
	if (!o.pcap && !o.count)
		o.count = 1;
	s->c = c;
	s->o = &o;
	s->port = argv[0];
	s->list = o.json ? json_array() : NULL;
	s->host = cli_host(c, false);
	status = CLI_USAGE;
	if (s->host) {
		host_set_output(s->host, take_output, s);
		status = o.pcap ? send_pcap(s) : send_text(s, argv[1]);
		host_set_output(s->host, NULL, NULL);
		c->ahead_ns += NSEC_PER_SEC + NSEC_PER_MSEC;
	}
	if (o.json)
		print_json_all(s);
	else
		print_sums(s);
	mem_free(s);
	return status;
}
