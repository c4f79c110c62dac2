package import Platform

/// How a SignerInfo was signed; with ECDSA the digest is named a second time.
package enum SignatureScheme: Hashable, Sendable {
    case rsa
    case ecdsa(DigestAlgorithm)
    case ed25519
}

/// An AlgorithmIdentifier with the parameters that the RFCs give it.
struct AlgorithmIdentifier {
    private static let digests: [ObjectIdentifier: DigestAlgorithm] = [
        .sha256: .sha256, .sha384: .sha384, .sha512: .sha512,
    ]
    private static let null: [UInt8] = [0x05, 0x00]

    let der: [UInt8]

    /// RFC 5754 §2: written without parameters.
    init(digest: DigestAlgorithm) {
        let identifier: ObjectIdentifier =
            switch digest {
            case .sha256: .sha256
            case .sha384: .sha384
            case .sha512: .sha512
            }
        der = DERWriter.element(.sequence, identifier.element)
    }

    /// RFC 3370 §3.2 (RSA, parameters NULL), RFC 5754 §3.3 (ECDSA, none), RFC 8419 §3 (Ed25519, none).
    init(signature: SignatureScheme) {
        der =
            switch signature {
            case .rsa: DERWriter.element(.sequence, [ObjectIdentifier.rsaEncryption.element, Self.null])
            case .ecdsa(.sha256): DERWriter.element(.sequence, ObjectIdentifier.ecdsaWithSHA256.element)
            case .ecdsa(.sha384): DERWriter.element(.sequence, ObjectIdentifier.ecdsaWithSHA384.element)
            case .ecdsa(.sha512): DERWriter.element(.sequence, ObjectIdentifier.ecdsaWithSHA512.element)
            case .ed25519: DERWriter.element(.sequence, ObjectIdentifier.ed25519.element)
            }
    }

    /// RFC 5754 §2: read with NULL for parameters, or without.
    static func digest(_ element: DERElement) throws(TrustError) -> DigestAlgorithm {
        let (identifier, parameters) = try read(element)
        guard let digest = digests[identifier] else { throw .weakDigest("a signature", found: identifier.description) }
        guard parameters.isEmpty || parameters.elementsEqual(null) else {
            throw .malformed(offset: element.offset, reason: "\(digest) has parameters")
        }
        return digest
    }

    /// Takes one spelling of each scheme: `rsaEncryption` and not `sha256WithRSAEncryption`, which would mean the same.
    static func scheme(_ element: DERElement) throws(TrustError) -> SignatureScheme {
        for scheme in [.rsa, .ecdsa(.sha256), .ecdsa(.sha384), .ecdsa(.sha512), .ed25519] as [SignatureScheme]
        where element.octets.elementsEqual(AlgorithmIdentifier(signature: scheme).der) { return scheme }
        let (identifier, _) = try read(element)
        throw .malformed(
            offset: element.offset, reason: "the signature algorithm \(identifier), with its parameters, is not taken")
    }

    private static func read(_ element: DERElement) throws(TrustError) -> (ObjectIdentifier, ArraySlice<UInt8>) {
        var reader = DERReader(element)
        let identifier = try reader.next(.objectIdentifier, "an algorithm")
        return (ObjectIdentifier(identifier.content), reader.rest)
    }
}
