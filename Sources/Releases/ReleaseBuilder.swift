package import Bundles
import ChangeControl
package import Platform
package import SystemPackage
package import Vocabulary

/// Builds a release into a bundle; the same source gives the same bytes, on any number of threads.
package struct ReleaseBuilder: Sendable {
    private let source: ReleaseSource
    private let storage: Storage
    private let threads: Int

    package init(_ source: ReleaseSource, storage: Storage, threads: Int) {
        self.source = source
        self.storage = storage
        self.threads = threads
    }

    /// The bytes of all images together: what `done` of a build's progress runs up to.
    package func totalLength() throws(ReleaseError) -> UInt64 {
        var total: UInt64 = 0
        for path in source.images { total += try attempt { () throws(StorageError) in try open(path).size() } }
        return total
    }

    /// Writes the bundle to `path`, whole or not at all, and gives its manifest.
    ///
    /// Signatures are dated `time`, by default the release's own, so that a key whose signatures are not random gives
    /// the same bytes. Two temporary files stand beside `path` meanwhile: the payload, whose length the manifest
    /// needs, and the bundle until it is renamed.
    package func build(
        to path: FilePath, signedBy signers: [ContentSigner] = [], at time: Timestamp? = nil,
        cancellation: Cancellation = Cancellation(),
        progress: @escaping @Sendable (_ done: UInt64) -> Void = { _ in }
    ) async throws(ReleaseError) -> Manifest {
        let payload = try attempt { () throws(StorageError) in try TemporaryFile(beside: path, "payload", in: storage) }
        let built = try await PayloadBuilder(
            try files(), level: source.description.compressionLevel, chunkLength: source.description.chunkLength,
            output: payload.file, cancellation: cancellation, progress: progress
        ).build(threads: threads)
        let manifest = manifest(of: built)
        let content = manifest.canonicalBytes
        let signatures = try signatures(over: content, by: signers, at: time ?? source.created)
        let head = try BundleHead(signatures: signatures, manifest: content, index: built.index, payload: built.length)
        try attempt { () throws(StorageError) in
            let bundle = try TemporaryFile(beside: path, "new", in: storage)
            try bundle.file.write(head.bytes, at: 0)
            try bundle.append(payload.file, from: 0, count: built.length, at: UInt64(head.bytes.count))
            try bundle.rename(to: path)
        }
        return manifest
    }

    private func signatures(
        over content: [UInt8], by signers: [ContentSigner], at time: Timestamp
    ) throws(ReleaseError) -> [UInt8] {
        var signatures: [UInt8]?
        for signer in signers {
            do throws(SigningError) {
                signatures = try signer.sign(content, at: time, addingTo: signatures)
            } catch { throw .signing(error) }
        }
        return signatures ?? []
    }

    private func files() throws(ReleaseError) -> [(name: String, file: OpenFile)] {
        var files: [(name: String, file: OpenFile)] = []
        for (image, path) in zip(source.description.images, source.images) {
            files.append((image.name, try attempt { () throws(StorageError) in try open(path) }))
        }
        return files
    }

    private func open(_ path: FilePath) throws(StorageError) -> OpenFile { try storage.open(path, .read) }

    private func manifest(of built: BuiltPayload) -> Manifest {
        let description = source.description
        return Manifest(
            product: description.product, hardware: description.hardware, version: description.version,
            from: description.from, securityVersion: description.securityVersion, created: source.created,
            selfTestDeadline: description.selfTestDeadline, fallbacks: description.fallbacks, images: built.images,
            payloadLength: built.length, payloadDigest: built.digest,
            change: source.change.json, history: source.history.map(\.json), sbomDigest: source.sbomDigest,
            vexDigest: source.vexDigest, extensions: description.extensions)
    }
}

/// Runs what only files can fail, as a part of a release's work.
func attempt<Value>(_ body: () throws(StorageError) -> Value) throws(ReleaseError) -> Value {
    do throws(StorageError) { return try body() } catch { throw .storage(error) }
}
