import Ledger
import Platform
import SystemPackage

/// A folder where media are laid out one after the other, with what is asked of every one of them.
final class Ground {
    let fence: Fence
    let recording: Recording
    private let folder: MediumFolder
    private let path: FilePath
    /// What may change: files, and folders with all that is in them.
    private let allowed: [String]

    init(_ path: FilePath, _ recording: Recording, allowed: [String]) throws {
        self.path = path
        self.recording = recording
        self.allowed = allowed
        fence = Fence(path)
        folder = try MediumFolder(path)
    }

    /// What changes as the product changes it, and is noticed.
    var storage: Storage { Storage(observer: fence) }

    func put(_ content: MediumContent) throws { try folder.put(content, touched: fence.take()) }

    /// Records what the product does here in `body`, after what was promised so far.
    func record(
        after circumstances: Recording.Circumstances, crew: SimulatedCrew?,
        _ body: (MediumRecorder) async throws -> Void
    ) async throws -> Recording {
        let recorder = try MediumRecorder(path, crew: crew, after: circumstances)
        fence.show(recorder)
        defer { fence.show(nil) }
        try await body(recorder)
        return try recorder.recording(answer: recording.answer)
    }

    /// Lets another process work here, whose changes the fence does not see, and takes note of them.
    func noticing(_ body: () async throws -> Void) async throws {
        let before = try MediumContent(of: path)
        try await body()
        let after = try MediumContent(of: path)
        let files = Set(before.files.keys).union(after.files.keys).filter { before.files[$0] != after.files[$0] }
        fence.note(files.union(before.folders.symmetricDifference(after.folders)))
    }

    /// What the ledger holds now, as it stands there.
    var ledgerText: String {
        let lines = (try? MediumContent(of: path))?.ledgerLines ?? []
        return lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }

    /// The ledger verifies, and every line that was acknowledged is where it was.
    func examineLedger(_ circumstances: Recording.Circumstances, in name: String = "state/ledger") throws -> [String] {
        var complaints: [String] = []
        let verdict = try LedgerFolder(path.pushing(FilePath(name)), storage: Storage()).verify().verdict
        if case .whole = verdict {} else { complaints.append("the ledger does not verify: \(verdict)") }
        let lines = try MediumContent(of: path, below: "state/ledger").ledgerLines
        let promised = recording.lines[..<circumstances.lines]
        if !lines.starts(with: promised) {
            let kept = zip(promised, lines).prefix { $0 == $1 }.count
            complaints.append("the ledger lost line \(kept + 1) of the \(promised.count) that were acknowledged")
        }
        return complaints
    }

    /// Nothing has changed but what may.
    func examineRest() -> [String] {
        fence.touched.filter { name in !allowed.contains { name == $0 || name.hasPrefix($0 + "/") } }.sorted()
            .map { "'\($0)' was changed, and must not be" }
    }
}
