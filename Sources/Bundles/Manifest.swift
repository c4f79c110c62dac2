package import Documents
import Platform
package import Vocabulary

/// The signed description inside a bundle: what it is for, what it holds and why it may be installed.
package struct Manifest: Equatable, Sendable {
    package static let schema = "aftercare.manifest/1"
    package static let changeSchema = "aftercare.change/1"

    package var product: String
    /// The hardware revisions that it runs on, each exactly as the device names its own.
    package var hardware: [String]
    package var version: Version
    /// The exact versions that it may be installed over; empty in a baseline, which is only provisioned.
    package var from: [Version]
    package var securityVersion: Int64
    package var created: Timestamp
    /// Seconds from the start of the trial to the moment by which all self-tests must have held.
    package var selfTestDeadline: Int64
    /// The exact versions that a device may go back to.
    package var fallbacks: [Version]
    package var images: [ImageDescription]
    package var indexLength: UInt64
    package var payloadLength: UInt64
    /// SHA-256 of the whole payload as it is stored.
    package var payloadDigest: Digest
    /// The change record (an object of schema `aftercare.change/1`); what it says is ChangeControl's to judge.
    package var change: JSON
    /// The change records of earlier releases that a device may not have had, oldest first.
    package var history: [JSON]
    /// SHA-256 of the software bill of materials.
    package var sbomDigest: Digest?
    /// SHA-256 of the statement on the vulnerabilities of what the bill of materials lists (VEX).
    package var vexDigest: Digest?
    /// Members whose names start with `x-`, kept as they are.
    package var extensions: [String: JSON]

    package init(
        product: String, hardware: [String], version: Version, from: [Version], securityVersion: Int64,
        created: Timestamp, selfTestDeadline: Int64, fallbacks: [Version], images: [ImageDescription],
        payloadLength: UInt64, payloadDigest: Digest, change: JSON, history: [JSON] = [],
        sbomDigest: Digest? = nil, vexDigest: Digest? = nil, extensions: [String: JSON] = [:]
    ) {
        self.product = product
        self.hardware = hardware
        self.version = version
        self.from = from
        self.securityVersion = securityVersion
        self.created = created
        self.selfTestDeadline = selfTestDeadline
        self.fallbacks = fallbacks
        self.images = images
        indexLength = images.reduce(0) { $0 + $1.indexLength }
        self.payloadLength = payloadLength
        self.payloadDigest = payloadDigest
        self.change = change
        self.history = history
        self.sbomDigest = sbomDigest
        self.vexDigest = vexDigest
        self.extensions = extensions
    }

    /// SHA-256 of the change record's canonical bytes.
    package var changeDigest: Digest { Self.digest(of: change) }

    /// What a change record is named by: SHA-256 of its canonical bytes.
    package static func digest(of record: JSON) -> Digest { SHA256.digest(of: record.canonicalBytes) }

    /// The one byte sequence for this manifest (RFC 8785): what is signed.
    package var canonicalBytes: [UInt8] {
        var members: JSON = .members([
            "schema": .string(Self.schema), "product": .string(product), "hardware": .strings(hardware),
            "version": .string(version.description), "from": .strings(from.map(\.description)),
            "securityVersion": .number(securityVersion), "created": .string(created.description),
            "selfTestDeadline": .number(selfTestDeadline), "fallbacks": .strings(fallbacks.map(\.description)),
            "images": .array(images.map(\.json)), "indexLength": .number(indexLength),
            "payloadLength": .number(payloadLength), "payloadDigest": .string(payloadDigest.hex), "change": change,
            "changeDigest": .string(changeDigest.hex), "history": history.isEmpty ? nil : .array(history),
            "sbomDigest": sbomDigest.map { .string($0.hex) }, "vexDigest": vexDigest.map { .string($0.hex) },
        ])
        if case .object(let known) = members { members = .object(known.merging(extensions) { kept, _ in kept }) }
        return members.canonicalBytes
    }
}
