import ChangeControl
package import Documents
import Vocabulary

// The persisted form of the lifecycle. A state written by a newer agent must be readable by an older one after a rollback:
// members are only ever added, readers take what they know and ignore the rest.

extension LifecycleState {
    package var json: JSON {
        var members: [String: JSON] = ["state": .string(name)]
        switch self {
        case .idle(let last): members["last"] = last?.json
        case .verifying(let offer): members["offer"] = offer.json
        case .waiting(_, let wait): members.merge(wait.members) { $1 }
        case .restarting(_, let boot), .switching(_, let boot), .testing(_, let boot), .soaking(_, let boot):
            members["boot"] = .string(boot)
        case .rollingBack(_, let cause, let boot):
            members["cause"] = .string(cause.rawValue)
            members["boot"] = .string(boot)
        case .installing, .uploading, .installed, .activated, .committed: break
        }
        members["update"] = update?.json
        return .object(members)
    }

    /// Nil for a value that no agent wrote.
    package init?(_ value: JSON) {
        let update = value["update"].flatMap(Update.init)
        let boot = value["boot"]?.string
        switch (value["state"]?.string, update, boot) {
        case ("idle", _, _): self = .idle(last: value["last"].flatMap(Conclusion.init))
        case ("verifying", _, _):
            guard let offer = value["offer"].flatMap(Offer.init) else { return nil }
            self = .verifying(offer)
        case ("installing", let update?, _): self = .installing(update)
        case ("uploading", let update?, _): self = .uploading(update)
        case ("installed", let update?, _): self = .installed(update)
        case ("waiting", let update?, _):
            self = .waiting(update, Wait(value))
        case ("activated", let update?, _): self = .activated(update)
        case ("restarting", let update?, let boot?): self = .restarting(update, boot: boot)
        case ("switching", let update?, let boot?): self = .switching(update, boot: boot)
        case ("testing", let update?, let boot?): self = .testing(update, boot: boot)
        case ("soaking", let update?, let boot?): self = .soaking(update, boot: boot)
        case ("committed", let update?, _): self = .committed(update)
        case ("rolling-back", let update?, let boot?):
            guard let cause = value["cause"]?.string.flatMap(RollbackCause.init) else { return nil }
            self = .rollingBack(update, cause, boot: boot)
        default: return nil
        }
    }
}

extension Offer {
    package var json: JSON {
        .members([
            "id": .string(id), "source": .string(source.text), "activatesByItself": .bool(activatesByItself),
            "requestedBy": .string(requestedBy), "boundTo": boundTo.map { .string($0.hex) },
        ])
    }

    package init?(_ value: JSON) {
        guard let id = value["id"]?.string, let source = value["source"]?.string,
            case .bool(let activatesByItself)? = value["activatesByItself"],
            let requestedBy = value["requestedBy"]?.string
        else { return nil }
        self.init(
            id: id, source: UpdateSource(text: source), activatesByItself: activatesByItself, requestedBy: requestedBy,
            boundTo: value["boundTo"]?.string.flatMap(Digest.init(hex:)))
    }
}

extension Update {
    package var json: JSON {
        .members([
            "offer": offer.json, "version": .string(version.description), "from": .string(from.description),
            "securityVersion": .integer(securityVersion), "manifestDigest": .string(manifestDigest.hex),
            "target": .string(target.name), "trialDeadline": .integer(trialDeadline),
            "peripherals": peripherals.isEmpty ? nil : .array(peripherals.map(\.json)),
        ])
    }

    package init?(_ value: JSON) {
        guard let offer = value["offer"].flatMap(Offer.init),
            let version = value["version"]?.string.flatMap({ Version($0) }),
            let from = value["from"]?.string.flatMap({ Version($0) }),
            let securityVersion = value["securityVersion"]?.integer,
            let manifestDigest = value["manifestDigest"]?.string.flatMap(Digest.init(hex:)),
            let target = value["target"]?.string.flatMap({ SlotSet($0) }),
            let trialDeadline = value["trialDeadline"]?.integer
        else { return nil }
        self.init(
            offer: offer, version: version, from: from, securityVersion: securityVersion,
            manifestDigest: manifestDigest, target: target, trialDeadline: trialDeadline,
            peripherals: value["peripherals"]?.array?.compactMap(PeripheralChange.init) ?? [])
    }
}

