/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole server with its threads, and guests that come and go. */
#include "nic/serve/serve.h"

#include "base/byteorder.h"
#include "base/clock.h"
#include "nic/device/bar.h"
#include "nic/pci/pci-dummy.h"
#include "nic/serve/client.h"
#include "nic/serve/journal.h"
#include "nic/serve/mailbox.h"
#include "serve/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define QUEUE	    (PCI_DUMMY_ADDR + PCI_DUMMY_ROOM)
#define WAIT_MAX_NS (10 * NSEC_PER_SEC)

static int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* ---- a server in a thread of its own ---- */

struct bed {
	char folder[64], path[96], lock[112];
	struct nic_serve *serve;
	pthread_t thread;
	int result;
};

static void make_folder(struct bed *b)
{
	memset(b, 0, sizeof *b);
	strcpy(b->folder, "/tmp/inhw-serve-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->path, sizeof b->path, "%s/nic", b->folder);
	snprintf(b->lock, sizeof b->lock, "%s.lock", b->path);
}

static void remove_folder(struct bed *b)
{
	assert_int_equal(rmdir(b->folder), 0); /* it is empty */
}

static int new_serve(struct bed *b, struct nic_serve **out, struct diag *d)
{
	const struct nic_serve_params params = { .vhost_user = b->path,
						 .device = { .n_vfs = 2 },
						 .pci_device_id = 0x1021,
						 .quiet = true };

	diag_init(d);
	return nic_serve_new(out, &params, d);
}

static void *run(void *aux)
{
	struct bed *b = aux;
	struct diag d;

	diag_init(&d);
	b->result = nic_serve_run(b->serve, &d);
	return NULL;
}

static void start(struct bed *b)
{
	struct diag d;

	make_folder(b);
	assert_int_equal(new_serve(b, &b->serve, &d), 0);
	assert_int_equal(pthread_create(&b->thread, NULL, run, b), 0);
}

static void finish(struct bed *b)
{
	pthread_join(b->thread, NULL);
	assert_int_equal(b->result, 0);
	nic_serve_free(b->serve);
	remove_folder(b);
}

static void stop(struct bed *b)
{
	nic_serve_stop(b->serve);
	finish(b);
}

/* ---- a guest ---- */

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static uint32_t swap(uint32_t x)
{
	return __builtin_bswap32(x);
}

/* What a driver does first: bus master, where its command queue is. */
static void bring_up(struct pci_dummy *g)
{
	assert_int_equal(pci_dummy_connect(g), 0);
	assert_int_equal(pci_dummy_config_read(g, PCI_VENDOR_ID, 4), 0x102115b3);
	pci_dummy_config_write(g, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	assert_int_equal(pci_dummy_read(g, 4, 4), swap(5 << 16 | 1000));
	pci_dummy_write(g, 0x10, 4, 0);
	pci_dummy_write(g, 0x14, 4, swap(QUEUE));
}

static void guest_init(struct pci_dummy *g, const struct bed *b)
{
	assert_int_equal(pci_dummy_init(g, connect_to(b->path), NULL, NULL), 0);
}

/* A command that fits into its entry; its status and syndrome. */
static uint32_t execute(struct pci_dummy *g, unsigned int slot, uint16_t opcode)
{
	uint8_t *e = g->memory + PCI_DUMMY_ROOM + slot * IFC_CMD_QUEUE_ENTRY_SIZE;
	uint64_t since = clock_now_ns();

	memset(e, 0, IFC_CMD_QUEUE_ENTRY_SIZE);
	IFC_SET(cmd_in, IFC_PTR(cmd_queue_entry, e, command_input_inline_data), opcode, opcode);
	IFC_SET(cmd_queue_entry, e, type, MLX5_CMD_TYPE_PCI);
	IFC_SET(cmd_queue_entry, e, input_length, 16);
	IFC_SET(cmd_queue_entry, e, output_length, 16);
	IFC_SET(cmd_queue_entry, e, ownership, 1);
	pci_dummy_write(g, 0x18, 4, swap(1u << slot));
	while (__atomic_load_n(e + IFC_CMD_QUEUE_ENTRY_SIZE - 1, __ATOMIC_ACQUIRE) & 1) {
		if (clock_now_ns() - since > WAIT_MAX_NS)
			fail_msg("the command was not executed");
		poll(NULL, 0, 0);
	}
	assert_int_equal(IFC_GET(cmd_queue_entry, e, status), 0);
	return IFC_GET(cmd_out, IFC_PTR(cmd_queue_entry, e, command_output_inline_data), syndrome);
}

static void a_guest_finds_the_device_and_commands_it(void **state)
{
	int n_fds = count_fds();
	struct bed b;
	struct pci_dummy g;

	start(&b);
	guest_init(&g, &b);
	bring_up(&g);
	for (unsigned int i = 0; i < 1000; i++)
		assert_string_equal(nic_syndrome_words(execute(&g, i % 32, 0x7ff)),
				    "the device does not implement this command");
	/* Doorbells of nothing in particular, more than the mailbox holds. */
	for (unsigned int i = 0; i < 3 * NIC_MAILBOX_SIZE; i++)
		assert_int_equal(pci_dummy_write(&g, 0x8040, 4, i), 0);
	execute(&g, 31, 0x7ff);
	pci_dummy_fini(&g);
	stop(&b);
	assert_int_equal(count_fds(), n_fds);
}

static uint64_t ask_commands(struct nic_client *c)
{
	json_t *request = json_pack("{s:s}", "request", "stats"), *answer;
	uint64_t n;
	struct diag d;

	diag_init(&d);
	assert_int_equal(nic_client_ask(c, request, &answer, &d), 0);
	n = (uint64_t)json_integer_value(json_object_get(answer, "commands"));
	json_decref(request);
	json_decref(answer);
	return n;
}

static json_int_t ask_number(struct nic_client *c, const char *object, const char *key)
{
	json_t *request = json_pack("{s:s}", "request", "stats"), *answer, *of;
	json_int_t n;
	struct diag d;

	diag_init(&d);
	assert_int_equal(nic_client_ask(c, request, &answer, &d), 0);
	of = object ? json_object_get(answer, object) : answer;
	n = json_is_integer(json_object_get(of, key)) ? json_integer_value(json_object_get(of, key))
						      : -1;
	json_decref(request);
	json_decref(answer);
	return n;
}

static void the_device_answers_questions_beside_its_guest(void **state)
{
	struct bed b;
	struct pci_dummy g;
	struct nic_client *c;
	struct diag d;

	start(&b);
	diag_init(&d);
	assert_int_equal(nic_client_open(&c, b.path, &d), 0);
	assert_int_equal(ask_commands(c), 0);
	guest_init(&g, &b);
	bring_up(&g);
	for (unsigned int i = 1; i < 20; i++) {
		execute(&g, i, 0x7ff);
		assert_int_equal(ask_commands(c), i);
		assert_int_equal(ask_number(c, "doorbells", "command"), i);
	}
	assert_int_equal(ask_number(c, NULL, "guests"), 1);
	assert_int_equal(ask_number(c, "guest", "bad"), 0);
	assert_int_equal(ask_number(c, "guest", "pending"), 0);
	assert_true(ask_number(c, "guest", "writes") >= 19);
	assert_int_equal(ask_number(c, "doorbells", "sq"), 0);
	pci_dummy_fini(&g);
	nic_client_close(c);
	stop(&b);
}

static void guests_are_served_one_after_the_other(void **state)
{
	struct bed b;
	struct pci_dummy first, second;

	start(&b);
	guest_init(&first, &b);
	guest_init(&second, &b);
	bring_up(&first);
	execute(&first, 0, MLX5_CMD_OP_QUERY_HCA_CAP);
	/* It stays in the middle of a message. */
	assert_int_equal(send(first.socket, "\1\0\0", 3, 0), 3);
	pci_dummy_write(&first, 0x18, 4, UINT32_MAX);
	pci_dummy_fini(&first);
	bring_up(&second);
	execute(&second, 0, MLX5_CMD_OP_QUERY_HCA_CAP);
	/* The end while a guest is there. */
	stop(&b);
	pci_dummy_fini(&second);
}

static void guests_may_go_at_any_time(void **state)
{
	struct bed b;

	start(&b);
	for (unsigned int i = 0; i < 200; i++) {
		struct pci_dummy g;

		guest_init(&g, &b);
		if (i % 4)
			bring_up(&g);
		/* Its doorbells are on the way when it is gone. */
		for (unsigned int n = 0; i % 4 && n < i; n++) {
			uint8_t *e = g.memory + PCI_DUMMY_ROOM + n % 32 * 64;

			IFC_SET(cmd_queue_entry, e, ownership, 1);
			pci_dummy_write(&g, 0x18, 4, UINT32_MAX);
		}
		pci_dummy_fini(&g);
	}
	stop(&b);
}

static void a_guest_that_takes_its_memory_away_hurts_itself_alone(void **state)
{
	struct bed b;
	struct pci_dummy g;

	start(&b);
	guest_init(&g, &b);
	bring_up(&g);
	assert_int_equal(ftruncate(g.memory_fd, PCI_DUMMY_ROOM), 0);
	pci_dummy_write(&g, 0x18, 4, UINT32_MAX); /* the device thread */
	pci_dummy_config_read(&g, 0, 4);
	assert_int_equal(ftruncate(g.memory_fd, 0), 0);
	{
		const uint64_t one = 1;

		assert_int_equal(write(g.queues[0].kick, &one, 8), 8); /* the front thread */
	}
	/* Our own mapping is gone too: only the descriptors are closed. */
	g.memory = NULL;
	pci_dummy_fini(&g);
	guest_init(&g, &b);
	bring_up(&g);
	pci_dummy_fini(&g);
	stop(&b);
}

static void signals_end_it_cleanly(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct bed b;
		struct pci_dummy g;
		sigset_t set, old;

		/* As in a process with one thread: nobody else takes the signal. */
		sigemptyset(&set);
		sigaddset(&set, signals[i]);
		pthread_sigmask(SIG_BLOCK, &set, &old);
		start(&b);
		guest_init(&g, &b);
		bring_up(&g);
		kill(getpid(), signals[i]);
		finish(&b);
		pci_dummy_fini(&g);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
	}
}

/* ---- the socket ---- */

static void a_path_has_one_server(void **state)
{
	struct bed b;
	struct nic_serve *second;
	struct diag d;
	struct stat st;
	int n_fds = count_fds();

	start(&b);
	assert_int_equal(new_serve(&b, &second, &d), -EADDRINUSE);
	assert_non_null(strstr(d.words, "another server is listening there"));
	assert_int_equal(stat(b.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	stop(&b);
	assert_int_equal(count_fds(), n_fds);
}

static void what_a_killed_server_left_is_replaced(void **state)
{
	struct bed b;
	struct serve_listener *l;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct diag d;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	make_folder(&b);
	strcpy(address.sun_path, b.path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	close(fd);
	close(open(b.lock, O_CREAT | O_WRONLY, 0600));
	diag_init(&d);
	assert_int_equal(serve_listener_new(&l, b.path, &d), 0);
	assert_int_equal(serve_listener_accept(l), -EAGAIN);
	fd = connect_to(b.path);
	close(serve_listener_accept(l));
	close(fd);
	serve_listener_free(l);
	remove_folder(&b);
}

static void what_is_no_socket_is_left_alone(void **state)
{
	struct bed b;
	struct serve_listener *l;
	struct diag d;
	char path[200];
	int n_fds = count_fds();

	make_folder(&b);
	close(open(b.path, O_CREAT | O_WRONLY, 0600));
	diag_init(&d);
	assert_int_equal(serve_listener_new(&l, b.path, &d), -EEXIST);
	assert_non_null(strstr(d.words, "is there, and is no socket"));
	assert_int_equal(unlink(b.path), 0);
	diag_init(&d);
	snprintf(path, sizeof path, "%s/no/such", b.folder);
	assert_int_equal(serve_listener_new(&l, path, &d), -ENOENT);
	memset(path, 'x', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	diag_init(&d);
	assert_int_equal(serve_listener_new(&l, path, &d), -ENAMETOOLONG);
	assert_int_equal(count_fds(), n_fds);
	remove_folder(&b);
}

/* ---- the mailbox ---- */

#define N_MESSAGES 300000u

static void *send_all(void *aux)
{
	struct nic_mailbox *m = aux;
	struct nic_message message = { .type = NIC_MESSAGE_DOORBELL };

	for (uint32_t i = 0; i < N_MESSAGES; i++) {
		struct pollfd p = { .fd = m->room_fd, .events = POLLIN };

		message.bell.value[0] = i;
		message.bell.value[1] = ~i;
		while (!nic_mailbox_send(m, &message)) {
			if (poll(&p, 1, 10000) != 1)
				return NULL;
			nic_eventfd_clear(m->room_fd);
		}
	}
	return NULL;
}

static void messages_arrive_once_in_order_and_wake_who_sleeps(void **state)
{
	struct nic_mailbox m;
	struct nic_message message;
	struct diag d;
	pthread_t thread;

	diag_init(&d);
	assert_int_equal(nic_mailbox_init(&m, &d), 0);
	assert_false(nic_mailbox_receive(&m, &message));
	assert_int_equal(pthread_create(&thread, NULL, send_all, &m), 0);
	for (uint32_t i = 0; i < N_MESSAGES; i++) {
		struct pollfd p = { .fd = m.sent_fd, .events = POLLIN };

		while (!nic_mailbox_receive(&m, &message)) {
			assert_int_equal(poll(&p, 1, 10000), 1);
			nic_eventfd_clear(m.sent_fd);
		}
		assert_int_equal(message.bell.value[0], i);
		assert_int_equal(message.bell.value[1], ~i);
	}
	pthread_join(thread, NULL);
	nic_mailbox_fini(&m);
}

static void a_full_mailbox_takes_nothing(void **state)
{
	struct nic_mailbox m;
	struct nic_message message = { .type = NIC_MESSAGE_DOORBELL };
	struct diag d;

	diag_init(&d);
	assert_int_equal(nic_mailbox_init(&m, &d), 0);
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < NIC_MAILBOX_SIZE; i++)
			assert_true(nic_mailbox_send(&m, &message));
		assert_false(nic_mailbox_send(&m, &message));
		for (unsigned int i = 0; i < NIC_MAILBOX_SIZE; i++)
			assert_true(nic_mailbox_receive(&m, &message));
		assert_false(nic_mailbox_receive(&m, &message));
	}
	nic_mailbox_fini(&m);
}

/* ---- the log ---- */

static size_t count_lines(int fd, char *last, size_t size)
{
	static char text[65536];
	ssize_t n = pread(fd, text, sizeof text - 1, 0);
	size_t lines = 0;

	assert_true(n >= 0);
	text[n] = '\0';
	for (char *p = text, *end; (end = strchr(p, '\n')); p = end + 1, lines++)
		snprintf(last, size, "%.*s", (int)(end - p), p);
	return lines;
}

static void errors_of_a_guest_do_not_fill_the_log(void **state)
{
	char path[] = "/tmp/inhw-log-XXXXXX", last[600];
	uint64_t now = 5 * NSEC_PER_SEC;
	struct nic_journal l;
	struct diag d;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	diag_init(&d);
	diag_set(&d, -EINVAL, "nonsense");
	nic_journal_init(&l, fd);
	for (unsigned int i = 0; i < 1000; i++)
		nic_journal_error(&l, now, &d);
	assert_int_equal(count_lines(fd, last, sizeof last), NIC_JOURNAL_BURST);
	now += NSEC_PER_SEC;
	nic_journal_error(&l, now, &d);
	nic_journal_error(&l, now, &d);
	assert_int_equal(count_lines(fd, last, sizeof last), NIC_JOURNAL_BURST + 2);
	assert_string_equal(last, "inhw nic serve: nonsense");
	nic_journal_line(&l, "%0700d", 1); /* cut, and still a line */
	assert_int_equal(count_lines(fd, last, sizeof last), NIC_JOURNAL_BURST + 3);
	nic_journal_fini(&l);
	close(fd);
	nic_journal_init(&l, -1);
	nic_journal_line(&l, "to nobody");
	nic_journal_fini(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_finds_the_device_and_commands_it),
		cmocka_unit_test(the_device_answers_questions_beside_its_guest),
		cmocka_unit_test(guests_are_served_one_after_the_other),
		cmocka_unit_test(guests_may_go_at_any_time),
		cmocka_unit_test(a_guest_that_takes_its_memory_away_hurts_itself_alone),
		cmocka_unit_test(signals_end_it_cleanly),
		cmocka_unit_test(a_path_has_one_server),
		cmocka_unit_test(what_a_killed_server_left_is_replaced),
		cmocka_unit_test(what_is_no_socket_is_left_alone),
		cmocka_unit_test(messages_arrive_once_in_order_and_wake_who_sleeps),
		cmocka_unit_test(a_full_mailbox_takes_nothing),
		cmocka_unit_test(errors_of_a_guest_do_not_fill_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
