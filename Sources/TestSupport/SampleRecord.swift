import Bundles
package import Documents

/// A change record that a device takes.
package enum SampleRecord {
    /// Every member that the first gate asks for, and nothing that says much.
    package static func complete(_ version: String, from: String = "1.0.0", product: String = "infusion-pump") -> JSON {
        [
            "schema": .string(Manifest.changeSchema), "id": .string("CR-\(version)"),
            "product": ["deviceModel": .string(product)],
            "version": ["from": .strings([from]), "to": .string(version)],
            "maintenanceClass": "corrective",
            "changes": [["id": "C-1", "title": "Keep the set flow"]],
            "risk": ["residualAcceptable": true], "markets": [["market": "EU", "released": true]],
            "verification": ["reports": ["V-1"]],
        ]
    }
}
