/*
 * Promises keys and certificates that are whole on disk, for their owner alone to read, and refused
 * when they are not.  It opens no connection and believes no certificate.
 */
#define _GNU_SOURCE
#include "seamd/tlsfile.h"

#include "base/file.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
	PEM_MAX = 16384,
	SERIAL_BYTES = 16,
	HOSTS_TEXT = 1024,
	EARLY_S = 7 * 24 * 3600,
	LIFE_DAYS = 3653 /* ten years, leap days included */
};

static const char *const names[TLSFILE_COUNT] = {[TLSFILE_PEER] = "peer", [TLSFILE_WEB] = "web"};

/* Where a key and its certificate lie. */
struct place {
	char key[FILE_PATH_MAX];
	char certificate[FILE_PATH_MAX];
};

static enum err
path_of(const char *home, enum tlsfile which, const char *more, const char *ending, char *path,
	size_t size)
{
	char name[32];
	int n = snprintf(name, sizeof name, "tls/%s%s.%s",
			 (unsigned)which < TLSFILE_COUNT ? names[which] : "", more, ending);

	return n > 0 && (size_t)n < sizeof name ? file_path(path, size, home, name) : ERR_LIMIT;
}

static enum err
place_of(const char *home, enum tlsfile which, const char *more, struct place *place)
{
	enum err err = path_of(home, which, more, "key", place->key, sizeof place->key);

	return err == ERR_OK ? path_of(home, which, more, "crt", place->certificate,
				       sizeof place->certificate)
			     : err;
}

enum err
tlsfile_path(const char *home, enum tlsfile which, bool is_key, char *path, size_t size)
{
	return path_of(home, which, "", is_key ? "key" : "crt", path, size);
}

/* OpenSSL keeps its reasons in a queue; here only that it failed counts. */
static enum err
fail(enum err err)
{
	ERR_clear_error();
	return err;
}

enum err
tls_pin(const X509 *certificate, unsigned char pin[TLS_PIN_BYTES])
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
	bool is_made = n > 0 && EVP_Digest(der, (size_t)n, pin, NULL, EVP_sha256(), NULL) == 1;

	OPENSSL_free(der);
	if (is_made)
		return ERR_OK;
	memset(pin, 0, TLS_PIN_BYTES);
	return fail(ERR_FORMAT);
}

static bool
read_time(const ASN1_TIME *time, int64_t *at_ms)
{
	struct tm date;
	time_t at;

	if (ASN1_TIME_to_tm(time, &date) != 1 || (at = timegm(&date)) == (time_t)-1)
		return false;
	*at_ms = (int64_t)at * 1000;
	return true;
}

enum err
tls_dates(const X509 *certificate, int64_t *from_ms, int64_t *until_ms)
{
	if (read_time(X509_get0_notBefore(certificate), from_ms) &&
	    read_time(X509_get0_notAfter(certificate), until_ms))
		return ERR_OK;
	*from_ms = *until_ms = 0;
	return fail(ERR_FORMAT);
}

/* ---- making ---- */

static bool
add_extension(X509 *certificate, int nid, const char *text)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool is_added;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, text);
	is_added = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return is_added;
}

static bool
is_address(struct span host)
{
	char text[64];
	ASN1_OCTET_STRING *address =
	    span_copy(text, sizeof text, host) ? a2i_IPADDRESS(text) : NULL;

	ASN1_OCTET_STRING_free(address);
	ERR_clear_error();
	return address != NULL;
}

static bool
is_host(struct span host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-",
			    host.p[i]) ||
		    host.p[i] == '\0')
			return false;
	return host.n > 0;
}

/* "DNS:name,IP:address"; what is neither is left out, since it could be read as more names. */
static bool
add_hosts(X509 *certificate, struct span hosts)
{
	struct out text = out_new(HOSTS_TEXT);
	struct span host;
	bool is_added;

	while (span_split(&hosts, ' ', &host))
		if (is_address(host) || is_host(host))
			out_format(&text, "%s%s:%.*s", text.n ? "," : "",
				   is_address(host) ? "IP" : "DNS", (int)host.n, host.p);
	is_added = out_err(&text) == ERR_OK &&
		   (text.n == 0 || add_extension(certificate, NID_subject_alt_name, text.p));
	out_free(&text);
	return is_added;
}

