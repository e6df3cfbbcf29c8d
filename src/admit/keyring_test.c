#include "admit/kit_test.h"

/* $K is a record key, $M another, $L the vkey of the log, $N of a second log, $W of the witness, $V
 * the log's key as witness, $X a log of another station, $T 32 bytes. */
static void
fill(const struct kit *kit, const char *text, struct out *out)
{
	struct note_key key;
	struct kit_pair pair;

	kit_pair(&pair, 7, 7);
	for (; *text; text++) {
		if (*text != '$') {
			out_char(out, *text);
			continue;
		}
		switch (*++text) {
		case 'K':
			b64_write(out, span_make(kit->record[0].public.b, SIGN_PUBLIC_SIZE));
			break;
		case 'M':
			b64_write(out, span_make(kit->spare[0].public.b, SIGN_PUBLIC_SIZE));
			break;
		case 'L':
			note_key_write(out, &kit->keynote[0].log[0]);
			break;
		case 'N':
			(void)!note_key_make(SPAN("seam/a/makhmour/log/2"), NOTE_ED25519,
					     &pair.public, &key);
			note_key_write(out, &key);
			break;
		case 'R':
			(void)!note_key_make(SPAN("seam/a/makhmour/log/2"), NOTE_ED25519,
					     &kit->record[0].public, &key);
			note_key_write(out, &key);
			break;
		case 'W':
			note_key_write(out, &kit->keynote[0].witness);
			break;
		case 'V':
			(void)!note_key_make(SPAN("w"), NOTE_COSIGNATURE, &kit->log[0].public,
					     &key);
			note_key_write(out, &key);
			break;
		case 'S':
			(void)!note_key_make(SPAN("w"), NOTE_COSIGNATURE, &kit->record[0].public,
					     &key);
			note_key_write(out, &key);
			break;
		case 'P':
		case 'Q':
			memset(&pair.public, 0, sizeof pair.public);
			(void)!note_key_make(SPAN("seam/a/makhmour/log/2"),
					     *text == 'P' ? NOTE_ED25519 : NOTE_COSIGNATURE,
					     &pair.public, &key);
			note_key_write(out, &key);
			break;
		case 'X':
			note_key_write(out, &kit->keynote[1].log[0]);
			break;
		default:
			b64_write(out, span_make(kit->record[0].public.b, 32));
		}
	}
}

#define TEN   "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define LONG  FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY
#define HEAD  "seam key 1\nstation a/makhmour\nversion 1\n"
#define KEYS  "record 1 $K\nlog $L\nwitness $W\n"

