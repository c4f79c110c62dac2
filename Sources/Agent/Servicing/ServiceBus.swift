import Documents
package import Platform
import SystemPackage
import Vocabulary

/// Service sessions on D-Bus: `org.aftercare.Service1` (docs/service-interface.md).
package struct ServiceBus: Sendable {
    package static let endpoint = BusEndpoint(
        "org.aftercare.Aftercare1", path: "/org/aftercare/Service1", interface: "org.aftercare.Service1")
    private static let requestLimit = 64 << 10

    private let sessions: ServiceSessions
    private let connection: BusConnection
    private let storage: Storage

    package init(sessions: ServiceSessions, connection: BusConnection, storage: Storage) {
        self.sessions = sessions
        self.connection = connection
        self.storage = storage
    }

    package func start() async throws { try await connection.serve(object) }

    /// Ends the sessions of programs that left the bus without a word, until the connection is closed.
    package func watch() async {
        let match = BusMatch(
            sender: "org.freedesktop.DBus", interface: "org.freedesktop.DBus", member: "NameOwnerChanged")
        guard let changes = try? await connection.signals(match) else { return }
        for await change in changes {
            let words = change.arguments.map { String(bus: $0) ?? "" }
            guard words.count == 3, words[2].isEmpty else { continue }
            await sessions.leave(caller: words[0])
        }
    }

    private var object: BusObject {
        BusObject(
            path: Self.endpoint.path, interface: Self.endpoint.interface,
            methods: [
                BusMethod("Begin", [BusArgument("port", .string)], returns: [BusArgument("json", .string)]) {
                    call throws(BusFault) in
                    let port: String = try call.read(0)
                    return [
                        .string(
                            try await faults { try await sessions.begin(port: port, caller: call.sender) }.canonicalText
                        )
                    ]
                },
                BusMethod(
                    "Perform", [BusArgument("session", .string), BusArgument("request", .string)],
                    returns: [BusArgument("answer", .string)]
                ) { call throws(BusFault) in try await perform(call, stream: nil) },
                BusMethod(
                    "PerformStream",
                    [
                        BusArgument("session", .string), BusArgument("request", .string),
                        BusArgument("stream", .descriptor),
                    ], returns: [BusArgument("answer", .string)]
                ) { call throws(BusFault) in try await perform(call, stream: call.file(2, named: "stream", in: storage))
                },
                BusMethod("End", [BusArgument("session", .string), BusArgument("reason", .string)]) {
                    call throws(BusFault) in
                    let (session, reason): (String, String) = (try call.read(0), try call.read(1))
                    await sessions.end(session, caller: call.sender, reason: reason)
                    return []
                },
            ])
    }

    private func perform(_ call: BusCall, stream: OpenFile?) async throws(BusFault) -> [BusValue] {
        let (session, text): (String, String) = (try call.read(0), try call.read(1))
        return [
            .string(
                try await faults {
                    try await sessions.perform(
                        Array(text.utf8.prefix(Self.requestLimit + 1)), in: session, caller: call.sender, stream: stream
                    )
                }.canonicalText)
        ]
    }
}
