import Documents
import Platform
package import Vocabulary

/// A ledger on its way out: a header, all its lines byte for byte, and an end (`docs/ledger.md`, Exports).
package struct LedgerExport: Sendable {
    static let format = "aftercare.ledger-export/1"
    static let endFormat = "aftercare.ledger-export-end/1"
    private static let checkpointLimit = 64
    private static let piece = 64 << 10

    package let first: UInt64
    package let last: UInt64
    private let folder: LedgerFolder
    private let segments: [LedgerSegment]
    private let header: Frame
    private let before: Digest

    /// What is in the folder, up to the line that the newest checkpoint covers.
    ///
    /// With a signer a checkpoint of all lines is made for it, which the folder does not keep. A ledger without a
    /// key is exported up
    /// to its last line, with nothing that proves it.
    package init(_ folder: LedgerFolder, signer: LedgerSigner? = nil) throws(LedgerError) {
        self.folder = folder
        segments = try folder.segments()
        first = segments.first?.first ?? 1
        let tree = try LedgerTree(folder)
        let keys = try LedgerKeys(in: folder.path, storage: folder.storage)
        let first = first
        let known = try KeptCheckpoints(in: folder.path, storage: folder.storage).all.map(\.checkpoint)
        var checkpoints = known.filter { $0.size >= first - 1 && $0.size <= tree.size }
        if let keys, let signer {
            guard signer.origin == keys.origin else {
                throw .otherOrigin(known: keys.origin, given: signer.origin)
            }
            guard signer.publicKey == keys.newest?.der else {
                throw .signing("the key given is not the one in force")
            }
            if checkpoints.last?.size != tree.size {
                checkpoints.append(try signer.checkpoint(size: tree.size, root: try tree.root(at: tree.size)))
            }
        }
        if keys == nil {
            checkpoints = []
            last = tree.size
        } else {
            guard let newest = checkpoints.last else { throw .noCheckpoint(folder.path) }
            last = newest.size
        }
        let before = try folder.before(first)
        self.before = before.previous
        header = Frame([
            "checkpoints": .strings(checkpoints.suffix(Self.checkpointLimit).map(\.note)), "first": .number(first),
            "format": .string(Self.format),
            "key": keys?.inForce(at: first - 1).map { .string(Base64.encode($0)) } ?? .null, "last": .number(last),
            "origin": .string(keys?.origin ?? ""), "previous": .string(before.previous.hex),
            "range": .strings(before.tree.hashes.map(\.hex)),
        ])
    }

    /// Gives the export piece by piece, in memory that its size does not change.
    package func write<Failure: Fault>(_ sink: ([UInt8]) throws(Failure) -> Void) throws(LedgerExportError<Failure>) {
        try pass(header.bytes, to: sink)
        var previous = before
        var number = first
        for segment in segments where segment.first <= last {
            let file: OpenFile
            var scanner: LineScanner
            do throws(LedgerError) {
                file = try folder.open(segment)
                scanner = LineScanner(
                    file, from: 0, to: try folder.reading { () throws(StorageError) in try file.size() })
            } catch { throw .ledger(error) }
            var offset: UInt64 = 0
            while number <= last {
                let line: LedgerLine?
                do throws(StorageError) { line = try scanner.next() } catch { throw .ledger(.storage(error)) }
                guard let line else { break }
                previous = line.leafHash
                number += 1
                if line.end - offset >= UInt64(Self.piece) {
                    try copy(file, from: offset, to: line.end, sink)
                    offset = line.end
                }
                if number > last { try copy(file, from: offset, to: line.end, sink) }
            }
            if number <= last {
                try copy(file, from: offset, to: scanner.position, sink)
            }
        }
        let end = Frame(["format": .string(Self.endFormat), "previous": .string(previous.hex)])
        try pass(end.bytes, to: sink)
    }

    private func copy<Failure: Fault>(
        _ file: OpenFile, from start: UInt64, to end: UInt64, _ sink: ([UInt8]) throws(Failure) -> Void
    ) throws(LedgerExportError<Failure>) {
        var offset = start
        while offset < end {
            let bytes: [UInt8]
            do throws(StorageError) {
                bytes = try file.read(Int(min(UInt64(Self.piece), end - offset)), at: offset)
            } catch {
                throw .ledger(.storage(error))
            }
            offset += UInt64(bytes.count)
            try pass(bytes, to: sink)
        }
    }

    private func pass<Failure: Fault>(
        _ bytes: [UInt8], to sink: ([UInt8]) throws(Failure) -> Void
    ) throws(LedgerExportError<Failure>) {
        do throws(Failure) { try sink(bytes) } catch { throw .sink(error) }
    }
}

/// Which side of an export failed: the ledger, or whoever takes it.
package enum LedgerExportError<Sink: Fault>: Error {
    case ledger(LedgerError)
    case sink(Sink)

    /// What happened, for whoever does not tell the sides apart.
    package var fault: any Fault {
        switch self {
        case .ledger(let error): error
        case .sink(let error): error
        }
    }
}