/* clang-format off */
static const struct {
	const char *name, *text;
	enum why why;
} rows[] = {
	{"the least", HEAD KEYS, WHY_NONE},
	{"everything", HEAD "from 1700000000000\nrecord 1 $K\nrecord 5 $M\nlog $L\nlog $N\nwitness $W\ntls $T\npost\n", WHY_NONE},
	{"nothing", "", WHY_BAD_FORM},
	{"another document", "seam revoke 1\n", WHY_BAD_FORM},
	{"no end of the last line", HEAD "record 1 $K\nlog $L\nwitness $W", WHY_BAD_FORM},
	{"no station", "seam key 1\nversion 1\n" KEYS, WHY_BAD_VALUE},
	{"a party as station", "seam key 1\nstation a\nversion 1\n" KEYS, WHY_BAD_VALUE},
	{"no version", "seam key 1\nstation a/makhmour\n" KEYS, WHY_BAD_VALUE},
	{"version 0", "seam key 1\nstation a/makhmour\nversion 0\n" KEYS, WHY_BAD_VALUE},
	{"from 0", HEAD "from 0\n" KEYS, WHY_BAD_VALUE},
	{"from with a zero before", HEAD "from 01\n" KEYS, WHY_BAD_FORM},
	{"no record key", HEAD "log $L\nwitness $W\n", WHY_BAD_FORM},
	{"no log", HEAD "record 1 $K\nwitness $W\n", WHY_BAD_FORM},
	{"no witness", HEAD "record 1 $K\nlog $L\n", WHY_BAD_VALUE},
	{"record keys out of order", HEAD "record 2 $K\nrecord 1 $M\nlog $L\nwitness $W\n", WHY_BAD_VALUE},
	{"a number twice", HEAD "record 1 $K\nrecord 1 $M\nlog $L\nwitness $W\n", WHY_BAD_VALUE},
	{"a key under two numbers", HEAD "record 1 $K\nrecord 2 $K\nlog $L\nwitness $W\n", WHY_BAD_VALUE},
	{"record 0", HEAD "record 0 $K\nlog $L\nwitness $W\n", WHY_BAD_VALUE},
	{"a key that is no point", HEAD "record 1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nlog $L\nwitness $W\n", WHY_BAD_VALUE},
	{"words behind a key", HEAD "record 1 $K x\nlog $L\nwitness $W\n", WHY_BAD_VALUE},
	{"a log of another station", HEAD "record 1 $K\nlog $X\nwitness $W\n", WHY_BAD_VALUE},
	{"a log twice", HEAD "record 1 $K\nlog $L\nlog $L\nwitness $W\n", WHY_BAD_VALUE},
	{"a record key as log key", HEAD "record 1 $K\nlog $R\nwitness $W\n", WHY_BAD_VALUE},
	{"a witness key as log", HEAD "record 1 $K\nlog $W\nwitness $W\n", WHY_BAD_VALUE},
	{"a log key as witness", HEAD "record 1 $K\nlog $L\nwitness $L\n", WHY_BAD_VALUE},
	{"the log's key as witness", HEAD "record 1 $K\nlog $L\nwitness $V\n", WHY_BAD_VALUE},
	{"a record key as witness", HEAD "record 1 $K\nlog $L\nwitness $S\n", WHY_BAD_VALUE},
	{"a broken vkey", HEAD "record 1 $K\nlog x\nwitness $W\n", WHY_BAD_VALUE},
	{"a log key that is no point", HEAD "record 1 $K\nlog $P\nwitness $W\n", WHY_BAD_VALUE},
	{"a witness key that is no point", HEAD "record 1 $K\nlog $L\nwitness $Q\n", WHY_BAD_VALUE},
	{"a broken witness", HEAD "record 1 $K\nlog $L\nwitness x\n", WHY_BAD_VALUE},
	{"a pin in another alphabet", HEAD KEYS "tls !!!!\n", WHY_BAD_VALUE},
	{"a record without a key", HEAD "record 1\nlog $L\nwitness $W\n", WHY_BAD_VALUE},
	{"a short pin", HEAD KEYS "tls AAAA\n", WHY_BAD_VALUE},
	{"a line more", HEAD KEYS "admin\n", WHY_BAD_FORM},
	{"post with a word", HEAD KEYS "post x\n", WHY_BAD_FORM},
	{"lines out of order", HEAD KEYS "post\ntls $T\n", WHY_BAD_FORM},
};
/* clang-format on */

static void
a_row_per_note(void **state)
{
	struct kit kit;

	(void)state;
	kit_open(&kit);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct out text = out_new(NOTE_MAX), again = out_new(NOTE_MAX);
		struct keynote keynote;
		enum why why;

		fill(&kit, rows[i].text, &text);
		why = keynote_read(out_view(&text), &keynote);
		if (why != rows[i].why)
			fail_msg("%s: %s", rows[i].name, why_code(why));
		keynote_write(&again, &keynote);
		assert_int_equal(span_equal(out_view(&again), out_view(&text)), why == WHY_NONE);
		out_free(&text);
		out_free(&again);
	}
	kit_close(&kit);
}

static void
notes_are_bounded(void **state)
{
	struct kit kit;
	struct keynote keynote;

	(void)state;
	kit_open(&kit);
	for (unsigned what = 0; what < 2; what++) {
		struct out text = out_new(NOTE_MAX);

		out_text(&text, HEAD);
		for (unsigned char i = 0; i <= KEYNOTE_RECORDS; i++) {
			struct kit_pair pair;
			struct note_key key;
			char name[64];

			kit_pair(&pair, 30, i);
			if (what == 0 || i == 0) {
				out_format(&text, "record %u ", i + 1u);
				b64_write(&text, span_make(pair.public.b, SIGN_PUBLIC_SIZE));
				out_char(&text, '\n');
			}
			kit_pair(&pair, 31, i);
			(void)snprintf(name, sizeof name, "seam/a/makhmour/log/%u", i);
			assert_int_equal(
			    note_key_make(span_of(name), NOTE_ED25519, &pair.public, &key), ERR_OK);
			if (what == 1) {
				out_text(&text, "log ");
				note_key_write(&text, &key);
				out_char(&text, '\n');
			}
		}
		assert_int_equal(keynote_read(out_view(&text), &keynote), WHY_TOO_LARGE);
		out_free(&text);
	}
	kit_close(&kit);
}

