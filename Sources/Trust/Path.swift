import Platform
import Vocabulary

/// The way from a signer's certificate to the anchors of a role.
struct Path {
    let chain: [Certificate]
    private let roles: [Role]
    /// What is out of its validity, if something is; the rest of the chain holds all the same.
    private let untimely: ChainError?

    /// Tries the anchors of every role.
    init(
        from certificate: Certificate, through others: [Certificate], anchors: TrustAnchors, at time: Timestamp
    ) throws(TrustError) {
        guard !certificate.isSelfIssued else { throw .selfSigned(certificate.subject) }
        var roles: [Role] = []
        var found: (chain: [Certificate], untimely: ChainError?)?
        var failures: [ChainError] = []
        for (role, anchors) in anchors.roles.sorted(by: { $0.key < $1.key }) {
            do throws(ChainError) {
                found = try Self.build(from: certificate, through: others, to: anchors, at: time)
                roles.append(role)
            } catch {
                failures.append(error)
            }
        }
        guard let found else { throw Self.reason(failures, for: certificate) }
        for member in found.chain where member.hasBrokenExtension {
            throw .unacceptableCertificate(member.subject, reason: "an extension cannot be read")
        }
        (chain, untimely, self.roles) = (found.chain, found.untimely, roles)
    }

    /// The one role of the signer; a certificate that would count for two counts for none.
    func role() throws(TrustError) -> Role {
        guard roles.count == 1, let role = roles.first else { throw .ambiguousRole(chain[0].subject, roles) }
        return role
    }

    /// Signers judge releases for years, but only with a certificate that is valid now and was when they signed.
    func requireValidity(signed: Timestamp, at time: TrustedTime) throws(TrustError) -> String {
        let judged = time.judging(signed: signed)
        try requireValidity(at: judged)
        let signer = chain[0]
        guard (signer.notBefore...max(signer.notBefore, signer.notAfter)).contains(signed) else {
            throw .signedOutsideValidity(signer.subject, signed: signed)
        }
        // Clocks differ by hours when someone set the wrong zone; more is a mistake, and would move the watermark.
        guard signed <= judged.advanced(by: 86400) else {
            throw .signedInFuture(signer.subject, signed: signed, at: judged)
        }
        return "valid to \(signer.notAfter), judged at \(judged) by the \(time.confidence.rawValue)"
    }

    /// That everything in the chain was valid at the time for which it was built, which the refusal names.
    func requireValidity(at judged: Timestamp) throws(TrustError) {
        switch untimely {
        case .expired(let subject, let end): throw .expired(subject, notAfter: end, at: judged)
        case .notYetValid(let subject, let start): throw .notYetValid(subject, notBefore: start, at: judged)
        default: break
        }
    }

    private static func build(
        from certificate: Certificate, through others: [Certificate], to anchors: [Certificate], at time: Timestamp
    ) throws(ChainError) -> ([Certificate], ChainError?) {
        do throws(ChainError) {
            return (try CertificateChain.build(from: certificate, through: others, to: anchors, at: time), nil)
        } catch {
            switch error {
            case .expired, .notYetValid:
                return (try CertificateChain.build(from: certificate, through: others, to: anchors, at: nil), error)
            default: throw error
            }
        }
    }

    /// Of the failures, one for each role, the one that came closest to an anchor.
    private static func reason(_ failures: [ChainError], for certificate: Certificate) -> TrustError {
        var telling: TrustError = .unknownAnchor(certificate.subject)
        for failure in failures {
            switch failure {
            case .untrustedRoot: break
            case .noIssuer(let subject, let issuer, let depth):
                if depth == 0 { telling = .missingIntermediate(subject, issuer: issuer) }
            case .unknownCriticalExtension(let subject): return .unknownCriticalExtension(subject)
            case .badSignature(let subject):
                return .unacceptableCertificate(subject, reason: "its issuer did not sign it")
            case .weakKey(let subject, let key): return .weakKey(subject, found: key.description)
            case .weakDigest(let subject, let algorithm): return .weakDigest(subject, found: algorithm.description)
            case .expired(let subject, _), .notYetValid(let subject, _):
                return .unacceptableCertificate(subject, reason: "it is not valid at this time")
            case .unacceptable(let subject, let reason): return .unacceptableCertificate(subject, reason: reason)
            }
        }
        return telling
    }
}

/// What revocation lists say of a chain.
struct Revocation {
    let lists: [RevocationList]
    let time: Timestamp

    /// Refuses a chain with something revoked in it, and warns where a list is old or not there.
    ///
    /// An expired list still tells what it knew. Refusing everything then would lock out a device that nobody reached in time.
    func requireNone(in chain: [Certificate]) throws(TrustError) -> [TrustWarning] {
        var warnings: [TrustWarning] = []
        for (certificate, issuer) in zip(chain, chain.dropFirst()) {
            guard let list = try newest(of: issuer) else {
                if !lists.isEmpty { warnings.append(.noRevocationList(issuer: issuer.subject)) }
                continue
            }
            if let since = list.revocation(of: certificate) {
                throw .revoked(certificate.subject, serial: certificate.serialText, since: since)
            }
            if let nextUpdate = list.nextUpdate, nextUpdate < time {
                warnings.append(.revocationListExpired(issuer: issuer.subject, nextUpdate: nextUpdate))
            }
        }
        return warnings
    }

    private func newest(of issuer: Certificate) throws(TrustError) -> RevocationList? {
        var newest: RevocationList?
        for list in lists where list.concerns(issuer) {
            guard list.isSigned(by: issuer) else { throw .revocationListNotByIssuer(list.issuer) }
            if case .other(let name) = list.signatureAlgorithm { throw .weakDigest(list.issuer, found: name) }
            guard !list.hasCriticalExtension else {
                throw .badRevocationList(list.issuer, reason: "it is partial, indirect or a delta")
            }
            if let other = newest, (other.thisUpdate, other.number ?? 0) >= (list.thisUpdate, list.number ?? 0) {
                continue
            }
            newest = list
        }
        return newest
    }
}
