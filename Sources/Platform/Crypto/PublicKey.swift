import COpenSSL
package import Vocabulary

/// A public key by itself, without a certificate.
package final class PublicKey: Sendable {
    // An EVP_PKEY is only read after init; OpenSSL counts its references atomically.
    private nonisolated(unsafe) let handle: OpaquePointer

    package let kind: KeyKind
    /// Its DER SubjectPublicKeyInfo.
    package let der: [UInt8]
    /// SHA-256 of `der`.
    package let keyID: Digest

    /// Reads a DER SubjectPublicKeyInfo and refuses bytes after it.
    package init(der: [UInt8]) throws(CryptoError) {
        let decoded = der.withUnsafeBufferPointer { bytes -> (key: OpaquePointer?, isWhole: Bool) in
            var position = bytes.baseAddress
            let key = d2i_PUBKEY(nil, &position, bytes.count)
            return (key, position == bytes.baseAddress?.advanced(by: bytes.count))
        }
        guard let handle = decoded.key else { throw .last("read a public key") }
        guard decoded.isWhole else {
            EVP_PKEY_free(handle)
            throw .openSSL("read a public key", reason: "more bytes follow it")
        }
        self.handle = handle
        self.der = der
        kind = KeyKind.of(handle)
        keyID = SHA256.digest(of: der)
    }

    deinit { EVP_PKEY_free(handle) }

    /// Whether `signature` over `bytes` was made with this key, in its natural form: Ed25519, or ECDSA in DER.
    package func verifies(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        let method = kind == .ed25519 ? nil : kind.naturalDigest.method
        guard EVP_DigestVerifyInit(context, nil, method, nil, handle) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
    }
}

extension PrivateKey {
    /// The public half: DER SubjectPublicKeyInfo.
    package var publicDER: [UInt8] {
        get throws(CryptoError) { try derEncoding("encode a public key") { i2d_PUBKEY(handle, $0) } }
    }
}
