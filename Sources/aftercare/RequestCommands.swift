import ArgumentParser
import Commands
import Console
import Documents
import Platform
import Vocabulary

struct Activate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Restart into an installed release as soon as the device is free.")

    func run() async throws { try await DaemonClient.connect().call("Activate") }
}

struct Commit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Commit a trial whose self-tests passed, without waiting for the rest of its soak.")

    func run() async throws { try await DaemonClient.connect().call("Commit") }
}

struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cancel an update that has not been activated; the running system stays as it is.")

    func run() async throws { try await DaemonClient.connect().call("Cancel") }
}

struct Rollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Leave a trial, or go back from a committed release to the one before it.",
        discussion: """
            Going back from a committed release is possible only where that release's signed manifest allows it. The older \
            release is proved by its self-tests like any other.
            """)

    @Option(name: .shortAndLong, help: "Why, for the record.")
    var reason: String

    func run() async throws { try await DaemonClient.connect().call("Rollback", [.string(reason)]) }
}

struct SelfTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "self-test", abstract: "Run the self-tests of the running release; changes nothing.",
        discussion: "Exit status 0 if all required tests passed, else 1. Every result goes into the ledger.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let report = try await DaemonClient.connect().json("SelfTest", timeout: nil)
        output.print(report) { SelfTestText.report(report, width: output.width) }
        if report["verdict"]?.string != "passed" { throw ExitCode(FaultKind.failed.exitStatus) }
    }
}
