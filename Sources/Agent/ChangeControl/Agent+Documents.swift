import ChangeControl
package import Documents
import Integrity
import Ledger
import Logging
import Platform
import SystemPackage
import Trust
package import Vocabulary

// What people give the device besides releases: signed documents, and their word that something was done.
extension Agent {
    /// The signed documents in force, read and verified when they are first asked for, and again where not all could be read.
    var shelf: DocumentShelf {
        if let shelfAsRead { return shelfAsRead }
        let shelf = DocumentShelf(
            provisioned: configuration.changeControl.documents, folder: configuration.places.documents,
            identity: configuration.device, trust: configuration.trust, at: records.trustedTime, storage: storage)
        for (file, fault) in shelf.unusable {
            log.error(
                "a signed document cannot be used", metadata: ["file": "\(file)", "reason": "\(fault.description)"])
        }
        if shelf.unreadable == nil { shelfAsRead = shelf }
        return shelf
    }

    /// Takes a signed document, and says what became of it; taken or refused, it leaves one entry in the ledger, where nobody floods it
    /// with refused ones.
    package func apply(_ bytes: [UInt8], requestedBy: String) throws(FaultReport) -> JSON {
        var body: [String: JSON] = [
            "requestedBy": .string(requestedBy), "digest": .string(SHA256.digest(of: bytes).hex),
        ]
        do {
            let document = try SignedDocument(bytes: bytes)
            body["kind"] = .string(document.kind.printable(limit: 64))
            body["id"] = document.document["id"]?.string.map { .string($0.printable(limit: 64)) }
            if document.kind == ConfigurationAcceptance.kind.rawValue { return try rebaseline(by: document, &body) }
            let (verified, next) = try shelf.taking(document, at: records.trustedTime)
            body["approvals"] = .array(verified.content.approvals.map(\.json))
            body["changed"] = .bool(next != nil)
            // Recorded first: what is in force has its entry, also if the power goes before it is kept.
            try records.append([LedgerEvent(.documentApplied, .object(body))])
            if let next {
                try next.keep(document, verified)
                shelfAsRead = next.unreadable == nil ? next : nil
            }
            ring()
            announce()
            return .object(body)
        } catch {
            let fault = FaultReport(describing: error)
            body["fault"] = fault.json
            record(refusal: LedgerEvent(.documentRefused, .object(body)), fault.code, at: .bus)
            throw fault
        }
    }

    /// The documents in force, and where the device is on the market.
    package func documents() -> JSON {
        let market = configuration.changeControl.market
        return .members([
            "market": market.map { ["code": .string($0.code), "route": .string($0.route)] },
            "documents": .array(shelf.summaries),
            "unusable": .array(
                shelf.unusable.map { ["file": .string($0.file.string), "fault": $0.fault.json] }),
        ])
    }

    /// Writes down that somebody did what the update under way asks of people.
    package func acknowledge(
        _ subject: String, person: String, role: String, requestedBy: String
    ) throws(FaultReport) {
        guard let subject = Acknowledgement.Subject(rawValue: subject) else {
            throw FaultReport(AgentError.unknownAcknowledgement(subject.printable(limit: 32)))
        }
        guard let update = state.update, !state.isTrial else {
            throw FaultReport(AgentError.notNow(state: state.name, wanted: "acknowledge something"))
        }
        let (person, role) = (person.printable(limit: 128), role.printable(limit: 64))
        guard person.contains(where: \.isLetter), role.contains(where: \.isLetter) else {
            throw FaultReport(AgentError.nobody)
        }
        let acknowledgement = Acknowledgement(
            subject: subject, person: person, role: role, time: records.now, release: update.manifestDigest)
        do {
            var body = acknowledgement.json
            if case .object(var members) = body {
                members["requestedBy"] = .string(requestedBy)
                body = .object(members)
            }
            try records.append([LedgerEvent(.updateAcknowledged, body)])
            let others = records.acknowledgements.filter { $0.release == update.manifestDigest }
            try records.keepAcknowledgements(others + [acknowledgement])
        } catch {
            throw FaultReport(describing: error)
        }
        ring()
    }
}
