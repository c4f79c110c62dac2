package import Vocabulary

/// A moment of one start of the device, by a clock that nobody can set.
package struct BootMoment: Hashable, Sendable {
    package let bootID: String
    /// Seconds since that start.
    package let uptime: Int64

    package init(bootID: String, uptime: Int64) {
        self.bootID = bootID
        self.uptime = uptime
    }
}

/// What happened at a service port, as far as it matters for who gets in.
package enum AccessEvent: Equatable, Sendable {
    case asked(Challenge, port: String)
    /// A grant that answered the challenge of this port held.
    case accepted(port: String)
    /// One did not, for a reason that counts (`ServiceError.countsAsAttempt`).
    case refused
    /// Somebody got in without a grant.
    case emergency(Timestamp)
}

/// Who is waited for and who is locked out: kept over restarts, so that switching the device off forgives nothing.
///
/// What follows from an event follows from the value alone; the agent stores it before it answers.
package struct Access: Equatable, Sendable {
    static let maximumPorts = 4
    static let maximumSpent = 16
    static let maximumEmergencies = 24
    private static let day: Int64 = 86400

    /// A challenge that waits for its answer.
    struct Waiting: Equatable, Sendable {
        let challenge: Challenge
        let port: String
        let since: BootMoment
    }

    struct Lock: Equatable, Sendable {
        let seconds: Int64
        let since: BootMoment
    }

    var waiting: [Waiting] = []
    /// The newest challenges that were answered.
    var spent: [Challenge] = []
    /// Refusals since somebody got in or the last lock-out began.
    package internal(set) var failures = 0
    /// Lock-outs since somebody got in.
    package internal(set) var lockouts = 0
    var lock: Lock?
    /// The times of the newest emergencies.
    var emergencies: [Timestamp] = []

    package init() {}

    /// How long nobody can log in; 0 where nobody is locked out.
    ///
    /// A lock-out of another start of the device begins anew with this one.
    package func lockedSeconds(at moment: BootMoment) -> Int64 {
        guard let lock else { return 0 }
        let begin = lock.since.bootID == moment.bootID ? lock.since.uptime : 0
        return max(0, lock.seconds - max(0, moment.uptime - begin))
    }

    package func after(_ event: AccessEvent, at moment: BootMoment, policy: ServicePolicy) -> Access {
        var next = self
        switch event {
        case .asked(let challenge, let port):
            next.waiting.removeAll { $0.port == port }
            next.waiting.append(Waiting(challenge: challenge, port: port, since: moment))
            next.waiting = next.waiting.suffix(Self.maximumPorts)
        case .accepted(let port):
            next.spent += waiting.filter { $0.port == port }.map(\.challenge)
            next.spent = next.spent.suffix(Self.maximumSpent)
            next.waiting.removeAll { $0.port == port }
            (next.failures, next.lockouts, next.lock) = (0, 0, nil)
        case .refused:
            next.failures += 1
            guard next.failures >= policy.attempts else { break }
            next.failures = 0
            next.lockouts = min(lockouts + 1, 32)
            let longest = ServicePolicy.longestLockSeconds
            let seconds = min(longest, policy.lockSeconds << Int64(min(lockouts, 12)))
            next.lock = Lock(seconds: seconds, since: moment)
            // Whoever comes after it begins with a challenge of their own.
            next.waiting = []
        case .emergency(let time):
            next.emergencies = (emergencies + [time]).suffix(Self.maximumEmergencies)
        }
        return next
    }

    /// The challenge that a grant from this port answers; refuses while somebody is locked out.
    package func challenge(
        answeredBy grant: Grant, port: String, at moment: BootMoment, policy: ServicePolicy
    ) throws(ServiceError) -> Challenge {
        let locked = lockedSeconds(at: moment)
        guard locked == 0 else { throw .lockedOut(seconds: locked) }
        let waiting = waiting.first { $0.port == port }
        guard let waiting, grant.answers(waiting.challenge) else {
            // Only now: the marks of one that waits and of one long used may be the same by chance.
            if spent.contains(where: grant.answers) { throw .challengeUsed }
            guard let waiting else { throw .noChallenge }
            throw grant.speaks(of: waiting.challenge) ? .otherChallenge : .otherDevice(waiting.challenge.device)
        }
        guard waiting.since.bootID == moment.bootID,
            (0...policy.challengeSeconds).contains(moment.uptime - waiting.since.uptime)
        else { throw .challengeExpired(seconds: policy.challengeSeconds) }
        return waiting.challenge
    }

    /// How the emergency may be taken now; refuses where it is off, or was taken too often in 24 hours.
    package func emergency(at time: Timestamp, policy: ServicePolicy) throws(ServiceError) -> EmergencyPolicy {
        guard let emergency = policy.emergency else { throw .noEmergency }
        // One of the future counts as well: somebody set the clock back.
        let recent = emergencies.count { $0.seconds > time.seconds - Self.day }
        guard recent < emergency.perDay else { throw .emergencySpent(perDay: emergency.perDay) }
        return emergency
    }
}
