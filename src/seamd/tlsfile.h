#ifndef SEAM_SEAMD_TLSFILE_H
#define SEAM_SEAMD_TLSFILE_H

#include "base/err.h"
#include "base/span.h"

/*
 * The TLS keys of a station: HOME/tls/peer.key and peer.crt for its links, web.key and web.crt for
 * its page.  A P-256 key (SEC 2; PKCS#8 in PEM, without passphrase, mode 0600) and a certificate
 * that it signs itself (RFC 5280, PEM): the common name is the station's name, it holds from seven
 * days before it is made, since clocks differ, to ten years after.  Nobody believes a certificate;
 * a key is known by its pin, which stands in the key note that the party's root signs.
 *
 * They lie open since a gate must start without a person.  Whoever takes one can pretend to be the
 * end of a link or the page, and sign nothing.
 */
enum tlsfile { TLSFILE_PEER, TLSFILE_WEB, TLSFILE_COUNT };

enum { TLS_PIN_BYTES = 32 };

/* OpenSSL's EVP_PKEY and X509. */
struct evp_pkey_st;
struct x509_st;

/* SHA-256 of the certificate's SubjectPublicKeyInfo in DER (RFC 7469 section 2.4 pins the same). */
MUST_USE enum err tls_pin(const struct x509_st *certificate, unsigned char pin[TLS_PIN_BYTES]);

/* From when to when a certificate holds, real time; ERR_FORMAT when a date is none. */
MUST_USE enum err tls_dates(const struct x509_st *certificate, int64_t *from_ms, int64_t *until_ms);

/*
 * Makes a new key and certificate and puts both in the place of what is there.  `name` is the
 * station's; `hosts` are the names and addresses of the page, separated by blanks, for browsers
 * (subjectAltName); empty for a link.
 */
MUST_USE enum err tlsfile_make(const char *home, enum tlsfile which, const char *name,
			       struct span hosts, int64_t now_ms);

/*
 * Reads both; the caller frees them with EVP_PKEY_free() and X509_free().  ERR_NOT_FOUND when one
 * is missing, ERR_FORMAT when one is none, ERR_KEY when they do not belong together or the key is
 * no P-256 key, ERR_REFUSED when others may read the key.
 */
MUST_USE enum err tlsfile_read(const char *home, enum tlsfile which, struct evp_pkey_st **key,
			       struct x509_st **certificate);

/* What the certificate says, without looking at the key. */
struct tlsfile_look {
	unsigned char pin[TLS_PIN_BYTES];
	int64_t from_ms, until_ms;
};
MUST_USE enum err tlsfile_look(const char *home, enum tlsfile which, struct tlsfile_look *look);

/* HOME/tls/peer.key and so on. */
MUST_USE enum err tlsfile_path(const char *home, enum tlsfile which, bool is_key, char *path,
			       size_t size);

/*
 * The same under another name beside it ("peer.next"), until a key note that names it is in force;
 * then tlsfile_use_next() puts it in place.  ERR_NOT_FOUND when there is none.
 */
MUST_USE enum err tlsfile_make_next(const char *home, enum tlsfile which, const char *name,
				    struct span hosts, int64_t now_ms,
				    unsigned char pin[TLS_PIN_BYTES]);
MUST_USE enum err tlsfile_use_next(const char *home, enum tlsfile which);

#endif
