import Documents
import Releases
import Servicing
import SystemPackage
import Testing
import Trust
import Vocabulary

@Suite("Who gets in at a service port")
struct AccessTests {
    private let technicians: Technicians
    private let policy: ServicePolicy
    private let challenge: Challenge
    private let grant: Grant

    init() throws {
        technicians = try Technicians.shared.get()
        policy = try technicians.policy([
            ("[service]\n", "[service]\nattempts = 3\nlock-seconds = 60\nchallenge-seconds = 900\n")
        ])
        challenge = try Challenge(device: "IP4-000417")
        grant = try technicians.ada().grant(try .test(challenge), with: .person)
    }

    private func at(_ uptime: Int64, boot: String = "boot-1") -> BootMoment { BootMoment(bootID: boot, uptime: uptime) }

    private func asked() -> Access {
        Access().after(.asked(challenge, port: "ttyS0"), at: at(100), policy: policy)
    }

    private func code(_ access: Access, _ moment: BootMoment, grant: Grant? = nil, port: String = "ttyS0") -> Int? {
        refusal {
            let answered = try access.challenge(
                answeredBy: grant ?? self.grant, port: port, at: moment, policy: policy)
            #expect(answered == challenge)
        }
    }

    @Test("A challenge is answered once, on its port, in its time, in its start of the device")
    func once() throws {
        let access = asked()
        #expect(code(access, at(100)) == nil)
        #expect(code(access, at(1000)) == nil)
        #expect(code(access, at(1001)) == 3422)
        #expect(code(access, at(99)) == 3422)
        #expect(code(access, at(200, boot: "boot-2")) == 3422)
        #expect(code(access, at(100), port: "ttyS1") == 3421)
        #expect(code(Access(), at(100)) == 3421)
        let used = access.after(.accepted(port: "ttyS0"), at: at(200), policy: policy)
        #expect(code(used, at(200)) == 3423)
        #expect(code(used, at(200), port: "ttyS1") == 3423)
        let next = used.after(.asked(try Challenge(device: "IP4-000417"), port: "ttyS0"), at: at(300), policy: policy)
        #expect(code(next, at(300)) == 3423)
    }

    @Test("A new challenge replaces the one before, and another device's grant is told")
    func replaced() throws {
        let access = asked().after(
            .asked(try Challenge(device: "IP4-000417"), port: "ttyS0"), at: at(110), policy: policy)
        #expect(code(access, at(110)) == 3424)
        let foreign = try technicians.ada().grant(try .test(try Challenge(device: "IP4-000418")), with: .person)
        #expect(code(asked(), at(110), grant: foreign) == 3425)
    }

    @Test("Refusals lock everybody out, each time twice as long, to an hour")
    func lockout() {
        var access = asked()
        var (moment, expected): (Int64, [Int64]) = (100, [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600])
        for seconds in expected {
            for left in [2, 1] {
                access = access.after(.refused, at: at(moment), policy: policy)
                #expect(access.lockedSeconds(at: at(moment)) == 0, "\(left) left")
            }
            access = access.after(.refused, at: at(moment), policy: policy)
            #expect(access.lockedSeconds(at: at(moment)) == seconds)
            #expect(code(access, at(moment)) == 3407)
            #expect(access.lockedSeconds(at: at(moment + seconds - 1)) == 1)
            moment += seconds
            #expect(access.lockedSeconds(at: at(moment)) == 0)
            // The challenge from before is not good any more.
            #expect(code(access, at(moment)) == 3421)
        }
        expected = []
        access = access.after(.asked(challenge, port: "ttyS0"), at: at(moment), policy: policy)
            .after(.accepted(port: "ttyS0"), at: at(moment), policy: policy)
        for _ in 0..<3 { access = access.after(.refused, at: at(moment), policy: policy) }
        #expect(access.lockedSeconds(at: at(moment)) == 60)
    }

    @Test("Switching the device off ends no lock-out and forgives no refusal")
    func powerCycle() throws {
        var access = asked()
        for _ in 0..<3 { access = access.after(.refused, at: at(5000), policy: policy) }
        access = try Access(access.json)
        #expect(access.lockedSeconds(at: at(0, boot: "boot-2")) == 60)
        #expect(access.lockedSeconds(at: at(59, boot: "boot-3")) == 1)
        #expect(access.lockedSeconds(at: at(60, boot: "boot-3")) == 0)
        for _ in 0..<2 { access = access.after(.refused, at: at(60, boot: "boot-3"), policy: policy) }
        access = try Access(access.json)
        access = access.after(.refused, at: at(1, boot: "boot-4"), policy: policy)
        #expect(access.lockedSeconds(at: at(1, boot: "boot-4")) == 120)
    }

    @Test("Emergencies are counted over any 24 hours, and a clock that was set back forgives none")
    func emergencies() throws {
        let closed = refusal { _ = try Access().emergency(at: Technicians.now, policy: policy) }
        #expect(closed == 3409)
        let open = try technicians.policy([
            (
                "[service.roles.technician]",
                "[service.emergency]\nrights = [\"observe\"]\nper-day = 2\n\n[service.roles.technician]"
            )
        ])
        var access = Access()
        func spent(_ seconds: Int64) -> Int? {
            refusal { _ = try access.emergency(at: Technicians.now.advanced(by: seconds), policy: open) }
        }
        #expect(spent(0) == nil)
        for seconds: Int64 in [0, 3600] {
            access = access.after(.emergency(Technicians.now.advanced(by: seconds)), at: at(1), policy: open)
        }
        access = try Access(access.json)
        #expect(spent(3600) == 3410)
        #expect(spent(-100_000) == 3410)
        #expect(spent(86400) == nil)
        #expect(spent(86399) == 3410)
    }

    @Test("What is kept is read again, and stays small whatever happens")
    func bounded() throws {
        var access = Access()
        for index in 0..<500 {
            let event: AccessEvent =
                switch index % 4 {
                case 0: .asked(try Challenge(device: String(repeating: "W", count: 64)), port: "tty\(index)")
                case 1: .accepted(port: "tty\(index - 1)")
                case 2: .emergency(Technicians.now)
                default: .refused
                }
            access = access.after(event, at: at(Int64(index)), policy: policy)
            #expect(try Access(access.json) == access)
        }
        #expect(access.json.canonicalBytes.count < 8192)
        #expect(throws: DocumentError.self) { try Access(["waiting": ["x"]]) }
        #expect(throws: DocumentError.self) { try Access(["spent": ["x"]]) }
    }

    @Test("What was mistyped does not count towards a lock-out, and what was judged does")
    func counts() {
        let typing: [ServiceError] = [
            .lineMistyped(3, reason: ""), .lineMissing(2), .grantIncomplete, .grantMalformed(""),
            .grantTooLong(limit: 1), .lockedOut(seconds: 1), .challengeExpired(seconds: 900),
        ]
        #expect(typing.allSatisfy { !$0.countsAsAttempt })
        let judged: [ServiceError] = [
            .badSignature(""), .challengeUsed, .otherDevice(""), .unknownPerson(keyMark: ""), .emergencyMistyped(""),
            .trust(.unknownAnchor("")),
        ]
        #expect(judged.allSatisfy { $0.countsAsAttempt })
    }
}
