#ifndef SEAM_SEAM_VIEW_H
#define SEAM_SEAM_VIEW_H

#include "base/hash.h"
#include "picture/picture.h"
#include "seam/app.h"

/*
 * A home as it lies there, for reading only: its journal, what it trusts, its picture.  Without a
 * running station, or beside one whose own picture is behind, the picture is folded from the
 * journal into a folder in memory that goes with the view.
 */
struct view;
struct journal;
struct keyring;
struct ground;

/* VIEW_FORMER: in the ring are also parties that have left, as for checking what is stored. */
enum view_part {
	VIEW_JOURNAL = 1,
	VIEW_PICTURE = 2,
	VIEW_RING = 4,
	VIEW_GROUND = 8,
	VIEW_FORMER = 16
};

/* Opens these parts (a set of enum view_part); NULL after the reason was printed. */
struct view *view_open(struct app *app, unsigned parts);

/* As view_open() after app_config(), but prints nothing: NULL with the reason in why. */
enum { VIEW_WHY_MAX = 640 };
struct view *view_try(struct app *app, unsigned parts, char why[VIEW_WHY_MAX]);

void view_close(struct view *view);

/*
 * How many of the records held the running station's own picture does not show; 0 when none runs.
 * Of a station that is behind view_open() shows what it folds from the journal instead, and says
 * so.  Needs VIEW_JOURNAL; fails when that picture cannot be read.
 */
MUST_USE enum err view_behind(struct view *view, uint64_t *behind);

/* NULL for a part that was not asked for. */
struct journal *view_journal(const struct view *view);
struct picture *view_picture(const struct view *view);
struct keyring *view_ring(const struct view *view);
struct ground *view_ground(const struct view *view);

enum { VIEW_PREFIX_MIN = 6 };

/* The record whose id is this text or begins with it; needs the picture.  APP_OK, or the code after
 * the reason was printed. */
int view_find(struct view *view, const char *text, struct hash *id);

/* As view_find(), then the record with its values, in the app's arena. */
int view_record(struct view *view, const char *text, struct picture_row *row);

/* Other parties of the member list, without the own one. */
struct release_parties;
size_t view_others(const struct view *view, struct party parties[LIMIT_PARTIES]);

/* The party of that name, which must be another member.  APP_OK or the code after the reason. */
int view_party(const struct view *view, const char *text, struct party *party);

#endif
