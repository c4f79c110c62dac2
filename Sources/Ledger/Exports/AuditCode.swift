package import Documents

/// A code of DICOM PS3.16 for audit events, with the group of events that it belongs to.
package struct AuditCode: Hashable, Sendable {
    package let code: Int64
    package let meaning: String

    /// The kind of event that a message of this code is (CID 400); the code itself where it is one.
    package var event: AuditCode {
        switch code {
        case 110_120, 110_121: AuditCode(110_100)
        case 110_122, 110_123: AuditCode(110_114)
        case 110_100...110_114: self
        default: AuditCode(110_113)
        }
    }

    package init(_ code: Int64) {
        self.code = code
        meaning = Self.meanings[code] ?? "Audit Event \(code)"
    }

    private static let meanings: [Int64: String] = [
        110_100: "Application Activity", 110_101: "Audit Log Used", 110_106: "Export", 110_107: "Import",
        110_113: "Security Alert", 110_114: "User Authentication", 110_120: "Application Start",
        110_121: "Application Stop", 110_122: "Login", 110_123: "Logout", 110_124: "Attach", 110_125: "Detach",
        110_126: "Node Authentication", 110_127: "Emergency Override Started", 110_128: "Network Configuration",
        110_129: "Security Configuration", 110_130: "Hardware Configuration", 110_131: "Software Configuration",
        110_132: "Use of Restricted Function", 110_133: "Audit Recording Stopped",
        110_134: "Audit Recording Started", 110_135: "Object Security Attributes Changed",
        110_136: "Security Roles Changed", 110_137: "User security Attributes Changed",
        110_138: "Emergency Override Stopped", 110_139: "Remote Service Operation Started",
        110_140: "Remote Service Operation Stopped", 110_141: "Local Service Operation Started",
        110_142: "Local Service Operation Stopped",
    ]
}

/// How an event ended, as audit messages have it.
package enum AuditOutcome: Int, Sendable {
    case success = 0
    case minorFailure = 4
    case seriousFailure = 8
    case majorFailure = 12
}

extension LedgerEntry {
    var audit: AuditCode { AuditCode(auditCode) }

    /// R where the record was read or left the device, E for everything else that is done.
    var auditAction: String { [110_101, 110_106].contains(auditCode) ? "R" : "E" }

    var auditOutcome: AuditOutcome {
        switch event {
        case .updateRefused, .serviceRefused, .documentRefused, .requestRefused, .refusalsCounted: .minorFailure
        case .updateFailed, .updateRolledBack, .serviceLocked, .stateRecovered, .configurationDrifted, .ledgerDropped,
            .ledgerTorn:
            .seriousFailure
        case .selfTestResult where body["verdict"]?.string == "failed": .seriousFailure
        case .ledgerNearlyFull, .interlockDeferred: .minorFailure
        default: .success
        }
    }

    /// Who did it, as the device knows them; nil where it was the agent by itself.
    var actor: String? {
        ["person", "actor", "by", "requestedBy"].lazy.compactMap { body[$0]?.string }.first { !$0.isEmpty }
            ?? body["hold"]?["by"]?.string
    }
}

extension LedgerEventType {
    /// The dictionary of everything that the ledger records: what an entry is called elsewhere, and where it stands.
    package static var dictionary: JSON {
        .array(
            allCases.sorted { $0.rawValue < $1.rawValue }.map { type in
                let code = AuditCode(type.auditCode)
                return [
                    "type": .string(type.rawValue), "event": .integer(code.event.code),
                    "event-meaning": .string(code.event.meaning), "code": .integer(code.code),
                    "meaning": .string(code.meaning), "code-system": "DCM", "category": .string(type.category),
                    "when": .string(type.when), "stored": "ledger",
                ]
            })
    }

    /// The part of the device's life that it belongs to: what stands before the full stop, in words.
    package var category: String {
        switch rawValue.prefix(while: { $0 != "." }) {
        case "update", "slot", "trial", "selftest", "peripheral", "identity", "document": "change control"
        case "interlock": "clinical safety"
        case "finding": "preventive maintenance"
        case "service", "record", "medium", "request": "service access"
        case "incident", "hold": "surveillance"
        case "configuration": "configuration integrity"
        case "clock": "time"
        case "ledger": "record keeping"
        default: "operation"
        }
    }
}
