import Bundles
import Documents
import Vocabulary

// G4: the chain from the baseline.
extension GateInquiry {
    func lineage(_ record: ChangeRecord) -> GateVerdict {
        guard let lineage = device.lineage, let running = lineage.running, let baseline = documents.baseline else {
            return GateVerdict(.lineage, refused: .unknownLineage)
        }
        guard baseline.concerns(product: device.product, device: device.id),
            lineage.records.starts(with: baseline.lineage.records)
        else { return GateVerdict(.lineage, refused: .baselineDisagrees(baseline.id)) }
        if let market = device.market {
            guard let cleared = baseline.market(market.code), cleared.route == market.route else {
                return GateVerdict(.lineage, refused: .notCleared(market: market.code, baseline: baseline.id))
            }
        }
        let chain = record.version.supersedes
        if let index = lineage.records.firstIndex(of: manifest.changeDigest) {
            // Going back along the way it came: the records are all known here.
            guard Self.ends(chain, with: lineage.records[..<index]) else {
                return GateVerdict(.lineage, refused: .otherLineage(running: running))
            }
            return judged(
                .lineage, record, passed: "back to record \(index + 1) of \(lineage.records.count) since the baseline")
        }
        guard let index = chain.firstIndex(of: running), Self.ends(chain[...index], with: lineage.records[...]) else {
            return GateVerdict(.lineage, refused: .otherLineage(running: running))
        }
        if let refusal = historyRefusal(chain, after: index) { return GateVerdict(.lineage, refused: refusal) }
        let skipped = chain.count - index - 1
        return judged(
            .lineage, record,
            passed: "baseline '\(baseline.id)', \(lineage.records.count) records to what runs"
                + (skipped == 0 ? "" : ", \(skipped) skipped, which the release brings"))
    }

    /// A market's baseline may be younger than a product's first record, so a device may know less of the chain's beginning.
    private static func ends(_ chain: some BidirectionalCollection<Digest>, with known: ArraySlice<Digest>) -> Bool {
        chain.count >= known.count && chain.suffix(known.count).elementsEqual(known)
    }

    /// Every record after the running one must be there, and each must follow upon the same ones.
    private func historyRefusal(_ chain: [Digest], after index: Int) -> GateRefusal? {
        var records: [Digest: JSON] = [:]
        for record in manifest.history { records[Manifest.digest(of: record)] = record }
        for (position, digest) in chain.enumerated() where position > index {
            guard let record = records[digest] else { return .missingHistory(digest) }
            let before = record["version"]?["supersedes"]?.array?.map { $0.string ?? "" }
            guard before == chain[..<position].map(\.hex) else {
                return .historyDisagrees(digest, reason: "follows upon other records")
            }
        }
        return nil
    }
}
