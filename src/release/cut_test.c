/*
 * release_cut(), a row per rule: what goes under which conditions, and why the rest stays.
 */
#include "model/ground.h"
#include "release/cite.h"
#include "release/parts.h"
#include "release/protect.h"
#include "release/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 20 };
#define H    3600000LL
#define ID43 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const int64_t FILED = 1809388800000;

/* A line along 44 E, a zone of five days, two governorates that meet at 35.5 N, two districts of
 * the northern one. */
static const char GROUND[] =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Line 1\",\"layer\":\"boundary\"},"
    "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[44,34],[44,37]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Box\",\"name_ar\":\"\u0642\",\"code\":\"B4\","
    "\"layer\":\"zone\",\"from\":\"2027-05-01\",\"to\":\"2027-05-05\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[44.3,35.2],[44.5,35.2],[44.5,35.4],[44."
    "3,35.4]]"
    "]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"North\",\"layer\":\"governorate\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[43,35.5],[47,35.5],[47,38],[43,38],[43,"
    "35.5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"South\",\"layer\":\"governorate\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[43,33],[47,33],[47,35.5],[43,35.5],[43,"
    "33]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"West\",\"layer\":\"district\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[43,35.5],[45,35.5],[45,38],[43,38],[43,"
    "35.5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"East\",\"layer\":\"district\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[45,35.5],[47,35.5],[47,38],[45,38],[45,"
    "35.5]]]}}]}";

struct row {
	const char *name;
	enum kind kind;
	const char *fields; /* "type=atk.ambush; place=38SMD4525" */
	const char *rules;  /* behind "party a b c d\ngroup east = b c\n" */
	const char
	    *parts; /* "type, place@1km +2h until 3h onward c officers 2 follow 1 (not_yet) / …" */
	const char *held;        /* "place@10m protected, unit no_rule"; NULL: not looked at */
	const char *whole;       /* why nothing goes, as a code; NULL: not looked at */
	const char *filed_rules; /* the policy at filing; NULL: the same */
	const char *given;       /* items as "type, place@1km"; NULL: nothing */
	int64_t now_h, newer_h;  /* newer_h: a newer version, filed so much later; 0: none */
	unsigned approvals;
	bool is_sister, has_thread, is_retracted, has_ground;
	const struct release_cite *cites;
	size_t cites_n;
	const char *recipient; /* NULL: b */
};

#define AMBUSH                                                                                     \
	"type=atk.ambush; severity=red; place=38SME4525347153; when=2027-05-03T23:15Z; unit=a-1"

#define CITE(which, ...)                                                                           \
	{                                                                                          \
		.field = FIELD_##which, __VA_ARGS__                                                \
	}
static const struct release_cite OWN_HELD[] = {CITE(RE, .is_own = true, .is_held = true)};
static const struct release_cite OWN_NOT_HELD[] = {CITE(RE, .is_own = true)};
static const struct release_cite FROM_B[] = {CITE(RE, .origin = {"b"}, .is_held = true)};
static const struct release_cite FROM_C[] = {CITE(RE, .origin = {"c"}, .is_held = true)};
static const struct release_cite OF_ALERT[] = {CITE(RE, .stays_home = true)};
static const struct release_cite FROM_C_ONWARD[] = {
    CITE(RE, .origin = {"c"}, .onward = {2, {{"b"}, {"d"}}}, .is_held = true)};
static const struct release_cite FROM_C_TO_D[] = {
    CITE(RE, .origin = {"c"}, .onward = {1, {{"d"}}}, .is_held = true)};
static const struct release_cite FROM_C_INCIDENT[] = {CITE(INCIDENT, .origin = {"c"})};
static const struct release_cite OWN_INCIDENT[] = {CITE(INCIDENT, .is_own = true, .is_held = true)};
static const struct release_cite ONE_OF_TWO[] = {CITE(CITES, .is_own = true, .is_held = true)};
static const struct release_cite BOTH_ONE_HELD[] = {CITE(CITES, .is_own = true, .is_held = true),
						    CITE(CITES, .is_own = true)};

