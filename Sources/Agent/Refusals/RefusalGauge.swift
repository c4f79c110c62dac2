import Documents
package import Vocabulary

/// Decides which refusals at one door get an entry of their own, so that whoever floods the door cannot fill the ledger.
///
/// A plain value. The first ones get an entry each; there is room for one more with every interval that passes. Those without room
/// are counted by their code, and the next room is taken by an entry that tells how many there were.
package struct RefusalGauge: Sendable, Equatable {
    /// More than anybody makes in a visit who tries things out.
    package static let burst = 64
    /// Nanoseconds until there is room for another: 144 entries a day, however long a flood lasts.
    package static let interval: UInt64 = 600_000_000_000

    /// Refusals that have no entry of their own.
    package struct Counted: Sendable, Equatable {
        package fileprivate(set) var codes: [FaultCode: Int] = [:]
        /// Since when, in nanoseconds since boot.
        package let since: UInt64

        package var count: Int { codes.values.reduce(0, +) }
    }

    private var room = Self.burst
    private var newestRoom: UInt64
    package private(set) var counted: Counted?

    /// Begins with all its room, at a time since boot in nanoseconds.
    package init(at time: UInt64) { newestRoom = time }

    /// Whether a refusal gets an entry of its own; else it is counted.
    package mutating func admits(_ code: FaultCode, at time: UInt64) -> Bool {
        makeRoom(at: time)
        guard counted == nil, room > 0 else {
            counted = counted ?? Counted(since: time)
            counted?.codes[code, default: 0] += 1
            return false
        }
        room -= 1
        return true
    }

    /// Gives what was counted, as soon as there is room for an entry about it; `isLast` does not wait for room.
    package mutating func takeCounted(at time: UInt64, isLast: Bool = false) -> Counted? {
        makeRoom(at: time)
        guard let counted, room > 0 || isLast else { return nil }
        room = max(0, room - 1)
        self.counted = nil
        return counted
    }

    private mutating func makeRoom(at time: UInt64) {
        guard time >= newestRoom + Self.interval else { return }
        let intervals = (time - newestRoom) / Self.interval
        newestRoom += intervals * Self.interval
        room = Int(min(UInt64(Self.burst), UInt64(room) + intervals))
    }
}

extension RefusalGauge.Counted {
    /// What an entry says of them; `time` is now, in nanoseconds since boot.
    func body(at time: UInt64) -> [String: JSON] {
        let sorted = codes.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
        return [
            "count": .integer(Int64(count)), "seconds": .number((time - since) / 1_000_000_000),
            // A door knows some dozens of codes; the commonest say what it was.
            "codes": .object(
                Dictionary(uniqueKeysWithValues: sorted.prefix(16).map { ("\($0.key)", .integer(Int64($0.value))) })),
        ]
    }
}
