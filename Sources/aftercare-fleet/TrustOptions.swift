import ArgumentParser
import Documents
import Platform
import SystemPackage
import Trust

/// What a device trusts, to check beforehand what it will check.
struct TrustOptions: ParsableArguments {
    @Option(
        name: .long, help: "What a device trusts: its configuration, or the folder with trust.toml.",
        completion: .file(extensions: ["toml"]))
    var trust: String?

    /// Nil where nobody said.
    func policy(in storage: Storage) throws -> TrustPolicy? {
        guard let trust else { return nil }
        var path = FilePath(trust)
        if storage.exists(path.appending("trust.toml")) { path = path.appending("trust.toml") }
        let bytes: [UInt8]
        do throws(StorageError) {
            bytes = try storage.read(path, limit: 1 << 20)
        } catch { throw TrustError.unreadable(error) }
        let table: Fields
        do throws(DocumentError) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .malformed(offset: 0, reason: "invalid UTF-8")
            }
            // Of a device's whole configuration only this table matters here.
            var fields = try Fields(try TOML.read(text))
            table = try fields.fields("trust")
        } catch { throw TrustError.policy(error) }
        return try TrustPolicy.read(table, folder: path.removingLastComponent(), storage: storage)
    }
}
