#ifndef SEAM_MODEL_LIMITS_H
#define SEAM_MODEL_LIMITS_H

/* Every bound on what strangers may send, in one place.  Sizes in bytes include no NUL unless they
 * say so. */
enum {
	LIMIT_PARTIES = 16,      /* parties in one member list */
	LIMIT_STATIONS = 64,     /* stations in one member list */
	LIMIT_PARTY_TEXT = 16,   /* with its NUL: "a" */
	LIMIT_STATION_TEXT = 48, /* with its NUL: "a/makhmour" */
	LIMIT_NAME_TEXT = 64,    /* with its NUL: units, duties, areas, codes of actors */
	LIMIT_LINE_TEXT = 256,   /* one line of typed text */
	LIMIT_FREE_TEXT = 4096,  /* free text of a record */
	LIMIT_DOCUMENT = 32768,  /* a policy, a statement, a key note inside a record */
	LIMIT_IDS = 32,          /* references in one field */
	LIMIT_CODES = 8,         /* codes in one field */
	LIMIT_ASKS = 15,         /* parties asked by one record */
	LIMIT_HEADS = 16,        /* foreign heads named by one record */
	LIMIT_SHAPE_POINTS = 64, /* points of a route or an area */
	LIMIT_JWT = 49152,       /* issuer-signed part of a record */
	LIMIT_SD_JWT = 65536,    /* a whole delivery */
	LIMIT_DISCLOSURES = 128,
	LIMIT_RECORD_WIRE = 61440, /* a record between two processes */
	LIMIT_THREAD = 4096,       /* records of one thread */
	LIMIT_BATCH = 256,         /* records of one commit */
	LIMIT_POLICY_RULES = 1024,
	LIMIT_GROUPS = 64
};

#endif
