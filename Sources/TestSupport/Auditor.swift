package import Documents

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
        let program = ProjectFolder.file("scripts/verify-ledger").string
        let done = try Tool.run(["python3", program, "--json"] + arguments, input: input)
        let report = try? JSONReader.read(
            Array(done.text.split(separator: "\n").first?.utf8 ?? "".utf8), limit: 1 << 20)
        return Answer(status: done.status, report: report ?? .null, error: done.error)
    }

    /// Its answers about many exports in one run, in their order.
    package static func ask(batch exports: [(head: JSON, bytes: [UInt8])]) throws -> [Answer] {
        let program = ProjectFolder.file("scripts/verify-ledger").string
        let input = exports.flatMap { $0.head.canonicalBytes + [0x0A] + $0.bytes }
        let done = try Tool.run(["python3", program, "--batch"], input: input)
        return try done.output.split(separator: 0x0A).map { line in
            let report = try JSONReader.read(Array(line), limit: 1 << 20)
            let status: Int32 = report["findings"]?.array?.isEmpty == false ? 3 : 0
            return Answer(status: status, report: report, error: done.error)
        }
    }
}
