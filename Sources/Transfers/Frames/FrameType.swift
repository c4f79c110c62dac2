/// What a frame is for; the numbers are part of docs/line-protocol.md and never change their meaning.
package struct FrameType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    // The conversation
    package static let hello = FrameType(rawValue: 0x01)
    package static let welcome = FrameType(rawValue: 0x02)
    package static let bye = FrameType(rawValue: 0x03)
    package static let probe = FrameType(rawValue: 0x04)
    package static let echo = FrameType(rawValue: 0x05)

    // Messages: pieces of what one side holds, and what the other still wants of it
    package static let request = FrameType(rawValue: 0x10)
    package static let wantRequest = FrameType(rawValue: 0x11)
    package static let answer = FrameType(rawValue: 0x12)
    package static let wantAnswer = FrameType(rawValue: 0x13)
    package static let event = FrameType(rawValue: 0x14)

    // Streams: bytes that are too many to be a message
    package static let ready = FrameType(rawValue: 0x20)
    package static let offer = FrameType(rawValue: 0x21)
    package static let want = FrameType(rawValue: 0x22)
    package static let data = FrameType(rawValue: 0x23)
    package static let end = FrameType(rawValue: 0x24)
}
