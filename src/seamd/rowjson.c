/* Promises one JSON for what the picture holds, whoever asks. */
#include "seamd/rowjson.h"

#include "edge/recordjson.h"
#include "seamd/standing.h"

/* A version with everything around it, on its way out. */
struct whole {
	struct out *out;
	struct picture *picture;
	const struct picture_row *row;
	const struct party *own;
	int zone_min;
	struct arena *arena;
	enum err err;                  /* the first failure */
	const struct members *members; /* NULL: not known */
};

static const char *
flag(bool is_so)
{
	return is_so ? "true" : "false";
}

static void
write_where(struct out *out, const struct picture_row *row)
{
	if (row->has_when)
		out_format(out, ",\"from_ms\":%lld,\"to_ms\":%lld,\"precision\":\"%s\"",
			   (long long)row->when.from_ms, (long long)row->when.to_ms,
			   when_precision_name(row->when.precision));
	if (row->place.level)
		out_format(out, ",\"place\":\"%s\",\"lat_e7\":%d,\"lon_e7\":%d", row->place.mgrs,
			   row->place.lat_e7, row->place.lon_e7);
	if (row->distance_m >= 0)
		out_format(out, ",\"distance_m\":%lld", (long long)row->distance_m);
}

void
rowjson_row(struct out *out, const struct picture_row *row, int zone_min)
{
	char id[HASH_TEXT_SIZE];
	char incident[HASH_TEXT_SIZE];

	hash_text(id, &row->id);
	hash_text(incident, &row->incident);
	out_format(out, "{\"id\":\"%s\",\"thread\":", id);
	out_json(out, row->thread);
	out_format(
	    out,
	    ",\"station\":\"%s\",\"kind\":\"%s\",\"filed_ms\":%lld,\"arrived_ms\":%lld,\"own\":%s,"
	    "\"current\":%s,\"retracted\":%s,\"erased\":%s,\"late\":%s,\"incident\":\"%s\"",
	    row->station.name, kind_row(row->kind)->name, (long long)row->filed_ms,
	    (long long)row->arrived_ms, flag(row->is_own), flag(row->is_current),
	    flag(row->is_retracted), flag(row->is_erased), flag(row->is_late), incident);
	write_where(out, row);
	if (row->record)
		recordjson_write_fields(out, row->record, zone_min);
	out_char(out, '}');
}

static void
write_standings(struct whole *whole)
{
	struct picture_standing *rows;
	size_t n = 0;

	whole->err =
	    standing_read(whole->picture, &whole->row->id, whole->own, whole->arena, &rows, &n);
	if (whole->err == ERR_OK && whole->members)
		standing_left(whole->members, rows, n);
	out_text(whole->out, ",\"parties\":[");
	for (size_t i = 0; whole->err == ERR_OK && i < n; i++)
		out_format(whole->out,
			   "%s{\"party\":\"%s\",\"state\":\"%s\",\"at_ms\":%lld,\"why\":\"%s\"}",
			   i ? "," : "", rows[i].party.name, picture_state_code(rows[i].state),
			   (long long)rows[i].at_ms, why_code(rows[i].why));
	out_char(whole->out, ']');
}

static void
write_answer(struct out *out, const struct picture_answer *answer)
{
	const char *code =
	    answer->answer < 0 ? NULL : vocab_code(VOCAB_ANSWER, (unsigned)answer->answer);
	char id[HASH_TEXT_SIZE];
	char re[HASH_TEXT_SIZE];

	hash_text(id, &answer->id);
	hash_text(re, &answer->re);
	out_format(out,
		   "{\"id\":\"%s\",\"re\":\"%s\",\"station\":\"%s\",\"answer\":\"%s\","
		   "\"at_ms\":%lld",
		   id, re, answer->station.name, code ? code : "", (long long)answer->at_ms);
	if (answer->eta_ms)
		out_format(out, ",\"eta_ms\":%lld", (long long)answer->eta_ms);
	out_char(out, '}');
}

static void
write_answers(struct whole *whole)
{
	struct picture_answer *rows;
	size_t n = 0;
	enum err err = picture_answers(whole->picture, &whole->row->id, whole->arena, &rows, &n);

	if (err != ERR_OK)
		whole->err = err;
	out_text(whole->out, ",\"answers\":[");
	for (size_t i = 0; err == ERR_OK && i < n; i++) {
		out_text(whole->out, i ? "," : "");
		write_answer(whole->out, &rows[i]);
	}
	out_char(whole->out, ']');
}

