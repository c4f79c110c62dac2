/// One power cut: in which scenario, before which change, with what loss.
package struct Case: Hashable, Sendable, CustomStringConvertible {
    /// Where the power is cut, and what is lost with it.
    package struct Cut: Hashable, Sendable {
        /// The number of the change that is not made any more, from 0.
        package let number: Int
        package let loss: Loss

        package init(_ number: Int, _ loss: Loss) { (self.number, self.loss) = (number, loss) }

        var text: String { "\(number):\(loss.text)" }
    }

    package let scenario: String
    /// The cut after which the device was recovering, if this one came then.
    package let first: Cut?
    package let cut: Cut

    package init(scenario: String, first: Cut? = nil, cut: Cut) {
        (self.scenario, self.first, self.cut) = (scenario, first, cut)
    }

    /// As a failure prints it and as it is given to be run again.
    package var description: String { "\(scenario):\(first.map { "\($0.text)+" } ?? "")\(cut.text)" }

    package init(_ text: String) throws(PowerCutsError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .badCase(text, reason: "it names no cut") }
        var cuts: [Cut] = []
        for part in parts[1].split(separator: "+", omittingEmptySubsequences: false) {
            cuts.append(try Cut(part, of: text))
        }
        guard let last = cuts.popLast(), cuts.count <= 1 else {
            throw .badCase(text, reason: "it has \(cuts.count + 1) cuts, at most 2 are tried")
        }
        self.init(scenario: String(parts[0]), first: cuts.first, cut: last)
    }
}

extension Case.Cut {
    fileprivate init(_ part: Substring, of text: String) throws(PowerCutsError) {
        let words = part.split(separator: ":", omittingEmptySubsequences: false)
        guard words.count == 3 else { throw .badCase(text, reason: "'\(part)' has \(words.count) parts instead of 3") }
        guard let number = Int(words[0]), number >= 0 else { throw .badCase(text, reason: "'\(words[0])' is no cut") }
        guard let seed = UInt64(words[2]), let loss = Loss(words[1], seed) else {
            throw .badCase(text, reason: "'\(words[1]):\(words[2])' is no loss")
        }
        self.init(number, loss)
    }
}
