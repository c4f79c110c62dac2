import ArgumentParser
import Commands
import Documents
import Ledger
import Platform
import SystemPackage
import Trust
import Vocabulary

extension LedgerCommand {
    /// Fills a ledger for `scripts/benchmark` and says how long it took.
    struct Fill: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fill a new ledger with entries and measure it; for scripts/benchmark.", shouldDisplay: false)

        @Argument(help: "The folder; it must not hold a ledger yet.", completion: .directory)
        var folder: String
        @Option(name: .long, help: "How many entries.")
        var entries = 1_000_000
        @Option(name: .long, help: "How many are one group, written and flushed together.")
        var group = 100

        private static func body(_ number: Int) -> JSON {
            [
                "from": "installing", "to": "installed", "update": "3f6c0a52-8a1e-4f5e-9d0b-2b6f0e1c7a44",
                "version": .string("1.2.\(number)"), "percent": .number(number % 101),
            ]
        }

        func run() async throws {
            let storage = Storage()
            let path = FilePath(folder)
            try storage.createFolder(path)
            let key = try DeviceKey.open(file: path.appending("device.key"), storage: storage)
            let signer = try LedgerSigner(device: "benchmark", key: key)
            let limits = LedgerLimits(total: 1 << 40)
            let begun = ContinuousClock.now
            let (entries, group) = (entries, group)
            let written = try await BlockingThread.run("ledger-fill") { () throws(LedgerError) in
                let ledger = try Ledger.open(
                    folder: path.appending("ledger"), storage: storage, clock: WatermarkedClock(), bootID: "benchmark",
                    limits: limits, signer: signer)
                let first = ledger.newest
                while ledger.newest - first < UInt64(entries) {
                    try ledger.append(
                        (0..<group).map { LedgerEvent(.updateTransition, Self.body($0)) })
                }
                return ledger.newest - first
            }
            let filled = ContinuousClock.now - begun
            let again = ContinuousClock.now
            let checkpoint = try Ledger.open(
                folder: path.appending("ledger"), storage: storage, clock: WatermarkedClock(), bootID: "benchmark",
                limits: limits, signer: signer
            ).checkpoint()
            let opened = ContinuousClock.now - again
            let proving = ContinuousClock.now
            let reader = LedgerFolder(path.appending("ledger"), storage: storage)
            let proof = try LedgerProof(
                of: checkpoint.size / 2 + 1, in: reader, under: checkpoint, key: signer.publicKey)
            let proven = ContinuousClock.now - proving
            let consistency = try LedgerTree(reader).consistency(from: checkpoint.size / 3, to: checkpoint.size)
            var bytes: UInt64 = 0
            for segment in try reader.segments() { bytes += try storage.open(segment.path, .read).size() }
            let answer: JSON = [
                "entries": .number(written), "bytes": .number(bytes), "seconds": .decimal(filled / .seconds(1)),
                "open-seconds": .decimal(opened / .seconds(1)), "checkpoint-bytes": .number(checkpoint.note.utf8.count),
                "proof-seconds": .decimal(proven / .seconds(1)),
                "proof-bytes": .number(proof.json.canonicalBytes.count), "inclusion-hashes": .number(proof.proof.count),
                "consistency-hashes": .number(consistency.count),
            ]
            Terminal.write(answer.prettyText + "\n")
        }
    }
}
