/*
 * Promises TLS 1.2 or newer with ciphers that keep past traffic secret, under the page's own key,
 * which is none of the links'.  Browsers show no certificate; who somebody is follows from the
 * session.
 */
#include "seamd/web_inside.h"

#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

/* As on the wire: a name behind its length. */
static const unsigned char http11[] = "\x08http/1.1";

static int
choose_alpn(SSL *ssl, const unsigned char **chosen, unsigned char *n, const unsigned char *asked,
	    unsigned asked_n, void *cookie)
{
	unsigned char *found;

	(void)ssl;
	(void)cookie;
	if (SSL_select_next_proto(&found, n, http11, sizeof http11 - 1, asked, asked_n) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*chosen = found;
	return SSL_TLSEXT_ERR_OK;
}

/* RFC 9325 section 4.2: with TLS 1.2 only ECDHE and AEAD. */
static bool
set_rules(SSL_CTX *tls)
{
	SSL_CTX_set_alpn_select_cb(tls, choose_alpn, NULL);
	(void)SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_options(tls, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
					   SSL_OP_NO_RENEGOTIATION |
					   SSL_OP_CIPHER_SERVER_PREFERENCE);
	(void)SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
	return SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_num_tickets(tls, 0) == 1 &&
	       SSL_CTX_set_cipher_list(tls, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
	       SSL_CTX_set1_groups_list(tls, "X25519:P-256") == 1;
}

static const char *
why_unread(enum err err)
{
	switch ((int)err) {
	case ERR_NOT_FOUND:
		return "the page is to be shown beyond this machine and has no TLS key: "
		       "tls/web.key and tls/web.crt are missing in the home";
	case ERR_KEY:
		return "tls/web.key and tls/web.crt do not belong together";
	case ERR_REFUSED:
		return "tls/web.key can be read by others: chmod 600";
	case ERR_FORMAT:
		return "tls/web.key or tls/web.crt is not in its form (PEM)";
	default:
		return "tls/web.key or tls/web.crt cannot be read";
	}
}

enum err
web_tls_open(const char *home, SSL_CTX **tls, unsigned char pin[TLS_PIN_BYTES], const char **why)
{
	EVP_PKEY *key = NULL;
	X509 *certificate = NULL;
	enum err err = tlsfile_read(home, TLSFILE_WEB, &key, &certificate);

	*tls = NULL;
	*why = err == ERR_OK ? "TLS cannot be set up" : why_unread(err);
	if (err != ERR_OK)
		return err;
	*tls = SSL_CTX_new(TLS_server_method());
	if (!*tls || !set_rules(*tls) || SSL_CTX_use_certificate(*tls, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey(*tls, key) != 1)
		err = ERR_KEY;
	if (err == ERR_OK)
		err = tls_pin(certificate, pin);
	EVP_PKEY_free(key);
	X509_free(certificate);
	ERR_clear_error();
	if (err == ERR_OK)
		return ERR_OK;
	SSL_CTX_free(*tls);
	*tls = NULL;
	return err;
}

void
web_tls_close(SSL_CTX *tls)
{
	SSL_CTX_free(tls);
}

struct bufferevent *
web_tls_stream(struct web *web)
{
	SSL *ssl = SSL_new(web->tls);
	struct bufferevent *stream;

	if (!ssl)
		return NULL;
	/* It takes the SSL, and frees it when it cannot be made. */
	stream = bufferevent_openssl_socket_new(web->base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING,
						BEV_OPT_CLOSE_ON_FREE);
	if (stream)
		bufferevent_openssl_set_allow_dirty_shutdown(stream, 1);
	return stream;
}

void
web_tls_say_goodbye(struct bufferevent *stream)
{
	SSL *ssl = bufferevent_openssl_get_ssl(stream);

	if (ssl && SSL_is_init_finished(ssl))
		(void)SSL_shutdown(ssl);
	ERR_clear_error();
}
