"""The model of sim_reference.py over many paths at once, in NumPy's doubles: what an economist writes who finds a loop too
slow. It keeps no whole base units, so its figures are near the others' and not equal to them.

    sim_numpy.runs(model, 1000, numpy.random.default_rng(1).standard_normal)     one array a figure
"""

import numpy as np


def part_of(pool, weights):
    """Shares of a pool by weights, [group][path]."""
    total = weights.sum(axis=0)
    return np.where(total > 0, pool * weights / np.where(total > 0, total, 1.0), 0.0)


def runs(model, paths, normal):
    m, one = model, 1e9
    fee, payout, scale = m.fee / one, m.payout / one, float(m.scale)
    column = (lambda values: np.array(values, float)[:, None])
    multipliers, weights, per_device = column(m.multipliers), column(m.weights), column(m.per_device)
    step_cost, look, entry, leave, sell = (column(v) for v in (m.step_cost, m.look, m.entry, m.leave, m.sell_share))
    n = len(m.groups)
    s = m.start()
    full = (lambda value: np.full(paths, float(value)))
    of_groups = (lambda values: np.repeat(column(values), paths, axis=1))
    log_demand, log_price = full(s["log_demand"]), full(s["log_price"])
    x, y, spot, ema, holders = full(s["x"]), full(s["y"]), full(s["spot"]), full(s["spot"]), full(s["holders"])
    minted, burned, scheduled, free, backing = (full(0) for _ in range(5))
    pools, devices, staked = np.zeros((5, paths)), of_groups(s["devices"]), of_groups(s["staked"])
    liquid, margin, pending = (np.zeros((n, paths)) for _ in range(3))
    ring = np.zeros((m.unbonding_steps, n, paths))
    drawdown, used, wanted_sum, served_sum, margins = (full(0) for _ in range(5))
    highest = full(m.price(s))
    least = full(1e18)

    def sold(amount):
        nonlocal x, y
        effective = amount * (1 - fee)
        usd = y * effective / (x + effective)
        x, y = x + amount, y - usd

    def bought(tokens):
        nonlocal x, y
        usd = y * tokens / (x - tokens) / (1 - fee)
        x, y = x - tokens, y + usd

    for step in range(m.steps):
        log_demand = np.minimum(log_demand + m.drift + m.spread * normal(paths), 34.5)
        # The oracle.
        move = np.maximum(spot * (m.max_move / one), 1.0) if m.max_move else 0.0
        spot = np.clip(y * scale / x, spot - np.minimum(move, spot), spot + move)
        ema = ema + (spot - ema) * 2 / (m.ema_rounds + 1)
        fresh = np.minimum(spot, ema) >= 10_000
        # Use, burn, settlement.
        capacity = (devices * multipliers).sum(axis=0) * 1e-9
        wanted = np.exp(log_demand - m.anchor - m.elasticity * (log_price - m.first_price))
        served = np.minimum(wanted, capacity)
        utilisation = np.where(capacity > 0, served / np.where(capacity > 0, capacity, 1.0), 0.0)
        bill = served * (24.0 * m.dt) * np.exp(log_price) * 1e6
        at = np.minimum(spot, ema)
        tokens = np.where(fresh & (bill > free), np.minimum(np.maximum((bill - free) * scale / at, m.min_burn), x / 2), 0.0)
        bought(tokens)
        burned, backing, free = burned + tokens, backing + tokens, free + tokens * at / scale
        mine = part_of(np.where(fresh, np.minimum(bill, free), 0.0), devices * multipliers)
        carried = mine * np.where(free > 0, backing / np.where(free > 0, free, 1.0), 0.0)
        free, backing = free - mine.sum(axis=0), backing - carried.sum(axis=0)
        paid = np.minimum(mine * scale / np.maximum(spot, ema), carried * payout)
        minted = minted + paid.sum(axis=0)
        # The epoch.
        mint = np.minimum(np.minimum(m.emission[step], m.total - scheduled), m.cap - (m.genesis + minted - burned))
        pools += np.array(m.split, float)[:, None] / one * mint
        minted, scheduled = minted + mint, scheduled + mint
        work = np.minimum(part_of(pools[0], np.maximum(carried * payout - paid, 0.0)), np.maximum(carried * payout - paid, 0.0))
        availability, staking = part_of(pools[1], devices * weights), part_of(pools[2], staked)
        earned = paid + work + availability + staking
        liquid += earned
        holders = holders + pools[3]
        pools[0] -= work.sum(axis=0)
        pools[1] -= availability.sum(axis=0)
        pools[2] -= staking.sum(axis=0)
        pools[3] = 0.0
        # Providers.
        unit_usd = y * scale / x * 1e-8 / m.token
        cost, income = devices * step_cost, earned * unit_usd
        now = np.where(cost > 0, (income - cost) / np.where(cost > 0, cost, 1.0), np.where(income > 0, 1.0, 0.0))
        margin += look * (np.clip(now, -1.0, 10.0) - margin)
        for_costs = np.minimum(earned, cost / unit_usd)
        matured = ring[step % m.unbonding_steps].copy()
        ring[step % m.unbonding_steps] = 0.0
        liquid += matured
        amounts = np.minimum(for_costs + sell * (earned - for_costs) + matured, liquid)
        liquid -= amounts
        rate = np.where(margin > 0, entry * np.minimum(margin, 1.0), leave * margin)
        for i in range(n):
            sold(amounts[i])
            pending[i] += rate[i] * np.maximum(devices[i], np.where(rate[i] > 0, 1.0, 0.0))
            whole = np.trunc(pending[i])
            pending[i] -= whole
            then = np.maximum(devices[i] + whole, 0.0)
            need = per_device[i] * np.maximum(then - devices[i], 0.0)
            own = np.minimum(need, liquid[i])
            can = need - own <= x / 2
            need, own, then = np.where(can, need, 0.0), np.where(can, own, 0.0), np.where(can | (then < devices[i]), then, devices[i])
            liquid[i] -= own
            bought(need - own)
            gone = np.where(devices[i] > 0, staked[i] * np.maximum(devices[i] - then, 0.0) / np.maximum(devices[i], 1.0), 0.0)
            staked[i] += need - gone
            ring[step % m.unbonding_steps, i] += gone
            devices[i] = then
        # Holders.
        part = m.trade * normal(paths)
        amount = np.where(part < 0, np.minimum(x * -part, holders), 0.0)
        sold(amount)
        usd = np.where(part > 0, y * part, 0.0)
        tokens = x * (usd * (1 - fee)) / (y + usd * (1 - fee))
        x, y, holders = x - tokens, y + usd, holders + tokens - amount
        log_price = np.clip(log_price + np.clip(m.speed * (utilisation - m.target), -0.5, 0.5), m.first_price - 6.9, m.first_price + 6.9)
        # What is looked at.
        price, total = y * scale / x * 1e-8, devices.sum(axis=0)
        highest = np.maximum(highest, price)
        drawdown = np.maximum(drawdown, 1 - price / highest)
        used, wanted_sum, served_sum, least = used + utilisation, wanted_sum + wanted, served_sum + served, np.minimum(least, total)
        margins += np.where(total > 0, (margin * devices).sum(axis=0) / np.maximum(total, 1.0), 0.0)
    token = m.token
    return {"final_price_usd": price, "final_supply": (m.genesis + minted - burned) / token, "minted": minted / token,
            "burned": burned / token, "burn_to_mint": burned / minted, "max_drawdown": drawdown,
            "mean_utilisation": used / m.steps, "unmet_demand": 1 - served_sum / wanted_sum, "mean_margin": margins / m.steps,
            "final_devices": total, "least_devices": least}
