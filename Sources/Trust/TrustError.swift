package import Documents
package import Platform
package import Vocabulary

/// Why approvals, or the policy that judges them, are not acceptable.
package enum TrustError: Fault, Equatable {
    // The policy
    case policy(DocumentError)
    case unreadable(StorageError)
    case badAnchor(String, reason: String)
    case anchorInTwoRoles(String, Role, Role)
    case badRevocationList(String, reason: String)

    // The encoding
    case tooLarge(String, count: Int, limit: Int, unit: String)
    case malformed(offset: Int, reason: String)
    case notCanonical(offset: Int, reason: String)
    case missingAttribute(String)
    case noSignerCertificate(String)
    case unusedCertificate(String)

    // The signature
    case contentChanged(String)
    case badSignature(String)
    case weakDigest(String, found: String)
    case weakKey(String, found: String)

    // The certificate
    case missingIntermediate(String, issuer: String)
    case unknownAnchor(String)
    case selfSigned(String)
    case wrongPurpose(String, reason: String)
    case unknownCriticalExtension(String)
    case unacceptableCertificate(String, reason: String)
    case expired(String, notAfter: Timestamp, at: Timestamp)
    case notYetValid(String, notBefore: Timestamp, at: Timestamp)
    case signedOutsideValidity(String, signed: Timestamp)
    case signedInFuture(String, signed: Timestamp, at: Timestamp)
    case revoked(String, serial: String, since: Timestamp)
    case revocationListNotByIssuer(String)
    case ambiguousRole(String, [Role])
    case notForService(String, reason: String)

    // What is no bundle
    case document(DocumentError)
    case deviceKey(String, reason: String)

    // The policy's demands
    case missingRole(Role, found: [Role])
    case sameKey(String, String)
    case samePerson(String, String)

    package var code: FaultCode {
        switch self {
        case .policy: FaultCode(2101)
        case .unreadable: FaultCode(2102)
        case .badAnchor: FaultCode(2103)
        case .anchorInTwoRoles: FaultCode(2104)
        case .badRevocationList: FaultCode(2105)
        case .tooLarge: FaultCode(2110)
        case .malformed: FaultCode(2111)
        case .notCanonical: FaultCode(2112)
        case .missingAttribute: FaultCode(2113)
        case .noSignerCertificate: FaultCode(2114)
        case .unusedCertificate: FaultCode(2115)
        case .contentChanged: FaultCode(2120)
        case .badSignature: FaultCode(2121)
        case .weakDigest: FaultCode(2122)
        case .weakKey: FaultCode(2123)
        case .missingIntermediate: FaultCode(2130)
        case .unknownAnchor: FaultCode(2131)
        case .selfSigned: FaultCode(2132)
        case .wrongPurpose: FaultCode(2133)
        case .unknownCriticalExtension: FaultCode(2134)
        case .unacceptableCertificate: FaultCode(2135)
        case .expired: FaultCode(2136)
        case .notYetValid: FaultCode(2137)
        case .signedOutsideValidity: FaultCode(2138)
        case .signedInFuture: FaultCode(2139)
        case .revoked: FaultCode(2140)
        case .revocationListNotByIssuer: FaultCode(2141)
        case .ambiguousRole: FaultCode(2142)
        case .notForService: FaultCode(2143)
        case .document: FaultCode(2160)
        case .deviceKey: FaultCode(2161)
        case .missingRole: FaultCode(2150)
        case .sameKey: FaultCode(2151)
        case .samePerson: FaultCode(2152)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .unreadable, .deviceKey: .failed
        default: .refused
        }
    }
}

extension TrustError {
    package var description: String {
        switch self {
        case .policy(let error): "the trust policy is not acceptable: \(error)"
        case .unreadable(let error): "a file of the trust policy cannot be read: \(error)"
        case .document(let error): "the signed document is not acceptable: \(error)"
        case .deviceKey(let name, let reason): "the device key '\(name)' cannot be used: \(reason)"
        case .badAnchor(let file, let reason): "'\(file)' is no trust anchor: \(reason)"
        case .anchorInTwoRoles(let subject, let one, let other):
            "'\(subject)' is an anchor of the role '\(one)' and of the role '\(other)'"
        case .badRevocationList(let file, let reason): "the revocation list '\(file)' cannot be used: \(reason)"
        case .tooLarge(let what, let count, let limit, let unit): "\(what) have \(count) \(unit), more than \(limit)"
        case .malformed(let offset, let reason): "the signatures are malformed at byte \(offset): \(reason)"
        case .notCanonical(let offset, let reason): "the signatures are not DER at byte \(offset): \(reason)"
        case .missingAttribute(let name): "a signature does not say its \(name), or not in the one form it has"
        case .noSignerCertificate(let signer): "there is no one certificate for the signer \(signer)"
        case .unusedCertificate(let subject): "the certificate '\(subject)' is in nobody's chain"
        case .contentChanged(let signer): "'\(signer)' signed other content"
        case .badSignature(let signer): "the signature of '\(signer)' is not right"
        case .weakDigest(let subject, let found): "'\(subject)' uses \(found), not SHA-256, SHA-384 or SHA-512"
        case .weakKey(let subject, let found):
            "the key of '\(subject)' is \(found), not RSA from 3072 bits, P-256, P-384 or Ed25519"
        default: certificateDescription
        }
    }

