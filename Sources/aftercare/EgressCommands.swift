import ArgumentParser
import Commands
import Documents
import Platform
import Vocabulary

struct EgressCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "egress", abstract: "See what has left the device.", subcommands: [List.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what was sent where and when, the newest first.",
            discussion: """
                With --body, prints the text that one transfer carried, exactly as it was before compression; the digest \
                in the list is its SHA-256. Bodies are kept of the newest transfers only.
                """)

        @OptionGroup var output: OutputOptions
        @Option(name: .shortAndLong, help: "How many transfers to show.")
        var number: UInt32 = 20
        @Option(name: .long, help: "Print the body of the transfer with this id instead.")
        var body: UInt64?

        func run() async throws {
            let client = try await DaemonClient.connect()
            if let body {
                let text: String = try await client.call("EgressBody", [.uint64(body)]).read(0)
                return Terminal.write(text)
            }
            let transfers = try await client.json("Egress", [.uint32(number)])
            output.print(transfers) { Self.text(transfers.array ?? []) }
        }

        private static func text(_ transfers: [JSON]) -> String {
            let rows = transfers.map { transfer in
                [
                    "\(transfer["id"]?.integer ?? 0)\(transfer["bodyKept"] == .bool(true) ? "*" : "")",
                    transfer["time"]?.string ?? "", transfer["endpoint"]?.string ?? "",
                    "\(transfer["items"]?.array?.count ?? 0)", "\(transfer["bytes"]?.integer ?? 0)",
                    "\(transfer["sentBytes"]?.integer ?? 0)", transfer["status"]?.integer.map(String.init) ?? "-",
                    transfer["outcome"]?.string ?? "not ended", String(transfer["digest"]?.string?.prefix(12) ?? ""),
                ]
            }
            let head = ["ID", "TIME", "ENDPOINT", "ITEMS", "BYTES", "SENT", "STATUS", "OUTCOME", "DIGEST"]
            return Terminal.table([head] + rows) + "* its body is kept: --body ID prints it\n"
        }
    }
}
