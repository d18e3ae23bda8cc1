/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture file comes in, read by libpcap, so in any format that it knows. What leaves goes into
 * the capture that every kind of port can have (out=). A pipe is read by the machine's thread,
 * which waits for it.
 */
#include "engine/port-provider.h"

#include "base/alloc.h"
#include "engine/pace_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <string.h>
#include <unistd.h>

enum {
	KEY_IN,
	KEY_RATE,
	KEY_LOOP,
	N_KEYS,
	KEY_OUT = N_KEYS /* of all kinds */
};

enum {
	RATE_ORIGINAL,
	RATE_MAX
};

#define LOOPS_MAX UINT32_MAX

static const struct spec_key keys[N_KEYS] = {
	[KEY_IN] = { .name = "in", .type = SPEC_TEXT, .value = "FILE" },
	[KEY_RATE] = { .name = "rate",
		       .type = SPEC_CHOICE,
		       .value = "PPS",
		       .words = { "original", "max" },
		       .min = 1,
		       .max = PACE_RATE_MAX },
	[KEY_LOOP] = { .name = "loop", .type = SPEC_NUMBER, .value = "N", .max = LOOPS_MAX },
};

struct pcap_port {
	char *path;
	int fd;	      /* of the file: it may be out of reach by its name when it is played again */
	pcap_t *pcap; /* NULL: at its end */
	bool is_original; /* gaps as in the file; else @rate */
	uint64_t rate;
	uint64_t loops_left; /* UINT64_MAX: for ever */
	bool is_started;
	uint64_t start_ns; /* with is_original: of this pass */
	uint64_t n;	   /* packets so far; of this pass: @n_of_pass */
	uint64_t n_of_pass, first_ns;
	/* The packet that is due next; NULL: not read yet. */
	struct pcap_pkthdr *header;
	const unsigned char *frame;
	uint64_t due_ns;
};

/* From its begin; a pipe has one pass. */
static int open_pass(struct pcap_port *pp, struct diag *d)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	int fd = dup(pp->fd);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "rb");
	int err = file ? 0 : -errno;

	if (!file && fd >= 0)
		close(fd);
	if (err || (lseek(pp->fd, 0, SEEK_SET) < 0 && pp->n))
		return diag_set(d, err ? err : -ESPIPE, "%s: %s", pp->path,
				diag_strerror(err ? err : -ESPIPE));
	pp->pcap =
		pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, words);
	if (!pp->pcap) {
		fclose(file);
		return diag_set(d, -EINVAL, "%s: %s", pp->path, words);
	}
	if (pcap_datalink(pp->pcap) != DLT_EN10MB)
		return diag_set(d, -EINVAL,
				"%s: its packets are not Ethernet frames (link type %d)", pp->path,
				pcap_datalink(pp->pcap));
	pp->n_of_pass = 0;
	return 0;
}

static int open_file(struct pcap_port *pp, const char *path, struct diag *d)
{
	pp->path = mem_strdup(path);
	if (!pp->path)
		return diag_set(d, -ENOMEM, "no memory for a capture file");
	pp->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	if (pp->fd < 0)
		return diag_set(d, -errno, "%s: %s", path, diag_strerror(-errno));
	return open_pass(pp, d);
}

static void close_pass(struct pcap_port *pp)
{
	if (pp->pcap)
		pcap_close(pp->pcap);
	pp->pcap = NULL;
	pp->header = NULL;
}

static void pcap_port_close(void *port)
{
	struct pcap_port *pp = port;

	close_pass(pp);
	if (pp->fd >= 0)
		close(pp->fd);
	mem_free(pp->path);
	mem_free(pp);
}

static void take_values(struct pcap_port *pp, const struct port_spec *s)
{
	const struct spec_value *rate = &s->values[KEY_RATE], *loop = &s->values[KEY_LOOP];

	pp->is_original = !rate->is_given || rate->word == RATE_ORIGINAL;
	pp->rate = rate->is_given && rate->word < 0 ? rate->number : PACE_RATE_MAX;
	pp->loops_left = !loop->is_given ? 1 : loop->number ? loop->number : UINT64_MAX;
}

