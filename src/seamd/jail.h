#ifndef SEAM_SEAMD_JAIL_H
#define SEAM_SEAMD_JAIL_H

#include "base/err.h"
#include "seamd/config.h"

/*
 * The wall of a role: no new privileges, not dumpable, no core files, Landlock (files, and TCP
 * where the kernel can), seccomp allow-list; whatever is not listed ends the process.  Entered
 * once, after everything that needs the outside has been opened and before the first foreign byte
 * is read.
 */
enum jail_role {
	JAIL_GATE,   /* sockets it was given; no files */
	JAIL_CORE,   /* files in the home and the run folder; no network */
	JAIL_SEAL,   /* reads and writes on its channels; nothing else */
	JAIL_CLERK,  /* memory and its channels; reads fonts */
	JAIL_READER, /* `seam` while it parses a foreign file: reads and writes what is open */
	JAIL_WEB,    /* as GATE, and reads the picture */
	JAIL_PEER,   /* as GATE, and takes connected descriptors from keeper */
	JAIL_ROLE_COUNT
};

enum { JAIL_PATHS_MAX = 8, JAIL_REPORT_MAX = 160 };

struct jail_paths {
	const char *write[JAIL_PATHS_MAX]; /* folders it may change; NULL-terminated unless full */
	const char *read[JAIL_PATHS_MAX];
};

/*
 * Enters the wall.  `report` gets which walls hold ("landlock seccomp") and which are missing. With
 * CONFIG_JAIL_STRICT a missing wall is ERR_SYSTEM; with WARN it goes on; with OFF, and in sanitizer
 * builds, nothing but the report is done.
 */
MUST_USE enum err jail_enter(enum jail_role role, const struct jail_paths *paths,
			     enum config_jail mode, char report[JAIL_REPORT_MAX]);

const char *jail_role_name(enum jail_role role);

#endif
