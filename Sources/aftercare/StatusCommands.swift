import Agent
import ArgumentParser
import Commands
import Console
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

    private func show(_ status: JSON) { output.print(status) { StatusText.whole(status, width: output.width) } }

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
        output.print(slots) { SlotsText.table(slots, width: output.width) }
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
        output.print(history) { HistoryText.table(history.array ?? [], width: output.width) }
    }
}
