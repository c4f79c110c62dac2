import Documents
import Platform
import Servicing
import Transfers
import Vocabulary

// A service tool on the same line: it says so by a frame that nobody types, and then has the line until it is done.
extension ConsoleSession {
    /// How long a zero byte may stand alone before it was a person's after all.
    private static let frameTime: Duration = .milliseconds(500)

    /// What a person typed; what a service tool said was answered meanwhile.
    func typed(within time: Duration) async throws(CommandEnd) -> [UInt8] {
        let bytes = try await bytes(within: detector.isHolding ? min(time, Self.frameTime) : time)
        guard !bytes.isEmpty else { return detector.isHolding ? detector.release() : [] }
        let finding = detector.feed(bytes)
        guard let hello = finding.hello else { return finding.text }
        try await converse(hello, rest: finding.rest)
        return []
    }

    /// Lends the line to the service tool; one that comes while nobody has a session gets its own.
    private func converse(_ hello: Frame, rest: [UInt8]) async throws(CommandEnd) {
        let isGuest = device == .null
        let session: String
        do throws(FaultReport) {
            session = isGuest ? try await desk.begin(port: settings.port)["session"]?.string ?? "" : self.session
        } catch {
            return try await complain(error)
        }
        let server = LineServer(line, settings: LineServer.Settings(baud: baud)) {
            [desk] request, streams async throws(FaultReport) -> JSON in
            try await Self.perform(request, in: session, streams, at: desk)
        }
        let pending = rest + (await reader.rest())
        let watch = Task { [idleTime] in await Self.endWhenIdle(server, after: idleTime) }
        let ending = await BlockingThread.run("machine mode") {
            Result { () throws(TransferError) in try server.run(hello: hello, rest: pending) }
        }
        watch.cancel()
        lastKey = .now
        if isGuest { await desk.end(session, reason: Self.words(ending)) } else { try await learnWhoIsHere() }
        if case .failure(.line(let error)) = ending { throw .closed(.lineLost(error.description)) }
        if !isGuest { try await redraw() }
    }

    /// The same requests as a person's; those that need a stream get one.
    private static func perform(
        _ request: JSON, in session: String, _ streams: LineStreams, at desk: any ServiceDesk
    ) async throws(FaultReport) -> JSON {
        switch request["command"]?.string.flatMap(ServiceCommand.init(rawValue:)) {
        case .update where request["source"] == "line" && request["check"] != true:
            try await InstallationWatch.run(request, in: session, stream: try streams.source(), at: desk) {
                streams.tell($0)
            }
        case .update where request["source"] == "line":
            try await desk.perform(request, in: session, stream: try streams.source())
        case .export: try await desk.perform(request, in: session, stream: try streams.sink())
        default: try await desk.perform(request, in: session)
        }
    }

    private static func endWhenIdle(_ server: LineServer, after time: Duration) async {
        while !Task.isCancelled {
            let left = server.lastActivity + time - .now
            if left <= .zero { return server.end("idle") }
            try? await Task.sleep(for: left)
        }
    }

    private static func words(_ ending: Result<LineServer.Ending, TransferError>) -> String {
        switch ending {
        case .success(.bye): "the service tool is done"
        case .success(.silent): "the service tool fell silent"
        case .success(.ended(let reason)): reason
        case .failure(let error): "line lost: \(error.description)"
        }
    }

    /// A service tool may have logged somebody in or out.
    private func learnWhoIsHere() async throws(CommandEnd) {
        do throws(CommandEnd) {
            let answer = try await ask(.session)
            login = answer["person"]?.string == nil ? nil : answer
        } catch {
            guard case .fault = error else { throw error }
            login = nil
        }
    }
}
