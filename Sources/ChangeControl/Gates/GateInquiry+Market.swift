import Bundles
import Documents
import Vocabulary

// G5 and G6: the device's market, and how it is identified there.
extension GateInquiry {
    func market(_ record: ChangeRecord) -> GateVerdict {
        guard let market = device.market else { return GateVerdict(.market, refused: .noMarket) }
        guard let pack = documents.rules.serving(market.code) else {
            return GateVerdict(.market, refused: .noRulePack(market.code))
        }
        guard let entry = record.market(market.code) else {
            return GateVerdict(
                .market, refused: .notAssessed(market: market.code, assessed: record.markets.map(\.market)))
        }
        let content = pack.content
        let route = entry.assessment.route ?? Route.unnamed
        let rule = content.reference("\(route).\(entry.assessment.outcome)")
        var answer = validity(of: pack)
        if answer.refusal == nil {
            let context = context(record.json)
            switch content.permission(in: context) {
            case nil:
                answer.refusal = (
                    .unknownOutcome(entry.assessment.outcome, route: route, market: market.code), rule
                )
            case (let outcome, .refused(let reason))?:
                answer.refusal = (.outcomeForbids(outcome.id, reason: reason, advice: outcome.advice), rule)
            case (_, .open(let questions))?: answer.openDates += questions.map { "\($0) (\(rule))" }
            case (_, .given)?: break
            }
        }
        if answer.refusal == nil, let refusal = releaseRefusal(of: entry, market, &answer.openDates) {
            answer.refusal = (refusal, rule)
        }
        guard answer.refusal == nil else { return answer.completing(GateVerdict(.market, passed: "")) }
        let from = entry.releaseFrom.map { ", released from \($0)" } ?? ""
        var verdict = judged(.market, record, passed: "\(market.code), \(route), \(entry.assessment.outcome)\(from)")
        verdict.rule = verdict.rule ?? rule
        verdict.openDates = answer.openDates + verdict.openDates.filter { !answer.openDates.contains($0) }
        return verdict
    }

    private func releaseRefusal(
        of entry: ChangeRecord.MarketEntry, _ market: DeviceMarket, _ openDates: inout [String]
    ) -> GateRefusal? {
        let route = entry.assessment.route ?? Route.unnamed
        guard route == market.route else { return .otherRoute(route, device: market.route, market: market.code) }
        guard entry.released, let from = entry.releaseFrom, let start = Timestamp("\(from)T00:00:00Z") else {
            return .notReleased(market: market.code)
        }
        switch time.hasReached(start) {
        case .yes: return nil
        case .no: return .releaseLater(market: market.code, from: "\(from)", now: time.earliest)
        case .open:
            openDates.append("\(from) has come (released for the market '\(market.code)' from then on)")
            return nil
        }
    }

    func identifier(_ record: ChangeRecord) -> GateVerdict {
        guard let own = device.udiDI else { return GateVerdict(.identifier, refused: .unknownIdentifier) }
        // Going back, a device takes the identifier again that it had before.
        let isGoingBack = manifest.version < device.running
        let before = isGoingBack ? own : record.udi.diBefore ?? ""
        guard before == own else { return GateVerdict(.identifier, refused: .identifier(before, device: own)) }
        let after = record.udi.diAfter
        return judged(
            .identifier, record,
            passed: after == own ? "UDI-DI '\(own)' stays" : "UDI-DI '\(own)' becomes '\(after)' with the commit")
    }
}
