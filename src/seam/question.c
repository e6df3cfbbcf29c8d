/* Promises to ask release what the station would ask about the same record at the same moment. */
#include "seam/question.h"

#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/outbox.h"
#include "journal/sent.h"
#include "picture/picture.h"
#include "release/cite.h"
#include "seam/view.h"
#include "seamd/ring.h"

#include <string.h>

struct asking {
	struct view *view;
	struct question *question;
	const struct party *party;
	struct release_cite *cite;
	int64_t policy; /* version at filing; 0: not known */
	bool is_sent;
};

enum err
question_open(struct app *app, struct view *view, struct question *question)
{
	struct party own = station_party(&app->config.station);
	enum err err;

	memset(question, 0, sizeof *question);
	err = ring_policy(view_journal(view), &own, 0, &question->now, &question->version);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

void
question_close(struct question *question)
{
	policy_free(question->filed);
	policy_free(question->now);
	memset(question, 0, sizeof *question);
}

static bool
note_onward(void *context, const struct inbox *inbox)
{
	struct asking *asking = context;
	struct release_parties *onward = &asking->cite->onward;
	struct span rest = inbox->onward;
	struct span name;

	while (rest.n && onward->n < LIMIT_PARTIES && span_split(&rest, ',', &name))
		onward->n = (uint16_t)(onward->n + party_read(name, &onward->party[onward->n]));
	return true;
}

static bool
note_sent(void *context, const struct sent *sent)
{
	struct asking *asking = context;

	asking->is_sent = asking->is_sent || span_is(sent->party, asking->party->name);
	return !asking->is_sent;
}

static enum err
look_up_cite(struct app *app, struct asking *asking)
{
	struct release_cite *cite = asking->cite;
	struct party own = station_party(&app->config.station);
	struct picture_row row;
	enum err err = picture_record(view_picture(asking->view), &cite->id, app->arena, &row);

	if (err == ERR_NOT_FOUND)
		return ERR_OK;
	if (err != ERR_OK)
		return err;
	cite->stays_home = cite_stays_home(cite->field, row.kind);
	if (cite->stays_home)
		return ERR_OK; /* as core sees it: without leave */
	cite->origin = station_party(&row.station);
	cite->is_own = party_equal(&cite->origin, &own);
	cite->is_held = party_equal(&cite->origin, asking->party);
	if (cite->is_held)
		return ERR_OK;
	if (!cite->is_own)
		return inbox_each_of(view_journal(asking->view), &cite->id,
				     &(struct inbox_walk){note_onward, asking});
	asking->is_sent = false;
	err = sent_each_of(view_journal(asking->view), &cite->id,
			   &(struct sent_walk){note_sent, asking});
	cite->is_held = asking->is_sent;
	return err;
}

static size_t
gather_ids(const struct record *record, struct release_cite *cites, size_t size)
{
	static const enum field single[] = {FIELD_RE, FIELD_LINK_TO, FIELD_INCIDENT};
	const struct value *value = &record->field[FIELD_CITES];
	size_t n = 0;

	for (size_t i = 0; i < sizeof single / sizeof *single; i++)
		if (record->field[single[i]].is_set)
			cites[n++] = (struct release_cite){.field = single[i],
							   .id = record->field[single[i]].id};
	for (unsigned i = 0; value->is_set && i < value->ids.n && n < size; i++)
		cites[n++] = (struct release_cite){.field = FIELD_CITES, .id = value->ids.id[i]};
	return n;
}

static enum err
look_up_cites(struct app *app, struct asking *asking, const struct record *record)
{
	struct question *question = asking->question;
	size_t size = sizeof question->cites / sizeof *question->cites;
	enum err err = ERR_OK;

	memset(question->cites, 0, sizeof question->cites);
	question->ask.cites_n = gather_ids(record, question->cites, size);
	question->ask.cites = question->cites;
	for (size_t i = 0; i < question->ask.cites_n && err == ERR_OK; i++) {
		asking->cite = &question->cites[i];
		err = look_up_cite(app, asking);
	}
	return err;
}

static bool
note_outbox(void *context, const struct outbox *outbox)
{
	struct asking *asking = context;
	struct span given = outbox->given;
	struct span one;
	unsigned n = 0;

	asking->policy = outbox->policy;
	if (!span_is(outbox->party, asking->party->name))
		return true;
	while (given.n && span_split(&given, '\n', &one))
		n += one.n > 0;
	if (n > asking->question->ask.approvals)
		asking->question->ask.approvals = n;
	return true;
}

/* The policy that was in force at filing, when it is not the one of now. */
static enum err
set_policies(struct app *app, struct asking *asking)
{
	struct party own = station_party(&app->config.station);
	struct question *question = asking->question;
	int64_t version;
	enum err err = ERR_OK;

	policy_free(question->filed);
	question->filed = NULL;
	/* one version is one policy: release tells them apart by their address */
	if (asking->policy > 0 && asking->policy != question->version)
		err = ring_policy(view_journal(asking->view), &own, asking->policy,
				  &question->filed, &version);
	question->ask.policy_now = question->now;
	question->ask.policy_filed = question->filed ? question->filed : question->now;
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* Whether the party received anything of the thread this is in, or is about. */
static enum err
look_at_thread(struct app *app, struct asking *asking, struct span thread)
{
	struct picture_row *rows;
	size_t n;
	enum err err = picture_thread(view_picture(asking->view), thread, app->arena, &rows, &n);

	asking->is_sent = false;
	for (size_t i = 0; err == ERR_OK && i < n && !asking->is_sent; i++)
		err = sent_each_of(view_journal(asking->view), &rows[i].id,
				   &(struct sent_walk){note_sent, asking});
	asking->question->ask.has_thread = asking->is_sent;
	return err;
}

/* As core does: the earliest filing of a newer version that was not taken back. */
static enum err
look_for_newer(struct app *app, struct asking *asking, const struct picture_row *row)
{
	struct release_question *ask = &asking->question->ask;
	struct picture_row *rows;
	size_t n;
	enum err err =
	    picture_thread(view_picture(asking->view), row->thread, app->arena, &rows, &n);

	for (size_t i = 0; err == ERR_OK && i < n; i++)
		if (rows[i].kind == row->kind && station_equal(&rows[i].station, &row->station) &&
		    rows[i].position > row->position && !rows[i].is_erased &&
		    !rows[i].is_retracted &&
		    (ask->newer_ms == 0 || rows[i].filed_ms < ask->newer_ms))
			ask->newer_ms = rows[i].filed_ms;
	return err;
}

enum err
question_about(struct app *app, struct view *view, const struct picture_row *row,
	       const struct party *party, struct question *question)
{
	struct asking asking = {.view = view, .question = question, .party = party};
	struct picture_row about;
	struct span thread = row->thread;
	enum err err;

	memset(&question->ask, 0, sizeof question->ask);
	question->ask.ground = view_ground(view);
	question->ask.record = row->record;
	question->ask.filed_ms = row->filed_ms;
	question->ask.now_ms = app_now(app);
	question->ask.recipient = *party;
	question->ask.is_retracted = row->is_retracted;
	if ((row->kind == KIND_RETRACT || row->kind == KIND_ERASE) && row->record &&
	    picture_record(view_picture(view), &row->record->field[FIELD_RE].id, app->arena,
			   &about) == ERR_OK)
		thread = about.thread;
	err = outbox_each_of(view_journal(view), &row->id,
			     &(struct outbox_walk){note_outbox, &asking, false});
	if (err == ERR_OK)
		err = set_policies(app, &asking);
	if (err == ERR_OK)
		err = look_at_thread(app, &asking, thread);
	if (err == ERR_OK)
		err = look_for_newer(app, &asking, row);
	return err == ERR_OK && row->record ? look_up_cites(app, &asking, row->record) : err;
}

void
question_draft(struct app *app, struct view *view, const struct record *record,
	       const struct party *party, struct question *question)
{
	struct asking asking = {.view = view, .question = question, .party = party};

	memset(&question->ask, 0, sizeof question->ask);
	question->ask.policy_filed = question->ask.policy_now = question->now;
	question->ask.ground = view_ground(view);
	question->ask.record = record;
	question->ask.filed_ms = question->ask.now_ms = app_now(app);
	question->ask.recipient = *party;
	if (look_up_cites(app, &asking, record) != ERR_OK)
		question->ask.cites_n = 0;
}