static int pcap_port_open(void **port, const struct port_spec *s, struct diag *d)
{
	const struct spec_value *in = &s->values[KEY_IN];
	struct pcap_port *pp;
	int err;

	if (!in->is_given && !s->values[KEY_OUT].is_given)
		return diag_set_range(d, 0, strlen("pcap"), -EINVAL,
				      "pcap: wanted: in=FILE, out=FILE or both");
	if (!in->is_given && (s->values[KEY_RATE].is_given || s->values[KEY_LOOP].is_given))
		return diag_set_range(d, 0, strlen("pcap"), -EINVAL,
				      "pcap: rate= and loop= are about in=, which is not given");
	pp = mem_new(sizeof *pp);
	if (!pp)
		return diag_set(d, -ENOMEM, "no memory for a capture file");
	pp->fd = -1;
	if (!in->is_given) {
		*port = pp;
		return 0;
	}
	take_values(pp, s);
	err = open_file(pp, in->text, d);
	if (err) {
		diag_place(d, in->offset, strlen(in->text));
		pcap_port_close(pp);
		return err;
	}
	*port = pp;
	return 0;
}

static uint64_t stamp_ns(const struct pcap_pkthdr *h)
{
	return (uint64_t)h->ts.tv_sec * NSEC_PER_SEC + (uint64_t)h->ts.tv_usec;
}

/* Of a packet that was read; stamps that go back mean: at once. */
static void set_due(struct pcap_port *pp)
{
	uint64_t ns = stamp_ns(pp->header), due;

	if (!pp->is_original) {
		pp->due_ns = pace_due_ns(pp->start_ns, pp->rate, pp->n);
		return;
	}
	if (!pp->n_of_pass)
		pp->first_ns = ns;
	due = ns > pp->first_ns ? pp->start_ns + (ns - pp->first_ns) : pp->start_ns;
	if (due > pp->due_ns)
		pp->due_ns = due;
}

/* The next pass begins with the last packet of this one. A file without packets has one. */
static int next_pass(struct pcap_port *pp, struct diag *d)
{
	bool is_empty = !pp->n_of_pass;

	close_pass(pp);
	if (pp->loops_left != UINT64_MAX)
		pp->loops_left--;
	if (is_empty || !pp->loops_left)
		return 0;
	if (pp->is_original)
		pp->start_ns = pp->due_ns;
	return open_pass(pp, d);
}

/* 0: there is a packet in @header, or the file is at its end, or a new pass has begun. */
static int read_next(struct pcap_port *pp, struct diag *d)
{
	int r = pcap_next_ex(pp->pcap, &pp->header, &pp->frame), err;

	if (r == 1) {
		set_due(pp);
		return 0;
	}
	pp->header = NULL;
	if (r == PCAP_ERROR_BREAK)
		return next_pass(pp, d);
	err = diag_set(d, -EINVAL, "%s: packet %llu: %s", pp->path, (unsigned long long)pp->n + 1,
		       pcap_geterr(pp->pcap));
	close_pass(pp);
	return err;
}

static void take(struct pcap_port *pp, struct port_batch *b)
{
	uint32_t size = pp->header->caplen;

	if (size < ETH_HLEN_ || size > PACKET_MAX) {
		b->n_dropped++;
	} else {
		memcpy(port_batch_room(b, b->n), pp->frame, size);
		b->frames[b->n] = (struct engine_frame){ port_batch_room(b, b->n), size };
		b->n++;
	}
	pp->header = NULL;
	pp->n++;
	pp->n_of_pass++;
}

static int pcap_port_receive(void *port, uint64_t now_ns, struct port_batch *b, struct diag *d)
{
	struct pcap_port *pp = port;
	int err = 0;

	if (!pp->is_started) {
		pp->is_started = true;
		pp->start_ns = pp->due_ns = now_ns;
	}
	for (size_t i = 0; i < ENGINE_BATCH && pp->pcap && !err; i++) {
		if (!pp->header)
			err = read_next(pp, d);
		if (!pp->header)
			continue;
		if (pp->due_ns > now_ns)
			break;
		take(pp, b);
	}
	/* What comes next is known only when it has been read. */
	if (!err && pp->pcap && !pp->header)
		err = read_next(pp, d);
	return err;
}

static uint64_t pcap_port_next_ns(const void *port)
{
	const struct pcap_port *pp = port;

	return !pp->pcap ? UINT64_MAX : pp->header ? pp->due_ns : 0;
}

const struct port_class port_pcap_class = {
	.spec = { .name = "pcap", .keys = keys, .n_keys = N_KEYS },
	.open = pcap_port_open,
	.close = pcap_port_close,
	.receive = pcap_port_receive,
	.next_ns = pcap_port_next_ns,
};
