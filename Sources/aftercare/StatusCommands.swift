import Agent
import ArgumentParser
import Commands
import Documents
import Glibc
import Platform
import Vocabulary

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what runs and how the update stands.",
        discussion: """
            With --wait, waits until the update under way has ended, over restarts of the daemon, and says how: exit \
            status 0 for committed, 1 for failed, cancelled or rolled back, 3 for refused.
            """)

    @OptionGroup var output: OutputOptions
    @Flag(name: .long, help: "Show every change until interrupted.")
    var watch = false
    @Flag(name: .long, help: "Wait until the update under way has ended.")
    var wait = false
    @Option(name: .long, help: "How many seconds to wait at most.")
    var timeout: Int = 3600

    func run() async throws {
        if wait { return try await waitForEnd() }
        let client = try await DaemonClient.connect()
        guard watch else { return show(try await client.status()) }
        for await status in try await client.statusChanges() { show(status) }
    }

    private func show(_ status: JSON) { output.print(status) { StatusText.whole(status) } }

    /// The daemon goes away when the device restarts; the wait goes on until it is back and done, or the time is up.
    private func waitForEnd() async throws {
        let limit = timeout
        let end = try await withThrowingTaskGroup(of: JSON?.self) { group in
            group.addTask { try await ended() }
            group.addTask {
                try await Task.sleep(for: .seconds(limit))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let end else { throw AgentError.waitedTooLong(seconds: limit) }
        try finish(end)
    }

    private func ended() async throws -> JSON {
        var shown = ""
        while true {
            if let client = try? await DaemonClient.connect(), let changes = try? await client.statusChanges() {
                for await status in changes {
                    let line = StatusText.line(status)
                    if line != shown, !output.json { Terminal.say(line) }
                    shown = line
                    if status["state"]?.string == "idle" { return status }
                }
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func finish(_ status: JSON) throws {
        if output.json { Terminal.say(status.prettyText) }
        switch status["last"]?["outcome"]?.string {
        case "committed", nil: return
        case "refused": throw ExitCode(FaultKind.refused.exitStatus)
        default: throw ExitCode(FaultKind.failed.exitStatus)
        }
    }
}

struct Slots: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the slot sets, what they hold and what the boot loader will do.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let slots = try await DaemonClient.connect().json("GetSlots")
        output.print(slots) {
            var rows = [["SET", "VERSION", "STANDING", "BOOT LOADER", "IMAGES"]]
            for set in slots["slotSets"]?.array ?? [] {
                let marks = [("running", "running"), ("confirmed", "confirmed"), ("trial", "on trial")]
                    .filter { set[$0.0] == .bool(true) }.map(\.1)
                let images = set["images"]?.array?.compactMap { $0["device"]?.string } ?? []
                rows.append([
                    set["set"]?.string ?? "",
                    set["version"]?.string ?? set["content"]?["version"]?.string ?? "-",
                    set["content"]?["standing"]?.string ?? "-",
                    (set["bootable"] == .bool(true) ? ["bootable"] : ["not bootable"] + []).joined()
                        + (marks.isEmpty ? "" : ", " + marks.joined(separator: ", ")),
                    images.joined(separator: " "),
                ])
            }
            return Terminal.table(rows)
        }
    }
}

struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show past updates, the newest first, with how each ended.",
        discussion: "With --json, each update has the full reports of its self-tests.")

    @OptionGroup var output: OutputOptions
    @Option(name: .shortAndLong, help: "How many updates to show.")
    var number: UInt32 = 20

    func run() async throws {
        let history = try await DaemonClient.connect().json("GetHistory", [.uint32(number)])
        output.print(history) {
            var rows = [["STARTED", "FROM", "TO", "OUTCOME", "REASON"]]
            for update in history.array ?? [] {
                let detail = update["detail"]
                let code = detail?["fault"]?["code"]?.string
                let reason =
                    code.map { "\($0): \(detail?["fault"]?["reason"]?.string ?? "")" } ?? detail?["cause"]?.string
                rows.append([
                    update["started"]?.string ?? "", update["from"]?.string ?? "-", update["version"]?.string ?? "-",
                    update["outcome"]?.string ?? "under way", reason ?? "",
                ])
            }
            return Terminal.table(rows)
        }
    }
}

/// A status in words.
enum StatusText {
    static func line(_ status: JSON) -> String {
        let state = status["state"]?.string ?? ""
        let version = status["update"]?["version"]?.string
        switch state {
        case "idle":
            guard let last = status["last"] else { return "idle, \(status["version"]?.string ?? "") runs" }
            return conclusion(last)
        case "waiting":
            let reasons = status["heldBy"]?.array?.compactMap(\.string) ?? []
            return "\(version ?? "") waits: \(reasons.joined(separator: "; "))"
        case "rolling-back": return "\(version ?? "") is taken back: \(status["cause"]?.string ?? "")"
        default: return "\(state)\(version.map { " \($0)" } ?? "")"
        }
    }

    static func conclusion(_ last: JSON) -> String {
        let version = last["update"]?["version"]?.string ?? last["offer"]?["source"]?.string ?? ""
        let fault = last["fault"].map { "\($0["reason"]?.string ?? "") [\($0["code"]?.string ?? "")]" } ?? ""
        switch last["outcome"]?.string {
        case "committed": return "\(version) is committed"
        case "refused": return "\(version) was refused: \(fault)"
        case "failed": return "\(version) failed: \(fault)"
        case "cancelled": return "\(version) was cancelled"
        case "rolled-back": return "\(version) was rolled back: \(last["cause"]?.string ?? "")"
        case let other: return other ?? ""
        }
    }

    static func whole(_ status: JSON) -> String {
        var rows = [
            [
                "Device",
                "\(status["device"]?.string ?? ""), \(status["product"]?.string ?? "") \(status["hardware"]?.string ?? "")",
            ],
            ["Running", "\(status["version"]?.string ?? "") in slot set \(status["slotSet"]?.string ?? "")"],
            ["Update", line(status)],
        ]
        if let progress = status["progress"], let done = progress["done"]?.integer,
            let total = progress["total"]?.integer,
            total > 0
        {
            rows.append(["Progress", "\(done * 100 / total) % \(progress["phase"]?.string ?? "")"])
        }
        let findings = status["findings"]?.array ?? []
        for (number, finding) in findings.enumerated() {
            let severity = finding["severity"]?.string ?? ""
            rows.append([
                number == 0 ? "Findings" : "",
                "\(severity) \(finding["code"]?.string ?? ""): \(finding["reason"]?.string ?? "")",
            ])
        }
        if let trouble = status["trouble"] {
            rows.append(["Trouble", "\(trouble["reason"]?.string ?? "") [\(trouble["code"]?.string ?? "")]"])
        }
        return Terminal.table(rows)
    }
}
