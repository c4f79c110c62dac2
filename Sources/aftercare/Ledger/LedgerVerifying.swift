import ArgumentParser
import Commands
import Documents
import Ledger
import Platform
import SystemPackage
import Vocabulary

extension LedgerCommand {
    /// What is known of the device from elsewhere.
    struct Known: ParsableArguments {
        @Option(name: .long, help: "The device's public key (DER, PEM or base64).", completion: .file())
        var key: String?
        @Option(name: .long, help: "A checkpoint that somebody kept. May be given again.", completion: .file())
        var checkpoint: [String] = []
        @Option(name: .long, help: "A witness's verifier key: name+hash+base64. May be given again.")
        var witness: [String] = []

        func read() throws -> LedgerKnowledge {
            let storage = Storage()
            return LedgerKnowledge(
                key: try key.map { try PublicKey.read(FilePath($0), storage: storage).der },
                checkpoints: try checkpoint.map { path in
                    let bytes = try storage.read(FilePath(path), limit: Checkpoint.noteLimit)
                    return try Checkpoint(note: String(decoding: bytes, as: UTF8.self))
                }, witnesses: try witness.map { try WitnessKey(verifierKey: $0) })
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check that nothing in the ledger, an export or a proof was changed.",
            discussion: """
                Exit status 0 if every line holds, else 1 with the first bad index: the sequence of a line, or 0 for \
                what frames the lines.
                """)

        @OptionGroup var place: Place
        @OptionGroup var known: Known
        @Option(name: .long, help: "An export, instead of a ledger.", completion: .file())
        var file: String?
        @Option(name: .long, help: "The proof of one entry, instead of a ledger.", completion: .file())
        var proof: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let storage = Storage()
            let knowledge = try known.read()
            if let proof {
                try check(LedgerProof(storage.read(FilePath(proof), limit: LedgerProof.limit)), knowledge)
                return
            }
            let report =
                if let file {
                    try LedgerExportFile(FilePath(file), storage: storage).verify(knowledge)
                } else { try place.open().verify(knowledge) }
            switch report.verdict {
            case .whole(let summary):
                output.print(
                    report.json([
                        "intact": true, "entries": .number(summary.entries),
                        "torn": .number(summary.torn), "head": .string(summary.head.hex),
                    ])
                ) { report.text(summary) }
            case .broken(let line, let offset, let reason):
                output.print(
                    report.json([
                        "intact": false, "line": .number(line), "offset": .number(offset),
                        "reason": .string(reason.rawValue),
                    ])
                ) {
                    line == 0
                        ? "what frames the lines does not hold: \(reason.rawValue)\n"
                        : "line \(line) does not hold: \(reason.rawValue)\n"
                }
                throw ExitCode(FaultKind.failed.exitStatus)
            }
        }

