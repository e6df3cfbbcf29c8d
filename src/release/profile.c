/*
 * Promises the ready policies: fragments of rules that build on one another, each profile with test
 * lines of its own.  A profile is a text like any other; nothing in the program knows its name.
 */
#include "release/profile.h"

/* clang-format off */
static const char LIFE_SAVING[] =
"\n# Lives first: exact, at once, waiting for nobody.\n"
"fields medevac = need unit severity call urgent surgical priority routine litter ambulatory\n"
"        security marking needed_by state\n"
"fields ordnance = type severity outcome state\n"
"fields near-miss = type severity direction outcome state\n"
"fields warned = type severity grade basis advice direction civilians governorate district state\n"
"fields answered = re answer eta incident\n"
"release request to partners : medevac, place@10m, when@minute  if need = medevac\n"
"release incident to partners : ordnance, place@10m, when@minute  if type = exp.uxo\n"
"release incident to partners : ordnance, place@10m, when@minute  if type = exp.mine\n"
"release incident to partners : ordnance, place@10m, when@minute  if type = exp.ied_found\n"
"release incident to partners : near-miss, place@100m, when@minute  if type = fri.near_miss\n"
"release warning to partners : warned, place@1km, when@minute, window@minute  onward partners\n"
"release answer to partners : answered, window@minute\n";

static const char LIFE_SAVING_TESTS[] =
"test incident{type=exp.uxo} to partners = ordnance, place@10m, when@minute\n"
"test incident{type=exp.mine} to partners = ordnance, place@10m, when@minute\n"
"test incident{type=fri.near_miss} to partners = near-miss, place@100m, when@minute\n"
"test warning{} to partners = warned, place@1km, when@minute, window@minute\n"
"test answer{answer=committed} to partners = answered, window@minute\n"
"test coverage{} to partners = nothing\n"
"test civil{} to partners = nothing\n";

static const char LIFE_SAVING_ONLY[] =
"test request{need=medevac} to partners = medevac, place@10m, when@minute\n"
"test request{need=eod} to partners = nothing\n"
"test incident{type=atk.ambush} to partners = nothing\n"
"test sighting{type=mov.sighting, seam=1km, age=1d} to partners = nothing\n"
"test movement{} to partners = nothing\n";

static const char MOVEMENTS[] =
"\n# Out of each other's way: notices of movement at 1 km, and what one party asks of another.\n"
"fields moving = movement unit severity vehicles crosses width_m call state\n"
"fields asked = need severity purpose effect needed_by crosses width_m vehicles state\n"
"release movement to partners : moving, place@1km, window@minute\n"
"release request to partners : asked, place@1km, window@minute\n";

static const char MOVEMENTS_TESTS[] =
"test movement{} to partners = moving, place@1km, window@minute\n"
"test request{need=corridor} to partners = asked, place@1km, window@minute\n"
"test request{need=medevac} to partners = medevac, asked, place@10m, when@minute, window@minute\n";

static const char MOVEMENTS_ONLY[] =
"test incident{type=atk.ambush} to partners = nothing\n"
"test sighting{type=mov.sighting, seam=1km, age=1d} to partners = nothing\n";

static const char JOINT[] =
"\n# One picture of what happened: incidents at 100 m, losses with what the families know.\n"
"fields event = type severity grade outcome target civilians embargo incident state\n"
"fields seen = persons vehicles animals direction means armed loads lights\n"
"fields losses = group incident stated_by killed wounded critical missing detained abducted families\n"
"release incident to partners : event, seen, abducted, governorate, district, place@100m, when@minute\n"
"release casualty to partners : losses, governorate, district, place@1km, when@minute\n"
"release dispute to partners : re, disputed, killed, wounded, critical, missing, deaths, outcome\n"
"release link to partners : re, link, link_to\n"
"release decision, agreement to partners : re, cites, parties, due, state, place@1km, window@minute\n"
"release assessment, sitrep, statement to partners : cites, incident, number, parties, state\n"
"# Words leave by hand: one officer decides.\n"
"release answer, decision, agreement, assessment, sitrep, statement to partners : text, lang  manual 1\n"
"\n# Sightings: near the line at once, in depth coarse and late.\n"
"release sighting to partners : event, seen, place@1km, when@minute  if within 10km of seam\n"
"release sighting to partners : event, seen, place@10km, when@hour  after 2h\n";

