import Agent
import BootControl
import Documents
import Hardware
import Health
import Platform
import SelfTests
import SystemPackage
import Trust
import Vocabulary

/// What people write in TOML and devices read: the board, the health plan, self-tests, the device's configuration.
///
/// The first byte, modulo five, says which; 4 is any TOML.
struct ProfileDoor: Entrance {
    private let ground: Ground
    private let tests: FilePath

    init(_ ground: Ground) throws {
        self.ground = ground
        tests = ground.path("self-tests.d")
        try ground.storage.createFolder(tests)
        // What a configuration names is there: it is read on.
        let approvers = try ground.approvers()
        for (role, anchors) in approvers.policy.roles {
            _ = try ground.write("\(role).pem", try anchors[0].pem)
        }
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let kind = feed.byte() % 5
        let content = feed.remainder
        let text = String(decoding: content, as: UTF8.self)
        switch kind {
        case 0: try read(text) { text throws(DocumentError) in try BoardProfile(text) }
        case 1: try read(text) { text throws(DocumentError) in try HealthPlan(text) }
        case 2: try readTests(content)
        case 3: try readConfiguration(content)
        default: try Self.readAny(text)
        }
    }

    private func read<Value: Equatable>(
        _ text: String, _ read: (String) throws(DocumentError) -> Value
    ) throws(FuzzingError) {
        let value: Value
        do throws(DocumentError) { value = try read(text) } catch { return try Self.check(error, in: text) }
        try promise("a text says the same every time", (try? read(text)) == value)
    }

    /// A refusal names a place that is there.
    private static func check(_ error: DocumentError, in text: String) throws(FuzzingError) {
        guard let position = error.position else { return }
        let lines = text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
        try promise(
            "a refusal points at a line of the text: \(position) of \(lines)",
            (1...lines + 1).contains(position.line) && position.column >= 1)
    }

    private func readTests(_ content: [UInt8]) throws(FuzzingError) {
        do {
            try ground.storage.replace(tests.appending("one.toml"), with: content)
        } catch { throw .unprepared(door: "profile", reason: error.description) }
        guard let plan = try? SelfTestPlan.read(folder: tests, storage: ground.storage) else { return }
        try promise("tests are bounded", plan.tests.count <= SelfTestPlan.testLimit)
        try promise("every test has a name of its own", Set(plan.tests.map(\.id)).count == plan.tests.count)
        try promise(
            "tests are the same every time", (try? SelfTestPlan.read(folder: tests, storage: ground.storage)) == plan)
    }

    private func readConfiguration(_ content: [UInt8]) throws(FuzzingError) {
        let path: FilePath
        do { path = try ground.write("aftercare.toml", content) } catch {
            throw .unprepared(door: "profile", reason: error.description)
        }
        guard let configuration = try? Configuration.read(path, storage: ground.storage) else { return }
        let sets = configuration.loader.slotSets
        try promise("a device has two slot sets at least", sets.count >= 2)
        for slot in configuration.slots {
            try promise("a slot is of a set that the loader knows", sets.contains(slot.set))
        }
        try promise("somebody has to approve releases", !configuration.trust.required.isEmpty)
    }

    /// What TOML says is JSON that can be written and read.
    private static func readAny(_ text: String) throws(FuzzingError) {
        let value: JSON
        do throws(DocumentError) { value = try TOML.read(text) } catch { return try check(error, in: text) }
        let written = value.canonicalBytes
        try promise(
            "a document that was taken can be written and read again",
            (try? JSONReader.read(written, limit: 16 << 20))?.canonicalBytes == written)
    }
}
