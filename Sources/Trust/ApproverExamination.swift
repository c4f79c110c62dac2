package import Platform
package import Vocabulary

extension TrustAnchors {
    /// The role in which somebody with this certificate approves releases, judged at `time` as a device judges it.
    ///
    /// It is asked before a signature is made: what a device would refuse is not signed.
    package func approverRole(
        of certificate: Certificate, through others: [Certificate], at time: Timestamp
    ) throws(TrustError) -> Role {
        let path = try Path(from: certificate, through: others, anchors: self, at: time)
        let role = try path.role()
        _ = try CertificateRules.requireStrength(of: path.chain)
        _ = try CertificateRules.requireCodeSigning(of: path.chain)
        try path.requireValidity(at: time)
        _ = try Revocation(lists: revocationLists, time: time).requireNone(in: path.chain)
        return role
    }
}