static const char JOINT_TESTS[] =
"test incident{type=atk.ambush} to partners = event, seen, abducted, governorate, district,\n"
"        place@100m, when@minute\n"
"test incident{type=mov.infiltration} to partners = event, seen, abducted, governorate, district,\n"
"        place@1km, when@minute\n"
"test casualty{group=own} to partners = losses, governorate, district, place@1km, when@minute\n"
"test sighting{type=mov.sighting, seam=3km} to partners = event, seen, place@1km, when@minute\n"
"test sighting{type=mov.sighting, seam=30km, age=10m} to partners = nothing\n"
"test sighting{type=mov.sighting, seam=30km, age=3h} to partners = event, seen, place@10km, when@hour\n"
"test statement{} to partners = cites, incident, parties, state\n"
"test statement{approvals=1} to partners = cites, incident, parties, state, text, lang\n";

static const char NOTHING_TESTS[] =
"test incident{type=exp.uxo} to partners = nothing\n"
"test request{need=medevac} to partners = nothing\n"
"test warning{} to partners = nothing\n"
"test sighting{type=mov.sighting, seam=1km, age=1d} to partners = nothing\n";

enum { FRAGMENTS = 6 };

static const struct {
	const char *name;
	const char *about;
	const char *fragment[FRAGMENTS];
} ROWS[] = {
	{"nothing", "nothing leaves", {NOTHING_TESTS}},
	{"life-saving", "medical evacuation, unexploded ordnance, near misses and warnings, at once",
	    {LIFE_SAVING, "\n", LIFE_SAVING_TESTS, LIFE_SAVING_ONLY}},
	{"warnings-and-movements", "life-saving, notices of movement, and requests",
	    {LIFE_SAVING, MOVEMENTS, "\n", LIFE_SAVING_TESTS, MOVEMENTS_TESTS, MOVEMENTS_ONLY}},
	{"joint-incident", "warnings and movements, incidents and losses, sightings near the line",
	    {LIFE_SAVING, MOVEMENTS, JOINT, "\n", MOVEMENTS_TESTS, JOINT_TESTS}},
};
/* clang-format on */

enum { ROWS_N = sizeof ROWS / sizeof ROWS[0] };

const char *
profile_name(unsigned i)
{
	return i < ROWS_N ? ROWS[i].name : NULL;
}

const char *
profile_about(unsigned i)
{
	return i < ROWS_N ? ROWS[i].about : NULL;
}

static bool
are_distinct(const struct party *own, const struct party *others, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (party_equal(own, &others[i]))
			return false;
		for (size_t j = 0; j < i; j++)
			if (party_equal(&others[i], &others[j]))
				return false;
	}
	return true;
}

static void
write_names(struct out *out, const struct party *parties, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out_format(out, " %s", parties[i].name);
	out_char(out, '\n');
}

enum err
profile_text(struct span name, const struct party *own, const struct party *others, size_t others_n,
	     struct out *out)
{
	unsigned row = 0;

	while (row < ROWS_N && !span_is(name, ROWS[row].name))
		row++;
	if (row == ROWS_N)
		return ERR_NOT_FOUND;
	if (others_n >= LIMIT_PARTIES || !are_distinct(own, others, others_n))
		return ERR_REFUSED;
	out_format(out, "# Profile %s: %s.\n# What no line grants is not given.\nparty %s",
		   ROWS[row].name, ROWS[row].about, own->name);
	write_names(out, others, others_n);
	if (others_n == 0)
		return out_err(out);
	out_text(out, "group partners =");
	write_names(out, others, others_n);
	for (unsigned i = 0; i < FRAGMENTS && ROWS[row].fragment[i]; i++)
		out_text(out, ROWS[row].fragment[i]);
	return out_err(out);
}
