/*
 * Promises that everything is recomputed from stored bytes, of a home, of a bundle or of evidence,
 * and that the first fault is named with its place.
 */
#include "seam/bundle.h"
#include "seam/command.h"
#include "seam/evidence.h"
#include "seam/others.h"
#include "seamd/duty_table.h"
#include "seamd/sheaf.h"
#include "seam/view.h"

#include "admit/admit.h"
#include "admit/keyring.h"
#include "admit/sdjwt.h"
#include "journal/journal.h"
#include "journal/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct verifying {
	struct app *app;
	struct view *view;
	struct arena *arena;
	struct record *record;
};

static bool
check_record(void *context, const struct journal_record *row, char why[256])
{
	struct verifying *verifying = context;
	struct admit_terms terms = {.keyring = view_ring(verifying->view),
				    .own = station_party(&verifying->app->config.station),
				    .is_exercise = verifying->app->config.exercise,
				    .log_index = -1,
				    .is_stored = true};
	struct reason reason;
	struct hash id;

	arena_reset(verifying->arena);
	reason = admit_record(&terms, row->jwt, row->disclosures, verifying->arena,
			      verifying->record, &id);
	if (reason.why == WHY_NONE && !hash_equal(&id, &row->id))
		reason.why = WHY_BAD_DIGEST;
	if (reason.why == WHY_NONE)
		return true;
	(void)snprintf(why, 256, "%s%s%s", why_text(reason.why), reason.field ? ": " : "",
		       field_row((enum field)reason.field)->name);
	return false;
}

/* A delivery, sent or come: its record, the binding's signature and what it is bound to. */
static bool
check_delivery(void *context, struct span bytes, char why[256])
{
	struct verifying *verifying = context;
	enum why answer;

	arena_reset(verifying->arena);
	answer = evidence_check_binding(view_ring(verifying->view), bytes, verifying->arena);
	if (answer == WHY_NONE)
		return true;
	(void)snprintf(why, 256, "%s", why_text(answer));
	return false;
}

static void
tell_stage(void *context, const char *stage, uint64_t done, uint64_t total)
{
	struct verifying *verifying = context;

	app_progress(verifying->app, "verifying %s: %llu of %llu", stage, (unsigned long long)done,
		     (unsigned long long)total);
}

static void
write_counts(const struct app *app, struct out *out, const struct verify_counts *counts,
	     const struct others *others, const char *fault)
{
	const struct {
		const char *name;
		uint64_t n;
	} rows[] = {{"records", counts->records},
		    {"leaves", counts->leaves},
		    {"receipts", counts->receipts},
		    {"deliveries", counts->deliveries},
		    {"tiles", counts->tiles},
		    {"heads", counts->heads},
		    {"rows", counts->rows},
		    {"keys", counts->keys},
		    {"bodies_lost", counts->bodies_lost},
		    {"leaves_lost", counts->leaves_lost},
		    {"unheaded", counts->unheaded},
		    {"unfinished", counts->unfinished},
		    {"cosigns", counts->cosigns},
		    {"witnessed", counts->witnessed},
		    {"mirrors", others->mirrors},
		    {"mirrored", others->mirrored},
		    {"evidence", others->evidence},
		    {"faults", counts->faults}};

	if (app->is_json)
		out_char(out, '{');
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (app->is_json)
			out_format(out, "\"%s\":%llu,", rows[i].name,
				   (unsigned long long)rows[i].n);
		else
			out_format(out, "%10llu %s\n", (unsigned long long)rows[i].n, rows[i].name);
	if (app->is_json) {
		out_text(out, "\"fault\":");
		out_json(out, span_is_utf8(span_of(fault)) ? span_of(fault) : SPAN("?"));
		out_text(out, "}\n");
	}
}

static bool
find_key(void *context, struct span name, struct note_key *key)
{
	const struct verifying *verifying = context;

	return others_find_key(view_ring(verifying->view), name, key);
}

/* What is held of other stations: their logs, and evidence. */
static enum err
add_others(struct verifying *verifying, struct verify_counts *counts, struct others *others,
	   char fault[VERIFY_FAULT_MAX], enum err before)
{
	enum err err = others_verify(verifying->app, verifying->view, others);

	counts->faults += others->faults;
	if (others->faults && !fault[0])
		(void)snprintf(fault, VERIFY_FAULT_MAX, "%s", others->fault);
	if (err == ERR_OK && others->faults)
		err = ERR_CORRUPT;
	return err == ERR_OK ? before : err;
}

static enum err
add_accounts(const struct app *app, struct verify_counts *counts, char fault[VERIFY_FAULT_MAX],
	     enum err before)
{
	enum err err = verify_database(app->config.home, "duty.db", duty_table, duty_table_make,
				       counts, fault);

	return err == ERR_OK ? before : err;
}

