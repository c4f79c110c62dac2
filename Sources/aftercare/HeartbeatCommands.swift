import ArgumentParser
import Commands
import Documents
import Heartbeats
import Platform
import Vocabulary

struct HeartbeatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heartbeat", abstract: "See what the device reports of itself, or have it report now.",
        subcommands: [Show.self, Send.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print exactly what would be sent now, to the byte, and to whom.",
            discussion: """
                Nothing is sent or queued. The ids of items are drawn anew each time. What each field means and is for \
                stands in docs/telemetry.md.
                """)

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let preview = try await DaemonClient.connect().json("HeartbeatPreview", timeout: .seconds(90))
            output.print(preview) { Self.text(preview) }
        }

        private static func text(_ preview: JSON) -> String {
            var text = ""
            for request in preview["requests"]?.array ?? [] {
                let bytes = "\(request["bytes"]?.integer ?? 0) bytes, \(request["sentBytes"]?.integer ?? 0) compressed"
                text += "POST \(request["path"]?.string ?? ""): \(bytes)\n\(request["body"]?.string ?? "")\n"
            }
            if let withheld = preview["withheld"]?.integer, withheld > 0 {
                text += "\(withheld) values are withheld: the list of what may leave does not admit them\n"
            }
            return text + endpoints(preview["endpoints"]?.array ?? []) + queue(preview["queue"])
        }

        private static func endpoints(_ endpoints: [JSON]) -> String {
            guard !endpoints.isEmpty else { return "No endpoint is configured: nothing leaves.\n" }
            return Terminal.table(
                [["ENDPOINT", "ADDRESS", "NEXT", "TROUBLE"]]
                    + endpoints.map { endpoint in
                        let fault = endpoint["fault"]
                        return [
                            endpoint["endpoint"]?.string ?? "", endpoint["url"]?.string ?? "",
                            endpoint["nextSeconds"]?.integer.map { "\($0) s" } ?? "-",
                            fault.map { "\($0["reason"]?.string ?? "") [\($0["code"]?.string ?? "")]" } ?? "-",
                        ]
                    })
        }

        private static func queue(_ queue: JSON?) -> String {
            let dropped = (queue?["dropped"]?.array ?? []).compactMap { $0["count"]?.integer }.reduce(0, +)
            let size = ByteCount(UInt64(clamping: queue?["bytes"]?.integer ?? 0))
            return "\(queue?["items"]?.integer ?? 0) items wait (\(size)), \(dropped) were dropped "
                + "since \(queue?["since"]?.string ?? "")\n"
        }
    }

    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a heartbeat now, and send all that waits.",
            discussion: "Returns when it is queued; 'aftercare egress list' shows how it went.")

        func run() async throws { try await DaemonClient.connect().call("SendHeartbeat", timeout: .seconds(90)) }
    }
}

/// Prints `docs/telemetry.md`, for the script that writes it.
struct TelemetryTableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "telemetry-table", shouldDisplay: false)

    func run() { Terminal.write(TelemetryTable.markdown) }
}
