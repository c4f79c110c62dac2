import Platform

/// Sends bytes to a line on a thread of its own, in their order.
final class LineWriter: Sendable {
    private let line: any ByteLine
    private let thread = KeptThread("console out")
    private let patience: Duration

    /// A line that takes nothing for `patience` is as good as lost: nobody reads there any more.
    init(_ line: any ByteLine, patience: Duration = .seconds(30)) {
        self.line = line
        self.patience = patience
    }

    func write(_ bytes: [UInt8]) async throws(SerialError) {
        guard !bytes.isEmpty else { return }
        let (line, patience) = (line, patience)
        let result: Result<Void, SerialError> = await withCheckedContinuation { continuation in
            thread.run {
                continuation.resume(
                    returning: Result { () throws(SerialError) in try line.write(bytes, within: patience) })
            }
        }
        try result.get()
    }
}
