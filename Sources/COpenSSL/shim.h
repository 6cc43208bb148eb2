#ifndef CROSSDOCK_OPENSSL_SHIM_H
#define CROSSDOCK_OPENSSL_SHIM_H

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* Swift imports no function-like macro: each one in use has a function here. */

static inline EVP_PKEY *crossdock_rsa_generate(unsigned int bits) { return EVP_RSA_gen(bits); }

static inline EVP_PKEY *crossdock_p256_generate(void) { return EVP_EC_gen("P-256"); }

/* The bytes a memory BIO holds; they belong to the BIO. */
static inline long crossdock_bio_bytes(BIO *bio, char **start) { return BIO_get_mem_data(bio, start); }

static inline void crossdock_free(void *memory) { OPENSSL_free(memory); }

static inline int crossdock_pkey_set_pss(EVP_PKEY_CTX *context) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

static inline X509_EXTENSION *crossdock_x509_extension(
    X509 *subject, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, subject, NULL, NULL, 0);
    return X509V3_EXT_conf_nid(NULL, &context, nid, value);
}

#endif
