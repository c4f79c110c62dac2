import COpenSSL
package import Vocabulary

/// An X.509 certificate (RFC 5280), read once and never changed.
package final class Certificate: Sendable {
    // OpenSSL fills an X509's lazy caches under its own lock, and nothing here changes one after init.
    nonisolated(unsafe) let handle: OpaquePointer

    package let der: [UInt8]
    /// The subject as RFC 4514 writes it, fit to be shown.
    package let subject: String
    package let issuer: String
    /// The DER of the subject's name.
    package let subjectName: [UInt8]
    package let issuerName: [UInt8]
    /// The content octets of the serial number's INTEGER.
    package let serial: [UInt8]
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    /// SHA-256 of the DER SubjectPublicKeyInfo: the name of a key whatever certificate it stands in.
    package let keyID: Digest
    package let key: KeyKind
    package let signatureAlgorithm: SignatureAlgorithm
    /// The subject key identifier extension, nil where there is none.
    package let keyIdentifier: [UInt8]?

    /// Reads DER and refuses anything after it, and every other encoding of the same.
    package convenience init(der: [UInt8]) throws(CryptoError) {
        let decoded = derDecoding(der, { d2i_X509(nil, $0, $1) }, free: { X509_free($0) })
        guard let decoded else { throw .last("read a certificate") }
        try self.init(owning: decoded)
        // OpenSSL reads more encodings than the one that it writes, and whoever compares bytes must not see two of one thing.
        guard self.der == der else { throw .openSSL("read a certificate", reason: "it is not in DER") }
    }

    /// Takes over the reference.
    init(owning handle: OpaquePointer) throws(CryptoError) {
        self.handle = handle
        do throws(CryptoError) {
            // Fills OpenSSL's cache of extensions; what it finds broken is seen in `hasBrokenExtension`.
            _ = X509_check_purpose(handle, -1, 0)
            der = try derEncoding("encode a certificate") { i2d_X509(handle, $0) }
            subject = try readableName(X509_get_subject_name(handle))
            issuer = try readableName(X509_get_issuer_name(handle))
            subjectName = try derEncoding("encode a name") { i2d_X509_NAME(X509_get_subject_name(handle), $0) }
            issuerName = try derEncoding("encode a name") { i2d_X509_NAME(X509_get_issuer_name(handle), $0) }
            serial = try Self.serial(of: handle)
            guard let start = timestamp(X509_get0_notBefore(handle)), let end = timestamp(X509_get0_notAfter(handle))
            else { throw .last("read the validity of a certificate") }
            (notBefore, notAfter) = (start, end)
            let keyInformation = try derEncoding("encode a public key") {
                i2d_X509_PUBKEY(X509_get_X509_PUBKEY(handle), $0)
            }
            keyID = SHA256.digest(of: keyInformation)
            guard let publicKey = X509_get0_pubkey(handle) else { throw .last("read a certificate's key") }
            key = KeyKind.of(publicKey)
            signatureAlgorithm = SignatureAlgorithm(nid: X509_get_signature_nid(handle))
            keyIdentifier = X509_get0_subject_key_id(handle).map { identifier in
                Array(
                    UnsafeBufferPointer(
                        start: ASN1_STRING_get0_data(identifier), count: Int(ASN1_STRING_length(identifier))))
            }
        } catch {
            X509_free(handle)
            throw error
        }
        ERR_clear_error()
    }

    deinit { X509_free(handle) }

    package var serialText: String { Hex.encode(serial) }

    private static func serial(of handle: OpaquePointer) throws(CryptoError) -> [UInt8] {
        let encoded = try derEncoding("encode a serial number") { i2d_ASN1_INTEGER(X509_get_serialNumber(handle), $0) }
        // RFC 5280 §4.1.2.2 allows 20 octets, so one octet of length follows the tag.
        guard encoded.count >= 3, encoded[1] < 0x80 else {
            throw .openSSL("read a serial number", reason: "it is longer than 127 octets")
        }
        return Array(encoded[2...])
    }
}

extension Certificate: Hashable {
    package static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }
    package func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

extension Certificate {
    private var flags: UInt32 { X509_get_extension_flags(handle) }

    /// Whether subject and issuer are one name: a root, or a certificate that somebody made for himself.
    package var isSelfIssued: Bool { flags & UInt32(EXFLAG_SI) != 0 }

