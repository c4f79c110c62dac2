import ArgumentParser
import Glibc
import Vocabulary

/// What a manufacturer does with releases, and the virtual devices to try it on.
@main
struct Fleet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aftercare-fleet",
        abstract: "Builds, approves and tries releases for devices that run aftercare.",
        discussion: """
            Exit status: 0 done, 1 failed, 2 wrong usage, 3 refused, 4 busy.
            """,
        version: ProgramVersion.text,
        subcommands: [PKICommand.self, BundleCommand.self, DeviceCommand.self])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let fault as any Fault {
            Output.complain(fault)
            Glibc.exit(fault.kind.exitStatus)
        } catch let code as ExitCode {
            Glibc.exit(code.rawValue)
        } catch {
            // ArgumentParser's own: help and version end with 0, everything else is wrong usage.
            let isClean = exitCode(for: error) == .success
            Output.write(fullMessage(for: error) + "\n", to: isClean ? STDOUT_FILENO : STDERR_FILENO)
            Glibc.exit(isClean ? 0 : FaultKind.usage.exitStatus)
        }
    }
}
