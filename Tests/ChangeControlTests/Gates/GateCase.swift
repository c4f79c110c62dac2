import ChangeControl
import Documents
import Testing
import Vocabulary

/// One change to a scene in which everything is right, and what the gates say then.
struct GateCase: Sendable, CustomTestStringConvertible {
    /// A verdict that is other than in the scene itself.
    struct Verdict: Sendable {
        let gate: Int
        let name: String
        /// The number of the refusal.
        let code: Int?

        static func refuses(_ gate: Int, _ code: Int) -> Verdict { Verdict(gate: gate, name: "refuse", code: code) }
        static func asks(_ gate: Int) -> Verdict { Verdict(gate: gate, name: "needs-acknowledgement", code: nil) }
        static func passes(_ gate: Int) -> Verdict { Verdict(gate: gate, name: "pass", code: nil) }
        static func skips(_ gate: Int) -> Verdict { Verdict(gate: gate, name: "not-applicable", code: nil) }
    }

    let testDescription: String
    let verdicts: [Verdict]
    let change: @Sendable (inout GateScene) throws -> Void

    init(_ description: String, _ verdicts: Verdict..., change: @escaping @Sendable (inout GateScene) throws -> Void) {
        testDescription = description
        self.verdicts = verdicts
        self.change = change
    }

    /// Judges the changed scene, and compares every gate's verdict.
    func check() throws {
        var scene = try GateScene()
        try change(&scene)
        let found = try scene.judge()
        #expect(found.map(\.gate) == Gate.allCases)
        for verdict in found {
            let expected = verdicts.first { $0.gate == verdict.gate.rawValue }
            #expect(
                verdict.outcome.name == expected?.name ?? Self.usual(verdict.gate, scene),
                "\(verdict.gate.name): \(verdict.reason)")
            if let expected { #expect(verdict.refusal?.code.rawValue == expected.code, "\(verdict.reason)") }
            #expect(!verdict.reason.isEmpty)
            #expect(verdict.json["verdict"]?.string == verdict.outcome.name)
        }
    }

    private static func usual(_ gate: Gate, _ scene: GateScene) -> String {
        if scene.moment == .activation, !gate.isAskedAtActivation { return "not-applicable" }
        return gate == .training || gate == .interlock ? "not-applicable" : "pass"
    }
}
