import Documents
import Ledger
import Platform
import SystemPackage
import TestSupport
import Trust
import Vocabulary

/// A ledger of small segments: groups are appended, segments sealed, dropped and signed.
struct LedgerScenario: Scenario {
    let name = "ledger"
    let summary = "the ledger alone: groups, sealing, dropping, checkpoints"
    var isMachine: Bool { false }
    private let key: DeviceKey
    /// So small that segments are sealed and dropped all the time.
    static let tight = LedgerLimits(segment: 1000, total: 4000, checkpointInterval: 1 << 50)
    /// Nothing more is dropped: what was acknowledged must be there.
    static let roomy = LedgerLimits(checkpointInterval: 1 << 50)

    init() throws { key = DeviceKey(try PrivateKey.generate(.ed25519)) }

    func open(_ folder: FilePath, _ storage: Storage, _ limits: LedgerLimits = tight) throws -> Ledger {
        try Ledger.open(
            folder: folder.appending("ledger"), storage: storage, clock: StillClock(), bootID: "boot-1", limits: limits,
            signer: try signer())
    }

    func signer() throws -> LedgerSigner { try LedgerSigner(device: "pump", key: key) }

    static func event(_ number: Int) -> LedgerEvent {
        LedgerEvent(
            .updateTransition,
            ["number": .number(number), "text": .string(String(repeating: "x", count: 40 + number % 40 * 7))])
    }

    func record() async throws -> Recording {
        let folder = try TemporaryFolder(inMemory: true)
        let recorder = try MediumRecorder(folder.path)
        let ledger = try open(folder.path, Storage(observer: recorder))
        for number in 1...24 {
            try ledger.append(number % 4 == 0 ? [Self.event(number), Self.event(1000 + number)] : [Self.event(number)])
            recorder.promise("\(number)")
            if number % 5 == 0 { recorder.promise(try ledger.checkpoint().note) }
        }
        return try recorder.recording(answer: "24 groups")
    }

    func makeBench(_ recording: Recording) throws -> any Bench { try LedgerBench(self, recording) }
}

/// The machine's clock does not move: what a ledger writes is then the same each time.
struct StillClock: LedgerClock {
    func now() -> LedgerTime { LedgerTime(wall: SimulatedMachine.time, confidence: .clock, uptime: 1_000_000) }
}

private final class LedgerBench: Bench {
    private let scenario: LedgerScenario
    private let folder: TemporaryFolder
    private let ground: Ground

    init(_ scenario: LedgerScenario, _ recording: Recording) throws {
        self.scenario = scenario
        folder = try TemporaryFolder(inMemory: true)
        ground = try Ground(folder.path, recording, allowed: ["ledger"])
    }

    var account: String {
        let content = try? MediumContent(of: folder.path)
        return (content?.files ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key):\n\(String(decoding: $0.value, as: UTF8.self))" }.joined(separator: "\n")
    }

    func judge(_ content: MediumContent, _ circumstances: Recording.Circumstances) async throws -> [String] {
        try ground.put(content)
        var complaints: [String] = []
        let acknowledged = circumstances.promises.compactMap { Int($0) }.last ?? 0
        let shown = try circumstances.promises.filter { Int($0) == nil }.map { note in try Checkpoint(note: note) }
        let knowledge = LedgerKnowledge(key: try scenario.signer().publicKey, checkpoints: shown)
        for round in 1...2 {
            let ledger = try scenario.open(folder.path, ground.storage, LedgerScenario.roomy)
            if round == 2, ledger.torn != nil { complaints.append("opened again, it is torn again") }
            try ledger.append([LedgerScenario.event(100 + round)])
            _ = try ledger.checkpoint()
            complaints += try examine(ledger, acknowledged, knowledge)
        }
        let ledger = try scenario.open(folder.path, ground.storage)
        for number in 103...106 { try ledger.append([LedgerScenario.event(number)]) }
        let verdict = try ledger.reader.verify(knowledge).verdict
        if case .whole = verdict {} else { complaints.append("after more was dropped, it does not verify: \(verdict)") }
        return complaints + ground.examineRest()
    }

    private func examine(_ ledger: Ledger, _ acknowledged: Int, _ knowledge: LedgerKnowledge) throws -> [String] {
        var complaints: [String] = []
        let entries = try ledger.entries(from: 1, limit: 999)
        let numbers = entries.compactMap { $0.body["number"]?.integer.map(Int.init) }.filter { $0 < 100 }
        let newest = numbers.last ?? 0
        if newest < acknowledged {
            complaints.append("group \(acknowledged) was acknowledged, the last one is \(newest)")
        }
        if let first = numbers.first, numbers != Array(first...newest) {
            complaints.append("there are only \(numbers)")
        }
        // What is missing at the beginning was dropped, and an entry counts it.
        let dropped = entries.last { $0.event == .ledgerDropped }?.body["last"]?.integer ?? 0
        let first = try ledger.reader.segments().first?.first ?? 0
        if first != UInt64(dropped) + 1 { complaints.append("the first line is \(first), and \(dropped) were dropped") }
        let report = try ledger.reader.verify(knowledge)
        if case .whole = report.verdict {} else { complaints.append("it does not verify: \(report.verdict)") }
        if report.covered != ledger.newest {
            complaints.append("its checkpoint covers \(report.covered) of \(ledger.newest)")
        }
        return complaints
    }
}
