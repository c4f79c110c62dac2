import Documents
import Vocabulary

/// A piece of a request or an answer: its offset and the length of the whole, 4 bytes each, and then its bytes.
struct MessagePiece {
    static let headerLength = 8

    let offset: UInt32
    let total: UInt32
    let bytes: [UInt8]

    init(of message: [UInt8], _ range: Range<Int>) {
        offset = UInt32(range.lowerBound)
        total = UInt32(message.count)
        bytes = Array(message[range])
    }

    init?(payload: [UInt8]) {
        guard payload.count >= Self.headerLength else { return nil }
        offset = UInt32(littleEndian: payload)
        total = UInt32(littleEndian: payload, at: 4)
        bytes = Array(payload[Self.headerLength...])
        guard UInt64(offset) + UInt64(bytes.count) <= UInt64(total) else { return nil }
    }

    var payload: [UInt8] { offset.littleEndianBytes + total.littleEndianBytes + bytes }

    var range: Range<UInt64> { UInt64(offset)..<(UInt64(offset) + UInt64(bytes.count)) }
}

/// A request or an answer that comes in pieces, and asks for those that are missing.
struct MessageAssembly {
    typealias Instant = ContinuousClock.Instant

    private(set) var bytes: [UInt8]
    private var puller: RangePuller
    private let rate: TransferRate
    /// What the sender says unasked: up to this many bytes from the start.
    private var isHeadExpected = true

    /// `total` was checked against its limit.
    init(total: Int, rate: TransferRate) {
        bytes = [UInt8](repeating: 0, count: total)
        self.rate = rate
        puller = RangePuller(rate: rate)
    }

    var isComplete: Bool { !isHeadExpected && puller.isIdle }

    mutating func take(_ piece: MessagePiece, at now: Instant) {
        guard Int(piece.total) == bytes.count else { return }
        let place = Int(piece.offset)..<(Int(piece.offset) + piece.bytes.count)
        if isHeadExpected {
            // Whatever comes first decides: the head saves asking for it, and anything else is asked for with the rest.
            isHeadExpected = false
            let known = piece.offset == 0 ? piece.bytes.count : 0
            if known > 0 { bytes.replaceSubrange(place, with: piece.bytes) }
            // What came through says what will; of nothing but a length nothing is known but that short is better.
            puller = RangePuller(rate: rate, firstPiece: piece.bytes.count)
            puller.add(UInt64(known)..<UInt64(bytes.count))
        } else if puller.take(piece.range, at: now) {
            bytes.replaceSubrange(place, with: piece.bytes)
        }
    }

    mutating func wants(at now: Instant) -> [[UInt8]] { puller.wants(at: now) }
}

/// The stream that a request opened: its answer names it, because what announces a stream may get lost.
struct AnswerStream: Equatable, Sendable {
    let number: UInt16
    let direction: StreamReady.Direction

    var json: JSON { ["number": .number(number), "direction": .string(direction.rawValue)] }

    init(number: UInt16, direction: StreamReady.Direction) {
        self.number = number
        self.direction = direction
    }

    init(_ value: JSON) throws(DocumentError) {
        var fields = try Fields(value, at: "stream")
        number = UInt16(try fields.integer("number", in: 0...Int64(UInt16.max)))
        direction = try fields.direction()
    }
}

extension Fields {
    mutating func direction() throws(DocumentError) -> StreamReady.Direction {
        let word = try string("direction")
        guard let direction = StreamReady.Direction(rawValue: word) else {
            throw refuse("direction", "is not 'in' or 'out'")
        }
        return direction
    }
}

/// What an answer says: what was asked for, or why not (docs/line-protocol.md).
enum AnswerForm {
    static func json(_ result: Result<JSON, FaultReport>, stream: AnswerStream? = nil) -> JSON {
        switch result {
        case .success(let answer): .members(["answer": answer, "stream": stream?.json])
        case .failure(let fault):
            [
                "fault": [
                    "code": .string(fault.code.description), "kind": .string(fault.kind.rawValue),
                    "reason": .string(fault.reason), "advice": .string(fault.advice),
                ]
            ]
        }
    }

    static func read(_ value: JSON) throws(DocumentError) -> Result<JSON, FaultReport> {
        var fields = try Fields(value)
        if var fault = try fields.optionalFields("fault") {
            let text = try fault.string("code")
            guard text.hasPrefix("AC-"), let number = Int(text.dropFirst(3)) else {
                throw fault.refuse("code", "is not a number like AC-3501")
            }
            let name = try fault.string("kind")
            guard let kind = FaultKind(rawValue: name) else { throw fault.refuse("kind", "is not a kind of fault") }
            return .failure(
                FaultReport(
                    code: FaultCode(number), kind: kind, reason: try fault.string("reason", limit: 4096),
                    advice: try fault.string("advice", limit: 4096)))
        }
        return .success(try fields.value("answer"))
    }

    /// The stream that belongs to an answer, and may go on after it.
    static func stream(_ value: JSON) throws(DocumentError) -> AnswerStream? {
        var fields = try Fields(value)
        return try fields.optional("stream").map { (stream) throws(DocumentError) in try AnswerStream(stream) }
    }
}