static bool
set_serial(X509 *certificate)
{
	unsigned char bytes[SERIAL_BYTES];
	BIGNUM *number;
	bool is_set;

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	bytes[0] = (bytes[0] & 0x7f) | 0x40; /* positive, and of full length */
	number = BN_bin2bn(bytes, sizeof bytes, NULL);
	is_set = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
	BN_free(number);
	return is_set;
}

static bool
set_times(X509 *certificate, int64_t now_ms)
{
	time_t now = (time_t)(now_ms / 1000);

	return X509_time_adj_ex(X509_getm_notBefore(certificate), 0, -(long)EARLY_S, &now) &&
	       X509_time_adj_ex(X509_getm_notAfter(certificate), LIFE_DAYS, 0, &now);
}

static bool
set_name(X509 *certificate, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(certificate);

	return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
					  (const unsigned char *)name, -1, -1, 0) == 1 &&
	       X509_set_issuer_name(certificate, subject) == 1;
}

static bool
fill(X509 *certificate, EVP_PKEY *key, enum tlsfile which, const char *name, struct span hosts,
     int64_t now_ms)
{
	const char *use = which == TLSFILE_PEER ? "serverAuth,clientAuth" : "serverAuth";

	return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
	       set_times(certificate, now_ms) && set_name(certificate, name) &&
	       X509_set_pubkey(certificate, key) == 1 &&
	       add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(certificate, NID_ext_key_usage, use) &&
	       add_hosts(certificate, hosts) && X509_sign(certificate, key, EVP_sha256()) > 0;
}

/* The bytes of a BIO in memory, wiped after they are written. */
static enum err
write_bio(BIO *bio, const char *path)
{
	char *bytes = NULL;
	long n = BIO_get_mem_data(bio, &bytes);
	enum err err =
	    n > 0 ? file_write(path, span_make(bytes, (size_t)n), 0600) : fail(ERR_NOMEM);

	if (n > 0)
		OPENSSL_cleanse(bytes, (size_t)n);
	return err;
}

/* The key last: a certificate without its key is refused, and never the other's. */
static enum err
write_both(const struct place *place, EVP_PKEY *key, X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	enum err err = ERR_NOMEM;

	if (bio && PEM_write_bio_X509(bio, certificate) == 1)
		err = write_bio(bio, place->certificate);
	if (err == ERR_OK && (BIO_reset(bio) != 1 ||
			      PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1))
		err = ERR_NOMEM;
	if (err == ERR_OK)
		err = write_bio(bio, place->key);
	BIO_free(bio);
	return err == ERR_OK ? ERR_OK : fail(err);
}

static enum err
make(const char *home, enum tlsfile which, const char *more, const char *name, struct span hosts,
     int64_t now_ms, unsigned char pin[TLS_PIN_BYTES])
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	struct place place;
	char folder[FILE_PATH_MAX];
	enum err err = key && certificate ? place_of(home, which, more, &place) : ERR_NOMEM;

	if (err == ERR_OK && !fill(certificate, key, which, name, hosts, now_ms))
		err = ERR_SYSTEM;
	if (err == ERR_OK)
		err = tls_pin(certificate, pin);
	if (err == ERR_OK)
		err = file_path(folder, sizeof folder, home, "tls");
	if (err == ERR_OK)
		err = file_make_dirs(folder, 0700);
	if (err == ERR_OK)
		err = write_both(&place, key, certificate);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return err == ERR_OK ? ERR_OK : fail(err);
}

enum err
tlsfile_make(const char *home, enum tlsfile which, const char *name, struct span hosts,
	     int64_t now_ms)
{
	unsigned char pin[TLS_PIN_BYTES];

	return make(home, which, "", name, hosts, now_ms, pin);
}

enum err
tlsfile_make_next(const char *home, enum tlsfile which, const char *name, struct span hosts,
		  int64_t now_ms, unsigned char pin[TLS_PIN_BYTES])
{
	return make(home, which, ".next", name, hosts, now_ms, pin);
}

