import ArgumentParser
import ChangeControl
import Commands
import Documents
import Vocabulary

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what a gate asks, which clause it supports evidence for, and what to do where it says no.",
        discussion: "'aftercare explain G5' explains one gate; without a gate all fourteen are listed.")

    @Argument(help: "The gate: G1 to G14.")
    var gate: String?
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard let gate else {
            output.print(["gates": .array(Gate.allCases.map(\.json))]) {
                Terminal.table(Gate.allCases.map { [$0.name, $0.title, $0.clause] })
            }
            return
        }
        guard let gate = Gate(name: gate) else {
            throw ValidationError("'\(gate.printable(limit: 16))' is no gate: there are G1 to G\(Gate.allCases.count)")
        }
        output.print(gate.json) { gate.text }
    }
}

extension Gate {
    fileprivate var text: String {
        """
        \(name): \(title)

        \(Self.filled(explanation, columns: 80))
        Supports evidence for: \(clause)
        Asked again before the restart: \(isAskedAtActivation ? "yes" : "no")

        """
    }

    private static func filled(_ text: String, columns: Int) -> String {
        var lines = [""]
        for word in text.split(whereSeparator: \.isWhitespace) {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if line.count + 1 + word.count <= columns {
                lines[lines.count - 1] = "\(line) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines.map { "\($0)\n" }.joined()
    }
}
