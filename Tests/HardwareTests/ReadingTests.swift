import Hardware
import Testing

@Suite("Readings")
struct ReadingQualityTests {
    private static let values: [(Reading, Reading.Quality)] = [
        (.good(.number(21)), .good), (.stale(.number(21), age: .seconds(9)), .stale), (.absent, .absent),
        (.unreadable(reason: "x"), .unreadable), (.implausible(reason: "x"), .implausible),
    ]

    @Test("Only a good reading has a number to compute with", arguments: values)
    func onlyGoodNumbers(_ reading: Reading, _ quality: Reading.Quality) {
        #expect(reading.quality == quality)
        #expect((reading.number != nil) == (quality == .good))
    }

    @Test("A word is no number")
    func words() { #expect(Reading.good(.word("up")).number == nil) }
}
