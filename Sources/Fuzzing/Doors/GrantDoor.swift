import Documents
import Platform
import Releases
import Servicing
import SystemPackage
import Trust
import Vocabulary

/// What a person types or pastes at a service port to be let in, and what a service tool sends there.
///
/// The first byte, modulo four: 0 patches of the bytes of a grant that holds; 1 bytes of a grant; 2 its text; 3 the text of a
/// challenge, as the person's own tool reads it.
struct GrantDoor: Entrance {
    private let verifier: GrantVerifier
    private let challenge: Challenge
    private let valid: Grant

    init(_ ground: Ground) throws {
        guard let technician = Role("technician") else { throw FuzzingError.unknownDoor("technician") }
        let authority = try ground.authority(for: .service, [technician])
        let signer = try ground.signer(technician, of: authority)
        let pem = try ground.storage.read(
            authority.folder.appending(technician.name).appending("root.pem"), limit: 1 << 16)
        verifier = GrantVerifier(
            policy: try ServicePolicy(
                roles: [technician: .all], anchors: [technician: try Certificate.read(pem: pem, limit: 1)],
                people: signer.intermediates + [signer.certificate]))
        challenge = try Challenge(text: Templates.challenge)
        guard
            let terms = GrantTerms(
                challenge: challenge, rights: .all, notBefore: Ground.time, until: Ground.time.advanced(by: 3600))
        else { throw FuzzingError.unprepared(door: "grant", reason: "its terms are none") }
        valid = try Grant(
            terms, person: signer.certificate.keyID, certificates: [],
            signature: try signer.key.sign(
                terms.signedText(person: signer.certificate.keyID), digest: signer.key.kind.naturalDigest))
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        switch feed.byte() % 4 {
        case 0: try take(try? Grant(bytes: valid.bytes.patched(by: &feed)), of: nil)
        case 1:
            let content = feed.remainder
            try take(try? Grant(bytes: content), of: content)
        case 2:
            let text = String(decoding: feed.remainder, as: UTF8.self)
            _ = Grant.isComplete(text)
            try take(try? Grant(text: text), of: nil)
        default: try Self.takeChallenge(String(decoding: feed.remainder, as: UTF8.self))
        }
    }

    private func take(_ grant: Grant?, of content: [UInt8]?) throws(FuzzingError) {
        guard let grant else { return }
        if let content { try promise("a grant is written as it was read", grant.bytes == content) }
        if let text = try? grant.text() {
            try promise("a grant that was written out is read as it was", (try? Grant(text: text)) == grant)
        }
        let time = TrustedTime(clock: Ground.time.advanced(by: 60), watermark: nil)
        let isGood = (try? verifier.verify(grant, answering: challenge, at: time)) != nil
        try promise("only the grant that was signed lets anybody in", isGood == (grant == valid))
        _ = (grant.terms(answering: challenge).signedText(person: SHA256.digest(of: [])), grant.until)
    }

    private static func takeChallenge(_ text: String) throws(FuzzingError) {
        guard let challenge = try? Challenge(text: text) else { return }
        try promise(
            "a challenge that was written out is read as it was",
            (try? Challenge(text: challenge.description)) == challenge)
        try promise("a challenge is of a device that can be named", Challenge.isNameable(challenge.device))
    }
}

/// A request of a service session, as a console, a service tool or another program makes it.
///
/// Choices: 0 edits of one that is whole.
struct RequestDoor: Entrance {
    private let templates = Templates.requests

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        guard let value = DocumentInput.value(&feed, choices, templates: templates) else { return }
        guard let command = ServiceRequest.command(of: value) else { return }
        let request: ServiceRequest
        do throws(DocumentError) { request = try ServiceRequest(value, as: command) } catch { return }
        switch request {
        case .incident(let answers): try Self.take(answers)
        case .login(let grant): _ = try? Grant(text: grant)
        default: break
        }
    }

    /// What comes in here is kept in the ledger, which must be able to read it again.
    private static func take(_ answers: JSON) throws(FuzzingError) {
        let written = answers.canonicalBytes
        try promise(
            "what a person answers can be read again",
            (try? JSONReader.read(written, limit: 1 << 20))?.canonicalBytes == written)
    }
}
