#ifndef SEAM_EDGE_GEOJSON_H
#define SEAM_EDGE_GEOJSON_H

#include "edge/map.h"
#include "edge/sink.h"

/*
 * A GeoJSON FeatureCollection (RFC 7946): one record per feature.  A Point becomes PLACE, a square
 * as fine as the map's precision; a LineString or a Polygon of one ring becomes SHAPE; other
 * geometries are refused.  Properties become fields by the map, without one by the names of fields
 * ("kind", "type", "when" …; others are passed over).  Where latitude and longitude seem exchanged
 * the feature is refused; a property `place` goes before the geometry.  The sink is called once for
 * each feature, in order.  Features are read one by one: memory is bounded by GEOJSON_FEATURE_MAX.
 * Where no feature ends within GEOJSON_GAP_MAX bytes the reading does, with the line.
 */
enum { GEOJSON_FEATURE_MAX = 1 << 20, GEOJSON_GAP_MAX = 1 << 28 };

struct geojson;

/* Borrows the map (NULL: by names of fields) until geojson_free(). NULL without memory. */
struct geojson *geojson_new(const struct map *map, const struct record_typing *typing,
			    const struct sink *sink);
void geojson_free(struct geojson *geojson);

/* ERR_FORMAT: no FeatureCollection, or broken off. */
MUST_USE enum err geojson_feed(struct geojson *geojson, struct span chunk);
MUST_USE enum err geojson_finish(struct geojson *geojson);

#endif
