/// What can be typed on a line: the commands with their arguments, abbreviations and quotation marks.
struct CommandLanguage: Sendable {
    typealias Word = ConsoleCommand.Word

    let commands: [ConsoleCommand]

    /// The words of a line, and where each begins.
    struct Words: Sendable, Equatable {
        var texts: [String] = []
        var starts: [String.Index] = []
        /// Whether the line ends in the middle of its last word.
        var endsInWord = false
        var isQuoteOpen = false

        init(_ line: String) {
            var word: String?
            for index in line.indices {
                let character = line[index]
                if character == " ", !isQuoteOpen {
                    if let finished = word.take() { texts.append(finished) }
                    continue
                }
                if word == nil {
                    word = ""
                    starts.append(index)
                }
                if character == "\"" { isQuoteOpen.toggle() } else { word?.append(character) }
            }
            endsInWord = word != nil
            if let word { texts.append(word) }
        }
    }

    /// The command that a line means, with its arguments in full; nil for an empty line.
    func read(
        _ line: String, ids: (ConsoleCommand.Choices) -> [Word]
    ) throws(ConsoleError) -> (command: ConsoleCommand, arguments: [String])? {
        let words = Words(line)
        guard let first = words.texts.first else { return nil }
        let command = try command(first)
        var arguments: [String] = []
        for (index, parameter) in command.parameters.enumerated() {
            let place = index + 1
            guard place < words.texts.count else {
                if parameter.isOptional { break }
                throw .missing(parameter.name, of: command.name)
            }
            let text = parameter.isRest ? Self.rest(of: line, words, from: place) : words.texts[place]
            if words.isQuoteOpen, !parameter.isRest { throw .openQuote }
            arguments.append(try Self.full(text, parameter, ids: ids))
            if parameter.isRest { return (command, arguments) }
        }
        if words.isQuoteOpen { throw .openQuote }
        let excess = command.parameters.count + 1
        guard words.texts.count <= excess else { throw .unexpected(words.texts[excess], after: command.name) }
        return (command, arguments)
    }

    /// The command that `word` is the name or an unambiguous beginning of.
    func command(_ word: String) throws(ConsoleError) -> ConsoleCommand {
        let word = word.lowercased()
        if let exact = commands.first(where: { $0.name == word }) { return exact }
        let found = commands.filter { $0.name.hasPrefix(word) }
        guard let only = found.first else { throw .unknownCommand(word) }
        guard found.count == 1 else { throw .ambiguous(word, among: found.map(\.name)) }
        return only
    }

    /// What can stand where `line` ends, of which the last word may be there in part; each with what it means.
    func candidates(after line: String, ids: (ConsoleCommand.Choices) -> [Word]) -> (part: String, words: [Word]) {
        let words = Words(line)
        let part = words.endsInWord ? words.texts.last ?? "" : ""
        let place = words.endsInWord ? words.texts.count - 1 : words.texts.count
        guard place > 0 else {
            let part = part.lowercased()
            return (part, commands.filter { $0.name.hasPrefix(part) }.map { Word($0.name, $0.summary) })
        }
        guard let command = try? command(words.texts[0]) else { return (part, []) }
        guard place <= command.parameters.count else { return (part, []) }
        let parameter = command.parameters[place - 1]
        let choices =
            switch parameter.choices {
            case .free: [Word]()
            case .words(let choices), .wordsOrFree(let choices): choices
            case .tests, .holds: ids(parameter.choices)
            }
        return (part, choices.filter { $0.text.hasPrefix(part) })
    }

    /// The parameter that stands where `line` ends; nil where nothing more is taken.
    func parameter(after line: String) -> ConsoleCommand.Parameter? {
        let words = Words(line)
        let place = words.endsInWord ? words.texts.count - 1 : words.texts.count
        guard place > 0, let command = try? command(words.texts[0]) else { return nil }
        if let last = command.parameters.last, last.isRest, place >= command.parameters.count { return last }
        return place <= command.parameters.count ? command.parameters[place - 1] : nil
    }

    /// What Tab adds to a line: as much as all that can stand there have in common, and a space where it is whole.
    static func completion(of part: String, among words: [Word]) -> String {
        guard let first = words.first?.text else { return "" }
        let common = words.dropFirst().reduce(first) { common, word in
            String(zip(common, word.text).prefix { $0 == $1 }.map(\.0))
        }
        return String(common.dropFirst(part.count)) + (words.count == 1 ? " " : "")
    }

    private static func rest(of line: String, _ words: Words, from place: Int) -> String {
        var text = line[words.starts[place]...]
        while text.last == " " { text.removeLast() }
        let isQuoted = text.count > 1 && text.first == "\"" && text.last == "\""
        return String(isQuoted ? text.dropFirst().dropLast() : text)
    }

    private static func full(
        _ text: String, _ parameter: ConsoleCommand.Parameter, ids: (ConsoleCommand.Choices) -> [Word]
    ) throws(ConsoleError) -> String {
        let (choices, isFree) =
            switch parameter.choices {
            case .free: ([Word](), true)
            case .words(let words): (words, false)
            case .wordsOrFree(let words): (words, true)
            case .tests, .holds: (ids(parameter.choices), true)
            }
        if choices.contains(where: { $0.text == text }) { return text }
        let found = choices.filter { $0.text.lowercased().hasPrefix(text.lowercased()) }
        if found.count == 1, let only = found.first { return only.text }
        if isFree { return text }
        if found.count > 1 { throw .ambiguous(text, among: found.map(\.text)) }
        throw .notAChoice(text, of: parameter.name, among: choices.map(\.text))
    }
}
