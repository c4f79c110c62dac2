package import Vocabulary

/// The time by which certificates are judged: the larger of the clock and a stored watermark.
///
/// The watermark is the newest time that somebody trusted has signed, so the true time is not before it. A clock that is behind it is
/// wrong, and then the watermark is all there is: it can prove that a certificate has expired, but not that one is not valid yet.
package struct TrustedTime: Hashable, Sendable {
    package enum Confidence: String, Sendable {
        /// The clock is not behind the watermark.
        case clock
        /// The clock is wrong; the true time is this or later.
        case watermark
    }

    package let clock: Timestamp
    package let watermark: Timestamp?

    package init(clock: Timestamp, watermark: Timestamp?) {
        self.clock = clock
        self.watermark = watermark
    }

    package var time: Timestamp { max(clock, watermark ?? clock) }

    package var confidence: Confidence {
        guard let watermark, watermark > clock else { return .clock }
        return .watermark
    }

    /// The time by which a signature made at `signed` is judged.
    ///
    /// With a wrong clock the signer's word counts as well, or a release signed with a certificate newer than the watermark could
    /// never mend the device. It can only make the time later, within the certificate's validity.
    func judging(signed: Timestamp) -> Timestamp {
        confidence == .watermark ? max(time, signed) : time
    }
}
