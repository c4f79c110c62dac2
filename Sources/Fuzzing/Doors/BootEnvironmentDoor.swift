import BootControl
import Platform
import SystemPackage
import Vocabulary

/// The loader's environment, which whoever has the medium, and every power cut, can have changed.
///
/// The first byte: 0 and 1 say the kind (GRUB, U-Boot in one copy, U-Boot in two, two that are alike); bit 2 makes checksums and
/// signatures right; bits 3 and 4 how many slot sets there are; bits 5 to 7 how many attempts.
struct BootEnvironmentDoor: Entrance {
    private static let copySize = 1024
    private let ground: Ground

    init(_ ground: Ground) { self.ground = ground }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let first = feed.byte()
        let sets = (0..<2 + Int(first >> 3 & 3) % 3).compactMap { SlotSet(["A", "B", "C", "D"][$0]) }
        let attempts = 1 + Int(first >> 5)
        let isMended = Choices(rawValue: first).contains(.bit(2))
        do {
            if first & 3 == 0 {
                let place = try ground.write("grubenv", GRUBText.block(feed.remainder, isMended: isMended))
                let control = GRUBBootControl(
                    environment: place, slotSets: sets, attempts: attempts, storage: ground.storage)
                return try use(control, [place]) { GRUBText.variables($0[0]) }
            }
            let isRedundant = first & 3 > 1
            let one = UBootText.copy(feed.longPiece(), Self.copySize, isRedundant, isMended: isMended)
            var places = [try ground.write("one", one)]
            if isRedundant {
                let rest = first & 3 == 3 ? Array(one.dropFirst(4)) : feed.remainder
                places.append(
                    try ground.write("two", UBootText.copy(rest, Self.copySize, true, isMended: isMended)))
            }
            let copies = places.map { UBootEnvironment.Copy(path: $0, offset: 0, size: Self.copySize) }
            let control = UBootBootControl(
                copies: isRedundant ? .redundant(copies[0], copies[1]) : .single(copies[0]), slotSets: sets,
                attempts: attempts, storage: ground.storage)
            try use(control, places) { UBootText.variables(UBootText.chosen($0, isRedundant) ?? [], isRedundant) }
        } catch let error as FuzzingError {
            throw error
        } catch {
            throw .unprepared(door: "boot-environment", reason: "\(error)")
        }
    }

    /// Everything that an agent and a loader do with an environment, whatever it says.
    ///
    /// `variables` reads what the loader sees in the files, and shares no code with the product. Names are bytes: as texts two that
    /// are no UTF-8 could be one.
    private func use<Scheme: BootScheme, Environment: BootEnvironment>(
        _ control: EnvironmentBootControl<Scheme, Environment>, _ places: [FilePath],
        _ variables: ([[UInt8]]) -> [[UInt8]: [UInt8]]
    ) throws {
        guard let before = try? control.status() else { return }
        try promise("a status knows the slot sets only", Set(before.order).isSubset(of: control.slotSets))
        let own = Set(control.scheme.names.map { Array($0.utf8) })
        func foreign() throws(StorageError) -> [[UInt8]: [UInt8]] {
            let contents = try places.map { (path) throws(StorageError) in
                try ground.storage.read(path, limit: Self.copySize)
            }
            return variables(contents).filter { !own.contains($0.key) }
        }
        let kept = try foreign()
        for (step, set) in (control.slotSets + control.slotSets).enumerated() where try change(control, set, step % 3) {
            try promise("foreign variables are kept", try foreign() == kept)
        }
        let known = try control.environment.read(control.scheme.names)
        for failed in [Set<SlotSet>(), Set(control.slotSets.prefix(1)), Set(control.slotSets)] {
            guard case .slotSet(let chosen) = control.scheme.decide(known, failed: failed).choice else { continue }
            try promise("no loader starts what has failed", !failed.contains(chosen))
        }
    }

    /// Gives whether the environment took the change, as one that is full does not.
    private func change(
        _ control: some BootControl, _ set: SlotSet, _ step: Int
    ) throws(FuzzingError) -> Bool {
        do throws(BootControlError) {
            switch step {
            case 0: try control.activate(set)
            case 1: try control.commit(set)
            default: try control.abandon(set)
            }
        } catch { return false }
        guard let after = try? control.status() else {
            throw .broken(promise: "an environment that was changed can be read")
        }
        switch step {
        case 0: try promise("what was activated is on trial or confirmed", after.trial == set || after.confirmed == set)
        case 1: try promise("what was committed is confirmed", after.confirmed == set && after.isBootable(set))
        default: try promise("what was abandoned is not tried", after.trial != set)
        }
        return true
    }
}

/// GRUB's block read once more, as its own code reads it (`grub_envblk_iterate`).
private enum GRUBText {
    private static let signature = Array("# GRUB Environment Block\n".utf8)
    private static let size = 1024

    static func block(_ bytes: [UInt8], isMended: Bool) -> [UInt8] {
        guard isMended else { return bytes }
        let block = signature + bytes.prefix(size - signature.count)
        return block + [UInt8](repeating: UInt8(ascii: "#"), count: size - block.count)
    }

    static func variables(_ block: [UInt8]) -> [[UInt8]: [UInt8]] {
        var variables: [[UInt8]: [UInt8]] = [:]
        var place = signature.count
        while place < block.count {
            let isComment = block[place] == UInt8(ascii: "#")
            let start = place
            while !isComment, place < block.count, block[place] != UInt8(ascii: "=") { place += 1 }
            let name = Array(block[start..<place])
            if !isComment { place += 1 }
            var value: [UInt8] = []
            while place < block.count, block[place] != UInt8(ascii: "\n") {
                if block[place] == UInt8(ascii: "\\") { place += 1 }
                if place < block.count { value.append(block[place]) }
                place += 1
            }
            // What does not end is nothing.
            if !isComment, place < block.count { variables[name] = value }
            place += 1
        }
        return variables
    }
}

/// U-Boot's copies read once more, as its own code reads them (`env_check_redund`, `himport_r`).
private enum UBootText {
    static func copy(_ bytes: [UInt8], _ size: Int, _ isRedundant: Bool, isMended: Bool) -> [UInt8] {
        let copy = Array(bytes.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - bytes.count))
        guard isMended else { return copy }
        let content = Array(copy.prefix(size - 4))
        let checksum = CRC32.checksum(content[(isRedundant ? 1 : 0)...])
        return (0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) } + content
    }

    static func chosen(_ copies: [[UInt8]], _ isRedundant: Bool) -> [UInt8]? {
        let header = isRedundant ? 5 : 4
        let valid = copies.filter { copy in
            let checksum = CRC32.checksum(copy[header...])
            return (0..<4).allSatisfy { copy[$0] == UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) }
        }
        guard valid.count == 2 else { return valid.first }
        switch (valid[0][4], valid[1][4]) {
        case (255, 0): return valid[1]
        case (0, 255): return valid[0]
        case (let one, let two): return two > one ? valid[1] : valid[0]
        }
    }

    static func variables(_ copy: [UInt8], _ isRedundant: Bool) -> [[UInt8]: [UInt8]] {
        var variables: [[UInt8]: [UInt8]] = [:]
        for entry in copy.dropFirst(isRedundant ? 5 : 4).split(separator: 0, omittingEmptySubsequences: false) {
            if entry.isEmpty { break }
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            variables[Array(entry[..<equals])] = Array(entry[(equals + 1)...])
        }
        return variables
    }
}
