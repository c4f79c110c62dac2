import Agent
import ArgumentParser
import Commands
import Console
import Documents
import Ledger
import Platform
import SystemPackage
import Trust
import Vocabulary

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Read, prove, export and check the device's record; needs no daemon.",
        subcommands: [
            List.self, Show.self, Follow.self, Export.self, Check.self, Prove.self, Head.self, Types.self, Fill.self,
        ])

    /// Where the ledger is.
    struct Place: ParsableArguments {
        @OptionGroup var configuration: ConfigurationOptions
        @Option(name: .long, help: "A ledger's folder, instead of the device's own.", completion: .directory)
        var folder: String?

        func open() throws -> LedgerFolder {
            let storage = Storage()
            if let folder { return LedgerFolder(FilePath(folder), storage: storage) }
            return LedgerFolder(try read().places.ledger, storage: storage)
        }

        /// What signs for this device here; nil where its key cannot be had, as for everybody but root.
        func signer() -> LedgerSigner? {
            let storage = Storage()
            guard folder == nil, let configuration = try? read() else { return nil }
            let key: DeviceKey? =
                if let uri = configuration.device.key {
                    try? DeviceKey.open(token: uri)
                } else if storage.exists(configuration.places.deviceKey) {
                    try? DeviceKey.open(file: configuration.places.deviceKey, storage: storage)
                } else {
                    nil
                }
            return key.flatMap { try? LedgerSigner(device: configuration.device.id, key: $0) }
        }

        private func read() throws -> Configuration {
            try Configuration.read(configuration.path, storage: Storage())
        }
    }

    /// Which entries are meant.
    struct Choice: ParsableArguments {
        @Option(name: .shortAndLong, help: "Only this type; 'update.*' for all that begin so. May be given again.")
        var type: [String] = []
        @Option(name: .long, help: "Only from this time on, like 2026-11-23T09:00:00Z.")
        var since: String?
        @Option(name: .long, help: "Only up to this time.")
        var until: String?

        mutating func validate() throws {
            for text in [since, until].compactMap({ $0 }) where Timestamp(text) == nil {
                throw ValidationError("'\(text)' is no time like 2026-11-23T09:00:00Z")
            }
        }

        func takes(_ entry: LedgerEntry) -> Bool {
            if let since = since.flatMap({ Timestamp($0) }), entry.time.wall < since { return false }
            if let until = until.flatMap({ Timestamp($0) }), entry.time.wall > until { return false }
            return type.isEmpty
                || type.contains { wanted in
                    wanted.hasSuffix("*") ? entry.type.hasPrefix(wanted.dropLast()) : entry.type == wanted
                }
        }
    }

    /// One entry in one line for people, or as the ledger holds it.
    static func line(_ entry: LedgerEntry, json: Bool) -> String {
        if json { return String(decoding: entry.line, as: UTF8.self) + "\n" }
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let number = padded(String(entry.sequence), 7)
        return "\(number) \(entry.time.wall) \(padded(entry.type, 22)) \(LedgerText.summary(entry.body))\n"
    }
}
