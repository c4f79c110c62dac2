package import Documents
import Ledger
package import Logging
package import Platform
package import Servicing
import Vocabulary

/// Who is at the device's service ports, what they may do, and what they did.
///
/// How it works: consoles and service tools hand every request to `perform`, which decides by the session's rights, has the agent do it,
/// and writes down what was refused and what was done. What somebody did belongs to a visit, which lives on over a lost line and a
/// restart of the device until its service record is closed.
package actor ServiceSessions {
    private static let sessionLimit = 8
    private static let refusalLimit = 100
    static let rememberedPeople = 16

    let agent: Agent
    let policy: ServicePolicy
    let surroundings: Surroundings
    private let log: Logger
    private var sessions: [String: ServiceSession] = [:]
    /// The session that changes the device, while it is open.
    private var changer: String?
    var access: Access
    /// The certificates of those who were let in, the newest last; each is judged anew with every grant.
    var people: [Certificate]
    var visit: ServiceVisit?
    private let bell = Bell()
    private var isStopping = false

    /// What sessions reach besides the agent; each can be missing on a device, or another in a test.
    package struct Surroundings: Sendable {
        package let health: HealthWatch?
        package let stick: (any StickReader)?
        /// Looks at the network step by step; takes up to a minute.
        package let diagnosis: (@Sendable () async -> [JSON])?
        /// The rate of the service port that the board's profile names, in baud.
        package let serialRate: Int?
        /// Nanoseconds since the device booted.
        package let uptime: @Sendable () -> UInt64

        package init(
            health: HealthWatch? = nil, stick: (any StickReader)? = nil,
            diagnosis: (@Sendable () async -> [JSON])? = nil, serialRate: Int? = nil,
            uptime: @escaping @Sendable () -> UInt64 = monotonicNanoseconds
        ) {
            self.health = health
            self.stick = stick
            self.diagnosis = diagnosis
            self.serialRate = serialRate
            self.uptime = uptime
        }
    }

    package init(
        agent: Agent, policy: ServicePolicy, surroundings: Surroundings, log: Logger
    ) async {
        self.agent = agent
        self.policy = policy
        self.surroundings = surroundings
        self.log = log
        access = await agent.keptAccess()
        people = await agent.keptPeople()
        visit = await agent.keptVisit()
    }

    /// Ends sessions that nobody uses and closes visits that nobody came back to, until `stop()`.
    package func run() async {
        while !isStopping {
            await expire()
            await bell.wait(atMost: nextLook())
        }
        for id in sessions.keys.sorted() { await close(id, reason: "the agent stopped") }
    }

    package func stop() {
        isStopping = true
        bell.ring()
    }

    package func begin(port: String, caller: String) async throws -> JSON {
        guard policy.isServed else { throw await refused(ServiceError.noService, port: port) }
        for old in sessions.values where old.port == port { await close(old.id, reason: "another began on its port") }
        guard sessions.count < Self.sessionLimit else {
            throw await refused(ServiceSessionError.tooManySessions(sessions.count), port: port)
        }
        let session = ServiceSession(
            id: newIdentifier(), port: port.printable(limit: 64), caller: caller, began: await agent.now(),
            at: surroundings.uptime())
        sessions[session.id] = session
        bell.ring()
        return await greeting(session)
    }

    /// Carries out one request; what is refused leaves one entry (a flood: `RefusalGauge`), and too much of it ends the session.
    package func perform(
        _ bytes: [UInt8], in id: String, caller: String, stream: consuming OpenFile?
    ) async throws -> JSON {
        guard let session = sessions[id] else { throw ServiceSessionError.noSession }
        guard session.caller == caller else { throw await refused(ServiceSessionError.notYours, port: session.port) }
        touch(id, running: 1)
        defer { touch(id, running: -1) }
        var word = ""
        do {
            let value = try JSONReader.read(bytes, limit: ServiceRequest.sizeLimit)
            word = value["command"]?.string ?? ""
            guard let command = ServiceRequest.command(of: value) else {
                throw ServiceSessionError.unknownCommand(word.printable(limit: 32))
            }
            try allow(command, in: session)
            let request = try ServiceRequest(value, as: command)
            return try await carryOut(request, as: command, in: id, stream: stream)
        } catch {
            throw await refuse(error, word, in: id)
        }
    }

    /// Ends a session whose person said nothing more.
    package func end(_ id: String, caller: String, reason: String) async {
        guard sessions[id]?.caller == caller else { return }
        await close(id, reason: reason.printable(limit: 200))
    }

    /// Ends the sessions of a program that is gone.
    package func leave(caller: String) async {
        for session in sessions.values where session.caller == caller {
            await close(session.id, reason: "the console ended")
        }
    }

    /// What one may do in a session, whether somebody is logged in or not.
    private func allow(_ command: ServiceCommand, in session: ServiceSession) throws {
        guard let right = command.right else { return }
        let rights = session.person?.rights ?? (policy.observesWithoutGrant ? ServiceRights([.observe]) : [])
        guard rights.contains(right) else {
            throw session.person == nil ? ServiceError.notLoggedIn(command) : .notAllowed(command, right)
        }
        guard command.changesDevice else { return }
        if let changer, changer != session.id, let other = sessions[changer] {
            throw ServiceError.otherSession(other.port)
        }
        changer = session.id
    }

    private func refuse(_ error: any Error, _ command: String, in id: String) async -> FaultReport {
        let fault = FaultReport(describing: error)
        guard var session = sessions[id] else { return fault }
        session.refusals += 1
        sessions[id] = session
        let event = LedgerEvent(
            .serviceRefused,
            [
                "session": .string(id), "port": .string(session.port), "actor": .string(session.actor),
                "command": .string(command.printable(limit: 32)), "fault": fault.json,
            ])
        // Refused grants are bounded by the lock-out, and none of them may hide behind a flood of something else.
        if (error as? ServiceError)?.countsAsAttempt == true {
            await agent.record([event])
        } else {
            await agent.record(refusal: event, fault.code, at: .service)
        }
        log.notice("a service request was refused", metadata: ["command": "\(command)", "code": "\(fault.code)"])
        if session.refusals >= Self.refusalLimit {
            await close(id, reason: ServiceSessionError.tooManyRefusals(session.refusals).description)
        }
        return fault
    }

    private func refused(_ error: any Fault, port: String) async -> FaultReport {
        let fault = FaultReport(error)
        await agent.record(
            refusal: LedgerEvent(
                .serviceRefused, ["port": .string(port.printable(limit: 64)), "fault": fault.json]),
            fault.code, at: .service)
        return fault
    }
}

