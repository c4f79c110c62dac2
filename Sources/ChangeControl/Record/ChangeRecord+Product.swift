package import Documents
package import Vocabulary

extension ChangeRecord {
    /// The words of ISO/IEC/IEEE 14764.
    package enum MaintenanceClass: String, Sendable, CaseIterable {
        case corrective, adaptive, preventive, perfective, additive
    }

    package enum Urgency: String, Sendable, CaseIterable {
        case routine, expedited, emergency
    }

    package struct Product: RecordPart {
        package static let name = "product"
        package static let summary = "The device that the record is about."

        package let basicUDIDI: String?
        package let deviceModel: String
        package let hardwareRevisions: [String]
        package let deviceClass: DeviceClass

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            basicUDIDI = try reader.optional(
                "basicUdiDi", .reference, "The Basic UDI-DI, where the market has one.", clause: "MDR Annex VI C 1")
            deviceModel = try reader.required("deviceModel", .text(128), "The model, as on its label.")
            hardwareRevisions = try reader.required(
                "hardwareRevisions", .list(of: .reference, 1...64, distinct: true),
                "The hardware revisions that the release runs on.", clause: "IEC 62304 8.1.1")
            deviceClass = try reader.required("deviceClass", .object(DeviceClass.self), "The classes of risk.")
        }
    }

    package struct DeviceClass: RecordPart {
        package static let name = "product.deviceClass"
        package static let summary = "The classes of risk that the device is in."

        package enum EU: String, Sendable, CaseIterable {
            case i = "I"
            case iia = "IIa"
            case iib = "IIb"
            case iii = "III"
        }
        package enum US: String, Sendable, CaseIterable {
            case i = "I"
            case ii = "II"
            case iii = "III"
        }
        package enum Software: String, Sendable, CaseIterable {
            case a = "A"
            case b = "B"
            case c = "C"
        }

        package let eu: EU?
        package let us: US?
        package let software: Software

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            eu = try reader.optional("eu", .word(EU.self), "The class in the EU.", clause: "MDR Annex VIII")
            us = try reader.optional("us", .word(US.self), "The class in the US.", clause: "21 CFR 860.3")
            software = try reader.required(
                "swSafetyClass", .word(Software.self), "The safety class of the software.", clause: "IEC 62304 4.3")
        }
    }

    package struct VersionStep: RecordPart {
        package static let name = "version"
        package static let summary = "From which versions to which."

        package let from: [Version]
        package let to: Version
        package let securityVersion: Int64
        package let supersedes: [Digest]

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            from = try reader.required(
                "from", .list(of: .version, distinct: true),
                "The exact versions that it may be installed over; none in a baseline.", clause: "IEC 62304 6.2.3")
            to = try reader.required("to", .version, "The version of this release.", clause: "IEC 62304 5.8.4")
            securityVersion = try reader.required(
                "securityVersion", .integer(0...JSON.largestInteger), "Rises where going back would be unsafe.",
                clause: "FDA cybersecurity guidance App. 1 C, D")
            supersedes = try reader.required(
                "supersedes", .list(of: .digest, 0...1024, distinct: true),
                "The digests of all earlier records back to the baseline, oldest first.",
                clause: "FDA software guidance (cumulative effect); IEC 62304 8.3")
        }
    }

    package struct IntendedPurpose: RecordPart {
        package static let name = "intendedPurpose"
        package static let summary = "Whether the intended purpose changes."

        package enum Direction: String, Sendable, CaseIterable { case none, limitation, `extension` }

        package let changed: Bool
        package let direction: Direction

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            changed = try reader.required(
                "changed", .flag, "The intended purpose is another one.", clause: "MDCG 2020-3 chart A; MDR Art. 2(12)")
            direction = try reader.required(
                "direction", .word(Direction.self), "Whether it becomes narrower or wider; `none` if it stays.",
                clause: "MDCG 2020-3 chart A")
        }
    }
}
