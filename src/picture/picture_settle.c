/*
 * Promises the fold: which version of each statement is current, and which statements are one
 * incident.  Both are functions of the rows held alone, so the order in which records came cannot
 * show.  Only what a batch touched is looked at again: the statement of every dirty row, then every
 * incident that could have gained or lost a member.
 */
#include "picture/picture_store.h"

#include <stdlib.h>
#include <string.h>

static enum err
each_n(struct picture *picture, enum picture_sql which, int64_t key, struct picture_list *list)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = picture_store_sql(picture, which, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, key);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		err = picture_list_add(list, db_int(statement, 0));
		if (err != ERR_OK) {
			db_reset(statement);
			return err;
		}
	}
	return err;
}

/* The current version of the statement that a version id belongs to; 0: none, or not held. */
static enum err
current_of(struct picture *picture, const struct hash *id, int64_t *n)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = picture_store_sql(picture, PICTURE_SQL_CURRENT_OF, &statement);

	*n = 0;
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
	err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row) {
		*n = db_int(statement, 0);
		db_reset(statement);
	}
	return err;
}

struct ref {
	enum field field;
	struct hash target;
};

/* What a row names: at most one per field. */
static enum err
refs_of(struct picture *picture, int64_t n, struct ref refs[3], size_t *count)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = picture_store_sql(picture, PICTURE_SQL_REFS_OF, &statement);

	*count = 0;
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, n);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row)
		if (*count < 3) {
			refs[*count].field = (enum field)db_int(statement, 0);
			refs[(*count)++].target = picture_row_hash(statement, 1);
		}
	return err;
}

static enum err
current_named_by(struct picture *picture, int64_t source, enum field field, int64_t *n)
{
	struct ref refs[3];
	size_t count;
	enum err err = refs_of(picture, source, refs, &count);

	*n = 0;
	for (size_t i = 0; i < count && err == ERR_OK; i++)
		if (refs[i].field == field)
			return current_of(picture, &refs[i].target, n);
	return err;
}

/* First half: versions. */

struct version {
	int64_t n, grp;
	struct hash id;
	bool is_erased, is_current, is_retracted;
};

struct statement {
	char thread[64];
	struct station station;
	struct version *versions; /* newest first */
	size_t n;
};

static enum err
load_statement(struct picture *picture, int64_t n, struct statement *node)
{
	sqlite3_stmt *statement;
	size_t size = 0;
	bool has_row;
	enum err err = picture_store_sql(picture, PICTURE_SQL_NODE_OF, &statement);

	*node = (struct statement){.n = 0};
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, n);
	err = db_step(statement, &has_row);
	if (err != ERR_OK || !has_row)
		return err != ERR_OK ? err : ERR_INTERNAL;
	if (!span_copy(node->thread, sizeof node->thread, db_text(statement, 0)) ||
	    !span_copy(node->station.name, sizeof node->station.name, db_text(statement, 1)))
		err = ERR_CORRUPT;
	db_reset(statement);
	if (err == ERR_OK)
		err = picture_store_sql(picture, PICTURE_SQL_VERSIONS, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, span_of(node->thread));
	db_bind_text(statement, 2, span_of(node->station.name));
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		node->versions = picture_row_grow(picture->arena, node->versions, node->n, &size,
						  sizeof *node->versions);
		if (!node->versions) {
			db_reset(statement);
			return ERR_NOMEM;
		}
		node->versions[node->n++] = (struct version){
		    .n = db_int(statement, 0),
		    .id = picture_row_hash(statement, 1),
		    .is_erased = db_int(statement, 3) != 0,
		    .is_current = db_int(statement, 4) != 0,
		    .is_retracted = db_int(statement, 5) != 0,
		    .grp = db_int(statement, 6),
		};
	}
	return err;
}

/* Retracted: by a record of the same station that is held and not erased. */
static enum err
find_retraction(struct picture *picture, const struct statement *node, const struct hash *id,
		bool *is_retracted)
{
	sqlite3_stmt *statement;
	enum err err = picture_store_sql(picture, PICTURE_SQL_IS_RETRACTED, &statement);

	*is_retracted = false;
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
	db_bind_int(statement, 2, FIELD_RE);
	db_bind_int(statement, 3, KIND_RETRACT);
	db_bind_text(statement, 4, span_of(node->station.name));
	err = db_step(statement, is_retracted);
	db_reset(statement);
	return err;
}

