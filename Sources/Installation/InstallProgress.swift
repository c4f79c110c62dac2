/// How far an installation has come.
package struct InstallProgress: Equatable, Sendable {
    package enum Phase: String, Sendable {
        case writing
        case readingBack = "reading-back"
        /// Over a serial line into a peripheral.
        case uploading
    }

    package let phase: Phase
    /// Bytes of image done in this phase.
    package let done: UInt64
    /// Bytes of image in all.
    package let total: UInt64
    /// Bytes that were in place already.
    package let skipped: UInt64

    package init(phase: Phase, done: UInt64, total: UInt64, skipped: UInt64) {
        self.phase = phase
        self.done = done
        self.total = total
        self.skipped = skipped
    }
}

/// What an installation did.
package struct InstallReport: Equatable, Sendable {
    /// Bytes of image in all.
    package let total: UInt64
    /// Bytes that went to the medium.
    package let written: UInt64
    /// Bytes that were in place already.
    package var skipped: UInt64 { total - written }
}
