import Vocabulary

/// The order in which a loader considers the slot sets, as its variable spells it: names with white space between them.
struct BootOrder {
    /// Known sets, each once.
    let sets: [SlotSet]

    init(_ sets: [SlotSet]) { self.sets = sets }

    init(_ text: String, among known: [SlotSet]) {
        // By bytes: to Swift, a carriage return and a line feed are one character, and neither loader thinks so.
        let words = text.utf8.split { $0 == 0x20 || (0x09...0x0D).contains($0) }
        var sets: [SlotSet] = []
        for word in words {
            guard let set = SlotSet(String(decoding: word, as: UTF8.self)), known.contains(set), !sets.contains(set)
            else { continue }
            sets.append(set)
        }
        self.sets = sets
    }

    var text: String { sets.map(\.name).joined(separator: " ") }

    /// The sets before `confirmed`: all of them if it is missing.
    func sets(before confirmed: SlotSet) -> ArraySlice<SlotSet> { sets.prefix { $0 != confirmed } }

    /// The same order with `first` moved to the front.
    func leading(with first: SlotSet...) -> BootOrder { BootOrder(first + sets.filter { !first.contains($0) }) }

    func without(_ left: some Sequence<SlotSet>) -> BootOrder { BootOrder(sets.filter { !left.contains($0) }) }
}
