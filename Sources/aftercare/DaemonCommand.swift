import Agent
import ArgumentParser
import Commands
import Glibc
import Logging
import Platform

struct DaemonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon", abstract: "Run the agent; the service manager does this.",
        discussion: """
            Reads the configuration, goes on with whatever was under way, serves org.aftercare.Aftercare1 on the system \
            bus and feeds the service manager's watchdog. Ends on SIGTERM; an installation is then gone on with at the next \
            start.
            """)

    @OptionGroup var place: ConfigurationOptions

    func run() async throws {
        // A client that goes away while it is written to must not end the agent.
        signal(SIGPIPE, SIG_IGN)
        let storage = Storage()
        let configuration = try Configuration.read(place.path, storage: storage)
        let journal = Journal(identifier: "aftercare", environment: Environment.all)
        let log = Logger(label: "aftercare") { journal.handler(label: $0) }
        let daemon = Daemon(
            configuration: configuration, storage: storage, clock: SystemClock(),
            manager: ServiceManager(environment: Environment.all), log: log)
        try await daemon.run()
    }
}
