import ChangeControl
import Documents
import Platform
import Vocabulary

// Signed documents, what people acknowledge, and what was changed since the baseline.
extension BusService {
    var changeControlMethods: [BusMethod] {
        [
            BusMethod("Apply", [BusArgument("document", .string)], returns: [BusArgument("json", .string)]) {
                call throws(BusFault) in
                let (document, caller): (String, String) = (try call.read(0), await caller(call))
                return [
                    .string(
                        try await faults {
                            try await agent.apply(Array(document.utf8), requestedBy: caller).canonicalText
                        })
                ]
            },
            BusMethod(
                "Acknowledge",
                [BusArgument("subject", .string), BusArgument("person", .string), BusArgument("role", .string)]
            ) { call throws(BusFault) in
                let (subject, person, role): (String, String, String) = (
                    try call.read(0), try call.read(1), try call.read(2)
                )
                try await changing(call) {
                    try await agent.acknowledge(subject, person: person, role: role, requestedBy: $0)
                }
                return []
            },
            BusMethod("GetChanges", returns: [BusArgument("json", .string)]) { _ throws(BusFault) in
                [.string(await agent.changes().canonicalText)]
            },
            BusMethod("GetDocuments", returns: [BusArgument("json", .string)]) { _ throws(BusFault) in
                [.string(await agent.documents().canonicalText)]
            },
        ]
    }
}
