import Bundles
import Documents
package import Heartbeats
package import Platform
import SystemPackage
import Vocabulary

/// The agent on D-Bus: `org.aftercare.Aftercare1` (docs/dbus.md).
package struct BusService: Sendable {
    package static let endpoint = BusEndpoint(
        "org.aftercare.Aftercare1", path: "/org/aftercare/Aftercare1", interface: "org.aftercare.Aftercare1")

    let agent: Agent
    let health: HealthWatch?
    let heartbeats: HeartbeatService?
    let integrity: IntegrityWatch?
    private let sessions: ServiceBus?
    private let connection: BusConnection

    package init(
        agent: Agent, health: HealthWatch? = nil, heartbeats: HeartbeatService? = nil,
        integrity: IntegrityWatch? = nil, sessions: ServiceSessions? = nil, connection: BusConnection
    ) {
        self.agent = agent
        self.health = health
        self.heartbeats = heartbeats
        self.integrity = integrity
        self.sessions = sessions.map { ServiceBus(sessions: $0, connection: connection, storage: agent.storage) }
        self.connection = connection
    }

    package func close() async { await connection.close() }

    /// Offers the interface and its name, now or as soon as there is a bus.
    package func start() async throws {
        try await connection.serve(object(await agent.status()))
        try await sessions?.start()
        try await connection.own(Self.endpoint.service)
    }

    /// Ends the service sessions of programs that leave the bus, until it is closed.
    package func watchSessions() async { await sessions?.watch() }

    /// Tells everybody who watches how things stand.
    package func publish() async {
        let status = await agent.status()
        do {
            try await connection.publish(
                Self.properties(status), of: Self.endpoint.interface, at: Self.endpoint.path)
            try await connection.emit(
                "Changed", [.string(status.canonicalText)], of: Self.endpoint.interface, at: Self.endpoint.path)
        } catch {
            // Nobody hears it; whoever asks later gets the same answer.
            return
        }
    }

    private func object(_ status: JSON) -> BusObject {
        BusObject(
            path: Self.endpoint.path, interface: Self.endpoint.interface,
            methods: updateMethods + questionMethods + healthMethods + changeControlMethods
                + evidenceMethods,
            properties: Self.properties(status).map { name, value in BusProperty(name, value) }
                .sorted { $0.name < $1.name },
            signals: [BusSignature("Changed", [BusArgument("status", .string)])])
    }

    private static func properties(_ status: JSON) -> [String: BusValue] {
        let progress = status["progress"]
        return [
            "State": .string(status["state"]?.string ?? ""),
            "Version": .string(status["version"]?.string ?? ""),
            "SlotSet": .string(status["slotSet"]?.string ?? ""),
            "UpdateVersion": .string(status["update"]?["version"]?.string ?? ""),
            "LastOutcome": .string(status["last"]?["outcome"]?.string ?? ""),
            "Phase": .string(progress?["phase"]?.string ?? ""),
            "BytesDone": .uint64(UInt64(clamping: progress?["done"]?.integer ?? 0)),
            "BytesTotal": .uint64(UInt64(clamping: progress?["total"]?.integer ?? 0)),
        ]
    }

    private var updateMethods: [BusMethod] {
        [
            BusMethod(
                "Install", [BusArgument("source", .string), BusArgument("activate", .boolean)],
                returns: [BusArgument("update", .string)]
            ) { call throws(BusFault) in
                [.string(try await install(call, activate: try call.read(1)) { _ throws(BusFault) in nil })]
            },
            BusMethod(
                "InstallStream",
                [
                    BusArgument("source", .string), BusArgument("stream", .descriptor),
                    BusArgument("activate", .boolean),
                ],
                returns: [BusArgument("update", .string)]
            ) { call throws(BusFault) in
                [
                    .string(
                        try await install(call, activate: try call.read(2)) { source throws(BusFault) in
                            try call.bundle(1, named: source, in: agent.storage)
                        })
                ]
            },
            BusMethod("Activate") { call throws(BusFault) in
                try await changing(call) { try await agent.activate(requestedBy: $0) }
                return []
            },
            BusMethod("Commit") { call throws(BusFault) in
                try await changing(call) { try await agent.commitNow(requestedBy: $0) }
                return []
            },
            BusMethod("Cancel") { call throws(BusFault) in
                try await changing(call) { try await agent.cancel(requestedBy: $0) }
                return []
            },
            BusMethod("Rollback", [BusArgument("reason", .string)]) { call throws(BusFault) in
                let reason: String = try call.read(0)
                try await changing(call) { try await agent.rollBack(reason: reason, requestedBy: $0) }
                return []
            },
        ]
    }

    private var questionMethods: [BusMethod] {
        [
            BusMethod("GetStatus", returns: [BusArgument("json", .string)]) { _ throws(BusFault) in
                [.string(await agent.status().canonicalText)]
            },
            BusMethod("GetSlots", returns: [BusArgument("json", .string)]) { _ throws(BusFault) in
                [.string(await agent.slots().canonicalText)]
            },
            BusMethod("GetHistory", [BusArgument("limit", .uint32)], returns: [BusArgument("json", .string)]) {
                call throws(BusFault) in
                let limit: UInt32 = try call.read(0)
                return [.string(try await faults { try await agent.history(limit: Int64(limit)).canonicalText })]
            },
            BusMethod("SelfTest", returns: [BusArgument("json", .string)]) { _ throws(BusFault) in
                [.string(try await faults { try await agent.selfTest().canonicalText })]
            },
            BusMethod(
                "Check", [BusArgument("source", .string), BusArgument("stream", .descriptor)],
                returns: [BusArgument("json", .string)]
            ) { call throws(BusFault) in
                let source: String = try call.read(0)
                let stream = try call.bundle(1, named: source, in: agent.storage)
                return [
                    .string(
                        try await faults {
                            try await agent.check(UpdateSource(text: source), stream: stream).canonicalText
                        })
                ]
            },
        ]
    }

    private func install(
        _ call: BusCall, activate: Bool, from open: @Sendable (String) throws(BusFault) -> FileSource?
    ) async throws(BusFault) -> String {
        let source: String = try call.read(0)
        return try await changing(call) { caller in
            guard source.utf8.count <= 4096 else { throw AgentError.sourceTooLong(bytes: source.utf8.count) }
            return try await agent.offer(
                UpdateSource(text: source), stream: try open(source), activatesByItself: activate, requestedBy: caller)
        }
    }

    /// Answers a call that changes the device by a body that takes who calls; a refusal leaves one entry.
    func changing<Value: Sendable>(
        _ call: BusCall, _ body: (String) async throws -> Value
    ) async throws(BusFault) -> Value {
        let caller = await caller(call)
        do { return try await body(caller) } catch {
            let fault = FaultReport(
                describing: (error as? BusFault).map { BusError.refused(call: call.method, $0) } ?? error)
            await agent.recordRefusal(of: call.method, requestedBy: caller, fault)
            throw BusFault(fault)
        }
    }

    func caller(_ call: BusCall) async -> String {
        do { return "uid \(try await call.credentials().user)" } catch { return "unknown (\(call.sender))" }
    }
}

func faults<Value: Sendable>(_ body: () async throws -> Value) async throws(BusFault) -> Value {
    do { return try await body() } catch { throw BusFault(FaultReport(describing: error)) }
}

extension BusCall {
    func read<Value: BusReadable>(_ index: Int) throws(BusFault) -> Value {
        do { return try arguments.read(index) } catch { throw .invalidArguments(error.description) }
    }

    /// The descriptor that was passed, as a file of ours: the message's own is closed with the message.
    func file(_ index: Int, named name: String, in storage: Storage) throws(BusFault) -> OpenFile {
        guard let descriptor = BusDescriptor.read(arguments[index]) else {
            throw .invalidArguments("a file descriptor is expected")
        }
        do { return try storage.adopt(copyOf: descriptor.number, as: FilePath(name)) } catch { throw BusFault(error) }
    }

    fileprivate func bundle(_ index: Int, named name: String, in storage: Storage) throws(BusFault) -> FileSource {
        let file = try file(index, named: name, in: storage)
        do { return try FileSource(file) } catch { throw BusFault(error) }
    }
}
