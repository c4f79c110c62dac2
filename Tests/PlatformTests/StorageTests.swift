import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Storage")
struct StorageTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("A replaced file is old or new, whole, wherever the power fails", arguments: [0, 1, 500, -1])
    func replaceIsAtomic(keeping: Int) throws {
        let (old, new) = ([UInt8](repeating: 1, count: 1000), [UInt8](repeating: 2, count: 1500))
        for number in 0... {
            try folder.write("file", old)
            let probe = StorageProbe(cutAt: number, keeping: keeping)
            var isDone = true
            do throws(StorageError) {
                try Storage(observer: probe).replace(folder.file("file"), with: new)
            } catch {
                isDone = false
            }
            let content = try folder.read("file")
            #expect(isDone ? content == new : content == old || content == new, "cut at change \(number)")
            // What the cut left lying about does not stand in the way of the next try.
            try Storage().replace(folder.file("file"), with: old)
            #expect(try folder.read("file") == old)
            #expect(try Storage().names(in: folder.path) == ["file"])
            if isDone {
                #expect(number == 5)
                return
            }
        }
    }

    @Test("A replacement is created, written, flushed, renamed and its folder flushed, in this order")
    func replaceOrder() throws {
        let probe = StorageProbe()
        try Storage(observer: probe).replace(folder.file("file"), with: [1, 2, 3])
        let temporary = folder.file(".file.new")
        #expect(
            probe.operations == [
                .create(temporary), .write(temporary, offset: 0, count: 3), .flush(temporary),
                .rename(temporary, to: folder.file("file")), .flushFolder(folder.path),
            ])
    }

    @Test("A replaced file has the mode that was asked for, whatever was there before")
    func replaceMode() throws {
        try folder.write("file", "old")
        try Storage().replace(folder.file("file"), with: [1], mode: 0o640)
        #expect(try Tool.run(["stat", "-c", "%a", folder.file("file").string]).text == "640\n")
    }

    @Test(
        "A file is read up to its limit and refused beyond it",
        arguments: [(0, true), (99, true), (100, true), (101, false)])
    func limit(size: Int, isTaken: Bool) throws {
        try folder.write("file", [UInt8](repeating: 7, count: size))
        if isTaken {
            #expect(try Storage().read(folder.file("file"), limit: 100).count == size)
        } else {
            #expect(throws: StorageError.tooLarge(folder.file("file"), limit: 100)) {
                try Storage().read(folder.file("file"), limit: 100)
            }
        }
    }

    @Test("A locked file refuses a second lock until it is let go, also within one process")
    func locks() throws {
        let path = try folder.write("lock", "")
        var first: OpenFile? = try Storage().open(path, [.read, .write])
        try first?.lock()
        let second = try Storage().open(path, [.read, .write])
        let error = #expect(throws: StorageError.self) { try second.lock() }
        #expect(error == .locked(path))
        #expect(error?.code == FaultCode(1007))
        first = nil
        try second.lock()
    }

    @Test("Names come sorted and without the folder itself")
    func names() throws {
        for name in ["b", "a", ".hidden", "C"] { try folder.write(name, "") }
        #expect(try Storage().names(in: folder.path) == [".hidden", "C", "a", "b"])
    }

    @Test("Folders are made with those above them, and once more does no harm")
    func folders() throws {
        let deep = folder.path.appending("one").appending("two").appending("three")
        let probe = StorageProbe()
        try Storage(observer: probe).createFolder(deep)
        try Storage(observer: probe).createFolder(deep)
        #expect(try Storage().names(in: deep) == [])
        #expect(probe.operations.filter { if case .createFolder = $0 { true } else { false } }.count == 3)
        // A folder that is not flushed into the one above it is gone after a power cut.
        #expect(probe.operations.filter { if case .flushFolder = $0 { true } else { false } }.count == 3)
    }

    @Test("A symbolic link is refused where it must not be followed")
    func noFollow() throws {
        try folder.write("target", "x")
        _ = try Tool.run(["ln", "-s", "target", folder.file("link").string])
        #expect(throws: StorageError.cannot("open", folder.file("link"), .tooManySymbolicLinkLevels)) {
            try Storage().open(folder.file("link"), [.read, .noFollow])
        }
        #expect(try Storage().read(folder.file("link"), limit: 9) == Array("x".utf8))
    }

    @Test("A read past the end says where the file ends")
    func readPastEnd() throws {
        let file = try Storage().open(try folder.write("file", "12345"), .read)
        #expect(try file.size() == 5)
        #expect(try file.read(3, at: 2) == Array("345".utf8))
        #expect(throws: StorageError.ended(folder.file("file"), offset: 5)) { try file.read(4, at: 2) }
    }

    @Test(
        "An operation that the observer fails is not done, and its error is told",
        arguments: [
            (Errno.noSpace, 1002), (.readOnlyFileSystem, 1003), (.ioError, 1004), (.permissionDenied, 1001),
        ])
    func observed(errno: Errno, code: Int) throws {
        let path = try folder.write("file", "before")
        let file = try Storage(observer: StorageProbe { _, _ in .fail(errno) }).open(path, [.read, .write])
        let errors = [
            #expect(throws: StorageError.self) { try file.write([1], at: 0) },
            #expect(throws: StorageError.self) { try file.flush() },
            #expect(throws: StorageError.self) { try file.truncate(to: 0) },
            #expect(throws: StorageError.self) { try file.zero(3, at: 0) },
        ]
        #expect(errors.map { $0?.code } == [FaultCode?](repeating: FaultCode(code), count: 4))
        #expect(try folder.read("file") == Array("before".utf8))
    }
}
