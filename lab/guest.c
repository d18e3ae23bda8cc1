/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/guest.h"

#include "lab/directory.h"
#include "lab/embedded.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Variables that mean something on the host only. */
static const char *const left_out[] = { "LD_PRELOAD", "TMPDIR", "XDG_RUNTIME_DIR", "PWD",
					"OLDPWD",     "SHLVL",	"INHW_NIC",	   "_" };

void lab_guest_quote(struct text *t, const char *s)
{
	text_put_char(t, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			text_put(t, "'\\''");
		else
			text_put_char(t, *s);
	}
	text_put_char(t, '\'');
}

static void put_setting(struct text *t, const char *name, const char *value)
{
	text_putf(t, "%s=", name);
	lab_guest_quote(t, value);
	text_put_char(t, '\n');
}

/* The length of the name of a variable that a shell can have and the guest should; 0: none. */
static size_t name_length(const char *variable)
{
	size_t n = strcspn(variable, "=");

	if (!variable[n] || isdigit((unsigned char)variable[0]))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)variable[i]) && variable[i] != '_')
			return 0;
	for (size_t i = 0; i < ARRAY_SIZE(left_out); i++)
		if (strlen(left_out[i]) == n && !memcmp(left_out[i], variable, n))
			return 0;
	return n;
}

static void put_environment(struct text *t)
{
	for (char **e = environ; *e; e++) {
		size_t n = name_length(*e);

		if (!n)
			continue;
		text_put(t, "export ");
		text_put_mem(t, *e, n);
		text_put_char(t, '=');
		lab_guest_quote(t, *e + n + 1);
		text_put_char(t, '\n');
	}
}

static void put_settings(struct text *t, const struct lab_params *p)
{
	char *cwd = getcwd(NULL, 0);

	text_putf(t, "nics=%u\nsfs=%u\novs=%d\nswitchdev=%d\ninteractive=%d\nlevel=1\n",
		  (unsigned int)p->n_nics, (unsigned int)p->n_sfs, !p->no_ovs, !p->no_switchdev,
		  !p->argv[0]);
	put_setting(t, "cwd", cwd ? cwd : "/");
	put_setting(t, "share", p->share ? p->share : "");
	put_setting(t, "program", p->program);
	text_put(t, "set --");
	for (const char *const *a = p->argv; *a; a++) {
		text_put_char(t, ' ');
		lab_guest_quote(t, *a);
	}
	text_put_char(t, '\n');
	free(cwd);
}

/* A text that was built becomes a file. */
static int write_text(const char *dir, const char *name, struct text *t, struct diag *d)
{
	int err = t->error ? diag_set(d, t->error, "no memory")
			   : lab_directory_write(dir, name, t->s, t->len, 0600, d);

	text_fini(t);
	return err;
}

int lab_guest_write(const char *dir, const struct lab_params *p, struct diag *d)
{
	struct text t;
	int err;

	err = lab_directory_write(dir, "init", lab_init_file, lab_init_file_size, 0700, d);
	if (!err)
		err = lab_directory_write(dir, "trace", lab_trace_file, lab_trace_file_size, 0700,
					  d);
	if (err)
		return err;
	text_init(&t);
	put_settings(&t, p);
	err = write_text(dir, "settings", &t, d);
	if (err)
		return err;
	text_init(&t);
	put_environment(&t);
	return write_text(dir, "environment", &t, d);
}

/*
 * Linux gives a PCI device 40,000 turns of udelay(1) to answer a read, and goes on as if it had:
 * a device that the host does not run for 40 ms is lost. So a turn is longer than a microsecond, as
 * long as 32 bits of loops_per_jiffy * HZ / 4 allow (arch/x86/um/delay.c): about 5 us. What is
 * measured instead depends on how busy the host was in that moment.
 */
#define LOOPS_PER_JIFFY 150000000u

static void put_word(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void put_word(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_vputf(t, fmt, args);
	va_end(args);
	text_put_mem(t, "", 1);
}

void lab_guest_command(struct text *t, const char *kernel, const char *dir,
		       const struct lab_params *p)
{
	put_word(t, "%s", kernel);
	put_word(t, "mem=%uM", (unsigned int)p->memory_mb);
	put_word(t, "root=/dev/root");
	put_word(t, "rootfstype=hostfs");
	put_word(t, "rootflags=/");
	put_word(t, "ro");
	put_word(t, "init=%s/init", dir);
	put_word(t, "INHW_LAB=%s", dir);
	put_word(t, "uml_dir=%s", dir);
	put_word(t, "umid=uml");
	put_word(t, "panic=-1");
	put_word(t, "loglevel=7");
	put_word(t, "lpj=%u", LOOPS_PER_JIFFY);
	put_word(t, "con=null");
	put_word(t, "con0=null,fd:%d", LAB_FD_LOG);
	if (!p->argv[0])
		put_word(t, "con1=fd:%d", LAB_FD_TERMINAL);
	put_word(t, "ssl=null");
	for (unsigned int i = 0; i < p->n_nics; i++) {
		put_word(t, "ssl%u=fd:%u", i, LAB_FD_CONTROL + i);
		put_word(t, "virtio_uml.device=%s/nic%u:1234", dir, i);
	}
	put_word(t, "ssl8=null,fd:%d", LAB_FD_OUT);
	put_word(t, "ssl9=null,fd:%d", LAB_FD_ERR);
	put_word(t, "ssl10=null,fd:%d", LAB_FD_EVENTS);
}

int lab_guest_preload(void)
{
	int fd = memfd_create("inhw-preload", MFD_CLOEXEC);

	if (fd >= 0 &&
	    write(fd, lab_preload_file, lab_preload_file_size) != (ssize_t)lab_preload_file_size) {
		close(fd);
		return -1;
	}
	return fd;
}
