/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw send`: packets into a port, the way of each, and where they came out. */
#include "base/alloc.h"
#include "base/clock.h"
#include "cli/device.h"
#include "cli/frame.h"
#include "flow/packet.h"
#include "packet/packet.h"
#include "trace/json.h"
#include "trace/tree.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

#define SHOWN_MAX     20 /* packets whose way is shown; all are counted */
#define OUTPUTS_MAX   64 /* copies of one packet that are shown */
#define PORTS_MAX     256
#define PORT_NAME_MAX 32
#define WIDTH_MAX     1000u /* columns that a device is asked for */
#define SENDS_MAX     10000 /* of one request to a device */
#define UPCALLS_MAX   16    /* of one packet that are shown */

struct options {
	const char *pcap, *device;
	uint64_t count;
	bool json, quiet;
};

#define AT(member) .offset = offsetof(struct options, member)

const struct option_row cmd_send_rows[] = {
	CLI_DEVICE_ROW(offsetof(struct options, device)),
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
	char port[PORT_NAME_MAX];
	size_t size;
	char *flow; /* owned; NULL: not kept */
};

/* What came up to userland of the packet being sent. */
struct asked {
	bool is_miss;
	size_t size;
	char *flow; /* owned */
};

struct port_sum {
	char port[PORT_NAME_MAX];
	uint64_t n_packets, n_bytes;
};

struct send {
	struct cli *c;
	struct host *host;	  /* NULL: a running device */
	struct cli_device device; /* that one */
	const struct options *o;
	const char *port;
	bool show; /* the packet being sent */
	struct output outputs[OUTPUTS_MAX];
	size_t n_outputs; /* of the packet being sent; may be more than are kept */
	struct asked asked[UPCALLS_MAX];
	size_t n_asked;	    /* of the packet being sent; may be more than are kept */
	uint64_t n_upcalls; /* of all packets */
	_Alignas(8) uint8_t upcall[DPIF_UPCALL_MAX];
	struct port_sum sums[PORTS_MAX];
	size_t n_sums;
	uint64_t n_sent, n_vanished, n_cut;
	json_t *list; /* with --json */
};

static void add_sum(struct send *s, const char *port, uint64_t n_packets, uint64_t n_bytes)
{
	size_t i = 0;

	while (i < s->n_sums && strcmp(s->sums[i].port, port))
		i++;
	if (i == PORTS_MAX)
		return;
	if (i == s->n_sums)
		snprintf(s->sums[s->n_sums++].port, PORT_NAME_MAX, "%s", port);
	s->sums[i].n_packets += n_packets;
	s->sums[i].n_bytes += n_bytes;
}

static void keep_output(struct send *s, const char *port, const uint8_t *frame, size_t size)
{
	struct output *o = &s->outputs[s->n_outputs];
	struct text t;

	if (s->show && s->n_outputs < OUTPUTS_MAX) {
		text_init(&t);
		frame_format(&t, frame, size);
		snprintf(o->port, sizeof o->port, "%s", port);
		o->size = size;
		o->flow = text_take(&t);
	}
	s->n_outputs++;
}

static void take_output(void *aux, const char *port, const void *frame, size_t size)
{
	struct send *s = aux;

	add_sum(s, port, 1, size);
	keep_output(s, port, frame, size);
}

static void keep_upcall(struct send *s, const struct dpif_upcall *u)
{
	struct flow_match m = { .key = u->key, .headers = u->key_headers };
	struct text t;

	s->n_upcalls++;
	if (s->show && s->n_asked < UPCALLS_MAX) {
		flow_match_fill(&m);
		text_init(&t);
		flow_match_format(&t, &m, dpif_ports(host_dpif(s->host)), false);
		s->asked[s->n_asked] = (struct asked){ .is_miss = u->type == DPIF_UC_MISS,
						       .size = u->packet_size,
						       .flow = text_take(&t) };
	}
	s->n_asked++;
}

/* Nobody answers them here: the model has a datapath and no vswitch yet. */
static void take_upcalls(struct send *s)
{
	struct dpif *dpif = host_dpif(s->host);
	struct dpif_upcall u;
	size_t used;
	int n;

	while ((n = dpif_recv(dpif, 0, &u, s->upcall, sizeof s->upcall, &used, NULL)) != 0) {
		if (n == -EINVAL)
			break;
		if (n > 0)
			keep_upcall(s, &u);
	}
}

static size_t n_asked_kept(const struct send *s)
{
	return s->n_asked < UPCALLS_MAX ? s->n_asked : UPCALLS_MAX;
}

static void print_upcalls(struct send *s)
{
	struct print *p = &s->c->print;
	size_t kept = n_asked_kept(s);

	for (size_t i = 0; i < kept; i++) {
		const struct asked *a = &s->asked[i];

		print_styled(p, PRINT_HALF, "up to userland");
		printf_text(p, ", %s, %zu bytes: %s\n",
			    a->is_miss ? "since no flow matches" : "by a userspace action", a->size,
			    a->flow ? a->flow : "");
	}
	if (kept < s->n_asked)
		printf_text(p, "and %zu more upcalls\n", s->n_asked - kept);
}

static void print_outputs(struct send *s, const char *flow, size_t size, const char *way)
{
	size_t kept = s->n_outputs < OUTPUTS_MAX ? s->n_outputs : OUTPUTS_MAX;
	struct print *p = &s->c->print;

	print_styled(p, PRINT_BOLD, "packet %llu", (unsigned long long)s->n_sent);
	printf_text(p, " into %s, %zu bytes: %s\n", s->port, size, flow);
	print_text(p, way);
	for (size_t i = 0; i < kept; i++) {
		print_styled(p, PRINT_GOOD, "out of %s", s->outputs[i].port);
		printf_text(p, ", %zu bytes: %s\n", s->outputs[i].size,
			    s->outputs[i].flow ? s->outputs[i].flow : "");
	}
	if (kept < s->n_outputs)
		printf_text(p, "and %zu more copies\n", s->n_outputs - kept);
	print_upcalls(s);
	if (!s->n_outputs && !s->n_asked)
		print_styled(p, PRINT_HALF, "it came out nowhere\n");
}

/* @trace: taken. */
static void add_json(struct send *s, const char *flow, size_t size, json_t *trace)
{
	size_t kept = s->n_outputs < OUTPUTS_MAX ? s->n_outputs : OUTPUTS_MAX;
	json_t *outputs = json_array(), *upcalls = json_array();

	for (size_t i = 0; i < kept; i++)
		json_array_append_new(
			outputs,
			json_pack("{s:s, s:I, s:o}", "port", s->outputs[i].port, "size",
				  (json_int_t)s->outputs[i].size, "flow",
				  trace_json_string(s->outputs[i].flow ? s->outputs[i].flow : "")));
	for (size_t i = 0; i < n_asked_kept(s); i++)
		json_array_append_new(
			upcalls,
			json_pack("{s:s, s:I, s:o}", "type",
				  s->asked[i].is_miss ? "miss" : "action", "size",
				  (json_int_t)s->asked[i].size, "flow",
				  trace_json_string(s->asked[i].flow ? s->asked[i].flow : "")));
	json_array_append_new(s->list, json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "number",
						 (json_int_t)s->n_sent, "size", (json_int_t)size,
						 "flow", trace_json_string(flow), "outputs",
						 outputs, "upcalls", upcalls, "trace", trace));
}

/* @way: as text; @trace: as JSON, taken. */
static void show_packet(struct send *s, const uint8_t *frame, size_t size, const char *way,
			json_t *trace)
{
	struct text t;

	text_init(&t);
	frame_format(&t, frame, size);
	if (s->list)
		add_json(s, t.s, size, trace);
	else
		print_outputs(s, t.s, size, way);
	if (!s->list)
		json_decref(trace);
	text_fini(&t);
	for (size_t i = 0; i < s->n_outputs && i < OUTPUTS_MAX; i++)
		mem_free(s->outputs[i].flow);
	memset(s->outputs, 0, sizeof s->outputs);
	for (size_t i = 0; i < n_asked_kept(s); i++)
		mem_free(s->asked[i].flow);
	memset(s->asked, 0, sizeof s->asked);
}

static void show_model_packet(struct send *s, const uint8_t *frame, size_t size)
{
	const struct print *p = &s->c->print;
	const struct trace_tree_options o = { p->colour, p->ascii, p->width, 0 };
	struct text tree;

	text_init(&tree);
	trace_tree_format(&tree, host_trace(s->host), &o);
	show_packet(s, frame, size, tree.s, s->list ? trace_json(host_trace(s->host), 0) : NULL);
	text_fini(&tree);
}

static int send_to_model(struct send *s, const uint8_t *frame, size_t size)
{
	struct trace *t = host_trace(s->host);
	struct diag d;
	int err;

	trace_clear(t);
	trace_forget(t);
	t->recording = s->show;
	diag_init(&d);
	err = host_send(s->host, s->port, frame, size, &d);
	t->recording = false;
	if (!host_udpif(s->host))
		take_upcalls(s);
	s->n_sent++;
	s->n_vanished += !s->n_outputs;
	if (s->show)
		show_model_packet(s, frame, size);
	trace_clear(t);
	if (err)
		print_diag(&s->c->print, &d, NULL);
	return err ? CLI_FAILED : CLI_OK;
}

/* ---- a running device ---- */

static json_t *send_request(const struct send *s, const uint8_t *frame, size_t size, uint64_t count)
{
	const struct print *p = &s->c->print;
	struct text hex;
	json_t *r;

	text_init(&hex);
	for (size_t i = 0; i < size; i++)
		text_putf(&hex, "%02x", frame[i]);
	r = json_pack("{s:s, s:s, s:s, s:I, s:b, s:i, s:b, s:b}", "request", "send", "port",
		      s->port, "frame", hex.s, "count", (json_int_t)count, "quiet", (int)!s->show,
		      "width", (int)(p->width < WIDTH_MAX ? p->width : WIDTH_MAX), "ascii",
		      (int)p->ascii, "colour", (int)p->colour);
	text_fini(&hex);
	return r;
}

static uint64_t number_of(const json_t *j, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(j, key));
}

static void take_answer(struct send *s, const json_t *answer)
{
	const json_t *outputs = json_object_get(answer, "outputs"), *one;
	uint8_t buf[PACKET_HEADROOM + PACKET_MAX];
	json_t *sum;
	const char *port;
	struct packet p;
	size_t i, bad;

	json_object_foreach(json_object_get(answer, "out"), port, sum)
		add_sum(s, port, number_of(sum, "packets"), number_of(sum, "bytes"));
	json_array_foreach(outputs, i, one)
	{
		const char *hex = json_string_value(json_object_get(one, "frame"));

		packet_init(&p, buf, sizeof buf);
		port = json_string_value(json_object_get(one, "port"));
		if (hex && port && !packet_parse_hex(&p, hex, strlen(hex), &bad))
			keep_output(s, port, p.data, p.size);
	}
}

static int send_to_device(struct send *s, const uint8_t *frame, size_t size, uint64_t count)
{
	json_t *answer = cli_device_ask(&s->device, send_request(s, frame, size, count));
	const char *way;

	if (!answer)
		return CLI_FAILED;
	s->n_sent += count;
	s->n_vanished += number_of(answer, "vanished");
	take_answer(s, answer);
	way = json_string_value(json_object_get(answer, "way"));
	if (s->show)
		show_packet(s, frame, size, way ? way : "",
			    json_incref(json_object_get(answer, "trace")));
	json_decref(answer);
	return CLI_OK;
}

/* Sends a frame, up to @count times; *@count: how often it was. Returns an exit status. */
static int send_frame(struct send *s, const uint8_t *frame, size_t size, uint64_t *count)
{
	s->show = !s->o->quiet && s->n_sent < SHOWN_MAX;
	s->n_outputs = 0;
	s->n_asked = 0;
	if (s->show || s->host)
		*count = 1;
	else if (*count > SENDS_MAX)
		*count = SENDS_MAX;
	return s->host ? send_to_model(s, frame, size) : send_to_device(s, frame, size, *count);
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
			     s->host ? dpif_ports(host_dpif(s->host)) : NULL, &d) ||
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
	for (uint64_t left = s->o->count, n; left && !status; left -= n) {
		n = left;
		status = cli_is_late(s->c) ? CLI_FAILED : send_frame(s, p.data, p.size, &n);
	}
	return status;
}

static int send_frames(struct send *s, pcap_t *pcap)
{
	struct pcap_pkthdr *header;
	const unsigned char *frame;
	uint64_t limit = s->o->count;
	uint64_t one = 1;
	int status = CLI_OK, r = 1;

	while (!status && (!limit || s->n_sent < limit) &&
	       (r = pcap_next_ex(pcap, &header, &frame)) == 1) {
		s->n_cut += header->caplen < header->len;
		status = cli_is_late(s->c) ? CLI_FAILED
					   : send_frame(s, frame, header->caplen, &one);
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
	if (s->n_upcalls)
		printf_text(p, "%llu upcalls, which nobody answers here\n",
			    (unsigned long long)s->n_upcalls);
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
		   json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "port", s->port, "sent",
			     (json_int_t)s->n_sent, "vanished", (json_int_t)s->n_vanished,
			     "upcalls", (json_int_t)s->n_upcalls, "cut", (json_int_t)s->n_cut,
			     "outputs", sums, "packets", s->list));
}

static int send_all(struct send *s, const char *text)
{
	return s->o->pcap ? send_pcap(s) : send_text(s, text);
}

static int run_on_device(struct send *s, const char *target, const char *text)
{
	int status = cli_device_open(&s->device, s->c, target);

	if (!status)
		status = send_all(s, text);
	cli_device_close(&s->device);
	return status;
}

static int run_on_model(struct send *s, const char *text)
{
	bool is_answered; /* by a vswitch, which receives for itself */
	struct diag d;
	int status;

	s->host = cli_model_host(s->c, false);
	if (!s->host)
		return CLI_USAGE;
	diag_init(&d);
	is_answered = host_udpif(s->host);
	if (!is_answered && dpif_recv_set(host_dpif(s->host), true, &d)) {
		print_diag(&s->c->print, &d, NULL);
		return CLI_FAILED;
	}
	host_set_output(s->host, take_output, s);
	status = send_all(s, text);
	if (!is_answered)
		(void)!dpif_recv_set(host_dpif(s->host), false, NULL);
	host_set_output(s->host, NULL, NULL);
	if (!s->c->is_daemon) /* there seconds pass by themselves */
		s->c->ahead_ns += NSEC_PER_SEC + NSEC_PER_MSEC;
	return status;
}

int cmd_send(struct cli *c, int argc, const char **argv)
{
	struct options o = { 0 };
	int n = cli_parse(c, cmd_send_rows, &o, argc, argv), status;
	const char *target = cli_device_target(o.device);
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
	status = target ? run_on_device(s, target, argv[1]) : run_on_model(s, argv[1]);
	if (o.json)
		print_json_all(s);
	else if (s->n_sent || !target)
		print_sums(s);
	mem_free(s);
	return status;
}