/* clang-format off */
static const struct row ROWS[] = {
	{.name = "no policy line, nothing", KIND_INCIDENT, AMBUSH, "", "", "type no_rule"},
	{.name = "another kind's line", KIND_INCIDENT, AMBUSH, "release sighting to b : type\n", "", "type no_rule"},
	{.name = "another party's line", KIND_INCIDENT, AMBUSH, "release incident to c : type\n", "", "type no_rule"},
	{.name = "a party the policy does not know", KIND_INCIDENT, AMBUSH, "release incident to b : type\n", "", NULL, .recipient = "z"},
	{.name = "one field", KIND_INCIDENT, AMBUSH, "release incident to b : type\n", "type", "severity no_rule"},
	{.name = "to a group", KIND_INCIDENT, AMBUSH, "release incident to east : type\n", "type", NULL},
	{.name = "union of lines", KIND_INCIDENT, AMBUSH, "release incident to b : type\nrelease incident to b : severity\n", "type, severity", NULL},
	{.name = "levels that the record has", KIND_INCIDENT, "type=atk.ambush; when=2027-05-03; place=38SMD45",
	    "release incident to b : place@100m, when@minute\n", "when@day, place@10km", NULL},
	{.name = "coarser levels come along", KIND_INCIDENT, AMBUSH, "release incident to b : place@1km, when@hour\n", "when@hour, place@1km", "place@10m no_rule, when@minute no_rule"},
	{.name = "nothing of what is granted is there", KIND_INCIDENT, "type=atk.ambush", "release incident to b : unit\n", "", NULL},
	{.name = "existence only", KIND_INCIDENT, AMBUSH, "release incident to b : kind\n", "", NULL, .recipient = "c"},
	{.name = "existence only, given", KIND_INCIDENT, AMBUSH, "release incident to b : kind\n", "kind", NULL},
	{.name = "cap never", KIND_INCIDENT, AMBUSH, "release incident to b : type, unit\ncap any to any : never unit\n", "type", "unit capped"},
	{.name = "cap of another kind", KIND_INCIDENT, AMBUSH, "release incident to b : type, unit\ncap sighting to any : never unit\n", "unit, type", NULL},
	{.name = "cap of another party", KIND_INCIDENT, AMBUSH, "release incident to b : type, unit\ncap any to c : never unit\n", "unit, type", NULL},
	{.name = "cap on place", KIND_INCIDENT, AMBUSH, "release incident to b : place@100m\ncap any to b : place@10km\n", "place@10km", "place@10m capped"},
	{.name = "cap on time", KIND_INCIDENT, AMBUSH, "release incident to b : when@minute\ncap any to b : when@day\n", "when@day", "when@minute capped"},
	{.name = "cap on place takes the shape", KIND_WARNING, "window=2027-05-04; shape=line 35.1,44.2 35.2,44.3",
	    "release warning to b : shape, window@day\ncap any to b : place@10m\n", "window@day", "shape capped"},
	{.name = "caps alone", KIND_INCIDENT, AMBUSH, "cap any to b : place@10km\n", "", NULL},

	{.name = "after, not yet", KIND_INCIDENT, AMBUSH, "release incident to b : type after 2h\n", "type +2h (not_yet)", NULL, .now_h = 1},
	{.name = "after, due", KIND_INCIDENT, AMBUSH, "release incident to b : type after 2h\n", "type +2h", NULL, .now_h = 2},
	{.name = "until, in time", KIND_INCIDENT, AMBUSH, "release incident to b : type until 3h\n", "type until 3h", NULL, .now_h = 3},
	{.name = "until, too late", KIND_INCIDENT, AMBUSH, "release incident to b : type until 3h\n", "", "type too_late", .now_h = 4},
	{.name = "step, before the slot", KIND_INCIDENT, AMBUSH, "release incident to b : type step 3h\n", "type +3h (not_yet)", NULL, .now_h = 2},
	{.name = "step, at the slot", KIND_INCIDENT, AMBUSH, "release incident to b : type step 3h\n", "type +3h", NULL, .now_h = 3},
	{.name = "step behind after", KIND_INCIDENT, AMBUSH, "release incident to b : type after 4h step 3h\n", "type +6h (not_yet)", NULL, .now_h = 5},
	{.name = "step behind after, filed at a slot", KIND_INCIDENT, AMBUSH, "release incident to b : type after 3h step 3h\n", "type +6h", NULL, .now_h = 6},
	{.name = "a newer version in the same slot", KIND_INCIDENT, AMBUSH, "release incident to b : type step 3h\n", "", " superseded, type superseded",
	    .now_h = 3, .newer_h = 2},
	{.name = "a newer version of the next slot, not come yet", KIND_INCIDENT, AMBUSH, "release incident to b : type step 3h\n", "type +3h", NULL,
	    .now_h = 5, .newer_h = 3},
	{.name = "a newer version of the next slot, come", KIND_INCIDENT, AMBUSH, "release incident to b : type step 3h\n", "", "type superseded",
	    .now_h = 6, .newer_h = 5},
	{.name = "a newer version without a step", KIND_INCIDENT, AMBUSH, "release incident to b : type\nrelease incident to b : severity step 1h\n",
	    "type", "severity superseded", .now_h = 2, .newer_h = 1},
	{.name = "two steps, one of them superseded", KIND_INCIDENT, AMBUSH, "release incident to b : type, unit step 1h\nrelease incident to b : type step 3h\n",
	    "type +3h", "unit superseded", .now_h = 5, .newer_h = 3},
	{.name = "step and end, in time", KIND_INCIDENT, AMBUSH, "release incident to b : type step 3h until 4h\n", "type +3h until 4h", NULL, .now_h = 4},
	{.name = "step and end, too late", KIND_INCIDENT, AMBUSH, "release incident to b : type step 3h until 4h\n", "", "type too_late", .now_h = 5},
	{.name = "step by decision", KIND_INCIDENT, AMBUSH, "release incident to b : type step 3h manual 1\n", "type +3h officers 1 (not_yet)", NULL,
	    .approvals = 1},
	{.name = "the delay of coverage lies before the slot", KIND_COVERAGE, "unit=a-1", "release coverage to b : unit step 30m\n", "unit +1h (not_yet)", NULL},
	{.name = "so does it for the newer version", KIND_COVERAGE, "unit=a-1", "release coverage to b : unit step 2h\n", "unit +2h", NULL,
	    .now_h = 3, .newer_h = 1},
	{.name = "both policies: the slot behind the later moment", KIND_INCIDENT, AMBUSH, "release incident to b : type after 4h\n", "type +6h (not_yet)", NULL,
	    .filed_rules = "release incident to b : type step 3h\n", .now_h = 4},
	{.name = "both policies: the longer step", KIND_INCIDENT, AMBUSH, "release incident to b : type step 2h\n", "type +3h (not_yet)", NULL,
	    .filed_rules = "release incident to b : type step 3h\n", .now_h = 2},
	{.name = "both policies: superseded then", KIND_INCIDENT, AMBUSH, "release incident to b : type\n", "", " superseded",
	    .filed_rules = "release incident to b : type step 3h\n", .now_h = 4, .newer_h = 1},
	{.name = "one delivery for each set of conditions", KIND_INCIDENT, AMBUSH,
	    "release incident to b : type, severity after 2h\nrelease incident to b : type\nrelease incident to b : severity, unit after 2h\n",
	    "type / unit, type, severity +2h (not_yet)", NULL},
	{.name = "a part that another covers sooner", KIND_INCIDENT, AMBUSH,
	    "release incident to b : type, severity\nrelease incident to b : type after 2h\n", "type, severity", NULL},
	{.name = "not covered: it has an onward", KIND_INCIDENT, AMBUSH,
	    "release incident to b : type, severity\nrelease incident to b : type onward c\n", "type, severity / type onward c", NULL},
	{.name = "not covered: the other ends", KIND_INCIDENT, AMBUSH,
	    "release incident to b : type until 1h\nrelease incident to b : type\nrelease incident to b : type, unit until 2h\n",
	    "type / unit, type until 2h", NULL},
	{.name = "onward of a group", KIND_INCIDENT, AMBUSH, "release incident to b : type onward d, east\n", "type onward b c d", NULL},
	{.name = "officers missing", KIND_INCIDENT, AMBUSH, "release incident to b : type manual 2\n", "type officers 2 (needs_officers)", NULL, .approvals = 1},
	{.name = "officers there", KIND_INCIDENT, AMBUSH, "release incident to b : type manual 2\n", "type officers 2", NULL, .approvals = 2},
	{.name = "at once before with officers", KIND_INCIDENT, AMBUSH,
	    "release incident to b : type, unit manual 2\nrelease incident to b : type, severity manual 1\nrelease incident to b : type\n",
	    "type / type, severity officers 1 (needs_officers) / unit, type officers 2 (needs_officers)", NULL},

	{.name = "if code", KIND_INCIDENT, AMBUSH, "release incident to b : type if type = atk.ambush\n", "type", NULL},
	{.name = "if other code", KIND_INCIDENT, AMBUSH, "release incident to b : type if type = atk.drone\n", "", "type no_rule"},
	{.name = "if family", KIND_INCIDENT, AMBUSH, "release incident to b : type if type = atk\n", "type", NULL},
	{.name = "if other family", KIND_INCIDENT, AMBUSH, "release incident to b : type if type = exp\n", "", NULL},
	{.name = "if at least", KIND_INCIDENT, AMBUSH, "release incident to b : type if severity >= yellow\n", "type", NULL},
	{.name = "if not at least", KIND_INCIDENT, "type=atk.ambush; severity=green", "release incident to b : type if severity >= yellow\n", "", NULL},
	{.name = "if unset", KIND_INCIDENT, "type=atk.ambush", "release incident to b : type if severity >= green\n", "", NULL},
	{.name = "if and", KIND_INCIDENT, AMBUSH, "release incident to b : type if severity = red and type = exp\n", "", NULL},
	{.name = "if name", KIND_INCIDENT, AMBUSH, "release incident to b : type if unit = a-1\n", "type", NULL},
	{.name = "if other name", KIND_INCIDENT, AMBUSH, "release incident to b : type if unit = a-2\n", "", NULL},
	{.name = "if quantity best", KIND_INCIDENT, "type=atk.ambush; deaths=2-5 best 3", "release incident to b : type if deaths >= 3\n", "type", NULL},
	{.name = "if quantity low", KIND_INCIDENT, "type=atk.ambush; deaths=2-5", "release incident to b : type if deaths >= 3\n", "", NULL},
	{.name = "if quantity unknown", KIND_INCIDENT, "type=atk.ambush; deaths=unknown", "release incident to b : type if deaths >= 0\n", "", NULL},
	{.name = "if quantity is", KIND_INCIDENT, "type=atk.ambush; deaths=4", "release incident to b : type if deaths = 4\n", "type", NULL},
	{.name = "if number", KIND_MOVEMENT, "movement=convoy; width_m=200", "release movement to b : movement if width_m >= 200\n", "movement", NULL},
	{.name = "if number is not", KIND_MOVEMENT, "movement=convoy; width_m=200", "release movement to b : movement if width_m = 201\n", "", NULL},
	{.name = "if one of codes", KIND_INCIDENT, "type=atk.ambush; means=foot,car", "release incident to b : type if means = car\n", "type", NULL},
	{.name = "if none of codes", KIND_INCIDENT, "type=atk.ambush; means=foot,car", "release incident to b : type if means = boat\n", "", NULL},
	{.name = "if party", KIND_TOLD, "told_party=c; told_by=voice", "release told to b : told_by if told_party = c\n", "told_by", NULL},
	{.name = "if other party", KIND_TOLD, "told_party=c; told_by=voice", "release told to b : told_by if told_party = d\n", "", NULL},
	{.name = "if one of parties", KIND_DECISION, "parties=c,d; state=open", "release decision to b : state if parties = d\n", "state", NULL},
	{.name = "if none of parties", KIND_DECISION, "parties=c,d; state=open", "release decision to b : state if parties = b\n", "", NULL},
	{.name = "in a zone", KIND_INCIDENT, AMBUSH, "zone z = 38SMD00 38SME4547\nrelease incident to b : type if within 1m of z\n", "type", NULL},
	{.name = "near a zone", KIND_INCIDENT, AMBUSH, "zone z = 38SME4547\nrelease incident to b : type if within 100m of z\n", "type", NULL},
	{.name = "near enough", KIND_INCIDENT, AMBUSH, "zone z = 38SME4546\nrelease incident to b : type if within 200m of z\n", "type", NULL},
	{.name = "not near enough", KIND_INCIDENT, AMBUSH, "zone z = 38SME4546\nrelease incident to b : type if within 100m of z\n", "", NULL},
	{.name = "no place, no zone", KIND_INCIDENT, "type=atk.ambush", "zone z = 38SMD45\nrelease incident to b : type if within 900km of z\n", "", NULL},
	{.name = "near the seam", KIND_INCIDENT, AMBUSH, "release incident to b : type if within 60km of seam\n", "type", NULL, .has_ground = true},
	{.name = "not near the seam", KIND_INCIDENT, AMBUSH, "release incident to b : type if within 10km of seam\n", "", NULL, .has_ground = true},
	{.name = "no seam loaded", KIND_INCIDENT, AMBUSH, "release incident to b : type if within 900km of seam\n", "", NULL},
	{.name = "near a named boundary", KIND_INCIDENT, "type=atk.ambush; place=38SME4525347153", "release incident to b : type if within 60km of boundary \"Line 1\"\n", "type", NULL, .has_ground = true},
	{.name = "near another boundary", KIND_INCIDENT, AMBUSH, "release incident to b : type if within 60km of boundary L2\n", "", NULL, .has_ground = true},

	{.name = "in the zone's square", KIND_INCIDENT, AMBUSH, "zone z = 38SMD00 38SME4547\nrelease incident to b : type if enters z\n", "type", NULL},
	{.name = "in the next square", KIND_INCIDENT, AMBUSH, "zone z = 38SME4548\nrelease incident to b : type if enters z\n", "", "type no_rule"},
	{.name = "a coarse place over the zone", KIND_INCIDENT, "type=atk.ambush; place=38SME44", "zone z = 38SME4547\nrelease incident to b : type if enters z\n", "type", NULL},
	{.name = "a coarse place beside the zone", KIND_INCIDENT, "type=atk.ambush; place=38SME54", "zone z = 38SME4547\nrelease incident to b : type if enters z\n", "", NULL},
	{.name = "digits that only begin alike", KIND_INCIDENT, "type=atk.ambush; place=38SME4547", "zone z = 38SME45\nrelease incident to b : type if enters z\n", "", NULL},
	{.name = "the whole 100 km square", KIND_INCIDENT, AMBUSH, "zone z = 38SME\nrelease incident to b : type if enters z\n", "type", NULL},
	{.name = "no place enters nothing", KIND_INCIDENT, "type=atk.ambush", "zone z = 38SME\nrelease incident to b : type if enters z\n", "", NULL},
	{.name = "a route through the zone", KIND_MOVEMENT, "movement=patrol; place=38SME0000; shape=line 35.30,44.00 35.30,44.90",
	    "zone z = 38SME40\nrelease movement to b : movement if enters z\n", "movement", NULL},
	{.name = "a route past the zone", KIND_MOVEMENT, "movement=patrol; shape=line 35.50,44.00 35.50,44.90",
	    "zone z = 38SME40\nrelease movement to b : movement if enters z\n", "", NULL},
	{.name = "a route that ends in the zone", KIND_MOVEMENT, "movement=patrol; shape=line 35.50,44.90 35.28,44.40",
	    "zone z = 38SME40\nrelease movement to b : movement if enters z\n", "movement", NULL},
	{.name = "an area around the zone", KIND_MOVEMENT, "movement=patrol; shape=area 35,44 35,45 36,45 36,44",
	    "zone z = 38SME4020\nrelease movement to b : movement if enters z\n", "movement", NULL},
	{.name = "a ring of a route around the zone", KIND_MOVEMENT, "movement=patrol; shape=line 35,44 35,45 36,45 36,44 35,44",
	    "zone z = 38SME4020\nrelease movement to b : movement if enters z\n", "", NULL},
	{.name = "in an area of a layer", KIND_INCIDENT, AMBUSH, "release incident to b : type if enters governorate North\n", "type", NULL, .has_ground = true},
	{.name = "in another area of the layer", KIND_INCIDENT, AMBUSH, "release incident to b : type if enters governorate South\n", "", NULL, .has_ground = true},
	{.name = "a square on the edge of two", KIND_INCIDENT, "type=atk.ambush; place=38SME42", "release incident to b : type if enters governorate North and "
	    "enters governorate South\n", "type", NULL, .has_ground = true},
	{.name = "no layers, no area", KIND_INCIDENT, AMBUSH, "release incident to b : type if enters governorate North\n", "", NULL},
	{.name = "another layer's area", KIND_INCIDENT, AMBUSH, "release incident to b : type if enters district North\n", "", NULL, .has_ground = true},
	{.name = "a route into a district", KIND_MOVEMENT, "movement=patrol; shape=line 35.4,44.0 35.6,44.0", "release movement to b : movement if enters district West\n",
	    "movement", NULL, .has_ground = true},
	{.name = "a zone in force in the window", KIND_MOVEMENT, "movement=patrol; window=2027-05-05; place=38SME4010",
	    "release movement to b : movement if enters zone Box\n", "movement", NULL, .has_ground = true},
	{.name = "a zone in force at filing is no use then", KIND_MOVEMENT, "movement=patrol; window=2027-05-09; place=38SME4010",
	    "release movement to b : movement if enters zone Box\n", "", NULL, .has_ground = true},
	{.name = "a zone's code and other names", KIND_MOVEMENT, "movement=patrol; window=2027-05-04..2027-05-09; place=38SME4010",
	    "release movement to b : movement if enters zone B4 and enters zone \"\u0642\"\n", "movement", NULL, .has_ground = true},

	{.name = "both policies: levels", KIND_INCIDENT, AMBUSH, "release incident to b : type, place@1km\n", "type, place@1km", "severity no_rule",
	    .filed_rules = "release incident to b : type, severity, place@100m\n"},
	{.name = "both policies: nothing then", KIND_INCIDENT, AMBUSH, "release incident to b : type\n", "", NULL, .filed_rules = ""},
	{.name = "both policies: nothing now", KIND_INCIDENT, AMBUSH, "", "", NULL, .filed_rules = "release incident to b : type\n"},
	{.name = "both policies: conditions", KIND_INCIDENT, AMBUSH, "release incident to b : type after 2h until 5h onward c, d manual 1\n",
	    "type +3h until 5h onward d officers 2 (needs_officers)", NULL,
	    .filed_rules = "release incident to b : type after 3h until 6h onward d manual 2\n"},
	{.name = "both policies: later now", KIND_INCIDENT, AMBUSH, "release incident to b : type after 4h until 9h manual 3\n",
	    "type +4h until 8h officers 3 (needs_officers)", NULL, .filed_rules = "release incident to b : type after 3h until 8h\n"},
	{.name = "both policies: too late", KIND_INCIDENT, AMBUSH, "release incident to b : type after 4h\n", "", "type too_late",
	    .filed_rules = "release incident to b : type until 2h\n"},
	{.name = "both policies: lives", KIND_WARNING, "window=2027-05-04; severity=red", "release warning to b : severity manual 1\n",
	    "severity follow 2", NULL, .filed_rules = "release warning to b : severity manual 2\n"},
	{.name = "both policies: lives, the other way", KIND_WARNING, "window=2027-05-04; severity=red", "release warning to b : severity manual 2\n",
	    "severity follow 2", NULL, .filed_rules = "release warning to b : severity manual 1\n"},

	{.name = "nothing is left of a square", KIND_INCIDENT, "type=atk.ambush; place=38SMD5920; governorate=North", "release incident to b : place@10km\n", "",
	    "place@10km coarsened", .given = "governorate", .has_ground = true},
	{.name = "a name on no layer", KIND_INCIDENT, "type=atk.ambush; place=38SME4525; governorate=Nowhere", "release incident to b : place@10km, governorate\n",
	    "place@10km", "governorate area_unknown", .has_ground = true},
	{.name = "given already", KIND_INCIDENT, AMBUSH, "release incident to b : type\n", "", " given", .given = "kind, thread, type"},
	{.name = "something new", KIND_INCIDENT, AMBUSH, "release incident to b : type, unit\n", "unit, type", NULL, .given = "kind, thread, type"},

	{.name = "to a sister, whole but for what is sealed", KIND_CASUALTY, "group=own; killed=2; summary=two men; medical=burns; when=2027-05-04", "",
	    "when@day, summary, group, killed", "medical protected", .is_sister = true},
	{.name = "house kinds to a sister", KIND_ALERT, "rule=gap; when=2027-05-04", "", "when@day, rule", NULL, .is_sister = true},
	{.name = "given to a sister", KIND_ALERT, "rule=gap", "", "", " given", .is_sister = true, .given = "kind, thread, rule"},
	{.name = "house kinds to nobody", KIND_ALERT, "rule=gap; when=2027-05-04", "release incident to b : type\n", "", " protected"},
	{.name = "no kind", KIND_NONE, "", "release incident to b : type\n", "", " protected"},
	{.name = "retraction", KIND_RETRACT, "re=" ID43, "", "re", NULL, .has_thread = true},
	{.name = "retraction, nothing received", KIND_RETRACT, "re=" ID43, "", "", " no_rule"},
	{.name = "erasure", KIND_ERASE, "re=" ID43, "", "re", NULL, .has_thread = true},
	{.name = "erasure, told already", KIND_ERASE, "re=" ID43, "", "", " given", .has_thread = true, .given = "kind, thread, re"},
	{.name = "retracted", KIND_INCIDENT, AMBUSH, "release incident to b : type\n", "", " retracted", .is_retracted = true},

	{.name = "sighting at 10 m", KIND_SIGHTING, "type=civ.fire; place=38SME4525347153", "release sighting to b : place@10m\n", "place@1km", "place@10m protected"},
	{.name = "sighting without shape", KIND_SIGHTING, "type=mov.sighting; shape=line 35.1,44.2 35.2,44.3", "release sighting to b : type, shape\n", "type", "shape protected"},
	{.name = "movement of persons in an incident", KIND_INCIDENT, "type=mov.infiltration; place=38SME4525347153", "release incident to b : place@10m\n", "place@1km", NULL},
	{.name = "incident at 10 m", KIND_INCIDENT, AMBUSH, "release incident to b : place@10m\n", "place@100m", "place@10m protected"},
	{.name = "incident's shape", KIND_INCIDENT, "type=atk.ambush; shape=line 35.1,44.2 35.2,44.3", "release incident to b : type, shape\n", "type", "shape protected"},
	{.name = "ordnance at 10 m", KIND_INCIDENT, "type=exp.uxo; place=38SME45253471; shape=line 35.1,44.2 35.2,44.3",
	    "release incident to b : place@10m, shape\n", "place@10m, shape", NULL},
	{.name = "mine", KIND_INCIDENT, "type=exp.mine; place=38SME45253471", "release incident to b : place@10m\n", "place@10m", NULL},
	{.name = "cache is no ordnance underfoot", KIND_INCIDENT, "type=exp.cache; place=38SME45253471", "release incident to b : place@10m\n", "place@100m", NULL},
	{.name = "device found", KIND_INCIDENT, "type=exp.ied_found; place=38SME45253471", "release incident to b : place@10m\n", "place@10m", NULL},
	{.name = "device exploded", KIND_INCIDENT, "type=exp.ied_explosion; place=38SME45253471", "release incident to b : place@10m\n", "place@10m", NULL},
	{.name = "device cleared", KIND_INCIDENT, "type=exp.ied_cleared; place=38SME45253471", "release incident to b : place@10m\n", "place@10m", NULL},
	{.name = "medevac at 10 m", KIND_REQUEST, "need=medevac; place=38SME45253471", "release request to b : place@10m\n", "place@10m", NULL},
	{.name = "other request", KIND_REQUEST, "need=eod; place=38SME45253471", "release request to b : place@10m\n", "place@100m", NULL},
	{.name = "own unit by consent", KIND_MOVEMENT, "movement=patrol; unit=a-1; place=38SME45253471", "release movement to b : place@10m\n", "place@10m", NULL},
	{.name = "movement without unit", KIND_MOVEMENT, "movement=patrol; place=38SME45253471", "release movement to b : place@10m\n", "place@100m", NULL},
	{.name = "drawn areas go", KIND_WARNING, "shape=line 35.1,44.2 35.2,44.3", "release warning to b : shape\n", "shape", NULL},
	{.name = "civil has no onward by a list of kinds", KIND_CIVIL, "call=46.75 relief", "release civil to b : call\n", "call", NULL},
	{.name = "coverage coarse and late", KIND_COVERAGE, "unit=a-1; place=38SME45253471; shape=line 35.1,44.2 35.2,44.3", "release coverage to b : unit, place@1km, shape\n",
	    "unit, place@10km +1h (not_yet)", "shape protected"},
	{.name = "coverage later still", KIND_COVERAGE, "unit=a-1", "release coverage to b : unit after 3h\n", "unit +3h", NULL, .now_h = 4},
	{.name = "coverage that ends before it may go", KIND_COVERAGE, "unit=a-1", "release coverage to b : unit until 30m\n", "", "unit too_late"},
	{.name = "coverage: two lines become one delivery", KIND_COVERAGE, "unit=a-1; state=open", "release coverage to b : unit after 30m\nrelease coverage to b : state\n",
	    "unit, state +1h (not_yet)", NULL},
	{.name = "request without a need", KIND_REQUEST, "place=38SME45253471", "release request to b : place@10m\n", "place@100m", NULL},
	{.name = "look without purpose", KIND_REQUEST, "need=look", "release request to b : need\n", "", " no_purpose"},
	{.name = "look with purpose", KIND_REQUEST, "need=look; purpose=fire", "release request to b : need\n", "need", NULL},
	{.name = "losses carry families", KIND_CASUALTY, "group=own; killed=2; families=no", "release casualty to b : killed\n", "killed, families", NULL},
	{.name = "losses, families never typed", KIND_CASUALTY, "group=own; killed=2", "release casualty to b : killed\n", "killed", NULL},
	{.name = "losses, families capped", KIND_CASUALTY, "group=own; killed=2; families=no", "release casualty to b : group, killed, families\ncap any to b : never families\n", "group", "killed families, families capped"},
	{.name = "lives do not wait: warning", KIND_WARNING, "severity=red", "release warning to b : severity manual 2\n", "severity follow 2", NULL},
	{.name = "lives do not wait: medevac", KIND_REQUEST, "need=medevac", "release request to b : need manual 1\n", "need follow 1", NULL},
	{.name = "lives do not wait: uxo", KIND_INCIDENT, "type=exp.uxo", "release incident to b : type manual 1\n", "type follow 1", NULL},
	{.name = "lives do not wait: mine", KIND_INCIDENT, "type=exp.mine", "release incident to b : type manual 1\n", "type follow 1", NULL},
	{.name = "lives do not wait: device", KIND_INCIDENT, "type=exp.ied_found", "release incident to b : type manual 1\n", "type follow 1", NULL},
	{.name = "lives do not wait: near miss", KIND_INCIDENT, "type=fri.near_miss", "release incident to b : type manual 1\n", "type follow 1", NULL},
	{.name = "words wait even then", KIND_WARNING, "severity=red; summary=fire", "release warning to b : severity, summary manual 1\n",
	    "severity follow 1 / summary officers 1 (needs_officers)", NULL},
	{.name = "words by hand", KIND_STATEMENT, "text=we regret; lang=en", "release statement to b : text, lang manual 1\n", "lang, text officers 1", NULL, .approvals = 1},
	{.name = "words without a line", KIND_STATEMENT, "text=we regret; lang=en", "release statement to b : lang\n", "lang", "text protected"},
	{.name = "nothing is granted: words", KIND_STATEMENT, "text=we regret; lang=en", "", "", "text protected", .whole = "no_rule"},
	{.name = "nothing is granted: ask", KIND_REQUEST, "need=eod; ask=b:1h,c:2h", "", "", "ask protected", .whole = "no_rule"},
	{.name = "nothing is granted: sealed", KIND_CASUALTY, "group=own; medical=burns", "", "", "medical protected", .whole = "no_rule"},
	{.name = "no line holds: words", KIND_STATEMENT, "text=we regret; state=open", "release statement to b : text, state manual 1 if state = closed\n",
	    "", "text no_rule", .whole = "no_rule"},
	{.name = "a granted shape is taken", KIND_SIGHTING, "type=mov.sighting; shape=line 35.1,44.2 35.2,44.3", "release sighting to b : shape\n",
	    "", "shape protected", .whole = "protected"},
	{.name = "a granted field is capped", KIND_STATEMENT, "text=we regret; state=open", "release statement to b : state\ncap any to b : never state\n",
	    "", "state capped", .whole = "capped"},
	{.name = "answer to an alert", KIND_ANSWER, "re=" ID43 "; answer=seen", "release answer to b : re, answer\n", "", " stays_home", .cites = OF_ALERT, .cites_n = 1,
	    .whole = "stays_home"},
	{.name = "own row of ask", KIND_REQUEST, "need=eod; ask=b:1h,c:2h", "release request to b : need\n", "need, ask@1", "ask protected"},
	{.name = "own row of ask, the second", KIND_REQUEST, "need=eod; ask=b:1h,c:2h", "release request to c : need\n", "need, ask@2", NULL, .recipient = "c"},
	{.name = "not asked", KIND_REQUEST, "need=eod; ask=c:2h", "release request to b : need\n", "need", NULL},
	{.name = "ask capped", KIND_REQUEST, "need=eod; ask=b:1h", "release request to b : need\ncap any to b : never ask\n", "need", NULL},

	{.name = "answer to the originator", KIND_ANSWER, "re=" ID43 "; answer=seen", "release answer to b : re, answer\n", "re, answer", NULL, .cites = FROM_B, .cites_n = 1},
	{.name = "answer to somebody else", KIND_ANSWER, "re=" ID43 "; answer=seen", "release answer to b : re, answer\n", "", " cites_held_back", .cites = FROM_C, .cites_n = 1},
	{.name = "answer where the originator allows another", KIND_ANSWER, "re=" ID43 "; answer=seen", "release answer to b : re, answer\n", "", " cites_held_back", .cites = FROM_C_TO_D, .cites_n = 1},
	{.name = "answer where the originator allows", KIND_ANSWER, "re=" ID43 "; answer=seen", "release answer to b : re, answer\n", "re, answer", NULL, .cites = FROM_C_ONWARD, .cites_n = 1},
	{.name = "a reference core did not tell of", KIND_ANSWER, "re=" ID43 "; answer=seen", "release answer to b : answer\n", "", " cites_held_back"},
	{.name = "own reference, held", KIND_DECISION, "re=" ID43 "; state=open", "release decision to b : re, state\n", "re, state", NULL, .cites = OWN_HELD, .cites_n = 1},
	{.name = "own reference, not held", KIND_DECISION, "re=" ID43 "; state=open", "release decision to b : re, state\n", "state", "re cites_held_back", .cites = OWN_NOT_HELD, .cites_n = 1},
	{.name = "beside a foreign incident", KIND_CASUALTY, "incident=" ID43 "; killed=1", "release casualty to b : incident, killed\n", "killed", "incident cites_held_back", .cites = FROM_C_INCIDENT, .cites_n = 1},
	{.name = "beside an own incident", KIND_CASUALTY, "incident=" ID43 "; killed=1", "release casualty to b : incident, killed\n", "killed, incident", NULL, .cites = OWN_INCIDENT, .cites_n = 1},
	{.name = "rests on two, told of one", KIND_WARNING, "cites=" ID43 ",BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; severity=red", "release warning to b : cites, severity\n", "", " cites_held_back", .cites = ONE_OF_TWO, .cites_n = 1},
	{.name = "rests on two, one is held", KIND_WARNING, "cites=" ID43 ",BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; severity=red", "release warning to b : cites, severity\n", "severity", "cites cites_held_back", .cites = BOTH_ONE_HELD, .cites_n = 2},
};
/* clang-format on */

