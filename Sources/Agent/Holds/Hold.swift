package import Documents
import Ledger
package import Vocabulary

/// Evidence that must not be altered: since when, why, and by whose word (21 CFR 820.198).
package struct Hold: Equatable, Sendable {
    /// What a hold keeps as it is.
    package enum Subject: Equatable, Sendable {
        case slotSet(SlotSet)
        case ledger
        case all

        package var name: String {
            switch self {
            case .slotSet(let set): set.name
            case .ledger: "ledger"
            case .all: "all"
            }
        }

        /// Nil for what is neither a slot set's name nor `ledger` or `all`.
        package init?(_ name: String) {
            switch name {
            case "ledger": self = .ledger
            case "all": self = .all
            default:
                guard let set = SlotSet(name) else { return nil }
                self = .slotSet(set)
            }
        }
    }

    package let id: String
    package let subject: Subject
    package let reason: String
    package let by: String
    package let since: Timestamp

    package init(id: String, subject: Subject, reason: String, by: String, since: Timestamp) {
        self.id = id
        self.subject = subject
        self.reason = reason
        self.by = by
        self.since = since
    }

    func covers(_ set: SlotSet) -> Bool { subject == .all || subject == .slotSet(set) }

    package var json: JSON {
        [
            "id": .string(id), "what": .string(subject.name), "reason": .string(reason), "by": .string(by),
            "since": .string(since.description),
        ]
    }

    package init?(_ value: JSON) {
        guard let id = value["id"]?.string, let subject = value["what"]?.string.flatMap({ Subject($0) }),
            let reason = value["reason"]?.string, let by = value["by"]?.string,
            let since = value["since"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(id: id, subject: subject, reason: reason, by: by, since: since)
    }
}

extension [Hold] {
    /// What an entry of the ledger says of holds, also when it was taken in already.
    mutating func follow(_ entry: LedgerEntry) {
        switch entry.event {
        case .holdPlaced?:
            guard let hold = Hold(entry.body), !contains(where: { $0.id == hold.id }) else { return }
            append(hold)
        case .holdReleased?:
            guard let hold = entry.body["hold"].flatMap(Hold.init) else { return }
            removeAll { $0.id == hold.id }
        default: return
        }
    }
}
