import Documents
import Ledger
import Platform
import SystemPackage
import Vocabulary

/// A small ledger of our own making, and what brings an altered one past its own checks.
enum SampleLedger {
    struct Clock: LedgerClock {
        func now() -> LedgerTime { LedgerTime(wall: Ground.time, confidence: .clock, uptime: 1_000_000) }
    }

    /// Gives its folder; made anew each time, because its key is.
    static func make(in ground: Ground, entries: Int, signer: LedgerSigner?) throws -> FilePath {
        let folder = ground.path("whole")
        if ground.storage.exists(folder) {
            for name in try ground.storage.names(in: folder) { try ground.storage.remove(folder.appending(name)) }
        }
        let ledger = try Ledger.open(
            folder: folder, storage: ground.storage, clock: Clock(), bootID: LedgerDoor.boot, signer: signer)
        for number in 1...entries {
            let types: [LedgerEventType] = [.updateTransition, .clockWatermark, .holdPlaced, .selfTestResult]
            let text = String(repeating: "x", count: number * 7)
            _ = try ledger.append([
                LedgerEvent(types[number % types.count], ["number": .number(number), "text": .string(text)]),
                LedgerEvent(.updateTransition, ["number": .number(-number)]),
            ])
            if number == entries / 2, signer != nil { _ = try ledger.checkpoint() }
        }
        if signer != nil { _ = try ledger.checkpoint() }
        return folder
    }

    /// The same lines with sequences and hashes that follow from each other, where they are entries at all.
    static func chained(_ content: [UInt8]) -> [UInt8] {
        var previous = LedgerEntry.noLine
        var chained: [UInt8] = []
        for (number, line) in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            var bytes = Array(line)
            if case .object(var members)? = try? JSONReader.read(bytes, limit: LedgerEntry.lineLimit) {
                let group = members["sequence"] == members["group"] ? number + 1 : nil
                members["sequence"] = .number(number + 1)
                if let group { members["group"] = .number(group) }
                members["previous"] = .string(previous.hex)
                bytes = JSON.object(members).canonicalBytes
            }
            previous = SHA256.leafHash(of: bytes)
            chained += bytes + [UInt8(ascii: "\n")]
        }
        return content.last == UInt8(ascii: "\n") ? Array(chained.dropLast()) : chained
    }

    /// The same export with the digest that its first line, if it is an object, should carry.
    static func framed(_ content: [UInt8]) -> [UInt8] {
        let end = content.firstIndex(of: UInt8(ascii: "\n")) ?? content.count
        guard case .object(var members)? = try? JSONReader.read(Array(content[..<end]), limit: 1 << 20) else {
            return content
        }
        members["digest"] = nil
        members["digest"] = .string(SHA256.digest(of: JSON.object(members).canonicalBytes).hex)
        return JSON.object(members).canonicalBytes + content[end...]
    }
}
