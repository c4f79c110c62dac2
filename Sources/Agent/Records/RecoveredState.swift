import Documents
package import Integrity
import Ledger
package import Platform
package import Vocabulary

/// What the agent knew when it was last stopped, put together from ledger and database.
package struct RecoveredState {
    package let state: LifecycleState
    package let watermark: Timestamp?
    package let securityFloor: Int64
    package let slots: [SlotSet: SlotContent]
    package let holds: [Hold]
    /// What the ledger says of the configuration and the database does not know yet; nil where it says nothing new.
    package let configuration: ConfigurationRecord?
    /// Why the database had to be made anew, if it had to.
    package let damage: DatabaseError?
    /// The database is new and the ledger is not: what the database should hold has to be put there.
    package let isFromLedger: Bool

    private static let page = 256

    /// Reads the ledger on from where the database was written last, or from its start where the database is new.
    static func read(ledger: Ledger, store: Store, damage: DatabaseError?) throws -> RecoveredState {
        let known = try store.lifecycle()
        var state = known?.state ?? .fresh
        var watermark = try store.fact("watermark")?.string.flatMap { Timestamp($0) }
        var floor = try store.fact("security-floor")?.integer ?? 0
        var slots: [SlotSet: SlotContent] = [:]
        var holds = try store.holds()
        var configuration: ConfigurationRecord?
        var next = (known?.sequence ?? 0) + 1
        while true {
            let entries = try ledger.entries(from: next, limit: page)
            guard let last = entries.last else { break }
            for entry in entries {
                if let recorded = entry.body["state"].flatMap(LifecycleState.init) { state = recorded }
                holds.follow(entry)
                configuration = entry.configuration ?? configuration
                if let signed = entry.body["watermark"]?.string.flatMap({ Timestamp($0) }) {
                    watermark = max(signed, watermark ?? signed)
                }
                if let set = entry.body["slotSet"]?.string.flatMap({ SlotSet($0) }),
                    let content = entry.body["content"].flatMap(SlotContent.init)
                {
                    slots[set] = content
                    if content.standing == .committed { floor = max(floor, content.securityVersion) }
                }
            }
            next = last.sequence + 1
        }
        return RecoveredState(
            state: state, watermark: watermark, securityFloor: floor, slots: slots, holds: holds,
            configuration: configuration, damage: damage,
            isFromLedger: known == nil && ledger.newest > 0)
    }
}

extension LedgerEntry {
    /// What is known of the configuration after this entry, where it is one about that.
    fileprivate var configuration: ConfigurationRecord? {
        switch event {
        case .configurationMeasured, .configurationDrifted, .configurationRebaselined:
            body["record"].flatMap(ConfigurationRecord.init)
        default: nil
        }
    }
}
