package import Platform
package import SystemPackage

/// A ledger file to read from, by its owner or by anyone who was given a copy.
package struct LedgerFile {
    /// The file in a ledger's folder, named by the sequence of its first line.
    package static let name = "entries-0000000000000001.jsonl"

    let file: OpenFile

    init(_ file: OpenFile) { self.file = file }

    package init(_ path: FilePath, storage: Storage) throws(LedgerError) {
        do throws(StorageError) {
            file = try storage.open(path, .read)
        } catch {
            throw .storage(error)
        }
    }

    /// At most `limit` entries, oldest first, from the first whose sequence is at least `sequence`; torn lines are left out.
    package func entries(from sequence: UInt64, limit: Int) throws(LedgerError) -> [LedgerEntry] {
        do throws(StorageError) {
            let size = try file.size()
            let start = try groupStart(before: sequence, size: size)
            var scanner = LineScanner(file, from: start, to: size)
            var entries: [LedgerEntry] = []
            var previous = start == 0 ? LedgerEntry.noLine : nil
            var isBroken = false
            while entries.count < limit, let line = try scanner.next() {
                if let entry = line.entry {
                    // What is broken ends with its group.
                    isBroken = entry.group != entry.sequence && (isBroken || entry.previous != previous)
                    if !isBroken, entry.sequence >= sequence { entries.append(entry) }
                } else {
                    isBroken = true
                }
                previous = line.leafHash
            }
            return entries
        } catch {
            throw .storage(error)
        }
    }

    /// The offset of a line that begins a group not after `sequence`, found by halving the file.
    private func groupStart(before sequence: UInt64, size: UInt64) throws(StorageError) -> UInt64 {
        var low: UInt64 = 0
        var high = size
        while high - low > 2 * UInt64(LedgerEntry.lineLimit) {
            let middle = low + (high - low) / 2
            if let (offset, first) = try group(after: middle, until: high), first <= sequence {
                low = offset
            } else {
                high = middle
            }
        }
        return low
    }

    private func group(
        after middle: UInt64, until high: UInt64
    ) throws(StorageError) -> (offset: UInt64, first: UInt64)? {
        var scanner = LineScanner(file, from: middle, to: high)
        // The middle of the file is the middle of a line.
        _ = try scanner.next()
        while let line = try scanner.next() {
            if let entry = line.entry, entry.group == entry.sequence { return (line.offset, entry.sequence) }
        }
        return nil
    }
}
