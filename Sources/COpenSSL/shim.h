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
/// The engine is loaded as ENGINE_by_id would load it, but not put in the list of engines: from there ENGINE_register_all_complete, which
/// libcurl calls, makes it the default for all keys of the process, and then no P-256 key can be made any more.
static inline EVP_PKEY *ac_engine_key(const char *uri) {
    ENGINE_load_dynamic();
    ENGINE *engine = ENGINE_by_id("dynamic");
    if (engine == NULL) return NULL;
    EVP_PKEY *key = NULL;
    if (ENGINE_ctrl_cmd_string(engine, "ID", "pkcs11", 0) && ENGINE_ctrl_cmd_string(engine, "DIR_LOAD", "2", 0)
        && ENGINE_ctrl_cmd_string(engine, "DIR_ADD", OPENSSL_info(OPENSSL_INFO_ENGINES_DIR), 0)
        && ENGINE_ctrl_cmd_string(engine, "LOAD", NULL, 0) && ENGINE_init(engine)) {
        key = ENGINE_load_private_key(engine, uri, UI_OpenSSL(), NULL);
        ENGINE_finish(engine);
    }
    ENGINE_free(engine);
    return key;
}
#pragma clang diagnostic pop
#endif
