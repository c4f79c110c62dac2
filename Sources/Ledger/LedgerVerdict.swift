import Platform
package import Vocabulary

/// What the verification of a ledger file came to.
package enum LedgerVerdict: Hashable, Sendable {
    case whole(LedgerSummary)
    /// `line` is the first, from 1, that the rest of the file does not vouch for, at byte `offset`.
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
}

extension LedgerFile {
    /// Reads the whole file and checks that every line is an entry or marked as torn, and that each holds the hash of the one before.
    ///
    /// That entries were cut off the end shows only against a head that was kept elsewhere.
    package func verify() throws(LedgerError) -> LedgerVerdict {
        do throws(StorageError) {
            let size = try file.size()
            var scanner = LineScanner(file, from: 0, to: size)
            var chain = LedgerChain()
            while let line = try scanner.next() {
                let entry = line.entry
                if let entry, let torn = chain.marked(by: entry, at: line.offset), try isThere(torn) {
                    chain.forgive(torn)
                }
                if let verdict = chain.take(line, entry) { return verdict }
            }
            return chain.end
        } catch {
            throw .storage(error)
        }
    }

    private func isThere(_ torn: TornRegion) throws(StorageError) -> Bool {
        try file.digest(from: torn.offset, to: torn.offset + torn.length, endingLine: false) == torn.digest
    }
}
