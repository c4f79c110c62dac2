package import Documents
import Trust
package import Vocabulary

/// A manufacturer's word that devices may go back to an older release: which, from what to what, why, and until when (U2, G7).
package struct DowngradeAuthorisation: ControlDocument {
    package static let kind = ControlDocumentKind.downgrade

    package var id: String
    package var issued: Timestamp
    /// From this moment on it allows nothing.
    package var expires: Timestamp
    package var product: String
    /// The devices that it is for, by id; with no `groups` either, every device of the product.
    package var devices: [String]
    /// The groups of devices that it is for.
    package var groups: [String]
    /// The exact versions that may be left.
    package var from: [Version]
    /// The exact version that may be installed over them.
    package var to: Version
    package var reason: Reason
    /// The manufacturer's reference of the field safety corrective action that it carries out.
    package var fsca: String?
    /// Why it is carried out before a field safety corrective action was reported: MDR Article 87(8).
    package var urgentRationale: String?

    /// Why devices must go back.
    package struct Reason: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            /// The newer release could harm somebody. Going back is then a field safety corrective action.
            case safety
            /// The newer release has a vulnerability that the older one has not.
            case security
            /// The newer release does not do what the device is for.
            case performance
        }

        package var kind: Kind
        package var text: String

        package init(kind: Kind, text: String) {
            self.kind = kind
            self.text = text
        }
    }

    package init(
        id: String, issued: Timestamp, expires: Timestamp, product: String, devices: [String] = [],
        groups: [String] = [], from: [Version], to: Version, reason: Reason, fsca: String? = nil,
        urgentRationale: String? = nil
    ) {
        self.id = id
        self.issued = issued
        self.expires = expires
        self.product = product
        self.devices = devices
        self.groups = groups
        self.from = from
        self.to = to
        self.reason = reason
        self.fsca = fsca
        self.urgentRationale = urgentRationale
    }
}

extension DowngradeAuthorisation {
    /// What an authorisation says about one device going back to one version.
    package enum Answer: Sendable, Equatable {
        case allowed
        /// It would be allowed, but a clock that cannot be relied on cannot show that it has not expired: people must say
        /// that the date is right (G14).
        case unproven(until: Timestamp)
        case refused(Refusal)
    }

    /// Why it does not allow it.
    package enum Refusal: Sendable, Equatable, CustomStringConvertible {
        case product(String)
        case device
        case from(Version)
        case to(Version)
        case notYet(Timestamp)
        case expired(Timestamp)

        package var description: String {
            switch self {
            case .product(let product): "it is for the product '\(product)'"
            case .device: "it names neither this device nor a group of it"
            case .from(let running): "it does not name \(running), which runs here"
            case .to(let version): "it allows going back to \(version) only"
            case .notYet(let time): "it begins at \(time)"
            case .expired(let time): "it ended at \(time)"
            }
        }
    }

    /// Whether `device` may go back to `version` now.
    ///
    /// With a clock that cannot be relied on, trusted time is a lower bound: it can show that the authorisation has expired, and
    /// that it has begun, but never that it still holds.
    package func allows(_ version: Version, on device: DeviceFacts) -> Answer {
        guard device.product == product else { return .refused(.product(product)) }
        let isNamed = devices.contains(device.id) || groups.contains { device.groups.contains($0) }
        guard isNamed || devices.isEmpty && groups.isEmpty else { return .refused(.device) }
        guard from.contains(device.running) else { return .refused(.from(device.running)) }
        guard version == to else { return .refused(.to(to)) }
        let time = device.time.time
        guard time < expires else { return .refused(.expired(expires)) }
        guard device.isTimeKnown else { return .unproven(until: expires) }
        return time < issued ? .refused(.notYet(issued)) : .allowed
    }
}

extension DowngradeAuthorisation {
    package init(reading fields: inout Fields) throws(DocumentError) {
        id = try fields.documentID()
        issued = try fields.timestamp("issued")
        expires = try fields.timestamp("expires")
        product = try fields.telling("product")
        devices = try fields.names("devices", limit: 4096)
        groups = try fields.names("groups")
        from = []
        for (value, path) in try fields.list("from", limit: 64) {
            guard let version = value.string.flatMap({ Version($0) }) else {
                throw .unacceptable(path, reason: "is not a version like 1.2.3")
            }
            guard !from.contains(version) else { throw .unacceptable(path, reason: "stands in the list twice") }
            from.append(version)
        }
        guard !from.isEmpty else { throw fields.refuse("from", "is empty") }
        to = try fields.version("to")
        var reason = try fields.fields("reason")
        let word = try reason.string("kind")
        guard let kind = Reason.Kind(rawValue: word) else {
            let known = Reason.Kind.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw reason.refuse("kind", "is '\(word.printable(limit: 64))', not one of \(known)")
        }
        self.reason = Reason(kind: kind, text: try reason.telling("text", limit: 2000))
        try reason.done()
        fsca = try fields.optionalTelling("fsca")
        urgentRationale = try fields.optionalTelling("urgentRationale", limit: 2000)
    }

    package func requireCoherence() throws(ControlDocumentError) {
        guard issued < expires else {
            throw .contradiction(.downgrade, reason: "it ends at \(expires), not after it was issued, at \(issued)")
        }
        for version in from where version <= to {
            throw .contradiction(.downgrade, reason: "\(to) is not older than \(version)")
        }
        // MDCG 2023-3 Q17: going back for a reason of safety is a field safety corrective action.
        guard reason.kind != .safety || fsca != nil || urgentRationale != nil else {
            throw .contradiction(
                .downgrade,
                reason: "its reason is safety, but it names no field safety corrective action and not why it is urgent")
        }
    }

    package var json: JSON {
        .members([
            "schema": .string(Self.kind.rawValue), "id": .string(id), "issued": .string(issued.description),
            "expires": .string(expires.description), "product": .string(product),
            "devices": devices.isEmpty ? nil : .strings(devices), "groups": groups.isEmpty ? nil : .strings(groups),
            "from": .strings(from.map(\.description)), "to": .string(to.description),
            "reason": ["kind": .string(reason.kind.rawValue), "text": .string(reason.text)],
            "fsca": fsca.map(JSON.string), "urgentRationale": urgentRationale.map(JSON.string),
        ])
    }
}
