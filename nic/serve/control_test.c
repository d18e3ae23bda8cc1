/* SPDX-License-Identifier: BSD-2-Clause */
/* The control socket with good clients and with bad ones. */
#include "nic/serve/control.h"

#include "nic/device/bar.h"
#include "nic/device/log.h"
#include "nic/serve/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on

struct world {
	struct nic_device *dev;
	struct nic_control *control;
	char dir[32], path[64];
	pthread_t thread;
	atomic_bool stop;
};

static struct nic_device *device_new(void)
{
	const struct nic_params params = { .n_vfs = 2, .n_sfs = 2 };
	struct nic_device *dev;

	assert_int_equal(nic_device_new(&dev, &params), 0);
	return dev;
}

static void world_init(struct world *w)
{
	struct diag d;

	memset(w, 0, sizeof *w);
	diag_init(&d);
	w->dev = device_new();
	snprintf(w->dir, sizeof w->dir, "/tmp/inhw-control-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof w->path, "%s/nic.ctl", w->dir);
	assert_int_equal(nic_control_new(&w->control, w->dev, w->path, &d), 0);
}

static void world_fini(struct world *w)
{
	nic_control_free(w->control);
	assert_int_equal(access(w->path, F_OK), -1);
	nic_device_free(w->dev);
	assert_int_equal(rmdir(w->dir), 0);
}

/* ---- a client of its own thread's control ---- */

static int connect_to(const struct world *w)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	strcpy(a.sun_path, w->path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof a), 0);
	nic_control_run(w->control);
	return fd;
}

static void put(int fd, const char *s)
{
	assert_int_equal(write(fd, s, strlen(s)), (ssize_t)strlen(s));
}

/* Runs the control until nothing happens; what came, in a static buffer. */
static const char *settle(const struct world *w, int fd)
{
	static char got[1 << 20];
	size_t n = 0;
	ssize_t m;

	for (int quiet = 0; quiet < 3; quiet++) {
		nic_control_run(w->control);
		while ((m = read(fd, got + n, sizeof got - 1 - n)) > 0) {
			n += (size_t)m;
			quiet = 0;
			nic_control_run(w->control);
		}
	}
	got[n] = '\0';
	return got;
}

static bool is_closed(const struct world *w, int fd)
{
	char c;

	nic_control_run(w->control);
	return read(fd, &c, 1) == 0;
}

static bool has(const char *text, const char *part)
{
	return strstr(text, part);
}

static size_t count_lines(const char *s)
{
	size_t n = 0;

	while ((s = strchr(s, '\n')) != NULL) {
		n++;
		s++;
	}
	return n;
}

static void a_line_is_answered_by_a_line(void **state)
{
	struct world w;
	const char *got;
	int fd;

	world_init(&w);
	fd = connect_to(&w);
	put(fd, "{\"request\":\"show\",\"id\":[1,\"x\"]}\n");
	got = settle(&w, fd);
	assert_int_equal(count_lines(got), 1);
	assert_true(has(got, "{\"ok\":true,"));
	assert_true(has(got, "vports 6, vhca_id 1"));
	assert_true(has(got, "\"id\":[1,\"x\"]}"));
	/* Several lines at once, with CRs, blank ones and pieces. */
	put(fd, "{\"request\":\"stats\"}\r\n\n  \r\n{\"request\":\"fault\"}\n{\"request\":");
	assert_int_equal(count_lines(settle(&w, fd)), 2);
	put(fd, "\"log\"}\n");
	got = settle(&w, fd);
	assert_true(has(got, "\"entries\":[]"));
	close(fd);
	world_fini(&w);
}

