import Agent
import Documents
import Logging
import Platform
import PowerCuts
import Releases
import Servicing
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// A technician with a laptop at the service port of a simulated machine.
struct ServiceVisitor {
    static let technician = Role("technician") ?? .software

    /// An authority for service and somebody it certified, made once.
    final class Staff: Sendable {
        static let shared = Result { try Staff() }
        let folder: TemporaryFolder
        private let authority: Authority

        init() throws {
            folder = try TemporaryFolder()
            authority = Authority(folder: folder.path, storage: Storage())
            let now = Approvers.time.advanced(by: -86400)
            try authority.create(
                roles: [ServiceVisitor.technician], for: .service, organization: "Test", keys: .p256, now: now)
            for name in ["Weber", "Novak"] {
                _ = try authority.issue(
                    role: ServiceVisitor.technician, person: name, keys: .p256, days: 30, now: now)
            }
        }

        func signer(_ name: String) throws -> GrantSigner {
            let place = folder.path.appending(ServiceVisitor.technician.name)
            return GrantSigner(
                try ContentSigner.read(
                    certificate: place.appending("\(name).pem"), key: place.appending("\(name).key").string,
                    storage: Storage()))
        }

        /// What `changes` say goes into the table before its roles.
        func policy(_ changes: String = "", tables: String = "") throws -> ServicePolicy {
            let text =
                String(decoding: try folder.read("service.toml"), as: UTF8.self)
                .replacing("[service]\n", with: "[service]\n\(changes)\n") + tables
            var fields = try Fields(try TOML.read(text))
            return try ServicePolicy.read(try fields.fields("service"), folder: folder.path, storage: Storage())
        }
    }

    let sessions: ServiceSessions
    let session: String
    let caller: String
    private let name: String

    init(
        _ sessions: ServiceSessions, as name: String = "weber", port: String = "ttyS1", caller: String = ":1.7"
    ) async throws {
        self.sessions = sessions
        self.name = name
        self.caller = caller
        session = try #require(try await sessions.begin(port: port, caller: caller)["session"]?.string)
    }

    @discardableResult
    func ask(_ request: JSON, stream: OpenFile? = nil) async throws -> JSON {
        try await sessions.perform(request.canonicalBytes, in: session, caller: caller, stream: stream)
    }

    /// The code that a request is refused with; nil where it is carried out.
    func refusal(_ request: JSON, stream: OpenFile? = nil) async -> String? {
        do {
            try await ask(request, stream: stream)
            return nil
        } catch {
            return FaultReport(describing: error).code.description
        }
    }

    /// The text of a grant that answers a new challenge.
    func grant(_ rights: ServiceRights = .all, bundle: Digest? = nil) async throws -> String {
        let answer = try await ask(["command": "challenge"])
        let challenge = try Challenge(text: try #require(answer["challenge"]?.string))
        let terms = try #require(
            GrantTerms(
                challenge: challenge, rights: rights, bundle: bundle, notBefore: SimulatedMachine.time,
                until: SimulatedMachine.time.advanced(by: 3600)))
        return try Staff.shared.get().signer(name).grant(terms, with: .person).text()
    }

    @discardableResult
    func logIn(_ rights: ServiceRights = .all, bundle: Digest? = nil) async throws -> JSON {
        try await ask(["command": "login", "grant": .string(try await grant(rights, bundle: bundle))])
    }
}

extension RunningAgent {
    /// The agent's service ports; end with `stop(_:)` before the agent is stopped.
    func serve(_ changes: String = "", tables: String = "") async throws -> ServiceSessions {
        try await serve(try ServiceVisitor.Staff.shared.get().policy(changes, tables: tables))
    }

    /// A simulated machine has just booted, however long this one has been up.
    private static let start = monotonicNanoseconds()
    private static let uptime: @Sendable () -> UInt64 = {
        let began = start
        return monotonicNanoseconds() - began
    }

    func serve(_ policy: ServicePolicy) async throws -> ServiceSessions {
        await ServiceSessions(
            agent: try alive, policy: policy, surroundings: ServiceSessions.Surroundings(uptime: Self.uptime),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
