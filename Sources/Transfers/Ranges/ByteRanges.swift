/// Ranges of bytes as they are asked for, 12 bytes each: the offset, 8 bytes, and the length, 4 bytes, little-endian.
package enum ByteRanges {
    package static let entryLength = 12
    /// How many stand in one frame at most.
    package static let limit = 64

    package static func encode(_ ranges: some Sequence<Range<UInt64>>) -> [UInt8] {
        ranges.flatMap { range in
            range.lowerBound.littleEndianBytes + UInt32(clamping: range.upperBound - range.lowerBound).littleEndianBytes
        }
    }

    /// Nil for what is no list of ranges, or has too many of them.
    package static func decode(_ bytes: [UInt8]) -> [Range<UInt64>]? {
        guard bytes.count.isMultiple(of: entryLength), bytes.count <= limit * entryLength else { return nil }
        var ranges: [Range<UInt64>] = []
        for start in stride(from: 0, to: bytes.count, by: entryLength) {
            let offset = UInt64(littleEndian: bytes, at: start)
            let (end, isBeyond) = offset.addingReportingOverflow(UInt64(UInt32(littleEndian: bytes, at: start + 8)))
            guard !isBeyond else { return nil }
            ranges.append(offset..<end)
        }
        return ranges
    }
}

/// Some bytes of something longer, with their place in it.
package struct Piece: Equatable {
    package static let headerLength = 8
    /// The most bytes that a piece in one frame can have.
    package static let limit = Frame.payloadLimit - headerLength

    package let offset: UInt64
    package let bytes: [UInt8]

    package init(offset: UInt64, bytes: [UInt8]) {
        self.offset = offset
        self.bytes = bytes
    }

    /// Nil for what is no piece, or would end beyond any file.
    package init?(payload: [UInt8]) {
        guard payload.count >= Self.headerLength else { return nil }
        offset = UInt64(littleEndian: payload)
        bytes = Array(payload[Self.headerLength...])
        guard !offset.addingReportingOverflow(UInt64(bytes.count)).overflow else { return nil }
    }

    package var payload: [UInt8] { offset.littleEndianBytes + bytes }

    package var range: Range<UInt64> { offset..<(offset + UInt64(bytes.count)) }
}
