package import Vocabulary

/// One thing that was done with one peripheral; what the ledger has an entry for.
package struct PeripheralStep: Sendable, Equatable {
    package let peripheral: String
    package let kind: Kind

    package init(_ peripheral: String, _ kind: Kind) {
        self.peripheral = peripheral
        self.kind = kind
    }

    package enum Kind: Sendable, Equatable {
        /// The image is in a slot already.
        case found(Digest)
        /// How much of the image the peripheral has.
        case uploading(done: Int, of: Int)
        /// The image is in the slot that does not run, as the peripheral says itself.
        case uploaded(Digest)
        /// The next restart tries the image.
        case marked(Digest)
        case restarted
        /// The image runs.
        case running(Digest, version: String)
        case confirmed(Digest)
        /// It runs, for good, what it ran before.
        case takenBack(Digest)
        case failed(PeripheralError)
    }

    /// One word, stable, for JSON and the ledger.
    package var word: String {
        switch kind {
        case .found: "found"
        case .uploading: "uploading"
        case .uploaded: "uploaded"
        case .marked: "marked"
        case .restarted: "restarted"
        case .running: "running"
        case .confirmed: "confirmed"
        case .takenBack: "taken-back"
        case .failed: "failed"
        }
    }
}
