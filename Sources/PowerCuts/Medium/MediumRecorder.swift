package import Platform
import Synchronization
package import SystemPackage

/// Writes down every change at the seam, with its bytes, and lets it happen.
package final class MediumRecorder: StorageObserver {
    fileprivate struct State {
        var steps: [Recording.Step] = []
        var now = Recording.Circumstances()
        var lines: [[UInt8]] = []
        var partial: [UInt8] = []
    }

    private let folder: FilePath
    private let crew: SimulatedCrew?
    private let state = Mutex(State())
    private let base: MediumContent

    /// Records what happens in `folder` from now on; what was promised before, `circumstances` say.
    package init(
        _ folder: FilePath, crew: SimulatedCrew? = nil, after circumstances: Recording.Circumstances = .init()
    ) throws {
        self.folder = folder
        self.crew = crew
        base = try MediumContent(of: folder)
        state.withLock { state in
            state.now = circumstances
            state.lines = base.ledgerLines
            // What a cut tore is ended by the next append.
            if base.isLedgerTorn { state.partial = state.lines.removeLast() }
        }
    }

    package func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
        let change = change(operation, data)
        guard !MediumContent.isVolatile(change.name) else { return .proceed }
        state.withLock { state in
            if let crew { state.now.crew = crew.state }
            state.follow(change)
            state.steps.append(Recording.Step(change: change, circumstances: state.now))
        }
        return .proceed
    }

    /// Somebody was told that this is done: from now on no power cut may undo it.
    package func promise(_ word: String) { state.withLock { $0.now.promises.append(word) } }

    /// All lines that the ledger took so far were acknowledged.
    package func acknowledgeLedger() { state.withLock { $0.now.lines = $0.lines.count } }

    /// What was recorded; refused where the folder does not hold what it says.
    package func recording(answer: String) throws -> Recording {
        let (steps, end, lines) = state.withLock { state in
            if let crew { state.now.crew = crew.state }
            return (state.steps, state.now, state.lines)
        }
        let recording = Recording(base: base, steps: steps, end: end, lines: lines, answer: answer)
        var medium = Medium(base)
        for step in steps { try medium.make(step.change) }
        let (told, there) = (medium.content(.kept), try MediumContent(of: folder))
        for name in Set(told.files.keys).union(there.files.keys).sorted() {
            guard let file = there.files[name] else { throw PowerCutsError.unrecorded(name, reason: "is not there") }
            guard let known = told.files[name] else {
                throw PowerCutsError.unrecorded(name, reason: "was not recorded")
            }
            guard file == known else { throw PowerCutsError.unrecorded(name, reason: "holds something else") }
        }
        return recording
    }

    private func change(_ operation: StorageOperation, _ data: UnsafeRawBufferPointer?) -> Change {
        switch operation {
        case .create(let path): .create(name(path))
        case .write(let path, let offset, let count):
            .write(name(path), offset: Int(offset), bytes: data.map { Array($0.prefix(count)) } ?? [])
        case .zero(let path, let offset, let count):
            .write(name(path), offset: Int(offset), bytes: [UInt8](repeating: 0, count: Int(count)))
        case .truncate(let path, let size): .truncate(name(path), size: Int(size))
        case .flush(let path): .flush(name(path))
        case .rename(let path, let target): .rename(name(path), to: name(target))
        case .remove(let path): .remove(name(path))
        case .createFolder(let path): .createFolder(name(path))
        case .flushFolder(let path): .flushFolder(name(path))
        }
    }

    /// The name below the folder; what lies elsewhere keeps its whole path, which no name is.
    private func name(_ path: FilePath) -> String {
        let (whole, start) = (path.string, folder.string)
        if whole == start { return "" }
        return whole.hasPrefix(start + "/") ? String(whole.dropFirst(start.count + 1)) : whole
    }
}

extension MediumRecorder.State {
    /// Counts the ledger's lines, and those that its owner must have been told of.
    ///
    /// Ledger, database and boot environment have one owner, who does one thing after the other: when the owner turns from the
    /// ledger to another of them, the append before has returned.
    fileprivate mutating func follow(_ change: Change) {
        let name = change.name
        if case .write(_, _, let bytes) = change, name.ownName.hasPrefix("entries-"), name.hasSuffix(".jsonl") {
            now.lines = lines.count
            partial += bytes
            while let end = partial.firstIndex(of: 0x0A) {
                lines.append(Array(partial[..<end]))
                partial = Array(partial[(end + 1)...])
            }
        } else if name.hasPrefix("state/state.db") || name.hasPrefix("disk/") {
            now.lines = lines.count
        }
    }
}
