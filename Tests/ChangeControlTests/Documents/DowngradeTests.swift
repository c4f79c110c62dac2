import ChangeControl
import Documents
import Testing
import Trust
import Vocabulary

@Suite("Going back")
struct DowngradeTests {
    typealias Answer = DowngradeAuthorisation.Answer

    private static let issued = moment("2026-05-01T12:00:00Z")
    private static let expires = moment("2026-06-01T12:00:00Z")

    private static func moment(_ text: String) -> Timestamp { Timestamp(text) ?? Timestamp(seconds: 0) }

    private static func version(_ text: String) throws -> Version { try #require(Version(text)) }

    private func device(_ running: String = "1.2.0", at time: String = "2026-05-15T00:00:00Z") throws -> DeviceFacts {
        var facts = DeviceFacts(
            product: "infusion-pump", hardware: "rev-c", running: try Self.version(running), securityFloor: 3)
        facts.id = "IP4-1"
        facts.time = TrustedTime(clock: Self.moment(time), watermark: nil)
        return facts
    }

    private func answer(
        _ members: [String: JSON?] = [:], to version: String = "1.0.0", on device: DeviceFacts
    ) throws -> Answer {
        let document = ControlSamples.changed(ControlSamples.downgrade, members)
        return try DowngradeAuthorisation(unverified: document).allows(try Self.version(version), on: device)
    }

    @Test("It allows exactly what it names")
    func names() throws {
        #expect(try answer(on: try device()) == .allowed)
        #expect(try answer(on: try device("1.1.0")) == .allowed)
        #expect(try answer(on: try device("1.3.0")) == .refused(.from(try Self.version("1.3.0"))))
        #expect(try answer(to: "0.9.0", on: try device()) == .refused(.to(try Self.version("1.0.0"))))
        var other = try device()
        other.id = "IP4-2"
        #expect(try answer(on: other) == .refused(.device))
        other.groups = ["ward-3", "icu"]
        #expect(try answer(on: other) == .allowed)
        other.groups = ["ward-3"]
        #expect(try answer(["devices": nil, "groups": nil], on: other) == .allowed)
        other.product = "ventilator"
        #expect(
            try answer(["devices": nil, "groups": nil], on: other) == .refused(.product("infusion-pump")))
    }

    @Test("With a right clock it holds from its beginning to its end")
    func clock() throws {
        #expect(try answer(on: try device(at: "2026-05-01T11:59:59Z")) == .refused(.notYet(Self.issued)))
        #expect(try answer(on: try device(at: "2026-05-01T12:00:00Z")) == .allowed)
        #expect(try answer(on: try device(at: "2026-06-01T11:59:59Z")) == .allowed)
        #expect(try answer(on: try device(at: "2026-06-01T12:00:00Z")) == .refused(.expired(Self.expires)))
    }

    @Test("A clock that cannot be relied on proves that it ended, and never that it still holds")
    func lowerBound() throws {
        var unset = try device()
        unset.isClockSet = false
        #expect(try answer(on: unset) == .unproven(until: Self.expires))
        unset.time = TrustedTime(clock: Timestamp(seconds: 0), watermark: nil)
        #expect(try answer(on: unset) == .unproven(until: Self.expires))
        var behind = try device()
        behind.time = TrustedTime(clock: Timestamp(seconds: 0), watermark: Self.issued)
        #expect(try answer(on: behind) == .unproven(until: Self.expires))
        behind.time = TrustedTime(clock: Timestamp(seconds: 0), watermark: Self.expires)
        #expect(try answer(on: behind) == .refused(.expired(Self.expires)))
    }

    @Test("Three rollbacks are told apart, and each makes people consider what it must")
    func kinds() {
        #expect(RollbackKind(isCommanded: false, wasCommitted: false) == .neverCommitted)
        #expect(RollbackKind(isCommanded: false, wasCommitted: true) == .automatic)
        #expect(RollbackKind(isCommanded: true, wasCommitted: false) == .commanded)
        #expect(RollbackKind(isCommanded: true, wasCommitted: true) == .commanded)
        // That a device recovered does not make it nothing.
        #expect(RollbackKind.allCases.allSatisfy { $0.considerations.contains(.incident) })
        #expect(RollbackKind.commanded.considerations.contains(.correctiveAction))
        #expect(RollbackKind.commanded.considerations.contains(.correction))
        #expect(!RollbackKind.neverCommitted.considerations.contains(.correctiveAction))
        #expect(RollbackConsideration.allCases.allSatisfy { !$0.clause.isEmpty && $0.question.hasSuffix("?") })
    }
}
