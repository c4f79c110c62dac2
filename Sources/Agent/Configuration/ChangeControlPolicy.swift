package import ChangeControl
import Documents
package import SystemPackage
import Trust

/// Where a device is on the market and what documents it was provisioned with: the `[change-control]` table (docs/change-control.md).
package struct ChangeControlPolicy: Equatable, Sendable {
    /// Nil where nobody has said; then no release is taken.
    package let market: DeviceMarket?
    package let udiDI: String?
    package let groups: [String]
    /// What release notes and notices are shown in (BCP 47).
    package let language: String
    /// Signed documents that came with the configuration: rule packs first, then the baseline.
    package let documents: [FilePath]

    init(_ fields: Fields?, folder: FilePath) throws(DocumentError) {
        guard var fields else {
            (market, udiDI, groups, language, documents) = (nil, nil, [], "en", [])
            return
        }
        market = try Self.market(&fields)
        udiDI = try fields.optionalString("udi-di", limit: 64)
        groups = try fields.optionalStrings("groups", limit: 64)
        language = try fields.optionalString("language", limit: 35) ?? "en"
        let packs = try fields.optionalStrings("rule-packs", limit: 32)
        let baseline = try fields.optionalString("baseline", limit: 4096)
        documents = (packs + (baseline.map { [$0] } ?? [])).map { folder.pushing(FilePath($0)) }
        try fields.done()
    }

    private static func market(_ fields: inout Fields) throws(DocumentError) -> DeviceMarket? {
        let code = try fields.optionalString("market", limit: 16)
        let route = try fields.optionalString("route", limit: 64)
        guard let code else {
            guard route == nil else { throw fields.refuse("route", "is there without a market") }
            return nil
        }
        guard let route else { throw fields.refuse("route", "is missing: how did the device get on this market?") }
        return DeviceMarket(code: code, route: route)
    }
}
