import Documents

/// How SMP packets travel over a console that carries text too (Zephyr, smp_transport, "Serial/console").
///
/// A packet is `length ‖ packet ‖ CRC`, length and CRC big endian, in base64, cut into lines of at most 127 bytes:
/// the first begins with 06 09, the others with 04 14, each ends with a newline. Everything else is babble.
package enum ConsoleFraming {
    static let start: [UInt8] = [0x06, 0x09]
    static let continuation: [UInt8] = [0x04, 0x14]
    static let newline = UInt8(ascii: "\n")
    package static let lineLength = 127

    package static func lines(of packet: [UInt8]) -> [[UInt8]] {
        let crc = CRC16.xmodem(packet)
        let whole = bigEndian(UInt16(packet.count + 2)) + packet + bigEndian(crc)
        // Whole groups of base64, as each line is decoded by itself; a byte is left for a carriage return on the way.
        let room = (lineLength - 4) / 4 * 3
        return stride(from: 0, to: whole.count, by: room).map { offset in
            (offset == 0 ? start : continuation)
                + Base64.encoded(whole[offset..<min(offset + room, whole.count)]) + [newline]
        }
    }

    private static func bigEndian(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
}

/// Finds packets in what a console says, and counts what else it says.
package struct ConsoleListener: Sendable {
    /// What came besides whole packets.
    package struct Counts: Sendable, Equatable {
        /// Bytes outside of frames.
        package var babble = 0
        /// Packets that broke off, and pieces without a beginning.
        package var halves = 0
        /// Frames that are no base64, and packets whose length or CRC is wrong.
        package var damaged = 0
        /// Lines and packets larger than any answer.
        package var huge = 0

        package init() {}
    }

    /// The longest line that is kept: some peers write longer ones than the 127 bytes they take.
    private static let longestLine = 4096
    private let largestPacket: Int
    private var line: [UInt8] = []
    private var isSkipping = false
    /// What has come of a packet, and its length with its CRC.
    private var partial: (bytes: [UInt8], length: Int)?
    package private(set) var counts = Counts()

    package init(largestPacket: Int = 8192) { self.largestPacket = largestPacket }

    /// Forgets a packet that has begun and will not end.
    package mutating func giveUp() {
        if partial != nil || Self.marker(in: line) != nil { counts.halves += 1 } else { counts.babble += line.count }
        partial = nil
        line.removeAll(keepingCapacity: true)
    }

    /// Takes what has come and gives the packets that are complete with it, without length and CRC.
    package mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        for byte in bytes {
            if byte == ConsoleFraming.newline {
                if isSkipping {
                    isSkipping = false
                } else if let packet = endLine() {
                    packets.append(packet)
                }
                line.removeAll(keepingCapacity: true)
            } else if isSkipping {
                counts.babble += 1
            } else if line.count == Self.longestLine {
                if Self.marker(in: line) != nil { counts.huge += 1 } else { counts.babble += line.count }
                (isSkipping, partial) = (true, nil)
                line.removeAll(keepingCapacity: true)
            } else {
                line.append(byte)
            }
        }
        return packets
    }

    /// Where the last frame of a line begins: one that broke off before its newline has the next one behind it.
    private static func marker(in line: [UInt8]) -> (offset: Int, isStart: Bool)? {
        for offset in stride(from: line.count - 2, through: 0, by: -1) {
            if line[offset] == 0x06, line[offset + 1] == 0x09 { return (offset, true) }
            if line[offset] == 0x04, line[offset + 1] == 0x14 { return (offset, false) }
        }
        return nil
    }

    private mutating func endLine() -> [UInt8]? {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard let (offset, isStart) = Self.marker(in: line) else {
            counts.babble += line.count
            return nil
        }
        if Self.marker(in: Array(line[..<offset])) != nil { counts.halves += 1 } else { counts.babble += offset }
        if isStart, partial != nil {
            counts.halves += 1
            partial = nil
        }
        guard let content = Base64.decode(line[(offset + 2)...]) else {
            counts.damaged += 1
            partial = nil
            return nil
        }
        return isStart ? begin(content) : goOn(content)
    }

    private mutating func begin(_ content: [UInt8]) -> [UInt8]? {
        guard content.count >= 2 else {
            counts.damaged += 1
            return nil
        }
        let length = Int(content[0]) << 8 | Int(content[1])
        guard length <= largestPacket + 2 else {
            counts.huge += 1
            return nil
        }
        return complete((Array(content[2...]), length))
    }

    private mutating func goOn(_ content: [UInt8]) -> [UInt8]? {
        guard let partial = partial.take() else {
            counts.halves += 1
            return nil
        }
        return complete((partial.bytes + content, partial.length))
    }

    private mutating func complete(_ packet: (bytes: [UInt8], length: Int)) -> [UInt8]? {
        guard packet.bytes.count >= packet.length else {
            partial = packet
            return nil
        }
        let content = packet.bytes.dropLast(2)
        guard packet.bytes.count == packet.length, packet.length > 2,
            UInt16(packet.bytes[content.endIndex]) << 8 | UInt16(packet.bytes[content.endIndex + 1])
                == CRC16.xmodem(content)
        else {
            counts.damaged += 1
            return nil
        }
        return Array(content)
    }
}
