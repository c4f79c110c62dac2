import COpenSSL
package import Vocabulary

/// A private key, in memory or held by a token; wiped when its owner lets go of it.
package final class PrivateKey: Sendable {
    // An EVP_PKEY is only read after init; OpenSSL counts its references atomically.
    nonisolated(unsafe) let handle: OpaquePointer

    package let kind: KeyKind
    /// SHA-256 of the DER SubjectPublicKeyInfo, the same as that of a certificate for this key.
    package let keyID: Digest
    private let isOnToken: Bool

    /// Takes over the reference.
    init(owning handle: OpaquePointer, isOnToken: Bool = false) throws(CryptoError) {
        self.handle = handle
        self.isOnToken = isOnToken
        kind = KeyKind.of(handle)
        do throws(CryptoError) {
            keyID = SHA256.digest(of: try derEncoding("encode a public key") { i2d_PUBKEY(handle, $0) })
        } catch {
            EVP_PKEY_free(handle)
            throw error
        }
        ERR_clear_error()
    }

    deinit { EVP_PKEY_free(handle) }

    /// Reads an unencrypted PEM key; one with a passphrase is refused, since nobody may be there to type it.
    package convenience init(pem: [UInt8]) throws(CryptoError) {
        let buffer = try MemoryBuffer(pem)
        guard let handle = PEM_read_bio_PrivateKey(buffer.handle, nil, { _, _, _, _ in 0 }, nil) else {
            throw .last("read a private key")
        }
        try self.init(owning: handle)
    }

    package static func generate(_ kind: KeyKind) throws(CryptoError) -> PrivateKey {
        let name =
            switch kind {
            case .rsa: "RSA"
            case .ed25519: "ED25519"
            case .p256, .p384, .other: "EC"
            }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, name, nil) else { throw .last("make a key") }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_keygen_init(context) == 1 else { throw .last("make a key") }
        let isSet: Int32 =
            switch kind {
            case .rsa(let bits): EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(clamping: bits))
            case .p256: EVP_PKEY_CTX_set_group_name(context, "P-256")
            case .p384: EVP_PKEY_CTX_set_group_name(context, "P-384")
            case .other(let curve): EVP_PKEY_CTX_set_group_name(context, curve)
            case .ed25519: 1
            }
        var handle: OpaquePointer?
        guard isSet == 1, EVP_PKEY_generate(context, &handle) == 1, let handle else { throw .last("make a key") }
        return try PrivateKey(owning: handle)
    }

    /// PKCS #8 in PEM, unencrypted; a token's key cannot be had.
    package var pem: [UInt8] {
        get throws(CryptoError) {
            // libp11 puts a number of its own where the private part would be, which would be written out as a key.
            guard !isOnToken else { throw .openSSL("write a private key", reason: "it is on a token") }
            let buffer = try MemoryBuffer()
            guard PEM_write_bio_PKCS8PrivateKey(buffer.handle, handle, nil, nil, 0, nil, nil) == 1 else {
                throw .last("write a private key")
            }
            return buffer.contents()
        }
    }

    /// The signature over `bytes`; the digest is ignored for Ed25519, which has its own.
    ///
    /// RSA signs by PKCS #1 v1.5, so RSA and Ed25519 give the same signature each time; ECDSA does not.
    package func sign(_ bytes: [UInt8], digest: DigestAlgorithm) throws(CryptoError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw .last("sign") }
        defer { EVP_MD_CTX_free(context) }
        var count = 0
        guard EVP_DigestSignInit(context, nil, kind == .ed25519 ? nil : digest.method, nil, handle) == 1,
            EVP_DigestSign(context, nil, &count, bytes, bytes.count) == 1
        else { throw .last("sign") }
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(context, &signature, &count, bytes, bytes.count) == 1 else { throw .last("sign") }
        return Array(signature.prefix(count))
    }
}
