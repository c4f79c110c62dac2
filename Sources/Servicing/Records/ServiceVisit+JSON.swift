package import Documents
import Vocabulary

extension ServiceVisit {
    package var json: JSON {
        [
            "id": .string(id), "device": device.json, "opened": .string(opened.description),
            "version-before": .string(versionBefore), "version-after": .string(versionAfter),
            "individuals": .array(individuals.map(\.json)), "events": .array(events.map(\.json)),
            "events-left-out": .integer(eventsLeftOut), "tests": .array(tests.map(\.json)),
            "tests-left-out": .integer(testsLeftOut), "restarts": .integer(restarts),
        ]
    }

    /// Reads what `json` wrote, and ignores what a newer agent added.
    package init(_ json: JSON) throws(DocumentError) {
        var fields = try Fields(json)
        id = try fields.string("id", limit: 64)
        device = try ServicedDevice(try fields.fields("device"))
        opened = try fields.timestamp("opened")
        versionBefore = try fields.string("version-before")
        versionAfter = try fields.string("version-after")
        for (value, path) in try fields.list("individuals", limit: Self.maximumIndividuals) {
            individuals.append(try Individual(try Fields(value, at: path)))
        }
        for (value, path) in try fields.list("events", limit: Self.maximumEvents) {
            events.append(try ServiceEvent(try Fields(value, at: path)))
        }
        for (value, path) in try fields.list("tests", limit: Self.maximumTests) {
            tests.append(try TestDatum(try Fields(value, at: path)))
        }
        eventsLeftOut = try fields.integer("events-left-out", default: 0)
        testsLeftOut = try fields.integer("tests-left-out", default: 0)
        restarts = try fields.integer("restarts", default: 0)
    }
}

extension ServicedDevice {
    var json: JSON {
        .members([
            "id": .string(id), "name": .string(name), "hardware": .string(hardware), "udi": udi.map(JSON.string),
        ])
    }

    init(_ fields: Fields) throws(DocumentError) {
        var fields = fields
        id = try fields.string("id")
        name = try fields.string("name")
        hardware = try fields.string("hardware")
        udi = try fields.optionalString("udi")
    }
}

extension Individual {
    var json: JSON {
        .members([
            "person": .string(person), "role": role.map(JSON.string), "key": keyID.map { .string($0.hex) },
            "certificate": certificate.map(JSON.string), "emergency": emergency.map(JSON.string),
            "since": .string(since.description),
        ])
    }

    init(_ fields: Fields) throws(DocumentError) {
        var fields = fields
        // A certificate's subject has up to 256 characters, which may be four bytes each.
        person = try fields.string("person", limit: 1024)
        role = try fields.optionalString("role")
        keyID = fields.optional("key") == nil ? nil : try fields.digest("key")
        certificate = try fields.optionalString("certificate")
        emergency = try fields.optionalString("emergency", limit: 4096)
        since = try fields.timestamp("since")
    }
}

extension ServiceEvent {
    var json: JSON {
        .members([
            "time": .string(time.description), "command": .string(command), "outcome": .string(outcome),
            "detail": detail.isEmpty ? nil : .string(detail),
        ])
    }

    init(_ fields: Fields) throws(DocumentError) {
        var fields = fields
        self.init(
            time: try fields.timestamp("time"), command: try fields.string("command"),
            outcome: try fields.string("outcome"), detail: try fields.optionalString("detail", limit: 4096) ?? "")
    }
}

extension TestDatum {
    var json: JSON {
        .members([
            "time": .string(time.description), "id": .string(id), "title": .string(title),
            "verdict": .string(verdict), "value": value, "limit": limit, "unit": unit.map(JSON.string),
            "reason": reason.isEmpty ? nil : .string(reason),
        ])
    }

    init(_ fields: Fields) throws(DocumentError) {
        var fields = fields
        self.init(
            time: try fields.timestamp("time"), id: try fields.string("id"),
            title: try fields.string("title", limit: 1024), verdict: try fields.string("verdict"),
            value: fields.optional("value"), limit: fields.optional("limit"),
            unit: try fields.optionalString("unit"), reason: try fields.optionalString("reason", limit: 4096) ?? "")
    }
}
