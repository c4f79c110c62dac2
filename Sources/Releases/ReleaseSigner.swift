package import Trust

/// Whoever approves a release: a key with its certificate, in a file or in a token.
package protocol ReleaseSigner {
    /// Gives one CMS message (DER) with a signature over `content` beside those of `signatures`, which is empty for the first.
    func sign(_ content: [UInt8], adding signatures: [UInt8]) throws(TrustError) -> [UInt8]
}
