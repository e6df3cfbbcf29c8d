/* One row for every form people type, and for every reason to refuse. */
#include "model/coord.h"
#include "model/degrees.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { ZONE = 1, SQUARE = 2, SWAPPED = 4, CORRECTED = 8, OUTSIDE = 16 };

static unsigned
flags_of(const struct coord *coord)
{
	return (coord->is_assumed_zone ? ZONE : 0u) | (coord->is_assumed_square ? SQUARE : 0u) |
	       (coord->is_swapped ? SWAPPED : 0u) | (coord->is_corrected ? CORRECTED : 0u) |
	       (coord->is_outside ? OUTSIDE : 0u);
}

static void
test_forms(void **unused)
{
	/* clang-format off */
	static const struct {
		const char *typed, *mgrs;
		enum coord_form form;
		unsigned precision_m, flags;
	} rows[] = {
		{"38S ME 448 251", "38SME448251", COORD_FORM_MGRS, 100, 0},
		{"38SME448251", "38SME448251", COORD_FORM_MGRS, 100, 0},
		{"  38 s me 448251 ", "38SME448251", COORD_FORM_MGRS, 100, 0},
		{"38SME 44851 25125", "38SME4485125125", COORD_FORM_MGRS, 1, 0},
		{"38SME", "38SME", COORD_FORM_MGRS, 100000, 0},
		{"38SME42", "38SME42", COORD_FORM_MGRS, 10000, 0},
		{"ME448251", "38SME448251", COORD_FORM_MGRS, 100, ZONE},
		{"ME 448 251", "38SME448251", COORD_FORM_MGRS, 100, ZONE},
		{"SME 448 251", "38SME448251", COORD_FORM_MGRS, 100, ZONE},
		{"GA582233", "37SGA582233", COORD_FORM_MGRS, 100, ZONE},
		{"KF412766", "38SKF412766", COORD_FORM_MGRS, 100, ZONE},
		{"448251", "38SME448251", COORD_FORM_MGRS, 100, ZONE | SQUARE},
		{"448 251", "38SME448251", COORD_FORM_MGRS, 100, ZONE | SQUARE},
		{"4425", "38SME4425", COORD_FORM_MGRS, 1000, ZONE | SQUARE},
		{"٣٨S ME ٤٤٨ ٢٥١", "38SME448251", COORD_FORM_MGRS, 100, 0},
		{"۳۸S ME ۴۴۸ ۲۵۱", "38SME448251", COORD_FORM_MGRS, 100, 0},
		{"٤٤٨٢٥١", "38SME448251", COORD_FORM_MGRS, 100, ZONE | SQUARE},
		{"38S ME 44O 25I", "38SME440251", COORD_FORM_MGRS, 100, CORRECTED},
		{"38S ME 44o 25l", "38SME440251", COORD_FORM_MGRS, 100, CORRECTED},
		{"38SLE716600", "38SLE716600", COORD_FORM_MGRS, 100, 0},
		{"LE7l6600", "38SLE716600", COORD_FORM_MGRS, 100, ZONE | CORRECTED},
		{"\xE2\x80\x8E" "38SME448251\xE2\x80\x8F", "38SME448251", COORD_FORM_MGRS, 100, 0},
		{"33UVU9000", "33UVU9000", COORD_FORM_MGRS, 1000, OUTSIDE},
		{"35.468, 44.392", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"35.468 44.392", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"35.468,44.392", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"44.392 35.468", "38SME448251", COORD_FORM_DEGREES, 111, SWAPPED},
		{"44.392, 35.468", "38SME448251", COORD_FORM_DEGREES, 111, SWAPPED},
		{"44.392N 35.468E", "36TXQ965183", COORD_FORM_DEGREES, 111, OUTSIDE},
		{"44.4N 35.4E", "36TXQ91", COORD_FORM_DEGREES, 11132, OUTSIDE},
		{"44.4N 35.4", "36TXQ91", COORD_FORM_DEGREES, 11132, OUTSIDE},
		{"N44.4 35.4", "36TXQ91", COORD_FORM_DEGREES, 11132, OUTSIDE},
		{"E 35.4, N 44.4", "36TXQ91", COORD_FORM_DEGREES, 11132, OUTSIDE},
		{"44.4, 35.4", "38SME41", COORD_FORM_DEGREES, 11132, SWAPPED},
		{"35.468N 44.392E", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"N35.468 E44.392", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"E 44.392, N 35.468", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"35.468N 44.392", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"35.46800, 44.39200", "38SME4483625114", COORD_FORM_DEGREES, 1, 0},
		{"35°28'05\"N 44°23'31\"E", "38SME448251", COORD_FORM_DEGREES, 31, 0},
		{"35°28′05″N, 44°23′31″E", "38SME448251", COORD_FORM_DEGREES, 31, 0},
		{"35°28'05''N 44°23'31''E", "38SME448251", COORD_FORM_DEGREES, 31, 0},
		{"35°28'05\" 44°23'31\"", "38SME448251", COORD_FORM_DEGREES, 31, 0},
		{"35:28:05 44:23:31", "38SME448251", COORD_FORM_DEGREES, 31, 0},
		{"35 28 05 N, 44 23 31 E", "38SME448251", COORD_FORM_DEGREES, 31, 0},
		{"35 28 05 44 23 31", "38SME448251", COORD_FORM_DEGREES, 31, 0},
		{"35 28.1 N 44 23.5 E", "38SME448251", COORD_FORM_DEGREES, 186, 0},
		{"35°28.1'N 44°23.5'E", "38SME448251", COORD_FORM_DEGREES, 186, 0},
		{"35 28.1, 44 23.5", "38SME448251", COORD_FORM_DEGREES, 186, 0},
		{"35.468 ش 44.392 ق", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"٣٥٫٤٦٨ ش ٤٤٫٣٩٢ ق", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"٣٥٫٤٦٨، ٤٤٫٣٩٢", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"35,468 44,392", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"35,468; 44,392", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"35,468, 44,392", "38SME448251", COORD_FORM_DEGREES, 111, 0},
		{"35, 44", "38SMD", COORD_FORM_DEGREES, 111320, 0},
		{"-33.86, 151.21", "56HLH3451", COORD_FORM_DEGREES, 1113, OUTSIDE},
		{"33.86S 151.21E", "56HLH3451", COORD_FORM_DEGREES, 1113, OUTSIDE},
		{"151.21 -33.86", "56HLH3451", COORD_FORM_DEGREES, 1113, SWAPPED | OUTSIDE},
		{"https://maps.example/@35.468,44.392,15z", "38SME448251", COORD_FORM_LINK, 111, 0},
		{"https://maps.example/?q=35.468,44.392", "38SME448251", COORD_FORM_LINK, 111, 0},
		{"https://maps.example/?q=35.468%2C44.392", "38SME448251", COORD_FORM_LINK, 111, 0},
		{"https://m.example/?mlat=35.468&mlon=44.392#map=12.50/34.1/43.2", "38SME448251",
		 COORD_FORM_LINK, 111, 0},
		{"https://m.example/@34.111,43.222,15.25z/data=!3d35.468!4d44.392", "38SME448251",
		 COORD_FORM_LINK, 111, 0},
		{"geo:35.468,44.392?z=12", "38SME448251", COORD_FORM_LINK, 111, 0},
		{"https://maps.example/?ll=44.392,35.468", "38SME448251", COORD_FORM_LINK, 111, SWAPPED},
		{"38S 444851 3925125", "38SME4485125125", COORD_FORM_UTM, 1, 0},
		{"38 S 444851E 3925125N", "38SME4485125125", COORD_FORM_UTM, 1, 0},
		{"38N 444851mE 3925125mN", "38SME4485125125", COORD_FORM_UTM, 1, 0},
		{"444851 3925125", "38SME4485125125", COORD_FORM_UTM, 1, ZONE},
	};
	/* clang-format on */
	struct coord_hints hints = coord_hints_iraq();

	(void)unused;
	hints.square = "ME";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct coord coord;
		enum coord_why why = coord_read(span_of(rows[i].typed), &hints, &coord);

		if (why)
			fail_msg("%s: %s", rows[i].typed, coord_why_text(why));
		if (strcmp(coord.mgrs, rows[i].mgrs) != 0)
			fail_msg("%s: %s, not %s", rows[i].typed, coord.mgrs, rows[i].mgrs);
		if (coord.form != rows[i].form || coord.precision_m != rows[i].precision_m ||
		    flags_of(&coord) != rows[i].flags)
			fail_msg("%s: form %d, %u m, flags %u", rows[i].typed, (int)coord.form,
				 coord.precision_m, flags_of(&coord));
	}
}

