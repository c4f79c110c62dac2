package import Documents
import SystemPackage

/// The auditor's verifier, `scripts/verify-ledger`: a second reading of our formats that shares no code with ours.
package enum Auditor {
    /// What it says about one thing.
    package struct Answer: Sendable {
        /// 0 nothing wrong, 1 not all could be checked, 2 wrong usage, 3 something is wrong.
        package let status: Int32
        /// The line of JSON for programs.
        package let report: JSON
        package let error: String

        /// The code of the first finding, nil where there is none; empty where the documents have no code for it.
        package var code: String? { report["findings"]?.array?.first?["code"]?.string }

        /// The first bad index of a ledger, nil where it is whole.
        package var index: Int64? { report["findings"]?.array?.first?["index"]?.integer }

        package var warnings: [String] { report["warnings"]?.array?.compactMap(\.string) ?? [] }
    }

    package static func ask(_ arguments: [String], input: [UInt8] = []) throws -> Answer {
        let done = try Tool.run(["python3", program, "--json"] + arguments, input: input)
        guard let line = done.output.split(separator: 0x0A).first else {
            return Answer(status: done.status, report: .null, error: done.error)
        }
        return Answer(status: done.status, report: try read(line), error: done.error)
    }

    /// Its answers about many exports in one run, in their order.
    package static func ask(batch exports: [(head: JSON, bytes: [UInt8])]) throws -> [Answer] {
        var input: [UInt8] = []
        for export in exports {
            input += export.head.canonicalBytes
            input.append(0x0A)
            input += export.bytes
        }
        let done = try Tool.run(["python3", program, "--batch"], input: input)
        return try done.output.split(separator: 0x0A).map { line in
            let report = try read(line)
            let isRight = report["verdict"] == "right"
            return Answer(status: isRight ? 0 : 3, report: report, error: done.error)
        }
    }

    private static var program: String { ProjectFolder.file("scripts/verify-ledger").string }

    private static func read(_ line: ArraySlice<UInt8>) throws -> JSON {
        try JSONReader.read(Array(line), limit: 1 << 20)
    }
}