static void rubbish_gets_an_error_and_the_next_line_an_answer(void **state)
{
	static const char *const lines[][2] = {
		{ "hello", "no JSON" },
		{ "{\"request\":\"show\"", "no JSON" },
		{ "{\"request\":\"show\",\"request\":\"show\"}", "no JSON" },
		{ "[]", "a request is a JSON object" },
		{ "{}", "names no request" },
		{ "{\"request\":7}", "names no request" },
		{ "{\"request\":\"frobnicate\"}", "no request 'frobnicate'" },
		{ "{\"request\":\"show\",\"verbose\":1}", "verbose: a request 'show' has no such" },
		{ "{\"request\":\"log\",\"since\":-1}", "since: not a whole number" },
		{ "{\"request\":\"log\",\"since\":1.5}", "since: not a whole number" },
		{ "{\"request\":\"log\",\"failed\":1}", "failed: neither true nor false" },
		{ "{\"request\":\"log\",\"opcode\":\"X\"}", "no command is called X" },
		{ "{\"request\":\"log\",\"opcode\":1}", "opcode: not a string" },
		{ "{\"request\":\"log\",\"last\":1000000}", "last: not a whole number in" },
		{ "{\"request\":\"dump\",\"from\":\"x\"}", "from: not the 'next'" },
		{ "{\"request\":\"dump\",\"from\":\"1.4.1\"}", "from: not the 'next'" },
		{ "{\"request\":\"dump\",\"as\":\"xml\"}", "as: neither" },
		{ "{\"request\":\"fault\",\"opcode\":\"X\"}", "no command is called X" },
		{ "{\"request\":\"fault\",\"opcode\":\"any\",\"status\":\"OK\"}",
		  "OK is no failure" },
		{ "{\"request\":\"fault\",\"opcode\":\"any\",\"status\":\"X\"}", "no status X" },
		{ "{\"request\":\"fault\",\"opcode\":\"any\",\"table\":1}", "not both" },
		{ "{\"request\":\"fault\",\"clear\":9}", "there is no fault 9" },
		{ "{\"request\":\"fault\",\"link\":\"sideways\"}", "link: neither" },
		{ "{\"request\":\"fault\",\"health\":\"ill\"}", "health: neither" },
		{ "{\"request\":\"fault\",\"health\":\"0\"}", "health: neither" },
		{ "{\"request\":\"fault\",\"health\":\"0x100\"}", "health: neither" },
		{ "{\"request\":\"fault\",\"health\":\"0x8\"}", "no driver reads" },
		{ "{\"request\":\"send\"}", "where does it go in" },
		{ "{\"request\":\"send\",\"port\":\"eth0\"}", "eth0 is neither" },
		{ "{\"request\":\"send\",\"port\":\"9\"}", "no vport 9" },
		{ "{\"request\":\"send\",\"port\":\"pf0sf1\"}", "no vport 32769" },
		{ "{\"request\":\"send\",\"port\":\"99999\"}", "99999 is neither" },
		{ "{\"request\":\"send\",\"port\":\"1\"}", "frame: hex digits" },
		{ "{\"request\":\"send\",\"port\":\"1\",\"frame\":\"0g\"}", "frame: no pairs" },
		{ "{\"request\":\"send\",\"port\":\"1\",\"frame\":\"00\",\"count\":0}",
		  "count: not a whole number" },
		{ "{\"request\":\"capture\",\"max\":0}", "max: not a whole number" },
		{ "{\"request\":\"capture\",\"port\":\"7\"}", "no vport 7" },
		{ "{\"request\":\"\\u0000\"}", "no JSON" },
		{ "\xff\xfe", "no JSON" },
	};
	struct world w;
	int fd;

	world_init(&w);
	fd = connect_to(&w);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *got;

		put(fd, lines[i][0]);
		put(fd, "\n");
		got = settle(&w, fd);
		if (count_lines(got) != 1 || !has(got, "{\"ok\":false,\"error\":") ||
		    !has(got, lines[i][1]))
			fail_msg("%s: %s", lines[i][0], got);
	}
	put(fd, "{\"request\":\"fault\"}\n");
	assert_true(has(settle(&w, fd), "\"faults\":[]"));
	close(fd);
	world_fini(&w);
}

static void a_line_that_is_too_long_is_one_error(void **state)
{
	static char big[3 * NIC_CONTROL_LINE_MAX];
	struct world w;
	const char *got;
	size_t sent = 0;
	int fd;

	world_init(&w);
	fd = connect_to(&w);
	memset(big, 'x', sizeof big);
	while (sent < sizeof big) {
		ssize_t n = write(fd, big + sent, sizeof big - sent);

		sent += n > 0 ? (size_t)n : 0;
		nic_control_run(w.control);
	}
	put(fd, "\n{\"request\":\"fault\"}\n");
	got = settle(&w, fd);
	assert_int_equal(count_lines(got), 2);
	assert_true(has(got, "the request is too long"));
	assert_true(has(got, "\"faults\":[]"));
	close(fd);
	world_fini(&w);
}

