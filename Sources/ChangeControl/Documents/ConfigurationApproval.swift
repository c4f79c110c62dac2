package import Documents
package import Vocabulary

/// A manufacturer's word that what was measured on a device is what it should be, though it is not what its release says (C20).
package struct ConfigurationApproval: ControlDocument {
    package static let kind = ControlDocumentKind.configuration
    package static let mostItems = 1024

    package var id: String
    package var issued: Timestamp
    package var product: String
    /// The one device that it is for: a configuration that differs is never approved for many at once.
    package var device: String
    /// The manifest of the release that runs there.
    package var release: Digest
    /// What was measured, by the name under which the device measures it, each once.
    package var items: [Item]
    package var reason: String

    /// One thing that the device measures: a slot, a file, a setting.
    package struct Item: Sendable, Equatable {
        package var name: String
        package var digest: Digest

        package init(name: String, digest: Digest) {
            self.name = name
            self.digest = digest
        }
    }

    package init(
        id: String, issued: Timestamp, product: String, device: String, release: Digest, items: [Item], reason: String
    ) {
        self.id = id
        self.issued = issued
        self.product = product
        self.device = device
        self.release = release
        self.items = items
        self.reason = reason
    }

    /// It says that this is right, on this device and with this release.
    package func approves(_ name: String, digest: Digest, product: String, device: String, release: Digest) -> Bool {
        self.product == product && self.device == device && self.release == release
            && items.contains(Item(name: name, digest: digest))
    }
}

extension ConfigurationApproval {
    package init(reading fields: inout Fields) throws(DocumentError) {
        id = try fields.documentID()
        issued = try fields.timestamp("issued")
        product = try fields.telling("product")
        device = try fields.telling("device")
        release = try fields.digest("release")
        items = []
        for (value, path) in try fields.list("items", limit: Self.mostItems) {
            var item = try Fields(value, at: path)
            items.append(
                Item(name: try item.telling("name", limit: 1024), digest: try item.digest("digest")))
            try item.done()
        }
        guard !items.isEmpty else { throw fields.refuse("items", "is empty") }
        reason = try fields.telling("reason", limit: 2000)
    }

    package func requireCoherence() throws(ControlDocumentError) {
        guard Set(items.map(\.name)).count == items.count else {
            throw .contradiction(.configuration, reason: "an item stands in it twice")
        }
    }

    package var json: JSON {
        [
            "schema": .string(Self.kind.rawValue), "id": .string(id), "issued": .string(issued.description),
            "product": .string(product), "device": .string(device), "release": .string(release.hex),
            "items": .array(items.map { ["name": .string($0.name), "digest": .string($0.digest.hex)] }),
            "reason": .string(reason),
        ]
    }
}
