package import Vocabulary

/// What a person signs: who may do what on which device, answering which challenge, and when.
package struct GrantTerms: Hashable, Sendable {
    package static let context = "aftercare.service-grant/1"

    package let challenge: Challenge
    package let rights: ServiceRights
    /// Digest of the one manifest that may be installed; nil for any that the device accepts.
    package let bundle: Digest?
    /// A whole minute.
    package let notBefore: Timestamp
    package let until: Timestamp

    /// The window is widened to whole minutes; nil if it is empty, longer than 45 days, or of another age.
    package init?(
        challenge: Challenge, rights: ServiceRights, bundle: Digest? = nil, notBefore: Timestamp, until: Timestamp
    ) {
        let minute = notBefore.seconds.minute
        let length = (until.seconds + 59).minute - minute
        guard (0...Int64(UInt32.max)).contains(minute), (1...Int64(UInt16.max)).contains(length),
            rights.isSubset(of: .all), !rights.isEmpty
        else { return nil }
        self.init(challenge, rights, bundle, startMinute: UInt32(minute), minutes: UInt16(length))
    }

    init(
        _ challenge: Challenge, _ rights: ServiceRights, _ bundle: Digest?, startMinute: UInt32, minutes: UInt16
    ) {
        self.challenge = challenge
        self.rights = rights
        self.bundle = bundle
        notBefore = Timestamp(seconds: Int64(startMinute) * 60)
        until = Timestamp(seconds: (Int64(startMinute) + Int64(minutes)) * 60)
    }

    package var seconds: Int64 { until.seconds - notBefore.seconds }

    /// The bytes under the signature: eight lines, each ended by a line feed (docs/grants.md).
    package func signedText(person: Digest) -> [UInt8] {
        let lines = [
            Self.context, "device: \(challenge.foldedDevice)", "challenge: \(challenge.nonce)", "person: \(person.hex)",
            "rights: \(rights.names.joined(separator: ","))", "bundle: \(bundle?.hex ?? "any")",
            "not-before: \(notBefore)", "until: \(until)",
        ]
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }
}

extension Int64 {
    /// Whole minutes, rounded down.
    fileprivate var minute: Int64 { self >= 0 ? self / 60 : (self - 59) / 60 }
}
