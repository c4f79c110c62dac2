import Documents
import Ledger
import Logging
import Platform
import Servicing
import Trust
import Vocabulary

// Who is there: a challenge answered by a grant, or an emergency that is never silent.
extension ServiceSessions {
    /// What is shown before anybody is logged in.
    func greeting(_ session: ServiceSession) async -> JSON {
        let passport = await agent.passport()
        return .members([
            "session": .string(session.id), "device": passport["device"], "name": passport["name"],
            "product": passport["product"], "hardware": passport["hardware"], "version": passport["version"],
            "slotSet": passport["slotSet"], "observe": .bool(policy.observesWithoutGrant),
            "emergency": .bool(policy.emergency != nil), "idleSeconds": .integer(policy.idleSeconds),
            "lockedSeconds": .integer(access.lockedSeconds(at: await moment())),
            "serial": surroundings.serialRate.map { .number($0) },
            "visit": visit.map {
                [
                    "id": .string($0.id), "person": .string($0.person?.person ?? ""),
                    "since": .string($0.opened.description),
                ]
            },
        ])
    }

    func challenge(_ id: String) async throws -> JSON {
        let port = try session(id).port
        let moment = await moment()
        let locked = access.lockedSeconds(at: moment)
        guard locked == 0 else { throw ServiceError.lockedOut(seconds: locked) }
        guard policy.hasRoles else { throw ServiceError.noService }
        let challenge = try Challenge(device: await agent.deviceID())
        try await follow(.asked(challenge, port: port), at: moment)
        return ["challenge": .string(challenge.description), "validSeconds": .integer(policy.challengeSeconds)]
    }

    func logIn(_ text: String, in id: String) async throws -> JSON {
        let port = try session(id).port
        let moment = await moment()
        let verified: VerifiedGrant
        switch judge(text, from: port, at: moment, time: await agent.trustedTime()) {
        case .success(let grant): verified = grant
        case .failure(let error):
            if error.countsAsAttempt { await countRefusal(at: moment, port: port) }
            throw error
        }
        // A challenge is spent before anything is done with its answer.
        try await follow(.accepted(port: port), at: moment)
        await remember(verified.certificate)
        let now = await agent.now()
        let person = ServiceSession.Person(
            name: verified.person, role: verified.role.name, rights: verified.rights, manifest: verified.bundle,
            ends: surroundings.uptime() + UInt64(max(0, verified.secondsLeft)) * 1_000_000_000,
            until: verified.until, isEmergency: false)
        return try await enter(
            person, Individual(verified, since: now), in: id,
            [
                "keyID": .string(verified.certificate.keyID.hex), "serial": .string(verified.certificate.serialText),
                "bundle": verified.bundle.map { .string($0.hex) } ?? .null,
                "warnings": .strings(verified.warnings.map(\.description)),
            ])
    }

    private func judge(
        _ text: String, from port: String, at moment: BootMoment, time: TrustedTime
    ) -> Result<VerifiedGrant, ServiceError> {
        Result { () throws(ServiceError) in
            let grant = try Grant(text: text)
            let challenge = try access.challenge(answeredBy: grant, port: port, at: moment, policy: policy)
            return try GrantVerifier(policy: policy, remembered: people).verify(grant, answering: challenge, at: time)
        }
    }

    /// Whoever got in once needs no certificate in later grants, so that these can be typed.
    private func remember(_ certificate: Certificate) async {
        guard !people.contains(certificate) else { return }
        people = Array((people + [certificate]).suffix(Self.rememberedPeople))
        await agent.keep(people: people)
    }

    func logInByEmergency(_ name: String, reason: String, device: String, in id: String) async throws -> JSON {
        let session = try session(id)
        let (moment, now) = (await moment(), await agent.now())
        let emergency = try access.emergency(at: now, policy: policy)
        guard device == (await agent.deviceID()) else { throw ServiceError.emergencyMistyped(device) }
        let (person, reason) = (name.printable(limit: 128), reason.printable(limit: 1000))
        try await follow(.emergency(now), at: moment)
        await agent.raiseAlarm(
            "somebody takes emergency access", ["port": session.port, "person": person, "reason": reason])
        await agent.record([
            LedgerEvent(
                .emergencyStarted,
                [
                    "session": .string(id), "port": .string(session.port), "person": .string(person),
                    "reason": .string(reason), "rights": .strings(emergency.rights.names),
                    "delaySeconds": .integer(emergency.delaySeconds),
                ])
        ])
        try await Task.sleep(for: .seconds(emergency.delaySeconds))
        let seconds = min(policy.longestSeconds, 3600)
        return try await enter(
            ServiceSession.Person(
                name: person, role: "emergency", rights: emergency.rights, manifest: nil,
                ends: surroundings.uptime() + UInt64(seconds) * 1_000_000_000, until: now.advanced(by: seconds),
                isEmergency: true),
            Individual(emergency: reason, person: person, since: now), in: id, ["emergency": true])
    }