/* The device goes on; the client gets all its answers when it reads again. */
static void who_does_not_read_is_not_listened_to(void **state)
{
	enum {
		N = 2000
	};
	struct world w;
	size_t sent = 0, lines = 0;
	int fd, other;

	world_init(&w);
	fd = connect_to(&w);
	other = connect_to(&w);
	for (int i = 0; i < N; i++) {
		sent += write(fd, "{\"request\":\"show\"}\n", 19) == 19;
		nic_control_run(w.control);
	}
	assert_true(sent < N); /* its requests fill the socket's buffers, and no more */
	put(other, "{\"request\":\"fault\"}\n");
	assert_true(has(settle(&w, other), "\"ok\":true"));
	while (lines < sent) {
		size_t n = count_lines(settle(&w, fd));

		assert_true(n);
		lines += n;
	}
	close(fd);
	close(other);
	world_fini(&w);
}

static void clients_are_bounded_and_those_that_do_not_read_go_first(void **state)
{
	struct world w;
	int fds[NIC_CONTROL_CLIENTS_MAX], fd;

	world_init(&w);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = connect_to(&w);
	fd = connect_to(&w);
	assert_true(has(settle(&w, fd), "too many clients"));
	assert_true(is_closed(&w, fd));
	close(fd);
	for (int i = 0; i < 2000; i++) {
		if (write(fds[3], "{\"request\":\"show\"}\n", 19) < 0)
			assert_int_equal(errno, EAGAIN);
		nic_control_run(w.control);
	}
	fd = connect_to(&w);
	put(fd, "{\"request\":\"fault\"}\n");
	assert_true(has(settle(&w, fd), "\"ok\":true"));
	put(fds[0], "{\"request\":\"fault\"}\n");
	assert_true(has(settle(&w, fds[0]), "\"ok\":true"));
	close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	nic_control_run(w.control);
	fd = connect_to(&w);
	put(fd, "{\"request\":\"fault\"}\n");
	assert_true(has(settle(&w, fd), "\"ok\":true"));
	close(fd);
	world_fini(&w);
}

static void a_client_that_goes_takes_nothing_with_it(void **state)
{
	static const char *const last_words[] = {
		"", "{\"request\":", "{\"request\":\"show\"}\n",
		"{\"request\":\"dump\"}\n{\"request\":\"dump\"}\n"
	};
	struct world w;

	world_init(&w);
	for (size_t i = 0; i < 40; i++) {
		int fd = connect_to(&w);

		put(fd, last_words[i % 4]);
		if (i & 4)
			nic_control_run(w.control);
		close(fd);
		nic_control_run(w.control);
		nic_control_run(w.control);
	}
	world_fini(&w);
}

static void the_socket_is_of_its_user_alone_and_of_one_device(void **state)
{
	struct nic_control *second = NULL;
	char file[64], stale[64], long_path[200];
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct world w;
	struct stat st;
	struct diag d;
	int fd;

	world_init(&w);
	assert_int_equal(stat(w.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	diag_init(&d);
	assert_int_equal(nic_control_new(&second, w.dev, w.path, &d), -EADDRINUSE);
	assert_true(has(d.words, "another process serves it"));
	nic_control_run(w.control); /* who only looked whether it is there has gone */

	snprintf(file, sizeof file, "%s/file", w.dir);
	fd = open(file, O_CREAT | O_WRONLY, 0600);
	close(fd);
	diag_init(&d);
	assert_int_equal(nic_control_new(&second, w.dev, file, &d), -EEXIST);
	unlink(file);

	snprintf(stale, sizeof stale, "%s/stale", w.dir);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(a.sun_path, stale);
	assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof a), 0);
	close(fd);
	diag_init(&d);
	assert_int_equal(nic_control_new(&second, NULL, stale, &d), 0);
	nic_control_free(second);

	memset(long_path, 'x', sizeof long_path - 1);
	long_path[sizeof long_path - 1] = '\0';
	diag_init(&d);
	assert_int_equal(nic_control_new(&second, w.dev, long_path, &d), -ENAMETOOLONG);
	world_fini(&w);
}

