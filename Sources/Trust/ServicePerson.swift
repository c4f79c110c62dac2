package import Platform
package import Vocabulary

/// Somebody whose certificate leads to the anchors of one role and is for service; only an examination makes one.
package struct ServicePerson: Sendable {
    package let certificate: Certificate
    package let role: Role
    package let warnings: [TrustWarning]
    // Its initializer is not `package`: no other module may say that somebody is known.
}

extension TrustAnchors {
    /// Who a certificate for service stands for, judged as the certificates of approvals are.
    ///
    /// `proven` is a time that the person vouches for just now, bound to something fresh: a clock that is behind it is wrong. It can
    /// only make the time later, and moves no watermark.
    package func serviceExamination(
        of certificate: Certificate, through others: [Certificate], at time: TrustedTime, proven: Timestamp
    ) throws(TrustError) -> ServicePerson {
        let judged = max(time.time, proven)
        let path = try Path(from: certificate, through: others, anchors: self, at: judged)
        let role = try path.role()
        _ = try CertificateRules.requireStrength(of: path.chain)
        _ = try CertificateRules.requireService(of: path.chain)
        try path.requireValidity(at: judged)
        var warnings: [TrustWarning] = []
        if let watermark = time.watermark, time.confidence == .watermark {
            warnings.append(.clockBehind(clock: time.clock, watermark: watermark))
        }
        warnings += try Revocation(lists: revocationLists, time: judged).requireNone(in: path.chain)
        return ServicePerson(certificate: certificate, role: role, warnings: warnings)
    }
}