static const struct {
	const char *name, *text;
	enum why why;
} revocations[] = {
    {"a key", "seam revoke 1\nkey a/makhmour#1\nfrom seam/a/makhmour/log/1 0\n", WHY_NONE},
    {"nothing", "", WHY_BAD_FORM},
    {"a key note", "seam key 1\nkey a/makhmour#1\nfrom x 0\n", WHY_BAD_FORM},
    {"no key", "seam revoke 1\nfrom x 0\n", WHY_BAD_VALUE},
    {"a station for a key", "seam revoke 1\nkey a/makhmour\nfrom x 0\n", WHY_BAD_VALUE},
    {"no cut", "seam revoke 1\nkey a/makhmour#1\n", WHY_BAD_VALUE},
    {"no size", "seam revoke 1\nkey a/makhmour#1\nfrom x\n", WHY_BAD_VALUE},
    {"no origin", "seam revoke 1\nkey a/makhmour#1\nfrom  1\n", WHY_BAD_VALUE},
    {"size below zero", "seam revoke 1\nkey a/makhmour#1\nfrom x -1\n", WHY_BAD_VALUE},
    {"size with a zero before", "seam revoke 1\nkey a/makhmour#1\nfrom x 01\n", WHY_BAD_FORM},
    {"no last newline", "seam revoke 1\nkey a/makhmour#1\nfrom x 1", WHY_BAD_FORM},
    {"origin too long", "seam revoke 1\nkey a/makhmour#1\nfrom " LONG " 1\n", WHY_BAD_VALUE},
    {"a line more", "seam revoke 1\nkey a/makhmour#1\nfrom x 1\nx y\n", WHY_BAD_FORM},
};

static void
a_row_per_revocation(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof revocations / sizeof *revocations; i++) {
		struct revocation revocation;
		enum why why = keynote_read_revocation(span_of(revocations[i].text), &revocation);

		if (why != revocations[i].why)
			fail_msg("%s: %s", revocations[i].name, why_code(why));
	}
}

static void
keys_are_found(void **state)
{
	struct kit kit;
	struct keyring_key key;
	struct kid kid;
	struct party a = {"a"}, x = {"x"};
	struct sign_public root;
	struct station station;

	(void)state;
	kit_open(&kit);
	assert_true(jws_kid_read(SPAN("b/dibis#2"), &kid));
	assert_true(keyring_find(kit.keyring, &kid, &key));
	assert_memory_equal(&key.public, &kit.spare[1].public, sizeof key.public);
	assert_false(key.is_revoked);
	kid.number = 3;
	assert_false(keyring_find(kit.keyring, &kid, &key));
	assert_true(keyring_root(kit.keyring, &a, &root));
	assert_false(keyring_root(kit.keyring, &x, &root));
	assert_int_equal(keyring_members(kit.keyring)->quorum, 2);
	assert_int_equal(keyring_count(kit.keyring), KIT_PARTIES);
	assert_string_equal(keyring_at(kit.keyring, 2)->station.name, "c/erbil");
	assert_null(keyring_at(kit.keyring, 3));
	assert_ptr_equal(keyring_station(kit.keyring, &kid.station), keyring_at(kit.keyring, 1));
	assert_true(station_read(SPAN("b/nowhere"), &station));
	assert_null(keyring_station(kit.keyring, &station));
	assert_memory_equal(&keyring_log(kit.keyring, SPAN("seam/c/erbil/log/1"))->public,
			    &kit.log[2].public, sizeof root);
	assert_null(keyring_log(kit.keyring, SPAN("seam/c/erbil/log/2")));
	assert_true(keyring_log_station(kit.keyring, SPAN("seam/c/erbil/log/1"), &station));
	assert_string_equal(station.name, "c/erbil");
	assert_false(keyring_log_station(kit.keyring, SPAN("x"), &station));
	kit_close(&kit);
	keyring_free(NULL);
}

