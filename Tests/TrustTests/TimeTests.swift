import Platform
import Testing
import Trust
import Vocabulary

@Suite("Trusted time")
struct TimeTests {
    private static let dead = Timestamp(seconds: 0)

    @Test("The larger of clock and watermark counts, and which one it is")
    func larger() {
        let late = TrustedTime(clock: Timestamp(seconds: 5), watermark: Timestamp(seconds: 9))
        #expect(late.time.seconds == 9)
        #expect(late.confidence == .watermark)
        let right = TrustedTime(clock: Timestamp(seconds: 9), watermark: Timestamp(seconds: 5))
        #expect(right.time.seconds == 9)
        #expect(right.confidence == .clock)
        #expect(TrustedTime(clock: Timestamp(seconds: 5), watermark: nil).confidence == .clock)
    }

    /// Certificates of Ada and Grace are valid from day 0 to day 365; they signed on day 10.
    @Test(
        "Validity is judged by clock and watermark",
        arguments: [
            (clock: Scenario.moment(30), watermark: nil, code: nil),
            (clock: Scenario.moment(366), watermark: nil, code: 2136),
            (clock: Scenario.moment(30), watermark: Scenario.moment(366), code: 2136),
            (clock: dead, watermark: Scenario.moment(366), code: 2136),
            (clock: dead, watermark: Scenario.moment(30), code: nil),
            // Older than the certificates: true time is not before it, and the signers say that it was later.
            (clock: dead, watermark: Scenario.moment(-300), code: nil),
            // A clock that nothing contradicts is believed.
            (clock: dead, watermark: nil, code: 2137),
            (clock: Scenario.moment(-300), watermark: Scenario.moment(-400), code: 2137),
        ] as [(clock: Timestamp, watermark: Timestamp?, code: Int?)])
    func validity(time: (clock: Timestamp, watermark: Timestamp?, code: Int?)) throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(scenario.ada, scenario.grace)
        let trusted = TrustedTime(clock: time.clock, watermark: time.watermark)
        let verifier = Verifier(policy: try scenario.policy())
        #expect(verifier.refusal(scenario.content, signatures, at: trusted)?.code.rawValue == time.code)
    }

    @Test("A clock behind the watermark is told")
    func warns() throws {
        let scenario = try Scenario()
        let verified = try Verifier(policy: try scenario.policy()).verify(
            content: scenario.content, signatures: try scenario.approve(scenario.ada, scenario.grace),
            at: TrustedTime(clock: Self.dead, watermark: Scenario.moment(30)))
        #expect(verified.warnings == [.clockBehind(clock: Self.dead, watermark: Scenario.moment(30))])
    }

    @Test(
        "A signing time that cannot be is refused",
        arguments: [
            (signed: 12, now: 10, code: 2139), (signed: 11, now: 10, code: nil), (signed: -2, now: 10, code: 2138),
            (signed: 366, now: 30, code: 2138),
        ] as [(signed: Int64, now: Int64, code: Int?)])
    func signingTime(time: (signed: Int64, now: Int64, code: Int?)) throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(scenario.ada, scenario.grace, on: time.signed)
        let verifier = Verifier(policy: try scenario.policy())
        #expect(verifier.refusal(scenario.content, signatures, at: Scenario.on(time.now))?.code.rawValue == time.code)
    }

    @Test("A signing time after the certificate cannot push the watermark")
    func poisonedWatermark() throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(scenario.ada, scenario.grace, on: 20_000)
        let time = TrustedTime(clock: Self.dead, watermark: Scenario.moment(30))
        let verifier = Verifier(policy: try scenario.policy())
        #expect(verifier.refusal(scenario.content, signatures, at: time)?.code.rawValue == 2136)
    }
}
