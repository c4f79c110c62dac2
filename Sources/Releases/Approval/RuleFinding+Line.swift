package import ChangeControl

extension RuleFinding {
    /// What a rule pack found, on one line: the pack, the market, the message and the clause.
    package var line: String {
        let place = market.map { "\(rule.pack), market \($0)" } ?? rule.pack
        return "\(place): \(message.visible) (\(clause.visible))"
    }
}