static void
test_refusals(void **unused)
{
	/* clang-format off */
	static const struct {
		const char *typed;
		enum coord_why why;
	} rows[] = {
		{"", COORD_EMPTY}, {"   ", COORD_EMPTY}, {"\xE2\x80\x8F", COORD_EMPTY},
		{"38S ME 448 2510", COORD_DIGITS}, {"38S ME 44825", COORD_DIGITS},
		{"38SME448251448251", COORD_DIGITS}, {"44825", COORD_DIGITS}, {"38S ME 44 82 51", COORD_DIGITS},
		{"38SWE448251", COORD_NO_SQUARE}, {"38RME448251", COORD_NO_SQUARE}, {"99SME448251", COORD_NO_SQUARE},
		{"WZ448251", COORD_NO_SQUARE}, {"37SGA7010", COORD_NO_SQUARE},
		{"448251", COORD_NEEDS_SQUARE},
		{"35 44", COORD_AMBIGUOUS}, {"44 35", COORD_AMBIGUOUS},
		{"35.468", COORD_HALF}, {"35.468 N", COORD_HALF}, {"35 28 05", COORD_HALF}, {"35°28'", COORD_HALF},
		{"35.468N 44.392N", COORD_HALF},
		{"95.1, 200.2", COORD_RANGE}, {"95.1N 44.3E", COORD_RANGE}, {"35.4N 190.5E", COORD_RANGE},
		{"35 61.0 N 44 10.0 E", COORD_MINUTES}, {"35.5 28.1 N 44 23.5 E", COORD_MINUTES},
		{"-35.4N 44.3E", COORD_SIGN}, {"35 -28.1, 44 23.5", COORD_SIGN},
		{"85.5, 44.3", COORD_POLAR},
		{"Kirkuk", COORD_NOT_KNOWN}, {"35.468, 44.392 maybe", COORD_NOT_KNOWN}, {"x", COORD_NOT_KNOWN},
		{"1.1.1, 2", COORD_NOT_KNOWN}, {"1 2 3 4 5 6 7", COORD_NOT_KNOWN},
		{"35.46800000000000001, 44.3", COORD_NOT_KNOWN},
		{"كركوك", COORD_CHARACTER}, {"35.468\x01, 44.392", COORD_CHARACTER}, {"\xFF\xFE", COORD_CHARACTER},
		{"https://maps.example/abcdef", COORD_LINK}, {"https://m.example/?q=195.5,295.5", COORD_LINK},
		{"61S 444851 3925125", COORD_UTM}, {"38M 444851 3925125", COORD_UTM}, {"38S 950000 3925125", COORD_UTM},
	};
	/* clang-format on */
	struct coord coord, zero = {0};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum coord_why why = coord_read(span_of(rows[i].typed), NULL, &coord);

		if (why != rows[i].why)
			fail_msg("%s: %s %s", rows[i].typed, coord_why_code(why), coord.mgrs);
		assert_memory_equal(&coord, &zero, sizeof(coord));
	}
}

