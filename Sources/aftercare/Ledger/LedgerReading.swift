import ArgumentParser
import Commands
import Documents
import Ledger
import Platform
import Vocabulary

extension LedgerCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show entries, oldest first.")

        @OptionGroup var place: Place
        @OptionGroup var choice: Choice
        @Option(name: .long, help: "The sequence to begin with.")
        var from: UInt64 = 1
        @Option(name: .shortAndLong, help: "How many entries to show at most.")
        var number: Int = 1000
        @Flag(name: .long, help: "Print one JSON object a line, as the ledger holds them.")
        var json = false

        func run() async throws {
            var left = number
            try place.open().forEach(from: from) { entry in
                guard left > 0 else { return false }
                guard choice.takes(entry) else { return true }
                Terminal.write(LedgerCommand.line(entry, json: json))
                left -= 1
                return true
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one entry whole, with its hash.")

        @OptionGroup var place: Place
        @Argument(help: "The entry's sequence.")
        var sequence: UInt64
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let folder = try place.open()
            guard let entry = try folder.entries(from: sequence, limit: 1).first, entry.sequence == sequence else {
                throw LedgerError.notThere(sequence, newest: try LedgerTree(folder).size)
            }
            let hash = SHA256.leafHash(of: entry.line)
            let code = AuditCode(entry.auditCode)
            let value = try JSONReader.read(entry.line, limit: LedgerEntry.lineLimit)
            output.print(["entry": value, "hash": .string(hash.hex)]) {
                """
                \(value.prettyText)
                hash   \(hash)
                event  \(code.code) \(code.meaning)
                when   \(entry.event?.when ?? "a type that this version does not know")

                """
            }
        }
    }

    struct Follow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the newest entries, and each new one as it comes, until Ctrl-C.")

        @OptionGroup var place: Place
        @OptionGroup var choice: Choice
        @Option(name: .shortAndLong, help: "How many of the newest entries to begin with.")
        var number: UInt64 = 10
        @Flag(name: .long, help: "Print one JSON object a line, as the ledger holds them.")
        var json = false

        func run() async throws {
            let folder = try place.open()
            // Watched before it is read: what comes in between wakes the watch.
            let watch = try FileWatch(folder: folder.path)
            let newest = try LedgerTree(folder).size
            let start = newest > number ? newest - number + 1 : 1
            let (choice, json) = (choice, json)
            try await BlockingThread.run("ledger-follow") { () throws(LedgerError) in
                var next = start
                while true {
                    try folder.forEach(from: next) { entry in
                        if choice.takes(entry) { Terminal.write(LedgerCommand.line(entry, json: json)) }
                        next = entry.sequence + 1
                        return true
                    }
                    do throws(StorageError) { try watch.wait() } catch { throw .storage(error) }
                }
            }
        }
    }

    struct Types: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "The dictionary of the record: every type of entry, its audit code, when it comes and where it is.")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            output.print(LedgerEventType.dictionary) {
                Terminal.table(
                    LedgerEventType.allCases.map { type in
                        [type.rawValue, String(type.auditCode), type.category, type.when]
                    })
            }
        }
    }
}
