import BootControl
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Boot control")
struct BootControlTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A device whose set A is confirmed, with a storage that records.
    private func device(_ loader: Loader) throws -> (BootConfiguration, any BootControl, PowerCut) {
        let configuration = loader.configuration(in: folder)
        try configuration.createEnvironment(confirmed: .a, storage: Storage())
        let observer = PowerCut()
        return (configuration, configuration.control(storage: Storage(observer: observer)), observer)
    }

    @Test(
        "A new device boots its confirmed set and writes nothing, however often its power is cut", arguments: Loader.all
    )
    func confirmedIsNotCounted(loader: Loader) throws {
        let (configuration, control, _) = try device(loader)
        let content = try loader.content(of: folder)
        for _ in 0..<50 { #expect(configuration.start(storage: Storage()) { _ in true } == .a) }
        #expect(try loader.content(of: folder) == content)
        let status = try control.status()
        #expect(status.confirmed == .a)
        #expect(status.trial == nil)
        #expect(status.isBootable(.a))
        #expect(!status.isBootable(.b))
    }

    @Test("A trial boots as often as it has attempts, and then the confirmed set for ever", arguments: Loader.all)
    func trialIsCounted(loader: Loader) throws {
        let (configuration, control, _) = try device(loader)
        try control.activate(.b)
        for left in [2, 1, 0] {
            #expect(configuration.start(storage: Storage()) { _ in true } == .b)
            let status = try control.status()
            #expect(status.attemptsLeft(.b) == left)
            #expect(status.trial == .b)
            #expect(status.confirmed == .a)
        }
        for _ in 0..<20 { #expect(configuration.start(storage: Storage()) { _ in true } == .a) }
        #expect(try !control.status().isBootable(.b))
    }

    @Test(
        "A committed trial is the confirmed set, and the one before it is what a missing kernel falls back to",
        arguments: Loader.all)
    func commit(loader: Loader) throws {
        let (configuration, control, _) = try device(loader)
        try control.activate(.b)
        #expect(configuration.start(storage: Storage()) { _ in true } == .b)
        try control.commit(.b)
        let status = try control.status()
        #expect(status.confirmed == .b)
        #expect(status.trial == nil)
        #expect(status.order == [.b, .a])
        for _ in 0..<20 { #expect(configuration.start(storage: Storage()) { _ in true } == .b) }
        #expect(configuration.start(storage: Storage()) { $0 != .b } == .a)
    }

    @Test("An abandoned set is not booted until it is activated again", arguments: Loader.all)
    func abandon(loader: Loader) throws {
        let (configuration, control, _) = try device(loader)
        try control.activate(.b)
        try control.abandon(.b)
        #expect(try control.status().trial == nil)
        #expect(try control.status().attemptsLeft(.b) == 0)
        #expect(configuration.start(storage: Storage()) { _ in true } == .a)
        #expect(configuration.start(storage: Storage()) { _ in false } == nil)
        try control.activate(.b)
        #expect(configuration.start(storage: Storage()) { _ in true } == .b)
    }

    @Test("What cannot be loaded is passed over, and nothing at all is left to a technician", arguments: Loader.all)
    func loadFailure(loader: Loader) throws {
        let (configuration, control, _) = try device(loader)
        try control.activate(.b)
        var tried: [SlotSet] = []
        #expect(
            configuration.start(storage: Storage()) {
                tried.append($0)
                return false
            } == nil)
        #expect(tried == [.b, .a])
    }

    @Test("A trial whose attempt cannot be saved is not started", arguments: Loader.all)
    func unsavedAttempt(loader: Loader) throws {
        let (configuration, control, _) = try device(loader)
        try control.activate(.b)
        #expect(configuration.start(storage: Storage(observer: PowerCut(at: 0))) { _ in true } == .a)
    }

    @Test("Every change is one write and one flush, and none where nothing changes", arguments: Loader.all)
    func oneWrite(loader: Loader) throws {
        let (_, control, observer) = try device(loader)
        let changes: [(any BootControl) throws -> Void] = [
            { try $0.activate(.b) }, { try $0.abandon(.b) }, { try $0.activate(.b) }, { try $0.commit(.b) },
            { try $0.abandon(.a) }, { try $0.activate(.a) }, { try $0.commit(.a) },
        ]
        for change in changes {
            let before = observer.operations.count
            try change(control)
            let operations = observer.operations.dropFirst(before)
            try #require(operations.count == 2)
            guard case .write(let path, let offset, let count) = operations[before] else {
                Issue.record("\(operations[before]) is not a write")
                continue
            }
            #expect(operations[before + 1] == .flush(path))
            if loader.kind == .grub || loader.kind == .single { #expect(offset == 0 && count == 512) }
            try change(control)
            #expect(observer.operations.count == before + 2)
        }
    }

    @Test("After a cut at any write or flush, the state is the old one or the new one", arguments: Loader.all)
    func cuts(loader: Loader) throws {
        let changes: [(any BootControl) throws -> Void] = [
            { try $0.activate(.b) }, { try $0.abandon(.b) }, { try $0.activate(.b) }, { try $0.commit(.b) },
            { try $0.abandon(.a) },
        ]
        // Storage writes whole sectors; only what has a net below it may be torn within one.
        let tears =
            loader.kind == .grub || loader.kind == .single ? [0, 512] : [0, 1, 5, 100, 512, 513, 2048, 4095, 4096]
        for (index, change) in changes.enumerated() {
            for (moment, keeping) in tears.map({ (0, $0) }) + [(1, 0)] {
                let (configuration, control, _) = try device(loader)
                for earlier in changes.prefix(index) { try earlier(control) }
                let old = try control.status()
                let observer = PowerCut(at: moment, keeping: keeping)
                #expect(throws: BootControlError.self) {
                    try change(configuration.control(storage: Storage(observer: observer)))
                }
                let left = try control.status()
                try change(control)
                let new = try control.status()
                #expect(left == old || left == new, "\(loader) change \(index) cut at \(moment), \(keeping) bytes")
            }
        }
    }

    @Test(
        "The confirmed set is neither activated nor abandoned, and an unknown one is not known", arguments: Loader.all)
    func refusals(loader: Loader) throws {
        let (_, control, observer) = try device(loader)
        let other = try #require(SlotSet("C"))
        #expect(throws: BootControlError.isConfirmed(.a)) { try control.activate(.a) }
        #expect(throws: BootControlError.isConfirmed(.a)) { try control.abandon(.a) }
        for change in [control.activate, control.commit, control.abandon] {
            #expect(throws: BootControlError.unknownSlotSet(other, known: [.a, .b])) { try change(other) }
        }
        #expect(observer.operations.isEmpty)
    }

    @Test("A second program that holds the environment makes a change wait for another time", arguments: Loader.all)
    func lock(loader: Loader) throws {
        let (configuration, control, _) = try device(loader)
        let path =
            switch configuration.loader {
            case .grub(let path): path
            case .uboot(.single(let copy)), .uboot(.redundant(let copy, _)): copy.path
            }
        let holder = try Storage().open(path, [.read, .write])
        try holder.lock()
        #expect(throws: BootControlError.inUse(path)) { try control.activate(.b) }
        holder.unlock()
        try control.activate(.b)
    }
}
