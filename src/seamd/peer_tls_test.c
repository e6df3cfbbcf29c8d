/* Two ends of a link in one process, over memory: who holds the pinned key is let in at the right
 * time, nobody else is, and each end says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "seamd/peer_tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

enum { TURNS = 20 };

/* The certificates of this test hold from FROM_S to UNTIL_S. */
#define FROM_S  1700000000
#define UNTIL_S 1800000000

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
	SSL_CTX *context;
	unsigned char pin[TLS_PIN_BYTES];
};

enum who { NOBODY, OWN, FRIEND, STRANGER, WHO_COUNT };

static struct identity ids[WHO_COUNT];

static void
make_identity(struct identity *id)
{
	X509 *made = X509_new();

	id->key = EVP_EC_gen("P-256");
	assert_non_null(id->key);
	assert_int_equal(X509_set_version(made, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(made), 1), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(made), FROM_S));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(made), UNTIL_S));
	assert_int_equal(X509_set_pubkey(made, id->key), 1);
	assert_true(X509_sign(made, id->key, EVP_sha256()) > 0);
	id->certificate = made;
	assert_int_equal(tls_pin(made, id->pin), ERR_OK);
	assert_int_equal(peer_tls_new(id->key, made, &id->context), ERR_OK);
}

static int
set_up(void **state)
{
	(void)state;
	for (enum who who = OWN; who < WHO_COUNT; who++)
		make_identity(&ids[who]);
	/* one that has no certificate to show */
	ids[NOBODY].context = SSL_CTX_new(TLS_method());
	return ids[NOBODY].context ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	for (enum who who = NOBODY; who < WHO_COUNT; who++) {
		peer_tls_free(ids[who].context);
		X509_free(ids[who].certificate);
		EVP_PKEY_free(ids[who].key);
	}
	return 0;
}

/* ---- both ends ---- */

struct end {
	SSL *ssl;
	struct peer_check check;
	bool is_done, has_failed;
	unsigned long error;
};

static void
open_end(struct end *end, enum who who, enum who expected, int64_t now_s, bool is_ours)
{
	memset(end, 0, sizeof *end);
	memcpy(end->check.pin, ids[expected].pin, sizeof end->check.pin);
	end->check.now_ms = now_s * 1000;
	end->ssl = peer_tls_open(ids[who].context, is_ours, &end->check);
	assert_non_null(end->ssl);
	if (is_ours)
		SSL_set_connect_state(end->ssl);
	else
		SSL_set_accept_state(end->ssl);
}

static void
join(struct end *one, struct end *other)
{
	BIO *a;
	BIO *b;

	assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
	SSL_set_bio(one->ssl, a, a);
	SSL_set_bio(other->ssl, b, b);
}

static void
move(struct end *end)
{
	char byte;
	int answer;

	if (end->has_failed)
		return;
	ERR_clear_error();
	answer = end->is_done ? SSL_read(end->ssl, &byte, 1) : SSL_do_handshake(end->ssl);
	if (answer == 1) {
		end->is_done = true;
		return;
	}
	answer = SSL_get_error(end->ssl, answer);
	end->has_failed = answer != SSL_ERROR_WANT_READ && answer != SSL_ERROR_WANT_WRITE;
	end->error = end->has_failed ? ERR_peek_error() : 0;
}

static void
shake(struct end *one, struct end *other)
{
	join(one, other);
	for (int turn = 0; turn < TURNS; turn++) {
		move(one);
		move(other);
	}
}

static void
close_ends(struct end *one, struct end *other)
{
	SSL_free(one->ssl);
	SSL_free(other->ssl);
	ERR_clear_error();
}

