import Bundles
import Documents
import Foundation
import Platform
import SystemPackage
import TestSupport
import Testing
import Transfers
import Vocabulary

/// What a person copied onto a stick, and images of sticks made of it.
private struct StickWorkshop {
    let folder: TemporaryFolder
    let bundle: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        var dice = Dice(seed: 7)
        let image = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &dice) }
        bundle = try BundleFactory(images: [("rootfs", image)]).bytes { _ in [1, 2, 3] }
        try folder.write("stick/aftercare/infusion-pump/1.1.0.aftercare", bundle)
    }

    func run(_ arguments: String...) throws {
        let result = try Tool.run(arguments, environment: ["MTOOLS_SKIP_CHECK": "1"], folder: folder.path.string)
        try #require(result.status == 0, "\(arguments): \(result.error)")
    }

    func image(of megabytes: Int = 16) throws -> FilePath {
        try run("truncate", "-s", "\(megabytes)M", "image")
        return folder.file("image")
    }

    func ext4() throws -> FilePath {
        let image = try image()
        try run("mkfs.ext4", "-q", "-F", "-d", "stick", "image")
        return image
    }
}

@Suite("File systems of sticks")
struct FileSystemKindTests {
    // How the image is made, and as what it is known.
    @Test(
        "A file system is known by its marks",
        arguments: [
            (["mkfs.vfat", "-F", "32", "image"], FileSystemKind.vfat), (["mkfs.vfat", "-F", "16", "image"], .vfat),
            (["mkfs.vfat", "-F", "12", "image"], .vfat), (["mkfs.ext4", "-q", "-F", "image"], .ext4),
            (["mkfs.ext2", "-q", "-F", "image"], .ext4), (["true"], nil),
        ] as [([String], FileSystemKind?)])
    func marks(_ maker: [String], _ kind: FileSystemKind?) throws {
        let workshop = try StickWorkshop()
        let image = try workshop.image(of: maker.contains("12") ? 8 : 64)
        let made = try Tool.run(maker, folder: workshop.folder.path.string)
        try #require(made.status == 0, "\(made.error)")
        #expect(try FileSystemKind(Storage().open(image, .read)) == kind)
    }

    @Test("Random bytes and a device that ends early are of no kind")
    func unknown() throws {
        let folder = try TemporaryFolder()
        var dice = Dice(seed: 3)
        for length in [0, 1, 511, 512, 1080, 1081, 1082, 32768, 40000] {
            var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &dice) }
            if length > 1081 { bytes[1080] = 0 }
            if length > 511 { bytes[510] = 0 }
            let file = try Storage().open(try folder.write("\(length)", bytes), .read)
            #expect(try FileSystemKind(file) == nil)
        }
    }
}

@Suite("Sticks", .enabled(if: LoopDevice.canMount("ext4"), "needs root, loop devices and ext4"), .serialized)
struct StickTests {
    private let workshop: StickWorkshop
    private static let path = "infusion-pump/1.1.0.aftercare"

    init() throws { workshop = try StickWorkshop() }

    @Test("A release is listed and opened, and stays readable when the stick is let go of")
    func opened() throws {
        let device = try LoopDevice(over: try workshop.ext4())
        let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        let file: OpenFile
        do {
            let stick = try Stick(device.name)
            let (entries, isAll) = try stick.entries(for: "infusion-pump")
            #expect(entries == [Stick.Entry(path: Self.path, bytes: UInt64(workshop.bundle.count), refusal: nil)])
            #expect(isAll)
            #expect(try stick.entries(for: "another").entries.isEmpty)
            file = try stick.open(Self.path)
            #expect(try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8) == mounts)
        }
        #expect(try file.read(workshop.bundle.count, at: 0) == workshop.bundle)
        #expect(throws: StorageError.self) { try file.write([0], at: 0) }
    }

    @Test(
        "A FAT stick is read as a person's computer writes it",
        .enabled(if: LoopDevice.canMount("vfat"), "this kernel has no FAT"))
    func vfat() throws {
        let image = try workshop.image()
        try workshop.run("mkfs.vfat", "image")
        try workshop.run("mcopy", "-s", "-i", "image", "stick/aftercare", "::")
        let device = try LoopDevice(over: image)
        let file = try Stick(device.name).open(Self.path)
        #expect(try file.read(workshop.bundle.count, at: 0) == workshop.bundle)
    }

