package import Vocabulary

/// One person's or system's verified signature, in the role that its certificate chains to.
package struct Approval: Hashable, Sendable {
    package let role: Role
    package let subject: String
    /// SHA-256 of the signer's SubjectPublicKeyInfo.
    package let keyID: Digest
    /// The certificate's serial number in hexadecimal digits.
    package let serial: String
    package let signingTime: Timestamp
    package let certificateExpiry: Timestamp
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