static enum err
set_current(struct picture *picture, const struct version *version, bool is_current,
	    bool is_retracted)
{
	sqlite3_stmt *statement;
	enum err err;

	if (version->is_current == is_current && version->is_retracted == is_retracted)
		return ERR_OK;
	err = picture_store_sql(picture, PICTURE_SQL_SET_CURRENT, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, version->n);
	db_bind_int(statement, 2, is_current);
	db_bind_int(statement, 3, is_retracted);
	return db_do(statement);
}

/* Rows that name this version: links and parts of an incident may join or part with it. */
static enum err
loosen_namers(struct picture *picture, const struct hash *id)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = picture_store_sql(picture, PICTURE_SQL_REFS_TO, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		int64_t kind = db_int(statement, 2);

		if (db_int(statement, 0) != FIELD_INCIDENT && kind != KIND_LINK)
			continue;
		err = picture_list_add(&picture->loose, db_int(statement, 1));
		if (err != ERR_OK) {
			db_reset(statement);
			return err;
		}
	}
	return err;
}

/* The incident this version stood in, whose members may fall apart without it. */
static enum err
loosen_members(struct picture *picture, int64_t grp)
{
	return grp ? each_n(picture, PICTURE_SQL_MEMBERS, grp, &picture->loose) : ERR_OK;
}

/* Decides for all versions of one statement; *done collects them. */
static enum err
settle_statement(struct picture *picture, int64_t n, struct picture_set *done)
{
	struct statement node;
	enum err err;

	arena_reset(picture->arena);
	err = load_statement(picture, n, &node);
	for (size_t i = 0; i < node.n && err == ERR_OK; i++) {
		const struct version *version = &node.versions[i];
		bool is_retracted, is_new;

		err = find_retraction(picture, &node, &version->id, &is_retracted);
		if (err == ERR_OK)
			err = set_current(picture, version,
					  i == 0 && !version->is_erased && !is_retracted,
					  is_retracted);
		if (err == ERR_OK)
			err = loosen_members(picture, version->grp);
		if (err == ERR_OK)
			err = loosen_namers(picture, &version->id);
		if (err == ERR_OK)
			err = picture_list_add(&picture->loose, version->n);
		if (err == ERR_OK)
			err = picture_list_add(&picture->moved, version->n);
		if (err == ERR_OK)
			err = picture_set_add(done, version->n, &is_new);
	}
	return err;
}

static enum err
settle_statements(struct picture *picture)
{
	struct picture_set done = {0};
	enum err err = ERR_OK;

	picture_list_sort(&picture->dirty);
	for (size_t i = 0; i < picture->dirty.count && err == ERR_OK; i++)
		if (!picture_set_has(&done, picture->dirty.n[i]))
			err = settle_statement(picture, picture->dirty.n[i], &done);
	picture_set_free(&done);
	return err;
}

/* Second half: incidents.  Nodes are current versions; edges lead from a part or duplicate to what
 * it belongs to. */

struct edge {
	int64_t to;
	bool is_outgoing;
	bool is_cut; /* not an edge: an own link says that the two are not the same */
};

struct edges {
	struct edge *at;
	size_t n, size;
	bool has_cuts;
};

static enum err
add_edge(struct picture *picture, struct edges *edges, const struct edge *edge)
{
	if (edge->to == 0)
		return ERR_OK;
	edges->at =
	    picture_row_grow(picture->arena, edges->at, edges->n, &edges->size, sizeof *edges->at);
	if (!edges->at)
		return ERR_NOMEM;
	edges->at[edges->n++] = *edge;
	edges->has_cuts = edges->has_cuts || edge->is_cut;
	return ERR_OK;
}

struct touch {
	enum field field;
	int64_t n;
	bool is_link, is_own;
	int64_t link;
};