    // What lies on the stick besides the release, and why it is not taken.
    @Test("What is not a plain release is listed with the reason, and not opened")
    func refused() throws {
        let (folder, place) = (workshop.folder, "stick/aftercare/infusion-pump")
        try folder.write("\(place)/note.aftercare", "no bundle")
        try folder.write("\(place)/short.aftercare", Array(workshop.bundle[..<100]))
        try folder.write("\(place)/.hidden.aftercare", workshop.bundle)
        try folder.write("\(place)/bad\u{1B}[2J.aftercare", workshop.bundle)
        try folder.write("\(place)/readme.txt", "hello")
        try workshop.run("ln", "-s", "/etc/shadow", "\(place)/link.aftercare")
        try workshop.run("ln", "-s", "1.1.0.aftercare", "\(place)/near.aftercare")
        try workshop.run("mkfifo", "\(place)/pipe.aftercare")
        try workshop.run("mkdir", "\(place)/folder.aftercare")
        try workshop.run("truncate", "-s", "10G", "\(place)/huge.aftercare")
        try workshop.run("ln", "-s", "infusion-pump", "stick/aftercare/linked")
        let device = try LoopDevice(over: try workshop.ext4())
        let stick = try Stick(device.name)
        let entries = try stick.entries(for: "infusion-pump").entries
        #expect(
            entries.map { "\($0.path.dropFirst(14)): \($0.refusal ?? "taken")" } == [
                "1.1.0.aftercare: taken", "folder.aftercare: it is no regular file",
                "huge.aftercare: it has 10 GiB, above 8 GiB", "link.aftercare: it is a link",
                "near.aftercare: it is a link", "note.aftercare: it is no bundle",
                "pipe.aftercare: it is no regular file", "short.aftercare: it is no bundle",
            ])
        for entry in entries where entry.refusal != nil {
            #expect(throws: StickError.self) { try stick.open(entry.path) }
        }
        #expect(throws: StickError.self) { try stick.entries(for: "linked") }
    }

    @Test(
        "A path that could lead elsewhere is refused before the stick is asked",
        arguments: [
            "../1.aftercare", "infusion-pump/../../x.aftercare", "/etc/passwd", "infusion-pump/1.1.0", "",
            "repository/root.aftercare", "a/b/c.aftercare", "infusion-pump/\u{202E}1.aftercare", "a/.aftercare",
        ])
    func paths(_ path: String) throws {
        let device = try LoopDevice(over: try workshop.ext4())
        let stick = try Stick(device.name)
        #expect(throws: StickError.unfitName(path)) { try stick.open(path) }
    }

    @Test("No more entries are looked at than the limit says")
    func manyEntries() throws {
        for number in 0..<40 { try workshop.folder.write("stick/aftercare/infusion-pump/\(number).txt", "x") }
        let device = try LoopDevice(over: try workshop.ext4())
        var limits = StickLimits()
        limits.entries = 20
        #expect(try Stick(device.name, limits: limits).entries(for: "infusion-pump").isAll == false)
        limits.entries = 42
        #expect(try Stick(device.name, limits: limits).entries(for: "infusion-pump").isAll)
    }

    enum Damage: String, CaseIterable { case randomAfterMark, truncated, noFileSystem, vfatMark, isoMark, exfatMark }

    @Test("A hostile or broken file system is refused, and nothing hangs", arguments: Damage.allCases)
    func hostile(_ damage: Damage) throws {
        let image = try workshop.ext4()
        var bytes = Array(try Data(contentsOf: URL(filePath: image.string)))
        var dice = Dice(seed: 11)
        switch damage {
        case .randomAfterMark:
            for index in 1024..<200_000 where !(1080...1081).contains(index) {
                bytes[index] = UInt8.random(in: 0...255, using: &dice)
            }
        case .truncated: bytes = Array(bytes[..<1_000_000])
        case .noFileSystem: bytes = [UInt8](repeating: 0, count: 100_000)
        case .vfatMark, .exfatMark:
            bytes = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &dice) }
            bytes[510...511] = [0x55, 0xAA]
            bytes[0] = 0xEB
            let (mark, at) = damage == .vfatMark ? ("FAT32   ", 82) : ("EXFAT   ", 3)
            bytes.replaceSubrange(at..<at + 8, with: mark.utf8)
        case .isoMark:
            bytes = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &dice) }
            (bytes[510], bytes[1080]) = (0, 0)
            bytes.replaceSubrange(32769..<32774, with: "CD001".utf8)
        }
        let device = try LoopDevice(over: try workshop.folder.write("broken", bytes))
        let error = #expect(throws: StickError.self) { _ = try Stick(device.name).entries(for: "infusion-pump") }
        #expect(error?.code == FaultCode(damage == .noFileSystem ? 3522 : 3523))
    }

    @Test("A name that is no disk's is refused", arguments: ["", "../sda", "sda/..", "SDA", "sd a", "sda\n"])
    func deviceNames(_ name: String) {
        #expect(throws: StickError.unfitName(name)) { _ = try Stick(name) }
    }
}

