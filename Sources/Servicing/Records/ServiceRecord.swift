package import Documents
package import Vocabulary

/// How the service came out.
package enum ServiceResult: String, Sendable, CaseIterable {
    case passed, failed, unfinished
}

/// Who closed a visit, and with what words.
package enum ServiceClosing: Equatable, Sendable {
    /// `performed` says what was done; `remarks` what was inspected, and why no test was run where none was.
    case person(performed: String, result: ServiceResult, remarks: String)
    /// Idle, carrier lost, power lost: nobody said anything.
    case device(reason: String)

    /// What a person says in a `logout`.
    package init(request record: JSON) throws(DocumentError) {
        var fields = try Fields(record, at: "record")
        let result = try fields.string("result", limit: 32)
        guard let result = ServiceResult(rawValue: result) else {
            throw fields.refuse("result", "is '\(result)', none of passed, failed, unfinished")
        }
        self = .person(
            performed: (try fields.optionalString("performed", limit: 4096) ?? "").trimmed, result: result,
            remarks: (try fields.optionalString("remarks", limit: 4096) ?? "").trimmed)
        try fields.done()
    }
}

/// The record of a visit with the six items of 21 CFR 820.35(b): `aftercare.service-record/1`.
package struct ServiceRecord: Equatable, Sendable {
    package static let format = "aftercare.service-record/1"

    package let visit: ServiceVisit
    package let closing: ServiceClosing
    package let closed: Timestamp

    /// What a record must have and this one has not.
    package var missing: [RecordItem] {
        RecordItem.allCases.filter { !has($0) }
    }

    private func has(_ item: RecordItem) -> Bool {
        switch item {
        case .device: !visit.device.name.trimmed.isEmpty
        case .identification: !(visit.device.udi ?? visit.device.id).trimmed.isEmpty
        // A clock that was never set stands at 1970; no device was serviced before 2020.
        case .date: visit.opened.seconds > 1_577_836_800
        case .individual: visit.individuals.contains { !$0.person.trimmed.isEmpty }
        case .performed: !words.performed.isEmpty
        case .tests: !visit.tests.isEmpty || !words.remarks.isEmpty
        }
    }

    /// Refuses a record in which one of the six items is missing; one that the device closed is taken as it is.
    package func requireComplete() throws(ServiceError) {
        guard case .person = closing, !missing.isEmpty else { return }
        throw .recordIncomplete(missing)
    }

    package var result: ServiceResult {
        guard case .person(_, let result, _) = closing else { return .unfinished }
        return result
    }

    var words: (performed: String, remarks: String) {
        guard case .person(let performed, _, let remarks) = closing else { return ("", "") }
        return (performed, remarks)
    }

    /// Tests that did not pass although the person says that the service passed: said beside the result, and never changed.
    package var contradictions: [String] {
        guard result == .passed else { return [] }
        var last: [String: TestDatum] = [:]
        for test in visit.tests { last[test.id] = test }
        return last.values.filter { $0.verdict != "passed" }.map(\.id).sorted()
    }

    package var json: JSON {
        .members([
            "format": .string(Self.format), "visit": .string(visit.id), "device": visit.device.json,
            "identification": .string(visit.device.udi ?? visit.device.id),
            "identified-by": visit.device.udi == nil ? "device id, as no UDI is known" : "UDI",
            "opened": .string(visit.opened.description), "closed": .string(closed.description),
            "individuals": .array(visit.individuals.map(\.json)),
            "performed": .members([
                "words": words.performed.isEmpty ? nil : .string(words.performed),
                "seen": .array(visit.events.map(\.json)), "left-out": .integer(visit.eventsLeftOut),
                "version-before": .string(visit.versionBefore), "version-after": .string(visit.versionAfter),
                "restarts": .integer(visit.restarts),
            ]),
            "tests": .array(visit.tests.map(\.json)), "tests-left-out": .integer(visit.testsLeftOut),
            "remarks": words.remarks.isEmpty ? nil : .string(words.remarks), "result": .string(result.rawValue),
            "not-passed": contradictions.isEmpty ? nil : .strings(contradictions),
            "closed-by": closedBy, "missing": .strings(missing.map(\.rawValue)),
        ])
    }

    private var closedBy: JSON {
        switch closing {
        case .person: ["who": "person", "person": .string(visit.person?.person ?? "")]
        case .device(let reason): ["who": "device", "reason": .string(reason)]
        }
    }
}
