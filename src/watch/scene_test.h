#ifndef SEAM_WATCH_SCENE_TEST_H
#define SEAM_WATCH_SCENE_TEST_H

#include "picture/told_test.h"

#include "model/ground.h"
#include "watch/watch.h"

/*
 * A scene: items told as rows into a real picture of one station, and what the rules say of it at a
 * moment.  Moments are those of the exercise, 3 to 6 May 2027, letter C.
 */

/* Minutes of told_test.h's clock, and ms, of a day of May, hour and minute, letter C. */
/* clang-format off */
#define AT(day, hour, minute) (((day) - 5) * 1440 + (hour) * 60 + (minute) - 180)
#define MS(day, hour, minute) (NIGHT + AT(day, hour, minute) * INT64_C(60000))
/* clang-format on */

static const char *const scene_stations[] = {"a/makhmour", "b/makhmour", "c/erbil"};

struct scene {
	struct picture *picture;
	struct items *items;
	struct ground *ground;
	struct arena *arena;
	struct watch_settings settings;
	unsigned cut;
};

static inline struct watch_settings
preset_settings(void)
{
	return (struct watch_settings){
#define X(member, type, preset, low, high, help) .member = strtoll(preset, NULL, 10),
	    WATCH_SETTING_ROWS(X)
#undef X
	};
}

static inline struct ground *
exercise_ground(void)
{
	static const char *const files[] = {"line.geojson", "areas.geojson"};
	struct ground *ground = ground_new();

	for (size_t i = 0; i < 2; i++) {
		struct out text = out_new(1 << 20);
		char path[FILE_PATH_MAX], why[GROUND_WHY_MAX];

		(void)snprintf(path, sizeof path, "%s/exercise/%s", getenv("SEAM_SOURCE"),
			       files[i]);
		assert_int_equal(file_read(path, &text), ERR_OK);
		assert_int_equal(ground_add(ground, out_view(&text), GROUND_BOUNDARY, why), ERR_OK);
		out_free(&text);
	}
	return ground;
}

/* The picture of a station, still empty; items wait for scene_put(). */
static inline struct scene
scene_open(const char *station, const struct told *told, size_t n)
{
	struct scene scene = {.items = items_of(told, n),
			      .arena = arena_new(64 << 20),
			      .settings = preset_settings()};
	struct station own;

	assert_true(station_read(span_of(station), &own));
	assert_int_equal(picture_open(folder, PICTURE_WRITE, &own, &scene.picture), ERR_OK);
	return scene;
}

static inline struct scene
scene_of(const char *station, const struct told *told, size_t n)
{
	struct scene scene = scene_open(station, told, n);

	put_all(scene.picture, scene.items);
	return scene;
}

/* The folder is empty again afterwards. */
static inline void
scene_close(struct scene *scene)
{
	picture_close(scene->picture);
	assert_int_equal(picture_remove(folder), ERR_OK);
	items_free(scene->items);
	ground_free(scene->ground);
	arena_free(scene->arena);
}

static inline void
scene_state(struct scene *scene, int number, const char *party, enum picture_state state,
	    int64_t at_ms, enum why why)
{
	struct hash id = id_of(number);
	struct party to;

	assert_true(party_read(span_of(party), &to));
	assert_int_equal(picture_begin(scene->picture), ERR_OK);
	assert_int_equal(picture_state_put(scene->picture, &id, &to, state, at_ms, why), ERR_OK);
	assert_int_equal(picture_commit(scene->picture), ERR_OK);
}

/* Item `number` came to the station at another moment than it was filed. */
static inline void
scene_arrived(struct scene *scene, int number, int64_t at_ms)
{
	struct hash id = id_of(number);

	for (size_t i = 0; i < scene->items->n; i++)
		if (hash_equal(&scene->items->items[i].id, &id))
			scene->items->items[i].arrived_ms = at_ms;
}

struct answer {
	struct watch_alert *alerts;
	size_t n;
	int64_t next_ms;
};

static inline struct answer
scene_ask(struct scene *scene, const char *station, int64_t now_ms)
{
	struct watch_question question = {.picture = scene->picture,
					  .ground = scene->ground,
					  .settings = &scene->settings,
					  .now_ms = now_ms,
					  .zone_min = 180,
					  .cut = &scene->cut};
	struct answer answer;
	struct station own;

	arena_reset(scene->arena);
	assert_true(station_read(span_of(station), &own));
	question.own = station_party(&own);
	assert_int_equal(
	    watch_run(&question, scene->arena, &answer.alerts, &answer.n, &answer.next_ms), ERR_OK);
	return answer;
}

/* Puts n items made by `make` for 0, 1, …, in batches: more than told_test.h holds at once. */
static inline void
scene_many(struct scene *scene, size_t n,
	   void (*make)(size_t i, struct told *told, char fields[400], char thread[32]))
{
	for (size_t from = 0; from < n; from += ITEMS_MAX) {
		static char fields[ITEMS_MAX][400], threads[ITEMS_MAX][32];
		struct told told[ITEMS_MAX];
		struct items *items;
		size_t k = 0;

		for (; k < ITEMS_MAX && from + k < n; k++)
			make(from + k, &told[k], fields[k], threads[k]);
		items = items_of(told, k);
		put_all(scene->picture, items);
		items_free(items);
	}
}

