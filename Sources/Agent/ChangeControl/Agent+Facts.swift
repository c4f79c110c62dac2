import BootControl
import ChangeControl
import Ledger
import Vocabulary

extension Agent {
    /// What the gates ask of this device, about a release that goes to `target`.
    func deviceFacts(for target: SlotSet) -> DeviceFacts {
        var facts = DeviceFacts(
            product: configuration.device.product, hardware: configuration.device.hardware, running: running.version,
            securityFloor: securityFloor)
        facts.id = configuration.device.id
        facts.groups = configuration.changeControl.groups
        facts.market = configuration.changeControl.market
        facts.udiDI = identity.di.isEmpty ? nil : identity.di
        let lineage = lineage(of: running.slotSet)
        facts.lineage = lineage.isEmpty ? nil : ChangeLineage(records: lineage)
        facts.time = records.trustedTime
        facts.isClockSet = records.confidence != .unset
        if let hold = hold(on: target) { facts.holds = ["slot set '\(target)' since \(hold.since): \(hold.reason)"] }
        facts.acknowledgements = records.acknowledgements
        return facts
    }
}
