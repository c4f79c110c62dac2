import Platform
import Vocabulary

/// One line of a ledger file, as it stands there.
struct LedgerLine {
    let offset: UInt64
    /// Its length in bytes, without its end.
    let length: UInt64
    /// Nil where it is longer than any entry may be.
    let bytes: [UInt8]?
    let leafHash: Digest
    /// False for the last line of a file that does not end it.
    let isEnded: Bool

    /// The entry it is, nil for anything else.
    var entry: LedgerEntry? { isEnded ? bytes.flatMap { try? LedgerEntry(line: $0) } : nil }

    /// Where the next line starts.
    var end: UInt64 { offset + length + (isEnded ? 1 : 0) }
}

/// Reads the lines of a ledger file one by one, in memory that the file's size does not change.
struct LineScanner {
    private static let bufferSize = 65536
    private let file: OpenFile
    private let end: UInt64
    /// A line that is longer than this comes without its bytes.
    var limit: Int
    private var buffer: [UInt8] = []
    private var cursor = 0
    private var bufferEnd: UInt64

    /// Reads the bytes from `start`, which must begin a line, to `end`.
    init(_ file: OpenFile, from start: UInt64, to end: UInt64, limit: Int = LedgerEntry.lineLimit) {
        self.file = file
        self.end = end
        self.limit = limit
        bufferEnd = start
    }

    /// Where the next line begins.
    var position: UInt64 { bufferEnd - UInt64(buffer.count - cursor) }

    /// The next line, nil at the end.
    mutating func next() throws(StorageError) -> LedgerLine? {
        let start = position
        var bytes: [UInt8]? = []
        var length: UInt64 = 0
        var isEnded = false
        let computation = SHA256()
        computation.update([0])
        while !isEnded, try fill() {
            let stop = buffer[cursor...].firstIndex(of: UInt8(ascii: "\n"))
            let part = buffer[cursor..<(stop ?? buffer.count)]
            part.withUnsafeBytes { computation.update($0) }
            length += UInt64(part.count)
            if length <= UInt64(limit) { bytes?.append(contentsOf: part) } else { bytes = nil }
            isEnded = stop != nil
            cursor = part.endIndex + (isEnded ? 1 : 0)
        }
        guard isEnded || length > 0 else { return nil }
        return LedgerLine(
            offset: start, length: length, bytes: bytes, leafHash: computation.finish(), isEnded: isEnded)
    }

    /// Reads on where the buffer is used up, and says whether there was anything.
    private mutating func fill() throws(StorageError) -> Bool {
        if cursor < buffer.count { return true }
        let left = end - bufferEnd
        guard left > 0 else { return false }
        buffer = try file.read(Int(min(left, UInt64(Self.bufferSize))), at: bufferEnd)
        bufferEnd += UInt64(buffer.count)
        cursor = 0
        return true
    }
}
