import Agent
import ArgumentParser
import Commands
import Console
import Documents
import Ledger
import Platform
import SystemPackage
import Vocabulary

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Read and check the device's record; needs no daemon.",
        subcommands: [List.self, Check.self])

    /// Where the ledger is.
    struct Place: ParsableArguments {
        @OptionGroup var configuration: ConfigurationOptions
        @Option(name: .long, help: "The ledger's file, instead of the device's own.", completion: .file())
        var file: String?

        func open() throws -> LedgerFile {
            let storage = Storage()
            if let file { return try LedgerFile(FilePath(file), storage: storage) }
            let folder = try Configuration.read(configuration.path, storage: storage).places.ledger
            return try LedgerFile(folder.appending(LedgerFile.name), storage: storage)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show entries, oldest first.")

        @OptionGroup var place: Place
        @Option(name: .long, help: "The sequence to begin with.")
        var from: UInt64 = 1
        @Option(name: .shortAndLong, help: "How many entries to show.")
        var number: Int = 1000
        @Flag(name: .long, help: "Print one JSON object a line, as the ledger holds them.")
        var json = false

        func run() async throws {
            let entries = try place.open().entries(from: from, limit: number)
            if json {
                for entry in entries { Terminal.write(String(decoding: entry.line, as: UTF8.self) + "\n") }
                return
            }
            Terminal.write(
                Terminal.table(
                    entries.map { entry in
                        [
                            String(entry.sequence), entry.time.wall.description, entry.type,
                            LedgerText.summary(entry.body),
                        ]
                    }))
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check that nothing in the ledger was changed.",
            discussion: "Exit status 0 if every line holds, else 1 with the first line that does not.")

        @OptionGroup var place: Place
        @OptionGroup var output: OutputOptions

        func run() async throws {
            switch try place.open().verify() {
            case .whole(let summary):
                output.print([
                    "intact": true, "entries": .number(summary.entries), "torn": .number(summary.torn),
                    "head": .string(summary.head.hex),
                ]) { "\(summary.entries) entries, \(summary.torn) torn lines, head \(summary.head)\n" }
            case .broken(let line, let offset, let reason):
                output.print([
                    "intact": false, "line": .number(line), "offset": .number(offset),
                    "reason": .string(reason.rawValue),
                ]) { "line \(line) at byte \(offset) does not hold: \(reason.rawValue)\n" }
                throw ExitCode(FaultKind.failed.exitStatus)
            }
        }
    }
}
