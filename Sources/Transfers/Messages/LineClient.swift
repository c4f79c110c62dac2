package import Documents
package import Platform
package import Vocabulary

/// The service tool's side of machine mode: asks the device, answers what the device asks of a file, takes what it exports.
///
/// Used by one thread, which every call blocks. docs/line-protocol.md says what goes over the line.
package final class LineClient {
    typealias Instant = ContinuousClock.Instant

    package struct Settings: Sendable {
        package var baud: Int?
        /// How long the device may say nothing at all before it is given up.
        package var patience: Duration = .seconds(30)

        package init(baud: Int? = nil) { self.baud = baud }
    }

    /// What comes besides answers; called on the thread that waits.
    package struct Handlers {
        /// What the device says unasked.
        package var event: (JSON) -> Void = { _ in }
        /// The next bytes of what the device exports.
        package var export: ([UInt8]) throws(FaultReport) -> Void = { _ throws(FaultReport) in }
        /// How much of the file was sent over the line.
        package var sent: (_ bytes: UInt64, _ position: UInt64) -> Void = { _, _ in }

        package init() {}
    }

    package var handlers = Handlers()
    let settings: Settings
    let cancellation: Cancellation
    private let line: any ByteLine
    private var decoder = FrameDecoder()
    private var sender = RangeSender(nil)
    private var lastNumber: UInt16 = 0
    /// The stream that the device still reads the file of an earlier request by, and when it was last reminded of the offer.
    private var served: (stream: UInt16, reminded: Instant)?
    private var heard = Instant.now
    private var isClosing = false
    private var writeTime = LineClient.writeTime
    /// How long the line may take for one frame, at its slowest.
    private static let writeTime: Duration = .seconds(20)

    package init(_ line: any ByteLine, settings: Settings = Settings(), cancellation: Cancellation = Cancellation()) {
        self.line = line
        self.settings = settings
        self.cancellation = cancellation
    }

    /// What came and was no frame: how noisy the line is.
    package var losses: FrameDecoder.Losses { decoder.losses }

    /// Begins a conversation with a console that listens to a person, and makes sure that the line lets every byte through.
    @discardableResult
    package func connect() throws(TransferError) -> JSON {
        var generator = SystemRandomNumberGenerator()
        let session = String(generator.next(), radix: 16)
        guard let welcome = try greet(session) else { throw .noAnswer(seconds: Int(settings.patience.inSeconds)) }
        let version = welcome["protocol"]?.integer ?? 0
        guard version == 1 else { throw .protocolVersion(version) }
        writeTime = .seconds(2)
        defer { writeTime = Self.writeTime }
        do throws(TransferError) { try checkTransparency() } catch {
            // A line whose flow was stopped takes nothing any more.
            if case .line(.notTaken) = error { throw .notTransparent }
            throw error
        }
        return welcome
    }

    /// Ends the conversation: the console listens to a person again.
    package func close() {
        // Also after it was cancelled: the console shall listen to a person again, at once and not after some silence.
        isClosing = true
        writeTime = .seconds(2)
        let bye = Frame(.bye, json: ["reason": "done"])
        let deadline = Instant.now + .seconds(2)
        while Instant.now < deadline {
            guard (try? send(bye)) != nil, let frames = try? hear(within: .milliseconds(300)) else { return }
            if frames.contains(where: { $0.type == .bye }) { return }
        }
    }

    /// Carries out one request on the device, which may take as long as it wants while it is heard from.
    ///
    /// `file` is what the device gets when it asks for one; it may go on to read it after its answer, for as long as `isServing`
    /// says, and gets what it wants during later calls.
    package func perform(_ request: JSON, file: SentFile? = nil) throws(FaultReport) -> JSON {
        let result: Result<JSON, FaultReport>
        do throws(TransferError) { result = try carryOut(request.canonicalBytes, file) } catch {
            throw FaultReport(error)
        }
        return try result.get()
    }

    /// Whether the device still reads the file that an earlier request gave it.
    package var isServing: Bool { served != nil }

    /// Gives the device what it wants of a file, tells its events, and keeps it from taking the conversation for lost.
    package func serve(for time: Duration) throws(FaultReport) {
        let end = Instant.now + time
        do throws(TransferError) {
            try send(Frame(.probe))
            repeat { try listen { (_) throws(TransferError) in } } while Instant.now < end
        } catch { throw FaultReport(error) }
    }

    private func carryOut(_ request: [UInt8], _ file: SentFile?) throws(TransferError) -> Result<JSON, FaultReport> {
        guard request.count <= LineServer.requestLimit else {
            throw .tooLarge("request", bytes: request.count, limit: LineServer.requestLimit)
        }
        lastNumber &+= 1
        if let file {
            sender = RangeSender(file)
            served = nil
        } else if served == nil {
            sender = RangeSender(nil)
        }
        heard = .now
        var exchange = RequestExchange(request, number: lastNumber, baud: settings.baud)
        while true {
            for frame in exchange.due(at: .now) { try send(frame) }
            if exchange.isOver, let result = exchange.result {
                if let stream = exchange.stream, stream.direction == .input { served = (stream.number, .now) }
                return result
            }
            var refusal: FaultReport?
            try listen { (frame) throws(TransferError) in
                let (say, export) = try exchange.hear(frame, at: .now)
                for frame in say { try send(frame) }
                guard !export.isEmpty, refusal == nil else { return }
                do throws(FaultReport) { try handlers.export(export) } catch { refusal = error }
            }
            if let refusal { return .failure(refusal) }
        }
    }

    /// Hears what there is, gives the device a piece of the file if it wants one, and hands on what came.
    private func listen(_ take: (Frame) throws(TransferError) -> Void) throws(TransferError) {
        for frame in try hear(within: sender.hasWork ? .zero : .milliseconds(100)) {
            if frame.type == .event { tell(frame) }
            if frame.type == .end, frame.number == served?.stream { served = nil }
            if let reply = sender.hear(frame) { try send(reply) }
            try take(frame)
        }
        if let data = try sender.next() {
            try send(data)
            handlers.sent(sender.sentBytes, sender.position)
        } else if let (stream, reminded) = served, Instant.now - reminded > .seconds(2) {
            served = (stream, .now)
            try send(sender.offer(stream))
        }
        guard Instant.now - heard < settings.patience else {
            throw .lost(seconds: Int(settings.patience.inSeconds))
        }
    }

    private func tell(_ frame: Frame) {
        if let json = frame.json { handlers.event(json) }
    }

    // The line

    /// Says hello again and again until it is welcome; nil when it was not in the time.
    private func greet(_ session: String) throws(TransferError) -> JSON? {
        let hello: JSON = ["protocol": 1, "payload": .number(Frame.payloadLimit), "session": .string(session)]
        let deadline = Instant.now + settings.patience
        // Each has another number and so another check: a line that swallows a byte must not swallow every one of them.
        var attempt: UInt16 = 0
        while Instant.now < deadline {
            attempt &+= 1
            try send(Frame(.hello, number: attempt, json: hello))
            let next = Instant.now + .milliseconds(500)
            while Instant.now < next {
                for frame in try hear(within: next - .now) where frame.type == .welcome {
                    if let json = frame.json, json["session"]?.string == session { return json }
                }
            }
        }
        return nil
    }

    /// Has every byte there is come back, in short frames, so that noise is not taken for a line that swallows some.
    private func checkTransparency() throws(TransferError) {
        var missing = Set((0..<UInt16(8)).map { $0 })
        for _ in 0..<Self.transparencyTries {
            for group in missing.sorted() {
                try send(Frame(.probe, number: group, Self.probe(group)))
            }
            let next = Instant.now + .milliseconds(500)
            while !missing.isEmpty, Instant.now < next {
                for frame in try hear(within: next - .now)
                where frame.type == .echo && frame.number < 8 && frame.payload == Self.probe(frame.number) {
                    missing.remove(frame.number)
                }
            }
            if missing.isEmpty { return }
            // XON, in case one of the probes has stopped the flow.
            try write([0x11])
        }
        throw .notTransparent
    }

    private static let transparencyTries = 20

    private static func probe(_ group: UInt16) -> [UInt8] {
        (0..<32).map { UInt8(truncatingIfNeeded: group * 32 + $0) }
    }

    private func send(_ frame: Frame) throws(TransferError) { try write(frame.encoded) }

    private func write(_ bytes: [UInt8]) throws(TransferError) {
        guard !cancellation.isCancelled || isClosing else { throw .cancelled }
        do throws(SerialError) { try line.write(bytes, within: writeTime) } catch { throw .line(error) }
    }

    private func hear(within time: Duration) throws(TransferError) -> [Frame] {
        guard !cancellation.isCancelled || isClosing else { throw .cancelled }
        let bytes: [UInt8]
        do throws(SerialError) { bytes = try line.read(4096, within: min(time, .milliseconds(100))) } catch {
            throw .line(error)
        }
        let frames = decoder.feed(bytes)
        if !frames.isEmpty { heard = .now }
        if let bye = frames.first(where: { $0.type == .bye }), !isClosing {
            throw .ended(bye.json?["reason"]?.string ?? "")
        }
        return frames
    }
}
