#ifndef SEAM_SEAM_DOCTOR_H
#define SEAM_SEAM_DOCTOR_H

#include "seam/app.h"

/* What `seam doctor` finds, a line each: how bad it is, what, what was found, what mends it. */
enum doctor_word { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAULT };

struct doctor {
	struct app *app;
	struct out out;
	unsigned faults;
	bool is_first;
};

struct view;

void doctor_say(struct doctor *doctor, enum doctor_word word, const char *what, const char *found,
		const char *fix);

/* The TLS keys of links and page: there, theirs alone to read, in their time, named by the key
 * note. */
void doctor_look_at_tls(struct doctor *doctor, struct view *view);

/* HOME/links, what is missing for each, and how each stands where the station runs. */
void doctor_look_at_links(struct doctor *doctor, struct view *view);

#endif