/* Puts all items in another order for every seed, in batches of some. */
static inline void
scene_shuffle(struct scene *scene, uint32_t seed)
{
	size_t order[ITEMS_MAX], n = scene->items->n;

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t k, held = order[i - 1];

		seed = seed * 1664525U + 1013904223U;
		k = (seed >> 8) % i;
		order[i - 1] = order[k];
		order[k] = held;
	}
	assert_int_equal(picture_begin(scene->picture), ERR_OK);
	for (size_t i = 0; i < n; i++) {
		put(scene->picture, &scene->items->items[order[i]]);
		if ((seed >> 8) % 3 != i % 3)
			continue;
		assert_int_equal(picture_commit(scene->picture), ERR_OK);
		assert_int_equal(picture_begin(scene->picture), ERR_OK);
	}
	assert_int_equal(picture_commit(scene->picture), ERR_OK);
}

/* "unanswered yellow 1 watch b: 3 | conflict …": what a row of a test expects. */
static inline const char *
told_of(const struct answer *answer, char text[4000])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < answer->n; i++) {
		const struct watch_alert *alert = &answer->alerts[i];

		used += (size_t)snprintf(
		    text + used, 4000 - used, "%s%s %s %u %s%s%s%s:", i ? " | " : "",
		    watch_rule_code(alert->rule), vocab_code(VOCAB_SEVERITY, alert->severity),
		    alert->step, alert->duty, alert->by_voice ? " voice" : "",
		    alert->party.name[0] ? " " : "", alert->party.name);
		for (unsigned k = 0; k < alert->n; k++)
			for (int number = 1; number < 1000; number++) {
				struct hash id = id_of(number);

				if (hash_equal(&id, &alert->cites[k]))
					used += (size_t)snprintf(text + used, 4000 - used, " %d",
								 number);
			}
	}
	return text;
}

/* Every word of `words`, split by "|", stands in the text. */
static inline void
says(const char *name, const char *text, const char *words)
{
	struct span rest = span_of(words), word;

	while (span_split(&rest, '|', &word)) {
		char one[200];

		assert_true(span_copy(one, sizeof one, word));
		if (!strstr(text, one))
			fail_msg("%s: no \"%s\" in: %s", name, one, text);
	}
}

static inline bool
is_same_alert(const struct watch_alert *a, const struct watch_alert *b)
{
	return a->rule == b->rule && hash_equal(&a->key, &b->key) && a->severity == b->severity &&
	       a->step == b->step && strcmp(a->duty, b->duty) == 0 && a->by_voice == b->by_voice &&
	       party_equal(&a->party, &b->party) && a->n == b->n &&
	       memcmp(a->cites, b->cites, a->n * sizeof *a->cites) == 0 &&
	       a->place.level == b->place.level && strcmp(a->place.mgrs, b->place.mgrs) == 0 &&
	       a->when.from_ms == b->when.from_ms && a->when.to_ms == b->when.to_ms &&
	       a->since_ms == b->since_ms && a->due_ms == b->due_ms &&
	       a->civilians == b->civilians && strcmp(a->text, b->text) == 0;
}

static inline bool
is_same_answer(const struct answer *a, const struct answer *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!is_same_alert(&a->alerts[i], &b->alerts[i]))
			return false;
	return true;
}

/* A copy that outlives the next question. */
static inline struct answer
keep(const struct answer *answer)
{
	struct answer kept = *answer;

	kept.alerts = calloc(answer->n + 1, sizeof *kept.alerts);
	assert_non_null(kept.alerts);
	if (answer->n)
		memcpy(kept.alerts, answer->alerts, answer->n * sizeof *kept.alerts);
	return kept;
}

/* Goes from `from` to `to` by next_ms alone: a millisecond before it nothing has changed, and at a
 * moment in between neither.  Returns how many of the moments changed something. */
static inline unsigned
walk(struct scene *scene, const char *station, int64_t from_ms, int64_t to_ms)
{
	struct answer asked = scene_ask(scene, station, from_ms), held = keep(&asked);
	unsigned changes = 0;

	while (held.next_ms < to_ms) {
		int64_t at_ms = held.next_ms;

		assert_true(at_ms > from_ms);
		for (int i = 1; i <= 2; i++) {
			asked = scene_ask(scene, station,
					  i == 1 ? from_ms + (at_ms - from_ms) / 2 : at_ms - 1);
			if (!is_same_answer(&asked, &held))
				fail_msg("changed before %lld", (long long)at_ms);
			assert_int_equal(asked.next_ms, at_ms);
		}
		asked = scene_ask(scene, station, at_ms);
		changes += !is_same_answer(&asked, &held);
		free(held.alerts);
		held = keep(&asked);
		from_ms = at_ms;
	}
	asked = scene_ask(scene, station, to_ms - 1);
	assert_true(is_same_answer(&asked, &held));
	free(held.alerts);
	return changes;
}

#endif
