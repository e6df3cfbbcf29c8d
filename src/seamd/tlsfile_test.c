/* TLS keys on disk: made sound, read back, and refused when they are not whole, not theirs alone to
 * read, or not of one another. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/hash.h"
#include "seamd/tlsfile.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW_MS INT64_C(1809389400000)
#define DAY_MS (INT64_C(24) * 3600 * 1000)

struct home {
	char dir[32];
	char key[FILE_PATH_MAX];
	char certificate[FILE_PATH_MAX];
};

static void
make_home(struct home *home)
{
	*home = (struct home){.dir = "/tmp/seam-tls-XXXXXX"};
	assert_non_null(mkdtemp(home->dir));
	assert_int_equal(tlsfile_path(home->dir, TLSFILE_PEER, true, home->key, sizeof home->key),
			 ERR_OK);
	assert_int_equal(tlsfile_path(home->dir, TLSFILE_PEER, false, home->certificate,
				      sizeof home->certificate),
			 ERR_OK);
}

static void
wipe_home(struct home *home)
{
	static const char *const names[] = {"tls/peer.key",      "tls/peer.crt",
					    "tls/web.key",       "tls/web.crt",
					    "tls/peer.next.key", "tls/peer.next.crt"};
	char path[FILE_PATH_MAX];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(file_path(path, sizeof path, home->dir, names[i]), ERR_OK);
		(void)unlink(path);
	}
	assert_int_equal(file_path(path, sizeof path, home->dir, "tls"), ERR_OK);
	(void)rmdir(path);
	assert_int_equal(rmdir(home->dir), 0);
}

static enum err
try_read(const struct home *home)
{
	EVP_PKEY *key;
	X509 *certificate;
	enum err err = tlsfile_read(home->dir, TLSFILE_PEER, &key, &certificate);

	assert_true((err == ERR_OK) == (key != NULL) && (key != NULL) == (certificate != NULL));
	EVP_PKEY_free(key);
	X509_free(certificate);
	return err;
}

/* The pin, computed another way: from the private key. */
static void
check_pin(const EVP_PKEY *key, const unsigned char pin[TLS_PIN_BYTES])
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	struct hash hash;

	assert_true(n > 0);
	hash = hash_of(span_make(der, (size_t)n));
	assert_memory_equal(hash.b, pin, TLS_PIN_BYTES);
	OPENSSL_free(der);
}

static void
made_is_read(void **state)
{
	struct tlsfile_look look;
	struct home home;
	struct stat status;
	EVP_PKEY *key;
	X509 *certificate;
	char name[64] = "";

	(void)state;
	make_home(&home);
	assert_int_equal(try_read(&home), ERR_NOT_FOUND);
	assert_int_equal(tlsfile_look(home.dir, TLSFILE_PEER, &look), ERR_NOT_FOUND);
	assert_int_equal(
	    tlsfile_make(home.dir, TLSFILE_PEER, "a/makhmour", (struct span){NULL, 0}, NOW_MS),
	    ERR_OK);
	assert_int_equal(tlsfile_read(home.dir, TLSFILE_PEER, &key, &certificate), ERR_OK);
	assert_int_equal(tlsfile_look(home.dir, TLSFILE_PEER, &look), ERR_OK);
	check_pin(key, look.pin);
	assert_int_equal(look.from_ms, NOW_MS - 7 * DAY_MS);
	assert_int_equal(look.until_ms, NOW_MS + 3653 * DAY_MS);
	assert_int_equal(X509_verify(certificate, key), 1);
	assert_true(X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
					      name, sizeof name) > 0);
	assert_string_equal(name, "a/makhmour");
	assert_int_equal(X509_check_ca(certificate), 0);
	assert_int_equal(X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0), 1);
	assert_int_equal(X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0), 1);
	assert_int_equal(stat(home.key, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	EVP_PKEY_free(key);
	X509_free(certificate);
	wipe_home(&home);
}

static void
hosts_of_the_page(void **state)
{
	struct home home;
	EVP_PKEY *key;
	X509 *certificate;

	(void)state;
	make_home(&home);
	assert_int_equal(tlsfile_make(home.dir, TLSFILE_WEB, "a/makhmour",
				      SPAN("localhost 127.0.0.1 ::1 seam.example x,DNS:evil y;z"),
				      NOW_MS),
			 ERR_OK);
	assert_int_equal(tlsfile_read(home.dir, TLSFILE_WEB, &key, &certificate), ERR_OK);
	assert_int_equal(X509_check_host(certificate, "seam.example", 0, 0, NULL), 1);
	assert_int_equal(X509_check_host(certificate, "localhost", 0, 0, NULL), 1);
	assert_int_equal(X509_check_ip_asc(certificate, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(certificate, "::1", 0), 1);
	assert_int_equal(X509_check_host(certificate, "evil", 0, 0, NULL), 0);
	assert_int_equal(X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0), 0);
	EVP_PKEY_free(key);
	X509_free(certificate);
	wipe_home(&home);
}

static void
two_keys_differ(void **state)
{
	struct tlsfile_look first;
	struct tlsfile_look second;
	struct home home;

	(void)state;
	make_home(&home);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    tlsfile_make(home.dir, TLSFILE_PEER, "a/x", (struct span){NULL, 0}, NOW_MS),
		    ERR_OK);
		assert_int_equal(tlsfile_look(home.dir, TLSFILE_PEER, i ? &second : &first),
				 ERR_OK);
		assert_int_equal(try_read(&home), ERR_OK);
	}
	assert_memory_not_equal(first.pin, second.pin, TLS_PIN_BYTES);
	wipe_home(&home);
}

