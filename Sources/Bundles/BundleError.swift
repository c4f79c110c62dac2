package import Documents
package import Platform
package import Trust
package import Vocabulary

/// Why a bundle was not taken.
package enum BundleError: Fault, Equatable {
    case notABundle
    case headerDamaged
    case unsupportedFormat(version: UInt32)
    case reservedNotZero(BundleSection)
    case tooLarge(BundleSection, length: UInt64, limit: UInt64)
    case truncated(BundleSection, missing: UInt64)
    case trailingBytes(after: UInt64)
    case signaturesDamaged
    case signaturesMalformed(length: UInt64, room: UInt64)
    case unsigned
    /// The signatures do not make the manifest one that this policy trusts; the code is the one of the cause.
    case untrusted(TrustError)
    /// The manifest says something that cannot be taken; the code is the one of the cause.
    case manifest(DocumentError)
    case manifestNotCanonical
    case lengthsDiffer(BundleSection, header: UInt64, manifest: UInt64)
    case indexDamaged(image: String)
    case outputNotTiled(image: String, chunk: Int, found: UInt64, expected: UInt64)
    case outputLength(image: String, chunk: Int, length: UInt64)
    case payloadNotContiguous(image: String, chunk: Int, found: UInt64, expected: UInt64)
    case storedLength(image: String, chunk: Int, length: UInt64)
    /// A kind that the format has room for and this version does not apply.
    case unsupportedKind(image: String, chunk: Int, ChunkKind)
    case unknownKind(image: String, chunk: Int, number: UInt8)
    case recordReserved(image: String, chunk: Int)
    case zeroDigest(image: String, chunk: Int)
    case chunkMalformed(offset: UInt64, reason: String)
    /// A compressed chunk that would become another length than the signed index says.
    case chunkLength(offset: UInt64, found: UInt64, expected: Int)
    case chunkDamaged(offset: UInt64)
    case imageDamaged(image: String)
    /// The stored bytes, all together, are not those that the manifest was signed for.
    case payloadDamaged
    /// The file or device that the bundle comes from cannot be read; the code is the one of the cause.
    case unreadable(StorageError)
    /// What brings the bundle (HTTP, a serial line) failed; the code is the one of the cause.
    case transfer(FaultCode, reason: String)
    case cancelled
}

extension BundleError {
    package var code: FaultCode {
        switch self {
        case .notABundle: FaultCode(2001)
        case .headerDamaged: FaultCode(2002)
        case .unsupportedFormat: FaultCode(2003)
        case .reservedNotZero: FaultCode(2004)
        case .tooLarge: FaultCode(2005)
        case .truncated: FaultCode(2006)
        case .trailingBytes: FaultCode(2007)
        case .signaturesDamaged: FaultCode(2008)
        case .signaturesMalformed: FaultCode(2009)
        case .unsigned: FaultCode(2010)
        case .untrusted(let cause): cause.code
        case .manifest(let cause): cause.code
        case .manifestNotCanonical: FaultCode(2012)
        case .lengthsDiffer: FaultCode(2013)
        case .indexDamaged: FaultCode(2014)
        case .outputNotTiled: FaultCode(2015)
        case .outputLength: FaultCode(2016)
        case .payloadNotContiguous: FaultCode(2017)
        case .storedLength: FaultCode(2018)
        case .unsupportedKind: FaultCode(2019)
        case .unknownKind: FaultCode(2020)
        case .recordReserved: FaultCode(2021)
        case .zeroDigest: FaultCode(2022)
        case .chunkMalformed: FaultCode(2023)
        case .chunkLength: FaultCode(2024)
        case .chunkDamaged: FaultCode(2025)
        case .imageDamaged: FaultCode(2026)
        case .unreadable(let cause): cause.code
        case .transfer(let code, _): code
        case .cancelled: FaultCode(2027)
        case .payloadDamaged: FaultCode(2028)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .untrusted(let cause): cause.kind
        case .unreadable(let cause): cause.kind
        case .transfer, .cancelled: .failed
        default: .refused
        }
    }

