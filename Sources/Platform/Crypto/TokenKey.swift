import COpenSSL

extension PrivateKey {
    /// Whether `name` is the URI of a key on a token (RFC 7512) rather than a path.
    package static func isToken(_ name: String) -> Bool { name.hasPrefix("pkcs11:") }

    /// The key on a PKCS #11 token that a URI names, like `pkcs11:token=release;object=regulatory;type=private`.
    ///
    /// A provider for `pkcs11:` that openssl.cnf loads is asked first, then libp11's engine, which is what Debian 12 has
    /// (package libengine-pkcs11-openssl). The PIN comes from the URI's `pin-source` or `pin-value`, or is asked for on the
    /// terminal; PKCS11_MODULE_PATH names the token's own library where it is not p11-kit's.
    package convenience init(token uri: String) throws(CryptoError) {
        if let handle = Self.storedKey(uri) {
            try self.init(owning: handle, isOnToken: true)
            return
        }
        ERR_clear_error()
        guard let handle = ac_engine_key(uri) else { throw .last("find the key '\(uri)' on a token") }
        try self.init(owning: handle, isOnToken: true)
    }

    private static func storedKey(_ uri: String) -> OpaquePointer? {
        guard let store = OSSL_STORE_open(uri, UI_OpenSSL(), nil, nil, nil) else { return nil }
        defer { OSSL_STORE_close(store) }
        while OSSL_STORE_eof(store) == 0 {
            guard let entry = OSSL_STORE_load(store) else { continue }
            defer { OSSL_STORE_INFO_free(entry) }
            if OSSL_STORE_INFO_get_type(entry) == OSSL_STORE_INFO_PKEY { return OSSL_STORE_INFO_get1_PKEY(entry) }
        }
        return nil
    }
}
