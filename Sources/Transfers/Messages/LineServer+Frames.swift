import Documents
import Platform
import Synchronization
import Vocabulary

extension LineServer {
    func take(_ frame: Frame, at now: Instant) {
        switch frame.type {
        case .hello: greet(frame)
        case .bye: state.withLock { $0.ending = .bye(frame.json?["reason"]?.string ?? "") }
        case .probe:
            outbox.send(Frame(.echo, number: frame.number, frame.payload))
            state.withLock { if $0.reception != nil { $0.streams.callAgain(at: now) } }
        case .request:
            if let piece = MessagePiece(payload: frame.payload) { takeRequest(piece, number: frame.number, at: now) }
        case .wantAnswer: sayAnswer(frame.number, ByteRanges.decode(frame.payload) ?? [])
        case .offer, .data, .want, .end: takeStream(frame, at: now)
        default: break
        }
    }

    /// Lets time pass: asks again for what did not come.
    func look(at now: Instant) {
        state.withLock { state in
            for (number, request) in state.requests {
                guard case .coming(var assembly) = request else { continue }
                ask(number, &assembly, at: now)
                state.requests[number] = .coming(assembly)
            }
            let hadSender = state.streams.hasSender
            let isReception = state.reception != nil
            state.streams.look(at: now, patience: settings.senderPatience, endsTo: isReception ? nil : outbox)
            tellReception(&state, hadSender: hadSender, at: now)
            tellNews(&state, at: now)
        }
    }

    /// Once the stream is over, tells the sender again and again how it went, until it says good-bye.
    private func tellReception(_ state: inout State, hadSender: Bool, at now: Instant) {
        if hadSender { state.reception?.hadSender = true }
        // The update needs the line no more, whatever still holds the stream.
        if state.reception?.result != nil, !state.streams.isEmpty { state.streams.closeAll() }
        guard state.streams.isEmpty, let reception = state.reception, let result = reception.result,
            reception.told.map({ now - $0 >= .milliseconds(300) }) ?? true
        else { return }
        state.reception?.told = now
        state.reception?.farewells = reception.hadSender ? reception.farewells + 1 : .max
        outbox.send(Frame(.end, number: 1, json: AnswerForm.json(result)))
    }

    /// Says how the work stands when that is new, and again now and then so that nobody takes the line for lost.
    ///
    /// At a console where a person asked for the transfer only a sender is told: a terminal would show it.
    private func tellNews(_ state: inout State, at now: Instant) {
        let isHeard =
            state.reception.map { $0.hadSender && $0.result == nil }
            ?? state.requests.values.contains(where: \.isWorking)
        guard isHeard, let last = state.news.told else {
            if isHeard { state.news.told = now }
            return
        }
        guard now - last >= (state.news.isNew ? News.pause : News.longestPause) else { return }
        state.news.told = now
        state.news.isNew = false
        outbox.send(Frame(.event, state.news.bytes))
    }

    /// A new service tool begins anew; one that did not hear our welcome goes on.
    private func greet(_ frame: Frame) {
        // A person is logged in and waits for a file: that is nobody else's conversation.
        guard state.withLock({ $0.reception == nil }) else { return }
        let session = frame.json?["session"]?.string ?? ""
        let streams = state.withLock { state -> StreamSet? in
            guard state.session != session else { return nil }
            defer {
                state.session = session
                state.requests = [:]
                state.order = []
                state.opened = [:]
                state.streams = StreamSet()
                state.news = News()
            }
            for case .working(let task) in state.requests.values { task.cancel() }
            return state.streams
        }
        streams?.closeAll()
        outbox.send(
            Frame(
                .welcome, number: frame.number,
                json: [
                    "protocol": 1, "payload": .number(Frame.payloadLimit), "session": .string(session),
                ]))
    }

    // Requests

    private func takeRequest(_ piece: MessagePiece, number: UInt16, at now: Instant) {
        state.withLock { state in
            switch state.requests[number] {
            case .working: outbox.send(Frame(.wantRequest, number: number))
            // The length alone: the service tool then asks for what it has not.
            case .answered(let answer): outbox.send(Self.answerFrame(answer, 0..<0, number: number))
            case .coming(var assembly):
                assembly.take(piece, at: now)
                follow(assembly, number: number, &state, at: now)
            case nil:
                guard piece.total <= Self.requestLimit else {
                    let error = TransferError.tooLarge("request", bytes: Int(piece.total), limit: Self.requestLimit)
                    return answer(number, .failure(FaultReport(error)), &state)
                }
                // A question after a request that is not known here is no request: all of it is asked for.
                var assembly = MessageAssembly(total: Int(piece.total), rate: TransferRate(baud: settings.baud))
                assembly.take(piece, at: now)
                follow(assembly, number: number, &state, at: now)
            }
        }
    }

