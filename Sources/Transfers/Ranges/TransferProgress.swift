package import Documents

/// How far a transfer over the line is.
package struct TransferProgress: Equatable, Sendable {
    /// How many bytes came, those that had to come again counted once.
    package let bytes: UInt64
    /// Where in the whole it is, what the device has already and skipped included.
    package let position: UInt64
    package let total: UInt64
    package let bytesPerSecond: UInt64

    /// At this rate and if nothing more can be skipped.
    package var secondsLeft: UInt64? {
        bytesPerSecond > 0 ? (total - min(position, total) + bytesPerSecond - 1) / bytesPerSecond : nil
    }

    package var json: JSON {
        .members([
            "bytes": .number(bytes), "position": .number(position), "total": .number(total),
            "bytesPerSecond": .number(bytesPerSecond), "secondsLeft": secondsLeft.map { .number($0) },
        ])
    }
}
