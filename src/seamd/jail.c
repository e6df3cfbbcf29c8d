/*
 * Promises that a role can do what its rows say and nothing else.  The rows were found with strace
 * while the roles did their real work, failures included; each group says what it is for.  Landlock
 * rules are by folder.
 */
#define _GNU_SOURCE
#include "seamd/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GATE   (1u << JAIL_GATE)
#define CORE   (1u << JAIL_CORE)
#define SEAL   (1u << JAIL_SEAL)
#define CLERK  (1u << JAIL_CLERK)
#define READER (1u << JAIL_READER)
#define WEB    (1u << JAIL_WEB)
#define PEER   (1u << JAIL_PEER)
#define GATES  (GATE | WEB | PEER)
#define ALL    (GATES | CORE | SEAL | CLERK | READER)

struct row {
	int call;
	unsigned roles;
};

/* clang-format off */
static const struct row rows[] = {
	/* memory: never with PROT_EXEC, see add_rows() */
	{SCMP_SYS(brk),             ALL},
	{SCMP_SYS(mmap),            ALL},
	{SCMP_SYS(munmap),          ALL},
	{SCMP_SYS(mprotect),        ALL},
	{SCMP_SYS(mremap),          ALL},
	{SCMP_SYS(madvise),         ALL},
	/* descriptors that are open already */
	{SCMP_SYS(read),            ALL},
	{SCMP_SYS(readv),           ALL},
	{SCMP_SYS(write),           ALL},
	{SCMP_SYS(writev),          ALL},
	{SCMP_SYS(close),           ALL},
	{SCMP_SYS(fstat),           ALL},
	{SCMP_SYS(newfstatat),      ALL}, /* fstat() of glibc; Landlock keeps paths shut */
	{SCMP_SYS(lseek),           ALL},
	{SCMP_SYS(fcntl),           ALL},
	{SCMP_SYS(poll),            ALL},
	{SCMP_SYS(ppoll),           ALL},
	{SCMP_SYS(pread64),         CORE | READER | WEB},
	/* waiting in a loop */
	{SCMP_SYS(epoll_create1),   GATES | CORE},
	{SCMP_SYS(epoll_ctl),       GATES | CORE},
	{SCMP_SYS(epoll_wait),      GATES | CORE},
	{SCMP_SYS(epoll_pwait),     GATES | CORE},
	{SCMP_SYS(pipe2),           GATES | CORE}, /* wake-up of the event loop */
	{SCMP_SYS(eventfd2),        GATES | CORE},
	{SCMP_SYS(timerfd_create),  GATES | CORE},
	{SCMP_SYS(timerfd_settime), GATES | CORE},
	/* sockets that it was given: none is made, bound or connected */
	{SCMP_SYS(accept4),         GATES},
	{SCMP_SYS(ioctl),           GATES | CORE}, /* FIONREAD alone: how much has come */
	{SCMP_SYS(getsockopt),      GATES | CORE},
	{SCMP_SYS(getsockname),     GATES},
	{SCMP_SYS(getpeername),     GATES},
	{SCMP_SYS(shutdown),        GATES},
	{SCMP_SYS(recvfrom),        GATES | CORE | SEAL | CLERK | READER},
	{SCMP_SYS(sendto),          GATES | CORE | SEAL | CLERK | READER},
	{SCMP_SYS(recvmsg),         CORE | PEER}, /* descriptors from keeper */
	/* clocks and randomness */
	{SCMP_SYS(clock_gettime),   ALL},
	{SCMP_SYS(clock_getres),    ALL},
	{SCMP_SYS(clock_nanosleep), ALL},
	{SCMP_SYS(gettimeofday),    ALL},
	{SCMP_SYS(time),            ALL},
	{SCMP_SYS(getrandom),       ALL},
	/* signals, ending, and what the C library does on its own */
	{SCMP_SYS(rt_sigaction),    ALL},
	{SCMP_SYS(rt_sigprocmask),  ALL},
	{SCMP_SYS(rt_sigreturn),    ALL},
	{SCMP_SYS(restart_syscall), ALL},
	{SCMP_SYS(futex),           ALL},
	{SCMP_SYS(getpid),          ALL},
	{SCMP_SYS(sysinfo),         ALL}, /* qsort() asks how much memory there is */
	{SCMP_SYS(gettid),          ALL},
	{SCMP_SYS(tgkill),          ALL}, /* abort() after a failed assertion; itself alone */
	{SCMP_SYS(exit),            ALL},
	{SCMP_SYS(exit_group),      ALL},
	/* files: the journal, keys of records, picture, tiles */
	{SCMP_SYS(openat),          CORE | CLERK | WEB}, /* WEB: the picture, to read */
	{SCMP_SYS(open),            CORE},
	{SCMP_SYS(pwrite64),        CORE},
	{SCMP_SYS(fsync),           CORE},
	{SCMP_SYS(fdatasync),       CORE},
	{SCMP_SYS(syncfs),          CORE}, /* many tiles at once */
	{SCMP_SYS(ftruncate),       CORE},
	{SCMP_SYS(fallocate),       CORE},
	{SCMP_SYS(rename),          CORE},
	{SCMP_SYS(renameat),        CORE},
	{SCMP_SYS(unlink),          CORE},
	{SCMP_SYS(unlinkat),        CORE},
	{SCMP_SYS(link),            CORE},
	{SCMP_SYS(mkdir),           CORE},
	{SCMP_SYS(rmdir),           CORE},
	{SCMP_SYS(stat),            CORE | CLERK},
	{SCMP_SYS(lstat),           CORE | CLERK},
	{SCMP_SYS(access),          CORE | CLERK | WEB},
	{SCMP_SYS(faccessat),       CORE | CLERK},
	{SCMP_SYS(faccessat2),      CORE | CLERK},
	{SCMP_SYS(readlink),        CORE},
	{SCMP_SYS(getcwd),          CORE | WEB},
	{SCMP_SYS(getdents64),      CORE | CLERK},
	{SCMP_SYS(flock),           CORE},
	{SCMP_SYS(fchmod),          CORE},
	{SCMP_SYS(fchown),          CORE}, /* SQLite as root gives side files the owner of the main one */
	{SCMP_SYS(umask),           CORE},
	{SCMP_SYS(geteuid),         CORE | GATES},
	{SCMP_SYS(statfs),          CORE},
	{SCMP_SYS(fstatfs),         CORE},
};
/* clang-format on */