/* Current rows that name any version of this node. */
static enum err
touches_of(struct picture *picture, int64_t n, struct touch **touches, size_t *count)
{
	sqlite3_stmt *statement;
	size_t size = 0;
	bool has_row;
	enum err err = picture_store_sql(picture, PICTURE_SQL_TOUCHES, &statement);

	*touches = NULL;
	*count = 0;
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, n);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		*touches =
		    picture_row_grow(picture->arena, *touches, *count, &size, sizeof **touches);
		if (!*touches) {
			db_reset(statement);
			return ERR_NOMEM;
		}
		(*touches)[(*count)++] =
		    (struct touch){(enum field)db_int(statement, 0), db_int(statement, 1),
				   db_int(statement, 2) == KIND_LINK, db_int(statement, 3) != 0,
				   db_int(statement, 4)};
	}
	return err;
}

static enum err
add_touch(struct picture *picture, const struct touch *touch, struct edges *edges)
{
	struct edge edge = {.to = touch->n};
	enum err err;

	if (touch->field == FIELD_INCIDENT)
		return add_edge(picture, edges, &edge);
	/* Links of others are suggestions; one whose kind is not known joins nothing. */
	if (!touch->is_link || !touch->is_own || touch->link < 0 || touch->link == LINK_FOLLOWS)
		return ERR_OK;
	edge.is_outgoing = touch->field == FIELD_RE;
	edge.is_cut = touch->link == LINK_NOT_SAME;
	err = current_named_by(picture, touch->n, edge.is_outgoing ? FIELD_LINK_TO : FIELD_RE,
			       &edge.to);
	return err == ERR_OK ? add_edge(picture, edges, &edge) : err;
}

static enum err
edges_of(struct picture *picture, int64_t n, struct edges *edges)
{
	struct edge out = {.is_outgoing = true};
	struct touch *touches;
	size_t count;
	enum err err = current_named_by(picture, n, FIELD_INCIDENT, &out.to);

	*edges = (struct edges){0};
	if (err == ERR_OK)
		err = add_edge(picture, edges, &out);
	if (err == ERR_OK)
		err = touches_of(picture, n, &touches, &count);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = add_touch(picture, &touches[i], edges);
	return err;
}

static bool
is_cut(const struct edges *edges, int64_t to)
{
	for (size_t i = 0; edges->has_cuts && i < edges->n; i++)
		if (edges->at[i].is_cut && edges->at[i].to == to)
			return true;
	return false;
}

/* What decides which member stands for the incident: what others belong to before what belongs to
 * something, incidents before the rest, own before others', then the earliest, then the id. */
struct member {
	int64_t n;
	bool is_part, is_other_kind, is_foreign;
	int64_t from_ms;
	struct hash id;
};

static int
by_rank(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->is_part != y->is_part)
		return x->is_part ? 1 : -1;
	if (x->is_other_kind != y->is_other_kind)
		return x->is_other_kind ? 1 : -1;
	if (x->is_foreign != y->is_foreign)
		return x->is_foreign ? 1 : -1;
	if (x->from_ms != y->from_ms)
		return x->from_ms > y->from_ms ? 1 : -1;
	return memcmp(x->id.b, y->id.b, HASH_SIZE);
}

struct members {
	struct member *at;
	size_t n, size;
	struct picture_set *seen; /* of all incidents of this batch: incidents do not overlap */
};

/* Adds a node that is current and was not seen yet. */
static enum err
add_member(struct picture *picture, struct members *members, int64_t n)
{
	struct member *member;
	sqlite3_stmt *statement;
	bool has_row, is_new = false;
	enum err err = picture_set_add(members->seen, n, &is_new);

	if (err != ERR_OK || !is_new)
		return err;
	err = picture_store_sql(picture, PICTURE_SQL_RANKING, &statement);
	if (err != ERR_OK)
		return err;
	if (members->n == members->size) {
		size_t size = members->size ? 2 * members->size : 16;
		struct member *more = realloc(members->at, size * sizeof *more);

		if (!more)
			return ERR_NOMEM;
		members->at = more;
		members->size = size;
	}
	db_bind_int(statement, 1, n);
	err = db_step(statement, &has_row);
	if (err != ERR_OK || !has_row)
		return err;
	member = &members->at[members->n];
	*member = (struct member){.n = n,
				  .is_other_kind = db_int(statement, 1) != KIND_INCIDENT,
				  .is_foreign = db_int(statement, 2) == 0,
				  .from_ms = db_int(statement, 3),
				  .id = picture_row_hash(statement, 4)};
	members->n += db_int(statement, 0) != 0;
	db_reset(statement);
	return ERR_OK;
}

