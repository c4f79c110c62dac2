import BootControl
import Bundles
import Documents
import Health
import Ledger
import Platform
import Servicing
import SystemPackage
import Transfers
import Vocabulary

// What each request has the agent do.
extension ServiceSessions {
    func carryOut(
        _ request: ServiceRequest, as command: ServiceCommand, in id: String, stream: consuming OpenFile?
    ) async throws -> JSON {
        switch request {
        case .challenge: return try await challenge(id)
        case .login(let grant): return try await logIn(grant, in: id)
        case .emergency(let person, let reason, let device):
            return try await logInByEmergency(person, reason: reason, device: device, in: id)
        case .session: return try await described(id)
        case .draft: return try await draft(id)
        case .logout(let closing): return try await logOut(closing, of: id)
        case .status: return await agent.status()
        case .slots: return await agent.slots()
        case .changes: return await agent.changes()
        case .rules: return await agent.documents()
        case .passport: return ["passport": await agent.passport()]
        case .health: return try await health()
        case .network: return try await network()
        case .history(let limit): return ["updates": try await agent.history(limit: limit)]
        case .ledger(let limit, let before): return try await ledger(limit, before, for: id)
        case .tests: return try await agent.declaredTests()
        case .test(let test, let answer): return try await run(test, answer, in: id)
        case .update(let order): return try await update(order, stream, in: id)
        case .stick: return try await stickReleases(for: id)
        case .cancel, .acknowledge, .activate, .commit, .rollback: return try await change(request, as: command, in: id)
        case .incidentPrompts: return incidentPrompts
        case .incident(let answers): return try await report(answers, in: id)
        case .holds: return ["holds": await agent.holds()]
        case .hold(let what, let reason): return try await hold(what, reason, in: id)
        case .release(let hold, let reason):
            try await agent.releaseHold(hold, reason: reason, by: try session(id).actor)
            await did(command, in: id, ["hold": .string(hold)])
            return [:]
        case .export(let what): return try await export(what, to: stream, in: id)
        }
    }

    private func health() async throws -> JSON {
        guard let health = surroundings.health else { throw AgentError.noBoard }
        return await health.snapshot().adding(agent.configurationFindings()).json
    }

    private func network() async throws -> JSON {
        guard let diagnosis = surroundings.diagnosis else {
            throw ServiceSessionError.nothingThere("network to look at")
        }
        return ["steps": .array(await diagnosis())]
    }

    /// Reading the record is an entry of the record (MDS2 AUDT).
    private func ledger(_ limit: Int64, _ before: Int64?, for id: String) async throws -> JSON {
        let entries = try await agent.newestEntries(limit: Int(limit), before: before.map { UInt64($0) })
        await agent.record([
            LedgerEvent(.recordRead, ["session": .string(id), "actor": .string(try session(id).actor)])
        ])
        return ["entries": .array(entries)]
    }

    private func change(_ request: ServiceRequest, as command: ServiceCommand, in id: String) async throws -> JSON {
        let actor = try session(id).actor
        // Before it is done: the device may restart at any moment after.
        await did(command, in: id)
        switch request {
        case .cancel: try await agent.cancel(requestedBy: actor)
        case .acknowledge(let subject, let person, let role):
            try await agent.acknowledge(subject, person: person ?? actor, role: role, requestedBy: actor)
        case .activate: try await agent.activate(requestedBy: actor)
        case .commit: try await agent.commitNow(requestedBy: actor)
        case .rollback(let reason): try await agent.rollBack(reason: reason, requestedBy: actor)
        default: break
        }
        return [:]
    }

    private func hold(_ what: String, _ reason: String, in id: String) async throws -> JSON {
        guard let subject = Hold.Subject(what) else { throw ServiceSessionError.unknownSubject(what) }
        let hold = try await agent.placeHold(subject, reason: reason, by: try session(id).actor)
        await did(.hold, in: id, ["what": .string(what), "hold": .string(hold)])
        return ["hold": .string(hold)]
    }

    private func run(_ test: String, _ answer: Bool?, in id: String) async throws -> JSON {
        let result = try await agent.runTest(test, answer: answer, by: try session(id).actor)
        await tested(result, in: id)
        return ["result": result]
    }
}

// Releases, from wherever they come.
extension ServiceSessions {
    private func update(
        _ order: ServiceRequest.UpdateOrder, _ stream: consuming OpenFile?, in id: String
    ) async throws -> JSON {
        let session = try session(id)
        let (source, bytes) = try await open(order, stream, for: session)
        if order.isCheck { return try await agent.check(source, stream: bytes) }
        let update = try await agent.offer(
            source, stream: bytes, activatesByItself: order.activates, requestedBy: session.actor,
            boundTo: session.person?.manifest)
        await did(.update, in: id, ["update": .string(update), "source": .string(source.text)])
        return ["update": .string(update)]
    }

    private func open(
        _ order: ServiceRequest.UpdateOrder, _ stream: consuming OpenFile?, for session: ServiceSession
    ) async throws -> (UpdateSource, (any ByteSource)?) {
        let name = (order.name ?? "").printable(limit: 128)
        switch order.source {
        case "line":
            guard let stream else { throw ServiceSessionError.streamExpected(command: "update line") }
            return (.carried("line:\(name)"), try RangeSource(stream))
        case "zmodem":
            guard let stream else { throw ServiceSessionError.streamExpected(command: "update zmodem") }
            return (.carried("zmodem:\(name)"), try FileSource(stream))
        case "stick":
            guard let stick = surroundings.stick else { throw ServiceSessionError.noStick }
            let file = try await stick.open(order.name)
            await attached(session.id)
            return (.carried("stick:\(name)"), try FileSource(file))
        default:
            if case .url = UpdateSource(text: order.source) { return (UpdateSource(text: order.source), nil) }
            let path = try share(order.source)
            return (.file(path.string), try FileSource.open(path, in: agent.storage))
        }
    }

    /// A path as it is once links are followed, if it lies below a share.
    private func share(_ text: String) throws -> FilePath {
        let path = FileIdentity.resolve(FilePath(text))
        for share in policy.shares where path.starts(with: FileIdentity.resolve(share)) && path != share { return path }
        throw ServiceSessionError.unknownShare(text.printable(limit: 256))
    }

    private func stickReleases(for id: String) async throws -> JSON {
        guard let stick = surroundings.stick else { throw ServiceSessionError.noStick }
        let releases = try await stick.releases()
        await attached(id)
        return ["releases": .array(releases.map(\.json))]
    }

    /// A stick that was looked into is an event of its own.
    private func attached(_ id: String) async {
        await agent.record([
            LedgerEvent(.mediumAttached, ["session": .string(id), "medium": "stick"]),
            LedgerEvent(.mediumDetached, ["session": .string(id), "medium": "stick"]),
        ])
    }
}
