import Heartbeats
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("The queue of heartbeats")
struct QueueTests {
    private func queue(
        _ folder: TemporaryFolder, _ endpoints: [String] = ["one"], items: Int = 1000, bytes: Int = 1 << 20,
        storage: Storage = Storage()
    ) throws -> HeartbeatQueue {
        var bounds = QueueBounds()
        bounds.items = items
        bounds.bytes = bytes
        return try HeartbeatQueue(
            folder.file("heartbeats.db"), endpoints: endpoints, bounds: bounds, storage: storage, now: ManualTime.start)
    }

    private func ids(_ queue: HeartbeatQueue, bytes: Int = 1 << 20) async throws -> [String] {
        try await queue.next(for: "one", bytes: bytes)?.ids ?? []
    }

    @Test("Alarms leave first, the newest of them first; heartbeats leave oldest first")
    func order() async throws {
        let folder = try TemporaryFolder()
        let queue = try queue(folder)
        let priorities: [HeartbeatPriority] = [.routine, .urgent, .finding, .routine, .urgent, .finding]
        for (number, priority) in priorities.enumerated() { try await queue.add(Sample.item(number, priority)) }
        #expect(try await ids(queue) == [4, 1, 5, 2, 0, 3].map { Sample.item($0).id })
    }

    @Test("A batch holds one signal, and as much as fits")
    func batches() async throws {
        let folder = try TemporaryFolder()
        let queue = try queue(folder)
        try await queue.add(Sample.item(0, bytes: 1000))
        try await queue.add(Sample.item(1, bytes: 1000))
        try await queue.add(Sample.item(2, signal: .logs, bytes: 1000))
        try await queue.add(Sample.item(3, bytes: 1000))
        #expect(try await ids(queue) == [0, 1, 3].map { Sample.item($0).id })
        #expect(try await ids(queue, bytes: 2002) == [0, 1].map { Sample.item($0).id })
        // One that is larger than a batch goes alone.
        #expect(try await ids(queue, bytes: 10) == [Sample.item(0).id])
    }

