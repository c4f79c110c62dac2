import Documents
import Platform

/// The sender's side of a stream to the device: answers what is asked for, piece by piece, in the order it is asked.
///
/// A plain value: frames come in and go out.
package struct RangeSender {
    /// More than any device has outstanding.
    private static let wantedLimit = 8192

    private let file: SentFile?
    private var number: UInt16?
    private var wanted: [Range<UInt64>] = []
    package private(set) var sentBytes: UInt64 = 0
    package private(set) var position: UInt64 = 0

    /// Without a file it says that there is none.
    package init(_ file: SentFile?) { self.file = file }

    package var hasWork: Bool { !wanted.isEmpty }
    package var isOffered: Bool { number != nil }

    /// What is to be said at once.
    package mutating func hear(_ frame: Frame) -> Frame? {
        switch frame.type {
        case .ready:
            guard let json = frame.json, (try? StreamReady(json))?.direction == .input else { return nil }
            return offer(frame.number)
        case .want:
            guard let file, let ranges = ByteRanges.decode(frame.payload) else { return nil }
            number = frame.number
            for range in ranges where range.upperBound <= file.size && range.length <= UInt64(Piece.limit) {
                if !range.isEmpty, wanted.count < Self.wantedLimit, !wanted.contains(range) { wanted.append(range) }
            }
            return nil
        case .end:
            wanted = []
            return nil
        default: return nil
        }
    }

    /// The offer for a stream that the device said to have, in case that it did not hear the first one.
    package mutating func offer(_ number: UInt16) -> Frame {
        if self.number != number { wanted = [] }
        self.number = number
        return Frame(.offer, number: number, json: file?.offer.json ?? [:])
    }

    /// The next piece that is wanted.
    package mutating func next() throws(TransferError) -> Frame? {
        guard let file, let number, !wanted.isEmpty else { return nil }
        let range = wanted.removeFirst()
        let bytes = try file.read(range)
        sentBytes += range.length
        position = max(position, range.upperBound)
        return Frame(.data, number: number, Piece(offset: range.lowerBound, bytes: bytes).payload)
    }
}
