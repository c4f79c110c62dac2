import Documents
import Platform
package import Vocabulary

/// What an append that the power cut short left behind; its bytes stay where they are.
package struct TornRegion: Hashable, Sendable {
    package let offset: UInt64
    /// Its length in bytes, with the end of its last line.
    package let length: UInt64
    package let lines: UInt64
    package let digest: Digest

    package init(offset: UInt64, length: UInt64, lines: UInt64, digest: Digest) {
        self.offset = offset
        self.length = length
        self.lines = lines
        self.digest = digest
    }
}

extension TornRegion {
    var body: JSON {
        [
            "digest": .string(digest.hex), "length": .number(length), "lines": .number(lines),
            "offset": .number(offset),
        ]
    }

    init?(_ entry: LedgerEntry) {
        guard entry.event == .ledgerTorn, var fields = try? Fields(entry.body),
            let offset = try? fields.integer("offset"), let length = try? fields.integer("length"),
            let lines = try? fields.integer("lines"), let digest = try? fields.digest("digest")
        else { return nil }
        self.init(offset: UInt64(offset), length: UInt64(length), lines: UInt64(lines), digest: digest)
    }
}

/// Where a ledger file ends, and whether it ends well.
///
/// Entries are written and flushed in groups, so only the last group of a file can be torn: a broken line that a later group
/// follows was broken by something else, and is for `LedgerVerdict` to tell.
struct LedgerTail {
    let size: UInt64
    /// The sequence that the next line will have.
    let next: UInt64
    /// The leaf hash of the last line.
    let previous: Digest
    let torn: TornRegion?
    /// False where the last line of the file lacks its end.
    let isEnded: Bool
}

extension LedgerTail {
    /// More than one torn group and the torn attempts to mark it can fill.
    private static let window: UInt64 = 4 << 20

    init(of file: OpenFile) throws(StorageError) {
        let size = try file.size()
        if size > Self.window, let tail = try Self.examine(file, from: size - Self.window, size: size) {
            self = tail
        } else if let tail = try Self.examine(file, from: 0, size: size) {
            self = tail
        } else {
            self.init(size: 0, next: 1, previous: LedgerEntry.noLine, torn: nil, isEnded: true)
        }
    }

    /// Reads on from `start`; nil where no good entry stands before what may be torn, so that one must start earlier.
    private static func examine(
        _ file: OpenFile, from start: UInt64, size: UInt64
    ) throws(StorageError) -> LedgerTail? {
        var scanner = LineScanner(file, from: start, to: size)
        var number: UInt64? = start == 0 ? 1 : nil
        var previous: Digest? = start == 0 ? LedgerEntry.noLine : nil
        var broken: (offset: UInt64, number: UInt64)?
        var isEnded = true
        if start > 0 { _ = try scanner.next() }
        while let line = try scanner.next() {
            let entry = line.entry
            // A group tells its own place, whatever became of the lines before it.
            let begun = entry.flatMap { $0.group == $0.sequence ? $0.sequence : nil }
            guard let current = begun ?? number ?? entry?.sequence else { return nil }
            let isWhole = entry.map { $0.sequence == current && $0.previous == previous ?? $0.previous } ?? false
            if begun != nil { broken = nil }
            if !isWhole, begun == nil, broken == nil { broken = (line.offset, current) }
            number = current + 1
            previous = line.leafHash
            isEnded = line.isEnded
        }
        guard let number, let previous else { return nil }
        let torn = try broken.map { (broken) throws(StorageError) in
            TornRegion(
                offset: broken.offset, length: size - broken.offset + (isEnded ? 0 : 1),
                lines: number - broken.number,
                digest: try file.digest(from: broken.offset, to: size, endingLine: !isEnded))
        }
        return LedgerTail(size: size, next: number, previous: previous, torn: torn, isEnded: isEnded)
    }
}

extension OpenFile {
    /// The SHA-256 of a range, with a line end after it where it lacks one.
    func digest(from start: UInt64, to end: UInt64, endingLine: Bool) throws(StorageError) -> Digest {
        let computation = SHA256()
        var offset = start
        while offset < end {
            let part = try read(Int(min(65536, end - offset)), at: offset)
            computation.update(part)
            offset += UInt64(part.count)
        }
        if endingLine { computation.update([UInt8(ascii: "\n")]) }
        return computation.finish()
    }
}
