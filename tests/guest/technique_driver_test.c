// SPDX-License-Identifier: GPL-2.0-or-later
/* Every way that we know past a ban of a driver: see tests/guest/technique.h. */
#include "tests/guest/driver.h"
#include "tests/guest/technique.h"

#define COPY "/run/copy.ko"

static int copied(const char *path, const char *to)
{
	int r;

	guest_copy_salted(path, to, "");
	r = driver_finit(to);
	unlink(to);
	return r;
}

static int another_name(const char *path)
{
	return copied(path, "/run/harmless.ko");
}

static int memory_file_system(const char *path)
{
	return copied(path, "/dev/shm/a.ko");
}

static int linked(const char *path)
{
	int r;

	unlink(COPY);
	r = symlink(path, COPY) ? -errno : driver_finit(COPY);
	unlink(COPY);
	return r;
}

static int deleted(const char *path)
{
	int fd;

	guest_copy_salted(path, COPY, "");
	fd = open(COPY, O_RDONLY | O_CLOEXEC);
	unlink(COPY);
	return driver_finit_fd(fd, 0);
}

static int forced(const char *path)
{
	return driver_finit_fd(open(path, O_RDONLY | O_CLOEXEC), 3 /* IGNORE_MODVERSIONS, IGNORE_VERMAGIC */);
}

static int by_insmod(const char *path)
{
	char *output = NULL;
	int r = GUEST_RUN(&output, "insmod", path);

	if (r)
		r = strstr(output, "not permitted") ? -EPERM : -EIO;
	free(output);
	if (!r)
		driver_unload(DRIVER_MODULE);
	return r;
}

/* From memory, without what stands behind the module: the signature. */
static int without_signature(const char *path)
{
	DRIVER_FREE struct driver_bytes bytes = driver_read(path);

	bytes.size -= 28; /* the mark that ends it: what is before is never looked at then */
	return driver_init_bytes(&bytes);
}

static int one_byte_more(const char *path)
{
	int r;

	guest_copy_salted(path, COPY, "x");
	r = driver_finit(COPY);
	unlink(COPY);
	return r;
}

#define BYTES "what the kernel has read is hashed, by whichever call it came"
#define SAYS "what the driver says of itself is read: name, author, srcversion, signer"
#define OTHER "it is another content: rules for name, author, srcversion, `ban module unsigned' close it"

static const struct technique by_hash[] = {
	{"finit_module", driver_finit, 0, TECHNIQUE_REFUSED, BYTES},
	{"init_module, from memory", driver_init, 0, TECHNIQUE_REFUSED, BYTES},
	{"finit_module of a memfd", driver_memfd, 0, TECHNIQUE_REFUSED, BYTES},
	{"driver under another name", another_name, 0, TECHNIQUE_REFUSED, BYTES},
	{"driver copied to /dev/shm", memory_file_system, 0, TECHNIQUE_REFUSED, BYTES},
	{"driver by a symbolic link", linked, 0, TECHNIQUE_REFUSED, BYTES},
	{"driver that is deleted before it is loaded", deleted, 0, TECHNIQUE_REFUSED, BYTES},
	{"insmod", by_insmod, 0, TECHNIQUE_REFUSED, BYTES},
	{"driver without its signature", without_signature, 0, TECHNIQUE_PASSES, OTHER},
	{"driver with one byte more", one_byte_more, 0, TECHNIQUE_PASSES, OTHER},
};

static const struct technique by_name[] = {
	{"finit_module", driver_finit, 0, TECHNIQUE_REFUSED, SAYS},
	{"init_module, from memory", driver_init, 0, TECHNIQUE_REFUSED, SAYS},
	{"finit_module of a memfd", driver_memfd, 0, TECHNIQUE_REFUSED, SAYS},
	{"driver under another name", another_name, 0, TECHNIQUE_REFUSED, SAYS},
	{"driver that is deleted before it is loaded", deleted, 0, TECHNIQUE_REFUSED, SAYS},
	{"insmod", by_insmod, 0, TECHNIQUE_REFUSED, SAYS},
	{"driver without its signature", without_signature, 0, TECHNIQUE_REFUSED, SAYS},
	{"driver with one byte more", one_byte_more, 0, TECHNIQUE_REFUSED, SAYS},
};

static void try_all(const struct technique *techniques, size_t count, const char *kind, const char *ban)
{
	char *stock = driver_path("stock.ko");
	bool possible[16];

	DRIVER_LIFT();
	for (size_t i = 0; i < count; i++)
		possible[i] = technique_control(&techniques[i], stock);
	DRIVER_BAN("%s", ban);
	for (size_t i = 0; i < count; i++)
		if (possible[i])
			technique_try(&techniques[i], stock, kind, "-");
	DRIVER_LIFT();
	EXPECT_EQ(0, driver_finit(stock));
	free(stock);
}

TEST_TIMEOUT(by_hash, 240)
{
	try_all(by_hash, sizeof(by_hash) / sizeof(*by_hash), "driver's hash",
		strdup(PATH_OF("ban hash %s format=module\n", driver_hash(driver_path("stock.ko")))));
}

TEST_TIMEOUT(by_name, 240)
{
	try_all(by_name, sizeof(by_name) / sizeof(*by_name), "driver's name",
		"ban module name=" DRIVER_MODULE "\n");
}

TEST_TIMEOUT(forced, 240)
{
	static const struct technique one = {"driver loaded by force", forced, 0, TECHNIQUE_REFUSED, SAYS};

	try_all(&one, 1, "driver's name", "ban module name=" DRIVER_MODULE "\n");
}

GUEST_MAIN
