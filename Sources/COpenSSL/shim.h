#ifndef AFTERCARE_COPENSSL_H
#define AFTERCARE_COPENSSL_H
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// Engines are deprecated in OpenSSL 3, but libp11's is the one way to a PKCS #11 token that Debian 12 has. Kept to this function, so that
// everything else deprecated still warns.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
/// The private key that a pkcs11: URI names; null with OpenSSL's error queue filled. The key keeps the engine alive.
///
/// One engine serves all keys, since a token's library cannot be started twice. It must never be registered as a default: then it would be
/// asked for every key of the process, and no P-256 key could be made any more. ENGINE_register_all_complete, which libcurl calls, does
/// that with every engine that does not say no.
static inline EVP_PKEY *ac_engine_key(const char *uri) {
    ENGINE_load_dynamic();
    ENGINE *engine = ENGINE_by_id("pkcs11");
    if (engine == NULL) return NULL;
    EVP_PKEY *key = NULL;
    ENGINE_set_flags(engine, ENGINE_get_flags(engine) | ENGINE_FLAGS_NO_REGISTER_ALL);
    if (ENGINE_init(engine)) {
        key = ENGINE_load_private_key(engine, uri, UI_OpenSSL(), NULL);
        ENGINE_finish(engine);
    }
    ENGINE_free(engine);
    return key;
}
#pragma clang diagnostic pop
#endif
