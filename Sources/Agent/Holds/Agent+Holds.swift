import BootControl
package import Documents
import Ledger
import Platform
package import Vocabulary

// Evidence that a person asked to keep: nothing is written over it until a person lets go of it.
extension Agent {
    /// No more than that at once: each is a person's decision.
    private static let holdLimit = 64

    package func holds() -> JSON { .array(records.holds.map(\.json)) }

    /// The hold, if there is one, that forbids writing to a slot set.
    func hold(on set: SlotSet) -> Hold? { records.holds.first { $0.covers(set) } }

    /// Gives the hold's id, once it is recorded.
    package func placeHold(_ subject: Hold.Subject, reason: String, by person: String) throws(FaultReport) -> String {
        let holds = records.holds
        guard holds.count < Self.holdLimit else { throw FaultReport(AgentError.tooManyHolds(holds.count)) }
        if case .slotSet(let set) = subject, !configuration.loader.slotSets.contains(set) {
            throw FaultReport(AgentError.unknownSlotSet(set))
        }
        // What is being written to at this moment is no evidence any more.
        if state.update != nil, subject != .ledger {
            throw FaultReport(AgentError.notNow(state: state.name, wanted: "place a hold on slots"))
        }
        let hold = Hold(id: newIdentifier(), subject: subject, reason: reason, by: person, since: records.now)
        try keep(holds + [hold], LedgerEvent(.holdPlaced, hold.json))
        return hold.id
    }

    package func releaseHold(_ id: String, reason: String, by person: String) throws(FaultReport) {
        var holds = records.holds
        guard let index = holds.firstIndex(where: { $0.id == id }) else {
            throw FaultReport(AgentError.unknownHold(id))
        }
        let hold = holds.remove(at: index)
        let event = LedgerEvent(
            .holdReleased, ["hold": hold.json, "reason": .string(reason), "by": .string(person)])
        try keep(holds, event)
    }

    private func keep(_ holds: [Hold], _ event: LedgerEvent) throws(FaultReport) {
        do { try records.append([event]) } catch { throw FaultReport(describing: error) }
        records.keepHolds(holds)
        announce()
    }
}
