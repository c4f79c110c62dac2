import Documents
import Integrity
import Platform
import Vocabulary

// What the device says of itself and signs: its configuration, its passport.
extension BusService {
    var evidenceMethods: [BusMethod] {
        [
            BusMethod("Measure", returns: [BusArgument("json", .string)]) { _ throws(BusFault) in
                [.string(try await faults { try await integrityWatch.measureNow().canonicalText })]
            },
            BusMethod("GetIntegrity", returns: [BusArgument("json", .string)]) { _ throws(BusFault) in
                [.string(try await faults { try await agent.integrity().canonicalText })]
            },
            BusMethod("GetPassport", returns: [BusArgument("json", .string)]) { _ throws(BusFault) in
                [.string(try await faults { try await agent.signedPassport().canonicalText })]
            },
            BusMethod("ExportConfiguration", returns: [BusArgument("json", .string)]) { call throws(BusFault) in
                [
                    .string(
                        try await changing(call) {
                            try await agent.exportConfiguration(requestedBy: $0).canonicalText
                        })
                ]
            },
        ]
    }

    private var integrityWatch: IntegrityWatch {
        get throws(IntegrityError) {
            guard let integrity else { throw .notMeasured(reason: "this agent does not measure") }
            return integrity
        }
    }
}
