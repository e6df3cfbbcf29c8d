/* Signed notes, verifier keys and heads: the first byte chooses, the rest is read.  What is read
 * must write back. */
#include "base/note.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool is_so)
{
	if (!is_so)
		abort();
}

static void
try_key(struct span bytes)
{
	struct note_key key;
	struct out out = out_new(4096);

	if (note_key_read(bytes, &key) == ERR_OK) {
		note_key_write(&out, &key);
		must(span_equal(out_view(&out), span_trim(bytes)));
	}
	out_free(&out);
}

static void
try_head(struct span bytes)
{
	struct note_head head;
	struct out out = out_new(4096);

	if (note_head_read(bytes, &head) == ERR_OK) {
		note_head_write(&out, &head);
		must(span_equal(out_view(&out), bytes));
	}
	out_free(&out);
}

static void
try_note(struct span bytes)
{
	struct note_key key;
	struct note_head head;
	struct note note;
	uint64_t time_s;

	if (note_key_read(
		SPAN("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
		&key) != ERR_OK)
		abort();
	if (note_read(bytes, &note) != ERR_OK)
		return;
	must(note.text.n + 1 + note.lines.n == bytes.n && note_count(&note) > 0);
	(void)note_check(&note, &key, &time_s);
	key.type = NOTE_COSIGNATURE;
	(void)note_check(&note, &key, &time_s);
	(void)!note_head_open(bytes, &key, &head);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes;

	if (size == 0)
		return 0;
	bytes = span_make(data + 1, size - 1);
	switch (data[0]) {
	case 'k':
		try_key(bytes);
		break;
	case 'h':
		try_head(bytes);
		break;
	default:
		try_note(bytes);
	}
	return 0;
}
