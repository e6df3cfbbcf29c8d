#ifndef SEAM_JOURNAL_TESTHOME_H
#define SEAM_JOURNAL_TESTHOME_H

/* What the tests of this room share: a home in a temporary folder, keys, signed heads, made-up
 * records. */

#include "base/b64.h"
#include "base/file.h"
#include "base/sign.h"
#include "journal/confirm.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/outbox.h"
#include "journal/quarantine.h"
#include "journal/sent.h"
#include "journal/shelf.h"
#include "journal/verify.h"

#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct testhome {
	char dir[256];
	struct sign_secret secret;
	struct note_key key;
	struct journal *journal;
	char why[JOURNAL_WHY_MAX];
};

static inline void
testhome_key(const char *name, unsigned char type, unsigned char fill, struct sign_secret *secret,
	     struct note_key *key)
{
	unsigned char seed[SIGN_SEED_SIZE];
	struct sign_public public;

	memset(seed, fill, sizeof seed);
	sign_from_seed(seed, &public, secret);
	assert_int_equal(note_key_make(span_of(name), type, &public, key), ERR_OK);
}

/* A record as the journal sees it: bytes that differ by n. */
struct testrecord {
	char jwt[1400];
	char disclosures[1200];
	char thread[32];
	struct journal_record record;
};

static inline void
testhome_record(struct testrecord *t, int n, bool is_own)
{
	char filler[900];

	memset(filler, 'A' + n % 26, sizeof filler - 1);
	filler[sizeof filler - 1] = '\0';
	(void)snprintf(t->jwt, sizeof t->jwt, "eyJ%d.%s.sig%d", n, filler, n);
	(void)snprintf(t->disclosures, sizeof t->disclosures, "DISCLOSED%d~secret-%d-%.400s", n, n,
		       filler);
	(void)snprintf(t->thread, sizeof t->thread, "thread-%d", n / 2);
	memset(&t->record, 0, sizeof t->record);
	t->record.jwt = span_of(t->jwt);
	t->record.disclosures = span_of(t->disclosures);
	t->record.origin = span_of(is_own ? "a/makhmour" : "b/qayyara");
	t->record.thread = span_of(t->thread);
	t->record.kind = SPAN("incident");
	t->record.filed_ms = 1000000 + n;
	t->record.received_ms = 1000500 + n;
	t->record.is_own = is_own;
}

static inline void
testhome_open(struct testhome *home)
{
	enum err err = journal_open(home->dir, JOURNAL_WRITE, home->why, &home->journal);

	if (err != ERR_OK)
		print_message("open: %s: %s\n", err_text(err), home->why);
	assert_int_equal(err, ERR_OK);
}

/* A home of that station ("b/qayyara"), its log key made from `fill`. */
static inline void
testhome_make_as(struct testhome *home, const char *parent, const char *station, unsigned char fill)
{
	char origin[128];
	struct out vkey = out_new(1024);

	memset(home, 0, sizeof *home);
	(void)snprintf(home->dir, sizeof home->dir, "%s/seam-journal-XXXXXX", parent);
	(void)snprintf(origin, sizeof origin, "seam/%s/log/1", station);
	assert_int_equal(sign_start(), ERR_OK);
	assert_non_null(mkdtemp(home->dir));
	testhome_key(origin, NOTE_ED25519, fill, &home->secret, &home->key);
	note_key_write(&vkey, &home->key);
	assert_int_equal(
	    journal_create(home->dir, span_of(station), out_view(&vkey), SPAN("members v1"), 5),
	    ERR_OK);
	out_free(&vkey);
	testhome_open(home);
}

static inline void
testhome_make(struct testhome *home, const char *parent)
{
	testhome_make_as(home, parent, "a/makhmour", 7);
}

static inline void
testhome_wipe(const char *dir)
{
	char path[256];
	char *const paths[] = {path, NULL};
	FTS *tree;
	FTSENT *entry;

	(void)snprintf(path, sizeof path, "%s", dir);
	tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	while (tree && (entry = fts_read(tree)))
		if (entry->fts_info != FTS_D)
			(void)remove(entry->fts_accpath);
	if (tree)
		(void)fts_close(tree);
}

static inline void
testhome_drop(struct testhome *home)
{
	journal_close(home->journal);
	home->journal = NULL;
	testhome_wipe(home->dir);
}

