#!/usr/bin/env python3
"""The model of assay-sim as a plain Python loop: what an economist would write, with whole numbers for money.

bench_sim runs it on the very scenario that it runs itself and compares speed and results:

    sim_reference.py INPUT.json RUNS SEED      prints one JSON object
"""

import json
import math
import random
import sys
import time

ONE = 10**9
YEAR = 365.25


def shares(pool, weights):
    """Largest remainder, ties to the lower index."""
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    parts = [pool * w // total for w in weights]
    left = pool - sum(parts)
    if left:
        order = sorted(range(len(weights)), key=lambda i: -(pool * weights[i] % total))
        for i in order[:left]:
            parts[i] += 1
    return parts


def ceil_div(a, b):
    return -(-a // b)


class Model:
    def __init__(self, given):
        s = given["scenario"]
        p = s["params"]
        self.s, self.p = s, p
        self.steps = given["steps"]
        self.dt = given["step_days"]
        self.emission = [int(x) for x in given["emission"]]
        self.ema_rounds, self.max_move = given["ema_rounds"], given["max_move_ppb"]  # a report each step: never stale
        self.unbonding_steps = given["unbonding_steps"]
        self.token = 10 ** p["token"]["decimals"]
        self.scale = 100 * self.token
        self.cap, self.total = int(p["token"]["cap"]), int(p["emission"]["total"])
        self.split = [p["split"][k + "_ppb"] for k in ("work", "availability", "stakers", "validators", "treasury")]
        self.payout, self.min_burn = p["bme"]["payout_ppb"], int(p["bme"]["min_burn"])
        self.fee = s["market"]["fee_ppb"]
        classes = {c["name"]: c for c in p["classes"]}
        self.groups = []
        for g in s["providers"]:
            c = classes[g["class"]]
            multiplier = int(c["multiplier_ppb"])
            self.groups.append((g, multiplier, int(c["weight"]),
                                ceil_div(int(p["stake"]["unit"]) * max(p["stake"]["floor_ppb"], multiplier), ONE)))
        d, service, market, dt = s["demand"], s["service"], s["market"], self.dt
        self.weights = [g[2] for g in self.groups]
        self.multipliers = [g[1] for g in self.groups]
        self.per_device = [g[3] for g in self.groups]
        self.drift = (d["drift"] - 0.5 * d["volatility"] ** 2) * dt / YEAR
        self.spread = d["volatility"] * math.sqrt(dt / YEAR)
        self.elasticity = d["elasticity"]
        self.first_price = math.log(service["usd_per_gpu_hour"])
        self.anchor = math.log(24.0 * service["usd_per_gpu_hour"])
        self.target, self.speed = service["target_utilisation"], service["adjust_per_day"] * dt
        self.step_cost = [g[0]["cost_usd_per_gpu_hour"] * 24.0 * dt for g in self.groups]
        self.look = [1.0 - math.exp(-dt / g[0]["lead_days"]) for g in self.groups]
        self.entry = [g[0]["entry_per_year"] * dt / YEAR for g in self.groups]
        self.leave = [g[0]["exit_per_year"] * dt / YEAR for g in self.groups]
        self.sell_share = [g[0]["sell_share"] for g in self.groups]
        self.trade = 0.5 * market["volatility"] * math.sqrt(dt / YEAR)
        self.genesis, self.bonds = int(s["initial"]["supply"]), int(s["initial"]["bonded"])
        self.y_start = int(market["depth_usd"] * 1e6)

    def start(self):
        """The state before the first step."""
        s, n = self.s, len(self.groups)
        devices = [g[0]["count"] for g in self.groups]
        y = self.y_start
        x = y * self.scale // int(s["initial"]["price_usd"] * 1e8)
        staked = [self.per_device[i] * devices[i] for i in range(n)]
        spot = y * self.scale // x
        return {"step": 0, "log_demand": math.log(s["demand"]["usd_per_day"]), "log_price": self.first_price, "x": x, "y": y,
                "usd_in": 0, "usd_out": 0, "spot": spot, "ema_q32": spot << 32, "stale": False,
                "holders": self.genesis - self.bonds - x - sum(staked), "minted": 0, "burned": 0, "scheduled": 0,
                "issued": 0, "consumed": 0, "free": 0, "backing": 0, "pools": [0] * 5, "devices": devices,
                "liquid": [0] * n, "staked": staked, "unbonding": [0] * n,
                "ring": [[0] * self.unbonding_steps for _ in range(n)], "margin": [0.0] * n, "pending": [0.0] * n,
                "earned": [0] * n, "carried": [0] * n, "paid": [0] * n, "utilisation": 0.0, "wanted": 0.0, "served": 0.0,
                "mean_margin": 0.0}

    # What follows is a step, part by part. A part reads the state and returns what is new in it; it changes nothing, so
    # that the frameworks of sim_frameworks.py can take the same parts as their policies.

    def demand(self, s, gauss):
        return {"log_demand": min(s["log_demand"] + self.drift + self.spread * gauss(), 34.5)}

    def oracle(self, s, gauss):
        spot, ema_q32 = s["spot"], s["ema_q32"]
        report = s["y"] * self.scale // s["x"]
        move = max(spot * self.max_move // ONE, 1) if self.max_move else 0
        spot = min(max(report, spot - min(move, spot)), spot + move)
        goal = spot << 32
        if goal >= ema_q32:
            ema_q32 += (goal - ema_q32) * 2 // (self.ema_rounds + 1)
        else:
            ema_q32 -= (ema_q32 - goal) * 2 // (self.ema_rounds + 1)
        return {"spot": spot, "ema_q32": ema_q32, "stale": min(spot, ema_q32 >> 32) < 10_000}

    def service(self, s, gauss):
        """Use, burn, settlement."""
        n, scale, devices, stale = len(self.groups), self.scale, s["devices"], s["stale"]
        x, y, usd_in, burned, backing, issued, free = (s[k] for k in ("x", "y", "usd_in", "burned", "backing", "issued", "free"))
        minted, consumed, liquid = s["minted"], s["consumed"], list(s["liquid"])
        ema = s["ema_q32"] >> 32
        capacity = 0.0
        for i in range(n):
            capacity += devices[i] * (self.multipliers[i] * 1e-9)
        wanted = math.exp(s["log_demand"] - self.anchor - self.elasticity * (s["log_price"] - self.first_price))
        served = min(wanted, capacity)
        bill = int(served * (24.0 * self.dt) * math.exp(s["log_price"]) * 1e6)
        at = min(s["spot"], ema)
        if not stale and bill > free:
            tokens = min(max(ceil_div((bill - free) * scale, at), self.min_burn), x // 2)
            if tokens:
                usd = ceil_div(ceil_div(y * tokens, x - tokens) * ONE, ONE - self.fee)
                y += usd
                usd_in += usd
                x -= tokens
                burned += tokens
                backing += tokens
                credits = tokens * at // scale
                issued += credits
                free += credits
        earned, carried, paid = [0] * n, [0] * n, [0] * n
        taken = 0 if stale else min(bill, free)
        if taken:
            at = max(s["spot"], ema)
            for i, mine in enumerate(shares(taken, [devices[i] * self.multipliers[i] for i in range(n)])):
                if not mine:
                    continue
                tokens = backing if mine >= free else backing * mine // free
                free -= mine
                backing -= tokens
                pay = min(mine * scale // at, tokens * self.payout // ONE, self.cap - (self.genesis + minted - burned))
                minted += pay
                liquid[i] += pay
                earned[i] += pay
                carried[i], paid[i] = tokens, pay
                consumed += mine
        return {"x": x, "y": y, "usd_in": usd_in, "burned": burned, "backing": backing, "issued": issued, "free": free,
                "minted": minted, "consumed": consumed, "liquid": liquid, "earned": earned, "carried": carried, "paid": paid,
                "wanted": wanted, "served": served, "utilisation": served / capacity if capacity > 0 else 0.0}

    def epoch(self, s, gauss):
        """Mint, split, pay."""
        n, payout, devices = len(self.groups), self.payout, s["devices"]
        minted, scheduled, pools = s["minted"], s["scheduled"], list(s["pools"])
        liquid, earned = list(s["liquid"]), list(s["earned"])
        mint = min(self.emission[s["step"]], self.total - scheduled, self.cap - (self.genesis + minted - s["burned"]))
        for k, part in enumerate(shares(mint, self.split)):
            pools[k] += part
        room = [max(s["carried"][i] * payout // ONE - s["paid"][i], 0) for i in range(n)]
        work = [min(a, b) for a, b in zip(shares(pools[0], room), room)]
        availability = shares(pools[1], [devices[i] * self.weights[i] for i in range(n)])
        staking = shares(pools[2], s["staked"])
        pools[0] -= sum(work)
        pools[1] -= sum(availability)
        pools[2] -= sum(staking)
        for i in range(n):
            part = work[i] + availability[i] + staking[i]
            liquid[i] += part
            earned[i] += part
        holders = s["holders"] + pools[3]
        pools[3] = 0
        return {"minted": minted + mint, "scheduled": scheduled + mint, "pools": pools, "liquid": liquid, "earned": earned,
                "holders": holders}

    def providers(self, s, gauss):
        """Costs, sales, entry and exit."""
        fee, earned = self.fee, s["earned"]
        x, y, usd_in, usd_out = s["x"], s["y"], s["usd_in"], s["usd_out"]
        devices, liquid, staked, unbonding = (list(s[k]) for k in ("devices", "liquid", "staked", "unbonding"))
        ring, margin, pending = [list(r) for r in s["ring"]], list(s["margin"]), list(s["pending"])
        unit_usd = (y * self.scale // x) * 1e-8 / self.token
        slot = s["step"] % self.unbonding_steps
        total_devices, margin_sum = 0.0, 0.0
        for i in range(len(self.groups)):
            cost = devices[i] * self.step_cost[i]
            income = earned[i] * unit_usd
            now = (income - cost) / cost if cost > 0 else (1.0 if income > 0 else 0.0)
            margin[i] += self.look[i] * (min(max(now, -1.0), 10.0) - margin[i])
            for_costs = min(earned[i], cost / unit_usd) if unit_usd > 0 else earned[i]
            matured = ring[i][slot]
            ring[i][slot] = 0
            unbonding[i] -= matured
            liquid[i] += matured
            amount = min(int(for_costs + self.sell_share[i] * (earned[i] - for_costs)) + matured, liquid[i])
            effective = amount - ceil_div(amount * fee, ONE)
            usd = y * effective // (x + effective)
            if usd:
                liquid[i] -= amount
                x += amount
                y -= usd
                usd_out += usd
            rate = self.entry[i] * min(margin[i], 1.0) if margin[i] > 0 else self.leave[i] * margin[i]
            pending[i] += rate * max(devices[i], 1.0 if rate > 0 else 0.0)
            whole = int(pending[i])
            pending[i] -= whole
            then = max(devices[i] + whole, 0)
            if then > devices[i]:
                need = self.per_device[i] * (then - devices[i])
                own = min(need, liquid[i])
                lacking = need - own
                if lacking <= x // 2:
                    liquid[i] -= own
                    staked[i] += need
                    if lacking:
                        usd = ceil_div(ceil_div(y * lacking, x - lacking) * ONE, ONE - fee)
                        y += usd
                        usd_in += usd
                        x -= lacking
                    devices[i] = then
            elif then < devices[i]:
                out = staked[i] * (devices[i] - then) // devices[i]
                staked[i] -= out
                unbonding[i] += out
                ring[i][slot] += out
                devices[i] = then
            total_devices += devices[i]
            margin_sum += margin[i] * devices[i]
        return {"x": x, "y": y, "usd_in": usd_in, "usd_out": usd_out, "devices": devices, "liquid": liquid, "staked": staked,
                "unbonding": unbonding, "ring": ring, "margin": margin, "pending": pending,
                "mean_margin": margin_sum / total_devices if total_devices > 0 else 0.0}

    def traders(self, s, gauss):
        """Holders trade at random."""
        x, y, usd_in, usd_out, holders = s["x"], s["y"], s["usd_in"], s["usd_out"], s["holders"]
        part = self.trade * gauss()
        if part > 0:
            usd = int(y * part)
            effective = usd - ceil_div(usd * self.fee, ONE)
            tokens = x * effective // (y + effective)
            if 0 < tokens < x:
                y += usd
                usd_in += usd
                x -= tokens
                holders += tokens
        else:
            amount = min(int(x * -part), holders)
            effective = amount - ceil_div(amount * self.fee, ONE)
            usd = y * effective // (x + effective)
            if usd:
                holders -= amount
                x += amount
                y -= usd
                usd_out += usd
        return {"x": x, "y": y, "usd_in": usd_in, "usd_out": usd_out, "holders": holders}

    def service_price(self, s, gauss):
        """It follows utilisation; and the books are looked at."""
        held = s["holders"] + self.bonds + s["x"] + sum(s["pools"]) + sum(s["liquid"]) + sum(s["staked"]) + sum(s["unbonding"])
        if held != self.genesis + s["minted"] - s["burned"] or s["issued"] != s["consumed"] + s["free"]:
            raise SystemExit("conservation broken")
        if s["y"] != self.y_start + s["usd_in"] - s["usd_out"]:
            raise SystemExit("conservation broken")
        log_price = s["log_price"] + min(max(self.speed * (s["utilisation"] - self.target), -0.5), 0.5)
        return {"log_price": min(max(log_price, self.first_price - 6.9), self.first_price + 6.9), "step": s["step"] + 1}

    def parts(self):
        return (self.demand, self.oracle, self.service, self.epoch, self.providers, self.traders, self.service_price)

    def price(self, s):
        return (s["y"] * self.scale // s["x"]) * 1e-8

    def figures(self, states):
        """Of a run, from the states at the ends of its steps."""
        highest, drawdown, used, wanted, served, margin = self.price(self.start()), 0.0, 0.0, 0.0, 0.0, 0.0
        least = 1e18
        for s in states:
            price, devices = self.price(s), float(sum(s["devices"]))
            highest = max(highest, price)
            drawdown = max(drawdown, 1.0 - price / highest)
            used += s["utilisation"]
            wanted += s["wanted"]
            served += s["served"]
            margin += s["mean_margin"]
            least = min(least, devices)
        token, minted, burned = self.token, s["minted"], s["burned"]
        return {"final_price_usd": price, "final_supply": (self.genesis + minted - burned) / token, "minted": minted / token,
                "burned": burned / token, "burn_to_mint": burned / minted if minted else 0.0, "max_drawdown": drawdown,
                "mean_utilisation": used / self.steps, "unmet_demand": 1.0 - served / wanted,
                "mean_margin": margin / self.steps, "final_devices": devices, "least_devices": least}

    def walk(self, gauss):
        """The states at the ends of the steps, one after the other."""
        s, parts = self.start(), self.parts()
        for _ in range(self.steps):
            for part in parts:
                s.update(part(s, gauss))
            yield s

    def run(self, gauss):
        return self.figures(self.walk(gauss))


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        model = Model(json.load(f))
    runs, seed = int(sys.argv[2]), int(sys.argv[3])
    still = model.run(lambda: 0.0)
    source = random.Random(seed)
    found, best = [], math.inf
    for _ in range(5):  # the best of five parts, as bench_sim takes its best: the machine may be shared
        began = time.perf_counter()
        part = [model.run(lambda: source.gauss(0.0, 1.0)) for _ in range(runs // 5)]
        best = min(best, (time.perf_counter() - began) / max(len(part), 1))
        found += part
    print(json.dumps({"path_steps_per_s": model.steps / best, "without_chance": still,
                      "runs": {name: [f[name] for f in found] for name in still}}))


if __name__ == "__main__":
    main()
