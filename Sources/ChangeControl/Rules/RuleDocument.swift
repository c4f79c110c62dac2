package import Documents
import Platform
package import Vocabulary

/// What a rule pack says (`aftercare.rules/1`, docs/rule-packs.md), whether or not anybody approved it.
///
/// A device acts upon a `RulePack`, which has approvals; whoever writes packs, checks records or builds bundles uses a draft.
package struct RuleDocument: Sendable, Equatable {
    package static let schema = "aftercare.rules/1"
    /// The pack of what is no market's.
    package static let common = "COMMON"
    /// Among a pack's markets: every one that no other pack serves.
    package static let anyMarket = "*"

    package let id: String
    package let version: Version
    package let title: String
    package let validFrom: Timestamp
    package let validUntil: Timestamp?
    package let markets: [String]
    package let sources: [RuleSource]
    package let approvals: ApprovalRule?
    package let routes: [Route]
    package let rules: [Rule]
    package let acknowledgements: [AcknowledgementRule]
    /// Examples of whole assessments, which all of the pack's rules are asked about.
    package let examples: [RuleExample]
    /// The document as it is signed.
    package let json: JSON

    package init(_ json: JSON) throws(RulePackError) {
        do throws(DocumentError) {
            var fields = try Fields(json)
            self = try RuleDocument(reading: &fields)
            try fields.done()
        } catch { throw .malformed(error) }
        try requireCoherence()
    }

    /// Reads a pack as people write it; a refusal says line and column.
    package init(toml text: String) throws(RulePackError) {
        do throws(DocumentError) {
            self = try TOML.read(text) { (fields) throws(DocumentError) in try RuleDocument(reading: &fields) }
        } catch { throw .malformed(error) }
        try requireCoherence()
    }

    init(reading fields: inout Fields) throws(DocumentError) {
        var whole = fields
        json = whole.whole()
        guard try fields.string("schema") == Self.schema else {
            throw fields.refuse("schema", "is not '\(Self.schema)'")
        }
        id = try fields.string("id", limit: 8)
        guard (2...8).contains(id.utf8.count), id.utf8.allSatisfy({ (65...90).contains($0) }) else {
            throw fields.refuse("id", "is not 2 to 8 of A-Z")
        }
        version = try fields.version("version")
        title = try fields.filledString("title")
        validFrom = try fields.timestamp("validFrom")
        validUntil = fields.optional("validUntil") == nil ? nil : try fields.timestamp("validUntil")
        markets = try fields.optionalStrings("markets", limit: 64)
        for market in markets where market != Self.anyMarket && !RuleReading.isMarket(market) {
            throw fields.refuse("markets", "holds '\(market.printable(limit: 32))', which is not 2 to 8 of A-Z or '*'")
        }
        sources = try fields.objects("sources", limit: 64) { (source) throws(DocumentError) in
            try RuleSource(reading: &source)
        }
        approvals = try fields.optionalObject("approvals") { (rule) throws(DocumentError) in
            try ApprovalRule(reading: &rule)
        }
        routes = try fields.objects("routes", limit: 32) { (route) throws(DocumentError) in
            try Route(reading: &route)
        }
        let standard: Gate = id == Self.common ? .changeRecord : .market
        rules = try fields.objects("rules", limit: 256) { (rule) throws(DocumentError) in
            try Rule(reading: &rule, gate: standard)
        }
        acknowledgements = try fields.objects("acknowledgements", limit: 32) { (rule) throws(DocumentError) in
            try AcknowledgementRule(reading: &rule)
        }
        examples = try fields.objects("examples", limit: 256) { (example) throws(DocumentError) in
            try RuleExample(reading: &example)
        }
    }

    /// SHA-256 of the document's canonical bytes (RFC 8785).
    package var digest: Digest { SHA256.digest(of: json.canonicalBytes) }

    package func route(_ id: String) -> Route? { routes.first { $0.id == id } }

    package func serves(_ market: String) -> Bool { markets.contains(market) }

    /// Whether it is valid: from `validFrom` on, and before `validUntil`.
    package func isValid(at time: PossibleTime) -> Truth {
        let ended = validUntil.map(time.hasReached) ?? .no
        return Truth.all([time.hasReached(validFrom), !ended])
    }

    package func reference(_ rule: String) -> RuleReference {
        RuleReference(pack: id, version: version, rule: rule)
    }

    private func requireCoherence() throws(RulePackError) {
        try requireDifferent("sources", sources.map(\.id))
        try requireDifferent("markets", markets)
        try requireDifferent("routes", routes.map(\.id))
        try requireDifferent("rules", rules.map(\.id) + acknowledgements.map(\.id))
        for route in routes {
            try requireDifferent("routes.\(route.id).outcomes", route.outcomes.map(\.id))
            try requireDifferent("routes.\(route.id).questions", route.questions.map(\.member))
        }
        for rule in rules where !sources.contains(where: { $0.id == rule.source }) {
            throw .incoherent(id, reason: "the rule '\(rule.id)' names the source '\(rule.source)', which is not there")
        }
        let stray: (rule: String, path: RulePath)?
        do throws(DocumentError) { stray = try strayPath() } catch { throw .malformed(error) }
        if let (rule, path) = stray {
            throw .incoherent(id, reason: "'\(rule)' asks for '\(path)', which no change record has")
        }
        guard (id == Self.common) == markets.isEmpty else {
            let reason = markets.isEmpty ? "it serves no market" : "it serves markets, but is for what is no market's"
            throw .incoherent(id, reason: reason)
        }
        guard markets.isEmpty == routes.isEmpty else {
            throw .incoherent(id, reason: routes.isEmpty ? "its markets have no routes" : "its routes have no markets")
        }
        if let validUntil, validUntil <= validFrom {
            throw .incoherent(id, reason: "it would end at \(validUntil), before it begins at \(validFrom)")
        }
    }

    private func requireDifferent(_ what: String, _ names: [String]) throws(RulePackError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw .incoherent(id, reason: "'\(name)' stands twice among its \(what)")
        }
    }
}