/*
 * What a library tries beside its work, and does without when it is told no: not worth a process.
 */
/* clang-format off */
static const struct row told_no[] = {
	{SCMP_SYS(fchown),          WEB}, /* SQLite as root, of side files that exist */
	{SCMP_SYS(socket),          WEB}, /* getnameinfo() in evhttp, for the name of the network card
					   * behind a link-local address: else any neighbour could end us */
};
/* clang-format on */

static const struct {
	const char *name;
	rlim_t descriptors;
	rlim_t memory;
} roles[JAIL_ROLE_COUNT] = {
    [JAIL_GATE] = {"gate", 512, (rlim_t)1 << 30},    [JAIL_CORE] = {"core", 256, RLIM_INFINITY},
    [JAIL_SEAL] = {"seal", 16, (rlim_t)1 << 30},     [JAIL_CLERK] = {"clerk", 32, (rlim_t)4 << 30},
    [JAIL_READER] = {"reader", 32, (rlim_t)4 << 30}, [JAIL_WEB] = {"web", 2048, (rlim_t)2 << 30},
    [JAIL_PEER] = {"peer", 256, (rlim_t)1 << 30},
};

const char *
jail_role_name(enum jail_role role)
{
	return (unsigned)role < JAIL_ROLE_COUNT ? roles[role].name : "";
}

static enum err
set_limits(enum jail_role role)
{
	struct rlimit none = {0, 0};
	struct rlimit files = {roles[role].descriptors, roles[role].descriptors};
	struct rlimit memory = {roles[role].memory, roles[role].memory};

	if (setrlimit(RLIMIT_CORE, &none) != 0 || setrlimit(RLIMIT_NOFILE, &files) != 0 ||
	    setrlimit(RLIMIT_AS, &memory) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_from_errno(errno);
	return ERR_OK;
}

static const uint64_t read_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

static const uint64_t write_rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
				     LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |
				     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
				     LANDLOCK_ACCESS_FS_MAKE_REG;

/* Every right that ABI 1 knows; later ones are added by version, since unknown bits are refused. */
static uint64_t
handled_rights(long abi)
{
	uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

	if (abi >= 2)
		rights |= (uint64_t)1 << 13; /* refer */
	if (abi >= 3)
		rights |= (uint64_t)1 << 14; /* truncate */
	return rights;
}

static enum err
allow_folder(int ruleset, const char *path, uint64_t rights, long abi)
{
	struct landlock_path_beneath_attr beneath = {.allowed_access = rights};
	enum err err = ERR_OK;

	if (abi >= 3 && (rights & LANDLOCK_ACCESS_FS_WRITE_FILE))
		beneath.allowed_access |= (uint64_t)1 << 14;
	beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return errno == ENOENT ? ERR_OK : err_from_errno(errno);
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0)
		err = err_from_errno(errno);
	(void)close(beneath.parent_fd);
	return err;
}