static void a_request_without_a_device_says_so(void **state)
{
	struct nic_device *dev = device_new();
	struct world w;
	int fd;

	world_init(&w);
	fd = connect_to(&w);
	assert_int_equal(nic_control_set_device(w.control, NULL), 0);
	put(fd, "{\"request\":\"show\"}\n");
	assert_true(has(settle(&w, fd), "there is no device now"));
	assert_int_equal(nic_control_set_device(w.control, dev), 0);
	put(fd, "{\"request\":\"show\"}\n");
	assert_true(has(settle(&w, fd), "vports 6"));
	assert_true(nic_device_log_is_on(dev));
	close(fd);
	world_fini(&w);
	nic_device_free(dev);
}

/* ---- streams ---- */

static void a_stream_is_a_client_and_its_echo_is_not_answered(void **state)
{
	struct world w;
	struct diag d;
	int fds[2];

	world_init(&w);
	diag_init(&d);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	assert_int_equal(nic_control_add_stream(w.control, fds[0], &d), 0);
	put(fds[1], "{\"request\":\"fault\",\"id\":5}\n");
	assert_true(has(settle(&w, fds[1]), "\"id\":5"));
	put(fds[1], "{\"ok\":true,\"faults\":[],\"id\":5}\n");
	assert_string_equal(settle(&w, fds[1]), "");
	close(fds[1]);
	nic_control_run(w.control);
	assert_int_equal(nic_control_add_stream(w.control, open("/dev/null", O_RDWR), &d), -ENOMEM);
	world_fini(&w);
}

/* ---- the client, whose requests another thread answers ---- */

static void *serve(void *aux)
{
	struct world *w = aux;
	struct pollfd p = { .fd = nic_control_fd(w->control), .events = POLLIN };

	while (!w->stop) {
		poll(&p, 1, 10);
		nic_control_run(w->control);
	}
	return NULL;
}

static void world_start(struct world *w)
{
	assert_int_equal(pthread_create(&w->thread, NULL, serve, w), 0);
}

static void world_stop(struct world *w)
{
	w->stop = true;
	pthread_join(w->thread, NULL);
}

static json_t *ask(struct nic_client *k, json_t *request)
{
	json_t *answer;
	struct diag d;

	diag_init(&d);
	if (nic_client_ask(k, request, &answer, &d))
		fail_msg("%s", d.words);
	json_decref(request);
	return answer;
}

static void look_at_device(struct nic_client *k)
{
	json_t *a = ask(k, json_pack("{s:s}", "request", "show"));

	assert_true(json_is_true(json_object_get(a, "ok")));
	json_decref(a);
	a = ask(k, json_pack("{s:s}", "request", "nonsense"));
	assert_true(json_is_false(json_object_get(a, "ok")));
	json_decref(a);
}

static void a_client_asks_through_the_socket(void **state)
{
	char beside[64];
	struct nic_client *k;
	struct world w;
	struct diag d;

	world_init(&w);
	world_start(&w);
	diag_init(&d);
	assert_int_equal(nic_client_open(&k, w.path, &d), 0);
	look_at_device(k);
	nic_client_close(k);
	snprintf(beside, sizeof beside, "%s/nic", w.dir);
	assert_int_equal(nic_client_open(&k, beside, &d), 0);
	look_at_device(k);
	nic_client_close(k);
	world_stop(&w);
	diag_init(&d);
	assert_int_equal(nic_client_open(&k, "/nonexistent/nic", &d), -ENOENT);
	diag_init(&d);
	assert_int_equal(nic_client_open(&k, "tty:/nonexistent/tty", &d), -ENOENT);
	world_fini(&w);
}

static void a_client_asks_through_a_serial_line(void **state)
{
	struct nic_client *k;
	char name[64], target[80];
	struct world w;
	struct diag d;
	int master, slave;

	world_init(&w);
	diag_init(&d);
	if (openpty(&master, &slave, name, NULL, NULL)) {
		print_message("no terminal can be made here: %s\n", strerror(errno));
		skip();
	}
	assert_int_equal(nic_control_add_stream(w.control, master, &d), 0);
	/* What somebody left in the line, half a request and half an answer. */
	put(slave, "{\"request\":\"sh");
	world_start(&w);
	snprintf(target, sizeof target, "tty:%s", name);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(nic_client_open(&k, target, &d), 0);
		look_at_device(k);
		nic_client_close(k);
	}
	close(slave);
	world_stop(&w);
	world_fini(&w);
}

/* ---- what requests do ---- */

