"""A board of many sensors with its health plan, and a script that breaks some of them all the time."""

import random

CHANNELS = 8
"""How many sensors one chip has."""

KINDS = [("temp", "Cel", 45.0), ("in", "V", 5.0), ("curr", "A", 0.5), ("power", "W", 4.0)]
FAULTS = ["text", "empty", "huge", "absent", "min-int", "freeze"]


def names(sensors: int) -> list[str]:
    return [f"rack{number // CHANNELS:03}.{KINDS[number % len(KINDS)][0]}{number % CHANNELS}" for number in range(sensors)]


def profile(sensors: int) -> str:
    parts = ['[board]\nname = "soak"\n']
    for number, name in enumerate(names(sensors)):
        kind, _, _ = KINDS[number % len(KINDS)]
        parts.append(
            f'[[sensor]]\nname = "{name}"\ndriver = "hwmon"\nchip = "rack{number // CHANNELS:03}"\n'
            f'channel = "{kind}{number % CHANNELS + 1}"\nplausible = [-1000, 1000]\nchanges-within = 20\n'
        )
    return "\n".join(parts)


def plan(interval: float) -> str:
    """One limit for every temperature, and findings about readings that are bad for five intervals."""
    return f"""interval = {interval}
slack = {interval / 5}

[[watch]]
indicators = ["rack*"]
hold = {interval * 5}
code = "HF-RACK"

[[limit]]
code = "HF-RACK-HOT"
indicator = "rack*.temp*"
warning-above = 80
alarm-above = 95
clear-by = 5
hold = {interval * 3}
hold-closing = {interval * 3}
sentence = "A rack is too hot"
advice = "Check its fan."
"""


def drift(sensors: int, seconds: float, faults_a_minute: float, seed: int) -> str:
    """Every sensor wobbles; some break for a while, some overheat, and at most two chips hang at a time."""
    dice = random.Random(seed)
    all_names = names(sensors)
    lines = [f"at 0s {name} wobble 0.4" for name in all_names]
    free = dict.fromkeys(all_names, 0.0)
    hangs_free = [0.0, 0.0]
    moment = 5.0
    while faults_a_minute > 0 and moment < seconds:
        moment += dice.expovariate(faults_a_minute / 60)
        name = dice.choice(all_names)
        if free[name] > moment:
            continue
        length = dice.uniform(8, 30)
        end = moment + length
        free[name] = end + 5
        kind = dice.random()
        if kind < 0.1 and min(hangs_free) < moment:
            hangs_free[hangs_free.index(min(hangs_free))] = end + 2
            lines += [f"at {moment:.1f}s {name} hang", f"at {end:.1f}s {name} restore"]
        elif kind < 0.4 and ".temp" in name:
            lines += [
                f"at {moment:.1f}s {name} ramp 45..{dice.choice([85, 105])} over {length / 2:.1f}s",
                f"at {end:.1f}s {name} set 45",
            ]
        else:
            lines += [f"at {moment:.1f}s {name} {dice.choice(FAULTS)}", f"at {end:.1f}s {name} restore"]
    return "\n".join(lines) + "\n"