static enum err
allow_folders(int ruleset, const char *const *paths, uint64_t rights, long abi)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < JAIL_PATHS_MAX && paths[i] && err == ERR_OK; i++)
		err = allow_folder(ruleset, paths[i], rights, abi);
	return err;
}

static enum err
enter_landlock(const struct jail_paths *paths)
{
	/* As the kernel defines it since ABI 4: files, then TCP. */
	struct {
		uint64_t files;
		uint64_t net;
	} attr = {0, 3};
	long abi =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */);
	enum err err;
	int ruleset;

	if (abi < 1)
		return ERR_SYSTEM;
	attr.files = handled_rights(abi);
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, abi >= 4 ? 16 : 8, 0);
	if (ruleset < 0)
		return err_from_errno(errno);
	err = allow_folders(ruleset, paths->write, write_rights, abi);
	if (err == ERR_OK)
		err = allow_folders(ruleset, paths->read, read_rights, abi);
	if (err == ERR_OK && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		err = err_from_errno(errno);
	(void)close(ruleset);
	return err;
}

static int
add_row(scmp_filter_ctx filter, int call)
{
	if (call == SCMP_SYS(mmap) || call == SCMP_SYS(mprotect))
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
					SCMP_A2(SCMP_CMP_MASKED_EQ, 4 /* PROT_EXEC */, 0));
	if (call == SCMP_SYS(ioctl))
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
					SCMP_A1(SCMP_CMP_EQ, FIONREAD));
	if (call == SCMP_SYS(tgkill))
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
					SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
}

static enum err
enter_seccomp(enum jail_role role)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int failed = 0;

	if (!filter)
		return ERR_SYSTEM;
	for (size_t i = 0; i < sizeof rows / sizeof *rows && failed == 0; i++)
		if (rows[i].roles & (1u << role))
			failed = add_row(filter, rows[i].call);
	for (size_t i = 0; i < sizeof told_no / sizeof *told_no && failed == 0; i++)
		if (told_no[i].roles & (1u << role))
			failed =
			    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), told_no[i].call, 0);
	if (failed == 0)
		failed = seccomp_load(filter);
	seccomp_release(filter);
	return failed ? ERR_SYSTEM : ERR_OK;
}

enum err
jail_enter(enum jail_role role, const struct jail_paths *paths, enum config_jail mode,
	   char report[JAIL_REPORT_MAX])
{
	enum err landlock;
	enum err seccomp;

	if (SEAM_SANITIZED || mode == CONFIG_JAIL_OFF) {
		(void)snprintf(report, JAIL_REPORT_MAX, "no walls: %s",
			       SEAM_SANITIZED ? "sanitizer build" : "switched off");
		return ERR_OK;
	}
	if (set_limits(role) != ERR_OK) {
		(void)snprintf(report, JAIL_REPORT_MAX, "limits could not be set");
		return ERR_SYSTEM;
	}
	landlock = enter_landlock(paths);
	seccomp = enter_seccomp(role);
	(void)snprintf(report, JAIL_REPORT_MAX, "%s%s%s%s", landlock == ERR_OK ? "landlock " : "",
		       seccomp == ERR_OK ? "seccomp" : "",
		       landlock != ERR_OK ? " (landlock is missing in this kernel)" : "",
		       seccomp != ERR_OK ? " (seccomp is missing)" : "");
	if ((landlock != ERR_OK || seccomp != ERR_OK) && mode == CONFIG_JAIL_STRICT)
		return ERR_SYSTEM;
	return ERR_OK;
}
