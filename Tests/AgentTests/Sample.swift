import Agent
import Vocabulary

/// Values that the tests of the agent share.
enum Sample {
    static let offer = Offer(id: "u1", source: .file("/r.aftercare"), activatesByItself: true, requestedBy: "uid 0")
    static let streamed = Offer(id: "u2", source: .stream, activatesByItself: true, requestedBy: "uid 0")
    static let fault = FaultReport(code: FaultCode(2701), kind: .refused, reason: "no", advice: "")
    static let update = make(offer)
    static let streamedUpdate = make(streamed)

    private static func make(_ offer: Offer) -> Update {
        guard let version = Version("1.1.0"), let from = Version("1.0.0"),
            let digest = Digest(bytes: [UInt8](repeating: 7, count: 32))
        else { preconditionFailure("the sample is wrong") }
        return Update(
            offer: offer, version: version, from: from, securityVersion: 3, manifestDigest: digest, target: .b,
            trialDeadline: 600)
    }
}
