package import SystemPackage

/// Where the project's own files are that a test runs or compares.
package enum ProjectFolder {
    /// `#filePath` is in the project's Sources/TestSupport.
    private static let path = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent()

    package static func file(_ name: String) -> FilePath { path.pushing(FilePath(name)) }
}