static void
test_hints(void **unused)
{
	struct coord_hints none = {.zone = "", .square = ""};
	char text[COORD_TYPED_MAX + 2];
	struct coord coord;

	(void)unused;
	assert_int_equal(coord_read(SPAN("ME448251"), &none, &coord), COORD_NEEDS_ZONE);
	assert_int_equal(coord_read(SPAN("444851 3925125"), &none, &coord), COORD_NEEDS_ZONE);
	assert_int_equal(coord_read(SPAN("448251"), &none, &coord), COORD_NEEDS_SQUARE);
	memset(text, '1', sizeof(text));
	assert_int_equal(coord_read(span_make(text, sizeof(text) - 1), NULL, &coord), COORD_LONG);
	for (unsigned i = 0; i < COORD_WHY_COUNT; i++) {
		assert_true(strlen(coord_why_text((enum coord_why)i)) > 3);
		assert_true(strlen(coord_why_code((enum coord_why)i)) > 1);
	}
	assert_string_equal(coord_why_code(COORD_UTM), "utm");
	assert_string_equal(coord_why_code(COORD_NO_SQUARE), "no_square");
}

static const struct {
	const char *typed;
	bool is_stated;
	int32_t lat_e7, lon_e7;
} stated[] = {
    {"36.335, 43.118889", true, 363350000, 431188890},
    {"36,335; 43,118889", true, 363350000, 431188890},
    {"Mosul town (36.335, 43.118889)", true, 363350000, 431188890},
    {"between A (north), B (-1.5,-180)", true, -15000000, -1800000000},
    {"90, 0.00000019", true, 900000000, 1},
    {"90.1, 0", false, 0, 0},
    {"36.335", false, 0, 0},
    {"36.335 43.118889", false, 0, 0},
    {"36.335, 43.118889N", false, 0, 0},
    {"36.3.35, 43", false, 0, 0},
    {"Mosul (36.335, 43.1) town", false, 0, 0},
    {"(", false, 0, 0},
    {")", false, 0, 0},
    {"(,)", false, 0, 0},
    {"", false, 0, 0},
    {"-, -", false, 0, 0},
};

static void
test_stated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof stated / sizeof *stated; i++) {
		struct point point;

		if (degrees_stated(span_of(stated[i].typed), &point) != stated[i].is_stated ||
		    point.lat_e7 != stated[i].lat_e7 || point.lon_e7 != stated[i].lon_e7)
			fail_msg("%s: %d %d", stated[i].typed, point.lat_e7, point.lon_e7);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_hints),
	    cmocka_unit_test(test_stated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
