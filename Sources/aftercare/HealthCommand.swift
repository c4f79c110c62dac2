import ArgumentParser
import Commands
import Documents
import Health
import Platform

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Show how the device is: readings, limits, findings, predictions.",
        discussion: """
            A table for a terminal of 80 columns. STATE is 'ok', 'WARN' or 'ALARM', or '?' where no value came; a value that is \
            missing says why: 'absent', 'unreadable', 'implausible', or 'old' after a value that has not changed for too long. \
            TREND is the change an hour, over the last hour.

            With --watch the table is shown again every few seconds, until Ctrl-C. Exit status: 0 where nothing is in alarm, \
            1 where something is.
            """)

    @OptionGroup var output: OutputOptions

    @Flag(name: .shortAndLong, help: "Show it again and again, until Ctrl-C.")
    var watch = false

    @Option(name: .long, help: "Seconds between two tables.")
    var interval: UInt32 = 5

    @Option(name: .long, help: "End after so many tables.")
    var count: UInt32?

    func validate() throws {
        guard interval > 0 else { throw ValidationError("The interval is 0 seconds.") }
        guard count != 0 else { throw ValidationError("The count is 0.") }
    }

    func run() async throws {
        let daemon = try await DaemonClient.connect()
        var left = count ?? (watch ? UInt32.max : 1)
        let isRedrawn = watch && !output.json && Terminal.isInteractive(.output)
        while true {
            let json = try await daemon.json("GetHealth")
            let snapshot = try HealthSnapshot(json)
            if isRedrawn { Terminal.write("\u{1B}[H\u{1B}[2J") }
            // A stream of snapshots is one to a line; a single one is for eyes.
            if output.json, watch || count != nil { Terminal.say(json.canonicalText) } else { show(snapshot, json) }
            left -= 1
            guard left > 0 else {
                if snapshot.state == .alarm { throw ExitCode(1) }
                return
            }
            try await Task.sleep(for: .seconds(Int64(interval)))
        }
    }

    private func show(_ snapshot: HealthSnapshot, _ json: JSON) {
        output.print(json) {
            HealthTable(snapshot, width: Terminal.width(of: .output), isPlain: !Terminal.speaksUnicode).text
        }
    }
}
