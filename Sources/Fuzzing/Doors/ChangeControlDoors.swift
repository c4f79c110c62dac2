import ChangeControl
import Documents
import Platform
import Vocabulary

/// A change record, which travels in a manifest.
///
/// Choices: 0 edits of a whole one, instead of text; the rule packs of the project judge what is read.
struct ChangeRecordDoor: Entrance {
    private let templates = Templates.records
    private let check: RecordCheck

    init() throws {
        let packs = try Templates.packs().map { try RuleDocument(toml: $0) }
        check = RecordCheck(packs: packs, time: PossibleTime(Ground.time))
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        guard let document = DocumentInput.value(&feed, choices, templates: templates) else { return }
        // Whatever it is, it can be judged: packs see records that no reading took.
        _ = (check.findings(in: document), check.unservedMarkets(in: document))
        let record: ChangeRecord
        do throws(DocumentError) { record = try ChangeRecord(document) } catch { return }
        let written = record.json.canonicalBytes
        try promise("a record is bounded", written.count <= ChangeRecord.largest)
        let again: ChangeRecord
        do {
            again = try ChangeRecord(try JSONReader.read(written, limit: ChangeRecord.largest))
            try ChangeRecord.checkForm(document)
        } catch {
            throw .broken(promise: "a record that was taken and written is taken again: \(error)")
        }
        try promise("a record keeps its digest", again.digest == record.digest)
    }
}

/// A rule pack as people write it, and as devices take it.
///
/// Choices: 0 edits of one of the project's, as JSON; else TOML.
struct RulePackDoor: Entrance {
    private let templates: [JSON]
    private let records = Templates.records

    init() throws { templates = try Templates.packs().map { try RuleDocument(toml: $0).json } }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        let pack: RuleDocument
        do throws(RulePackError) {
            if choices.contains(.bit(0)) {
                guard let document = DocumentInput.value(&feed, choices, templates: templates) else { return }
                pack = try RuleDocument(document)
            } else {
                pack = try RuleDocument(toml: String(decoding: feed.remainder, as: UTF8.self))
            }
        } catch { return }
        let again: RuleDocument
        do { again = try RuleDocument(try JSONReader.read(pack.json.canonicalBytes, limit: 4 << 20)) } catch {
            throw .broken(promise: "a pack that was read and written can be read: \(error)")
        }
        try promise("a pack keeps its digest", again.digest == pack.digest)
        judge(by: pack)
    }

    /// What a pack says cannot fail and cannot loop, whatever record it is asked about.
    private func judge(by pack: RuleDocument) {
        for record in records {
            for market in [nil] + (record["markets"]?.array ?? []).map(Optional.some) {
                var context = RuleContext(record: record, time: PossibleTime(Ground.time))
                context.market = market
                _ = pack.findings(in: context, at: .build)
                _ = pack.permission(in: context)
            }
        }
    }
}