/* Who dials whom and what each says of it: UP, or the cause. */
/* clang-format off */
static const struct {
	const char *name;
	enum who dials, expects_us;    /* who dials, and whom the listening end expects */
	enum who listens, expects_it;  /* the same the other way round */
	int64_t dials_s, listens_s;    /* the clocks */
	enum link_cause to_dialler, to_listener;
} rows[] = {
	{"both are right", FRIEND, FRIEND, OWN, OWN, FROM_S + 9, UNTIL_S - 9,
	    LINK_CAUSE_UP, LINK_CAUSE_UP},
	{"a stranger dials", STRANGER, FRIEND, OWN, OWN, FROM_S + 9, FROM_S + 9,
	    LINK_CAUSE_TURNED_AWAY, LINK_CAUSE_KEY},
	{"a stranger is reached", FRIEND, FRIEND, STRANGER, OWN, FROM_S + 9, FROM_S + 9,
	    LINK_CAUSE_KEY, LINK_CAUSE_TURNED_AWAY},
	{"it dials itself", OWN, FRIEND, OWN, FRIEND, FROM_S + 9, FROM_S + 9,
	    LINK_CAUSE_KEY, LINK_CAUSE_TURNED_AWAY},
	{"the listening clock is behind", FRIEND, FRIEND, OWN, OWN, FROM_S + 9, FROM_S - 9,
	    LINK_CAUSE_TURNED_AWAY, LINK_CAUSE_CLOCK},
	{"the dialling clock is behind", FRIEND, FRIEND, OWN, OWN, FROM_S - 9, FROM_S + 9,
	    LINK_CAUSE_CLOCK, LINK_CAUSE_TURNED_AWAY},
	{"the listening end finds it run out", FRIEND, FRIEND, OWN, OWN, FROM_S + 9, UNTIL_S + 9,
	    LINK_CAUSE_TURNED_AWAY, LINK_CAUSE_CERTIFICATE},
	{"the dialling end finds it run out", FRIEND, FRIEND, OWN, OWN, UNTIL_S + 9, FROM_S + 9,
	    LINK_CAUSE_CERTIFICATE, LINK_CAUSE_TURNED_AWAY},
	{"a stranger's certificate that has run out is a stranger's", STRANGER, FRIEND, OWN, OWN,
	    FROM_S + 9, UNTIL_S + 9, LINK_CAUSE_TURNED_AWAY, LINK_CAUSE_KEY},
};
/* clang-format on */

static enum link_cause
cause_at(const struct end *end)
{
	const char *text = "";

	if (end->is_done && !end->has_failed)
		return end->check.cause;
	return peer_tls_cause(&end->check, end->error, &text);
}

static void
each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct end dialler;
		struct end listener;

		open_end(&dialler, rows[i].dials, rows[i].expects_it, rows[i].dials_s, true);
		open_end(&listener, rows[i].listens, rows[i].expects_us, rows[i].listens_s, false);
		shake(&dialler, &listener);
		if (cause_at(&listener) != rows[i].to_listener)
			fail_msg("%s: to the listening end %s", rows[i].name,
				 link_cause_code(cause_at(&listener)));
		if (cause_at(&dialler) != rows[i].to_dialler)
			fail_msg("%s: to the dialling end %s", rows[i].name,
				 link_cause_code(cause_at(&dialler)));
		close_ends(&dialler, &listener);
	}
}

/* What both agreed on: TLS 1.3, the lines of a link, nothing that could be resumed. */
static void
the_terms_of_a_link(void **state)
{
	struct end dialler;
	struct end listener;

	(void)state;
	open_end(&dialler, FRIEND, OWN, FROM_S + 9, true);
	open_end(&listener, OWN, FRIEND, FROM_S + 9, false);
	shake(&dialler, &listener);
	assert_int_equal(SSL_version(dialler.ssl), TLS1_3_VERSION);
	assert_true(peer_tls_is_link(dialler.ssl));
	assert_true(peer_tls_is_link(listener.ssl));
	assert_int_equal(SSL_SESSION_has_ticket(SSL_get0_session(dialler.ssl)), 0);
	assert_int_equal(SSL_SESSION_is_resumable(SSL_get0_session(dialler.ssl)), 0);
	close_ends(&dialler, &listener);
}

/* The other end is plain OpenSSL: with no certificate, an older version, another protocol, or none.
 */
