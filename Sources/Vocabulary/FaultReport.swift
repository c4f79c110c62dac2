/// A fault as it is kept and shown: number, kind, words.
package struct FaultReport: Equatable, Sendable, Error {
    package let code: FaultCode
    package let kind: FaultKind
    package let reason: String
    package let advice: String

    package init(_ fault: any Fault) {
        code = fault.code
        kind = fault.kind
        reason = fault.description
        advice = fault.advice
    }

    package init(code: FaultCode, kind: FaultKind, reason: String, advice: String) {
        self.code = code
        self.kind = kind
        self.reason = reason
        self.advice = advice
    }
}

extension FaultReport: Fault {
    package var description: String { reason }
}