    private var certificateDescription: String {
        switch self {
        case .missingIntermediate(let subject, let issuer):
            "'\(issuer)', who issued '\(subject)', is neither an anchor nor among the certificates"
        case .unknownAnchor(let subject): "'\(subject)' leads to no anchor of any role"
        case .selfSigned(let subject): "'\(subject)' vouches for itself"
        case .wrongPurpose(let subject, let reason): "'\(subject)' is not for signing releases: \(reason)"
        case .notForService(let subject, let reason): "'\(subject)' is not for service: \(reason)"
        case .unknownCriticalExtension(let subject): "'\(subject)' has a critical extension that is not known"
        case .unacceptableCertificate(let subject, let reason): "'\(subject)' is not acceptable: \(reason)"
        case .expired(let subject, let end, let time): "'\(subject)' expired at \(end), it is \(time)"
        case .notYetValid(let subject, let start, let time): "'\(subject)' is valid from \(start), it is \(time)"
        case .signedOutsideValidity(let subject, let time): "'\(subject)' was not valid when it signed, at \(time)"
        case .signedInFuture(let subject, let signed, let time):
            "'\(subject)' signed at \(signed), which is after \(time)"
        case .revoked(let subject, let serial, let since):
            "'\(subject)', serial number \(serial), is revoked since \(since)"
        case .revocationListNotByIssuer(let issuer):
            "a revocation list in the name of '\(issuer)' is not signed by it"
        case .ambiguousRole(let subject, let roles):
            "'\(subject)' leads to anchors of more than one role: \(Self.list(roles))"
        case .missingRole(let role, let found):
            "no approval of the role '\(role)', only \(found.isEmpty ? "none" : Self.list(found))"
        case .sameKey(let one, let other): "'\(one)' and '\(other)' signed with the same key"
        case .samePerson(let one, let other): "'\(one)' and '\(other)' are one person by their common name"
        default: ""
        }
    }

    package var advice: String {
        switch self {
        case .policy, .badAnchor, .anchorInTwoRoles, .badRevocationList:
            "Correct [trust] in the device's configuration."
        case .notCanonical: "Sign with DER output and without streaming."
        case .missingIntermediate: "Approve again with the intermediate certificates."
        case .unusedCertificate: "Approve again with the signer's own intermediates only, without the root."
        case .expired, .notYetValid: "Approve again with a valid certificate, or check the device's clock."
        case .signedInFuture: "Check the clocks of the device and of the signer."
        case .missingRole: "Have the missing role approve it."
        case .sameKey: "Every approval needs a key of its own."
        case .samePerson: "Have somebody else approve; people who share a name need certificates that tell them apart."
        case .weakKey, .weakDigest, .wrongPurpose, .selfSigned, .revoked:
            "Approve again with a certificate that the manufacturer's authority issued for signing releases."
        case .notForService: "Use the certificate that was issued for service."
        default: ""
        }
    }

    private static func list(_ roles: [Role]) -> String { roles.map { "'\($0)'" }.joined(separator: ", ") }
}

/// Something about an approval that a person should know although it is accepted.
package enum TrustWarning: Hashable, Sendable, CustomStringConvertible {
    case revocationListExpired(issuer: String, nextUpdate: Timestamp)
    case noRevocationList(issuer: String)
    case clockBehind(clock: Timestamp, watermark: Timestamp)

    package var code: FaultCode {
        switch self {
        case .revocationListExpired: FaultCode(2190)
        case .noRevocationList: FaultCode(2191)
        case .clockBehind: FaultCode(2192)
        }
    }

    package var description: String {
        switch self {
        case .revocationListExpired(let issuer, let time):
            "the revocation list of '\(issuer)' should have been renewed by \(time)"
        case .noRevocationList(let issuer): "there is no revocation list of '\(issuer)'"
        case .clockBehind(let clock, let watermark):
            "the clock says \(clock), which is before \(watermark), when something known was signed"
        }
    }
}
