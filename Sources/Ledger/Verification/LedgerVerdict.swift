package import Vocabulary

/// What the verification of a ledger came to.
package enum LedgerVerdict: Hashable, Sendable {
    case whole(LedgerSummary)
    /// `line` is the first bad index of `docs/ledger.md`, 0 for what frames the lines; `offset` is where it begins
    /// in its file.
    case broken(line: UInt64, offset: UInt64, reason: LedgerBreak)
}

/// What a whole ledger holds.
package struct LedgerSummary: Hashable, Sendable {
    package let entries: UInt64
    /// Lines that power cuts tore, each named by an entry `ledger.torn`.
    package let torn: UInt64
    /// The leaf hash of the last line: as long as somebody outside keeps it, nothing before it can be changed unseen.
    package let head: Digest

    package init(entries: UInt64, torn: UInt64, head: Digest) {
        self.entries = entries
        self.torn = torn
        self.head = head
    }
}

/// How a ledger was broken, as far as what is left of it tells.
package enum LedgerBreak: String, Hashable, Sendable {
    case edited
    case deleted
    case inserted
    case swapped
    /// The file ends in the middle of an append; the next opening of the ledger marks it.
    case torn
    /// Lines are missing at the end.
    case missing
    /// A change of keys that the two keys did not sign.
    case key
    /// What frames an export is damaged, or its signatures are not by the key that they should be by.
    case frame
    /// From here on no checkpoint agrees with the lines.
    case checkpoint
}

/// All that a verification found out.
package struct LedgerReport: Sendable {
    package internal(set) var verdict: LedgerVerdict
    package internal(set) var origin: String?
    /// The sequences of the first and last line that were looked at; lines before the first were dropped.
    package internal(set) var first: UInt64 = 1
    package internal(set) var last: UInt64 = 0
    /// How many lines a checkpoint covers that agrees with them.
    package internal(set) var covered: UInt64 = 0
    package internal(set) var checkpoints = 0
    /// Checkpoints from elsewhere whose lines are no longer there.
    package internal(set) var unchecked = 0
    /// The key (DER SubjectPublicKeyInfo) of the newest checkpoint; nil for a ledger that signs nothing.
    package internal(set) var key: [UInt8]?
    /// Entries whose wall time is before that of the entry before them.
    package internal(set) var timesBack: UInt64 = 0
    package internal(set) var clockSteps: UInt64 = 0
    package internal(set) var witnessed: [Witnessed] = []

    /// What a witness vouches for.
    package struct Witnessed: Hashable, Sendable {
        package let name: String
        package let size: UInt64
        package let time: Timestamp
    }
}

/// What a verifier knows of a ledger besides the ledger.
package struct LedgerKnowledge: Sendable {
    /// The device's key, DER SubjectPublicKeyInfo.
    package var key: [UInt8]?
    /// Heads that somebody kept.
    package var checkpoints: [Checkpoint]
    package var witnesses: [WitnessKey]

    package init(key: [UInt8]? = nil, checkpoints: [Checkpoint] = [], witnesses: [WitnessKey] = []) {
        self.key = key
        self.checkpoints = checkpoints
        self.witnesses = witnesses
    }
}
