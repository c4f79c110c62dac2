package import Platform
import Synchronization
package import SystemPackage

/// A machine seen through its board's profile: what can be measured on it, and how it is now.
package final class Board: Sendable {
    package let profile: BoardProfile
    /// Where the kernel's folders are: `/` on a device.
    package let root: FilePath
    /// Everything that can be read, in the profile's order.
    package let indicators: [Indicator]
    private let sources: [Indicator: Source]
    private let reader: BoardReader
    private let memory = Mutex<[Indicator: Remembered]>([:])

    /// The last value that was different, and since when it stands.
    private struct Remembered {
        var value: Reading.Value
        var since: UInt64
    }

    /// A reading that takes longer than `timeLimit` is given up; at most `threadLimit` threads are lost to such ones.
    package init(
        profile: BoardProfile, root: FilePath = "/", clock: any WallClock = SystemClock(),
        timeLimit: Duration = .seconds(2), threadLimit: Int = 8
    ) {
        self.profile = profile
        self.root = root
        let sources = Source.all(of: profile, clock: clock)
        indicators = sources.map(\.indicator)
        self.sources = Dictionary(sources.map { ($0.indicator, $0) }) { first, _ in first }
        reader = BoardReader(root: root, timeLimit: timeLimit, threadLimit: threadLimit)
    }

    package func indicator(named name: String) -> Indicator? { indicators.first { $0.name == name } }

    /// Where an indicator comes from, as a person finds it again; empty for one of another board.
    package func origin(of indicator: Indicator) -> String { sources[indicator]?.origin ?? "" }

    /// What physics allows; nil for words.
    package func plausible(_ indicator: Indicator) -> ClosedRange<Double>? {
        indicator.unit == .word ? nil : sources[indicator]?.plausible
    }

    /// How many threads are lost to drivers that do not come back.
    package var lostThreads: Int { reader.lostThreads }

    /// Reads everything.
    package func read() async -> [Sample] { await read(indicators) }

    /// Reads these, in this order; each has a sample, whatever its device does.
    ///
    /// Calls wait for each other.
    package func read(_ indicators: some Sequence<Indicator> & Sendable) async -> [Sample] {
        let wanted = indicators.map { ($0, sources[$0]) }
        var readings = await reader.read(wanted.compactMap(\.1)).makeIterator()
        let now = monotonicNanoseconds()
        return wanted.map { indicator, source in
            guard let source, let timed = readings.next() else { return Sample(indicator, .absent, at: now) }
            return Sample(indicator, judged(timed, of: source), at: timed.time)
        }
    }

    /// Reads a file of the kernel's that is no indicator, as the numbers or words that it is compared with.
    ///
    /// One that hangs is not asked again until it came back, as with every indicator.
    package func read(_ file: FilePath, as kind: Reading.Value) async -> Reading {
        let source = Source(file, as: kind)
        return await reader.read([source]).first?.reading ?? .absent
    }

    /// A good value that should have changed by now is stale.
    private func judged(_ timed: TimedReading, of source: Source) -> Reading {
        guard let limit = source.changesWithin, case .good(let value) = timed.reading else { return timed.reading }
        let since = memory.withLock { memory in
            if let known = memory[source.indicator], known.value == value { return known.since }
            memory[source.indicator] = Remembered(value: value, since: timed.time)
            return timed.time
        }
        let age = Duration.nanoseconds(Int64(clamping: timed.time &- since))
        return age >= limit ? .stale(value, age: age) : timed.reading
    }
}
