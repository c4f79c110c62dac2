import Platform
package import Trust
package import Vocabulary

/// As whom, when and how somebody approves, and the trust by which that is checked beforehand.
package struct ApprovalTerms: Sendable {
    package var signer: ContentSigner
    package var time: Timestamp
    package var meaning: SignatureMeaning
    /// What a device trusts; nil where nobody said, and then roles are not known.
    package var trust: TrustPolicy?
    /// The role that the signer means to approve in; only with `trust`.
    package var role: Role?
    /// The rule packs by which a release is judged before it is signed; nil where nobody has any.
    package var rules: RecordJudgement?

    package init(
        _ signer: ContentSigner, at time: Timestamp, meaning: SignatureMeaning = .approved,
        trust: TrustPolicy? = nil, as role: Role? = nil, rules: RecordJudgement? = nil
    ) {
        self.rules = rules
        self.signer = signer
        self.time = time
        self.meaning = meaning
        self.trust = trust
        self.role = role
    }

    /// The role that the signer's certificate has; nil where that cannot be known. Refuses another than the one that was named.
    @discardableResult
    package func certifiedRole() throws(ApprovalError) -> Role? {
        guard let trust else { return nil }
        let found: Role
        do throws(TrustError) {
            found = try trust.anchors.approverRole(of: signer.certificate, through: signer.intermediates, at: time)
        } catch { throw .trust(error) }
        if let role, found != role { throw .role(found, certificate: signer.certificate.subject, wanted: role) }
        return found
    }

    /// The signatures over `content` with this one added to those that are there, if they hold and leave nothing to refuse.
    ///
    /// Without a trust only the signatures themselves are checked; with it, everything that a device checks, but whether all roles
    /// are there yet.
    package func sign(_ content: [UInt8], addingTo existing: [UInt8]) throws(ApprovalError) -> [UInt8] {
        try certifiedRole()
        try requireValidity(of: existing, over: content)
        let signatures: [UInt8]
        do throws(SigningError) {
            signatures = try signer.sign(
                content, at: time, addingTo: existing.isEmpty ? nil : existing, meaning: meaning)
        } catch { throw .signing(error) }
        try requireValidity(of: signatures, over: content)
        return signatures
    }

    private func requireValidity(of signatures: [UInt8], over content: [UInt8]) throws(ApprovalError) {
        guard !signatures.isEmpty else { return }
        let claims: [ClaimedApproval]
        do throws(TrustError) {
            claims = try SignedData(der: signatures).claims(over: content)
        } catch { throw .trust(error) }
        for claim in claims where !claim.holds { throw .doesNotHold(claim.subject) }
        guard let trust else { return }
        let examination = Verifier(policy: trust).examine(
            content: content, signatures: signatures, at: TrustedTime(clock: time, watermark: nil))
        for check in examination.checks where check.rule != .required {
            if case .failed(let error) = check.verdict { throw .trust(error) }
        }
    }
}
