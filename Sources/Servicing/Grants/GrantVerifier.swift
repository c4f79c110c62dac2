package import Platform
package import Trust
package import Vocabulary

/// A grant that was judged and holds, which only a `GrantVerifier` says: what a session stands on.
package struct VerifiedGrant: Sendable {
    /// The person's name in the certificate, without what else its subject says.
    package let person: String
    package let role: Role
    /// What is granted and what the role may do: both.
    package let rights: ServiceRights
    /// Digest of the one manifest that may be installed; nil for any that the device accepts.
    package let bundle: Digest?
    package let notBefore: Timestamp
    package let until: Timestamp
    /// How long it still holds from the moment of judging, to be counted by a clock that nobody sets.
    package let secondsLeft: Int64
    package let certificate: Certificate
    package let warnings: [GrantWarning]

    fileprivate init(
        _ terms: GrantTerms, _ person: ServicePerson, rights: ServiceRights, at time: Timestamp,
        warnings: [GrantWarning]
    ) {
        self.person = person.certificate.commonName ?? person.certificate.subject
        role = person.role
        self.rights = rights
        bundle = terms.bundle
        notBefore = terms.notBefore
        until = terms.until
        secondsLeft = terms.until.seconds - max(time, terms.notBefore).seconds
        certificate = person.certificate
        self.warnings = warnings
    }

    /// Refuses a release that the grant is not for.
    package func requireBundle(_ manifest: Digest) throws(ServiceError) {
        guard let bundle, bundle != manifest else { return }
        throw .otherBundle(granted: bundle, found: manifest)
    }
}

/// Something about a grant that a person should know although it is accepted.
package enum GrantWarning: Hashable, Sendable, CustomStringConvertible {
    case trust(TrustWarning)
    /// The device's clock is behind the person's.
    case clockBehindPerson(clock: Timestamp, notBefore: Timestamp)

    package var code: FaultCode {
        switch self {
        case .trust(let warning): warning.code
        case .clockBehindPerson: FaultCode(3490)
        }
    }

    package var description: String {
        switch self {
        case .trust(let warning): warning.description
        case .clockBehindPerson(let clock, let start):
            "the clock says \(clock), which is before \(start), when the grant was made"
        }
    }
}

/// Judges grants by a device's service policy.
///
/// How it works: the marks tell whose challenge is answered; then the signature is checked over the text that the device writes from
/// what it knows and what the grant says, so nothing of it can be other than the person signed it; then certificate, time and rights.
package struct GrantVerifier: Sendable {
    /// How far two good clocks may differ before it is worth a word, in seconds.
    private static let tolerance: Int64 = 300

    package let policy: ServicePolicy
    private let remembered: [Certificate]

    /// `remembered` are certificates of earlier grants that held: their people need not send them again.
    ///
    /// Each is judged anew every time, so remembering lets nobody in who would not get in with it.
    package init(policy: ServicePolicy, remembered: [Certificate] = []) {
        self.policy = policy
        self.remembered = remembered
    }

    /// The grant as something to rely on, if it answers `challenge` and everything about it holds.
    ///
    /// The challenge makes it fresh, so a clock that is behind locks nobody out: it is accepted with a warning. No time that a
    /// technician signed moves the device's watermark.
    package func verify(
        _ grant: Grant, answering challenge: Challenge, at time: TrustedTime
    ) throws(ServiceError) -> VerifiedGrant {
        guard policy.hasRoles else { throw .noService }
        guard grant.speaks(of: challenge) else { throw .otherDevice(challenge.device) }
        guard grant.answers(challenge) else { throw .otherChallenge }
        let terms = grant.terms(answering: challenge)
        let certificate = try signer(of: grant, terms)
        let person: ServicePerson
        do throws(TrustError) {
            person = try policy.anchors.serviceExamination(
                of: certificate, through: Array(grant.certificates.dropFirst()) + policy.intermediates, at: time,
                proven: terms.notBefore)
        } catch {
            throw .trust(error)
        }
        guard terms.seconds <= policy.longestSeconds else {
            throw .windowTooLong(seconds: terms.seconds, limit: policy.longestSeconds)
        }
        guard terms.until > time.time else { throw .grantOver(until: terms.until, at: time.time) }
        let rights = terms.rights.intersection(policy.roles[person.role] ?? [])
        guard !rights.isEmpty else { throw .noRightsLeft(granted: terms.rights.names, role: person.role) }
        var warnings = person.warnings.map(GrantWarning.trust)
        if time.time.advanced(by: Self.tolerance) < terms.notBefore {
            warnings.append(.clockBehindPerson(clock: time.time, notBefore: terms.notBefore))
        }
        return VerifiedGrant(terms, person, rights: rights, at: time.time, warnings: warnings)
    }

    /// The certificate under which the signature holds: the one that came along, or one of those the device knows.
    private func signer(of grant: Grant, _ terms: GrantTerms) throws(ServiceError) -> Certificate {
        if let certificate = grant.certificates.first {
            guard Self.isNamed(certificate, by: grant) else { throw .otherCertificate(certificate.subject) }
            guard Self.isSigned(grant, terms, by: certificate) else { throw .badSignature(certificate.subject) }
            return certificate
        }
        let known = (policy.people + remembered).filter { Self.isNamed($0, by: grant) }
        guard let first = known.first else { throw .unknownPerson(keyMark: Hex.encode(grant.keyMark)) }
        guard let signer = known.first(where: { Self.isSigned(grant, terms, by: $0) }) else {
            throw .badSignature(first.subject)
        }
        return signer
    }

    private static func isNamed(_ certificate: Certificate, by grant: Grant) -> Bool {
        certificate.keyID.bytes.prefix(grant.keyMark.count).elementsEqual(grant.keyMark)
    }

    private static func isSigned(_ grant: Grant, _ terms: GrantTerms, by certificate: Certificate) -> Bool {
        guard let signature = try? certificate.key.signature(raw: grant.signature) else { return false }
        return certificate.verifies(
            signature, over: terms.signedText(person: certificate.keyID), digest: certificate.key.naturalDigest)
    }
}
