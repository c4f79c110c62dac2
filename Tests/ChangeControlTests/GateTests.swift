import Bundles
import ChangeControl
import Documents
import TestSupport
import Testing
import Trust
import Vocabulary

/// The gates, asked about verified bundles: a release that is right in everything, and one change to it at a time.
@Suite("The gates")
struct GateTests {
    private static let approvers = Result { try Approvers() }

    /// A change to the release or to the device, and what the gates say then.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The number of the gate that refuses, with its code; nil where all pass.
        let refusal: (gate: Gate, code: Int)?
        var running = "1.0.0"
        var hardware = "rev-c"
        var floor: Int64 = 1
        var version = "1.1.0"
        var change: @Sendable (inout Manifest) -> Void = { _ in }
    }

    private static func without(_ member: String) -> Case {
        Case(testDescription: "a change record without '\(member)'", refusal: (.changeRecord, 2601)) { manifest in
            guard case .object(var members) = manifest.change else { return }
            members[member] = nil
            manifest.change = .object(members)
        }
    }

    private static let missing = ["product", "maintenanceClass", "changes", "risk", "markets", "verification"].map(
        without)

    private static let accepted: [Case] = [
        Case(testDescription: "a release that is right in everything", refusal: nil),
        Case(testDescription: "a security version at the floor", refusal: nil, floor: 1),
        Case(testDescription: "a security version above the floor", refusal: nil, floor: 0),
        Case(testDescription: "one of several hardware revisions", refusal: nil, hardware: "rev-d") {
            $0.hardware = ["rev-c", "rev-d"]
        },
        Case(testDescription: "one of several predecessors", refusal: nil, running: "1.0.5") {
            $0.from = versions("1.0.0", "1.0.5")
        },
        Case(testDescription: "members of the change record that nobody knows yet", refusal: nil) { manifest in
            guard case .object(let members) = manifest.change else { return }
            manifest.change = .object(members.merging(["later": true]) { $1 })
        },
    ]

    private static let refused: [Case] = [
        Case(testDescription: "a change record of another release", refusal: (.changeRecord, 2602)) {
            $0.change = SampleRecord.complete("1.1.1")
        },
        Case(testDescription: "a change record that names no release", refusal: (.changeRecord, 2602)) { manifest in
            guard case .object(var members) = manifest.change else { return }
            members["version"] = ["from": ["1.0.0"]]
            manifest.change = .object(members)
        },
        Case(testDescription: "another product", refusal: (.address, 2603)) { $0.product = "ventilator" },
        Case(testDescription: "a product that begins like ours", refusal: (.address, 2603)) {
            $0.product = "infusion-pump-2"
        },
        Case(testDescription: "another hardware revision", refusal: (.address, 2604), hardware: "rev-b"),
        Case(testDescription: "the beginning of a hardware revision", refusal: (.address, 2604), hardware: "rev-"),
        Case(testDescription: "another predecessor", refusal: (.address, 2605), running: "1.0.1"),
        Case(testDescription: "a baseline, which is only provisioned", refusal: (.address, 2605)) { $0.from = [] },
        Case(testDescription: "the release that runs", refusal: (.address, 2606), running: "1.1.0") {
            $0.from = versions("1.0.0", "1.1.0")
        },
        Case(testDescription: "an older release", refusal: (.securityVersion, 2607), running: "1.2.0"),
        Case(
            testDescription: "an older release that names the running one", refusal: (.securityVersion, 2607),
            running: "1.2.0"
        ) {
            $0.from = versions("1.2.0")
        },
        Case(
            testDescription: "an older release by number, not by letter", refusal: (.securityVersion, 2607),
            running: "1.10.0", version: "1.9.0"),
        Case(testDescription: "a security version below the floor", refusal: (.securityVersion, 2608), floor: 2),
    ]

    private static func versions(_ texts: String...) -> [Version] { texts.compactMap { Version($0) } }

    private func judge(_ test: Case) throws -> [GateVerdict] {
        let approvers = try Self.approvers.get()
        var factory = try BundleFactory(images: [("rootfs", Array("image".utf8))], version: test.version)
        factory.manifest.change = SampleRecord.complete(test.version)
        test.change(&factory.manifest)
        let bundle = try approvers.verified(MemorySource(try factory.bytes(sign: approvers.sign)))
        let facts = DeviceFacts(
            product: "infusion-pump", hardware: test.hardware, running: try #require(Version(test.running)),
            securityFloor: test.floor)
        return GateSequence.judge(bundle.release, on: facts)
    }

    @Test("Every gate says yes or no, with its own reason", arguments: accepted + refused + missing)
    func verdicts(test: Case) throws {
        let verdicts = try judge(test)
        #expect(verdicts.map(\.gate) == Gate.allCases)
        let refusals = verdicts.filter { !$0.passed }
        #expect(refusals.first?.gate == test.refusal?.gate)
        #expect(refusals.first?.refusal?.code.rawValue == test.refusal?.code)
        #expect(refusals.count == (test.refusal == nil ? 0 : 1))
        #expect(refusals.allSatisfy { $0.refusal?.kind == .refused })
        #expect(verdicts.allSatisfy { !$0.reason.isEmpty })
    }

    @Test("Each gate that refuses is named, also behind another one that does")
    func several() throws {
        var test = Case(testDescription: "", refusal: nil, floor: 9)
        test.change = {
            $0.product = "ventilator"
            $0.change = SampleRecord.complete("9.9.9")
        }
        #expect(try judge(test).filter { !$0.passed }.map(\.gate) == [.changeRecord, .address, .securityVersion])
    }

    @Test("A verdict is written down with number, clause, reason and code")
    func json() throws {
        let passed = try #require(try judge(Self.accepted[0]).first { $0.gate == .approvals }).json
        #expect(passed["gate"] == "G2")
        #expect(passed["verdict"] == "pass")
        #expect(passed["code"] == nil)
        #expect(passed["reason"]?.string?.contains("software: ") == true)
        #expect(passed["reason"]?.string?.contains("regulatory: ") == true)
        let refused = try #require(try judge(Case(testDescription: "", refusal: nil, floor: 5)).last).json
        #expect(refused["gate"] == "G7")
        #expect(refused["verdict"] == "refuse")
        #expect(refused["code"] == "AC-2608")
        #expect(refused["reason"] == "the release has the security version 1, this device takes none below 5")
        #expect(refused["clause"]?.string?.isEmpty == false)
    }

    @Test("The gates' numbers are those of the design, and each has its clause")
    func numbers() {
        #expect(Gate.allCases.map(\.name) == ["G1", "G2", "G3", "G7"])
        #expect(Gate.allCases.allSatisfy { !$0.clause.isEmpty && !$0.title.isEmpty })
    }
}