/* clang-format off */
static const struct {
	const char *name;
	bool dials;       /* the plain end */
	bool has_key;
	int version;
	const char *alpn; /* as on the wire */
	bool is_let_in, is_link;
} plain[] = {
	{"no certificate",             true,  false, TLS1_3_VERSION, "\x0bseam-link/1",         false, false},
	{"a friend over TLS 1.2",      true,  true,  TLS1_2_VERSION, "\x0bseam-link/1",         false, false},
	{"a friend with another ALPN", true,  true,  TLS1_3_VERSION, "\x02h2",                  false, false},
	{"a friend",                   true,  true,  TLS1_3_VERSION, "\x0bseam-link/1",         true,  true},
	{"a friend who prefers HTTP",  true,  true,  TLS1_3_VERSION, "\x08http/1.1\x0bseam-link/1", true, true},
	{"a friend with HTTP",         true,  true,  TLS1_3_VERSION, "\x08http/1.1",            true,  false},
	{"a friend without ALPN",      true,  true,  TLS1_3_VERSION, "",                        true,  false},
	{"a friend is reached over TLS 1.2", false, true, TLS1_2_VERSION, "",                   false, false},
	{"a friend is reached without ALPN", false, true, TLS1_3_VERSION, "",                   true,  false},
};
/* clang-format on */

static void
open_plain(struct end *end, size_t row)
{
	SSL_CTX *context = ids[NOBODY].context;

	memset(end, 0, sizeof *end);
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	end->ssl = SSL_new(context);
	assert_non_null(end->ssl);
	assert_int_equal(SSL_set_max_proto_version(end->ssl, plain[row].version), 1);
	if (plain[row].has_key) {
		assert_int_equal(SSL_use_certificate(end->ssl, ids[FRIEND].certificate), 1);
		assert_int_equal(SSL_use_PrivateKey(end->ssl, ids[FRIEND].key), 1);
	}
	if (plain[row].alpn[0])
		assert_int_equal(SSL_set_alpn_protos(end->ssl,
						     (const unsigned char *)plain[row].alpn,
						     (unsigned)strlen(plain[row].alpn)),
				 0);
	if (plain[row].dials)
		SSL_set_connect_state(end->ssl);
	else
		SSL_set_accept_state(end->ssl);
}

static void
each_plain_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		struct end ours;
		struct end other;

		open_plain(&other, i);
		open_end(&ours, OWN, FRIEND, FROM_S + 9, !plain[i].dials);
		shake(&ours, &other);
		if ((ours.is_done && !ours.has_failed) != plain[i].is_let_in)
			fail_msg("%s: let in %d", plain[i].name, ours.is_done);
		if (plain[i].is_let_in && ours.check.cause != LINK_CAUSE_UP)
			fail_msg("%s: its key was not looked at", plain[i].name);
		if (plain[i].is_let_in && peer_tls_is_link(ours.ssl) != plain[i].is_link)
			fail_msg("%s: another protocol", plain[i].name);
		close_ends(&ours, &other);
	}
}

/* No error, whichever it is, means that all is well, and each has words. */
static void
no_error_is_good(void **state)
{
	static const unsigned long errors[] = {
	    0,
	    1,
	    5,
	    ERR_PACK(ERR_LIB_SSL, 0, SSL_R_UNEXPECTED_EOF_WHILE_READING),
	    ERR_PACK(ERR_LIB_SYS, 0, 104),
	    ERR_PACK(ERR_LIB_SYS, 0, 110)};
	struct peer_check check = {.cause = LINK_CAUSE_UP};
	const char *text;

	(void)state;
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		text = NULL;
		assert_int_not_equal(peer_tls_cause(&check, errors[i], &text), LINK_CAUSE_UP);
		assert_non_null(text);
	}
	for (int alert = 0; alert < 256; alert++) {
		text = NULL;
		assert_int_not_equal(
		    peer_tls_cause(&check, ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + alert),
				   &text),
		    LINK_CAUSE_UP);
		assert_non_null(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_row),
	    cmocka_unit_test(the_terms_of_a_link),
	    cmocka_unit_test(each_plain_end),
	    cmocka_unit_test(no_error_is_good),
	};

	return cmocka_run_group_tests_name("seamd/peer_tls", tests, set_up, tear_down);
}
