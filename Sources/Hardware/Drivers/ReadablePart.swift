/// A part of a board that says several things, each as an indicator named `part.quantity`.
protocol ReadablePart: Sendable {
    associatedtype Word: Quantity

    var name: String { get }
    var reads: [Word] { get }
    /// The device behind it: while one reading of it hangs, no other is tried.
    var group: String { get }
    /// Where a quantity comes from, as a person finds it again.
    func origin(of word: Word) -> String
    /// What the part can have; nil for whatever the unit allows.
    func plausible(_ word: Word) -> ClosedRange<Double>?
    func value(_ word: Word, _ tree: inout KernelTree) throws(Lack) -> Reading.Value
}

extension ReadablePart {
    func plausible(_ word: Word) -> ClosedRange<Double>? { nil }
}
