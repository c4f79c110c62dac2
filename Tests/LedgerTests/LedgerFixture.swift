import Documents
import Ledger
import Platform
import SystemPackage
import TestSupport
import Vocabulary

/// A clock that says what it is told and ticks a microsecond with every look.
struct SteadyClock: LedgerClock {
    var wall = Timestamp(seconds: 1_795_348_800)
    var confidence = TimeConfidence.clock

    func now() -> LedgerTime { LedgerTime(wall: wall, confidence: confidence, uptime: 1_000_000) }
}

let boot = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"

extension TemporaryFolder {
    var ledger: FilePath { file("ledger") }
    var entries: FilePath { ledger.appending(LedgerFile.name) }

    func open(
        _ observer: (any StorageObserver)? = nil, clock: any LedgerClock = SteadyClock(), bootID: String = boot,
        limits: LedgerLimits = LedgerLimits(), signer: LedgerSigner? = nil
    ) throws(LedgerError) -> Ledger {
        try Ledger.open(
            folder: ledger, storage: Storage(observer: observer), clock: clock, bootID: bootID, limits: limits,
            signer: signer)
    }

    var reader: LedgerFolder { LedgerFolder(ledger, storage: Storage()) }

    func verify() throws -> LedgerVerdict { try reader.verify().verdict }

    func bytes() throws -> [UInt8] { try read("ledger/\(LedgerFile.name)") }

    func lines() throws -> [[UInt8]] { try bytes().split(separator: 0x0A).map(Array.init) }

    func put(_ lines: [[UInt8]]) throws {
        try write("ledger/\(LedgerFile.name)", Array(lines.map { $0 + [0x0A] }.joined()))
    }
}

/// An event that can be told from all others by its number.
func event(_ number: Int, filling: Int = 0) -> LedgerEvent {
    LedgerEvent(
        .updateTransition, ["number": .number(number), "text": .string(String(repeating: "x", count: filling))])
}

extension LedgerEntry {
    var number: Int? { body["number"]?.integer.map(Int.init) }
}
