/// Lets a random time pass, for tests of what may happen at any moment.
///
/// It waits for no event, since chance is what is tested; nothing may depend on how long it took.
package func passRandomMoment(ofAtMost milliseconds: Int, using dice: inout Dice) async throws {
    try await Task.sleep(for: .milliseconds(Int.random(in: 0...milliseconds, using: &dice)))
}
