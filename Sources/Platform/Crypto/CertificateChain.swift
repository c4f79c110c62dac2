import COpenSSL
import Glibc
package import Vocabulary

/// Why no acceptable chain leads from a certificate to an anchor.
package enum ChainError: Error, Equatable {
    case noIssuer(of: String, issuer: String, depth: Int)
    case untrustedRoot(String)
    case expired(String, Timestamp)
    case notYetValid(String, Timestamp)
    case unknownCriticalExtension(String)
    case badSignature(String)
    case weakKey(String, KeyKind)
    case weakDigest(String, SignatureAlgorithm)
    case unacceptable(String, reason: String)
}

/// Builds and checks certification paths (RFC 5280 §6) with OpenSSL.
package enum CertificateChain {
    /// Signer, up to seven intermediates, anchor.
    private static let maximumDepth: Int32 = 8
    /// OpenSSL's level for 128 bits of security: RSA and DSA from 3072 bits, curves from 256, SHA-256 and stronger.
    private static let securityLevel: Int32 = 3

    /// The chain from `leaf` to one of `anchors`, both included; purposes and revocation are not judged here.
    ///
    /// Validity is judged at `time`, and not at all without one. An anchor need not be self-signed.
    package static func build(
        from leaf: Certificate, through intermediates: [Certificate], to anchors: [Certificate], at time: Timestamp?
    ) throws(ChainError) -> [Certificate] {
        defer { ERR_clear_error() }
        let failure = ChainError.unacceptable(leaf.subject, reason: "OpenSSL has no memory left")
        guard let store = X509_STORE_new() else { throw failure }
        defer { X509_STORE_free(store) }
        for anchor in anchors {
            guard X509_STORE_add_cert(store, anchor.handle) == 1 else { throw failure }
        }
        guard let others = OPENSSL_sk_new_null() else { throw failure }
        defer { OPENSSL_sk_free(others) }
        for certificate in intermediates {
            guard OPENSSL_sk_push(others, UnsafeRawPointer(certificate.handle)) > 0 else { throw failure }
        }
        guard let context = X509_STORE_CTX_new() else { throw failure }
        defer { X509_STORE_CTX_free(context) }
        guard X509_STORE_CTX_init(context, store, leaf.handle, others) == 1,
            let parameters = X509_STORE_CTX_get0_param(context)
        else { throw failure }
        let flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_X509_STRICT | X509_V_FLAG_TRUSTED_FIRST
        X509_VERIFY_PARAM_set_flags(parameters, UInt(flags))
        X509_VERIFY_PARAM_set_depth(parameters, maximumDepth)
        X509_VERIFY_PARAM_set_auth_level(parameters, securityLevel)
        if let time {
            X509_VERIFY_PARAM_set_time(parameters, time_t(time.seconds))
        } else {
            X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_NO_CHECK_TIME))
        }
        guard X509_verify_cert(context) == 1 else { throw reason(context, leaf: leaf) }
        return try certificates(of: context, failure)
    }

    private static func certificates(
        of context: OpaquePointer, _ failure: ChainError
    ) throws(ChainError) -> [Certificate] {
        let chain = X509_STORE_CTX_get0_chain(context)
        var certificates: [Certificate] = []
        for index in 0..<OPENSSL_sk_num(chain) {
            guard let entry = OPENSSL_sk_value(chain, index), X509_up_ref(OpaquePointer(entry)) == 1,
                let certificate = try? Certificate(owning: OpaquePointer(entry))
            else { throw failure }
            certificates.append(certificate)
        }
        return certificates
    }

    private static func reason(_ context: OpaquePointer, leaf: Certificate) -> ChainError {
        var found = leaf
        if let current = X509_STORE_CTX_get_current_cert(context), X509_up_ref(current) == 1,
            let certificate = try? Certificate(owning: current)
        {
            found = certificate
        }
        let subject = found.subject
        let error = X509_STORE_CTX_get_error(context)
        switch error {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return .noIssuer(
                of: subject, issuer: found.issuer, depth: Int(X509_STORE_CTX_get_error_depth(context)))
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return .untrustedRoot(subject)
        case X509_V_ERR_CERT_HAS_EXPIRED: return .expired(subject, found.notAfter)
        case X509_V_ERR_CERT_NOT_YET_VALID: return .notYetValid(subject, found.notBefore)
        case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION: return .unknownCriticalExtension(subject)
        case X509_V_ERR_CERT_SIGNATURE_FAILURE: return .badSignature(subject)
        case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL: return .weakKey(subject, found.key)
        case X509_V_ERR_CA_MD_TOO_WEAK: return .weakDigest(subject, found.signatureAlgorithm)
        default:
            return .unacceptable(subject, reason: String(cString: X509_verify_cert_error_string(Int(error))))
        }
    }
}
