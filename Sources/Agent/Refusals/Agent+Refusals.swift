import Documents
package import Ledger
import Platform
package import Vocabulary

/// Where requests come in that can be refused.
package enum RequestDoor: String, Sendable, CaseIterable {
    /// The object `org.aftercare.Aftercare1` of the bus.
    case bus
    /// Service ports.
    case service
}

// What was refused leaves one entry, and a flood of it a bounded number of them.
extension Agent {
    /// Writes down that something was refused at a door, or counts it where that door was flooded.
    package func record(refusal event: LedgerEvent, _ code: FaultCode, at door: RequestDoor) {
        tellCounted(of: door)
        guard
            refusals[door, default: RefusalGauge(at: monotonicNanoseconds())].admits(
                code, at: monotonicNanoseconds())
        else { return tellCountedLater(of: door) }
        record([event])
    }

    /// Writes down that a program's call was refused.
    package func recordRefusal(of method: String, requestedBy: String, _ fault: FaultReport) {
        record(
            refusal: LedgerEvent(
                .requestRefused,
                ["method": .string(method), "requestedBy": .string(requestedBy), "fault": fault.json]),
            fault.code, at: .bus)
    }

    /// Tells of all that was counted, since nobody will ask again.
    func tellCountedAtEnd() {
        for door in RequestDoor.allCases { tellCounted(of: door, isLast: true) }
    }

    private func tellCounted(of door: RequestDoor, isLast: Bool = false) {
        let now = monotonicNanoseconds()
        guard let counted = refusals[door]?.takeCounted(at: now, isLast: isLast) else { return }
        let body = counted.body(at: now).merging(["door": .string(door.rawValue)]) { $1 }
        record([LedgerEvent(.refusalsCounted, .object(body))])
    }

    /// A flood that is over is told of, too: whoever floods decides otherwise when the record says so.
    private func tellCountedLater(of door: RequestDoor) {
        guard refusalTellers.insert(door).inserted else { return }
        Task { [weak self] in
            try? await Task.sleep(for: .nanoseconds(Int64(RefusalGauge.interval)))
            await self?.tellCountedNow(of: door)
        }
    }

    private func tellCountedNow(of door: RequestDoor) {
        refusalTellers.remove(door)
        tellCounted(of: door)
        // Room and sleep are counted by different clocks: one may be a moment behind the other.
        if refusals[door]?.counted != nil { tellCountedLater(of: door) }
    }
}
