import COpenSSL
package import Vocabulary

/// A certificate revocation list (RFC 5280 §5), read once and never changed.
package final class RevocationList: Sendable {
    // As with a certificate: OpenSSL sorts the entries under its own lock, nothing here changes a list after init.
    nonisolated(unsafe) let handle: OpaquePointer

    package let der: [UInt8]
    package let issuer: String
    package let issuerName: [UInt8]
    package let thisUpdate: Timestamp
    /// When the issuer promised a newer one at the latest; nil where it promised nothing.
    package let nextUpdate: Timestamp?
    package let signatureAlgorithm: SignatureAlgorithm

    package convenience init(der: [UInt8]) throws(CryptoError) {
        let decoded = derDecoding(der, { d2i_X509_CRL(nil, $0, $1) }, free: { X509_CRL_free($0) })
        guard let decoded else { throw .last("read a revocation list") }
        try self.init(owning: decoded)
        // OpenSSL reads more encodings than the one that it writes, and whoever compares bytes must not see two of one thing.
        guard self.der == der else { throw .openSSL("read a revocation list", reason: "it is not in DER") }
    }

    /// Takes over the reference.
    init(owning handle: OpaquePointer) throws(CryptoError) {
        self.handle = handle
        do throws(CryptoError) {
            der = try derEncoding("encode a revocation list") { i2d_X509_CRL(handle, $0) }
            issuer = try readableName(X509_CRL_get_issuer(handle))
            issuerName = try derEncoding("encode a name") { i2d_X509_NAME(X509_CRL_get_issuer(handle), $0) }
            guard let update = timestamp(X509_CRL_get0_lastUpdate(handle)) else {
                throw .last("read the time of a revocation list")
            }
            thisUpdate = update
            nextUpdate = timestamp(X509_CRL_get0_nextUpdate(handle))
            signatureAlgorithm = SignatureAlgorithm(nid: X509_CRL_get_signature_nid(handle))
        } catch {
            X509_CRL_free(handle)
            throw error
        }
        ERR_clear_error()
    }

    deinit { X509_CRL_free(handle) }
}

extension RevocationList {
    /// Whether this list is about certificates of `issuer`: the same name, and the same key where the list names one.
    package func concerns(_ issuer: Certificate) -> Bool {
        guard X509_NAME_cmp(X509_CRL_get_issuer(handle), X509_get_subject_name(issuer.handle)) == 0 else {
            return false
        }
        defer { ERR_clear_error() }
        guard let identifier = X509_CRL_get_ext_d2i(handle, NID_authority_key_identifier, nil, nil) else { return true }
        let key = identifier.assumingMemoryBound(to: AUTHORITY_KEYID.self)
        defer { AUTHORITY_KEYID_free(key) }
        return X509_check_akid(issuer.handle, key) == X509_V_OK
    }

    package func isSigned(by issuer: Certificate) -> Bool {
        defer { ERR_clear_error() }
        guard issuer.allowsRevocationLists != false, let key = X509_get0_pubkey(issuer.handle) else { return false }
        return X509_CRL_verify(handle, key) == 1
    }

    /// Whether the list or an entry has a critical extension: a partial, indirect or delta list, which is not read here.
    package var hasCriticalExtension: Bool {
        if X509_CRL_get_ext_by_critical(handle, 1, -1) >= 0 { return true }
        let entries = X509_CRL_get_REVOKED(handle)
        for index in 0..<max(0, OPENSSL_sk_num(entries)) {
            guard let entry = OPENSSL_sk_value(entries, index) else { return true }
            if X509_REVOKED_get_ext_by_critical(OpaquePointer(entry), 1, -1) >= 0 { return true }
        }
        return false
    }

    /// Since when `certificate` is revoked; nil if it is not.
    package func revocation(of certificate: Certificate) -> Timestamp? {
        var entry: OpaquePointer?
        guard X509_CRL_get0_by_cert(handle, &entry, certificate.handle) == 1, let entry else { return nil }
        return timestamp(X509_REVOKED_get0_revocationDate(entry)) ?? thisUpdate
    }

    package var pem: [UInt8] {
        get throws(CryptoError) {
            let buffer = try MemoryBuffer()
            guard PEM_write_bio_X509_CRL(buffer.handle, handle) == 1 else { throw .last("write a revocation list") }
            return buffer.contents()
        }
    }

    /// The lists of a PEM file, at least one and at most `limit`.
    package static func read(pem bytes: [UInt8], limit: Int) throws(CryptoError) -> [RevocationList] {
        let buffer = try MemoryBuffer(bytes)
        var lists: [RevocationList] = []
        while let handle = PEM_read_bio_X509_CRL(buffer.handle, nil, nil, nil) {
            lists.append(try RevocationList(owning: handle))
            guard lists.count <= limit else {
                throw .openSSL("read revocation lists", reason: "there are more than \(limit)")
            }
        }
        try endOfPEM("read revocation lists", found: lists.count)
        return lists
    }
}
