package import ArgumentParser
import Glibc
import Vocabulary

/// A program of commands: it runs the command that its arguments name, and its exit status says how that went.
package protocol Program: AsyncParsableCommand {
    /// What it is called by, and what its complaints begin with.
    static var name: String { get }
}

extension Program {
    /// Ends with 0 when the command is done, else with the status of its fault's kind (`FaultKind`).
    package static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let fault as any Fault {
            Terminal.complain(fault, by: name)
            Glibc.exit(fault.kind.exitStatus)
        } catch let code as ExitCode {
            Glibc.exit(code.rawValue)
        } catch {
            // ArgumentParser's own: help and version end with 0, everything else is wrong usage.
            let isClean = exitCode(for: error) == .success
            let text = fullMessage(for: error)
            Terminal.write(text.hasSuffix("\n") ? text : text + "\n", to: isClean ? .output : .messages)
            Glibc.exit(isClean ? 0 : FaultKind.usage.exitStatus)
        }
    }
}