enum err
tlsfile_use_next(const char *home, enum tlsfile which)
{
	struct place next;
	struct place place;
	enum err err = place_of(home, which, ".next", &next);

	if (err == ERR_OK)
		err = place_of(home, which, "", &place);
	if (err == ERR_OK && (!file_is_there(next.key) || !file_is_there(next.certificate)))
		err = ERR_NOT_FOUND;
	if (err == ERR_OK &&
	    (rename(next.key, place.key) != 0 || rename(next.certificate, place.certificate) != 0))
		err = ERR_IO;
	return err;
}

/* ---- reading ---- */

static enum err
open_bio(const char *path, BIO **bio)
{
	struct out text = out_new(PEM_MAX);
	enum err err = file_read(path, &text);

	*bio = err == ERR_OK ? BIO_new(BIO_s_secmem()) : NULL;
	if (err == ERR_OK && (!*bio || BIO_write(*bio, text.p ? text.p : "", (int)text.n) < 0))
		err = fail(ERR_NOMEM);
	if (text.p)
		OPENSSL_cleanse(text.p, text.size);
	out_free(&text);
	return err;
}

static enum err
read_certificate(const char *path, X509 **certificate)
{
	BIO *bio = NULL;
	enum err err = open_bio(path, &bio);

	*certificate = err == ERR_OK ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	if (err == ERR_OK && !*certificate)
		err = fail(ERR_FORMAT);
	BIO_free(bio);
	return err;
}

/* A key that asks for a passphrase would ask on the terminal: it is refused. */
static int
no_passphrase(char *buffer, int size, int is_writing, void *context)
{
	(void)buffer;
	(void)size;
	(void)is_writing;
	(void)context;
	return -1;
}

static enum err
read_key(const char *path, EVP_PKEY **key)
{
	BIO *bio = NULL;
	char *bytes;
	long n;
	enum err err = open_bio(path, &bio);

	*key = err == ERR_OK ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
	if (err == ERR_OK && !*key)
		err = fail(ERR_FORMAT);
	if (bio && (n = BIO_get_mem_data(bio, &bytes)) > 0)
		OPENSSL_cleanse(bytes, (size_t)n);
	BIO_free(bio);
	return err;
}

static bool
is_p256(const EVP_PKEY *key)
{
	char group[32];
	size_t n;

	return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
	       EVP_PKEY_get_group_name(key, group, sizeof group, &n) == 1 &&
	       strcmp(group, SN_X9_62_prime256v1) == 0;
}

static bool
is_private(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && (status.st_mode & 077) == 0;
}

enum err
tlsfile_read(const char *home, enum tlsfile which, EVP_PKEY **key, X509 **certificate)
{
	struct place place;
	enum err err = place_of(home, which, "", &place);

	*key = NULL;
	*certificate = NULL;
	if (err == ERR_OK)
		err = read_certificate(place.certificate, certificate);
	if (err == ERR_OK)
		err = read_key(place.key, key);
	if (err == ERR_OK && !is_private(place.key))
		err = ERR_REFUSED;
	if (err == ERR_OK && (!is_p256(*key) || X509_check_private_key(*certificate, *key) != 1))
		err = fail(ERR_KEY);
	if (err == ERR_OK)
		return ERR_OK;
	X509_free(*certificate);
	EVP_PKEY_free(*key);
	*key = NULL;
	*certificate = NULL;
	return err;
}

enum err
tlsfile_look(const char *home, enum tlsfile which, struct tlsfile_look *look)
{
	struct place place;
	X509 *certificate = NULL;
	enum err err = place_of(home, which, "", &place);

	memset(look, 0, sizeof *look);
	if (err == ERR_OK)
		err = read_certificate(place.certificate, &certificate);
	if (err == ERR_OK)
		err = tls_pin(certificate, look->pin);
	if (err == ERR_OK)
		err = tls_dates(certificate, &look->from_ms, &look->until_ms);
	X509_free(certificate);
	return err;
}