static void
the_next_waits(void **state)
{
	unsigned char pin[TLS_PIN_BYTES];
	struct tlsfile_look look;
	struct home home;

	(void)state;
	make_home(&home);
	assert_int_equal(tlsfile_use_next(home.dir, TLSFILE_PEER), ERR_NOT_FOUND);
	assert_int_equal(
	    tlsfile_make(home.dir, TLSFILE_PEER, "a/x", (struct span){NULL, 0}, NOW_MS), ERR_OK);
	assert_int_equal(
	    tlsfile_make_next(home.dir, TLSFILE_PEER, "a/x", (struct span){NULL, 0}, NOW_MS, pin),
	    ERR_OK);
	assert_int_equal(tlsfile_look(home.dir, TLSFILE_PEER, &look), ERR_OK);
	assert_memory_not_equal(look.pin, pin, TLS_PIN_BYTES);
	assert_int_equal(tlsfile_use_next(home.dir, TLSFILE_PEER), ERR_OK);
	assert_int_equal(tlsfile_look(home.dir, TLSFILE_PEER, &look), ERR_OK);
	assert_memory_equal(look.pin, pin, TLS_PIN_BYTES);
	assert_int_equal(try_read(&home), ERR_OK);
	assert_int_equal(tlsfile_use_next(home.dir, TLSFILE_PEER), ERR_NOT_FOUND);
	wipe_home(&home);
}

static void
write_key(const char *path, EVP_PKEY *key, const EVP_CIPHER *cipher)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes;
	long n;

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, "pass", 4, NULL, NULL), 1);
	n = BIO_get_mem_data(bio, &bytes);
	assert_int_equal(file_write(path, span_make(bytes, (size_t)n), 0600), ERR_OK);
	BIO_free(bio);
	EVP_PKEY_free(key);
}

static void
what_is_not_whole_is_refused(void **state)
{
	struct home home;
	EVP_PKEY *key;
	X509 *certificate;

	(void)state;
	make_home(&home);
	assert_int_equal(
	    tlsfile_make(home.dir, TLSFILE_PEER, "a/x", (struct span){NULL, 0}, NOW_MS), ERR_OK);
	assert_int_equal(chmod(home.key, 0640), 0);
	assert_int_equal(try_read(&home), ERR_REFUSED);
	assert_int_equal(chmod(home.key, 0600), 0);
	assert_int_equal(try_read(&home), ERR_OK);

	/* Its own key, closed with a passphrase: nobody is asked. */
	assert_int_equal(tlsfile_read(home.dir, TLSFILE_PEER, &key, &certificate), ERR_OK);
	X509_free(certificate);
	write_key(home.key, key, EVP_aes_128_cbc());
	assert_int_equal(try_read(&home), ERR_FORMAT);

	write_key(home.key, EVP_EC_gen("P-256"), NULL);
	assert_int_equal(try_read(&home), ERR_KEY);
	write_key(home.key, EVP_EC_gen("P-384"), NULL);
	assert_int_equal(try_read(&home), ERR_KEY);
	write_key(home.key, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL);
	assert_int_equal(try_read(&home), ERR_KEY);
	assert_int_equal(file_write(home.key, SPAN(""), 0600), ERR_OK);
	assert_int_equal(try_read(&home), ERR_FORMAT);
	assert_int_equal(unlink(home.key), 0);
	assert_int_equal(try_read(&home), ERR_NOT_FOUND);
	assert_int_equal(file_write(home.certificate,
				    SPAN("-----BEGIN CERTIFICATE-----\nAA==\n"
					 "-----END CERTIFICATE-----\n"),
				    0600),
			 ERR_OK);
	assert_int_equal(try_read(&home), ERR_FORMAT);
	wipe_home(&home);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(made_is_read),
	    cmocka_unit_test(hosts_of_the_page),
	    cmocka_unit_test(two_keys_differ),
	    cmocka_unit_test(the_next_waits),
	    cmocka_unit_test(what_is_not_whole_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
