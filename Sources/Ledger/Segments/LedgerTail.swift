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
    /// The hash of the line before them, which nothing else would hold.
    package let before: Digest

    package init(offset: UInt64, length: UInt64, lines: UInt64, digest: Digest, before: Digest) {
        self.offset = offset
        self.length = length
        self.lines = lines
        self.digest = digest
        self.before = before
    }
}

extension TornRegion {
    var body: JSON {
        [
            "before": .string(before.hex), "digest": .string(digest.hex), "length": .number(length),
            "lines": .number(lines), "offset": .number(offset),
        ]
    }
}

/// Where a segment ends, and whether it ends well.
///
/// Entries are written and flushed in groups, so only the last group of a file can be torn: a broken line that a
/// later group
/// follows was broken by something else, and is for `LedgerVerdict` to tell.
struct LedgerTail {
    let size: UInt64
    /// The sequence that the next line will have.
    let next: UInt64
    /// The leaf hash of the last line.
    let previous: Digest
    /// The last whole entry, nil where the segment has none.
    let newest: LedgerEntry?
    let torn: TornRegion?
    /// False where the last line of the file lacks its end.
    let isEnded: Bool
}

extension LedgerTail {
    /// Most groups are far smaller; where no group begins in it, more is read.
    private static let window: UInt64 = 128 << 10

    /// Reads the end of a segment whose first line has the number `first`, after a line of the hash `before`.
    init(of file: OpenFile, first: UInt64, before: Digest) throws(StorageError) {
        let size = try file.size()
        var window = Self.window
        while window < size {
            if let tail = try Self.examine(file, from: size - window, size: size) {
                self = tail
                return
            }
            window *= 8
        }
        if let tail = try Self.examine(file, from: 0, size: size, known: (first, before)) {
            self = tail
        } else {
            self.init(size: 0, next: first, previous: before, newest: nil, torn: nil, isEnded: true)
        }
    }

    /// Reads on from `start`, or, where that is not the segment's begin, from the first line after it that begins a
    /// group.
    ///
    /// Nil where there is none: what is before a group's first line belongs to groups that are done, so nothing
    /// there can be torn.
    private static func examine(
        _ file: OpenFile, from start: UInt64, size: UInt64, known: (first: UInt64, before: Digest)? = nil
    ) throws(StorageError) -> LedgerTail? {
        var scanner = LineScanner(file, from: start, to: size)
        var place = known
        var newest: LedgerEntry?
        var broken: (offset: UInt64, number: UInt64, before: Digest)?
        var isEnded = true
        if known == nil { _ = try scanner.next() }
        while let line = try scanner.next() {
            let entry = line.entry
            // A group tells its own place, whatever became of the lines before it.
            let begins = entry.map { $0.group == $0.sequence } ?? false
            if begins, let entry {
                if broken != nil || place == nil || place?.first != entry.sequence {
                    place = (entry.sequence, entry.previous)
                }
                broken = nil
            }
            guard let (current, previous) = place else { continue }
            let fits = entry.map { $0.sequence == current && $0.previous == previous } ?? false
            if !fits, !begins, broken == nil { broken = (line.offset, current, previous) }
            if fits || begins, broken == nil { newest = entry }
            place = (current + 1, line.leafHash)
            isEnded = line.isEnded
        }
        guard let (next, previous) = place else { return nil }
        let torn = try broken.map { (broken) throws(StorageError) in
            TornRegion(
                offset: broken.offset, length: size - broken.offset + (isEnded ? 0 : 1),
                lines: next - broken.number,
                digest: try file.digest(from: broken.offset, to: size, endingLine: !isEnded), before: broken.before)
        }
        return LedgerTail(
            size: size, next: next, previous: previous, newest: newest, torn: torn, isEnded: isEnded)
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