struct bench {
	struct arena *arena;
	struct ground *ground;
};

static struct policy *
policy_of(const char *rules)
{
	struct out text = out_new(1 << 16);
	struct policy_faults faults;
	struct policy *policy;

	out_format(&text, "party a b c d\ngroup east = b c\n%s", rules);
	if (policy_read(out_view(&text), &policy, &faults) != ERR_OK)
		fail_msg("%s: %u:%u %s", rules, faults.fault[0].line, faults.fault[0].column,
			 faults.fault[0].text);
	out_free(&text);
	return policy;
}

static void
fill(struct record *record, struct arena *arena, const struct row *row)
{
	struct span rest = span_of(row->fields), part;
	struct record_typing typing = {.now_ms = FILED};

	record_init(record, row->kind);
	while (rest.n > 0 && span_split(&rest, ';', &part)) {
		struct span name;
		enum field field;

		(void)span_split(&part, '=', &name);
		field = field_find(span_trim(name));
		if (record_set(record, arena, field, part, &typing) != WHY_NONE)
			fail_msg("%s: %.*s", row->name, (int)name.n, name.p);
	}
}

/* "type, place@1km" as a set. */
static void
set_of(const char *items, struct field_set *set)
{
	struct span rest = span_of(items), part, name;

	*set = (struct field_set){0};
	while (rest.n > 0 && span_split(&rest, ',', &part)) {
		enum field field;
		unsigned level = 0;

		part = span_trim(part);
		(void)span_split(&part, '@', &name);
		field = field_find(name);
		assert_true(field != FIELD_NONE);
		if (part.n > 0)
			level = field_level_find(field, part);
		set->mask[field] = (uint16_t)((2U << level) - 1);
	}
}

