package import Documents
package import Platform
package import Trust
package import Vocabulary

/// Why somebody at a service port does not get what they ask for.
package enum ServiceError: Fault, Equatable {
    // The policy
    case policy(DocumentError)
    /// A file of the policy, or a certificate; the code is the one of the cause.
    case trust(TrustError)
    case crypto(CryptoError)
    case noService
    case unsuitableDevice(String)

    // The session
    case notLoggedIn(ServiceCommand)
    case notAllowed(ServiceCommand, ServiceRight)
    case sessionOver(String)
    case otherSession(String)
    case lockedOut(seconds: Int64)
    case recordIncomplete([RecordItem])
    case noEmergency
    case emergencySpent(perDay: Int)
    case emergencyMistyped(String)

    // The challenge
    case challengeMalformed(String)
    case noChallenge
    case challengeExpired(seconds: Int64)
    case challengeUsed
    case otherChallenge
    case otherDevice(String)

    // The grant's text
    case grantMalformed(String)
    case lineMistyped(Int, reason: String)
    case lineMissing(Int)
    case grantIncomplete
    case grantTooLong(limit: Int)

    // What the grant says
    case unknownPerson(keyMark: String)
    case otherCertificate(String)
    case badSignature(String)
    case grantOver(until: Timestamp, at: Timestamp)
    case windowTooLong(seconds: Int64, limit: Int64)
    case noRightsLeft(granted: [String], role: Role)
    case otherBundle(granted: Digest, found: Digest)
    case terms(String)

    // Incidents
    case unanswered([String])
    case answer(String, reason: String)

    package var code: FaultCode {
        switch self {
        case .policy: FaultCode(3401)
        case .trust(let error): error.code
        case .crypto(let error): error.code
        case .noService: FaultCode(3402)
        case .unsuitableDevice: FaultCode(3403)
        case .notLoggedIn: FaultCode(3404)
        case .notAllowed: FaultCode(3405)
        case .sessionOver: FaultCode(3406)
        case .lockedOut: FaultCode(3407)
        case .recordIncomplete: FaultCode(3408)
        case .noEmergency: FaultCode(3409)
        case .emergencySpent: FaultCode(3410)
        case .otherSession: FaultCode(3411)
        case .emergencyMistyped: FaultCode(3412)
        case .challengeMalformed: FaultCode(3420)
        case .noChallenge: FaultCode(3421)
        case .challengeExpired: FaultCode(3422)
        case .challengeUsed: FaultCode(3423)
        case .otherChallenge: FaultCode(3424)
        case .otherDevice: FaultCode(3425)
        case .grantMalformed: FaultCode(3430)
        case .lineMistyped: FaultCode(3431)
        case .lineMissing: FaultCode(3432)
        case .grantIncomplete: FaultCode(3433)
        case .grantTooLong: FaultCode(3434)
        case .unknownPerson: FaultCode(3440)
        case .otherCertificate: FaultCode(3441)
        case .badSignature: FaultCode(3442)
        case .grantOver: FaultCode(3443)
        case .windowTooLong: FaultCode(3444)
        case .noRightsLeft: FaultCode(3445)
        case .otherBundle: FaultCode(3446)
        case .terms: FaultCode(3447)
        case .unanswered: FaultCode(3450)
        case .answer: FaultCode(3451)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .trust(let error): error.kind
        case .crypto: .failed
        case .otherSession, .lockedOut: .inUse
        case .terms: .usage
        default: .refused
        }
    }

    /// Whether it counts towards a lock-out: a text that was mistyped does not, since nobody can guess a signature by it.
    package var countsAsAttempt: Bool {
        switch self {
        case .grantMalformed, .lineMistyped, .lineMissing, .grantIncomplete, .grantTooLong, .lockedOut, .noService,
            .noChallenge, .challengeExpired, .crypto:
            false
        default: true
        }
    }
}

