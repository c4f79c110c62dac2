import ArgumentParser
import Commands
import Documents
import Ledger
import Platform
import SystemPackage
import Vocabulary

extension LedgerCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the ledger out, for an auditor or for a system that takes audit messages.",
            discussion: """
                'jsonl' holds every line byte for byte with the checkpoints that prove them, and verifies by itself. \
                'syslog' (RFC 5424 with DICOM audit messages) and 'fhir' (AuditEvent, one a line) carry no proof.
                """)

        enum Format: String, ExpressibleByArgument, CaseIterable { case jsonl, syslog, fhir }

        @OptionGroup var place: Place
        @OptionGroup var choice: Choice
        @Option(name: .shortAndLong, help: "jsonl, syslog or fhir.")
        var format: Format = .jsonl
        @Option(name: .long, help: "The sequence to begin with; not for jsonl.")
        var from: UInt64 = 1
        @Option(name: .shortAndLong, help: "Where it goes; standard output else.", completion: .file())
        var output: String?

        mutating func validate() throws {
            if format == .jsonl, from != 1 || choice.since != nil || choice.until != nil || !choice.type.isEmpty {
                throw ValidationError("a proof is of all entries: jsonl takes no choice of them")
            }
        }

        func run() async throws {
            let folder = try place.open()
            let target = try ExportTarget(output.map { FilePath($0) })
            let interruption = Interruption { target.cancel() }
            defer { interruption.end() }
            let (format, from, choice, signer) = (format, from, choice, place.signer())
            try await BlockingThread.run("ledger-export") { () throws(FaultReport) in
                do {
                    if format == .jsonl {
                        let export = try LedgerExport(folder, signer: signer)
                        do throws(LedgerExportError<StorageError>) { try export.write(target.write) } catch {
                            throw error.fault
                        }
                    } else {
                        try Self.write(folder, format, from: from, choice, to: target)
                    }
                    try target.finish()
                } catch {
                    target.abandon()
                    throw FaultReport(error as? any Fault ?? LedgerError.noCheckpoint(folder.path))
                }
            }
        }

        private static func write(
            _ folder: LedgerFolder, _ format: Format, from: UInt64, _ choice: Choice, to target: ExportTarget
        ) throws(LedgerError) {
            let device = try folder.identity()?.origin ?? "aftercare-ledger"
            try folder.forEach(from: from) { (entry) throws(LedgerError) in
                guard choice.takes(entry) else { return true }
                let message = AuditMessage(entry, device: device)
                let bytes =
                    format == .syslog ? message.syslog : message.fhir.canonicalBytes + [UInt8(ascii: "\n")]
                do throws(StorageError) { try target.write(bytes) } catch { throw .storage(error) }
                return true
            }
        }
    }
}

/// A file that is there whole or not at all, or standard output.
private final class ExportTarget: Sendable {
    private let file: OpenFile
    private let path: FilePath?
    private let storage = Storage()
    private let cancellation = Cancellation()

    init(_ path: FilePath?) throws(StorageError) {
        self.path = path
        file =
            if let path {
                try storage.open(Self.temporary(path), [.write, .create], mode: 0o600)
            } else {
                try storage.adopt(copyOf: 1, as: "standard output")
            }
        if path != nil { try file.truncate(to: 0) }
    }

    private static func temporary(_ path: FilePath) -> FilePath {
        path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "export").new")
    }

    func cancel() { cancellation.cancel() }

    func write(_ bytes: [UInt8]) throws(StorageError) {
        guard !cancellation.isCancelled else { throw .cannot("go on writing", file.path, .interrupted) }
        try file.writeNext(bytes)
    }

    func finish() throws(StorageError) {
        guard let path else { return }
        try file.flush()
        try storage.rename(Self.temporary(path), to: path)
        try storage.flushFolder(path.removingLastComponent())
    }

    func abandon() {
        if let path { try? storage.removeIfThere(Self.temporary(path)) }
    }
}
