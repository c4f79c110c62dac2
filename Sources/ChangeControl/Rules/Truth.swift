package import Vocabulary

/// Whether something holds, where a clock that cannot be relied on may leave it open (Kleene's three values).
package enum Truth: Sendable, Equatable, CaseIterable {
    case no
    /// It depends on what the date is.
    case open
    case yes

    package init(_ holds: Bool) { self = holds ? .yes : .no }

    package static prefix func ! (value: Truth) -> Truth {
        switch value {
        case .no: .yes
        case .open: .open
        case .yes: .no
        }
    }

    package static func all(_ values: some Sequence<Truth>) -> Truth {
        var result = Truth.yes
        for value in values {
            if value == .no { return .no }
            if value == .open { result = .open }
        }
        return result
    }

    package static func any(_ values: some Sequence<Truth>) -> Truth { !all(values.lazy.map { !$0 }) }
}

/// What the time can be: one moment where the clock can be relied on, else that moment or any later one.
package struct PossibleTime: Sendable, Equatable {
    package let earliest: Timestamp
    package let isCertain: Bool

    package init(_ time: Timestamp, isCertain: Bool = true) {
        earliest = time
        self.isCertain = isCertain
    }

    /// A moment that lies before a lower bound has come for certain.
    package func hasReached(_ moment: Timestamp) -> Truth {
        if moment <= earliest { return .yes }
        return isCertain ? .no : .open
    }
}
