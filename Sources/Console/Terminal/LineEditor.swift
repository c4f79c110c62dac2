/// A line that is being typed: its text, its cursor, and the lines before it.
///
/// Knows nothing of a terminal: what is seen of it is drawn by `LineDrawing`.
package struct LineEditor: Sendable {
    /// What a key led to.
    package enum Outcome: Sendable, Equatable {
        case edited
        /// Nothing could be done.
        case refused
        case entered
        case complete, help
        case redraw
        case interrupted
        case endOfInput
    }

    package static let limit = 1024
    static let historyLimit = 100

    package private(set) var text: [Character] = []
    package private(set) var cursor = 0
    /// Whether characters were refused because the line is full; it cannot be entered any more.
    package private(set) var hasOverflowed = false
    private var history: [String] = []
    /// Which line of the history is shown, counted from its end; 0 is the line being typed.
    private var age = 0
    private var draft: [Character] = []

    package init() {}

    package var line: String { String(text) }
    package var beforeCursor: String { String(text[..<cursor]) }

    /// Begins a new line; `remembers` says whether the last one may be called back.
    package mutating func begin(remembering last: String? = nil) {
        if let last, !last.isEmpty, history.last != last {
            history.append(last)
            if history.count > Self.historyLimit { history.removeFirst() }
        }
        (text, cursor, age, draft, hasOverflowed) = ([], 0, 0, [], false)
    }

    /// Puts in what a completion found.
    package mutating func insert(_ inserted: String) {
        for character in inserted { insert(character) }
    }

    /// Takes one key; `?` asks for help where `hasHelp`, outside of quotation marks.
    package mutating func take(_ key: Key, hasHelp: Bool = true) -> Outcome {
        switch key {
        case .character("?") where hasHelp && !isInQuotes: .help
        case .character(let character): insert(character)
        case .enter: .entered
        case .tab: hasHelp ? .complete : .refused
        case .interrupt: .interrupted
        case .endOfInput: text.isEmpty ? .endOfInput : remove(cursor..<min(cursor + 1, text.count))
        case .redraw: .redraw
        case .backspace: remove(max(0, cursor - 1)..<cursor)
        case .delete: remove(cursor..<min(cursor + 1, text.count))
        case .killLine: remove(0..<cursor)
        case .killToEnd: remove(cursor..<text.count)
        case .killWord: remove(wordStart..<cursor)
        case .left: move(to: cursor - 1)
        case .right: move(to: cursor + 1)
        case .home: move(to: 0)
        case .end: move(to: text.count)
        case .wordLeft: move(to: wordStart)
        case .wordRight: move(to: wordEnd)
        case .up: recall(age + 1)
        case .down: recall(age - 1)
        case .report: .edited
        case .unknown: .refused
        }
    }

    private var isInQuotes: Bool { !text[..<cursor].count(where: { $0 == "\"" }).isMultiple(of: 2) }

    @discardableResult
    private mutating func insert(_ character: Character) -> Outcome {
        guard text.count < Self.limit else {
            hasOverflowed = true
            return .refused
        }
        text.insert(character, at: cursor)
        cursor += 1
        return .edited
    }

    private mutating func remove(_ range: Range<Int>) -> Outcome {
        guard !range.isEmpty else { return .refused }
        text.removeSubrange(range)
        cursor = range.lowerBound
        return .edited
    }

    private mutating func move(to place: Int) -> Outcome {
        let place = min(max(0, place), text.count)
        guard place != cursor else { return .refused }
        cursor = place
        return .edited
    }

    private var wordStart: Int {
        var place = cursor
        while place > 0, text[place - 1] == " " { place -= 1 }
        while place > 0, text[place - 1] != " " { place -= 1 }
        return place
    }

    private var wordEnd: Int {
        var place = cursor
        while place < text.count, text[place] == " " { place += 1 }
        while place < text.count, text[place] != " " { place += 1 }
        return place
    }

    private mutating func recall(_ age: Int) -> Outcome {
        guard (0...history.count).contains(age), age != self.age else { return .refused }
        if self.age == 0 { draft = text }
        self.age = age
        text = age == 0 ? draft : Array(history[history.count - age])
        cursor = text.count
        return .edited
    }
}
