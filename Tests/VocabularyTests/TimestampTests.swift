import TestSupport
import Testing
import Vocabulary

@Suite("Timestamps")
struct TimestampTests {
    /// Leap days and their eves in common, leap and century years, the ends of counters, before 1970, and a few hundred others.
    private static let moments: [Int64] = {
        var moments: [Int64] = [
            0, -1, 1, 86399, 86400, -86400, -86401, 951_782_399, 951_782_400, 951_868_800, 1_709_164_800,
            1_709_251_199, 1_709_251_200, 4_107_542_400, 4_107_456_000, 2_147_483_647, 2_147_483_648, 4_294_967_296,
            -2_203_891_200, -2_208_988_800, -62_135_596_800, 253_402_300_799, 13_574_563_200, 1_798_761_599,
        ]
        var dice = Dice(seed: 1)
        for _ in 0..<400 { moments.append(.random(in: -62_135_596_800...253_402_300_799, using: &dice)) }
        return moments
    }()

    @Test("Every moment is written as date(1) writes it, and read back")
    func dateProgram() throws {
        let input = Self.moments.map { "@\($0)\n" }.joined()
        let result = try Tool.run(["date", "-u", "+%Y-%m-%dT%H:%M:%SZ", "-f", "-"], input: Array(input.utf8))
        let expected = result.text.split(separator: "\n").map(String.init)
        #expect(expected.count == Self.moments.count, "\(result.error)")
        #expect(Self.moments.map { Timestamp(seconds: $0).description } == expected)
        #expect(expected.map { Timestamp($0)?.seconds } == Self.moments)
    }

    @Test(
        "What is no moment, or not written as RFC 3339 in UTC, is refused",
        arguments: [
            "", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31T12:00:00+00:00", "2026-01-31t12:00:00Z",
            "2026-01-31 12:00:00Z", "2026-01-31T12:00:00.0Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
            "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-12-31T23:59:60Z", "+026-01-01T00:00:00Z",
            "2026-1 -01T00:00:00Z", "２026-01-01T00:00:0Z",
        ])
    func refused(text: String) { #expect(Timestamp(text) == nil) }

    @Test("Leap days exist in the years that have them", arguments: ["2000-02-29T00:00:00Z", "2024-02-29T23:59:59Z"])
    func leapDay(text: String) { #expect(Timestamp(text)?.description == text) }

    @Test("Times are ordered and move by seconds")
    func order() {
        let time = Timestamp(seconds: 100)
        #expect(time < time.advanced(by: 1))
        #expect(time.advanced(by: -101) == Timestamp(seconds: -1))
    }
}
