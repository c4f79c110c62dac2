package import Documents
package import Vocabulary

/// What a gate says about a release, with its reason; kept on success too.
package struct GateVerdict: Sendable, Equatable {
    package let gate: Gate
    /// Nil where the gate passed.
    package let refusal: GateRefusal?
    package let reason: String

    package var passed: Bool { refusal == nil }

    init(_ gate: Gate, passed reason: String) {
        self.gate = gate
        refusal = nil
        self.reason = reason
    }

    init(_ gate: Gate, refused refusal: GateRefusal) {
        self.gate = gate
        self.refusal = refusal
        reason = refusal.description
    }

    package var json: JSON {
        .members([
            "gate": .string(gate.name), "title": .string(gate.title), "clause": .string(gate.clause),
            "verdict": passed ? "pass" : "refuse", "reason": .string(reason),
            "code": refusal.map { .string($0.code.description) },
        ])
    }
}

/// Why a gate is shut.
package enum GateRefusal: Fault, Equatable {
    case changeRecordIncomplete(missing: String)
    case changeRecordDisagrees(member: String, record: String, manifest: String)
    case product(String, device: String)
    case hardware([String], device: String)
    case from([Version], running: Version)
    case alreadyRunning(Version)
    case older(Version, running: Version)
    case belowFloor(Int64, floor: Int64)

    package var code: FaultCode {
        switch self {
        case .changeRecordIncomplete: FaultCode(2601)
        case .changeRecordDisagrees: FaultCode(2602)
        case .product: FaultCode(2603)
        case .hardware: FaultCode(2604)
        case .from: FaultCode(2605)
        case .alreadyRunning: FaultCode(2606)
        case .older: FaultCode(2607)
        case .belowFloor: FaultCode(2608)
        }
    }

    package var kind: FaultKind { .refused }

    package var description: String {
        switch self {
        case .changeRecordIncomplete(let missing): "the change record has no '\(missing)'"
        case .changeRecordDisagrees(let member, let record, let manifest):
            "the change record's '\(member)' is '\(record)', the manifest's is '\(manifest)'"
        case .product(let product, let device):
            "the release is for the product '\(product)', this device is a '\(device)'"
        case .hardware(let revisions, let device):
            "the release is for hardware \(Self.list(revisions)), this device is '\(device)'"
        case .from(let versions, let running):
            "the release may be installed over \(Self.list(versions.map(\.description))), \(running) runs here"
        case .alreadyRunning(let version): "\(version) runs here already"
        case .older(let version, let running): "the release is \(version), older than \(running), which runs here"
        case .belowFloor(let version, let floor):
            "the release has the security version \(version), this device takes none below \(floor)"
        }
    }

    package var advice: String {
        switch self {
        case .product, .hardware: "Take the release made for this device."
        case .from: "Install a release first that may follow the running one."
        case .older, .belowFloor: "Going back needs a signed downgrade authorisation from the manufacturer."
        default: ""
        }
    }

    private static func list(_ items: [String]) -> String {
        items.isEmpty ? "nothing" : items.map { "'\($0)'" }.joined(separator: ", ")
    }
}
