package import Vocabulary

/// The variables of RAUC's U-Boot integration, and one of ours: `BOOT_CONFIRMED`.
///
/// A set is tried while `BOOT_ORDER` names it and `BOOT_<set>_LEFT`, one hexadecimal digit, is not 0. The set that
/// `BOOT_CONFIRMED` names is never counted. U-Boot falls back to its built-in environment when the saved one is lost: then all
/// sets are tried in their order, with the usual attempts.
package struct UBootScheme: BootScheme {
    package let slotSets: [SlotSet]
    package let attempts: Int

    /// Takes 2 to 4 sets and 1 to 9 attempts.
    package init(slotSets: [SlotSet], attempts: Int) {
        precondition(BootConfiguration.slotSetCounts.contains(slotSets.count), "2 to 4 slot sets")
        precondition(BootConfiguration.attemptCounts.contains(attempts), "1 to 9 attempts")
        self.slotSets = slotSets
        self.attempts = attempts
    }

    package var names: [String] { [Self.order, Self.confirmed] + slotSets.map(Self.left) }

    package func status(_ variables: BootVariables) -> BootStatus {
        let order = order(in: variables)
        let confirmed = confirmed(in: variables)
        var attempts: [SlotSet: Int] = [:]
        for set in order.sets { attempts[set] = left(of: set, in: variables) }
        return BootStatus(
            confirmed: confirmed, trial: confirmed.flatMap { order.sets(before: $0).first },
            order: order.sets, attempts: attempts,
            bootable: Set(attempts.filter { $1 > 0 }.keys).union(confirmed.map { [$0] } ?? []))
    }

    package func decide(_ variables: BootVariables, failed: Set<SlotSet>) -> BootDecision {
        let confirmed = confirmed(in: variables)
        for set in order(in: variables).sets where !failed.contains(set) {
            if set == confirmed { return BootDecision(.slotSet(set)) }
            let left = left(of: set, in: variables)
            guard left > 0 else { continue }
            return BootDecision(.slotSet(set), saving: [Self.left(set): String(left - 1, radix: 16)])
        }
        if let confirmed, !failed.contains(confirmed) { return BootDecision(.slotSet(confirmed)) }
        return BootDecision(.technician)
    }

    package func initial(confirmed: SlotSet) -> BootVariables {
        var variables = [Self.order: confirmed.name, Self.confirmed: confirmed.name]
        for set in slotSets { variables[Self.left(set)] = "0" }
        variables[Self.left(confirmed)] = full
        return variables
    }

    package func activating(_ set: SlotSet, confirmed: SlotSet, in variables: BootVariables) -> BootVariables {
        var changed = variables
        let order = order(in: variables)
        let others = order.sets(before: confirmed).filter { $0 != set }
        for other in others { changed[Self.left(other)] = "0" }
        changed[Self.order] = order.without(others).leading(with: set, confirmed).text
        changed[Self.left(set)] = full
        changed[Self.left(confirmed)] = full
        return changed
    }

    package func committing(_ set: SlotSet, confirmed: SlotSet?, in variables: BootVariables) -> BootVariables {
        var changed = variables
        let order = order(in: variables)
        changed[Self.left(set)] = full
        changed[Self.confirmed] = set.name
        if confirmed == set, order.sets.contains(set) {
            changed[Self.order] = order.text
        } else if let confirmed, confirmed != set {
            let others = order.sets(before: confirmed).filter { $0 != set }
            for other in others { changed[Self.left(other)] = "0" }
            changed[Self.order] = order.without(others).leading(with: set, confirmed).text
            changed[Self.left(confirmed)] = full
        } else {
            changed[Self.order] = order.leading(with: set).text
        }
        return changed
    }

    package func abandoning(_ set: SlotSet, confirmed: SlotSet, in variables: BootVariables) -> BootVariables {
        var changed = variables
        let order = order(in: variables).without([set])
        changed[Self.order] = order.sets.contains(confirmed) ? order.text : order.leading(with: confirmed).text
        changed[Self.left(set)] = "0"
        changed[Self.left(confirmed)] = full
        return changed
    }
}

extension UBootScheme {
    private static let order = "BOOT_ORDER"
    private static let confirmed = "BOOT_CONFIRMED"

    private static func left(_ set: SlotSet) -> String { "BOOT_\(set)_LEFT" }

    private var full: String { String(attempts, radix: 16) }

    /// A variable that is missing or empty stands for all sets, as in RAUC's script.
    private func order(in variables: BootVariables) -> BootOrder {
        guard let text = variables[Self.order], !text.isEmpty else { return BootOrder(slotSets) }
        return BootOrder(text, among: slotSets)
    }

    private func confirmed(in variables: BootVariables) -> SlotSet? {
        variables[Self.confirmed].flatMap { name in slotSets.first { $0.name == name } }
    }

    /// One lower-case hexadecimal digit; missing or empty stands for all attempts, anything else for none.
    private func left(of set: SlotSet, in variables: BootVariables) -> Int {
        guard let text = variables[Self.left(set)], !text.isEmpty else { return attempts }
        guard text.utf8.count == 1, text == text.lowercased(), let left = Int(text, radix: 16) else { return 0 }
        return left
    }
}
