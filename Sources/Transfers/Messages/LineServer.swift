package import Documents
package import Platform
import Synchronization
package import Vocabulary

/// The device's side of machine mode: takes requests from a line, has them carried out, and answers.
///
/// One is for one conversation: `run` has the line until that is over; the thread that calls it reads, another one writes. A
/// request that comes again because its answer was lost gets the same answer and is not carried out a second time.
/// docs/line-protocol.md says it all.
package final class LineServer: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Carries out one request; what is to come over the line or go over it is a stream of `LineStreams`.
    package typealias Perform = @Sendable (_ request: JSON, _ streams: LineStreams) async throws(FaultReport) -> JSON

    package struct Settings: Sendable {
        /// The line's speed, where it is known: what is asked for ahead begins with it.
        package var baud: Int?
        /// The far end has gone when nothing was heard from it for so long.
        package var silence: Duration = .seconds(60)
        /// How long a stream waits for somebody to send.
        package var senderPatience: Duration = .seconds(300)
        /// How often a stream calls for its sender.
        package var call: Duration = .seconds(1)
        /// The same where a person asked for it, whose terminal shows the call as a few odd characters.
        package var callAtConsole: Duration = .seconds(5)
        /// How many requests may be under way at once.
        package var requestsAtOnce = 4

        package init(baud: Int? = nil) { self.baud = baud }
    }

    /// How a conversation came to its end.
    package enum Ending: Equatable, Sendable {
        /// The far end said so.
        case bye(String)
        /// Nothing was heard from the far end.
        case silent
        /// `end` was called, or a transfer is over.
        case ended(String)
    }

    package static let requestLimit = 64 << 10
    package static let answerLimit = 4 << 20

    let settings: Settings
    let perform: Perform
    let outbox: Outbox
    let state: Mutex<State>
    private let line: any ByteLine

    struct State {
        var session = ""
        var requests: [UInt16: Request] = [:]
        /// The numbers of the requests, oldest first: the answers of the newest are kept.
        var order: [UInt16] = []
        var streams = StreamSet()
        /// The stream that a request opened which is not answered yet.
        var opened: [UInt16: AnswerStream] = [:]
        var lastActivity: Instant
        var ending: Ending?
        var reception: Reception?
        var news = News()
    }

    /// How the work under way stands, as it was last told.
    struct News {
        static let pause: Duration = .seconds(1)
        static let longestPause: Duration = .seconds(5)

        var bytes: [UInt8] = Array("{}".utf8)
        var isNew = false
        var told: Instant?
    }

    /// A transfer that a person at the console asked for.
    struct Reception {
        private static let farewells = 10

        let task: Task<Result<JSON, FaultReport>, Never>
        var result: Result<JSON, FaultReport>?
        var told: Instant?
        var farewells = 0
        var hadSender = false

        init(_ task: Task<Result<JSON, FaultReport>, Never>) { self.task = task }

        var isOver: Bool { farewells >= Self.farewells }
    }

    enum Request {
        case coming(MessageAssembly)
        case working(Task<Void, Never>)
        case answered([UInt8])

        var isWorking: Bool { if case .working = self { true } else { false } }
    }

    /// Of so many requests the answers are kept.
    static let kept = 16

    package init(_ line: any ByteLine, settings: Settings = Settings(), perform: @escaping Perform = LineServer.nothing)
    {
        self.line = line
        self.settings = settings
        self.perform = perform
        outbox = Outbox(line)
        state = Mutex(State(lastActivity: .now))
    }

    /// What carries out no request: for `receive`, where a person asks.
    package static let nothing: Perform = { _, _ throws(FaultReport) in throw FaultReport(TransferError.cancelled) }

    /// When something was last asked for or transferred; what only keeps the line alive does not count.
    package var lastActivity: Instant {
        state.withLock { state in
            let isBusy = state.requests.values.contains(where: \.isWorking)
            return isBusy ? .now : state.lastActivity
        }
    }

    /// How far the transfers that are under way are.
    package var progress: [TransferProgress] { state.withLock { $0.streams.progress } }

    /// Says something unasked, such as a changed status; nothing guarantees that it gets there.
    package func post(_ event: JSON) {
        let bytes = event.canonicalBytes
        guard bytes.count <= Frame.payloadLimit else { return }
        outbox.send(Frame(.event, bytes))
    }

    /// Takes how the work under way stands, for whoever waits for it at the other end; only the newest is said.
    package func tell(_ news: JSON) {
        let bytes = news.canonicalBytes
        guard bytes.count <= Frame.payloadLimit else { return }
        state.withLock { state in
            guard state.news.bytes != bytes else { return }
            state.news.bytes = bytes
            state.news.isNew = true
        }
    }

    /// Ends the conversation from this side.
    package func end(_ reason: String) {
        state.withLock { state in
            if state.ending == nil { state.ending = .ended(reason) }
        }
    }

    /// Converses until either side ends it; `hello` is the frame that a `MachineModeDetector` found, `rest` what came behind it.
    ///
    /// Whatever is still under way then is cancelled, and streams break off.
    package func run(hello: Frame, rest: [UInt8] = []) throws(TransferError) -> Ending {
        defer { finish() }
        take(hello, at: .now)
        return try converse(rest)
    }

    /// Waits for `aftercare-fleet send` at the other end of a line that a person was on, and gives `body` what it sends.
    ///
    /// `body` has the stream that `RangeSource` reads; what it answers is shown by the sender too. Ctrl-C or Ctrl-X, when nobody
    /// sends, calls it off.
    package func receive(
        _ body: @escaping @Sendable (_ stream: OpenFile) async throws(FaultReport) -> JSON
    ) throws(TransferError) -> Result<JSON, FaultReport> {
        defer { finish() }
        do throws(FaultReport) {
            let stream = try openStream(.input, for: 0, session: "")
            state.withLock { $0.reception = Reception(Task { await Self.result(of: body, stream) }) }
        } catch { return .failure(error) }
        let reception = state.withLock { $0.reception?.task }
        Task { [weak self] in
            let result = await reception?.value
            self?.state.withLock { $0.reception?.result = result }
        }
        let ending = try converse([])
        if let result = state.withLock({ $0.reception?.result }) { return result }
        if case .bye(let reason) = ending { return .failure(FaultReport(TransferError.ended(reason))) }
        return .failure(FaultReport(TransferError.cancelled))
    }

    private static func result(
        of body: @Sendable (OpenFile) async throws(FaultReport) -> JSON, _ stream: OpenFile
    ) async -> Result<JSON, FaultReport> {
        do throws(FaultReport) { return .success(try await body(stream)) } catch { return .failure(error) }
    }

    private func converse(_ rest: [UInt8]) throws(TransferError) -> Ending {
        var decoder = FrameDecoder()
        var heard = Instant.now
        var bytes = rest
        while true {
            let frames = decoder.feed(bytes)
            for frame in frames { take(frame, at: .now) }
            if !frames.isEmpty { heard = .now }
            look(at: .now)
            let silence = ContinuousClock.now - heard
            if let ending = ending(after: silence, Self.isCallingOff(bytes)) {
                if ending != .silent { sayBye(ending) }
                return ending
            }
            do throws(SerialError) {
                bytes = try line.read(4096, within: isWaiting ? .milliseconds(50) : .milliseconds(500))
            } catch { throw .line(error) }
        }
    }

    private func ending(after silence: Duration, _ isCallingOff: Bool) -> Ending? {
        state.withLock { state in
            if let ending = state.ending { return ending }
            guard let reception = state.reception else { return silence > settings.silence ? .silent : nil }
            if isCallingOff, silence > .seconds(2) { return .ended("called off") }
            // The sender is told how it went, and says good-bye; it may have gone.
            return reception.isOver ? .ended("as asked") : nil
        }
    }

    /// Ctrl-C, or Ctrl-X as ZMODEM has it, as a person strikes them: not in a long frame that is on its way.
    private static func isCallingOff(_ bytes: [UInt8]) -> Bool {
        bytes.count <= 8 && (bytes.contains(0x03) || bytes.contains(0x18))
    }

    /// Whether something may have to be asked for again soon.
    private var isWaiting: Bool {
        state.withLock { state in
            !state.streams.isEmpty || state.ending != nil || state.reception != nil
                || state.requests.values.contains { if case .coming = $0 { true } else { $0.isWorking } }
        }
    }

    private func sayBye(_ ending: Ending) {
        let reason =
            switch ending {
            case .bye: "as asked"
            case .silent: "nothing was heard"
            case .ended(let reason): reason
            }
        // More than once, because nobody answers it.
        for _ in 0..<3 { outbox.send(Frame(.bye, json: ["reason": .string(reason)])) }
    }

    private func finish() {
        let (requests, streams) = state.withLock { state in
            defer {
                state.requests = [:]
                state.streams = StreamSet()
            }
            // A request that is still at work must not open a stream that nobody would ever close.
            if state.ending == nil { state.ending = .ended("over") }
            state.reception?.task.cancel()
            return (state.requests, state.streams)
        }
        for case .working(let task) in requests.values { task.cancel() }
        streams.closeAll()
        outbox.close()
    }
}