    @Test("A full queue drops the oldest of the lowest priority, and counts it", arguments: [true, false])
    func bounds(byCount: Bool) async throws {
        let folder = try TemporaryFolder()
        let queue = try byCount ? queue(folder, items: 4) : queue(folder, bytes: 550)
        let priorities: [HeartbeatPriority] = [
            .urgent, .routine, .finding, .routine, .urgent, .urgent, .finding, .routine,
        ]
        for (number, priority) in priorities.enumerated() { try await queue.add(Sample.item(number, priority)) }
        #expect(try await ids(queue) == [5, 4, 0, 6].map { Sample.item($0).id })
        let state = try await queue.state()
        #expect(
            state.dropped == [
                QueueState.Drop(.routine, .bound): 3, QueueState.Drop(.finding, .bound): 1,
            ])
        // gzip adds its 23 bytes to what it cannot shrink.
        #expect(state.bytes == 4 * 123)
    }

    @Test("What could never fit is refused and counted")
    func tooLarge() async throws {
        let folder = try TemporaryFolder()
        let queue = try queue(folder, bytes: 1000)
        await #expect(throws: HeartbeatError.tooLarge(bytes: 1024, limit: 1000)) {
            try await queue.add(Sample.item(1, .urgent, bytes: 1001))
        }
        #expect(try await queue.state().dropped == [QueueState.Drop(.urgent, .bound): 1])
    }

    @Test("An endpoint that is configured no more drops what waited for it alone; a new one gets what comes")
    func otherEndpoints() async throws {
        let folder = try TemporaryFolder()
        try await fill(folder)
        let queue = try queue(folder, ["two", "three"])
        #expect(try await queue.next(for: "two", bytes: 1000)?.ids == [Sample.item(1).id])
        #expect(try await queue.next(for: "three", bytes: 1000) == nil)
        #expect(try await queue.state().dropped == [:])
        let last = try await reopened(folder)
        #expect(last.dropped == [QueueState.Drop(.routine, .unaddressed): 1])
        #expect(last.count == 0)
    }

    private func fill(_ folder: TemporaryFolder) async throws {
        try await queue(folder, ["one", "two"]).add(Sample.item(1))
    }

    private func damage(_ id: String, in folder: TemporaryFolder) throws {
        let database = try Storage().openDatabase(folder.file("heartbeats.db"), migrations: [])
        try database.execute("UPDATE items SET body = ? WHERE id = ?", [.blob([1, 2, 3]), .text(id)])
    }

    private func reopened(_ folder: TemporaryFolder) async throws -> QueueState {
        let copy = try TemporaryFolder()
        for name in ["heartbeats.db", "heartbeats.db-wal"] where folder.has(name) {
            try copy.write(name, try folder.read(name))
        }
        return try await queue(copy, ["three"]).state()
    }

    @Test("A damaged file is set aside, and a new queue begun", arguments: [0, 30, 100])
    func damaged(at offset: Int) async throws {
        let folder = try TemporaryFolder()
        try await fill(folder)
        var bytes = try folder.read("heartbeats.db")
        for index in offset..<min(offset + 60, bytes.count) { bytes[index] = 0xAA }
        try folder.write("heartbeats.db", bytes)
        let queue = try queue(folder)
        #expect(queue.setAside == folder.file("heartbeats.db.corrupt-1"))
        try await queue.add(Sample.item(2))
        #expect(try await ids(queue) == [Sample.item(2).id])
    }

    @Test(
        "Cut or torn at any change, it keeps every item that was taken and counts every one dropped",
        arguments: [0, 100])
    func powerCuts(keeping: Int) async throws {
        for cut in 0... {
            let folder = try TemporaryFolder(inMemory: true)
            let probe = StorageProbe(cutAt: cut, keeping: keeping)
            var taken = 0
            do {
                let queue = try queue(folder, items: 6, storage: Storage(observer: probe))
                for number in 0..<10 {
                    try await queue.add(Sample.item(number, bytes: 3000))
                    taken += 1
                }
            } catch is HeartbeatError {}
            let state = try await queue(folder, items: 6).state()
            let all = state.count + state.dropped.values.reduce(0, +)
            // The one under way may be there or not.
            #expect(all == taken || all == taken + 1, "cut at change \(cut): \(all) of \(taken)")
            #expect(state.count == min(all, 6))
            if probe.operations.count <= cut {
                #expect(cut > 30)
                return
            }
        }
    }

    @Test("An item whose stored form was damaged is dropped and counted, and holds up no other")
    func damagedItem() async throws {
        let folder = try TemporaryFolder()
        try await fill(folder)
        try damage(Sample.item(1).id, in: folder)
        let queue = try queue(folder)
        try await queue.add(Sample.item(2))
        #expect(try await ids(queue) == [Sample.item(2).id])
        #expect(try await queue.state().dropped == [QueueState.Drop(.routine, .damaged): 1])
    }

    @Test("A full disk is said, what did not fit is counted, and it goes on when there is room")
    func fullDisk() async throws {
        let folder = try TemporaryFolder()
        let full = Switch()
        let probe = StorageProbe { _, operation in
            guard full.isOn, case .write = operation else { return .proceed }
            return .fail(.noSpace)
        }
        let queue = try queue(folder, storage: Storage(observer: probe))
        try await queue.add(Sample.item(1))
        full.isOn = true
        let error = await #expect(throws: HeartbeatError.self) { try await queue.add(Sample.item(2, .urgent)) }
        #expect(error?.code == FaultCode(1022))
        full.isOn = false
        try await queue.add(Sample.item(3))
        let state = try await queue.state()
        #expect(state.count == 2)
        #expect(state.dropped == [QueueState.Drop(.urgent, .unstored): 1])
    }
}