    private func enter(
        _ person: ServiceSession.Person, _ individual: Individual, in id: String, _ details: [String: JSON]
    ) async throws -> JSON {
        _ = try session(id)
        await leavePerson(id, reason: "somebody else logged in")
        set(person, in: id)
        let isNew = visit == nil
        await join(individual)
        let session = try session(id)
        let body = details.merging([
            "session": .string(id), "port": .string(session.port), "person": .string(person.name),
            "role": .string(person.role), "rights": .strings(person.rights.names),
            "until": .string(person.until.description), "visit": .string(visit?.id ?? ""),
        ]) { $1 }
        let login = LedgerEvent(.serviceLogin, .object(body.filter { $0.value != .null }))
        await agent.record(
            isNew ? [LedgerEvent(.serviceStarted, ["visit": .string(visit?.id ?? "")]), login] : [login])
        return try await described(id)
    }

    /// Who is there, how far that reaches, and what the visit did so far.
    func described(_ id: String) async throws -> JSON {
        let session = try session(id)
        let left = session.person.map { ($0.ends - min($0.ends, surroundings.uptime())) / 1_000_000_000 }
        let rights = session.person?.rights ?? (policy.observesWithoutGrant ? ServiceRights([.observe]) : [])
        return .members([
            "port": .string(session.port), "since": .string(session.began.description),
            "person": session.person.map { .string($0.name) }, "role": session.person.map { .string($0.role) },
            "rights": .strings(rights.names), "until": session.person.map { .string($0.until.description) },
            "secondsLeft": left.map { .number($0) }, "emergency": .bool(session.person?.isEmergency == true),
            "bundle": session.person?.manifest.map { .string($0.hex) },
            "visit": session.person == nil ? nil : visit.map { .string($0.id) },
            "performed": session.person == nil ? nil : visit.map { $0.json["events"] ?? .array([]) },
        ])
    }

    private func countRefusal(at moment: BootMoment, port: String) async {
        let before = access.lockouts
        try? await follow(.refused, at: moment)
        guard access.lockouts > before else { return }
        let seconds = access.lockedSeconds(at: moment)
        await agent.raiseAlarm("service ports are locked after too many refused grants", ["port": port])
        await agent.record([
            LedgerEvent(.serviceLocked, ["port": .string(port), "seconds": .integer(seconds)])
        ])
    }

    /// What follows from an event is kept before anybody is answered; it holds also where it could not be kept.
    private func follow(_ event: AccessEvent, at moment: BootMoment) async throws {
        access = access.after(event, at: moment, policy: policy)
        try await agent.keep(access: access)
    }

    private func moment() async -> BootMoment {
        BootMoment(bootID: await agent.bootID, uptime: Int64(surroundings.uptime() / 1_000_000_000))
    }

    /// The session's person goes, and the session stays.
    func logOff(_ id: String, reason: String) async { await leavePerson(id, reason: reason) }

    private func leavePerson(_ id: String, reason: String) async {
        guard let session = try? session(id), let person = session.person else { return }
        set(nil, in: id)
        let body: JSON = [
            "session": .string(id), "port": .string(session.port), "person": .string(person.name),
            "reason": .string(reason),
        ]
        var events = [LedgerEvent(.serviceLogout, body)]
        if person.isEmergency { events.append(LedgerEvent(.emergencyEnded, body)) }
        await agent.record(events)
    }

    /// Ends a session; its visit stays open for whoever comes back.
    func close(_ id: String, reason: String) async {
        await leavePerson(id, reason: reason)
        forget(id)
    }
}

extension ServicePolicy {
    /// Whether there is anything that anybody could do at a service port.
    var isServed: Bool { hasRoles || observesWithoutGrant || emergency != nil }
}