static void
write_part(struct out *out, const struct release_part *part)
{
	struct field_set give = part->give;

	assert_int_equal(give.mask[FIELD_KIND], 1);
	assert_int_equal(give.mask[FIELD_THREAD], 1);
	give.mask[FIELD_THREAD] = 0;
	give.mask[FIELD_KIND] = 0;
	if (field_set_is_empty(&give))
		give.mask[FIELD_KIND] = 1;
	release_write_set(out, &give);
	if (part->not_before_ms)
		out_format(out, " +%lldh", (long long)((part->not_before_ms - FILED) / H));
	if (part->until_ms)
		out_format(out, " until %lldh", (long long)((part->until_ms - FILED) / H));
	for (unsigned i = 0; i < part->onward.n; i++)
		out_format(out, "%s%s", i ? " " : " onward ", part->onward.party[i].name);
	if (part->approvals)
		out_format(out, " officers %u", part->approvals);
	if (part->follow)
		out_format(out, " follow %u", part->follow);
	if (part->why)
		out_format(out, " (%s)", why_code(part->why));
}

static bool
is_held(const struct release_answer *answer, struct span want)
{
	struct span field, level;

	(void)span_split(&want, ' ', &field);
	(void)span_split(&field, '@', &level);
	for (size_t i = 0; i < answer->held_n; i++) {
		const struct release_held *held = &answer->held[i];

		if (!span_is(level, field_row(held->field)->name) ||
		    !span_is(want, why_code(held->why)))
			continue;
		if (field.n > 0 && !(held->levels >> field_level_find(held->field, field) & 1))
			return false;
		return (held->field == FIELD_NONE) == (held->levels == 0);
	}
	return false;
}

