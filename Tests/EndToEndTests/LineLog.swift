import Synchronization

/// The lines that a program prints, and who waits for one of them.
final class LineLog: Sendable {
    struct Ended: Error, CustomStringConvertible {
        let wanted: String
        let tail: [String]

        var description: String { "'\(wanted)' never came; the last lines are:\n" + tail.joined(separator: "\n") }
    }

    private struct Waiter {
        let wanted: @Sendable (String) -> Bool
        let from: Int
        let continuation: CheckedContinuation<Int?, Never>
    }

    private struct State {
        var lines: [String] = []
        var part = ""
        var waiters: [Waiter] = []
        var hasEnded = false
    }

    private let state = Mutex(State())

    /// How many lines there are: what comes from here on is new.
    var count: Int { state.withLock { $0.lines.count } }

    func line(_ number: Int) -> String { state.withLock { $0.lines[number] } }

    func lines(from number: Int) -> [String] { state.withLock { Array($0.lines[min(number, $0.lines.count)...]) } }

    func append(_ text: String) {
        let woken = state.withLock { state -> [(Waiter, Int)] in
            let parts = (state.part + text).split(separator: "\n", omittingEmptySubsequences: false)
            let first = state.lines.count
            state.lines += parts.dropLast().map(String.init)
            state.part = String(parts.last ?? "")
            var woken: [(Waiter, Int)] = []
            state.waiters.removeAll { waiter in
                let start = max(first, waiter.from)
                guard start < state.lines.count,
                    let found = state.lines[start...].firstIndex(where: waiter.wanted)
                else { return false }
                woken.append((waiter, found))
                return true
            }
            return woken
        }
        for (waiter, number) in woken { waiter.continuation.resume(returning: number) }
    }

    func end() {
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
    }

    /// The number of the first line from `start` on for which `isWanted` holds, as soon as there is one.
    func wait(
        from start: Int, for name: String, _ isWanted: @escaping @Sendable (String) -> Bool
    ) async throws -> Int {
        let found = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Int?? = state.withLock { state in
                    if start < state.lines.count, let found = state.lines[start...].firstIndex(where: isWanted) {
                        return .some(found)
                    }
                    guard !state.hasEnded else { return .some(nil) }
                    state.waiters.append(Waiter(wanted: isWanted, from: start, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            end()
        }
        guard let found else { throw Ended(wanted: name, tail: Array(lines(from: max(0, count - 30)))) }
        return found
    }

    func wait(from start: Int, for text: String) async throws -> Int {
        try await wait(from: start, for: text) { $0.contains(text) }
    }
}