extension PeripheralChange {
    package var json: JSON {
        .members(["peripheral": .string(peripheral), "before": before?.json, "after": after?.json])
    }

    package init?(_ value: JSON) {
        guard let peripheral = value["peripheral"]?.string else { return nil }
        self.init(
            peripheral: peripheral, before: value["before"].flatMap(PeripheralRelease.init),
            after: value["after"].flatMap(PeripheralRelease.init))
    }
}

extension PeripheralRelease {
    package var json: JSON { ["version": .string(version), "hash": .string(hash.hex)] }

    package init?(_ value: JSON) {
        guard let version = value["version"]?.string, let hash = value["hash"]?.string.flatMap(Digest.init(hex:))
        else { return nil }
        self.init(version: version, hash: hash)
    }
}

extension Wait {
    var members: [String: JSON] {
        var members: [String: JSON] = ["reasons": .strings(reasons)]
        members["since"] = since.map { .string($0.description) }
        if isLong { members["long"] = true }
        return members
    }

    init(_ value: JSON) {
        self.init(
            since: value["since"]?.string.flatMap { Timestamp($0) },
            reasons: value["reasons"]?.array?.compactMap(\.string) ?? [], isLong: value["long"] == .bool(true))
    }
}

extension Conclusion {
    package var json: JSON {
        switch self {
        case .committed(let update):
            .members([
                "outcome": .string(name), "update": update.json, "rollback": rollback.map { .string($0.rawValue) },
            ])
        case .refused(let offer, let fault): ["outcome": .string(name), "offer": offer.json, "fault": fault.json]
        case .failed(let offer, let fault, let resumable):
            ["outcome": .string(name), "offer": offer.json, "fault": fault.json, "resumable": .bool(resumable)]
        case .cancelled(let offer): ["outcome": .string(name), "offer": offer.json]
        case .rolledBack(let update, let cause):
            .members([
                "outcome": .string(name), "update": update.json, "cause": .string(cause.rawValue),
                "rollback": rollback.map { .string($0.rawValue) },
            ])
        }
    }

    package init?(_ value: JSON) {
        let update = value["update"].flatMap(Update.init)
        let offer = value["offer"].flatMap(Offer.init)
        let fault = value["fault"].flatMap(FaultReport.init)
        switch (value["outcome"]?.string, update, offer, fault) {
        case ("committed", let update?, _, _): self = .committed(update)
        case ("refused", _, let offer?, let fault?): self = .refused(offer, fault)
        case ("failed", _, let offer?, let fault?):
            self = .failed(offer, fault, resumable: value["resumable"] == .bool(true))
        case ("cancelled", _, let offer?, _): self = .cancelled(offer)
        case ("rolled-back", let update?, _, _):
            guard let cause = value["cause"]?.string.flatMap(RollbackCause.init) else { return nil }
            self = .rolledBack(update, cause)
        default: return nil
        }
    }
}

extension FaultReport {
    package var json: JSON {
        [
            "code": .string(code.description), "kind": .string(kind.rawValue), "reason": .string(reason),
            "advice": .string(advice),
        ]
    }

    package init?(_ value: JSON) {
        guard let text = value["code"]?.string, text.hasPrefix("AC-"), let number = Int(text.dropFirst(3)),
            let kind = value["kind"]?.string.flatMap(FaultKind.init), let reason = value["reason"]?.string
        else { return nil }
        self.init(code: FaultCode(number), kind: kind, reason: reason, advice: value["advice"]?.string ?? "")
    }
}
