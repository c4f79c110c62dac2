/// What happens to the indicators of a virtual board, and when: one event a line.
///
/// ```
/// at 10s cpu.temperature ramp 45..92 over 30s
/// at 1m  fan.speed hang
/// at 90s fan.speed restore
/// ```
package struct DriftScript: Sendable, Equatable {
    package struct Event: Sendable, Equatable {
        /// Seconds after the board was switched on.
        package let time: Double
        package let indicator: String
        package let action: Action
    }

    package enum Action: Sendable, Equatable {
        /// The value is this from now on.
        case set(String)
        /// The value goes evenly from one number to another.
        case ramp(from: Double, to: Double, over: Double)
        /// The value swings around what it is, up to so far to either side.
        case wobble(Double)
        /// The file keeps what it holds, whatever the value would do.
        case freeze
        case fault(Fault)
        /// Ends a fault or a freeze.
        case restore
    }

    /// What a broken sensor or driver gives instead of a value.
    package enum Fault: String, Sendable, CaseIterable {
        /// A read does not come back.
        case hang
        case text
        case empty
        /// Twenty megabytes.
        case huge
        /// The file is gone.
        case absent
        /// The smallest 32-bit number, which drivers hold for "no value".
        case minInt = "min-int"
    }

    /// In the order of time.
    package let events: [Event]

    package init(_ text: String) throws(VirtualDeviceError) {
        var events: [Event] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard !words.isEmpty else { continue }
            guard let event = Event(words) else {
                throw .badScript(line: index + 1, text: line.prefix(120).trimmed)
            }
            events.append(event)
        }
        // Lines of the same moment stay in their order.
        self.events = events.enumerated().sorted { left, right in
            (left.element.time, left.offset) < (right.element.time, right.offset)
        }.map(\.element)
    }
}

extension DriftScript.Event {
    fileprivate init?(_ words: [String]) {
        guard words.count >= 4, words[0] == "at", let time = Self.seconds(words[1]),
            let action = Self.action(words[3], Array(words[4...]))
        else { return nil }
        self.init(time: time, indicator: words[2], action: action)
    }

    private static func action(_ verb: String, _ words: [String]) -> DriftScript.Action? {
        switch (verb, words.count) {
        case ("set", 1): return .set(words[0])
        case ("wobble", 1): return Double(words[0]).map { .wobble($0) }
        case ("freeze", 0): return .freeze
        case ("restore", 0): return .restore
        case ("ramp", 3) where words[1] == "over":
            guard let dots = words[0].firstRange(of: ".."), let from = Double(words[0][..<dots.lowerBound]),
                let to = Double(words[0][dots.upperBound...]), let span = seconds(words[2]), span > 0
            else { return nil }
            return .ramp(from: from, to: to, over: span)
        case (_, 0): return DriftScript.Fault(rawValue: verb).map { .fault($0) }
        default: return nil
        }
    }

    /// A number with its unit: `10s`, `1.5m`, `2h`, `3d`.
    private static func seconds(_ text: String) -> Double? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number.isFinite,
            number >= 0
        else { return nil }
        return number * unit
    }
}

extension Substring {
    fileprivate var trimmed: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