static inline void
testhome_append(struct testhome *home, int first, int count)
{
	struct testrecord t;
	bool is_new;

	assert_int_equal(journal_begin(home->journal), ERR_OK);
	for (int i = 0; i < count; i++) {
		testhome_record(&t, first + i, true);
		assert_int_equal(journal_add(home->journal, &t.record, &is_new), ERR_OK);
		assert_true(is_new);
	}
	assert_int_equal(journal_commit(home->journal), ERR_OK);
}

/* Signs a head text as seal would. */
static inline void
testhome_sign(const struct testhome *home, struct span text, struct out *note)
{
	struct signature signature;

	sign_make(&home->secret, text, &signature);
	out_span(note, text);
	out_char(note, '\n');
	note_write_line(note, &home->key, 0, &signature);
}

/* One beat: the due head is signed and accepted. */
static inline enum err
testhome_beat(struct testhome *home)
{
	struct out text = out_new(4096);
	struct out note = out_new(8192);
	enum err err = journal_head_due(home->journal, &text);

	if (err == ERR_OK && text.n) {
		testhome_sign(home, out_view(&text), &note);
		err = journal_head_accept(home->journal, out_view(&note), 9);
	}
	out_free(&text);
	out_free(&note);
	return err;
}

/* One of everything, so that every table has a row: record n and its deliveries, releases, papers.
 */
static inline void
testhome_furnish(struct testhome *home)
{
	struct testrecord own;
	struct testrecord foreign;
	struct sent sent;
	struct inbox inbox;
	struct outbox outbox;
	struct quarantine bad;
	struct shelf shelf;
	struct confirm confirm;
	struct journal *j = home->journal;
	int64_t number;
	int64_t leaf;
	bool is_new;

	assert_int_equal(journal_begin(j), ERR_OK);
	testhome_record(&own, 9001, true);
	assert_int_equal(journal_add(j, &own.record, &is_new), ERR_OK);
	testhome_record(&foreign, 9002, false);
	assert_int_equal(journal_add(j, &foreign.record, &is_new), ERR_OK);
	memset(&sent, 0, sizeof sent);
	sent.party = SPAN("b");
	sent.record = own.record.id;
	sent.bytes = SPAN("eyJ~DISCLOSED9001~kb one");
	sent.onward = SPAN("c");
	sent.made_ms = 77;
	assert_int_equal(sent_next(j, sent.party, &sent.counter, &sent.prev), ERR_OK);
	assert_int_equal(sent_add(j, &sent), ERR_OK);
	assert_int_equal(sent_arrived(j, SPAN("b"), 1, SPAN("receipt bytes"), 99, &leaf), ERR_OK);
	memset(&inbox, 0, sizeof inbox);
	inbox.station = SPAN("b/qayyara");
	inbox.counter = 1;
	inbox.record = foreign.record.id;
	inbox.bytes = SPAN("eyJ~DISCLOSED9002~kb two");
	inbox.way = SPAN("stick");
	inbox.onward = SPAN("a c");
	inbox.came_ms = 5;
	assert_int_equal(inbox_add(j, &inbox), ERR_OK);
	assert_int_equal(inbox_receipt(j, SPAN("b/qayyara"), 1, SPAN("our receipt")), ERR_OK);
	memset(&outbox, 0, sizeof outbox);
	outbox.record = own.record.id;
	outbox.party = SPAN("c");
	outbox.items = SPAN("place@1km, DISCLOSED9001");
	outbox.not_before_ms = 5000;
	outbox.needed = 2;
	outbox.policy = 3;
	outbox.reason = SPAN("rule 4");
	outbox.onward = SPAN("b");
	outbox.counter = -1;
	assert_int_equal(outbox_add(j, &outbox, &number), ERR_OK);
	assert_int_equal(outbox_approve(j, number, SPAN("rebin"), 6, &leaf), ERR_OK);
	memset(&bad, 0, sizeof bad);
	bad.source = SPAN("stick");
	bad.reason = SPAN("signature");
	bad.bytes = SPAN("garbage");
	bad.came_ms = 8;
	assert_int_equal(quarantine_add(j, &bad), ERR_OK);
	memset(&shelf, 0, sizeof shelf);
	shelf.class = SPAN("policy");
	shelf.name = SPAN("a");
	shelf.version = 1;
	shelf.text = SPAN("policy text");
	assert_int_equal(shelf_put(j, &shelf), ERR_OK);
	confirm = (struct confirm){.erasure = own.record.id,
				   .record = foreign.record.id,
				   .station = SPAN("a/makhmour"),
				   .toward = SPAN("b/qayyara"),
				   .text = SPAN("carried out"),
				   .at_ms = 9};
	assert_int_equal(confirm_add(j, &confirm, false, &leaf), ERR_OK);
	assert_int_equal(journal_commit(j), ERR_OK);
}

