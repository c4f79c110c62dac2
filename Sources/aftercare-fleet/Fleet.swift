import ArgumentParser
import Commands
import Vocabulary

/// What a manufacturer does with releases and a technician with challenges, and the virtual devices to try it on.
@main
struct Fleet: Program {
    static let name = "aftercare-fleet"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Builds, approves and tries releases for devices that run aftercare.",
        discussion: """
            Exit status: 0 done, 1 failed, 2 wrong usage, 3 refused, 4 busy.
            """,
        version: ProgramVersion.text,
        subcommands: [
            PKICommand.self, ChangeCommand.self, RulesCommand.self, BundleCommand.self, DocumentCommand.self,
            DeviceCommand.self, GrantCommand.self, SendCommand.self, ServiceRequestCommand.self,
            LedgerWitnessCommand.self,
        ])
}
