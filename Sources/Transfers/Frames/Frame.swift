import Platform

/// One unit on the line: `00 COBS(type, flags, number, length, payload, CRC-32) 00` (docs/line-protocol.md).
package struct Frame: Equatable, Sendable {
    /// The largest payload of any frame.
    ///
    /// What is said at once is lost at once: 8 KiB are a tenth of a second at 921,600 baud, where longer ones gain less than
    /// one part in a thousand. The check still finds any three wrong bits in so much.
    package static let payloadLimit = 8192

    private static let headerLength = 6
    private static let checkLength = 4
    /// The longest that can stand between two zero bytes.
    static let encodedLimit = COBS.longest(headerLength + payloadLimit + checkLength)

    package let type: FrameType
    /// Which request, answer or stream it belongs to.
    package let number: UInt16
    package let payload: [UInt8]

    /// `payload` has at most `payloadLimit` bytes.
    package init(_ type: FrameType, number: UInt16 = 0, _ payload: [UInt8] = []) {
        precondition(payload.count <= Self.payloadLimit, "a frame's payload has at most \(Self.payloadLimit) bytes")
        self.type = type
        self.number = number
        self.payload = payload
    }

    /// What goes over the line, with a zero byte before and after.
    package var encoded: [UInt8] {
        var plain: [UInt8] = [type.rawValue, 0]
        plain.reserveCapacity(Self.headerLength + payload.count + Self.checkLength)
        plain += number.littleEndianBytes
        plain += UInt16(payload.count).littleEndianBytes
        plain += payload
        plain += CRC32.checksum(plain[...]).littleEndianBytes
        var bytes: [UInt8] = [0]
        bytes.reserveCapacity(COBS.longest(plain.count) + 2)
        COBS.encode(plain, into: &bytes)
        bytes.append(0)
        return bytes
    }

    /// Reads what stood between two zero bytes; nil for anything that is not wholly a frame.
    package init?(encoded: some Collection<UInt8>) {
        guard encoded.count <= Self.encodedLimit, let plain = COBS.decode(encoded),
            plain.count >= Self.headerLength + Self.checkLength,
            Int(UInt16(littleEndian: plain, at: 4)) == plain.count - Self.headerLength - Self.checkLength,
            CRC32.checksum(plain[..<(plain.count - Self.checkLength)])
                == UInt32(littleEndian: plain, at: plain.count - Self.checkLength),
            // No flag has a meaning yet: what sets one says something that we would misunderstand.
            plain[1] == 0
        else { return nil }
        type = FrameType(rawValue: plain[0])
        number = UInt16(littleEndian: plain, at: 2)
        payload = Array(plain[Self.headerLength..<(plain.count - Self.checkLength)])
    }
}

extension Frame: CustomStringConvertible {
    package var description: String { "\(type.rawValue) number \(number), \(payload.count) bytes" }
}