static bool
check_row(const struct row *row, const struct bench *bench)
{
	struct policy *now = policy_of(row->rules);
	struct policy *filed = row->filed_rules ? policy_of(row->filed_rules) : now;
	struct record *record = arena_take(bench->arena, sizeof *record);
	struct field_set given;
	struct release_question question = {.policy_filed = filed,
					    .policy_now = now,
					    .record = record,
					    .filed_ms = FILED,
					    .now_ms = FILED + row->now_h * H,
					    .newer_ms = row->newer_h ? FILED + row->newer_h * H : 0,
					    .approvals = row->approvals,
					    .is_sister = row->is_sister,
					    .has_thread = row->has_thread,
					    .is_retracted = row->is_retracted,
					    .cites = row->cites,
					    .cites_n = row->cites_n,
					    .ground = row->has_ground ? bench->ground : NULL};
	struct release_answer answer;
	struct out out = out_new(4096);
	struct span held = span_of(row->held), one;
	bool is_right;

	fill(record, bench->arena, row);
	assert_true(
	    party_read(span_of(row->recipient ? row->recipient : "b"), &question.recipient));
	if (row->given) {
		set_of(row->given, &given);
		question.given = &given;
	}
	assert_int_equal(release_cut(&question, bench->arena, &answer), ERR_OK);
	for (size_t i = 0; i < answer.parts_n; i++) {
		out_text(&out, i ? " / " : "");
		write_part(&out, &answer.parts[i]);
	}
	is_right = span_equal(out_view(&out), span_of(row->parts));
	if (row->whole && strcmp(row->whole, why_code(answer.why)) != 0) {
		print_error("%s: the whole: %s\n", row->name, why_code(answer.why));
		is_right = false;
	}
	if (!is_right)
		print_error("%s: \"%.*s\"\n", row->name, (int)out.n, out.p ? out.p : "");
	while (held.n > 0 && span_split(&held, ',', &one)) {
		if (one.p != row->held)
			one = span_trim(one);
		if (is_held(&answer, one))
			continue;
		print_error("%s: not held: %.*s\n", row->name, (int)one.n, one.p);
		is_right = false;
	}
	out_free(&out);
	if (filed != now)
		policy_free(filed);
	policy_free(now);
	return is_right;
}

