/* Promises to find what keeps links from standing: keys, certificates, notes, addresses, clocks. */
#include "seam/doctor.h"

#include "admit/keyring.h"
#include "model/when.h"
#include "seam/link.h"
#include "seam/view.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS (INT64_C(24) * 3600 * 1000)

enum { SOON_DAYS = 30, SKEW_MS = 60 * 1000, FOUND_MAX = 512 };

static const char *const names[TLSFILE_COUNT] = {
    [TLSFILE_PEER] = "link key", [TLSFILE_WEB] = "page key"};

static const char *const fixes[TLSFILE_COUNT] = {
    [TLSFILE_PEER] = "seam link key makes a new one, with the party's root",
    [TLSFILE_WEB] = "seam link key --page makes a new one"};

/* Whether key and certificate are there, whole and private. */
static bool
is_readable(struct doctor *doctor, enum tlsfile which)
{
	EVP_PKEY *key;
	X509 *certificate;
	enum err err = tlsfile_read(doctor->app->config.home, which, &key, &certificate);

	EVP_PKEY_free(key);
	X509_free(certificate);
	if (err == ERR_REFUSED)
		doctor_say(doctor, DOCTOR_FAULT, names[which], "others may read the TLS key",
			   "chmod 600 on tls/*.key, then a new one: who read it can pretend to be "
			   "this end");
	else if (err == ERR_KEY)
		doctor_say(doctor, DOCTOR_FAULT, names[which],
			   "key and certificate in tls/ do not belong together", fixes[which]);
	else if (err != ERR_OK)
		doctor_say(doctor, DOCTOR_FAULT, names[which], err_text(err), fixes[which]);
	return err == ERR_OK;
}

static bool
is_in_time(struct doctor *doctor, enum tlsfile which, const struct tlsfile_look *look)
{
	int64_t now = app_utc();

	if (look->from_ms > now) {
		doctor_say(doctor, DOCTOR_FAULT, names[which],
			   "the certificate is not valid yet: this clock stands too early",
			   "set the clock (timedatectl)");
		return false;
	}
	if (look->until_ms < now) {
		doctor_say(doctor, DOCTOR_FAULT, names[which], "the certificate has run out",
			   fixes[which]);
		return false;
	}
	if (look->until_ms - now < SOON_DAYS * DAY_MS)
		doctor_say(doctor, DOCTOR_WARN, names[which],
			   "the certificate runs out within a month", fixes[which]);
	return true;
}

/* Others believe the key that the note names. */
static bool
is_named(struct doctor *doctor, struct view *view, const struct tlsfile_look *look)
{
	const struct keynote *note = keyring_station(view_ring(view), &doctor->app->config.station);

	if (note && note->has_tls && memcmp(note->tls, look->pin, sizeof look->pin) == 0)
		return true;
	doctor_say(doctor, DOCTOR_FAULT, names[TLSFILE_PEER],
		   "the key note of this station names another TLS key than tls/peer.crt holds",
		   fixes[TLSFILE_PEER]);
	return false;
}

static void
look_at_one(struct doctor *doctor, struct view *view, enum tlsfile which)
{
	struct tlsfile_look look;
	struct out found = out_new(FOUND_MAX);

	if (!is_readable(doctor, which) ||
	    tlsfile_look(doctor->app->config.home, which, &look) != ERR_OK ||
	    !is_in_time(doctor, which, &look) ||
	    (which == TLSFILE_PEER && !is_named(doctor, view, &look)))
		return;
	out_text(&found, "certificate until ");
	app_write_moment(doctor->app, &found, look.until_ms);
	if (out_err(&found) == ERR_OK)
		doctor_say(doctor, DOCTOR_OK, names[which], found.p, "");
	out_free(&found);
}

void
doctor_look_at_tls(struct doctor *doctor, struct view *view)
{
	look_at_one(doctor, view, TLSFILE_PEER);
	if (doctor->app->config.web_listen.text[0])
		look_at_one(doctor, view, TLSFILE_WEB);
}

