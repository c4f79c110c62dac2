package import Documents
package import Platform
package import Vocabulary

/// One person's or system's verified signature, in the role that its certificate chains to.
package struct Approval: Hashable, Sendable {
    package let role: Role
    package let subject: String
    /// The common name in the certificate, or all of the subject where it has none: who signed, for people.
    package let person: String
    /// What was meant by the signature; nil where it does not say, which is taken for an approval.
    package let meaning: SignatureMeaning?
    /// SHA-256 of the signer's SubjectPublicKeyInfo.
    package let keyID: Digest
    /// The certificate's serial number in hexadecimal digits.
    package let serial: String
    package let signingTime: Timestamp
    package let certificateExpiry: Timestamp

    /// Whether it counts for its role: who says of a signature that they wrote or read something did not approve it.
    package var approves: Bool { meaning?.approves ?? true }

    /// As it is kept in records and shown by programs.
    package var json: JSON {
        .members([
            "role": .string(role.name), "person": .string(person), "subject": .string(subject),
            "meaning": meaning.map { .string($0.rawValue) }, "keyID": .string(keyID.hex),
            "serial": .string(serial), "signed": .string(signingTime.description),
            "certificateExpiry": .string(certificateExpiry.description),
        ])
    }

    /// One line for a person: `quality: approved by Quinn Weber at 2026-05-01T12:00:00Z`.
    package var line: String { "\(role): \(meaning?.rawValue ?? "signed") by \(person) at \(signingTime)" }
}

/// Who a certificate is for, to tell whether two of them are one person's.
package struct Person: Hashable, Sendable, CustomStringConvertible {
    /// The name as it stands in the certificate.
    package let name: String

    package init(_ certificate: Certificate) { name = certificate.commonName ?? certificate.subject }

    package var description: String { name }

    // Letters, capital or small, and spaces as RFC 4518 takes them; whoever shares a name with a colleague needs a certificate that
    // tells them apart.
    private var folded: String { name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    package static func == (left: Person, right: Person) -> Bool { left.folded == right.folded }
    package func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}

/// Content whose approvals satisfy a policy; only a `Verifier` can make one.
package struct VerifiedContent: Sendable {
    package let bytes: [UInt8]
    package let approvals: [Approval]
    package let warnings: [TrustWarning]

    // Not `package`: no other module may say that something is verified.
    init(bytes: [UInt8], approvals: [Approval], warnings: [TrustWarning]) {
        self.bytes = bytes
        self.approvals = approvals
        self.warnings = warnings
    }

    /// The newest time that an approval was signed, for the watermark.
    package var newestSignedTime: Timestamp? { approvals.map(\.signingTime).max() }
}
