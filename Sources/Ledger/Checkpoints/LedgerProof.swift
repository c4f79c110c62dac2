package import Documents
package import Platform
package import Vocabulary

/// One entry with what proves, without the ledger, that it is in the history that a checkpoint names.
package struct LedgerProof: Hashable, Sendable {
    package static let format = "aftercare.ledger-proof/1"
    /// A line as a JSON string of a JSON string, a note and a proof.
    package static let limit = 256 << 10

    package let line: [UInt8]
    package let sequence: UInt64
    package let proof: [Digest]
    package let checkpoint: Checkpoint
    /// DER SubjectPublicKeyInfo.
    package let key: [UInt8]

    /// The proof of a line by the oldest kept checkpoint that covers it and that a witness signed, else the oldest
    /// that covers it.
    package init(of sequence: UInt64, in folder: LedgerFolder) throws(LedgerError) {
        let kept = try KeptCheckpoints(in: folder.path, storage: folder.storage).all.filter {
            $0.checkpoint.size >= sequence
        }
        guard let chosen = kept.first(where: { $0.checkpoint.signatures.count > 1 }) ?? kept.first else {
            throw .noCheckpoint(folder.path)
        }
        try self.init(of: sequence, in: folder, under: chosen.checkpoint, key: chosen.key)
    }

    package init(
        of sequence: UInt64, in folder: LedgerFolder, under checkpoint: Checkpoint, key: [UInt8]
    ) throws(LedgerError) {
        let tree = try LedgerTree(folder)
        line = try tree.line(sequence)
        guard (try? LedgerEntry(line: line)) != nil else {
            throw .malformedProof("line \(sequence) was torn and is no entry")
        }
        self.sequence = sequence
        proof = try tree.inclusion(of: sequence, in: checkpoint.size)
        self.checkpoint = checkpoint
        self.key = key
    }

    package var json: JSON {
        [
            "checkpoint": .string(checkpoint.note), "entry": .string(String(decoding: line, as: UTF8.self)),
            "format": .string(Self.format), "key": .string(Base64.encode(key)),
            "proof": .strings(proof.map { Base64.encode($0.bytes) }), "sequence": .number(sequence),
        ]
    }

    /// Reads a proof; whether it holds is for `verify` to say.
    package init(_ bytes: [UInt8]) throws(LedgerError) {
        let line = bytes.last == UInt8(ascii: "\n") ? Array(bytes.dropLast()) : bytes
        guard let value = try? JSONReader.read(line, limit: Self.limit), value["format"] == .string(Self.format) else {
            throw .malformedProof("it is not an '\(Self.format)'")
        }
        let hashes = (value["proof"]?.array ?? []).compactMap {
            $0.string.flatMap(Base64.strict).flatMap { Digest(bytes: $0) }
        }
        guard let entry = value["entry"]?.string, let sequence = value["sequence"]?.integer, sequence > 0,
            let note = value["checkpoint"]?.string, let key = value["key"]?.string.flatMap(Base64.strict),
            hashes.count == value["proof"]?.array?.count
        else { throw .malformedProof("a member is missing or has another form") }
        self.line = Array(entry.utf8)
        self.sequence = UInt64(sequence)
        proof = hashes
        checkpoint = try Checkpoint(note: note)
        self.key = key
    }

    /// The entry, if the proof holds under its own key, which must be `expected` where one is given.
    package func verify(by expected: PublicKey? = nil) throws(LedgerError) -> LedgerEntry {
        guard let verifier = NoteVerifier(origin: checkpoint.origin, der: key), verifier.verifies(checkpoint) else {
            throw .malformedProof("its checkpoint is not signed by its key")
        }
        if let expected, expected.der != key { throw .malformedProof("its key is another one than the one given") }
        guard let entry = try? LedgerEntry(line: line), entry.sequence == sequence else {
            throw .malformedProof("its entry is not number \(sequence)")
        }
        let root = MerkleProof.root(
            leaf: SHA256.leafHash(of: line), index: sequence - 1, size: checkpoint.size, proof: proof)
        guard root == checkpoint.root else {
            throw .malformedProof("the entry is not in the \(checkpoint.size) lines that the checkpoint names")
        }
        return entry
    }
}
