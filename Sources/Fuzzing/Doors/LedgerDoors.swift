import Documents
import Ledger
import Platform
import SystemPackage
import Trust
import Vocabulary

/// The folder of a ledger as somebody with the medium, or a power cut, can have left it.
///
/// The first byte: 0 and 1 say which file the rest is (segment, keys, checkpoints, what was dropped); bit 2 patches of the one that is
/// there instead of a file; bit 3 chains the segment's lines anew, so that what they say is looked at.
struct LedgerDoor: Entrance {
    static let boot = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    private static let files = [LedgerFile.name, "keys.json", "checkpoints.jsonl", "dropped.json"]
    private static let entries = 12

    private let ground: Ground
    private let folder: FilePath
    private let whole: [String: [UInt8]]
    private let key: [UInt8]

    init(_ ground: Ground) throws {
        self.ground = ground
        folder = ground.path("ledger")
        let signer = try LedgerSigner(
            device: "IP4-000417", key: try DeviceKey.open(file: ground.path("device.key"), storage: ground.storage))
        key = signer.publicKey
        let made = try SampleLedger.make(in: ground, entries: Self.entries, signer: signer)
        var whole: [String: [UInt8]] = [:]
        for name in Self.files where ground.storage.exists(made.appending(name)) {
            whole[name] = try ground.storage.read(made.appending(name), limit: 1 << 20)
        }
        self.whole = whole
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let first = feed.byte()
        let choices = Choices(rawValue: first)
        let name = Self.files[Int(first & 3)]
        let known = whole[name] ?? []
        var content = choices.contains(.bit(2)) ? known.patched(by: &feed) : feed.remainder
        let isChained = choices.contains(.bit(3))
        if isChained { content = SampleLedger.chained(content) }
        do {
            try put(name, content)
        } catch { throw .unprepared(door: "ledger", reason: error.description) }
        let reader = LedgerFolder(folder, storage: ground.storage)
        let before = try? reader.verify(LedgerKnowledge(key: key)).verdict
        if case .whole? = before, !isChained, name == LedgerFile.name {
            try promise("a ledger that was changed is not whole", Self.isBeginning(content, of: known))
        }
        let told = try? reader.entries(from: 1, limit: 1000)
        try goOn(reader, told, before)
    }

    /// The agent starts on it, writes on, and what it wrote is there.
    private func goOn(
        _ reader: LedgerFolder, _ told: [LedgerEntry]?, _ before: LedgerVerdict?
    ) throws(FuzzingError) {
        let sequence: UInt64
        do throws(LedgerError) {
            let ledger = try Ledger.open(
                folder: folder, storage: ground.storage, clock: SampleLedger.Clock(), bootID: Self.boot)
            sequence = try ledger.append(.updateTransition, ["number": 4711])
        } catch { return }
        // Others may say the same number of themselves: what was tampered with is shown as it is.
        let later = (try? reader.entries(from: sequence, limit: 1000)) ?? []
        try promise(
            "an entry that was acknowledged is there, as it was written",
            later.contains { $0.sequence == sequence && $0.body == ["number": 4711] })
        if let told, told.allSatisfy({ $0.sequence < sequence }), let now = try? reader.entries(from: 1, limit: 2000) {
            try promise("no entry that could be read is lost", Set(told).isSubset(of: now))
        }
        guard let after = try? reader.verify(LedgerKnowledge(key: key)).verdict else { return }
        switch (before, after) {
        case (.whole?, .broken): throw .broken(promise: "a whole ledger stays whole when it is written on")
        case (.broken(_, _, let reason)?, .whole):
            try promise("only what a power cut tore is made good: \(reason)", reason == .torn)
        default: break
        }
    }

    private func put(_ name: String, _ content: [UInt8]) throws(StorageError) {
        let storage = ground.storage
        try storage.createFolder(folder)
        for old in try storage.names(in: folder) { try storage.remove(folder.appending(old)) }
        for (other, bytes) in whole where other != name { try storage.replace(folder.appending(other), with: bytes) }
        try storage.replace(folder.appending(name), with: content)
    }

    /// Lines cut off the end, and whatever the last one says, show against a newer head only.
    private static func isBeginning(_ content: [UInt8], of known: [UInt8]) -> Bool {
        let lines = content.split(separator: UInt8(ascii: "\n"))
        let whole = known.split(separator: UInt8(ascii: "\n"))
        return lines.count <= whole.count && zip(lines.dropLast(), whole).allSatisfy { $0 == $1 }
    }
}

/// An export of a ledger, as an auditor or the manufacturer is handed it.
///
/// Choices: 0 patches of a whole one; 1 the digest of its first line is made right.
struct ExportDoor: Entrance {
    private let ground: Ground
    private let whole: [UInt8]
    private let lines: Set<[UInt8]>
    private let key: [UInt8]

    init(_ ground: Ground) throws {
        self.ground = ground
        let signer = try LedgerSigner(
            device: "IP4-000417", key: try DeviceKey.open(file: ground.path("device.key"), storage: ground.storage))
        key = signer.publicKey
        let folder = try SampleLedger.make(in: ground, entries: 12, signer: signer)
        var bytes: [UInt8] = []
        try LedgerExport(LedgerFolder(folder, storage: ground.storage), signer: signer).write {
            (piece) throws(FuzzingError) in bytes += piece
        }
        whole = bytes
        lines = Set(bytes.split(separator: UInt8(ascii: "\n")).map(Array.init))
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        var content = choices.contains(.bit(0)) ? whole.patched(by: &feed) : feed.remainder
        if choices.contains(.bit(1)) { content = SampleLedger.framed(content) }
        let path: FilePath
        do { path = try ground.write("export", content) } catch {
            throw .unprepared(door: "export", reason: error.description)
        }
        _ = LedgerExportFile.isExport(path, storage: ground.storage)
        _ = try? LedgerExportFile(path, storage: ground.storage).verify()
        guard let report = try? LedgerExportFile(path, storage: ground.storage).verify(LedgerKnowledge(key: key)),
            case .whole(let summary) = report.verdict
        else {
            try promise("an export that is whole is not refused", content != whole)
            return
        }
        let found = content.split(separator: UInt8(ascii: "\n")).map(Array.init).dropFirst().dropLast()
        try promise("every line of an export that holds is the device's", found.allSatisfy(lines.contains))
        try promise("what is counted is there", summary.entries <= UInt64(found.count))
    }
}

/// Checkpoints as they come from witnesses and auditors: notes, requests and keys in text.
struct CheckpointDoor: Entrance {
    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let kind = feed.byte() % 3
        let text = String(decoding: feed.remainder, as: UTF8.self)
        switch kind {
        case 0:
            guard let checkpoint = try? Checkpoint(note: text) else { return }
            try promise("a note is written as it was read", checkpoint.note == text)
        case 1:
            guard let request = try? WitnessRequest(text) else { return }
            guard let again = try? WitnessRequest(request.text) else {
                throw .broken(promise: "a request that was written can be read")
            }
            try promise("a request is read as it was", again.text == request.text)
        default:
            guard let key = try? WitnessKey(verifierKey: text) else { return }
            try promise("a key is written as it was read", key.verifierKey == text)
        }
    }
}