    private func follow(_ assembly: MessageAssembly, number: UInt16, _ state: inout State, at now: Instant) {
        var assembly = assembly
        guard assembly.isComplete else {
            ask(number, &assembly, at: now)
            keep(.coming(assembly), number: number, &state)
            return
        }
        state.lastActivity = now
        outbox.send(Frame(.wantRequest, number: number))
        do throws(DocumentError) {
            let request = try JSONReader.read(assembly.bytes, limit: Self.requestLimit)
            guard state.requests.values.count(where: \.isWorking) < settings.requestsAtOnce else {
                return answer(number, .failure(FaultReport(TransferError.busy(limit: settings.requestsAtOnce))), &state)
            }
            carryOut(request, number: number, &state)
        } catch {
            answer(number, .failure(FaultReport(TransferError.malformed("request", error))), &state)
        }
    }

    private func carryOut(_ request: JSON, number: UInt16, _ state: inout State) {
        let session = state.session
        let streams = LineStreams(
            open: { [weak self] direction throws(FaultReport) in
                guard let self else { throw FaultReport(TransferError.cancelled) }
                return try self.openStream(direction, for: number, session: session)
            }, say: { [weak self] in self?.tell($0) })
        let task = Task { [perform] in
            let result: Result<JSON, FaultReport>
            do throws(FaultReport) { result = .success(try await perform(request, streams)) } catch {
                result = .failure(error)
            }
            self.state.withLock { state in
                // The service tool that asked may have gone, and its numbers with it.
                guard state.session == session, state.requests[number]?.isWorking == true else { return }
                state.lastActivity = .now
                self.answer(number, result, &state)
            }
        }
        keep(.working(task), number: number, &state)
    }

    private func ask(_ number: UInt16, _ assembly: inout MessageAssembly, at now: Instant) {
        for want in assembly.wants(at: now) { outbox.send(Frame(.wantRequest, number: number, want)) }
    }

    private func keep(_ request: Request, number: UInt16, _ state: inout State) {
        if state.requests.updateValue(request, forKey: number) == nil { state.order.append(number) }
        while state.order.count > Self.kept,
            let index = state.order.firstIndex(where: { known in
                state.requests[known].map { !$0.isWorking } ?? true
            })
        {
            state.requests[state.order.remove(at: index)] = nil
        }
    }

    // Answers

    private func answer(_ number: UInt16, _ result: Result<JSON, FaultReport>, _ state: inout State) {
        var bytes = AnswerForm.json(result, stream: state.opened.removeValue(forKey: number)).canonicalBytes
        if bytes.count > Self.answerLimit {
            let error = TransferError.tooLarge("answer", bytes: bytes.count, limit: Self.answerLimit)
            bytes = AnswerForm.json(.failure(FaultReport(error))).canonicalBytes
        }
        keep(.answered(bytes), number: number, &state)
        // What fits into a short frame is said at once; the rest is asked for.
        let head = min(bytes.count, TransferRate(baud: settings.baud).pieceLength)
        outbox.send(Self.answerFrame(bytes, 0..<head, number: number))
    }

    private func sayAnswer(_ number: UInt16, _ ranges: [Range<UInt64>]) {
        state.withLock { state in
            guard case .answered(let answer) = state.requests[number] else { return }
            for range in ranges where range.upperBound <= UInt64(answer.count) && range.length <= UInt64(Piece.limit) {
                outbox.send(Self.answerFrame(answer, Int(range.lowerBound)..<Int(range.upperBound), number: number))
            }
        }
    }

    private static func answerFrame(_ answer: [UInt8], _ range: Range<Int>, number: UInt16) -> Frame {
        Frame(.answer, number: number, MessagePiece(of: answer, range).payload)
    }

    // Streams

    func openStream(
        _ direction: StreamReady.Direction, for request: UInt16, session: String
    ) throws(FaultReport) -> OpenFile {
        let outcome = state.withLock { state -> Result<OpenFile, FaultReport> in
            // Whoever asked may be gone by now.
            guard state.session == session, state.ending == nil else {
                return .failure(FaultReport(TransferError.cancelled))
            }
            return Result { () throws(FaultReport) in
                do throws(StorageError) {
                    let (stream, number) = try state.streams.open(
                        direction, for: request, outbox: outbox, baud: settings.baud,
                        calling: session.isEmpty ? settings.callAtConsole : settings.call)
                    state.opened[request] = AnswerStream(number: number, direction: direction)
                    return stream
                } catch { throw FaultReport(TransferError.storage(error)) }
            }
        }
        return try outcome.get()
    }

    private func takeStream(_ frame: Frame, at now: Instant) {
        state.withLock { state in
            if state.streams.take(frame, outbox: outbox, at: now) { state.lastActivity = now }
        }
    }
}
