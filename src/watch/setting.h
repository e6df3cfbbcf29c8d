#ifndef SEAM_WATCH_SETTING_H
#define SEAM_WATCH_SETTING_H

#include <stdint.h>

/*
 * What a station may set of its rules, one row each, of the same form as the rows of seam.conf
 * (seamd/config.h), where they are read: member, NUMBER, default, least, most, help. Times of
 * answering after the practice of watch rooms (ISO 22324 colours): minutes of the station's own
 * clock.
 */

/* clang-format off */
#define WATCH_SETTING_ROWS(X) \
	X(watch_unanswered,     NUMBER, "1",    0, 1,      "rule: records that ask for an answer and get none") \
	X(watch_conflict,       NUMBER, "1",    0, 1,      "rule: movements of different parties too close in place and time") \
	X(watch_chain,          NUMBER, "1",    0, 1,      "rule: sightings that join to a chain towards the line or a town") \
	X(watch_life_min,       NUMBER, "5",    1, 1440,   "minutes to answer what saves lives (medevac), when it does not say") \
	X(watch_red_min,        NUMBER, "15",   1, 1440,   "minutes to answer a red record, when it does not say") \
	X(watch_yellow_min,     NUMBER, "60",   1, 10080,  "minutes to answer a yellow record, when it does not say") \
	X(watch_step2_min,      NUMBER, "10",   1, 1440,   "minutes after the first step until the next duty is called") \
	X(watch_step3_min,      NUMBER, "20",   1, 1440,   "minutes after the first step until the director is called, by voice") \
	X(watch_expire_min,     NUMBER, "1440", 5, 100000, "minutes after which an alert that nobody ended expires") \
	X(watch_conflict_m,     NUMBER, "2000", 100, 50000, "metres under which two movements are in each other's way") \
	X(watch_chain_hours,    NUMBER, "8",    1, 72,     "longest pause between two sightings of one chain, hours") \
	X(watch_chain_foot_kmh, NUMBER, "7",    1, 30,     "fastest that people on foot or with animals are taken to move") \
	X(watch_chain_car_kmh,  NUMBER, "60",   5, 150,    "fastest that people in or on vehicles are taken to move") \
	X(watch_chain_links,    NUMBER, "2",    2, 10,     "sightings that make a chain") \
	X(watch_chain_line_m,   NUMBER, "10000", 500, 100000, "metres from a line or town at which a chain that nears it becomes an alert")
/* clang-format on */

struct watch_settings {
#define X(member, type, preset, low, high, help) int64_t member;
	WATCH_SETTING_ROWS(X)
#undef X
};

#endif
