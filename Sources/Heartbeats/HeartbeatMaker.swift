import Documents
import Platform
import SystemPackage
import Vocabulary

/// Makes queue items of what the device tells.
struct HeartbeatMaker: Sendable {
    let filter: TelemetryFilter
    let pseudonymKey: FilePath?
    let secrets: Secrets

    struct Made: Sendable {
        var items: [QueueItem] = []
        var withheld = 0
    }

    /// The numbers of `content` as one item, its events as another.
    func items(of content: HeartbeatContent, at time: Timestamp) -> Made {
        let (admitted, withheld) = admitted(content)
        var made = Made(withheld: withheld)
        if !admitted.metrics.isEmpty {
            let id = newIdentifier()
            let body = OTLPEncoding(resource: admitted.resource, item: id)
                .metrics(admitted.metrics, at: time, since: admitted.bootTime)
            made.items.append(
                QueueItem(id: id, signal: .metrics, priority: .routine, time: time, body: body.canonicalBytes))
        }
        if let log = log(of: admitted, at: time) { made.items.append(log) }
        return made
    }

    private func log(of content: HeartbeatContent, at time: Timestamp) -> QueueItem? {
        guard let priority = content.events.map(\.priority).max() else { return nil }
        let id = newIdentifier()
        let body = OTLPEncoding(resource: content.resource, item: id).logs(content.events, observed: time)
        return QueueItem(id: id, signal: .logs, priority: priority, time: time, body: body.canonicalBytes)
    }

    private func admitted(_ content: HeartbeatContent) -> (content: HeartbeatContent, withheld: Int) {
        var content = content
        var withheld = 0
        if let path = pseudonymKey, let device = content.resource.removeValue(forKey: .device) {
            // Without its key the device says nothing of who it is, rather than what it must not.
            if let key = try? secrets.key(path) {
                content.resource[.device] = DevicePseudonym.code(of: device, key: key)
            } else {
                withheld = 1
            }
        }
        let result = filter.admitted(content)
        return (result.content, result.withheld + withheld)
    }
}

/// A device's id as only the owner of a key can resolve it: he makes the code of each id that he knows and compares.
package enum DevicePseudonym {
    /// The first 32 hexadecimal digits of HMAC-SHA-256.
    package static func code(of device: String, key: [UInt8]) -> String {
        String(MessageCode.code(of: Array(device.utf8), key: key).hex.prefix(32))
    }
}

extension QueueState {
    /// What the queue says of itself in every heartbeat.
    var points: [MetricPoint] {
        var points = HeartbeatPriority.allCases.map { priority in
            MetricPoint(.queueItems, .integer(Int64(items[priority] ?? 0)), [.priority: .text(priority.name)])
        }
        points.append(MetricPoint(.queueBytes, .integer(Int64(bytes))))
        let drops = dropped.sorted {
            ($0.key.priority, $0.key.reason.rawValue) < ($1.key.priority, $1.key.reason.rawValue)
        }
        points += drops.map { drop, count in
            MetricPoint(
                .dropped, .integer(Int64(count)),
                [.priority: .text(drop.priority.name), .reason: .text(drop.reason.rawValue)], since: since)
        }
        points.append(MetricPoint(.withheld, .integer(Int64(withheld)), since: since))
        return points
    }
}