/* A home with a row in every table, two heads, a countersignature and a witnessed origin. */
static inline struct testhome *
testhome_furnished(void)
{
	struct testhome *home = calloc(1, sizeof *home);
	struct sign_secret secret;
	struct note_key witness;
	struct out message = out_new(8192);
	struct out note = out_new(8192);
	struct signature signature;
	struct note read;
	struct merkle_path path;
	uint64_t known;

	testhome_make(home, "/tmp");
	testhome_append(home, 0, 200);
	assert_int_equal(testhome_beat(home), ERR_OK);
	testhome_append(home, 200, 80);
	testhome_furnish(home);
	assert_int_equal(testhome_beat(home), ERR_OK);
	testhome_append(home, 300, 3);
	/* a countersignature, and a foreign head witnessed */
	testhome_key("seam/c/erbil/witness", NOTE_COSIGNATURE, 11, &secret, &witness);
	assert_int_equal(journal_head_note(home->journal, &note), ERR_OK);
	assert_int_equal(note_read(out_view(&note), &read), ERR_OK);
	note_cosign_message(&message, 1700000000, read.text);
	sign_make(&secret, out_view(&message), &signature);
	note_write_line(&note, &witness, 1700000000, &signature);
	assert_int_equal(journal_begin(home->journal), ERR_OK);
	assert_int_equal(shelf_cosign(home->journal, &witness, out_view(&note), 1), ERR_OK);
	assert_int_equal(journal_commit(home->journal), ERR_OK);
	testhome_key("seam/b/qayyara/log/1", NOTE_ED25519, 12, &secret, &witness);
	out_reset(&note);
	out_reset(&message);
	out_text(&message,
		 "seam/b/qayyara/log/1\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
	sign_make(&secret, out_view(&message), &signature);
	out_span(&note, out_view(&message));
	out_char(&note, '\n');
	note_write_line(&note, &witness, 0, &signature);
	path.n = 0;
	assert_int_equal(
	    journal_witness(home->journal, &witness, 0, &path, out_view(&note), 1, &known), ERR_OK);
	out_free(&note);
	out_free(&message);
	return home;
}

static inline enum err
testhome_verify(const struct testhome *home, struct verify_counts *counts,
		char fault[VERIFY_FAULT_MAX])
{
	struct verify_options options;

	memset(&options, 0, sizeof options);
	options.key = &home->key;
	return verify_home(home->dir, &options, counts, fault);
}

static inline void
testhome_assert_verifies(const struct testhome *home)
{
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	enum err err = testhome_verify(home, &counts, fault);

	if (err != ERR_OK)
		print_message("verify: %s\n", fault);
	assert_int_equal(err, ERR_OK);
}

static inline bool
testhome_holds(struct span bytes, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i + n <= bytes.n; i++)
		if (memcmp(bytes.p + i, text, n) == 0)
			return true;
	return false;
}

/* How many files of the home hold the text. */
static inline int
testhome_grep(const char *dir, const char *text)
{
	char root[512];
	char *const roots[] = {root, NULL};
	FTS *tree;
	FTSENT *entry;
	int n = 0;

	(void)snprintf(root, sizeof root, "%s", dir);
	tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	while (tree && (entry = fts_read(tree))) {
		struct out bytes = out_new(64 << 20);

		if (entry->fts_info != FTS_F)
			continue;
		assert_int_equal(file_read(entry->fts_path, &bytes), ERR_OK);
		if (bytes.n && testhome_holds(out_view(&bytes), text))
			n++;
		out_free(&bytes);
	}
	if (tree)
		(void)fts_close(tree);
	return n;
}

#endif
