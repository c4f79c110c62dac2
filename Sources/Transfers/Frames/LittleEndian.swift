extension FixedWidthInteger {
    var littleEndianBytes: [UInt8] {
        (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) }
    }

    /// Reads as many bytes as the number has, from `offset` of bytes that are known to be long enough.
    init(littleEndian bytes: some RandomAccessCollection<UInt8>, at offset: Int = 0) {
        self = bytes.dropFirst(offset).prefix(Self.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Self($1) }
    }
}
