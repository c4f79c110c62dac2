import Platform

/// Judges approvals of any bytes by a policy.
///
/// How it works: the encoding is read in its one accepted form; then every signer is judged by itself, and one that does not hold refuses
/// all, so nothing in the signatures goes unchecked; at last the signers together are held against what the policy demands.
package struct Verifier: Sendable {
    package let policy: TrustPolicy

    package init(policy: TrustPolicy) { self.policy = policy }

    /// The content with its approvals, if `signatures`, a detached CMS SignedData in DER, satisfies the policy.
    package func verify(
        content: [UInt8], signatures: [UInt8], at time: TrustedTime
    ) throws(TrustError) -> VerifiedContent {
        switch examine(content: content, signatures: signatures, at: time).result {
        case .success(let verified): return verified
        case .failure(let error): throw error
        }
    }

    /// Every check with its verdict, also when the answer is no.
    package func examine(content: [UInt8], signatures: [UInt8], at time: TrustedTime) -> Examination {
        var whole = Checklist(subject: nil)
        let signedData: SignedData? = whole.check(.encoding) { () throws(TrustError) in
            let read = try SignedData(der: signatures)
            return (read, "\(signatures.count) bytes, \(read.signers.count) signatures")
        }
        guard let signedData else {
            whole.skip(.signature, .required)
            return Self.examination(whole.checks, [], failure: whole.failure, content, [])
        }
        var warnings: [TrustWarning] = []
        if let watermark = time.watermark, time.confidence == .watermark {
            warnings.append(.clockBehind(clock: time.clock, watermark: watermark))
        }
        let signers = signedData.signers.map { signer in
            SignerExamination(signer, in: signedData, content: content, policy: policy, at: time)
        }
        var checks = whole.checks + signers.flatMap(\.checks)
        for warning in signers.flatMap(\.warnings) where !warnings.contains(warning) { warnings.append(warning) }

        var demands = Checklist(subject: nil)
        judge(signers, signedData.certificates, &demands)
        checks += demands.checks
        let failure = whole.failure ?? signers.lazy.compactMap(\.failure).first ?? demands.failure
        return Self.examination(checks, warnings, failure: failure, content, signers.compactMap(\.approval))
    }

    private func judge(
        _ signers: [SignerExamination], _ certificates: [Certificate], _ demands: inout Checklist
    ) {
        // Whose chain a certificate is in is known only when all have one.
        if signers.allSatisfy({ $0.chain != nil }) {
            demands.check(.certificates) { () throws(TrustError) in
                let used = Set(signers.flatMap { $0.chain?.dropLast() ?? [] })
                for certificate in certificates where !used.contains(certificate) {
                    throw .unusedCertificate(certificate.subject)
                }
                return ((), "\(certificates.count), all in a signer's chain")
            }
        } else {
            demands.skip(.certificates)
        }
        demands.check(.keys) { () throws(TrustError) in
            for (index, signer) in signers.enumerated() {
                for other in signers[..<index] where signer.keyID != nil && other.keyID == signer.keyID {
                    throw .sameKey(other.name, signer.name)
                }
            }
            return ((), "\(signers.count), all different")
        }
        demands.check(.people) { () throws(TrustError) in
            for (index, signer) in signers.enumerated() {
                for other in signers[..<index] where signer.person != nil && other.person == signer.person {
                    throw .samePerson(other.name, signer.name)
                }
            }
            return ((), "\(signers.count), all different")
        }
        demands.check(.required) { () throws(TrustError) in
            let found = signers.compactMap(\.approval).filter(\.approves).map(\.role).sorted()
            for role in policy.required where !found.contains(role) { throw .missingRole(role, found: found) }
            return ((), policy.required.map(\.name).joined(separator: ", "))
        }
    }

    private static func examination(
        _ checks: [TrustCheck], _ warnings: [TrustWarning], failure: TrustError?, _ content: [UInt8],
        _ approvals: [Approval]
    ) -> Examination {
        let result: Result<VerifiedContent, TrustError> =
            if let failure {
                .failure(failure)
            } else {
                .success(VerifiedContent(bytes: content, approvals: approvals, warnings: warnings))
            }
        return Examination(checks: checks, warnings: warnings, approvals: approvals, result: result)
    }
}
