package import Documents
import Vocabulary

/// What a rule asks of a record: total, bounded, and without side effects (docs/rule-packs.md).
package indirect enum Condition: Sendable, Equatable {
    case all([Condition])
    case any([Condition])
    case not(Condition)
    /// The condition holds for at least one element, which it calls `item`.
    case some(RulePath, Condition)
    case every(RulePath, Condition)
    /// The test holds for a value at the path; with `isEvery`, for all of them.
    case value(RulePath, Test, isEvery: Bool)

    /// What can be asked of a value.
    package enum Test: Sendable, Equatable {
        /// It is there and not null.
        case exists(Bool)
        /// It is there, and no empty text, list or object.
        case filled(Bool)
        case oneOf([JSON])
        case matches([TextPattern])
        case atLeast(Double)
        case atMost(Double)
        /// It equals what stands at another path.
        case same(RulePath)
        /// A date that is not after now.
        case hasCome
        /// A date that is not after the one at another path.
        case noLaterThan(RulePath)
    }

    package func truth(in context: RuleContext) -> Truth {
        switch self {
        case .all(let conditions): Truth.all(conditions.lazy.map { $0.truth(in: context) })
        case .any(let conditions): Truth.any(conditions.lazy.map { $0.truth(in: context) })
        case .not(let condition): !condition.truth(in: context)
        case .some(let path, let condition):
            Truth.any(path.values(in: context).lazy.map { condition.truth(in: context.about($0)) })
        case .every(let path, let condition):
            Truth.all(path.values(in: context).lazy.map { condition.truth(in: context.about($0)) })
        case .value(let path, .exists(let wanted), _): Truth(path.values(in: context).isEmpty != wanted)
        case .value(let path, .filled(let wanted), _):
            Truth(path.values(in: context).contains { !$0.isEmpty } == wanted)
        case .value(let path, let test, isEvery: false):
            Truth.any(path.values(in: context).lazy.map { test.truth(of: $0, in: context) })
        case .value(let path, let test, isEvery: true):
            Truth.all(path.values(in: context).lazy.map { test.truth(of: $0, in: context) })
        }
    }
}

extension Condition {
    /// The days on which it depends whether this holds, where the clock cannot be relied on.
    private func openDates(in context: RuleContext) -> Set<Timestamp> {
        switch self {
        case .all(let conditions), .any(let conditions):
            conditions.reduce(into: []) { $0.formUnion($1.openDates(in: context)) }
        case .not(let condition): condition.openDates(in: context)
        case .some(let path, let condition), .every(let path, let condition):
            path.values(in: context).reduce(into: []) { $0.formUnion(condition.openDates(in: context.about($1))) }
        case .value(let path, .hasCome, _):
            Set(path.values(in: context).compactMap(\.moment).filter { context.time.hasReached($0) == .open })
        case .value: []
        }
    }

    /// What must be so of the date for this to hold, as people are asked: that days have come, or are still ahead.
    package func dateQuestion(in context: RuleContext) -> String {
        let dates = openDates(in: context).sorted()
        var later = context
        if let last = dates.last { later.time = PossibleTime(last) }
        let days = dates.map(\.description).joined(separator: " and ")
        let isOne = dates.count == 1
        if truth(in: later) == .yes { return "\(days) \(isOne ? "has" : "have") come" }
        return "\(days) \(isOne ? "is" : "are") still ahead"
    }
}

extension Condition.Test {
    fileprivate func truth(of value: JSON, in context: RuleContext) -> Truth {
        switch self {
        case .exists(let wanted): Truth(wanted)
        case .filled(let wanted): Truth(value.isEmpty != wanted)
        case .oneOf(let values): Truth(values.contains { $0.hasSameValue(as: value) })
        case .matches(let patterns):
            Truth(value.string.map { text in patterns.contains { $0.matches(text) } } ?? false)
        case .atLeast(let limit): Truth(value.number.map { $0 >= limit } ?? false)
        case .atMost(let limit): Truth(value.number.map { $0 <= limit } ?? false)
        case .same(let path): Truth(path.values(in: context).contains { $0.hasSameValue(as: value) })
        case .hasCome: value.moment.map(context.time.hasReached) ?? .no
        case .noLaterThan(let path):
            Truth(
                value.moment.map { moment in
                    path.values(in: context).contains { $0.moment.map { moment <= $0 } ?? false }
                } ?? false)
        }
    }
}

extension JSON {
    fileprivate var isEmpty: Bool {
        switch self {
        case .null: true
        case .string(let text): text.allSatisfy(\.isWhitespace)
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .integer, .decimal: false
        }
    }

    fileprivate var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .decimal(let number): number
        default: nil
        }
    }

    /// The moment of a time, or the first one of a day in UTC.
    var moment: Timestamp? { string.flatMap { Timestamp($0) ?? Timestamp("\($0)T00:00:00Z") } }

    fileprivate func hasSameValue(as other: JSON) -> Bool {
        if let number, let otherNumber = other.number { return number == otherNumber }
        return self == other
    }
}
