/// Where one limit of one indicator stands: clear, pending, open, closing; a plain value that only readings move.
///
/// How it works: for each severity it keeps since when the readings have broken it, and since when they have been clear of it. In the
/// band between threshold and hysteresis they do neither. A severity is entered when it was broken for the whole hold, and left
/// when it was clear for the whole closing hold. Readings further apart than `patience` prove nothing about the time between, so a
/// hold starts anew there. What comes and goes is held open longer each time, so that it cannot fill the ledger.
package struct LimitState: Sendable, Equatable {
    package enum Change: String, Sendable {
        case opened, escalated, eased, closed
    }

    package enum Phase: String, Sendable {
        case clear, pending, open, closing
    }

    /// The holds that apply to a limit, in nanoseconds.
    package struct Holds: Sendable, Equatable {
        package let opening: UInt64
        package let closing: UInt64
        package let patience: UInt64

        package init(opening: Duration, closing: Duration, patience: Duration) {
            self.opening = opening.nanoseconds
            self.closing = closing.nanoseconds
            self.patience = patience.nanoseconds
        }
    }

    /// The severity of the open finding; nil where none is open.
    package private(set) var level: Severity?
    private var broken = Since()
    private var clear = Since()
    private var newest: UInt64?
    /// When the level last fell, and how often it has risen again soon after.
    private var fell: UInt64?
    package private(set) var relapses: Int

    private struct Since: Sendable, Equatable {
        var warning: UInt64?
        var alarm: UInt64?

        subscript(severity: Severity) -> UInt64? {
            get { severity == .alarm ? alarm : warning }
            set { if severity == .alarm { alarm = newValue } else { warning = newValue } }
        }
    }

    private static let minute: UInt64 = 60_000_000_000
    /// A level that rises again within this time after it fell is the same trouble.
    package static let calm: UInt64 = 60 * minute

    /// A state that was kept over a restart: an open finding goes on, but every hold starts anew.
    package init(level: Severity? = nil, relapses: Int = 0) {
        self.level = level
        self.relapses = relapses
    }

    package var phase: Phase {
        guard let level else { return broken.warning == nil && broken.alarm == nil ? .clear : .pending }
        return clear[level] == nil ? .open : .closing
    }

    /// Nothing is open, pending or remembered: a new state would do as well.
    var isFresh: Bool { phase == .clear && fell == nil && relapses == 0 }

    /// Takes the verdict on the reading of `time`, and says what changed by it.
    package mutating func take(_ verdict: Verdict, at time: UInt64, _ holds: Holds) -> Change? {
        if let newest {
            guard time >= newest else { return nil }
            // The first hold begins with the reading itself, so a patience shorter than the interval must not undo it.
            if time - newest > max(holds.patience, holds.opening, holds.closing) {
                (broken, clear) = (Since(), Since())
            }
        }
        newest = time
        for severity in Severity.allCases {
            note(verdict.broken.map { $0 >= severity } ?? false, in: &broken[severity], time)
            note(verdict.notClear.map { $0 < severity } ?? true, in: &clear[severity], time)
        }
        if let fell, level == nil, broken == Since(), time - fell > Self.calm {
            (self.fell, relapses) = (nil, 0)
        }
        return rise(time, holds) ?? fall(time, holds)
    }

    private func note(_ holds: Bool, in since: inout UInt64?, _ time: UInt64) {
        if !holds { since = nil } else if since == nil { since = time }
    }

    private mutating func rise(_ time: UInt64, _ holds: Holds) -> Change? {
        for severity in Severity.allCases.reversed() where level.map({ $0 < severity }) ?? true {
            guard let since = broken[severity], time - since >= holds.opening else { continue }
            defer { level = severity }
            if let fell, time - fell <= Self.calm { relapses += 1 } else { relapses = 0 }
            return level == nil ? .opened : .escalated
        }
        return nil
    }

    private mutating func fall(_ time: UInt64, _ holds: Holds) -> Change? {
        guard let current = level else { return nil }
        let hold = closingHold(holds.closing)
        if let since = clear[.warning], time - since >= hold {
            (level, fell) = (nil, time)
            return .closed
        }
        if current == .alarm, let since = clear[.alarm], time - since >= hold {
            (level, fell) = (.warning, time)
            return .eased
        }
        return nil
    }

    /// The closing hold, doubled with every relapse: at least a minute then, at most an hour.
    private func closingHold(_ hold: UInt64) -> UInt64 {
        guard relapses > 0 else { return hold }
        return max(hold, min(max(hold, Self.minute) << UInt64(min(relapses, 6)), Self.calm))
    }
}

extension Duration {
    /// Whole nanoseconds, never negative.
    package var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
