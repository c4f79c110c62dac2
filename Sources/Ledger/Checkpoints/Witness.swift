import Documents
package import Platform
package import SystemPackage
import Vocabulary

/// Signs the checkpoints of many ledgers, each only if it continues the one it signed before.
///
/// For each ledger it keeps the key, the size and the root that it signed last in a file of its folder, which is on
/// the medium before the
/// signature leaves: after a power cut it may refuse to sign again what it signed, and never signs a second history.
/// One process at a
/// time works in a folder.
package final class Witness {
    private let folder: FilePath
    private let identity: WitnessKey
    private let key: PrivateKey
    private let storage: Storage
    private let clock: any WallClock
    private let lock: OpenFile

    package init(
        folder: FilePath, name: String, key: PrivateKey, storage: Storage, clock: any WallClock = SystemClock()
    ) throws(LedgerError) {
        self.folder = folder
        self.key = key
        self.storage = storage
        self.clock = clock
        do throws(CryptoError) {
            identity = try WitnessKey(name: name, publicDER: try key.publicDER)
        } catch { throw .witnessKey(name, reason: error.description) }
        do throws(StorageError) {
            try storage.createFolder(folder)
            lock = try storage.open(folder.appending("lock"), [.read, .write, .create, .noFollow])
            try lock.lock()
        } catch {
            if case .locked = error { throw .inUse(folder) }
            throw .storage(error)
        }
    }

    /// What others need to verify its cosignatures.
    package var verifierKey: String { identity.verifierKey }

    /// Answers a request with its cosignature line.
    ///
    /// `trusted` is the key of a ledger that is seen for the first time, or has a new key; otherwise the key that is
    /// known counts.
    package func answer(_ request: WitnessRequest, trusted: PublicKey? = nil) throws(LedgerError) -> String {
        let checkpoint = request.checkpoint
        let known = try state(of: checkpoint.origin)
        guard let key = trusted ?? known?.key else { throw .unknownLedger(checkpoint.origin) }
        guard let verifier = NoteVerifier(origin: checkpoint.origin, key: key), verifier.verifies(checkpoint) else {
            throw .refusedCheckpoint(checkpoint.origin, reason: "it is not signed by the ledger's key")
        }
        let (size, root) = known.map { ($0.size, $0.root) } ?? (0, CompactRange().root)
        guard request.old == size else { throw .staleRequest(checkpoint.origin, old: request.old, signed: size) }
        guard checkpoint.size >= size else {
            throw .refusedCheckpoint(
                checkpoint.origin, reason: "it has \(checkpoint.size) lines, \(size) were signed already")
        }
        guard
            MerkleProof.isConsistent(
                old: size, root, size: checkpoint.size, checkpoint.root, proof: request.proof)
        else {
            throw .refusedCheckpoint(
                checkpoint.origin,
                reason: "it does not continue the \(size) lines that were signed: the history is another")
        }
        try keep(State(key: key, size: checkpoint.size, root: checkpoint.root), of: checkpoint.origin)
        return try identity.sign(checkpoint, with: self.key, at: clock.now()).line
    }

    /// The size that it signed last for a ledger; 0 where it never did.
    package func signedSize(of origin: String) throws(LedgerError) -> UInt64 { try state(of: origin)?.size ?? 0 }

    private struct State {
        let key: PublicKey
        let size: UInt64
        let root: Digest
    }

    private func path(of origin: String) -> FilePath {
        folder.appending("\(SHA256.digest(of: Array(origin.utf8)).hex).json")
    }

    private func state(of origin: String) throws(LedgerError) -> State? {
        let path = path(of: origin)
        guard storage.exists(path) else { return nil }
        let frame: Frame
        do throws(StorageError) { frame = try Frame(storage.read(path, limit: Frame.limit)) } catch {
            throw .storage(error)
        }
        guard frame.members["origin"] == .string(origin),
            let key = frame.members["key"]?.string.flatMap(Base64.strict).flatMap({ try? PublicKey(der: $0) }),
            let size = frame.members["size"]?.integer, size >= 0,
            let root = frame.members["root"]?.string.flatMap({ Digest(hex: $0) })
        else { throw .damaged(path) }
        return State(key: key, size: UInt64(size), root: root)
    }

    private func keep(_ state: State, of origin: String) throws(LedgerError) {
        let frame = Frame([
            "key": .string(Base64.encode(state.key.der)), "origin": .string(origin),
            "root": .string(state.root.hex), "size": .number(state.size),
        ])
        do throws(StorageError) { try storage.replace(path(of: origin), with: frame.bytes) } catch {
            throw .storage(error)
        }
    }
}

extension WitnessKey {
    fileprivate init(name: String, publicDER: [UInt8]) throws(CryptoError) {
        let key = try PublicKey(der: publicDER)
        do throws(LedgerError) { try self.init(name: name, key: key) } catch {
            throw .openSSL("use the witness's key", reason: error.description)
        }
    }
}
