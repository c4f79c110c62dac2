import Glibc
import Logging
import Platform
import SystemPackage
import TestSupport
import Testing

/// The receiving end of a datagram socket.
private final class Receiver {
    let path: String
    private let descriptor: CInt

    init(in folder: TemporaryFolder) throws {
        path = folder.file("socket").string
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
    }

    deinit { close(descriptor) }

    /// The next message that is there already; nil when there is none.
    func next() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        return count < 0 ? nil : Array(buffer.prefix(count))
    }

    func nextText() -> String? { next().map { String(decoding: $0, as: UTF8.self) } }

    /// The next message as journald's native protocol has it.
    func nextFields() throws -> [String: String] {
        var rest = try #require(next())[...]
        var fields: [String: String] = [:]
        while let end = rest.firstIndex(of: 10) {
            let name = String(decoding: rest[..<end], as: UTF8.self)
            let length = rest[(end + 1)..<(end + 9)].reversed().reduce(0) { $0 << 8 | Int($1) }
            let value = rest[(end + 9)..<(end + 9 + length)]
            try #require(rest[end + 9 + length] == 10)
            fields[name] = String(decoding: value, as: UTF8.self)
            rest = rest[(end + 10 + length)...]
        }
        try #require(rest.isEmpty)
        return fields
    }
}

@Suite("The service manager")
struct ServiceManagerTests {
    @Test("Each piece of news is one message as sd_notify(3) has it")
    func messages() throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver(in: folder)
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": receiver.path])
        manager.ready("idle")
        manager.status("installing 1.1\nREADY=1")
        manager.alive()
        manager.extendTimeout(.milliseconds(1500))
        manager.stopping()
        #expect(receiver.nextText() == "READY=1\nSTATUS=idle")
        #expect(receiver.nextText() == "STATUS=installing 1.1 READY=1")
        #expect(receiver.nextText() == "WATCHDOG=1")
        #expect(receiver.nextText() == "EXTEND_TIMEOUT_USEC=1500000")
        #expect(receiver.nextText() == "STOPPING=1")
        #expect(receiver.nextText() == nil)
    }

    @Test("Nobody to tell, or nobody listening, is no failure", arguments: [nil, "", "relative", "/nowhere/socket"])
    func nobody(socket: String?) {
        var environment: [String: String] = [:]
        environment["NOTIFY_SOCKET"] = socket
        let manager = ServiceManager(environment: environment)
        manager.ready("idle")
        #expect(manager.isPresent == (socket == "/nowhere/socket"))
    }

    @Test(
        "The watchdog is fed twice as often as asked, and only when it is ours",
        arguments: [
            (["WATCHDOG_USEC": "30000000"], Duration.seconds(15)),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "77"], .seconds(15)),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "78"], nil), ([:], nil), (["WATCHDOG_USEC": "soon"], nil),
            (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "-5"], nil),
        ] as [([String: String], Duration?)])
    func watchdog(environment: [String: String], interval: Duration?) {
        let all = environment.merging(["NOTIFY_SOCKET": "/run/nowhere"]) { $1 }
        #expect(ServiceManager(environment: all, process: 77).watchdogInterval == interval)
    }
}

@Suite("The journal")
struct JournalTests {
    private struct Output {
        let file: FilePath
        let descriptor: CInt
        let stream: String

        init(in folder: TemporaryFolder) throws {
            file = try folder.write("output", "")
            descriptor = open(file.string, O_WRONLY)
            var status = stat()
            try #require(fstat(descriptor, &status) == 0)
            stream = "\(status.st_dev):\(status.st_ino)"
        }
    }

    private func logger(_ journal: Journal, level: Logger.Level = .info) -> Logger {
        Logger(label: "agent") { journal.handler(label: $0, level: level) }
    }

    @Test("Under systemd, a message arrives with its fields, its kind and its metadata")
    func native() throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver(in: folder)
        let output = try Output(in: folder)
        defer { close(output.descriptor) }
        let journal = Journal(
            identifier: "aftercare", environment: ["JOURNAL_STREAM": output.stream], socket: receiver.path,
            output: output.descriptor)
        let kind = "0123456789abcdef0123456789abcdef"
        logger(journal).warning(
            "slot\nfailed", metadata: ["message-id": "\(kind)", "slot-set": "B", "käse": "1\n2"], line: 42)
        let fields = try receiver.nextFields()
        #expect(fields["MESSAGE"] == "slot\nfailed")
        #expect(fields["PRIORITY"] == "4")
        #expect(fields["SYSLOG_IDENTIFIER"] == "aftercare")
        #expect(fields["MESSAGE_ID"] == kind)
        #expect(fields["AFTERCARE_SLOT_SET"] == "B")
        #expect(fields["AFTERCARE_K__SE"] == "1\n2")
        #expect(fields["AFTERCARE_LOGGER"] == "agent")
        #expect(fields["CODE_LINE"] == "42")
        #expect(try folder.read("output").isEmpty)
    }

    @Test(
        "Every level has its priority of syslog",
        arguments: [
            (Logger.Level.trace, "7"), (.debug, "7"), (.info, "6"), (.notice, "5"), (.warning, "4"), (.error, "3"),
            (.critical, "2"),
        ])
    func priorities(level: Logger.Level, priority: String) throws {
        let folder = try TemporaryFolder()
        let output = try Output(in: folder)
        defer { close(output.descriptor) }
        let journal = Journal(identifier: "aftercare", environment: [:], output: output.descriptor)
        logger(journal, level: .trace).log(level: level, "said")
        #expect(try folder.read("output") == Array("<\(priority)>said\n".utf8))
    }

    @Test("Outside systemd, a message is one line on standard error with its metadata in order")
    func lines() throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver(in: folder)
        let output = try Output(in: folder)
        defer { close(output.descriptor) }
        let journal = Journal(
            identifier: "aftercare", environment: ["JOURNAL_STREAM": "1:1"], socket: receiver.path,
            output: output.descriptor)
        logger(journal).error("two\nlines", metadata: ["b": "2", "a": "1", "message-id": "00"])
        #expect(try folder.read("output") == Array("<3>two lines a=1 b=2\n".utf8))
        #expect(receiver.next() == nil)
    }

    @Test("When journald does not take it, a message goes to standard error")
    func journalGone() throws {
        let folder = try TemporaryFolder()
        let output = try Output(in: folder)
        defer { close(output.descriptor) }
        let journal = Journal(
            identifier: "aftercare", environment: ["JOURNAL_STREAM": output.stream],
            socket: folder.file("nobody").string, output: output.descriptor)
        logger(journal).info("said")
        #expect(try folder.read("output") == Array("<6>said\n".utf8))
    }

    @Test("A journal that reads nothing holds nobody up, and no message is lost while standard error takes it")
    func slowJournal() throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver(in: folder)
        let output = try Output(in: folder)
        defer { close(output.descriptor) }
        let journal = Journal(
            identifier: "aftercare", environment: ["JOURNAL_STREAM": output.stream], socket: receiver.path,
            output: output.descriptor)
        let logger = logger(journal)
        for number in 0..<2000 { logger.info("\(number)") }
        var arrived = 0
        while receiver.next() != nil { arrived += 1 }
        let lines = try folder.read("output").count { $0 == 10 }
        #expect(arrived > 0)
        #expect(lines > 0)
        #expect(arrived + lines == 2000)
    }
}