static json_t *run(struct nic_requests *r, const char *request)
{
	json_t *in = json_loads(request, 0, NULL), *out;

	assert_non_null(in);
	out = nic_requests_run(r, in);
	json_decref(in);
	assert_non_null(out);
	if (!json_is_true(json_object_get(out, "ok")))
		fail_msg("%s: %s", request, json_string_value(json_object_get(out, "error")));
	return out;
}

static json_int_t number_of(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

static void exec_alloc(struct nic_device *dev)
{
	uint8_t in[IFC_ALLOC_FLOW_COUNTER_IN_SIZE] = { 0 }, out[16];

	IFC_SET(cmd_in, in, opcode, MLX5_CMD_OP_ALLOC_FLOW_COUNTER);
	assert_int_equal(nic_device_exec(dev, in, sizeof in, out, sizeof out), 0);
}

static void the_log_comes_in_pages_and_says_what_is_lost(void **state)
{
	struct nic_device *dev = device_new();
	struct nic_requests *r;
	const json_t *entries;
	json_int_t since = 1, seen = 0, n = NIC_LOG_ENTRIES + 100;
	struct diag d;
	json_t *a;

	diag_init(&d);
	assert_int_equal(nic_requests_new(&r, dev, &d), 0);
	json_decref(run(r, "{\"request\":\"fault\",\"opcode\":\"ALLOC_FLOW_COUNTER\","
			   "\"nth\":4000,\"count\":3,\"status\":\"LIM\",\"syndrome\":4660}"));
	for (json_int_t i = 0; i < n; i++)
		exec_alloc(dev);
	for (bool first = true;; first = false) {
		char request[64];

		snprintf(request, sizeof request, "{\"request\":\"log\",\"since\":%lld}",
			 (long long)since);
		a = run(r, request);
		assert_int_equal(number_of(a, "overwritten"), first ? 100 : 0);
		seen += (json_int_t)json_array_size(json_object_get(a, "entries"));
		since = number_of(a, "next");
		json_decref(a);
		if (since == n + 1)
			break;
	}
	assert_int_equal(seen, NIC_LOG_ENTRIES);

	a = run(r, "{\"request\":\"log\",\"failed\":true,\"fields\":true,\"bytes\":true}");
	entries = json_object_get(a, "entries");
	assert_int_equal(json_array_size(entries), 3);
	assert_int_equal(number_of(json_array_get(entries, 0), "number"), 4000);
	assert_int_equal(number_of(json_array_get(entries, 0), "syndrome"), 4660);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(entries, 0), "status")),
		"limits exceeded");
	assert_true(json_is_true(json_object_get(json_array_get(entries, 0), "injected")));
	assert_string_equal(json_string_value(json_object_get(json_array_get(entries, 0), "out")),
			    "status 0x8, syndrome 0x1234");
	json_decref(a);

	a = run(r, "{\"request\":\"log\",\"last\":2,\"failed\":true}");
	entries = json_object_get(a, "entries");
	assert_int_equal(number_of(json_array_get(entries, 0), "number"), 4001);
	json_decref(a);

	a = run(r, "{\"request\":\"stats\"}");
	assert_int_equal(number_of(json_array_get(json_object_get(a, "opcodes"), 0), "failed"), 3);
	json_decref(a);
	nic_requests_free(r);
	nic_device_free(dev);
}

static void a_packet_that_is_sent_shows_its_way_and_is_captured(void **state)
{
	struct nic_device *dev = device_new();
	struct nic_requests *r;
	struct diag d;
	json_t *a;

	diag_init(&d);
	assert_int_equal(nic_requests_new(&r, dev, &d), 0);
	/* No table: it is dropped, and the way says so. */
	a = run(r, "{\"request\":\"send\",\"port\":\"1\",\"frame\":"
		   "\"020000000002 020000000001 0800 45000014000000004011000000000000ffffffff\"}");
	assert_string_equal(json_string_value(json_object_get(a, "result")), "miss");
	assert_int_equal(number_of(a, "vanished"), 1);
	assert_true(has(json_string_value(json_object_get(a, "way")), "nic_device_receive"));
	json_decref(a);
	nic_requests_free(r);
	nic_device_free(dev);
}

