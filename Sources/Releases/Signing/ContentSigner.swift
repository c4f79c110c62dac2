package import Platform
package import Trust
package import Vocabulary

/// Signs content as one approver: a key, its certificate, and the intermediates that lead to an anchor.
package struct ContentSigner: Sendable {
    package let key: PrivateKey
    package let certificate: Certificate
    package let intermediates: [Certificate]

    /// Refuses a certificate that is not for this key.
    package init(
        key: PrivateKey, certificate: Certificate, intermediates: [Certificate] = []
    ) throws(SigningError) {
        guard key.keyID == certificate.keyID else { throw .otherKey(certificate: certificate.keyID, key: key.keyID) }
        self.key = key
        self.certificate = certificate
        self.intermediates = intermediates
    }

    /// Detached CMS SignedData in DER over `content`: this signer's approval, added to `existing` ones where given.
    ///
    /// What exists stays as it is, octet for octet; neither its keys nor its signers are needed. With an RSA or Ed25519 key the
    /// same input gives the same bytes.
    package func sign(
        _ content: [UInt8], at time: Timestamp, addingTo existing: [UInt8]? = nil, digest: DigestAlgorithm? = nil,
        meaning: SignatureMeaning? = .approved
    ) throws(SigningError) -> [UInt8] {
        var signedData = SignedData()
        do throws(TrustError) {
            if let existing { signedData = try SignedData(der: existing) }
        } catch {
            throw .existing(error)
        }
        try requirePlace(in: signedData, content)
        do throws(CryptoError) {
            let digest = digest ?? key.kind.naturalDigest
            let attributes = SignedAttributes(
                messageDigest: try digest.digest(of: content), signingTime: time, meaning: meaning)
            let signature = try key.sign(attributes.signed, digest: digest)
            let signer = SignerInfo(
                certificate: certificate, digest: digest, attributes: attributes, scheme: try scheme(digest),
                signature: signature)
            signedData.add(signer, certificates: [certificate] + intermediates)
        } catch {
            throw .crypto(error)
        }
        let der = signedData.der
        // What a device would not even read must not leave here.
        do throws(TrustError) {
            _ = try SignedData(der: der)
        } catch {
            throw .existing(error)
        }
        return der
    }

    private func requirePlace(in signedData: SignedData, _ content: [UInt8]) throws(SigningError) {
        for signer in signedData.signers {
            guard (try? signer.digest.digest(of: content)) == signer.attributes.messageDigest else {
                throw .otherContent
            }
            for other in signedData.certificates where signer.identifier.names(other) {
                guard other.keyID != key.keyID else { throw .alreadySigned(other.subject) }
                guard Person(other) != Person(certificate) else {
                    throw .samePerson(other.subject, certificate.subject)
                }
            }
        }
    }

    private func scheme(_ digest: DigestAlgorithm) throws(CryptoError) -> SignatureScheme {
        switch key.kind {
        case .rsa: .rsa
        case .p256, .p384: .ecdsa(digest)
        case .ed25519: .ed25519
        case .other(let name): throw .openSSL("sign", reason: "keys of the kind \(name) are not taken")
        }
    }
}

/// Why content was not signed.
package enum SigningError: Fault, Equatable {
    case crypto(CryptoError)
    case existing(TrustError)
    case otherContent
    case alreadySigned(String)
    case samePerson(String, String)
    case otherKey(certificate: Digest, key: Digest)
    case unreadable(StorageError)

    package var code: FaultCode {
        switch self {
        case .crypto(let error): error.code
        case .unreadable(let error): error.code
        case .existing(let error): error.code
        case .otherContent: FaultCode(2843)
        case .alreadySigned: FaultCode(2844)
        case .samePerson: FaultCode(2846)
        case .otherKey: FaultCode(2845)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .crypto, .unreadable: .failed
        case .existing, .otherContent, .alreadySigned, .samePerson, .otherKey: .refused
        }
    }

    package var description: String {
        switch self {
        case .crypto(let error): "the content cannot be signed: \(error)"
        case .existing(let error): "the approvals would not be acceptable: \(error)"
        case .otherContent: "the approvals that are there are for other content"
        case .alreadySigned(let subject): "'\(subject)' signed it already with this key"
        case .samePerson(let there, let new):
            "'\(there)', who signed it already, and '\(new)' are one person by their common name"
        case .otherKey(let certificate, let key): "the certificate is for the key \(certificate), not for \(key)"
        case .unreadable(let error): "a key or certificate cannot be read: \(error)"
        }
    }

    package var advice: String {
        switch self {
        case .alreadySigned, .samePerson: "Every approval is another person's, with a key of their own."
        case .existing(let cause): cause.advice
        default: ""
        }
    }
}