@Suite(
    "Questions about sticks", .enabled(if: LoopDevice.canMount("ext4"), "needs root, loop devices and ext4"),
    .serialized)
struct StickExchangeTests {
    private let workshop: StickWorkshop
    private let socket: FilePath

    init() throws {
        workshop = try StickWorkshop()
        socket = workshop.folder.file("stick.sock")
    }

    private func ask(_ question: StickExchange.Question, of device: String) async throws -> StickExchange.Answer {
        let socket = socket
        return try await StickExchange.ask(question, of: device, at: socket) {
            try await BlockingThread.run("reader") { () throws in
                try StickExchange.serve("\(device)-77", at: socket)
            }
        }
    }

    @Test("A list and an open file come through the socket, and the file outlives the reader and the device")
    func exchanged() async throws {
        let file: OpenFile
        do {
            let device = try LoopDevice(over: try workshop.ext4())
            let list = try await ask(.list(product: "infusion-pump"), of: device.name)
            #expect(list.entries.map(\.path) == ["infusion-pump/1.1.0.aftercare"])
            file = try #require(try await ask(.open(path: "infusion-pump/1.1.0.aftercare"), of: device.name).file)
        }
        #expect(try file.read(workshop.bundle.count, at: 0) == workshop.bundle)
        #expect(!workshop.folder.has("stick.sock"))
    }

    @Test("The reader's refusal comes with its code")
    func refusal() async throws {
        let device = try LoopDevice(over: try workshop.ext4())
        let error = await #expect(throws: FaultReport.self) {
            try await ask(.open(path: "infusion-pump/9.9.9.aftercare"), of: device.name)
        }
        #expect(error?.code == FaultCode(3526))
        #expect(error?.reason.contains("9.9.9") == true)
    }

    @Test("A reader that never calls, one that says nothing and one that cannot be started end the question")
    func silentReaders() async throws {
        let socket = socket
        await #expect(throws: StickError.tooSlow(device: "sda", seconds: 0)) {
            try await StickExchange.ask(.list(product: "p"), of: "sda", at: socket, within: .milliseconds(50)) {}
        }
        await #expect(throws: StickError.nonsense(device: "sda")) {
            try await StickExchange.ask(.list(product: "p"), of: "sda", at: socket) {
                try await BlockingThread.run("reader") { () throws in
                    _ = try LocalSocket.connect(socket).receive(within: .seconds(10))
                }
            }
        }
        await #expect(throws: StickError.noStick) {
            try await StickExchange.ask(.list(product: "p"), of: "sda", at: socket) { throw StickError.noStick }
        }
    }

    // What the reader answers to a list and to an open, which is not believed.
    @Test(
        "An answer that makes no sense is refused",
        arguments: [
            "", "{", "[]", "{}", #"{"entries":[{"path":"../x","bytes":1}],"all":true}"#,
            #"{"entries":[{"path":"a/b.aftercare","bytes":-1}],"all":true}"#, #"{"fault":{"code":1}}"#,
        ])
    func nonsense(_ text: String) async throws {
        let socket = socket
        for question in [StickExchange.Question.list(product: "p"), .open(path: "a/b.aftercare")] {
            await #expect(throws: StickError.nonsense(device: "sda")) {
                try await StickExchange.ask(question, of: "sda", at: socket) {
                    try await BlockingThread.run("reader") { () throws in
                        let socket = try LocalSocket.connect(socket)
                        _ = try socket.receive(within: .seconds(10))
                        try socket.send(Array(text.utf8))
                    }
                }
            }
        }
    }
}

@Suite("Disks that can be plugged in")
struct StickDevicesTests {
    @Test("A removable disk and one on USB are sticks; what is built in, empty or oddly named is none")
    func found() throws {
        let folder = try TemporaryFolder()
        func disk(_ name: String, removable: String, size: String, at place: String) throws {
            try folder.write("sys/devices/\(place)/block/\(name)/removable", removable + "\n")
            try folder.write("sys/devices/\(place)/block/\(name)/size", size + "\n")
            let block = folder.file("sys/block").string
            try FileManager.default.createDirectory(atPath: block, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: "\(block)/\(name)", withDestinationPath: "../devices/\(place)/block/\(name)")
        }
        try disk("sda", removable: "0", size: "1000", at: "pci0000:00/ata1")
        try disk("sdb", removable: "1", size: "1000", at: "pci0000:00/card")
        try disk("sdc", removable: "0", size: "1000", at: "pci0000:00/usb1/1-1")
        try disk("sdd", removable: "1", size: "0", at: "pci0000:00/usb1/1-2")
        try disk("sd-e", removable: "1", size: "1000", at: "pci0000:00/usb1/1-3")
        #expect(StickDevices.all(root: folder.path) == ["sdb", "sdc"])
    }
}
