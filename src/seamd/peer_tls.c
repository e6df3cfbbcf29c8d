/*
 * Promises that nobody is let in, and nobody is believed to have been reached, but who holds the
 * one key that was pinned. Certificates are looked at for their key and their dates alone.
 */
#include "seamd/peer_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

enum { CHAIN_MAX_BYTES = 8192 };

/* As on the wire: each name behind its length. */
static const unsigned char link_alone[] = "\x0bseam-link/1";
static const unsigned char offers[] = "\x0bseam-link/1\x08http/1.1";

static enum link_cause
judge_dates(const struct peer_check *check, int64_t now_ms)
{
	if (now_ms >= check->until_ms)
		return LINK_CAUSE_CERTIFICATE;
	return now_ms < check->from_ms ? LINK_CAUSE_CLOCK : LINK_CAUSE_UP;
}

static enum link_cause
judge(struct peer_check *check, const X509 *certificate)
{
	unsigned char pin[TLS_PIN_BYTES];

	if (!certificate || tls_pin(certificate, pin) != ERR_OK ||
	    CRYPTO_memcmp(pin, check->pin, sizeof pin) != 0)
		return LINK_CAUSE_KEY;
	if (tls_dates(certificate, &check->from_ms, &check->until_ms) != ERR_OK)
		return LINK_CAUSE_CERTIFICATE;
	return judge_dates(check, check->now_ms);
}

/* The reason decides which alert the other end is sent; see doc/link.md. */
static int
reason_for(enum link_cause cause)
{
	if (cause == LINK_CAUSE_CERTIFICATE)
		return X509_V_ERR_CERT_HAS_EXPIRED;
	if (cause == LINK_CAUSE_CLOCK)
		return X509_V_ERR_CERT_NOT_YET_VALID;
	return X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
}

static int
on_certificate(X509_STORE_CTX *store, void *cookie)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct peer_check *check = SSL_get_app_data(ssl);

	(void)cookie;
	check->cause = judge(check, X509_STORE_CTX_get0_cert(store));
	if (check->cause == LINK_CAUSE_UP)
		return 1;
	X509_STORE_CTX_set_error(store, reason_for(check->cause));
	return 0;
}

static int
choose_alpn(SSL *ssl, const unsigned char **chosen, unsigned char *n, const unsigned char *asked,
	    unsigned asked_n, void *cookie)
{
	unsigned char *found;

	(void)ssl;
	(void)cookie;
	if (SSL_select_next_proto(&found, n, offers, sizeof offers - 1, asked, asked_n) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*chosen = found;
	return SSL_TLSEXT_ERR_OK;
}

static bool
set_rules(SSL_CTX *context)
{
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(context, on_certificate, NULL);
	SSL_CTX_set_alpn_select_cb(context, choose_alpn, NULL);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_max_cert_list(context, CHAIN_MAX_BYTES);
	return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
	       SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
	       SSL_CTX_set_num_tickets(context, 0) == 1 &&
	       SSL_CTX_set1_sigalgs_list(context, "ecdsa_secp256r1_sha256") == 1 &&
	       SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1;
}

enum err
peer_tls_new(EVP_PKEY *key, X509 *certificate, SSL_CTX **context)
{
	SSL_CTX *made = SSL_CTX_new(TLS_method());
	enum err err = ERR_OK;

	*context = NULL;
	if (!made)
		return ERR_NOMEM;
	if (!set_rules(made))
		err = ERR_INTERNAL;
	else if (SSL_CTX_use_certificate(made, certificate) != 1 ||
		 SSL_CTX_use_PrivateKey(made, key) != 1)
		err = ERR_KEY;
	ERR_clear_error();
	if (err == ERR_OK)
		*context = made;
	else
		SSL_CTX_free(made);
	return err;
}

void
peer_tls_free(SSL_CTX *context)
{
	SSL_CTX_free(context);
}

SSL *
peer_tls_open(SSL_CTX *context, bool is_ours, struct peer_check *check)
{
	SSL *ssl = SSL_new(context);

	if (!ssl)
		return NULL;
	check->cause = LINK_CAUSE_STARTING;
	SSL_set_app_data(ssl, check);
	/* SSL_set_alpn_protos() returns 0 when it is done */
	if (is_ours && SSL_set_alpn_protos(ssl, link_alone, sizeof link_alone - 1) != 0) {
		SSL_free(ssl);
		return NULL;
	}
	return ssl;
}

bool
peer_tls_is_link(const SSL *ssl)
{
	const unsigned char *chosen;
	unsigned n;

	SSL_get0_alpn_selected(ssl, &chosen, &n);
	return span_is(span_make(chosen, n), PEER_ALPN_LINK);
}

/* ---- why it failed ---- */

/* Alerts by which the other end says what it has against us. */
static const struct {
	int alert;
	enum link_cause cause;
	const char *text;
} alerts[] = {
    {SSL_AD_UNKNOWN_CA, LINK_CAUSE_TURNED_AWAY, "it knows another TLS key of this station"},
    {SSL_AD_CERTIFICATE_EXPIRED, LINK_CAUSE_TURNED_AWAY,
     "to its clock, this station's certificate has run out"},
    {SSL_AD_BAD_CERTIFICATE, LINK_CAUSE_TURNED_AWAY,
     "to its clock, this station's certificate is not valid yet"},
    {SSL_AD_NO_APPLICATION_PROTOCOL, LINK_CAUSE_TLS, "it is no station's link: ALPN"},
    {SSL_AD_PROTOCOL_VERSION, LINK_CAUSE_TLS, "it speaks another version of TLS"},
};

static const struct {
	enum link_cause cause;
	const char *text;
} shown[] = {
    {LINK_CAUSE_KEY, "its certificate shows another key"},
    {LINK_CAUSE_CERTIFICATE, "to this clock, its certificate has run out"},
    {LINK_CAUSE_CLOCK, "to this clock, its certificate is not valid yet"},
};

static const char *
say_shown(enum link_cause cause)
{
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		if (shown[i].cause == cause)
			return shown[i].text;
	return NULL;
}

enum link_cause
peer_tls_at(const struct peer_check *check, int64_t now_ms, const char **text)
{
	enum link_cause cause = judge_dates(check, now_ms);

	*text = say_shown(cause);
	return cause;
}

static enum link_cause
cause_of_alert(int alert, const char **text)
{
	for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
		if (alerts[i].alert == alert) {
			*text = alerts[i].text;
			return alerts[i].cause;
		}
	*text = SSL_alert_desc_string_long(alert);
	return LINK_CAUSE_TLS;
}

enum link_cause
peer_tls_cause(const struct peer_check *check, unsigned long error, const char **text)
{
	int reason = ERR_GET_REASON(error);

	*text = say_shown(check->cause);
	if (*text)
		return check->cause;
	if (ERR_SYSTEM_ERROR(error) && reason == ETIMEDOUT) {
		*text = "";
		return LINK_CAUSE_TIMEOUT;
	}
	if (error == 0 || ERR_SYSTEM_ERROR(error) || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
		*text = "it closed the connection before the first line";
		return LINK_CAUSE_TURNED_AWAY;
	}
	if (reason > SSL_AD_REASON_OFFSET)
		return cause_of_alert(reason - SSL_AD_REASON_OFFSET, text);
	*text = ERR_reason_error_string(error);
	if (!*text)
		*text = "the handshake failed";
	return LINK_CAUSE_TLS;
}
