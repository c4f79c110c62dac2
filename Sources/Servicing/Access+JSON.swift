package import Documents
import Vocabulary

extension Access {
    package var json: JSON {
        .members([
            "waiting": .array(
                waiting.map {
                    [
                        "challenge": .string($0.challenge.description), "port": .string($0.port),
                        "since": $0.since.json,
                    ]
                }),
            "spent": .strings(spent.map(\.description)), "failures": .number(failures),
            "lockouts": .number(lockouts),
            "lock": lock.map { ["seconds": .integer($0.seconds), "since": $0.since.json] },
            "emergencies": .strings(emergencies.map(\.description)),
        ])
    }

    /// Reads what `json` wrote, and ignores what a newer agent added.
    package init(_ json: JSON) throws(DocumentError) {
        var fields = try Fields(json)
        for (value, path) in try fields.optionalList("waiting", limit: Self.maximumPorts) {
            var entry = try Fields(value, at: path)
            waiting.append(
                Waiting(
                    challenge: try entry.challenge("challenge"), port: try entry.string("port", limit: 256),
                    since: try BootMoment(try entry.fields("since"))))
        }
        for text in try fields.optionalStrings("spent", limit: Self.maximumSpent) {
            guard let challenge = try? Challenge(text: text) else { throw fields.refuse("spent", "is no challenge") }
            spent.append(challenge)
        }
        failures = Int(try fields.integer("failures", default: 0, in: 0...1000))
        lockouts = Int(try fields.integer("lockouts", default: 0, in: 0...1000))
        if var lock = try fields.optionalFields("lock") {
            self.lock = Lock(
                seconds: try lock.integer("seconds", in: 0...ServicePolicy.longestLockSeconds),
                since: try BootMoment(try lock.fields("since")))
        }
        for text in try fields.optionalStrings("emergencies", limit: Self.maximumEmergencies) {
            guard let time = Timestamp(text) else { throw fields.refuse("emergencies", "is no time") }
            emergencies.append(time)
        }
    }
}

extension BootMoment {
    fileprivate var json: JSON { ["boot": .string(bootID), "uptime": .integer(uptime)] }

    fileprivate init(_ fields: Fields) throws(DocumentError) {
        var fields = fields
        bootID = try fields.string("boot", limit: 64)
        uptime = try fields.integer("uptime")
    }
}

extension Fields {
    fileprivate mutating func challenge(_ key: String) throws(DocumentError) -> Challenge {
        let text = try string(key)
        guard let challenge = try? Challenge(text: text) else { throw refuse(key, "is no challenge") }
        return challenge
    }
}
