import COpenSSL

/// The kind of a public key, as far as rules ask for it.
package enum KeyKind: Hashable, Sendable, CustomStringConvertible {
    case rsa(bits: Int)
    case p256
    case p384
    case ed25519
    case other(String)

    package var description: String {
        switch self {
        case .rsa(let bits): "RSA-\(bits)"
        case .p256: "P-256"
        case .p384: "P-384"
        case .ed25519: "Ed25519"
        case .other(let name): name
        }
    }

    /// Borrows the key for the moment of the call.
    static func of(_ key: OpaquePointer) -> KeyKind {
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA: .rsa(bits: Int(EVP_PKEY_get_bits(key)))
        case EVP_PKEY_ED25519: .ed25519
        case EVP_PKEY_EC: curve(of: key)
        case let type:
            .other(OBJ_nid2sn(type).map { String(cString: $0) } ?? "unknown")
        }
    }

    private static func curve(of key: OpaquePointer) -> KeyKind {
        var name = [CChar](repeating: 0, count: 64)
        guard EVP_PKEY_get_group_name(key, &name, name.count, nil) == 1 else { return .other("EC, unnamed curve") }
        return switch String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) {
        case "prime256v1", "P-256": .p256
        case "secp384r1", "P-384": .p384
        case let other: .other("EC \(other)")
        }
    }
}

/// The digests that may be signed.
package enum DigestAlgorithm: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case sha256 = "SHA-256"
    case sha384 = "SHA-384"
    case sha512 = "SHA-512"

    package var description: String { rawValue }

    package var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    var method: OpaquePointer? {
        switch self {
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }

    package func digest(of bytes: [UInt8]) throws(CryptoError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: byteCount)
        guard EVP_Digest(bytes, bytes.count, &digest, nil, method, nil) == 1 else { throw .last("compute a digest") }
        return digest
    }
}

extension KeyKind {
    /// The digest that goes with a key of this kind when we choose: as strong as the key, and no stronger.
    package var naturalDigest: DigestAlgorithm {
        switch self {
        case .p384: .sha384
        case .ed25519: .sha512
        case .rsa, .p256, .other: .sha256
        }
    }
}

/// How a certificate or revocation list was signed, as far as rules ask for it.
package enum SignatureAlgorithm: Hashable, Sendable, CustomStringConvertible {
    case rsa(DigestAlgorithm)
    case ecdsa(DigestAlgorithm)
    case ed25519
    case other(String)

    package var description: String {
        switch self {
        case .rsa(let digest): "RSA with \(digest)"
        case .ecdsa(let digest): "ECDSA with \(digest)"
        case .ed25519: "Ed25519"
        case .other(let name): name
        }
    }

    init(nid: Int32) {
        self =
            switch nid {
            case NID_sha256WithRSAEncryption: .rsa(.sha256)
            case NID_sha384WithRSAEncryption: .rsa(.sha384)
            case NID_sha512WithRSAEncryption: .rsa(.sha512)
            case NID_ecdsa_with_SHA256: .ecdsa(.sha256)
            case NID_ecdsa_with_SHA384: .ecdsa(.sha384)
            case NID_ecdsa_with_SHA512: .ecdsa(.sha512)
            case NID_ED25519: .ed25519
            default: .other(OBJ_nid2ln(nid).map { String(cString: $0) } ?? "unknown")
            }
    }
}
