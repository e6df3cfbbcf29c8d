#ifndef SEAM_MODEL_LAYER_H
#define SEAM_MODEL_LAYER_H

#include "model/ground.h"

/* One feature of a GeoJSON text; everything is borrowed for the call. */
struct layer_feature {
	struct ground_unit unit; /* its `area` is NULL */
	bool is_line;
	char left[GROUND_TEXT_MAX], right[GROUND_TEXT_MAX]; /* of a line: names of its sides */
	uint32_t band_m;                                    /* of a line; 0 where it names none */
	const struct point *points;                         /* ring after ring */
	size_t n_points;
	const size_t *sizes; /* points of each ring */
	size_t n_rings;
};

struct layer_input {
	struct span geojson;
	enum ground_layer fallback;
	const struct ground_keys *keys; /* may be NULL */
	size_t points_left;             /* refuses more vertices than these */
};

/* Keeps a feature; anything but ERR_OK ends the reading. */
typedef enum err layer_take(void *owner, const struct layer_feature *feature);

/* Reads a FeatureCollection as ground_add() says and hands each feature over in order.  What was
 * handed over before a failure stays with the owner, who takes it back. */
MUST_USE enum err layer_read(const struct layer_input *input, layer_take *take, void *owner,
			     char why[GROUND_WHY_MAX]);

#endif