/* A later note adds keys; the old ones still prove what they signed. */
static void
notes_follow_one_another(void **state)
{
	struct kit kit;
	struct keynote next;
	struct keyring_key key;
	struct kit_pair pair;
	struct kid kid;

	(void)state;
	kit_open(&kit);
	kit_pair(&pair, 9, 9);
	next = kit.keynote[0];
	next.is_post = true;
	assert_int_equal(kit_add_note(&kit, 0, &kit.keynote[0]), WHY_NONE);
	assert_int_equal(kit_add_note(&kit, 0, &next), WHY_KEY_CHANGED);
	next.version = 2;
	next.records = 1;
	next.record[0].number = 3;
	next.record[0].public = pair.public;
	assert_int_equal(kit_add_note(&kit, 0, &next), WHY_NONE);
	assert_true(keyring_station(kit.keyring, &next.station)->is_post);
	assert_int_equal(keyring_count(kit.keyring), KIT_PARTIES);
	assert_true(jws_kid_read(SPAN("a/makhmour#1"), &kid));
	assert_true(keyring_find(kit.keyring, &kid, &key));
	kid.number = 3;
	assert_true(keyring_find(kit.keyring, &kid, &key));
	next.version = 5;
	next.record[0].number = 5;
	next.is_post = false;
	assert_int_equal(kit_add_note(&kit, 0, &next), WHY_NONE);
	next.version = 4;
	next.record[0].number = 4;
	assert_int_equal(kit_add_note(&kit, 0, &next), WHY_NONE);
	assert_int_equal(keyring_station(kit.keyring, &next.station)->version, 5);
	next.version = 3;
	next.record[0].number = 1;
	assert_int_equal(kit_add_note(&kit, 0, &next), WHY_KEY_CHANGED);
	next.record[0].number = 6;
	next.record[0].public = kit.root[1].public;
	next.log[0].public = kit.root[2].public;
	(void)!note_key_make(SPAN("seam/a/makhmour/log/1"), NOTE_ED25519, &kit.root[2].public,
			     &next.log[0]);
	assert_int_equal(kit_add_note(&kit, 0, &next), WHY_KEY_CHANGED);
	kit_close(&kit);
}

/* Two notes made of the first, neither of which knows the other's log: a station came back twice
 * from one copy.  All of them are known, the newest first, and each stays what it was. */
