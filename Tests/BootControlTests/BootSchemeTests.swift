import BootControl
import Testing
import Vocabulary

@Suite("The boot decision")
struct BootSchemeTests {
    /// Every state that two slot sets and these values make; nil is a variable that is missing.
    private static let grub: [BootVariables] = states(
        names: ["ORDER", "CONFIRMED", "A_OK", "A_TRY", "A_LEFT", "B_OK", "B_TRY", "B_LEFT"],
        values: [
            [nil, "A B", "B A", "A", "B", "C B!"], [nil, "A", "B", "A B"],
            [nil, "0", "1"], [nil, "0", "1"], [nil, "0", "3", "x"], [nil, "0", "1"], [nil, "0", "1"],
            [nil, "0", "3", "x"],
        ])
    private static let uboot: [BootVariables] = states(
        names: ["BOOT_ORDER", "BOOT_CONFIRMED", "BOOT_A_LEFT", "BOOT_B_LEFT"],
        values: [
            [nil, "A B", "B A", "A", "B", "C B!", " "], [nil, "A", "B", "A B"],
            [nil, "0", "1", "2", "3", "f", "x"], [nil, "0", "1", "2", "3", "f", "x"],
        ])

    private static func states(names: [String], values: [[String?]]) -> [BootVariables] {
        product(values).map { row in
            zip(names, row).reduce(into: [:]) { state, pair in state[pair.0] = pair.1 }
        }
    }

    static let schemes: [(any BootScheme, [BootVariables])] = [
        (GRUBScheme(slotSets: [.a, .b], attempts: 3), grub), (UBootScheme(slotSets: [.a, .b], attempts: 3), uboot),
    ]

    @Test(
        "A system that dies at every boot ends with the confirmed set or a technician, from any state",
        arguments: [0, 1])
    func noEndlessLoop(index: Int) {
        let (scheme, states) = Self.schemes[index]
        for state in states {
            var variables = state
            var decision = scheme.decide(variables, failed: [])
            var boots = 0
            while !decision.saving.isEmpty, boots <= 31 {
                variables.merge(decision.saving) { $1 }
                decision = scheme.decide(variables, failed: [])
                boots += 1
            }
            #expect(boots <= 30, "\(state) still counts after \(boots) boots")
            let confirmed = scheme.status(state).confirmed
            #expect(decision.choice == (confirmed.map { .slotSet($0) } ?? .technician), "\(state)")
        }
    }

    @Test("From any state with a confirmed set, activate, commit and abandon mean what they say", arguments: [0, 1])
    func changes(index: Int) {
        let (scheme, states) = Self.schemes[index]
        for state in states {
            guard let confirmed = scheme.status(state).confirmed else { continue }
            let other = confirmed == .a ? SlotSet.b : .a
            let activated = scheme.activating(other, confirmed: confirmed, in: state)
            #expect(scheme.status(activated).trial == other)
            #expect(scheme.status(activated).confirmed == confirmed)
            #expect(scheme.status(activated).attemptsLeft(other) == 3)
            #expect(scheme.decide(activated, failed: []).choice == .slotSet(other))

            let committed = scheme.committing(other, confirmed: confirmed, in: activated)
            #expect(scheme.status(committed).trial == nil)
            #expect(scheme.decide(committed, failed: []) == BootDecision(.slotSet(other)))
            #expect(scheme.decide(committed, failed: [other]).choice == .slotSet(confirmed))

            let abandoned = scheme.abandoning(other, confirmed: confirmed, in: state)
            #expect(scheme.decide(abandoned, failed: []) == BootDecision(.slotSet(confirmed)))
            #expect(scheme.decide(abandoned, failed: [confirmed]).choice == .technician)
            #expect(!scheme.status(abandoned).isBootable(other))
        }
    }

    @Test("A set is committed from any state, with or without a confirmed one before it", arguments: [0, 1])
    func adoption(index: Int) {
        let (scheme, states) = Self.schemes[index]
        for state in states where scheme.status(state).confirmed == nil {
            let adopted = scheme.committing(.b, confirmed: nil, in: state)
            #expect(scheme.decide(adopted, failed: []) == BootDecision(.slotSet(.b)), "\(state)")
        }
    }

    @Test("Committing the confirmed set again leaves an armed trial armed", arguments: [0, 1])
    func recommit(index: Int) {
        let (scheme, _) = Self.schemes[index]
        let armed = scheme.activating(.b, confirmed: .a, in: scheme.initial(confirmed: .a))
        let again = scheme.committing(.a, confirmed: .a, in: armed)
        #expect(scheme.decide(again, failed: []).choice == .slotSet(.b))
    }

    @Test("Of three sets, a second activation abandons the first trial")
    func threeSets() throws {
        let third = try #require(SlotSet("recovery"))
        let sets: [SlotSet] = [.a, .b, third]
        for scheme in [GRUBScheme(slotSets: sets, attempts: 2), UBootScheme(slotSets: sets, attempts: 2)]
            as [any BootScheme]
        {
            let first = scheme.activating(.b, confirmed: .a, in: scheme.initial(confirmed: .a))
            let second = scheme.activating(third, confirmed: .a, in: first)
            #expect(scheme.status(second).trial == third)
            #expect(!scheme.status(second).isBootable(.b))
            let committed = scheme.committing(third, confirmed: .a, in: second)
            #expect(scheme.decide(committed, failed: [third]).choice == .slotSet(.a))
            #expect(scheme.decide(committed, failed: [third, .a]).choice == .technician)
        }
    }

    @Test("RAUC's own scripts boot what was activated, and the confirmed set after it")
    func raucReadsUs() {
        // `contrib/grub.conf` and `contrib/uboot.sh`: the first in the order that is good and untried, or has attempts left.
        let grub = GRUBScheme(slotSets: [.a, .b], attempts: 3)
        var state = grub.activating(.b, confirmed: .a, in: grub.initial(confirmed: .a))
        func first(_ state: BootVariables) -> Substring? {
            (state["ORDER"] ?? "").split(separator: " ").first { state["\($0)_OK"] == "1" && state["\($0)_TRY"] == "0" }
        }
        #expect(first(state) == "B")
        state["B_TRY"] = "1"
        #expect(first(state) == "A")
        #expect(grub.status(state).attemptsLeft(.b) == 0)
        #expect(grub.status(state).trial == .b)

        let uboot = UBootScheme(slotSets: [.a, .b], attempts: 3)
        let armed = uboot.activating(.b, confirmed: .a, in: uboot.initial(confirmed: .a))
        #expect(armed == ["BOOT_ORDER": "B A", "BOOT_A_LEFT": "3", "BOOT_B_LEFT": "3", "BOOT_CONFIRMED": "A"])
    }
}