    /// Whether basicConstraints make this an authority's certificate.
    package var isAuthority: Bool { X509_check_ca(handle) != 0 }

    /// Whether OpenSSL found an extension that cannot be decoded.
    package var hasBrokenExtension: Bool { flags & UInt32(EXFLAG_INVALID) != 0 }

    /// Whether the extended key usage names code signing; nil where there is no such extension.
    package var allowsCodeSigning: Bool? {
        guard flags & UInt32(EXFLAG_XKUSAGE) != 0 else { return nil }
        return X509_get_extended_key_usage(handle) & UInt32(XKU_CODE_SIGN) != 0
    }

    /// Whether the extended key usage names client authentication; nil where there is no such extension.
    package var allowsClientAuthentication: Bool? {
        guard flags & UInt32(EXFLAG_XKUSAGE) != 0 else { return nil }
        return X509_get_extended_key_usage(handle) & UInt32(XKU_SSL_CLIENT) != 0
    }

    /// Whether the key usage has digitalSignature; nil where there is no such extension.
    package var allowsSignatures: Bool? { keyUsage(UInt32(KU_DIGITAL_SIGNATURE)) }

    /// Whether the key usage has cRLSign; nil where there is no such extension.
    package var allowsRevocationLists: Bool? { keyUsage(UInt32(KU_CRL_SIGN)) }

    /// Whether this is a server's certificate for `host`, a name or an address (RFC 9525; X509_check_host(3)).
    package func isFor(host: String) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_ip_asc(handle, host, 0) == 1 || X509_check_host(handle, host, host.utf8.count, 0, nil) == 1
    }

    private func keyUsage(_ bit: UInt32) -> Bool? {
        guard flags & UInt32(EXFLAG_KUSAGE) != 0 else { return nil }
        return X509_get_key_usage(handle) & bit != 0
    }

    /// The organization in the subject's name, nil where there is none.
    package var organization: String? { subjectEntry(NID_organizationName) }

    /// The common name in the subject's name, fit to be shown; nil where there is none.
    package var commonName: String? { subjectEntry(NID_commonName)?.printable(limit: 128) }

    private func subjectEntry(_ kind: CInt) -> String? {
        let name = X509_get_subject_name(handle)
        let index = X509_NAME_get_index_by_NID(name, kind, -1)
        guard index >= 0, let value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)) else { return nil }
        var text: UnsafeMutablePointer<UInt8>?
        let count = ASN1_STRING_to_UTF8(&text, value)
        defer { CRYPTO_free(text, nil, 0) }
        return count < 0 ? nil : String(decoding: UnsafeBufferPointer(start: text, count: Int(count)), as: UTF8.self)
    }

    /// Whether `signature` over `bytes` was made with this certificate's key; the digest is ignored for Ed25519.
    package func verifies(_ signature: [UInt8], over bytes: [UInt8], digest: DigestAlgorithm) -> Bool {
        defer { ERR_clear_error() }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        let method = key == .ed25519 ? nil : digest.method
        guard EVP_DigestVerifyInit(context, nil, method, nil, X509_get0_pubkey(handle)) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
    }

    package var pem: [UInt8] {
        get throws(CryptoError) {
            let buffer = try MemoryBuffer()
            guard PEM_write_bio_X509(buffer.handle, handle) == 1 else { throw .last("write a certificate") }
            return buffer.contents()
        }
    }

    /// The certificates of a PEM file, at least one and at most `limit`.
    package static func read(pem bytes: [UInt8], limit: Int) throws(CryptoError) -> [Certificate] {
        let buffer = try MemoryBuffer(bytes)
        var certificates: [Certificate] = []
        while let handle = PEM_read_bio_X509(buffer.handle, nil, nil, nil) {
            certificates.append(try Certificate(owning: handle))
            guard certificates.count <= limit else {
                throw .openSSL("read certificates", reason: "there are more than \(limit)")
            }
        }
        try endOfPEM("read certificates", found: certificates.count)
        return certificates
    }
}

/// Tells the end of a PEM file, which OpenSSL reports as an error, from an entry that is broken.
func endOfPEM(_ verb: String, found: Int) throws(CryptoError) {
    let reason = ERR_GET_REASON(ERR_peek_last_error())
    guard reason == PEM_R_NO_START_LINE, found > 0 else { throw .last(verb) }
    ERR_clear_error()
}
