import Glibc
package import Logging

/// Where log messages go: journald's socket when our standard error is the journal, else lines on standard error.
///
/// To journald a message is a set of fields (systemd.journal-fields(7)): its priority, where in the code it was said,
/// and its metadata as `AFTERCARE_*`; the metadata `message-id` becomes `MESSAGE_ID`. A line on standard error begins
/// with `<N>`, the priority as sd-daemon(3) has it, unless a person reads it on a terminal. Nothing waits for a slow
/// journal: what it does not take goes to standard error, and what that does not take is lost.
package final class Journal: Sendable {
    package static let socketPath = "/run/systemd/journal/socket"
    /// The metadata whose value, 32 hexadecimal digits, tells the kind of message (sd_journal_send(3), `MESSAGE_ID`).
    package static let messageIdentifierKey = "message-id"

    // The kernel takes datagrams of 200 KiB and more; a message this long is a mistake and says so by its end.
    private static let fieldLimit = 32 << 10

    private let identifier: String
    private let socket: DatagramSocket?
    private let output: CInt
    private let isTerminal: Bool

    /// A journal for messages of the program `identifier`, as the environment of the process asks for.
    package init(
        identifier: String, environment: [String: String], socket: String = Journal.socketPath,
        output: CInt = STDERR_FILENO
    ) {
        self.identifier = identifier
        self.output = output
        isTerminal = isatty(output) == 1
        self.socket = Self.isJournal(output, environment["JOURNAL_STREAM"]) ? DatagramSocket(socket) : nil
    }

    /// A back end for `Logger(label:factory:)`.
    package func handler(label: String, level: Logger.Level = .info) -> JournalHandler {
        JournalHandler(journal: self, label: label, level: level)
    }

    /// Whether `descriptor` is the stream that `JOURNAL_STREAM=device:inode` names (systemd.exec(5)).
    private static func isJournal(_ descriptor: CInt, _ stream: String?) -> Bool {
        var status = stat()
        guard let stream, fstat(descriptor, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    fileprivate func write(_ event: LogEvent, label: String, metadata: Logger.Metadata) {
        if let socket, socket.send(fields(event, label: label, metadata: metadata)) { return }
        let prefix = isTerminal ? "\(event.level): " : "<\(event.level.priority)>"
        let details =
            metadata.filter { $0.key != Self.messageIdentifierKey }.sorted { $0.key < $1.key }
            .map { " \($0.key)=\($0.value)" }.joined()
        let line = "\(event.message)\(details)".replacing("\n", with: " ").prefix(Self.fieldLimit)
        let bytes = Array("\(prefix)\(line)\n".utf8)
        _ = Glibc.write(output, bytes, bytes.count)
    }

    private func fields(_ event: LogEvent, label: String, metadata: Logger.Metadata) -> [UInt8] {
        var message: [UInt8] = []
        Self.append("MESSAGE", event.message.description, to: &message)
        Self.append("PRIORITY", String(event.level.priority), to: &message)
        Self.append("SYSLOG_IDENTIFIER", identifier, to: &message)
        Self.append("CODE_FILE", event.file, to: &message)
        Self.append("CODE_LINE", String(event.line), to: &message)
        Self.append("CODE_FUNC", event.function, to: &message)
        Self.append("AFTERCARE_LOGGER", label, to: &message)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }).prefix(64) {
            let name = key == Self.messageIdentifierKey ? "MESSAGE_ID" : Self.fieldName(key)
            Self.append(name, value.description, to: &message)
        }
        return message
    }

    /// `slot-set` becomes `AFTERCARE_SLOT_SET`: capital letters, digits and underscores, at most 64 of them.
    private static func fieldName(_ key: String) -> String {
        let letters = key.uppercased().utf8.map { letter in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(letter)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(letter) ? letter : UInt8(ascii: "_")
        }
        return String(decoding: Array("AFTERCARE_".utf8) + letters.prefix(54), as: UTF8.self)
    }

    /// Appends a field with its length before it, which every value may have (journald's native protocol).
    private static func append(_ name: String, _ value: String, to message: inout [UInt8]) {
        let bytes = value.utf8.prefix(fieldLimit)
        message += name.utf8
        message.append(UInt8(ascii: "\n"))
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { message += $0 }
        message += bytes
        message.append(UInt8(ascii: "\n"))
    }
}

/// The journal as a back end of swift-log.
package struct JournalHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level

    private let journal: Journal
    private let label: String

    fileprivate init(journal: Journal, label: String, level: Logger.Level) {
        self.journal = journal
        self.label = label
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        journal.write(event, label: label, metadata: all)
    }
}

extension Logger.Level {
    /// The priority of syslog(3).
    fileprivate var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
