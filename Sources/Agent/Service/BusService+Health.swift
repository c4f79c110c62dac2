import Documents
import Health
import Heartbeats
import Platform
import Vocabulary

// How the device is, and what of it leaves.
extension BusService {
    var healthMethods: [BusMethod] {
        [
            BusMethod("GetHealth", returns: [BusArgument("json", .string)]) { _ throws(BusFault) in
                [
                    .string(
                        try await faults {
                            try await healthWatch.snapshot().adding(agent.configurationFindings()).json.canonicalText
                        })
                ]
            },
            BusMethod("HeartbeatPreview", returns: [BusArgument("json", .string)]) { _ throws(BusFault) in
                [.string(try await faults { try await heartbeatService.preview().canonicalText })]
            },
            BusMethod("SendHeartbeat") { _ throws(BusFault) in
                try await faults { try await heartbeatService.sendNow() }
                return []
            },
            BusMethod("Egress", [BusArgument("limit", .uint32)], returns: [BusArgument("json", .string)]) {
                call throws(BusFault) in
                let limit: UInt32 = try call.read(0)
                return [
                    .string(try await faults { try await heartbeatService.egress(limit: Int(limit)).canonicalText })
                ]
            },
            BusMethod("EgressBody", [BusArgument("number", .uint64)], returns: [BusArgument("body", .string)]) {
                call throws(BusFault) in
                let number: UInt64 = try call.read(0)
                return [.string(try await faults { try await heartbeatService.egressBody(Int64(clamping: number)) })]
            },
        ]
    }

    private var healthWatch: HealthWatch {
        get throws(AgentError) {
            guard let health else { throw .noBoard }
            return health
        }
    }

    private var heartbeatService: HeartbeatService {
        get throws(HeartbeatError) {
            guard let heartbeats else { throw .noEndpoint }
            return heartbeats
        }
    }
}
