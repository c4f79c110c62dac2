import Peripherals
import Platform
import Vocabulary

/// What a peripheral says: lines of a console with SMP packets in them, headers, CBOR, and what is in an answer.
///
/// Choices: 0 the input is a packet that is framed as it should be; 1 it is the CBOR of an answer, with a right header before it.
struct SMPDoor: Entrance {
    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        var content = feed.remainder
        if choices.contains(.bit(1)) {
            content = Array(content.prefix(4096))
            content = [0x09, 0, UInt8(content.count >> 8), UInt8(content.count & 255), 0, 1, 7, 0] + content
        }
        if choices.contains(.bit(0)) || choices.contains(.bit(1)) {
            content = Array(ConsoleFraming.lines(of: Array(content.prefix(8192))).joined())
        }
        var listener = ConsoleListener()
        var packets: [[UInt8]] = []
        for start in stride(from: 0, to: content.count, by: 97) {
            packets += listener.take(Array(content[start..<min(content.count, start + 97)]))
        }
        var whole = ConsoleListener()
        try promise("packets are the same in pieces of any size", whole.take(content) == packets)
        listener.giveUp()
        for packet in packets { try Self.take(packet) }
    }

    private static func take(_ packet: [UInt8]) throws(FuzzingError) {
        var listener = ConsoleListener()
        let again = listener.take(Array(ConsoleFraming.lines(of: packet).joined()))
        try promise("a packet that is framed again is the same", again == [packet])
        guard let header = SMPHeader(packet) else { return }
        let body: CBOR
        do throws(CBORError) { body = try CBOR(decoding: Array(packet[SMPHeader.byteCount...])) } catch { return }
        let encoded = body.encoded
        guard let read = try? CBOR(decoding: encoded) else {
            throw .broken(promise: "a value that was read and written can be read")
        }
        try promise("a value has one form", read.encoded == encoded)
        let message = SMPMessage(
            header.operation, header.command, body, sequence: header.sequence, version: header.version)
        if encoded.count <= 0xFFFF {
            try promise("a message keeps its header", SMPHeader(message.encoded) == header)
        }
        if let refusal = SMPRefusal(body) { try look(at: refusal.description) }
        guard let images = try? SMPClient.images(in: body, of: "motor") else { return }
        try promise("there are few images", images.count <= 32)
        for image in images { _ = MCUbootVersion(image.version) }
    }

    private static func look(at text: String) throws(FuzzingError) {
        try promise("what a peripheral says is short", text.count <= 400)
    }
}

/// Firmware for a microcontroller, as it lies in a slot or comes from a stick.
///
/// Choices: 0 the hash that it carries is made right.
struct FirmwareDoor: Entrance {
    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        var content = feed.remainder
        if choices.contains(.bit(0)) { content = Self.withRightHash(content) }
        let image: MCUbootImage
        do throws(PeripheralError) { image = try MCUbootImage(content, for: "motor") } catch { return }
        try promise("an image is what was read", image.bytes == content)
        try promise(
            "a version that was written is read as it was",
            MCUbootVersion(image.version.description)?.description == image.version.description)
    }

    /// Puts a SHA-256 of everything before it into a TLV at the end, as an image's tool does.
    private static func withRightHash(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 32 else { return bytes }
        let body = Array(bytes[..<12]) + [0, 0, 0, 0] + bytes[16...]
        let header = 32
        let length = body.count - header
        var image = body
        image.replaceSubrange(8..<10, with: [UInt8(header), 0])
        image.replaceSubrange(10..<12, with: [0, 0])
        image.replaceSubrange(12..<16, with: (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) })
        let hash = SHA256.digest(of: image).bytes
        return image + [0x07, 0x69, 40, 0, 0x10, 0, 32, 0] + hash
    }
}
