/*
 * Promises one spelling for the ways people and keyboards write the same name.  Does no
 * transliteration between scripts and no stemming.
 */
#include "model/fold.h"

#include <string.h>

/* clang-format off */
/* Base letter of U+00C0..U+017F; '.' drops the character. */
static const char LATIN[] =
	"aaaaaaaceeeeiiiidnooooo.ouuuuyts"  /* 00C0 */
	"aaaaaaaceeeeiiiidnooooo.ouuuuyty"  /* 00E0 */
	"aaaaaaccccccccddddeeeeeeeeeegggg"  /* 0100 */
	"gggghhhhiiiiiiiiiiiijjkkklllllll"  /* 0120 */
	"lllnnnnnnnnnoooooooorrrrrrssssss"  /* 0140 */
	"ssttttttuuuuuuuuuuuuwwyyyzzzzzzs"; /* 0160 */

/* Rows of one Arabic letter's forms. */
static const struct {
	uint16_t from, to;
} ARABIC[] = {
	{0x0622, 0x0627}, {0x0623, 0x0627}, {0x0625, 0x0627}, {0x0671, 0x0627}, /* alef */
	{0x0624, 0x0648}, {0x06C6, 0x0648}, {0x06C7, 0x0648},                   /* waw */
	{0x0626, 0x064A}, {0x0649, 0x064A}, {0x06CC, 0x064A}, {0x06CE, 0x064A}, /* yeh */
	{0x06A9, 0x0643}, {0x06AA, 0x0643},                                     /* kaf */
	{0x0629, 0x0647}, {0x06D5, 0x0647}, {0x06BE, 0x0647}, {0x06C1, 0x0647}, /* heh */
	{0x0695, 0x0631}, {0x06B5, 0x0644},                                     /* Sorani reh, lam */
};
/* clang-format on */

/* Latin Extended Additional (Arabic transliteration: dots below, macrons): base letters of
 * 1E00..1EFF by range. */
static const struct {
	uint16_t first, last;
	char base;
} ADDITIONAL[] = {
    {0x1E00, 0x1E01, 'a'}, {0x1E02, 0x1E07, 'b'}, {0x1E08, 0x1E09, 'c'}, {0x1E0A, 0x1E13, 'd'},
    {0x1E14, 0x1E1D, 'e'}, {0x1E1E, 0x1E1F, 'f'}, {0x1E20, 0x1E21, 'g'}, {0x1E22, 0x1E2B, 'h'},
    {0x1E2C, 0x1E2F, 'i'}, {0x1E30, 0x1E35, 'k'}, {0x1E36, 0x1E3D, 'l'}, {0x1E3E, 0x1E43, 'm'},
    {0x1E44, 0x1E4B, 'n'}, {0x1E4C, 0x1E53, 'o'}, {0x1E54, 0x1E57, 'p'}, {0x1E58, 0x1E5F, 'r'},
    {0x1E60, 0x1E69, 's'}, {0x1E6A, 0x1E71, 't'}, {0x1E72, 0x1E7B, 'u'}, {0x1E7C, 0x1E7F, 'v'},
    {0x1E80, 0x1E89, 'w'}, {0x1E8A, 0x1E8D, 'x'}, {0x1E8E, 0x1E8F, 'y'}, {0x1E90, 0x1E95, 'z'},
    {0x1E96, 0x1E96, 'h'}, {0x1E97, 0x1E97, 't'}, {0x1EA0, 0x1EB7, 'a'}, {0x1EB8, 0x1EC7, 'e'},
    {0x1EC8, 0x1ECB, 'i'}, {0x1ECC, 0x1EE3, 'o'}, {0x1EE4, 0x1EF1, 'u'}, {0x1EF2, 0x1EF9, 'y'},
};

/* Zero drops the character. */
static uint32_t
fold_latin(uint32_t rune)
{
	if (rune < 0x80) {
		if (rune >= 'A' && rune <= 'Z')
			return rune + ('a' - 'A');
		return (rune >= 'a' && rune <= 'z') || (rune >= '0' && rune <= '9') ? rune : 0;
	}
	if (rune >= 0xC0 && rune - 0xC0 < sizeof(LATIN) - 1)
		return LATIN[rune - 0xC0] == '.' ? 0 : (uint32_t)LATIN[rune - 0xC0];
	for (size_t i = 0; i < sizeof(ADDITIONAL) / sizeof(ADDITIONAL[0]); i++)
		if (rune >= ADDITIONAL[i].first && rune <= ADDITIONAL[i].last)
			return (uint32_t)ADDITIONAL[i].base;
	return rune;
}

static bool
is_dropped(uint32_t rune)
{
	return rune < 0xC0 ||
	       (rune >= 0x02B0 && rune <= 0x036F) || /* modifier letters, combining marks */
	       (rune >= 0x2000 && rune <= 0x206F) || /* blanks, dashes, quotes, joiners */
	       rune == 0x0640 || (rune >= 0x064B && rune <= 0x065F) ||
	       rune == 0x0670 || /* tatweel, vowels */
	       rune == 0x060C || rune == 0x061B || rune == 0xFEFF;
}

static uint32_t
fold_rune(uint32_t rune)
{
	if (rune < 0x80)
		return fold_latin(rune);
	if (is_dropped(rune))
		return 0;
	for (size_t i = 0; i < sizeof(ARABIC) / sizeof(ARABIC[0]); i++)
		if (ARABIC[i].from == rune)
			return ARABIC[i].to;
	return fold_latin(rune);
}

static size_t
encode(uint32_t rune, char bytes[4])
{
	if (rune < 0x80) {
		bytes[0] = (char)rune;
		return 1;
	}
	if (rune < 0x800) {
		bytes[0] = (char)(0xC0 | rune >> 6);
		bytes[1] = (char)(0x80 | (rune & 0x3F));
		return 2;
	}
	if (rune < 0x10000) {
		bytes[0] = (char)(0xE0 | rune >> 12);
		bytes[1] = (char)(0x80 | (rune >> 6 & 0x3F));
		bytes[2] = (char)(0x80 | (rune & 0x3F));
		return 3;
	}
	bytes[0] = (char)(0xF0 | rune >> 18);
	bytes[1] = (char)(0x80 | (rune >> 12 & 0x3F));
	bytes[2] = (char)(0x80 | (rune >> 6 & 0x3F));
	bytes[3] = (char)(0x80 | (rune & 0x3F));
	return 4;
}

bool
fold_text(struct span text, char *folded, size_t size)
{
	size_t n = 0;

	if (size == 0)
		return false;
	folded[0] = '\0';
	while (text.n > 0) {
		uint32_t rune;
		size_t used = span_rune(text, &rune);
		char bytes[4];
		size_t length;

		if (used == 0)
			goto fail;
		text = (struct span){text.p + used, text.n - used};
		rune = fold_rune(rune);
		if (rune == 0)
			continue;
		length = encode(rune, bytes);
		if (length >= size - n)
			goto fail;
		memcpy(folded + n, bytes, length);
		n += length;
	}
	folded[n] = '\0';
	return true;
fail:
	folded[0] = '\0';
	return false;
}
