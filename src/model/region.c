/*
 * Promises one spelling per governorate and district.  The rows are data: spellings met in UCDP
 * GED, OCHA COD, GeoNames and the press, in Latin, Arabic and Sorani letters; compared folded
 * (model/fold.h), so marks, capitals, blanks and hyphens do not count.
 */
#include "model/region.h"

#include "model/fold.h"

#include <string.h>

struct region {
	const char *name;
	const char *also; /* other spellings, '|' between them */
};

/* clang-format off */
static const struct region governorates[] = {
	{"Anbar",        "Al-Anbar|Ambar|الأنبار|انبار|ئەنبار"},
	{"Babil",        "Babylon|بابل|بابیل"},
	{"Baghdad",      "Bagdad|Bagdhad|بغداد|بەغدا"},
	{"Basra",        "Basrah|Al-Basrah|Al-Basra|Bassora|Busra|البصرة|بەسرە"},
	{"Dhi Qar",      "Thi Qar|Zi Qar|Thiqar|Dhikar|ذي قار|زیقار"},
	{"Diyala",       "Diala|Dyala|Diyalah|ديالى|دیالە"},
	{"Duhok",        "Dahuk|Dohuk|Dihok|Dahok|Dahouk|Dihuk|Dhok|دهوك|دهۆک"},
	{"Erbil",        "Arbil|Irbil|Arbeel|Hawler|Hewler|أربيل|هەولێر"},
	{"Halabja",      "Halabcha|Halabjah|Halabjeh|Helebce|Helepce|حلبجة|هەڵەبجە"},
	{"Karbala",      "Kerbala|Karbalaa|Kerbela|كربلاء|كربلا|کەربەلا"},
	{"Kirkuk",       "Karkuk|Kerkuk|Karkouk|Kirkouk|At-Tamim|Al-Tamim|Tamim|كركوك|التأميم|کەرکووک"},
	{"Maysan",       "Missan|Misan|Maisan|Meysan|Mesan|ميسان|مەیسان"},
	{"Muthanna",     "Al-Muthanna|Muthana|Al-Muthana|Mothanna|المثنى|موسەننا"},
	{"Najaf",        "An-Najaf|Al-Najaf|Nejef|Nadjaf|النجف|نەجەف"},
	{"Nineveh",      "Ninawa|Ninewa|Ninevah|Nineva|Naynawa|Naynava|Nainawa|Ninive|Neynewa|نينوى|نينوا|نەینەوا"},
	{"Qadisiyah",    "Al-Qadisiyah|Qadissiya|Al-Qadissiya|Qadisiya|Al-Qadisiya|Qadisiyyah|Al-Qadisiyyah|Qadissiyah|Al-Qadissiyah|Diwaniyah|Al-Diwaniyah|Diwaniya|Al-Diwaniya|القادسية|الديوانية|قادسیە"},
	{"Salah al-Din", "Salah ad-Din|Salahuddin|Salahaddin|Salahadin|Salaheddin|Salahudin|Salah al-Deen|Salahaldeen|Saladin|Selahaddin|صلاح الدين|سەلاحەدین"},
	{"Sulaymaniyah", "As-Sulaymaniyah|Al-Sulaymaniyah|Sulaymaniya|Al-Sulaymaniya|Sulaimaniya|Al-Sulaimaniya|Sulaimaniyah|Al-Sulaimaniyah|Suleimaniya|Suleimaniyah|Sulaimani|Suleimani|Sulaymani|Silemani|Slemani|السليمانية|سلێمانی"},
	{"Wasit",        "Wassit|Waset|Wasid|واسط|واست"},
};

