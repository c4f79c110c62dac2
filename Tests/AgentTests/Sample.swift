import Agent
import Vocabulary

/// Values that the tests of the agent share.
enum Sample {
    static let offer = Offer(id: "u1", source: .file("/r.aftercare"), activatesByItself: true, requestedBy: "uid 0")
    static let streamed = Offer(id: "u2", source: .stream, activatesByItself: true, requestedBy: "uid 0")
    static let fault = FaultReport(code: FaultCode(2701), kind: .refused, reason: "no", advice: "")
    static let update = make(offer)
    static let streamedUpdate = make(streamed)
    /// An update that takes a motor controller along.
    static let setUpdate = make(offer, peripherals: [PeripheralChange(peripheral: "motor")])
    static let changes = [
        PeripheralChange(
            peripheral: "motor", before: PeripheralRelease(version: "1.0.0", hash: digest(1)),
            after: PeripheralRelease(version: "1.1.0", hash: digest(2)))
    ]
    static let time = Timestamp(seconds: 1_790_000_000)

    private static func digest(_ byte: UInt8) -> Digest {
        guard let digest = Digest(bytes: [UInt8](repeating: byte, count: 32)) else {
            preconditionFailure("a digest has 32 bytes")
        }
        return digest
    }

    private static func make(_ offer: Offer, peripherals: [PeripheralChange] = []) -> Update {
        guard let version = Version("1.1.0"), let from = Version("1.0.0") else {
            preconditionFailure("the sample is wrong")
        }
        return Update(
            offer: offer, version: version, from: from, securityVersion: 3, manifestDigest: digest(7), target: .b,
            trialDeadline: 600, peripherals: peripherals)
    }
}