static void
logs_of_all_notes_are_known(void **state)
{
	static const struct {
		const char *number;
		int64_t version;
	} more[] = {{"217362300", 217362300}, {"217449000", 217449000}, {"9", 9}};
	static const char *const wanted[] = {
	    "seam/a/makhmour/log/217449000",
	    "seam/a/makhmour/log/217362300",
	    "seam/a/makhmour/log/9",
	    "seam/a/makhmour/log/1",
	};
	const struct note_key *logs[KEYRING_LOGS];
	struct station station;
	struct keynote next;
	struct kit_pair pair;
	struct kit kit;
	char name[64];

	(void)state;
	kit_open(&kit);
	for (unsigned char i = 0; i < 3; i++) {
		next = kit.keynote[0];
		next.version = more[i].version;
		next.logs = 2;
		kit_pair(&pair, 50, i);
		(void)snprintf(name, sizeof name, "seam/a/makhmour/log/%s", more[i].number);
		assert_int_equal(
		    note_key_make(span_of(name), NOTE_ED25519, &pair.public, &next.log[1]), ERR_OK);
		assert_int_equal(kit_add_note(&kit, 0, &next), WHY_NONE);
	}
	assert_int_equal(keyring_logs(kit.keyring, &next.station, logs), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(logs[i]->name, wanted[i]);
	assert_string_equal(keyring_station(kit.keyring, &next.station)->log[1].name, wanted[0]);
	assert_non_null(keyring_log(kit.keyring, span_of(wanted[1])));
	assert_true(keyring_log_station(kit.keyring, span_of(wanted[1]), &station));
	assert_true(station_equal(&station, &next.station));
	/* the same name under another key is what none may have */
	next.version++;
	kit_pair(&pair, 51, 1);
	assert_int_equal(
	    note_key_make(span_of(wanted[1]), NOTE_ED25519, &pair.public, &next.log[1]), ERR_OK);
	assert_int_equal(kit_add_note(&kit, 0, &next), WHY_KEY_CHANGED);
	assert_true(station_read(SPAN("a/nowhere"), &station));
	assert_int_equal(keyring_logs(kit.keyring, &station, logs), 0);
	kit_close(&kit);
}

/* More logs than are told of: the newest are, in their order. */
static void
logs_are_bounded(void **state)
{
	const struct note_key *logs[KEYRING_LOGS];
	struct keynote next;
	struct kit_pair pair;
	struct kit kit;
	unsigned number = 2;
	char name[64];

	(void)state;
	kit_open(&kit);
	next = kit.keynote[0];
	for (unsigned char version = 2; version < 9; version++) {
		next.version = version;
		for (next.logs = 0; next.logs < KEYNOTE_LOGS; next.logs++, number++) {
			kit_pair(&pair, (unsigned char)(60 + version), (unsigned char)next.logs);
			(void)snprintf(name, sizeof name, "seam/a/makhmour/log/%u", number);
			assert_int_equal(note_key_make(span_of(name), NOTE_ED25519, &pair.public,
						       &next.log[next.logs]),
					 ERR_OK);
		}
		assert_int_equal(kit_add_note(&kit, 0, &next), WHY_NONE);
	}
	assert_int_equal(keyring_logs(kit.keyring, &next.station, logs), KEYRING_LOGS);
	for (size_t i = 0; i < KEYRING_LOGS; i++)
		assert_int_equal(station_log_number(span_of(logs[i]->name)), number - 1 - i);
	kit_close(&kit);
}

static void
only_the_root_certifies(void **state)
{
	struct kit kit;
	struct keynote next;
	struct out text = out_new(NOTE_MAX), note = out_new(NOTE_MAX);

	(void)state;
	kit_open(&kit);
	next = kit.keynote[0];
	next.version = 2;
	assert_int_equal(kit_add_note(&kit, 1, &next), WHY_MISSING_SIGNATURE);
	assert_int_equal(keyring_add_note(kit.keyring, SPAN("x")), WHY_BAD_FORM);
	keynote_write(&text, &next);
	kit_sign_root(&kit, 0, out_view(&text), &note, true);
	note.p[strlen("seam key 1\nstation a/makhmour\nversion ")] = '3';
	assert_int_equal(keyring_add_note(kit.keyring, out_view(&note)), WHY_BAD_SIGNATURE);
	memcpy(note.p, "seam kex", 8);
	assert_int_equal(keyring_add_note(kit.keyring, out_view(&note)), WHY_BAD_FORM);
	out_reset(&text);
	out_reset(&note);
	fill(&kit, "seam key 1\nstation x/y\nversion 1\nrecord 1 $K\n", &text);
	out_text(&text, "log ");
	(void)!note_key_make(SPAN("seam/x/y/log/1"), NOTE_ED25519, &kit.log[0].public,
			     &next.log[0]);
	note_key_write(&text, &next.log[0]);
	out_text(&text, "\nwitness ");
	note_key_write(&text, &next.witness);
	out_text(&text, "\n");
	kit_sign_root(&kit, 0, out_view(&text), &note, true);
	assert_int_equal(keyring_add_note(kit.keyring, out_view(&note)), WHY_UNKNOWN_PARTY);
	out_free(&text);
	out_free(&note);
	kit_close(&kit);
}

static void
the_earliest_cut_counts(void **state)
{
	struct kit kit;
	struct keyring_key key;
	struct kid kid;

	(void)state;
	kit_open(&kit);
	assert_true(jws_kid_read(SPAN("a/makhmour#1"), &kid));
#define CUT(size) "seam revoke 1\nkey a/makhmour#1\nfrom seam/a/makhmour/log/1 " size "\n"
	assert_int_equal(kit_revoke(&kit, 1, CUT("7")), WHY_MISSING_SIGNATURE);
	assert_int_equal(kit_revoke(&kit, 0, "seam revoke 1\nkey x\n"), WHY_BAD_VALUE);
	assert_int_equal(keyring_add_revocation(kit.keyring, SPAN("x")), WHY_BAD_FORM);
	assert_true(keyring_find(kit.keyring, &kid, &key) && !key.is_revoked);
	assert_int_equal(kit_revoke(&kit, 0, CUT("7")), WHY_NONE);
	assert_int_equal(kit_revoke(&kit, 0, CUT("7")), WHY_NONE);
	assert_int_equal(kit_revoke(&kit, 0, CUT("9")), WHY_NONE);
	assert_true(keyring_find(kit.keyring, &kid, &key) && key.is_revoked);
	assert_int_equal(key.revocation.size, 7);
	assert_int_equal(
	    kit_revoke(&kit, 1, "seam revoke 1\nkey b/dibis#1\nfrom seam/a/makhmour/log/1 5\n"),
	    WHY_NONE);
	assert_int_equal(
	    kit_revoke(&kit, 0, "seam revoke 1\nkey a/makhmour#3\nfrom seam/a/makhmour/log/1 5\n"),
	    WHY_NONE);
	assert_int_equal(kit_revoke(&kit, 0, CUT("5")), WHY_NONE);
	assert_true(keyring_find(kit.keyring, &kid, &key));
	assert_int_equal(key.revocation.size, 5);
	assert_int_equal(
	    kit_revoke(&kit, 0, "seam revoke 1\nkey a/makhmour#1\nfrom seam/a/makhmour/log/0 8\n"),
	    WHY_NONE);
	assert_true(keyring_find(kit.keyring, &kid, &key));
	assert_int_equal(key.revocation.size, 8);
	kid.number = 2;
	assert_true(keyring_find(kit.keyring, &kid, &key) && !key.is_revoked);
	/* which log is the earlier its number says, not its text */
	assert_int_equal(kit_revoke(&kit, 0,
				    "seam revoke 1\nkey a/makhmour#2\nfrom "
				    "seam/a/makhmour/log/217362300 3\n"),
			 WHY_NONE);
	assert_int_equal(
	    kit_revoke(&kit, 0, "seam revoke 1\nkey a/makhmour#2\nfrom seam/a/makhmour/log/9 50\n"),
	    WHY_NONE);
	assert_true(keyring_find(kit.keyring, &kid, &key));
	assert_int_equal(key.revocation.size, 50);
	kit_close(&kit);
}

/* A party gone mad cannot fill the ring for the others without bound. */
static void
the_ring_is_bounded(void **state)
{
	struct kit kit;
	struct keynote next;
	enum why why = WHY_NONE;
	unsigned n = 0;

	(void)state;
	kit_open(&kit);
	for (; why == WHY_NONE && n < 1000; n++) {
		next = kit.keynote[0];
		next.version = n + 2;
		why = kit_add_note(&kit, 0, &next);
	}
	assert_int_equal(why, WHY_TOO_LARGE);
	kit_close(&kit);
	kit_open(&kit);
	for (n = 0, why = WHY_NONE; why == WHY_NONE && n < 1000; n++) {
		char name[NOTE_NAME_MAX];

		next = kit.keynote[0];
		(void)snprintf(next.station.name, sizeof next.station.name, "a/s%u", n);
		(void)snprintf(name, sizeof name, "seam/a/s%u/log/1", n);
		(void)!note_key_make(span_of(name), NOTE_ED25519, &kit.log[0].public, &next.log[0]);
		why = kit_add_note(&kit, 0, &next);
	}
	assert_int_equal(why, WHY_TOO_LARGE);
	assert_int_equal(keyring_count(kit.keyring), LIMIT_STATIONS);
	for (n = 0, why = WHY_NONE; why == WHY_NONE && n < 5000; n++) {
		char text[128];

		(void)snprintf(text, sizeof text,
			       "seam revoke 1\nkey a/makhmour#1\nfrom seam/a/makhmour/log/1 %u\n",
			       n);
		why = kit_revoke(&kit, 0, text);
	}
	assert_int_equal(why, WHY_TOO_LARGE);
	kit_close(&kit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_row_per_note),
	    cmocka_unit_test(notes_are_bounded),
	    cmocka_unit_test(a_row_per_revocation),
	    cmocka_unit_test(keys_are_found),
	    cmocka_unit_test(notes_follow_one_another),
	    cmocka_unit_test(logs_of_all_notes_are_known),
	    cmocka_unit_test(logs_are_bounded),
	    cmocka_unit_test(only_the_root_certifies),
	    cmocka_unit_test(the_earliest_cut_counts),
	    cmocka_unit_test(the_ring_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
