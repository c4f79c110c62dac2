import Documents
import Ledger
import Platform
import SystemPackage
import Vocabulary

/// A part of the device's record on its way out.
struct RecordExport: Sendable {
    enum Content: Sendable {
        case bytes([UInt8])
        /// As much of the ledger as there was when the export began: it grows while it is read.
        case ledger(LedgerExport)
    }

    let name: String
    let content: Content

    /// Writes all of it and gives how much that was; blocks as long as its reader takes.
    func write(to stream: OpenFile) throws -> (bytes: UInt64, digest: Digest) {
        let digest = SHA256()
        switch content {
        case .bytes(let bytes):
            try stream.writeNext(bytes)
            digest.update(bytes)
            return (UInt64(bytes.count), digest.finish())
        case .ledger(let export):
            var size: UInt64 = 0
            do throws(LedgerExportError<StorageError>) {
                try export.write { (bytes) throws(StorageError) in
                    try stream.writeNext(bytes)
                    digest.update(bytes)
                    size += UInt64(bytes.count)
                }
            } catch {
                throw error.fault
            }
            return (size, digest.finish())
        }
    }
}

extension Agent {
    /// `ledger` line for line, `passport`, the newest service `record` or `incident`, or `all` that is not the ledger.
    func export(_ what: String) throws -> RecordExport {
        let places = configuration.places
        let name = "\(configuration.device.id)-\(what)".filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
        switch what {
        case "ledger":
            return RecordExport(name: "\(name).jsonl", content: .ledger(try records.export()))
        case "passport":
            return RecordExport(name: "\(name).json", content: .bytes(try vouchedPassport().canonicalBytes))
        case "record", "incident":
            let folder = what == "record" ? places.serviceRecords : places.incidents
            guard
                let newest = try documents(in: folder, type: what == "record" ? .serviceRecord : .incidentReported).last
            else { throw ServiceSessionError.nothingThere(what) }
            return RecordExport(name: "\(name).json", content: .bytes(newest.canonicalBytes))
        case "all":
            let all: JSON = [
                "passport": passport(), "status": status(), "slots": slots(), "history": try history(limit: 100),
                "records": .array(try documents(in: places.serviceRecords, type: .serviceRecord)),
                "incidents": .array(try documents(in: places.incidents, type: .incidentReported)),
                "holds": holds(),
            ]
            return RecordExport(name: "\(name).json", content: .bytes(all.canonicalBytes))
        default: throw ServiceSessionError.nothingThere("'\(what.printable(limit: 32))' to export")
        }
    }

    /// What people left in a folder, oldest first by the ledger, at most the newest 100.
    private func documents(in folder: FilePath, type: LedgerEventType) throws -> [JSON] {
        var names: [String] = []
        var next: UInt64 = 1
        while true {
            let entries = try records.entries(from: next, limit: 256)
            guard let last = entries.last else { break }
            for entry in entries where entry.event == type {
                if let name = (entry.body["visit"] ?? entry.body["incident"])?.string { names.append(name) }
            }
            next = last.sequence + 1
        }
        return names.suffix(100).compactMap { name in
            (try? storage.read(folder.appending("\(name).json"), limit: 1 << 20))
                .flatMap { try? JSONReader.read($0, limit: 1 << 20) }
        }
    }
}
