package import Platform
import Synchronization
import Vocabulary

/// A peripheral that speaks SMP over a serial line, as MCUboot's serial recovery and Zephyr's mcumgr do.
///
/// A request is sent a bounded number of times. What comes meanwhile and is not its answer (babble, our own echo,
/// answers to earlier requests, halves, damage) is passed over and counted. Every call blocks, and one thread calls at
/// a time.
package final class SMPClient: Sendable {
    package let name: String
    package let timing: PeripheralTiming
    private let line: SerialLine
    private let state: Mutex<State>

    private struct State {
        /// Which packets are understood: known with the first answer.
        var version: SMPMessage.Version?
        var sequence: UInt8
        var listener: ConsoleListener
        var disturbances = Disturbances()
    }

    package init(_ name: String, _ line: SerialLine, _ timing: PeripheralTiming = PeripheralTiming()) {
        self.name = name
        self.line = line
        self.timing = timing
        // Not from 0: a peripheral may still send answers to whoever spoke to it before.
        state = Mutex(
            State(sequence: .random(in: 0...255), listener: ConsoleListener(largestPacket: Self.largestPacket)))
    }

    /// The largest answer that is taken; none of the known ones comes near.
    private static let largestPacket = 8192

    package var disturbances: Disturbances {
        state.withLock { state in
            var disturbances = state.disturbances
            disturbances.console = state.listener.counts
            return disturbances
        }
    }

    /// The protocol's version that the peripheral speaks; nil before its first answer.
    package var version: SMPMessage.Version? { state.withLock { $0.version } }

    package func close() { line.close() }

    package func cancel() { line.cancel() }

    /// The answer to one request, sent as often as it takes and the timing allows.
    package func ask(
        _ operation: SMPMessage.Operation, _ command: SMPCommand, _ body: CBOR = [:], within time: Duration? = nil,
        attempts: Int? = nil
    ) throws(PeripheralError) -> CBOR {
        let before = disturbances
        var sequences: Set<UInt8> = []
        var trouble: SerialError?
        for attempt in 0..<max(1, attempts ?? timing.attempts) {
            let message = next(operation, command, body, attempt)
            sequences.insert(message.sequence)
            let answer: CBOR?
            do throws(SerialError) {
                trouble = nil
                answer = try exchange(message, sequences, until: ContinuousClock.now + (time ?? timing.answer))
            } catch {
                switch error {
                case .cancelled: throw .cancelled(name)
                case .unsupported, .unsupportedSpeed, .notATerminal: throw .serial(name, error)
                default: trouble = error
                }
                continue
            }
            guard let answer else { continue }
            guard let refusal = SMPRefusal(answer) else { return answer }
            // A peripheral of version 1 may say that this is too new for it: it is asked in its own version then.
            guard refusal.group == nil, refusal.number == 13, message.version == .v2 else {
                throw .refused(name, command: "\(command)", refusal)
            }
            state.withLock { $0.version = .v1 }
        }
        throw trouble.map { .serial(name, $0) }
            ?? .noAnswer(name, command: "\(command)", disturbances.kind(since: before))
    }

    /// Listens for a time and forgets what it hears; ends early only when it is cancelled.
    package func pause(_ time: Duration) throws(PeripheralError) {
        let deadline = ContinuousClock.now + time
        while ContinuousClock.now < deadline {
            do throws(SerialError) {
                hear(try line.read(1024, within: deadline - ContinuousClock.now))
            } catch {
                // A port that hung up is waited for, which is what a restart makes of one on USB.
                switch error {
                case .cancelled: throw .cancelled(name)
                case .hungUp, .cannot, .inUse: break
                default: throw .serial(name, error)
                }
            }
        }
    }

    private func next(
        _ operation: SMPMessage.Operation, _ command: SMPCommand, _ body: CBOR, _ attempt: Int
    ) -> SMPMessage {
        state.withLock { state in
            state.sequence &+= 1
            if attempt > 0 { state.disturbances.repeats += 1 }
            // Until an answer says which version is spoken, each third time the older one is tried: a peripheral that
            // knows both answers in the one it is asked in, and says less in that.
            let version = state.version ?? (attempt % 3 == 2 ? .v1 : .v2)
            return SMPMessage(operation, command, body, sequence: state.sequence, version: version)
        }
    }

    private func exchange(
        _ message: SMPMessage, _ sequences: Set<UInt8>, until deadline: ContinuousClock.Instant
    ) throws(SerialError) -> CBOR? {
        for frame in ConsoleFraming.lines(of: message.encoded) {
            try line.write(frame, within: deadline - ContinuousClock.now)
        }
        var heard = 0
        while ContinuousClock.now < deadline, heard < Self.mostHeard {
            let bytes = try line.read(1024, within: deadline - ContinuousClock.now)
            guard !bytes.isEmpty else { break }
            heard += bytes.count
            var found: CBOR?
            for packet in hear(bytes) where found == nil { found = answer(in: packet, to: message, sequences) }
            if let found { return found }
        }
        // What has begun and not ended when the time is up broke off.
        state.withLock { $0.listener.giveUp() }
        return nil
    }

    /// No answer takes more, with all the text that a console may put around it.
    private static let mostHeard = 1 << 20

    @discardableResult
    private func hear(_ bytes: [UInt8]) -> [[UInt8]] { state.withLock { $0.listener.take(bytes) } }

    private func answer(in packet: [UInt8], to message: SMPMessage, _ sequences: Set<UInt8>) -> CBOR? {
        state.withLock { state in
            guard let header = SMPHeader(packet) else {
                state.disturbances.nonsense += 1
                return nil
            }
            guard header.operation == .readAnswer || header.operation == .writeAnswer else {
                state.disturbances.echoes += 1
                return nil
            }
            guard header.operation.rawValue == message.operation.rawValue + 1, header.command == message.command,
                sequences.contains(header.sequence)
            else {
                state.disturbances.old += 1
                return nil
            }
            var limits = CBOR.Limits()
            limits.size = Self.largestPacket
            do throws(CBORError) {
                let body = try CBOR(decoding: Array(packet[SMPHeader.byteCount...]), limits: limits)
                guard case .map = body else { throw .malformed(at: 0) }
                state.version = state.version ?? header.version
                return body
            } catch {
                state.disturbances.nonsense += 1
                return nil
            }
        }
    }
}
