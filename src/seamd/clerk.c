/*
 * Promises heavy work for core, one request a life, behind its own wall: Argon2id of passphrases.
 * It sees no journal, no key and no network.
 */
#include "seamd/client.h"
#include "seamd/config.h"
#include "seamd/jail.h"
#include "seamd/role.h"

#include "base/sign.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 30000, PASS_MAX = 1024 };

static enum err
answer_hash(struct client *core, uint64_t id, struct span pass)
{
	char text[crypto_pwhash_STRBYTES];
	struct out *out = client_out(core);
	size_t begun;

	if (crypto_pwhash_str(text, pass.p ? pass.p : "", pass.n,
			      crypto_pwhash_OPSLIMIT_INTERACTIVE,
			      crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return ERR_NOMEM;
	begun = wire_begin(out, WIRE_PASS_HASH, id);
	out_sized(out, span_of(text));
	wire_end(out, begun);
	return client_flush(core);
}

static enum err
answer_test(struct client *core, uint64_t id, struct span pass, struct span hash)
{
	char text[crypto_pwhash_STRBYTES] = {0};
	struct out *out = client_out(core);
	bool is_good;
	size_t begun;

	is_good = span_copy(text, sizeof text, hash) &&
		  crypto_pwhash_str_verify(text, pass.p ? pass.p : "", pass.n) == 0;
	begun = wire_begin(out, WIRE_PASS_GOOD, id);
	out_flag(out, is_good);
	wire_end(out, begun);
	return client_flush(core);
}

static enum err
serve(struct client *core)
{
	struct wire_message message;
	struct cursor cursor;
	struct span pass;
	struct span hash = {NULL, 0};
	enum err err = client_wait(core, WAIT_MS, &message);

	if (err != ERR_OK)
		return err;
	cursor = cursor_over(message.payload);
	pass = cursor_span(&cursor, PASS_MAX);
	if (message.kind == WIRE_TEST_PASS)
		hash = cursor_span(&cursor, PASS_MAX);
	if (!cursor_is_done(&cursor) ||
	    (message.kind != WIRE_HASH_PASS && message.kind != WIRE_TEST_PASS))
		return ERR_FORMAT;
	if (message.kind == WIRE_HASH_PASS)
		return answer_hash(core, message.id, pass);
	return answer_test(core, message.id, pass, hash);
}

int
main(int argc, char **argv)
{
	static struct config config;
	char report[JAIL_REPORT_MAX];
	char why[CONFIG_WHY_MAX];
	struct client *core = NULL;
	enum err err;

	if (argc != 3 || strcmp(argv[1], "-H") != 0) {
		(void)fprintf(stderr, "seam-clerk is started by seamd, not by people\n");
		return 2;
	}
	err = config_read(argv[2], &config, why);
	if (err == ERR_OK)
		err = role_prepare();
	if (err == ERR_OK)
		err = client_over(ROLE_FD_CORE, &core);
	if (err == ERR_OK)
		err = jail_enter(JAIL_CLERK, &(struct jail_paths){{NULL}, {NULL}}, config.jail,
				 report);
	if (err == ERR_OK)
		err = serve(core);
	client_close(core);
	return err == ERR_OK ? ROLE_EXIT_OK : ROLE_EXIT_FAULT;
}
