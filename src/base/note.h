#ifndef SEAM_BASE_NOTE_H
#define SEAM_BASE_NOTE_H

#include "base/hash.h"
#include "base/out.h"
#include "base/sign.h"

/*
 * C2SP signed-note, its verifier keys, tlog-checkpoint, tlog-cosignature (cosignature/v1) and
 * tlog-proof@v1. Nothing here signs: it gives the bytes to be signed and takes the signature.
 */
enum {
	NOTE_MAX = 65536,
	NOTE_NAME_MAX = 256,
	NOTE_LINES_MAX = 64,
	NOTE_ED25519 = 0x01,    /* signs the text */
	NOTE_COSIGNATURE = 0x04 /* signs note_cosign_message() */
};

struct note_key {
	char name[NOTE_NAME_MAX];
	unsigned char type;
	uint32_t id; /* first four bytes of SHA-256(name \n type public) */
	struct sign_public public;
};

/* ERR_FORMAT for a name that is empty, too long or holds a blank, control or '+'. */
MUST_USE enum err note_key_make(struct span name, unsigned char type,
				const struct sign_public *public, struct note_key *key);

/* The vkey text: name+hex8(id)+base64(type public). */
void note_key_write(struct out *out, const struct note_key *key);

/* Reads a vkey; its id must be the computed one, its type one of the two. */
MUST_USE enum err note_key_read(struct span text, struct note_key *key);

/* Text (with its last newline) and signature lines, borrowed from the bytes read. */
struct note {
	struct span text;
	struct span lines;
};

/* Form only: UTF-8 without controls, one to NOTE_LINES_MAX well-formed lines. */
MUST_USE enum err note_read(struct span bytes, struct note *note);

enum note_answer {
	NOTE_ABSENT, /* no line of this key */
	NOTE_HOLDS,  /* a line of this key, and it holds */
	NOTE_BAD     /* a line of this key that does not hold: the note is refused */
};

/* *time_s is the cosignature's time, 0 for NOTE_ED25519. */
enum note_answer note_check(const struct note *note, const struct note_key *key, uint64_t *time_s);

/* The first line of this key that holds, as it stands, with its newline; false when there is none.
 */
bool note_find_line(const struct note *note, const struct note_key *key, struct span *found);

/* The time in a cosignature line, unchecked; false when the line has another form. */
bool note_line_time(struct span line, uint64_t *time_s);

/* Appends one signature line; time_s only counts for NOTE_COSIGNATURE. */
void note_write_line(struct out *out, const struct note_key *key, uint64_t time_s,
		     const struct signature *signature);

/* Appends "cosignature/v1\ntime T\n" and the note's text: what a witness signs. */
void note_cosign_message(struct out *out, uint64_t time_s, struct span text);

/* Number of signature lines; the nth as a span with its newline. */
size_t note_count(const struct note *note);

struct note_head {
	char origin[NOTE_NAME_MAX];
	uint64_t size;
	struct hash root;
};

/* The checkpoint text: origin, size, base64(root), one line each.  No extension lines. */
void note_head_write(struct out *out, const struct note_head *head);
MUST_USE enum err note_head_read(struct span text, struct note_head *head);

/* A note whose text is a head and which the log's own key signed: both checked.  ERR_REFUSED when
 * the signature is absent or bad, or when the origin is another than the key's name. */
MUST_USE enum err note_head_open(struct span bytes, const struct note_key *key,
				 struct note_head *head);

#endif