static void the_cable_is_pulled_out_and_plugged_in(void **state)
{
	static const char *const links[] = { "up", "down", "down", "up" };
	struct nic_device *dev = device_new();
	struct nic_requests *r;
	struct diag d;
	json_t *a;

	diag_init(&d);
	assert_int_equal(nic_requests_new(&r, dev, &d), 0);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		char request[64];

		snprintf(request, sizeof request, "{\"request\":\"fault\",\"link\":\"%s\"}",
			 links[i]);
		a = run(r, request);
		assert_string_equal(json_string_value(json_object_get(a, "link")), links[i]);
		assert_int_equal(nic_device_has_link(dev), !strcmp(links[i], "up"));
		json_decref(a);
	}
	nic_requests_free(r);
	nic_device_free(dev);
}

static void set_health(void *aux, unsigned int health)
{
	*(unsigned int *)aux = health;
}

static unsigned int get_health(void *aux)
{
	return *(unsigned int *)aux;
}

static void the_firmware_falls_ill(void **state)
{
	static const struct {
		const char *word;
		unsigned int health;
	} rows[] = { { "0x8", 8 }, { "16", 16 }, { "stuck", NIC_HEALTH_STUCK }, { "ok", 0 } };
	struct nic_device *dev = device_new();
	unsigned int health = 0;
	const struct nic_requests_front front = { &health, NULL, set_health, get_health };
	struct nic_requests *r;
	struct diag d;

	diag_init(&d);
	assert_int_equal(nic_requests_new(&r, dev, &d), 0);
	nic_requests_set_front(r, &front);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char request[64];
		json_t *a;

		snprintf(request, sizeof request, "{\"request\":\"fault\",\"health\":\"%s\"}",
			 rows[i].word);
		a = run(r, request);
		assert_int_equal(health, rows[i].health);
		assert_int_equal(json_integer_value(json_object_get(a, "health")), health);
		json_decref(a);
	}
	nic_requests_free(r);
	nic_device_free(dev);
}

static void a_sub_function_has_a_name_once_it_is_allocated(void **state)
{
	static const char send[] = "{\"request\":\"send\",\"port\":\"pf0sf1\",\"frame\":"
				   "\"020000000001020000000002080000000000\"}";
	struct nic_device *dev = device_new();
	uint8_t in[IFC_ALLOC_SF_IN_SIZE] = { 0 }, out[IFC_ALLOC_SF_OUT_SIZE];
	struct nic_requests *r;
	unsigned int n;
	struct diag d;
	json_t *a;

	diag_init(&d);
	assert_int_equal(nic_requests_new(&r, dev, &d), 0);
	IFC_SET(cmd_in, in, opcode, MLX5_CMD_OP_ALLOC_SF);
	IFC_SET(alloc_sf_in, in, function_id, nic_device_first_sf(dev, &n) + 1u);
	assert_int_equal(n, 2);
	assert_int_equal(nic_device_exec(dev, in, sizeof in, out, sizeof out), 0);
	assert_int_equal(IFC_GET(cmd_out, out, status), 0);
	a = run(r, send);
	assert_string_equal(json_string_value(json_object_get(a, "port")), "sf 1");
	json_decref(a);
	nic_requests_free(r);
	nic_device_free(dev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_answered_by_a_line),
		cmocka_unit_test(rubbish_gets_an_error_and_the_next_line_an_answer),
		cmocka_unit_test(a_line_that_is_too_long_is_one_error),
		cmocka_unit_test(who_does_not_read_is_not_listened_to),
		cmocka_unit_test(clients_are_bounded_and_those_that_do_not_read_go_first),
		cmocka_unit_test(a_client_that_goes_takes_nothing_with_it),
		cmocka_unit_test(the_socket_is_of_its_user_alone_and_of_one_device),
		cmocka_unit_test(a_request_without_a_device_says_so),
		cmocka_unit_test(a_stream_is_a_client_and_its_echo_is_not_answered),
		cmocka_unit_test(a_client_asks_through_the_socket),
		cmocka_unit_test(a_client_asks_through_a_serial_line),
		cmocka_unit_test(the_log_comes_in_pages_and_says_what_is_lost),
		cmocka_unit_test(the_cable_is_pulled_out_and_plugged_in),
		cmocka_unit_test(the_firmware_falls_ill),
		cmocka_unit_test(a_sub_function_has_a_name_once_it_is_allocated),
		cmocka_unit_test(a_packet_that_is_sent_shows_its_way_and_is_captured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
