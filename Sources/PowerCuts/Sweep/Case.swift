/// One power cut: in which scenario, before which change, with what loss.
package struct Case: Hashable, Sendable, CustomStringConvertible {
    package let scenario: String
    /// The number of the change that is not made any more, from 0.
    package let cut: Int
    package let loss: Loss

    package init(scenario: String, cut: Int, loss: Loss) {
        (self.scenario, self.cut, self.loss) = (scenario, cut, loss)
    }

    /// As a failure prints it and as it is given to be run again.
    package var description: String { "\(scenario):\(cut):\(loss.text)" }

    package init(_ text: String) throws(PowerCutsError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4 else { throw .badCase(text, reason: "it has \(parts.count) parts instead of 4") }
        guard let cut = Int(parts[1]), cut >= 0 else { throw .badCase(text, reason: "'\(parts[1])' is no cut") }
        guard let number = UInt64(parts[3]), let loss = Loss(parts[2], number) else {
            throw .badCase(text, reason: "'\(parts[2]):\(parts[3])' is no loss")
        }
        self.init(scenario: String(parts[0]), cut: cut, loss: loss)
    }
}
