package import Documents
import Platform
package import Vocabulary

/// What a signature says of itself, before anybody asked whether its certificate leads to an anchor: to be shown, never believed.
package struct ClaimedApproval: Sendable, Equatable {
    package let person: Person
    package let subject: String
    package let keyID: Digest
    package let meaning: SignatureMeaning?
    package let signingTime: Timestamp
    /// The signature is right, and over this content: whoever has the certificate's key made it.
    package let holds: Bool

    package var json: JSON {
        .members([
            "person": .string(person.name), "subject": .string(subject), "keyID": .string(keyID.hex),
            "meaning": meaning.map { .string($0.rawValue) }, "signed": .string(signingTime.description),
            "holds": .bool(holds),
        ])
    }
}

extension SignedData {
    /// What every signer with a certificate says, in the order of the signatures.
    package func claims(over content: [UInt8]) -> [ClaimedApproval] {
        signers.compactMap { signer in
            guard let certificate = certificates.first(where: signer.identifier.names) else { return nil }
            return ClaimedApproval(
                person: Person(certificate), subject: certificate.subject, keyID: certificate.keyID,
                meaning: signer.attributes.meaning, signingTime: signer.attributes.signingTime,
                holds: signer.holds(over: content, by: certificate))
        }
    }

    /// Takes out the signatures of one key, with the certificates that only they needed; false where it has none.
    package mutating func remove(key: Digest) -> Bool {
        let kept = signers.filter { signer in
            certificates.first(where: signer.identifier.names)?.keyID != key
        }
        guard kept.count < signers.count else { return false }
        replace(signers: kept)
        return true
    }
}