/* ---- the links themselves ---- */

static void
say_link(struct doctor *doctor, enum doctor_word word, const struct station *station,
	 const char *what, const char *more, const char *fix)
{
	char found[FOUND_MAX];

	(void)snprintf(found, sizeof found, "%s: %s%s%s", station->name, what, more[0] ? ": " : "",
		       more);
	doctor_say(doctor, word, "link", found, fix);
}

/* Before anything is connected: who they are must be known here. */
static bool
is_known(struct doctor *doctor, struct view *view, const struct station *station)
{
	struct party party = station_party(station);
	const struct keynote *note = keyring_station(view_ring(view), station);

	if (!members_find(keyring_members(view_ring(view)), &party))
		say_link(doctor, DOCTOR_FAULT, station, "its party is not on the member list", "",
			 "seam members install a list with it, or seam link remove");
	else if (!note || !note->has_tls)
		say_link(doctor, DOCTOR_FAULT, station, link_cause_label(LINK_CAUSE_NO_NOTE), "",
			 link_cause_fix(LINK_CAUSE_NO_NOTE));
	else
		return true;
	return false;
}

static void
judge_clock(struct doctor *doctor, const struct link_look *look)
{
	char found[64];

	if (look->skew_ms <= SKEW_MS && look->skew_ms >= -SKEW_MS)
		return;
	(void)snprintf(found, sizeof found, "its clock and this one differ by %lld seconds",
		       (long long)((look->skew_ms < 0 ? -look->skew_ms : look->skew_ms) / 1000));
	say_link(doctor, DOCTOR_WARN, &look->station, found, "",
		 "compare both with a clock you trust, and set the wrong one");
}

/* Somebody with another key may be the other end after it got a new one. */
static void
judge_strangers(struct doctor *doctor, const struct link_look *look)
{
	char found[64];

	if (look->strangers == 0 || strcmp(look->state, link_cause_code(LINK_CAUSE_UP)) == 0)
		return;
	(void)snprintf(found, sizeof found, "turned away at its port: %lld, the last",
		       (long long)look->strangers);
	say_link(doctor, DOCTOR_WARN, &look->station, found, look->stranger,
		 "if that was its station, install its newest key note: seam invite there, seam "
		 "members install here");
}

static void
judge(struct doctor *doctor, const struct link_look *look)
{
	bool is_young = strcmp(look->state, link_cause_code(LINK_CAUSE_STARTING)) == 0 ||
			strcmp(look->state, link_cause_code(LINK_CAUSE_LISTENING)) == 0;

	if (strcmp(look->state, link_cause_code(LINK_CAUSE_UP)) == 0)
		say_link(doctor, DOCTOR_OK, &look->station, "up", "", "");
	else
		say_link(doctor, is_young ? DOCTOR_WARN : DOCTOR_FAULT, &look->station,
			 link_label(look->state), look->text, link_fix(look->state));
	judge_strangers(doctor, look);
	judge_clock(doctor, look);
}

void
doctor_look_at_links(struct doctor *doctor, struct view *view)
{
	struct links *links = calloc(1, sizeof *links);
	struct link_looks *looks = calloc(1, sizeof *looks);
	char why[LINKS_WHY_MAX];

	if (!links || !looks)
		goto done;
	if (links_read(doctor->app->config.home, links, why) != ERR_OK) {
		doctor_say(doctor, DOCTOR_FAULT, "links", why,
			   "mend that line of HOME/links, or write it anew with seam link");
		goto done;
	}
	if (links->n && link_ask(doctor->app, looks) != APP_OK)
		doctor_say(doctor, DOCTOR_FAULT, "links", "the station does not say how they stand",
			   "the reason is above");
	for (unsigned i = 0; i < links->n; i++) {
		const struct link_look *look = link_find(looks, &links->row[i].station);

		if (is_known(doctor, view, &links->row[i].station) && look)
			judge(doctor, look);
	}
done:
	free(looks);
	free(links);
}