/*
 * A home whose keys cannot be loaded is verified all the same, without the signatures: where its
 * bytes are wrong is known from its rows and pages alone.  If they are all right, that the keys do
 * not load is the fault.
 */
static enum err
verify_stored(struct verifying *verifying, struct verify_counts *counts, struct others *others,
	      char fault[VERIFY_FAULT_MAX])
{
	char why[VIEW_WHY_MAX];
	struct app *app = verifying->app;
	enum err err;

	verifying->view = view_try(app, VIEW_RING | VIEW_FORMER, why);
	err = verify_home(
	    app->config.home,
	    &(struct verify_options){.record = verifying->view ? check_record : NULL,
				     .delivery = verifying->view ? check_delivery : NULL,
				     .find_key = verifying->view ? find_key : NULL,
				     .progress = app->has_counter ? tell_stage : NULL,
				     .context = verifying},
	    counts, fault);
	if (err == ERR_OK || err == ERR_CORRUPT)
		err = add_accounts(app, counts, fault, err);
	if (err == ERR_OK && !verifying->view) {
		counts->faults = 1;
		(void)snprintf(fault, VERIFY_FAULT_MAX,
			       "journal.db: shelf: keys do not load: %.400s", why);
		err = ERR_CORRUPT;
	}
	if (verifying->view && (err == ERR_OK || err == ERR_CORRUPT))
		err = add_others(verifying, counts, others, fault, err);
	return err;
}

static int
verify_dir(struct app *app, const char *dir)
{
	struct verifying verifying = {.app = app};
	struct verify_counts counts = {0};
	struct others others = {0};
	struct out out = out_new(65536);
	char fault[VERIFY_FAULT_MAX] = "";
	enum err err;

	app->home = dir;
	if (!app_config(app))
		return APP_NO;
	verifying.arena = arena_new(ADMIT_ARENA);
	verifying.record = calloc(1, sizeof *verifying.record);
	err = verifying.arena && verifying.record ? ERR_OK : ERR_NOMEM;
	if (err == ERR_OK)
		err = verify_stored(&verifying, &counts, &others, fault);
	app_progress(app, "%s", "");
	write_counts(app, &out, &counts, &others, fault);
	if (counts.unfinished && !app->is_json)
		out_text(&out,
			 "A database ends in a commit that is not whole: power was lost while "
			 "it was written, or what came last is damaged; nothing in it tells "
			 "which.\n");
	if (err == ERR_OK && !app->is_json)
		out_format(&out, "%s is sound.\n", dir);
	(void)app_print(app, &out);
	free(verifying.record);
	arena_free(verifying.arena);
	view_close(verifying.view);
	if (err == ERR_CORRUPT)
		return app_say_no(app, "%llu fault%s; the first: %s",
				  (unsigned long long)counts.faults, counts.faults == 1 ? "" : "s",
				  fault);
	return err == ERR_OK
		   ? APP_OK
		   : app_say_no(app, "%s: %s%s%s", dir, err_text(err), fault[0] ? ": " : "", fault);
}

static int
verify_bundle(struct app *app, const char *file, struct span text)
{
	struct bundle bundle;
	const char *why = "";

	if (!bundle_read(text, &bundle, &why))
		return app_say_no(app, "%s: %s", file, why);
	(void)printf("%s: a whole bundle of %llu items from %s to %s; whether its items hold, the "
		     "addressee's "
		     "station says when it is imported\n",
		     file, (unsigned long long)bundle.n, bundle.from, bundle.to);
	return APP_OK;
}

static int
verify_file(struct app *app, const char *file)
{
	struct out text = out_new(BUNDLE_MAX);
	struct span span;
	enum err err = file_read(file, &text);
	int code;

	span = out_view(&text);
	if (err != ERR_OK)
		code = app_fail(app, err, file);
	else if (span_starts(span, BUNDLE_FIRST))
		code = verify_bundle(app, file, span);
	else if (span_starts(span, SHEAF_EVIDENCE "\n"))
		code = evidence_verify(app, file, span);
	else
		code = app_say_no(app,
				  "%s: neither a home, nor a bundle, nor evidence (seam proof ID "
				  "--to PARTY makes it); a "
				  "proof without --to is for checkers of C2SP tlog-proof",
				  file);
	out_free(&text);
	return code;
}

int
verify_any(struct app *app)
{
	const char *word = args_word(app->args, 0);
	struct stat stat_;

	if (app->args->n > 1)
		return app_usage(app, "verify [DIR | FILE]");
	if (!word && !app->home[0])
		return app_usage(app,
				 "verify what? name a home, a bundle or evidence, or give --home");
	if (!word)
		return verify_dir(app, app->home);
	if (stat(word, &stat_) != 0)
		return app_say_no(app, "%s is not there", word);
	return S_ISDIR(stat_.st_mode) ? verify_dir(app, word) : verify_file(app, word);
}
