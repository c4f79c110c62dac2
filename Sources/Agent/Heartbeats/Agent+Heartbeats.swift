import Documents
package import Heartbeats
import Ledger
import Platform
package import Vocabulary

extension Agent {
    /// How many entries one look at the ledger takes.
    private static let page = 256

    /// Who speaks in a heartbeat, and since when.
    package func heartbeatIdentity() -> HeartbeatContent {
        let now = records.now
        return HeartbeatContent(
            resource: [
                .agentVersion: ProgramVersion.text, .device: configuration.device.id,
                .product: configuration.device.product, .hardware: configuration.device.hardware,
                .release: running.version.description, .slotSet: running.slotSet.name,
                .clock: records.confidence.rawValue,
            ], bootTime: now.advanced(by: -Int64(monotonicNanoseconds() / 1_000_000_000)))
    }

    /// The same with everything that the agent itself has to tell.
    package func heartbeat() -> HeartbeatContent {
        var content = heartbeatIdentity()
        content.metrics = [
            MetricPoint(.uptime, .decimal(Double(monotonicNanoseconds()) / 1e9)),
            MetricPoint(.boots, .integer(records.boots), since: records.bootsCountedSince),
            MetricPoint(.securityVersion, .integer(securityFloor)),
            MetricPoint(.updateState, 1, [.state: .text(state.name)]),
        ]
        if case .idle(let last?) = state {
            content.metrics.append(MetricPoint(.updateOutcome, 1, [.outcome: .text(last.name)]))
        }
        if case .waiting(_, let wait) = state {
            content.metrics.append(MetricPoint(.interlockWait, .decimal(Double(secondsWaited(wait)))))
        }
        content.metrics += selfTestPoints()
        content.events = [
            TelemetryEvent(
                .ledgerHead, .information, at: records.now,
                [
                    .sequence: .integer(Int64(clamping: records.head.sequence)),
                    .hash: .text(records.head.digest.hex),
                ])
        ]
        return content
    }

    /// How the self-tests of the last update ended, counted.
    private func selfTestPoints() -> [MetricPoint] {
        let report = (try? records.history(limit: 1))?.first?["selfTests"]?.array?.last
        let verdicts = report?["tests"]?.array?.compactMap { $0["verdict"]?.string } ?? []
        return Dictionary(grouping: verdicts) { $0 }.sorted { $0.key < $1.key }.map { verdict, all in
            MetricPoint(.selfTests, .integer(Int64(all.count)), [.verdict: .text(verdict)])
        }
    }

    /// What has been written into the ledger and was not told yet, and where to go on after it is queued.
    package func news() throws(FaultReport) -> (events: [TelemetryEvent], next: UInt64) {
        let newest = records.head.sequence
        // What was before the first heartbeat is history, not news.
        guard let known = newsTold ?? records.newsTold else { return ([], newest) }
        guard known < newest else { return ([], known) }
        do throws(LedgerError) {
            let entries = try records.entries(from: known + 1, limit: Self.page)
            return (entries.compactMap(LedgerNews.event), entries.last?.sequence ?? newest)
        } catch { throw FaultReport(error) }
    }

    /// So many entries without news are read once more after a restart, and cost no write.
    private static let unwritten: UInt64 = 1024

    /// The news up to this entry are queued, `count` events; gives whether there are more already.
    ///
    /// A device that loses power before this tells them once more: each carries its entry's number.
    package func newsAreTold(upTo sequence: UInt64, count: Int) -> Bool {
        let written = records.newsTold
        if count > 0 || written.map({ sequence >= $0 &+ Self.unwritten }) ?? true, written != sequence {
            records.newsTold = sequence
        }
        newsTold = sequence
        return sequence < records.head.sequence
    }
}
