package import SystemPackage
package import Vocabulary

/// Why something on the bus did not work.
package enum BusError: Fault, Equatable {
    /// The bus at an address does not let us in.
    case unreachable(String, Errno)
    /// The connection ended before the answer came.
    case lost(String)
    case timedOut(String, Duration)
    case cancelled(String)
    /// The other side answered with an error.
    case refused(call: String, BusFault)
    /// A message, value or declaration is not what its type says.
    case malformed(String, reason: String)
    case nameTaken(String)
    case cannot(String, String, Errno)

    package var code: FaultCode {
        switch self {
        case .unreachable: FaultCode(1030)
        case .lost: FaultCode(1031)
        case .timedOut: FaultCode(1032)
        case .refused(_, let fault): fault.code ?? FaultCode(1033)
        case .malformed: FaultCode(1034)
        case .nameTaken: FaultCode(1035)
        case .cannot: FaultCode(1036)
        case .cancelled: FaultCode(1037)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .unreachable, .lost, .timedOut: .unreachable
        case .refused(_, let fault): fault.kind
        case .nameTaken: .inUse
        case .malformed, .cannot, .cancelled: .failed
        }
    }

    package var description: String {
        switch self {
        case .unreachable(let address, let errno): "cannot reach the bus at '\(address)': \(errno)"
        case .lost(let call): "the bus connection was lost during '\(call)'"
        case .timedOut(let call, let limit): "'\(call)' was not answered within \(limit)"
        case .cancelled(let call): "'\(call)' was cancelled"
        case .refused(let call, let fault):
            fault.code == nil ? "'\(call)' was refused: \(fault.name): \(fault.message)" : fault.message
        case .malformed(let what, let reason): "cannot use \(what): \(reason)"
        case .nameTaken(let name): "the bus name '\(name)' is owned by another program"
        case .cannot(let verb, let subject, let errno): "cannot \(verb) '\(subject)': \(errno)"
        }
    }

    package var advice: String {
        switch self {
        case .unreachable(_, .permissionDenied), .unreachable(_, .notPermitted):
            "Run it as root or as a member of the group aftercare."
        case .unreachable: "Check that the message bus is running."
        case .refused(_, let fault): fault.advice
        case .nameTaken: "Stop the other program first."
        default: ""
        }
    }
}

/// An error as it travels over the bus: a name, a message, and for ours how to take it and what to do.
///
/// A fault of ours is named `org.aftercare.Error.AC2104` for the code AC-2104, and its body is the message, the kind
/// and the advice as three strings; other programs show the first of them.
package struct BusFault: Error, Sendable, Hashable {
    package static let prefix = "org.aftercare.Error.AC"

    package let name: String
    package let message: String
    package let kind: FaultKind
    package let advice: String

    package init(name: String, message: String, kind: FaultKind = .failed, advice: String = "") {
        self.name = name
        self.message = message
        self.kind = kind
        self.advice = advice
    }

    package init(_ fault: any Fault) {
        self.init(
            name: "\(Self.prefix)\(fault.code.rawValue)", message: fault.description, kind: fault.kind,
            advice: fault.advice)
    }

    package static func invalidArguments(_ message: String) -> BusFault {
        BusFault(name: "org.freedesktop.DBus.Error.InvalidArgs", message: message, kind: .usage)
    }

    package static func accessDenied(_ message: String) -> BusFault {
        BusFault(name: "org.freedesktop.DBus.Error.AccessDenied", message: message, kind: .refused)
    }

    /// The number of a fault of ours; nil for anybody else's.
    package var code: FaultCode? {
        guard name.hasPrefix(Self.prefix) else { return nil }
        return Int(name.dropFirst(Self.prefix.count)).map { FaultCode($0) }
    }
}
