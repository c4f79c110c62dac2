import Documents
import Vocabulary

/// One request and its answer, as the service tool sees them.
///
/// A plain value: frames come in, and those to be said come out.
struct RequestExchange {
    typealias Instant = ContinuousClock.Instant

    /// The first piece: long enough for most requests; each try is half as long, as a short piece rather comes through noise.
    private static let headLengths = 32...512
    private static let patience: ClosedRange<Duration> = .milliseconds(400) ... .seconds(2)

    private let request: [UInt8]
    private let number: UInt16
    private let rate: TransferRate
    private var headLength = headLengths.upperBound
    private var isTaken = false
    private var said: Instant?
    private var patience = patience.lowerBound
    private var answer: MessageAssembly?
    private(set) var export: ExportPull?
    /// The stream that goes with the answer.
    private(set) var stream: AnswerStream?
    /// The device's answer, once it has come as a whole.
    private(set) var result: Result<JSON, FaultReport>?

    init(_ request: [UInt8], number: UInt16, baud: Int?) {
        self.request = request
        self.number = number
        rate = TransferRate(baud: baud)
    }

    /// An export is part of the answer; what the device fetches for itself may take longer.
    var isOver: Bool {
        guard result != nil else { return false }
        return stream?.direction != .output || export?.isComplete ?? false
    }

    /// Gives the bytes of an export that are next.
    mutating func hear(_ frame: Frame, at now: Instant) throws(TransferError) -> (say: [Frame], export: [UInt8]) {
        switch frame.type {
        case .wantRequest where frame.number == number:
            said = now
            isTaken = frame.payload.isEmpty
            return (pieces(ByteRanges.decode(frame.payload) ?? []), [])
        case .answer where frame.number == number:
            try takeAnswer(frame, at: now)
        case .ready:
            guard let json = frame.json, let ready = try? StreamReady(json), ready.direction == .output,
                ready.request == number
            else { break }
            var pull = export ?? ExportPull(number: frame.number, rate: rate)
            pull.take(ready)
            export = pull
        case .data:
            guard var pull = export, pull.number == frame.number, let piece = Piece(payload: frame.payload) else {
                break
            }
            export = nil
            let bytes = pull.take(piece, at: now)
            export = pull
            return ([], bytes)
        default: break
        }
        return ([], [])
    }

    /// What is to be said now.
    mutating func due(at now: Instant) -> [Frame] {
        var frames: [Frame] = []
        if var assembly = answer {
            frames += assembly.wants(at: now).map { Frame(.wantAnswer, number: number, $0) }
            answer = assembly
        } else if result == nil,
            said.map({
                now - $0 > (isTaken ? patience : Self.patience.lowerBound) + rate.time(for: UInt64(2 * headLength))
            }) ?? true
        {
            if isTaken { patience = min(patience * 2, Self.patience.upperBound) }
            said = now
            frames.append(head())
        }
        frames += export?.due(at: now) ?? []
        return frames
    }

    /// The beginning of the request, or only its length once the device has it: that asks how it stands.
    private mutating func head() -> Frame {
        let length = isTaken ? 0 : min(request.count, headLength)
        if !isTaken { headLength = max(headLength / 2, Self.headLengths.lowerBound) }
        return piece(0..<length)
    }

    private func pieces(_ ranges: [Range<UInt64>]) -> [Frame] {
        ranges.filter { $0.upperBound <= UInt64(request.count) && $0.length <= UInt64(Piece.limit) }.map { range in
            piece(Int(range.lowerBound)..<Int(range.upperBound))
        }
    }

    private func piece(_ range: Range<Int>) -> Frame {
        Frame(.request, number: number, MessagePiece(of: request, range).payload)
    }

    private mutating func takeAnswer(_ frame: Frame, at now: Instant) throws(TransferError) {
        guard result == nil, let piece = MessagePiece(payload: frame.payload) else { return }
        guard piece.total <= LineServer.answerLimit else {
            throw .tooLarge("answer", bytes: Int(piece.total), limit: LineServer.answerLimit)
        }
        var assembly = answer ?? MessageAssembly(total: Int(piece.total), rate: rate)
        answer = nil
        assembly.take(piece, at: now)
        guard assembly.isComplete else {
            answer = assembly
            return
        }
        do throws(DocumentError) {
            let value = try JSONReader.read(assembly.bytes, limit: LineServer.answerLimit)
            result = try AnswerForm.read(value)
            stream = try AnswerForm.stream(value)
        } catch { throw .malformed("answer", error) }
    }
}
