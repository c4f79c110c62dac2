import Platform
import SystemPackage
import TestSupport
import Trust
import Vocabulary

/// A small thing that is kept on its own: what is done to it, and whether what was promised of it is there.
struct StoreScenario: Scenario {
    let name: String
    let summary: String
    var isMachine: Bool { false }
    /// Works in a folder and tells each promise when it is made.
    let work: @Sendable (FilePath, Storage, _ promise: (String) -> Void) async throws -> Void
    /// Gives what does not hold of these promises.
    let check: @Sendable (FilePath, Storage, [String]) async throws -> [String]

    func record() async throws -> Recording {
        let folder = try TemporaryFolder(inMemory: true)
        let recorder = try MediumRecorder(folder.path)
        try await work(folder.path.appending("store"), Storage(observer: recorder)) { recorder.promise($0) }
        return try recorder.recording(answer: "done")
    }

    func makeBench(_ recording: Recording) throws -> any Bench { try StoreBench(self, recording) }
}

private final class StoreBench: Bench {
    private let scenario: StoreScenario
    private let folder: TemporaryFolder
    private let ground: Ground

    init(_ scenario: StoreScenario, _ recording: Recording) throws {
        self.scenario = scenario
        folder = try TemporaryFolder(inMemory: true)
        ground = try Ground(folder.path, recording, allowed: ["store"])
    }

    var account: String { ((try? MediumContent(of: folder.path))?.files ?? [:]).keys.sorted().joined(separator: "\n") }

    func judge(_ content: MediumContent, _ circumstances: Recording.Circumstances) async throws -> [String] {
        try ground.put(content)
        return try await scenario.check(folder.path.appending("store"), ground.storage, circumstances.promises)
            + ground.examineRest()
    }
}
