/* SPDX-License-Identifier: BSD-2-Clause */
/* The built-in profiles, and what is wrong with others. */
#include "nic/profile/profile.h"

#include "base/alloc.h"
#include "nic/device/device.h"

#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static struct nic_profile profile;

static void load(const char *name)
{
	struct diag d;

	diag_init(&d);
	if (nic_profile_load(&profile, name, &d))
		fail_msg("%s", d.words);
}

/* ---- the built-in ones ---- */

static void every_built_in_profile_is_one_that_the_device_implements(void **state)
{
	size_t n = 0;

	for (const char *name; (name = nic_profile_name(n)) != NULL; n++)
		load(name);
	assert_int_equal(n, 7);
}

static void families_have_the_numbers_of_their_pci_functions(void **state)
{
	static const struct {
		const char *name;
		uint16_t id;
	} ids[] = { { "cx5", 0x1017 }, { "cx6dx", 0x101d }, { "cx7", 0x1021 }, { "bf2", 0xa2d6 },
		    { "bf3", 0xa2dc }, { "minimal", 0 },    { "plain", 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		load(ids[i].name);
		assert_int_equal(profile.pci_device_id, ids[i].id);
	}
}

/* As NICs come, their firmware parses no ICMP and no MPLS; without a profile all is there. */
static void families_have_what_their_firmware_has_by_default(void **state)
{
	static const char *const names[] = { "cx5", "cx6dx", "cx7", "bf2", "bf3" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const uint8_t *fdb, *can;

		load(names[i]);
		fdb = IFC_PTR(flow_table_eswitch_cap, profile.caps.eswitch_flow_table,
			      flow_table_properties_nic_esw_fdb);
		can = IFC_PTR(flow_table_prop_layout, fdb, ft_field_support);
		assert_int_equal(IFC_GET(cmd_hca_cap, profile.caps.general, flex_parser_protocols),
				 0x8);
		assert_int_equal(
			IFC_GET(flow_table_fields_supported, can, outer_first_mpls_over_udp), 0);
		assert_int_equal(IFC_GET(flow_table_fields_supported, can, outer_geneve_vni), 1);
	}
	load("cx5");
	assert_int_equal(IFC_GET(cmd_hca_cap, profile.caps.general, log_max_current_mc_list), 11);
}

static void a_driver_is_told_what_the_profile_says(void **state)
{
	static const uint32_t types[] = { MLX5_CAP_GENERAL, MLX5_CAP_ETHERNET_OFFLOADS,
					  MLX5_CAP_FLOW_TABLE };
	uint8_t in[IFC_QUERY_HCA_CAP_IN_SIZE] = { 0 };
	static uint8_t out[IFC_QUERY_HCA_CAP_OUT_SIZE + NIC_CAP_SIZE];
	struct nic_params params = { .caps = &profile.caps };
	size_t at = IFC_OFF_query_hca_cap_out__capability;
	struct nic_device *dev;

	load("plain");
	assert_int_equal(nic_device_new(&dev, &params), 0);
	IFC_SET(cmd_in, in, opcode, MLX5_CMD_OP_QUERY_HCA_CAP);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		IFC_SET(cmd_in, in, op_mod, types[i] << 1);
		assert_int_equal(nic_device_exec(dev, in, sizeof in, out, at + NIC_CAP_SIZE), 0);
		assert_int_equal(IFC_GET(cmd_out, out, status), 0);
		assert_memory_equal(out + at, nic_caps_find(&profile.caps, types[i]), NIC_CAP_SIZE);
		if (types[i] != MLX5_CAP_GENERAL)
			continue;
		assert_int_equal(IFC_GET(cmd_hca_cap, out + at, port_type), 1);
		assert_int_equal(IFC_GET(cmd_hca_cap, out + at, num_ports), 1);
		assert_int_equal(IFC_GET(cmd_hca_cap, out + at, eth_net_offloads), 1);
		assert_int_equal(IFC_GET(cmd_hca_cap, out + at, eswitch_manager), 0);
	}
	nic_device_free(dev);
}

/* ---- each capability has a test ---- */

struct rows {
	json_t *files[16];
	size_t n;
	size_t n_bad;
};

static char *read_source(const char *path)
{
	const char *root = getenv("INHW_SOURCE");
	char name[512], *text;
	FILE *f;
	size_t n;

	snprintf(name, sizeof name, "%s/%s", root ? root : ".", path);
	f = fopen(name, "r");
	if (!f)
		return NULL;
	text = mem_new(4u << 20);
	assert_non_null(text);
	n = fread(text, 1, (4u << 20) - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

/* "FILE: FUNCTION": whether that is a test of the tree. */
static bool is_test(const char *test)
{
	const char *colon = test ? strstr(test, ": ") : NULL;
	char path[256], function[256], *text;
	bool found;

	if (!colon || (size_t)(colon - test) >= sizeof path)
		return false;
	snprintf(path, sizeof path, "%.*s", (int)(colon - test), test);
	snprintf(function, sizeof function, "cmocka_unit_test(%s)", colon + 2);
	text = read_source(path);
	found = text && strstr(text, function);
	mem_free(text);
	return found;
}

static void read_rows(struct rows *r)
{
	static const char *const names[] = { "common", "firmware", "plain", "minimal", "cx5",
					     "cx6dx",  "cx7",	   "bf2",   "bf3" };
	char path[64], *text;

	memset(r, 0, sizeof *r);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof path, "profiles/nic/%s.json", names[i]);
		text = read_source(path);
		assert_non_null(text);
		r->files[r->n] = json_loads(text, 0, NULL);
		assert_non_null(r->files[r->n++]);
		mem_free(text);
	}
}

