package import Documents
package import Platform
import Vocabulary

/// Sends what waits for one endpoint, whatever becomes of the others.
package actor HeartbeatSender {
    /// Machine parts that a test stands in for.
    package struct Surroundings: Sendable {
        package let storage: Storage
        package let clock: any WallClock
        /// Time since boot.
        package let uptime: @Sendable () -> Duration
        package let seed: UInt64

        package init(
            storage: Storage, clock: any WallClock = SystemClock(),
            uptime: @escaping @Sendable () -> Duration = { .nanoseconds(Int64(monotonicNanoseconds())) },
            seed: UInt64 = .random(in: 0...UInt64.max)
        ) {
            self.storage = storage
            self.clock = clock
            self.uptime = uptime
            self.seed = seed
        }
    }

    private static let answerLimit = 64 * 1024

    private let endpoint: EndpointConfiguration
    private let configuration: HeartbeatConfiguration
    private let queue: HeartbeatQueue
    private let surroundings: Surroundings
    private let tell: @Sendable (HeartbeatNews) -> Void
    private let executor = BlockingExecutor(label: "heartbeat sender")
    private let bell = Bell()
    private var schedule: SendingSchedule
    private var dice: JitterDice
    private var trouble: HeartbeatError?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(
        _ endpoint: EndpointConfiguration, of configuration: HeartbeatConfiguration, queue: HeartbeatQueue,
        _ surroundings: Surroundings, tell: @escaping @Sendable (HeartbeatNews) -> Void
    ) {
        self.endpoint = endpoint
        self.configuration = configuration
        self.queue = queue
        self.surroundings = surroundings
        self.tell = tell
        schedule = SendingSchedule(pace: configuration.pace)
        dice = JitterDice(seed: surroundings.seed)
    }

    /// Something of this priority was queued.
    package func notice(_ priority: HeartbeatPriority) { take(.queued(priority)) }

    /// A person wants everything sent now.
    package func ask() { take(.asked) }

    /// Looks for what an earlier run left.
    func resume() async {
        if (try? await queue.isWaiting(for: endpoint.name)) == true { take(.queued(.routine)) }
    }

    private func take(_ event: SendingSchedule.Event) {
        schedule.after(event, at: surroundings.uptime(), using: &dice)
        bell.ring()
    }

    /// Sends until the task is cancelled; `mark` hears when the next step is due at the latest.
    func run(mark: @Sendable (Duration?) -> Void) async {
        await resume()
        while !Task.isCancelled {
            mark(surroundings.uptime() + endpoint.timeout)
            let due = await turn()
            mark(due)
            let rest = due.map { max(.zero, $0 - surroundings.uptime()) }
            if rest != .zero { await bell.wait(atMost: rest) }
        }
    }

    /// Makes one transfer if one is due; gives the time of the next, nil when nothing waits.
    package func turn() async -> Duration? {
        guard schedule.isDue(at: surroundings.uptime()) else { return schedule.dueTime }
        schedule.after(.began, at: surroundings.uptime(), using: &dice)
        do throws(HeartbeatError) {
            if let batch = try await queue.next(for: endpoint.name, bytes: configuration.batchBytes) {
                try await send(batch)
            } else {
                schedule.after(.ended(more: false), at: surroundings.uptime(), using: &dice)
            }
        } catch {
            fail(error, retryAfter: nil)
        }
        return schedule.dueTime
    }

    private func send(_ batch: QueueBatch) async throws(HeartbeatError) {
        let url = endpoint.url + batch.signal.path
        let body = batch.body
        let sent: [UInt8]
        do throws(CompressionError) { sent = try Gzip.compress(body) } catch { throw .compression(error) }
        let request = try request(url, ids: batch.ids)
        let transfer = OutgoingTransfer(endpoint: endpoint.name, url: url, items: batch.ids, body: body, sent: sent)
        let number = try await queue.record(transfer, at: surroundings.clock.now(), bounds: configuration.egress)
        let ending = await exchange(HTTPContent(sent, type: "application/json", encoding: "gzip"), request)
        let givenUp = try await queue.end(
            number, ending, of: batch.ids, to: endpoint.name, refusalLimit: configuration.refusalLimit)
        try await conclude(ending, batch, givenUp)
    }

    private func conclude(
        _ ending: TransferEnding, _ batch: QueueBatch, _ givenUp: [String]
    ) async throws(HeartbeatError) {
        if ending.verdict == .failed {
            return fail(ending.fault ?? .noEndpoint, retryAfter: ending.retryAfter)
        }
        if ending.verdict == .accepted {
            trouble = nil
            tell(.delivered(endpoint: endpoint.name, items: batch.items.count))
            if let fault = ending.fault { tell(.partlyRefused(endpoint: endpoint.name, fault)) }
        } else if let fault = ending.fault {
            noteTrouble(fault)
            if !givenUp.isEmpty { tell(.givenUp(endpoint: endpoint.name, ids: givenUp, fault)) }
        }
        let more = try await queue.isWaiting(for: endpoint.name)
        schedule.after(.ended(more: more), at: surroundings.uptime(), using: &dice)
    }

    private func fail(_ error: HeartbeatError, retryAfter: Duration?) {
        noteTrouble(error)
        schedule.after(.failed(retryAfter: retryAfter), at: surroundings.uptime(), using: &dice)
    }

    private func noteTrouble(_ error: HeartbeatError) {
        // A transfer that was called off by us says nothing of the endpoint.
        if case .transfer(.cancelled) = error { return }
        if trouble?.code != error.code { tell(.failing(endpoint: endpoint.name, error)) }
        trouble = error
    }

    private func request(_ url: String, ids: [String]) throws(HeartbeatError) -> HTTPRequest {
        var request = endpoint.request(url)
        // The same items make the same key, so that a receiver that never looks inside can still tell a repetition.
        let key = SHA256.digest(of: Array(ids.joined(separator: " ").utf8)).hex.prefix(32)
        if let field = HTTPField("Idempotency-Key", String(key)) { request.fields.append(field) }
        try Secrets(storage: surroundings.storage).complete(&request, for: endpoint)
        return request
    }

    private func exchange(_ content: HTTPContent, _ request: HTTPRequest) async -> TransferEnding {
        let start = surroundings.uptime()
        do throws(HTTPError) {
            let answer = try await HTTPClient.post(
                content, to: request, limit: Self.answerLimit, timeout: endpoint.timeout)
            let ending = TransferEnding(answer, from: request.shownURL)
            // A captive portal's clock is nobody's.
            if ending.verdict == .accepted, let time = answer.fields.date.flatMap({ Timestamp(httpDate: $0) }) {
                let half = Int64((surroundings.uptime() - start) / .seconds(2))
                tell(
                    .time(
                        TimeHint(
                            time: time, uncertaintySeconds: half + 1, endpoint: endpoint.name,
                            isAuthenticated: request.url.hasPrefix("https://"))))
            }
            return ending
        } catch {
            return TransferEnding(error)
        }
    }

    /// How this endpoint stands, for people.
    package func status() -> JSON {
        let wait = schedule.dueTime.map { max(.zero, $0 - surroundings.uptime()) }
        return .members([
            "endpoint": .string(endpoint.name), "url": .string(endpoint.url),
            "failures": .number(schedule.failures), "nextSeconds": wait.map { .integer($0.components.seconds) },
            "fault": trouble.map {
                .members([
                    "code": .string($0.code.description), "reason": .string($0.description),
                    "advice": .string($0.advice),
                ])
            },
        ])
    }
}

/// Random numbers for jitter, the same for the same seed (SplitMix64).
struct JitterDice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
