package import Platform
package import SystemPackage

/// One segment of a ledger to read from.
package struct LedgerFile {
    /// The first segment in a ledger's folder.
    package static let name = LedgerSegment.name(first: 1)

    let file: OpenFile

    init(_ file: OpenFile) { self.file = file }

    package init(_ path: FilePath, storage: Storage) throws(LedgerError) {
        do throws(StorageError) {
            file = try storage.open(path, .read)
        } catch {
            throw .storage(error)
        }
    }

    /// At most `limit` entries, oldest first, from the first whose sequence is at least `sequence`; torn lines are
    /// left out.
    package func entries(from sequence: UInt64, limit: Int) throws(LedgerError) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        do throws(StorageError) {
            let start = try groupStart(before: sequence, size: try file.size())
            var reader = try EntryReader(file, from: start)
            while entries.count < limit, let entry = try reader.next() {
                if entry.sequence >= sequence { entries.append(entry) }
            }
        } catch {
            throw .storage(error)
        }
        return entries
    }

    /// The offset of a line that begins a group not after `sequence`, found by halving the file.
    func groupStart(before sequence: UInt64, size: UInt64) throws(StorageError) -> UInt64 {
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

/// Reads the entries of a segment one by one and leaves out what is torn or broken.
struct EntryReader {
    private let file: OpenFile
    private var scanner: LineScanner
    private var previous = LedgerEntry.noLine
    private var isBroken = false

    /// Begins at `offset`, where a line begins that begins a group.
    init(_ file: OpenFile, from offset: UInt64) throws(StorageError) {
        self.file = file
        scanner = LineScanner(file, from: offset, to: try file.size())
    }

    mutating func next() throws(StorageError) -> LedgerEntry? {
        while let line = try scanner.next() {
            defer { previous = line.leafHash }
            guard let entry = line.entry else {
                // A line that is still being written is read again when it is whole.
                isBroken = true
                continue
            }
            // What is broken ends with its group.
            isBroken = entry.group != entry.sequence && (isBroken || entry.previous != previous)
            if !isBroken { return entry }
        }
        return nil
    }
}
