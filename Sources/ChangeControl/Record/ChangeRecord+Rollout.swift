package import Documents
package import Vocabulary

extension ChangeRecord {
    package struct Rollback: RecordPart {
        package static let name = "rollback"
        package static let summary = "Where a device may go back to."

        package enum DataMigration: String, Sendable, CaseIterable {
            case none, reversible
            case forwardOnly = "forward_only"
        }

        package let allowedTo: [Version]
        package let dataMigration: DataMigration
        package let minimumSecurityVersionAfterSoak: Int64
        package let soakHours: Int64

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            let clause = "FDA cybersecurity guidance App. 1 C, D"
            allowedTo = try reader.required(
                "allowedTo", .list(of: .version, distinct: true), "The exact versions that a device may go back to.",
                clause: clause)
            dataMigration = try reader.required(
                "dataMigration", .word(DataMigration.self), "What becomes of the device's data.",
                clause: "IEC 62304 6.2.3")
            minimumSecurityVersionAfterSoak = try reader.required(
                "minimumSecurityVersionAfterSoak", .integer(0...JSON.largestInteger),
                "The security version below which a device does not go once the release has proved stable.",
                clause: clause)
            soakHours = try reader.required("soakHours", .integer(0...8760), "Hours until then.", clause: clause)
        }
    }

    package struct Rollout: RecordPart {
        package static let name = "rollout"
        package static let summary = "In which steps the release reaches devices."

        package let careAreaMaxConcurrent: Int64
        package let stopRules: [String]
        package let phases: [Phase]

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            careAreaMaxConcurrent = try reader.required(
                "careAreaMaxConcurrent", .integer(1...10000), "How many devices of one care area may restart together.",
                clause: "FDA cybersecurity guidance V.B.2(b) (multi-patient harm)")
            stopRules = try reader.required(
                "stopRules", .lines(500), "What ends the rollout.", clause: "MDR Art. 83(3)")
            phases = try reader.required(
                "phases", .list(of: .object(Phase.self), 1...32), "The steps, first to last.", clause: "MDR Art. 83(3)")
        }
    }

    package struct Phase: RecordPart {
        package static let name = "rollout.phases[]"
        package static let summary = "One step of the rollout: a group of devices or a share of all."

        package let percent: Double?
        package let group: String?
        package let minSoakHours: Int64
        package let maxFailures: Int64
        package let maxAutoRollbackRate: Double

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            percent = try reader.optional(
                "percent", .number(0...100), "The share of all devices, in per cent; or `group`.")
            group = try reader.optional("group", .reference, "The group of devices; or `percent`.")
            minSoakHours = try reader.required("minSoakHours", .integer(0...8760), "Hours before the next step.")
            maxFailures = try reader.required(
                "maxFailures", .integer(0...1_000_000), "More failed installations end it.")
            maxAutoRollbackRate = try reader.required(
                "maxAutoRollbackRate", .number(0...100), "A larger share of automatic rollbacks ends it, in per cent.")
        }
    }

    /// What the device tests before it commits the release.
    package struct SelfTestPromise: RecordPart {
        package static let name = "selfTests[]"
        package static let summary = "A test that the device runs before it commits the release."

        package enum OnFail: String, Sendable, CaseIterable { case rollback, flag }

        package let id: String
        package let limit: String
        package let timeout: Int64
        package let onFail: OnFail

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            let clause = "MDR Art. 10(12); IEC 62304 6.2.1"
            id = try reader.required("id", .reference, "The test's name in the device's plan.", clause: clause)
            limit = try reader.required("limit", .text(200), "What it must find.", clause: clause)
            timeout = try reader.required("timeoutS", .integer(1...86400), "Seconds that it may take.", clause: clause)
            onFail = try reader.required("onFail", .word(OnFail.self), "What follows a failure.", clause: clause)
        }
    }
}