        private func check(_ proof: LedgerProof, _ knowledge: LedgerKnowledge) throws {
            let entry = try proof.verify(by: try knowledge.key.map { try PublicKey(der: $0) })
            let witnesses = knowledge.witnesses.filter { $0.time(of: proof.checkpoint) != nil }.map(\.name)
            output.print([
                "intact": true, "sequence": .number(entry.sequence), "origin": .string(proof.checkpoint.origin),
                "size": .number(proof.checkpoint.size), "witnesses": .strings(witnesses),
            ]) {
                LedgerCommand.line(entry, json: false)
                    + "is in the \(proof.checkpoint.size) lines of \(proof.checkpoint.origin)\n"
            }
        }
    }

    struct Prove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that an entry is in the ledger, for whoever does not have the ledger.")

        @OptionGroup var place: Place
        @Argument(help: "The entry's sequence.")
        var sequence: UInt64
        @Option(name: .shortAndLong, help: "Where the proof goes; standard output else.", completion: .file())
        var output: String?

        func run() async throws {
            let folder = try place.open()
            let proof: LedgerProof
            do throws(LedgerError) {
                proof = try LedgerProof(of: sequence, in: folder)
            } catch {
                // No kept checkpoint covers it yet: the device's key can make one.
                guard case .noCheckpoint = error, let signer = place.signer() else { throw error }
                let tree = try LedgerTree(folder)
                let checkpoint = try signer.checkpoint(size: tree.size, root: try tree.root(at: tree.size))
                proof = try LedgerProof(of: sequence, in: folder, under: checkpoint, key: signer.publicKey)
            }
            let bytes = proof.json.canonicalBytes + [UInt8(ascii: "\n")]
            if let output {
                try Storage().replace(FilePath(output), with: bytes, mode: 0o644)
            } else {
                Terminal.write(String(decoding: bytes, as: UTF8.self))
            }
        }
    }

    struct Head: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "checkpoint",
            abstract: "Print the newest checkpoint, ask a witness to sign it, or keep what the witness answered.",
            discussion: """
                --since SIZE prints what a witness takes: the checkpoint with the proof that it continues the SIZE \
                lines that the witness signed last. --add FILE keeps its answer; the agent must not run meanwhile.
                """)

        @OptionGroup var place: Place
        @Option(name: .long, help: "Make a request to a witness that signed this size last; 0 for none.")
        var since: UInt64?
        @Option(name: .long, help: "A witness's answer to keep.", completion: .file())
        var add: String?
        @Option(name: .long, help: "The verifier key of the witness that answered: name+hash+base64.")
        var witness: String?

        func run() async throws {
            let folder = try place.open()
            guard let newest = try folder.checkpoints().last else { throw LedgerError.noCheckpoint(folder.path) }
            if let add {
                guard let witness else { throw ValidationError("--add needs --witness") }
                let answer = try Storage().read(FilePath(add), limit: Checkpoint.noteLimit)
                let ledger = try Ledger.open(
                    folder: folder.path, storage: Storage(), clock: WatermarkedClock(),
                    bootID: String(
                        decoding: try Storage().read("/proc/sys/kernel/random/boot_id", limit: 64), as: UTF8.self
                    )
                    .filter { !$0.isNewline })
                try ledger.add(
                    cosignatures: String(decoding: answer, as: UTF8.self), to: newest.size,
                    of: [try WitnessKey(verifierKey: witness)])
            } else if let since {
                let proof = try LedgerTree(folder).consistency(from: since, to: newest.size)
                Terminal.write(WitnessRequest(old: since, proof: proof, checkpoint: newest).text)
            } else {
                Terminal.write(newest.note)
            }
        }
    }
}

extension LedgerReport {
    fileprivate func json(_ verdict: JSON) -> JSON {
        guard case .object(var members) = verdict else { return verdict }
        members["first"] = .number(first)
        members["last"] = .number(last)
        members["covered"] = .number(covered)
        members["checkpoints"] = .number(checkpoints)
        members["unchecked"] = .number(unchecked)
        members["signed"] = .bool(key != nil)
        members["key"] = key.map { .string(Base64.encode($0)) } ?? .null
        members["origin"] = origin.map(JSON.string) ?? .null
        members["times-back"] = .number(timesBack)
        members["clock-steps"] = .number(clockSteps)
        members["witnesses"] = .array(
            witnessed.map {
                ["name": .string($0.name), "size": .number($0.size), "time": .string($0.time.description)]
            })
        return .object(members)
    }

    fileprivate func text(_ summary: LedgerSummary) -> String {
        var text = "\(summary.entries) entries, \(summary.torn) torn lines, head \(summary.head)\n"
        if first > 1 { text += "lines 1 to \(first - 1) were dropped\n" }
        if let key {
            text += "lines up to \(covered) are signed by the key \(SHA256.digest(of: key).hex.prefix(16))\n"
        } else {
            text += "nothing is signed\n"
        }
        if timesBack > 0 { text += "\(timesBack) entries have a time before that of the entry before them\n" }
        for witness in witnessed { text += "\(witness.name) saw \(witness.size) lines at \(witness.time)\n" }
        return text
    }
}