static void
write_rows(struct whole *whole, const char *name, enum err err, const struct picture_row *rows,
	   size_t n)
{
	if (err != ERR_OK)
		whole->err = err;
	out_format(whole->out, ",\"%s\":[", name);
	for (size_t i = 0; err == ERR_OK && i < n; i++) {
		out_text(whole->out, i ? "," : "");
		rowjson_row(whole->out, &rows[i], whole->zone_min);
	}
	out_char(whole->out, ']');
}

static void
write_versions(struct whole *whole)
{
	struct picture_row *rows = NULL;
	size_t n = 0;
	enum err err = picture_thread(whole->picture, whole->row->thread, whole->arena, &rows, &n);

	write_rows(whole, "versions", err, rows, n);
}

static void
write_incident(struct whole *whole)
{
	struct picture_row *rows = NULL;
	size_t n = 0;
	enum err err = picture_incident(whole->picture, &whole->row->id, whole->arena, &rows, &n);

	write_rows(whole, "together", err, rows, n > 1 ? n : 0);
}

static void
write_notes(struct whole *whole, const char *name, enum kind kind)
{
	struct picture_row *rows = NULL;
	size_t n = 0;
	enum err err = picture_notes(whole->picture, &whole->row->id, picture_kind(kind),
				     whole->arena, &rows, &n);

	write_rows(whole, name, err, rows, n);
}

static void
write_number(struct out *out, const char *name, int32_t number)
{
	if (number >= 0)
		out_format(out, ",\"%s\":%d", name, number);
}

/* A bound that nobody stated has no member. */
static void
write_loss(struct out *out, const struct picture_loss *loss)
{
	out_format(out, "{\"group\":\"%s\",\"party\":\"%s\",\"figure\":\"%s\"",
		   vocab_code(VOCAB_GROUP, loss->group), loss->party.name,
		   field_row(loss->figure)->name);
	write_number(out, "low", loss->range.low);
	write_number(out, "best", loss->range.best);
	write_number(out, "high", loss->range.high);
	out_text(out, ",\"text\":\"");
	quantity_write(out, &loss->range);
	out_format(out, "\",\"several\":%s,\"confirmed\":%s}", flag(loss->is_several),
		   flag(loss->is_closed));
}

static void
write_losses(struct whole *whole)
{
	struct picture_loss *losses;
	size_t n = 0;
	size_t reports = 0;
	enum err err =
	    picture_losses(whole->picture, &whole->row->id, whole->arena, &losses, &n, &reports);

	if (err != ERR_OK)
		whole->err = err;
	out_format(whole->out, ",\"reports\":%zu,\"losses\":[", reports);
	for (size_t i = 0; err == ERR_OK && i < n; i++) {
		out_text(whole->out, i ? "," : "");
		write_loss(whole->out, &losses[i]);
	}
	out_char(whole->out, ']');
}

enum err
rowjson_whole(struct out *out, struct picture *picture, const struct picture_row *row,
	      const struct party *own, int zone_min, struct arena *arena)
{
	return rowjson_whole_among(NULL, out, picture, row, own, zone_min, arena);
}

enum err
rowjson_whole_among(const struct members *members, struct out *out, struct picture *picture,
		    const struct picture_row *row, const struct party *own, int zone_min,
		    struct arena *arena)
{
	struct whole whole = {out, picture, row, own, zone_min, arena, ERR_OK, members};

	out_text(out, "{\"record\":");
	rowjson_row(out, row, zone_min);
	write_standings(&whole);
	write_answers(&whole);
	write_losses(&whole);
	write_versions(&whole);
	write_incident(&whole);
	write_notes(&whole, "links", KIND_LINK);
	write_notes(&whole, "disputes", KIND_DISPUTE);
	write_notes(&whole, "told", KIND_TOLD);
	out_char(out, '}');
	return whole.err;
}

void
rowjson_cells(struct out *out, const struct picture_tally *tally, const struct picture_cell *cells,
	      size_t n)
{
	out_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		out_text(out, i ? ",\n{" : "{");
		for (unsigned k = 0; k < tally->n_by; k++) {
			out_format(out, "\"%s\":", picture_by_name(tally->by[k]));
			out_json(out, cells[i].key[k]);
			out_char(out, ',');
		}
		out_format(out, "\"incidents\":%lld,\"records\":%lld",
			   (long long)cells[i].incidents, (long long)cells[i].records);
		if (tally->sum != FIELD_NONE)
			out_format(out,
				   ",\"sum\":%lld,\"low\":%lld,\"high\":%lld,\"without\":%lld,"
				   "\"several\":%lld",
				   (long long)cells[i].sum, (long long)cells[i].sum_low,
				   (long long)cells[i].sum_high, (long long)cells[i].without,
				   (long long)cells[i].several);
		out_char(out, '}');
	}
	out_char(out, ']');
}
