#ifndef SEAM_WATCH_CHAIN_H
#define SEAM_WATCH_CHAIN_H

#include "watch/outline.h"
#include "watch/watch_rule.h"

/* A sighting as the chain rule needs it; nothing of it outlives the run. */
struct watch_sighting {
	struct hash id, statement;
	int64_t from_ms, end_ms; /* anywhere in between */
	int64_t known_ms;
	enum vocab_type type;
	int direction;   /* enum geo_direction, -1: not stated */
	bool is_vehicle; /* in or on one, or not known to be without */
	enum vocab_yesno civilians;
	bool is_grouped; /* an incident with others, by this party's own links */
	struct hash incident;
	struct place place;
	struct outline outline;        /* of its square */
	struct watch_sighting *before; /* the one it is taken to follow; NULL */
	struct watch_sighting *first;  /* of its tree; itself where it follows none */
	unsigned depth;                /* 1, 2 … from the first */
	bool is_followed;
};

enum { WATCH_SIGHTINGS = 256 };

/* Sightings taken to be one movement, earliest first. */
struct watch_path {
	const struct watch_sighting *at[WATCH_SIGHTINGS];
	unsigned n;
};

/* Where a path leads. */
struct watch_aim {
	bool is_alert;  /* near enough to something, or across it */
	bool is_border; /* began with a crossing of a border and went on from there */
	char line[64];  /* nearest line it nears or crossed, else the nearest line; "" none */
	bool is_crossed;
	double line_m, line_first_m; /* of the last and the first sighting's middle */
	char zone[64];               /* nearest zone it nears or entered; "" none */
	double zone_m;               /* 0: inside */
	char post[64];               /* own coverage claim ahead; "" none */
	double post_m;
};

/* Middle of the time in which it was. */
int64_t watch_sighting_ms(const struct watch_sighting *sighting);
/* Metres between the middles of two squares, along the ellipsoid: zones of the grid do not matter.
 */
double watch_sighting_apart_m(const struct watch_sighting *a, const struct watch_sighting *b);

/* The first n sightings of the path: what they lead to.  Without a ground nothing but a border. */
void watch_aim(const struct watch_run *run, const struct watch_path *path, unsigned n,
	       struct watch_aim *aim);

/* Adds the nearest own coverage claim ahead of the path's end, when one is within reach. */
MUST_USE enum err watch_aim_post(struct watch_run *run, const struct watch_path *path,
				 struct watch_aim *aim);

MUST_USE enum err watch_chain_say(const struct watch_path *path, const struct watch_aim *aim,
				  struct watch_alert *alert);

#endif