static enum err
visit(struct picture *picture, struct members *members, size_t at)
{
	struct edges edges;
	int64_t n = members->at[at].n;
	enum err err;

	arena_reset(picture->arena);
	err = edges_of(picture, n, &edges);
	for (size_t i = 0; i < edges.n && err == ERR_OK; i++) {
		const struct edge *edge = &edges.at[i];

		if (edge->is_cut || edge->to == n || is_cut(&edges, edge->to))
			continue;
		if (edge->is_outgoing)
			members->at[at].is_part = true;
		err = add_member(picture, members, edge->to);
	}
	return err;
}

static enum err
set_group(struct picture *picture, int64_t n, int64_t grp, size_t rank)
{
	sqlite3_stmt *statement;
	enum err err = picture_store_sql(picture, PICTURE_SQL_SET_GROUP, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, n);
	if (grp)
		db_bind_int(statement, 2, grp);
	db_bind_int(statement, 3, (int64_t)rank);
	return db_do(statement);
}

/* The whole incident of one node, breadth first. */
static enum err
settle_incident(struct picture *picture, int64_t n, struct picture_set *seen)
{
	struct members members = {.seen = seen};
	enum err err = add_member(picture, &members, n);

	for (size_t i = 0; i < members.n && err == ERR_OK; i++)
		err = visit(picture, &members, i);
	if (err == ERR_OK && members.n <= 1)
		err = set_group(picture, n, 0, 0);
	else if (err == ERR_OK) {
		qsort(members.at, members.n, sizeof *members.at, by_rank);
		for (size_t i = 0; i < members.n && err == ERR_OK; i++)
			err = set_group(picture, members.at[i].n, members.at[0].n, i);
	}
	free(members.at);
	return err;
}

/* Links are no members; what they join or part is. */
static enum err
spread(struct picture *picture, int64_t n, struct picture_list *nodes)
{
	struct ref refs[3];
	size_t count;
	enum err err = picture_list_add(nodes, n);

	if (err == ERR_OK)
		err = refs_of(picture, n, refs, &count);
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		int64_t current;

		err = current_of(picture, &refs[i].target, &current);
		if (err == ERR_OK && current)
			err = picture_list_add(nodes, current);
	}
	return err;
}

/* Nodes that could have lost company: everybody who stood in one incident with a node touched. */
static enum err
add_company(struct picture *picture, struct picture_list *nodes)
{
	struct picture_list groups = {0};
	enum err err = ERR_OK;

	picture_list_sort(nodes);
	for (size_t i = 0; i < nodes->count && err == ERR_OK; i++)
		err = each_n(picture, PICTURE_SQL_GROUP_OF, nodes->n[i], &groups);
	picture_list_sort(&groups);
	for (size_t i = 0; i < groups.count && err == ERR_OK; i++)
		if (groups.n[i])
			err = each_n(picture, PICTURE_SQL_MEMBERS, groups.n[i], nodes);
	picture_list_free(&groups);
	picture_list_sort(nodes);
	return err;
}

enum err
picture_settle(struct picture *picture)
{
	struct picture_list nodes = {0};
	struct picture_set seen = {0};
	enum err err = settle_statements(picture);

	picture_list_sort(&picture->loose);
	for (size_t i = 0; i < picture->loose.count && err == ERR_OK; i++) {
		arena_reset(picture->arena);
		err = spread(picture, picture->loose.n[i], &nodes);
	}
	if (err == ERR_OK)
		err = add_company(picture, &nodes);
	for (size_t i = 0; i < nodes.count && err == ERR_OK; i++)
		if (!picture_set_has(&seen, nodes.n[i]))
			err = settle_incident(picture, nodes.n[i], &seen);
	picture_list_free(&nodes);
	picture_set_free(&seen);
	return err;
}
