import Bundles
import Documents
import Platform
package import SystemPackage
import TestSupport
import Vocabulary

/// Valid inputs for every door, made by the product's own tools: what fuzzing begins with.
package enum Seeds {
    /// Writes a folder for each door, with a file for each of its seeds.
    package static func write(into folder: FilePath) throws(FuzzingError) {
        let storage = Storage()
        for door in Door.allCases {
            do {
                try storage.createFolder(folder)
                try storage.createFolder(folder.appending(door.rawValue))
                for (number, seed) in try seeds(of: door).enumerated() {
                    try storage.replace(folder.appending(door.rawValue).appending("seed-\(number)"), with: seed)
                }
            } catch {
                throw .unprepared(door: door.rawValue, reason: "\(error)")
            }
        }
    }

    /// What a door takes without a refusal, and every kind of it.
    package static func seeds(of door: Door) throws -> [[UInt8]] {
        let folder = try TemporaryFolder(inMemory: true)
        let ground = try Ground(folder.file("ground"))
        return switch door {
        case .bundle, .index, .manifest: try bundles(door)
        case .cms, .signedDocument, .statement: try approvals(door, ground)
        case .changeRecord: edits(of: Templates.records) + texts(Templates.records)
        case .rulePack: try rulePacks()
        case .grant: try grants(ground)
        case .request: edits(of: Templates.requests) + texts(Templates.requests)
        case .profile: try profiles(ground)
        case .bootEnvironment: try environments(ground)
        case .console, .session: keys(door)
        case .frames, .conversation, .transfer: try lines(door)
        case .smp, .firmware: peripherals(door)
        case .http: answers
        case .ledger, .export, .checkpoint: try ledgers(door, ground)
        case .state: edits(of: Templates.states) + texts(Templates.states)
        case .database: try databases(ground)
        case .json: (Templates.states + Templates.records).map(\.canonicalBytes) + numbers
        }
    }

    /// The choice of edits, which template, and one edit that puts a value in its own place.
    static func edits(of templates: [JSON]) -> [[UInt8]] {
        templates.indices.map { [1, UInt8($0), 9, 0, 0, 0, 0] }
    }

    /// The choice of text, and the text.
    static func texts(_ documents: [JSON]) -> [[UInt8]] { documents.map { [0] + $0.canonicalBytes } }

    private static let numbers = ["0", "-1", "1.5e-7", "9007199254740991", "[1e2,-0.0]", "\"\\u00e9\\ud83d\\ude00\""]
        .map { Array($0.utf8) }
}
