import COpenSSL
package import Vocabulary

/// One extension as openssl.cnf writes it (x509v3_config(5)): `basicConstraints`, `critical,CA:TRUE`.
package struct CertificateExtension: Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a certificate is to say, before an authority signs it.
package struct CertificateForm: Sendable {
    package var commonName: String
    package var organization: String
    package var organizationalUnit: String
    /// The serial number as an unsigned number, most significant byte first.
    package var serial: [UInt8]
    package var notBefore: Timestamp
    package var notAfter: Timestamp
    package var extensions: [CertificateExtension]

    package init(
        commonName: String, organization: String, organizationalUnit: String, serial: [UInt8], notBefore: Timestamp,
        notAfter: Timestamp, extensions: [CertificateExtension]
    ) {
        self.commonName = commonName
        self.organization = organization
        self.organizationalUnit = organizationalUnit
        self.serial = serial
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.extensions = extensions
    }

    /// The certificate for `subject`'s key, signed by `key`; without an issuer it is self-signed.
    package func signed(
        by key: PrivateKey, issuer: Certificate?, for subject: PrivateKey, digest: DigestAlgorithm? = nil
    ) throws(CryptoError) -> Certificate {
        guard let certificate = X509_new() else { throw .last("make a certificate") }
        do throws(CryptoError) {
            try fill(certificate, issuer: issuer, subject: subject)
            guard X509_sign(certificate, key.handle, key.signingMethod(digest)) > 0 else {
                throw .last("sign a certificate")
            }
        } catch {
            X509_free(certificate)
            throw error
        }
        // Read back from its own bytes, so that what is used is what is stored.
        let form = try derEncoding("encode a certificate") { i2d_X509(certificate, $0) }
        X509_free(certificate)
        return try Certificate(der: form)
    }

    private func fill(_ certificate: OpaquePointer, issuer: Certificate?, subject: PrivateKey) throws(CryptoError) {
        let name = X509_get_subject_name(certificate)
        for (type, value) in [("O", organization), ("OU", organizationalUnit), ("CN", commonName)] {
            let bytes = Array(value.utf8)
            // MBSTRING_UTF8, which is an expression of macros.
            guard X509_NAME_add_entry_by_txt(name, type, 0x1000, bytes, Int32(bytes.count), -1, 0) == 1 else {
                throw .last("write the name '\(value)'")
            }
        }
        let issuerName = issuer.map { X509_get_subject_name($0.handle) } ?? name
        guard X509_set_version(certificate, 2) == 1, X509_set_issuer_name(certificate, issuerName) == 1,
            X509_set_pubkey(certificate, subject.handle) == 1,
            setNumber(serial, X509_get_serialNumber(certificate)),
            ASN1_TIME_set(X509_getm_notBefore(certificate), Int(notBefore.seconds)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(certificate), Int(notAfter.seconds)) != nil
        else { throw .last("fill a certificate") }
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer?.handle ?? certificate, certificate, nil, nil, 0)
        for item in extensions {
            guard let entry = X509V3_EXT_nconf(nil, &context, item.name, item.value) else {
                throw .last("write the extension \(item.name)")
            }
            defer { X509_EXTENSION_free(entry) }
            guard X509_add_ext(certificate, entry, -1) == 1 else { throw .last("add the extension \(item.name)") }
        }
    }
}

