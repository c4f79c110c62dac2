package import Vocabulary

/// The variables of RAUC's GRUB integration, and two of ours: `CONFIRMED` and `<set>_LEFT`.
///
/// A set is tried while `<set>_OK` is 1 and `<set>_TRY` is 0. `<set>_LEFT` counts down to the last attempt, which sets
/// `<set>_TRY`: a script that knows nothing of it gives a trial one attempt. The set that `CONFIRMED` names is never counted.
package struct GRUBScheme: BootScheme {
    package let slotSets: [SlotSet]
    package let attempts: Int

    /// Takes 2 to 4 sets, which fit in one sector, and 1 to 9 attempts, which keep their length when counted.
    package init(slotSets: [SlotSet], attempts: Int) {
        precondition(BootConfiguration.slotSetCounts.contains(slotSets.count), "2 to 4 slot sets")
        precondition(BootConfiguration.attemptCounts.contains(attempts), "1 to 9 attempts")
        self.slotSets = slotSets
        self.attempts = attempts
    }

    package var names: [String] {
        [Self.order, Self.confirmed] + slotSets.flatMap { [Self.ok($0), Self.tried($0), Self.left($0)] }
    }

    package func status(_ variables: BootVariables) -> BootStatus {
        let order = order(in: variables)
        let confirmed = confirmed(in: variables)
        var attempts: [SlotSet: Int] = [:]
        for set in order.sets where isGood(set, in: variables) && isUntried(set, in: variables) {
            attempts[set] = left(of: set, in: variables)
        }
        return BootStatus(
            confirmed: confirmed, trial: confirmed.flatMap { trials(before: $0, in: variables).first },
            order: order.sets, attempts: attempts,
            bootable: Set(attempts.keys).union(confirmed.map { [$0] } ?? []))
    }

    package func decide(_ variables: BootVariables, failed: Set<SlotSet>) -> BootDecision {
        let confirmed = confirmed(in: variables)
        for set in order(in: variables).sets where !failed.contains(set) && isGood(set, in: variables) {
            if set == confirmed { return BootDecision(.slotSet(set)) }
            guard isUntried(set, in: variables) else { continue }
            let rest = left(of: set, in: variables) - 1
            return BootDecision(
                .slotSet(set), saving: [Self.left(set): "\(rest)", Self.tried(set): rest == 0 ? "1" : "0"])
        }
        if let confirmed, !failed.contains(confirmed) { return BootDecision(.slotSet(confirmed)) }
        return BootDecision(.technician)
    }

    package func initial(confirmed: SlotSet) -> BootVariables {
        var variables = [Self.order: BootOrder(slotSets).leading(with: confirmed).text, Self.confirmed: confirmed.name]
        for set in slotSets { forbid(set, in: &variables) }
        allow(confirmed, in: &variables)
        return variables
    }

    package func activating(_ set: SlotSet, confirmed: SlotSet, in variables: BootVariables) -> BootVariables {
        var changed = variables
        for other in trials(before: confirmed, in: variables) { forbid(other, in: &changed) }
        changed[Self.order] = wholeOrder(in: variables).leading(with: set, confirmed).text
        allow(set, in: &changed)
        allow(confirmed, in: &changed)
        return changed
    }

    package func committing(_ set: SlotSet, confirmed: SlotSet?, in variables: BootVariables) -> BootVariables {
        var changed = variables
        allow(set, in: &changed)
        changed[Self.confirmed] = set.name
        guard confirmed != set else {
            if !order(in: variables).sets.contains(set) {
                changed[Self.order] = wholeOrder(in: variables).leading(with: set).text
            }
            return changed
        }
        changed[Self.order] = wholeOrder(in: variables).leading(with: set).text
        if let confirmed {
            for other in trials(before: confirmed, in: variables) where other != set { forbid(other, in: &changed) }
            allow(confirmed, in: &changed)
            changed[Self.order] = wholeOrder(in: variables).leading(with: set, confirmed).text
        }
        return changed
    }

    package func abandoning(_ set: SlotSet, confirmed: SlotSet, in variables: BootVariables) -> BootVariables {
        var changed = variables
        forbid(set, in: &changed)
        allow(confirmed, in: &changed)
        changed[Self.order] = BootOrder(wholeOrder(in: variables).without([set]).sets + [set]).text
        return changed
    }
}

extension GRUBScheme {
    private static let order = "ORDER"
    private static let confirmed = "CONFIRMED"

    private static func ok(_ set: SlotSet) -> String { "\(set)_OK" }
    private static func tried(_ set: SlotSet) -> String { "\(set)_TRY" }
    private static func left(_ set: SlotSet) -> String { "\(set)_LEFT" }

    private func order(in variables: BootVariables) -> BootOrder {
        BootOrder(variables[Self.order] ?? "", among: slotSets)
    }

    /// With the sets that the variable lacks at its end: GRUB's order always names all of them.
    private func wholeOrder(in variables: BootVariables) -> BootOrder {
        let order = order(in: variables)
        return BootOrder(order.sets + slotSets.filter { !order.sets.contains($0) })
    }

    private func confirmed(in variables: BootVariables) -> SlotSet? {
        variables[Self.confirmed].flatMap { name in slotSets.first { $0.name == name } }
    }

    private func isGood(_ set: SlotSet, in variables: BootVariables) -> Bool { variables[Self.ok(set)] == "1" }

    /// A variable that is missing is empty to GRUB.
    private func isUntried(_ set: SlotSet, in variables: BootVariables) -> Bool {
        ["0", ""].contains(variables[Self.tried(set)] ?? "")
    }

    /// Anything but a count of 2 to 9 is the last attempt.
    private func left(of set: SlotSet, in variables: BootVariables) -> Int {
        guard let text = variables[Self.left(set)], text.utf8.count == 1, let left = Int(text) else { return 1 }
        return max(left, 1)
    }

    private func trials(before confirmed: SlotSet, in variables: BootVariables) -> [SlotSet] {
        order(in: variables).sets(before: confirmed).filter { isGood($0, in: variables) }
    }

    private func allow(_ set: SlotSet, in variables: inout BootVariables) {
        variables[Self.ok(set)] = "1"
        variables[Self.tried(set)] = "0"
        variables[Self.left(set)] = "\(attempts)"
    }

    /// RAUC's way to mark a set bad.
    private func forbid(_ set: SlotSet, in variables: inout BootVariables) {
        variables[Self.ok(set)] = "0"
        variables[Self.tried(set)] = "0"
        variables[Self.left(set)] = "0"
    }
}
