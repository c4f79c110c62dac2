import Vocabulary

/// One word that a person can type at the beginning of a line, and what it does.
struct ConsoleCommand: Sendable {
    let name: String
    /// One clause, for the list of commands.
    let summary: String
    /// What `help NAME` adds, each a paragraph.
    var details: [String] = []
    var parameters: [Parameter] = []
    /// Carries it out, with its arguments in full: abbreviations are gone.
    let run: @Sendable (isolated ConsoleSession, [String]) async throws(CommandEnd) -> Void

    /// What may come after a command's name.
    struct Parameter: Sendable {
        let name: String
        let about: String
        var choices = Choices.free
        var isOptional = false
        /// Whether it is the rest of the line, spaces and all.
        var isRest = false
    }

    enum Choices: Sendable {
        /// Any text.
        case free
        /// One of these, which may be abbreviated.
        case words([Word])
        /// One of these, or any other text.
        case wordsOrFree([Word])
        /// An id that the device names.
        case tests, holds
    }

    /// A word with its meaning.
    struct Word: Sendable, Equatable {
        let text: String
        let about: String

        init(_ text: String, _ about: String) {
            self.text = text
            self.about = about
        }
    }

    /// How the command is typed, as `update SOURCE [NAME]`.
    var usage: String {
        ([name] + parameters.map { $0.isOptional ? "[\($0.name)]" : $0.name }).joined(separator: " ")
    }
}

/// Why a command did not come to its end.
enum CommandEnd: Error, Equatable {
    /// It was refused or failed; the session goes on.
    case fault(FaultReport)
    /// The person does not want the rest of it.
    case stopped
    /// The session is over.
    case closed(SessionClosing)

    init(_ fault: some Fault) { self = .fault(FaultReport(fault)) }
}

/// Why a session is over.
enum SessionClosing: Equatable {
    case loggedOut
    /// Somebody who had not logged in went away.
    case left
    case idle
    /// The line hung up, or takes nothing any more.
    case lineLost(String)
}
