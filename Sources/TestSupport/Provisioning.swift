import Bundles
package import ChangeControl
package import Documents
import Platform
package import Releases
package import SystemPackage
package import Trust
package import Vocabulary

/// What a test's device knows besides whom to trust: the project's own rule packs and a baseline, signed by the test's approvers.
package struct Provisioning: Sendable {
    package let signers: [ContentSigner]
    package let time: Timestamp

    package init(signers: [ContentSigner], time: Timestamp) {
        self.signers = signers
        self.time = time
    }

    /// A document with everybody's approval, as it travels.
    package func signed(_ document: JSON) throws -> SignedDocument {
        let content = document.canonicalBytes
        let signatures: [UInt8] = try signers.reduce([]) {
            try $1.sign(content, at: time, addingTo: $0.isEmpty ? nil : $0)
        }
        return SignedDocument(document, signatures: signatures)
    }

    /// The baseline of a device that began with `version`, cleared for the EU and the US.
    package func baseline(_ version: String) throws -> Baseline {
        guard let number = Version(version), let date = CalendarDate("2025-06-30") else {
            throw DocumentError.unacceptable(version, reason: "is no version")
        }
        let record = Manifest.digest(of: SampleRecord.baseline(version))
        let cleared = [("EU", "mdr_certificate", "CE-1"), ("US", "510k", "K000000")].map { code, route, reference in
            Baseline.Market(
                code: code, route: route, version: number, record: record, reference: reference,
                notifiedBody: code == "EU" ? "0000" : nil, date: date)
        }
        return Baseline(
            id: "BL-1", issued: time.advanced(by: -3600), product: "infusion-pump", udiDI: Self.udiDI, markets: cleared,
            record: record)
    }

    package static let udiDI = "09521000004016"

    /// Puts the signed documents and `change-control.toml`, which names them, into `folder`; of the project's rule packs only those
    /// that are named, where some are.
    package func write(
        into folder: FilePath, market: String = "EU", route: String = "mdr_certificate", packs wanted: [String]? = nil
    ) throws {
        let storage = Storage()
        try storage.createFolder(folder.appending("rules"))
        var packs: [String] = []
        let source = ProjectFolder.file("firmware-manifests/rules")
        for name in try storage.names(in: source).sorted() where name.hasSuffix(".toml") {
            let text = String(decoding: try storage.read(source.appending(name), limit: 1 << 20), as: UTF8.self)
            let pack = try DraftRulePack(toml: text)
            if let wanted, !wanted.contains(pack.content.id) { continue }
            packs.append("rules/\(pack.content.id).json")
            try storage.replace(
                folder.pushing(FilePath(packs.last ?? "")), with: try signed(pack.content.json).bytes, mode: 0o644)
        }
        try storage.replace(
            folder.appending("baseline.json"), with: try signed(try baseline("1.0.0").json).bytes, mode: 0o644)
        let text = """

            [change-control]
            market = "\(market)"
            route = "\(route)"
            udi-di = "\(Self.udiDI)"
            groups = ["icu"]
            rule-packs = [\(packs.map { "\"\($0)\"" }.joined(separator: ", "))]
            baseline = "baseline.json"

            """
        try storage.replace(folder.appending("change-control.toml"), with: Array(text.utf8), mode: 0o644)
    }
}
