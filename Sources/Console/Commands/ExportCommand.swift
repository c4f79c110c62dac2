import Documents
import Platform
import Servicing
import SystemPackage
import Vocabulary

extension ConsoleCommand {
    static let export = ConsoleCommand(
        name: "export", summary: "take records away",
        details: ["It is shown on the terminal, to be captured there; a service tool gets it as a file."],
        parameters: [
            Parameter(
                name: "WHAT", about: "what to take away",
                choices: .words([
                    Word("record", "the service record of this visit"), Word("incident", "the last incident's sheet"),
                    Word("ledger", "the device's record"), Word("passport", "identity and versions"),
                    Word("all", "everything"),
                ]))
        ]
    ) { session, arguments throws(CommandEnd) in try await session.export(arguments[0]) }
}

extension ConsoleSession {
    /// More is for a file, not for a screen.
    private static let shownLimit = 1 << 20

    fileprivate func export(_ what: String) async throws(CommandEnd) {
        let (near, far): (StreamSocket, OpenFile)
        do { (near, far) = try StreamSocket.pair(name: "export") } catch { throw CommandEnd(error) }
        let (desk, session) = (desk, session)
        let request: JSON = ["command": .string(ServiceCommand.export.rawValue), "what": .string(what)]
        let result = try await whileWatching { () -> Result<(JSON, [UInt8]), FaultReport> in
            async let bytes = Self.received(near)
            let answer: Result<JSON, FaultReport>
            do throws(FaultReport) {
                answer = .success(try await desk.perform(request, in: session, stream: far))
            } catch {
                answer = .failure(error)
            }
            // The device has written it all; we hold the far end too, so that it does not end by itself.
            near.shutDown()
            let content = await bytes
            return answer.map { ($0, content) }
        }
        let (answer, bytes): (JSON, [UInt8])
        do { (answer, bytes) = try result.get() } catch { throw .fault(error) }
        try await say(text: String(decoding: bytes, as: UTF8.self))
        let total = answer["bytes"]?.integer ?? Int64(bytes.count)
        try await say("\(answer["name"]?.string ?? what): \(total) bytes, SHA-256 \(answer["digest"]?.string ?? "")")
        guard total > bytes.count else { return }
        let reason = "only its first \(bytes.count) of \(total) bytes fit a terminal"
        throw CommandEnd(ConsoleError.noTransfer(what, reason: reason))
    }

    private static func received(_ socket: StreamSocket) async -> [UInt8] {
        await withTaskCancellationHandler {
            await BlockingThread.run("export") {
                var bytes: [UInt8] = []
                while let more = try? socket.read(64 << 10), !more.isEmpty {
                    bytes += more.prefix(shownLimit - bytes.count)
                }
                return bytes
            }
        } onCancel: {
            socket.shutDown()
        }
    }
}