// Sessions as the other parts of this actor see them.
extension ServiceSessions {
    func session(_ id: String) throws(ServiceSessionError) -> ServiceSession {
        guard let session = sessions[id] else { throw .noSession }
        return session
    }

    func person(_ id: String, for command: ServiceCommand) throws(ServiceError) -> ServiceSession.Person {
        guard let person = sessions[id]?.person else { throw .notLoggedIn(command) }
        return person
    }

    /// Whether anybody is logged in on any port.
    var hasPerson: Bool { sessions.values.contains { $0.person != nil } }

    func set(_ person: ServiceSession.Person?, in id: String) {
        sessions[id]?.person = person
        bell.ring()
    }

    func forget(_ id: String) {
        sessions[id] = nil
        if changer == id { changer = nil }
    }

    private func touch(_ id: String, running change: Int) {
        sessions[id]?.lastActivity = surroundings.uptime()
        sessions[id]?.running += change
    }

    /// Logs everybody off who was silent for too long or whose grant has ended.
    private func expire() async {
        let now = surroundings.uptime()
        for session in sessions.values.sorted(by: { $0.id < $1.id }) {
            if let person = session.person, person.ends <= now {
                await close(session.id, reason: "the grant has ended")
            } else if session.running == 0, now >= idleEnd(session) {
                await close(session.id, reason: "nobody said anything for \(policy.idleSeconds) seconds")
            }
        }
        await closeForgottenVisit()
    }

    private func idleEnd(_ session: ServiceSession) -> UInt64 {
        session.lastActivity + UInt64(policy.idleSeconds) * 1_000_000_000
    }

    /// How long nothing can expire; without sessions and visits for ever.
    private func nextLook() -> Duration? {
        let now = surroundings.uptime()
        var moments = sessions.values.map { min($0.person?.ends ?? .max, $0.running > 0 ? .max : idleEnd($0)) }
        if visit != nil { moments.append(now + 60_000_000_000) }
        if sessions.values.contains(where: { $0.running > 0 }) { moments.append(now + 60_000_000_000) }
        return moments.min().map { .nanoseconds(Int64(clamping: $0 > now ? $0 - now : 0) + 1_000_000) }
    }
}
