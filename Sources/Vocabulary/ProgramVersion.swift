/// The version of Aftercare's own programs.
package enum ProgramVersion {
    package static let text = "0.1.0"
}
