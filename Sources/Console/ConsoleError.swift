package import Vocabulary

/// Why the console did not take what was typed, or could not show what came back.
package enum ConsoleError: Fault, Equatable {
    case lineTooLong(limit: Int)
    case unknownCommand(String)
    case ambiguous(String, among: [String])
    case missing(String, of: String)
    case unexpected(String, after: String)
    case notAChoice(String, of: String, among: [String])
    case openQuote
    case pasteDiscarded(bytes: Int)
    case notConfirmed(String)
    case badAnswer(String, reason: String)
    case recordIncomplete([String])
    case grantTooLong(limit: Int)
    case noTransfer(String, reason: String)
    case updateEnded(String)

    package var code: FaultCode {
        switch self {
        case .lineTooLong: FaultCode(3601)
        case .unknownCommand: FaultCode(3602)
        case .ambiguous: FaultCode(3603)
        case .missing: FaultCode(3604)
        case .unexpected: FaultCode(3605)
        case .notAChoice: FaultCode(3606)
        case .openQuote: FaultCode(3607)
        case .pasteDiscarded: FaultCode(3608)
        case .notConfirmed: FaultCode(3609)
        case .badAnswer: FaultCode(3610)
        case .recordIncomplete: FaultCode(3611)
        case .grantTooLong: FaultCode(3612)
        case .noTransfer: FaultCode(3613)
        case .updateEnded: FaultCode(3614)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .notConfirmed, .recordIncomplete: .refused
        case .badAnswer, .noTransfer, .updateEnded: .failed
        default: .usage
        }
    }

    package var description: String {
        switch self {
        case .lineTooLong(let limit): "the line is longer than \(limit) characters and was not taken"
        case .unknownCommand(let word): "there is no command '\(word)'"
        case .ambiguous(let word, let names): "'\(word)' can be \(Self.list(names))"
        case .missing(let what, let command): "'\(command)' needs \(what)"
        case .unexpected(let word, let command): "'\(command)' takes nothing more, not '\(word)'"
        case .notAChoice(let word, let what, let choices):
            "'\(word)' is no \(what)\(choices.isEmpty ? "" : ": it is one of \(choices.joined(separator: ", "))")"
        case .openQuote: "a quotation mark is not closed"
        case .pasteDiscarded(let bytes): "what was pasted holds no commands: its last \(bytes) bytes were discarded"
        case .notConfirmed(let what): "\(what) was not confirmed"
        case .badAnswer(let command, let reason): "the device's answer to '\(command)' cannot be read: \(reason)"
        case .recordIncomplete(let missing): "the service record lacks \(missing.joined(separator: ", "))"
        case .grantTooLong(let limit): "a grant has at most \(limit) characters, this was longer"
        case .noTransfer(let what, let reason): "\(what) was not transferred: \(reason)"
        case .updateEnded(let outcome): "the update was \(outcome)"
        }
    }

    package var advice: String {
        switch self {
        case .unknownCommand, .unexpected: "Type ? to see what can be typed here."
        case .ambiguous: "Type more letters."
        case .missing, .notAChoice: "Type the command and ? to see what it takes."
        case .openQuote: "Close it, or leave it out where the text is the last on the line."
        case .pasteDiscarded: "Paste one command at a time, or a grant after 'login'."
        case .notConfirmed: "Nothing was changed. Type the whole word yes to go on."
        case .recordIncomplete: "Type logout again and answer each question."
        case .badAnswer: "Note the number and report it; the device itself goes on."
        case .noTransfer: "Check the cable and the sending program, and try again; what has come is kept."
        case .updateEnded: "Begin it again; what has come is kept."
        case .lineTooLong, .grantTooLong: ""
        }
    }

    private static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}
