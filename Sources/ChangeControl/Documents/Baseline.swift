package import Documents
package import Vocabulary

/// What was cleared or certified for each market, and with which change record a device began (C8).
///
/// Every change since is compared with this, not with the version before it.
package struct Baseline: ControlDocument {
    package static let kind = ControlDocumentKind.baseline
    package static let mostMarkets = 64
    package static let mostRecords = 256

    package var id: String
    package var issued: Timestamp
    package var product: String
    /// The one device that it is for; nil where it is for every device of the product.
    package var device: String?
    /// The device identifier of the UDI with which the device began.
    package var udiDI: String
    package var markets: [Market]
    /// The change record of the release with which the device began.
    package var record: Digest
    /// The change records before that one, back to the first that was cleared or certified; oldest first.
    package var records: [Digest]

    /// What was cleared or certified in one market.
    package struct Market: Sendable, Equatable {
        /// A rule pack's word: `EU`, `US`.
        package var code: String
        /// A rule pack's word: `mdr_certificate`, `510k`.
        package var route: String
        package var version: Version
        /// The change record of that version: changes after it in the chain are changes since.
        package var record: Digest
        /// The number of the clearance, approval or certificate: `K261234`, `P260012`, `MDR 712345`.
        package var reference: String
        /// Who certified it, by number, where somebody did: `0123`.
        package var notifiedBody: String?
        /// The day of the clearance or certificate.
        package var date: CalendarDate

        package init(
            code: String, route: String, version: Version, record: Digest, reference: String,
            notifiedBody: String? = nil, date: CalendarDate
        ) {
            self.code = code
            self.route = route
            self.version = version
            self.record = record
            self.reference = reference
            self.notifiedBody = notifiedBody
            self.date = date
        }
    }

    package init(
        id: String, issued: Timestamp, product: String, device: String? = nil, udiDI: String, markets: [Market],
        record: Digest, records: [Digest] = []
    ) {
        self.id = id
        self.issued = issued
        self.product = product
        self.device = device
        self.udiDI = udiDI
        self.markets = markets
        self.record = record
        self.records = records
    }

    /// The change records with which the device began.
    package var lineage: ChangeLineage { ChangeLineage(records: records + [record]) }

    package func market(_ code: String) -> Market? { markets.first { $0.code == code } }

    /// It is for this device.
    package func concerns(product: String, device: String) -> Bool {
        self.product == product && (self.device == nil || self.device == device)
    }

    /// Of a chain of records, those that came after what was cleared or certified for a market; nil for a market or a chain
    /// that is not known here.
    package func changes(in lineage: ChangeLineage, sinceClearanceIn market: String) -> [Digest]? {
        guard let cleared = self.market(market)?.record, let index = lineage.records.firstIndex(of: cleared) else {
            return nil
        }
        return Array(lineage.records[(index + 1)...])
    }
}

extension Baseline {
    package init(reading fields: inout Fields) throws(DocumentError) {
        id = try fields.documentID()
        issued = try fields.timestamp("issued")
        product = try fields.telling("product")
        device = try fields.optionalTelling("device")
        udiDI = try fields.telling("udiDi")
        markets = []
        for (value, path) in try fields.list("markets", limit: Self.mostMarkets) {
            var market = try Fields(value, at: path)
            markets.append(try Market(reading: &market))
            try market.done()
        }
        guard !markets.isEmpty else { throw fields.refuse("markets", "is empty") }
        record = try fields.digest("record")
        records = try fields.digests("records", limit: Self.mostRecords)
    }

    package func requireCoherence() throws(ControlDocumentError) {
        guard Set(markets.map(\.code)).count == markets.count else {
            throw .contradiction(.baseline, reason: "a market stands in it twice")
        }
        guard !records.contains(record) else {
            throw .contradiction(.baseline, reason: "the record with which the device began is also one before it")
        }
        for market in markets where !lineage.records.contains(market.record) {
            throw .contradiction(
                .baseline,
                reason: "the record of what was cleared for '\(market.code)' is not in the chain of records")
        }
        // The chain leads back to the oldest clearance, and not to anything before it.
        guard let first = lineage.records.first, markets.contains(where: { $0.record == first }) else {
            throw .contradiction(
                .baseline, reason: "the oldest record of the chain is that of no market's clearance")
        }
        for market in markets where market.date.start > issued {
            throw .contradiction(
                .baseline, reason: "'\(market.code)' is dated \(market.date), after the document itself")
        }
    }

    package var json: JSON {
        .members([
            "schema": .string(Self.kind.rawValue), "id": .string(id), "issued": .string(issued.description),
            "product": .string(product), "device": device.map(JSON.string), "udiDi": .string(udiDI),
            "markets": .array(markets.map(\.json)), "record": .string(record.hex),
            "records": records.isEmpty ? nil : .strings(records.map(\.hex)),
        ])
    }
}

extension Baseline.Market {
    fileprivate init(reading fields: inout Fields) throws(DocumentError) {
        code = try fields.telling("market", limit: 16)
        route = try fields.telling("route", limit: 64)
        version = try fields.version("version")
        record = try fields.digest("record")
        reference = try fields.telling("reference")
        notifiedBody = try fields.optionalTelling("notifiedBody", limit: 16)
        date = try fields.day("date")
    }

    package var json: JSON {
        .members([
            "market": .string(code), "route": .string(route), "version": .string(version.description),
            "record": .string(record.hex), "reference": .string(reference),
            "notifiedBody": notifiedBody.map(JSON.string), "date": .string(date.description),
        ])
    }
}