static void
every_rule(void **state)
{
	struct bench bench = {arena_new(ARENA_MAX), ground_new()};
	char why[GROUND_WHY_MAX];
	unsigned wrong = 0;

	(void)state;
	assert_int_equal(ground_add(bench.ground, span_of(GROUND), GROUND_ZONE, why), ERR_OK);
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		arena_reset(bench.arena);
		wrong += !check_row(&ROWS[i], &bench);
	}
	ground_free(bench.ground);
	arena_free(bench.arena);
	assert_int_equal(wrong, 0);
}

/* What a note about a record of the station's own would tell is that there is one. */
static void
notes_stay_with_what_they_are_about(void **state)
{
	static const struct {
		enum field field;
		enum kind kind;
		bool stays;
	} rows[] = {
	    {FIELD_RE, KIND_ALERT, true},          {FIELD_LINK_TO, KIND_ALERT, true},
	    {FIELD_RE, KIND_SHIFT, true},          {FIELD_RE, KIND_POLICY, true},
	    {FIELD_CITES, KIND_ALERT, false},      {FIELD_INCIDENT, KIND_ALERT, false},
	    {FIELD_RE, KIND_WARNING, false},       {FIELD_RE, KIND_ANSWER, false},
	    {FIELD_LINK_TO, KIND_INCIDENT, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(cite_stays_home(rows[i].field, rows[i].kind), rows[i].stays);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_rule),
	    cmocka_unit_test(notes_stay_with_what_they_are_about),
	};

	return cmocka_run_group_tests_name("release/cut", tests, NULL, NULL);
}
