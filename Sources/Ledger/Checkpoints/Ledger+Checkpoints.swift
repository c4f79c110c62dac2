import Platform
import Trust
import Vocabulary

extension Ledger {
    /// Signs the tree as it is now, and keeps the checkpoint; the newest kept one where nothing was added since.
    package func checkpoint() throws(LedgerError) -> Checkpoint {
        guard let signer else { throw .noKey }
        let tree = active.tree
        if let newest = checkpoints.newest, newest.size == tree.end, newest.root == tree.root { return newest }
        guard !active.isDamaged else { throw .damaged(active.file.path) }
        let checkpoint = try signer.checkpoint(size: tree.end, root: tree.root)
        try keep(checkpoint)
        checkpointedAt = clock.now().uptime
        return checkpoint
    }

    /// Has a signer sign from now on; the first one gives the ledger its name, and another key needs `changeKey`.
    package func adopt(_ signer: LedgerSigner) throws(LedgerError) {
        if let keys {
            guard keys.origin == signer.origin else { throw .otherOrigin(known: keys.origin, given: signer.origin) }
            guard let known = keys.newest?.der, known == signer.publicKey else {
                throw .otherKey(known: fingerprint(keys.newest?.der ?? []), given: fingerprint(signer.publicKey))
            }
        } else {
            let first = LedgerKeys(origin: signer.origin, first: signer.publicKey)
            do throws(StorageError) { try first.write(in: folder, storage: storage) } catch { throw .storage(error) }
            keys = first
        }
        self.signer = signer
    }

    /// Changes the device's key: an entry names both and is signed by both, and a checkpoint by the new one follows.
    package func changeKey(from old: LedgerSigner, to new: LedgerSigner) throws(LedgerError) {
        try adopt(old)
        guard old.origin == new.origin else { throw .otherOrigin(known: old.origin, given: new.origin) }
        guard old.publicKey != new.publicKey else { return }
        // The old key's last word is on all that it stands for.
        _ = try checkpoint()
        // A checkpoint that covers this entry is the new key's, also where one is due for another reason.
        let change = LedgerEvent(.ledgerKey, try KeyChange(from: old, to: new).body)
        let sequence = try add([change]).sequences.last ?? newest
        keys?.add(new.publicKey, since: sequence)
        signer = new
        // Should this fail, the next opening finds the entry.
        if let keys { try? keys.write(in: folder, storage: storage) }
        _ = try checkpoint()
    }

    /// Keeps what witnesses answered to the request with a checkpoint of this ledger.
    package func add(cosignatures answer: String, to size: UInt64, of witnesses: [WitnessKey]) throws(LedgerError) {
        guard let kept = checkpoints.all.last(where: { $0.checkpoint.size == size }) else {
            throw .notThere(size, newest: checkpoints.newest?.size ?? 0)
        }
        let lines = answer.split(separator: "\n").map(String.init)
        var checkpoint = kept.checkpoint
        for signature in try Checkpoint.signatures(lines) where !checkpoint.signatures.contains(signature) {
            let alone = Checkpoint(
                origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root, signatures: [signature])
            guard witnesses.contains(where: { $0.time(of: alone) != nil }) else {
                throw .witnessKey(signature.name, reason: "no known witness made this signature")
            }
            // A witness that signs the same again replaces what it said before.
            checkpoint.signatures.removeAll { $0.name == signature.name && $0.keyID == signature.keyID }
            checkpoint.signatures.append(signature)
        }
        guard checkpoint.signatures.count <= Checkpoint.signatureLimit else {
            throw .malformedNote("it has \(checkpoint.signatures.count) signatures")
        }
        try keep(checkpoint, key: kept.key)
    }

    /// What a witness takes: a checkpoint of now, as what continues the `old` lines that it signed last.
    package func request(since old: UInt64) throws(LedgerError) -> WitnessRequest {
        let checkpoint = try checkpoint()
        let proof = try LedgerTree(reader).consistency(from: old, to: checkpoint.size)
        return WitnessRequest(old: old, proof: proof, checkpoint: checkpoint)
    }

    /// The newest size that this witness signed; 0 where it signed none that is kept.
    package func size(signedBy witness: WitnessKey) -> UInt64 {
        checkpoints.all.last { witness.time(of: $0.checkpoint) != nil }?.checkpoint.size ?? 0
    }

    private func keep(_ checkpoint: Checkpoint, key: [UInt8]? = nil) throws(LedgerError) {
        var kept = checkpoints
        kept.put(checkpoint, key: key ?? signer?.publicKey ?? [])
        do throws(StorageError) { try kept.write(in: folder, storage: storage) } catch { throw .storage(error) }
        checkpoints = kept
    }

    private func fingerprint(_ key: [UInt8]) -> String { String(SHA256.digest(of: key).hex.prefix(16)) }
}
