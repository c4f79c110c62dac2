import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// The self-tests that an image declares in `/usr/lib/aftercare/self-tests.d/*.toml`, in the order of file names and
/// lines.
package struct SelfTestPlan: Sendable, Equatable {
    package static let folder: FilePath = "/usr/lib/aftercare/self-tests.d"
    package static let testLimit = 256
    package static let fileLimit = 256 * 1024

    package let tests: [SelfTest]
    /// What was asked belongs to the evidence as much as what came out.
    package let declarations: [Declaration]
    /// False where the image has no folder of self-tests at all.
    package let hasFolder: Bool

    /// A file the tests were read from.
    package struct Declaration: Sendable, Hashable {
        package let file: String
        package let digest: Digest
    }

    package init(tests: [SelfTest], declarations: [Declaration] = [], hasFolder: Bool = true) {
        self.tests = tests
        self.declarations = declarations
        self.hasFolder = hasFolder
    }

    /// The tests that need nobody: what a trial runs.
    package var unattended: [SelfTest] { tests.filter { !$0.isAttended } }

    /// Nothing was declared, in no file or no folder: nothing can be proven, and the caller decides what that means.
    package var isEmpty: Bool { tests.isEmpty }

    /// Reads every `*.toml` of a folder; one bad key anywhere refuses all, because half a plan would prove half.
    package static func read(
        folder: FilePath = SelfTestPlan.folder, storage: Storage = Storage()
    ) throws(SelfTestError) -> SelfTestPlan {
        guard storage.exists(folder) else { return SelfTestPlan(tests: [], hasFolder: false) }
        var tests: [SelfTest] = []
        var declarations: [Declaration] = []
        var homes: [String: FilePath] = [:]
        for name in try names(in: folder, storage) {
            let file = folder.appending(name)
            let bytes = try content(of: file, storage)
            declarations.append(Declaration(file: name, digest: SHA256.digest(of: bytes)))
            for test in try read(bytes, from: file) {
                if let other = homes.updateValue(file, forKey: test.id) { throw .duplicate(test.id, file, other) }
                guard tests.count < testLimit else { throw .tooMany(folder, limit: testLimit) }
                tests.append(test)
            }
        }
        return SelfTestPlan(tests: tests, declarations: declarations)
    }

    private static func names(in folder: FilePath, _ storage: Storage) throws(SelfTestError) -> [String] {
        do {
            return try storage.names(in: folder).filter { $0.hasSuffix(".toml") && !$0.hasPrefix(".") }
        } catch {
            throw .cannotRead(error)
        }
    }

    private static func content(of file: FilePath, _ storage: Storage) throws(SelfTestError) -> [UInt8] {
        do { return try storage.read(file, limit: fileLimit) } catch { throw .cannotRead(error) }
    }

    private static func read(_ bytes: [UInt8], from file: FilePath) throws(SelfTestError) -> [SelfTest] {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText(file) }
        do throws(DocumentError) {
            return try TOML.read(text, limit: fileLimit) { (fields) throws(DocumentError) in
                var tests: [SelfTest] = []
                for (value, path) in try fields.list("test", limit: testLimit) {
                    var test = try Fields(value, at: path)
                    tests.append(try SelfTest(&test))
                }
                return tests
            }
        } catch {
            throw .malformed(file, error)
        }
    }
}
