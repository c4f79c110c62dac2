import Documents
import Platform
import Vocabulary

/// What a sender says about its file: how long it is, how it is called, and by what it is known again.
struct StreamOffer: Equatable {
    let name: String
    let size: UInt64
    /// SHA-256 of the first 64 KiB: a bundle's head names everything in it by its digest.
    let head: Digest

    var json: JSON { ["name": .string(name), "size": .number(size), "head": .string(head.hex)] }

    init(name: String, size: UInt64, head: Digest) {
        self.name = name
        self.size = size
        self.head = head
    }

    init(_ value: JSON) throws(DocumentError) {
        var fields = try Fields(value)
        name = try fields.string("name", limit: 255)
        size = UInt64(try fields.integer("size"))
        head = try fields.digest("head")
    }
}

/// What the device says of a stream: that it waits for a sender, or how much of what it sends can be fetched.
struct StreamReady: Equatable {
    enum Direction: String {
        /// To the device.
        case input = "in"
        /// From the device.
        case output = "out"
    }

    let direction: Direction
    /// Of a stream from the device: the request that it belongs to.
    var request: UInt16 = 0
    /// Of a stream from the device: what there is so far, and whether that is all.
    var available: UInt64 = 0
    var isWhole = false

    var json: JSON {
        .members([
            "direction": .string(direction.rawValue),
            "request": direction == .output ? .number(request) : nil,
            "available": direction == .output ? .number(available) : nil,
            "whole": direction == .output ? .bool(isWhole) : nil,
        ])
    }

    init(_ direction: Direction, request: UInt16 = 0, available: UInt64 = 0, isWhole: Bool = false) {
        self.direction = direction
        self.request = request
        self.available = available
        self.isWhole = isWhole
    }

    init(_ value: JSON) throws(DocumentError) {
        var fields = try Fields(value)
        direction = try fields.direction()
        request = UInt16(try fields.integer("request", default: 0, in: 0...Int64(UInt16.max)))
        available = UInt64(try fields.integer("available", default: 0))
        isWhole = try fields.bool("whole", default: false)
    }
}

extension Frame {
    /// A frame that says one small JSON value.
    init(_ type: FrameType, number: UInt16 = 0, json: JSON) { self.init(type, number: number, json.canonicalBytes) }

    var json: JSON? { try? JSONReader.read(payload, limit: Frame.payloadLimit) }
}
