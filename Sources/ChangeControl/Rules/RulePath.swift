package import Documents

/// Where in a record, or in what is known of a device, a value stands: `changes[].kind`, `assessment.q1.answer`, `device.route`.
///
/// A path begins in the change record, unless its first word is one of the others' (`market`, `assessment`, `device`, `item`). `[]` goes
/// into every element of a list.
package struct RulePath: Sendable, Equatable, CustomStringConvertible {
    package static let mostSteps = 8
    /// How many lists a path may go into.
    package static let mostLists = 2

    package let description: String
    private let root: Root
    private let steps: [Step]

    private enum Root: String, Sendable {
        case record
        /// The record's entry for the market that is asked about.
        case market
        /// That entry's assessment.
        case assessment
        case device
        /// The element of `some` or `every`.
        case item
    }

    private struct Step: Sendable, Equatable {
        let name: String
        let isList: Bool
    }

    /// Nil for anything but names of `A-Z a-z 0-9 - _` with points between them, each followed by `[]` or not.
    package init?(_ text: String) {
        var steps: [Step] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            let isList = part.hasSuffix("[]")
            let name = isList ? part.dropLast(2) : part
            guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(Self.isLetter) else { return nil }
            steps.append(Step(name: String(name), isList: isList))
        }
        guard steps.count <= Self.mostSteps, steps.count(where: \.isList) <= Self.mostLists else { return nil }
        description = text
        root = Root(rawValue: steps[0].name) ?? .record
        if root != .record || steps[0].name == Root.record.rawValue {
            // A root is one object; what goes into its elements is said after it.
            guard !steps[0].isList else { return nil }
            steps.removeFirst()
        }
        self.steps = steps
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45 || byte == 95
    }

    var isOfRecord: Bool { root == .record }
    var names: [String] { steps.map(\.name) }
    package var isOfItem: Bool { root == .item }

    /// What stands there: one value for each element that the path goes into, none where it leads nowhere; null is nothing.
    package func values(in context: RuleContext) -> [JSON] {
        let start: JSON? =
            switch root {
            case .record: context.record
            case .market: context.market
            case .assessment: context.market?["assessment"]
            case .device: context.device
            case .item: context.item
            }
        var values = start.map { [$0] } ?? []
        for step in steps {
            values = values.compactMap { $0[step.name] }
            if step.isList { values = values.flatMap { $0.array ?? [] } }
        }
        return values.filter { $0 != .null }
    }
}

/// What rules are asked about.
package struct RuleContext: Sendable {
    package var record: JSON
    /// The record's entry for the market that is asked about; nil where none is.
    package var market: JSON?
    /// What is known of the device; nil where a release is built.
    package var device: JSON?
    package var time: PossibleTime
    package var item: JSON?

    package init(record: JSON, market: JSON? = nil, device: JSON? = nil, time: PossibleTime) {
        self.record = record
        self.market = market
        self.device = device
        self.time = time
    }

    func about(_ item: JSON) -> RuleContext {
        var context = self
        context.item = item
        return context
    }
}
