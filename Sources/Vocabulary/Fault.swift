/// An error that a person, a ledger or a server may see: numbered, worded, and with something to do about it.
///
/// The number is the same in the command line's JSON, on D-Bus, in the ledger and in what a server is told. `docs/errors.md`
/// lists them all, and a test compares that list with the code.
package protocol Fault: Error, Sendable, CustomStringConvertible {
    /// The number of this fault, never reused for another.
    var code: FaultCode { get }
    /// How the caller should take it; decides the exit status.
    var kind: FaultKind { get }
    /// What was refused or failed and why, as one clause without a full stop.
    var description: String { get }
    /// What a person can do about it, as one sentence; empty where there is nothing to say.
    var advice: String { get }
}

extension Fault {
    package var kind: FaultKind { .failed }
    package var advice: String { "" }

    /// The whole message for a person: code, reason, advice.
    package var message: String {
        advice.isEmpty ? "\(code): \(description)" : "\(code): \(description). \(advice)"
    }
}

/// The number of a fault, by module: 10 Platform, 11 Documents, 20 Bundles, 21 Trust, 22 BootControl, 23 Installation, 24 SelfTests,
/// 25 Ledger, 26 ChangeControl, 27 Agent, 28 Releases, 29 VirtualDevice, 30 Hardware, 31 Peripherals,
/// 32 Health, 33 Heartbeats, 34 Servicing, 35 Transfers, 36 Console, 37 NetworkDiagnosis, 38 Integrity, 39 PowerCuts, 40 Fuzzing.
package struct FaultCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    package init(_ number: Int) { rawValue = number }

    package var description: String { "AC-\(rawValue)" }
}

/// How a fault is to be taken, and the exit status that says so (design §14).
package enum FaultKind: String, Sendable {
    /// Something did not work.
    case failed
    /// The caller asked for something that makes no sense.
    case usage
    /// A gate or a rule says no: the input is not acceptable here.
    case refused
    /// An interlock or a hold says not now.
    case inUse
    /// The daemon cannot be reached.
    case unreachable

    package var exitStatus: Int32 {
        switch self {
        case .failed: 1
        case .usage: 2
        case .refused: 3
        case .inUse: 4
        case .unreachable: 5
        }
    }
}