/// What a revocation list is to say, before its authority signs it.
package struct RevocationListForm: Sendable {
    package var thisUpdate: Timestamp
    package var nextUpdate: Timestamp
    /// cRLNumber (RFC 5280 §5.2.3), which grows with each list of an authority.
    package var number: UInt64
    /// The list whose entries are taken over.
    package var previous: RevocationList?
    package var revoked: [Certificate]

    package init(
        thisUpdate: Timestamp, nextUpdate: Timestamp, number: UInt64, previous: RevocationList? = nil,
        revoked: [Certificate] = []
    ) {
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.number = number
        self.previous = previous
        self.revoked = revoked
    }

    package func signed(
        by key: PrivateKey, issuer: Certificate, digest: DigestAlgorithm? = nil
    ) throws(CryptoError) -> RevocationList {
        guard let list = X509_CRL_new() else { throw .last("make a revocation list") }
        defer { X509_CRL_free(list) }
        guard X509_CRL_set_version(list, 1) == 1,
            X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer.handle)) == 1
        else { throw .last("fill a revocation list") }
        try setTime(thisUpdate) { X509_CRL_set1_lastUpdate(list, $0) }
        try setTime(nextUpdate) { X509_CRL_set1_nextUpdate(list, $0) }
        try addEntries(to: list)
        try addExtensions(to: list, issuer: issuer)
        guard X509_CRL_sort(list) == 1, X509_CRL_sign(list, key.handle, key.signingMethod(digest)) > 0 else {
            throw .last("sign a revocation list")
        }
        return try RevocationList(der: try derEncoding("encode a revocation list") { i2d_X509_CRL(list, $0) })
    }

    private func addEntries(to list: OpaquePointer) throws(CryptoError) {
        if let previous {
            let entries = X509_CRL_get_REVOKED(previous.handle)
            for index in 0..<max(0, OPENSSL_sk_num(entries)) {
                guard let entry = OPENSSL_sk_value(entries, index), let copy = X509_REVOKED_dup(OpaquePointer(entry)),
                    X509_CRL_add0_revoked(list, copy) == 1
                else { throw .last("copy a revocation") }
            }
        }
        for certificate in revoked where previous?.revocation(of: certificate) == nil {
            guard let entry = X509_REVOKED_new() else { throw .last("revoke a certificate") }
            guard X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.handle)) == 1,
                X509_CRL_add0_revoked(list, entry) == 1
            else {
                X509_REVOKED_free(entry)
                throw .last("revoke a certificate")
            }
            try setTime(thisUpdate) { X509_REVOKED_set_revocationDate(entry, $0) }
        }
    }

    private func addExtensions(to list: OpaquePointer, issuer: Certificate) throws(CryptoError) {
        guard let value = ASN1_INTEGER_new() else { throw .last("number a revocation list") }
        defer { ASN1_INTEGER_free(value) }
        guard ASN1_INTEGER_set_uint64(value, number) == 1,
            X509_CRL_add1_ext_i2d(list, NID_crl_number, value, 0, 0) == 1
        else { throw .last("number a revocation list") }
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer.handle, nil, nil, list, 0)
        guard let entry = X509V3_EXT_nconf(nil, &context, "authorityKeyIdentifier", "keyid:always") else {
            throw .last("name the issuer's key")
        }
        defer { X509_EXTENSION_free(entry) }
        guard X509_CRL_add_ext(list, entry, -1) == 1 else { throw .last("name the issuer's key") }
    }
}

extension RevocationList {
    /// The cRLNumber, nil where there is none.
    package var number: UInt64? {
        guard let extent = X509_CRL_get_ext_d2i(handle, NID_crl_number, nil, nil) else { return nil }
        let integer = extent.assumingMemoryBound(to: ASN1_INTEGER.self)
        defer { ASN1_INTEGER_free(integer) }
        var number: UInt64 = 0
        return ASN1_INTEGER_get_uint64(&number, integer) == 1 ? number : nil
    }
}

/// Random bytes of OpenSSL's generator, for serial numbers.
package func randomBytes(_ count: Int) throws(CryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw .last("make random bytes") }
    return bytes
}

extension PrivateKey {
    fileprivate func signingMethod(_ digest: DigestAlgorithm?) -> OpaquePointer? {
        kind == .ed25519 ? nil : (digest ?? kind.naturalDigest).method
    }
}

private func setNumber(_ bytes: [UInt8], _ integer: UnsafeMutablePointer<ASN1_INTEGER>?) -> Bool {
    guard let number = BN_bin2bn(bytes, Int32(bytes.count), nil) else { return false }
    defer { BN_free(number) }
    return BN_to_ASN1_INTEGER(number, integer) != nil
}

private func setTime(
    _ time: Timestamp, _ set: (UnsafeMutablePointer<ASN1_TIME>) -> Int32
) throws(CryptoError) {
    guard let value = ASN1_TIME_set(nil, Int(time.seconds)) else { throw .last("write a time") }
    defer { ASN1_TIME_free(value) }
    guard set(value) == 1 else { throw .last("write a time") }
}
