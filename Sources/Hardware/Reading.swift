/// What one look at an indicator gave: a value, or one of the four different reasons why there is none (design §9).
///
/// None of them is ever turned into a zero.
package enum Reading: Hashable, Sendable {
    case good(Value)
    /// The last good value, which has not been renewed for so long that it says nothing about now.
    case stale(Value, age: Duration)
    /// The part is not there: not fitted, pulled, or its driver is not loaded.
    case absent
    /// The part is there and could not be read in its time, or gave what is no value.
    case unreadable(reason: String)
    /// A value came that this part cannot have.
    case implausible(reason: String)

    /// A number in the indicator's unit, or a word of the kernel's (`up`, `Charging`, `Good`).
    package enum Value: Hashable, Sendable {
        case number(Double)
        case word(String)
    }

    /// One word, stable, for JSON and the ledger.
    package var quality: Quality {
        switch self {
        case .good: .good
        case .stale: .stale
        case .absent: .absent
        case .unreadable: .unreadable
        case .implausible: .implausible
        }
    }

    package enum Quality: String, CaseIterable, Sendable {
        case good, stale, absent, unreadable, implausible
    }

    /// The number of a good reading; nil for everything else, so that nothing else is computed with.
    package var number: Double? {
        if case .good(.number(let number)) = self { number } else { nil }
    }

    package var reason: String? {
        switch self {
        case .good, .absent: nil
        case .stale(_, let age): "it has not changed for \(age.components.seconds) s"
        case .unreadable(let reason), .implausible(let reason): reason
        }
    }
}

/// Something about a device that can be read again and again: a sensor, a supply's charge, a disk's wear.
package struct Indicator: Hashable, Sendable {
    /// Unique on its board, in lower case with dots between the parts: `cpu.temperature`, `emmc.life-used`.
    package let name: String
    package let unit: MeasuredUnit

    package init(name: String, unit: MeasuredUnit) {
        self.name = name
        self.unit = unit
    }
}

/// A reading and when it was taken.
package struct Sample: Equatable, Sendable {
    package let indicator: Indicator
    package let reading: Reading
    /// Nanoseconds on the clock that goes on in suspend (CLOCK_BOOTTIME).
    package let time: UInt64

    package init(_ indicator: Indicator, _ reading: Reading, at time: UInt64) {
        self.indicator = indicator
        self.reading = reading
        self.time = time
    }
}
