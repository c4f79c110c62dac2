import Documents
import Platform
import Servicing
import Vocabulary

// What is asked of the device, while the person can still say that they do not want to wait.
extension ConsoleSession {
    /// Carries out one request; Ctrl-C ends the waiting for its answer, not what it began.
    func ask(
        _ command: ServiceCommand, _ members: [String: JSON] = [:], stream: OpenFile? = nil
    ) async throws(CommandEnd) -> JSON {
        var members = members
        members["command"] = .string(command.rawValue)
        let (desk, session, request) = (desk, session, JSON.object(members))
        let answer = try await whileWatching { () -> Result<JSON, FaultReport> in
            do throws(FaultReport) {
                guard let stream else { return .success(try await desk.perform(request, in: session)) }
                return .success(try await desk.perform(request, in: session, stream: stream))
            } catch {
                return .failure(error)
            }
        }
        do { return try answer.get() } catch { throw .fault(error) }
    }

    private enum Event<Value: Sendable>: Sendable {
        case done(Value?)
        case stopped
        case lost(SerialError)
    }

    /// Waits for work of the device's, until Ctrl-C or a lost line ends the wait; other keys are kept for afterwards.
    func whileWatching<Value: Sendable>(
        _ work: @escaping @Sendable () async -> Value
    ) async throws(CommandEnd) -> Value {
        let reader = reader
        let event = await withTaskGroup(of: Event<Value>.self) { group in
            // Left behind when nobody waits for it any more: the device goes on by itself.
            group.addTask { .done(await Attempt.run(within: .seconds(1 << 30)) { await work() }) }
            group.addTask { await Self.watch(reader) }
            let first = await group.next() ?? .stopped
            group.cancelAll()
            return first
        }
        lastKey = .now
        switch event {
        case .done(let value?): return value
        case .lost(let error): throw .closed(.lineLost(error.description))
        case .stopped, .done(nil):
            try await send("^C\r\n")
            keys = []
            throw .stopped
        }
    }

    private static let typedAheadLimit = 4096

    private static func watch<Value: Sendable>(_ reader: LineReader) async -> Event<Value> {
        var kept: [UInt8] = []
        defer { reader.putBack(kept) }
        while !Task.isCancelled {
            do throws(SerialError) {
                let bytes = try await reader.next(within: .seconds(3600), slice: LineReader.watchTime)
                if let sign = bytes.lastIndex(of: 0x03) {
                    kept = Array(bytes[(sign + 1)...])
                    return .stopped
                }
                kept += bytes.prefix(typedAheadLimit - kept.count)
            } catch {
                return .lost(error)
            }
        }
        return .stopped
    }
}
