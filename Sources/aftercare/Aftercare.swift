import ArgumentParser
import Commands
import Vocabulary

/// The maintenance agent of a medical device: the daemon, and the commands that talk to it.
@main
struct Aftercare: Program {
    static let name = "aftercare"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Maintains a medical device: installs signed releases, proves them, goes back if they fail.",
        discussion: """
            A release travels in a bundle. 'install' checks its signatures and its change record, writes it into the slot \
            set that does not run, reads it back, and restarts into it for a trial. Only if the self-tests of the new \
            system pass does it stay; otherwise the device goes back by itself. Every step is written into the ledger.

            Exit status: 0 done, 1 failed, 2 wrong usage, 3 refused, 4 the device is in use or busy, 5 the daemon cannot be \
            reached.
            """,
        version: ProgramVersion.text,
        subcommands: [
            Status.self, HealthCommand.self, Slots.self, Install.self, Activate.self, Commit.self, Rollback.self,
            Cancel.self, SelfTest.self, Verify.self, Inspect.self, Explain.self, Apply.self, Acknowledge.self,
            BaselineCommand.self, RulesCommand.self, History.self, LedgerCommand.self,
            PassportCommand.self, IntegrityCommand.self, ConfigCommand.self,
            HardwareCommand.self, HeartbeatCommand.self, EgressCommand.self, TelemetryTableCommand.self,
            NetworkCommand.self, StickCommand.self, ConsoleCommand.self, DaemonCommand.self,
        ])
}
