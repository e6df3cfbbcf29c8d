#include "picture/told_test.h"

/* Losses as text: "figure group party low/best/high flags; …". */
static void
losses_text(struct picture *picture, int number, char *text, size_t size)
{
	struct arena *arena = arena_new(8 << 20);
	struct hash id = id_of(number);
	struct picture_loss *losses;
	size_t n, reports, used = 0;

	assert_int_equal(picture_losses(picture, &id, arena, &losses, &n, &reports), ERR_OK);
	text[0] = '\0';
	for (size_t i = 0; i < n && used < size; i++) {
		const struct picture_loss *loss = &losses[i];

		used += (size_t)snprintf(text + used, size - used, "%s%s %s%s%s ", i ? "; " : "",
					 field_row(loss->figure)->name,
					 vocab_code(VOCAB_GROUP, loss->group),
					 loss->party.name[0] ? ":" : "", loss->party.name);
		if (loss->range.word == QUANTITY_EXACT)
			used +=
			    (size_t)snprintf(text + used, size - used, "%d/%d/%d", loss->range.low,
					     loss->range.best, loss->range.high);
		else
			used += (size_t)snprintf(text + used, size - used, "%s",
						 loss->range.word == QUANTITY_SEVERAL ? "several"
										      : "unknown");
		for (size_t k = 0; k < loss->n && used < size; k++)
			used += (size_t)snprintf(text + used, size - used, " %s%s%s%s",
						 loss->statements[k].station.name,
						 loss->statements[k].is_best ? "!" : "",
						 loss->statements[k].is_differing ? "~" : "",
						 loss->statements[k].is_dispute ? "?" : "");
		if (loss->is_closed && used < size)
			used += (size_t)snprintf(text + used, size - used, " closed");
	}
	if (used < size)
		(void)snprintf(text + used, size - used, " (%zu)", reports);
	arena_free(arena);
}

/* clang-format off */
#define ATTACK {1, "a/makhmour", "att", "incident", 10, "type=atk.assault_position;when=2027-05-03T23:15Z"}
#define CAS(number, station, thread, position, fields) \
	{number, station, thread, "casualty", position, "when=2027-05-03T23:15Z;incident=@1;" fields}
static const struct { const char *name; struct told told[6]; const char *losses; } loss_rows[] = {
	{"nobody says anything", {ATTACK}, " (0)"},
	{"one statement", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3;grade=A3")},
	    "killed own:a 3/3/3 a/makhmour! (1)"},
	{"two differ: a range, the best is the one whose losses they are",
	    {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3;grade=A3"), CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2")},
	    "killed own:a 2/3/3 a/makhmour! b/kirkuk (2)"},
	{"repeated without confirming: still a range",
	    {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3;grade=A3"), CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2"),
	     CAS(4, "a/makhmour", "x", 3, "group=own;killed=3;grade=A2")},
	    "killed own:a 2/3/3 a/makhmour! b/kirkuk (2)"},
	{"confirmed: it closes, the other stays listed as differing; several stays a word",
	    {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3;grade=A3"), CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2"),
	     CAS(4, "a/makhmour", "x", 3, "group=own;killed=3;grade=A1"), CAS(5, "a/makhmour", "z", 4, "group=attacker;killed=several")},
	    "killed own:a 3/3/3 a/makhmour! b/kirkuk~ closed; killed attacker several a/makhmour (3)"},
	{"the other comes round: it closes by itself",
	    {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"), CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2"),
	     CAS(4, "b/kirkuk", "y", 3, "group=other;killed=3")},
	    "killed own:a 3/3/3 a/makhmour! b/kirkuk (2)"},
	{"others confirming does not close what is not theirs",
	    {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"), CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2;grade=A1")},
	    "killed own:a 2/3/3 a/makhmour! b/kirkuk (2)"},
	{"two own: another party is not clear", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"),
	     CAS(3, "c/erbil", "y", 2, "group=own;killed=1"), CAS(4, "b/kirkuk", "z", 3, "group=other;killed=4")},
	    "killed own:a 3/3/3 a/makhmour!; killed own:c 1/1/1 c/erbil!; killed other 4/4/4 b/kirkuk (3)"},
	{"at least five is open above", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=civilian;killed=>=5"),
	     CAS(3, "b/kirkuk", "y", 2, "group=civilian;killed=3-4")},
	    "killed civilian 3/-1/-1 a/makhmour b/kirkuk (2)"},
	{"nobody's best for others' losses unless they agree", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=civilian;killed=4"),
	     CAS(3, "b/kirkuk", "y", 2, "group=civilian;killed=4")},
	    "killed civilian 4/4/4 a/makhmour b/kirkuk (2)"},
	{"unknown is no zero", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=unknown;wounded=2")},
	    "killed own:a unknown a/makhmour!; wounded own:a 2/2/2 a/makhmour! (1)"},
	{"a dispute stands beside", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"),
	     {3, "b/kirkuk", "y", "dispute", 2, "re=@2;killed=2"}},
	    "killed own:a 2/3/3 a/makhmour! b/kirkuk? (2)"},
	{"a retracted statement is not live", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"),
	     CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2"), {4, "b/kirkuk", "r", "retract", 3, "re=@3"}},
	    "killed own:a 3/3/3 a/makhmour! (1)"},
	{"only the signer retracts", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"),
	     CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2"), {4, "a/makhmour", "r", "retract", 3, "re=@3"}},
	    "killed own:a 2/3/3 a/makhmour! b/kirkuk (2)"},
};
/* clang-format on */

static void
shows_losses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof loss_rows / sizeof *loss_rows; i++) {
		struct picture *picture;
		char text[600];
		size_t n = 0;

		while (n < 6 && loss_rows[i].told[n].number)
			n++;
		picture = picture_of(loss_rows[i].told, n);
		losses_text(picture, 1, text, sizeof text);
		if (strcmp(text, loss_rows[i].losses) != 0)
			fail_msg("%s: %s", loss_rows[i].name, text);
		picture_close(picture);
		assert_int_equal(picture_remove(folder), ERR_OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(shows_losses, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
