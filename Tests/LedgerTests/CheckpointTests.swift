import Documents
import Ledger
import Platform
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("Checkpoints, proofs and witnesses")
struct CheckpointTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("The example of the C2SP specification of cosignatures has the form of a note")
    func example() throws {
        let note = """
            example.com/behind-the-sofa
            20852163
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

            \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

            """
        let checkpoint = try Checkpoint(note: note)
        #expect(checkpoint.size == 20_852_163)
        #expect(checkpoint.signatures.map { Hex.encode($0.keyID) } == ["033de0ae"])
        #expect(checkpoint.note == note)
    }

    @Test(
        "What does not have the form of a note is refused",
        arguments: [
            "", "a\n1\n", "a\n01\nAAAA\n\n", "\n1\nX\n\n", "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nextension\n\n\u{2014} a AAAAAAA=\n",
            "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n- a AAAAAAA=\n",
            "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} a AAAA\n",
            "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} a AAAAAAA=",
            "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} a+b AAAAAAA=\n",
        ])
    func malformed(note: String) {
        #expect(throws: LedgerError.self) { try Checkpoint(note: note) }
    }

    @Test("openssl verifies a checkpoint's signature", arguments: [KeyKind.ed25519, .p256])
    func openssl(kind: KeyKind) throws {
        let key = try PrivateKey.generate(kind)
        let signer = try LedgerSigner(device: "pump 1+2", key: DeviceKey(key))
        #expect(signer.origin == "aftercare-ledger/pump%201%2B2")
        let ledger = try folder.open(signer: signer)
        try ledger.append([event(1), event(2)])
        let checkpoint = try ledger.checkpoint()
        let leaves = try folder.leaves()
        #expect(checkpoint.root == NaiveTree.root(leaves))
        let signature = try #require(checkpoint.signatures.first)
        try folder.write("text", checkpoint.text)
        try folder.write("signature", signature.bytes)
        try folder.write("key.der", signer.publicKey)
        let arguments =
            kind == .ed25519
            ? [
                "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-in", "text",
                "-sigfile", "signature",
            ]
            : ["dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "text"]
        _ = try Tool.run(
            ["openssl", "pkey", "-pubin", "-inform", "DER", "-in", "key.der", "-out", "key.pem"],
            folder: folder.path.string)
        let result = try Tool.run(["openssl"] + arguments, folder: folder.path.string)
        #expect(result.status == 0, "\(result.error)\(result.text)")
        // The key ID as the specification computes it, with other means.
        let computed = try Tool.run([
            "python3", "-c",
            """
            import hashlib, sys
            name, der = sys.argv[1].encode(), open(sys.argv[2], "rb").read()
            of = name + b"\\n\\x01" + der[-32:] if sys.argv[3] == "ed" else der
            print(hashlib.sha256(of).hexdigest()[:8])
            """, signer.origin, folder.file("key.der").string, kind == .ed25519 ? "ed" : "ec",
        ])
        #expect(computed.text == "\(Hex.encode(signature.keyID))\n")
    }

    @Test("A checkpoint is kept, made at sealing, and made again only for more lines")
    func kept() throws {
        let signer = try folder.signer()
        var ledger: Ledger? = try folder.open(limits: smallLimits, signer: signer)
        #expect(try folder.reader.checkpoints().isEmpty)
        for number in 1...6 { try ledger?.append([event(number, filling: 300)]) }
        #expect(try folder.reader.checkpoints().count == 1)
        let one = try #require(try ledger?.checkpoint())
        #expect(try ledger?.checkpoint() == one)
        #expect(try folder.reader.checkpoints().last == one)
        ledger = nil
        #expect(try folder.open(limits: smallLimits, signer: signer).checkpoint() == one)
    }

    @Test("A checkpoint follows new entries after its interval, and none follows without")
    func interval() throws {
        let limits = LedgerLimits(checkpointInterval: 0)
        let ledger = try folder.open(limits: limits, signer: try folder.signer())
        for number in 1...3 { try ledger.append([event(number)]) }
        #expect(try folder.reader.checkpoints().map(\.size) == [1, 2, 3])
    }

    @Test("A folder whose checkpoint names another history, or more of it, is broken", arguments: [2, 5])
    func foreign(size: Int) throws {
        let signer = try folder.signer()
        let ledger = try folder.open(signer: signer)
        for number in 1...3 { try ledger.append([event(number)]) }
        let checkpoint = try signer.checkpoint(size: UInt64(size), root: NaiveTree.root(try folder.leaves()[..<1]))
        let report = try folder.reader.verify(LedgerKnowledge(checkpoints: [checkpoint]))
        #expect(
            report.verdict == .broken(line: size == 2 ? 1 : 4, offset: 0, reason: size == 2 ? .checkpoint : .missing))
    }

    @Test("Another key may not sign; a change of keys is signed by both and is part of the chain")
    func changeOfKeys() throws {
        let old = try folder.signer()
        let new = try LedgerSigner(device: "pump-0001", key: DeviceKey(try PrivateKey.generate(.p256)))
        do {
            let ledger = try folder.open(signer: old)
            try ledger.append([event(1)])
            _ = try ledger.checkpoint()
        }
        #expect(throws: LedgerError.self) { try folder.open(signer: new) }
        let stranger = try LedgerSigner(device: "pump-2", key: old.key)
        #expect(throws: LedgerError.otherOrigin(known: old.origin, given: stranger.origin)) {
            try folder.open(signer: stranger)
        }
        do {
            let ledger = try folder.open()
            try ledger.changeKey(from: old, to: new)
            try ledger.append([event(2)])
            _ = try ledger.checkpoint()
        }
        _ = try folder.open(signer: new)
        #expect(throws: LedgerError.self) { try folder.open(signer: old) }
        let report = try folder.reader.verify(LedgerKnowledge(key: old.publicKey))
        guard case .whole = report.verdict else { throw Unexpected() }
        #expect(report.key == new.publicKey)
        #expect(try folder.reader.verify(LedgerKnowledge(key: new.publicKey)).verdict == report.verdict)
        let third = try PrivateKey.generate(.ed25519).publicDER
        #expect(
            try folder.reader.verify(LedgerKnowledge(key: third)).verdict
                == .broken(line: 0, offset: 0, reason: .frame))
    }

    @Test("A key that changes where a segment ends signs all checkpoints that cover its change")
    func changedAtTheEndOfASegment() throws {
        let old = try folder.signer()
        let new = try LedgerSigner(device: "pump-0001", key: DeviceKey(try PrivateKey.generate(.ed25519)))
        do {
            // Every group fills a segment, so the one with the new key begins another.
            let ledger = try folder.open(limits: LedgerLimits(segment: 500), signer: old)
            for number in 1...4 { try ledger.append([event(number, filling: 500)]) }
            try ledger.changeKey(from: old, to: new)
            try ledger.append([event(5)])
            #expect(try folder.reader.segments().count >= 5)
        }
        for key in [old.publicKey, new.publicKey] {
            guard case .whole = try folder.reader.verify(LedgerKnowledge(key: key)).verdict else { throw Unexpected() }
        }
    }

    @Test("A proof of an entry verifies without the ledger, and with any part of it changed it does not")
    func proofs() throws {
        let signer = try folder.signer()
        let ledger = try folder.open(limits: LedgerLimits(segment: 2000), signer: signer)
        for number in 1...20 { try ledger.append([event(number, filling: 200)]) }
        let checkpoint = try ledger.checkpoint()
        for sequence in 1...checkpoint.size {
            let proof = try LedgerProof(of: sequence, in: folder.reader, under: checkpoint, key: signer.publicKey)
            let bytes = proof.json.canonicalBytes
            let entry = try LedgerProof(bytes).verify(by: try PublicKey(der: signer.publicKey))
            #expect(entry.sequence == sequence)
        }
        #expect(try LedgerProof(of: 3, in: folder.reader).verify().sequence == 3)
        let bytes = try LedgerProof(of: 3, in: folder.reader, under: checkpoint, key: signer.publicKey).json
            .canonicalBytes
        var dice = Dice(seed: 7)
        for _ in 0..<300 {
            var changed = bytes
            let position = Int(dice.next() % UInt64(bytes.count))
            changed[position] ^= UInt8(1 << (dice.next() % 7))
            #expect(throws: LedgerError.self, "byte \(position)") { try LedgerProof(changed).verify() }
        }
        let other = try PublicKey(der: try PrivateKey.generate(.ed25519).publicDER)
        #expect(throws: LedgerError.self) { try LedgerProof(bytes).verify(by: other) }
    }

    @Test("A witness signs what continues, and finds a history that was split, shortened or signed by somebody else")
    func witness() throws {
        let key = try PrivateKey.generate(.ed25519)
        func witness() throws -> Witness {
            try Witness(folder: folder.file("witness"), name: "witness.example/1", key: key, storage: Storage())
        }
        let signer = try folder.signer()
        let trusted = try PublicKey(der: signer.publicKey)
        let ledger = try folder.open(signer: signer)
        try ledger.append([event(1), event(2), event(3)])
        let first = try ledger.request(since: 0)
        #expect(throws: LedgerError.unknownLedger(signer.origin)) { try witness().answer(first) }
        let answer = try witness().answer(first, trusted: trusted)
        let known = try WitnessKey(verifierKey: try witness().verifierKey)
        try ledger.add(cosignatures: answer, to: 3, of: [known])
        #expect(try folder.reader.verify(LedgerKnowledge(witnesses: [known])).witnessed.map(\.size) == [3])

        // The same file, but one entry is another one: what was signed cannot be continued.
        let other = try TemporaryFolder()
        let split = try other.open(signer: signer)
        try split.append([event(1), event(9), event(3), event(4)])
        let forked = try split.request(since: 3)
        let error = #expect(throws: LedgerError.self) { try witness().answer(forked) }
        #expect(error?.code == FaultCode(2517))
        try ledger.append([event(4), event(5)])
        let request = try ledger.request(since: 3)
        #expect(try WitnessRequest(request.text) == request)
        #expect(throws: LedgerError.staleRequest(signer.origin, old: 0, signed: 3)) {
            try witness().answer(try ledger.request(since: 0))
        }
        let stranger = try LedgerSigner(device: "pump-0001", key: DeviceKey(try PrivateKey.generate(.ed25519)))
        let forged = try stranger.checkpoint(size: request.checkpoint.size, root: request.checkpoint.root)
        #expect(throws: LedgerError.self) {
            try witness().answer(WitnessRequest(old: 3, proof: request.proof, checkpoint: forged))
        }
        #expect(try !witness().answer(request).isEmpty)
        let shortened = WitnessRequest(old: 5, proof: [], checkpoint: first.checkpoint)
        #expect(throws: LedgerError.self) { try witness().answer(shortened) }
        #expect(throws: LedgerError.self) { try ledger.add(cosignatures: answer, to: 5, of: [known]) }
    }

    private struct Unexpected: Error {}
}
