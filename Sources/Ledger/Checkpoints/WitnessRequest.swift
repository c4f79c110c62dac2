import Documents
package import Vocabulary

/// What a ledger asks of a witness: to sign a checkpoint that continues the one it signed last (C2SP tlog-witness,
/// add-checkpoint).
package struct WitnessRequest: Hashable, Sendable {
    package static let limit = 32768

    /// The size that the witness signed last; 0 for none.
    package let old: UInt64
    package let proof: [Digest]
    package let checkpoint: Checkpoint

    package init(old: UInt64, proof: [Digest], checkpoint: Checkpoint) {
        self.old = old
        self.proof = proof
        self.checkpoint = checkpoint
    }

    package var text: String {
        "old \(old)\n" + proof.map { Base64.encode($0.bytes) + "\n" }.joined() + "\n" + checkpoint.note
    }

    package init(_ text: String) throws(LedgerError) {
        guard text.utf8.count <= Self.limit else { throw .malformedRequest("it is longer than \(Self.limit) bytes") }
        let bytes = Array(text.utf8)
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        guard let first = lines.popFirst().map({ String(decoding: $0, as: UTF8.self) }), first.hasPrefix("old "),
            let old = UInt64(first.dropFirst(4)), "old \(old)" == first
        else { throw .malformedRequest("it does not begin with 'old' and a size") }
        var proof: [Digest] = []
        while let line = lines.popFirst(), !line.isEmpty {
            guard proof.count < MerkleProof.limit,
                let hash = Base64.strict(String(decoding: line, as: UTF8.self)).flatMap({ Digest(bytes: $0) })
            else { throw .malformedRequest("its proof is not at most \(MerkleProof.limit) hashes") }
            proof.append(hash)
        }
        let note = String(decoding: Array(lines.joined(separator: [UInt8(ascii: "\n")])), as: UTF8.self)
        self.init(old: old, proof: proof, checkpoint: try Checkpoint(note: note))
    }
}
