import Bundles
import Platform

/// Everything of a bundle before its payload, as it stands in the file.
struct BundleHead {
    let bytes: [UInt8]

    init(signatures: [UInt8], manifest: [UInt8], index: [UInt8], payload: UInt64) throws(ReleaseError) {
        let section = SignatureSection.encode(signatures)
        let header = BundleHeader(
            signaturesLength: UInt64(section.count), manifestLength: UInt64(manifest.count),
            indexLength: UInt64(index.count), payloadLength: payload, signaturesDigest: SHA256.digest(of: section))
        // What no reader would take is not written: the header is read back as a device reads it, with its limits.
        do throws(BundleError) { _ = try BundleHeader(bytes: header.bytes) } catch { throw .bundle(error) }
        bytes = header.bytes + section + manifest + index
    }
}
