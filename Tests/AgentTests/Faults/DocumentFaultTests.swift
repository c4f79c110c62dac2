import Agent
import Documents
import Platform
import PowerCuts
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Signed documents that cannot be read", .timeLimit(.minutes(2)))
struct DocumentFaultTests {
    /// One file that cannot be read until it is mended.
    private final class BadFile: StorageObserver {
        private let file: FilePath
        private let errno: Errno
        private let isMended = Mutex(false)

        init(_ file: FilePath, _ errno: Errno) {
            self.file = file
            self.errno = errno
        }

        func mend() { isMended.withLock { $0 = true } }

        func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision { .proceed }

        func failure(reading path: FilePath, at offset: UInt64, count: Int) -> Errno? {
            path == file && isMended.withLock { !$0 } ? errno : nil
        }
    }

    @Test(
        "Nothing is judged by what is left of them: the update fails with the reason, and the same agent takes it later",
        arguments: [(Errno.tooManyOpenFiles, "AC-1001"), (.ioError, "AC-1004")])
    func unreadable(errno: Errno, code: String) async throws {
        let machine = try SimulatedMachine()
        for document in machine.configuration.changeControl.documents {
            let file = BadFile(document, errno)
            let agent = try RunningAgent(machine, observer: file)
            let source = try machine.source(try machine.bundle(TestImage("1.1.0")))
            try await agent.offer(source, activates: false)
            let status = try await agent.status { $0["last"] != nil }
            #expect(status["last"]?["outcome"] == "failed", "\(status)")
            #expect(status["last"]?["fault"]?["code"]?.string == code, "\(status)")
            #expect(status["last"]?["resumable"] == true)
            #expect(try machine.slot(.b).allSatisfy { $0 == 0 })
            file.mend()
            try await agent.offer(source, activates: false)
            try await agent.state("installed")
            try await agent.alive.cancel()
            try await agent.state("idle")
            await agent.stop()
            try machine.folder.write("disk/b.img", [UInt8](repeating: 0, count: TestImage.byteCount))
        }
        #expect(!machine.configuration.changeControl.documents.isEmpty)
    }
}
