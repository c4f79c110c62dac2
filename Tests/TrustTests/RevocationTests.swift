import Platform
import Testing
import Trust
import Vocabulary

@Suite("Revocation")
struct RevocationTests {
    private struct Refused: Error {}

    private func judge(
        _ scenario: Scenario, _ lists: [RevocationList], on day: Int64 = 30
    ) throws(TrustError) -> VerifiedContent {
        let parts: (TrustPolicy, [UInt8])
        do {
            parts = (try scenario.policy(lists: lists), try scenario.approve(scenario.ada, scenario.grace))
        } catch {
            throw .missingAttribute("\(error)")
        }
        return try Verifier(policy: parts.0).verify(
            content: scenario.content, signatures: parts.1, at: Scenario.on(day))
    }

    private func lists(_ scenario: Scenario, days: Int64 = 365) throws -> [RevocationList] {
        var lists: [RevocationList] = []
        for authority in [scenario.software, scenario.regulatory] {
            lists.append(try authority.revocationList(by: authority.root, days: days))
            lists.append(try authority.revocationList(by: authority.issuing, days: days))
        }
        return lists
    }

    @Test("Lists that name nobody of the chain change nothing")
    func clean() throws {
        let scenario = try Scenario()
        let stranger = try scenario.software.signer("Stranger")
        let list = try scenario.software.revocationList(
            by: scenario.software.issuing, revoking: [stranger.certificate], number: 2)
        #expect(try judge(scenario, try lists(scenario) + [list]).warnings.isEmpty)
    }

    @Test("A revoked signer and a revoked intermediate are refused")
    func revoked() throws {
        let scenario = try Scenario()
        let signer = try scenario.software.revocationList(
            by: scenario.software.issuing, revoking: [scenario.ada.certificate])
        let error = #expect(throws: TrustError.self) { try judge(scenario, [signer]) }
        #expect(error?.code.rawValue == 2140)
        let intermediate = try scenario.regulatory.revocationList(
            by: scenario.regulatory.root, revoking: [scenario.regulatory.issuing.certificate])
        let other = #expect(throws: TrustError.self) { try judge(scenario, [intermediate]) }
        #expect(other?.code.rawValue == 2140)
    }

    @Test("An expired list is a warning, and what it says still holds")
    func expired() throws {
        let scenario = try Scenario()
        let verified = try judge(scenario, try lists(scenario, days: 20))
        #expect(verified.warnings.count == 4)
        #expect(verified.warnings.allSatisfy { $0.code.rawValue == 2190 })
        let list = try scenario.software.revocationList(
            by: scenario.software.issuing, revoking: [scenario.ada.certificate], days: 20)
        #expect(throws: TrustError.self) { try judge(scenario, [list]) }
    }

    @Test("Where there are lists, an authority without one is a warning")
    func missing() throws {
        let scenario = try Scenario()
        let list = try scenario.software.revocationList(by: scenario.software.issuing)
        let verified = try judge(scenario, [list])
        #expect(verified.warnings.count == 3)
        #expect(verified.warnings.allSatisfy { $0.code.rawValue == 2191 })
        #expect(try judge(scenario, []).warnings.isEmpty)
    }

    @Test("The newest list counts, in whatever order they come", arguments: [true, false])
    func newest(newestFirst: Bool) throws {
        let scenario = try Scenario()
        let old = try scenario.software.revocationList(by: scenario.software.issuing, number: 1)
        let new = try scenario.software.revocationList(
            by: scenario.software.issuing, revoking: [scenario.ada.certificate], number: 2)
        #expect(throws: TrustError.self) { try judge(scenario, newestFirst ? [new, old] : [old, new]) }
        let later = try scenario.policy(lists: [old]).including([new])
        #expect(
            Verifier(policy: later).refusal(
                scenario.content, try scenario.approve(scenario.ada, scenario.grace))?.code.rawValue == 2140)
    }

    @Test("A list in the issuer's name that the issuer did not sign is refused")
    func forged() throws {
        let scenario = try Scenario()
        // The same name and key identifier, so it is about this issuer, but another key signed it.
        let form = RevocationListForm(
            thisUpdate: TestAuthority.start, nextUpdate: Scenario.moment(300), number: 9)
        let forged = try form.signed(by: scenario.grace.key, issuer: scenario.software.issuing.certificate)
        let error = #expect(throws: TrustError.self) { try judge(scenario, [forged]) }
        #expect(error?.code.rawValue == 2141)
    }
}
