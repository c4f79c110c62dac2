import Agent
import Documents
import Glibc
import Platform
import SystemPackage
import Vocabulary

/// The daemon as a command sees it.
struct DaemonClient {
    private let connection: BusConnection

    /// Connects, or says that nobody is there.
    static func connect() async throws -> DaemonClient {
        do {
            let connection = try await BusConnection.open(.system)
            guard try await connection.owner(of: BusService.endpoint.service) != nil else {
                throw AgentError.daemonUnreachable(reason: "it does not run")
            }
            return DaemonClient(connection: connection)
        } catch let error as BusError {
            throw AgentError.daemonUnreachable(reason: error.description)
        }
    }

    @discardableResult
    func call(
        _ method: String, _ arguments: [BusValue] = [], timeout: Duration? = .seconds(25)
    ) async throws -> [BusValue] {
        do {
            return try await connection.call(method, on: BusService.endpoint, arguments, timeout: timeout)
        } catch .refused(_, let fault) where fault.code != nil {
            throw FaultReport(
                code: fault.code ?? FaultCode(0), kind: fault.kind, reason: fault.message, advice: fault.advice)
        } catch .refused(_, let fault) where fault.name.hasSuffix("ServiceUnknown") || fault.name.hasSuffix("NoReply") {
            throw AgentError.daemonUnreachable(reason: fault.message)
        } catch {
            throw error
        }
    }

    /// Calls a method whose answer is JSON text.
    func json(_ method: String, _ arguments: [BusValue] = [], timeout: Duration? = .seconds(25)) async throws -> JSON {
        let text: String = try await call(method, arguments, timeout: timeout).read(0)
        return try JSONReader.read(Array(text.utf8), limit: 16 << 20)
    }

    func status() async throws -> JSON { try await json("GetStatus") }

    /// The status now, and again whenever it changes, until the daemon is gone.
    func statusChanges() async throws -> AsyncStream<JSON> {
        let endpoint = BusService.endpoint
        let signals = try await connection.signals(
            BusMatch(sender: endpoint.service, path: endpoint.path, interface: endpoint.interface, member: "Changed"))
        let gone = try await connection.signals(
            BusMatch(sender: "org.freedesktop.DBus", interface: "org.freedesktop.DBus", member: "NameOwnerChanged"))
        let first = try await status()
        return AsyncStream { continuation in
            continuation.yield(first)
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
                for await signal in gone where signal.arguments.first.flatMap({ String(bus: $0) }) == endpoint.service {
                    // Ends the reader's stream too, after what the daemon said last.
                    await connection.close()
                }
            }
            continuation.onTermination = { _ in
                reader.cancel()
                watcher.cancel()
            }
        }
    }
}