extension ServiceError {
    package var description: String {
        switch self {
        case .policy(let error): "the service policy is not acceptable: \(error)"
        case .trust(let error): error.description
        case .crypto(let error): error.description
        case .noService: "nobody can log in: the device's configuration names no role for service"
        case .unsuitableDevice(let id):
            "the device's id '\(id)' cannot be asked about: it does not have 1 to 64 printable ASCII characters"
        case .notLoggedIn(let command): "'\(command.rawValue)' needs somebody who is logged in"
        case .notAllowed(let command, let right): "'\(command.rawValue)' needs the right '\(right.rawValue)'"
        case .sessionOver(let reason): "the session is over: \(reason)"
        case .otherSession(let port): "the session on '\(port)' is changing the device"
        case .lockedOut(let seconds): "nobody can log in for another \(seconds) s, after too many refusals"
        case .recordIncomplete(let items):
            "the service record lacks \(items.map(\.words).joined(separator: ", "))"
        case .noEmergency: "this device has no emergency access"
        case .emergencySpent(let perDay): "emergency access was taken \(perDay) times in 24 hours, which is the limit"
        case .emergencyMistyped(let id): "'\(id.plain)' is not this device's id"
        default: grantDescription
        }
    }

    private var grantDescription: String {
        switch self {
        case .challengeMalformed(let reason): "that is no challenge: \(reason)"
        case .noChallenge: "no challenge waits for an answer on this port"
        case .challengeExpired(let seconds):
            "the challenge is older than \(seconds) s, or of another start of the device"
        case .challengeUsed: "the grant answers a challenge that was used already"
        case .otherChallenge: "the grant answers another challenge"
        case .otherDevice(let id): "the grant is for another device than '\(id)'"
        case .grantMalformed(let reason): "that is no grant: \(reason)"
        case .lineMistyped(let line, let reason): "line \(line) of the grant is mistyped: \(reason)"
        case .lineMissing(let line): "line \(line) of the grant is missing"
        case .grantIncomplete: "the grant ends early: its last lines are missing"
        case .grantTooLong(let limit): "the grant is longer than \(limit) characters"
        case .unknownPerson(let mark): "the device knows nobody whose key begins with \(mark)"
        case .otherCertificate(let subject): "the certificate of '\(subject)' is not for the key that the grant names"
        case .badSignature(let subject): "the signature of '\(subject)' is not right: the grant was changed"
        case .grantOver(let until, let time): "the grant was good until \(until), it is \(time)"
        case .windowTooLong(let seconds, let limit): "the grant is good for \(seconds) s, more than \(limit) s"
        case .noRightsLeft(let granted, let role):
            "of what is granted (\(granted.joined(separator: ", "))) the role '\(role)' may do nothing here"
        case .otherBundle(let granted, let found): "the grant is for the release \(granted), this one is \(found)"
        case .terms(let reason): "no such grant can be made: \(reason)"
        case .unanswered(let prompts): "the incident report lacks \(prompts.joined(separator: ", "))"
        case .answer(let prompt, let reason): "the answer to '\(prompt)' \(reason)"
        default: ""
        }
    }

    package var advice: String {
        switch self {
        case .policy, .noService, .unsuitableDevice: "Correct [service] in the device's configuration."
        case .trust: "Ask your service lead for a grant by a certificate that this device takes."
        case .notLoggedIn: "Log in first: ask for a challenge and have it answered."
        case .notAllowed: "Log in with a grant that gives it, by a role that has it."
        case .sessionOver: "Log in again."
        case .otherSession: "Wait until it is done, or end that session."
        case .lockedOut: "Wait; switching the device off begins the time anew."
        case .emergencyMistyped: "Type the device's id as it stands on its label."
        case .challengeMalformed: "Copy the challenge again, whole."
        case .noChallenge, .challengeExpired, .challengeUsed, .otherChallenge:
            "Ask for a new challenge and have it answered."
        case .otherDevice: "Answer the challenge of this device."
        case .lineMistyped, .lineMissing: "Type that line again, or paste the whole grant."
        case .grantMalformed, .grantIncomplete: "Paste the whole grant, from its first line to the point at its end."
        case .grantTooLong: "Make it with --short, or with a P-256 key."
        case .unknownPerson: "Make the grant again without --short."
        case .badSignature: "Make the grant again, and copy it whole."
        case .grantOver: "Check the clocks of the device and of the laptop, and make a new grant."
        case .windowTooLong: "Make the grant for fewer hours."
        case .otherBundle: "Make a grant for this release."
        case .otherCertificate: "Make the grant with the certificate that belongs to its key."
        case .noRightsLeft: "Ask for a grant by somebody whose role may do more here."
        case .recordIncomplete: "Say what is missing, and close the session again."
        case .emergencySpent: "Have a challenge answered; the manufacturer's service can do that by telephone."
        default: ""
        }
    }
}