    package var description: String {
        switch self {
        case .notABundle: "it does not start as a bundle does"
        case .headerDamaged: "the bundle's header is damaged: its checksum differs"
        case .unsupportedFormat(let version):
            "the bundle has format version \(version), this program reads version \(BundleFormat.version)"
        case .reservedNotZero(let section): "bytes of the bundle's \(section) that must be zero are not"
        case .tooLarge(let section, let length, let limit):
            "the bundle's \(section) has \(length) bytes, more than the limit of \(limit)"
        case .truncated(let section, let missing): "the bundle ends in its \(section), \(missing) bytes too early"
        case .trailingBytes(let length): "something follows the bundle's \(length) bytes"
        case .signaturesDamaged: "the bundle's signatures are damaged: their digest differs from the header's"
        case .signaturesMalformed(let length, let room):
            "the bundle's signatures have \(length) bytes in a section of \(room)"
        case .unsigned: "the bundle is not signed"
        case .untrusted(let cause): cause.description
        case .manifest(let cause): "the bundle's manifest: \(cause)"
        case .manifestNotCanonical: "the bundle's manifest is not in canonical form (RFC 8785)"
        case .lengthsDiffer(let section, let header, let manifest):
            "the \(section) has \(header) bytes in the bundle's header and \(manifest) in its manifest"
        case .cancelled: "it was cancelled"
        case .unreadable(let cause): cause.description
        case .transfer(_, let reason): reason
        default: chunkDescription
        }
    }

    private var chunkDescription: String {
        switch self {
        case .indexDamaged(let image):
            "the index of image '\(image)' is damaged: its digest differs from the manifest's"
        case .outputNotTiled(let image, let chunk, let found, let expected):
            "chunk \(chunk) of image '\(image)' is for byte \(found), expected \(expected)"
        case .outputLength(let image, let chunk, let length):
            "chunk \(chunk) of image '\(image)' has \(length) bytes, which no chunk at its place may have"
        case .payloadNotContiguous(let image, let chunk, let found, let expected):
            "chunk \(chunk) of image '\(image)' lies at byte \(found) of the payload, expected \(expected)"
        case .storedLength(let image, let chunk, let length):
            "chunk \(chunk) of image '\(image)' has \(length) stored bytes, which its kind does not allow"
        case .unsupportedKind(let image, let chunk, let kind):
            "chunk \(chunk) of image '\(image)' is of kind '\(kind)', which this program does not apply"
        case .unknownKind(let image, let chunk, let number):
            "chunk \(chunk) of image '\(image)' is of the unknown kind \(number)"
        case .recordReserved(let image, let chunk):
            "chunk \(chunk) of image '\(image)' has index bytes set that must be zero"
        case .zeroDigest(let image, let chunk):
            "chunk \(chunk) of image '\(image)' is said to be zeros, but its digest is not that of zeros"
        case .chunkMalformed(let offset, let reason): "the chunk for byte \(offset) cannot be decompressed: \(reason)"
        case .chunkLength(let offset, let found, let expected):
            "the chunk for byte \(offset) would become \(found) bytes, expected \(expected)"
        case .chunkDamaged(let offset): "the chunk for byte \(offset) is damaged: its digest differs from the index's"
        case .imageDamaged(let image): "image '\(image)' is damaged: its digest differs from the manifest's"
        case .payloadDamaged: "the bundle's payload is damaged: its digest differs from the manifest's"
        default: ""
        }
    }

    package var advice: String {
        switch self {
        case .untrusted(let cause): cause.advice
        case .unreadable(let cause): cause.advice
        case .notABundle: "Check that this is the right file."
        case .headerDamaged, .truncated, .trailingBytes, .signaturesDamaged, .indexDamaged, .chunkDamaged,
            .payloadDamaged:
            "Fetch or copy the bundle again."
        case .unsupportedFormat, .unsupportedKind, .unknownKind:
            "Install a release that this agent can read first; its manufacturer names it."
        case .unsigned: "Have it approved with 'aftercare-fleet bundle approve'."
        default: ""
        }
    }
}