static void free_rows(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		json_decref(r->files[i]);
}

static bool is_in_rows(const struct rows *r, const char *path)
{
	json_t *row;
	size_t k;

	for (size_t i = 0; i < r->n; i++) {
		json_array_foreach(json_object_get(r->files[i], "capabilities"), k, row)
		{
			if (!fnmatch(json_string_value(json_object_get(row, "cap")), path, 0))
				return true;
		}
	}
	return false;
}

static void every_advertised_capability_names_a_test_that_uses_it(void **state)
{
	struct rows r;
	json_t *row;
	size_t k, n = 0;

	read_rows(&r);
	for (size_t i = 0; i < r.n; i++) {
		json_array_foreach(json_object_get(r.files[i], "capabilities"), k, row)
		{
			const char *cap = json_string_value(json_object_get(row, "cap"));
			const char *test = json_string_value(json_object_get(row, "test"));

			if (is_test(test))
				continue;
			print_message("# %s: there is no test %s\n", cap, test ? test : "(none)");
			n++;
		}
	}
	free_rows(&r);
	assert_int_equal(n, 0);
}

static int find_row(void *aux, const struct nic_cap *c)
{
	struct rows *r = aux;

	if (!c->bound || is_in_rows(r, c->path))
		return 0;
	print_message("# %s is implemented (%u) and no profile advertises it: "
		      "profiles/nic/common.json wants a row\n",
		      c->path, c->bound);
	r->n_bad++;
	return 0;
}

static void what_the_device_implements_some_profile_advertises(void **state)
{
	struct rows r;

	read_rows(&r);
	assert_int_equal(nic_caps_walk(&profile.caps, find_row, &r), 0);
	free_rows(&r);
	assert_int_equal(r.n_bad, 0);
}

/* ---- files ---- */

#define ROW(cap, value) \
	"{\"capabilities\":[{\"cap\":\"" cap "\",\"value\":" value ",\"why\":\"w\"}]}"

static int load_text(const char *text, struct diag *d)
{
	char path[] = "/tmp/inhw-profile-XXXXXX";
	int fd = mkstemp(path), err;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	diag_init(d);
	err = nic_profile_load(&profile, path, d);
	assert_int_equal(unlink(path), 0);
	return err;
}

static void bad_files_are_refused_with_words(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "", "line 1: " },
		{ "{\"capabilities\": [}", "line 1: " },
		{ "[]", "a profile is {" },
		{ "{\"capabilities\": {}}", "a profile is {" },
		{ "{\"capabilities\": [], \"inherit\": \"cx5\"}", "a profile is {" },
		{ "{\"capabilities\": [], \"inherits\": \"cx4\"}",
		  "profile cx4: there is no profile of this name; there are plain, minimal, "
		  "cx5, cx6dx, cx7, bf2, bf3, and files" },
		{ "{\"capabilities\": [1]}", "row 1: a row is {" },
		{ "{\"capabilities\": [{\"cap\": \"a\", \"value\": 1}]}", "row 1: a row is {" },
		{ ROW("cmd_hca_cap.port", "1"), "row 1: there is no capability cmd_hca_cap.port" },
		{ ROW("port_type", "1"), "there is no capability port_type" },
		{ ROW("cmd_hca_cap.port_type", "-1"), "cmd_hca_cap.port_type: the value is a" },
		{ ROW("cmd_hca_cap.port_type", "true"), "the value is a number" },
		{ ROW("cmd_hca_cap.port_type", "\"0xg\""), "the value is a number" },
		{ ROW("cmd_hca_cap.port_type", "\"1\""), "the value is a number" },
		{ ROW("cmd_hca_cap.port_type", "4294967296"), "the value is a number" },
		{ ROW("cmd_hca_cap.port_type", "4"), "4 does not fit: it is at most 3" },
		{ ROW("pci.device_id", "\"max\""), "pci.device_id is a number of 16 bits" },
		{ ROW("pci.device_id", "65536"), "pci.device_id is a number of 16 bits" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct diag d;
		int err = load_text(cases[i].text, &d);

		assert_true(err == -EINVAL || err == -ENOENT);
		if (!strstr(d.words, cases[i].words))
			fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].text, d.words,
				 cases[i].words);
	}
}

