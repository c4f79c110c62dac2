package import ChangeControl
package import Documents
package import Platform
package import SystemPackage

/// A record that is being written: what was answered so far, in a file beside the one that it becomes.
package struct RecordDraft: Sendable {
    /// Where the record goes.
    package let path: FilePath
    private let storage: Storage
    private let description: RecordDescription

    package init(of path: FilePath, in storage: Storage, description: RecordDescription) {
        self.path = path
        self.storage = storage
        self.description = description
    }

    /// Where the draft is meanwhile.
    package var draftPath: FilePath {
        path.removingLastComponent().appending("\(path.lastComponent?.string ?? "").draft")
    }

    /// What an earlier session answered; an empty object where there was none.
    package func read() throws(ReleaseError) -> JSON {
        guard storage.exists(draftPath) else { return [:] }
        return try RecordFile.document(draftPath, in: storage)
    }

    /// Keeps the answers so far, whole or not at all.
    package func save(_ answers: JSON) throws(ReleaseError) {
        let text = RecordTOML.text(answers, description: description, commented: false)
        try attempt { () throws(StorageError) in
            try storage.replace(draftPath, with: Array(text.utf8), mode: 0o644)
        }
    }

    /// Makes the record of the answers, if they are one; the draft goes.
    package func finish(_ answers: JSON) throws(ReleaseError) -> ChangeRecord {
        let record: ChangeRecord
        do throws(DocumentError) { record = try ChangeRecord(answers) } catch { throw .document(draftPath, error) }
        let text = RecordTOML.text(answers, description: description)
        try attempt { () throws(StorageError) in
            try storage.replace(path, with: Array(text.utf8), mode: 0o644)
            try storage.removeIfThere(draftPath)
        }
        return record
    }
}

/// Files in TOML that hold a record, or a part of one.
package enum RecordFile {
    private static let largest = 1 << 20

    /// The text and what it says, not yet judged.
    package static func document(_ path: FilePath, in storage: Storage) throws(ReleaseError) -> JSON {
        let text = try text(of: path, in: storage)
        do throws(DocumentError) { return try TOML.read(text) } catch { throw .document(path, error) }
    }

    package static func text(of path: FilePath, in storage: Storage) throws(ReleaseError) -> String {
        let bytes = try attempt { () throws(StorageError) in try storage.read(path, limit: largest) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .document(path, .malformed(offset: 0, reason: "invalid UTF-8"))
        }
        return text
    }
}
