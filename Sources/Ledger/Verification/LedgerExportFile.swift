import Documents
package import Platform
package import SystemPackage
import Vocabulary

/// An export of a ledger, to be verified without the ledger.
package struct LedgerExportFile {
    private let file: OpenFile

    package init(_ path: FilePath, storage: Storage) throws(LedgerError) {
        do throws(StorageError) { file = try storage.open(path, .read) } catch { throw .storage(error) }
    }

    package init(_ file: OpenFile) { self.file = file }

    /// Whether a file begins like an export, however damaged the rest of it is.
    package static func isExport(_ path: FilePath, storage: Storage) -> Bool {
        guard let file = try? storage.open(path, .read), file.isRegular, let size = try? file.size(),
            let start = try? file.read(Int(min(size, 16)), at: 0)
        else { return false }
        return start.starts(with: Array("{\"checkpoints\":".utf8))
    }

    /// The steps of `docs/ledger.md`, Verifying, in their order.
    package func verify(_ knowledge: LedgerKnowledge = LedgerKnowledge()) throws(LedgerError) -> LedgerReport {
        var report = LedgerReport(verdict: CheckpointJudgement.frame)
        var scanner: LineScanner
        let first: LedgerLine?
        do throws(StorageError) {
            scanner = LineScanner(file, from: 0, to: try file.size(), limit: Frame.limit)
            first = try scanner.next()
        } catch { throw .storage(error) }
        guard let header = first.flatMap(ExportHeader.init) else { return report }
        let judgement = CheckpointJudgement(own: header.checkpoints, knowledge: knowledge, origin: header.origin)
        if header.key != nil { try judgement.checkOrigins() }
        var chain = LedgerChain(
            first: header.first, previous: header.previous, tree: header.range, origin: header.origin,
            key: header.key, wanted: judgement.sizes)
        report.origin = header.origin
        report.first = header.first
        report.covered = header.first - 1
        do throws(StorageError) {
            report.verdict = try verdict(header, &scanner, &chain, judgement, &report)
        } catch { throw .storage(error) }
        report.last = chain.number - 1
        report.timesBack = chain.timesBack
        report.clockSteps = chain.clockSteps
        return report
    }

    private func verdict(
        _ header: ExportHeader, _ scanner: inout LineScanner, _ chain: inout LedgerChain,
        _ judgement: CheckpointJudgement, _ report: inout LedgerReport
    ) throws(StorageError) -> LedgerVerdict {
        scanner.limit = LedgerEntry.lineLimit
        while chain.number <= header.last {
            guard let line = try scanner.next() else {
                return chain.end(.nothing, isCut: true)
                    ?? .broken(line: chain.number, offset: scanner.position, reason: .missing)
            }
            if let verdict = try chain.take(line, in: file) { return verdict }
        }
        let endOffset = scanner.position
        let end = try scanner.next()
        let endPrevious = end.flatMap(Self.previous)
        if let verdict = chain.end(end == nil ? .nothing : .something(previous: endPrevious), isCut: true) {
            return verdict
        }
        guard let endPrevious else { return .broken(line: 0, offset: endOffset, reason: .frame) }
        if endPrevious != chain.previous {
            return chain.number > header.first
                ? .broken(line: header.last, offset: chain.lastOffset, reason: .edited)
                : .broken(line: 0, offset: endOffset, reason: .frame)
        }
        guard try scanner.next() == nil else { return .broken(line: 0, offset: endOffset, reason: .frame) }
        let whole = LedgerVerdict.whole(
            LedgerSummary(entries: chain.entries, torn: chain.torn, head: chain.previous))
        guard header.key != nil else { return whole }
        return judgement.verdict(chain, mustCover: true, &report) ?? whole
    }

    /// The end's word for the last line; nil for anything but an end.
    private static func previous(_ line: LedgerLine) -> Digest? {
        guard line.isEnded, let bytes = line.bytes, let members = Frame.members(bytes),
            case .object(let object) = members, Set(object.keys) == ["format", "previous"],
            members["format"] == .string(LedgerExport.endFormat)
        else { return nil }
        return members["previous"]?.string.flatMap { Digest(hex: $0) }
    }
}

/// What the first line of an export says.
private struct ExportHeader {
    private static let members: Set<String> = [
        "checkpoints", "first", "format", "key", "last", "origin", "previous", "range",
    ]

    let origin: String
    let first: UInt64
    let last: UInt64
    let previous: Digest
    let range: CompactRange
    let key: [UInt8]?
    let checkpoints: [Checkpoint]

    init?(_ line: LedgerLine) {
        guard line.isEnded, let bytes = line.bytes, let members = Frame.members(bytes),
            case .object(let object) = members, Set(object.keys) == Self.members,
            members["format"] == .string(LedgerExport.format), let origin = members["origin"]?.string,
            let first = members["first"]?.integer, first >= 1, let last = members["last"]?.integer, last >= first - 1,
            let previous = members["previous"]?.string.flatMap({ Digest(hex: $0) }),
            first > 1 || previous == LedgerEntry.noLine,
            let hashes = members["range"]?.array, hashes.count == members.digests("range").count,
            let range = CompactRange(begin: 0, end: UInt64(first) - 1, hashes: members.digests("range")),
            let notes = members["checkpoints"]?.array
        else { return nil }
        self.origin = origin
        self.first = UInt64(first)
        self.last = UInt64(last)
        self.previous = previous
        self.range = range
        switch members["key"] {
        case .null?: key = nil
        case .string(let text)?:
            guard let der = Base64.strict(text), NoteVerifier(origin: origin, der: der) != nil else { return nil }
            key = der
        default: return nil
        }
        guard let checkpoints = Self.checkpoints(notes, origin: origin, from: UInt64(first) - 1, to: UInt64(last)),
            checkpoints.isEmpty == (key == nil)
        else { return nil }
        self.checkpoints = checkpoints
    }

    private static func checkpoints(
        _ notes: [JSON], origin: String, from lowest: UInt64, to highest: UInt64
    ) -> [Checkpoint]? {
        var checkpoints: [Checkpoint] = []
        for note in notes {
            guard let text = note.string, let checkpoint = try? Checkpoint(note: text), checkpoint.origin == origin,
                lowest...highest ~= checkpoint.size, checkpoints.last.map({ $0.size < checkpoint.size }) ?? true
            else { return nil }
            checkpoints.append(checkpoint)
        }
        return checkpoints
    }
}
