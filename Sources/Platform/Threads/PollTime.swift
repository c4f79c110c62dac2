/// What is left until `deadline` as poll(2) takes it: -1 for no end, rounded up so that a rest below a millisecond
/// does not spin.
func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
    guard let deadline else { return -1 }
    let (seconds, attoseconds) = max(.zero, deadline - ContinuousClock.now).components
    return Int32(clamping: seconds &* 1000 &+ (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
}
