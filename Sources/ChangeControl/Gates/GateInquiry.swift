import Bundles
import Documents
import Trust
import Vocabulary

/// What the gates ask, and what they share in asking: the record that was read once, the packs, and what the time can be.
struct GateInquiry {
    let release: VerifiedRelease
    let device: DeviceFacts
    let documents: GateDocuments
    let moment: GateMoment
    let record: Result<ChangeRecord, DocumentError>

    init(_ release: VerifiedRelease, _ device: DeviceFacts, _ documents: GateDocuments, _ moment: GateMoment) {
        self.release = release
        self.device = device
        self.documents = documents
        self.moment = moment
        record = Result { () throws(DocumentError) in try ChangeRecord(release.manifest.change) }
    }

    var manifest: Manifest { release.manifest }
    var time: PossibleTime { device.possibleTime }

    func verdict(of gate: Gate, after earlier: [GateVerdict]) -> GateVerdict {
        switch gate {
        case .holds: return holds()
        case .interlock: return interlock()
        case .address: return address()
        case .approvals: return approvals()
        case .time: return dates(after: earlier)
        default: break
        }
        let record: ChangeRecord
        switch self.record {
        case .success(let read): record = read
        case .failure(let error):
            guard gate == .changeRecord else { return GateVerdict(gate, refused: .unreadableRecord) }
            return GateVerdict(gate, refused: Self.refusal(of: error))
        }
        return switch gate {
        case .changeRecord: changeRecord(record)
        case .lineage: lineage(record)
        case .market: market(record)
        case .identifier: identifier(record)
        case .securityVersion: securityVersion(record)
        case .fieldSafety: fieldSafety(record)
        case .materials: materials(record)
        case .training: training(record)
        case .verification: verification(record)
        case .approvals, .address, .holds, .interlock, .time: GateVerdict(gate, refused: .unreadableRecord)
        }
    }

    private static func refusal(of error: DocumentError) -> GateRefusal {
        if case .missing(let path) = error { return .changeRecordIncomplete(missing: path) }
        return .changeRecordMalformed(error)
    }
}

/// What packs and their rules answer to one gate.
struct RuleAnswer {
    var refusal: (GateRefusal, RuleReference)?
    var flags: [RuleFinding] = []
    var openDates: [String] = []

    /// The rule's refusal, if there is one, else `verdict` with what else was found.
    func completing(_ verdict: GateVerdict) -> GateVerdict {
        var verdict = refusal.map { GateVerdict(verdict.gate, refused: $0.0, rule: $0.1) } ?? verdict
        verdict.flags += flags
        verdict.openDates += openDates
        return verdict
    }
}

extension GateInquiry {
    /// The pack of what is no market's, and the one of the device's market.
    private var packs: [RulePack] {
        [documents.rules.common, device.market.flatMap { documents.rules.serving($0.code) }].compactMap { $0 }
    }

    func context(_ record: JSON) -> RuleContext {
        let entry = record["markets"]?.array?.first { $0["market"]?.string == device.market?.code }
        return RuleContext(record: record, market: entry, device: device.json, time: time)
    }

    /// A pack that is in force here and now: neither before its time nor after it.
    func validity(of pack: RulePack) -> RuleAnswer {
        let content = pack.content
        let reference = content.reference("")
        var answer = RuleAnswer()
        switch time.hasReached(content.validFrom) {
        case .yes: break
        case .no: answer.refusal = (.rulePackNotYetValid(reference, content.validFrom), reference)
        case .open:
            answer.openDates.append("\(content.validFrom) has come (rule pack \(content.id) \(content.version))")
        }
        guard let end = content.validUntil, answer.refusal == nil else { return answer }
        if time.hasReached(end) == .yes {
            answer.refusal = (.rulePackEnded(reference, end), reference)
        } else if !time.isCertain {
            answer.openDates.append("\(end) is still ahead (rule pack \(content.id) \(content.version))")
        }
        return answer
    }

    /// What the rules of one gate find, those of the pack that is no market's first.
    ///
    /// Without that pack nothing can be judged.
    func rules(of gate: Gate, _ record: ChangeRecord) -> RuleAnswer {
        guard documents.rules.common != nil else {
            var answer = RuleAnswer()
            answer.refusal = (
                .noRulePack(RuleDocument.common),
                RuleReference(pack: RuleDocument.common, version: device.running, rule: "")
            )
            return answer
        }
        let context = context(record.json)
        var answer = RuleAnswer()
        for pack in packs {
            let isAsked = pack.content.rules.contains { $0.gate == gate }
            guard isAsked || gate == .changeRecord && pack.content.id == RuleDocument.common else { continue }
            let validity = validity(of: pack)
            answer.openDates += validity.openDates
            if let refusal = validity.refusal {
                answer.refusal = answer.refusal ?? refusal
                continue
            }
            for finding in pack.content.findings(in: context, at: .device, gate: gate) {
                if finding.severity == .flag {
                    answer.flags.append(finding)
                } else if let question = finding.dateQuestion {
                    answer.openDates.append("\(question) (\(finding.rule))")
                } else if answer.refusal == nil {
                    answer.refusal = (.contradiction(finding), finding.rule)
                }
            }
        }
        return answer
    }

    /// What people have to confirm for this gate, by the packs; nil where nothing is asked.
    func demand(of gate: Gate, _ record: ChangeRecord) -> AcknowledgementDemand? {
        let context = context(record.json)
        var demand: AcknowledgementDemand?
        for pack in packs {
            for rule in pack.content.acknowledgements where rule.gate == gate {
                guard (rule.when?.truth(in: context) ?? .yes) != .no else { continue }
                var show = demand?.show ?? [:]
                for path in rule.show {
                    let values = path.values(in: context)
                    if !values.isEmpty { show[path.description] = values.count == 1 ? values[0] : .array(values) }
                }
                demand = AcknowledgementDemand(
                    subject: demand?.subject ?? rule.subject, people: max(demand?.people ?? 0, rule.people),
                    given: device.people(acknowledging: demand?.subject ?? rule.subject, of: release.digest),
                    message: demand?.message ?? rule.message, show: show,
                    rule: demand?.rule ?? pack.content.reference(rule.id))
            }
        }
        return demand
    }

    /// The verdict of a gate that rules judge and people may have to confirm.
    func judged(_ gate: Gate, _ record: ChangeRecord, passed reason: String) -> GateVerdict {
        var verdict = GateVerdict(gate, passed: reason)
        if let demand = demand(of: gate, record) {
            verdict =
                demand.missing > 0
                ? GateVerdict(gate, needs: demand) : GateVerdict(gate, passed: demand.reason, rule: demand.rule)
        }
        return rules(of: gate, record).completing(verdict)
    }
}
