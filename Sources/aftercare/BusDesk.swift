import Agent
import Console
import Documents
import Glibc
import Platform
import SystemPackage
import Vocabulary

/// The agent as the console reaches it: `org.aftercare.Service1` on the system bus (docs/service-interface.md).
///
/// Connects anew after the agent or the bus was away, because a console outlives both.
actor BusDesk: ServiceDesk {
    private static let endpoint = BusService.endpoint.with(
        path: "/org/aftercare/Service1", interface: "org.aftercare.Service1")
    private static let answerLimit = 16 << 20

    private let address: BusAddress
    private var connection: BusConnection?

    init(_ address: BusAddress = .system) { self.address = address }

    func begin(port: String) async throws(FaultReport) -> JSON {
        try await json("Begin", [.string(port)], timeout: .seconds(25))
    }

    func perform(_ request: JSON, in session: String) async throws(FaultReport) -> JSON {
        try await json("Perform", [.string(session), .string(request.canonicalText)], timeout: nil)
    }

    func perform(_ request: JSON, in session: String, stream: borrowing OpenFile) async throws(FaultReport) -> JSON {
        // The bus closes what it is handed.
        let copy = fcntl(stream.descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else {
            throw FaultReport(AgentError.sourceUnreadable(stream.path.string, reason: "too many files are open"))
        }
        let arguments: [BusValue] = [
            .string(session), .string(request.canonicalText), .descriptor(BusDescriptor(owning: copy)),
        ]
        return try await json("PerformStream", arguments, timeout: nil)
    }

    func end(_ session: String, reason: String) async {
        // Where the agent is away, it finds the session open and ends it itself.
        _ = try? await call("End", [.string(session), .string(reason)], timeout: .seconds(10))
    }

    /// Ends when the agent goes away.
    func changes() async -> AsyncStream<JSON> {
        let ended = AsyncStream<JSON> { $0.finish() }
        let agent = BusService.endpoint
        guard let connection = try? await connected(),
            let signals = try? await connection.signals(
                BusMatch(sender: agent.service, path: agent.path, interface: agent.interface, member: "Changed")),
            let gone = try? await connection.signals(
                BusMatch(sender: "org.freedesktop.DBus", interface: "org.freedesktop.DBus", member: "NameOwnerChanged")),
            let properties = try? await connection.properties(of: agent)
        else { return ended }
        return AsyncStream { continuation in
            continuation.yield(Self.status(properties))
            let reader = Task {
                for await signal in signals {
                    guard let text = signal.arguments.first.flatMap({ String(bus: $0) }),
                        let status = try? JSONReader.read(Array(text.utf8), limit: 1 << 20)
                    else { continue }
                    continuation.yield(status)
                }
                continuation.finish()
            }
            let watcher = Task {
                for await signal in gone
                where signal.arguments.first.flatMap({ String(bus: $0) }) == agent.service {
                    continuation.finish()
                }
            }
            continuation.onTermination = { _ in
                reader.cancel()
                watcher.cancel()
            }
        }
    }

    /// What everybody may read, in the members of a status.
    private static func status(_ properties: [String: BusValue]) -> JSON {
        func text(_ name: String) -> JSON? {
            properties[name].flatMap { String(bus: $0) }.flatMap { $0.isEmpty ? nil : .string($0) }
        }
        func number(_ name: String) -> JSON? { properties[name].flatMap { UInt64(bus: $0) }.map { .number($0) } }
        return .members([
            "state": text("State"), "version": text("Version"), "slotSet": text("SlotSet"),
            "update": text("UpdateVersion").map { ["version": $0] },
            "last": text("LastOutcome").map { ["outcome": $0] },
            "progress": text("Phase").map { phase in
                .members(["phase": phase, "done": number("BytesDone"), "total": number("BytesTotal")])
            },
        ])
    }

    private func json(
        _ method: String, _ arguments: [BusValue], timeout: Duration?
    ) async throws(FaultReport) -> JSON {
        let values = try await call(method, arguments, timeout: timeout)
        do {
            let text: String = try values.read(0)
            return try JSONReader.read(Array(text.utf8), limit: Self.answerLimit)
        } catch {
            throw FaultReport(describing: error)
        }
    }

    private func call(
        _ method: String, _ arguments: [BusValue], timeout: Duration?
    ) async throws(FaultReport) -> [BusValue] {
        let connection = try await connected()
        do throws(BusError) {
            return try await connection.call(method, on: Self.endpoint, arguments, timeout: timeout)
        } catch {
            guard case .refused(_, let fault) = error else {
                self.connection = nil
                throw FaultReport(AgentError.daemonUnreachable(reason: error.description))
            }
            if let code = fault.code {
                throw FaultReport(code: code, kind: fault.kind, reason: fault.message, advice: fault.advice)
            }
            if fault.name.hasSuffix("ServiceUnknown") || fault.name.hasSuffix("NoReply") {
                throw FaultReport(AgentError.daemonUnreachable(reason: fault.message))
            }
            throw FaultReport(error)
        }
    }

    private func connected() async throws(FaultReport) -> BusConnection {
        if let connection { return connection }
        do throws(BusError) {
            let new = try await BusConnection.open(address)
            connection = new
            return new
        } catch {
            throw FaultReport(AgentError.daemonUnreachable(reason: error.description))
        }
    }
}