static const struct region districts[] = {
	{"Abu Ghraib",    "Abu Ghurayb|ابو غريب"},
	{"Ain al-Tamr",   "Ain Al Tamur|Ayn at Tamr|عين التمر"},
	{"Akre",          "Aqra|Aqrah|عقرة|ئاکرێ"},
	{"Amadiya",       "Amadiyah|Al Amadiyah|Amedi|العمادية|ئامێدی"},
	{"Ana",           "Anah|عنة"},
	{"Azizia",        "Aziziyah|Al Aziziyah|العزيزية"},
	{"Baaj",          "Al Baaj|Baj|البعاج"},
	{"Baiji",         "Bayji|Beygee|بيجي"},
	{"Balad",         "بلد"},
	{"Baladruz",      "Balad Ruz|بلدروز"},
	{"Baqubah",       "Baquba|بعقوبة"},
	{"Basra",         "Al Basrah|البصرة"},
	{"Chamchamal",    "جمجمال|چەمچەماڵ"},
	{"Daquq",         "Daqooq|Dakuk|داقوق|داقووق"},
	{"Daur",          "Dawr|Ad Dawr|Al-Daur|الدور"},
	{"Dibis",         "Dubiz|Dibs|دبس|دووبز"},
	{"Dokan",         "Dukan|دوكان|دووکان"},
	{"Duhok",         "Dahuk|دهوك|دهۆک"},
	{"Erbil",         "Arbil|أربيل|هەولێر"},
	{"Fallujah",      "Falluja|Al Fallujah|الفلوجة"},
	{"Fares",         "Faris|Al-Faris|الفارس"},
	{"Haditha",       "Hadithah|حديثة"},
	{"Hamdaniya",     "Hamdaniyah|Al Hamdaniyah|الحمدانية|حەمدانیە"},
	{"Hatra",         "Hadr|Al Hadr|Al-Hatra|الحضر"},
	{"Hawija",        "Hawijah|Al Hawijah|Al-Hawiga|Hawiga|الحويجة|حەویجە"},
	{"Hilla",         "Hillah|Al Hillah|الحلة"},
	{"Hit",           "Heet|هيت"},
	{"Kalar",         "كلار|کەلار"},
	{"Karbala",       "Kerbala|كربلاء"},
	{"Khalis",        "Al Khalis|الخالص"},
	{"Khanaqin",      "Khanaqeen|خانقين|خانەقین"},
	{"Kifri",         "كفري|کفری"},
	{"Kirkuk",        "Karkuk|كركوك|کەرکووک"},
	{"Koysinjaq",     "Kuwaysinjaq|Koya|Koisnjaq|كويسنجق|کۆیە"},
	{"Madain",        "Al Madain|المدائن"},
	{"Mahawil",       "Al Mahawil|المحاويل"},
	{"Mahmudiya",     "Mahmudiyah|Al Mahmudiyah|المحمودية"},
	{"Makhmour",      "Makhmur|Makhmoor|Mexmur|مخمور|مەخموور"},
	{"Manathera",     "Manadhirah|Al Manadhirah|المناذرة"},
	{"Mandali",       "مندلي|مەندەلی"},
	{"Mergasur",      "Mergasor|ميركسور|مێرگەسۆر"},
	{"Mosul",         "Mawsil|Al Mawsil|Al-Mosul|الموصل|مووسڵ"},
	{"Muqdadiya",     "Miqdadiyah|Al Muqdadiyah|Al-Muqdadiya|المقدادية"},
	{"Musayyib",      "Al Musayyib|المسيب"},
	{"Najaf",         "An Najaf|النجف"},
	{"Nasiriyah",     "An Nasiriyah|الناصرية"},
	{"Qaim",          "Al Qaim|القائم"},
	{"Ramadi",        "Ar Ramadi|الرمادي"},
	{"Rawanduz",      "Rawandiz|راوندوز|ڕەواندز"},
	{"Rutba",         "Rutbah|Ar Rutbah|الرطبة"},
	{"Samarra",       "سامراء"},
	{"Samawah",       "As Samawah|السماوة"},
	{"Sheikhan",      "Shikhan|Al-Shikhan|Shekhan|الشيخان|شێخان"},
	{"Shirqat",       "Sharqat|Ash Sharqat|Al-Shirqat|الشرقاط"},
	{"Sinjar",        "Shingal|Sinjaar|سنجار|شنگال|شەنگال"},
	{"Soran",         "سوران|سۆران"},
	{"Sulaymaniyah",  "Al-Sulaymaniyah|السليمانية|سلێمانی"},
	{"Suwaira",       "Suwayrah|As Suwayrah|الصويرة"},
	{"Taji",          "At Taji|التاجي"},
	{"Tal Afar",      "Tall Afar|Telafar|تلعفر|تەلەعفەر"},
	{"Tikrit",        "تكريت"},
	{"Tilkaif",       "Tallkayf|Tall Kayf|Tilkaef|Tel Kaif|تلكيف|تلکێف"},
	{"Tuz Khurmatu",  "Tooz|Tuz|Tooz Khurmato|Tuz Khormato|طوز خورماتو|دووز خورماتوو"},
	{"Zakho",         "Zakhu|زاخو|زاخۆ"},
	{"Zubayr",        "Zubair|Az Zubayr|الزبير"},
};