static void what_the_device_does_not_implement_is_refused_with_the_bound(void **state)
{
	static const struct {
		const char *cap, *value, *words;
	} cases[] = {
		{ "cmd_hca_cap.log_max_srq", "8",
		  "cmd_hca_cap.log_max_srq is 8, and the device does not implement it" },
		{ "cmd_hca_cap.log_max_cq", "20",
		  "cmd_hca_cap.log_max_cq is 20 (0x14), and the device implements at most 14" },
		{ "cmd_hca_cap.flex_parser_protocols", "1", "and the device implements bits of" },
		{ "cmd_hca_cap.log_min_stride_sz_rq", "0", "and the device implements at least 4" },
		{ "cmd_hca_cap.port_type", "0", "and the device implements exactly 1" },
		{ "cmd_hca_cap.vhca_id", "7", "and the device implements 0 or 1" },
	};
	char text[512];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct diag d;

		snprintf(text, sizeof text,
			 "{\"inherits\":\"cx5\",\"capabilities\":[{\"cap\":\"%s\",\"value\":%s,"
			 "\"why\":\"w\"}]}",
			 cases[i].cap, cases[i].value);
		assert_int_equal(load_text(text, &d), -EINVAL);
		if (!strstr(d.words, cases[i].words))
			fail_msg("\"%s\" instead of \"%s\"", d.words, cases[i].words);
	}
}

static void the_last_row_about_a_capability_holds(void **state)
{
	static const char text[] =
		"{\"about\":\"a\",\"inherits\":\"cx5\",\"capabilities\":["
		"{\"cap\":\"cmd_hca_cap.log_max_cq\",\"value\":\"max\",\"why\":\"w\"},"
		"{\"cap\":\"cmd_hca_cap.log_max_cq\",\"value\":\"0x3\",\"why\":\"w\"},"
		"{\"cap\":\"flow_table_*.push_vlan*\",\"value\":0,\"why\":\"w\",\"test\":\"t\"}]}";
	const uint8_t *fdb;
	struct diag d;

	assert_int_equal(load_text(text, &d), 0);
	assert_int_equal(IFC_GET(cmd_hca_cap, profile.caps.general, log_max_cq), 3);
	assert_int_equal(profile.pci_device_id, 0x1017);
	fdb = IFC_PTR(flow_table_eswitch_cap, profile.caps.eswitch_flow_table,
		      flow_table_properties_nic_esw_fdb);
	assert_int_equal(IFC_GET(flow_table_prop_layout, fdb, push_vlan), 0);
	assert_int_equal(IFC_GET(flow_table_prop_layout, fdb, push_vlan_2), 0);
	assert_int_equal(IFC_GET(flow_table_prop_layout, fdb, pop_vlan), 1);
}

static void a_profile_that_inherits_from_itself_ends(void **state)
{
	char path[] = "/tmp/inhw-profile-XXXXXX", text[128];
	int fd = mkstemp(path), n;
	struct diag d;

	assert_true(fd >= 0);
	n = snprintf(text, sizeof text, "{\"inherits\":\"%s\",\"capabilities\":[]}", path);
	assert_int_equal(write(fd, text, (size_t)n), n);
	close(fd);
	diag_init(&d);
	assert_int_equal(nic_profile_load(&profile, path, &d), -EINVAL);
	assert_non_null(strstr(d.words, "more than 8 profiles inherit from each other"));
	assert_int_equal(unlink(path), 0);
}

static void files_that_are_none_are_refused(void **state)
{
	struct diag d;

	diag_init(&d);
	assert_int_equal(nic_profile_load(&profile, "./none.json", &d), -ENOENT);
	assert_string_equal(d.words, "profile ./none.json: No such file or directory");
	diag_init(&d);
	assert_int_equal(nic_profile_load(&profile, "/", &d), -EISDIR);
	diag_init(&d);
	assert_int_equal(nic_profile_load(&profile, "/dev/zero", &d), -E2BIG);
	diag_init(&d);
	assert_int_equal(nic_profile_load(&profile, "cx4", &d), -ENOENT);
}

static void memory_that_runs_out_is_told(void **state)
{
	static const char text[] = ROW("cmd_hca_cap.log_max_cq", "0");
	bool done = false;

	for (unsigned long n = 1; !done; n++) {
		struct diag d;
		int err;

		mem_fail_nth(n);
		err = load_text(text, &d);
		done = !mem_fail_happened();
		mem_fail_nth(0);
		if (!done)
			assert_int_equal(err, -ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_built_in_profile_is_one_that_the_device_implements),
		cmocka_unit_test(families_have_the_numbers_of_their_pci_functions),
		cmocka_unit_test(families_have_what_their_firmware_has_by_default),
		cmocka_unit_test(a_driver_is_told_what_the_profile_says),
		cmocka_unit_test(every_advertised_capability_names_a_test_that_uses_it),
		cmocka_unit_test(what_the_device_implements_some_profile_advertises),
		cmocka_unit_test(bad_files_are_refused_with_words),
		cmocka_unit_test(what_the_device_does_not_implement_is_refused_with_the_bound),
		cmocka_unit_test(the_last_row_about_a_capability_holds),
		cmocka_unit_test(a_profile_that_inherits_from_itself_ends),
		cmocka_unit_test(files_that_are_none_are_refused),
		cmocka_unit_test(memory_that_runs_out_is_told),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
