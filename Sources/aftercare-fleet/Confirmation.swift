import Commands
import Releases
import Vocabulary

/// Shows somebody what they are about to sign, and has them say so.
enum Confirmation {
    /// Ends with a refusal unless a person at a terminal has typed `wanted`.
    static func ask(_ page: String, for wanted: String, question: String) throws {
        guard Terminal.canAsk else { throw ApprovalError.nobodyToAsk }
        Terminal.page(page)
        let answer = Terminal.ask("\(question), type '\(wanted)': ")
        guard answer == wanted else { throw ApprovalError.notConfirmed(wanted: wanted) }
    }
}