/* Words around a name that say only what it is the name of. */
static const char *const around[] = {"province", "governorate", "district", "qada", "قضاء", "محافظة", "قەزای", "پارێزگای"};
/* clang-format on */

static bool
is_around(struct span word)
{
	char folded[REGION_TEXT];
	char other[REGION_TEXT];

	if (!fold_text(word, folded, sizeof folded))
		return false;
	for (size_t i = 0; i < sizeof around / sizeof *around; i++)
		if (fold_text(span_of(around[i]), other, sizeof other) &&
		    strcmp(folded, other) == 0)
			return true;
	return false;
}

/* The name without the words around it. */
static struct span
bare(struct span text)
{
	struct span rest = span_trim(text);
	struct span first, last;
	ptrdiff_t blank = span_find(rest, ' ');
	size_t at = rest.n;

	if (blank > 0) {
		first = (struct span){rest.p, (size_t)blank};
		if (is_around(first))
			rest = span_trim((struct span){rest.p + blank, rest.n - (size_t)blank});
	}
	at = rest.n;
	while (at > 0 && rest.p[at - 1] != ' ')
		at--;
	if (at == 0)
		return rest;
	last = (struct span){rest.p + at, rest.n - at};
	return is_around(last) ? span_trim((struct span){rest.p, at}) : rest;
}

static bool
is_spelling(const struct region *region, const char *folded)
{
	struct span rest = span_of(region->also);
	struct span part = span_of(region->name);
	char other[REGION_TEXT];

	do {
		if (fold_text(part, other, sizeof other) && strcmp(folded, other) == 0)
			return true;
	} while (span_split(&rest, '|', &part));
	return false;
}

static const char *
find(const struct region *rows, size_t n, struct span text)
{
	char folded[REGION_TEXT * 2];

	/* Mostly it is the one spelling already: folding all the others would cost a third of the
	 * filing of a record. */
	for (size_t i = 0; i < n; i++)
		if (span_equal(text, span_of(rows[i].name)))
			return rows[i].name;
	if (!fold_text(text, folded, sizeof folded))
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (is_spelling(&rows[i], folded))
			return rows[i].name;
	return NULL;
}

/* Arabic letters stay; marks of Latin ones go; every word begins with a capital. */
static bool
plain(struct span text, char name[REGION_TEXT])
{
	size_t n = 0;
	bool is_first = true;

	for (size_t i = 0; i < text.n;) {
		uint32_t rune;
		struct span one = {text.p + i,
				   span_rune((struct span){text.p + i, text.n - i}, &rune)};
		char folded[8];

		if (one.n == 0)
			return false;
		i += one.n;
		if (rune >= 0x80 && (rune < 0x0600 || rune >= 0x0780)) {
			if (!fold_text(one, folded, sizeof folded))
				folded[0] = '\0';
			one = span_of(folded);
		}
		if (n + one.n >= REGION_TEXT)
			return false;
		memcpy(name + n, one.n ? one.p : "", one.n);
		if (is_first && one.n == 1 && name[n] >= 'a' && name[n] <= 'z')
			name[n] = (char)(name[n] - 'a' + 'A');
		if (one.n)
			is_first = rune == ' ' || rune == '-';
		n += one.n;
	}
	name[n] = '\0';
	return n > 0;
}

static const char *
known(const struct region *rows, size_t n, struct span text)
{
	struct span core = bare(text);

	return core.n ? find(rows, n, core) : NULL;
}

static bool
name_of(const struct region *rows, size_t n, struct span text, char name[REGION_TEXT])
{
	struct span core = bare(text);
	const char *row = known(rows, n, text);

	name[0] = '\0';
	if (row)
		return span_copy(name, REGION_TEXT, span_of(row));
	if (core.n && plain(core, name))
		return true;
	name[0] = '\0';
	return false;
}

const char *
region_known_governorate(struct span text)
{
	return known(governorates, sizeof governorates / sizeof *governorates, text);
}

const char *
region_known_district(struct span text)
{
	return known(districts, sizeof districts / sizeof *districts, text);
}

bool
region_governorate(struct span text, char name[REGION_TEXT])
{
	return name_of(governorates, sizeof governorates / sizeof *governorates, text, name);
}

bool
region_district(struct span text, char name[REGION_TEXT])
{
	return name_of(districts, sizeof districts / sizeof *districts, text, name);
}

const char *
region_governorate_at(unsigned index)
{
	return index < sizeof governorates / sizeof *governorates ? governorates[index].name : NULL;
}
