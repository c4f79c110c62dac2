package import Documents
import Platform
import Trust
package import Vocabulary

/// The device that was serviced, as a record names it.
package struct ServicedDevice: Equatable, Sendable {
    package let id: String
    package let name: String
    package let hardware: String
    /// The unique device identifier; nil where the device was not told, and then its id identifies it.
    package let udi: String?

    package init(id: String, name: String, hardware: String, udi: String?) {
        self.id = id
        self.name = name
        self.hardware = hardware
        self.udi = udi
    }
}

/// Somebody who serviced the device.
package struct Individual: Equatable, Sendable {
    package let person: String
    /// The role of the certificate; nil for whoever came in by an emergency, whose name is only what they typed.
    package let role: String?
    /// SHA-256 of the key that signed the grant; nil in an emergency.
    package let keyID: Digest?
    /// Serial number of the certificate; nil in an emergency.
    package let certificate: String?
    /// Why emergency access was taken; nil for whoever had a grant.
    package let emergency: String?
    package let since: Timestamp

    /// Whoever logged in by a grant.
    package init(_ grant: VerifiedGrant, since: Timestamp) {
        person = grant.person
        role = grant.role.name
        keyID = grant.certificate.keyID
        certificate = grant.certificate.serialText
        emergency = nil
        self.since = since
    }

    /// Whoever got in without one.
    package init(emergency reason: String, person: String, since: Timestamp) {
        self.person = person
        self.emergency = reason
        (role, keyID, certificate) = (nil, nil, nil)
        self.since = since
    }

    init(
        person: String, role: String?, keyID: Digest?, certificate: String?, emergency: String?, since: Timestamp
    ) {
        self.person = person
        self.role = role
        self.keyID = keyID
        self.certificate = certificate
        self.emergency = emergency
        self.since = since
    }
}

/// Something that was done in a session, as the device saw it.
package struct ServiceEvent: Equatable, Sendable {
    package let time: Timestamp
    package let command: String
    /// `done`, `refused` with a code, `failed`: one word or a few.
    package let outcome: String
    package let detail: String

    package init(time: Timestamp, command: String, outcome: String, detail: String = "") {
        self.time = time
        self.command = String(command.prefix(64))
        self.outcome = String(outcome.prefix(64))
        self.detail = String(detail.prefix(256))
    }
}

/// What one self-test showed.
package struct TestDatum: Equatable, Sendable {
    package let time: Timestamp
    package let id: String
    package let title: String
    /// `passed`, `failed` and so on, as self-tests say it.
    package let verdict: String
    package let value: JSON?
    package let limit: JSON?
    package let unit: String?
    package let reason: String

    package init(
        time: Timestamp, id: String, title: String, verdict: String, value: JSON? = nil, limit: JSON? = nil,
        unit: String? = nil, reason: String = ""
    ) {
        self.time = time
        self.id = String(id.prefix(64))
        self.title = String(title.prefix(256))
        self.verdict = String(verdict.prefix(32))
        self.value = value.flatMap(Self.bounded)
        self.limit = limit.flatMap(Self.bounded)
        self.unit = unit.map { String($0.prefix(32)) }
        self.reason = String(reason.prefix(512))
    }

    /// Takes one result as self-tests report it; `nil` where that is none.
    package init?(result: JSON) {
        guard let id = result["id"]?.string, let verdict = result["verdict"]?.string,
            let time = result["start"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(
            time: time, id: id, title: result["title"]?.string ?? id, verdict: verdict, value: result["value"],
            limit: result["limit"], unit: result["unit"]?.string, reason: result["reason"]?.string ?? "")
    }

    /// A value that is longer than a line is told by its digest in the ledger, not here.
    private static func bounded(_ value: JSON) -> JSON? {
        value.canonicalBytes.count <= 512 ? value : .string("(longer than 512 bytes, see the ledger)")
    }
}

/// What happened over the sessions of one visit, also across restarts, until a record closes it.
///
/// A plain value: the agent stores it after every change and goes on with it after a restart.
package struct ServiceVisit: Equatable, Sendable {
    /// More are counted and not kept: the ledger has them all.
    package static let maximumEvents = 400
    package static let maximumTests = 200
    package static let maximumIndividuals = 16

    /// Sixteen bytes in hexadecimal digits.
    package let id: String
    /// As it was last known: its identification changes with the release that is committed.
    package internal(set) var device: ServicedDevice
    package let opened: Timestamp
    /// The release that ran when the visit began.
    package let versionBefore: String
    package internal(set) var versionAfter: String
    package internal(set) var individuals: [Individual] = []
    package internal(set) var events: [ServiceEvent] = []
    package internal(set) var eventsLeftOut: Int64 = 0
    package internal(set) var tests: [TestDatum] = []
    package internal(set) var testsLeftOut: Int64 = 0
    package internal(set) var restarts: Int64 = 0

    package init(id: String, device: ServicedDevice, opened: Timestamp, version: String) {
        self.id = id
        self.device = device
        self.opened = opened
        versionBefore = version
        versionAfter = version
    }

    /// Whose visit it is: the last who logged in.
    package var person: Individual? { individuals.last }

    /// Somebody logged in; the same person again is one entry.
    package mutating func join(_ individual: Individual) {
        individuals.removeAll { $0.person == individual.person && $0.keyID == individual.keyID }
        // The first is who opened the visit, and stays.
        if individuals.count == Self.maximumIndividuals { individuals.remove(at: 1) }
        individuals.append(individual)
    }

    package mutating func note(_ event: ServiceEvent) {
        guard events.count < Self.maximumEvents else {
            eventsLeftOut += 1
            return
        }
        events.append(event)
    }

    package mutating func note(_ test: TestDatum) {
        guard tests.count < Self.maximumTests else {
            testsLeftOut += 1
            return
        }
        tests.append(test)
    }

    /// The device started again while the visit was open.
    package mutating func resume(version: String) {
        restarts += 1
        versionAfter = version
    }

    package mutating func running(_ version: String, on device: ServicedDevice) {
        versionAfter = version
        self.device = device
    }

    /// The record of the visit as it would close now.
    package func record(_ closing: ServiceClosing, at time: Timestamp) -> ServiceRecord {
        ServiceRecord(visit: self, closing: closing, closed: time)
    }
}
